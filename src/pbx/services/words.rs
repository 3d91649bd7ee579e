//! Every sentence of the box's own services, in one place.

use jiff::{Timestamp, tz::TimeZone};

use crate::{pbx::Caller, types::Extension};

pub(super) const AFTER_THE_TONE: &str = "Please leave a message after the tone.";
pub(super) const MESSAGE_SAVED: &str = "Your message has been saved. Goodbye.";
pub(super) const NOTHING_HEARD: &str = "I did not hear a message. Goodbye.";
pub(super) const MAILBOX_FULL: &str = "This mailbox is full. Please call again later. Goodbye.";
pub(super) const WHICH_MAILBOX: &str = "Please enter the number of the mailbox, and then the pound key.";
pub(super) const ENTER_PIN: &str = "Please enter your PIN, and then the pound key.";
pub(super) const WRONG_PIN: &str = "That was not right.";
pub(super) const LOCKED: &str = "There were too many wrong PINs. Please try again later. Goodbye.";
pub(super) const NO_PIN: &str = "This mailbox has no PIN yet. It can be chosen at its own phone. Goodbye.";
pub(super) const CHOOSE_PIN: &str = "Please choose a PIN of six to ten digits, and then press the pound key.";
pub(super) const PIN_AGAIN: &str = "Please enter it once more, and then the pound key.";
pub(super) const PIN_DIFFERS: &str = "The two were not the same.";
pub(super) const PIN_WEAK: &str = "That PIN is too easy to guess. Do not use one digit over and over, digits in a row, or the number of the mailbox.";
pub(super) const PIN_CHANGED: &str = "Your PIN has been changed.";
pub(super) const TOP_MENU: &str =
    "To listen, press 1. To change your greeting, press 2. To change your PIN, press 3. To end, press star.";
pub(super) const MESSAGE_MENU: &str = "To hear it again, press 1. For the next message, press 2. To delete it, press 3. For the main menu, press star.";
pub(super) const DELETED: &str = "Deleted. To bring it back, press 3. For the next message, press 2.";
pub(super) const BROUGHT_BACK: &str = "Kept.";
pub(super) const NO_MORE: &str = "There are no more messages.";
pub(super) const GREETING_MENU: &str = "To hear your greeting, press 1. To record it, press 2. To go back to the usual words, press 3. For the main menu, press star.";
pub(super) const RECORD_GREETING: &str =
    "Speak your greeting after the tone, and press the pound key at its end.";
pub(super) const JUDGE_GREETING: &str =
    "To keep this greeting, press 1. To record it again, press 2. To forget it, press star.";
pub(super) const GREETING_KEPT: &str = "Your greeting is now in use.";
pub(super) const USUAL_GREETING: &str = "The usual greeting is now in use.";
pub(super) const NOT_A_CHOICE: &str = "That is not one of the choices.";
pub(super) const GOODBYE: &str = "Goodbye.";

/// What a caller hears who reaches a mailbox without a greeting of its own.
pub(super) fn greeting(name: &str, id: &Extension) -> String {
    if name.trim().is_empty() {
        format!("You have reached extension {}. {AFTER_THE_TONE}", spaced(id.as_str()))
    } else {
        format!("You have reached the mailbox of {}. {AFTER_THE_TONE}", name.trim())
    }
}

/// What lies in a mailbox.
pub(super) fn counts(new: usize, old: usize) -> String {
    let messages = |count: usize, kind: &str| match count {
        0 => format!("no {kind} messages"),
        1 => format!("one {kind} message"),
        many => format!("{many} {kind} messages"),
    };
    if old == 0 {
        format!("You have {}.", messages(new, "new"))
    } else {
        format!("You have {} and {}.", messages(new, "new"), messages(old, "saved"))
    }
}

/// What is said before a message.
pub(super) fn about(place: usize, caller: &Caller, left: Timestamp, zone: &TimeZone) -> String {
    let from = match caller {
        Caller::Number { number, .. } => number.spoken(),
        Caller::Extension(extension) => format!("extension {}", spaced(extension.as_str())),
        Caller::Anonymous => "a withheld number".to_owned(),
    };
    let when = left.to_zoned(zone.clone()).strftime("%A, %B %-d, at %-I:%M %p").to_string();
    format!("Message {place}. From {from}, {when}.")
}

/// Digits one by one.
pub(super) fn spaced(digits: &str) -> String {
    digits.chars().map(String::from).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_lies_in_a_mailbox_is_said_as_people_say_it() {
        assert_eq!(counts(0, 0), "You have no new messages.");
        assert_eq!(counts(1, 0), "You have one new message.");
        assert_eq!(counts(2, 1), "You have 2 new messages and one saved message.");
        let left: Timestamp = "2026-11-20T18:05:00Z".parse().unwrap();
        let zone = TimeZone::get("America/Denver").unwrap();
        let caller = Caller::Number { number: "+13035550177".parse().unwrap(), display: String::new() };
        assert_eq!(
            about(1, &caller, left, &zone),
            "Message 1. From 3 0 3, 5 5 5, 0 1 7 7, Friday, November 20, at 11:05 AM."
        );
    }
}
