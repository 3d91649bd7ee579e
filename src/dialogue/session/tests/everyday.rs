//! The calls of an ordinary day.

use super::{
    reading::unsure,
    telling::{Call, office, opening},
};
use crate::dialogue::{Channel, Destination, EndReason, Expectation, Intent, Opening, Promise, Urgency};

#[test]
fn a_leaking_sink_becomes_a_work_order() {
    let outcome = Call::new()
        .hears("Thanks for calling Maple Court. The office is closed right now. I'm the virtual assistant. How can I help?")
        .says("Hi, my kitchen sink is leaking under the cabinet.")
        .hears("maintenance")
        .hears("Which unit or address is it?")
        .hopes_for(Expectation::UnitOrAddress)
        .says("Unit 204.")
        .hears("unit 2 0 4")
        .hopes_for(Expectation::YesOrNo)
        .says("Yes.")
        .hears("your name")
        .says("Dana Reyes")
        .hears("I have the name Dana Reyes. Is that right?")
        .says("Yes, that's right.")
        .hears("ending in 0 1 4 2")
        .says("Yes.")
        .hears("May we enter if you are not home?")
        .says("Yes, go ahead.")
        .hears("The maintenance team has your report")
        .hears("anything else")
        .says("No, that's all.")
        .hears("Goodbye")
        .ends(EndReason::Goodbye);
    assert_eq!(outcome.intent, Some(Intent::Maintenance));
    assert_eq!(outcome.promised, Promise::WorkOrder);
    assert_eq!(outcome.urgency, Urgency::Routine);
    let place = outcome.place.as_ref().unwrap();
    assert_eq!((place.value.as_str(), place.confirmed), ("Maple Court 204", true));
    assert_eq!(outcome.name.as_ref().unwrap().value, "Dana Reyes");
    assert!(outcome.callback.as_ref().unwrap().confirmed);
    assert!(outcome.access.as_ref().unwrap().value);
    assert!(outcome.matter.as_ref().unwrap().contains("kitchen sink"));
}

#[test]
fn several_things_said_at_once_are_read_back_at_once() {
    let outcome = Call::new()
        .says("My name is Dana Reyes, the faucet is broken in unit 4D.")
        .hears("unit 4, D as in dog, and Dana Reyes")
        .says("Yes.")
        .hears("ending in 0 1 4 2")
        .says("Yes.")
        .hears("May we enter")
        .says("No.")
        .says("No, that's all.")
        .ends(EndReason::Goodbye);
    assert!(!outcome.access.unwrap().value);
    assert!(outcome.place.unwrap().confirmed && outcome.name.unwrap().confirmed);
}

#[test]
fn a_prospect_hopes_for_bedrooms_and_a_date() {
    let outcome = Call::new()
        .says("I'm looking for a two bedroom apartment.")
        .hears("find a home")
        .hears("your name")
        .says("This is Ana Lopez")
        .says("Yes.")
        .hears("calling from")
        .says("Yes.")
        .hears("move in")
        .says("In January.")
        .hears("Moving in January.")
        .says("Yes.")
        .hears("leasing team will call you back")
        .says("No, that's all.")
        .ends(EndReason::Goodbye);
    assert_eq!(outcome.intent, Some(Intent::Leasing));
    assert_eq!(outcome.promised, Promise::LeadCallback);
    let sought = outcome.sought.as_ref().unwrap();
    assert_eq!((sought.bedrooms, sought.move_in), (Some(2), Some(jiff::civil::date(2027, 1, 1))));
    assert_eq!(
        outcome.request().unwrap(),
        "Two bedrooms, in January. \"I'm looking for a two bedroom apartment.\""
    );
}

#[test]
fn a_prospect_says_by_the_way_that_they_want_to_come_and_bring_a_cat() {
    let outcome = Call::new()
        .says("I'm looking for a two bedroom apartment, and I have a cat.")
        .hears("your name")
        .says("This is Ana Lopez, and I would like to come see it.")
        .hangs_up();
    let request = outcome.request().unwrap();
    assert!(request.starts_with("Two bedrooms, pets: cat; wants to see a home. \"I'm looking"), "{request}");
}

