//! The callers of a rehearsal as data: who calls when, what they say, and what the office should have made of it.

use serde::Deserialize;

use crate::{
    dialogue::{Intent, Trade},
    types::Language,
};

/// The callers that come with the program.
pub const SHIPPED: &str = include_str!("../../firmware-config/rehearsal/callers.toml");

/// Those of them who speak Spanish, and what all who do answer.
const SPANISH: &str = include_str!("../../firmware-config/rehearsal/spanish.toml");

const COMMERCIAL: &str = include_str!("../../firmware-config/rehearsal/commercial.toml");
const BROKERAGE: &str = include_str!("../../firmware-config/rehearsal/brokerage.toml");

/// Why a file of callers cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum ScriptError {
    #[error("the callers cannot be read: {0}")]
    Toml(#[from] toml::de::Error),
    #[error("\"{title}\": `{word}` is no {what}; cure: {cure}")]
    Word { title: String, word: String, what: &'static str, cure: &'static str },
    #[error("\"{title}\" says nothing; cure: give it `says`, or `phones = \"answer\"`")]
    Mute { title: String },
}

/// Everybody who calls, and what they all answer.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Script {
    /// What is spoken where a caller or an answer says nothing else.
    #[serde(default)]
    pub language: Language,
    /// Tried after a caller's own answers.
    #[serde(default)]
    pub answer: Vec<Reply>,
    #[serde(default)]
    pub caller: Vec<Part>,
}

/// What is said to what.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reply {
    /// Of an answer that everybody has: it is for callers who speak this.
    #[serde(default)]
    pub language: Option<Language>,
    /// Words of the agent, one of them is enough; an empty one is found in whatever is said.
    pub to: Vec<String>,
    /// Words that must be there besides, all of them.
    #[serde(default)]
    pub with: Vec<String>,
    /// A line as in [`Part::says`].
    pub say: String,
}

/// One caller.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Part {
    pub title: String,
    /// What they speak.
    #[serde(default)]
    pub language: Option<Language>,
    #[serde(default)]
    pub when: Hour,
    /// The caller's number is withheld.
    #[serde(default)]
    pub withheld: bool,
    #[serde(default)]
    pub phones: Phones,
    /// How many people on call do not answer before one does.
    #[serde(default)]
    pub on_call_silent: usize,
    /// Speech recognition is down.
    #[serde(default)]
    pub speech_down: bool,
    /// So many people call with these words within ten minutes.
    #[serde(default)]
    pub callers: Option<u32>,
    /// Lines in order. `(mumbles)`, `(keys 12)`, `(hangs up)` and `(waits)` are done and not said; `(over) …` is said over
    /// the agent; `… (hangs up)` ends in the middle; `(en) …` is said in English by whoever speaks something else.
    #[serde(default)]
    pub says: Vec<String>,
    #[serde(default)]
    pub answer: Vec<Reply>,
    #[serde(default)]
    pub expect: Expected,
    /// The same at an office that speaks their language and cannot hear it. Without it they are to be told so, and asked by keys.
    #[serde(default)]
    pub unheard: Option<Expected>,
}

/// When somebody calls, by the office's own hours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Hour {
    #[default]
    Open,
    Closed,
    /// Ten in the evening.
    Night,
    /// Three in the morning.
    SmallHours,
    Sunday,
    Christmas,
}

/// What the desk phones do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Phones {
    #[default]
    Ring,
    Answer,
    Busy,
    /// Nobody answers at first; whom the agent hands over is answered.
    Late,
}

