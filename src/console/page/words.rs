//! The trade's words for what the records hold: one place, so that every page says the same.

use jiff::{Timestamp, tz::TimeZone};
use maud::{Markup, html};

use crate::{
    dialogue::{LifeSafety, Urgency},
    outbox::{Failure, State},
    pbx::{
        AgentReason, Attestation, CallDirection, CallResult, Caller, Codec, Dialled, Disposition, Encrypted,
        Fax, FaxPath, Impairment, LegResult, Party, Queueing, Score, Unheard,
    },
    store::{LeadKind, TextBackNote, TicketStatus},
    types::PhoneNumber,
};

/// How one direction of a leg sounded: a plain word, the score, and what took most from it.
pub(super) fn score(score: Score) -> String {
    let why = match score.why {
        Impairment::Nothing => "",
        Impairment::Loss => ", packets were lost",
        Impairment::Delay => ", the way was long",
        Impairment::Reported => ", as the far end measured it",
    };
    format!("{} ({}.{:02}{why})", score.word(), score.hundredths / 100, score.hundredths % 100)
}

/// A codec as its users know it.
pub(super) const fn codec(codec: Codec) -> &'static str {
    match codec {
        Codec::Pcmu => "G.711 µ-law",
        Codec::Pcma => "G.711 A-law",
        Codec::G722 => "G.722, wideband",
        Codec::Opus => "Opus, wideband",
    }
}

/// How long somebody waited in which queue, and why no longer.
pub(super) fn queueing(queueing: &Queueing) -> String {
    let seconds = queueing.waited_ms / 1_000;
    let (minutes, seconds) = (seconds / 60, seconds % 60);
    format!("{}, waited {minutes}:{seconds:02}: {}", queueing.queue, queueing.end.words())
}

/// What is known of a fax.
pub(super) fn fax(fax: Fax) -> String {
    let how = match fax.by {
        FaxPath::Voice => "as sound (G.711)",
        FaxPath::T38 => "as T.38",
    };
    match fax.pages {
        None => format!("{how}; its pages could not be counted"),
        Some(1) => format!("{how}, 1 page"),
        Some(pages) => format!("{how}, {pages} pages"),
    }
}

/// A moment in the office's own time, to the minute, with the exact one behind it.
pub(super) fn moment(at: Timestamp, zone: &TimeZone) -> Markup {
    let local = at.to_zoned(zone.clone());
    html! { time datetime=(at) { (local.strftime("%a %d %b %Y, %H:%M")) } }
}

/// The same, to the second.
pub(super) fn exact(at: Timestamp, zone: &TimeZone) -> Markup {
    let local = at.to_zoned(zone.clone());
    html! { time datetime=(at) { (local.strftime("%a %d %b %Y, %H:%M:%S")) } }
}

/// The time of day, to the second: for what happens within one call.
pub(super) fn clock(at: Timestamp, zone: &TimeZone) -> Markup {
    let local = at.to_zoned(zone.clone());
    html! { time datetime=(at) { (local.strftime("%H:%M:%S")) } }
}

pub(super) fn dialled(dialled: &Dialled) -> Markup {
    match dialled {
        Dialled::Number(n) => number(*n),
        Dialled::Extension(extension) => html! { "extension " (extension) },
        Dialled::Emergency(emergency) => html! { (emergency.digits()) },
        Dialled::Star(code) => html! { (code) },
    }
}

/// `4 min 05 s`.
pub(super) fn length(from: Timestamp, until: Timestamp) -> String {
    let seconds = until.duration_since(from).as_secs().max(0);
    if seconds < 60 { format!("{seconds} s") } else { format!("{} min {:02} s", seconds / 60, seconds % 60) }
}

pub(super) fn number(number: PhoneNumber) -> Markup {
    html! { span class="tel" { (number.national()) } }
}

pub(super) fn caller(caller: &Caller) -> Markup {
    match caller {
        Caller::Number { number: n, display } if display.is_empty() => number(*n),
        Caller::Number { number: n, display } => html! { (number(*n)) " " span class="quiet" { (display) } },
        Caller::Extension(extension) => html! { "extension " (extension) },
        Caller::Anonymous => html! { "number withheld" },
    }
}

pub(super) fn party(party: &Party) -> Markup {
    match party {
        Party::Caller(who) => caller(who),
        Party::Phone(extension) => html! { "extension " (extension) },
        Party::Number(n) => number(*n),
        Party::Emergency(emergency) => html! { (emergency.digits()) },
        Party::Agent => html! { "the agent" },
    }
}

pub(super) fn disposition(disposition: Disposition) -> (&'static str, &'static str) {
    match disposition {
        Disposition::Answered => ("answered", "good"),
        Disposition::AiHandled => ("agent took it", "good"),
        Disposition::HandedOver => ("handed over", "good"),
        Disposition::AiAbandoned => ("left the agent", "warn"),
        Disposition::CallerAbandoned => ("caller gave up", "warn"),
        Disposition::AnsweredElsewhere => ("answered elsewhere", "good"),
        Disposition::Announced => ("announcement", "bad"),
        Disposition::Voicemail => ("voicemail", "warn"),
        Disposition::Served => ("served by the box", "good"),
        Disposition::Failed => ("failed", "bad"),
    }
}

/// What became of a call, for whoever counts; `missed` is said of calls from outside alone.
pub(super) fn result(result: CallResult, direction: CallDirection) -> (&'static str, &'static str) {
    match (result, direction) {
        (CallResult::Completed, _) => ("completed", "good"),
        (CallResult::Missed, CallDirection::Inbound) => ("missed", "bad"),
        (CallResult::Missed, CallDirection::Outbound | CallDirection::Internal) => ("not answered", "warn"),
        (CallResult::Busy, _) => ("busy", "warn"),
        (CallResult::Failed, _) => ("failed", "bad"),
    }
}

