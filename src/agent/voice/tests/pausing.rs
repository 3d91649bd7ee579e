//! When a pause is the end of a turn, and which words are the turn.

use super::*;

#[test]
fn the_agent_listens_and_greets() {
    let line = Line::new();
    assert_eq!(line.log[0], VoiceOutput::Listen { turn: TurnId(1) });
    assert!(line.last_spoken().starts_with("Thanks for calling Maple Court."));
}

#[test]
fn a_whole_sentence_is_answered_a_third_of_a_second_after_its_last_sound() {
    let mut line = Line::new();
    line.agent_finishes();
    line.starts();
    line.pauses(1_500, LEAK, repair());
    assert!(line.heard().is_empty(), "176 + 60 + 15 ms: not yet");
    line.pass(ms(88));
    assert!(line.heard().is_empty(), "339 ms");
    line.pass(ms(1));
    assert_eq!(line.heard(), [LEAK]);
    line.agent_finishes();
    let latency = line.log.iter().rev().find_map(|o| match o {
        VoiceOutput::Said { latency_ms, .. } => Some(*latency_ms),
        _ => None,
    });
    assert_eq!(latency, Some(Some(370)), "the pause, and 30 ms until the first packet");
}

#[test]
fn a_yes_needs_less_and_an_unfinished_sentence_more() {
    for (text, answer, needed) in
        [("Yes.", step(Move::Affirm), 260), ("Yes, but my name is", step(Move::Affirm), 1_500)]
    {
        let mut line = Line::new();
        line.agent_finishes();
        line.says(LEAK, repair());
        line.agent_finishes();
        line.says("Unit 204", reading(Intent::Other, 0.1, None));
        line.agent_finishes();
        let before = line.heard().len();
        line.starts();
        line.pauses(300, text, answer);
        line.pass(ms(needed - 252));
        assert_eq!(line.heard().len(), before, "{text}");
        line.pass(ms(1));
        assert_eq!(line.heard().len(), before + 1, "{text}");
    }
}

#[test]
fn who_goes_on_is_not_answered_in_the_middle() {
    let mut line = Line::new();
    line.agent_finishes();
    line.starts();
    line.pauses(800, "My kitchen sink", repair());
    line.pass(ms(100));
    line.starts();
    line.pass(ms(2_000));
    assert!(line.heard().is_empty(), "the reply was ready, and was dropped");
    line.pauses(1_000, LEAK, repair());
    line.pass(ms(500));
    assert_eq!(line.heard(), [LEAK], "one turn, all of it");
}

#[test]
fn who_goes_on_after_the_agent_has_begun_is_waited_for_longer_from_then_on() {
    let mut line = Line::new();
    line.agent_finishes();
    line.starts();
    line.pauses(1_500, LEAK, repair());
    line.pass(ms(100));
    let utterance = line.agent_speaks_for(300);
    line.starts();
    line.is_hushed(utterance, 300);
    line.pauses(900, "And it is dripping on the floor.", repair());
    line.pass(ms(400));
    line.agent_finishes();
    let before = line.heard().len();
    line.starts();
    line.pauses(1_500, LEAK, repair());
    line.pass(ms(200));
    assert_eq!(line.heard().len(), before, "somebody else would have been answered by now");
    line.pass(ms(200));
    assert_eq!(line.heard().len(), before + 1);
}

#[test]
fn a_cough_after_the_sentence_changes_nothing() {
    let mut line = Line::new();
    line.agent_finishes();
    line.starts();
    line.pauses(800, LEAK, repair());
    line.starts();
    line.pass(ms(50));
    let turn = line.turn;
    line.input(VoiceInput::Speech(SpeechEvent::Dismissed { turn, at_ms: line.media_ms }));
    line.pass(ms(100));
    assert_eq!(line.heard(), [LEAK]);
}

