//! A request of ours before it has a branch: what stays the same when it is sent again with credentials, cancelled or acknowledged.

use std::net::SocketAddr;

use super::{
    credentials::Proof,
    event::{Transport, TrunkName},
    tag::Branch,
    wire::{Method, Name, RequestBuilder, Uri},
};

/// How many hops a request may take that begins here (RFC 3261, 8.1.1.6).
pub const MAX_FORWARDS: u8 = 70;

/// See the module's sentence. Header values are complete and free of line ends.
#[derive(Debug, Clone)]
pub(super) struct Draft {
    pub(super) method: Method,
    /// The Request-URI.
    pub(super) uri: String,
    pub(super) routes: Vec<String>,
    /// With our tag.
    pub(super) from: String,
    /// With their tag, once there is one.
    pub(super) to: String,
    pub(super) call_id: String,
    /// How many hops it may take.
    pub(super) max_forwards: u8,
    pub(super) seq: u32,
    /// Further headers, in order.
    pub(super) headers: Vec<(Name, String)>,
    /// Headers whose names the PBX chose.
    pub(super) named: Vec<(String, String)>,
    /// What has been proved, to a proxy or to the far end.
    pub(super) proofs: Vec<Proof>,
    pub(super) content_type: Option<String>,
    pub(super) body: Vec<u8>,
    /// The trunk that it goes to: the only one whose challenge is answered with that trunk's credentials.
    pub(super) trunk: Option<TrunkName>,
}

impl Draft {
    /// With what every request has (8.1.1), and no more.
    pub(super) fn bare(
        method: Method,
        uri: String,
        from: String,
        to: String,
        call_id: String,
        seq: u32,
    ) -> Self {
        Self {
            method,
            uri,
            routes: vec![],
            from,
            to,
            call_id,
            max_forwards: MAX_FORWARDS,
            seq,
            headers: vec![],
            named: vec![],
            proofs: vec![],
            content_type: None,
            body: vec![],
            trunk: None,
        }
    }

    /// The bytes of the request; `None` if its Request-URI is none.
    pub(super) fn write(&self, branch: Branch, transport: Transport, sent_by: SocketAddr) -> Option<Vec<u8>> {
        Uri::parse(self.uri.as_bytes())?;
        let mut builder =
            RequestBuilder::new(&self.method, &self.uri).via(transport.via(), sent_by, &branch.to_string());
        for route in &self.routes {
            builder = builder.header(Name::Route, route);
        }
        builder = builder
            .max_forwards(self.max_forwards)
            .header(Name::From, &self.from)
            .header(Name::To, &self.to)
            .call_id(&self.call_id)
            .cseq(self.seq, &self.method);
        for (name, value) in &self.headers {
            builder = builder.header(*name, value);
        }
        for (name, value) in &self.named {
            builder = builder.other(name, value);
        }
        for Proof { header, value, .. } in &self.proofs {
            builder = builder.header(*header, value);
        }
        Some(match &self.content_type {
            Some(content_type) => builder.build_with_body(content_type, &self.body),
            None => builder.build(),
        })
    }

    /// The same request, without what only it carries: the basis of its CANCEL and of its ACKs.
    fn companion(&self, method: Method, to: String) -> Draft {
        Draft {
            routes: self.routes.clone(),
            ..Draft::bare(method, self.uri.clone(), self.from.clone(), to, self.call_id.clone(), self.seq)
        }
    }

    /// The CANCEL of this INVITE (9.1): it has the same branch, and no tag in To.
    pub(super) fn cancel(&self) -> Draft {
        self.companion(Method::Cancel, self.to.clone())
    }

    /// The ACK of a 2xx to this re-INVITE (13.2.2.4), to be sent under a branch of its own.
    pub(super) fn ack_success(&self) -> Draft {
        Draft { proofs: self.proofs.clone(), ..self.companion(Method::Ack, self.to.clone()) }
    }

    /// The ACK of a failure of this INVITE (17.1.1.3): it has the same branch, and the To of the failure.
    pub(super) fn ack_failure(&self, to: String) -> Draft {
        self.companion(Method::Ack, to)
    }
}
