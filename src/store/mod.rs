//! The memory of the house, and the only room that speaks SQL.
//!
//! What is absent: decisions. The desk decides what a call's end means; the store writes it down whole or not at all.
//! The invariants:
//! - each verb of [`Store`] that changes something is one transaction, durable when it returns (WAL with
//!   `synchronous = FULL`: without it acknowledged rows are lost in a power cut);
//! - a full, read-only or broken disk is a state, not an end: the verb fails with a [`StoreError`] that
//!   [`passes`](StoreError::passes), the connection is opened anew at the next verb, nobody has to restart;
//! - a file that a newer program wrote is refused untouched;
//! - [`Reader`] cannot change a row.

mod accounts;
mod backup;
mod call_backs;
mod call_types;
mod calls;
mod columns;
mod connection;
mod contacts;
mod conversations;
mod desk;
mod devices;
mod emergencies;
mod error;
mod escalations;
mod feeds;
mod followups;
mod health;
mod inbox;
mod incidents;
mod letters;
mod messages;
mod outbox;
mod page;
mod reader;
mod registrations;
mod screening;
mod settings;
mod showings;
mod spending;
mod text_back;
mod tickets;
mod timeline_key;
mod traces;
mod treatments;
mod voicemail;

#[cfg(test)]
mod tests;

use std::path::Path;

use rusqlite::{Connection, Transaction, TransactionBehavior};

pub use accounts::{Account, AccountError, ApiToken, NewAccount, Role, TokenHash};
pub use call_types::SavedCallType;
pub use calls::{CallDetail, CallFilter, CallRow, Known, WrapUp};
pub use contacts::{CallerUpdate, ContactDetail, ContactRow, ContactStanding};
pub use devices::{AdoptedRow, Adoption, DeviceRow, DeviceSeen, RegisteredRow};
pub use emergencies::{EmergencyRow, EmergencySeen};
pub use error::StoreError;
pub use escalations::TimelineEntry;
pub use feeds::CalendarToken;
pub use followups::EnrolmentRow;
pub use health::Health;
pub use inbox::{IncomingText, Stored};
pub use incidents::{Filed, IncidentRow, NewIncident, OpenedByHand, Place, ReportRow, Told, Untold};
pub use letters::{ClaimedLetter, LetterRow};
pub use messages::{MessageRow, TextDirection};
pub use outbox::{Candidate, ClaimVerdict, Claims, Settlement};
pub use page::{Cursor, MOST_ROWS, Page, ParseCursorError};
pub use reader::Reader;
pub use screening::ListedNumber;
pub use settings::AuditRow;
pub use showings::{Entry as CalendarEntry, ShowingRequest, ShowingRow, ShowingStatus};
pub use text_back::TextBackNote;
pub use tickets::{LeadKind, LeadRow, TicketStatus, WorkOrderRow};
pub use timeline_key::{TimelineKey, TimelineKeyError, is_signed};
pub use treatments::{PairCheck, TREATMENTS_KEPT, TreatmentRow};
pub use voicemail::{Untranscribed, VoicemailRow};

use connection::Location;

/// A fault for tests: which commits fail, counted from 1 over the life of the store.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Fault {
    #[default]
    None,
    /// `count` commits from the `first` on are rolled back and fail.
    Commits { first: u64, count: u64 },
    /// As above, but the rows are written and only the answer is lost: what a failing disk may do at the last sync.
    Answers { first: u64, count: u64 },
}

/// The connection that writes, and acknowledges. One thread owns it.
#[derive(Debug)]
pub struct Store {
    location: Location,
    /// `None` after the disk has failed, until the next verb opens it again.
    connection: Option<Connection>,
    fault: Fault,
    commits: u64,
    /// What the timelines of escalations are signed with.
    timeline_key: Option<TimelineKey>,
}

