//! SIP plug-and-play: a phone without settings asks by multicast where they are (`ua-profile`, RFC 6080), and is told an
//! address. Pure: bytes in, bytes out; nothing is kept, and nothing of it is a secret.

use std::net::SocketAddr;

use super::{
    tag::{Branch, Tag, new_call_id},
    wire::{Message, Method, Name, RequestBuilder, ResponseBuilder, check},
};
use crate::types::{Chance, Mac};

/// The event package by which a phone asks for its settings.
const PACKAGE: &str = "ua-profile";

/// A phone that asks where its settings are.
#[derive(Debug)]
pub struct Plugged {
    request: Message,
    pub mac: Mac,
    /// As it calls itself; empty if it does not say so.
    pub vendor: String,
    pub model: String,
}

impl Plugged {
    /// Reads what came by multicast from `source`. `None`: something else, or no phone that says which one it is.
    pub fn read(bytes: &[u8], source: SocketAddr) -> Option<Self> {
        let mut request = Message::parse(bytes).ok()?;
        check::request(&request).ok()?;
        request.set_source(source);
        let event = request.text(Name::Event)?.into_owned();
        let (package, _) = event.split_once(';').unwrap_or((&event, ""));
        if request.method() != Some(&Method::Subscribe) || !package.trim().eq_ignore_ascii_case(PACKAGE) {
            return None;
        }
        let mac = mac_of(&request)?;
        Some(Self { mac, vendor: param(&event, "vendor"), model: param(&event, "model"), request })
    }

    /// 200, and the notification with the address: both go to where the question came from.
    pub fn answers(&self, local: SocketAddr, url: &str, chance: &mut Chance) -> Option<[Vec<u8>; 2]> {
        let (tag, contact) = (Tag::new(chance).to_string(), format!("sip:{local}"));
        let accepted = ResponseBuilder::reply_to(&self.request, 200, Some(&tag))
            .contact(&contact)
            .header(Name::Expires, "0")
            .build();
        let target = self.request.contact()?.uri.as_str().to_owned();
        let (from, to) = (self.request.text(Name::To)?, self.request.text(Name::From)?);
        let call_id = self.request.call_id().map_or_else(|| new_call_id(chance), str::to_owned);
        let told = RequestBuilder::new(&Method::Notify, &target)
            .via("UDP", local, &Branch::new(chance).to_string())
            .max_forwards(20)
            .header(Name::From, &format!("{from};tag={tag}"))
            .header(Name::To, &to)
            .call_id(&call_id)
            .cseq(1, &Method::Notify)
            .contact(&contact)
            .header(Name::Event, PACKAGE)
            .header(Name::SubscriptionState, "terminated;reason=timeout")
            .build_with_body("application/url", url.as_bytes());
        Some([accepted, told])
    }

    /// Where both go: the port that it asks to be answered at (RFC 3581), and never elsewhere than it sent from.
    pub fn reply_to(&self) -> Option<SocketAddr> {
        self.request.reply_address()
    }
}

/// Phones put their address into the user part, after `MAC:`, often escaped.
fn mac_of(request: &Message) -> Option<Mac> {
    let user = |address: Option<super::wire::Address<'_>>| {
        let user = address?.uri.user()?.into_owned();
        let bare =
            user.get(..4).filter(|head| head.eq_ignore_ascii_case("mac:")).map_or(&*user, |_| &user[4..]);
        bare.parse::<Mac>().ok()
    };
    user(request.from()).or_else(|| user(request.to()))
}

/// A parameter of the Event header, without its quotes, cut to what a page can show.
fn param(event: &str, name: &str) -> String {
    let found = event.split(';').skip(1).filter_map(|param| param.split_once('='));
    let mut found = found.filter(|(param, _)| param.trim().eq_ignore_ascii_case(name));
    let value = found.next().map(|(_, value)| value.trim().trim_matches('"')).unwrap_or_default();
    value.chars().filter(|c| !c.is_control()).take(40).collect()
}

#[cfg(test)]
mod tests {
    use rand_chacha::rand_core::SeedableRng;

    use super::*;

    const PHONE: &str = "192.0.2.77:5060";

    fn asks() -> String {
        format!(
            "SUBSCRIBE sip:MAC%3a805ec01a2b3c@224.0.1.75 SIP/2.0\r\nVia: SIP/2.0/UDP {PHONE};branch=z9hG4bK1;rport\r\n\
             Max-Forwards: 70\r\nFrom: <sip:MAC%3a805ec01a2b3c@224.0.1.75>;tag=a1\r\n\
             To: <sip:MAC%3a805ec01a2b3c@224.0.1.75>\r\nCall-ID: 1@{PHONE}\r\nCSeq: 1 SUBSCRIBE\r\n\
             Contact: <sip:MAC%3a805ec01a2b3c@{PHONE}>\r\nExpires: 0\r\n\
             Event: ua-profile;profile-type=\"device\";vendor=\"Yealink\";model=\"SIP-T46U\";version=\"108.86.0.20\"\r\n\
             Accept: application/url\r\nContent-Length: 0\r\n\r\n"
        )
    }

    fn read(text: &str) -> Option<Plugged> {
        Plugged::read(text.as_bytes(), PHONE.parse().unwrap())
    }

    #[test]
    fn a_phone_that_asks_is_told_an_address() {
        let plugged = read(&asks()).unwrap();
        assert_eq!(plugged.mac.to_string(), "805ec01a2b3c");
        assert_eq!((plugged.vendor.as_str(), plugged.model.as_str()), ("Yealink", "SIP-T46U"));
        assert_eq!(plugged.reply_to(), Some(PHONE.parse().unwrap()));
        let mut chance = Chance::seed_from_u64(3);
        let local = "192.0.2.1:5060".parse().unwrap();
        let url = "http://192.0.2.1:8080/provision";
        let [accepted, told] = plugged.answers(local, url, &mut chance).unwrap();
        let accepted = Message::parse(&accepted).unwrap();
        assert_eq!(accepted.status(), Some(200));
        let told = Message::parse(&told).unwrap();
        check::request(&told).unwrap();
        assert_eq!(told.method(), Some(&Method::Notify));
        assert_eq!(told.content_type().as_deref(), Some("application/url"));
        assert_eq!(told.body(), url.as_bytes());
        assert_eq!((told.from_tag(), told.to_tag()), (accepted.to_tag(), Some("a1")));
    }

    #[test]
    fn whatever_else_comes_is_not_answered() {
        for text in [
            asks().replace("ua-profile", "presence"),
            asks().replace("SUBSCRIBE", "OPTIONS"),
            asks().replace("805ec01a2b3c", "somebody"),
            asks().replace("Call-ID", "Call-Nothing"),
            "hello".to_owned(),
        ] {
            assert!(read(&text).is_none(), "{text}");
        }
    }
}
