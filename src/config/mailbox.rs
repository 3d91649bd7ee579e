//! `[[mailbox]]`: who has one, what it says, and what opens it.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use serde::Deserialize;
use toml::Spanned;

use super::{checker::Checker, emergency, mail::ADDRESS_CURE};
use crate::types::{EmailAddress, Extension, Pin};

/// A mailbox: an extension's, or a general one that is dialled like an extension.
#[derive(Debug, Clone, PartialEq)]
pub struct Mailbox {
    pub extension: Extension,
    /// As its greeting says it; empty: the extension's digits are said.
    pub name: String,
    /// The greeting's words, if they are not the usual ones.
    pub greeting: Option<String>,
    /// Until another is chosen by telephone.
    pub pin: Option<Pin>,
    /// Is the PIN asked at the mailbox's own phone?
    pub ask_pin: bool,
    /// How long its phones ring before the caller is asked to leave a message.
    pub ring: Duration,
    /// A message may be this long.
    pub longest: Duration,
    /// Its messages are handed over to these.
    pub email: Vec<EmailAddress>,
    /// With the sound itself; else with a link to it.
    pub email_sound: bool,
    /// What becomes of a message then: `keep`, `heard` or `delete`.
    pub after_email: String,
}

/// The section as it was written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawMailbox {
    extension: Spanned<String>,
    name: Option<String>,
    greeting: Option<Spanned<String>>,
    pin: Option<Spanned<String>>,
    ask_pin: Option<bool>,
    ring_seconds: Option<Spanned<u64>>,
    longest_seconds: Option<Spanned<u64>>,
    #[serde(default)]
    email: Vec<Spanned<String>>,
    email_sound: Option<bool>,
    after_email: Option<Spanned<String>>,
}

/// All mailboxes: those with a section, and the usual one for each extension that says `voicemail = true`.
pub(super) fn mailboxes(
    c: &mut Checker<'_>,
    raw: Vec<Spanned<RawMailbox>>,
    names: &BTreeMap<Extension, String>,
    asked: &BTreeSet<Extension>,
    has_mail: bool,
) -> Vec<Mailbox> {
    let mut mailboxes: BTreeMap<Extension, Mailbox> = asked
        .iter()
        .map(|extension| {
            let name = names.get(extension).cloned().unwrap_or_default();
            (extension.clone(), usual(extension.clone(), name))
        })
        .collect();
    let mut seen = BTreeSet::new();
    for entry in raw {
        let entry = entry.into_inner();
        let Some(extension) = c.parse::<Extension>(
            &entry.extension,
            "the number of a mailbox",
            "write an extension, such as \"101\", or two to six digits of its own",
        ) else {
            continue;
        };
        emergency::no_shadow(c, &entry.extension);
        if !seen.insert(extension.clone()) {
            c.problem(
                &entry.extension,
                format_args!("mailbox {extension} is there twice"),
                "delete one of the two sections",
            );
        }
        let name = entry.name.or_else(|| names.get(&extension).cloned()).unwrap_or_default();
        let usual = usual(extension.clone(), name);
        let greeting = entry.greeting.map(|greeting| {
            c.not_empty(&greeting, "the greeting");
            greeting.into_inner()
        });
        let pin = entry.pin.and_then(|pin| match Pin::new(pin.get_ref(), &extension) {
            Ok(pin) => Some(pin),
            Err(why) => {
                let cure = "write six to ten digits that nobody would try first, or leave the line out: the PIN is \
                            then chosen at the first call from the mailbox's own phone";
                c.problem(&pin, format_args!("the PIN of mailbox {extension} is weak: {why}"), cure);
                None
            }
        });
        let ring = entry.ring_seconds.map_or(usual.ring, |seconds| {
            Duration::from_secs(c.within(&seconds, 5..=120, "seconds of ringing"))
        });
        let longest = entry.longest_seconds.map_or(usual.longest, |seconds| {
            Duration::from_secs(c.within(&seconds, 15..=600, "seconds of a message"))
        });
        let ask_pin = entry.ask_pin.unwrap_or(true);
        if let Some(first) = entry.email.first().filter(|_| !has_mail) {
            let cure = "add a [mail] section with the server and the address that mail comes from";
            c.problem(first, "there is no [mail], so nothing can be sent there", cure);
        }
        let email: Vec<EmailAddress> = entry
            .email
            .iter()
            .filter_map(|address| c.parse(address, "an e-mail address", ADDRESS_CURE))
            .collect();
        let email_sound = entry.email_sound.unwrap_or(true);
        let after_email = after_email(c, entry.after_email, email_sound);
        mailboxes.insert(
            extension,
            Mailbox { greeting, pin, ask_pin, ring, longest, email, email_sound, after_email, ..usual },
        );
    }
    mailboxes.into_values().collect()
}

/// What becomes of a message that has been mailed.
fn after_email(c: &mut Checker<'_>, written: Option<Spanned<String>>, sound: bool) -> String {
    let Some(written) = written else { return "keep".to_owned() };
    match written.get_ref().as_str() {
        "keep" | "heard" => {}
        "delete" if sound => {}
        "delete" => {
            let cure = "write email_sound = true, or let after_email be keep or heard";
            c.problem(
                &written,
                "a message that is mailed without its sound and then deleted would be lost",
                cure,
            );
        }
        other => {
            let what = format!("`{other}` is nothing that can become of a message");
            c.problem(&written, what, "write keep, heard or delete");
        }
    }
    written.into_inner()
}

fn usual(extension: Extension, name: String) -> Mailbox {
    Mailbox {
        extension,
        name,
        greeting: None,
        pin: None,
        ask_pin: true,
        ring: Duration::from_secs(20),
        longest: Duration::from_secs(180),
        email: Vec::new(),
        email_sound: true,
        after_email: "keep".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use crate::config::{Config, tests::office_with};

    const DESK: &str = r#"
        [[extension]]
        extension = "101"
        name = "Front desk"
        password = "a long and random one"
        voicemail = true
    "#;

    fn read(more: &str) -> Result<Config, String> {
        office_with(&format!("{DESK}{more}"))
    }

    #[test]
    fn an_extension_has_the_usual_mailbox_and_a_section_says_more() {
        let config = read("").unwrap();
        assert_eq!(config.mailboxes.len(), 1);
        assert_eq!((config.mailboxes[0].name.as_str(), config.mailboxes[0].ask_pin), ("Front desk", true));
        let config = read(
            r#"
            [[mailbox]]
            extension = "101"
            pin = "481592"
            ask_pin = false
            [[mailbox]]
            extension = "200"
            name = "Maple Court"
            greeting = "The office is closed."
            "#,
        )
        .unwrap();
        assert_eq!(config.mailboxes.len(), 2);
        assert_eq!(config.mailboxes[0].pin.as_ref().unwrap().digits(), "481592");
        assert_eq!(config.mailboxes[1].greeting.as_deref(), Some("The office is closed."));
    }

    #[test]
    fn a_weak_pin_or_a_mailbox_that_is_there_twice_is_named_with_its_line_and_cure() {
        let said =
            read("\n[[mailbox]]\nextension = \"200\"\npin = \"123456\"\n[[mailbox]]\nextension = \"200\"\n")
                .unwrap_err();
        assert!(said.contains("the PIN of mailbox 200 is weak: digits in a row"), "{said}");
        assert!(said.contains("mailbox 200 is there twice") && said.contains("portico.toml:"), "{said}");
    }
}
