//! What the program says itself, whatever has become of the synthesiser: spoken once, kept as 8 kHz µ-law, decoded when it is
//! first wanted, and shared by all who hear it.

use std::sync::{Arc, OnceLock};

use crate::{
    media::{Codec, Decoder, SampleRate, Sound},
    pbx::Announcement,
};

/// An announcement in both its forms.
struct Recorded {
    mu_law: &'static [u8],
    decoded: OnceLock<Arc<Sound>>,
}

impl Recorded {
    const fn new(mu_law: &'static [u8]) -> Self {
        Self { mu_law, decoded: OnceLock::new() }
    }

    fn sound(&self) -> Arc<Sound> {
        let decoded = self.decoded.get_or_init(|| {
            let mut samples = Vec::with_capacity(self.mu_law.len());
            Decoder::new(Codec::Pcmu).decode(self.mu_law, &mut samples);
            Arc::new(Sound::new(SampleRate::Hz8000, samples))
        });
        Arc::clone(decoded)
    }
}

macro_rules! recorded {
    ($name:literal) => {
        Recorded::new(include_bytes!(concat!("../../firmware-config/announcements/", $name, ".ulaw")))
    };
}

/// "Thank you for calling …"
static CANNOT_TAKE_CALL: Recorded = recorded!("cannot-take-call");
/// "Emergency. Somebody in the office …"
static EMERGENCY_DIALLED: Recorded = recorded!("emergency-dialled");
/// "Emergency. A caller of the office …"
static ON_CALL_WANTED: Recorded = recorded!("on-call-wanted");
/// "This call is recorded."
static CALL_IS_RECORDED: Recorded = recorded!("call-is-recorded");
/// "The recording is paused.", "The recording goes on.", "The recording has ended."
static RECORDING_PAUSED: Recorded = recorded!("recording-paused");
static RECORDING_GOES_ON: Recorded = recorded!("recording-goes-on");
static RECORDING_ENDED: Recorded = recorded!("recording-ended");

pub(super) fn sound(announcement: Announcement) -> Arc<Sound> {
    let recorded = match announcement {
        Announcement::CannotTakeCall => &CANNOT_TAKE_CALL,
        Announcement::EmergencyDialled => &EMERGENCY_DIALLED,
        Announcement::OnCallWanted => &ON_CALL_WANTED,
        Announcement::CallIsRecorded => &CALL_IS_RECORDED,
        Announcement::RecordingPaused => &RECORDING_PAUSED,
        Announcement::RecordingGoesOn => &RECORDING_GOES_ON,
        Announcement::RecordingEnded => &RECORDING_ENDED,
    };
    recorded.sound()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_announcement_is_decoded_once_and_lasts_as_long_as_its_words() {
        let (first, second) = (sound(Announcement::CallIsRecorded), sound(Announcement::CallIsRecorded));
        assert!(Arc::ptr_eq(&first, &second));
        assert!((500..10_000).contains(&first.millis()), "{} ms", first.millis());
        assert!(first.samples().iter().any(|sample| sample.abs() > 1_000), "it is no silence");
    }
}
