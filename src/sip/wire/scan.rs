//! Reading a head: start line and header lines, each byte once, folds made spaces in place.

use memchr::{memchr, memchr2};

use super::{
    error::{Dropped, Rejection},
    limits,
    method::Method,
    name::Name,
    syntax::{self, TOKEN, is_space, trim},
};

/// A range of the buffer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Span {
    start: u32,
    end: u32,
}

impl Span {
    /// Buffers are at most `limits::MAX_MESSAGE` long, so their offsets fit.
    pub(super) fn new(start: usize, end: usize) -> Self {
        Span { start: start as u32, end: end as u32 }
    }

    pub(super) fn of(self, buffer: &[u8]) -> &[u8] {
        buffer.get(self.start as usize..self.end as usize).unwrap_or_default()
    }
}

/// Where a header line's name and value stand.
#[derive(Debug, Clone, Copy)]
pub(super) struct Line {
    pub(super) name: Name,
    pub(super) spelling: Span,
    pub(super) value: Span,
}

/// The start line.
#[derive(Debug, Clone)]
pub(super) enum Start {
    Request { method: Method, uri: Span },
    Response { status: u16, reason: Span },
}

/// A head as far as it could be read.
pub(super) struct Scan {
    /// The bytes, folds made spaces.
    pub(super) buffer: Vec<u8>,
    pub(super) start: Start,
    pub(super) lines: Vec<Line>,
    /// Where the body begins.
    pub(super) head_end: usize,
    /// The first thing found wrong.
    pub(super) fault: Option<Rejection>,
}

/// Reads start line and header lines. What is wrong is noted, and reading goes on, so that there is enough to answer.
pub(super) fn scan(bytes: &[u8]) -> Result<Scan, Dropped> {
    // Lines that end early or late are tolerated before the start line only (RFC 3261, 7.5).
    let skipped = bytes.iter().position(|b| !matches!(b, b'\r' | b'\n')).ok_or(Dropped::KeepAlive)?;
    let mut buffer = bytes.to_vec();
    let mut fault = None;
    let mut lines = Vec::with_capacity(24);
    let mut start = None;
    let mut at = skipped;
    let mut note = |reason: Rejection| {
        fault.get_or_insert(reason);
    };
    let head_end = loop {
        let line_start = at;
        let mut folded = false;
        // The line's end: a CRLF that no white space follows.
        let line_end = loop {
            let Some(offset) = memchr2(b'\r', b'\n', &buffer[at..]) else {
                note(Rejection::bad("Incomplete Header Section"));
                break buffer.len();
            };
            let found = at + offset;
            if buffer[found] == b'\n' || buffer.get(found + 1) != Some(&b'\n') {
                note(Rejection::bad("Line Not Ended By CRLF"));
                buffer[found] = b' ';
                at = found + 1;
                continue;
            }
            let empty = found == line_start;
            if !empty && buffer.get(found + 2).copied().is_some_and(is_space) {
                buffer[found..found + 2].fill(b' ');
                at = found + 2;
                folded = true;
                continue;
            }
            break found;
        };
        let complete = line_end < buffer.len();
        at = (line_end + 2).min(buffer.len());
        if start.is_none() {
            let line = StartLine::read(&buffer[line_start..line_end], line_start)?;
            if folded {
                note(Rejection::bad("Folded Request-Line"));
            }
            if let Some(rejection) = line.fault {
                note(rejection);
            }
            start = Some(line.start);
            if !complete {
                break at;
            }
            continue;
        }
        if line_start == line_end {
            break at;
        }
        if line_end - line_start > limits::MAX_HEADER_LINE {
            note(Rejection { status: 513, reason: "Header Line Too Long" });
        } else if lines.len() >= limits::MAX_HEADERS {
            note(Rejection { status: 513, reason: "Too Many Headers" });
        } else {
            match read_line(&buffer, line_start, line_end) {
                Some(line) => lines.push(line),
                None => note(Rejection::bad("Bad Header Line")),
            }
        }
        if !complete {
            break at;
        }
    };
    let start = start.ok_or(Dropped::NotSip)?;
    Ok(Scan { buffer, start, lines, head_end, fault })
}

