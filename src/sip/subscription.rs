//! What phones watch: the notifier of RFC 6665, for phones that have proved who they are.
//!
//! Bodies are the PBX's. There is no queue of them: when a notification is owed, the PBX is asked for the state as it is
//! at that moment ([`Event::NotifyDue`]), so that a slow phone gets the newest state and never an old one.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use super::{
    SendError,
    dialog::Dialog,
    draft::Draft,
    event::{Event, Flow, NoticeId, Package, SubscriptionEnd, SubscriptionId, Target},
    reply::Reply,
    schedule::Wake,
    tag::{Branch, Tag},
    timer::GIVE_UP,
    transaction_layer::{ClientId, ClientUser, NotBegun, Outcome, ServerId, TransactionLayer},
    uac::addressed,
    uas::own_contact,
    wire::{Message, Method, Name},
};
use crate::types::Extension;

/// Shorter subscriptions would cost more than they bring: 423 (RFC 6665, 4.2.1.1).
const MIN_EXPIRES: u32 = 60;
/// Longer ones are cut to this: after a power cut every lamp is right again within ten minutes.
const MAX_EXPIRES: u32 = 600;
/// What a phone that is one too many waits before it asks again.
const RETRY_FULL: u32 = 120;
/// A notification that a phone could not take for the moment is tried so often again.
const MOST_RETRIES: u32 = 3;
/// Longer waits that a phone asks for are cut to this.
const LONGEST_REST: Duration = Duration::from_secs(60);
/// How long a notification waits when our table of requests is full.
const REST_WHEN_FULL: Duration = Duration::from_secs(2);
/// The longest `id` of an Event header, and the longest name of a resource, that are kept.
const LONGEST_NAME: usize = 64;

/// Where the notifications of one subscription stand; one at a time is on its way (RFC 6665, 4.2.2).
#[derive(Debug)]
enum Delivery {
    Free,
    /// This one waits for its answer.
    Sent(ClientId),
    /// The phone could not take the last one; after this wait it is tried again.
    Resting,
    /// The phone's connection is gone; it is owed the state when it comes back.
    Cut,
}

#[derive(Debug)]
struct Subscription {
    phone: Extension,
    package: Package,
    /// The `id` of its Event header, which tells subscriptions of one dialog apart.
    id: Option<String>,
    dialog: Dialog,
    contact: String,
    expires: Instant,
    /// The phone wants one more notification and no other: it has unsubscribed, or only asked.
    last: bool,
    delivery: Delivery,
    /// The state is to be sent as soon as it can be.
    owed: bool,
    retries: u32,
}

/// See the module's sentence. Bounded by `Limits::subscriptions`, in all and for each phone; one more is answered 503.
#[derive(Debug, Default)]
pub(super) struct Subscriptions {
    table: BTreeMap<SubscriptionId, Subscription>,
    by_tag: BTreeMap<Tag, SubscriptionId>,
    begun: u64,
    notices: u64,
}

/// What a SUBSCRIBE asks for, checked.
struct Wish {
    package: Package,
    id: Option<String>,
    /// Granted seconds; 0 ends the subscription, or only asks.
    expires: u32,
}

impl Subscriptions {
    pub(super) fn len(&self) -> usize {
        self.table.len()
    }

    /// The subscription that a request inside a dialog belongs to, and whether it comes from where that phone is.
    pub(super) fn dialog_of(&self, request: &Message, source: &Flow) -> Option<(SubscriptionId, bool)> {
        let id = self.by_tag.get(&request.to_tag().and_then(Tag::parse)?)?;
        let dialog = &self.table.get(id)?.dialog;
        dialog.owns(request).then(|| (*id, dialog.flow.remote.ip() == source.remote.ip()))
    }

