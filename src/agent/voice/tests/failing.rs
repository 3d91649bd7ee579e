//! Silence, transfers, failing speech and callers without an end: the voice always comes to one.

use super::*;

#[test]
fn from_the_word_gas_to_the_ring_are_less_than_ten_seconds() {
    let mut line = Line::new();
    line.agent_finishes();
    line.starts();
    line.pauses(1_200, "I smell gas in the hall.", gas());
    let cue_over = line.now;
    line.pass(ms(1));
    line.agent_finishes();
    assert_eq!(line.transfer(), Some(Destination::OnCall));
    assert!(line.now - cue_over < Duration::from_secs(10), "{:?}", line.now - cue_over);
}

#[test]
fn silence_is_counted_from_the_end_of_the_agents_words() {
    let mut line = Line::new();
    line.agent_finishes();
    let asked = line.now;
    line.pass(ms(5_999));
    assert!(!line.last_spoken().contains("there"));
    line.pass(ms(1));
    assert!(line.last_spoken().contains("Are you still there?"));
    assert_eq!(line.now - asked, ms(6_000));
    line.agent_finishes();
    line.pass(ms(6_000));
    assert!(line.last_spoken().contains("I can't hear you."));
    line.agent_finishes();
    line.pass(ms(6_000));
    line.agent_finishes();
    assert_eq!(line.ended(), Some(EndReason::Silence));
    assert_eq!(line.voice.poll_output(line.now), VoiceOutput::Timeout(None), "nothing is waiting");
}

#[test]
fn one_moment_please_is_waited_for() {
    let mut line = Line::new();
    line.agent_finishes();
    line.says("Hold on.", step(Move::Wait));
    line.agent_finishes();
    line.pass(ms(24_900));
    assert!(line.last_spoken().contains("ake your time"));
    line.pass(ms(200));
    assert!(line.last_spoken().contains("there?"), "{}", line.last_spoken());
}

#[test]
fn a_transfer_that_fails_comes_back_to_the_agent() {
    let mut line = Line::with(|_, opening| opening.open_now = true);
    line.agent_finishes();
    line.says("Can I talk to a person?", reading(Intent::Human, 0.95, None));
    line.agent_finishes();
    assert_eq!(line.transfer(), Some(Destination::Staff));
    line.pass(ms(20_000));
    line.input(VoiceInput::TransferFailed);
    assert!(line.last_spoken().contains("nobody could pick up"));
    line.agent_finishes();
    line.says("It's about a late fee on my account.", reading(Intent::Billing, 0.9, None));
    assert!(line.last_spoken().contains("name"), "{}", line.last_spoken());
}

#[test]
fn while_somebody_is_rung_nothing_is_waited_for_and_nothing_heard() {
    let mut line = Line::new();
    line.agent_finishes();
    line.says("I smell gas in the hall.", gas());
    line.agent_finishes();
    let count = line.log.len();
    line.starts();
    line.pauses(900, "Hello?", step(Move::Greet));
    line.pass(ms(60_000));
    assert_eq!(line.log.len(), count);
    line.voice.close(line.now, EndReason::HandedOver);
    assert_eq!(line.voice.outcome().ended, Some(EndReason::HandedOver));
}

#[test]
fn a_mouth_that_fails_hands_over_without_words() {
    let mut line = Line::with(|_, opening| opening.open_now = true);
    line.speaking = None;
    line.input(VoiceInput::SpeechFailed);
    assert_eq!(line.transfer(), Some(Destination::Staff));
    line.input(VoiceInput::TransferFailed);
    assert_eq!(line.ended(), Some(EndReason::SpeechFailed));
}

#[test]
fn ears_that_fail_are_apologised_for_and_the_call_ends() {
    let mut line = Line::new();
    line.agent_finishes();
    line.input(VoiceInput::SpeechFailed);
    assert!(line.last_spoken().contains("technical problem"));
    line.agent_finishes();
    assert_eq!(line.ended(), Some(EndReason::SpeechFailed));
}

