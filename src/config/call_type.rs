//! `[[call_type]]`: what an office's callers want besides what every office's callers want, learnt from ten examples.

use std::collections::BTreeMap;

use serde::Deserialize;
use toml::Spanned;

use super::{checker::Checker, problem::line_of};

/// Types of one office: more are not told apart by ten examples each.
const MOST_TYPES: usize = 20;
/// Examples of one type in one language, at least and at most.
const LEAST_EXAMPLES: usize = 10;
const MOST_EXAMPLES: usize = 100;

/// What may be asked: the items of the shipped forms.
pub const ASKED: [&str; 14] = [
    "matter",
    "place",
    "name",
    "callback",
    "access",
    "when",
    "bedrooms",
    "move_in",
    "budget",
    "listing",
    "company",
    "area",
    "price",
    "financing",
];

/// The names of the shipped types.
pub const SHIPPED: [&str; 19] = [
    "maintenance",
    "emergency",
    "leasing",
    "owner",
    "billing",
    "human",
    "wrong_number",
    "vendor",
    "sales",
    "question",
    "resident",
    "other",
    "showing",
    "application",
    "buyer",
    "seller",
    "lease",
    "complaint",
    "message",
];

/// A call type of the office's own, with at least ten different examples in each of its languages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallType {
    pub name: String,
    /// The line of the name, from 1.
    pub line: usize,
    /// As the office's people read it.
    pub staff: String,
    /// Names of [`ASKED`].
    pub asks: Vec<String>,
    /// A person is rung before a message is taken, while the office is open.
    pub staff_first: bool,
    pub english: Option<CallTypeScript>,
    pub spanish: Option<CallTypeScript>,
}

/// A call type in one language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallTypeScript {
    pub about: String,
    pub opening: String,
    pub closing: String,
    pub examples: Vec<CallTypeExample>,
}

