//! Holds what came of a caller against what should have come of it, and against what every call of every office must be.

use std::time::Duration;

use super::{
    cast::Cast,
    script::{Expected, Part},
    sheet::{Fault, Outcome},
};
use crate::{
    desk,
    dialogue::{Act, LifeSafety, ShowingState, Urgency},
    outbox::Kind,
    pbx::{Directory, Disposition, EscalationEvent, Fact, Party, Speaker},
    sim::{Enacted, Scene, Visit},
    store::CallDetail,
    types::{Language, PhoneNumber},
};

/// A caller who has waited so long for an answer has tried the next number of the list.
const PATIENCE: Duration = Duration::from_secs(45);

/// From the words of danger to the first ring at somebody on call.
const TO_THE_RING: Duration = Duration::from_secs(10);

/// People on call are rung about so much of what is one trouble: until it is known to be the same, and once more.
const RINGS_FOR_ALL: usize = 3;

/// No sentence is said more often.
const SAYINGS: usize = 2;

/// Sentences of fewer words are courtesy: "Thank you."
const SENTENCE: usize = 4;

/// The faults of one call, in the order in which they are found.
struct Judge<'a> {
    part: &'a Part,
    /// The office understands what is spoken in the caller's language.
    heard: bool,
    /// What should come of it at this office.
    expect: &'a Expected,
    visit: &'a Visit,
    enacted: &'a Enacted,
    caller: PhoneNumber,
    faults: Vec<Fault>,
}

/// What came of a scene; of several callers, the first who has a fault stands for all.
pub(super) fn judge(
    cast: &Cast,
    directory: &Directory,
    desk: &desk::Settings,
    part: &Part,
    scene: &Scene,
    enacted: &Enacted,
) -> Outcome {
    let speaks = part.speaks();
    let heard = speaks == Language::English
        || directory.office.also.iter().any(|also| also.language == speaks && also.heard);
    let by_keys = Expected { hears: vec!["no entiendo español hablado".to_owned()], ..Expected::default() };
    let expect = match &part.unheard {
        _ if heard => &part.expect,
        Some(unheard) => unheard,
        None => &by_keys,
    };
    let mut judged = enacted.visits.iter().zip(&scene.visitors).map(|(visit, visitor)| {
        let mut judge =
            Judge { part, heard, expect, visit, enacted, caller: visitor.number, faults: Vec::new() };
        judge.house_rules(directory, desk);
        judge.expectations(cast);
        let came = visit.call.as_ref().map_or("no record".to_owned(), came);
        let about = visit.call.as_ref().map_or("no record", about).to_owned();
        let mut transcript = visit.call.as_ref().map(transcript).unwrap_or_default();
        transcript.extend(aftermath(visit, visitor.number, enacted));
        let conversations = enacted.visits.iter().flat_map(|visit| &visit.conversations);
        Outcome::Called {
            at: cast.told(scene.at),
            about,
            came,
            faults: judge.faults,
            transcript,
            ladder: enacted.ladder.clone(),
            journals: conversations.map(|conversed| conversed.journal.clone()).collect(),
        }
    });
    let first = judged.next();
    let well = |outcome: &Outcome| matches!(outcome, Outcome::Called { faults, .. } if faults.is_empty());
    match first {
        Some(first) if well(&first) => judged.find(|outcome| !well(outcome)).unwrap_or(first),
        Some(first) => first,
        None => Outcome::StayedAway { missing: "nobody calls".to_owned() },
    }
}

