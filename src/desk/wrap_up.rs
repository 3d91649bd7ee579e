//! A call ends: what is written down, who hears of it, and whether a text answers the caller. Pure.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use rand_chacha::rand_core::Rng;

use super::{
    Placeholder, Settings, Template,
    incidents::{Loudness, Telling, filed, loudness},
};
use crate::{
    dialogue::{EndReason, Intent, Outcome, Promise, Urgency},
    followup::{Enrolling, Keyword, Sequence, read_keyword},
    outbox::{Entry, Kind, fit},
    pbx::{AgentReason, CallDirection, CallRecord, Caller, Dialled, Disposition, Fax, Speaker},
    store::{
        CallerUpdate, ContactStanding, IncidentRow, LeadKind, LeadRow, Place, ReportRow, TextBackNote,
        TicketStatus, WorkOrderRow, WrapUp,
    },
    types::{
        CallId, Chance, ContactId, IncidentId, Language, LeadId, MessageKey, PhoneNumber, QuietHours,
        WorkOrderId,
    },
};

/// A staff text takes at most three segments.
pub(super) const STAFF_SEPTETS: usize = 3 * 153;
/// Two calls of one number within this are answered by one text.
const SAME_MATTER: SignedDuration = SignedDuration::from_mins(10);
/// The longest description of a matter on a work order or a lead, in characters: whoever goes there needs all of it.
const MATTER: usize = 2_000;
/// The same in a summary, where what was promised has to find room behind it.
const MATTER_TOLD: usize = 400;

/// What is known beside the record.
#[derive(Debug)]
pub(super) struct Circumstances<'a> {
    /// Of the number at the other side, if it is known.
    pub standing: Option<&'a ContactStanding>,
    /// What the call tells of a trouble of a property.
    pub telling: Option<&'a Telling>,
    /// What others have told of the same.
    pub near: &'a [ReportRow],
    /// Incidents of the same that are open.
    pub incidents: &'a [IncidentRow],
    pub outbox_full: bool,
    /// The wall clock is not to be trusted.
    pub undated: bool,
    pub now: Timestamp,
}

/// The number of the person outside, if there is one.
pub(super) fn other_side(record: &CallRecord) -> Option<PhoneNumber> {
    match (record.direction, &record.caller) {
        (CallDirection::Inbound, Caller::Number { number, .. }) => Some(*number),
        (CallDirection::Outbound, _) => record.dialled.number(),
        _ => None,
    }
}

/// Everything that the end of this call leaves behind.
pub(super) fn wrap_up(
    record: &CallRecord,
    settings: &Settings,
    circumstances: &Circumstances<'_>,
    chance: &mut Chance,
) -> WrapUp {
    let inbound = record.direction == CallDirection::Inbound;
    let missed = record.is_missed();
    // Texts about a call go out from the number that was dialled; a call from inside has none.
    let texts_from = record.dialled.number().filter(|_| inbound);
    let outcome = record.outcome.as_ref();
    let contact = contact(record, circumstances, chance);
    let Circumstances { near, incidents, .. } = *circumstances;
    let filed = circumstances.telling.map(|telling| {
        // A call opens one incident at most.
        let new_id = IncidentId::from_i64(record.call.to_i64());
        filed(telling, record.dialled.number(), near, incidents, new_id)
    });
    let loudness = filed.as_ref().map_or(Loudness::Usual, |filed| loudness(filed, near, incidents));
    let (work_order, lead) = ticket(record, settings, missed, chance);
    // Who calls again about the same has a work order.
    let again = filed.as_ref().is_some_and(|filed| matches!(filed.place, Place::Again(_)));
    let work_order = work_order.filter(|_| !again);
    let summary = summary(record, settings);
    let text_back = text_back(record, settings, circumstances);

    let mut entries = Vec::new();
    if let Some(from) = texts_from
        && (missed || outcome.is_some())
        && !circumstances.outbox_full
    {
        let (kind, body) = match &loudness {
            Loudness::Usual => (Kind::StaffSummary, staff_summary(&summary, settings, work_order.as_ref())),
            Loudness::Count(words) => (Kind::StaffNotice, fit(words, STAFF_SEPTETS)),
            Loudness::Quiet => (Kind::StaffSummary, String::new()),
        };
        if !body.is_empty() {
            entries.extend(staff_texts(record, from, settings, (kind, &body), circumstances, chance));
        }
    }
    if let (Some(from), Some(number)) = (texts_from, other_side(record))
        && matches!(text_back, TextBackNote::Queued | TextBackNote::Confirmed)
    {
        entries.push(caller_text(record, from, number, settings, circumstances, chance));
    }
    let opted_in = circumstances.standing.is_some_and(|standing| standing.consent.opted_in);
    let opt_out = outcome.filter(|outcome| outcome.do_not_contact).map(|_| words_of_refusal(record));
    let enrolment = match (&lead, &settings.lead_sequence) {
        // The sequence asks whether they still look for a home to rent.
        (Some(lead), Some(follow_up)) if lead.kind == LeadKind::Rental && opted_in && opt_out.is_none() => {
            enrolling(follow_up.sequence(), lead.dialled, record.call, record.ended, &settings.quiet_hours)
        }
        _ => None,
    };
    WrapUp {
        record: record.clone(),
        missed,
        summary,
        contact,
        opt_out,
        work_order,
        lead,
        text_back,
        entries,
        undated: circumstances.undated,
        enrolment,
        filed,
        now: circumstances.now,
    }
}

