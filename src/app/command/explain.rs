//! `portico explain`: why a call went the way it went.

use std::{
    fmt::Write,
    fs,
    io::{self, Write as _},
    os::unix::fs::OpenOptionsExt,
    path::Path,
};

use anyhow::Context;
use jiff::{Timestamp, tz::TimeZone};

use super::print;
use crate::app::backup::RECORDS;
use crate::{
    config::Config,
    pbx::{Caller, LegRecord, LegResult, Party, Speaker},
    store::{CallDetail, CallFilter, Reader, Store},
    trace::{Message, course, pcap},
    types::CallId,
};

/// Calls that are listed when none is named.
const LISTED: usize = 20;

/// The latest calls, or everything that is known of one of them.
///
/// # Errors
/// When the configuration or the records cannot be read, there is no such call, or the capture cannot be written.
pub fn explain(path: &Path, call: Option<&str>, capture: Option<&Path>) -> anyhow::Result<()> {
    let text = fs::read_to_string(path).with_context(|| format!("{} cannot be read", path.display()))?;
    let config = Config::parse(&path.display().to_string(), &text)?;
    let file = config.store.folder.join(RECORDS);
    anyhow::ensure!(file.is_file(), "there are no records yet: {} is not there", file.display());
    let reader = Store::open(&file)?.reader();
    let zone = config.office.hours.zone();
    let Some(call) = call else { return list(&reader, zone) };
    let call: CallId =
        call.parse().with_context(|| format!("{call} is no call's id; `portico explain` lists them"))?;
    let detail = reader.call(call)?.with_context(|| format!("there is no record of the call {call}"))?;
    let trace = reader.trace(call)?;
    if let Some(capture) = capture {
        anyhow::ensure!(!trace.is_empty(), "no trace was kept of this call: there is nothing to write");
        let bytes = pcap(trace.iter().map(|(_, message)| message));
        write_capture(capture, &bytes).with_context(|| format!("{} cannot be written", capture.display()))?;
    }
    print(told(&detail, &trace, zone)?.trim_end())
}

/// For whoever writes it only, since it says who called whom; in place, so that a pipe will do as well.
fn write_capture(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(path)?;
    file.write_all(bytes)
}

fn list(reader: &Reader, zone: &TimeZone) -> anyhow::Result<()> {
    let page = reader.calls(CallFilter::All, None, LISTED)?;
    if page.items.is_empty() {
        return print("There are no calls yet.");
    }
    for row in page.items {
        print(&format!(
            "{}  {}  {} to {}: {}",
            row.id,
            local(row.started, zone),
            caller(&row.caller),
            row.dialled,
            row.summary
        ))?;
    }
    Ok(())
}

fn told(
    detail: &CallDetail,
    trace: &[(String, Message)],
    zone: &TimeZone,
) -> Result<String, std::fmt::Error> {
    let record = &detail.record;
    let mut out = String::new();
    writeln!(out, "{} to {}, {}", caller(&record.caller), record.dialled, local(record.started, zone))?;
    writeln!(out, "{}\n", detail.summary)?;
    let reasons: Vec<(u64, String)> =
        record.decisions.iter().map(|decision| (decision.at_ms, decision.why.clone())).collect();
    writeln!(out, "{}", course(record.started, trace, &reasons))?;
    if trace.is_empty() {
        writeln!(out, "No trace of the wire was kept: traces are kept for two weeks, and not of a flood.\n")?;
    }
    for leg in &record.legs {
        writeln!(out, "{}", leg_told(leg))?;
    }
    for turn in &record.turns {
        let who = if turn.speaker == Speaker::Agent { "agent" } else { "caller" };
        write!(out, "{:>8.1} s  {who}: {}", turn.at_ms as f64 / 1000.0, turn.text)?;
        match turn.latency_ms {
            Some(latency) => writeln!(out, "  ({latency} ms after the caller)")?,
            None => writeln!(out)?,
        }
    }
    Ok(out)
}

fn leg_told(leg: &LegRecord) -> String {
    let who = match &leg.party {
        Party::Caller(of) => format!("caller {}", caller(of)),
        Party::Phone(extension) => format!("phone {extension}"),
        Party::Number(number) => format!("outside {number}"),
        Party::Emergency(emergency) => format!("emergency {}", emergency.digits()),
        Party::Agent => "agent".to_owned(),
    };
    let seconds = |from: Timestamp, to: Timestamp| to.duration_since(from).as_secs_f64().max(0.0);
    let rang = seconds(leg.started, leg.answered.unwrap_or(leg.ended));
    let mut text = format!("{who}: rang {rang:.1} s");
    if let Some(answered) = leg.answered {
        let _ = write!(text, ", talked {:.1} s", seconds(answered, leg.ended));
    }
    let _ = write!(text, ": {}", ended(leg.result));
    if let Some(quality) = leg.quality.as_ref().filter(|_| leg.answered.is_some()) {
        let _ = write!(
            text,
            "; {} packets received, {} lost, {} sent, jitter {} ms",
            quality.packets_received, quality.packets_lost, quality.packets_sent, quality.jitter_ms
        );
        if let Some(trip) = quality.round_trip_ms {
            let _ = write!(text, ", round trip {trip} ms");
        }
    }
    text
}

fn ended(result: LegResult) -> String {
    match result {
        LegResult::Completed => "answered".to_owned(),
        LegResult::AnsweredElsewhere => "another phone answered".to_owned(),
        LegResult::CallerGone => "the caller gave up".to_owned(),
        LegResult::NoAnswer => "nobody answered".to_owned(),
        LegResult::Busy => "busy".to_owned(),
        LegResult::Declined => "declined".to_owned(),
        LegResult::DoNotDisturb => "does not want to be disturbed".to_owned(),
        LegResult::Unregistered => "no phone is registered".to_owned(),
        LegResult::Failed(status) => format!("failed with {status}"),
    }
}

fn caller(caller: &Caller) -> String {
    match caller {
        Caller::Number { number, display } if display.is_empty() => number.to_string(),
        Caller::Number { number, display } => format!("{number} ({display})"),
        Caller::Extension(extension) => extension.to_string(),
        Caller::Anonymous => "number withheld".to_owned(),
    }
}

fn local(at: Timestamp, zone: &TimeZone) -> String {
    at.to_zoned(zone.clone()).strftime("%a %d %b %Y, %H:%M:%S").to_string()
}
