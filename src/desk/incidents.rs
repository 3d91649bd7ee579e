//! What calls tell of troubles: which of them are one incident, what the office hears of it, and who is told of its end.

use std::collections::VecDeque;

use jiff::{SignedDuration, Timestamp};
use rand_chacha::rand_core::Rng;

use super::{
    Engine, Output, Settings,
    wrap_up::{STAFF_SEPTETS, other_side},
};
use crate::{
    dialogue::{EndReason, Intent, NoticeAnswer, Promise, Trouble, Urgency},
    incident::{
        JOINS_WITHIN, OPENS_WITHIN, Order, Report, SpokenNotice, callers_words, clean_notice, compare,
        is_of_what_is_stated, stated, trouble_words, usual_closing, usual_notice,
    },
    outbox::{Entry, Kind, fit},
    pbx::{CallDirection, CallRecord, Speaker},
    store::{Filed, IncidentRow, Place, ReportRow, StoreError, Told, Untold},
    types::{Extension, IncidentId, Language, MessageKey, PhoneNumber},
};

/// A notice that nobody has renewed ends by itself: yesterday's is worse than none.
pub const NOTICE_LASTS: SignedDuration = SignedDuration::from_hours(24);

/// Longer than this nobody plans a boiler to be off without saying it anew.
pub const NOTICE_LASTS_AT_MOST: SignedDuration = SignedDuration::from_hours(7 * 24);

/// Orders of telephones that wait for a store that fails; a desk has hardly more phones.
const MOST_ORDERS: usize = 64;

/// So many callers without a number are taken for as many; whoever calls beyond is taken for one of them.
const MOST_WITHHELD: usize = 16;

/// Callers of closed incidents who are told in one commit; the next look takes the next.
const TOLD_AT_ONCE: usize = 32;

/// Somebody at a desk phone has turned a notice on or off.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct NoticeOrder {
    pub(super) incident: IncidentId,
    pub(super) on: bool,
    pub(super) by: Extension,
}

/// What the engine knows of incidents beside its rows.
#[derive(Debug, Default)]
pub(super) struct Incidents {
    orders: VecDeque<NoticeOrder>,
    /// What the telephones were told last; `None`: nothing since the start.
    told: Option<Vec<SpokenNotice>>,
    ends: Option<Timestamp>,
}

impl Incidents {
    pub(super) fn take(&mut self, order: NoticeOrder) {
        if self.orders.len() >= MOST_ORDERS {
            tracing::warn!(incident = %order.incident, "the store does not keep up; a notice was left as it is");
            return;
        }
        self.orders.push_back(order);
    }

    /// When the first notice that is on ends by itself.
    pub(super) fn due(&self) -> Option<Timestamp> {
        self.ends
    }
}

/// What a call tells of a trouble of a property, and by whom.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Telling {
    pub(super) report: Report,
    pub(super) number: Option<PhoneNumber>,
    /// They have heard the notice of this incident, and had nothing to add.
    heard: Option<IncidentId>,
}

/// What this call tells; `None`: nothing, or nothing that is certainly of a property. `open`: the incidents that are.
pub(super) fn telling(record: &CallRecord, settings: &Settings, open: &[IncidentRow]) -> Option<Telling> {
    let outcome = record.outcome.as_ref().filter(|_| record.direction == CallDirection::Inbound)?;
    let number = outcome.callback.as_ref().map(|number| number.value).or_else(|| other_side(record));
    let houses = &settings.houses;
    let line = houses.of_line(record.dialled.number());
    let repair = outcome.intent == Some(Intent::Maintenance)
        || outcome.intent == Some(Intent::Emergency)
        || outcome.urgency != Urgency::Routine
        || outcome.promised == Promise::WorkOrder;
    if repair {
        let report = Report::of(outcome, outcome.urgency, record.ended, &houses.properties, line);
        return report.property.is_some().then_some(Telling { report, number, heard: None });
    }
    let notice = outcome.notice?;
    let incident = open.iter().find(|row| row.id == notice.incident)?;
    let satisfied = match notice.answer {
        NoticeAnswer::Enough => true,
        NoticeAnswer::Different => false,
        // Whoever has hung up before it was spoken has not heard it.
        NoticeAnswer::None => {
            let ended =
                matches!(outcome.ended, Some(EndReason::HungUp | EndReason::Silence | EndReason::Goodbye));
            ended && outcome.intent.is_none() && was_spoken(record, incident)
        }
    };
    satisfied.then(|| Telling {
        report: Report {
            at: record.ended,
            property: Some(incident.property.clone()),
            home: None,
            trouble: incident.trouble,
            urgency: Urgency::Routine,
            shared: None,
            whole: false,
            harmed: false,
            words: "heard the notice, and had nothing to add".to_owned(),
        },
        number,
        heard: Some(incident.id),
    })
}

