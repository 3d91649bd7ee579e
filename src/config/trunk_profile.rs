//! What a trunk's section says beside addresses and accounts, filled in from its carrier's preset.

use std::time::Duration;

use toml::Spanned;

use super::{
    carriers::{CODECS, Carrier, IDENTITY_FORMS, NUMBER_FORMS},
    checker::Checker,
    destination::{self, SendTo, TrunkTransport},
    raw,
};
use crate::types::PhoneNumber;

/// What is known of a trunk's carrier: as the office says, else as the preset says.
#[derive(Debug, Clone, PartialEq)]
pub struct TrunkProfile {
    /// The preset's name.
    pub preset: Option<String>,
    pub channels: Option<usize>,
    pub order: u16,
    pub weight: u16,
    pub emergency: bool,
    pub takes_location: bool,
    /// `e164`, `digits` or `national`.
    pub numbers: String,
    pub caller_numbers: String,
    pub dial_prefix: String,
    /// `from`, `asserted`, `preferred` or `remote_party`.
    pub identity: String,
    /// The user of `From` is the account.
    pub from_account: bool,
    /// What it is offered, the best first; empty: as the caller would like it.
    pub codecs: Vec<String>,
    pub outbound_number: Option<PhoneNumber>,
}

/// The preset that is named, if it is one.
pub(super) fn preset(c: &mut Checker<'_>, raw: &raw::Trunk) -> Option<&'static Carrier> {
    let name = raw.preset.as_ref()?;
    let carrier = Carrier::preset(name.get_ref());
    if carrier.is_none() {
        let cure =
            format!("write one of {}, or leave it out", Carrier::names().collect::<Vec<_>>().join(", "));
        c.problem(name, format_args!("there is no preset `{}`", name.get_ref()), &cure);
    }
    carrier
}

pub(super) fn profile(c: &mut Checker<'_>, raw: &raw::Trunk, carrier: Option<&Carrier>) -> TrunkProfile {
    let mut one_of = |value: &Option<Spanned<String>>, known: &[&str], else_: Option<&String>| match value {
        Some(v) if !known.contains(&v.get_ref().as_str()) => {
            let cure = format!("write one of {}", known.join(", "));
            c.problem(v, format_args!("`{}` is not a form that is known", v.get_ref()), &cure);
            known.first().copied().unwrap_or_default().to_owned()
        }
        Some(v) => v.get_ref().clone(),
        None => else_.cloned().unwrap_or_else(|| known.first().copied().unwrap_or_default().to_owned()),
    };
    let numbers = one_of(&raw.numbers, &NUMBER_FORMS, carrier.map(|carrier| &carrier.numbers));
    let caller_numbers =
        one_of(&raw.caller_numbers, &NUMBER_FORMS, carrier.map(|carrier| &carrier.caller_numbers));
    let identity = one_of(&raw.identity, &IDENTITY_FORMS, carrier.map(|carrier| &carrier.identity));
    if let Some(prefix) = raw.dial_prefix.as_ref().filter(|prefix| {
        prefix.get_ref().len() > 16
            || !prefix.get_ref().bytes().all(|b| b.is_ascii_digit() || b"*#+".contains(&b))
    }) {
        let what = format_args!("`{}` cannot be dialled", prefix.get_ref());
        c.problem(prefix, what, "write the digits that the carrier tells you, such as \"12345678*\"");
    }
    let from_account = carrier.is_some_and(|carrier| carrier.from_account);
    if from_account
        && raw.register.is_none()
        && let Some(name) = &raw.preset
    {
        c.problem(
            name,
            "this carrier wants its account in every call, and this trunk has none",
            "add register = { user = \"…\", password = \"…\" }",
        );
    }
    let small = |c: &mut Checker<'_>, value: &Option<Spanned<u64>>, unit: &str| {
        let value = value.as_ref().map_or(0, |v| c.within(v, 0..=1000, unit));
        u16::try_from(value).unwrap_or_default()
    };
    let channels = raw.channels.as_ref().map(|v| c.within(v, 1..=10_000, "calls at once"));
    TrunkProfile {
        preset: raw.preset.as_ref().map(|name| name.get_ref().clone()),
        channels: channels.and_then(|channels| usize::try_from(channels).ok()),
        order: small(c, &raw.order, "as an order"),
        weight: small(c, &raw.weight, "as a weight"),
        emergency: raw.emergency,
        takes_location: raw
            .takes_location
            .unwrap_or_else(|| carrier.is_some_and(|carrier| carrier.takes_location)),
        numbers,
        caller_numbers,
        dial_prefix: raw.dial_prefix.as_ref().map(|prefix| prefix.get_ref().clone()).unwrap_or_default(),
        identity,
        from_account,
        codecs: codecs(c, raw, carrier),
        outbound_number: raw.outbound_number.as_ref().and_then(|number| c.number(number)),
    }
}

