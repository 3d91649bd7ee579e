//! What a certificate says about itself: until when it is good, and for which names.

use std::time::{Duration, SystemTime};

use rustls::pki_types::{CertificateDer, pem::PemObject};
use x509_parser::prelude::{FromDer, GeneralName, X509Certificate};

/// The first certificate of a chain, as far as people ask about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Certificate {
    pub not_before: SystemTime,
    pub not_after: SystemTime,
    /// Host names and addresses it is for.
    pub names: Vec<String>,
    /// Who signed it, by its own words.
    pub issuer: String,
}

/// Why a certificate cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CertificateError {
    #[error("there is no PEM certificate in it")]
    NoPem,
    #[error("the certificate in it is damaged")]
    Damaged,
}

impl Certificate {
    /// Reads the first certificate of a PEM text.
    ///
    /// # Errors
    /// When there is none, or it is damaged.
    pub fn read(pem: &[u8]) -> Result<Self, CertificateError> {
        let der = CertificateDer::from_pem_slice(pem).map_err(|_| CertificateError::NoPem)?;
        let (_, parsed) = X509Certificate::from_der(&der).map_err(|_| CertificateError::Damaged)?;
        let names = parsed
            .subject_alternative_name()
            .ok()
            .flatten()
            .map(|names| names.value.general_names.iter().filter_map(name).collect::<Vec<String>>());
        Ok(Self {
            not_before: instant(parsed.validity().not_before.timestamp()),
            not_after: instant(parsed.validity().not_after.timestamp()),
            names: names.unwrap_or_default(),
            issuer: parsed.issuer().to_string(),
        })
    }

    /// How long it is still good; zero if it has run out.
    pub fn left(&self, now: SystemTime) -> Duration {
        self.not_after.duration_since(now).unwrap_or_default()
    }
}

fn instant(unix: i64) -> SystemTime {
    u64::try_from(unix)
        .map_or(SystemTime::UNIX_EPOCH, |seconds| SystemTime::UNIX_EPOCH + Duration::from_secs(seconds))
}

fn name(name: &GeneralName<'_>) -> Option<String> {
    match name {
        GeneralName::DNSName(host) => Some((*host).to_owned()),
        GeneralName::IPAddress(bytes) => match *bytes {
            [a, b, c, d] => Some(std::net::Ipv4Addr::new(*a, *b, *c, *d).to_string()),
            bytes => Some(std::net::Ipv6Addr::from(<[u8; 16]>::try_from(bytes).ok()?).to_string()),
        },
        _ => None,
    }
}
