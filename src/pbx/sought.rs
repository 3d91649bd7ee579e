//! Whom a call looks for when that follows from the call alone: what a desk phone has dialled, and whom the agent wants.

use super::{
    Dialled,
    exchange::Context,
    ring_plan::{Hunt, INTERNAL_RING, OUTBOUND_RING, Outside, Stage, Target},
};

/// Whom a desk phone has dialled. That it may be reached has been decided.
pub(super) fn hunt_of_desk(cx: &mut Context<'_>) -> Hunt {
    let directory = cx.ledger.directory().clone();
    match cx.ledger.dialled().clone() {
        // A phone with a mailbox does not ring as long as one whose caller has nowhere else to go.
        Dialled::Extension(extension) => {
            let mailbox = directory.services.mailboxes.get(&extension);
            let ring_for = mailbox.map_or(INTERNAL_RING, |mailbox| mailbox.ring);
            Hunt::of_extension(extension, ring_for)
        }
        // Features ring nobody.
        Dialled::Star(_) => Hunt::default(),
        Dialled::Number(number) => Hunt::of_outside(
            cx.exchange.open_trunks(cx.now, &directory),
            Outside::Number(number),
            OUTBOUND_RING,
        ),
        // A state of its own; nothing leads here.
        Dialled::Emergency(_) => Hunt::default(),
    }
}

/// The phones of the number that was called, for a caller whom the agent hands over.
pub(super) fn hunt_of_staff(cx: &mut Context<'_>) -> Hunt {
    let directory = cx.ledger.directory().clone();
    let number = cx.ledger.dialled().number().and_then(|number| directory.numbers.get(&number));
    number.map_or_else(Hunt::default, |number| {
        let named = number.plan.steps().iter().map(|step| {
            let targets = step.extensions.iter().cloned().map(Target::Extension).collect();
            Stage::of(targets, step.ring_for)
        });
        Hunt::of_stages(named)
    })
}
