//! A message: one buffer, header lines as ranges over it, typed views made when they are asked for.

use std::{borrow::Cow, fmt, net::SocketAddr};

use super::{
    address::{Address, Contact},
    error::{Dropped, Malformed, ParseError, Rejection},
    limits,
    method::Method,
    name::Name,
    scan::{Line, Scan, Span, Start, scan},
    syntax::{self, List, is_space},
    uri::Uri,
    values::{self, RAck, ReasonValue, SessionExpires},
    via::Via,
};

/// What the Content-Length headers say together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum BodyLength {
    Absent,
    Exactly(usize),
    /// Several, a list, a sign, a hexadecimal or more than any body may have.
    Illegal(Rejection),
}

/// A SIP request or response. Header bytes are kept as they came, whatever their encoding; only folds (RFC 3261,
/// 7.3.1) have become spaces. Views answer `None` for what is absent or malformed; [`check`](super::check) has
/// made sure of the mandatory ones.
#[derive(Clone)]
pub struct Message {
    buffer: Vec<u8>,
    start: Start,
    lines: Vec<Line>,
    body: Span,
    source: Option<SocketAddr>,
}

/// One header line.
#[derive(Debug, Clone, Copy)]
pub struct Header<'a> {
    pub name: Name,
    /// The name as the sender spelt it.
    pub spelling: &'a [u8],
    /// The value, without the white space around it.
    pub value: &'a [u8],
}

impl Message {
    /// Reads one datagram (RFC 3261, 18.3): bytes beyond Content-Length are cut, a shorter body is refused.
    pub fn parse(datagram: &[u8]) -> Result<Message, ParseError> {
        if datagram.iter().all(|b| matches!(b, b'\r' | b'\n' | 0)) {
            return Err(Dropped::KeepAlive.into());
        }
        let oversize = datagram.len() > limits::MAX_DATAGRAM;
        let bytes = if oversize { &datagram[..limits::MAX_DATAGRAM] } else { datagram };
        let (mut message, head_end, mut fault) = Self::read(bytes)?;
        if oversize {
            fault = fault.or(Some(Rejection { status: 513, reason: "Message Too Large" }));
        }
        let available = bytes.len() - head_end;
        match message.body_length() {
            BodyLength::Absent => message.body = Span::new(head_end, bytes.len()),
            BodyLength::Exactly(n) if n <= available => {
                message.buffer.truncate(head_end + n);
                message.body = Span::new(head_end, head_end + n);
            }
            BodyLength::Exactly(_) => {
                fault = fault.or(Some(Rejection::bad("Body Shorter Than Content-Length")));
            }
            BodyLength::Illegal(rejection) => fault = fault.or(Some(rejection)),
        }
        message.unless(fault)
    }

    /// Reads a head, up to and with its empty line, that came over a stream; the body is attached when it has come.
    pub(super) fn parse_head(head: &[u8]) -> Result<(Message, BodyLength), ParseError> {
        let (message, _, fault) = Self::read(head)?;
        let length = message.body_length();
        Ok((message.unless(fault)?, length))
    }

    /// The message with an empty body, where its body begins, and the first thing found wrong.
    fn read(bytes: &[u8]) -> Result<(Message, usize, Option<Rejection>), Dropped> {
        let Scan { buffer, start, lines, head_end, fault } = scan(bytes)?;
        let message = Message { buffer, start, lines, body: Span::new(head_end, head_end), source: None };
        Ok((message, head_end, fault))
    }

    pub(super) fn attach_body(&mut self, body: &[u8]) {
        let start = self.buffer.len();
        self.buffer.extend_from_slice(body);
        self.body = Span::new(start, self.buffer.len());
    }

    /// Turns a fault into the answer, or the silence, that is due for it.
    pub(super) fn unless(self, fault: Option<Rejection>) -> Result<Message, ParseError> {
        let Some(rejection) = fault else { return Ok(self) };
        match &self.start {
            Start::Response { .. } => Err(Dropped::BadResponse.into()),
            Start::Request { method: Method::Ack, .. } => Err(Dropped::BadAck.into()),
            Start::Request { .. } if self.header(Name::Via).is_none() => Err(Dropped::NoVia.into()),
            Start::Request { .. } => {
                Err(ParseError::Refused(Box::new(Malformed { rejection, message: self })))
            }
        }
    }

    fn body_length(&self) -> BodyLength {
        let mut values = self.all(Name::ContentLength);
        let Some(value) = values.next() else { return BodyLength::Absent };
        if values.next().is_some() {
            return BodyLength::Illegal(Rejection::bad("More Than One Content-Length"));
        }
        if value.is_empty()
            || value.len() > limits::MAX_LENGTH_DIGITS
            || !value.iter().all(u8::is_ascii_digit)
        {
            return BodyLength::Illegal(Rejection::bad("Bad Content-Length"));
        }
        match syntax::number(value, limits::MAX_BODY as u64) {
            Some(length) => BodyLength::Exactly(length as usize),
            None => BodyLength::Illegal(Rejection { status: 413, reason: "Request Entity Too Large" }),
        }
    }

