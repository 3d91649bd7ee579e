//! Speaking over the agent: what stops it, what does not, and what it says afterwards.

use super::*;

#[test]
fn speaking_over_the_agent_stops_it_at_once() {
    let mut line = Line::new();
    let utterance = line.agent_speaks_for(3_000);
    line.starts();
    assert_eq!(line.log.last(), Some(&VoiceOutput::Hush { utterance }), "in the same instant");
    line.is_hushed(utterance, 3_040);
    assert!(
        line.log.iter().any(|o| matches!(
            o,
            VoiceOutput::Said { interrupted_after_ms: Some(3_040), latency_ms: None, .. }
        ))
    );
    line.pauses(1_000, LEAK, repair());
    line.pass(ms(500));
    assert_eq!(line.heard(), [LEAK]);
    assert!(line.last_spoken().contains("Which unit"));
}

#[test]
fn a_sign_of_listening_lets_the_agent_repeat_the_clause_that_was_cut() {
    for text in ["mm-hm", ""] {
        let mut line = Line::new();
        let utterance = line.agent_speaks_for(3_000);
        line.starts();
        line.is_hushed(utterance, 3_000);
        line.pauses(300, text, step(Move::Affirm));
        line.pass(ms(1_500));
        assert!(line.heard().is_empty(), "no turn of the caller");
        assert!(line.last_spoken().starts_with("The office is closed right now."), "{}", line.last_spoken());
    }
}

#[test]
fn a_click_lets_the_agent_go_on() {
    let mut line = Line::new();
    let utterance = line.agent_speaks_for(3_000);
    line.starts();
    line.is_hushed(utterance, 3_000);
    let turn = line.turn;
    line.input(VoiceInput::Speech(SpeechEvent::Dismissed { turn, at_ms: 10 }));
    line.pass(ms(399));
    assert!(!line.last_spoken().starts_with("The office is closed right now."), "{}", line.last_spoken());
    line.pass(ms(1));
    assert!(line.last_spoken().starts_with("The office is closed right now."), "{}", line.last_spoken());
}

#[test]
fn who_says_stop_and_then_what_they_want_is_not_spoken_over_between_the_two() {
    let mut line = Line::new();
    let utterance = line.agent_speaks_for(3_000);
    let spoken = line.last_spoken().to_owned();
    line.starts();
    line.is_hushed(utterance, 3_000);
    let turn = line.turn;
    line.input(VoiceInput::Speech(SpeechEvent::Dismissed { turn, at_ms: 10 }));
    line.pass(ms(300));
    line.starts();
    line.pass(ms(1_000));
    assert_eq!(line.last_spoken(), spoken);
    line.pauses(1_200, LEAK, repair());
    line.pass(ms(500));
    assert_eq!(line.heard(), [LEAK]);
}

#[test]
fn what_is_being_repeated_is_stopped_by_words_and_not_by_sound() {
    let mut line = Line::new();
    let utterance = line.agent_speaks_for(3_000);
    line.starts();
    line.is_hushed(utterance, 3_000);
    line.pauses(300, "okay", step(Move::Affirm));
    line.pass(ms(1_500));
    let again = line.agent_speaks_for(500);
    line.starts();
    assert!(!line.log.contains(&VoiceOutput::Hush { utterance: again }));
    line.pauses(600, "okay", step(Move::Affirm));
    line.pass(ms(1_000));
    assert!(!line.log.contains(&VoiceOutput::Hush { utterance: again }), "still no reason to stop");
    line.starts();
    line.pauses(600, LEAK, repair());
    line.pass(ms(500));
    line.is_hushed(again, 3_000);
    line.pass(ms(500));
    assert_eq!(line.heard(), [LEAK]);
}

#[test]
fn yes_over_the_end_of_a_read_back_is_the_answer() {
    let mut line = Line::new();
    line.agent_finishes();
    line.says(LEAK, repair());
    line.agent_finishes();
    line.says("Unit 204", reading(Intent::Other, 0.1, None));
    assert!(line.last_spoken().contains("2 0 4"), "{}", line.last_spoken());
    let length = line.last_spoken().chars().count() as u64 * SPEECH_MS;
    let utterance = line.agent_speaks_for(length * 3 / 4);
    line.starts();
    line.is_hushed(utterance, u32::try_from(length * 3 / 4).unwrap());
    line.pauses(300, "Yes.", step(Move::Affirm));
    line.pass(ms(300));
    assert!(line.last_spoken().contains("your name"), "{}", line.last_spoken());
    assert!(line.voice.outcome().place.unwrap().confirmed);
}

