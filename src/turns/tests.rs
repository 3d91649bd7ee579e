//! The rig with flite's voices, the detector that is built in and recognisers that hear what the story wants: no model.
#![cfg(feature = "flite")]

use std::{sync::LazyLock, time::Duration};

use super::{
    answer::answer,
    dictation::dictate,
    line::{FRAME, Line, Seen},
    overlap::{disturb, interrupt},
    *,
};
use crate::{
    dialogue::{OfficeTypes, Roster, Tenancy, Understander, UnitRef},
    speech::{Awaits, Background, FliteSynthesizer, FliteVoice, Transcript},
};

/// Learning the words takes longer than these stories.
static BY_WORDS: LazyLock<Understander> = LazyLock::new(Understander::words_only);

/// Hears the same in every clip.
struct Always(&'static str);

impl Recognizer for Always {
    fn recognize(&mut self, _: &[f32], _: Awaits) -> Result<Transcript, SpeechError> {
        Ok(Transcript { text: self.0.to_owned(), guarded: false })
    }
}

#[expect(clippy::disallowed_methods, reason = "an origin for virtual time; never read again")]
fn cast(heard: &'static str) -> Cast {
    let office = Office {
        name: "Maple Court".into(),
        address: None,
        hours: None,
        roster: Roster {
            units: vec![UnitRef { property: "Maple Court".into(), street: String::new(), unit: "3A".into() }],
            ..Roster::default()
        },
        home_area_code: 303,
        listings: Vec::new(),
        facts: Vec::new(),
        on_call: true,
        staff: true,
        showings: false,
        also: Vec::new(),
        in_spanish: std::collections::BTreeMap::new(),
        tenancy: Tenancy::default(),
    };
    let called = Called {
        pack: Arc::new(Pack::property().unwrap()),
        office: Arc::new(office),
        local: jiff::civil::date(2026, 11, 20).at(23, 0, 0, 0),
    };
    let voice = || Box::new(FliteSynthesizer::new(FliteVoice::Rms)) as Box<dyn Synthesizer>;
    let engines = Engines {
        recognizer: Box::new(Always(heard)),
        detector: VoiceDetector::built_in(),
        callers: vec![voice()],
        agent: voice(),
        read: Box::new(|language, text| {
            BY_WORDS.read_with(language, text, &OfficeTypes::default(), |_| None::<[f32; 0]>)
        }),
    };
    Cast::new(called, engines, Instant::now()).unwrap()
}

#[test]
fn a_sentence_lasts_as_long_as_its_sound() {
    let mut cast = cast("");
    let caller = cast.caller(0, Background::Quiet, None);
    let mut line = Line::open(&mut cast, caller, false).unwrap();
    let (mut text, mut audible, mut silent) = (String::new(), None, None);
    while silent.is_none() {
        for (at, seen) in line.pass().unwrap() {
            match seen {
                Seen::Speaks(said) => text = said,
                Seen::Audible => audible = Some(at),
                Seen::Silent { complete } => {
                    assert!(complete);
                    silent = Some(at);
                }
                other => panic!("{other:?}"),
            }
        }
    }
    let lasted = silent.unwrap() - audible.unwrap();
    let sound = line.cast().agent_sound(&text).unwrap().len() as u64;
    let whole = Duration::from_millis(sound / 16);
    assert!(lasted <= whole + FRAME && lasted + 4 * FRAME >= whole, "{lasted:?} of {whole:?}: {text}");
}

#[test]
fn who_needs_more_digits_leaves_the_caller_their_turn_and_who_has_ten_takes_it() {
    let patient = dictate(&mut cast("three oh three"), 0).unwrap();
    let Verdict::Answered { after, heard } = &patient.verdict else { panic!("{patient:?}") };
    assert_eq!(heard, "three oh three");
    assert!(*after >= Duration::from_millis(1_000), "more digits are waited for: {after:?}");
    let hasty = dictate(&mut cast("303 555 0142"), 0).unwrap();
    let Verdict::Cut { heard, since_pause } = &hasty.verdict else { panic!("{hasty:?}") };
    assert_eq!(heard, "303 555 0142");
    assert!(*since_pause < Duration::from_millis(700), "{since_pause:?}");
    let again = dictate(&mut cast("303 555 0142"), 0).unwrap();
    assert_eq!(hasty.pauses, again.pauses, "the same caller makes the same pauses");
}

#[test]
fn a_no_of_one_word_is_an_answer_and_a_cough_is_none() {
    // The fifth caller says no, the forty-first coughs.
    let no = answer(&mut cast("No."), 4).unwrap();
    assert!(no.sound == "No." && no.is_right(), "{no:?}");
    let invented = answer(&mut cast("You know."), 40).unwrap();
    assert_eq!((invented.sound, &invented.taken), ("a dry cough", &Taken::Unheard));
}

#[test]
fn after_a_sign_of_listening_the_agent_goes_on_and_after_words_it_does_not() {
    // The sixth caller speaks over the greeting; what is heard of it is the recogniser's.
    let sixth = 5;
    let listening = interrupt(&mut cast("Okay."), sixth).unwrap();
    assert!(listening.stopped.is_some(), "{listening:?}");
    assert_eq!((listening.over, &listening.aftermath), ("the greeting", &Aftermath::WentOn));
    let words = "My kitchen sink is leaking.";
    let meant = interrupt(&mut cast(words), sixth).unwrap();
    assert_eq!(meant.aftermath, Aftermath::Answered(words.to_owned()));
}

#[test]
fn a_cough_over_the_greeting_is_counted_and_leaves_the_conversation_where_it_was() {
    // The twenty-third caller coughs, over the greeting.
    let coughs = disturb(&mut cast(""), 22).unwrap();
    assert_eq!((coughs.sound, coughs.over), ("a dry cough", "the greeting"));
    assert_eq!(coughs.aftermath, Aftermath::WentOn);
}

#[test]
fn an_interruption_is_timed_from_its_first_sound_to_the_silence() {
    let stopped = interrupt(&mut cast("No, wait, that's wrong."), 0).unwrap();
    let after = stopped.stopped.unwrap();
    assert!((Duration::from_millis(100)..Duration::from_millis(700)).contains(&after), "{stopped:?}");
}
