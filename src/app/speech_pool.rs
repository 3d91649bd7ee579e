//! The pump of ears and mouths: frames in, speech events out; recognising, understanding and speaking on a few threads.
//!
//! One thread holds all the ears, because hearing is cheap and must keep pace with the wire. The expensive work waits
//! in a bounded queue for the workers; what the office has recorded, and a clause that was spoken before, is played from
//! memory and waits for nobody. What
//! is shed, in this order: a decode that a newer one of the same leg replaces;
//! frames, when the ears cannot keep up; a decode beyond the bound (the caller is asked again); a sentence beyond the
//! bound (the switch is told, and falls back to its announcement). Signalling never waits for any of it.

mod mouth;

use std::{
    collections::{BTreeMap, VecDeque},
    path::{Path, PathBuf},
    sync::{
        Arc, Condvar, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
        mpsc::{Receiver, Sender, SyncSender, TrySendError, sync_channel},
    },
    thread,
};

use mouth::{Mouth, Sentence};

use super::{clock, media_plane::MediaPlane, switch_loop::ToSwitch, understanding::Understanding};
use crate::{
    media::{Fit, Frame, SampleRate},
    pbx::SpeechCommand,
    speech::{
        self, Awaits, DecodeId, DecodeRequest, Ear, EarOutput, EarTuning, Manner, Recognizer, Recorded,
        Repertoire, SpeechError, Transcript, VoiceDetector, Voices, clauses,
    },
    types::{Language, LegId, TurnId, UtteranceId, VoicemailId},
};

/// Frames and commands that may wait for the ears: two seconds of fifty callers. Beyond it frames are dropped, counted.
const EARS_INBOX: usize = 5_000;

/// Work that may wait, of each kind.
const JOBS_WAITING: usize = 128;

/// Sound of clauses that is kept, in bytes: fifteen hundred seconds. All fixed sentences of the dialogue take a sixth of it in
/// each manner.
const REPERTOIRE: usize = 48_000_000;

/// Messages in mailboxes that may wait to be read. Further ones are read after the next start.
const TRANSCRIBED: usize = 256;

/// Clauses that may wait to be rehearsed; further ones are made when they are first said.
const REHEARSED: usize = 2_000;

/// The words of a message; nothing, if its file cannot be read.
pub(super) type Words = (VoicemailId, Option<String>);

/// What workers work with.
pub struct SpeechSettings {
    /// One set for each worker.
    pub workers: Vec<Engines>,
    /// Its weights are shared by all ears.
    pub detector: VoiceDetector,
    pub understanding: Arc<Understanding>,
    /// Sentences that will be said word for word, the likeliest first. They are made while there is nothing else to do.
    pub rehearsal: Vec<(Arc<Manner>, Language, String)>,
}

/// The engines of one worker. Every language that is offered to callers has a voice; English has both.
pub struct Engines {
    pub recognizers: BTreeMap<Language, Box<dyn Recognizer>>,
    pub voices: Voices,
}

impl std::fmt::Debug for SpeechSettings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SpeechSettings").field("workers", &self.workers.len()).finish_non_exhaustive()
    }
}

/// What reaches the thread of the ears.
#[derive(Debug)]
enum ToEars {
    /// 20 ms of the caller, as wide as the call carries them.
    Frame {
        leg: LegId,
        frame: Frame,
    },
    Listen {
        leg: LegId,
        turn: TurnId,
    },
    AgentAudible {
        leg: LegId,
        audible: bool,
    },
    Heard {
        leg: LegId,
        id: DecodeId,
        heard: Result<Transcript, SpeechError>,
        decode_ms: u32,
    },
    Deaf {
        leg: LegId,
    },
    /// The caller has been asked for this.
    Expect {
        leg: LegId,
        awaits: Awaits,
    },
    /// What the caller says from now on is in this language.
    Language {
        leg: LegId,
        language: Language,
    },
}

