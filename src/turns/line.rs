//! A call in virtual time: a real voice and a real ear, coupled as the switch and the speech pool couple them.

use std::{
    collections::BTreeMap,
    sync::Arc,
    time::{Duration, Instant},
};

use super::{
    mouth::Playing,
    person::{Cast, Sounding},
};
use crate::{
    agent::{Voice, VoiceInput, VoiceOutput},
    dialogue::{CalendarAnswer, CalendarRequest, Reading},
    speech::{
        Awaits, DecodeId, Ear, EarOutput, EarTuning, FRAME_SAMPLES, SAMPLE_RATE, SpeechError, Transcript,
        Wire,
    },
    types::{TurnId, UtteranceId},
};

/// What the recogniser takes for a clip, and for each second of it: measured on two cores beside other work (`cargo bench
/// --bench asr_rtf` gives this machine's own figure).
const DECODE: Duration = Duration::from_millis(40);
const DECODE_A_SECOND: Duration = Duration::from_millis(55);

/// What understanding takes, with the sentence encoder.
const UNDERSTAND: Duration = Duration::from_millis(20);

/// From the wish to speak to the first frame: what is known by heart is played at once, a new clause is made in this time.
const DRAW_BREATH: Duration = Duration::from_millis(30);

/// The office's own calendar.
const CALENDAR: Duration = Duration::from_millis(50);

pub(super) const FRAME: Duration = Duration::from_millis(FRAME_SAMPLES as u64 * 1_000 / SAMPLE_RATE as u64);

/// What is seen of a call from outside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Seen {
    /// The agent takes these words for the caller's turn.
    Taken(String),
    /// The agent has something to say; it is not audible yet.
    Speaks(String),
    /// The agent's first voiced frame of it.
    Audible,
    /// The agent wants to fall silent in the middle of it.
    Hushed,
    /// It is over, whole or not.
    Silent { complete: bool },
    /// The agent hangs up, or hands over.
    Over,
}

/// What happens later.
#[derive(Debug)]
enum Later {
    Heard { id: DecodeId, heard: Transcript, decode_ms: u32 },
    Understood { turn: TurnId, reading: Reading },
    Begin { utterance: UtteranceId, sound: Arc<[i16]> },
    Calendar { ticket: u32, answer: CalendarAnswer },
}

/// A call.
pub(super) struct Line<'c> {
    cast: &'c mut Cast,
    voice: Voice,
    ear: Ear,
    wire: Wire,
    caller: Sounding,
    now: Instant,
    later: BTreeMap<(Instant, u64), Later>,
    /// Things put off so far: what falls on one instant happens in the order in which it was put off.
    put_off: u64,
    deadline: Option<Instant>,
    mouth: Option<Playing>,
    audible: bool,
    awaits: Awaits,
    /// What the recogniser is told instead of being asked.
    prompted: Option<String>,
    seen: Vec<(Instant, Seen)>,
}

impl<'c> Line<'c> {
    /// The agent has answered, and begins to greet. `withheld`: the caller's number is not shown.
    pub(super) fn open(cast: &'c mut Cast, caller: Sounding, withheld: bool) -> Result<Self, SpeechError> {
        let now = cast.began;
        let voice = cast.answered(now, withheld);
        let ear = Ear::with_detector(EarTuning::default(), TurnId(0), &cast.engines.detector);
        let mut line = Self {
            cast,
            voice,
            ear,
            wire: Wire::new(),
            caller,
            now,
            later: BTreeMap::new(),
            put_off: 0,
            deadline: None,
            mouth: None,
            audible: false,
            awaits: Awaits::default(),
            prompted: Some(String::new()),
            seen: Vec::new(),
        };
        line.drain_voice()?;
        Ok(line)
    }

    pub(super) fn now(&self) -> Instant {
        self.now
    }

    /// What the caller has been asked for.
    pub(super) fn awaits(&self) -> Awaits {
        self.awaits
    }

    /// Is the agent saying something, or about to?
    pub(super) fn agent_speaks(&self) -> bool {
        self.mouth.is_some() || self.later.values().any(|later| matches!(later, Later::Begin { .. }))
    }

    /// Is it heard at this moment?
    pub(super) fn is_audible(&self) -> bool {
        self.audible
    }

    pub(super) fn caller_speaks(&self) -> bool {
        self.caller.is_speaking()
    }

    /// Whoever takes part.
    pub(super) fn cast(&mut self) -> &mut Cast {
        self.cast
    }

    /// The caller says this from the next frame on.
    pub(super) fn say(&mut self, sound: Vec<i16>) {
        self.caller.say(sound);
    }

    /// What is around the caller is heard, or is switched off.
    pub(super) fn switch_around(&mut self, on: bool) {
        self.caller.switch_around(on);
    }

    /// From here on the recogniser is not asked but told these words; nothing: it is asked again.
    pub(super) fn prompt(&mut self, words: Option<String>) {
        self.prompted = words;
    }

    /// Twenty milliseconds pass. What was seen in them, in order.
    pub(super) fn pass(&mut self) -> Result<Vec<(Instant, Seen)>, SpeechError> {
        let until = self.now + FRAME;
        loop {
            let later = self.later.first_key_value().map(|((at, _), _)| *at);
            let Some(at) = [later, self.deadline].into_iter().flatten().min().filter(|at| *at <= until)
            else {
                break;
            };
            self.now = self.now.max(at);
            if later == Some(at) {
                if let Some((_, later)) = self.later.pop_first() {
                    self.happens(later)?;
                }
            } else {
                self.tell(VoiceInput::Timeout)?;
            }
        }
        self.now = until;
        self.speak_frame()?;
        let heard = self.wire.carry(&self.caller.frame());
        self.ear.handle_frame(&heard, self.audible);
        self.drain_ear()?;
        Ok(std::mem::take(&mut self.seen))
    }

