//! Somebody is late for a showing, or stands before the house and nobody comes: no new prospect, and nothing that can wait.

use super::{Item, Session};
use crate::dialogue::{Entity, Intent, Reading, Value, pack::Line, remark::Remark, token::tokens};

impl Session {
    /// The staff are rung at once where they can be, else an urgent message is taken, without the questions for a prospect.
    /// `true`: dealt with.
    pub(super) fn is_late_for_showing(&mut self, text: &str, reading: &Reading) -> bool {
        let flow = self.state.flow;
        let prospect = flow.map_or(reading.intent.is_prospect() && reading.is_sure(), Intent::is_prospect);
        let words = tokens(&text.replace(',', " "));
        let spoken = words.iter().any(|token| matches!(&*token.word, "showing" | "tour" | "viewing"));
        let known = self.state.showing.is_late();
        let waits = Remark::Late.fits(&words) || Remark::NobodyCame.fits(&words);
        let settled = Remark::TimeSettled.fits(&words);
        let of_another_matter = flow.is_some_and(|flow| !flow.is_prospect()) && !known;
        if Remark::AtWork.fits(&words) && !spoken && !known {
            return false;
        }
        // What was settled in this call lies ahead.
        if !waits || self.state.showing.standing().is_some() || of_another_matter {
            return false;
        }
        if known {
            self.state.add_matter(text);
            self.tell(Line::AlreadyNoted);
            self.state.confusions = 0;
            let heard = self.heard_of_late(text, reading);
            self.take_beside_the_point(&heard);
            self.go_on();
            return true;
        }
        if !(settled && (prospect || spoken || reading.intent.is_prospect() || flow.is_none())) {
            return false;
        }
        self.state.showing.be_late();
        self.state.visit = false;
        self.state.confusions = 0;
        self.state.note(format!("URGENT, of a showing under way: {}", text.trim()));
        let heard = self.heard_of_late(text, reading);
        self.take_beside_the_point(&heard);
        // Whoever shows the home knows which it is.
        if self.state.form.value(Item::Place).is_some() {
            self.state.form.settle(Item::Place);
        }
        self.state.begin_with(text);
        self.state.add_matter(text);
        self.state.form.settle(Item::Matter);
        self.state.intent = Some(Intent::Showing);
        self.state.flow = Some(Intent::Human);
        self.state.closed = false;
        if self.staff_can_take_it() {
            self.ask_for_staff();
        } else {
            self.tell(Line::ShowingUrgent);
            self.advance();
        }
        true
    }

    /// Who they are and where; an hour that they name is no wish for one.
    fn heard_of_late(&self, text: &str, reading: &Reading) -> Vec<Entity> {
        let mut heard = self.entities(text);
        heard.retain(|entity| {
            !matches!(entity.value, Value::When(_) | Value::MoveIn(_) | Value::Matter(_))
                && Item::of(entity.slot()).is_some_and(|item| self.is_answer(item, entity, reading, text))
        });
        heard
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_is_awaited_is_told_from_who_wishes_to_come() {
        let is_late = |text: &str| {
            let words = tokens(&text.replace(',', " "));
            (Remark::Late.fits(&words) || Remark::NobodyCame.fits(&words))
                && Remark::TimeSettled.fits(&words)
                && !Remark::AtWork.fits(&words)
        };
        for text in [
            "I'm supposed to meet Kim at the Birch Street place at eleven thirty and I'm stuck on I-25, I'm gonna be like twenty minutes late",
            "I'm at 18 Birch Street for my ten o'clock showing and nobody's here. It's been fifteen minutes.",
            "I've got a self tour at nine thirty and the code you texted me doesn't open the box",
            "I have a tour at noon, I'm running ten minutes late",
        ] {
            assert!(is_late(text), "{text}");
        }
        for text in [
            "I'm standing outside one of your buildings and there's a for rent sign, any chance I can see it today",
            "my rent is going to be late this month",
            "I'd like a showing, is it too late to come today",
            "I was supposed to be at Birch Street at two but I'm stuck in traffic. I'm the plumber.",
            "could I have a tour after five, I can't make it earlier",
        ] {
            assert!(!is_late(text), "{text}");
        }
    }
}
