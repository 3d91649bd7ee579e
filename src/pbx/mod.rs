//! The switch: every call and text of the office, from the first INVITE to the record.
//!
//! This is where signalling, media and the agent meet. Invariants, above all what is absent:
//! - No socket, clock, disk or thread: `handle_input(now, …)` and `poll_output(now)` are the whole door, and
//!   [`Input`], [`Output`] and [`Fact`] say everything that can pass through it.
//! - One function, [`may_reach`], decides who may reach whom; it sees parsed digits only. A call from a trunk reaches our
//!   own numbers and nothing else, so nothing goes from trunk to trunk.
//! - Emergencies are matched before any rule and exempt from every limit of calls; ports are kept for them.
//! - Phones ring whatever the agent's state is; without speech, a call that nobody takes hears an announcement.
//! - States do not know each other: each says what comes `next`, and `call` builds it.
//! - A call keeps the [`Directory`] that it began with, ends by a limit at the latest, and leaves exactly one
//!   [`CallRecord`].

mod announcing;
mod asked;
mod assisted;
mod call;
mod calls;
mod conversation;
mod decision;
mod desk_event;
mod desk_settings;
mod dialplan;
mod directory;
mod encryption;
mod ending;
mod event;
mod exchange;
mod features;
mod fork;
mod hold;
mod incoming;
mod key_trail;
mod lamps;
mod ledger;
mod leg;
mod line;
mod next;
mod notice;
mod opening;
mod parked;
mod prompting;
mod record;
mod recording;
mod refusal;
mod resources;
mod ring_plan;
mod ringer;
mod ringing;
mod routing;
mod services;
mod session_event;
mod spending;
mod star_codes;
#[cfg(test)]
mod stories;
#[cfg(test)]
mod story;
mod switch;
mod talking;
mod tape;
mod texts;
mod trunk_answer;
mod waiter;
mod waiting;

pub use crate::media::{Codec, Impairment, Score};
pub use decision::Decision;
pub use desk_settings::{DeskSettings, ForwardTo};
pub use dialplan::{Asker, Barred, Usage, may_reach, parse as parse_dialled};
pub use directory::{Directory, Limits, Number, Phone, Settings, TRUNK_PATIENCE, Texts};
pub use encryption::{Srtp, SrtpPolicy};
pub use event::{
    Announcement, Control, Encrypted, Fact, Input, MediaCommand, MediaEvent, Output, Quality, Reason,
    RecordingState, Shelf, SoundFile, SpeechCommand, TextResult, Unheard,
};
pub use features::{Features, Park};
pub use opening::{DayNight, Foreseen, Opening, TimedPlan, foresee};
pub use record::{
    AgentReason, CallDirection, CallRecord, Caller, Dialled, Disposition, Emergency, LegRecord, LegResult,
    Party, Speaker, TurnRecord,
};
pub use recording::{Gap, RecordRule, RecordingPart, RecordingRules};
pub use resources::{Resource, ResourceState};
pub use ring_plan::{DEFAULT_RING, RingOrder, RingPlan, RingStep};
pub use ringer::Ringer;
pub use services::{Mailbox, MailboxChange, MailboxPlan, PinHash, PinHashError, Services, VoiceMessage};
pub use star_codes::{SameCode, Service, StarCodes};
pub use switch::{Counts, Switch};

/// Part of a [`Fact`]: who reads facts need not know SIP.
pub use crate::sip::TrunkHealth;
