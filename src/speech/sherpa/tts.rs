//! Neural voices that the owner has put beside the models: VITS (as Piper makes them), Kokoro and Kitten.

use std::{collections::HashSet, fmt, fs, ops::ControlFlow, path::Path, sync::Arc};

use sherpa_onnx::{
    GenerationConfig, OfflineTts, OfflineTtsConfig, OfflineTtsKittenModelConfig, OfflineTtsKokoroModelConfig,
    OfflineTtsVitsModelConfig,
};

use super::super::{
    Pace, SAMPLE_RATE, SpeechError, Spoken, Synthesizer, clause_by_clause, readable, running, shaping, wav,
};

/// The silence that the engine puts between sentences, as a share of its own: breath is given by [`shaping`].
const SILENCE: f32 = 0.2;

/// A neural voice. A clone shares the loaded model, so that each thread of a pool has its own at no cost in memory.
#[derive(Clone)]
pub struct SherpaSynthesizer {
    engine: Arc<OfflineTts>,
    /// The words of the lexicon: of others, the engine says nothing.
    words: Arc<HashSet<String>>,
    rate: u32,
    pace: Pace,
}

impl SherpaSynthesizer {
    /// Loads the voice in a folder by the names of its files (see [`crate::speech::Models::voices`]): `vits.onnx`, or
    /// `kokoro.onnx` or `kitten.onnx` with their `voices.bin`; and for each of them `tokens.txt` and `lexicon.txt`, for the
    /// engine brings no other way from words to sounds.
    ///
    /// # Errors
    /// When a file is missing, or the engine cannot use what is there.
    pub fn open(folder: &Path) -> Result<Self, SpeechError> {
        let file = |name: &str| {
            let path = folder.join(name);
            path.is_file().then(|| path.to_string_lossy().into_owned())
        };
        let needed = |name: &str| {
            file(name)
                .map(Some)
                .ok_or_else(|| SpeechError::ModelMissing { name: name.to_owned(), path: folder.to_owned() })
        };
        let mut config = OfflineTtsConfig::default();
        let model = &mut config.model;
        if let Some(kokoro) = file("kokoro.onnx") {
            model.kokoro = OfflineTtsKokoroModelConfig {
                model: Some(kokoro),
                voices: needed("voices.bin")?,
                tokens: needed("tokens.txt")?,
                lexicon: needed("lexicon.txt")?,
                ..Default::default()
            };
        } else if let Some(kitten) = file("kitten.onnx") {
            model.kitten = OfflineTtsKittenModelConfig {
                model: Some(kitten),
                voices: needed("voices.bin")?,
                tokens: needed("tokens.txt")?,
                lexicon: needed("lexicon.txt")?,
                ..Default::default()
            };
        } else {
            model.vits = OfflineTtsVitsModelConfig {
                model: needed("vits.onnx")?,
                tokens: needed("tokens.txt")?,
                lexicon: needed("lexicon.txt")?,
                ..Default::default()
            };
        }
        let text = |name: &str| {
            let path = folder.join(name);
            fs::read_to_string(&path).map_err(|source| SpeechError::Unreadable { path, source })
        };
        // Without it the engine throws at the first sentence, and an exception of its language ends the process.
        if !text("tokens.txt")?.lines().any(|line| line.starts_with("  ")) {
            return Err(SpeechError::TokensWithoutSpace(folder.join("tokens.txt")));
        }
        let word = |line: &str| line.split_whitespace().next().map(str::to_lowercase);
        let words = text("lexicon.txt")?.lines().filter_map(word).collect();
        // One clause at a time and one thread each: the pool's workers are the house's threads.
        config.model.num_threads = 1;
        config.max_num_sentences = 1;
        let refused = || SpeechError::EngineRefused(folder.to_owned());
        let _entered = running::enter().ok_or(SpeechError::Ending)?;
        let engine = OfflineTts::create(&config).ok_or_else(refused)?;
        let rate = u32::try_from(engine.sample_rate()).ok().filter(|rate| (8_000..=48_000).contains(rate));
        Ok(Self {
            engine: Arc::new(engine),
            words: Arc::new(words),
            rate: rate.ok_or_else(refused)?,
            pace: Pace::USUAL,
        })
    }

    /// One clause at 16 kHz.
    fn make(&self, clause: &str) -> Result<Vec<i16>, SpeechError> {
        // A NUL would end the text for the engine, and its binding refuses it by a panic.
        let text = readable(clause).replace('\0', " ");
        let asked = GenerationConfig {
            speed: self.pace.speed(),
            silence_scale: SILENCE,
            ..GenerationConfig::default()
        };
        let _entered = running::enter().ok_or(SpeechError::Ending)?;
        let made = self.engine.generate_with_config(&text, &asked, None::<fn(&[f32], f32) -> bool>);
        let made = made.ok_or(SpeechError::NoAnswer)?;
        let sound = wav::resampled(made.samples(), self.rate, SAMPLE_RATE);
        Ok(sound.into_iter().map(wav::to_i16).collect())
    }
}

