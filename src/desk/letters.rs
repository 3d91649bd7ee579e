//! Messages of mailboxes handed over by e-mail: claimed one at a time, settled with what came back, and then done with as the
//! mailbox says.
//!
//! As for texts: a letter is durable as claimed before a byte of it leaves; one whose fate a crash or a broken connection has
//! hidden is said to be so, and is not sent again by itself. A message that is to be marked or deleted afterwards is, once
//! everybody has it: the change goes through the switch, as one from a telephone does, so that lamps stay in step.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use rand_chacha::rand_core::Rng;

use super::{Alarm, Changed, Engine, Output, clock::moved};
use crate::{
    outbox::{AfterMail, Attempted, Delivery, Letter, Policy, State},
    pbx::{Caller, VoiceMessage},
    store::{ClaimedLetter, StoreError},
    types::{EmailAddress, Extension, MessageKey},
};

/// A mail server answers, or is given up, within this; then nobody will ever tell what became of it.
const OVERDUE: SignedDuration = SignedDuration::from_mins(20);

/// Which messages go to whom.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LetterRules {
    pub mailboxes: BTreeMap<Extension, MailedTo>,
    /// A letter waits so long at most for the recogniser to read its message.
    pub words_within: SignedDuration,
    /// Where the console is, as its readers reach it; without a slash at the end.
    pub console: Option<String>,
}

/// Of one mailbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailedTo {
    /// As a person calls it: `Front desk`; may be empty.
    pub name: String,
    pub addresses: Vec<EmailAddress>,
    /// Does the sound itself go along?
    pub sound: bool,
    pub after: AfterMail,
}

/// A letter as it is to be handed over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outgoing {
    pub key: MessageKey,
    pub to: EmailAddress,
    pub subject: String,
    pub text: String,
    /// The message's file, if it goes along.
    pub sound: Option<String>,
    /// When the message was left.
    pub date: Timestamp,
}

/// See [`Letters::stray`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Stray {
    /// The house has just started: they may have left.
    #[default]
    MayHaveLeft,
    /// The store has failed, and with it the answer to a claim: they have certainly not left.
    HasNotLeft,
    /// There are none.
    LookedFor,
}

/// What is under way, and what came back.
#[derive(Debug, Default)]
pub(super) struct Letters {
    /// With the instant from which its answer is overdue.
    under_way: Option<(MessageKey, Timestamp)>,
    answers: Vec<(MessageKey, Attempted)>,
    /// What is to be thought of letters that the store has as claimed, though nobody here awaits their answer.
    stray: Stray,
    failing: Option<u16>,
}

impl Letters {
    pub(super) fn answered(&mut self, key: MessageKey, attempted: Attempted) {
        if self.under_way.is_some_and(|(own, _)| own == key) {
            self.under_way = None;
        }
        self.answers.push((key, attempted));
    }

    /// A claim may have happened although its answer said otherwise.
    pub(super) fn store_failed(&mut self) {
        if self.stray == Stray::LookedFor {
            self.stray = Stray::HasNotLeft;
        }
    }

    pub(super) fn move_deadlines(&mut self, by: SignedDuration) {
        if let Some((_, overdue)) = &mut self.under_way {
            *overdue = moved(*overdue, by);
        }
    }

    /// When the answer to what is under way is overdue.
    pub(super) fn overdue(&self) -> Option<Timestamp> {
        self.under_way.map(|(_, at)| at)
    }
}

impl Engine {
    /// The letters about a message that has just been left.
    pub(super) fn letters_about(
        &mut self,
        now: Timestamp,
        mailbox: &Extension,
        message: &VoiceMessage,
    ) -> Vec<Letter> {
        let rules = &self.settings.letters;
        let Some(to) = rules.mailboxes.get(mailbox) else { return Vec::new() };
        let due = moved(now, rules.words_within);
        let letter = |address: &EmailAddress| Letter {
            key: MessageKey::from_random(self.chance.next_u64()),
            voicemail: message.id,
            mailbox: mailbox.clone(),
            to: address.clone(),
            after: to.after,
            created: now,
            delivery: Delivery::new(due, moved(now, Letter::FRESH_FOR)),
        };
        to.addresses.iter().map(letter).collect()
    }

    /// Writes down what came of letters, and does with messages what is to be done when everybody has them.
    pub(super) fn settle_letters(&mut self, now: Timestamp) -> Result<(), StoreError> {
        let fate = match self.letters.stray {
            Stray::MayHaveLeft => Some(Attempted::Lost),
            Stray::HasNotLeft => Some(Attempted::Later { status: 0, retry_after: None }),
            Stray::LookedFor => None,
        };
        if let Some(fate) = fate {
            for key in self.store.claimed_letters()? {
                let awaited = self.letters.under_way.is_some_and(|(own, _)| own == key)
                    || self.letters.answers.iter().any(|(answered, _)| *answered == key);
                if !awaited {
                    self.settle_letter(now, key, fate)?;
                }
            }
            self.finish_messages()?;
            self.letters.stray = Stray::LookedFor;
        }
        if self.letters.overdue().is_some_and(|at| at <= now)
            && let Some((key, _)) = self.letters.under_way.take()
        {
            self.letters.answers.push((key, Attempted::Lost));
        }
        while let Some((key, attempted)) = self.letters.answers.first().copied() {
            self.settle_letter(now, key, attempted)?;
            self.letters.answers.remove(0);
            self.note_mail_flow(attempted);
            if attempted == Attempted::Accepted {
                self.finish_messages()?;
            }
        }
        Ok(())
    }

