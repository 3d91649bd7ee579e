//! The forms of the JSON interface: converted by hand, so that a change inside the house is no change for programs.

use serde::Serialize;
use utoipa::ToSchema;

use super::escalated::StepAnswer;
use crate::{
    console::{
        recording,
        vitals::{Condition, Vitals},
    },
    dialogue::Urgency,
    pbx::{
        AgentReason, CallRecord, Caller, Codec, FaxPath, LegRecord, Party, RecordingPart, TurnRecord, Unheard,
    },
    store::{
        CallDetail, CallRow, ContactRow, Health, LeadRow, MessageRow, TextDirection, TimelineEntry,
        WorkOrderRow,
    },
    types::Extension,
};

/// Why there is no answer.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Trouble {
    pub error: String,
}

/// One page of a list.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct List<T> {
    pub items: Vec<T>,
    /// Hand it back as `after` for the next page; null: this was the last.
    pub next: Option<String>,
}

/// A call in a list.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct CallInShort {
    pub id: String,
    /// `inbound`, `outbound` or `internal`.
    pub direction: &'static str,
    /// In E.164, an extension, or null when the number was withheld.
    pub caller: Option<String>,
    pub name: Option<String>,
    pub dialled: String,
    /// UTC, RFC 3339.
    pub started: String,
    pub answered: Option<String>,
    pub ended: String,
    pub disposition: &'static str,
    /// `completed` by a person, `missed` (nobody took it, or a machine did), `busy` or `failed`.
    pub result: &'static str,
    /// No person of the office talked with the caller.
    pub missed: bool,
    /// Why the agent took the call, if it did.
    pub agent_reason: Option<&'static str>,
    pub intent: Option<String>,
    pub summary: String,
    pub recorded: bool,
}

impl CallInShort {
    pub fn of(row: &CallRow) -> Self {
        Self {
            id: row.id.to_string(),
            direction: row.direction.name(),
            caller: caller(&row.caller),
            name: row.contact_name.clone(),
            dialled: row.dialled.to_string(),
            started: row.started.to_string(),
            answered: row.answered.map(|at| at.to_string()),
            ended: row.ended.to_string(),
            disposition: row.disposition.name(),
            result: row.result.name(),
            missed: row.missed,
            agent_reason: row.agent_reason.map(AgentReason::name),
            intent: row.intent.map(|intent| intent.name().to_owned()),
            summary: row.summary.clone(),
            recorded: row.recorded,
        }
    }
}

/// One call, whole.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct CallAnswer {
    pub id: String,
    pub direction: &'static str,
    pub trunk: Option<String>,
    pub caller: Option<String>,
    pub name: Option<String>,
    pub dialled: String,
    pub started: String,
    pub answered: Option<String>,
    pub ended: String,
    pub disposition: &'static str,
    /// `completed` by a person, `missed` (nobody took it, or a machine did), `busy` or `failed`.
    pub result: &'static str,
    pub missed: bool,
    pub agent_reason: Option<&'static str>,
    /// What the caller wanted, if the agent could tell.
    pub intent: Option<String>,
    pub summary: String,
    /// Whether the caller is texted, or why not.
    pub text_back: String,
    /// Where the recording is served, if there is one; the first part of several.
    pub recording: Option<String>,
    /// When the recording began, in milliseconds since the call began.
    pub recording_from_ms: Option<u64>,
    pub recordings: Vec<RecordingAnswer>,
    /// The queue that it waited in, if it did, for how long, and why no longer: `answered`, `call_back`, `left`,
    /// `gave_up`, `timed_out`, `full`, `unserved` or `ended`.
    pub queue: Option<String>,
    pub queued_ms: Option<u64>,
    pub queue_end: Option<&'static str>,
    /// It was a fax, as `voice` (G.711) or `t38`.
    pub fax: Option<&'static str>,
    /// Pages of it that the receiver has confirmed. Null: they could not be counted.
    pub fax_pages: Option<u32>,
    pub legs: Vec<LegAnswer>,
    pub turns: Vec<TurnAnswer>,
    pub work_orders: Vec<WorkOrderAnswer>,
    pub leads: Vec<LeadAnswer>,
    pub messages: Vec<MessageAnswer>,
    /// The timeline of the escalation to people on call, in order; empty if no danger was heard.
    pub escalation: Vec<StepAnswer>,
}

