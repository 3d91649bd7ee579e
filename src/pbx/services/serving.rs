//! A caller whom the box itself serves: one answered leg, and the task that decides what it hears.

use std::time::{Duration, Instant};

use super::{Cue, Errand, Hands, Mouth, Task, Then, Way};
use crate::{
    agent::VoiceInput,
    media::Direction,
    pbx::{
        AgentReason, Disposition, MediaEvent, Reason,
        call::{CallEvent, stays},
        decision,
        desk_event::DeskEvent,
        exchange::Context,
        fax, foresee,
        leg::Leg,
        next::{Announced, Next, Step},
        ring_plan::Hunt,
        session_event::SessionEvent,
        waiting::{Otherwise, Reach},
    },
    sip::Cause,
    speech::SpeechEvent,
};

/// The first words wait for the ACK or a packet of the caller's, but no longer than this.
const OPENING_WAIT: Duration = Duration::from_millis(200);

/// A task that is told at once that everything has been said, and has more to say, goes on so often within one event; words
/// that cannot be spoken are over at once.
const MOST_SPOKEN_AT_ONCE: usize = 8;

/// A caller with one of the box's services.
#[derive(Debug)]
pub(in crate::pbx) struct Serving {
    leg: Leg,
    mouth: Mouth,
    task: Task,
    begun: bool,
    /// When it begins though nothing has been heard of the far end; `None` while only the ACK can say where to speak to.
    begins: Option<Instant>,
    end: End,
    /// Where the caller goes as soon as the switch has said who is rung there.
    way: Option<Way>,
    until: Instant,
}

/// How the leg stands at its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    /// The call goes on.
    No,
    /// The far end has hung up; the task has still something to put away.
    Gone,
    /// We shall, as soon as it has.
    HangUp(Option<Cause>),
}

impl Serving {
    /// `fresh`: the 200 has just been sent.
    pub(in crate::pbx) fn begin(cx: &mut Context<'_>, leg: Leg, errand: Errand, fresh: bool) -> Step<Self> {
        cx.ledger.answered(cx.now.wall);
        let until = cx.now.at + cx.ledger.directory().limits.agent_call_length;
        let begins = leg.is_connected().then_some(cx.now.at + OPENING_WAIT);
        let (mouth, task) = (Mouth::default(), Task::new(errand));
        let serving = Self { leg, mouth, task, begun: false, begins, end: End::No, way: None, until };
        if fresh { Step::Stay(serving) } else { serving.open(cx) }
    }

    pub(in crate::pbx) fn deadline(&self) -> Option<(Instant, Reason)> {
        let opening = self.begins.filter(|_| !self.begun).map(|at| (at, Reason::Greeting));
        let mouth = self.mouth.deadline().map(|at| (at, Reason::Prompt));
        let task = self.task.deadline().map(|at| (at, Reason::Service));
        let limit = Some((self.until, Reason::CallLimit)).filter(|_| self.end == End::No);
        [opening, mouth, task, limit].into_iter().flatten().min()
    }

    pub(in crate::pbx) fn handle(self, cx: &mut Context<'_>, event: CallEvent) -> Step<Self> {
        match event {
            CallEvent::Session { session, event } if session == self.leg.session() => self.session(cx, event),
            CallEvent::Media { leg, event } if leg == self.leg.id() => self.media(cx, &event),
            CallEvent::HangUp => self.leave(cx, End::HangUp(None)),
            CallEvent::Timeout => self.timeout(cx),
            // Nobody at a desk phone has anything to do with it.
            CallEvent::Desk(DeskEvent::Routed(hunt)) => self.goes_on_to(hunt),
            CallEvent::Desk(event) => stays(cx, self, event),
            CallEvent::Speech(VoiceInput::Speech(SpeechEvent::Heard { turn, text, .. }))
                if self.task.hears(turn) =>
            {
                self.cue(cx, &Cue::Heard(&text))
            }
            // A sentence that cannot be spoken is reported as played as well; the service goes on without it.
            CallEvent::Session { .. }
            | CallEvent::Media { .. }
            | CallEvent::Speech(_)
            | CallEvent::AgentPlace => Step::Stay(self),
        }
    }

