//! Sound files for the media thread: read, decoded and kept shared by a thread of its own, so that a slow card never
//! touches the beat.

use std::{
    collections::BTreeMap,
    fs::{self, File},
    io,
    path::{Path, PathBuf},
    sync::{
        Arc, OnceLock, Weak,
        mpsc::{Receiver, SyncSender, sync_channel},
    },
    thread,
    time::SystemTime,
};

use super::media_plane::{MediaPlane, ToMedia};
use crate::media::{Channels, Sound, house_music};

/// In place of a file's name: the piece that the program makes itself.
pub(super) const HOUSE_MUSIC: &str = ":house";

/// Files that may wait to be read. Beyond it a file counts as one that cannot be played.
const WAITING: usize = 64;

/// Asks for sounds. What was asked for comes back as [`ToMedia::Sound`].
#[derive(Debug)]
pub struct Sounds {
    wanted: SyncSender<String>,
}

/// A sound that somebody may still be playing, and the file it came from.
#[derive(Debug)]
struct Known {
    sound: Weak<Sound>,
    version: (Option<SystemTime>, u64),
}

impl Sounds {
    /// Starts the thread. A plain name is one of our recordings, of which the left side is heard: the voice that was
    /// recorded. A path is any file of the office, heard whole.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub fn start(recordings: PathBuf, media: MediaPlane) -> io::Result<Self> {
        let (wanted, inbox) = sync_channel(WAITING);
        thread::Builder::new().name("sounds".into()).spawn(move || read(&recordings, &inbox, &media))?;
        Ok(Self { wanted })
    }

    /// False when too many wait, or the thread is gone.
    pub(super) fn want(&self, file: &str) -> bool {
        self.wanted.try_send(file.to_owned()).is_ok()
    }
}

fn read(recordings: &Path, inbox: &Receiver<String>, media: &MediaPlane) {
    let mut known: BTreeMap<String, Known> = BTreeMap::new();
    while let Ok(file) = inbox.recv() {
        let sound = load(recordings, &file, &mut known);
        if let Err(error) = &sound {
            tracing::warn!(%error, file, "a sound cannot be played");
        }
        media.sound(file, sound.ok());
        known.retain(|_, known| known.sound.strong_count() > 0);
    }
}

fn load(recordings: &Path, file: &str, known: &mut BTreeMap<String, Known>) -> anyhow::Result<Arc<Sound>> {
    if file == HOUSE_MUSIC {
        // Under a megabyte, and rendered in a moment: kept from then on.
        static HOUSE: OnceLock<Arc<Sound>> = OnceLock::new();
        return Ok(Arc::clone(HOUSE.get_or_init(|| Arc::new(house_music()))));
    }
    let (path, channels) = if file.contains('/') {
        (PathBuf::from(file), Channels::All)
    } else {
        (recordings.join(file), Channels::Left)
    };
    let about = fs::metadata(&path)?;
    let version = (about.modified().ok(), about.len());
    if let Some(sound) =
        known.get(file).filter(|known| known.version == version).and_then(|known| known.sound.upgrade())
    {
        return Ok(sound);
    }
    let sound = Arc::new(Sound::from_wav(io::BufReader::new(File::open(&path)?), channels)?);
    known.insert(file.to_owned(), Known { sound: Arc::downgrade(&sound), version });
    Ok(sound)
}

impl MediaPlane {
    fn sound(&self, file: String, sound: Option<Arc<Sound>>) {
        self.send(ToMedia::Sound { file, sound });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_read_once_while_somebody_plays_it_and_again_when_it_has_changed() {
        let folder = std::env::temp_dir().join(format!("portico-sounds-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let write = |samples: usize| {
            let spec = hound::WavSpec {
                channels: 1,
                sample_rate: 8_000,
                bits_per_sample: 16,
                sample_format: hound::SampleFormat::Int,
            };
            let mut writer = hound::WavWriter::create(folder.join("greeting.wav"), spec).unwrap();
            (0..samples).for_each(|_| writer.write_sample(1_i16).unwrap());
            writer.finalize().unwrap();
        };
        let mut known = BTreeMap::new();
        write(800);
        let first = load(&folder, "greeting.wav", &mut known).unwrap();
        let second = load(&folder, "greeting.wav", &mut known).unwrap();
        assert!(Arc::ptr_eq(&first, &second));
        write(1_600);
        assert_eq!(load(&folder, "greeting.wav", &mut known).unwrap().millis(), 200);
        assert!(load(&folder, "missing.wav", &mut known).is_err());
        fs::remove_dir_all(&folder).unwrap();
    }
}
