//! What a desk phone dialled, parsed into digits, and the one decision whether it may be reached.

use super::{
    Dialled, Directory, Limits,
    toll::{Money, PriceClass},
};
use crate::types::{Extension, PhoneNumber};

/// Why a dialled string leads nowhere. Each has its SIP status.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
pub enum Barred {
    #[error("it is neither an extension of the office nor a telephone number")]
    NotANumber,
    #[error("calls abroad are not allowed")]
    International,
    #[error("premium and special-service numbers are not allowed")]
    Premium,
    #[error("this extension has as many calls to the outside as it may have at once")]
    TooManyCalls,
    #[error("the office has as many calls to the outside as it may have at once")]
    TooManyOfficeCalls,
    #[error("this extension has made as many calls to the outside as it may make in an hour")]
    TooManyThisHour,
    #[error("the office has made as many calls to the outside as it may make in an hour")]
    TooManyOfficeCallsThisHour,
    #[error("this phone may not call such numbers")]
    NotForThisPhone,
    #[error("too many calls abroad in a short time")]
    TooManyAbroad,
    #[error(
        "the office has made as many calls to the outside as it may make in an hour while nobody is there"
    )]
    TooManyAfterHours,
    #[error("this extension has spent as much on calls as it may in a day")]
    Spent,
    #[error("the office has spent as much on calls as it may in a day")]
    OfficeSpent,
    #[error("no trunk leads outside")]
    NoTrunk,
}

impl Barred {
    /// What the phone is told.
    pub const fn status(self) -> u16 {
        match self {
            Self::NotANumber => 404,
            Self::International
            | Self::Premium
            | Self::TooManyCalls
            | Self::TooManyOfficeCalls
            | Self::TooManyThisHour
            | Self::TooManyOfficeCallsThisHour
            | Self::NotForThisPhone
            | Self::TooManyAbroad
            | Self::TooManyAfterHours
            | Self::Spent
            | Self::OfficeSpent => 403,
            Self::NoTrunk => 503,
        }
    }

    pub const fn reason(self) -> &'static str {
        match self {
            Self::NotANumber => "Not Found",
            Self::International | Self::Premium | Self::NotForThisPhone => "Forbidden",
            Self::TooManyAbroad => "Too Many Calls Abroad",
            Self::Spent | Self::OfficeSpent => "Spending Limit Reached",
            Self::TooManyCalls | Self::TooManyOfficeCalls => "Too Many Calls Outside",
            Self::TooManyThisHour | Self::TooManyOfficeCallsThisHour | Self::TooManyAfterHours => {
                "Too Many Calls This Hour"
            }
            Self::NoTrunk => "Service Unavailable",
        }
    }
}

/// Longer strings are not dialled by anybody: 9, 011 and fifteen digits, with punctuation to spare.
const LONGEST: usize = 40;

/// Reads the user part of a Request-URI as digits; emergencies before anything else.
///
/// Extensions are those of the directory. Numbers are read as they are dialled in the office's country; without an area
/// code they are refused rather than guessed, unless the office has said its own. In North America a leading 9 in front
/// of eleven digits is the outside line of older phone systems; elsewhere nothing stands before a number, since a 0 would
/// be one of its own digits.
pub fn parse(dialled: &str, directory: &Directory) -> Result<Dialled, Barred> {
    if let Some(emergency) = directory.emergency.numbers.matched(dialled) {
        return Ok(Dialled::Emergency(emergency));
    }
    // RFC 3261, 19.1.6: parameters of a telephone number are in the user part.
    let (text, parameters) = dialled.split_once(';').unwrap_or((dialled, ""));
    if text.is_empty() || text.len() > LONGEST || is_local_elsewhere(text, parameters, directory) {
        return Err(Barred::NotANumber);
    }
    if text.starts_with('*') {
        return text.parse().map(Dialled::Star).map_err(|_| Barred::NotANumber);
    }
    let mut digits = String::with_capacity(text.len());
    for (at, c) in text.chars().enumerate() {
        match c {
            '0'..='9' => digits.push(c),
            '+' if at == 0 => {}
            '-' | '.' | '(' | ')' | '/' | ' ' => {}
            _ => return Err(Barred::NotANumber),
        }
    }
    if text.starts_with('+') {
        return text.parse().map(Dialled::Number).map_err(|_| Barred::NotANumber);
    }
    if let Ok(extension) = digits.parse::<Extension>()
        && (directory.extensions.contains_key(&extension) || directory.services.answers_at(&extension))
    {
        return Ok(Dialled::Extension(extension));
    }
    let outside = match digits.strip_prefix('9').filter(|_| directory.country.is_north_american()) {
        Some(rest) if rest.len() == 11 && rest.starts_with('1') => rest,
        Some(rest) if rest.starts_with("011") => rest,
        _ => digits.as_str(),
    };
    let number = directory.country.read(outside, directory.area_code.as_deref());
    number.map(Dialled::Number).map_err(|_| Barred::NotANumber)
}

