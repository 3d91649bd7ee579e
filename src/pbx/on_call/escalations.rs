//! The escalations that are not over, each with its ladder, and what comes next in each.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::{Duration, Instant},
};

use jiff::{SignedDuration, Timestamp};

use super::{
    Escalation, EscalationStep, Event, News, OnCall, Report, Rota, Unreached, Verdict,
    joining::{HOLD, MOST_WRITTEN, covers, may_be_known},
    ladder::{After, Ladder, SOON},
};
use crate::{
    dialogue::{LifeSafety, Urgency},
    incident::{self, REPEATS_WITHIN},
    pbx::Houses,
    types::{CallId, Moment, PhoneNumber},
};

/// So long a step is waited for until the store has it, before a call leaves all the same.
pub(super) const STORE_WAIT: Duration = Duration::from_secs(2);

/// Escalations at once. Beyond, danger is told of as any call is: by its work order and the texts about it.
const MOST: usize = 64;

/// What a caller says more is told and written down so often; a conversation has hardly more to bring to light.
const MOST_LEARNT: usize = 12;

/// A conversation has heard of danger, or has more to say of it.
#[derive(Debug)]
pub(in crate::pbx) struct Heard {
    pub(in crate::pbx) call: CallId,
    pub(in crate::pbx) report: Report,
    /// The number of ours that was called.
    pub(in crate::pbx) dialled: Option<PhoneNumber>,
    /// The same as it is held against what other callers have told.
    pub(in crate::pbx) told: incident::Report,
    /// The danger that the last words told of, which need not be the first one of the call.
    pub(in crate::pbx) danger: Option<LifeSafety>,
}

/// What is to be done for an escalation.
#[derive(Debug)]
pub(in crate::pbx) enum Do {
    /// Write this down.
    Keep(EscalationStep),
    /// Call this one.
    Call { escalation: CallId, person: OnCall, report: Report },
    /// The call that is under way ends.
    End { attempt: CallId },
    /// Whoever has pressed a key is told; the caller is offered if `accepted` and still there.
    Confirm { escalation: CallId, attempt: CallId, verdict: Verdict },
    /// The caller hears how it goes, who waits for it.
    TellCaller { escalation: CallId, news: ForCaller },
}

/// What a caller hears who has been told that people are being called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::pbx) enum ForCaller {
    /// The next one is called.
    Next,
    /// Nobody of this round has taken it.
    Nobody,
    /// Somebody has said what becomes of it, and nobody is called any more.
    Settled,
}

/// See the module's sentence.
#[derive(Debug, Default)]
pub(in crate::pbx) struct Escalations {
    /// Those that are not over, and those that were settled so lately that another caller may tell of them.
    open: BTreeMap<CallId, Open>,
    /// Calls that have told of what another has opened an escalation for: no more than there are calls.
    joined: BTreeMap<CallId, CallId>,
    todo: Vec<Do>,
}

#[derive(Debug)]
struct Open {
    standing: Escalation,
    ladder: Ladder,
    /// Who is called in this round.
    people: Vec<OnCall>,
    attempt: Option<Attempt>,
    learnt: usize,
    /// When somebody has told of it last, and how many others have.
    told: Timestamp,
    others: usize,
}

#[derive(Debug)]
struct Attempt {
    person: OnCall,
    stage: Stage,
    /// The telephone was picked up.
    answered: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    /// The step with this number is on its way to the store.
    Storing {
        number: u32,
        until: Instant,
    },
    /// The call is about to begin.
    Wanted,
    Calling {
        attempt: CallId,
    },
    /// A key was pressed, and the step with this number is on its way to the store.
    Settling {
        attempt: CallId,
        verdict: Verdict,
        number: u32,
        until: Instant,
    },
    /// What was pressed is stored, and the last words are said.
    Parting {
        attempt: CallId,
    },
}

/// Who has settled it, in the timeline.
const CALLER: &str = "the caller";

impl Escalations {
    /// What is to be done, in order. What a caller is told is told to all who have joined.
    pub(in crate::pbx) fn take_todo(&mut self) -> Vec<Do> {
        let mut todo = Vec::with_capacity(self.todo.len());
        for wanted in std::mem::take(&mut self.todo) {
            if let Do::TellCaller { escalation, news } = wanted {
                let joined = self.joined.iter().filter(|(_, into)| **into == escalation);
                todo.extend(joined.map(|(call, _)| Do::TellCaller { escalation: *call, news }));
            }
            todo.push(wanted);
        }
        todo
    }

