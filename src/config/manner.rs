//! How the agent speaks: voice, pace, pronunciation, its own name and its greeting, of the office and of each number.

use std::collections::BTreeMap;

use serde::Deserialize;
use toml::Spanned;

use super::checker::Checker;

/// Voices that Debian's flite carries at 16 kHz.
const VOICES: [&str; 4] = ["rms", "slt", "awb", "kal16"];

/// What the folder of a neural voice begins with, beside the other models.
const NEURAL: &str = "voice-";

/// Nobody listens to a longer one before they may speak.
const GREETING_WORDS: usize = 40;

const LONGEST_NAME: usize = 40;

/// As one section has it; what it leaves out is as the office has it.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawManner {
    voice: Option<Spanned<String>>,
    pace: Option<Spanned<f64>>,
    name: Option<Spanned<String>>,
    greeting: Option<Spanned<String>>,
    greeting_closed: Option<Spanned<String>>,
    recorded: Option<bool>,
    #[serde(default)]
    pronounce: BTreeMap<Spanned<String>, Spanned<String>>,
}

impl RawManner {
    /// Says nothing but this.
    pub(super) fn of_voice(voice: Option<Spanned<String>>) -> Self {
        Self { voice, ..Self::default() }
    }
}

/// Checked, and whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Manner {
    /// One of flite's, or the name of a folder of the models that begins with `voice-`.
    pub voice: String,
    /// In hundredths of the voice's own.
    pub pace: u16,
    /// The agent's own name.
    pub name: Option<String>,
    /// Said first while the office is open, and while it is closed, in place of the script's words.
    pub greeting: Option<String>,
    pub greeting_closed: Option<String>,
    /// Are sentences that the office has recorded played?
    pub recorded: bool,
    /// How words are written for the voice.
    pub pronounce: BTreeMap<String, String>,
}

impl Default for Manner {
    fn default() -> Self {
        Self {
            voice: VOICES[0].to_owned(),
            pace: 100,
            name: None,
            greeting: None,
            greeting_closed: None,
            recorded: true,
            pronounce: BTreeMap::new(),
        }
    }
}

impl Manner {
    /// A voice of its own folder, and not of the program.
    pub fn is_neural(&self) -> bool {
        self.voice.starts_with(NEURAL)
    }
}

/// What a section says, over what the office says.
pub(super) fn manner(c: &mut Checker<'_>, raw: RawManner, office: &Manner) -> Manner {
    let mut manner = office.clone();
    if let Some(voice) = raw.voice {
        manner.voice = known_voice(c, &voice);
    }
    if let Some(pace) = raw.pace {
        manner.pace = hundredths(c, &pace);
    }
    if let Some(name) = raw.name {
        manner.name = spoken_name(c, &name);
    }
    let greeted = raw.greeting.is_some();
    for (written, kept) in
        [(raw.greeting, &mut manner.greeting), (raw.greeting_closed, &mut manner.greeting_closed)]
    {
        if let Some(written) = written {
            *kept = greeting(c, &written);
        }
    }
    // A number that has a greeting of its own is not closed in the words of the office.
    if greeted && manner.greeting_closed == office.greeting_closed {
        manner.greeting_closed = None;
    }
    manner.recorded = raw.recorded.unwrap_or(office.recorded);
    for (words, said) in raw.pronounce {
        if let Some(said) = pronounced(c, &words, &said) {
            manner.pronounce.insert(words.into_inner().trim().to_owned(), said);
        }
    }
    manner
}

fn known_voice(c: &mut Checker<'_>, voice: &Spanned<String>) -> String {
    let name = voice.get_ref().trim();
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    let neural = name.strip_prefix(NEURAL).is_some_and(|rest| !rest.is_empty() && name.chars().all(plain));
    if !neural && !VOICES.contains(&name) {
        let cure = format!(
            "write one of {}, or the folder of a neural voice beside the models, such as \"{NEURAL}theirs\"",
            VOICES.join(", ")
        );
        c.problem(voice, format_args!("there is no voice `{name}`"), &cure);
    }
    name.to_owned()
}

fn hundredths(c: &mut Checker<'_>, pace: &Spanned<f64>) -> u16 {
    if !(0.7..=1.4).contains(pace.get_ref()) {
        let what = format_args!("a pace of {} is not understood over a telephone", pace.get_ref());
        c.problem(pace, what, "write a number from 0.7 (slow) to 1.4 (fast); 1.0 is the voice's own");
        return 100;
    }
    (pace.get_ref() * 100.0).round() as u16
}

fn spoken_name(c: &mut Checker<'_>, name: &Spanned<String>) -> Option<String> {
    let text = name.get_ref().trim();
    let speakable = text.chars().all(|c| c.is_alphabetic() || " '’-".contains(c));
    if text.is_empty() || !speakable || text.chars().count() > LONGEST_NAME {
        let cure = "write it as it is said, in letters, such as \"Robin\"";
        c.problem(name, format_args!("`{text}` is no name that can be spoken"), cure);
        return None;
    }
    Some(text.to_owned())
}

