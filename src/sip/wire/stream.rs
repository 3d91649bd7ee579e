//! Messages out of a TCP stream (RFC 3261, 18.3): framed by Content-Length, within bounds, each byte looked at once.

use memchr::memmem;

use super::{
    error::{Dropped, Malformed, ParseError, Rejection},
    limits::{MAX_BODY, MAX_HEAD},
    message::{BodyLength, Message},
};

/// What came out of the stream.
#[derive(Debug)]
pub enum Frame {
    Message(Message),
    /// A keep-alive (RFC 5626, 3.5.1): CRLF CRLF, to be answered by one CRLF.
    Ping,
    /// Where the next message would begin cannot be known, or is not worth knowing. Answer, if there is something to
    /// answer, then close. Nothing more comes out of this stream.
    Broken(ParseError),
}

impl Frame {
    /// One message of a WebSocket, which is one SIP message or a ping (RFC 7118, 5 and 6). What cannot be read ends the
    /// connection, as on any stream.
    pub fn of_whole(bytes: &[u8]) -> Self {
        if bytes == b"\r\n\r\n" {
            return Frame::Ping;
        }
        match Message::parse(bytes) {
            Ok(message) => Frame::Message(message),
            Err(error) => Frame::Broken(error),
        }
    }
}

#[derive(Debug)]
enum State {
    /// Between messages, or in a head. `scanned` bytes of the buffer hold no end of a head.
    Head {
        scanned: usize,
    },
    Body {
        message: Message,
        length: usize,
    },
    Broken,
}

/// Cuts one connection's bytes into messages.
#[derive(Debug)]
pub struct Framer {
    buffer: Vec<u8>,
    state: State,
}

impl Default for Framer {
    fn default() -> Self {
        Self::new()
    }
}

impl Framer {
    pub fn new() -> Self {
        Framer { buffer: Vec::new(), state: State::Head { scanned: 0 } }
    }

    /// Takes the next bytes of the stream. The frames must be taken until there are none: bytes not asked for are lost.
    pub fn push<'a>(&'a mut self, bytes: &'a [u8]) -> Frames<'a> {
        Frames { framer: self, bytes }
    }

    /// Bytes held for a message that is not complete.
    pub fn pending(&self) -> usize {
        let head = if let State::Body { message, .. } = &self.state { message.as_bytes().len() } else { 0 };
        head + self.buffer.len()
    }

    pub fn is_broken(&self) -> bool {
        matches!(self.state, State::Broken)
    }

    fn broken(&mut self, error: ParseError) -> Option<Frame> {
        self.state = State::Broken;
        self.buffer = Vec::new();
        Some(Frame::Broken(error))
    }

    /// One step: takes from `bytes` what it needs, and may have a frame. `None` with bytes left means: step again.
    fn step(&mut self, bytes: &mut &[u8]) -> Option<Frame> {
        match &mut self.state {
            State::Broken => {
                *bytes = b"";
                None
            }
            State::Head { scanned } => {
                // Line ends between messages are no part of one; two in a row are a ping.
                if self.buffer.iter().all(|b| matches!(b, b'\r' | b'\n')) {
                    let (first, rest) = bytes.split_first()?;
                    self.buffer.push(*first);
                    *bytes = rest;
                    if self.buffer == b"\r\n\r\n" {
                        self.buffer.clear();
                        return Some(Frame::Ping);
                    }
                    if matches!(first, b'\r' | b'\n') {
                        if self.buffer.len() >= 4 {
                            self.buffer.clear();
                        }
                    } else {
                        self.buffer.clear();
                        self.buffer.push(*first);
                        *scanned = 0;
                    }
                    return None;
                }
                let take = bytes.len().min(MAX_HEAD - self.buffer.len().min(MAX_HEAD));
                let before = self.buffer.len();
                self.buffer.extend_from_slice(&bytes[..take]);
                let from = scanned.saturating_sub(3);
                let Some(found) = memmem::find(&self.buffer[from..], b"\r\n\r\n") else {
                    *scanned = self.buffer.len();
                    *bytes = &bytes[take..];
                    return if self.buffer.len() >= MAX_HEAD { self.head_too_long() } else { None };
                };
                let end = from + found + 4;
                *bytes = &bytes[end - before..];
                self.buffer.truncate(end);
                self.head_complete()
            }
            State::Body { message, length } => {
                let take = bytes.len().min(*length - self.buffer.len());
                // At once what it will take: a heap that grows by doubling holds more than the body.
                self.buffer.reserve_exact(*length - self.buffer.len());
                self.buffer.extend_from_slice(&bytes[..take]);
                *bytes = &bytes[take..];
                if self.buffer.len() < *length {
                    return None;
                }
                message.attach_body(&self.buffer);
                let done = std::mem::replace(&mut self.state, State::Head { scanned: 0 });
                self.buffer = Vec::new();
                match done {
                    State::Body { message, .. } => Some(Frame::Message(message)),
                    State::Head { .. } | State::Broken => None,
                }
            }
        }
    }

