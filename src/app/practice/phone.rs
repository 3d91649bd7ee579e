//! A desk phone at which nobody sits: it registers, rings, and rings.

use std::net::SocketAddr;

use super::station::{Happening, Registering, Station};
use crate::{
    sip::Event,
    types::{Chance, Extension},
};

/// Where the phone of the nth extension is: beside the carrier, the same at each start. What Portico remembers of it from
/// before a restart is then the phone itself, and not a second one that rings in an empty room. Port 0, any that is free,
/// where the carrier has no fixed place either.
pub(super) fn address(carrier: SocketAddr, portico: SocketAddr, nth: usize) -> SocketAddr {
    let port = u16::try_from(nth + 1).ok().and_then(|beside| carrier.port().checked_add(beside));
    SocketAddr::new(portico.ip(), port.filter(|_| carrier.port() != 0).unwrap_or(0))
}

/// A phone that registers as this extension, at `at` or, if that is taken, wherever there is place.
pub(super) async fn open(
    at: SocketAddr,
    portico: SocketAddr,
    extension: &Extension,
    password: &str,
    realm: &str,
    chance: Chance,
) -> anyhow::Result<Station> {
    let registering =
        Registering { user: extension.to_string(), password: password.to_owned(), realm: realm.to_owned() };
    // Two stations would draw alike from one seed, but only one of them comes to be.
    match Station::open(at, portico, Some(registering.clone()), chance.clone()).await {
        Err(_) if at.port() != 0 => {
            Station::open(SocketAddr::new(at.ip(), 0), portico, Some(registering), chance).await
        }
        opened => opened,
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_phone_has_its_own_place_and_finds_it_again() {
        let (carrier, portico) = ("127.0.0.1:5070".parse().unwrap(), "127.0.0.1:5060".parse().unwrap());
        let at = |nth| address(carrier, portico, nth).port();
        assert_eq!((at(0), at(1), at(1)), (5071, 5072, 5072));
        assert_eq!(at(70_000), 0);
        let anywhere = "127.0.0.1:0".parse().unwrap();
        assert_eq!(address(anywhere, portico, 3).port(), 0);
    }
}
