//! `portico practice`: calls into a running Portico, seen and measured from the caller's side.

use std::{net::SocketAddr, path::PathBuf, sync::Arc, time::Duration};

use tokio::{runtime, task::JoinSet};

use super::{
    super::{
        chance,
        practice::{CallReport, Caller, Lines, Reciter, SHIPPED, Scenario, Tell, Voice, Voices},
        split,
    },
    print,
};
use crate::{
    config::Manner,
    speech::{Models, spoken},
    turns::Delays,
    types::Chance,
};

/// What is to be practised.
#[derive(Debug, Clone)]
pub struct PracticeCall {
    pub scenario: String,
    pub to: SocketAddr,
    pub from: SocketAddr,
    pub models: PathBuf,
    pub times: u32,
    pub at_once: u32,
    /// All but the first call repeat what the first caller said.
    pub by_heart: bool,
    pub figures: bool,
}

/// Between two of many callers who dial at once: nobody's telephone rings in step with another's.
const BETWEEN_DIALS: Duration = Duration::from_secs(1);

/// `portico practice --list`.
///
/// # Errors
/// When standard output is gone.
pub fn practice_list() -> anyhow::Result<()> {
    for (name, _) in SHIPPED {
        print(&format!("{name:10} {}", Scenario::find(name)?.title))?;
    }
    Ok(())
}

/// Places the calls and shows them; with `figures`, ends with one line of JSON.
///
/// # Errors
/// When the scenario or the models are not there, or a call could not be placed at all.
pub fn practice(call: &PracticeCall) -> anyhow::Result<()> {
    let scenario = Scenario::find(&call.scenario)?;
    let alone = call.times == 1 && call.at_once == 1;
    print(&scenario.title)?;
    let tell: Tell =
        if alone { Arc::new(|line| drop(print(&format!("  {line}")))) } else { Arc::new(|_| {}) };
    let models = Models::at(&call.models);
    let mut cast = Cast { call, scenario, chance: chance()?, tell, lines: None };
    drop(caller_voices(&models)?);
    let runtime = runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let total = call.times.max(1) * call.at_once.max(1);
    let reports = runtime.block_on(async {
        if call.by_heart {
            cast.learn(&models).await?;
        }
        let (mut started, mut running, mut reports) = (0, JoinSet::new(), Vec::new());
        while reports.len() < total as usize {
            while running.len() < call.at_once.max(1) as usize && started < total {
                if started > 0 && call.at_once > 1 {
                    tokio::time::sleep(BETWEEN_DIALS).await;
                }
                started += 1;
                cast.dial(&models, &mut running).await?;
            }
            let Some(ended) = running.join_next().await else { break };
            reports.push(ended??);
            if !alone && reports.len() % 10 == 0 {
                print(&format!("  {} of {total} calls", reports.len()))?;
            }
        }
        Ok::<_, anyhow::Error>(reports)
    })?;
    summarise(&reports, call.figures)
}

/// Whoever is about to dial.
struct Cast<'c> {
    call: &'c PracticeCall,
    scenario: Scenario,
    chance: Chance,
    tell: Tell,
    /// What callers say by heart, once somebody has had the conversation.
    lines: Option<Lines>,
}

impl Cast<'_> {
    /// One fixed address serves one call at a time; several take ports of their own.
    fn from(&self) -> SocketAddr {
        let PracticeCall { from, at_once, .. } = *self.call;
        if at_once > 1 { SocketAddr::new(from.ip(), 0) } else { from }
    }

    /// Has one caller hold the conversation, and keeps what they said.
    async fn learn(&mut self, models: &Models) -> anyhow::Result<()> {
        let whole = self.scenario.interrupt_after_ms.is_none()
            && self.scenario.hang_up_ringing_after_seconds.is_none();
        anyhow::ensure!(whole, "only a conversation from greeting to goodbye can be known by heart");
        let mut voices = caller_voices(models)?;
        let report = self.listener(caller_voices(models)?).await?.run().await?;
        let lines = report.said.iter().map(|line| spoken(voices.synthesizer.as_mut(), line));
        self.lines = Some(lines.collect::<Result<Vec<_>, _>>()?.into());
        Ok(())
    }

    async fn listener(&mut self, voices: Voices) -> anyhow::Result<Caller> {
        let (scenario, tell) = (self.scenario.clone(), Arc::clone(&self.tell));
        Caller::new(scenario, self.from(), self.call.to, voices, split(&mut self.chance), tell).await
    }

    async fn dial(
        &mut self,
        models: &Models,
        running: &mut JoinSet<anyhow::Result<CallReport>>,
    ) -> anyhow::Result<()> {
        if let Some(lines) = &self.lines {
            let (lines, chance) = (Arc::clone(lines), split(&mut self.chance));
            let caller = Reciter::new(&self.scenario, lines, self.from(), self.call.to, chance).await?;
            running.spawn(caller.run());
        } else {
            running.spawn(self.listener(caller_voices(models)?).await?.run());
        }
        Ok(())
    }
}

