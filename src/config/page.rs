//! `[[page]]` and `[intercom]`: groups of phones that hear somebody at once, and phones that answer nobody by themselves.

use std::{
    collections::BTreeSet,
    net::{Ipv4Addr, SocketAddrV4},
    time::Duration,
};

use serde::Deserialize;
use toml::Spanned;

use super::checker::Checker;
use crate::types::Extension;

/// A group that is dialled to be spoken to.
#[derive(Debug, Clone, PartialEq)]
pub struct Page {
    /// What is dialled for it.
    pub number: Extension,
    pub name: String,
    pub phones: Vec<Extension>,
    pub multicast: Option<SocketAddrV4>,
    /// `None`: every phone of the house may.
    pub may_page: Option<BTreeSet<Extension>>,
    pub longest: Duration,
}

/// The section as it was written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawPage {
    number: Spanned<String>,
    #[serde(default)]
    name: String,
    #[serde(default)]
    phones: Vec<Spanned<String>>,
    multicast: Option<Spanned<String>>,
    may_page: Option<Vec<Spanned<String>>>,
    seconds: Option<Spanned<u64>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawIntercom {
    #[serde(default)]
    except: Vec<Spanned<String>>,
}

const NUMBER_CURE: &str =
    "write two to six digits that no extension, mailbox, conference or park slot has, such as \"880\"";
const PHONE_CURE: &str = "write the number of an [[extension]]";
const GROUP_CURE: &str =
    "write a group and an even port of your own network, such as \"239.10.0.1:5004\" (RFC 2365: 239.0.0.0/8)";
const USUAL_SECONDS: u64 = 60;
/// Phones that one page takes; the others are left out, which nobody wants.
const MOST_PHONES: usize = 32;

/// Checks them all. `taken`: numbers that are dialled for something else.
pub(super) fn pages(
    c: &mut Checker<'_>,
    raw: Vec<RawPage>,
    taken: &BTreeSet<Extension>,
    known: &BTreeSet<Extension>,
) -> Vec<Page> {
    let mut pages: Vec<Page> = Vec::new();
    for entry in raw {
        let Some(number) = c.parse::<Extension>(&entry.number, "a number for a page", NUMBER_CURE) else {
            continue;
        };
        if c.is_emergency(&number) {
            c.problem(&entry.number, format_args!("{number} is an emergency number"), NUMBER_CURE);
        } else if taken.contains(&number) {
            c.problem(&entry.number, format_args!("{number} is dialled for something else"), NUMBER_CURE);
        } else if pages.iter().any(|page| page.number == number) {
            c.problem(&entry.number, format_args!("page {number} is there twice"), "delete one of the two");
        }
        let multicast = entry.multicast.and_then(|written| group(c, &written));
        if entry.phones.is_empty() && multicast.is_none() {
            let cure = "name `phones`, or a `multicast` group that phones listen to";
            c.problem(&entry.number, format_args!("nobody would hear page {number}"), cure);
        }
        if entry.phones.len() > MOST_PHONES {
            let what = format_args!("{} phones are more than a page takes", entry.phones.len());
            c.problem(
                &entry.number,
                what,
                "name 32 at most, and let the others listen to a `multicast` group",
            );
        }
        let phones = entry.phones.iter().filter_map(|phone| c.extension(phone, known, PHONE_CURE)).collect();
        let may_page = entry
            .may_page
            .map(|who| who.iter().filter_map(|one| c.extension(one, known, PHONE_CURE)).collect());
        let seconds = entry.seconds.map_or(USUAL_SECONDS, |written| c.within(&written, 5..=600, "seconds"));
        let longest = Duration::from_secs(seconds);
        pages.push(Page { number, name: entry.name, phones, multicast, may_page, longest });
    }
    pages
}

/// The extensions whose phones answer nobody by themselves.
pub(super) fn no_intercom(
    c: &mut Checker<'_>,
    raw: RawIntercom,
    known: &BTreeSet<Extension>,
) -> BTreeSet<Extension> {
    raw.except.iter().filter_map(|written| c.extension(written, known, PHONE_CURE)).collect()
}

fn group(c: &mut Checker<'_>, written: &Spanned<String>) -> Option<SocketAddrV4> {
    let group = c.parse::<SocketAddrV4>(written, "a multicast group", GROUP_CURE)?;
    // 224.0.0.0/24 is the routers' own (RFC 5771, 4).
    let local = group.ip().octets()[..3] == Ipv4Addr::new(224, 0, 0, 0).octets()[..3];
    if !group.ip().is_multicast() || local {
        c.problem(written, format_args!("{} is no group that a page can go to", group.ip()), GROUP_CURE);
        return None;
    }
    if group.port() < 1024 || group.port() % 2 == 1 {
        c.problem(written, format_args!("port {} is not for RTP", group.port()), GROUP_CURE);
        return None;
    }
    Some(group)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Config, tests::office_with};

    const DESKS: &str = r#"
        [[extension]]
        extension = "110"
        password = "a long and random one"
    "#;

    fn read(more: &str) -> Result<Config, String> {
        office_with(&format!("{DESKS}{more}"))
    }

    #[test]
    fn a_page_is_a_number_with_phones_or_a_group_that_listens() {
        let pages = read("[[page]]\nnumber = \"880\"\nphones = [\"110\"]\nmulticast = \"239.10.0.1:5004\"\n")
            .unwrap()
            .pages;
        assert_eq!(pages[0].multicast, Some("239.10.0.1:5004".parse().unwrap()));
        assert_eq!((pages[0].longest, pages[0].phones.len()), (Duration::from_secs(60), 1));
        let except = read("[intercom]\nexcept = [\"110\"]\n").unwrap().no_intercom;
        assert_eq!(except.len(), 1);
    }

    #[test]
    fn what_nobody_would_hear_or_strangers_might_is_named_with_its_cure() {
        for (section, expected) in [
            ("number = \"880\"\n", "nobody would hear page 880"),
            ("number = \"110\"\nphones = [\"110\"]\n", "110 is dialled for something else"),
            ("number = \"911\"\nphones = [\"110\"]\n", "911 is an emergency number"),
            ("number = \"880\"\nphones = [\"119\"]\n", "there is no extension 119"),
            ("number = \"880\"\nmulticast = \"192.168.1.20:5004\"\n", "192.168.1.20 is no group"),
            ("number = \"880\"\nmulticast = \"224.0.0.251:5004\"\n", "224.0.0.251 is no group"),
            ("number = \"880\"\nmulticast = \"239.10.0.1:5005\"\n", "port 5005 is not for RTP"),
            ("number = \"880\"\nphones = [\"110\"]\nseconds = 0\n", "seconds"),
        ] {
            let said = read(&format!("[[page]]\n{section}")).unwrap_err();
            assert!(said.contains(expected), "{section}: {said}");
        }
    }
}
