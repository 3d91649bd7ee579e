//! Homes of the office's list: what is asked of them, which of them is meant, and showings that change.

use super::{
    reading::read,
    showing::{id, slot},
    telling::{Call, office, opening},
};
use crate::dialogue::{
    CalendarAnswer, CalendarRequest, EndReason, Fact, Intent, Listing, Office, Opening, Promise, Reading,
    Roster, ShowingState, Topic,
};

fn listed() -> Office {
    let listings = vec![
        Listing {
            address: "210 Maple Court, apartment 3A".into(),
            summary: "Two bedrooms, one bath, with a balcony.".into(),
            rent: Some(1850),
            deposit: Some(1800),
            bedrooms: Some(2),
            available: Some("It is free from the first of next month.".into()),
            pets: Some("One cat or a small dog is welcome there.".into()),
            parking: None,
        },
        Listing {
            address: "18 Birch Street, apartment 204".into(),
            summary: "One bedroom, heat included.".into(),
            rent: Some(1420),
            bedrooms: Some(1),
            ..Listing::default()
        },
        Listing {
            address: "77 Alder Lane".into(),
            summary: "A three bedroom house with a yard.".into(),
            rent: Some(2600),
            bedrooms: Some(3),
            ..Listing::default()
        },
    ];
    let pets = Fact {
        topic: Some(Topic::Pets),
        asked_by: vec!["pets".into()],
        answer: "Pets are welcome with a pet agreement.".into(),
    };
    Office {
        showings: true,
        roster: Roster {
            listings: listings.iter().map(|home| home.address.clone()).collect(),
            streets: vec!["Birch Street".into(), "Alder Lane".into(), "Maple Court".into()],
            ..office().roster
        },
        listings,
        facts: vec![pets],
        ..office()
    }
}

/// Read as somebody who looks for a home, for certain.
fn prospect(text: &str, intent: Intent) -> Reading {
    Reading { intent, confidence: 0.9, ranked: vec![(intent, 0.9)], ..read(text) }
}

/// Nobody picks up; what is said first is read as this.
fn call(first: &str, intent: Intent) -> Call {
    Call::with(listed(), Opening { local: jiff::civil::date(2026, 11, 24).at(9, 0, 0, 0), ..opening() })
        .reads(first, prospect(first, intent))
}

/// Devin's name, number and day of moving in are known after this, the home he has named himself.
fn introduced(first: &str) -> Call {
    call(first, Intent::Showing)
        .hears("your name")
        .says("Devin Marsh")
        .says("Yes.")
        .hears("calling from")
        .says("Yes.")
        .hears("move in")
        .says("The first of March.")
        .says("Yes.")
}

/// He has booked the house for Wednesday at five.
fn booked() -> Call {
    introduced("I'd like to come look at the house on Alder Lane, Wednesday at five")
        .asks_calendar(
            |request| matches!(request, CalendarRequest::FindSlots { place, .. } if place == "77 Alder Lane"),
        )
        .calendar(CalendarAnswer::Slots(vec![slot("2026-11-25T17:00")]))
        .hears("Wednesday, November 25, at 5 P M")
        .says("Yes.")
        .calendar(CalendarAnswer::Booked(id(1)))
        .hears("booked")
}

fn friday_at_five(request: &CalendarRequest) -> bool {
    matches!(request, CalendarRequest::FindSlots { wish, .. }
        if wish.date == Some(jiff::civil::date(2026, 11, 27)) && wish.time == Some(jiff::civil::time(17, 0, 0, 0)))
}

#[test]
fn the_rent_of_a_home_is_said_whenever_it_is_asked() {
    call("What's the rent for apartment 3A?", Intent::Leasing)
        .hears("1850 dollars")
        .hears_not("unit 3")
        .hears("your name")
        .says("It's Lori Banks. So how much is it?")
        .hears("1850 dollars")
        .hears("Lori Banks")
        .says("Yes. But what's the rent of the house on Alder Lane?")
        .hears("2600 dollars")
        .hears("calling from");
    call("How much is the two bedroom on Maple Court?", Intent::Leasing).hears("1850 dollars");
    call("How much is the place on Birch Street?", Intent::Question).hears("1420 dollars").hears("your name");
}

#[test]
fn a_deposit_that_is_not_listed_is_said_not_to_be_known() {
    let outcome = call("Is the one on Birch Street still available, and what's the deposit", Intent::Leasing)
        .hears("We have 1 8 Birch Street")
        .hears("I don't know the deposit of that one")
        .hears_not("Maple Court, apartment")
        .hangs_up();
    assert!(
        outcome.notes.iter().any(|note| note.contains("its deposit is to be told")),
        "{:?}",
        outcome.notes
    );
    call("What's the deposit on 3A, and when is it available?", Intent::Leasing)
        .hears("1800 dollars")
        .hears("first of next month");
}

