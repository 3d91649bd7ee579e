//! SIP, SIPS and TEL URIs: strict reading, comparison as the registrar needs it (RFC 3261, 19.1; RFC 3966).

use std::{borrow::Cow, fmt, net::IpAddr};

use super::{
    limits::MAX_URI_PARAMS,
    syntax::{self, HOST, OPAQUE, URI_HEADER, URI_PARAM, USER},
};

/// What a URI begins with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scheme {
    Sip,
    Sips,
    Tel,
    /// Some other; its text is all there is to see. A Request-URI of it is answered 416.
    Other,
}

/// A URI, as a view of the text it was read from. It has been checked as a whole: it is ASCII and without white space.
#[derive(Debug, Clone, Copy)]
pub struct Uri<'a> {
    text: &'a str,
    scheme: Scheme,
    user: Option<&'a str>,
    password: Option<&'a str>,
    host: &'a str,
    port: Option<u16>,
    params: &'a str,
    headers: Option<&'a str>,
}

impl<'a> Uri<'a> {
    /// Reads exactly one URI, nothing before it and nothing after.
    pub fn parse(bytes: &'a [u8]) -> Option<Uri<'a>> {
        if !syntax::all(bytes, OPAQUE) {
            return None;
        }
        let text = std::str::from_utf8(bytes).ok()?;
        let colon = bytes.iter().position(|&b| b == b':')?;
        let (scheme, rest) = (&text[..colon], &text[colon + 1..]);
        if scheme.eq_ignore_ascii_case("sip") {
            Self::parse_sip(text, Scheme::Sip, rest)
        } else if scheme.eq_ignore_ascii_case("sips") {
            Self::parse_sip(text, Scheme::Sips, rest)
        } else if scheme.eq_ignore_ascii_case("tel") {
            Self::parse_tel(text, rest)
        } else {
            let letters = scheme.bytes().all(|b| b.is_ascii_alphanumeric() || b"+-.".contains(&b));
            let opens = scheme.bytes().next().is_some_and(|b| b.is_ascii_alphabetic());
            (letters && opens && !rest.is_empty()).then_some(Self::bare(text, Scheme::Other))
        }
    }

    fn bare(text: &'a str, scheme: Scheme) -> Self {
        Uri { text, scheme, user: None, password: None, host: "", port: None, params: "", headers: None }
    }

    fn parse_sip(text: &'a str, scheme: Scheme, rest: &'a str) -> Option<Self> {
        let mut uri = Self::bare(text, scheme);
        // `@` may stand unescaped nowhere else (RFC 3261, 25.1), so the first one ends the user part.
        let at = |text: &str, sign: u8| text.bytes().position(|b| b == sign);
        let rest = match at(rest, b'@') {
            None => rest,
            Some(end) => {
                let (userinfo, after) = (&rest[..end], &rest[end + 1..]);
                let (user, password) = match at(userinfo, b':') {
                    Some(colon) => (&userinfo[..colon], Some(&userinfo[colon + 1..])),
                    None => (userinfo, None),
                };
                if user.is_empty() || !syntax::all_or_escaped(user.as_bytes(), USER) {
                    return None;
                }
                if password.is_some_and(|p| !syntax::all_or_escaped(p.as_bytes(), USER)) {
                    return None;
                }
                (uri.user, uri.password) = (Some(user), password);
                after
            }
        };
        let end = rest.bytes().position(|b| b == b';' || b == b'?').unwrap_or(rest.len());
        let (host, port) = split_host_port(&rest[..end])?;
        (uri.host, uri.port) = (host, port);
        let rest = &rest[end..];
        let (params, headers) = match at(rest, b'?') {
            Some(sign) => (&rest[..sign], Some(&rest[sign + 1..])),
            None => (rest, None),
        };
        if !params.is_empty() {
            uri.params = &params[1..];
            well_formed_pairs(uri.params.as_bytes(), b';', URI_PARAM)?;
        }
        if let Some(headers) = headers {
            well_formed_pairs(headers.as_bytes(), b'&', URI_HEADER)?;
            uri.headers = Some(headers);
        }
        Some(uri)
    }

    /// The number is the user; it has no host.
    fn parse_tel(text: &'a str, rest: &'a str) -> Option<Self> {
        let (number, params) = rest.split_once(';').map_or((rest, None), |(n, p)| (n, Some(p)));
        let digits = number.strip_prefix('+').unwrap_or(number);
        let visual = |b: u8| b.is_ascii_hexdigit() || b"-.()*#".contains(&b);
        if !digits.bytes().any(|b| b.is_ascii_hexdigit() || b"*#".contains(&b)) || !digits.bytes().all(visual)
        {
            return None;
        }
        let mut uri = Self::bare(text, Scheme::Tel);
        uri.user = Some(number);
        if let Some(params) = params {
            well_formed_pairs(params.as_bytes(), b';', URI_PARAM)?;
            uri.params = params;
        }
        Some(uri)
    }

    /// The whole URI, as written.
    pub fn as_str(&self) -> &'a str {
        self.text
    }

