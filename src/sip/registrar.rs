//! Who is reachable where, and until when: the registrar of RFC 3261, 10.3, for requests that have been authenticated.

use std::{
    collections::BTreeMap,
    net::SocketAddr,
    time::{Duration, Instant},
};

use super::{
    event::{Binding, Event, Flow, Transport},
    path,
    reply::Reply,
    schedule::Wake,
    transaction_layer::TransactionLayer,
    wire::{Address, Contact, Message, Name, Uri},
};
use crate::types::Extension;

/// Shorter registrations would cost more than they bring: 423 (10.3, step 7).
const MIN_EXPIRES: u32 = 60;
/// Longer ones are cut to this.
const MAX_EXPIRES: u32 = 3600;
/// How much of its name for itself a phone gets kept.
const USER_AGENT_CHARS: usize = 64;
/// The longest Contact URI that is kept.
const CONTACT_CHARS: usize = 512;
/// The longest instance that is kept; a URN of a UUID has 45. A phone with a longer one is taken for one without.
const INSTANCE_CHARS: usize = 200;

/// One contact of an extension.
#[derive(Debug, Clone)]
struct Entry {
    contact: String,
    /// Which phone it is, whatever its address (RFC 5626, 4.1).
    instance: Option<String>,
    flow: Flow,
    /// The proxies on the way to it (RFC 3327).
    path: Vec<String>,
    expires: Instant,
    user_agent: String,
    /// What the phone calls us: the host of the Request-URI. Empty after a restart.
    domain: String,
    call_id: String,
    seq: u32,
}

impl Entry {
    fn binding(&self, extension: &Extension, now: Instant) -> Binding {
        Binding {
            extension: extension.clone(),
            contact: self.contact.clone(),
            instance: self.instance.clone(),
            flow: self.flow,
            path: self.path.clone(),
            expires_in: self.expires.saturating_duration_since(now),
            user_agent: self.user_agent.clone(),
        }
    }

    /// As the phone told it, for the answer.
    fn shown_instance(&self) -> String {
        let Some(instance) = self.instance.as_deref().filter(|text| !text.contains(['"', '\\'])) else {
            return String::new();
        };
        let (body, flow) = body_of(instance);
        let flow = flow.map(|flow| format!(";reg-id={flow}")).unwrap_or_default();
        format!(";+sip.instance=\"{body}\"{flow}")
    }

    /// Is that another way to the phone that this one leads to?
    fn is_other_flow(&self, other: &Entry) -> bool {
        let (Some(own), Some(other)) = (&self.instance, &other.instance) else { return false };
        let ((body, flow), (other_body, other_flow)) = (body_of(own), body_of(other));
        body == other_body && flow.is_some() && other_flow.is_some() && flow != other_flow
    }

    /// Is this what the phone of `newer` had before? What came with the same REGISTER stands beside it.
    fn is_former(&self, newer: &Entry) -> bool {
        let together = (&self.call_id, self.seq) == (&newer.call_id, newer.seq);
        newer.instance.is_some() && self.instance == newer.instance && !together
    }

    fn is_for(&self, uri: &Uri<'_>) -> bool {
        Uri::parse(self.contact.as_bytes()).is_some_and(|own| own.same_as(uri))
    }
}

/// See the module's sentence. Bounded by accounts times `Limits::contacts`.
#[derive(Debug, Default)]
pub(super) struct Registrar {
    entries: BTreeMap<Extension, Vec<Entry>>,
    /// How many bindings send from each address: a request from there is a phone's, not a stranger's.
    sources: BTreeMap<SocketAddr, usize>,
}

/// One change that a REGISTER asks for, checked.
struct Change {
    contact: String,
    instance: Option<String>,
    expires: u32,
}

