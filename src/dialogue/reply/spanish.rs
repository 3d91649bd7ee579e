//! Values as they are spoken aloud in Spanish.

use jiff::civil::{Date, Time, Weekday};

use super::{
    Address, DayPart, PersonName, UnitMention, Value, When, door_aloud_with, place_aloud, spelled,
    whole_month,
};
use crate::dialogue::entity::SPANISH_MONTHS;

pub(super) fn aloud(value: &Value, careful: bool, many_properties: bool) -> String {
    match value {
        Value::Phone(number) => number.spoken(),
        Value::PhoneFragment(digits) => spelled(digits),
        Value::Unit(mention) => unit_mention(mention, many_properties),
        Value::Name(name) => name_aloud(name, careful),
        Value::Address(address) => address_aloud(address),
        Value::When(when) | Value::MoveIn(when) => when_aloud(when),
        Value::Email(email) => email.replace('@', " arroba ").replace('.', " punto "),
        Value::Budget(dollars) | Value::Price(dollars) => format!("{dollars} dólares"),
        Value::Bedrooms(0) => "un estudio".into(),
        Value::Bedrooms(1) => "una recámara".into(),
        Value::Bedrooms(n) => format!("{n} recámaras"),
        // To turn "se me tapó" to "se le tapó" takes more grammar than an echo is worth: it is noted, and not said back.
        Value::Matter(_) | Value::Access(_) | Value::Pets(_) | Value::Financing(_) => String::new(),
        Value::Listing(text) => listing_aloud(text),
        Value::Company(text) | Value::Area(text) => text.clone(),
    }
}

/// As in "Es la unidad 4" and "¿Es la unidad 15 o la unidad 50?".
pub(super) fn unit_aloud(unit: &str) -> String {
    format!("la {}", door(unit))
}

fn door(unit: &str) -> String {
    format!("unidad {}", door_aloud_with(unit, "de", spelling_word))
}

/// The office writes its addresses in English: `210 Maple Court, apartment 3A`.
fn listing_aloud(address: &str) -> String {
    let words = address.split(' ').map(|word| match word.to_lowercase().as_str() {
        "apartment" | "apt" | "apt." => "apartamento",
        "unit" => "unidad",
        _ => word,
    });
    words.collect::<Vec<_>>().join(" ")
}

fn unit_mention(mention: &UnitMention, many_properties: bool) -> String {
    let unit = unit_aloud(&mention.unit);
    match mention.candidates.as_slice() {
        [only] if many_properties && !only.property.is_empty() => format!("{unit}, en {}", only.property),
        _ => unit,
    }
}

fn name_aloud(name: &PersonName, careful: bool) -> String {
    if !careful {
        return name.full();
    }
    let last = name.family.as_deref().unwrap_or(&name.given);
    format!("{}, que se deletrea {}", name.full(), spelled(last))
}

fn address_aloud(address: &Address) -> String {
    let street = place_aloud(format!("{} {}", address.number, address.street).trim());
    match &address.unit {
        Some(unit) => format!("{street}, {}", door(unit)),
        None => street,
    }
}

/// A word for each letter, as people say on the telephone.
const fn spelling_word(letter: char) -> Option<&'static str> {
    Some(match letter.to_ascii_uppercase() {
        'A' => "árbol",
        'B' => "bueno",
        'C' => "casa",
        'D' => "dedo",
        'E' => "elefante",
        'F' => "foca",
        'G' => "gato",
        'H' => "hotel",
        'J' => "Juan",
        'K' => "kilo",
        'L' => "luna",
        'M' => "mamá",
        'N' => "nube",
        'P' => "papá",
        'Q' => "queso",
        'R' => "Rosa",
        'S' => "sol",
        'T' => "taza",
        'V' => "vaca",
        'Z' => "zapato",
        _ => return None,
    })
}

