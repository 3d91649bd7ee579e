//! Texts by SIP MESSAGE, both ways: whose they are, and what became of them.

use std::collections::BTreeMap;

use super::{Directory, Fact, TextResult, exchange::Exchange};
use crate::{
    sip::{Identity, Peer, Target, TextId},
    types::{Country, MessageKey, Moment, PhoneNumber},
};

/// Texts of ours that wait for the carrier's answer. The desk sends them one by one; more than this are told to come
/// back in a few seconds.
const MOST_IN_FLIGHT: usize = 64;

/// What a text may hold: ten segments of a concatenated SMS are 1,530 characters.
const LONGEST_TEXT: usize = 4096;

const PLAIN_TEXT: &str = "text/plain;charset=UTF-8";

/// The texts that are on their way out.
#[derive(Debug, Default)]
pub(super) struct TextTraffic {
    in_flight: BTreeMap<TextId, MessageKey>,
}

/// A MESSAGE that has come in.
#[derive(Debug)]
pub(super) struct Received {
    pub(super) text: TextId,
    pub(super) peer: Peer,
    pub(super) from: String,
    pub(super) to: String,
    pub(super) content_type: String,
    pub(super) body: Vec<u8>,
    pub(super) call_id: String,
}

/// A text to send.
#[derive(Debug)]
pub(super) struct Outbound {
    pub(super) key: MessageKey,
    pub(super) from: PhoneNumber,
    pub(super) to: PhoneNumber,
    pub(super) body: String,
}

impl TextTraffic {
    /// A text for one of our numbers becomes a fact, and is answered when the desk has stored it; any other is refused at
    /// once.
    pub(super) fn receive(exchange: &mut Exchange, directory: &Directory, now: Moment, received: Received) {
        let Received { text, .. } = received;
        match accept(directory, received) {
            Ok(fact) => exchange.fact(fact),
            Err(status) => exchange.settle_text(now, text, status),
        }
    }

    /// Sends a text through the trunk of the number that it comes from.
    pub(super) fn send(
        &mut self,
        exchange: &mut Exchange,
        directory: &Directory,
        now: Moment,
        outbound: Outbound,
    ) {
        let Outbound { key, from, to, body } = outbound;
        let settled = |result| Fact::TextSettled { key, result };
        let Some(number) = directory.numbers.get(&from) else {
            // Not a number of ours (any more): no trunk may send in its name, today or tomorrow.
            return exchange.fact(settled(TextResult::Never { status: 403 }));
        };
        if self.in_flight.len() >= MOST_IN_FLIGHT {
            let later = TextResult::Later { status: 503, retry_after_s: Some(5) };
            return exchange.fact(settled(later));
        }
        let target = Target::Trunk { trunk: number.trunk.clone(), number: to.to_string() };
        let sender = Identity { user: from.to_string(), display: String::new() };
        let body = body.into_bytes();
        match exchange.sip.send_keyed_text(now.at, &key.to_string(), &target, &sender, PLAIN_TEXT, body) {
            Ok(text) => {
                self.in_flight.insert(text, key);
            }
            Err(_) => exchange.fact(settled(TextResult::Later { status: 503, retry_after_s: None })),
        }
    }

    /// The carrier has answered, or nobody has.
    pub(super) fn answered(
        &mut self,
        exchange: &mut Exchange,
        text: TextId,
        status: u16,
        retry_after_s: Option<u32>,
    ) {
        if let Some(key) = self.in_flight.remove(&text) {
            exchange.fact(Fact::TextSettled { key, result: result_of(status, retry_after_s) });
        }
    }

    pub(super) fn in_flight(&self) -> usize {
        self.in_flight.len()
    }
}