    pub fn scheme(&self) -> Scheme {
        self.scheme
    }

    /// The user part with its escapes resolved (for TEL, the number). Bytes that are no UTF-8 are read as Latin-1.
    pub fn user(&self) -> Option<Cow<'a, str>> {
        self.user.map(unescape)
    }

    /// What is dialled: the user part; of a TEL its number, and of which country it is a local number, as the user part of a
    /// SIP URI would say it (RFC 3261, 19.1.6).
    pub fn dialled(&self) -> String {
        let number = self.user().unwrap_or_default();
        match self.param("phone-context").filter(|_| self.scheme == Scheme::Tel) {
            Some(context) => format!("{number};phone-context={}", unescape(context)),
            None => number.into_owned(),
        }
    }

    /// The user part as written.
    pub fn raw_user(&self) -> Option<&'a str> {
        self.user
    }

    /// Host name or address; IPv6 in its brackets. Empty for TEL and other schemes.
    pub fn host(&self) -> &'a str {
        self.host
    }

    /// The host, if it is an address and no name.
    pub fn host_ip(&self) -> Option<IpAddr> {
        self.host.trim_start_matches('[').trim_end_matches(']').parse().ok()
    }

    pub fn port(&self) -> Option<u16> {
        self.port
    }

    /// The URI's own parameters, with escapes resolved in neither name nor value.
    pub fn params(&self) -> impl Iterator<Item = (&'a str, Option<&'a str>)> + use<'a> {
        self.params.split(';').filter(|p| !p.is_empty()).map(|param| match param.split_once('=') {
            Some((name, value)) => (name, Some(value)),
            None => (param, None),
        })
    }

    /// Is the parameter there, with or without a value?
    pub fn has_param(&self, name: &str) -> bool {
        self.params().any(|(n, _)| same_escaped(n, name, false))
    }

    pub fn param(&self, name: &str) -> Option<&'a str> {
        self.params().find(|(n, _)| same_escaped(n, name, false)).and_then(|(_, value)| value)
    }

    /// Loose router (RFC 3261, 16.12)?
    pub fn is_loose(&self) -> bool {
        self.has_param("lr")
    }

    /// Headers to put into a request made from this URI; in a Request-URI they are an error.
    pub fn headers(&self) -> Option<&'a str> {
        self.headers
    }

    /// The value of one of those headers, with its escapes resolved.
    pub fn header(&self, name: &str) -> Option<Cow<'a, str>> {
        self.headers?
            .split('&')
            .filter_map(|header| header.split_once('='))
            .find(|(n, _)| unescape(n).eq_ignore_ascii_case(name))
            .map(|(_, value)| unescape(value))
    }

    /// Does it name the same resource (RFC 3261, 19.1.4)?
    pub fn same_as(&self, other: &Uri<'_>) -> bool {
        if self.scheme != other.scheme {
            return false;
        }
        // Of a parameter that stands twice, against RFC 3261, 19.1.1, the first is looked up: such a URI would not
        // even be the same as itself.
        if self.text == other.text {
            return true;
        }
        match self.scheme {
            Scheme::Other => self.text == other.text,
            Scheme::Tel => {
                let digits = |uri: &Uri<'_>| -> String {
                    uri.user
                        .unwrap_or_default()
                        .chars()
                        .filter(|c| !"-.()".contains(*c))
                        .map(|c| c.to_ascii_lowercase())
                        .collect()
                };
                digits(self) == digits(other) && self.params_agree(other, true)
            }
            Scheme::Sip | Scheme::Sips => {
                let same_text = |a: Option<&str>, b: Option<&str>| match (a, b) {
                    (None, None) => true,
                    (Some(a), Some(b)) => same_escaped(a, b, true),
                    _ => false,
                };
                same_text(self.user, other.user)
                    && same_text(self.password, other.password)
                    && self.same_host(other)
                    && self.port == other.port
                    && self.params_agree(other, false)
                    && self.headers_agree(other)
            }
        }
    }

    /// Names in any case; addresses of IPv6 in any of their forms (RFC 5954, 4.2).
    fn same_host(&self, other: &Uri<'_>) -> bool {
        let v6 = |uri: &Uri<'_>| if uri.host.starts_with('[') { uri.host_ip() } else { None };
        self.host.eq_ignore_ascii_case(other.host) || v6(self).is_some_and(|own| v6(other) == Some(own))
    }

    /// A parameter in both must match; `user`, `ttl`, `method`, `maddr` and `transport` in only one never match.
    fn params_agree(&self, other: &Uri<'_>, all_count: bool) -> bool {
        let decisive = |name: &str| {
            all_count
                || ["user", "ttl", "method", "maddr", "transport"]
                    .iter()
                    .any(|d| same_escaped(name, d, false))
        };
        let one_way = |a: &Uri<'_>, b: &Uri<'_>| {
            a.params().all(|(name, value)| match b.params().find(|(n, _)| same_escaped(n, name, false)) {
                Some((_, theirs)) => match (value, theirs) {
                    (Some(x), Some(y)) => same_escaped(x, y, false),
                    (None, None) => true,
                    _ => false,
                },
                None => !decisive(name),
            })
        };
        one_way(self, other) && one_way(other, self)
    }

    fn headers_agree(&self, other: &Uri<'_>) -> bool {
        let sorted = |uri: &Uri<'_>| {
            let mut headers: Vec<String> = uri
                .headers
                .unwrap_or_default()
                .split('&')
                .map(|h| unescape(h).to_ascii_lowercase())
                .collect();
            headers.sort();
            headers
        };
        match (self.headers, other.headers) {
            (None, None) => true,
            (Some(_), Some(_)) => sorted(self) == sorted(other),
            _ => false,
        }
    }
}

