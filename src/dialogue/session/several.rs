//! An utterance that says several things: what the office can answer is answered on the way, and another matter waits for its turn.

use super::{
    Awaiting, Item, Session,
    asking::wonders,
    facts::{asks_no_fact, settles},
    moving::changes_a_showing,
    switching::also,
    understanding::is_answer_step,
};
use crate::dialogue::{
    Clause, Ending, Intent, Reading, Urgency, closed, listing, pack::Line, remark::Remark,
};

/// Matters that wait; of more, the transcript tells.
const FURTHER: usize = 2;

impl Session {
    /// What is left of a turn of several clauses once its questions of fact are answered and its further matters are kept.
    /// `None`: the turn is taken as it is.
    pub(super) fn take_apart(&mut self, reading: &Reading) -> Option<(String, Reading)> {
        if reading.clauses.len() < 2 || reading.urgency.is_life_safety() {
            return None;
        }
        // "I'm working on a story, who can I talk to for a comment?" asks for no hours.
        let open = self.state.flow.is_none();
        if open
            && Remark::OfPress.is_in(
                &reading.clauses.iter().map(|clause| clause.text.as_str()).collect::<Vec<_>>().join(" "),
            )
        {
            return None;
        }
        let whole = reading.clauses.iter().map(|clause| clause.text.as_str()).collect::<Vec<_>>().join(" ");
        let of_home = self.asks_of_one_home(&whole, reading);
        let of_home = |clause: &Clause| of_home && !listing::asked(&clause.text).is_empty();
        let (asides, rest): (Vec<&Clause>, Vec<&Clause>) =
            reading.clauses.iter().partition(|clause| self.is_aside(clause) && !of_home(clause));
        let substance = |clause: &&Clause| {
            let Clause { text, reading } = clause;
            reading.is_sure()
                || is_answer_step(reading)
                || !listing::asked(text).is_empty()
                || self.has_answer(&self.entities(text))
        };
        if !rest.iter().any(substance) {
            return None;
        }
        let first = self.first_matter(&rest);
        if asides.is_empty() && first.is_none() {
            return None;
        }
        for Clause { text, reading } in &asides {
            if let Some(answer) = self.office.clone().answer(reading.topic, text) {
                self.tell_as_written(&answer);
                self.state.told.push(answer);
            }
        }
        let text = rest.iter().map(|clause| clause.text.as_str()).collect::<Vec<_>>().join(" ");
        let reading = match (rest.as_slice(), first) {
            ([only], _) => only.reading.clone(),
            (_, Some(first)) => Reading { urgency: reading.urgency, ..first.reading.clone() },
            _ => Reading { clauses: Vec::new(), ..reading.clone() },
        };
        Some((text, reading))
    }

    /// A question that the office's own facts answer, beside whatever else was said.
    fn is_aside(&self, clause: &Clause) -> bool {
        let Clause { text, reading } = clause;
        let asks = (reading.intent == Intent::Question && reading.is_sure())
            || (reading.topic.is_some()
                && matches!(
                    reading.intent,
                    Intent::Question | Intent::Billing | Intent::Leasing | Intent::Lease | Intent::Other
                ));
        asks && !is_answer_step(reading)
            && closed::topic(self.state.language, text, reading).is_none()
            && self.pack.closed_by_cue(text).is_none()
            // Any two words could be a name, where one was asked for.
            && (self.state.awaiting.item() == Some(Item::Name) || !self.has_answer(&self.entities(text)))
            // "The dog from 2B bit my son. That dog should not be here" asks for no rule, and nobody is told one twice.
            && wonders(text)
            && !Remark::OfBite.is_in(text)
            && !asks_no_fact(text)
            && self
                .office
                .answer(reading.topic, text)
                .is_some_and(|answer| !self.state.told.contains(&answer) && settles(text, &answer))
    }

