//! A showing that is booked is moved or cancelled in the same conversation; one of another conversation is left to people, with a
//! message that says what is wanted; and who has left without one may still ask for it.

use std::sync::LazyLock;

use super::{
    Awaiting, Item, Session,
    asking::without_questions,
    showing::{Stage, fits, wish_in},
    understanding::asks_to_see,
    wished::without_denied,
};
use crate::{
    dialogue::{
        CalendarRequest, Entity, Expectation, Intent, Move, Reading, Value, When,
        office::words_of,
        pack::Line,
        pattern::Table,
        remark::Remark,
        reply,
        token::{Token, tokens},
    },
    types::Language,
};

/// Words by which a showing that is booked is moved.
const MOVES: [&str; 20] = [
    "push",
    "reschedule",
    "move",
    "change",
    "switch",
    "instead",
    "different",
    "another",
    "later",
    "earlier",
    "postpone",
    "cambiar",
    "cambiarla",
    "mover",
    "moverla",
    "pasar",
    "reprogramar",
    "otra",
    "otro",
    "aplazar",
];

/// Words by which it is called off.
const CANCELS: [&str; 4] = ["cancel", "cancelar", "cancele", "cancelarla"];

/// What is to become of a showing that was booked before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Change {
    Cancel,
    Move,
    /// When it is they do not know any more.
    Ask,
    /// Where it is.
    Where,
    /// They say that they have one.
    Has,
}

/// "Visit" and "appointment" are shown homes only to a prospect.
const CHANGES: &str = concat!(
    include_str!("../../../firmware-config/dialogue/changes.txt"),
    include_str!("../../../firmware-config/dialogue/es/changes.txt"),
);

fn change_from_name(name: &str) -> Option<Change> {
    match name {
        "cancel" => Some(Change::Cancel),
        "move" => Some(Change::Move),
        "ask" => Some(Change::Ask),
        "where" => Some(Change::Where),
        "has" => Some(Change::Has),
        _ => None,
    }
}

static CHANGE_RULES: LazyLock<Table<Change>> = LazyLock::new(|| Table::parse(CHANGES, change_from_name));

/// Words that speak of a home that is shown, whoever says them.
const SHOWN: [&str; 6] = ["showing", "showings", "tour", "viewing", "recorrido", "walkthrough"];

impl Session {
    /// What is said of a showing that is booked, was booked elsewhere, or is asked for after all. `true`: dealt with.
    pub(super) fn turns_to_showing(&mut self, text: &str, reading: &Reading) -> bool {
        if self.state.unheard {
            return false;
        }
        let free = self.state.awaiting == Awaiting::AnythingElse;
        self.buyer_turns_visitor(text);
        // From when they would move in is asked once all is booked.
        let booked = free || self.state.awaiting.is_for(Item::MoveIn);
        self.leaves_while_choosing(text)
            || self.turns_out_buyer(text, reading)
            || self.is_late_for_showing(text, reading)
            || self.cancels_the_old_one(text)
            || self.changes_showing_of_another(text, reading)
            || self.chooses_beside(text, reading)
            || self.asks_what_stands(text)
            || (booked && self.changes_showing(text, reading))
            || (free && self.wants_showing_after_all(text, reading))
            || self.asks_for_visit(text, reading)
    }

    /// "Can I see it on Saturday?" of a home that is for sale: from here on it is about a showing.
    fn buyer_turns_visitor(&mut self, text: &str) {
        if self.state.flow == Some(Intent::Buyer) && self.office.sells() && asks_to_see(text) {
            self.state.flow = Some(Intent::Showing);
            self.state.intent = Some(Intent::Showing);
            self.state.visit = true;
            // What only a purchase is asked is left; the home is known, or is the next to ask for.
            if matches!(
                self.state.awaiting.item(),
                Some(Item::MoveIn | Item::Area | Item::Price | Item::Bedrooms)
            ) {
                self.state.awaiting = Awaiting::Item(Item::Listing);
            }
        }
    }

