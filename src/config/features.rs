//! What desk phones can do with calls: codes, park slots, transfers, holidays and plans for some hours, from the file.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use jiff::{civil::Date, tz::TimeZone};
use serde::Deserialize;
use toml::Spanned;

use super::{checker::Checker, raw};
use crate::types::{Extension, Holidays, Hours, PhoneNumber, StarCode};

/// Checked, with what is usual where the file says nothing.
#[derive(Debug, Clone, PartialEq)]
pub struct Features {
    /// By the names of [`STAR_CODES`]; `None`: the office does without it.
    pub star_codes: BTreeMap<String, Option<StarCode>>,
    pub park_slots: Vec<Extension>,
    pub park_recall: Duration,
    pub transfer_recall: Duration,
    /// A WAV file for whoever waits.
    pub music: Option<String>,
    pub holidays: Holidays,
    pub pickup_groups: BTreeMap<Extension, BTreeSet<String>>,
}

/// Who rings together, or in turn.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct RingStep {
    pub extensions: Vec<Extension>,
    /// Telephones outside, whose voicemail must not take the call.
    pub numbers: Vec<PhoneNumber>,
}

/// How the phones of a step ring.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum RingOrder {
    #[default]
    All,
    OneAfterAnother,
    LongestIdle,
}

/// A ring plan for some hours of the week.
#[derive(Debug, Clone, PartialEq)]
pub struct TimedPlan {
    pub hours: Hours,
    pub ring: Vec<RingStep>,
    pub order: RingOrder,
}

/// The services that phones dial codes for, and the codes that offices know them by.
pub const STAR_CODES: [(&str, &str); 27] = [
    ("do_not_disturb_on", "*78"),
    ("do_not_disturb_off", "*79"),
    ("forward_always", "*72"),
    ("forward_always_off", "*73"),
    ("forward_busy", "*90"),
    ("forward_busy_off", "*91"),
    ("forward_no_answer", "*92"),
    ("forward_no_answer_off", "*93"),
    ("group_pickup", "*8"),
    ("directed_pickup", "**"),
    ("park", "*70"),
    ("call_back", "*69"),
    ("withhold_number", "*67"),
    ("own_voicemail", "*97"),
    ("any_voicemail", "*98"),
    ("intercom", "*80"),
    ("record", "*1"),
    ("pause_recording", "*2"),
    ("open_door", "*5"),
    ("block_last_caller", "*60"),
    ("day_night", "*28"),
    ("incident_notice", "*12"),
    ("conference", "*3"),
    ("listen", "*55"),
    ("whisper", "*56"),
    ("barge", "*57"),
    ("take_over", "*58"),
];

