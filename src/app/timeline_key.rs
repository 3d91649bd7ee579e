//! The key that timelines of escalations are signed with: made once, kept beside the records for their owner only.

use std::{fmt::Write as _, fs, io, path::Path};

use super::whole_file;
use crate::store::TimelineKey;

/// Within the store's folder. It is in every backup: a box that is replaced goes on with its key.
pub(super) const FOLDER: &str = "timeline";

/// The private half, in PKCS #8.
const KEY: &str = "signing.key";

/// The public half, in hexadecimal: for whoever is to check a timeline without this box.
const PUBLIC: &str = "public-key.txt";

/// The key of this folder; a new one, if there is none. `None`, and a word in the log, if it can neither be read nor kept:
/// timelines are chained all the same, and not signed.
pub(super) fn open(folder: &Path) -> Option<TimelineKey> {
    let folder = folder.join(FOLDER);
    let (path, public) = (folder.join(KEY), folder.join(PUBLIC));
    if let Err(error) = whole_file::private_folder(&folder) {
        tracing::error!(%error, "there is no folder for the key of timelines");
    }
    let key = match fs::read(&path) {
        Ok(kept) => TimelineKey::from_pkcs8(&kept).map_err(|error| error.to_string()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => made(&path),
        Err(error) => Err(error.to_string()),
    };
    let key =
        key.inspect_err(|error| tracing::error!(%error, "timelines of escalations are not signed")).ok()?;
    let text = hex(&key.public());
    if fs::read_to_string(&public).ok().as_deref() != Some(text.as_str())
        && let Err(error) = whole_file::write(&public, text.as_bytes())
    {
        tracing::warn!(%error, "the public key of timelines could not be written; the health page has it");
    }
    Some(key)
}

fn made(path: &Path) -> Result<TimelineKey, String> {
    let (key, kept) = TimelineKey::generate().map_err(|error| error.to_string())?;
    whole_file::write(path, &kept).map_err(|error| error.to_string())?;
    Ok(key)
}

/// The public half beside these records, in hexadecimal.
pub(super) fn public_beside(folder: &Path) -> Option<String> {
    fs::read_to_string(folder.join(FOLDER).join(PUBLIC)).ok()
}

/// In hexadecimal.
pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// What [`hex`] has written.
pub(super) fn from_hex(text: &str) -> Option<Vec<u8>> {
    let text = text.trim();
    if !text.is_ascii() || !text.len().is_multiple_of(2) {
        return None;
    }
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(text.get(at..at + 2)?, 16).ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_has_one_key_for_ever_and_its_public_half_beside_it() {
        let folder = std::env::temp_dir().join(format!("portico-timeline-key-{}", std::process::id()));
        let first = open(&folder).unwrap().public();
        assert_eq!(open(&folder).unwrap().public(), first);
        assert_eq!(public_beside(&folder).and_then(|text| from_hex(&text)), Some(first));
        fs::write(folder.join(FOLDER).join(KEY), b"no key").unwrap();
        assert!(open(&folder).is_none(), "what is there is not written over");
        fs::remove_dir_all(&folder).unwrap();
    }

    #[test]
    fn a_key_is_read_as_it_was_written() {
        assert_eq!(from_hex(&hex(&[0, 171, 255])), Some(vec![0, 171, 255]));
        assert_eq!((from_hex("abc"), from_hex("zz")), (None, None));
    }
}
