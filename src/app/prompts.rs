//! Keeps the sentences that the office has recorded itself, and gives them to the voice: one file each, named after its words.
//!
//! A file's name holds the beginning of the SHA-256 of the sentence that it is a recording of. A sentence that has been
//! written anew has another name, so that its old recording is out of use without anybody having to remember it.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs::{self, File},
    io,
    panic::{AssertUnwindSafe, catch_unwind},
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
    thread,
};

use sha2::{Digest, Sha256};
use tokio::sync::mpsc;

use super::{speech_pool::SpeechPool, whole_file};
use crate::{
    console::{NotTaken, PromptRow, PromptStanding, PromptWish, PromptWishes},
    media::{Channels, SampleRate, Sound},
    pbx::{Directory, Reception},
    speech::Recorded,
    types::Language,
};

/// The folder, below the store's.
pub(super) const FOLDER: &str = "prompts";

/// Wishes that may wait: a file is megabytes.
const WAITING: usize = 2;

/// Files that are looked at; an office records some dozens.
const MOST_FILES: usize = 1_000;

/// Hexadecimal digits of the words' hash in a file's name.
const MARK: usize = 12;

/// A sentence that may be recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Sentence {
    pub(super) language: Language,
    /// Where it stands, and which variant it is: `lines.need.1`.
    place: String,
    pub(super) words: String,
}

impl Sentence {
    /// The name of its recording, without the ending: `en.lines.need.1.0f3a…`.
    fn name(&self) -> String {
        let digest = Sha256::digest(self.words.as_bytes());
        let mark: String = digest.iter().map(|byte| format!("{byte:02x}")).take(MARK / 2).collect();
        format!("{}.{}.{mark}", self.language.tag(), self.place)
    }
}

/// Every sentence that callers of this office are told word for word.
pub(super) fn sentences(directory: &Directory) -> Vec<Sentence> {
    let numbers = || directory.numbers.iter().map(|(number, about)| (number.digits(), &about.reception));
    let receptions = || std::iter::once(("office".to_owned(), &directory.reception)).chain(numbers());
    let names: BTreeSet<&str> =
        receptions().filter_map(|(_, reception)| reception.agent.as_deref()).collect();
    let own = receptions().flat_map(|(whose, reception)| {
        let Reception { greeting_open, greeting_closed, .. } = reception;
        [("open", greeting_open), ("closed", greeting_closed)].into_iter().filter_map(move |(when, words)| {
            let place = format!("greeting.{whose}.{when}");
            Some(Sentence { language: Language::English, place, words: words.clone()? })
        })
    });
    let mut seen = BTreeSet::new();
    let own = own.filter(|sentence| seen.insert(sentence.words.clone()));
    let written = directory.pack.languages().flat_map(|language| {
        let prompts = directory.pack.in_language(language).prompts(&directory.name, &names);
        prompts.into_iter().map(move |prompt| Sentence {
            language,
            place: format!("{}.{}", prompt.key, prompt.variant),
            words: prompt.words,
        })
    });
    let mut all: Vec<Sentence> = own.collect();
    all.extend(written);
    all
}

/// Where the recordings are.
pub(super) fn folder(store: &Path) -> PathBuf {
    store.join(FOLDER)
}

/// The way to the thread that keeps the recordings.
#[derive(Debug)]
pub(super) struct Prompts {
    sentences: Arc<Mutex<Vec<Sentence>>>,
    wishes: PromptWishes,
}

impl Prompts {
    /// Starts the thread, which ends with the console. The voice is given at once what is there.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub(super) fn keep(store: &Path, directory: &Directory, pool: SpeechPool) -> io::Result<Self> {
        let (wishes, mut wished) = mpsc::channel(WAITING);
        let sentences = Arc::new(Mutex::new(sentences(directory)));
        let keeper = Keeper { folder: folder(store), sentences: Arc::clone(&sentences) };
        thread::Builder::new().name("prompts".into()).spawn(move || {
            pool.play_recorded(keeper.recorded());
            while let Some(wish) = wished.blocking_recv() {
                if keeper.serve(wish) {
                    pool.play_recorded(keeper.recorded());
                }
            }
        })?;
        Ok(Self { sentences, wishes })
    }

    pub(super) fn wishes(&self) -> PromptWishes {
        self.wishes.clone()
    }

    /// The configuration has been read again, and with it what callers are told.
    pub(super) fn replace(&self, directory: &Directory) {
        *self.sentences.lock().unwrap_or_else(PoisonError::into_inner) = sentences(directory);
        if self.wishes.try_send(PromptWish::Read).is_err() {
            tracing::warn!("a recording is being taken just now; those of new sentences are used after it");
        }
    }
}