#[test]
fn nobody_is_thanked_twice_in_one_breath() {
    let mut call = Call::new();
    for words in
        ["Hi, my kitchen sink is leaking under the cabinet.", "Unit 204.", "Yes.", "Dana Reyes", "Yes."]
    {
        call = call.says(words);
    }
    call.says("Yes.")
        .hears("Thank you. May we enter")
        .says("Yes, go ahead.")
        .hears_not("Noted.")
        .hears("Thank you. The maintenance team has your report");
}

#[test]
fn who_says_all_of_it_again_hears_that_it_is_noted() {
    let mut call = Call::new();
    for words in
        ["Hi, my kitchen sink is leaking.", "Unit 204.", "Yes.", "Dana Reyes", "Yes.", "Yes.", "Yes."]
    {
        call = call.says(words);
    }
    let outcome = call
        .hears("anything else")
        .says("So my kitchen sink is leaking.")
        .hears("I have that noted.")
        .hears_not("maintenance")
        .says("No, that's all.")
        .ends(EndReason::Goodbye);
    assert_eq!(outcome.matter.unwrap(), "Hi, my kitchen sink is leaking.");
}

#[test]
fn a_second_matter_is_closed_in_one_sentence() {
    let mut call = Call::new();
    for words in
        ["Hi, my kitchen sink is leaking.", "Unit 204.", "Yes.", "Dana Reyes", "Yes.", "Yes.", "Yes."]
    {
        call = call.says(words);
    }
    let outcome = call
        .says("My fridge is broken and makes a noise.")
        .hears("That is noted too.")
        .hears_not("get that to maintenance")
        .says("No, that's all.")
        .ends(EndReason::Goodbye);
    assert!(outcome.matter.unwrap().contains("; My fridge"));
}

#[test]
fn who_repeats_the_matter_instead_of_the_unit_is_asked_once_more() {
    Call::new()
        .says("Hi, my kitchen sink is leaking.")
        .hears("Which unit")
        .says("The kitchen sink is leaking.")
        .hears("I have that noted.")
        .hears("unit")
        .hears_not("catch that");
}

#[test]
fn a_name_that_sounds_like_that_of_the_number_is_read_back_as_the_office_writes_it() {
    let known = || Call::with(office(), Opening { contact: Some("Catherine Quinn".into()), ..opening() });
    known()
        .says("My name is Katherine Quin, my sink is leaking in unit 204.")
        .hears("unit 2 0 4, and Catherine Quinn");
    // Their own word counts for more than the office's: once corrected, it stays.
    let outcome = known()
        .says("My name is Katherine Quin, my sink is leaking.")
        .hears("I have the name Catherine Quinn. Is that right?")
        .says("No.")
        .says("Unit 204.")
        .says("Yes.")
        .hears("Please say your name once more")
        .says("Katherine Quin")
        .hears("Katherine Quin, spelled Q U I N.")
        .says("Yes.")
        .hangs_up();
    assert_eq!(outcome.name.unwrap().value, "Katherine Quin");
    let stranger = known().says("My name is Robert Miles, my sink is leaking in unit 204.");
    stranger.hears("unit 2 0 4, and Robert Miles");
}

#[test]
fn a_name_that_sounds_like_one_of_the_roster_is_read_back_as_the_office_writes_it() {
    Call::new().says("My name is Dana Rays, the faucet is broken in unit 4D.").hears("and Dana Reyes");
}

#[test]
fn a_question_of_fact_is_answered_and_that_was_all() {
    let outcome = Call::new()
        .says("What day is trash pickup?")
        .hears("Trash is picked up on Tuesday mornings.")
        .hears("anything else")
        .says("No, that's all, thank you.")
        .ends(EndReason::Goodbye);
    assert_eq!(outcome.intent, Some(Intent::Question));
    assert_eq!(outcome.promised, Promise::Nothing);
}

#[test]
fn an_unknown_question_gets_no_invented_answer() {
    let outcome = Call::new()
        .says("Do you have a heated swimming pool on the roof?")
        .hears("I don't know that. I'll have someone call you")
        .hears("your name")
        .says("Dana Reyes")
        .says("Yes.")
        .says("Yes.")
        .hears("call you back with the answer")
        .says("That's all.")
        .ends(EndReason::Goodbye);
    assert_eq!(outcome.promised, Promise::Callback);
    assert!(outcome.matter.unwrap().contains("swimming pool"));
}

