//! One call: the states it can be in, and the ways between them.

mod alerted;
mod promised;
mod standing;

use std::time::Instant;

use super::{
    Dialled, Disposition, Fact, MediaEvent, Party, Reason,
    announcing::Announcing,
    assisted::Assisted,
    conference::Conference,
    desk_event::DeskEvent,
    emergency_call::{After, EmergencyCall},
    ending::Ending,
    exchange::{Context, Exchange},
    faxing::Faxing,
    incoming::Incoming,
    ledger::{Beginning, Ledger},
    leg::Leg,
    line::superseded,
    next::{Announced, Next, Step},
    on_call::{Alerting, Awaiting},
    paging::Paging,
    parked::Parked,
    prompting::{Prompt, Prompting},
    queue::{CallingBack, Queued},
    refusal::Refusal,
    ring_plan::Hunt,
    ringing::Ringing,
    routing::Route,
    sacrifice::Sacrifice,
    services::Serving,
    session_event::SessionEvent,
    sought::{hunt_of_desk, hunt_of_staff},
    supervision::Request,
    talking::Talking,
    waiting::Waiting,
};
use crate::{
    agent::VoiceInput,
    dialogue,
    sip::{Invitation, SessionId},
    types::{CallId, LegId, Moment},
};

/// A call from its INVITE until its record is out.
#[derive(Debug)]
pub(super) struct Call {
    /// Large, and a call goes from state to state by value.
    ledger: Box<Ledger>,
    state: State,
}

/// What a call is doing. Each state owns what is valid in it, and nothing else.
#[derive(Debug)]
enum State {
    Ringing(Ringing),
    Talking(Talking),
    Faxing(Box<Faxing>),
    Assisted(Assisted),
    /// The agent has said that people on call are rung.
    Awaiting(Box<Awaiting>),
    /// The house calls somebody on call.
    Alerting(Box<Alerting>),
    Parked(Parked),
    Queued(Box<Queued>),
    CallingBack(Box<CallingBack>),
    Prompting(Prompting),
    Announcing(Announcing),
    Emergency(Box<EmergencyCall>),
    Serving(Serving),
    Conference(Conference),
    Paging(Paging),
    Ending(Ending),
}

/// What can happen to a call.
#[derive(Debug)]
pub(super) enum CallEvent {
    Session {
        session: SessionId,
        event: SessionEvent,
    },
    Media {
        leg: LegId,
        event: MediaEvent,
    },
    /// For the agent, from the speech pool.
    Speech(VoiceInput),
    /// A place at the agent may be free.
    AgentPlace,
    /// Somebody at a desk phone does something with it.
    Desk(DeskEvent),
    /// Somebody in the office, or the end of the process, wants it to end.
    HangUp,
    Timeout,
}

/// A call that has just come in.
#[derive(Debug)]
pub(super) struct Arrival {
    pub(super) beginning: Beginning,
    pub(super) session: SessionId,
    pub(super) invitation: Invitation,
    pub(super) route: Route,
}

impl Call {
    /// Takes up a call that may be connected. `None`: it was over at once, and its record is out.
    pub(super) fn begin(exchange: &mut Exchange, arrival: Arrival) -> Option<Self> {
        let Arrival { beginning, session, invitation, route } = arrival;
        let now = beginning.at;
        let mut ledger = Box::new(Ledger::begun(exchange, beginning));
        let mut cx = Context { now, exchange, ledger: &mut ledger };
        let party = Party::Caller(cx.ledger.caller().clone());
        let next = match (Incoming::new(&mut cx, session, invitation, party), route) {
            (Ok(caller), Route::Ring(hunt)) => Next::Ring { caller, hunt },
            (Ok(caller), Route::Agent(why)) => Next::Queue { caller, why },
            (Ok(caller), Route::Connect(hunt)) => Next::Connect { caller, hunt },
            (Ok(caller), Route::Page(page)) => Next::Page { caller, page },
            (Ok(caller), Route::Confer(room)) => Next::Confer { caller: Announced::Waiting(caller), room },
            (Ok(caller), Route::Emergency(emergency, whereabouts)) => {
                let after = EmergencyCall::begin(&mut cx, caller, emergency, whereabouts);
                let state = in_emergency(&mut cx, after);
                return Self { ledger, state }.unless_over(now, exchange);
            }
            (Ok(caller), Route::Enqueue(queue)) => {
                Next::Enqueue { caller: Announced::Waiting(caller), queue }
            }
            (Ok(caller), Route::Serve(errand)) => Next::Serve { caller: Announced::Waiting(caller), errand },
            (Err(_), _) => Next::End(Disposition::Failed),
        };
        let state = go(&mut cx, next);
        Self { ledger, state }.unless_over(now, exchange)
    }

