//! What a turn costs: understanding with words alone, extraction and the session, and the voice around them.
//!
//! `cargo bench --bench dialogue_turn`. Each figure is the median of many runs on one core; a turn must be small
//! beside the 20 ms that a frame of audio lasts.

#![expect(clippy::print_stdout, reason = "a bench reports")]

use std::{
    hint::black_box,
    sync::Arc,
    time::{Duration, Instant},
};

use portico::dialogue::{
    Act, Channel, Office, Opening, Pack, Roster, Session, Standing, Tenancy, Understander, UnitRef, UserTurn,
};

const CALLER: [&str; 6] = [
    "Hi, this is Dana Reyes in 204. My kitchen faucet won't stop dripping.",
    "Yes, that's right.",
    "What day does the trash get picked up?",
    "No, please call 303 555 0177.",
    "Correct.",
    "Sure, you can go in.",
];

#[expect(clippy::disallowed_methods, reason = "a benchmark measures real time")]
fn now() -> Instant {
    Instant::now()
}

fn median(mut work: impl FnMut()) -> Duration {
    let mut spans: Vec<Duration> = (0..201)
        .map(|_| {
            let began = now();
            work();
            now().duration_since(began)
        })
        .collect();
    spans.sort_unstable();
    spans[spans.len() / 2]
}

fn office(units: u16) -> Office {
    let unit = |n: u16| UnitRef {
        property: format!("Property {}", n / 100),
        street: format!("{} Maple Street", 1_000 + n / 100),
        unit: format!("{}", 100 + n % 300),
    };
    Office {
        name: "Maple Court".into(),
        address: None,
        hours: None,
        roster: Roster { units: (0..units).map(unit).collect(), ..Roster::default() },
        home_area_code: 303,
        listings: Vec::new(),
        facts: Vec::new(),
        on_call: true,
        staff: true,
        showings: false,
        also: Vec::new(),
        in_spanish: std::collections::BTreeMap::new(),
        tenancy: Tenancy::default(),
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let began = now();
    let understander = Understander::words_only();
    println!("understander, built:        {:>9.1?}", now().duration_since(began));
    let pack = Arc::new(Pack::property()?);
    let opening = Opening {
        caller: Some("+13035550142".parse()?),
        contact: None,
        label: None,
        agent: None,
        greeting: None,
        standing: Standing::default(),
        local: jiff::civil::date(2026, 11, 20).at(23, 0, 0, 0),
        open_now: false,
        channel: Channel::Voice,
        language: portico::types::Language::English,
        known: None,
    };
    println!("pack, parsed and checked:   {:>9.1?}", median(|| drop(black_box(Pack::property()))));
    let read = median(|| {
        for text in CALLER {
            black_box(understander.read(text, None));
        }
    });
    println!("understanding, per turn:    {:>9.1?}", read / 6);
    for units in [12, 2_000] {
        let office = Arc::new(office(units));
        let turns: Vec<UserTurn> = CALLER
            .iter()
            .map(|text| UserTurn::Said { text: (*text).into(), reading: understander.read(text, None) })
            .collect();
        let talk = median(|| {
            let (mut session, acts) = Session::begin(pack.clone(), office.clone(), opening.clone());
            black_box(acts);
            for turn in &turns {
                let acts: Vec<Act> = session.handle_turn(turn.clone());
                black_box(acts);
            }
        });
        println!("session, per turn, {units:>4} units: {:>6.1?}", talk / 6);
    }
    Ok(())
}
