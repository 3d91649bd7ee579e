//! `Pii<T>`: numbers, names and words of people, redacted wherever a log would show them.

use std::fmt;

/// Somebody's number, name or words. `Display` and `Debug` show only a shape; the value is asked for by name.
///
/// Wrap a value at the place where it is logged: `tracing::info!(caller = %Pii(&number))`. At debug level and
/// below the operator has chosen to see people, and the code logs `Pii::reveal` there.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Pii<T>(pub T);

impl<T> Pii<T> {
    /// The value itself, for those who may see it.
    pub fn reveal(&self) -> &T {
        &self.0
    }
}

impl<T: fmt::Display> fmt::Display for Pii<T> {
    /// The last two characters of anything longer than six; nothing of what is shorter.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = self.0.to_string();
        let count = shown.chars().count();
        if count > 6 {
            let tail: String = shown.chars().skip(count - 2).collect();
            write!(f, "…{tail}")
        } else {
            f.write_str("…")
        }
    }
}

impl<T: fmt::Display> fmt::Debug for Pii<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_tail_is_shown() {
        assert_eq!(Pii("+13035550142").to_string(), "…42");
        assert_eq!(format!("{:?}", Pii("Dana")), "…");
        assert_eq!(Pii("Dana").reveal(), &"Dana");
    }
}
