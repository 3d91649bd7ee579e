//! An answer of ours to one of their requests, before it is written along the request's own headers.

use super::{
    event::Package,
    tag::Tag,
    wire::{Message, Method, Name, ResponseBuilder, reason_phrase},
};

/// The methods that we serve, for 405 and OPTIONS (RFC 3261, 20.5).
pub(super) const ALLOW: &str =
    "INVITE, ACK, CANCEL, BYE, OPTIONS, REGISTER, MESSAGE, INFO, PRACK, UPDATE, REFER, SUBSCRIBE";

/// The extensions that we serve, for Supported (RFC 3261, 20.37) and against Require.
pub(super) const SUPPORTED: &str = "100rel, replaces, norefersub, timer";
/// What a REGISTER may require beside these.
pub(super) const SUPPORTED_BY_REGISTRAR: &str = "path, outbound";
/// The same for our requests within a call: nobody waits there for a provisional answer.
pub(super) const SUPPORTED_IN_CALL: &str = "replaces, norefersub, timer";

/// The reason of a 480 to a call whose `sips:` address cannot be served; its Warning says the same (RFC 5630, 5.3).
pub const SIPS_NOT_ALLOWED: &str = "SIPS Not Allowed";

/// See the module's sentence.
#[derive(Debug, Clone, Default)]
pub(super) struct Reply {
    pub(super) status: u16,
    /// Instead of the phrase that the RFC gives the status.
    reason: Option<String>,
    headers: Vec<(Name, String)>,
    /// It makes or is part of a dialog: Record-Route is copied (12.1.1).
    record_routes: bool,
    body: Option<(&'static str, Vec<u8>)>,
}

impl Reply {
    pub(super) fn new(status: u16) -> Self {
        Self { status, ..Self::default() }
    }

    pub(super) fn reason(mut self, reason: impl Into<String>) -> Self {
        self.reason = Some(reason.into()).filter(|reason| !reason.is_empty());
        self
    }

    pub(super) fn with(mut self, name: Name, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// What we can do, for whoever asks by OPTIONS, within a dialog or outside (RFC 3261, 11.2; RFC 6665, 8.2.2).
    pub(super) fn capabilities() -> Self {
        Self::new(200)
            .with(Name::Allow, ALLOW)
            .with(Name::Accept, "application/sdp, text/plain")
            .with(Name::AcceptEncoding, "identity")
            .with(Name::Supported, SUPPORTED)
            .with(Name::AllowEvents, Package::ALLOWED)
    }

    /// The refusal of a call or an offer. A 488 says in a Warning what could not be accepted (RFC 3261, 13.3.1.3 and 20.43).
    pub(super) fn refusing_offer(status: u16) -> Self {
        let reply = Self::new(status);
        match status {
            488 => reply.with(Name::Warning, r#"305 portico "Incompatible media format""#),
            _ => reply,
        }
    }

    /// 480, because TLS is wanted where there is none.
    pub(super) fn sips_not_allowed() -> Self {
        let warning = format!(r#"380 portico "{SIPS_NOT_ALLOWED}""#);
        Self::new(480).reason(SIPS_NOT_ALLOWED).with(Name::Warning, warning)
    }

    /// To a method that is not served there: 405 to one that we know (8.2.1), 501 to one that we do not (21.5.2).
    pub(super) fn unserved(method: &Method) -> Self {
        let status = if matches!(method, Method::Other(_)) { 501 } else { 405 };
        Self::new(status).with(Name::Allow, ALLOW)
    }

    /// Adds the headers of an answer that makes or refreshes a dialog.
    pub(super) fn in_dialog(mut self, contact: &str) -> Self {
        self.record_routes = true;
        self.with(Name::Contact, format!("<{contact}>"))
            .with(Name::Allow, ALLOW)
            .with(Name::Supported, SUPPORTED)
    }

    /// An empty body is none.
    pub(super) fn body(mut self, content_type: &'static str, body: Vec<u8>) -> Self {
        self.body = if body.is_empty() { None } else { Some((content_type, body)) };
        self
    }

    /// The body of one that accepts something.
    pub(super) fn accepted_with(&self) -> Option<&[u8]> {
        let body = self.body.as_ref().filter(|_| (200..300).contains(&self.status));
        body.map(|(_, body)| body.as_slice())
    }

    /// The status, if there is nothing else to it.
    pub(super) fn plain(&self) -> Option<u16> {
        let bare =
            self.reason.is_none() && self.headers.is_empty() && !self.record_routes && self.body.is_none();
        bare.then_some(self.status)
    }

    /// The bytes of the answer to `request`.
    pub(super) fn write(&self, request: &Message, tag: Tag) -> Vec<u8> {
        let phrase = self.reason.as_deref().unwrap_or_else(|| reason_phrase(self.status));
        let tag = tag.to_string();
        let mut builder = ResponseBuilder::reply_with_reason(request, self.status, phrase, Some(&tag));
        if self.record_routes {
            builder = builder.record_routes_of(request);
        }
        for (name, value) in &self.headers {
            builder = builder.header(*name, value);
        }
        match &self.body {
            Some((content_type, body)) => builder.build_with_body(content_type, body),
            None => builder.build(),
        }
    }
}
