//! Who shows homes, for the desk that books and for the console.

use std::time::Duration;

use crate::{
    calendar::{Rules, ShowingAgent, ShowingPlan},
    config::Config,
    console::{ShowingOffice, ShowingPerson},
};

/// The plan by which showings are booked. Without anybody who shows homes: none.
pub(super) fn plan(config: &Config) -> Option<ShowingPlan> {
    let said = &config.showings;
    let span = |time: Duration| jiff::SignedDuration::try_from(time).unwrap_or_default();
    let agents: Vec<ShowingAgent> = said
        .agents
        .iter()
        .map(|agent| ShowingAgent {
            name: agent.name.clone(),
            hours: agent.hours.clone(),
            calendar: agent.calendar.as_ref().map(|calendar| calendar.path.clone()),
        })
        .collect();
    (!agents.is_empty()).then(|| ShowingPlan {
        zone: config.office.hours.zone().clone(),
        agents,
        rules: Rules {
            length: span(said.length),
            travel: span(said.travel),
            notice: span(said.notice),
            days_ahead: said.days_ahead,
        },
    })
}

/// The same people, for the console.
pub(in crate::app) fn who_shows(config: &Config) -> ShowingOffice {
    let person = |agent: &crate::config::ShowingAgent| ShowingPerson {
        name: agent.name.clone(),
        keeps_calendar: agent.calendar.is_some(),
    };
    ShowingOffice { agents: config.showings.agents.iter().map(person).collect() }
}
