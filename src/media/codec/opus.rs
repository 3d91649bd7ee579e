//! Opus over whole payloads, at 16 kHz and one channel; the arithmetic is the codec crate's.
//!
//! A decoder that reads what strangers send is the likeliest place for a mistake of somebody else's to end a call: a panic
//! in it is caught, the payload counts as broken, and the stream goes on with a fresh decoder.

use std::panic::{AssertUnwindSafe, catch_unwind};

use opus_rs::{Application, OpusDecoder, OpusEncoder};

const RATE: i32 = 16_000;
/// 120 ms, the longest that a packet may hold (RFC 6716, 3.2.5), at 16 kHz.
const LONGEST: usize = 1_920;
/// What a voice of 8 kHz width wants (RFC 7587, 3.1.1: 16 to 20 kbit/s) and a little for the copies.
const BITS_PER_SECOND: i32 = 24_000;
/// Copies for the far end's repair are sent as if so many packets of a hundred were lost.
const LOSS_PREPARED_FOR: i32 = 10;
/// Of 0 to 10: beyond it a voice gains little and the processor loses much.
const COMPLEXITY: i32 = 5;
/// No payload of 20 ms is longer (RFC 6716, 3.2.1).
const MAX_PAYLOAD: usize = 1_275;

/// How long a packet's sound is, in units of 1/8000 s, by its first bytes (RFC 6716, 3.1); 0 when it is none.
pub(super) fn length(payload: &[u8]) -> usize {
    let Some(&first) = payload.first() else { return 0 };
    let frame = match first >> 3 {
        config @ 0..12 => [80, 160, 320, 480][usize::from(config & 3)],
        config @ 12..16 => [80, 160][usize::from(config & 1)],
        config => [20, 40, 80, 160][usize::from(config & 3)],
    };
    let frames = match first & 3 {
        0 => 1,
        1 | 2 => 2,
        _ => payload.get(1).map_or(0, |count| usize::from(count & 0x3f)),
    };
    let whole = frame * frames;
    if whole <= LONGEST / 2 { whole } else { 0 }
}

/// Hears a stream.
pub(super) struct Decoder {
    inner: Option<OpusDecoder>,
    sound: Vec<f32>,
}

/// Speaks a stream.
pub(super) struct Encoder {
    inner: Option<OpusEncoder>,
}

impl std::fmt::Debug for Decoder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("OpusDecoder")
    }
}

impl std::fmt::Debug for Encoder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("OpusEncoder")
    }
}

impl Decoder {
    pub(super) fn new() -> Self {
        Self { inner: OpusDecoder::new(RATE, 1).ok(), sound: vec![0.0; LONGEST] }
    }

    pub(super) fn decode(&mut self, payload: &[u8], samples: &mut Vec<i16>) {
        let count = length(payload) * 2;
        self.run(count, samples, |decoder, sound| decoder.decode(payload, count, sound));
    }

    pub(super) fn recover(&mut self, following: &[u8], samples: &mut Vec<i16>) -> bool {
        // Only SILK and hybrid packets (configurations below 16) carry copies.
        if following.len() < 2 || following[0] >> 3 >= 16 {
            return false;
        }
        let count = length(following) * 2;
        self.run(count, samples, |decoder, sound| decoder.decode_fec(following, count, sound))
    }

    fn run<E>(
        &mut self,
        count: usize,
        samples: &mut Vec<i16>,
        decode: impl FnOnce(&mut OpusDecoder, &mut [f32]) -> Result<usize, E>,
    ) -> bool {
        let Some(decoder) = self.inner.as_mut().filter(|_| count > 0) else { return false };
        let sound = &mut self.sound;
        match catch_unwind(AssertUnwindSafe(|| decode(decoder, sound))) {
            Ok(Ok(made)) => {
                let whole = |&sample: &f32| (sample * 32_768.0).round().clamp(-32_768.0, 32_767.0) as i16;
                samples.extend(self.sound.iter().take(made.min(count)).map(whole));
                made > 0
            }
            Ok(Err(_)) => false,
            Err(_) => {
                tracing::error!("the Opus decoder broke over a packet; its stream goes on with a fresh one");
                self.inner = OpusDecoder::new(RATE, 1).ok();
                false
            }
        }
    }
}

impl Encoder {
    pub(super) fn new() -> Self {
        let inner = OpusEncoder::new(RATE, 1, Application::Voip).ok().map(|mut encoder| {
            encoder.bitrate_bps = BITS_PER_SECOND;
            encoder.complexity = COMPLEXITY;
            encoder.use_inband_fec = true;
            encoder.packet_loss_perc = LOSS_PREPARED_FOR;
            encoder
        });
        Self { inner }
    }

    pub(super) fn encode(&mut self, samples: &[i16], payload: &mut Vec<u8>) {
        let Some(encoder) = &mut self.inner else { return };
        let from = payload.len();
        payload.resize(from + MAX_PAYLOAD, 0);
        let place = &mut payload[from..];
        let made = catch_unwind(AssertUnwindSafe(|| encoder.encode_i16(samples, samples.len(), place)));
        let made = made.ok().and_then(Result::ok).unwrap_or(0);
        payload.truncate(from + made);
    }
}
