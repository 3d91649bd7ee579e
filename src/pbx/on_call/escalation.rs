//! An escalation: what people on call are told of a caller in danger, and each step that was taken, in order.
//!
//! It is known by the call in which the danger was heard, and one call makes one. Its steps are stored and never changed;
//! how it stands is read from them.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    dialogue::{Outcome, Urgency, place_aloud},
    types::{CallId, PhoneNumber},
};

/// What people on call are told, as far as it is known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    pub urgency: Urgency,
    /// In the office's own spelling where it matched the roster.
    pub place: Option<String>,
    pub name: Option<String>,
    /// The number that the caller gave, or else calls from.
    pub callback: Option<PhoneNumber>,
    /// The caller's own words, at most 160 characters.
    pub words: Option<String>,
}

/// So much of what the caller said is kept in a step.
const LONGEST_WORDS: usize = 160;

impl Report {
    /// Of what a conversation has brought to light, if there is danger or harm in it.
    pub fn of(outcome: &Outcome, urgency: Urgency, caller: Option<PhoneNumber>) -> Option<Self> {
        if urgency == Urgency::Routine {
            return None;
        }
        let words = outcome.matter.as_deref().or(outcome.first_words.as_deref());
        Some(Self {
            urgency,
            place: outcome.place.as_ref().map(|place| place.value.clone()),
            name: outcome.name.as_ref().map(|name| name.value.clone()),
            callback: outcome.callback.as_ref().map(|callback| callback.value).or(caller),
            words: words.map(|words| words.chars().take(LONGEST_WORDS).collect()),
        })
    }

    /// `Emergency, gas smell`.
    pub fn what(&self) -> &'static str {
        self.urgency.spoken().unwrap_or("A caller needs help")
    }

    /// What whoever has picked up hears: the office, what, where and the number, in short words, and the keys.
    pub fn spoken(&self, office: &str) -> String {
        let place = self.place.as_deref().map_or_else(|| "Nobody has said where".to_owned(), place_aloud);
        let callback = match self.callback {
            Some(number) => format!("Call back {}", number.spoken()),
            None => "The caller's number is not known".to_owned(),
        };
        format!(
            "This is {office}. {}. {place}. {callback}. Press 1 to accept, 2 to leave it until the morning, \
             3 if you know of it already, 0 to hear this again.",
            self.what(),
        )
    }

    /// What, where, who and the number, as it is written: `Emergency, gas smell, Unit 4B, Dana, (303) 555-0177`.
    pub fn line(&self) -> String {
        let callback = self.callback.map(|number| number.national());
        let parts = [Some(self.what().to_owned()), self.place.clone(), self.name.clone(), callback];
        parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
    }
}

/// How a call to somebody on call came to nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unreached {
    NoAnswer,
    Busy,
    /// Picked up, and no key was pressed: a voicemail, perhaps.
    NoKey,
    /// Picked up, and hung up without a key.
    HungUp,
    /// No trunk took the call.
    Failed,
    /// The number may not be called by the house's own rules.
    Forbidden,
    /// A call to an emergency number needed the line; the same person is tried again.
    LineGiven,
}

impl Unreached {
    /// For people of the office.
    pub const fn words(self) -> &'static str {
        match self {
            Self::NoAnswer => "did not answer",
            Self::Busy => "was busy",
            Self::NoKey => "picked up, and no key was pressed (voicemail?)",
            Self::HungUp => "picked up, and hung up without a key",
            Self::Failed => "could not be called: no trunk took the call",
            Self::Forbidden => "was not called: the office's rules forbid this number",
            Self::LineGiven => "was interrupted: a call to 911 needed the line",
        }
    }
}

/// What somebody has made of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Somebody sees to it now.
    Accepted,
    /// It is urgent work for the morning: nobody is rung any more. What the record says of the emergency stays.
    Downgraded,
    /// It was known already.
    Known,
}

impl Verdict {
    /// Every verdict.
    pub const ALL: [Self; 3] = [Self::Accepted, Self::Downgraded, Self::Known];

    /// Of the key that was pressed.
    pub const fn of_key(key: char) -> Option<Self> {
        match key {
            '1' => Some(Self::Accepted),
            '2' => Some(Self::Downgraded),
            '3' => Some(Self::Known),
            _ => None,
        }
    }

    /// The word in JSON and in forms.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Downgraded => "downgraded",
            Self::Known => "known",
        }
    }

    /// Reads what [`name`](Self::name) wrote.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|verdict| verdict.name() == name)
    }
}

/// What has happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "what")]
pub enum Event {
    /// Danger was heard. `dialled`: the number of ours that was called.
    Opened {
        report: Report,
        dialled: Option<PhoneNumber>,
    },
    /// The caller has said more.
    Learnt {
        report: Report,
    },
    /// Another caller has told of the same.
    Joined {
        call: CallId,
        report: Report,
    },
    /// It is what another caller has told of already, whose escalation goes on.
    Merged {
        into: CallId,
    },
    /// This one is called. Stored before the call leaves.
    Rung {
        round: u32,
        name: String,
        number: PhoneNumber,
    },
    /// Somebody, or something, has picked up there.
    Answered {
        name: String,
    },
    /// Key 0: it is said once more.
    Repeated {
        name: String,
    },
    Unreached {
        name: String,
        why: Unreached,
    },
    /// The house stopped while this one was being called: they may have heard of it, and the next one is called.
    Uncertain {
        name: String,
    },
    /// Everybody has been called; from the first round on everybody is texted as well.
    RoundEnded {
        round: u32,
        texts_to: Vec<PhoneNumber>,
    },
    Settled {
        verdict: Verdict,
        by: String,
    },
    /// Whoever accepted talks with the caller.
    Connected {
        name: String,
    },
    /// Nobody has settled it for so long that nobody is called any more. It stands at the consoles all the same.
    GivenUp,
}

