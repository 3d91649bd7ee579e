//! Whoever is in danger is not left to a work order: people on call are rung, one after the other, until somebody has said
//! with a key, or at a console, what becomes of it.
//!
//! Invariants, above all what is absent:
//! - An escalation is opened by the first words of danger or harm, whether the caller stays on the line or not, and it is
//!   known by that call. Nothing ends it but a person.
//! - A caller who tells of the same danger of the same property joins the escalation that there is, and nobody is rung anew;
//!   another danger, another place and somebody who is harmed make one of their own.
//! - It is the one thing that rings people on call, and it rings one of them at a time.
//! - Nobody is called before the step that says so is stored, or the store has had two seconds for it: a disk that is
//!   full must not keep help away. What a restart finds under way is written down as uncertain, and the next one is called.
//! - A call to somebody on call counts for none that takes it unless a key is pressed: a voicemail presses none.
//! - A line that a call to an emergency number needs is given back at once.
//! - What the record says of the emergency is not touched, whatever anybody presses.

mod alerting;
mod awaiting;
mod escalation;
mod escalations;
mod joining;
mod ladder;
mod rota;

pub use escalation::{
    Called, Escalation, EscalationStep, Event as EscalationEvent, Report as EscalationReport, Unreached,
    Verdict,
};
pub use rota::{OnCall, Rota};

use escalation::{Event, Report};

pub(super) use alerting::{Alert, Alerting, News, Order};
pub(super) use awaiting::Awaiting;
pub(super) use escalations::{Do, Escalations, ForCaller, Heard};
