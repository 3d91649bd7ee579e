//! What came of a conversation: read at its end by the wrap-up, written down once.

mod caption;
mod request;

use jiff::civil;
use serde::{Deserialize, Serialize};

use super::{
    Financing, Intent, LifeSafety, Pets, Showing, Treated, Urgency, UrgentKind, reply, token::titled,
};
use crate::types::{IncidentId, Language, PhoneNumber};

/// The whole result of a conversation, as far as it got. Half a conversation has half an outcome: nothing is lost.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Outcome {
    /// Version of this form, for readers of last year's rows.
    pub version: u16,
    /// What the person wanted; `None` if they never said.
    pub intent: Option<Intent>,
    pub urgency: Urgency,
    pub name: Option<Captured<String>>,
    /// `None` if they gave no number: the caller's own is in the call's record, and nobody agreed to it.
    pub callback: Option<Captured<PhoneNumber>>,
    /// Unit or address, in the office's own spelling where it matched the roster.
    pub place: Option<Captured<String>>,
    /// What it is about, in the person's own words, at most 1,000 characters.
    pub matter: Option<String>,
    /// When they would like to come, or be called: the earliest moment.
    pub wished_for: Option<Captured<civil::DateTime>>,
    /// The same as they said it: `Sat Nov 28, morning`.
    #[serde(default)]
    pub wished_words: Option<String>,
    /// Their own first words on what they want, at most 160 characters.
    #[serde(default)]
    pub first_words: Option<String>,
    /// May the technician go in when nobody is home?
    pub access: Option<Captured<bool>>,
    /// They asked that we do not text or call them.
    pub do_not_contact: bool,
    /// But a person may call them back: they refused texts alone.
    #[serde(default)]
    pub calls_welcome: bool,
    /// They want to be texted, and not called. It is no consent to anything that needs one.
    #[serde(default)]
    pub texts_only: bool,
    /// A person was promised something by the office.
    pub promised: Promise,
    pub ended: Option<EndReason>,
    /// What a prospect looks for.
    #[serde(default)]
    pub sought: Option<Sought>,
    /// What became of their wish to see a home.
    #[serde(default)]
    pub showing: Option<Showing>,
    /// The firm that a vendor or owner calls for.
    #[serde(default)]
    pub company: Option<String>,
    /// What else the team should know, a short sentence each, at most eight.
    #[serde(default)]
    pub notes: Vec<String>,
    /// What was asked that everybody is told alike, and what was told; at most twenty-four.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub treated: Vec<Treated>,
    /// What they wanted, where it is a call type of the office's own, as its people read it: kept here, so that the type may go.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub call_type: Option<String>,
    /// The language that was spoken at the end.
    #[serde(default)]
    pub language: Language,
    /// The notice that they were told, and what they said to it.
    #[serde(default)]
    pub notice: Option<NoticeTold>,
}

/// A notice of a trouble that is known, told before anything was asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct NoticeTold {
    pub incident: IncidentId,
    pub answer: NoticeAnswer,
}

/// What somebody has said to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NoticeAnswer {
    /// Nothing.
    #[default]
    None,
    /// "That's it": they called about the same.
    Enough,
    /// They call about something else.
    Different,
}

/// The home that a prospect looks for, as far as they said.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Sought {
    /// 0 is a studio.
    pub bedrooms: Option<u8>,
    /// Whole dollars a month; of a buyer, whole dollars.
    pub budget: Option<u32>,
    pub move_in: Option<civil::Date>,
    /// Last day of a span: "next month".
    #[serde(default)]
    pub move_in_until: Option<civil::Date>,
    /// As soon as possible.
    #[serde(default)]
    pub soonest: bool,
    #[serde(default)]
    pub pets: Option<Pets>,
    /// They want to come and see it.
    #[serde(default)]
    pub visit: bool,
    /// A listing by the office's own name for it.
    pub listing: Option<String>,
    /// Where a buyer looks, in their own words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub area: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub financing: Option<Financing>,
}

/// A piece of information, and whether the person confirmed the read-back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Captured<T> {
    pub value: T,
    pub confirmed: bool,
}

/// What the agent said would happen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum Promise {
    #[default]
    Nothing,
    /// A work order for the maintenance team.
    WorkOrder,
    /// Somebody will call back about a home.
    LeadCallback,
    /// Somebody will call back.
    Callback,
    /// The person on call was rung.
    OnCallRung,
    /// A home is shown at a time that stands in the calendar.
    Showing,
}

/// Why a conversation ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum EndReason {
    /// Both sides were done.
    Goodbye,
    /// The person hung up.
    HungUp,
    /// A human has taken over.
    HandedOver,
    /// Nothing was said for too long.
    Silence,
    /// Too many turns could not be understood.
    Confusion,
    /// Wrong number, and said so.
    WrongNumber,
    /// The stated limit of turns or minutes was reached.
    Limit,
    /// Speech stopped working; the announcement was played.
    SpeechFailed,
}

/// The version that is written.
pub(super) const OUTCOME_VERSION: u16 = 1;

/// Words in a spoken brief: at the voice's 160 words a minute this is just under eight seconds.
const BRIEF_WORDS: usize = 20;

