//! The manner in which a number is answered: by which voice, how fast, and how the office's own words are pronounced.

use std::borrow::Cow;

use crate::types::Language;

/// How fast a voice speaks, in hundredths of its own pace.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Pace(u16);

impl Pace {
    /// As the voice was made.
    pub const USUAL: Pace = Pace(100);

    /// What is still speech: held within 70 and 140 hundredths.
    pub const fn of_percent(percent: u16) -> Self {
        Self(match percent {
            0..70 => 70,
            141.. => 140,
            within => within,
        })
    }

    /// 1.0 is the voice's own pace; larger is faster.
    pub fn speed(self) -> f32 {
        f32::from(self.0) / 100.0
    }
}

impl Default for Pace {
    fn default() -> Self {
        Self::USUAL
    }
}

/// How words are written for a voice that would misread them: `Yaupon` as `yo pon`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Lexicon {
    /// What is replaced, in small letters, the longest first; and what is said instead.
    entries: Vec<(String, String)>,
}

impl Lexicon {
    /// A later entry for the same words replaces an earlier one.
    pub fn new<'e>(entries: impl IntoIterator<Item = (&'e str, &'e str)>) -> Self {
        let mut lexicon = Self::default();
        for (words, said) in entries {
            let words = words.trim().to_lowercase();
            if words.is_empty() {
                continue;
            }
            lexicon.entries.retain(|(known, _)| *known != words);
            lexicon.entries.push((words, said.trim().to_owned()));
        }
        lexicon.entries.sort_by_key(|(words, _)| std::cmp::Reverse(words.len()));
        lexicon
    }

    /// The text with each of the words, wherever they stand as whole words, as it is said.
    pub fn applied<'t>(&self, text: &'t str) -> Cow<'t, str> {
        let mut said = String::new();
        let (mut kept, mut at) = (0, 0);
        let mut within = false;
        while let Some(next) = text[at..].chars().next() {
            let found = if within { None } else { self.beginning(&text[at..]) };
            match found {
                Some((length, words)) => {
                    said.push_str(&text[kept..at]);
                    said.push_str(words);
                    at += length;
                    kept = at;
                }
                None => {
                    within = next.is_alphanumeric();
                    at += next.len_utf8();
                }
            }
        }
        if kept == 0 {
            return Cow::Borrowed(text);
        }
        said.push_str(&text[kept..]);
        Cow::Owned(said)
    }

    /// The entry whose words the text begins with, as the length of them in the text, and what is said instead.
    fn beginning(&self, text: &str) -> Option<(usize, &str)> {
        self.entries.iter().find_map(|(words, said)| {
            let mut rest = text.char_indices();
            for letter in words.chars() {
                let (_, found) = rest.next()?;
                if !found.to_lowercase().eq(std::iter::once(letter)) {
                    return None;
                }
            }
            let ends = rest.next();
            let whole = ends.is_none_or(|(_, next)| !next.is_alphanumeric());
            whole.then_some((ends.map_or(text.len(), |(at, _)| at), said.as_str()))
        })
    }
}

/// How callers of a number are spoken to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Manner {
    /// The voice for English, by its name; other languages have one voice each.
    pub voice: String,
    pub pace: Pace,
    /// For English.
    pub lexicon: Lexicon,
    /// Are sentences that the office has recorded played in place of the voice?
    pub recorded: bool,
}

impl Manner {
    /// The voice of a box that was told nothing else.
    pub const USUAL_VOICE: &str = "rms";

    /// A clause as it is written for the voice of this language.
    pub fn written<'t>(&self, language: Language, clause: &'t str) -> Cow<'t, str> {
        match language {
            Language::English => self.lexicon.applied(clause),
            Language::Spanish => Cow::Borrowed(clause),
        }
    }

    /// What the sound of a clause is kept under. Two manners that make the same sound of it share it, and no others.
    pub fn known_as(&self, language: Language, clause: &str) -> String {
        let voice = match language {
            Language::English => self.voice.as_str(),
            Language::Spanish => "",
        };
        format!(
            "{}\u{1f}{voice}\u{1f}{}\u{1f}{}",
            language.tag(),
            self.pace.0,
            self.written(language, clause)
        )
    }
}

impl Default for Manner {
    fn default() -> Self {
        Self {
            voice: Self::USUAL_VOICE.into(),
            pace: Pace::default(),
            lexicon: Lexicon::default(),
            recorded: true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_office_s_words_are_said_as_it_says_them_and_only_as_whole_words() {
        let lexicon =
            Lexicon::new([("Yaupon", "yo pon"), ("Yaupon Creek", "yo pon crick"), ("Nguyen", "win")]);
        assert_eq!(lexicon.applied("Thanks for calling YAUPON creek."), "Thanks for calling yo pon crick.");
        assert_eq!(lexicon.applied("Yaupon's office, Ms. Nguyen?"), "yo pon's office, Ms. win?");
        assert!(matches!(lexicon.applied("Yaupons and the Nguyens"), Cow::Borrowed(_)));
        assert_eq!(lexicon.applied("¿Yaupon?"), "¿yo pon?");
        assert_eq!(Lexicon::default().applied("as it is"), "as it is");
    }

    #[test]
    fn sound_is_shared_by_manners_that_make_the_same_sound_and_by_no_others() {
        let usual = Manner::default();
        let slow = Manner { pace: Pace::of_percent(80), ..usual.clone() };
        let woman = Manner { voice: "slt".into(), ..usual.clone() };
        let own = Manner { lexicon: Lexicon::new([("Alder", "older")]), ..usual.clone() };
        let key = |manner: &Manner, clause| manner.known_as(Language::English, clause);
        assert_ne!(key(&usual, "Hello."), key(&slow, "Hello."));
        assert_ne!(key(&usual, "Hello."), key(&woman, "Hello."));
        assert_eq!(key(&usual, "Hello."), key(&own, "Hello."), "the lexicon has nothing to say to it");
        assert_ne!(key(&usual, "Alder Street."), key(&own, "Alder Street."));
        assert_eq!(
            usual.known_as(Language::Spanish, "Alder."),
            Manner { voice: "slt".into(), ..own }.known_as(Language::Spanish, "Alder."),
            "the lexicon and the choice of voice are for English"
        );
    }

    #[test]
    fn a_pace_stays_within_what_is_still_speech() {
        assert_eq!(Pace::of_percent(10), Pace::of_percent(70));
        assert_eq!(Pace::of_percent(1_000), Pace::of_percent(140));
        assert!((Pace::of_percent(110).speed() - 1.1).abs() < 1e-6);
    }
}