/// What a caller says, and the line on which it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallTypeExample {
    pub text: String,
    pub line: usize,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawCallType {
    name: Spanned<String>,
    staff: Option<Spanned<String>>,
    #[serde(default = "usual_questions")]
    asks: Vec<Spanned<String>>,
    #[serde(default)]
    staff_first: bool,
    about: Option<Spanned<String>>,
    #[serde(default)]
    opening: String,
    closing: Option<Spanned<String>>,
    examples: Option<Spanned<Vec<Spanned<String>>>>,
    es: Option<RawScript>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawScript {
    about: Spanned<String>,
    #[serde(default)]
    opening: String,
    closing: Spanned<String>,
    examples: Spanned<Vec<Spanned<String>>>,
}

fn usual_questions() -> Vec<Spanned<String>> {
    ["matter", "name", "callback"].map(|item| Spanned::new(0..0, item.to_owned())).into()
}

pub(super) fn call_types(c: &mut Checker<'_>, raw: Vec<RawCallType>) -> Vec<CallType> {
    if let Some(beyond) = raw.get(MOST_TYPES) {
        let what = format_args!("{} call types; {MOST_TYPES} can be told apart", raw.len());
        c.problem(&beyond.name, what, "delete those that are rarest");
    }
    let mut names = BTreeMap::new();
    // The examples of all types, by their words.
    let mut said = BTreeMap::new();
    raw.into_iter().map(|entry| call_type(c, entry, &mut names, &mut said)).collect()
}

fn call_type(
    c: &mut Checker<'_>,
    raw: RawCallType,
    names: &mut BTreeMap<String, usize>,
    said: &mut BTreeMap<String, usize>,
) -> CallType {
    let name = raw.name.get_ref().clone();
    let line = line_of(c.text, raw.name.span().start);
    let letters = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
    if !(2..=32).contains(&name.len())
        || !name.starts_with(|first: char| first.is_ascii_lowercase())
        || !name.bytes().all(letters)
    {
        let cure = "write 2 to 32 lower-case letters, digits and `_`, such as \"storage_units\"";
        c.problem(&raw.name, format_args!("`{name}` is no name of a call type"), cure);
    } else if SHIPPED.contains(&name.as_str()) {
        let cure = "give it another name; the shipped type stays as it is";
        c.problem(&raw.name, format_args!("`{name}` is a call type already"), cure);
    } else if let Some(before) = names.insert(name.clone(), line) {
        let what = format_args!("`{name}` is there twice, first on line {before}");
        c.problem(&raw.name, what, "put the examples of both into one section");
    }
    for item in raw.asks.iter().filter(|item| !ASKED.contains(&item.get_ref().as_str())) {
        let cure = format!("write some of {}", ASKED.join(", "));
        c.problem(item, format_args!("`{}` is nothing that the agent asks", item.get_ref()), &cure);
    }
    let spoken = name.replace('_', " ");
    let staff = raw.staff.map_or_else(
        || spoken.chars().take(1).flat_map(char::to_uppercase).chain(spoken.chars().skip(1)).collect(),
        |staff| {
            c.not_empty(&staff, "what the office's people read");
            staff.into_inner()
        },
    );
    let english = match (raw.about, raw.closing, raw.examples) {
        (Some(about), Some(closing), Some(examples)) => {
            Some(script(c, RawScript { about, opening: raw.opening, closing, examples }, said))
        }
        (None, None, None) if raw.es.is_some() => None,
        _ => {
            let cure = "write about = \"a storage unit\", closing = \"…\" and examples = [ … ], or all of them under \
                        [call_type.es]";
            c.problem(&raw.name, format_args!("`{name}` lacks `about`, `closing` or `examples`"), cure);
            None
        }
    };
    CallType {
        name,
        line,
        staff,
        asks: raw.asks.into_iter().map(Spanned::into_inner).collect(),
        staff_first: raw.staff_first,
        english,
        spanish: raw.es.map(|es| script(c, es, said)),
    }
}

fn script(c: &mut Checker<'_>, raw: RawScript, said: &mut BTreeMap<String, usize>) -> CallTypeScript {
    c.not_empty(&raw.about, "what it is about");
    c.not_empty(&raw.closing, "the closing");
    let count = raw.examples.get_ref().len();
    if !(LEAST_EXAMPLES..=MOST_EXAMPLES).contains(&count) {
        let cure = "write ten sentences or more, as different callers would say them";
        let what =
            format_args!("{count} examples; a type is learnt from {LEAST_EXAMPLES} to {MOST_EXAMPLES}");
        c.problem(&raw.examples, what, cure);
    }
    let mut examples = Vec::new();
    for written in raw.examples.get_ref() {
        let line = line_of(c.text, written.span().start);
        let text = written.get_ref().trim().to_owned();
        let words = words(&text);
        if words.split(' ').count() < 2 {
            c.problem(written, format_args!("`{text}` is no sentence"), "write what a caller says");
        } else if let Some(before) = said.insert(words, line) {
            let what = format_args!("`{text}` has the words of the example on line {before}");
            c.problem(written, what, "write another one: the same words teach nothing");
        }
        examples.push(CallTypeExample { text, line });
    }
    CallTypeScript {
        about: raw.about.into_inner(),
        opening: raw.opening,
        closing: raw.closing.into_inner(),
        examples,
    }
}

/// Without case and punctuation.
fn words(text: &str) -> String {
    let lower = text.to_lowercase().replace(['\'', '’'], "");
    let words = lower.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use crate::config::{
        Config,
        tests::{DESK, office_with},
    };

    fn ten() -> String {
        let said = |n: usize| format!("  \"can I rent storage locker number {n}\",\n");
        (0..10).map(said).collect()
    }

    fn read(head: &str, examples: &str) -> Result<Config, String> {
        office_with(&format!("{DESK}[[call_type]]\n{head}\nexamples = [\n{examples}]\n"))
    }

    const HEAD: &str =
        "name = \"storage_units\"\nabout = \"a storage unit\"\nclosing = \"We will call you.\"";

    #[test]
    fn ten_examples_and_two_sentences_are_all_that_a_call_type_needs() {
        let config = read(HEAD, &ten()).unwrap();
        let [own] = &config.call_types[..] else { panic!("{:?}", config.call_types) };
        assert_eq!((own.staff.as_str(), own.asks.len(), own.staff_first), ("Storage units", 3, false));
        let english = own.english.as_ref().unwrap();
        assert_eq!((english.examples.len(), &own.spanish), (10, &None));
        assert_eq!(english.examples[1].line, english.examples[0].line + 1);
    }

    #[test]
    fn what_teaches_nothing_is_named_with_its_line_and_its_count() {
        let nine: String = ten().lines().skip(1).map(|line| format!("{line}\n")).collect();
        let twice = format!("{}  \"Can I rent storage locker number 3?\",\n", ten());
        let named = |name: &str| HEAD.replace("storage_units", name);
        for (head, examples, said) in [
            (HEAD.to_owned(), nine, "9 examples; a type is learnt from 10 to 100"),
            (HEAD.to_owned(), twice, "has the words of the example on line"),
            (HEAD.to_owned(), format!("{}  \"storage\",\n", ten()), "`storage` is no sentence"),
            (named("billing"), ten(), "`billing` is a call type already"),
            (named("Storage units"), ten(), "is no name of a call type"),
            (format!("{HEAD}\nasks = [\"shoe_size\"]"), ten(), "`shoe_size` is nothing that the agent asks"),
            ("name = \"storage_units\"\nabout = \"it\"".to_owned(), ten(), "lacks `about`, `closing`"),
        ] {
            let problems = read(&head, &examples).unwrap_err();
            assert!(problems.contains(said) && problems.contains("portico.toml:"), "{said}: {problems}");
        }
    }
}
