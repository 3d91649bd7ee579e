//! What every codec must do alike, and what only one of them does.

use super::*;
use crate::media::{frame::Frame, story::share};

fn tone(rate: SampleRate, hertz: f32, frames: usize) -> Vec<i16> {
    (0..frames * rate.frame_len())
        .map(|n| (8_000.0 * (std::f32::consts::TAU * hertz * n as f32 / rate.hz() as f32).sin()) as i16)
        .collect()
}

/// The frames that come out when these go in.
fn through(codec: Codec, samples: &[i16]) -> Vec<Frame> {
    let (mut encoder, mut decoder) = (Encoder::new(codec), Decoder::new(codec));
    let mut heard = Vec::new();
    for frame in samples.chunks_exact(codec.rate().frame_len()) {
        let mut payload = Vec::new();
        encoder.encode(frame, &mut payload);
        assert_eq!(codec.length(&payload), 160, "{codec:?}: 20 ms");
        decoder.decode(&payload, &mut heard);
    }
    heard
        .chunks_exact(codec.rate().frame_len())
        .map(|frame| Frame::from_samples(codec.rate(), frame).unwrap())
        .collect()
}

#[test]
fn a_tone_comes_through_every_codec_at_its_pitch_and_loudness() {
    for codec in Codec::ALL {
        let frames = through(codec, &tone(codec.rate(), 700.0, 40));
        assert_eq!(frames.len(), 40, "{codec:?}");
        let last = &frames[35];
        assert!(share(last, 700.0) > 0.9, "{codec:?}: {}", share(last, 700.0));
        let loudness = last.power().sqrt() / (8_000.0 / std::f32::consts::SQRT_2);
        assert!((0.8..1.2).contains(&loudness), "{codec:?}: {loudness}");
    }
}

#[test]
fn the_wide_codecs_carry_what_g711_cannot() {
    for codec in [Codec::G722, Codec::Opus] {
        let frames = through(codec, &tone(SampleRate::Hz16000, 5_500.0, 40));
        assert!(share(&frames[35], 5_500.0) > 0.6, "{codec:?}: {}", share(&frames[35], 5_500.0));
    }
}

#[test]
fn no_bytes_break_a_decoder_and_none_say_more_than_they_hold() {
    let mut dice = crate::media::story::Dice(99);
    for codec in Codec::ALL {
        let mut decoder = Decoder::new(codec);
        for _ in 0..300 {
            let bytes: Vec<u8> = (0..dice.below(90)).map(|_| dice.roll() as u8).collect();
            let mut samples = Vec::new();
            decoder.decode(&bytes, &mut samples);
            assert!(samples.len() <= codec.length(&bytes) * codec.rate().frame_len() / 160, "{codec:?}");
            decoder.recover(&bytes, &mut samples);
        }
    }
}

#[test]
fn a_lost_opus_packet_is_recovered_from_the_one_behind_it() {
    let mut encoder = Encoder::new(Codec::Opus);
    let payloads: Vec<Vec<u8>> = tone(SampleRate::Hz16000, 300.0, 60)
        .chunks_exact(320)
        .enumerate()
        .map(|(place, frame)| {
            // Speech comes and goes; a steady tone would carry no copies worth the bits.
            let gain = if place % 10 < 7 { 1.0 } else { 0.05 };
            let frame: Vec<i16> = frame.iter().map(|&s| (f32::from(s) * gain) as i16).collect();
            let mut payload = Vec::new();
            encoder.encode(&frame, &mut payload);
            payload
        })
        .collect();
    let mut decoder = Decoder::new(Codec::Opus);
    let mut heard = Vec::new();
    payloads[..34].iter().for_each(|payload| decoder.decode(payload, &mut heard));
    let mut recovered = Vec::new();
    assert!(decoder.recover(&payloads[35], &mut recovered));
    let frame = Frame::from_samples(SampleRate::Hz16000, &recovered).unwrap();
    assert!(frame.power().sqrt() > 1_500.0 && share(&frame, 300.0) > 0.8, "{frame:?}");
    assert!(!Decoder::new(Codec::Pcmu).recover(&[0; 160], &mut recovered));
}

#[test]
fn an_opus_packet_tells_its_length_by_its_first_bytes() {
    for (bytes, units) in [
        (&[0x48][..], 160),
        (&[0x58], 480),
        (&[0x78], 160),
        (&[0xf8], 160),
        (&[0xe0], 20),
        (&[0x49], 320),
        (&[0x4b, 3], 480),
        (&[0x4b], 0),
        (&[0x5b, 63], 0),
        (&[], 0),
    ] {
        assert_eq!(Codec::Opus.length(bytes), units, "{bytes:x?}");
    }
}
