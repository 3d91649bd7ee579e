//! Homes of the office's list: what is asked of them, which of them is meant, and showings that change.

use super::{
    reading::read,
    showing::{id, slot},
    telling::{Call, office, opening},
};
use crate::dialogue::{
    CalendarAnswer, CalendarRequest, Destination, EndReason, Fact, Intent, Listing, Office, Opening, Promise,
    Reading, Roster, ShowingState, Topic,
};

pub(super) fn listed() -> Office {
    let listings = vec![
        Listing {
            address: "210 Maple Court, apartment 3A".into(),
            summary: "Two bedrooms, one bath, with a balcony.".into(),
            rent: Some(1850),
            price: None,
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
pub(super) fn prospect(text: &str, intent: Intent) -> Reading {
    Reading { intent, confidence: 0.9, ranked: vec![(intent, 0.9)], ..read(text) }
}

/// Nobody picks up; what is said first is read as this.
pub(super) fn call(first: &str, intent: Intent) -> Call {
    Call::with(listed(), Opening { local: jiff::civil::date(2026, 11, 24).at(9, 0, 0, 0), ..opening() })
        .reads(first, prospect(first, intent))
}

/// Devin's name and number are known after this, the home he has named himself.
pub(super) fn introduced(first: &str) -> Call {
    call(first, Intent::Showing)
        .hears("your name")
        .says("Devin Marsh")
        .says("Yes.")
        .hears("calling from")
        .says("Yes.")
        .hears_not("move in")
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
        .hears("move in")
}

/// And has said that he would move in in March.
fn all_told() -> Call {
    booked().says("The first of March.").hears("Moving in Monday, March 1").says("Yes.").hears("else")
}

/// Grace has asked for the rent of the house; her name and number are known, and she is asked when she would move in.
fn asked_move_in() -> Call {
    call("What's the rent for the house on Alder Lane?", Intent::Leasing)
        .says("Grace Nwosu")
        .says("Yes.")
        .says("Yes.")
        .hears("move in")
}

pub(super) fn looks_for(call: Call, month: i8, day: i8) -> Call {
    call.asks_calendar(|request| {
        matches!(request, CalendarRequest::FindSlots { wish, .. }
            if wish.date == Some(jiff::civil::date(2026, month, day)))
    })
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
        // At the question for moving in as well as at the end.
        for call in [all_told(), booked()] {
            call.says(words)
                .asks_calendar(friday_at_five)
                .calendar(CalendarAnswer::Slots(vec![slot("2026-11-27T17:00")]))
                .hears("Friday, November 27, at 5 P M")
                .says("Yes.")
                .asks_calendar(|request| matches!(request, CalendarRequest::Book { replaces: Some(_), .. }));
        }
    }
    all_told().says("Wednesday doesn't work for me after all.").hears("come and see it");
    all_told().says("When is trash day, on Friday?").hears_not("calendar");
    all_told().says("Actually, hang on, can we push it to three?").asks_calendar(|request| {
        matches!(request, CalendarRequest::FindSlots { wish, .. }
            if wish.date == Some(jiff::civil::date(2026, 11, 25)) && wish.time == Some(jiff::civil::time(15, 0, 0, 0)))
    });
}

#[test]
fn a_new_time_after_a_cancellation_is_looked_up() {
    let cancelled = || all_told().says("Cancel it, please").hears("Shall I cancel");
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
    asked_move_in()
        .says("Whenever really, we're in no hurry, the lease is up in May")
        .hears_not("May")
        .hears("else");
    asked_move_in()
        .says("In May.")
        .hears("Moving in May.")
        .says("No, it doesn't have to be May, sooner is fine too")
        .hears_not("May")
        .hears("else");
    // A time to see it is no such day either.
    let call = asked_move_in().says("In March.").says("Yes. But uh can I see it tomorrow around six?");
    looks_for(call, 11, 25);
}

#[test]
fn a_visit_is_settled_before_the_day_of_moving_in() {
    let asked = |first: &str| {
        call(first, Intent::Leasing).says("Paul Okafor").says("Yes.").says("Yes.").hears_not("move in")
    };
    let call = asked("Can I book a viewing for the one bedroom on Birch Street?")
        .hears("come and see it")
        .says("Thursday or Friday, whatever you've got.")
        .hears_not("Moving in");
    let outcome = looks_for(call, 11, 26)
        .calendar(CalendarAnswer::Slots(vec![slot("2026-11-26T11:00")]))
        .says("Yes.")
        .calendar(CalendarAnswer::Booked(id(1)))
        .hears("When would you like to move in?")
        .says("Bananas are yellow.")
        .hears_not("move in")
        .hears("else")
        .hangs_up();
    assert!(outcome.sought.unwrap().move_in.is_none());
    looks_for(asked("I'd like to come look at the house on Alder Lane this weekend"), 11, 28);
    looks_for(asked("I'd like to see 77 Alder Lane tomorrow at noon."), 11, 25);
    // Who wants no visit is asked for the month as ever.
    asked_move_in();
}

#[test]
fn of_two_days_each_is_what_its_sentence_speaks_of() {
    for (words, moving, day) in [
        ("Next month. But I'd like to see it first, Thursday or Friday.", "December", 26),
        ("Um, December fifteenth. But which Sunday can I see it?", "December 15", 29),
        ("January, I guess, but can I come look at it tomorrow?", "January", 25),
    ] {
        let call = asked_move_in().says(words).hears("Moving in").hears(moving).says("Yes.");
        looks_for(call, 11, day);
    }
    // "Moving in January" alone is no wish to come.
    asked_move_in()
        .says("I'd like to move in on January second.")
        .hears("January 2")
        .says("Yes.")
        .hears("else");
}

#[test]
fn a_time_that_is_asked_about_early_is_kept_and_said_back() {
    let call = call("Any chance I can see the house on Alder Lane today?", Intent::Showing)
        .says("It's Tyler Boone. So is six okay or not?")
        .hears("at 6 P M")
        .hears_not("I don't know")
        .hears("Tyler Boone")
        .says("Yes. Is four thirty free?")
        .hears_not("I don't know")
        .says("Yes.");
    looks_for(call, 11, 24);
    call_for_house().says("Yes. So can I see it Thursday or not?").hears("November 26").hears("calling from");
}

/// Somebody wants to see the house, and has given a name.
fn call_for_house() -> Call {
    call("I'd like to see the house on Alder Lane", Intent::Showing).says("Devin Marsh")
}

#[test]
fn what_is_booked_is_said_when_it_is_asked_and_nothing_changes() {
    for words in [
        "So it's booked?",
        "Is that booked now?",
        "So Tuesday's cancelled, just to be sure?",
        "No no, leave it on Wednesday at five. I was just checking.",
        "I already have five on Wednesday, you just booked it. Don't change anything.",
        "What time was it again?",
    ] {
        for call in [all_told(), booked()] {
            let outcome = call.says(words).hears("Wednesday, November 25, at 5 P M").hangs_up();
            assert_eq!(outcome.showing.unwrap().state, ShowingState::Booked);
        }
    }
    // In the middle of a change as well.
    all_told()
        .says("Could we do Friday at five instead?")
        .calendar(CalendarAnswer::Slots(vec![slot("2026-11-27T17:00"), slot("2026-11-27T16:00")]))
        .says("Oh, don't change anything then.")
        .hears("Wednesday, November 25, at 5 P M")
        .hears("else");
    all_told().says("Could it be booked for Friday instead?").hears("calendar");
}

#[test]
fn a_second_home_the_same_day_is_noted_and_acknowledged_each_time() {
    let outcome = all_told()
        .says("And the Birch Street one at eleven the same day, can you book that too?")
        .hears("1 8 Birch Street")
        .hears("Somebody will call you about that one")
        .says("And Birch Street at eleven, is that booked with the other?")
        .hangs_up();
    assert!(outcome.notes.iter().any(|note| note.contains("18 Birch Street") && note.contains("too")));
    assert_eq!(outcome.showing.unwrap().place.as_deref(), Some("77 Alder Lane"));
}

#[test]
fn who_calls_one_off_and_would_rather_come_next_week_is_passed_on() {
    let first = "Hey, I had a showing booked for tomorrow with Robin and I gotta cancel, my kid's sick.";
    let outcome = call(first, Intent::Showing)
        .hears("you want to cancel it")
        .says("Nathan Sorensen")
        .says("Yes.")
        .says("Yes.")
        .hears("else")
        .says("No. Well, can I maybe come next week instead?")
        .hears("you want to move it")
        .hears_not("bedrooms")
        .hangs_up();
    assert!(
        outcome.notes.iter().any(|note| note.contains("instead on Monday, November 30")),
        "{:?}",
        outcome.notes
    );
}

#[test]
fn who_is_late_for_a_showing_or_waits_there_is_no_new_prospect() {
    let open =
        || Opening { open_now: true, local: jiff::civil::date(2026, 11, 24).at(9, 0, 0, 0), ..opening() };
    let late = "Hi, I'm supposed to meet Kim at the Birch Street place at eleven thirty and I'm stuck on I-25, I'm gonna \
                be like twenty minutes late.";
    let waits =
        "I'm at 18 Birch Street for my ten o'clock showing and nobody's here. It's been fifteen minutes.";
    for first in [late, waits] {
        for intent in [Intent::Showing, Intent::Leasing] {
            Call::with(listed(), open())
                .reads(first, prospect(first, intent))
                .rings(Destination::Staff)
                .nobody_answers()
                .hears("your name")
                .says("Carl Jennings")
                .says("Yes. Can you just tell Kim?")
                .hears_not("calendar")
                .says("Yes.")
                .hears_not("move in")
                .hears_not("calendar")
                .hears("else");
        }
        let outcome = call(first, Intent::Showing)
            .hears("urgent")
            .hears("your name")
            .hears_not("help you see")
            .hangs_up();
        assert!(outcome.notes.iter().any(|note| note.starts_with("URGENT")), "{:?}", outcome.notes);
        assert!(outcome.sought.is_none_or(|sought| !sought.visit));
    }
    let sign = "I'm standing outside one of your buildings and there's a for rent sign, any chance I can see it today?";
    call(sign, Intent::Showing).hears_not("urgent");
    let rent = "My rent is going to be late this month";
    Call::with(listed(), open()).says(rent).hears_not("urgent");
}

#[test]
fn who_would_buy_is_not_told_the_rent() {
    let buys = "Hi, I saw the house on Alder Lane, I want to buy it, is it still available?";
    let outcome = call(buys, Intent::Leasing).hears_not("rent").hears("buy").hangs_up();
    assert_eq!(outcome.intent, Some(Intent::Buyer));
    call("I'm looking for a house", Intent::Leasing)
        .says("It's Ellen Park. Do you have anything to buy though?")
        .hears_not("dollars")
        .hears("buy");
    let either = "do you guys have anything for sale? Actually, renting might be fine too.";
    call(either, Intent::Leasing).hears("Happy to help you find a home");
}

#[test]
fn whoever_rents_is_not_asked_when_they_would_like_to_buy() {
    let buys = "Hi, I saw the house on Alder Lane, I want to buy it, is it still available?";
    let outcome = call(buys, Intent::Leasing)
        .hears("buy")
        .says("No, I'm not buying, I want to rent it.")
        .hears_not("like to buy")
        .hangs_up();
    assert_eq!(outcome.intent, Some(Intent::Leasing));
}

#[test]
fn questions_about_homes_that_are_known_are_answered_in_whatever_words() {
    call("What's the cheapest thing you got?", Intent::Leasing).hears("1420 dollars").hears_not("1850");
    let birch = "Hello, is that one bedroom at 18 Birch still up for grabs?";
    call(birch, Intent::Leasing)
        .hears("We have 1 8 Birch Street")
        .says("Sorry, is it taken or not?")
        .hears("There is 1 8 Birch Street");
    call("I'm looking for a house", Intent::Leasing)
        .says("It's Tom Harrigan. Is the house really twenty six hundred?")
        .hears("2600 dollars")
        .hears("Tom Harrigan");
    call("What you have? How many you have free?", Intent::Leasing).hears("We have").hears("There is");
    let either = "I need to know your availability for a two or three bedroom";
    call(either, Intent::Leasing).hears("Maple Court, apartment").hears("Alder Lane").hears_not("Birch");
    let put_right = "the one bedroom, actually no, wait, is the three bedroom still available?";
    call(put_right, Intent::Leasing).hears("Alder Lane").hears_not("Birch");
    let outcome = call("I'm looking for a home", Intent::Leasing)
        .says("Olena Marsh")
        .says("Yes.")
        .says("Yes.")
        .hears("bedrooms")
        .says("For me and my wife and one baby. Two bedroom.")
        .hears("2 bedrooms")
        .hangs_up();
    assert_eq!(outcome.sought.unwrap().bedrooms, Some(2));
}

#[test]
fn what_no_list_says_is_said_once_to_be_unknown_and_noted() {
    let outcome = call("What's the square footage on the Birch Street apartment?", Intent::Leasing)
        .hears("I don't know that about this home")
        .hears("your name")
        .says("I just need the square footage. Do you know it?")
        .hears_not("catch")
        .hears("noted")
        .hangs_up();
    assert!(outcome.notes.iter().any(|note| note.contains("18 Birch Street, apartment 204: its size")));
    let outcome =
        call("Do you have a waitlist for anything?", Intent::Leasing).hears("I don't know that").hangs_up();
    assert!(outcome.notes.iter().any(|note| note.contains("the waiting list")));
    // A sentence of the list says it.
    call("The one on Birch Street, is that with heat or without?", Intent::Leasing).hears("heat included");
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
