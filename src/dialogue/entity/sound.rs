//! What sounds alike: a phonetic key and an edit distance, for names that a recogniser spells its own way.

/// A key that words of one sound share: consonants only, voiced and voiceless as one. `Reyes` and `Rays` are `RS`.
pub(super) fn key(word: &str) -> String {
    let letters: Vec<char> =
        word.chars().filter(char::is_ascii_alphabetic).map(|c| c.to_ascii_lowercase()).collect();
    let mut key = String::new();
    let mut at = 0;
    while at < letters.len() {
        let next = letters.get(at + 1).copied().unwrap_or(' ');
        let (sound, width) = match (letters[at], next) {
            ('p', 'h') => ("F", 2),
            ('g', 'h') => ("", 2),
            ('k', 'n') | ('g', 'n') if at == 0 => ("N", 2),
            ('w', 'r') if at == 0 => ("R", 2),
            ('s', 'h') | ('c', 'h') => ("X", 2),
            ('c', 'k') => ("K", 2),
            ('c', 'e' | 'i' | 'y') => ("S", 1),
            ('c' | 'q' | 'k', _) => ("K", 1),
            ('g', 'e' | 'i') | ('j', _) => ("J", 1),
            ('g', _) => ("K", 1),
            ('x', _) => ("KS", 1),
            ('s' | 'z', _) => ("S", 1),
            ('d' | 't', _) => ("T", 1),
            ('b' | 'p', _) => ("P", 1),
            ('f' | 'v', _) => ("F", 1),
            ('l', _) => ("L", 1),
            ('m', _) => ("M", 1),
            ('n', _) => ("N", 1),
            ('r', _) => ("R", 1),
            ('a' | 'e' | 'i' | 'o' | 'u', _) if at == 0 => ("A", 1),
            _ => ("", 1),
        };
        if !sound.is_empty() && !key.ends_with(sound) {
            key.push_str(sound);
        }
        at += width;
    }
    key
}

/// What it costs at least to make one row of the other by inserting, deleting and changing its parts (Levenshtein 1966).
pub(super) fn edits<T: Copy>(
    from: &[T],
    to: &[T],
    missing: impl Fn(T) -> f32,
    changed: impl Fn(T, T) -> f32,
) -> f32 {
    let mut starts = vec![f32::INFINITY; to.len() + 1];
    starts[0] = 0.0;
    edits_from(starts, from, to, missing, changed)[to.len()]
}

/// The same up to each place of `to`, of which also parts may be meant: to begin before one costs what `starts` has for it, one
/// more than there are parts.
pub(super) fn edits_from<T: Copy>(
    starts: Vec<f32>,
    from: &[T],
    to: &[T],
    missing: impl Fn(T) -> f32,
    changed: impl Fn(T, T) -> f32,
) -> Vec<f32> {
    let mut row = starts;
    for (at, &right) in to.iter().enumerate() {
        row[at + 1] = row[at + 1].min(row[at] + missing(right));
    }
    for &left in from {
        let mut diagonal = row[0];
        row[0] += missing(left);
        for (at, &right) in to.iter().enumerate() {
            let change = diagonal + changed(left, right);
            diagonal = row[at + 1];
            row[at + 1] = change.min(diagonal + missing(left)).min(row[at] + missing(right));
        }
    }
    row
}

/// Letters to insert, delete or change, where a change costs so much.
fn letters_apart(a: &str, b: &str, changed: impl Fn(char, char) -> f32) -> f32 {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    edits(&a, &b, |_| 1.0, |left, right| if left == right { 0.0 } else { changed(left, right) })
}

/// Letters to insert, delete or change.
pub(super) fn distance(a: &str, b: &str) -> usize {
    letters_apart(a, b, |_, _| 1.0) as usize
}

/// 1 for the same word, less for a near one, 0 for another.
pub(in crate::dialogue) fn likeness(heard: &str, known: &str) -> f32 {
    let (heard, known) = (heard.to_ascii_lowercase(), known.to_ascii_lowercase());
    if heard == known {
        return 1.0;
    }
    let longest = heard.chars().count().max(known.chars().count());
    let apart = distance(&heard, &known);
    let alike = key(&heard) == key(&known);
    match apart {
        1 if longest >= 5 => 0.85,
        1 | 2 if alike && longest >= 4 => 0.8,
        3 if alike && longest >= 5 => 0.7,
        2 if longest >= 7 => 0.7,
        _ => 0.0,
    }
}

/// Letters whose names a telephone line cannot tell apart.
const ALIKE_LETTERS: [&str; 4] = ["BDEPTVCGZ", "AHJK", "FSX", "MN"];

/// Are these letters, in upper case, the same by telephone?
pub(super) fn are_alike(a: char, b: char) -> bool {
    a == b || ALIKE_LETTERS.iter().any(|group| group.contains(a) && group.contains(b))
}

/// What a letter costs that is heard as one of those like it, of one that is not heard or heard as another.
const ALIKE: f32 = 0.5;
/// So much may have gone wrong for each letter of the word.
const SPELLING_GOES_WRONG: f32 = 0.34;
/// Of fewer letters nothing is concluded.
const LEAST_SPELLED: usize = 3;

/// May the letters that were heard be the spelling of the word that was said?
pub(super) fn may_be_spelled(said: &str, heard: &str) -> bool {
    let (said, heard) = (said.to_ascii_uppercase(), heard.to_ascii_uppercase());
    let length = said.chars().count();
    let apart = letters_apart(&said, &heard, |a, b| if are_alike(a, b) { ALIKE } else { 1.0 });
    heard.chars().count() >= LEAST_SPELLED
        && (said.starts_with(&heard) || apart <= SPELLING_GOES_WRONG * length as f32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_that_were_lost_or_taken_for_their_like_are_a_spelling_and_other_names_are_not() {
        for (said, heard) in [
            ("Walker", "WALKR"),
            ("Martinez", "MARTIND"),
            ("Rivera", "RIV"),
            ("Green", "CREE"),
            ("Phillips", "PHLLIPS"),
        ] {
            assert!(may_be_spelled(said, heard), "{said} {heard}");
        }
        for (said, heard) in [("Allen", "ALIN"), ("Rays", "REYES"), ("Lee", "LI"), ("Moore", "MURDER")] {
            assert!(!may_be_spelled(said, heard), "{said} {heard}");
        }
    }

    #[test]
    fn names_that_sound_alike_are_alike() {
        for (heard, known) in [
            ("reyes", "reyes"),
            ("katherine", "catherine"),
            ("smyth", "smith"),
            ("alder", "aldar"),
            ("stephen", "steven"),
        ] {
            assert!(likeness(heard, known) >= 0.7, "{heard} {known}");
        }
        for (heard, known) in [("dana", "maria"), ("reyes", "lopez"), ("tom", "tim"), ("lee", "li")] {
            assert!(likeness(heard, known) == 0.0, "{heard} {known}");
        }
    }

    #[test]
    fn distance_counts_edits() {
        assert_eq!((distance("kitten", "sitting"), distance("", "abc"), distance("a", "a")), (3, 3, 0));
    }
}
