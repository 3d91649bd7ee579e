//! What the agent is saying, and what it still means to say and do.

use std::{
    collections::VecDeque,
    time::{Duration, Instant},
};

use crate::{
    agent::interruption::{self, Overlap},
    dialogue::{Act, Destination, EndReason, Say},
    types::{Language, UtteranceId},
};

/// The first clause is synthesised in some tens of milliseconds.
const SPEAKING_OVERDUE: Duration = Duration::from_secs(3);

/// What playback may take beyond twice the estimate.
const PLAYBACK_GRACE: Duration = Duration::from_secs(5);

/// The mouth stops within a frame or two of being told.
const HUSH_OVERDUE: Duration = Duration::from_secs(1);

/// The agent's mouth: one utterance at a time, and the plan behind it.
#[derive(Debug, Default)]
pub(super) struct Mouth {
    current: Option<Utterance>,
    plan: VecDeque<Planned>,
    last_id: u64,
    /// When the voice that is being answered ended.
    reply_to: Option<Instant>,
    sound: Sound,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Sound {
    #[default]
    Good,
    /// One apology may still be tried.
    Last,
    Mute,
}

#[derive(Debug, Clone, PartialEq)]
struct Planned {
    act: Act,
    /// It is the rest of something that was cut off already.
    resumed: bool,
}

#[derive(Debug)]
struct Utterance {
    id: UtteranceId,
    say: Say,
    /// It was cut off once and is being repeated: from now on only words stop it, not sound.
    resumed: bool,
    asked: Instant,
    since: Option<Instant>,
    latency_ms: Option<u32>,
    /// Why, and since when, it is to stop.
    hushed: Option<(Hushed, Instant)>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Hushed {
    /// They spoke over it; it may go on.
    Overlap,
    /// Something else is to be said instead.
    Replaced,
}

/// An utterance that is over.
#[derive(Debug)]
pub(super) struct Played {
    pub(super) say: Say,
    pub(super) heard_ms: u32,
    pub(super) complete: bool,
    pub(super) latency_ms: Option<u32>,
    pub(super) resumed: bool,
    /// It was cut off to make room for something else.
    pub(super) replaced: bool,
}

/// An utterance that was spoken over, until it is known what that meant.
#[derive(Debug)]
pub(super) struct Cut {
    pub(super) say: Say,
    pub(super) heard_ms: u32,
    pub(super) resumed: bool,
    /// More was to be said after it.
    pub(super) more: bool,
    /// When it is taken up again: what they spoke over it was nothing.
    pub(super) resumes_at: Option<Instant>,
}

/// What the plan asks for next.
#[derive(Debug)]
pub(super) enum Next {
    Speak { utterance: UtteranceId, text: String, language: Language },
    Transfer { to: Destination, brief: String },
    End(EndReason),
}

impl Mouth {
    /// New acts take the place of what was planned, but for what must be heard to its end and has not begun ("It's
    /// booked: …"): that comes first, unless something as weighty is to be said now.
    pub(super) fn plan(&mut self, acts: Vec<Act>) {
        if acts.first().is_some_and(must_be_heard) {
            self.plan.clear();
        } else {
            self.forget();
        }
        self.plan.extend(acts.into_iter().map(|act| Planned { act, resumed: false }));
    }

    /// What was planned is not to be said any more, but for what must be heard to its end.
    pub(super) fn forget(&mut self) {
        self.plan.retain(|planned| must_be_heard(&planned.act));
    }

    pub(super) fn reply_to(&mut self, last_voice: Instant) {
        self.reply_to = Some(last_voice);
    }

    pub(super) fn next(&mut self, now: Instant) -> Option<Next> {
        loop {
            let Planned { act, resumed } = self.plan.pop_front()?;
            match act {
                Act::Say(_) if self.sound == Sound::Mute => {}
                Act::Say(say) => {
                    self.last_id += 1;
                    let id = UtteranceId(self.last_id);
                    let (text, language) = (say.text.clone(), say.language);
                    self.current = Some(Utterance {
                        id,
                        say,
                        resumed,
                        asked: now,
                        since: None,
                        latency_ms: None,
                        hushed: None,
                    });
                    return Some(Next::Speak { utterance: id, text, language });
                }
                // Asked at once, not when its turn comes.
                Act::Calendar(_) => {}
                Act::Transfer { to, brief } => return Some(Next::Transfer { to, brief }),
                Act::End(reason) => return Some(Next::End(reason)),
            }
        }
    }

    pub(super) fn is_busy(&self) -> bool {
        self.current.is_some()
    }

    pub(super) fn has_words_planned(&self) -> bool {
        self.plan.iter().any(|planned| matches!(planned.act, Act::Say(_)))
    }

    /// May what is planned wait for the caller's words? Hand-overs and ends do not.
    pub(super) fn may_wait(&self) -> bool {
        self.plan.is_empty() || self.has_words_planned()
    }

