//! What kind of trouble a caller tells of, and whether others of the same house may be calling about the very same.

use std::sync::LazyLock;

use super::{LifeSafety, Urgency, UrgentKind, pattern::Table, token::tokens};
use crate::types::{Language, named};

/// What has gone wrong, as many may tell of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Trouble {
    /// None, little or brown; a main or a riser that has burst.
    Water,
    HotWater,
    /// Water where it should not be, in a home or a room.
    Leak,
    Sewage,
    Heat,
    Cooling,
    Power,
    Lift,
    Internet,
    /// It sounds, and nobody has told of fire.
    Alarm,
    /// A gate or a door that all go through.
    Door,
    Gas,
    Fire,
    CarbonMonoxide,
    Electric,
    Collapse,
    /// Somebody is harmed, shut in or threatened: each is an emergency of its own.
    Person,
    /// None of these.
    Other,
}

named!(Trouble {
    Water = "water",
    HotWater = "hot_water",
    Leak = "leak",
    Sewage = "sewage",
    Heat = "heat",
    Cooling = "cooling",
    Power = "power",
    Lift = "lift",
    Internet = "internet",
    Alarm = "alarm",
    Door = "door",
    Gas = "gas",
    Fire = "fire",
    CarbonMonoxide = "carbon_monoxide",
    Electric = "electric",
    Collapse = "collapse",
    Person = "person",
    Other = "other",
});

impl Trouble {
    /// Every kind.
    pub const ALL: [Self; 18] = [
        Self::Water,
        Self::HotWater,
        Self::Leak,
        Self::Sewage,
        Self::Heat,
        Self::Cooling,
        Self::Power,
        Self::Lift,
        Self::Internet,
        Self::Alarm,
        Self::Door,
        Self::Gas,
        Self::Fire,
        Self::CarbonMonoxide,
        Self::Electric,
        Self::Collapse,
        Self::Person,
        Self::Other,
    ];

    /// Does a house have it as a whole, so that two who tell of it within hours tell of the same? A leak, a warm room or a
    /// dead socket is of one home until somebody says otherwise.
    pub const fn is_of_the_house(self) -> bool {
        match self {
            Self::Water
            | Self::HotWater
            | Self::Sewage
            | Self::Heat
            | Self::Power
            | Self::Lift
            | Self::Internet
            | Self::Alarm
            | Self::Door
            | Self::Gas
            | Self::Fire
            | Self::CarbonMonoxide
            | Self::Collapse => true,
            Self::Leak | Self::Cooling | Self::Electric | Self::Person | Self::Other => false,
        }
    }
}

/// A part of a house in which more than one home has a share.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum SharedPlace {
    Basement,
    Garage,
    Laundry,
    Lobby,
    Hallway,
    Stairwell,
    Roof,
    Grounds,
}

named!(SharedPlace {
    Basement = "basement",
    Garage = "garage",
    Laundry = "laundry",
    Lobby = "lobby",
    Hallway = "hallway",
    Stairwell = "stairwell",
    Roof = "roof",
    Grounds = "grounds",
});

/// What somebody's words say of a trouble, beside what it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Signs {
    pub trouble: Trouble,
    /// Where, if it is no single home.
    pub shared: Option<SharedPlace>,
    /// "The whole building", "nobody has": said to be of more than one home.
    pub whole: bool,
    /// Somebody is harmed, shut in, or cannot help themselves.
    pub harmed: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sign {
    Trouble(Trouble),
    Place(SharedPlace),
    Whole,
    Harmed,
}

impl Sign {
    fn from_name(name: &str) -> Option<Self> {
        match name {
            "whole" => Some(Self::Whole),
            "harmed" => Some(Self::Harmed),
            name => {
                Trouble::from_name(name).map(Self::Trouble).or(SharedPlace::from_name(name).map(Self::Place))
            }
        }
    }
}

const WRITTEN: [&str; Language::ALL.len()] = [
    include_str!("../../firmware-config/dialogue/troubles.txt"),
    include_str!("../../firmware-config/dialogue/es/troubles.txt"),
];

static TABLES: LazyLock<[Table<Sign>; Language::ALL.len()]> =
    LazyLock::new(|| WRITTEN.map(|text| Table::parse(text, Sign::from_name)));