/// What should come of it. What is left out may be anything.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Expected {
    /// One of these call types.
    #[serde(default)]
    pub about: Vec<Intent>,
    #[serde(default)]
    pub work_order: Option<bool>,
    #[serde(default)]
    pub lead: Option<bool>,
    /// Alternatives with `|`.
    #[serde(default)]
    pub name: Option<String>,
    #[serde(default)]
    pub place: Option<String>,
    /// Ten digits, or `theirs`: the number that they call from.
    #[serde(default)]
    pub callback: Option<String>,
    #[serde(default)]
    pub access: Option<bool>,
    /// Words that the matter has, each of them.
    #[serde(default)]
    pub matter: Vec<String>,
    /// `routine`, `urgent`, `danger`, or the name of a danger.
    #[serde(default)]
    pub urgency: Option<String>,
    /// Somebody on call is rung.
    #[serde(default)]
    pub on_call: Option<bool>,
    /// All of its callers together leave so many incidents.
    #[serde(default)]
    pub incidents: Option<usize>,
    /// A person takes the call.
    #[serde(default)]
    pub person: Option<bool>,
    /// `booked` or `requested`.
    #[serde(default)]
    pub showing: Option<String>,
    /// Phrases of the agent, each of them; alternatives with `|`.
    #[serde(default)]
    pub hears: Vec<String>,
    /// Phrases that the agent must not say.
    #[serde(default)]
    pub never: Vec<String>,
    /// At most so many turns of the caller.
    #[serde(default)]
    pub turns: Option<usize>,
    /// The caller gets a text.
    #[serde(default)]
    pub text: Option<bool>,
    #[serde(default)]
    pub do_not_contact: Option<bool>,
}

impl Script {
    /// The callers of an office of this trade, as they come with the program. What everybody answers is the same in all.
    ///
    /// # Errors
    /// Never in a build whose tests have passed.
    pub fn shipped(trade: Trade) -> Result<Self, ScriptError> {
        let everybody = Self::parse(SHIPPED)?;
        let own = match trade {
            Trade::Residential => {
                let Self { language, answer, caller } = everybody;
                let spanish = Self::parse(SPANISH)?;
                return Ok(Self {
                    language,
                    answer: answer.into_iter().chain(spanish.answer).collect(),
                    caller: caller.into_iter().chain(spanish.caller).collect(),
                });
            }
            Trade::Commercial => Self::parse(COMMERCIAL)?,
            Trade::Brokerage => Self::parse(BROKERAGE)?,
        };
        let answer = own.answer.into_iter().chain(everybody.answer).collect();
        Ok(Self { language: own.language, answer, caller: own.caller })
    }

    /// Reads a file of callers.
    ///
    /// # Errors
    /// With the line, or the caller, that is wrong.
    pub fn parse(text: &str) -> Result<Self, ScriptError> {
        let mut script: Self = toml::from_str(text)?;
        let language = script.language;
        for spoken in script
            .answer
            .iter_mut()
            .map(|answer| &mut answer.language)
            .chain(script.caller.iter_mut().map(|part| &mut part.language))
        {
            spoken.get_or_insert(language);
        }
        match script.caller.iter().find(|part| part.says.is_empty() && part.phones != Phones::Answer) {
            Some(part) => Err(ScriptError::Mute { title: part.title.clone() }),
            None => Ok(script),
        }
    }
}

impl Part {
    /// What they speak.
    pub fn speaks(&self) -> Language {
        self.language.unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_callers_are_sixty_and_each_has_a_title_of_its_own() {
        let script = Script::parse(SHIPPED).unwrap();
        assert!(script.caller.len() >= 60, "{}", script.caller.len());
        let mut titles: Vec<&str> = script.caller.iter().map(|part| part.title.as_str()).collect();
        titles.sort_unstable();
        titles.dedup();
        assert_eq!(titles.len(), script.caller.len());
    }

    #[test]
    fn who_speaks_spanish_has_answers_in_spanish() {
        let script = Script::shipped(Trade::Residential).unwrap();
        let speaks = |language| script.caller.iter().filter(|part| part.speaks() == language).count();
        assert!(speaks(Language::Spanish) >= 8 && speaks(Language::English) >= 60);
        let answers =
            |language| script.answer.iter().filter(|reply| reply.language == Some(language)).count();
        assert!(answers(Language::Spanish) >= 15 && answers(Language::English) >= 15);
        let unheard = script.caller.iter().filter(|part| part.unheard.is_some());
        assert!(
            unheard.clone().count() >= 8 && unheard.clone().all(|part| part.speaks() != Language::English)
        );
    }

    #[test]
    fn a_caller_who_says_nothing_is_refused() {
        let error = Script::parse("[[caller]]\ntitle = \"Nobody\"\n").unwrap_err();
        assert_eq!(
            error.to_string(),
            "\"Nobody\" says nothing; cure: give it `says`, or `phones = \"answer\"`"
        );
    }
}