impl Registrar {
    /// Serves the REGISTER of a phone that has proved `extension`. All of it takes effect, or nothing (10.3, step 7), and
    /// until this instant at the most.
    pub(super) fn register(
        &mut self,
        now: Instant,
        layer: &mut TransactionLayer,
        extension: &Extension,
        request: &Message,
        flow: Flow,
        until: Option<Instant>,
    ) -> Reply {
        let checked = self.changes(layer, extension, request);
        let (mut changes, path) = match checked.and_then(|changes| Ok((changes, path::path_of(request)?))) {
            Ok(checked) => checked,
            Err(reply) => return reply,
        };
        let wants_flows = request.lists(Name::Supported, "outbound")
            && changes
                .iter()
                .any(|change| change.instance.as_deref().is_some_and(|i| body_of(i).1.is_some()));
        if !path::keeps_flows(request, &path) {
            if wants_flows {
                return Reply::new(439);
            }
            // Without flows of its own its number for them means nothing (RFC 5626, 6).
            for instance in changes.iter_mut().filter_map(|change| change.instance.as_mut()) {
                *instance = body_of(instance).0.to_owned();
            }
        }
        let back = path::listening(flow, &path).unwrap_or(flow);
        let call_id = request.call_id().unwrap_or_default();
        let seq = request.cseq().map(|(seq, _)| seq).unwrap_or_default();
        let user_agent: String =
            request.text(Name::UserAgent).unwrap_or_default().chars().take(USER_AGENT_CHARS).collect();
        let domain = request.uri().map(|uri| uri.host().to_ascii_lowercase()).unwrap_or_default();
        for change in changes {
            let expires = now + Duration::from_secs(u64::from(change.expires));
            let entry = Entry {
                contact: change.contact,
                instance: change.instance,
                flow: back,
                path: path.clone(),
                expires: until.map_or(expires, |until| until.min(expires)),
                user_agent: user_agent.clone(),
                domain: domain.clone(),
                call_id: call_id.to_owned(),
                seq,
            };
            self.put(now, layer, extension, entry);
        }
        self.plan(layer, extension);
        let mut reply = Reply::new(200).with(Name::Server, layer.settings.user_agent.clone());
        if wants_flows {
            reply = reply.with(Name::Require, "outbound");
            // Of a flow to a proxy the proxy says how long it lasts.
            if path::is_first_hop(request) {
                reply = reply.with(Name::FlowTimer, flow_timer(flow.transport).as_secs().to_string());
            }
        }
        reply = path::told(request, &path, reply);
        for entry in self.entries.get(extension).into_iter().flatten() {
            let left = entry.expires.saturating_duration_since(now).as_secs();
            let phone = entry.shown_instance();
            reply = reply.with(Name::Contact, format!("<{}>{phone};expires={left}", entry.contact));
        }
        reply
    }

    /// Reads and checks everything before anything is changed.
    fn changes(
        &self,
        layer: &TransactionLayer,
        extension: &Extension,
        request: &Message,
    ) -> Result<Vec<Change>, Reply> {
        let bad = |reason: &str| Reply::new(400).reason(reason);
        let known = self.entries.get(extension).map(Vec::as_slice).unwrap_or_default();
        let call_id = request.call_id().unwrap_or_default();
        let seq = request.cseq().map(|(seq, _)| seq).unwrap_or_default();
        // A copy that was overtaken must not undo what came after it (10.3, steps 6 and 7).
        let in_order = |entry: &Entry| entry.call_id != call_id || entry.seq < seq;
        let out_of_order = || Reply::new(500).reason("CSeq Out Of Order");
        let default = request.expires();
        let mut changes: Vec<Change> = vec![];
        let mut star = false;
        for (count, contact) in request.contacts().enumerate() {
            match contact {
                None => return Err(bad("Bad Contact")),
                Some(Contact::Star) => {
                    if count > 0 || default != Some(0) || request.contacts().nth(1).is_some() {
                        return Err(bad("Bad Contact"));
                    }
                    star = true;
                }
                Some(Contact::Address(address)) => {
                    if changes.len() >= layer.settings.limits.contacts {
                        return Err(Reply::new(403).reason("Too Many Contacts"));
                    }
                    changes.push(change(&address, default)?);
                    if !known.iter().filter(|entry| entry.is_for(&address.uri)).all(in_order) {
                        return Err(out_of_order());
                    }
                }
            }
        }
        if star {
            if !known.iter().all(in_order) {
                return Err(out_of_order());
            }
            changes = known
                .iter()
                .map(|entry| Change { contact: entry.contact.clone(), instance: None, expires: 0 })
                .collect();
        }
        Ok(changes)
    }