    /// "So it's booked?", "so Wednesday's cancelled?", "don't change anything": what stands is said, and nothing changes.
    fn asks_what_stands(&mut self, text: &str) -> bool {
        let words = tokens(&text.replace(',', " "));
        let settling = matches!(self.state.awaiting, Awaiting::ChooseSlot | Awaiting::ConfirmSlot(_))
            || self.state.awaiting == Awaiting::Item(Item::When);
        let keeps = Remark::KeepsShowing.fits(&words);
        let asks = text.contains('?') && Remark::AsksWhatStands.fits(&words) && !Remark::Wishes.fits(&words);
        let Some((_, slot)) = self.state.showing.booked.clone() else { return false };
        if !(keeps || asks) || self.state.awaiting == Awaiting::CancelShowing {
            return false;
        }
        self.state.confusions = 0;
        if self.state.showing.stage == Stage::Cancelled {
            if !asks || settling {
                return false;
            }
            self.tell(Line::ShowingCancelled);
        } else if settling {
            self.decline_showing();
            return true;
        } else {
            self.tell_with(Line::ShowingStands, &slot.aloud(self.state.language));
        }
        self.go_on();
        true
    }

    /// The same, where an hour alone is one, as after "when?": "push it to three".
    fn wish_of_change(&self, text: &str) -> Option<When> {
        let heard = self.extracted_for(&without_denied(text), Some(Item::When));
        let other = |entity: &Entity| matches!(entity.value, Value::Bedrooms(_) | Value::Unit(_));
        let named = self.entities(text).iter().any(other);
        wish_in(&heard).filter(|wish| !named && (wish.date.is_some() || wish.time.is_some()))
    }

    /// The time that is wished for, where one is named.
    fn wish_for(&self, text: &str) -> Option<When> {
        let heard = self.entities(&without_denied(text));
        wish_in(&heard).filter(|wish| wish.date.is_some() || wish.time.is_some())
    }

    /// After a booking: "can we make it Sunday instead?", "Wednesday's bad. Friday same time?", "I have to cancel it".
    fn changes_showing(&mut self, text: &str, reading: &Reading) -> bool {
        let Some((_, slot)) = self.state.showing.standing().cloned() else { return false };
        let words = words_of(text);
        let says = |word: &str| words.iter().any(|said| said == word);
        let heard = self.entities(text);
        let place = self.state.home_to_see();
        let meant = self.homes_meant(text, reading, &heard);
        if let [other] = meant.as_slice()
            && place.is_some_and(|place| place != *other)
            && (asks_to_see(text) || says("book") || wish_in(&heard).is_some())
        {
            self.state.confusions = 0;
            self.note_second_time(other, wish_in(&heard));
            self.go_on_after(text);
            return true;
        }
        let left = without_denied(text);
        // The day of the showing is out, and no other is named.
        let denied = left != text && wish_in(&heard).is_some_and(|wish| fits(&wish, &slot));
        let same_hour = (says("same") && (says("time") || says("hour"))) || (says("misma") && says("hora"));
        let moves = words.iter().any(|word| MOVES.contains(&word.as_str()));
        // After "when would you like to move in?" a day is the answer, unless it is put as another time of the showing.
        let asked_move_in = self.state.awaiting != Awaiting::AnythingElse;
        let of_visit = |entity: &Entity| matches!(entity.value, Value::When(_));
        if asked_move_in && !(moves || denied) && !heard.iter().any(of_visit) {
            let cancels = words.iter().any(|word| CANCELS.contains(&word.as_str()));
            if !cancels {
                return false;
            }
        }
        if asked_move_in && moves && !Remark::MovesShowing.is_in(text) && !heard.iter().any(of_visit) {
            return false;
        }
        let wish = self
            .wish_for(text)
            .or_else(|| self.wish_of_change(text).filter(|_| moves))
            .filter(|wish| !fits(wish, &slot))
            .map(|wish| When { time: wish.time.or(Some(slot.local.time()).filter(|_| same_hour)), ..wish });
        let cancels =
            words.iter().any(|word| CANCELS.contains(&word.as_str())) && !says("don't") && !says("not");
        if cancels && wish.is_none() {
            return self.ask_line(
                Line::ShowingCancelAsk,
                &slot.aloud(self.state.language),
                Awaiting::CancelShowing,
                Expectation::YesOrNo,
            );
        }
        let elsewhere = (reading.is_sure() && !reading.intent.is_prospect()) || reading.topic.is_some();
        let renames = wish.is_some_and(|wish| wish.date.is_some()) && !elsewhere;
        if !(moves || cancels || denied || renames) {
            return false;
        }
        self.state.confusions = 0;
        self.state.closed = false;
        self.state.flow = Some(Intent::Leasing);
        self.state.showing.stage = Stage::Open;
        self.state.showing.offered.clear();
        match wish.and_then(|wish| self.on_a_day(wish)) {
            Some(wish) => self.look_near(wish),
            None => self.ask_another_day(),
        }
        true
    }

