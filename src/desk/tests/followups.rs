//! Sequences: with an opt-in only, in daylight only, and not a touch after STOP.

use jiff::SignedDuration;

use super::house::{DANA, House, LEASING, at, number, outcome};
use crate::{
    dialogue::{EndReason, Intent, Promise},
    followup::{EnrolmentState, Stop},
    outbox::Kind,
    pbx::{Dialled, Disposition},
};

impl House {
    /// Dana asks about a home on the leasing line; the agent promises a call back.
    fn lead(&mut self) {
        self.call_with(DANA, Disposition::AiHandled, |record| {
            record.dialled = Dialled::Number(number(LEASING));
            record.outcome = Some(outcome(Some(Intent::Leasing), Promise::LeadCallback, EndReason::Goodbye));
        });
    }

    fn enrolment(&mut self) -> EnrolmentState {
        let reader = self.reader();
        let contacts = reader.contacts(None, 50).unwrap().items;
        let dana = contacts.iter().find(|contact| contact.number == number(DANA)).unwrap();
        reader.contact(dana.id).unwrap().unwrap().enrolments[0].enrolment.state
    }
}

#[test]
fn without_an_opt_in_a_lead_gets_one_text_and_no_more() {
    let mut house = House::new();
    house.lead();
    house.wait(SignedDuration::from_hours(24 * 14));
    assert_eq!(house.sent_to(DANA).len(), 1);
    assert!(house.sent_of(Kind::FollowUp).is_empty());
}

#[test]
fn a_lead_who_says_start_is_followed_for_a_week_in_daylight() {
    let mut house = House::new();
    house.until("2027-03-12T17:00:00-07:00");
    house.lead();
    house.minutes(5);
    // Twenty past five on the Friday before the clock is put forward.
    house.text(DANA, "START");
    house.wait(SignedDuration::from_hours(24 * 14));
    let touches: Vec<_> = house
        .sent
        .iter()
        .filter(|(_, entry)| entry.kind == Kind::FollowUp)
        .map(|(at, entry)| (*at, entry.clone()))
        .collect();
    let times: Vec<_> = touches.iter().map(|(at, _)| *at).collect();
    assert_eq!(
        times,
        [at("2027-03-12T19:05:00-07:00"), at("2027-03-15T10:00:00-06:00"), at("2027-03-19T10:00:00-06:00"),]
    );
    assert!(touches.iter().all(|(_, entry)| entry.from == number(LEASING)), "from the number they called");
    assert!(touches[0].1.body.starts_with("Hi Dana, Maple Court here."), "{}", touches[0].1.body);
    assert_eq!(house.enrolment(), EnrolmentState::Finished);
}

#[test]
fn a_lead_of_the_late_evening_is_written_to_in_the_morning() {
    let mut house = House::new();
    house.until("2027-03-13T22:30:00-07:00");
    house.lead();
    house.text(DANA, "START");
    house.wait(SignedDuration::from_hours(24));
    let first = house.sent.iter().find(|(_, entry)| entry.kind == Kind::FollowUp).unwrap();
    assert_eq!(first.0, at("2027-03-14T08:00:00-06:00"), "the night had nine hours less one");
}

#[test]
fn stop_in_mid_sequence_is_the_end_of_it() {
    let mut house = House::new();
    house.until("2027-03-12T12:00:00-07:00");
    house.lead();
    house.text(DANA, "START");
    house.minutes(130);
    assert_eq!(house.sent_of(Kind::FollowUp).len(), 1);
    house.text(DANA, "please stop texting me");
    house.wait(SignedDuration::from_hours(24 * 14));
    assert_eq!(house.sent_of(Kind::FollowUp).len(), 1);
    assert_eq!(house.sent_of(Kind::OptOutConfirmation).len(), 1);
    assert_eq!(house.enrolment(), EnrolmentState::Stopped(Stop::OptedOut));
}

#[test]
fn a_reply_or_another_call_ends_it_too() {
    for reply in [true, false] {
        let mut house = House::new();
        house.until("2027-03-12T12:00:00-07:00");
        house.lead();
        house.text(DANA, "START");
        house.minutes(130);
        if reply {
            house.text(DANA, "We found something, thank you");
        } else {
            house.call(DANA, Disposition::Answered);
        }
        house.wait(SignedDuration::from_hours(24 * 14));
        assert_eq!(house.sent_of(Kind::FollowUp).len(), 1);
        let why = if reply { Stop::Replied } else { Stop::CalledAgain };
        assert_eq!(house.enrolment(), EnrolmentState::Stopped(why));
    }
}

#[test]
fn a_week_without_power_brings_one_touch_and_not_all_of_them() {
    let mut house = House::new();
    house.until("2027-03-12T12:00:00-07:00");
    house.lead();
    house.text(DANA, "START");
    house.power_cut(SignedDuration::from_hours(24 * 8));
    house.minutes(1);
    assert_eq!(house.sent_of(Kind::FollowUp).len(), 1);
    house.wait(SignedDuration::from_hours(24));
    assert_eq!(house.sent_of(Kind::FollowUp).len(), 3, "the others in their turn, hours apart");
    let times: Vec<_> =
        house.sent.iter().filter(|(_, entry)| entry.kind == Kind::FollowUp).map(|(at, _)| *at).collect();
    assert!(times.windows(2).all(|pair| pair[1].duration_since(pair[0]) >= SignedDuration::from_hours(4)));
}
