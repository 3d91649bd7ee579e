//! One message of a mailbox to be handed over by e-mail, once, to one address.

use jiff::{SignedDuration, Timestamp};

use super::delivery::Delivery;
use crate::types::{EmailAddress, Extension, MessageKey, VoicemailId};

/// A letter knows which message it is about and not its words: they are read at the instant of sending.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letter {
    /// The same for every attempt; the letter's Message-ID is made of it.
    pub key: MessageKey,
    pub voicemail: VoicemailId,
    pub mailbox: Extension,
    pub to: EmailAddress,
    /// What becomes of the message once everybody has it.
    pub after: AfterMail,
    pub created: Timestamp,
    /// Not due at once: the recogniser is given time to read the message.
    pub delivery: Delivery,
}

/// What becomes of a message that has been handed over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum AfterMail {
    /// It stays new: the lamp burns until somebody has heard it.
    #[default]
    Keep,
    Heard,
    Delete,
}

impl AfterMail {
    pub const ALL: [Self; 3] = [Self::Keep, Self::Heard, Self::Delete];

    /// The name in the store and in the configuration.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Keep => "keep",
            Self::Heard => "heard",
            Self::Delete => "delete",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|after| after.name() == name)
    }
}

impl Letter {
    /// RFC 5321, 4.5.4.1: giving up takes four to five days.
    pub const FRESH_FOR: SignedDuration = SignedDuration::from_hours(4 * 24);
}

#[cfg(test)]
mod tests {
    use rand_chacha::rand_core::SeedableRng;

    use super::*;
    use crate::{
        outbox::{Attempted, Failure, Policy, State},
        types::Chance,
    };

    fn delivery() -> Delivery {
        let now: Timestamp = "2026-11-20T12:00:00Z".parse().unwrap();
        Delivery::new(now, now.checked_add(Letter::FRESH_FOR).unwrap())
    }

    #[test]
    fn a_letter_whose_fate_nobody_knows_is_not_sent_again_by_itself() {
        let (policy, mut chance) = (Policy::SIP_MESSAGE, Chance::seed_from_u64(1));
        let mut letter = delivery();
        assert_eq!(letter.claim(), Ok(1));
        letter.settle(Attempted::Lost, letter.due, &policy, &mut chance).unwrap();
        assert_eq!(letter.state, State::Unknown);
        assert!(letter.claim().is_err());
        letter.settle(Attempted::Accepted, letter.due, &policy, &mut chance).unwrap();
        assert_eq!(letter.state, State::Sent, "a late and certain answer is believed");
    }

    #[test]
    fn a_server_that_is_away_is_tried_for_days_and_one_that_refuses_is_not() {
        let (policy, mut chance) = (Policy::SIP_MESSAGE, Chance::seed_from_u64(2));
        let mut patient = delivery();
        let mut tries = 0;
        while patient.state == State::Queued {
            patient.claim().unwrap();
            let later = Attempted::Later { status: 421, retry_after: None };
            patient.settle(later, patient.due, &policy, &mut chance).unwrap();
            tries += 1;
        }
        assert_eq!(patient.state, State::Failed(Failure::Expired { status: 421 }));
        assert!(tries > 100, "{tries}");
        let mut refused = delivery();
        refused.claim().unwrap();
        refused.settle(Attempted::Never { status: 550 }, refused.due, &policy, &mut chance).unwrap();
        assert_eq!(refused.state, State::Failed(Failure::Refused { status: 550 }));
    }
}
