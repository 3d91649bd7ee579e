//! What the agent may say about the office, and what stands in the office's data and may not be said.

use super::area_code::area_code;
use crate::{
    config::Config,
    dialogue::{Fact, Office, Roster, UnitRef, may_be_said},
};

/// What stands in the office's data and is told to nobody, in its own words.
pub fn unsaid(config: &Config) -> Vec<&str> {
    let facts = config.facts.iter().map(|fact| fact.say.as_str());
    let listings = config.listings.iter().map(|listing| listing.summary.as_str());
    facts.chain(listings).filter(|words| !may_be_said(words)).collect()
}

/// What the agent may say about the office.
pub fn office(config: &Config) -> Office {
    let some = |text: &str| (!text.trim().is_empty()).then(|| text.trim().to_owned());
    let units = config.units.iter().map(|unit| UnitRef {
        property: unit.property.clone(),
        street: unit.street.clone(),
        unit: unit.unit.clone(),
    });
    // What speaks of people or praises a neighborhood is not said to anybody; `portico check` names it.
    let sayable = config.facts.iter().filter(|fact| may_be_said(&fact.say));
    let facts = sayable.map(|fact| Fact {
        topic: None,
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
        facts: facts.collect(),
        on_call: true,
        staff: !config.extensions.is_empty(),
        showings: !config.showings.agents.is_empty(),
    }
}
