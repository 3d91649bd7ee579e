//! What is wrong with the files of a script, and what had better be otherwise: each with its file, its line and a cure.

use std::collections::BTreeSet;

use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

use super::{Line, Pack, PackError, PackText, Question, check, layers, raw, translation};
use crate::{
    dialogue::{
        Item,
        entity::is_read,
        may_be_said,
        reply::{Hole, Template},
    },
    types::Language,
};

/// Callers listen this long to one sentence, in seconds.
const LONGEST_SECONDS: usize = 12;

/// Words a minute of the voices.
const PACE: usize = 160;

/// A sentence of a text message that is longer is cut in two by carriers, in characters.
const LONGEST_TEXT: usize = 300;

/// Words by which a sentence speaks of a telephone's keys.
const KEYS: [&str; 6] = ["press", "key", "keys", "oprima", "marque", "teclas"];

/// Something to mend.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    pub file: String,
    /// From 1.
    pub line: usize,
    /// In whole sentences, with the cure.
    pub what: String,
    /// With this the script is not taken on at all.
    pub fatal: bool,
}

impl std::fmt::Display for Finding {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { file, line, what, .. } = self;
        write!(f, "{file}:{line}: {what}")
    }
}

impl Pack {
    /// Everything that is to be mended in these files: the first is the script, the others say the same in other languages. What
    /// stands in a base is a matter of its own.
    pub fn findings(texts: &[PackText]) -> Vec<Finding> {
        let mut findings = Vec::new();
        let mut whole: Vec<(&PackText, Pack)> = Vec::new();
        for text in texts {
            let fatal = |error: &PackError| Finding {
                file: text.file.clone(),
                line: line_of_error(&text.text, error),
                what: error.to_string(),
                fatal: true,
            };
            match layers::layered(&text.text) {
                Err(error) => findings.push(fatal(&error)),
                Ok(layered) => {
                    findings.extend(check::faults(&layered.raw).iter().map(fatal));
                    if let Ok(pack) = Pack::parse(&text.text) {
                        findings.extend(lint(text, &pack));
                        whole.push((text, pack));
                    }
                }
            }
        }
        if let Some(((_, script), translations)) = whole.split_first() {
            for (text, translated) in translations {
                if let Err(error) = translation::matches(script, translated) {
                    let line = line_of_error(&text.text, &error);
                    let what = format!("{error}; write it there as well");
                    findings.push(Finding { file: text.file.clone(), line, what, fatal: true });
                }
            }
        }
        findings
    }
}

/// What works, and those who call will notice all the same. Only of what stands in this file.
fn lint(text: &PackText, pack: &Pack) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut found = |key: &str, what: String| {
        if let Some(line) = line_of(&text.text, key) {
            findings.push(Finding { file: text.file.clone(), line, what, fatal: false });
        }
    };
    for sentence in sentences(pack) {
        let Said { key, templates, needs, texted } = &sentence;
        for template in *templates {
            for hole in *needs {
                if !template.has(*hole) {
                    found(key, format!("`{template}` does not say {{{}}}; put it in", hole.name()));
                }
            }
            let seconds = template.words() * 60 / PACE;
            if seconds > LONGEST_SECONDS {
                let cure = format!("callers listen for {LONGEST_SECONDS}: shorten it, or make two of it");
                found(key, format!("`{template}` takes {seconds} seconds to say; {cure}"));
            }
            let plain = template.to_string();
            if !may_be_said(&plain) {
                let cure = "say what the home has, or leave it out (fair housing)";
                found(key, format!("`{plain}` speaks of people or praises a neighborhood; {cure}"));
            }
            let words = plain.to_lowercase();
            let of_keys = words.split(|c: char| !c.is_alphanumeric()).any(|word| KEYS.contains(&word));
            if *texted && of_keys && !key.contains("lease") {
                let cure = "move it to `keyed`, or say it without keys";
                found(key, format!("`{plain}` is also sent as a text, where nothing can be pressed; {cure}"));
            }
            if *texted && plain.chars().count() > LONGEST_TEXT {
                let cure = format!("at most {LONGEST_TEXT} characters go as one: shorten it");
                found(key, format!("`{plain}` is too long for a text message; {cure}"));
            }
        }
    }
    for (key, what) in unreached(pack).into_iter().chain(unread(pack)) {
        found(&key, what);
    }
    findings
}

/// A list of sentences, what each of them has to say, and whether texts say them as well.
struct Said<'p> {
    key: String,
    templates: &'p [Template],
    needs: &'static [Hole],
    texted: bool,
}

