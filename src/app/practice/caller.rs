//! A practice caller: speaks by the synthesiser, hears the agent by the recogniser, and holds a stopwatch.

use std::{
    net::SocketAddr,
    ops::ControlFlow,
    sync::mpsc,
    thread,
    time::{Duration, Instant},
};

use super::{
    Tell,
    scenario::{Reaction, Scenario},
    station::{Happening, Station, Voiced},
};
use crate::{
    app::clock,
    media::{Ratio, Resampler},
    sip::{Event, SessionId},
    speech::{
        DecodeId, DecodeRequest, Ear, EarOutput, EarTuning, Recognizer, SpeechError, SpeechEvent,
        Synthesizer, Transcript, VoiceDetector,
    },
    types::{Chance, TurnId},
};

/// The agent has finished when it has been silent for so long: longer than its pauses between sentences.
pub(super) const AGENT_FINISHED: Duration = Duration::from_millis(900);

/// A call that does not end by itself is ended.
pub(super) const LONGEST_CALL: Duration = Duration::from_secs(240);

/// The agent is silent when no voice has come for so long; then the time since the interruption is known.
const SILENT: Duration = Duration::from_millis(350);

/// Mouth and ears of a caller.
pub(in crate::app) struct Voices {
    pub synthesizer: Box<dyn Synthesizer>,
    pub recognizer: Box<dyn Recognizer>,
    pub detector: VoiceDetector,
}

/// What a caller measured.
#[derive(Debug, Clone, Default)]
pub(in crate::app) struct CallReport {
    /// From the INVITE to the 200.
    pub answered_after: Option<Duration>,
    /// From the 200 to the first voiced packet of the greeting.
    pub greeting_after: Option<Duration>,
    /// From our last voiced packet to the first voiced packet of the reply, for each turn.
    pub replies: Vec<Duration>,
    /// From our first voiced packet over the agent to its last one.
    pub silenced_after: Option<Duration>,
    pub failed: Option<u16>,
    /// The caller's own words, turn by turn.
    pub said: Vec<String>,
}

impl CallReport {
    /// Takes down the agent's first voiced packet, if it has come: a reply, or the greeting.
    pub(super) fn reply(&mut self, voiced: &mut Voiced, answered: Instant) {
        let Some(reply) = voiced.reply.take() else { return };
        match voiced.sent {
            Some(sent) if reply > sent => self.replies.push(reply.duration_since(sent)),
            _ if self.greeting_after.is_none() => self.greeting_after = Some(reply.duration_since(answered)),
            _ => {}
        }
    }
}

/// Somebody who calls.
pub(in crate::app) struct Caller {
    scenario: Scenario,
    station: Station,
    mind: mpsc::Sender<Task>,
    thoughts: Option<tokio::sync::mpsc::Receiver<Thought>>,
    tell: Tell,
    ear: Ear,
    up: Resampler,
    wide: Vec<i16>,
    turn: u64,
    used: Vec<u32>,
    stage: Stage,
    /// The agent's sentence as far as it was heard.
    sentence: String,
    /// The agent has been heard since our last words.
    agent_spoke: bool,
    interrupting: Option<Interruption>,
    report: CallReport,
}

#[derive(Debug, Clone, Copy)]
enum Interruption {
    /// The opening will be said over the agent.
    Planned,
    Speaking,
    Done,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    Calling {
        session: SessionId,
        since: Instant,
    },
    /// The agent speaks, or is expected to.
    Listening {
        session: SessionId,
        answered: Instant,
    },
    Speaking {
        session: SessionId,
    },
    Over,
}

impl std::fmt::Debug for Caller {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Caller").field("stage", &self.stage).finish_non_exhaustive()
    }
}

/// Work for the thread that is not bound to the beat.
enum Task {
    Recognize(DecodeRequest),
    Speak(String),
}

/// What comes of it.
enum Thought {
    Heard(DecodeId, Result<Transcript, SpeechError>),
    Speech(Vec<i16>),
}