#[test]
fn a_dog_is_answered_by_the_rule_of_the_home() {
    call("I saw 3A, can I bring my dog?", Intent::Leasing).hears("small dog").hears_not("pet agreement");
    let whole = "Hi, what's the rent on 3A? And can I have my dog there?";
    call(whole, Intent::Leasing).hears("1850").hears("small dog");
    // No rule of its own: that of the office.
    call("Can I bring my dog to the Alder Lane house?", Intent::Leasing).hears("pet agreement");
}

#[test]
fn a_home_that_was_named_is_not_asked_for_again() {
    introduced("I'd like to see the one bedroom on Birch Street").hears("come and see it");
    introduced("I'd like to see a three bedroom")
        .hears("Which home would you like to see?")
        .says("The house, the three bedroom one")
        .hears("come and see it");
    let call = introduced("I'd like to see a three bedroom").says("Alder Lane").hears("come and see it");
    assert!(call.hangs_up().sought.unwrap().listing.is_some());
}

#[test]
fn a_time_said_at_first_is_kept_until_the_home_is_known() {
    introduced("I'd like to see 3A on Wednesday at 2 p m").asks_calendar(|request| {
        matches!(request, CalendarRequest::FindSlots { place, wish }
            if place == "210 Maple Court, apartment 3A" && wish.time == Some(jiff::civil::time(14, 0, 0, 0)))
    });
}

#[test]
fn a_booked_showing_is_moved_in_whatever_words() {
    for words in [
        "Wait, my wife says Wednesday's bad. Friday same time?",
        "Can you move it to Friday? Friday at five",
        "I can't come Wednesday. I need Friday at five",
        "Could we do Friday at five instead?",
        "Cancel Wednesday and book me Friday at five",
    ] {
        booked()
            .says(words)
            .asks_calendar(friday_at_five)
            .calendar(CalendarAnswer::Slots(vec![slot("2026-11-27T17:00")]))
            .hears("Friday, November 27, at 5 P M")
            .says("Yes.")
            .asks_calendar(|request| matches!(request, CalendarRequest::Book { replaces: Some(_), .. }));
    }
    booked().says("Wednesday doesn't work for me after all.").hears("come and see it");
    booked().says("When is trash day, on Friday?").hears_not("calendar");
}

#[test]
fn a_new_time_after_a_cancellation_is_looked_up() {
    let cancelled = || booked().says("Cancel it, please").hears("Shall I cancel");
    cancelled()
        .says("Yes. And book me Friday at five instead")
        .calendar(CalendarAnswer::Cancelled)
        .hears("cancelled")
        .asks_calendar(friday_at_five);
    let outcome = cancelled()
        .says("Yes.")
        .calendar(CalendarAnswer::Cancelled)
        .hears("else")
        .says("Friday at five, like I said")
        .asks_calendar(friday_at_five)
        .calendar(CalendarAnswer::Slots(vec![slot("2026-11-27T17:00")]))
        .says("Yes.")
        .asks_calendar(|request| matches!(request, CalendarRequest::Book { replaces: None, .. }))
        .calendar(CalendarAnswer::Booked(id(2)))
        .hears("Friday, November 27")
        .hangs_up();
    assert_eq!(outcome.showing.unwrap().state, ShowingState::Booked);
}

#[test]
fn who_wants_to_see_it_after_all_is_offered_times() {
    call("What's the rent for the house on Alder Lane?", Intent::Leasing)
        .says("Devin Marsh")
        .says("Yes.")
        .says("Yes.")
        .says("The first of March.")
        .says("Yes.")
        .hears("else")
        .says("No, can I see it Sunday?")
        .asks_calendar(|request| {
            matches!(request, CalendarRequest::FindSlots { wish, .. }
                if wish.date == Some(jiff::civil::date(2026, 11, 29)))
        });
}

#[test]
fn a_day_that_is_refused_is_not_the_one_that_is_booked() {
    introduced("I'd like to come look at the house on Alder Lane, Thursday")
        .calendar(CalendarAnswer::Slots(vec![slot("2026-11-26T17:00"), slot("2026-11-25T17:00")]))
        .says("No not Thanksgiving. Wednesday at five then")
        .hears("Wednesday, November 25, at 5 P M")
        .hears_not("Thursday");
}

#[test]
fn a_yes_that_is_misheard_is_asked_for_once_more() {
    let outcome = introduced("I'd like to come look at the house on Alder Lane, Thursday")
        .calendar(CalendarAnswer::Slots(vec![slot("2026-11-26T11:00"), slot("2026-11-26T12:00")]))
        .says("Elephants good")
        .hears("11 A M, or 12 P M")
        .says("Eleven")
        .hears("at 11 A M")
        .says("That booted.")
        .hears("at 11 A M")
        .hears_not("can't book")
        .says("The boot.")
        .hears("noted your request")
        .hears_not("can't book")
        .hangs_up();
    assert_eq!(outcome.showing.unwrap().state, ShowingState::Requested);
}