/// Does it say to be a local number of another country (RFC 3966, 5.1.5)? Read as one of ours it would reach somebody else. A
/// context that is a domain is a name for this office's own way of dialling.
fn is_local_elsewhere(text: &str, parameters: &str, directory: &Directory) -> bool {
    let contexts = parameters.split(';').filter_map(|parameter| parameter.split_once('='));
    !text.starts_with('+')
        && contexts
            .filter(|(name, _)| name.trim().eq_ignore_ascii_case("phone-context"))
            .map(|(_, context)| context.trim().trim_matches('"'))
            .any(|context| context.starts_with('+') && !directory.country.is_reached_by(context))
}

/// Who wants to reach somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asker<'a> {
    /// A desk phone, with the calls to the outside that it and the office have made.
    Phone { extension: &'a Extension, usage: Usage },
    /// The agent, for the person on call. Callers cannot name a number, so nothing is counted.
    Agent,
}

/// Calls to the outside that count against the limits. Emergencies are never among them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Usage {
    /// Of the extension, at this moment.
    pub calls: usize,
    pub office_calls: usize,
    /// Begun by the extension in the last hour.
    pub this_hour: usize,
    pub office_this_hour: usize,
    /// The office is closed.
    pub nobody_there: bool,
    /// Calls abroad and to premium numbers of late: of the extension, or of the whole office while nobody is there.
    pub abroad: usize,
    /// On this day.
    pub spent: Money,
    pub office_spent: Money,
}

/// May this asker reach this, now? The only place where that is decided (calls, transfers, the agent); default no.
///
/// Emergencies are not asked about at all: they are connected before this function is reached, and it says yes should it
/// be asked all the same.
pub fn may_reach(directory: &Directory, asker: Asker<'_>, target: &Dialled) -> Result<(), Barred> {
    let number = match target {
        Dialled::Emergency(_) => return Ok(()),
        Dialled::Extension(extension) if directory.extensions.contains_key(extension) => return Ok(()),
        // A feature is nobody who could be reached.
        Dialled::Extension(_) | Dialled::Star(_) => return Err(Barred::NotANumber),
        Dialled::Number(number) => number,
    };
    if directory.trunks.is_empty() {
        return Err(Barred::NoTrunk);
    }
    let tolls = &directory.limits.tolls;
    let class = tolls.class_of(directory.country, number);
    match class {
        PriceClass::TollFree | PriceClass::Domestic => {}
        PriceClass::Premium if tolls.premium => {}
        PriceClass::Premium => return Err(Barred::Premium),
        PriceClass::Caribbean | PriceClass::Near | PriceClass::Far | PriceClass::Costly => {
            if !is_allowed_abroad(&directory.limits, number) {
                return Err(Barred::International);
            }
        }
    }
    match asker {
        Asker::Phone { extension, usage } => {
            if !tolls.right_of(extension).covers(class) {
                return Err(Barred::NotForThisPhone);
            }
            may_spend(&directory.limits, class, usage)
        }
        Asker::Agent => Ok(()),
    }
}

