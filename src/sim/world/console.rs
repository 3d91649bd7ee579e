//! Somebody at a console opens incidents and closes them: rows first, which the desk then sees.

use jiff::{SignedDuration, Timestamp};

use super::{Pending, Power, World, WorldError};
use crate::{
    desk,
    incident::usual_notice,
    sim::{scenario::ConsoleDeed, telling},
    store::{NewIncident, Store},
    types::{IncidentId, Language},
};

const WHO: &str = "the console";

impl World {
    pub(in crate::sim) fn console_does(&mut self, deed: &ConsoleDeed) -> Result<(), WorldError> {
        let now = self.clock.now().wall;
        let property = self.premises.desk.houses.properties.names().next().unwrap_or_default().to_owned();
        let Power::On(house) = &mut self.power else { return Ok(()) };
        let store = house.desk.store_mut();
        match deed {
            ConsoleDeed::OpensIncident { trouble, spoken_for, words } => {
                let usual = || usual_notice(*trouble, &property, Language::English);
                let lasts = SignedDuration::try_from(*spoken_for).unwrap_or(SignedDuration::MAX);
                let new = NewIncident {
                    // No two are opened in one instant.
                    id: IncidentId::from_i64(now.as_millisecond()),
                    notice: words.clone().unwrap_or_else(usual),
                    until: now.checked_add(lasts).unwrap_or(Timestamp::MAX),
                    trouble: *trouble,
                    property,
                };
                store.open_incident(&new, WHO, now)?;
            }
            ConsoleDeed::ClosesIncident => {
                if let Some(latest) = store.open_incidents()?.first() {
                    store.close_incident(latest.id, None, WHO, now)?;
                }
            }
        }
        self.pending.push_back(Pending::Desk(desk::Input::OutboxChanged));
        self.settle()
    }

    /// Notes incidents that have not been noted as they are.
    pub(super) fn note_incidents(&mut self) -> Result<(), WorldError> {
        let now = self.clock.now().wall;
        let Some(reader) = self.store().map(Store::reader) else { return Ok(()) };
        for row in reader.incidents(false, None, 100)?.items.into_iter().rev() {
            let sentence = telling::incident(&row, now);
            if self.noted_incidents.insert(row.id, sentence.clone()).as_ref() != Some(&sentence) {
                self.note("desk", sentence, true);
            }
        }
        Ok(())
    }
}
