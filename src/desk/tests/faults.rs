//! Power cuts, full disks, dead trunks.

use jiff::SignedDuration;

use super::house::{Carrier, DANA, House, STAFF, at, binding, record, settings};
use crate::{
    desk::{Alarm, Engine, Input},
    outbox::{AfterCrash, Failure, Kind, State},
    pbx::{Disposition, TextResult},
    store::{CallFilter, Fault, MessageRow, Store},
    types::{CallId, MessageKey},
};

const LATER: TextResult = TextResult::Later { status: 503, retry_after_s: None };

fn messages(house: &mut House) -> Vec<MessageRow> {
    house.reader().messages(None, None, 100).unwrap().items
}

fn state_of(house: &mut House, key: MessageKey) -> State {
    messages(house).into_iter().find(|message| message.key == key).unwrap().state.unwrap()
}

#[test]
fn a_power_cut_between_wrap_up_and_send_loses_nothing_and_sends_nothing_twice() {
    // The clock is not right yet: the call is written down, its texts wait.
    let mut house = House::dark(Store::in_memory().unwrap(), settings());
    house.call(DANA, Disposition::CallerAbandoned);
    assert!(house.sent.is_empty());
    house.power_cut(SignedDuration::from_mins(3));
    assert_eq!(house.sent_to(DANA).len(), 1);
    assert_eq!(house.sent_to(STAFF).len(), 1);
    house.power_cut(SignedDuration::from_mins(3));
    house.minutes(60);
    assert_eq!(house.sent.len(), 2);
}

#[test]
fn a_text_under_way_when_the_power_goes_is_not_sent_again_but_shown() {
    let mut house = House::new();
    house.carrier = Carrier::Silent;
    house.call(DANA, Disposition::CallerAbandoned);
    let key = house.sent_to(DANA)[0].key;
    house.carrier = Carrier::Answers(TextResult::Accepted);
    house.power_cut(SignedDuration::from_secs(5));
    house.minutes(180);
    assert_eq!(house.sent_to(DANA).len(), 1);
    assert_eq!(state_of(&mut house, key), State::Unknown);
    assert!(house.alarms.contains(&Alarm::FateUnknown { key }));
    let now = house.now;
    assert_eq!(house.reader().health(now).unwrap().unknown, 2, "the summary for the office, too");

    // A person decides to send it again: the same key.
    assert!(house.engine().store_mut().send_again(key, now).unwrap());
    house.feed(Input::OutboxChanged);
    assert_eq!(house.sent_to(DANA).iter().map(|entry| entry.key).collect::<Vec<_>>(), [key, key]);
    assert_eq!(state_of(&mut house, key), State::Sent);
}

#[test]
fn towards_a_gateway_that_honours_keys_it_is_sent_again_under_the_same_key() {
    let mut office = settings();
    office.after_crash = AfterCrash::SameKeyAgain;
    let mut house = House::new();
    house.engine().set_settings(office.clone());
    house.carrier = Carrier::Silent;
    house.call(DANA, Disposition::CallerAbandoned);
    let key = house.sent_to(DANA)[0].key;
    // The answer never comes; the desk notices by itself.
    house.carrier = Carrier::Answers(TextResult::Accepted);
    house.minutes(3);
    assert_eq!(house.sent_to(DANA).iter().map(|entry| entry.key).collect::<Vec<_>>(), [key, key]);
    assert_eq!(state_of(&mut house, key), State::Sent);
}

#[test]
fn an_answer_that_never_comes_is_given_up_after_two_minutes() {
    let mut house = House::new();
    house.carrier = Carrier::Silent;
    house.call(DANA, Disposition::CallerAbandoned);
    let key = house.sent_to(DANA)[0].key;
    house.seconds(119);
    assert_eq!(state_of(&mut house, key), State::Claimed);
    house.seconds(1);
    assert_eq!(state_of(&mut house, key), State::Unknown);
    house.answer(key, TextResult::Accepted);
    assert_eq!(state_of(&mut house, key), State::Sent, "better late than never");
    assert_eq!(house.sent_to(DANA).len(), 1);
}

#[test]
fn a_dead_trunk_is_tried_with_growing_patience_and_caught_up_with_within_a_minute() {
    let mut house = House::new();
    house.carrier = Carrier::Answers(LATER);
    for n in 0..20 {
        house.call(&format!("+13035560{n:03}"), Disposition::CallerAbandoned);
    }
    house.minutes(30);
    let attempts = house.sent.len();
    assert!(house.alarms.contains(&Alarm::TextsFailing { status: 503 }));
    assert!((40..400).contains(&attempts), "{attempts} attempts for 40 texts in half an hour");
    house.carrier = Carrier::Answers(TextResult::Accepted);
    let back = house.now;
    house.seconds(60);
    assert!(messages(&mut house).iter().all(|message| message.state == Some(State::Sent)));
    assert!(house.alarms.contains(&Alarm::TextsFlowing));
    let after: Vec<_> = house.sent.iter().filter(|(at, _)| *at >= back).collect();
    assert_eq!(after.len(), 40, "each once");
}

