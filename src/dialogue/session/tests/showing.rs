//! Homes are shown: what is offered comes from the calendar, and nothing is booked before it is.

use jiff::{SignedDuration, civil::DateTime, tz::TimeZone};

use super::telling::{Call, office, opening};
use crate::{
    dialogue::{
        CalendarAnswer, CalendarRequest, Channel, EndReason, Office, Opening, Outcome, Promise, Roster,
        ShowingSlot, ShowingState,
    },
    types::ShowingId,
};

const HOME: &str = "210 Maple Court, apartment 3A";

pub(super) fn slot(local: &str) -> ShowingSlot {
    let local: DateTime = local.parse().unwrap();
    let begins = local.to_zoned(TimeZone::get("America/Denver").unwrap()).unwrap().timestamp();
    ShowingSlot { begins, ends: begins + SignedDuration::from_mins(30), local, agent: "Robin".into() }
}

pub(super) fn id(number: u64) -> ShowingId {
    ShowingId::from_random(number)
}

/// Priya wants to see the home; her name and number are known, and a day is asked for.
fn prospect() -> Call {
    let office = Office {
        showings: true,
        roster: Roster { listings: vec![HOME.into()], ..office().roster },
        ..office()
    };
    Call::with(office, opening())
        .says("I'm looking for a two bedroom and I would like to come see the home on Maple Court, apartment 3A.")
        .hears("your name")
        .says("Priya Nair")
        .says("Yes.")
        .hears("calling from")
        .says("Yes.")
        .hears("come and see it")
        .hears_not("move in")
}

/// She has said Saturday, and the calendar has three times.
fn offered() -> Call {
    prospect()
        .says("On Saturday.")
        .hears("looking at the calendar")
        .asks_calendar(|request| {
            matches!(request, CalendarRequest::FindSlots { place, wish }
                if place == HOME && wish.date == Some(jiff::civil::date(2026, 11, 21)))
        })
        .calendar(CalendarAnswer::Slots(vec![
            slot("2026-11-21T10:00"),
            slot("2026-11-21T11:00"),
            slot("2026-11-21T14:30"),
        ]))
        .hears("Saturday, November 21, at 10 A M, 11 A M, or 2 30 P M.")
}

/// She has chosen eleven, and it is booked.
fn booked() -> Call {
    offered()
        .says("Eleven.")
        .hears("Saturday, November 21, at 11 A M, with Robin, at 2 1 0 Maple Court")
        .hears_not("booked")
        .says("Yes.")
        .hears("calendar")
        .hears_not("booked")
        .asks_calendar(|request| {
            matches!(request, CalendarRequest::Book { slot: chosen, place, name, replaces: None, .. }
                if *chosen == slot("2026-11-21T11:00") && place == HOME && name.as_deref() == Some("Priya Nair"))
        })
        .calendar(CalendarAnswer::Booked(id(1)))
        .hears("booked: Saturday, November 21, at 11 A M, with Robin")
        .hears("move in")
        .says("The first of December.")
        .says("Yes.")
        .hears("else")
}

fn told(outcome: &Outcome) -> (ShowingState, Option<String>, Promise) {
    let showing = outcome.showing.clone().unwrap();
    assert_eq!(showing.place.as_deref(), Some(HOME));
    (showing.state, showing.time_written(outcome.language), outcome.promised)
}

#[test]
fn a_time_is_offered_chosen_read_back_and_booked_before_it_is_said_to_be() {
    let outcome = booked().says("That's all.").ends(EndReason::Goodbye);
    let time = Some("Sat Nov 21, 11:00 AM".to_owned());
    assert_eq!(told(&outcome), (ShowingState::Booked, time, Promise::Showing));
    assert!(outcome.wished_for.as_ref().unwrap().confirmed);
    let request = outcome.request().unwrap();
    assert!(
        request.contains("showing of 210 Maple Court, apartment 3A BOOKED, Sat Nov 21, 11:00 AM"),
        "{request}"
    );
}

