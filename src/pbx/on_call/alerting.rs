//! One call to somebody on call: it rings, says what it is about, and hears a key.
//!
//! It belongs to the house and to no caller, and leaves no record of its own: each step of it is one of the escalation.

use std::{
    collections::VecDeque,
    time::{Duration, Instant},
};

use super::{Report, Unreached, Verdict};
use crate::{
    agent::VoiceInput,
    pbx::{
        Announcement, Disposition, LegResult, MediaCommand, MediaEvent, Party, Reason, SpeechCommand,
        call::{CallEvent, stays},
        desk_event::DeskEvent,
        exchange::Context,
        fork::{Destination, Enclosed, Fork},
        leg::Leg,
        line::codecs_beginning_with,
        next::{Next, Step},
        ring_plan::Outside,
        routing::as_name,
        session_event::SessionEvent,
        trunk_answer,
    },
    sip::{Identity, SessionId, TrunkName},
    types::{CallId, Language, PhoneNumber, UtteranceId},
};

/// A telephone rings so long; many a voicemail answers before, and presses no key.
const RING: Duration = Duration::from_secs(30);

/// Whoever has answered hears it so often, with a pause to find the key in.
const TELLINGS: u8 = 3;
const TO_PRESS: Duration = Duration::from_secs(5);

/// A media plane or a synthesiser that never says that it is done.
const LONGEST_TELLING: Duration = Duration::from_secs(25);

/// Whoever has pressed a key waits so long for the store, and then hears that it is so.
const STORE_WAIT: Duration = Duration::from_secs(3);

/// Whoever is offered the caller has so long to press 1.
const TO_TAKE: Duration = Duration::from_secs(15);

/// What is to be told, and to whom.
#[derive(Debug)]
pub(in crate::pbx) struct Alert {
    pub(in crate::pbx) escalation: CallId,
    pub(in crate::pbx) number: PhoneNumber,
    pub(in crate::pbx) report: Report,
    /// Those that may be tried, in order.
    pub(in crate::pbx) trunks: Vec<TrunkName>,
}

/// What the escalation hears of its call.
#[derive(Debug)]
pub(in crate::pbx) enum News {
    Answered,
    Repeated,
    /// This key was pressed. The call waits for an [`Order`].
    Pressed(Verdict),
    /// It is over, and came to nothing.
    Unreached(Unreached),
    /// Whoever accepted takes the caller: this leg is the caller's call's from now on.
    Takes(Box<Leg>),
    /// It is over, and somebody has settled it.
    Over,
}

/// What the escalation has its call do, once what was pressed is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::pbx) enum Order {
    /// Say that it is so, and that was all.
    Confirm(Verdict),
    /// The caller is still on the line: say so, and ask.
    Offer,
}

/// See the module's sentence.
#[derive(Debug)]
pub(in crate::pbx) struct Alerting {
    alert: Alert,
    trunks: VecDeque<TrunkName>,
    stage: Stage,
    until: Instant,
    /// A trunk that has said nothing by then is given up for the next.
    silent_until: Option<Instant>,
}

#[derive(Debug)]
enum Stage {
    Ringing(Fork),
    /// Somebody hears what it is about, for the so-manieth time.
    Telling {
        leg: Leg,
        told: u8,
        said: UtteranceId,
    },
    /// A key was pressed.
    Settling(Leg),
    /// The caller is offered.
    Offering {
        leg: Leg,
        said: UtteranceId,
    },
    /// The last words.
    Parting {
        leg: Leg,
        said: UtteranceId,
    },
}

impl Alerting {
    pub(in crate::pbx) fn begin(cx: &mut Context<'_>, alert: Alert) -> Step<Self> {
        let trunks: VecDeque<TrunkName> = alert.trunks.iter().cloned().collect();
        let until = cx.now.at + RING;
        Self::ring(cx, alert, trunks, until)
    }

    /// By the next trunk that takes it.
    fn ring(
        cx: &mut Context<'_>,
        alert: Alert,
        mut trunks: VecDeque<TrunkName>,
        until: Instant,
    ) -> Step<Self> {
        while let Some(trunk) = trunks.pop_front() {
            let directory = cx.ledger.directory().clone();
            let silent_until = Some(cx.now.at + directory.limits.patience_with(&trunk));
            let destination = Destination::Outside { trunk, who: Outside::Number(alert.number) };
            let shown = Identity {
                user: directory.outbound_caller.to_string(),
                display: as_name(&format!("{} {}", alert.report.what(), directory.name)),
            };
            // RFC 3261, 20.26: some networks let it through where they would not let another call.
            let headers = vec![("Priority".to_owned(), "emergency".to_owned())];
            let enclosed = Enclosed { headers, parts: Vec::new() };
            let (party, codecs) = (Party::Number(alert.number), codecs_beginning_with(&[]));
            if let Ok(fork) = Fork::ring_enclosing(cx, destination, party, shown, &codecs, enclosed) {
                return Step::Stay(Self { alert, trunks, stage: Stage::Ringing(fork), until, silent_until });
            }
        }
        over(cx, &alert, News::Unreached(Unreached::Failed))
    }

