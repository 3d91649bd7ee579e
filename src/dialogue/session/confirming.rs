//! The answers to a read-back: yes, no, the correction itself, or which of several.

use std::sync::LazyLock;

use super::{Awaiting, Item, Session, taking::names_the_same};
use crate::dialogue::{
    Entity, Expectation, Move, Reading, UnitMention, UnitRef, Value, entity, names::is_listed,
    office::words_of, pack::Line, pattern::Pattern, remark::Remark, reply, token::tokens,
};

/// So many words that are neither yes nor no nor a correction are about something else.
const RESTATED: usize = 7;

/// Does it agree with what was read back, in its first words or in its last: "that's right, and call me soon", "two A, yes"?
fn agrees(text: &str) -> bool {
    static LAST: LazyLock<Pattern> =
        LazyLock::new(|| Pattern::parse("yes|yeah|yep|yup|correct|right ?maam|sir|please $"));
    const AGAINST_FIRST: [&str; 4] = ["except", "spelled", "wrong", "misspelled"];
    const AGAINST_LAST: [&str; 6] = ["no", "not", "isnt", "never", "dont", "wrong"];
    let words = tokens(text);
    let has = |against: &[&str]| words.iter().any(|token| against.contains(&token.word.as_str()));
    let first = Remark::Agrees.fits(&words) && !has(&AGAINST_FIRST);
    // "Brückner, yes. So, is the video possible?"
    let opening = text.split_inclusive(['.', '!', '?']).next().unwrap_or_default();
    let last =
        [text, opening].into_iter().any(|said| LAST.fits(&tokens(said)) && !said.trim_end().ends_with('?'));
    first || (last && !has(&AGAINST_LAST))
}

impl Session {
    /// Yes, no, or the correction itself.
    pub(super) fn heard_confirmation(
        &mut self,
        items: &[Item],
        text: &str,
        reading: &Reading,
        heard: &[Entity],
    ) {
        // "Yes, that's it" is no wish to end.
        let agreed = reading.moves == Some(Move::Affirm)
            || (matches!(reading.moves, None | Some(Move::Done)) && agrees(text));
        let spelled = self.has_spelled_name();
        let mut corrected: Vec<Item> = Vec::new();
        let mut same = false;
        let mut by_letters = false;
        for entity in heard {
            let Some(item) = Item::of(entity.slot()) else { continue };
            if items.contains(&item) {
                if self.state.form.value(item).is_some_and(|old| names_the_same(old, &entity.value)) {
                    same = true;
                    by_letters |= matches!(&entity.value, Value::Name(name) if name.spelled);
                } else {
                    let value = self.put_together(&entity.value, agreed);
                    if self.correct(item, &value) {
                        corrected.push(item);
                    }
                }
            }
        }
        let aside: Vec<Entity> = heard
            .iter()
            .filter(|e| Item::of(e.slot()).is_some_and(|item| !items.contains(&item)))
            .cloned()
            .collect();
        let news = self.take_beside_the_point(&aside);
        // "No, look, I only need somebody to open": whoever stands at the door says nothing against what was read back.
        if corrected.is_empty()
            && reading.moves == Some(Move::Deny)
            && !self.state.unheard
            && Remark::WaitsAtDoor.is_in(text)
        {
            self.state.confusions = 0;
            self.state.add_matter(text);
            items.iter().for_each(|&item| self.keep_unconfirmed(item));
            return self.advance();
        }
        let rest: Vec<Item> = items.iter().copied().filter(|item| !corrected.contains(item)).collect();
        if !corrected.is_empty() {
            self.state.confusions = 0;
            // "No, four D": what was not touched stands.
            self.settle_all(&rest);
            // A name that is said again is read back again; only letters that were misheard lead to the keys.
            let (names, others): (Vec<Item>, Vec<Item>) =
                corrected.into_iter().partition(|&item| item == Item::Name && (agreed || !spelled));
            if !names.is_empty() && !agreed {
                self.state.form.fail(Item::Name);
            }
            self.read_back_failed(&others, false);
            return self.advance();
        }
        match reading.moves {
            _ if (agreed || reading.moves == Some(Move::Thank)) && !self.state.unheard => {
                self.state.confusions = 0;
                self.settle_all(items);
                self.advance();
            }
            // "No, I said 204" after a 204 that was not listened to.
            Some(Move::Deny) if same && matches!(items, [Item::Place | Item::Callback]) => {
                self.state.confusions = 0;
                self.read_back_failed(items, false);
                self.advance();
            }
            // "No. Julian Bauer" to that very name: it is read back in letters before anything else is tried.
            Some(Move::Deny)
                if same
                    && !self.state.unheard
                    && items == [Item::Name]
                    && !self.was_asked_by_keys(Item::Name) =>
            {
                self.state.confusions = 0;
                self.state.form.fail(Item::Name);
                self.advance();
            }
            Some(Move::Deny | Move::Unknown) if !self.state.unheard => {
                self.state.confusions = 0;
                match items {
                    [_] => {
                        self.tell(Line::Sorry);
                        self.read_back_failed(items, true);
                        self.advance();
                    }
                    many => self.ask_which_wrong(many),
                }
            }
            // "It's James" may be the rest of "No, it's James Smith", and "It's Palma's Murder" Thomas Moore once more.
            _ if same && !by_letters && self.is_doubtful_name(items) => {
                self.state.confusions = 0;
                self.read_back_failed(items, false);
                self.advance();
            }
            _ if same => {
                self.state.confusions = 0;
                self.settle_all(items);
                self.advance();
            }
            _ if self.changes_topic(text, reading) => {
                if self.keeps_for_later(text, reading) {
                    return self.go_on();
                }
                self.state.add_matter(text);
                self.begin_flow(reading.intent, text);
            }
            // "I need somebody on site with keys" is no "no": it goes along, and what was read back is left as it is.
            None if !self.state.unheard && words_of(text).len() >= RESTATED => {
                self.state.confusions = 0;
                self.state.add_matter(text);
                items.iter().for_each(|&item| self.keep_unconfirmed(item));
                self.advance();
            }
            _ if news && !self.state.unheard => {
                // Went on without a yes: read back once more, and then kept as it is.
                self.state.confusions = 0;
                self.read_back_failed(items, false);
                self.advance();
            }
            _ if self.state.unheard => self.advance(),
            _ => self.not_understood(),
        }
    }

