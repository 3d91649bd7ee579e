//! What the console is told about desk phones, from the configuration.

use std::{collections::BTreeMap, fs, sync::Arc};

use anyhow::Context;
use tokio::sync::mpsc;

use super::{certificates, office::reachable, switch_loop::ToSwitch};
use crate::{
    config::{self, Config, PhoneTransport},
    console::{PhoneOffice, Phones, Softphones},
    pbx::{Directory, Service},
    provisioning::{Group, Makers, Transport},
};

/// Ready to serve phones; wishes go to the switch.
///
/// # Errors
/// When the factory data of a maker is wrong, or the certificate cannot be read.
pub fn phones(
    config: &Config,
    directory: &Directory,
    to_switch: mpsc::Sender<ToSwitch>,
) -> anyhow::Result<Phones> {
    let ask = move |control| to_switch.try_send(ToSwitch::Control(control)).is_ok();
    Ok(Phones::new(office(config, directory)?, Box::new(ask)))
}

/// The same, for a configuration that was read again.
///
/// # Errors
/// As above.
pub fn office(config: &Config, directory: &Directory) -> anyhow::Result<PhoneOffice> {
    let phones = &config.phones;
    let own = config.sip.advertised.unwrap_or_else(|| reachable(config.sip.listen));
    let secure = phones.transport == PhoneTransport::Tls;
    // A box whose certificate is of its own authority has phones believe that one.
    let own_authority = (secure && config.tls.own.is_none()).then(|| certificates::authority_file(config));
    let ca = phones.ca.clone().or(own_authority).map(|path| {
        fs::read_to_string(&path)
            .with_context(|| format!("the certificate {} cannot be read", path.display()))
    });
    let listened = if secure { config.sip.transports.tls.first() } else { None };
    let code = |service| {
        directory.features.star_codes.code(service).map(|code| code.as_str().to_owned()).unwrap_or_default()
    };
    let extensions: BTreeMap<_, _> = config
        .extensions
        .iter()
        .map(|account| (account.extension.clone(), (account.name.clone(), account.password.clone())))
        .collect();
    Ok(PhoneOffice {
        makers: Arc::new(Makers::factory()?),
        url: phones.url.clone().unwrap_or_else(|| {
            let port = config.console.listen.port();
            format!("http://{}", std::net::SocketAddr::new(own, port))
        }),
        server: phones.server.clone().unwrap_or_else(|| own.to_string()),
        port: phones.port.unwrap_or_else(|| listened.unwrap_or(&config.sip.listen).port()),
        transport: match phones.transport {
            PhoneTransport::Udp => Transport::Udp,
            PhoneTransport::Tcp => Transport::Tcp,
            PhoneTransport::Tls => Transport::Tls,
        },
        srtp: phones.srtp,
        codecs: phones.codecs.clone(),
        zone: config.office.hours.zone().iana_name().unwrap_or_default().to_owned(),
        ntp: phones.time_server.clone(),
        voicemail: code(Service::OwnVoicemail),
        pickup: code(Service::DirectedPickup),
        groups: config.pages.iter().filter_map(group).collect(),
        park: directory.features.park.slots.clone(),
        ca: ca.transpose()?,
        extensions,
        overrides: phones.overrides.clone(),
        browsers: browsers(config),
    })
}

/// What phones listen to for a page.
fn group(page: &config::Page) -> Option<Group> {
    let address = page.multicast?.to_string();
    let label = if page.name.is_empty() { page.number.to_string() } else { page.name.clone() };
    Some(Group { address, label })
}

fn browsers(config: &Config) -> Softphones {
    let first = |addresses: &[std::net::SocketAddr]| addresses.first().map(std::net::SocketAddr::port);
    let people = config
        .extensions
        .iter()
        .flat_map(|account| account.people.iter().map(|person| (person.clone(), account.extension.clone())));
    let transports = &config.sip.transports;
    Softphones { ws: first(&transports.ws), wss: first(&transports.wss), people: people.collect() }
}
