//! The small values: CSeq, numbers of seconds, reliability, session timers, causes, privacy, dates.

use super::{
    method::Method,
    syntax::{self, List, Params, is_space, trim, trim_start},
};

/// CSeq numbers stay below this (RFC 3261, 8.1.1.5).
pub const MAX_CSEQ: u32 = (1 << 31) - 1;

/// `4711 INVITE`.
pub(super) fn cseq(value: &[u8]) -> Option<(u32, Method)> {
    let (number, method) = split_word(value)?;
    let number = u32::try_from(syntax::number(number, u64::from(MAX_CSEQ))?).ok()?;
    Some((number, Method::parse(method)?))
}

/// The first word, and the rest, which must not be empty.
fn split_word(value: &[u8]) -> Option<(&[u8], &[u8])> {
    let value = trim(value);
    let end = value.iter().position(|&b| is_space(b))?;
    Some((&value[..end], trim_start(&value[end..])))
}

/// Seconds, strictly: digits, at most 2^32-1.
pub(super) fn delta_seconds(value: &[u8]) -> Option<u32> {
    u32::try_from(syntax::number(trim(value), u64::from(u32::MAX))?).ok()
}

/// Seconds of an Expires: what is too large counts as 2^32-1 (RFC 3261, 20.19), what is no number as 3600 (10.2.1.1).
pub(super) fn lenient_delta_seconds(value: &[u8]) -> u32 {
    let value = trim(value);
    match delta_seconds(value) {
        Some(seconds) => seconds,
        None if !value.is_empty() && value.iter().all(u8::is_ascii_digit) => u32::MAX,
        None => 3600,
    }
}

/// Retry-After: its seconds; the comment and the parameters do not matter here.
pub(super) fn retry_after(value: &[u8]) -> Option<u32> {
    let value = trim(value);
    let end = value.iter().position(|b| !b.is_ascii_digit()).unwrap_or(value.len());
    delta_seconds(&value[..end])
}

/// A PRACK's reference to the provisional answer that it acknowledges (RFC 3262, 7.2).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RAck {
    pub rseq: u32,
    pub cseq: u32,
    pub method: Method,
}

impl RAck {
    pub fn parse(value: &[u8]) -> Option<RAck> {
        let (rseq, rest) = split_word(value)?;
        let (cseq, method) = cseq(rest)?;
        Some(RAck { rseq: u32::try_from(syntax::number(rseq, u64::from(u32::MAX))?).ok()?, cseq, method })
    }
}

/// Who refreshes a session (RFC 4028).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refresher {
    Uac,
    Uas,
}

/// Session-Expires (RFC 4028, 4).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SessionExpires {
    pub seconds: u32,
    pub refresher: Option<Refresher>,
}

impl SessionExpires {
    pub fn parse(value: &[u8]) -> Option<SessionExpires> {
        let end = value.iter().position(|&b| b == b';').unwrap_or(value.len());
        let params = Params::parse(&value[end..])?;
        let refresher = match params.token("refresher") {
            Some(who) if who.eq_ignore_ascii_case("uac") => Some(Refresher::Uac),
            Some(who) if who.eq_ignore_ascii_case("uas") => Some(Refresher::Uas),
            _ => None,
        };
        Some(SessionExpires { seconds: delta_seconds(&value[..end])?, refresher })
    }
}

/// One value of a Reason header (RFC 3326): `SIP;cause=200;text="Call completed elsewhere"`.
#[derive(Debug, Clone, Copy)]
pub struct ReasonValue<'a> {
    pub protocol: &'a str,
    pub params: Params<'a>,
}

