//! Replaces (RFC 3891): which of our dialogs a header names, and whether a new call may take its place.

use super::{
    event::{Peer, Replaces, SessionId},
    invite::{Session, Sessions},
    reply::Reply,
    tag::Tag,
    transaction_layer::TransactionLayer,
    wire::{Message, Name, Params},
};

impl Replaces {
    /// Reads the value of a Replaces header, or of the header of that name in a Refer-To.
    pub(super) fn parse(value: &[u8]) -> Option<Self> {
        let end = value.iter().position(|&b| b == b';')?;
        let call_id = std::str::from_utf8(&value[..end]).ok()?.trim();
        let params = Params::parse(&value[end..])?;
        if call_id.is_empty() || call_id.contains(char::is_whitespace) {
            return None;
        }
        Some(Self {
            call_id: call_id.to_owned(),
            to_tag: params.token("to-tag")?.to_owned(),
            from_tag: params.token("from-tag")?.to_owned(),
            early_only: params.has("early-only"),
        })
    }
}

impl Sessions {
    /// How a session is named on the wire, and who is at its other end.
    pub(super) fn call_id_of(&self, layer: &TransactionLayer, id: SessionId) -> Option<(String, &Peer)> {
        Some(match self.table.get(&id)? {
            Session::Invited(invited) => (invited.dialog.call_id.clone(), &invited.peer),
            Session::Calling(calling) => (layer.asked(calling.client)?.0.call_id.clone(), &calling.peer),
            Session::Talking(talking) => (talking.dialog.call_id.clone(), &talking.peer),
        })
    }

    /// The session whose dialog is named. The tags may also stand the other way round: a lamp shows a phone's dialog as that
    /// phone has it (RFC 4235), and whoever picks up copies it from there. Our own tag is a secret of the dialog either way.
    pub(super) fn session_of(&self, named: &Replaces) -> Option<SessionId> {
        let of = |ours: &str, theirs: &str| {
            let id = *self.by_tag.get(&Tag::parse(ours)?)?;
            let dialog = match self.table.get(&id)? {
                Session::Invited(invited) => &invited.dialog,
                Session::Calling(calling) => calling.early_dialog_with(theirs)?,
                Session::Talking(talking) => &talking.dialog,
            };
            (dialog.call_id == named.call_id && dialog.remote_tag == theirs).then_some(id)
        };
        of(&named.to_tag, &named.from_tag).or_else(|| of(&named.from_tag, &named.to_tag))
    }

    /// The session whose place a new INVITE is to take, or the refusal (RFC 3891, 3).
    pub(super) fn replaced(&self, request: &Message) -> Result<Option<SessionId>, Reply> {
        let Some(value) = request.header(Name::Replaces) else { return Ok(None) };
        let named = Replaces::parse(value).ok_or_else(|| Reply::new(400).reason("Bad Replaces"))?;
        let gone = || Reply::new(481);
        let id = self.session_of(&named).ok_or_else(gone)?;
        match self.table.get(&id) {
            Some(Session::Talking(talking)) if talking.is_leaving() => Err(Reply::new(603)),
            Some(Session::Talking(_)) if named.early_only => Err(Reply::new(486)),
            Some(Session::Calling(calling)) if calling.is_cancelled() => Err(Reply::new(603)),
            Some(Session::Talking(_) | Session::Calling(_)) => Ok(Some(id)),
            // An early dialog that they began cannot be replaced.
            Some(Session::Invited(_)) | None => Err(gone()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_back() {
        for early_only in [false, true] {
            let named = Replaces {
                call_id: "12adf2f34456gs5@b.example".to_owned(),
                to_tag: "12345".to_owned(),
                from_tag: "54321".to_owned(),
                early_only,
            };
            assert_eq!(Replaces::parse(named.to_string().as_bytes()), Some(named));
        }
    }

    #[test]
    fn a_dialog_is_named_by_three_values() {
        for text in ["", "a", "a;to-tag=1", "a;from-tag=1", ";to-tag=1;from-tag=2", "a b;to-tag=1;from-tag=2"]
        {
            assert_eq!(Replaces::parse(text.as_bytes()), None, "{text}");
        }
    }
}
