//! From the pack as written to the pack as spoken: every fault named with its key and its cure.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use super::{ClosedAnswer, Limits, Line, Pack, Question, Trade, raw, raw::RawPack};
use crate::dialogue::{
    CallType, CallTypeScript, ClosedTopic, Ending, Flow, Intent, Item, LifeSafety, Promise,
    office::words_of,
    reply::{BadTemplate, Hole, Template},
};
use crate::types::Language;

/// The only version of the form that exists.
const VERSION: u16 = 1;

/// The life-safety sentence and "I am ringing …" must be over within the ten seconds from the cue to the first ring;
/// at 160 words a minute, and with the pause that ends the caller's turn, this leaves room for both.
const LIFE_SAFETY_WORDS: usize = 16;

/// Longer sentences are not listened to.
const SENTENCE_WORDS: usize = 40;

/// Why a pack is refused.
#[derive(Debug, thiserror::Error)]
pub enum PackError {
    #[error("the pack is not readable: {0}")]
    Syntax(#[source] toml::de::Error),
    #[error("`version` is {0}; this program reads version 1")]
    Version(u16),
    #[error("`{key}` is missing; add it")]
    Missing { key: String },
    #[error("`{key}` is not known; known here are: {known}")]
    Unknown { key: String, known: String },
    #[error("`{key}` is {value}; write a number from {least} to {most}")]
    OutOfRange { key: &'static str, value: u32, least: u32, most: u32 },
    #[error("`{key}` has no words; write at least one sentence")]
    NoWords { key: String },
    #[error("`{key}` says `{{{hole}}}`, which is not filled there; it may use: {given}")]
    Hole { key: String, hole: String, given: String },
    #[error("`{key}` holds `{character}`, which cannot be spoken; write it in words")]
    Unspeakable { key: String, character: char },
    #[error("`{key}` has {words} words; at most {most} are listened to: shorten it")]
    TooLong { key: String, words: usize, most: usize },
    #[error("`{key}` has {found} variants; a question that may be asked again needs {least}")]
    FewVariants { key: String, found: usize, least: usize },
    #[error("`{key}` is not the same in {language}: {fault}")]
    Translation { key: String, language: Language, fault: String },
    #[error("`{key}` has {found} different examples; at least {least} teach a call type")]
    FewExamples { key: String, found: usize, least: usize },
    #[error(
        "`{key}`: a call type's name is 2 to 32 lower-case letters, digits and `_`, and none of a shipped type"
    )]
    BadName { key: String },
    #[error("`{key}` does not say 911; danger to life is sent there first")]
    No911 { key: String },
}

pub(super) fn checked(raw: RawPack) -> Result<Pack, PackError> {
    if raw.version != VERSION {
        return Err(PackError::Version(raw.version));
    }
    let language = Language::from_tag(raw.language.trim()).ok_or_else(|| unknown_language(&raw.language))?;
    Ok(Pack {
        limits: limits(&raw.limits)?,
        flows: flows(&raw)?,
        questions: questions(&raw)?,
        lines: lines(&raw)?,
        life_safety: life_safety(&raw)?,
        closed: closed(&raw)?,
        call_types: call_types(&raw, language)?,
        door: raw.door.as_deref().map(str::trim).filter(|door| !door.is_empty()).map(str::to_owned),
        is_layer: raw.base.is_some(),
        trade: Trade::default(),
        name: raw.name,
        language,
        digest: String::new(),
        translations: BTreeMap::new(),
        disclosure: raw.disclosure,
    })
}

/// Every fault of a script, the first of each part.
pub(super) fn faults(raw: &RawPack) -> Vec<PackError> {
    let language = Language::from_tag(raw.language.trim());
    let version = (raw.version != VERSION).then_some(PackError::Version(raw.version));
    let spoken = language.is_none().then(|| unknown_language(&raw.language));
    let parts = [
        limits(&raw.limits).err(),
        flows(raw).err(),
        questions(raw).err(),
        lines(raw).err(),
        life_safety(raw).err(),
        closed(raw).err(),
        call_types(raw, language.unwrap_or_default()).err(),
    ];
    version.into_iter().chain(spoken).chain(parts.into_iter().flatten()).collect()
}