impl CallAnswer {
    pub fn of(detail: &CallDetail, escalated: &[TimelineEntry]) -> Self {
        let record = &detail.record;
        let recordings: Vec<RecordingAnswer> = (1..)
            .zip(&record.recordings)
            .map(|(number, part)| RecordingAnswer::of(record, number, part))
            .collect();
        Self {
            id: record.call.to_string(),
            direction: record.direction.name(),
            trunk: record.trunk.clone(),
            caller: caller(&record.caller),
            name: detail.contact_name.clone(),
            dialled: record.dialled.to_string(),
            started: record.started.to_string(),
            answered: record.answered.map(|at| at.to_string()),
            ended: record.ended.to_string(),
            disposition: record.disposition.name(),
            result: record.result().name(),
            missed: detail.missed,
            agent_reason: record.agent_reason.map(AgentReason::name),
            intent: record
                .outcome
                .as_ref()
                .and_then(|outcome| outcome.intent)
                .map(|intent| intent.name().to_owned()),
            summary: detail.summary.clone(),
            text_back: detail.text_back.name().to_owned(),
            recording: recordings.first().map(|first| first.at.clone()),
            recording_from_ms: recordings.first().and_then(|first| first.from_ms),
            recordings,
            queue: record.queued.as_ref().map(|queued| queued.queue.clone()),
            queued_ms: record.queued.as_ref().map(|queued| queued.waited_ms),
            queue_end: record.queued.as_ref().map(|queued| queued.end.name()),
            fax: record.fax.map(|fax| match fax.by {
                FaxPath::Voice => "voice",
                FaxPath::T38 => "t38",
            }),
            fax_pages: record.fax.and_then(|fax| fax.pages),
            legs: record.legs.iter().map(LegAnswer::of).collect(),
            turns: record.turns.iter().map(|turn| TurnAnswer::of(record, turn)).collect(),
            work_orders: detail.work_orders.iter().map(WorkOrderAnswer::of).collect(),
            leads: detail.leads.iter().map(LeadAnswer::of).collect(),
            messages: detail.messages.iter().map(MessageAnswer::of).collect(),
            escalation: escalated.iter().map(StepAnswer::of).collect(),
        }
    }
}

/// One leg of a call.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct LegAnswer {
    /// A number, `extension 101`, `agent` or null.
    pub party: Option<String>,
    pub started: String,
    pub answered: Option<String>,
    pub ended: String,
    pub result: &'static str,
    /// The SIP status of a leg that failed.
    pub status: Option<u16>,
    pub packets_received: Option<u64>,
    pub packets_lost: Option<u64>,
    pub jitter_ms: Option<u32>,
    pub round_trip_ms: Option<u32>,
    /// `PCMU`, `PCMA`, `G722` or `opus`.
    pub codec: Option<&'static str>,
    /// How the far end sounded to us: a mean opinion score by the E-model (ITU-T G.107) in hundredths, 100 to 450.
    pub score_heard: Option<u16>,
    /// How we sounded to the far end, by its own reports, in hundredths.
    pub score_there: Option<u16>,
    /// `none`, `sdes` or `dtls`: how the leg's media was protected.
    pub encryption: Option<&'static str>,
    /// Why nothing was heard of this leg, if nothing was: `nothing_came`, `came_from_elsewhere`, `reports_only`,
    /// `not_negotiated`, `not_authentic`, `not_rtp` or `went_quiet`.
    pub unheard: Option<&'static str>,
}

impl LegAnswer {
    fn of(leg: &LegRecord) -> Self {
        let (result, status) = leg.result.name();
        Self {
            party: match &leg.party {
                Party::Caller(who) => caller(who),
                Party::Phone(extension) => Some(format!("extension {extension}")),
                Party::Number(number) => Some(number.to_string()),
                Party::Agent => Some("agent".into()),
                Party::Emergency(emergency) => Some(emergency.digits().into()),
            },
            started: leg.started.to_string(),
            answered: leg.answered.map(|at| at.to_string()),
            ended: leg.ended.to_string(),
            result,
            status,
            packets_received: leg.quality.map(|q| q.packets_received),
            packets_lost: leg.quality.map(|q| q.packets_lost),
            jitter_ms: leg.quality.map(|q| q.jitter_ms),
            round_trip_ms: leg.quality.and_then(|q| q.round_trip_ms),
            codec: leg.quality.and_then(|q| q.codec).map(Codec::encoding_name),
            score_heard: leg.quality.and_then(|q| q.heard).map(|score| score.hundredths),
            score_there: leg.quality.and_then(|q| q.there).map(|score| score.hundredths),
            encryption: leg.quality.map(|q| q.encryption.as_str()),
            unheard: leg.quality.and_then(|q| q.unheard).map(Unheard::as_str),
        }
    }
}

