//! Any datagram: every view of it is read, it is checked and answered, and the answer can be read again.
#![no_main]

use libfuzzer_sys::fuzz_target;
use portico::sip::wire::{
    Address, Contact, Message, Name, ParseError, RequestBuilder, ResponseBuilder, Uri, Via, check,
};

fn look_at_everything(message: &Message) {
    for header in message.headers() {
        let _ =
            (Uri::parse(header.value), Address::parse(header.value).map(|a| a.q()), Via::parse(header.value));
    }
    let _ = (message.uri(), message.status(), message.reason(), message.via(), message.from(), message.to());
    let _ =
        (message.call_id(), message.cseq(), message.max_forwards(), message.expires(), message.min_expires());
    let _ = (
        message.content_length(),
        message.content_type(),
        message.retry_after(),
        message.rseq(),
        message.rack(),
    );
    let _ = (message.session_expires(), message.min_se(), message.wants_privacy(), message.reply_address());
    let _ = (message.contact(), message.contacts().count(), message.routes().count(), message.vias().count());
    let _ = (message.record_routes().count(), message.asserted_identities().count());
    for reason in message.reasons() {
        let _ = (reason.cause(), reason.params.text("text"));
    }
    for address in message.contacts().flatten() {
        if let Contact::Address(address) = address {
            let _ = (
                address.display(),
                address.expires(),
                address.q(),
                address.uri.user(),
                address.uri.host_ip(),
            );
            assert!(address.uri.same_as(&address.uri));
        }
    }
}

fuzz_target!(|datagram: &[u8]| {
    let mut message = match Message::parse(datagram) {
        Ok(message) => message,
        Err(ParseError::Refused(malformed)) => malformed.message,
        Err(ParseError::Dropped(_)) => return,
    };
    message.set_source(([192, 0, 2, 1], 5060).into());
    look_at_everything(&message);
    let again = Message::parse(message.as_bytes());
    if !message.is_request() {
        let _ = check::response(&message);
        assert!(again.is_ok(), "what was accepted once is accepted again");
        return;
    }
    let served = check::request(&message).is_ok();
    let reply = ResponseBuilder::reply_to(&message, 400, Some("tag")).build();
    // A Via that fills the longest line that is read outgrows it by our stamp.
    if message.header(Name::Via).is_some_and(|line| line.len() > 8_100) {
        return;
    }
    let reply = Message::parse(&reply).expect("an answer of ours is a message");
    assert_eq!(reply.header(Name::CallId), message.header(Name::CallId));
    if served && again.is_ok() {
        check::response(&reply).err();
        let cancel = RequestBuilder::cancel_for(&message).expect("a served request can be cancelled").build();
        let cancel = Message::parse(&cancel).expect("a request of ours is a message");
        assert_eq!(check::request(&cancel), Ok(()));
    }
});
