//! Recognisers that the owner has put in place, for languages that the box has none of its own for: by way of sherpa-onnx.

use std::{fmt, path::Path, sync::Arc};

use sherpa_onnx::{
    OfflineRecognizer, OfflineRecognizerConfig, OfflineTransducerModelConfig, OfflineWhisperModelConfig,
};

use super::super::{
    Awaits, LONGEST_DECODE_SECS, Recognizer, SAMPLE_RATE, SpeechError, Transcript, guard, levelled::levelled,
    running,
};
use crate::types::Language;

/// Whatever model there is. A clone shares the loaded model, so that each thread of a pool has its own at no cost in memory.
#[derive(Clone)]
pub struct SherpaRecognizer {
    engine: Arc<OfflineRecognizer>,
}

impl SherpaRecognizer {
    /// Loads whatever model the owner has put into the folder, by the names of its files: `encoder.onnx`, `decoder.onnx` and
    /// `joiner.onnx` are a transducer, the first two alone a Whisper; `tokens.txt` is needed by both. `.int8.onnx` is taken
    /// where the plain file is not there.
    ///
    /// # Errors
    /// When a file is missing, or the engine cannot read what is there.
    pub fn open(folder: &Path, language: Language) -> Result<Self, SpeechError> {
        let file = |stem: &str| {
            let names = [format!("{stem}.onnx"), format!("{stem}.int8.onnx")];
            let found = names.iter().map(|name| folder.join(name)).find(|path| path.is_file());
            found.map(|path| path.to_string_lossy().into_owned())
        };
        let missing =
            |name: &str| SpeechError::ModelMissing { name: name.to_owned(), path: folder.to_owned() };
        let encoder = file("encoder").ok_or_else(|| missing("encoder.onnx"))?;
        let decoder = file("decoder").ok_or_else(|| missing("decoder.onnx"))?;
        let mut config = OfflineRecognizerConfig::default();
        match file("joiner") {
            Some(joiner) => {
                config.model_config.transducer = OfflineTransducerModelConfig {
                    encoder: Some(encoder),
                    decoder: Some(decoder),
                    joiner: Some(joiner),
                };
            }
            None => {
                config.model_config.whisper = OfflineWhisperModelConfig {
                    encoder: Some(encoder),
                    decoder: Some(decoder),
                    language: Some(language.tag().to_owned()),
                    task: Some("transcribe".to_owned()),
                    ..Default::default()
                };
            }
        }
        config.model_config.tokens = Some(folder.join("tokens.txt").to_string_lossy().into_owned());
        config.model_config.num_threads = 1;
        let _entered = running::enter().ok_or(SpeechError::Ending)?;
        let engine = OfflineRecognizer::create(&config)
            .ok_or_else(|| SpeechError::EngineRefused(folder.to_owned()))?;
        Ok(Self { engine: Arc::new(engine) })
    }
}

impl Recognizer for SherpaRecognizer {
    fn recognize(&mut self, samples: &[f32], _: Awaits) -> Result<Transcript, SpeechError> {
        let secs = samples.len() as f32 / SAMPLE_RATE as f32;
        // An ear cuts by whole windows, so a clip may be a few milliseconds over.
        if secs > LONGEST_DECODE_SECS as f32 + 0.5 {
            return Err(SpeechError::ClipTooLong { secs: secs.ceil() as u32 });
        }
        let _entered = running::enter().ok_or(SpeechError::Ending)?;
        let stream = self.engine.create_stream();
        stream.accept_waveform(SAMPLE_RATE as i32, &levelled(samples));
        self.engine.decode(&stream);
        let result = stream.get_result().ok_or(SpeechError::NoAnswer)?;
        Ok(guard::guarded(&result.text, secs))
    }
}

impl fmt::Debug for SherpaRecognizer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SherpaRecognizer")
    }
}
