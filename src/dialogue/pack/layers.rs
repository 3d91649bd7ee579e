//! Scripts in layers: a file lies over the one that it names as its base, so that what offices share is written down once.
//!
//! Tables are laid over tables key by key; anything else takes the place of what was there. A list of sentences is whole in
//! one file: half of its variants are never another file's.

use toml::{Table, Value};

use super::{Pack, PackError, Trade, check, raw};
use crate::{dialogue::provenance::sha256, types::Language};

/// One file of a script: its name in messages, and what stands in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PackText {
    pub file: String,
    pub text: String,
}

impl PackText {
    pub fn new(file: impl Into<String>, text: impl Into<String>) -> Self {
        Self { file: file.into(), text: text.into() }
    }
}

macro_rules! shipped {
    ($($path:literal),* $(,)?) => {
        [$(($path, include_str!(concat!("../../../firmware-config/dialogue/", $path)))),*]
    };
}

/// Every script that comes with the program: those of a trade in English first.
const SHIPPED: [(&str, &str); 6] = shipped![
    "property.toml",
    "es/property.toml",
    "commercial.toml",
    "es/commercial.toml",
    "brokerage.toml",
    "es/brokerage.toml",
];

impl Trade {
    /// The files of its script, one for each language.
    pub fn texts(self) -> Vec<PackText> {
        let [english, spanish] = match self {
            Trade::Residential => [SHIPPED[0], SHIPPED[1]],
            Trade::Commercial => [SHIPPED[2], SHIPPED[3]],
            Trade::Brokerage => [SHIPPED[4], SHIPPED[5]],
        };
        [english, spanish].map(|(file, text)| PackText::new(file, text)).into()
    }

    fn text_in(self, language: Language) -> PackText {
        let [english, spanish] = match self.texts().try_into() {
            Ok(texts) => texts,
            // Two languages, two texts.
            Err(_) => [PackText::new("", ""), PackText::new("", "")],
        };
        match language {
            Language::English => english,
            Language::Spanish => spanish,
        }
    }
}

/// A script with its bases under it.
pub(super) struct Layered {
    pub(super) raw: raw::RawPack,
    /// Of this file and all below it.
    pub(super) digest: String,
    pub(super) trade: Trade,
}

/// Reads a file, and lays it over its base.
pub(super) fn layered(text: &str) -> Result<Layered, PackError> {
    let own = raw::table(text)?;
    let Some(base) = own.get("base") else {
        return Ok(Layered { raw: raw::pack(own)?, digest: sha256(text), trade: Trade::Residential });
    };
    let known = || Trade::ALL.map(Trade::name).join(", ");
    let unknown = |given: &str| PackError::Unknown { key: format!("base: {given}"), known: known() };
    let given = base.as_str().unwrap_or_default();
    let named = Trade::from_name(given).ok_or_else(|| unknown(given))?;
    let tag = own.get("language").and_then(Value::as_str).unwrap_or_default();
    let language = Language::from_tag(tag).ok_or_else(|| check::unknown_language(tag))?;
    // A shipped script that lies over another lies over the residential one, which lies over none: two steps at most.
    let below = named.text_in(language).text;
    let mut whole = raw::table(&below)?;
    let mut digests = vec![sha256(text), sha256(&below)];
    if let Some(deeper) = whole.get("base").and_then(Value::as_str).and_then(Trade::from_name) {
        let deepest = deeper.text_in(language).text;
        digests.push(sha256(&deepest));
        let mut under = raw::table(&deepest)?;
        lay_over(&mut under, whole);
        whole = under;
    }
    lay_over(&mut whole, own);
    Ok(Layered { raw: raw::pack(whole)?, digest: sha256(&digests.join("\n")), trade: named })
}

fn lay_over(under: &mut Table, over: Table) {
    for (key, value) in over {
        match (under.get_mut(&key), value) {
            (Some(Value::Table(below)), Value::Table(above)) => lay_over(below, above),
            (_, value) => drop(under.insert(key, value)),
        }
    }
}

impl Pack {
    /// The script of a trade that comes with the program, in all its languages.
    ///
    /// # Errors
    /// Never in a build whose tests have passed: a test parses these files.
    pub fn shipped(trade: Trade) -> Result<Self, PackError> {
        let mut pack = Self::written(&trade.texts())?;
        // A file that comes along is of the trade that it is for, whatever it lies over.
        pack.trade = trade;
        Ok(pack)
    }

    /// A script of these files: the first is the script, the others say the same in other languages.
    ///
    /// # Errors
    /// The first thing that is wrong, with its key and the cure.
    pub fn written(texts: &[PackText]) -> Result<Self, PackError> {
        let missing = || PackError::Missing { key: "version".into() };
        let (first, others) = texts.split_first().ok_or_else(missing)?;
        let mut pack = Self::parse(&first.text)?;
        for other in others {
            pack = pack.with_translation(Self::parse(&other.text)?)?;
        }
        Ok(pack)
    }
}