    /// A SUBSCRIBE outside of dialogs, of a phone that has proved who it is, with its transaction begun.
    pub(super) fn subscribed(
        &mut self,
        now: Instant,
        layer: &mut TransactionLayer,
        phone: &Extension,
        request: &Message,
        server: ServerId,
        flow: Flow,
    ) {
        let wish = match wish(request) {
            Ok(wish) => wish,
            Err(reply) => {
                layer.respond(now, server, &reply);
                return;
            }
        };
        let limits = layer.settings.limits;
        let of_phone = || self.table.values().filter(|known| known.phone == *phone).count();
        if self.table.len() >= limits.subscriptions || of_phone() >= limits.subscriptions_per_phone {
            let reply = Reply::new(503).with(Name::RetryAfter, RETRY_FULL.to_string());
            layer.respond(now, server, &reply);
            return;
        }
        let Some(tag) = layer.tag_of(server) else { return };
        let resource = request.uri().and_then(|uri| uri.user().map(|user| user.into_owned()));
        let resource: String = resource.unwrap_or_default().chars().take(LONGEST_NAME).collect();
        let contact = own_contact(layer, &resource, &flow);
        self.begun += 1;
        let subscription = SubscriptionId(self.begun);
        let dialog = Dialog::of_request(request, tag, flow);
        grant(now, layer, server, &contact, wish.expires);
        let expires = until(now, wish.expires);
        layer.schedule.set(Wake::Subscription(subscription), expires);
        self.by_tag.insert(tag, subscription);
        let (package, phone) = (wish.package, phone.clone());
        told_by(layer, &phone, package, request);
        layer.tell(Event::Subscribed { subscription, phone: phone.clone(), package, resource });
        self.table.insert(
            subscription,
            Subscription {
                phone,
                package,
                id: wish.id,
                dialog,
                contact,
                expires,
                last: wish.expires == 0,
                delivery: Delivery::Free,
                owed: false,
                retries: 0,
            },
        );
    }

    /// A SUBSCRIBE inside the dialog: it goes on, or ends. Either way the phone is owed the state (4.2.1.2, 4.2.1.3).
    pub(super) fn subscribed_again(
        &mut self,
        now: Instant,
        layer: &mut TransactionLayer,
        subscription: SubscriptionId,
        request: &Message,
        server: ServerId,
        flow: Flow,
    ) {
        let Some(known) = self.table.get_mut(&subscription) else {
            layer.respond(now, server, &Reply::new(481));
            return;
        };
        if !request.cseq().is_some_and(|(seq, _)| known.dialog.admit(seq)) {
            layer.respond(now, server, &Reply::new(500).reason("CSeq Out Of Order"));
            return;
        }
        let wish = match wish(request) {
            Ok(wish) if wish.package == known.package && wish.id == known.id => wish,
            // Another subscription in the same dialog (4.5.2 takes dialog sharing away).
            Ok(_) => {
                layer.respond(now, server, &Reply::new(481));
                return;
            }
            Err(reply) => {
                layer.respond(now, server, &reply);
                return;
            }
        };
        known.dialog.refresh_target(request);
        known.dialog.heard_along(flow);
        grant(now, layer, server, &known.contact, wish.expires);
        told_by(layer, &known.phone, known.package, request);
        known.expires = until(now, wish.expires);
        known.last = wish.expires == 0;
        layer.schedule.set(Wake::Subscription(subscription), known.expires);
        if matches!(known.delivery, Delivery::Cut) {
            known.delivery = Delivery::Free;
        }
        known.owes(layer, subscription);
    }

    /// The PBX has a state to tell. `NotifyPending`: another notification is on its way, and `NotifyDue` will ask for the
    /// state when this one can be sent.
    pub(super) fn notify(
        &mut self,
        now: Instant,
        layer: &mut TransactionLayer,
        subscription: SubscriptionId,
        content_type: &str,
        body: Vec<u8>,
    ) -> Result<(), SendError> {
        if content_type.chars().any(char::is_control) {
            return Err(SendError::BadHeader);
        }
        let known = self.table.get_mut(&subscription).ok_or(SendError::NoSession)?;
        if !matches!(known.delivery, Delivery::Free) {
            known.owed = true;
            return Err(SendError::NotifyPending);
        }
        let last = known.last;
        let state = if last {
            "terminated;reason=timeout".to_owned()
        } else {
            format!("active;expires={}", known.expires.saturating_duration_since(now).as_secs())
        };
        let mut draft = known.notification(state);
        if !body.is_empty() {
            draft.content_type = Some(content_type.to_owned());
            draft.body = body;
        }
        let user = if last { ClientUser::Nobody } else { ClientUser::Notification(subscription) };
        match layer.send(now, draft, known.dialog.flow, user) {
            Ok(_) if last => self.forget(layer, subscription, SubscriptionEnd::Phone),
            Ok(client) => {
                known.owed = false;
                known.delivery = Delivery::Sent(client);
            }
            Err(NotBegun::TableFull) => {
                known.rest(now, layer, subscription, REST_WHEN_FULL);
                return Err(SendError::NotifyPending);
            }
            Err(NotBegun::BadTarget) => {
                self.forget(layer, subscription, SubscriptionEnd::Gone);
                return Err(SendError::BadTarget);
            }
        }
        Ok(())
    }

