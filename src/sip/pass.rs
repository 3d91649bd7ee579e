//! Passes: a user name and a password that are an extension's for a while, for a browser that somebody has signed in with.
//!
//! They are worth something over WebSocket alone, end by themselves with whatever was registered by them, and end at once,
//! with the connections that used them, when their session does. A desk phone's password never leaves the box for them.

use std::{
    collections::BTreeMap,
    fmt,
    time::{Duration, Instant},
};

use super::{
    endpoint::Endpoint,
    event::{ConnectionId, Flow},
};
use crate::types::Extension;

/// Valid at once; one more displaces the one that would end first.
const MOST: usize = 512;
/// Of one session: as many pages as somebody has open, each with the one before its last.
const MOST_OF_A_SESSION: usize = 8;

/// What a browser is given.
#[derive(Clone, PartialEq, Eq)]
pub struct Pass {
    /// Whose: all of a session are revoked together.
    pub session: String,
    /// In credentials; no extension's name.
    pub user: String,
    pub password: String,
    /// Whom it makes its bearer.
    pub extension: Extension,
    /// From now.
    pub lifetime: Duration,
}

impl fmt::Debug for Pass {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pass").field("extension", &self.extension).finish_non_exhaustive()
    }
}

#[derive(Debug)]
struct Held {
    session: String,
    until: Instant,
    flow: Flow,
}

/// See the module's sentence. Bounded by [`MOST`], and by the connections that are open.
#[derive(Debug, Default)]
pub(super) struct Passes {
    open: BTreeMap<String, (Pass, Instant)>,
    /// Which pass a connection has shown last.
    held: BTreeMap<ConnectionId, Held>,
}

impl Passes {
    fn admit(&mut self, now: Instant, pass: Pass) {
        self.open.retain(|_, (_, until)| *until > now);
        let first_of = |open: &BTreeMap<String, (Pass, Instant)>, wanted: &dyn Fn(&Pass) -> bool| {
            let those = open.iter().filter(|(_, (pass, _))| wanted(pass));
            those.min_by_key(|(_, (_, until))| *until).map(|(user, _)| user.clone())
        };
        let same = |other: &Pass| other.session == pass.session;
        let displaced = if self.open.values().filter(|(other, _)| same(other)).count() >= MOST_OF_A_SESSION {
            first_of(&self.open, &same)
        } else if self.open.len() >= MOST {
            first_of(&self.open, &|_| true)
        } else {
            None
        };
        if let Some(user) = displaced {
            self.open.remove(&user);
        }
        let until = now + pass.lifetime;
        self.open.insert(pass.user.clone(), (pass, until));
    }

    /// The pass of this name, for whoever comes by this flow.
    pub(super) fn find(&self, now: Instant, flow: &Flow, user: &str) -> Option<&Pass> {
        let (pass, until) = self.open.get(user).filter(|_| flow.transport.is_websocket())?;
        (*until > now).then_some(pass)
    }

    /// Whose password was proved over this connection just now. `None`: it was no pass.
    pub(super) fn used(&mut self, now: Instant, flow: &Flow, user: &str) -> Option<Extension> {
        let pass = self.find(now, flow, user)?;
        let (session, extension) = (pass.session.clone(), pass.extension.clone());
        let (_, until) = self.open.get(user)?;
        self.held.insert(flow.connection?, Held { session, until: *until, flow: *flow });
        Some(extension)
    }

    /// When whatever is registered over this connection ends, whatever was asked for. `None`: no pass was shown there.
    pub(super) fn end_of(&self, flow: &Flow) -> Option<Instant> {
        self.held.get(&flow.connection?).map(|held| held.until)
    }

    pub(super) fn disconnected(&mut self, connection: ConnectionId) {
        self.held.remove(&connection);
    }

    /// Ends every pass of this session: the connections that have shown one.
    fn revoke(&mut self, session: &str) -> Vec<Flow> {
        self.open.retain(|_, (pass, _)| pass.session != session);
        self.held.values().filter(|held| held.session == session).map(|held| held.flow).collect()
    }
}

impl Endpoint {
    /// From now on this pass opens its extension, over WebSocket.
    pub fn admit_browser(&mut self, now: Instant, pass: Pass) {
        self.passes.admit(now, pass);
    }

    /// Somebody has signed out: the passes of that session are void, and the connections that they opened are closed.
    pub fn revoke_browser(&mut self, now: Instant, session: &str) {
        for flow in self.passes.revoke(session) {
            if let Some(connection) = flow.connection {
                self.layer.close(connection);
            }
            self.disconnected(now, &flow);
        }
    }
}
