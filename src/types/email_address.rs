//! An address that mail goes to or comes from, as it may stand in an SMTP command.

use std::{fmt, str::FromStr};

/// `kim@office.example`: a dot-atom and a host name (RFC 5321, 4.1.2), in ASCII; nothing that could end a line or a bracket.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct EmailAddress(String);

/// Text that is no such address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an e-mail address")]
pub struct NotAnEmailAddress;

impl EmailAddress {
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What stands behind the @.
    pub fn domain(&self) -> &str {
        self.0.rsplit('@').next().unwrap_or_default()
    }
}

impl fmt::Display for EmailAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for EmailAddress {
    type Err = NotAnEmailAddress;
    fn from_str(text: &str) -> Result<Self, NotAnEmailAddress> {
        let text = text.trim();
        let (local, domain) = text.rsplit_once('@').ok_or(NotAnEmailAddress)?;
        let atom = |part: &str| {
            !part.is_empty()
                && part.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~".contains(&b))
        };
        let label = |part: &str| {
            !part.is_empty()
                && part.len() <= 63
                && part.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
                && !part.starts_with('-')
                && !part.ends_with('-')
        };
        let fits = local.len() <= 64 && domain.len() <= 253;
        if fits && local.split('.').all(atom) && domain.split('.').all(label) {
            Ok(Self(text.to_owned()))
        } else {
            Err(NotAnEmailAddress)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_could_say_more_than_an_address_is_none() {
        for good in
            ["kim@office.example", " kim.ode+desk@mail.office.example ", "k@localhost", "o'neil@a-b.example"]
        {
            assert_eq!(good.parse::<EmailAddress>().unwrap().as_str(), good.trim());
        }
        for bad in [
            "",
            "kim",
            "@office.example",
            "kim@",
            "kim@@office.example",
            "k im@office.example",
            "kim@office..example",
            ".kim@office.example",
            "kim@-office.example",
            "kim@office.example>",
            "<kim@office.example>",
            "kim@office.example\r\nRCPT TO:<x@y.example>",
            "\"kim\"@office.example",
            "kím@office.example",
        ] {
            assert_eq!(bad.parse::<EmailAddress>(), Err(NotAnEmailAddress), "{bad:?}");
        }
    }
}
