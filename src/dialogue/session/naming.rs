//! Names put right by sound: the person whose number is calling, or somebody of the roster, is likelier than a name that
//! only sounds like theirs.

use super::{Awaiting, Item, Session, answering::TOPIC_WORDS};
use crate::dialogue::{
    Entity, PersonName, Value,
    entity::likeness,
    names::is_given_name,
    remark::Remark,
    token::{Token, tokens},
};

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

/// What is said of a name that was read back, and that name: "yes, and it's Dorothy" is the given name to the family name that
/// stands, and letters are those of the family name.
pub(super) fn put_together(old: &PersonName, new: &PersonName, agreed: bool) -> PersonName {
    if new.family.is_some() {
        return new.clone();
    }
    let whole = |given: &str, family: &str| PersonName {
        given: given.to_owned(),
        family: Some(family.to_owned()),
        spelled: old.spelled || new.spelled,
        known: None,
    };
    let said = new.given.as_str();
    // "Betty Lou Hargrove" and the letters of Hargrove: of several words the one that they spell.
    let spelled_anew = |family: &str| -> Option<String> {
        let words: Vec<&str> = family.split(' ').collect();
        let at = words.iter().rposition(|word| likeness(said, word) > 0.0).filter(|_| words.len() > 1)?;
        Some([&words[..at], &[said], &words[at + 1..]].concat().join(" "))
    };
    let given_first = is_given_name(&old.given) && !is_given_name(said);
    // "I'm Stacy" to "Stacy and Joe Pruitt".
    let one_of_both = old.given.split(" and ").any(|one| one.eq_ignore_ascii_case(said));
    match &old.family {
        Some(family) if one_of_both => whole(said, family),
        Some(family) if likeness(said, family) > 0.0 => whole(&old.given, said),
        Some(family) if spelled_anew(family).is_some() => {
            whole(&old.given, &spelled_anew(family).unwrap_or_default())
        }
        Some(family) if likeness(said, &old.given) > 0.0 || agreed => whole(said, family),
        Some(_) if new.spelled => whole(&old.given, said),
        None if likeness(said, &old.given) == 0.0 && (agreed || (new.spelled && given_first)) => {
            let (given, family) = if given_first { (&*old.given, said) } else { (said, &*old.given) };
            whole(given, family)
        }
        _ => new.clone(),
    }
}

/// "No name. It's the closet door": a no of its own sentence.
fn says_no_name(words: &[Token]) -> bool {
    words.windows(2).any(|pair| {
        pair[0].word == "no" && !pair[0].stop && matches!(&*pair[1].word, "name" | "names") && pair[1].stop
    })
}

impl Session {
    /// They will not say their name: that is accepted at once, and not asked again. `true`: it was the answer to the question.
    pub(super) fn refuses_name(&mut self, text: &str) -> bool {
        let asked = match &self.state.awaiting {
            Awaiting::Item(Item::Name) | Awaiting::KnownName => true,
            Awaiting::Confirm(items) => items.as_slice() == [Item::Name],
            _ => false,
        };
        let words = tokens(text);
        let nameless = Remark::Nameless.fits(&words) || says_no_name(&words);
        if !(nameless || (asked && Remark::RefusesName.fits(&words))) {
            return false;
        }
        let heard = self.entities(text);
        if heard.iter().any(|entity| matches!(entity.value, Value::Name(_))) {
            return false;
        }
        if nameless && !self.state.form.is_done(Item::Name) {
            self.state.note("does not want to give a name".to_owned());
        }
        if !asked {
            if self.state.form.value(Item::Name).is_none() {
                self.state.form.give_up(Item::Name);
            }
            return false;
        }
        self.take_beside_the_point(&heard);
        if words.len() >= 2 * TOPIC_WORDS {
            self.state.add_matter(text);
        }
        self.state.confusions = 0;
        self.state.said_for_name = None;
        let field = self.state.form.entry(Item::Name);
        (field.value, field.shelved) = (None, None);
        self.give_up(Item::Name);
        self.advance();
        true
    }

    /// What was heard, and what stands, as one value.
    pub(super) fn put_together(&self, heard: &Value, agreed: bool) -> Value {
        match (self.state.form.value(Item::Name), heard) {
            (Some(Value::Name(old)), Value::Name(new)) => Value::Name(put_together(old, new, agreed)),
            _ => heard.clone(),
        }
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
    fn what_is_said_of_a_name_that_was_read_back_is_put_together_with_it() {
        let put = |old: (&str, Option<&str>), new: (&str, Option<&str>), agreed| {
            put_together(&name(old.0, old.1), &name(new.0, new.1), agreed).full()
        };
        let dorothy = ("Dorothy", None);
        assert_eq!(put(("Applewhite", None), dorothy, true), "Dorothy Applewhite");
        assert_eq!(put(("Doris", Some("Applewhite")), dorothy, true), "Dorothy Applewhite");
        assert_eq!(put(("Dmitri", None), ("Wojciechowski", None), true), "Dmitri Wojciechowski");
        assert_eq!(put(("Dana", Some("Rays")), ("Reyes", None), false), "Dana Reyes");
        assert_eq!(put(("Dana", Some("Rays")), ("Walter", Some("King")), false), "Walter King");
        assert_eq!(put(("Terrence", None), ("Terrence", Some("Boyd")), true), "Terrence Boyd");
        assert_eq!(put(("Betty", Some("Lou Hargrove")), ("Hargrove", None), true), "Betty Lou Hargrove");
        assert_eq!(put(("Betty", Some("Lou Hargrave")), ("Hargrove", None), false), "Betty Lou Hargrove");
        assert_eq!(put(("Betty", Some("Lou Hargrove")), dorothy, true), "Dorothy Lou Hargrove");
        assert_eq!(put(("Banana", None), dorothy, false), "Dorothy");
        assert_eq!(put(("Stacy and Joe", Some("Pruitt")), ("Stacy", None), false), "Stacy Pruitt");
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
