//! Who calls in the middle of a sale, for a paper or for work, and what stands beside other words: stories of callers who are no new
//! lead, and of questions that are not passed over.

use super::{
    homes::{call, prospect},
    sales::for_sale,
    telling::{Call, opening},
};
use crate::dialogue::{
    Destination, Fact, Intent, Listing, Office, Opening, Reading, session::tests::reading::read,
};

fn broker_by_day() -> Call {
    let local = jiff::civil::date(2026, 11, 24).at(9, 10, 0, 0);
    Call::with(for_sale(), Opening { open_now: true, local, ..opening() })
}

fn buyer(call: Call, text: &str) -> Call {
    call.reads(text, prospect(text, Intent::Buyer))
}

#[test]
fn a_title_company_leaves_a_message_and_buys_nothing() {
    let first = "Hi, this is Priya Nair over at Heritage Title. I need the signed seller's disclosure for the Alder Lane closing, it's supposed to fund on Friday.";
    let call = buyer(broker_by_day(), first).hears_not("buy").hears("Priya Nair");
    let call = buyer(call, "No no, I'm not buying. I'm with the title company, I need a document.")
        .hears_not("rent")
        .hears_not("buy")
        .hears("Priya Nair")
        .says("Yes.")
        .hears("calling from")
        .says("Yes.")
        .hears_not("pre-approved")
        .hears("call you back");
    let outcome = call.hangs_up();
    assert_eq!(outcome.intent, Some(Intent::Message));
    assert!(outcome.notes.iter().any(|note| note.contains("fund on Friday")), "{:?}", outcome.notes);
    assert!(outcome.notes.iter().any(|note| note == "of 77 Alder Lane"), "{:?}", outcome.notes);
}

#[test]
fn a_deadline_of_today_is_rung_for_and_a_later_one_is_not() {
    let tonight = "Our inspector just found knob and tube wiring in the house, and our objection deadline is tonight at midnight.";
    let call = buyer(broker_by_day(), tonight).rings(Destination::Staff).nobody_answers().hears("your name");
    let outcome = call.says("Rob Castellano.").says("Yes.").says("Yes.").hears_not("pre-approved").hangs_up();
    assert_eq!(outcome.intent, Some(Intent::Message));
    let friday = "We're under contract on Alder Lane and the lender needs the addendum before Friday.";
    buyer(broker_by_day(), friday).hears("your name").hears_not("Happy to help");
}

#[test]
fn who_was_taken_for_a_buyer_and_has_an_offer_in_is_none() {
    let call = buyer(broker_by_day(), "I'm calling about the condo at Maple Court.").hears("your name");
    let outcome = buyer(call, "No, we have an offer in already. Please have Robin call me.")
        .hears_not("buy")
        .says("Megan Doyle.")
        .says("Yes.")
        .says("Yes.")
        .hears("call you back")
        .hangs_up();
    assert_eq!(outcome.intent, Some(Intent::Message));
    // And who would buy is one.
    buyer(broker_by_day(), "We are under contract on our house and want to buy a condo.")
        .hears("Happy to help you buy");
}

#[test]
fn whether_a_home_is_still_for_sale_and_an_open_house_is_on_is_told() {
    let mut office = for_sale();
    office.listings[0].available = Some("It is for sale since last week.".into());
    office.facts.push(Fact {
        topic: None,
        asked_by: vec!["open house".into()],
        answer: "There is an open house at 77 Alder Lane this Sunday.".into(),
    });
    let first =
        "I'm calling about the house on Alder Lane. Is it still available, and how much are they asking?";
    Call::with(office.clone(), opening())
        .reads(first, prospect(first, Intent::Buyer))
        .hears("for sale since last week")
        .hears("749,000")
        .hears_not("don't know");
    let open = "Is the open house still on for Sunday? And do we need to be pre-approved to come?";
    Call::with(office, opening())
        .reads(open, prospect(open, Intent::Showing))
        .hears("There is an open house at 77 Alder Lane")
        .hears_not("Happy to help");
}