#[test]
fn news_that_the_trunk_is_back_is_acted_on_at_once() {
    let mut house = House::new();
    house.carrier = Carrier::Answers(LATER);
    house.call(DANA, Disposition::CallerAbandoned);
    house.minutes(20);
    house.carrier = Carrier::Answers(TextResult::Accepted);
    house.feed(Input::TrunkUp);
    assert!(messages(&mut house).iter().all(|message| message.state == Some(State::Sent)));
    assert_eq!(house.alarms, [Alarm::TextsFailing { status: 503 }, Alarm::TextsFlowing]);
}

#[test]
fn a_text_back_that_went_stale_is_not_sent_but_the_office_still_hears_of_the_call() {
    let mut house = House::new();
    house.carrier = Carrier::Answers(LATER);
    house.call(DANA, Disposition::CallerAbandoned);
    house.minutes(180);
    house.carrier = Carrier::Answers(TextResult::Accepted);
    let before = house.sent_to(DANA).len();
    house.minutes(30);
    assert_eq!(house.sent_to(DANA).len(), before);
    let states: Vec<_> =
        messages(&mut house).iter().map(|message| (message.kind.unwrap(), message.state.unwrap())).collect();
    assert!(
        states.contains(&(Kind::TextBack, State::Failed(Failure::Expired { status: 503 }))),
        "{states:?}"
    );
    assert!(states.contains(&(Kind::StaffSummary, State::Sent)));
}

#[test]
fn a_text_that_the_carrier_refuses_for_good_is_not_tried_again() {
    let mut house = House::new();
    house.carrier = Carrier::Answers(TextResult::Never { status: 403 });
    house.call(DANA, Disposition::CallerAbandoned);
    house.minutes(300);
    assert_eq!(house.sent.len(), 2);
    assert!(
        messages(&mut house).iter().all(|m| m.state == Some(State::Failed(Failure::Refused { status: 403 })))
    );
}

#[test]
fn a_full_disk_holds_up_no_call_and_acknowledges_no_text() {
    let mut house = House::new();
    house.engine().store_mut().inject(Fault::Commits { first: 1, count: u64::MAX });
    for n in 0..12 {
        house.call(&format!("+13035560{n:03}"), Disposition::CallerAbandoned);
        house.seconds(3);
    }
    assert!(!house.text(DANA, "hello?"), "503: the carrier keeps it");
    assert!(house.sent.is_empty(), "nothing is sent that is not stored");
    assert_eq!(house.engine().records_waiting(), 12);
    assert!(house.alarms.contains(&Alarm::StoreFailing { cause: "injected" }));
    assert!(house.alarms.contains(&Alarm::RecordsWaiting { count: 10 }));
    assert_eq!(house.alarms.len(), 2, "said once: {:?}", house.alarms);

    house.engine().store_mut().inject(Fault::None);
    house.seconds(6);
    assert_eq!(house.engine().records_waiting(), 0);
    assert_eq!(house.reader().calls(CallFilter::All, None, 50).unwrap().items.len(), 12);
    assert_eq!(house.sent_of(Kind::TextBack).len(), 12);
    assert_eq!(house.alarms.last(), Some(&Alarm::StoreWell));
    assert!(house.text(DANA, "hello?"));
}

#[test]
fn the_memory_for_records_has_an_end_and_says_so() {
    let mut house = House::new();
    house.engine().store_mut().inject(Fault::Commits { first: 1, count: u64::MAX });
    for _ in 0..Engine::MOST_WAITING + 5 {
        house.call("anonymous", Disposition::CallerAbandoned);
    }
    assert_eq!(house.engine().records_waiting(), Engine::MOST_WAITING);
    assert_eq!(house.alarms.last(), Some(&Alarm::RecordsLost { count: 5 }));
    assert!(house.alarms.contains(&Alarm::RecordsWaiting { count: 640 }));
    house.engine().store_mut().inject(Fault::None);
    house.minutes(2);
    let now = house.now;
    assert_eq!(house.reader().health(now).unwrap().calls, Engine::MOST_WAITING as u64);
}

