//! A scripted understander: enough words for the stories, and no model.

use crate::dialogue::{Intent, LifeSafety, Move, Reading, Topic, Urgency, UrgentKind};

/// How these words are read.
pub(super) fn read(text: &str) -> Reading {
    let lower = text.to_lowercase();
    let has = |cues: &[&str]| cues.iter().any(|cue| lower.contains(cue));
    let denied = has(&["no gas", "don't smell"]);
    let urgency = if has(&["smell gas", "gas smell"]) && !denied {
        Urgency::LifeSafety(LifeSafety::Gas)
    } else if has(&["on fire", "smoke everywhere"]) {
        Urgency::LifeSafety(LifeSafety::Fire)
    } else if has(&["carbon monoxide"]) {
        Urgency::LifeSafety(LifeSafety::CarbonMonoxide)
    } else if has(&["not breathing"]) {
        Urgency::LifeSafety(LifeSafety::Medical)
    } else if has(&["help me now"]) {
        Urgency::LifeSafety(LifeSafety::Unspecified)
    } else if has(&["flooding", "burst"]) {
        Urgency::Urgent(UrgentKind::Flooding)
    } else if has(&["locked out"]) {
        Urgency::Urgent(UrgentKind::Lockout)
    } else if has(&["no heat"]) {
        Urgency::Urgent(UrgentKind::NoHeat)
    } else {
        Urgency::Routine
    };
    let intent = if urgency.is_life_safety() {
        Intent::Emergency
    } else if has(&["real person", "human", "talk to somebody", "operator"]) {
        Intent::Human
    } else if has(&["wrong number"]) {
        Intent::WrongNumber
    } else if has(&["leave a message"]) {
        Intent::Message
    } else if has(&["leak", "broken", "clogged", "repair", "faucet"]) || urgency != Urgency::Routine {
        Intent::Maintenance
    } else if has(&["rent a", "looking for a", "available", "tour"]) {
        Intent::Leasing
    } else if has(&["late fee", "my balance", "pay rent", "pay my rent"]) {
        Intent::Billing
    } else if has(&["i own", "owner"]) {
        Intent::Owner
    } else if has(&["invoice", "plumbing company"]) {
        Intent::Vendor
    } else if has(&["special offer"]) {
        Intent::Sales
    } else if has(&["neighbor", "lease renewal"]) {
        Intent::Resident
    } else if has(&[
        "what day",
        "when are you",
        "are you open",
        "still open",
        "do you have",
        "where is",
        "what time",
        "trash",
    ]) {
        Intent::Question
    } else {
        Intent::Other
    };
    let topic = if has(&["trash"]) {
        Some(Topic::Trash)
    } else if has(&["when are you open", "are you open", "still open"]) {
        Some(Topic::Hours)
    } else if has(&["where is the office"]) {
        Some(Topic::OfficeAddress)
    } else if has(&["pay my rent"]) {
        Some(Topic::RentPayment)
    } else {
        None
    };
    let first = lower.split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default().to_owned();
    let moves = if has(&["don't call me", "don't text me", "stop calling"]) {
        Some(Move::StopContact)
    } else if has(&["bye"]) {
        Some(Move::Goodbye)
    } else if has(&["that's all", "nothing else"]) {
        Some(Move::Done)
    } else if has(&["robot", "who is this", "real human?"]) {
        Some(Move::AskIdentity)
    } else if has(&["say that again", "pardon", "what?"]) && lower.len() < 30 {
        Some(Move::Repeat)
    } else if has(&["one moment", "hold on"]) {
        Some(Move::Wait)
    } else if has(&["start over"]) {
        Some(Move::StartOver)
    } else if has(&["don't know", "no idea"]) {
        Some(Move::Unknown)
    } else if has(&["rather not"]) {
        Some(Move::Refuse)
    } else if has(&["thank"]) {
        Some(Move::Thank)
    } else {
        match first.as_str() {
            "yes" | "yeah" | "correct" | "right" | "sure" => Some(Move::Affirm),
            "no" | "nope" => Some(Move::Deny),
            "hello" | "hi" if lower.split_whitespace().count() <= 2 => Some(Move::Greet),
            _ => None,
        }
    };
    let identity = moves == Some(Move::AskIdentity);
    let intent = if identity { Intent::Other } else { intent };
    let confidence = if intent == Intent::Other { 0.2 } else { 0.9 };
    Reading {
        intent,
        confidence,
        ranked: vec![(intent, confidence)],
        urgency,
        suspected: None,
        moves,
        topic,
        clauses: Vec::new(),
        language: None,
    }
}

/// As `read`, but unsure: the likeliest intent with this likelihood.
pub(super) fn unsure(intent: Intent, likelihood: f32) -> Reading {
    Reading {
        intent: Intent::Other,
        confidence: likelihood,
        ranked: vec![(intent, likelihood)],
        urgency: Urgency::Routine,
        suspected: None,
        moves: None,
        topic: None,
        clauses: Vec::new(),
        language: None,
    }
}
