//! `[mail]`: the office's own mail server, by which messages of mailboxes are handed over.

use std::{net::IpAddr, time::Duration};

use serde::Deserialize;
use toml::Spanned;

use super::checker::Checker;
use crate::types::EmailAddress;

/// How mail leaves the house.
#[derive(Debug, Clone, PartialEq)]
pub struct Mail {
    /// As connected to, and what its certificate must be for.
    pub host: String,
    pub port: u16,
    pub security: MailSecurity,
    /// Name and password.
    pub login: Option<(String, String)>,
    pub from: EmailAddress,
    /// The console as readers reach it, without a slash at the end: for links.
    pub console: Option<String>,
    /// A letter waits so long at most for the recogniser to read its message.
    pub words_within: Duration,
}

/// How the way to the server is secured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MailSecurity {
    Tls,
    StartTls,
    None,
}

/// As written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawMail {
    server: Spanned<String>,
    security: Option<Spanned<String>>,
    user: Option<Spanned<String>>,
    password: Option<Spanned<String>>,
    from: Spanned<String>,
    console: Option<Spanned<String>>,
    words_within_seconds: Option<Spanned<u64>>,
}

pub(super) const ADDRESS_CURE: &str = "write an address such as \"kim@office.example\"";

pub(super) fn mail(c: &mut Checker<'_>, raw: Option<Spanned<RawMail>>) -> Option<Mail> {
    let raw = raw?.into_inner();
    let security = match raw.security.as_ref().map(|text| text.get_ref().as_str()) {
        None | Some("starttls") => MailSecurity::StartTls,
        Some("tls") => MailSecurity::Tls,
        Some("none") => MailSecurity::None,
        Some(other) => {
            let what = format!("`{other}` is no way to secure mail");
            c.problem(raw.security.as_ref()?, what, "write starttls, tls or none");
            return None;
        }
    };
    let (host, port) = server(c, &raw.server, security)?;
    if security == MailSecurity::None && !is_near(&host) {
        let cure = "take out security = \"none\": only a server on this machine or in its own network may be spoken to so";
        c.problem(&raw.server, "mail would cross the internet in the clear", cure);
    }
    let login = match (raw.user, raw.password) {
        (Some(user), Some(password)) if security == MailSecurity::None => {
            c.problem(
                &password,
                "the password would be sent in the clear",
                "secure the way, or leave user and password out",
            );
            Some((user.into_inner(), password.into_inner()))
        }
        (Some(user), Some(password)) => {
            c.not_empty(&user, "the user");
            c.not_empty(&password, "the password");
            Some((user.into_inner(), password.into_inner()))
        }
        (None, None) => None,
        (Some(alone), None) | (None, Some(alone)) => {
            c.problem(&alone, "user and password belong together", "write both, or neither");
            None
        }
    };
    let from = c.parse::<EmailAddress>(&raw.from, "an e-mail address", ADDRESS_CURE)?;
    let console = raw.console.and_then(|url| {
        let text = url.get_ref().trim().trim_end_matches('/').to_owned();
        let host = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
        let fits = host.is_some_and(|host| !host.is_empty() && host.bytes().all(|b| b.is_ascii_graphic()));
        if !fits {
            c.problem(
                &url,
                "that is no address of a console",
                "write it as in a browser: https://portico.office.example",
            );
        }
        fits.then_some(text)
    });
    let words_within = raw.words_within_seconds.map_or(120, |seconds| c.within(&seconds, 0..=900, "seconds"));
    Some(Mail { host, port, security, login, from, console, words_within: Duration::from_secs(words_within) })
}