    fn settle_letter(
        &mut self,
        now: Timestamp,
        key: MessageKey,
        attempted: Attempted,
    ) -> Result<(), StoreError> {
        // A mail server is under no duty to know a Message-ID again: what may have arrived is not sent twice.
        let policy = Policy::SIP_MESSAGE;
        if let Some(state) = self.store.settle_letter(key, attempted, now, &policy, &mut self.chance)? {
            if state == State::Unknown {
                self.output(Output::Alarm(Alarm::FateUnknown { key }));
            }
            self.output(Output::Changed(Changed::Mailboxes));
        }
        Ok(())
    }

    fn finish_messages(&mut self) -> Result<(), StoreError> {
        for (mailbox, change) in self.store.handed_over()? {
            self.output(Output::ChangeMailbox { mailbox, change });
        }
        Ok(())
    }

    fn note_mail_flow(&mut self, attempted: Attempted) {
        match attempted {
            Attempted::Accepted if self.letters.failing.take().is_some() => {
                self.output(Output::Alarm(Alarm::MailFlowing));
            }
            Attempted::Later { status, .. } | Attempted::Never { status }
                if self.letters.failing != Some(status) =>
            {
                self.letters.failing = Some(status);
                self.output(Output::Alarm(Alarm::MailFailing { status }));
            }
            _ => {}
        }
    }

    /// Claims the letter that is due for longest, if none is under way, and hands it out.
    pub(super) fn send_letter(&mut self, now: Timestamp) -> Result<(), StoreError> {
        if self.letters.under_way.is_some() || self.settings.letters.mailboxes.is_empty() {
            return Ok(());
        }
        if self.store.next_letter_due()?.is_none_or(|due| due > now) {
            return Ok(());
        }
        let Some(claimed) = self.store.claim_letter(now)? else { return Ok(()) };
        self.letters.under_way = Some((claimed.letter.key, moved(now, OVERDUE)));
        let outgoing = self.written(&claimed);
        self.output(Output::Mail(outgoing));
        Ok(())
    }

    /// When the next letter is to be sent.
    pub(super) fn letter_due(&mut self) -> Result<Option<Timestamp>, StoreError> {
        if self.letters.under_way.is_some() || self.settings.letters.mailboxes.is_empty() {
            return Ok(None);
        }
        self.store.next_letter_due()
    }

    fn written(&self, claimed: &ClaimedLetter) -> Outgoing {
        let rules = &self.settings.letters;
        let message = &claimed.message.message;
        let to = rules.mailboxes.get(&claimed.letter.mailbox);
        let name = to.map(|to| to.name.as_str()).filter(|name| !name.is_empty());
        let mailbox = name.map_or_else(|| claimed.letter.mailbox.to_string(), str::to_owned);
        let (sound, console) = (to.is_some_and(|to| to.sound), rules.console.as_deref());
        let text = text(&claimed.message, &mailbox, sound, console, &self.settings.quiet_hours.zone);
        Outgoing {
            key: claimed.letter.key,
            to: claimed.letter.to.clone(),
            subject: format!(
                "Voicemail for {mailbox} from {}, {}",
                caller(&message.caller),
                length(message.length_ms)
            ),
            text,
            sound: sound.then(|| message.file.clone()),
            date: message.left,
        }
    }
}

fn text(
    row: &crate::store::VoicemailRow,
    mailbox: &str,
    sound: bool,
    console: Option<&str>,
    zone: &TimeZone,
) -> String {
    let message = &row.message;
    let left = message.left.to_zoned(zone.clone()).strftime("%A, %B %-d, %Y, %-I:%M %p").to_string();
    let words = match (&row.words, row.transcribed) {
        (Some(words), _) if !words.trim().is_empty() => format!("\u{201c}{}\u{201d}", words.trim()),
        (Some(_), _) => "No words were recognised in it.".to_owned(),
        (None, true) => "Its words could not be read.".to_owned(),
        (None, false) => {
            "Its words have not been read yet; the console shows them when they have.".to_owned()
        }
    };
    let mut text = format!(
        "{} left a message for {mailbox} on {left}, {} long.\n\n{words}\n\n",
        caller(&message.caller),
        length(message.length_ms)
    );
    if sound {
        text.push_str("The sound is attached. ");
    }
    match console {
        Some(console) => {
            text.push_str(&format!(
                "Listen in the console: {console}/mailboxes/{}/message.wav\n",
                message.id
            ));
        }
        None => text.push_str("Listen in the console, or dial *97 at a desk phone.\n"),
    }
    text.push_str("\nThe words were read by a program and may be wrong.\n");
    text
}

fn caller(caller: &Caller) -> String {
    match caller {
        Caller::Number { number, display } if display.trim().is_empty() => number.national(),
        Caller::Number { number, display } => format!("{} {}", display.trim(), number.national()),
        Caller::Extension(extension) => format!("extension {extension}"),
        Caller::Anonymous => "somebody who withheld the number".to_owned(),
    }
}

/// `1:05`.
fn length(millis: u64) -> String {
    let seconds = millis.div_ceil(1_000);
    format!("{}:{:02}", seconds / 60, seconds % 60)
}
