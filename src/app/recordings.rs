//! Recordings on disk: frames in, files out, on a thread of its own, so that a slow card never touches the beat.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs::{self, File},
    io::{self, Seek, SeekFrom, Write},
    path::PathBuf,
    sync::mpsc::{Receiver, SyncSender, sync_channel},
    thread,
};

use crate::{
    media::{FileWrite, Frame, Recorder, SampleRate},
    types::LegId,
};

/// Writes that may wait for the disk, each about a second of one call. Beyond it they are dropped, and a recording has a
/// gap; the call has none.
const WAITING: usize = 512;

#[derive(Debug)]
enum ToDisk {
    Open { leg: LegId, file: String },
    Write { leg: LegId, write: FileWrite },
    Close { leg: LegId },
}

/// The recordings under way.
#[derive(Debug)]
pub struct Recordings {
    recorders: BTreeMap<LegId, Recorder>,
    paused: BTreeSet<LegId>,
    disk: SyncSender<ToDisk>,
    dropped: u64,
}

impl Recordings {
    /// Starts the thread that writes below this folder, which is made if it is not there.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub fn start(folder: PathBuf) -> io::Result<Self> {
        let (disk, inbox) = sync_channel(WAITING);
        thread::Builder::new().name("recordings".into()).spawn(move || write(&folder, &inbox))?;
        Ok(Self { recorders: BTreeMap::new(), paused: BTreeSet::new(), disk, dropped: 0 })
    }

    pub(super) fn begin(&mut self, leg: LegId, file: String) {
        self.recorders.insert(leg, Recorder::new());
        self.send(ToDisk::Open { leg, file });
        self.flush(leg);
    }

    /// While paused, silence is written, so that the file's time stays the call's.
    pub(super) fn pause(&mut self, leg: LegId, paused: bool) {
        if paused {
            self.paused.insert(leg);
        } else {
            self.paused.remove(&leg);
        }
    }

    pub(super) fn is_on(&self, leg: LegId) -> bool {
        self.recorders.contains_key(&leg)
    }

    /// 20 ms of a leg, if it is recorded: its own sound, and what it hears.
    pub(super) fn push(&mut self, leg: LegId, own: &Frame, other: &Frame) {
        if let Some(recorder) = self.recorders.get_mut(&leg) {
            let silence = Frame::silence(SampleRate::Hz8000);
            if self.paused.contains(&leg) {
                recorder.push(&silence, &silence)
            } else {
                recorder.push(own, other)
            };
            self.flush(leg);
        }
    }

    pub(super) fn end(&mut self, leg: LegId) {
        if let Some(recorder) = self.recorders.get_mut(&leg) {
            recorder.finish();
            self.flush(leg);
            self.recorders.remove(&leg);
            self.paused.remove(&leg);
            self.send(ToDisk::Close { leg });
        }
    }

    fn flush(&mut self, leg: LegId) {
        while let Some(write) = self.recorders.get_mut(&leg).and_then(Recorder::poll_write) {
            self.send(ToDisk::Write { leg, write });
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

/// The thread of the disk. A file that cannot be written is given up, said once, and the others go on.
fn write(folder: &std::path::Path, inbox: &Receiver<ToDisk>) {
    let mut files: BTreeMap<LegId, File> = BTreeMap::new();
    while let Ok(message) = inbox.recv() {
        match message {
            ToDisk::Open { leg, file } => {
                // A name comes from us (a call's id), never from a peer; a separator in it would be our own mistake.
                let path = folder.join(file.replace(['/', '\\'], "_"));
                match fs::create_dir_all(folder).and_then(|()| File::create(&path)) {
                    Ok(file) => {
                        files.insert(leg, file);
                    }
                    Err(error) => {
                        tracing::error!(%error, path = %path.display(), "a call cannot be recorded")
                    }
                }
            }
            ToDisk::Write { leg, write } => {
                let Some(file) = files.get_mut(&leg) else { continue };
                let written =
                    file.seek(SeekFrom::Start(write.offset)).and_then(|_| file.write_all(&write.bytes));
                if let Err(error) = written {
                    tracing::error!(%error, "a recording ends here");
                    files.remove(&leg);
                }
            }
            ToDisk::Close { leg } => {
                files.remove(&leg);
            }
        }
    }
}