/// A part of a call that was recorded.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct RecordingAnswer {
    /// Where it is served.
    pub at: String,
    /// When it began, in milliseconds since the call began. Null: it was not noted.
    pub from_ms: Option<u64>,
    /// When it ended. Null: with the call.
    pub until_ms: Option<u64>,
    /// The extension that asked for it. Null: the office's rule.
    pub by: Option<String>,
    /// Has everybody whose voice is in it been told before? If not it is held back.
    pub cleared: bool,
    /// Stretches of silence in place of what was said.
    pub pauses: Vec<PauseAnswer>,
}

/// A stretch of silence in a recording.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct PauseAnswer {
    pub from_ms: u64,
    pub until_ms: Option<u64>,
    /// The extension that paused it. Null: somebody had not been told of the recording.
    pub by: Option<String>,
}

impl RecordingAnswer {
    fn of(record: &CallRecord, number: usize, part: &RecordingPart) -> Self {
        let extension = |by: &Option<Extension>| by.as_ref().map(Extension::to_string);
        let pauses = part.gaps.iter().map(|gap| PauseAnswer {
            from_ms: gap.from_ms,
            until_ms: gap.until_ms,
            by: extension(&gap.by),
        });
        Self {
            at: recording::link(record.call, number),
            from_ms: part.from_ms,
            until_ms: part.until_ms,
            by: extension(&part.by),
            cleared: record.is_cleared(part),
            pauses: pauses.collect(),
        }
    }
}

/// One turn of a conversation with the agent.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct TurnAnswer {
    /// `caller` or `agent`.
    pub speaker: &'static str,
    pub text: String,
    /// When it began, in milliseconds since the call began.
    pub at_ms: u64,
    /// When it began, in milliseconds from the start of the part of the recording that holds it. Null: none does, or it
    /// was not noted.
    pub recording_ms: Option<u64>,
    /// Which part that is, from 1.
    pub recording_part: Option<usize>,
    /// From the caller's last voice to the agent's first.
    pub latency_ms: Option<u32>,
    /// The caller spoke over it after so much of it.
    pub interrupted_after_ms: Option<u32>,
}

impl TurnAnswer {
    fn of(record: &CallRecord, turn: &TurnRecord) -> Self {
        let position = record.in_recording(turn.at_ms);
        Self {
            speaker: turn.speaker.name(),
            text: turn.text.clone(),
            at_ms: turn.at_ms,
            recording_ms: position.map(|(_, ms)| ms),
            recording_part: position.map(|(part, _)| part + 1),
            latency_ms: turn.latency_ms,
            interrupted_after_ms: turn.interrupted_after_ms,
        }
    }
}

/// A repair that somebody asked for.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct WorkOrderAnswer {
    pub id: String,
    pub call: String,
    pub opened: String,
    pub property: String,
    pub caller: Option<String>,
    pub callback: Option<String>,
    /// Unit or address.
    pub place: Option<String>,
    pub issue: String,
    /// `life_safety`, `urgent` or `routine`.
    pub urgency: &'static str,
    pub emergency: bool,
    /// May the technician go in when nobody is home?
    pub access: Option<bool>,
    /// Local date and time.
    pub wished_for: Option<String>,
    pub status: &'static str,
}

impl WorkOrderAnswer {
    pub fn of(row: &WorkOrderRow) -> Self {
        Self {
            id: row.id.to_string(),
            call: row.call.to_string(),
            opened: row.opened.to_string(),
            property: row.property.clone(),
            caller: row.caller.clone(),
            callback: row.callback.map(|number| number.to_string()),
            place: row.place.clone(),
            issue: row.issue.clone(),
            urgency: match row.urgency {
                Urgency::LifeSafety(_) => "life_safety",
                Urgency::Urgent(_) => "urgent",
                Urgency::Routine => "routine",
            },
            emergency: row.emergency,
            access: row.access,
            wished_for: row.wished_for.map(|at| at.to_string()),
            status: row.status.name(),
        }
    }
}

/// Somebody who asked about a home.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct LeadAnswer {
    pub id: String,
    pub call: String,
    pub opened: String,
    pub dialled: String,
    pub name: Option<String>,
    pub callback: Option<String>,
    pub place: Option<String>,
    pub wish: String,
    pub wished_for: Option<String>,
    /// `rental`, `buyer` or `seller`.
    pub kind: &'static str,
    pub status: &'static str,
}

