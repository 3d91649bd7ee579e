//! Being challenged: a trunk's challenge is answered with that trunk's password, anybody else's never (22.1).

use super::{
    digest::{Challenge, ClientSession},
    draft::Draft,
    event::Flow,
    settings::Credentials,
    transaction_layer::{ClientId, ClientUser, TransactionLayer},
    wire::{Message, Name},
};

/// What one of those that a request passes has been told: the proxies on the way and the far end ask each for itself
/// (RFC 3261, 22.3).
#[derive(Debug, Clone)]
pub(super) struct Proof {
    pub(super) header: Name,
    pub(super) value: String,
    session: ClientSession,
}

/// A request to be sent again with credentials.
pub(super) struct Again {
    pub(super) draft: Draft,
    pub(super) flow: Flow,
    pub(super) user: ClientUser,
    /// How often credentials were tried before.
    pub(super) tried: u8,
}

/// How often one request is sent again: for a proxy, for the far end, and once more for a nonce that has run out.
const TRIES: u8 = 3;

/// What to send again after this 401 or 407; `None` lets the failure stand.
///
/// The request must have gone to a trunk with credentials, the answer must come from one of its addresses and for its
/// realm; and a second challenge of the same kind is obeyed only if it says that the first nonce has run out.
pub(super) fn after_challenge(
    layer: &mut TransactionLayer,
    client: ClientId,
    response: &Message,
    source: &Flow,
) -> Option<Again> {
    let (asks, answers) = match response.status()? {
        401 => (Name::WwwAuthenticate, Name::Authorization),
        407 => (Name::ProxyAuthenticate, Name::ProxyAuthorization),
        _ => return None,
    };
    let (draft, flow, user, tried) = layer.asked(client)?;
    let (_, trunk) = layer.settings.trunk(draft.trunk.as_ref()?)?;
    if !trunk.owns(source.remote.ip()) {
        return None;
    }
    let credentials = trunk.credentials.clone()?;
    // Carriers that know only MD5 are still the rule.
    let challenge = Challenge::choose(response.all(asks), credentials.realm.as_deref(), true).ok()?;
    let again = draft.proofs.iter().any(|proof| proof.header == answers);
    if tried >= TRIES || again && !challenge.stale {
        return None;
    }
    let mut draft = draft.clone();
    draft.proofs.retain(|proof| proof.header != answers);
    let session = ClientSession::new(challenge);
    draft.proofs.push(Proof { header: answers, value: String::new(), session });
    for Proof { value, session, .. } in &mut draft.proofs {
        let Credentials { user, password, .. } = &credentials;
        *value = session.answer(user, password, &draft.method, &draft.uri, &draft.body, &mut layer.chance);
    }
    Some(Again { draft, flow, user, tried })
}
