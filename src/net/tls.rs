//! TLS: what we show to those who connect to us, and whom we believe when we connect to somebody.

use std::sync::{Arc, Mutex, PoisonError};

use rustls::{
    CertificateError, ClientConfig, RootCertStore, ServerConfig,
    crypto::aws_lc_rs,
    pki_types::{CertificateDer, PrivateKeyDer, ServerName, pem::PemObject},
    server::{ClientHello, ResolvesServerCert},
    sign::CertifiedKey,
};

/// Why a certificate, a key or a list of authorities cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    #[error("there is no PEM certificate in it")]
    NoCertificate,
    #[error("there is no PEM private key in it, or it needs a passphrase")]
    NoKey,
    #[error("key and certificate do not belong together, or are of a kind that TLS does not use: {0}")]
    Unfit(#[source] rustls::Error),
    #[error("`{0}` is no host name that a certificate could be for")]
    BadName(String),
}

/// The certificate that we show. It can be replaced at any time: connections go on, new ones see the new one.
#[derive(Debug, Clone)]
pub struct Identity {
    shown: Arc<Shown>,
    server: Arc<ServerConfig>,
}

#[derive(Debug)]
struct Shown(Mutex<Arc<CertifiedKey>>);

impl ResolvesServerCert for Shown {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(Arc::clone(&self.0.lock().unwrap_or_else(PoisonError::into_inner)))
    }
}

impl Identity {
    /// A chain and its key, both PEM.
    ///
    /// # Errors
    /// When one of them is missing or they do not belong together.
    pub fn new(chain: &[u8], key: &[u8]) -> Result<Self, TlsError> {
        let shown = Arc::new(Shown(Mutex::new(Arc::new(certified(chain, key)?))));
        let server = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(TlsError::Unfit)?
            .with_no_client_auth()
            .with_cert_resolver(Arc::clone(&shown) as Arc<dyn ResolvesServerCert>);
        Ok(Self { shown, server: Arc::new(server) })
    }

    /// Shows another certificate from now on.
    ///
    /// # Errors
    /// As [`new`](Self::new); the old one then stays.
    pub fn replace(&self, chain: &[u8], key: &[u8]) -> Result<(), TlsError> {
        let new = Arc::new(certified(chain, key)?);
        *self.shown.0.lock().unwrap_or_else(PoisonError::into_inner) = new;
        Ok(())
    }

    /// For whoever accepts connections.
    pub fn server(&self) -> Arc<ServerConfig> {
        Arc::clone(&self.server)
    }
}

fn certified(chain: &[u8], key: &[u8]) -> Result<CertifiedKey, TlsError> {
    let chain: Vec<CertificateDer<'static>> = CertificateDer::pem_slice_iter(chain)
        .collect::<Result<_, _>>()
        .map_err(|_| TlsError::NoCertificate)?;
    if chain.is_empty() {
        return Err(TlsError::NoCertificate);
    }
    let key = PrivateKeyDer::from_pem_slice(key).map_err(|_| TlsError::NoKey)?;
    CertifiedKey::from_der(chain, key, &aws_lc_rs::default_provider()).map_err(TlsError::Unfit)
}

/// Whom we believe when we connect.
#[derive(Debug, Clone)]
pub struct Trust {
    pub(super) client: Arc<ClientConfig>,
}

impl Trust {
    /// The authorities of the operating system, and those in these PEM texts.
    ///
    /// # Errors
    /// When one of the texts holds no certificate.
    pub fn with_system(further: &[&[u8]]) -> Result<Self, TlsError> {
        let mut roots = RootCertStore::empty();
        // What the system has and we cannot read we do not believe.
        roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        Self::build(roots, further)
    }

    /// The authorities in these PEM texts and no other.
    ///
    /// # Errors
    /// When one of the texts holds no certificate.
    pub fn of(only: &[&[u8]]) -> Result<Self, TlsError> {
        Self::build(RootCertStore::empty(), only)
    }

    /// For whoever connects by other means than [`Streams`](super::Streams).
    pub fn client(&self) -> Arc<ClientConfig> {
        Arc::clone(&self.client)
    }

    fn build(mut roots: RootCertStore, further: &[&[u8]]) -> Result<Self, TlsError> {
        for pem in further {
            let (added, _) = roots.add_parsable_certificates(
                CertificateDer::pem_slice_iter(pem).filter_map(Result::ok).collect::<Vec<_>>(),
            );
            if added == 0 {
                return Err(TlsError::NoCertificate);
            }
        }
        let client = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(TlsError::Unfit)?
            .with_root_certificates(roots)
            .with_no_client_auth();
        Ok(Self { client: Arc::new(client) })
    }
}

/// The name that a peer's certificate must be for: a host name or an address.
pub(super) fn server_name(name: &str) -> Result<ServerName<'static>, TlsError> {
    let bare = name.trim_start_matches('[').trim_end_matches(']');
    ServerName::try_from(bare.to_owned()).map_err(|_| TlsError::BadName(name.to_owned()))
}

/// Why a handshake failed, as a sentence for the one who has to mend it.
pub(super) fn sentence(error: &std::io::Error, name: &str) -> String {
    let Some(rustls) = error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>()) else {
        return format!("no TLS with it: {error}");
    };
    let rustls::Error::InvalidCertificate(why) = rustls else { return format!("no TLS with it: {rustls}") };
    match why {
        // An authority of the same name with another key is another authority.
        CertificateError::UnknownIssuer | CertificateError::BadSignature => {
            format!(
                "its certificate is signed by nobody we believe: if it is right, name its authority (`ca`) for {name}"
            )
        }
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            format!("its certificate is not for {name}")
        }
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
            "its certificate has run out".to_owned()
        }
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            "its certificate is not valid yet: is our clock right?".to_owned()
        }
        CertificateError::Revoked => "its certificate has been revoked".to_owned(),
        other => format!("its certificate is not good: {other}"),
    }
}
