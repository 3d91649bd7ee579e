//! What calls to the outside cost, and which phone may make them: the ground on which `may_reach` decides.

use std::{collections::BTreeMap, fmt, sync::LazyLock, time::Duration};

use crate::types::{Country, Extension, PhoneNumber};

/// A sum of money, in ten-thousandths of the office's currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Money(pub u64);

impl Money {
    pub const fn cents(cents: u64) -> Self {
        Self(cents * 100)
    }

    /// The cost of so long at this price a minute. Carriers bill begun minutes; so does this.
    pub fn for_time(self, time: Duration) -> Self {
        Self(self.0.saturating_mul(time.as_secs().div_ceil(60)))
    }

    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{:02}", self.0 / 10_000, self.0 % 10_000 / 100)
    }
}

/// How dear a call is, by where it goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum PriceClass {
    TollFree,
    /// Within the country; the United States with their territories and Canada are one.
    Domestic,
    /// Countries that look domestic from North America: area codes of country code 1 elsewhere.
    Caribbean,
    /// Abroad, where calls are cheap.
    Near,
    /// Abroad.
    Far,
    /// Satellites, and countries that fraud is paid through.
    Costly,
    /// Charged by whoever is called, at home or abroad.
    Premium,
}

impl PriceClass {
    pub const ALL: [Self; 7] =
        [Self::TollFree, Self::Domestic, Self::Caribbean, Self::Near, Self::Far, Self::Costly, Self::Premium];

    /// As in the configuration: `toll_free`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::TollFree => "toll_free",
            Self::Domestic => "domestic",
            Self::Caribbean => "caribbean",
            Self::Near => "near",
            Self::Far => "far",
            Self::Costly => "costly",
            Self::Premium => "premium",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|class| class.name() == name)
    }

    /// Does it pay somebody to have such numbers called with a stolen password?
    pub const fn pays_thieves(self) -> bool {
        !matches!(self, Self::TollFree | Self::Domestic)
    }

    /// A minute of it where the office has said nothing else: what carriers ask, rounded up.
    const fn usual_price(self) -> Money {
        match self {
            Self::TollFree => Money(0),
            Self::Domestic => Money::cents(3),
            Self::Near => Money::cents(10),
            Self::Caribbean => Money::cents(60),
            Self::Far => Money::cents(60),
            Self::Costly | Self::Premium => Money::cents(500),
        }
    }
}

/// What a phone may call outside; each right includes the ones before it. Emergencies are nobody's right to give.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Right {
    /// Colleagues only: a phone in a lobby.
    Inside,
    /// Within the country.
    Domestic,
    /// Abroad as well, as far as the office allows it.
    #[default]
    Abroad,
    /// Premium numbers as well, if the office allows them.
    Premium,
}

impl Right {
    /// As in the configuration: `domestic`.
    pub fn from_name(name: &str) -> Option<Self> {
        match name {
            "inside" => Some(Self::Inside),
            "domestic" => Some(Self::Domestic),
            "abroad" => Some(Self::Abroad),
            "premium" => Some(Self::Premium),
            _ => None,
        }
    }

    pub(super) fn covers(self, class: PriceClass) -> bool {
        let needed = match class {
            PriceClass::TollFree | PriceClass::Domestic => Self::Domestic,
            PriceClass::Caribbean | PriceClass::Near | PriceClass::Far | PriceClass::Costly => Self::Abroad,
            PriceClass::Premium => Self::Premium,
        };
        self >= needed
    }
}

/// What the office has said about calls that cost money.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tolls {
    pub home: Country,
    /// Premium numbers may be called, by phones that have the right.
    pub premium: bool,
    /// A minute of each class; [`PriceClass`]'s own for those that are not here.
    pub prices: BTreeMap<PriceClass, Money>,
    /// What one extension, and the whole office, may spend in a day.
    pub day_per_extension: Money,
    pub day: Money,
    /// Calls abroad and to premium numbers in a burst: of one extension within ten minutes, and of the whole office while
    /// nobody is there.
    pub abroad_burst: usize,
    /// Calls to the outside that the office may begin in an hour while nobody is there.
    pub after_hours: usize,
    /// [`Right::default`] for extensions that are not here.
    pub rights: BTreeMap<Extension, Right>,
}

impl Default for Tolls {
    fn default() -> Self {
        Self {
            home: Country::NORTH_AMERICA,
            premium: false,
            prices: BTreeMap::new(),
            day_per_extension: Money::cents(2_000),
            day: Money::cents(10_000),
            abroad_burst: 3,
            after_hours: 20,
            rights: BTreeMap::new(),
        }
    }
}

impl Tolls {
    pub fn price(&self, class: PriceClass) -> Money {
        self.prices.get(&class).copied().unwrap_or_else(|| class.usual_price())
    }