/// The beginning of a sequence; `None` if its first touch lies beyond the calendar.
pub(super) fn enrolling(
    sequence: &Sequence,
    from: PhoneNumber,
    call: CallId,
    at: Timestamp,
    quiet: &QuietHours,
) -> Option<Enrolling> {
    let due = sequence.due(0, at, &quiet.zone)?;
    Some(Enrolling { sequence: sequence.name().to_owned(), at, due, from, call: Some(call) })
}

/// Callers become contacts. Somebody whom the office calls is linked if they are one.
fn contact(
    record: &CallRecord,
    circumstances: &Circumstances<'_>,
    chance: &mut Chance,
) -> Option<CallerUpdate> {
    let number = other_side(record)?;
    if record.direction == CallDirection::Outbound && circumstances.standing.is_none() {
        return None;
    }
    let name = record
        .outcome
        .as_ref()
        .and_then(|outcome| outcome.name.as_ref())
        .filter(|name| name.confirmed && !name.value.trim().is_empty())
        .map(|name| (name.value.trim().to_owned(), true));
    // Who said nothing to the agent has spoken no language.
    let spoken =
        record.outcome.as_ref().filter(|_| record.turns.iter().any(|t| t.speaker == Speaker::Caller));
    let language = spoken.map(|outcome| outcome.language);
    Some(CallerUpdate { new_id: ContactId::from_random(chance.next_u64()), number, name, language })
}

