//! What must be understood, whatever is learnt: dangers, steps of the talk, figures, reproducibility.

mod spanish;

use std::sync::LazyLock;

use super::*;

/// Trained once for all tests.
static WORDS: LazyLock<Understander> = LazyLock::new(Understander::words_only);

fn urgency(text: &str) -> Urgency {
    WORDS.read(text, None).urgency
}

#[test]
fn dangers_are_heard_through_mishearing_and_haste() {
    use LifeSafety::*;
    for (text, kind) in [
        ("i smell gas", Gas),
        ("no! i smell gas", Gas),
        ("it smells like gaz in here", Gas),
        ("we have a gas leek", Gas),
        ("i smelled gas last year and now i smell it again", Gas),
        ("i don't know where the gas smell is coming from", Gas),
        ("carbon manoxide detector is going off", CarbonMonoxide),
        ("the c o alarm won't stop beeping and we're dizzy", CarbonMonoxide),
        ("there's smoke coming out of the wall", Fire),
        ("my kitchen's on fire", Fire),
        ("the fire alarm is going off and there's smoke", Fire),
        ("i can't breathe there's smoke everywhere", Fire),
        ("my husband isn't breathing", Medical),
        ("she fell and she can't get up", Medical),
        ("i want to kill myself", Medical),
        ("somebody is breaking into my apartment", Violence),
        ("he's got a gun", Violence),
        ("sparks are coming out of the outlet", Electric),
        ("the ceiling just fell in", Collapse),
        ("i'm stuck in the elevator", Trapped),
        ("i'm locked out and the baby is inside", Trapped),
        ("call nine one one", Unspecified),
        ("help", Unspecified),
        ("FIRE!", Fire),
    ] {
        let reading = WORDS.read(text, None);
        assert!(reading.urgency.is_life_safety(), "{text}: {reading:?}");
        assert_eq!(reading.intent, Intent::Emergency, "{text}");
        if kind != Fire || !text.contains("breathe") {
            assert_eq!(reading.urgency, Urgency::LifeSafety(kind), "{text}");
        }
    }
}

#[test]
fn calm_words_beside_a_danger_do_not_silence_it() {
    for text in [
        "i'm okay but the kitchen is on fire",
        "what do i do the stove is on fire",
        "how do i get out there's a fire in the hallway",
        "i was cooking and now there's a grease fire",
        "a cigarette started a fire on the balcony",
        "can i get an ambulance please",
        "i heard what sounds like gunshots",
        "i got a shock when i touched the washer",
        "the smell of gas is coming from the sink it smells like gas",
        "he hit me with a bat",
        "i don't know if there is a gas leak but i smell gas",
        "they said they fixed it but i smell gas again",
        "my tv is on fire",
        "i was robbed by a man with a gun just now",
        "i came to inspect the furnace and i smell gas",
        "is there anybody here there's a fire",
    ] {
        assert!(urgency(text).is_life_safety(), "{text}: {:?}", WORDS.read(text, None));
    }
}

#[test]
fn words_of_danger_without_danger_raise_no_alarm() {
    for text in [
        "no i don't smell gas",
        "nah there's no smell of gas in here",
        "no gas smell no smoke nothing",
        "nobody is hurt",
        "it's not an emergency",
        "the smoke detector chirps",
        "my carbon monoxide detector needs a new battery",
        "i'm on fire at work lately",
        "i'm calling about the fire place showing",
        "i have a gas bill question",
        "the gas stove won't light but there is no smell",
        "last year we had a fire",
        "what would i do if there was a gas leak",
        "it's 312",
        "my number is three one two",
        "where are the fire extinguishers",
        "the light bulb burned out",
        "my dishwasher died",
        "this hold music is killing me",
        "is this the fire station",
        "i got a shock when i saw the bill",
        "my hot water smells like rotten eggs",
        "the elevator is stuck and nobody is in it",
        "trash question",
        "yes",
        "",
    ] {
        assert!(!urgency(text).is_life_safety(), "{text}: {:?}", WORDS.read(text, None));
    }
}

#[test]
fn one_word_is_a_danger_by_rule_or_not_at_all() {
    for (text, danger) in [("fire", true), ("Gas!", true), ("electricity", false), ("water", false)] {
        assert_eq!(WORDS.read(text, None).urgency.is_life_safety(), danger, "{text}");
    }
}

#[test]
fn digits_alone_are_not_even_a_suspicion() {
    for text in ["it's 312", "my number is three one two", "unit nine", "yes four oh six"] {
        assert_eq!(WORDS.read(text, None).suspected, None, "{text}");
    }
}