    /// Of several matters at the opening of the talk, or after one is done, the one that is taken up now: the most urgent, else a
    /// repair, else what was said first. The others wait. `None`: there is one matter, or none.
    fn first_matter<'c>(&mut self, clauses: &[&'c Clause]) -> Option<&'c Clause> {
        if !matches!(self.state.awaiting, Awaiting::Need | Awaiting::Guess(_) | Awaiting::AnythingElse) {
            return None;
        }
        let mut matters: Vec<&Clause> = Vec::new();
        // "My car's got a flat, can we push my tour to Saturday?" is the reason, and nothing to complain about.
        let whole = clauses.iter().map(|clause| clause.text.as_str()).collect::<Vec<_>>().join(" ");
        let moves = changes_a_showing(&whole);
        for clause in clauses {
            let intent = clause.reading.intent;
            // Danger has its own way, before this one.
            let taken_down = intent != Intent::Emergency
                && self.pack.flow(intent).is_some_and(|flow| flow.ending == Ending::Message);
            // To look for a home and to come and see it is one matter.
            let same = |known: Intent| known == intent || (known.is_prospect() && intent.is_prospect());
            let new = !matters.iter().any(|known| same(known.reading.intent));
            // "I'd like to rent my place to a friend" beside a question of the lease makes no prospect of a tenant, and "I put in
            // for an apartment" none of whoever was called by the office.
            let of_a_tenant =
                intent.is_prospect() && !matters.is_empty() && !Remark::SeeksHome.is_in(&clause.text);
            // "Would I get approved?" has its closed answer, and is no matter beside it.
            let closed = closed::topic(self.state.language, &clause.text, &clause.reading).is_some();
            let reason = moves
                && matches!(intent, Intent::Complaint | Intent::Maintenance | Intent::Resident)
                && !Remark::AddsMatter.is_in(&clause.text);
            if clause.reading.is_sure() && taken_down && new && !closed && !of_a_tenant && !reason {
                matters.push(clause);
            }
        }
        if matters.len() < 2 {
            return None;
        }
        let rank = |clause: &Clause| match (clause.reading.urgency, clause.reading.intent) {
            (Urgency::LifeSafety(_) | Urgency::Urgent(_), _) => 0,
            (_, Intent::Maintenance) => 1,
            _ => 2,
        };
        let at = (0..matters.len()).min_by_key(|at| rank(matters[*at]))?;
        let first = matters.remove(at);
        for further in matters.into_iter().take(FURTHER) {
            // A letter "for the insurance about the leak you fixed" makes no vendor of a tenant: of such kinds the words go along.
            if is_matter_of_its_own(further.reading.intent) {
                self.state.further.push((further.reading.intent, further.text.clone()));
            } else if further.reading.intent != Intent::Human {
                // Who asks for a person besides is tried to be put through, and the whole is written down.
                self.state.add_matter(&further.text);
            }
        }
        Some(first)
    }

    /// "Oh, and I also need a copy of my lease", in the middle of a repair: it waits until the repair is written down. `false`: it
    /// is talked about now.
    pub(super) fn keeps_for_later(&mut self, text: &str, reading: &Reading) -> bool {
        let of_its_own =
            self.state.flow.is_some_and(is_matter_of_its_own) && is_matter_of_its_own(reading.intent);
        let same = self.state.flow.is_some_and(|flow| flow.is_prospect() && reading.intent.is_prospect());
        if !of_its_own
            || same
            || self.state.closed
            || self.state.further.len() >= FURTHER
            || self.state.matter.is_none()
            || !Remark::AddsMatter.is_in(text)
        {
            return false;
        }
        self.state.confusions = 0;
        self.state.further.push((reading.intent, text.trim().to_owned()));
        self.tell(Line::Added);
        true
    }

    /// The matter that has waited longest, taken up. `false`: none waits.
    pub(super) fn take_up_further(&mut self) -> bool {
        if self.state.further.is_empty() {
            return false;
        }
        let (intent, text) = self.state.further.remove(0);
        let Some(flow) = self.pack.flow(intent) else { return false };
        let label = flow.label.clone();
        // Where nothing is left to ask, a second farewell would only keep them on the line.
        let asks = flow.items.iter().any(|&item| item != Item::Matter && !self.state.form.is_done(item));
        if !asks && self.state.closed && intent != Intent::Maintenance && !intent.is_prospect() {
            self.state.note(also(intent));
            self.state.add_matter(&text);
            return self.take_up_further();
        }
        self.keep_what_was();
        self.tell_with(Line::Switch, &label);
        self.begin_flow(intent, &text);
        true
    }
}

/// Does a second matter of this kind have questions of its own that are worth asking?
const fn is_matter_of_its_own(intent: Intent) -> bool {
    !matches!(
        intent,
        Intent::Vendor
            | Intent::Question
            | Intent::Message
            | Intent::Human
            | Intent::Owner
            | Intent::Other
            | Intent::Buyer
            | Intent::Seller
    )
}
