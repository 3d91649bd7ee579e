//! Characters, tokens, parameters and comma lists: the lexical rules (RFC 3261, 25.1) that every header shares.

use std::borrow::Cow;

/// `token` characters.
pub(super) const TOKEN: u8 = 1;
/// Unescaped characters of a URI's user part; `#` is not in the grammar, but desk phones dial it unescaped.
pub(super) const USER: u8 = 2;
/// Unescaped characters of a URI parameter, name or value.
pub(super) const URI_PARAM: u8 = 4;
/// Unescaped characters of a URI header, name or value.
pub(super) const URI_HEADER: u8 = 8;
/// Characters of a host name; `_` is not in the grammar, but is found in the names of many a LAN.
pub(super) const HOST: u8 = 16;
/// Characters of a `word`, of which a Call-ID is made.
pub(super) const WORD: u8 = 32;
/// Characters of an unquoted parameter value: `token`, and what hosts, addresses and base 64 need.
pub(super) const VALUE: u8 = 64;
/// Characters of a URI whose scheme we do not know: all visible ones but `<`, `>` and `"`.
pub(super) const OPAQUE: u8 = 128;

const CLASS: [u8; 256] = {
    let mut table = [0u8; 256];
    let mut c = 0usize;
    while c < 256 {
        let byte = c as u8;
        if byte.is_ascii_alphanumeric() {
            table[c] = TOKEN | USER | URI_PARAM | URI_HEADER | HOST | WORD | VALUE | OPAQUE;
        } else if byte.is_ascii_graphic() && byte != b'<' && byte != b'>' && byte != b'"' {
            table[c] = OPAQUE;
        }
        c += 1;
    }
    const fn add(mut table: [u8; 256], chars: &[u8], class: u8) -> [u8; 256] {
        let mut i = 0;
        while i < chars.len() {
            table[chars[i] as usize] |= class;
            i += 1;
        }
        table
    }
    table = add(table, b"-.!%*_+`'~", TOKEN | WORD | VALUE);
    table = add(table, b"-_.!~*'()&=+$,;?/#", USER);
    table = add(table, b"-_.!~*'()[]/:&+$", URI_PARAM);
    table = add(table, b"-_.!~*'()[]/?:+$", URI_HEADER);
    table = add(table, b"-._", HOST);
    table = add(table, b"()<>:\\\"/[]?{}@", WORD);
    table = add(table, b"[]:/@=&$?#(){}|\\^", VALUE);
    table
};

/// Is every byte of the class?
#[inline]
pub(super) fn all(bytes: &[u8], class: u8) -> bool {
    bytes.iter().all(|&b| CLASS[b as usize] & class != 0)
}

#[inline]
pub(super) fn is(byte: u8, class: u8) -> bool {
    CLASS[byte as usize] & class != 0
}

/// Is every byte of the class, or a complete `%HH` escape?
pub(super) fn all_or_escaped(bytes: &[u8], class: u8) -> bool {
    span_or_escaped(bytes, class) == bytes.len()
}

/// How many bytes from the first on are of the class, or complete `%HH` escapes.
pub(super) fn span_or_escaped(bytes: &[u8], class: u8) -> usize {
    let mut at = 0;
    while let Some(&b) = bytes.get(at) {
        if CLASS[b as usize] & class != 0 {
            at += 1;
        } else if b == b'%'
            && bytes.get(at + 1).is_some_and(u8::is_ascii_hexdigit)
            && bytes.get(at + 2).is_some_and(u8::is_ascii_hexdigit)
        {
            at += 3;
        } else {
            break;
        }
    }
    at
}

/// A non-empty `token`.
pub(super) fn token(bytes: &[u8]) -> Option<&str> {
    if bytes.is_empty() || !all(bytes, TOKEN) {
        return None;
    }
    std::str::from_utf8(bytes).ok()
}

/// Linear white space. Folds have become spaces when the message was parsed.
#[inline]
pub(super) fn is_space(byte: u8) -> bool {
    byte == b' ' || byte == b'\t'
}

pub(super) fn trim_start(mut bytes: &[u8]) -> &[u8] {
    while let [first, rest @ ..] = bytes
        && is_space(*first)
    {
        bytes = rest;
    }
    bytes
}

pub(super) fn trim(bytes: &[u8]) -> &[u8] {
    let mut bytes = trim_start(bytes);
    while let [rest @ .., last] = bytes
        && is_space(*last)
    {
        bytes = rest;
    }
    bytes
}

/// Text for people and logs: UTF-8 where it is, Latin-1 where it is not, so that no byte is lost.
pub(super) fn text(bytes: &[u8]) -> Cow<'_, str> {
    match std::str::from_utf8(bytes) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => Cow::Owned(bytes.iter().map(|&b| char::from(b)).collect()),
    }
}

/// A decimal number of one digit or more, leading zeros allowed, at most `max`.
pub(super) fn number(bytes: &[u8], max: u64) -> Option<u64> {
    if bytes.is_empty() {
        return None;
    }
    let mut value: u64 = 0;
    for &b in bytes {
        if !b.is_ascii_digit() {
            return None;
        }
        value = value.checked_mul(10)?.checked_add(u64::from(b - b'0'))?;
        if value > max {
            return None;
        }
    }
    Some(value)
}