fn read_line(buffer: &[u8], start: usize, end: usize) -> Option<Line> {
    let line = &buffer[start..end];
    let colon = memchr(b':', line)?;
    let spelling = &line[..colon];
    let mut name_end = colon;
    while name_end > 0 && is_space(spelling[name_end - 1]) {
        name_end -= 1;
    }
    let spelling = &spelling[..name_end];
    let name = Name::parse(spelling);
    if name == Name::Other && (spelling.is_empty() || !syntax::all(spelling, TOKEN)) {
        return None;
    }
    let (mut from, mut to) = (start + colon + 1, end);
    while from < to && is_space(buffer[from]) {
        from += 1;
    }
    while to > from && is_space(buffer[to - 1]) {
        to -= 1;
    }
    Some(Line { name, spelling: Span::new(start, start + name_end), value: Span::new(from, to) })
}

struct StartLine {
    start: Start,
    fault: Option<Rejection>,
}

impl StartLine {
    fn read(line: &[u8], offset: usize) -> Result<StartLine, Dropped> {
        if line.len() >= 4 && line[..4].eq_ignore_ascii_case(b"SIP/") {
            return Self::read_status(line, offset);
        }
        let space = memchr(b' ', line).ok_or(Dropped::NotSip)?;
        let method = Method::parse(&line[..space]).ok_or(Dropped::NotSip)?;
        let rest = &line[space + 1..];
        let trimmed = trim(rest);
        let last = trimmed.iter().rposition(|&b| is_space(b)).ok_or(Dropped::NotSip)?;
        let (uri, version) = (trim(&trimmed[..last]), &trimmed[last + 1..]);
        let number = version.get(..4).filter(|v| v.eq_ignore_ascii_case(b"SIP/")).map(|_| &version[4..]);
        let number = number.ok_or(Dropped::NotSip)?;
        // One space on either side of the Request-URI, none in it and none at the end (RFC 3261, 25.1).
        let exact = uri.len() + 1 + version.len() == rest.len() && rest.get(uri.len()) == Some(&b' ');
        let fault = if number != b"2.0" {
            Some(Rejection { status: 505, reason: "Version Not Supported" })
        } else if !exact || uri.is_empty() || uri.iter().any(|&b| is_space(b)) {
            Some(Rejection::bad("Bad Request-Line"))
        } else if uri.len() > limits::MAX_URI {
            Some(Rejection { status: 414, reason: "Request-URI Too Long" })
        } else {
            None
        };
        let uri_start = offset + line.len() - rest.len() + (rest.len() - syntax::trim_start(rest).len());
        let uri = Span::new(uri_start, uri_start + uri.len());
        Ok(StartLine { start: Start::Request { method, uri }, fault })
    }

    fn read_status(line: &[u8], offset: usize) -> Result<StartLine, Dropped> {
        let Some([b' ', a @ b'1'..=b'6', b @ b'0'..=b'9', c @ b'0'..=b'9', rest @ ..]) = line.get(7..) else {
            return Err(Dropped::BadStatusLine);
        };
        let reason = match rest {
            [] => rest,
            [b' ', reason @ ..] => reason,
            _ => return Err(Dropped::BadStatusLine),
        };
        if &line[4..7] != b"2.0" {
            return Err(Dropped::BadStatusLine);
        }
        let digit = |d: u8| u16::from(d - b'0');
        let end = offset + line.len();
        let start = Start::Response {
            status: digit(*a) * 100 + digit(*b) * 10 + digit(*c),
            reason: Span::new(end - reason.len(), end),
        };
        Ok(StartLine { start, fault: None })
    }
}
