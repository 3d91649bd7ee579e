//! What the end of a call costs on this disk: wrap-ups with full sync, and the desk's whole path to a text under way.
//!
//! `cargo bench --bench desk_commit [-- FOLDER]`: on FOLDER's disk, by default the target folder's. Prints, for each
//! case, commits a second and milliseconds each (median, 95th percentile, worst).

#![expect(clippy::print_stdout, reason = "a benchmark prints")]
#![expect(clippy::disallowed_methods, reason = "a benchmark measures")]

use std::{
    error::Error,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use jiff::{SignedDuration, Timestamp, civil::Time, tz::TimeZone};
use portico::{
    desk::{Engine, Input, Output, Settings, Wording},
    dialogue::{Captured, EndReason, Intent, Outcome, Promise, Urgency},
    outbox::AfterCrash,
    pbx::{
        AgentReason, CallDirection, CallRecord, Caller, Disposition, LegRecord, LegResult, Party, Speaker,
        TextResult, TurnRecord,
    },
    sip::TextId,
    store::{CallFilter, Store},
    types::{CallId, Chance, QuietHours},
};
use rand_chacha::rand_core::SeedableRng;

const CALLS: u64 = 300;

fn main() -> Result<(), Box<dyn Error>> {
    let folder = std::env::args()
        .skip(1)
        .find(|argument| !argument.starts_with("--"))
        .map_or_else(|| PathBuf::from(env!("CARGO_TARGET_TMPDIR")), PathBuf::from)
        .join("desk_commit");
    drop(std::fs::remove_dir_all(&folder));
    std::fs::create_dir_all(&folder)?;
    println!("{:<44}{:>10}{:>10}{:>10}{:>10}", "", "a second", "median", "95 %", "worst");
    wrap_ups(&folder.join("wrap_up.db"), false)?;
    wrap_ups(&folder.join("whole.db"), true)?;
    incoming(&folder.join("inbox.db"))?;
    pages(&folder.join("whole.db"))?;
    std::fs::remove_dir_all(&folder)?;
    Ok(())
}

fn report(what: &str, mut taken: Vec<Duration>) {
    let total: Duration = taken.iter().sum();
    taken.sort();
    let ms = |index: usize| format!("{:.2} ms", taken[index].as_secs_f64() * 1e3);
    let rate = taken.len() as f64 / total.as_secs_f64();
    let last = taken.len() - 1;
    println!("{what:<44}{rate:>10.0}{:>10}{:>10}{:>10}", ms(last / 2), ms(last * 95 / 100), ms(last));
}

/// Calls of an agent with 4 legs and 12 turns, a work order and two texts: one commit. With `send`, the clock is right:
/// the texts are claimed (a second commit) and settled (a third).
fn wrap_ups(file: &Path, send: bool) -> Result<(), Box<dyn Error>> {
    let mut now: Timestamp = "2026-11-20T16:58:00-07:00".parse()?;
    let mut engine = engine(file)?;
    engine.handle_input(now, Input::ClockSynchronised(send));
    let mut taken = Vec::new();
    for n in 0..CALLS {
        now = now.checked_add(SignedDuration::from_mins(1))?;
        let record = Box::new(record(n, now)?);
        let began = Instant::now();
        engine.handle_input(now, Input::CallEnded(record));
        loop {
            match engine.poll_output(now) {
                Output::Deliver(entry) => {
                    engine
                        .handle_input(now, Input::Delivered { key: entry.key, result: TextResult::Accepted });
                }
                Output::Timeout(_) => break,
                _ => {}
            }
        }
        taken.push(began.elapsed());
    }
    report(if send { "wrap-up, two texts claimed and settled" } else { "wrap-up" }, taken);
    Ok(())
}

/// Texts that the carrier is told 202 for.
fn incoming(file: &Path) -> Result<(), Box<dyn Error>> {
    let now: Timestamp = "2026-11-20T16:58:00-07:00".parse()?;
    let mut engine = engine(file)?;
    let mut taken = Vec::new();
    for n in 0..CALLS {
        let input = Input::TextReceived {
            text: TextId(n),
            from: format!("+1303556{n:04}").parse()?,
            to: "+13035550100".parse()?,
            body: "Is the two bedroom still free?".into(),
            call_id: format!("{n}@carrier"),
        };
        let began = Instant::now();
        engine.handle_input(now, input);
        while !matches!(engine.poll_output(now), Output::Timeout(_)) {}
        taken.push(began.elapsed());
    }
    report("incoming text stored, office told", taken);
    Ok(())
}

/// What the console reads.
fn pages(file: &Path) -> Result<(), Box<dyn Error>> {
    let reader = Store::open(file)?.reader();
    let (mut lists, mut details) = (Vec::new(), Vec::new());
    for n in 0..CALLS {
        let began = Instant::now();
        reader.calls(CallFilter::Missed, None, 50)?;
        lists.push(began.elapsed());
        let began = Instant::now();
        reader.call(CallId::from_random(n))?;
        details.push(began.elapsed());
    }
    report("page of 50 missed calls read", lists);
    report("one call with all its parts read", details);
    Ok(())
}

fn engine(file: &Path) -> Result<Engine, Box<dyn Error>> {
    let settings = Settings {
        letters: portico::desk::LetterRules::default(),
        office: "Maple Court".into(),
        staff: vec!["+13035550190".parse()?],
        emergency_texts: Vec::new(),
        alarm_texts: Vec::new(),
        own_numbers: vec!["+13035550100".parse()?],
        wording: Wording::read(Wording::FACTORY, "Maple Court")?,
        quiet_hours: QuietHours {
            zone: TimeZone::get("America/Denver")?,
            from: Time::constant(8, 0, 0, 0),
            until: Time::constant(20, 0, 0, 0),
        },
        text_back: true,
        text_back_waits_for_morning: false,
        leasing_numbers: Vec::new(),
        lead_sequence: None,
        houses: Default::default(),
        after_crash: AfterCrash::NotAgain,
        showings: None,
    };
    Ok(Engine::new(Store::open(file)?, settings, Chance::seed_from_u64(1)))
}

fn record(n: u64, ended: Timestamp) -> Result<CallRecord, Box<dyn Error>> {
    let started = ended.checked_sub(SignedDuration::from_secs(90))?;
    let caller = Caller::Number { number: format!("+1303556{n:04}").parse()?, display: "DANA REYES".into() };
    let leg = |party, result| LegRecord {
        party,
        started,
        answered: None,
        ended,
        result,
        quality: None,
        told: None,
    };
    let turn = |m: u64| TurnRecord {
        speaker: if m.is_multiple_of(2) { Speaker::Agent } else { Speaker::Caller },
        text: "There is water coming through the kitchen ceiling and it is getting worse.".into(),
        at_ms: m * 4_000,
        latency_ms: Some(480),
        interrupted_after_ms: None,
    };
    let confirmed = |value: &str| Captured { value: value.to_owned(), confirmed: true };
    Ok(CallRecord {
        call: CallId::from_random(n),
        direction: CallDirection::Inbound,
        trunk: Some("carrier".into()),
        caller: caller.clone(),
        vouched: Default::default(),
        dialled: "+13035550100".parse()?,
        started,
        answered: Some(started),
        ended,
        disposition: Disposition::AiHandled,
        agent_reason: Some(AgentReason::NoAnswer),
        legs: vec![
            leg(Party::Caller(caller), LegResult::Completed),
            leg(Party::Phone("101".parse()?), LegResult::NoAnswer),
            leg(Party::Phone("102".parse()?), LegResult::NoAnswer),
            leg(Party::Agent, LegResult::Completed),
        ],
        turns: (0..12).map(turn).collect(),
        outcome: Some(Outcome {
            version: 1,
            intent: Some(Intent::Maintenance),
            urgency: Urgency::Routine,
            name: Some(confirmed("Dana Reyes")),
            callback: None,
            place: Some(confirmed("Unit 204")),
            matter: Some("water through the kitchen ceiling".into()),
            wished_for: None,
            access: Some(Captured { value: true, confirmed: true }),
            do_not_contact: false,
            promised: Promise::WorkOrder,
            ended: Some(EndReason::Goodbye),
            ..Outcome::blank()
        }),
        recordings: Vec::new(),
        fax: None,
        decisions: Vec::new(),
        queued: None,
        conversations: Vec::new(),
    })
}