    /// A phone has dialled a code, and is told what has come of it: a call to nobody, which leaves no record.
    pub(super) fn tell(
        exchange: &mut Exchange,
        beginning: Beginning,
        session: SessionId,
        invitation: Invitation,
        prompt: Prompt,
    ) -> Option<Self> {
        let now = beginning.at;
        let mut ledger = Box::new(Ledger::private(beginning));
        let mut cx = Context { now, exchange, ledger: &mut ledger };
        let party = Party::Caller(cx.ledger.caller().clone());
        let next = match Incoming::new(&mut cx, session, invitation, party) {
            Ok(caller) => Next::Tell { caller, prompt },
            Err(_) => Next::End(Disposition::Failed),
        };
        let state = go(&mut cx, next);
        Self { ledger, state }.unless_over(now, exchange)
    }

    /// The one who talks with the phone at this session goes on in another call; this one is over.
    pub(super) fn give_away(
        mut self,
        now: Moment,
        exchange: &mut Exchange,
        session: SessionId,
        to: CallId,
    ) -> (Option<Self>, Option<Leg>) {
        let State::Talking(state) = self.state else { return (Some(self), None) };
        let mut cx = Context { now, exchange, ledger: &mut self.ledger };
        let (leg, disposition) = state.give_away(&mut cx, session);
        let leg = leg.moves_to(&mut cx, to);
        let state = go(&mut cx, Next::End(disposition));
        (Self { ledger: self.ledger, state }.unless_over(now, exchange), Some(leg))
    }

    /// One event. `None`: the call is over, and its record is out.
    pub(super) fn handle(mut self, now: Moment, exchange: &mut Exchange, event: CallEvent) -> Option<Self> {
        let mut cx = Context { now, exchange, ledger: &mut self.ledger };
        if let CallEvent::Media { leg, event: MediaEvent::Closed { quality } } = &event {
            cx.ledger.quality(*leg, *quality);
        }
        if let CallEvent::Media { leg: _, event: MediaEvent::Fax(sign) } = &event {
            cx.ledger.fax_sign(*sign);
        }
        let step = match self.state {
            State::Ringing(state) => in_ringing(state, &mut cx, event).map(State::Ringing),
            State::Talking(state) => in_talking(state, &mut cx, event).map(State::Talking),
            State::Faxing(state) => state.handle(&mut cx, event).map(|state| State::Faxing(Box::new(state))),
            State::Assisted(state) => in_assisted(state, &mut cx, event).map(State::Assisted),
            State::Awaiting(state) => state.handle(&mut cx, event).map(awaiting),
            State::Alerting(state) => state.handle(&mut cx, event).map(alerting),
            State::Parked(state) => in_parked(state, &mut cx, event).map(State::Parked),
            State::Queued(state) => state.handle(&mut cx, event).map(queued),
            State::CallingBack(state) => state.handle(&mut cx, event).map(calling_back),
            State::Prompting(state) => state.handle(&mut cx, event).map(State::Prompting),
            State::Announcing(state) => state.handle(&mut cx, event).map(State::Announcing),
            State::Emergency(state) => {
                let after = state.handle(&mut cx, event);
                let state = in_emergency(&mut cx, after);
                return Self { ledger: self.ledger, state }.unless_over(now, exchange);
            }
            State::Serving(state) => state.handle(&mut cx, event).map(State::Serving),
            State::Conference(state) => state.handle(&mut cx, event).map(State::Conference),
            State::Paging(state) => state.handle(&mut cx, event).map(State::Paging),
            State::Ending(state) => Step::Stay(State::Ending(state)),
        };
        let state = match step {
            Step::Stay(state) => state,
            Step::Go(next) => go(&mut cx, next),
        };
        Self { ledger: self.ledger, state }.unless_over(now, exchange)
    }

    pub(super) fn deadline(&self) -> Option<(Instant, Reason)> {
        match &self.state {
            State::Ringing(state) => state.deadline(),
            State::Talking(state) => state.deadline(),
            State::Faxing(state) => state.deadline(),
            State::Assisted(state) => state.deadline(),
            State::Awaiting(state) => state.deadline(),
            State::Alerting(state) => state.deadline(),
            State::Parked(state) => state.deadline(),
            State::Queued(state) => state.deadline(),
            State::CallingBack(state) => state.deadline(),
            State::Prompting(state) => state.deadline(),
            State::Announcing(state) => state.deadline(),
            State::Emergency(state) => state.deadline(),
            State::Serving(state) => state.deadline(),
            State::Conference(state) => state.deadline(),
            State::Paging(state) => state.deadline(),
            State::Ending(state) => state.deadline(),
        }
    }

