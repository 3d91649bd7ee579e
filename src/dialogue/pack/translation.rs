//! A script in two languages asks the same, promises the same, and leaves the same places open for values.

use super::{Line, Pack, PackError, Question};
use crate::dialogue::{
    ClosedTopic, Intent, Item, LifeSafety,
    reply::{Hole, Template},
};

/// Holds a translation against the script that it is of.
pub(super) fn matches(script: &Pack, translation: &Pack) -> Result<(), PackError> {
    let fault = |key: String, fault: String| {
        Err(PackError::Translation { key, language: translation.language, fault })
    };
    if translation.language == script.language {
        return fault("language".into(), "a translation is in another language".into());
    }
    if translation.limits != script.limits {
        return fault("limits".into(), "all languages have the same limits".into());
    }
    for intent in Intent::ALL {
        let (Some(one), Some(other)) = (script.flows.get(&intent), translation.flows.get(&intent)) else {
            continue;
        };
        let key = |part: &str| format!("flows.{}.{part}", intent.name());
        if one.items != other.items {
            let names: Vec<&str> = one.items.iter().map(|item| item.name()).collect();
            return fault(key("items"), format!("it asks for {}", names.join(", ")));
        }
        if (one.ending, one.promise) != (other.ending, other.promise) {
            return fault(key("ending"), "all languages end and promise alike".into());
        }
        if !one.questions.keys().eq(other.questions.keys()) {
            return fault(key("questions"), "other items have words of their own".into());
        }
        for ((item, one), other) in one.questions.iter().zip(other.questions.values()) {
            question(one, other).or_else(|(part, fault_is)| {
                fault(key(&format!("questions.{}.{part}", item.name())), fault_is)
            })?;
        }
        let pairs = [("opening", &one.opening, &other.opening), ("closing", &one.closing, &other.closing)];
        for (part, one, other) in pairs {
            same_holes(one, other).or_else(|fault_is| fault(key(part), fault_is))?;
        }
    }
    for item in Item::ALL {
        if let (Some(one), Some(other)) = (script.questions.get(&item), translation.questions.get(&item)) {
            question(one, other)
                .or_else(|(part, fault_is)| fault(format!("questions.{}.{part}", item.name()), fault_is))?;
        }
    }
    for &line in Line::ALL {
        same_holes(script.line(line), translation.line(line))
            .or_else(|fault_is| fault(format!("lines.{}", line.key()), fault_is))?;
    }
    for kind in LifeSafety::ALL {
        if script.life_safety(kind).is_some() != translation.life_safety(kind).is_some() {
            return fault(format!("life_safety.{}", kind.name()), "it is missing".into());
        }
    }
    for topic in ClosedTopic::ALL {
        same_holes(script.closed_answer(topic), translation.closed_answer(topic))
            .or_else(|fault_is| fault(format!("closed.{}", topic.name()), fault_is))?;
    }
    Ok(())
}

fn question(one: &Question, other: &Question) -> Result<(), (&'static str, String)> {
    for (part, one, other) in [
        ("ask", &one.ask, &other.ask),
        ("again", &one.again, &other.again),
        ("keyed", &one.keyed, &other.keyed),
        ("read_back", &one.read_back, &other.read_back),
    ] {
        same_holes(one, other).map_err(|fault| (part, fault))?;
    }
    Ok(())
}

/// What every sentence of the one names, every sentence of the other names as well.
fn same_holes(one: &[Template], other: &[Template]) -> Result<(), String> {
    if one.is_empty() != other.is_empty() {
        return Err("one has words and the other has none".into());
    }
    for hole in Hole::ALL {
        let named = !one.is_empty() && one.iter().all(|template| template.has(hole));
        if named && let Some(without) = other.iter().find(|template| !template.has(hole)) {
            return Err(format!("`{without}` does not say {{{}}}", hole.name()));
        }
    }
    Ok(())
}
