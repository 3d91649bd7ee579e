//! Whole names, which are heard for what they are wherever they stand.

use super::{
    super::{
        super::names::{is_given_name, is_name_word},
        Entity, PersonName, Scene, Slot,
        place::SUFFIXES,
    },
    YES, after_title, entity, name,
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
            || (start > 0
                && scene.tokens[start - 1].stop
                && scene.word(start - 1).is_some_and(|word| YES.contains(&word)));
        let titled = after_title(scene, start) > start;
        let listed = titled
            || scene.word(start).is_some_and(is_given_name)
            || [start, start + 1].iter().all(|at| scene.word(*at).is_some_and(is_name_word));
        if !opens || !listed || !scene.is_capital(start) || speaks_of_others(scene, start) {
            return None;
        }
        let whole = |name: &PersonName| !name.spelled && (titled || name.family.is_some());
        let (name, end) = name(scene, start).filter(|(name, _)| whole(name))?;
        let capitals = (start..end).all(|at| scene.is_capital(at) || scene.word(at) == Some("and"));
        let last = scene.tokens.get(end - 1)?;
        let goes_on = scene.word(end).is_some_and(|next| next == "please" || is_verb(next));
        let ends = (last.stop || end == scene.tokens.len()) && !scene.asks(end - 1) && !goes_on;
        (capitals && ends && !is_place_word(scene, end - 1))
            .then(|| entity(scene, name, start, end, SURELY_NAME))
    })
}

/// "I haven't seen my neighbor. Mrs. Pollard, across the hall": the name is that of whoever was spoken of.
fn speaks_of_others(scene: &Scene<'_>, start: usize) -> bool {
    const OTHERS: &str = " neighbor neighbors neighbour friend tenant tenants mother mom father dad daughter son wife husband \
        sister brother aunt uncle boss manager landlord roommate she he her him his hers somebody someone lady guy man woman \
        named called people they them everybody who ";
    scene.tokens[..start].iter().any(|token| OTHERS.contains(&format!(" {} ", token.word)))
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
