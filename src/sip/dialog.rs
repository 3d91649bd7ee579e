//! A dialog (RFC 3261, 12): who talks with whom, in which order, and along which route.

use std::net::SocketAddr;

use super::{
    draft::Draft,
    event::{Flow, Transport},
    settings::{Settings, Trunk},
    tag::Tag,
    transaction_layer::TransactionLayer,
    uas::own_contact,
    wire::{Address, Message, Method, Name, Scheme, Uri},
};

/// See the module's sentence. Values are as they stand in headers.
#[derive(Debug, Clone)]
pub(super) struct Dialog {
    pub(super) call_id: String,
    pub(super) local_tag: Tag,
    /// Empty if they speak RFC 2543 (12.1.1).
    pub(super) remote_tag: String,
    /// Our From, with our tag.
    local: String,
    /// Our To, with their tag.
    remote: String,
    /// Their Contact: the Request-URI of what we send.
    target: String,
    routes: Vec<String>,
    pub(super) local_seq: u32,
    remote_seq: Option<u32>,
    /// Where they really are: behind NAT their Contact cannot be reached.
    pub(super) flow: Flow,
    /// It was begun by TLS towards a `sips:` URI (12.1.1).
    pub(super) secure: bool,
}

/// The list elements of one header, as text.
fn elements(message: &Message, name: Name) -> Vec<String> {
    message.list(name).map(|value| String::from_utf8_lossy(value).into_owned()).collect()
}

fn target_of(message: &Message, flow: &Flow) -> String {
    match message.contact() {
        Some(contact) => contact.uri.as_str().to_owned(),
        // Without a Contact (RFC 2543) the far end is where it sent from.
        None => format!("sip:{}", flow.remote),
    }
}

impl Dialog {
    /// As the one who is called (12.1.1). `request` has been checked.
    pub(super) fn of_request(request: &Message, local_tag: Tag, flow: Flow) -> Self {
        let to = request.text(Name::To).unwrap_or_default();
        Self {
            call_id: request.call_id().unwrap_or_default().to_owned(),
            local_tag,
            remote_tag: request.from_tag().unwrap_or_default().to_owned(),
            local: format!("{to};tag={local_tag}"),
            remote: request.text(Name::From).unwrap_or_default().into_owned(),
            target: target_of(request, &flow),
            routes: elements(request, Name::RecordRoute),
            local_seq: 0,
            remote_seq: request.cseq().map(|(seq, _)| seq),
            flow,
            secure: flow.transport.is_secure()
                && request.uri().is_some_and(|uri| uri.scheme() == Scheme::Sips),
        }
    }

    /// As the one who calls (12.1.2): `draft` is our INVITE, `response` what came for it.
    pub(super) fn of_response(draft: &Draft, local_tag: Tag, response: &Message, flow: Flow) -> Self {
        let mut routes = elements(response, Name::RecordRoute);
        routes.reverse();
        Self {
            call_id: draft.call_id.clone(),
            local_tag,
            remote_tag: response.to_tag().unwrap_or_default().to_owned(),
            local: draft.from.clone(),
            remote: response.text(Name::To).unwrap_or_default().into_owned(),
            target: target_of(response, &flow),
            routes,
            local_seq: draft.seq,
            remote_seq: None,
            secure: flow.transport.is_secure() && is_sips(&draft.uri),
            flow,
        }
    }

    /// Does this request belong to the dialog? (Our tag has led here already.)
    pub(super) fn owns(&self, request: &Message) -> bool {
        request.call_id() == Some(&*self.call_id) && request.from_tag().unwrap_or_default() == self.remote_tag
    }

    /// Takes the next request in order. False if it is older than one that has been served (12.2.2: answer 500).
    pub(super) fn admit(&mut self, seq: u32) -> bool {
        if self.remote_seq.is_some_and(|last| seq <= last) {
            return false;
        }
        self.remote_seq = Some(seq);
        true
    }

    /// A phone behind NAT is where it sent from last.
    pub(super) fn heard_along(&mut self, flow: Flow) {
        self.flow = flow;
    }

    /// Its connection is gone: a trunk is reached anew, at the address that it is known by, and a phone when it comes back.
    pub(super) fn connection_lost(&mut self, lost: &Flow) {
        if self.flow.connection.is_some() && self.flow.connection == lost.connection {
            self.flow.connection = None;
        }
    }

    /// A target refresh (12.2.1.2, 12.2.2): INVITE and UPDATE, and their 2xx, may name a new Contact.
    pub(super) fn refresh_target(&mut self, message: &Message) {
        if let Some(contact) = message.contact() {
            self.target = contact.uri.as_str().to_owned();
        }
    }