impl LeadAnswer {
    pub fn of(row: &LeadRow) -> Self {
        Self {
            id: row.id.to_string(),
            call: row.call.to_string(),
            opened: row.opened.to_string(),
            dialled: row.dialled.to_string(),
            name: row.name.clone(),
            callback: row.callback.map(|number| number.to_string()),
            place: row.place.clone(),
            wish: row.wish.clone(),
            wished_for: row.wished_for.map(|at| at.to_string()),
            kind: row.kind.name(),
            status: row.status.name(),
        }
    }
}

/// A text, in or out.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct MessageAnswer {
    pub id: String,
    /// `in` or `out`.
    pub direction: &'static str,
    pub from: String,
    pub to: String,
    pub body: String,
    pub at: String,
    pub call: Option<String>,
    /// What an outgoing text is for.
    pub kind: Option<&'static str>,
    /// How far an outgoing text has come.
    pub state: Option<&'static str>,
    pub attempts: u16,
    /// The carrier's last answer.
    pub last_status: Option<u16>,
}

impl MessageAnswer {
    pub fn of(row: &MessageRow) -> Self {
        Self {
            id: row.key.to_string(),
            direction: match row.direction {
                TextDirection::In => "in",
                TextDirection::Out => "out",
            },
            from: row.from.to_string(),
            to: row.to.to_string(),
            body: row.body.clone(),
            at: row.at.to_string(),
            call: row.call.map(|call| call.to_string()),
            kind: row.kind.map(crate::outbox::Kind::name),
            state: row.state.map(crate::outbox::State::name),
            attempts: row.attempts,
            last_status: row.last_status,
        }
    }
}

/// A person.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ContactAnswer {
    pub id: String,
    pub number: String,
    pub name: Option<String>,
    pub name_verified: bool,
    pub do_not_contact: bool,
    pub opted_in: bool,
    pub last_call: Option<String>,
}

impl ContactAnswer {
    pub fn of(row: &ContactRow) -> Self {
        Self {
            id: row.id.to_string(),
            number: row.number.to_string(),
            name: row.name.clone(),
            name_verified: row.name_verified,
            do_not_contact: row.do_not_contact,
            opted_in: row.opted_in,
            last_call: row.last_call.map(|at| at.to_string()),
        }
    }
}

/// How the box fares.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct HealthAnswer {
    /// Nothing needs attention.
    pub well: bool,
    pub calls_now: usize,
    pub parts: Vec<PartAnswer>,
    /// Null: the records cannot be read.
    pub records: Option<RecordsAnswer>,
}

/// One part of the box.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct PartAnswer {
    pub name: String,
    /// `well`, `waiting` or `broken`.
    pub condition: &'static str,
    pub meaning: String,
}

/// What is kept and what waits.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct RecordsAnswer {
    pub calls: u64,
    pub contacts: u64,
    pub open_work_orders: u64,
    pub open_emergencies: u64,
    pub open_leads: u64,
    pub texts_waiting: u64,
    pub texts_of_unknown_fate: u64,
    pub bytes: u64,
}

impl HealthAnswer {
    pub fn of(vitals: &Vitals, store: Option<&Health>) -> Self {
        let parts = vitals.parts();
        Self {
            well: store.is_some() && parts.iter().all(|part| part.condition != Condition::Broken),
            calls_now: vitals.calls_now,
            parts: parts
                .into_iter()
                .map(|part| PartAnswer {
                    name: part.name,
                    condition: match part.condition {
                        Condition::Well => "well",
                        Condition::Waiting => "waiting",
                        Condition::Broken => "broken",
                    },
                    meaning: part.meaning,
                })
                .collect(),
            records: store.map(|health| RecordsAnswer {
                calls: health.calls,
                contacts: health.contacts,
                open_work_orders: health.open_work_orders,
                open_emergencies: health.open_emergencies,
                open_leads: health.open_leads,
                texts_waiting: health.queued + health.claimed,
                texts_of_unknown_fate: health.unknown,
                bytes: health.bytes,
            }),
        }
    }
}

fn caller(caller: &Caller) -> Option<String> {
    match caller {
        Caller::Number { number, .. } => Some(number.to_string()),
        Caller::Extension(extension) => Some(format!("extension {extension}")),
        Caller::Anonymous => None,
    }
}