/// Has the agent begun to say the notice?
fn was_spoken(record: &CallRecord, incident: &IncidentRow) -> bool {
    let notice: String = incident.notice.iter().flat_map(|text| text.chars()).take(24).collect();
    let agent = record.turns.iter().filter(|turn| turn.speaker == Speaker::Agent);
    !notice.is_empty() && agent.into_iter().any(|turn| turn.text.contains(&notice))
}

/// Has the office itself said, lately enough for a call of that moment, that the property has this trouble?
fn is_stated(row: &IncidentRow, at: Timestamp) -> bool {
    // What is announced for tomorrow has no callers before tomorrow: as long as its notice is on, it is not over.
    row.is_spoken(at) || (row.opened_by.is_some() && at.duration_since(row.last) <= JOINS_WITHIN)
}

/// Where this belongs among what others have told and what the office has stated; `near` and the `open` incidents of the same
/// as the store has them, `new_id` if an incident opens.
pub(super) fn filed(
    telling: &Telling,
    dialled: Option<PhoneNumber>,
    near: &[ReportRow],
    open: &[IncidentRow],
    new_id: IncidentId,
) -> Filed {
    let report = &telling.report;
    let fresh = |row: &ReportRow| {
        let within = if row.incident.is_some() { JOINS_WITHIN } else { OPENS_WITHIN };
        report.at.duration_since(row.report.at) <= within
    };
    let file = |place, with, why: String| Filed {
        place,
        with,
        why,
        report: report.clone(),
        number: telling.number,
        dialled,
    };
    let near: Vec<&ReportRow> = near.iter().filter(|row| fresh(row)).collect();
    let is_theirs = |row: &&&ReportRow| telling.number.is_some() && row.number == telling.number;
    if let Some(incident) = telling.heard {
        let known = near.iter().filter(is_theirs).find(|row| row.incident == Some(incident));
        return match known {
            Some(row) => file(Place::Again(row.call), Vec::new(), String::new()),
            None => {
                file(Place::Joins(incident), Vec::new(), "heard the notice, and had nothing to add".into())
            }
        };
    }
    let same = |row: &&&ReportRow| {
        let alike = compare(&row.report, report).is_ok();
        // The same person about the same trouble, who may not say twice where.
        alike || (is_theirs(row) && report.trouble != Trouble::Other && !report.harmed && !row.report.harmed)
    };
    let again = |row: &&&ReportRow| row.report.urgency == report.urgency && same(row);
    if let Some(row) = near.iter().filter(is_theirs).find(again) {
        return file(Place::Again(row.call), Vec::new(), String::new());
    }
    let withheld: Vec<&&ReportRow> = near.iter().filter(|row| row.number.is_none()).filter(again).collect();
    if telling.number.is_none()
        && withheld.len() >= MOST_WITHHELD
        && let Some(row) = withheld.first()
    {
        return file(Place::Again(row.call), Vec::new(), String::new());
    }
    let alike: Vec<(&ReportRow, _)> =
        near.iter().filter_map(|row| Some((*row, compare(&row.report, report).ok()?))).collect();
    let lonely = alike.iter().filter(|(row, _)| row.incident.is_none()).map(|(row, _)| row.call).collect();
    if let Some((row, likeness)) = alike.iter().find(|(row, _)| row.incident.is_some())
        && let Some(incident) = row.incident
    {
        return file(Place::Joins(incident), lonely, likeness.words().to_owned());
    }
    let by_office = open.iter().filter(|row| is_stated(row, report.at)).find_map(|row| {
        let words = row.notice.as_deref().unwrap_or_default();
        let known = stated(&row.property, row.trouble, words, row.last);
        Some((row.id, is_of_what_is_stated(&known, report).ok()?))
    });
    if let Some((incident, likeness)) = by_office {
        return file(Place::Joins(incident), lonely, likeness.words().to_owned());
    }
    // One person who calls twice is no incident.
    match alike.iter().find(|(row, _)| row.number != telling.number) {
        Some((_, likeness)) => file(Place::Opens(new_id), lonely, likeness.words().to_owned()),
        None => file(Place::Alone, Vec::new(), "nothing alike was told of".to_owned()),
    }
}

