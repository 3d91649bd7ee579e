//! What is put as a question, and what is asked that needs no fact of the office.

use crate::dialogue::{office::words_of, remark::Remark, token::tokens};

/// "Are you open right now?"
pub(super) fn asks_of_now(text: &str) -> bool {
    const OPEN: &[&str] = &["open", "closed", "abierto", "abierta", "abiertos", "cerrado", "cerrada"];
    const NOW: &[&str] =
        &["now", "still", "currently", "yet", "ahora", "ahorita", "todavía", "todavia", "aún"];
    let words = words_of(text);
    let said = |of: &[&str]| words.iter().any(|word| of.contains(&word.as_str()));
    said(OPEN) && said(NOW)
}

/// "Am I being recorded?", not "the recording said".
pub(super) fn asks_of_recording(text: &str) -> bool {
    let words = words_of(text);
    let says = |of: &[&str]| words.iter().any(|word| of.contains(&word.as_str()));
    asks(text)
        && says(&["record", "recorded", "recording", "taped", "graba", "graban", "grabando", "grabada"])
        && says(&["i", "call", "this", "being", "we", "you", "me", "llamada", "esto", "esta", "se", "están"])
}

/// Is it put as a question?
pub(super) fn asks(text: &str) -> bool {
    const ASKING: [&str; 26] = [
        "what", "when", "where", "how", "who", "which", "why", "can", "could", "do", "does", "is", "are",
        "may", "will", "would", "should", "am", "qué", "cuándo", "cuánto", "dónde", "cómo", "quién", "puedo",
        "hay",
    ];
    let opens = |clause: &str| words_of(clause).first().is_some_and(|word| ASKING.contains(&word.as_str()));
    text.contains('?') || text.split(['.', ',', ';', '!', '¿']).any(opens)
}

/// Is it put as a question, or as something that they would like to know?
pub(super) fn wonders(text: &str) -> bool {
    const WONDERING: [&str; 16] = [
        "know",
        "wonder",
        "wondering",
        "curious",
        "tell",
        "question",
        "questions",
        "ask",
        "asking",
        "about",
        "any",
        "whats",
        "saber",
        "pregunta",
        "preguntar",
        "duda",
    ];
    asks(text) || words_of(text).iter().any(|word| WONDERING.contains(&word.as_str()))
}

/// The sentences that tell something, without those that ask.
pub(super) fn without_questions(text: &str) -> String {
    let sentences = text.split_inclusive(['.', '!', '?']);
    sentences
        .filter(|sentence| !sentence.trim_end().ends_with('?'))
        .map(str::trim)
        .collect::<Vec<_>>()
        .join(" ")
}

/// "Take me off the waitlist" refuses neither calls nor texts.
pub(super) fn is_of_a_waitlist(text: &str) -> bool {
    let words = words_of(text);
    let written = |word: &String| {
        ["text", "call", "messag", "contact", "ring", "number"].iter().any(|stem| word.starts_with(stem))
    };
    Remark::OfWaitlist.is_in(text) && !words.iter().any(written)
}

/// "Did you get the parking too?", and not "did you get my email?"
pub(super) fn asks_if_noted(text: &str) -> bool {
    Remark::AsksIfNoted.is_in(text) && !Remark::OfThingSent.is_in(text)
}

/// "Can I speak to a person?", "get me somebody", "put Kim on": wherever the talk stands.
pub(super) fn pleads(text: &str) -> bool {
    let words = tokens(text);
    Remark::WantsPerson.fits(&words) && !Remark::WantsNoPerson.fits(&words)
}

#[cfg(test)]
mod tests {
    use super::pleads;

    #[test]
    fn a_plea_for_a_person_is_told_from_what_is_like_it() {
        for text in [
            "Can you get me a person?",
            "Get me a human being.",
            "Let me talk to a real person.",
            "is there nobody there?",
            "Are you a robot? I want to talk to a real person.",
        ] {
            assert!(pleads(text), "{text}");
        }
        for text in [
            "can someone show me the house",
            "is there somebody who can show it to me on Saturday",
            "please put me on the waitlist",
            "are you a real person",
            "it's for one person",
            "Press one to speak to a representative.",
        ] {
            assert!(!pleads(text), "{text}");
        }
    }
}
