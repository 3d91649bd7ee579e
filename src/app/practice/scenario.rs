//! A practice caller as data: who calls, what they say first, and what they answer to what.

use anyhow::Context;
use serde::Deserialize;

use crate::types::PhoneNumber;

/// The scenarios that come with Portico, by name.
pub(in crate::app) const SHIPPED: &[(&str, &str)] = &[
    ("leak", include_str!("../../../firmware-config/practice/leak.toml")),
    ("gas", include_str!("../../../firmware-config/practice/gas.toml")),
    ("showing", include_str!("../../../firmware-config/practice/showing.toml")),
    ("hangup", include_str!("../../../firmware-config/practice/hangup.toml")),
    ("interrupt", include_str!("../../../firmware-config/practice/interrupt.toml")),
];

/// One practice call.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::app) struct Scenario {
    pub title: String,
    pub caller: PhoneNumber,
    pub dials: PhoneNumber,
    /// Said once the greeting is over.
    #[serde(default)]
    pub opening: String,
    /// In the order in which they are tried.
    #[serde(default)]
    pub answer: Vec<Answer>,
    /// The caller gives up while the phones still ring.
    pub hang_up_ringing_after_seconds: Option<u64>,
    /// The opening is said over the greeting, so long after its first word.
    pub interrupt_after_ms: Option<u64>,
}

/// What is said to what.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::app) struct Answer {
    /// Words of the agent's sentence; one of them is enough.
    pub to: Vec<String>,
    #[serde(default)]
    pub say: String,
    #[serde(default)]
    pub hang_up: bool,
    /// Used one time only.
    #[serde(default)]
    pub once: bool,
}

/// What the caller does next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Reaction {
    Say(String),
    HangUp,
}

impl Scenario {
    /// A shipped one by its name, or a file.
    pub fn find(name: &str) -> anyhow::Result<Self> {
        let text = match SHIPPED.iter().find(|(shipped, _)| *shipped == name) {
            Some((_, text)) => (*text).to_owned(),
            None => std::fs::read_to_string(name).with_context(|| {
                let names: Vec<_> = SHIPPED.iter().map(|(name, _)| *name).collect();
                format!("`{name}` is neither a file nor one of the scenarios {}", names.join(", "))
            })?,
        };
        toml::from_str(&text).with_context(|| format!("the scenario {name}"))
    }

    /// The answer to this sentence. To what nothing fits, the caller says the opening once more; `used` counts how often
    /// each answer was given, and the last place how often the opening was.
    pub(super) fn react(&self, heard: &str, used: &mut Vec<u32>) -> Reaction {
        used.resize(self.answer.len() + 1, 0);
        let heard = heard.to_lowercase();
        let fits = |answer: &Answer| answer.to.iter().any(|words| heard.contains(&words.to_lowercase()));
        for (answer, used) in self.answer.iter().zip(used.iter_mut()) {
            if fits(answer) && !(answer.once && *used > 0) {
                *used += 1;
                return if answer.hang_up { Reaction::HangUp } else { Reaction::Say(answer.say.clone()) };
            }
        }
        let repeats = &mut used[self.answer.len()];
        *repeats += 1;
        /// A conversation that goes nowhere ends.
        const PATIENCE: u32 = 3;
        if *repeats > PATIENCE { Reaction::HangUp } else { Reaction::Say(self.opening.clone()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_shipped_scenario_can_be_read() {
        for (name, _) in SHIPPED {
            let scenario = Scenario::find(name).unwrap();
            assert!(!scenario.title.is_empty(), "{name}");
        }
    }

    #[test]
    fn the_first_answer_that_fits_is_given_and_nonsense_is_not_answered_for_ever() {
        let scenario = Scenario::find("leak").unwrap();
        let mut used = Vec::new();
        let say = |text: &str| Reaction::Say(text.into());
        assert_eq!(scenario.react("May I have your name, please?", &mut used), say("My name is Dana Reyes."));
        assert_eq!(
            scenario.react("That is Dana Reyes, is that right?", &mut used),
            say("Yes, that's right.")
        );
        for _ in 0..3 {
            assert_eq!(scenario.react("colourless green ideas", &mut used), say(&scenario.opening));
        }
        assert_eq!(scenario.react("colourless green ideas", &mut used), Reaction::HangUp);
    }
}
