//! An ear against sound made for the purpose: onsets, pauses, barge-in, bounds.

use super::*;

const TURN: TurnId = TurnId(1);

/// An ear whose detector's judgement is given by the story: (milliseconds, is it voice).
struct Story {
    ear: Ear,
    outputs: Vec<EarOutput>,
    agent_speaking: bool,
}

impl Story {
    fn new() -> Self {
        Self { ear: Ear::new(EarTuning::default(), TURN), outputs: Vec::new(), agent_speaking: false }
    }

    /// Windows of sound like a voice (bright, loud), or a hum, or nearly nothing.
    fn window(level: i16, hertz: f32, from: u64) -> Vec<i16> {
        (0..WINDOW as u64)
            .map(|n| {
                let angle = 2.0 * std::f32::consts::PI * hertz * (from + n) as f32 / SAMPLE_RATE as f32;
                (angle.sin() * f32::from(level)) as i16
            })
            .collect()
    }

    fn feed(&mut self, ms: u64, level: i16, hertz: f32, probability: f32) -> &mut Self {
        for _ in 0..ms * u64::from(SAMPLE_RATE) / 1000 / WINDOW as u64 {
            let window = Self::window(level, hertz, self.ear.windows_heard * WINDOW as u64);
            self.ear.hear(&window, probability, self.agent_speaking);
            while let Some(output) = self.ear.poll_output() {
                self.outputs.push(output);
            }
        }
        self
    }

    fn voice(&mut self, ms: u64) -> &mut Self {
        self.feed(ms, 6_000, 900.0, 0.9)
    }

    fn silence(&mut self, ms: u64) -> &mut Self {
        self.feed(ms, 20, 300.0, 0.02)
    }

    fn answer(&mut self, id: DecodeId, text: &str) -> &mut Self {
        self.ear.handle_heard(id, Ok(Transcript { text: text.into(), guarded: false }), 40);
        while let Some(output) = self.ear.poll_output() {
            self.outputs.push(output);
        }
        self
    }

    fn decodes(&self) -> Vec<&DecodeRequest> {
        self.outputs
            .iter()
            .filter_map(|o| if let EarOutput::Decode(d) = o { Some(d) } else { None })
            .collect()
    }

    fn events(&self) -> Vec<SpeechEvent> {
        self.outputs
            .iter()
            .filter_map(|o| if let EarOutput::Event(e) = o { Some(e.clone()) } else { None })
            .collect()
    }

    /// The events' names, and the words heard.
    fn told(&self) -> Vec<String> {
        self.events()
            .iter()
            .map(|event| match event {
                SpeechEvent::Started { .. } => "started".into(),
                SpeechEvent::Dismissed { .. } => "dismissed".into(),
                SpeechEvent::Paused { .. } => "paused".into(),
                SpeechEvent::Heard { text, .. } => format!("heard: {text}"),
            })
            .collect()
    }
}

#[test]
fn what_a_voice_leaves_behind_it_is_not_waited_for() {
    let mut story = Story::new();
    story.silence(1_000).voice(1_200);
    let spoken = story.ear.media_ms();
    story.feed(1_000, 100, 900.0, 0.9);
    let paused = story.events().iter().find_map(|event| match event {
        SpeechEvent::Paused { at_ms, .. } => Some(*at_ms),
        _ => None,
    });
    assert!(paused.is_some_and(|at| at < spoken + 250), "{paused:?}, spoken until {spoken}");
}

#[test]
fn a_sentence_is_heard_as_soon_as_the_caller_pauses() {
    let mut story = Story::new();
    story.silence(1_000).voice(1_200).silence(400);
    let id = story.decodes()[0].id;
    story.answer(id, "my sink leaks");
    assert_eq!(story.told(), ["started", "paused", "heard: my sink leaks"]);
    let (
        SpeechEvent::Started { at_ms: started, .. },
        SpeechEvent::Paused { at_ms, voiced_ms, silence_ms, .. },
    ) = (&story.events()[0], &story.events()[1])
    else {
        panic!("{:?}", story.events())
    };
    assert!((1_000..1_120).contains(started), "the onset is known within an eighth of a second: {started}");
    assert!((1_150..=1_200).contains(voiced_ms), "{voiced_ms}");
    assert_eq!(*silence_ms, 144);
    assert!((2_300..2_360).contains(at_ms), "{at_ms}");
    // The pre-roll of 400 ms holds the onset's own 80, then come the rest of the voice and the pause.
    let length = story.decodes()[0].samples.len() * 1000 / SAMPLE_RATE as usize;
    assert!((1_620..1_720).contains(&length), "{length}");
}