/// What a worker does.
#[derive(Debug)]
enum Job {
    Understand {
        leg: LegId,
        turn: TurnId,
        text: String,
        language: Language,
    },
    Speak {
        leg: LegId,
        utterance: UtteranceId,
        sentence: Sentence,
        ceased: Arc<AtomicBool>,
    },
    Decode {
        leg: LegId,
        request: DecodeRequest,
        language: Language,
    },
    /// A message in a mailbox, whose caller is long gone.
    Transcribe {
        message: VoicemailId,
        file: PathBuf,
        reply: Sender<Words>,
    },
    /// A clause that somebody will be told some day.
    Rehearse {
        manner: Arc<Manner>,
        clause: String,
        language: Language,
    },
}

/// Work that waits, in five lanes: a reading takes a moment and a reply hangs on it; a sentence takes little; a decode
/// takes longest; messages in mailboxes are read when no caller waits; nobody waits for a rehearsal. Of the last two one is
/// done at a time: a message takes seconds, and a caller who speaks meanwhile is to find a worker.
#[derive(Debug, Default)]
struct Lanes {
    understand: VecDeque<Job>,
    speak: VecDeque<Job>,
    decode: VecDeque<Job>,
    transcribe: VecDeque<Job>,
    rehearse: VecDeque<Job>,
    /// Somebody is at work for which no caller waits.
    in_background: bool,
}

impl Lanes {
    /// Queues a job; gives back the one that had to go, if the lane is full.
    fn push(&mut self, job: Job) -> Option<Job> {
        let lane = match &job {
            Job::Understand { .. } => &mut self.understand,
            Job::Speak { .. } => &mut self.speak,
            Job::Decode { leg, .. } => {
                let newer = *leg;
                self.decode.retain(|waiting| !matches!(waiting, Job::Decode { leg, .. } if *leg == newer));
                &mut self.decode
            }
            Job::Transcribe { .. } => &mut self.transcribe,
            Job::Rehearse { .. } => &mut self.rehearse,
        };
        let most = match job {
            Job::Rehearse { .. } => REHEARSED,
            Job::Transcribe { .. } => TRANSCRIBED,
            Job::Understand { .. } | Job::Speak { .. } | Job::Decode { .. } => JOBS_WAITING,
        };
        if lane.len() >= most {
            return Some(job);
        }
        lane.push_back(job);
        None
    }

    fn pop(&mut self) -> Option<Job> {
        let urgent = [&mut self.understand, &mut self.speak, &mut self.decode]
            .into_iter()
            .find_map(VecDeque::pop_front);
        if urgent.is_some() || self.in_background {
            return urgent;
        }
        let job = self.transcribe.pop_front().or_else(|| self.rehearse.pop_front());
        self.in_background = job.is_some();
        job
    }
}

#[derive(Debug, Default)]
struct Queue {
    lanes: Mutex<Lanes>,
    filled: Condvar,
}

impl Queue {
    /// A worker that panicked has left the lanes whole: every change to them is one call.
    fn lanes(&self) -> MutexGuard<'_, Lanes> {
        self.lanes.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn push(&self, job: Job) -> Option<Job> {
        let shed = self.lanes().push(job);
        self.filled.notify_one();
        shed
    }

