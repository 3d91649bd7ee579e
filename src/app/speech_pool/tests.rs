//! The lanes of the pool, and what a mouth plays of what it knows and what it has to make.

use super::*;
use crate::{
    app::media_plane::{MediaThread, ToMedia},
    speech::{Pace, ScriptedSynthesizer, Synthesizer},
};

fn decode(leg: u64, attempt: u32) -> Job {
    let id = DecodeId { turn: TurnId(1), part: 0, attempt };
    Job::Decode {
        leg: LegId(leg),
        request: DecodeRequest { id, samples: Vec::new(), awaits: Awaits::Anything },
        language: Language::English,
    }
}

#[test]
fn a_newer_decode_of_a_leg_replaces_the_one_that_waits() {
    let mut lanes = Lanes::default();
    assert!(lanes.push(decode(1, 1)).is_none());
    assert!(lanes.push(decode(2, 1)).is_none());
    assert!(lanes.push(decode(1, 2)).is_none());
    let order: Vec<_> = std::iter::from_fn(|| lanes.pop())
        .map(|job| match job {
            Job::Decode { leg, request, .. } => (leg.0, request.id.attempt),
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(order, [(2, 1), (1, 2)]);
}

#[test]
fn a_reading_is_worked_on_before_a_sentence_and_that_before_a_decode() {
    let mut lanes = Lanes::default();
    lanes.push(decode(1, 1));
    lanes.push(Job::Speak {
        leg: LegId(1),
        utterance: UtteranceId(1),
        sentence: Sentence::new("", Language::English, Arc::default()),
        ceased: Arc::default(),
    });
    lanes.push(Job::Understand {
        leg: LegId(1),
        turn: TurnId(1),
        text: String::new(),
        language: Language::English,
    });
    assert!(matches!(lanes.pop(), Some(Job::Understand { .. })));
    assert!(matches!(lanes.pop(), Some(Job::Speak { .. })));
    assert!(matches!(lanes.pop(), Some(Job::Decode { .. })));
}

#[test]
fn a_rehearsal_waits_for_everything_else() {
    let mut lanes = Lanes::default();
    lanes.push(Job::Rehearse { manner: Arc::default(), clause: String::new(), language: Language::English });
    lanes.push(decode(1, 1));
    assert!(matches!(lanes.pop(), Some(Job::Decode { .. })));
    assert!(matches!(lanes.pop(), Some(Job::Rehearse { .. })));
}

#[test]
fn of_what_no_caller_waits_for_one_is_done_at_a_time() {
    let rehearse =
        || Job::Rehearse { manner: Arc::default(), clause: String::new(), language: Language::English };
    let queue = Queue::default();
    queue.push(rehearse());
    queue.push(rehearse());
    assert!(matches!(queue.pop(), Job::Rehearse { .. }));
    assert!(queue.lanes().pop().is_none(), "the other workers are there for callers");
    queue.push(decode(1, 1));
    assert!(matches!(queue.pop(), Job::Decode { .. }));
    queue.background_done();
    assert!(matches!(queue.pop(), Job::Rehearse { .. }));
}

/// A pool without workers, whose media never runs: what the media was sent can be read.
fn idle() -> (SpeechPool, MediaThread, tokio::sync::mpsc::Receiver<ToSwitch>) {
    let (to_switch, told) = tokio::sync::mpsc::channel(1_000);
    let (media, thread) = MediaPlane::new(None).unwrap();
    (SpeechPool::new(to_switch, media).unwrap(), thread, told)
}

/// Lengths of the pieces that were played to a leg, and whether the utterance was finished after them.
fn played(media: &MediaThread, to: LegId, what: UtteranceId) -> (Vec<usize>, bool) {
    let (mut pieces, mut finished) = (Vec::new(), false);
    for message in media.sent() {
        match message {
            ToMedia::Play { leg, utterance, samples } if (leg, utterance) == (to, what) => {
                assert!(!finished);
                pieces.push(samples.len());
            }
            ToMedia::Finish { leg, utterance } if (leg, utterance) == (to, what) => finished = true,
            other => panic!("{other:?}"),
        }
    }
    (pieces, finished)
}

fn say(pool: &SpeechPool, leg: u64, text: &str) {
    say_so(pool, leg, text, Language::English, Manner::default());
}

fn say_so(pool: &SpeechPool, leg: u64, text: &str, language: Language, manner: Manner) {
    let (utterance, text, manner) = (UtteranceId(1), text.into(), Arc::new(manner));
    pool.command(LegId(leg), SpeechCommand::Speak { utterance, text, language, manner });
}

/// Says the next job's sentence, and answers which clauses it was about.
fn work(mouth: &mut Mouth) -> Vec<String> {
    match mouth.pool.queue.pop() {
        Job::Speak { leg, utterance, mut sentence, ceased } => {
            let clauses = sentence.rest().to_vec();
            mouth.speak(leg, utterance, sentence, &ceased);
            clauses
        }
        other => panic!("{other:?}"),
    }
}

fn mouth(pool: &SpeechPool) -> Mouth {
    let voice = || -> Box<dyn Synthesizer> { Box::new(ScriptedSynthesizer::new()) };
    let voices = Voices::new().with("rms", voice()).with("slt", voice());
    Mouth { pool: pool.clone(), voices: voices.with_language(Language::Spanish, voice()) }
}

fn make(mouth: &mut Mouth, clause: &str) {
    mouth.make(&Manner::default(), Language::English, clause).unwrap();
}

#[test]
fn the_same_letters_in_another_language_are_made_by_its_own_voice() {
    let (pool, media, _told) = idle();
    let mut mouth = mouth(&pool);
    make(&mut mouth, "Hotel.");
    say_so(&pool, 1, "Hotel.", Language::Spanish, Manner::default());
    assert_eq!(played(&media, LegId(1), UtteranceId(1)), (Vec::new(), false), "not the English sound");
    work(&mut mouth);
    assert!(pool.repertoire().knows(&Manner::default().known_as(Language::Spanish, "Hotel.")));
    mouth.voices = Voices::new();
    let adios = mouth.make(&Manner::default(), Language::Spanish, "Adiós.");
    assert!(adios.is_err(), "no voice, no sound");
}

#[test]
fn numbers_with_different_voices_are_served_from_one_memory_and_never_with_each_other_s_sound() {
    let (pool, media, _told) = idle();
    let mut mouth = mouth(&pool);
    let slow = || Manner { voice: "slt".into(), pace: Pace::of_percent(80), ..Manner::default() };
    say(&pool, 1, "Goodbye.");
    say_so(&pool, 2, "Goodbye.", Language::English, slow());
    work(&mut mouth);
    work(&mut mouth);
    let all = media.sent().into_iter().fold(BTreeMap::new(), |mut lengths: BTreeMap<u64, usize>, message| {
        if let ToMedia::Play { leg, samples, .. } = message {
            *lengths.entry(leg.0).or_default() += samples.len();
        }
        lengths
    });
    assert_eq!(all[&2], all[&1] * 100 / 80);
    say_so(&pool, 3, "Goodbye.", Language::English, slow());
    assert_eq!(played(&media, LegId(3), UtteranceId(1)), (vec![all[&2]], true), "from memory");
    say(&pool, 4, "Goodbye.");
    assert_eq!(played(&media, LegId(4), UtteranceId(1)), (vec![all[&1]], true), "and so is the other");
}

#[test]
fn a_recorded_sentence_is_played_in_its_place_and_the_words_around_it_are_made() {
    let (pool, media, _told) = idle();
    let mut mouth = mouth(&pool);
    let mut recorded = Recorded::default();
    recorded.add(Language::English, "Thanks for calling. The office is closed.", vec![5; 77].into());
    pool.play_recorded(recorded);
    say(&pool, 1, "Thanks for calling. The office is closed. How can I help?");
    assert_eq!(played(&media, LegId(1), UtteranceId(1)), (vec![77], false), "at once");
    assert_eq!(work(&mut mouth), ["How can I help?"]);
    played(&media, LegId(1), UtteranceId(1));
    say(&pool, 2, "Dana Reyes. Thanks for calling. The office is closed. Goodbye.");
    work(&mut mouth);
    let (pieces, finished) = played(&media, LegId(2), UtteranceId(1));
    assert_eq!((pieces.len(), pieces[1], finished), (3, 77, true), "in the middle as well");
    let without = Manner { recorded: false, ..Manner::default() };
    say_so(&pool, 3, "Thanks for calling. The office is closed.", Language::English, without);
    assert_eq!(work(&mut mouth).len(), 2, "a number that does without");
}

const GREETING: &str = "Thank you for calling Maple Court. How can I help you today?";

#[test]
fn the_first_caller_has_the_greeting_made_and_all_others_hear_it_at_once() {
    let (pool, media, _told) = idle();
    let mut mouth = mouth(&pool);
    say(&pool, 1, GREETING);
    assert_eq!(work(&mut mouth).len(), 2);
    let (made, finished) = played(&media, LegId(1), UtteranceId(1));
    assert!(made.len() == 2 && finished);
    for leg in 2..22 {
        say(&pool, leg, GREETING);
        assert_eq!(played(&media, LegId(leg), UtteranceId(1)), (made.clone(), true), "without a worker");
    }
    assert!(pool.queue.lanes().pop().is_none() && pool.speaking().is_empty());
}

#[test]
fn what_is_known_is_played_while_the_rest_is_made() {
    let (pool, media, _told) = idle();
    let mut mouth = mouth(&pool);
    make(&mut mouth, "I have the name");
    make(&mut mouth, "Thank you.");
    say(&pool, 1, "Thank you. I have the name Dana Reyes. Thank you. Goodbye.");
    let (at_once, finished) = played(&media, LegId(1), UtteranceId(1));
    assert!(at_once.len() == 1 && !finished);
    assert_eq!(work(&mut mouth), ["I have the name Dana Reyes.", "Thank you.", "Goodbye."]);
    let (later, finished) = played(&media, LegId(1), UtteranceId(1));
    assert_eq!((later.len(), later[1], finished), (3, at_once[0], true));
}

#[test]
fn each_call_counts_its_own_utterances_and_one_that_ceases_silences_no_other() {
    let (pool, media, _told) = idle();
    let mut mouth = mouth(&pool);
    say(&pool, 1, "One moment, please.");
    say(&pool, 2, "Goodbye.");
    pool.command(LegId(1), SpeechCommand::Cease { utterance: UtteranceId(1) });
    work(&mut mouth);
    assert_eq!(played(&media, LegId(1), UtteranceId(1)), (Vec::new(), true));
    work(&mut mouth);
    let (pieces, finished) = played(&media, LegId(2), UtteranceId(1));
    assert!(pieces.len() == 1 && finished);
}

#[test]
fn a_sentence_too_many_is_reported_and_what_was_played_of_it_is_finished() {
    let (pool, media, mut told) = idle();
    let mut mouth = mouth(&pool);
    make(&mut mouth, "Thank you.");
    for leg in 0..JOBS_WAITING as u64 {
        say(&pool, leg, "Goodbye.");
    }
    assert!(told.try_recv().is_err());
    say(&pool, 1_000, "Thank you. Goodbye.");
    assert!(matches!(told.try_recv(), Ok(ToSwitch::SpeechFailed { leg: LegId(1_000) })));
    let (pieces, finished) = played(&media, LegId(1_000), UtteranceId(1));
    assert!(pieces.len() == 1 && finished);
}

#[test]
fn a_full_lane_gives_the_newcomer_back() {
    let mut lanes = Lanes::default();
    for leg in 0..JOBS_WAITING as u64 {
        assert!(lanes.push(decode(leg, 1)).is_none());
    }
    assert!(matches!(lanes.push(decode(1_000, 1)), Some(Job::Decode { leg: LegId(1_000), .. })));
}
