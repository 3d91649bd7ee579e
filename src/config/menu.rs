//! `[[menu]]`: what answers a number before anybody rings, and where its keys lead. Never to a telephone outside.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use jiff::tz::TimeZone;
use serde::Deserialize;
use toml::Spanned;

use super::checker::Checker;
use crate::types::{Extension, Hours, PhoneNumber};

/// A menu, checked: every name in it leads somewhere, and none leads in a circle.
#[derive(Debug, Clone, PartialEq)]
pub struct Menu {
    pub name: String,
    /// The numbers that it answers; none: it is reached from another.
    pub numbers: Vec<PhoneNumber>,
    /// Only while the office is open, or only while it is shut.
    pub open: Option<bool>,
    pub hours: Option<Hours>,
    pub greeting: String,
    pub choices: BTreeMap<char, MenuChoice>,
    pub extensions: bool,
    /// Who presses nothing gets the agent, and not the phones of the number.
    pub otherwise_agent: bool,
    pub patience: Duration,
}

/// A key of a menu.
#[derive(Debug, Clone, PartialEq)]
pub struct MenuChoice {
    pub label: String,
    pub also: Vec<String>,
    pub leads: MenuLeads,
}

/// Where it leads.
#[derive(Debug, Clone, PartialEq)]
pub enum MenuLeads {
    Extension(Extension),
    Ring,
    Agent,
    Mailbox(Extension),
    Menu(String),
    Queue(String),
    Names,
    Words(String),
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawMenu {
    name: Spanned<String>,
    #[serde(default)]
    numbers: Vec<Spanned<String>>,
    when: Option<Spanned<String>>,
    hours: Option<Spanned<Vec<String>>>,
    greeting: Spanned<String>,
    #[serde(default)]
    choice: Vec<Spanned<RawChoice>>,
    #[serde(default)]
    extensions: bool,
    otherwise: Option<Spanned<String>>,
    patience_seconds: Option<Spanned<u64>>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawChoice {
    key: Spanned<String>,
    #[serde(default)]
    label: String,
    #[serde(default)]
    also: Vec<String>,
    extension: Option<String>,
    #[serde(default)]
    ring: bool,
    #[serde(default)]
    agent: bool,
    mailbox: Option<String>,
    menu: Option<String>,
    queue: Option<String>,
    #[serde(default)]
    names: bool,
    say: Option<String>,
}

/// What menus may lead to.
#[derive(Debug)]
pub(super) struct Known<'a> {
    pub(super) extensions: &'a BTreeSet<Extension>,
    pub(super) mailboxes: &'a BTreeSet<Extension>,
    pub(super) numbers: &'a BTreeSet<PhoneNumber>,
    pub(super) zone: &'a TimeZone,
}

const LEADS_CURE: &str = "give the choice one of: extension = \"101\", ring = true, agent = true, mailbox = \"200\", menu = \"…\", \
                          queue = \"…\", names = true, say = \"…\"";

pub(super) fn menus(
    c: &mut Checker<'_>,
    raw: Vec<RawMenu>,
    known: &Known<'_>,
    queues: &BTreeSet<String>,
) -> Vec<Menu> {
    let names: BTreeSet<String> = raw.iter().map(|menu| menu.name.get_ref().clone()).collect();
    let mut seen = BTreeSet::new();
    let mut menus = Vec::new();
    let mut places = Vec::new();
    for entry in raw {
        if !seen.insert(entry.name.get_ref().clone()) {
            c.problem(
                &entry.name,
                format_args!("menu `{}` is there twice", entry.name.get_ref()),
                "give it another name",
            );
        }
        c.not_empty(&entry.name, "the menu's name");
        c.not_empty(&entry.greeting, "the greeting");
        if entry.choice.is_empty() {
            c.problem(&entry.name, "a menu without choices", "add a [[menu.choice]] section below it");
        }
        let numbers =
            entry.numbers.iter().filter_map(|written| c.own_number(written, known.numbers)).collect();
        let open = entry.when.as_ref().and_then(|when| match when.get_ref().as_str() {
            "always" => None,
            "open" => Some(true),
            "closed" => Some(false),
            other => {
                c.problem(
                    when,
                    format_args!("`{other}` is no time of the office"),
                    "write \"always\", \"open\" or \"closed\"",
                );
                None
            }
        });
        let hours = entry.hours.as_ref().map(|lines| {
            Hours::parse(known.zone.clone(), lines.get_ref()).unwrap_or_else(|error| {
                c.problem(lines, error, "write lines such as \"Mon-Fri 12:00-13:00\"");
                Hours::always(known.zone.clone())
            })
        });
        let otherwise_agent =
            entry.otherwise.as_ref().is_some_and(|otherwise| match otherwise.get_ref().as_str() {
                "agent" => true,
                "ring" => false,
                other => {
                    c.problem(
                        otherwise,
                        format_args!("`{other}` leads nowhere"),
                        "write \"ring\" or \"agent\"",
                    );
                    false
                }
            });
        let patience = entry.patience_seconds.map_or(6, |v| c.within(&v, 3..=20, "seconds of patience"));
        let choices =
            entry.choice.iter().filter_map(|written| choice(c, written, known, &names, queues)).collect();
        places.push(entry.name.clone());
        menus.push(Menu {
            name: entry.name.into_inner(),
            numbers,
            open,
            hours,
            greeting: entry.greeting.into_inner(),
            choices,
            extensions: entry.extensions,
            otherwise_agent,
            patience: Duration::from_secs(patience),
        });
    }
    for (menu, place) in menus.iter().zip(&places) {
        if leads_back(menu, &menus) {
            let cure = "let its choices lead to phones, mailboxes or the agent; a caller hears a menu again by pressing star";
            c.problem(place, format_args!("menu `{}` leads back to itself", menu.name), cure);
        }
    }
    menus
}

fn choice(
    c: &mut Checker<'_>,
    written: &Spanned<RawChoice>,
    known: &Known<'_>,
    names: &BTreeSet<String>,
    queues: &BTreeSet<String>,
) -> Option<(char, MenuChoice)> {
    let raw = written.get_ref();
    let mut keys = raw.key.get_ref().chars();
    let key = match (keys.next(), keys.next()) {
        (Some(key @ ('0'..='9' | '#')), None) => key,
        _ => {
            let cure = "write one key, \"0\" to \"9\" or \"#\"; the star says the choices again";
            c.problem(&raw.key, format_args!("`{}` is no key of a menu", raw.key.get_ref()), cure);
            return None;
        }
    };
    let cure = "write one that has a section of its own";
    let mut leads: Vec<MenuLeads> = Vec::new();
    if let Some(text) = &raw.extension {
        leads.push(MenuLeads::Extension(c.one_of(written, text, known.extensions, "extensions", cure)?));
    }
    if let Some(text) = &raw.mailbox {
        leads.push(MenuLeads::Mailbox(c.one_of(written, text, known.mailboxes, "mailboxes", cure)?));
    }
    if let Some(name) = &raw.menu {
        if !names.contains(name) {
            c.problem(written, format_args!("there is no menu `{name}`"), "add a [[menu]] of that name");
        }
        leads.push(MenuLeads::Menu(name.clone()));
    }
    if let Some(name) = &raw.queue {
        if !queues.contains(name) {
            c.problem(written, format_args!("there is no queue `{name}`"), "add a [[queue]] of that name");
        }
        leads.push(MenuLeads::Queue(name.clone()));
    }
    leads.extend(raw.say.clone().map(MenuLeads::Words));
    leads.extend(raw.ring.then_some(MenuLeads::Ring));
    leads.extend(raw.agent.then_some(MenuLeads::Agent));
    leads.extend(raw.names.then_some(MenuLeads::Names));
    if leads.len() != 1 {
        c.problem(written, format_args!("key {key} leads to {} places", leads.len()), LEADS_CURE);
        return None;
    }
    if raw.label.trim().is_empty() && !raw.names {
        c.problem(
            written,
            format_args!("nothing is said for key {key}"),
            "add label = \"leasing\": said as \"For leasing, press 1\"",
        );
    }
    let choice =
        MenuChoice { label: raw.label.trim().to_owned(), also: raw.also.clone(), leads: leads.remove(0) };
    Some((key, choice))
}

/// Can one get from this menu to itself?
fn leads_back(menu: &Menu, menus: &[Menu]) -> bool {
    let further = |menu: &Menu| {
        let names = menu.choices.values().filter_map(|choice| match &choice.leads {
            MenuLeads::Menu(name) => Some(name.clone()),
            _ => None,
        });
        names.collect::<Vec<String>>()
    };
    let mut ahead = further(menu);
    let mut been = BTreeSet::new();
    while let Some(name) = ahead.pop() {
        if name == menu.name {
            return true;
        }
        if been.insert(name.clone()) {
            ahead.extend(menus.iter().filter(|other| other.name == name).flat_map(further));
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{
        Config,
        tests::{DESK, office_with},
    };

    const MAIN: &str = r#"
        [[menu]]
        name = "main"
        numbers = ["+1 303 555 0100"]
        when = "open"
        greeting = "Welcome."
    "#;

    fn read(more: &str) -> Result<Config, String> {
        office_with(&format!("{DESK}{MAIN}{more}"))
    }

    #[test]
    fn a_menu_has_keys_that_lead_inside() {
        let config = read(
            r#"
            [[menu.choice]]
            key = "1"
            label = "leasing"
            also = ["rent"]
            extension = "101"
            [[menu.choice]]
            key = "2"
            label = "messages"
            menu = "more"
            [[menu]]
            name = "more"
            greeting = "More."
            [[menu.choice]]
            key = "1"
            label = "the office's mailbox"
            mailbox = "101"
            "#,
        )
        .unwrap();
        let [main, more] = &config.menus[..] else { panic!("{:?}", config.menus) };
        assert_eq!((main.choices.len(), main.open, main.numbers.len()), (2, Some(true), 1));
        assert!(more.numbers.is_empty() && matches!(more.choices[&'1'].leads, MenuLeads::Mailbox(_)));
    }

    #[test]
    fn circles_ways_outside_and_keys_without_a_way_are_named() {
        for (choice, said) in [
            ("key = \"1\"\nlabel = \"x\"\nmenu = \"main\"", "menu `main` leads back to itself"),
            ("key = \"1\"\nlabel = \"x\"\nextension = \"+13035550177\"", "is not one of the extensions"),
            ("key = \"1\"\nlabel = \"x\"\nextension = \"911\"", "is not one of the extensions"),
            ("key = \"1\"\nlabel = \"x\"", "key 1 leads to 0 places"),
            ("key = \"1\"\nlabel = \"x\"\nring = true\nagent = true", "key 1 leads to 2 places"),
            ("key = \"1\"\nring = true", "nothing is said for key 1"),
            ("key = \"*\"\nlabel = \"x\"\nring = true", "`*` is no key of a menu"),
            ("key = \"1\"\nlabel = \"x\"\nmenu = \"none\"", "there is no menu `none`"),
            ("key = \"1\"\nlabel = \"x\"\nqueue = \"none\"", "there is no queue `none`"),
        ] {
            let problems = read(&format!("\n[[menu.choice]]\n{choice}\n")).unwrap_err();
            assert!(problems.contains(said) && problems.contains("portico.toml:"), "{choice}: {problems}");
        }
        assert!(read("").unwrap_err().contains("a menu without choices"));
    }
}
