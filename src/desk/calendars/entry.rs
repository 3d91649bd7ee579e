//! A showing's way into the calendar that its agent keeps, and out of it: each step a question, each answer the next step.

use jiff::{SignedDuration, Timestamp};

use super::{CHORES_EVERY, MOST_CHORES, ON_ITS_WAY, Purpose, Step, Task, Waiting};
use crate::{
    calendar::{self, Busy, Question, Reply, ShowingPlan, Taken},
    desk::{Engine, Output, showings::near_slot},
    dialogue::{CalendarAnswer, Showing, ShowingState},
    store::{CalendarEntry, ShowingRow, ShowingStatus, StoreError},
    types::ShowingId,
};

impl Engine {
    /// Takes the next step of a task, or gives it up where nobody can be asked.
    pub(super) fn go_on(&mut self, now: Timestamp, plan: &ShowingPlan, mut task: Task) {
        let (row, travel) = (&task.row, plan.rules.travel);
        let Some(agent) = plan.agents.iter().find(|agent| agent.name == row.agent) else {
            return self.give_up(now, task, false);
        };
        let Some(collection) = &agent.calendar else { return self.give_up(now, task, false) };
        let entry = row.entry.clone().unwrap_or_else(|| calendar_entry(collection, row.id));
        let href = entry.href.clone();
        let around = |at: Timestamp, by: SignedDuration| at.checked_add(by).unwrap_or(at);
        let (from, until) = (around(row.begins, -travel), around(row.ends, travel));
        let question = match task.step {
            Step::Check { names: true } => Question::Events { from, until },
            Step::Check { names: false } => Question::FreeBusy { from, until },
            Step::Put => Question::Put { href, text: calendar::resource(&event(row)) },
            Step::Look => Question::Look { href },
            Step::Delete => Question::Delete { href, etag: entry.etag.clone() },
        };
        task.row.entry = Some(entry);
        match self.ask_calendar(agent, question, Purpose::Task(task.row.id)) {
            Some(_) => drop(self.calendars.tasks.insert(task.row.id, task)),
            None => self.give_up(now, task, false),
        }
    }

    pub(super) fn step_heard(&mut self, now: Timestamp, plan: &ShowingPlan, mut task: Task, reply: Reply) {
        let id = task.row.id;
        match (task.step, reply) {
            (Step::Check { names: true }, Reply::Refused { .. }) => {
                task.step = Step::Check { names: false };
                self.go_on(now, plan, task);
            }
            (Step::Check { .. }, Reply::Taken(taken)) => {
                match self.is_still_free(now, plan, &task.row, taken) {
                    Ok(true) => {
                        task.step = Step::Put;
                        self.go_on(now, plan, task);
                    }
                    Ok(false) => self.clashes(now, plan, task),
                    Err(error) => {
                        self.store_fails(now, &error);
                        self.give_up(now, task, false);
                    }
                }
            }
            (Step::Put | Step::Look, Reply::Stands { etag }) => self.stands(now, task, etag.as_deref()),
            (Step::Put, Reply::Clash) => self.clashes(now, plan, task),
            (Step::Look, Reply::Absent) => match self.store.is_requested(task.row.call) {
                // Somebody at the console wants it there.
                Ok(true) => {
                    task.step = Step::Check { names: true };
                    self.go_on(now, plan, task);
                }
                Ok(false) => {
                    let why = "the box stopped while it was being booked";
                    self.or_take_back(now, id, |engine| {
                        engine.store.leave_to_people(id, why, now)?;
                        engine.store.entry_settled(id, None)
                    });
                }
                Err(error) => self.store_fails(now, &error),
            },
            (Step::Delete, Reply::Absent) if now.duration_since(task.row.changed) < ON_ITS_WAY => {
                self.calendars.rest(id, now);
            }
            (Step::Delete, Reply::Removed | Reply::Absent) => {
                self.calendars.rests.remove(&id);
                self.or_take_back(now, id, |engine| engine.store.entry_settled(id, None));
            }
            (Step::Delete, Reply::Clash) => {
                let why = "changed in their own calendar, and left there: take it out by hand";
                self.or_take_back(now, id, |engine| engine.store.entry_settled(id, Some(why)));
            }
            // A server that answered "no" has put nothing there; from one that does not answer nobody can tell.
            (step, reply) => {
                tracing::warn!(showing = %id, ?step, ?reply, "a calendar does not do what it is asked");
                let perhaps_there = step == Step::Put && reply == Reply::Away;
                self.give_up(now, task, perhaps_there);
            }
        }
    }

