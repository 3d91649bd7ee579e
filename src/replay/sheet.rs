//! What came of holding many calls against the office of today: which would go otherwise, and whether any speaks against it.

use std::{collections::BTreeMap, fmt};

use super::{Difference, Gravity, Present, anew, differences};
use crate::{
    dialogue::{Journal, Told, UserTurn},
    types::CallId,
};

/// Differences that are named of one call; the gravest come first.
const NAMED: usize = 6;

/// One call that was held anew.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    pub call: CallId,
    /// When it was, from whom and to which number, in words.
    pub about: String,
    /// The caller's first words, if there were any.
    pub began: Option<String>,
    /// The gravest first.
    pub differences: Vec<Difference>,
    /// What it was held with and is not the same today, in words.
    pub changed: Vec<String>,
    /// It had no room in its journal: it was not held anew.
    pub too_long: bool,
}

impl Entry {
    /// Holds a conversation of this call anew.
    pub fn of(call: CallId, about: String, journal: &Journal, present: &Present<'_>) -> Self {
        let changed = journal.provenance.differences(present.provenance);
        let changed = changed.into_iter().map(str::to_owned).collect();
        let too_long = journal.left_out > 0;
        let differences = if too_long { Vec::new() } else { differences(journal, &anew(journal, present)) };
        let began = journal.steps.iter().find_map(|step| match &step.told {
            Told::Turn(UserTurn::Said { text, .. }) | Told::LastWords { text, .. } => Some(text.clone()),
            _ => None,
        });
        Self { call, about, began, differences, changed, too_long }
    }

    pub fn gravity(&self) -> Option<Gravity> {
        self.differences.iter().map(|difference| difference.gravity).max()
    }
}

/// Calls that were held anew, in the order in which they were made.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Sheet {
    pub entries: Vec<Entry>,
    /// Calls whose journal could not be read.
    pub unreadable: usize,
}

impl Sheet {
    /// The calls that speak against it: somebody in danger would not be helped, or something would be lost.
    pub fn against(&self) -> impl Iterator<Item = &Entry> {
        self.entries.iter().filter(|entry| entry.gravity() >= Some(Gravity::Worse))
    }

    /// The calls in which a danger to life would no longer be one.
    pub fn lost_emergencies(&self) -> impl Iterator<Item = &Entry> {
        self.entries.iter().filter(|entry| entry.gravity() == Some(Gravity::LosesEmergency))
    }

    /// The calls that would go otherwise, whether or not that speaks against it.
    pub fn different(&self) -> impl Iterator<Item = &Entry> {
        self.entries.iter().filter(|entry| entry.gravity().is_some())
    }
}

impl fmt::Display for Sheet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut entries: Vec<&Entry> = self.different().collect();
        entries.sort_by_key(|entry| std::cmp::Reverse(entry.gravity()));
        for Entry { call, about, began, differences, .. } in entries {
            let verdict = match differences.first().map(|first| first.gravity) {
                Some(Gravity::LosesEmergency) => "EMERGENCY LOST",
                Some(Gravity::Worse) => "WORSE",
                _ => "differs",
            };
            match began {
                Some(words) => writeln!(f, "{verdict}: {call}, {about}: \"{words}\"")?,
                None => writeln!(f, "{verdict}: {call}, {about}")?,
            }
            for difference in differences.iter().take(NAMED) {
                writeln!(f, "    {difference}.")?;
            }
            if differences.len() > NAMED {
                writeln!(f, "    And {} more.", differences.len() - NAMED)?;
            }
        }
        for entry in self.entries.iter().filter(|entry| entry.too_long) {
            writeln!(f, "not compared: {}, {}: it had no room in its journal", entry.call, entry.about)?;
        }
        let (all, different) = (self.entries.len(), self.different().count());
        let (against, lost) = (self.against().count(), self.lost_emergencies().count());
        writeln!(
            f,
            "{all} calls with the agent: {} go as they went, {different} go otherwise; {against} speak against it, in {lost} \
             of them an emergency would be lost.",
            all - different
        )?;
        if self.unreadable > 0 {
            writeln!(f, "{} calls have a journal that cannot be read.", self.unreadable)?;
        }
        let mut changed: BTreeMap<&str, usize> = BTreeMap::new();
        for name in self.entries.iter().flat_map(|entry| &entry.changed) {
            *changed.entry(name).or_default() += 1;
        }
        let changed: Vec<String> =
            changed.iter().map(|(name, count)| format!("{name} ({count} calls)")).collect();
        match changed.is_empty() {
            true => writeln!(f, "All of them were held with what there is now, digest for digest."),
            false => writeln!(f, "Not what they were held with: {}.", changed.join("; ")),
        }
    }
}
