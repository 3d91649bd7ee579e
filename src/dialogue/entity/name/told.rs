//! What stands behind a name tells whose it is, and whether it was given or only spoken of.

use super::{
    super::{super::names::is_given_name, Scene, Slot},
    PersonName, after_title, is_name_word,
};

/// Is the answer over here? "Paula called" is Paula.
pub(super) fn ends_answer(scene: &Scene<'_>, end: usize) -> bool {
    scene.tokens.get(end - 1).is_some_and(|last| last.stop)
        || end >= scene.tokens.len()
        || matches!(scene.word(end), Some("called" | "rang"))
}

/// "Joe says Saturday": somebody of whom something is told.
pub(super) fn is_subject(scene: &Scene<'_>, end: usize) -> bool {
    !scene.tokens[end - 1].stop
        && matches!(
            scene.word(end),
            Some(
                "says"
                    | "said"
                    | "wants"
                    | "wanted"
                    | "thinks"
                    | "told"
                    | "lives"
                    | "needs"
                    | "comes"
                    | "has"
                    | "does"
            )
        )
}

/// "Little Sprouts is the daycare", and not "Ivan Petrov is my name".
pub(super) fn is_told_of(scene: &Scene<'_>, end: usize) -> bool {
    !scene.tokens[end - 1].stop
        && scene.word(end) == Some("is")
        && matches!(
            scene.word(end + 1),
            Some("the" | "a" | "an" | "our" | "my" | "his" | "her" | "their" | "not")
        )
        && !is_said_to_be_name(scene, end)
}

/// "... is my name", "... is the first name"
pub(super) fn is_said_to_be_name(scene: &Scene<'_>, end: usize) -> bool {
    scene.word(end) == Some("is")
        && matches!(scene.word(end + 1), Some("my" | "the"))
        && matches!(scene.word(end + 2), Some("name" | "first" | "last" | "full" | "given" | "family"))
}

/// "I'm Brianna." and no more; of one word only a common name, or the answer to who it is.
pub(super) fn of_oneself(scene: &Scene<'_>, start: usize, name: &PersonName, end: usize) -> bool {
    let first = after_title(scene, start);
    let asked = matches!(scene.context.expecting, Some(Slot::Name | Slot::Company));
    name.family.is_none()
        && scene.is_capital(first)
        && ends_answer(scene, end)
        && (asked || scene.word(first).is_some_and(is_given_name))
}

/// "It's Jenny from 4A", not "it's Tom from 3B who shouts".
pub(super) fn is_from_here(scene: &Scene<'_>, start: usize, end: usize) -> bool {
    /// Words of a home or a firm.
    const WITHIN: usize = 5;
    scene.is_capital(start)
        && !scene.tokens[end - 1].stop
        && scene.word(start).is_some_and(is_name_word)
        && matches!(scene.word(end), Some("from" | "in" | "at" | "over" | "with" | "calling" | "again"))
        && !(end..end + WITHIN).any(|at| matches!(scene.word(at), Some("who" | "whos" | "that")))
}

/// "Farid. I drive for a firm": one word, and behind it a sentence about oneself.
pub(super) fn goes_on_of_oneself(scene: &Scene<'_>, end: usize) -> bool {
    // "Mm. I call later."
    let spoken = scene.word(end - 1).is_some_and(|word| word.contains(['a', 'e', 'i', 'o', 'u', 'y']));
    scene.context.read_back.is_none()
        && spoken
        && scene.begins_sentence(end)
        && !scene.asks(end - 1)
        && matches!(scene.word(end), Some("i" | "im" | "ive" | "id" | "my" | "were" | "its" | "from"))
}

/// Behind "Solomon, first name." and "Solomon is my first name."
pub(super) fn after_first_name(scene: &Scene<'_>, end: usize) -> usize {
    let lead = |at: &usize| matches!(scene.word(*at), Some("is" | "thats" | "as" | "my" | "the"));
    let at = (end..).find(|at| !lead(at)).unwrap_or(end);
    let first = matches!(scene.word(at), Some("first" | "given"));
    if first && matches!(scene.word(at + 1), Some("name" | "names")) { at + 2 } else { end }
}