    pub(super) fn ledger(&self) -> &Ledger {
        &self.ledger
    }

    /// Is anybody still connected, or about to be?
    pub(super) fn is_live(&self) -> bool {
        !matches!(self.state, State::Ending(_))
    }

    /// What an emergency may do to it when it needs the line.
    pub(super) fn sacrifice(&self) -> Option<Sacrifice> {
        match &self.state {
            State::Assisted(_) | State::Awaiting(_) | State::Announcing(_) => Some(Sacrifice::Agent),
            State::Serving(_) | State::Queued(_) => Some(Sacrifice::Service),
            State::Ringing(state) if state.is_for_queued() => Some(Sacrifice::Service),
            State::Ringing(_)
            | State::Talking(_)
            | State::Faxing(_)
            | State::Parked(_)
            | State::Prompting(_)
            | State::Paging(_)
            | State::Conference(_) => {
                let outbound =
                    matches!(self.ledger.dialled(), Dialled::Number(_)) && self.ledger.is_outbound();
                outbound.then_some(Sacrifice::Outbound)
            }
            // One to somebody on call has given its line before anybody is asked for theirs.
            State::Emergency(_) | State::Ending(_) | State::CallingBack(_) | State::Alerting(_) => None,
        }
    }

    pub(super) fn is_page(&self) -> bool {
        matches!(self.state, State::Paging(_))
    }

    pub(super) fn is_emergency(&self) -> bool {
        matches!(self.state, State::Emergency(_))
    }

    fn unless_over(mut self, now: Moment, exchange: &mut Exchange) -> Option<Self> {
        let State::Ending(ending) = &self.state else { return Some(self) };
        let finished = ending.finished(&mut Context { now, exchange, ledger: &mut self.ledger });
        let Some((ended, disposition)) = finished else { return Some(self) };
        exchange.fact(match self.ledger.is_private() {
            true => Fact::Unrecorded(self.ledger.call()),
            false => Fact::Ended(Box::new(self.ledger.close(ended, disposition))),
        });
        None
    }
}

/// The only two things that an emergency call can become.
fn in_emergency(cx: &mut Context<'_>, after: After) -> State {
    match after {
        After::Going(state) => State::Emergency(Box::new(state)),
        After::Over(disposition) => State::Ending(Ending::begin(cx, disposition)),
    }
}

fn in_ringing(state: Ringing, cx: &mut Context<'_>, event: CallEvent) -> Step<Ringing> {
    match event {
        CallEvent::Session { session, event } => state.handle_session(cx, session, event),
        CallEvent::Media { leg, event } => state.handle_media(cx, leg, &event),
        // Late words for an agent that is handing over.
        CallEvent::Speech(_) => Step::Stay(state),
        CallEvent::AgentPlace => state.handle_agent_place(cx),
        CallEvent::Desk(DeskEvent::Taken { session, invitation, by }) => {
            state.taken(cx, session, *invitation, by)
        }
        CallEvent::Desk(event) => stays(cx, state, event),
        CallEvent::HangUp => state.hang_up(cx),
        CallEvent::Timeout => state.handle_timeout(cx),
    }
}

fn in_talking(state: Talking, cx: &mut Context<'_>, event: CallEvent) -> Step<Talking> {
    match event {
        CallEvent::Session { session, event } => state.handle_session(cx, session, event),
        CallEvent::Media { leg, event } => state.handle_media(cx, leg, &event),
        CallEvent::Desk(event) => state.handle_desk(cx, event),
        CallEvent::Speech(_) | CallEvent::AgentPlace => Step::Stay(state),
        CallEvent::HangUp => state.hang_up(cx, None),
        CallEvent::Timeout => state.handle_timeout(cx),
    }
}

fn in_assisted(state: Assisted, cx: &mut Context<'_>, event: CallEvent) -> Step<Assisted> {
    match event {
        CallEvent::Session { session, event } => state.handle_session(cx, session, event),
        CallEvent::Media { leg, event } => state.handle_media(cx, leg, &event),
        CallEvent::Speech(input) => state.tell(cx, input),
        CallEvent::AgentPlace => Step::Stay(state),
        CallEvent::Desk(DeskEvent::Supervise(request)) => state.supervise(cx, request),
        CallEvent::Desk(DeskEvent::OnCallTakes(leg)) => state.taken_on_call(cx, *leg),
        CallEvent::Desk(event) => stays(cx, state, event),
        CallEvent::HangUp => state.hang_up(cx),
        CallEvent::Timeout => state.handle_timeout(cx),
    }
}

