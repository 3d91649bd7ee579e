//! What would go otherwise in a call today, in plain sentences, and how grave that is.

use std::{collections::BTreeSet, fmt};

use super::{
    Anew,
    telling::{acts_in_words, ended, urgency_in_words, whom},
};
use crate::dialogue::{
    Act, Captured, Destination, EndReason, Intent, Journal, Outcome, Promise, Step, Told, Urgency, UserTurn,
};

/// Characters of a sentence that is quoted.
const QUOTED: usize = 120;

/// How grave a difference is, the least first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Gravity {
    /// It goes otherwise; nobody is worse off for all that can be told.
    Differs,
    /// Something that the call brought would be lost, or another thing be written down.
    Worse,
    /// A danger to life would no longer be one.
    LosesEmergency,
}

/// One thing that would go otherwise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    pub gravity: Gravity,
    /// A plain sentence without its full stop.
    pub said: String,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.said)
    }
}

/// What differs between a conversation and the same one held anew, the gravest first. Empty: every decision is the same.
pub fn differences(then: &Journal, anew: &Anew) -> Vec<Difference> {
    let now = &anew.journal;
    let mut found = Found(Vec::new());
    found.urgency(then.outcome.urgency, now.outcome.urgency);
    found.on_call(then, now);
    found.intent(then.outcome.intent, now.outcome.intent);
    found.ending(then.outcome.ended, now.outcome.ended);
    found.fields(&then.outcome, &now.outcome);
    found.facts(&then.steps, &now.steps);
    found.questions(&then.steps, &now.steps, anew);
    found.words(then, now);
    found.0.sort_by_key(|difference| std::cmp::Reverse(difference.gravity));
    found.0
}

struct Found(Vec<Difference>);

impl Found {
    fn note(&mut self, gravity: Gravity, said: impl Into<String>) {
        self.0.push(Difference { gravity, said: said.into() });
    }

    fn urgency(&mut self, then: Urgency, now: Urgency) {
        let gravity = match (then, now) {
            (then, now) if then == now => return,
            (Urgency::LifeSafety(_), Urgency::LifeSafety(_)) => Gravity::Worse,
            (Urgency::LifeSafety(_), _) => Gravity::LosesEmergency,
            (Urgency::Urgent(_), Urgency::Routine) => Gravity::Worse,
            _ => Gravity::Differs,
        };
        let (then, now) = (urgency_in_words(then), urgency_in_words(now));
        self.note(gravity, format!("it was {then} and would be {now}"));
    }

    /// Who was rung and would not be.
    fn on_call(&mut self, then: &Journal, now: &Journal) {
        for to in [Destination::OnCall, Destination::Staff] {
            match (rings(then, to), rings(now, to)) {
                (true, false) => {
                    let gravity = if to == Destination::OnCall { Gravity::Worse } else { Gravity::Differs };
                    self.note(gravity, format!("it would no longer ring {}", whom(to)));
                }
                (false, true) => self.note(Gravity::Differs, format!("it would ring {}", whom(to))),
                _ => {}
            }
        }
    }

    fn intent(&mut self, then: Option<Intent>, now: Option<Intent>) {
        let name = |intent: Option<Intent>| {
            intent.map_or_else(|| "nothing that was understood".to_owned(), |intent| intent.name().to_owned())
        };
        if then != now {
            let vague = matches!(then, None | Some(Intent::Other));
            let gravity = if vague { Gravity::Differs } else { Gravity::Worse };
            self.note(gravity, format!("it was about {} and would be about {}", name(then), name(now)));
        }
    }

    fn ending(&mut self, then: Option<EndReason>, now: Option<EndReason>) {
        let name = |ending: Option<EndReason>| ending.map_or("nothing", ended);
        if then != now {
            let gravity = if is_bad(now) && !is_bad(then) { Gravity::Worse } else { Gravity::Differs };
            self.note(gravity, format!("it ended with {} and would end with {}", name(then), name(now)));
        }
    }

    /// What stands in the record.
    fn fields(&mut self, then: &Outcome, now: &Outcome) {
        self.captured("name", then.name.as_ref(), now.name.as_ref(), Clone::clone);
        self.captured("call-back number", then.callback.as_ref(), now.callback.as_ref(), ToString::to_string);
        self.captured("place", then.place.as_ref(), now.place.as_ref(), Clone::clone);
        self.captured("time", then.wished_for.as_ref(), now.wished_for.as_ref(), ToString::to_string);
        let allowed = |access: &bool| if *access { "given" } else { "refused" }.to_owned();
        self.captured("permission to enter", then.access.as_ref(), now.access.as_ref(), allowed);
        self.lost("matter", then.matter.as_ref(), now.matter.as_ref());
        self.lost("company", then.company.as_ref(), now.company.as_ref());
        let showing =
            |outcome: &Outcome| outcome.showing.as_ref().map(|s| format!("{:?}", s.state).to_lowercase());
        self.lost("showing", showing(then).as_ref(), showing(now).as_ref());
        let sought = |outcome: &Outcome| outcome.sought.as_ref().map(|sought| format!("{sought:?}"));
        if sought(then).is_some() && sought(then) != sought(now) {
            let gravity = if sought(now).is_none() { Gravity::Worse } else { Gravity::Differs };
            self.note(gravity, "what they look for would be written down otherwise");
        }
        if then.promised != now.promised {
            let gravity = if now.promised == Promise::Nothing { Gravity::Worse } else { Gravity::Differs };
            let (then, now) = (promised(then.promised), promised(now.promised));
            self.note(gravity, format!("{then} was promised, and {now} would be"));
        }
        if then.do_not_contact && !now.do_not_contact {
            self.note(Gravity::Worse, "they asked not to be contacted, and that would not be written down");
        }
    }

