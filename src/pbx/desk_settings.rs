//! What somebody has set for an extension, at its phone, by a code or in the console: quiet, and forwards.

use std::{collections::BTreeMap, fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use super::ring_plan::Target;
use crate::types::{Extension, NumberError, PhoneNumber};

/// The settings of one extension. None of them says more than what was wished: whether a forward may lead where it says is
/// decided for each call, by the right of the one who forwards.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct DeskSettings {
    /// Its phones do not ring: whoever calls it is told that it is busy, and a ring plan goes on without it.
    #[serde(default)]
    pub do_not_disturb: bool,
    /// All its calls go there.
    #[serde(default, with = "as_text")]
    pub always: Option<ForwardTo>,
    /// Calls that it has no room for go there.
    #[serde(default, with = "as_text")]
    pub busy: Option<ForwardTo>,
    /// Calls that it does not answer go there.
    #[serde(default, with = "as_text")]
    pub no_answer: Option<ForwardTo>,
}

/// Where calls are forwarded: to a colleague, or to a telephone outside. Never to an emergency number or a service.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum ForwardTo {
    Extension(Extension),
    Number(PhoneNumber),
}

impl fmt::Display for ForwardTo {
    /// As shown and as kept: `102`, `+13035550177`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Extension(extension) => extension.fmt(f),
            Self::Number(number) => number.fmt(f),
        }
    }
}

impl FromStr for ForwardTo {
    type Err = NumberError;
    /// Reads what [`Display`](fmt::Display) wrote.
    fn from_str(text: &str) -> Result<Self, NumberError> {
        if text.starts_with('+') { text.parse().map(Self::Number) } else { text.parse().map(Self::Extension) }
    }
}

/// A forward in JSON is its text.
mod as_text {
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    use super::ForwardTo;

    #[expect(clippy::ref_option, reason = "serde names the signature")]
    pub(super) fn serialize<S: Serializer>(to: &Option<ForwardTo>, s: S) -> Result<S::Ok, S::Error> {
        match to {
            Some(to) => s.collect_str(to),
            None => s.serialize_none(),
        }
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(d: D) -> Result<Option<ForwardTo>, D::Error> {
        let text = Option::<String>::deserialize(d)?;
        text.map(|text| text.parse().map_err(D::Error::custom)).transpose()
    }
}

/// What is set, of every extension for which something is. Bounded by the extensions of the directory.
#[derive(Debug, Default)]
pub(super) struct Desks(BTreeMap<Extension, DeskSettings>);

impl Desks {
    pub(super) fn of(&self, extension: &Extension) -> DeskSettings {
        self.0.get(extension).cloned().unwrap_or_default()
    }

    /// Its phones; or nobody, if it does not want to be disturbed.
    pub(super) fn target(&self, extension: Extension) -> Target {
        if self.of(&extension).do_not_disturb {
            Target::Quiet(extension)
        } else {
            Target::Extension(extension)
        }
    }

    /// True if that is news.
    pub(super) fn set(&mut self, extension: &Extension, settings: DeskSettings) -> bool {
        if self.of(extension) == settings {
            return false;
        }
        if settings == DeskSettings::default() {
            self.0.remove(extension);
        } else {
            self.0.insert(extension.clone(), settings);
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_read_back_as_written_and_old_ones_too() {
        let settings = DeskSettings {
            do_not_disturb: true,
            always: Some("102".parse().unwrap()),
            no_answer: Some("+13035550177".parse().unwrap()),
            ..DeskSettings::default()
        };
        let text = serde_json::to_string(&settings).unwrap();
        assert_eq!(text, r#"{"do_not_disturb":true,"always":"102","busy":null,"no_answer":"+13035550177"}"#);
        assert_eq!(serde_json::from_str::<DeskSettings>(&text).unwrap(), settings);
        assert_eq!(serde_json::from_str::<DeskSettings>("{}").unwrap(), DeskSettings::default());
        assert!(serde_json::from_str::<DeskSettings>(r#"{"always":"anywhere"}"#).is_err());
    }

    #[test]
    fn only_a_change_is_news() {
        let (mut desks, desk) = (Desks::default(), "101".parse().unwrap());
        let quiet = DeskSettings { do_not_disturb: true, ..DeskSettings::default() };
        assert!(!desks.set(&desk, DeskSettings::default()));
        assert!(desks.set(&desk, quiet.clone()));
        assert!(!desks.set(&desk, quiet.clone()));
        assert_eq!(desks.of(&desk), quiet);
        assert!(desks.set(&desk, DeskSettings::default()));
    }
}
