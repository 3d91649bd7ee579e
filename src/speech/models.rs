//! Where the models are, and whether they are what the manifest names.

use std::{
    collections::BTreeMap,
    env,
    fs::File,
    io::{self, Read},
    path::{Path, PathBuf},
};

use serde::Deserialize;
use sha2::{Digest, Sha256};

use super::SpeechError;
use crate::types::Language;

/// The manifest that this binary was built with: `models/manifest.toml`.
const MANIFEST: &str = include_str!("../../models/manifest.toml");

const ENGINE: &str = "sherpa-onnx-core";
const RECOGNIZER: &str = "moonshine-tiny-en";
/// Optional, and the owner's to choose: the recogniser that the manifest names is free for English alone.
const SPANISH_RECOGNIZER: &str = "recognizer-es";
const ENCODER: &str = "all-minilm-l6-v2";
const VOICE_DETECTOR: &str = "silero-vad";
/// The folder of a neural voice begins with this; the name of the folder is the name of the voice.
const VOICE: &str = "voice-";
/// Each of them takes memory from the start.
const MOST_VOICES: usize = 8;

/// One thing that the manifest names.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct ModelItem {
    pub name: String,
    /// What it is for, in a sentence.
    pub what: String,
    pub licence: String,
    /// Where it comes from: the project's own address.
    pub origin: String,
    /// Not needed for a working box.
    #[serde(default)]
    pub optional: bool,
    #[serde(rename = "file")]
    files: Vec<ModelFile>,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
struct ModelFile {
    to: String,
    size: u64,
    sha256: String,
    machine: Option<String>,
}

#[derive(Deserialize)]
struct Manifest {
    item: Vec<ModelItem>,
}

impl ModelItem {
    /// Bytes on disk, on this machine.
    pub fn size(&self) -> u64 {
        self.files().map(|f| f.size).sum()
    }

    fn files(&self) -> impl Iterator<Item = &ModelFile> {
        self.files.iter().filter(|f| f.machine.as_deref().is_none_or(|m| m == env::consts::ARCH))
    }
}

/// The folder in which the models are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Models {
    folder: PathBuf,
}

impl Models {
    /// The models in this folder, wherever it is.
    pub fn at(folder: impl Into<PathBuf>) -> Self {
        Self { folder: folder.into() }
    }

    /// Looks where an owner or an installation puts them: `PORTICO_MODELS`, `models` here, beside the installed
    /// program, beside the build, `/var/lib/portico/models`. Answers the first that exists, or else `models` here.
    pub fn locate() -> Self {
        if let Some(folder) = env::var_os("PORTICO_MODELS") {
            return Self::at(folder);
        }
        let program = env::current_exe().ok();
        let beside = |steps: usize, way: &str| {
            program.as_deref().and_then(|p| p.ancestors().nth(steps)).map(|folder| folder.join(way))
        };
        [
            Some(PathBuf::from("models")),
            beside(2, "share/portico/models"),
            beside(3, "models"),
            beside(4, "models"),
            Some(PathBuf::from("/var/lib/portico/models")),
        ]
        .into_iter()
        .flatten()
        .find(|folder| folder.join(RECOGNIZER).is_dir() || folder.join(ENCODER).is_dir())
        .map_or_else(|| Self::at("models"), Self::at)
    }

    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The recogniser's folder.
    pub fn recognizer(&self) -> PathBuf {
        self.folder.join(RECOGNIZER)
    }

    /// The ONNX runtime, a shared library that comes with the speech engine.
    pub fn runtime(&self) -> PathBuf {
        self.folder.join(ENGINE).join("lib/libonnxruntime.so")
    }

    /// All that `MoonshineRecognizer::open` wants.
    #[cfg(feature = "sherpa")]
    pub fn moonshine(&self) -> super::MoonshineFiles {
        super::MoonshineFiles { folder: self.recognizer(), runtime: self.runtime() }
    }

    /// The folder of this language's recogniser, if one is installed there.
    pub fn recognizer_of(&self, language: Language) -> Option<PathBuf> {
        let folder = match language {
            Language::English => self.recognizer(),
            Language::Spanish => self.folder.join(SPANISH_RECOGNIZER),
        };
        folder.join("tokens.txt").is_file().then_some(folder)
    }

    /// The voice detector's folder, for `VoiceDetector::open`.
    pub fn voice_detector(&self) -> PathBuf {
        self.folder.join(VOICE_DETECTOR)
    }

    /// The neural voices that the owner has put here, by name, with the folder of each; in the order of the alphabet, eight
    /// at most.
    pub fn voices(&self) -> BTreeMap<String, PathBuf> {
        let entries = self.folder.read_dir().into_iter().flatten().filter_map(Result::ok);
        let mut voices: BTreeMap<String, PathBuf> = entries
            .filter_map(|entry| Some((entry.file_name().into_string().ok()?, entry.path())))
            .filter(|(name, path)| name.starts_with(VOICE) && path.is_dir())
            .collect();
        while voices.len() > MOST_VOICES {
            voices.pop_last();
        }
        voices
    }

    /// The sentence encoder's folder, for `crate::encoder::Encoder::open`.
    pub fn encoder(&self) -> PathBuf {
        self.folder.join(ENCODER)
    }

