//! Writing requests and answers. What could end a line early is refused, so no value can smuggle a header.

use std::{fmt::Write as _, net::SocketAddr};

use super::{
    message::Message,
    method::{Method, reason_phrase},
    name::Name,
    syntax::{self, List, TOKEN},
    uri::Uri,
    via::Via,
};

/// May this stand in a header value? Line ends and NUL may not; other control characters but TAB neither.
fn is_clean(value: &[u8]) -> bool {
    !value.iter().any(|&b| b < b' ' && b != b'\t' || b == 0x7f)
}

/// The text as a quoted string, control characters left out: for display names and reason texts.
pub fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars().filter(|c| !c.is_control()) {
        if c == '"' || c == '\\' {
            out.push('\\');
        }
        out.push(c);
    }
    out.push('"');
    out
}

/// The lines of a message being written.
#[derive(Debug, Clone)]
struct Lines {
    bytes: Vec<u8>,
    refused: usize,
}

impl Lines {
    fn new(start_line: &str) -> Self {
        let mut bytes = Vec::with_capacity(1024);
        bytes.extend_from_slice(start_line.as_bytes());
        bytes.extend_from_slice(b"\r\n");
        Lines { bytes, refused: 0 }
    }

    fn put(&mut self, name: &[u8], value: &[u8]) {
        if name.is_empty() || !syntax::all(name, TOKEN) || !is_clean(value) {
            self.refused += 1;
            return;
        }
        self.put_raw(name, value);
    }

    /// A value that came over the wire: it may hold escaped control characters, and is copied as it is but for line
    /// ends, which the reader has already made spaces.
    fn put_raw(&mut self, name: &[u8], value: &[u8]) {
        self.bytes.extend_from_slice(name);
        self.bytes.extend_from_slice(b": ");
        self.bytes.extend(value.iter().map(|&b| if b == b'\r' || b == b'\n' { b' ' } else { b }));
        self.bytes.extend_from_slice(b"\r\n");
    }

    fn finish(mut self, body: Option<(&str, &[u8])>) -> Vec<u8> {
        let body = match body {
            Some((content_type, body)) => {
                self.put(b"Content-Type", content_type.as_bytes());
                body
            }
            None => b"",
        };
        self.bytes.extend_from_slice(b"Content-Length: ");
        self.bytes.extend_from_slice(body.len().to_string().as_bytes());
        self.bytes.extend_from_slice(b"\r\n\r\n");
        self.bytes.extend_from_slice(body);
        self.bytes
    }
}

/// Writes a request, headers in the order of the calls; Content-Type and Content-Length come last by themselves.
#[derive(Debug, Clone)]
pub struct RequestBuilder {
    lines: Lines,
}

impl RequestBuilder {
    /// The Request-URI's headers are left out (RFC 3261, 19.1.5 has their place in the message), and what may not stand
    /// in a start line is escaped.
    pub fn new(method: &Method, uri: &str) -> Self {
        let headers = Uri::parse(uri.as_bytes()).and_then(|uri| uri.headers()).map_or(0, |h| h.len() + 1);
        let uri = &uri[..uri.len() - headers];
        let mut start = format!("{method} ");
        for byte in uri.bytes() {
            if syntax::is(byte, syntax::OPAQUE) {
                start.push(char::from(byte));
            } else {
                let _ = write!(start, "%{byte:02X}");
            }
        }
        start.push_str(" SIP/2.0");
        RequestBuilder { lines: Lines::new(&start) }
    }

    /// The ACK to a final answer of 300 or more (RFC 3261, 17.1.1.3): it belongs to the INVITE's transaction.
    pub fn ack_for(invite: &Message, answer: &Message) -> Option<Self> {
        let mut ack = Self::within_transaction(invite, &Method::Ack)?;
        ack.lines.put_raw(b"To", answer.header(Name::To)?);
        Some(ack)
    }

    /// The CANCEL of a request that has had a provisional answer (RFC 3261, 9.1).
    pub fn cancel_for(request: &Message) -> Option<Self> {
        let mut cancel = Self::within_transaction(request, &Method::Cancel)?;
        cancel.lines.put_raw(b"To", request.header(Name::To)?);
        Some(cancel)
    }

