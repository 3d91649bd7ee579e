//! What one call tells of a trouble, and whether another call tells of the very same.

use jiff::{SignedDuration, Timestamp};

use super::properties::{Located, Properties};
use crate::dialogue::{Outcome, SharedPlace, Trouble, Urgency, same_matter, signs};

/// Two calls make an incident if they come within this.
pub const OPENS_WITHIN: SignedDuration = SignedDuration::from_hours(2);

/// An incident that is open takes a call so long after its last one: trouble that is half a day old has a night in it.
pub const JOINS_WITHIN: SignedDuration = SignedDuration::from_hours(12);

/// As much as a conversation keeps of what was said.
const WORDS: usize = 600;

/// What a call tells of a trouble.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    pub at: Timestamp,
    /// As the office writes it; `None`: it could not be told for certain.
    pub property: Option<String>,
    /// `4B`, as far as it was said.
    pub home: Option<String>,
    pub trouble: Trouble,
    pub urgency: Urgency,
    /// Where, if it is no single home.
    pub shared: Option<SharedPlace>,
    /// Said to be of more than one home.
    pub whole: bool,
    /// Somebody is harmed, shut in, or cannot help themselves.
    pub harmed: bool,
    /// The caller's own, at most 600 characters.
    pub words: String,
}

/// Why two reports are one trouble.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Likeness {
    /// The same trouble, of a kind that a house has as a whole.
    House,
    /// The same trouble in the same home.
    Home,
    /// The same trouble in the same basement, garage or hall.
    Place,
    /// The same trouble, which both say to be of the whole house.
    Whole,
    /// The same words about the same place.
    Words,
    /// The same trouble, of which the office has said that the property has it.
    Stated,
}

impl Likeness {
    /// A sentence for people of the office.
    pub const fn words(self) -> &'static str {
        match self {
            Self::House => "the same trouble of the same property",
            Self::Home => "the same trouble in the same home",
            Self::Place => "the same trouble in the same shared place",
            Self::Whole => "the same trouble, said to be of the whole property",
            Self::Words => "the same words about the same place",
            Self::Stated => "the same trouble, which the office knows the property to have",
        }
    }
}

/// Why two reports are two.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Apart {
    PropertyUnknown,
    OtherProperty,
    OtherTrouble,
    OtherPlace,
    /// Of a kind that each home has for itself.
    OwnHome,
    OtherWords,
    /// Somebody is harmed.
    Person,
}

impl Report {
    /// Of what a conversation has brought to light. `line`: the property that the dialled number is for.
    pub fn of(
        outcome: &Outcome,
        urgency: Urgency,
        at: Timestamp,
        properties: &Properties,
        line: Option<&str>,
    ) -> Self {
        let first = outcome.first_words.as_deref().unwrap_or_default();
        let matter = outcome.matter.as_deref().unwrap_or_default();
        let words = if first.is_empty() || matter.contains(first) {
            matter.to_owned()
        } else {
            format!("{first} {matter}")
        };
        Self::said(
            &words,
            outcome.place.as_ref().map(|place| place.value.as_str()),
            urgency,
            at,
            properties,
            line,
        )
    }

    /// The same of bare words, and a place as it was written down.
    pub fn said(
        words: &str,
        place: Option<&str>,
        urgency: Urgency,
        at: Timestamp,
        properties: &Properties,
        line: Option<&str>,
    ) -> Self {
        let words: String = words.trim().chars().take(WORDS).collect();
        let signs = signs(urgency, &words);
        let Located { property, home } = properties.locate(place, &words, line);
        Self {
            at,
            property,
            home,
            trouble: signs.trouble,
            urgency,
            shared: signs.shared,
            whole: signs.whole,
            harmed: signs.harmed,
            words,
        }
    }
}

/// Are both about the very same trouble? Time is the asker's affair.
///
/// # Errors
/// Why they are not, or why it is not certain.
pub fn compare(one: &Report, other: &Report) -> Result<Likeness, Apart> {
    let (Some(here), Some(there)) = (&one.property, &other.property) else {
        return Err(Apart::PropertyUnknown);
    };
    if here != there {
        return Err(Apart::OtherProperty);
    }
    if one.harmed || other.harmed || one.trouble == Trouble::Person || other.trouble == Trouble::Person {
        return Err(Apart::Person);
    }
    if one.trouble != other.trouble {
        return Err(Apart::OtherTrouble);
    }
    if one.shared.is_some() && other.shared.is_some() && one.shared != other.shared {
        return Err(Apart::OtherPlace);
    }
    let same_home = one.home.is_some() && one.home == other.home;
    if one.trouble == Trouble::Other {
        let same_place =
            same_home || one.shared == other.shared && (one.shared.is_some() || one.whole && other.whole);
        return match (same_place, same_matter(&one.words, &other.words)) {
            (true, true) => Ok(Likeness::Words),
            (false, _) => Err(Apart::OwnHome),
            (true, false) => Err(Apart::OtherWords),
        };
    }
    if one.trouble.is_of_the_house() {
        return Ok(Likeness::House);
    }
    if same_home {
        return Ok(Likeness::Home);
    }
    if one.shared.is_some() && one.shared == other.shared {
        return Ok(Likeness::Place);
    }
    if one.whole && other.whole { Ok(Likeness::Whole) } else { Err(Apart::OwnHome) }
}

