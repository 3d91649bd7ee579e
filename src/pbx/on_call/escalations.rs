//! The escalations that are not over, each with its ladder, and what comes next in each.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::{Duration, Instant},
};

use jiff::SignedDuration;

use super::{
    Escalation, EscalationStep, Event, News, OnCall, Report, Rota, Unreached, Verdict,
    ladder::{After, Ladder, SOON},
};
use crate::types::{CallId, Moment, PhoneNumber};

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
    open: BTreeMap<CallId, Open>,
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
}

#[derive(Debug)]
struct Attempt {
    person: OnCall,
    stage: Stage,
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

impl Escalations {
    /// What is to be done, in order.
    pub(in crate::pbx) fn take_todo(&mut self) -> Vec<Do> {
        std::mem::take(&mut self.todo)
    }

    pub(in crate::pbx) fn heard(&mut self, now: Moment, rota: &Rota, heard: Heard) {
        let Heard { call, report, dialled } = heard;
        if let Some(open) = self.open.get_mut(&call) {
            if open.standing.report != report && open.learnt < MOST_LEARNT {
                open.learnt += 1;
                open.keep(&mut self.todo, now, Event::Learnt { report });
            }
            return;
        }
        if self.open.len() >= MOST {
            tracing::error!(%call, "too many escalations at once: nobody on call is rung for this one");
            return;
        }
        let step = EscalationStep { call, number: 1, at: now.wall, event: Event::Opened { report, dialled } };
        let Some(standing) = Escalation::of([&step]) else { return };
        self.todo.push(Do::Keep(step));
        let mut open =
            Open { standing, ladder: Ladder::begin(now.at), people: Vec::new(), attempt: None, learnt: 0 };
        if rota.is_empty() {
            open.ladder.settled();
        }
        open.goes_on(&mut self.todo, now, rota);
        self.open.insert(call, open);
    }

    /// Those that were not over before a restart, each with its steps in order. Whoever was being called may have heard of it.
    pub(in crate::pbx) fn restore(&mut self, now: Moment, rota: &Rota, all: Vec<Vec<EscalationStep>>) {
        for steps in all {
            let Some(standing) = Escalation::of(&steps).filter(Escalation::is_open) else { continue };
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
            let mut open = Open { standing, ladder, people, attempt: None, learnt: 0 };
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

    /// Is somebody being called for it, or about to be?
    pub(in crate::pbx) fn is_climbing(&self, now: Instant, call: CallId) -> bool {
        let is_soon = |open: &Open| open.ladder.deadline().is_some_and(|at| at <= now + SOON);
        self.open.get(&call).is_some_and(|open| open.attempt.is_some() || is_soon(open))
    }

    /// Has somebody said what becomes of it?
    pub(in crate::pbx) fn is_settled(&self, call: CallId) -> bool {
        self.open.get(&call).is_some_and(|open| !open.standing.is_open())
    }

    /// Those that are settled and whose caller has gone are forgotten: the store has them.
    pub(in crate::pbx) fn forget(&mut self, is_live: impl Fn(CallId) -> bool) {
        self.open.retain(|call, open| open.standing.is_open() || open.attempt.is_some() || is_live(*call));
    }

    /// The house stops: what is under way is found by the next start.
    pub(in crate::pbx) fn shut_down(&mut self) {
        self.open.clear();
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
                self.attempt = Some(Attempt { person, stage });
            }
            None => {
                let after = self.ladder.round_ends(now.at);
                self.round_ended(todo, now, rota, after);
            }
        }
    }

    fn stored(&mut self, todo: &mut Vec<Do>, up_to: u32) {
        let Some(Attempt { person, stage }) = &mut self.attempt else { return };
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