    /// Adds, refreshes or (if it has run out already) removes one binding.
    fn put(&mut self, now: Instant, layer: &mut TransactionLayer, extension: &Extension, entry: Entry) {
        let same = |old: &Entry| Uri::parse(entry.contact.as_bytes()).is_some_and(|uri| old.is_for(&uri));
        let known = self.entries.entry(extension.clone()).or_default();
        let old = known.iter().position(same).map(|at| known.remove(at));
        if let Some(old) = &old {
            release(&mut self.sources, old.flow.remote);
        }
        if entry.expires <= now {
            if let Some(old) = old {
                layer.tell(Event::Unbound { extension: extension.clone(), contact: old.contact });
            }
            if known.is_empty() {
                self.entries.remove(extension);
            }
            return;
        }
        // A phone that was given another address, or has restarted, rings at its new place alone (RFC 5626, 6).
        let (former, others) = std::mem::take(known).into_iter().partition(|old| old.is_former(&entry));
        let former: Vec<Entry> = former;
        *known = others;
        for gone in former {
            release(&mut self.sources, gone.flow.remote);
            layer.tell(Event::Unbound { extension: extension.clone(), contact: gone.contact });
        }
        if known.len() >= layer.settings.limits.contacts
            && let Some(first) = (0..known.len()).min_by_key(|&at| known[at].expires)
        {
            // A phone that comes back under new addresses must not lock itself out.
            let gone = known.remove(first);
            release(&mut self.sources, gone.flow.remote);
            layer.tell(Event::Unbound { extension: extension.clone(), contact: gone.contact });
        }
        *self.sources.entry(entry.flow.remote).or_default() += 1;
        layer.tell(Event::Bound { binding: entry.binding(extension, now) });
        known.push(entry);
    }

    fn plan(&self, layer: &mut TransactionLayer, extension: &Extension) {
        let wake = Wake::Binding(extension.clone());
        match self.entries.get(extension).and_then(|known| known.iter().map(|entry| entry.expires).min()) {
            Some(at) => layer.schedule.set(wake, at),
            None => layer.schedule.clear(&wake),
        }
    }

    /// Bindings of this extension have run out.
    pub(super) fn expire(&mut self, now: Instant, layer: &mut TransactionLayer, extension: &Extension) {
        self.remove_if(layer, extension, |entry| entry.expires <= now);
    }

    /// A phone's connection is gone: behind NAT nothing else leads to it.
    pub(super) fn disconnected(&mut self, layer: &mut TransactionLayer, flow: &Flow) {
        if flow.connection.is_none() || !self.sources.contains_key(&flow.remote) {
            return;
        }
        let all: Vec<Extension> = self.entries.keys().cloned().collect();
        for extension in all {
            self.remove_if(layer, &extension, |entry| entry.flow.connection == flow.connection);
        }
    }

    /// Accounts have gone: so have their bindings.
    pub(super) fn keep_accounts(&mut self, layer: &mut TransactionLayer) {
        let gone: Vec<Extension> = self
            .entries
            .keys()
            .filter(|extension| !layer.settings.accounts.contains_key(*extension))
            .cloned()
            .collect();
        for extension in gone {
            self.remove_if(layer, &extension, |_| true);
        }
    }

    fn remove_if(
        &mut self,
        layer: &mut TransactionLayer,
        extension: &Extension,
        unwanted: impl Fn(&Entry) -> bool,
    ) {
        let Some(known) = self.entries.get_mut(extension) else { return };
        let (gone, kept) = std::mem::take(known).into_iter().partition(|entry| unwanted(entry));
        let gone: Vec<Entry> = gone;
        *known = kept;
        if known.is_empty() {
            self.entries.remove(extension);
        }
        for entry in gone {
            release(&mut self.sources, entry.flow.remote);
            layer.tell(Event::Unbound { extension: extension.clone(), contact: entry.contact });
        }
        self.plan(layer, extension);
    }

