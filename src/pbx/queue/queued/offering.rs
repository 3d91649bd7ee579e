//! Whoever waits may be called back instead: which number, and is it right?

use std::time::Duration;

use super::Queued;
use crate::{
    pbx::{
        CallBackPlan, Caller, Dialled, Disposition, MediaEvent,
        call::{CallEvent, stays},
        dialplan::{self, Asker},
        exchange::Context,
        hold,
        next::{Next, Step},
        queue::{CallBack, CallBackState, QueueEnd, promises, words},
        services::Piece,
        session_event::SessionEvent,
        toll::PriceClass,
    },
    types::PhoneNumber,
};

/// Nobody's phone rings for somebody who is pressing keys, until so long after the last.
const KEYING: Duration = Duration::from_secs(20);

/// More digits than any number has are swallowed.
const MOST_TYPED: usize = 20;

/// A number that cannot be called back may be keyed so often.
const MOST_TRIES: u32 = 3;

/// How far the caller has come with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Asking {
    Typing {
        typed: String,
        tries: u32,
    },
    Confirming {
        number: PhoneNumber,
        own: bool,
        tries: u32,
    },
    /// It is promised: this is said, and then the call is over.
    Leaving,
}

impl Queued {
    /// Is a call-back offered by now? Not without speech: the number has to be read back.
    pub(super) fn is_offered(&self, cx: &Context<'_>) -> Option<CallBackPlan> {
        let plan = super::plan_of(cx, &self.standing).call_back?;
        let waited = cx.now.at.saturating_duration_since(self.standing.joined);
        (cx.exchange.speech_ready && waited >= plan.after).then_some(plan)
    }

    /// The caller wants to be called back.
    pub(super) fn ask_for_number(mut self, cx: &mut Context<'_>, plan: CallBackPlan) -> Step<Self> {
        let number = match cx.ledger.caller() {
            Caller::Number { number, .. } => Some(*number),
            Caller::Extension(_) | Caller::Anonymous => None,
        };
        match number.filter(|number| may_be_promised(cx, number, true, plan)) {
            Some(number) => self.confirm(cx, number, true, 0),
            None => self.type_in(cx, 0, words::WHICH_NUMBER),
        }
        Step::Stay(self)
    }

    fn confirm(&mut self, cx: &mut Context<'_>, number: PhoneNumber, own: bool, tries: u32) {
        self.asking = Some(Asking::Confirming { number, own, tries });
        self.asks(cx, words::confirm(&number));
    }

    fn type_in(&mut self, cx: &mut Context<'_>, tries: u32, words: &str) {
        self.asking = Some(Asking::Typing { typed: String::new(), tries });
        self.asks(cx, words.to_owned());
    }

    fn asks(&mut self, cx: &mut Context<'_>, words: String) {
        self.is_keying(cx);
        self.mouth.hush(cx, &self.leg);
        self.mouth.say(cx, &mut self.leg, [Piece::Words(words)]);
    }

    fn is_keying(&mut self, cx: &mut Context<'_>) {
        let (call, plan) = (cx.call(), super::plan_of(cx, &self.standing));
        self.says = Some(cx.now.at + plan.announce);
        cx.exchange.lines.put_off(&self.standing.queue, call, cx.now.at + KEYING);
    }

    /// A key of somebody who is being asked.
    pub(super) fn answer(mut self, cx: &mut Context<'_>, asking: Asking, key: char) -> Step<Self> {
        let Some(plan) = self.is_offered(cx) else { return Step::Stay(self) };
        self.is_keying(cx);
        match (asking, key) {
            (Asking::Leaving, _) => self.asking = Some(Asking::Leaving),
            (_, '*') => {
                self.mouth.hush(cx, &self.leg);
                let plan = super::plan_of(cx, &self.standing);
                self.say_place(cx, &plan, false);
            }
            (Asking::Confirming { number, own, .. }, '1') => return self.promise(cx, number, own),
            (Asking::Confirming { tries, .. }, '2') => self.type_in(cx, tries, words::WHICH_NUMBER),
            (Asking::Confirming { number, own, tries }, _) => self.confirm(cx, number, own, tries),
            (Asking::Typing { typed, tries }, '#') => match read(cx, &typed, plan) {
                Some(number) => self.confirm(cx, number, false, tries),
                None if tries + 1 >= MOST_TRIES => self.asks(cx, words::WAIT_ON.to_owned()),
                None => self.type_in(cx, tries + 1, words::NOT_THAT_NUMBER),
            },
            (Asking::Typing { mut typed, tries }, key) => {
                self.mouth.hush(cx, &self.leg);
                if typed.len() < MOST_TYPED {
                    typed.push(key);
                }
                self.asking = Some(Asking::Typing { typed, tries });
            }
        }
        Step::Stay(self)
    }