#[test]
fn a_caller_who_goes_on_is_decoded_again_with_all_their_words() {
    let mut story = Story::new();
    story.silence(500).voice(1_000).silence(500).voice(1_000).silence(500);
    let ids: Vec<DecodeId> = story.decodes().iter().map(|d| d.id).collect();
    assert_eq!(ids.len(), 2);
    assert_eq!((ids[0].part, ids[0].attempt, ids[1].part, ids[1].attempt), (0, 1, 0, 2));
    assert!(story.decodes()[1].samples.len() > story.decodes()[0].samples.len() + 16_000);
    // The answers cross: the older one is no news any more.
    story.answer(ids[1], "my sink leaks since monday").answer(ids[0], "my sink leaks");
    assert_eq!(story.told(), ["started", "paused", "started", "paused", "heard: my sink leaks since monday"]);
}

#[test]
fn a_click_or_a_cough_is_dismissed_and_leaves_no_sound_behind() {
    let mut story = Story::new();
    story.silence(500).voice(1_000).silence(500);
    let before = story.decodes()[0].samples.len();
    story.voice(112).silence(400);
    assert_eq!(story.told(), ["started", "paused", "started", "dismissed"]);
    story.voice(1_000).silence(400);
    let after = story.decodes()[1].samples.len();
    assert!(after < 2 * before + 1_000, "{before} {after}");
}

#[test]
fn a_caller_who_never_pauses_is_cut_at_the_quietest_moment_and_no_word_is_lost() {
    let mut story = Story::new();
    story.silence(500);
    // A short dip after 10 s, too short for a pause.
    story.voice(10_000).feed(128, 100, 900.0, 0.9).voice(4_000).silence(400);
    let decodes = story.decodes();
    assert_eq!(decodes.iter().map(|d| (d.id.part, d.id.attempt)).collect::<Vec<_>>(), [(0, 1), (1, 1)]);
    let first = decodes[0].samples.len() as f32 / SAMPLE_RATE as f32;
    assert!((10.2..10.6).contains(&first), "cut in the dip: {first}");
    let both: usize = decodes.iter().map(|d| d.samples.len()).sum();
    assert!((both as f32 / SAMPLE_RATE as f32 - 14.7).abs() < 0.2, "{both}");
    // The pause's own clip comes back first; the words wait for the earlier part.
    let ids: Vec<DecodeId> = decodes.iter().map(|d| d.id).collect();
    story.answer(ids[1], "and the roof");
    assert_eq!(story.told(), ["started", "paused"]);
    story.answer(ids[0], "the sink");
    assert_eq!(story.told().last().unwrap(), "heard: the sink and the roof");
}

#[test]
fn what_was_said_before_a_pause_is_settled_once_it_is_long() {
    let mut story = Story::new();
    story.silence(500).voice(8_000).silence(400).voice(2_000).silence(400);
    let decodes = story.decodes();
    assert_eq!(decodes.iter().map(|d| (d.id.part, d.id.attempt)).collect::<Vec<_>>(), [(0, 1), (1, 1)]);
    assert!(decodes.iter().all(|d| d.samples.len() <= 12 * SAMPLE_RATE as usize + WINDOW));
    let ids: Vec<DecodeId> = decodes.iter().map(|d| d.id).collect();
    story.answer(ids[0], "long story").answer(ids[1], "short end");
    assert_eq!(story.told().last().unwrap(), "heard: long story short end");
}

#[test]
fn a_no_in_a_hurry_is_heard_and_what_is_invented_of_so_little_sound_is_not() {
    for awaits in Awaits::ALL {
        for (text, told) in [("No.", "heard: No."), ("You know what.", "heard: ")] {
            let mut story = Story::new();
            story.ear.expect(awaits);
            story.silence(500).voice(160).silence(400);
            let id = story.decodes()[0].id;
            story.answer(id, text);
            let digits = awaits == Awaits::Number && text != "No.";
            let told = if digits { "heard: You know what." } else { told };
            assert_eq!(story.told(), ["started", "paused", told], "{awaits:?}");
        }
    }
}

#[test]
fn a_sound_that_was_no_word_does_not_spoil_the_words_that_follow() {
    let mut story = Story::new();
    story.silence(500).voice(160).silence(400);
    let id = story.decodes()[0].id;
    story.answer(id, "Worse.").silence(500).voice(1_000).silence(400);
    let sentence = story.decodes()[1].samples.len() * 1000 / SAMPLE_RATE as usize;
    assert!((1_420..1_520).contains(&sentence), "{sentence}");
}

#[test]
fn over_the_agents_words_so_little_voice_is_nothing() {
    let mut story = Story::new();
    story.silence(500).voice(1_000).silence(400);
    let id = story.decodes()[0].id;
    story.answer(id, "my sink leaks");
    story.ear.next_turn(TurnId(TURN.0 + 1));
    story.agent_speaking = true;
    story.silence(500).voice(180).silence(400);
    assert_eq!(story.told().last().unwrap(), "dismissed");
}

