//! What came of a conversation: read at its end by the wrap-up, written down once.

use jiff::civil;
use serde::{Deserialize, Serialize};

use super::{Intent, Urgency};
use crate::types::PhoneNumber;

/// The whole result of a conversation, as far as it got. Half a conversation has half an outcome: nothing is lost.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Outcome {
    /// Version of this form, for readers of last year's rows.
    pub version: u16,
    /// What the person wanted; `None` if they never said.
    pub intent: Option<Intent>,
    pub urgency: Urgency,
    pub name: Option<Captured<String>>,
    pub callback: Option<Captured<PhoneNumber>>,
    /// Unit or address, in the office's own spelling where it matched the roster.
    pub place: Option<Captured<String>>,
    /// What it is about, in the person's own words, at most 400 characters.
    pub matter: Option<String>,
    /// When they would like to come, or be called.
    pub wished_for: Option<Captured<civil::DateTime>>,
    /// May the technician go in when nobody is home?
    pub access: Option<Captured<bool>>,
    /// They asked that we do not text or call them.
    pub do_not_contact: bool,
    /// A person was promised something by the office.
    pub promised: Promise,
    pub ended: Option<EndReason>,
}

/// A piece of information, and whether the person confirmed the read-back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Captured<T> {
    pub value: T,
    pub confirmed: bool,
}

/// What the agent said would happen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum Promise {
    #[default]
    Nothing,
    /// A work order for the maintenance team.
    WorkOrder,
    /// Somebody will call back about a home.
    LeadCallback,
    /// Somebody will call back.
    Callback,
    /// The person on call was rung.
    OnCallRung,
}

/// Why a conversation ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum EndReason {
    /// Both sides were done.
    Goodbye,
    /// The person hung up.
    HungUp,
    /// A human has taken over.
    HandedOver,
    /// Nothing was said for too long.
    Silence,
    /// Too many turns could not be understood.
    Confusion,
    /// Wrong number, and said so.
    WrongNumber,
    /// The stated limit of turns or minutes was reached.
    Limit,
    /// Speech stopped working; the announcement was played.
    SpeechFailed,
}