    pub(in crate::pbx) fn deadline(&self) -> Option<(Instant, Reason)> {
        let silent = self.silent_until.map(|at| (at, Reason::TrunkSilent));
        silent.into_iter().chain([(self.until, Reason::OnCall)]).min()
    }

    pub(in crate::pbx) fn handle(self, cx: &mut Context<'_>, event: CallEvent) -> Step<Self> {
        match event {
            CallEvent::Session { session, event } => self.session(cx, session, event),
            CallEvent::Media { leg, event } if self.leg().is_some_and(|own| own.id() == leg) => {
                self.media(cx, &event)
            }
            CallEvent::Media { event: MediaEvent::Failed, .. } => self.ends(cx, Unreached::Failed),
            CallEvent::Speech(VoiceInput::SpeechFailed) => self.recorded(cx),
            CallEvent::Desk(DeskEvent::OnCall(order)) => self.ordered(cx, order),
            CallEvent::Desk(event) => stays(cx, self, event),
            CallEvent::Media { .. } | CallEvent::Speech(_) | CallEvent::AgentPlace => Step::Stay(self),
            CallEvent::HangUp => self.ends(cx, Unreached::LineGiven),
            CallEvent::Timeout => self.timeout(cx),
        }
    }

    fn leg(&self) -> Option<&Leg> {
        match &self.stage {
            Stage::Ringing(_) => None,
            Stage::Telling { leg, .. }
            | Stage::Settling(leg)
            | Stage::Offering { leg, .. }
            | Stage::Parting { leg, .. } => Some(leg),
        }
    }

    fn leg_mut(&mut self) -> Option<&mut Leg> {
        match &mut self.stage {
            Stage::Ringing(_) => None,
            Stage::Telling { leg, .. }
            | Stage::Settling(leg)
            | Stage::Offering { leg, .. }
            | Stage::Parting { leg, .. } => Some(leg),
        }
    }

    fn session(mut self, cx: &mut Context<'_>, session: SessionId, event: SessionEvent) -> Step<Self> {
        if let Some(leg) = self.leg_mut().filter(|leg| leg.session() == session) {
            return match event {
                SessionEvent::Ended(_) | SessionEvent::Cancelled(_) => self.gone(cx),
                SessionEvent::Digit(key) => self.keyed(cx, key),
                event => match leg.alone(cx, event) {
                    Ok(()) => Step::Stay(self),
                    Err(_) => self.ends(cx, Unreached::Failed),
                },
            };
        }
        if !matches!(&self.stage, Stage::Ringing(fork) if fork.session() == session) {
            return Step::Stay(self);
        }
        match event {
            SessionEvent::Progress { status, .. } => {
                self.silent_until = None;
                if let Stage::Ringing(fork) = &mut self.stage
                    && status >= 180
                {
                    fork.progressed(cx);
                }
                Step::Stay(self)
            }
            SessionEvent::Answered { body, source } => {
                let Stage::Ringing(fork) = self.stage else { return Step::Stay(self) };
                let Ok(leg) = fork.answered(cx, &body, source) else {
                    return over(cx, &self.alert, News::Unreached(Unreached::Failed));
                };
                cx.exchange.alert_news.push((self.alert.escalation, News::Answered));
                Step::Stay(tell(cx, self.alert, leg, 1))
            }
            SessionEvent::Failed { status, retry_after, .. } => {
                let Stage::Ringing(fork) = self.stage else { return Step::Stay(self) };
                let trunk = fork.outside().map(|(trunk, _)| trunk.clone());
                fork.not_answered(cx, LegResult::of_status(status));
                if trunk_answer::is_the_trunks(status) {
                    if let Some(trunk) = &trunk {
                        cx.exchange.sip.trunk_failed(cx.now.at, trunk, status, retry_after);
                    }
                    return Self::ring(cx, self.alert, self.trunks, self.until);
                }
                if let Some(trunk) = &trunk {
                    cx.exchange.sip.trunk_carried(trunk);
                }
                let why = match LegResult::of_status(status) {
                    LegResult::Busy | LegResult::Declined => Unreached::Busy,
                    _ => Unreached::NoAnswer,
                };
                over(cx, &self.alert, News::Unreached(why))
            }
            SessionEvent::Ended(_) => {
                let Stage::Ringing(fork) = self.stage else { return Step::Stay(self) };
                fork.not_answered(cx, LegResult::Failed(487));
                over(cx, &self.alert, News::Unreached(Unreached::Failed))
            }
            _ => Step::Stay(self),
        }
    }

