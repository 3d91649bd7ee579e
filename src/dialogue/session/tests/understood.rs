//! Whole conversations with the program's own understander, words only: nothing scripted but the caller.

use std::sync::LazyLock;

use super::telling::Call;
use crate::dialogue::{
    Destination, EndReason, Intent, LifeSafety, Promise, Understander, Urgency, UrgentKind,
};

static UNDERSTANDER: LazyLock<Understander> = LazyLock::new(Understander::words_only);

pub(super) fn tells(call: Call, lines: &[&str]) -> Call {
    lines.iter().fold(call, |call, line| call.reads(line, UNDERSTANDER.read(line, None)))
}

#[test]
fn a_repair_from_hello_to_goodbye() {
    let outcome = tells(
        Call::new(),
        &[
            "Hi, this is Dana Reyes in 204. My kitchen faucet won't stop dripping.",
            "Yes, that's right.",
            "Yes it is.",
            "Sure, you can go in.",
            "No, that's it. Thank you.",
        ],
    )
    .ends(EndReason::Goodbye);
    assert_eq!(outcome.intent, Some(Intent::Maintenance));
    assert_eq!(outcome.promised, Promise::WorkOrder);
    assert_eq!(outcome.place.unwrap().value, "Maple Court 204");
    assert_eq!(outcome.name.unwrap().value, "Dana Reyes");
    assert!(outcome.callback.unwrap().confirmed);
    assert!(outcome.access.unwrap().value);
}

#[test]
fn a_prospect_with_another_number() {
    let outcome = tells(
        Call::new(),
        &[
            "Hello, I'd like to rent a two bedroom apartment.",
            "My name is Sam Ito.",
            "Yes.",
            "No, please call 303 555 0177.",
            "Correct.",
            "Some time in January.",
            "Yes.",
            "No, thanks.",
        ],
    )
    .ends(EndReason::Goodbye);
    assert_eq!(outcome.intent, Some(Intent::Leasing));
    assert_eq!(outcome.callback.unwrap().value.to_string(), "+13035550177");
    assert_eq!(outcome.sought.unwrap().bedrooms, Some(2));
}

#[test]
fn gas_at_eleven_in_the_evening() {
    let call = tells(Call::new(), &["I smell gas in my apartment, I'm in 204."])
        .first_of_all_hears("9 1 1")
        .rings(Destination::OnCall);
    assert_eq!(call.session.outcome().urgency, Urgency::LifeSafety(LifeSafety::Gas));
    assert!(call.brief().contains("2 0 4"), "{}", call.brief());
}

#[test]
fn gas_in_the_middle_of_a_form() {
    tells(
        Call::new(),
        &[
            "My bathroom sink is clogged.",
            "Unit 204",
            "Yes",
            "Oh my god, now there's smoke coming out of the wall!",
        ],
    )
    .first_of_all_hears("9 1 1")
    .rings(Destination::OnCall);
}

#[test]
fn water_through_the_ceiling() {
    let call = tells(
        Call::new(),
        &["There's water pouring through my ceiling!", "I'm in unit 204.", "Yes.", "Yes."],
    )
    .rings(Destination::OnCall);
    assert_eq!(call.session.outcome().urgency, Urgency::Urgent(UrgentKind::Flooding));
}

#[test]
fn trash_day_at_the_same_hour() {
    let outcome = tells(Call::new(), &["What day does the trash get picked up?"])
        .hears("Trash is picked up on Tuesday mornings.")
        .hangs_up();
    assert_eq!(outcome.urgency, Urgency::Routine);
}

#[test]
fn a_person_at_any_point() {
    for before in [&[][..], &["My bathroom sink is clogged."], &["My bathroom sink is clogged.", "Unit 204"]]
    {
        for wish in
            ["I want to talk to a person.", "Can I speak to a human please?", "Representative!", "Operator."]
        {
            tells(tells(Call::in_office_hours(), before), &[wish]).rings(Destination::Staff);
        }
    }
}

#[test]
fn the_truth_about_who_is_talking() {
    tells(Call::new(), &["Am I talking to a robot?"]).hears("virtual assistant").goes_on();
}

#[test]
fn a_wrong_number_is_let_go() {
    tells(Call::new(), &["Sorry, I have the wrong number."]).ends(EndReason::WrongNumber);
}

#[test]
fn corrections_by_letter() {
    let outcome = tells(
        Call::new(),
        &["My bathroom sink is clogged.", "It's 4B", "No, 4 D as in dog.", "Yes.", "Dana Reyes", "Yes."],
    )
    .hangs_up();
    assert_eq!(outcome.place.unwrap().value, "Maple Court 4D");
}

#[test]
fn who_sells_buys_views_or_leaves_word_is_told_apart_from_who_rents() {
    for (line, intent) in [
        ("Hi, I want to sell my house.", Intent::Seller),
        ("Hello, I'd like to buy a house, do you have anything for sale?", Intent::Buyer),
        ("I'd like to schedule a tour for Saturday.", Intent::Showing),
        ("I applied last week and want to know the status of my application.", Intent::Application),
        ("I want to give my thirty day notice to move out.", Intent::Lease),
        ("I'd like to complain about the noise from my neighbors.", Intent::Complaint),
        ("Can I leave a message for the manager?", Intent::Message),
    ] {
        let call = tells(Call::new(), &[line]);
        assert_eq!(call.session.outcome().intent, Some(intent), "{line}");
    }
}
