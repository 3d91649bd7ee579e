//! INFO (RFC 6086) in a call: the DTMF of phones that do not speak RFC 4733.

use std::time::Instant;

use super::{
    event::{Event, SessionId},
    reply::Reply,
    talking::Talking,
    transaction_layer::{ServerId, TransactionLayer},
    wire::{Message, Name},
};

impl Talking {
    /// INFO (RFC 6086): DTMF of phones that do not speak RFC 4733.
    pub(super) fn informed(
        &self,
        now: Instant,
        layer: &mut TransactionLayer,
        id: SessionId,
        request: &Message,
        server: ServerId,
    ) {
        let digit = match request.content_type().as_deref() {
            None => {
                layer.respond(now, server, &Reply::new(200));
                return;
            }
            Some("application/dtmf-relay") => relayed_digit(request.body()),
            Some("application/dtmf") => digit_of(std::str::from_utf8(request.body()).unwrap_or("").trim()),
            Some(_) => {
                let accept = "application/dtmf-relay, application/dtmf";
                layer.respond(now, server, &Reply::new(415).with(Name::Accept, accept));
                return;
            }
        };
        match digit {
            Some(digit) => {
                layer.respond(now, server, &Reply::new(200));
                layer.tell(Event::InfoDigit { session: id, digit });
            }
            None => {
                layer.respond(now, server, &Reply::new(400).reason("Bad Digit"));
            }
        }
    }
}

/// `Signal=5` of an application/dtmf-relay body.
fn relayed_digit(body: &[u8]) -> Option<char> {
    let text = std::str::from_utf8(body).ok()?;
    text.lines().find_map(|line| {
        let (name, value) = line.split_once('=')?;
        name.trim().eq_ignore_ascii_case("signal").then(|| digit_of(value.trim()))?
    })
}

/// The sixteen digits, also as the event numbers 10 to 15 of RFC 4733.
fn digit_of(text: &str) -> Option<char> {
    match text {
        "10" => return Some('*'),
        "11" => return Some('#'),
        _ => {}
    }
    let mut chars = text.chars();
    let digit = chars.next()?.to_ascii_uppercase();
    (chars.next().is_none() && matches!(digit, '0'..='9' | '*' | '#' | 'A'..='D')).then_some(digit)
}
