//! The monthly check that pairs of callers are treated alike: `portico rehearse --pairs --keep` as a program of its own.
//!
//! A process beside this one, at the lowest priority: a rehearsal wants a processor for a while, and calls go before it. The
//! records keep when the last one was held, so a restart holds none twice.

use std::{
    ffi::OsString,
    io,
    path::PathBuf,
    process::{Child, Command, Stdio},
};

use jiff::{Timestamp, civil::Date, tz::TimeZone};

/// From this hour of the night on, and before the other one.
const NIGHT: [i8; 2] = [4, 6];

/// Holds the checks.
#[derive(Debug)]
pub(super) struct PairChecks {
    /// This program.
    pub program: PathBuf,
    pub configuration: PathBuf,
    pub models: PathBuf,
    /// The night in which one was last begun: one that fails is tried in the next.
    pub tried: Option<Date>,
    pub child: Option<Child>,
}

/// Is one due? Once in each month, at night; the first in the first night.
pub(super) fn is_due(last: Option<Timestamp>, tried: Option<Date>, now: Timestamp, zone: &TimeZone) -> bool {
    let local = now.to_zoned(zone.clone());
    let month = |at: Timestamp| {
        let date = at.to_zoned(zone.clone()).date();
        (date.year(), date.month())
    };
    (NIGHT[0]..NIGHT[1]).contains(&local.hour())
        && tried.is_none_or(|night| night < local.date())
        && last.is_none_or(|last| last < now && month(last) != month(now))
}

impl PairChecks {
    /// Begins a check if one is due and none is under way. `last`: when the last one was kept.
    ///
    /// # Errors
    /// When the program cannot be started.
    pub(super) fn round(
        &mut self,
        last: Option<Timestamp>,
        now: Timestamp,
        zone: &TimeZone,
    ) -> io::Result<()> {
        if let Some(child) = &mut self.child
            && child.try_wait()?.is_none()
        {
            return Ok(());
        }
        self.child = None;
        if !is_due(last, self.tried, now, zone) {
            return Ok(());
        }
        self.tried = Some(now.to_zoned(zone.clone()).date());
        let arguments: [OsString; 7] = [
            "rehearse".into(),
            "--pairs".into(),
            "--keep".into(),
            "--config".into(),
            self.configuration.clone().into(),
            "--models".into(),
            self.models.clone().into(),
        ];
        let child = Command::new("nice")
            .args(["-n", "19"])
            .arg(&self.program)
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()?;
        self.child = Some(child);
        Ok(())
    }
}

impl Drop for PairChecks {
    /// One that is under way ends with the house; the next night holds it anew.
    fn drop(&mut self) {
        if let Some(child) = &mut self.child {
            drop(child.kill());
            drop(child.wait());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_check_a_month_at_night() {
        let zone = TimeZone::get("America/Denver").unwrap();
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        let night = at("2026-12-01T04:10:00-07:00");
        assert!(is_due(None, None, night, &zone), "the first in the first night");
        assert!(is_due(Some(at("2026-11-20T04:10:00-07:00")), None, night, &zone), "another month");
        assert!(!is_due(Some(at("2026-12-01T04:05:00-07:00")), None, night, &zone), "held this month");
        assert!(!is_due(None, None, at("2026-12-01T12:00:00-07:00"), &zone), "by day the office calls");
        assert!(!is_due(None, None, at("2026-12-01T06:00:00-07:00"), &zone), "the night is over");
        let tried = Some(jiff::civil::date(2026, 12, 1));
        assert!(!is_due(None, tried, night, &zone), "one that failed is not tried again at once");
        assert!(is_due(None, tried, at("2026-12-02T04:00:00-07:00"), &zone), "but in the next night");
        assert!(!is_due(Some(at("2027-01-01T04:10:00-07:00")), None, night, &zone), "a clock that was ahead");
    }
}
