//! `portico evaluate --turns`: how the agent takes turns, by ear.

use std::path::Path;

use anyhow::Context as _;
use jiff::civil::date;

use super::{
    super::{clock, engines, office, trade, understanding::Understanding},
    print,
};
use crate::{
    config::{Config, practice_file},
    speech::Models,
    turns::{Called, measure},
};

/// So many callers of the practice office dictate a number, as many are heard over the agent's words, and as many interrupt it:
/// prints who was cut off, and what made the agent fall silent.
///
/// # Errors
/// When the engines of speech are not there, or one of them fails.
pub fn evaluate_turns(folder: &Path, words_only: bool, callers: u32) -> anyhow::Result<()> {
    anyhow::ensure!(callers > 0, "nobody calls; cure: say how many callers, such as --turns 200");
    let models = Models::at(folder);
    let config = Config::parse("the practice file", &practice_file(|| "not used for anything".into()))?;
    let directory = office::directory(&config)?;
    let understanding = if words_only { Understanding::words_only() } else { Understanding::open(&models) };
    let read = Box::new(move |language, text: &str| understanding.read(language, text));
    let engines = engines::turn_taking(&models, trade::word_model(&directory.office.roster), read)
        .context("turns are taken by ear")?;
    // An evening, so that the same is said whenever it is examined.
    let local = date(2026, 11, 23).at(20, 30, 0, 0);
    let called = Called { pack: directory.pack.clone(), office: directory.office.clone(), local };
    let measured = measure(&called, engines, callers, clock::instant(), |done| eprintln!("{done}"))?;
    print(measured.to_string().trim_end())
}
