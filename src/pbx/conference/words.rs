//! Every sentence that a conference says.

pub(super) const ENTER_PIN: &str = "Please enter the PIN of this conference, and then the pound key.";
pub(super) const WRONG_PIN: &str = "That was not right.";
pub(super) const LOCKED: &str = "There were too many wrong PINs. Please try again later. Goodbye.";
pub(super) const FULL: &str = "This conference is full. Please try again later. Goodbye.";
pub(super) const NO_KEY: &str = "Goodbye.";
pub(super) const FIRST: &str = "You are the first in this conference.";
pub(super) const NOBODY_LEFT: &str =
    "Nobody of the office is left in this conference. It will end in one minute.";
