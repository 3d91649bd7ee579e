//! Whole names, which are heard for what they are wherever they stand.

use super::{
    super::{
        super::names::{is_given_name, is_name_word},
        Entity, PersonName, Scene, Slot,
        building::is_named_at,
        is_run_up,
        place::SUFFIXES,
    },
    YES, after_title, entity, name,
    told::is_said_to_be_name,
};

/// A name that can hardly be anything else, behind "I'm" or a yes.
pub(super) const SURELY_NAME: f32 = 0.8;

/// "Mrs. Delgado", "Wes Crowley": a title before it, or two words with capitals.
pub(super) fn is_surely_name(scene: &Scene<'_>, start: usize, name: &PersonName) -> bool {
    let first = after_title(scene, start);
    let whole = name.family.is_some() && scene.is_capital(first + 1);
    scene.is_capital(first) && (first > start || whole)
}

/// "Yes. Nora Lindqvist." beside an answer to something else: a sentence that is a whole name and nothing besides.
pub(super) fn by_itself(scene: &Scene<'_>) -> Option<Entity> {
    if scene.context.expecting == Some(Slot::Company) {
        return None;
    }
    (0..scene.tokens.len()).find_map(|start| {
        let opens = scene.begins_sentence(start)
            || is_behind_greeting(scene, start)
            || (start > 0
                && scene.tokens[start - 1].stop
                && scene.word(start - 1).is_some_and(|word| YES.contains(&word)));
        let titled = after_title(scene, start) > start;
        let listed = titled
            || scene.word(start).is_some_and(is_given_name)
            || [start, start + 1].iter().all(|at| scene.word(*at).is_some_and(is_name_word));
        // "Correct. Sophie Lindqvist, if you need it": behind a yes no list is needed.
        let agreed = is_behind_yes(scene, start) && scene.is_capital(start + 1);
        if !opens || !(listed || agreed) || !scene.is_capital(start) || speaks_of_others(scene, start) {
            return None;
        }
        let whole = |name: &PersonName| !name.spelled && (titled || name.family.is_some());
        let (name, end) = name(scene, start).filter(|(name, _)| whole(name))?;
        let capitals = (start..end).all(|at| scene.is_capital(at) || scene.word(at) == Some("and"));
        let last = scene.tokens.get(end - 1)?;
        let goes_on = scene.word(end).is_some_and(|next| next == "please" || is_verb(next));
        let ends = ((last.stop || end == scene.tokens.len()) && !scene.asks(end - 1) && !goes_on)
            || is_said_to_be_name(scene, end);
        (capitals && ends && !is_place_word(scene, end - 1))
            .then(|| entity(scene, name, start, end, SURELY_NAME))
    })
}

/// "I haven't seen my neighbor. Mrs. Pollard, across the hall": the name is that of whoever was spoken of.
fn speaks_of_others(scene: &Scene<'_>, start: usize) -> bool {
    const OTHERS: &str = " neighbor neighbors neighbour friend tenant tenants mother mom father dad daughter son wife husband \
        sister brother aunt uncle boss manager landlord roommate she he her him his hers somebody someone lady guy man woman \
        named called people they them everybody who ";
    let spoken_of = |at: usize| OTHERS.contains(&format!(" {} ", scene.tokens[at].word));
    // "I want someone to call me" and "I called before" speak of nobody.
    let wanted = |at: usize| {
        let told = at.checked_sub(1).and_then(|before| scene.word(before));
        match scene.word(at) {
            Some("someone" | "somebody") => {
                matches!(told, Some("can" | "could" | "have" | "will" | "would"))
                    || matches!(scene.word(at + 1), Some("to" | "call" | "calls" | "please" | "can" | "will"))
            }
            Some("called") => matches!(told, Some("i" | "ive" | "you" | "already")),
            _ => false,
        }
    };
    (0..start).any(|at| spoken_of(at) && !wanted(at))
}

/// "Yeah hi, Dave Prescott".
fn is_behind_greeting(scene: &Scene<'_>, start: usize) -> bool {
    const WORDS: usize = 4;
    (1..=WORDS).contains(&start)
        && scene.tokens[start - 1].stop
        && scene.tokens[..start].iter().all(|token| is_run_up(&token.word))
}

/// "Yes. Nora Lindqvist", "Yes it is. Nora Lindqvist": right behind a sentence that agrees, where something was asked.
fn is_behind_yes(scene: &Scene<'_>, start: usize) -> bool {
    const WORDS: usize = 4;
    scene.context.expecting.is_some()
        && (1..=WORDS).contains(&start)
        && scene.begins_sentence(start)
        && scene.tokens[..start].iter().any(|token| YES.contains(&token.word.as_str()))
}

/// "Birch House", "Maple Court": a house of the office is nobody's name.
pub(super) fn is_of_place(scene: &Scene<'_>, start: usize, end: usize) -> bool {
    is_named_at(scene, start)
        && (is_place_word(scene, end - 1) || (!scene.tokens[end - 1].stop && is_place_word(scene, end)))
}

/// "Birch House", "Rose Garden".
fn is_place_word(scene: &Scene<'_>, at: usize) -> bool {
    const PLACES: [&str; 8] =
        ["garden", "gardens", "house", "building", "tower", "towers", "apartments", "denver"];
    scene.word(at).is_some_and(|word| PLACES.contains(&word) || SUFFIXES.contains(&word))
}

fn is_verb(word: &str) -> bool {
    matches!(word, "is" | "was" | "has" | "told" | "said" | "says" | "called" | "lives" | "wants")
}
