//! Many callers about one danger ring people once, and whatever is new rings them anew.

use std::time::Duration;

use jiff::SignedDuration;

use super::*;
use crate::{
    dialogue::{Roster, UnitRef, UrgentKind},
    incident::Properties,
    pbx::story::origin,
};

const GAS: Urgency = Urgency::LifeSafety(LifeSafety::Gas);
const HEAT: Urgency = Urgency::Urgent(UrgentKind::NoHeat);

/// An office with two houses and two people on call.
struct Office {
    now: Moment,
    rota: Rota,
    houses: Houses,
    all: Escalations,
    /// Every step that was taken.
    steps: Vec<EscalationStep>,
    /// Whom callers were told what.
    told: Vec<(CallId, ForCaller)>,
    /// The calls to people on call, each with its escalation.
    rung: Vec<CallId>,
    ended: usize,
}

impl Office {
    fn new() -> Self {
        let unit =
            |property: &str| UnitRef { property: property.into(), street: String::new(), unit: "1".into() };
        let roster = Roster { units: vec![unit("Maple Court"), unit("Alder House")], ..Roster::default() };
        let person = |number: &str| OnCall::at_all_hours(number.parse().unwrap());
        Self {
            now: Moment { at: origin(), wall: "2026-11-20T18:00:00Z".parse().unwrap() },
            rota: Rota::new([person("+13035550191"), person("+13035550192")]),
            houses: Houses { properties: Properties::of(&roster, ""), ..Houses::default() },
            all: Escalations::default(),
            steps: Vec::new(),
            told: Vec::new(),
            rung: Vec::new(),
            ended: 0,
        }
    }

    fn hears(&mut self, call: u64, urgency: Urgency, place: Option<&str>, words: &str) {
        let danger = match urgency {
            Urgency::LifeSafety(kind) => Some(kind),
            Urgency::Urgent(_) | Urgency::Routine => None,
        };
        let report = Report {
            urgency,
            place: place.map(str::to_owned),
            name: None,
            callback: None,
            words: Some(words.into()),
        };
        let told =
            incident::Report::said(words, place, urgency, self.now.wall, &self.houses.properties, None);
        let heard = Heard { call: CallId::from_random(call), report, dialled: None, told, danger };
        self.all.heard(self.now, &self.rota, &self.houses, heard);
        self.carries_out();
    }

    /// The store and the telephones do what is wanted at once.
    fn carries_out(&mut self) {
        loop {
            let todo = self.all.take_todo();
            if todo.is_empty() {
                return;
            }
            for wanted in todo {
                match wanted {
                    Do::Keep(step) => {
                        self.steps.push(step.clone());
                        self.all.stored(step.call, step.number);
                    }
                    Do::Call { escalation, .. } => {
                        self.rung.push(escalation);
                        let attempt = CallId::from_random(9_000 + self.rung.len() as u64);
                        self.all.begun(self.now, &self.rota, escalation, Some(attempt));
                    }
                    Do::End { .. } => self.ended += 1,
                    Do::Confirm { escalation, .. } => {
                        self.all.news(self.now, &self.rota, escalation, &News::Over);
                    }
                    Do::TellCaller { escalation, news } => self.told.push((escalation, news)),
                }
            }
        }
    }

    fn presses(&mut self, call: u64, verdict: Verdict) {
        let call = CallId::from_random(call);
        self.all.news(self.now, &self.rota, call, &News::Answered);
        self.all.news(self.now, &self.rota, call, &News::Pressed(verdict));
        self.carries_out();
    }

    fn minutes(&mut self, minutes: i64) {
        self.now.at += Duration::from_secs(u64::try_from(minutes).unwrap() * 60);
        self.now.wall = self.now.wall.checked_add(SignedDuration::from_mins(minutes)).unwrap();
        self.all.forget(self.now.wall, |_| false);
    }

    fn is_settled(&self, call: u64) -> bool {
        self.all.is_settled(CallId::from_random(call))
    }

