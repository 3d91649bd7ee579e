//! Mailboxes as the switch knows them: whose they are, what lies in them, and who has tried too many wrong PINs.
//!
//! The desk keeps them; this is its latest word, with what the switch itself has changed since.

use std::{
    collections::BTreeMap,
    fmt,
    str::FromStr,
    time::{Duration, Instant},
};

use hmac::{Hmac, KeyInit as _, Mac as _};
use jiff::Timestamp;
use sha2::Sha256;

use crate::{
    pbx::{Caller, event::SoundFile},
    types::{CallId, Extension, Pin, VoicemailId},
};

/// What the office's file says of a mailbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailboxPlan {
    /// As the greeting says it: `Front desk`.
    pub name: String,
    /// The greeting's words, if they are not the usual ones.
    pub greeting: Option<String>,
    /// Until another is chosen by telephone.
    pub pin: Option<Pin>,
    /// Is the PIN asked at the mailbox's own phone?
    pub ask_at_own_phone: bool,
    /// How long the extension's phones ring before the caller is asked to leave a message.
    pub ring: Duration,
    /// A message may be this long.
    pub longest: Duration,
}

impl MailboxPlan {
    /// Messages that a mailbox holds; further callers are told that it is full.
    pub const MOST_MESSAGES: usize = 100;

    /// The usual mailbox of somebody of this name.
    pub fn of(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            greeting: None,
            pin: None,
            ask_at_own_phone: true,
            ring: Duration::from_secs(20),
            longest: Duration::from_secs(180),
        }
    }
}

/// A mailbox with what lies in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mailbox {
    pub id: Extension,
    /// Chosen by telephone; stronger than the one of the office's file.
    pub pin: Option<PinHash>,
    /// The owner's own greeting.
    pub greeting: Option<String>,
    /// The oldest first.
    pub messages: Vec<VoiceMessage>,
}

impl Mailbox {
    /// An empty one.
    pub fn new(id: Extension) -> Self {
        Self { id, pin: None, greeting: None, messages: Vec::new() }
    }

    /// Messages that nobody has heard, and the others.
    pub fn counts(&self) -> (usize, usize) {
        let new = self.messages.iter().filter(|message| !message.heard).count();
        (new, self.messages.len() - new)
    }

    /// Takes a change on.
    pub fn apply(&mut self, change: &MailboxChange) {
        match change {
            MailboxChange::Left(message) => self.messages.push(message.clone()),
            MailboxChange::Heard { id } => {
                if let Some(message) = self.messages.iter_mut().find(|message| message.id == *id) {
                    message.heard = true;
                }
            }
            MailboxChange::Deleted { id } => self.messages.retain(|message| message.id != *id),
            MailboxChange::Pin(pin) => self.pin = Some(pin.clone()),
            MailboxChange::Greeting { file } => self.greeting.clone_from(file),
            MailboxChange::Discarded { .. } => {}
        }
    }
}

/// A message that a caller left.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VoiceMessage {
    pub id: VoicemailId,
    pub call: CallId,
    pub caller: Caller,
    pub left: Timestamp,
    pub length_ms: u64,
    /// Its name in the folder of the mailboxes.
    pub file: String,
    pub heard: bool,
}

impl VoiceMessage {
    pub(super) fn sound(&self) -> SoundFile {
        SoundFile::in_mailbox(self.file.clone())
    }
}

/// What has happened to a mailbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MailboxChange {
    Left(VoiceMessage),
    Heard {
        id: VoicemailId,
    },
    Deleted {
        id: VoicemailId,
    },
    Pin(PinHash),
    /// The owner has recorded a greeting; `None`: wants the usual words again.
    Greeting {
        file: Option<String>,
    },
    /// A recording that is of no use: nobody spoke, or the greeting was not liked.
    Discarded {
        file: String,
    },
}

/// What is kept in place of a PIN. Six digits are soon tried out by whoever holds the hash; it keeps them out of sight.
#[derive(Clone, PartialEq, Eq)]
pub struct PinHash {
    salt: u64,
    hash: [u8; 32],
}

