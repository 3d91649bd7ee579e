//! Conversations by voice in virtual time: no sound, no waiting, every millisecond accounted for.

use std::time::{Duration, Instant};

use super::*;
use crate::{
    dialogue::{
        Channel, Destination, Fact, Intent, LifeSafety, Move, Roster, Topic, UnitRef, Urgency, UrgentKind,
    },
    types::UtteranceId,
};

fn ms(n: u64) -> Duration {
    Duration::from_millis(n)
}

/// A caller, an ear, a mouth and a clock that jumps.
struct Line {
    voice: Voice,
    now: Instant,
    began: Instant,
    log: Vec<VoiceOutput>,
    turn: TurnId,
    speaking: Option<(UtteranceId, String, Instant)>,
    media_ms: u64,
}

/// What the fake mouth takes for a character.
const SPEECH_MS: u64 = 62;

impl Line {
    fn new() -> Self {
        Self::with(|_, _| {})
    }

    #[expect(clippy::disallowed_methods, reason = "an origin for virtual time; never read again")]
    fn with(change: impl FnOnce(&mut Office, &mut Opening)) -> Self {
        let now = Instant::now();
        let mut office = Office {
            name: "Maple Court".into(),
            address: None,
            hours: None,
            roster: Roster {
                units: vec![UnitRef {
                    property: "Maple Court".into(),
                    street: String::new(),
                    unit: "204".into(),
                }],
                ..Roster::default()
            },
            home_area_code: 303,
            facts: vec![Fact {
                topic: Some(Topic::Trash),
                asked_by: vec!["trash".into()],
                answer: "Trash is picked up on Tuesday.".into(),
            }],
            on_call: true,
            staff: true,
        };
        let mut opening = Opening {
            caller: Some("+13035550142".parse().unwrap()),
            contact: None,
            label: None,
            local: jiff::civil::date(2026, 11, 20).at(23, 0, 0, 0),
            open_now: false,
            channel: Channel::Voice,
        };
        change(&mut office, &mut opening);
        let pack = Arc::new(Pack::property().unwrap());
        let voice = Voice::begin(now, pack, Arc::new(office), opening);
        let mut line =
            Self { voice, now, began: now, log: Vec::new(), turn: TurnId(0), speaking: None, media_ms: 0 };
        line.drain();
        line
    }

    fn drain(&mut self) -> Option<(Instant, Reason)> {
        loop {
            match self.voice.poll_output(self.now) {
                VoiceOutput::Timeout(at) => return at,
                output => {
                    match &output {
                        VoiceOutput::Listen { turn } => self.turn = *turn,
                        VoiceOutput::Speak { utterance, text } => {
                            assert!(self.speaking.is_none(), "two utterances at once");
                            self.speaking = Some((*utterance, text.clone(), self.now));
                        }
                        _ => {}
                    }
                    self.log.push(output);
                }
            }
        }
    }

    fn input(&mut self, input: VoiceInput) {
        self.voice.handle_input(self.now, input);
        self.drain();
    }

    /// Time passes; every deadline on the way is kept.
    fn pass(&mut self, span: Duration) {
        let until = self.now + span;
        while let Some((at, _)) = self.drain().filter(|(at, _)| *at <= until) {
            self.now = self.now.max(at);
            self.voice.handle_input(self.now, VoiceInput::Timeout);
        }
        self.now = until;
        self.drain();
    }

    /// The agent says what it has to say, undisturbed.
    fn agent_finishes(&mut self) {
        while let Some((utterance, text, _)) = self.speaking.take() {
            self.pass(ms(30));
            self.input(VoiceInput::Speaking { utterance });
            let length = text.chars().count() as u64 * SPEECH_MS;
            self.pass(ms(length));
            let heard_ms = u32::try_from(length).unwrap();
            self.input(VoiceInput::Played { utterance, heard_ms, complete: true });
        }
    }

    /// The agent has begun and has been heard for so long.
    fn agent_speaks_for(&mut self, heard: u64) -> UtteranceId {
        let (utterance, _, _) = *self.speaking.as_ref().map(|s| Box::new(s.clone())).unwrap();
        self.pass(ms(30));
        self.input(VoiceInput::Speaking { utterance });
        self.pass(ms(heard));
        utterance
    }

    fn is_hushed(&mut self, utterance: UtteranceId, heard_ms: u32) {
        assert!(self.log.contains(&VoiceOutput::Hush { utterance }), "{:?}", self.log);
        self.speaking = None;
        self.input(VoiceInput::Played { utterance, heard_ms, complete: false });
    }