pub(super) fn unknown_language(given: &str) -> PackError {
    PackError::Unknown {
        key: format!("language: {given}"),
        known: Language::ALL.map(Language::tag).join(", "),
    }
}

/// Different sentences that teach a call type, at least.
const LEAST_EXAMPLES: usize = 10;

fn call_types(raw: &RawPack, language: Language) -> Result<Vec<CallType>, PackError> {
    let mut types = Vec::new();
    for (name, written) in &raw.call_types {
        let key = format!("call_types.{name}");
        let bad = || PackError::BadName { key: key.clone() };
        if Intent::from_name(name).is_some() {
            return Err(bad());
        }
        let mut asks = Vec::new();
        for asked in &written.asks {
            asks.push(item(asked, || format!("{key}.asks: {asked}"))?);
        }
        let examples: BTreeSet<String> =
            written.examples.iter().map(|text| text.trim().to_lowercase()).collect();
        if examples.len() < LEAST_EXAMPLES {
            let key = format!("{key}.examples");
            return Err(PackError::FewExamples { key, found: examples.len(), least: LEAST_EXAMPLES });
        }
        let known = || Intent::ALL.each_ref().map(Intent::name).join(", ");
        let stands_for = match &written.stands_for {
            Some(name) => Some(Intent::from_name(name).ok_or_else(|| PackError::Unknown {
                key: format!("{key}.stands_for: {name}"),
                known: known(),
            })?),
            None => None,
        };
        if stands_for.is_none() {
            sentence(&format!("{key}.about"), &written.about, &[])?;
            sentence(&format!("{key}.closing"), &written.closing, &[Hole::Office])?;
        }
        if !written.opening.trim().is_empty() {
            sentence(&format!("{key}.opening"), &written.opening, &[Hole::Office])?;
        }
        let script = CallTypeScript {
            about: written.about.clone(),
            opening: written.opening.clone(),
            closing: written.closing.clone(),
            examples: written.examples.clone(),
        };
        types.push(CallType {
            name: name.parse().map_err(|_| bad())?,
            staff: Some(written.staff.trim()).filter(|staff| !staff.is_empty()).unwrap_or(name).to_owned(),
            asks,
            staff_first: written.staff_first,
            stands_for,
            scripts: [(language, script)].into(),
        });
    }
    Ok(types)
}

fn limits(raw: &raw::RawLimits) -> Result<Limits, PackError> {
    let within = |key: &'static str, value: u32, least: u32, most: u32| {
        if (least..=most).contains(&value) {
            Ok(value)
        } else {
            Err(PackError::OutOfRange { key, value, least, most })
        }
    };
    let small =
        |key, value, least, most| within(key, value, least, most).map(|v| u8::try_from(v).unwrap_or(u8::MAX));
    Ok(Limits {
        silence: Duration::from_secs(within("limits.silence_s", raw.silence_s, 2, 60)?.into()),
        patience: Duration::from_secs(within("limits.patience_s", raw.patience_s, 5, 120)?.into()),
        silences: small("limits.silences", raw.silences, 1, 4)?,
        confusion: small("limits.confusion", raw.confusion, 1, 4)?,
        hearings: small("limits.hearings", raw.hearings, 1, 4)?,
        turns: u16::try_from(within("limits.turns", raw.turns, 5, 200)?).unwrap_or(u16::MAX),
        length: Duration::from_secs(60 * u64::from(within("limits.minutes", raw.minutes, 1, 60)?)),
    })
}