/// The caller's mind: one thread with the engines, which ends when the caller does.
fn think(mut voices: Voices, tasks: &mpsc::Receiver<Task>, thoughts: &tokio::sync::mpsc::Sender<Thought>) {
    while let Ok(task) = tasks.recv() {
        let thought = match task {
            Task::Recognize(request) => {
                Thought::Heard(request.id, voices.recognizer.recognize(&request.samples, request.awaits))
            }
            Task::Speak(text) => {
                let mut speech = Vec::new();
                let spoken = voices.synthesizer.speak(&text, &mut |samples| {
                    speech.extend_from_slice(samples);
                    ControlFlow::Continue(())
                });
                if let Err(error) = spoken {
                    tracing::warn!(%error, "the practice caller has no voice");
                }
                Thought::Speech(speech)
            }
        };
        if thoughts.blocking_send(thought).is_err() {
            return;
        }
    }
}

impl Caller {
    /// A caller who is about to dial.
    ///
    /// # Errors
    /// When the sockets cannot be opened.
    pub(in crate::app) async fn new(
        scenario: Scenario,
        from: SocketAddr,
        portico: SocketAddr,
        voices: Voices,
        chance: Chance,
        tell: Tell,
    ) -> anyhow::Result<Self> {
        let station = Station::open(from, portico, None, chance).await?;
        let ear = Ear::with_detector(EarTuning::default(), TurnId(0), &voices.detector);
        let (mind, tasks) = mpsc::channel();
        let (report, thoughts) = tokio::sync::mpsc::channel(8);
        thread::Builder::new().name("caller".into()).spawn(move || think(voices, &tasks, &report))?;
        Ok(Self {
            interrupting: scenario.interrupt_after_ms.map(|_| Interruption::Planned),
            scenario,
            station,
            ear,
            mind,
            thoughts: Some(thoughts),
            tell,
            up: Resampler::new(Ratio::Up2),
            wide: Vec::with_capacity(320),
            turn: 0,
            used: Vec::new(),
            stage: Stage::Over,
            sentence: String::new(),
            agent_spoke: false,
            report: CallReport::default(),
        })
    }

    /// Places the call and sees it through.
    ///
    /// # Errors
    /// When the sockets or the engines fail.
    pub(in crate::app) async fn run(mut self) -> anyhow::Result<CallReport> {
        let (from, to) = (self.scenario.caller.to_string(), self.scenario.dials.to_string());
        let began = clock::instant();
        let session = self.station.call(&from, &to)?;
        self.stage = Stage::Calling { session, since: began };
        if let Some(seconds) = self.scenario.hang_up_ringing_after_seconds {
            self.station.wake_at(began + Duration::from_secs(seconds));
        }
        let Some(mut thoughts) = self.thoughts.take() else { return Ok(self.report) };
        while self.stage != Stage::Over {
            if clock::instant().duration_since(began) > LONGEST_CALL {
                self.hang_up();
                break;
            }
            tokio::select! {
                happening = self.station.next() => self.happened(happening?)?,
                Some(thought) = thoughts.recv() => self.thought(thought),
            }
        }
        self.station.take_leave().await?;
        Ok(self.report)
    }

    fn happened(&mut self, happening: Happening) -> anyhow::Result<()> {
        match happening {
            Happening::Sip(Event::Answered { body, source, .. }) => {
                if let Stage::Calling { session, since } = self.stage {
                    let now = clock::instant();
                    self.report.answered_after = Some(now.duration_since(since));
                    self.station.answered(&body, source)?;
                    self.station.await_reply();
                    self.stage = Stage::Listening { session, answered: now };
                    (self.tell)("caller   is connected".into());
                }
            }
            Happening::Sip(Event::Failed { status, reason, .. }) => {
                if status != 487 {
                    self.report.failed = Some(status);
                    (self.tell)(format!("caller   hears that it failed: {status} {reason}"));
                }
                self.stage = Stage::Over;
            }
            Happening::Sip(Event::Ended { .. }) => {
                (self.tell)("caller   the other side has hung up".into());
                self.stage = Stage::Over;
            }
            Happening::Sip(Event::Reoffered { session, offer }) => {
                self.station.accept_reoffer(session, &offer)?;
            }
            Happening::Frame(frame) => self.frame(frame.samples()),
            Happening::Wake => self.wake(),
            Happening::Sip(_) => {}
        }
        Ok(())
    }

