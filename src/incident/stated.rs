//! What the office itself says of a property's trouble, and which callers tell of just that.

use jiff::Timestamp;

use super::{Apart, Likeness, Report, compare};
use crate::dialogue::{Trouble, Urgency, signs};

/// What the office knows, written as if it had called about it. `words`: those of its notice, or none.
pub fn stated(property: &str, trouble: Trouble, words: &str, at: Timestamp) -> Report {
    // What a house has as a whole it has everywhere, though the boiler that is to blame stands in the basement.
    let shared = if trouble.is_of_the_house() { None } else { signs(Urgency::Routine, words).shared };
    Report {
        at,
        property: Some(property.to_owned()),
        home: None,
        trouble,
        urgency: Urgency::Routine,
        shared,
        whole: true,
        harmed: false,
        words: words.to_owned(),
    }
}

/// Does this caller tell of what the office has stated? Time is the asker's affair.
///
/// # Errors
/// Why they do not, or why it is not certain.
pub fn is_of_what_is_stated(stated: &Report, told: &Report) -> Result<Likeness, Apart> {
    match compare(stated, told) {
        // One warm room is its home's own until somebody knows that the property's cooling is out. One dishwasher that
        // leaks has nothing to do with the roof that does, whatever is known of the roof.
        Err(Apart::OwnHome) if told.trouble == Trouble::Cooling => Ok(Likeness::Stated),
        compared => compared,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        dialogue::{LifeSafety, Roster, UnitRef, UrgentKind},
        incident::Properties,
    };

    fn told(place: &str, urgency: Urgency, words: &str) -> Report {
        let unit =
            |property: &str| UnitRef { property: property.into(), street: String::new(), unit: "1".into() };
        let roster = Roster { units: vec![unit("Maple Court"), unit("Alder House")], ..Roster::default() };
        let at = "2026-11-20T18:00:00Z".parse().unwrap();
        Report::said(words, Some(place), urgency, at, &Properties::of(&roster, "The office"), None)
    }

    fn known(trouble: Trouble, words: &str, caller: &Report) -> Result<Likeness, Apart> {
        let at = "2026-11-20T17:00:00Z".parse().unwrap();
        is_of_what_is_stated(&stated("Maple Court", trouble, words, at), caller)
    }

    const HEAT: Urgency = Urgency::Urgent(UrgentKind::NoHeat);

    #[test]
    fn who_tells_of_what_the_property_has_is_of_it_and_nobody_else_is() {
        let heat = |caller: &Report| known(Trouble::Heat, "The boiler in the basement is off.", caller);
        assert_eq!(heat(&told("Maple Court 4B", HEAT, "We have no heat")), Ok(Likeness::House));
        let lobby = told("Maple Court", HEAT, "there is no heat in the lobby");
        assert_eq!(heat(&lobby), Ok(Likeness::House), "the boiler's place is not the trouble's");
        assert_eq!(heat(&told("Alder House 1", HEAT, "We have no heat")), Err(Apart::OtherProperty));
        assert_eq!(heat(&told("unit 9", HEAT, "We have no heat")), Err(Apart::PropertyUnknown));
        let gas = told("Maple Court 2A", Urgency::LifeSafety(LifeSafety::Gas), "I smell gas");
        assert_eq!(heat(&gas), Err(Apart::OtherTrouble));
        let harmed = told("Maple Court 2A", HEAT, "no heat, and my husband is on oxygen");
        assert_eq!(heat(&harmed), Err(Apart::Person));
    }

    #[test]
    fn what_each_home_has_for_itself_is_of_it_in_the_place_that_the_notice_names() {
        let cooling = told("Maple Court 4B", Urgency::Routine, "my air conditioning isn't working");
        assert_eq!(known(Trouble::Cooling, "The chiller is down.", &cooling), Ok(Likeness::Stated));
        let sink = told("Maple Court 4B", Urgency::Routine, "My kitchen sink is leaking");
        assert_eq!(known(Trouble::Leak, "We know about the roof.", &sink), Err(Apart::OwnHome));
        let hallway = told("Maple Court 2A", Urgency::Routine, "the ceiling in the hallway is leaking");
        assert_eq!(
            known(Trouble::Leak, "We know about the leak in the hallway.", &hallway),
            Ok(Likeness::Place)
        );
        let dryer = told("Maple Court 2A", Urgency::Routine, "the dryer in the laundry eats my coins");
        assert_eq!(
            known(Trouble::Other, "The dryer in the laundry eats coins.", &dryer),
            Ok(Likeness::Words)
        );
        let other = told("Maple Court 2A", Urgency::Routine, "somebody took my bicycle from the laundry");
        assert_eq!(
            known(Trouble::Other, "The dryer in the laundry eats coins.", &other),
            Err(Apart::OtherWords)
        );
    }
}
