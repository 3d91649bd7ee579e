//! The real ears and mouth, where their models have been fetched.

use std::path::PathBuf;

use super::*;

/// The fetched models, or a printed reason why the test has nothing to say.
fn models() -> Option<Models> {
    let folder = std::env::var_os("PORTICO_MODELS")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("models"), PathBuf::from);
    let models = Models::at(folder);
    if models.recognizer().join("tokens.txt").is_file() && models.voice_detector().is_dir() {
        Some(models)
    } else {
        println!("skipped: the recogniser is not in {}; run `make models`", models.folder().display());
        None
    }
}

/// The words alone: lower case, no marks.
fn words(text: &str) -> Vec<String> {
    text.split(|c: char| !c.is_alphanumeric() && c != '\'')
        .filter(|w| !w.is_empty())
        .map(str::to_lowercase)
        .collect()
}

/// Words wrong, missing or too many (the edit distance), over words said.
fn word_error_rate(said: &str, heard: &str) -> f32 {
    let (said, heard) = (words(said), words(heard));
    let mut row: Vec<usize> = (0..=heard.len()).collect();
    for (i, word) in said.iter().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], i + 1);
        for j in 0..heard.len() {
            let change = diagonal + usize::from(*word != heard[j]);
            diagonal = row[j + 1];
            row[j + 1] = change.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[heard.len()] as f32 / said.len().max(1) as f32
}

/// The telephone band: 8 kHz µ-law (ITU-T G.711), there and back.
pub(super) fn telephoned(samples: &[i16]) -> Vec<i16> {
    let floats: Vec<f32> = samples.iter().map(|&s| f32::from(s) / 32768.0).collect();
    let narrow: Vec<f32> = wav::resampled(&floats, SAMPLE_RATE, 8_000)
        .into_iter()
        .map(|s| {
            let sign = s.signum();
            let coded = ((1.0 + 255.0 * s.abs().min(1.0)).ln() / 256f32.ln() * 127.0).round() / 127.0;
            sign * (256f32.powf(coded) - 1.0) / 255.0
        })
        .collect();
    wav::resampled(&narrow, 8_000, SAMPLE_RATE).into_iter().map(wav::to_i16).collect()
}

/// Reference: the same weights and recording through a computation written apart from this one.
#[test]
fn the_voice_detector_judges_as_its_published_weights_say() {
    let Some(models) = models() else { return };
    let mut detector = VoiceDetector::open(&models.voice_detector()).unwrap();
    let samples = read_wav(&models.recognizer().join("beckett.wav")).unwrap();
    let expected = [
        0.0327, 0.0206, 0.0124, 0.0107, 0.011, 0.0098, 0.0077, 0.0077, 0.0305, 0.0424, 0.74, 0.9809, 0.9988,
        0.9999,
    ];
    for (n, (chunk, expected)) in samples.chunks_exact(512).zip(expected).enumerate() {
        detector.probability(&chunk[..256]);
        let found = detector.probability(&chunk[256..]);
        assert!((found - expected).abs() < 1e-3, "{n}: {found} for {expected}");
    }
}

#[cfg(feature = "sherpa")]
mod heard {
    use std::sync::Arc;

    use super::*;

    const BECKETT: &str = "Ever tried. Ever failed. No matter. Try again. Fail again. Fail better.";

    /// Led by a few sentences of the trade.
    fn recognizer(models: &Models) -> MoonshineRecognizer {
        let trade = [
            "there is water in my kitchen",
            "i would like to see the two bedroom apartment",
            "the heating is off",
        ];
        let trade = WordModel::learn(trade.map(Sentence::of), Vec::new());
        MoonshineRecognizer::open(&models.moonshine(), 2, || Arc::new(trade)).unwrap()
    }

