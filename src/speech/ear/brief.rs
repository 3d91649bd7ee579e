//! What may be said with so little voice that a recogniser would as soon invent it.

/// Whole answers and cries of one syllable, bare, in any language that the house speaks: "no" by somebody in a hurry has less voice
/// than a cough.
const WORDS: &[&str] = &[
    "yes", "yeah", "yep", "yup", "yah", "ya", "no", "nope", "nah", "none", "sure", "right", "fine", "good",
    "great", "true", "wrong", "okay", "ok", "hi", "hey", "bye", "what", "huh", "who", "why", "when", "stop",
    "wait", "help", "fire", "gas", "both", "that", "this", "first", "last", "done", "thanks", "please",
    "one", "two", "three", "four", "five", "six", "eight", "nine", "ten", "sí", "si", "bien", "ya", "qué",
    "gas",
];

/// Is it one of them, or one of them twice?
pub(super) fn is_word(text: &str) -> bool {
    let bare = |word: &str| {
        word.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect::<String>()
    };
    let words: Vec<String> = text.split_whitespace().map(bare).filter(|word| !word.is_empty()).collect();
    matches!(words.len(), 1 | 2) && words.iter().all(|word| WORDS.contains(&word.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_a_word_and_an_invention_is_none() {
        for word in ["No.", "Yes!", "No, no.", "Yeah.", "¿Sí?", "Help!", "Four."] {
            assert!(is_word(word), "{word}");
        }
        for invented in
            ["", "...", "Worse.", "You know.", "Thank you very much.", "No, no, no.", "I am here."]
        {
            assert!(!is_word(invented), "{invented}");
        }
    }
}
