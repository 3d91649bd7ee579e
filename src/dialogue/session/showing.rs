//! A prospect sees a home: a day is asked for, times of the calendar are offered, one is read back and booked. Nothing is said
//! to be booked before the calendar has said so.

use jiff::civil::Time;
use serde::{Deserialize, Serialize};

use super::{
    Awaiting, Channel, Item, Session,
    wished::{agrees_and_goes_on, by_hour, by_place, is_the_time_again},
};
use crate::{
    dialogue::{
        Act, CalendarAnswer, CalendarRequest, DayPart, Entity, Expectation, Intent, Move, Promise, Reading,
        Showing, ShowingSlot, ShowingState, Value, When, office::words_of, pack::Line, remark::Remark,
        showing::slots_aloud,
    },
    types::ShowingId,
};

/// How often in a row the calendar is looked at in vain. Whoever finds nothing by then is called back.
const LOOKS: u8 = 4;

/// How often all the times that were offered may be refused, with no other one named.
const REFUSALS: u8 = 2;

/// How often one conversation tries to book.
const BOOKINGS: u8 = 4;

/// How far a showing has come.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(super) struct Visit {
    looks: u8,
    bookings: u8,
    /// Offers and read-backs that came to nothing, in a row.
    failures: u8,
    pub(super) offered: Vec<ShowingSlot>,
    /// What the calendar has been asked to put down.
    pending: Option<ShowingSlot>,
    pub(super) booked: Option<(ShowingId, ShowingSlot)>,
    pub(super) stage: Stage,
    /// What they want in place of the one that is being cancelled.
    #[serde(default)]
    pub(super) instead: Option<When>,
    /// It is of another conversation: the office is told what is to become of it.
    #[serde(default)]
    pub(super) of_another: bool,
    /// Somebody is late for it, or waits for whoever shows the home.
    #[serde(default)]
    late: bool,
    /// From when they would move in has been asked.
    #[serde(default)]
    asked_move_in: bool,
    /// Times that were offered and of which none was wanted.
    #[serde(default)]
    refusals: u8,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Stage {
    /// To be settled in this conversation.
    #[default]
    Open,
    /// Booked, or not wanted now.
    Settled,
    /// Left to people.
    Requested,
    Cancelled,
}

impl Visit {
    /// What came of it, for the outcome. `place`: the home.
    pub(super) fn outcome(&self, place: Option<String>) -> Option<Showing> {
        let showing = |state, slot: Option<ShowingSlot>, id| Showing { state, place, slot, id };
        match (&self.booked, self.stage) {
            (Some((id, slot)), Stage::Cancelled) => {
                Some(showing(ShowingState::Cancelled, Some(slot.clone()), Some(*id)))
            }
            (Some((id, slot)), _) => Some(showing(ShowingState::Booked, Some(slot.clone()), Some(*id))),
            (None, Stage::Requested) => Some(showing(ShowingState::Requested, self.pending.clone(), None)),
            (None, _) => None,
        }
    }

    /// What is booked stays; what was offered is forgotten. Looks and bookings are counted on.
    pub(super) fn start_over(&mut self) {
        self.offered.clear();
        if self.booked.is_none() && self.stage != Stage::Requested {
            self.stage = Stage::Open;
        }
    }

    pub(super) const fn is_of_another(&self) -> bool {
        self.of_another
    }

    pub(super) const fn is_late(&self) -> bool {
        self.late
    }

    /// It is of another conversation, and somebody is awaited there.
    pub(super) fn be_late(&mut self) {
        self.late = true;
        self.of_another = true;
    }

    pub(super) fn standing(&self) -> Option<&(ShowingId, ShowingSlot)> {
        self.booked.as_ref().filter(|_| self.stage != Stage::Cancelled)
    }
}

impl Session {
    /// Homes for sale are shown by their agent, and are not in the calendar.
    pub(super) fn seeks_to_rent(&self) -> bool {
        matches!(self.state.flow, Some(Intent::Leasing | Intent::Showing))
    }

    /// Is a showing to be settled now? Then the time is the calendar's to confirm, and no read-back of a wish is needed.
    pub(super) fn arranges_showing(&self) -> bool {
        self.office.showings
            && self.state.visit
            && self.seeks_to_rent()
            && self.state.showing.stage == Stage::Open
            && !self.state.reduced
    }