impl Judge<'_> {
    fn fault(&mut self, said: impl Into<String>) {
        self.faults.push(Fault { said: said.into(), cure: None });
    }

    fn mend_by(&mut self, said: impl Into<String>, cure: &str) {
        self.faults.push(Fault { said: said.into(), cure: Some(cure.to_owned()) });
    }

    /// What holds for every call.
    fn house_rules(&mut self, directory: &Directory, desk: &desk::Settings) {
        let visit = self.visit;
        let answered = visit.facts.iter().find_map(|(at, fact)| match fact {
            Fact::AgentAnswered { .. } | Fact::Answered { .. } => Some(*at),
            _ => None,
        });
        let began = visit.facts.first().map_or(Duration::ZERO, |(at, _)| *at);
        match answered.map(|at| at.saturating_sub(began)) {
            None if visit.call.as_ref().is_some_and(|call| is_served(call.record.disposition)) => {}
            None => self.mend_by(
                "nobody answered, neither a person nor the agent",
                "[[number]]: a number needs phones that ring, or `agent = \"first\"`",
            ),
            Some(waited) if waited > PATIENCE => self.mend_by(
                format!("the caller waited {} s until somebody answered", waited.as_secs()),
                "[[number]]: shorten `ring_seconds`, or let fewer steps ring one after the other",
            ),
            Some(_) => {}
        }
        let Some(call) = &visit.call else {
            return self.fault("the call has no record");
        };
        if visit.endless {
            self.fault("the conversation did not end by itself");
        }
        if self.enacted.left {
            self.fault("something of the call was left behind in the switch");
        }
        let by_agent = visit.facts.iter().any(|(_, fact)| matches!(fact, Fact::AgentAnswered { .. }));
        if !by_agent {
            return;
        }
        self.repetitions(call);
        let summaries = self.enacted.texts.iter().filter(|text| text.kind == Some(Kind::StaffSummary));
        if desk.staff.is_empty() {
            self.mend_by(
                "no summary was sent to anybody of the office",
                "[texts]: `summary_to` names who hears of the agent's calls",
            );
        } else if summaries.count() == 0 {
            self.fault("no summary was sent to the staff");
        }
        if directory.numbers.keys().any(|own| desk.staff.contains(own)) {
            self.mend_by(
                "the summary goes to a number of the office itself, which would answer it with the agent",
                "[texts]: `summary_to` is a mobile number",
            );
        }
    }

    /// The agent says nothing three times.
    fn repetitions(&mut self, call: &CallDetail) {
        let mut said: Vec<(String, usize)> = Vec::new();
        for turn in call.record.turns.iter().filter(|turn| turn.speaker == Speaker::Agent) {
            for sentence in turn.text.split_inclusive(['.', '?', '!']) {
                let sentence = sentence.trim();
                if sentence.split_whitespace().count() < SENTENCE {
                    continue;
                }
                match said.iter_mut().find(|(known, _)| known == sentence) {
                    Some((_, count)) => *count += 1,
                    None => said.push((sentence.to_owned(), 1)),
                }
            }
        }
        for (sentence, count) in said.into_iter().filter(|(_, count)| *count > SAYINGS) {
            self.fault(format!("the agent said \"{sentence}\" {count} times"));
        }
    }

    /// What this caller's part expects.
    fn expectations(&mut self, cast: &Cast) {
        let Some(call) = &self.visit.call else { return };
        let expect = self.expect;
        if self.heard {
            self.spoken_to();
        }
        self.about(call, expect);
        self.written(cast, call, expect);
        self.rung(expect);
        self.said(cast, call, expect);
        if let Some(wanted) = &expect.showing {
            let state = call.record.outcome.as_ref().and_then(|outcome| outcome.showing.as_ref());
            let state = state.map(|showing| &showing.state);
            let booked = !self.enacted.showings.is_empty();
            let fits = match wanted.as_str() {
                "booked" => booked && matches!(state, Some(ShowingState::Booked)),
                _ => !booked && matches!(state, Some(ShowingState::Requested)),
            };
            if !fits {
                self.mend_by(
                    format!("the showing was to be {wanted}, and is {state:?}"),
                    "[[showing_agent]]: are there hours in the days ahead?",
                );
            }
        }
        let texted = self.enacted.texts.iter().any(|text| text.to == self.caller && text.kind.is_some());
        match expect.text {
            Some(true) if !texted => self.mend_by(
                "the caller was sent no text",
                "[texts]: `text_back = true`, and a [[number]] whose carrier takes texts",
            ),
            Some(false) if texted => self.fault("the caller was sent a text and should not have been"),
            _ => {}
        }
    }

    /// Whoever has chosen or spoken a language is spoken to in it to the end.
    fn spoken_to(&mut self) {
        let speaks = self.part.speaks();
        let journals = self.visit.conversations.iter().map(|conversed| &conversed.journal);
        let acts = journals.flat_map(|journal| {
            journal.greeting.iter().chain(journal.steps.iter().flat_map(|step| &step.acts))
        });
        let mut said = acts.rev().filter_map(|act| match act {
            Act::Say(say) => Some(say.language),
            _ => None,
        });
        if let Some(last) = said.next().filter(|last| *last != speaks) {
            self.fault(format!("the caller speaks {speaks}, and the agent ended in {last}"));
        }
    }

    fn about(&mut self, call: &CallDetail, expect: &Expected) {
        let outcome = call.record.outcome.as_ref();
        let intent = outcome.and_then(|outcome| outcome.intent);
        if !expect.about.is_empty() && !intent.is_some_and(|intent| expect.about.contains(&intent)) {
            let known = intent.as_ref().map_or("nothing", |intent| intent.name());
            let wanted: Vec<&str> = expect.about.iter().map(|intent| intent.name()).collect();
            self.fault(format!("understood as {known}, and it was about {}", wanted.join(" or ")));
        }
        if let Some(wanted) = &expect.urgency {
            let urgency = outcome.map_or(Urgency::Routine, |outcome| outcome.urgency);
            let fits = match (wanted.as_str(), urgency) {
                ("routine", Urgency::Routine)
                | ("urgent", Urgency::Urgent(_))
                | ("danger", Urgency::LifeSafety(_)) => true,
                (kind, Urgency::LifeSafety(heard)) => LifeSafety::from_name(kind) == Some(heard),
                (kind, Urgency::Urgent(heard)) => heard.name() == kind,
                _ => false,
            };
            if !fits {
                self.fault(format!("taken as {urgency:?}, and it was {wanted}"));
            }
        }
        let no_contact = outcome.is_some_and(|outcome| outcome.do_not_contact);
        if expect.do_not_contact.is_some_and(|wanted| wanted != no_contact) {
            self.fault("the wish not to be contacted is not noted as it was said");
        }
    }

    fn written(&mut self, cast: &Cast, call: &CallDetail, expect: &Expected) {
        let outcome = call.record.outcome.as_ref();
        for (wanted, found, what) in [
            (expect.work_order, !call.work_orders.is_empty(), "work order"),
            (expect.lead, !call.leads.is_empty(), "lead"),
        ] {
            match wanted {
                Some(true) if !found => self.fault(format!("no {what} was written")),
                Some(false) if found => self.fault(format!("a {what} was written and should not have been")),
                _ => {}
            }
        }
        let name = outcome.and_then(|outcome| outcome.name.as_ref()).map(|name| name.value.clone());
        let place = outcome.and_then(|outcome| outcome.place.as_ref()).map(|place| place.value.clone());
        for (wanted, found, what) in [(&expect.name, name, "name"), (&expect.place, place, "place")] {
            let Some(wanted) = wanted else { continue };
            let wanted = cast.fill(wanted).unwrap_or_else(|_| wanted.clone()).to_lowercase();
            let found = found.unwrap_or_else(|| "none".to_owned());
            if !wanted.split('|').any(|wanted| found.to_lowercase().contains(wanted)) {
                let wanted = wanted.replace('|', " or ");
                self.fault(format!("the {what} is {found}, and it was {wanted}"));
            }
        }
        if let Some(wanted) = &expect.callback {
            let found = outcome.and_then(|outcome| outcome.callback.as_ref()).map(|number| number.value);
            let fits = match wanted.as_str() {
                "theirs" => found == Some(self.caller),
                digits => found.is_some_and(|number| number.to_string().ends_with(digits)),
            };
            if !fits {
                let found = found.map_or("none".to_owned(), |number| number.to_string());
                self.fault(format!("the number to call back is {found}, and it was {wanted}"));
            }
        }
        let access = outcome.and_then(|outcome| outcome.access.as_ref()).map(|access| access.value);
        if let Some(wanted) = expect.access.filter(|wanted| access != Some(*wanted)) {
            self.fault(format!("permission to enter is {access:?}, and it was {wanted}"));
        }
        let orders = call.work_orders.iter().map(|order| order.issue.as_str());
        let leads = call.leads.iter().map(|lead| lead.wish.as_str());
        let matter = outcome.and_then(|outcome| outcome.matter.as_deref());
        let first = outcome.and_then(|outcome| outcome.first_words.as_deref());
        let all: Vec<&str> = orders.chain(leads).chain(matter).chain(first).collect();
        let all = all.join(" ").to_lowercase();
        for word in expect.matter.iter().filter(|word| !all.contains(&word.to_lowercase())) {
            self.fault(format!("what is written down lacks \"{word}\""));
        }
    }

    fn rung(&mut self, expect: &Expected) {
        let began = self.visit.facts.iter().find_map(|(at, fact)| match fact {
            Fact::Escalation(step) if matches!(step.event, EscalationEvent::Opened { .. }) => Some(*at),
            _ => None,
        });
        let rung = self.visit.facts.iter().find_map(|(at, fact)| match fact {
            Fact::Escalation(step) if matches!(step.event, EscalationEvent::Rung { .. }) => Some(*at),
            Fact::Ringing { party: Party::Number(_), .. } => Some(*at),
            _ => None,
        });
        // What another caller has told of already is rung and settled there.
        let own = self.visit.call.as_ref().map(|call| call.record.call);
        let steps = &self.enacted.escalations;
        let joined = steps
            .iter()
            .find(|step| matches!(step.event, EscalationEvent::Joined { call, .. } if Some(call) == own));
        let whose = [own, joined.map(|step| step.call)];
        let settled = steps.iter().any(|step| {
            whose.contains(&Some(step.call)) && matches!(step.event, EscalationEvent::Settled { .. })
        });
        match (expect.on_call, rung) {
            (Some(true), None) if joined.is_some() && settled => {}
            (Some(true), None) => self.mend_by(
                "danger was reported and nobody on call was rung",
                "[[on_call]]: name whom to ring when life or the building is in danger",
            ),
            (Some(true), Some(at)) if began.is_some_and(|began| at.saturating_sub(began) > TO_THE_RING) => {
                self.fault("somebody on call was rung too late");
            }
            (Some(true), Some(_)) if !settled => {
                self.fault("people on call were rung and nobody has accepted");
            }
            (Some(false), Some(_)) => self.fault("somebody on call was rung over nothing"),
            _ => {}
        }
        if let Some(wanted) = expect.incidents {
            let found = self.enacted.incidents.iter().filter(|(row, _)| row.merged_into.is_none()).count();
            if found != wanted {
                self.fault(format!("{found} incidents came of these callers, and not {wanted}"));
            }
            let rings = self.enacted.escalations.iter();
            let rings = rings.filter(|step| matches!(step.event, EscalationEvent::Rung { .. })).count();
            if rings > RINGS_FOR_ALL {
                self.fault(format!("people on call were rung {rings} times about what is one trouble"));
            }
        }
        let person = self.visit.facts.iter().any(|(_, fact)| {
            matches!(fact, Fact::Answered { party: Party::Phone(_) | Party::Number(_), .. })
        });
        match expect.person {
            Some(true) if !person => self.mend_by(
                "no person took the call",
                "[[number]]: which phones ring, and are they registered?",
            ),
            Some(false) if person => self.fault("a person was rung and answered"),
            _ => {}
        }
    }

    fn said(&mut self, cast: &Cast, call: &CallDetail, expect: &Expected) {
        let by = |who: Speaker| {
            let turns = call.record.turns.iter().filter(move |turn| turn.speaker == who);
            turns.map(|turn| turn.text.to_lowercase())
        };
        let agent: Vec<String> = by(Speaker::Agent).collect();
        let agent = agent.join(" ");
        for phrase in &expect.hears {
            let Ok(phrase) = cast.fill(phrase) else { continue };
            let said = phrase.to_lowercase().split('|').any(|way| agent.contains(way.trim()));
            if !said {
                self.fault(format!("the agent never said \"{phrase}\""));
            }
        }
        for phrase in expect.never.iter().filter(|phrase| agent.contains(&phrase.to_lowercase())) {
            self.fault(format!("the agent said \"{phrase}\", and must not"));
        }
        let turns = by(Speaker::Caller).count();
        if let Some(most) = expect.turns.filter(|most| turns > *most) {
            self.fault(format!("it took {turns} turns of the caller, and {most} are enough"));
        }
    }
}

