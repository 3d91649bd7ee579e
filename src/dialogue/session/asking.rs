//! What is put as a question, and what is asked that needs no fact of the office.

use std::sync::LazyLock;

use crate::dialogue::{office::words_of, pattern::AnyOf, token::tokens};

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

/// "How much is it for one cat?", "what's the zip?": only a figure answers it.
pub(super) fn wants_a_figure(text: &str) -> bool {
    static FIGURE: LazyLock<AnyOf> = LazyLock::new(|| {
        AnyOf::parse([
            "how much",
            "what|whats ?is ?the ?your ?monthly ?pet ?late deposit|fee|fees|cost|price|charge",
            "zip",
            "how many",
        ])
    });
    FIGURE.fits(&tokens(text))
}

/// "Take me off the waitlist" refuses neither calls nor texts.
pub(super) fn is_of_a_waitlist(text: &str) -> bool {
    static WAITLIST: LazyLock<AnyOf> = LazyLock::new(|| {
        AnyOf::parse([
            "waitlist",
            "waiting list",
            "list for a|an|the|one|two|three",
            "found .. something|someplace|somewhere|another|place & list",
        ])
    });
    let words = words_of(text);
    let written = |word: &String| {
        ["text", "call", "messag", "contact", "ring", "number"].iter().any(|stem| word.starts_with(stem))
    };
    WAITLIST.fits(&tokens(text)) && !words.iter().any(written)
}

/// "Can I speak to a person?", "get me somebody", "put Kim on": wherever the talk stands.
pub(super) fn pleads(text: &str) -> bool {
    static PLEA: LazyLock<AnyOf> = LazyLock::new(|| {
        AnyOf::parse([
            "get|give|connect|put|transfer|patch|send ?me ?through ?over ?to ?with ?on a|an|the|some ?real ?live ?actual person|human|agent|representative|operator|supervisor",
            "get me someone|somebody|anyone|anybody",
            "can|could|may|let|want|need|like|wanna|gotta|rather ?i|we|me ?just ?please ?to ?just ?please talk|speak ?directly to|with a|an|the|some|somebody|someone|anyone|anybody ?real|live|actual|human|person|else|there|here|in|manager|representative|operator|supervisor",
            "talk|speak to|with a ?real ?live ?actual person|human|manager|representative|operator|supervisor",
            "can|could|please|would you ?please get|put|fetch .. on the phone|line",
            "real|live|actual person|human",
            "human being",
            "is|are there ?no|nobody|anybody|anyone|somebody|someone|noone ?person|human ?one there|else|here",
            "is nobody|noone|anybody|anyone there",
            "transfer|connect me|us",
            "put me|us through",
        ])
    });
    static NOT: LazyLock<AnyOf> = LazyLock::new(|| {
        AnyOf::parse([
            "dont|not|no|never|without|didnt|wont|cant|instead ?have ?need|want|wanna|put|get|connect|transfer ?me ?to ?of ?through ?talk|speak|talking|speaking ?to|with ?a|an|any|the ?real|live person|human|someone|somebody|anybody|anyone|manager",
            "dont|not|no|never ?need|want ?to talk|speak|put|connect|transfer|get",
            "are|is|am you|this|i ?talking|speaking ?to|with ?a|an ?real|live|actual person|human",
            // Somebody who is to show a home, or a machine that sells.
            "somebody|someone|anybody|anyone|person .. show|shows|showing|meet|meets|let",
            "press|dial one|two|three|four|five|six|seven|eight|nine|zero|pound|star|1|2|3|4|5|6|7|8|9|0",
        ])
    });
    let words = tokens(text);
    PLEA.fits(&words) && !NOT.fits(&words)
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
