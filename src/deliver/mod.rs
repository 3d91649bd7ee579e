//! What leaves the house by other ways than the trunk: e-mail, handed to the office's own mail server.
//!
//! - A letter is handed over once: [`hand_over`] says whether the server has it, will have it on another try, will never have
//!   it, or whether nobody can tell (the connection broke between the last byte and the answer).
//! - Nothing is sent in the clear to a server that is to be spoken to under TLS, a password above all.
//! - What is absent: decisions. The desk says what is sent, and when again.

mod mime;
mod smtp;

pub use mime::{Attachment, Mail};
pub use smtp::{Login, Outcome, Security, SmtpServer, hand_over};