fn greeting(c: &mut Checker<'_>, greeting: &Spanned<String>) -> Option<String> {
    let text = greeting.get_ref().trim();
    if !text.chars().any(char::is_alphanumeric) {
        c.problem(greeting, "the greeting has no words", "write what callers hear first, or delete the line");
        return None;
    }
    if let Some(bad) = text.chars().find(|&c| !c.is_alphanumeric() && !" .,?!'’-:;".contains(c)) {
        let what = format_args!("the greeting holds `{bad}`, which cannot be spoken");
        c.problem(greeting, what, "write it in words");
    }
    let words = text.split_whitespace().count();
    if words > GREETING_WORDS {
        let what = format_args!("the greeting has {words} words; at most {GREETING_WORDS} are listened to");
        c.problem(greeting, what, "shorten it: callers want to speak");
    }
    // It is followed by other sentences.
    let ends = text.ends_with(['.', '!', '?']);
    Some(if ends { text.to_owned() } else { format!("{text}.") })
}

fn pronounced(c: &mut Checker<'_>, words: &Spanned<String>, said: &Spanned<String>) -> Option<String> {
    let heading = words.get_ref().trim();
    let whole = heading.starts_with(char::is_alphanumeric) && heading.ends_with(char::is_alphanumeric);
    if !whole {
        let cure = "write the word as it stands in the sentences, such as Yaupon = \"yo pon\"";
        c.problem(words, format_args!("`{heading}` is no word whose pronunciation could be told"), cure);
        return None;
    }
    let text = said.get_ref().trim();
    let speakable = text.chars().all(|c| c.is_alphabetic() || " '-".contains(c));
    if !speakable || !text.chars().any(char::is_alphabetic) {
        let what = format_args!("`{heading}` is to be said as `{text}`, which cannot be spoken");
        c.problem(said, what, "write it in letters, as an English reader would say it: \"yo pon\"");
        return None;
    }
    Some(text.to_owned())
}

#[cfg(test)]
mod tests {
    use crate::config::{Config, tests::office_with};

    fn number(agent: &str) -> Result<Config, String> {
        let office = "[agent]\nname = \"Robin\"\nvoice = \"slt\"\n[agent.pronounce]\nYaupon = \"yo pon\"\n";
        let silent = "[[number]]\nnumber = \"+1 303 555 0176\"\n";
        office_with(&format!(
            "{office}{silent}[[number]]\nnumber = \"+1 303 555 0177\"\n[number.agent]\n{agent}"
        ))
    }

    fn refused(agent: &str) -> String {
        number(agent).unwrap_err()
    }

    #[test]
    fn a_number_speaks_as_the_office_does_but_for_what_it_says_of_itself() {
        let config = number(
            "pace = 0.9\ngreeting = \"Maple Court leasing\"\npronounce = { \"Alder St\" = \"older street\" }",
        )
        .unwrap();
        let (office, own) = (&config.speech.manner, &config.numbers.last().unwrap().manner);
        assert_eq!(
            (office.voice.as_str(), office.pace, own.voice.as_str(), own.pace),
            ("slt", 100, "slt", 90)
        );
        assert_eq!(own.greeting.as_deref(), Some("Maple Court leasing."));
        assert_eq!(own.name.as_deref(), Some("Robin"));
        assert_eq!(own.pronounce.len(), 2, "{:?}", own.pronounce);
        let silent = &config.numbers[config.numbers.len() - 2];
        assert_eq!(silent.manner, config.speech.manner, "a number that says nothing");
    }

    #[test]
    fn a_manner_that_cannot_be_spoken_is_named_with_the_cure() {
        let voice = refused("voice = \"alexa\"");
        assert!(
            voice.contains("there is no voice `alexa`") && voice.contains("rms, slt, awb, kal16"),
            "{voice}"
        );
        assert!(number("voice = \"voice-lessac\"").unwrap().numbers.last().unwrap().manner.is_neural());
        assert!(refused("voice = \"voice-../etc\"").contains("there is no voice"));
        assert!(refused("pace = 3.0").contains("0.7 (slow) to 1.4 (fast)"));
        assert!(refused("name = \"R2D2\"").contains("no name that can be spoken"));
        assert!(refused("greeting = \"We're #1.\"").contains("`#`"));
        assert!(refused(&format!("greeting = \"{}\"", "word ".repeat(41))).contains("41 words"));
        assert!(refused("greeting = \"...\"").contains("no words"));
        let said = refused("pronounce = { Yaupon = \"jɔːpɒn/\" }");
        assert!(said.contains("`Yaupon` is to be said as"), "{said}");
        assert!(refused("pronounce = { \"...\" = \"dots\" }").contains("no word"));
    }
}
