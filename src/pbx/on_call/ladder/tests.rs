//! Whom the ladder calls, and when it ceases.

use std::time::{Duration, Instant};

use super::{AN_HOUR, After, LATER, LINE_PAUSE, LONGEST, Ladder, SOON};
use crate::pbx::story::origin;

/// Calls whoever is due, in vain, until this much time has passed: the seconds at which each was called.
fn in_vain(
    ladder: &mut Ladder,
    from: Instant,
    people: usize,
    each: u64,
    until: Duration,
) -> Vec<(u64, usize)> {
    let mut now = from;
    let mut called = Vec::new();
    while let Some(at) = ladder.deadline().filter(|at| at.saturating_duration_since(from) <= until) {
        now = now.max(at);
        let Some(person) = ladder.due(now, people) else { break };
        called.push(((now - from).as_secs(), person));
        now += Duration::from_secs(each);
        ladder.not_settled(now, people);
    }
    called
}

#[test]
fn one_after_the_other_and_again_after_a_minute() {
    let now = origin();
    let mut ladder = Ladder::begin(now);
    let called = in_vain(&mut ladder, now, 3, 40, Duration::from_secs(300));
    assert_eq!(called[..5], [(0, 0), (40, 1), (80, 2), (180, 0), (220, 1)]);
    assert_eq!(ladder.round(), 3);
}

#[test]
fn after_an_hour_every_ten_minutes_and_after_a_day_no_more() {
    let now = origin();
    let mut ladder = Ladder::begin(now);
    let called = in_vain(&mut ladder, now, 1, 30, LONGEST * 2);
    let gaps: Vec<u64> = called.windows(2).map(|two| two[1].0 - two[0].0).collect();
    let soon = called.iter().filter(|(at, _)| *at < AN_HOUR.as_secs()).count();
    assert_eq!(soon, 40, "every minute and a half");
    assert!(gaps[..soon - 1].iter().all(|gap| *gap == 30 + SOON.as_secs()));
    assert!(gaps[soon..].iter().all(|gap| *gap == 30 + LATER.as_secs()));
    assert!(called.last().unwrap().0 <= LONGEST.as_secs());
    assert!(ladder.is_over());
    assert_eq!(ladder.deadline(), None);
}

#[test]
fn whoever_settles_it_ends_it_in_any_stage() {
    let now = origin();
    let mut waiting = Ladder::begin(now);
    waiting.settled();
    assert_eq!((waiting.deadline(), waiting.due(now, 2)), (None, None));
    let mut calling = Ladder::begin(now);
    assert_eq!(calling.due(now, 2), Some(0));
    calling.settled();
    assert_eq!(calling.not_settled(now, 2), None, "late news of a call that nobody waits for");
    assert!(calling.is_over());
}

#[test]
fn whose_line_was_taken_is_called_again_and_not_passed_over() {
    let now = origin();
    let mut ladder = Ladder::begin(now);
    assert_eq!(ladder.due(now, 2), Some(0));
    ladder.interrupted(now);
    assert_eq!(ladder.due(now, 2), None);
    assert_eq!(ladder.due(now + LINE_PAUSE, 2), Some(0));
}

#[test]
fn a_restart_goes_on_with_the_next_and_keeps_its_age() {
    let now = origin();
    let mut ladder = Ladder::resume(now, AN_HOUR, 7, 1);
    assert_eq!(ladder.due(now, 3), Some(1));
    assert_eq!(ladder.not_settled(now, 3), Some(After::Next));
    assert_eq!(ladder.due(now, 3), Some(2));
    assert_eq!(ladder.not_settled(now, 3), Some(After::RoundEnded(7)));
    assert_eq!(ladder.deadline(), Some(now + LATER));
    let mut old = Ladder::resume(now, LONGEST, 90, 0);
    assert_eq!(old.due(now, 1), Some(0), "once more, in case somebody has come meanwhile");
    assert_eq!(old.not_settled(now, 1), Some(After::GivenUp(90)));
}

#[test]
fn a_round_in_which_nobody_is_left_ends() {
    let now = origin();
    let mut ladder = Ladder::resume(now, Duration::ZERO, 1, 3);
    assert_eq!(ladder.due(now, 2), None, "the office has named fewer people since");
    assert_eq!(ladder.round_ends(now), After::RoundEnded(1));
    assert_eq!(ladder.due(now + SOON, 2), Some(0));
}