    pub(in crate::pbx) fn heard(&mut self, now: Moment, rota: &Rota, houses: &Houses, heard: Heard) {
        let Heard { call, mut report, dialled, mut told, danger } = heard;
        if let Some(into) = self.joined.get(&call) {
            // A second danger of one call is no other's: fire, after gas that was known.
            if let Some(kind) = danger.filter(|kind| *kind != LifeSafety::Unspecified) {
                (report.urgency, told.urgency) = (Urgency::LifeSafety(kind), Urgency::LifeSafety(kind));
            }
            let known = self.open.get(into);
            if known.is_some_and(|open| covers(&open.standing, open.told, now, houses, &told)) {
                return;
            }
            // What they say more makes it one of their own.
            self.joined.remove(&call);
        }
        let same = |open: &&Open| {
            open.standing.call != call && covers(&open.standing, open.told, now, houses, &told)
        };
        let known = self.open.values().filter(same).min_by_key(|open| open.standing.opened);
        let known = known.map(|open| open.standing.call);
        if let Some(open) = self.open.get_mut(&call) {
            if open.standing.report != report && open.learnt < MOST_LEARNT {
                open.learnt += 1;
                open.told = now.wall;
                open.keep(&mut self.todo, now, Event::Learnt { report: report.clone() });
                // Whoever has picked up hears it to its end.
                match known.filter(|_| open.may_merge()) {
                    Some(into) => self.merge(now, call, into, report),
                    None if told.property.is_some() => {
                        open.ladder.hurry(now.at);
                        open.goes_on(&mut self.todo, now, rota);
                    }
                    None => {}
                }
            }
            return;
        }
        if let Some(into) = known {
            return self.join(now, call, into, report);
        }
        self.make_room();
        if self.open.len() >= MOST {
            tracing::error!(%call, "too many escalations at once: nobody on call is rung for this one");
            return;
        }
        let step = EscalationStep { call, number: 1, at: now.wall, event: Event::Opened { report, dialled } };
        let Some(standing) = Escalation::of([&step]) else { return };
        self.todo.push(Do::Keep(step));
        let held = self.open.values().any(|open| may_be_known(&open.standing, open.told, now, &told));
        let begins = if held { now.at + HOLD } else { now.at };
        let mut open = Open::new(standing, Ladder::begin(begins), Vec::new(), now.wall);
        if rota.is_empty() {
            open.ladder.settled();
        }
        open.goes_on(&mut self.todo, now, rota);
        self.open.insert(call, open);
    }

    fn join(&mut self, now: Moment, call: CallId, into: CallId, report: Report) {
        let Some(open) = self.open.get_mut(&into) else { return };
        self.joined.insert(call, into);
        open.told = now.wall;
        open.others = open.others.saturating_add(1);
        if open.others <= MOST_WRITTEN {
            open.keep(&mut self.todo, now, Event::Joined { call, report });
        }
    }

    /// An escalation of its own turns out to be what another caller has told of before.
    fn merge(&mut self, now: Moment, call: CallId, into: CallId, report: Report) {
        let Some(mut open) = self.open.remove(&call) else { return };
        open.keep(&mut self.todo, now, Event::Merged { into });
        if let Some(attempt) = open.attempt.as_ref().and_then(Attempt::call) {
            self.todo.push(Do::End { attempt });
        }
        for other in self.joined.values_mut().filter(|other| **other == call) {
            *other = into;
        }
        self.join(now, call, into, report);
        if self.open.get(&into).is_some_and(|open| !open.standing.is_open()) {
            self.todo.push(Do::TellCaller { escalation: call, news: ForCaller::Settled });
        }
    }

    /// Those that are settled make room for what is not, the oldest first.
    fn make_room(&mut self) {
        while self.open.len() >= MOST {
            let over = |open: &&Open| !open.standing.is_open() && open.attempt.is_none();
            let oldest = self.open.values().filter(over).min_by_key(|open| open.told);
            let Some(call) = oldest.map(|open| open.standing.call) else { return };
            self.open.remove(&call);
        }
    }