/// The fact, or the status to refuse it with.
fn accept(directory: &Directory, received: Received) -> Result<Fact, u16> {
    let Received { text, peer, from, to, content_type, body, call_id } = received;
    match peer {
        Peer::Trunk(_) => {}
        // A phone is somebody of the office, whose texts to the outside belong to the desk's record: not by this door.
        Peer::Phone(_) => return Err(403),
    }
    let to =
        number_in(directory.country, &to).filter(|to| directory.numbers.contains_key(to)).ok_or(404_u16)?;
    // A sender without a telephone number (a short code, a name) cannot be answered, nor kept as a contact.
    let from = number_in(directory.country, &from).ok_or(403_u16)?;
    let media_type = content_type.split(';').next().unwrap_or_default().trim();
    if !media_type.eq_ignore_ascii_case("text/plain") {
        return Err(415);
    }
    if body.len() > LONGEST_TEXT {
        return Err(413);
    }
    let body = String::from_utf8(body).map_err(|_| 415_u16)?;
    Ok(Fact::TextReceived { text, from, to, body, call_id })
}

/// The number in a user part or an address: `+1…`, `sip:+1…@carrier.example;user=phone`.
fn number_in(country: Country, address: &str) -> Option<PhoneNumber> {
    let bare = address.strip_prefix("sip:").or_else(|| address.strip_prefix("tel:")).unwrap_or(address);
    let user = bare.split(['@', ';']).next().unwrap_or_default();
    country.heard(user).ok()
}

fn result_of(status: u16, retry_after_s: Option<u32>) -> TextResult {
    match status {
        200..=299 => TextResult::Accepted,
        408 | 429 | 480 | 500..=599 => TextResult::Later { status, retry_after_s },
        _ => TextResult::Never { status },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pbx::story::office;

    fn received() -> Received {
        Received {
            text: TextId(7),
            peer: Peer::Trunk(crate::sip::TrunkName("carrier".into())),
            from: "+13035550177".into(),
            to: "+13035550100".into(),
            content_type: "text/plain;charset=UTF-8".into(),
            body: "the sink leaks — still".into(),
            call_id: "m1@carrier".into(),
        }
    }

    #[test]
    fn a_text_for_a_number_of_ours_is_a_fact() {
        let fact = accept(&office(), received()).unwrap();
        let Fact::TextReceived { from, to, body, .. } = fact else { panic!("{fact:?}") };
        assert_eq!(from.to_string(), "+13035550177");
        assert_eq!(to.to_string(), "+13035550100");
        assert_eq!(body, "the sink leaks — still");
    }

    #[test]
    fn any_other_text_is_refused_with_its_status() {
        let refused = |change: fn(&mut Received)| {
            let mut text = received();
            change(&mut text);
            accept(&office(), text).unwrap_err()
        };
        assert_eq!(refused(|text| text.to = "+13035550999".into()), 404);
        assert_eq!(refused(|text| text.from = "72345".into()), 403);
        assert_eq!(refused(|text| text.peer = Peer::Phone("101".parse().unwrap())), 403);
        assert_eq!(refused(|text| text.content_type = "application/im-iscomposing+xml".into()), 415);
        assert_eq!(refused(|text| text.body = vec![0xff, 0xfe]), 415);
        assert_eq!(refused(|text| text.body = vec![b'a'; LONGEST_TEXT + 1]), 413);
    }

    #[test]
    fn the_carriers_status_says_whether_to_try_again() {
        assert_eq!(result_of(202, None), TextResult::Accepted);
        assert_eq!(result_of(503, Some(9)), TextResult::Later { status: 503, retry_after_s: Some(9) });
        assert_eq!(result_of(408, None), TextResult::Later { status: 408, retry_after_s: None });
        assert_eq!(result_of(404, None), TextResult::Never { status: 404 });
        assert_eq!(result_of(603, None), TextResult::Never { status: 603 });
    }

    #[test]
    fn a_number_is_found_in_an_address() {
        for text in ["+13035550100", "sip:+13035550100@carrier.example", "tel:+1-303-555-0100;ext=1"] {
            assert_eq!(
                number_in(Country::NORTH_AMERICA, text).unwrap().to_string(),
                "+13035550100",
                "{text}"
            );
        }
        assert_eq!(number_in(Country::NORTH_AMERICA, "sip:anonymous@anonymous.invalid"), None);
    }
}
