//! `[tolls]`: what calls cost, how much may be spent, and who is told when somebody tries.

use std::collections::BTreeMap;

use serde::Deserialize;
use toml::Spanned;

use super::checker::Checker;
use crate::types::PhoneNumber;

/// Limits of money and of calls that cost it. Sums are in ten-thousandths of the office's currency.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Tolls {
    pub premium: bool,
    /// A minute, by the name of its class.
    pub prices: BTreeMap<String, u64>,
    /// What is not said is left to the switch.
    pub day_per_extension: Option<u64>,
    pub day: Option<u64>,
    pub abroad_burst: Option<usize>,
    pub after_hours_per_hour: Option<usize>,
    /// Who is texted when a phone wants what it may not.
    pub alarm_to: Vec<PhoneNumber>,
}

/// As written.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawTolls {
    #[serde(default)]
    pub premium: bool,
    #[serde(default)]
    pub prices: BTreeMap<Spanned<String>, Spanned<f64>>,
    pub day_per_extension: Option<Spanned<f64>>,
    pub day: Option<Spanned<f64>>,
    pub abroad_burst: Option<Spanned<u64>>,
    pub after_hours_per_hour: Option<Spanned<u64>>,
    #[serde(default)]
    pub alarm_to: Vec<Spanned<String>>,
}

/// The classes of `firmware-config/price-classes.txt`, and home.
const CLASSES: [&str; 7] = ["toll_free", "domestic", "caribbean", "near", "far", "costly", "premium"];

/// What a phone may be allowed to call.
pub(super) const RIGHTS: [&str; 4] = ["inside", "domestic", "abroad", "premium"];

pub(super) fn tolls(c: &mut Checker<'_>, raw: RawTolls) -> Tolls {
    let mut prices = BTreeMap::new();
    for (class, price) in &raw.prices {
        if !CLASSES.contains(&class.get_ref().as_str()) {
            let cure = format!("write one of {}", CLASSES.join(", "));
            c.problem(class, format_args!("there is no price class `{}`", class.get_ref()), &cure);
        }
        prices.insert(class.get_ref().clone(), money(c, price));
    }
    let burst = raw.abroad_burst.map(|v| c.within(&v, 0..=100, "calls"));
    let after_hours = raw.after_hours_per_hour.map(|v| c.within(&v, 0..=2000, "calls"));
    Tolls {
        premium: raw.premium,
        prices,
        day_per_extension: raw.day_per_extension.as_ref().map(|v| money(c, v)),
        day: raw.day.as_ref().map(|v| money(c, v)),
        abroad_burst: burst.and_then(|v| usize::try_from(v).ok()),
        after_hours_per_hour: after_hours.and_then(|v| usize::try_from(v).ok()),
        alarm_to: raw.alarm_to.iter().filter_map(|number| c.number(number)).collect(),
    }
}

/// A sum, as people write it: `20` or `0.015`.
fn money(c: &mut Checker<'_>, value: &Spanned<f64>) -> u64 {
    const MOST: f64 = 100_000.0;
    let sum = *value.get_ref();
    if !(0.0..=MOST).contains(&sum) {
        c.problem(
            value,
            format_args!("{sum} is not a sum of money"),
            "write a number from 0 to 100000, such as 20.00",
        );
        return 0;
    }
    (sum * 10_000.0).round() as u64
}