/// A repair, or a prospect: also when the caller hung up as soon as that much was clear.
fn ticket(
    record: &CallRecord,
    settings: &Settings,
    missed: bool,
    chance: &mut Chance,
) -> (Option<WorkOrderRow>, Option<LeadRow>) {
    if record.direction != CallDirection::Inbound {
        return (None, None);
    }
    let outcome = record.outcome.as_ref();
    let intent = outcome.and_then(|outcome| outcome.intent);
    let promised = outcome.map_or(Promise::Nothing, |outcome| outcome.promised);
    let urgency = outcome.map_or(Urgency::Routine, |outcome| outcome.urgency);
    let emergency = intent == Some(Intent::Emergency) || urgency != Urgency::Routine;
    let name = outcome.and_then(|outcome| outcome.name.as_ref()).map(|name| name.value.clone());
    let callback = outcome
        .and_then(|outcome| outcome.callback.as_ref())
        .map(|callback| callback.value)
        .or_else(|| other_side(record));
    let place = outcome.and_then(|outcome| outcome.place.as_ref()).map(|place| place.value.clone());
    let wished_for = outcome.and_then(|outcome| outcome.wished_for.as_ref()).map(|wished| wished.value);

    if emergency || intent == Some(Intent::Maintenance) || promised == Promise::WorkOrder {
        let order = WorkOrderRow {
            id: WorkOrderId::from_random(chance.next_u64()),
            call: record.call,
            contact: None,
            opened: record.ended,
            property: settings.office.clone(),
            caller: name,
            callback,
            place,
            issue: issue(record),
            urgency,
            emergency,
            access: outcome.and_then(|outcome| outcome.access.as_ref()).map(|access| access.value),
            wished_for,
            status: TicketStatus::Open,
        };
        return (Some(order), None);
    }
    let silent_on_leasing_line = missed
        && record.dialled.number().is_some_and(|number| settings.leasing_numbers.contains(&number))
        && intent.is_none()
        && record.fax.is_none()
        && !matches!(record.caller, Caller::Anonymous);
    if let Some(dialled) = record.dialled.number()
        && (lead_kind(intent).is_some()
            || matches!(promised, Promise::LeadCallback | Promise::Showing)
            || silent_on_leasing_line)
    {
        let lead = LeadRow {
            id: LeadId::from_random(chance.next_u64()),
            call: record.call,
            contact: None,
            opened: record.ended,
            dialled,
            name,
            callback,
            place,
            wish: wish(record),
            wished_for,
            kind: lead_kind(intent).unwrap_or(LeadKind::Rental),
            status: TicketStatus::Open,
        };
        return (None, Some(lead));
    }
    (None, None)
}

/// What somebody looks for, and that they want no call where they said so: the list of leads shows a number beside it.
fn wish(record: &CallRecord) -> String {
    let wish = cut(&matter(record), MATTER);
    match record.outcome.as_ref().is_some_and(|outcome| outcome.texts_only) {
        true => format!("{wish} (text, do not call)").trim_start().to_owned(),
        false => wish,
    }
}

/// Which lead somebody is by what they wanted, if any.
const fn lead_kind(intent: Option<Intent>) -> Option<LeadKind> {
    match intent {
        Some(Intent::Leasing | Intent::Showing) => Some(LeadKind::Rental),
        Some(Intent::Buyer) => Some(LeadKind::Buyer),
        Some(Intent::Seller) => Some(LeadKind::Seller),
        _ => None,
    }
}

/// What is to be repaired, and what whoever goes there must know besides.
fn issue(record: &CallRecord) -> String {
    let notes = record.outcome.as_ref().map_or(&[][..], |outcome| outcome.notes.as_slice());
    let matter = cut(&matter(record), MATTER);
    match notes {
        [] => matter,
        notes => format!("{matter} ({})", notes.join("; ")).trim_start().to_owned(),
    }
}

/// What it was about: what the agent made of it, or else all that the caller said.
fn matter(record: &CallRecord) -> String {
    record.outcome.as_ref().and_then(Outcome::request).unwrap_or_else(|| {
        let turns: Vec<&str> = record
            .turns
            .iter()
            .filter(|turn| turn.speaker == Speaker::Caller)
            .map(|turn| turn.text.as_str())
            .collect();
        turns.join(" / ")
    })
}

/// The words that fit into so many characters, with a sign that there were more.
fn cut(words: &str, characters: usize) -> String {
    let Some((end, _)) = words.char_indices().nth(characters) else { return words.to_owned() };
    let whole = words[..end].rsplit_once(char::is_whitespace).map_or(&words[..end], |(whole, _)| whole);
    format!("{whole} ...")
}

fn words_of_refusal(record: &CallRecord) -> String {
    record
        .turns
        .iter()
        .filter(|turn| turn.speaker == Speaker::Caller)
        .find(|turn| read_keyword(&turn.text) == Some(Keyword::Stop))
        .map_or_else(|| "asked the agent not to be contacted".to_owned(), |turn| turn.text.clone())
}