impl fmt::Display for Uri<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text)
    }
}

/// `name=value;name`, each name of one character or more. A URI's header has a value, which may be empty; its
/// parameter may be without one.
fn well_formed_pairs(pairs: &[u8], separator: u8, class: u8) -> Option<()> {
    let header = separator == b'&';
    let mut rest = pairs;
    for _ in 0..MAX_URI_PARAMS {
        let name = syntax::span_or_escaped(rest, class);
        if name == 0 {
            return None;
        }
        rest = &rest[name..];
        match rest {
            [b'=', value @ ..] => {
                let length = syntax::span_or_escaped(value, class);
                if length == 0 && !header {
                    return None;
                }
                rest = &value[length..];
            }
            _ if header => return None,
            _ => {}
        }
        match rest {
            [] => return Some(()),
            [sign, after @ ..] if *sign == separator => rest = after,
            _ => return None,
        }
    }
    None
}

/// `host`, `host:port`, `[v6]`, `[v6]:port`.
pub(super) fn split_host_port(text: &str) -> Option<(&str, Option<u16>)> {
    let (host, after) = if text.starts_with('[') {
        let end = text.find(']')? + 1;
        text[1..end - 1].parse::<std::net::Ipv6Addr>().ok()?;
        text.split_at(end)
    } else {
        let end = text.bytes().position(|b| b == b':').unwrap_or(text.len());
        let (host, after) = text.split_at(end);
        if host.is_empty() || !syntax::all(host.as_bytes(), HOST) {
            return None;
        }
        (host, after)
    };
    if after.is_empty() {
        return Some((host, None));
    }
    let port = syntax::number(after.strip_prefix(':')?.as_bytes(), u64::from(u16::MAX))?;
    Some((host, Some(u16::try_from(port).ok()?)))
}

/// Resolves `%HH`; an incomplete escape stays as it is.
pub(super) fn unescape(text: &str) -> Cow<'_, str> {
    if !text.contains('%') {
        return Cow::Borrowed(text);
    }
    let out: Vec<u8> = unescaped_bytes(text).collect();
    Cow::Owned(syntax::text(&out).into_owned())
}