    /// Those that were not over before a restart, each with its steps in order. Whoever was being called may have heard of it.
    pub(in crate::pbx) fn restore(&mut self, now: Moment, rota: &Rota, all: Vec<Vec<EscalationStep>>) {
        for steps in all {
            let Some(standing) = Escalation::of(&steps).filter(|known| known.merged.is_none()) else {
                continue;
            };
            let told = steps.last().map_or(standing.opened, |step| step.at);
            if !standing.is_open() {
                let mut ladder = Ladder::begin(now.at);
                ladder.settled();
                self.open.insert(standing.call, Open::new(standing, ladder, Vec::new(), told));
                continue;
            }
            let people = rota.on_duty(now.wall);
            let place = |number| people.iter().position(|person| person.number == number);
            let called = standing.called.clone();
            let next = called.as_ref().and_then(|called| place(called.number)).map_or(0, |place| place + 1);
            let age = now.wall.duration_since(standing.opened).max(SignedDuration::ZERO);
            let age = Duration::try_from(age).unwrap_or_default();
            let mut ladder = Ladder::resume(now.at, age, standing.round, next);
            if rota.is_empty() || standing.given_up {
                ladder.settled();
            }
            let call = standing.call;
            let mut open = Open::new(standing, ladder, people, told);
            if let Some(called) = called.filter(|called| called.under_way) {
                open.keep(&mut self.todo, now, Event::Uncertain { name: called.name });
            }
            open.goes_on(&mut self.todo, now, rota);
            self.open.insert(call, open);
        }
    }

    /// The store has all steps of this one up to that number.
    pub(in crate::pbx) fn stored(&mut self, call: CallId, number: u32) {
        if let Some(open) = self.open.get_mut(&call) {
            open.stored(&mut self.todo, number);
        }
    }

    /// The call that was wanted has begun. `None`: this number may not be called.
    pub(in crate::pbx) fn begun(&mut self, now: Moment, rota: &Rota, call: CallId, attempt: Option<CallId>) {
        let Some(open) = self.open.get_mut(&call) else { return };
        match (attempt, &mut open.attempt) {
            (Some(attempt), Some(under_way)) => under_way.stage = Stage::Calling { attempt },
            (None, Some(_)) => open.unreached(&mut self.todo, now, rota, Unreached::Forbidden),
            (_, None) => {}
        }
    }

    /// What the call that is under way has come to; whoever takes the caller is left to the switch.
    pub(in crate::pbx) fn news(&mut self, now: Moment, rota: &Rota, call: CallId, news: &News) {
        let Some(open) = self.open.get_mut(&call) else { return };
        let Some(name) = open.attempt.as_ref().map(|attempt| attempt.person.name.clone()) else { return };
        if let (News::Answered, Some(attempt)) = (news, &mut open.attempt) {
            attempt.answered = true;
        }
        match news {
            News::Answered => open.keep(&mut self.todo, now, Event::Answered { name }),
            News::Repeated => open.keep(&mut self.todo, now, Event::Repeated { name }),
            News::Pressed(verdict) => open.pressed(&mut self.todo, now, *verdict, name),
            News::Unreached(why) => open.unreached(&mut self.todo, now, rota, *why),
            News::Takes(_) => {
                open.keep(&mut self.todo, now, Event::Connected { name });
                open.attempt = None;
            }
            News::Over => {
                open.attempt = None;
                self.todo.push(Do::TellCaller { escalation: call, news: ForCaller::Settled });
            }
        }
    }

    /// Somebody at a console has settled it. `false`: there is no such escalation, or it was settled before.
    pub(in crate::pbx) fn settle(&mut self, now: Moment, call: CallId, verdict: Verdict, by: String) -> bool {
        let Some(open) = self.open.get_mut(&call).filter(|open| open.standing.is_open()) else {
            return false;
        };
        open.settled(&mut self.todo, now, verdict, by);
        if let Some(attempt) = open.attempt.take().and_then(|attempt| attempt.call()) {
            self.todo.push(Do::End { attempt });
        }
        self.todo.push(Do::TellCaller { escalation: call, news: ForCaller::Settled });
        true
    }