#[test]
fn the_very_time_that_was_wished_for_is_read_back_at_once() {
    prospect()
        .says("Saturday at eleven.")
        .calendar(CalendarAnswer::Slots(vec![slot("2026-11-21T11:00"), slot("2026-11-21T10:00")]))
        .hears("at 11 A M, with Robin")
        .hears_not("10 A M")
        .says("No.")
        .hears("10 A M");
}

#[test]
fn the_time_said_again_is_a_yes_and_a_question_about_it_is_none() {
    let read_back = || offered().says("The first one.").hears("at 10 A M");
    read_back()
        .says("Saturday would be good.")
        .asks_calendar(|request| matches!(request, CalendarRequest::Book { .. }));
    read_back().says("Saturday does not work for me.").hears_not("looking").hears_not("booked");
    read_back().says("Is Saturday the only day?").hears_not("booked").says("Sunday then.").asks_calendar(
        |request| {
            matches!(request, CalendarRequest::FindSlots { wish, .. }
            if wish.date == Some(jiff::civil::date(2026, 11, 22)))
        },
    );
}

#[test]
fn the_day_said_again_of_several_times_on_it_is_the_first_of_them() {
    offered()
        .says("On Saturday would be good.")
        .hears_not("catch")
        .hears("at 10 A M")
        .says("No.")
        .hears_not("10 A M")
        .says("Saturday is fine.")
        .hears("11 A M");
}

#[test]
fn another_was_quicker_and_another_time_is_offered() {
    let outcome = offered()
        .says("The first one.")
        .hears("at 10 A M")
        .says("Yes.")
        .calendar(CalendarAnswer::Taken { instead: vec![slot("2026-11-21T12:00"), slot("2026-11-21T13:00")] })
        .hears("taken")
        .hears("12 P M, or 1 P M")
        .hears_not("booked")
        .says("One.")
        .hears("at 1 P M")
        .says("Yes.")
        .calendar(CalendarAnswer::Booked(id(2)))
        .hears("booked: Saturday, November 21, at 1 P M")
        .hangs_up();
    assert_eq!(told(&outcome).1.unwrap(), "Sat Nov 21, 1:00 PM");
}

#[test]
fn a_calendar_that_is_away_books_nothing_and_says_so() {
    for at_booking in [false, true] {
        let call =
            if at_booking { offered().says("Eleven.").says("Yes.") } else { prospect().says("On Saturday.") };
        let call = call.calendar(CalendarAnswer::Away).hears("noted your request").hears_not("booked");
        let call = call.hears("move in").says("The first of December.").says("Yes.");
        let outcome = call.says("That's all.").ends(EndReason::Goodbye);
        assert_eq!(told(&outcome).0, ShowingState::Requested);
        assert_eq!(outcome.promised, Promise::LeadCallback);
        assert!(outcome.notes.iter().any(|note| note.contains("not booked")), "{:?}", outcome.notes);
        assert!(!outcome.request().unwrap().contains("BOOKED"));
    }
}

#[test]
fn nothing_free_leads_to_another_day_and_in_the_end_to_people() {
    let mut call = prospect().says("On Saturday.");
    for day in ["On Monday.", "On Tuesday.", "On Wednesday.", "On Thursday."] {
        call = call.calendar(CalendarAnswer::Slots(Vec::new())).goes_on();
        if call.spoken().contains("noted your request") {
            let outcome = call.hangs_up();
            assert_eq!(told(&outcome).0, ShowingState::Requested);
            return;
        }
        call = call.says(day);
    }
    panic!("it is never left to people:\n{}", call.told());
}

#[test]
fn a_day_that_was_not_offered_is_looked_up() {
    offered()
        .says("Could you do Tuesday in the afternoon?")
        .asks_calendar(|request| {
            matches!(request, CalendarRequest::FindSlots { wish, .. }
                if wish.date == Some(jiff::civil::date(2026, 11, 24)))
        })
        .calendar(CalendarAnswer::Slots(vec![slot("2026-11-24T13:00")]))
        .hears("Tuesday, November 24, at 1 P M");
}

