//! The files of the mailboxes, for the desk: read by the recogniser in its own time, deleted when nobody needs them.

use std::{
    fs, io,
    path::PathBuf,
    sync::mpsc::{Receiver, Sender, channel},
};

use super::speech_pool::{SpeechPool, Words};
use crate::{pbx::Shelf, types::VoicemailId};

/// See the module's sentence.
#[derive(Debug)]
pub struct MailboxSounds {
    folder: PathBuf,
    speech: SpeechPool,
    words: (Sender<Words>, Receiver<Words>),
}

impl MailboxSounds {
    /// For the mailboxes below the store's folder.
    pub fn new(store: &std::path::Path, speech: SpeechPool) -> Self {
        Self { folder: store.join(Shelf::Mailboxes.folder()), speech, words: channel() }
    }

    /// Has the message read when there is nothing better to do; its words come by [`transcribed`](Self::transcribed).
    pub(super) fn transcribe(&self, message: VoicemailId, file: &str) {
        if let Some(path) = self.path(file) {
            self.speech.transcribe(message, path, self.words.0.clone());
        }
    }

    /// The words of a message that has been read; as many wait as the pool reads at most.
    pub(super) fn transcribed(&self) -> Option<Words> {
        self.words.1.try_recv().ok()
    }

    pub(super) fn discard(&self, file: &str) {
        let Some(path) = self.path(file) else { return };
        match fs::remove_file(&path) {
            Ok(()) => {}
            // Nothing had been written, or it was deleted before a power cut.
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => tracing::warn!(%error, path = %path.display(), "a sound could not be deleted"),
        }
    }

    /// Names are ours; one with a path in it was tampered with.
    fn path(&self, file: &str) -> Option<PathBuf> {
        is_bare(file).then(|| self.folder.join(file))
    }
}

/// A name in the folder, and no way out of it.
pub(super) fn is_bare(file: &str) -> bool {
    !file.is_empty() && !file.starts_with('.') && !file.contains(['/', '\\', '\0'])
}