    /// The caller has said that nobody is to be rung: the heat came back, the keys are found. Of danger to life it is not theirs
    /// to say. Whoever is being called need not get up.
    pub(in crate::pbx) fn withdrawn(&mut self, now: Moment, call: CallId) {
        // Whoever has accepted, and is being offered the caller, is not given one who wants nobody.
        let own = |open: &&mut Open| {
            (open.standing.is_open() || open.attempt.is_some())
                && !open.standing.report.urgency.is_life_safety()
        };
        if let Some(open) = self.open.get_mut(&call).filter(own) {
            if open.standing.is_open() {
                open.settled(&mut self.todo, now, Verdict::Downgraded, CALLER.to_owned());
            }
            if let Some(attempt) = open.attempt.take().and_then(|attempt| attempt.call()) {
                self.todo.push(Do::End { attempt });
            }
        }
    }

    pub(in crate::pbx) fn deadline(&self) -> Option<Instant> {
        self.open.values().filter_map(Open::deadline).min()
    }

    pub(in crate::pbx) fn handle_timeout(&mut self, now: Moment, rota: &Rota) {
        for open in self.open.values_mut() {
            open.handle_timeout(&mut self.todo, now, rota);
        }
    }

    /// The call of an escalation, which gives its line to an emergency.
    pub(in crate::pbx) fn attempts(&self) -> BTreeSet<CallId> {
        self.open.values().filter_map(|open| open.attempt.as_ref()?.call()).collect()
    }

    /// The escalation that this call has opened, or has joined.
    fn of(&self, call: CallId) -> Option<&Open> {
        self.open.get(self.joined.get(&call).unwrap_or(&call))
    }

    /// Is somebody being called for it, or about to be?
    pub(in crate::pbx) fn is_climbing(&self, now: Instant, call: CallId) -> bool {
        let is_soon = |open: &Open| open.ladder.deadline().is_some_and(|at| at <= now + SOON);
        self.of(call).is_some_and(|open| open.attempt.is_some() || is_soon(open))
    }

    /// Has somebody said what becomes of it?
    pub(in crate::pbx) fn is_settled(&self, call: CallId) -> bool {
        self.of(call).is_some_and(|open| !open.standing.is_open())
    }

    /// Those that are settled, whose caller has gone and of which nobody has told for a while are forgotten: the store has them.
    pub(in crate::pbx) fn forget(&mut self, now: Timestamp, is_live: impl Fn(CallId) -> bool) {
        self.joined.retain(|call, _| is_live(*call));
        let joined = &self.joined;
        let awaited = |call: CallId| is_live(call) || joined.values().any(|into| *into == call);
        self.open.retain(|call, open| {
            let fresh = now.duration_since(open.told) <= REPEATS_WITHIN;
            open.standing.is_open() || open.attempt.is_some() || fresh || awaited(*call)
        });
    }

    /// The house stops: what is under way is found by the next start.
    pub(in crate::pbx) fn shut_down(&mut self) {
        self.open.clear();
        self.joined.clear();
        self.todo.clear();
    }
}

impl Attempt {
    fn call(&self) -> Option<CallId> {
        match self.stage {
            Stage::Storing { .. } | Stage::Wanted => None,
            Stage::Calling { attempt } | Stage::Settling { attempt, .. } | Stage::Parting { attempt } => {
                Some(attempt)
            }
        }
    }
}

impl Open {
    fn new(standing: Escalation, ladder: Ladder, people: Vec<OnCall>, told: Timestamp) -> Self {
        Self { standing, ladder, people, attempt: None, learnt: 0, told, others: 0 }
    }

    /// Nobody has settled it, and nobody is hearing of it at this moment.
    fn may_merge(&self) -> bool {
        self.standing.is_open() && self.attempt.as_ref().is_none_or(|attempt| !attempt.answered)
    }

    fn keep(&mut self, todo: &mut Vec<Do>, now: Moment, event: Event) {
        let number = self.standing.steps.saturating_add(1);
        let step = EscalationStep { call: self.standing.call, number, at: now.wall, event };
        self.standing.take(&step);
        todo.push(Do::Keep(step));
    }

    /// The next one is called, if it is time.
    fn goes_on(&mut self, todo: &mut Vec<Do>, now: Moment, rota: &Rota) {
        if self.attempt.is_some() || self.ladder.deadline().is_none_or(|at| at > now.at) {
            return;
        }
        if self.ladder.is_at_first() {
            self.people = rota.on_duty(now.wall);
        }
        match self.ladder.due(now.at, self.people.len()).and_then(|place| self.people.get(place).cloned()) {
            Some(person) => {
                let round = self.ladder.round();
                let (name, number) = (person.name.clone(), person.number);
                self.keep(todo, now, Event::Rung { round, name, number });
                let stage = Stage::Storing { number: self.standing.steps, until: now.at + STORE_WAIT };
                self.attempt = Some(Attempt { person, stage, answered: false });
            }
            None => {
                let after = self.ladder.round_ends(now.at);
                self.round_ended(todo, now, rota, after);
            }
        }
    }

