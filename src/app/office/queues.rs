//! The queues of the configuration, as the switch has them.

use std::collections::BTreeMap;

use crate::{
    config::{Config, RingOrder as Order},
    pbx::{CallBackPlan, QueueOtherwise, QueuePlan, RingOrder},
    types::PhoneNumber,
};

/// By their names, and by the numbers whose callers they take.
pub(super) fn queues(config: &Config) -> (BTreeMap<String, QueuePlan>, BTreeMap<PhoneNumber, String>) {
    let plans = config.queues.iter().map(|queue| {
        let plan = QueuePlan {
            greeting: queue.greeting.clone(),
            phones: queue.phones.clone(),
            order: match queue.order {
                Order::All => RingOrder::All,
                Order::OneAfterAnother => RingOrder::OneAfterAnother,
                Order::LongestIdle => RingOrder::LongestIdle,
            },
            ring: queue.ring,
            pause: queue.pause,
            rest: queue.rest,
            most: queue.most,
            longest: queue.longest,
            announce: queue.place,
            otherwise: queue.mailbox.clone().map_or(QueueOtherwise::Agent, QueueOtherwise::Mailbox),
            call_back: queue.call_back.as_ref().map(|call_back| CallBackPlan {
                after: call_back.after,
                tries: call_back.tries,
                pause: call_back.pause,
                most_a_day: call_back.most_a_day,
            }),
            lamp: queue.lamp.clone(),
        };
        (queue.name.clone(), plan)
    });
    let of = config.queues.iter().flat_map(|queue| queue.numbers.iter().map(|n| (*n, queue.name.clone())));
    (plans.collect(), of.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_queue_of_which_nothing_more_is_said_is_the_usual_one() {
        let config = Config::parse(
            "portico.toml",
            r#"
            [office]
            name = "Maple Court"
            zone = "America/Denver"
            on_call = "+1 303 555 0199"
            [[extension]]
            extension = "101"
            password = "a long and random one"
            [[queue]]
            name = "desk"
            phones = ["101"]
            [queue.call_back]
            "#,
        );
        let (plans, _) = queues(&config.unwrap());
        let usual = QueuePlan {
            phones: vec!["101".parse().unwrap()],
            call_back: Some(CallBackPlan::default()),
            ..QueuePlan::default()
        };
        assert_eq!(plans["desk"], usual);
    }
}
