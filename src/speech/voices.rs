//! All voices of a worker, and which of them speaks: by the manner of the call, and by the language.

use std::{collections::BTreeMap, fmt, ops::ControlFlow};

use super::{Manner, SpeechError, Spoken, Synthesizer};
use crate::types::Language;

/// Voices by name for English, and one for each other language.
#[derive(Default)]
pub struct Voices {
    english: BTreeMap<String, Box<dyn Synthesizer>>,
    others: BTreeMap<Language, Box<dyn Synthesizer>>,
}

impl Voices {
    pub fn new() -> Self {
        Self::default()
    }

    /// A voice for English, under this name.
    #[must_use]
    pub fn with(mut self, name: &str, voice: Box<dyn Synthesizer>) -> Self {
        self.english.insert(name.to_owned(), voice);
        self
    }

    /// The voice of another language.
    #[must_use]
    pub fn with_language(mut self, language: Language, voice: Box<dyn Synthesizer>) -> Self {
        self.others.insert(language, voice);
        self
    }

    /// The languages that there is a voice for.
    pub fn languages(&self) -> impl Iterator<Item = Language> {
        let english = (!self.english.is_empty()).then_some(Language::English);
        english.into_iter().chain(self.others.keys().copied())
    }

    /// Is there the voice that this manner names, with a sound for each of these words?
    fn has(&self, manner: &Manner, text: &str) -> bool {
        self.english.get(&manner.voice).is_some_and(|voice| voice.knows(text))
    }

    /// Speaks in this manner. A voice that is not there, or has no sound for one of the words, is stood in for by the usual one:
    /// a caller who hears another voice is served, one who hears none, or not their own name, is not.
    ///
    /// # Errors
    /// When the language has no voice, or its voice cannot make the sound.
    pub fn speak(
        &mut self,
        manner: &Manner,
        language: Language,
        clause: &str,
        sink: &mut dyn FnMut(&[i16]) -> ControlFlow<()>,
    ) -> Result<Spoken, SpeechError> {
        let text = manner.written(language, clause);
        let voice = match language {
            Language::English => {
                let name = if self.has(manner, &text) { manner.voice.as_str() } else { Manner::USUAL_VOICE };
                self.english.get_mut(name)
            }
            Language::Spanish => self.others.get_mut(&language),
        };
        let voice = voice.ok_or(SpeechError::NoVoice)?;
        voice.set_pace(manner.pace);
        voice.speak(&text, sink)
    }
}

impl fmt::Debug for Voices {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Voices")
            .field("english", &self.english.keys())
            .field("others", &self.others.keys())
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::{super::ScriptedSynthesizer, *};
    use crate::speech::{Lexicon, Pace};

    fn length(
        voices: &mut Voices,
        manner: &Manner,
        language: Language,
        clause: &str,
    ) -> Result<usize, SpeechError> {
        let mut samples = 0;
        voices.speak(manner, language, clause, &mut |piece| {
            samples += piece.len();
            ControlFlow::Continue(())
        })?;
        Ok(samples)
    }

    #[test]
    fn each_number_speaks_in_its_own_manner() {
        let voice = || -> Box<dyn Synthesizer> { Box::new(ScriptedSynthesizer::new()) };
        let mut voices = Voices::new().with("rms", voice()).with("slt", voice());
        let usual = Manner::default();
        let slow =
            Manner { pace: Pace::of_percent(80), lexicon: Lexicon::new([("Oak", "oh ak")]), ..usual.clone() };
        let english = Language::English;
        let plain = length(&mut voices, &usual, english, "Oak.").unwrap();
        let said = length(&mut voices, &slow, english, "Oak.").unwrap();
        assert_eq!(said, plain * "oh ak.".len() / "Oak.".len() * 100 / 80, "another word, and slower");
        assert_eq!(
            length(&mut voices, &usual, english, "Oak.").unwrap(),
            plain,
            "the pace of another call is no longer there"
        );
        let missing = Manner { voice: "voice-theirs".into(), ..usual.clone() };
        assert!(!voices.has(&missing, "Hello.") && length(&mut voices, &missing, english, "Oak.").is_ok());
        assert!(matches!(length(&mut voices, &usual, Language::Spanish, "Hola."), Err(SpeechError::NoVoice)));
        let mut voices = voices.with_language(Language::Spanish, voice());
        assert!(length(&mut voices, &usual, Language::Spanish, "Hola.").is_ok());
        assert!(voices.languages().eq(Language::ALL));
    }
}