    /// Everything that the manifest names, in its order.
    ///
    /// # Errors
    /// When the manifest that was built in cannot be read; a test keeps that from happening.
    pub fn listed() -> Result<Vec<ModelItem>, SpeechError> {
        let manifest: Manifest = toml::from_str(MANIFEST).map_err(|_| SpeechError::Manifest)?;
        Ok(manifest.item)
    }

    /// Is every file of the item there, and as long as it should be? Takes no time; see [`Models::verify`] for more.
    ///
    /// # Errors
    /// [`SpeechError::ModelMissing`] or [`SpeechError::ModelAltered`] for the first file that is not.
    pub fn check(&self, item: &ModelItem) -> Result<(), SpeechError> {
        for file in item.files() {
            let path = self.folder.join(&item.name).join(&file.to);
            let found = path.metadata().map_err(|_| SpeechError::ModelMissing {
                name: item.name.clone(),
                path: self.folder.clone(),
            })?;
            if found.len() != file.size {
                return Err(SpeechError::ModelAltered { path, what: "size" });
            }
        }
        Ok(())
    }

    /// The same, by hash: some 0.3 s for each 100 MB.
    ///
    /// # Errors
    /// As [`Models::check`], and [`SpeechError::Unreadable`].
    pub fn verify(&self, item: &ModelItem) -> Result<(), SpeechError> {
        self.check(item)?;
        for file in item.files() {
            let path = self.folder.join(&item.name).join(&file.to);
            let found =
                sha256(&path).map_err(|source| SpeechError::Unreadable { path: path.clone(), source })?;
            if found != file.sha256 {
                return Err(SpeechError::ModelAltered { path, what: "hash" });
            }
        }
        Ok(())
    }
}

/// The SHA-256 of a file, in hexadecimal digits.
///
/// # Errors
/// When it cannot be read.
pub fn sha256(path: &Path) -> io::Result<String> {
    let mut file = File::open(path)?;
    let mut digest = Sha256::new();
    let mut block = vec![0; 1 << 18];
    loop {
        match file.read(&mut block)? {
            0 => break,
            read => digest.update(&block[..read]),
        }
    }
    Ok(digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect())
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeSet, fs};

    use super::*;

    #[test]
    fn the_owner_s_voices_are_the_folders_named_so() {
        let folder = env::temp_dir().join(format!("portico-voices-{}", std::process::id()));
        assert!(Models::at(&folder).voices().is_empty(), "no folder at all");
        for n in 0..10 {
            fs::create_dir_all(folder.join(format!("voice-{n}"))).unwrap();
        }
        fs::create_dir_all(folder.join("silero-vad")).unwrap();
        fs::write(folder.join("voice-note.txt"), "").unwrap();
        let voices = Models::at(&folder).voices();
        assert_eq!(voices.len(), MOST_VOICES);
        assert_eq!(voices.get("voice-0"), Some(&folder.join("voice-0")));
        fs::remove_dir_all(&folder).unwrap();
    }

    #[test]
    fn the_manifest_names_each_thing_once_with_a_whole_hash_for_every_file() {
        let items = Models::listed().unwrap();
        let names: BTreeSet<_> = items.iter().map(|i| i.name.as_str()).collect();
        assert_eq!(names.len(), items.len());
        assert!(names.contains(RECOGNIZER) && names.contains(ENCODER) && names.contains(VOICE_DETECTOR));
        for item in &items {
            assert!(!item.licence.is_empty() && item.origin.starts_with("https://"), "{}", item.name);
            for file in &item.files {
                assert!(file.sha256.len() == 64 && file.size > 0, "{} {}", item.name, file.to);
                assert!(!file.to.starts_with('/') && !file.to.contains(".."), "{}", file.to);
            }
            for machine in ["x86_64", "aarch64"] {
                assert!(
                    item.files.iter().any(|f| f.machine.as_deref().is_none_or(|m| m == machine)),
                    "{} has nothing for {machine}",
                    item.name
                );
            }
        }
    }

    #[test]
    fn a_model_that_is_not_what_was_promised_is_told_apart_from_one_that_is_not_there() {
        let folder = env::temp_dir().join(format!("portico-models-{}", std::process::id()));
        let models = Models::at(&folder);
        let hash = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";
        let item = ModelItem {
            name: "voice".into(),
            what: String::new(),
            licence: String::new(),
            origin: String::new(),
            optional: false,
            files: vec![ModelFile { to: "model.onnx".into(), size: 4, sha256: hash.into(), machine: None }],
        };
        assert!(matches!(models.verify(&item), Err(SpeechError::ModelMissing { .. })));
        fs::create_dir_all(folder.join("voice")).unwrap();
        for (content, expected) in [("tes", Some("size")), ("tset", Some("hash")), ("test", None)] {
            fs::write(folder.join("voice/model.onnx"), content).unwrap();
            match (models.verify(&item), expected) {
                (Ok(()), None) => {}
                (Err(SpeechError::ModelAltered { what, .. }), Some(expected)) => assert_eq!(what, expected),
                (other, _) => panic!("{content}: {other:?}"),
            }
        }
        fs::remove_dir_all(&folder).unwrap();
    }
}
