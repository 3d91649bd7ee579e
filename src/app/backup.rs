//! One file that holds the office: its configuration, its records, and what they need; and the way back from it.
//!
//! The file is a tar archive that any system can look into. Its last part lists the others with their length and
//! SHA-256, so that a copy which was cut short or rotted is known before anything of it is used. It is as secret as the
//! house itself: passwords, keys and people are in it.

use std::{
    fs::{self, File},
    io::{self, Read},
    path::{Component, Path, PathBuf},
};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{
    certificates, music, prompts, recordings, timeline_key,
    whole_file::{self, WholeFile, private, private_folder},
};
use crate::{
    pbx::Shelf,
    store::{Reader, Store, StoreError},
};

/// The form of the file. A later one that an older Portico cannot read has a higher number.
const FORMAT: u32 = 1;
/// The list of the parts: the last part.
const CONTENTS: &str = "contents.json";
/// A list is not longer than this; 100,000 recordings fit.
const LONGEST_CONTENTS: u64 = 16 << 20;
/// The configuration.
const CONFIGURATION: &str = "portico.toml";
/// The store's folder.
const STORE: &str = "store";
/// The records, within the store's folder.
pub(super) const RECORDS: &str = "portico.db";
/// What the store's folder holds besides the records, and is always copied.
const FOLDERS: [&str; 5] =
    [certificates::FOLDER, music::FOLDER, prompts::FOLDER, timeline_key::FOLDER, Shelf::Mailboxes.folder()];

/// What is in a backup.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Contents {
    format: u32,
    /// The program that wrote it.
    version: String,
    pub(super) made: Timestamp,
    pub(super) parts: Vec<Part>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Part {
    /// Where it belongs, with `/` between folders.
    name: String,
    /// In bytes.
    size: u64,
    sha256: String,
}

impl Contents {
    /// Bytes of all parts.
    pub(super) fn size(&self) -> u64 {
        self.parts.iter().map(|part| part.size).sum()
    }
}

