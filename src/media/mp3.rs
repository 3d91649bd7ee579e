//! MP3 files, for music that an office brings along: decoded once, when it is taken in.

use std::io::Cursor;

use symphonia_bundle_mp3::{MpaDecoder, MpaReader};
use symphonia_core::{
    codecs::audio::{AudioDecoder, AudioDecoderOptions},
    errors::Error,
    formats::{FormatOptions, FormatReader, TrackType},
    io::MediaSourceStream,
};

use super::sound::{MAX_SECONDS, SoundError};

/// Frames that cannot be decoded, as at a cut; with more the file is no MP3 file.
const MOST_BROKEN: usize = 50;

/// Samples of all channels mixed, and their rate.
pub(super) fn decode(bytes: Vec<u8>) -> Result<(Vec<f32>, u32), SoundError> {
    let stream = MediaSourceStream::new(Box::new(Cursor::new(bytes)), Default::default());
    let mut reader = MpaReader::try_new(stream, FormatOptions::default()).map_err(SoundError::NotMp3)?;
    let track = reader.first_track(TrackType::Audio).ok_or(SoundError::Neither)?;
    let parameters = track.codec_params.as_ref().and_then(|parameters| parameters.audio());
    let parameters = parameters.ok_or(SoundError::Neither)?.clone();
    let mut decoder =
        MpaDecoder::try_new(&parameters, &AudioDecoderOptions::default()).map_err(SoundError::NotMp3)?;
    let (mut mono, mut rate, mut broken) = (Vec::new(), None, 0);
    let mut interleaved: Vec<f32> = Vec::new();
    loop {
        let packet = match reader.next_packet() {
            Ok(Some(packet)) => packet,
            // A file that was cut off is heard as far as it goes.
            Ok(None) | Err(Error::IoError(_)) => break,
            Err(error) => return Err(SoundError::NotMp3(error)),
        };
        let decoded = match decoder.decode(&packet) {
            Ok(decoded) => decoded,
            Err(Error::DecodeError(_)) if broken < MOST_BROKEN => {
                broken += 1;
                continue;
            }
            Err(error) => return Err(SoundError::NotMp3(error)),
        };
        let spec = decoded.spec();
        let (hertz, channels) = (spec.rate(), spec.channels().count().max(1));
        // Rates do not change within music; a file in which they do is not one.
        if *rate.get_or_insert(hertz) != hertz || !(8_000..=192_000).contains(&hertz) {
            return Err(SoundError::Rate);
        }
        interleaved.clear();
        decoded.copy_to_vec_interleaved(&mut interleaved);
        let moments = interleaved.chunks_exact(channels);
        mono.extend(moments.map(|moment| moment.iter().sum::<f32>() / channels as f32));
        if mono.len() as u64 > MAX_SECONDS * u64::from(hertz) {
            return Err(SoundError::TooLong);
        }
    }
    match rate {
        Some(rate) => Ok((mono, rate)),
        None => Err(SoundError::Neither),
    }
}
