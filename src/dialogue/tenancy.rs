//! What of a tenancy is told or changed on the telephone, and how sure it must be who is calling.
//!
//! A number that is shown is no key: anybody can show any. So a caller is worth as much as the carrier vouches for the number,
//! and as much as they know that stands on no envelope. Whoever is not sure enough hears the same words as a stranger, so
//! that nobody learns from the box who lives here.

use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

use super::{Reading, UnitRef, Urgency, pattern::Table, token::tokens};
use crate::types::{Language, PhoneNumber};

/// `topic | pattern`, the first that fits.
const PATTERNS: &str = include_str!("../../firmware-config/dialogue/private.txt");

const SPANISH_PATTERNS: &str = include_str!("../../firmware-config/dialogue/es/private.txt");

static TABLE: LazyLock<Table<PrivateTopic>> =
    LazyLock::new(|| Table::parse(PATTERNS, PrivateTopic::from_name));
static SPANISH_TABLE: LazyLock<Table<PrivateTopic>> =
    LazyLock::new(|| Table::parse(SPANISH_PATTERNS, PrivateTopic::from_name));

/// Wrong answers that one conversation may give.
pub const TRIES_IN_A_CALL: u8 = 2;

/// What is a resident's own business.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PrivateTopic {
    /// The code of a gate or a door.
    GateCode,
    /// What is owed or paid.
    Balance,
    /// What a work order says.
    WorkOrder,
    /// Whether somebody lives here, where, and how they are reached. Told to nobody, however sure.
    Residence,
    /// A technician of the office may go in when nobody is at home.
    Entry,
    /// Somebody is to be let in, or given a key.
    LetIn,
    /// Another telephone number is to be the one on file.
    NumberOnFile,
}

impl PrivateTopic {
    pub const ALL: [Self; 7] = [
        Self::GateCode,
        Self::Balance,
        Self::WorkOrder,
        Self::Residence,
        Self::Entry,
        Self::LetIn,
        Self::NumberOnFile,
    ];

    /// The name in the configuration: `gate_code`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::GateCode => "gate_code",
            Self::Balance => "balance",
            Self::WorkOrder => "work_order",
            Self::Residence => "residence",
            Self::Entry => "entry",
            Self::LetIn => "let_in",
            Self::NumberOnFile => "number_on_file",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|topic| topic.name() == name)
    }

    /// As the people of the office read it: `asked for the code of a gate or door`.
    pub(super) const fn note(self) -> &'static str {
        match self {
            Self::GateCode => "asked for the code of a gate or door",
            Self::Balance => "asked about money on an account",
            Self::WorkOrder => "asked what a work order says",
            Self::Residence => "asked whether somebody lives here or how to reach them",
            Self::Entry => "gave permission to go in",
            Self::LetIn => "asked to have somebody let in or given a key",
            Self::NumberOnFile => "asked to change the telephone number on file",
        }
    }
}

/// How sure it is who is calling, least first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Assurance {
    /// Their number is withheld, said to be false by the carrier, or nobody's here.
    Stranger,
    /// It is the number of one home.
    Number,
    /// The same, and the caller's own carrier vouches for it (attestation A).
    Attested,
    /// It is a resident's number, and they know what was asked of them.
    Proven,
}

/// How sure it must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Needed {
    Number,
    Attested,
    Proven,
    /// Not on the telephone.
    Never,
}

impl Needed {
    pub const ALL: [Self; 4] = [Self::Number, Self::Attested, Self::Proven, Self::Never];

    /// The word in the configuration.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Number => "number",
            Self::Attested => "attested",
            Self::Proven => "proven",
            Self::Never => "never",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|needed| needed.name() == name)
    }

    pub const fn is_met_by(self, assurance: Assurance) -> bool {
        match self {
            Self::Number => !matches!(assurance, Assurance::Stranger),
            Self::Attested => matches!(assurance, Assurance::Attested | Assurance::Proven),
            Self::Proven => matches!(assurance, Assurance::Proven),
            Self::Never => false,
        }
    }
}

/// What the carrier says of the right to the number that is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NumberRight {
    /// Nothing, or nothing that counts.
    #[default]
    Unsaid,
    /// The caller's carrier knows the caller, and that the number is theirs.
    Attested,
    /// The number may be false: then it is as good as none.
    Doubted,
}

/// How a caller stands before the first word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Standing {
    pub right: NumberRight,
    /// Wrong answers that this conversation may give: at most [`TRIES_IN_A_CALL`], fewer after others today.
    pub tries: u8,
}