/// Reads what somebody has told, in their own words and in whatever language; `urgency` is what was made of them when
/// they were said, and counts for more than the words.
pub fn signs(urgency: Urgency, words: &str) -> Signs {
    let tokens = tokens(words);
    let found = |wanted: fn(Sign) -> bool| {
        let mut all = TABLES.iter().flat_map(|table| &table.0);
        all.find(|(sign, pattern)| wanted(*sign) && pattern.fits(&tokens)).map(|(sign, _)| *sign)
    };
    let shared = match found(|sign| matches!(sign, Sign::Place(_))) {
        Some(Sign::Place(place)) => Some(place),
        _ => None,
    };
    let by_words = match found(|sign| matches!(sign, Sign::Trouble(_))) {
        Some(Sign::Trouble(trouble)) => trouble,
        _ => Trouble::Other,
    };
    let whole = found(|sign| sign == Sign::Whole).is_some();
    let harmed = found(|sign| sign == Sign::Harmed).is_some();
    let trouble = match urgency {
        Urgency::LifeSafety(kind) => of_danger(kind),
        Urgency::Urgent(kind) => of_haste(kind, by_words, shared.is_some() || whole),
        // "Is it the furnace?" in a call in which nothing is urgent is a repair like another; so are the words themselves.
        Urgency::Routine => by_words,
    };
    Signs { trouble, shared, whole, harmed: harmed || trouble == Trouble::Person }
}

const fn of_danger(kind: LifeSafety) -> Trouble {
    match kind {
        LifeSafety::Gas => Trouble::Gas,
        LifeSafety::Fire => Trouble::Fire,
        LifeSafety::CarbonMonoxide => Trouble::CarbonMonoxide,
        LifeSafety::Electric => Trouble::Electric,
        LifeSafety::Collapse => Trouble::Collapse,
        LifeSafety::Medical | LifeSafety::Violence | LifeSafety::Trapped | LifeSafety::Unspecified => {
            Trouble::Person
        }
    }
}

/// `house`: it was said to be of more than a home.
fn of_haste(kind: UrgentKind, by_words: Trouble, house: bool) -> Trouble {
    match kind {
        UrgentKind::Flooding if house => Trouble::Water,
        UrgentKind::Flooding => Trouble::Leak,
        UrgentKind::NoHeat => Trouble::Heat,
        UrgentKind::NoCooling => Trouble::Cooling,
        UrgentKind::NoWater => Trouble::Water,
        UrgentKind::Sewage => Trouble::Sewage,
        UrgentKind::NoPower => Trouble::Power,
        UrgentKind::Hardship => by_words,
        UrgentKind::Lockout | UrgentKind::Unsecured => Trouble::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dialogue::pattern::lines;

    fn routine(words: &str) -> Signs {
        signs(Urgency::Routine, words)
    }

    #[test]
    fn every_line_of_the_tables_names_a_sign() {
        for text in WRITTEN {
            for line in lines(text) {
                let name = line.split_once(" | ").unwrap().0;
                assert!(Sign::from_name(name).is_some(), "{line}");
            }
        }
        for trouble in Trouble::ALL {
            assert_eq!(Trouble::from_name(trouble.name()), Some(trouble));
        }
    }

    #[test]
    fn a_trouble_is_known_by_its_words() {
        for (words, trouble) in [
            ("The elevator is stuck on three again.", Trouble::Lift),
            ("We've had no hot water since this morning.", Trouble::HotWater),
            ("The power went out about ten minutes ago.", Trouble::Power),
            ("Our wifi is down.", Trouble::Internet),
            ("There's no water coming out of anything.", Trouble::Water),
            ("Nothing comes out of the tap.", Trouble::Water),
            ("My faucet drips.", Trouble::Leak),
            ("It's like an icebox, my radiators don't work.", Trouble::Heat),
            ("The garage gate won't open.", Trouble::Door),
            ("Can somebody fix my dishwasher?", Trouble::Other),
            ("No hay agua en todo el edificio.", Trouble::Water),
            ("El ascensor no funciona.", Trouble::Lift),
        ] {
            assert_eq!(routine(words).trouble, trouble, "{words}");
        }
    }

    #[test]
    fn water_in_a_home_is_a_leak_and_in_the_cellar_or_from_a_burst_main_it_is_the_houses() {
        let flooding = Urgency::Urgent(UrgentKind::Flooding);
        assert_eq!(signs(flooding, "Water is coming through my ceiling.").trouble, Trouble::Leak);
        let cellar = signs(flooding, "The basement is flooding!");
        assert_eq!((cellar.trouble, cellar.shared), (Trouble::Water, Some(SharedPlace::Basement)));
        assert_eq!(signs(flooding, "A pipe burst, it's all over.").trouble, Trouble::Water);
    }

    #[test]
    fn a_person_who_is_harmed_is_seen_beside_the_trouble() {
        assert!(routine("No heat, and my mother is on oxygen").harmed);
        assert!(routine("We are stuck in the elevator").harmed);
        assert!(!routine("The elevator is stuck on three, and we need it").harmed);
        let trapped = Urgency::LifeSafety(LifeSafety::Trapped);
        assert_eq!(signs(trapped, "I'm in the lift and it stopped").trouble, Trouble::Person);
    }
}