/// What was kept cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not the hash of a PIN")]
pub struct PinHashError;

impl PinHash {
    pub fn new(pin: &Pin, salt: u64) -> Self {
        Self { salt, hash: hashed(salt, pin.digits()).finalize().into_bytes().into() }
    }

    /// Compared in constant time.
    pub fn opens_with(&self, typed: &str) -> bool {
        hashed(self.salt, typed).verify_slice(&self.hash).is_ok()
    }
}

fn hashed(salt: u64, digits: &str) -> Hmac<Sha256> {
    let mut key = [0; 64];
    key[..8].copy_from_slice(&salt.to_be_bytes());
    let mut mac = Hmac::<Sha256>::new(&key.into());
    mac.update(digits.as_bytes());
    mac
}

impl fmt::Display for PinHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.salt)?;
        self.hash.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl FromStr for PinHash {
    type Err = PinHashError;
    fn from_str(text: &str) -> Result<Self, PinHashError> {
        if text.len() != 16 + 64 || !text.is_ascii() {
            return Err(PinHashError);
        }
        let (salt, digits) = text.split_at(16);
        let salt = u64::from_str_radix(salt, 16).map_err(|_| PinHashError)?;
        let mut hash = [0; 32];
        for (place, byte) in hash.iter_mut().enumerate() {
            let pair = digits.get(2 * place..2 * place + 2).ok_or(PinHashError)?;
            *byte = u8::from_str_radix(pair, 16).map_err(|_| PinHashError)?;
        }
        Ok(Self { salt, hash })
    }
}

impl fmt::Debug for PinHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PinHash(…)")
    }
}

/// All mailboxes, and who is kept out of them.
#[derive(Debug, Default)]
pub(in crate::pbx) struct Mailboxes {
    boxes: BTreeMap<Extension, Mailbox>,
    wrong: BTreeMap<(Extension, Suspect), Wrong>,
}

/// Who tries PINs at a mailbox.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Suspect {
    /// One caller, as shown.
    Caller(String),
    /// Everybody from outside together: who shows another number at each call gets no further.
    Outside,
}

#[derive(Debug, Clone, Copy)]
struct Wrong {
    tries: u32,
    until: Instant,
}

impl Mailboxes {
    /// Wrong PINs of one caller at one mailbox within [`LOCKED_FOR`](Self::LOCKED_FOR); then it is shut for that caller.
    const MOST_TRIES: u32 = 5;
    /// The same for all callers from outside together.
    const MOST_TRIES_OUTSIDE: u32 = 20;
    /// For so long after the last wrong PIN.
    const LOCKED_FOR: Duration = Duration::from_secs(30 * 60);
    /// Suspects that are remembered. The one whose time is up first makes room: a mailbox that somebody from outside shuts
    /// by force stays shut from outside through the count of all together.
    const MOST_SUSPECTS: usize = 1_000;

    /// The desk's word.
    pub(in crate::pbx) fn replace(&mut self, mailbox: Mailbox) {
        self.boxes.insert(mailbox.id.clone(), mailbox);
    }

    pub(in crate::pbx) fn get(&self, id: &Extension) -> Option<&Mailbox> {
        self.boxes.get(id)
    }

    pub(in crate::pbx) fn apply(&mut self, id: &Extension, change: &MailboxChange) {
        self.boxes.entry(id.clone()).or_insert_with(|| Mailbox::new(id.clone())).apply(change);
    }

    /// Is this mailbox shut for this caller?
    pub(in crate::pbx) fn is_locked(&self, now: Instant, id: &Extension, caller: &Caller) -> bool {
        suspects(caller).iter().any(|(suspect, most)| {
            let wrong = self.wrong.get(&(id.clone(), suspect.clone()));
            wrong.is_some_and(|wrong| wrong.until > now && wrong.tries >= *most)
        })
    }

