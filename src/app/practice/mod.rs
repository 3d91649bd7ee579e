//! Practice: a carrier, desk phones and callers of our own, over real SIP and RTP on loopback.
//!
//! They are built from the rooms that Portico itself is built from (`sip`, `media`, `speech`), on sockets of their own;
//! nothing of the house knows that they are not somebody else's. What they measure is what a caller would.

mod caller;
mod carrier;
mod phone;
mod reciter;
mod scenario;
mod station;

use std::{net::SocketAddr, sync::Arc, thread};

use tokio::runtime;

pub(super) use caller::{CallReport, Caller, Voices};
pub(super) use carrier::CarrierSettings;
pub(super) use reciter::{Lines, Reciter};
pub(super) use scenario::{SHIPPED, Scenario};

use crate::{config::Config, speech::Synthesizer, types::Chance};

/// Somebody who is told, line by line, what happens.
pub(super) type Tell = Arc<dyn Fn(String) + Send + Sync>;

/// Makes a voice for somebody who is played.
pub(super) type Voice = Arc<dyn Fn() -> Box<dyn Synthesizer> + Send + Sync>;

/// Starts practice mode's own carrier and one phone for each extension, on a thread and a runtime of their own.
///
/// # Errors
/// When an address cannot be bound or the system gives no thread.
pub(super) fn start_cast(
    config: &Config,
    sip: SocketAddr,
    chance: Chance,
    voice: Voice,
    tell: Tell,
) -> anyhow::Result<()> {
    let Some(practice) = &config.practice else { return Ok(()) };
    let practice = practice.carrier;
    let carrier = CarrierSettings { listen: practice, portico: sip };
    let accounts: Vec<_> = config
        .extensions
        .iter()
        .map(|account| (account.extension.clone(), account.password.clone()))
        .collect();
    let realm = config.sip.realm.clone();
    let (bound, when_bound) = std::sync::mpsc::sync_channel(1);
    thread::Builder::new().name("practice".into()).spawn(move || {
        let runtime = match runtime::Builder::new_current_thread().enable_all().build() {
            Ok(runtime) => runtime,
            Err(error) => {
                let _ = bound.send(Err(error.into()));
                return;
            }
        };
        runtime.block_on(async move {
            let mut chance = chance;
            let carrier = match carrier::open(&carrier, super::split(&mut chance)).await {
                Ok(station) => station,
                Err(error) => {
                    let _ = bound.send(Err(error));
                    return;
                }
            };
            for (nth, (extension, password)) in accounts.into_iter().enumerate() {
                let at = phone::address(practice, sip, nth);
                match phone::open(at, sip, &extension, &password, &realm, super::split(&mut chance)).await {
                    Ok(phone) => {
                        tokio::spawn(phone::run(phone));
                    }
                    Err(error) => {
                        let _ = bound.send(Err(error));
                        return;
                    }
                }
            }
            let _ = bound.send(Ok(()));
            carrier::run(carrier, voice, tell).await;
        });
    })?;
    when_bound.recv()?
}
