//! What is done each night: the backup, the end of old recordings, and the trial of the ways that stand by. On a thread of its
//! own: a slow disk holds up nobody.

use std::{
    fs, io,
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex, PoisonError,
        mpsc::{Receiver, RecvTimeoutError, Sender, channel},
    },
    thread,
    time::{Duration, SystemTime},
};

use jiff::{Timestamp, civil::Date, tz::TimeZone};
use tokio::sync::mpsc;

use super::{
    backup::{BackupError, Source},
    clock,
    pair_check::PairChecks,
    recordings,
    switch_loop::ToSwitch,
    whole_file::{self, WholeFile},
};
use crate::{console::Vitals, pbx::Control, store::Reader};

/// Backups that are kept, in each place.
const KEPT: usize = 7;
/// From this hour of the night on the backup of the day is made; the very first one is made at once.
const NIGHT: i8 = 3;
/// How often the thread looks what is due.
const ROUND: Duration = Duration::from_secs(10 * 60);
/// From the start to the first look: the house is to be up first.
const FIRST_ROUND: Duration = Duration::from_secs(60);
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// What the thread looks after.
#[derive(Debug)]
pub(super) struct Housekeeping {
    pub reader: Reader,
    pub configuration: PathBuf,
    /// The store's folder: backups go to `backups` below it.
    pub folder: PathBuf,
    /// A folder on another disk, to which each backup is copied.
    pub copies_to: Option<PathBuf>,
    /// The office's.
    pub zone: TimeZone,
    /// Days that recordings are kept; 0: for ever.
    pub record_days: u16,
    pub vitals: Arc<Mutex<Vitals>>,
    /// Practice mode trusts the wall clock as it is.
    pub trust_clock: bool,
    pub to_switch: mpsc::Sender<ToSwitch>,
    /// The day on which the ways that stand by were last tried.
    pub tried: Option<Date>,
    /// The monthly check that callers are treated alike; `None`: not here.
    pub pairs: Option<PairChecks>,
}