    fn speak_frame(&mut self) -> Result<(), SpeechError> {
        let Some(mouth) = &mut self.mouth else { return Ok(()) };
        let Some(told) = mouth.tick() else { return Ok(()) };
        match &told {
            VoiceInput::Played { complete, .. } => {
                self.audible = false;
                self.mouth = None;
                self.seen.push((self.now, Seen::Silent { complete: *complete }));
            }
            _ => {
                self.audible = true;
                self.seen.push((self.now, Seen::Audible));
            }
        }
        self.tell(told)
    }

    fn happens(&mut self, later: Later) -> Result<(), SpeechError> {
        match later {
            Later::Heard { id, heard, decode_ms } => {
                self.ear.handle_heard(id, Ok(heard), decode_ms);
                self.drain_ear()
            }
            Later::Understood { turn, reading } => self.tell(VoiceInput::Understood { turn, reading }),
            Later::Begin { utterance, sound } => {
                self.mouth = Some(Playing::new(utterance, sound));
                Ok(())
            }
            Later::Calendar { ticket, answer } => self.tell(VoiceInput::Calendar { ticket, answer }),
        }
    }

    fn after(&mut self, span: Duration, later: Later) {
        self.put_off += 1;
        self.later.insert((self.now + span, self.put_off), later);
    }

    fn drain_ear(&mut self) -> Result<(), SpeechError> {
        while let Some(output) = self.ear.poll_output() {
            match output {
                EarOutput::Event(event) => self.tell(VoiceInput::Speech(event))?,
                EarOutput::Decode(request) => {
                    let seconds = request.samples.len() as f64 / f64::from(SAMPLE_RATE);
                    let takes = DECODE + DECODE_A_SECOND.mul_f64(seconds);
                    let heard = match &self.prompted {
                        Some(words) => Transcript { text: words.clone(), guarded: false },
                        None => self.cast.engines.recognizer.recognize(&request.samples, request.awaits)?,
                    };
                    let decode_ms = u32::try_from(takes.as_millis()).unwrap_or(u32::MAX);
                    self.after(takes, Later::Heard { id: request.id, heard, decode_ms });
                }
            }
        }
        Ok(())
    }

    fn tell(&mut self, input: VoiceInput) -> Result<(), SpeechError> {
        self.voice.handle_input(self.now, input);
        self.drain_voice()
    }

    fn drain_voice(&mut self) -> Result<(), SpeechError> {
        loop {
            match self.voice.poll_output(self.now) {
                VoiceOutput::Listen { turn } => self.ear.next_turn(turn),
                VoiceOutput::Understand { turn, text, language } => {
                    let reading = (self.cast.engines.read)(language, &text);
                    self.after(UNDERSTAND, Later::Understood { turn, reading });
                }
                VoiceOutput::Speak { utterance, text, language: _ } => self.speak(utterance, text)?,
                VoiceOutput::Hush { utterance } => self.hush(utterance)?,
                VoiceOutput::Heard { text } => self.seen.push((self.now, Seen::Taken(text))),
                VoiceOutput::Said { .. } => {}
                VoiceOutput::Transfer { .. } | VoiceOutput::End(_) => self.seen.push((self.now, Seen::Over)),
                VoiceOutput::Calendar { ticket, request } => {
                    let answer = self.calendar(&request);
                    self.after(CALENDAR, Later::Calendar { ticket, answer });
                }
                VoiceOutput::Timeout(deadline) => {
                    self.deadline = deadline.map(|(at, _)| at);
                    break;
                }
            }
        }
        // What `next_turn` has given back of a voice in mid-word waits for the next frame, as it would on its way.
        let awaits = self.voice.awaits();
        if awaits != self.awaits {
            self.awaits = awaits;
            self.ear.expect(awaits);
        }
        Ok(())
    }

    fn speak(&mut self, utterance: UtteranceId, text: String) -> Result<(), SpeechError> {
        let sound = self.cast.agent_sound(&text)?;
        self.seen.push((self.now, Seen::Speaks(text)));
        self.after(DRAW_BREATH, Later::Begin { utterance, sound });
        Ok(())
    }

    fn hush(&mut self, utterance: UtteranceId) -> Result<(), SpeechError> {
        self.seen.push((self.now, Seen::Hushed));
        if let Some(mouth) = &mut self.mouth {
            mouth.hush(utterance);
            return Ok(());
        }
        let before = self.later.len();
        self.later.retain(
            |_, later| !matches!(later, Later::Begin { utterance: begun, .. } if *begun == utterance),
        );
        if self.later.len() < before {
            self.seen.push((self.now, Seen::Silent { complete: false }));
            self.voice.handle_input(self.now, VoiceInput::Played { utterance, heard_ms: 0, complete: false });
        }
        Ok(())
    }

    /// An office whose week has room, and where nobody books.
    fn calendar(&self, request: &CalendarRequest) -> CalendarAnswer {
        match request {
            CalendarRequest::FindSlots { .. } => CalendarAnswer::Slots(self.cast.free_times()),
            CalendarRequest::Book { .. } | CalendarRequest::Cancel { .. } => CalendarAnswer::Away,
        }
    }
}