fn summarise(reports: &[CallReport], figures: bool) -> anyhow::Result<()> {
    let gather = |part: fn(&CallReport) -> Vec<Duration>| reports.iter().flat_map(part).collect::<Vec<_>>();
    let replies = gather(|r| r.replies.clone());
    let greetings = gather(|r| r.greeting_after.into_iter().collect());
    let answers = gather(|r| r.answered_after.into_iter().collect());
    let silenced = gather(|r| r.silenced_after.into_iter().collect());
    let failed = reports.iter().filter(|r| r.failed.is_some()).count();
    let ms = |values: &[Duration], share| {
        Delays::of(values.iter().copied()).percentile(share).map(|d| d.as_millis() as u64)
    };
    if figures {
        let line = serde_json::json!({
            "calls": reports.len(), "failed": failed,
            "replies": replies.len(), "reply_p50_ms": ms(&replies, 50), "reply_p95_ms": ms(&replies, 95),
            "greeting_p50_ms": ms(&greetings, 50), "greeting_p95_ms": ms(&greetings, 95),
            "answered_p50_ms": ms(&answers, 50), "answered_p95_ms": ms(&answers, 95),
            "silenced": silenced.len(), "silenced_p50_ms": ms(&silenced, 50), "silenced_p95_ms": ms(&silenced, 95),
        });
        return print(&line.to_string());
    }
    if let (Some(middle), Some(slow)) = (ms(&replies, 50), ms(&replies, 95)) {
        print(&format!("  {} replies: {middle} ms in the middle, 95 % within {slow} ms", replies.len()))?;
    }
    Ok(())
}

/// The office of the practice configuration.
#[cfg(all(feature = "sherpa", feature = "flite"))]
const OFFICE: &str = "Maple Court";

/// Mouth and ears for one caller; the recogniser is loaded once and shared.
#[cfg(all(feature = "sherpa", feature = "flite"))]
pub(super) fn caller_voices(models: &Models) -> anyhow::Result<Voices> {
    use std::sync::OnceLock;

    use crate::app::trade;
    use crate::dialogue::Pack;
    use crate::speech::{FliteSynthesizer, FliteVoice, MoonshineRecognizer, VoiceDetector};
    static SHARED: OnceLock<(MoonshineRecognizer, VoiceDetector)> = OnceLock::new();
    let (recognizer, detector) = match SHARED.get() {
        Some(shared) => shared,
        None => {
            let pack = Pack::property()?;
            let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
            let opened = (
                MoonshineRecognizer::open(&models.moonshine(), cores, || {
                    trade::agents_word_model(&pack, OFFICE)
                })?,
                VoiceDetector::open(&models.voice_detector())?,
            );
            SHARED.get_or_init(|| opened)
        }
    };
    Ok(Voices {
        synthesizer: Box::new(FliteSynthesizer::new(FliteVoice::default())),
        recognizer: Box::new(recognizer.clone()),
        detector: detector.fresh(),
    })
}

/// The voice of the cast.
#[cfg(all(feature = "sherpa", feature = "flite"))]
pub(super) fn voice(manner: &Manner) -> anyhow::Result<Voice> {
    use crate::speech::{FliteSynthesizer, FliteVoice};
    // A neural voice is the agent's alone.
    let voice: FliteVoice = if manner.is_neural() { FliteVoice::default() } else { manner.voice.parse()? };
    Ok(Arc::new(move || Box::new(FliteSynthesizer::new(voice))))
}

#[cfg(not(all(feature = "sherpa", feature = "flite")))]
pub(super) fn caller_voices(_: &Models) -> anyhow::Result<Voices> {
    anyhow::bail!("this program was built without speech, so its callers have no voice")
}

#[cfg(not(all(feature = "sherpa", feature = "flite")))]
pub(super) fn voice(_: &Manner) -> anyhow::Result<Voice> {
    anyhow::bail!("this program was built without speech")
}