    /// Has the caller been told what becomes of the showing, so that no closing needs to?
    pub(super) fn showing_is_settled(&mut self) -> bool {
        if !self.seeks_to_rent() {
            return false;
        }
        if self.state.showing.stage == Stage::Requested && self.state.promised == Promise::Nothing {
            self.state.promised = Promise::LeadCallback;
        }
        self.state.showing.stage == Stage::Requested || self.state.showing.standing().is_some()
    }

    /// The next step towards a showing. `false`: there is none, and the flow closes.
    pub(super) fn arrange_showing(&mut self) -> bool {
        if !self.arranges_showing() {
            return false;
        }
        let Some(place) = self.state.home_to_see() else {
            // Without a home there is nothing to show; the team finds one.
            return !self.state.form.is_done(Item::Listing) && self.ask_item(Item::Listing);
        };
        // Nobody drives to a home for somebody who cannot be reached.
        if self.state.form.value(Item::Callback).is_none() || self.state.refuses_calls {
            return false;
        }
        let wish = match self.state.form.value(Item::When) {
            Some(Value::When(when)) => *when,
            _ if !self.state.form.is_done(Item::When) => {
                let first = self.state.form.get(Item::When).is_none_or(|field| field.failures == 0);
                if (first && self.ask_day()) || self.ask_item(Item::When) {
                    return true;
                }
                When { soonest: true, ..When::default() }
            }
            _ => When { soonest: true, ..When::default() },
        };
        self.look_at_calendar(place, wish);
        true
    }

    /// From when somebody would move in is asked after the visit is settled, and of a visitor once. `true`: dealt with.
    pub(super) fn leaves_move_in(&mut self) -> bool {
        if self.arrange_showing() {
            return true;
        }
        // Whoever brings somebody else, or sells, does not move in.
        if self.is_an_agent() {
            self.state.form.give_up(Item::MoveIn);
            return false;
        }
        if self.state.visit && self.seeks_to_rent() {
            if self.state.showing.asked_move_in {
                self.state.form.give_up(Item::MoveIn);
            }
            self.state.showing.asked_move_in = true;
        }
        false
    }

    /// Nothing is looked for in the calendar any more: by people, or not at all.
    pub(super) fn leave_showing_open(&mut self) {
        if self.state.showing.standing().is_none() {
            self.state.showing.stage = Stage::Requested;
            self.state.form.give_up(Item::When);
        }
    }

    /// "I've got a tenant for your listing", "I'm the agent".
    fn is_an_agent(&self) -> bool {
        let told = [&self.state.matter, &self.state.first_words];
        told.into_iter().flatten().any(|words| Remark::AnAgent.is_in(words))
    }

    /// They have named another time.
    pub(super) fn look_near(&mut self, wish: When) {
        self.state.form.hear(Item::When, Value::When(wish));
        let place = self.state.home_to_see().unwrap_or_default();
        self.look_at_calendar(place, wish);
    }

    fn look_at_calendar(&mut self, place: String, wish: When) {
        if self.state.showing.looks >= LOOKS {
            return self.leave_showing_to_people();
        }
        self.state.showing.looks += 1;
        self.ask_calendar(Line::CalendarLook, CalendarRequest::FindSlots { place, wish });
    }

    /// One sentence covers the silence; by text nobody waits in silence.
    pub(super) fn ask_calendar(&mut self, line: Line, request: CalendarRequest) {
        if self.state.opening.channel == Channel::Voice {
            self.tell(line);
        }
        self.state.awaiting = Awaiting::Calendar;
        self.state.expects = Expectation::Nothing;
        self.state.question = None;
        self.act(Act::Calendar(request));
    }

