//! What the rules of danger must know of a language besides their tables: how it denies, and the words that vetoes spare.

use crate::{dialogue::token::Token, types::Language};

/// The tables and the small words of one language.
#[derive(Debug)]
pub(super) struct Grammar {
    pub(super) danger: &'static str,
    pub(super) urgent: &'static str,
    /// `kind of veto | pattern`.
    pub(super) veto: &'static str,
    /// Words that are one thing together: `a b = c`.
    pub(super) compounds: &'static str,
    pub(super) negations: &'static [&'static str],
    /// Words that may stand between a negation and what it negates.
    pub(super) between: &'static [&'static str],
    /// Words that begin a pattern of haste and are negative themselves.
    pub(super) opening: &'static [&'static str],
    /// Negations that deny only before one of these senses: "I can't breathe, there's smoke" denies nothing.
    pub(super) inabilities: &'static [&'static str],
    pub(super) senses: &'static [&'static str],
    /// What a detector of smoke or fire is called, once compounds are joined.
    pub(super) alarms: &'static [&'static str],
    /// Words of fire that no cigarette and no kitchen explains.
    pub(super) blazes: &'static [&'static str],
    pub(super) gases: &'static [&'static str],
    /// Words of choking that smoke and smells are blamed for as well.
    pub(super) choking: &'static [&'static str],
}

impl Grammar {
    pub(super) const fn of(language: Language) -> &'static Self {
        match language {
            Language::English => &ENGLISH,
            Language::Spanish => &SPANISH,
        }
    }
}

/// Words that a recogniser, or a hurried thumb, makes of the words of danger.
pub(super) fn put_right(language: Language, token: &mut Token) {
    let right = match language {
        Language::English => misheard(&token.word),
        Language::Spanish => misspelled(&token.word),
    };
    if let Some(right) = right {
        token.word = right.to_owned();
    }
}

fn misheard(word: &str) -> Option<&'static str> {
    Some(match word {
        "gaz" | "gass" | "gasz" => "gas",
        "leek" | "leeking" | "leeks" => "leaking",
        "carbin" | "carben" | "carbone" | "karbon" => "carbon",
        "smel" | "smelly" | "smels" => "smell",
        "alarum" | "alarn" => "alarm",
        "ambulence" | "ambalance" => "ambulance",
        "nineoneone" => "911",
        "theirs" => "theres",
        "fier" | "fiyah" => "fire",
        _ if word.len() >= 7 && word.starts_with('m') && word.ends_with("oxide") => "monoxide",
        "monoxid" | "monoxcide" | "minoxide" | "monocside" | "monixide" => "monoxide",
        _ => return None,
    })
}

fn misspelled(word: &str) -> Option<&'static str> {
    Some(match word {
        "gaz" | "gass" => "gas",
        "uele" | "guele" => "huele",
        "insendio" | "incendeo" => "incendio",
        "umo" => "humo",
        "axilio" | "ausilio" | "aucilio" => "auxilio",
        "ambulansia" | "anbulancia" => "ambulancia",
        "emergensia" => "emergencia",
        "ayi" => "ahi",
        "monosido" | "monoxid" | "monocsido" | "monoxide" => "monoxido",
        "esta\u{301}" => "esta",
        _ => return None,
    })
}

static ENGLISH: Grammar = Grammar {
    danger: include_str!("../../../firmware-config/dialogue/danger.txt"),
    urgent: include_str!("../../../firmware-config/dialogue/urgent.txt"),
    veto: include_str!("../../../firmware-config/dialogue/veto.txt"),
    compounds: include_str!("../../../firmware-config/dialogue/compounds.txt"),
    negations: &[
        "no", "not", "dont", "doesnt", "isnt", "never", "arent", "wasnt", "nope", "without", "didnt",
        "nobody", "nobodys", "noone", "aint", "nor", "cannot", "cant",
    ],
    between: &[
        "smell", "smelling", "see", "seeing", "hear", "hearing", "any", "of", "a", "an", "the", "there",
        "is", "are", "been", "really", "even", "sign", "signs", "or", "and", "actual", "like", "on", "smoke",
        "fire", "gas", "odor", "flames", "have", "injured", "got", "anything", "real", "need",
    ],
    opening: &["without", "cant", "havent", "hasnt", "nothing"],
    inabilities: &["cant", "cannot"],
    senses: &["smell", "see", "hear"],
    alarms: &["smoke_alarm", "fire_alarm"],
    blazes: &["fire", "flames", "burning"],
    gases: &["gas", "propane"],
    choking: &["choking"],
};

static SPANISH: Grammar = Grammar {
    danger: include_str!("../../../firmware-config/dialogue/es/danger.txt"),
    urgent: include_str!("../../../firmware-config/dialogue/es/urgent.txt"),
    veto: include_str!("../../../firmware-config/dialogue/es/veto.txt"),
    compounds: include_str!("../../../firmware-config/dialogue/es/compounds.txt"),
    negations: &["no", "ni", "nunca", "nadie", "sin", "tampoco", "ningun", "ninguna", "ninguno", "jamas"],
    between: &[
        "huele", "hay", "veo", "ve", "oigo", "se", "es", "esta", "estan", "un", "una", "el", "la", "a", "de",
        "ningun", "ninguna", "nada", "olor", "humo", "fuego", "gas", "llamas", "tengo", "tenemos", "que",
        "sea", "fue", "hubo", "muy", "ni", "o", "y",
    ],
    opening: &["sin", "nada", "ni"],
    inabilities: &[],
    senses: &[],
    alarms: &["alarma_humo", "alarma_incendio"],
    blazes: &["fuego", "llamas", "quemando", "quema", "incendio", "lumbre", "ardiendo"],
    gases: &["gas", "propano"],
    choking: &["ahogando", "ahogo", "ahoga"],
};