#[test]
fn haste_without_danger_has_its_kind() {
    use UrgentKind::*;
    for (text, kind) in [
        ("there's water pouring through my ceiling", Flooding),
        ("we have no heat", NoHeat),
        ("i'm locked out of my apartment", Lockout),
        ("there's no water in the whole building", NoWater),
        ("sewage is coming up in the tub", Sewage),
        ("the power is out in my unit", NoPower),
        ("my front door won't lock", Unsecured),
        ("the ac is out and it's ninety five and i have a newborn", NoCooling),
    ] {
        assert_eq!(urgency(text), Urgency::Urgent(kind), "{text}");
    }
    for text in
        ["i have no hot water", "the faucet drips", "what day is trash pickup", "i'd like a two bedroom"]
    {
        assert_eq!(urgency(text), Urgency::Routine, "{text}");
    }
}

#[test]
fn a_firm_that_stands_in_the_water_is_in_haste_and_its_invoice_is_not() {
    use UrgentKind::*;
    for (text, level) in [
        ("I'm a plumber at 101. I have a burst pipe here, where's the shutoff?", Urgency::Urgent(Flooding)),
        ("I'm the electrician. I nicked a water line at 101, it's spraying.", Urgency::Urgent(Flooding)),
        ("Is this a person? Get me someone! The whole hallway's flooding!", Urgency::Urgent(Flooding)),
        ("This is Ace Plumbing about the invoice for the burst pipe.", Urgency::Routine),
        ("This is Ace Plumbing, we replaced the valve last week and want to be paid.", Urgency::Routine),
    ] {
        assert_eq!(urgency(text), level, "{text}: {:?}", WORDS.read(text, None));
    }
}

#[test]
fn who_does_not_say_it_outright_is_asked_whether_anybody_is_in_danger() {
    assert_eq!(WORDS.read("Please hurry.", None).suspected, Some(LifeSafety::Unspecified));
    assert_eq!(WORDS.read("My closet door is broken. No need to hurry, please.", None).suspected, None);
}

#[test]
fn steps_of_the_talk_are_read_by_rule() {
    use Move::*;
    for (text, step) in [
        ("yes", Some(Affirm)),
        ("um yeah that's right", Some(Affirm)),
        ("uh huh", Some(Affirm)),
        ("go ahead", Some(Affirm)),
        ("correct", Some(Affirm)),
        ("no", Some(Deny)),
        ("nope", Some(Deny)),
        ("no that's wrong", Some(Deny)),
        ("uh uh", Some(Deny)),
        ("no i don't smell gas", Some(Deny)),
        ("that's not right", Some(Deny)),
        ("say that again please", Some(Repeat)),
        ("i didn't catch that", Some(Repeat)),
        ("what did you say", Some(Repeat)),
        ("hold on a second", Some(Wait)),
        ("let me get a pen", Some(Wait)),
        ("hello", Some(Greet)),
        ("thank you", Some(Thank)),
        ("no that's all", Some(Done)),
        ("nothing else", Some(Done)),
        ("i'm all set", Some(Done)),
        ("okay bye", Some(Goodbye)),
        ("have a good night", Some(Goodbye)),
        ("i don't know", Some(Unknown)),
        ("i'd rather not say", Some(Refuse)),
        ("let's start over", Some(StartOver)),
        ("are you a robot", Some(AskIdentity)),
        ("Are you ChatGPT?", Some(AskIdentity)),
        ("So you're not a human?", Some(AskIdentity)),
        (
            "So you're not a human. Can you actually fix things or do you just take messages?",
            Some(AskIdentity),
        ),
        ("your machine ate my quarters", None),
        ("Yes, that's it.", Some(Affirm)),
        ("That's the one.", Some(Affirm)),
        ("No, that's it.", Some(Done)),
        ("never mind", Some(Done)),
        ("oh, forget it", Some(Done)),
        ("I don't need a call", Some(Refuse)),
        ("No. Don't call me.", Some(Refuse)),
        ("I don't give that out.", Some(Refuse)),
        ("who am i talking to", Some(AskIdentity)),
        ("stop calling me", Some(StopContact)),
        ("take me off your list", Some(StopContact)),
        ("And don't call me or text me.", Some(StopContact)),
        ("please don't call or text me", Some(StopContact)),
        ("don't call me before nine", None),
        ("", Some(Silence)),
        ("um", Some(Silence)),
        ("my kitchen sink is leaking", None),
        ("tomorrow morning", None),
        ("yes my sink in the kitchen is leaking all over", Some(Affirm)),
    ] {
        assert_eq!(WORDS.read(text, None).moves, step, "{text}");
    }
}

#[test]
fn a_bare_step_has_no_intent_but_a_step_with_words_may() {
    assert_eq!(WORDS.read("yes", None).intent, Intent::Other);
    let reading = WORDS.read("yes my kitchen sink is leaking and the dishwasher is broken", None);
    assert_eq!((reading.moves, reading.intent), (Some(Move::Affirm), Intent::Maintenance));
}

#[test]
fn readings_are_whole_and_bounded() {
    for text in ["i smell gas", "", "purple monkey dishwasher", "when is rent due", &"word ".repeat(5_000)] {
        let reading = WORDS.read(text, None);
        assert_eq!(reading.ranked.len(), 3);
        assert!(reading.ranked.windows(2).all(|pair| pair[0].1 >= pair[1].1));
        assert!((0.0..=1.0).contains(&reading.confidence), "{reading:?}");
    }
}

