//! The calendar is asked in the middle of a call: a sentence covers the silence, and nothing is booked that came too late.

use super::*;
use crate::{
    dialogue::{CalendarAnswer, CalendarRequest, ShowingSlot, ShowingState},
    types::ShowingId,
};

const HOME: &str = "210 Maple Court, apartment 3A";

fn leasing() -> Reading {
    reading(Intent::Leasing, 0.95, None)
}

fn other() -> Reading {
    reading(Intent::Other, 0.1, None)
}

fn eleven() -> ShowingSlot {
    let local = jiff::civil::date(2026, 11, 21).at(11, 0, 0, 0);
    let begins = local.to_zoned(jiff::tz::TimeZone::UTC).unwrap().timestamp();
    let ends = begins + jiff::SignedDuration::from_mins(30);
    ShowingSlot { begins, ends, local, agent: "Robin".into() }
}

/// A prospect whose wish for Saturday has just been heard.
fn asked() -> Line {
    let mut line = Line::with(|office, _| {
        office.showings = true;
        office.roster.listings = vec![HOME.into()];
    });
    line.agent_finishes();
    for (text, answer) in [
        ("I'm looking for a two bedroom and want to come see 210 Maple Court, apartment 3A.", leasing()),
        ("My name is Priya Nair.", other()),
        ("Yes.", step(Move::Affirm)),
        ("Yes.", step(Move::Affirm)),
        ("On Saturday.", other()),
    ] {
        line.says(text, answer);
        if text != "On Saturday." {
            line.agent_finishes();
        }
    }
    line
}

/// What was asked last, with its ticket.
fn request(line: &Line) -> (u32, CalendarRequest) {
    let asked = line.log.iter().rev().find_map(|output| match output {
        VoiceOutput::Calendar { ticket, request } => Some((*ticket, request.clone())),
        _ => None,
    });
    asked.expect("the calendar was asked nothing")
}

/// Eleven was offered, read back and agreed to.
fn booking() -> (Line, u32) {
    let mut line = asked();
    let (ticket, _) = request(&line);
    line.input(VoiceInput::Calendar { ticket, answer: CalendarAnswer::Slots(vec![eleven()]) });
    line.agent_finishes();
    assert!(line.last_spoken().contains("at 11 A M"), "{}", line.last_spoken());
    line.says("Yes.", step(Move::Affirm));
    let (ticket, request) = request(&line);
    assert!(matches!(request, CalendarRequest::Book { slot, .. } if slot == eleven()));
    (line, ticket)
}

#[test]
fn the_calendar_is_asked_while_the_sentence_that_covers_the_silence_is_said() {
    let mut line = asked();
    let (ticket, request) = request(&line);
    assert!(matches!(request, CalendarRequest::FindSlots { place, .. } if place == HOME));
    assert!(line.last_spoken().contains("calendar"), "{}", line.last_spoken());
    line.input(VoiceInput::Calendar { ticket, answer: CalendarAnswer::Slots(vec![eleven()]) });
    assert!(line.last_spoken().contains("calendar"), "its sentence is not cut off");
    line.agent_finishes();
    assert!(line.last_spoken().contains("Saturday, November 21, at 11 A M"), "{}", line.last_spoken());
}

#[test]
fn a_calendar_that_is_silent_is_away_before_anybody_asks_whether_the_caller_is_there() {
    let mut line = asked();
    line.agent_finishes();
    line.pass(ms(4_000));
    assert!(line.last_spoken().contains("noted your request"), "{}", line.last_spoken());
    assert_eq!(line.voice.outcome().showing.unwrap().state, ShowingState::Requested);
}

#[test]
fn a_booking_that_comes_too_late_is_taken_back_and_was_never_told() {
    let (mut line, ticket) = booking();
    line.agent_finishes();
    line.pass(ms(4_000));
    line.agent_finishes();
    let showing = ShowingId::from_random(1);
    line.input(VoiceInput::Calendar { ticket, answer: CalendarAnswer::Booked(showing) });
    assert_eq!(request(&line).1, CalendarRequest::Cancel { showing });
    assert_eq!(line.voice.outcome().showing.unwrap().state, ShowingState::Requested);
    let told =
        |output: &VoiceOutput| matches!(output, VoiceOutput::Speak { text, .. } if text.contains("booked:"));
    assert!(!line.log.iter().any(told));
}

fn sayings_of(line: &Line, words: &str) -> usize {
    let said =
        |output: &&VoiceOutput| matches!(output, VoiceOutput::Speak { text, .. } if text.contains(words));
    line.log.iter().filter(said).count()
}

#[test]
fn a_word_while_it_is_being_booked_does_not_keep_the_news_back() {
    for word in ["Oh, good.", "Thank you.", "Great, that works for me."] {
        let (mut line, ticket) = booking();
        let covering = line.agent_speaks_for(500);
        let showing = ShowingId::from_random(1);
        line.input(VoiceInput::Calendar { ticket, answer: CalendarAnswer::Booked(showing) });
        line.starts();
        line.speaking = None;
        line.input(VoiceInput::Played { utterance: covering, heard_ms: 2_600, complete: true });
        line.pauses(700, word, other());
        line.pass(ms(1_500));
        line.agent_finishes();
        assert_eq!(
            sayings_of(&line, "booked"),
            1,
            "{word}: {:?}",
            &line.log[line.log.len().saturating_sub(12)..]
        );
        assert_eq!(line.voice.outcome().showing.unwrap().state, ShowingState::Booked);
    }
}

#[test]
fn the_news_of_a_booking_is_heard_to_its_end_whatever_is_said_over_it() {
    let (mut line, ticket) = booking();
    let showing = ShowingId::from_random(1);
    line.input(VoiceInput::Calendar { ticket, answer: CalendarAnswer::Booked(showing) });
    line.agent_finishes();
    line.says("Can my sister come along?", other());
    line.pass(ms(8_000));
    let whole = |output: &VoiceOutput| matches!(output, VoiceOutput::Said { text, interrupted_after_ms: None, .. } if text.contains("booked"));
    assert!(line.log.iter().any(whole), "{:?}", line.log);
}