    /// Is the showing to be cancelled? "Yes, and book me Friday instead" is a new one besides.
    pub(super) fn heard_cancelling(&mut self, text: &str, reading: &Reading) {
        let Some((id, slot)) = self.state.showing.standing().cloned() else {
            return self.ask_anything_else();
        };
        let wish = self.wish_for(text).filter(|wish| !fits(wish, &slot));
        match reading.moves {
            Some(Move::Affirm) if !self.state.unheard => {
                self.state.confusions = 0;
                self.state.showing.instead = wish;
                self.ask_calendar(Line::CalendarLook, CalendarRequest::Cancel { showing: id });
            }
            Some(Move::Deny) if !self.state.unheard && wish.is_none() => {
                self.state.confusions = 0;
                self.tell_with(Line::ShowingStands, &slot.aloud(self.state.language));
                self.ask_anything_else();
            }
            _ if !self.state.unheard && self.changes_showing(text, reading) => {}
            _ => self.not_understood(),
        }
    }

    /// After the goodbye to a lead or a cancellation: "can I see it Sunday?", "Friday at five, like I said".
    fn wants_showing_after_all(&mut self, text: &str, reading: &Reading) -> bool {
        let stage = self.state.showing.stage;
        let arranges = self.office.showings
            && self.seeks_to_rent()
            && self.state.closed
            && !self.state.refuses_calls
            && !self.state.reduced
            && self.state.showing.standing().is_none()
            && stage != Stage::Requested;
        let wish = self.wish_for(text);
        let elsewhere = (reading.is_sure() && !reading.intent.is_prospect()) || reading.topic.is_some();
        let again = stage == Stage::Cancelled && wish.is_some_and(|wish| wish.date.is_some()) && !elsewhere;
        if !arranges || !(again || asks_to_see(text)) {
            return false;
        }
        let mut heard = self.entities(&without_denied(text));
        heard.retain(|entity| !matches!(entity.value, Value::Name(_) | Value::MoveIn(_)));
        self.hear_home(text, reading, &mut heard);
        self.take_beside_the_point(&heard);
        self.take_up_showing(wish);
        true
    }

    /// A showing is arranged anew, near this wish if there is one.
    pub(super) fn take_up_showing(&mut self, wish: Option<When>) {
        self.state.confusions = 0;
        self.state.visit = true;
        self.state.closed = false;
        if let Some((_, slot)) = self.state.showing.booked.take() {
            self.state.note(format!("cancelled a showing on {}", slot.written()));
        }
        self.state.showing.stage = Stage::Open;
        self.state.showing.offered.clear();
        self.state.form.reopen(Item::When);
        if self.state.form.value(Item::Listing).is_none() {
            self.state.form.reopen(Item::Listing);
        }
        if let Some(wish) = wish {
            self.state.form.hear(Item::When, Value::When(wish));
        }
        self.advance();
    }

