//! The makers of desk phones: how each is told apart, and what its phones are told over SIP.

use std::{collections::BTreeMap, fmt, str::FromStr};

use serde::Deserialize;

use super::{
    ProvisioningError,
    settings::Zone,
    template::{Escape, Template},
};
use crate::types::Mac;

/// A maker.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Brand {
    Yealink,
    Poly,
    Grandstream,
    Snom,
    Fanvil,
}

impl Brand {
    pub const ALL: [Self; 5] = [Self::Yealink, Self::Poly, Self::Grandstream, Self::Snom, Self::Fanvil];

    pub const fn name(self) -> &'static str {
        match self {
            Self::Yealink => "Yealink",
            Self::Poly => "Poly",
            Self::Grandstream => "Grandstream",
            Self::Snom => "Snom",
            Self::Fanvil => "Fanvil",
        }
    }

    /// By how a phone names itself, over SIP or HTTP.
    pub fn of_user_agent(user_agent: &str) -> Option<Self> {
        let lower = user_agent.to_ascii_lowercase();
        Self::ALL.into_iter().find(|brand| lower.contains(&brand.name().to_ascii_lowercase()))
    }
}

impl fmt::Display for Brand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Brand {
    type Err = ();
    fn from_str(text: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|brand| brand.name() == text).ok_or(())
    }
}

/// A maker's `maker.toml`, as it is written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    macs: Vec<String>,
    escape: Escape,
    setting: String,
    resync: String,
    reboot: String,
    file: Vec<RawFile>,
    #[serde(default)]
    zone: BTreeMap<String, Zone>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawFile {
    name: String,
    template: String,
    media_type: String,
}

/// What is known of one maker.
#[derive(Debug)]
pub(super) struct Maker {
    /// The first three bytes of its phones' addresses.
    pub(super) macs: Vec<[u8; 3]>,
    pub(super) escape: Escape,
    /// How a setting is written on a line of its own: `{name} = {value}`.
    pub(super) setting: String,
    resync: String,
    reboot: String,
    pub(super) files: Vec<MakersFile>,
    pub(super) zones: BTreeMap<String, Zone>,
}

/// A file that its phones ask for.
#[derive(Debug)]
pub(super) struct MakersFile {
    /// With `{mac}`, and `{any}` for letters and digits.
    pub(super) name: String,
    pub(super) template: Template,
    pub(super) template_name: String,
    pub(super) media_type: String,
}

/// All makers, read from the factory data.
#[derive(Debug)]
pub struct Makers(BTreeMap<Brand, Maker>);

macro_rules! factory {
    ($maker:literal: $($file:literal),*) => {
        &[$(($file, include_str!(concat!("../../firmware-config/phones/", $maker, "/", $file)))),*]
    };
}

const FACTORY: [(Brand, &[(&str, &str)]); 5] = [
    (Brand::Yealink, factory!("yealink": "maker.toml", "phone.cfg", "phonebook.xml")),
    (Brand::Poly, factory!("poly": "maker.toml", "master.cfg", "phone.cfg", "directory.xml")),
    (Brand::Grandstream, factory!("grandstream": "maker.toml", "phone.xml", "phonebook.xml")),
    (Brand::Snom, factory!("snom": "maker.toml", "phone.xml", "phonebook.xml")),
    (Brand::Fanvil, factory!("fanvil": "maker.toml", "phone.cfg", "phonebook.xml")),
];

impl Makers {
    /// Reads the factory data.
    ///
    /// # Errors
    /// When a file of it is wrong: a test sees to it that none is.
    pub fn factory() -> Result<Self, ProvisioningError> {
        let makers = FACTORY.iter().map(|(brand, files)| Ok((*brand, Maker::read(*brand, files)?)));
        Ok(Self(makers.collect::<Result<_, ProvisioningError>>()?))
    }

    pub(super) fn of(&self, brand: Brand) -> Option<&Maker> {
        self.0.get(&brand)
    }

    /// By the part of its address that was given to its maker.
    pub fn brand_of(&self, mac: Mac) -> Option<Brand> {
        self.0.iter().find(|(_, maker)| maker.macs.contains(&mac.maker())).map(|(brand, _)| *brand)
    }

    /// The Event header that makes such a phone fetch its settings again, or start anew.
    pub fn check_sync(&self, brand: Brand, reboot: bool) -> &str {
        match (self.0.get(&brand), reboot) {
            (Some(maker), true) => &maker.reboot,
            (Some(maker), false) => &maker.resync,
            (None, _) => "check-sync",
        }
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (Brand, &Maker)> {
        self.0.iter().map(|(brand, maker)| (*brand, maker))
    }
}

impl Maker {
    fn read(brand: Brand, files: &[(&str, &str)]) -> Result<Self, ProvisioningError> {
        let maker = brand.name();
        let text = |name: &str| {
            let found = files.iter().find(|(file, _)| *file == name).map(|(_, text)| *text);
            found.ok_or_else(|| ProvisioningError::NoTemplate { maker, file: name.to_owned() })
        };
        let raw: Raw = toml::from_str(text("maker.toml")?).map_err(|source| ProvisioningError::Data {
            maker,
            file: "maker.toml".to_owned(),
            source: Box::new(source),
        })?;
        let files = raw.file.into_iter().map(|file| {
            let template = Template::parse(text(&file.template)?).map_err(|source| {
                ProvisioningError::Template { maker, file: file.template.clone(), source }
            })?;
            let RawFile { name, template: template_name, media_type } = file;
            Ok(MakersFile { name, template, template_name, media_type })
        });
        let macs = raw.macs.iter().filter_map(|mac| format!("{mac}000000").parse().ok().map(Mac::maker));
        Ok(Self {
            macs: macs.collect(),
            escape: raw.escape,
            setting: raw.setting,
            resync: raw.resync,
            reboot: raw.reboot,
            files: files.collect::<Result<_, ProvisioningError>>()?,
            zones: raw.zone,
        })
    }
}
