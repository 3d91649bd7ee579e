//! Where in the building a phone is, for whoever has to find the caller (47 CFR 9.16(b)(3), "dispatchable location").

use std::{collections::BTreeMap, net::IpAddr};

use crate::{
    sip::Network,
    types::{Extension, PhoneNumber},
};

/// An element of a civic address (RFC 4776, 3.4 and RFC 5139, 3), in the order of RFC 5139's schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum CivicElement {
    Country,
    /// State or province.
    A1,
    /// County.
    A2,
    /// City.
    A3,
    /// Part of the city.
    A4,
    /// Direction before the street's name: `N`.
    Prd,
    /// The street's name.
    Rd,
    /// What kind of street: `Street`.
    Sts,
    /// Direction behind the street's name.
    Pod,
    /// House number.
    Hno,
    /// What follows the house number: `A`.
    Hns,
    /// Landmark.
    Lmk,
    /// Anything else that helps to find the place.
    Loc,
    Floor,
    /// Who is there: the office's name.
    Name,
    PostalCode,
    Building,
    Unit,
    Room,
    Seat,
}

impl CivicElement {
    pub const ALL: [Self; 20] = [
        Self::Country,
        Self::A1,
        Self::A2,
        Self::A3,
        Self::A4,
        Self::Prd,
        Self::Rd,
        Self::Sts,
        Self::Pod,
        Self::Hno,
        Self::Hns,
        Self::Lmk,
        Self::Loc,
        Self::Floor,
        Self::Name,
        Self::PostalCode,
        Self::Building,
        Self::Unit,
        Self::Room,
        Self::Seat,
    ];

    /// The name in RFC 5139's schema.
    pub const fn tag(self) -> &'static str {
        match self {
            Self::Country => "country",
            Self::A1 => "A1",
            Self::A2 => "A2",
            Self::A3 => "A3",
            Self::A4 => "A4",
            Self::Prd => "PRD",
            Self::Rd => "RD",
            Self::Sts => "STS",
            Self::Pod => "POD",
            Self::Hno => "HNO",
            Self::Hns => "HNS",
            Self::Lmk => "LMK",
            Self::Loc => "LOC",
            Self::Floor => "FLR",
            Self::Name => "NAM",
            Self::PostalCode => "PC",
            Self::Building => "BLD",
            Self::Unit => "UNIT",
            Self::Room => "ROOM",
            Self::Seat => "SEAT",
        }
    }
}

/// A civic address, as far down as the room.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CivicAddress(pub BTreeMap<CivicElement, String>);

impl CivicAddress {
    fn get(&self, element: CivicElement) -> Option<&str> {
        self.0.get(&element).map(String::as_str)
    }

    /// In one line, as it is read aloud: `210 Maple Street, Unit 4, floor 2, Denver, CO 80202`.
    pub fn line(&self) -> String {
        use CivicElement as E;
        let street = [E::Hno, E::Hns, E::Prd, E::Rd, E::Sts, E::Pod].iter().filter_map(|e| self.get(*e));
        let inside = [
            (E::Building, "building "),
            (E::Floor, "floor "),
            (E::Unit, "unit "),
            (E::Room, "room "),
            (E::Seat, "seat "),
            (E::Loc, ""),
            (E::Lmk, ""),
        ];
        let region = [E::A1, E::PostalCode].iter().filter_map(|e| self.get(*e)).collect::<Vec<_>>().join(" ");
        let parts = [street.collect::<Vec<_>>().join(" ")]
            .into_iter()
            .chain(inside.iter().filter_map(|(e, word)| Some(format!("{word}{}", self.get(*e)?))))
            .chain([E::A4, E::A3].iter().filter_map(|e| self.get(*e).map(str::to_owned)))
            .chain([region]);
        parts.filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", ")
    }
}

/// A place that somebody can be sent to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Location {
    /// What people of the office call it: `Suite 4`.
    pub name: String,
    pub address: CivicAddress,
    /// The number that calls from here show to the emergency service, and that it calls back: the carrier has this
    /// address on file for it (an ELIN, where several places share a trunk).
    pub callback: PhoneNumber,
}

/// How a device's place became known: from the surest to the most general.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum KnownBy {
    /// This very device has been assigned to the place.
    Device,
    /// The network that it speaks from.
    Subnet,
    /// Its extension.
    Extension,
    /// Everything that is nowhere else is here.
    Default,
}

/// The office's places, and what is at each.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Locations {
    /// In the order of the configuration.
    pub places: Vec<Location>,
    /// By the device's name for itself, in small hexadecimal digits: its MAC address, or part of its instance id.
    pub devices: BTreeMap<String, usize>,
    /// The narrowest network that holds an address counts.
    pub subnets: Vec<(Network, usize)>,
    pub extensions: BTreeMap<Extension, usize>,
    pub default: Option<usize>,
}