/// What is wrong with recordings, and the cure of each, for `portico check`.
pub(super) fn problems(store: &Path, directory: &Directory) -> Vec<String> {
    let keeper = Keeper { folder: folder(store), sentences: Arc::new(Mutex::new(sentences(directory))) };
    let problem = |row: PromptRow| {
        let file = keeper.path(&row.name);
        let (what, cure) = match row.standing {
            PromptStanding::Synthesised | PromptStanding::Recorded { .. } => return None,
            PromptStanding::Outdated { .. } => (
                "is not played: the script no longer says what it was recorded of".to_owned(),
                "record the sentence anew on the console's page \"Prompts\", and delete this one there",
            ),
            PromptStanding::Unusable(why) => (
                format!("is not played: {why}"),
                "bring the recording along once more on the console's page \"Prompts\", or delete it there",
            ),
        };
        Some(format!("{}: it {what}\n    cure: {cure}", file.display()))
    };
    keeper.rows().into_iter().filter_map(problem).collect()
}

struct Keeper {
    folder: PathBuf,
    sentences: Arc<Mutex<Vec<Sentence>>>,
}

impl Keeper {
    /// Does what is wished. `true`: the recordings are others now.
    fn serve(&self, wish: PromptWish) -> bool {
        // Whoever asked may have gone.
        match wish {
            PromptWish::List(answer) => {
                drop(answer.send(self.rows()));
                false
            }
            PromptWish::Read => true,
            PromptWish::Keep { name, bytes, answer } => {
                let kept = self.take(&name, bytes.to_vec());
                let changed = kept.is_ok();
                drop(answer.send(kept));
                changed
            }
            PromptWish::Forget { name, answer } => {
                let gone = match fs::remove_file(self.path(&name)) {
                    Err(error) if error.kind() != io::ErrorKind::NotFound => Err(NotTaken(error.to_string())),
                    _ => Ok(()),
                };
                drop(answer.send(gone));
                true
            }
        }
    }

    /// A decoder that stumbles over a file loses that file and nothing else.
    fn take(&self, name: &str, bytes: Vec<u8>) -> Result<(), NotTaken> {
        let prompt = catch_unwind(AssertUnwindSafe(|| Sound::prompt(bytes)))
            .map_err(|_| NotTaken("it cannot be decoded".into()))?
            .map_err(|error| NotTaken(error.to_string()))?;
        let file = prompt.to_wav().map_err(|error| NotTaken(error.to_string()))?;
        let written = fs::create_dir_all(&self.folder);
        written.and_then(|()| whole_file::write(&self.path(name), &file)).map_err(|error| {
            tracing::warn!(%error, "a recorded sentence cannot be written");
            NotTaken(format!("it cannot be written: {error}"))
        })
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.join(format!("{name}.wav"))
    }