    fn session(mut self, cx: &mut Context<'_>, event: SessionEvent) -> Step<Self> {
        match event {
            SessionEvent::Ended(_) | SessionEvent::Cancelled(_) => return self.leave(cx, End::Gone),
            SessionEvent::Confirmed(body) => {
                if self.leg.confirmed(cx, &body).is_err() {
                    return self.leave(cx, End::HangUp(Some(Cause::Sip(488))));
                }
                return self.open(cx);
            }
            SessionEvent::Reoffered(offer) => self.leg.reoffered_alone(cx, &offer, Direction::SendRecv),
            SessionEvent::Digit(digit) => return self.cue(cx, &Cue::Key(digit)),
            SessionEvent::ReofferAnswered(_)
            | SessionEvent::Progress { .. }
            | SessionEvent::Answered { .. }
            | SessionEvent::Failed { .. } => {}
        }
        Step::Stay(self)
    }

    fn media(mut self, cx: &mut Context<'_>, event: &MediaEvent) -> Step<Self> {
        match event {
            MediaEvent::FirstPacket => self.open(cx),
            MediaEvent::Fax(sign) if fax::is_machine(*sign) && self.end == End::No => {
                self.mouth.hush(cx, &self.leg);
                Step::Go(fax::goes_on(cx, self.leg))
            }
            MediaEvent::Digit(digit) => self.cue(cx, &Cue::Key(*digit)),
            MediaEvent::Played { utterance, .. } => {
                self.mouth.played(cx, &mut self.leg, *utterance);
                self.tell_spoken(cx)
            }
            // A phone that holds us is quiet by right.
            MediaEvent::Dead { .. } if !self.leg.may_be_heard() => Step::Stay(self),
            MediaEvent::Dead { .. } => self.leave(cx, End::HangUp(Some(Cause::Q850(102)))),
            MediaEvent::Failed => self.leave(cx, End::HangUp(Some(Cause::Q850(41)))),
            MediaEvent::TakeQuiet | MediaEvent::Taken { .. } => self.cue(cx, &Cue::Media(event)),
            MediaEvent::Fax(_) | MediaEvent::Speaking { .. } | MediaEvent::Closed { .. } => Step::Stay(self),
        }
    }

    fn timeout(mut self, cx: &mut Context<'_>) -> Step<Self> {
        if self.until <= cx.now.at && self.end == End::No {
            return self.leave(cx, End::HangUp(Some(Cause::Q850(102))));
        }
        if !self.begun && self.begins.is_some_and(|at| at <= cx.now.at) {
            return self.open(cx);
        }
        self.mouth.handle_timeout(cx, &mut self.leg);
        if self.task.deadline().is_some_and(|at| at <= cx.now.at) {
            return self.cue(cx, &Cue::Due);
        }
        self.tell_spoken(cx)
    }

    /// The task begins as soon as there is a path.
    fn open(mut self, cx: &mut Context<'_>) -> Step<Self> {
        if self.begun || !self.leg.is_connected() {
            return Step::Stay(self);
        }
        self.begun = true;
        self.cue(cx, &Cue::Begin)
    }

    /// The call is over for the caller; the task puts away what it has in hand, for which it sets itself a deadline.
    fn leave(mut self, cx: &mut Context<'_>, end: End) -> Step<Self> {
        if self.end == End::Gone {
            return Step::Stay(self);
        }
        let was = std::mem::replace(&mut self.end, end);
        match was {
            End::No if self.begun => self.cue(cx, &Cue::Gone),
            End::No => self.over(cx),
            // Hung up by the far end while we were about to.
            End::HangUp(_) | End::Gone => Step::Stay(self),
        }
    }