/// Nothing can be done with the call at this moment. What has been brought along for it is not left hanging.
pub(super) fn stays<S>(cx: &mut Context<'_>, state: S, event: DeskEvent) -> Step<S> {
    match event {
        DeskEvent::Taken { session, .. }
        | DeskEvent::TakeOver { session, .. }
        | DeskEvent::Enters { session, .. }
        | DeskEvent::Merges { session, .. }
        | DeskEvent::Supervise(Request { session, .. }) => {
            Refusal::NOBODY.give(cx.now.at, &mut cx.exchange.sip, session);
        }
        DeskEvent::Park(_) => leave_slot(cx),
        DeskEvent::SentToRoom { .. }
        | DeskEvent::Routed(_)
        | DeskEvent::Turn(_)
        | DeskEvent::OnCall(_)
        | DeskEvent::OnCallNews(_)
        | DeskEvent::PromiseStored => {}
        DeskEvent::OnCallTakes(with) => with.hang_up(cx, None),
        DeskEvent::Transfer { refer, .. } => {
            superseded(cx.exchange.sip.refuse_refer(cx.now.at, refer, 603));
        }
        DeskEvent::Join { with, .. } | DeskEvent::Brought { with, .. } => with.hang_up(cx, None),
        DeskEvent::Record { .. } | DeskEvent::OpenDoor { .. } => {}
    }
    Step::Stay(state)
}

fn in_parked(state: Parked, cx: &mut Context<'_>, event: CallEvent) -> Step<Parked> {
    match event {
        CallEvent::Session { session, event } => state.handle_session(cx, session, event),
        CallEvent::Media { leg, event } => state.handle_media(cx, leg, &event),
        CallEvent::Desk(DeskEvent::Taken { session, invitation, by }) => {
            state.taken(cx, session, *invitation, by)
        }
        CallEvent::Desk(event) => stays(cx, state, event),
        CallEvent::Speech(_) | CallEvent::AgentPlace => Step::Stay(state),
        CallEvent::HangUp => state.hang_up(cx, None),
        CallEvent::Timeout => state.handle_timeout(cx),
    }
}

/// Follows the way out of a state until the call has come to rest in another.
///
/// It always does: no state leads back to one that it came from without an event in between, except the agent and the
/// ringing of a transfer, and a conversation asks for a bounded number of those.
fn go(cx: &mut Context<'_>, mut next: Next) -> State {
    loop {
        match enter(cx, next) {
            Step::Stay(state) => return state,
            Step::Go(further) => next = further,
        }
    }
}