    fn frame(&mut self, samples: &[i16]) {
        let now = clock::instant();
        self.wide.clear();
        self.up.process(samples, &mut self.wide);
        self.ear.handle_frame(&self.wide, false);
        self.measure(now);
        while let Some(output) = self.ear.poll_output() {
            match output {
                EarOutput::Event(SpeechEvent::Started { .. }) => {
                    self.agent_spoke = true;
                    if !matches!(self.interrupting, Some(Interruption::Planned)) {
                        self.station.stop_waking();
                    }
                }
                EarOutput::Event(SpeechEvent::Paused { silence_ms, .. }) => {
                    let left = AGENT_FINISHED.saturating_sub(Duration::from_millis(u64::from(silence_ms)));
                    if matches!(self.stage, Stage::Listening { .. })
                        && !matches!(self.interrupting, Some(Interruption::Planned))
                    {
                        self.station.wake_at(now + left);
                    }
                }
                EarOutput::Event(SpeechEvent::Heard { text, .. }) => self.sentence = text,
                EarOutput::Event(SpeechEvent::Dismissed { .. }) => {}
                EarOutput::Decode(request) => self.think(Task::Recognize(request)),
            }
        }
    }

    /// The stopwatch: replies, the greeting, and how soon the agent falls silent when it is interrupted.
    fn measure(&mut self, now: Instant) {
        let voiced = self.station.voiced;
        match self.stage {
            Stage::Listening { answered, .. } => {
                self.report.reply(&mut self.station.voiced, answered);
                let due = self.scenario.interrupt_after_ms.map(Duration::from_millis);
                if let (Some(Interruption::Planned), Some(due), Some(first)) =
                    (self.interrupting, due, self.report.greeting_after)
                    && now.duration_since(answered) >= first + due
                {
                    self.interrupting = Some(Interruption::Speaking);
                    let opening = self.scenario.opening.clone();
                    self.speak(opening);
                }
            }
            Stage::Speaking { session } => {
                if let (Some(Interruption::Speaking), Some(began), Some(received)) =
                    (self.interrupting, voiced.sent_since, voiced.received)
                    && now.duration_since(received) > SILENT
                {
                    self.report.silenced_after = Some(received.saturating_duration_since(began));
                    self.interrupting = Some(Interruption::Done);
                }
                if !self.station.is_speaking() {
                    self.station.await_reply();
                    self.agent_spoke = false;
                    self.next_sentence();
                    self.stage = Stage::Listening { session, answered: now };
                }
            }
            Stage::Calling { .. } | Stage::Over => {}
        }
    }

    fn next_sentence(&mut self) {
        self.turn += 1;
        self.ear.next_turn(TurnId(self.turn));
        self.sentence.clear();
    }

    /// The agent has been silent long enough, or patience has ended.
    fn wake(&mut self) {
        match self.stage {
            Stage::Calling { .. } => {
                (self.tell)("caller   gives up".into());
                self.hang_up();
            }
            Stage::Listening { .. } if self.agent_spoke => {
                if self.sentence.is_empty() {
                    // The recogniser owes its words.
                    self.station.wake_at(clock::instant() + Duration::from_millis(100));
                    return;
                }
                let sentence = std::mem::take(&mut self.sentence);
                (self.tell)(format!("hears    “{sentence}”"));
                let reaction = if self.used.is_empty() && self.interrupting.is_none() {
                    self.used.push(0);
                    Reaction::Say(self.scenario.opening.clone())
                } else {
                    self.scenario.react(&sentence, &mut self.used)
                };
                match reaction {
                    Reaction::Say(text) => self.speak(text),
                    Reaction::HangUp => self.hang_up(),
                }
            }
            Stage::Listening { .. } | Stage::Speaking { .. } | Stage::Over => {}
        }
    }

    fn speak(&mut self, text: String) {
        (self.tell)(format!("caller   “{text}”"));
        self.report.said.push(text.clone());
        self.think(Task::Speak(text));
    }

    fn think(&self, task: Task) {
        // The thread lives as long as we do.
        let _ = self.mind.send(task);
    }

    fn thought(&mut self, thought: Thought) {
        match thought {
            Thought::Heard(id, heard) => self.ear.handle_heard(id, heard, 0),
            Thought::Speech(samples) => {
                if let Stage::Listening { session, .. } = self.stage {
                    self.station.say(&samples);
                    self.stage = Stage::Speaking { session };
                }
            }
        }
    }

    fn hang_up(&mut self) {
        if let Stage::Calling { session, .. }
        | Stage::Listening { session, .. }
        | Stage::Speaking { session } = self.stage
        {
            self.station.hang_up(session);
        }
        self.stage = Stage::Over;
    }
}
