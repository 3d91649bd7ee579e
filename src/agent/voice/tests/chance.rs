//! Random events in random order: no panic, no two utterances at once, a bounded answer to each, and an end.

use rand_chacha::rand_core::{Rng, SeedableRng};

use super::*;
use crate::types::Chance;

const TEXTS: &[&str] = &[
    "",
    "Yes.",
    "No.",
    "mm-hm",
    "My kitchen sink is leaking.",
    "Unit 204",
    "and",
    "303",
    "I smell gas!",
    "Bye.",
    "What?",
    "é 漢字",
    "Operator.",
];

/// More find nothing new.
const CALLS: u64 = 100;

/// What one input may at most lead to: a reading, a record, a hush, a new turn and the next act, twice over.
const OUTPUTS_AT_ONCE: usize = 10;

fn random_input(chance: &mut Chance, line: &Line) -> VoiceInput {
    // Now and then about a turn or an utterance that is over.
    let stale = chance.next_u32().is_multiple_of(8);
    let turn = if stale { TurnId(line.turn.0.saturating_sub(1)) } else { line.turn };
    let at_ms = line.media_ms + u64::from(chance.next_u32() % 3);
    let text = TEXTS[chance.next_u32() as usize % TEXTS.len()];
    let utterance = line.speaking.as_ref().map_or(UtteranceId(0), |(id, _, _)| *id);
    match chance.next_u32() % 24 {
        0..=4 => VoiceInput::Speech(SpeechEvent::Started { turn, at_ms }),
        5 => VoiceInput::Speech(SpeechEvent::Dismissed { turn, at_ms }),
        6..=9 => VoiceInput::Speech(SpeechEvent::Paused {
            turn,
            at_ms,
            voiced_ms: chance.next_u32() % 3_000,
            silence_ms: 200,
        }),
        10..=13 => VoiceInput::Speech(SpeechEvent::Heard { turn, at_ms, text: text.into(), decode_ms: 60 }),
        14..=17 => VoiceInput::Understood {
            turn,
            reading: match text {
                "I smell gas!" => gas(),
                "Operator." => reading(Intent::Human, 0.9, None),
                "Bye." => step(Move::Goodbye),
                "Yes." => step(Move::Affirm),
                _ => reading(Intent::Maintenance, (chance.next_u32() % 100) as f32 / 100.0, None),
            },
        },
        18 | 19 => VoiceInput::Speaking { utterance },
        20 => VoiceInput::Played { utterance, heard_ms: chance.next_u32() % 9_000, complete: stale },
        21 => VoiceInput::TransferFailed,
        22 if stale => VoiceInput::SpeechFailed,
        22 => VoiceInput::Keyed(Digit::new('5').unwrap()),
        _ => VoiceInput::Timeout,
    }
}

#[test]
fn a_hundred_random_calls_all_come_to_an_end() {
    for seed in 0..CALLS {
        let mut chance = Chance::seed_from_u64(seed);
        let mut line = Line::with(|office, opening| {
            office.on_call = chance.next_u32().is_multiple_of(2);
            opening.open_now = chance.next_u32().is_multiple_of(2);
        });
        line.forgetful = true;
        let mut count = line.log.len();
        for _ in 0..400 {
            if chance.next_u32().is_multiple_of(5) {
                line.media_ms += 500;
            }
            let input = random_input(&mut chance, &line);
            if let VoiceInput::Played { utterance, .. } = &input
                && line.speaking.as_ref().is_some_and(|(id, _, _)| id == utterance)
            {
                line.speaking = None;
            }
            // A failed mouth drops what it was saying.
            if input == VoiceInput::SpeechFailed {
                line.speaking = None;
            }
            line.input(input);
            assert!(line.log.len() - count <= OUTPUTS_AT_ONCE, "seed {seed}: {:?}", &line.log[count..]);
            line.speaking = line.speaking.take().filter(|_| line.voice.mouth.is_busy());
            line.pass(ms(u64::from(chance.next_u32() % 700)));
            line.speaking = line.speaking.take().filter(|_| line.voice.mouth.is_busy());
            count = line.log.len();
        }
        // From here on nobody says anything and every transfer fails: it must end by itself.
        for _ in 0..60 {
            if line.ended().is_some() {
                break;
            }
            line.agent_finishes();
            line.input(VoiceInput::TransferFailed);
            line.agent_finishes();
            line.pass(Duration::from_secs(61));
            line.speaking = line.speaking.take().filter(|_| line.voice.mouth.is_busy());
        }
        assert!(line.ended().is_some(), "seed {seed}: {:#?}", &line.log[line.log.len().saturating_sub(10)..]);
        assert_eq!(
            line.voice.poll_output(line.now),
            VoiceOutput::Timeout(None),
            "seed {seed}: something waits"
        );
    }
}