    /// The agent's calendar has it: only now it is booked.
    fn stands(&mut self, now: Timestamp, task: Task, etag: Option<&str>) {
        let id = task.row.id;
        self.calendars.rests.remove(&id);
        let confirmed = self.store.confirm_showing(id, etag, now);
        let answer = match confirmed {
            Ok(true) => {
                if let Some(waits) = &task.waits {
                    let showing = Showing {
                        state: ShowingState::Booked,
                        place: Some(task.row.place.clone()),
                        slot: Some(waits.slot.clone()),
                        id: Some(id),
                    };
                    self.showings.note(waits.call, showing);
                }
                CalendarAnswer::Booked(id)
            }
            // Somebody has cancelled it meanwhile; its entry is taken out.
            Ok(false) => CalendarAnswer::Away,
            Err(error) => {
                self.store_fails(now, &error);
                self.showings.take_back(id);
                CalendarAnswer::Away
            }
        };
        self.tell(task.waits, answer);
    }

    /// Its time is not free any more. Nothing of ours is in the calendar.
    fn clashes(&mut self, now: Timestamp, plan: &ShowingPlan, task: Task) {
        let (id, row) = (task.row.id, &task.row);
        let Some(waits) = task.waits else {
            let why = "that time is taken in the agent’s own calendar";
            return self.or_take_back(now, id, |engine| {
                engine.store.leave_to_people(id, why, now)?;
                engine.store.entry_settled(id, None)
            });
        };
        self.or_take_back(now, id, |engine| {
            engine.store.cancel_showing(id, now)?;
            engine.store.entry_settled(id, None)
        });
        let except: Vec<ShowingId> = row.replaces.into_iter().chain([id]).collect();
        let answer = match self.busy(now, &except) {
            Ok(mut busy) => {
                busy.extend(self.calendars.seen());
                // What has come in between is not in the last look.
                let own = Busy { agent: row.agent.clone(), begins: row.begins, ends: row.ends, place: None };
                busy.push(own);
                CalendarAnswer::Taken { instead: near_slot(plan, &busy, &row.place, &waits.slot, now) }
            }
            Err(error) => {
                self.store_fails(now, &error);
                CalendarAnswer::Away
            }
        };
        self.tell(Some(waits), answer);
    }

    /// It cannot be done now. Whoever waits at the telephone is told that the calendar is away; what nobody waits for is tried
    /// again later.
    pub(super) fn give_up(&mut self, now: Timestamp, task: Task, perhaps_there: bool) {
        let id = task.row.id;
        if task.waits.is_none() {
            return self.calendars.rest(id, now);
        }
        self.or_take_back(now, id, |engine| {
            engine.store.cancel_showing(id, now)?;
            if perhaps_there { Ok(()) } else { engine.store.entry_settled(id, None) }
        });
        self.tell(task.waits, CalendarAnswer::Away);
    }

    fn tell(&mut self, waits: Option<Waiting>, answer: CalendarAnswer) {
        if let Some(Waiting { call, ticket, .. }) = waits {
            self.output(Output::CalendarAnswered { call, ticket, answer });
        }
    }

    /// Does this in the store; if the store fails, the showing is taken back when it is well again.
    pub(super) fn or_take_back(
        &mut self,
        now: Timestamp,
        showing: ShowingId,
        work: impl FnOnce(&mut Self) -> Result<(), StoreError>,
    ) {
        if let Err(error) = work(self) {
            self.store_fails(now, &error);
            self.showings.take_back(showing);
        }
    }