impl Store {
    /// Opens the file, creating it or bringing its schema up to date.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        let (store, problem) = Self::attach(path);
        match problem {
            None => Ok(store),
            Some(problem) => Err(problem),
        }
    }

    /// As [`open`](Self::open), but a store is returned even if the file cannot be opened now: each verb tries again.
    /// For a house that must answer calls while its disk is away.
    pub fn attach(path: &Path) -> (Self, Option<StoreError>) {
        let mut store = Self {
            location: Location::File(path.to_owned()),
            connection: None,
            fault: Fault::None,
            commits: 0,
            timeline_key: None,
        };
        let problem = store.connection().err();
        (store, problem)
    }

    /// A store without a file, for tests and simulation; its readers see the same rows.
    pub fn in_memory() -> Result<Self, StoreError> {
        Self::in_memory_with(Fault::None)
    }

    /// The same, with commits that fail as told.
    pub fn in_memory_with(fault: Fault) -> Result<Self, StoreError> {
        let location = Location::new_memory();
        let connection = Some(location.write()?);
        Ok(Self { location, connection, fault, commits: 0, timeline_key: None })
    }

    /// From now on timelines are signed with this.
    pub fn sign_timelines(&mut self, key: TimelineKey) {
        self.timeline_key = Some(key);
    }

    /// From now on these commits fail (counted from the next one). For tests.
    pub fn inject(&mut self, fault: Fault) {
        self.fault = fault;
        self.commits = 0;
    }

    /// Another writing handle on the same rows, for another thread: the console's accounts and edits.
    pub fn another(&self) -> Result<Self, StoreError> {
        let connection = Some(self.location.write()?);
        let (location, timeline_key) = (self.location.clone(), self.timeline_key.clone());
        Ok(Self { location, connection, fault: Fault::None, commits: 0, timeline_key })
    }

    /// A handle that reads, for any thread.
    pub fn reader(&self) -> Reader {
        Reader::new(self.location.clone())
    }

    /// What a power cut leaves: everything uncommitted is gone, and the rows are opened anew. For tests and simulation.
    pub fn power_cut(self) -> Result<Self, StoreError> {
        // A database in memory lives as long as a connection to it: the new one is opened before the old one goes.
        let connection = Some(self.location.write()?);
        let (location, timeline_key) = (self.location.clone(), self.timeline_key.clone());
        Ok(Self { location, connection, fault: Fault::None, commits: 0, timeline_key })
    }

    /// Is the file open and answering?
    pub fn probe(&mut self) -> Result<(), StoreError> {
        self.read(|connection| {
            connection.query_row("SELECT 1 FROM settings LIMIT 1", [], |_| Ok(())).or_else(
                |error| match error {
                    rusqlite::Error::QueryReturnedNoRows => Ok(()),
                    other => Err(other.into()),
                },
            )
        })
    }

    /// Reads every page and checks every index: seconds on a large file. An empty list means sound.
    pub fn integrity_check(&mut self) -> Result<Vec<String>, StoreError> {
        self.read(|connection| {
            let mut statement = connection.prepare("PRAGMA integrity_check(20)")?;
            let lines =
                statement.query_map([], |row| row.get::<_, String>(0))?.collect::<Result<Vec<_>, _>>()?;
            Ok(lines.into_iter().filter(|line| line != "ok").collect())
        })
    }

    /// A checked copy of all rows in a file of its own, consistent while writing goes on.
    pub fn back_up(&mut self, to: &Path) -> Result<(), StoreError> {
        let to = to.to_string_lossy().into_owned();
        self.read(|connection| {
            connection.execute("VACUUM INTO ?1", [to])?;
            Ok(())
        })
    }

    /// At most so many pages in the file: a full disk for tests.
    #[cfg(test)]
    pub(crate) fn limit_pages(&mut self, pages: u32) -> Result<(), StoreError> {
        self.read(|connection| {
            connection.query_row(&format!("PRAGMA max_page_count = {pages}"), [], |_| Ok(()))?;
            Ok(())
        })
    }

    #[cfg(test)]
    pub(crate) fn pages(&mut self) -> Result<u32, StoreError> {
        self.read(|connection| Ok(connection.query_row("PRAGMA page_count", [], |row| row.get(0))?))
    }

    fn connection(&mut self) -> Result<&mut Connection, StoreError> {
        let connection = match self.connection.take() {
            Some(connection) => connection,
            None => self.location.write()?,
        };
        Ok(self.connection.insert(connection))
    }

    /// Runs `work` in one transaction; nothing of it is left behind if it fails.
    fn commit<T>(
        &mut self,
        work: impl FnOnce(&Transaction<'_>) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        self.commits += 1;
        let hit = |first: u64, count: u64, this: u64| this >= first && this - first < count;
        let (lost, mute) = match self.fault {
            Fault::None => (false, false),
            Fault::Commits { first, count } => (hit(first, count, self.commits), false),
            Fault::Answers { first, count } => (false, hit(first, count, self.commits)),
        };
        let connection = self.connection()?;
        let result = (|| {
            let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let value = work(&transaction)?;
            if lost {
                return Err(StoreError::Injected);
            }
            transaction.commit()?;
            if mute { Err(StoreError::Injected) } else { Ok(value) }
        })();
        self.note(result)
    }

    /// Reads on the writing connection: what it has just committed included.
    fn read<T>(&mut self, work: impl FnOnce(&Connection) -> Result<T, StoreError>) -> Result<T, StoreError> {
        let connection = self.connection()?;
        let result = work(connection);
        self.note(result)
    }

    fn note<T>(&mut self, result: Result<T, StoreError>) -> Result<T, StoreError> {
        // A database in memory would be gone with its last connection, and has no disk to fail.
        if matches!(self.location, Location::File(_))
            && result.as_ref().is_err_and(StoreError::spoils_connection)
        {
            self.connection = None;
        }
        result
    }
}
