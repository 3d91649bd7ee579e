//! The models that hear and understand callers, by their digests: what the journal of a conversation says it was held with.

use std::{
    fs,
    path::{Path, PathBuf},
};

use crate::{
    dialogue::Provenance,
    speech::{Models, sha256},
    types::Language,
};

/// Files beside a model that nothing is computed from.
const BESIDE: [&str; 2] = ["LICENSE", "README.md"];

/// What is there: the recogniser of each language, the voice detector and, where sentences are encoded, encoder and intent
/// model. Reads every file once: some 0.3 s for each 100 MB. A file that cannot be read is not named.
pub fn heard_with(models: &Models, encodes: bool) -> Provenance {
    let mut parts = Provenance::default();
    for language in Language::ALL {
        if let Some(folder) = models.recognizer_of(language) {
            add(&mut parts, &format!("the {language} recogniser"), &folder);
        }
    }
    add(&mut parts, "the voice detector", &models.voice_detector());
    if encodes {
        add(&mut parts, "the sentence encoder", &models.encoder());
        if let Ok(digest) = sha256(&models.folder().join(super::understanding::TRAINED)) {
            parts.insert("the intent model", digest);
        }
    }
    parts
}

fn add(parts: &mut Provenance, what: &str, folder: &Path) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    let mut files: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    files.sort();
    for file in files {
        let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let computes = !name.starts_with('.') && !name.ends_with(".wav") && !BESIDE.contains(&name.as_str());
        if let Some(digest) = computes.then(|| sha256(&file).ok()).flatten() {
            parts.insert(format!("{what} ({name})"), digest);
        }
    }
}
