//! WAV files in and out, and any usual sample rate to 16 kHz.

use std::{f64::consts::PI, path::Path};

use super::{SAMPLE_RATE, SpeechError};

/// Sample rates that are taken: those of telephones and recorders. Others are refused rather than heard wrongly.
const RATES: std::ops::RangeInclusive<u32> = 8_000..=96_000;

/// Half the width of the resampling filter, in samples of the slower rate.
const HALF_WIDTH: f64 = 16.0;

/// Reads a WAV file (8 to 32 bit, or float; channels are mixed) as 16 kHz mono.
///
/// # Errors
/// When it cannot be read, is no WAV file, or has a sample rate outside 8 to 96 kHz.
pub fn read_wav(path: &Path) -> Result<Vec<i16>, SpeechError> {
    let wrong = |source| SpeechError::Wav { path: path.to_owned(), source };
    let mut reader = hound::WavReader::open(path).map_err(wrong)?;
    let spec = reader.spec();
    if !RATES.contains(&spec.sample_rate) || spec.channels == 0 {
        return Err(SpeechError::SampleRate { path: path.to_owned(), rate: spec.sample_rate });
    }
    let samples: Vec<f32> = match spec.sample_format {
        hound::SampleFormat::Float => reader.samples::<f32>().collect::<Result<_, _>>().map_err(wrong)?,
        hound::SampleFormat::Int => {
            let scale = 1.0 / (1u64 << (spec.bits_per_sample.clamp(1, 32) - 1)) as f32;
            reader
                .samples::<i32>()
                .map(|s| s.map(|s| s as f32 * scale))
                .collect::<Result<_, _>>()
                .map_err(wrong)?
        }
    };
    let channels = usize::from(spec.channels);
    let mono: Vec<f32> =
        samples.chunks_exact(channels).map(|all| all.iter().sum::<f32>() / channels as f32).collect();
    Ok(resampled(&mono, spec.sample_rate, SAMPLE_RATE).into_iter().map(to_i16).collect())
}

/// The samples of a recording's first channel, 16 bit, as they were recorded, and their rate.
///
/// # Errors
/// When it cannot be read, or is no WAV file of 16 bit.
pub fn read_first_channel(path: &Path) -> Result<(Vec<i16>, u32), SpeechError> {
    let wrong = |source| SpeechError::Wav { path: path.to_owned(), source };
    let mut reader = hound::WavReader::open(path).map_err(wrong)?;
    let spec = reader.spec();
    let samples = reader.samples::<i16>().step_by(usize::from(spec.channels.max(1)));
    Ok((samples.collect::<Result<_, _>>().map_err(wrong)?, spec.sample_rate))
}

/// Writes 16 kHz mono samples as a WAV file.
///
/// # Errors
/// When it cannot be written.
pub fn write_wav(path: &Path, samples: &[i16]) -> Result<(), SpeechError> {
    let wrong = |source| SpeechError::Wav { path: path.to_owned(), source };
    let spec = hound::WavSpec {
        channels: 1,
        sample_rate: SAMPLE_RATE,
        bits_per_sample: 16,
        sample_format: hound::SampleFormat::Int,
    };
    let mut writer = hound::WavWriter::create(path, spec).map_err(wrong)?;
    for &sample in samples {
        writer.write_sample(sample).map_err(wrong)?;
    }
    writer.finalize().map_err(wrong)
}

pub(super) fn to_i16(sample: f32) -> i16 {
    (sample * 32768.0).clamp(-32768.0, 32767.0) as i16
}

/// Windowed-sinc resampling of a whole recording. (Live audio is resampled by the media room, which keeps state.)
pub(super) fn resampled(samples: &[f32], from: u32, to: u32) -> Vec<f32> {
    if from == to || samples.is_empty() {
        return samples.to_vec();
    }
    let (from, to) = (f64::from(from), f64::from(to));
    // The cut-off lies a little under half of the slower rate, in cycles per input sample.
    let cutoff = 0.47 * (to / from).min(1.0);
    let reach = HALF_WIDTH / (2.0 * cutoff);
    let length = (samples.len() as f64 * to / from) as usize;
    (0..length)
        .map(|n| {
            let centre = n as f64 * from / to;
            let first = (centre - reach).ceil().max(0.0) as usize;
            let last = ((centre + reach).floor() as usize).min(samples.len() - 1);
            (first..=last)
                .map(|i| {
                    let x = i as f64 - centre;
                    let angle = 2.0 * PI * cutoff * x;
                    let sinc = if x == 0.0 { 1.0 } else { angle.sin() / angle };
                    let window = 0.5 + 0.5 * (PI * x / reach).cos();
                    f64::from(samples[i]) * 2.0 * cutoff * sinc * window
                })
                .sum::<f64>() as f32
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tone(rate: u32, hertz: f32) -> Vec<f32> {
        (0..rate).map(|n| 0.5 * (2.0 * std::f32::consts::PI * hertz * n as f32 / rate as f32).sin()).collect()
    }

    fn rms(samples: &[f32]) -> f32 {
        (samples.iter().map(|s| s * s).sum::<f32>() / samples.len() as f32).sqrt()
    }

    #[test]
    fn a_tone_keeps_its_pitch_and_level_at_every_rate() {
        for rate in [8_000, 22_050, 44_100, 48_000] {
            let made = resampled(&tone(rate, 1000.0), rate, 16_000);
            assert_eq!(made.len(), 16_000);
            let expected = tone(16_000, 1000.0);
            let error: Vec<f32> =
                made[800..15_200].iter().zip(&expected[800..]).map(|(a, b)| a - b).collect();
            assert!(rms(&error) < 0.003, "{rate}: {}", rms(&error));
        }
    }

    #[test]
    fn what_the_slower_rate_cannot_hold_is_taken_out() {
        let made = resampled(&tone(48_000, 10_000.0), 48_000, 16_000);
        assert!(rms(&made[800..15_200]) < 0.003);
    }

    #[test]
    fn a_file_is_read_as_it_was_written() {
        let path = std::env::temp_dir().join(format!("portico-wav-{}.wav", std::process::id()));
        let samples: Vec<i16> = (0..4_000).map(|n| (n * 7 % 30_000) as i16 - 15_000).collect();
        write_wav(&path, &samples).unwrap();
        assert_eq!(read_wav(&path).unwrap(), samples);
        std::fs::remove_file(&path).unwrap();
        assert!(matches!(read_wav(&path), Err(SpeechError::Wav { .. })));
    }
}