/// Why there is no backup of today.
#[derive(Debug, thiserror::Error)]
enum Missed {
    #[error("the folder of the backups cannot be used: {0}")]
    Folder(#[from] io::Error),
    #[error("{0}")]
    Backup(#[from] BackupError),
    #[error("the backup is on this disk alone: {folder} cannot be written ({error}); is its disk there?", folder = folder.display())]
    Elsewhere { folder: PathBuf, error: io::Error },
}

impl Housekeeping {
    /// Starts the thread. It ends when the sender is dropped, after the backup that is under way.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub(super) fn keep(self) -> io::Result<(Sender<()>, thread::JoinHandle<()>)> {
        let (stop, stopped) = channel();
        let thread = thread::Builder::new().name("housekeeping".into()).spawn(move || self.run(&stopped))?;
        Ok((stop, thread))
    }

    fn run(mut self, stopped: &Receiver<()>) {
        let started = clock::instant();
        let mut wait = FIRST_ROUND;
        while let Err(RecvTimeoutError::Timeout) = stopped.recv_timeout(wait) {
            // By a clock that runs ahead, every recording is old.
            if self.trust_clock || clock::is_trustworthy(clock::instant().duration_since(started)) {
                self.round(clock::wall());
            }
            wait = ROUND;
        }
    }

    fn round(&mut self, now: Timestamp) {
        self.try_fail_over(now);
        self.check_pairs(now);
        let outcome = self.back_up(now);
        if let Err(error) = &outcome {
            tracing::error!(%error, "the daily backup could not be made");
        }
        let mut vitals = self.vitals.lock().unwrap_or_else(PoisonError::into_inner);
        match outcome {
            Ok(Some(day)) => vitals.backup = Some(Ok(day)),
            Ok(None) => {}
            Err(error) => vitals.backup = Some(Err(error.to_string())),
        }
        drop(vitals);
        if let Err(error) = self.forget_recordings(now) {
            tracing::warn!(%error, "old recordings could not be looked through");
        }
    }

    /// Has the trunks' other targets tried, once a night; first soon after the start, as that may follow a change.
    fn try_fail_over(&mut self, now: Timestamp) {
        let local = now.to_zoned(self.zone.clone());
        if self.tried.is_some_and(|last| last >= local.date() || local.hour() < NIGHT) {
            return;
        }
        // A switch that is busy is asked in the next round.
        if self.to_switch.try_send(ToSwitch::Control(Control::TryTargets)).is_ok() {
            self.tried = Some(local.date());
            self.vitals.lock().unwrap_or_else(PoisonError::into_inner).tried_on = self.tried;
        }
    }

    /// Has pairs of made-up callers compared, once a month.
    fn check_pairs(&mut self, now: Timestamp) {
        let Some(pairs) = &mut self.pairs else { return };
        // Records that cannot be read now are read in the next round.
        let Ok(checks) = self.reader.pair_checks() else { return };
        if let Err(error) = pairs.round(checks.first().map(|check| check.at), now, &self.zone) {
            tracing::warn!(%error, "the monthly check with pairs of callers could not be begun");
        }
    }

    /// Makes the backup of the day if it is due. Answers the day of the last one, if there is one.
    fn back_up(&self, now: Timestamp) -> Result<Option<Date>, Missed> {
        let folder = self.folder.join("backups");
        whole_file::private_folder(&folder)?;
        let local = now.to_zoned(self.zone.clone());
        let made = backups(&folder)?;
        let last = made.last().copied();
        let due = last.is_none_or(|last| last < local.date() && local.hour() >= NIGHT);
        if due {
            let source = Source {
                configuration: &self.configuration,
                folder: &self.folder,
                reader: &self.reader,
                recordings: false,
            };
            let whole = folder.join(name_of(local.date()));
            source.write(&whole, now)?;
            // Only once the new one is safe.
            forget_all_but(KEPT, &folder)?;
            tracing::info!(file = %whole.display(), "the office has been backed up");
        }
        let last = if due { Some(local.date()) } else { last };
        if let (Some(elsewhere), Some(day)) = (&self.copies_to, last) {
            let copied = copy(&folder.join(name_of(day)), &elsewhere.join(name_of(day)));
            let copied = copied.and_then(|()| forget_all_but(KEPT, elsewhere));
            copied.map_err(|error| Missed::Elsewhere { folder: elsewhere.clone(), error })?;
        }
        Ok(last)
    }

    /// Deletes recordings that were last written before the days that they are kept.
    fn forget_recordings(&self, now: Timestamp) -> io::Result<()> {
        if self.record_days == 0 {
            return Ok(());
        }
        let Some(oldest) = SystemTime::from(now).checked_sub(DAY * u32::from(self.record_days)) else {
            return Ok(());
        };
        let folder = match fs::read_dir(self.folder.join(recordings::FOLDER)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            folder => folder?,
        };
        for entry in folder {
            let entry = entry?;
            let (path, known) = (entry.path(), entry.metadata()?);
            let is_recording = known.is_file() && path.extension().is_some_and(|kind| kind == "wav");
            if is_recording && known.modified()? < oldest {
                fs::remove_file(&path)?;
                tracing::info!(file = %path.display(), "a recording has been kept for its time and is gone");
            }
        }
        Ok(())
    }
}

fn name_of(day: Date) -> String {
    format!("portico-{day}.tar")
}

/// The days of which there are backups, the oldest first. Other files of the folder are not ours.
fn backups(folder: &Path) -> io::Result<Vec<Date>> {
    let mut days = Vec::new();
    for entry in fs::read_dir(folder)? {
        let name = entry?.file_name();
        let day = name.to_str().and_then(|name| name.strip_prefix("portico-")?.strip_suffix(".tar"));
        days.extend(day.and_then(|day| day.parse::<Date>().ok()));
    }
    days.sort_unstable();
    Ok(days)
}

/// Lets the oldest backups go.
fn forget_all_but(kept: usize, folder: &Path) -> io::Result<()> {
    for old in backups(folder)?.iter().rev().skip(kept) {
        fs::remove_file(folder.join(name_of(*old)))?;
    }
    Ok(())
}

/// Copies a backup, unless it is there. The folder is never made: where a disk is not mounted it would be on ours.
fn copy(from: &Path, to: &Path) -> io::Result<()> {
    if to.exists() {
        return Ok(());
    }
    let mut copy = WholeFile::begin(to)?;
    io::copy(&mut fs::File::open(from)?, &mut copy)?;
    copy.finish()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Store;

    struct Fixture {
        keeping: Housekeeping,
        store: Store,
        switch: mpsc::Receiver<ToSwitch>,
    }

    impl Fixture {
        fn new(name: &str) -> Self {
            let folder = std::env::temp_dir().join(format!("portico-house-{}-{name}", std::process::id()));
            let _ = fs::remove_dir_all(&folder);
            fs::create_dir_all(folder.join(recordings::FOLDER)).unwrap();
            fs::write(folder.join("portico.toml"), "[office]\nname = \"Maple Court\"\n").unwrap();
            let store = Store::open(&folder.join("portico.db")).unwrap();
            let (to_switch, switch) = mpsc::channel(8);
            let keeping = Housekeeping {
                reader: store.reader(),
                configuration: folder.join("portico.toml"),
                folder,
                copies_to: None,
                zone: TimeZone::get("America/Denver").unwrap(),
                record_days: 90,
                vitals: Arc::default(),
                trust_clock: true,
                to_switch,
                tried: None,
                pairs: None,
            };
            Self { keeping, store, switch }
        }

        fn copies(&self) -> Vec<String> {
            let days = backups(&self.keeping.folder.join("backups")).unwrap();
            days.into_iter().map(|day| day.to_string()).collect()
        }

        fn backup(&self) -> Option<Result<Date, String>> {
            self.keeping.vitals.lock().unwrap().backup.clone()
        }
    }

    impl Drop for Fixture {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.keeping.folder);
        }
    }

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn the_ways_that_stand_by_are_tried_soon_after_the_start_and_then_each_night() {
        let mut office = Fixture::new("tried");
        let mut tried = |now: &str| {
            office.keeping.round(at(now));
            let asked = matches!(office.switch.try_recv(), Ok(ToSwitch::Control(Control::TryTargets)));
            let told = office.keeping.vitals.lock().unwrap().tried_on.map(|day| day.to_string());
            (asked, told.unwrap_or_default())
        };
        // Denver is seven hours behind.
        assert_eq!(tried("2026-11-20T19:00:00Z"), (true, "2026-11-20".to_owned()));
        assert_eq!(tried("2026-11-20T19:10:00Z"), (false, "2026-11-20".to_owned()));
        assert_eq!(tried("2026-11-21T09:50:00Z"), (false, "2026-11-20".to_owned()));
        assert_eq!(tried("2026-11-21T10:00:00Z"), (true, "2026-11-21".to_owned()));
        assert_eq!(tried("2026-11-21T10:10:00Z"), (false, "2026-11-21".to_owned()));
    }

    #[test]
    fn the_office_is_backed_up_once_a_day_and_its_records_open_again() {
        let mut fixture = Fixture::new("daily");
        let noted = at("2026-11-20T09:00:00Z");
        fixture.store.audit("Robin", "test", "before the copy", "", noted).unwrap();
        fixture.keeping.round(at("2026-11-20T01:00:00-07:00"));
        fixture.store.audit("Robin", "test", "after the copy", "", noted).unwrap();
        fixture.keeping.round(at("2026-11-20T12:00:00-07:00"));
        fixture.keeping.round(at("2026-11-21T02:59:00-07:00"));
        assert_eq!(fixture.copies(), ["2026-11-20"], "the first at once, the next not before three at night");
        let unpacked = fixture.keeping.folder.join("unpacked");
        let file = fixture.keeping.folder.join("backups/portico-2026-11-20.tar");
        crate::app::backup::unpack(&file, &unpacked).unwrap();
        let copy =
            Store::open(&crate::app::backup::store_in(&unpacked).join(crate::app::backup::RECORDS)).unwrap();
        let log = copy.reader().audit_log(None, 10).unwrap();
        assert_eq!(log.items.iter().map(|row| row.subject.as_str()).collect::<Vec<_>>(), ["before the copy"]);
        fixture.keeping.round(at("2026-11-21T03:00:00-07:00"));
        assert_eq!(fixture.copies(), ["2026-11-20", "2026-11-21"]);
        assert_eq!(fixture.backup(), Some(Ok(jiff::civil::date(2026, 11, 21))));
    }

    #[test]
    fn a_week_of_backups_is_kept_and_what_is_not_ours_stays() {
        let mut fixture = Fixture::new("week");
        fixture.keeping.round(at("2026-11-01T12:00:00-07:00"));
        let foreign = fixture.keeping.folder.join("backups/portico-before-the-move.tar");
        fs::write(&foreign, "").unwrap();
        for day in 2..=9 {
            fixture.keeping.round(at(&format!("2026-11-{day:02}T12:00:00-07:00")));
        }
        assert_eq!(fixture.copies().first().map(String::as_str), Some("2026-11-03"));
        assert_eq!(fixture.copies().len(), KEPT);
        assert!(foreign.exists());
    }

    #[test]
    fn a_backup_that_cannot_be_made_is_on_the_health_page_until_one_is() {
        let mut fixture = Fixture::new("failing");
        let folder = fixture.keeping.folder.join("backups");
        fs::write(&folder, "in the way").unwrap();
        fixture.keeping.round(at("2026-11-20T12:00:00-07:00"));
        assert!(matches!(fixture.backup(), Some(Err(_))));
        fs::remove_file(&folder).unwrap();
        fixture.keeping.round(at("2026-11-20T12:10:00-07:00"));
        assert_eq!(fixture.backup(), Some(Ok(jiff::civil::date(2026, 11, 20))));
        let left = fs::read_dir(&folder).unwrap().count();
        assert_eq!(left, 1, "nothing half made is left");
    }

    #[test]
    fn each_backup_goes_to_the_second_disk_too_and_its_absence_is_told_until_it_is_back() {
        let mut fixture = Fixture::new("elsewhere");
        let stick = fixture.keeping.folder.join("stick");
        fixture.keeping.copies_to = Some(stick.clone());
        fixture.keeping.round(at("2026-11-20T12:00:00-07:00"));
        assert_eq!(fixture.copies(), ["2026-11-20"], "made here all the same");
        let told = fixture.backup().unwrap().unwrap_err();
        assert!(told.contains("is its disk there?"), "{told}");
        fs::create_dir(&stick).unwrap();
        fixture.keeping.round(at("2026-11-20T12:10:00-07:00"));
        assert_eq!(fixture.backup(), Some(Ok(jiff::civil::date(2026, 11, 20))));
        let read = |folder: &Path| fs::read(folder.join("portico-2026-11-20.tar")).unwrap();
        assert_eq!(read(&stick), read(&fixture.keeping.folder.join("backups")));
    }

    #[test]
    fn recordings_go_after_their_days_and_nothing_else_does() {
        let mut fixture = Fixture::new("recordings");
        let folder = fixture.keeping.folder.join("recordings");
        let write = |name: &str, written: &str| {
            fs::write(folder.join(name), "sound").unwrap();
            let file = fs::File::options().write(true).open(folder.join(name)).unwrap();
            file.set_modified(SystemTime::from(at(written))).unwrap();
        };
        write("old.wav", "2026-08-21T11:59:00Z");
        write("young.wav", "2026-08-22T12:01:00Z");
        write("notes.txt", "2020-01-01T00:00:00Z");
        let now = at("2026-11-20T12:00:00Z");
        fixture.keeping.record_days = 0;
        fixture.keeping.round(now);
        assert!(folder.join("old.wav").exists(), "kept for ever");
        fixture.keeping.record_days = 90;
        fixture.keeping.round(now);
        assert!(!folder.join("old.wav").exists());
        assert!(folder.join("young.wav").exists() && folder.join("notes.txt").exists());
    }
}
