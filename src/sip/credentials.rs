//! Being challenged: a trunk's challenge is answered with that trunk's password, anybody else's never (22.1).

use super::{
    digest::{Challenge, ClientSession},
    draft::Draft,
    event::Flow,
    transaction_layer::{ClientId, ClientUser, TransactionLayer},
    wire::{Message, Name},
};

/// A request to be sent again with credentials.
pub(super) struct Again {
    pub(super) draft: Draft,
    pub(super) credentials: (Name, String),
    pub(super) flow: Flow,
    pub(super) user: ClientUser,
    /// How often credentials were tried before.
    pub(super) tried: u8,
}

/// What to send again after this 401 or 407; `None` lets the failure stand.
///
/// The request must have gone to a trunk with credentials, the answer must come from one of its addresses and for its
/// realm; and a second challenge is obeyed only if it says that the first nonce has run out.
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
    if tried > 1 || tried == 1 && !challenge.stale {
        return None;
    }
    let draft = draft.clone();
    let value = ClientSession::new(challenge).answer(
        &credentials.user,
        &credentials.password,
        &draft.method,
        &draft.uri,
        &mut layer.chance,
    );
    Some(Again { draft, credentials: (answers, value), flow, user, tried })
}
