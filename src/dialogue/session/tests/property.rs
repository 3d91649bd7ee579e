//! Fifteen hundred callers at random: no panic, no loop, no sentence for ever, and always an end.

use std::sync::Arc;

use rand_chacha::rand_core::{Rng, SeedableRng};

use super::{
    reading::{read, unsure},
    telling::{office, opening, pack},
};
use crate::{
    dialogue::{
        Act, CalendarAnswer, Channel, Digit, EndReason, Intent, LifeSafety, Move, Opening, Reading, Session,
        ShowingSlot, Topic, Urgency, UrgentKind, UserTurn,
    },
    types::{Chance, ShowingId},
};

/// Enough that every pair of steps meets in every phase; more find nothing new.
const CALLERS: u64 = 1_500;

const WORDS: &[&str] = &[
    "Yes.",
    "No.",
    "Unit 204",
    "4B",
    "Fifteen",
    "Dana Reyes",
    "303",
    "555 0177",
    "3035550177",
    "What?",
    "Hold on.",
    "My sink is leaking in the kitchen.",
    "I smell gas!",
    "The kitchen is on fire!",
    "A pipe has burst!",
    "Bye.",
    "Are you a robot?",
    "Human please",
    "What day is trash pickup?",
    "Do you have a pool?",
    "don't call me",
    "Let's start over.",
    "I'm looking for a two bedroom",
    "In January.",
    "wrong number",
    "",
    "um",
    "é 漢字 \u{0}",
    "The name.",
    "I don't know",
    "I'd rather not",
    "Thank you.",
    "Hello",
    "section 8",
    "The second one",
    "both",
    "No, 4D as in dog.",
    "My name is Dana Reyes, the faucet is broken in unit 4D.",
    "There is a late fee here",
    "I'd like to come see 210 Maple Court, apartment 3A on Saturday",
    "Eleven",
    "I have to cancel the showing",
    "Can we move it to Monday instead?",
];

fn any<'a, T>(chance: &mut Chance, of: &'a [T]) -> &'a T {
    &of[chance.next_u32() as usize % of.len()]
}

fn random_reading(chance: &mut Chance) -> Reading {
    let moves = [
        Move::Affirm,
        Move::Deny,
        Move::Repeat,
        Move::Wait,
        Move::Greet,
        Move::Thank,
        Move::Done,
        Move::Unknown,
        Move::Refuse,
        Move::StartOver,
        Move::AskIdentity,
        Move::StopContact,
        Move::Silence,
    ];
    let urgencies = [
        Urgency::Routine,
        Urgency::Routine,
        Urgency::Routine,
        Urgency::Urgent(UrgentKind::Flooding),
        Urgency::LifeSafety(*any(chance, &LifeSafety::ALL)),
    ];
    let intent = *any(chance, &Intent::ALL);
    let confidence = (chance.next_u32() % 100) as f32 / 100.0;
    Reading {
        intent,
        confidence,
        ranked: vec![(intent, confidence)],
        urgency: *any(chance, &urgencies),
        suspected: (confidence < 0.15).then_some(LifeSafety::Fire),
        moves: chance.next_u32().is_multiple_of(2).then(|| *any(chance, &moves)),
        topic: chance.next_u32().is_multiple_of(5).then_some(Topic::Trash),
        clauses: Vec::new(),
        language: None,
    }
}

fn random_turn(chance: &mut Chance) -> UserTurn {
    let text = any(chance, WORDS).to_string();
    match chance.next_u32() % 20 {
        0 => UserTurn::Silence,
        1 => UserTurn::Unclear,
        // Late news, or none that was asked for.
        3 if chance.next_u32().is_multiple_of(4) => UserTurn::Calendar(calendar_answer(chance)),
        2 => UserTurn::TransferFailed,
        3 => UserTurn::Keyed(Digit::new(*any(chance, &['0', '1', '2', '7', '*'])).unwrap()),
        4..=8 => UserTurn::Said { reading: random_reading(chance), text },
        9 => UserTurn::Said { reading: unsure(*any(chance, &Intent::ALL), 0.5), text },
        _ => UserTurn::Said { reading: read(&text), text },
    }
}