impl Event {
    /// A sentence for people of the office.
    pub fn words(&self) -> String {
        match self {
            Self::Opened { report, .. } => format!("Heard: {}{}", report.line(), quoted(report)),
            Self::Learnt { report } => format!("Learnt: {}{}", report.line(), quoted(report)),
            Self::Joined { report, .. } => {
                format!("Told by another caller: {}{}", report.line(), quoted(report))
            }
            Self::Merged { into } => format!("Known already: it is what call {into} has told of"),
            Self::Rung { round, name, number } => {
                format!("{name} is called at {} (round {round})", number.national())
            }
            Self::Answered { name } => format!("{name}'s telephone was picked up"),
            Self::Repeated { name } => format!("{name} pressed 0: said again"),
            Self::Unreached { name, why } => format!("{name} {}", why.words()),
            Self::Uncertain { name } => {
                format!("The box had stopped while {name} was being called: perhaps not heard")
            }
            Self::RoundEnded { round, texts_to } => match texts_to.len() {
                0 => format!("Round {round} is over, and nobody has accepted"),
                texts => format!("Round {round} is over, and nobody has accepted: {texts} texted"),
            },
            Self::Settled { verdict: Verdict::Accepted, by } => format!("Accepted by {by}"),
            Self::Settled { verdict: Verdict::Downgraded, by } => {
                format!("Downgraded to urgent work for the morning by {by}")
            }
            Self::Settled { verdict: Verdict::Known, by } => format!("Known already, says {by}"),
            Self::Connected { name } => format!("{name} talks with the caller"),
            Self::GivenUp => "Nobody is called any more".to_owned(),
        }
    }
}

fn quoted(report: &Report) -> String {
    report.words.as_ref().map(|words| format!(" (\"{words}\")")).unwrap_or_default()
}

/// One step of an escalation, as it is kept for ever.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EscalationStep {
    /// The call in which the danger was heard.
    pub call: CallId,
    /// From 1, without a gap.
    pub number: u32,
    pub at: Timestamp,
    pub event: Event,
}

/// How an escalation stands after these steps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Escalation {
    pub call: CallId,
    pub opened: Timestamp,
    pub report: Report,
    pub dialled: Option<PhoneNumber>,
    /// How many steps there are.
    pub steps: u32,
    pub round: u32,
    /// Who was called last, and whether it is known what came of it.
    pub called: Option<Called>,
    /// Who has settled it, how and when.
    pub settled: Option<(Verdict, String, Timestamp)>,
    /// Nobody is called any more, though nobody has settled it.
    pub given_up: bool,
    /// The escalation that goes on for this one.
    pub merged: Option<CallId>,
}

/// Who was called last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Called {
    pub name: String,
    pub number: PhoneNumber,
    /// Nothing is known of what came of it.
    pub under_way: bool,
}

impl Escalation {
    /// Reads the steps, in their order. `None`: the first of them opens nothing.
    pub fn of<'s>(steps: impl IntoIterator<Item = &'s EscalationStep>) -> Option<Self> {
        let mut steps = steps.into_iter();
        let first = steps.next()?;
        let Event::Opened { report, dialled } = &first.event else { return None };
        let mut escalation = Self {
            call: first.call,
            opened: first.at,
            report: report.clone(),
            dialled: *dialled,
            steps: first.number,
            round: 1,
            called: None,
            settled: None,
            given_up: false,
            merged: None,
        };
        steps.for_each(|step| escalation.take(step));
        Some(escalation)
    }

    /// One more step.
    pub fn take(&mut self, step: &EscalationStep) {
        self.steps = step.number;
        match &step.event {
            Event::Opened { .. }
            | Event::Joined { .. }
            | Event::Repeated { .. }
            | Event::Connected { .. } => {}
            Event::Merged { into } => {
                self.comes_to_an_end();
                self.merged = Some(*into);
            }
            Event::Learnt { report } => self.report = report.clone(),
            Event::Rung { round, name, number } => {
                self.round = *round;
                self.called = Some(Called { name: name.clone(), number: *number, under_way: true });
            }
            Event::Answered { .. } => {}
            Event::Unreached { .. } | Event::Uncertain { .. } => self.comes_to_an_end(),
            Event::RoundEnded { round, .. } => {
                self.round = round.saturating_add(1);
                self.called = None;
            }
            Event::Settled { verdict, by } => {
                self.comes_to_an_end();
                // The first one counts: what a caller was told of it does not change.
                self.settled.get_or_insert((*verdict, by.clone(), step.at));
            }
            Event::GivenUp => self.given_up = true,
        }
    }

    fn comes_to_an_end(&mut self) {
        if let Some(called) = &mut self.called {
            called.under_way = false;
        }
    }

    /// Does anybody still have to see to it?
    pub fn is_open(&self) -> bool {
        self.settled.is_none() && self.merged.is_none()
    }
}