#[test]
fn an_apology_that_fails_too_is_left_out() {
    let mut line = Line::new();
    line.agent_finishes();
    line.input(VoiceInput::SpeechFailed);
    line.speaking = None;
    line.input(VoiceInput::SpeechFailed);
    assert_eq!(line.ended(), Some(EndReason::SpeechFailed));
}

#[test]
fn a_mouth_that_never_begins_is_a_failure() {
    let mut line = Line::new();
    line.pass(ms(3_000));
    assert_eq!(line.ended(), Some(EndReason::SpeechFailed));
}

#[test]
fn a_recogniser_that_owes_its_words_is_asked_once_more_and_then_given_up() {
    let mut line = Line::new();
    line.agent_finishes();
    for _ in 0..2 {
        line.starts();
        let turn = line.turn;
        line.input(VoiceInput::Speech(SpeechEvent::Paused {
            turn,
            at_ms: 1,
            voiced_ms: 900,
            silence_ms: 200,
        }));
        line.pass(ms(3_000));
        line.agent_finishes();
    }
    assert_eq!(line.ended(), Some(EndReason::SpeechFailed));
}

#[test]
fn a_playback_that_is_never_reported_does_not_hold_up_the_call() {
    let mut line = Line::new();
    let (utterance, text, _) = line.speaking.take().unwrap();
    line.input(VoiceInput::Speaking { utterance });
    line.pass(ms(2 * text.chars().count() as u64 * SPEECH_MS + 5_000));
    line.pass(ms(6_000));
    assert!(line.last_spoken().contains("still there"));
}

#[test]
fn who_never_falls_silent_is_taken_at_a_breath() {
    let mut line = Line::new();
    line.agent_finishes();
    line.starts();
    for n in 0..60 {
        if !line.heard().is_empty() {
            break;
        }
        line.pauses(1_000, &format!("My sink is leaking, and story {n} and"), repair());
        line.pass(ms(50));
        line.starts();
    }
    assert_eq!(line.heard().len(), 1);
    assert!(line.now - line.began < Duration::from_secs(70));
}

#[test]
fn a_television_does_not_keep_the_line_for_ever() {
    let mut line = Line::new();
    for _ in 0..40 {
        line.agent_finishes();
        if line.ended().is_some() {
            break;
        }
        line.starts();
        if let Some((utterance, _, _)) = line.speaking.take() {
            line.input(VoiceInput::Played { utterance, heard_ms: 0, complete: false });
        }
        line.pass(Duration::from_secs(60));
    }
    line.agent_finishes();
    assert!(line.ended().is_some());
    assert!(line.now - line.began < Duration::from_secs(15 * 60));
}

#[test]
fn the_clock_ends_the_longest_call() {
    let mut line = Line::new();
    let limit = Duration::from_secs(12 * 60);
    for turn in 0..400 {
        line.agent_finishes();
        if line.ended().is_some() {
            break;
        }
        line.pass(ms(5_500));
        let (text, answer) = if turn % 2 == 0 {
            (
                "What day is trash pickup?",
                Reading { topic: Some(Topic::Trash), ..reading(Intent::Question, 0.9, None) },
            )
        } else {
            ("Hold on.", step(Move::Wait))
        };
        line.says(text, answer);
    }
    assert!(line.ended().is_some());
    assert!(line.now - line.began <= limit + Duration::from_secs(60));
}

#[test]
fn the_same_inputs_give_the_same_outputs() {
    let run = || {
        let mut line = Line::new();
        line.agent_finishes();
        line.says(
            "A pipe has burst, I'm in unit 204.",
            Reading { urgency: Urgency::Urgent(UrgentKind::Flooding), ..repair() },
        );
        line.agent_finishes();
        line.says("Yes.", step(Move::Affirm));
        line.log
    };
    assert_eq!(run(), run());
}