fn flows(raw: &RawPack) -> Result<BTreeMap<Intent, Flow>, PackError> {
    let names = Intent::ALL;
    only_known("flows", &raw.flows, &names.each_ref().map(Intent::name))?;
    let mut flows = BTreeMap::new();
    for intent in Intent::ALL {
        let (key, flow) = required("flows", &raw.flows, intent.name())?;
        if flow.label.trim().is_empty() {
            return Err(PackError::NoWords { key: format!("{key}.label") });
        }
        let mut items = Vec::new();
        for name in &flow.items {
            items.push(item(name, || format!("{key}.items: {name}"))?);
        }
        flows.insert(
            intent,
            Flow {
                label: flow.label.clone(),
                staff: None,
                items,
                ending: match flow.ending {
                    raw::RawEnding::Message => Ending::Message,
                    raw::RawEnding::Staff => Ending::Staff,
                    raw::RawEnding::End => Ending::End,
                },
                promise: match flow.promise {
                    raw::RawPromise::Nothing => Promise::Nothing,
                    raw::RawPromise::WorkOrder => Promise::WorkOrder,
                    raw::RawPromise::LeadCallback => Promise::LeadCallback,
                    raw::RawPromise::Callback => Promise::Callback,
                },
                questions: own_questions(flow, intent)?,
                opening: sentences(&format!("{key}.opening"), &flow.opening, &[Hole::Office], 0)?,
                closing: sentences(&format!("{key}.closing"), &flow.closing, &[Hole::Office], 1)?,
            },
        );
    }
    Ok(flows)
}

fn item(name: &str, key: impl Fn() -> String) -> Result<Item, PackError> {
    Item::ALL
        .into_iter()
        .find(|item| item.name() == name)
        .ok_or_else(|| PackError::Unknown { key: key(), known: Item::ALL.map(Item::name).join(", ") })
}

fn questions(raw: &RawPack) -> Result<BTreeMap<Item, Question>, PackError> {
    only_known("questions", &raw.questions, &Item::ALL.map(Item::name))?;
    let mut questions = BTreeMap::new();
    for item in Item::ALL {
        let (key, written) = required("questions", &raw.questions, item.name())?;
        questions.insert(item, question(written, &key, item, item.name().to_owned())?);
    }
    Ok(questions)
}

/// The questions that a flow asks in its own words.
fn own_questions(flow: &raw::RawFlow, intent: Intent) -> Result<BTreeMap<Item, Question>, PackError> {
    let mut questions = BTreeMap::new();
    for (name, written) in &flow.questions {
        let key = format!("flows.{}.questions.{name}", intent.name());
        let item = item(name, || key.clone())?;
        questions.insert(item, question(written, &key, item, format!("{}.{name}", intent.name()))?);
    }
    Ok(questions)
}

fn question(written: &raw::RawQuestion, key: &str, item: Item, name: String) -> Result<Question, PackError> {
    if written.noun.trim().is_empty() {
        return Err(PackError::NoWords { key: format!("{key}.noun") });
    }
    // A read-back that waits for a yes may fail and be given again; an echo may be left out.
    let read_backs = if item.needs_yes() { 2 } else { 0 };
    let read_back = format!("{key}.read_back");
    // Asked once more when it was not heard.
    let keyed = if written.keyed.is_empty() { 0 } else { 2 };
    Ok(Question {
        name,
        noun: written.noun.clone(),
        ask: sentences(&format!("{key}.ask"), &written.ask, &[Hole::Office], 2)?,
        again: sentences(&format!("{key}.again"), &written.again, &[Hole::Office], 1)?,
        keyed: sentences(&format!("{key}.keyed"), &written.keyed, &[Hole::Office], keyed)?,
        read_back: sentences(&read_back, &written.read_back, &[Hole::Value], read_backs)?,
    })
}