pub(super) fn when_aloud(when: &When) -> String {
    let mut parts: Vec<String> = Vec::new();
    if when.soonest {
        parts.push("lo antes posible".into());
    }
    match (when.date, when.until_date) {
        (Some(from), Some(_)) if whole_month(when).is_some() => parts.push(format!("en {}", month(from))),
        (Some(from), Some(until)) => parts.push(format!("del {} al {}", day(from), day(until))),
        (Some(on), None) => parts.push(format!("el {}", day(on))),
        (None, Some(until)) => parts.push(format!("hasta el {}", day(until))),
        (None, None) => {}
    }
    match (when.time, when.until) {
        (Some(from), Some(until)) => {
            parts.push(format!("entre {} y {}", clock_aloud(from), clock_aloud(until)));
        }
        (Some(from), None) if when.after => parts.push(format!("después de {}", clock_aloud(from))),
        (Some(at), None) => parts.push(format!("a {}", clock_aloud(at))),
        (None, Some(until)) => parts.push(format!("antes de {}", clock_aloud(until))),
        (None, None) => parts.extend(when.part.map(|part| day_part(part).to_owned())),
    }
    if parts.is_empty() { "a cualquier hora".into() } else { parts.join(", ") }
}

const fn day_part(part: DayPart) -> &'static str {
    match part {
        DayPart::Morning => "por la mañana",
        DayPart::Noon => "al mediodía",
        DayPart::Afternoon => "por la tarde",
        DayPart::Evening | DayPart::Night => "por la noche",
    }
}

/// `martes 24 de noviembre`.
pub(super) fn day(date: Date) -> String {
    let weekday = match date.weekday() {
        Weekday::Monday => "lunes",
        Weekday::Tuesday => "martes",
        Weekday::Wednesday => "miércoles",
        Weekday::Thursday => "jueves",
        Weekday::Friday => "viernes",
        Weekday::Saturday => "sábado",
        Weekday::Sunday => "domingo",
    };
    format!("{weekday} {} de {}", date.day(), month(date))
}

fn month(date: Date) -> &'static str {
    SPANISH_MONTHS[usize::from(date.month().unsigned_abs().clamp(1, 12)) - 1]
}

/// `las 2 y media de la tarde`, `la una de la tarde`.
pub(super) fn clock_aloud(time: Time) -> String {
    let hour = match time.hour() {
        0 | 12 => 12,
        h => h % 12,
    };
    let named = if hour == 1 { "la una".to_owned() } else { format!("las {hour}") };
    let minutes = match time.minute() {
        0 => String::new(),
        15 => " y cuarto".into(),
        30 => " y media".into(),
        m => format!(" y {m}"),
    };
    let part = match time.hour() {
        0..=4 => "de la madrugada",
        5..=11 => "de la mañana",
        12 => "del mediodía",
        13..=18 => "de la tarde",
        _ => "de la noche",
    };
    format!("{named}{minutes} {part}")
}

#[cfg(test)]
mod tests {
    use jiff::civil::{date, time};

    use super::*;

    #[test]
    fn values_are_said_as_people_say_them() {
        let when = When { date: Some(date(2026, 11, 24)), time: Some(time(14, 30, 0, 0)), ..When::default() };
        assert_eq!(when_aloud(&when), "el martes 24 de noviembre, a las 2 y media de la tarde");
        assert_eq!(clock_aloud(time(13, 0, 0, 0)), "la una de la tarde");
        assert_eq!(clock_aloud(time(12, 15, 0, 0)), "las 12 y cuarto del mediodía");
        assert_eq!(unit_aloud("4B"), "la unidad 4, B de bueno");
        assert_eq!(unit_aloud("204"), "la unidad 2 0 4");
        let home = Value::Listing("210 Maple Court, apartment 3A".into());
        assert_eq!(aloud(&home, false, false), "210 Maple Court, apartamento 3A");
        assert_eq!(aloud(&Value::Bedrooms(2), false, false), "2 recámaras");
        let part = When { part: Some(DayPart::Morning), date: Some(date(2026, 12, 1)), ..When::default() };
        assert_eq!(when_aloud(&part), "el martes 1 de diciembre, por la mañana");
    }
}