    fn head_complete(&mut self) -> Option<Frame> {
        let head = std::mem::take(&mut self.buffer);
        let (message, length) = match Message::parse_head(&head) {
            Ok(parsed) => parsed,
            // Its length cannot be trusted, so the stream ends with it.
            Err(error) => return self.broken(error),
        };
        let rejection = match length {
            BodyLength::Exactly(0) => {
                self.state = State::Head { scanned: 0 };
                return Some(Frame::Message(message));
            }
            BodyLength::Exactly(length) => {
                debug_assert!(length <= MAX_BODY);
                self.state = State::Body { message, length };
                return None;
            }
            // RFC 3261, 18.3: on a stream Content-Length must be there.
            BodyLength::Absent => Rejection::bad("Missing Content-Length"),
            BodyLength::Illegal(rejection) => rejection,
        };
        let error = match message.unless(Some(rejection)) {
            Err(error) => error,
            Ok(_) => ParseError::Dropped(Dropped::NotSip),
        };
        self.broken(error)
    }

    /// Whole lines are enough to answer 513.
    fn head_too_long(&mut self) -> Option<Frame> {
        let too_large = Rejection { status: 513, reason: "Message Too Large" };
        let error = match Message::parse_head(&self.buffer) {
            Ok((message, _)) => match message.unless(Some(too_large)) {
                Err(error) => error,
                Ok(_) => ParseError::Dropped(Dropped::NotSip),
            },
            Err(ParseError::Refused(malformed)) => {
                ParseError::Refused(Box::new(Malformed { rejection: too_large, message: malformed.message }))
            }
            Err(dropped) => dropped,
        };
        self.broken(error)
    }
}

/// The frames in the bytes of one `push`.
#[derive(Debug)]
pub struct Frames<'a> {
    framer: &'a mut Framer,
    bytes: &'a [u8],
}

impl Iterator for Frames<'_> {
    type Item = Frame;

    fn next(&mut self) -> Option<Frame> {
        while !self.bytes.is_empty() {
            if let Some(frame) = self.framer.step(&mut self.bytes) {
                return Some(frame);
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OPTIONS: &str = "OPTIONS sip:desk@maple.example SIP/2.0\r\nVia: SIP/2.0/TCP 192.0.2.1;branch=z9hG4bK1\r\n\
        From: <sip:101@maple.example>;tag=a\r\nTo: <sip:desk@maple.example>\r\nCall-ID: s\r\nCSeq: 1 OPTIONS\r\n";

    fn with_body(body: &str) -> String {
        format!("{OPTIONS}Content-Type: text/plain\r\nContent-Length: {}\r\n\r\n{body}", body.len())
    }

    /// Each frame in a word.
    fn frames(framer: &mut Framer, bytes: &[u8]) -> Vec<String> {
        framer
            .push(bytes)
            .map(|frame| match frame {
                Frame::Message(message) => String::from_utf8_lossy(message.body()).into_owned(),
                Frame::Ping => "ping".to_owned(),
                Frame::Broken(ParseError::Refused(malformed)) => malformed.rejection.status.to_string(),
                Frame::Broken(ParseError::Dropped(_)) => "dropped".to_owned(),
            })
            .collect()
    }

    #[test]
    fn messages_and_pings_come_out_in_order_however_the_stream_is_cut() {
        let stream = format!(
            "{}\r\n\r\n{}\r\n{}\r\n\r\n\r\n\r\n",
            with_body("one"),
            with_body(""),
            with_body("three")
        );
        for piece in [1, 2, 5, 64, 10_000] {
            let mut framer = Framer::new();
            let out: Vec<String> =
                stream.as_bytes().chunks(piece).flat_map(|bytes| frames(&mut framer, bytes)).collect();
            assert_eq!(out, ["one", "ping", "", "three", "ping", "ping"], "in pieces of {piece}");
            assert_eq!(framer.pending(), 0);
        }
    }

    #[test]
    fn an_endless_head_is_answered_513_and_holds_little() {
        let mut framer = Framer::new();
        assert!(frames(&mut framer, OPTIONS.as_bytes()).is_empty());
        let mut answers = Vec::new();
        for _ in 0..200 {
            answers.extend(frames(&mut framer, format!("X: {}\r\n", "x".repeat(1000)).as_bytes()));
            assert!(framer.pending() <= MAX_HEAD);
        }
        assert_eq!(answers, ["513"]);
        assert!(framer.is_broken());
        assert_eq!(framer.pending(), 0);
    }

    #[test]
    fn an_endless_line_that_is_no_sip_is_dropped() {
        let mut framer = Framer::new();
        let out: Vec<String> = (0..100).flat_map(|_| frames(&mut framer, &[b'a'; 1000])).collect();
        assert_eq!(out, ["dropped"]);
    }

    #[test]
    fn a_connection_never_holds_more_than_128_kib() {
        let mut framer = Framer::new();
        let filler = "X: y\r\n".repeat(200);
        let head = format!("{OPTIONS}{filler}Content-Type: a/b\r\nContent-Length: {MAX_BODY}\r\n\r\n");
        assert!(frames(&mut framer, head.as_bytes()).is_empty());
        for _ in 0..MAX_BODY / 1024 - 1 {
            assert!(frames(&mut framer, &[0; 1024]).is_empty());
            assert!(framer.pending() < 128 * 1024);
        }
        assert_eq!(frames(&mut framer, &[0; 1024]).len(), 1);
        assert_eq!(framer.pending(), 0);
    }

    #[test]
    fn nothing_is_read_behind_a_broken_head() {
        let mut framer = Framer::new();
        let two_lengths = with_body("four").replace("Content-Type", "Content-Length: 0\r\nContent-Type");
        assert_eq!(frames(&mut framer, (two_lengths + &with_body("hidden")).as_bytes()), ["400"]);
        assert!(frames(&mut framer, with_body("later").as_bytes()).is_empty());
    }
}