    fn captured<T: PartialEq>(
        &mut self,
        what: &str,
        then: Option<&Captured<T>>,
        now: Option<&Captured<T>>,
        told: impl Fn(&T) -> String,
    ) {
        match (then, now) {
            (Some(then), None) => {
                self.note(Gravity::Worse, format!("the {what} {} would be lost", told(&then.value)));
            }
            (Some(then), Some(now)) if then.value != now.value => {
                let gravity = if then.confirmed { Gravity::Worse } else { Gravity::Differs };
                let (then, now) = (told(&then.value), told(&now.value));
                self.note(gravity, format!("the {what} was {then} and would be {now}"));
            }
            (Some(then), Some(now)) if then.confirmed && !now.confirmed => {
                self.note(Gravity::Worse, format!("the {what} would not be confirmed"));
            }
            (None, Some(now)) => {
                self.note(Gravity::Differs, format!("the {what} {} would be known", told(&now.value)));
            }
            _ => {}
        }
    }

    fn lost(&mut self, what: &str, then: Option<&String>, now: Option<&String>) {
        match (then, now) {
            (Some(then), None) => {
                self.note(Gravity::Worse, format!("the {what} \"{}\" would be lost", cut(then)));
            }
            (then, Some(now)) if then != Some(now) => {
                self.note(Gravity::Differs, format!("the {what} would be \"{}\"", cut(now)));
            }
            _ => {}
        }
    }

    /// Questions of fact, by the words in which they were asked.
    fn facts(&mut self, then: &[Step], now: &[Step]) {
        for (asked, told) in facts(then) {
            let today = facts(now).find(|(question, _)| *question == asked).map(|(_, told)| told);
            let asked = cut(asked);
            match today {
                Some(today) if today == told => {}
                Some(today) => {
                    let (told, today) = (cut(told), cut(today));
                    self.note(
                        Gravity::Differs,
                        format!("\"{asked}\" was answered \"{told}\" and would be answered \"{today}\""),
                    );
                }
                None => {
                    let told = cut(told);
                    self.note(
                        Gravity::Worse,
                        format!("\"{asked}\" was answered \"{told}\" and would not be"),
                    );
                }
            }
        }
    }

    fn questions(&mut self, then: &[Step], now: &[Step], anew: &Anew) {
        let (before, today) = (asked(then), asked(now));
        for item in today.difference(&before) {
            self.note(Gravity::Differs, format!("it would ask for the {item}"));
        }
        for item in before.difference(&today) {
            self.note(Gravity::Differs, format!("it would no longer ask for the {item}"));
        }
        if !anew.made_up.is_empty() {
            let count = anew.made_up.len();
            let questions = if count == 1 { "question that nobody was" } else { "questions that nobody was" };
            self.note(
                Gravity::Differs,
                format!("it would ask {count} {questions} asked; an answer to each was made up"),
            );
        }
        if let Some(first) = anew.unheard.first() {
            let first = cut(first);
            self.note(Gravity::Differs, format!("it would be over before the caller says \"{first}\""));
        }
    }

    /// Where nothing else has been found: the first words that are others.
    fn words(&mut self, then: &Journal, now: &Journal) {
        if !self.0.is_empty() {
            return;
        }
        let acts = |journal: &Journal| {
            let steps = journal.steps.iter().flat_map(|step| acts_in_words(&step.acts));
            acts_in_words(&journal.greeting).into_iter().chain(steps).collect::<Vec<_>>()
        };
        let (then, now) = (acts(then), acts(now));
        let first = then.iter().zip(&now).find(|(then, now)| then != now);
        match first {
            Some((then, now)) => {
                self.note(Gravity::Differs, format!("then it {}; today it {}", cut(then), cut(now)));
            }
            None if then.len() != now.len() => self.note(Gravity::Differs, "it would say more or less"),
            None => {}
        }
    }
}

const fn promised(promise: Promise) -> &'static str {
    match promise {
        Promise::Nothing => "nothing",
        Promise::WorkOrder => "a work order",
        Promise::LeadCallback => "a call about a home",
        Promise::Callback => "a call back",
        Promise::OnCallRung => "somebody on call",
        Promise::Showing => "a showing",
    }
}

fn is_bad(ending: Option<EndReason>) -> bool {
    matches!(
        ending,
        Some(EndReason::Silence | EndReason::Confusion | EndReason::Limit | EndReason::SpeechFailed) | None
    )
}

fn rings(journal: &Journal, whom: Destination) -> bool {
    let acts = journal.greeting.iter().chain(journal.steps.iter().flat_map(|step| &step.acts));
    acts.into_iter().any(|act| matches!(act, Act::Transfer { to, .. } if *to == whom))
}

/// Questions of callers that a fact of the office answered, with the answer.
fn facts(steps: &[Step]) -> impl Iterator<Item = (&str, &str)> {
    steps.iter().filter_map(|step| match &step.told {
        Told::Turn(UserTurn::Said { text, .. }) => Some((text.as_str(), step.fact.as_deref()?)),
        _ => None,
    })
}

/// The items that were asked for.
fn asked(steps: &[Step]) -> BTreeSet<String> {
    steps
        .iter()
        .filter_map(|step| step.awaited.strip_prefix("item "))
        .map(|item| item.replace('_', " "))
        .collect()
}

/// The beginning, where it is long.
fn cut(text: &str) -> String {
    match text.char_indices().nth(QUOTED) {
        Some((at, _)) => format!("{}…", text.get(..at).unwrap_or_default()),
        None => text.to_owned(),
    }
}