impl Synthesizer for SherpaSynthesizer {
    fn set_pace(&mut self, pace: Pace) {
        self.pace = pace;
    }

    fn knows(&self, text: &str) -> bool {
        let lower = readable(text).to_lowercase();
        let mut words = lower
            .split(|c: char| !c.is_alphanumeric() && c != '\'')
            .map(|word| word.trim_matches('\''))
            .filter(|word| !word.is_empty());
        words.all(|word| self.words.contains(word))
    }

    fn speak(
        &mut self,
        text: &str,
        sink: &mut dyn FnMut(&[i16]) -> ControlFlow<()>,
    ) -> Result<Spoken, SpeechError> {
        clause_by_clause(text, sink, |clause| {
            let mut sound = self.make(clause)?;
            shaping::shape(&mut sound, clause);
            if sound.is_empty() { Err(SpeechError::NoVoice) } else { Ok(sound) }
        })
    }
}

impl fmt::Debug for SherpaSynthesizer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SherpaSynthesizer({} Hz)", self.rate)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A voice that hums one tone of 46 ms for each sound: `tests/data/voice/make.py`.
    fn humming() -> SherpaSynthesizer {
        SherpaSynthesizer::open(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/voice"))).unwrap()
    }

    /// The pieces of sound of a text, and how many are wanted before the sink has enough.
    fn pieces(voice: &mut SherpaSynthesizer, text: &str, enough: usize) -> Vec<Vec<i16>> {
        let mut pieces = Vec::new();
        let spoken = voice.speak(text, &mut |piece| {
            pieces.push(piece.to_vec());
            if pieces.len() == enough { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
        spoken.unwrap();
        pieces
    }

    #[test]
    fn words_become_sound_at_the_pace_that_was_asked_for() {
        let mut voice = humming();
        let mut length = |pace| {
            voice.set_pace(pace);
            let sound = pieces(&mut voice, "Hello hello hello.", usize::MAX).concat();
            assert!(sound.iter().any(|sample| sample.abs() > 3_000), "nothing is heard");
            sound.len() as f32
        };
        let usual = length(Pace::USUAL);
        // Three times four sounds with the spaces, the full stop and the ends, and a breath after the sentence.
        let wanted = 17.0 * 0.0464 * SAMPLE_RATE as f32;
        let breath = 0.3 * SAMPLE_RATE as f32;
        assert!((wanted..wanted + breath).contains(&usual), "{usual} samples for {wanted}");
        let (slow, fast) = (length(Pace::of_percent(70)), length(Pace::of_percent(140)));
        assert!(slow > 1.2 * usual && fast < 0.85 * usual, "{slow} {usual} {fast}");
    }

    #[test]
    fn a_word_that_the_lexicon_lacks_is_left_to_another_voice() {
        let voice = humming();
        assert!(voice.knows("Hello, hello! Thank you."));
        assert!(!voice.knows("Hello Preeti.") && !voice.knows("Hello 2."));
    }

    #[test]
    fn a_neural_voice_is_stopped_between_two_clauses() {
        let mut voice = humming();
        let whole = pieces(&mut voice, "Hello. Thank you. Hello.", usize::MAX);
        assert_eq!(whole.len(), 3);
        assert_eq!(pieces(&mut voice, "Hello. Thank you. Hello.", 1).len(), 1);
    }

    #[test]
    fn a_voice_of_which_a_file_is_missing_is_named_with_the_file() {
        let folder = std::env::temp_dir().join(format!("portico-voice-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let missing = |wanted: &str| match SherpaSynthesizer::open(&folder) {
            Err(SpeechError::ModelMissing { name, path }) => {
                assert_eq!((name.as_str(), &path), (wanted, &folder))
            }
            other => panic!("{wanted}: {other:?}"),
        };
        missing("vits.onnx");
        fs::write(folder.join("vits.onnx"), "").unwrap();
        missing("tokens.txt");
        fs::write(folder.join("tokens.txt"), "").unwrap();
        missing("lexicon.txt");
        fs::write(folder.join("lexicon.txt"), "").unwrap();
        let refused = SherpaSynthesizer::open(&folder);
        assert!(matches!(refused, Err(SpeechError::TokensWithoutSpace(_))), "{refused:?}");
        fs::rename(folder.join("vits.onnx"), folder.join("kokoro.onnx")).unwrap();
        missing("voices.bin");
        fs::rename(folder.join("kokoro.onnx"), folder.join("kitten.onnx")).unwrap();
        missing("voices.bin");
        fs::remove_dir_all(&folder).unwrap();
    }
}
