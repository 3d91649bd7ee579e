//! Who is texted after a call, who is not, and why.

use jiff::SignedDuration;

use super::house::{DANA, House, LEASING, MAIN, STAFF, caller, number, outcome, said};
use crate::{
    desk::Input,
    dialogue::{Captured, EndReason, Intent, LifeSafety, Promise, Urgency},
    outbox::{Kind, State, Suppression, lint},
    pbx::{CallDirection, Dialled, Disposition, TextResult},
    store::{CallFilter, TextBackNote, TextDirection, TicketStatus},
    types::CallId,
};

#[test]
fn a_caller_whom_nobody_answered_gets_one_text_at_once_from_the_number_they_dialled() {
    let mut house = House::new();
    let call = house.call(DANA, Disposition::CallerAbandoned);
    let texts = house.sent_to(DANA);
    assert_eq!(texts.len(), 1);
    assert_eq!((texts[0].from, texts[0].kind), (number(MAIN), Kind::TextBack));
    assert!(
        texts[0].body.contains("Maple Court") && texts[0].body.contains("missed your call"),
        "{}",
        texts[0].body
    );
    assert_eq!(lint(&texts[0].body).segments, 1);
    let staff = house.sent_to(STAFF);
    assert_eq!(staff.len(), 1);
    assert!(staff[0].body.contains("missed call, (303) 555-0142, Fri 16:57"), "{}", staff[0].body);
    house.minutes(24 * 60);
    assert_eq!(house.sent.len(), 2, "and no more");
    let detail = house.detail(call);
    assert!(detail.missed && detail.text_back == TextBackNote::Queued);
    assert!(detail.messages.iter().all(|message| message.state == Some(State::Sent)));
    assert_eq!(detail.record.legs.len(), 4);
}

#[test]
fn every_call_without_a_text_has_its_reason_on_record() {
    use Disposition::{Answered, CallerAbandoned, HandedOver};
    for (from, disposition, note) in [
        (DANA, Answered, TextBackNote::ReachedAPerson),
        (DANA, HandedOver, TextBackNote::ReachedAPerson),
        ("anonymous", CallerAbandoned, TextBackNote::Anonymous),
        ("101", CallerAbandoned, TextBackNote::NotInbound),
        ("+442079460958", CallerAbandoned, TextBackNote::Abroad),
        (STAFF, CallerAbandoned, TextBackNote::OwnNumber),
        (LEASING, CallerAbandoned, TextBackNote::OwnNumber),
    ] {
        let mut house = House::new();
        let call = house.call(from, disposition);
        house.minutes(60);
        assert_eq!(house.detail(call).text_back, note);
        assert!(house.sent.iter().all(|(_, entry)| entry.kind.is_for_staff()), "{from}");
    }
    let mut house = House::new();
    let call = house.call_with("101", Answered, |record| record.direction = CallDirection::Outbound);
    assert_eq!(house.detail(call).text_back, TextBackNote::NotInbound);
    assert!(house.sent.is_empty(), "nobody is told of a call that the office made");
}

#[test]
fn what_the_agent_promised_is_confirmed_and_what_it_settled_is_left_alone() {
    use EndReason::{Confusion, Goodbye, HungUp, Silence};
    let maintenance = Some(Intent::Maintenance);
    for (intent, promised, ended, note, words) in [
        (maintenance, Promise::WorkOrder, Goodbye, TextBackNote::Confirmed, "repair request"),
        (
            Some(Intent::Leasing),
            Promise::LeadCallback,
            Goodbye,
            TextBackNote::Confirmed,
            "asking about a home",
        ),
        (Some(Intent::Billing), Promise::Callback, HungUp, TextBackNote::Confirmed, "passed on your message"),
        (Some(Intent::Emergency), Promise::OnCallRung, HungUp, TextBackNote::Confirmed, "person on call"),
        (Some(Intent::Question), Promise::Nothing, Goodbye, TextBackNote::Resolved, ""),
        (Some(Intent::WrongNumber), Promise::Nothing, HungUp, TextBackNote::WrongNumber, ""),
        (Some(Intent::Sales), Promise::Nothing, HungUp, TextBackNote::Sales, ""),
        (None, Promise::Nothing, Silence, TextBackNote::Queued, "missed your call"),
        (maintenance, Promise::Nothing, Confusion, TextBackNote::Queued, "missed your call"),
    ] {
        let mut house = House::new();
        let call = house.call_with(DANA, Disposition::AiHandled, |record| {
            record.outcome = Some(outcome(intent, promised, ended));
        });
        let texts = house.sent_to(DANA);
        assert_eq!(house.detail(call).text_back, note, "{intent:?} {promised:?} {ended:?}");
        assert_eq!(texts.len(), usize::from(!words.is_empty()));
        for text in texts {
            assert!(text.body.contains(words) && text.body.starts_with("Hi Dana, "), "{}", text.body);
            assert_eq!(lint(&text.body).segments, 1);
        }
        assert_eq!(house.sent_to(STAFF).len(), 1, "the office hears of every call that the agent took");
    }
}

