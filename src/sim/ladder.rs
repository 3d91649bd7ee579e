//! What happened, as text: everybody a column, virtual time at the left, an arrow for each datagram. And what of it a story expects.

use std::{fmt::Write, time::Duration};

/// One thing that happened, in the words in which stories expect it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Happening {
    pub(super) at: Duration,
    pub(super) sentence: String,
    /// It changed what the house holds or owes: a record, a ticket, a text, an alarm. A story names all of these.
    pub(super) lasting: bool,
    pub(super) expected: bool,
}

/// What is drawn, in order.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Row {
    Arrow {
        at: Duration,
        from: usize,
        to: usize,
        label: String,
        lost: bool,
        remark: String,
    },
    /// Words in somebody's column.
    Note {
        at: Duration,
        column: usize,
        text: String,
    },
    /// Something said of more than a moment.
    Heading(String),
}

/// The book of a story.
#[derive(Debug)]
pub(super) struct Ladder {
    columns: Vec<String>,
    rows: Vec<Row>,
    happenings: Vec<Happening>,
    /// Nothing but headings is kept: of a week, nobody reads the datagrams.
    terse: bool,
}

const WIDTH: usize = 15;
/// `00:00:00.000 `
const MARGIN: usize = 14;

impl Ladder {
    pub(super) fn new(columns: Vec<String>) -> Self {
        Self { columns, rows: Vec::new(), happenings: Vec::new(), terse: false }
    }

    pub(super) fn be_terse(&mut self) {
        self.terse = true;
    }

    pub(super) fn is_terse(&self) -> bool {
        self.terse
    }

    /// What has been written so far was only the furnishing.
    pub(super) fn forget(&mut self) {
        self.rows.clear();
        self.happenings.clear();
    }

    fn column(&self, name: &str) -> usize {
        self.columns.iter().position(|column| column == name).unwrap_or(1)
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
            let (from, to) = (self.column(from), self.column(to));
            self.rows.push(Row::Arrow { at, from, to, label: label.to_owned(), lost, remark });
        }
    }

    /// A line of its own, kept even of what is told tersely.
    pub(super) fn say(&mut self, at: Duration, sentence: String) {
        self.rows.push(Row::Heading(sentence.clone()));
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
            let column = self.column(column);
            self.rows.push(Row::Note { at, column, text: sentence.clone() });
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
        let mut text = String::new();
        if !self.terse {
            let mut head = " ".repeat(MARGIN);
            for (index, name) in self.columns.iter().enumerate() {
                let at = center(index).saturating_sub(name.chars().count() / 2);
                pad(&mut head, at);
                head.push_str(name);
            }
            let _ = writeln!(text, "{}", head.trim_end());
        }
        for row in &self.rows {
            let line = match row {
                Row::Heading(words) => words.clone(),
                Row::Arrow { at, from, to, label, lost, remark } => {
                    let mut line = format!("{:<MARGIN$}{}", clock(*at), self.lifelines());
                    arrow(&mut line, *from, *to, label, *lost);
                    if !remark.is_empty() {
                        line.push_str("   ");
                        line.push_str(remark);
                    }
                    line
                }
                Row::Note { at, column, text } => {
                    let mut line = format!("{:<MARGIN$}{}", clock(*at), self.lifelines());
                    line = line.chars().take(center(*column)).collect();
                    line.push_str("o ");
                    line.push_str(text);
                    line
                }
            };
            let _ = writeln!(text, "{}", line.trim_end());
        }
        text
    }

    fn lifelines(&self) -> String {
        let mut line = String::new();
        for index in 0..self.columns.len() {
            pad(&mut line, center(index) - MARGIN);
            line.push('|');
        }
        line
    }
}

/// The place of a column's lifeline.
fn center(column: usize) -> usize {
    MARGIN + WIDTH / 2 + column * WIDTH
}

fn pad(line: &mut String, to: usize) {
    while line.chars().count() < to {
        line.push(' ');
    }
}

/// Draws an arrow between two lifelines, its label in the middle; one that never arrives ends in a cross.
fn arrow(line: &mut String, from: usize, to: usize, label: &str, lost: bool) {
    let (left, right) = (center(from.min(to)) + 1, center(from.max(to)));
    let mut glyphs: Vec<char> = line.chars().collect();
    let room = right.saturating_sub(left);
    let shown: Vec<char> = label.chars().take(room.saturating_sub(2)).collect();
    let begin = left + (room - shown.len()) / 2;
    for glyph in &mut glyphs[left..right] {
        *glyph = '-';
    }
    glyphs[begin..begin + shown.len()].copy_from_slice(&shown);
    let head = if lost {
        'x'
    } else if from < to {
        '>'
    } else {
        '<'
    };
    let at = if from < to { right - 1 } else { left };
    glyphs[at] = head;
    *line = glyphs.into_iter().collect();
}

/// `00:00:20.140`; from the second day on with the day before it.
pub(super) fn clock(at: Duration) -> String {
    let seconds = at.as_secs();
    let (days, rest) = (seconds / 86_400, seconds % 86_400);
    let time = format!("{:02}:{:02}:{:02}.{:03}", rest / 3600, rest / 60 % 60, rest % 60, at.subsec_millis());
    if days == 0 { time } else { format!("{days}d {}", &time[..8]) }
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
    fn a_ladder_shows_who_sent_what_to_whom_and_what_never_arrived() {
        let mut ladder = Ladder::new(["carrier", "portico", "101"].map(str::to_owned).to_vec());
        ladder.arrow(Duration::ZERO, "carrier", "portico", "INVITE", false, String::new());
        ladder.arrow(Duration::from_millis(20), "portico", "carrier", "100 INVITE", true, String::new());
        ladder.note(Duration::from_secs(1), "101", "101 rings".to_owned(), false);
        assert_eq!(
            ladder.draw(),
            "                  carrier        portico          101\n\
             00:00:00.000         |----INVITE--->|              |\n\
             00:00:00.020         |x-100 INVITE--|              |\n\
             00:00:01.000         |              |              o 101 rings\n"
        );
        assert!(ladder.take(&Words::new("101 rings")));
        assert!(!ladder.take(&Words::new("101 rings")));
    }

    #[test]
    fn later_days_are_counted() {
        assert_eq!(clock(Duration::from_secs(2 * 86_400 + 3600)), "2d 01:00:00");
    }
}