#[test]
fn words_alone_reach_their_floor_on_utterances_never_seen() {
    let report = evaluate_on(HeldOut::First, &WORDS, None);
    assert!(report.utterances() >= 500);
    assert!(report.life_safety().recall().value() >= 0.97, "{report}");
    assert!(report.life_safety().precision().value() >= 0.90, "{report}");
    assert!(report.macro_f1() >= WORDS_FLOOR, "{report}");
    assert!(report.hard_false_alarms().hits <= 6, "{report}");
    assert!(report.calibration_error() <= 0.12, "{report}");
}

/// The least macro-F1 of words alone; a little under what is measured, so that a lost point is seen.
const WORDS_FLOOR: f64 = 0.80;

#[test]
fn training_twice_gives_the_same_bytes() {
    let bytes = train_words(SEED).to_bytes();
    assert!(bytes == train_words(SEED).to_bytes(), "the same seed, the same model");
    assert!(bytes != train_words(SEED + 1).to_bytes(), "the seed decides the order");
}

#[test]
fn a_model_is_read_back_or_refused_with_its_reason() {
    let model = train_words(SEED);
    let bytes = model.to_bytes();
    assert_eq!(Model::from_bytes(&bytes, None), Ok(model));
    let other = ModelError::OtherEncoder { found: String::new(), expected: "minilm".into() };
    assert_eq!(Model::from_bytes(&bytes, Some("minilm")), Err(other));
    assert_eq!(Model::from_bytes(b"", None), Err(ModelError::NotAModel));
    assert_eq!(Model::from_bytes(b"RIFF....WAVE", None), Err(ModelError::NotAModel));
    for length in [8, 10, 11, 15, 40, bytes.len() - 1] {
        assert_eq!(Model::from_bytes(&bytes[..length], None), Err(ModelError::Damaged), "cut to {length}");
    }
    let mut flipped = bytes.clone();
    flipped[bytes.len() / 2] ^= 1;
    assert_eq!(Model::from_bytes(&flipped, None), Err(ModelError::Damaged));
    let mut newer = bytes;
    newer[8] = 99;
    assert!(matches!(Model::from_bytes(&newer, None), Err(ModelError::Version { found: 99, .. })));
}

#[test]
fn an_encoder_that_gives_another_length_is_refused() {
    let wrong = train_with("tiny", &|_| vec![0.0; 3], SEED);
    assert_eq!(wrong, Err(TrainingError::Embedding { found: 3 }));
}

#[test]
fn a_line_becomes_one_json_object() {
    let roster = Roster::default();
    let today = jiff::civil::date(2026, 11, 20);
    let context = Context {
        expecting: None,
        roster: &roster,
        today,
        home_area_code: 303,
        language: crate::types::Language::English,
        read_back: None,
    };
    let understood = understand(
        &WORDS,
        " my sink is leaking in unit 12, call 303 555 0142 \n",
        &OfficeTypes::default(),
        None,
        &context,
    );
    let json: serde_json::Value = serde_json::from_str(&understood.to_json().unwrap()).unwrap();
    assert_eq!(json["intent"], "maintenance");
    assert_eq!(json["urgency"]["level"], "routine");
    assert!(json["confidence"].as_f64().unwrap() > 0.3);
    let kinds: Vec<&str> =
        json["entities"].as_array().unwrap().iter().map(|e| e["value"]["kind"].as_str().unwrap()).collect();
    assert!(kinds.contains(&"unit") && kinds.contains(&"phone"), "{kinds:?}");
    let danger =
        understand(&WORDS, "i smell gas", &OfficeTypes::default(), None, &context).to_json().unwrap();
    assert!(danger.contains(r#""urgency":{"level":"life_safety","kind":"gas"}"#), "{danger}");
}

#[test]
fn every_rule_of_every_table_can_be_read() {
    use crate::dialogue::pattern::lines;
    type Known = fn(&str) -> bool;
    let tables: [(&str, &str, Known); 4] = [
        ("danger", include_str!("../../firmware-config/dialogue/danger.txt"), |l| {
            LifeSafety::from_name(l.strip_prefix("perhaps_").unwrap_or(l)).is_some()
        }),
        ("urgent", include_str!("../../firmware-config/dialogue/urgent.txt"), |l| {
            UrgentKind::from_name(l).is_some()
        }),
        ("moves", include_str!("../../firmware-config/dialogue/moves.txt"), |l| Move::from_name(l).is_some()),
        ("topics", include_str!("../../firmware-config/dialogue/topics.txt"), |l| {
            Topic::from_name(l).is_some()
        }),
    ];
    for (table, text, known) in tables {
        for line in lines(text) {
            let rule = line.split_once(" | ");
            assert!(
                rule.is_some_and(|(label, pattern)| known(label) && !pattern.is_empty()),
                "{table}: {line}"
            );
        }
    }
}