#[test]
fn a_question_in_the_middle_of_the_form_is_answered_and_the_form_goes_on() {
    Call::new()
        .says("My shower is clogged, please help.")
        .hears("Which unit")
        .says("When are you open?")
        .hears("Monday to Friday, nine to five")
        .hears("Which unit")
        .says("Unit 204")
        .hears("2 0 4");
}

#[test]
fn a_bye_before_anything_was_said_is_a_hi_misheard() {
    Call::new().says("Bye!").hears("What are you calling about").says("Bye!").ends(EndReason::Goodbye);
}

#[test]
fn who_asks_whether_somebody_is_there_now_is_told_so_before_the_hours() {
    let hours = "Monday to Friday, nine to five";
    Call::in_office_hours().says("Are you open right now?").hears("open now").hears(hours);
    Call::new().says("Is the office still open?").hears("closed right now").hears(hours);
    Call::in_office_hours().says("When are you open?").hears_not("open now").hears(hours);
}

#[test]
fn an_unknown_question_in_the_middle_of_the_form_goes_into_the_message() {
    let outcome = Call::new()
        .says("My shower is clogged, please help.")
        .says("Do you have spare keys in the office?")
        .hears("I'll add it to your message")
        .hears("Which unit")
        .hangs_up();
    assert!(outcome.matter.unwrap().contains("spare keys"));
}

#[test]
fn the_very_same_unknown_question_is_noted_once() {
    Call::new()
        .says("My shower is clogged, please help.")
        .says("Do you have spare keys in the office?")
        .hears("I'll add it to your message")
        .says("Do you have spare keys in the office?")
        .hears_not("message")
        .says("Do you have spare keys in the office?")
        .hears_not("message")
        .goes_on();
}

#[test]
fn rent_can_be_asked_about_without_an_account() {
    Call::new()
        .says("How do I pay my rent?")
        .hears("Rent is paid in the resident portal.")
        .hears("anything else")
        .says("Yes, there is a late fee on my account.")
        .hears("I can't see accounts")
        .hears("your name")
        .goes_on();
}

#[test]
fn a_person_is_always_one_turn_away() {
    for before in
        [&[][..], &["My sink is leaking badly again"], &["My sink is leaking badly again", "Unit 204"]]
    {
        let mut call = Call::in_office_hours();
        for text in before {
            call = call.says(text);
        }
        call.says("I want to talk to a real person.").rings(Destination::Staff);
    }
}

#[test]
fn a_person_who_does_not_pick_up_is_followed_by_a_message() {
    let outcome = Call::in_office_hours()
        .says("Human please.")
        .rings(Destination::Staff)
        .nobody_answers()
        .hears("nobody could pick up")
        .hears("What is it about?")
        .says("About the lease renewal for next year.")
        .hears("your name")
        .says("Dana Reyes")
        .says("Yes.")
        .says("Unit 204")
        .says("Yes.")
        .hears("calling from")
        .says("Yes.")
        .hears("call you back")
        .says("I said a real person!")
        .hears("still busy")
        .goes_on()
        .says("Goodbye then.")
        .ends(EndReason::Goodbye);
    assert_eq!(outcome.promised, Promise::Callback);
}

#[test]
fn out_of_hours_a_person_becomes_a_message() {
    Call::new().says("Operator.").hears("I'll take a message").hears("What is it about?").goes_on();
}

#[test]
fn a_wrong_number_ends_politely() {
    let outcome =
        Call::new().says("Oh sorry, wrong number.").hears("No problem").ends(EndReason::WrongNumber);
    assert_eq!(outcome.intent, Some(Intent::WrongNumber));
}

#[test]
fn a_sales_call_is_short() {
    let outcome = Call::new()
        .says("I have a special offer on window cleaning for you.")
        .hears("does not take sales calls")
        .ends(EndReason::Goodbye);
    assert_eq!(outcome.promised, Promise::Nothing);
}

#[test]
fn a_vendor_leaves_company_and_matter() {
    Call::new().says("This is about an unpaid invoice for you.").hears("Which company").goes_on();
}

#[test]
fn an_owner_is_promised_the_manager() {
    Call::new()
        .says("I own a property you manage for me.")
        .hears("property manager")
        .hears("your name")
        .goes_on();
}

