//! STOP means stop: what a text says about being written to.

use crate::types::Language;

/// Every word of a message that decides about consent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Keyword {
    /// No more texts.
    Stop,
    /// Texts are welcome (again).
    Start,
    /// Who are you?
    Help,
}

/// What a row of the consent ledger says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ConsentKind {
    OptIn,
    OptOut,
}

impl ConsentKind {
    pub const fn name(self) -> &'static str {
        match self {
            ConsentKind::OptIn => "opt_in",
            ConsentKind::OptOut => "opt_out",
        }
    }
}

/// By which way it was said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ConsentSource {
    Text,
    /// Said to the agent.
    Call,
    /// Entered by the office, for instance from a signed form.
    Office,
}

impl ConsentSource {
    pub const fn name(self) -> &'static str {
        match self {
            ConsentSource::Text => "text",
            ConsentSource::Call => "call",
            ConsentSource::Office => "office",
        }
    }
}

/// Messages that are an opt-out as they stand (47 CFR 64.1200(a)(10) names the first seven; the rest are the carriers'
/// and their Spanish counterparts).
const STOP_MESSAGES: &[&str] = &[
    "stop",
    "quit",
    "end",
    "revoke",
    "opt out",
    "cancel",
    "unsubscribe",
    "optout",
    "stopall",
    "stop all",
    "stopp",
    "alto",
    "parar",
    "pare",
    "para",
    "basta",
    "baja",
    "cancelar",
    "no mas",
    "ya no",
];

const START_MESSAGES: &[&str] = &["start", "unstop", "subscribe", "opt in", "optin", "empezar", "comenzar"];

const HELP_MESSAGES: &[&str] = &["help", "info", "ayuda"];

/// Courtesy around a keyword changes nothing: "Stop. Thank you", "ok please stop now".
const COURTESY: &[&str] = &[
    "please",
    "pls",
    "plz",
    "thanks",
    "thank",
    "you",
    "ty",
    "thx",
    "now",
    "ok",
    "okay",
    "hi",
    "hello",
    "hey",
    "just",
    "sir",
    "maam",
    "por",
    "favor",
    "gracias",
    "ya",
    "hola",
    "immediately",
    "it",
    "this",
];

/// What is done to a person by texting them.
const CONTACT: &[&str] = &[
    "text",
    "texts",
    "texting",
    "txt",
    "txts",
    "txting",
    "message",
    "messages",
    "messaging",
    "msg",
    "msgs",
    "sms",
    "contact",
    "contacting",
    "call",
    "calls",
    "calling",
    "bother",
    "bothering",
    "spam",
    "spamming",
    "harassing",
];

/// After "don't call me": these make it an arrangement, not a refusal ("don't call me before nine").
const ARRANGEMENT: &[&str] = &[
    "after", "before", "until", "till", "at", "between", "today", "tonight", "tomorrow", "on", "back", "yet",
    "if", "when", "during", "unless", "because", "about", "but",
];

/// The longest text that is read for free wording; beyond it only the beginning is.
const MOST_WORDS: usize = 60;

/// What this text says about consent, if it says anything.
///
/// Keywords count as the whole message, with courtesy around them. Free wording is read for a refusal of contact
/// ("please stop texting me", "take me off your list", "no me manden mensajes"); a `stop` that is about something
/// else ("can you stop the leak", "I'll stop by") is not one.
pub fn read_keyword(text: &str) -> Option<Keyword> {
    let words = words_of(text);
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let bare: Vec<&str> = words.iter().copied().filter(|word| !COURTESY.contains(word)).collect();
    // "ya no" and the like contain courtesy, so the message is compared both ways.
    for message in [words.join(" "), bare.join(" ")] {
        if STOP_MESSAGES.contains(&message.as_str()) {
            return Some(Keyword::Stop);
        }
        if START_MESSAGES.contains(&message.as_str()) {
            return Some(Keyword::Start);
        }
        if HELP_MESSAGES.contains(&message.as_str()) {
            return Some(Keyword::Help);
        }
    }
    // "STOP STOP STOP", "Stop! Unsubscribe!"
    if !bare.is_empty() && bare.iter().all(|word| STOP_MESSAGES.contains(word)) {
        return Some(Keyword::Stop);
    }
    (refuses_contact(&words) || refuses_contact_in_spanish(&words)).then_some(Keyword::Stop)
}