fn sentences(pack: &Pack) -> Vec<Said<'_>> {
    let mut all = Vec::new();
    let mut add = |key: String, templates, needs, texted| all.push(Said { key, templates, needs, texted });
    for (line, templates) in &pack.lines {
        // The office's name is there to be left out; what was heard is not.
        let needs: &[Hole] = match line.holes() {
            [.., Hole::Value] => &[Hole::Value],
            [.., Hole::Label] => &[Hole::Label],
            _ => &[],
        };
        let spoken =
            matches!(line, Line::OfferLanguage | Line::KeysDanger | Line::KeysWays | Line::KnownElse);
        add(format!("lines.{}", line.key()), templates.as_slice(), needs, !spoken);
    }
    for (key, item, question) in questions(pack) {
        let Question { ask, again, keyed, read_back, .. } = question;
        add(format!("{key}.ask"), ask, &[], true);
        add(format!("{key}.again"), again, &[], true);
        add(format!("{key}.keyed"), keyed, &[], false);
        let needs: &[Hole] = if item.needs_yes() { &[Hole::Value] } else { &[] };
        add(format!("{key}.read_back"), read_back, needs, true);
    }
    for (intent, flow) in &pack.flows {
        add(format!("flows.{}.opening", intent.name()), flow.opening.as_slice(), &[], true);
        add(format!("flows.{}.closing", intent.name()), flow.closing.as_slice(), &[], true);
    }
    all
}

/// All questions with their keys: those of everybody, and those of a flow.
fn questions(pack: &Pack) -> impl Iterator<Item = (String, Item, &Question)> {
    let shared =
        pack.questions.iter().map(|(item, question)| (format!("questions.{}", item.name()), *item, question));
    let own = pack.flows.iter().flat_map(|(intent, flow)| {
        let key = |item: &Item| format!("flows.{}.questions.{}", intent.name(), item.name());
        flow.questions.iter().map(move |(item, question)| (key(item), *item, question))
    });
    shared.chain(own)
}

/// Asked by the dialogue itself, whatever the flows ask: whom to call, where, and what is to be shown when.
const ASKED_ANYWAY: [Item; 6] =
    [Item::Matter, Item::Place, Item::Name, Item::Callback, Item::When, Item::Listing];

/// Questions that no flow leads to.
fn unreached(pack: &Pack) -> Vec<(String, String)> {
    let by_types = pack.call_types.iter().flat_map(|own| &own.asks);
    let asked: BTreeSet<Item> = pack
        .flows
        .values()
        .flat_map(|flow| &flow.items)
        .chain(by_types)
        .chain(&ASKED_ANYWAY)
        .copied()
        .collect();
    let shared = pack.questions.keys().filter(|item| pack.is_layer && !asked.contains(item)).map(|item| {
        let key = format!("questions.{}", item.name());
        let what = format!(
            "`{key}` is never asked: no flow has it among its `items`; put it there, or delete the question"
        );
        (key, what)
    });
    let own = pack.flows.iter().flat_map(|(intent, flow)| {
        let never = flow.questions.keys().filter(|item| !flow.items.contains(item) && !ASKED_ANYWAY.contains(item));
        never.map(|item| {
            let key = format!("flows.{}.questions.{}", intent.name(), item.name());
            let what = format!("`{key}` is never asked: `flows.{}.items` does not have it; put it there, or delete the question", intent.name());
            (key, what)
        })
    });
    shared.chain(own).collect()
}

/// Items whose answers are not understood in this language.
fn unread(pack: &Pack) -> Vec<(String, String)> {
    let language: Language = pack.language;
    let flows = pack.flows.iter().flat_map(|(intent, flow)| {
        flow.items.iter().map(move |item| (format!("flows.{}.items", intent.name()), *item))
    });
    let unread = flows.filter(|(_, item)| !is_read(language, item.slot()));
    unread
        .map(|(key, item)| {
            let what =
                format!("`{}` cannot be understood in {language}; leave it out of `{key}`", item.name());
            (key, what)
        })
        .collect()
}

/// The line of what an error is about, as near as the file has it; the first, where it has nothing of it.
fn line_of_error(text: &str, error: &PackError) -> usize {
    let key = match error {
        PackError::Syntax(error) => {
            return match error.span() {
                Some(span) => line_at(text, span.start),
                None => raw::named(error).and_then(|name| line_with(text, &name)).unwrap_or(1),
            };
        }
        PackError::Version(_) => "version",
        PackError::OutOfRange { key, .. } => key,
        PackError::Missing { key }
        | PackError::Unknown { key, .. }
        | PackError::NoWords { key }
        | PackError::Hole { key, .. }
        | PackError::Unspeakable { key, .. }
        | PackError::TooLong { key, .. }
        | PackError::FewVariants { key, .. }
        | PackError::FewExamples { key, .. }
        | PackError::BadName { key }
        | PackError::Translation { key, .. }
        | PackError::No911 { key } => key,
    };
    let mut key = key.split(':').next().unwrap_or_default().trim();
    // What is missing has no line; the table that it belongs into has.
    loop {
        if let Some(line) = line_of(text, key) {
            return line;
        }
        match key.rsplit_once('.') {
            Some((table, _)) => key = table,
            None => return 1,
        }
    }
}

