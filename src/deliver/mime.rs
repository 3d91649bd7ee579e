//! One e-mail as it goes over the wire (RFC 5322, RFC 2045): words, and a sound if it has one. `mail-builder` writes it.

use jiff::{Timestamp, tz::TimeZone};
use mail_builder::{
    MessageBuilder,
    headers::{content_type::ContentType, raw::Raw},
    mime::MimePart,
};

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

impl Mail {
    /// The whole of it, with CRLF, headers and all. Every line is ASCII and short, so that no extension of SMTP is needed.
    pub fn write(&self) -> Vec<u8> {
        let zoned = self.date.to_zoned(self.zone.clone());
        let date = jiff::fmt::rfc2822::to_string(&zoned).unwrap_or_default();
        let mail = MessageBuilder::new()
            .header("Date", Raw::new(date))
            .from((plain(&self.from_name), self.from.to_string()))
            .to(self.to.to_string())
            .message_id(format!("{}@{}", self.id, self.from.domain()))
            .subject(plain(&self.subject))
            .header("Auto-Submitted", Raw::new("auto-generated"));
        let text = self.text.replace("\r\n", "\n").replace('\n', "\r\n");
        let words = MimePart::new("text/plain", text);
        let body = match &self.attachment {
            None => words,
            Some(file) => {
                let sound = MimePart::new(file.media_type, &file.bytes[..]).attachment(&file.name[..]);
                // No caller knows the id, so no words of theirs can end a part; and an attempt is written like the one before.
                let parts =
                    ContentType::new("multipart/mixed").attribute("boundary", format!("=_{}", self.id));
                MimePart::new(parts, vec![words, sound])
            }
        };
        let mut written = Vec::new();
        mail.body(body).serialize(&mut written);
        written
    }
}

/// Text for a header: line breaks and other controls are blanks, and it is no longer than a title is.
fn plain(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(400).collect()
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

    fn written(subject: &str, text: &str, attachment: Option<Attachment>) -> String {
        String::from_utf8(mail(subject, text, attachment).write()).unwrap()
    }

    #[test]
    fn a_callers_words_become_no_header_and_no_part() {
        let evil = "Dana\r\nBcc: everybody@office.example\r\n\r\n--=_portico_part\r\n.\r\n";
        let file = Attachment { name: "message.wav".into(), media_type: "audio/wav", bytes: vec![0xff; 200] };
        let written = written(evil, evil, Some(file));
        let (head, body) = written.split_once("\r\n\r\n").unwrap();
        let mut headers: Vec<&str> = head
            .split("\r\n")
            .filter(|line| !line.starts_with([' ', '\t']))
            .filter_map(|line| Some(line.split_once(':')?.0))
            .collect();
        headers.sort_unstable();
        assert_eq!(
            headers,
            ["Auto-Submitted", "Content-Type", "Date", "From", "MIME-Version", "Message-ID", "Subject", "To"],
            "{head}"
        );
        assert_eq!(body.matches("--=_0123456789abc").count(), 3, "{body}");
        assert!(written.lines().all(|line| line.len() <= 78 && line.is_ascii()), "{written}");
        assert!(head.contains("Date: Fri, 20 Nov 2026 11:00:00 -0700"), "{head}");
        assert!(head.contains("Message-ID: <0123456789abc@office.example>"));
        assert!(
            body.contains("filename=\"message.wav\"") && body.trim_end().ends_with("--=_0123456789abc--")
        );
    }

    #[test]
    fn a_plain_subject_stays_readable_and_another_is_encoded() {
        let subject_of = |subject: &str| {
            let written = written(subject, "x", None);
            written.split_once("Subject: ").unwrap().1.split("\r\nAuto").next().unwrap().to_owned()
        };
        assert_eq!(subject_of("Message for Front desk"), "Message for Front desk");
        let encoded = subject_of(&"Nachricht für José ".repeat(8));
        assert!(encoded.is_ascii() && encoded.split("\r\n").count() > 2, "{encoded}");
        assert!(encoded.starts_with("=?utf-8?"), "{encoded}");
    }

    #[test]
    fn the_same_mail_is_written_the_same_each_time() {
        let file = || Some(Attachment { name: "m.wav".into(), media_type: "audio/wav", bytes: vec![1; 90] });
        assert_eq!(written("a", "b", file()), written("a", "b", file()));
    }
}
