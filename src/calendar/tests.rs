//! Weeks of showings: near the wish, never in the past, never twice, and right on the nights when the clock changes.

use jiff::{SignedDuration, Timestamp, civil::date, tz::TimeZone};
use rand_chacha::rand_core::{Rng, SeedableRng};

use super::*;
use crate::types::{Chance, Hours};

const HOME: &str = "210 Maple Court, apartment 3A";
const NEXT_DOOR: &str = "210 Maple Court, apartment 4B";
const ELSEWHERE: &str = "77 Alder Lane";

fn denver() -> TimeZone {
    TimeZone::get("America/Denver").unwrap()
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn plan(agents: &[(&str, &str)]) -> ShowingPlan {
    let agent = |(name, hours): &(&str, &str)| ShowingAgent {
        name: (*name).to_owned(),
        hours: Hours::parse(denver(), &hours.split(',').collect::<Vec<_>>()).unwrap(),
        calendar: None,
    };
    ShowingPlan { zone: denver(), agents: agents.iter().map(agent).collect(), rules: Rules::default() }
}

fn robin() -> ShowingPlan {
    plan(&[("Robin", "Mon-Sat 10:00-16:00")])
}

fn busy(agent: &str, begins: &str, place: Option<&str>) -> Busy {
    let begins = at(begins);
    let ends = begins + SignedDuration::from_mins(30);
    Busy { agent: agent.into(), begins, ends, place: place.map(Into::into) }
}

/// Friday, eleven in the morning.
const NOW: &str = "2026-11-20T11:00:00-07:00";

/// The times as the office's clock shows them, with who shows the home.
fn told(plan: &ShowingPlan, slots: &[Slot]) -> Vec<String> {
    let tell = |slot: &Slot| {
        let local = slot.begins.to_zoned(plan.zone.clone());
        format!("{} {}", local.strftime("%a %H:%M"), slot.agent)
    };
    slots.iter().map(tell).collect()
}

fn offered(plan: &ShowingPlan, taken: &[Busy], wish: Wish) -> Vec<String> {
    told(plan, &slots(plan, taken, HOME, &wish, at(NOW)))
}

#[test]
fn three_times_of_the_day_that_was_wished_for() {
    let saturday = Wish { from: Some(date(2026, 11, 21)), ..Wish::default() };
    assert_eq!(offered(&robin(), &[], saturday), ["Sat 10:00 Robin", "Sat 11:00 Robin", "Sat 12:00 Robin"]);
}

#[test]
fn the_very_time_comes_first_and_its_neighbours_after_it() {
    let eleven =
        Wish { from: Some(date(2026, 11, 21)), at: Some(jiff::civil::time(11, 0, 0, 0)), ..Wish::default() };
    assert_eq!(offered(&robin(), &[], eleven), ["Sat 11:00 Robin", "Sat 10:00 Robin", "Sat 12:00 Robin"]);
    let taken = [busy("Robin", "2026-11-21T11:00:00-07:00", Some(HOME))];
    assert_eq!(offered(&robin(), &taken, eleven), ["Sat 10:30 Robin", "Sat 11:30 Robin", "Sat 12:30 Robin"]);
}

#[test]
fn a_day_without_hours_leads_to_the_next_that_has_some() {
    let sunday = Wish { from: Some(date(2026, 11, 22)), ..Wish::default() };
    assert_eq!(offered(&robin(), &[], sunday), ["Mon 10:00 Robin", "Mon 11:00 Robin", "Mon 12:00 Robin"]);
    let far = Wish { from: Some(date(2027, 3, 1)), ..Wish::default() };
    assert!(offered(&robin(), &[], far).is_empty(), "beyond the days that are planned");
}

#[test]
fn nothing_lies_in_the_past_or_within_the_notice() {
    let today = Wish { from: Some(date(2026, 11, 20)), ..Wish::default() };
    assert_eq!(offered(&robin(), &[], today), ["Fri 13:00 Robin", "Fri 14:00 Robin", "Fri 15:00 Robin"]);
    let yesterday = Wish { from: Some(date(2026, 11, 19)), ..Wish::default() };
    assert_eq!(offered(&robin(), &[], yesterday)[0], "Fri 13:00 Robin");
}

#[test]
fn between_two_properties_lies_the_way_and_within_one_none() {
    let from = |place| [busy("Robin", "2026-11-21T10:30:00-07:00", Some(place))];
    let saturday = Wish { from: Some(date(2026, 11, 21)), ..Wish::default() };
    assert_eq!(offered(&robin(), &from(NEXT_DOOR), saturday)[..2], ["Sat 10:00 Robin", "Sat 11:00 Robin"]);
    assert_eq!(offered(&robin(), &from(ELSEWHERE), saturday)[0], "Sat 11:30 Robin");
    let anywhere = [busy("Robin", "2026-11-21T10:30:00-07:00", None)];
    assert_eq!(offered(&robin(), &anywhere, saturday)[0], "Sat 11:30 Robin", "who knows where that is");
}

#[test]
fn the_one_with_the_fewest_showings_goes_and_no_home_is_shown_twice_at_once() {
    let two = plan(&[("Robin", "Sat 10:00-16:00"), ("Kim", "Sat 10:00-16:00")]);
    let saturday = Wish { from: Some(date(2026, 11, 21)), ..Wish::default() };
    assert_eq!(offered(&two, &[], saturday)[0], "Sat 10:00 Robin", "named first");
    let taken = [busy("Robin", "2026-11-21T14:00:00-07:00", Some(ELSEWHERE))];
    assert_eq!(offered(&two, &taken, saturday)[0], "Sat 10:00 Kim", "Robin has one already");
    let here = [busy("Robin", "2026-11-21T10:00:00-07:00", Some(HOME))];
    assert_eq!(offered(&two, &here, saturday)[0], "Sat 10:30 Kim", "the home is being shown by Robin");
}

#[test]
fn the_hour_that_the_clock_skips_is_not_offered_and_the_one_it_repeats_only_once() {
    let night = plan(&[("Robin", "Sat 22:00-24:00,Sun 00:00-06:00")]);
    let rules = Rules { notice: SignedDuration::ZERO, ..Rules::default() };
    let night = ShowingPlan { rules, ..night };
    let times = |day, now: &str, hour| {
        let wish = Wish { from: Some(day), at: Some(jiff::civil::time(hour, 30, 0, 0)), ..Wish::default() };
        slots(&night, &[], HOME, &wish, at(now))
    };
    let skipped = times(date(2027, 3, 14), "2027-03-13T12:00:00-07:00", 2);
    assert!(told(&night, &skipped).iter().all(|time| !time.starts_with("Sun 02")), "{skipped:?}");
    let repeated = times(date(2026, 11, 1), "2026-10-31T12:00:00-06:00", 1);
    assert_eq!(repeated[0].begins, at("2026-11-01T01:30:00-06:00"), "the first of the two");
}

#[test]
fn a_thousand_bookings_at_random_are_never_double_and_always_as_promised() {
    let two = plan(&[("Robin", "Mon-Fri 09:00-12:00,Mon-Fri 13:00-17:00"), ("Kim", "Tue-Sat 10:00-18:00")]);
    let homes = [HOME, NEXT_DOOR, ELSEWHERE, "18 Birch Street, apartment 204"];
    for seed in 0..40 {
        let mut chance = Chance::seed_from_u64(seed);
        let mut any = |most: usize| chance.next_u32() as usize % most;
        let mut taken: Vec<Busy> = Vec::new();
        let mut now = at(NOW);
        for _ in 0..25 {
            now += SignedDuration::from_mins(i64::try_from(any(300)).unwrap());
            let home = homes[any(homes.len())];
            let day = date(2026, 11, 20).checked_add(jiff::Span::new().days(any(9) as i64)).unwrap();
            let hour = jiff::civil::time(9 + any(9) as i8, 30 * any(2) as i8, 0, 0);
            let wish = Wish { from: Some(day), at: (any(2) == 0).then_some(hour), ..Wish::default() };
            let found = slots(&two, &taken, home, &wish, now);
            assert_eq!(found, slots(&two, &taken, home, &wish, now), "the same question, the same answer");
            assert!(found.len() <= MOST_OFFERED);
            for slot in &found {
                let agent = two.agents.iter().find(|agent| agent.name == slot.agent).unwrap();
                assert!(slot.begins >= now + two.rules.notice, "{slot:?} at {now}");
                assert!(agent.hours.covers(slot.begins, slot.ends), "{slot:?}");
            }
            let Some(slot) = found.first() else { continue };
            for other in &taken {
                let apart = slot.begins >= other.ends || slot.ends <= other.begins;
                let concerned = other.agent == slot.agent || other.place.as_deref() == Some(home);
                assert!(apart || !concerned, "seed {seed}: {slot:?} and {other:?}");
            }
            let Slot { begins, ends, agent } = slot.clone();
            taken.push(Busy { agent, begins, ends, place: Some(home.into()) });
        }
        assert!(taken.len() > 15, "seed {seed}: hardly anything was free");
    }
}
