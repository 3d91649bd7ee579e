//! A caller who waits in a queue: music, the place in the line, and keys that lead out of it.

mod offering;

use std::time::{Duration, Instant};

use super::{QueueEnd, QueueOtherwise, QueuePlan, words};
use crate::{
    pbx::{
        AgentReason, Disposition, MediaEvent, Reason,
        call::{CallEvent, stays},
        desk_event::DeskEvent,
        exchange::Context,
        fax, hold,
        leg::Leg,
        next::{Announced, Next, Step},
        ring_plan::{Hunt, Stage, Target},
        services::{Errand, Mouth, Piece},
        session_event::SessionEvent,
        waiting::{Otherwise, Reach},
    },
    sip::{Cause, SessionId},
    types::{Extension, LegId},
};
use offering::Asking;

/// The first words wait for the ACK or a packet of the caller's, but no longer than this.
const OPENING_WAIT: Duration = Duration::from_millis(200);

/// What a caller keeps of the line while phones ring: a ring that nobody answers leads back to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::pbx) struct Standing {
    pub(in crate::pbx) queue: String,
    joined: Instant,
    /// The caller has been told to wait, and hears music.
    told: bool,
    /// When the place is to be said next; words that a ring has cut short are said again.
    says: Option<Instant>,
    /// The phones that ring, and are left alone for a while if nobody answers.
    rung: Vec<Extension>,
}

impl Standing {
    /// The call waits no longer, for this reason.
    pub(in crate::pbx) fn ends(&self, cx: &mut Context<'_>, end: QueueEnd) {
        let call = cx.call();
        if end != QueueEnd::CallBack {
            cx.exchange.lines.leave(call);
        }
        let waited = cx.now.at.saturating_duration_since(self.joined);
        cx.ledger.has_queued(&self.queue, self.joined, waited, end);
        cx.decide(format!("no longer in queue {} after {} s: {}", self.queue, waited.as_secs(), end.words()));
        super::shows(cx.exchange, &self.queue);
    }
}

/// A caller who waits, and for whom no phone rings.
#[derive(Debug)]
pub(in crate::pbx) struct Queued {
    leg: Leg,
    standing: Standing,
    mouth: Mouth,
    /// The caller is asked where to call back.
    asking: Option<Asking>,
    /// When the first words begin though nothing has been heard of the far end; `None` while only the ACK can say where to
    /// speak to, and once they have begun.
    begins: Option<Instant>,
    /// When the place is said next.
    says: Option<Instant>,
    until: Instant,
}

impl Queued {
    /// Somebody comes. Whom the queue cannot take goes on at once.
    pub(in crate::pbx) fn enter(cx: &mut Context<'_>, caller: Announced, queue: &str) -> Step<Self> {
        let directory = cx.ledger.directory().clone();
        let plan = directory.services.queues.get(queue);
        let refused = match plan {
            Some(plan) if cx.exchange.lines.len(queue) >= plan.most => Some(QueueEnd::Full),
            Some(plan) if !super::is_served(cx.now, cx.exchange, &directory, plan) => {
                Some(QueueEnd::Unserved)
            }
            Some(_) => None,
            None => Some(QueueEnd::Unserved),
        };
        if let Some(end) = refused {
            cx.ledger.has_queued(queue, cx.now.at, Duration::ZERO, end);
            cx.decide(format!("queue {queue} takes nobody: {}", end.words()));
            return Step::Go(goes_on(plan, caller, end));
        }
        let leg = match caller {
            Announced::Waiting(caller) => match caller.answer(cx, None) {
                Ok(leg) => leg,
                Err(_) => return Step::Go(Next::End(Disposition::Failed)),
            },
            Announced::Talking(leg) => leg,
        };
        cx.ledger.answered(cx.now.wall);
        let call = cx.call();
        cx.exchange.lines.join(queue, call);
        let place = cx.exchange.lines.len(queue);
        cx.decide(format!("queue {queue}: the caller has place {place}"));
        let (queue, rung) = (queue.to_owned(), Vec::new());
        let standing = Standing { queue, joined: cx.now.at, told: false, says: None, rung };
        Step::Stay(Self::stand(cx, leg, standing))
    }

    /// Phones have rung, and nobody has answered; or a key has been pressed meanwhile.
    pub(in crate::pbx) fn again(
        cx: &mut Context<'_>,
        leg: Leg,
        mut standing: Standing,
        key: Option<char>,
    ) -> Step<Self> {
        let (call, pause) = (cx.call(), plan_of(cx, &standing).pause);
        cx.exchange.lines.rings(&standing.queue, call, false);
        let rung = std::mem::take(&mut standing.rung);
        if key.is_none() {
            cx.exchange.lines.spare(&standing.queue, rung, cx.now.at + pause);
        }
        let queued = Self::stand(cx, leg, standing);
        match key {
            Some(key) => queued.key(cx, key),
            None => Step::Stay(queued),
        }
    }