fn codecs(c: &mut Checker<'_>, raw: &raw::Trunk, carrier: Option<&Carrier>) -> Vec<String> {
    let Some(named) = &raw.codecs else {
        return carrier.map(|carrier| carrier.codecs.clone()).unwrap_or_default();
    };
    let cure = "write some of \"pcmu\", \"pcma\", \"g722\" and \"opus\", the best first";
    if let Some(other) = named.get_ref().iter().find(|name| !CODECS.contains(&name.as_str())) {
        c.problem(named, format_args!("`{other}` is not a codec that is spoken here"), cure);
    }
    if !named.get_ref().iter().any(|name| name == "pcmu" || name == "pcma") {
        let what = "without G.711 there are people whom this trunk cannot connect with";
        c.problem(named, what, "add \"pcmu\" or \"pcma\" at the end");
    }
    named.get_ref().clone()
}

/// How often the trunk is asked whether it lives.
pub(super) fn probe(c: &mut Checker<'_>, raw: &raw::Trunk, carrier: Option<&Carrier>) -> Option<Duration> {
    let seconds = match &raw.probe_seconds {
        Some(said) => c.within(said, 10..=600, "seconds between probes"),
        None => carrier.and_then(|carrier| carrier.probe_seconds).unwrap_or(PROBE_SECONDS),
    };
    (raw.probe.unwrap_or(true) && seconds > 0).then(|| Duration::from_secs(seconds))
}

const PROBE_SECONDS: u64 = 30;

/// The transport that is named, if the carrier has it; where none is named, the first that it has if UDP is none of them.
pub(super) fn transport(
    c: &mut Checker<'_>,
    raw: &raw::Trunk,
    carrier: Option<&Carrier>,
    said: TrunkTransport,
) -> TrunkTransport {
    let Some(carrier) = carrier else { return said };
    let has = |name: &str| carrier.transports.iter().any(|transport| transport == name);
    let named = match said {
        TrunkTransport::Any if has("udp") => return said,
        TrunkTransport::Any if has("tcp") => return TrunkTransport::Tcp,
        TrunkTransport::Any => return TrunkTransport::Tls,
        TrunkTransport::Udp => "udp",
        TrunkTransport::Tcp => "tcp",
        TrunkTransport::Tls => "tls",
    };
    if !has(named)
        && let Some(at) = raw.transport.as_ref().or(raw.preset.as_ref())
    {
        let cure = format!("write one of {}", carrier.transports.join(", "));
        c.problem(at, format_args!("{} does not speak {named}", carrier.name), &cure);
    }
    said
}

/// Where its calls go: as the office says, else the carrier's one domain.
pub(super) fn send_to(
    c: &mut Checker<'_>,
    raw: &raw::Trunk,
    carrier: Option<&Carrier>,
    transport: TrunkTransport,
) -> Option<SendTo> {
    match (&raw.send_to, carrier.and_then(|carrier| carrier.domain.as_ref())) {
        (Some(said), _) => destination::send_to(c, said, transport),
        (None, Some(domain)) => Some(SendTo::Name { host: domain.clone(), port: None }),
        (None, None) => {
            let cure = match carrier.and_then(|carrier| carrier.domain_ends.as_ref()) {
                Some(ends) => format!("write send_to = \"…{ends}\", with your own name there"),
                None => "add send_to = \"203.0.113.7:5060\", or the carrier's domain".to_owned(),
            };
            c.problem(&raw.name, "nothing says where its calls go", &cure);
            None
        }
    }
}
