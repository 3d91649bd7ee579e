//! `portico foresee`: what would happen to a call to a number of ours at any moment.

use std::{fs, path::Path};

use anyhow::Context;
use jiff::{Timestamp, civil::DateTime, tz::TimeZone};

use super::print;
use crate::{
    app::office,
    config::Config,
    pbx::{
        AgentReason, Answers, DayNight, Foreseen, OnCall, Opening, RingOrder, RingPlan, RingStep, Rota,
        foresee as foreseen,
    },
};

/// Prints in a sentence why the office is open or shut at this local time, and in another who rings.
///
/// # Errors
/// When the configuration has problems, or the number or the time cannot be read.
pub fn foresee(config: &Path, number: &str, time: &str, key: &str) -> anyhow::Result<()> {
    let text = fs::read_to_string(config).with_context(|| format!("{} cannot be read", config.display()))?;
    let config = Config::parse(&config.display().to_string(), &text)
        .map_err(|problems| anyhow::anyhow!("{problems}"))?;
    let directory = office::directory(&config)?;
    let number =
        number.parse().with_context(|| format!("`{number}` is not a number such as +13035550100"))?;
    let time: DateTime =
        time.parse().with_context(|| format!("`{time}` is not a time such as 2026-12-25T10:00"))?;
    let key = match key {
        "clock" => DayNight::Clock,
        "day" => DayNight::Day,
        "night" => DayNight::Night,
        other => anyhow::bail!("the key stands at clock, day or night, not at `{other}`"),
    };
    let zone: TimeZone = config.office.hours.zone().clone();
    let at = time.to_zoned(zone).context("there is no such time in the office's zone")?;
    let foreseen = foreseen(&directory, number, at.timestamp(), key)
        .with_context(|| format!("{number} is none of the office's numbers"))?;
    print(&format!("{}: {}.", at.strftime("%A, %Y-%m-%d %H:%M %Z"), why(&foreseen.why)))?;
    print(&what(&foreseen))?;
    print(&on_call_line(&directory.on_call, at.timestamp(), "then"))
}

/// Who is rung about a danger at this moment, in order.
pub(super) fn on_call_line(rota: &Rota, at: Timestamp, when: &str) -> String {
    let person = |person: OnCall| match person.number.national() {
        number if number == person.name => number,
        number => format!("{} at {number}", person.name),
    };
    let people: Vec<String> = rota.on_duty(at).into_iter().map(person).collect();
    match people.len() {
        0 => "In danger nobody is rung: nobody is on call.".to_owned(),
        1 => format!("In danger {when}: rings {}, again and again until a key is pressed.", people.join("")),
        _ => format!(
            "In danger {when}: rings {}, again and again until a key is pressed.",
            people.join(", then ")
        ),
    }
}

fn why(opening: &Opening) -> String {
    match opening {
        Opening::Key(key) => format!("the day/night key is set to {}", key.words()),
        Opening::Holiday(holiday) => format!("shut for {holiday}"),
        Opening::Hours { open: true } => "within the hours".to_owned(),
        Opening::Hours { open: false } => "outside of the hours".to_owned(),
        Opening::AgentFirst => "this number is set to the agent at all hours".to_owned(),
    }
}

fn what(foreseen: &Foreseen) -> String {
    if let Some(Answers::Conference(room)) = &foreseen.answers {
        return format!("No phone rings; conference {room} asks for its PIN.");
    }
    if let Some(Answers::Queue(name)) = &foreseen.answers {
        return format!("Queue `{name}` takes the caller.");
    }
    if let Some(Answers::Menu(name)) = &foreseen.answers {
        let otherwise = Foreseen { answers: None, ..foreseen.clone() };
        return format!("Menu {name} answers. Without speech: {}", what(&otherwise));
    }
    match foreseen.agent {
        Some(AgentReason::AgentFirst) => "No phone rings; the agent takes the call.".to_owned(),
        Some(_) => "No phone rings; the agent takes the call, and says that the office is shut.".to_owned(),
        None => format!("{} Then the agent takes the call.", plan(&foreseen.plan)),
    }
}

fn plan(plan: &RingPlan) -> String {
    let steps: Vec<String> = plan.steps().iter().map(step).collect();
    format!("Rings {}.", steps.join("; then "))
}

fn step(step: &RingStep) -> String {
    let extensions = step.extensions.iter().map(ToString::to_string);
    let mobiles = step.numbers.iter().map(|number| format!("{} (press 1)", number.national()));
    let names: Vec<String> = extensions.chain(mobiles).collect();
    let seconds = step.ring_for.as_secs();
    match (step.order, names.len()) {
        (_, 1) => format!("{} for {seconds} s", names.join("")),
        (RingOrder::All, _) => format!("{} together for {seconds} s", names.join(", ")),
        (RingOrder::OneAfterAnother, _) => format!("{} in turn, {seconds} s each", names.join(", ")),
        (RingOrder::LongestIdle, _) => {
            format!("{} in turn, the longest idle first, {seconds} s each", names.join(", "))
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn who_is_on_call_at_that_hour_is_said() {
        let hours = crate::types::Hours::parse(TimeZone::UTC, &["Mon-Fri 08:00-18:00"]).unwrap();
        let kim = OnCall { name: "Kim".into(), number: "+13035550191".parse().unwrap(), hours: Some(hours) };
        let rota = Rota::new([kim, OnCall::at_all_hours("+13035550192".parse().unwrap())]);
        let at = |text: &str| on_call_line(&rota, text.parse().unwrap(), "then");
        assert_eq!(
            at("2026-11-20T10:00:00Z"),
            "In danger then: rings Kim at (303) 555-0191, then (303) 555-0192, again and again until a key is pressed."
        );
        assert_eq!(
            at("2026-11-20T20:00:00Z"),
            "In danger then: rings (303) 555-0192, again and again until a key is pressed."
        );
    }

    #[test]
    fn a_plan_is_a_sentence() {
        let all = RingStep {
            extensions: vec!["101".parse().unwrap(), "102".parse().unwrap()],
            ring_for: Duration::from_secs(12),
            ..RingStep::default()
        };
        let mobile = RingStep {
            numbers: vec!["+13035550177".parse().unwrap()],
            ring_for: Duration::from_secs(20),
            ..RingStep::default()
        };
        let turn = RingStep { order: RingOrder::LongestIdle, ..all.clone() };
        assert_eq!(
            plan(&RingPlan::new([all, mobile])),
            "Rings 101, 102 together for 12 s; then (303) 555-0177 (press 1) for 20 s."
        );
        assert_eq!(
            plan(&RingPlan::new([turn])),
            "Rings 101, 102 in turn, the longest idle first, 12 s each."
        );
    }
}
