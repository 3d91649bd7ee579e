//! Homes that are for sale: what they are listed at is told, what they are worth is not.

use super::{
    homes::{listed, looks_for, prospect},
    telling::{Call, opening},
};
use crate::dialogue::{Fact, Intent, Listing, Office, Roster};

/// A brokerage: two homes for sale, with the prices that they are listed at.
pub(super) fn for_sale() -> Office {
    let home = |address: &str, summary: &str, price, bedrooms| Listing {
        address: address.into(),
        summary: summary.into(),
        price: Some(price),
        bedrooms: Some(bedrooms),
        ..Listing::default()
    };
    let listings = vec![
        home("77 Alder Lane", "A four bedroom house with a yard.", 749_000, 4),
        home("210 Maple Court, unit 3A", "A condominium with a balcony.", 339_000, 2),
    ];
    let listed = listed();
    Office {
        roster: Roster {
            listings: listings.iter().map(|home| home.address.clone()).collect(),
            ..listed.roster.clone()
        },
        listings,
        ..listed
    }
}

fn call_broker(first: &str, intent: Intent) -> Call {
    Call::with(for_sale(), opening()).reads(first, prospect(first, intent))
}

#[test]
fn the_price_that_a_home_is_listed_at_is_told_to_whoever_would_buy() {
    for (text, intent) in [
        ("How much is the house on Alder Lane?", Intent::Buyer),
        ("What's the asking price of the house on Alder Lane?", Intent::Question),
        ("I'm calling about 77 Alder Lane, how much is it?", Intent::Leasing),
    ] {
        let outcome = call_broker(text, intent).hears("749,000 dollars").hears_not("rent").hangs_up();
        assert_eq!(outcome.intent, Some(Intent::Buyer), "{text}");
    }
    call_broker("What do you have for sale under four hundred thousand?", Intent::Buyer)
        .hears("339,000 dollars")
        .hears_not("749,000");
    call_broker("What's the cheapest house you have for sale?", Intent::Buyer).hears("339,000 dollars");
}

#[test]
fn who_asks_about_one_home_for_sale_is_not_asked_for_an_area_and_may_see_it() {
    let call = call_broker("How much is the house on Alder Lane?", Intent::Buyer)
        .hears("749,000 dollars")
        .hears("your name")
        .says("Tara Boyd.")
        .says("Yes.")
        .says("Yes.")
        .hears_not("bedrooms")
        .says("Can I see it on Friday?");
    let outcome = looks_for(call, 11, 27).hangs_up();
    assert_eq!(outcome.intent, Some(Intent::Showing));
    call_broker("Do you have anything to rent?", Intent::Leasing)
        .hears("none like that")
        .hears_not("dollars");
}

#[test]
fn a_fact_with_a_cue_of_its_own_is_told_whoever_asks() {
    let dues = Fact { topic: None, asked_by: vec!["hoa".into()], answer: "The dues are 310 dollars.".into() };
    let office = Office { facts: vec![dues], ..for_sale() };
    let asks = "What are the HOA dues at Maple Court?";
    Call::with(office.clone(), opening()).reads(asks, prospect(asks, Intent::Owner)).hears("310 dollars");
    let tells = "I own a condo at Maple Court and the HOA is suing me.";
    Call::with(office, opening()).reads(tells, prospect(tells, Intent::Owner)).hears_not("310 dollars");
}

#[test]
fn who_gives_a_name_when_a_call_is_offered_wants_it() {
    call_broker("What could I get for my house?", Intent::Seller)
        .hears("call you about it")
        .says("Well okay. My name is Neil Foss.")
        .hears("help you sell");
}

#[test]
fn what_a_listed_home_is_worth_stays_with_licensed_people() {
    for text in [
        "Is the price of the house on Alder Lane fair?",
        "What's the house on Alder Lane really worth?",
        "Would they take seven hundred for Alder Lane?",
    ] {
        call_broker(text, Intent::Buyer).hears_not("749,000");
    }
}
