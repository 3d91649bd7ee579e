//! Voices of other languages: eSpeak NG as a program of its own, one run for each clause.
//!
//! Its licence is the GPL, version 3: it is never linked, not part of this program, and spoken with over its standard
//! streams alone. A run takes some 20 ms; one that takes much longer is ended, and so is one that never stops talking.

use std::{
    env,
    io::{Read, Write},
    ops::ControlFlow,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::mpsc::{Receiver, sync_channel},
    thread,
    time::Duration,
};

use super::{Pace, SAMPLE_RATE, SpeechError, Spoken, Synthesizer, clause_by_clause, shaping, wav};
use crate::types::Language;

/// The program, as Debian's package `espeak-ng` installs it.
const PROGRAM: &str = "espeak-ng";

/// A clause is made within this, or not at all: a hundred times what it takes on an idle machine.
const DEADLINE: Duration = Duration::from_secs(2);

/// Sound of one clause: a minute at most, at the program's 22,050 samples a second.
const MOST_BYTES: u64 = 60 * 22_050 * 2;

/// A clause is cut beyond this many characters; the dialogue's own are a tenth of it.
const LONGEST: usize = 1_000;

/// Words a minute: a little slower than the program's own 175, for telephones.
const WORDS_A_MINUTE: f32 = 150.0;

/// Speaks one language by that program.
#[derive(Debug, Clone)]
pub struct EspeakSynthesizer {
    program: PathBuf,
    voice: &'static str,
    deadline: Duration,
    pace: Pace,
}

impl EspeakSynthesizer {
    /// The Debian package that is missing where [`find`](Self::find) finds nothing.
    pub const PACKAGE: &str = "espeak-ng";

    /// The program on the search path, for this language. `None`: it is not installed, or the language is English, which
    /// has a voice of its own.
    pub fn find(language: Language) -> Option<Self> {
        let path = env::var_os("PATH")?;
        let program =
            env::split_paths(&path).map(|folder| folder.join(PROGRAM)).find(|file| file.is_file())?;
        Self::by(program, language)
    }

    fn by(program: PathBuf, language: Language) -> Option<Self> {
        let voice = match language {
            Language::English => return None,
            Language::Spanish => "es-419",
        };
        Some(Self { program, voice, deadline: DEADLINE, pace: Pace::USUAL })
    }

    pub fn program(&self) -> &Path {
        &self.program
    }

    /// One clause, as the program's WAV has it, at 16 kHz.
    fn make(&self, clause: &str) -> Result<Vec<i16>, SpeechError> {
        let failed = |source| SpeechError::Unreadable { path: self.program.clone(), source };
        let pace = format!("{:.0}", WORDS_A_MINUTE * self.pace.speed());
        let mut child = Command::new(&self.program)
            .args(["-v", self.voice, "-s", &pace, "--stdin", "--stdout"])
            .env_clear()
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(failed)?;
        let heard = listen(&mut child);
        let text: String = clause.chars().filter(|c| !c.is_control()).take(LONGEST).collect();
        if let Some(mut words) = child.stdin.take() {
            // What it did not read it will not say: the sound tells. Closing the stream ends the text.
            let _ = words.write_all(text.as_bytes());
        }
        let sound = heard.and_then(|heard| heard.recv_timeout(self.deadline).ok());
        // It has said all, or is not waited for any more; either way no process is left behind.
        let _ = child.kill();
        let _ = child.wait();
        samples(&sound.ok_or(SpeechError::NoVoice)?).ok_or(SpeechError::NoVoice)
    }
}

/// Reads on a thread of its own, so that the deadline holds whatever the program does.
fn listen(child: &mut Child) -> Option<Receiver<Vec<u8>>> {
    let sound = child.stdout.take()?;
    let (told, heard) = sync_channel(1);
    thread::Builder::new()
        .name("espeak".into())
        .spawn(move || {
            let mut bytes = Vec::new();
            if sound.take(MOST_BYTES).read_to_end(&mut bytes).is_ok() {
                let _ = told.send(bytes);
            }
        })
        .ok()?;
    Some(heard)
}

