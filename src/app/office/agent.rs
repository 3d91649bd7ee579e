//! What the agent may say about the office, and what stands in the office's data and may not be said.

use std::collections::BTreeSet;

use super::{super::models, area_code::area_code};
use crate::{
    config::{self, Config},
    dialogue::{
        AlsoSpoken, Digits, Fact, Listing, Needed, Office, Policy, PrivateFact, PrivateTopic, Resident,
        Roster, Tenancy, UnitRef, may_be_said, topic_asked,
    },
    speech::{EspeakSynthesizer, Manner},
    types::Language,
};

/// What stands in the office's data and is told to nobody, in its own words.
pub fn unsaid(config: &Config) -> Vec<&str> {
    let facts = config.facts.iter().map(|fact| fact.say.as_str());
    let listings = config.listings.iter().flat_map(|listing| {
        let more = [&listing.available, &listing.pets, &listing.parking];
        [listing.summary.as_str()].into_iter().chain(more.into_iter().flatten().map(String::as_str))
    });
    let translations = config.translations.iter().map(|told| told.spanish.as_str());
    facts.chain(listings).chain(translations).filter(|words| !may_be_said(words)).collect()
}

/// A home as the agent may tell of it. A sentence that may not be said is left out.
fn listing(home: &config::Listing) -> Listing {
    let sayable = |words: &Option<String>| words.clone().filter(|words| may_be_said(words));
    Listing {
        address: home.address.clone(),
        summary: Some(home.summary.clone()).filter(|words| may_be_said(words)).unwrap_or_default(),
        rent: home.rent,
        price: home.price,
        deposit: home.deposit,
        bedrooms: home.bedrooms,
        available: sayable(&home.available),
        pets: sayable(&home.pets),
        parking: sayable(&home.parking),
    }
}

/// How Spanish is served on the telephone, and what would serve it better: a line for `portico check`.
pub fn spanish_line(config: &Config) -> String {
    let language = Language::Spanish;
    let recognizer = models(config).recognizer_of(language);
    match (config.speech.spanish, EspeakSynthesizer::find(language), recognizer) {
        (false, ..) => "Spanish on the telephone: not offered (`spanish = false` under [speech])".into(),
        (true, None, _) => format!(
            "Spanish on the telephone: not offered, there is no voice for it; cure: apt install {}",
            EspeakSynthesizer::PACKAGE
        ),
        (true, Some(_), None) => "Spanish on the telephone: offered by key 2; spoken words are not understood without a \
                                  recogniser in models/recognizer-es, so callers go on by keys, to a person or a text"
            .into(),
        (true, Some(_), Some(folder)) => {
            format!("Spanish on the telephone: spoken and understood ({})", folder.display())
        }
    }
}

/// Neural voices that the configuration names and the models lack, with the cure of each.
pub fn missing_voices(config: &Config) -> Vec<String> {
    let models = models(config);
    let there = models.voices();
    let numbers = config.numbers.iter().map(|number| &number.manner);
    let named: BTreeSet<&str> = std::iter::once(&config.speech.manner)
        .chain(numbers)
        .filter(|manner| manner.is_neural())
        .map(|manner| manner.voice.as_str())
        .collect();
    let known: Vec<&str> = there.keys().map(String::as_str).collect();
    let others = match known.as_slice() {
        [] => "no neural voice is there".to_owned(),
        known => format!("there are {}", known.join(", ")),
    };
    let missing = named.into_iter().filter(|name| !there.contains_key(*name));
    missing
        .map(|name| {
            format!(
                "the voice `{name}` is not in {} ({others}); its callers hear {}\n    cure: name the voice's files as an \
                 item `{name}` in models/own.toml and run `make models`, or write another voice",
                models.folder().display(),
                Manner::USUAL_VOICE
            )
        })
        .collect()
}

/// Other languages of the telephone: those that have a voice on this machine, and are wanted.
fn also_spoken(config: &Config) -> Vec<AlsoSpoken> {
    let models = models(config);
    let spoken = |language: &Language| config.speech.spanish && EspeakSynthesizer::find(*language).is_some();
    let also = |language| AlsoSpoken { language, heard: models.recognizer_of(language).is_some() };
    Language::ALL.into_iter().filter(spoken).map(also).collect()
}

fn door(unit: &config::Unit) -> UnitRef {
    UnitRef { property: unit.property.clone(), street: unit.street.clone(), unit: unit.unit.clone() }
}

/// Who lives here, and what is told to whom. The file has been checked: what is not said keeps the safe default.
fn tenancy(config: &Config) -> Tenancy {
    let written = &config.identity;
    let level = |value: &Option<String>, default: Needed| {
        value.as_deref().and_then(Needed::from_name).unwrap_or(default)
    };
    let safe = Tenancy::default();
    let policy = Policy {
        gate_code: level(&written.gate_code, safe.policy.gate_code),
        balance: level(&written.balance, safe.policy.balance),
        work_order: level(&written.work_order, safe.policy.work_order),
        entry: level(&written.entry, safe.policy.entry),
        let_in: level(&written.let_in, safe.policy.let_in),
        number_on_file: level(&written.number_on_file, safe.policy.number_on_file),
    };
    let residents = config.residents.iter().map(|resident| Resident {
        name: resident.name.clone(),
        home: door(&resident.home),
        numbers: resident.numbers.clone(),
        knows: resident.knows.as_deref().and_then(Digits::new),
    });
    let facts = config.private_facts.iter().filter_map(|fact| {
        Some(PrivateFact {
            topic: PrivateTopic::from_name(&fact.about)?,
            property: fact.property.clone(),
            unit: fact.unit.clone(),
            answer: fact.say.clone(),
        })
    });
    Tenancy {
        policy,
        residents: residents.collect(),
        facts: facts.collect(),
        question: written.question.clone().unwrap_or(safe.question),
        question_in_spanish: written.question_in_spanish.clone().unwrap_or(safe.question_in_spanish),
        digits: written.digits,
        wrong_a_day: written.wrong_a_day,
    }
}

/// What the agent may say about the office.
pub fn office(config: &Config) -> Office {
    let some = |text: &str| (!text.trim().is_empty()).then(|| text.trim().to_owned());
    let units = config.units.iter().map(door);
    // What speaks of people or praises a neighborhood is not said to anybody; `portico check` names it.
    let sayable = config.facts.iter().filter(|fact| may_be_said(&fact.say));
    let facts = sayable.map(|fact| Fact {
        topic: fact.ask.iter().find_map(|phrase| topic_asked(phrase)),
        asked_by: fact.ask.iter().map(|word| word.to_lowercase()).collect(),
        answer: fact.say.clone(),
    });
    Office {
        name: config.office.name.clone(),
        address: some(&config.office.address),
        hours: some(&config.office.hours_spoken),
        roster: Roster {
            units: units.collect(),
            names: config.people.clone(),
            streets: Vec::new(),
            vendors: config.vendors.iter().map(|vendor| vendor.name.clone()).collect(),
            listings: config.listings.iter().map(|listing| listing.address.clone()).collect(),
        },
        home_area_code: area_code(config.numbers.first().map(|number| number.number)),
        listings: config.listings.iter().map(listing).collect(),
        facts: facts.collect(),
        on_call: true,
        staff: !config.extensions.is_empty(),
        showings: !config.showings.agents.is_empty(),
        also: also_spoken(config),
        in_spanish: config
            .translations
            .iter()
            .filter(|told| may_be_said(&told.spanish))
            .map(|told| (told.of.clone(), told.spanish.clone()))
            .collect(),
        tenancy: tenancy(config),
    }
}