    fn cue(mut self, cx: &mut Context<'_>, cue: &Cue<'_>) -> Step<Self> {
        if !self.begun || (self.end != End::No && matches!(cue, Cue::Begin | Cue::Key(_))) {
            return Step::Stay(self);
        }
        let mut hands = Hands { cx, leg: &mut self.leg, mouth: &mut self.mouth };
        match self.task.cue(&mut hands, cue) {
            Then::Wait => self.tell_spoken(cx),
            other => self.then(cx, other),
        }
    }

    /// The task has come to its end.
    fn then(mut self, cx: &mut Context<'_>, then: Then) -> Step<Self> {
        match then {
            Then::Wait => Step::Stay(self),
            Then::HangUp => self.over(cx),
            _ if self.end != End::No => self.over(cx),
            Then::Serve(errand) => {
                cx.decide(decision::served(&errand));
                self.mouth.hush(cx, &self.leg);
                self.task = Task::new(errand);
                self.cue(cx, &Cue::Begin)
            }
            Then::Way(Way::Agent) => {
                self.mouth.hush(cx, &self.leg);
                Step::Go(Next::AssistAgain { caller: self.leg, why: AgentReason::Chosen })
            }
            Then::Way(Way::Queue(queue)) => self.enqueue(cx, queue),
            // Who is rung, with what is set for busy and no answer, the switch knows.
            Then::Way(way) => {
                if let Some(queue) = own_queue(cx).filter(|_| way == Way::RingPlan) {
                    return self.enqueue(cx, queue);
                }
                let call = cx.call();
                cx.exchange.ways_wanted.push((call, way.clone()));
                self.way = Some(way);
                Step::Stay(self)
            }
        }
    }

    fn enqueue(mut self, cx: &mut Context<'_>, queue: String) -> Step<Self> {
        self.mouth.hush(cx, &self.leg);
        Step::Go(Next::Enqueue { caller: Announced::Talking(self.leg), queue })
    }

    /// These are rung for the caller, who hears that it rings. Nobody there: the mailbox, or the agent.
    fn goes_on_to(self, hunt: Hunt) -> Step<Self> {
        let otherwise = match &self.way {
            Some(Way::Extension(extension)) => Otherwise::Mailbox(extension.clone()),
            _ => Otherwise::GiveUp,
        };
        let reach = Reach { hunt, label: None, music: false };
        let disposition = Disposition::CallerAbandoned;
        Step::Go(Next::Reach { leg: self.leg, reach, transferor: None, otherwise, disposition })
    }

    fn tell_spoken(mut self, cx: &mut Context<'_>) -> Step<Self> {
        for _ in 0..MOST_SPOKEN_AT_ONCE {
            if !self.mouth.has_finished() {
                break;
            }
            let mut hands = Hands { cx, leg: &mut self.leg, mouth: &mut self.mouth };
            match self.task.cue(&mut hands, &Cue::Spoken) {
                Then::Wait => {}
                other => return self.then(cx, other),
            }
        }
        Step::Stay(self)
    }

    fn over(self, cx: &mut Context<'_>) -> Step<Self> {
        let disposition = self.task.disposition();
        match self.end {
            End::Gone => self.leg.gone(cx),
            End::No => self.leg.hang_up(cx, None),
            End::HangUp(cause) => self.leg.hang_up(cx, cause),
        }
        Step::Go(Next::End(disposition))
    }
}

/// The queue that takes the callers of the number that was called, at this hour.
fn own_queue(cx: &Context<'_>) -> Option<String> {
    let (directory, number) = (cx.ledger.directory(), cx.ledger.dialled().number()?);
    let queue = directory.services.queue_of.get(&number)?;
    let foreseen = foresee(directory, number, cx.now.wall, cx.exchange.day_night).ok()?;
    foreseen.agent.is_none().then(|| queue.clone())
}
