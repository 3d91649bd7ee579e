//! Hears phones that look for their settings on the local network; the console decides whether they are told.

use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr, SocketAddrV4},
    time::Duration,
};

use crate::{console::Site, net::Multicast, sip::Plugged, types::Chance};

/// Where phones ask (the SIP group of RFC 3261, 1.2).
const GROUP: SocketAddrV4 = SocketAddrV4::new(Ipv4Addr::new(224, 0, 1, 75), 5060);
/// Rest after an error of the socket.
const AFTER_FAILURE: Duration = Duration::from_secs(1);

/// Answers for as long as it is polled. `own` is the address that phones are to see.
pub async fn listen(site: Site, own: IpAddr, mut chance: Chance) {
    let IpAddr::V4(interface) = own else { return };
    let mut group = match Multicast::join(GROUP, interface) {
        Ok(group) => group,
        Err(error) => {
            tracing::warn!(%error, "phones that look for their settings by multicast are not heard");
            return;
        }
    };
    let Ok(port) = group.answers_from() else { return };
    let local = SocketAddr::new(own, port);
    loop {
        let Some((from, bytes)) = group.next().await else {
            tokio::time::sleep(AFTER_FAILURE).await;
            continue;
        };
        let Some(plugged) = Plugged::read(bytes, from).filter(|_| is_near(from.ip())) else { continue };
        let Some(url) = site.plugged_in(plugged.mac, &plugged.vendor, &plugged.model, from.ip()).await else {
            continue;
        };
        if let Some((to, answers)) = plugged.reply_to().zip(plugged.answers(local, &url, &mut chance)) {
            for bytes in answers {
                group.answer(to, &bytes);
            }
        }
    }
}

/// On the local network, as far as an address can tell: a router that forwards the group must not make us answer the world.
fn is_near(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(address) => address.is_private() || address.is_loopback() || address.is_link_local(),
        IpAddr::V6(_) => false,
    }
}
