//! `[[call_type]]`: what an office's callers want besides what every office's callers want, learnt from ten examples.

mod draft;

use std::ops::Range;

use serde::Deserialize;
use toml::Spanned;

use super::{checker::Checker, problem::line_of};

pub use draft::{CallTypeDraft, CallTypeFault, CallTypePlace, ScriptDraft, ScriptPlace, TakenBefore};

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
    pub written: Written,
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

/// What a caller says, and where it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallTypeExample {
    pub text: String,
    pub written: Written,
}

/// Where something of a call type is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Written {
    /// On this line of the file, from 1.
    Line(usize),
    InConsole,
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
    let mut taken = TakenBefore::default();
    raw.into_iter().map(|entry| call_type(c, entry, &mut taken)).collect()
}

fn call_type(c: &mut Checker<'_>, raw: RawCallType, taken: &mut TakenBefore) -> CallType {
    let name = raw.name.get_ref().clone();
    let english = match (raw.about, raw.closing, raw.examples) {
        (Some(about), Some(closing), Some(examples)) => {
            Some(RawScript { about, opening: raw.opening, closing, examples })
        }
        (None, None, None) if raw.es.is_some() => None,
        _ => {
            let cure = "write about = \"a storage unit\", closing = \"…\" and examples = [ … ], or all of them under \
                        [call_type.es]";
            c.problem(&raw.name, format_args!("`{name}` lacks `about`, `closing` or `examples`"), cure);
            None
        }
    };
    let spans = Spans {
        name: raw.name.span(),
        staff: raw.staff.as_ref().map_or_else(|| raw.name.span(), Spanned::span),
        asks: raw.asks.iter().map(Spanned::span).collect(),
        english: english.as_ref().map(ScriptSpans::of).unwrap_or_default(),
        spanish: raw.es.as_ref().map(ScriptSpans::of).unwrap_or_default(),
    };
    let draft = CallTypeDraft {
        name,
        staff: raw.staff.map(Spanned::into_inner),
        asks: raw.asks.into_iter().map(Spanned::into_inner).collect(),
        staff_first: raw.staff_first,
        english: english.map(RawScript::into_draft),
        spanish: raw.es.map(RawScript::into_draft),
    };
    let text = c.text;
    let (own, faults) = draft.read(taken, &|place| Written::Line(line_of(text, spans.of(place).start)));
    for CallTypeFault { place, what, cure } in faults {
        c.problem(&Spanned::new(spans.of(place), ()), what, &cure);
    }
    own
}

impl RawScript {
    fn into_draft(self) -> ScriptDraft {
        ScriptDraft {
            about: self.about.into_inner(),
            opening: self.opening,
            closing: self.closing.into_inner(),
            examples: self.examples.into_inner().into_iter().map(Spanned::into_inner).collect(),
        }
    }
}

/// Where in the file each part of a call type stands.
struct Spans {
    name: Range<usize>,
    staff: Range<usize>,
    asks: Vec<Range<usize>>,
    english: ScriptSpans,
    spanish: ScriptSpans,
}

#[derive(Default)]
struct ScriptSpans {
    about: Range<usize>,
    closing: Range<usize>,
    examples: Range<usize>,
    each: Vec<Range<usize>>,
}

impl Spans {
    fn of(&self, place: CallTypePlace) -> Range<usize> {
        match place {
            CallTypePlace::Name => self.name.clone(),
            CallTypePlace::Staff => self.staff.clone(),
            CallTypePlace::Asks(at) => self.asks.get(at).unwrap_or(&self.name).clone(),
            CallTypePlace::English(place) => self.english.place(place),
            CallTypePlace::Spanish(place) => self.spanish.place(place),
        }
    }
}

impl ScriptSpans {
    fn of(raw: &RawScript) -> Self {
        Self {
            about: raw.about.span(),
            closing: raw.closing.span(),
            examples: raw.examples.span(),
            each: raw.examples.get_ref().iter().map(Spanned::span).collect(),
        }
    }

    fn place(&self, place: ScriptPlace) -> Range<usize> {
        match place {
            ScriptPlace::About => self.about.clone(),
            ScriptPlace::Closing => self.closing.clone(),
            ScriptPlace::Examples => self.examples.clone(),
            ScriptPlace::Example(at) => self.each.get(at).unwrap_or(&self.examples).clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::config::{
        CallTypeDraft, CallTypePlace, Config, ScriptDraft, ScriptPlace, TakenBefore, Written,
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
        let [Written::Line(first), Written::Line(second), ..] =
            english.examples.iter().map(|example| example.written).collect::<Vec<_>>()[..]
        else {
            panic!("{:?}", english.examples)
        };
        assert_eq!(second, first + 1);
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

    #[test]
    fn the_console_s_draft_is_held_against_the_types_of_the_file() {
        let of_file = read(HEAD, &ten()).unwrap().call_types;
        let said = |n: usize| format!("where do I put my bicycle {n}");
        let mut examples: Vec<String> = (0..9).map(said).collect();
        examples.push("Can I rent storage locker number 7?".into());
        let script =
            ScriptDraft { about: "a bicycle".into(), closing: " ".into(), examples, ..Default::default() };
        let draft = CallTypeDraft {
            name: "storage_units".into(),
            asks: vec!["name".into()],
            spanish: Some(script),
            ..Default::default()
        };
        let (own, faults) = draft.read(&mut TakenBefore::by(&of_file), &|_| Written::InConsole);
        assert_eq!((own.staff.as_str(), own.written), ("Storage units", Written::InConsole));
        let places: Vec<CallTypePlace> = faults.iter().map(|fault| fault.place).collect();
        let spanish = CallTypePlace::Spanish;
        let expected = [CallTypePlace::Name, spanish(ScriptPlace::Closing), spanish(ScriptPlace::Example(9))];
        assert_eq!(places, expected);
        assert!(
            faults[0].what.ends_with("is there twice, first on line 14 of the file"),
            "{}",
            faults[0].what
        );
        assert!(faults[2].what.ends_with("the example of `storage_units`"), "{}", faults[2].what);
    }
}