#[test]
fn a_name_that_was_not_confirmed_is_never_used() {
    let mut house = House::new();
    house.call_with(DANA, Disposition::AiAbandoned, |record| {
        let mut outcome = outcome(None, Promise::Nothing, EndReason::HungUp);
        outcome.name = Some(Captured { value: "Donna Race".into(), confirmed: false });
        record.outcome = Some(outcome);
    });
    assert!(house.sent_to(DANA)[0].body.starts_with("Hi, this is Maple Court."));
    assert!(house.sent_to(STAFF)[0].body.contains("Donna Race (name not confirmed)"));
    let contacts = house.reader().contacts(None, 10).unwrap();
    assert_eq!(contacts.items[0].name, None);
}

#[test]
fn two_missed_calls_within_ten_minutes_are_answered_by_one_text() {
    for (seconds, texts) in [(0, 1), (60, 1), (300, 1), (599, 1), (600, 2), (601, 2)] {
        let mut house = House::new();
        house.call(DANA, Disposition::CallerAbandoned);
        house.seconds(seconds);
        let second = house.call(DANA, Disposition::CallerAbandoned);
        house.minutes(120);
        assert_eq!(house.sent_to(DANA).len(), texts, "after {seconds} s");
        assert_eq!(house.sent_to(STAFF).len(), 2, "the second call is reported all the same");
        assert_eq!(house.reader().calls(CallFilter::Missed, None, 10).unwrap().items.len(), 2);
        let note = if texts == 1 { TextBackNote::Recent } else { TextBackNote::Queued };
        assert_eq!(house.detail(second).text_back, note);
    }
}

#[test]
fn who_has_reached_somebody_before_the_text_could_leave_is_not_told_that_we_missed_them() {
    let mut house = House::new();
    house.carrier = super::house::Carrier::Answers(TextResult::Later { status: 503, retry_after_s: None });
    let missed = house.call(DANA, Disposition::CallerAbandoned);
    let tried = house.sent_to(DANA).len();
    house.seconds(2);
    house.call(DANA, Disposition::Answered);
    house.carrier = super::house::Carrier::Answers(TextResult::Accepted);
    house.feed(Input::TrunkUp);
    house.minutes(180);
    assert_eq!(house.sent_to(DANA).len(), tried);
    let text = house
        .detail(missed)
        .messages
        .into_iter()
        .find(|message| message.kind == Some(Kind::TextBack))
        .unwrap();
    assert_eq!(text.state, Some(State::Suppressed(Suppression::ReachedAPerson)));
}

#[test]
fn who_is_talking_to_somebody_this_minute_is_not_texted() {
    let mut house = House::new();
    house.carrier = super::house::Carrier::Answers(TextResult::Later { status: 503, retry_after_s: None });
    let missed = house.call(DANA, Disposition::CallerAbandoned);
    let tried = house.sent_to(DANA).len();
    let second = CallId::from_random(77);
    house.feed(Input::CallStarted { call: second, caller: caller(DANA) });
    house.feed(Input::PersonAnswered { call: second });
    house.carrier = super::house::Carrier::Answers(TextResult::Accepted);
    house.feed(Input::TrunkUp);
    assert_eq!(house.sent_to(DANA).len(), tried);
    let text = house
        .detail(missed)
        .messages
        .into_iter()
        .find(|message| message.kind == Some(Kind::TextBack))
        .unwrap();
    assert_eq!(text.state, Some(State::Suppressed(Suppression::ReachedAPerson)));
}