fn enter(cx: &mut Context<'_>, next: Next) -> Step<State> {
    let why = next.decision(cx.ledger);
    cx.decide(why);
    match next {
        Next::Ring { caller, hunt } => Ringing::for_caller(cx, caller, hunt, None).map(State::Ringing),
        Next::Queue { caller, why } => {
            Ringing::for_caller(cx, caller, Hunt::default(), Some(why)).map(State::Ringing)
        }
        Next::Connect { caller, hunt } => {
            let hunt = hunt.unwrap_or_else(|| hunt_of_desk(cx));
            Ringing::for_desk(cx, caller, hunt).map(State::Ringing)
        }
        Next::Transfer { caller, conversation, to, brief } => {
            match to {
                dialogue::Destination::Staff => {
                    let hunt = hunt_of_staff(cx);
                    Ringing::for_transfer(cx, caller, conversation, brief, hunt).map(State::Ringing)
                }
                // They are being rung already, by the escalation.
                dialogue::Destination::OnCall => Awaiting::begin(cx, caller, conversation).map(awaiting),
            }
        }
        Next::Talk { caller, callee, disposition } => {
            leave_agent(cx);
            let call = cx.call();
            cx.exchange.spending.call_answered(cx.now.at, call);
            leave_slot(cx);
            Step::Stay(State::Talking(Talking::begin(cx, caller, callee, disposition)))
        }
        Next::Fax(faxing) => Step::Stay(State::Faxing(faxing)),
        Next::Assist { caller, why } => match caller.answer(cx, None) {
            Ok(caller) => Step::Stay(State::Assisted(Assisted::begin(cx, caller, why))),
            Err(_) => Step::Go(Next::End(Disposition::Failed)),
        },
        Next::Resume { caller, conversation, with } => {
            Assisted::resume(cx, caller, conversation, with).map(State::Assisted)
        }
        Next::Announce { caller, why } => {
            leave_agent(cx);
            if let Some(why) = why {
                cx.ledger.agent_takes(why);
            }
            let answered = match caller {
                Announced::Waiting(caller) => caller.answer(cx, None),
                Announced::Talking(caller) => Ok(caller),
            };
            match answered {
                Ok(caller) => Step::Stay(State::Announcing(Announcing::begin(cx, caller))),
                Err(_) => Step::Go(Next::End(Disposition::Failed)),
            }
        }
        Next::Serve { caller, errand } => {
            leave_agent(cx);
            let (answered, fresh) = match caller {
                Announced::Waiting(caller) => (caller.answer(cx, None), true),
                Announced::Talking(caller) => (Ok(caller), false),
            };
            match answered {
                Ok(caller) => Serving::begin(cx, caller, errand, fresh).map(State::Serving),
                Err(_) => Step::Go(Next::End(Disposition::Failed)),
            }
        }
        Next::Enqueue { caller, queue } => Queued::enter(cx, caller, &queue).map(queued),
        Next::WaitOn { leg, standing, key } => Queued::again(cx, leg, *standing, key).map(queued),
        Next::Page { caller, page } => {
            let plan = cx.ledger.directory().features.pages.get(&page).cloned();
            match (plan, caller.answer(cx, None)) {
                (Some(plan), Ok(caller)) => Paging::begin(cx, caller, &plan).map(State::Paging),
                (None, Ok(caller)) => {
                    caller.hang_up(cx, None);
                    Step::Go(Next::End(Disposition::Failed))
                }
                (_, Err(_)) => Step::Go(Next::End(Disposition::Failed)),
            }
        }
        Next::Confer { caller, room } => {
            let answered = match caller {
                Announced::Waiting(caller) => caller.answer(cx, None),
                Announced::Talking(caller) => Ok(caller),
            };
            match answered {
                Ok(caller) => Conference::open(cx, room, caller).map(State::Conference),
                Err(_) => Step::Go(Next::End(Disposition::Failed)),
            }
        }
        Next::Join { legs, room, disposition } => {
            Conference::joined(cx, legs, room, disposition).map(State::Conference)
        }
        Next::Park { leg, place, disposition } => {
            Step::Stay(State::Parked(Parked::begin(cx, leg, place, disposition)))
        }
        Next::Reach { leg, reach, transferor, otherwise, disposition } => {
            let label = reach.label.clone();
            let waiting = Waiting { leg, transferor, label, otherwise, disposition };
            Ringing::for_waiting(cx, waiting, reach).map(State::Ringing)
        }
        Next::AssistAgain { caller, why } => {
            let (call, limit) = (cx.call(), cx.ledger.directory().limits.agent_calls);
            if cx.exchange.speech_ready && cx.exchange.places.take(call, limit) {
                Step::Stay(State::Assisted(Assisted::begin(cx, caller, why)))
            } else {
                Step::Go(Next::Announce { caller: Announced::Talking(caller), why: Some(why) })
            }
        }
        Next::Tell { caller, prompt } => match caller.answer(cx, None) {
            Ok(caller) => Step::Stay(State::Prompting(Prompting::begin(cx, caller, prompt))),
            Err(_) => Step::Go(Next::End(Disposition::Failed)),
        },
        Next::End(disposition) => {
            leave_slot(cx);
            leave_agent(cx);
            cx.exchange.room_left_by(cx.ledger.call());
            let (call, directory) = (cx.call(), cx.ledger.directory().clone());
            cx.exchange.spending.call_ends(cx.now, &directory, call);
            Step::Stay(State::Ending(Ending::begin(cx, disposition)))
        }
    }
}

fn calling_back(state: CallingBack) -> State {
    State::CallingBack(Box::new(state))
}

fn awaiting(state: Awaiting) -> State {
    State::Awaiting(Box::new(state))
}

fn alerting(state: Alerting) -> State {
    State::Alerting(Box::new(state))
}

fn queued(state: Queued) -> State {
    State::Queued(Box::new(state))
}

fn leave_agent(cx: &mut Context<'_>) {
    let call = cx.call();
    cx.exchange.places.leave(call);
    cx.exchange.agent_line_left_by(call);
}

fn leave_slot(cx: &mut Context<'_>) {
    let call = cx.call();
    cx.exchange.slots_left_by(call);
}