    fn pop(&self) -> Job {
        let mut lanes = self.lanes();
        loop {
            if let Some(job) = lanes.pop() {
                return job;
            }
            lanes = self.filled.wait(lanes).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// What was done in the background is done.
    fn background_done(&self) {
        self.lanes().in_background = false;
        self.filled.notify_one();
    }
}

/// What was shed or lost, counted; each doubling of a count is logged.
#[derive(Debug, Default)]
struct Shed {
    frames: AtomicU64,
    decodes: AtomicU64,
    sentences: AtomicU64,
    /// Clips that the recogniser failed on.
    unrecognised: AtomicU64,
}

fn count(shed: &AtomicU64, what: &'static str) {
    let so_far = shed.fetch_add(1, Ordering::Relaxed) + 1;
    if so_far.is_power_of_two() {
        tracing::warn!(so_far, what, "more callers than the box can listen to; work was shed");
    }
}

/// The handle by which the switch and the media plane reach ears and mouths.
#[derive(Debug, Clone)]
pub struct SpeechPool {
    ears: SyncSender<ToEars>,
    queue: Arc<Queue>,
    shed: Arc<Shed>,
    to_switch: tokio::sync::mpsc::Sender<ToSwitch>,
    media: MediaPlane,
    /// What ears tell voice from noise by; the built-in one until the models are loaded.
    detector: Arc<Mutex<VoiceDetector>>,
    /// Sentences being made or waiting, so that they can be stopped. Each call counts its own utterances from one.
    speaking: Arc<Mutex<Speaking>>,
    /// 16 kHz, of all voices in all manners.
    repertoire: Arc<Mutex<Repertoire>>,
    /// What the office has spoken itself.
    recorded: Arc<Mutex<Arc<Recorded>>>,
}

type Speaking = BTreeMap<(LegId, UtteranceId), Arc<AtomicBool>>;

impl SpeechPool {
    /// Starts the ears. Until workers are added, work waits within the bounds of its queue.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub fn new(to_switch: tokio::sync::mpsc::Sender<ToSwitch>, media: MediaPlane) -> std::io::Result<Self> {
        let (ears, inbox) = sync_channel(EARS_INBOX);
        let pool = Self {
            ears,
            queue: Arc::default(),
            shed: Arc::default(),
            to_switch,
            media,
            detector: Arc::new(Mutex::new(VoiceDetector::built_in())),
            speaking: Arc::default(),
            repertoire: Arc::new(Mutex::new(Repertoire::new(REPERTOIRE))),
            recorded: Arc::default(),
        };
        let listening = pool.clone();
        thread::Builder::new().name("ears".into()).spawn(move || listening.hear(&inbox))?;
        Ok(pool)
    }

    /// Starts a worker for each pair of engines.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub fn add_workers(&self, settings: SpeechSettings) -> std::io::Result<()> {
        *self.detector.lock().unwrap_or_else(PoisonError::into_inner) = settings.detector;
        for (number, engines) in settings.workers.into_iter().enumerate() {
            let worker = Worker {
                mouth: Mouth { pool: self.clone(), voices: engines.voices },
                recognizers: engines.recognizers,
                understanding: Arc::clone(&settings.understanding),
            };
            thread::Builder::new().name(format!("speech-{number}")).spawn(move || worker.work())?;
        }
        for (manner, language, sentence) in &settings.rehearsal {
            for clause in clauses(sentence) {
                let (manner, clause) = (Arc::clone(manner), clause.to_owned());
                self.queue(Job::Rehearse { manner, clause, language: *language });
            }
        }
        Ok(())
    }

    /// From now on these recordings are played in place of their sentences.
    pub(super) fn play_recorded(&self, recorded: Recorded) {
        *self.recorded.lock().unwrap_or_else(PoisonError::into_inner) = Arc::new(recorded);
    }

    /// A frame of the caller's, from the media plane; never waits.
    pub fn frame(&self, leg: LegId, frame: Frame) {
        if let Err(TrySendError::Full(_)) = self.ears.try_send(ToEars::Frame { leg, frame }) {
            count(&self.shed.frames, "frames");
        }
    }

    /// Has a message in a mailbox read, when there is nothing better to do.
    pub(super) fn transcribe(&self, message: VoicemailId, file: PathBuf, reply: Sender<Words>) {
        self.queue(Job::Transcribe { message, file, reply });
    }

    /// Carries out what the switch asks for; never waits.
    pub fn command(&self, leg: LegId, command: SpeechCommand) {
        let to_ears = match command {
            SpeechCommand::Listen { turn } => {
                self.media.hear(leg, true);
                ToEars::Listen { leg, turn }
            }
            SpeechCommand::AgentAudible(audible) => ToEars::AgentAudible { leg, audible },
            SpeechCommand::Deaf => {
                self.media.hear(leg, false);
                ToEars::Deaf { leg }
            }
            SpeechCommand::Understand { turn, text, language } => {
                return self.queue(Job::Understand { leg, turn, text, language });
            }
            SpeechCommand::Speak { utterance, text, language, manner } => {
                return self.speak(leg, utterance, &text, language, manner);
            }
            SpeechCommand::Expect(awaits) => ToEars::Expect { leg, awaits },
            SpeechCommand::Hear(language) => ToEars::Language { leg, language },
            SpeechCommand::Cease { utterance } => {
                if let Some(ceased) = self.speaking().remove(&(leg, utterance)) {
                    ceased.store(true, Ordering::Relaxed);
                }
                return;
            }
        };
        if self.ears.try_send(to_ears).is_err() {
            self.tell(ToSwitch::SpeechFailed { leg });
        }
    }

