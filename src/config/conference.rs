//! `[[conference]]`: rooms that are dialled, what opens them, and the numbers by which people outside come in.

use std::collections::BTreeSet;

use serde::Deserialize;
use toml::Spanned;

use super::checker::Checker;
use crate::types::{Extension, PhoneNumber, Pin};

const ROOM_CURE: &str =
    "write two to six digits that no extension, mailbox or park slot has, such as \"800\"";

/// A conference room.
#[derive(Debug, Clone, PartialEq)]
pub struct Conference {
    /// What is dialled for it.
    pub room: Extension,
    pub name: String,
    pub pin: Option<Pin>,
    /// One of the office's numbers, by which people outside come in.
    pub dial_in: Option<PhoneNumber>,
}

/// The section as it was written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawConference {
    room: Spanned<String>,
    #[serde(default)]
    name: String,
    pin: Option<Spanned<String>>,
    dial_in: Option<Spanned<String>>,
}

/// Checks them all. `taken`: numbers that are dialled for something else; `numbers`: those of the office.
pub(super) fn conferences(
    c: &mut Checker<'_>,
    raw: Vec<RawConference>,
    taken: &BTreeSet<Extension>,
    numbers: &BTreeSet<PhoneNumber>,
) -> Vec<Conference> {
    let (mut rooms, mut dial_ins) = (BTreeSet::new(), BTreeSet::new());
    let mut conferences = Vec::new();
    for entry in raw {
        let Some(room) = c.parse::<Extension>(&entry.room, "a number for a conference", ROOM_CURE) else {
            continue;
        };
        if c.is_emergency(&room) {
            c.problem(&entry.room, format_args!("{room} is an emergency number"), ROOM_CURE);
        } else if taken.contains(&room) {
            c.problem(&entry.room, format_args!("{room} is dialled for something else"), ROOM_CURE);
        } else if !rooms.insert(room.clone()) {
            c.problem(&entry.room, format_args!("conference {room} is there twice"), "delete one of the two");
        }
        let pin = entry.pin.and_then(|pin| match Pin::new(pin.get_ref(), &room) {
            Ok(pin) => Some(pin),
            Err(why) => {
                let cure = "write six to ten digits that nobody would try first";
                c.problem(&pin, format_args!("the PIN of conference {room} is weak: {why}"), cure);
                None
            }
        });
        let dial_in = entry.dial_in.and_then(|written| {
            let number = c.own_number(&written, numbers)?;
            if !dial_ins.insert(number) {
                c.problem(&written, format_args!("{number} leads to two conferences"), "keep one of the two");
            }
            if pin.is_none() {
                let what = format_args!("everybody outside could come into conference {room}");
                c.problem(&written, what, "add a `pin` of six to ten digits to this section");
            }
            Some(number)
        });
        conferences.push(Conference { room, name: entry.name, pin, dial_in });
    }
    conferences
}

#[cfg(test)]
mod tests {
    use crate::config::{
        Config,
        tests::{DESK, office_with},
    };

    fn read(more: &str) -> Result<Config, String> {
        office_with(&format!("{DESK}{more}"))
    }

    #[test]
    fn a_room_has_a_number_and_a_way_in_from_outside_behind_a_pin() {
        let config = read(
            "\n[[conference]]\nroom = \"800\"\n[[conference]]\nroom = \"801\"\npin = \"481592\"\ndial_in = \"+1 303 555 0100\"\n",
        )
        .unwrap();
        assert_eq!(config.conferences.len(), 2);
        assert!(config.conferences[0].pin.is_none());
        assert_eq!(config.conferences[1].dial_in.unwrap().to_string(), "+13035550100");
    }

    #[test]
    fn a_room_that_would_shadow_something_or_stand_open_to_everybody_is_refused() {
        for (section, said) in [
            ("room = \"101\"", "101 is dialled for something else"),
            ("room = \"701\"", "701 is dialled for something else"),
            ("room = \"911\"", "911 is an emergency number"),
            (
                "room = \"800\"\ndial_in = \"+1 303 555 0100\"",
                "everybody outside could come into conference 800",
            ),
            (
                "room = \"800\"\npin = \"481592\"\ndial_in = \"+1 303 555 0111\"",
                "is not a number of the office",
            ),
            ("room = \"800\"\npin = \"800800\"", "the PIN of conference 800 is weak"),
        ] {
            let problems = read(&format!("\n[[conference]]\n{section}\n")).unwrap_err();
            assert!(problems.contains(said) && problems.contains("portico.toml:"), "{section}: {problems}");
        }
    }
}
