//! `portico import`: extensions and numbers of another telephone system.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::Context;

use super::print;
use crate::{
    app::{chance, password, whole_file},
    config::{Config, Imported},
    types::Country,
};

/// Reads the files in turn and prints what they come to, or adds it to a configuration.
///
/// # Errors
/// When a file cannot be read or is no list of extensions, the country is not known, or the configuration would have
/// problems with what is added; it is left as it was.
pub fn import(files: &[PathBuf], country: &str, append: Option<&Path>) -> anyhow::Result<()> {
    let country: Country = country.parse()?;
    let mut imported = Imported::default();
    for file in files {
        let text = fs::read_to_string(file).with_context(|| format!("{} cannot be read", file.display()))?;
        imported.read(&file.display().to_string(), &text, country)?;
    }
    let mut chance = chance()?;
    let lines = imported.written(|| password(&mut chance));
    for note in &imported.notes {
        eprintln!("{note}");
    }
    let Some(path) = append else { return print(lines.trim_end()) };
    let before = fs::read_to_string(path).with_context(|| format!("{} cannot be read", path.display()))?;
    let after = format!("{}\n\n{lines}", before.trim_end());
    Config::parse(&path.display().to_string(), &after)
        .context("nothing was added: with the imported lines the configuration has problems")?;
    whole_file::rewrite(path, after.as_bytes())
        .with_context(|| format!("{} cannot be written", path.display()))?;
    let (extensions, numbers) = imported.counts();
    print(&format!("{}: {extensions} extensions and {numbers} numbers were added.", path.display()))
}
