//! What each command of the program does; `main` reads the arguments and calls these.

mod backup;
mod evaluation_page;
mod explain;
mod foresee;
mod import;
mod pack;
mod practice;
mod replay;
mod replay_sound;
mod route;
mod run;
mod speech;
mod timeline;
mod transcribe;
mod turns;
mod understanding;

use std::{
    collections::BTreeMap,
    fs,
    io::Write,
    path::{Path, PathBuf},
    process::Command,
    sync::{Mutex, PoisonError},
};

use anyhow::Context;
use jiff::{Timestamp, tz::TimeZone};

use super::{
    backup::RECORDS, chance, clock, engines, in_force, office, prompts, trade, understanding::Understanding,
};
use crate::{
    config::{CallTypeFault, Config, Written, practice_file},
    console::Secret,
    desk,
    dialogue::{CallTypeName, Examination, Mistaken, Roster},
    pbx::Directory,
    speech::{Awaits, Background, Models},
    store::{PairCheck, Reader, Store},
    types::Language,
};

pub use backup::{backup, restore};
pub use explain::explain;
pub use foresee::foresee;
pub use import::import;
pub use pack::pack;
pub use practice::{PracticeCall, practice, practice_list};
pub use replay::{Wanted as ReplayWanted, replay};
pub use route::route;
pub use run::run;
pub use speech::{hear, say};
pub use timeline::timeline;
pub use transcribe::transcribe;
pub use turns::evaluate_turns;
pub use understanding::{evaluate, train, understand};

/// Standard output, for results; a pipe that is closed is the reader's choice and no fault.
fn print(text: &str) -> anyhow::Result<()> {
    match writeln!(std::io::stdout().lock(), "{text}") {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => Err(error.into()),
        _ => Ok(()),
    }
}

/// What `main` does last, whatever the command came to: the speech engine must not be torn down under a decode.
pub fn end() {
    #[cfg(feature = "sherpa")]
    if !crate::speech::end_decoding() {
        tracing::warn!("a decode goes on while the program ends; the speech engine may complain");
    }
}

/// `portico check`: every problem with its place, or one line that all is well, with what had better be otherwise.
///
/// # Errors
/// When the file cannot be read, or has problems.
pub fn check(path: &Path) -> anyhow::Result<()> {
    let text = fs::read_to_string(path).with_context(|| format!("{} cannot be read", path.display()))?;
    match Config::parse(&path.display().to_string(), &text) {
        Ok(file) => {
            let (config, left_out) = with_saved(&file);
            print(&format!(
                "{}: {} is ready: {} numbers, {} extensions, {} trunks{}",
                path.display(),
                config.office.name,
                config.numbers.len(),
                config.extensions.len(),
                config.trunks.len(),
                if config.practice.is_some() { "; practice mode" } else { "" }
            ))?;
            for trunk in &config.trunks {
                print(&route::trunk_line(trunk))?;
            }
            print(&foresee::on_call_line(&office::rota(&config), clock::wall(), "now"))?;
            for warning in &config.warnings {
                print(&format!("warning: {warning}"))?;
            }
            print(&office::spanish_line(&config))?;
            check_script(&config)?;
            check_voices(&config)?;
            for (name, fault) in left_out {
                let CallTypeFault { what, cure, .. } = fault;
                print(&format!(
                    "warning: the console's call type {name} is not in use: {what}\n    cure: {cure}"
                ))?;
            }
            check_call_types(path, &config)?;
            for words in office::unsaid(&config) {
                print(&format!(
                    "warning: \"{words}\" speaks of people or praises a neighborhood, and is told to nobody (fair housing); \
                     cure: say what the home has"
                ))?;
            }
            if config.store.folder.join(RECORDS).is_file() {
                print(&format!(
                    "before it goes live: `portico replay --since 30d --config {}` holds last month's calls against it",
                    path.display()
                ))?;
            }
            Ok(())
        }
        Err(problems) => {
            let count = problems.0.len();
            print(&problems.to_string())?;
            anyhow::bail!("{count} {} to mend", if count == 1 { "line" } else { "lines" })
        }
    }
}

/// What is to be mended in the office's script; that it cannot be used at all is an error.
fn check_script(config: &Config) -> anyhow::Result<()> {
    let findings = office::script_findings(config)?;
    for finding in &findings {
        let kind = if finding.fatal { "" } else { "warning: " };
        print(&format!("{kind}{finding}"))?;
    }
    anyhow::ensure!(!findings.iter().any(|finding| finding.fatal), "the script cannot be used");
    Ok(())
}

