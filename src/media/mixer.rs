//! Several legs that hear each other: a conference, somebody who listens in, or two codecs that have nothing in common.
//!
//! Nobody hears itself. Everything is summed at the wider of the rates that are there, clamped, and never turned up or
//! down: who speaks softly stays soft, and no noise is pumped up in pauses. A mix adds no delay of its own: what is put
//! in for a frame comes out in it.

use super::{
    frame::{Frame, SampleRate},
    resample::Fit,
};
use crate::types::LegId;

/// A page of 32 phones and its announcer; a conference counts its people itself. The next is refused.
pub const MAX_MEMBERS: usize = 33;

/// A room's name, chosen by whoever opens it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RoomId(pub u64);

/// What one leg in a room hears. What the house says to the leg itself it hears in any case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Hears {
    /// The voices of all others in the room, as they come and go: a conference.
    Everyone,
    /// These and nobody else. Listening in: the supervisor hears both sides and both hear only each other. Whispering:
    /// the supervised side hears the supervisor too. Barging in: everybody hears everybody. To hold: nobody.
    Only(Vec<Heard>),
}

/// One thing to be heard in a room.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Heard {
    /// What the far end of this leg says.
    Voice(LegId),
    /// What the house says to this leg: the agent's words, when somebody listens in to its call.
    House(LegId),
}

/// The room: who is in it, who hears whom, and the frame that is being mixed.
#[derive(Debug, Default)]
pub struct Mixer {
    members: Vec<Member>,
}

#[derive(Debug)]
struct Member {
    leg: LegId,
    hears: Hears,
    voice: Source,
    house: Source,
    /// From the mix to what the leg sends.
    ear: Fit,
}

/// A sound that comes into the room, at its own rate and at the room's.
#[derive(Debug)]
struct Source {
    fit: Fit,
    frame: Frame,
}

impl Source {
    fn silent() -> Self {
        Self { fit: Fit::default(), frame: Frame::silence(SampleRate::Hz8000) }
    }
}

impl Mixer {
    /// Takes a leg in, or changes what it hears. False when the room is full; the leg is then not in it.
    pub fn admit(&mut self, leg: LegId, hears: Hears) -> bool {
        if let Some(member) = self.members.iter_mut().find(|member| member.leg == leg) {
            member.hears = hears;
            return true;
        }
        if self.members.len() >= MAX_MEMBERS {
            return false;
        }
        let (voice, house) = (Source::silent(), Source::silent());
        self.members.push(Member { leg, hears, voice, house, ear: Fit::default() });
        true
    }

    /// Lets a leg go.
    pub fn dismiss(&mut self, leg: LegId) {
        self.members.retain(|member| member.leg != leg);
    }

