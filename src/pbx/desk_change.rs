//! One thing that somebody sets for an extension, by a code, by a key of its phone or in the console: all come to this.

use super::DeskSettings;

/// One setting of one extension.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DeskChange {
    DoNotDisturb(bool),
    /// Where to, as it would be dialled at the extension's phone; `None` ends the forward.
    Forward {
        when: ForwardWhen,
        to: Option<String>,
    },
}

/// Which calls a forward is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ForwardWhen {
    Always,
    Busy,
    NoAnswer,
}

/// Why a setting was not changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
pub enum ChangeRefused {
    #[error("there is no such extension")]
    NoExtension,
    #[error("that is neither an extension of the office nor a telephone number")]
    NoNumber,
    #[error("calls may not be forwarded there")]
    Forbidden,
    #[error("calls would come back here from there")]
    Circle,
}

impl ForwardWhen {
    pub const ALL: [Self; 3] = [Self::Always, Self::Busy, Self::NoAnswer];

    /// Its name in forms and in the audit log.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Always => "always",
            Self::Busy => "busy",
            Self::NoAnswer => "no_answer",
        }
    }

    /// Reads what [`name`](Self::name) wrote.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|when| when.name() == name)
    }
}

impl DeskSettings {
    /// Where these calls are forwarded.
    pub fn forward(&self, when: ForwardWhen) -> Option<&super::ForwardTo> {
        match when {
            ForwardWhen::Always => self.always.as_ref(),
            ForwardWhen::Busy => self.busy.as_ref(),
            ForwardWhen::NoAnswer => self.no_answer.as_ref(),
        }
    }

    pub(super) fn set_forward(&mut self, when: ForwardWhen, to: Option<super::ForwardTo>) {
        match when {
            ForwardWhen::Always => self.always = to,
            ForwardWhen::Busy => self.busy = to,
            ForwardWhen::NoAnswer => self.no_answer = to,
        }
    }
}