/// The box itself has answered, with something else than the agent.
const fn is_served(disposition: Disposition) -> bool {
    matches!(disposition, Disposition::Announced | Disposition::Voicemail | Disposition::Served)
}

/// What a call was taken for, or how it ended.
fn about(call: &CallDetail) -> &str {
    let outcome = call.record.outcome.as_ref();
    let about = outcome.and_then(|outcome| outcome.intent.as_ref()).map(|intent| intent.name());
    about.unwrap_or(call.record.disposition.name())
}

/// What came of a call, in a line.
fn came(call: &CallDetail) -> String {
    let turns = call.record.turns.iter().filter(|turn| turn.speaker == Speaker::Caller).count();
    let mut parts = vec![about(call).to_owned()];
    if let Some(order) = call.work_orders.first() {
        let place = order.place.as_deref().unwrap_or("place unknown");
        parts.push(format!("work order{} at {place}", if order.emergency { ", EMERGENCY" } else { "" }));
    }
    if let Some(lead) = call.leads.first() {
        parts.push(format!("lead of {}", lead.name.as_deref().unwrap_or("somebody")));
    }
    parts.push(format!("{turns} turns"));
    parts.join(", ")
}

fn transcript(call: &CallDetail) -> Vec<String> {
    let turn = |turn: &crate::pbx::TurnRecord| {
        let who = if turn.speaker == Speaker::Agent { "agent " } else { "caller" };
        format!("{who}  {}", turn.text)
    };
    call.record.turns.iter().map(turn).collect()
}

/// Who was rung after the agent had answered, what the office is told of the call, and what the caller is sent: whoever
/// reads the talk judges it by what came of it.
fn aftermath(visit: &Visit, caller: PhoneNumber, enacted: &Enacted) -> Vec<String> {
    let after_the_agent =
        visit.facts.iter().skip_while(|(_, fact)| !matches!(fact, Fact::AgentAnswered { .. }));
    let mut lines: Vec<String> = Vec::new();
    for (_, fact) in after_the_agent {
        let line = match fact {
            Fact::Ringing { party: Party::Phone(extension), .. } => format!("rang    extension {extension}"),
            Fact::Ringing { party: Party::Number(number), .. } => format!("rang    {number}"),
            Fact::Answered { party: Party::Phone(extension), .. } => format!("took it extension {extension}"),
            Fact::Answered { party: Party::Number(number), .. } => format!("took it {number}"),
            _ => continue,
        };
        if !lines.contains(&line) {
            lines.push(line);
        }
    }
    lines.extend(visit.call.iter().map(|call| format!("wrote   {}", call.summary)));
    let texts = enacted.texts.iter().rev().filter(|text| text.kind.is_some() && text.to == caller);
    lines.extend(texts.map(|text| format!("texted  {}", text.body)));
    lines
}
