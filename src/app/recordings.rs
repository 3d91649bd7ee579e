//! Sounds on disk: frames in, files out, on a thread of its own, so that a slow card never touches the beat.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs::{self, File},
    io::{self, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
    sync::mpsc::{Receiver, SyncSender, sync_channel},
    thread,
};

use super::whole_file;
use crate::{
    media::{FileWrite, Frame, Recorder, SampleRate, Take, Taken},
    pbx::SoundFile,
    types::LegId,
};

/// Writes that may wait for the disk, each about a second of one call. Beyond it they are dropped, and a recording has a
/// gap; the call has none.
const WAITING: usize = 512;

/// The folder of the calls, below the store's.
pub(super) const FOLDER: &str = "recordings";

/// Frames of the beep where a pause begins or ends: 200 ms.
const MARK: usize = 10;

/// What is written of a leg.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Call,
    Take,
}

#[derive(Debug)]
enum ToDisk {
    Open { of: (LegId, Kind), folder: &'static str, file: String },
    Write { of: (LegId, Kind), write: FileWrite },
    Close { of: (LegId, Kind) },
}

/// The recordings under way.
#[derive(Debug)]
pub struct Recordings {
    recorders: BTreeMap<LegId, Recorder>,
    takes: BTreeMap<LegId, Take>,
    /// Of which nothing but silence is kept.
    paused: BTreeSet<LegId>,
    /// Those in which a beep is being written, and how many frames of it are left.
    marked: BTreeMap<LegId, usize>,
    store: PathBuf,
    disk: SyncSender<ToDisk>,
    dropped: u64,
}

impl Recordings {
    /// Starts the thread that writes below this folder of the store; its own folders are made when they are needed.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub fn start(folder: PathBuf) -> io::Result<Self> {
        let (disk, inbox) = sync_channel(WAITING);
        thread::Builder::new().name("recordings".into()).spawn({
            let folder = folder.clone();
            move || serve(&folder, &inbox)
        })?;
        Ok(Self {
            recorders: BTreeMap::new(),
            takes: BTreeMap::new(),
            paused: BTreeSet::new(),
            marked: BTreeMap::new(),
            store: folder,
            disk,
            dropped: 0,
        })
    }

    pub(super) fn begin(&mut self, leg: LegId, file: String) {
        self.paused.remove(&leg);
        self.marked.remove(&leg);
        self.recorders.insert(leg, Recorder::new());
        self.send(ToDisk::Open { of: (leg, Kind::Call), folder: FOLDER, file });
        self.flush(leg);
    }

    pub(super) fn is_on(&self, leg: LegId) -> bool {
        self.recorders.contains_key(&leg)
    }

    /// 20 ms of a leg, if it is recorded: its own sound, and what it hears.
    pub(super) fn push(&mut self, leg: LegId, own: &Frame, other: &Frame) {
        if let Some(recorder) = self.recorders.get_mut(&leg) {
            if let Some(left) = self.marked.get_mut(&leg) {
                let beep = beep();
                recorder.push(&beep, &beep);
                *left -= 1;
                if *left == 0 {
                    self.marked.remove(&leg);
                }
            } else if self.paused.contains(&leg) {
                let silence = Frame::silence(SampleRate::Hz8000);
                recorder.push(&silence, &silence);
            } else {
                recorder.push(own, other);
            }
            self.flush(leg);
        }
    }

    /// Keeps silence in place of the sound, or the sound again. A beep in the file says that this is no fault.
    pub(super) fn pause(&mut self, leg: LegId, paused: bool) {
        let changes = match paused && self.is_on(leg) {
            true => self.paused.insert(leg),
            false => self.paused.remove(&leg),
        };
        if changes && self.is_on(leg) {
            self.marked.insert(leg, MARK);
        }
    }

    pub(super) fn end(&mut self, leg: LegId) {
        self.paused.remove(&leg);
        self.marked.remove(&leg);
        if let Some(recorder) = self.recorders.get_mut(&leg) {
            recorder.finish();
            self.flush(leg);
            self.recorders.remove(&leg);
            self.send(ToDisk::Close { of: (leg, Kind::Call) });
        }
    }

    /// Records what the leg says, alone. A recording that is under way is ended.
    pub(super) fn begin_take(&mut self, leg: LegId, file: SoundFile, quiet_ms: u32) {
        let _ = self.end_take(leg);
        self.takes.insert(leg, Take::new(quiet_ms.into()));
        let folder = file.shelf.folder();
        self.send(ToDisk::Open { of: (leg, Kind::Take), folder, file: file.name });
        self.flush_take(leg);
    }

