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

/// Letters to insert, delete or change (Levenshtein 1966).
pub(super) fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, left) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, right) in b.iter().enumerate() {
            let change = diagonal + usize::from(left != *right);
            diagonal = row[j + 1];
            row[j + 1] = change.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[b.len()]
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

#[cfg(test)]
mod tests {
    use super::*;

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
