//! Turns, acts and readings in a line each.

use crate::dialogue::{
    Act, CalendarAnswer, CalendarRequest, Destination, EndReason, Reading, Told, Urgency, UserTurn,
};

pub(super) fn told_in_words(told: &Told) -> String {
    match told {
        Told::Turn(UserTurn::Said { text, .. }) => format!("the caller: \"{text}\""),
        Told::Turn(UserTurn::Keyed(digit)) => format!("the caller presses {}", digit.key()),
        Told::Turn(UserTurn::Silence) => "the caller is silent".to_owned(),
        Told::Turn(UserTurn::Unclear) => "a sound without words".to_owned(),
        Told::Turn(UserTurn::TransferFailed) => "nobody takes the caller".to_owned(),
        Told::Turn(UserTurn::OnCallHeard) => "somebody on call has heard of it".to_owned(),
        Told::Turn(UserTurn::Calendar(answer)) => format!("the calendar: {}", answered(answer)),
        Told::Unheard => "the caller spoke over the last words".to_owned(),
        Told::Reopened => "the caller speaks into the goodbye".to_owned(),
        Told::RanOut => "the longest a conversation may last".to_owned(),
        Told::SpeechFailed { .. } => "speech fails".to_owned(),
        Told::LastWords { text, .. } => format!("the caller, and then is gone: \"{text}\""),
        Told::Closed(reason) => ended(*reason).to_owned(),
    }
}

fn answered(answer: &CalendarAnswer) -> String {
    match answer {
        CalendarAnswer::Slots(slots) => format!("{} times", slots.len()),
        CalendarAnswer::Booked(_) => "booked".to_owned(),
        CalendarAnswer::Taken { .. } => "taken by now".to_owned(),
        CalendarAnswer::Cancelled => "cancelled".to_owned(),
        CalendarAnswer::Away => "does not answer".to_owned(),
    }
}

pub(super) fn acts_in_words(acts: &[Act]) -> Vec<String> {
    if acts.is_empty() {
        return vec!["nothing".to_owned()];
    }
    acts.iter().map(act_in_words).collect()
}

fn act_in_words(act: &Act) -> String {
    match act {
        Act::Say(say) => format!("says \"{}\"", say.text),
        Act::Transfer { to, .. } => format!("rings {}", whom(*to)),
        Act::Calendar(CalendarRequest::FindSlots { place, .. }) => {
            format!("asks the calendar for times at {place}")
        }
        Act::Calendar(CalendarRequest::Book { slot, .. }) => format!("books {}", slot.written()),
        Act::Calendar(CalendarRequest::Cancel { .. }) => "takes a showing out of the calendar".to_owned(),
        Act::End(reason) => format!("ends: {}", ended(*reason)),
    }
}

pub(super) const fn whom(to: Destination) -> &'static str {
    match to {
        Destination::OnCall => "the person on call",
        Destination::Staff => "the desk phones",
    }
}

/// How a conversation ended, as a phrase.
pub(super) const fn ended(reason: EndReason) -> &'static str {
    match reason {
        EndReason::Goodbye => "a goodbye",
        EndReason::HungUp => "the caller hangs up",
        EndReason::HandedOver => "a person takes over",
        EndReason::Silence => "too much silence",
        EndReason::Confusion => "too much that was not understood",
        EndReason::WrongNumber => "a wrong number",
        EndReason::Limit => "the limit of length",
        EndReason::SpeechFailed => "speech has failed",
    }
}

/// `routine`, `urgent (no heat)`, `an emergency (gas)`.
pub(super) fn urgency_in_words(urgency: Urgency) -> String {
    match urgency {
        Urgency::LifeSafety(kind) => format!("an emergency ({})", kind.name().replace('_', " ")),
        Urgency::Urgent(kind) => format!("urgent ({})", kind.name().replace('_', " ")),
        Urgency::Routine => "routine".to_owned(),
    }
}

pub(super) fn reading_in_words(reading: &Reading) -> String {
    let mut words = format!("{} ({:.4})", reading.intent.name(), reading.confidence);
    if reading.urgency != Urgency::Routine {
        words.push_str(&format!(", {}", urgency_in_words(reading.urgency)));
    }
    if let Some(step) = reading.moves {
        words.push_str(&format!(", {step:?}").to_lowercase());
    }
    if let Some(topic) = reading.topic {
        words.push_str(&format!(", about {topic:?}").to_lowercase());
    }
    if !reading.clauses.is_empty() {
        words.push_str(&format!(", {} things in one", reading.clauses.len()));
    }
    words
}
