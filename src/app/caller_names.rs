//! Tells the switch how the office calls the people whose numbers it knows, so that phones show it.

use std::{
    collections::BTreeMap,
    io,
    sync::{
        Arc,
        mpsc::{RecvTimeoutError, Sender, channel},
    },
    thread,
    time::Duration,
};

use tokio::sync::mpsc;

use super::switch_loop::ToSwitch;
use crate::{pbx::Control, store::Reader, types::PhoneNumber};

/// From a name that somebody has confirmed to its being shown.
const ROUND: Duration = Duration::from_secs(30);
/// Names that are carried in memory; an office with more sees the first of the alphabet.
const MOST: usize = 20_000;

/// Starts the thread. It ends when the sender is dropped.
///
/// # Errors
/// When the system gives no thread.
pub(super) fn keep(
    reader: Reader,
    to_switch: mpsc::Sender<ToSwitch>,
) -> io::Result<(Sender<()>, thread::JoinHandle<()>)> {
    let (stop, stopped) = channel();
    let thread = thread::Builder::new().name("names".into()).spawn(move || {
        let mut told: Arc<BTreeMap<PhoneNumber, String>> = Arc::default();
        loop {
            // While the disk is away, what was known stays.
            if let Ok(names) = reader.confirmed_names(MOST) {
                let names: BTreeMap<_, _> = names.into_iter().map(|(name, number)| (number, name)).collect();
                if names != *told {
                    told = Arc::new(names);
                    let control = Control::CallerNames(Arc::clone(&told));
                    if to_switch.blocking_send(ToSwitch::Control(control)).is_err() {
                        return;
                    }
                }
            }
            if !matches!(stopped.recv_timeout(ROUND), Err(RecvTimeoutError::Timeout)) {
                return;
            }
        }
    })?;
    Ok((stop, thread))
}