    fn media(mut self, cx: &mut Context<'_>, event: &MediaEvent) -> Step<Self> {
        match event {
            MediaEvent::Digit(key) => self.keyed(cx, *key),
            MediaEvent::Played { utterance, .. } => {
                match &self.stage {
                    Stage::Telling { said, .. } if said == utterance => self.until = cx.now.at + TO_PRESS,
                    Stage::Offering { said, .. } if said == utterance => self.until = cx.now.at + TO_TAKE,
                    Stage::Parting { said, .. } if said == utterance => return self.parts(cx),
                    _ => {}
                }
                Step::Stay(self)
            }
            MediaEvent::Failed | MediaEvent::Dead { .. } => self.ends(cx, Unreached::Failed),
            _ => Step::Stay(self),
        }
    }

    fn keyed(self, cx: &mut Context<'_>, key: char) -> Step<Self> {
        match (self.stage, key, Verdict::of_key(key)) {
            (Stage::Telling { leg, said, .. }, '0', _) => {
                hush(cx, &leg, said);
                cx.exchange.alert_news.push((self.alert.escalation, News::Repeated));
                // Whoever asks for it is a person, and hears it as often as they like.
                Step::Stay(tell(cx, self.alert, leg, 1))
            }
            (Stage::Telling { leg, said, .. }, _, Some(verdict)) => {
                hush(cx, &leg, said);
                cx.exchange.alert_news.push((self.alert.escalation, News::Pressed(verdict)));
                let (stage, until) = (Stage::Settling(leg), cx.now.at + STORE_WAIT);
                Step::Stay(Self { stage, until, ..self })
            }
            (Stage::Offering { leg, said }, '1', _) => {
                hush(cx, &leg, said);
                let leg = leg.moves_to(cx, self.alert.escalation);
                over(cx, &self.alert, News::Takes(Box::new(leg)))
            }
            (stage, _, _) => Step::Stay(Self { stage, ..self }),
        }
    }

    /// What was pressed is stored, or the store has had its time.
    fn ordered(self, cx: &mut Context<'_>, order: Order) -> Step<Self> {
        let Stage::Settling(leg) = self.stage else { return Step::Stay(self) };
        let (said, until) = (say(cx, &leg, order.words()), cx.now.at + LONGEST_TELLING);
        let stage = match order {
            Order::Offer => Stage::Offering { leg, said },
            Order::Confirm(_) => Stage::Parting { leg, said },
        };
        Step::Stay(Self { stage, until, ..self })
    }

    /// What cannot be spoken is played as it was recorded. There is a recording of what it is about; the rest is courtesy.
    fn recorded(mut self, cx: &mut Context<'_>) -> Step<Self> {
        match &mut self.stage {
            Stage::Telling { leg, said, .. } => {
                *said = announce(cx, leg);
                self.until = cx.now.at + LONGEST_TELLING;
                Step::Stay(self)
            }
            Stage::Parting { .. } | Stage::Offering { .. } => self.parts(cx),
            Stage::Ringing(_) | Stage::Settling(_) => Step::Stay(self),
        }
    }

    fn timeout(mut self, cx: &mut Context<'_>) -> Step<Self> {
        if self.silent_until.is_some_and(|at| at <= cx.now.at) {
            match self.given_up_trunk(cx) {
                Step::Stay(state) => self = state,
                Step::Go(next) => return Step::Go(next),
            }
        }
        if self.until > cx.now.at {
            return Step::Stay(self);
        }
        match self.stage {
            Stage::Ringing(_) => self.ends(cx, Unreached::NoAnswer),
            Stage::Telling { leg, told, .. } if told < TELLINGS => {
                Step::Stay(tell(cx, self.alert, leg, told + 1))
            }
            Stage::Telling { .. } => self.ends(cx, Unreached::NoKey),
            Stage::Settling(_) | Stage::Offering { .. } | Stage::Parting { .. } => self.parts(cx),
        }
    }

    /// A trunk that has not answered at all is given up for the next; its CANCEL goes out if it ever does (RFC 3261, 9.1).
    fn given_up_trunk(mut self, cx: &mut Context<'_>) -> Step<Self> {
        let Stage::Ringing(fork) = &self.stage else { return Step::Stay(self) };
        self.silent_until = None;
        let Some(since) = cx.exchange.sip.unheard_since(fork.session()) else { return Step::Stay(self) };
        let trunk = fork.outside().map(|(trunk, _)| trunk.clone());
        let patience = trunk.as_ref().map(|name| cx.ledger.directory().limits.patience_with_target(name));
        let until = since + patience.unwrap_or_default();
        if until > cx.now.at {
            self.silent_until = Some(until);
            return Step::Stay(self);
        }
        let Stage::Ringing(fork) = self.stage else { return Step::Stay(self) };
        if let Some(trunk) = &trunk {
            cx.exchange.sip.trunk_failed(cx.now.at, trunk, 0, None);
        }
        fork.cancel(cx, None, LegResult::Failed(408));
        Self::ring(cx, self.alert, self.trunks, self.until)
    }

