//! Starts ears and mouths: the pool at once, and its engines as soon as a thread of their own has loaded them.

use std::{
    collections::BTreeSet,
    io,
    sync::{Arc, Mutex, OnceLock, PoisonError},
    thread,
};

use tokio::sync::mpsc;

use super::{
    call_types::OwnCallTypes,
    engines, heard_with,
    media_plane::MediaPlane,
    models,
    speech_pool::{SpeechPool, SpeechSettings},
    switch_loop::ToSwitch,
    trade::OfficeTrade,
    understanding::Understanding,
};
use crate::{config::Config, console::Vitals, speech::Manner, types::Language};

/// What is learnt once the models are there.
pub(super) struct Learns {
    pub(super) understanding: Arc<OnceLock<Arc<Understanding>>>,
    pub(super) call_types: Arc<OwnCallTypes>,
    pub(super) trade: OfficeTrade,
}

/// The pool, whose engines are loaded on a thread of their own: phones do not wait for the agent.
pub(super) fn start(
    config: &Config,
    rehearsal: Vec<(Arc<Manner>, Language, String)>,
    to_switch: &mpsc::Sender<ToSwitch>,
    media: MediaPlane,
    vitals: &Arc<Mutex<Vitals>>,
    learns: Learns,
) -> io::Result<SpeechPool> {
    let pool = SpeechPool::new(to_switch.clone(), media)?;
    let (loading, models) = (pool.clone(), models(config));
    let wanted: BTreeSet<String> = rehearsal.iter().map(|(manner, ..)| manner.voice.clone()).collect();
    let (to_switch, vitals) = (to_switch.clone(), Arc::clone(vitals));
    thread::Builder::new().name("models".into()).spawn(move || {
        let workers = thread::available_parallelism().map_or(2, usize::from).clamp(2, 8);
        let loaded = engines::load(&models, &wanted, workers, &learns.trade).and_then(|engines| {
            let understanding = Arc::new(Understanding::open(&models));
            let _ = learns.understanding.set(Arc::clone(&understanding));
            let (workers, detector) = engines;
            let spoken = engines::spoken(&workers);
            // Before the first caller: a debug build takes seconds for it.
            spoken.iter().for_each(|language| understanding.prepare(*language));
            let heard_with = heard_with::heard_with(&models, understanding.encodes());
            let _ = to_switch.blocking_send(ToSwitch::HeardWith(Arc::new(heard_with)));
            learns.call_types.learnt_by(&understanding);
            let rehearsal =
                rehearsal.into_iter().filter(|(_, language, _)| spoken.contains(language)).collect();
            Ok(loading.add_workers(SpeechSettings { workers, detector, understanding, rehearsal })?)
        });
        let state = loaded.map_err(|error| format!("{error:#}"));
        if let Err(why) = &state {
            tracing::error!(%why, "the agent cannot speak; callers hear the announcement");
        }
        let ready = state.is_ok();
        vitals.lock().unwrap_or_else(PoisonError::into_inner).speech = Some(state);
        let _ = to_switch.blocking_send(ToSwitch::SpeechReady(ready));
    })?;
    Ok(pool)
}