    /// Plays what is known by heart at once, and has the rest made.
    fn speak(&self, leg: LegId, utterance: UtteranceId, text: &str, language: Language, manner: Arc<Manner>) {
        let mut sentence = Sentence::new(text, language, manner);
        while let Some(sound) = self.known(&mut sentence) {
            self.media.play(leg, utterance, sound.to_vec());
        }
        if sentence.is_over() {
            return self.media.finish(leg, utterance);
        }
        let ceased = Arc::new(AtomicBool::new(false));
        self.speaking().insert((leg, utterance), Arc::clone(&ceased));
        self.queue(Job::Speak { leg, utterance, sentence, ceased });
    }

    /// The beginning of the sentence as the office has recorded it, or as it was spoken before; it is taken off.
    fn known(&self, sentence: &mut Sentence) -> Option<Arc<[i16]>> {
        let recorded = Arc::clone(&self.recorded.lock().unwrap_or_else(PoisonError::into_inner));
        if let Some((clauses, sound)) = sentence.recorded(&recorded) {
            sentence.take(clauses);
            return Some(sound);
        }
        let sound = self.repertoire().recall(&sentence.next_known_as()?)?;
        sentence.take(1);
        Some(sound)
    }

    fn speaking(&self) -> MutexGuard<'_, Speaking> {
        self.speaking.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A worker that panicked held it for one call only, and has left it usable.
    fn repertoire(&self) -> MutexGuard<'_, Repertoire> {
        self.repertoire.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn queue(&self, job: Job) {
        match self.queue.push(job) {
            None => {}
            Some(Job::Decode { leg, request, .. }) => {
                count(&self.shed.decodes, "decodes");
                self.heard(leg, request.id, Err(SpeechError::NoAnswer), 0);
            }
            Some(Job::Speak { leg, utterance, .. }) => {
                count(&self.shed.sentences, "sentences");
                self.speaking().remove(&(leg, utterance));
                self.media.finish(leg, utterance);
                self.tell(ToSwitch::SpeechFailed { leg });
            }
            Some(Job::Understand { leg, .. }) => self.tell(ToSwitch::SpeechFailed { leg }),
            Some(Job::Transcribe { .. } | Job::Rehearse { .. }) => {}
        }
    }

    /// A clip was not recognised at all, and the caller will be asked again; each doubling of their number is logged.
    fn words_lost(&self, error: &SpeechError) {
        let so_far = self.shed.unrecognised.fetch_add(1, Ordering::Relaxed) + 1;
        if so_far.is_power_of_two() {
            tracing::error!(so_far, %error, "the recogniser failed on what a caller said");
        }
    }

    fn heard(&self, leg: LegId, id: DecodeId, heard: Result<Transcript, SpeechError>, decode_ms: u32) {
        // The ears drain faster than the workers fill; if they are gone, so is the house.
        let _ = self.ears.send(ToEars::Heard { leg, id, heard, decode_ms });
    }

    fn tell(&self, message: ToSwitch) {
        if self.to_switch.try_send(message).is_err() {
            tracing::warn!("the switch does not keep up with speech; an event was dropped");
        }
    }

