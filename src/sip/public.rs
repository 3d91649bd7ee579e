//! Where a trunk sees us: behind a NAT its answers say so (RFC 3581), and our Contact follows.

use std::{
    net::SocketAddr,
    time::{Duration, Instant},
};

use super::{
    endpoint::Endpoint,
    event::{Flow, Transport},
    schedule::Wake,
    transaction_layer::ClientId,
    wire::Message,
};

/// A NAT that gives us another address with each request is not followed any faster.
const SOONEST: Duration = Duration::from_secs(30);

impl Endpoint {
    /// Reads `received` and `rport` of a trunk's answer over UDP. Another address than the one that the trunk was told means
    /// that calls would be sent astray: it is registered anew at once.
    pub(super) fn learn_public(&mut self, now: Instant, client: ClientId, flow: &Flow, response: &Message) {
        if flow.transport != Transport::Udp {
            return;
        }
        let Some((draft, sent, _, _)) = self.layer.asked(client) else { return };
        let found = draft.trunk.as_ref().and_then(|name| self.layer.settings.trunk(name));
        let Some((at, trunk)) = found else { return };
        let told = self.layer.settings.advertised(&sent);
        let seen = response
            .via()
            .and_then(|via| Some(SocketAddr::new(via.received().or_else(|| via.host_ip())?, via.rport()?)));
        let recently = trunk.located.learned.is_some_and(|learned| now < learned + SOONEST);
        let Some(seen) = seen.filter(|seen| *seen != told && !recently) else { return };
        if self.layer.settings.is_fixed(trunk, &sent) {
            return;
        }
        let registers = trunk.registration.is_some();
        let trunk = &mut self.layer.settings.trunks[at];
        (trunk.located.public, trunk.located.learned) = (Some(seen), Some(now));
        if registers {
            self.layer.schedule.set(Wake::Registration(at), now);
        }
    }
}
