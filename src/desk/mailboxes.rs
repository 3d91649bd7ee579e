//! Mailboxes: what happens to them becomes rows, files that nobody needs go, and messages get their words.

use std::collections::VecDeque;

use jiff::Timestamp;

use super::{Alarm, Changed, Engine, Output};
use crate::{
    pbx::MailboxChange,
    store::StoreError,
    types::{Extension, VoicemailId},
};

/// What is still to be stored of mailboxes.
#[derive(Debug, Default)]
pub(super) struct Mail {
    waiting: VecDeque<Waiting>,
    restored: bool,
    lost: u64,
}

#[derive(Debug)]
enum Waiting {
    Change { mailbox: Extension, change: MailboxChange },
    Words { id: VoicemailId, words: Option<String> },
}

impl Engine {
    /// Changes of mailboxes that wait in memory for a store that fails; then the oldest is lost, and counted.
    const MOST_MAIL_WAITING: usize = 1_000;

    pub(super) fn mailbox_changed(&mut self, mailbox: Extension, change: MailboxChange) {
        self.keep_mail(Waiting::Change { mailbox, change });
    }

    pub(super) fn message_transcribed(&mut self, id: VoicemailId, words: Option<String>) {
        self.keep_mail(Waiting::Words { id, words });
    }

    pub(super) fn mail_waits(&self) -> bool {
        !self.mail.waiting.is_empty()
    }

    fn keep_mail(&mut self, waiting: Waiting) {
        if self.mail.waiting.len() >= Self::MOST_MAIL_WAITING {
            self.mail.waiting.pop_front();
            self.mail.lost += 1;
            let count = self.mail.lost;
            self.output(Output::Alarm(Alarm::MailLost { count }));
        }
        self.mail.waiting.push_back(waiting);
    }

    /// Stores what waits, in its order. At the first time the switch gets what there is, and the recogniser what it has
    /// not read.
    pub(super) fn store_mail(&mut self, now: Timestamp) -> Result<(), StoreError> {
        if !self.mail.restored {
            let (mailboxes, untranscribed) = (self.store.mailboxes()?, self.store.untranscribed()?);
            self.mail.restored = true;
            for mailbox in mailboxes {
                self.output(Output::RestoreMailbox(mailbox));
            }
            for message in untranscribed {
                self.output(Output::Transcribe { id: message.id, file: message.file });
            }
        }
        while let Some(waiting) = self.mail.waiting.pop_front() {
            let stored = match &waiting {
                Waiting::Change { mailbox, change: MailboxChange::Left(message) } => {
                    let letters = self.letters_about(now, mailbox, message);
                    self.store.keep_message(mailbox, message, &letters).map(|()| None)
                }
                Waiting::Change { mailbox, change } => self.store.change_mailbox(mailbox, change, now),
                Waiting::Words { id, words } => self
                    .store
                    .transcribed(*id, words.as_deref())
                    .and_then(|()| self.store.release_letters(*id, now))
                    .map(|()| None),
            };
            match stored {
                Ok(file) => self.mail_stored(&waiting, file),
                Err(error) if error.is_about_the_data() => {
                    self.mail.lost += 1;
                    let count = self.mail.lost;
                    self.output(Output::Alarm(Alarm::MailLost { count }));
                }
                Err(error) => {
                    self.mail.waiting.push_front(waiting);
                    return Err(error);
                }
            }
        }
        Ok(())
    }

    fn mail_stored(&mut self, waiting: &Waiting, file: Option<String>) {
        if let Waiting::Change { change: MailboxChange::Left(message), .. } = waiting {
            self.output(Output::Transcribe { id: message.id, file: message.file.clone() });
        }
        // The row is gone for good before its sound is.
        if let Some(file) = file {
            self.output(Output::DiscardSound { file });
        }
        self.output(Output::Changed(Changed::Mailboxes));
    }
}
