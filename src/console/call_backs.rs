//! Call-backs that callers of a queue were promised: what the switch last said of each, the list, and the way out of it.

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
use jiff::SignedDuration;

use super::{
    pages::{ROWS, not_found, unavailable},
    proved::ProvedForm,
    shield::plain,
    site::Site,
};
use crate::{
    pbx::{CallBack, Control},
    store::StoreError,
    types::CallId,
};

/// What has become of a promise is shown for so long.
const SHOWN_FOR: SignedDuration = SignedDuration::from_hours(24);

/// Promises of which the switch was heard. The desk needs a moment to store what the switch says, and whoever has just
/// cancelled one must not see it stand; when there are more, the one asked for first goes, which is stored by then.
const HEARD_KEPT: usize = 1_000;

pub(super) fn routes() -> Router<Site> {
    Router::new().route("/call-backs/{call}/cancel", post(cancel))
}

/// The switch's last word on each since the start; cheap to clone.
#[derive(Debug, Clone, Default)]
pub(super) struct CallBackBoard {
    heard: Arc<Mutex<BTreeMap<CallId, CallBack>>>,
}

impl CallBackBoard {
    fn heard(&self) -> MutexGuard<'_, BTreeMap<CallId, CallBack>> {
        self.heard.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn hear(&self, promise: &CallBack) {
        let mut heard = self.heard();
        if heard.len() >= HEARD_KEPT
            && !heard.contains_key(&promise.call)
            && let Some(first) = heard.values().min_by_key(|known| known.asked).map(|known| known.call)
        {
            heard.remove(&first);
        }
        heard.insert(promise.call, promise.clone());
    }
}

/// Those that are still promised, the first asked for first; then what became of the others of the last day, the latest
/// first, and no more of these than a page has rows.
pub(super) async fn promised(site: &Site) -> Result<Vec<CallBack>, StoreError> {
    let since = site.now().wall.checked_sub(SHOWN_FOR).unwrap_or_default();
    let stored = site.read(move |reader| reader.call_backs(since)).await?;
    let mut all: BTreeMap<CallId, CallBack> =
        stored.into_iter().map(|promise| (promise.call, promise)).collect();
    for promise in site.live().call_backs().heard().values() {
        all.insert(promise.call, promise.clone());
    }
    let (mut over, mut promised): (Vec<_>, Vec<_>) =
        all.into_values().partition(|promise| promise.state.is_over());
    promised.sort_by_key(|promise| (promise.asked, promise.call));
    over.retain(|promise| promise.asked > since);
    over.sort_by_key(|promise| std::cmp::Reverse((promise.asked, promise.call)));
    over.truncate(ROWS);
    promised.append(&mut over);
    Ok(promised)
}

/// Nobody is to be called back for it any more. Who wanted that is on record first; the switch does it, and says so.
async fn cancel(
    State(site): State<Site>,
    Path(id): Path<String>,
    ProvedForm { person, .. }: ProvedForm,
) -> Response {
    let Ok(call) = id.parse::<CallId>() else { return not_found().await };
    let promise = match promised(&site).await {
        Ok(all) => all.into_iter().find(|promise| promise.call == call),
        Err(error) => return unavailable(&error),
    };
    let Some(promise) = promise else { return not_found().await };
    if promise.state.is_over() {
        // It came to its end while somebody looked: the page says how.
        return Redirect::to("/#call-backs").into_response();
    }
    let (actor, now) = (person.name.clone(), site.now().wall);
    let (subject, detail) = (call.to_string(), format!("queue {}, {}", promise.queue, promise.number));
    let audit = site.write(move |store| store.audit(&actor, "call_back.cancel", &subject, &detail, now));
    if let Err(error) = audit.await {
        return unavailable(&error);
    }
    if site.ask(Control::CancelCallBack { call }) {
        Redirect::to("/#call-backs").into_response()
    } else {
        plain(StatusCode::SERVICE_UNAVAILABLE, "The switch is busy. Try again in a moment.")
    }
}
