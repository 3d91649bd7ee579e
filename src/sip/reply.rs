//! An answer of ours to one of their requests, before it is written along the request's own headers.

use super::wire::{Message, Name, ResponseBuilder, reason_phrase};
use crate::sip::tag::Tag;

/// The methods that we serve, for 405 and OPTIONS (RFC 3261, 20.5).
pub(super) const ALLOW: &str =
    "INVITE, ACK, CANCEL, BYE, OPTIONS, REGISTER, MESSAGE, INFO, UPDATE, REFER, SUBSCRIBE";

/// The extensions that we serve, for Supported (RFC 3261, 20.37) and against Require.
pub(super) const SUPPORTED: &str = "100rel, replaces, norefersub, timer";
/// The same for our requests within a call: nobody waits there for a provisional answer.
pub(super) const SUPPORTED_IN_CALL: &str = "replaces, norefersub, timer";

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
