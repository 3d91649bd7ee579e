//! Which day is wished for, when several are named: one that is denied is not the wished one.

use std::sync::LazyLock;

use super::{Awaiting, Item, Session};
use crate::dialogue::{
    Entity, Reading, Value,
    entity::MONTHS,
    pack::Line,
    pattern::{AnyOf, Pattern},
    token::tokens,
};

const DAYS: &str = "monday|mondays|tuesday|tuesdays|wednesday|wednesdays|thursday|thursdays|friday|fridays|saturday|\
                    saturdays|sunday|sundays|today|todays|tomorrow|tomorrows|thanksgiving|christmas|lunes|martes|miercoles|jueves|\
                    viernes|sabado|domingo";

/// How a day is said not to be meant; `DAY` is any of them, or a month.
const DENIALS: &str = "\
not ?on ?this ?for ?in DAY
cant|cannot|wont|couldnt ?do ?make ?come ?it ?be ?there ?on ?this DAY
doesnt|dont|neednt ?have|need ?to be ?on ?in DAY
cancel|scratch|forget ?my|the|that ?showing|appointment|tour|one ?for ?on ?this DAY
instead of ?on ?this DAY
except ?for ?on DAY
move|change|switch|reschedule|push ?it|that|this|the|my ?showing|appointment|tour from ?this DAY
DAY is|was ?really|so|kind|no ?of bad|out|tough|impossible|taken
DAY bad|out
DAY ?is thanksgiving|christmas
take|call ?the DAY ?one|showing off
DAY is|was|will|does no|not
DAY isnt|wont|doesnt
DAY i|we cant|cannot
no puedo ?ir ?el DAY
";

/// The end of the lease that somebody has is no day of moving in.
const LEASE_ENDS: &str = "lease .. up|ends|end|expires|runs|goes|over|until|till|through .. DAY";

static NOT_MEANT: LazyLock<Vec<Pattern>> = LazyLock::new(|| {
    let day = format!("{DAYS}|{}", MONTHS.join("|"));
    DENIALS.lines().chain([LEASE_ENDS]).map(|line| Pattern::parse(&line.replace("DAY", &day))).collect()
});

/// How somebody says that any day of moving in will do.
static ANY_DAY: LazyLock<AnyOf> = LazyLock::new(|| {
    AnyOf::parse([
        "no hurry|rush",
        "not in a|any hurry|rush",
        "dont|do ?not know when|yet",
        "doesnt|dont|need have|need? to be",
        "sooner|earlier|anytime|whenever|flexible",
        "no hay|tengo prisa",
    ])
});

/// The same words with blanks in place of the days that are not meant, so that what is found stands where it was said.
pub(super) fn without_denied(text: &str) -> String {
    let tokens = tokens(text);
    let mut left = text.as_bytes().to_vec();
    for hit in NOT_MEANT.iter().flat_map(|pattern| pattern.hits(&tokens)) {
        // "Why not Friday?"
        let why = hit.words.start.checked_sub(1).is_some_and(|at| tokens[at].word == "why");
        let crosses = tokens[hit.words.start..hit.words.end - 1].iter().any(|token| token.stop);
        if !why && !crosses {
            left[tokens[hit.words.start].start..tokens[hit.words.end - 1].end].fill(b' ');
        }
    }
    // Whole words were blanked, so what is left is text as it was.
    String::from_utf8(left).unwrap_or_else(|_| text.to_owned())
}

impl Session {
    /// A day of moving in was asked for or read back: "no hurry, the lease is up in May" leaves it open. `true`: dealt with.
    pub(super) fn leaves_move_in_open(&mut self, text: &str, reading: &Reading, heard: &[Entity]) -> bool {
        if self.state.awaiting.item() != Some(Item::MoveIn) || self.state.unheard {
            return false;
        }
        let tokens = tokens(text);
        let named = heard.iter().any(|entity| match entity.value {
            Value::MoveIn(when) => when.date.is_some() || when.soonest,
            Value::When(_) => true,
            _ => false,
        });
        let read_back = matches!(self.state.awaiting, Awaiting::Confirm(_));
        let agrees = reading.moves == Some(crate::dialogue::Move::Affirm);
        if named || (read_back && agrees) || !ANY_DAY.fits(&tokens) {
            return false;
        }
        let aside: Vec<Entity> =
            heard.iter().filter(|entity| !matches!(entity.value, Value::MoveIn(_))).cloned().collect();
        self.take_beside_the_point(&aside);
        self.state.note(format!("of moving in they say: {text}"));
        self.state.form.reopen(Item::MoveIn);
        self.state.form.give_up(Item::MoveIn);
        self.state.confusions = 0;
        self.tell(Line::Skipped);
        self.advance();
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_that_is_denied_is_blanked_and_another_stays() {
        for (text, stays, gone) in [
            ("No not Thanksgiving. Wednesday at five then", "wednesday at five", "thanksgiving"),
            ("I can't come Wednesday. I need Friday", "friday", "wednesday"),
            ("my wife says Wednesday's bad. Friday same time?", "friday", "wednesday"),
            ("can we move it from Tuesday to Thursday", "thursday", "tuesday"),
            ("not Monday, Tuesday", "tuesday", "monday"),
            ("Saturday doesn't work, how about Sunday", "sunday", "saturday"),
            ("cancel Wednesday and book me Friday", "friday", "wednesday"),
            ("we're in no hurry, the lease is up in May", "no hurry", "may"),
            ("my lease ends in May so June", "june", "may"),
            ("it doesn't have to be May, sooner is fine", "sooner", "may"),
        ] {
            let left = without_denied(text).to_lowercase();
            assert!(left.contains(stays) && !left.contains(gone), "{text}: {left}");
            assert_eq!(left.len(), text.len());
        }
        for text in [
            "why not Friday",
            "I don't know, maybe Friday",
            "no, Friday",
            "not until Friday",
            "Friday is good",
            "from Monday to Friday",
        ] {
            assert_eq!(without_denied(text), text);
        }
    }
}