    fn stored(&mut self, todo: &mut Vec<Do>, up_to: u32) {
        let Some(Attempt { person, stage, .. }) = &mut self.attempt else { return };
        let escalation = self.standing.call;
        match *stage {
            Stage::Storing { number, .. } if number <= up_to => {
                *stage = Stage::Wanted;
                todo.push(Do::Call {
                    escalation,
                    person: person.clone(),
                    report: self.standing.report.clone(),
                });
            }
            Stage::Settling { attempt, verdict, number, .. } if number <= up_to => {
                *stage = Stage::Parting { attempt };
                todo.push(Do::Confirm { escalation, attempt, verdict });
            }
            Stage::Storing { .. } | Stage::Settling { .. } => {}
            Stage::Wanted | Stage::Calling { .. } | Stage::Parting { .. } => {}
        }
    }

    fn pressed(&mut self, todo: &mut Vec<Do>, now: Moment, verdict: Verdict, by: String) {
        // Somebody at a console was quicker, and what they said counts.
        let verdict = self.standing.settled.as_ref().map_or(verdict, |(verdict, ..)| *verdict);
        if self.standing.is_open() {
            self.settled(todo, now, verdict, by);
        }
        let number = self.standing.steps;
        if let Some(Attempt { stage, .. }) = &mut self.attempt
            && let Stage::Calling { attempt } = *stage
        {
            *stage = Stage::Settling { attempt, verdict, number, until: now.at + STORE_WAIT };
        }
    }

    fn settled(&mut self, todo: &mut Vec<Do>, now: Moment, verdict: Verdict, by: String) {
        self.keep(todo, now, Event::Settled { verdict, by });
        self.ladder.settled();
    }

    fn unreached(&mut self, todo: &mut Vec<Do>, now: Moment, rota: &Rota, why: Unreached) {
        let Some(Attempt { person, .. }) = self.attempt.take() else { return };
        if !self.standing.is_open() {
            return;
        }
        self.keep(todo, now, Event::Unreached { name: person.name, why });
        if why == Unreached::LineGiven {
            return self.ladder.interrupted(now.at);
        }
        match self.ladder.not_settled(now.at, self.people.len()) {
            Some(After::Next) => {
                let escalation = self.standing.call;
                todo.push(Do::TellCaller { escalation, news: ForCaller::Next });
                self.goes_on(todo, now, rota);
            }
            Some(after) => self.round_ended(todo, now, rota, after),
            None => {}
        }
    }

    fn round_ended(&mut self, todo: &mut Vec<Do>, now: Moment, rota: &Rota, after: After) {
        let (After::RoundEnded(round) | After::GivenUp(round)) = after else { return };
        let texts_to = match round {
            1 => rota.people().iter().map(|person| person.number).collect(),
            _ => Vec::new(),
        };
        self.keep(todo, now, Event::RoundEnded { round, texts_to });
        if matches!(after, After::GivenUp(_)) {
            self.keep(todo, now, Event::GivenUp);
        }
        todo.push(Do::TellCaller { escalation: self.standing.call, news: ForCaller::Nobody });
    }

    fn deadline(&self) -> Option<Instant> {
        match self.attempt.as_ref().map(|attempt| attempt.stage) {
            Some(Stage::Storing { until, .. } | Stage::Settling { until, .. }) => Some(until),
            Some(Stage::Wanted | Stage::Calling { .. } | Stage::Parting { .. }) => None,
            None => self.ladder.deadline(),
        }
    }

    fn handle_timeout(&mut self, todo: &mut Vec<Do>, now: Moment, rota: &Rota) {
        if self.deadline().is_none_or(|at| at > now.at) {
            return;
        }
        match self.attempt.as_ref().map(|attempt| attempt.stage) {
            // The store has had its time.
            Some(Stage::Storing { number, .. } | Stage::Settling { number, .. }) => self.stored(todo, number),
            Some(Stage::Wanted | Stage::Calling { .. } | Stage::Parting { .. }) => {}
            None => self.goes_on(todo, now, rota),
        }
    }
}

#[cfg(test)]
mod tests;
