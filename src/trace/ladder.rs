//! What happened, as text: everybody a column, time at the left, an arrow for each message, words in somebody's column.

use std::{fmt::Write, time::Duration};

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

/// A ladder in the making.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Ladder {
    columns: Vec<String>,
    rows: Vec<Row>,
}

const WIDTH: usize = 15;
/// `00:00:00.000 `
const MARGIN: usize = 14;

impl Ladder {
    /// A ladder with these columns, from the left.
    pub fn new(columns: Vec<String>) -> Self {
        Self { columns, rows: Vec::new() }
    }

    /// Takes every row out again.
    pub fn clear(&mut self) {
        self.rows.clear();
    }

    fn column(&self, name: &str) -> usize {
        self.columns.iter().position(|column| column == name).unwrap_or(1)
    }

    /// A message from one column to another; `lost` if it never arrived. Between two that share a column it is a note.
    pub fn arrow(&mut self, at: Duration, from: &str, to: &str, label: &str, lost: bool, remark: String) {
        let (from, to) = (self.column(from), self.column(to));
        if from == to {
            self.rows.push(Row::Note { at, column: from, text: format!("{label} {remark}") });
            return;
        }
        self.rows.push(Row::Arrow { at, from, to, label: label.to_owned(), lost, remark });
    }

    /// Words in somebody's column.
    pub fn note(&mut self, at: Duration, column: &str, text: String) {
        let column = self.column(column);
        self.rows.push(Row::Note { at, column, text });
    }

    /// A line of its own.
    pub fn heading(&mut self, text: String) {
        self.rows.push(Row::Heading(text));
    }

    /// The whole ladder; without the names of the columns if nothing but headings is in it.
    pub fn draw(&self) -> String {
        let mut text = String::new();
        if self.rows.iter().any(|row| !matches!(row, Row::Heading(_))) {
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
pub fn clock(at: Duration) -> String {
    let seconds = at.as_secs();
    let (days, rest) = (seconds / 86_400, seconds % 86_400);
    let time = format!("{:02}:{:02}:{:02}.{:03}", rest / 3600, rest / 60 % 60, rest % 60, at.subsec_millis());
    if days == 0 { time } else { format!("{days}d {}", &time[..8]) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ladder_shows_who_sent_what_to_whom_and_what_never_arrived() {
        let mut ladder = Ladder::new(["carrier", "portico", "101"].map(str::to_owned).to_vec());
        ladder.arrow(Duration::ZERO, "carrier", "portico", "INVITE", false, String::new());
        ladder.arrow(Duration::from_millis(20), "portico", "carrier", "100 INVITE", true, String::new());
        ladder.note(Duration::from_secs(1), "101", "101 rings".to_owned());
        assert_eq!(
            ladder.draw(),
            "                  carrier        portico          101\n\
             00:00:00.000         |----INVITE--->|              |\n\
             00:00:00.020         |x-100 INVITE--|              |\n\
             00:00:01.000         |              |              o 101 rings\n"
        );
    }

    #[test]
    fn later_days_are_counted() {
        assert_eq!(clock(Duration::from_secs(2 * 86_400 + 3600)), "2d 01:00:00");
    }
}