    /// Is it free in our own calendar, but for itself and what it replaces, and in the agent's?
    fn is_still_free(
        &mut self,
        now: Timestamp,
        plan: &ShowingPlan,
        row: &ShowingRow,
        taken: Vec<Taken>,
    ) -> Result<bool, StoreError> {
        let except: Vec<ShowingId> = row.replaces.into_iter().chain([row.id]).collect();
        let mut busy = self.busy(now, &except)?;
        busy.extend(self.busy_elsewhere(&row.agent, taken, now)?);
        let agent = plan.agents.iter().find(|agent| agent.name == row.agent);
        Ok(row.begins > now
            && agent
                .is_some_and(|agent| calendar::is_free(plan, &busy, &row.place, agent, row.begins, row.ends)))
    }

    /// What an agent has on besides the showings that we know of ourselves.
    pub(super) fn busy_elsewhere(
        &mut self,
        agent: &str,
        taken: Vec<Taken>,
        from: Timestamp,
    ) -> Result<Vec<Busy>, StoreError> {
        let known = self.store.showings_since(from)?;
        let theirs: Vec<&ShowingRow> = known.iter().filter(|row| row.agent == agent).collect();
        // One that its agent has put to another time takes that time as well as ours.
        let is_ours = |taken: &Taken| {
            theirs.iter().any(|row| {
                let named = taken.uid.as_ref().is_none_or(|uid| *uid == calendar::uid(row.id));
                let off = matches!(row.status, ShowingStatus::Cancelled | ShowingStatus::Moved);
                let same = row.begins == taken.begins && row.ends == taken.ends;
                named && (same || (off && taken.uid.is_some()))
            })
        };
        let busy = taken.into_iter().filter(|taken| !is_ours(taken)).map(|taken| Busy {
            agent: agent.to_owned(),
            begins: taken.begins,
            ends: taken.ends,
            place: None,
        });
        Ok(busy.collect())
    }

    /// Settles claims of before a power cut and of people at the console, and takes out entries of showings that are off.
    pub(in crate::desk) fn calendar_chores(&mut self, now: Timestamp) -> Result<(), StoreError> {
        let Some(plan) = self.settings.showings.clone() else { return Ok(()) };
        if plan.agents.iter().all(|agent| agent.calendar.is_none())
            || self.calendars.chores_at.is_some_and(|at| at > now)
        {
            return Ok(());
        }
        self.calendars.chores_at = now.checked_add(CHORES_EVERY).ok();
        let rows = self.store.showings_to_settle()?;
        self.calendars.rests.retain(|id, _| rows.iter().any(|row| row.id == *id));
        for row in rows {
            let under_way = self.calendars.tasks.values().filter(|task| task.waits.is_none()).count();
            if under_way >= MOST_CHORES {
                break;
            }
            let id = row.id;
            if self.calendars.is_asked(id) || self.calendars.rests(id, now) {
                continue;
            }
            let keeps = plan.agents.iter().any(|agent| agent.name == row.agent && agent.calendar.is_some());
            let step = match (row.status, &row.entry) {
                (ShowingStatus::Claimed, _) if !keeps || row.begins <= now => {
                    let why = "the agent’s calendar could not be written in time";
                    self.store.leave_to_people(id, why, now)?;
                    continue;
                }
                (ShowingStatus::Claimed, None) => {
                    let Some(collection) = plan.agents.iter().find(|agent| agent.name == row.agent) else {
                        continue;
                    };
                    let Some(collection) = &collection.calendar else { continue };
                    self.store.enter_showing(id, &calendar_entry(collection, id).href)?;
                    Step::Check { names: true }
                }
                (ShowingStatus::Claimed, Some(_)) => Step::Look,
                // Whose calendar it is nobody knows any more.
                _ if !keeps => continue,
                _ => Step::Delete,
            };
            self.go_on(now, &plan, Task { row, step, waits: None });
        }
        Ok(())
    }
}

/// Where a showing stands in a collection: an address that is its own, so that putting it there twice is putting it there once.
pub(in crate::desk) fn calendar_entry(collection: &str, id: ShowingId) -> CalendarEntry {
    CalendarEntry { href: format!("{collection}showing-{id}.ics"), etag: None }
}

fn event(row: &ShowingRow) -> calendar::Event {
    let shown = calendar::ShownTo {
        name: row.name.as_deref(),
        callback: row.callback,
        place: &row.place,
        begins: row.begins,
        ends: row.ends,
    };
    calendar::showing_event(row.id, &shown, row.changed, false)
}
