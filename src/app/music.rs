//! Keeps the music that the office brings along: decoded and resampled once, written beside the records, told to the switch.

use std::{
    collections::BTreeMap,
    fs,
    io::{self, Read},
    panic::{AssertUnwindSafe, catch_unwind},
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
    thread,
};

use jiff::Timestamp;
use tokio::sync::mpsc;

use super::{switch_loop::ToSwitch, whole_file};
use crate::{
    config::Config,
    console::{MusicOf, MusicRow, MusicWish, MusicWishes, NotTaken, Plays},
    media::Sound,
    pbx::{Control, MusicTable},
    types::PhoneNumber,
};

/// The folder, below the store's.
pub(super) const FOLDER: &str = "music";

/// Wishes that may wait: a file is megabytes.
const WAITING: usize = 2;

/// Before the samples of 16 bits: with the rate in it, a file of ours tells its length by its size.
const HEADER: [u8; 44] = [0; 44];

/// What the configuration says of music; replaced when it is read anew.
#[derive(Debug, Clone, Default)]
pub(super) struct Configured {
    office: String,
    music: Option<String>,
    numbers: Vec<(PhoneNumber, String, Option<String>)>,
}

impl Configured {
    pub(super) fn of(config: &Config) -> Self {
        let label = |number: &crate::config::Number| match number.label.is_empty() {
            true => number.number.national(),
            false => format!("{} ({})", number.label, number.number.national()),
        };
        Self {
            office: config.office.name.clone(),
            music: config.features.music.clone(),
            numbers: config.numbers.iter().map(|n| (n.number, label(n), n.music.clone())).collect(),
        }
    }
}

/// Where the music is.
pub(super) fn folder(store: &Path) -> PathBuf {
    store.join(FOLDER)
}

/// Starts the thread, which ends with the console. The switch is told at once of what is there.
///
/// # Errors
/// When the system gives no thread.
pub(super) fn keep(
    store: &Path,
    configured: Arc<Mutex<Configured>>,
    to_switch: mpsc::Sender<ToSwitch>,
) -> io::Result<MusicWishes> {
    let (wishes, mut wished) = mpsc::channel(WAITING);
    let keeper = Keeper { folder: folder(store), configured, to_switch };
    thread::Builder::new().name("music".into()).spawn(move || {
        keeper.tell();
        while let Some(wish) = wished.blocking_recv() {
            keeper.serve(wish);
        }
    })?;
    Ok(wishes)
}

struct Keeper {
    folder: PathBuf,
    configured: Arc<Mutex<Configured>>,
    to_switch: mpsc::Sender<ToSwitch>,
}

impl Keeper {
    fn serve(&self, wish: MusicWish) {
        // Whoever asked may have gone.
        match wish {
            MusicWish::List(answer) => drop(answer.send(self.rows())),
            MusicWish::Keep { of, bytes, answer } => {
                let kept = self.take(of, bytes.to_vec());
                self.tell();
                drop(answer.send(kept));
            }
            MusicWish::Forget { of, answer } => {
                let gone = match fs::remove_file(self.path(of)) {
                    Err(error) if error.kind() != io::ErrorKind::NotFound => Err(NotTaken(error.to_string())),
                    _ => Ok(()),
                };
                self.tell();
                drop(answer.send(gone));
            }
        }
    }

    /// A decoder that stumbles over a file loses that file and nothing else.
    fn take(&self, of: MusicOf, bytes: Vec<u8>) -> Result<(), NotTaken> {
        let music = catch_unwind(AssertUnwindSafe(|| Sound::music(bytes)))
            .map_err(|_| NotTaken("it cannot be decoded".into()))?
            .map_err(|error| NotTaken(error.to_string()))?;
        let file = music.to_wav().map_err(|error| NotTaken(error.to_string()))?;
        self.write(&self.path(of), &file).map_err(|error| {
            tracing::warn!(%error, "music cannot be written");
            NotTaken(format!("it cannot be written: {error}"))
        })
    }

    fn write(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        fs::create_dir_all(&self.folder)?;
        whole_file::write(path, bytes)
    }

    fn path(&self, of: MusicOf) -> PathBuf {
        self.folder.join(format!("{}.wav", of.name()))
    }

