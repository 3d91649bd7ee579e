//! What callers of an office are told word for word, each sentence with its place in the script.

use std::collections::BTreeSet;

use super::{Line, Pack, Question};
use crate::dialogue::reply::{Hole, Template};

/// A sentence that is the same for every caller of an office.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prompt {
    /// Its place in the script: `questions.name.ask`.
    pub key: String,
    /// Which of the sentences there, from 1.
    pub variant: usize,
    pub words: String,
}

impl Pack {
    /// The sentences that callers of this office are told word for word, in the order of how likely they are: greetings
    /// first. Left out are those that hold something of the caller's. `agents`: the names that the agent goes by.
    pub fn prompts(&self, office: &str, agents: &BTreeSet<&str>) -> Vec<Prompt> {
        let mut prompts = Vec::new();
        let mut add = |key: String, templates: &mut dyn Iterator<Item = &Template>| {
            for (at, template) in templates.enumerate().filter(|(_, template)| template.is_fixed()) {
                let words = template.fill(&[(Hole::Office, office)]);
                prompts.push(Prompt { key: key.clone(), variant: at + 1, words });
            }
        };
        for (line, variants) in &self.lines {
            add(format!("lines.{}", line.key()), &mut variants.iter());
        }
        let shared =
            self.questions.iter().map(|(item, question)| (format!("questions.{}", item.name()), question));
        let own = self.flows.iter().flat_map(|(intent, flow)| {
            flow.questions.iter().map(move |(item, question)| {
                (format!("flows.{}.questions.{}", intent.name(), item.name()), question)
            })
        });
        for (key, Question { ask, again, keyed, .. }) in shared.chain(own) {
            for (part, variants) in [("ask", ask), ("again", again), ("keyed", keyed)] {
                add(format!("{key}.{part}"), &mut variants.iter());
            }
        }
        for (intent, flow) in &self.flows {
            add(format!("flows.{}.opening", intent.name()), &mut flow.opening.iter());
            add(format!("flows.{}.closing", intent.name()), &mut flow.closing.iter());
        }
        for (kind, sentence) in &self.life_safety {
            add(format!("life_safety.{}", kind.name()), &mut std::iter::once(sentence));
        }
        for (topic, closed) in &self.closed {
            add(format!("closed.{}.answer", topic.name()), &mut closed.answer.iter());
        }
        prompts.extend(agents.iter().flat_map(|name| self.named(office, name)));
        prompts
    }

    /// What the agent says of itself under this name.
    fn named<'n>(&'n self, office: &'n str, name: &'n str) -> impl Iterator<Item = Prompt> + 'n {
        let file: String = name.to_lowercase().chars().filter(|c| c.is_ascii_alphanumeric()).collect();
        [Line::DisclosureNamed, Line::IdentityNamed].into_iter().flat_map(move |line| {
            let key = format!("lines.{}.{file}", line.key());
            self.line(line).iter().enumerate().map(move |(at, template)| Prompt {
                key: key.clone(),
                variant: at + 1,
                words: template.fill(&[(Hole::Office, office), (Hole::Value, name)]),
            })
        })
    }
}