/// The line on which this key stands: `lines.need`. `None`: the file does not have it.
fn line_of(text: &str, key: &str) -> Option<usize> {
    let table = DeTable::parse(text).ok()?;
    let mut at = None;
    let mut inside = Some(table.get_ref());
    for part in key.split('.') {
        let (name, value) = inside?.iter().find(|(name, _)| name.get_ref().as_ref() == part)?;
        at = Some(Spanned::span(name).start);
        inside = match value.get_ref() {
            DeValue::Table(table) => Some(table),
            _ => None,
        };
    }
    at.map(|at| line_at(text, at))
}

fn line_at(text: &str, at: usize) -> usize {
    text.bytes().take(at).filter(|byte| *byte == b'\n').count() + 1
}

/// The first line that begins with this name, or is the head of its table.
fn line_with(text: &str, name: &str) -> Option<usize> {
    let is = |line: &str| {
        let line = line.trim().trim_start_matches('[');
        let key = line.split(['=', ']']).next().unwrap_or_default().trim();
        key == name || key.rsplit('.').next() == Some(name)
    };
    text.lines().position(is).map(|line| line + 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dialogue::Trade;

    const HEAD: &str = "version = 1\nbase = \"residential\"\nlanguage = \"en\"\nname = \"Ours\"\n";

    fn of(ours: &str) -> Vec<String> {
        let text = PackText::new("ours.toml", format!("{HEAD}{ours}"));
        Pack::findings(&[text]).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn the_scripts_that_come_along_have_nothing_to_mend() {
        for trade in Trade::ALL {
            assert_eq!(Pack::findings(&trade.texts()), [], "{trade:?}");
        }
    }

    #[test]
    fn each_fault_is_named_with_its_file_its_line_and_a_cure() {
        let faults = [
            ("[lines]\nned = [\"Hi.\"]\n", 6, "`lines.ned` is not known"),
            ("[limits]\nsilense_s = 4\n", 6, "unknown field `silense_s`"),
            ("[lines\n", 5, "the pack is not readable"),
            ("[questions.name]\nask = [\"Your name?\"]\n", 6, "`questions.name.ask` has 1 variants"),
            ("[lines]\nneed = []\n", 6, "`lines.need` has no words; write at least one sentence"),
            ("[flows.buyer]\nitems = [\"shoe_size\"]\n", 6, "`flows.buyer.items: shoe_size` is not known"),
            ("[lines]\nswitch = [\"All right.\"]\n", 6, "`All right.` does not say {label}; put it in"),
            (
                "[questions.place]\nread_back = [\"{value}?\", \"Right?\"]\n",
                6,
                "`Right?` does not say {value}",
            ),
            ("[lines]\nneed = [\"It is a safe neighborhood for families.\"]\n", 6, "fair housing"),
            ("[lines]\nthanks = [\"Thanks, press one.\"]\n", 6, "is also sent as a text"),
            ("[questions.budget]\nnoun = \"the rent\"\n", 5, "`questions.budget` is never asked"),
            (
                "[flows.buyer.questions.access]\nnoun = \"x\"\nask = [\"A?\", \"B?\"]\nagain = [\"C?\"]\n",
                5,
                "is never asked: `flows.buyer.items`",
            ),
            (
                "[call_types.x1]\nabout = \"a\"\nclosing = \"b\"\nexamples = [\"one\", \"two\"]\n",
                8,
                "has 2 different examples",
            ),
            (
                "[call_types.billing]\nabout = \"a\"\nclosing = \"b\"\nexamples = []\n",
                5,
                "none of a shipped type",
            ),
        ];
        for (ours, line, what) in faults {
            let found = of(ours);
            assert_eq!(found.len(), 1, "{ours}: {found:#?}");
            assert!(found[0].starts_with(&format!("ours.toml:{line}: ")), "{ours}: {found:#?}");
            assert!(found[0].contains(what), "{ours}: {found:#?}");
        }
        let long = format!("[lines]\nneed = [\"{}\"]\n", "word ".repeat(36));
        assert!(of(&long)[0].contains("takes 13 seconds to say; callers listen for 12"), "{:?}", of(&long));
    }

    #[test]
    fn all_parts_of_a_file_are_looked_at_in_one_go() {
        let found = of(
            "[lines]\nneed = []\n[questions.name]\nask = [\"One?\"]\n[closed.legal]\nanswer = [\"50%\"]\n",
        );
        assert_eq!(found.len(), 3, "{found:#?}");
    }

    #[test]
    fn a_language_that_lacks_a_sentence_is_told_where() {
        let ours = format!("{HEAD}[flows.buyer]\nitems = [\"name\", \"callback\"]\n");
        let theirs = HEAD.replace("\"en\"", "\"es\"");
        let texts = [PackText::new("ours.toml", ours), PackText::new("ours.es.toml", theirs)];
        let found = Pack::findings(&texts);
        assert_eq!(found.len(), 1, "{found:#?}");
        assert!(
            found[0]
                .to_string()
                .starts_with("ours.es.toml:1: `flows.buyer.items` is not the same in Spanish"),
            "{found:#?}"
        );
        assert!(found[0].fatal);
    }
}