    /// What the calendar says. An answer that nobody waits for any more changes nothing but what is on record.
    pub(super) fn calendar_answered(&mut self, answer: CalendarAnswer) {
        let waited = self.state.awaiting == Awaiting::Calendar;
        if let CalendarAnswer::Booked(id) = answer {
            if let Some(slot) = self.state.showing.pending.take() {
                self.state.showing.booked = Some((id, slot));
                self.state.showing.stage = Stage::Settled;
                if matches!(self.state.promised, Promise::Nothing | Promise::LeadCallback) {
                    self.state.promised = Promise::Showing;
                }
            }
            if waited {
                self.say_booked();
            }
            return;
        }
        if let CalendarAnswer::Cancelled = answer {
            self.state.showing.stage = Stage::Cancelled;
            if self.state.promised == Promise::Showing {
                self.state.promised = Promise::Nothing;
            }
            if waited {
                self.tell(Line::ShowingCancelled);
                self.seal();
                match self.state.showing.instead.take() {
                    Some(wish) => self.take_up_showing(Some(wish)),
                    None => self.ask_anything_else(),
                }
            }
            return;
        }
        if !waited {
            return;
        }
        self.state.awaiting = Awaiting::AnythingElse;
        match answer {
            CalendarAnswer::Slots(slots) => self.offer_times(slots),
            CalendarAnswer::Taken { instead } => {
                self.state.showing.pending = None;
                self.tell(Line::ShowingTaken);
                self.offer_times(instead);
            }
            CalendarAnswer::Away => self.leave_showing(Line::ShowingRequested),
            CalendarAnswer::Booked(_) | CalendarAnswer::Cancelled => {}
        }
    }

    fn say_booked(&mut self) {
        let place = self.state.home_to_see().unwrap_or_default();
        if let Some((_, slot)) = self.state.showing.booked.clone() {
            self.keep_time(&slot);
            if self.state.form.value(Item::Listing).is_some() {
                self.state.form.settle(Item::Place);
            }
            self.tell_with(Line::ShowingBooked, &slot.aloud_whole(self.state.language, &place));
            self.seal();
        }
        self.advance();
    }

    /// What they wished for is what is booked.
    fn keep_time(&mut self, slot: &ShowingSlot) {
        let when = When { date: Some(slot.local.date()), time: Some(slot.local.time()), ..When::default() };
        self.state.form.hear(Item::When, Value::When(when));
        self.state.form.settle(Item::When);
    }

    fn offer_times(&mut self, slots: Vec<ShowingSlot>) {
        let wish = match self.state.form.value(Item::When) {
            Some(Value::When(when)) => Some(*when),
            _ => None,
        };
        self.state.showing.failures = 0;
        if !slots.is_empty() {
            self.state.showing.looks = 0;
        }
        self.state.showing.offered = slots;
        let offered = &self.state.showing.offered;
        let very_time = |slot: &ShowingSlot| {
            wish.is_some_and(|wish| {
                wish.date == Some(slot.local.date()) && wish.time == Some(slot.local.time()) && !wish.after
            })
        };
        match offered.as_slice() {
            // "Around then" is nothing that was said to whoever named no time.
            [] if wish.is_none_or(|wish| !names_time(&wish)) => self.leave_showing_to_people(),
            [] => {
                self.tell(Line::ShowingNoTime);
                self.ask_another_day();
            }
            [only] => {
                let slot = only.clone();
                self.read_back_time(slot);
            }
            [first, ..] if very_time(first) => {
                let slot = first.clone();
                self.read_back_time(slot);
            }
            _ => self.offer_again_times(),
        }
    }

    /// Offers what there is, or leaves it to people when that has been said too often.
    fn offer_again_times(&mut self) {
        let value = slots_aloud(self.state.language, &self.state.showing.offered);
        if !self.ask_line(Line::ShowingOffer, &value, Awaiting::ChooseSlot, Expectation::Open) {
            self.leave_showing_to_people();
        }
    }

    fn read_back_time(&mut self, slot: ShowingSlot) {
        let place = self.state.home_to_see().unwrap_or_default();
        let value = slot.aloud_whole(self.state.language, &place);
        let awaiting = Awaiting::ConfirmSlot(slot);
        if !self.ask_line(Line::ShowingConfirm, &value, awaiting, Expectation::YesOrNo) {
            self.leave_showing_to_people();
        }
    }

    fn ask_day(&mut self) -> bool {
        self.ask_line(Line::ShowingDay, "", Awaiting::Item(Item::When), Expectation::Open)
    }

    pub(super) fn ask_another_day(&mut self) {
        self.state.form.reopen(Item::When);
        if self.state.showing.looks >= LOOKS || !(self.ask_day() || self.ask_item(Item::When)) {
            self.leave_showing_to_people();
        }
    }

    /// Nothing is promised but a call: people settle the time, and the conversation goes on.
    fn leave_showing_to_people(&mut self) {
        self.leave_showing(Line::ShowingLeft);
    }

