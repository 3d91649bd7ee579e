//! What a leg begins with: numbers that nobody can guess, what was agreed on, and whom to believe.

use std::{sync::Arc, time::Duration};

use rand_chacha::rand_core::Rng;

use crate::{
    media::{dtls::Identity, latch::SourceTrust, sdp::Agreed},
    types::Chance,
};

/// What a leg begins with.
#[derive(Debug, Clone)]
pub struct LegSettings {
    /// Of the stream that we send (RFC 3550, 8.1: at random, as are the first numbers).
    pub ssrc: u32,
    pub first_sequence: u16,
    pub first_timestamp: u32,
    pub agreed: Agreed,
    pub trust: SourceTrust,
    /// With nothing heard for so long, though they may send, the far end is taken for gone.
    pub silent_after: Duration,
    /// Our certificate, for browsers: without one, nothing is said to them or heard of them.
    pub identity: Option<Arc<Identity>>,
}

impl LegSettings {
    /// How long [`LegSettings::draw`] lets a far end be silent.
    pub const SILENT_AFTER: Duration = Duration::from_secs(30);

    /// Settings with numbers that nobody can guess, and a far end that is given up on after [`Self::SILENT_AFTER`].
    pub fn draw(chance: &mut Chance, agreed: Agreed, trust: SourceTrust) -> Self {
        Self {
            ssrc: chance.next_u32(),
            first_sequence: chance.next_u32() as u16,
            first_timestamp: chance.next_u32(),
            agreed,
            trust,
            silent_after: Self::SILENT_AFTER,
            identity: None,
        }
    }
}
