//! Clocks that jump, and clocks that do not know the year.

use jiff::SignedDuration;

use super::house::{Carrier, DANA, House, STAFF, at, settings};
use crate::{
    desk::Input,
    outbox::{Kind, State},
    pbx::{Disposition, TextResult},
    store::Store,
};

const LATER: TextResult = TextResult::Later { status: 503, retry_after_s: None };

impl House {
    /// The wall clock is put forward or back; the host says so, or not.
    fn step(&mut self, by: SignedDuration, told: bool) {
        self.now = self.now.checked_add(by).unwrap();
        self.feed(if told { Input::ClockStepped(by) } else { Input::Timeout });
    }
}

#[test]
fn texts_go_on_flowing_when_the_clock_jumps_a_day_either_way_and_none_goes_twice() {
    let day = SignedDuration::from_hours(24);
    for (by, told) in [(day, true), (-day, true), (-day, false)] {
        let mut house = House::new();
        house.carrier = Carrier::Answers(LATER);
        house.call(DANA, Disposition::CallerAbandoned);
        house.step(by, told);
        house.carrier = Carrier::Answers(TextResult::Accepted);
        let tried = house.sent.len();
        house.seconds(12);
        assert_eq!(house.sent.len() - tried, 2, "{by:?}, told: {told}");
        // Within ten true minutes of the first call, whatever the clock says.
        house.call(DANA, Disposition::CallerAbandoned);
        house.minutes(30);
        assert_eq!(house.sent_of(Kind::TextBack).len(), 2, "one refused, one taken: {by:?}");
        house.call(DANA, Disposition::CallerAbandoned);
        assert_eq!(house.sent_of(Kind::TextBack).len(), 3, "and after them a new matter: {by:?}");
    }
}

#[test]
fn a_step_back_that_the_desk_found_by_itself_is_not_counted_again_when_the_host_tells_of_it() {
    let mut house = House::new();
    house.carrier = Carrier::Answers(LATER);
    house.call(DANA, Disposition::CallerAbandoned);
    let hour = SignedDuration::from_hours(1);
    house.step(-hour, false);
    house.feed(Input::ClockStepped(-hour));
    let due: Vec<_> =
        house.reader().messages(None, None, 10).unwrap().items.iter().map(|m| m.due.unwrap()).collect();
    for due in due {
        let wait = due.duration_since(house.now);
        assert!(wait.is_positive() && wait < SignedDuration::from_secs(7), "{wait:?}");
    }
}

#[test]
fn nothing_leaves_before_the_clock_is_right_and_then_everything_does() {
    let mut house = House::dark(Store::in_memory().unwrap(), settings());
    house.now = at("1970-01-01T00:01:00Z");
    house.call(DANA, Disposition::CallerAbandoned);
    assert!(house.text("+13035550143", "stop"), "stored all the same");
    house.minutes(600);
    assert!(house.sent.is_empty());
    let true_time = at("2026-11-20T16:58:00-07:00");
    house.step(true_time.duration_since(house.now), true);
    house.feed(Input::ClockSynchronised(true));
    assert_eq!(house.sent_to(DANA).len(), 1, "fresh from here: how long it really waited cannot be known");
    assert_eq!(house.sent_to(STAFF).len(), 1);
    assert_eq!(house.sent_of(Kind::OptOutConfirmation).len(), 1);
    assert_eq!(house.reader().messages(None, None, 10).unwrap().items.len(), 4);
}

#[test]
fn a_clock_that_ran_years_ahead_before_the_restart_does_not_hold_texts_back() {
    let mut house = House::new();
    house.now = at("2040-01-01T00:00:00Z");
    house.feed(Input::Timeout);
    house.carrier = Carrier::Answers(LATER);
    house.call(DANA, Disposition::CallerAbandoned);
    house.carrier = Carrier::Answers(TextResult::Accepted);
    let tried = house.sent.len();
    let back = at("2026-11-20T16:58:00-07:00").duration_since(house.now);
    house.power_cut(back);
    house.seconds(12);
    assert_eq!(house.sent.len() - tried, 2);
    let rows = house.reader().messages(None, None, 10).unwrap().items;
    assert!(rows.iter().all(|message| message.state == Some(State::Sent)));
    house.power_cut(SignedDuration::from_secs(5));
    house.minutes(60);
    assert_eq!(house.sent.len() - tried, 2);
}
