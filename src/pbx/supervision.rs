//! Somebody of the house who listens to a call, whispers to a colleague, barges in, or takes the call over.
//!
//! Each is a right of an extension, none of them given by default, and each use of one is told as a fact, to be written
//! down where nobody changes it. An emergency call is supervised by nobody. Where calls are recorded the supervisor hears
//! the notice like anybody else before anything else.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::{Duration, Instant},
};

use super::{
    Fact, MediaCommand, MediaEvent, Party, Reason, exchange::Context, incoming::Incoming, leg::Leg,
    notice::Notice, session_event::SessionEvent,
};
use crate::{
    media::{Heard, Hears, RoomId, Tone},
    sip::{Cause, Invitation, SessionId},
    types::{Extension, LegId},
};

/// What a supervisor does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Supervise {
    /// Hears both sides; nobody hears the supervisor.
    Listen,
    /// The colleague hears the supervisor as well; the caller does not.
    Whisper,
    /// Everybody hears everybody.
    Barge,
    /// The caller goes on with the supervisor; the colleague, or the agent, leaves.
    TakeOver,
}

impl Supervise {
    pub const ALL: [Self; 4] = [Self::Listen, Self::Whisper, Self::Barge, Self::TakeOver];

    /// Its name in the configuration and in the audit log.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Listen => "listen",
            Self::Whisper => "whisper",
            Self::Barge => "barge",
            Self::TakeOver => "take_over",
        }
    }

    /// What a supervisor presses for it.
    const fn of_key(key: char) -> Option<Self> {
        match key {
            '4' => Some(Self::Listen),
            '5' => Some(Self::Whisper),
            '6' => Some(Self::Barge),
            '9' => Some(Self::TakeOver),
            _ => None,
        }
    }

    /// As a decision of the call tells it.
    pub(super) const fn words(self) -> &'static str {
        match self {
            Self::Listen => "listens to the call",
            Self::Whisper => "whispers",
            Self::Barge => "has barged in",
            Self::TakeOver => "takes the call over",
        }
    }
}

/// Who may supervise, and how it is made known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Supervision {
    /// What each extension may; those that are not here may nothing.
    pub rights: BTreeMap<Extension, BTreeSet<Supervise>>,
    /// Do those who talk hear a short tone when somebody begins?
    pub tone: bool,
    /// What is dialled for the agent's calls, one for each, and watched by lamps.
    pub agent_lines: Vec<Extension>,
}

impl Default for Supervision {
    fn default() -> Self {
        Self { rights: BTreeMap::new(), tone: true, agent_lines: Vec::new() }
    }
}

impl Supervision {
    pub(super) fn may(&self, extension: &Extension, how: Supervise) -> bool {
        self.rights.get(extension).is_some_and(|rights| rights.contains(&how))
    }
}

/// The first words of anybody wait for the ACK no longer than this.
const OPENING_WAIT: Duration = Duration::from_millis(200);

/// A supervisor on a call.
#[derive(Debug)]
pub(super) struct Overseer {
    leg: Leg,
    by: Extension,
    /// Whom the supervisor wanted to hear: the colleague, or `None` for the agent.
    of: Option<Extension>,
    how: Supervise,
    stage: Stage,
}

#[derive(Debug)]
enum Stage {
    Opening(Option<Instant>),
    Told(Notice),
    Present,
}

/// What came of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Came {
    Nothing,
    /// The supervisor hears from now on.
    Comes,
    /// Who hears whom has changed.
    Changed,
    /// The supervisor is to have the call.
    TakesOver,
    /// The supervisor has hung up.
    Gone,
    /// The supervisor is to be hung up on.
    Lost(Cause),
}

/// Somebody asks for it; that they may has been decided.
#[derive(Debug)]
pub(super) struct Request {
    pub(super) session: SessionId,
    pub(super) invitation: Box<Invitation>,
    pub(super) by: Extension,
    pub(super) of: Option<Extension>,
    pub(super) how: Supervise,
}

