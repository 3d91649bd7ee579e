//! How well voice is told from noise on a telephone line: the measurement behind the figures in `speech/vad.rs`.
//!
//! `cargo bench --bench vad_noise`. Needs the fetched recogniser's recordings; .

#![expect(clippy::print_stdout, reason = "a measurement is printed")]

use std::{
    collections::BTreeMap,
    f32::consts::PI,
    ops::ControlFlow,
    process::ExitCode,
    time::{Duration, Instant},
};

use portico::{
    speech::{
        Ear, EarOutput, EarTuning, FliteSynthesizer, FliteVoice, Models, SAMPLE_RATE, SpeechEvent,
        Synthesizer, VoiceDetector, read_wav,
    },
    types::TurnId,
};

const RATE: f32 = SAMPLE_RATE as f32;
const NOISE_SECS: usize = 20;

/// A seeded noise source, so that two runs agree.
struct Dice(u32);

impl Dice {
    fn next(&mut self) -> f32 {
        self.0 = self.0.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        f32::from((self.0 >> 16) as i16) / 32768.0
    }
}

fn main() -> ExitCode {
    let models = Models::locate();
    let wav = |name: &str| read_wav(&models.recognizer().join(name));
    let (Ok(beckett), Ok(cities)) = (wav("beckett.wav"), wav("two_cities.wav")) else {
        println!("the recordings are not in {}; run `make models`", models.folder().display());
        return ExitCode::SUCCESS;
    };
    let Ok(silero) = VoiceDetector::open(&models.voice_detector()) else {
        println!("the voice detector is not in {}; run `make models`", models.folder().display());
        return ExitCode::SUCCESS;
    };
    let earshot = VoiceDetector::built_in();

    let mut speech: Vec<(&str, Vec<f32>)> =
        vec![("beckett", floats(&beckett)), ("two cities", floats(&cities[..25 * SAMPLE_RATE as usize]))];
    for voice in [FliteVoice::Rms, FliteVoice::Slt] {
        speech.push((voice.name(), spoken(voice)));
    }
    for (_, samples) in &mut speech {
        set_level(samples, -24.0);
    }

    println!(
        "noise alone: share of windows called voice; onsets a minute of an ear that listens / whose agent speaks"
    );
    for level in [-30.0, -45.0] {
        for (name, mut noise) in noises() {
            set_level(&mut noise, level);
            let line = telephoned(&noise);
            println!(
                "  {name:9} {level:4} dB  earshot {:5.1} %  silero {:5.1} %  onsets {:4.1} / {:4.1}",
                100.0 * share(&judged(&line, &earshot).0),
                100.0 * share(&judged(&line, &silero).0),
                onsets(&line, &silero, false) * 60.0 / NOISE_SECS as f32,
                onsets(&line, &silero, true) * 60.0 / NOISE_SECS as f32,
            );
        }
    }

    println!(
        "speech in noise: share of voiced windows missed, of pauses called voice; ear: bursts missed, onset delay"
    );
    for noise_name in ["pink", "hum", "babble"] {
        for snr in [40.0, 20.0, 10.0, 5.0] {
            let Some((_, noise)) = noises().into_iter().find(|(name, _)| *name == noise_name) else {
                continue;
            };
            let mut totals: BTreeMap<&str, (usize, usize, usize, usize)> = BTreeMap::new();
            let (mut missed, mut bursts, mut delays, mut barge) = (0, 0, Vec::new(), Vec::new());
            for (_, clean) in &speech {
                let truth = voiced(clean);
                let mut noise = noise.clone();
                set_level(&mut noise, -24.0 - snr);
                let mixed: Vec<f32> = clean.iter().zip(noise.iter().cycle()).map(|(s, n)| s + n).collect();
                let line = telephoned(&mixed);
                let mut tally = |name, votes: &[bool]| {
                    let total = totals.entry(name).or_default();
                    for (vote, truth) in votes.iter().zip(&truth) {
                        match truth {
                            Some(true) => (total.0, total.1) = (total.0 + usize::from(!vote), total.1 + 1),
                            Some(false) => (total.2, total.3) = (total.2 + usize::from(*vote), total.3 + 1),
                            None => {}
                        }
                    }
                };
                tally("earshot", &judged(&line, &earshot).0);
                tally("silero", &judged(&line, &silero).0);
                let (m, b, d) = delay_of_onsets(&line, &silero, &truth, false);
                (missed, bursts) = (missed + m, bursts + b);
                delays.extend(d);
                barge.extend(delay_of_onsets(&line, &silero, &truth, true).2);
            }
            let figures: Vec<String> = totals
                .iter()
                .map(|(name, t)| format!("{name} {:4.1} / {:4.1} %", percent(t.0, t.1), percent(t.2, t.3)))
                .collect();
            println!(
                "  {noise_name:7} {snr:2} dB  {}  missed {missed} of {bursts}, delay P50 {} P95 {} ms; barge-in P50 {} P95 {} ms ({})",
                figures.join("  "),
                quantile(&mut delays, 0.5),
                quantile(&mut delays, 0.95),
                quantile(&mut barge, 0.5),
                quantile(&mut barge, 0.95),
                barge.len(),
            );
        }
    }

    let line = telephoned(&speech[1].1);
    for (name, detector) in [("earshot", &earshot), ("silero", &silero)] {
        println!(
            "cost of a 20 ms frame: {name} {:.1} us",
            micros_a_frame(judged(&line, detector).1, line.len())
        );
    }
    let mut ear = Ear::with_detector(EarTuning::default(), TurnId(0), &silero);
    let start = now();
    for frame in line.chunks(320) {
        ear.handle_frame(frame, false);
        while ear.poll_output().is_some() {}
    }
    println!("cost of a 20 ms frame: whole ear {:.1} us", micros_a_frame(now() - start, line.len()));
    ExitCode::SUCCESS
}

