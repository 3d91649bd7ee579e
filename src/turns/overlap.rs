//! A caller who is heard over the agent's words: does it fall silent, and does it go on if nothing was meant?

use std::time::{Duration, Instant};

use super::{
    lead_in::{Point, lead},
    line::{FRAME, Line, Seen},
    person::{Cast, Draw},
    sounds::Disturbance,
};
use crate::speech::{Background, SAMPLE_RATE, SpeechError};

/// What callers say who mean to be heard at once.
const INTERRUPTIONS: [&str; 5] = [
    "No, wait, that's wrong.",
    "Sorry, I need a person.",
    "There's a fire!",
    "Hang on, I have a question.",
    "Stop, please listen to me.",
];

/// From the agent's first voice to the sound over it, in milliseconds.
const AFTER: (u32, u32) = (500, 1_300);

/// A sentence that is shorter than this is over before anything has come of what is heard over it.
const SHORTEST_SENTENCE: Duration = Duration::from_millis(2_800);

/// How long it is waited for what the agent does next.
const WATCHED: Duration = Duration::from_secs(12);

/// After a sentence that was not stopped: whoever is answered by then is answered for the sound.
const THEN: Duration = Duration::from_millis(1_500);

/// What the agent is saying.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sentence {
    Greeting,
    ReadBack,
    Offer,
}

impl Sentence {
    const ALL: [Self; 3] = [Self::Greeting, Self::ReadBack, Self::Offer];

    const fn name(self) -> &'static str {
        match self {
            Self::Greeting => "the greeting",
            Self::ReadBack => "a number read back",
            Self::Offer => "an offer of times",
        }
    }

    const fn opening(self) -> &'static str {
        match self {
            Self::Greeting => "",
            Self::ReadBack => "My kitchen sink is leaking.",
            Self::Offer => "I would like to come and see 210 Maple Court apartment 3A.",
        }
    }

    fn is(self, text: &str) -> bool {
        let text = text.to_lowercase();
        match self {
            Self::Greeting => true,
            Self::ReadBack => text.contains("5 5 5"),
            Self::Offer => text.contains("which") && text.contains(" at ") && text.contains("day,"),
        }
    }
}

/// What came of one sound over the agent's words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Overlapped {
    pub caller: u32,
    /// What was heard.
    pub sound: &'static str,
    /// What the agent was saying.
    pub over: &'static str,
    /// From the sound's beginning (a television's: the sentence's) until the agent was silent, if it stopped before its end.
    pub stopped: Option<Duration>,
    pub aftermath: Aftermath,
}

/// What the agent did then.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Aftermath {
    /// The conversation never came to such a sentence.
    NeverThere,
    /// It said its sentence to the end, or took it up again by itself.
    WentOn,
    /// It took what it had heard for the caller's turn.
    Answered(String),
    /// It said something else, or nothing more.
    Strayed(String),
}

/// One caller who is heard without meaning to stop the agent.
pub(super) fn disturb(cast: &mut Cast, caller: u32) -> Result<Overlapped, SpeechError> {
    let (kind, disturbance) = in_turn(&Disturbance::ALL, caller);
    let sound = disturbance.sound(cast, caller)?;
    let around = match disturbance.below_voice() {
        Some(_) => Background::Television,
        None => room(caller, kind),
    };
    let sounding = cast.caller(caller, around, disturbance.below_voice());
    let line = Line::open(cast, sounding, false)?;
    overlap(line, caller, sentence(caller, kind), disturbance.name(), sound)
}

/// One caller who means to.
pub(super) fn interrupt(cast: &mut Cast, caller: u32) -> Result<Overlapped, SpeechError> {
    let (nth, words) = in_turn(&INTERRUPTIONS, caller);
    let sound = cast.caller_sound(caller, words)?;
    let sounding = cast.caller(caller, room(caller, nth), None);
    let line = Line::open(cast, sounding, false)?;
    overlap(line, caller, sentence(caller, nth), words, Some(sound))
}

/// Four voices make each sound before the next one's turn.
fn in_turn<T: Copy, const N: usize>(of: &[T; N], caller: u32) -> (usize, T) {
    let nth = caller as usize / 4 % N;
    (nth, of[nth])
}

/// Each sound is heard over each sentence by each voice.
fn sentence(caller: u32, kind: usize) -> Sentence {
    let nth = caller as usize + kind + caller as usize / 40;
    Sentence::ALL[nth % Sentence::ALL.len()]
}

