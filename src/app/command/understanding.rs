//! `portico understand` and `portico train`.

use std::{io::BufRead, path::Path};

use super::{
    super::{
        clock, configuration, office,
        understanding::{Understanding, is_trained, train as train_model},
    },
    print,
};
use crate::{
    config::{Config, practice_file},
    dialogue::{Context, HeldOut},
    speech::Models,
};

/// Reads lines on standard input and writes how each is understood, one JSON object a line.
///
/// # Errors
/// When the configuration has problems, or a line is no text.
pub fn understand(path: &Path, models: &Path, words_only: bool) -> anyhow::Result<()> {
    let config = if path.exists() {
        configuration(path)?.0
    } else {
        // The roster of the practice office serves as well as any for a first look.
        Config::parse("the practice file", &practice_file(|| "not used for anything".into()))?
    };
    let office = office::office(&config);
    let understanding =
        if words_only { Understanding::words_only() } else { Understanding::open(&Models::at(models)) };
    let today = clock::wall().to_zoned(config.office.hours.zone().clone()).date();
    let context =
        Context { expecting: None, roster: &office.roster, today, home_area_code: office.home_area_code };
    for line in std::io::stdin().lock().lines() {
        let line = line?;
        if !line.trim().is_empty() {
            print(&understanding.understand(&line, &context).to_json()?)?;
        }
    }
    Ok(())
}

/// Trains the intent model and says how well it understands; the same utterances and encoder give the same bytes.
///
/// # Errors
/// When the encoder is not there, or the result cannot be written.
pub fn train(folder: &Path, force: bool) -> anyhow::Result<()> {
    if !force && is_trained(folder) {
        return print("intents: trained on these utterances");
    }
    let trained = train_model(&Models::at(folder), |done| {
        if done % 500 == 0 {
            // Progress belongs to whoever watches, not to whoever reads the result.
            eprintln!("intents: {done} utterances");
        }
    })?;
    for (set, report) in HeldOut::ALL.into_iter().zip(&trained.reports) {
        print(&format!("{} set of utterances never learnt from\n{report}\n", set.name()))?;
    }
    print(&format!("intents: trained, {:.1} MB", trained.bytes as f64 / 1e6))
}