    /// Same Request-URI, topmost Via, Route, From, Call-ID and CSeq number; the To is the caller's to add.
    fn within_transaction(request: &Message, method: &Method) -> Option<Self> {
        let mut made = RequestBuilder::new(method, request.uri()?.as_str());
        made.lines.put_raw(b"Via", List::new(request.header(Name::Via)?).next()?);
        made.lines.put_raw(b"Max-Forwards", b"70");
        for route in request.all(Name::Route) {
            made.lines.put_raw(b"Route", route);
        }
        made.lines.put_raw(b"From", request.header(Name::From)?);
        made.lines.put_raw(b"Call-ID", request.header(Name::CallId)?);
        let (number, _) = request.cseq()?;
        Some(made.cseq(number, method))
    }

    /// A Via that asks for `rport` (RFC 3581). `transport` is `UDP` or `TCP`.
    pub fn via(self, transport: &str, sent_by: SocketAddr, branch: &str) -> Self {
        self.header(Name::Via, &format!("SIP/2.0/{transport} {sent_by};rport;branch={branch}"))
    }

    pub fn max_forwards(self, hops: u8) -> Self {
        self.header(Name::MaxForwards, &hops.to_string())
    }

    /// `From`, with our tag.
    pub fn from(self, display: &str, uri: &str, tag: &str) -> Self {
        self.address(Name::From, display, uri, Some(tag))
    }

    /// `To`, with the far end's tag once there is one.
    pub fn to(self, display: &str, uri: &str, tag: Option<&str>) -> Self {
        self.address(Name::To, display, uri, tag)
    }

    /// `Contact` of our own.
    pub fn contact(self, uri: &str) -> Self {
        self.address(Name::Contact, "", uri, None)
    }

    fn address(self, name: Name, display: &str, uri: &str, tag: Option<&str>) -> Self {
        self.header(name, &address(display, uri, tag))
    }

    pub fn call_id(self, call_id: &str) -> Self {
        self.header(Name::CallId, call_id)
    }

    pub fn cseq(self, number: u32, method: &Method) -> Self {
        self.header(Name::CSeq, &format!("{number} {method}"))
    }

    /// One header line. A value with a line end, a NUL or another control character is left out and counted.
    pub fn header(mut self, name: Name, value: &str) -> Self {
        self.lines.put(name.as_str().as_bytes(), value.as_bytes());
        self
    }

    /// One header line whose name [`Name`] does not know.
    pub fn other(mut self, name: &str, value: &str) -> Self {
        self.lines.put(name.as_bytes(), value.as_bytes());
        self
    }

    /// How many lines were refused so far.
    pub fn refused(&self) -> usize {
        self.lines.refused
    }

    /// Without a body.
    pub fn build(self) -> Vec<u8> {
        self.lines.finish(None)
    }

    pub fn build_with_body(self, content_type: &str, body: &[u8]) -> Vec<u8> {
        self.lines.finish(Some((content_type, body)))
    }
}

/// `"Display" <uri>;tag=tag`; without a display name, `<uri>;tag=tag`.
pub fn address(display: &str, uri: &str, tag: Option<&str>) -> String {
    let mut value = String::new();
    if !display.is_empty() {
        value = quoted(display);
        value.push(' ');
    }
    let _ = write!(value, "<{uri}>");
    if let Some(tag) = tag {
        let _ = write!(value, ";tag={tag}");
    }
    value
}

/// Writes the answer to a request (RFC 3261, 8.2.6): Via, From, To, Call-ID, CSeq and Timestamp come from it.
#[derive(Debug, Clone)]
pub struct ResponseBuilder {
    lines: Lines,
}

impl ResponseBuilder {
    /// With the status's own reason phrase. The topmost Via gets `received` and `rport` if the request's source is
    /// known ([`Message::set_source`]). `to_tag` is added if the request's To has none; 100 needs none.
    pub fn reply_to(request: &Message, status: u16, to_tag: Option<&str>) -> Self {
        Self::reply_with_reason(request, status, reason_phrase(status), to_tag)
    }

