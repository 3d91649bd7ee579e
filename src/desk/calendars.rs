//! Calendars that agents keep elsewhere, asked in the middle of a call: looked at before a time is offered, looked at again and
//! written before it is said to be booked, and put in order afterwards.
//!
//! A time is first claimed in our own store, so that nobody else gets it; then the agent's calendar is asked and written; only
//! then is it booked. Whatever breaks in between leaves a claim, or an entry whose address is stored, and both are settled
//! later: by asking whether it stands there, or by taking it out. Both may be done twice.
//!
//! Here are the looks, and who waits for what; a showing's way into a calendar and out of it is in [`entry`].

mod entry;

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};

use super::{
    Alarm, Engine, Output,
    clock::moved,
    showings::{free_near, wished},
};
use crate::{
    calendar::{Busy, Question, Reply, ShowingAgent, ShowingPlan},
    dialogue::{CalendarAnswer, ShowingSlot, When},
    store::{ShowingRow, StoreError},
    types::{CallId, ShowingId},
};

pub(super) use entry::calendar_entry;

/// From a caller's wish to an answer. Whoever waits at the telephone waits a second longer at most.
const PATIENCE: SignedDuration = SignedDuration::from_secs(3);

/// How often it is looked for what is left to do in agents' calendars.
const CHORES_EVERY: SignedDuration = SignedDuration::from_secs(10);

/// A calendar that does not do what it is asked rests: this long at first, twice as long each time, so long at most.
const FIRST_REST: SignedDuration = SignedDuration::from_secs(20);
const LONGEST_REST: SignedDuration = SignedDuration::from_mins(10);

/// An entry that is not there may still be on its way; so long after the showing was called off it is not.
const ON_ITS_WAY: SignedDuration = SignedDuration::from_mins(1);

/// Questions without an answer. When there are more, further ones are as good as unanswered.
const MOST_ASKED: usize = 300;

/// Chores at once: what is left to do must not keep those who wait at the telephone from their answer.
const MOST_CHORES: usize = 4;

/// What agents' calendars are being asked.
#[derive(Debug, Default)]
pub(super) struct Calendars {
    last: u64,
    asked: BTreeMap<u64, Purpose>,
    looks: BTreeMap<CallId, Look>,
    tasks: BTreeMap<ShowingId, Task>,
    chores_at: Option<Timestamp>,
    rests: BTreeMap<ShowingId, Rest>,
    /// The last one that was asked did not do it, and that has been said.
    failing: bool,
    /// What each agent had on at the last look: for offers in place of a time that is taken.
    seen: BTreeMap<String, Vec<Busy>>,
}

/// What an answer is for.
#[derive(Debug, Clone)]
enum Purpose {
    Look { call: CallId, agent: String },
    Task(ShowingId),
}

/// Free times are looked for in several calendars at once.
#[derive(Debug)]
struct Look {
    ticket: u32,
    place: String,
    wish: When,
    waiting: BTreeSet<u64>,
    busy: Vec<Busy>,
    /// Whose calendars cannot be asked. They are not offered.
    away: BTreeSet<String>,
    /// Whose calendars are asked for times alone.
    nameless: BTreeSet<String>,
    from: Timestamp,
    until: Timestamp,
    due: Timestamp,
}

/// A showing is put into its agent's calendar, or taken out of it.
#[derive(Debug)]
struct Task {
    row: ShowingRow,
    step: Step,
    /// Who waits for it at the telephone.
    waits: Option<Waiting>,
}

#[derive(Debug, Clone)]
struct Waiting {
    call: CallId,
    ticket: u32,
    slot: ShowingSlot,
    due: Timestamp,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    /// Is its time still free?
    Check {
        names: bool,
    },
    Put,
    /// Did it get there before the power went?
    Look,
    Delete,
}

#[derive(Debug, Clone, Copy)]
struct Rest {
    tries: u32,
    until: Timestamp,
}

impl Calendars {
    /// When somebody at the telephone is told that the calendar is away.
    pub(super) fn overdue(&self) -> Option<Timestamp> {
        let looks = self.looks.values().map(|look| look.due);
        looks.chain(self.tasks.values().filter_map(|task| Some(task.waits.as_ref()?.due))).min()
    }

    /// What agents had on at the last look.
    pub(super) fn seen(&self) -> Vec<Busy> {
        self.seen.values().flatten().cloned().collect()
    }

    pub(super) fn chores_due(&self) -> Option<Timestamp> {
        self.chores_at
    }

    pub(super) fn move_deadlines(&mut self, by: SignedDuration) {
        for look in self.looks.values_mut() {
            look.due = moved(look.due, by);
        }
        for waits in self.tasks.values_mut().filter_map(|task| task.waits.as_mut()) {
            waits.due = moved(waits.due, by);
        }
        self.chores_at = self.chores_at.map(|at| moved(at, by));
        for rest in self.rests.values_mut() {
            rest.until = moved(rest.until, by);
        }
    }