/// Does a text answer this call, and if not, why not? Every call from outside has its reason on record.
fn text_back(record: &CallRecord, settings: &Settings, circumstances: &Circumstances<'_>) -> TextBackNote {
    if record.direction != CallDirection::Inbound {
        return TextBackNote::NotInbound;
    }
    let number = match &record.caller {
        Caller::Number { number, .. } => *number,
        Caller::Anonymous => return TextBackNote::Anonymous,
        Caller::Extension(_) => return TextBackNote::NotInbound,
    };
    if record.fax.is_some() {
        return TextBackNote::Machine;
    }
    let outcome = record.outcome.as_ref();
    if outcome.is_some_and(|outcome| outcome.do_not_contact)
        || circumstances.standing.is_some_and(|standing| standing.do_not_contact)
    {
        return TextBackNote::OptedOut;
    }
    if matches!(record.disposition, Disposition::Answered | Disposition::HandedOver | Disposition::Served) {
        return TextBackNote::ReachedAPerson;
    }
    if settings.is_ours(number) {
        return TextBackNote::OwnNumber;
    }
    if !number.is_north_american() {
        return TextBackNote::Abroad;
    }
    let promised = outcome.is_some_and(|outcome| outcome.promised != Promise::Nothing);
    if !promised && let Some(note) = outcome.and_then(|outcome| nothing_to_add(record, outcome)) {
        return note;
    }
    if !settings.text_back {
        return TextBackNote::SwitchedOff;
    }
    if circumstances
        .standing
        .and_then(|standing| standing.texted_back)
        .is_some_and(|last| record.ended.duration_since(last).abs() < SAME_MATTER)
    {
        return TextBackNote::Recent;
    }
    if circumstances.outbox_full {
        return TextBackNote::OutboxFull;
    }
    if promised { TextBackNote::Confirmed } else { TextBackNote::Queued }
}

/// A conversation after which "sorry I missed your call" would be wrong.
fn nothing_to_add(record: &CallRecord, outcome: &Outcome) -> Option<TextBackNote> {
    match (outcome.intent, outcome.ended) {
        (Some(Intent::WrongNumber), _) | (_, Some(EndReason::WrongNumber)) => Some(TextBackNote::WrongNumber),
        (Some(Intent::Sales), _) => Some(TextBackNote::Sales),
        (_, Some(EndReason::Goodbye)) if record.disposition == Disposition::AiHandled => {
            Some(TextBackNote::Resolved)
        }
        _ => None,
    }
}

fn caller_text(
    record: &CallRecord,
    from: PhoneNumber,
    number: PhoneNumber,
    settings: &Settings,
    circumstances: &Circumstances<'_>,
    chance: &mut Chance,
) -> Entry {
    let known = circumstances.standing.and_then(|standing| standing.language);
    let language = match record.outcome.as_ref() {
        Some(outcome) if outcome.language != Language::default() => outcome.language,
        Some(outcome) if outcome.intent.is_some() => outcome.language,
        _ => known.unwrap_or_default(),
    };
    let wording = settings.wording.in_language(language);
    let in_writing = record.outcome.as_ref().is_some_and(|outcome| outcome.texts_only);
    let promise = record.outcome.as_ref().map_or(Promise::Nothing, |outcome| outcome.promised);
    let (kind, words): (Kind, &Template) = match promise {
        Promise::Nothing => (Kind::TextBack, &wording.text_back),
        Promise::WorkOrder => (Kind::Confirmation, &wording.work_order),
        // "Someone will call you back" is not written to whoever wants no call.
        Promise::LeadCallback | Promise::Callback if in_writing => {
            (Kind::Confirmation, wording.in_writing.as_ref().unwrap_or(&wording.text_back))
        }
        Promise::LeadCallback => (Kind::Confirmation, &wording.lead),
        Promise::Callback => (Kind::Confirmation, &wording.callback),
        Promise::OnCallRung => (Kind::Confirmation, &wording.on_call),
        Promise::Showing => (Kind::Confirmation, &wording.showing),
    };
    let outcome = record.outcome.as_ref();
    let said = outcome
        .and_then(|outcome| outcome.name.as_ref())
        .filter(|name| name.confirmed)
        .map(|name| name.value.as_str());
    let known = circumstances.standing.and_then(|standing| standing.verified_name.as_deref());
    let first = said.or(known).and_then(|name| name.split_whitespace().next());
    let place = outcome
        .and_then(|outcome| outcome.place.as_ref())
        .filter(|place| place.confirmed)
        .map(|place| place.value.as_str());
    let showing =
        outcome.and_then(|outcome| outcome.showing.as_ref()).filter(|_| promise == Promise::Showing);
    let time = showing.and_then(|showing| showing.time_written(language));
    let place = showing.and_then(|showing| showing.place.as_deref()).or(place);
    let place = place.map(|place| address_in(language, place));
    let mut values = BTreeMap::from([(Placeholder::Office, settings.office.as_str())]);
    values.extend(first.map(|first| (Placeholder::Name, first)));
    values.extend(place.as_deref().map(|place| (Placeholder::Place, place)));
    values.extend(time.as_deref().map(|time| (Placeholder::Time, time)));
    let key = MessageKey::from_random(chance.next_u64());
    let now = circumstances.now;
    let entry = Entry::new(key, kind, from, number, words.render(&values), now).about(record.call);
    if settings.text_back_waits_for_morning && !circumstances.undated {
        entry.not_before(settings.quiet_hours.of(number).next_allowed(now))
    } else {
        entry
    }
}