    /// The PBX has nothing (any more) to tell under this name: the phone is told not to come back (4.4.1: `noresource`).
    pub(super) fn end(
        &mut self,
        now: Instant,
        layer: &mut TransactionLayer,
        subscription: SubscriptionId,
    ) -> bool {
        self.terminate(now, layer, subscription, "noresource", SubscriptionEnd::Us)
    }

    /// It has run out, without a refresh.
    pub(super) fn expired(&mut self, now: Instant, layer: &mut TransactionLayer, id: SubscriptionId) {
        self.terminate(now, layer, id, "timeout", SubscriptionEnd::Expired);
    }

    fn terminate(
        &mut self,
        now: Instant,
        layer: &mut TransactionLayer,
        subscription: SubscriptionId,
        reason: &str,
        why: SubscriptionEnd,
    ) -> bool {
        let Some(known) = self.table.get_mut(&subscription) else { return false };
        if !matches!(known.delivery, Delivery::Cut) {
            let draft = known.notification(format!("terminated;reason={reason}"));
            // A full table, or a phone that is gone: its next refresh is answered 481, and says the same.
            let _ = layer.send(now, draft, known.dialog.flow, ClientUser::Nobody);
        }
        self.forget(layer, subscription, why);
        true
    }

    /// What became of a notification.
    pub(super) fn answered(
        &mut self,
        now: Instant,
        layer: &mut TransactionLayer,
        subscription: SubscriptionId,
        client: ClientId,
        outcome: Outcome,
        response: Option<&Message>,
    ) {
        let Some(known) = self.table.get_mut(&subscription) else { return };
        if !matches!(known.delivery, Delivery::Sent(sent) if sent == client) {
            return;
        }
        match (outcome, response.and_then(Message::status)) {
            (Outcome::Response, Some(100..=199)) => {}
            (Outcome::Response, Some(200..=299)) => {
                known.delivery = Delivery::Free;
                known.retries = 0;
                if known.owed {
                    known.owes(layer, subscription);
                }
            }
            // A connection that broke may come back with the phone's next registration; a datagram has nowhere to go.
            (Outcome::Unsent, _) if known.dialog.flow.connection.is_some() => {
                known.delivery = Delivery::Cut;
                known.owed = true;
            }
            (Outcome::Response, Some(status))
                if !ends_subscription(status) && known.retries < MOST_RETRIES =>
            {
                known.retries += 1;
                let asked = response.and_then(Message::retry_after).map(u64::from).map(Duration::from_secs);
                let doubled = Duration::from_secs(1 << known.retries.min(6));
                let rest = asked.unwrap_or(doubled).clamp(Duration::from_secs(1), LONGEST_REST);
                known.rest(now, layer, subscription, rest);
            }
            // 481, no answer at all, or no end of failures: whoever asked is gone (4.2.2).
            _ => self.forget(layer, subscription, SubscriptionEnd::Gone),
        }
    }

    /// A phone that could not take a notification has rested.
    pub(super) fn rested(&mut self, layer: &mut TransactionLayer, subscription: SubscriptionId) {
        if let Some(known) = self.table.get_mut(&subscription)
            && matches!(known.delivery, Delivery::Resting)
        {
            known.delivery = Delivery::Free;
            known.owes(layer, subscription);
        }
    }

    /// A connection is gone: what was watched over it waits for the phone to come back, or runs out.
    pub(super) fn disconnected(&mut self, flow: &Flow) {
        if flow.connection.is_none() {
            return;
        }
        for known in self.table.values_mut().filter(|s| s.dialog.flow.connection == flow.connection) {
            known.delivery = Delivery::Cut;
            known.owed = true;
        }
    }

