//! The words of the office's texts: templates, checked once, so that every text that leaves fits one segment.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::{
    outbox::{fit, lint, transliterate},
    types::Language,
};

/// One text with placeholders; known to render within GSM 03.38.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Template {
    parts: Vec<Part>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Words(String),
    Placeholder(Placeholder),
    /// Left out as a whole when a placeholder in it is unknown.
    Optional(Vec<Part>),
}

/// What a text may name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Placeholder {
    Office,
    /// The person's first name; only a verified one.
    Name,
    /// Unit or address; only a confirmed one.
    Place,
    /// When a home is shown: `Sat Nov 28, 11:00 AM`.
    Time,
}

/// Why words are refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WordingError {
    #[error("`{{{0}}}` is no placeholder; there are {{office}}, {{name}}, {{place}} and {{time}}")]
    UnknownPlaceholder(String),
    #[error("a brace or a bracket is not closed")]
    Unclosed,
    #[error("a text needs words")]
    Empty,
    #[error("the text `{text}` takes {septets} of {} characters with a name of ten letters", ONE_SEGMENT)]
    TooLong { text: &'static str, septets: usize },
    #[error("the texts cannot be read")]
    Toml(#[from] toml::de::Error),
}

/// Septets of a text that travels whole.
pub const ONE_SEGMENT: usize = 160;

/// All words that go to people outside.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Wording {
    pub text_back: Template,
    pub work_order: Template,
    pub lead: Template,
    /// A home is shown at a time that stands in the calendar.
    pub showing: Template,
    pub callback: Template,
    /// In the place of `lead` and `callback`, to whoever wants to be texted and not called. An office's older file has none.
    #[serde(default)]
    pub in_writing: Option<Template>,
    pub on_call: Template,
    /// The place in a queue is kept, and the caller is called back.
    pub queue_call_back: Template,
    pub opted_out: Template,
    pub opted_in: Template,
    pub help: Template,
    /// The same in other languages.
    #[serde(skip)]
    translations: BTreeMap<Language, Wording>,
}

impl Wording {
    /// The words a new office begins with, as TOML.
    pub const FACTORY: &'static str = include_str!("../../firmware-config/messages.toml");
    const SPANISH: &'static str = include_str!("../../firmware-config/messages.es.toml");

    /// The words for whoever is spoken with in this language.
    pub fn in_language(&self, language: Language) -> &Wording {
        self.translations.get(&language).unwrap_or(self)
    }

    /// Reads words and counts each text with the office's name, a first name of ten letters and no place.
    /// The project's own translations come with it.
    pub fn read(toml: &str, office: &str) -> Result<Self, WordingError> {
        let spanish = Self::checked(Self::SPANISH, office)?;
        let mut wording = Self::checked(toml, office)?;
        wording.translations.insert(Language::Spanish, spanish);
        Ok(wording)
    }

    fn checked(toml: &str, office: &str) -> Result<Self, WordingError> {
        let wording: Wording = toml::from_str(toml)?;
        let in_writing = wording.in_writing.iter().map(|template| ("in_writing", template));
        for (text, template) in [
            ("text_back", &wording.text_back),
            ("work_order", &wording.work_order),
            ("lead", &wording.lead),
            ("showing", &wording.showing),
            ("callback", &wording.callback),
            ("on_call", &wording.on_call),
            ("queue_call_back", &wording.queue_call_back),
            ("opted_out", &wording.opted_out),
            ("opted_in", &wording.opted_in),
            ("help", &wording.help),
        ]
        .into_iter()
        .chain(in_writing)
        {
            let values = BTreeMap::from([
                (Placeholder::Office, office),
                (Placeholder::Name, "Maximilian"),
                (Placeholder::Time, "Wed Dec 30, 11:30 AM"),
            ]);
            let septets = lint(&transliterate(&template.expand(&values))).units;
            if septets > ONE_SEGMENT {
                return Err(WordingError::TooLong { text, septets });
            }
        }
        Ok(wording)
    }
}

impl Template {
    /// The text with these values, within GSM 03.38 and one segment. What is too long loses its place first, then its
    /// name, and is cut after a word only when the rest is still too long.
    pub fn render(&self, values: &BTreeMap<Placeholder, &str>) -> String {
        let mut values = values.clone();
        for spare in [Placeholder::Place, Placeholder::Name] {
            let text = transliterate(&self.expand(&values));
            if lint(&text).units <= ONE_SEGMENT {
                return text;
            }
            values.remove(&spare);
        }
        fit(&self.expand(&values), ONE_SEGMENT)
    }

    fn expand(&self, values: &BTreeMap<Placeholder, &str>) -> String {
        let mut text = String::new();
        expand(&self.parts, values, &mut text);
        text
    }
}

/// Adds the parts to `text`; `false` if a placeholder had no value.
fn expand(parts: &[Part], values: &BTreeMap<Placeholder, &str>, text: &mut String) -> bool {
    let mut whole = true;
    for part in parts {
        match part {
            Part::Words(words) => text.push_str(words),
            Part::Placeholder(placeholder) => match values.get(placeholder) {
                Some(value) => text.push_str(value),
                None => whole = false,
            },
            Part::Optional(inner) => {
                let before = text.len();
                if !expand(inner, values, text) {
                    text.truncate(before);
                }
            }
        }
    }
    whole
}

impl TryFrom<String> for Template {
    type Error = WordingError;
    fn try_from(text: String) -> Result<Self, WordingError> {
        if text.trim().is_empty() {
            return Err(WordingError::Empty);
        }
        let mut rest = text.as_str();
        let parts = parse(&mut rest, false)?;
        Ok(Self { parts })
    }
}

fn parse(rest: &mut &str, optional: bool) -> Result<Vec<Part>, WordingError> {
    let mut parts = Vec::new();
    while let Some(at) = rest.find(['{', '}', '[', ']']) {
        if at > 0 {
            parts.push(Part::Words(rest[..at].to_owned()));
        }
        let mark = rest.as_bytes()[at];
        *rest = &rest[at + 1..];
        match mark {
            b'{' => {
                let (name, after) = rest.split_once('}').ok_or(WordingError::Unclosed)?;
                parts.push(Part::Placeholder(match name {
                    "office" => Placeholder::Office,
                    "name" => Placeholder::Name,
                    "place" => Placeholder::Place,
                    "time" => Placeholder::Time,
                    other => return Err(WordingError::UnknownPlaceholder(other.to_owned())),
                }));
                *rest = after;
            }
            b'[' if !optional => parts.push(Part::Optional(parse(rest, true)?)),
            b']' if optional => return Ok(parts),
            _ => return Err(WordingError::Unclosed),
        }
    }
    if optional {
        return Err(WordingError::Unclosed);
    }
    if !rest.is_empty() {
        parts.push(Part::Words((*rest).to_owned()));
    }
    Ok(parts)
}
