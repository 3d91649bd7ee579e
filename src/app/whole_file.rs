//! Files that are there whole or not at all, whenever the power fails; and files and folders for their owner only.

use std::{
    fs::{self, File, OpenOptions, Permissions},
    io::{self, Write},
    os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt},
    path::{Path, PathBuf},
};

/// A file in the making. It lies beside its name and takes that name when it is whole; dropped before, it is removed.
#[derive(Debug)]
pub(super) struct WholeFile {
    file: File,
    part: PathBuf,
    path: PathBuf,
    finished: bool,
}

impl WholeFile {
    /// Begins a file for its owner only. What was begun before, and cut short, is replaced.
    ///
    /// # Errors
    /// When the folder is not there, cannot be written, or its disk is full.
    pub(super) fn begin(path: &Path) -> io::Result<Self> {
        Self::begin_for(path, Permissions::from_mode(0o600))
    }

    fn begin_for(path: &Path, rights: Permissions) -> io::Result<Self> {
        let part = beside(path, "part");
        if let Err(error) = fs::remove_file(&part)
            && error.kind() != io::ErrorKind::NotFound
        {
            return Err(error);
        }
        let file = private(&part)?;
        file.set_permissions(rights)?;
        Ok(Self { file, part, path: path.to_owned(), finished: false })
    }

    /// On disk under its own name, in place of what had that name, when this returns.
    ///
    /// # Errors
    /// When the disk is full or broken; the old file is then there as before.
    pub(super) fn finish(mut self) -> io::Result<()> {
        self.file.sync_all()?;
        fs::rename(&self.part, &self.path)?;
        self.finished = true;
        sync_folder(&self.path)
    }
}

impl Write for WholeFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl Drop for WholeFile {
    fn drop(&mut self) {
        if !self.finished {
            let _ = fs::remove_file(&self.part);
        }
    }
}

/// Writes a file for its owner only, whole or not at all.
///
/// # Errors
/// As [`WholeFile::begin`] and [`WholeFile::finish`].
pub(super) fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = WholeFile::begin(path)?;
    file.write_all(bytes)?;
    file.finish()
}

/// Writes a file anew, whole or not at all; whoever might read it before may read it now.
///
/// # Errors
/// As [`write()`], and when there is no such file.
pub(super) fn rewrite(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = WholeFile::begin_for(path, fs::metadata(path)?.permissions())?;
    file.write_all(bytes)?;
    file.finish()
}

/// Writes a file that anybody may read, whole or not at all.
///
/// # Errors
/// As [`write()`].
pub(super) fn write_for_all(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = WholeFile::begin_for(path, Permissions::from_mode(0o644))?;
    file.write_all(bytes)?;
    file.finish()
}

/// A new file for its owner only; it must not be there yet.
pub(super) fn private(path: &Path) -> io::Result<File> {
    OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)
}

/// A file for its owner only, empty; what had that name is written over.
pub(super) fn private_anew(path: &Path) -> io::Result<File> {
    OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(path)
}

/// A folder for its owner only, with those above it; one that is there becomes it.
pub(super) fn private_folder(folder: &Path) -> io::Result<()> {
    fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    fs::set_permissions(folder, Permissions::from_mode(0o700))
}

/// A file beside this one.
pub(super) fn beside(path: &Path, kind: &str) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".");
    name.push(kind);
    path.with_file_name(name)
}

/// Makes the names in the folder of this file last.
pub(super) fn sync_folder(file: &Path) -> io::Result<()> {
    let folder = match file.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    File::open(folder)?.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scratch(name: &str) -> PathBuf {
        let folder = std::env::temp_dir().join(format!("portico-whole-{}-{name}", std::process::id()));
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).unwrap();
        folder
    }

    fn rights(path: &Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    fn names(folder: &Path) -> Vec<String> {
        let mut names: Vec<String> = fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort_unstable();
        names
    }

    #[test]
    fn a_file_that_was_cut_short_leaves_the_old_one_and_the_next_attempt_succeeds() {
        let folder = scratch("cut-short");
        let path = folder.join("ca.pem");
        write(&path, b"old").unwrap();
        // The power fails: nobody is left to remove the part.
        fs::write(beside(&path, "part"), b"ne").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"old");
        let mut given_up = WholeFile::begin(&path).unwrap();
        given_up.write_all(b"ne").unwrap();
        drop(given_up);
        assert_eq!(names(&folder), ["ca.pem"]);
        write(&path, b"new").unwrap();
        assert_eq!((fs::read(&path).unwrap(), rights(&path)), (b"new".to_vec(), 0o600));
        assert_eq!(names(&folder), ["ca.pem"]);
        fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn what_is_written_anew_keeps_its_readers_and_what_is_new_has_its_owner_alone() {
        let folder = scratch("rights");
        let path = folder.join("portico.toml");
        assert!(rewrite(&path, b"x").is_err(), "there is nothing to write anew");
        write(&path, b"old").unwrap();
        fs::set_permissions(&path, Permissions::from_mode(0o640)).unwrap();
        rewrite(&path, b"new").unwrap();
        assert_eq!((fs::read(&path).unwrap(), rights(&path)), (b"new".to_vec(), 0o640));
        assert!(private(&path).is_err(), "it is there");
        let inner = folder.join("store").join("backups");
        private_folder(&inner).unwrap();
        assert_eq!(rights(&inner), 0o700);
        fs::remove_dir_all(folder).unwrap();
    }
}