    fn has_spelled_name(&self) -> bool {
        matches!(self.state.form.value(Item::Name), Some(Value::Name(name)) if name.spelled)
    }

    /// Is a name read back that is misheard more often than not: a given name alone, for the first time, or one on no list of
    /// names?
    fn is_doubtful_name(&self, items: &[Item]) -> bool {
        let [Item::Name] = items else { return false };
        self.state.form.get(Item::Name).is_some_and(|field| match &field.value {
            Some(Value::Name(name)) => {
                (field.failures == 0 && name.family.is_none()) || (name.known.is_none() && !is_listed(name))
            }
            _ => false,
        })
    }

    fn ask_which_wrong(&mut self, items: &[Item]) {
        let nouns: Vec<String> = items
            .iter()
            .filter_map(|&item| Some(self.pack.question(self.state.flow, item)?.noun.clone()))
            .collect();
        let value = reply::listed(&nouns, reply::or(self.state.language));
        let awaiting = Awaiting::WhichWrong(items.to_vec());
        if !self.ask_line(Line::WhichWrong, &value, awaiting, Expectation::Open) {
            items.iter().for_each(|&item| self.keep_unconfirmed(item));
            self.advance();
        }
    }

    pub(super) fn heard_which(&mut self, items: &[Item], text: &str, heard: &[Entity]) {
        let words = words_of(text);
        let mut wrong: Vec<Item> = Vec::new();
        for &item in items {
            let replaced = heard.iter().any(|e| {
                Item::of(e.slot()) == Some(item)
                    && self.state.form.value(item).is_none_or(|old| !names_the_same(old, &e.value))
            });
            let noun =
                self.pack.question(self.state.flow, item).map(|q| words_of(&q.noun)).unwrap_or_default();
            let named = noun.iter().filter(|w| w.len() > 3 || noun.len() == 1).any(|w| words.contains(w));
            if replaced
                || named
                || words.iter().any(|w| {
                    matches!(w.as_str(), "both" | "all" | "everything" | "ambos" | "ambas" | "todo" | "todos")
                })
            {
                wrong.push(item);
            }
        }
        if wrong.is_empty() {
            return self.not_understood();
        }
        self.state.confusions = 0;
        let right: Vec<Item> = items.iter().copied().filter(|item| !wrong.contains(item)).collect();
        self.settle_all(&right);
        self.read_back_failed(&wrong, true);
        for entity in heard {
            if let Some(item) = Item::of(entity.slot())
                && wrong.contains(&item)
                && !self.state.form.is_done(item)
            {
                self.correct(item, &entity.value);
            }
        }
        self.advance();
    }

    /// Which of several units.
    pub(super) fn heard_choice(
        &mut self,
        candidates: &[UnitRef],
        text: &str,
        reading: &Reading,
        heard: &[Entity],
    ) {
        let words = words_of(text);
        let by_entity = heard.iter().find_map(|entity| {
            let unit = match &entity.value {
                Value::Unit(mention) => &mention.unit,
                Value::Address(address) => address.unit.as_ref()?,
                _ => return None,
            };
            let mut fitting = candidates.iter().filter(|c| c.unit.eq_ignore_ascii_case(unit));
            fitting.next().filter(|_| fitting.next().is_none())
        });
        let by_property = || {
            let mut fitting = candidates.iter().filter(|c| {
                let name = words_of(&c.property);
                !name.is_empty() && name.iter().any(|w| w.len() > 3 && words.contains(w))
            });
            fitting.next().filter(|_| fitting.next().is_none())
        };
        // "As in boy", whatever became of the words before it.
        let by_letter = || {
            let letter = words.iter().find_map(|word| entity::cue_letter(word))?;
            let mut fitting = candidates.iter().filter(|c| c.unit.to_ascii_uppercase().ends_with(letter));
            fitting.next().filter(|_| fitting.next().is_none())
        };
        let by_place = || {
            let at = words.iter().find_map(|w| match w.as_str() {
                "first" | "primero" | "primera" => Some(0),
                "second" | "segundo" | "segunda" => Some(1),
                "third" | "tercero" | "tercera" => Some(2),
                "last" | "último" | "última" | "ultimo" | "ultima" => Some(candidates.len() - 1),
                _ => None,
            })?;
            candidates.get(at)
        };
        if let Some(chosen) = by_entity.or_else(by_property).or_else(by_letter).or_else(by_place).cloned() {
            self.state.confusions = 0;
            let mention =
                UnitMention { unit: chosen.unit.clone(), candidates: vec![chosen], ambiguous: false };
            self.state.form.hear(Item::Place, Value::Unit(mention));
            return self.advance();
        }
        if matches!(reading.moves, Some(Move::Deny | Move::Unknown)) {
            self.state.confusions = 0;
            self.read_back_failed(&[Item::Place], true);
            return self.advance();
        }
        if self.take_beside_the_point(heard) {
            self.state.confusions = 0;
            return self.advance();
        }
        self.not_understood();
    }
}