    /// Nothing is said before it is clear that no other phone is free.
    fn stand(cx: &Context<'_>, leg: Leg, standing: Standing) -> Self {
        let soon = cx.now.at + OPENING_WAIT;
        let begins = (leg.is_connected() && !standing.told).then_some(soon);
        let says = standing.says.map(|at| at.max(soon));
        let until = standing.joined + plan_of(cx, &standing).longest;
        Self { leg, standing, mouth: Mouth::default(), asking: None, begins, says, until }
    }

    pub(in crate::pbx) fn deadline(&self) -> Option<(Instant, Reason)> {
        let begins = self.begins.map(|at| (at, Reason::Greeting));
        let mouth = self.mouth.deadline().map(|at| (at, Reason::Prompt));
        let says = self.says.map(|at| (at, Reason::QueuePlace));
        let until = Some((self.until, Reason::QueueLimit));
        if self.asking == Some(Asking::Leaving) {
            return mouth;
        }
        [begins, mouth, says, until].into_iter().flatten().min()
    }

    pub(in crate::pbx) fn handle(self, cx: &mut Context<'_>, event: CallEvent) -> Step<Self> {
        if self.asking == Some(Asking::Leaving) {
            return self.leaving(cx, event);
        }
        match event {
            CallEvent::Session { session, event } => self.session(cx, session, event),
            CallEvent::Media { leg, event } => self.media(cx, leg, &event),
            CallEvent::Desk(DeskEvent::Turn(phones)) => self.turn(cx, phones),
            CallEvent::Desk(event) => stays(cx, self, event),
            CallEvent::Speech(_) | CallEvent::AgentPlace => Step::Stay(self),
            CallEvent::HangUp => self.hang_up(cx, None),
            CallEvent::Timeout => self.timeout(cx),
        }
    }

    fn session(mut self, cx: &mut Context<'_>, session: SessionId, event: SessionEvent) -> Step<Self> {
        if session != self.leg.session() {
            return Step::Stay(self);
        }
        match event {
            SessionEvent::Ended(_) | SessionEvent::Cancelled(_) => {
                self.standing.ends(cx, QueueEnd::GaveUp);
                self.leg.gone(cx);
                Step::Go(Next::End(Disposition::CallerAbandoned))
            }
            SessionEvent::Digit(digit) => self.key(cx, digit),
            event => {
                let confirmed = matches!(event, SessionEvent::Confirmed(_));
                if self.leg.alone(cx, event).is_err() {
                    return self.hang_up(cx, Some(Cause::Sip(488)));
                }
                if confirmed {
                    self.tell(cx);
                }
                Step::Stay(self)
            }
        }
    }

    fn media(mut self, cx: &mut Context<'_>, leg: LegId, event: &MediaEvent) -> Step<Self> {
        if leg != self.leg.id() {
            return Step::Stay(self);
        }
        match event {
            MediaEvent::FirstPacket => self.tell(cx),
            MediaEvent::Digit(digit) => return self.key(cx, *digit),
            MediaEvent::Played { utterance, .. } => self.mouth.played(cx, &mut self.leg, *utterance),
            MediaEvent::Fax(sign) if fax::is_machine(*sign) => {
                self.mouth.hush(cx, &self.leg);
                self.standing.ends(cx, QueueEnd::Left);
                return Step::Go(fax::goes_on(cx, self.leg));
            }
            MediaEvent::Dead { .. } if self.leg.may_be_heard() => {
                return self.hang_up(cx, Some(Cause::Q850(102)));
            }
            MediaEvent::Failed => return self.hang_up(cx, Some(Cause::Q850(41))),
            _ => {}
        }
        Step::Stay(self)
    }

    fn timeout(mut self, cx: &mut Context<'_>) -> Step<Self> {
        if self.until <= cx.now.at {
            return self.leave(cx, QueueEnd::TimedOut);
        }
        if self.begins.is_some_and(|at| at <= cx.now.at) {
            self.tell(cx);
        }
        self.mouth.handle_timeout(cx, &mut self.leg);
        if self.says.is_some_and(|at| at <= cx.now.at) {
            let (directory, plan) = (cx.ledger.directory().clone(), plan_of(cx, &self.standing));
            if !super::is_served(cx.now, cx.exchange, &directory, &plan) {
                return self.leave(cx, QueueEnd::Unserved);
            }
            self.asking = None;
            self.say_place(cx, &plan, false);
        }
        Step::Stay(self)
    }

    /// The caller has to wait: music from now on, and what is to be known of it.
    fn tell(&mut self, cx: &mut Context<'_>) {
        if self.standing.told || !self.leg.is_connected() {
            return;
        }
        self.begins = None;
        self.standing.told = true;
        cx.exchange.lines.waits(&self.standing.queue, cx.ledger.call());
        super::shows(cx.exchange, &self.standing.queue);
        hold::plays_music_to(cx, &self.leg);
        let plan = plan_of(cx, &self.standing);
        self.say_place(cx, &plan, true);
    }

