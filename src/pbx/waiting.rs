//! Somebody who has been answered and waits while another phone is rung: parked, transferred, or recalled.

use std::time::Duration;

use super::{
    Dialled, Disposition,
    exchange::Context,
    leg::Leg,
    next::{Next, Step},
    parked::Place,
    ring_plan::{Hunt, Outside, RingPlan, RingStep},
    ringing::Ringing,
};
use crate::{sip::Cause, types::Extension};

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
    /// This phone is rung: it has transferred the call.
    Recall(Extension),
    /// A caller from outside gets the agent; anybody else is told that nobody is there.
    GiveUp,
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
    pub(super) fn in_vain(self: Box<Self>, cx: &mut Context<'_>) -> Step<Ringing> {
        let Self { leg, otherwise, disposition, .. } = *self;
        match otherwise {
            Otherwise::Park(place) => Step::Go(Next::Park { leg, place, disposition }),
            Otherwise::Recall(extension) => {
                let ring_for = cx.ledger.directory().features.transfer_ring;
                let reach = Reach { label: Some("Recall".to_owned()), ..Reach::extension(&extension, ring_for) };
                Step::Go(Next::Reach { leg, reach, otherwise: Otherwise::GiveUp, disposition })
            }
            Otherwise::GiveUp => {
                leg.hang_up(cx, Some(Cause::Q850(19)));
                Step::Go(Next::End(disposition))
            }
        }
    }
}

impl Reach {
    /// All phones of an extension.
    pub(super) fn extension(extension: &Extension, ring_for: Duration) -> Self {
        let plan = RingPlan::new([RingStep { extensions: vec![extension.clone()], ring_for }]);
        Self { hunt: Hunt::of_plan(&plan), label: None, music: false }
    }

    /// Whoever is dialled. That it may be reached has been decided.
    pub(super) fn dialled(cx: &Context<'_>, dialled: &Dialled, ring_for: Duration) -> Self {
        let directory = cx.ledger.directory().clone();
        match dialled {
            Dialled::Extension(extension) => Self::extension(extension, ring_for),
            Dialled::Number(number) => {
                let trunks = cx.exchange.open_trunks(cx.now, &directory);
                Self {
                    hunt: Hunt::of_outside(trunks, Outside::Number(*number), ring_for),
                    label: None,
                    music: false,
                }
            }
            // Nobody is transferred to the emergency service: whoever is in danger dials it.
            Dialled::Emergency(_) | Dialled::Star(_) => {
                Self { hunt: Hunt::default(), label: None, music: false }
            }
        }
    }
}