/// The bounds of what a stolen password can cost.
fn may_spend(limits: &Limits, class: PriceClass, usage: Usage) -> Result<(), Barred> {
    for (used, limit, barred) in [
        (usage.calls, limits.calls_outside_per_extension, Barred::TooManyCalls),
        (usage.office_calls, limits.calls_outside, Barred::TooManyOfficeCalls),
        (usage.this_hour, limits.calls_outside_per_hour_per_extension, Barred::TooManyThisHour),
        (usage.office_this_hour, limits.calls_outside_per_hour, Barred::TooManyOfficeCallsThisHour),
    ] {
        if used >= limit {
            return Err(barred);
        }
    }
    let tolls = &limits.tolls;
    if usage.nobody_there && usage.office_this_hour >= tolls.after_hours {
        return Err(Barred::TooManyAfterHours);
    }
    if class.pays_thieves() && usage.abroad >= tolls.abroad_burst {
        return Err(Barred::TooManyAbroad);
    }
    // What costs nothing is never too dear: a toll-free number stays within reach when the money is gone.
    let free = tolls.price(class) == Money::default();
    match (free, usage.spent >= tolls.day_per_extension, usage.office_spent >= tolls.day) {
        (false, true, _) => Err(Barred::Spent),
        (false, false, true) => Err(Barred::OfficeSpent),
        _ => Ok(()),
    }
}