#[test]
fn an_unsure_intent_is_asked_about() {
    Call::new()
        .reads("it's about the thing in the bathroom", unsure(Intent::Maintenance, 0.5))
        .hears("Is this about a repair?")
        .says("Yes.")
        .hears("Which unit")
        .goes_on();
    Call::new()
        .reads("it's about the thing in the bathroom", unsure(Intent::Leasing, 0.5))
        .hears("Is this about renting a home?")
        .says("No, the faucet is broken.")
        .hears("maintenance")
        .goes_on();
}

#[test]
fn a_verified_contact_is_asked_by_name() {
    let opening = Opening { contact: Some("Dana Reyes".into()), ..opening() };
    let outcome = Call::with(office(), opening)
        .says("My sink is leaking in unit 204 again.")
        .says("Yes.")
        .hears("Am I speaking with Dana Reyes?")
        .says("Yes.")
        .hears("calling from")
        .hangs_up();
    assert!(outcome.name.unwrap().confirmed);
}

#[test]
fn another_person_on_a_known_phone_hopes_for_their_own_name() {
    let opening = Opening { contact: Some("Dana Reyes".into()), ..opening() };
    Call::with(office(), opening)
        .says("My sink is leaking in unit 204 again.")
        .says("Yes.")
        .says("No.")
        .hears("your name")
        .says("Sam Ito")
        .hears("Sam Ito")
        .goes_on();
}

#[test]
fn by_text_the_number_is_known_and_no_desk_phone_rings() {
    let opening = Opening { channel: Channel::Text, open_now: true, ..opening() };
    Call::with(office(), opening)
        .says("Can I talk to a real person")
        .hears("I'll take a message")
        .says("My sink is leaking in unit 204.")
        .says("Yes")
        .hears("your name")
        .says("Dana Reyes")
        .says("Yes")
        .hears_not("calling from")
        .goes_on();
}

#[test]
fn who_talks_is_told_the_truth() {
    Call::new()
        .says("Are you a robot?")
        .hears("I'm a virtual assistant, a computer program")
        .hears("What can I do for you?")
        .says("My sink is leaking in the kitchen.")
        .says("Who is this?")
        .hears("I'm not a person")
        .hears("Which unit");
}

#[test]
fn who_wants_no_texts_is_called_back_about_the_repair_all_the_same() {
    let outcome = Call::new()
        .says("My kitchen sink is leaking.")
        .says("Unit 204")
        .hears("2 0 4")
        .says("Yes")
        .says("Please don't text me.")
        .hears("We won't text you.")
        .hears("your name")
        .says("Dana Reyes")
        .says("Yes.")
        .hears("calling from")
        .says("Yes.")
        .says("Yes, you can go in.")
        .hears("will call you about it")
        .says("Bye.")
        .ends(EndReason::Goodbye);
    assert!(outcome.do_not_contact && outcome.calls_welcome && outcome.callback.is_some());
    assert_eq!(outcome.promised, Promise::WorkOrder);
}

#[test]
fn who_does_not_want_to_be_called_is_not_promised_a_call() {
    let outcome = Call::new()
        .says("My neighbor is loud every single night.")
        .says("Dana Reyes")
        .says("Yes.")
        .says("And don't call me or text me.")
        .hears("We won't call or text you.")
        .says("Unit 204")
        .hears("2 0 4")
        .says("Yes")
        .hears("Nobody will call or text you.")
        .says("Bye.")
        .ends(EndReason::Goodbye);
    assert!(outcome.do_not_contact && !outcome.calls_welcome);
    assert_eq!(outcome.promised, Promise::Nothing);
    assert_eq!(outcome.callback, None);
}

#[test]
fn a_change_of_mind_is_followed() {
    let outcome = Call::new()
        .says("My sink is leaking in the kitchen.")
        .hears("Which unit")
        .says("Actually, first I wanted to ask about a late fee.")
        .hears("All right, about rent or a payment.")
        .goes_on()
        .hangs_up();
    assert_eq!(outcome.intent, Some(Intent::Billing));
    assert!(
        outcome.matter.as_ref().unwrap().contains("sink") && outcome.matter.unwrap().contains("late fee")
    );
}

