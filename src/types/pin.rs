//! The digits that open a mailbox, which cannot exist if anybody would guess them.

use std::fmt;

use super::Extension;

/// Six to ten digits that are nobody's first guess. Never printed.
#[derive(Clone, PartialEq, Eq)]
pub struct Pin(String);

/// Why digits are no PIN.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum WeakPin {
    #[error("a PIN is six to ten digits")]
    Length,
    #[error("the same few digits over and over are guessed first")]
    Repeats,
    #[error("digits in a row, up or down, are guessed first")]
    Sequence,
    #[error("a PIN may not contain the number of its mailbox")]
    OwnNumber,
}

impl Pin {
    /// The PIN of this mailbox.
    ///
    /// # Errors
    /// When it is too short or too long, or one of those that are tried first.
    pub fn new(text: &str, mailbox: &Extension) -> Result<Self, WeakPin> {
        let digits = text.as_bytes();
        if !(6..=10).contains(&digits.len()) || !digits.iter().all(u8::is_ascii_digit) {
            return Err(WeakPin::Length);
        }
        // A block of one to three digits that makes up the whole: 000000, 121212, 123123.
        let repeats = |block: usize| digits.iter().zip(&digits[block..]).all(|(first, later)| first == later);
        if (1..=3).any(repeats) {
            return Err(WeakPin::Repeats);
        }
        let run = |step: i16| {
            let next = |digit: u8| (i16::from(digit - b'0') + step).rem_euclid(10);
            digits.windows(2).all(|pair| next(pair[0]) == i16::from(pair[1] - b'0'))
        };
        if run(1) || run(-1) {
            return Err(WeakPin::Sequence);
        }
        if text.contains(mailbox.as_str()) {
            return Err(WeakPin::OwnNumber);
        }
        Ok(Self(text.to_owned()))
    }

    pub fn digits(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Pin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Pin(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_guessed_first_is_no_pin() {
        let mailbox: Extension = "204".parse().unwrap();
        for (text, why) in [
            ("", WeakPin::Length),
            ("48159", WeakPin::Length),
            ("48159263748", WeakPin::Length),
            ("48159a", WeakPin::Length),
            ("777777", WeakPin::Repeats),
            ("121212", WeakPin::Repeats),
            ("471471", WeakPin::Repeats),
            ("8901234", WeakPin::Sequence),
            ("654321", WeakPin::Sequence),
            ("920481", WeakPin::OwnNumber),
        ] {
            assert_eq!(Pin::new(text, &mailbox), Err(why), "{text}");
        }
        for fine in ["481592", "2468013579", "112358"] {
            assert_eq!(Pin::new(fine, &mailbox).unwrap().digits(), fine);
        }
        assert_eq!(format!("{:?}", Pin::new("481592", &mailbox).unwrap()), "Pin(…)");
    }
}
