//! Pages that carry their pictures in themselves: for reports that are kept, mailed and opened years later.
//!
//! Invariants: a page fetches nothing and runs nothing; what was said stays words, for the template escapes it.

mod pictures;

use maud::{DOCTYPE, Markup, PreEscaped, html};

pub use pictures::{Bar, Mark, Square, bars, bounded, dots, squares};

const STYLE: &str = "
:root { color-scheme: light dark; --ink: #1b1f24; --quiet: #57606a; --paper: #fff; --line: #d5d9de; --accent: #0b5cad; --good: #176b34; --bad: #b3261e; }
@media (prefers-color-scheme: dark) { :root { --ink: #e8eaed; --quiet: #a3abb5; --paper: #14171a; --line: #363c43; --accent: #7ab7f5; --good: #74d08f; --bad: #ff8a80; } }
body { margin: 0 auto; max-width: 72rem; padding: 1.25rem; font: 16px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper); }
h2 { margin: 2.5rem 0 .5rem; border-top: 1px solid var(--line); padding-top: 1.5rem; } h3 { margin: 1.5rem 0 .25rem; font-size: 1rem; }
table { border-collapse: collapse; } td, th { padding: .2rem .6rem; text-align: left; vertical-align: top; border-bottom: 1px solid var(--line); }
td.n, th.n { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
table.matrix td, table.matrix th { padding: .1rem .35rem; font-size: .85rem; } table.matrix td { text-align: center; }
table.matrix th.read { writing-mode: vertical-rl; text-align: left; }
code { overflow-wrap: anywhere; } .quiet { color: var(--quiet); } .good { color: var(--good); } .bad { color: var(--bad); } .wide { overflow-x: auto; }
details { margin: .25rem 0; } details pre { white-space: pre-wrap; font-size: .85rem; margin: .25rem 0 .75rem 1rem; }
svg { max-width: 100%; height: auto; } svg text { fill: var(--ink); font: 13px system-ui, sans-serif; }
svg .grid { stroke: var(--line); } svg .bound { stroke: var(--accent); stroke-width: 2; } svg .point { fill: var(--accent); }
svg .good { fill: var(--good); } svg .bad { fill: var(--bad); } svg .none { fill: var(--line); }
";

/// A whole page.
pub fn page(title: &str, body: &Markup) -> String {
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (title) }
                style { (PreEscaped(STYLE)) }
            }
            body { h1 { (title) } (body) }
        }
    };
    page.into_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_fetches_nothing_and_what_was_said_stays_words() {
        let square = Square { title: "<script>".into(), well: Some(false), leads_to: "caller-1".into() };
        let text = page("Sheet", &squares(&[square]));
        assert!(!text.contains("<script>") && text.contains("&lt;script&gt;"), "{text}");
        assert!(!text.contains("http") && !text.contains("src="), "{text}");
        assert!(text.contains("class=\"bad\""), "{text}");
    }
}
