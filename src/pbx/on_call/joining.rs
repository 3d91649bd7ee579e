//! Callers who tell of a danger that people on call know of already: whose escalation they join, and for how long.
//!
//! Bounded like all of it: who has joined is forgotten with the call, and so many of them are written down and no more.

use std::time::Duration;

use jiff::SignedDuration;

use super::{Escalation, Report, Verdict};
use crate::{
    incident::{self, REPEATS_WITHIN, repeats},
    pbx::Houses,
    types::{Moment, PhoneNumber},
};

/// So many callers are written down in an escalation; those beyond join it all the same.
pub(super) const MOST_WRITTEN: usize = 64;

/// Harm to a home of which it is not known yet where it is, while another caller has told of the like, rings nobody for so
/// long: the caller is being asked. A danger to life never waits.
pub(super) const HOLD: Duration = Duration::from_secs(30);

/// A danger to life is told anew after this, however often it was repeated meanwhile: whoever accepted should have been there.
const FRESH: SignedDuration = SignedDuration::from_hours(4);

/// Is this what the escalation is about, so that nobody need be rung for it anew? `last`: when it was told of last.
pub(super) fn covers(
    standing: &Escalation,
    last: jiff::Timestamp,
    now: Moment,
    houses: &Houses,
    told: &incident::Report,
) -> bool {
    if now.wall.duration_since(last) > REPEATS_WITHIN || standing.merged.is_some() {
        return false;
    }
    if told.urgency.is_life_safety() {
        // "Leave it until the morning" was said of what was known then.
        let left = matches!(standing.settled, Some((Verdict::Downgraded, ..)));
        if left || standing.given_up || now.wall.duration_since(standing.opened) > FRESH {
            return false;
        }
    }
    repeats(&as_incident(&standing.report, now, houses, standing.dialled), told).is_ok()
}

/// May it be what another caller has told of, and is only the place not known yet?
pub(super) fn may_be_known(
    standing: &Escalation,
    last: jiff::Timestamp,
    now: Moment,
    told: &incident::Report,
) -> bool {
    let fresh = now.wall.duration_since(last) <= REPEATS_WITHIN && standing.merged.is_none();
    let alike = standing.report.urgency == told.urgency && !told.harmed;
    fresh && alike && told.property.is_none() && !told.urgency.is_life_safety()
}

fn as_incident(
    report: &Report,
    now: Moment,
    houses: &Houses,
    dialled: Option<PhoneNumber>,
) -> incident::Report {
    let (words, place) = (report.words.as_deref().unwrap_or_default(), report.place.as_deref());
    let line = houses.of_line(dialled);
    incident::Report::said(words, place, report.urgency, now.wall, &houses.properties, line)
}
