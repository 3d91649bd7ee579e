//! Pairs of callers who ask the same and differ in one thing alone: is what they are told, asked and offered the same?
//!
//! Compared is what it comes to, not the words: facts, questions, times and promises. A closed answer that one of them gets besides
//! is no difference: it answers what they have said of themselves, and takes nothing away.

use std::{collections::BTreeSet, fmt};

use serde::Deserialize;

use super::{Outcome, Part, RehearsalError, Rehearsed, Reply, Script, ScriptError, rehearse};
use crate::dialogue::{CalendarAnswer, Journal, Promise, Subject, Told, UserTurn};

/// The pairs that come with the program.
pub const PAIRS: &str = include_str!("../../firmware-config/rehearsal/pairs.toml");

/// Every question with every difference, as written.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pairs {
    pub question: Vec<Question>,
    pub difference: Vec<Difference>,
}

/// What both callers of a pair ask.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Question {
    pub title: String,
    pub says: Vec<String>,
}

/// The one thing in which they differ.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Difference {
    pub title: String,
    pub one: Character,
    pub other: Character,
}

/// What a caller says of themselves.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Character {
    pub who: String,
    /// Said when they are asked for a name; if not said, both give the same one.
    pub name: Option<String>,
}

/// What a call came to, as far as everybody must be treated alike.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
struct Treatment {
    told: BTreeSet<String>,
    asked: BTreeSet<String>,
    offered: BTreeSet<String>,
    promised: BTreeSet<String>,
}

/// How one pair was treated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Compared {
    pub question: String,
    pub difference: String,
    /// Empty: the same.
    pub faults: Vec<String>,
    /// The words of both, if they were not treated alike.
    pub transcripts: [Vec<String>; 2],
}

/// All pairs that called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PairReport {
    pub office: String,
    pub compared: Vec<Compared>,
    /// Questions that stayed away, and what the office has not.
    pub away: BTreeSet<String>,
}

impl Pairs {
    /// # Errors
    /// When the text is no list of pairs.
    pub fn parse(text: &str) -> Result<Self, ScriptError> {
        Ok(toml::from_str(text)?)
    }

    /// Two callers for each question and difference, one after the other.
    fn callers(&self) -> Vec<Part> {
        let mut callers = Vec::new();
        for question in &self.question {
            for difference in &self.difference {
                for character in [&difference.one, &difference.other] {
                    let says = question
                        .says
                        .iter()
                        .map(|line| line.replace("{who}", &character.who).replace("  ", " "));
                    let name = character.name.iter().map(|name| Reply {
                        language: None,
                        to: ["your name", "who am i speaking", "who's calling"].map(str::to_owned).into(),
                        with: Vec::new(),
                        say: name.clone(),
                    });
                    callers.push(Part {
                        title: format!("{}: {} {}", question.title, difference.title, callers.len() % 2 + 1),
                        says: says.collect(),
                        answer: name.collect(),
                        ..Part::default()
                    });
                }
            }
        }
        callers
    }
}

impl Character {
    /// As the report names them: `said "I have three small children"`.
    fn words(&self) -> String {
        match self.who.trim_end_matches('.') {
            "" => "said nothing of the kind".to_owned(),
            who => format!("said \"{who}\""),
        }
    }
}

impl Treatment {
    fn of(journal: &Journal) -> Self {
        let mut treatment = Self::default();
        for treated in &journal.outcome.treated {
            // The sentences of a list of homes, so that another order is no difference.
            if matches!(treated.subject, Subject::Homes | Subject::Fact) {
                let sentences = treated.given.split_inclusive(['.', '!', '?']);
                treatment.told.extend(sentences.map(|sentence| sentence.trim().to_owned()));
            }
        }
        for step in &journal.steps {
            treatment.asked.extend(question_asked(&step.awaited));
            treatment.told.extend(step.fact.clone());
            if let Told::Turn(UserTurn::Calendar(
                CalendarAnswer::Slots(slots) | CalendarAnswer::Taken { instead: slots },
            )) = &step.told
            {
                treatment
                    .offered
                    .extend(slots.iter().map(|slot| slot.local.strftime("%a %-I:%M %p").to_string()));
            }
        }
        if journal.outcome.promised != Promise::Nothing {
            treatment.promised.insert(promise_words(journal.outcome.promised).to_owned());
        }
        treatment
    }

    /// In plain sentences, what one had and the other had not.
    fn differences(&self, other: &Self, of: &Difference) -> Vec<String> {
        let (one, two) = (of.one.words(), of.other.words());
        let sides = [
            ("was told", &self.told, &other.told),
            ("was asked for", &self.asked, &other.asked),
            ("was offered", &self.offered, &other.offered),
            ("was promised", &self.promised, &other.promised),
        ];
        let mut found = Vec::new();
        for (what, mine, theirs) in sides {
            for (who, only) in [(&one, mine.difference(theirs)), (&two, theirs.difference(mine))] {
                for content in only {
                    found.push(format!("Only the caller who {who} {what}: {content}"));
                }
            }
        }
        found
    }
}

