//! The thread that hands letters to the office's mail server: it waits there, so that the desk need not.

use std::{
    fs, io,
    path::PathBuf,
    sync::mpsc::{Receiver, Sender, channel},
    thread,
    time::Duration,
};

use anyhow::Context as _;
use jiff::tz::TimeZone;

use super::mailbox_sounds::is_bare;
use crate::{
    config::{Config, MailSecurity},
    deliver::{Attachment, Login, Mail, Outcome, Security, SmtpServer, hand_over},
    desk::Outgoing,
    net::Trust,
    outbox::Attempted,
    pbx::Shelf,
    types::MessageKey,
};

/// More than the longest message has. What a server finds too large it refuses, and the console says so.
const LARGEST: u64 = 24 << 20;

/// What came of a letter.
pub(super) type Answer = (MessageKey, Attempted);

/// The way to the thread; without a mail server there is none, and no letter is ever written.
#[derive(Debug)]
pub struct Post {
    letters: Option<Sender<Outgoing>>,
    answers: Receiver<Answer>,
    is_busy: bool,
}

/// What the thread knows.
#[derive(Debug)]
struct Postman {
    server: SmtpServer,
    office: String,
    zone: TimeZone,
    folder: PathBuf,
}

impl Post {
    /// Starts the thread, if the office has a mail server. It ends with the desk.
    ///
    /// # Errors
    /// When the system gives no thread, or what it believes cannot be read.
    pub fn start(config: &Config, folder: &std::path::Path) -> anyhow::Result<Self> {
        let (answer, answers) = channel();
        let Some(postman) = Postman::of(config, folder)? else {
            return Ok(Self { letters: None, answers, is_busy: false });
        };
        let (letters, inbox) = channel::<Outgoing>();
        thread::Builder::new()
            .name("post".into())
            .spawn(move || {
                for letter in inbox {
                    if answer.send((letter.key, postman.deliver(letter))).is_err() {
                        return;
                    }
                }
            })
            .context("the system gives no thread for mail")?;
        Ok(Self { letters: Some(letters), answers, is_busy: false })
    }

    /// Hands a letter to the thread. The desk gives out one at a time.
    pub(super) fn send(&mut self, letter: Outgoing) {
        self.is_busy = true;
        let sent = self.letters.as_ref().is_some_and(|letters| letters.send(letter).is_ok());
        if !sent {
            tracing::error!("a letter finds nobody who takes it; it is looked at again at the next start");
        }
    }

    /// A letter is on its way.
    pub(super) fn is_busy(&self) -> bool {
        self.is_busy
    }

    /// What has come of letters.
    pub(super) fn answered(&mut self) -> Option<Answer> {
        let answer = self.answers.try_recv().ok();
        self.is_busy &= answer.is_none();
        answer
    }

    /// The house stops: a letter that is on its way is given this long to arrive.
    pub(super) fn last(&mut self, patience: Duration) -> Option<Answer> {
        if self.is_busy { self.answers.recv_timeout(patience).ok() } else { None }
    }
}

impl Postman {
    fn of(config: &Config, folder: &std::path::Path) -> anyhow::Result<Option<Self>> {
        let Some(mail) = &config.mail else { return Ok(None) };
        let trust = Trust::with_system(&[]).context("the authorities that the mail server is believed by")?;
        let login = mail.login.as_ref();
        let server = SmtpServer {
            host: mail.host.clone(),
            port: mail.port,
            security: match mail.security {
                MailSecurity::Tls => Security::Tls,
                MailSecurity::StartTls => Security::StartTls,
                MailSecurity::None => Security::None,
            },
            login: login.map(|(user, password)| Login { user: user.clone(), password: password.clone() }),
            name: mail.from.domain().to_owned(),
            from: mail.from.clone(),
            tls: trust.client(),
        };
        Ok(Some(Self {
            server,
            office: config.office.name.clone(),
            zone: config.office.hours.zone().clone(),
            folder: folder.join(Shelf::Mailboxes.folder()),
        }))
    }

    fn deliver(&self, letter: Outgoing) -> Attempted {
        let key = letter.key;
        let (mut text, mut attachment) = (letter.text, None);
        if let Some(file) = &letter.sound {
            match self.sound(file) {
                Ok(bytes) => {
                    let name = "message.wav".to_owned();
                    attachment = Some(Attachment { name, media_type: "audio/wav", bytes });
                }
                Err(error) => {
                    tracing::warn!(%key, %error, "the sound of a message cannot be mailed");
                    // The letter without it would be taken for all there is, and the message deleted.
                    return Attempted::Later { status: 0, retry_after: None };
                }
            }
        }
        if text.is_empty() {
            text.push('\n');
        }
        let mail = Mail {
            id: key.to_string(),
            from: self.server.from.clone(),
            from_name: self.office.clone(),
            to: letter.to,
            subject: letter.subject,
            date: letter.date,
            zone: self.zone.clone(),
            text,
            attachment,
        };
        match hand_over(&self.server, &mail) {
            Outcome::Accepted => Attempted::Accepted,
            Outcome::Later { status, why } => {
                tracing::warn!(%key, status, why, "the mail server does not take a letter now");
                Attempted::Later { status, retry_after: None }
            }
            Outcome::Never { status, why } => {
                tracing::warn!(%key, status, why, "the mail server refuses a letter");
                Attempted::Never { status }
            }
            Outcome::Unknown { why } => {
                tracing::warn!(%key, why, "nobody can tell whether the mail server has a letter");
                Attempted::Lost
            }
        }
    }

    fn sound(&self, file: &str) -> io::Result<Vec<u8>> {
        if !is_bare(file) {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "its name is none of ours"));
        }
        let path = self.folder.join(file);
        if fs::metadata(&path)?.len() > LARGEST {
            return Err(io::Error::new(io::ErrorKind::FileTooLarge, "it is too large for a mail"));
        }
        fs::read(path)
    }
}
