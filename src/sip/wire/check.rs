//! Is a message that could be read also acceptable? If not: what the RFC has us answer (RFC 3261, 8.1.1 and 8.2).

use super::{
    address::{Address, Contact},
    error::{Dropped, Rejection},
    limits::{MAX_LIST, MAX_VIAS},
    message::Message,
    method::Method,
    name::Name,
    syntax,
    uri::{Scheme, Uri},
    values,
};

/// Headers that stand once at most; a second one makes the message ambiguous (RFC 3261, 7.3.1).
const SINGLE: [Name; 14] = [
    Name::From,
    Name::To,
    Name::CallId,
    Name::CSeq,
    Name::MaxForwards,
    Name::ContentLength,
    Name::ContentType,
    Name::Expires,
    Name::Date,
    Name::RAck,
    Name::SessionExpires,
    Name::ReferTo,
    Name::ReferredBy,
    Name::Replaces,
];

/// May this request be served? The endpoint answers what is returned, unless it is an ACK.
///
/// A missing Max-Forwards and a missing From tag are let pass: RFC 2543 knew neither (RFC 3261, 8.1.1.6 and 8.1.1.3).
pub fn request(message: &Message) -> Result<(), Rejection> {
    let bad = |reason| Err(Rejection::bad(reason));
    for name in SINGLE {
        if message.all(name).nth(1).is_some() {
            return bad(match name {
                Name::From => "More Than One From",
                Name::To => "More Than One To",
                Name::CallId => "More Than One Call-ID",
                Name::CSeq => "More Than One CSeq",
                _ => "A Header Stands More Than Once",
            });
        }
    }
    let Some(method) = message.method() else { return bad("Not A Request") };
    if message.header(Name::Via).is_none() {
        return bad("Missing Via");
    }
    all_vias(message)?;
    addresses(message)?;
    match (message.header(Name::CallId), message.call_id()) {
        (None, _) => return bad("Missing Call-ID"),
        (_, None) => return bad("Bad Call-ID"),
        _ => {}
    }
    match (message.header(Name::CSeq), message.cseq()) {
        (None, _) => return bad("Missing CSeq"),
        (_, None) => return bad("Bad CSeq"),
        (_, Some((_, named))) if named != *method => return bad("CSeq Method Does Not Match"),
        _ => {}
    }
    if message.header(Name::MaxForwards).is_some() && message.max_forwards().is_none() {
        return bad("Bad Max-Forwards");
    }
    if message.header(Name::Date).is_some_and(|date| !values::is_sip_date(date)) {
        return bad("Bad Date");
    }
    request_uri(message)?;
    bounded_lists(message)?;
    contacts(message)?;
    if message.routes().any(|r| r.is_none()) {
        return bad("Bad Route");
    }
    if message.record_routes().any(|r| r.is_none()) {
        return bad("Bad Record-Route");
    }
    if *method == Method::Prack && message.rack().is_none() {
        return bad("Bad RAck");
    }
    if message.header(Name::SessionExpires).is_some() && message.session_expires().is_none() {
        return bad("Bad Session-Expires");
    }
    // RFC 3261, 7.4.1: without it nobody knows what the body is. A datagram's stray line ends are no body.
    let has_body = message.body().iter().any(|b| !matches!(b, b'\r' | b'\n' | 0));
    if has_body && message.header(Name::ContentType).is_none() {
        return bad("Missing Content-Type");
    }
    Ok(())
}

/// May this response be given to its transaction? RFC 3261, 8.1.3.3 has us drop one with several Vias: it is
/// somebody else's.
pub fn response(message: &Message) -> Result<(), Dropped> {
    let whole = message.status().is_some()
        && SINGLE.iter().all(|&name| message.all(name).nth(1).is_none())
        && matches!(message.vias().take(2).collect::<Vec<_>>()[..], [Some(_)])
        && message.from().is_some()
        && message.to().is_some()
        && message.call_id().is_some()
        && message.cseq().is_some()
        && message.header(Name::RetryAfter).is_none_or(|value| values::retry_after(value).is_some())
        && message.all(Name::Warning).all(values::is_warning)
        && message
            .record_routes()
            .take(MAX_LIST + 1)
            .collect::<Option<Vec<_>>>()
            .is_some_and(|r| r.len() <= MAX_LIST)
        && message.contacts().take(MAX_LIST).all(|c| c.is_some());
    if whole { Ok(()) } else { Err(Dropped::BadResponse) }
}

fn all_vias(message: &Message) -> Result<(), Rejection> {
    for (count, via) in message.vias().enumerate() {
        if count >= MAX_VIAS {
            return Err(Rejection::bad("Too Many Vias"));
        }
        if via.is_none_or(|via| via.params.counts("branch") > 1) {
            return Err(Rejection::bad("Bad Via"));
        }
    }
    Ok(())
}

fn addresses(message: &Message) -> Result<(), Rejection> {
    for (name, missing, broken) in
        [(Name::From, "Missing From", "Bad From"), (Name::To, "Missing To", "Bad To")]
    {
        let value = message.header(name).ok_or(Rejection::bad(missing))?;
        let address = Address::parse(value).ok_or(Rejection::bad(broken))?;
        // Without its value, or quoted, a tag identifies nothing; and nobody knows which of two is meant (7.3.1).
        if address.params.counts("tag") > 1 {
            return Err(Rejection::bad(broken));
        }
        if address.params.has("tag")
            && address.tag().is_none_or(|tag| syntax::token(tag.as_bytes()).is_none())
        {
            return Err(Rejection::bad(broken));
        }
    }
    Ok(())
}

fn request_uri(message: &Message) -> Result<(), Rejection> {
    let Some(uri) = message.raw_uri().and_then(Uri::parse) else {
        return Err(Rejection::bad("Bad Request-URI"));
    };
    if uri.headers().is_some() {
        return Err(Rejection::bad("Headers In Request-URI"));
    }
    match uri.scheme() {
        Scheme::Sip | Scheme::Sips | Scheme::Tel => Ok(()),
        // RFC 5031: the emergency service by its name instead of by its digits.
        Scheme::Other if uri.as_str().starts_with("urn:service:sos") => Ok(()),
        Scheme::Other => Err(Rejection { status: 416, reason: "Unsupported URI Scheme" }),
    }
}

fn bounded_lists(message: &Message) -> Result<(), Rejection> {
    for name in
        [Name::Route, Name::RecordRoute, Name::Contact, Name::Require, Name::ProxyRequire, Name::Supported]
    {
        if message.list(name).nth(MAX_LIST).is_some() {
            return Err(Rejection::bad("Too Many List Elements"));
        }
    }
    Ok(())
}

fn contacts(message: &Message) -> Result<(), Rejection> {
    let mut star = false;
    let mut count = 0;
    for contact in message.contacts() {
        count += 1;
        match contact {
            None => return Err(Rejection::bad("Bad Contact")),
            Some(Contact::Star) => star = true,
            Some(Contact::Address(_)) => {}
        }
    }
    // RFC 3261, 10.2.2: `*` stands alone, in a REGISTER, with an expiry of zero.
    let may_be_star = message.method() == Some(&Method::Register)
        && count == 1
        && message.header(Name::Expires) == Some(b"0");
    if star && !may_be_star { Err(Rejection::bad("Bad Contact")) } else { Ok(()) }
}
