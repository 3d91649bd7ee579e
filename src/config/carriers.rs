//! What is known of carriers: data files, each with where it is from, that a trunk may be filled in with.

use std::sync::LazyLock;

use serde::Deserialize;

/// One carrier, as its file says.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Carrier {
    /// As people know it.
    pub name: String,
    /// The host part of addresses there, where it is the same for everybody.
    pub domain: Option<String>,
    /// What every customer's own name there ends with.
    pub domain_ends: Option<String>,
    /// How it knows who calls: `register`, `password` (digest for each call), `address`.
    pub sign_in: Vec<String>,
    pub transports: Vec<String>,
    /// How it is told whom to call: `e164`, `digits`, `national`.
    pub numbers: String,
    /// How it is told who calls; the same forms.
    pub caller_numbers: String,
    /// Where it looks for the caller: `from`, `asserted`, `preferred`, `remote_party`.
    pub identity: String,
    /// The user of `From` is the account, and no number.
    #[serde(default)]
    pub from_account: bool,
    /// It takes the caller's place with an emergency call (RFC 6442).
    #[serde(default)]
    pub takes_location: bool,
    /// Where it says how sure it is of a caller: `identity` (a parameter of P-Asserted-Identity or From), `none`.
    pub verstat: String,
    /// What has to be done at the carrier so that help finds the caller.
    pub emergency: String,
}

/// By the name that a trunk's `preset` has.
const FILES: [(&str, &str); 10] = [
    ("bandwidth", include_str!("../../firmware-config/carriers/bandwidth.toml")),
    ("flowroute", include_str!("../../firmware-config/carriers/flowroute.toml")),
    ("plivo", include_str!("../../firmware-config/carriers/plivo.toml")),
    ("signalwire", include_str!("../../firmware-config/carriers/signalwire.toml")),
    ("sipgate", include_str!("../../firmware-config/carriers/sipgate.toml")),
    ("telekom", include_str!("../../firmware-config/carriers/telekom.toml")),
    ("telnyx", include_str!("../../firmware-config/carriers/telnyx.toml")),
    ("twilio", include_str!("../../firmware-config/carriers/twilio.toml")),
    ("voip-ms", include_str!("../../firmware-config/carriers/voip-ms.toml")),
    ("vonage", include_str!("../../firmware-config/carriers/vonage.toml")),
];

/// Forms of numbers.
pub(super) const NUMBER_FORMS: [&str; 3] = ["e164", "digits", "national"];
/// Where the caller is named.
pub(super) const IDENTITY_FORMS: [&str; 4] = ["from", "asserted", "preferred", "remote_party"];

static CARRIERS: LazyLock<Vec<(&'static str, Carrier)>> = LazyLock::new(|| {
    // A file that cannot be read would be found by the test below; its preset is then unknown.
    FILES.iter().filter_map(|(name, text)| Some((*name, toml::from_str(text).ok()?))).collect()
});

impl Carrier {
    /// The carrier with this preset's name.
    pub fn preset(name: &str) -> Option<&'static Self> {
        CARRIERS.iter().find(|(known, _)| *known == name).map(|(_, carrier)| carrier)
    }

    /// Every preset's name, in order.
    pub fn names() -> impl Iterator<Item = &'static str> {
        CARRIERS.iter().map(|(name, _)| *name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_carrier_is_read_and_says_what_is_understood_and_where_it_is_from() {
        assert_eq!(Carrier::names().count(), FILES.len());
        for (name, text) in FILES {
            let carrier: Carrier = toml::from_str(text).unwrap_or_else(|error| panic!("{name}: {error}"));
            assert!(text.starts_with('#') && text.contains("https://"), "{name} has no source");
            assert!(NUMBER_FORMS.contains(&carrier.numbers.as_str()), "{name}");
            assert!(NUMBER_FORMS.contains(&carrier.caller_numbers.as_str()), "{name}");
            assert!(IDENTITY_FORMS.contains(&carrier.identity.as_str()), "{name}");
            assert!(["identity", "none"].contains(&carrier.verstat.as_str()), "{name}");
            let ways = ["register", "password", "address"];
            assert!(carrier.sign_in.iter().all(|way| ways.contains(&way.as_str())), "{name}");
            assert!(carrier.transports.iter().all(|t| ["udp", "tcp", "tls"].contains(&t.as_str())), "{name}");
            assert!(carrier.domain.is_none() || carrier.domain_ends.is_none(), "{name}");
            assert!(!carrier.emergency.is_empty(), "{name}");
        }
    }
}
