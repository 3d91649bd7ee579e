//! What the office has set for a queue: who serves it, how many may wait and how long, and what becomes of the others.

use std::time::Duration;

use crate::{
    pbx::{DEFAULT_RING, RingOrder},
    types::Extension,
};

/// A queue, by its name in [`Services`](crate::pbx::Services).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueuePlan {
    /// Said first to whoever has to wait; may be empty.
    pub greeting: String,
    /// Whose phones ring for those who wait.
    pub phones: Vec<Extension>,
    /// Which of those that are free rings first; with [`RingOrder::All`] all of them ring for the first in line.
    pub order: RingOrder,
    /// A phone rings so long for one who waits.
    pub ring: Duration,
    /// A phone that was not answered, or has refused, is left alone for so long.
    pub pause: Duration,
    /// Whoever has talked is left alone for so long: to write something down, or to take a breath.
    pub rest: Duration,
    /// Callers and call-backs that may wait; whoever comes then goes where `otherwise` says.
    pub most: usize,
    /// Nobody is kept waiting any longer.
    pub longest: Duration,
    /// The place in the line is said again so long after it was said last.
    pub announce: Duration,
    /// For whoever finds the queue full or unserved, has waited too long, or presses 0.
    pub otherwise: QueueOtherwise,
    /// `None`: call-backs are not offered.
    pub call_back: Option<CallBackPlan>,
    /// What a phone watches to see whether somebody waits.
    pub lamp: Option<Extension>,
}

impl Default for QueuePlan {
    fn default() -> Self {
        Self {
            greeting: String::new(),
            phones: Vec::new(),
            order: RingOrder::LongestIdle,
            ring: DEFAULT_RING,
            pause: Duration::from_secs(30),
            rest: Duration::from_secs(3),
            most: 10,
            longest: Duration::from_secs(10 * 60),
            announce: Duration::from_secs(45),
            otherwise: QueueOtherwise::Agent,
            call_back: None,
            lamp: None,
        }
    }
}

/// Where somebody goes whom the queue does not take, or not any longer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum QueueOtherwise {
    Agent,
    /// A message can be left there.
    Mailbox(Extension),
}

/// How callers who do not want to wait on the line are called back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CallBackPlan {
    /// Offered to whoever has waited so long.
    pub after: Duration,
    /// The caller is called so often before somebody of the office is told instead.
    pub tries: u32,
    /// So long after a try that reached nobody comes the next.
    pub pause: Duration,
    /// No number is promised more call-backs within a day.
    pub most_a_day: usize,
}

impl Default for CallBackPlan {
    fn default() -> Self {
        Self { after: Duration::from_secs(60), tries: 3, pause: Duration::from_secs(10 * 60), most_a_day: 3 }
    }
}
