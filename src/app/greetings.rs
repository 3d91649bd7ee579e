//! Makes greetings of the files that the office brings along for its mailboxes: decoded and resampled once, kept beside the
//! messages.

use std::{
    fs, io,
    panic::{AssertUnwindSafe, catch_unwind},
    path::{Path, PathBuf},
    thread,
};

use rand_chacha::rand_core::Rng;
use tokio::sync::mpsc;

use super::{mailbox_sounds::is_bare, whole_file};
use crate::{
    config::Config,
    console::{GreetingRow, GreetingWish, Greetings, NotTaken},
    media::Sound,
    pbx::Shelf,
    types::{Chance, VoicemailId},
};

/// Wishes that may wait: a file is megabytes.
const WAITING: usize = 2;

/// The mailboxes of the configuration.
pub(super) fn rows(config: &Config) -> Vec<GreetingRow> {
    let row = |mailbox: &crate::config::Mailbox| GreetingRow {
        mailbox: mailbox.extension.clone(),
        name: mailbox.name.clone(),
        words: mailbox.greeting.clone(),
    };
    config.mailboxes.iter().map(row).collect()
}

/// Starts the thread, which ends with the console and the house.
///
/// # Errors
/// When the system gives no thread.
pub(super) fn keep(config: &Config, chance: Chance) -> io::Result<Greetings> {
    let (wishes, mut wished) = mpsc::channel(WAITING);
    let mut keeper = Keeper::new(&config.store.folder, chance);
    thread::Builder::new().name("greetings".into()).spawn(move || {
        while let Some(wish) = wished.blocking_recv() {
            keeper.serve(wish);
        }
    })?;
    Ok(Greetings::new(rows(config), wishes))
}

struct Keeper {
    folder: PathBuf,
    chance: Chance,
}

impl Keeper {
    fn new(store: &Path, chance: Chance) -> Self {
        Self { folder: store.join(Shelf::Mailboxes.folder()), chance }
    }

    fn serve(&mut self, wish: GreetingWish) {
        match wish {
            GreetingWish::Take { bytes, answer } => {
                let taken = self.take(bytes.to_vec());
                // Whoever brought it may have gone meanwhile.
                if let Err(Ok(file)) = answer.send(taken) {
                    self.discard(&file);
                }
            }
            GreetingWish::Discard { file } => self.discard(&file),
        }
    }

    /// A decoder that stumbles over a file loses that file and nothing else.
    fn take(&mut self, bytes: Vec<u8>) -> Result<String, NotTaken> {
        let greeting = catch_unwind(AssertUnwindSafe(|| Sound::greeting(bytes)))
            .map_err(|_| NotTaken("it cannot be decoded".into()))?
            .map_err(|error| NotTaken(error.to_string()))?;
        let bytes = greeting.to_wav().map_err(|error| NotTaken(error.to_string()))?;
        let file = format!("greeting-{}.wav", VoicemailId::from_random(self.chance.next_u64()));
        self.write(&file, &bytes).map_err(|error| {
            tracing::warn!(%error, "a greeting cannot be written");
            NotTaken(format!("it cannot be written: {error}"))
        })?;
        Ok(file)
    }

    fn write(&self, file: &str, bytes: &[u8]) -> io::Result<()> {
        fs::create_dir_all(&self.folder)?;
        whole_file::write(&self.folder.join(file), bytes)
    }

    fn discard(&self, file: &str) {
        if is_bare(file)
            && let Err(error) = fs::remove_file(self.folder.join(file))
        {
            tracing::warn!(%error, file, "a greeting that came into no use could not be deleted");
        }
    }
}

#[cfg(test)]
mod tests {
    use rand_chacha::rand_core::SeedableRng;
    use tokio::sync::oneshot;

    use super::*;
    use crate::media::SampleRate;

    fn wav() -> Vec<u8> {
        let samples = (0..16_000).map(|n| ((f64::from(n) * 0.3).sin() * 9_000.0) as i16).collect();
        Sound::new(SampleRate::Hz8000, samples).to_wav().unwrap()
    }

    #[test]
    fn a_file_becomes_a_greeting_and_one_that_nobody_waits_for_or_uses_is_gone() {
        let store = std::env::temp_dir().join(format!("portico-greetings-{}", std::process::id()));
        let mut keeper = Keeper::new(&store, Chance::seed_from_u64(5));
        let files = |keeper: &Keeper| fs::read_dir(&keeper.folder).map_or(0, Iterator::count);
        let mut bring = |bytes: Vec<u8>, waits: bool| {
            let (answer, answered) = oneshot::channel();
            let answered = waits.then_some(answered);
            keeper.serve(GreetingWish::Take { bytes: bytes.into(), answer });
            let answer = answered.map(|answered| answered.blocking_recv().unwrap());
            (answer, files(&keeper))
        };
        let neither = NotTaken("it is neither a WAV nor an MP3 file".into());
        assert_eq!(bring(b"GIF89a".to_vec(), true), (Some(Err(neither)), 0));
        assert_eq!(bring(wav(), false), (None, 0), "whoever brought it has gone");
        let (Some(Ok(first)), 1) = bring(wav(), true) else { panic!() };
        let (Some(Ok(second)), 2) = bring(wav(), true) else { panic!() };
        assert!(first != second && first.starts_with("greeting-") && is_bare(&first), "{first} {second}");
        let kept = Sound::from_wav(
            fs::File::open(keeper.folder.join(&second)).unwrap(),
            crate::media::Channels::All,
        );
        assert_eq!(kept.unwrap().millis(), 2_000);
        keeper.serve(GreetingWish::Discard { file: first });
        keeper.serve(GreetingWish::Discard { file: "../portico.db".into() });
        assert_eq!(files(&keeper), 1);
        fs::remove_dir_all(&store).unwrap();
    }
}