impl Outcome {
    /// The outcome of a conversation in which nothing was said.
    pub const fn blank() -> Self {
        Self {
            version: OUTCOME_VERSION,
            intent: None,
            urgency: Urgency::Routine,
            name: None,
            callback: None,
            place: None,
            matter: None,
            wished_for: None,
            wished_words: None,
            first_words: None,
            access: None,
            do_not_contact: false,
            calls_welcome: false,
            texts_only: false,
            promised: Promise::Nothing,
            ended: None,
            sought: None,
            showing: None,
            company: None,
            notes: Vec::new(),
            treated: Vec::new(),
            call_type: None,
            language: Language::English,
            notice: None,
        }
    }

    /// What they wanted, as the people of the office read it: `Wrong number`, `Storage units`. `None` if they never said.
    pub fn about(&self) -> Option<String> {
        let shipped = || Some(titled(&self.intent?.name().replace('_', " ")));
        self.call_type.clone().or_else(shipped)
    }

    /// What is whispered to the person who takes the call over: what, where, who and the number, in at most eight
    /// seconds. What does not fit is on their screen.
    pub fn brief(&self) -> String {
        let mut said = Brief { text: String::new(), room: BRIEF_WORDS };
        match (urgency_words(self.urgency), self.intent) {
            (Some((_, spoken)), _) => said.add(spoken),
            (None, Some(intent)) => match reply::topic_noun(intent) {
                Some(noun) => said.add(noun),
                None => self.about().iter().for_each(|about| said.add(about)),
            },
            (None, None) => said.add("A caller"),
        }
        if self.language != Language::English {
            said.add(&format!("Speaks {}", self.language));
        }
        if let Some(place) = &self.place {
            said.add(&reply::place_aloud(&place.value));
        }
        if let Some(name) = &self.name {
            said.add(&name.value);
        }
        // The number is ten words: it is said whole or not at all, and never at the price of who, what and where.
        if let Some(number) = &self.callback {
            said.add(&number.value.spoken());
        }
        // Words of another language are not made clearer by this one's voice.
        if let Some(matter) = self.matter.as_ref().filter(|_| self.language == Language::English) {
            said.add_cut(matter);
        }
        said.text
    }
}

struct Brief {
    text: String,
    room: usize,
}

impl Brief {
    /// Adds the sentence if it fits.
    fn add(&mut self, sentence: &str) {
        let count = sentence.split_whitespace().count();
        if count == 0 || count > self.room {
            return;
        }
        if !self.text.is_empty() {
            self.text.push(' ');
        }
        self.text.push_str(sentence.trim().trim_end_matches(['.', ',', '!', '?']));
        self.text.push('.');
        self.room -= count;
    }

    /// Adds as many of the words as fit, if at least three do.
    fn add_cut(&mut self, sentence: &str) {
        let words: Vec<&str> = sentence.split_whitespace().take(self.room).collect();
        if words.len() >= 3 {
            self.add(&words.join(" "));
        }
    }
}

fn mark(confirmed: bool) -> &'static str {
    if confirmed { "" } else { " (not confirmed)" }
}

impl Urgency {
    /// In a few spoken words: `Emergency, gas smell`. `None`: nobody has to hurry.
    pub fn spoken(self) -> Option<&'static str> {
        urgency_words(self).map(|(_, spoken)| spoken)
    }
}

/// How the urgency is written at the head of a caption, and spoken at the head of a brief.
const fn urgency_words(urgency: Urgency) -> Option<(&'static str, &'static str)> {
    Some(match urgency {
        Urgency::Routine => return None,
        Urgency::LifeSafety(kind) => match kind {
            LifeSafety::Gas => ("EMERGENCY, gas.", "Emergency, gas smell"),
            LifeSafety::Fire => ("EMERGENCY, fire.", "Emergency, fire"),
            LifeSafety::CarbonMonoxide => ("EMERGENCY, carbon monoxide.", "Emergency, carbon monoxide"),
            LifeSafety::Medical => ("EMERGENCY, medical.", "Emergency, medical"),
            LifeSafety::Violence => ("EMERGENCY, violence.", "Emergency, violence"),
            LifeSafety::Electric => ("EMERGENCY, electrical.", "Emergency, electrical danger"),
            LifeSafety::Collapse => ("EMERGENCY, collapse.", "Emergency, collapse"),
            LifeSafety::Trapped => ("EMERGENCY, somebody trapped.", "Emergency, somebody trapped"),
            LifeSafety::Unspecified => ("EMERGENCY, not said which.", "Emergency, not said which"),
        },
        Urgency::Urgent(kind) => match kind {
            UrgentKind::Flooding => ("URGENT, water.", "Urgent, water running"),
            UrgentKind::NoHeat => ("URGENT, no heat.", "Urgent, no heat"),
            UrgentKind::NoCooling => ("URGENT, no cooling.", "Urgent, no cooling"),
            UrgentKind::Lockout => ("URGENT, locked out.", "Urgent, locked out"),
            UrgentKind::NoWater => ("URGENT, no water.", "Urgent, no water"),
            UrgentKind::Sewage => ("URGENT, sewage.", "Urgent, sewage"),
            UrgentKind::NoPower => ("URGENT, no power.", "Urgent, no power"),
            UrgentKind::Unsecured => ("URGENT, home not secured.", "Urgent, home not secured"),
            UrgentKind::Hardship => ("URGENT, hardship.", "Urgent, hardship"),
        },
    })
}

#[cfg(test)]
mod tests;