/// How sure each thing must be; what is not said needs proof.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Policy {
    pub gate_code: Needed,
    pub balance: Needed,
    pub work_order: Needed,
    pub entry: Needed,
    pub let_in: Needed,
    pub number_on_file: Needed,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            gate_code: Needed::Proven,
            balance: Needed::Proven,
            work_order: Needed::Proven,
            // It is the office's own technician who goes in.
            entry: Needed::Number,
            let_in: Needed::Proven,
            number_on_file: Needed::Proven,
        }
    }
}

impl Policy {
    pub const fn needed(&self, topic: PrivateTopic) -> Needed {
        match topic {
            PrivateTopic::GateCode => self.gate_code,
            PrivateTopic::Balance => self.balance,
            PrivateTopic::WorkOrder => self.work_order,
            PrivateTopic::Residence => Needed::Never,
            PrivateTopic::Entry => self.entry,
            PrivateTopic::LetIn => self.let_in,
            PrivateTopic::NumberOnFile => self.number_on_file,
        }
    }
}

/// What a resident knows and an envelope does not say: digits. They are in no log.
#[derive(Clone, PartialEq, Eq)]
pub struct Digits(String);

impl Digits {
    pub fn new(digits: &str) -> Option<Self> {
        let all = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
        all.then(|| Self(digits.to_owned()))
    }

    fn are(&self, said: &str) -> bool {
        self.0 == said
    }
}

impl std::fmt::Debug for Digits {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Digits(…)")
    }
}

/// Somebody who lives here, as the office has them on file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resident {
    pub name: String,
    pub home: UnitRef,
    pub numbers: Vec<PhoneNumber>,
    /// `None`: nothing is ever proven on the telephone.
    pub knows: Option<Digits>,
}

/// One sentence for the residents of a property, or of one home of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PrivateFact {
    pub topic: PrivateTopic,
    pub property: String,
    /// `None`: for every home of the property.
    pub unit: Option<String>,
    /// The whole answer, as spoken.
    pub answer: String,
}

impl PrivateFact {
    fn is_for(&self, home: &UnitRef) -> bool {
        self.property == home.property && self.unit.as_ref().is_none_or(|unit| same_door(unit, &home.unit))
    }
}

/// The residents, what they may be told, and how they are asked who they are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tenancy {
    pub policy: Policy,
    pub residents: Vec<Resident>,
    pub facts: Vec<PrivateFact>,
    /// What everybody is asked for, in English, as it goes on after "what are": `the last four digits of your account number`.
    pub question: String,
    /// The same in Spanish.
    pub question_in_spanish: String,
    /// How many digits the answer has, whoever gives it.
    pub digits: usize,
    /// Wrong answers a day, for each number that calls and for each home that is called for.
    pub wrong_a_day: u8,
}

impl Default for Tenancy {
    fn default() -> Self {
        Self {
            policy: Policy::default(),
            residents: Vec::new(),
            facts: Vec::new(),
            question: "the last four digits of your account number".into(),
            question_in_spanish: "los últimos cuatro números de su cuenta".into(),
            digits: 4,
            wrong_a_day: 4,
        }
    }
}

impl Tenancy {
    /// Has the office told who lives here? If not, private questions are taken as messages like any other.
    pub fn is_kept(&self) -> bool {
        !self.residents.is_empty()
    }

    /// Everybody whose number this is.
    pub fn of_number(&self, number: PhoneNumber) -> impl Iterator<Item = &Resident> {
        self.residents.iter().filter(move |resident| resident.numbers.contains(&number))
    }

    /// Whose number it is and who knows these digits.
    pub(super) fn proven_by(&self, number: PhoneNumber, digits: &str) -> Option<&Resident> {
        self.of_number(number).find(|resident| resident.knows.as_ref().is_some_and(|knows| knows.are(digits)))
    }

    pub(super) fn answer(&self, topic: PrivateTopic, home: &UnitRef) -> Option<&str> {
        let fits = |fact: &&PrivateFact| fact.topic == topic && fact.is_for(home);
        let own = self.facts.iter().filter(fits).find(|fact| fact.unit.is_some());
        own.or_else(|| self.facts.iter().find(fits)).map(|fact| fact.answer.as_str())
    }

    pub(super) fn question(&self, language: Language) -> &str {
        match language {
            Language::English => &self.question,
            Language::Spanish => &self.question_in_spanish,
        }
    }
}

/// The same door: `4B` and `4b`.
pub(super) fn same_door(a: &str, b: &str) -> bool {
    a.trim().eq_ignore_ascii_case(b.trim())
}

/// What of a tenancy these words ask for. Nothing while somebody is in need: that is answered first.
pub(super) fn topic(language: Language, text: &str, reading: &Reading) -> Option<PrivateTopic> {
    if reading.urgency != Urgency::Routine {
        return None;
    }
    let table = match language {
        Language::English => &TABLE,
        Language::Spanish => &SPANISH_TABLE,
    };
    table.first(&tokens(text))
}

#[cfg(test)]
mod tests;
