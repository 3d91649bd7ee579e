//! Conversations as they are had: each story is told turn by turn, and every turn keeps the room's invariants.

mod beside;
mod confusion;
mod corrections;
mod deals;
mod emergencies;
mod emergencies_asked;
mod endings;
mod everyday;
mod first_said;
mod hearing_out;
mod homes;
mod known;
mod naming;
mod neighbors;
mod no_prospect;
mod places;
mod property;
mod reading;
mod sales;
mod saved;
mod showing;
mod spanish;
mod switching;
mod taking_back;
mod telling;
mod understood;