/// Why a backup could not be made or brought back.
#[derive(Debug, thiserror::Error)]
pub(super) enum BackupError {
    #[error("{path}: {error}", path = path.display())]
    File { path: PathBuf, error: io::Error },
    #[error("the records cannot be copied: {0}")]
    Store(#[from] StoreError),
    #[error("this is no backup of Portico's, or it was cut short: {0}")]
    Unreadable(#[from] io::Error),
    #[error("this is no backup of Portico's: its list of contents cannot be read ({0})")]
    Contents(#[from] serde_json::Error),
    #[error("this backup was made by Portico {0}, which is newer; bring this box up to date first")]
    Newer(String),
    #[error("`{0}` is no place in a backup; nothing of the file was used")]
    Place(String),
    #[error("`{0}` is not what was backed up: the file is damaged; try an older one")]
    Damaged(String),
    #[error("`{0}` is not in the file, or not in its list: it was cut short or changed; try an older one")]
    Missing(String),
}

fn at(path: &Path) -> impl Fn(io::Error) -> BackupError {
    move |error| BackupError::File { path: path.to_owned(), error }
}

/// What a backup is made of.
#[derive(Debug)]
pub(super) struct Source<'s> {
    pub configuration: &'s Path,
    /// The store's folder.
    pub folder: &'s Path,
    pub reader: &'s Reader,
    /// Call recordings as well: they may be many gigabytes.
    pub recordings: bool,
}

impl Source<'_> {
    /// Writes a backup to this file, readable by its owner only, and on disk when this returns. Calls go on meanwhile.
    /// Its name is there only once it is whole.
    ///
    /// # Errors
    /// When something cannot be read, or the disk is full or broken; what was begun is removed.
    pub(super) fn write(&self, to: &Path, now: Timestamp) -> Result<Contents, BackupError> {
        let copy = whole_file::beside(to, "records");
        // What a power cut left.
        let _ = fs::remove_file(&copy);
        let written = self.write_parts(&copy, to, now);
        let _ = fs::remove_file(&copy);
        written
    }

    fn write_parts(&self, copy: &Path, to: &Path, now: Timestamp) -> Result<Contents, BackupError> {
        self.reader.copy_into(copy)?;
        let mut tar = tar::Builder::new(WholeFile::begin(to).map_err(at(to))?);
        let mut parts = vec![
            append(&mut tar, CONFIGURATION.to_owned(), self.configuration, now)?,
            append(&mut tar, format!("{STORE}/{RECORDS}"), copy, now)?,
        ];
        for folder in FOLDERS.into_iter().chain(self.recordings.then_some(recordings::FOLDER)) {
            for (name, path) in files_of(&self.folder.join(folder))? {
                match append(&mut tar, format!("{STORE}/{folder}/{name}"), &path, now) {
                    // A message that was deleted while we looked.
                    Err(BackupError::File { error, .. }) if error.kind() == io::ErrorKind::NotFound => {}
                    part => parts.push(part?),
                }
            }
        }
        let version = env!("CARGO_PKG_VERSION").to_owned();
        let contents = Contents { format: FORMAT, version, made: now, parts };
        let list = serde_json::to_vec_pretty(&contents)?;
        let header = &mut header(list.len() as u64, now);
        tar.append_data(header, CONTENTS, &list[..]).map_err(at(to))?;
        tar.into_inner().and_then(WholeFile::finish).map_err(at(to))?;
        Ok(contents)
    }
}

/// Brings a backup back into `folder`, which must not be there, with the configuration beside it as
/// [`configuration_in`]. Everything is checked; if anything is wrong the folder is removed again.
///
/// # Errors
/// When the file is no backup, is damaged or newer than this program, or the disk is full or broken.
pub(super) fn unpack(from: &Path, folder: &Path) -> Result<Contents, BackupError> {
    fs::create_dir(folder).and_then(|()| private_folder(folder)).map_err(at(folder))?;
    let unpacked = unpack_parts(from, folder);
    if unpacked.is_err() {
        let _ = fs::remove_dir_all(folder);
    }
    unpacked
}

/// Where [`unpack`] puts the configuration, and the store's folder.
pub(super) fn configuration_in(folder: &Path) -> PathBuf {
    folder.join(CONFIGURATION)
}

pub(super) fn store_in(folder: &Path) -> PathBuf {
    folder.join(STORE)
}

fn unpack_parts(from: &Path, folder: &Path) -> Result<Contents, BackupError> {
    let mut archive = tar::Archive::new(File::open(from).map_err(at(from))?);
    let mut found = Vec::new();
    let mut listed = None;
    for entry in archive.entries()? {
        let mut entry = entry?;
        let name = entry.path()?.to_string_lossy().into_owned();
        if name == CONTENTS {
            let contents: Contents = serde_json::from_reader(entry.take(LONGEST_CONTENTS))?;
            if contents.format > FORMAT {
                return Err(BackupError::Newer(contents.version));
            }
            listed = Some(contents);
            continue;
        }
        let place = place(folder, &name)?;
        if let Some(parent) = place.parent() {
            private_folder(parent).map_err(at(parent))?;
        }
        let mut file = private(&place).map_err(at(&place))?;
        let mut hashing = Hashing::of(&mut entry);
        io::copy(&mut hashing, &mut file)?;
        file.sync_all().map_err(at(&place))?;
        found.push(hashing.part(name));
    }
    let Some(contents) = listed else {
        return Err(io::Error::new(io::ErrorKind::UnexpectedEof, "its list of contents is not there").into());
    };
    // As they are listed, one by one: nothing can be slipped in, left out, or changed.
    let differs = contents.parts.iter().zip(&found).find(|(listed, found)| listed != found);
    if let Some((listed, _)) = differs {
        return Err(BackupError::Damaged(listed.name.clone()));
    }
    if let Some(part) = contents.parts.get(found.len()).or(found.get(contents.parts.len())) {
        return Err(BackupError::Missing(part.name.clone()));
    }
    for needed in [configuration_in(folder), store_in(folder).join(RECORDS)] {
        if !needed.is_file() {
            return Err(BackupError::Missing(needed.display().to_string()));
        }
    }
    // Opened as the house will open it: its schema is brought up to date, and every page is read.
    let mut store = Store::open(&store_in(folder).join(RECORDS))?;
    if let Some(problem) = store.integrity_check()?.first() {
        return Err(BackupError::Damaged(format!("{RECORDS}: {problem}")));
    }
    Ok(contents)
}

/// Where a part goes. Only names that we would have written lead anywhere.
fn place(folder: &Path, name: &str) -> Result<PathBuf, BackupError> {
    let path = Path::new(name);
    let plain = path.components().all(|part| matches!(part, Component::Normal(_)));
    let ours = name == CONFIGURATION || path.starts_with(STORE);
    if plain && ours { Ok(folder.join(path)) } else { Err(BackupError::Place(name.to_owned())) }
}

/// Adds a file as it is now; of one that grows, what it has grown to.
fn append(
    tar: &mut tar::Builder<WholeFile>,
    name: String,
    path: &Path,
    now: Timestamp,
) -> Result<Part, BackupError> {
    let file = File::open(path).map_err(at(path))?;
    let size = file.metadata().map_err(at(path))?.len();
    let mut bytes = Hashing::of(file.take(size));
    tar.append_data(&mut header(size, now), &name, &mut bytes).map_err(at(path))?;
    if bytes.size < size {
        // What follows would be shifted.
        return Err(at(path)(io::Error::new(
            io::ErrorKind::UnexpectedEof,
            "it became shorter while it was read",
        )));
    }
    Ok(bytes.part(name))
}

fn header(size: u64, now: Timestamp) -> tar::Header {
    let mut header = tar::Header::new_gnu();
    header.set_size(size);
    header.set_mode(0o600);
    header.set_mtime(u64::try_from(now.as_second()).unwrap_or(0));
    header
}

/// The plain files of a folder by name; a folder that is not there has none.
fn files_of(folder: &Path) -> Result<Vec<(String, PathBuf)>, BackupError> {
    let mut files = Vec::new();
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(files),
        entries => entries.map_err(at(folder))?,
    };
    for entry in entries {
        let entry = entry.map_err(at(folder))?;
        if entry.file_type().map_err(at(folder))?.is_file()
            && let Some(name) = entry.file_name().to_str()
        {
            files.push((name.to_owned(), entry.path()));
        }
    }
    files.sort_unstable();
    Ok(files)
}

/// Reads on, and knows afterwards what was read.
struct Hashing<R> {
    bytes: R,
    digest: Sha256,
    size: u64,
}

impl<R: Read> Hashing<R> {
    fn of(bytes: R) -> Self {
        Self { bytes, digest: Sha256::new(), size: 0 }
    }

    fn part(self, name: String) -> Part {
        let sha256 = self.digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
        Part { name, size: self.size, sha256 }
    }
}

impl<R: Read> Read for Hashing<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.bytes.read(buffer)?;
        self.digest.update(&buffer[..read]);
        self.size += read as u64;
        Ok(read)
    }
}

#[cfg(test)]
mod tests;
