//! The place where interleavings bite: claims, answers, crashes and a disk that lies, against a model of what may be.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};
use rand_chacha::rand_core::{Rng, SeedableRng};

use super::house::{Carrier, House};
use crate::{
    desk::Input,
    outbox::{AfterCrash, Kind, State},
    pbx::{Disposition, TextResult},
    store::{CallFilter, Fault},
    types::{CallId, Chance, MessageKey},
};

/// What the carrier knows of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Seen {
    /// It has it, and has not answered.
    Unanswered,
    /// It has said "later": it may come again.
    Later,
    Accepted,
    Refused,
    /// The house crashed, or gave up waiting, before an answer.
    Orphaned,
}

/// From then on the house takes an answer for lost.
const OVERDUE: SignedDuration = SignedDuration::from_mins(2);

struct Model {
    house: House,
    dice: Chance,
    policy: AfterCrash,
    seen: BTreeMap<MessageKey, Seen>,
    /// When each key last left the house.
    left: BTreeMap<MessageKey, Timestamp>,
    /// Keys whose answer came after the house had given up waiting.
    late: BTreeSet<MessageKey>,
    /// How many of `house.sent` have been looked at.
    looked: usize,
    /// Calls that were fed, and did not wait in memory when the power went.
    calls: BTreeSet<CallId>,
    log: Vec<String>,
}

impl Model {
    fn new(seed: u64, policy: AfterCrash) -> Self {
        let mut house = House::new();
        house.carrier = Carrier::Silent;
        let mut model = Self {
            house,
            dice: Chance::seed_from_u64(seed),
            policy,
            seen: BTreeMap::new(),
            left: BTreeMap::new(),
            late: BTreeSet::new(),
            looked: 0,
            calls: BTreeSet::new(),
            log: Vec::new(),
        };
        model.apply_policy();
        model
    }

    fn apply_policy(&mut self) {
        let settings = super::house::settings();
        let policy = self.policy;
        self.house.engine().set_settings(crate::desk::Settings { after_crash: policy, ..settings });
    }

    fn roll(&mut self, sides: u64) -> u64 {
        self.dice.next_u64() % sides
    }

    /// Holds everything that left the house since the last look against what the carrier has seen.
    fn look(&mut self) {
        for (at, entry) in self.house.sent[self.looked..].iter() {
            let before = self.seen.insert(entry.key, Seen::Unanswered);
            let overdue =
                self.left.insert(entry.key, *at).is_some_and(|left| at.duration_since(left) >= OVERDUE);
            let allowed = match before {
                None | Some(Seen::Later) => true,
                Some(Seen::Orphaned) => self.policy == AfterCrash::SameKeyAgain,
                Some(Seen::Unanswered) => self.policy == AfterCrash::SameKeyAgain && overdue,
                Some(Seen::Accepted | Seen::Refused) => false,
            };
            assert!(allowed, "{:?} left again after {before:?}\n{}", entry.key, self.log.join("\n"));
        }
        self.looked = self.house.sent.len();
    }

    fn unanswered(&self) -> Vec<MessageKey> {
        self.seen.iter().filter(|(_, seen)| **seen == Seen::Unanswered).map(|(key, _)| *key).collect()
    }

    fn answer(&mut self, key: MessageKey, result: TextResult, seen: Seen) {
        self.log.push(format!("answer {key} {result:?}"));
        self.seen.insert(key, seen);
        if self.house.now.duration_since(self.left[&key]) >= OVERDUE {
            self.late.insert(key);
        }
        self.house.answer(key, result);
        self.look();
    }

    fn step(&mut self) {
        let roll = self.roll(100);
        match roll {
            0..30 => {
                let from = format!("+1303556{:04}", self.calls.len() + self.log.len());
                let call = self.house.call(&from, Disposition::CallerAbandoned);
                self.calls.insert(call);
                self.log.push(format!("call {call}"));
            }
            30..70 => {
                let open = self.unanswered();
                if !open.is_empty() {
                    let key = open[self.roll(open.len() as u64) as usize];
                    let (result, seen) = match self.roll(4) {
                        0 => (TextResult::Later { status: 503, retry_after_s: None }, Seen::Later),
                        1 => (TextResult::Later { status: 480, retry_after_s: Some(7) }, Seen::Later),
                        2 => (TextResult::Never { status: 403 }, Seen::Refused),
                        _ => (TextResult::Accepted, Seen::Accepted),
                    };
                    self.answer(key, result, seen);
                }
            }
            70..82 => {
                let seconds = self.roll(45) as i64;
                self.log.push(format!("wait {seconds} s"));
                self.house.seconds(seconds);
            }
            82..86 => {
                // Longer than an answer may take: what is unanswered is given up.
                self.log.push("wait 3 min".into());
                self.house.minutes(3);
            }
            86..90 => {
                self.log.push("trunk up".into());
                self.house.feed(Input::TrunkUp);
            }
            90..94 => {
                let (first, count) = (1 + self.roll(3), 1 + self.roll(4));
                let lie = self.roll(2) == 0;
                self.log.push(format!("fault {first} {count} {lie}"));
                let fault =
                    if lie { Fault::Answers { first, count } } else { Fault::Commits { first, count } };
                self.house.engine().store_mut().inject(fault);
            }
            _ => {
                let waiting = self.house.engine().records_waiting();
                self.log.push(format!("power cut with {waiting} records waiting"));
                self.look();
                if waiting > 0 {
                    let stored = self.stored();
                    self.calls.retain(|call| stored.contains(call));
                }
                self.forget_unsettled();
                self.house.power_cut(SignedDuration::from_secs(2));
                self.apply_policy();
            }
        }
        self.look();
    }

