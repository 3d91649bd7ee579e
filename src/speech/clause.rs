//! Where a text can be breathed: the synthesiser makes one clause while the one before is being heard.

use std::ops::ControlFlow;

use super::{SpeechError, Spoken};

/// A comma ends a clause only when this many characters have gathered; shorter ones are spoken in one breath.
const COMMA_FROM: usize = 28;

/// A clause without any mark is cut at the next space from here on, so that first audio is never late.
const LONGEST: usize = 160;

/// Speaks a text clause by clause: `make` makes the sound of one, which goes to `sink` before the next is made.
pub(super) fn clause_by_clause(
    text: &str,
    sink: &mut dyn FnMut(&[i16]) -> ControlFlow<()>,
    mut make: impl FnMut(&str) -> Result<Vec<i16>, SpeechError>,
) -> Result<Spoken, SpeechError> {
    let mut samples = 0;
    for clause in clauses(text) {
        let sound = make(clause)?;
        samples += sound.len() as u64;
        if sink(&sound).is_break() {
            return Ok(Spoken { samples, finished: false });
        }
    }
    Ok(Spoken { samples, finished: true })
}

/// The clauses of a text, in order, each trimmed and none empty.
pub fn clauses(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut start = 0;
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        let next = chars.peek().map(|&(_, n)| n);
        let breaks_here = next.is_none_or(char::is_whitespace);
        let length = at - start;
        let ends = match c {
            '.' => breaks_here && !is_abbreviation(&text[start..at]),
            '!' | '?' => breaks_here,
            '\n' => true,
            ';' | ':' => breaks_here && length >= COMMA_FROM / 2,
            ',' => breaks_here && length >= COMMA_FROM,
            ' ' => length >= LONGEST,
            _ => false,
        };
        if ends {
            let end = at + c.len_utf8();
            push(&mut found, &text[start..end]);
            start = end;
        }
    }
    push(&mut found, &text[start..]);
    found
}

fn push<'a>(found: &mut Vec<&'a str>, clause: &'a str) {
    let clause = clause.trim();
    if clause.chars().any(char::is_alphanumeric) {
        found.push(clause);
    }
}

/// Does the text before a full stop end in a title, an initial or a street word rather than a sentence?
fn is_abbreviation(before: &str) -> bool {
    const SHORT: [&str; 13] =
        ["mr", "mrs", "ms", "dr", "st", "ave", "blvd", "rd", "apt", "jr", "sr", "vs", "etc"];
    let last = before.rsplit(|c: char| c.is_whitespace() || c == '.').next().unwrap_or("");
    (last.chars().count() == 1 && last.chars().all(char::is_uppercase) && last != "I")
        || SHORT.contains(&last.to_ascii_lowercase().as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_are_clauses_and_titles_do_not_end_them() {
        assert_eq!(
            clauses("Thank you, Mr. Ortiz. Is that 12 Elm St. in Denver?"),
            ["Thank you, Mr. Ortiz.", "Is that 12 Elm St. in Denver?"]
        );
    }

    #[test]
    fn a_long_sentence_is_breathed_at_its_comma_and_a_short_one_is_not() {
        assert_eq!(
            clauses("So, your number is 303, 555, 0142, and you live in unit four, is that right?"),
            ["So, your number is 303, 555, 0142,", "and you live in unit four, is that right?"]
        );
        assert_eq!(clauses("Yes, please."), ["Yes, please."]);
    }

    #[test]
    fn nothing_to_say_has_no_clauses_and_no_mark_is_needed() {
        assert!(clauses("  ...  ").is_empty());
        assert_eq!(clauses("hello"), ["hello"]);
        let long = "word ".repeat(80);
        assert!(clauses(&long).iter().all(|c| c.len() <= LONGEST + "word".len()));
        assert_eq!(clauses("It costs 3.50 a day. No."), ["It costs 3.50 a day.", "No."]);
    }
}
