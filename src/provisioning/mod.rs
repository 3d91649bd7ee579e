//! The settings of desk phones: which maker's phone it is, which files it asks for, and what stands in them.
//!
//! Pure: names and values in, text out. What stands in a file is data (`firmware-config/phones`), one folder for each
//! maker; this room reads it once, at the start, and a name that a template should not have is found then. Absent: the
//! store, the web, SIP, and any default password.

mod brand;
mod files;
mod settings;
mod template;

pub use brand::{Brand, Makers};
pub use files::{Asked, File};
pub use settings::{Contact, Group, Key, KeyKind, Settings, Transport};
pub use template::TemplateError;

/// Why a file cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum ProvisioningError {
    #[error("the factory data of {maker} ({file}) cannot be read")]
    Data { maker: &'static str, file: String, source: Box<toml::de::Error> },
    #[error("the template {file} of {maker} is wrong")]
    Template { maker: &'static str, file: String, source: TemplateError },
    #[error("the template {file} of {maker} is missing")]
    NoTemplate { maker: &'static str, file: String },
    #[error("{maker} has no setting called `{name}` that could be set here")]
    UnknownSetting { maker: &'static str, name: String },
}