fn calendar_answer(chance: &mut Chance) -> CalendarAnswer {
    let mut slots = || {
        let slot = |hour: i8| {
            let local = jiff::civil::date(2026, 11, 21).at(9 + hour, 0, 0, 0);
            let begins = local.to_zoned(jiff::tz::TimeZone::UTC).unwrap().timestamp();
            ShowingSlot {
                begins,
                ends: begins + jiff::SignedDuration::from_mins(30),
                local,
                agent: "Robin".into(),
            }
        };
        (0..(chance.next_u32() % 4) as i8).map(slot).collect()
    };
    let slots = slots();
    match chance.next_u32() % 6 {
        0 | 1 => CalendarAnswer::Slots(slots),
        2 | 3 => CalendarAnswer::Booked(ShowingId::from_random(chance.next_u64())),
        4 => CalendarAnswer::Taken { instead: slots },
        _ if chance.next_u32().is_multiple_of(2) => CalendarAnswer::Cancelled,
        _ => CalendarAnswer::Away,
    }
}

#[test]
fn fifteen_hundred_random_callers_all_come_to_an_end() {
    let pack = pack();
    let limit = usize::from(pack.limits().turns) + 60;
    for seed in 0..CALLERS {
        let mut chance = Chance::seed_from_u64(seed);
        let mut office = office();
        office.on_call = chance.next_u32().is_multiple_of(2);
        office.staff = chance.next_u32().is_multiple_of(2);
        office.showings = chance.next_u32().is_multiple_of(2);
        office.roster.listings = vec!["210 Maple Court, apartment 3A".into()];
        let text = chance.next_u32().is_multiple_of(4);
        let opening = Opening {
            caller: chance.next_u32().is_multiple_of(2).then(|| opening().caller).flatten(),
            contact: chance.next_u32().is_multiple_of(3).then(|| "Dana Reyes".into()),
            label: chance.next_u32().is_multiple_of(3).then(|| "leasing".into()),
            agent: None,
            greeting: None,
            open_now: chance.next_u32().is_multiple_of(2),
            channel: if text { Channel::Text } else { Channel::Voice },
            ..opening()
        };
        let (mut session, mut acts) = Session::begin(pack.clone(), Arc::new(office), opening);
        let mut last = String::new();
        let mut in_a_row = 0;
        let mut turns = 0;
        loop {
            for act in &acts {
                let Act::Say(say) = act else { continue };
                assert!(!say.text.is_empty(), "seed {seed}");
                in_a_row = if say.text == last { in_a_row + 1 } else { 1 };
                last.clone_from(&say.text);
                assert!(in_a_row <= 2, "seed {seed}: three times: {last}");
            }
            if session.is_over() {
                assert!(matches!(acts.last(), Some(Act::End(_))), "seed {seed}");
                break;
            }
            turns += 1;
            assert!(turns <= limit * 2, "seed {seed}: no end");
            // Somebody is rung, and nobody answers.
            let turn = match acts.last() {
                Some(Act::Transfer { .. }) if !text => UserTurn::TransferFailed,
                // Sometimes they speak before the calendar does.
                Some(Act::Calendar(_)) if !chance.next_u32().is_multiple_of(5) => {
                    UserTurn::Calendar(calendar_answer(&mut chance))
                }
                _ => random_turn(&mut chance),
            };
            let waits = matches!(turn, UserTurn::Keyed(_) | UserTurn::Silence | UserTurn::Calendar(_));
            acts = session.handle_turn(turn);
            if session.waits_for_calendar() && acts.is_empty() {
                acts = session.handle_turn(UserTurn::Calendar(calendar_answer(&mut chance)));
            }
            let idle = acts.is_empty() && !waits;
            assert!(!idle || text, "seed {seed}: left without an answer");
            let saved = serde_json::to_string(&session.save()).unwrap();
            assert!(saved.len() < 16_384, "seed {seed}: the state grows");
        }
        let outcome = session.outcome();
        assert!(outcome.ended.is_some());
        let stored = serde_json::to_string(&outcome).unwrap();
        assert!(stored.len() < 2_000, "seed {seed}: {stored}");
        assert!(outcome.brief().split_whitespace().count() <= 20, "{}", outcome.brief());
        assert_ne!(outcome.ended, Some(EndReason::HungUp));
    }
}