    pub fn is_request(&self) -> bool {
        matches!(self.start, Start::Request { .. })
    }

    /// A request's method; a response's is in its CSeq.
    pub fn method(&self) -> Option<&Method> {
        match &self.start {
            Start::Request { method, .. } => Some(method),
            Start::Response { .. } => None,
        }
    }

    /// A request's URI, if it is one.
    pub fn uri(&self) -> Option<Uri<'_>> {
        Uri::parse(self.raw_uri()?)
    }

    pub fn raw_uri(&self) -> Option<&[u8]> {
        match &self.start {
            Start::Request { uri, .. } => Some(uri.of(&self.buffer)),
            Start::Response { .. } => None,
        }
    }

    /// A response's status.
    pub fn status(&self) -> Option<u16> {
        match self.start {
            Start::Response { status, .. } => Some(status),
            Start::Request { .. } => None,
        }
    }

    /// A response's reason phrase.
    pub fn reason(&self) -> Cow<'_, str> {
        match &self.start {
            Start::Response { reason, .. } => syntax::text(reason.of(&self.buffer)),
            Start::Request { .. } => Cow::Borrowed(""),
        }
    }

    /// Every header line, in order.
    pub fn headers(&self) -> impl Iterator<Item = Header<'_>> {
        self.lines.iter().map(|line| Header {
            name: line.name,
            spelling: line.spelling.of(&self.buffer),
            value: line.value.of(&self.buffer),
        })
    }

    /// The first line of this name.
    pub fn header(&self, name: Name) -> Option<&[u8]> {
        self.lines.iter().find(|line| line.name == name).map(|line| line.value.of(&self.buffer))
    }

    /// The first line of this name as text.
    pub fn text(&self, name: Name) -> Option<Cow<'_, str>> {
        self.header(name).map(syntax::text)
    }

    /// Every line of this name.
    pub fn all(&self, name: Name) -> impl Iterator<Item = &[u8]> {
        self.lines.iter().filter(move |line| line.name == name).map(|line| line.value.of(&self.buffer))
    }

    /// Every line with this spelling, in any case: for headers that [`Name`] does not know.
    pub fn all_spelt<'a>(&'a self, spelling: &'a str) -> impl Iterator<Item = &'a [u8]> {
        self.headers().filter(move |h| h.spelling.eq_ignore_ascii_case(spelling.as_bytes())).map(|h| h.value)
    }

    /// Every element of the comma lists of this name, over all its lines.
    pub fn list(&self, name: Name) -> impl Iterator<Item = &[u8]> {
        self.all(name).flat_map(List::new)
    }

    /// Is the token among the elements: an option tag of Supported or Require, a method of Allow?
    pub fn lists(&self, name: Name, token: &str) -> bool {
        self.list(name).any(|element| element.eq_ignore_ascii_case(token.as_bytes()))
    }

    /// The topmost Via.
    pub fn via(&self) -> Option<Via<'_>> {
        Via::parse(List::new(self.header(Name::Via)?).next()?)
    }

    /// Every Via, topmost first.
    pub fn vias(&self) -> impl Iterator<Item = Option<Via<'_>>> {
        self.list(Name::Via).map(Via::parse)
    }

    pub fn from(&self) -> Option<Address<'_>> {
        Address::parse(self.header(Name::From)?)
    }

    pub fn to(&self) -> Option<Address<'_>> {
        Address::parse(self.header(Name::To)?)
    }

    pub fn from_tag(&self) -> Option<&str> {
        self.from()?.tag()
    }

    pub fn to_tag(&self) -> Option<&str> {
        self.to()?.tag()
    }

    /// Compared byte by byte (RFC 3261, 8.1.1.4).
    pub fn call_id(&self) -> Option<&str> {
        let value = self.header(Name::CallId)?;
        if value.is_empty() || !syntax::all(value, syntax::WORD) {
            return None;
        }
        std::str::from_utf8(value).ok()
    }

    pub fn cseq(&self) -> Option<(u32, Method)> {
        values::cseq(self.header(Name::CSeq)?)
    }

    /// Every contact; `None` for one that is malformed.
    pub fn contacts(&self) -> impl Iterator<Item = Option<Contact<'_>>> {
        self.list(Name::Contact).map(|value| match value {
            b"*" => Some(Contact::Star),
            value => Address::parse(value).map(Contact::Address),
        })
    }

    /// The first contact, if it is an address: the remote target of a dialog.
    pub fn contact(&self) -> Option<Address<'_>> {
        match self.contacts().next()?? {
            Contact::Address(address) => Some(address),
            Contact::Star => None,
        }
    }

    pub fn routes(&self) -> impl Iterator<Item = Option<Address<'_>>> {
        self.list(Name::Route).map(Address::parse)
    }

    /// In the order of the message: a UAS takes them as they are, a UAC in reverse (RFC 3261, 12.1).
    pub fn record_routes(&self) -> impl Iterator<Item = Option<Address<'_>>> {
        self.list(Name::RecordRoute).map(Address::parse)
    }

    /// From 0 to 255 (RFC 3261, 20.22).
    pub fn max_forwards(&self) -> Option<u8> {
        u8::try_from(syntax::number(self.header(Name::MaxForwards)?, 255)?).ok()
    }

    /// Seconds of the Expires header, read as leniently as RFC 3261, 10.2.1.1 and 20.19 want it.
    pub fn expires(&self) -> Option<u32> {
        self.header(Name::Expires).map(values::lenient_delta_seconds)
    }

    pub fn min_expires(&self) -> Option<u32> {
        values::delta_seconds(self.header(Name::MinExpires)?)
    }

    pub fn content_length(&self) -> Option<usize> {
        match self.body_length() {
            BodyLength::Exactly(length) => Some(length),
            BodyLength::Absent | BodyLength::Illegal(_) => None,
        }
    }

    /// The media type, lower case, without parameters: `application/sdp`.
    pub fn content_type(&self) -> Option<String> {
        let value = self.header(Name::ContentType)?;
        let end = value.iter().position(|&b| b == b';').unwrap_or(value.len());
        let kept: Vec<u8> =
            value[..end].iter().filter(|&&b| !is_space(b)).map(u8::to_ascii_lowercase).collect();
        Some(syntax::text(&kept).into_owned())
    }

    /// Seconds of Retry-After.
    pub fn retry_after(&self) -> Option<u32> {
        values::retry_after(self.header(Name::RetryAfter)?)
    }

    pub fn rseq(&self) -> Option<u32> {
        values::delta_seconds(self.header(Name::RSeq)?)
    }

    pub fn rack(&self) -> Option<RAck> {
        RAck::parse(self.header(Name::RAck)?)
    }

    pub fn session_expires(&self) -> Option<SessionExpires> {
        SessionExpires::parse(self.header(Name::SessionExpires)?)
    }

    /// Seconds of Min-SE (RFC 4028, 5).
    pub fn min_se(&self) -> Option<u32> {
        SessionExpires::parse(self.header(Name::MinSe)?).map(|value| value.seconds)
    }

    /// Every cause given (RFC 3326).
    pub fn reasons(&self) -> impl Iterator<Item = ReasonValue<'_>> {
        self.list(Name::Reason).filter_map(ReasonValue::parse)
    }

    /// Does Privacy (RFC 3323) ask that the caller's identity is withheld?
    pub fn wants_privacy(&self) -> bool {
        self.all(Name::Privacy).any(values::privacy_withholds_identity)
    }

    /// What the network asserts about the caller (RFC 3325); believed from trusted peers only.
    pub fn asserted_identities(&self) -> impl Iterator<Item = Address<'_>> {
        self.list(Name::PAssertedIdentity).filter_map(Address::parse)
    }

    /// Every Authorization, unread.
    pub fn authorizations(&self) -> impl Iterator<Item = &[u8]> {
        self.all(Name::Authorization)
    }

    /// Every Proxy-Authorization, unread.
    pub fn proxy_authorizations(&self) -> impl Iterator<Item = &[u8]> {
        self.all(Name::ProxyAuthorization)
    }

    pub fn body(&self) -> &[u8] {
        self.body.of(&self.buffer)
    }

    /// The message as it came, folds as spaces, without what lay beyond Content-Length.
    pub fn as_bytes(&self) -> &[u8] {
        &self.buffer
    }

    /// Notes where a request came from: its answer's topmost Via will say so (RFC 3261, 18.2.1; RFC 3581).
    pub fn set_source(&mut self, source: SocketAddr) {
        self.source = Some(source);
    }

    pub fn source(&self) -> Option<SocketAddr> {
        self.source
    }

    /// Where the answer to a datagram goes: to the address it came from, at the port it came from if the sender asks
    /// for that (RFC 3581) and at the port of its Via if not (RFC 3261, 18.2.2). A Via with another IP address than the
    /// source's was written behind a router that knows no such port: the answer goes back the way the request came.
    /// So it does where the Via is a host name without a port, which tells neither where it was sent from nor where answers are
    /// awaited. `maddr` is not obeyed: it would let a stranger aim our answers at anybody.
    pub fn reply_address(&self) -> Option<SocketAddr> {
        let source = self.source?;
        let tells_nothing = |via: &Via<'_>| via.host_ip().is_none() && via.port.is_none();
        match self.via() {
            Some(via) if !via.is_behind_nat(source.ip()) && !tells_nothing(&via) => {
                self.reply_address_of_via()
            }
            _ => Some(source),
        }
    }

    /// The same where it is known that no router stands in between: a host with several addresses names one of them and
    /// sends from another.
    pub fn reply_address_of_via(&self) -> Option<SocketAddr> {
        let source = self.source?;
        match self.via() {
            Some(via) if !via.wants_rport() => Some(SocketAddr::new(source.ip(), via.port.unwrap_or(5060))),
            _ => Some(source),
        }
    }
}

impl fmt::Debug for Message {
    /// The start line alone: headers and bodies are people's.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.start {
            Start::Request { method, .. } => write!(f, "Message({method}, {} bytes)", self.buffer.len()),
            Start::Response { status, .. } => write!(f, "Message({status}, {} bytes)", self.buffer.len()),
        }
    }
}
