//! The certificate that browsers are shown in a handshake: made at each start, known by its fingerprint, trusted by nobody
//! else.

use rcgen::{CertificateParams, KeyPair, PKCS_ECDSA_P256_SHA256};

use crate::media::Identity;

/// A fresh certificate. `None`, and a word in the log, when none can be made: desk phones do not need it.
pub(super) fn generate() -> Option<Identity> {
    let made = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).and_then(|key| {
        let params = CertificateParams::new(Vec::<String>::new())?;
        let certificate = params.self_signed(&key)?;
        Ok(Identity::new(certificate.der().to_vec(), key.serialize_der()))
    });
    made.inspect_err(|error| tracing::error!(%error, "no certificate for browsers; they cannot make calls"))
        .ok()
}
