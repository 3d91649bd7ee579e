//! What each carrier is known to want of a call: how many at once, how numbers are written, how the caller is shown.

use crate::{
    sip::Identity,
    types::{Country, PhoneNumber},
};

/// What is said of one trunk beside its addresses; the default is a carrier of which nothing special is known.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TrunkProfile {
    /// Calls at once, both ways, that the carrier carries; beyond, ordinary calls take the next trunk. `None`: the carrier
    /// has not said.
    pub channels: Option<usize>,
    /// Trunks of a smaller order are tried first; among equals calls are shared by weight.
    pub order: u16,
    /// Its share of the calls among trunks of the same order (RFC 2782's weight). All 0: as the configuration has them.
    pub weight: u16,
    /// Emergency calls try this trunk before the others.
    pub emergency: bool,
    /// It takes the caller's place with an emergency call (RFC 6442).
    pub takes_location: bool,
    /// How it is told whom to call.
    pub numbers: NumberForm,
    /// Digits that stand before every number but an emergency's: some carriers tell their customers apart by them.
    pub dial_prefix: String,
    /// How it is told who calls.
    pub caller_numbers: NumberForm,
    /// Which headers say who calls.
    pub identity: IdentityForm,
    /// The user of `From`, for carriers that want their account there and no number.
    pub from_account: Option<String>,
    /// Shown to people who are called through it, in place of the office's own: the one number that this carrier accepts.
    pub outbound_number: Option<PhoneNumber>,
}

/// How a carrier writes telephone numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum NumberForm {
    /// `+13035550100`
    #[default]
    E164,
    /// `13035550100`
    Digits,
    /// `3035550100` within the country, with its international prefix abroad: `011442079460958`.
    National(Country),
}

impl NumberForm {
    /// The number as this carrier wants it.
    pub fn write(self, number: &PhoneNumber) -> String {
        match self {
            Self::E164 => number.to_string(),
            Self::Digits => number.digits(),
            Self::National(country) => country.dialled(number),
        }
    }
}

/// Where a carrier looks for the caller's number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum IdentityForm {
    /// In `From` alone.
    #[default]
    From,
    /// In `From` and P-Asserted-Identity (RFC 3325).
    Asserted,
    /// In `From` and P-Preferred-Identity (RFC 3325), for carriers that assert themselves.
    Preferred,
    /// In `From` and Remote-Party-ID (draft-ietf-sip-privacy-04), for carriers that never went on from there.
    RemoteParty,
}

/// Who calls, as a carrier is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShownCaller {
    pub from: Identity,
    /// Headers beside `From`.
    pub headers: Vec<(String, String)>,
}

impl TrunkProfile {
    /// The number to be dialled, as this carrier wants it.
    pub fn dial_string(&self, number: &PhoneNumber) -> String {
        format!("{}{}", self.dial_prefix, self.numbers.write(number))
    }

    /// How this carrier is told who calls. `domain`: the host part of its addresses.
    pub fn show(&self, caller: Identity, domain: &str) -> ShownCaller {
        let number = caller.user.parse::<PhoneNumber>();
        let user = number.map_or(caller.user, |number| self.caller_numbers.write(&number));
        let uri = format!("<sip:{user}@{domain}>");
        let header = |name: &str, value: String| vec![(name.to_owned(), value)];
        let headers = match self.identity {
            IdentityForm::From => Vec::new(),
            IdentityForm::Asserted => header("P-Asserted-Identity", uri),
            IdentityForm::Preferred => header("P-Preferred-Identity", uri),
            IdentityForm::RemoteParty => {
                header("Remote-Party-ID", format!("{uri};party=calling;privacy=off;screen=yes"))
            }
        };
        let user = self.from_account.clone().unwrap_or(user);
        ShownCaller { from: Identity { user, ..caller }, headers }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_carrier_gets_numbers_as_it_writes_them() {
        let (home, abroad) = ("+13035550100".parse().unwrap(), "+442079460958".parse().unwrap());
        for (form, domestic, foreign) in [
            (NumberForm::E164, "+13035550100", "+442079460958"),
            (NumberForm::Digits, "13035550100", "442079460958"),
            (NumberForm::National(Country::NORTH_AMERICA), "3035550100", "011442079460958"),
        ] {
            assert_eq!(form.write(&home), domestic);
            assert_eq!(form.write(&abroad), foreign);
        }
        let prefixed = TrunkProfile {
            numbers: NumberForm::Digits,
            dial_prefix: "12345678*".into(),
            ..TrunkProfile::default()
        };
        assert_eq!(prefixed.dial_string(&home), "12345678*13035550100");
    }

    #[test]
    fn the_caller_is_named_where_the_carrier_looks() {
        let caller = Identity { user: "+13035550100".into(), display: "Maple Court".into() };
        let shown = |profile: TrunkProfile| {
            let shown = profile.show(caller.clone(), "c.example");
            (shown.from.user, shown.headers.into_iter().next())
        };
        let with = |identity| TrunkProfile { identity, ..TrunkProfile::default() };
        let number = "+13035550100".to_owned();
        let uri = "<sip:+13035550100@c.example>";
        assert_eq!(shown(with(IdentityForm::From)), (number.clone(), None));
        let asserted = Some(("P-Asserted-Identity".into(), uri.into()));
        assert_eq!(shown(with(IdentityForm::Asserted)), (number.clone(), asserted));
        let remote = Some(("Remote-Party-ID".into(), format!("{uri};party=calling;privacy=off;screen=yes")));
        assert_eq!(shown(with(IdentityForm::RemoteParty)), (number, remote));
        // A carrier that knows its customers by their account, and numbers without a +.
        let account = TrunkProfile {
            caller_numbers: NumberForm::Digits,
            from_account: Some("1234567t0".into()),
            ..with(IdentityForm::Preferred)
        };
        let preferred = ("P-Preferred-Identity".into(), "<sip:13035550100@c.example>".into());
        assert_eq!(shown(account), ("1234567t0".into(), Some(preferred)));
    }
}