/// A device that asks where it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Device<'a> {
    pub extension: &'a Extension,
    /// Its `+sip.instance`, if it told one.
    pub instance: Option<&'a str>,
    /// Its own name for itself, which often has the MAC address in it.
    pub user_agent: &'a str,
    /// Where it speaks from.
    pub address: Option<IpAddr>,
}

/// The hexadecimal digits of a text, small: `00:15:65:AA:bb:01` and `0015.65aa.bb01` are the same device.
pub fn device_key(text: &str) -> String {
    let hex = text.chars().filter(char::is_ascii_hexdigit);
    hex.map(|c| c.to_ascii_lowercase()).collect()
}

impl Locations {
    /// Where this device is, and how that is known; `None`: nobody has said.
    pub fn of(&self, device: Device<'_>) -> Option<(&Location, KnownBy)> {
        let by_device = || {
            let named = device.instance.into_iter().chain([device.user_agent]).map(device_key);
            let names: Vec<String> = named.filter(|name| !name.is_empty()).collect();
            self.devices
                .iter()
                .find(|(key, _)| names.iter().any(|name| name.contains(key.as_str())))
                .map(|(_, at)| *at)
        };
        let by_subnet = || {
            let address = device.address?;
            let holding = self.subnets.iter().filter(|(network, _)| network.contains(address));
            holding.max_by_key(|(network, _)| network.prefix()).map(|(_, at)| *at)
        };
        let at = None
            .or_else(|| by_device().map(|at| (at, KnownBy::Device)))
            .or_else(|| by_subnet().map(|at| (at, KnownBy::Subnet)))
            .or_else(|| self.extensions.get(device.extension).map(|at| (*at, KnownBy::Extension)))
            .or_else(|| self.default.map(|at| (at, KnownBy::Default)));
        at.and_then(|(at, how)| Some((self.places.get(at)?, how)))
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub(in crate::pbx) fn suite(name: &str, unit: &str, callback: &str) -> Location {
        use CivicElement as E;
        let elements = [
            (E::Country, "US"),
            (E::A1, "CO"),
            (E::A3, "Denver"),
            (E::Rd, "Maple"),
            (E::Sts, "Street"),
            (E::Hno, "210"),
            (E::PostalCode, "80202"),
            (E::Floor, "2"),
            (E::Unit, unit),
        ];
        let address = elements.into_iter().map(|(e, text)| (e, text.to_owned())).collect();
        Location { name: name.into(), address: CivicAddress(address), callback: callback.parse().unwrap() }
    }

    fn locations() -> Locations {
        Locations {
            places: vec![
                suite("Front office", "1", "+13035550100"),
                suite("Suite 4", "4", "+13035550104"),
                suite("Workshop", "9", "+13035550109"),
            ],
            devices: BTreeMap::from([(device_key("00:15:65:AA:BB:01"), 1)]),
            subnets: vec![("10.0.0.0/8".parse().unwrap(), 0), ("10.0.9.0/24".parse().unwrap(), 2)],
            extensions: BTreeMap::from([("102".parse().unwrap(), 1)]),
            default: None,
        }
    }

    fn ask(
        instance: Option<&str>,
        user_agent: &str,
        extension: &str,
        address: &str,
    ) -> Option<(String, KnownBy)> {
        let extension = extension.parse().unwrap();
        let address = address.parse().ok();
        let device = Device { extension: &extension, instance, user_agent, address };
        locations().of(device).map(|(place, how)| (place.name.clone(), how))
    }

    #[test]
    fn the_device_itself_is_surer_than_its_network_and_that_than_its_extension() {
        let known = |name: &str, how| Some((name.to_owned(), how));
        let yealink = "<urn:uuid:00000000-0000-1000-8000-001565AABB01>";
        assert_eq!(ask(Some(yealink), "", "102", "10.0.9.7"), known("Suite 4", KnownBy::Device));
        assert_eq!(
            ask(None, "Yealink SIP-T54W 96.86 001565aabb01", "101", "::1"),
            known("Suite 4", KnownBy::Device)
        );
        assert_eq!(
            ask(None, "", "102", "10.0.9.7"),
            known("Workshop", KnownBy::Subnet),
            "the narrower network"
        );
        assert_eq!(ask(None, "", "102", "10.0.3.7"), known("Front office", KnownBy::Subnet));
        assert_eq!(
            ask(None, "", "102", "192.0.2.7"),
            known("Suite 4", KnownBy::Extension),
            "a hot desk elsewhere"
        );
        assert_eq!(ask(None, "", "101", "192.0.2.7"), None, "nobody has said");
    }

    #[test]
    fn an_address_is_one_line_for_the_ear() {
        let place = suite("Suite 4", "4", "+13035550104");
        assert_eq!(place.address.line(), "210 Maple Street, floor 2, unit 4, Denver, CO 80202");
        assert_eq!(CivicAddress::default().line(), "");
    }
}