    /// The thread of the ears.
    fn hear(&self, inbox: &Receiver<ToEars>) {
        let mut ears: BTreeMap<LegId, (Ear, Fit, bool, Language)> = BTreeMap::new();
        while let Ok(message) = inbox.recv() {
            let leg = match message {
                ToEars::Frame { leg, frame } => {
                    let Some((ear, fit, audible, _)) = ears.get_mut(&leg) else { continue };
                    ear.handle_frame(fit.fit(&frame, SampleRate::Hz16000).samples(), *audible);
                    leg
                }
                ToEars::Listen { leg, turn } => {
                    ears.entry(leg).and_modify(|(ear, ..)| ear.next_turn(turn)).or_insert_with(|| {
                        let detector = self.detector.lock().unwrap_or_else(PoisonError::into_inner);
                        let ear = Ear::with_detector(EarTuning::default(), turn, &detector);
                        (ear, Fit::default(), false, Language::default())
                    });
                    leg
                }
                ToEars::AgentAudible { leg, audible } => {
                    if let Some((_, _, flag, _)) = ears.get_mut(&leg) {
                        *flag = audible;
                    }
                    leg
                }
                ToEars::Heard { leg, id, heard, decode_ms } => {
                    if let Some((ear, ..)) = ears.get_mut(&leg) {
                        ear.handle_heard(id, heard, decode_ms);
                    }
                    leg
                }
                ToEars::Language { leg, language } => {
                    if let Some((.., spoken)) = ears.get_mut(&leg) {
                        *spoken = language;
                    }
                    continue;
                }
                ToEars::Expect { leg, awaits } => {
                    if let Some((ear, ..)) = ears.get_mut(&leg) {
                        ear.expect(awaits);
                    }
                    continue;
                }
                ToEars::Deaf { leg } => {
                    ears.remove(&leg);
                    continue;
                }
            };
            let Some((ear, .., language)) = ears.get_mut(&leg) else { continue };
            while let Some(output) = ear.poll_output() {
                match output {
                    EarOutput::Event(event) => self.tell(ToSwitch::Speech { leg, event }),
                    EarOutput::Decode(request) => {
                        self.queue(Job::Decode { leg, request, language: *language })
                    }
                }
            }
        }
    }
}

struct Worker {
    mouth: Mouth,
    recognizers: BTreeMap<Language, Box<dyn Recognizer>>,
    understanding: Arc<Understanding>,
}

impl Worker {
    fn work(mut self) {
        let pool = self.mouth.pool.clone();
        loop {
            match pool.queue.pop() {
                Job::Understand { leg, turn, text, language } => {
                    let reading = Box::new(self.understanding.read(language, &text));
                    pool.tell(ToSwitch::Understood { leg, turn, reading });
                }
                Job::Speak { leg, utterance, sentence, ceased } => {
                    self.mouth.speak(leg, utterance, sentence, &ceased);
                }
                Job::Rehearse { manner, clause, language } => {
                    // What cannot be rehearsed fails, and is reported, when it is to be said.
                    if !pool.repertoire().knows(&manner.known_as(language, &clause)) {
                        let _ = self.mouth.make(&manner, language, &clause);
                    }
                    pool.queue.background_done();
                }
                Job::Transcribe { message, file, reply } => {
                    // The desk is gone only when the house is.
                    let _ = reply.send((message, self.transcribe(&file)));
                    pool.queue.background_done();
                }
                Job::Decode { leg, request, language } => {
                    let began = clock::instant();
                    let heard = self.recognize(language, &request);
                    let decode_ms = clock::instant().duration_since(began).as_millis() as u32;
                    if let Err(error) = &heard {
                        pool.words_lost(error);
                    }
                    pool.heard(leg, request.id, heard, decode_ms);
                }
            }
        }
    }
}

impl Worker {
    /// By the recogniser of that language; where there is none, nothing is made of words that would be wrong.
    fn recognize(&mut self, language: Language, request: &DecodeRequest) -> Result<Transcript, SpeechError> {
        match self.recognizers.get_mut(&language) {
            Some(recognizer) => recognizer.recognize(&request.samples, request.awaits),
            // Keys lead such a conversation; English words may lead it back.
            None => match self.recognizers.get_mut(&Language::English) {
                Some(recognizer) => recognizer.recognize(&request.samples, request.awaits),
                None => Err(SpeechError::NoAnswer),
            },
        }
    }

    /// The words of a recording, turn by turn.
    fn transcribe(&mut self, file: &Path) -> Option<String> {
        let detector = self.mouth.pool.detector.lock().unwrap_or_else(PoisonError::into_inner).clone();
        // Nobody asks how long it took.
        let recognizer = self.recognizers.get_mut(&Language::English)?;
        let heard = speech::hear(file, &detector, &mut **recognizer, &mut |decode| {
            decode();
            0
        });
        match heard {
            Ok(turns) => {
                let words: Vec<&str> = turns.iter().map(|turn| turn.text.trim()).collect();
                Some(words.join(" ").trim().to_owned())
            }
            Err(error) => {
                tracing::error!(%error, file = %file.display(), "a message could not be read");
                None
            }
        }
    }
}

#[cfg(test)]
mod tests;