    /// It has been an early dialog before: numbers go on from there, both ways (13.2.2.4 takes route and target anew).
    pub(super) fn continues(&mut self, early: &Self) {
        self.local_seq = self.local_seq.max(early.local_seq);
        self.remote_seq = early.remote_seq;
    }

    /// The next request of ours in this dialog.
    pub(super) fn request(&mut self, method: Method) -> Draft {
        self.local_seq += 1;
        self.draft(method, self.local_seq)
    }

    /// The ACK of a 2xx (13.2.2.4): it carries the number of the INVITE.
    pub(super) fn ack(&self, seq: u32) -> Draft {
        self.draft(Method::Ack, seq)
    }

    fn draft(&self, method: Method, seq: u32) -> Draft {
        let (uri, routes) = self.route();
        let (from, to) = (self.local.clone(), self.remote.clone());
        Draft { routes, ..Draft::bare(method, uri, from, to, self.call_id.clone(), seq) }
    }

    /// The Request-URI and the Route headers (12.2.1.1): a strict router wants itself in the Request-URI.
    fn route(&self) -> (String, Vec<String>) {
        let first = self.routes.first().and_then(|route| Address::parse(route.as_bytes()));
        match first {
            Some(first) if !first.uri.is_loose() => {
                let mut routes: Vec<String> = self.routes[1..].to_vec();
                routes.push(format!("<{}>", self.target));
                (first.uri.as_str().to_owned(), routes)
            }
            _ => (self.target.clone(), self.routes.clone()),
        }
    }

    /// Our Contact within it: one that is to be secure has secure Contacts (12.1.1).
    pub(super) fn own_contact(&self, layer: &TransactionLayer, user: &str) -> String {
        let contact = own_contact(layer, user, &self.flow);
        if self.secure { secured(&contact) } else { contact }
    }

    /// Where the next request goes. A trunk may name another of its own addresses in Record-Route or Contact, and
    /// gets its requests there; any other name is ignored and the flow that the dialog came from is used. That is right
    /// for phones behind NAT, and keeps strangers from aiming our requests.
    pub(super) fn next_hop(&self, settings: &Settings, trunk: Option<&Trunk>) -> Flow {
        let Some(trunk) = trunk else { return self.flow };
        let named = match self.routes.first() {
            Some(route) => Address::parse(route.as_bytes()).map(|address| address.uri),
            None => Uri::parse(self.target.as_bytes()),
        };
        let named = named.and_then(|uri| self.named_hop(settings, trunk, &uri));
        if self.flow.transport.is_stream() {
            if self.flow.connection.is_some() {
                return self.flow;
            }
            // Whoever names a stream listens for one.
            if let Some(named) = named.filter(|named| named.transport.is_stream()) {
                return named;
            }
            // A connection that they opened cannot be opened again from here: the host that the dialog is with is gone to
            // by the way that its trunk has there.
            let known = &trunk.located.addresses;
            let same = known.iter().find(|address| address.ip() == self.flow.remote.ip());
            let remote = same.or(known.first()).copied().unwrap_or(self.flow.remote);
            return Flow { remote, ..self.flow };
        }
        named.unwrap_or(self.flow)
    }

    /// The address in a route or a Contact, if it is one of the trunk's own; by TCP if it says so.
    fn named_hop(&self, settings: &Settings, trunk: &Trunk, uri: &Uri<'_>) -> Option<Flow> {
        let ip = uri.host_ip()?;
        if !trunk.owns(ip) || ip.is_ipv4() != self.flow.remote.is_ipv4() {
            return None;
        }
        let remote = SocketAddr::new(ip, uri.port().unwrap_or(5060));
        let streams = uri.param("transport").is_some_and(|named| named.eq_ignore_ascii_case("tcp"));
        let by_tcp = streams.then(|| settings.flow_to(Transport::Tcp, remote)).flatten();
        let otherwise = match self.flow.transport {
            Transport::Udp => Some(Flow { remote, ..self.flow }),
            _ => None,
        };
        by_tcp.or(otherwise)
    }
}

/// As a `sips:` URI, which says by itself that it is reached by TLS (RFC 5630, 3.1.3).
pub(super) fn secured(contact: &str) -> String {
    let bare = contact.strip_prefix("sip:").unwrap_or(contact);
    format!("sips:{}", bare.strip_suffix(";transport=tls").unwrap_or(bare))
}

pub(super) fn is_sips(uri: &str) -> bool {
    uri.get(..5).is_some_and(|scheme| scheme.eq_ignore_ascii_case("sips:"))
}

/// Does this request want TLS all the way (8.1.1.8)?
pub(super) fn wants_sips(request: &Message) -> bool {
    let sips = |uri: &Uri<'_>| uri.scheme() == Scheme::Sips;
    request.uri().is_some_and(|uri| sips(&uri))
        || request.routes().next().flatten().is_some_and(|route| sips(&route.uri))
}
