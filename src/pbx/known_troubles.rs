//! Troubles of the office's properties that are known: what callers hear of them, and how desk phones turn that on and off.

use super::{Houses, prompting::Prompt};
use crate::{
    dialogue::KnownTrouble,
    incident::{SpokenNotice, trouble_words},
    types::{IncidentId, PhoneNumber},
};

/// Open incidents, the latest first, as the desk has them.
#[derive(Debug, Clone, Default)]
pub(super) struct KnownTroubles(Vec<SpokenNotice>);

/// What a code that was dialled comes to.
#[derive(Debug)]
pub(super) struct Turned {
    /// The incident whose notice is to be on or off; `None`: there is none to turn.
    pub(super) order: Option<(IncidentId, bool)>,
    pub(super) prompt: Prompt,
}

impl KnownTroubles {
    pub(super) fn set(&mut self, open: Vec<SpokenNotice>) {
        self.0 = open;
    }

    /// What a caller of this number hears before anything is asked: the latest notice that is on, unless the number is for
    /// another property.
    pub(super) fn for_line(&self, houses: &Houses, dialled: Option<PhoneNumber>) -> Option<KnownTrouble> {
        let line = houses.of_line(dialled);
        let applies = |known: &&SpokenNotice| line.is_none_or(|line| line == known.property);
        let known = self.0.iter().filter(applies).find(|known| known.text.is_some())?;
        let text = known.text.clone()?;
        Some(KnownTrouble { incident: known.incident, text, before_ringing: houses.before_ringing })
    }

    /// Turns the notice of the so-manieth incident, counted from the latest; without a number, of the latest.
    pub(super) fn turn(&self, nth: &str) -> Turned {
        let at = if nth.is_empty() { Some(1) } else { nth.parse::<usize>().ok() };
        let found = at.and_then(|at| self.0.get(at.checked_sub(1)?));
        let Some(known) = found else {
            let words =
                if self.0.is_empty() { "There is no open incident." } else { "There is no such incident." };
            return Turned { order: None, prompt: Prompt::refused(words) };
        };
        let on = known.text.is_none();
        let what = format!("{}, {}", known.property, trouble_words(known.trouble));
        let words = if on {
            format!("Callers will hear that you know of it. {what}.")
        } else {
            format!("Callers will not hear of it any more. {what}.")
        };
        Turned { order: Some((known.incident, on)), prompt: Prompt::done(words) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dialogue::Trouble;

    const MAPLE: &str = "+13035550100";
    const ALDER: &str = "+13035550101";

    fn number(text: &str) -> PhoneNumber {
        text.parse().unwrap()
    }

    fn known() -> KnownTroubles {
        let notice = |id, property: &str, trouble, text: Option<&str>| SpokenNotice {
            incident: IncidentId::from_random(id),
            property: property.into(),
            trouble,
            text: text.map(str::to_owned),
        };
        KnownTroubles(vec![
            notice(1, "Maple Court", Trouble::Power, None),
            notice(2, "Maple Court", Trouble::Water, Some("We know about the water at Maple Court.")),
        ])
    }

    #[test]
    fn a_caller_hears_what_is_on_for_the_property_that_the_number_is_for() {
        let of_numbers =
            [(number(MAPLE), "Maple Court".to_owned()), (number(ALDER), "Alder House".to_owned())];
        let houses = Houses { of_numbers: of_numbers.into(), ..Houses::default() };
        let heard = |dialled| known().for_line(&houses, dialled).map(|known| known.incident);
        assert_eq!(heard(Some(number(MAPLE))), Some(IncidentId::from_random(2)));
        assert_eq!(heard(Some(number(ALDER))), None);
        assert_eq!(heard(None), Some(IncidentId::from_random(2)), "a number that is for all of them");
        assert!(KnownTroubles::default().for_line(&houses, None).is_none());
    }

    #[test]
    fn a_code_turns_the_latest_or_the_one_that_is_counted() {
        let turned = |nth| known().turn(nth).order;
        assert_eq!(turned(""), Some((IncidentId::from_random(1), true)));
        assert_eq!(turned("2"), Some((IncidentId::from_random(2), false)));
        for none in ["0", "3", "99999999999999999999"] {
            assert_eq!(turned(none), None, "{none}");
        }
        assert!(!KnownTroubles::default().turn("").prompt.done);
    }
}
