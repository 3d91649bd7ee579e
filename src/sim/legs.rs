//! The media plane and the speech pool, as far as a story needs them: everything is played, heard and understood in virtual time.

use std::{
    collections::BTreeMap,
    net::{IpAddr, SocketAddr},
    time::{Duration, Instant},
};

use super::{caller::long_enough, premises::Understands};
use crate::{
    media::{Direction, LegSettings},
    pbx::{MediaCommand, MediaEvent, Quality, SpeechCommand, Unheard},
    types::{CallId, Language, LegId, TurnId, UtteranceId},
};

/// From the order to the first voiced packet: the first clause is synthesised, and waits for its frame.
const FIRST_SOUND: Duration = Duration::from_millis(140);
/// An utterance stops within a frame of being told.
const ONE_FRAME: Duration = Duration::from_millis(20);
/// The caller's first packet, after the answer has reached them.
const FIRST_PACKET: Duration = Duration::from_millis(60);
/// The understander's answer.
const UNDERSTANDING: Duration = Duration::from_millis(15);
/// A greeting or a message.
const RECORDED_SOUND: Duration = Duration::from_secs(4);
/// The recorded announcement, and every sound file.
const ANNOUNCEMENT: Duration = Duration::from_secs(7);

/// From the last word to the key that it asks for.
const TO_THE_KEY: Duration = Duration::from_secs(1);

/// The agent counts its utterances from the low end; what the box itself says to phones and to people whom it calls is
/// counted from the high end, and the caller does not hear it.
pub(super) const fn is_the_agents(utterance: UtteranceId) -> bool {
    utterance.0 < u64::MAX / 2
}

/// What the media plane and the speech pool tell the switch.
#[derive(Debug)]
pub(super) enum Report {
    Media { leg: LegId, event: MediaEvent },
    Understood { leg: LegId, turn: TurnId, reading: Box<crate::dialogue::Reading> },
}

/// What a person at the other end notices of the agent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Noticed {
    Breath,
    Audible,
    Silent(String),
}

#[derive(Debug)]
pub(super) struct Legs {
    legs: BTreeMap<LegId, Leg>,
    understanding: BTreeMap<(Instant, u64), (LegId, TurnId, String, Language)>,
    asked: u64,
    /// Addresses from which nothing comes any more.
    dead: Vec<IpAddr>,
    /// Whoever is called outside has a voicemail that answers, and presses no key.
    voicemail: bool,
    understands: Understands,
}

#[derive(Debug)]
struct Leg {
    call: CallId,
    remote: Option<SocketAddr>,
    /// They may send.
    heard: bool,
    first_packet: Option<Instant>,
    silent_at: Option<Instant>,
    playing: Option<Playing>,
    /// Since when what it says is recorded.
    taking: Option<Instant>,
    /// When the key is pressed that somebody was asked for.
    key: Option<Instant>,
}

#[derive(Debug)]
struct Playing {
    utterance: UtteranceId,
    text: String,
    begins: Instant,
    ends: Instant,
    audible: bool,
    complete: bool,
}

impl Playing {
    fn due(&self) -> Instant {
        if self.audible { self.ends } else { self.begins.min(self.ends) }
    }
}

impl Leg {
    fn due(&self) -> Option<Instant> {
        let playing = self.playing.as_ref().map(Playing::due);
        [self.first_packet, self.silent_at, self.key, playing].into_iter().flatten().min()
    }
}

impl Legs {
    pub(super) fn new(voicemail: bool, understands: Understands) -> Self {
        Self {
            legs: BTreeMap::new(),
            understanding: BTreeMap::new(),
            asked: 0,
            dead: Vec::new(),
            voicemail,
            understands,
        }
    }

    pub(super) fn call_of(&self, leg: LegId) -> Option<CallId> {
        self.legs.get(&leg).map(|leg| leg.call)
    }

