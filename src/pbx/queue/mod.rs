//! Queues: callers wait for somebody of a few phones, in the order in which they came.
//!
//! - First come, first served: a phone that is free rings for the first in line for whom none rings, and for nobody else.
//! - A place is kept until its call ends or somebody takes it. A phone that was not answered costs nobody the place.
//! - Whoever is promised a call-back keeps the place. A phone of the office rings first, and only then the caller's; the store
//!   has it before anybody is called, so that a power cut makes nobody's telephone ring twice. It never takes the last line.
//! - How long it will take is never said: in an office of three nobody can know.
//! - Nobody waits for ever, or for nobody: too long, too many, or no phone at all leads to the agent or to a mailbox.

mod call_back;
mod calling_back;
mod line;
mod plan;
mod promises;
mod queued;
mod queueing;
mod words;

pub use call_back::{CallBack, CallBackState};
pub(super) use calling_back::CallingBack;
pub(super) use line::{Lines, Turn};
pub use plan::{CallBackPlan, QueueOtherwise, QueuePlan};
pub(super) use promises::{Promises, ended, is_too_old, not_reached, restored, tried};
pub(super) use queued::{Queued, Standing};
pub use queueing::{QueueEnd, Queueing};

use super::{Directory, Resource, ResourceState, exchange::Exchange};
use crate::types::{Extension, Moment};

/// Could any phone ever take somebody who waits: is one there, and does it want calls?
fn is_served(now: Moment, exchange: &Exchange, directory: &Directory, plan: &QueuePlan) -> bool {
    plan.phones.iter().any(|phone| is_there(now, exchange, directory, phone))
}

/// Is a phone of this extension there, and does it take calls itself?
pub(super) fn is_there(now: Moment, exchange: &Exchange, directory: &Directory, phone: &Extension) -> bool {
    let desk = exchange.desks.of(phone);
    let wants = !desk.do_not_disturb && desk.always.is_none();
    wants && (directory.fixed_phones.contains_key(phone) || !exchange.sip.bindings(now.at, phone).is_empty())
}

/// Lamps and the console show how many wait.
fn shows(exchange: &mut Exchange, queue: &str) {
    let state = match exchange.lines.waiting(queue) {
        0 => ResourceState::Off,
        1 => ResourceState::On { whom: "1 waits".to_owned() },
        many => ResourceState::On { whom: format!("{many} wait") },
    };
    exchange.show(Resource::Queue(queue.to_owned()), state);
}