#[test]
fn a_recogniser_that_stays_silent_is_given_up_and_never_spins() {
    let mut line = Line::new();
    line.agent_finishes();
    for _ in 0..2 {
        line.starts();
        let turn = line.turn;
        line.media_ms += 900;
        let at_ms = line.media_ms;
        line.pass(ms(900));
        line.input(VoiceInput::Speech(SpeechEvent::Paused { turn, at_ms, voiced_ms: 900, silence_ms: 200 }));
        // No words ever come for this pause.
        line.pass(HEARD_OVERDUE);
        let next = line.drain();
        assert!(next.is_none_or(|(at, _)| at > line.now), "the deadline lies ahead: {next:?}");
        line.agent_finishes();
    }
    assert_eq!(line.ended(), Some(EndReason::SpeechFailed), "{:?}", line.log);
}

#[test]
fn an_understander_that_stays_silent_again_and_again_never_overflows() {
    let mut line = Line::with(|_, opening| opening.open_now = true);
    line.agent_finishes();
    for _ in 0..300 {
        if line.ended().is_some() {
            break;
        }
        line.starts();
        let turn = line.turn;
        line.media_ms += 900;
        let at_ms = line.media_ms;
        line.pass(ms(1_100));
        line.input(VoiceInput::Speech(SpeechEvent::Paused { turn, at_ms, voiced_ms: 900, silence_ms: 200 }));
        let text = String::from("My sink is leaking.");
        line.input(VoiceInput::Speech(SpeechEvent::Heard { turn, at_ms, text, decode_ms: 60 }));
        line.pass(UNDERSTOOD_OVERDUE);
        line.agent_finishes();
        line.input(VoiceInput::TransferFailed);
        line.agent_finishes();
    }
    assert!(line.ended().is_some(), "it comes to an end");
}

#[test]
fn what_was_said_before_hanging_up_is_in_the_outcome() {
    for is_read in [true, false] {
        let mut line = Line::new();
        line.agent_finishes();
        line.starts();
        let turn = line.turn;
        line.media_ms += 900;
        let at_ms = line.media_ms;
        line.pass(ms(1_100));
        line.input(VoiceInput::Speech(SpeechEvent::Paused { turn, at_ms, voiced_ms: 900, silence_ms: 200 }));
        let text = String::from("I smell gas in unit 204.");
        line.input(VoiceInput::Speech(SpeechEvent::Heard { turn, at_ms, text, decode_ms: 60 }));
        if is_read {
            // More voice follows, so that the turn is not taken; then the line goes dead.
            line.starts();
            line.input(VoiceInput::Understood { turn, reading: gas() });
        }
        line.voice.close(line.now, EndReason::HungUp);
        let outcome = line.voice.outcome();
        assert_eq!(outcome.urgency, Urgency::LifeSafety(LifeSafety::Gas), "read: {is_read}");
        assert_eq!(outcome.intent, Some(Intent::Emergency));
        assert_eq!(outcome.ended, Some(EndReason::HungUp));
        assert!(outcome.place.is_some_and(|place| place.value.contains("204") && !place.confirmed));
        assert!(outcome.matter.is_some_and(|matter| matter.contains("gas")));
        assert_eq!(outcome.promised, crate::dialogue::Promise::Nothing, "nobody was rung");
    }
}

#[test]
fn a_yes_before_hanging_up_confirms_what_was_read_back() {
    let mut line = Line::new();
    line.agent_finishes();
    line.says("My sink is leaking in unit 204.", repair());
    line.agent_finishes();
    assert!(line.last_spoken().contains("2 0 4"), "{}", line.last_spoken());
    line.starts();
    let turn = line.turn;
    line.media_ms += 400;
    let at_ms = line.media_ms;
    line.pass(ms(500));
    line.input(VoiceInput::Speech(SpeechEvent::Paused { turn, at_ms, voiced_ms: 400, silence_ms: 100 }));
    line.input(VoiceInput::Speech(SpeechEvent::Heard { turn, at_ms, text: "Yes.".into(), decode_ms: 60 }));
    line.starts();
    line.input(VoiceInput::Understood { turn, reading: step(Move::Affirm) });
    line.voice.close(line.now, EndReason::HungUp);
    assert!(line.voice.outcome().place.is_some_and(|place| place.confirmed));
}