    /// Where its sound goes, once that is known.
    pub(super) fn remote_of(&self, leg: LegId) -> Option<SocketAddr> {
        self.legs.get(&leg).and_then(|leg| leg.remote)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.legs.is_empty()
    }

    pub(super) fn due(&self) -> Option<Instant> {
        let understood = self.understanding.first_key_value().map(|((at, _), _)| *at);
        self.legs.values().filter_map(Leg::due).chain(understood).min()
    }

    /// From this address nothing comes from now on, or it does again.
    pub(super) fn cut_off(&mut self, now: Instant, address: IpAddr, cut: bool) {
        self.dead.retain(|dead| *dead != address);
        if cut {
            self.dead.push(address);
        }
        for leg in self.legs.values_mut() {
            if leg.remote.is_some_and(|remote| remote.ip() == address) {
                leg.silent_at = (cut && leg.heard).then(|| now + LegSettings::SILENT_AFTER);
            }
        }
    }

    /// Carries out what the switch asks of the media plane. `Closed` is answered at once.
    pub(super) fn media(&mut self, now: Instant, leg: LegId, command: MediaCommand) -> Option<Report> {
        match command {
            MediaCommand::Open { call, port: _, told: _ } => {
                let fresh = Leg {
                    call,
                    remote: None,
                    heard: false,
                    first_packet: None,
                    silent_at: None,
                    playing: None,
                    taking: None,
                    key: None,
                };
                self.legs.insert(leg, fresh);
            }
            MediaCommand::Connect { agreed, trust: _ } => {
                let dead = self.dead.contains(&agreed.remote.ip());
                let known = self.legs.get_mut(&leg)?;
                let heard = matches!(agreed.direction, Direction::SendRecv | Direction::RecvOnly);
                if known.remote.is_none() && heard && !dead {
                    known.first_packet = Some(now + FIRST_PACKET);
                }
                known.remote = Some(agreed.remote);
                known.heard = heard;
                known.silent_at = (dead && heard).then(|| now + LegSettings::SILENT_AFTER);
            }
            MediaCommand::Announce { utterance, announcement: _ }
            | MediaCommand::Play { utterance, file: _ } => {
                let known = self.legs.get_mut(&leg)?;
                known.playing = Some(Playing {
                    utterance,
                    text: String::new(),
                    begins: now,
                    ends: now + ANNOUNCEMENT,
                    audible: false,
                    complete: true,
                });
            }
            MediaCommand::PlayFile { utterance, file } => {
                let text = format!("[{}]", file.shelf.folder());
                let known = self.legs.get_mut(&leg)?;
                known.playing = Some(Playing {
                    utterance,
                    text,
                    begins: now,
                    ends: now + RECORDED_SOUND,
                    audible: false,
                    complete: true,
                });
            }
            MediaCommand::Take { .. } => self.legs.get_mut(&leg)?.taking = Some(now),
            MediaCommand::EndTake => {
                let since = self.legs.get_mut(&leg)?.taking.take()?;
                let millis =
                    u64::try_from(now.saturating_duration_since(since).as_millis()).unwrap_or(u64::MAX);
                let event = MediaEvent::Taken { millis, voiced_ms: millis };
                return Some(Report::Media { leg, event });
            }
            MediaCommand::Hush { utterance } => {
                let playing = self.legs.get_mut(&leg)?.playing.as_mut()?;
                if playing.utterance == utterance {
                    playing.complete = false;
                    playing.ends = now + ONE_FRAME;
                }
            }
            MediaCommand::Close => {
                self.legs.remove(&leg)?;
                self.understanding.retain(|_, (of, ..)| *of != leg);
                return Some(Report::Media {
                    leg,
                    event: MediaEvent::Closed { quality: Quality::default() },
                });
            }
            // Bridges, rooms, tones, music, keys to the far end and recordings leave nothing that a story looks at.
            MediaCommand::Bridge { .. }
            | MediaCommand::Multicast { .. }
            | MediaCommand::RelayFax { .. }
            | MediaCommand::Unbridge
            | MediaCommand::Mix { .. }
            | MediaCommand::LeaveMix
            | MediaCommand::Tone(_)
            | MediaCommand::Music(_)
            | MediaCommand::Digit(_)
            | MediaCommand::Record { .. }
            | MediaCommand::PauseRecording(_)
            | MediaCommand::EndRecording => {}
        }
        None
    }

