//! A call type as an office has written it down, in its file or in the console, and everything that is wrong with it.

use std::collections::BTreeMap;

use super::{
    ASKED, CallType, CallTypeExample, CallTypeScript, LEAST_EXAMPLES, MOST_EXAMPLES, MOST_TYPES, SHIPPED,
    Written,
};

/// What was written, whatever it is worth.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CallTypeDraft {
    pub name: String,
    /// `None`: made of the name.
    pub staff: Option<String>,
    pub asks: Vec<String>,
    pub staff_first: bool,
    pub english: Option<ScriptDraft>,
    pub spanish: Option<ScriptDraft>,
}

/// The same in one language.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ScriptDraft {
    pub about: String,
    pub opening: String,
    pub closing: String,
    pub examples: Vec<String>,
}

/// Something that is wrong with a draft.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallTypeFault {
    pub place: CallTypePlace,
    /// A sentence without its full stop.
    pub what: String,
    pub cure: String,
}

/// Where in a draft.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CallTypePlace {
    /// The name, or the whole of it.
    Name,
    Staff,
    /// The item that stands here, from 0.
    Asks(usize),
    English(ScriptPlace),
    Spanish(ScriptPlace),
}

/// Where in a draft's language.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ScriptPlace {
    About,
    Closing,
    Examples,
    /// The example that stands here, from 0.
    Example(usize),
}

/// What other call types have for themselves: their names, and their examples by their words; each with where it is written.
#[derive(Debug, Default)]
pub struct TakenBefore {
    names: BTreeMap<String, String>,
    said: BTreeMap<String, String>,
}

impl TakenBefore {
    pub fn by<'a>(types: impl IntoIterator<Item = &'a CallType>) -> Self {
        let mut taken = Self::default();
        for own in types {
            let place = match own.written {
                Written::Line(line) => format!("on line {line} of the file"),
                Written::InConsole => "in the console".into(),
            };
            taken.names.insert(own.name.clone(), place);
            let examples = [&own.english, &own.spanish].into_iter().flatten().flat_map(|of| &of.examples);
            let named = |example: &CallTypeExample| (words(&example.text), format!("of `{}`", own.name));
            taken.said.extend(examples.map(named));
        }
        taken
    }
}

impl CallTypeDraft {
    /// The call type, and what is wrong with it besides: with a fault it is of no use. `written_at` tells where a place of it
    /// is written.
    pub fn read(
        self,
        taken: &mut TakenBefore,
        written_at: &dyn Fn(CallTypePlace) -> Written,
    ) -> (CallType, Vec<CallTypeFault>) {
        let mut faults = Faults(Vec::new());
        let written = written_at(CallTypePlace::Name);
        faults.of_name(&self.name, written, taken);
        for (at, item) in self.asks.iter().enumerate().filter(|(_, item)| !ASKED.contains(&item.as_str())) {
            let what = format!("`{item}` is nothing that the agent asks");
            faults.add(CallTypePlace::Asks(at), what, format!("write some of {}", ASKED.join(", ")));
        }
        let staff = self.staff.unwrap_or_else(|| as_read(&self.name));
        faults.not_empty(CallTypePlace::Staff, &staff, "what the office's people read");
        let mut script = |draft: ScriptDraft, place: fn(ScriptPlace) -> CallTypePlace| {
            faults.of_script(&draft, place, taken, written_at);
            let line = |at| written_at(place(ScriptPlace::Example(at)));
            let examples = draft.examples.iter().enumerate();
            CallTypeScript {
                about: draft.about,
                opening: draft.opening,
                closing: draft.closing,
                examples: examples
                    .map(|(at, text)| CallTypeExample { text: text.trim().to_owned(), written: line(at) })
                    .collect(),
            }
        };
        let english = self.english.map(|draft| script(draft, CallTypePlace::English));
        let spanish = self.spanish.map(|draft| script(draft, CallTypePlace::Spanish));
        let own = CallType {
            name: self.name,
            written,
            staff,
            asks: self.asks,
            staff_first: self.staff_first,
            english,
            spanish,
        };
        (own, faults.0)
    }
}

struct Faults(Vec<CallTypeFault>);

impl Faults {
    fn add(&mut self, place: CallTypePlace, what: String, cure: impl Into<String>) {
        self.0.push(CallTypeFault { place, what, cure: cure.into() });
    }

    fn not_empty(&mut self, place: CallTypePlace, text: &str, is: &str) {
        if text.trim().is_empty() {
            self.add(place, format!("{is} is empty"), "write it as people are to hear or read it");
        }
    }

    fn of_name(&mut self, name: &str, written: Written, taken: &mut TakenBefore) {
        let place = CallTypePlace::Name;
        let letters = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
        let begins = name.starts_with(|first: char| first.is_ascii_lowercase());
        if taken.names.len() == MOST_TYPES {
            let what = format!("{} call types; {MOST_TYPES} can be told apart", MOST_TYPES + 1);
            self.add(place, what, "delete those that are rarest");
        }
        if !(2..=32).contains(&name.len()) || !begins || !name.bytes().all(letters) {
            let cure = "write 2 to 32 lower-case letters, digits and `_`, such as \"storage_units\"";
            self.add(place, format!("`{name}` is no name of a call type"), cure);
        } else if SHIPPED.contains(&name) {
            let cure = "give it another name; the shipped type stays as it is";
            self.add(place, format!("`{name}` is a call type already"), cure);
        } else if let Some(before) = taken.names.get(name) {
            let cure = "put the examples of both into one call type, or give one another name";
            self.add(place, format!("`{name}` is there twice, first {before}"), cure);
        } else {
            let here = match written {
                Written::Line(line) => format!("on line {line}"),
                Written::InConsole => "in the console".into(),
            };
            taken.names.insert(name.to_owned(), here);
        }
    }

    fn of_script(
        &mut self,
        draft: &ScriptDraft,
        place: fn(ScriptPlace) -> CallTypePlace,
        taken: &mut TakenBefore,
        written_at: &dyn Fn(CallTypePlace) -> Written,
    ) {
        self.not_empty(place(ScriptPlace::About), &draft.about, "what it is about");
        self.not_empty(place(ScriptPlace::Closing), &draft.closing, "the closing");
        let count = draft.examples.len();
        if !(LEAST_EXAMPLES..=MOST_EXAMPLES).contains(&count) {
            let what = format!("{count} examples; a type is learnt from {LEAST_EXAMPLES} to {MOST_EXAMPLES}");
            let cure = "write ten sentences or more, as different callers would say them";
            self.add(place(ScriptPlace::Examples), what, cure);
        }
        for (at, written) in draft.examples.iter().enumerate() {
            let (here, text, words) = (place(ScriptPlace::Example(at)), written.trim(), words(written));
            if words.split(' ').count() < 2 {
                self.add(here, format!("`{text}` is no sentence"), "write what a caller says");
                continue;
            }
            let told = match written_at(here) {
                Written::Line(line) => format!("on line {line}"),
                Written::InConsole => format!("{} of this list", at + 1),
            };
            if let Some(before) = taken.said.insert(words, told) {
                let what = format!("`{text}` has the words of the example {before}");
                self.add(here, what, "write another one: the same words teach nothing");
            }
        }
    }
}

/// `storage_units` as people read it: `Storage units`.
fn as_read(name: &str) -> String {
    let spoken = name.replace('_', " ");
    spoken.chars().take(1).flat_map(char::to_uppercase).chain(spoken.chars().skip(1)).collect()
}

/// Without case and punctuation.
fn words(text: &str) -> String {
    let lower = text.to_lowercase().replace(['\'', '’'], "");
    let words = lower.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join(" ")
}
