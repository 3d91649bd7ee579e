//! `portico pack`: what a script asks of whom, and what is to be mended in it.

use std::path::Path;

use super::{configured, office, print};
use crate::dialogue::{Intent, Pack};

/// Tells of the script of this name, or in this file; without one, of the script of the configuration.
///
/// # Errors
/// When a file cannot be read, or something in it is to be mended.
pub fn pack(name: Option<&str>, config: &Path) -> anyhow::Result<()> {
    let name = match name {
        Some(name) => name.to_owned(),
        None => configured(config)?.office.pack,
    };
    let texts = office::script_texts(&name)?;
    if let Ok(pack) = Pack::written(&texts) {
        print(&told(&name, &pack))?;
    }
    let findings = Pack::findings(&texts);
    for finding in &findings {
        print(&finding.to_string())?;
    }
    match findings.len() {
        0 => print("Nothing is to be mended."),
        1 => anyhow::bail!("1 line to mend"),
        count => anyhow::bail!("{count} lines to mend"),
    }
}

/// Each call type with what is asked of its callers.
fn told(name: &str, pack: &Pack) -> String {
    let languages: Vec<&str> = pack.languages().map(|language| language.tag()).collect();
    let mut lines = vec![format!(
        "{name}: {}, for {} offices, in {}",
        pack.name(),
        pack.trade().name(),
        languages.join(", ")
    )];
    let asked =
        |items: &[crate::dialogue::Item]| items.iter().map(|item| item.name()).collect::<Vec<_>>().join(", ");
    for intent in Intent::ALL {
        if let Some(flow) = pack.flow(intent) {
            lines.push(format!("  {:18} {:34} {}", intent.name(), flow.label, asked(&flow.items)));
        }
    }
    for own in pack.call_types().iter().filter(|own| own.stands_for.is_none()) {
        let label = own.scripts.values().next().map_or("", |script| script.about.as_str());
        lines.push(format!("  {:18} {label:34} {}", own.name.as_str(), asked(&own.asks)));
    }
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dialogue::Trade;

    #[test]
    fn each_script_that_comes_along_is_told_of_and_has_nothing_to_mend() {
        for trade in Trade::ALL {
            pack(Some(trade.name()), Path::new("portico.toml")).unwrap();
        }
        let told = told("brokerage", &Pack::shipped(Trade::Brokerage).unwrap());
        assert!(told.contains("name, callback, area, price, bedrooms, financing, move_in"), "{told}");
    }
}