    /// "I have a showing on Thursday and can't make it": it is in no calendar that this conversation knows, so a message says
    /// what is to become of it.
    fn changes_showing_of_another(&mut self, text: &str, reading: &Reading) -> bool {
        let choosing = matches!(self.state.awaiting, Awaiting::ChooseSlot | Awaiting::ConfirmSlot(_));
        let words = words_of(text);
        let shown = words.iter().any(|word| SHOWN.contains(&word.as_str()));
        let prospect = self.state.flow.is_some_and(Intent::is_prospect)
            || (reading.is_sure() && reading.intent.is_prospect())
            || self.state.showing.of_another;
        // A comma is set or left out as the recogniser likes.
        if self.comes_instead(text) {
            return true;
        }
        let said = tokens(&text.replace(',', " "));
        let Some(change) = CHANGE_RULES.first(&said).filter(|_| !Remark::NoChange.fits(&said)) else {
            return false;
        };
        // While times are offered, "change it" is of them.
        let own = self.state.showing.booked.is_some() || (choosing && change == Change::Move);
        // That they have one is news where a new one is being arranged, and not beside a wish for one.
        let wanted = change == Change::Has && (self.state.flow.is_none() || Remark::SeeksHome.is_in(text));
        // "Cancel" alone is of a showing to whoever is asked for one.
        let unspoken =
            change == Change::Cancel && !shown && self.state.flow.is_none() && !self.is_awaited(&said);
        if own || wanted || unspoken || !(shown || prospect) {
            return false;
        }
        if change == Change::Where && self.tells_where(text, reading) {
            return true;
        }
        self.state.confusions = 0;
        if self.state.showing.of_another {
            self.state.add_matter(text);
            self.tell(Line::AlreadyNoted);
            self.go_on();
            return true;
        }
        let wish = self.wish_of_any_day(text);
        let day = wish.map(|date| format!(" on {}", reply::day_aloud(Language::English, date)));
        let (line, what) = match change {
            Change::Cancel => (Line::ShowingCancelNoted, "wants to cancel"),
            Change::Move => (Line::ShowingMoveNoted, "wants to move"),
            Change::Ask => (Line::UnknownAnswer, "asks when to come to"),
            Change::Where => (Line::UnknownAnswer, "asks where to come to"),
            Change::Has => (Line::Added, "speaks of"),
        };
        self.state.note(format!("{what} a showing{} that was booked before", day.unwrap_or_default()));
        self.state.showing.of_another = true;
        self.state.visit = false;
        let mut heard = self.entities(text);
        heard.retain(|entity| {
            Item::of(entity.slot())
                .is_some_and(|item| item != Item::When && self.is_answer(item, entity, reading, text))
        });
        self.take_beside_the_point(&heard);
        self.state.begin_with(text);
        self.state.add_matter(text);
        self.state.form.settle(Item::Matter);
        self.state.intent = Some(Intent::Showing);
        self.state.flow = Some(Intent::Human);
        self.state.closed = false;
        self.tell(line);
        self.advance();
        true
    }

    /// Of a showing that is being passed on: "can I come next week instead?", whatever was to become of it.
    fn comes_instead(&mut self, text: &str) -> bool {
        let words = words_of(text);
        let instead = words.iter().any(|word| matches!(word.as_str(), "instead" | "reschedule" | "rebook"));
        let wish = self.wish_for(text).filter(|wish| wish.date.is_some());
        let asks =
            instead || (wish.is_some() && (asks_to_see(text) || words.iter().any(|word| word == "come")));
        if !self.state.showing.of_another || self.state.showing.is_late() || !asks {
            return false;
        }
        let day = wish.and_then(|wish| wish.date);
        let day = day.map(|date| format!(" on {}", reply::day_aloud(Language::English, date)));
        let note = format!("wants to come another time instead{}", day.unwrap_or_default());
        self.state.add_matter(text);
        match self.state.notes.contains(&note) {
            true => self.tell(Line::AlreadyNoted),
            false => self.tell(Line::ShowingMoveNoted),
        }
        self.state.note(note);
        self.state.confusions = 0;
        self.go_on();
        true
    }

    /// "Supposed to", "I have to": a showing that stands is called off, whether or not it is named.
    fn is_awaited(&self, words: &[Token]) -> bool {
        Remark::Awaited.fits(words)
    }

    /// "I'm on my way to see the two bedroom, what's the street number again?" The home is told, and nothing is asked. `true`:
    /// dealt with.
    fn tells_where(&mut self, text: &str, reading: &Reading) -> bool {
        let meant = self.homes_meant(text, reading, &self.entities(text));
        let place = match meant.as_slice() {
            [only] => Some(only.clone()),
            _ => self.state.form.value(Item::Listing).and(self.state.home_to_see()),
        };
        let Some(place) = place else { return false };
        self.state.confusions = 0;
        self.state.visit = false;
        self.state.add_matter(text);
        self.state.intent = Some(Intent::Showing);
        self.state.flow.get_or_insert(Intent::Question);
        self.state.closed = true;
        self.tell_with(Line::Home, &reply::place_aloud(&place));
        self.ask_anything_else();
        true
    }

