//! Whether danger or harm that a caller tells of is the very one that people on call have been rung about already.

use jiff::SignedDuration;

use super::{Apart, Report, compare};
use crate::dialogue::{LifeSafety, Urgency, UrgentKind};

/// So long after the last call about it a danger is still the same.
pub const REPEATS_WITHIN: SignedDuration = SignedDuration::from_hours(1);

/// Is what this caller tells what is known already? Time, and what has become of it, are the asker's affair.
///
/// # Errors
/// Why it is not, or why it is not certain: people are rung anew then.
pub fn repeats(known: &Report, told: &Report) -> Result<(), Apart> {
    if known.urgency != told.urgency {
        return Err(Apart::OtherTrouble);
    }
    if is_of_one_person(told.urgency) {
        return Err(Apart::Person);
    }
    compare(known, told).map(|_| ())
}

/// Each of these is somebody's own: a second caller is a second emergency, whatever they say.
const fn is_of_one_person(urgency: Urgency) -> bool {
    match urgency {
        Urgency::LifeSafety(kind) => match kind {
            LifeSafety::Medical | LifeSafety::Violence | LifeSafety::Trapped | LifeSafety::Unspecified => {
                true
            }
            LifeSafety::Gas
            | LifeSafety::Fire
            | LifeSafety::CarbonMonoxide
            | LifeSafety::Electric
            | LifeSafety::Collapse => false,
        },
        Urgency::Urgent(kind) => match kind {
            UrgentKind::Lockout | UrgentKind::Unsecured | UrgentKind::Hardship => true,
            UrgentKind::Flooding
            | UrgentKind::NoHeat
            | UrgentKind::NoCooling
            | UrgentKind::NoWater
            | UrgentKind::Sewage
            | UrgentKind::NoPower => false,
        },
        Urgency::Routine => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        dialogue::{Roster, UnitRef},
        incident::Properties,
    };

    fn told(urgency: Urgency, place: Option<&str>, words: &str) -> Report {
        let unit =
            |property: &str| UnitRef { property: property.into(), street: String::new(), unit: "1".into() };
        let roster = Roster { units: vec![unit("Maple Court"), unit("Alder House")], ..Roster::default() };
        let at = "2026-11-20T18:00:00Z".parse().unwrap();
        Report::said(words, place, urgency, at, &Properties::of(&roster, "The office"), None)
    }

    #[test]
    fn the_same_danger_of_the_same_house_is_known_and_nothing_else_is() {
        let gas = |place, words| told(Urgency::LifeSafety(LifeSafety::Gas), place, words);
        let known = gas(Some("Maple Court 4B"), "I smell gas");
        assert_eq!(repeats(&known, &gas(Some("Maple Court 2A"), "it smells like gas here")), Ok(()));
        assert_eq!(repeats(&known, &gas(Some("Alder House 1"), "I smell gas")), Err(Apart::OtherProperty));
        assert_eq!(repeats(&known, &gas(None, "I smell gas")), Err(Apart::PropertyUnknown));
        let hurt = gas(Some("Maple Court 2A"), "I smell gas and my wife fainted");
        assert_eq!(repeats(&known, &hurt), Err(Apart::Person));
        let fire = told(Urgency::LifeSafety(LifeSafety::Fire), Some("Maple Court 4B"), "there is smoke");
        assert_eq!(repeats(&known, &fire), Err(Apart::OtherTrouble), "a new kind of danger");
    }

    #[test]
    fn a_danger_to_one_person_is_never_known_already() {
        let trapped =
            told(Urgency::LifeSafety(LifeSafety::Trapped), Some("Maple Court"), "stuck in the lift");
        assert_eq!(repeats(&trapped, &trapped.clone()), Err(Apart::Person));
        let lockout = told(Urgency::Urgent(UrgentKind::Lockout), Some("Maple Court 4B"), "locked out");
        assert_eq!(repeats(&lockout, &lockout.clone()), Err(Apart::Person));
    }
}