    /// A wrong PIN. True if that was one too many.
    pub(in crate::pbx) fn wrong_pin(&mut self, now: Instant, id: &Extension, caller: &Caller) -> bool {
        self.wrong.retain(|_, wrong| wrong.until > now);
        let mut locked = false;
        for (suspect, most) in suspects(caller) {
            let key = (id.clone(), suspect);
            if self.wrong.len() >= Self::MOST_SUSPECTS && !self.wrong.contains_key(&key) {
                let first =
                    self.wrong.iter().min_by_key(|(_, wrong)| wrong.until).map(|(key, _)| key.clone());
                first.and_then(|key| self.wrong.remove(&key));
            }
            let wrong = self.wrong.entry(key).or_insert(Wrong { tries: 0, until: now });
            wrong.tries += 1;
            wrong.until = now + Self::LOCKED_FOR;
            locked |= wrong.tries == most;
        }
        locked
    }

    /// The right PIN: this caller begins anew. What all others from outside have tried stands.
    pub(in crate::pbx) fn right_pin(&mut self, id: &Extension, caller: &Caller) {
        if let Some((suspect, _)) = suspects(caller).into_iter().next() {
            self.wrong.remove(&(id.clone(), suspect));
        }
    }
}

/// Whose tries a caller's are, and how many they may be.
fn suspects(caller: &Caller) -> Vec<(Suspect, u32)> {
    let one = |name: String| (Suspect::Caller(name), Mailboxes::MOST_TRIES);
    let outside = (Suspect::Outside, Mailboxes::MOST_TRIES_OUTSIDE);
    match caller {
        Caller::Extension(extension) => vec![one(extension.to_string())],
        Caller::Number { number, .. } => vec![one(number.to_string()), outside],
        Caller::Anonymous => vec![one("anonymous".to_owned()), outside],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pbx::story::{extension, number};

    #[test]
    fn a_pin_is_kept_as_a_hash_that_reads_back() {
        let pin = Pin::new("481592", &extension("101")).unwrap();
        let hash = PinHash::new(&pin, 7);
        assert!(hash.opens_with("481592") && !hash.opens_with("481593") && !hash.opens_with(""));
        assert_eq!(hash.to_string().parse(), Ok(hash.clone()));
        assert_ne!(hash, PinHash::new(&pin, 8), "the same PIN looks different elsewhere");
        assert!(!format!("{hash:?}{hash}").contains("481592"));
        for text in ["", "00", &"é".repeat(40), &"g".repeat(80)] {
            assert_eq!(text.parse::<PinHash>(), Err(PinHashError));
        }
    }

    #[test]
    fn a_mailbox_is_shut_for_who_tries_too_often_and_for_all_from_outside_if_they_take_turns() {
        let mut mailboxes = Mailboxes::default();
        let now = crate::pbx::story::origin();
        let (id, desk) = (extension("101"), Caller::Extension(extension("102")));
        let outside = |n: u32| Caller::Number {
            number: number(&format!("+1303555{:04}", 200 + n)),
            display: String::new(),
        };
        let locked: Vec<bool> = (0..5).map(|_| mailboxes.wrong_pin(now, &id, &desk)).collect();
        assert_eq!(locked, [false, false, false, false, true]);
        assert!(mailboxes.is_locked(now, &id, &desk));
        assert!(!mailboxes.is_locked(now, &extension("102"), &desk), "another mailbox is not shut");
        assert!(!mailboxes.is_locked(now + Mailboxes::LOCKED_FOR, &id, &desk));
        assert!(!mailboxes.is_locked(now, &id, &outside(1)));
        for n in 0..20 {
            mailboxes.wrong_pin(now, &id, &outside(n));
        }
        assert!(mailboxes.is_locked(now, &id, &outside(99)), "whoever calls from outside");
        mailboxes.right_pin(&id, &desk);
        assert!(!mailboxes.is_locked(now, &id, &desk), "its own phone still opens it");
        for n in 0..2_000 {
            mailboxes.wrong_pin(now, &extension(&format!("{}", 1_000 + n)), &desk);
        }
        assert!(mailboxes.wrong.len() <= Mailboxes::MOST_SUSPECTS);
    }
}