    fn transcript(samples: &[i16], recognizer: &mut MoonshineRecognizer) -> String {
        let detector = VoiceDetector::open(&super::models().unwrap().voice_detector()).unwrap();
        let segments = hear_samples(samples, &detector, recognizer, Awaits::Anything, &mut |run| {
            run();
            0
        })
        .unwrap();
        segments.iter().map(|s| s.text.as_str()).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn a_real_voice_is_heard_word_for_word_also_over_the_telephone() {
        let Some(models) = models() else { return };
        let mut recognizer = recognizer(&models);
        let samples = read_wav(&models.recognizer().join("beckett.wav")).unwrap();
        for (line, samples) in [("as recorded", samples.clone()), ("telephone", telephoned(&samples))] {
            let clip: Vec<f32> = samples.iter().map(|&s| f32::from(s) / 32768.0).collect();
            let heard = recognizer.recognize(&clip, Awaits::Anything).unwrap().text;
            assert_eq!(words(&heard), words(BECKETT), "{line}: {heard}");
            // Two words at a time, as turns of their own, are harder: the model lives by its context.
            let heard = transcript(&samples, &mut recognizer);
            let errors = word_error_rate(BECKETT, &heard);
            println!("{line}, two words a turn: {heard}");
            assert!(errors <= 0.25, "{line}: {heard}");
        }
    }

    #[test]
    fn silence_and_hiss_hold_no_words() {
        let Some(models) = models() else { return };
        let mut recognizer = recognizer(&models);
        let mut seed = 1u32;
        let hiss: Vec<i16> = (0..5 * SAMPLE_RATE)
            .map(|_| {
                seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                ((seed >> 16) as i16) / 40
            })
            .collect();
        assert_eq!(transcript(&vec![0; 80_000], &mut recognizer), "");
        assert_eq!(transcript(&hiss, &mut recognizer), "");
    }

    #[test]
    fn two_threads_may_recognise_at_once() {
        let Some(models) = models() else { return };
        let recognizer = recognizer(&models);
        let samples = read_wav(&models.recognizer().join("beckett.wav")).unwrap();
        let clip: Vec<f32> = samples.iter().map(|&s| f32::from(s) / 32768.0).collect();
        let expected = recognizer.clone().recognize(&clip[..64_000], Awaits::Anything).unwrap();
        std::thread::scope(|scope| {
            for _ in 0..2 {
                let mut recognizer = recognizer.clone();
                let (clip, expected) = (&clip, &expected);
                scope.spawn(move || {
                    for _ in 0..5 {
                        assert_eq!(
                            &recognizer.recognize(&clip[..64_000], Awaits::Anything).unwrap(),
                            expected
                        );
                    }
                });
            }
        });
    }

    #[cfg(feature = "flite")]
    #[test]
    fn our_own_voice_is_understood_over_the_telephone() {
        let Some(models) = models() else { return };
        let mut recognizer = recognizer(&models);
        let (mut errors, mut count) = (0.0, 0.0);
        for line in [
            "There is water coming through my kitchen ceiling.",
            "I would like to see the two bedroom apartment this weekend.",
            "Please ask the manager to call me back tomorrow morning.",
            "The heating has been off since last night and it is freezing.",
        ] {
            let mut samples = vec![0; 8_000];
            FliteSynthesizer::new(FliteVoice::Rms)
                .speak(line, &mut |piece| {
                    samples.extend_from_slice(piece);
                    ControlFlow::Continue(())
                })
                .unwrap();
            let heard = transcript(&telephoned(&samples), &mut recognizer);
            println!("{line}\n  {heard}");
            let said = words(line).len() as f32;
            errors += word_error_rate(line, &heard) * said;
            count += said;
        }
        assert!(errors / count <= 0.2, "{errors} of {count} words wrong");
    }
}

#[cfg(feature = "flite")]
mod spoken {
    use super::*;

    fn say(text: &str, voice: FliteVoice) -> (Vec<i16>, Spoken, usize) {
        let (mut samples, mut pieces) = (Vec::new(), 0);
        let spoken = FliteSynthesizer::new(voice)
            .speak(text, &mut |piece| {
                samples.extend_from_slice(piece);
                pieces += 1;
                ControlFlow::Continue(())
            })
            .unwrap();
        (samples, spoken, pieces)
    }

    #[test]
    fn every_voice_speaks_clause_by_clause_at_a_telephone_level() {
        for voice in FliteVoice::ALL {
            let (samples, spoken, pieces) =
                say("Thank you for calling Maple Court. How can I help you?", voice);
            assert_eq!(
                (pieces, spoken.samples as usize, spoken.finished),
                (2, samples.len(), true),
                "{voice}"
            );
            let secs = samples.len() as f32 / SAMPLE_RATE as f32;
            assert!((2.0..5.5).contains(&secs), "{voice}: {secs}");
            let peak = samples.iter().map(|s| s.unsigned_abs()).max().unwrap();
            assert!((15_000..25_000).contains(&peak), "{voice}: {peak}");
        }
    }

    #[test]
    fn the_agent_can_be_stopped_after_its_first_clause() {
        let mut pieces = 0;
        let spoken = FliteSynthesizer::new(FliteVoice::Rms)
            .speak("One moment, please. I am looking. It takes long.", &mut |_| {
                pieces += 1;
                ControlFlow::Break(())
            })
            .unwrap();
        assert_eq!((pieces, spoken.finished), (1, false));
    }

    #[test]
    fn hostile_text_is_spoken_or_passed_over_but_never_fatal() {
        for text in [
            "",
            "\0",
            "a\0b",
            "🔥🔥🔥",
            "日本語",
            &"x".repeat(5_000),
            "((((",
            "%n%s%x",
            "\u{202e}abc",
            "1e999999",
        ] {
            say(text, FliteVoice::Rms);
        }
    }

    #[test]
    fn two_threads_may_speak_at_once() {
        // The voice's breath is random, its timing is not: only where the edges are cut varies, by up to 30 ms each.
        let (alone, ..) = say("The office opens at nine.", FliteVoice::Rms);
        std::thread::scope(|scope| {
            for _ in 0..2 {
                let alone = &alone;
                scope.spawn(move || {
                    for _ in 0..5 {
                        let (together, ..) = say("The office opens at nine.", FliteVoice::Rms);
                        assert!(
                            together.len().abs_diff(alone.len()) < 960,
                            "{} {}",
                            together.len(),
                            alone.len()
                        );
                    }
                });
            }
        });
    }
}

#[test]
fn a_recording_becomes_segments_with_their_times() {
    // Two bursts that the detector takes for voice would need a real voice; the script needs none of them.
    let mut recognizer = ScriptedRecognizer::new(["never asked"]);
    let segments = hear_samples(
        &vec![0; 32_000],
        &VoiceDetector::built_in(),
        &mut recognizer,
        Awaits::Anything,
        &mut |run| {
            run();
            0
        },
    )
    .unwrap();
    assert!(segments.is_empty());
    assert_eq!(recognizer.remaining(), 1);
}

#[test]
fn the_word_error_rate_counts_what_is_wrong_missing_and_too_many() {
    assert_eq!(word_error_rate("my sink leaks", "My sink leaks!"), 0.0);
    assert_eq!(word_error_rate("one two three four", "one too three"), 0.5);
}
