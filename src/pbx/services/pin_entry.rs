//! Digits typed one after the other, up to the pound key: a mailbox's number, or a PIN.

/// More than any PIN or extension has; further digits are swallowed, and what was typed is then wrong.
const MOST: usize = 16;

/// What has been typed so far. Never printed: it may be somebody's PIN.
#[derive(Default, Clone)]
pub(in crate::pbx) struct Typed(String);

impl Typed {
    /// One key. The digits, once the pound key says that they are complete; the star begins anew.
    pub(in crate::pbx) fn key(&mut self, key: char) -> Option<String> {
        match key {
            '#' => return Some(std::mem::take(&mut self.0)),
            '*' => self.0.clear(),
            '0'..='9' if self.0.len() < MOST => self.0.push(key),
            _ => {}
        }
        None
    }

    pub(in crate::pbx) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What was typed, if nothing more comes.
    pub(in crate::pbx) fn take(&mut self) -> String {
        std::mem::take(&mut self.0)
    }
}

impl std::fmt::Debug for Typed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Typed({} keys)", self.0.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pound_key_ends_and_the_star_begins_anew() {
        let mut typed = Typed::default();
        let keys: Vec<Option<String>> = "12*345#".chars().map(|key| typed.key(key)).collect();
        assert_eq!(keys.last().unwrap().as_deref(), Some("345"));
        assert!(keys[..6].iter().all(Option::is_none) && typed.is_empty());
        "9".repeat(100).chars().for_each(|key| assert_eq!(typed.key(key), None));
        assert!(typed.take().len() <= MOST);
        assert!(!format!("{typed:?}").contains('9'));
    }
}