/// What becomes of the texts to the office about one of many calls.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Loudness {
    /// As for any call.
    Usual,
    /// Nothing: it is known.
    Quiet,
    /// In place of the usual, how many have told of it by now.
    Count(String),
}

/// A storm is told of when it begins and when it has doubled, and not thirty times; what is graver than all before is told
/// of as any call is.
pub(super) fn loudness(filed: &Filed, near: &[ReportRow], open: &[IncidentRow]) -> Loudness {
    let report = &filed.report;
    let property = report.property.as_deref().unwrap_or_default();
    let joined = open.iter().find(|row| filed.place == Place::Joins(row.id));
    let count = |callers: usize| {
        let what = trouble_words(report.trouble);
        let spoken = joined.is_some_and(|row| row.is_spoken(report.at));
        // The code turns on what is off, and off what is on.
        let then = if spoken {
            "Callers hear that you know."
        } else {
            "To tell callers that you know, dial *12 at a desk phone or text NOTICE ON."
        };
        Loudness::Count(format!("INCIDENT: {callers} callers about {what} at {property}. {then}"))
    };
    let known_urgency = |incident: Option<IncidentId>| {
        near.iter().any(|row| row.incident == incident && row.report.urgency == report.urgency)
    };
    match filed.place {
        Place::Alone => Loudness::Usual,
        Place::Opens(_) if report.urgency.is_life_safety() && !known_urgency(None) => Loudness::Usual,
        Place::Opens(_) => count(1 + filed.with.len()),
        Place::Again(first) => {
            let times = near.iter().find(|row| row.call == first).map_or(1, |row| row.times) + 1;
            if times.is_power_of_two() { Loudness::Usual } else { Loudness::Quiet }
        }
        Place::Joins(incident) => {
            if report.urgency != Urgency::Routine && !known_urgency(Some(incident)) {
                return Loudness::Usual;
            }
            // One that people have put together with another trouble is not among those of this one.
            let others = joined.and_then(|row| usize::try_from(row.callers).ok());
            let others =
                others.unwrap_or_else(|| near.iter().filter(|row| row.incident == Some(incident)).count());
            let callers = 1 + filed.with.len() + others;
            match callers {
                // Of what the office knew before anybody called the first call is one like another.
                1 => Loudness::Usual,
                more if more.is_power_of_two() => count(more),
                _ => Loudness::Quiet,
            }
        }
    }
}

/// What callers hear of this one: the words that somebody has written, or the usual.
pub fn notice_text(row: &IncidentRow, words: Option<&str>) -> String {
    words
        .and_then(clean_notice)
        .or_else(|| row.notice.clone())
        .unwrap_or_else(|| usual_notice(row.trouble, &row.property, Language::English))
}

/// Until when a notice that is turned on now lasts.
pub fn notice_end(now: Timestamp) -> Timestamp {
    now.checked_add(NOTICE_LASTS).unwrap_or(Timestamp::MAX)
}

impl Engine {
    /// Carries out what was ordered at desk phones, and tells the telephones which incidents are open if that has changed.
    pub(super) fn speak_notices(&mut self, now: Timestamp) -> Result<(), StoreError> {
        while let Some(order) = self.incidents.orders.front().cloned() {
            let actor = format!("extension {}", order.by);
            if let Some(row) = self.store.incident(order.incident)? {
                let text = notice_text(&row, None);
                let on = order.on.then(|| (text.as_str(), notice_end(now)));
                self.store.set_notice(order.incident, on, &actor, now)?;
            }
            self.incidents.orders.pop_front();
        }
        let open = self.store.spoken_notices(now)?;
        self.incidents.ends = self.store.next_notice_end(now)?;
        let first = self.incidents.told.is_none() && open.is_empty();
        if !first && self.incidents.told.as_ref() != Some(&open) {
            self.output(Output::Incidents(open.clone()));
        }
        self.incidents.told = Some(open);
        Ok(())
    }

