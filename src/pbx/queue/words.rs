//! Every sentence of a queue that is not the office's own.

pub(super) const WAIT: &str = "Everybody is talking at the moment.";
pub(super) const AGENT: &str = "To speak with our assistant, press 0.";
pub(super) const MESSAGE: &str = "To leave a message, press 0.";

const ORDINALS: [&str; 10] =
    ["first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth"];

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