    /// The power goes: an answer that is not in the rows was never given, and one that never came never will.
    fn forget_unsettled(&mut self) {
        for (key, state) in self.rows() {
            let settled = !matches!(state, State::Claimed | State::Queued);
            if let Some(seen) = self.seen.get_mut(&key) {
                let answered = matches!(seen, Seen::Accepted | Seen::Refused);
                let again = self.policy == AfterCrash::SameKeyAgain;
                if *seen == Seen::Unanswered || state == State::Claimed || (answered && !settled && again) {
                    *seen = Seen::Orphaned;
                }
            }
        }
    }

    fn rows(&mut self) -> Vec<(MessageKey, State)> {
        let reader = self.house.reader();
        let (mut rows, mut after) = (Vec::new(), None);
        loop {
            let page = reader.messages(None, after, 200).unwrap();
            rows.extend(page.items.iter().map(|message| (message.key, message.state.unwrap())));
            after = page.next;
            if after.is_none() {
                return rows;
            }
        }
    }

    fn stored(&mut self) -> BTreeSet<CallId> {
        let reader = self.house.reader();
        let (mut calls, mut after) = (BTreeSet::new(), None);
        loop {
            let page = reader.calls(CallFilter::All, after, 200).unwrap();
            calls.extend(page.items.iter().map(|call| call.id));
            after = page.next;
            if after.is_none() {
                return calls;
            }
        }
    }

    /// The disk is well, the carrier takes everything: the house comes to rest, and the books are compared.
    fn finish(&mut self) {
        self.log.push("finish".into());
        self.house.engine().store_mut().inject(Fault::None);
        while let Some(key) = self.unanswered().first().copied() {
            self.answer(key, TextResult::Accepted, Seen::Accepted);
        }
        self.house.carrier = Carrier::Answers(TextResult::Accepted);
        self.house.feed(Input::TrunkUp);
        self.house.minutes(60);
        self.look();
        let log = self.log.join("\n");
        let stored = self.stored();
        assert!(self.calls.is_subset(&stored), "a call was lost\n{log}");
        for (key, state) in self.rows() {
            let seen = self.seen.get(&key).copied();
            match state {
                State::Queued | State::Claimed => panic!("{key:?} is left behind as {state:?}\n{log}"),
                State::Sent => assert!(seen.is_some(), "{key:?} never left\n{log}"),
                State::Unknown => {
                    let late = seen == Some(Seen::Later) && self.late.contains(&key);
                    // Claimed, and the power went before it left: nobody can tell that from after.
                    assert!(matches!(seen, None | Some(Seen::Orphaned)) || late, "{key:?} {seen:?}\n{log}");
                }
                State::Failed(_) => {
                    assert!(matches!(seen, Some(Seen::Refused | Seen::Later)), "{key:?} {seen:?}\n{log}")
                }
                State::Suppressed(_) => panic!("nobody withdrew {key:?}\n{log}"),
            }
        }
        let texts: Vec<_> = self.house.sent_of(Kind::TextBack);
        let mut keys_by_number = BTreeMap::new();
        for text in texts {
            let key = *keys_by_number.entry(text.to).or_insert(text.key);
            assert_eq!(key, text.key, "two texts for one missed call\n{log}");
        }
    }
}

#[test]
fn whatever_happens_when_no_text_goes_twice_and_nothing_is_lost() {
    for seed in 0..40 {
        for policy in [AfterCrash::NotAgain, AfterCrash::SameKeyAgain] {
            let mut model = Model::new(seed, policy);
            for _ in 0..60 {
                model.step();
            }
            model.finish();
        }
    }
}