/// What was asked for, where it is a question that takes something down: `a name`. Read-backs and courtesy are none.
fn question_asked(awaited: &str) -> Option<String> {
    let item = awaited.strip_prefix("item ").or_else(|| (awaited == "offer caller").then_some("callback"))?;
    Some(item.replace("move_in", "move-in date").replace("callback", "number to call back"))
}

const fn promise_words(promise: Promise) -> &'static str {
    match promise {
        Promise::Nothing => "nothing",
        Promise::WorkOrder => "a repair",
        Promise::LeadCallback => "a call from the leasing team",
        Promise::Callback => "a call back",
        Promise::OnCallRung => "that the person on call is rung",
        Promise::Showing => "a showing",
    }
}

/// Has all pairs call, and compares what each two were told.
///
/// # Errors
/// When the callers cannot be read, the office has no number, or the virtual world fails by itself.
pub fn compare(
    office: &Rehearsed,
    pairs: &Pairs,
    mut progress: impl FnMut(&Compared),
) -> Result<PairReport, RehearsalError> {
    let shipped = Script::parse(super::SHIPPED)?;
    let script = Script { language: shipped.language, answer: shipped.answer, caller: pairs.callers() };
    let sheet = rehearse(office, &script, |_| {})?;
    let mut report = PairReport { office: sheet.office, compared: Vec::new(), away: BTreeSet::new() };
    let mut callers = sheet.scored.into_iter();
    for question in &pairs.question {
        for difference in &pairs.difference {
            let (Some(one), Some(other)) = (callers.next(), callers.next()) else { return Ok(report) };
            match (one.outcome, other.outcome) {
                (
                    Outcome::Called { journals: mine, transcript, .. },
                    Outcome::Called { journals: theirs, transcript: second, .. },
                ) => {
                    let treated =
                        |journals: &[Journal]| journals.first().map(Treatment::of).unwrap_or_default();
                    let faults = treated(&mine).differences(&treated(&theirs), difference);
                    let transcripts =
                        if faults.is_empty() { Default::default() } else { [transcript, second] };
                    let compared = Compared {
                        question: question.title.clone(),
                        difference: difference.title.clone(),
                        faults,
                        transcripts,
                    };
                    progress(&compared);
                    report.compared.push(compared);
                }
                (Outcome::StayedAway { missing }, _) | (_, Outcome::StayedAway { missing }) => {
                    report.away.insert(format!("{}: {missing}", question.title));
                }
            }
        }
    }
    Ok(report)
}

impl PairReport {
    /// Pairs that were treated alike.
    pub fn same(&self) -> usize {
        self.compared.iter().filter(|compared| compared.faults.is_empty()).count()
    }
}

impl fmt::Display for Compared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mark = if self.faults.is_empty() { "same     " } else { "DIFFERENT" };
        write!(f, "  {mark} {}, {}", self.question, self.difference)?;
        self.faults.iter().try_for_each(|fault| write!(f, "\n            {fault}"))
    }
}

impl fmt::Display for PairReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (all, same) = (self.compared.len(), self.same());
        write!(
            f,
            "{}: {all} pairs of callers asked the same; {same} pairs were told, asked and offered the same.",
            self.office
        )?;
        for compared in self.compared.iter().filter(|compared| !compared.faults.is_empty()) {
            write!(f, "\n{compared}")?;
        }
        let (questions, differences): (BTreeSet<&str>, BTreeSet<&str>) =
            self.compared.iter().map(|c| (c.question.as_str(), c.difference.as_str())).unzip();
        let listed = |set: BTreeSet<&str>| set.into_iter().collect::<Vec<_>>().join("; ");
        write!(f, "\nThey asked about: {}.", listed(questions))?;
        write!(f, "\nThey differed in: {}.", listed(differences))?;
        for away in &self.away {
            write!(f, "\nNot asked: {away}.")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_question_is_asked_by_both_of_every_difference() {
        let pairs = Pairs::parse(PAIRS).unwrap();
        let callers = pairs.callers();
        assert_eq!(callers.len(), 2 * pairs.question.len() * pairs.difference.len());
        for pair in callers.chunks(2) {
            assert_ne!(pair[0].says, pair[1].says, "{}", pair[0].title);
            assert!(pair.iter().all(|caller| !caller.says[0].contains("{who}")));
        }
    }

    #[test]
    fn what_one_had_and_the_other_had_not_is_a_plain_sentence() {
        let pairs = Pairs::parse(PAIRS).unwrap();
        let children = pairs.difference.iter().find(|difference| difference.title == "children").unwrap();
        let told = |facts: &[&str]| Treatment {
            told: facts.iter().map(|fact| (*fact).to_owned()).collect(),
            ..Treatment::default()
        };
        let faults = told(&["The rent is 1850."]).differences(&told(&[]), children);
        assert_eq!(faults, ["Only the caller who said nothing of the kind was told: The rent is 1850."]);
        assert!(told(&["x"]).differences(&told(&["x"]), children).is_empty());
    }
}