    /// The house ends it.
    fn ends(self, cx: &mut Context<'_>, why: Unreached) -> Step<Self> {
        match self.stage {
            Stage::Ringing(fork) => {
                fork.cancel(cx, None, LegResult::NoAnswer);
                over(cx, &self.alert, News::Unreached(why))
            }
            Stage::Telling { leg, said, .. } => {
                hush(cx, &leg, said);
                leg.hang_up_as(cx, None, LegResult::NoAnswer);
                over(cx, &self.alert, News::Unreached(why))
            }
            stage @ (Stage::Settling(_) | Stage::Offering { .. } | Stage::Parting { .. }) => {
                Self { stage, ..self }.parts(cx)
            }
        }
    }

    /// Nothing is left to say.
    fn parts(self, cx: &mut Context<'_>) -> Step<Self> {
        match self.stage {
            Stage::Settling(leg) | Stage::Offering { leg, .. } | Stage::Parting { leg, .. } => {
                leg.hang_up(cx, None);
                over(cx, &self.alert, News::Over)
            }
            stage @ (Stage::Ringing(_) | Stage::Telling { .. }) => Step::Stay(Self { stage, ..self }),
        }
    }

    /// Whoever had answered has hung up.
    fn gone(self, cx: &mut Context<'_>) -> Step<Self> {
        match self.stage {
            Stage::Telling { leg, .. } => {
                leg.gone_as(cx, LegResult::NoAnswer);
                over(cx, &self.alert, News::Unreached(Unreached::HungUp))
            }
            Stage::Settling(leg) | Stage::Offering { leg, .. } | Stage::Parting { leg, .. } => {
                leg.gone(cx);
                over(cx, &self.alert, News::Over)
            }
            stage @ Stage::Ringing(_) => Step::Stay(Self { stage, ..self }),
        }
    }
}

impl Order {
    fn words(self) -> &'static str {
        match self {
            Self::Offer => {
                "Thank you, it is yours. The caller is still on the line. Press 1 to talk with them, or hang up."
            }
            Self::Confirm(Verdict::Accepted) => "Thank you, it is yours. Nobody else is called. Goodbye.",
            Self::Confirm(Verdict::Downgraded) => {
                "It is urgent work for the morning. Nobody else is called. Goodbye."
            }
            Self::Confirm(Verdict::Known) => "Thank you. Nobody else is called. Goodbye.",
        }
    }
}

fn over(cx: &mut Context<'_>, alert: &Alert, news: News) -> Step<Alerting> {
    cx.exchange.alert_news.push((alert.escalation, news));
    Step::Go(Next::End(Disposition::Served))
}

/// Says what it is about, with the newest that is known of it.
fn tell(cx: &mut Context<'_>, alert: Alert, leg: Leg, told: u8) -> Alerting {
    let text = alert.report.spoken(&cx.ledger.directory().name);
    let said = if cx.exchange.speech_ready { say(cx, &leg, &text) } else { announce(cx, &leg) };
    Alerting {
        alert,
        trunks: VecDeque::new(),
        stage: Stage::Telling { leg, told, said },
        until: cx.now.at + LONGEST_TELLING,
        silent_until: None,
    }
}

fn say(cx: &mut Context<'_>, leg: &Leg, text: &str) -> UtteranceId {
    let utterance = cx.exchange.next_utterance(leg.id());
    let manner = cx.ledger.directory().reception.manner.clone();
    let said = SpeechCommand::Speak { utterance, text: text.to_owned(), language: Language::English, manner };
    cx.exchange.speech(leg.id(), said);
    utterance
}

fn announce(cx: &mut Context<'_>, leg: &Leg) -> UtteranceId {
    let utterance = cx.exchange.next_utterance(leg.id());
    let announcement = Announcement::OnCallWanted;
    cx.exchange.media(leg.id(), MediaCommand::Announce { utterance, announcement });
    utterance
}

fn hush(cx: &mut Context<'_>, leg: &Leg, said: UtteranceId) {
    cx.exchange.media(leg.id(), MediaCommand::Hush { utterance: said });
    cx.exchange.speech(leg.id(), SpeechCommand::Cease { utterance: said });
}