#[test]
fn a_booking_is_moved_and_the_old_one_makes_room() {
    let outcome = booked()
        .says("Could we move it to Monday at ten instead?")
        .calendar(CalendarAnswer::Slots(vec![slot("2026-11-23T10:00")]))
        .hears("Monday, November 23, at 10 A M")
        .says("Yes.")
        .asks_calendar(
            |request| matches!(request, CalendarRequest::Book { replaces, .. } if *replaces == Some(id(1))),
        )
        .calendar(CalendarAnswer::Booked(id(3)))
        .hears("Monday, November 23")
        .says("That's all.")
        .ends(EndReason::Goodbye);
    assert_eq!(outcome.showing.as_ref().unwrap().id, Some(id(3)));
    assert_eq!(told(&outcome).1.unwrap(), "Mon Nov 23, 10:00 AM");
}

#[test]
fn a_move_that_fails_leaves_what_was_booked() {
    let outcome = booked()
        .says("Could we move it to Monday instead?")
        .calendar(CalendarAnswer::Away)
        .hears("Saturday, November 21, at 11 A M")
        .says("That's all.")
        .ends(EndReason::Goodbye);
    assert_eq!(told(&outcome).0, ShowingState::Booked);
    assert_eq!(outcome.showing.unwrap().id, Some(id(1)));
}

#[test]
fn a_booking_is_cancelled_after_a_question() {
    let outcome = booked()
        .says("Sorry, I have to cancel the showing.")
        .hears("cancel your showing on Saturday, November 21, at 11 A M")
        .says("Yes.")
        .asks_calendar(|request| *request == CalendarRequest::Cancel { showing: id(1) })
        .calendar(CalendarAnswer::Cancelled)
        .hears("cancelled")
        .says("That's all.")
        .ends(EndReason::Goodbye);
    assert_eq!(told(&outcome).0, ShowingState::Cancelled);
    assert_eq!(outcome.promised, Promise::Nothing);
}

#[test]
fn danger_goes_before_the_calendar_and_what_it_says_meanwhile_is_kept() {
    let call = offered()
        .says("Eleven.")
        .says("Yes.")
        .says("Wait, I smell gas!")
        .hears("9 1 1")
        .calendar(CalendarAnswer::Booked(id(4)));
    let outcome = call.hangs_up();
    assert_eq!(told(&outcome).0, ShowingState::Booked, "it stands in the calendar");
    assert_eq!(outcome.promised, Promise::OnCallRung);
}

#[test]
fn by_text_the_calendar_is_asked_without_a_word() {
    let office = Office {
        showings: true,
        roster: Roster { listings: vec![HOME.into()], ..office().roster },
        ..office()
    };
    let call = Call::with(office, Opening { channel: Channel::Text, ..opening() })
        .says("I'm looking for a two bedroom and would like to come see the home on Maple Court, apartment 3A, on Saturday")
        .says("Priya Nair")
        .says("Yes.");
    assert_eq!(call.spoken(), "", "{}", call.told());
    call.calendar(CalendarAnswer::Slots(vec![slot("2026-11-21T10:00"), slot("2026-11-21T11:00")]))
        .hears("10 A M, or 11 A M");
}

#[test]
fn nothing_is_said_not_to_be_free_around_no_time() {
    let outcome = prospect()
        .says("I don't know.")
        .asks_calendar(|request| matches!(request, CalendarRequest::FindSlots { wish, .. } if wish.soonest))
        .calendar(CalendarAnswer::Slots(Vec::new()))
        .hears_not("nothing is free")
        .hears("noted your request")
        .hangs_up();
    assert_eq!(told(&outcome).0, ShowingState::Requested);
}