pub(super) fn mark(word: &str, class: &str) -> Markup {
    html! { span class={ "mark " (class) } { (word) } }
}

pub(super) fn agent_reason(reason: AgentReason) -> &'static str {
    match reason {
        AgentReason::NoAnswer => "nobody answered",
        AgentReason::Busy => "all phones were busy",
        AgentReason::Declined => "the call was declined",
        AgentReason::DoNotDisturb => "nobody wanted to be disturbed",
        AgentReason::Unregistered => "no phone was registered",
        AgentReason::ClosedHours => "outside opening hours",
        AgentReason::Unreachable => "no phone could be reached",
        AgentReason::Chosen => "the caller chose the agent",
        AgentReason::KnownTrouble => "a notice of an incident was on",
        AgentReason::AgentFirst => "the number is set to the agent",
    }
}

pub(super) fn leg_result(result: LegResult) -> String {
    match result {
        LegResult::Completed => "talked".into(),
        LegResult::NoAnswer => "no answer".into(),
        LegResult::Busy => "busy".into(),
        LegResult::Declined => "declined".into(),
        LegResult::DoNotDisturb => "do not disturb".into(),
        LegResult::Unregistered => "not registered".into(),
        LegResult::AnsweredElsewhere => "answered elsewhere".into(),
        LegResult::CallerGone => "caller gone".into(),
        LegResult::Failed(status) => format!("failed ({status})"),
    }
}

/// The haste of a matter; nothing for what is routine.
pub(super) fn urgency(urgency: Urgency) -> Option<Markup> {
    match urgency {
        Urgency::Routine => None,
        Urgency::Urgent(kind) => Some(mark(&kind.name().replace('_', " "), "warn")),
        Urgency::LifeSafety(LifeSafety::Unspecified) => Some(mark("emergency", "bad")),
        Urgency::LifeSafety(kind) => {
            Some(mark(&format!("emergency: {}", kind.name().replace('_', " ")), "bad"))
        }
    }
}

pub(super) fn ticket(status: TicketStatus) -> Markup {
    match status {
        TicketStatus::Open => mark("open", "warn"),
        TicketStatus::Done => mark("done", "good"),
        TicketStatus::Cancelled => mark("cancelled", ""),
    }
}

pub(super) const fn lead(kind: LeadKind) -> &'static str {
    match kind {
        LeadKind::Rental => "rent",
        LeadKind::Buyer => "buy",
        LeadKind::Seller => "sell",
    }
}

pub(super) fn text_state(state: State) -> Markup {
    match state {
        State::Queued => mark("waits", "warn"),
        State::Claimed => mark("being sent", "warn"),
        State::Sent => mark("accepted by the carrier", "good"),
        State::Failed(Failure::Refused { status }) => mark(&format!("refused ({status})"), "bad"),
        State::Failed(Failure::Expired { .. }) => mark("too late to send", "bad"),
        State::Suppressed(why) => mark(&format!("held back: {}", why.name().replace('_', " ")), ""),
        State::Unknown => mark("may have been sent", "bad"),
    }
}

pub(super) fn text_back(note: TextBackNote) -> &'static str {
    match note {
        TextBackNote::Queued => "sent, or on its way",
        TextBackNote::Confirmed => "what was promised, in writing",
        TextBackNote::NotInbound => "none: not a call from outside",
        TextBackNote::Anonymous => "none: the number was withheld",
        TextBackNote::ReachedAPerson => "none: a person took the call",
        TextBackNote::Resolved => "none: the agent answered what was asked",
        TextBackNote::WrongNumber => "none: a wrong number",
        TextBackNote::Sales => "none: a sales call",
        TextBackNote::OptedOut => "none: they asked not to be texted",
        TextBackNote::Recent => "none: another call was answered by a text minutes before",
        TextBackNote::OwnNumber => "none: a number of the office",
        TextBackNote::Abroad => "none: a number abroad",
        TextBackNote::Machine => "none: a fax machine called",
        TextBackNote::SwitchedOff => "none: texts are switched off",
        TextBackNote::OutboxFull => "none: too many texts were waiting",
    }
}

/// How sure the carrier is of a caller's number, for people who have never heard of attestation.
pub(super) fn attestation(attestation: Attestation) -> &'static str {
    match attestation {
        Attestation::Full => "the number is the caller's own",
        Attestation::Partial => "the caller is known, the number is not checked",
        Attestation::Gateway => "it came from another network, nothing is checked",
        Attestation::Failed => "the number may be false",
        Attestation::Unverified => "nothing about the number",
    }
}

/// How a leg's media was protected.
pub(super) const fn encrypted(how: Encrypted) -> &'static str {
    match how {
        Encrypted::No => "not encrypted",
        Encrypted::Sdes => "encrypted (SRTP)",
        Encrypted::Dtls => "encrypted (DTLS-SRTP)",
    }
}

/// Why nothing was heard of somebody, and where to look.
pub(super) const fn unheard(why: Unheard) -> &'static str {
    match why {
        Unheard::NothingCame => {
            "No sound came at all: look for a firewall, or a wrong address in [sip] advertised"
        }
        Unheard::CameFromElsewhere => "Sound came from an address that its signalling does not vouch for",
        Unheard::ReportsOnly => "Reports came, but no sound: the far end's microphone or codec",
        Unheard::NotNegotiated => "Sound came in a codec that was never agreed on",
        Unheard::NotAuthentic => "Sound came that was not encrypted with the agreed key",
        Unheard::NotRtp => "What came was no sound",
        Unheard::WentQuiet => "It fell silent before the call ended",
    }
}