/// Voices that are not there, and recordings that are not played.
fn check_voices(config: &Config) -> anyhow::Result<()> {
    for problem in office::missing_voices(config) {
        print(&format!("warning: {problem}"))?;
    }
    // What a directory needs and this file lacks is told of where the program starts.
    if let Ok(directory) = office::directory(config) {
        for problem in prompts::problems(&config.store.folder, &directory) {
            print(&format!("warning: {problem}"))?;
        }
    }
    Ok(())
}

/// How well the office's own call types are told from the shipped ones: each example is read by what the others teach.
fn check_call_types(path: &Path, config: &Config) -> anyhow::Result<()> {
    if config.call_types.is_empty() {
        return Ok(());
    }
    let types = office::call_types(config);
    let cure = "write it in other words, or delete it";
    let shipped = office::shipped_examples(config);
    let place = |written: Written| match written {
        Written::Line(line) => format!("{}:{line}", path.display()),
        Written::InConsole => "the console".into(),
    };
    for (written, what) in &shipped {
        print(&format!("{}: {what}\n    cure: {cure}", place(*written)))?;
    }
    let understanding = Understanding::open(&super::models(config));
    let by = if understanding.reads_meaning() { "words and meaning" } else { "words alone" };
    let own = |examined: &Examination| config.call_types.iter().any(|own| own.name == examined.name.as_str());
    // What a shipped script teaches is not this office's to mend.
    for examined in understanding.examine_types(&types).into_iter().filter(own) {
        let Examination { name, examples, mistaken, taken, .. } = &examined;
        let known = examples - mistaken.len();
        print(&format!(
            "call type {name} ({by}): {known} of {examples} examples are recognised by what the others teach; of {} sentences \
             of the shipped types it takes {}",
            taken.1, taken.0
        ))?;
        for Mistaken { text, read_as, unsure } in mistaken {
            let place = place(office::written_at(config, text));
            let taken_for = if *unsure {
                "would not be sure".into()
            } else {
                format!("would be taken for {}", read_as.name())
            };
            print(&format!(
                "warning: {place}: \"{text}\" {taken_for}\n    cure: write more examples like it, or leave it to that type"
            ))?;
        }
    }
    let count = shipped.len();
    anyhow::ensure!(count == 0, "{count} {} to mend", if count == 1 { "line" } else { "lines" });
    Ok(())
}

/// `portico check --example`: a whole file with comments.
///
/// # Errors
/// When standard output is gone.
pub fn example() -> anyhow::Result<()> {
    print(&practice_file(|| "a long random password".into()))
}

/// `portico models list`.
///
/// # Errors
/// When the manifest that was built in cannot be read.
pub fn models_list(folder: &Path) -> anyhow::Result<()> {
    let models = Models::at(folder);
    for item in Models::listed()? {
        let state = match models.check(&item) {
            Ok(()) => "in place",
            Err(_) if item.optional => "not fetched (optional)",
            Err(_) => "missing: run `make models`",
        };
        print(&format!(
            "{:20} {:8.1} MB  {:24}  {state}",
            item.name,
            item.size() as f64 / 1e6,
            item.licence
        ))?;
        print(&format!("{:20} {}", "", item.what))?;
    }
    Ok(())
}

/// `portico models verify`: every file against its SHA-256.
///
/// # Errors
/// For the first file that is missing or altered.
pub fn models_verify(folder: &Path) -> anyhow::Result<()> {
    let models = Models::at(folder);
    for item in Models::listed()?.iter().filter(|item| !item.optional) {
        models.verify(item)?;
        print(&format!("{}: every file is what the manifest names", item.name))?;
    }
    Ok(())
}

/// `portico models fetch`: hands over to the script beside the manifest.
///
/// # Errors
/// When the script is not there, or says that it failed.
pub fn models_fetch(folder: &Path) -> anyhow::Result<()> {
    let script = [
        folder.join("fetch.py"),
        Path::new("models/fetch.py").to_owned(),
        "/usr/share/portico/models/fetch.py".into(),
    ]
    .into_iter()
    .find(|path| path.is_file())
    .context("models/fetch.py is not here; run this in Portico's folder")?;
    let status =
        Command::new("python3").arg(&script).arg("--models").arg(folder).status().context("python3")?;
    anyhow::ensure!(status.success(), "the models were not fetched; the lines above say why");
    Ok(())
}

/// The configuration, or the practice office where there is none: as good as any for a first look.
fn configured(path: &Path) -> anyhow::Result<Config> {
    if path.exists() {
        return Ok(with_saved(&super::configuration(path)?.0).0);
    }
    Ok(Config::parse("the practice file", &practice_file(|| "not used for anything".into()))?)
}

