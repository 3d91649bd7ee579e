//! The practice office, or an edited one, as callers of a rehearsal find it.

use std::{
    fs,
    path::Path,
    sync::atomic::{AtomicU32, Ordering},
};

use portico::{
    app::command,
    rehearsal::Rehearsed,
    sim::{Hears, Understands},
};

/// The office of this configuration, in a week that is the same at each run.
pub fn office(text: &str) -> Rehearsed {
    // A Friday.
    office_in_the_week_after(text, "2026-11-20T18:00:00Z")
}

pub fn office_in_the_week_after(text: &str, now: &str) -> Rehearsed {
    static OFFICES: AtomicU32 = AtomicU32::new(0);
    let number = OFFICES.fetch_add(1, Ordering::Relaxed);
    let path = Path::new(env!("CARGO_TARGET_TMPDIR"))
        .join(format!("rehearsed-{}-{number}.toml", std::process::id()));
    fs::write(&path, text).unwrap();
    let (directory, desk, zone, _) = command::rehearsed(&path).unwrap();
    let now = now.parse().unwrap();
    let hears = Hears::as_equipped(&directory.office);
    Rehearsed { directory, desk, zone, understands: Understands::by_words(), hears, now }
}

pub fn practice() -> String {
    portico::config::practice_file(|| "a long random password".into())
}
