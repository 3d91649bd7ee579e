//! `[fax]`: whose machine takes the faxes that meet the agent, a menu or a mailbox.

use std::collections::BTreeSet;

use serde::Deserialize;
use toml::Spanned;

use super::checker::Checker;
use crate::types::Extension;

/// As written.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawFax {
    extension: Option<Spanned<String>>,
}

const CURE: &str = "write the number of the [[extension]] that the fax machine or its adapter registers as";

/// The machine's extension; `None`: a fax that nobody rings for is hung up on.
pub(super) fn fax(c: &mut Checker<'_>, raw: RawFax, known: &BTreeSet<Extension>) -> Option<Extension> {
    let written = raw.extension?;
    c.extension(&written, known, CURE)
}

#[cfg(test)]
mod tests {
    use crate::config::tests::office_with;

    fn read(more: &str) -> Result<Option<String>, String> {
        office_with(more).map(|config| config.fax.map(|fax| fax.to_string()))
    }

    #[test]
    fn faxes_go_to_an_extension_or_nowhere() {
        assert_eq!(read(""), Ok(None));
        let said = read("[fax]\nextension = \"999\"\n").unwrap_err();
        assert!(said.contains("no extension 999") && said.contains("[[extension]]"), "{said}");
        let adapter = "[[extension]]\nextension = \"150\"\npassword = \"a long and random one\"\n";
        assert_eq!(read(&format!("[fax]\nextension = \"150\"\n{adapter}")), Ok(Some("150".into())));
    }
}