fn lines(raw: &RawPack) -> Result<BTreeMap<Line, Vec<Template>>, PackError> {
    let names: Vec<&str> = Line::ALL.iter().map(|line| line.key()).collect();
    only_known("lines", &raw.lines, &names)?;
    let mut lines = BTreeMap::new();
    for &line in Line::ALL {
        let (key, words) = required("lines", &raw.lines, line.key())?;
        lines.insert(line, sentences(&key, words, line.holes(), 1)?);
    }
    Ok(lines)
}

fn life_safety(raw: &RawPack) -> Result<BTreeMap<LifeSafety, Template>, PackError> {
    only_known("life_safety", &raw.life_safety, &LifeSafety::ALL.map(LifeSafety::name))?;
    let mut lines = BTreeMap::new();
    for kind in LifeSafety::ALL {
        let (key, text) = required("life_safety", &raw.life_safety, kind.name())?;
        let template = sentence(&key, text, &[])?;
        if template.words() > LIFE_SAFETY_WORDS {
            return Err(PackError::TooLong { key, words: template.words(), most: LIFE_SAFETY_WORDS });
        }
        if !text.contains("9 1 1") && !text.contains("911") {
            return Err(PackError::No911 { key });
        }
        lines.insert(kind, template);
    }
    Ok(lines)
}

fn closed(raw: &RawPack) -> Result<BTreeMap<ClosedTopic, ClosedAnswer>, PackError> {
    only_known("closed", &raw.closed, &ClosedTopic::ALL.map(ClosedTopic::name))?;
    let mut answers = BTreeMap::new();
    for topic in ClosedTopic::ALL {
        let (key, closed) = required("closed", &raw.closed, topic.name())?;
        let cues = closed.cues.iter().map(|cue| words_of(cue)).filter(|words| !words.is_empty()).collect();
        // Whoever asks again is answered again.
        let answer = sentences(&format!("{key}.answer"), &closed.answer, &[], 2)?;
        answers.insert(topic, ClosedAnswer { cues, answer });
    }
    Ok(answers)
}

/// Names that are not known are a slip of the pen, and not left out in silence.
fn only_known<T>(table: &str, written: &BTreeMap<String, T>, names: &[&str]) -> Result<(), PackError> {
    match written.keys().find(|key| !names.contains(&key.as_str())) {
        Some(key) => Err(PackError::Unknown { key: format!("{table}.{key}"), known: names.join(", ") }),
        None => Ok(()),
    }
}

/// What a table must hold, with its whole key.
fn required<'t, T>(
    table: &str,
    written: &'t BTreeMap<String, T>,
    name: &str,
) -> Result<(String, &'t T), PackError> {
    let key = format!("{table}.{name}");
    match written.get(name) {
        Some(found) => Ok((key, found)),
        None => Err(PackError::Missing { key }),
    }
}

pub(super) fn sentences(
    key: &str,
    texts: &[String],
    given: &[Hole],
    least: usize,
) -> Result<Vec<Template>, PackError> {
    if texts.len() < least {
        return Err(match texts.len() {
            0 => PackError::NoWords { key: key.into() },
            found => PackError::FewVariants { key: key.into(), found, least },
        });
    }
    texts.iter().map(|text| sentence(key, text, given)).collect()
}

fn sentence(key: &str, text: &str, given: &[Hole]) -> Result<Template, PackError> {
    let template = Template::parse(text, given).map_err(|fault| match fault {
        BadTemplate::Empty => PackError::NoWords { key: key.into() },
        BadTemplate::Unspeakable(character) => PackError::Unspeakable { key: key.into(), character },
        BadTemplate::Hole(hole) => PackError::Hole {
            key: key.into(),
            hole,
            given: match given {
                [] => "none".into(),
                _ => given.iter().map(|h| format!("{{{}}}", h.name())).collect::<Vec<_>>().join(", "),
            },
        },
    })?;
    match template.words() {
        words if words > SENTENCE_WORDS => {
            Err(PackError::TooLong { key: key.into(), words, most: SENTENCE_WORDS })
        }
        _ => Ok(template),
    }
}
