//! `[srtp]`: whose media is encrypted, and whether keys may travel without TLS.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use toml::Spanned;

use super::checker::Checker;
use crate::types::Extension;

/// The section as it was written.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawSrtp {
    phones: Option<Spanned<String>>,
    trunks: Option<Spanned<String>>,
    #[serde(default)]
    without_tls: bool,
    #[serde(default)]
    extension: BTreeMap<String, Spanned<String>>,
    #[serde(default)]
    trunk: BTreeMap<String, Spanned<String>>,
}

/// What the office wants of a far end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SrtpWish {
    Off,
    #[default]
    Optional,
    Required,
}

/// Whose media is encrypted.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Srtp {
    /// Of extensions and trunks that are not named.
    pub phones: SrtpWish,
    pub trunks: SrtpWish,
    pub extension: BTreeMap<Extension, SrtpWish>,
    pub trunk: BTreeMap<String, SrtpWish>,
    /// Keys are offered over UDP and TCP too, where whoever reads the signalling reads them.
    pub without_tls: bool,
}

pub(super) fn check(
    c: &mut Checker<'_>,
    raw: RawSrtp,
    extensions: &BTreeSet<Extension>,
    trunks: &BTreeSet<String>,
) -> Srtp {
    let mut checked = Srtp {
        phones: all(c, raw.phones),
        trunks: all(c, raw.trunks),
        without_tls: raw.without_tls,
        ..Srtp::default()
    };
    for (name, value) in raw.extension {
        let cure = "add an [[extension]] section for it, or take it out of [srtp]";
        if let Some(extension) = c.one_of(&value, &name, extensions, "extensions", cure) {
            checked.extension.insert(extension, wish(c, &value));
        }
    }
    for (name, value) in raw.trunk {
        if !trunks.contains(&name) {
            c.problem(
                &value,
                format_args!("`{name}` is not one of the trunks"),
                "write the name of a [[trunk]], or take it out of [srtp]",
            );
        }
        checked.trunk.insert(name, wish(c, &value));
    }
    checked
}

fn all(c: &mut Checker<'_>, value: Option<Spanned<String>>) -> SrtpWish {
    value.map(|value| wish(c, &value)).unwrap_or_default()
}

fn wish(c: &mut Checker<'_>, value: &Spanned<String>) -> SrtpWish {
    match value.get_ref().as_str() {
        "off" => SrtpWish::Off,
        "optional" => SrtpWish::Optional,
        "required" => SrtpWish::Required,
        other => {
            let what = format_args!("`{other}` does not say whether media is encrypted");
            c.problem(value, what, "write \"off\", \"optional\" or \"required\"");
            SrtpWish::Optional
        }
    }
}