    fn opened(&self) -> usize {
        self.steps.iter().filter(|step| matches!(step.event, Event::Opened { .. })).count()
    }
}

#[test]
fn thirty_callers_about_one_danger_ring_people_once_and_all_hear_what_becomes_of_it() {
    let mut office = Office::new();
    office.hears(1, GAS, Some("Maple Court 1A"), "I smell gas");
    for call in 2..=10 {
        office.hears(call, GAS, Some("Maple Court 2B"), "it smells of gas");
        assert!(office.all.is_climbing(office.now.at, CallId::from_random(call)), "they may wait for it");
    }
    office.presses(1, Verdict::Accepted);
    assert_eq!(office.told.iter().filter(|(_, news)| *news == ForCaller::Settled).count(), 10);
    for call in 11..=30 {
        office.hears(call, GAS, Some("Maple Court 3C"), "gas in the hallway");
        assert!(office.is_settled(call), "somebody has accepted it");
    }
    assert_eq!((office.rung.len(), office.opened()), (1, 1));
    let joined = office.steps.iter().filter(|step| matches!(step.event, Event::Joined { .. })).count();
    assert_eq!(joined, 29, "all of them stand in the timeline");
}

#[test]
fn a_thousand_calls_are_not_a_thousand_steps() {
    let mut office = Office::new();
    for call in 1..=1_000 {
        office.hears(call, HEAT, Some("Maple Court 1A"), "no heat");
    }
    assert!(office.steps.len() <= MOST_WRITTEN + 4, "{}", office.steps.len());
    assert_eq!(office.rung.len(), 1);
}

#[test]
fn another_house_another_danger_and_somebody_harmed_ring_anew() {
    let mut office = Office::new();
    office.hears(1, GAS, Some("Maple Court 1A"), "I smell gas");
    office.presses(1, Verdict::Accepted);
    office.hears(2, GAS, Some("Alder House 1"), "I smell gas");
    office.hears(3, Urgency::LifeSafety(LifeSafety::Fire), Some("Maple Court 1A"), "there is a fire");
    office.hears(4, GAS, Some("Maple Court 2B"), "I smell gas and my wife is unconscious");
    office.hears(5, GAS, None, "I smell gas");
    office.hears(6, HEAT, Some("Maple Court 2B"), "no heat");
    assert_eq!((office.opened(), office.rung.len()), (6, 6));
    let trapped = Urgency::LifeSafety(LifeSafety::Trapped);
    office.hears(7, trapped, Some("Maple Court"), "I am trapped in the elevator");
    office.hears(8, trapped, Some("Maple Court"), "we are trapped in the elevator");
    assert_eq!(office.opened(), 8, "each of them is somebody");
}

#[test]
fn a_second_danger_of_a_caller_who_had_joined_is_one_of_its_own() {
    let mut office = Office::new();
    office.hears(1, GAS, Some("Maple Court 1A"), "I smell gas");
    office.presses(1, Verdict::Accepted);
    office.hears(2, GAS, Some("Maple Court 2B"), "I smell gas too");
    assert!(office.is_settled(2));
    office.hears(2, Urgency::LifeSafety(LifeSafety::Medical), Some("Maple Court 2B"), "my husband fell over");
    assert!(!office.is_settled(2), "somebody has to hear of it");
    assert_eq!(office.rung, [CallId::from_random(1), CallId::from_random(2)]);
    let last = office.steps.iter().rev().find_map(|step| match &step.event {
        Event::Opened { report, .. } => Some(report.urgency),
        _ => None,
    });
    assert_eq!(last, Some(Urgency::LifeSafety(LifeSafety::Medical)));
}