#[test]
fn a_showing_of_another_call_is_passed_on_to_be_cancelled_or_moved() {
    let first = "Hi, I have a showing on Thursday with I think Robin, and I can't make it, I gotta cancel";
    let outcome = call(first, Intent::Showing)
        .hears("you want to cancel it")
        .hears("your name")
        .says("Jasmine Cole")
        .says("Yes, but I wanna cancel the showing, not see it")
        .hears("noted")
        .says("Yes.")
        .says("Yes.")
        .hears_not("bedrooms")
        .hears("call you back")
        .says("That's all.")
        .ends(EndReason::Goodbye);
    assert_eq!((outcome.intent, outcome.promised), (Some(Intent::Showing), Promise::Callback));
    assert!(outcome.notes.iter().any(|note| note.contains("cancel a showing on Thursday, November 26")));
    assert!(outcome.matter.unwrap().contains("Robin"));
    call("I need to reschedule my tour from Friday", Intent::Showing).hears("you want to move it");
    for wish in ["I want to move in May and take a tour", "Can I have a showing, I can't come before five"] {
        call(wish, Intent::Showing).hears_not("pass on");
    }
    call("I'd like to cancel my appointment with the plumber", Intent::Maintenance).hears_not("showing");
}

#[test]
fn a_second_home_is_noted_and_never_mixed_with_the_first() {
    let outcome = introduced("My wife and I want to come and see two places, the one on Maple Court and the Alder Lane house")
        .hears("come and see it")
        .says("Friday at one")
        .asks_calendar(
            |request| matches!(request, CalendarRequest::FindSlots { place, .. } if place.contains("Maple Court")),
        )
        .calendar(CalendarAnswer::Slots(vec![slot("2026-11-27T13:00")]))
        .says("Yes please. And then the Alder Lane house at one thirty or so")
        .asks_calendar(|request| {
            matches!(request, CalendarRequest::Book { slot: chosen, .. } if *chosen == slot("2026-11-27T13:00"))
        })
        .calendar(CalendarAnswer::Booked(id(1)))
        .hangs_up();
    assert!(outcome.notes.iter().any(|note| note.contains("77 Alder Lane too")), "{:?}", outcome.notes);
    let outcome = booked()
        .says("I'd like to see the apartment on Maple Court too, right after, one thirty")
        .hears("Somebody will call you about that one")
        .hangs_up();
    assert_eq!(outcome.showing.unwrap().place.as_deref(), Some("77 Alder Lane"));
}

#[test]
fn the_end_of_a_lease_is_no_day_of_moving_in() {
    let asked = || {
        call("I'd like to see the house on Alder Lane", Intent::Showing)
            .says("Devin Marsh")
            .says("Yes.")
            .says("Yes.")
    };
    asked()
        .says("Whenever really, we're in no hurry, the lease is up in May")
        .hears_not("May")
        .hears("come and see it");
    asked()
        .says("In May.")
        .hears("Moving in May.")
        .says("No, it doesn't have to be May, sooner is fine too")
        .hears_not("May")
        .hears("come and see it");
    // A time to see it is no such day either.
    asked()
        .says("In March.")
        .says("Yes. But uh can I see it tomorrow around six?")
        .asks_calendar(|request| matches!(request, CalendarRequest::FindSlots { .. }));
}

#[test]
fn a_resident_who_was_taken_for_a_prospect_is_one_again() {
    let text = "Hi, we would like to move to a bigger place";
    let lease =
        Reading { intent: Intent::Lease, confidence: 0.9, ranked: vec![(Intent::Lease, 0.9)], ..read(text) };
    let misheard = "Do you need to look at her?";
    Call::with(listed(), opening())
        .reads(text, lease)
        .hears("your name")
        .reads(misheard, prospect(misheard, Intent::Showing))
        .hears_not("seeing a home");
    let outcome = call("I need a bigger apartment with more rooms", Intent::Leasing)
        .says("Denise Okafor")
        .says("Yes.")
        .says("No, I already live here, I want to transfer to a bigger one")
        .hears_not("bedrooms")
        .hangs_up();
    assert_eq!(outcome.intent, Some(Intent::Lease));
    call("I need a bigger apartment with more rooms", Intent::Leasing)
        .says("I live in 4B")
        .hears("your lease");
    // A prospect lives somewhere as well.
    let outcome =
        call("I need a bigger apartment", Intent::Leasing).says("I already live in Denver").hangs_up();
    assert_eq!(outcome.intent, Some(Intent::Leasing));
}
