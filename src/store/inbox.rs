//! Texts that came in: each stored once, with what it causes.

use jiff::Timestamp;
use rusqlite::params;

use super::{CallerUpdate, Store, StoreError, columns::Col, contacts, followups, outbox};
use crate::{
    followup::{ConsentKind, ConsentSource, Enrolling, Keyword},
    outbox::Entry,
    types::{ContactId, PhoneNumber},
};

/// A text, and what the desk makes of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IncomingText {
    pub sip_call_id: String,
    pub from: CallerUpdate,
    pub to: PhoneNumber,
    pub body: String,
    pub keyword: Option<Keyword>,
    /// A new row of the consent ledger; the words are the body.
    pub consent: Option<ConsentKind>,
    /// The answer, and what the office is told.
    pub entries: Vec<Entry>,
    pub undated: bool,
    pub enrolment: Option<Enrolling>,
    pub received: Timestamp,
}

/// Was it new?
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stored {
    New(ContactId),
    /// The carrier repeated it: nothing was changed.
    Again,
}

impl Store {
    /// Stores a text and all that it causes in one transaction.
    ///
    /// A repetition is told by its Call-ID, sender and words: a new message outside a dialog must have a new Call-ID
    /// (RFC 3261, 8.1.1.4), while a retransmission, or a retry after a lost 202, keeps it.
    pub fn receive(&mut self, text: &IncomingText) -> Result<Stored, StoreError> {
        self.commit(|transaction| {
            let known = transaction
                .prepare_cached("SELECT 1 FROM inbox WHERE sip_call_id = ?1 AND sender = ?2 AND body = ?3")?
                .exists(params![text.sip_call_id, Col(text.from.number), text.body])?;
            if known {
                return Ok(Stored::Again);
            }
            let contact = contacts::upsert(transaction, &text.from, text.received)?;
            transaction
                .prepare_cached(
                    "INSERT INTO inbox (sip_call_id, sender, recipient, body, contact, received, keyword)
                     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
                )?
                .execute(params![
                    text.sip_call_id,
                    Col(text.from.number),
                    Col(text.to),
                    text.body,
                    Col(contact),
                    Col(text.received),
                    text.keyword.map(keyword_name),
                ])?;
            if let Some(kind) = text.consent {
                contacts::write_consent(
                    transaction,
                    contact,
                    kind,
                    ConsentSource::Text,
                    &text.body,
                    text.received,
                )?;
                if kind == ConsentKind::OptOut {
                    outbox::suppress_for(transaction, contact, text.received)?;
                }
            }
            for entry in &text.entries {
                outbox::insert(transaction, entry, Some(contact), text.undated)?;
            }
            if let Some(enrolment) = &text.enrolment {
                followups::insert(transaction, contact, enrolment)?;
            }
            Ok(Stored::New(contact))
        })
    }
}

fn keyword_name(keyword: Keyword) -> &'static str {
    match keyword {
        Keyword::Stop => "stop",
        Keyword::Start => "start",
        Keyword::Help => "help",
    }
}