    fn configured(&self) -> Configured {
        self.configured.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn brought(&self, of: MusicOf) -> Option<Plays> {
        let about = fs::metadata(self.path(of)).ok()?;
        let at = about.modified().ok().and_then(|at| Timestamp::try_from(at).ok()).unwrap_or_default();
        let samples = about.len().saturating_sub(HEADER.len() as u64) / 2;
        let mut header = HEADER;
        fs::File::open(self.path(of)).and_then(|mut file| file.read_exact(&mut header)).ok()?;
        let rate = u32::from_le_bytes([header[24], header[25], header[26], header[27]]);
        Some(Plays::Brought { at, millis: samples * 1_000 / u64::from(rate.max(1)) })
    }

    fn rows(&self) -> Vec<MusicRow> {
        let Configured { office, music, numbers } = self.configured();
        let configured = |file: Option<String>| file.map(Plays::Configured);
        let plays = self.brought(MusicOf::Office).or_else(|| configured(music)).unwrap_or(Plays::House);
        let first = MusicRow { of: MusicOf::Office, label: office, plays };
        let others = numbers.into_iter().map(|(number, label, file)| {
            let of = MusicOf::Number(number);
            let plays = self.brought(of).or_else(|| configured(file)).unwrap_or(Plays::Offices);
            MusicRow { of, label, plays }
        });
        std::iter::once(first).chain(others).collect()
    }

    fn tell(&self) {
        let there = |of: MusicOf| {
            let path = self.path(of);
            path.exists().then(|| path.to_string_lossy().into_owned())
        };
        let of: BTreeMap<PhoneNumber, String> = self
            .configured()
            .numbers
            .into_iter()
            .filter_map(|(number, ..)| Some((number, there(MusicOf::Number(number))?)))
            .collect();
        let table = MusicTable { office: there(MusicOf::Office), of };
        if self.to_switch.blocking_send(ToSwitch::Control(Control::Music(table))).is_err() {
            tracing::debug!("the switch has ended; it needs no music");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wav() -> Vec<u8> {
        let samples = (0..16_000).map(|n| ((f64::from(n) * 0.3).sin() * 9_000.0) as i16).collect();
        Sound::new(crate::media::SampleRate::Hz8000, samples).to_wav().unwrap()
    }

    #[test]
    fn a_file_is_kept_told_to_the_switch_and_forgotten() {
        let store = std::env::temp_dir().join(format!("portico-music-{}", std::process::id()));
        fs::create_dir_all(&store).unwrap();
        let number: PhoneNumber = "+13035550100".parse().unwrap();
        let configured = Configured {
            office: "Maple Court".into(),
            music: Some("/srv/theirs.wav".into()),
            numbers: vec![(number, "Main".into(), None)],
        };
        let (to_switch, mut told) = mpsc::channel(8);
        let configured = Arc::new(Mutex::new(configured));
        let keeper = Keeper { folder: folder(&store), configured, to_switch };
        let plays = |keeper: &Keeper| keeper.rows().into_iter().map(|row| row.plays).collect::<Vec<_>>();
        assert_eq!(plays(&keeper), [Plays::Configured("/srv/theirs.wav".into()), Plays::Offices]);

        let of = MusicOf::Number(number);
        assert_eq!(
            keeper.take(of, b"GIF89a".to_vec()),
            Err(NotTaken("it is neither a WAV nor an MP3 file".into()))
        );
        keeper.take(of, wav()).unwrap();
        keeper.tell();
        let Some(ToSwitch::Control(Control::Music(table))) = told.try_recv().ok() else { panic!() };
        assert!(table.office.is_none() && table.of[&number].ends_with("/music/13035550100.wav"), "{table:?}");
        assert!(matches!(plays(&keeper)[1], Plays::Brought { millis: 2_000, .. }), "{:?}", plays(&keeper));

        let (answer, gone) = tokio::sync::oneshot::channel();
        keeper.serve(MusicWish::Forget { of, answer });
        assert_eq!(gone.blocking_recv().unwrap(), Ok(()));
        assert_eq!(plays(&keeper)[1], Plays::Offices);
        fs::remove_dir_all(&store).unwrap();
    }
}
