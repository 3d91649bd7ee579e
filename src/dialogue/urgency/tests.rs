//! What the rules alone make of sayings and of the real danger in nearly the same words.

use super::*;
use crate::dialogue::token::tokens;

fn english() -> Rules {
    Rules::of(Language::English)
}

fn is_danger(rules: &Rules, text: &str) -> bool {
    matches!(rules.reflex(&rules.words(tokens(text))), Reflex::Danger(_))
}

#[test]
fn every_veto_of_the_tables_can_be_read() {
    for language in Language::ALL {
        for line in lines(Grammar::of(language).veto) {
            let name = line.split_once(" | ").map(|(name, _)| name);
            assert!(name.and_then(Veto::from_name).is_some(), "{line}");
        }
    }
}

#[test]
fn a_saying_takes_the_sense_from_its_own_words_alone() {
    let rules = english();
    for (saying, danger) in [
        ("I love a good fire.", "I love a good fire, but now the couch is on fire."),
        ("The band is called Gas Leak.", "My neighbor called, there's a gas leak."),
        ("When was the gas leak fixed?", "When is somebody coming, there is a gas leak."),
        ("Was the gas leak ever fixed?", "Was the gas leak ever fixed, because I smell gas."),
        ("It's a fake explosion, no fire at all.", "There was an explosion in the basement."),
        ("Do we have to do the bleeding of the radiators?", "What do I do, the bleeding won't stop."),
        ("The radiator needs bleeding.", "The radiator fell on him and he's bleeding."),
        ("How do I start bleeding the radiator?", "My husband is bleeding, the radiator fell on his foot."),
        (
            "I'm gonna kill somebody if it takes a week like last time.",
            "He said he's gonna kill somebody if it takes him all night.",
        ),
        ("Nobody died, but my wife wants to kill me, I hung that thing.", "My wife wants to kill me."),
        ("My boss will kill me if I'm late again.", "My boyfriend will kill me, he's at the door."),
        (
            "They watch horror movies, it's like somebody's being murdered up there.",
            "It's like somebody's being murdered up there.",
        ),
        ("My neighbor's TV is so loud it's like somebody's being murdered.", "Somebody's being murdered."),
        (
            "The lock on my mailbox looks like somebody tried to pry it.",
            "Somebody's trying to pry my door open.",
        ),
        (
            "I can't do four flights any more, my chest gets tight.",
            "My chest gets tight and I can't breathe.",
        ),
        (
            "Was there a fire at Birch Street last night?",
            "There was a fire last night and it's smoking again.",
        ),
        (
            "He had a heart attack, he is going to be okay, he left the hospital.",
            "He isn't breathing, is he going to be okay?",
        ),
        ("He isn't picking up the couch.", "I smell gas and my neighbor isn't picking up about the couch."),
        ("I live alone with my baby and pay a lot.", "A baby is crawling on the ledge over the street."),
        ("My toddler and I live alone on Birch Street.", "There's a toddler by himself near the street."),
    ] {
        assert!(!is_danger(&rules, saying), "{saying}");
        assert!(is_danger(&rules, danger), "{danger}");
    }
}

#[test]
fn danger_is_heard_without_its_word_and_everyday_matters_beside_it_are_not() {
    let rules = english();
    for (danger, everyday) in [
        ("It's ninety in here and my grandma's dizzy.", "It's ninety in here."),
        ("The AC is out and my grandma fainted.", "My grandma turned ninety and the AC is loud."),
        (
            "He mixed some stuff in the basement and everybody's eyes are running.",
            "The painters mixed the wrong color.",
        ),
        ("I can't reach my mom since Saturday.", "I can't reach the plumber since Saturday."),
        (
            "My mom lives in 2B and I haven't been able to reach her since Saturday.",
            "My mom can't reach the top shelf.",
        ),
        (
            "I haven't seen Mrs. Pollard across the hall in three days.",
            "I haven't seen the maintenance man in three days.",
        ),
        ("Nobody's seen the old man in 1A for a week.", "I haven't seen my neighbor's dog in days."),
        ("Can somebody check on my dad in 2B?", "Can you check on my dad's application?"),
        (
            "There's gray stuff pouring out of a top floor window.",
            "The gray stuff between the tiles is coming out.",
        ),
        ("The hall lights flicker when it drips.", "The hall lights flicker."),
        ("My lamp in the ceiling is filling up like a fishbowl.", "The lamp in the hall is out."),
        ("There's a lady coming out coughing.", "I have a cough."),
        ("I'm feeling a bit faint, dear.", "There's a faint smell of paint."),
        ("There's a three year old alone by the road.", "My three year old plays the piano."),
        (
            "I put my hand through the window and there's a lot of red.",
            "There is a lot of red paint on the wall.",
        ),
    ] {
        assert!(is_danger(&rules, danger), "{danger}");
        assert!(!is_danger(&rules, everyday), "{everyday}");
    }
}

#[test]
fn who_is_called_to_a_danger_and_cannot_get_in_is_in_haste() {
    use UrgentKind::*;
    let rules = english();
    let urgent = |text: &str| rules.urgent(&rules.words(tokens(text)));
    for (text, kind) in [
        ("I'm with the police, we need the code for the gate at 210 Maple Court.", Some(Lockout)),
        ("This is Denver Health paramedics, we're outside, we need the door code for 3B.", Some(Lockout)),
        ("Fire department, can you buzz us in?", Some(Lockout)),
        ("I have a patient in 3B, what's the door code?", Some(Lockout)),
        ("We have a broken front door and nobody to secure it.", Some(Unsecured)),
        ("There's a water leak at 18 Birch Street. Two hundred gallons an hour.", Some(Flooding)),
        ("I need a copy of the police report.", None),
        ("My front door key works fine.", None),
        ("This is Denver Water. The meter is read on Monday.", None),
        // An upper window and too much heat can wait.
        ("My window won't lock anymore.", None),
        ("My ground floor window won't lock.", Some(Unsecured)),
        ("My front door won't lock.", Some(Unsecured)),
        ("I can't turn the heat off.", None),
        ("The heat won't turn off.", None),
        ("The heat won't turn on.", Some(NoHeat)),
        ("The heat turned off in the night.", Some(NoHeat)),
    ] {
        assert_eq!(urgent(text), kind, "{text}");
    }
    for text in [
        "Paramedics here, we're outside 210 Maple Court, 3B, we need the door code.",
        "The police are here, we need somebody with keys.",
    ] {
        assert!(!is_danger(&rules, text), "{text}");
    }
    for text in [
        "I want the police here, he has a gun and a key.",
        "Paramedics are here but he isn't breathing, they need the code.",
    ] {
        assert!(is_danger(&rules, text), "{text}");
    }
}
