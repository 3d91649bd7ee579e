//! Neural voices that the owner has put beside the models: VITS (as Piper makes them), Kokoro and Kitten.

use std::{fmt, ops::ControlFlow, path::Path, sync::Arc};

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
    rate: u32,
    pace: Pace,
}

impl SherpaSynthesizer {
    /// Loads the voice in a folder by the names of its files (see [`crate::speech::Models::voices`]): `vits.onnx`, or
    /// `kokoro.onnx` or `kitten.onnx` with their `voices.bin`; and for each of them `tokens.txt` and `lexicon.txt`, for the
    /// engine brings no other way from words to sounds.
    ///
    /// # Errors
    /// When a file is missing, or the engine cannot read what is there.
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
        // One clause at a time and one thread each: the pool's workers are the house's threads.
        config.model.num_threads = 1;
        config.max_num_sentences = 1;
        let refused = || SpeechError::EngineRefused(folder.to_owned());
        let _entered = running::enter().ok_or(SpeechError::Ending)?;
        let engine = OfflineTts::create(&config).ok_or_else(refused)?;
        let rate = u32::try_from(engine.sample_rate()).ok().filter(|rate| (8_000..=48_000).contains(rate));
        Ok(Self { engine: Arc::new(engine), rate: rate.ok_or_else(refused)?, pace: Pace::USUAL })
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
    use std::fs;

    use super::*;

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
        fs::rename(folder.join("vits.onnx"), folder.join("kokoro.onnx")).unwrap();
        missing("voices.bin");
        fs::rename(folder.join("kokoro.onnx"), folder.join("kitten.onnx")).unwrap();
        missing("voices.bin");
        fs::remove_dir_all(&folder).unwrap();
    }
}