fn unescaped_bytes(text: &str) -> impl Iterator<Item = u8> + '_ {
    let bytes = text.as_bytes();
    let mut at = 0;
    std::iter::from_fn(move || {
        let &b = bytes.get(at)?;
        let hex = |i: usize| bytes.get(i).and_then(|&c| char::from(c).to_digit(16));
        if b == b'%'
            && let (Some(high), Some(low)) = (hex(at + 1), hex(at + 2))
        {
            at += 3;
            return u8::try_from(high * 16 + low).ok();
        }
        at += 1;
        Some(b)
    })
}

/// Equal once escapes are resolved.
fn same_escaped(a: &str, b: &str, case_matters: bool) -> bool {
    let fold = |c: u8| if case_matters { c } else { c.to_ascii_lowercase() };
    unescaped_bytes(a).map(fold).eq(unescaped_bytes(b).map(fold))
}

/// Escapes what may not stand in a user part as it is, so that any text can be dialled or named.
pub fn escape_user(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for b in text.bytes() {
        // `#` is accepted from phones, but sent escaped: carriers are stricter than phones.
        if syntax::is(b, USER) && b != b'#' {
            out.push(char::from(b));
        } else {
            out.push_str(&format!("%{b:02X}"));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn uri(text: &str) -> Uri<'_> {
        Uri::parse(text.as_bytes()).unwrap_or_else(|| panic!("{text}"))
    }

    #[test]
    fn the_parts_of_a_sip_uri() {
        let all = uri(
            "sips:a%20b;x=1:pass@[2001:db8::1]:5071;transport=TCP;lr;maddr=192.0.2.1?Subject=a%26b&Priority=",
        );
        assert_eq!(all.scheme(), Scheme::Sips);
        assert_eq!(all.user().as_deref(), Some("a b;x=1"));
        assert_eq!(all.host(), "[2001:db8::1]");
        assert_eq!(all.host_ip(), Some("2001:db8::1".parse().unwrap()));
        assert_eq!(all.port(), Some(5071));
        assert!(all.is_loose());
        assert_eq!(all.param("Transport"), Some("TCP"));
        assert_eq!(all.params().count(), 3);
        assert_eq!(all.headers(), Some("Subject=a%26b&Priority="));
        assert_eq!(uri("sip:maple.example").user(), None);
    }

    #[test]
    fn a_tel_uri_has_a_number_and_no_host() {
        let number = uri("tel:+1-303-555-0101;phone-context=+1");
        assert_eq!(number.scheme(), Scheme::Tel);
        assert_eq!(number.user().as_deref(), Some("+1-303-555-0101"));
        assert_eq!(number.dialled(), "+1-303-555-0101;phone-context=+1");
        assert_eq!(uri("tel:2079460000;phone-context=%2B44").dialled(), "2079460000;phone-context=+44");
        assert_eq!(uri("sip:101@maple.example;phone-context=+44").dialled(), "101");
        assert_eq!(number.host(), "");
        assert!(number.same_as(&uri("TEL:+13035550101;Phone-Context=%2B1")));
        assert!(!number.same_as(&uri("tel:+13035550101")));
        for text in ["tel:", "tel:+", "tel:maple", "tel:1;", "tel:1;=x", "tel:1 2"] {
            assert!(Uri::parse(text.as_bytes()).is_none(), "{text}");
        }
    }

    #[test]
    fn escapes_resolve_to_bytes_and_bad_utf_8_to_latin_1() {
        assert_eq!(uri("sip:%C3%A9@a").user().as_deref(), Some("é"));
        assert_eq!(uri("sip:%E9@a").user().as_deref(), Some("é"));
        assert_eq!(uri("sip:null-%00@a").user().as_deref(), Some("null-\0"));
        assert_eq!(
            uri("sip:sips%3Auser%40example.com@example.net").user().as_deref(),
            Some("sips:user@example.com")
        );
    }

    #[test]
    fn what_is_no_uri_is_refused() {
        for text in [
            "",
            "sip",
            "sip:",
            "sip:@a",
            "sip:a@",
            "sip:a@b@c",
            "sip:a b@c",
            "sip:a@b:",
            "sip:a@b:70000",
            "sip:a@b:+1",
            "sip:a@b;",
            "sip:a@b;;c",
            "sip:a@b;c=",
            "sip:a@b?",
            "sip:a@b?c",
            "sip:%@b",
            "sip:%2@b",
            "sip:%zz@b",
            "sip:[::1",
            "sip:[::g]",
            "sip:[192.0.2.1]",
            "<sip:a@b>",
            "sip:a@b>",
            "1x:y",
            ":x",
            "sip:é@b",
            "sip:a\"@b",
        ] {
            assert!(Uri::parse(text.as_bytes()).is_none(), "{text}");
        }
    }

    /// The examples of RFC 3261, 19.1.4.
    #[test]
    fn uris_are_compared_as_the_rfc_does() {
        for (a, b) in [
            ("sip:%61lice@atlanta.com;transport=TCP", "sip:alice@AtLanTa.CoM;Transport=tcp"),
            ("sip:carol@chicago.com", "sip:carol@chicago.com;newparam=5"),
            ("sip:carol@chicago.com;newparam=5", "sip:carol@chicago.com;security=on"),
            (
                "sip:biloxi.com;transport=tcp;method=REGISTER?to=sip:bob%40biloxi.com",
                "sip:biloxi.com;method=REGISTER;transport=tcp?to=sip:bob%40biloxi.com",
            ),
            ("sip:101@[2001:db8::9:1]", "sip:101@[2001:DB8:0:0:0:0:9:1]"),
            (
                "sip:alice@atlanta.com?subject=project%20x&priority=urgent",
                "sip:alice@atlanta.com?priority=urgent&subject=project%20x",
            ),
        ] {
            assert!(uri(a).same_as(&uri(b)) && uri(b).same_as(&uri(a)), "{a} {b}");
        }
        for (a, b) in [
            ("SIP:ALICE@AtLanTa.CoM;Transport=udp", "sip:alice@AtLanTa.CoM;Transport=UDP"),
            ("sip:bob@biloxi.com", "sip:bob@biloxi.com:5060"),
            ("sip:bob@biloxi.com", "sip:bob@biloxi.com;transport=udp"),
            ("sip:bob@biloxi.com", "sip:bob@biloxi.com:6000;transport=tcp"),
            ("sip:carol@chicago.com", "sip:carol@chicago.com?Subject=next%20meeting"),
            ("sip:carol@chicago.com;security=off", "sip:carol@chicago.com;security=on"),
            ("sip:bob@biloxi.com", "sips:bob@biloxi.com"),
            ("sip:101@[2001:db8::9:1]", "sip:101@[2001:db8::9:2]"),
            ("sip:bob@phone21.boxesbybob.com", "sip:bob@192.0.2.4"),
        ] {
            assert!(!uri(a).same_as(&uri(b)) && !uri(b).same_as(&uri(a)), "{a} {b}");
        }
    }

    #[test]
    fn a_uri_with_a_parameter_twice_is_the_same_as_itself() {
        let twice = uri("sip:101@192.0.2.5;line=1;line=2");
        assert!(twice.same_as(&twice));
        assert_eq!(twice.param("line"), Some("1"));
    }

    #[test]
    fn a_uri_has_a_bounded_number_of_parameters_so_that_comparing_two_is_cheap() {
        for (head, sign, part) in [("sip:a@b", ";", "x"), ("tel:+1", ";", "x"), ("sip:a@b?x=1", "&", "y=2")] {
            let of = |count: usize| format!("{head}{}", format!("{sign}{part}").repeat(count));
            assert!(Uri::parse(of(MAX_URI_PARAMS - 1).as_bytes()).is_some(), "{head}");
            assert!(Uri::parse(of(MAX_URI_PARAMS + 1).as_bytes()).is_none(), "{head}");
        }
    }

    #[test]
    fn any_text_can_be_a_user_once_it_is_escaped() {
        for text in ["+13035550101", "*67#", "a@b;c?d", "Zoë", "\r\nRoute: <sip:x>", "%41", "a b\"<>"] {
            let written = format!("sip:{}@maple.example", escape_user(text));
            assert_eq!(uri(&written).user().as_deref(), Some(text));
        }
        assert_eq!(escape_user("*67#"), "*67%23");
    }
}
