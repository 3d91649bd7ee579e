//! The sheet of a rehearsal as one page that fetches nothing: a picture of how all fared, what to mend, and every conversation.

use maud::{Markup, html};

use super::sheet::{Outcome, Scored, Sheet};
use crate::{
    charts::{Bar, Square, bars, page, squares},
    types::Language,
};

impl Sheet {
    /// The whole page; `at` says when it was written.
    pub fn page(&self, at: &str) -> String {
        let (called, well) = (self.called(), self.well());
        let away = self.scored.len() - called;
        let body = html! {
            p {
                "Written " (at) ". " (called) " callers, " strong { (well) " as it should be" }
                @if away > 0 { ", " (away) " stayed away" } "."
            }
            p class="quiet" { "Nobody real was rung and nothing was sent: the lines and the time were virtual, the office was the real one." }
            h3 { "Each caller, in the order of the sheet" }
            (squares(&self.squares()))
            p class="quiet" {
                span class="good" { "Green" } ": as it should be. " span class="bad" { "Red" } ": with a fault. Grey: stayed away. "
                "Each leads to its caller below."
            }
            h3 { "By language" }
            (bars(&self.by(|entry| Some(entry.language.name().to_owned()))))
            h3 { "By what the call was taken for" }
            (bars(&self.by(|entry| match &entry.outcome {
                Outcome::Called { about, .. } => Some(about.replace('_', " ")),
                Outcome::StayedAway { .. } => None,
            })))
            (self.to_mend())
            h2 { "Callers" }
            @for (nth, entry) in self.scored.iter().enumerate() { (caller(nth, entry)) }
        };
        page(&format!("A rehearsal at {}", self.office), &body)
    }

    fn squares(&self) -> Vec<Square> {
        let square = |(nth, entry): (usize, &Scored)| Square {
            title: entry.title.clone(),
            well: entry.is_well(),
            leads_to: anchor(nth),
        };
        self.scored.iter().enumerate().map(square).collect()
    }

    /// Callers of one kind in one row, the largest first. `None`: left out.
    fn by(&self, kind: impl Fn(&Scored) -> Option<String>) -> Vec<Bar> {
        let mut rows: Vec<Bar> = Vec::new();
        for entry in &self.scored {
            let Some(label) = kind(entry) else { continue };
            let at = rows.iter().position(|row| row.label == label).unwrap_or_else(|| {
                rows.push(Bar { label, well: 0, badly: 0, absent: 0 });
                rows.len() - 1
            });
            let row = &mut rows[at];
            match entry.is_well() {
                Some(true) => row.well += 1,
                Some(false) => row.badly += 1,
                None => row.absent += 1,
            }
        }
        rows.sort_by_key(|row| std::cmp::Reverse(row.well + row.badly + row.absent));
        rows
    }

    fn to_mend(&self) -> Markup {
        let cures = self.cures();
        html! {
            @if !cures.is_empty() {
                h2 { "To mend" }
                ul { @for (cure, count) in cures {
                    li { (cure) span class="quiet" { " (" (count) @if count == 1 { " call)" } @else { " calls)" } } }
                } }
            }
        }
    }
}

fn anchor(nth: usize) -> String {
    format!("caller-{}", nth + 1)
}

/// Open where something is wrong.
fn caller(nth: usize, entry: &Scored) -> Markup {
    html! {
        details id=(anchor(nth)) open[entry.is_well() == Some(false)] {
            @match &entry.outcome {
                Outcome::StayedAway { missing } => summary class="quiet" { (entry.title) " – stayed away: " (missing) },
                Outcome::Called { at, came, faults, transcript, .. } => {
                    summary {
                        @if faults.is_empty() { span class="good" { "ok" } } @else { span class="bad" { "fault" } }
                        " " (entry.title)
                        @if entry.language != Language::English { " (" (entry.language) ")" }
                        span class="quiet" { " – " (at) ": " (came) }
                    }
                    @if !faults.is_empty() {
                        ul { @for fault in faults {
                            li class="bad" { (fault.said) @if let Some(cure) = &fault.cure { br; span class="quiet" { "cure: " (cure) } } }
                        } }
                    }
                    pre lang=(entry.language.tag()) { @for line in transcript { (line) "\n" } }
                },
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rehearsal::Fault;

    fn scored(title: &str, language: Language, faults: &[&str]) -> Scored {
        let fault = |said: &&str| Fault { said: (*said).into(), cure: Some("[texts]: write <it>".into()) };
        Scored {
            title: title.into(),
            language,
            outcome: Outcome::Called {
                at: "Tue 10:10".into(),
                about: "maintenance".into(),
                came: "maintenance, 4 turns".into(),
                faults: faults.iter().map(fault).collect(),
                transcript: vec!["caller  My <sink> leaks.".into()],
                ladder: String::new(),
                journals: Vec::new(),
            },
        }
    }

    #[test]
    fn the_page_shows_who_fared_how_and_opens_what_is_wrong() {
        let away = Outcome::StayedAway { missing: "the office has no listing".into() };
        let sheet = Sheet {
            office: "Maple & Court".into(),
            scored: vec![
                scored("A leak", Language::English, &[]),
                scored("Una fuga", Language::Spanish, &["no work order was written"]),
                Scored { title: "A prospect".into(), language: Language::English, outcome: away },
            ],
        };
        let page = sheet.page("2026-11-22");
        for said in [
            "A rehearsal at Maple &amp; Court",
            "2 callers, <strong>1 as it should be</strong>, 1 stayed away",
            "href=\"#caller-2\"",
            "<details id=\"caller-2\" open>",
            "<details id=\"caller-1\">",
            "no work order was written",
            "[texts]: write &lt;it&gt;<span class=\"quiet\"> (1 call)</span>",
            "My &lt;sink&gt; leaks.",
            "stayed away: the office has no listing",
        ] {
            assert!(page.contains(said), "{said}: {page}");
        }
        let languages = sheet.by(|entry| Some(entry.language.name().to_owned()));
        assert_eq!((languages[0].label.as_str(), languages[0].well, languages[0].absent), ("English", 1, 1));
        assert_eq!((languages[1].well, languages[1].badly), (0, 1));
    }
}