/// `smtp.office.example`, `smtp.office.example:587`, `[2001:db8::1]:25`.
fn server(c: &mut Checker<'_>, text: &Spanned<String>, security: MailSecurity) -> Option<(String, u16)> {
    let usual = match security {
        MailSecurity::Tls => 465,
        MailSecurity::StartTls => 587,
        MailSecurity::None => 25,
    };
    let written = text.get_ref().trim();
    let (host, port) = match written.rsplit_once(':') {
        Some((host, port)) if !host.contains(':') || host.ends_with(']') => (host, port.parse().ok()),
        _ => (written, Some(usual)),
    };
    let host = host.trim_start_matches('[').trim_end_matches(']').to_owned();
    let fits = !host.is_empty() && host.bytes().all(|b| b.is_ascii_alphanumeric() || b"-.:".contains(&b));
    match port.filter(|port| fits && *port > 0) {
        Some(port) => Some((host, port)),
        None => {
            c.problem(
                text,
                "that is no mail server",
                "write its name, and a port if it is not the usual one: \"smtp.office.example:587\"",
            );
            None
        }
    }
}

/// Of this machine, or of a network of its own.
pub(super) fn is_near(host: &str) -> bool {
    match host.parse::<IpAddr>() {
        Ok(IpAddr::V4(address)) => address.is_loopback() || address.is_private() || address.is_link_local(),
        Ok(IpAddr::V6(address)) => {
            address.is_loopback() || address.is_unique_local() || address.is_unicast_link_local()
        }
        Err(_) => host.eq_ignore_ascii_case("localhost"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{
        Config,
        tests::{DESK, office_with},
    };

    fn read(more: &str) -> Result<Config, String> {
        office_with(&format!("{DESK}{more}"))
    }

    const MAIL: &str = "[mail]\nserver = \"smtp.office.example\"\nuser = \"portico\"\npassword = \"secret\"\n\
                        from = \"portico@office.example\"\nconsole = \"https://portico.office.example/\"\n";

    #[test]
    fn a_mailbox_is_mailed_where_it_says() {
        let config = read(&format!(
            "{MAIL}[[mailbox]]\nextension = \"101\"\nemail = [\"kim@office.example\", \"robin@office.example\"]\nafter_email = \"heard\"\n"
        ))
        .unwrap();
        let mail = config.mail.unwrap();
        assert_eq!(
            (mail.host.as_str(), mail.port, mail.security),
            ("smtp.office.example", 587, MailSecurity::StartTls)
        );
        assert_eq!(mail.console.as_deref(), Some("https://portico.office.example"));
        let mailbox = &config.mailboxes[0];
        assert_eq!(
            (mailbox.email.len(), mailbox.email_sound, mailbox.after_email.as_str()),
            (2, true, "heard")
        );
        assert!(read("").unwrap().mail.is_none());
    }

    #[test]
    fn what_would_lose_or_betray_something_is_refused_with_its_cure() {
        let mailbox = |more: &str| format!("[[mailbox]]\nextension = \"101\"\n{more}\n");
        for (file, said, cure) in [
            (mailbox("email = [\"kim@office.example\"]"), "there is no [mail]", "portico.toml:"),
            (
                format!("{MAIL}{}", mailbox("email = [\"kim\"]")),
                "`kim` is not an e-mail address",
                "kim@office.example",
            ),
            (
                format!(
                    "{MAIL}{}",
                    mailbox(
                        "email = [\"kim@office.example\"]\nemail_sound = false\nafter_email = \"delete\""
                    )
                ),
                "would be lost",
                "email_sound = true",
            ),
            (format!("{MAIL}{}", mailbox("after_email = \"burn\"")), "`burn`", "keep, heard or delete"),
            (MAIL.replace("[mail]", "[mail]\nsecurity = \"none\""), "in the clear", "security"),
            (MAIL.replace("user = \"portico\"\n", ""), "belong together", "both, or neither"),
            (MAIL.replace("smtp.office.example", "smtp office"), "no mail server", "587"),
            (MAIL.replace("https://", ""), "no address of a console", "https://"),
            (MAIL.replace("[mail]", "[mail]\nsecurity = \"maybe\""), "`maybe`", "starttls, tls or none"),
        ] {
            let problem = read(&file).expect_err(&file);
            assert!(problem.contains(said) && problem.contains(cure), "{problem}");
        }
        let near =
            "[mail]\nserver = \"127.0.0.1:2525\"\nsecurity = \"none\"\nfrom = \"portico@office.example\"\n";
        assert_eq!(read(near).unwrap().mail.unwrap().port, 2525);
    }
}