const USUAL_SLOTS: [&str; 4] = ["701", "702", "703", "704"];
const MOST_SLOTS: usize = 40;
const SLOT_CURE: &str = "write numbers that no extension has, such as [\"701\", \"702\", \"703\", \"704\"]";

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawPark {
    slots: Option<Vec<Spanned<String>>>,
    recall_seconds: Option<Spanned<u64>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawTransfer {
    recall_seconds: Option<Spanned<u64>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawHold {
    music: Option<Spanned<String>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawHolidays {
    #[serde(default)]
    federal: bool,
    #[serde(default)]
    closed: Vec<Spanned<String>>,
    #[serde(default)]
    open: Vec<Spanned<String>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawPlan {
    hours: Spanned<Vec<String>>,
    ring: Vec<Vec<Spanned<String>>>,
    order: Option<Spanned<String>>,
}

/// The sections that are about features.
#[derive(Debug, Default)]
pub(super) struct RawFeatures {
    pub(super) park: RawPark,
    pub(super) transfer: RawTransfer,
    pub(super) hold: RawHold,
    pub(super) star_codes: BTreeMap<String, Spanned<String>>,
    pub(super) holidays: RawHolidays,
}

pub(super) fn features(
    c: &mut Checker<'_>,
    raw: RawFeatures,
    known: &BTreeSet<Extension>,
    pickup_groups: BTreeMap<Extension, BTreeSet<String>>,
) -> Features {
    let recall = raw.park.recall_seconds.map_or(75, |v| c.within(&v, 15..=900, "seconds until a recall"));
    let transfer =
        raw.transfer.recall_seconds.map_or(30, |v| c.within(&v, 10..=120, "seconds until a recall"));
    Features {
        star_codes: star_codes(c, raw.star_codes),
        park_slots: slots(c, raw.park.slots, known),
        park_recall: Duration::from_secs(recall),
        transfer_recall: Duration::from_secs(transfer),
        music: raw.hold.music.and_then(|file| music(c, &file)),
        holidays: holidays(c, raw.holidays),
        pickup_groups,
    }
}

/// The groups that each extension is in. An extension that cannot be read is told of elsewhere.
pub(super) fn pickup_groups(raw: &[Spanned<raw::Extension>]) -> BTreeMap<Extension, BTreeSet<String>> {
    let entries = raw.iter().map(Spanned::get_ref).filter(|entry| !entry.pickup_groups.is_empty());
    let groups = entries.filter_map(|entry| {
        let extension = entry.extension.get_ref().trim().parse().ok()?;
        Some((extension, entry.pickup_groups.iter().cloned().collect()))
    });
    groups.collect()
}

/// A sound file by its path: a plain name would be one of the recordings.
pub(super) fn music(c: &mut Checker<'_>, file: &Spanned<String>) -> Option<String> {
    let path = file.get_ref().trim();
    if path.contains('/') && path.to_ascii_lowercase().ends_with(".wav") {
        return Some(path.to_owned());
    }
    let cure = "write the path of a WAV file, such as \"/var/lib/portico/music.wav\"";
    c.problem(file, format_args!("`{path}` is not the path of a WAV file"), cure);
    None
}

fn star_codes(
    c: &mut Checker<'_>,
    raw: BTreeMap<String, Spanned<String>>,
) -> BTreeMap<String, Option<StarCode>> {
    let mut codes: BTreeMap<String, Option<StarCode>> =
        STAR_CODES.iter().map(|(name, usual)| ((*name).to_owned(), usual.parse().ok())).collect();
    for (name, written) in &raw {
        if !codes.contains_key(name) {
            let names: Vec<&str> = STAR_CODES.iter().map(|(name, _)| *name).collect();
            let cure = format!("write one of {}", names.join(", "));
            c.problem(written, format_args!("there is no service `{name}`"), &cure);
            continue;
        }
        let text = written.get_ref().trim();
        let code = match text.parse::<StarCode>() {
            _ if text.is_empty() => None,
            Ok(code) if text.len() <= 8 && !text.contains('#') => Some(code),
            Ok(_) | Err(_) => {
                let cure =
                    "write a star and one to seven digits or stars, such as \"*78\"; \"\" takes it away";
                c.problem(written, format_args!("`{text}` is not a code"), cure);
                None
            }
        };
        codes.insert(name.clone(), code);
    }
    for (name, written) in &raw {
        let code = codes.get(name).cloned().flatten();
        let other = codes.iter().find(|(other, of)| code.is_some() && *other != name && **of == code);
        if let Some((other, _)) = other {
            let what = format!("`{}` would mean both {name} and {other}", written.get_ref());
            c.problem(written, what, "give one of the two another code");
        }
    }
    codes
}

fn slots(
    c: &mut Checker<'_>,
    raw: Option<Vec<Spanned<String>>>,
    known: &BTreeSet<Extension>,
) -> Vec<Extension> {
    let Some(written) = raw else {
        let usual = USUAL_SLOTS.iter().filter_map(|slot| slot.parse().ok());
        return usual.filter(|slot| !known.contains(slot)).collect();
    };
    let mut slots: Vec<Extension> = Vec::new();
    for slot in &written {
        let Some(number) = c.parse::<Extension>(slot, "a number for a park slot", SLOT_CURE) else {
            continue;
        };
        if known.contains(&number) {
            c.problem(slot, format_args!("{number} is an extension and a park slot"), SLOT_CURE);
        } else if slots.contains(&number) {
            c.problem(slot, format_args!("park slot {number} is there twice"), "delete one of the two");
        } else if c.is_emergency(&number) {
            c.problem(slot, format_args!("{number} is an emergency number"), SLOT_CURE);
        } else if slots.len() >= MOST_SLOTS {
            c.problem(slot, format_args!("more than {MOST_SLOTS} park slots"), "delete some of them");
        } else {
            slots.push(number);
        }
    }
    slots
}

fn holidays(c: &mut Checker<'_>, raw: RawHolidays) -> Holidays {
    let mut own = BTreeMap::new();
    let cure = "write the day, and what it is if you like, such as \"2026-12-24 Christmas Eve\"";
    for (list, closed) in [(&raw.closed, true), (&raw.open, false)] {
        for line in list {
            let (day, name) = line.get_ref().trim().split_once(' ').unwrap_or((line.get_ref().trim(), ""));
            let Ok(day) = day.parse::<Date>() else {
                c.problem(line, format_args!("`{day}` is not a day"), cure);
                continue;
            };
            let name = if name.trim().is_empty() { "closed" } else { name.trim() };
            if own.insert(day, closed.then(|| name.to_owned())).is_some() {
                c.problem(line, format_args!("{day} is there twice"), "delete one of the two");
            }
        }
    }
    Holidays { federal: raw.federal, own }
}

/// A ring plan's steps: extensions, and telephones outside in international form.
pub(super) fn ring(
    c: &mut Checker<'_>,
    raw: &[Vec<Spanned<String>>],
    known: &BTreeSet<Extension>,
) -> Vec<RingStep> {
    let mut steps = Vec::new();
    for step in raw {
        let mut together = RingStep::default();
        for name in step {
            let text = name.get_ref().trim();
            if text.starts_with('+') {
                together.numbers.extend(c.number(name));
                continue;
            }
            let cure = "add an [[extension]] section for it, or take it out of the ring plan";
            together.extensions.extend(c.one_of(name, text, known, "extensions", cure));
        }
        steps.push(together);
    }
    steps
}

pub(super) fn order(c: &mut Checker<'_>, raw: Option<&Spanned<String>>) -> RingOrder {
    let Some(written) = raw else { return RingOrder::All };
    match written.get_ref().as_str() {
        "all" => RingOrder::All,
        "one_after_another" => RingOrder::OneAfterAnother,
        "longest_idle" => RingOrder::LongestIdle,
        other => {
            let cure = "write \"all\", \"one_after_another\" or \"longest_idle\"";
            c.problem(written, format_args!("`{other}` is not an order of ringing"), cure);
            RingOrder::All
        }
    }
}

pub(super) fn plans(
    c: &mut Checker<'_>,
    raw: &[RawPlan],
    known: &BTreeSet<Extension>,
    zone: &TimeZone,
) -> Vec<TimedPlan> {
    let mut plans = Vec::new();
    for plan in raw {
        let hours = Hours::parse(zone.clone(), plan.hours.get_ref()).unwrap_or_else(|error| {
            c.problem(&plan.hours, error, "write lines such as \"Mon-Fri 12:00-13:00\"");
            Hours::always(zone.clone())
        });
        if plan.hours.get_ref().is_empty() {
            c.problem(&plan.hours, "a plan for no hours", "write lines such as \"Mon-Fri 12:00-13:00\"");
        }
        let (ring, order) = (ring(c, &plan.ring, known), order(c, plan.order.as_ref()));
        plans.push(TimedPlan { hours, ring, order });
    }
    plans
}
