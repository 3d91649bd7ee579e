//! Logs for the person on call: one line an event, to standard error, with the level from `PORTICO_LOG`.

use std::io::IsTerminal;

use tracing_subscriber::{EnvFilter, fmt, prelude::*};

/// Starts logging. `PORTICO_LOG` takes filters such as `info` (the default), `debug` or `portico::app=trace`.
///
/// People's numbers and words are wrapped in [`Pii`](crate::types::Pii) and appear only at debug and below.
pub fn start(default: &str) {
    let filter = EnvFilter::try_from_env("PORTICO_LOG").unwrap_or_else(|_| EnvFilter::new(default));
    let lines = fmt::layer()
        .with_ansi(std::io::stderr().is_terminal())
        .with_writer(std::io::stderr)
        .with_target(false)
        .compact();
    // A second start in one process (a test) keeps the first subscriber.
    let _ = tracing_subscriber::registry().with(filter).with(lines).try_init();
}
