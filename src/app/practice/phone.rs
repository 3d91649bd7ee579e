//! A desk phone at which nobody sits: it registers, rings, and rings.

use std::net::SocketAddr;

use super::station::{Happening, Registering, Station};
use crate::{
    sip::Event,
    types::{Chance, Extension},
};

/// A phone that registers as this extension.
pub(super) async fn open(
    portico: SocketAddr,
    extension: &Extension,
    password: &str,
    realm: &str,
    chance: Chance,
) -> anyhow::Result<Station> {
    let registering =
        Registering { user: extension.to_string(), password: password.to_owned(), realm: realm.to_owned() };
    Station::open(SocketAddr::new(portico.ip(), 0), portico, Some(registering), chance).await
}

/// Rings until the caller gives up or the agent takes the call.
pub(super) async fn run(mut phone: Station) {
    loop {
        let happened = match phone.next().await {
            Ok(Happening::Sip(Event::Invited { session, .. })) => phone.ring(session),
            Ok(_) => Ok(()),
            Err(error) => Err(error),
        };
        if let Err(error) = happened {
            tracing::warn!(%error, "a practice phone has a fault");
        }
    }
}
