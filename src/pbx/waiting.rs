//! Somebody who has been answered and waits while another phone is rung: parked, transferred, or recalled.

use std::time::Duration;

use super::{
    Disposition,
    leg::Leg,
    next::{Next, Step},
    parked::Place,
    ring_plan::{Hunt, RingPlan, RingStep},
    ringing::Ringing,
};
use crate::types::Extension;

/// Who is to be rung for somebody who waits, and what the phones show beside the caller.
#[derive(Debug)]
pub(super) struct Reach {
    pub(super) hunt: Hunt,
    /// `Park recall`, `Recall`.
    pub(super) label: Option<String>,
    /// Whoever waits goes on hearing music, and does not hear that it rings.
    pub(super) music: bool,
}

/// What becomes of somebody who waits when nobody has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Otherwise {
    /// Back into the slot.
    Park(Place),
}

/// Who waits.
#[derive(Debug)]
pub(super) struct Waiting {
    pub(super) leg: Leg,
    pub(super) label: Option<String>,
    pub(super) otherwise: Otherwise,
    pub(super) disposition: Disposition,
}

impl Waiting {
    /// Nobody has come.
    pub(super) fn in_vain(self: Box<Self>) -> Step<Ringing> {
        let Self { leg, otherwise, disposition, .. } = *self;
        match otherwise {
            Otherwise::Park(place) => Step::Go(Next::Park { leg, place, disposition }),
        }
    }
}

impl Reach {
    /// All phones of an extension.
    pub(super) fn extension(extension: &Extension, ring_for: Duration) -> Self {
        let plan = RingPlan::new([RingStep { extensions: vec![extension.clone()], ring_for }]);
        Self { hunt: Hunt::of_plan(&plan), label: None, music: false }
    }
}
