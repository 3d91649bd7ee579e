//! Where an emergency call comes from, as it is told: to the service in a PIDF-LO (RFC 4119, 5139, 5491, 6442), and to
//! people in one line.

use jiff::Timestamp;

use super::{
    Directory,
    fork::Enclosed,
    location::{CivicElement, Device, KnownBy, Location},
    xml::escaped,
};
use crate::{
    sip::{Binding, BodyPart},
    types::PhoneNumber,
};

/// What is known of the place that an emergency call comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Whereabouts {
    /// What the service sees, and calls back.
    pub(super) callback: PhoneNumber,
    /// `Suite 4`; empty if nobody has said where this phone is.
    pub(super) place: String,
    pub(super) known_by: Option<KnownBy>,
    part: Option<BodyPart>,
    domain: String,
}

/// Names the location in its header and in its body part; one call has one.
const CONTENT_ID: &str = "location";

impl Whereabouts {
    /// Looks up the device that has sent this request. `bindings`: where the extension's phones are.
    pub(super) fn of(
        directory: &Directory,
        domain: &str,
        extension: &crate::types::Extension,
        bindings: &[Binding],
        source: std::net::SocketAddr,
        now: Timestamp,
    ) -> Self {
        let same_socket = |b: &&Binding| b.flow.remote == source;
        let same_host = |b: &&Binding| b.flow.remote.ip() == source.ip();
        let binding = bindings.iter().find(same_socket).or_else(|| bindings.iter().find(same_host));
        let device = Device {
            extension,
            instance: binding.and_then(|b| b.instance.as_deref()),
            user_agent: binding.map_or("", |b| b.user_agent.as_str()),
            address: Some(source.ip()),
        };
        match directory.emergency.locations.of(device) {
            Some((location, known_by)) => Self {
                callback: location.callback,
                place: location.name.clone(),
                known_by: Some(known_by),
                part: Some(BodyPart {
                    content_type: "application/pidf+xml".to_owned(),
                    content_id: format!("{CONTENT_ID}@{domain}"),
                    body: pidf(location, domain, extension.as_str(), now).into_bytes(),
                }),
                domain: domain.to_owned(),
            },
            None => Self {
                callback: directory.outbound_caller,
                place: String::new(),
                known_by: None,
                part: None,
                domain: domain.to_owned(),
            },
        }
    }

    /// The headers and the body part that carry the place; nothing if it is not known.
    pub(super) fn enclosed(&self) -> Enclosed {
        let Some(part) = &self.part else { return Enclosed::default() };
        Enclosed {
            headers: vec![
                ("Geolocation".to_owned(), format!("<cid:{CONTENT_ID}@{}>", self.domain)),
                // RFC 6442, 4.2: the carrier may route by it.
                ("Geolocation-Routing".to_owned(), "yes".to_owned()),
            ],
            parts: vec![part.clone()],
        }
    }
}

/// The location object of a device. `Manual`: somebody in the office has written it down (RFC 4119, 2.2.3).
fn pidf(location: &Location, domain: &str, device: &str, now: Timestamp) -> String {
    let mut civic = String::new();
    for element in CivicElement::ALL {
        if let Some(text) = location.address.0.get(&element) {
            let tag = element.tag();
            civic.push_str(&format!("          <ca:{tag}>{}</ca:{tag}>\r\n", escaped(text)));
        }
    }
    let at = now.round(jiff::Unit::Second).unwrap_or(now);
    let keep = at.checked_add(jiff::SignedDuration::from_hours(24)).unwrap_or(at);
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\r\n\
         <presence xmlns=\"urn:ietf:params:xml:ns:pidf\"\r\n\
         \x20   xmlns:dm=\"urn:ietf:params:xml:ns:pidf:data-model\"\r\n\
         \x20   xmlns:gp=\"urn:ietf:params:xml:ns:pidf:geopriv10\"\r\n\
         \x20   xmlns:gbp=\"urn:ietf:params:xml:ns:pidf:geopriv10:basicPolicy\"\r\n\
         \x20   xmlns:ca=\"urn:ietf:params:xml:ns:pidf:geopriv10:civicAddr\"\r\n\
         \x20   entity=\"pres:{}@{}\">\r\n\
         \x20 <dm:device id=\"phone-{device}\">\r\n\
         \x20   <gp:geopriv>\r\n\
         \x20     <gp:location-info>\r\n\
         \x20       <ca:civicAddress xml:lang=\"en\">\r\n\
         {civic}\
         \x20       </ca:civicAddress>\r\n\
         \x20     </gp:location-info>\r\n\
         \x20     <gp:usage-rules>\r\n\
         \x20       <gbp:retransmission-allowed>true</gbp:retransmission-allowed>\r\n\
         \x20       <gbp:retention-expiry>{keep}</gbp:retention-expiry>\r\n\
         \x20     </gp:usage-rules>\r\n\
         \x20     <gp:method>Manual</gp:method>\r\n\
         \x20   </gp:geopriv>\r\n\
         \x20   <dm:deviceID>urn:x-extension:{device}</dm:deviceID>\r\n\
         \x20   <dm:timestamp>{at}</dm:timestamp>\r\n\
         \x20 </dm:device>\r\n\
         </presence>\r\n",
        location.callback,
        escaped(domain),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pbx::{location::tests::suite, story::office};

    fn at() -> Timestamp {
        "2026-11-20T18:00:00.123Z".parse().unwrap()
    }

    #[test]
    fn a_place_is_written_in_the_order_of_the_schema() {
        let mut place = suite("Suite 4", "4", "+13035550104");
        place.address.0.insert(CivicElement::Name, "Maple & Birch <Court>".into());
        let text = pidf(&place, "192.0.2.1", "101", at());
        let tags: Vec<&str> =
            text.lines().filter_map(|line| line.trim().strip_prefix("<ca:")?.split('>').next()).collect();
        assert_eq!(tags[1..], ["country", "A1", "A3", "RD", "STS", "HNO", "FLR", "NAM", "PC", "UNIT"]);
        assert!(text.contains("<ca:NAM>Maple &amp; Birch &lt;Court&gt;</ca:NAM>"));
        assert!(text.contains("entity=\"pres:+13035550104@192.0.2.1\""));
        assert!(text.contains("<dm:timestamp>2026-11-20T18:00:00Z</dm:timestamp>"));
        assert!(text.contains("<gbp:retention-expiry>2026-11-21T18:00:00Z<"));
    }

    #[test]
    fn a_phone_whose_place_nobody_has_said_has_the_offices_number_and_no_location() {
        let office = office();
        let extension = "101".parse().unwrap();
        let source = "10.0.0.101:5060".parse().unwrap();
        let unknown = Whereabouts::of(&office, "192.0.2.1", &extension, &[], source, at());
        assert_eq!(unknown.callback, office.outbound_caller);
        assert_eq!((unknown.known_by, unknown.enclosed()), (None, Enclosed::default()));
    }
}