    /// The same for the speech pool. `Listen` and `Deaf` are the caller's business.
    pub(super) fn speech(&mut self, now: Instant, leg: LegId, command: &SpeechCommand) -> Option<Noticed> {
        match command {
            SpeechCommand::Speak { utterance, text, .. } => {
                let begins = now + FIRST_SOUND;
                let playing = Playing {
                    utterance: *utterance,
                    text: text.clone(),
                    begins,
                    ends: begins + long_enough(text),
                    audible: false,
                    complete: true,
                };
                self.legs.get_mut(&leg)?.playing = Some(playing);
                is_the_agents(*utterance).then_some(Noticed::Breath)
            }
            SpeechCommand::Understand { turn, text, language } => {
                self.asked += 1;
                let asked = (leg, *turn, text.clone(), *language);
                self.understanding.insert((now + UNDERSTANDING, self.asked), asked);
                None
            }
            // What is to be hushed is hushed by the media plane.
            SpeechCommand::Cease { .. }
            | SpeechCommand::Hear(_)
            | SpeechCommand::Expect(_)
            | SpeechCommand::Listen { .. }
            | SpeechCommand::AgentAudible(_)
            | SpeechCommand::Deaf => None,
        }
    }

    /// One thing that has happened by now.
    pub(super) fn happened(&mut self, now: Instant) -> Option<(Report, Option<Noticed>)> {
        if let Some(entry) = self.understanding.first_entry()
            && entry.key().0 <= now
        {
            let (leg, turn, text, language) = entry.remove();
            let reading = Box::new(self.understands.read(language, &text));
            return Some((Report::Understood { leg, turn, reading }, None));
        }
        let (&id, leg) = self.legs.iter_mut().find(|(_, leg)| leg.due().is_some_and(|due| due <= now))?;
        let media = |event| Report::Media { leg: id, event };
        if leg.first_packet.take_if(|at| *at <= now).is_some() {
            return Some((media(MediaEvent::FirstPacket), None));
        }
        if leg.silent_at.take_if(|at| *at <= now).is_some() {
            let silent_ms = u64::try_from(LegSettings::SILENT_AFTER.as_millis()).unwrap_or(u64::MAX);
            return Some((media(MediaEvent::Dead { silent_ms, why: Unheard::WentQuiet }), None));
        }
        if leg.key.take_if(|at| *at <= now).is_some() {
            return Some((media(MediaEvent::Digit('1')), None));
        }
        let playing = leg.playing.as_mut()?;
        let utterance = playing.utterance;
        if !playing.audible && playing.begins <= now && playing.begins < playing.ends {
            playing.audible = true;
            let noticed = is_the_agents(utterance).then_some(Noticed::Audible);
            return Some((media(MediaEvent::Speaking { utterance }), noticed));
        }
        let over = leg.playing.take()?;
        // A person does as told, once the words are over; what only records does not.
        if over.complete && over.text.contains("Press 1 to ") && !self.voicemail {
            leg.key = Some(now + TO_THE_KEY);
        }
        let heard = over.ends.saturating_duration_since(over.begins);
        let heard_ms = u32::try_from(heard.as_millis()).unwrap_or(u32::MAX);
        let event = MediaEvent::Played { utterance, heard_ms, complete: over.complete };
        let noticed = is_the_agents(utterance).then_some(Noticed::Silent(over.text));
        Some((media(event), noticed))
    }
}
