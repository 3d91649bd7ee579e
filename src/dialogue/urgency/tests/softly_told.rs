//! Danger in everyday words, and what is over or elsewhere.

use super::*;

#[test]
fn a_detector_that_shows_a_figure_is_an_alarm_whoever_wants_to_take_its_battery_out() {
    let rules = english();
    for text in [
        "My carbon monoxide detector says eighty and it's beeping, can I take the battery out?",
        "The little carbon thing on the wall says eighty and it's beeping, is it okay if I just take the battery out?",
        "The carbon monoxide alarm reads 110, should I put a new battery in?",
    ] {
        assert_eq!(
            rules.reflex(&rules.words(tokens(text))),
            Reflex::Danger(LifeSafety::CarbonMonoxide),
            "{text}"
        );
    }
    for text in [
        "My carbon monoxide detector says low battery.",
        "The carbon monoxide detector says it's time for a new battery.",
        "The carbon monoxide detector says end of life.",
    ] {
        assert!(!is_danger(&rules, text), "{text}");
    }
    let silenced = "The carbon monoxide thing keeps beeping, I'm going to take the battery out.";
    assert_eq!(rules.suspects(&rules.words(tokens(silenced))), Some(LifeSafety::CarbonMonoxide));
}

#[test]
fn pills_with_a_drink_and_fear_of_being_found_too_late_are_danger_and_a_farewell_is_asked_about() {
    let rules = english();
    for text in [
        "I had, like, a bottle of pills and some vodka and I'm kinda sleepy.",
        "I took the rest of my pills with a bottle of wine.",
        "I just don't want anybody to find me too late for the cat.",
    ] {
        assert_eq!(rules.reflex(&rules.words(tokens(text))), Reflex::Danger(LifeSafety::Medical), "{text}");
    }
    for text in [
        "I won't be needing the apartment after tonight. Somebody should come for the cat tomorrow.",
        "After tonight I won't be needing anything anymore. Tell Robin thank you for being so kind.",
    ] {
        assert_eq!(rules.suspects(&rules.words(tokens(text))), Some(LifeSafety::Medical), "{text}");
    }
    for text in [
        "I won't be needing the parking spot after tomorrow, thanks.",
        "They had a whole bunch of packages down there, can you find me the one from the pharmacy?",
        "My vitamin pills were in the mailbox and somebody took them.",
    ] {
        assert!(!is_danger(&rules, text), "{text}");
        assert_eq!(rules.suspects(&rules.words(tokens(text))), None, "{text}");
    }
}

#[test]
fn what_is_over_or_elsewhere_raises_no_alarm_and_what_goes_on_beside_it_does() {
    let rules = english();
    for text in [
        "I broke my hip Sunday and I'm in rehab for six weeks, so nobody's in the apartment.",
        "There was an ambulance outside the building this morning, do you know what happened?",
        "I saw a fire truck in front of the building yesterday, what was that about?",
        "They took Mrs. Hanley away in the ambulance last night, she's fine, but who's going to feed her cat?",
        "My toddler locked himself in the bathroom this morning, he's out, he's fine, but I want that lock changed.",
        "You can't see your hand in front of your face on that second floor landing.",
        "Tomorrow the internet man needs to go in the room downstairs. The door is locked. Can you open it?",
        "Tomorrow morning the internet man come, he say he need go in the room downstair with the box.",
    ] {
        assert!(!is_danger(&rules, text), "{text}");
    }
    for text in [
        "I broke my hip and I can't get up.",
        "I think I broke my leg on your stairs just now.",
        "There's an ambulance outside and the police, what's happening?",
        "There was an ambulance outside this morning, what happened? And I smell gas.",
        "They took my neighbor away in the ambulance last night and now there's smoke under her door.",
        "My toddler locked himself in the bathroom and he's crying.",
        "I can't see my hand in front of my face, there's so much smoke.",
        "There's a man who wants to get in my apartment, he's at the window.",
        "The cable man is in my apartment and he won't leave, he has a knife.",
    ] {
        assert!(is_danger(&rules, text), "{text}");
    }
}

#[test]
fn what_is_told_of_a_kitchen_a_pilot_light_or_the_heat_is_danger_only_with_the_sign_of_it() {
    let rules = english();
    for (text, kind) in [
        ("The stove won't turn off and it's getting really hot in here.", LifeSafety::Fire),
        ("Somebody left a pot on in 2A and it's filling the hallway.", LifeSafety::Fire),
        ("The pilot light's out and I smell something.", LifeSafety::Gas),
        ("It's ninety eight degrees in here and my grandmother's not looking good.", LifeSafety::Medical),
        ("The paint from upstairs is giving my daughter an asthma attack.", LifeSafety::Medical),
        ("There's a crack in the wall you can put your hand in.", LifeSafety::Collapse),
    ] {
        assert_eq!(rules.reflex(&rules.words(tokens(text))), Reflex::Danger(kind), "{text}");
    }
    for text in [
        "The oven light won't turn off.",
        "The pilot light went out again, can you light it?",
        "The pilot light's out and there's no smell.",
        "It's ninety degrees in here and the paint's not looking good.",
        "I'm having a heart attack looking at this bill.",
        "It's a gas stove, right?",
        "My son had an asthma attack last month because of the mold.",
    ] {
        assert!(!is_danger(&rules, text), "{text}");
    }
}