    /// Who is in the room, in the order they came.
    pub fn members(&self) -> impl Iterator<Item = LegId> + '_ {
        self.members.iter().map(|member| member.leg)
    }

    /// Is nobody left?
    pub fn is_empty(&self) -> bool {
        self.members.is_empty()
    }

    /// This leg's part of the frame: what its far end says, and what the house says to it.
    pub fn put(&mut self, leg: LegId, voice: Frame, house: Frame) {
        if let Some(member) = self.members.iter_mut().find(|member| member.leg == leg) {
            (member.voice.frame, member.house.frame) = (voice, house);
        }
    }

    /// All parts are there: brings them to one rate.
    pub fn gather(&mut self) {
        let rates =
            self.members.iter().flat_map(|member| [member.voice.frame.rate(), member.house.frame.rate()]);
        let rate = rates.max().unwrap_or(SampleRate::Hz8000);
        for source in self.members.iter_mut().flat_map(|member| [&mut member.voice, &mut member.house]) {
            source.frame = source.fit.fit(&source.frame, rate);
        }
    }

    /// What this leg is to hear of the frame, at the rate that its codec takes. After [`Self::gather`].
    pub fn mix(&mut self, leg: LegId, rate: SampleRate) -> Frame {
        let Some(place) = self.members.iter().position(|member| member.leg == leg) else {
            return Frame::silence(rate);
        };
        let mut sum = [0_i32; SampleRate::Hz16000.frame_len()];
        let listener = &self.members[place];
        let room = listener.house.frame.rate();
        for member in &self.members {
            let (voice, house) = match &listener.hears {
                _ if member.leg == leg => (false, true),
                Hears::Everyone => (true, false),
                Hears::Only(list) => {
                    (list.contains(&Heard::Voice(member.leg)), list.contains(&Heard::House(member.leg)))
                }
            };
            for source in
                [voice.then_some(&member.voice), house.then_some(&member.house)].into_iter().flatten()
            {
                for (sum, &sample) in sum.iter_mut().zip(source.frame.samples()) {
                    *sum += i32::from(sample);
                }
            }
        }
        let mut mixed = Frame::silence(room);
        for (sample, sum) in mixed.samples_mut().iter_mut().zip(sum) {
            *sample = sum.clamp(i32::from(i16::MIN), i32::from(i16::MAX)) as i16;
        }
        self.members[place].ear.fit(&mixed, rate)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::media::story::share;

    const ANNA: LegId = LegId(1);
    const BERT: LegId = LegId(2);
    const CLEO: LegId = LegId(3);
    const SILENCE: Frame = Frame::silence(SampleRate::Hz8000);

    fn flat(value: i16) -> Frame {
        Frame::from_samples(SampleRate::Hz8000, &[value; 160]).unwrap()
    }

    /// What each hears, as the value of a sample, when they say 100, 20 and 3, and the house says 4000 to Anna.
    fn heard(mixer: &mut Mixer) -> [i16; 3] {
        mixer.put(ANNA, flat(100), flat(4_000));
        mixer.put(BERT, flat(20), SILENCE);
        mixer.put(CLEO, flat(3), SILENCE);
        mixer.gather();
        [ANNA, BERT, CLEO].map(|leg| mixer.mix(leg, SampleRate::Hz8000).samples()[80])
    }

    #[test]
    fn in_a_conference_everybody_hears_everybody_else_and_its_own_prompts() {
        let mut mixer = Mixer::default();
        for leg in [ANNA, BERT, CLEO] {
            assert!(mixer.admit(leg, Hears::Everyone));
        }
        assert_eq!(heard(&mut mixer), [4_023, 103, 120]);
        mixer.dismiss(BERT);
        assert_eq!(heard(&mut mixer), [4_003, 0, 100]);
    }

    #[test]
    fn listening_whispering_and_barging_in_are_only_who_hears_whom() {
        let mut mixer = Mixer::default();
        mixer.admit(ANNA, Hears::Only(vec![Heard::Voice(BERT)]));
        mixer.admit(BERT, Hears::Only(vec![Heard::Voice(ANNA)]));
        mixer.admit(CLEO, Hears::Everyone);
        assert_eq!(heard(&mut mixer), [4_020, 100, 120], "Cleo listens in");
        mixer.admit(BERT, Hears::Only(vec![Heard::Voice(ANNA), Heard::Voice(CLEO)]));
        assert_eq!(heard(&mut mixer), [4_020, 103, 120], "Cleo whispers to Bert");
        mixer.admit(ANNA, Hears::Everyone);
        assert_eq!(heard(&mut mixer), [4_023, 103, 120], "Cleo barges in");
        mixer.admit(CLEO, Hears::Only(vec![Heard::Voice(ANNA), Heard::House(ANNA)]));
        assert_eq!(heard(&mut mixer)[2], 4_100, "Cleo hears the agent talk to Anna");
        mixer.admit(CLEO, Hears::Only(Vec::new()));
        assert_eq!(heard(&mut mixer)[2], 0, "Cleo is held");
    }

    #[test]
    fn many_loud_voices_are_clamped_and_never_wrap() {
        let mut mixer = Mixer::default();
        for leg in [ANNA, BERT, CLEO] {
            mixer.admit(leg, Hears::Everyone);
            mixer.put(leg, flat(i16::MIN), SILENCE);
        }
        mixer.gather();
        assert_eq!(mixer.mix(ANNA, SampleRate::Hz8000).samples()[0], i16::MIN);
    }

    #[test]
    fn a_full_room_refuses_and_goes_on() {
        let mut mixer = Mixer::default();
        let admitted = (0..50).filter(|&leg| mixer.admit(LegId(leg), Hears::Everyone)).count();
        assert_eq!((admitted, mixer.members().count()), (MAX_MEMBERS, MAX_MEMBERS));
        assert!(mixer.admit(LegId(0), Hears::Only(Vec::new())), "who is in may change what it hears");
    }

    #[test]
    fn a_narrow_and_a_wide_leg_hear_each_other_at_their_own_rates() {
        let mut mixer = Mixer::default();
        mixer.admit(ANNA, Hears::Everyone);
        mixer.admit(BERT, Hears::Everyone);
        let tone = |rate: SampleRate, hertz: f32, frame: usize| {
            let mut made = Frame::silence(rate);
            for (place, sample) in made.samples_mut().iter_mut().enumerate() {
                let time = (frame * rate.frame_len() + place) as f32 / rate.hz() as f32;
                *sample = (8_000.0 * (std::f32::consts::TAU * hertz * time).sin()) as i16;
            }
            made
        };
        let mut last = [SILENCE; 2];
        for frame in 0..10 {
            mixer.put(ANNA, tone(SampleRate::Hz8000, 500.0, frame), SILENCE);
            mixer.put(BERT, tone(SampleRate::Hz16000, 1_000.0, frame), SILENCE);
            mixer.gather();
            last = [mixer.mix(ANNA, SampleRate::Hz8000), mixer.mix(BERT, SampleRate::Hz16000)];
        }
        assert!(share(&last[0], 1_000.0) > 0.95, "the wide voice at 8 kHz: {last:?}");
        assert_eq!(last[1].rate(), SampleRate::Hz16000);
        assert!(share(&last[1], 500.0) > 0.95, "the narrow voice at 16 kHz");
    }
}
