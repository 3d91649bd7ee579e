//! What happened in a story, as a ladder; and what of it the story expects.

use std::{fmt::Write, time::Duration};

use crate::trace::{self, clock};

/// One thing that happened, in the words in which stories expect it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Happening {
    pub(super) at: Duration,
    pub(super) sentence: String,
    /// It changed what the house holds or owes: a record, a ticket, a text, an alarm. A story names all of these.
    pub(super) lasting: bool,
    pub(super) expected: bool,
}

/// The book of a story.
#[derive(Debug)]
pub(super) struct Ladder {
    drawing: trace::Ladder,
    happenings: Vec<Happening>,
    /// Nothing but headings is kept: of a week, nobody reads the datagrams.
    terse: bool,
}

impl Ladder {
    pub(super) fn new(columns: Vec<String>) -> Self {
        Self { drawing: trace::Ladder::new(columns), happenings: Vec::new(), terse: false }
    }

    pub(super) fn be_terse(&mut self) {
        self.terse = true;
    }

    pub(super) fn is_terse(&self) -> bool {
        self.terse
    }

    /// What has been written so far was only the furnishing.
    pub(super) fn forget(&mut self) {
        self.drawing.clear();
        self.happenings.clear();
    }

    pub(super) fn arrow(
        &mut self,
        at: Duration,
        from: &str,
        to: &str,
        label: &str,
        lost: bool,
        remark: String,
    ) {
        if !self.terse {
            self.drawing.arrow(at, from, to, label, lost, remark);
        }
    }

    /// A line of its own, kept even of what is told tersely.
    pub(super) fn say(&mut self, at: Duration, sentence: String) {
        self.drawing.heading(sentence.clone());
        self.happenings.push(Happening { at, sentence, lasting: false, expected: false });
    }

    /// Something that can be expected, and is not drawn: the arrow already is.
    pub(super) fn unseen(&mut self, at: Duration, sentence: String) {
        if !self.terse {
            self.happenings.push(Happening { at, sentence, lasting: false, expected: false });
        }
    }

    /// Something that can be expected, in somebody's column.
    pub(super) fn note(&mut self, at: Duration, column: &str, sentence: String, lasting: bool) {
        if !self.terse {
            self.drawing.note(at, column, sentence.clone());
            self.happenings.push(Happening { at, sentence, lasting, expected: false });
        }
    }

    /// Takes the first happening that answers to these words and that nothing else has taken.
    pub(super) fn take(&mut self, words: &Words) -> bool {
        match self
            .happenings
            .iter_mut()
            .find(|happening| !happening.expected && words.fit(&happening.sentence))
        {
            Some(happening) => {
                happening.expected = true;
                true
            }
            None => false,
        }
    }

    /// Has anything like it happened at all, expected or not?
    pub(super) fn has(&self, words: &Words) -> Option<&Happening> {
        self.happenings.iter().find(|happening| words.fit(&happening.sentence))
    }

    /// What changed the house and was not named.
    pub(super) fn unexpected(&self) -> Option<&Happening> {
        self.happenings.iter().find(|happening| happening.lasting && !happening.expected)
    }

    /// The last few happenings, for somebody who wonders what happened instead.
    pub(super) fn lately(&self) -> String {
        let from = self.happenings.len().saturating_sub(12);
        let mut text = String::new();
        for happening in &self.happenings[from..] {
            let _ = writeln!(text, "  {} {}", clock(happening.at), happening.sentence);
        }
        text
    }

    /// The whole ladder.
    pub(super) fn draw(&self) -> String {
        self.drawing.draw()
    }
}

/// Where two ladders part, with a little of what comes before; `None` if they do not.
pub(super) fn difference(expected: &str, found: &str) -> Option<String> {
    let (expected, found): (Vec<&str>, Vec<&str>) = (expected.lines().collect(), found.lines().collect());
    let same = expected.iter().zip(&found).take_while(|(a, b)| a == b).count();
    if same == expected.len() && same == found.len() {
        return None;
    }
    let mut text = String::new();
    for line in &expected[same.saturating_sub(3)..same] {
        let _ = writeln!(text, "    {line}");
    }
    for (sign, lines) in [('-', &expected), ('+', &found)] {
        for line in lines.iter().skip(same).take(6) {
            let _ = writeln!(text, "  {sign} {line}");
        }
    }
    Some(text)
}

/// Words that a sentence is held against: its beginning, then each part between `…` in order. Case does not matter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Words(Vec<String>);

impl Words {
    pub(super) fn new(text: &str) -> Self {
        let lower = text.to_lowercase().replace("...", "…");
        Self(lower.split('…').map(|part| part.trim().to_owned()).collect())
    }

    pub(super) fn fit(&self, sentence: &str) -> bool {
        let lower = sentence.to_lowercase();
        let mut rest = lower.as_str();
        for (index, part) in self.0.iter().enumerate() {
            match rest.find(part.as_str()) {
                Some(at) if index > 0 || at == 0 => rest = &rest[at + part.len()..],
                _ => return false,
            }
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_fit_from_the_beginning_and_in_order() {
        let sentence = "work order: place 4B; name Dana Reyes; routine";
        assert!(Words::new("work order … 4b … Dana").fit(sentence));
        assert!(Words::new("Work order: place").fit(sentence));
        assert!(!Words::new("order").fit(sentence));
        assert!(!Words::new("work order … Dana … 4B").fit(sentence));
        assert!(Words::new("… Dana").fit(sentence));
    }

    #[test]
    fn what_happened_can_be_expected_once() {
        let mut ladder = Ladder::new(["carrier", "portico", "101"].map(str::to_owned).to_vec());
        ladder.note(Duration::from_secs(1), "101", "101 rings".to_owned(), false);
        assert!(ladder.take(&Words::new("101 rings")));
        assert!(!ladder.take(&Words::new("101 rings")));
    }
}
