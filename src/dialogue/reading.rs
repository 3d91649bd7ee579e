//! What was understood of one utterance: the surface between understanding and the talk.

use serde::{Deserialize, Serialize};

use super::intent::{Intent, Move, Topic};
use crate::types::Language;

/// Danger to life. The reply begins with "leave" or "call 911", before anything else is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LifeSafety {
    /// Smell or sound of escaping gas.
    Gas,
    /// Fire, smoke, an explosion.
    Fire,
    /// A carbon monoxide alarm, or its symptoms.
    CarbonMonoxide,
    /// Somebody is hurt, ill, unconscious, or speaks of suicide.
    Medical,
    /// Violence, an intruder, a weapon, a threat.
    Violence,
    /// A shock, a live wire, water in the electrics, sparks.
    Electric,
    /// A ceiling, balcony or wall that has come down or is about to.
    Collapse,
    /// Somebody is shut in: a lift, a room, a child or an animal behind a door or in a car.
    Trapped,
    /// "Emergency", "help", "call 911" without saying what: asked for at once.
    Unspecified,
}

impl LifeSafety {
    pub const ALL: [LifeSafety; 9] = [
        LifeSafety::Gas,
        LifeSafety::Fire,
        LifeSafety::CarbonMonoxide,
        LifeSafety::Medical,
        LifeSafety::Violence,
        LifeSafety::Electric,
        LifeSafety::Collapse,
        LifeSafety::Trapped,
        LifeSafety::Unspecified,
    ];

    /// The name in files and JSON: `carbon_monoxide`.
    pub const fn name(self) -> &'static str {
        match self {
            LifeSafety::Gas => "gas",
            LifeSafety::Fire => "fire",
            LifeSafety::CarbonMonoxide => "carbon_monoxide",
            LifeSafety::Medical => "medical",
            LifeSafety::Violence => "violence",
            LifeSafety::Electric => "electric",
            LifeSafety::Collapse => "collapse",
            LifeSafety::Trapped => "trapped",
            LifeSafety::Unspecified => "unspecified",
        }
    }

    pub fn from_name(name: &str) -> Option<LifeSafety> {
        LifeSafety::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

/// Harm to the home, or a person without a basic need: the on-call person is rung, nobody is told to leave.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UrgentKind {
    /// Water that is running where it should not: a burst pipe, a ceiling that drips, an overflowing toilet.
    Flooding,
    NoHeat,
    /// No cooling in great heat, or with an infant, an old or a sick person.
    NoCooling,
    Lockout,
    NoWater,
    Sewage,
    NoPower,
    /// The door, a lock or a ground-floor window no longer closes; a break-in that is over.
    Unsecured,
    /// A refrigerator that fails with medicine in it, the only toilet blocked, a lift out for one who needs it.
    Hardship,
}

impl UrgentKind {
    pub const ALL: [UrgentKind; 9] = [
        UrgentKind::Flooding,
        UrgentKind::NoHeat,
        UrgentKind::NoCooling,
        UrgentKind::Lockout,
        UrgentKind::NoWater,
        UrgentKind::Sewage,
        UrgentKind::NoPower,
        UrgentKind::Unsecured,
        UrgentKind::Hardship,
    ];

    /// The name in files and JSON: `no_heat`.
    pub const fn name(self) -> &'static str {
        match self {
            UrgentKind::Flooding => "flooding",
            UrgentKind::NoHeat => "no_heat",
            UrgentKind::NoCooling => "no_cooling",
            UrgentKind::Lockout => "lockout",
            UrgentKind::NoWater => "no_water",
            UrgentKind::Sewage => "sewage",
            UrgentKind::NoPower => "no_power",
            UrgentKind::Unsecured => "unsecured",
            UrgentKind::Hardship => "hardship",
        }
    }

    pub fn from_name(name: &str) -> Option<UrgentKind> {
        UrgentKind::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

/// How fast somebody must act.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "level", content = "kind")]
pub enum Urgency {
    LifeSafety(LifeSafety),
    Urgent(UrgentKind),
    Routine,
}

impl Urgency {
    pub const fn is_life_safety(self) -> bool {
        matches!(self, Urgency::LifeSafety(_))
    }
}

/// What was understood of one utterance.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Reading {
    /// The best intent; [`Intent::Other`] when nothing was sure enough. Always [`Intent::Emergency`] when
    /// `urgency` is life safety.
    pub intent: Intent,
    /// How likely `intent` is, 0 to 1, calibrated: of readings at 0.8, about eight in ten are right.
    pub confidence: f32,
    /// The three likeliest intents by the classifier alone, the likeliest first, each 0 to 1.
    pub ranked: Vec<(Intent, f32)>,
    pub urgency: Urgency,
    /// No word of danger, and yet so like one that the caller is asked first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub suspected: Option<LifeSafety>,
    /// The step of the talk that the words are, when they are one; both a move and an intent may be read
    /// ("yes, my sink leaks"). A bare move ("yes") has the intent `Other`.
    pub moves: Option<Move>,
    /// The fact asked for, if one was recognised.
    pub topic: Option<Topic>,
    /// The language of the words, where they are surely of one: a short "ok" is of none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<Language>,
    /// Where the utterance says several things: each of them by itself, in order. Empty: it says one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub clauses: Vec<Clause>,
}

/// One of several things that an utterance says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Clause {
    pub text: String,
    pub reading: Reading,
}

/// A reading that is at least this sure is routed by.
pub(super) const SURE: f32 = 0.6;

impl Reading {
    /// Confident enough to route by without asking "is this about …?" first.
    pub fn is_sure(&self) -> bool {
        self.confidence >= SURE && self.intent != Intent::Other
    }

    /// An office's own type lays claim to it, and gets it unless somebody must hurry: surely, or, where nothing else is sure,
    /// as the first guess.
    pub(super) fn claim(&mut self, intent: Intent, confidence: f32) {
        if self.urgency != Urgency::Routine || (confidence < SURE && self.is_sure()) {
            return;
        }
        // One that stands for a shipped type may be ranked already.
        if self.ranked.iter().any(|(known, likelihood)| *known == intent && *likelihood >= confidence) {
            return;
        }
        self.ranked.retain(|(known, _)| *known != intent);
        if confidence >= SURE {
            (self.intent, self.confidence) = (intent, confidence);
        }
        let place = self.ranked.iter().position(|(_, likelihood)| *likelihood < confidence);
        self.ranked.insert(place.unwrap_or(self.ranked.len()), (intent, confidence));
    }
}
