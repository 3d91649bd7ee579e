//! The timeline of an escalation in the JSON interface.

use std::fmt::Write as _;

use serde::Serialize;
use utoipa::ToSchema;

use crate::store::TimelineEntry;

/// One step of an escalation to people on call.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct StepAnswer {
    pub number: u32,
    /// UTC, RFC 3339.
    pub at: String,
    /// A sentence for people.
    pub words: String,
    /// The step as it was digested, byte for byte: JSON.
    pub written: String,
    /// SHA-256 over the digest of the step before it (32 zero bytes before the first), the call's id, the number and the
    /// time in milliseconds (big-endian, 8, 4 and 8 bytes), and `written`; in hexadecimal.
    pub digest: String,
    /// Ed25519 over the digest, in hexadecimal. Null: the box had no key.
    pub signature: Option<String>,
}

impl StepAnswer {
    pub fn of(entry: &TimelineEntry) -> Self {
        Self {
            number: entry.step.number,
            at: entry.step.at.to_string(),
            words: entry.step.event.words(),
            written: entry.written.clone(),
            digest: hex(&entry.digest),
            signature: entry.signature.as_deref().map(hex),
        }
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
