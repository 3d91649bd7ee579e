//! `portico understand`, `portico train` and `portico evaluate`.

use std::{fs, io::BufRead, path::Path};

use anyhow::Context as _;

use super::{
    super::{
        clock, engines, office, trade,
        understanding::{ByEar, Examined, examine, is_trained, train as train_model},
    },
    configured, evaluation_page, print, understanding,
};
use crate::{
    dialogue::{Context, Roster},
    speech::{Awaits, Background, Models},
    types::Language,
};

/// Reads lines on standard input and writes how each is understood, one JSON object a line.
///
/// # Errors
/// When the configuration has problems, or a line is no text.
pub fn understand(path: &Path, models: &Path, words_only: bool) -> anyhow::Result<()> {
    let config = configured(path)?;
    let office = office::office(&config);
    let understanding = understanding(path, models, words_only)?;
    let today = clock::wall().to_zoned(config.office.hours.zone().clone()).date();
    let context = Context {
        expecting: None,
        roster: &office.roster,
        today,
        home_area_code: office.home_area_code,
        language: Language::English,
        read_back: None,
    };
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
    print_examined(&trained)?;
    print(&format!("intents: trained, {:.1} MB", trained.bytes as f64 / 1e6))
}

/// Examines the model on the project's held-out utterances: in the terminal, and as a page in `html`. `strict`: an
/// utterance that is in training and test is an error. `by_ear`: so many of them besides as they are recognised from
/// speech, at each background of sound.
///
/// # Errors
/// When the model is not there, the page cannot be written, or, if `strict`, training and test mix.
pub fn evaluate(
    folder: &Path,
    words_only: bool,
    by_ear: Option<usize>,
    html: Option<&Path>,
    strict: bool,
) -> anyhow::Result<()> {
    let models = Models::at(folder);
    let examined = match by_ear {
        None => examine(&models, words_only, None)?,
        Some(most) => {
            let mut telephone = engines::telephone(&models, trade::word_model(&Roster::default()))?;
            let (mut failed, mut done) = (None, 0_usize);
            let mut hear = |background, who, words: &str| {
                done += 1;
                if done.is_multiple_of(100) {
                    eprintln!("by ear: {done} of some {}", most * Background::ALL.len());
                }
                telephone.hear(who, background, Awaits::Anything, words).unwrap_or_else(|error| {
                    failed.get_or_insert(error);
                    String::new()
                })
            };
            let examined = examine(&models, words_only, Some(ByEar { most, hear: &mut hear }))?;
            if let Some(error) = failed {
                return Err(error.into());
            }
            examined
        }
    };
    print_examined(&examined)?;
    if let Some(path) = html {
        let at = clock::wall().strftime("%Y-%m-%d %H:%M UTC").to_string();
        fs::write(path, evaluation_page::page(&examined, &at))
            .with_context(|| format!("{} cannot be written", path.display()))?;
        print(&format!("the same with charts: {}", path.display()))?;
    }
    let faults = examined.evaluation.separation.faults.len();
    anyhow::ensure!(!strict || faults == 0, "{faults} utterances are in training and test alike");
    Ok(())
}

fn print_examined(examined: &Examined) -> anyhow::Result<()> {
    let Examined { reads, sha256, evaluation, .. } = examined;
    print(&format!("model of {reads}, SHA-256 {sha256}\n{evaluation}\n"))
}