    /// 20 ms of the leg's own sound, if it is taken. True once, when it has been quiet for long enough.
    pub(super) fn take(&mut self, leg: LegId, own: &Frame) -> bool {
        let Some(take) = self.takes.get_mut(&leg) else { return false };
        let quiet = take.push(own);
        self.flush_take(leg);
        quiet
    }

    /// What was taken, if anything was being.
    pub(super) fn end_take(&mut self, leg: LegId) -> Option<Taken> {
        let taken = self.takes.get_mut(&leg)?.finish();
        self.flush_take(leg);
        self.takes.remove(&leg);
        self.send(ToDisk::Close { of: (leg, Kind::Take) });
        Some(taken)
    }

    /// Where a sound is, for who plays it.
    pub(super) fn path_of(&self, file: &SoundFile) -> String {
        self.store.join(file.shelf.folder()).join(bare(&file.name)).to_string_lossy().into_owned()
    }

    fn flush_take(&mut self, leg: LegId) {
        while let Some(write) = self.takes.get_mut(&leg).and_then(Take::poll_write) {
            self.send(ToDisk::Write { of: (leg, Kind::Take), write });
        }
    }

    fn flush(&mut self, leg: LegId) {
        while let Some(write) = self.recorders.get_mut(&leg).and_then(Recorder::poll_write) {
            self.send(ToDisk::Write { of: (leg, Kind::Call), write });
        }
    }

    fn send(&mut self, message: ToDisk) {
        if self.disk.try_send(message).is_err() {
            self.dropped += 1;
            if self.dropped.is_power_of_two() {
                tracing::warn!(dropped = self.dropped, "the disk does not keep up; recordings have gaps");
            }
        }
    }
}

/// One frame of the beep, 1 kHz: as many periods in each, so that they follow each other without a click.
fn beep() -> Frame {
    let mut frame = Frame::silence(SampleRate::Hz8000);
    for (place, sample) in frame.samples_mut().iter_mut().enumerate() {
        *sample = (3_000.0 * (std::f32::consts::TAU * place as f32 / 8.0).sin()) as i16;
    }
    frame
}

/// The thread of the disk. A file that cannot be written is given up, said once, and the others go on.
fn serve(store: &Path, inbox: &Receiver<ToDisk>) {
    let mut files: BTreeMap<(LegId, Kind), File> = BTreeMap::new();
    while let Ok(message) = inbox.recv() {
        match message {
            ToDisk::Open { of, folder, file } => {
                let folder = store.join(folder);
                let path = folder.join(bare(&file));
                match fs::create_dir_all(&folder).and_then(|()| whole_file::private_anew(&path)) {
                    Ok(file) => {
                        files.insert(of, file);
                    }
                    Err(error) => {
                        tracing::error!(%error, path = %path.display(), "a sound cannot be recorded")
                    }
                }
            }
            ToDisk::Write { of, write } => {
                let Some(file) = files.get_mut(&of) else { continue };
                let written =
                    file.seek(SeekFrom::Start(write.offset)).and_then(|_| file.write_all(&write.bytes));
                if let Err(error) = written {
                    tracing::error!(%error, "a recording ends here");
                    files.remove(&of);
                }
            }
            ToDisk::Close { of } => {
                files.remove(&of);
            }
        }
    }
}

/// A name comes from us (an id), never from a peer; a separator in it would be our own mistake.
fn bare(name: &str) -> String {
    name.replace(['/', '\\'], "_")
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn what_is_recorded_is_for_its_owner_only() {
        let store = std::env::temp_dir().join(format!("portico-recordings-{}", std::process::id()));
        let _ = fs::remove_dir_all(&store);
        let (disk, inbox) = sync_channel(1);
        let of = (LegId(1), Kind::Call);
        disk.send(ToDisk::Open { of, folder: FOLDER, file: "a.wav".into() }).unwrap();
        drop(disk);
        serve(&store, &inbox);
        let rights = fs::metadata(store.join(FOLDER).join("a.wav")).unwrap().permissions().mode();
        assert_eq!(rights & 0o777, 0o600, "{rights:o}");
        fs::remove_dir_all(store).unwrap();
    }
}