/// The office writes its addresses in English: `210 Maple Court, apartment 3A`.
fn address_in(language: Language, address: &str) -> String {
    match language {
        Language::English => address.to_owned(),
        Language::Spanish => {
            address.replace(", apartment ", ", apartamento ").replace(", unit ", ", unidad ")
        }
    }
}

fn staff_summary(summary: &str, settings: &Settings, order: Option<&WorkOrderRow>) -> String {
    let alarm = if order.is_some_and(|order| order.emergency) { "EMERGENCY " } else { "" };
    fit(&format!("{alarm}{}: {summary}", settings.office), STAFF_SEPTETS)
}

fn staff_texts(
    record: &CallRecord,
    from: PhoneNumber,
    settings: &Settings,
    (kind, body): (Kind, &str),
    circumstances: &Circumstances<'_>,
    chance: &mut Chance,
) -> Vec<Entry> {
    let caller = other_side(record);
    settings
        .staff
        .iter()
        .filter(|recipient| Some(**recipient) != caller && **recipient != from)
        .map(|recipient| {
            let key = MessageKey::from_random(chance.next_u64());
            Entry::new(key, kind, from, *recipient, body.to_owned(), circumstances.now).about(record.call)
        })
        .collect()
}

/// The call in a few sentences, for people of the office.
fn summary(record: &CallRecord, settings: &Settings) -> String {
    let zone = settings.quiet_hours.zone.clone();
    let when = record.started.to_zoned(zone).strftime("%a %H:%M").to_string();
    let outcome = record.outcome.as_ref();
    let name = outcome.and_then(|outcome| outcome.name.as_ref()).map(|name| {
        if name.confirmed { name.value.clone() } else { format!("{} (name not confirmed)", name.value) }
    });
    let who = match (&record.caller, name) {
        (Caller::Number { number, .. }, Some(name)) => format!("{name}, {}", number.national()),
        (Caller::Number { number, .. }, None) => number.national(),
        (Caller::Extension(extension), _) => format!("extension {extension}"),
        (Caller::Anonymous, Some(name)) => format!("{name}, number withheld"),
        (Caller::Anonymous, None) => "a withheld number".to_owned(),
    };
    let what = match record.disposition {
        Disposition::Answered => "call answered",
        Disposition::AiHandled => "call taken by the agent",
        Disposition::AiAbandoned => "caller hung up on the agent",
        Disposition::CallerAbandoned => "missed call",
        Disposition::AnsweredElsewhere => "call answered elsewhere",
        Disposition::HandedOver => "call handed over",
        Disposition::Announced => "missed call (announcement played)",
        Disposition::Voicemail => "missed call (sent to voicemail)",
        Disposition::Served => "call served by the box",
        Disposition::Failed => "call failed",
    };
    let mut summary = format!("{what}, {who}, {when}");
    if record.direction == CallDirection::Inbound {
        summary.push_str(" to ");
    } else {
        summary.push_str(", dialled ");
    }
    match &record.dialled {
        Dialled::Number(number) => summary.push_str(&number.national()),
        other => summary.push_str(&other.to_string()),
    }
    if let Some(reason) = record.agent_reason {
        summary.push_str(match reason {
            AgentReason::NoAnswer => " (no answer)",
            AgentReason::Busy => " (phones busy)",
            AgentReason::Declined => " (declined)",
            AgentReason::DoNotDisturb => " (do not disturb)",
            AgentReason::Unregistered => " (no phone registered)",
            AgentReason::ClosedHours => " (closed)",
            AgentReason::Unreachable => " (phones unreachable)",
            AgentReason::Chosen => "",
            AgentReason::KnownTrouble => " (a notice is on)",
            AgentReason::AgentFirst => "",
        });
    }
    summary.push('.');
    if let Some(fax) = record.fax {
        summary.push_str(&fax_summary(fax));
    }
    if let Some(outcome) = outcome {
        describe(outcome, record, &mut summary);
    } else if !matter(record).is_empty() {
        summary.push_str(&format!(" Said: {}.", cut(&matter(record), MATTER_TOLD)));
    }
    summary
}

