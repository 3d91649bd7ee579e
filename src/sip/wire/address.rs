//! Addresses in headers: `"Name" <uri>;params` and `uri;params`, alone and in lists.

use std::borrow::Cow;

use super::{
    syntax::{self, Params, is_space, trim, trim_start},
    uri::Uri,
};

/// A From, To, Contact, Route, Record-Route, P-Asserted-Identity or Refer-To value.
#[derive(Debug, Clone, Copy)]
pub struct Address<'a> {
    display: &'a [u8],
    pub uri: Uri<'a>,
    /// Parameters of the header, not of the URI.
    pub params: Params<'a>,
}

impl<'a> Address<'a> {
    /// Reads exactly one address.
    pub fn parse(value: &'a [u8]) -> Option<Address<'a>> {
        let value = trim(value);
        let (display, rest): (&[u8], &[u8]) = if value.first() == Some(&b'"') {
            let (display, rest) = value.split_at(syntax::quoted_end(value)?);
            (display, trim_start(rest))
        } else {
            let open = value.iter().position(|&b| matches!(b, b'<' | b'"' | b';' | b',' | b'?'));
            match open {
                Some(at) if value[at] == b'<' => {
                    let display = trim(&value[..at]);
                    // Stray punctuation is let through as people write it; what could be taken for structure is not.
                    if display.iter().any(|&b| b.is_ascii_control() && b != b'\t' || b"\\>".contains(&b)) {
                        return None;
                    }
                    (display, &value[at..])
                }
                _ => return Self::parse_bare(value),
            }
        };
        let [b'<', rest @ ..] = rest else { return None };
        let close = rest.iter().position(|&b| b == b'>')?;
        Some(Address {
            display,
            uri: Uri::parse(&rest[..close])?,
            params: Params::parse(&rest[close + 1..])?,
        })
    }

    /// Without brackets, `;` opens the header's parameters, and `,` and `?` may not appear (RFC 3261, 20.10).
    fn parse_bare(value: &'a [u8]) -> Option<Address<'a>> {
        let end = value.iter().position(|&b| b == b';' || is_space(b)).unwrap_or(value.len());
        let uri = &value[..end];
        if uri.iter().any(|&b| b == b',' || b == b'?') {
            return None;
        }
        Some(Address { display: b"", uri: Uri::parse(uri)?, params: Params::parse(&value[end..])? })
    }

    /// The display name, unquoted; empty if there is none.
    pub fn display(&self) -> Cow<'a, str> {
        match syntax::unquote(self.display) {
            Cow::Borrowed(bytes) => syntax::text(bytes),
            Cow::Owned(bytes) => Cow::Owned(syntax::text(&bytes).into_owned()),
        }
    }

    /// The dialog tag.
    pub fn tag(&self) -> Option<&'a str> {
        self.params.token("tag")
    }

    /// A contact's own expiry in seconds, capped at what 32 bits hold (RFC 3261, 20.19 lets larger ones be 2^32-1).
    /// Text that is no number is read as 3600 (RFC 3261, 10.2.1.1).
    pub fn expires(&self) -> Option<u32> {
        self.params.get("expires").map(super::values::lenient_delta_seconds)
    }

    /// A contact's preference, in thousandths; 1000 if it names none.
    pub fn q(&self) -> u16 {
        let Some(value) = self.params.token("q") else { return 1000 };
        let (whole, fraction) = value.split_once('.').unwrap_or((value, ""));
        let digits: Option<Vec<u16>> =
            fraction.chars().take(3).map(|c| c.to_digit(10).and_then(|d| u16::try_from(d).ok())).collect();
        match (whole, digits) {
            ("0", Some(digits)) => (0..3).fold(0, |sum, i| sum * 10 + digits.get(i).copied().unwrap_or(0)),
            _ => 1000,
        }
    }
}

/// What a Contact header field says (RFC 3261, 20.10).
#[derive(Debug, Clone, Copy)]
pub enum Contact<'a> {
    /// `*`: every binding, in a REGISTER with Expires 0.
    Star,
    Address(Address<'a>),
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(text: &str) -> Address<'_> {
        Address::parse(text.as_bytes()).unwrap_or_else(|| panic!("{text}"))
    }

    #[test]
    fn a_name_and_its_parameters_are_told_from_the_uris() {
        let from = address("\"Bell, \\\"A.\\\" <x>\"<sip:101@a;x=1>;tag=t1 ; y = \"q;z\"");
        assert_eq!(from.display(), "Bell, \"A.\" <x>");
        assert_eq!(from.uri.as_str(), "sip:101@a;x=1");
        assert_eq!(from.tag(), Some("t1"));
        assert_eq!(from.params.text("Y").as_deref(), Some("q;z"));
        assert_eq!(from.params.count(), 2);
    }

    #[test]
    fn without_brackets_parameters_are_the_headers() {
        let to = address("sip:102@a;user=phone;tag=x");
        assert_eq!(to.uri.as_str(), "sip:102@a");
        assert_eq!(to.tag(), Some("x"));
        assert!(to.params.has("user"));
        assert_eq!(to.display(), "");
    }

    #[test]
    fn latin_1_and_utf_8_names_are_both_read() {
        assert_eq!(Address::parse(b"\"Jos\xe9\" <sip:a@b>").unwrap().display(), "José");
        assert_eq!(address("Zoë K. <sip:a@b>").display(), "Zoë K.");
    }

    #[test]
    fn contacts_have_an_expiry_and_a_preference() {
        let expiry = |text| Address::parse(text).unwrap().expires();
        assert_eq!(expiry(b"<sip:a@b>;expires=60"), Some(60));
        assert_eq!(expiry(b"<sip:a@b>;expires=280297596632815"), Some(u32::MAX));
        assert_eq!(expiry(b"<sip:a@b>;expires=soon"), Some(3600));
        assert_eq!(expiry(b"<sip:a@b>"), None);
        let q = |text: &str| address(&format!("<sip:a@b>;q={text}")).q();
        assert_eq!(
            [q("0.5"), q("0.123"), q("1"), q("1.0"), q("0"), q("0.0001"), q("x")],
            [500, 123, 1000, 1000, 0, 0, 1000]
        );
    }

    #[test]
    fn what_is_no_address_is_refused() {
        for text in [
            "",
            "<>",
            "sip:a@b, sip:c@d",
            "Bell, A. <sip:a@b>",
            "\"Bell <sip:a@b>",
            "< sip:a@b>",
            "<sip:a@b >",
            "<sip:a@b> tag=1",
            "<sip:a@b>;",
            "<sip:a@b>;;tag=1",
            "<sip:a@b>;tag=",
            "<sip:a@b>;=1",
            "sip:a@b?x=y",
            "sip:a@b x",
            "\"a\" sip:a@b",
            "<sip:a@b>;t=\"x",
            "a>b <sip:a@b>",
            "<sip:a@b>;tag=1,",
        ] {
            assert!(Address::parse(text.as_bytes()).is_none(), "{text}");
        }
    }
}