    /// Somebody of the staff orders something by a text. Done at once, whether or not the text was heard before: each order
    /// says how it is to be, and not what is to be changed.
    pub(super) fn notice_ordered(
        &mut self,
        now: Timestamp,
        by: PhoneNumber,
        order: &Order,
    ) -> Result<String, StoreError> {
        let open = self.store.open_incidents()?;
        let actor = format!("text from {by}");
        let found = |nth: usize| nth.checked_sub(1).and_then(|at| open.get(at));
        let none = || format!("There is no such open incident. {}", listed(&open, now));
        let done = match order {
            Order::List => listed(&open, now),
            Order::Unclear => "Write NOTICE, NOTICE ON, NOTICE ON and your words, NOTICE OFF or NOTICE CLOSE; with a number \
                               for another than the latest: NOTICE 2 ON."
                .to_owned(),
            Order::On { nth, words } => match found(*nth) {
                Some(row) => {
                    let text = notice_text(row, words.as_deref());
                    self.store.set_notice(row.id, Some((&text, notice_end(now))), &actor, now)?;
                    format!("Callers hear for 24 hours: {text}")
                }
                None => none(),
            },
            Order::Off { nth } => match found(*nth) {
                Some(row) => {
                    self.store.set_notice(row.id, None, &actor, now)?;
                    format!("Callers hear no more of: {}.", named(row))
                }
                None => none(),
            },
            Order::Close { nth } => match found(*nth) {
                Some(row) => {
                    self.store.close_incident(row.id, None, &actor, now)?;
                    format!("Closed: {}. Its callers are told.", named(row))
                }
                None => none(),
            },
        };
        Ok(fit(&done, STAFF_SEPTETS))
    }

    /// Tells the callers of incidents that are over, each once: a text that is stored with the mark that they were told.
    pub(super) fn tell_reporters(&mut self, now: Timestamp) -> Result<(), StoreError> {
        loop {
            let untold = self.store.untold(TOLD_AT_ONCE)?;
            if untold.is_empty() {
                return Ok(());
            }
            let room = Self::MOST_QUEUED.saturating_sub(self.store.outbox_len()?);
            if room < untold.len() {
                // They wait for the outbox, which is emptied sooner or later.
                return Ok(());
            }
            let told: Vec<Told> = untold.iter().map(|one| self.told(one, now)).collect();
            self.store.tell_reporters(&told, !self.clock.is_right())?;
            for entry in told.iter().filter_map(|told| told.entry.as_ref()) {
                self.output(Output::Changed(super::Changed::Message { key: entry.key, call: entry.call }));
            }
        }
    }

    fn told(&mut self, one: &Untold, now: Timestamp) -> Told {
        let not = |how| Told { call: one.call, how, entry: None };
        let Some(number) = one.number else { return not("no number") };
        let from = one.dialled.or_else(|| self.settings.own_numbers.first().copied());
        let Some(from) = from else { return not("no number to text from") };
        let refused =
            one.standing.as_ref().is_some_and(|known| known.do_not_contact || known.consent.opted_out);
        match () {
            () if one.twice => not("told on another call"),
            () if refused => not("asked not to be texted"),
            () if self.settings.is_ours(number) => not("a number of the office"),
            () if !number.is_north_american() => not("abroad"),
            () if !self.settings.text_back => not("texts to callers are switched off"),
            () => {
                let language = one.standing.as_ref().and_then(|known| known.language).unwrap_or_default();
                let (row, office) = (&one.incident, self.settings.office.as_str());
                let body = match &one.closing {
                    Some(words) => format!("{office}: {words}"),
                    None => usual_closing(row.trouble, &row.property, office, language),
                };
                let key = MessageKey::from_random(self.chance.next_u64());
                let due = self.settings.quiet_hours.of(number).next_allowed(now);
                let entry =
                    Entry::new(key, Kind::IncidentOver, from, number, fit(&body, CLOSING_SEPTETS), now);
                Told { call: one.call, how: "texted", entry: Some(entry.about(one.call).not_before(due)) }
            }
        }
    }
}

fn named(row: &IncidentRow) -> String {
    format!("{}, {}", row.property, trouble_words(row.trouble))
}

/// `1. Maple Court, the heat: 12 callers, notice on.`
fn listed(open: &[IncidentRow], now: Timestamp) -> String {
    if open.is_empty() {
        return "No incident is open.".to_owned();
    }
    let lines = open.iter().zip(1..).map(|(row, nth)| {
        let on = if row.is_spoken(now) { ", notice on" } else { "" };
        format!("{nth}. {}: {}{on}.", named(row), callers_words(row.callers))
    });
    lines.collect::<Vec<_>>().join(" ")
}

/// Two segments.
const CLOSING_SEPTETS: usize = 2 * 153;
