//! A 2xx to an INVITE of ours whose call is over: a fork that answered late is acknowledged and ended, from what the 2xx
//! itself says (RFC 3261, 13.2.2.4), so that nothing has to be kept for it.

use std::time::Instant;

use super::{
    dialog::Dialog,
    draft::Draft,
    endpoint::Endpoint,
    event::{Flow, TrunkName},
    invite::{Session, bye},
    tag::{Branch, Tag},
    transaction_layer::ClientUser,
    uac::next_hop,
    wire::{Message, Method, Name, check},
};

impl Endpoint {
    /// False if it is a stray: no such 2xx, or from somebody who cannot have had an INVITE of ours.
    pub(super) fn late_success(&mut self, now: Instant, flow: Flow, response: &Message) -> bool {
        let Some((tag, seq)) = late_success(response) else { return false };
        let trunk = self.layer.settings.trunk_at(flow.remote.ip()).map(|(_, trunk)| trunk.name.clone());
        if trunk.is_none() && !self.registrar.sends_from(flow.remote) {
            return false;
        }
        let theirs = response.to_tag().unwrap_or_default();
        let alive = match self.sessions.by_tag.get(&tag).and_then(|id| self.sessions.table.get(id)) {
            Some(Session::Talking(talking)) => talking.dialog.remote_tag == theirs,
            // An earlier try of a call that is still being made: its answer comes by its own transaction.
            Some(_) => return false,
            None => false,
        };
        let invite = invite_of(response, seq, trunk.clone());
        let mut dialog = Dialog::of_response(&invite, tag, response, flow);
        let hop = next_hop(&self.layer, &dialog, trunk.as_ref());
        // Nobody repeats this one: if it is lost the 2xx comes again.
        let _ = self.layer.send_ack(now, &dialog.ack(seq), hop);
        if !alive {
            let mut end = dialog.request(Method::Bye);
            end.trunk = trunk;
            bye(&mut end, None);
            // If the table is full the far end finds out by its own means: nothing of ours is left.
            let _ = self.layer.send(now, end, hop, ClientUser::Nobody);
        }
        true
    }
}

/// Our tag and the number of the INVITE, if this is a 2xx to one that can have been ours.
fn late_success(response: &Message) -> Option<(Tag, u32)> {
    check::response(response).ok()?;
    let (seq, method) = response.cseq()?;
    let success = (200..300).contains(&response.status()?) && method == Method::Invite;
    Branch::parse(response.via()?.branch()?)?;
    let tag = Tag::parse(response.from_tag()?)?;
    success.then_some((tag, seq))
}

/// As much of the INVITE as its dialog is made from.
fn invite_of(response: &Message, seq: u32, trunk: Option<TrunkName>) -> Draft {
    let from = response.text(Name::From).unwrap_or_default().into_owned();
    let call_id = response.call_id().unwrap_or_default().to_owned();
    Draft { trunk, ..Draft::bare(Method::Invite, String::new(), from, String::new(), call_id, seq) }
}