#[expect(clippy::disallowed_methods, reason = "a measurement asks the time")]
fn now() -> Instant {
    Instant::now()
}

fn micros_a_frame(cost: Duration, samples: usize) -> f64 {
    cost.as_secs_f64() * 1e6 / (samples as f64 / 320.0)
}

fn percent(part: usize, whole: usize) -> f32 {
    100.0 * part as f32 / whole.max(1) as f32
}

fn quantile(values: &mut [u64], at: f32) -> u64 {
    values.sort_unstable();
    values.get(((values.len() as f32 - 1.0) * at).round().max(0.0) as usize).copied().unwrap_or(0)
}

fn share(votes: &[bool]) -> f32 {
    votes.iter().filter(|v| **v).count() as f32 / votes.len().max(1) as f32
}

/// A vote for each 16 ms, and what they cost.
fn judged(line: &[i16], detector: &VoiceDetector) -> (Vec<bool>, Duration) {
    let mut detector = detector.fresh();
    let start = now();
    let votes =
        line.chunks_exact(256).map(|w| detector.probability(w) >= EarTuning::default().voice_from).collect();
    (votes, now() - start)
}

fn onsets(line: &[i16], detector: &VoiceDetector, agent_speaking: bool) -> f32 {
    let mut ear = Ear::with_detector(EarTuning::default(), TurnId(0), detector);
    let mut count = 0.0;
    for frame in line.chunks(320) {
        ear.handle_frame(frame, agent_speaking);
        while let Some(output) = ear.poll_output() {
            count += f32::from(u8::from(matches!(output, EarOutput::Event(SpeechEvent::Started { .. }))));
        }
    }
    count
}