#[test]
fn stop_is_answered_once_and_ends_everything() {
    let mut house = House::new();
    house.call(DANA, Disposition::CallerAbandoned);
    assert!(house.text(DANA, "Stop. Thank you"));
    assert!(house.text(DANA, "STOP"));
    let confirmations = house.sent_of(Kind::OptOutConfirmation);
    assert_eq!(confirmations.len(), 1);
    assert_eq!((confirmations[0].to, confirmations[0].from), (number(DANA), number(MAIN)));
    house.minutes(60);
    let call = house.call(DANA, Disposition::CallerAbandoned);
    house.minutes(60);
    assert_eq!(house.detail(call).text_back, TextBackNote::OptedOut);
    assert_eq!(house.sent_to(DANA).len(), 2, "the text-back before, and the confirmation");

    assert!(house.text(DANA, "START"));
    house.call(DANA, Disposition::CallerAbandoned);
    assert_eq!(house.sent_of(Kind::OptInConfirmation).len(), 1);
    assert_eq!(house.sent_of(Kind::TextBack).len(), 2, "welcome again");
}

#[test]
fn stop_reaches_a_text_that_still_waits() {
    let mut house = House::new();
    house.carrier = super::house::Carrier::Answers(TextResult::Later { status: 503, retry_after_s: None });
    let call = house.call(DANA, Disposition::CallerAbandoned);
    house.text(DANA, "stop");
    house.carrier = super::house::Carrier::Answers(TextResult::Accepted);
    house.feed(Input::TrunkUp);
    house.minutes(200);
    let text =
        house.detail(call).messages.into_iter().find(|message| message.kind == Some(Kind::TextBack)).unwrap();
    assert_eq!(text.state, Some(State::Suppressed(Suppression::OptedOut)));
    assert_eq!(house.sent_of(Kind::OptOutConfirmation).last().unwrap().to, number(DANA));
}

#[test]
fn a_spoken_refusal_counts_like_a_written_one() {
    let mut house = House::new();
    let call = house.call_with(DANA, Disposition::AiHandled, |record| {
        let mut outcome = outcome(None, Promise::Nothing, EndReason::Goodbye);
        outcome.do_not_contact = true;
        record.outcome = Some(outcome);
        record.turns = vec![said("who is this"), said("don't call me again")];
    });
    assert_eq!(house.detail(call).text_back, TextBackNote::OptedOut);
    assert!(house.sent_to(DANA).is_empty());
    let id = house.detail(call).contact.unwrap();
    let contact = house.reader().contact(id).unwrap().unwrap();
    assert!(contact.contact.do_not_contact);
    assert_eq!(contact.consents[0].1, "don't call me again");
}

#[test]
fn a_text_that_the_carrier_repeats_is_stored_once() {
    let mut house = House::new();
    for _ in 0..3 {
        assert!(house.text_again(DANA, "Is the two bedroom still free?", "one-and-the-same"));
    }
    assert!(house.text_again(DANA, "And does it have a balcony?", "another"));
    let messages = house.reader().messages(None, None, 50).unwrap().items;
    assert_eq!(messages.iter().filter(|message| message.direction == TextDirection::In).count(), 2);
    let notices = house.sent_of(Kind::StaffNotice);
    assert_eq!(notices.len(), 2);
    assert!(notices[0].body.contains("text from (303) 555-0142: Is the two bedroom"), "{}", notices[0].body);
}

#[test]
fn two_machines_do_not_talk_to_each_other_for_ever() {
    let mut house = House::new();
    for _ in 0..50 {
        house.text(DANA, "HELP");
        house.text(DANA, "Our office is closed.");
        house.seconds(1);
    }
    assert_eq!(house.sent_of(Kind::Help).len(), 1);
    assert_eq!(house.sent_of(Kind::StaffNotice).len(), 10);
}