    fn say_place(&mut self, cx: &mut Context<'_>, plan: &QueuePlan, first: bool) {
        let mut pieces = Vec::new();
        if first {
            pieces.extend((!plan.greeting.is_empty()).then(|| Piece::words(&plan.greeting)));
            pieces.push(Piece::words(words::WAIT));
        }
        let place = cx.exchange.lines.place(&self.standing.queue, cx.ledger.call());
        pieces.extend(place.map(|place| Piece::Words(words::place(place))));
        pieces.extend(self.is_offered(cx).map(|_| Piece::words(words::OFFER)));
        pieces.push(Piece::words(match plan.otherwise {
            QueueOtherwise::Agent => words::AGENT,
            QueueOtherwise::Mailbox(_) => words::MESSAGE,
        }));
        self.mouth.say(cx, &mut self.leg, pieces);
        // An offer does not wait for the next time that the place is said.
        let offer = plan.call_back.map(|call_back| self.standing.joined + call_back.after);
        let offer = offer.filter(|at| *at > cx.now.at);
        let next = cx.now.at + plan.announce;
        self.says = Some(offer.map_or(next, |offer| offer.min(next)));
    }

    fn key(mut self, cx: &mut Context<'_>, key: char) -> Step<Self> {
        if let Some(asking) = self.asking.take() {
            return self.answer(cx, asking, key);
        }
        match key {
            '1' => match self.is_offered(cx) {
                Some(plan) => self.ask_for_number(cx, plan),
                None => Step::Stay(self),
            },
            '0' => self.leave(cx, QueueEnd::Left),
            '*' => {
                self.mouth.hush(cx, &self.leg);
                let plan = plan_of(cx, &self.standing);
                self.say_place(cx, &plan, false);
                Step::Stay(self)
            }
            _ => Step::Stay(self),
        }
    }

    /// These phones are free: they ring for whoever has waited longest.
    fn turn(mut self, cx: &mut Context<'_>, phones: Vec<Extension>) -> Step<Self> {
        let is_cut_short = self.mouth.deadline().is_some();
        self.mouth.hush(cx, &self.leg);
        let plan = plan_of(cx, &self.standing);
        let targets = phones.iter().cloned().map(Target::Extension).collect();
        let hunt = Hunt::of_stages([Stage::of(targets, plan.ring)]);
        let names: Vec<&str> = phones.iter().map(Extension::as_str).collect();
        cx.decide(format!(
            "queue {}: it is the caller's turn, and {} is free",
            self.standing.queue,
            names.join(" and ")
        ));
        let mut standing = self.standing;
        standing.rung = phones;
        standing.says = if is_cut_short { Some(cx.now.at) } else { self.says };
        let reach = Reach { hunt, label: None, music: standing.told };
        let (otherwise, disposition) = (Otherwise::Queue(Box::new(standing)), Disposition::CallerAbandoned);
        Step::Go(Next::Reach { leg: self.leg, reach, transferor: None, otherwise, disposition })
    }

    /// The caller waits no longer, and goes where the plan says.
    fn leave(mut self, cx: &mut Context<'_>, end: QueueEnd) -> Step<Self> {
        self.mouth.hush(cx, &self.leg);
        hold::stops_music_to(cx, &self.leg);
        self.standing.ends(cx, end);
        let plan = plan_of(cx, &self.standing);
        Step::Go(goes_on(Some(&plan), Announced::Talking(self.leg), end))
    }

    fn hang_up(self, cx: &mut Context<'_>, cause: Option<Cause>) -> Step<Self> {
        self.standing.ends(cx, QueueEnd::Ended);
        self.leg.hang_up(cx, cause);
        Step::Go(Next::End(Disposition::CallerAbandoned))
    }
}

/// As the call began: a new file does not change the rules for whoever waits.
fn plan_of(cx: &Context<'_>, standing: &Standing) -> QueuePlan {
    cx.ledger.directory().services.queues.get(&standing.queue).cloned().unwrap_or_default()
}

/// Where somebody goes whom the queue does not take, or not any longer.
fn goes_on(plan: Option<&QueuePlan>, caller: Announced, end: QueueEnd) -> Next {
    if let Some(QueueOtherwise::Mailbox(mailbox)) = plan.map(|plan| &plan.otherwise) {
        return Next::Serve { caller, errand: Errand::Deposit { mailbox: mailbox.clone() } };
    }
    let why = match end {
        QueueEnd::Left => AgentReason::Chosen,
        QueueEnd::Unserved => AgentReason::Unregistered,
        _ => AgentReason::Busy,
    };
    match caller {
        Announced::Waiting(caller) => Next::Queue { caller, why },
        Announced::Talking(caller) => Next::AssistAgain { caller, why },
    }
}