/// The trouble as people say it: `no heat`.
pub const fn trouble_words(trouble: Trouble) -> &'static str {
    match trouble {
        Trouble::Water => "water",
        Trouble::HotWater => "hot water",
        Trouble::Leak => "a leak",
        Trouble::Sewage => "sewage",
        Trouble::Heat => "the heat",
        Trouble::Cooling => "the cooling",
        Trouble::Power => "the power",
        Trouble::Lift => "the elevator",
        Trouble::Internet => "the internet",
        Trouble::Alarm => "the alarm",
        Trouble::Door => "the gate or door",
        Trouble::Gas => "gas",
        Trouble::Fire => "fire",
        Trouble::CarbonMonoxide => "carbon monoxide",
        Trouble::Electric => "electrical trouble",
        Trouble::Collapse => "a collapse",
        Trouble::Person => "somebody in need of help",
        Trouble::Other => "something else",
    }
}

/// So many callers, in words that stand for themselves.
pub fn callers_words(callers: u32) -> String {
    match callers {
        0 => "nobody has called yet".to_owned(),
        1 => "1 caller".to_owned(),
        more => format!("{more} callers"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dialogue::{LifeSafety, Roster, UnitRef, UrgentKind};

    fn properties() -> Properties {
        let unit = |property: &str, unit: &str| UnitRef {
            property: property.into(),
            street: String::new(),
            unit: unit.into(),
        };
        let units = vec![unit("Maple Court", "4B"), unit("Alder House", "1")];
        Properties::of(&Roster { units, ..Roster::default() }, "The office")
    }

    fn report(place: &str, urgency: Urgency, words: &str) -> Report {
        let at = "2026-11-20T18:00:00Z".parse().unwrap();
        let place = Some(place).filter(|place| !place.is_empty());
        Report::said(words, place, urgency, at, &properties(), None)
    }

    const HEAT: Urgency = Urgency::Urgent(UrgentKind::NoHeat);
    const FLOOD: Urgency = Urgency::Urgent(UrgentKind::Flooding);
    const GAS: Urgency = Urgency::LifeSafety(LifeSafety::Gas);

    fn said(one: (&str, Urgency, &str), other: (&str, Urgency, &str)) -> Result<Likeness, Apart> {
        compare(&report(one.0, one.1, one.2), &report(other.0, other.1, other.2))
    }

    #[test]
    fn a_trouble_of_the_house_is_one_from_whatever_home_and_in_whatever_words() {
        let one = ("Maple Court 4B", HEAT, "We have no heat");
        assert_eq!(said(one, ("Maple Court 2A", HEAT, "it's freezing in here")), Ok(Likeness::House));
        assert_eq!(
            said(one, ("Maple Court 9", Urgency::Routine, "my radiators are lukewarm")),
            Ok(Likeness::House),
            "urgent to one and not to the other"
        );
        assert_eq!(said(one, ("Alder House 1", HEAT, "We have no heat")), Err(Apart::OtherProperty));
        assert_eq!(said(one, ("unit 12", HEAT, "We have no heat")), Err(Apart::PropertyUnknown));
        assert_eq!(said(one, ("Maple Court 2A", GAS, "I smell gas")), Err(Apart::OtherTrouble));
    }

    #[test]
    fn what_each_home_has_for_itself_is_one_only_in_one_place() {
        let sink = ("Maple Court 4B", Urgency::Routine, "My sink is leaking");
        assert_eq!(
            said(sink, ("Maple Court 2A", Urgency::Routine, "My sink is leaking")),
            Err(Apart::OwnHome)
        );
        assert_eq!(
            said(sink, ("Maple Court 4B", FLOOD, "Water is coming through the floor")),
            Ok(Likeness::Home)
        );
        let cellar = ("Maple Court 4B", FLOOD, "The basement is flooding");
        assert_eq!(
            said(cellar, ("Maple Court 2A", FLOOD, "water everywhere in the basement")),
            Ok(Likeness::House)
        );
        assert_eq!(
            said(cellar, ("Maple Court 2A", FLOOD, "the roof is leaking badly into the hallway")),
            Err(Apart::OtherPlace)
        );
    }

    #[test]
    fn what_has_no_name_is_one_by_its_words_and_its_place() {
        let washer = ("Maple Court 4B", Urgency::Routine, "the washer in the laundry eats coins");
        let again = ("Maple Court 2A", Urgency::Routine, "that laundry washer eats my coins");
        assert_eq!(said(washer, again), Ok(Likeness::Words));
        assert_eq!(
            said(washer, ("Maple Court 2A", Urgency::Routine, "the dryer in the laundry smokes")),
            Err(Apart::OtherWords)
        );
    }

    #[test]
    fn somebody_who_is_harmed_is_never_one_of_many() {
        let one = ("Maple Court 4B", HEAT, "We have no heat");
        let oxygen = ("Maple Court 2A", HEAT, "no heat, and my husband is on oxygen");
        assert_eq!(said(one, oxygen), Err(Apart::Person));
        let trapped = Urgency::LifeSafety(LifeSafety::Trapped);
        let lift = ("Maple Court 4B", Urgency::Routine, "The elevator is out");
        assert_eq!(said(lift, ("Maple Court", trapped, "we are stuck in the elevator")), Err(Apart::Person));
    }
}
