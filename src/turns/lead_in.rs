//! A caller who leads the conversation to where it is measured: answers what is asked, in words that are told to the agent as
//! they were meant, since it is not the recogniser that is examined here.

use std::time::Duration;

use super::line::{FRAME, Line, Seen};
use crate::speech::SpeechError;

/// From the agent's last sound to the caller's first.
const REACTION: Duration = Duration::from_millis(600);

/// A conversation that has not come to the point by then never will.
const AT_MOST: Duration = Duration::from_secs(120);

/// What is said to an agent who has used one of these words, the first that fits.
const ANSWERS: &[(&[&str], &str)] = &[
    (&["is that right", "correct?", "right?", "is that you"], "Yes that's right."),
    (&["spell"], "It's Dana Reyes."),
    (&["go in", "enter", "nobody is home"], "Yes you can go in."),
    (&["your name", "who am i speaking", "who's calling", "who is calling"], "My name is Dana Reyes."),
    (&["move in", "moving in"], "The first of next month."),
    (&["come and see", "which day", "visit"], "Any day next week."),
    (&["which home", "which listing", "which property", "listing"], "210 Maple Court apartment 3A."),
    (&["unit", "address", "apartment"], "It's apartment 3A."),
    (&["number", "digits"], "three oh three five five five oh one seven seven"),
    (&["bedrooms"], "Two bedrooms."),
    (&["what is it about", "message", "tell me", "what happened"], "Please call me about my account."),
    (&["anything else", "else i can"], "I would like to leave a message for the manager."),
];

/// Whatever else was asked.
const OTHERWISE: &str = "I'm sorry I don't know.";

/// Where a conversation is: a sentence of the agent's is about to begin, or has been heard and is to be answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Point<'t> {
    Begins(&'t str),
    Finished,
}

/// Answers until `reached` says that the conversation is where it should be. False: it never came there.
pub(super) fn lead(
    line: &mut Line<'_>,
    caller: u32,
    opening: &str,
    mut reached: impl FnMut(&Line<'_>, Point<'_>) -> bool,
) -> Result<bool, SpeechError> {
    let (mut asked, mut quiet, mut opened) = (String::new(), Duration::ZERO, false);
    let until = line.now() + AT_MOST;
    while line.now() < until {
        for (_, seen) in line.pass()? {
            match seen {
                Seen::Speaks(text) => {
                    if reached(line, Point::Begins(&text)) {
                        return Ok(true);
                    }
                    asked = text.to_lowercase();
                }
                Seen::Taken(_) => line.prompt(Some(String::new())),
                Seen::Over => return Ok(false),
                Seen::Audible | Seen::Hushed | Seen::Silent { .. } => {}
            }
        }
        let waits = line.agent_speaks() || line.caller_speaks() || asked.is_empty();
        quiet = if waits { Duration::ZERO } else { quiet + FRAME };
        if quiet < REACTION {
            continue;
        }
        if reached(line, Point::Finished) {
            return Ok(true);
        }
        let words = if std::mem::replace(&mut opened, true) { answer(&asked) } else { opening };
        let sound = line.cast().caller_sound(caller, words)?;
        line.prompt(Some(words.to_owned()));
        line.say(sound);
        asked.clear();
    }
    Ok(false)
}

fn answer(asked: &str) -> &'static str {
    let fits = |(to, _): &&(&[&str], &str)| to.iter().any(|words| asked.contains(words));
    ANSWERS.iter().find(fits).map_or(OTHERWISE, |(_, say)| say)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_read_back_is_confirmed_before_anything_else_is_thought_of() {
        assert_eq!(answer("i have the name dana reyes. is that right?"), "Yes that's right.");
        assert_eq!(answer("which unit or address is it?"), "It's apartment 3A.");
        assert_eq!(answer("shall i tell you a story?"), OTHERWISE);
    }
}
