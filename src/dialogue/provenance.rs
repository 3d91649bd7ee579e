//! What a conversation is held with, each thing by its SHA-256: so that a replay can say what has changed since.

use std::{collections::BTreeMap, fmt::Write, sync::LazyLock};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{Office, Pack, SEED, corpus};
use crate::types::Language;

macro_rules! rules {
    ($folder:literal) => {
        concat!(
            include_str!(concat!("../../firmware-config/dialogue/", $folder, "danger.txt")),
            include_str!(concat!("../../firmware-config/dialogue/", $folder, "urgent.txt")),
            include_str!(concat!("../../firmware-config/dialogue/", $folder, "veto.txt")),
            include_str!(concat!("../../firmware-config/dialogue/", $folder, "compounds.txt")),
            include_str!(concat!("../../firmware-config/dialogue/", $folder, "moves.txt")),
            include_str!(concat!("../../firmware-config/dialogue/", $folder, "topics.txt")),
            include_str!(concat!("../../firmware-config/dialogue/", $folder, "closed.txt")),
            include_str!(concat!("../../firmware-config/dialogue/", $folder, "remarks.txt")),
            include_str!(concat!("../../firmware-config/dialogue/", $folder, "lexicon.txt")),
        )
    };
}

/// What the program itself brings along: it is the same for every office.
static BUILT_IN: LazyLock<Provenance> = LazyLock::new(|| {
    let mut parts = Provenance::default();
    parts.insert("the program", env!("CARGO_PKG_VERSION"));
    parts.add("the English rules", rules!(""));
    parts.add("the Spanish rules", rules!("es/"));
    let english: Vec<_> = corpus::training().collect();
    parts.add("what English is learnt from", &format!("{english:?} {SEED}"));
    let spanish: Vec<_> = corpus::training_in_spanish().collect();
    parts.add("what Spanish is learnt from", &format!("{spanish:?} {SEED}"));
    parts
});

/// Digests by what they are of, in words: `the intent model`. As many as a box has models, and a dozen.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Provenance(BTreeMap<String, String>);

impl Provenance {
    /// What the program and the configuration give to a conversation: the program's version, the script and the rules of
    /// each language, what the understanding has learnt from, and what the office has told of itself.
    pub fn of(pack: &Pack, office: &Office) -> Self {
        let mut parts = BUILT_IN.clone();
        for (language, digest) in pack.digests() {
            parts.insert(format!("the {language} script"), digest);
        }
        let Office {
            name,
            address,
            hours,
            roster,
            home_area_code,
            listings,
            facts,
            on_call,
            staff,
            showings,
            also,
            in_spanish,
            tenancy,
        } = office;
        // Their form in the program's memory: another program may write them otherwise, and is another program.
        parts.add("the office's name, address and hours", &format!("{name:?} {address:?} {hours:?}"));
        parts.add("the roster", &format!("{roster:?} {home_area_code}"));
        parts.add("the listings", &format!("{listings:?}"));
        parts.add("the facts", &format!("{facts:?} {in_spanish:?}"));
        let people = format!("{on_call} {staff} {showings} {also:?}");
        // Who lives here is nobody's business but the office's, and does not go into a digest that travels.
        let told = format!("{:?} {:?} {}", tenancy.policy, tenancy.question, tenancy.digits);
        parts.add("what is told to whom", &told);
        parts.add("who is on call, at the desks and shows homes, and the languages", &people);
        parts
    }

    /// The digest of other rules than those of the program: danger, urgent, veto, compounds, moves, topics, closed, lexicon, one
    /// file after the other.
    pub fn rules(&mut self, language: Language, texts: &str) {
        self.add(&format!("the {language} rules"), texts);
    }

    /// Adds what was hashed elsewhere: the files of a model.
    pub fn insert(&mut self, of: impl Into<String>, sha256: impl Into<String>) {
        self.0.insert(of.into(), sha256.into());
    }

    /// The same with what another one names.
    #[must_use]
    pub fn and(&self, more: &Self) -> Self {
        let both = self.0.iter().chain(&more.0);
        Self(both.map(|(of, digest)| (of.clone(), digest.clone())).collect())
    }

    /// What is not the same in the other one, or is in one of them alone; in words.
    pub fn differences<'a>(&'a self, other: &'a Self) -> Vec<&'a str> {
        let mut names: Vec<&str> = self.0.keys().chain(other.0.keys()).map(String::as_str).collect();
        names.sort_unstable();
        names.dedup();
        names.retain(|name| self.0.get(*name) != other.0.get(*name));
        names
    }

    /// The digests, by what they are of.
    pub fn parts(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(of, digest)| (of.as_str(), digest.as_str()))
    }

    fn add(&mut self, of: &str, text: &str) {
        self.0.insert(of.to_owned(), sha256(text));
    }
}

/// In hexadecimal digits.
pub(super) fn sha256(text: &str) -> String {
    Sha256::digest(text).iter().fold(String::with_capacity(64), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}
