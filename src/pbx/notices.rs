//! The house is told that an emergency number was dialled: desk phones ring and show who and where, and people outside
//! are called, told, and asked to press 1 (47 CFR 9.16(b)(2)).
//!
//! These calls belong to no caller and leave no record of their own. They give their line back to the emergency itself if
//! it needs one. Everything stops as soon as anybody says that they know.

use std::{
    collections::{BTreeMap, VecDeque},
    net::SocketAddr,
    time::{Duration, Instant},
};

use super::{
    Announcement, Directory, Emergency, Fact, MediaCommand, MediaEvent, Party, Reason, SpeechCommand,
    encryption::FarEnd,
    exchange::Exchange,
    line::{describe_towards, wish_of},
    session_event::SessionEvent,
};
use crate::{
    media::{self, Codec, LocalMedia, SourceTrust},
    sip::{Identity, Outgoing, SessionId, Target, TrunkName},
    types::{CallId, Extension, Language, LegId, Moment, PhoneNumber, UtteranceId},
};

/// Each phone and each number rings so long.
const RING: Duration = Duration::from_secs(45);

/// Then, after this pause, again.
const PAUSE: Duration = Duration::from_secs(20);

/// So often in all. The notice on the screens stays until somebody acknowledges it.
const TRIES: u8 = 5;

/// Whoever has answered hears it so often, with a pause to press 1 in.
const TELLINGS: u8 = 4;
const TO_PRESS: Duration = Duration::from_secs(4);

/// A media plane or a synthesiser that never says that it is done.
const LONGEST_TELLING: Duration = Duration::from_secs(20);

/// Notices at once: each emergency has at most as many as the office has named phones and numbers. Further ones are not
/// rung; they stand on the screens all the same.
const MOST: usize = 64;

/// See the module's sentence.
#[derive(Debug, Default)]
pub(super) struct Notices {
    /// By an id of their own, which the exchange knows their sessions and sockets by.
    notices: BTreeMap<CallId, Notice>,
}

/// What is to be told.
#[derive(Debug, Clone)]
pub(super) struct Alarm {
    pub(super) call: CallId,
    pub(super) from: Extension,
    pub(super) emergency: Emergency,
    /// Empty: nobody has said where this phone is.
    pub(super) place: String,
}

impl Alarm {
    /// What a desk phone shows: `911 from 101 Suite 4`.
    fn shown(&self) -> String {
        let place = if self.place.is_empty() { String::new() } else { format!(" {}", self.place) };
        format!("{} from {}{place}", self.emergency.digits(), self.from)
    }