    fn leave_showing(&mut self, line: Line) {
        if let Some((_, slot)) = self.state.showing.standing().cloned() {
            self.state.note("asks for another time of the showing, which was not changed".into());
            self.state.showing.stage = Stage::Settled;
            self.keep_time(&slot);
            self.tell_with(Line::ShowingStands, &slot.aloud(self.state.language));
            return self.advance();
        }
        self.state.showing.stage = Stage::Requested;
        self.state.form.give_up(Item::When);
        if self.state.form.value(Item::Listing).is_some() && self.state.form.value(Item::Place).is_some() {
            self.state.form.give_up(Item::Place);
        }
        self.state.note("the showing is not booked: settle a time with them".into());
        self.tell(line);
        self.advance();
    }

    /// They would rather not settle it now.
    pub(super) fn decline_showing(&mut self) {
        self.state.showing.stage = Stage::Settled;
        match self.state.showing.standing().cloned() {
            Some((_, slot)) => {
                self.keep_time(&slot);
                self.tell_with(Line::ShowingStands, &slot.aloud(self.state.language));
            }
            None => {
                self.state.form.give_up(Item::When);
                self.tell(Line::Skipped);
            }
        }
        self.advance();
    }

    /// Something was said while the calendar is being asked: it is taken up, and answered with what the calendar says.
    pub(super) fn heard_while_waiting(&mut self, heard: &[Entity]) {
        let aside: Vec<Entity> =
            heard.iter().filter(|entity| !matches!(entity.value, Value::When(_))).cloned().collect();
        self.take_beside_the_point(&aside);
    }

    /// Which of the times that were offered.
    pub(super) fn heard_time_choice(&mut self, text: &str, reading: &Reading, heard: &[Entity]) {
        if self.state.unheard {
            return self.offer_again_times();
        }
        let offered = self.state.showing.offered.clone();
        let wish = wish_in(heard);
        let words = words_of(text);
        let fitting: Vec<&ShowingSlot> =
            offered.iter().filter(|slot| wish.is_some_and(|wish| fits(&wish, slot))).collect();
        // "Saturday" of three times on Saturday is no choice, but goes on: with the first of them.
        let chosen = fitting.len() == 1 || is_the_time_again(text, heard);
        if let Some(first) = fitting.first().filter(|_| chosen) {
            self.state.confusions = 0;
            self.state.showing.failures = 0;
            let slot = (*first).clone();
            return self.read_back_time(slot);
        }
        let named = by_place(&words, &offered).or_else(|| by_hour(text, &offered).filter(|_| wish.is_none()));
        if let Some(slot) = named.filter(|_| fitting.is_empty()) {
            self.state.confusions = 0;
            self.state.showing.failures = 0;
            return self.read_back_time(slot);
        }
        self.heard_about_time(text, reading, heard, wish.filter(|_| fitting.is_empty()));
    }

    /// Yes, no, or another time.
    pub(super) fn heard_time_confirmation(
        &mut self,
        slot: &ShowingSlot,
        text: &str,
        reading: &Reading,
        heard: &[Entity],
    ) {
        if self.state.unheard {
            return self.read_back_time(slot.clone());
        }
        let other = wish_in(heard).filter(|wish| !fits(wish, slot));
        if other.is_some() && agrees_and_goes_on(text) {
            self.state.note(text.trim().to_owned());
            return self.book(slot.clone());
        }
        match (reading.moves, other) {
            (Some(Move::Affirm | Move::Thank), None) => {
                self.state.confusions = 0;
                self.book(slot.clone());
            }
            (Some(Move::Deny), None) => {
                self.state.confusions = 0;
                self.state.showing.offered.retain(|offered| offered != slot);
                match self.state.showing.offered.is_empty() {
                    true => self.times_refused(),
                    false => self.offer_again_times(),
                }
            }
            (_, Some(_)) => self.heard_time_choice(text, reading, heard),
            (None, None) if is_the_time_again(text, heard) => {
                self.state.confusions = 0;
                self.book(slot.clone());
            }
            _ => self.heard_about_time(text, reading, heard, None),
        }
    }