/// Half of the callers stand in the street.
fn room(caller: u32, kind: usize) -> Background {
    if (caller as usize + kind).is_multiple_of(2) { Background::Quiet } else { Background::Street }
}

/// The sound, or else what is around the caller, is heard over the sentence.
fn overlap(
    mut line: Line<'_>,
    caller: u32,
    sentence: Sentence,
    sound: &'static str,
    made: Option<Vec<i16>>,
) -> Result<Overlapped, SpeechError> {
    // A television is switched on when the sentence begins: the way there is not what is examined.
    line.switch_around(made.is_some() || sentence == Sentence::Greeting);
    let said = reach(&mut line, caller, sentence)?;
    line.switch_around(true);
    line.prompt(None);
    let (stopped, aftermath) = match said {
        Some(said) => watch(&mut line, caller, said, made)?,
        None => (None, Aftermath::NeverThere),
    };
    Ok(Overlapped { caller, sound, over: sentence.name(), stopped, aftermath })
}

/// Leads the conversation to the sentence, which is about to begin. `None`: it never came, or was too short.
fn reach(line: &mut Line<'_>, caller: u32, sentence: Sentence) -> Result<Option<String>, SpeechError> {
    let mut said = None;
    if sentence == Sentence::Greeting {
        // It is on its way when the line is opened.
        let words = |(_, seen)| if let Seen::Speaks(text) = seen { Some(text) } else { None };
        said = line.pass()?.into_iter().find_map(words);
    } else {
        lead(line, caller, sentence.opening(), |_, point| {
            let Point::Begins(text) = point else { return false };
            said = sentence.is(text).then(|| text.to_owned());
            said.is_some()
        })?;
    }
    let Some(said) = said else { return Ok(None) };
    let lasts_ms = line.cast().agent_sound(&said)?.len() as u64 * 1_000 / u64::from(SAMPLE_RATE);
    Ok((u128::from(lasts_ms) >= SHORTEST_SENTENCE.as_millis()).then_some(said))
}

/// Waits for the sound's moment, and then for what the agent makes of it: when it was silent, if it was, and what it did next.
fn watch(
    line: &mut Line<'_>,
    caller: u32,
    said: String,
    mut made: Option<Vec<i16>>,
) -> Result<(Option<Duration>, Aftermath), SpeechError> {
    let mut watch = Watch { said, began: None, stopped: None, over: None };
    let mut wait = made.is_some().then(|| Draw::for_caller(caller, 2).ms(AFTER.0, AFTER.1));
    let until = line.now() + WATCHED;
    while line.now() < until && watch.over.is_none_or(|over| line.now() < over + THEN) {
        for (at, seen) in line.pass()? {
            if seen == Seen::Audible && wait.is_none() {
                watch.began.get_or_insert(at);
            }
            if let Some(aftermath) = watch.see(at, seen) {
                return Ok((watch.stopped, aftermath));
            }
        }
        let Some(left) = wait.filter(|_| line.is_audible()) else { continue };
        wait = left.checked_sub(FRAME).filter(|left| !left.is_zero());
        if wait.is_none() {
            watch.began = Some(line.now());
            line.say(made.take().unwrap_or_default());
        }
    }
    let nothing = || Aftermath::Strayed("(nothing)".to_owned());
    Ok((watch.stopped, if watch.stopped.is_some() { nothing() } else { Aftermath::WentOn }))
}

/// What is seen of the agent while and after it is spoken over.
struct Watch {
    /// The sentence.
    said: String,
    /// The sound began.
    began: Option<Instant>,
    stopped: Option<Duration>,
    /// The sentence was heard to its end.
    over: Option<Instant>,
}

impl Watch {
    /// What the agent has made of it, as soon as that is known.
    fn see(&mut self, at: Instant, seen: Seen) -> Option<Aftermath> {
        match seen {
            Seen::Silent { complete: false } if self.stopped.is_none() && self.over.is_none() => {
                self.stopped = self.began.map(|began| at.saturating_duration_since(began));
                None
            }
            Seen::Silent { .. } => {
                self.over.get_or_insert(at);
                None
            }
            Seen::Taken(words) => Some(Aftermath::Answered(words)),
            // What was planned after the sentence comes after it.
            Seen::Speaks(_) if self.stopped.is_none() => None,
            Seen::Speaks(text) if self.said.contains(&text) => Some(Aftermath::WentOn),
            Seen::Speaks(text) => Some(Aftermath::Strayed(text)),
            Seen::Over => Some(Aftermath::Strayed("(hung up)".to_owned())),
            Seen::Audible | Seen::Hushed => None,
        }
    }
}
