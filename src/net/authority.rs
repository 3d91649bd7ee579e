//! A certificate authority of the box's own, for phones that have no other reason to believe it.

use std::time::{Duration, SystemTime};

use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer,
    KeyPair, KeyUsagePurpose,
};

/// How long the authority itself is good: phones stay on a desk for a decade, and it is put into each of them once.
const AUTHORITY_FOR: Duration = Duration::from_secs(20 * 365 * 86_400);
/// How long each certificate of the box is good: what some phones refuse begins above 825 days.
const CERTIFICATE_FOR: Duration = Duration::from_secs(397 * 86_400);
/// Clocks of phones that have just woken are behind: certificates begin a day before they are made.
const HEAD_START: Duration = Duration::from_secs(86_400);

/// The authority: its key, and its certificate as the phones have it.
#[derive(Debug)]
pub struct Authority {
    issuer: Issuer<'static, KeyPair>,
    certificate: String,
}

/// A key with its certificate, as PEM.
#[derive(Clone)]
pub struct Issued {
    pub certificate: String,
    /// To be kept from everybody.
    pub key: String,
}

impl std::fmt::Debug for Issued {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Issued").finish_non_exhaustive()
    }
}

/// Why nothing could be issued.
#[derive(Debug, thiserror::Error)]
pub enum AuthorityError {
    #[error("a key or certificate cannot be made: {0}")]
    Making(#[from] rcgen::Error),
}

impl Authority {
    /// A new authority under this name.
    ///
    /// # Errors
    /// When the system gives no randomness.
    pub fn make(name: &str, now: SystemTime) -> Result<Issued, AuthorityError> {
        let key = KeyPair::generate()?;
        let mut params = Self::params(name);
        (params.not_before, params.not_after) = span(now, AUTHORITY_FOR);
        let certificate = params.self_signed(&key)?;
        Ok(Issued { certificate: certificate.pem(), key: key.serialize_pem() })
    }

    /// The authority that was made before.
    ///
    /// # Errors
    /// When the key is none.
    pub fn open(name: &str, issued: &Issued) -> Result<Self, AuthorityError> {
        let key = KeyPair::from_pem(&issued.key)?;
        Ok(Self { issuer: Issuer::new(Self::params(name), key), certificate: issued.certificate.clone() })
    }

    /// What phones are given, as PEM.
    pub fn certificate(&self) -> &str {
        &self.certificate
    }

    fn params(name: &str) -> CertificateParams {
        let mut params = CertificateParams::default();
        params.distinguished_name = named(name);
        params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        params
    }

    /// A certificate for a server of these names and addresses. The authority's own stands behind it in the chain.
    ///
    /// # Errors
    /// When a name is none that a certificate can hold.
    pub fn issue(&self, names: &[String], now: SystemTime) -> Result<Issued, AuthorityError> {
        let key = KeyPair::generate()?;
        let mut params = CertificateParams::new(names)?;
        params.distinguished_name = named(names.first().map_or("portico", String::as_str));
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages =
            vec![ExtendedKeyUsagePurpose::ServerAuth, ExtendedKeyUsagePurpose::ClientAuth];
        params.use_authority_key_identifier_extension = true;
        (params.not_before, params.not_after) = span(now, CERTIFICATE_FOR);
        let certificate = params.signed_by(&key, &self.issuer)?;
        Ok(Issued { certificate: certificate.pem() + &self.certificate, key: key.serialize_pem() })
    }
}

fn named(name: &str) -> DistinguishedName {
    let mut distinguished = DistinguishedName::new();
    distinguished.push(DnType::CommonName, name);
    distinguished
}

fn span<T: From<SystemTime>>(now: SystemTime, length: Duration) -> (T, T) {
    (T::from(now - HEAD_START), T::from(now + length))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::net::{Certificate, Identity, Trust};

    const NOW: u64 = 1_800_000_000;

    #[test]
    fn what_is_issued_names_the_box_and_ends_when_it_should() {
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(NOW);
        let made = Authority::make("Maple Court", now).unwrap();
        let authority = Authority::open("Maple Court", &made).unwrap();
        let names = ["portico.local".to_owned(), "192.168.1.10".to_owned(), "2001:db8::1".to_owned()];
        let issued = authority.issue(&names, now).unwrap();
        let certificate = Certificate::read(issued.certificate.as_bytes()).unwrap();
        assert_eq!(certificate.names, names);
        assert_eq!(certificate.left(now), CERTIFICATE_FOR);
        assert_eq!(certificate.left(now + CERTIFICATE_FOR), Duration::ZERO);
        assert!(certificate.issuer.contains("Maple Court"));
        Identity::new(issued.certificate.as_bytes(), issued.key.as_bytes()).unwrap();
        Trust::of(&[authority.certificate().as_bytes()]).unwrap();
        assert!(!format!("{issued:?}").contains("PRIVATE"));
    }
}