    /// No choice among what was offered: another wish, no time at all, or nothing that can be used.
    fn heard_about_time(&mut self, text: &str, reading: &Reading, heard: &[Entity], wish: Option<When>) {
        if let Some(wish) = wish.and_then(|wish| self.on_a_day(wish)) {
            self.state.confusions = 0;
            return self.look_near(wish);
        }
        match reading.moves {
            Some(Move::Done | Move::Refuse) => {
                self.state.confusions = 0;
                // Whoever has had enough is not asked when they would move in.
                self.state.form.give_up(Item::MoveIn);
                self.decline_showing();
            }
            Some(Move::Unknown) => {
                self.state.confusions = 0;
                self.decline_showing();
            }
            Some(Move::Deny) => self.times_refused(),
            _ if Remark::RefusesTimes.is_in(text) => self.times_refused(),
            _ if self.changes_topic(text, reading) => {
                self.state.add_matter(text);
                self.begin_flow(reading.intent, text);
            }
            _ => {
                self.heard_while_waiting(heard);
                self.not_understood();
            }
        }
    }

    /// None of what was offered: another day is asked for once, and then it is left to people.
    fn times_refused(&mut self) {
        self.state.confusions = 0;
        self.state.showing.refusals = self.state.showing.refusals.saturating_add(1);
        match self.state.showing.refusals >= REFUSALS {
            true => self.leave_showing_to_people(),
            false => self.ask_another_day(),
        }
    }

    /// What was said about a time was not understood: asked once more, and then left to people.
    pub(super) fn time_not_understood(&mut self) {
        self.state.showing.failures = self.state.showing.failures.saturating_add(1);
        if self.state.showing.failures >= self.pack.limits().hearings {
            return self.leave_showing_to_people();
        }
        self.tell(Line::Unclear);
        match self.state.awaiting.clone() {
            Awaiting::ConfirmSlot(slot) => self.read_back_time(slot),
            _ => self.offer_again_times(),
        }
    }

    /// "Eleven" after an offer for Saturday is eleven on Saturday.
    pub(super) fn on_a_day(&self, wish: When) -> Option<When> {
        let named = wish.date.is_some()
            || wish.time.is_some()
            || wish.part.is_some()
            || wish.until.is_some()
            || wish.any
            || wish.soonest;
        let of_offer = self.state.showing.offered.first().map(|slot| slot.local.date());
        let of_booking = self.state.showing.booked.as_ref().map(|(_, slot)| slot.local.date());
        let open = wish.any || wish.soonest;
        let date = wish.date.or(of_offer.or(of_booking).filter(|_| !open));
        named.then_some(When { date, ..wish })
    }

    fn book(&mut self, slot: ShowingSlot) {
        let Some(Value::Phone(callback)) = self.state.form.value(Item::Callback).cloned() else {
            return self.leave_showing_to_people();
        };
        if self.state.showing.bookings >= BOOKINGS {
            return self.leave_showing_to_people();
        }
        self.state.showing.bookings += 1;
        self.state.showing.pending = Some(slot.clone());
        let name = match self.state.form.value(Item::Name) {
            Some(Value::Name(name)) => Some(name.full()),
            _ => None,
        };
        let place = self.state.home_to_see().unwrap_or_default();
        let replaces = self.state.showing.standing().map(|(id, _)| *id);
        self.ask_calendar(
            Line::CalendarBook,
            CalendarRequest::Book { slot, place, name, callback, replaces },
        );
    }
}

/// The time that was said, as a wish.
pub(super) fn wish_in(heard: &[Entity]) -> Option<When> {
    heard.iter().find_map(|entity| match entity.value {
        Value::When(when) | Value::MoveIn(when) => Some(when),
        _ => None,
    })
}

fn names_time(wish: &When) -> bool {
    wish.date.is_some() || wish.time.is_some() || wish.part.is_some() || wish.until.is_some()
}

/// Could they have meant this one?
pub(super) fn fits(wish: &When, slot: &ShowingSlot) -> bool {
    let (date, time) = (slot.local.date(), slot.local.time());
    let day = wish.date.is_none_or(|from| match wish.until_date {
        Some(until) => (from..=until).contains(&date),
        None => from == date,
    });
    let hour = wish.time.is_none_or(|at| if wish.after { time >= at } else { time == at });
    let before = wish.until.is_none_or(|until| time < until);
    let part = wish.part.filter(|_| wish.time.is_none()).is_none_or(|part| part_of(time) == part);
    let named = wish.date.is_some() || wish.time.is_some() || wish.until.is_some() || wish.part.is_some();
    named && day && hour && before && part
}

fn part_of(time: Time) -> DayPart {
    match time.hour() {
        0..=11 => DayPart::Morning,
        12 => DayPart::Noon,
        13..=16 => DayPart::Afternoon,
        17..=19 => DayPart::Evening,
        _ => DayPart::Night,
    }
}