#[test]
fn a_burst_pipe_becomes_a_work_order_with_everything_that_was_said() {
    let mut house = House::new();
    let call = house.call_with(DANA, Disposition::AiHandled, |record| {
        let mut outcome = outcome(Some(Intent::Maintenance), Promise::WorkOrder, EndReason::Goodbye);
        outcome.urgency = Urgency::Urgent(crate::dialogue::UrgentKind::Flooding);
        outcome.callback = Some(Captured { value: number("+13035550177"), confirmed: true });
        outcome.place = Some(Captured { value: "Unit 204".into(), confirmed: true });
        outcome.matter = Some("water comes through the kitchen ceiling".into());
        outcome.access = Some(Captured { value: true, confirmed: true });
        record.outcome = Some(outcome);
    });
    let detail = house.detail(call);
    let order = &detail.work_orders[0];
    assert_eq!(order.caller.as_deref(), Some("Dana Reyes"));
    assert_eq!(order.callback, Some(number("+13035550177")));
    assert_eq!((order.property.as_str(), order.place.as_deref()), ("Maple Court", Some("Unit 204")));
    assert_eq!(order.issue, "water comes through the kitchen ceiling");
    assert_eq!((order.emergency, order.access, order.status), (true, Some(true), TicketStatus::Open));
    assert_eq!(order.contact, detail.contact);
    let staff = &house.sent_to(STAFF)[0].body;
    assert!(staff.starts_with("EMERGENCY Maple Court: ") && staff.contains("May enter."), "{staff}");
    assert!(house.sent_to(DANA)[0].body.contains("repair request for Unit 204"));
}

#[test]
fn whoever_goes_there_reads_what_else_they_must_know_and_the_staff_read_the_time_as_it_was_said() {
    let mut house = House::new();
    let call = house.call_with(DANA, Disposition::AiHandled, |record| {
        let mut outcome = outcome(Some(Intent::Maintenance), Promise::WorkOrder, EndReason::Goodbye);
        outcome.matter = Some("the sink is clogged".into());
        outcome.access = Some(Captured { value: true, confirmed: true });
        outcome.notes = vec!["call before entering".into()];
        outcome.wished_for =
            Some(Captured { value: "2026-11-28T09:00:00".parse().unwrap(), confirmed: false });
        outcome.wished_words = Some("Sat Nov 28, morning".into());
        record.outcome = Some(outcome);
    });
    assert_eq!(house.detail(call).work_orders[0].issue, "the sink is clogged (call before entering)");
    let staff = &house.sent_to(STAFF)[0].body;
    assert!(staff.contains("Wishes Sat Nov 28, morning (not confirmed)."), "{staff}");
    assert!(staff.contains("May enter.") && staff.contains("Note: call before entering."), "{staff}");
}

#[test]
fn a_lead_says_what_is_looked_for_and_not_every_turn_of_the_call() {
    let mut house = House::new();
    let call = house.call_with(DANA, Disposition::AiHandled, |record| {
        let mut outcome = outcome(Some(Intent::Leasing), Promise::LeadCallback, EndReason::Goodbye);
        outcome.first_words = Some("I'm looking for a two bedroom.".into());
        outcome.sought = Some(crate::dialogue::Sought { bedrooms: Some(2), ..Default::default() });
        record.outcome = Some(outcome);
        record.turns = vec![said("I'm looking for a two bedroom."), said("Yes."), said("Goodbye.")];
    });
    let wish = "Two bedrooms. \"I'm looking for a two bedroom.\"";
    assert_eq!(house.detail(call).leads[0].wish, wish);
    assert!(house.sent_to(STAFF)[0].body.contains(&format!("Leasing. {wish}")));
}

#[test]
fn words_of_danger_are_marked_as_such_even_if_the_caller_hangs_up_at_once() {
    let mut house = House::new();
    let call = house.call_with("anonymous", Disposition::AiAbandoned, |record| {
        let mut outcome = outcome(Some(Intent::Emergency), Promise::Nothing, EndReason::HungUp);
        outcome.urgency = Urgency::LifeSafety(LifeSafety::Gas);
        outcome.name = None;
        record.outcome = Some(outcome);
        record.turns = vec![said("I smell gas")];
    });
    let order = &house.detail(call).work_orders[0];
    assert!(order.emergency && order.callback.is_none() && order.contact.is_none());
    assert_eq!(order.issue, "I smell gas");
    assert!(house.sent_to(STAFF)[0].body.contains("DANGER: gas"), "{}", house.sent_to(STAFF)[0].body);
}