#[test]
fn a_question_that_was_cut_off_is_asked_again() {
    let mut line = Line::new();
    line.agent_finishes();
    line.says(LEAK, repair());
    line.agent_finishes();
    line.says("Unit 204", reading(Intent::Other, 0.1, None));
    let utterance = line.agent_speaks_for(200);
    line.starts();
    line.is_hushed(utterance, 200);
    line.pauses(900, "Yes I already told the other lady about it", step(Move::Affirm));
    line.pass(ms(900));
    assert!(line.last_spoken().contains("2 0 4"), "{}", line.last_spoken());
    assert!(!line.voice.outcome().place.unwrap().confirmed);
}

#[test]
fn the_life_safety_sentence_is_heard_to_its_end() {
    let mut line = Line::new();
    line.agent_finishes();
    line.says("I smell gas in the hall.", gas());
    let utterance = line.agent_speaks_for(1_000);
    line.starts();
    assert!(!line.log.contains(&VoiceOutput::Hush { utterance }));
    assert_eq!(line.transfer(), None, "first the sentence");
    line.speaking = None;
    line.input(VoiceInput::Played { utterance, heard_ms: 6_000, complete: true });
    assert_eq!(line.transfer(), Some(Destination::OnCall));
}

#[test]
fn what_is_said_over_an_uninterruptible_sentence_is_heard_afterwards() {
    let mut line = Line::with(|office, _| office.on_call = false);
    line.agent_finishes();
    line.says("I smell gas in the hall.", gas());
    let utterance = line.agent_speaks_for(4_000);
    line.starts();
    line.pauses(800, "It's unit 204", reading(Intent::Other, 0.1, None));
    line.pass(ms(600));
    assert_eq!(line.heard().len(), 1);
    line.speaking = None;
    line.input(VoiceInput::Played { utterance, heard_ms: 8_000, complete: true });
    line.pass(ms(600));
    assert_eq!(line.heard(), ["I smell gas in the hall.", "It's unit 204"]);
    assert!(line.last_spoken().contains("2 0 4"), "{}", line.last_spoken());
}

#[test]
fn a_digit_stops_the_prompt_and_is_taken() {
    let mut line = Line::with(|_, opening| opening.open_now = true);
    let utterance = line.agent_speaks_for(500);
    line.input(VoiceInput::Keyed(Digit::new('0').unwrap()));
    line.is_hushed(utterance, 500);
    assert!(line.last_spoken().contains("One moment"), "{}", line.last_spoken());
    line.agent_finishes();
    assert_eq!(line.transfer(), Some(Destination::Staff));
}

#[test]
fn a_caller_who_goes_on_before_the_reply_has_begun_is_let_go_on() {
    let mut line = Line::new();
    line.agent_finishes();
    line.says(LEAK, repair());
    let (utterance, _, _) = line.speaking.take().unwrap();
    let said = line.log.iter().filter(|o| matches!(o, VoiceOutput::Said { .. })).count();
    line.starts();
    assert_eq!(line.log.last(), Some(&VoiceOutput::Hush { utterance }));
    // The host never reports what was never begun; the caller is not kept waiting for that.
    line.pauses(900, "It's unit 204.", reading(Intent::Other, 0.1, None));
    line.pass(ms(1_000));
    assert_eq!(line.log.iter().filter(|o| matches!(o, VoiceOutput::Said { .. })).count(), said);
    assert!(line.last_spoken().contains("2 0 4"), "{}", line.last_spoken());
}

#[test]
fn a_word_into_the_goodbye_is_heard() {
    let mut line = Line::new();
    line.agent_finishes();
    line.says("That's all, bye.", step(Move::Goodbye));
    assert!(line.last_spoken().contains("Goodbye"));
    let utterance = line.agent_speaks_for(600);
    line.starts();
    line.is_hushed(utterance, 600);
    assert_eq!(line.ended(), None);
    line.pauses(900, LEAK, repair());
    line.pass(ms(600));
    assert!(line.last_spoken().contains("unit"), "{}", line.last_spoken());
    assert_eq!(line.ended(), None);
}

#[test]
fn bye_over_the_goodbye_ends_all_the_same() {
    let mut line = Line::new();
    line.agent_finishes();
    line.says("That's all, bye.", step(Move::Goodbye));
    let utterance = line.agent_speaks_for(600);
    line.starts();
    line.is_hushed(utterance, 600);
    let spoken = line.last_spoken().to_owned();
    line.pauses(300, "Bye bye.", step(Move::Goodbye));
    line.pass(ms(600));
    assert_eq!(line.last_spoken(), spoken, "it is not said again");
    assert_eq!(line.ended(), Some(EndReason::Goodbye));
}
