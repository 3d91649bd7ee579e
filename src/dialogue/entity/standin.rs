//! Stand-in for the room's extraction, for the stories of this clone only: never merged.

use super::{Address, Context, Entity, PersonName, Slot, UnitMention, Value, When};
use crate::types::PhoneNumber;

pub fn extract(text: &str, context: &Context<'_>) -> Vec<Entity> {
    let mut found = Vec::new();
    let mut add = |value: Value| {
        found.push(Entity { value, start: 0, end: text.len(), confidence: 0.9, read_back: true });
    };
    let words: Vec<String> = text
        .split(|c: char| !c.is_alphanumeric() && c != '\'')
        .filter(|w| !w.is_empty())
        .map(String::from)
        .collect();
    let lower: Vec<String> = words.iter().map(|w| w.to_lowercase()).collect();
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    let phone = PhoneNumber::parse_lenient(&digits);
    if let Ok(number) = phone {
        add(Value::Phone(number));
    } else if context.expecting == Some(Slot::Phone) && digits.len() >= 3 {
        add(Value::PhoneFragment(digits.clone()));
    }
    if phone.is_err() && context.expecting != Some(Slot::Phone) {
        for (at, word) in lower.iter().enumerate() {
            let marked =
                at > 0 && matches!(lower[at - 1].as_str(), "unit" | "apartment" | "in" | "it's" | "no");
            let numeric = word.starts_with(|c: char| c.is_ascii_digit()) && word.len() <= 4;
            let ambiguous = matches!(word.as_str(), "fifteen" | "fifty");
            if (marked || context.expecting == Some(Slot::Unit)) && (numeric || ambiguous) {
                let street = lower
                    .get(at + 1)
                    .zip(lower.get(at + 2))
                    .filter(|(_, s)| matches!(s.as_str(), "street" | "avenue" | "road"));
                if street.is_some() {
                    add(Value::Address(Address {
                        number: words[at].clone(),
                        street: format!("{} {}", words[at + 1], words[at + 2]),
                        unit: None,
                        known: true,
                    }));
                    continue;
                }
                let unit = match word.as_str() {
                    "fifteen" => "15".into(),
                    "fifty" => "50".into(),
                    _ => word.to_uppercase(),
                };
                let candidates = context
                    .roster
                    .units
                    .iter()
                    .filter(|u| u.unit == unit || (ambiguous && (u.unit == "15" || u.unit == "50")))
                    .cloned()
                    .collect();
                add(Value::Unit(UnitMention {
                    ambiguous: ambiguous || unit.ends_with(['B', 'D']),
                    unit,
                    candidates,
                }));
            }
        }
    }
    let cue = lower
        .windows(2)
        .position(|w| w == ["name", "is"])
        .map(|at| at + 2)
        .or_else(|| lower.windows(2).position(|w| w == ["this", "is"]).map(|at| at + 2));
    let start = cue.or_else(|| (context.expecting == Some(Slot::Name)).then_some(0));
    if let Some(start) = start {
        let name: Vec<String> = words[start.min(words.len())..]
            .iter()
            .skip_while(|w| matches!(w.to_lowercase().as_str(), "no" | "it's" | "yes"))
            .take_while(|w| {
                w.starts_with(char::is_uppercase) && w.chars().all(char::is_alphabetic) && w.len() > 1
            })
            .take(2)
            .cloned()
            .collect();
        if !name.is_empty()
            && !matches!(
                name[0].as_str(),
                "What" | "My" | "Oh" | "That" | "Hold" | "Let" | "When" | "Are" | "Which" | "Yes" | "No"
            )
        {
            add(Value::Name(PersonName {
                given: name[0].clone(),
                family: name.get(1).cloned(),
                spelled: false,
                known: None,
            }));
        }
    }
    for (at, word) in lower.iter().enumerate() {
        if word.starts_with("bedroom") && at > 0 {
            let count = match lower[at - 1].as_str() {
                "one" => 1,
                "two" => 2,
                "three" => 3,
                _ => continue,
            };
            add(Value::Bedrooms(count));
        }
        if word == "january" {
            let date = Some(jiff::civil::date(2027, 1, 1));
            add(Value::MoveIn(When { date, ..When::default() }));
        }
    }
    if context.expecting == Some(Slot::Bedrooms) && lower.len() == 1 && lower[0] == "two" {
        add(Value::Bedrooms(2));
    }
    found
}