impl Overseer {
    /// Answers the supervisor. `None`: that could not be done, and they have been told.
    pub(super) fn begin(cx: &mut Context<'_>, request: Request) -> Option<Box<Self>> {
        let Request { session, invitation, by, of, how } = request;
        let party = Party::Phone(by.clone());
        let leg = Incoming::answered_at_once(cx, session, *invitation, party, None).ok()?;
        let opens = leg.is_connected().then_some(cx.now.at + OPENING_WAIT);
        Some(Box::new(Self { leg, by, of, how, stage: Stage::Opening(opens) }))
    }

    pub(super) fn by(&self) -> &Extension {
        &self.by
    }

    pub(super) fn of(&self) -> Option<&Extension> {
        self.of.as_ref()
    }

    pub(super) fn deadline(&self) -> Option<(Instant, Reason)> {
        match &self.stage {
            Stage::Opening(at) => at.map(|at| (at, Reason::Greeting)),
            Stage::Told(notice) => notice.deadline().map(|at| (at, Reason::Announcement)),
            Stage::Present => None,
        }
    }

    /// Is this session, or this leg, the supervisor's?
    pub(super) fn is_at(&self, session: SessionId) -> bool {
        self.leg.session() == session
    }

    pub(super) fn has(&self, leg: LegId) -> bool {
        self.leg.id() == leg
    }

    /// Hears, or is about to take over: not while the notice is still to be heard.
    pub(super) fn is_present(&self) -> bool {
        matches!(self.stage, Stage::Present)
    }

    pub(super) fn session(&mut self, cx: &mut Context<'_>, event: SessionEvent) -> Came {
        match event {
            SessionEvent::Ended(_) | SessionEvent::Cancelled(_) => Came::Gone,
            SessionEvent::Digit(key) => self.key(cx, key),
            event => {
                let confirmed = matches!(event, SessionEvent::Confirmed(_));
                match self.leg.alone(cx, event) {
                    Err(_) => Came::Lost(Cause::Sip(488)),
                    Ok(()) if confirmed => self.opens(cx),
                    Ok(()) if self.is_present() => Came::Changed,
                    Ok(()) => Came::Nothing,
                }
            }
        }
    }

    pub(super) fn media(&mut self, cx: &mut Context<'_>, event: &MediaEvent) -> Came {
        match event {
            MediaEvent::FirstPacket => self.opens(cx),
            MediaEvent::Digit(key) => self.key(cx, *key),
            MediaEvent::Played { utterance, complete, .. } => {
                if let Stage::Told(notice) = &mut self.stage {
                    notice.played(cx, self.leg.id(), *utterance, *complete);
                }
                self.after_notice(cx)
            }
            MediaEvent::Dead { .. } if !self.leg.may_be_heard() => Came::Nothing,
            MediaEvent::Dead { .. } => Came::Lost(Cause::Q850(102)),
            MediaEvent::Failed => Came::Lost(Cause::Q850(41)),
            _ => Came::Nothing,
        }
    }

    pub(super) fn handle_timeout(&mut self, cx: &mut Context<'_>) -> Came {
        match self.stage {
            Stage::Opening(Some(at)) if at <= cx.now.at => self.opens(cx),
            Stage::Told(_) => self.after_notice(cx),
            Stage::Opening(_) | Stage::Present => Came::Nothing,
        }
    }

    fn opens(&mut self, cx: &mut Context<'_>) -> Came {
        if !matches!(self.stage, Stage::Opening(_)) || !self.leg.is_connected() {
            return Came::Nothing;
        }
        match Notice::due(cx, [&self.leg]) {
            Some(mut notice) => {
                notice.begin(cx);
                self.stage = Stage::Told(notice);
                Came::Nothing
            }
            None => self.comes(cx),
        }
    }

    fn after_notice(&mut self, cx: &mut Context<'_>) -> Came {
        match &self.stage {
            Stage::Told(notice) if notice.is_over(cx.now.at) => self.comes(cx),
            _ => Came::Nothing,
        }
    }

    fn comes(&mut self, cx: &mut Context<'_>) -> Came {
        self.stage = Stage::Present;
        match self.turns_to(cx, self.how) {
            Came::Changed => Came::Comes,
            other => other,
        }
    }