/// Bursts without an onset, bursts, and for the others the milliseconds from the burst's beginning to its onset.
fn delay_of_onsets(
    line: &[i16],
    detector: &VoiceDetector,
    truth: &[Option<bool>],
    agent_speaking: bool,
) -> (usize, usize, Vec<u64>) {
    let mut started = Vec::new();
    let mut ear = Ear::with_detector(EarTuning::default(), TurnId(0), detector);
    for frame in line.chunks(320) {
        ear.handle_frame(frame, agent_speaking);
        while let Some(output) = ear.poll_output() {
            if let EarOutput::Event(SpeechEvent::Started { at_ms, .. }) = output {
                started.push(at_ms);
            }
        }
    }
    // A burst is voice after at least 320 ms without any: what every ear has taken for a pause.
    let (mut bursts, mut quiet, mut open) = (Vec::new(), 20, false);
    for (n, truth) in truth.iter().enumerate() {
        if *truth == Some(true) {
            if !open && quiet >= 20 {
                bursts.push(n as u64 * 16);
            }
            (open, quiet) = (true, 0);
        } else {
            (open, quiet) = (false, quiet + 1);
        }
    }
    let delays: Vec<u64> = bursts
        .iter()
        .filter_map(|from| {
            started
                .iter()
                .find(|at| **at + 32 >= *from && **at < *from + 800)
                .map(|at| at.saturating_sub(*from))
        })
        .collect();
    (bursts.len() - delays.len(), bursts.len(), delays)
}

/// What is voice in a clean recording: within 24 dB of its level is, more than 36 dB below is not, between is not asked.
fn voiced(clean: &[f32]) -> Vec<Option<bool>> {
    let level = decibels(clean);
    let loud: Vec<f32> = clean.chunks_exact(256).map(decibels).collect();
    (0..loud.len())
        .map(|n| {
            let near = &loud[n.saturating_sub(6)..(n + 7).min(loud.len())];
            if loud[n] > level - 24.0 {
                Some(true)
            } else if near.iter().all(|l| *l < level - 30.0) {
                Some(false)
            } else {
                None
            }
        })
        .collect()
}

fn floats(samples: &[i16]) -> Vec<f32> {
    samples.iter().map(|&s| f32::from(s) / 32768.0).collect()
}

fn decibels(samples: &[f32]) -> f32 {
    10.0 * (samples.iter().map(|s| s * s).sum::<f32>() / samples.len().max(1) as f32 + 1e-12).log10()
}

fn set_level(samples: &mut [f32], level: f32) {
    let gain = 10f32.powf((level - decibels(samples)) / 20.0);
    samples.iter_mut().for_each(|s| *s *= gain);
}

fn spoken(voice: FliteVoice) -> Vec<f32> {
    let mut samples = vec![0.0; 8_000];
    for line in [
        "There is water coming through my kitchen ceiling.",
        "Yes.",
        "I would like to see the two bedroom apartment.",
        "No, thank you.",
        "My number is three zero three, five five five, zero one four two.",
    ] {
        let spoken = FliteSynthesizer::new(voice).speak(line, &mut |piece| {
            samples.extend(floats(piece));
            ControlFlow::Continue(())
        });
        if spoken.is_ok() {
            samples.extend([0.0; 8_000]);
        }
    }
    samples
}

/// A telephone line: the band to 3.5 kHz at 8 kHz, µ-law, and up again by the same filter.
fn telephoned(samples: &[f32]) -> Vec<i16> {
    let taps: Vec<f32> = (-32..=32)
        .map(|n| {
            let x = n as f32;
            let sinc = if n == 0 { 0.44 } else { (0.44 * PI * x).sin() / (PI * x) };
            sinc * (0.5 + 0.5 * (PI * x / 33.0).cos())
        })
        .collect();
    let filtered = |input: &[f32], at: usize| -> f32 {
        let first = at.saturating_sub(32);
        let last = (at + 32).min(input.len() - 1);
        (first..=last).map(|i| input[i] * taps[32 + i - at]).sum()
    };
    let narrow: Vec<f32> = (0..samples.len())
        .map(|at| {
            if at % 2 == 1 {
                return 0.0;
            }
            let s = filtered(samples, at);
            let code = ((1.0 + 255.0 * s.abs().min(1.0)).ln() / 256f32.ln() * 127.0).round() / 127.0;
            2.0 * s.signum() * (256f32.powf(code) - 1.0) / 255.0
        })
        .collect();
    (0..narrow.len()).map(|at| (filtered(&narrow, at) * 32767.0).clamp(-32768.0, 32767.0) as i16).collect()
}

