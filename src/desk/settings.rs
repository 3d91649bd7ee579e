//! What the desk needs to know of the office.

use crate::{
    calendar::ShowingPlan,
    desk::{LetterRules, Template, Wording, WordingError},
    followup::Sequence,
    outbox::AfterCrash,
    pbx::Houses,
    types::{PhoneNumber, QuietHours},
};

/// The office, as far as the desk is concerned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// The office's name, as callers know it.
    pub office: String,
    /// Who gets the summary of each call that no person took.
    pub staff: Vec<PhoneNumber>,
    /// Who is texted that somebody has dialled an emergency number.
    pub emergency_texts: Vec<PhoneNumber>,
    /// Who is texted when a phone wants to call what it may not.
    pub alarm_texts: Vec<PhoneNumber>,
    /// The office's own numbers: they are never texted.
    pub own_numbers: Vec<PhoneNumber>,
    pub wording: Wording,
    /// In the office's zone: when follow-up touches may reach people. The one reply to a missed call goes at any hour,
    /// as the answer to the caller's own call, unless `text_back_waits_for_morning`.
    pub quiet_hours: QuietHours,
    /// May a caller whom nobody answered be texted at all?
    pub text_back: bool,
    pub text_back_waits_for_morning: bool,
    /// Numbers that are dialled about homes: a missed call there is a lead even if nothing was said.
    pub leasing_numbers: Vec<PhoneNumber>,
    /// The sequence that a lead with an opt-in is enrolled in; `None`: none.
    pub lead_sequence: Option<FollowUp>,
    /// Messages of mailboxes that go out by e-mail.
    pub letters: LetterRules,
    /// Who shows homes, and when; `None`: the agent books nothing.
    pub showings: Option<ShowingPlan>,
    /// What the office looks after, and which number is for what.
    pub houses: Houses,
    /// What is done with a text whose fate a crash has hidden.
    pub after_crash: AfterCrash,
}

/// A sequence whose words have been checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FollowUp {
    sequence: Sequence,
    words: Vec<Template>,
}

impl FollowUp {
    /// Checks the words of every touch.
    pub fn new(sequence: Sequence) -> Result<Self, WordingError> {
        let words = sequence
            .touches()
            .iter()
            .map(|touch| Template::try_from(touch.text.clone()))
            .collect::<Result<_, _>>()?;
        Ok(Self { sequence, words })
    }

    pub fn sequence(&self) -> &Sequence {
        &self.sequence
    }

    /// The words of a touch, from 0.
    pub(super) fn words(&self, touch: usize) -> Option<&Template> {
        self.words.get(touch)
    }
}

impl Settings {
    /// Is this number the office's, or of its staff? Such numbers are never texted as callers.
    pub(super) fn is_ours(&self, number: PhoneNumber) -> bool {
        [&self.own_numbers, &self.staff, &self.emergency_texts, &self.alarm_texts]
            .iter()
            .any(|ours| ours.contains(&number))
    }
}