    /// A key of the supervisor's: something else, if it may.
    fn key(&mut self, cx: &mut Context<'_>, key: char) -> Came {
        let may = |how: &Supervise| cx.ledger.directory().features.supervision.may(&self.by, *how);
        match Supervise::of_key(key).filter(may) {
            // To the agent nobody can whisper, and no third one talks with it.
            Some(Supervise::Whisper | Supervise::Barge) if self.of.is_none() => Came::Nothing,
            Some(how) if self.is_present() && how != self.how => self.turns_to(cx, how),
            _ => Came::Nothing,
        }
    }

    /// From now on it is this; and that is written down.
    fn turns_to(&mut self, cx: &mut Context<'_>, how: Supervise) -> Came {
        self.how = how;
        let (call, by, of) = (cx.call(), self.by.clone(), self.of.clone());
        cx.decide(format!("{by} {}", how.words()));
        cx.exchange.fact(Fact::Supervised { call, by, of, how });
        if how == Supervise::TakeOver { Came::TakesOver } else { Came::Changed }
    }

    pub(super) fn leg(&self) -> &Leg {
        &self.leg
    }

    /// Two people talk, and the supervisor hears what it may: who hears whom. `supervised` is the colleague.
    pub(super) fn mix_people(&self, cx: &mut Context<'_>, supervised: &Leg, other: &Leg) {
        let (own, near, far) = (self.leg.id(), supervised.id(), other.id());
        let speaks = self.leg.is_connected() && !self.leg.holds();
        let (whispers, barges) = (
            speaks && matches!(self.how, Supervise::Whisper | Supervise::Barge),
            speaks && self.how == Supervise::Barge,
        );
        let heard = |first: LegId, second: bool| {
            let mut heard = vec![Heard::Voice(first)];
            heard.extend(second.then_some(Heard::Voice(own)));
            heard
        };
        self.mix(cx, near, heard(far, whispers));
        self.mix(cx, far, heard(near, barges));
        self.mix(cx, own, vec![Heard::Voice(near), Heard::Voice(far)]);
    }

    /// The agent talks with somebody: the supervisor hears both.
    pub(super) fn mix_agent(&self, cx: &mut Context<'_>, caller: &Leg) {
        self.mix(cx, caller.id(), Vec::new());
        self.mix(cx, self.leg.id(), vec![Heard::Voice(caller.id()), Heard::House(caller.id())]);
    }

    /// The two are interrupted: there is nothing to be heard.
    pub(super) fn mix_nothing(&self, cx: &mut Context<'_>) {
        self.mix(cx, self.leg.id(), Vec::new());
    }

    fn mix(&self, cx: &mut Context<'_>, leg: LegId, heard: Vec<Heard>) {
        let (room, hears) = (RoomId(self.leg.id().0), Hears::Only(heard));
        cx.exchange.media(leg, MediaCommand::Mix { room, hears });
    }

    /// Those who talk hear that somebody has come, where the office wants that.
    pub(super) fn announces<'l>(&self, cx: &mut Context<'_>, legs: impl IntoIterator<Item = &'l Leg>) {
        if cx.ledger.directory().features.supervision.tone {
            for leg in legs {
                leg.tone(cx, Some(Tone::Joined));
            }
        }
    }

    /// It is over for the supervisor.
    pub(super) fn hang_up(self: Box<Self>, cx: &mut Context<'_>, cause: Option<Cause>) {
        self.ends(cx);
        self.leg.hang_up(cx, cause);
    }

    pub(super) fn gone(self: Box<Self>, cx: &mut Context<'_>) {
        self.ends(cx);
        self.leg.gone(cx);
    }

    /// The supervisor, who has the call from now on.
    pub(super) fn into_leg(self: Box<Self>, cx: &mut Context<'_>) -> Leg {
        cx.exchange.media(self.leg.id(), MediaCommand::LeaveMix);
        self.ends(cx);
        self.leg.has_answered(cx);
        self.leg
    }

    fn ends(&self, cx: &mut Context<'_>) {
        let (call, by) = (cx.call(), self.by.clone());
        cx.exchange.fact(Fact::SupervisionEnded { call, by });
    }
}
