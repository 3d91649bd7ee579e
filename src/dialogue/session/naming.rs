//! Names put right by sound: the person whose number is calling, or somebody of the roster, is likelier than a name that
//! only sounds like theirs.

use super::{Item, Session};
use crate::dialogue::{Entity, PersonName, Value, entity::likeness};

/// From this likeness on both are one name, spelled in two ways: `Rays` and `Reyes`.
const ALIKE: f32 = 0.7;

impl Session {
    /// The names as the office writes them. Only where a name is heard for the first time: what the caller spells, or
    /// says again after a read-back, is theirs.
    pub(super) fn put_right(&self, heard: &mut [Entity]) {
        let field = self.state.form.get(Item::Name);
        if field.is_some_and(|field| field.value.is_some() || field.failures > 0) {
            return;
        }
        for entity in heard {
            if let Value::Name(name) = &mut entity.value
                && let Some(meant) = self.meant(name)
            {
                *name = meant;
            }
        }
    }

    fn meant(&self, name: &PersonName) -> Option<PersonName> {
        if name.spelled {
            return None;
        }
        let contact = self.state.opening.contact.as_deref().filter(|contact| sounds_like(name, contact));
        // A given name alone is that of many people.
        let of_roster = || name.known.as_deref().filter(|_| name.family.is_some());
        contact.or_else(of_roster).map(Self::known_name)
    }
}

/// Does every part that was said sound like the same part of the known name?
fn sounds_like(name: &PersonName, known: &str) -> bool {
    let mut parts = known.split_whitespace();
    let Some(given) = parts.next() else { return false };
    let families: Vec<&str> = parts.collect();
    let family = |said: &str| {
        said.split_whitespace().all(|part| families.iter().any(|family| likeness(part, family) >= ALIKE))
    };
    likeness(&name.given, given) >= ALIKE && name.family.as_deref().is_none_or(family)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(given: &str, family: Option<&str>) -> PersonName {
        PersonName { given: given.into(), family: family.map(Into::into), spelled: false, known: None }
    }

    #[test]
    fn a_name_is_known_by_its_sound_and_no_other_is() {
        for (given, family) in [("Dean", Some("Reyes")), ("Dana", Some("Rays")), ("Dana", None)] {
            assert!(sounds_like(&name(given, family), "Dana Reyes"), "{given} {family:?}");
        }
        for (given, family) in [("Dana", Some("Lopez")), ("Maria", Some("Reyes")), ("Robert", None)] {
            assert!(!sounds_like(&name(given, family), "Dana Reyes"), "{given} {family:?}");
        }
        assert!(!sounds_like(&name("Dana", Some("Reyes")), "Dana"), "more was said than is known");
    }
}