    /// A phone has registered along this flow: what it watched over a connection that broke is told to it here.
    pub(super) fn registered(&mut self, layer: &mut TransactionLayer, phone: &Extension, flow: Flow) {
        for (id, known) in &mut self.table {
            if known.phone == *phone
                && matches!(known.delivery, Delivery::Cut)
                && known.dialog.flow.remote.ip() == flow.remote.ip()
            {
                known.dialog.heard_along(flow);
                known.delivery = Delivery::Free;
                known.owes(layer, *id);
            }
        }
    }

    /// Accounts have gone: nobody may watch under their names.
    pub(super) fn keep_accounts(&mut self, now: Instant, layer: &mut TransactionLayer) {
        let gone: Vec<SubscriptionId> = self
            .table
            .iter()
            .filter(|(_, known)| !layer.settings.accounts.contains_key(&known.phone))
            .map(|(id, _)| *id)
            .collect();
        for id in gone {
            self.terminate(now, layer, id, "rejected", SubscriptionEnd::Us);
        }
    }

    /// The box is about to restart: phones are asked to come back in a moment (4.1.3: `probation`). Each is told once, and
    /// nobody waits for the answers.
    pub(super) fn shut_down(&mut self, layer: &mut TransactionLayer) {
        let all: Vec<SubscriptionId> = self.table.keys().copied().collect();
        for id in all {
            if let Some(known) = self.table.get_mut(&id)
                && !matches!(known.delivery, Delivery::Cut)
            {
                let draft = known.notification("terminated;reason=probation;retry-after=15".to_owned());
                let (flow, branch) = (known.dialog.flow, Branch::new(&mut layer.chance));
                if let Some(bytes) = draft.write(branch, flow.transport, layer.settings.advertised(&flow)) {
                    layer.transmit(flow, bytes);
                }
            }
            self.forget(layer, id, SubscriptionEnd::Us);
        }
    }

    fn forget(&mut self, layer: &mut TransactionLayer, subscription: SubscriptionId, why: SubscriptionEnd) {
        let Some(known) = self.table.remove(&subscription) else { return };
        self.by_tag.remove(&known.dialog.local_tag);
        layer.schedule.clear(&Wake::Subscription(subscription));
        layer.schedule.clear(&Wake::NotifyAgain(subscription));
        layer.tell(Event::Unsubscribed { subscription, why });
    }

    /// A NOTIFY outside of any subscription: no RFC has it, and every desk phone takes it (`check-sync` to fetch its
    /// configuration; the message lamp of a phone that never subscribes).
    pub(super) fn notice(
        &mut self,
        now: Instant,
        layer: &mut TransactionLayer,
        target: &Target,
        event: &str,
        content: Option<(&str, Vec<u8>)>,
    ) -> Result<NoticeId, SendError> {
        let Target::Phone { extension, flow, .. } = target else { return Err(SendError::BadTarget) };
        let word = |text: &str| !text.is_empty() && !text.chars().any(char::is_control);
        if !word(event) || content.as_ref().is_some_and(|(content_type, _)| !word(content_type)) {
            return Err(SendError::BadHeader);
        }
        let us = super::Identity { user: extension.to_string(), display: String::new() };
        let contact = own_contact(layer, extension.as_str(), flow);
        let tag = Tag::new(&mut layer.chance);
        let mut addressed = addressed(layer, Method::Notify, target, &us, tag)?;
        let draft = &mut addressed.draft;
        draft.headers.push((Name::Contact, format!("<{contact}>")));
        draft.headers.push((Name::Event, event.to_owned()));
        draft.headers.push((Name::SubscriptionState, "terminated;reason=noresource".to_owned()));
        if let Some((content_type, body)) = content {
            draft.content_type = Some(content_type.to_owned());
            draft.body = body;
        }
        self.notices += 1;
        let notice = NoticeId(self.notices);
        layer.send(now, addressed.draft, addressed.flow, ClientUser::Notice(notice))?;
        Ok(notice)
    }

    /// What a phone said to a notice.
    pub(super) fn notice_answered(
        layer: &mut TransactionLayer,
        notice: NoticeId,
        outcome: Outcome,
        response: Option<&Message>,
    ) {
        let Some(status) = outcome.final_status(response) else { return };
        layer.tell(Event::NoticeAnswered { notice, status });
    }
}