    pub(super) fn yields_to_sound(&self) -> bool {
        self.current.as_ref().is_some_and(|u| u.say.interruptible && !u.resumed && u.hushed.is_none())
    }

    pub(super) fn yields_to_words(&self) -> bool {
        self.current.as_ref().is_some_and(|u| u.say.interruptible && u.resumed && u.hushed.is_none())
    }

    /// What these words over the current utterance amount to.
    pub(super) fn overlap(&self, now: Instant, text: &str) -> Overlap {
        let Some(utterance) = &self.current else { return Overlap::Turn };
        let heard = utterance.since.map_or(Duration::ZERO, |since| now.saturating_duration_since(since));
        interruption::overlap(&utterance.say, u32::try_from(heard.as_millis()).unwrap_or(u32::MAX), text)
    }

    pub(super) fn hush(&mut self, now: Instant) -> Option<UtteranceId> {
        let utterance = self.current.as_mut().filter(|u| u.hushed.is_none())?;
        utterance.hushed = Some((Hushed::Overlap, now));
        Some(utterance.id)
    }

    /// Makes room: the current utterance is not wanted any more. Answers what is to be hushed.
    pub(super) fn replace(&mut self, now: Instant) -> Option<UtteranceId> {
        let utterance = self.current.as_mut().filter(|u| u.say.interruptible)?;
        let already = utterance.hushed.replace((Hushed::Replaced, now)).is_some();
        (!already).then_some(utterance.id)
    }

    pub(super) fn speaking(&mut self, now: Instant, id: UtteranceId) {
        let Some(utterance) = self.current.as_mut().filter(|u| u.id == id && u.since.is_none()) else {
            return;
        };
        utterance.since = Some(now);
        utterance.latency_ms = self
            .reply_to
            .take()
            .map(|voice| u32::try_from(now.saturating_duration_since(voice).as_millis()).unwrap_or(u32::MAX));
    }

    pub(super) fn played(&mut self, id: UtteranceId, heard_ms: u32, complete: bool) -> Option<Played> {
        let utterance = self.current.take_if(|u| u.id == id)?;
        Some(utterance.over(heard_ms, complete))
    }

    /// Repeats the clause in which it was cut off, before what is planned; at most once.
    pub(super) fn resume(&mut self, cut: Cut) {
        if cut.resumed {
            return;
        }
        if let Some(rest) = interruption::unfinished(&cut.say.text, cut.heard_ms) {
            let say = Say { text: rest.to_owned(), ..cut.say };
            self.plan.push_front(Planned { act: Act::Say(say), resumed: true });
        }
    }

    /// Has the voice been asked for and not begun?
    pub(super) fn owes_sound(&self) -> bool {
        self.current.as_ref().is_some_and(|u| u.since.is_none())
    }

    pub(super) fn is_mute(&self) -> bool {
        self.sound == Sound::Mute
    }

    pub(super) fn mute(&mut self) {
        self.sound = Sound::Mute;
    }

    /// Speech has failed: `audible`, one apology is tried; otherwise, or the second time, nothing more is said.
    pub(super) fn mute_after(&mut self, audible: bool) {
        self.sound = if audible && self.sound == Sound::Good { Sound::Last } else { Sound::Mute };
    }

    pub(super) fn drop_current(&mut self) {
        self.current = None;
    }

    pub(super) fn overdue_at(&self) -> Option<Instant> {
        let utterance = self.current.as_ref()?;
        Some(match (utterance.hushed, utterance.since) {
            (Some((_, at)), _) => at + HUSH_OVERDUE,
            (None, None) => utterance.asked + SPEAKING_OVERDUE,
            (None, Some(since)) => {
                let estimate = Duration::from_millis(interruption::estimated_ms(&utterance.say.text));
                since + 2 * estimate + PLAYBACK_GRACE
            }
        })
    }

    /// The host has forgotten to report: an utterance that had begun, or was hushed, is taken as over. `None`: it
    /// never began, which is a failure of the mouth.
    pub(super) fn given_up(&mut self) -> Option<Played> {
        let utterance = self.current.take_if(|u| u.since.is_some() || u.hushed.is_some())?;
        let complete = utterance.hushed.is_none();
        let whole = u32::try_from(interruption::estimated_ms(&utterance.say.text)).unwrap_or(u32::MAX);
        Some(utterance.over(if complete { whole } else { 0 }, complete))
    }
}

fn must_be_heard(act: &Act) -> bool {
    matches!(act, Act::Say(say) if !say.interruptible)
}

impl Utterance {
    fn over(self, heard_ms: u32, complete: bool) -> Played {
        Played {
            say: self.say,
            heard_ms,
            complete,
            latency_ms: self.latency_ms,
            resumed: self.resumed,
            replaced: matches!(self.hushed, Some((Hushed::Replaced, _))),
        }
    }
}