    fn spoken(&self, office: &str) -> String {
        let one_by_one = |text: &str| text.chars().map(String::from).collect::<Vec<_>>().join(" ");
        let place = if self.place.is_empty() { String::new() } else { format!(", at {}", self.place) };
        format!(
            "This is {office}. Somebody has dialled {} from extension {}{place}. Press 1 to say that you know.",
            one_by_one(self.emergency.digits()),
            one_by_one(self.from.as_str()),
        )
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Whom {
    Phone(Extension),
    Number(PhoneNumber),
}

#[derive(Debug)]
struct Notice {
    alarm: Alarm,
    whom: Whom,
    tries: u8,
    stage: Stage,
}

#[derive(Debug)]
enum Stage {
    Pausing { until: Instant },
    Ringing { rung: Vec<Rung>, until: Instant },
    Telling { rung: Rung, told: u8, until: Instant },
}

#[derive(Debug)]
struct Rung {
    session: SessionId,
    leg: LegId,
    offer: Vec<u8>,
    party: media::Party,
}

impl Notices {
    /// Everybody whom the office has named is rung at once.
    pub(super) fn begin(
        &mut self,
        now: Moment,
        exchange: &mut Exchange,
        directory: &Directory,
        alarm: &Alarm,
    ) {
        let notice = &directory.emergency.notice;
        // The phone that dialled is in use, and knows.
        let phones = notice.phones.iter().filter(|phone| **phone != alarm.from).cloned().map(Whom::Phone);
        let all = phones.chain(notice.calls.iter().copied().map(Whom::Number));
        for whom in all.collect::<Vec<_>>() {
            if self.notices.len() >= MOST {
                return;
            }
            let id = CallId::from_random(exchange.random());
            let stage = Stage::Pausing { until: now.at };
            let mut notice = Notice { alarm: alarm.clone(), whom, tries: 0, stage };
            notice.ring(now, exchange, directory, id);
            self.notices.insert(id, notice);
        }
    }

    /// Somebody knows: nobody is told any more of this one.
    pub(super) fn seen(&mut self, now: Moment, exchange: &mut Exchange, emergency: CallId) {
        let over: Vec<CallId> =
            self.notices.iter().filter(|(_, n)| n.alarm.call == emergency).map(|(id, _)| *id).collect();
        for notice in over.iter().filter_map(|id| self.notices.remove(id)) {
            notice.end(now, exchange);
        }
    }

    /// The emergency itself needs this one's line.
    pub(super) fn give_line(&mut self, now: Moment, exchange: &mut Exchange, id: CallId) -> bool {
        let Some(notice) = self.notices.get_mut(&id) else { return false };
        notice.pause(now, exchange);
        true
    }

    pub(super) fn shut_down(&mut self, now: Moment, exchange: &mut Exchange) {
        for notice in std::mem::take(&mut self.notices).into_values() {
            notice.end(now, exchange);
        }
    }

    pub(super) fn owns(&self, id: CallId) -> bool {
        self.notices.contains_key(&id)
    }

    pub(super) fn deadline(&self) -> Option<(Instant, Reason)> {
        let until = |notice: &Notice| match &notice.stage {
            Stage::Pausing { until } | Stage::Ringing { until, .. } | Stage::Telling { until, .. } => *until,
        };
        self.notices.values().map(until).min().map(|at| (at, Reason::EmergencyNotice))
    }

    pub(super) fn handle_timeout(&mut self, now: Moment, exchange: &mut Exchange, directory: &Directory) {
        let ids: Vec<CallId> = self.notices.keys().copied().collect();
        for id in ids {
            let Some(mut notice) = self.notices.remove(&id) else { continue };
            let going = match &mut notice.stage {
                Stage::Pausing { until } if *until <= now.at => notice.ring(now, exchange, directory, id),
                Stage::Ringing { until, .. } if *until <= now.at => notice.pause(now, exchange),
                Stage::Telling { until, .. } if *until <= now.at => notice.tell(now, exchange, directory),
                Stage::Pausing { .. } | Stage::Ringing { .. } | Stage::Telling { .. } => true,
            };
            if going {
                self.notices.insert(id, notice);
            }
        }
    }

    pub(super) fn handle_session(
        &mut self,
        now: Moment,
        exchange: &mut Exchange,
        directory: &Directory,
        id: CallId,
        session: SessionId,
        event: SessionEvent,
    ) {
        let Some(mut notice) = self.notices.remove(&id) else { return };
        let going = match event {
            SessionEvent::Answered { body, source } => {
                notice.answered(now, exchange, directory, session, &body, source)
            }
            SessionEvent::Failed { .. } | SessionEvent::Ended(_) | SessionEvent::Cancelled(_) => {
                notice.lost(now, exchange, session)
            }
            SessionEvent::Reoffered(_) => {
                // Nothing here is worth another description; what was agreed stands.
                let _ = exchange.sip.refuse_reoffer(now.at, session, 488);
                true
            }
            SessionEvent::Digit('1') => return self.acknowledged(now, exchange, notice),
            SessionEvent::Digit(_)
            | SessionEvent::Progress { .. }
            | SessionEvent::Confirmed(_)
            | SessionEvent::ReofferAnswered(_) => true,
        };
        if going {
            self.notices.insert(id, notice);
        }
    }

    pub(super) fn handle_media(
        &mut self,
        now: Moment,
        exchange: &mut Exchange,
        id: CallId,
        event: &MediaEvent,
    ) {
        let Some(mut notice) = self.notices.remove(&id) else { return };
        let going = match event {
            MediaEvent::Digit('1') => return self.acknowledged(now, exchange, notice),
            MediaEvent::Played { .. } => {
                if let Stage::Telling { until, .. } = &mut notice.stage {
                    *until = now.at + TO_PRESS;
                }
                true
            }
            MediaEvent::Failed | MediaEvent::Dead { .. } => notice.pause(now, exchange),
            _ => true,
        };
        if going {
            self.notices.insert(id, notice);
        }
    }

    /// What cannot be spoken is played as it was recorded.
    pub(super) fn speech_failed(&mut self, now: Moment, exchange: &mut Exchange, id: CallId) {
        if let Some(Notice { stage: Stage::Telling { rung, told, until }, .. }) = self.notices.get_mut(&id) {
            *until = now.at + LONGEST_TELLING;
            announce(exchange, rung.leg, *told);
        }
    }

    fn acknowledged(&mut self, now: Moment, exchange: &mut Exchange, notice: Notice) {
        let (call, by) = (notice.alarm.call, notice.whom.party());
        notice.end(now, exchange);
        exchange.fact(Fact::EmergencySeen { call, by });
        self.seen(now, exchange, call);
    }
}

impl Whom {
    fn party(&self) -> Party {
        match self {
            Self::Phone(extension) => Party::Phone(extension.clone()),
            Self::Number(number) => Party::Number(*number),
        }
    }
}

impl Notice {
    /// `false`: it has been tried often enough. The first try is never the last.
    fn ring(&mut self, now: Moment, exchange: &mut Exchange, directory: &Directory, id: CallId) -> bool {
        if self.tries >= TRIES {
            return false;
        }
        let mut rung = Vec::new();
        for (target, trunk) in self.targets(now, exchange, directory) {
            rung.extend(self.call(now, exchange, directory, id, target, trunk));
        }
        self.tries += 1;
        self.stage = match rung.is_empty() {
            true => Stage::Pausing { until: now.at + PAUSE },
            false => Stage::Ringing { rung, until: now.at + RING },
        };
        true
    }

    fn targets(
        &self,
        now: Moment,
        exchange: &mut Exchange,
        directory: &Directory,
    ) -> Vec<(Target, Option<TrunkName>)> {
        match &self.whom {
            Whom::Phone(extension) => {
                let bindings = exchange.sip.bindings(now.at, extension).into_iter();
                let target = |b: crate::sip::Binding| Target::Phone {
                    extension: b.extension,
                    contact: b.contact,
                    flow: b.flow,
                    path: b.path,
                };
                bindings.map(|binding| (target(binding), None)).collect()
            }
            Whom::Number(number) => {
                // Another trunk at each try, as long as there are others.
                let mut trunks: VecDeque<TrunkName> = exchange.open_trunks(now, directory).into();
                let turns = usize::from(self.tries) % trunks.len().max(1);
                trunks.rotate_left(turns);
                let trunk = trunks.pop_front();
                let to = |trunk: TrunkName| {
                    let number = directory.profile(&trunk).dial_string(number);
                    (Target::Trunk { trunk: trunk.clone(), number }, Some(trunk))
                };
                trunk.map(to).into_iter().collect()
            }
        }
    }

    fn call(
        &self,
        now: Moment,
        exchange: &mut Exchange,
        directory: &Directory,
        id: CallId,
        target: Target,
        trunk: Option<TrunkName>,
    ) -> Option<Rung> {
        let leg = exchange.next_leg();
        let known = trunk.as_ref().and_then(|name| directory.trunk(name));
        let (wish, towards) = match &target {
            // A notice goes out in clear rather than not at all, like the call that it is about.
            Target::Phone { extension, flow, .. } => {
                let far_end = FarEnd::Phone(extension);
                (wish_of(exchange, directory, far_end, flow.transport, true), flow.remote.ip())
            }
            Target::Trunk { trunk, .. } => {
                let (transport, at) = exchange.sip.trunk_way(trunk)?;
                (wish_of(exchange, directory, FarEnd::Trunk(trunk), transport, true), at.ip())
            }
        };
        let told = exchange.settings.media_address_for(known, towards);
        let port = exchange.open_socket(now, id, leg, true, told)?;
        let local = LocalMedia { port, ..describe_towards(exchange, known, wish, towards) };
        let offer = media::offer(&local, &Codec::ALL);
        let user = match &trunk {
            Some(_) => directory.outbound_caller.to_string(),
            None => self.alarm.from.to_string(),
        };
        let from = Identity { user, display: self.alarm.shown() };
        let mut headers = vec![
            ("Priority".to_owned(), "emergency".to_owned()),
            // RFC 7462: a ring that is not the ordinary one, on phones that know it.
            ("Alert-Info".to_owned(), "<urn:alert:priority:high>".to_owned()),
        ];
        let mut from = from;
        if let (Some(name), Some(known)) = (&trunk, known) {
            let shown = directory.profile(name).show(from, &known.domain, false);
            from = shown.from;
            headers.extend(shown.headers);
        }
        let outgoing = Outgoing {
            target,
            from,
            offer: offer.clone(),
            headers,
            parts: Vec::new(),
            sips: false,
            hops: crate::sip::MAX_FORWARDS,
        };
        match exchange.sip.invite(now.at, outgoing) {
            Ok(session) => {
                exchange.session_begins(session, id, trunk.as_ref());
                let party = if trunk.is_some() { media::Party::Trunk } else { media::Party::Phone };
                Some(Rung { session, leg, offer, party })
            }
            Err(_) => {
                exchange.close_socket(leg);
                None
            }
        }
    }

    fn answered(
        &mut self,
        now: Moment,
        exchange: &mut Exchange,
        directory: &Directory,
        session: SessionId,
        body: &[u8],
        source: SocketAddr,
    ) -> bool {
        let Stage::Ringing { rung, .. } = &mut self.stage else { return true };
        let Some(at) = rung.iter().position(|rung| rung.session == session) else { return true };
        let answered = rung.remove(at);
        for other in rung.drain(..) {
            other.cancel(now, exchange);
        }
        let Ok(agreed) = media::accept(&answered.offer, body) else {
            answered.bye(now, exchange);
            self.stage = Stage::Pausing { until: now.at + PAUSE };
            return true;
        };
        let trust = SourceTrust { signalling_ip: source.ip(), party: answered.party };
        exchange.media(answered.leg, MediaCommand::Connect { agreed, trust });
        self.stage = Stage::Telling { rung: answered, told: 0, until: now.at };
        self.tell(now, exchange, directory)
    }

    /// Says it, or says it again; after the last time it is left, and tried again later.
    fn tell(&mut self, now: Moment, exchange: &mut Exchange, directory: &Directory) -> bool {
        let Stage::Telling { rung, told, until } = &mut self.stage else { return true };
        if *told >= TELLINGS {
            return self.pause(now, exchange);
        }
        *told += 1;
        *until = now.at + LONGEST_TELLING;
        if exchange.speech_ready {
            let (utterance, text) = (utterance(*told), self.alarm.spoken(&directory.name));
            let (language, manner) = (Language::English, directory.reception.manner.clone());
            exchange.speech(rung.leg, SpeechCommand::Speak { utterance, text, language, manner });
        } else {
            announce(exchange, rung.leg, *told);
        }
        true
    }

    /// A far end is gone, or never came.
    fn lost(&mut self, now: Moment, exchange: &mut Exchange, session: SessionId) -> bool {
        match &mut self.stage {
            Stage::Ringing { rung, .. } => {
                if let Some(at) = rung.iter().position(|rung| rung.session == session) {
                    rung.remove(at).gone(exchange);
                }
                if rung.is_empty() {
                    self.stage = Stage::Pausing { until: now.at + PAUSE };
                }
            }
            Stage::Telling { rung, .. } if rung.session == session => return self.pause_gone(now, exchange),
            Stage::Telling { .. } | Stage::Pausing { .. } => {}
        }
        self.tries < TRIES
    }

    fn pause_gone(&mut self, now: Moment, exchange: &mut Exchange) -> bool {
        let stage = std::mem::replace(&mut self.stage, Stage::Pausing { until: now.at + PAUSE });
        if let Stage::Telling { rung, .. } = stage {
            rung.gone(exchange);
        }
        self.tries < TRIES
    }

    /// Leaves whoever is rung or told; they are tried again later, if not too often.
    fn pause(&mut self, now: Moment, exchange: &mut Exchange) -> bool {
        let stage = std::mem::replace(&mut self.stage, Stage::Pausing { until: now.at + PAUSE });
        stage.end(now, exchange);
        self.tries < TRIES
    }

    fn end(self, now: Moment, exchange: &mut Exchange) {
        self.stage.end(now, exchange);
    }
}

fn utterance(told: u8) -> UtteranceId {
    UtteranceId(u64::from(told))
}

fn announce(exchange: &mut Exchange, leg: LegId, told: u8) {
    let announcement = Announcement::EmergencyDialled;
    exchange.media(leg, MediaCommand::Announce { utterance: utterance(told), announcement });
}

impl Stage {
    fn end(self, now: Moment, exchange: &mut Exchange) {
        match self {
            Self::Pausing { .. } => {}
            Self::Ringing { rung, .. } => rung.into_iter().for_each(|rung| rung.cancel(now, exchange)),
            Self::Telling { rung, .. } => rung.bye(now, exchange),
        }
    }
}

impl Rung {
    fn cancel(self, now: Moment, exchange: &mut Exchange) {
        // A session that has ended meanwhile needs no farewell.
        let _ = exchange.sip.cancel(now.at, self.session, None);
        self.gone(exchange);
    }

    fn bye(self, now: Moment, exchange: &mut Exchange) {
        let _ = exchange.sip.bye(now.at, self.session, None);
        self.gone(exchange);
    }

    fn gone(self, exchange: &mut Exchange) {
        exchange.session_ends(self.session);
        exchange.close_socket(self.leg);
    }
}
