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
    /// Its share of the calls among trunks of the same order; 0: only when the others cannot.
    pub weight: u16,
    /// Emergency calls try this trunk before the others.
    pub emergency: bool,
    /// It takes the caller's place with an emergency call (RFC 6442).
    pub takes_location: bool,
    /// How it is told whom to call, and who calls.
    pub numbers: NumberForm,
    /// Which headers say who calls.
    pub identity: IdentityForm,
    /// Shown to people whom desk phones call through it, in place of the office's own.
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

impl TrunkProfile {
    /// The headers beside `From` by which this carrier learns who calls: none, or one. `domain`: the host part of its
    /// addresses.
    pub(super) fn identity_headers(&self, from: &Identity, domain: &str) -> Vec<(String, String)> {
        let uri = format!("<sip:{}@{domain}>", from.user);
        let header = |name: &str, value: String| vec![(name.to_owned(), value)];
        match self.identity {
            IdentityForm::From => Vec::new(),
            IdentityForm::Asserted => header("P-Asserted-Identity", uri),
            IdentityForm::Preferred => header("P-Preferred-Identity", uri),
            IdentityForm::RemoteParty => {
                header("Remote-Party-ID", format!("{uri};party=calling;privacy=off;screen=yes"))
            }
        }
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
    }

    #[test]
    fn the_caller_is_named_where_the_carrier_looks() {
        let from = Identity { user: "+13035550100".into(), display: "Maple Court".into() };
        let headers = |identity| {
            TrunkProfile { identity, ..TrunkProfile::default() }.identity_headers(&from, "c.example")
        };
        assert_eq!(headers(IdentityForm::From), []);
        let uri = "<sip:+13035550100@c.example>";
        assert_eq!(headers(IdentityForm::Asserted), [("P-Asserted-Identity".into(), uri.into())]);
        assert_eq!(headers(IdentityForm::Preferred), [("P-Preferred-Identity".into(), uri.into())]);
        let remote = format!("{uri};party=calling;privacy=off;screen=yes");
        assert_eq!(headers(IdentityForm::RemoteParty), [("Remote-Party-ID".into(), remote)]);
    }
}