fn noises() -> Vec<(&'static str, Vec<f32>)> {
    let length = NOISE_SECS * SAMPLE_RATE as usize;
    let time = |n: usize| n as f32 / RATE;
    let tone = |hertz: f32, n: usize| (2.0 * PI * hertz * time(n)).sin();
    let mut dice = Dice(7);
    let white: Vec<f32> = (0..length).map(|_| dice.next()).collect();
    let mut held = [0.0f32; 3];
    let pink = white
        .iter()
        .map(|w| {
            // Kellet's economy filter: three first-order sections.
            held[0] = 0.99765 * held[0] + w * 0.099_046;
            held[1] = 0.963 * held[1] + w * 0.296_516_4;
            held[2] = 0.57 * held[2] + w * 1.052_691_3;
            held.iter().sum::<f32>() + w * 0.1848
        })
        .collect();
    let hum = (0..length)
        .map(|n| {
            [1.0, 0.5, 0.6, 0.2, 0.3, 0.1, 0.15]
                .iter()
                .enumerate()
                .map(|(h, a)| a * tone(60.0 * (h + 1) as f32, n))
                .sum()
        })
        .collect();
    let mut keyboard = vec![0.0; length];
    let mut at = 2_000usize;
    while at + 2_000 < length {
        for n in 0..1_200 {
            let decay = (-(n as f32) / 160.0).exp() + 0.5 * (-((n as f32 - 700.0).abs()) / 90.0).exp();
            keyboard[at + n] += dice.next() * decay;
        }
        at += 1_600 + (dice.next().abs() * 4_000.0) as usize;
    }
    let music = (0..length)
        .map(|n| {
            let chord =
                [[261.6, 329.6, 392.0], [220.0, 261.6, 329.6], [174.6, 220.0, 261.6], [196.0, 246.9, 293.7]]
                    [n / 16_000 % 4];
            let beat = (-((n % 8_000) as f32) / 5_000.0).exp();
            chord
                .iter()
                .map(|hertz| {
                    (tone(*hertz, n) + 0.5 * tone(2.0 * hertz, n) + 0.25 * tone(3.0 * hertz, n)) * beat
                })
                .sum::<f32>()
        })
        .collect();
    let ringback = (0..length)
        .map(|n| if n / 32_000 % 3 == 0 { tone(440.0, n) + tone(480.0, n) } else { 0.0 })
        .collect();
    let dtmf = (0..length)
        .map(|n| {
            let digit = n / 3_200;
            let on = n % 3_200 < 1_600;
            let pair = [(697.0, 1209.0), (770.0, 1336.0), (852.0, 1477.0), (941.0, 1336.0)][digit % 4];
            if on { tone(pair.0, n) + tone(pair.1, n) } else { 0.0 }
        })
        .collect();
    // Six people at once, none of them for us: every voice, shifted, on top of itself.
    let voices: Vec<Vec<f32>> = FliteVoice::ALL.into_iter().map(spoken).collect();
    let babble = (0..length)
        .map(|n| {
            voices
                .iter()
                .enumerate()
                .map(|(v, s)| s[(n + v * 23_000) % s.len()] + s[(n + v * 9_000 + 71_000) % s.len()])
                .sum()
        })
        .collect();
    vec![
        ("white", white),
        ("pink", pink),
        ("hum", hum),
        ("keyboard", keyboard),
        ("music", music),
        ("ringback", ringback),
        ("dtmf", dtmf),
        ("babble", babble),
    ]
}
