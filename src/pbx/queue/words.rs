//! Every sentence of a queue that is not the office's own.

use crate::types::PhoneNumber;

pub(super) const WAIT: &str = "Everybody is talking at the moment.";
pub(super) const OFFER: &str =
    "You need not stay on the line: to be called back when it is your turn, press 1.";
pub(super) const WHICH_NUMBER: &str = "Please enter the number at which we call you back, with its area code, and then the pound key. To wait on, press star.";
pub(super) const NOT_THAT_NUMBER: &str =
    "That number cannot be called back. Please enter another one, and then the pound key.";
pub(super) const WAIT_ON: &str = "That number cannot be called back. Please stay on the line.";
pub(super) const PROMISED: &str =
    "Thank you. You keep your place, and we call you back when it is your turn. Goodbye.";
pub(super) const AGENT: &str = "To speak with our assistant, press 0.";
pub(super) const MESSAGE: &str = "To leave a message, press 0.";

const ORDINALS: [&str; 10] =
    ["first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth"];

/// The number is read back, digit by digit.
pub(super) fn confirm(number: &PhoneNumber) -> String {
    let number = number.spoken();
    format!(
        "We call you back at {number}. If that is right, press 1. For another number, press 2. To wait on, press star."
    )
}

/// Which place somebody has, the first being 1. How long it will take nobody can know, and it is not said.
pub(super) fn place(place: usize) -> String {
    match place.checked_sub(1).and_then(|at| ORDINALS.get(at)) {
        Some(ordinal) => format!("You are {ordinal} in line."),
        None => format!("You are number {place} in line."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_said_as_people_say_it() {
        assert_eq!(place(1), "You are first in line.");
        assert_eq!(place(10), "You are tenth in line.");
        assert_eq!(place(11), "You are number 11 in line.");
    }
}