    /// Something is on its way to this showing's entry.
    fn is_asked(&self, showing: ShowingId) -> bool {
        self.tasks.contains_key(&showing)
            || self.asked.values().any(|purpose| matches!(purpose, Purpose::Task(id) if *id == showing))
    }

    fn rests(&self, showing: ShowingId, now: Timestamp) -> bool {
        self.rests.get(&showing).is_some_and(|rest| rest.until > now)
    }

    fn rest(&mut self, showing: ShowingId, now: Timestamp) {
        let tries = self.rests.get(&showing).map_or(0, |rest| rest.tries);
        let span = FIRST_REST.saturating_mul(1 << tries.min(8)).min(LONGEST_REST);
        let until = now.checked_add(span).unwrap_or(now);
        self.rests.insert(showing, Rest { tries: tries.saturating_add(1), until });
    }
}

impl Engine {
    /// Looks into the calendars that agents keep. `None`: the answer comes when they have answered.
    pub(super) fn look_elsewhere(
        &mut self,
        now: Timestamp,
        plan: &ShowingPlan,
        (call, ticket): (CallId, u32),
        place: String,
        wish: When,
    ) -> Result<Option<CalendarAnswer>, StoreError> {
        let days = SignedDuration::from_hours(24 * (i64::from(plan.rules.days_ahead) + 1));
        let mut look = Look {
            ticket,
            place,
            wish,
            waiting: BTreeSet::new(),
            busy: Vec::new(),
            away: BTreeSet::new(),
            nameless: BTreeSet::new(),
            from: now,
            until: now.checked_add(days).unwrap_or(now),
            due: now.checked_add(PATIENCE).unwrap_or(now),
        };
        for agent in plan.agents.iter().filter(|agent| agent.calendar.is_some()) {
            let question = Question::Events { from: look.from, until: look.until };
            let purpose = Purpose::Look { call, agent: agent.name.clone() };
            match self.ask_calendar(agent, question, purpose) {
                Some(exchange) => drop(look.waiting.insert(exchange)),
                None => drop(look.away.insert(agent.name.clone())),
            }
        }
        if look.waiting.is_empty() {
            return self.offer(now, plan, &look).map(Some);
        }
        self.calendars.looks.insert(call, look);
        Ok(None)
    }

    /// Has a time that is claimed put into its agent's calendar.
    pub(super) fn reserve(
        &mut self,
        now: Timestamp,
        plan: &ShowingPlan,
        row: ShowingRow,
        (call, ticket): (CallId, u32),
        slot: ShowingSlot,
    ) {
        let due = now.checked_add(PATIENCE).unwrap_or(now);
        let waits = Some(Waiting { call, ticket, slot, due });
        let task = Task { row, step: Step::Check { names: true }, waits };
        self.go_on(now, plan, task);
    }

    /// The call is over: nobody hears any more what its calendar says.
    pub(super) fn nobody_waits(&mut self, now: Timestamp, call: CallId) {
        self.calendars.looks.remove(&call);
        let waited: Vec<ShowingId> = self
            .calendars
            .tasks
            .iter()
            .filter(|(_, task)| task.waits.as_ref().is_some_and(|waits| waits.call == call))
            .map(|(id, _)| *id)
            .collect();
        for id in waited {
            self.calendars.tasks.remove(&id);
            self.or_take_back(now, id, |engine| {
                engine.store.leave_to_people(id, "the caller hung up while it was being booked", now)
            });
        }
    }

    /// Those who have waited long enough are told that the calendar is away.
    pub(super) fn calendars_overdue(&mut self, now: Timestamp) {
        let late = |look: &Look| look.due <= now;
        let looks: Vec<CallId> =
            self.calendars.looks.iter().filter(|(_, look)| late(look)).map(|(call, _)| *call).collect();
        for call in looks {
            let Some(mut look) = self.calendars.looks.remove(&call) else { continue };
            self.calendars_fare(false);
            for purpose in look.waiting.iter().filter_map(|exchange| self.calendars.asked.get(exchange)) {
                if let Purpose::Look { agent, .. } = purpose {
                    tracing::warn!(agent, "a calendar does not answer in time");
                    look.away.insert(agent.clone());
                }
            }
            self.answer_look(now, call, &look);
        }
        let tasks: Vec<ShowingId> = self
            .calendars
            .tasks
            .iter()
            .filter(|(_, task)| task.waits.as_ref().is_some_and(|waits| waits.due <= now))
            .map(|(id, _)| *id)
            .collect();
        for id in tasks {
            let Some(task) = self.calendars.tasks.remove(&id) else { continue };
            self.calendars_fare(false);
            self.give_up(now, task, true);
        }
    }

