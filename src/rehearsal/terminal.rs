//! A rehearsal in the terminal: each caller as they are done, then the sheet.

use std::{io::Write as _, path::PathBuf};

use super::{Outcome, PAIRS, PairReport, Pairs, Rehearsed, Script, compare, dictation::dictations, rehearse};

/// What is wanted of a rehearsal.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// A file of callers instead of those that come with the program.
    pub callers: Option<PathBuf>,
    /// So many callers who dictate name, unit and number, instead of those.
    pub dictations: Option<usize>,
    /// Callers with this in their title alone.
    pub only: Option<String>,
    /// Every conversation, not those with a fault alone.
    pub transcripts: bool,
    /// The sheet as a page with pictures is written here.
    pub html: Option<PathBuf>,
    /// The ladder of each call with a fault: what rang, was sent and was said, with its time.
    pub ladders: bool,
}

/// Has pairs of callers call who differ in one thing alone, and prints how each two were treated.
///
/// # Errors
/// When the office cannot be called, or standard output is gone.
pub fn hold_pairs(office: &Rehearsed) -> anyhow::Result<PairReport> {
    let mut out = std::io::stdout().lock();
    let mut failed = None;
    let report = compare(office, &Pairs::parse(PAIRS)?, |compared| {
        let both = compared.transcripts.iter().flatten().map(|line| format!("              {line}\n"));
        // A reader who has gone has seen enough.
        failed = write!(out, "{compared}\n{}", both.collect::<String>()).err().or(failed.take());
    })?;
    writeln!(out, "\n{report}")?;
    Ok(report)
}

/// Holds a rehearsal and prints its sheet. The answer: was all as it should be?
///
/// # Errors
/// When the callers cannot be read, the office cannot be called, or standard output is gone.
pub fn hold(office: &Rehearsed, wanted: &Wanted) -> anyhow::Result<bool> {
    let mut script = match &wanted.callers {
        Some(path) => Script::parse(
            &std::fs::read_to_string(path)
                .map_err(|error| anyhow::anyhow!("{} cannot be read: {error}", path.display()))?,
        )?,
        None => Script::shipped(office.directory.pack.trade())?,
    };
    if let Some(count) = wanted.dictations {
        script.caller = dictations(&office.directory, count);
    }
    if let Some(only) = &wanted.only {
        let only = only.to_lowercase();
        script.caller.retain(|part| part.title.to_lowercase().contains(&only));
    }
    let mut out = std::io::stdout().lock();
    let mut failed = None;
    let sheet = rehearse(office, &script, |entry| {
        let transcript = match &entry.outcome {
            Outcome::Called { transcript, faults, .. } if wanted.transcripts || !faults.is_empty() => {
                transcript
            }
            _ => &Vec::new(),
        };
        let ladder = match &entry.outcome {
            Outcome::Called { ladder, faults, .. } if wanted.ladders && !faults.is_empty() => ladder.as_str(),
            _ => "",
        };
        let lines = transcript.iter().map(|line| format!("            {line}\n")).collect::<String>();
        // A reader who has gone has seen enough.
        failed = writeln!(out, "{entry}\n{lines}{ladder}").err().or(failed.take());
    })?;
    writeln!(out, "\n{sheet}")?;
    if let Some(path) = &wanted.html {
        let at = office.now.strftime("%Y-%m-%d %H:%M UTC").to_string();
        std::fs::write(path, sheet.page(&at))
            .map_err(|error| anyhow::anyhow!("{} cannot be written: {error}", path.display()))?;
        writeln!(out, "the same with pictures: {}", path.display())?;
    }
    Ok(sheet.well() == sheet.called())
}
