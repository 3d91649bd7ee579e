//! Callers whom the office does not want to hear, whom it always wants to hear, and what happens to those who do not say
//! who they are.
//!
//! Nobody is refused because of what the carrier thinks of their number alone; that, and a withheld number, have rules of
//! their own, and both ring as any other unless the office says otherwise. An emergency service that calls back, and whoever
//! is on call, are never screened.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::{Duration, Instant},
};

use super::{Attestation, CallDirection, CallRecord, Caller, Directory, Fact, Party, Unanswered, Vouched};
use crate::types::{Extension, Moment, PhoneNumber};

/// What the office has said about one number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Listing {
    /// Refused before anything rings.
    Block,
    /// Never screened.
    Allow,
}

impl Listing {
    /// The name in the store.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Block => "block",
            Self::Allow => "allow",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Block, Self::Allow].into_iter().find(|listing| listing.name() == name)
    }
}

/// What happens to a kind of caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Treatment {
    /// As to any other.
    #[default]
    Ring,
    /// The caller is asked to press a key before any phone rings.
    Challenge,
    /// No phone rings: the agent asks what it is about.
    Agent,
    /// 603.
    Refuse,
}

impl Treatment {
    /// As in the configuration: `ring`.
    pub fn from_name(name: &str) -> Option<Self> {
        match name {
            "ring" => Some(Self::Ring),
            "challenge" => Some(Self::Challenge),
            "agent" => Some(Self::Agent),
            "refuse" => Some(Self::Refuse),
            _ => None,
        }
    }
}

/// The office's rules for callers whom it does not know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ScreeningRules {
    /// The number is withheld.
    pub anonymous: Treatment,
    /// The carrier says that the number may be false.
    pub failed: Treatment,
    /// Nobody of the office's book, and on no list.
    pub unknown: Treatment,
    /// What happens to somebody who does not press the key.
    pub unanswered: Unanswered,
    /// Who has pressed it is not asked again for so long; after a restart everybody is.
    pub remember: Duration,
}

/// Numbers that may be listed. An office that lists more has another trouble; further ones are not kept.
const MOST: usize = 20_000;

/// Callers who are remembered to have pressed the key.
const MOST_PASSED: usize = 10_000;

/// After an emergency call its service may call back from any number, with any attestation or none (RFC 7090).
const CALL_BACK: Duration = Duration::from_secs(2 * 3600);

/// The lists, and what is remembered of callers.
#[derive(Debug, Default)]
pub(super) struct Screening {
    listed: BTreeMap<PhoneNumber, Listing>,
    /// Who has called each extension last: as many as there are extensions.
    last: BTreeMap<Extension, PhoneNumber>,
    open_until: Option<Instant>,
    /// Who has pressed the key, and until when that counts. Beyond [`MOST_PASSED`] the one whose time is up first is asked again.
    passed: BTreeMap<PhoneNumber, Instant>,
}

impl Screening {
    pub(super) fn restore(&mut self, listed: Vec<(PhoneNumber, Listing)>) {
        self.listed = listed.into_iter().take(MOST).collect();
    }

    /// `None` takes the number from its list.
    pub(super) fn list(&mut self, number: PhoneNumber, listing: Option<Listing>) {
        match listing {
            Some(listing) if self.listed.len() < MOST || self.listed.contains_key(&number) => {
                self.listed.insert(number, listing);
            }
            Some(_) => {}
            None => {
                self.listed.remove(&number);
            }
        }
    }

    /// Takes note of what has happened.
    pub(super) fn observe(&mut self, fact: &Fact) {
        if let Fact::Ended(record) = fact {
            self.remember(record);
        }
    }

    fn remember(&mut self, record: &CallRecord) {
        let (CallDirection::Inbound, Caller::Number { number, .. }) = (record.direction, &record.caller)
        else {
            return;
        };
        let rung: BTreeSet<&Extension> = record
            .legs
            .iter()
            .filter_map(|leg| match &leg.party {
                Party::Phone(extension) => Some(extension),
                _ => None,
            })
            .collect();
        self.last.extend(rung.into_iter().map(|extension| (extension.clone(), *number)));
    }

    /// Who has called this extension last, of those who have hung up.
    pub(super) fn last_caller(&self, extension: &Extension) -> Option<PhoneNumber> {
        self.last.get(extension).copied()
    }

    /// Somebody has called an emergency service, which may call back.
    pub(super) fn emergency(&mut self, now: Instant) {
        self.open_until = Some(now + CALL_BACK);
    }

    /// Somebody has pressed the key.
    pub(super) fn passed(&mut self, now: Instant, number: PhoneNumber, keep: Duration) {
        self.passed.retain(|_, until| *until > now);
        if self.passed.len() >= MOST_PASSED
            && let Some(first) =
                self.passed.iter().min_by_key(|(_, until)| **until).map(|(number, _)| *number)
        {
            self.passed.remove(&first);
        }
        self.passed.insert(number, now + keep);
    }

    /// What is to happen to this caller; `known`: the office has this number in its book.
    pub(super) fn treat(
        &self,
        now: Moment,
        directory: &Directory,
        caller: &Caller,
        vouched: &Vouched,
        known: bool,
    ) -> Treatment {
        if self.open_until.is_some_and(|until| now.at < until) {
            return Treatment::Ring;
        }
        let rules = directory.screening;
        let number = match caller {
            Caller::Anonymous => return rules.anonymous,
            Caller::Extension(_) => return Treatment::Ring,
            Caller::Number { number, .. } => number,
        };
        if directory.on_call.has(*number) || directory.texts.summaries_to.contains(number) {
            return Treatment::Ring;
        }
        match (self.listed.get(number), vouched.attestation) {
            (Some(Listing::Allow), _) => Treatment::Ring,
            (Some(Listing::Block), _) => Treatment::Refuse,
            (None, Some(Attestation::Failed)) => rules.failed,
            (None, _) if known || self.passed.get(number).is_some_and(|until| now.at < *until) => {
                Treatment::Ring
            }
            (None, _) => rules.unknown,
        }
    }
}