/// Where the quoted string that opens at `bytes[0]` ends: the index just past its closing quote.
pub(in crate::sip) fn quoted_end(bytes: &[u8]) -> Option<usize> {
    let mut at = 1;
    loop {
        match bytes.get(at)? {
            b'"' => return Some(at + 1),
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
}

/// The inside of a quoted string, with its escapes resolved; a token as it is.
pub(super) fn unquote(bytes: &[u8]) -> Cow<'_, [u8]> {
    let [b'"', inner @ .., b'"'] = bytes else { return Cow::Borrowed(bytes) };
    if !inner.contains(&b'\\') {
        return Cow::Borrowed(inner);
    }
    let mut out = Vec::with_capacity(inner.len());
    let mut escaped = false;
    for &b in inner {
        if b == b'\\' && !escaped {
            escaped = true;
        } else {
            out.push(b);
            escaped = false;
        }
    }
    Cow::Owned(out)
}

/// The elements of a comma list, trimmed. Commas within quotes and angle brackets do not part.
/// An empty element comes out as such: for most headers it makes the message malformed.
#[derive(Debug, Clone)]
pub struct List<'a> {
    rest: Option<&'a [u8]>,
}

impl<'a> List<'a> {
    pub(in crate::sip) fn new(value: &'a [u8]) -> Self {
        Self { rest: Some(value) }
    }
}

impl<'a> Iterator for List<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        let rest = self.rest?;
        let mut at = 0;
        let mut in_brackets = false;
        while let Some(&b) = rest.get(at) {
            match b {
                b'"' if !in_brackets => match quoted_end(&rest[at..]) {
                    Some(length) => {
                        at += length;
                        continue;
                    }
                    None => break,
                },
                b'<' => in_brackets = true,
                b'>' => in_brackets = false,
                b',' if !in_brackets => {
                    self.rest = Some(&rest[at + 1..]);
                    return Some(trim(&rest[..at]));
                }
                _ => {}
            }
            at += 1;
        }
        self.rest = None;
        Some(trim(rest))
    }
}

/// `;name=value;name` of a header value, checked as a whole when it was made, so that reading cannot fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Params<'a> {
    raw: &'a [u8],
}

impl<'a> Params<'a> {
    /// Checks the rest of a header value: nothing, or parameters, each opened by `;`.
    pub(in crate::sip) fn parse(raw: &'a [u8]) -> Option<Self> {
        let raw = trim(raw);
        let mut rest = raw;
        while !rest.is_empty() {
            rest = split_param(rest)?.1;
        }
        Some(Self { raw })
    }

    /// Every parameter, in order: its name, and its value as written (with quotes, if it has any).
    pub fn iter(&self) -> impl Iterator<Item = (&'a str, Option<&'a [u8]>)> + use<'a> {
        let mut rest = self.raw;
        std::iter::from_fn(move || {
            let (param, after) = split_param(rest)?;
            rest = after;
            Some(param)
        })
    }

    /// Is it there, with or without a value?
    pub fn has(&self, name: &str) -> bool {
        self.iter().any(|(n, _)| n.eq_ignore_ascii_case(name))
    }

    /// The first value under this name, as written. A name without a value has none.
    pub fn get(&self, name: &str) -> Option<&'a [u8]> {
        self.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).and_then(|(_, value)| value)
    }

    /// The value, if it is unquoted; such a value is ASCII.
    pub fn token(&self, name: &str) -> Option<&'a str> {
        let value = self.get(name)?;
        if value.first() == Some(&b'"') { None } else { std::str::from_utf8(value).ok() }
    }

    /// The value as text, unquoted.
    pub fn text(&self, name: &str) -> Option<Cow<'a, str>> {
        match unquote(self.get(name)?) {
            Cow::Borrowed(bytes) => Some(text(bytes)),
            Cow::Owned(bytes) => Some(Cow::Owned(text(&bytes).into_owned())),
        }
    }

    /// How often it stands there: any parameter may stand once (RFC 3261, 7.3.1).
    pub fn counts(&self, name: &str) -> usize {
        self.iter().filter(|(n, _)| n.eq_ignore_ascii_case(name)).count()
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.iter().count()
    }
}

type Param<'a> = (&'a str, Option<&'a [u8]>);

/// Parts `;name = value ; …` after its first parameter.
fn split_param(raw: &[u8]) -> Option<(Param<'_>, &[u8])> {
    let [b';', rest @ ..] = trim_start(raw) else { return None };
    let rest = trim_start(rest);
    let name_end = rest.iter().position(|&b| !is(b, TOKEN)).unwrap_or(rest.len());
    let name = token(&rest[..name_end])?;
    let rest = trim_start(&rest[name_end..]);
    let [b'=', value @ ..] = rest else { return Some(((name, None), rest)) };
    let value = trim_start(value);
    let end = match value.first()? {
        b'"' => quoted_end(value)?,
        _ => value.iter().position(|&b| !is(b, VALUE)).unwrap_or(value.len()),
    };
    if end == 0 {
        return None;
    }
    let rest = trim_start(&value[end..]);
    if rest.first().is_some_and(|&b| b != b';') {
        return None;
    }
    Some(((name, Some(&value[..end])), rest))
}