impl<'a> ReasonValue<'a> {
    pub fn parse(value: &'a [u8]) -> Option<ReasonValue<'a>> {
        let end = value.iter().position(|&b| b == b';').unwrap_or(value.len());
        Some(ReasonValue {
            protocol: syntax::token(trim(&value[..end]))?,
            params: Params::parse(&value[end..])?,
        })
    }

    pub fn cause(&self) -> Option<u16> {
        self.params.token("cause")?.parse().ok()
    }

    pub fn is_sip(&self) -> bool {
        self.protocol.eq_ignore_ascii_case("SIP")
    }

    pub fn is_q850(&self) -> bool {
        self.protocol.eq_ignore_ascii_case("Q.850")
    }
}

/// Does a Privacy value (RFC 3323: tokens parted by `;`) ask that the caller's identity is withheld?
pub(super) fn privacy_withholds_identity(value: &[u8]) -> bool {
    value
        .split(|&b| b == b';' || b == b',')
        .map(trim)
        .any(|token| [&b"id"[..], b"user", b"header"].iter().any(|asked| token.eq_ignore_ascii_case(asked)))
}

/// An RFC 1123 date in GMT, the only form SIP knows (RFC 3261, 25.1): `Sat, 13 Nov 2010 23:29:00 GMT`.
pub(super) fn is_sip_date(value: &[u8]) -> bool {
    const DAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
    const MONTHS: [&str; 12] =
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let Ok(text) = std::str::from_utf8(trim(value)) else { return false };
    let mut parts = text.split_ascii_whitespace();
    let mut next = || parts.next().unwrap_or_default();
    let (day_name, day, month, year, time, zone) = (next(), next(), next(), next(), next(), next());
    let number = |text: &str, digits: usize, max: u64| {
        text.len() == digits && syntax::number(text.as_bytes(), max).is_some()
    };
    let mut clock = time.split(':');
    let mut clock = || clock.next().unwrap_or_default();
    let (hour, minute, second, more) = (clock(), clock(), clock(), clock());
    day_name.strip_suffix(',').is_some_and(|d| DAYS.iter().any(|known| known.eq_ignore_ascii_case(d)))
        && (number(day, 2, 31) || number(day, 1, 9))
        && MONTHS.iter().any(|known| known.eq_ignore_ascii_case(month))
        && number(year, 4, 9999)
        && (number(hour, 2, 23) && number(minute, 2, 59) && number(second, 2, 60) && more.is_empty())
        && zone.eq_ignore_ascii_case("GMT")
        && parts.next().is_none()
}

/// A Warning list: `399 host "text"` (RFC 3261, 20.43), a three-digit code first.
pub(super) fn is_warning(value: &[u8]) -> bool {
    List::new(value).all(|warning| {
        split_word(warning).is_some_and(|(code, rest)| {
            code.len() == 3
                && code.iter().all(u8::is_ascii_digit)
                && split_word(rest).is_some_and(|(_, text)| {
                    text.first() == Some(&b'"') && syntax::quoted_end(text) == Some(text.len())
                })
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cseq_is_a_number_below_two_to_the_31_and_a_method() {
        assert_eq!(cseq(b"0009   INVITE"), Some((9, Method::Invite)));
        assert_eq!(cseq(b"2147483647 ACK"), Some((MAX_CSEQ, Method::Ack)));
        assert_eq!(cseq(b"1 PARLEY"), Some((1, Method::Other("PARLEY".into()))));
        for text in
            ["", "1", "1 ", " INVITE", "2147483648 ACK", "-1 ACK", "1 A B", "1 <", "36893488147419103232 ACK"]
        {
            assert_eq!(cseq(text.as_bytes()), None, "{text}");
        }
    }

    #[test]
    fn expiries_that_are_too_large_are_capped_and_those_that_are_none_are_an_hour() {
        assert_eq!(lenient_delta_seconds(b" 60 "), 60);
        assert_eq!(lenient_delta_seconds(b"4294967296"), u32::MAX);
        assert_eq!(lenient_delta_seconds(&[b'9'; 100]), u32::MAX);
        assert_eq!([lenient_delta_seconds(b""), lenient_delta_seconds(b"-1")], [3600, 3600]);
        assert_eq!(retry_after(b"18 (in a meeting);duration=3600"), Some(18));
        assert_eq!(retry_after(b"949302838503028349304023988"), None);
    }

    #[test]
    fn dates_are_in_gmt_or_are_none() {
        for text in ["Sat, 14 Nov 2026 16:04:05 GMT", "sun, 1 Mar 2026 00:00:60 gmt"] {
            assert!(is_sip_date(text.as_bytes()), "{text}");
        }
        for text in [
            "",
            "Sat, 14 Nov 2026 16:04:05 EST",
            "Sat 14 Nov 2026 16:04:05 GMT",
            "Sat, 32 Nov 2026 16:04:05 GMT",
            "Sat, 14 Foo 2026 16:04:05 GMT",
            "Sat, 14 Nov 26 16:04:05 GMT",
            "Sat, 14 Nov 2026 24:04:05 GMT",
            "Sat, 14 Nov 2026 16:04 GMT",
            "Sat, 14 Nov 2026 16:04:05 GMT+1 x",
            "2026-11-14T16:04:05Z",
        ] {
            assert!(!is_sip_date(text.as_bytes()), "{text}");
        }
    }

    #[test]
    fn privacy_of_identity_is_told_from_other_privacy() {
        for text in ["id", "header;id", "critical ; USER", "header"] {
            assert!(privacy_withholds_identity(text.as_bytes()), "{text}");
        }
        for text in ["", "none", "critical", "session", "idle"] {
            assert!(!privacy_withholds_identity(text.as_bytes()), "{text}");
        }
    }

    #[test]
    fn a_warning_has_three_digits_an_agent_and_a_text() {
        assert!(is_warning(br#"399 maple.example "One, two", 301 x "y""#));
        for text in ["", "1812 x \"y\"", "39x x \"y\"", "399 x", "399 x y", "399 x \"y\" z", "399 x \"y"] {
            assert!(!is_warning(text.as_bytes()), "{text}");
        }
    }
}
