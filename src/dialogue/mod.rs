//! A conversation, on any channel: turns in, acts out.
//!
//! Invariants of this room:
//! - Nothing here knows audio, SIP, a clock or a disk. The day and the hour are told once, in the [`Opening`]; how
//!   long to wait is asked of the [`Limits`] by whoever has a clock.
//! - Every sentence spoken comes from the [`Pack`] or the [`Office`]: nothing is generated, so nothing is invented.
//! - Nothing is relied on unheard: what could be misheard is read back, and what was not confirmed is kept as
//!   unconfirmed and said to be so.
//! - Every conversation ends: each question is asked a bounded number of times, and the turns are counted.
//! - Danger to life is answered first, in whatever state the conversation is.

mod call_type;
mod classifier;
mod clause;
mod closed;
mod corpus;
mod entity;
mod evaluation;
mod expected;
mod features;
mod flow;
mod form;
mod intent;
mod journal;
mod language;
mod listing;
mod matter;
mod meanings;
mod moves;
mod names;
mod office;
mod outcome;
mod pack;
mod pattern;
mod provenance;
mod reading;
mod remark;
mod reply;
mod secret;
mod session;
mod showing;
mod tenancy;
mod token;
mod training;
mod treated;
mod trouble;
mod turn;
mod unasked;
mod understander;
#[cfg(test)]
mod understanding_tests;
mod understood;
mod urgency;

pub use call_type::{
    BadCallTypeName, CallType, CallTypeName, CallTypeScript, Examination, Mistaken, OfficeTypes,
};
pub use classifier::{EMBEDDING, Model, ModelError};
pub use closed::{ClosedTopic, may_be_said};
pub use corpus::{shipped_type, to_transcribe, transcribed};
pub use entity::{
    Access, Address, Context, DayPart, Entity, Financing, PersonName, Pets, Roster, Slot, UnitMention,
    UnitRef, Value, When, digit_name, extract,
};
pub use evaluation::{
    Bin, Corpus, Evaluation, HeldOut, Judged, MEANING_BAR, Mixed, Nearness, Report, Separation, Share, Tally,
    WORDS_BAR, evaluate_heard, evaluate_on, separation,
};
pub use expected::Expected;
pub use flow::{Ending, Flow};
pub use form::Item;
pub use intent::{Intent, Move, Topic};
pub use journal::{Journal, Journalled, LaterJournal, Step, Told};
pub use language::{greeted_in, language_of, language_wished};
pub use listing::Listing;
pub use matter::is_same as same_matter;
pub use meanings::Meanings;
pub use moves::topic_asked;
pub use office::{AlsoSpoken, Fact, Office};
pub use outcome::{Captured, EndReason, NoticeAnswer, NoticeTold, Outcome, Promise, Sought};
pub use pack::{Finding, Limits, Pack, PackError, PackText, Prompt, Trade};
pub use provenance::Provenance;
pub use reading::{Clause, LifeSafety, Reading, Urgency, UrgentKind};
pub use reply::{place_aloud, unit_aloud};
pub use secret::without_secrets;
pub use session::{Channel, KnownTrouble, Opening, ResumeError, SavedSession, Session};
pub use showing::{CalendarAnswer, CalendarRequest, Showing, ShowingSlot, ShowingState};
pub use tenancy::{
    Assurance, Digits, Needed, NumberRight, Policy, PrivateFact, PrivateTopic, Resident, Standing,
    TRIES_IN_A_CALL, Tenancy,
};
pub use training::{
    CrossValidation, Embedder, TrainingError, cross_validate, train_with, train_words, train_words_in,
};
pub use treated::{Subject, Treated};
pub use trouble::{SharedPlace, Signs, Trouble, signs};
pub use turn::{Act, Destination, Digit, Expectation, Say, UserTurn};
pub use understander::{SEED, Understander, danger_said};
pub use understood::{Understood, understand};
pub use urgency::RuleTexts;
