//! Fax: heard in the voice, counted page by page, and relayed as T.38 (ITU-T T.30, T.38).
//!
//! - Nothing here speaks fax: the box is never one of its two machines.
//! - What is heard changes nothing of what passes: a relayed packet goes on as it came.
//! - A page is counted when the receiver has said that it has it, and never by guessing.

mod control;
mod ear;
mod ifp;
mod relay;
mod signal;
mod v21;
mod watch;

pub use relay::{FaxEnd, FaxRelay};
pub use signal::FaxSign;
pub(super) use {ear::FaxEar, watch::FaxWatch};