    /// With another reason phrase, which may say what was wrong.
    pub fn reply_with_reason(request: &Message, status: u16, reason: &str, to_tag: Option<&str>) -> Self {
        let reason = if is_clean(reason.as_bytes()) { reason } else { reason_phrase(status) };
        let mut lines = Lines::new(&format!("SIP/2.0 {status:03} {reason}"));
        let mut topmost = true;
        for via in request.all(Name::Via) {
            if topmost && let Some(source) = request.source() {
                for line in stamped(via, source) {
                    lines.put_raw(b"Via", &line);
                }
            } else {
                lines.put_raw(b"Via", via);
            }
            topmost = false;
        }
        if let Some(from) = request.header(Name::From) {
            lines.put_raw(b"From", from);
        }
        if let Some(to) = request.header(Name::To) {
            match to_tag {
                Some(tag)
                    if status != 100 && syntax::token(tag.as_bytes()).is_some() && !has_tag(request) =>
                {
                    let mut value = to.to_vec();
                    value.extend_from_slice(b";tag=");
                    value.extend_from_slice(tag.as_bytes());
                    lines.put_raw(b"To", &value);
                }
                _ => lines.put_raw(b"To", to),
            }
        }
        for (name, header) in
            [(Name::CallId, "Call-ID"), (Name::CSeq, "CSeq"), (Name::Timestamp, "Timestamp")]
        {
            if let Some(value) = request.header(name) {
                lines.put_raw(header.as_bytes(), value);
            }
        }
        ResponseBuilder { lines }
    }

    /// Record-Route as the request had it: for answers that make a dialog (RFC 3261, 12.1.1).
    pub fn record_routes_of(mut self, request: &Message) -> Self {
        for value in request.all(Name::RecordRoute) {
            self.lines.put_raw(b"Record-Route", value);
        }
        self
    }

    pub fn contact(self, uri: &str) -> Self {
        self.header(Name::Contact, &address("", uri, None))
    }

    /// One header line. A value with a line end, a NUL or another control character is left out and counted.
    pub fn header(mut self, name: Name, value: &str) -> Self {
        self.lines.put(name.as_str().as_bytes(), value.as_bytes());
        self
    }

    /// One header line whose name [`Name`] does not know.
    pub fn other(mut self, name: &str, value: &str) -> Self {
        self.lines.put(name.as_bytes(), value.as_bytes());
        self
    }

    /// How many lines were refused so far.
    pub fn refused(&self) -> usize {
        self.lines.refused
    }

    /// Without a body.
    pub fn build(self) -> Vec<u8> {
        self.lines.finish(None)
    }

    pub fn build_with_body(self, content_type: &str, body: &[u8]) -> Vec<u8> {
        self.lines.finish(Some((content_type, body)))
    }
}

/// A To that cannot be read is taken to have a tag if it looks as if it had: two would be worse than none.
fn has_tag(request: &Message) -> bool {
    match request.to() {
        Some(to) => to.params.has("tag"),
        None => {
            request.header(Name::To).is_some_and(|to| to.windows(4).any(|w| w.eq_ignore_ascii_case(b"tag=")))
        }
    }
}

/// A Via line whose first value says where the request came from: `received` if the sender names another host or asks
/// for `rport`, and `rport` if it asks (RFC 3261, 18.2.1; RFC 3581, 4). What followed on the line gets one of its own, so
/// that the stamp makes no long line longer than its reader may allow.
fn stamped(line: &[u8], source: SocketAddr) -> Vec<Vec<u8>> {
    let mut values = List::new(line);
    let top = values.next().unwrap_or_default();
    let Some(via) = Via::parse(top) else {
        return vec![line.to_vec()];
    };
    let ip = source.ip().to_canonical();
    let mut out = format!("SIP/2.0/{} {}", via.transport, via.host);
    if let Some(port) = via.port {
        let _ = write!(out, ":{port}");
    }
    let mut out = out.into_bytes();
    for (name, value) in via.params.iter() {
        if name.eq_ignore_ascii_case("received") || name.eq_ignore_ascii_case("rport") {
            continue;
        }
        out.push(b';');
        out.extend_from_slice(name.as_bytes());
        if let Some(value) = value {
            out.push(b'=');
            out.extend_from_slice(value);
        }
    }
    if via.wants_rport() {
        out.extend_from_slice(format!(";received={ip};rport={}", source.port()).as_bytes());
    } else if via.host_ip() != Some(ip) {
        out.extend_from_slice(format!(";received={ip}").as_bytes());
    }
    let others = values.collect::<Vec<_>>().join(&b","[..]);
    if others.is_empty() { vec![out] } else { vec![out, others] }
}