    /// What a calendar has answered.
    pub(super) fn calendar_heard(&mut self, now: Timestamp, exchange: u64, reply: Reply) {
        let Some(purpose) = self.calendars.asked.remove(&exchange) else { return };
        let Some(plan) = self.settings.showings.clone() else { return };
        // Where events may not be read (403) their times perhaps may: that is no failure.
        self.calendars_fare(!matches!(reply, Reply::Away | Reply::Refused { status: 401 | 404 | 507 }));
        match purpose {
            Purpose::Look { call, agent } => self.look_heard(now, &plan, call, &agent, (exchange, reply)),
            Purpose::Task(id) => {
                if let Some(task) = self.calendars.tasks.remove(&id) {
                    self.step_heard(now, &plan, task, reply);
                }
            }
        }
    }

    fn look_heard(
        &mut self,
        now: Timestamp,
        plan: &ShowingPlan,
        call: CallId,
        agent: &str,
        (exchange, reply): (u64, Reply),
    ) {
        let Some(mut look) = self.calendars.looks.remove(&call) else { return };
        // An answer to an earlier look of the same call.
        if look.waiting.remove(&exchange) {
            match reply {
                Reply::Taken(taken) => match self.busy_elsewhere(agent, taken, look.from) {
                    Ok(busy) => {
                        self.calendars.seen.insert(agent.to_owned(), busy.clone());
                        look.busy.extend(busy);
                    }
                    Err(error) => {
                        self.store_fails(now, &error);
                        look.away.insert(agent.to_owned());
                    }
                },
                other => drop(self.look_without_names(plan, call, agent, &mut look, &other)),
            }
        }
        if look.waiting.is_empty() {
            self.answer_look(now, call, &look);
        } else {
            self.calendars.looks.insert(call, look);
        }
    }

    /// Where events may not be read, times alone perhaps may; where not even they, its agent is not offered.
    fn look_without_names(
        &mut self,
        plan: &ShowingPlan,
        call: CallId,
        agent: &str,
        look: &mut Look,
        reply: &Reply,
    ) -> bool {
        let known = plan.agents.iter().find(|known| known.name == agent);
        let second = match (reply, known) {
            (Reply::Refused { .. }, Some(known)) if look.nameless.insert(agent.to_owned()) => {
                let question = Question::FreeBusy { from: look.from, until: look.until };
                self.ask_calendar(known, question, Purpose::Look { call, agent: agent.to_owned() })
            }
            _ => None,
        };
        match second {
            Some(exchange) => look.waiting.insert(exchange),
            None => {
                tracing::warn!(agent, ?reply, "a calendar cannot be looked into; its agent is not offered");
                look.away.insert(agent.to_owned())
            }
        }
    }

    fn answer_look(&mut self, now: Timestamp, call: CallId, look: &Look) {
        let offered = match self.settings.showings.clone() {
            Some(plan) => self.offer(now, &plan, look),
            None => Ok(CalendarAnswer::Away),
        };
        let answer = offered.unwrap_or_else(|error| {
            self.store_fails(now, &error);
            CalendarAnswer::Away
        });
        self.output(Output::CalendarAnswered { call, ticket: look.ticket, answer });
    }

    fn offer(
        &mut self,
        now: Timestamp,
        plan: &ShowingPlan,
        look: &Look,
    ) -> Result<CalendarAnswer, StoreError> {
        let agents: Vec<ShowingAgent> =
            plan.agents.iter().filter(|agent| !look.away.contains(&agent.name)).cloned().collect();
        if agents.is_empty() {
            return Ok(CalendarAnswer::Away);
        }
        let plan = ShowingPlan { agents, ..plan.clone() };
        let mut busy = self.busy(now, &[])?;
        busy.extend(look.busy.iter().cloned());
        let wish = wished(&look.wish);
        Ok(CalendarAnswer::Slots(free_near(&plan, &busy, &look.place, &wish, now)))
    }

    /// Somebody should know, once, and when it is over.
    fn calendars_fare(&mut self, well: bool) {
        if self.calendars.failing == well {
            self.calendars.failing = !well;
            self.output(Output::Alarm(if well { Alarm::CalendarsWell } else { Alarm::CalendarsFailing }));
        }
    }

    /// Asks the calendar of this agent. `None`: too much is being asked, or the agent keeps none.
    fn ask_calendar(&mut self, agent: &ShowingAgent, question: Question, purpose: Purpose) -> Option<u64> {
        if agent.calendar.is_none() || self.calendars.asked.len() >= MOST_ASKED {
            return None;
        }
        self.calendars.last += 1;
        let exchange = self.calendars.last;
        self.calendars.asked.insert(exchange, purpose);
        self.output(Output::AskCalendar { exchange, agent: agent.name.clone(), question });
        Some(exchange)
    }
}
