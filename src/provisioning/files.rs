//! The files that phones ask for by their own names, and what stands in them.

use super::{
    Brand, Makers, ProvisioningError, Settings,
    brand::{Maker, MakersFile},
};
use crate::types::Mac;

/// A file, ready to be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    pub text: String,
    pub media_type: String,
}

/// What can be told from the name of a file that somebody asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Asked {
    pub mac: Mac,
    pub brand: Brand,
}

impl Makers {
    /// Which phone asks, if the name of the file says so: `0015651a2b3c.cfg`, `cfgc074ad000001.xml`.
    ///
    /// Several makers have the same form of name; the address says whose phone it is.
    pub fn asked(&self, file: &str) -> Option<Asked> {
        let named = self.iter().flat_map(|(brand, maker)| maker.files.iter().map(move |file| (brand, file)));
        let macs = named.filter_map(|(brand, known)| Some((brand, mac_in(&known.name, file)??)));
        let found: Vec<(Brand, Mac)> = macs.collect();
        let (_, mac) = *found.first()?;
        let brand = self.brand_of(mac).or_else(|| match found[..] {
            [(only, _)] => Some(only),
            _ => None,
        })?;
        Some(Asked { mac, brand })
    }

    /// The names of the files of such a phone, as it asks for them.
    pub fn file_names(&self, brand: Brand, mac: Mac) -> Vec<String> {
        let files = self.of(brand).map(|maker| maker.files.as_slice()).unwrap_or_default();
        files.iter().map(|file| file.name.replace("{mac}", &mac.to_string()).replace("{any}", "")).collect()
    }

    /// What stands in this file for this phone. `None`: there is no such file, or it is another phone's.
    pub fn file(
        &self,
        brand: Brand,
        settings: &Settings,
        name: &str,
    ) -> Result<Option<File>, ProvisioningError> {
        let Some(maker) = self.of(brand) else { return Ok(None) };
        let own = |file: &&MakersFile| {
            mac_in(&file.name, name).is_some_and(|mac| mac.is_none_or(|mac| mac == settings.mac))
        };
        let Some(file) = maker.files.iter().find(own) else { return Ok(None) };
        let rendered = file.template.render(&settings.values(&maker.zones), maker.escape);
        let text = rendered.map_err(|source| ProvisioningError::Template {
            maker: brand.name(),
            file: file.template_name.clone(),
            source,
        })?;
        // What is set for one phone belongs into its settings, not into its phone book.
        let holds_settings = text.contains(OVERRIDES);
        let text = if holds_settings { overridden(brand, maker, &text, settings)? } else { text };
        Ok(Some(File { text, media_type: file.media_type.clone() }))
    }
}

/// The line of a template where settings go that the template does not have.
const OVERRIDES: &str = "@overrides@";

/// Does the name have this form? With the address in it, if the form has one. Case does not matter.
fn mac_in(form: &str, name: &str) -> Option<Option<Mac>> {
    let (mut form, mut name) = (form, name);
    let mut mac = None;
    loop {
        let Some(begin) = form.find('{') else {
            return form.eq_ignore_ascii_case(name).then_some(mac);
        };
        let head = name.get(..begin)?;
        if !head.eq_ignore_ascii_case(&form[..begin]) {
            return None;
        }
        name = &name[begin..];
        form = &form[begin..];
        if let Some(rest) = form.strip_prefix("{mac}") {
            let digits = name.get(..12)?;
            if !digits.bytes().all(|b| b.is_ascii_hexdigit()) {
                return None;
            }
            mac = Some(digits.parse().ok()?);
            (form, name) = (rest, &name[12..]);
        } else {
            form = form.strip_prefix("{any}")?;
            name = name.trim_start_matches(|c: char| c.is_ascii_alphanumeric());
        }
    }
}

/// Puts what is set for this phone alone in the place of what the template says, or beside it.
fn overridden(
    brand: Brand,
    maker: &Maker,
    text: &str,
    settings: &Settings,
) -> Result<String, ProvisioningError> {
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    let place = lines.iter().position(|line| line.trim() == OVERRIDES);
    let mut added = Vec::new();
    for (name, value) in &settings.overrides {
        let allowed = |b: u8| b.is_ascii_alphanumeric() || b"._-".contains(&b);
        if name.is_empty() || !name.bytes().all(allowed) {
            return Err(ProvisioningError::UnknownSetting { maker: brand.name(), name: name.clone() });
        }
        let mut escaped = String::new();
        maker.escape.write(value, &mut escaped);
        let line = maker.setting.replace("{name}", name).replace("{value}", &escaped);
        let head = maker.setting.split("{value}").next().unwrap_or_default().replace("{name}", name);
        let known = lines.iter().position(|line| line.trim_start().starts_with(&head));
        match known {
            Some(at) => {
                let indent: String = lines[at].chars().take_while(|c| c.is_whitespace()).collect();
                lines[at] = format!("{indent}{line}");
            }
            None => added.push(line),
        }
    }
    if let Some(at) = place {
        lines.splice(at..=at, added);
    }
    let mut text = lines.join("\n");
    text.push('\n');
    Ok(text)
}