#[test]
fn a_prospect_who_hangs_up_early_is_a_lead_all_the_same() {
    let mut house = House::new();
    house.call_with(DANA, Disposition::AiAbandoned, |record| {
        record.outcome = Some(outcome(Some(Intent::Leasing), Promise::Nothing, EndReason::HungUp));
        record.turns = vec![said("is the two bedroom"), said("on Maple still")];
    });
    house.call_with("+13035550143", Disposition::CallerAbandoned, |record| {
        record.dialled = Dialled::Number(number(LEASING))
    });
    let leads = house.reader().leads(Some(TicketStatus::Open), None, 10).unwrap().items;
    assert_eq!(leads.len(), 2);
    let spoken = leads.iter().find(|lead| lead.callback == Some(number(DANA))).unwrap();
    assert_eq!(spoken.wish, "is the two bedroom / on Maple still");
    let silent = leads.iter().find(|lead| lead.callback == Some(number("+13035550143"))).unwrap();
    assert_eq!((silent.dialled, silent.wish.as_str()), (number(LEASING), ""));
}

#[test]
fn the_one_text_may_be_made_to_wait_for_the_morning() {
    let mut settings = super::house::settings();
    settings.text_back_waits_for_morning = true;
    let mut house = House::dark(crate::store::Store::in_memory().unwrap(), settings);
    house.feed(Input::ClockSynchronised(true));
    // The night on which the clock is put forward.
    house.now = super::house::at("2026-03-07T22:00:00-07:00");
    house.feed(Input::ClockStepped(SignedDuration::ZERO));
    house.call(DANA, Disposition::CallerAbandoned);
    assert!(house.sent_to(DANA).is_empty());
    house.until("2026-03-08T07:59:59-06:00");
    assert!(house.sent_to(DANA).is_empty());
    house.until("2026-03-08T08:00:00-06:00");
    assert_eq!(house.sent_to(DANA).len(), 1);
}

#[test]
fn the_morning_that_a_text_waits_for_is_the_callers_own() {
    for (caller, morning) in [
        ("+16175550142", "2026-11-21T08:00:00-05:00"),
        ("+14155550142", "2026-11-21T08:00:00-08:00"),
        ("+15415550142", "2026-11-21T08:00:00-08:00"),
    ] {
        let mut settings = super::house::settings();
        settings.text_back_waits_for_morning = true;
        let mut house = House::dark(crate::store::Store::in_memory().unwrap(), settings);
        house.feed(Input::ClockSynchronised(true));
        house.now = super::house::at("2026-11-20T22:00:00-07:00");
        house.feed(Input::ClockStepped(SignedDuration::ZERO));
        house.call(caller, Disposition::CallerAbandoned);
        let morning = super::house::at(morning);
        house.wait(morning.duration_since(house.now) - SignedDuration::from_secs(1));
        assert!(house.sent_to(caller).is_empty(), "{caller}");
        house.wait(SignedDuration::from_secs(1));
        assert_eq!(house.sent_to(caller).len(), 1, "{caller}");
    }
}

#[test]
fn a_week_of_five_hundred_calls() {
    let mut house = House::new();
    let mut expected = 0;
    for n in 0..500_u32 {
        let from = format!("+1303556{:04}", n % 300);
        let disposition = match n % 3 {
            0 => Disposition::Answered,
            1 => Disposition::CallerAbandoned,
            _ => Disposition::AiAbandoned,
        };
        expected += usize::from(n % 3 != 0);
        house.call(&from, disposition);
        house.minutes(20);
    }
    assert_eq!(house.sent_of(Kind::TextBack).len(), expected, "each caller calls 4 days apart");
    let health = house.reader().health(house.now).unwrap();
    assert_eq!((health.calls, health.contacts, health.queued, health.claimed), (500, 300, 0, 0));
    assert!(house.wakes < 5_000, "the desk wakes for what is due, and for nothing else: {}", house.wakes);
}

#[test]
fn a_long_story_stands_whole_on_the_work_order_and_leaves_room_for_the_promise_in_the_text() {
    let story = "the dishwasher leaks under the left door when it drains ".repeat(12);
    let mut house = House::new();
    let call = house.call_with(DANA, Disposition::AiHandled, |record| {
        let mut outcome = outcome(Some(Intent::Maintenance), Promise::WorkOrder, EndReason::Goodbye);
        outcome.matter = Some(story.trim().to_owned());
        record.outcome = Some(outcome);
    });
    let detail = house.detail(call);
    assert_eq!(detail.work_orders[0].issue, story.trim());
    let summary = &detail.summary;
    assert!(summary.contains(" ...\"") && summary.len() < 600, "{summary}");
    assert!(summary.contains("Promised: a work order."), "{summary}");
}
