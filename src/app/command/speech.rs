//! `portico hear` and `portico say`.

use std::path::Path;

#[cfg(all(feature = "sherpa", feature = "flite"))]
mod engines {
    use super::Path;
    use crate::{
        app::{clock, command::print, trade},
        dialogue::Roster,
        speech::{
            self, FliteSynthesizer, FliteVoice, Models, MoonshineRecognizer, SAMPLE_RATE, SherpaSynthesizer,
            Synthesizer, VoiceDetector,
        },
    };

    pub(super) fn hear(file: &Path, folder: &Path) -> anyhow::Result<()> {
        let models = Models::at(folder);
        let mut recognizer =
            MoonshineRecognizer::open(&models.moonshine(), 1, || trade::word_model(&Roster::default()))?;
        let detector = VoiceDetector::open(&models.voice_detector())?;
        let segments = speech::hear(file, &detector, &mut recognizer, &mut |decode| {
            let began = clock::instant();
            decode();
            clock::instant().duration_since(began).as_millis() as u32
        })?;
        for segment in &segments {
            print(&format!(
                "{:8.2}s – {:8.2}s  {}  [decoded in {} ms]",
                segment.from_ms as f64 / 1000.0,
                segment.to_ms as f64 / 1000.0,
                segment.text,
                segment.decode_ms
            ))?;
        }
        if segments.is_empty() {
            print("No speech was heard.")?;
        }
        Ok(())
    }

    pub(super) fn say(text: &str, output: &Path, voice: &str) -> anyhow::Result<()> {
        let models = Models::locate();
        let mut voice: Box<dyn Synthesizer> = match models.voices().get(voice) {
            Some(folder) => Box::new(SherpaSynthesizer::open(folder)?),
            None => Box::new(FliteSynthesizer::new(voice.parse::<FliteVoice>()?)),
        };
        let began = clock::instant();
        let spoken = speech::say(text, output, &mut *voice)?;
        let took = clock::instant().duration_since(began).as_secs_f64();
        let seconds = spoken.samples as f64 / f64::from(SAMPLE_RATE);
        print(&format!("{}: {seconds:.2} s, made in {took:.2} s", output.display()))
    }
}

/// `portico hear`: what is said in a file, with times.
///
/// # Errors
/// When the file or the models cannot be read.
pub fn hear(file: &Path, models: &Path) -> anyhow::Result<()> {
    #[cfg(all(feature = "sherpa", feature = "flite"))]
    return engines::hear(file, models);
    #[cfg(not(all(feature = "sherpa", feature = "flite")))]
    {
        let _ = (file, models);
        anyhow::bail!("this program was built without speech")
    }
}

/// `portico say`: a text as a WAV file.
///
/// # Errors
/// When there is no such voice, or the file cannot be written.
pub fn say(text: &str, output: &Path, voice: &str) -> anyhow::Result<()> {
    #[cfg(all(feature = "sherpa", feature = "flite"))]
    return engines::say(text, output, voice);
    #[cfg(not(all(feature = "sherpa", feature = "flite")))]
    {
        let _ = (text, output, voice);
        anyhow::bail!("this program was built without speech")
    }
}
