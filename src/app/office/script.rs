//! The script of an office: one that comes with the program, or a file of its own over one of those.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::Context;

use super::call_types::own_types;
use crate::{
    config::Config,
    dialogue::{CallType, Finding, Pack, PackText, Trade},
    types::Language,
};

/// The files of a script: by the name of one that comes along, or as they are on the disk. Beside `ours.toml`, `ours.es.toml` says
/// the same in Spanish; where it is not there, Spanish is as in the base.
///
/// # Errors
/// When a file cannot be read.
pub fn script_texts(name: &str) -> anyhow::Result<Vec<PackText>> {
    if let Some(trade) = Trade::from_name(name) {
        return Ok(trade.texts());
    }
    let path = Path::new(name);
    let read = |path: &Path| {
        let text = fs::read_to_string(path);
        text.with_context(|| format!("the script {} cannot be read", path.display()))
    };
    let own = read(path)?;
    let base = based_on(&own);
    let mut texts = vec![PackText::new(name, own)];
    for language in Language::ALL.into_iter().filter(|language| *language != Language::English) {
        let translated = translation_of(path, language);
        match (translated.is_file(), base) {
            (true, _) => texts.push(PackText::new(translated.display().to_string(), read(&translated)?)),
            (false, Some(base)) => texts.extend(base.texts().into_iter().nth(1)),
            (false, None) => {}
        }
    }
    Ok(texts)
}

/// `ours.es.toml`, of `ours.toml`.
fn translation_of(path: &Path, language: Language) -> PathBuf {
    path.with_extension(format!("{}.toml", language.tag()))
}

/// The trade whose script it lies over, if it says so and can be read at all.
fn based_on(text: &str) -> Option<Trade> {
    let table: toml::Table = text.parse().ok()?;
    Trade::from_name(table.get("base")?.as_str()?)
}

/// What is to be mended in the office's script.
///
/// # Errors
/// When a file of it cannot be read.
pub fn script_findings(config: &Config) -> anyhow::Result<Vec<Finding>> {
    Ok(Pack::findings(&script_texts(&config.office.pack)?))
}

/// The office's script with the call types of its trade, and of its own.
///
/// # Errors
/// When a file cannot be read, or holds what cannot be spoken.
pub fn script(config: &Config) -> anyhow::Result<Pack> {
    let pack = plain_script(config)?;
    let types = all_types(config, &pack);
    let pack = if types.is_empty() { pack } else { pack.with_call_types(&types)? };
    Ok(if config.speech.disclose { pack } else { pack.without_disclosure() })
}

/// What the agent learns and says of call types besides the shipped ones: those of the office's trade, and of its own. A script that
/// cannot be read has none; it is told of where the script itself is wanted.
pub fn call_types(config: &Config) -> Vec<CallType> {
    match plain_script(config) {
        Ok(pack) => all_types(config, &pack),
        Err(_) => own_types(config),
    }
}

pub(super) fn plain_script(config: &Config) -> anyhow::Result<Pack> {
    let name = &config.office.pack;
    match Trade::from_name(name) {
        Some(trade) => Ok(Pack::shipped(trade)?),
        None => Pack::written(&script_texts(name)?)
            .with_context(|| format!("the script {name}; `portico pack {name}` names the line")),
    }
}

/// An office's own type goes before one of its trade that has the same name.
fn all_types(config: &Config, pack: &Pack) -> Vec<CallType> {
    let own = own_types(config);
    let of_trade = pack.call_types().iter().filter(|known| !own.iter().any(|own| own.name == known.name));
    let mut types: Vec<CallType> = of_trade.cloned().collect();
    types.extend(own);
    types
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::practice_file;

    fn config(pack: &str) -> Config {
        let text = practice_file(|| "correct horse battery".into());
        let text = text.replacen("[office]\n", &format!("[office]\npack = \"{pack}\"\n"), 1);
        Config::parse("portico.toml", &text).unwrap()
    }

    #[test]
    fn an_office_has_the_script_of_its_trade_with_its_call_types() {
        assert_eq!(script(&config("residential")).unwrap().trade(), Trade::Residential);
        let commercial = script(&config("commercial")).unwrap();
        assert_eq!(commercial.trade(), Trade::Commercial);
        let types = call_types(&config("commercial"));
        assert!(types.iter().any(|own| own.name.as_str() == "dock_and_freight" && own.scripts.len() == 2));
        assert!(types.iter().all(|own| commercial.flow(own.intent()).is_some()));
    }

    #[test]
    fn a_file_of_the_office_s_own_lies_over_a_shipped_script_and_its_faults_have_a_line() {
        let folder = std::env::temp_dir().join(format!("portico-script-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let file = folder.join("ours.toml");
        let ours = "version = 1\nbase = \"brokerage\"\nlanguage = \"en\"\n\n[lines]\nneed = [\"Hi, what can I do?\"]\n";
        fs::write(&file, ours).unwrap();
        let name = file.display().to_string();
        let pack = script(&config(&name)).unwrap();
        assert_eq!(pack.trade(), Trade::Brokerage);
        assert_eq!(pack.languages().count(), 2, "Spanish is as in the base");
        assert!(script_findings(&config(&name)).unwrap().is_empty());
        fs::write(&file, ours.replace("[lines]", "[lines]\nned = [\"Hi.\"]")).unwrap();
        let findings = script_findings(&config(&name)).unwrap();
        assert!(findings[0].fatal && findings[0].line == 6, "{findings:?}");
        assert!(findings[0].to_string().contains("`lines.ned` is not known"), "{findings:?}");
        assert!(script(&config(&name)).is_err());
        let missing = script(&config("/nowhere/ours.toml")).unwrap_err().to_string();
        assert!(missing.contains("cannot be read"), "{missing}");
        fs::remove_dir_all(&folder).unwrap();
    }
}
