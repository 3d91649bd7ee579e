//! `portico run`: the house, until it is told to stop.

use std::{path::Path, time::Duration};

use anyhow::Context;
use tokio::{
    runtime,
    signal::unix::{SignalKind, signal},
};

use super::{
    super::{
        House, chance, clock, configuration, descriptors, practice, split, telemetry, terminal::Terminal,
    },
    practice::{caller_voices, voice},
    print,
};
use crate::{config::Config, turns::Delays};

/// How long the first practice call waits for models and phones.
const READY_WITHIN: Duration = Duration::from_secs(20);

/// Starts Portico and stays up until SIGINT or SIGTERM; SIGHUP reads the configuration again.
///
/// # Errors
/// When the configuration has problems, or an address is taken.
pub fn run(path: &Path, quiet: bool) -> anyhow::Result<()> {
    let (config, written) = configuration(path)?;
    let in_practice = config.practice.is_some();
    telemetry::start(if in_practice { "warn" } else { "info" });
    if written {
        print(&format!(
            "There was no {}: one for practice mode has been written. Edit it to make this your office.\n",
            path.display()
        ))?;
    }
    descriptors::claim();
    let terminal = Terminal::default();
    let shown = terminal.clone();
    let listener: super::super::Listener =
        if in_practice { Box::new(move |fact| shown.fact(fact)) } else { Box::new(|_| {}) };
    let notice: Box<dyn super::super::Notice> =
        if in_practice { Box::new(terminal.clone()) } else { Box::new(super::super::NoNotice) };
    let house = House::start(path, &config, listener, notice)?;
    announce(&config, &house, quiet)?;
    let runtime = runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
    runtime.block_on(async {
        let mut interrupt = signal(SignalKind::interrupt())?;
        let mut terminate = signal(SignalKind::terminate())?;
        let mut edited = signal(SignalKind::hangup())?;
        if in_practice {
            let mut chance = chance()?;
            let cast = split(&mut chance);
            practice::start_cast(&config, house.sip, cast, voice(&config.speech.manner)?, terminal.tell())?;
            if !quiet {
                // A task that is dropped with the runtime when the stop comes first.
                let first = first_call(config.clone(), house.sip, house.vitals.clone(), split(&mut chance), terminal.clone());
                tokio::task::spawn(async move {
                    if let Err(error) = first.await {
                        tracing::warn!(%error, "the practice call came to nothing");
                    }
                });
            }
        }
        loop {
            tokio::select! {
                _ = interrupt.recv() => return Ok::<_, anyhow::Error>(()),
                _ = terminate.recv() => return Ok(()),
                _ = edited.recv() => {
                    // A file with problems changes nothing: what runs goes on.
                    match tokio::task::block_in_place(|| configuration(path).and_then(|(config, _)| house.reload(&config))) {
                        Ok(()) => print("The configuration has been read again; the next call goes by it.")?,
                        Err(error) => tracing::error!("the configuration was not taken on: {error:#}"),
                    }
                }
            }
        }
    })?;
    print("\nPortico says goodbye to every call, and stops.")?;
    house.stop();
    runtime.shutdown_background();
    Ok(())
}

fn announce(config: &Config, house: &House, quiet: bool) -> anyhow::Result<()> {
    print(&format!("Portico answers for {}.", config.office.name))?;
    print(&format!("  SIP      {} (UDP and TCP)", house.sip))?;
    print(&format!("  console  http://{}/", house.console))?;
    if let Some(secure) = house.secure_console {
        print(&format!("           https://{secure}/"))?;
    }
    if let Some(token) = &house.setup {
        print(&format!("           first visit: http://{}/set-up?token={}", house.console, token.reveal()))?;
    }
    if config.practice.is_some() {
        print("  practice mode: the carrier and both desk phones are Portico's own")?;
        if !quiet {
            print("\nA practice call:")?;
        }
    }
    Ok(())
}

/// Waits until the agent can speak and the phones are registered; then calls.
async fn first_call(
    config: Config,
    sip: std::net::SocketAddr,
    vitals: std::sync::Arc<std::sync::Mutex<crate::console::Vitals>>,
    chance: crate::types::Chance,
    terminal: Terminal,
) -> anyhow::Result<()> {
    let deadline = clock::instant() + READY_WITHIN;
    let ready = || {
        let vitals = vitals.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        vitals.speech.is_some() && vitals.phones() >= config.extensions.len()
    };
    while !ready() && clock::instant() < deadline {
        tokio::time::sleep_until((clock::instant() + Duration::from_millis(50)).into()).await;
    }
    let scenario = practice::Scenario::find("leak")?;
    let voices = {
        let models = super::super::models(&config);
        tokio::task::spawn_blocking(move || caller_voices(&models)).await??
    };
    let from = std::net::SocketAddr::new(sip.ip(), 0);
    let tell = terminal.tell();
    let caller = practice::Caller::new(scenario, from, sip, voices, chance, tell.clone()).await?;
    let report = caller.run().await.context("the practice caller")?;
    let median = Delays::of(report.replies.iter().copied()).percentile(50);
    if let Some(median) = median {
        tell(format!(
            "caller   waited {} ms for a reply, in the middle of {} replies",
            median.as_millis(),
            report.replies.len()
        ));
    }
    tell("done     more: `portico practice --list`; Ctrl-C stops Portico".into());
    Ok(())
}