/// The language of a text that is a keyword of one language alone: `ALTO`, `AYUDA`.
pub fn keyword_language(text: &str) -> Option<Language> {
    const SPANISH: [&str; 13] = [
        "alto", "parar", "pare", "para", "basta", "baja", "cancelar", "mas", "ya", "empezar", "comenzar",
        "ayuda", "gracias",
    ];
    let words = words_of(text);
    let all = !words.is_empty()
        && words.iter().all(|word| {
            word == "no" || COURTESY.contains(&word.as_str()) || SPANISH.contains(&word.as_str())
        });
    (all && words.iter().any(|word| SPANISH.contains(&word.as_str()))).then_some(Language::Spanish)
}

/// Lower-case words without punctuation, apostrophes and accents.
fn words_of(text: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    for c in text.chars().flat_map(char::to_lowercase) {
        let folded = match c {
            'á' | 'à' => 'a',
            'é' | 'è' => 'e',
            'í' => 'i',
            'ó' => 'o',
            'ú' | 'ü' => 'u',
            'ñ' => 'n',
            other => other,
        };
        match folded {
            '\'' | '\u{2019}' => {}
            c if c.is_alphanumeric() => {
                if let Some(word) = words.last_mut() {
                    word.push(c);
                }
            }
            _ if words.last().is_some_and(|word| !word.is_empty()) => {
                if words.len() > MOST_WORDS {
                    break;
                }
                words.push(String::new());
            }
            _ => {}
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

/// Do these words occur one after another, beginning at `at`?
fn follows(words: &[&str], at: usize, phrase: &[&str]) -> bool {
    words.get(at..at + phrase.len()) == Some(phrase)
}

fn contains(words: &[&str], phrase: &[&str]) -> bool {
    (0..words.len()).any(|at| follows(words, at, phrase))
}

fn refuses_contact(words: &[&str]) -> bool {
    const PHRASES: &[&[&str]] = &[
        &["opt", "me", "out"],
        &["unsubscribe", "me"],
        &["want", "to", "opt", "out"],
        &["like", "to", "opt", "out"],
        &["want", "to", "unsubscribe"],
        &["take", "me", "off"],
        &["remove", "me", "from"],
        &["remove", "my", "number"],
        &["remove", "this", "number"],
        &["delete", "my", "number"],
        &["lose", "my", "number"],
        &["lose", "this", "number"],
        &["leave", "me", "alone"],
        &["do", "not", "contact"],
    ];
    if PHRASES.iter().any(|phrase| contains(words, phrase)) {
        return true;
    }
    // A question about stopping, or a wish that it go on, is no refusal.
    if matches!(words.first(), Some(&("why" | "did" | "when" | "who"))) {
        return false;
    }
    (0..words.len()).any(|at| {
        let negated = at > 0 && matches!(words[at - 1], "dont" | "not" | "never" | "didnt" | "wont" | "cant");
        match words[at] {
            // stop texting me; stop sending me messages; stop with the texts
            "stop" | "quit" | "cease" if !negated => contact_within(
                words,
                at + 1,
                4,
                &["sending", "with", "all", "these", "those", "the", "me", "any", "your", "and", "desist"],
            ),
            // don't text me; do not call this number; never contact me again
            "dont" | "never" => refusal_of_contact(words, at + 1),
            "not" if at > 0 && words[at - 1] == "do" => refusal_of_contact(words, at + 1),
            // no more texts
            "no" if follows(words, at, &["no", "more"]) => {
                words.get(at + 2).is_some_and(|word| CONTACT.contains(word))
            }
            _ => false,
        }
    })
}

/// Is one of the next `reach` words one of contact, with only `between` words before it?
fn contact_within(words: &[&str], from: usize, reach: usize, between: &[&str]) -> bool {
    for word in words.iter().skip(from).take(reach) {
        if CONTACT.contains(word) {
            return true;
        }
        if !between.contains(word) {
            return false;
        }
    }
    false
}

/// "(don't) (ever) text me", unless an arrangement follows.
fn refusal_of_contact(words: &[&str], mut at: usize) -> bool {
    while matches!(
        words.get(at),
        Some(&("ever" | "you" | "want" | "to" | "any" | "more" | "please" | "send" | "me" | "you're"))
    ) {
        at += 1;
    }
    if !words.get(at).is_some_and(|word| CONTACT.contains(word)) {
        return false;
    }
    let mut rest = words[at + 1..]
        .iter()
        .skip_while(|word| matches!(**word, "me" | "us" | "this" | "my" | "number" | "phone"));
    !rest.next().is_some_and(|word| ARRANGEMENT.contains(word))
}

fn refuses_contact_in_spanish(words: &[&str]) -> bool {
    const STOPPING: &[&str] = &["deje", "dejen", "deja", "pare", "paren", "no"];
    const CONTACTING: &[&str] = &[
        "mande",
        "manden",
        "mandes",
        "mandar",
        "mandarme",
        "envie",
        "envien",
        "envies",
        "enviar",
        "enviarme",
        "escriba",
        "escriban",
        "escribas",
        "escribir",
        "escribirme",
        "llame",
        "llamen",
        "llames",
        "llamar",
        "llamarme",
        "textear",
        "textearme",
        "textee",
        "moleste",
        "molesten",
        "molestar",
        "contacten",
        "contacte",
        "contactarme",
    ];
    if contains(words, &["no", "mas", "mensajes"])
        || contains(words, &["no", "quiero", "mas", "mensajes"])
        || contains(words, &["no", "quiero", "mensajes"])
    {
        return true;
    }
    (0..words.len()).any(|at| {
        STOPPING.contains(&words[at])
            && words
                .iter()
                .skip(at + 1)
                .take(3)
                .take_while(|word| matches!(**word, "me" | "de" | "mas" | "nos") || CONTACTING.contains(word))
                .any(|word| CONTACTING.contains(word))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stop_means_stop() {
        for text in [
            "STOP",
            "stop",
            "Stop.",
            " Stop! ",
            "STOPALL",
            "Stop all",
            "UNSUBSCRIBE",
            "End",
            "QUIT",
            "Cancel",
            "REVOKE",
            "OPTOUT",
            "opt-out",
            "Opt out please",
            "Stop. Thank you",
            "ok stop",
            "STOP STOP STOP",
            "please stop",
            "Please stop texting me",
            "stop sending me messages",
            "STOP TEXTING",
            "Can you please stop texting me?",
            "don't text me",
            "Don’t ever text me again",
            "do not contact me",
            "Do not call or text this number",
            "never call me again",
            "no more texts please",
            "take me off your list",
            "remove me from this list",
            "unsubscribe me",
            "I want to opt out",
            "leave me alone",
            "lose my number",
            "stop calling me",
            "quit texting me!!!",
            "stop with the messages",
            "Stop spamming",
            "I said don't text me",
            "ALTO",
            "Parar",
            "parar por favor",
            "BASTA",
            "no más",
            "No más mensajes",
            "no me manden mensajes",
            "No me escriban más por favor",
            "dejen de llamarme",
            "ya no",
            "no quiero más mensajes",
        ] {
            assert_eq!(read_keyword(text), Some(Keyword::Stop), "{text}");
        }
    }

    #[test]
    fn words_about_something_else_are_left_alone() {
        for text in [
            "",
            "  ",
            "?",
            "Yes please",
            "Can you stop the leak?",
            "I'll stop by tomorrow",
            "The water won't stop",
            "it doesn't stop dripping",
            "cancel my appointment",
            "When does my lease end?",
            "I quit my job, can I break the lease",
            "end of the month works",
            "don't call me after 9",
            "Please don't stop texting me",
            "why did you stop texting me",
            "call me",
            "text me back",
            "no",
            "no thanks",
            "don't call before noon",
            "he did not stop the car",
            "there is a bus stop",
            "Para mañana está bien",
            "no me funciona la calefacción",
            "me pueden llamar",
            "start date?",
            "can you help me with the sink",
        ] {
            assert_eq!(read_keyword(text), None, "{text}");
        }
    }

    #[test]
    fn start_and_help_are_whole_messages() {
        for text in ["START", "Unstop", "start please", "UNSTOP."] {
            assert_eq!(read_keyword(text), Some(Keyword::Start), "{text}");
        }
        for text in ["HELP", "help!", "Ayuda por favor", "INFO"] {
            assert_eq!(read_keyword(text), Some(Keyword::Help), "{text}");
        }
    }

    #[test]
    fn a_very_long_text_costs_no_more_than_its_beginning() {
        let text = "word ".repeat(100_000);
        assert_eq!(read_keyword(&text), None);
        assert_eq!(read_keyword(&format!("please stop texting me {text}")), Some(Keyword::Stop));
    }
}
