//! Dangers of which nobody has said yet what becomes of them: on every page until somebody has, by telephone or here.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use axum::{
    Router,
    extract::{Path, State},
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
    routing::post,
};

use super::{pages::not_found, proved::ProvedForm, shield::plain, site::Site};
use crate::{
    pbx::{Control, Escalation, EscalationStep, Verdict},
    types::CallId,
};

/// Notices that may stand at once; the oldest goes when there are more, and stays in the records.
const KEPT: usize = 32;

pub(super) fn routes() -> Router<Site> {
    Router::new().route("/escalations/{call}/{verdict}", post(settle))
}

/// Those that nobody has settled; cheap to clone.
#[derive(Debug, Clone, Default)]
pub(super) struct EscalationBoard {
    open: Arc<Mutex<BTreeMap<CallId, Escalation>>>,
}

impl EscalationBoard {
    fn open(&self) -> MutexGuard<'_, BTreeMap<CallId, Escalation>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// True: what stands on the pages has changed.
    pub(super) fn hear(&self, step: &EscalationStep) -> bool {
        let mut open = self.open();
        if let Some(known) = open.get_mut(&step.call) {
            known.take(step);
            if !known.is_open() {
                open.remove(&step.call);
            }
            return true;
        }
        let Some(escalation) = Escalation::of([step]) else { return false };
        if open.len() >= KEPT
            && let Some(oldest) = open.values().min_by_key(|known| known.opened).map(|known| known.call)
        {
            open.remove(&oldest);
        }
        open.insert(step.call, escalation);
        true
    }

    pub(super) fn restore(&self, all: &[Vec<EscalationStep>]) {
        let standing = all.iter().filter_map(Escalation::of);
        let mut open = self.open();
        for escalation in standing.filter(Escalation::is_open).take(KEPT) {
            open.insert(escalation.call, escalation);
        }
    }

    /// The first opened first.
    pub(super) fn all(&self) -> Vec<Escalation> {
        let mut all: Vec<Escalation> = self.open().values().cloned().collect();
        all.sort_by_key(|escalation| (escalation.opened, escalation.call));
        all
    }

    fn has(&self, call: CallId) -> bool {
        self.open().contains_key(&call)
    }
}

/// Somebody at a console says what becomes of it. Who it was is on record first; the switch does it, and says so.
async fn settle(
    State(site): State<Site>,
    Path((id, verdict)): Path<(String, String)>,
    ProvedForm { person, .. }: ProvedForm,
) -> Response {
    let (Ok(call), Some(verdict)) = (id.parse::<CallId>(), Verdict::from_name(&verdict)) else {
        return not_found().await;
    };
    if !site.live().escalations().has(call) {
        // Somebody was quicker: the page says who.
        return Redirect::to("/").into_response();
    }
    let (actor, now, subject) = (person.name.clone(), site.now().wall, call.to_string());
    let audit =
        site.write(move |store| store.audit(&actor, "escalation.settle", &subject, verdict.name(), now));
    if let Err(error) = audit.await {
        // The disk is away; that must not keep telephones ringing for what somebody sees to.
        tracing::error!(%error, %call, "who has settled an escalation could not be written down");
    }
    if site.ask(Control::SettleEscalation { call, verdict, by: person.name }) {
        Redirect::to("/").into_response()
    } else {
        plain(StatusCode::SERVICE_UNAVAILABLE, "The switch is busy. Try again in a moment.")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        dialogue::{LifeSafety, Urgency},
        pbx::{EscalationEvent, EscalationReport},
    };

    fn step(call: u64, number: u32, event: EscalationEvent) -> EscalationStep {
        let at = "2026-11-20T12:00:00Z".parse().unwrap();
        EscalationStep { call: CallId::from_random(call), number, at, event }
    }

    fn opened() -> EscalationEvent {
        let urgency = Urgency::LifeSafety(LifeSafety::Gas);
        let report = EscalationReport { urgency, place: None, name: None, callback: None, words: None };
        EscalationEvent::Opened { report, dialled: None }
    }

    #[test]
    fn a_danger_stands_until_somebody_has_settled_it() {
        let board = EscalationBoard::default();
        assert!(board.hear(&step(1, 1, opened())));
        assert!(board.hear(&step(2, 1, opened())));
        assert_eq!(board.all().len(), 2);
        let settled = EscalationEvent::Settled { verdict: Verdict::Known, by: "Ana".into() };
        assert!(board.hear(&step(1, 2, settled.clone())));
        assert_eq!(board.all().len(), 1);
        let restarted = EscalationBoard::default();
        restarted.restore(&[vec![step(1, 1, opened()), step(1, 2, settled)], vec![step(2, 1, opened())]]);
        assert_eq!(restarted.all(), board.all());
    }
}