#[test]
fn an_answer_about_words_that_have_changed_is_not_used() {
    let mut line = Line::new();
    line.agent_finishes();
    line.starts();
    let turn = line.turn;
    line.input(VoiceInput::Speech(SpeechEvent::Paused { turn, at_ms: 900, voiced_ms: 900, silence_ms: 200 }));
    line.input(VoiceInput::Speech(SpeechEvent::Heard {
        turn,
        at_ms: 900,
        text: "I smell".into(),
        decode_ms: 60,
    }));
    line.starts();
    line.input(VoiceInput::Speech(SpeechEvent::Paused {
        turn,
        at_ms: 1_900,
        voiced_ms: 1_800,
        silence_ms: 200,
    }));
    line.input(VoiceInput::Speech(SpeechEvent::Heard {
        turn,
        at_ms: 1_900,
        text: "I smell something burning.".into(),
        decode_ms: 60,
    }));
    // The first answer is about "I smell": the second question is put only then.
    line.input(VoiceInput::Understood { turn, reading: repair() });
    let last = VoiceOutput::Understand {
        turn,
        text: "I smell something burning.".into(),
        language: crate::types::Language::English,
    };
    assert_eq!(line.log.last(), Some(&last));
    line.input(VoiceInput::Understood { turn, reading: gas() });
    line.pass(ms(300));
    assert!(line.last_spoken().contains("9 1 1"), "{}", line.last_spoken());
}

#[test]
fn events_of_a_turn_that_is_over_are_dropped() {
    let mut line = Line::new();
    line.agent_finishes();
    let old = line.turn;
    line.says(LEAK, repair());
    assert_ne!(line.turn, old);
    let count = line.log.len();
    line.input(VoiceInput::Speech(SpeechEvent::Started { turn: old, at_ms: 0 }));
    line.input(VoiceInput::Understood { turn: old, reading: gas() });
    line.input(VoiceInput::Speech(SpeechEvent::Heard {
        turn: old,
        at_ms: 0,
        text: "x".into(),
        decode_ms: 1,
    }));
    line.input(VoiceInput::Played { utterance: UtteranceId(99), heard_ms: 0, complete: true });
    assert_eq!(line.log.len(), count);
}

#[test]
fn a_noise_without_words_is_nothing_and_a_mumble_is_asked_about() {
    let mut line = Line::new();
    line.agent_finishes();
    line.starts();
    line.pauses(300, "", step(Move::Silence));
    line.pass(ms(500));
    assert!(line.last_spoken().starts_with("Thanks for calling"), "a cough");
    line.starts();
    line.pauses(1_200, "", step(Move::Silence));
    line.pass(ms(500));
    assert!(line.last_spoken().contains("I didn't get that"), "{}", line.last_spoken());
}

/// The agent has asked for a number.
fn asked_for_a_number() -> Line {
    let mut line = Line::with(|_, opening| opening.caller = None);
    line.agent_finishes();
    line.says("I'd like to leave a message.", reading(Intent::Message, 0.9, None));
    line.agent_finishes();
    line.says("My name is Dana Reyes.", reading(Intent::Other, 0.1, None));
    line.agent_finishes();
    line.says("Yes.", step(Move::Affirm));
    line.agent_finishes();
    assert!(line.last_spoken().contains("number"), "{}", line.last_spoken());
    line
}

#[test]
fn between_the_groups_of_a_number_a_sound_that_was_nothing_is_waited_for_anew() {
    let mut line = asked_for_a_number();
    let before = line.heard().len();
    line.starts();
    line.pauses(900, "three oh three", step(Move::Silence));
    line.pass(ms(1_300));
    line.starts();
    line.pass(ms(200));
    let turn = line.turn;
    line.input(VoiceInput::Speech(SpeechEvent::Dismissed { turn, at_ms: line.media_ms }));
    line.pass(ms(1_700));
    assert_eq!(line.heard().len(), before, "they look for the rest of it");
    line.pass(ms(200));
    assert_eq!(line.heard().len(), before + 1);
}

#[test]
fn words_that_come_while_a_click_is_heard_are_read_all_the_same() {
    let mut line = Line::new();
    line.agent_finishes();
    line.starts();
    let turn = line.turn;
    line.input(VoiceInput::Speech(SpeechEvent::Paused { turn, at_ms: 900, voiced_ms: 900, silence_ms: 144 }));
    line.starts();
    let text = LEAK.to_owned();
    line.input(VoiceInput::Speech(SpeechEvent::Heard { turn, at_ms: 900, text, decode_ms: 60 }));
    line.input(VoiceInput::Speech(SpeechEvent::Dismissed { turn, at_ms: 1_200 }));
    line.input(VoiceInput::Understood { turn, reading: repair() });
    line.pass(ms(500));
    assert_eq!(line.heard(), [LEAK]);
}
