//! What a conversation is about while it goes on, in the one line that the key of a telephone has room for.

use super::{Outcome, urgency_words};
use crate::dialogue::Intent;

/// What the display beside a key shows of it; phones cut it further.
const LONGEST: usize = 40;

impl Outcome {
    /// `EMERGENCY, gas: Maple Court 4B`. `None` while nothing is known of what they want.
    pub fn caption(&self) -> Option<String> {
        let about = match (urgency_words(self.urgency), self.intent) {
            (Some((written, _)), _) => written.trim_end_matches('.').to_owned(),
            (None, Some(Intent::Office(_))) => self.about()?,
            (None, Some(intent)) => intent.name().replace('_', " "),
            (None, None) => return None,
        };
        let detail = self.place.as_ref().map(|place| place.value.as_str()).or(self.matter.as_deref());
        let line = detail.map_or_else(|| about.clone(), |detail| format!("{about}: {detail}"));
        Some(line.chars().filter(|c| !c.is_control()).take(LONGEST).collect::<String>().trim().to_owned())
    }
}