/// Is this country open? Codes are prefixes of the digits: `44`, or `1876` for a country behind country code 1.
fn is_allowed_abroad(limits: &Limits, number: &PhoneNumber) -> bool {
    let digits = number.digits();
    limits.international
        && (limits.countries.is_empty()
            || limits.countries.iter().any(|code| digits.starts_with(code.as_str())))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pbx::{Emergency, story::office, toll::Right};

    #[test]
    fn emergencies_come_before_every_other_rule() {
        let mut office = office();
        let shadow: Extension = "911".parse().unwrap();
        let phone = office.extensions.values().next().unwrap().clone();
        office.extensions.insert(shadow, phone);
        for text in ["911", "9911", "9-1-1", "+911", "911;phone-context=office.example"] {
            assert_eq!(parse(text, &office), Ok(Dialled::Emergency(Emergency::Nine11)), "{text}");
        }
        for text in ["933", "9933"] {
            assert_eq!(parse(text, &office), Ok(Dialled::Emergency(Emergency::AddressTest)), "{text}");
        }
        office.trunks.clear();
        let target = Dialled::Emergency(Emergency::Nine11);
        let extension = "101".parse().unwrap();
        let asker = Asker::Phone {
            extension: &extension,
            usage: Usage {
                calls: 1000,
                office_calls: 1000,
                this_hour: 1000,
                office_this_hour: 1000,
                nobody_there: true,
                abroad: 1000,
                spent: Money(u64::MAX),
                office_spent: Money(u64::MAX),
            },
        };
        assert_eq!(may_reach(&office, asker, &target), Ok(()));
    }

    #[test]
    fn one_number_is_dialled_in_many_ways() {
        let office = office();
        let number = Dialled::Number("+13035550177".parse().unwrap());
        for text in ["3035550177", "13035550177", "+13035550177", "(303) 555-0177", "913035550177"] {
            assert_eq!(parse(text, &office), Ok(number.clone()), "{text}");
        }
        assert_eq!(parse("011442079460958", &office), Ok(Dialled::Number("+442079460958".parse().unwrap())));
        for context in ["", ";phone-context=+1", ";phone-context=maple.example", ";ext=3;Phone-Context=+1"] {
            assert_eq!(parse(&format!("3035550177{context}"), &office), Ok(number.clone()), "{context}");
        }
        for text in
            ["3035550177;phone-context=+44", "3035550177;ext=3;PHONE-CONTEXT=+4420", "102;phone-context=+44"]
        {
            assert_eq!(parse(text, &office), Err(Barred::NotANumber), "{text}");
        }
        assert_eq!(parse("102", &office), Ok(Dialled::Extension("102".parse().unwrap())));
    }

    #[test]
    fn each_country_dials_in_its_own_way() {
        // Country; at home and its E.164; abroad and its E.164; an emergency and what the trunk is told; nonsense there.
        for (country, home, number, abroad, there, help, told, nothing) in [
            (
                "US",
                "(303) 555-0177",
                "+13035550177",
                "011442079460958",
                "+442079460958",
                "911",
                "911",
                "0303555017",
            ),
            ("CA", "14165550177", "+14165550177", "011493012345", "+493012345", "9911", "911", "00493012345"),
            ("MX", "5512345678", "+525512345678", "0013035550177", "+13035550177", "911", "911", "12345"),
            (
                "GB",
                "020 7946 0958",
                "+442079460958",
                "0013035550177",
                "+13035550177",
                "999",
                "999",
                "79460958",
            ),
            ("IE", "01 234 5678", "+35312345678", "00442079460958", "+442079460958", "112", "112", "2345678"),
            (
                "DE",
                "030/1234567",
                "+49301234567",
                "00442079460958",
                "+442079460958",
                "0110",
                "110",
                "1234567",
            ),
            ("AT", "01 5123456", "+4315123456", "0049301234567", "+49301234567", "144", "144", "5123456"),
            ("CH", "044 668 18 00", "+41446681800", "0049301234567", "+49301234567", "117", "117", "6681800"),
            (
                "FR",
                "01 99 00 12 34",
                "+33199001234",
                "00442079460958",
                "+442079460958",
                "15",
                "15",
                "99001234",
            ),
            ("IT", "06 1234 5678", "+390612345678", "0033199001234", "+33199001234", "118", "118", "12"),
            ("ES", "912 34 56 78", "+34912345678", "0033199001234", "+33199001234", "911", "112", "12345"),
            ("NL", "020-1234567", "+31201234567", "0034912345678", "+34912345678", "112", "112", "1234567"),
            ("DK", "33 12 34 56", "+4533123456", "0046812345678", "+46812345678", "9112", "112", "12345"),
            ("NO", "22123456", "+4722123456", "0046812345678", "+46812345678", "113", "113", "1234"),
            ("SE", "08-123 456 78", "+46812345678", "004722123456", "+4722123456", "112#", "112", "12345678"),
            ("PL", "221234567", "+48221234567", "00420212345678", "+420212345678", "999", "999", "1234"),
            (
                "AU",
                "(02) 5550 1234",
                "+61255501234",
                "001113035550177",
                "+13035550177",
                "000",
                "000",
                "55501234",
            ),
            ("NZ", "04 123 4567", "+6441234567", "0061255501234", "+61255501234", "111", "111", "1234567"),
        ] {
            let mut office = office();
            office.country = country.parse().unwrap();
            office.emergency.numbers = office.country.emergency_numbers();
            let outside = |number: &str| Ok(Dialled::Number(number.parse().unwrap()));
            assert_eq!(parse(home, &office), outside(number), "{country}: {home}");
            assert_eq!(parse(abroad, &office), outside(there), "{country}: {abroad}");
            assert_eq!(parse(number, &office), outside(number), "{country}: {number}");
            assert_eq!(parse(nothing, &office), Err(Barred::NotANumber), "{country}: {nothing}");
            let Ok(Dialled::Emergency(emergency)) = parse(help, &office) else {
                panic!("{country}: {help} is no emergency")
            };
            assert_eq!(emergency.digits(), told, "{country}: {help}");
            assert!(emergency.alarms_the_house());
            assert_eq!(parse("102", &office), Ok(Dialled::Extension("102".parse().unwrap())), "{country}");
        }
    }

    #[test]
    fn a_local_number_is_dialled_in_the_offices_own_area() {
        let mut office = office();
        office.area_code = Some("303".into());
        assert_eq!(parse("555-0177", &office), Ok(Dialled::Number("+13035550177".parse().unwrap())));
        office.country = "DE".parse().unwrap();
        office.area_code = Some("30".into());
        assert_eq!(parse("1234567", &office), Ok(Dialled::Number("+49301234567".parse().unwrap())));
        assert_eq!(parse("0891234567", &office), Ok(Dialled::Number("+49891234567".parse().unwrap())));
    }

    #[test]
    fn what_is_no_number_leads_nowhere() {
        let office = office();
        for text in [
            "",
            "103",
            "5550177",
            "*",
            "*9x",
            "anonymous",
            "3035550177@carrier.example",
            "303555%30177",
            "3035550177,911",
            "+",
            "12345678901234567890123456789012345678901",
        ] {
            assert_eq!(parse(text, &office), Err(Barred::NotANumber), "{text}");
        }
    }

    #[test]
    fn premium_and_international_numbers_are_shut_until_they_are_allowed() {
        let mut office = office();
        let extension = "101".parse().unwrap();
        let asker = Asker::Phone { extension: &extension, usage: Usage::default() };
        let ask = |office: &Directory, text: &str| {
            may_reach(office, asker, &Dialled::Number(text.parse().unwrap()))
        };
        for fine in ["+13035550177", "+18005550177", "+14165550177", "+17875550177", "+16845550177"] {
            assert_eq!(ask(&office, fine), Ok(()), "{fine}");
        }
        for premium in ["+19005550177", "+13039760177", "+15005550177", "+17005550177"] {
            assert_eq!(ask(&office, premium), Err(Barred::Premium), "{premium}");
        }
        for abroad in ["+442079460958", "+18765550177", "+18095550177", "+38160555017"] {
            assert_eq!(ask(&office, abroad), Err(Barred::International), "{abroad}");
        }
        office.limits.international = true;
        assert_eq!(ask(&office, "+442079460958"), Ok(()));
        assert_eq!(ask(&office, "+19005550177"), Err(Barred::Premium), "never by the international switch");
        office.limits.countries = ["44".to_owned(), "1876".to_owned()].into();
        for open in ["+442079460958", "+18765550177"] {
            assert_eq!(ask(&office, open), Ok(()), "{open}");
        }
        for shut in ["+18095550177", "+38160555017", "+4930123456"] {
            assert_eq!(ask(&office, shut), Err(Barred::International), "{shut}");
        }
    }

    #[test]
    fn each_limit_of_calls_to_the_outside_bars_and_none_of_them_an_internal_call() {
        let office = office();
        let extension = "101".parse().unwrap();
        let number = Dialled::Number("+13035550177".parse().unwrap());
        let with = |usage, target: &Dialled| {
            may_reach(&office, Asker::Phone { extension: &extension, usage }, target)
        };
        let most =
            Usage { calls: 3, office_calls: 29, this_hour: 59, office_this_hour: 199, ..Usage::default() };
        assert_eq!(with(most, &number), Ok(()));
        for (beyond, barred) in [
            (Usage { calls: 4, ..most }, Barred::TooManyCalls),
            (Usage { office_calls: 30, ..most }, Barred::TooManyOfficeCalls),
            (Usage { this_hour: 60, ..most }, Barred::TooManyThisHour),
            (Usage { office_this_hour: 200, ..most }, Barred::TooManyOfficeCallsThisHour),
            (Usage { nobody_there: true, ..most }, Barred::TooManyAfterHours),
            (Usage { spent: Money::cents(2_000), ..most }, Barred::Spent),
            (Usage { office_spent: Money::cents(10_000), ..most }, Barred::OfficeSpent),
        ] {
            assert_eq!(with(beyond, &number), Err(barred));
            assert_eq!(barred.status(), 403);
            assert_eq!(with(beyond, &Dialled::Extension("102".parse().unwrap())), Ok(()));
        }
    }

    #[test]
    fn a_phone_has_its_own_right_and_calls_abroad_come_in_small_numbers() {
        let mut office = office();
        office.limits.international = true;
        office.limits.tolls.premium = true;
        let (lobby, desk) = ("101".parse::<Extension>().unwrap(), "102".parse::<Extension>().unwrap());
        office.limits.tolls.rights.insert(lobby.clone(), Right::Inside);
        let ask = |extension: &Extension, usage, text: &str| {
            may_reach(&office, Asker::Phone { extension, usage }, &Dialled::Number(text.parse().unwrap()))
        };
        assert_eq!(ask(&lobby, Usage::default(), "+18005550177"), Err(Barred::NotForThisPhone));
        assert_eq!(
            may_reach(
                &office,
                Asker::Phone { extension: &lobby, usage: Usage::default() },
                &Dialled::Extension(desk.clone())
            ),
            Ok(())
        );
        assert_eq!(
            ask(&desk, Usage::default(), "+19005550177"),
            Err(Barred::NotForThisPhone),
            "abroad is not premium"
        );
        let burst = Usage { abroad: 3, ..Usage::default() };
        assert_eq!(ask(&desk, burst, "+442079460958"), Err(Barred::TooManyAbroad));
        assert_eq!(ask(&desk, burst, "+18765550177"), Err(Barred::TooManyAbroad));
        assert_eq!(ask(&desk, burst, "+13035550177"), Ok(()), "home is home");
        let broke = Usage { spent: Money::cents(2_000), ..Usage::default() };
        assert_eq!(ask(&desk, broke, "+18005550177"), Ok(()), "what costs nothing");
    }
}