#[test]
fn letters_that_come_singly_are_each_a_word_where_a_name_was_asked_for() {
    for (awaits, clips) in [(Awaits::Name, 3), (Awaits::Home, 3), (Awaits::YesOrNo, 1)] {
        let mut story = Story::new();
        story.ear.expect(awaits);
        story.silence(500).voice(600).silence(300).voice(160).silence(300).voice(160).silence(300);
        assert_eq!(story.decodes().len(), clips, "{awaits:?}");
    }
}

#[test]
fn a_recogniser_that_fails_leaves_a_turn_without_words_and_not_a_turn_without_end() {
    let mut story = Story::new();
    story.silence(500).voice(1_000).silence(400);
    let id = story.decodes()[0].id;
    story.ear.handle_heard(id, Err(SpeechError::NoAnswer), 7);
    assert!(matches!(
        story.ear.poll_output(),
        Some(EarOutput::Event(SpeechEvent::Heard { text, decode_ms: 7, .. })) if text.is_empty()
    ));
}

#[test]
fn the_next_turn_starts_empty_but_a_voice_in_mid_word_goes_over_whole() {
    let mut story = Story::new();
    story.silence(500).voice(1_000).silence(400);
    let old = story.decodes()[0].id;
    story.voice(600);
    story.ear.next_turn(TurnId(2));
    story.answer(old, "of the old turn");
    story.voice(400).silence(400);
    assert_eq!(story.told(), ["started", "paused", "started", "started", "paused"]);
    let turns: Vec<TurnId> = story.events().iter().map(SpeechEvent::turn).collect();
    assert_eq!(turns, [TURN, TURN, TURN, TurnId(2), TurnId(2)]);
    let length = story.decodes()[1].samples.len() * 1000 / SAMPLE_RATE as usize;
    assert!((1_300..1_500).contains(&length), "the whole of the second burst: {length} ms");
}

#[test]
fn while_the_agent_speaks_a_caller_is_noticed_within_a_tenth_of_a_second() {
    let mut story = Story::new();
    story.silence(1_000);
    story.agent_speaking = true;
    story.silence(1_000).voice(800);
    let SpeechEvent::Started { at_ms, .. } = story.events()[0] else { panic!("{:?}", story.events()) };
    assert!((2_060..2_095).contains(&at_ms), "{at_ms}");
}

#[test]
fn while_the_agent_speaks_neither_click_nor_hum_nor_echo_is_the_caller() {
    let mut story = Story::new();
    // The caller's level becomes known in an earlier turn.
    story.silence(500).voice(3_000).silence(500);
    story.outputs.clear();
    story.agent_speaking = true;
    story.voice(64).silence(300);
    story.feed(400, 6_000, 180.0, 0.9).silence(300);
    story.feed(1_000, 600, 900.0, 0.9).silence(300);
    assert_eq!(story.told(), Vec::<String>::new());
    story.voice(400).silence(400);
    assert_eq!(story.told(), ["started", "paused"]);
}

#[test]
fn a_television_beside_the_caller_is_nobody_until_the_caller_has_been_silent_for_long() {
    let mut story = Story::new();
    let television = |story: &mut Story, ms| {
        // 16 dB below the caller.
        story.feed(ms, 950, 900.0, 0.9);
    };
    story.silence(500);
    television(&mut story, 300);
    assert_eq!(story.told(), ["started"], "who has not been heard may be quiet");
    story.silence(300).voice(1_500).silence(500);
    story.outputs.clear();
    television(&mut story, 2_500);
    assert_eq!(story.told(), Vec::<String>::new());
    story.voice(600).silence(300);
    assert_eq!(story.told(), ["started", "paused"], "the caller is heard over it");
    story.outputs.clear();
    television(&mut story, 4_500);
    assert_eq!(story.told(), ["started"], "perhaps it is the caller after all, further away");
}

#[test]
fn any_length_of_frame_is_heard_alike_and_media_time_counts_samples() {
    let tone: Vec<i16> = Story::window(3_000, 440.0, 0).repeat(100);
    let mut whole = Ear::new(EarTuning::default(), TURN);
    whole.handle_frame(&tone, false);
    let mut pieces = Ear::new(EarTuning::default(), TURN);
    for piece in tone.chunks(123) {
        pieces.handle_frame(piece, false);
    }
    assert_eq!(whole.media_ms(), 1_600);
    assert_eq!(pieces.media_ms(), 1_600);
    while let Some(output) = whole.poll_output() {
        assert_eq!(Some(output), pieces.poll_output());
    }
}

#[test]
fn a_host_that_never_drains_costs_a_bounded_queue() {
    let mut ear = Ear::new(EarTuning::default(), TURN);
    let voice = Story::window(6_000, 900.0, 0);
    for n in 0..20_000u32 {
        ear.hear(&voice, if n % 40 < 22 { 0.9 } else { 0.0 }, false);
    }
    assert!(ear.outputs.len() <= OUTPUTS_KEPT);
    assert!(ear.clip.len() <= samples(EarTuning::default().longest_clip) + WINDOW);
    assert!(ear.heard.len() <= PARTS_KEPT);
}
