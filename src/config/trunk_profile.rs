//! What a trunk's section says beside addresses and accounts, filled in from its carrier's preset.

use toml::Spanned;

use super::{
    carriers::{Carrier, IDENTITY_FORMS, NUMBER_FORMS},
    check::Checker,
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
        outbound_number: raw.outbound_number.as_ref().and_then(|number| c.number(number)),
    }
}
