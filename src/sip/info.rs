//! INFO (RFC 6086) in a call: the DTMF of phones that do not speak RFC 4733, and the record key of desk phones.

use std::time::Instant;

use super::{
    SendError,
    endpoint::{Endpoint, done},
    event::{Event, Peer, SessionId},
    invite::Sessions,
    reply::Reply,
    talking::Talking,
    transaction_layer::{ServerId, TransactionLayer},
    wire::{Message, Name},
};

impl Talking {
    /// An INFO; what it is about stands in its body, or for a record key in a header.
    pub(super) fn informed(
        &mut self,
        now: Instant,
        layer: &mut TransactionLayer,
        id: SessionId,
        request: &Message,
        server: ServerId,
    ) {
        if let (Peer::Phone(_), Some(wish)) = (&self.peer, request.header(Name::Record)) {
            return self.record_key(now, layer, id, wish, server);
        }
        // We have asked for no package (RFC 6086, 4.2.2).
        if request.header(Name::InfoPackage).is_some() {
            layer.respond(now, server, &Reply::new(469).with(Name::RecvInfo, ""));
            return;
        }
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

impl Talking {
    /// `Record: on` or `off`, as the desk phones of several makers send it when their record key is pressed. The PBX says
    /// whether it may be: the phone shows what it is answered.
    fn record_key(
        &mut self,
        now: Instant,
        layer: &mut TransactionLayer,
        id: SessionId,
        wish: &[u8],
        server: ServerId,
    ) {
        let wish = wish.trim_ascii();
        let on = wish.eq_ignore_ascii_case(b"on");
        if !on && !wish.eq_ignore_ascii_case(b"off") {
            layer.respond(now, server, &Reply::new(400).reason("Bad Record"));
        } else if self.asked_to_record.is_some() {
            layer.respond(now, server, &Reply::new(491));
        } else {
            self.asked_to_record = Some(server);
            layer.tell(Event::RecordKey { session: id, on });
        }
    }
}

impl Sessions {
    fn answer_record_key(
        &mut self,
        now: Instant,
        layer: &mut TransactionLayer,
        id: SessionId,
        granted: bool,
    ) -> bool {
        let Some(server) = self.talking(id).and_then(|talking| talking.asked_to_record.take()) else {
            return false;
        };
        layer.respond(now, server, &Reply::new(if granted { 200 } else { 403 }));
        true
    }
}

/// The PBX's part.
impl Endpoint {
    /// Answers a `RecordKey`: it is so from now on, or the phone has no right to it. An error: nobody waits for that.
    pub fn answer_record_key(
        &mut self,
        now: Instant,
        session: SessionId,
        granted: bool,
    ) -> Result<(), SendError> {
        done(self.sessions.answer_record_key(now, &mut self.layer, session, granted))
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