#[test]
fn a_disk_that_is_really_full_is_recovered_from_without_a_restart() {
    let mut house = House::new();
    house.call(DANA, Disposition::Answered);
    let pages = house.engine().store_mut().pages().unwrap();
    house.engine().store_mut().limit_pages(pages).unwrap();
    for n in 0..60 {
        house.call(&format!("+13035560{n:03}"), Disposition::CallerAbandoned);
    }
    assert!(house.alarms.contains(&Alarm::StoreFailing { cause: "full" }));
    let waiting = house.engine().records_waiting();
    assert!(waiting > 0, "some fitted into the last pages, not all");
    house.engine().store_mut().limit_pages(1_000_000).unwrap();
    house.seconds(10);
    let now = house.now;
    assert_eq!(house.reader().health(now).unwrap().calls, 61);
    assert_eq!(house.sent_of(Kind::TextBack).len(), 60, "each once");
    assert_eq!(house.engine().store_mut().integrity_check().unwrap(), Vec::<String>::new());
}

#[test]
fn a_commit_whose_answer_was_lost_is_not_made_twice() {
    for first in 1..=6 {
        let mut house = House::new();
        house.engine().store_mut().inject(Fault::Answers { first, count: 1 });
        house.call(DANA, Disposition::CallerAbandoned);
        house.minutes(30);
        let now = house.now;
        assert_eq!(house.reader().health(now).unwrap().calls, 1);
        let states: Vec<_> = messages(&mut house).iter().map(|message| message.state).collect();
        assert_eq!(states, [Some(State::Sent); 2], "the {first}th answer lost");
        assert_eq!(house.sent.len(), 2, "the {first}th answer lost");
    }
}

#[test]
fn a_chance_that_was_seeded_as_before_costs_no_record() {
    let mut house = House::new();
    house.call(DANA, Disposition::CallerAbandoned);
    let now = house.now;
    let store = house.engine().store().another().unwrap();
    let mut twin = House::dark(store, settings());
    twin.now = now;
    twin.feed(Input::ClockSynchronised(true));
    twin.call_with("+13035550143", Disposition::CallerAbandoned, |record| {
        record.call = crate::types::CallId::from_random(2);
    });
    assert_eq!(twin.sent_to("+13035550143").len(), 1);
    assert!(twin.alarms.is_empty(), "{:?}", twin.alarms);
}

#[test]
fn phones_are_known_after_a_restart_for_as_long_as_they_were_promised() {
    let mut house = House::new();
    house.feed(Input::Bound(binding("101", 5071, 600)));
    house.feed(Input::Bound(binding("102", 5072, 60)));
    house.feed(Input::Bound(binding("103", 5073, 600)));
    house.seconds(10);
    house
        .feed(Input::Unbound { extension: "103".parse().unwrap(), contact: "sip:103@127.0.0.1:5073".into() });
    house.seconds(40);
    house.power_cut(SignedDuration::from_secs(100));
    let restored = house.restored.last().unwrap();
    assert_eq!(restored.len(), 1, "102 has run out, 103 has gone: {restored:?}");
    assert_eq!(restored[0].extension.as_str(), "101");
    assert_eq!(restored[0].expires_in.as_secs(), 450);
    assert_eq!(restored[0].flow.remote, "127.0.0.1:5071".parse().unwrap());
}

#[test]
fn five_calls_of_one_person_are_one_commit_and_one_text() {
    let mut house = House::new();
    let now = house.now;
    let calls = (1..=5).map(|n| {
        let record = record(DANA, Disposition::CallerAbandoned, now, CallId::from_random(n));
        Input::CallEnded(Box::new(record))
    });
    let only_the_first = Fault::Commits { first: 2, count: u64::MAX };
    house.engine().store_mut().inject(only_the_first);
    house.engine().handle_inputs(now, calls);
    assert_eq!(house.reader().calls(CallFilter::default(), None, 10).unwrap().items.len(), 5);
    house.engine().store_mut().inject(Fault::None);
    house.minutes(2);
    assert_eq!(house.sent_to(DANA).len(), 1, "the second call finds that the first was answered by a text");
}

#[test]
fn refreshed_registrations_are_written_down_together() {
    let mut house = House::new();
    for port in 5070..5090 {
        house.feed(Input::Bound(binding("101", port, 120)));
    }
    let wakes = house.wakes;
    for _ in 0..6 {
        for port in 5070..5090 {
            house.feed(Input::Bound(binding("101", port, 120)));
        }
        house.seconds(50);
    }
    assert_eq!(house.wakes - wakes, 6, "one commit for twenty phones");
    house.power_cut(SignedDuration::from_secs(1));
    assert_eq!(house.restored.last().unwrap().len(), 20);
}

#[test]
fn a_box_without_a_battery_clock_keeps_its_phones() {
    let mut house = House::new();
    house.feed(Input::Bound(binding("101", 5071, 600)));
    let store = house.engine().store().another().unwrap();
    let mut reborn = House::dark(store, settings());
    reborn.now = at("1970-01-01T00:00:20Z");
    reborn.feed(Input::Timeout);
    assert_eq!(reborn.restored[0][0].expires_in.as_secs(), 600, "never more than was granted");
    assert_eq!(reborn.restored[0][0].extension.as_str(), "101");
}
