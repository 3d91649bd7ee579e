//! One e-mail as it goes over the wire (RFC 5322, RFC 2045): words, and a sound if it has one.

use std::fmt::Write;

use jiff::{Timestamp, tz::TimeZone};

use crate::types::EmailAddress;

/// An e-mail before it is written. Its texts may come from callers; nothing of them can become a header or a part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mail {
    /// Of the Message-ID, before the @: the same for every attempt.
    pub id: String,
    pub from: EmailAddress,
    /// As readers show the sender: the office.
    pub from_name: String,
    pub to: EmailAddress,
    pub subject: String,
    pub date: Timestamp,
    pub zone: TimeZone,
    pub text: String,
    pub attachment: Option<Attachment>,
}

/// A file that comes with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attachment {
    /// ASCII without quotes.
    pub name: String,
    pub media_type: &'static str,
    pub bytes: Vec<u8>,
}

/// Between parts; base64 has no such line.
const BOUNDARY: &str = "=_portico_part";

impl Mail {
    /// The whole of it, with CRLF, headers and all. Every line is ASCII and short, so that no extension of SMTP is needed.
    pub fn write(&self) -> String {
        let mut out = String::with_capacity(
            2_048 + self.attachment.as_ref().map_or(0, |file| file.bytes.len() * 3 / 2),
        );
        let zoned = self.date.to_zoned(self.zone.clone());
        let date = jiff::fmt::rfc2822::to_string(&zoned).unwrap_or_default();
        // Writing to a string cannot fail.
        let _ = write!(
            out,
            "Date: {date}\r\nFrom: {} <{}>\r\nTo: <{}>\r\nMessage-ID: <{}@{}>\r\nSubject: {}\r\n\
             Auto-Submitted: auto-generated\r\nMIME-Version: 1.0\r\n",
            encoded_words(&self.from_name),
            self.from,
            self.to,
            self.id,
            self.from.domain(),
            encoded_words(&self.subject),
        );
        let text_head =
            "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n";
        let text = self.text.replace("\r\n", "\n").replace('\n', "\r\n");
        let Some(file) = &self.attachment else {
            out.push_str(text_head);
            base64_lines(text.as_bytes(), &mut out);
            return out;
        };
        let _ = write!(
            out,
            "Content-Type: multipart/mixed; boundary=\"{BOUNDARY}\"\r\n\r\n--{BOUNDARY}\r\n{text_head}"
        );
        base64_lines(text.as_bytes(), &mut out);
        let _ = write!(
            out,
            "--{BOUNDARY}\r\nContent-Type: {}; name=\"{name}\"\r\nContent-Transfer-Encoding: base64\r\n\
             Content-Disposition: attachment; filename=\"{name}\"\r\n\r\n",
            file.media_type,
            name = file.name,
        );
        base64_lines(&file.bytes, &mut out);
        let _ = write!(out, "--{BOUNDARY}--\r\n");
        out
    }
}

/// Text in a header: as it is if it is plain, else in words of base64 (RFC 2047). Line breaks and other controls are blanks.
fn encoded_words(text: &str) -> String {
    /// RFC 2047, 2: 75 characters with everything around; so many bytes leave room for the name of the header.
    const BYTES: usize = 39;
    let text: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(400).collect();
    let plain = |c: char| c.is_ascii_alphanumeric() || " .,:;+-()/'!".contains(c);
    if text.len() <= 60 && text.chars().all(|c| plain(c) && !"(),:;".contains(c)) {
        return text;
    }
    let mut words: Vec<String> = Vec::new();
    let mut word = String::new();
    for c in text.chars() {
        if word.len() + c.len_utf8() > BYTES {
            words.push(std::mem::take(&mut word));
        }
        word.push(c);
    }
    words.push(word);
    let encoded = words.iter().map(|word| format!("=?utf-8?B?{}?=", base64(word.as_bytes())));
    encoded.collect::<Vec<_>>().join("\r\n ")
}

/// In lines of 76 (RFC 2045, 6.8).
fn base64_lines(bytes: &[u8], out: &mut String) {
    for line in bytes.chunks(57) {
        out.push_str(&base64(line));
        out.push_str("\r\n");
    }
}

/// RFC 4648, 4.
pub(super) fn base64(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for group in bytes.chunks(3) {
        let at = |n: usize| u32::from(group.get(n).copied().unwrap_or(0));
        let bits = at(0) << 16 | at(1) << 8 | at(2);
        for place in 0..4 {
            if place <= group.len() {
                out.push(char::from(ALPHABET[(bits >> (18 - 6 * place) & 63) as usize]));
            } else {
                out.push('=');
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mail(subject: &str, text: &str, attachment: Option<Attachment>) -> Mail {
        Mail {
            id: "0123456789abc".into(),
            from: "portico@office.example".parse().unwrap(),
            from_name: "Maple Court".into(),
            to: "kim@office.example".parse().unwrap(),
            subject: subject.into(),
            date: "2026-11-20T18:00:00Z".parse().unwrap(),
            zone: TimeZone::get("America/Denver").unwrap(),
            text: text.into(),
            attachment,
        }
    }

    #[test]
    fn base64_is_as_in_the_vectors_of_rfc_4648() {
        for (plain, encoded) in [
            ("", ""),
            ("f", "Zg=="),
            ("fo", "Zm8="),
            ("foo", "Zm9v"),
            ("foob", "Zm9vYg=="),
            ("fooba", "Zm9vYmE="),
            ("foobar", "Zm9vYmFy"),
        ] {
            assert_eq!(base64(plain.as_bytes()), encoded);
        }
    }

    #[test]
    fn a_callers_words_become_no_header_and_no_part() {
        let evil = "Dana\r\nBcc: everybody@office.example\r\n\r\n--=_portico_part\r\n.\r\n";
        let file = Attachment { name: "message.wav".into(), media_type: "audio/wav", bytes: vec![0xff; 200] };
        let written = mail(evil, evil, Some(file)).write();
        assert!(!written.contains("Bcc"), "{written}");
        let (head, body) = written.split_once("\r\n\r\n").unwrap();
        let headers = head.lines().filter(|line| !line.starts_with(' ')).count();
        assert_eq!(headers, 8, "{head}");
        assert_eq!(body.matches("--=_portico_part").count(), 3);
        assert!(written.lines().all(|line| line.len() <= 78 && line.is_ascii()), "{written}");
        assert!(head.contains("Date: Fri, 20 Nov 2026 11:00:00 -0700"), "{head}");
        assert!(head.contains("Message-ID: <0123456789abc@office.example>"));
        assert!(body.contains("filename=\"message.wav\"") && written.ends_with("--=_portico_part--\r\n"));
    }

    #[test]
    fn a_plain_subject_stays_readable_and_another_is_encoded() {
        assert!(
            mail("Message for Front desk", "x", None)
                .write()
                .contains("\r\nSubject: Message for Front desk\r\n")
        );
        let written = mail(&"Nachricht für José ".repeat(8), "x", None).write();
        let subject = written.split_once("Subject: ").unwrap().1.split("\r\nAuto").next().unwrap();
        assert!(subject.split("\r\n ").count() > 3 && subject.starts_with("=?utf-8?B?"), "{subject}");
        assert!(written.contains("\r\n\r\neA==\r\n"));
    }
}
