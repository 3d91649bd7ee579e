//! A caller leaves a message: the greeting, the tone, and as much as there is to say.

use std::time::{Duration, Instant};

use jiff::Timestamp;

use super::{Cue, Hands, MailboxChange, MailboxPlan, Piece, Then, VoiceMessage, words};
use crate::{
    pbx::{MediaCommand, MediaEvent, event::SoundFile},
    types::{Extension, VoicemailId},
};

/// A message ends when no voice has been heard for this long.
const QUIET: Duration = Duration::from_secs(6);

/// With less voice than this there is nothing to listen to: somebody hung up after the tone.
const LEAST_VOICE: u64 = 500;

/// The media plane says within a packet or two what it has recorded; a message is kept without its word.
const PUT_AWAY: Duration = Duration::from_secs(1);

/// Somebody who leaves a message.
#[derive(Debug)]
pub(super) struct Deposit {
    mailbox: Extension,
    stage: Stage,
    until: Option<Instant>,
}

#[derive(Debug)]
enum Stage {
    Greeting,
    Recording(Recording),
    /// The recording has been ended. `gone`: and so has the call.
    PuttingAway {
        recording: Recording,
        gone: bool,
    },
    Leaving,
}

#[derive(Debug, Clone)]
struct Recording {
    id: VoicemailId,
    file: String,
    since: Instant,
    at: Timestamp,
}

impl Deposit {
    pub(super) fn new(mailbox: Extension) -> Self {
        Self { mailbox, stage: Stage::Greeting, until: None }
    }

    pub(super) fn deadline(&self) -> Option<Instant> {
        self.until
    }

    pub(super) fn cue(&mut self, hands: &mut Hands<'_, '_>, cue: &Cue<'_>) -> Then {
        match (&self.stage, cue) {
            (Stage::Greeting, Cue::Begin) => self.greet(hands),
            // Who knows the greeting need not hear it out.
            (Stage::Greeting, Cue::Key('#')) => hands.say_instead([Piece::Beep]),
            (Stage::Greeting, Cue::Spoken) => self.record(hands),
            (Stage::Greeting, Cue::Gone) => return Then::HangUp,
            (Stage::Recording(recording), Cue::Key('#') | Cue::Due | Cue::Media(MediaEvent::TakeQuiet)) => {
                self.stop(hands, recording.clone(), false);
            }
            (Stage::Recording(recording), Cue::Gone) => self.stop(hands, recording.clone(), true),
            // The line's media is at an end: what was said is there.
            (Stage::Recording(recording), Cue::Media(MediaEvent::Taken { millis, voiced_ms })) => {
                let recording = recording.clone();
                return self.put_away(hands, recording, false, *millis, *voiced_ms);
            }
            (Stage::PuttingAway { recording, gone }, Cue::Media(MediaEvent::Taken { millis, voiced_ms })) => {
                let (recording, gone) = (recording.clone(), *gone);
                return self.put_away(hands, recording, gone, *millis, *voiced_ms);
            }
            (Stage::PuttingAway { recording, gone }, Cue::Due) => {
                let (recording, gone) = (recording.clone(), *gone);
                let millis = hands.cx.now.at.saturating_duration_since(recording.since).as_millis();
                let millis = u64::try_from(millis).unwrap_or(u64::MAX);
                return self.put_away(hands, recording, gone, millis, LEAST_VOICE);
            }
            (Stage::PuttingAway { recording, .. }, Cue::Gone) => {
                self.stage = Stage::PuttingAway { recording: recording.clone(), gone: true };
            }
            (Stage::Leaving, Cue::Spoken | Cue::Gone) => return Then::HangUp,
            _ => {}
        }
        Then::Wait
    }

    fn greet(&mut self, hands: &mut Hands<'_, '_>) {
        let directory = hands.cx.ledger.directory().clone();
        let mailbox = hands.cx.exchange.mailboxes.get(&self.mailbox);
        if mailbox.is_some_and(|mailbox| mailbox.messages.len() >= MailboxPlan::MOST_MESSAGES) {
            self.stage = Stage::Leaving;
            return hands.say([Piece::words(words::MAILBOX_FULL)]);
        }
        let plan = directory.services.mailboxes.get(&self.mailbox);
        let own = mailbox.and_then(|mailbox| mailbox.greeting.clone());
        let greeting = match (own, plan.and_then(|plan| plan.greeting.clone())) {
            (Some(file), _) => Piece::Sound(SoundFile::in_mailbox(file)),
            (None, Some(text)) => Piece::Words(text),
            (None, None) => {
                let name = plan.map_or("", |plan| plan.name.as_str());
                Piece::Words(words::greeting(name, &self.mailbox))
            }
        };
        hands.say([greeting, Piece::Beep]);
    }

    fn record(&mut self, hands: &mut Hands<'_, '_>) {
        let now = hands.cx.now;
        let id = VoicemailId::from_random(hands.cx.exchange.random());
        let file = format!("{id}.wav");
        let longest = hands.cx.ledger.directory().services.mailboxes.get(&self.mailbox);
        let longest = longest.map_or(Duration::from_secs(60), |plan| plan.longest);
        let take = MediaCommand::Take {
            file: SoundFile::in_mailbox(file.clone()),
            quiet_ms: QUIET.as_millis() as u32,
        };
        hands.cx.exchange.media(hands.leg.id(), take);
        self.until = Some(now.at + longest);
        self.stage = Stage::Recording(Recording { id, file, since: now.at, at: now.wall });
    }

    fn stop(&mut self, hands: &mut Hands<'_, '_>, recording: Recording, gone: bool) {
        hands.cx.exchange.media(hands.leg.id(), MediaCommand::EndTake);
        self.until = Some(hands.cx.now.at + PUT_AWAY);
        self.stage = Stage::PuttingAway { recording, gone };
    }

    fn put_away(
        &mut self,
        hands: &mut Hands<'_, '_>,
        recording: Recording,
        gone: bool,
        length_ms: u64,
        voiced_ms: u64,
    ) -> Then {
        let Recording { id, file, at: left, since: _ } = recording;
        let kept = voiced_ms >= LEAST_VOICE;
        let change = if kept {
            let (call, caller) = (hands.cx.call(), hands.caller());
            MailboxChange::Left(VoiceMessage { id, call, caller, left, length_ms, file, heard: false })
        } else {
            MailboxChange::Discarded { file }
        };
        hands.cx.exchange.change_mailbox(&self.mailbox, change);
        self.until = None;
        self.stage = Stage::Leaving;
        if gone {
            return Then::HangUp;
        }
        hands.say([Piece::words(if kept { words::MESSAGE_SAVED } else { words::NOTHING_HEARD })]);
        Then::Wait
    }
}