    /// "And is my old appointment off now?" after another one is booked. `true`: dealt with.
    fn cancels_the_old_one(&mut self, text: &str) -> bool {
        if self.state.showing.booked.is_none() || !Remark::OfOldShowing.fits(&tokens(&text.replace(',', " ")))
        {
            return false;
        }
        self.note_old_one();
        self.state.add_matter(text);
        self.go_on_after(text);
        true
    }

    pub(super) fn note_old_one(&mut self) {
        let note = "wants the showing cancelled that was booked before";
        match self.state.notes.iter().any(|noted| noted == note) {
            true => self.tell(Line::AlreadyNoted),
            false => self.tell(Line::ShowingCancelNoted),
        }
        self.state.note(note.to_owned());
        self.state.confusions = 0;
    }

    /// Back to what was asked, unless its answer stood beside: "January first. But can Robin do the house right after?"
    fn go_on_after(&mut self, text: &str) {
        let mut heard = self.entities(&without_questions(text));
        heard.retain(|entity| matches!(entity.value, Value::MoveIn(_)));
        self.take_beside_the_point(&heard);
        match self.state.awaiting {
            Awaiting::Item(item) if self.state.form.value(item).is_some() => self.advance(),
            _ => self.go_on(),
        }
    }

    /// "No, it is not possible with you. Goodbye" refuses the times and takes leave. `true`: dealt with.
    fn leaves_while_choosing(&mut self, text: &str) -> bool {
        let choosing = matches!(self.state.awaiting, Awaiting::ChooseSlot | Awaiting::ConfirmSlot(_))
            || self.state.awaiting == Awaiting::Item(Item::When);
        if !choosing || !Remark::TakesLeave.is_in(text) || wish_in(&self.entities(text)).is_some() {
            return false;
        }
        self.state.add_matter(text);
        self.leave();
        true
    }

    /// One more home on a day that is named: people settle it.
    pub(super) fn note_second_time(&mut self, place: &str, wish: Option<When>) {
        let before = self.said_so_far();
        self.note_second_home(place);
        if let Some(wish) = wish {
            self.state.note(format!("of {place} they say: {}", reply::when_written(&wish)));
        }
        if self.said_so_far() == before {
            self.tell(Line::AlreadyNoted);
        }
    }

    /// The day that is spoken of, wished for or not.
    fn wish_of_any_day(&self, text: &str) -> Option<jiff::civil::Date> {
        wish_in(&self.entities(text)).and_then(|wish| wish.date)
    }
}

/// Is a showing that was booked moved or called off in these words?
pub(super) fn changes_a_showing(text: &str) -> bool {
    let words = tokens(&text.replace(',', " "));
    words.iter().any(|token| SHOWN.contains(&token.word.as_str()))
        && matches!(CHANGE_RULES.first(&words), Some(Change::Move | Change::Cancel))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_becomes_of_a_showing_is_told_from_the_wish_for_one() {
        let change = |text: &str| {
            let words = tokens(&text.replace(',', " "));
            CHANGE_RULES.first(&words).filter(|_| !Remark::NoChange.fits(&words))
        };
        for (text, wanted) in [
            (
                "I'm supposed to come see the Alder Lane house this afternoon but I woke up with a fever, so I'm not gonna make it.",
                Change::Cancel,
            ),
            ("I don't want to see it, I have to cancel.", Change::Cancel),
            ("You do understand I'm cancelling?", Change::Cancel),
            (
                "I booked a showing online for Alder Lane tomorrow at two. Something came up, can we push it to Friday?",
                Change::Move,
            ),
            ("What time is my showing on Wednesday?", Change::Ask),
            ("I have an appointment. I just need to know when.", Change::Ask),
            ("I already have a time. I want to know what it is.", Change::Ask),
            (
                "I'm in the car on my way to see the two bedroom. What's the street number again?",
                Change::Where,
            ),
            ("I'm not a new person! I have a showing at ten.", Change::Has),
        ] {
            assert_eq!(change(text), Some(wanted), "{text}");
        }
        for text in [
            "Can I have a showing on Friday at ten?",
            "I'd like to book an appointment to see the house",
            "What's the earliest I can have a tour",
            "If I book a showing can I cancel it?",
            "Can I cancel the lease early?",
            "I have an appointment on Tuesday so Wednesday would be better",
            "I had a showing last week, I loved it",
            "I'm due to move in May and can't come before",
        ] {
            assert_eq!(change(text), None, "{text}");
        }
    }
}