    fn starts(&mut self) {
        let turn = self.turn;
        self.input(VoiceInput::Speech(SpeechEvent::Started { turn, at_ms: self.media_ms }));
    }

    /// The caller pauses after `voiced` of speech; the words come 100 ms after the report, read 20 ms later.
    fn pauses(&mut self, voiced: u64, text: &str, reading: Reading) {
        let turn = self.turn;
        self.media_ms += voiced;
        self.pass(ms(voiced));
        self.pass(ms(200));
        let at_ms = self.media_ms;
        let voiced_ms = u32::try_from(voiced).unwrap();
        self.input(VoiceInput::Speech(SpeechEvent::Paused { turn, at_ms, voiced_ms, silence_ms: 200 }));
        self.pass(ms(60));
        self.input(VoiceInput::Speech(SpeechEvent::Heard { turn, at_ms, text: text.into(), decode_ms: 60 }));
        if !text.is_empty() && self.log.last() == Some(&VoiceOutput::Understand { turn, text: text.into() }) {
            self.pass(ms(15));
            self.input(VoiceInput::Understood { turn, reading });
        }
    }

    fn says(&mut self, text: &str, reading: Reading) {
        self.starts();
        self.pauses(1_000, text, reading);
        self.pass(ms(1_500));
    }

    fn heard(&self) -> Vec<&str> {
        self.log
            .iter()
            .filter_map(|o| match o {
                VoiceOutput::Heard { text } => Some(text.as_str()),
                _ => None,
            })
            .collect()
    }

    fn last_spoken(&self) -> &str {
        self.log
            .iter()
            .rev()
            .find_map(|o| match o {
                VoiceOutput::Speak { text, .. } => Some(text.as_str()),
                _ => None,
            })
            .unwrap_or_default()
    }

    fn ended(&self) -> Option<EndReason> {
        self.log.iter().find_map(|o| match o {
            VoiceOutput::End(reason) => Some(*reason),
            _ => None,
        })
    }

    fn transfer(&self) -> Option<Destination> {
        self.log.iter().rev().find_map(|o| match o {
            VoiceOutput::Transfer { to, .. } => Some(*to),
            _ => None,
        })
    }
}

fn reading(intent: Intent, confidence: f32, moves: Option<Move>) -> Reading {
    Reading {
        intent,
        confidence,
        ranked: vec![(intent, confidence)],
        urgency: Urgency::Routine,
        moves,
        topic: None,
    }
}

fn repair() -> Reading {
    reading(Intent::Maintenance, 0.9, None)
}

fn step(step: Move) -> Reading {
    reading(Intent::Other, 0.0, Some(step))
}

fn gas() -> Reading {
    Reading { urgency: Urgency::LifeSafety(LifeSafety::Gas), ..reading(Intent::Emergency, 1.0, None) }
}

const LEAK: &str = "My kitchen sink is leaking.";

#[test]
fn the_agent_listens_and_greets() {
    let line = Line::new();
    assert_eq!(line.log[0], VoiceOutput::Listen { turn: TurnId(1) });
    assert!(line.last_spoken().starts_with("Thanks for calling Maple Court."));
}

#[test]
fn a_whole_sentence_is_answered_four_hundred_milliseconds_after_its_last_sound() {
    let mut line = Line::new();
    line.agent_finishes();
    line.starts();
    line.pauses(1_500, LEAK, repair());
    assert!(line.heard().is_empty(), "200 + 60 + 15 ms: not yet");
    line.pass(ms(124));
    assert!(line.heard().is_empty(), "399 ms");
    line.pass(ms(1));
    assert_eq!(line.heard(), [LEAK]);
    line.agent_finishes();
    let latency = line.log.iter().rev().find_map(|o| match o {
        VoiceOutput::Said { latency_ms, .. } => Some(*latency_ms),
        _ => None,
    });
    assert_eq!(latency, Some(Some(430)), "the pause, and 30 ms until the first packet");
}

#[test]
fn a_yes_needs_less_and_an_unfinished_sentence_more() {
    for (text, answer, needed) in
        [("Yes.", step(Move::Affirm), 280), ("Yes, but my name is", step(Move::Affirm), 1_500)]
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
        line.pass(ms(needed - 276));
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
    let last = VoiceOutput::Understand { turn, text: "I smell something burning.".into() };
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
    assert!(line.last_spoken().starts_with("The office is closed right now."), "{}", line.last_spoken());
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
    line.voice.close(EndReason::HandedOver);
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
    line.pauses(300, "Bye bye.", step(Move::Goodbye));
    line.pass(ms(600));
    line.agent_finishes();
    assert_eq!(line.ended(), Some(EndReason::Goodbye));
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
