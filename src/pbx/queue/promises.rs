//! The call-backs that have been promised: made, tried, kept or given up, each told as a fact so that it is written down.

use std::{
    collections::{BTreeMap, VecDeque},
    time::{Duration, Instant},
};

use jiff::{SignedDuration, Timestamp};

use super::{CallBack, CallBackPlan, CallBackState, shows};
use crate::{
    pbx::{Directory, Fact, exchange::Exchange},
    types::{CallId, Moment, PhoneNumber},
};

/// Promises of one day. Beyond, none is made, and whoever waits goes on waiting.
const MOST_A_DAY: usize = 2_000;

/// Those that nobody has got to are looked at so often: the office may have closed.
const REVIEW: Duration = Duration::from_secs(60);

/// An office that never closes forgets nobody for longer than this.
const LONGEST: SignedDuration = SignedDuration::from_hours(12);

const DAY: SignedDuration = SignedDuration::from_hours(24);

/// Promises that are not over, and whom any was made to within a day.
#[derive(Debug, Default)]
pub(in crate::pbx) struct Promises {
    live: BTreeMap<CallId, CallBack>,
    made: VecDeque<(Timestamp, PhoneNumber)>,
    review: Option<Instant>,
}

impl Promises {
    pub(in crate::pbx) fn get(&self, id: CallId) -> Option<&CallBack> {
        self.live.get(&id)
    }

    /// May this number be promised one more today?
    pub(super) fn has_room(&self, number: &PhoneNumber, now: Timestamp, most_a_day: usize) -> bool {
        let since = now.saturating_sub(DAY).unwrap_or(Timestamp::MIN);
        let today = self.made.iter().filter(|(at, _)| *at > since);
        let theirs = today.clone().filter(|(_, to)| to == number);
        today.count() < MOST_A_DAY && theirs.count() < most_a_day
    }

    pub(in crate::pbx) fn deadline(&self) -> Option<Instant> {
        self.review
    }

    /// Those that wait, if it is time to look at them.
    pub(in crate::pbx) fn review(&mut self, now: Instant) -> Vec<CallBack> {
        if self.review.is_none_or(|at| at > now) {
            return Vec::new();
        }
        self.review = (!self.live.is_empty()).then_some(now + REVIEW);
        self.live.values().filter(|promise| promise.state == CallBackState::Waiting).cloned().collect()
    }

    fn remember(&mut self, promise: &CallBack, now: Moment) {
        let since = now.wall.saturating_sub(DAY).unwrap_or(Timestamp::MIN);
        self.made.retain(|(at, _)| *at > since);
        self.made.push_back((promise.asked, promise.number));
        if !promise.state.is_over() {
            self.review.get_or_insert(now.at + REVIEW);
            self.live.insert(promise.call, promise.clone());
        }
    }
}

/// Is it longer than anybody should have to wait?
pub(in crate::pbx) fn is_too_old(promise: &CallBack, now: Timestamp) -> bool {
    now.duration_since(promise.asked) > LONGEST
}

/// A promise is made: the call's place in the line is that of the call-back from now on.
pub(super) fn made(exchange: &mut Exchange, now: Moment, promise: CallBack) {
    exchange.lines.is_promised(&promise.queue, promise.call);
    exchange.promises.remember(&promise, now);
    exchange.fact(Fact::CallBack(promise));
}

/// What the store has of before a restart, in the order in which it was asked for. Whoever was perhaps being called is not
/// called again.
pub(in crate::pbx) fn restored(
    exchange: &mut Exchange,
    now: Moment,
    directory: &Directory,
    promises: Vec<CallBack>,
) {
    for promise in promises {
        exchange.promises.remember(&promise, now);
        let id = promise.call;
        match promise.state {
            CallBackState::Calling => ended(exchange, id, CallBackState::Uncertain),
            CallBackState::Waiting if !directory.services.queues.contains_key(&promise.queue) => {
                ended(exchange, id, CallBackState::Closed);
            }
            CallBackState::Waiting => {
                exchange.lines.restore(&promise.queue, id);
                shows(exchange, &promise.queue);
            }
            _ => {}
        }
    }
}

/// A phone is rung for it. What it is now has to be stored before the caller is called.
pub(in crate::pbx) fn tried(exchange: &mut Exchange, id: CallId) -> Option<CallBack> {
    let promise = exchange.promises.live.get_mut(&id)?;
    promise.tries += 1;
    promise.state = CallBackState::Calling;
    let promise = promise.clone();
    exchange.fact(Fact::CallBack(promise.clone()));
    Some(promise)
}

/// Nobody of the office took it, which is not the caller's fault: it keeps its place, and is tried again later.
pub(super) fn not_taken(exchange: &mut Exchange, now: Moment, directory: &Directory, id: CallId) {
    let Some(promise) = exchange.promises.live.get_mut(&id) else { return };
    promise.tries = promise.tries.saturating_sub(1);
    waits_again(exchange, now, directory, id);
}

/// The caller was called and not reached: again after a while, but not for ever.
pub(in crate::pbx) fn not_reached(exchange: &mut Exchange, now: Moment, directory: &Directory, id: CallId) {
    let Some(promise) = exchange.promises.get(id) else { return };
    if promise.tries >= plan_of(directory, promise).tries {
        ended(exchange, id, CallBackState::Missed);
    } else {
        waits_again(exchange, now, directory, id);
    }
}

fn waits_again(exchange: &mut Exchange, now: Moment, directory: &Directory, id: CallId) {
    let Some(promise) = exchange.promises.live.get_mut(&id) else { return };
    promise.state = CallBackState::Waiting;
    let (promise, pause) = (promise.clone(), plan_of(directory, promise).pause);
    exchange.lines.put_off(&promise.queue, id, now.at + pause);
    exchange.fact(Fact::CallBack(promise));
}

/// Nothing more comes of it.
pub(in crate::pbx) fn ended(exchange: &mut Exchange, id: CallId, state: CallBackState) {
    let Some(promise) = exchange.promises.live.remove(&id) else { return };
    exchange.lines.leave(id);
    shows(exchange, &promise.queue);
    exchange.fact(Fact::CallBack(CallBack { state, ..promise }));
}

fn plan_of(directory: &Directory, promise: &CallBack) -> CallBackPlan {
    let plan = directory.services.queues.get(&promise.queue);
    plan.and_then(|plan| plan.call_back).unwrap_or_default()
}
