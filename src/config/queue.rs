//! `[[queue]]`: callers who wait for somebody of a few phones, in their order; and who wants to be called back instead.

use std::{collections::BTreeSet, time::Duration};

use serde::Deserialize;
use toml::Spanned;

use super::{
    checker::Checker,
    features::{self, RingOrder},
};
use crate::types::{Extension, PhoneNumber};

/// A queue, checked: somebody serves it, and whoever it does not take goes somewhere.
#[derive(Debug, Clone, PartialEq)]
pub struct Queue {
    pub name: String,
    pub greeting: String,
    /// The numbers whose callers it takes; none: a menu leads to it.
    pub numbers: Vec<PhoneNumber>,
    pub phones: Vec<Extension>,
    pub order: RingOrder,
    pub ring: Duration,
    pub pause: Duration,
    pub rest: Duration,
    pub most: usize,
    pub longest: Duration,
    /// The place in the line is said so often.
    pub place: Duration,
    /// `None`: the agent takes whoever the queue does not.
    pub mailbox: Option<Extension>,
    pub call_back: Option<QueueCallBack>,
    pub lamp: Option<Extension>,
}

/// How callers of a queue are called back.
#[derive(Debug, Clone, PartialEq)]
pub struct QueueCallBack {
    pub after: Duration,
    pub tries: u32,
    pub pause: Duration,
    pub most_a_day: usize,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawQueue {
    name: Spanned<String>,
    #[serde(default)]
    greeting: String,
    #[serde(default)]
    numbers: Vec<Spanned<String>>,
    phones: Spanned<Vec<Spanned<String>>>,
    order: Option<Spanned<String>>,
    ring_seconds: Option<Spanned<u64>>,
    pause_seconds: Option<Spanned<u64>>,
    rest_seconds: Option<Spanned<u64>>,
    most: Option<Spanned<u64>>,
    longest_minutes: Option<Spanned<u64>>,
    place_seconds: Option<Spanned<u64>>,
    mailbox: Option<Spanned<String>>,
    call_back: Option<Spanned<RawCallBack>>,
    lamp: Option<Spanned<String>>,
}

impl RawQueue {
    pub(super) fn name(&self) -> &str {
        self.name.get_ref()
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawCallBack {
    after_seconds: Option<Spanned<u64>>,
    tries: Option<Spanned<u64>>,
    pause_minutes: Option<Spanned<u64>>,
    most_a_day: Option<Spanned<u64>>,
}

/// What queues are made of, and what is taken already.
#[derive(Debug)]
pub(super) struct Known<'a> {
    pub(super) extensions: &'a BTreeSet<Extension>,
    pub(super) mailboxes: &'a BTreeSet<Extension>,
    pub(super) numbers: &'a BTreeSet<PhoneNumber>,
    /// Those of them that are the agent's at all hours.
    pub(super) agent_first: &'a BTreeSet<PhoneNumber>,
    /// Numbers that are dialled for something else.
    pub(super) taken: &'a BTreeSet<Extension>,
    /// Calls that all trunks together carry, if every carrier has said so.
    pub(super) lines: Option<usize>,
}

pub(super) fn queues(c: &mut Checker<'_>, raw: Vec<RawQueue>, known: &Known<'_>) -> Vec<Queue> {
    let (mut names, mut numbers, mut lamps) = (BTreeSet::new(), BTreeSet::new(), known.taken.clone());
    raw.into_iter().map(|entry| queue(c, entry, known, &mut names, &mut numbers, &mut lamps)).collect()
}

fn queue(
    c: &mut Checker<'_>,
    entry: RawQueue,
    known: &Known<'_>,
    names: &mut BTreeSet<String>,
    answered: &mut BTreeSet<PhoneNumber>,
    lamps: &mut BTreeSet<Extension>,
) -> Queue {
    c.not_empty(&entry.name, "the queue's name");
    if !names.insert(entry.name.get_ref().clone()) {
        let what = format_args!("queue `{}` is there twice", entry.name.get_ref());
        c.problem(&entry.name, what, "give it another name");
    }
    let mut phones: Vec<Extension> = Vec::new();
    for written in entry.phones.get_ref() {
        match written.get_ref().trim().parse::<Extension>() {
            Ok(phone) if phones.contains(&phone) => {
                c.problem(written, format_args!("{phone} is there twice"), "delete one of the two");
            }
            _ => {
                let cure =
                    "write extensions that have a section of their own; a queue rings no telephone outside";
                phones.extend(c.one_of(written, written.get_ref(), known.extensions, "extensions", cure));
            }
        }
    }
    if entry.phones.get_ref().is_empty() {
        c.problem(
            &entry.phones,
            "a queue that no phone serves",
            "write the extensions that ring for those who wait",
        );
    }
    let numbers = entry.numbers.iter().filter_map(|written| {
        let number = c.own_number(written, known.numbers)?;
        if known.agent_first.contains(&number) {
            let cure = "delete `agent_first` from its [[number]] section, or the number here";
            c.problem(written, format_args!("{number} is the agent's at all hours"), cure);
        } else if !answered.insert(number) {
            c.problem(written, format_args!("{number} has two queues"), "delete it in one of them");
        }
        Some(number)
    });
    let numbers = numbers.collect();
    let mailbox = entry.mailbox.as_ref().and_then(|written| {
        let cure = "write one that has a section of its own, or leave the line out: then it is the agent";
        c.one_of(written, written.get_ref(), known.mailboxes, "mailboxes", cure)
    });
    let lamp = entry.lamp.as_ref().and_then(|written| {
        let cure = "write a number that nothing else has, such as \"790\"";
        let lamp = c.parse::<Extension>(written, "a number for a lamp", cure)?;
        if c.is_emergency(&lamp) || !lamps.insert(lamp.clone()) {
            c.problem(written, format_args!("{lamp} is something else already"), cure);
        }
        Some(lamp)
    });
    let seconds = |c: &mut Checker<'_>, written: Option<Spanned<u64>>, range, usual: u64, what: &str| {
        Duration::from_secs(written.map_or(usual, |v| c.within(&v, range, what)))
    };
    let order = entry.order.as_ref().map_or(RingOrder::LongestIdle, |order| features::order(c, Some(order)));
    Queue {
        name: entry.name.into_inner(),
        greeting: entry.greeting.trim().to_owned(),
        numbers,
        phones,
        order,
        ring: seconds(c, entry.ring_seconds, 6..=60, 18, "seconds of ringing"),
        pause: seconds(c, entry.pause_seconds, 5..=600, 30, "seconds of pause"),
        rest: seconds(c, entry.rest_seconds, 0..=600, 3, "seconds of rest after a call"),
        most: entry.most.map_or(10, |v| usize::try_from(c.within(&v, 1..=50, "who wait")).unwrap_or(10)),
        longest: seconds(c, entry.longest_minutes, 1..=60, 10, "minutes of waiting") * 60,
        place: seconds(c, entry.place_seconds, 20..=600, 45, "seconds until the place is said again"),
        mailbox,
        call_back: entry.call_back.map(|written| call_back(c, written, known)),
        lamp,
    }
}

fn call_back(c: &mut Checker<'_>, written: Spanned<RawCallBack>, known: &Known<'_>) -> QueueCallBack {
    if known.lines == Some(1) {
        let cure = "have the carrier give you a second line (`channels`), or delete [queue.call_back]";
        c.problem(&written, "a call-back never takes the last line, and there is only one", cure);
    }
    let raw = written.into_inner();
    let tries = raw.tries.map_or(3, |v| c.within(&v, 1..=5, "tries"));
    let most = raw.most_a_day.map_or(3, |v| c.within(&v, 1..=10, "call-backs a day"));
    QueueCallBack {
        after: Duration::from_secs(
            raw.after_seconds.map_or(60, |v| c.within(&v, 0..=1800, "seconds until it is offered")),
        ),
        tries: u32::try_from(tries).unwrap_or(3),
        pause: Duration::from_secs(
            60 * raw.pause_minutes.map_or(10, |v| c.within(&v, 1..=120, "minutes of pause")),
        ),
        most_a_day: usize::try_from(most).unwrap_or(3),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{
        Config,
        tests::{DESK, office_with},
    };

    const AGENTS_OWN: &str = r#"
        [[number]]
        number = "+1 303 555 0101"
        agent_first = true
    "#;

    fn read(more: &str) -> Result<Config, String> {
        office_with(&format!("{DESK}{AGENTS_OWN}{more}"))
    }

    #[test]
    fn a_name_and_a_phone_are_all_that_a_queue_needs() {
        let config = read("[[queue]]\nname = \"desk\"\nphones = [\"101\"]\n").unwrap();
        let [queue] = &config.queues[..] else { panic!("{:?}", config.queues) };
        assert_eq!((queue.most, queue.order), (10, RingOrder::LongestIdle));
        assert_eq!((queue.longest, queue.place), (Duration::from_secs(600), Duration::from_secs(45)));
        assert_eq!((&queue.mailbox, &queue.call_back), (&None, &None));
        let config = read(
            "[[queue]]\nname = \"desk\"\nphones = [\"101\"]\nnumbers = [\"+1 303 555 0100\"]\nmailbox = \"101\"\n\
             lamp = \"790\"\n[queue.call_back]\nafter_seconds = 30\n",
        );
        let queue = config.unwrap().queues.remove(0);
        let call_back = queue.call_back.unwrap();
        assert_eq!((call_back.after, call_back.tries), (Duration::from_secs(30), 3));
    }

    #[test]
    fn what_could_never_work_is_named_with_its_line() {
        for (lines, said) in [
            ("phones = []", "a queue that no phone serves"),
            ("phones = [\"+13035550177\"]", "is not one of the extensions"),
            ("phones = [\"101\", \"101\"]", "101 is there twice"),
            ("phones = [\"101\"]\nnumbers = [\"+1 303 555 0177\"]", "is not a number of the office"),
            ("phones = [\"101\"]\nnumbers = [\"+1 303 555 0101\"]", "is the agent's at all hours"),
            ("phones = [\"101\"]\nmailbox = \"102\"", "is not one of the mailboxes"),
            ("phones = [\"101\"]\nlamp = \"101\"", "101 is something else already"),
            ("phones = [\"101\"]\nlamp = \"911\"", "911 is something else already"),
            ("phones = [\"101\"]\nmost = 0", "0 who wait is out of range"),
            ("phones = [\"101\"]\n[queue.call_back]\ntries = 9", "9 tries is out of range"),
        ] {
            let problems = read(&format!("[[queue]]\nname = \"desk\"\n{lines}\n")).unwrap_err();
            assert!(problems.contains(said) && problems.contains("portico.toml:"), "{lines}: {problems}");
        }
    }
}