    fn sentences(&self) -> Vec<Sentence> {
        self.sentences.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The names of the recordings that are there, at most so many as are looked at.
    fn names(&self) -> BTreeSet<String> {
        let files = fs::read_dir(&self.folder).into_iter().flatten().filter_map(Result::ok);
        let names =
            files.filter_map(|file| Some(file.file_name().to_str()?.strip_suffix(".wav")?.to_owned()));
        names.take(MOST_FILES).collect()
    }

    fn sound(&self, name: &str) -> Result<Sound, String> {
        let file = File::open(self.path(name)).map_err(|error| error.to_string())?;
        let sound = Sound::from_wav(file, Channels::All).map_err(|error| error.to_string())?;
        sound.fits_a_prompt().map_err(|error| error.to_string())?;
        Ok(sound)
    }

    /// All sentences, and after them the recordings that belong to none of them.
    fn rows(&self) -> Vec<PromptRow> {
        let mut there = self.names();
        let mut rows = Vec::new();
        for sentence in self.sentences() {
            let name = sentence.name();
            let standing = match there.remove(&name) {
                false => PromptStanding::Synthesised,
                true => match self.sound(&name) {
                    Ok(sound) => PromptStanding::Recorded { millis: sound.millis() },
                    Err(why) => PromptStanding::Unusable(why),
                },
            };
            let (place, words) = (sentence.place, sentence.words);
            rows.push(PromptRow { name, language: sentence.language, place, words, standing });
        }
        rows.extend(there.into_iter().filter_map(|name| {
            let (tag, rest) = name.split_once('.')?;
            let (place, _) = rest.rsplit_once('.')?;
            let (language, place) = (Language::from_tag(tag)?, place.to_owned());
            let standing = match self.sound(&name) {
                Ok(sound) => PromptStanding::Outdated { millis: sound.millis() },
                Err(why) => PromptStanding::Unusable(why),
            };
            Some(PromptRow { name, language, place, words: String::new(), standing })
        }));
        rows
    }

    /// What the voice plays from now on.
    fn recorded(&self) -> Recorded {
        let there = self.names();
        let mut recorded = Recorded::default();
        let wanted: BTreeMap<String, Sentence> =
            self.sentences().into_iter().map(|sentence| (sentence.name(), sentence)).collect();
        for (name, sentence) in wanted.into_iter().filter(|(name, _)| there.contains(name)) {
            match self.sound(&name) {
                Ok(sound)
                    if recorded.add(
                        sentence.language,
                        &sentence.words,
                        sound.samples_at(SampleRate::Hz16000).into(),
                    ) => {}
                Ok(_) => tracing::warn!(name, "there is no room for this recording; it is synthesised"),
                Err(why) => tracing::warn!(name, why, "a recording is of no use; it is synthesised"),
            }
        }
        recorded
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wav(seconds: u32) -> Vec<u8> {
        let samples = (0..8_000 * seconds).map(|n| ((f64::from(n) * 0.3).sin() * 9_000.0) as i16).collect();
        Sound::new(SampleRate::Hz8000, samples).to_wav().unwrap()
    }

    fn need(words: &str) -> Sentence {
        Sentence { language: Language::English, place: "lines.need.1".into(), words: words.into() }
    }

    #[test]
    fn a_recording_is_played_until_its_sentence_is_written_anew() {
        let store = std::env::temp_dir().join(format!("portico-prompts-{}", std::process::id()));
        let sentences = Arc::new(Mutex::new(vec![need("How can I help?")]));
        let keeper = Keeper { folder: folder(&store), sentences: Arc::clone(&sentences) };
        let standing = || keeper.rows().into_iter().map(|row| row.standing).collect::<Vec<_>>();
        assert_eq!(standing(), [PromptStanding::Synthesised]);
        let name = need("How can I help?").name();
        assert!(name.starts_with("en.lines.need.1."), "{name}");

        assert_eq!(
            keeper.take(&name, b"GIF89a".to_vec()),
            Err(NotTaken("it is neither a WAV nor an MP3 file".into()))
        );
        let long = keeper.take(&name, wav(31)).unwrap_err();
        assert!(long.0.contains("30 seconds"), "{long}");
        keeper.take(&name, wav(2)).unwrap();
        assert_eq!(standing(), [PromptStanding::Recorded { millis: 2_000 }]);
        let recorded = keeper.recorded();
        let manner = crate::speech::Manner::default();
        let (clauses, sound) = recorded.beginning(&manner, Language::English, &["How can I help?"]).unwrap();
        assert_eq!((clauses, sound.len()), (1, 32_000), "at 16 kHz");

        *sentences.lock().unwrap() = vec![need("What can I do for you?")];
        assert_eq!(standing(), [PromptStanding::Synthesised, PromptStanding::Outdated { millis: 2_000 }]);
        assert!(keeper.recorded().is_empty());
        fs::write(keeper.path(&need("What can I do for you?").name()), b"no sound").unwrap();
        assert!(
            matches!(&standing()[0], PromptStanding::Unusable(why) if why.contains("WAV")),
            "{:?}",
            standing()
        );
        assert!(keeper.recorded().is_empty());

        let (answer, gone) = tokio::sync::oneshot::channel();
        assert!(keeper.serve(PromptWish::Forget { name, answer }));
        assert_eq!(gone.blocking_recv().unwrap(), Ok(()));
        assert_eq!(standing().len(), 1);
        fs::remove_dir_all(&store).unwrap();
    }
}
