//! From the configuration to who is rung when somebody is in danger.

use crate::{
    config::{self, Config},
    pbx::{OnCall, Rota},
};

/// Who is rung when somebody is in danger.
pub(in crate::app) fn rota(config: &Config) -> Rota {
    let person = |person: &config::OnCall| OnCall {
        name: person.name.clone(),
        number: person.number,
        hours: person.hours.clone(),
    };
    Rota::new(config.on_call.iter().map(person))
}