#[test]
fn harm_of_which_the_place_is_asked_for_waits_half_a_minute_if_it_may_be_known() {
    let mut office = Office::new();
    office.hears(1, HEAT, Some("Maple Court 1A"), "no heat");
    office.hears(2, HEAT, None, "we have no heat");
    assert_eq!(office.rung.len(), 1, "they are being asked where it is");
    office.hears(2, HEAT, Some("Maple Court 2B"), "we have no heat");
    assert!(office.steps.iter().any(|step| matches!(step.event, Event::Merged { .. })));
    office.presses(1, Verdict::Accepted);
    assert!(office.is_settled(2) && office.told.contains(&(CallId::from_random(2), ForCaller::Settled)));
    // Another house after all: at once.
    office.hears(3, HEAT, None, "no heat");
    assert_eq!(office.rung.len(), 1);
    office.hears(3, HEAT, Some("Alder House 1"), "no heat");
    assert_eq!(office.rung.len(), 2);
    // They never say where: after half a minute.
    office.hears(4, HEAT, None, "no heat");
    office.now.at += HOLD;
    office.all.handle_timeout(office.now, &office.rota);
    office.carries_out();
    assert_eq!(office.rung.len(), 3);
}

#[test]
fn a_danger_to_life_never_waits_and_what_turns_out_to_be_known_ends_the_ringing() {
    let mut office = Office::new();
    office.hears(1, GAS, Some("Maple Court 1A"), "I smell gas");
    office.hears(2, GAS, None, "I smell gas");
    assert_eq!(office.rung.len(), 2, "nobody knows yet that it is the same");
    office.hears(2, GAS, Some("Maple Court 2B"), "I smell gas");
    assert_eq!(office.ended, 1);
    // Whoever has picked up already hears it to the end.
    office.hears(3, GAS, None, "I smell gas");
    office.all.news(office.now, &office.rota, CallId::from_random(3), &News::Answered);
    office.hears(3, GAS, Some("Maple Court 3C"), "I smell gas");
    assert_eq!(office.ended, 1);
}

#[test]
fn what_was_left_for_the_morning_or_is_old_is_rung_anew_if_a_life_is_at_stake() {
    for (verdict, minutes, rung) in [
        (Verdict::Known, 30, 1),
        (Verdict::Accepted, 30, 1),
        (Verdict::Downgraded, 1, 2),
        (Verdict::Accepted, 61, 2),
    ] {
        let mut office = Office::new();
        office.hears(1, GAS, Some("Maple Court 1A"), "I smell gas");
        office.presses(1, verdict);
        office.minutes(minutes);
        office.hears(2, GAS, Some("Maple Court 2B"), "I smell gas");
        assert_eq!(office.rung.len(), rung, "{verdict:?} after {minutes} minutes");
    }
    let mut office = Office::new();
    office.hears(1, HEAT, Some("Maple Court 1A"), "no heat");
    office.presses(1, Verdict::Downgraded);
    office.minutes(30);
    office.hears(2, HEAT, Some("Maple Court 2B"), "no heat");
    assert_eq!(office.rung.len(), 1, "no life is at stake, and somebody has said when it is seen to");
    // Told again and again, a danger to life is still rung anew some time.
    let mut office = Office::new();
    office.hears(1, GAS, Some("Maple Court 1A"), "I smell gas");
    office.presses(1, Verdict::Accepted);
    for call in 2..=8 {
        office.minutes(45);
        office.hears(call, GAS, Some("Maple Court 2B"), "I smell gas");
    }
    assert_eq!(office.rung.len(), 2);
}

#[test]
fn after_a_restart_what_was_settled_is_still_known_and_what_was_not_is_rung_on() {
    for settled in [true, false] {
        let mut office = Office::new();
        office.hears(1, GAS, Some("Maple Court 1A"), "I smell gas");
        if settled {
            office.presses(1, Verdict::Accepted);
        }
        let steps = office.steps.clone();
        office.all = Escalations::default();
        office.minutes(5);
        office.all.restore(office.now, &office.rota, vec![steps]);
        office.carries_out();
        let before = office.rung.len();
        assert_eq!(before, if settled { 1 } else { 2 });
        office.hears(2, GAS, Some("Maple Court 2B"), "I smell gas");
        assert_eq!((office.rung.len(), office.is_settled(2)), (before, settled));
    }
}