#[test]
fn a_second_matter_after_the_first_needs_no_second_name() {
    let outcome = Call::new()
        .says("My name is Dana Reyes, the faucet is broken in unit 4D.")
        .says("Yes.")
        .says("Yes.")
        .says("Yes.")
        .hears("anything else")
        .says("Yes, the dishwasher is broken as well.")
        .hears_not("your name")
        .hears("else")
        .says("That's all.")
        .ends(EndReason::Goodbye);
    let matter = outcome.matter.unwrap();
    assert!(matter.contains("faucet") && matter.contains("dishwasher"), "{matter}");
}

#[test]
fn what_only_a_person_may_answer_becomes_a_call_with_the_question_in_it() {
    let call = Call::new().says("Is the unit wheelchair accessible?");
    assert!(call.spoken().contains("such requests are welcome") || call.spoken().contains("always welcome"));
    assert!(call.spoken().contains("call"), "{}", call.spoken());
    let call = call.says("Yes please.");
    let outcome = call.session.outcome();
    assert!(outcome.matter.as_deref().is_some_and(|matter| matter.contains("wheelchair")), "{outcome:?}");
    assert!(outcome.notes.iter().any(|note| note.contains("accommodation")), "{outcome:?}");
    let declined = Call::new().says("What is my house worth?").says("No thanks.");
    assert_eq!(declined.session.outcome().matter, None);
    assert!(declined.session.outcome().notes.iter().any(|note| note.contains("value")));
}

#[test]
fn a_broken_lift_is_a_repair_whoever_needs_it() {
    let call = Call::new().says("My wheelchair ramp is broken and I can't get out of the building.");
    assert!(!call.spoken().contains("welcome"), "{}", call.spoken());
    assert_eq!(call.session.outcome().intent, Some(Intent::Maintenance));
}

#[test]
fn protected_classes_are_no_topic() {
    for question in [
        "What kind of people live there?",
        "Is it a safe neighborhood for us?",
        "Are there any kids in the building?",
        "Do you take section 8?",
        "Are there good schools nearby?",
    ] {
        let call = Call::new().says(question);
        let said = call.spoken();
        assert!(
            said.contains("open to everyone equally")
                || said.contains("the same way for everyone")
                || said.contains("I can't judge neighborhoods"),
            "{question}: {said}"
        );
    }
}

#[test]
fn what_may_not_be_said_is_left_out_at_the_door_and_the_rest_is_said() {
    let mut office = office();
    office.facts[0].answer = "Trash is picked up on Tuesday mornings. It is a safe neighborhood.".into();
    let call = Call::with(office, opening())
        .says("When is trash day?")
        .hears("Trash is picked up on Tuesday mornings.")
        .hears_not("safe");
    let notes = call.session.outcome().notes;
    assert!(notes.iter().any(|note| note.contains("left out")), "{notes:?}");
}

#[test]
fn what_everybody_is_told_alike_is_kept_with_the_words_that_asked() {
    let call = Call::new().says("When is trash day?").says("Do you take Section 8 vouchers?");
    let treated = call.session.outcome().treated;
    let subjects: Vec<String> = treated.iter().map(|treated| treated.subject.name()).collect();
    assert_eq!(subjects, ["fact", "closed vouchers"]);
    assert_eq!(treated[0].given, "Trash is picked up on Tuesday mornings.");
    assert_eq!(treated[1].asked, "Do you take Section 8 vouchers?");
    assert_eq!(treated[1].given, "The leasing team answers that, the same way for everyone.");
}

#[test]
fn a_further_day_after_the_hours_is_asked_of_the_hours() {
    Call::new()
        .says("When are you open?")
        .hears("The office is open")
        .says("And Sunday?")
        .hears("The office is open")
        .says("No, that's all.")
        .ends(EndReason::Goodbye);
}

#[test]
fn who_lives_at_a_door_is_not_told() {
    Call::new()
        .says("Can you tell me who lives in unit 3A?")
        .hears("can't")
        .says("No, that's all.")
        .ends(EndReason::Goodbye);
}

#[test]
fn a_card_number_is_neither_taken_nor_kept() {
    let said = crate::dialogue::without_secrets("My card is 4111 1111 1111 1111.").unwrap();
    let outcome = Call::new()
        .says("I want to pay my rent.")
        .says(&said)
        .hears("Please don't tell me card")
        .says("No, that's all.")
        .ends(EndReason::Goodbye);
    assert!(!outcome.matter.unwrap_or_default().contains("4111"));
}
