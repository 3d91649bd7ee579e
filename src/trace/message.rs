//! One SIP message as it went over the wire, and what a ladder shows of it.

use std::{borrow::Cow, net::SocketAddr};

use jiff::Timestamp;

/// Which way it went, as the box sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    In,
    Out,
}

/// What carried it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wire {
    Datagram,
    Stream,
}

/// A message that was sent or received.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    pub at: Timestamp,
    pub way: Way,
    pub wire: Wire,
    pub local: SocketAddr,
    pub remote: SocketAddr,
    /// With secrets left out.
    pub bytes: Vec<u8>,
}

/// A longer message is kept up to here: what tells of a call's course stands in its first lines.
const LONGEST: usize = 8 * 1024;

impl Message {
    /// Notes a message, without what is secret in it.
    pub fn noted(
        at: Timestamp,
        way: Way,
        wire: Wire,
        local: SocketAddr,
        remote: SocketAddr,
        bytes: &[u8],
    ) -> Self {
        let bytes = without_secrets(&bytes[..bytes.len().min(LONGEST)]).into_owned();
        Self { at, way, wire, local, remote, bytes }
    }
}

/// The value of the first header of one of these names, in bytes that need not be a whole message. A header that is
/// folded over lines is read to the end of its first.
pub(super) fn header<'a>(bytes: &'a [u8], names: [&str; 2]) -> Option<&'a [u8]> {
    lines(bytes).skip(1).take_while(|line| !line.is_empty()).find_map(|line| {
        let colon = line.iter().position(|byte| *byte == b':')?;
        let name = line[..colon].trim_ascii();
        names
            .iter()
            .any(|wanted| name.eq_ignore_ascii_case(wanted.as_bytes()))
            .then(|| line[colon + 1..].trim_ascii())
    })
}

fn lines(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = Some(bytes);
    std::iter::from_fn(move || {
        let bytes = rest?;
        let line = match memchr::memchr(b'\n', bytes) {
            Some(end) => {
                rest = Some(&bytes[end + 1..]);
                &bytes[..end]
            }
            None => {
                rest = None;
                bytes
            }
        };
        Some(line.strip_suffix(b"\r").unwrap_or(line))
    })
}

fn text<'a>(bytes: &'a [u8], names: [&str; 2]) -> Option<Cow<'a, str>> {
    header(bytes, names).map(String::from_utf8_lossy)
}

/// `INVITE`, `re-INVITE`, `CANCEL (answered elsewhere)`, `200 INVITE`.
pub fn label(bytes: &[u8]) -> String {
    let first = lines(bytes).next().map(String::from_utf8_lossy).unwrap_or_default();
    if let Some(status) = first.strip_prefix("SIP/2.0 ") {
        let code = status.split(' ').next().unwrap_or_default();
        let cseq = text(bytes, ["CSeq", "CSeq"]).unwrap_or_default();
        return format!("{code} {}", cseq.split_ascii_whitespace().nth(1).unwrap_or_default());
    }
    let method = first.split(' ').next().unwrap_or_default();
    match method {
        "" => "(empty)".to_owned(),
        "INVITE" if text(bytes, ["To", "t"]).is_some_and(|to| to.contains(";tag=")) => "re-INVITE".to_owned(),
        "CANCEL" | "BYE" => match text(bytes, ["Reason", "Reason"]) {
            Some(reason) if reason.contains("elsewhere") => format!("{method} (answered elsewhere)"),
            Some(reason) => {
                format!("{method} ({})", reason.replace(";cause=", " ").split(';').next().unwrap_or_default())
            }
            None => method.to_owned(),
        },
        other => other.to_owned(),
    }
}

/// Headers whose value proves who somebody is.
const PROOFS: [&[u8]; 2] = [b"authorization", b"proxy-authorization"];
const LEFT_OUT: &[u8] = b" (left out)";

/// The same message without digest answers, which can be guessed at for a password at leisure, and without the keys of
/// encrypted media (RFC 4568).
fn without_secrets(bytes: &[u8]) -> Cow<'_, [u8]> {
    fn name(line: &[u8]) -> &[u8] {
        line.split(|byte| *byte == b':').next().unwrap_or_default().trim_ascii()
    }
    let is_proof = |line: &[u8]| {
        matches!(line.first(), Some(b'a' | b'A' | b'p' | b'P' | b' ' | b'\t'))
            && PROOFS.iter().any(|proof| name(line).eq_ignore_ascii_case(proof))
    };
    let is_key = |line: &[u8]| line.starts_with(b"a=crypto:");
    if !lines(bytes).any(|line| is_proof(line) || is_key(line)) {
        return Cow::Borrowed(bytes);
    }
    let mut kept = Vec::with_capacity(bytes.len());
    for (index, line) in bytes.split(|byte| *byte == b'\n').enumerate() {
        if index > 0 {
            kept.push(b'\n');
        }
        let end = if line.ends_with(b"\r") { b"\r".as_slice() } else { b"" };
        if is_proof(line) {
            kept.extend_from_slice(name(line));
            kept.push(b':');
            kept.extend_from_slice(LEFT_OUT);
            kept.extend_from_slice(end);
        } else if is_key(line) {
            let suite = line.split(|byte| *byte == b' ').take(2).collect::<Vec<_>>().join(&b' ');
            kept.extend_from_slice(&suite);
            kept.extend_from_slice(LEFT_OUT);
            kept.extend_from_slice(end);
        } else {
            kept.extend_from_slice(line);
        }
    }
    Cow::Owned(kept)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_says_what_a_reader_of_ladders_looks_for() {
        let of = |text: &str| label(text.replace('\n', "\r\n").as_bytes());
        assert_eq!(of("INVITE sip:1@h SIP/2.0\nTo: <sip:1@h>\n\n"), "INVITE");
        assert_eq!(of("INVITE sip:1@h SIP/2.0\nt: <sip:1@h>;tag=a\n\n"), "re-INVITE");
        assert_eq!(of("SIP/2.0 200 OK\nCSeq: 1 INVITE\n\n"), "200 INVITE");
        assert_eq!(
            of("CANCEL sip:1@h SIP/2.0\nReason: SIP;cause=200;text=\"Call completed elsewhere\"\n\n"),
            "CANCEL (answered elsewhere)"
        );
        assert_eq!(of("BYE sip:1@h SIP/2.0\nReason: Q.850;cause=102\n\n"), "BYE (Q.850 102)");
        assert_eq!(of(""), "(empty)");
    }

    #[test]
    fn what_proves_somebody_or_opens_the_media_is_left_out() {
        let sent = "REGISTER sip:h SIP/2.0\r\nAuthorization: Digest username=\"101\", response=\"0123\"\r\n\
                    CSeq: 2 REGISTER\r\n\r\na=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:c2VjcmV0\r\na=sendrecv\r\n";
        let kept = String::from_utf8(without_secrets(sent.as_bytes()).into_owned()).unwrap();
        assert_eq!(
            kept,
            "REGISTER sip:h SIP/2.0\r\nAuthorization: (left out)\r\nCSeq: 2 REGISTER\r\n\r\n\
             a=crypto:1 AES_CM_128_HMAC_SHA1_80 (left out)\r\na=sendrecv\r\n"
        );
        let plain = b"BYE sip:h SIP/2.0\r\n\r\n";
        assert!(matches!(without_secrets(plain), Cow::Borrowed(kept) if kept == plain));
    }
}
