//! What it is about, kept once: the same thing said again is one matter, in its fuller words.

use super::{entity::likeness, office::words_of};

/// Longest matter that is kept, in characters: what somebody says in two minutes. What comes last is often what they want.
const CHARACTERS: usize = 1_000;

/// Stands between two matters of one call.
const BETWEEN: &str = "; ";

/// Of six words that carry the meaning, five must be shared: a recogniser may lose one, and the kitchen's sink and
/// the bathroom's remain two.
const SHARED: (usize, usize) = (5, 6);

/// Words are one from this likeness on: `dripping` and `tripping`.
const ALIKE: f32 = 0.7;

/// Words that a sentence may have or lack and be about the same.
const FORM_WORDS: &str = " a about again already also am an and are as at be been but call calling can could do does \
for from going got had has have he hello help her hey hi him his i i'd i'll i'm i've in is it it's its just like me my \
no now of off oh on or our please really said she so some sorry still that that's the their them there there's these \
they they're this to told too uh um under us very want was we we'd we're we've well were what when which with would \
yeah yes you your al algo buenas buenos como con cuando de del dia dias disculpe el ella en era es esa ese eso esta \
estaba este esto favor gracias ha hace hay hola la las le les lo los me mi mis muy nos o oiga para pero por porque pues que \
quiero se señor señorita su sus también tardes tengo todavía un una unos usted y ya yo ";

/// The matter with these words added, unless it holds them already.
pub(super) fn with(matter: Option<&str>, words: &str) -> String {
    let words = words.trim();
    // Words that are several matters already are added one by one.
    if let Some((first, rest)) = words.split_once(BETWEEN) {
        return with(Some(&with(matter, first)), rest);
    }
    let mut pieces: Vec<&str> = matter.map(|matter| matter.split(BETWEEN).collect()).unwrap_or_default();
    match pieces.iter_mut().find(|piece| is_same(piece, words)) {
        Some(piece) if meaning(words).len() > meaning(piece).len() || words.contains(*piece) => {
            *piece = words
        }
        Some(_) => {}
        None => pieces.push(words),
    }
    pieces.join(BETWEEN).chars().take(CHARACTERS).collect()
}

/// Do these words say nothing beyond what the matter holds already?
pub(super) fn holds(matter: &str, words: &str) -> bool {
    let words = meaning(words);
    !words.is_empty() && matter.split(BETWEEN).any(|piece| are_among(&words, &meaning(piece)))
}

/// Are both about the same thing, in whatever order and form?
pub fn is_same(one: &str, other: &str) -> bool {
    let (one, other) = (meaning(one), meaning(other));
    let (short, long) = if one.len() <= other.len() { (one, other) } else { (other, one) };
    !short.is_empty() && are_among(&short, &long)
}

/// How many different words of it carry meaning.
pub(super) fn substance(text: &str) -> usize {
    meaning(text).len()
}

fn are_among(words: &[String], known: &[String]) -> bool {
    let shared = words.iter().filter(|word| known.iter().any(|known| is_alike(word, known))).count();
    shared * SHARED.1 >= words.len() * SHARED.0
}

fn meaning(text: &str) -> Vec<String> {
    let mut words = words_of(text);
    words.retain(|word| !FORM_WORDS.contains(&format!(" {word} ")));
    words.sort_unstable();
    words.dedup();
    words
}

/// `leaks` and `leaking`, `dripping` and `tripping`; numbers are one only if they are equal.
fn is_alike(word: &str, known: &str) -> bool {
    let same_root = root(word) == root(known);
    let number = |word: &str| word.contains(|c: char| c.is_ascii_digit());
    word == known || (!number(word) && !number(known) && (same_root || likeness(word, known) >= ALIKE))
}

/// The word without the ending of its tense or number.
fn root(word: &str) -> &str {
    let endings = ["ing", "en", "ed", "es", "s", "e"];
    let without = endings.iter().find_map(|ending| word.strip_suffix(ending));
    without.filter(|root| root.len() >= 3).unwrap_or(word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_matter_in_other_words_is_kept_once_and_in_its_fuller_words() {
        let first = "Hi, there is water dripping under my kitchen sink.";
        assert_eq!(with(Some(first), first), first);
        assert_eq!(with(Some(first), "I said there's water tripping under the kitchen sink"), first);
        let whole = "It is about my lease, please call me back.";
        assert_eq!(with(Some("about my lease, please call me back"), whole), whole);
        let fuller = "Water is dripping under my kitchen sink since yesterday";
        assert_eq!(with(Some(first), fuller), fuller);
    }

    #[test]
    fn another_matter_is_added() {
        let sink = "The kitchen sink leaks";
        assert_eq!(
            with(Some(sink), "the bathroom sink leaks"),
            "The kitchen sink leaks; the bathroom sink leaks"
        );
        let asked = "Would you take less?; So there is no room?";
        assert_eq!(with(Some(&with(None, asked)), asked), asked, "two that are known are not added again");
        let two = with(Some(sink), "my fridge is broken");
        assert!(holds(&two, "The fridge broke, it's broken") && holds(&two, "kitchen sink leaking"));
        assert!(!holds(&two, "the heater is dead"));
        assert!(!holds("my sink", "my sink and my stove are broken"), "more was said than is known");
        assert!(!is_same("unit 204 has no heat", "unit 214 has no heat") && !is_same("", "heat"));
    }

    #[test]
    fn a_matter_has_a_bound() {
        let long = "broken window ".repeat(100);
        assert_eq!(with(None, &long).chars().count(), CHARACTERS);
    }
}