impl Subscription {
    /// Asks the PBX for the state, now or as soon as the way is free.
    fn owes(&mut self, layer: &mut TransactionLayer, subscription: SubscriptionId) {
        self.owed = !matches!(self.delivery, Delivery::Free);
        if !self.owed {
            layer.tell(Event::NotifyDue { subscription });
        }
    }

    /// The state is owed, and is asked for after this wait.
    fn rest(
        &mut self,
        now: Instant,
        layer: &mut TransactionLayer,
        subscription: SubscriptionId,
        wait: Duration,
    ) {
        self.owed = true;
        self.delivery = Delivery::Resting;
        layer.schedule.set(Wake::NotifyAgain(subscription), now + wait);
    }

    fn notification(&mut self, state: String) -> Draft {
        let mut draft = self.dialog.request(Method::Notify);
        let event = match &self.id {
            Some(id) => format!("{};id={id}", self.package),
            None => self.package.to_string(),
        };
        draft.headers.push((Name::Contact, format!("<{}>", self.contact)));
        draft.headers.push((Name::Event, event));
        draft.headers.push((Name::SubscriptionState, state));
        draft
    }
}

/// 200, before the first notification (4.2.1.1).
fn grant(now: Instant, layer: &mut TransactionLayer, server: ServerId, contact: &str, expires: u32) {
    let reply = Reply::new(200).in_dialog(contact).with(Name::Expires, expires.to_string());
    layer.respond(now, server, &reply);
}

/// What the phone wishes, before it is told the state, so that it is told what came of it.
fn told_by(layer: &mut TransactionLayer, phone: &Extension, package: Package, request: &Message) {
    let of_the_package = request.content_type().is_some_and(|kind| kind == package.media_type());
    if package == Package::FeatureKeys && of_the_package && !request.body().is_empty() {
        layer.tell(Event::PhoneWishes { phone: phone.clone(), body: request.body().to_vec() });
    }
}

/// When it runs out. One that only wants the state is given the time in which the PBX surely tells it.
fn until(now: Instant, expires: u32) -> Instant {
    if expires == 0 { now + GIVE_UP } else { now + Duration::from_secs(u64::from(expires)) }
}

/// Reads a SUBSCRIBE, or says what is wrong with it.
fn wish(request: &Message) -> Result<Wish, Reply> {
    let bad_event = || Reply::new(489).with(Name::AllowEvents, Package::ALLOWED);
    let event = request.text(Name::Event).ok_or_else(bad_event)?;
    let (name, params) = event.split_once(';').unwrap_or((&event, ""));
    let package = Package::parse(name.trim()).ok_or_else(bad_event)?;
    let id = params.split(';').filter_map(|param| param.split_once('='));
    let id = id
        .filter(|(name, _)| name.trim().eq_ignore_ascii_case("id"))
        .map(|(_, id)| id.trim().to_owned())
        .next();
    if id.as_ref().is_some_and(|id| id.len() > LONGEST_NAME || id.chars().any(|c| !c.is_ascii_graphic())) {
        return Err(bad_event());
    }
    let (media, _) = package.media_type().split_once('/').unwrap_or_default();
    let takes = |value: &[u8]| {
        let range = value.split(|byte| *byte == b';').next().unwrap_or_default().trim_ascii();
        [package.media_type(), "*/*", &format!("{media}/*")]
            .iter()
            .any(|ours| range.eq_ignore_ascii_case(ours.as_bytes()))
    };
    if request.header(Name::Accept).is_some() && !request.list(Name::Accept).any(takes) {
        return Err(Reply::new(406).with(Name::Accept, package.media_type()));
    }
    let asked = request.expires().unwrap_or(MAX_EXPIRES);
    if (1..MIN_EXPIRES).contains(&asked) {
        return Err(Reply::new(423).with(Name::MinExpires, MIN_EXPIRES.to_string()));
    }
    Ok(Wish { package, id, expires: asked.min(MAX_EXPIRES) })
}

/// A status after which nobody listens any more (RFC 5057, 5.1), or will not be convinced.
fn ends_subscription(status: u16) -> bool {
    matches!(status, 401 | 403..=405 | 407 | 408 | 410 | 415 | 416 | 480..=485 | 489 | 501 | 604)
}