#[test]
fn a_reporter_is_no_wrong_number() {
    let comment = "Yes. My deadline is five o'clock today. Could somebody call me for a comment about the rent increases?";
    let wrong = Reading {
        intent: Intent::WrongNumber,
        confidence: 0.95,
        ranked: vec![(Intent::WrongNumber, 0.95)],
        ..read(comment)
    };
    Call::new()
        .says("Hello, this is Dale Whitaker with the Denver Post. I'm working on a story about rent increases, who can I talk to for a comment?")
        .hears_not("open Monday")
        .hears("Dale Whitaker")
        .reads(comment, wrong)
        .goes_on()
        .hears_not("Goodbye");
}

#[test]
fn a_number_of_another_country_stands_in_the_record_as_it_was_said() {
    let said = "Yes, but I have a German number, it's 011 49 151 5550 1234. Email's better.";
    assert_eq!(crate::dialogue::without_secrets(said), None);
    let outcome = call("I'd like to rent the Alder Lane house.", Intent::Leasing)
        .hears("your name")
        .says("Daniel Ortega.")
        .says(said)
        .hears("added")
        .hears_not("calling from")
        .hangs_up();
    assert!(outcome.notes.iter().any(|note| note.contains("011 49 151")), "{:?}", outcome.notes);
}

#[test]
fn when_the_house_sells_is_a_time_and_no_wish_to_sell() {
    let sells = "Oh, there's no rush. When the house sells, you know.";
    let outcome = call("We're looking for a little place on the ground floor.", Intent::Leasing)
        .says("Dorothy Haines.")
        .says("Yes.")
        .says("Yes.")
        .reads(sells, prospect(sells, Intent::Seller))
        .hears_not("sell")
        .hangs_up();
    assert_eq!(outcome.intent, Some(Intent::Leasing));
}

#[test]
fn a_question_beside_another_is_answered_or_owned_up_to() {
    call("How much is the deposit for apartment 3A, and does it have a dishwasher?", Intent::Leasing)
        .hears("1800 dollars")
        .hears("I don't know that")
        .says("Ruth Adeyemi. And the dishwasher?")
        .hears("question");
    let differ = "What's the difference between your two bedroom and the one bedroom?";
    call(differ, Intent::Leasing).hears("with a balcony").hears("heat included").hears_not("don't know");
    call("Are there steps at the Birch Street building?", Intent::Leasing).hears("I don't know that");
    call("Can I come and see the two bedroom?", Intent::Showing).hears_not("don't know");
}

#[test]
fn who_wants_work_applies_for_no_home() {
    let call =
        Call::new().says("I saw you're hiring a maintenance tech. Is that still open?").hears("your name");
    let apply = "No, I'm looking for a job. I want to apply.";
    let outcome = call.reads(apply, prospect(apply, Intent::Application)).hears_not("home").hangs_up();
    assert_eq!(outcome.intent, Some(Intent::Message));
}

#[test]
fn the_hour_is_of_the_day_that_was_named_before_it() {
    let see = "Could I see it on Thursday?";
    call("How much is the deposit for apartment 3A?", Intent::Leasing)
        .says("Ruth Adeyemi.")
        .says("Yes.")
        .says("Yes.")
        .hears("move in")
        .reads(see, prospect(see, Intent::Showing))
        .hears("Thursday, November 26")
        .says("Eleven is good.")
        .asks_calendar(|request| format!("{request:?}").contains("2026-11-26"));
}

/// A brokerage's list without a word on what is free.
#[test]
fn what_stands_on_the_list_is_told_where_nothing_more_is_known() {
    let office =
        Office { listings: for_sale().listings.into_iter().take(1).collect::<Vec<Listing>>(), ..for_sale() };
    let asks = "Is the house on Alder Lane still available?";
    Call::with(office, opening()).reads(asks, prospect(asks, Intent::Buyer)).hears("7 7 Alder Lane");
}
