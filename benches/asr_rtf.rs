//! What speech costs: decoding by length of clip, first audio of an answer, a sentence's vector, and memory for each.
//!
//! `cargo bench --bench asr_rtf`. Needs the fetched models.

#![expect(clippy::print_stdout, reason = "a measurement is printed")]

use std::{
    fs,
    ops::ControlFlow,
    process::ExitCode,
    sync::Arc,
    time::{Duration, Instant},
};

use portico::{
    agent::awaits,
    dialogue::{Expected, Roster},
    encoder::Encoder,
    speech::{
        Awaits, Ear, EarTuning, FliteSynthesizer, FliteVoice, Models, MoonshineRecognizer, Recognizer,
        SAMPLE_RATE, Sentence, Synthesizer, VoiceDetector, WordClass, WordModel, read_wav,
    },
    types::TurnId,
};

/// As the box leads its recogniser.
fn word_model() -> Arc<WordModel> {
    let expected = Expected::at(&Roster::default());
    let class = |(token, words): (&str, Vec<String>)| WordClass { token: token.to_owned(), words };
    let openings = expected.openings.iter().copied().map(Sentence::of);
    let answers =
        expected.answers.iter().map(|(asked, words)| Sentence { words, awaited: awaits(*asked), count: 8 });
    Arc::new(WordModel::learn(openings.chain(answers), expected.classes.into_iter().map(class).collect()))
}

const ROUNDS: usize = 9;

fn main() -> ExitCode {
    let models = Models::locate();
    let before = resident_mb();
    let words = word_model();
    let open = || MoonshineRecognizer::open(&models.moonshine(), 1, || Arc::clone(&words));
    let (recognizer, load) = timed(open);
    let (Ok(mut recognizer), Ok(cities)) =
        (recognizer, read_wav(&models.recognizer().join("two_cities.wav")))
    else {
        println!("the recogniser is not in {}; run `make models`", models.folder().display());
        return ExitCode::SUCCESS;
    };
    println!("recogniser: loaded in {} ms, {:.0} MB", load.as_millis(), resident_mb() - before);
    let speech: Vec<f32> = cities[20_000..].iter().map(|&s| f32::from(s) / 32768.0).collect();
    for secs in [1, 2, 4, 8, 12] {
        let clip = &speech[..secs * SAMPLE_RATE as usize];
        let times = rounds(|| recognizer.recognize(clip, Awaits::Anything).map(drop));
        let median = times[ROUNDS / 2].as_secs_f64();
        println!(
            "decode of {secs:2} s: median {:4.0} ms, worst {:4.0} ms, real-time factor {:.3}",
            1e3 * median,
            1e3 * times[ROUNDS - 1].as_secs_f64(),
            median / secs as f64
        );
    }
    println!("recogniser after use: {:.0} MB in all", resident_mb() - before);

    let before = resident_mb();
    let second = open().map(|mut second| second.recognize(&speech[..64_000], Awaits::Anything));
    println!("a second worker's networks: {:.0} MB more", resident_mb() - before);
    drop(second);

    let mut mouth = FliteSynthesizer::new(FliteVoice::Rms);
    let line = "Thank you for calling Maple Court. Nobody is free at the moment, but I can help you. What is it about?";
    let before = resident_mb();
    let first = rounds(|| mouth.speak(line, &mut |_| ControlFlow::Break(())).map(drop));
    let mut samples = 0;
    let whole = rounds(|| {
        samples = 0;
        mouth.speak(line, &mut |piece| {
            samples += piece.len();
            ControlFlow::Continue(())
        })
    });
    println!(
        "synthesiser: first audio median {:.0} ms, {:.0} times real time, {:.0} MB",
        1e3 * first[ROUNDS / 2].as_secs_f64(),
        samples as f64 / f64::from(SAMPLE_RATE) / whole[ROUNDS / 2].as_secs_f64(),
        resident_mb() - before
    );

    let before = resident_mb();
    match Encoder::open(&models.encoder()) {
        Ok(encoder) => {
            let sentence = "there is water coming through the ceiling of my kitchen right now";
            let times = rounds(|| encoder.embed(sentence).map(drop));
            println!(
                "encoder: 12 words median {:.1} ms, worst {:.1} ms, {:.0} MB",
                1e3 * times[ROUNDS / 2].as_secs_f64(),
                1e3 * times[ROUNDS - 1].as_secs_f64(),
                resident_mb() - before
            );
        }
        Err(error) => println!("encoder: {error}"),
    }

    let before = resident_mb();
    let detector =
        VoiceDetector::open(&models.voice_detector()).unwrap_or_else(|_| VoiceDetector::built_in());
    let mut ears: Vec<Ear> =
        (0..20).map(|n| Ear::with_detector(EarTuning::default(), TurnId(n), &detector)).collect();
    for ear in &mut ears {
        for frame in cities[20_000..20_000 + 10 * SAMPLE_RATE as usize].chunks(320) {
            ear.handle_frame(frame, false);
            while ear.poll_output().is_some() {}
        }
    }
    println!("an ear after 10 s of speech: {:.0} kB", 1e3 * (resident_mb() - before) / ears.len() as f64);
    println!("the whole process: {:.0} MB", resident_mb());
    ExitCode::SUCCESS
}

#[expect(clippy::disallowed_methods, reason = "a measurement asks the time")]
fn now() -> Instant {
    Instant::now()
}

fn timed<T>(work: impl FnOnce() -> T) -> (T, Duration) {
    let start = now();
    let done = work();
    (done, now() - start)
}

/// The times of [`ROUNDS`] runs in order, after one that warms up.
fn rounds<T, E>(mut work: impl FnMut() -> Result<T, E>) -> Vec<Duration> {
    drop(work());
    let mut times: Vec<Duration> = (0..ROUNDS).map(|_| timed(&mut work).1).collect();
    times.sort_unstable();
    times
}

/// Memory of this process that is in use, in MB.
fn resident_mb() -> f64 {
    let pages = fs::read_to_string("/proc/self/statm")
        .ok()
        .and_then(|line| line.split(' ').nth(1).and_then(|field| field.parse::<f64>().ok()));
    pages.unwrap_or(0.0) * 4096.0 / 1e6
}