/// With the call types of the console, where there are records.
fn with_saved(file: &Config) -> (Config, Vec<(CallTypeName, CallTypeFault)>) {
    let records = file.store.folder.join(RECORDS);
    if records.is_file() {
        in_force::with_saved(file, &Reader::of_file(&records))
    } else {
        (file.clone(), Vec::new())
    }
}

/// Where the models of the office of this file are: in this folder, or where the file has them.
///
/// # Errors
/// When the configuration has problems.
pub fn models_folder(path: &Path, named: Option<PathBuf>) -> anyhow::Result<PathBuf> {
    named.map_or_else(|| Ok(configured(path)?.speech.models), Ok)
}

/// How callers of the office of this file are understood: with the models of this folder, or by words alone.
///
/// # Errors
/// When the configuration has problems.
pub fn understanding(path: &Path, models: &Path, words_only: bool) -> anyhow::Result<Understanding> {
    Ok(understanding_of(&configured(path)?, models, words_only))
}

/// The same of this configuration.
fn understanding_of(config: &Config, models: &Path, words_only: bool) -> Understanding {
    let understanding =
        if words_only { Understanding::words_only() } else { Understanding::open(&Models::at(models)) };
    understanding.learn(&office::call_types(config));
    understanding
}

/// What an ear makes of words that a voice says over a telephone line: `background` for all, or, by `mixed`, another one for each
/// caller in turn. Another language is spoken by its own voice; where nothing speaks it, it is sound without words.
///
/// # Errors
/// When the engines of speech are not there, or there is no such background.
pub fn by_ear(
    models: &Path,
    background: &str,
    roster: &Roster,
) -> anyhow::Result<impl Fn(u64, Awaits, Language, &str) -> String + Send + Sync + 'static> {
    let always = Background::from_name(background);
    anyhow::ensure!(
        always.is_some() || background == "mixed",
        "`{background}` is no background; there are {} and mixed",
        Background::ALL.map(Background::name).join(", ")
    );
    let models = Models::at(models);
    let trade = trade::word_model(roster);
    let mut lines = BTreeMap::from([(Language::English, engines::telephone(&models, trade.clone())?)]);
    for language in Language::ALL.into_iter().filter(|language| *language != Language::English) {
        lines.extend(engines::telephone_in(language, &models, trade.clone())?.map(|line| (language, line)));
    }
    let lines = Mutex::new(lines);
    Ok(move |who: u64, awaits: Awaits, language: Language, words: &str| {
        // Voices change faster than backgrounds, so that every voice is heard in each.
        let in_turn = Background::ALL[(who / Background::ALL.len() as u64) as usize % Background::ALL.len()];
        let mut lines = lines.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(line) = lines.get_mut(&language) else { return String::new() };
        line.hear(who, always.unwrap_or(in_turn), awaits, words).unwrap_or_else(|error| {
            tracing::error!(%error, "nothing was heard");
            String::new()
        })
    })
}

/// What `portico rehearse` calls: the office as this configuration would have it, and the time now.
///
/// # Errors
/// When the configuration has problems.
pub fn rehearsed(path: &Path) -> anyhow::Result<(Directory, desk::Settings, TimeZone, Timestamp)> {
    let config = configured(path)?;
    let directory = office::directory(&config)?;
    Ok((directory, office::desk(&config)?, config.office.hours.zone().clone(), clock::wall()))
}

/// Keeps how pairs of callers were treated, where the console shows it.
///
/// # Errors
/// When the configuration cannot be read or the records cannot be written.
pub fn keep_pair_check(path: &Path, pairs: usize, same: usize, report: String) -> anyhow::Result<()> {
    let config = configured(path)?;
    let mut store = Store::open(&config.store.folder.join(RECORDS))
        .context("there are no records to keep it in; cure: start `portico run` once")?;
    let count = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
    let check = PairCheck { at: clock::wall(), pairs: count(pairs), same: count(same), report };
    Ok(store.keep_pair_check(&check)?)
}

/// `portico token`: makes a token for the JSON interface, and prints it once.
///
/// # Errors
/// When the configuration or the records cannot be read or written.
pub fn token(path: &Path, name: &str) -> anyhow::Result<()> {
    let text = fs::read_to_string(path).with_context(|| format!("{} cannot be read", path.display()))?;
    let config = Config::parse(&path.display().to_string(), &text)?;
    let mut store = Store::open(&config.store.folder.join(RECORDS))?;
    let token = Secret::draw(&mut chance()?);
    store.add_api_token(token.hash(), name, "command line", clock::wall())?;
    print(token.reveal())
}