    /// Puts back what was known before a restart. A connection is dead by then, and a phone that only one has led to is left
    /// out.
    pub(super) fn restore(&mut self, now: Instant, layer: &mut TransactionLayer, bindings: Vec<Binding>) {
        for binding in bindings {
            let stays = binding.flow.transport == Transport::Udp
                || path::listening(binding.flow, &binding.path) == Some(binding.flow);
            if !stays
                || !layer.settings.accounts.contains_key(&binding.extension)
                || Uri::parse(binding.contact.as_bytes()).is_none()
            {
                continue;
            }
            let longest = Duration::from_secs(u64::from(MAX_EXPIRES));
            let entry = Entry {
                contact: binding.contact,
                instance: binding.instance,
                flow: binding.flow,
                path: binding.path,
                expires: now + binding.expires_in.min(longest),
                user_agent: binding.user_agent,
                domain: String::new(),
                call_id: String::new(),
                seq: 0,
            };
            self.put(now, layer, &binding.extension, entry);
            self.plan(layer, &binding.extension);
        }
    }

    /// Where this extension can be reached now. A phone that keeps several ways open for itself rings by the one that it
    /// has used last (RFC 5626, 5.3); when that is cut, by the one before.
    pub(super) fn bindings(&self, now: Instant, extension: &Extension) -> Vec<Binding> {
        let known = self.entries.get(extension).map(Vec::as_slice).unwrap_or_default();
        let valid: Vec<&Entry> = known.iter().filter(|entry| entry.expires > now).collect();
        let is_last = |at: usize| !valid[at + 1..].iter().any(|later| valid[at].is_other_flow(later));
        (0..valid.len()).filter(|&at| is_last(at)).map(|at| valid[at].binding(extension, now)).collect()
    }

    /// Has this extension registered under that host name?
    pub(super) fn knows_us_as(&self, extension: &Extension, host: &str) -> bool {
        self.entries.get(extension).into_iter().flatten().any(|entry| entry.domain.eq_ignore_ascii_case(host))
    }

    /// Does a phone that has registered send from here?
    pub(super) fn sends_from(&self, source: SocketAddr) -> bool {
        self.sources.contains_key(&source)
    }

    pub(super) fn len(&self) -> usize {
        self.entries.values().map(Vec::len).sum()
    }
}

fn release(sources: &mut BTreeMap<SocketAddr, usize>, source: SocketAddr) {
    if let Some(count) = sources.get_mut(&source) {
        *count -= 1;
        if *count == 0 {
            sources.remove(&source);
        }
    }
}

fn change(address: &Address<'_>, default: Option<u32>) -> Result<Change, Reply> {
    let contact = address.uri.as_str();
    if contact.len() > CONTACT_CHARS || address.uri.host().is_empty() {
        return Err(Reply::new(400).reason("Bad Contact"));
    }
    let expires = address.expires().or(default).unwrap_or(MAX_EXPIRES);
    if (1..MIN_EXPIRES).contains(&expires) {
        return Err(Reply::new(423).with(Name::MinExpires, MIN_EXPIRES.to_string()));
    }
    Ok(Change { contact: contact.to_owned(), instance: instance(address), expires: expires.min(MAX_EXPIRES) })
}

/// How often a phone that keeps its flows open has to be heard at least (RFC 5626, 4.4): NATs forget UDP soon.
fn flow_timer(transport: Transport) -> Duration {
    Duration::from_secs(if transport.is_stream() { 120 } else { 25 })
}

/// What [`instance`] has put together.
fn body_of(instance: &str) -> (&str, Option<&str>) {
    match instance.rsplit_once(";reg-id=") {
        Some((body, flow)) => (body, Some(flow)),
        None => (instance, None),
    }
}

/// The phone's name for its own body, with the number of its flow if it keeps several (RFC 5626, 4.1 and 4.2).
fn instance(address: &Address<'_>) -> Option<String> {
    let urn =
        address.params.text("+sip.instance").filter(|urn| !urn.is_empty() && urn.len() <= INSTANCE_CHARS)?;
    Some(match address.params.token("reg-id") {
        Some(flow) if flow.len() <= 10 => format!("{urn};reg-id={flow}"),
        _ => urn.into_owned(),
    })
}
