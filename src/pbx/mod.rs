//! The switch: every call and text of the office, from the first INVITE to the record.
//!
//! This is where signalling, media and the agent meet. Invariants, above all what is absent:
//! - No socket, clock, disk or thread: `handle_input(now, …)` and `poll_output(now)` are the whole door, and
//!   [`Input`], [`Output`] and [`Fact`] say everything that can pass through it.
//! - One function, [`may_reach`], decides who may reach whom; it sees parsed digits only. A call from a trunk reaches our
//!   own numbers and nothing else, so nothing goes from trunk to trunk.
//! - Emergencies are matched before any rule and exempt from every limit of calls; ports are kept for them, and a line is
//!   taken from another call if need be. They are a state of their own, which no other leads to and which leads to none.
//! - Phones ring whatever the agent's state is; without speech, a call that nobody takes hears an announcement.
//! - States do not know each other: each says what comes `next`, and `call` builds it.
//! - A call keeps the [`Directory`] that it began with, ends by a limit at the latest, and leaves exactly one
//!   [`CallRecord`].

mod announcing;
mod asked;
mod assisted;
mod attestation;
mod call;
mod call_result;
mod calls;
mod conference;
mod conversation;
mod conversed;
mod decision;
mod desk_change;
mod desk_event;
mod desk_settings;
mod dialplan;
mod directory;
mod door;
mod emergency;
mod emergency_call;
mod encryption;
mod ending;
mod event;
mod exchange;
mod fax;
mod faxing;
mod features;
mod fork;
mod hold;
mod hold_music;
mod houses;
mod incoming;
mod key_trail;
mod known_troubles;
mod lamps;
mod ledger;
mod leg;
mod leg_quality;
mod line;
mod location;
mod next;
mod notice;
mod notices;
mod on_call;
mod opening;
mod paging;
mod parked;
mod places;
mod prompting;
mod proofs;
mod queue;
mod reception;
mod record;
mod record_names;
mod recording;
mod refusal;
mod resources;
mod ring_plan;
mod ringer;
mod ringing;
mod routing;
mod sacrifice;
mod screening;
mod services;
mod session_event;
mod side;
mod sought;
mod spending;
mod star_codes;
#[cfg(test)]
mod stories;
#[cfg(test)]
mod story;
mod supervision;
mod switch;
mod talking;
mod tape;
mod texts;
mod toll;
mod trunk_answer;
mod trunk_profile;
mod waiter;
mod waiting;
mod whereabouts;
mod xml;

pub use crate::media::{Codec, Impairment, Score};
pub use attestation::{Attestation, Vouched};
pub use call_result::CallResult;
pub use conference::{ConferencePlan, MOST_IN_A_ROOM};
pub use conversed::{Conversed, EarMark, EarMarks, ToEar};
pub use decision::Decision;
pub use desk_change::{ChangeRefused, DeskChange, ForwardWhen};
pub use desk_settings::{DeskSettings, ForwardTo};
pub use dialplan::{Asker, Barred, Usage, may_reach, parse as parse_dialled};
pub use directory::{Directory, Limits, Number, Phone, Settings, TRUNK_PATIENCE, Texts};
pub use door::{Door, Doors};
pub use emergency::{EmergencyNotice, EmergencyPlan};
pub use encryption::{Srtp, SrtpPolicy};
pub use event::{
    Announcement, Control, Fact, Input, MediaCommand, MediaEvent, Output, Reason, RecordingState, Shelf,
    SoundFile, SpeechCommand, TextResult,
};
pub use fax::{Fax, FaxPath};
pub use features::{Features, Park};
pub use hold_music::{Music, MusicTable};
pub use houses::Houses;
pub use leg_quality::{Encrypted, Quality, Unheard};
pub use location::{CivicAddress, CivicElement, Device, KnownBy, Location, Locations, device_key};
pub use on_call::{
    Called, Escalation, EscalationEvent, EscalationReport, EscalationStep, OnCall, Rota, Unreached, Verdict,
};
pub use opening::{Answers, DayNight, Foreseen, Opening, TimedPlan, foresee};
pub use paging::{MOST_PAGED, PagePlan};
pub use queue::{CallBack, CallBackPlan, CallBackState, QueueEnd, QueueOtherwise, QueuePlan, Queueing};
pub use reception::Reception;
pub use record::{
    AgentReason, CallDirection, CallRecord, Caller, Dialled, Disposition, LegRecord, LegResult, Party,
    Speaker, TurnRecord,
};
pub use recording::{Gap, RecordRule, RecordingPart, RecordingRules};
pub use resources::{Resource, ResourceState};
pub use ring_plan::{DEFAULT_RING, RingOrder, RingPlan, RingStep};
pub use ringer::Ringer;
pub use screening::{Listing, ScreeningRules, Treatment};
pub use services::{
    Choice, Leads, Mailbox, MailboxChange, MailboxPlan, MenuHours, MenuOtherwise, MenuPlan, PinHash,
    PinHashError, Services, Unanswered, VoiceMessage,
};
pub use spending::Spent;
pub use star_codes::{SameCode, Service, StarCodes};
pub use supervision::{Supervise, Supervision};
pub use switch::{Counts, Switch};
pub use toll::{Money, PriceClass, Right, Tolls};
pub use trunk_profile::{IdentityForm, NumberForm, ShownCaller, TrunkProfile};

/// Part of a [`Fact`]: who reads facts need not know SIP.
pub use crate::sip::TrunkHealth;
pub use crate::types::Emergency;