    pub fn right_of(&self, extension: &Extension) -> Right {
        self.rights.get(extension).copied().unwrap_or_default()
    }

    pub fn class_of(&self, number: &PhoneNumber) -> PriceClass {
        let digits = number.digits();
        if is_unusual_north_american(&digits) {
            return PriceClass::Premium;
        }
        let class = (1..=digits.len().min(LONGEST_PREFIX))
            .rev()
            .find_map(|length| CLASSES.get(digits.get(..length)?).copied())
            .unwrap_or(PriceClass::Far);
        // The file is written as seen from nowhere: home is not abroad.
        let domestic = matches!(class, PriceClass::Near | PriceClass::Far | PriceClass::Costly)
            && self.home.owns(number);
        if domestic { PriceClass::Domestic } else { class }
    }
}

/// 976 is the pay-per-call exchange of every area of North America; N11 is no area code at all.
fn is_unusual_north_american(digits: &str) -> bool {
    let Some(national) = digits.strip_prefix('1') else { return false };
    national.get(3..6) == Some("976") || national.get(..3).is_some_and(|area| area.ends_with("11"))
}

const FILE: &str = include_str!("../../firmware-config/price-classes.txt");

/// No prefix of the file is longer.
const LONGEST_PREFIX: usize = 6;

static CLASSES: LazyLock<BTreeMap<&'static str, PriceClass>> = LazyLock::new(|| {
    let lines = FILE.lines().filter(|line| !line.starts_with('#'));
    let known = lines.filter_map(|line| {
        let (class, prefixes) = line.split_once(':')?;
        Some((PriceClass::from_name(class)?, prefixes))
    });
    known
        .flat_map(|(class, prefixes)| prefixes.split_whitespace().map(move |prefix| (prefix, class)))
        .collect()
});

#[cfg(test)]
mod tests {
    use super::*;

    fn class(number: &str) -> PriceClass {
        Tolls::default().class_of(&number.parse().unwrap())
    }

    #[test]
    fn every_line_of_the_file_is_read_and_no_prefix_stands_twice() {
        let lines = FILE.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
        let mut seen = 0;
        for line in lines {
            let (class, prefixes) = line.split_once(':').unwrap();
            assert!(PriceClass::from_name(class).is_some(), "{line}");
            for prefix in prefixes.split_whitespace() {
                assert!(
                    prefix.len() <= LONGEST_PREFIX && prefix.bytes().all(|b| b.is_ascii_digit()),
                    "{prefix}"
                );
                seen += 1;
            }
        }
        assert_eq!(CLASSES.len(), seen);
    }

    #[test]
    fn countries_that_look_domestic_are_not() {
        use PriceClass::*;
        for (number, expected) in [
            ("+13035550177", Domestic),
            ("+14165550177", Domestic),
            ("+17875550177", Domestic),
            ("+16845550177", Domestic),
            ("+18005550177", TollFree),
            ("+18885550177", TollFree),
            ("+19005550177", Premium),
            ("+13039760177", Premium),
            ("+15005550177", Premium),
            ("+18095550177", Caribbean),
            ("+18765550177", Caribbean),
            ("+12845550177", Caribbean),
            ("+442079460958", Near),
            ("+449012345678", Premium),
            ("+49301234567", Near),
            ("+4990012345678", Premium),
            ("+38160555017", Costly),
            ("+37129555017", Costly),
            ("+881612345678", Costly),
            ("+97912345678", Premium),
            ("+5491155501234", Far),
        ] {
            assert_eq!(class(number), expected, "{number}");
        }
    }

    #[test]
    fn home_is_domestic_wherever_it_is() {
        let german = Tolls { home: "DE".parse().unwrap(), ..Tolls::default() };
        let class = |number: &str| german.class_of(&number.parse().unwrap());
        assert_eq!(class("+49301234567"), PriceClass::Domestic);
        assert_eq!(class("+4990012345678"), PriceClass::Premium);
        assert_eq!(class("+13035550177"), PriceClass::Near);
    }

    #[test]
    fn begun_minutes_are_paid() {
        let price = Money::cents(500);
        assert_eq!(price.for_time(Duration::ZERO), Money(0));
        assert_eq!(price.for_time(Duration::from_secs(1)).to_string(), "5.00");
        assert_eq!(price.for_time(Duration::from_secs(61)).to_string(), "10.00");
    }

    #[test]
    fn a_right_includes_the_smaller_ones() {
        assert!(!Right::Inside.covers(PriceClass::TollFree));
        assert!(
            Right::Domestic.covers(PriceClass::Domestic) && !Right::Domestic.covers(PriceClass::Caribbean)
        );
        assert!(Right::Abroad.covers(PriceClass::Costly) && !Right::Abroad.covers(PriceClass::Premium));
        assert!(Right::Premium.covers(PriceClass::Premium));
        assert_eq!(Right::from_name("abroad"), Some(Right::default()));
    }
}