    /// It is promised. Whether the caller stays for the last words does not matter any more.
    fn promise(mut self, cx: &mut Context<'_>, number: PhoneNumber, own: bool) -> Step<Self> {
        let Some(dialled) = cx.ledger.dialled().number() else { return Step::Stay(self) };
        let name = match cx.ledger.caller() {
            Caller::Number { display, .. } => display.clone(),
            Caller::Extension(_) | Caller::Anonymous => String::new(),
        };
        let promise = CallBack {
            call: cx.call(),
            queue: self.standing.queue.clone(),
            number,
            own,
            name,
            dialled,
            asked: cx.now.wall,
            tries: 0,
            state: CallBackState::Waiting,
        };
        promises::made(cx.exchange, cx.now, promise);
        self.standing.ends(cx, QueueEnd::CallBack);
        hold::stops_music_to(cx, &self.leg);
        self.mouth.hush(cx, &self.leg);
        self.mouth.say(cx, &mut self.leg, [Piece::words(words::PROMISED)]);
        self.asking = Some(Asking::Leaving);
        self.over(cx)
    }

    /// Anything that happens to somebody who hears that the call-back is promised.
    pub(super) fn leaving(mut self, cx: &mut Context<'_>, event: CallEvent) -> Step<Self> {
        match event {
            CallEvent::Session { session, event } if session == self.leg.session() => match event {
                SessionEvent::Ended(_) | SessionEvent::Cancelled(_) => {
                    self.leg.gone(cx);
                    return Step::Go(Next::End(Disposition::Served));
                }
                event => {
                    if self.leg.alone(cx, event).is_err() {
                        self.mouth.hush(cx, &self.leg);
                        return self.hung_up(cx);
                    }
                }
            },
            CallEvent::Media { leg, event: MediaEvent::Played { utterance, .. } } if leg == self.leg.id() => {
                self.mouth.played(cx, &mut self.leg, utterance);
            }
            CallEvent::Media { leg, event: MediaEvent::Failed | MediaEvent::Dead { .. } }
                if leg == self.leg.id() =>
            {
                return self.hung_up(cx);
            }
            CallEvent::HangUp => return self.hung_up(cx),
            CallEvent::Timeout => self.mouth.handle_timeout(cx, &mut self.leg),
            CallEvent::Desk(event) => return stays(cx, self, event),
            CallEvent::Session { .. }
            | CallEvent::Media { .. }
            | CallEvent::Speech(_)
            | CallEvent::AgentPlace => {}
        }
        self.over(cx)
    }

    fn over(mut self, cx: &mut Context<'_>) -> Step<Self> {
        if self.mouth.has_finished() { self.hung_up(cx) } else { Step::Stay(self) }
    }

    fn hung_up(self, cx: &mut Context<'_>) -> Step<Self> {
        self.leg.hang_up(cx, None);
        Step::Go(Next::End(Disposition::Served))
    }
}

/// What was keyed in as a number that may be called back.
fn read(cx: &Context<'_>, typed: &str, plan: CallBackPlan) -> Option<PhoneNumber> {
    let directory = cx.ledger.directory();
    if directory.emergency.numbers.matched(typed).is_some() {
        return None;
    }
    let number = directory.country.read(typed, directory.area_code.as_deref()).ok()?;
    may_be_promised(cx, &number, false, plan).then_some(number)
}

/// May the box be made to call this number? Nobody makes it ring a stranger abroad, or anybody again and again.
fn may_be_promised(cx: &Context<'_>, number: &PhoneNumber, own: bool, plan: CallBackPlan) -> bool {
    let directory = cx.ledger.directory();
    let class = directory.limits.tolls.class_of(directory.country, number);
    !directory.numbers.contains_key(number)
        && dialplan::may_reach(directory, Asker::Agent, &Dialled::Number(*number)).is_ok()
        && (own || matches!(class, PriceClass::Domestic))
        && cx.exchange.promises.has_room(number, cx.now.wall, plan.most_a_day)
}
