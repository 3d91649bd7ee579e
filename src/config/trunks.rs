//! `[[trunk]]`: each carrier, where it is and how it is signed in at.

use std::{collections::BTreeSet, net::IpAddr, path::PathBuf, time::Duration};

use toml::Spanned;

use super::{Trunk, TrunkAccount, checker::Checker, destination, raw, trunk_profile};

pub(super) fn trunks(c: &mut Checker<'_>, raw: Vec<Spanned<raw::Trunk>>) -> Vec<Trunk> {
    let mut seen = BTreeSet::new();
    let mut trunks = Vec::new();
    for entry in raw {
        let entry = entry.into_inner();
        c.not_empty(&entry.name, "the trunk's name");
        if !seen.insert(entry.name.get_ref().clone()) {
            c.problem(
                &entry.name,
                format_args!("trunk `{}` is there twice", entry.name.get_ref()),
                "rename one",
            );
        }
        let carrier = trunk_profile::preset(c, &entry);
        let profile = trunk_profile::profile(c, &entry, carrier);
        let from = entry.from.iter().filter_map(|text| network(c, text)).collect();
        let probe = trunk_profile::probe(c, &entry, carrier);
        let said = destination::transport(c, entry.transport.as_ref(), entry.tcp);
        let transport = trunk_profile::transport(c, &entry, carrier, said);
        let Some(send_to) = trunk_profile::send_to(c, &entry, carrier, transport) else { continue };
        let register = entry.register.map(|r| {
            c.not_empty(&r.user, "the user name at the carrier");
            let expires = r.expires_seconds.as_ref().map_or_else(
                || carrier.and_then(|carrier| carrier.register_seconds).unwrap_or(600),
                |v| c.within(v, 60..=3600, "seconds of registration"),
            );
            TrunkAccount {
                user: r.user.into_inner(),
                password: r.password.into_inner(),
                realm: r.realm,
                expires: Duration::from_secs(expires),
            }
        });
        // Beyond half a minute RFC 3261's own Timer B has given the call up.
        let patience = entry.answer_seconds.map_or(4, |v| c.within(&v, 1..=30, "seconds of patience"));
        let session = entry.session_seconds.as_ref().map_or_else(
            || carrier.and_then(|carrier| carrier.session_seconds).unwrap_or(1800),
            |v| c.within(v, 90..=86_400, "seconds between signs of life"),
        );
        let keep_alive =
            entry.keep_alive_seconds.map_or(25, |v| c.within(&v, 0..=600, "seconds of keep-alive"));
        trunks.push(Trunk {
            name: entry.name.into_inner(),
            from,
            send_to,
            transport,
            ca: entry.ca.map(PathBuf::from),
            keep_alive: Duration::from_secs(keep_alive),
            domain: entry.domain.map(Spanned::into_inner).or_else(|| carrier?.domain.clone()),
            profile,
            patience: Duration::from_secs(patience),
            probe,
            session: Duration::from_secs(session),
            register,
        });
    }
    trunks
}

pub(super) fn network(c: &mut Checker<'_>, text: &Spanned<String>) -> Option<(IpAddr, u8)> {
    let (address, prefix) = match text.get_ref().split_once('/') {
        Some((address, prefix)) => (address.parse::<IpAddr>().ok(), prefix.parse::<u8>().ok()),
        None => {
            let address = text.get_ref().parse::<IpAddr>().ok();
            (address, address.map(|a| if a.is_ipv4() { 32 } else { 128 }))
        }
    };
    match (address, prefix) {
        (Some(address), Some(prefix)) if prefix <= if address.is_ipv4() { 32 } else { 128 } => {
            Some((address, prefix))
        }
        _ => {
            let what = format_args!("`{}` is not an address or a network", text.get_ref());
            c.problem(text, what, "write \"203.0.113.7\" or \"203.0.113.0/24\", as the carrier tells you");
            None
        }
    }
}
