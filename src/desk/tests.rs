//! Stories of the back office, told to the engine over a store in memory and a carrier that does as it is told.

mod audit;
mod calendars;
mod claims;
mod clock;
mod emergencies;
mod escalations;
mod faults;
mod followups;
mod house;
mod incidents;
mod incidents_by_hand;
mod letters;
mod promises;
mod showings;
mod texts;
mod wording;