/// The samples of a WAV of one channel and 16 bits, whose lengths are not known when it is written to a stream.
fn samples(wav: &[u8]) -> Option<Vec<i16>> {
    let word = |at: usize| Some(u16::from_le_bytes(wav.get(at..at + 2)?.try_into().ok()?));
    let long = |at: usize| Some(u32::from_le_bytes(wav.get(at..at + 4)?.try_into().ok()?));
    let plain = wav.get(..4)? == b"RIFF" && wav.get(8..12)? == b"WAVE" && wav.get(36..40)? == b"data";
    if !plain || word(22)? != 1 || word(34)? != 16 {
        return None;
    }
    let rate = long(24).filter(|rate| (8_000..=48_000).contains(rate))?;
    let sound: Vec<f32> = wav
        .get(44..)?
        .chunks_exact(2)
        .map(|pair| f32::from(i16::from_le_bytes([pair[0], pair[1]])) / f32::from(i16::MAX))
        .collect();
    Some(wav::resampled(&sound, rate, SAMPLE_RATE).into_iter().map(wav::to_i16).collect())
}

impl Synthesizer for EspeakSynthesizer {
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

#[cfg(test)]
mod tests {
    use std::{fs, os::unix::fs::PermissionsExt};

    use super::*;

    /// A program that stands in for the real one: the tests need none installed.
    fn stand_in(name: &str, script: &str) -> EspeakSynthesizer {
        let folder = env::temp_dir().join(format!("portico-espeak-{}-{name}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let program = folder.join(PROGRAM);
        fs::write(&program, format!("#!/bin/sh\n{script}\n")).unwrap();
        fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
        let deadline = Duration::from_millis(1_500);
        EspeakSynthesizer { deadline, ..EspeakSynthesizer::by(program, Language::Spanish).unwrap() }
    }

    fn spoken(synthesizer: &mut EspeakSynthesizer, text: &str) -> Result<Vec<i16>, SpeechError> {
        let mut all = Vec::new();
        synthesizer.speak(text, &mut |piece| {
            all.extend_from_slice(piece);
            ControlFlow::Continue(())
        })?;
        Ok(all)
    }

    fn tone(rate: u32, samples: u32) -> Vec<u8> {
        let mut wav = b"RIFF\x24\xf0\xff\x7fWAVEfmt \x10\x00\x00\x00\x01\x00\x01\x00".to_vec();
        wav.extend(rate.to_le_bytes());
        wav.extend((rate * 2).to_le_bytes());
        wav.extend(b"\x02\x00\x10\x00data\x00\xf0\xff\x7f");
        for at in 0..samples {
            let value = if at / 20 % 2 == 0 { 9_000_i16 } else { -9_000 };
            wav.extend(value.to_le_bytes());
        }
        wav
    }

    #[test]
    fn a_clause_becomes_sound_at_sixteen_kilohertz() {
        let file = env::temp_dir().join(format!("portico-espeak-{}.wav", std::process::id()));
        fs::write(&file, tone(22_050, 22_050)).unwrap();
        let mut voice = stand_in("speaks", &format!("/bin/cat > /dev/null; /bin/cat {}", file.display()));
        let sound = spoken(&mut voice, "Hola.").unwrap();
        assert!(
            (15_500..20_500).contains(&sound.len()),
            "a second, and the breath after it: {}",
            sound.len()
        );
        fs::remove_file(&file).unwrap();
    }

    #[test]
    fn a_program_that_fails_is_silent_or_hangs_is_no_voice() {
        for (name, script) in
            [("fails", "exit 1"), ("prints", "echo no sound"), ("hangs", "exec /bin/sleep 60")]
        {
            let heard = spoken(&mut stand_in(name, script), "Hola.");
            assert!(matches!(heard, Err(SpeechError::NoVoice)), "{name}: {heard:?}");
        }
        let missing = EspeakSynthesizer::by("/nowhere/espeak-ng".into(), Language::Spanish).unwrap();
        assert!(matches!(missing.make("Hola"), Err(SpeechError::Unreadable { .. })));
        assert!(EspeakSynthesizer::by("/bin/true".into(), Language::English).is_none());
    }

    #[test]
    fn the_real_program_speaks_spanish_where_it_is_installed() {
        let Some(voice) = EspeakSynthesizer::find(Language::Spanish) else { return };
        // Beside a hundred other tests nothing is quick.
        let mut voice = EspeakSynthesizer { deadline: Duration::from_secs(60), ..voice };
        let short = spoken(&mut voice, "Sí.").unwrap();
        let long = spoken(&mut voice, "Gracias por llamar. -v en --stdin ¿En qué le puedo ayudar?").unwrap();
        assert!(long.len() > 2 * short.len() && short.len() > 4_000, "{} {}", short.len(), long.len());
    }
}