/// A machine called, and how far it came.
fn fax_summary(fax: Fax) -> String {
    match fax.pages {
        None => " Fax.".to_owned(),
        Some(1) => " Fax, 1 page.".to_owned(),
        Some(pages) => format!(" Fax, {pages} pages."),
    }
}

fn describe(outcome: &Outcome, record: &CallRecord, summary: &mut String) {
    if let Some(about) = outcome.about() {
        summary.push_str(&format!(" {about}"));
        match outcome.urgency {
            Urgency::LifeSafety(kind) => {
                summary.push_str(&format!(", DANGER: {}", kind.name().replace('_', " ")))
            }
            Urgency::Urgent(_) => summary.push_str(", urgent"),
            Urgency::Routine => {}
        }
        summary.push('.');
    }
    // What a prospect looks for names the place and the time, and quotes by itself.
    let speaks_of_homes = |intent: Intent| intent.is_prospect() || intent == Intent::Seller;
    let prospect = outcome.intent.is_some_and(speaks_of_homes) && outcome.request().is_some();
    if let Some(company) = &outcome.company {
        summary.push_str(&format!(" {company}."));
    }
    if let Some(place) = outcome.place.as_ref().filter(|_| !prospect) {
        summary.push_str(&format!(
            " {}{}.",
            place.value,
            if place.confirmed { "" } else { " (not confirmed)" }
        ));
    }
    let matter = cut(&matter(record), MATTER_TOLD);
    if prospect {
        summary.push_str(&format!(" {matter}"));
    } else if !matter.is_empty() {
        summary.push_str(&format!(" \"{matter}\""));
    }
    if let Some(callback) = &outcome.callback {
        let way = if outcome.texts_only { "Text" } else { "Call back" };
        summary.push_str(&format!(" {way} {}.", callback.value.national()));
    }
    if let Some(wish) = outcome.wish().filter(|_| !prospect) {
        summary.push_str(&format!(" Wishes {wish}."));
    }
    if let Some(access) = &outcome.access {
        summary.push_str(if access.value { " May enter." } else { " Do not enter alone." });
    }
    summary.push_str(match outcome.promised {
        Promise::Nothing => "",
        Promise::WorkOrder => " Promised: a work order.",
        Promise::LeadCallback | Promise::Callback if outcome.texts_only => " Promised: an answer.",
        Promise::LeadCallback | Promise::Callback => " Promised: a call back.",
        Promise::OnCallRung => " The person on call was rung.",
        Promise::Showing => " Told: the showing is booked.",
    });
    if !outcome.notes.is_empty() {
        summary.push_str(&format!(" Note: {}.", outcome.notes.join("; ")));
    }
    if outcome.calls_welcome {
        summary.push_str(" Asked not to be texted; calls are welcome.");
    } else if outcome.texts_only {
        summary.push_str(" Asked to be texted, not called.");
    } else if outcome.do_not_contact {
        summary.push_str(" Asked not to be contacted.");
    }
}
