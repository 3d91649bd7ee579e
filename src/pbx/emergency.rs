//! What the office has said about emergencies: its numbers, its places, and whom it wants to be told.

use super::location::Locations;
use crate::types::{EmergencyNumbers, Extension, PhoneNumber};

/// What the office has said about emergencies; each part of it has a sensible answer to having said nothing.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct EmergencyPlan {
    pub numbers: EmergencyNumbers,
    pub locations: Locations,
    pub notice: EmergencyNotice,
}

/// Who is told that an emergency number was dialled, beside every console.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct EmergencyNotice {
    /// Desk phones that ring, and show who has dialled and where.
    pub phones: Vec<Extension>,
    /// Numbers that are called and told; pressing 1 acknowledges.
    pub calls: Vec<PhoneNumber>,
    /// Numbers that are texted; the desk's business, kept here with the rest.
    pub texts: Vec<PhoneNumber>,
}
