//! The pump of sound: RTP sockets on one side, legs and bridges on the other, on one thread with a 20 ms beat.
//!
//! Nothing here waits for anybody: commands and samples come through a bounded queue, frames and events leave through
//! bounded queues and are dropped, counted, when those are full.

use std::{
    io,
    net::IpAddr,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
        mpsc::{Receiver, SyncSender, TrySendError, sync_channel},
    },
    thread,
    time::{Duration, Instant},
};

use tokio::sync::mpsc;

use super::{
    clock,
    media_legs::Legs,
    media_poll::{Named, Readiness, Waker},
    media_slot::Outside,
    recordings::Recordings,
    sounds::Sounds,
    speech_pool::SpeechPool,
    switch_loop::ToSwitch,
};
use crate::{
    media::{Fingerprint, Identity, Sound},
    pbx::MediaCommand,
    types::{Chance, LegId, UtteranceId},
};

/// Commands and pieces of speech that may wait for the thread of the media: it empties the queue every few
/// milliseconds, so a full one means that it has died.
const INBOX: usize = 16_384;

/// The beat of the wire: one frame.
const BEAT: Duration = Duration::from_millis(20);

/// Beats that are made up for after the machine has stood still; older ones are left out, as the sound is stale.
const MADE_UP_FOR: u32 = 10;

/// What reaches the thread of the media.
#[derive(Debug)]
pub(super) enum ToMedia {
    Command {
        leg: LegId,
        command: MediaCommand,
    },
    /// 16 kHz.
    Play {
        leg: LegId,
        utterance: UtteranceId,
        samples: Vec<i16>,
    },
    Finish {
        leg: LegId,
        utterance: UtteranceId,
    },
    /// A file that was asked for has been read; `None`: it cannot be played.
    Sound {
        file: String,
        sound: Option<Arc<Sound>>,
    },
    /// Frames of this leg go to the ears, or no longer.
    Hear {
        leg: LegId,
        on: bool,
    },
}

/// The handle by which the switch and the speech pool reach the media; cheap to clone.
#[derive(Debug, Clone)]
pub struct MediaPlane {
    inbox: SyncSender<ToMedia>,
    waker: Waker,
    lost: Arc<AtomicU64>,
    identity: Option<Arc<Identity>>,
}

/// The receiving end, before its thread runs.
pub struct MediaThread {
    inbox: Receiver<ToMedia>,
    readiness: Readiness,
    identity: Option<Arc<Identity>>,
}

impl std::fmt::Debug for MediaThread {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("MediaThread")
    }
}

/// What the thread needs of the rest of the house.
#[derive(Debug)]
pub struct MediaSettings {
    /// Where RTP ports are bound.
    pub bind: Vec<IpAddr>,
    pub chance: Chance,
    pub speech: SpeechPool,
    pub recordings: Recordings,
    pub sounds: Sounds,
    pub to_switch: mpsc::Sender<ToSwitch>,
}

impl MediaPlane {
    /// The two ends. `identity`: the certificate that browsers are shown; without one, none is talked to.
    ///
    /// # Errors
    /// When the system has no poll to give.
    pub fn new(identity: Option<Identity>) -> io::Result<(Self, MediaThread)> {
        let identity = identity.map(Arc::new);
        let readiness = Readiness::new()?;
        let waker = readiness.waker();
        let (sender, inbox) = sync_channel(INBOX);
        let plane = Self { inbox: sender, waker, lost: Arc::default(), identity: identity.clone() };
        Ok((plane, MediaThread { inbox, readiness, identity }))
    }

    /// What descriptions for browsers name our certificate by.
    pub fn fingerprint(&self) -> Option<Fingerprint> {
        self.identity.as_ref().map(|identity| identity.fingerprint())
    }

    pub fn command(&self, leg: LegId, command: MediaCommand) {
        self.send(ToMedia::Command { leg, command });
    }

    /// Samples of an utterance, 16 kHz, after those before them.
    pub fn play(&self, leg: LegId, utterance: UtteranceId, samples: Vec<i16>) {
        self.send(ToMedia::Play { leg, utterance, samples });
    }

    /// No more samples of this utterance will come.
    pub fn finish(&self, leg: LegId, utterance: UtteranceId) {
        self.send(ToMedia::Finish { leg, utterance });
    }

    /// Shall the ears get this leg's frames?
    pub fn hear(&self, leg: LegId, on: bool) {
        self.send(ToMedia::Hear { leg, on });
    }

    pub(super) fn send(&self, message: ToMedia) {
        match self.inbox.try_send(message) {
            Ok(()) => self.waker.wake(),
            Err(TrySendError::Full(_)) => {
                let lost = self.lost.fetch_add(1, Ordering::Relaxed) + 1;
                if lost.is_power_of_two() {
                    tracing::error!(lost, "the media thread does not keep up; commands were lost");
                }
            }
            // The thread ends with the house.
            Err(TrySendError::Disconnected(_)) => {}
        }
    }
}

impl MediaThread {
    /// Starts the thread.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub fn start(self, settings: MediaSettings) -> io::Result<()> {
        thread::Builder::new().name("media".into()).spawn(move || {
            if let Err(error) = self.run(settings) {
                tracing::error!(%error, "the media plane has ended");
            }
        })?;
        Ok(())
    }

    /// What was sent to the thread, which does not run.
    #[cfg(test)]
    pub(super) fn sent(&self) -> Vec<ToMedia> {
        self.inbox.try_iter().collect()
    }

    fn run(self, settings: MediaSettings) -> io::Result<()> {
        let outside = Outside {
            speech: settings.speech,
            recordings: settings.recordings,
            sounds: settings.sounds,
            to_switch: settings.to_switch,
        };
        let register = self.readiness.register()?;
        let mut legs = Legs::new(settings.bind, register, settings.chance, self.identity.clone(), outside);
        let mut beat: Option<Instant> = None;
        let mut named = Named::nothing();
        loop {
            let wait = beat.map(|beat| beat.saturating_duration_since(clock::instant()));
            self.readiness.wait(wait, &mut named)?;
            let now = clock::instant();
            for mark in named.marks() {
                legs.receive(now, mark);
            }
            if named.woken() {
                for message in self.inbox.try_iter() {
                    legs.handle(now, message);
                }
            }
            // With nobody on the line there is no beat, and the thread sleeps.
            beat = (!legs.is_idle())
                .then(|| beat.map_or(now + BEAT, |beat| keep_time(beat, now, |now| legs.tick(now))));
        }
    }
}

/// Beats that are due; gives back when the next one is.
fn keep_time(mut beat: Instant, now: Instant, mut tick: impl FnMut(Instant)) -> Instant {
    let mut made_up = 0;
    while beat <= now {
        tick(now);
        beat += BEAT;
        made_up += 1;
        if made_up > MADE_UP_FOR {
            return now + BEAT;
        }
    }
    beat
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_beat_is_kept_and_a_long_stop_is_not_made_up_for() {
        let start = clock::instant();
        let count = |late: Duration| {
            let mut ticks = 0;
            let next = keep_time(start, start + late, |_| ticks += 1);
            (ticks, next.duration_since(start))
        };
        assert_eq!(count(Duration::ZERO), (1, BEAT));
        assert_eq!(count(Duration::from_millis(45)), (3, BEAT * 3));
        assert_eq!(count(Duration::from_secs(60)), (MADE_UP_FOR + 1, Duration::from_secs(60) + BEAT));
    }
}
