//! A caller who answers a question with one short word: is it heard, and as what it was? And a cough there: is it an answer?

use std::time::{Duration, Instant};

use super::{
    lead_in::{Point, lead},
    line::{FRAME, Line, Seen},
    person::{Cast, Draw},
    sounds::Disturbance,
};
use crate::{
    dialogue::Move,
    speech::{Awaits, Background, SpeechError},
    types::Language,
};

/// What people say when they are asked whether something is right.
const WORDS: [(&str, Move); 10] = [
    ("Yes.", Move::Affirm),
    ("No.", Move::Deny),
    ("Yeah.", Move::Affirm),
    ("Nope.", Move::Deny),
    ("Yep.", Move::Affirm),
    ("No, no.", Move::Deny),
    ("Correct.", Move::Affirm),
    ("Nah.", Move::Deny),
    ("Right.", Move::Affirm),
    ("Yes yes.", Move::Affirm),
];

/// What is no answer.
const COUGHS: [Disturbance; 2] = [Disturbance::DryCough, Disturbance::DoubleCough];

/// The caller's first words; a name is read back soon after them.
const OPENING: &str = "Hello, this is Dana Reyes, my kitchen sink is leaking.";

/// From the question's last sound to the answer.
const REACTION: (u32, u32) = (300, 900);

/// An answer is taken by then, or was not heard.
const WITHIN: Duration = Duration::from_secs(4);

/// What became of one short sound after a question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    pub caller: u32,
    /// The word, or the name of the cough.
    pub sound: &'static str,
    pub meant: Option<Move>,
    pub taken: Taken,
}

/// What the agent made of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Taken {
    NeverAsked,
    /// It made a turn of these words, `after` so long, and read this step in them.
    For {
        words: String,
        step: Option<Move>,
        after: Duration,
    },
    Unheard,
}

impl Answer {
    /// Was the agent asked, and did it understand what was meant? A cough means nothing.
    pub fn is_right(&self) -> bool {
        match &self.taken {
            Taken::NeverAsked => false,
            Taken::For { step, .. } => self.meant.is_some() && *step == self.meant,
            Taken::Unheard => self.meant.is_none(),
        }
    }
}

/// One caller: each voice says each word before a cough has its turn, first in quiet, then in a street.
pub(super) fn answer(cast: &mut Cast, caller: u32) -> Result<Answer, SpeechError> {
    let kinds = WORDS.len() + COUGHS.len();
    let nth = caller as usize / 4;
    let background = if (nth / kinds).is_multiple_of(2) { Background::Quiet } else { Background::Street };
    let (sound, meant, made) =
        match (WORDS.get(nth % kinds), COUGHS.get((nth % kinds).wrapping_sub(WORDS.len()))) {
            (Some(&(word, meant)), _) => (word, Some(meant), Some(cast.caller_sound(caller, word)?)),
            (None, Some(cough)) => (cough.name(), None, cough.sound(cast, caller)?),
            (None, None) => ("", None, None),
        };
    let sounding = cast.caller(caller, background, None);
    let mut line = Line::open(cast, sounding, false)?;
    let asked = lead(&mut line, caller, OPENING, |line, point| {
        point == Point::Finished && line.awaits() == Awaits::YesOrNo
    })?;
    let taken = match (asked, made) {
        (true, Some(made)) => watch(&mut line, caller, made)?,
        _ => Taken::NeverAsked,
    };
    Ok(Answer { caller, sound, meant, taken })
}

fn watch(line: &mut Line<'_>, caller: u32, made: Vec<i16>) -> Result<Taken, SpeechError> {
    line.prompt(None);
    let reaction = Draw::for_caller(caller, 4).ms(REACTION.0, REACTION.1);
    let begins = line.now() + reaction;
    let mut said = Some(made);
    let mut over: Option<Instant> = None;
    while over.is_none_or(|over| line.now() < over + WITHIN) {
        for (at, seen) in line.pass()? {
            if let (Seen::Taken(words), Some(over)) = (seen, over) {
                let step = (line.cast().engines.read)(Language::English, &words).moves;
                return Ok(Taken::For { words, step, after: at.saturating_duration_since(over) });
            }
        }
        if line.now() + FRAME > begins
            && let Some(made) = said.take()
        {
            line.say(made);
        }
        if said.is_none() && over.is_none() && !line.caller_speaks() {
            over = Some(line.now());
        }
    }
    Ok(Taken::Unheard)
}
