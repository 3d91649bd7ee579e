//! G.711 over whole payloads: the sample arithmetic is the codec crate's, the tables make it one load a sample.

use std::sync::LazyLock;

use audio_codec_algorithms::{
    convert_alaw_to_ulaw, convert_ulaw_to_alaw, decode_alaw, decode_ulaw, encode_alaw, encode_ulaw,
};

/// All four maps from a byte, together 1.5 kB.
struct Tables {
    mu: [i16; 256],
    a: [i16; 256],
    mu_to_a: [u8; 256],
    a_to_mu: [u8; 256],
}

static TABLES: LazyLock<Tables> = LazyLock::new(|| Tables {
    mu: std::array::from_fn(|byte| decode_ulaw(byte as u8)),
    a: std::array::from_fn(|byte| decode_alaw(byte as u8)),
    mu_to_a: std::array::from_fn(|byte| convert_ulaw_to_alaw(byte as u8)),
    a_to_mu: std::array::from_fn(|byte| convert_alaw_to_ulaw(byte as u8)),
});

pub(super) fn decode_mu_law(payload: &[u8], samples: &mut Vec<i16>) {
    let table = &TABLES.mu;
    samples.extend(payload.iter().map(|&byte| table[usize::from(byte)]));
}

pub(super) fn decode_a_law(payload: &[u8], samples: &mut Vec<i16>) {
    let table = &TABLES.a;
    samples.extend(payload.iter().map(|&byte| table[usize::from(byte)]));
}

pub(super) fn encode_mu_law(samples: &[i16], payload: &mut Vec<u8>) {
    payload.extend(samples.iter().map(|&sample| encode_ulaw(sample)));
}

pub(super) fn encode_a_law(samples: &[i16], payload: &mut Vec<u8>) {
    payload.extend(samples.iter().map(|&sample| encode_alaw(sample)));
}

pub(super) fn mu_to_a(payload: &mut [u8]) {
    let table = &TABLES.mu_to_a;
    payload.iter_mut().for_each(|byte| *byte = table[usize::from(*byte)]);
}

pub(super) fn a_to_mu(payload: &mut [u8]) {
    let table = &TABLES.a_to_mu;
    payload.iter_mut().for_each(|byte| *byte = table[usize::from(*byte)]);
}

#[cfg(test)]
mod tests {
    use crate::media::codec::{Codec, Decoder, Encoder};

    const LAWS: [Codec; 2] = [Codec::Pcmu, Codec::Pcma];

    fn decoded(codec: Codec, bytes: &[u8]) -> Vec<i16> {
        let mut samples = Vec::new();
        Decoder::new(codec).decode(bytes, &mut samples);
        samples
    }

    /// G.711 tables 1a to 2b give decision values in 13 or 14 bits; here they are shifted up to 16.
    #[test]
    fn the_sample_points_of_the_recommendation_come_out_exactly() {
        assert_eq!(
            decoded(Codec::Pcmu, &[0x80, 0x00, 0xff, 0x7f, 0x8f, 0x9f, 0xfe, 0x7e]),
            [32124, -32124, 0, 0, 16764, 8316, 8, -8]
        );
        assert_eq!(
            decoded(Codec::Pcma, &[0xaa, 0x2a, 0xd5, 0x55, 0xd4, 0x54, 0x80, 0x00]),
            [32256, -32256, 8, -8, 24, -24, 5504, -5504]
        );
    }

    /// Every code word but µ-law's negative zero survives decoding and encoding.
    #[test]
    fn every_code_word_survives_the_round_trip() {
        let all: Vec<u8> = (0..=255).collect();
        for codec in LAWS {
            let mut back = Vec::new();
            Encoder::new(codec).encode(&decoded(codec, &all), &mut back);
            for (code, again) in all.iter().zip(&back) {
                let negative_zero = codec == Codec::Pcmu && *code == 0x7f;
                assert!(code == again || negative_zero, "{codec:?} {code:#x} became {again:#x}");
            }
        }
    }

    #[test]
    fn the_quantising_error_stays_below_half_a_step() {
        for codec in LAWS {
            for sample in (-32000i16..=32000).step_by(7) {
                let mut byte = Vec::new();
                Encoder::new(codec).encode(&[sample], &mut byte);
                let error = (i32::from(decoded(codec, &byte)[0]) - i32::from(sample)).abs();
                assert!(error <= (i32::from(sample).abs() >> 4).max(16), "{codec:?} {sample}: {error}");
            }
        }
    }

    #[test]
    fn transcoding_bytes_keeps_the_sound() {
        for (from, to) in [(Codec::Pcmu, Codec::Pcma), (Codec::Pcma, Codec::Pcmu)] {
            for code in 0..=255u8 {
                let mut byte = [code];
                from.transcode(to, &mut byte);
                let (before, after) = (decoded(from, &[code])[0], decoded(to, &byte)[0]);
                let error = (i32::from(before) - i32::from(after)).abs();
                assert!(
                    error <= (i32::from(before).abs() >> 4).max(24),
                    "{code:#x}: {before} became {after}"
                );
            }
        }
    }
}
