//! Opening the file: where it is, how carefully it is written, and which schema it has.

use std::{
    fs::OpenOptions,
    path::{Path, PathBuf},
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

use rusqlite::{Connection, OpenFlags, TransactionBehavior};

use super::StoreError;

/// Where the rows are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Location {
    File(PathBuf),
    /// A database in memory, shared by its connections; it lives as long as one of them is open.
    Memory(u64),
}

/// The schema, step by step. Steps are only ever appended.
const MIGRATIONS: [&str; 28] = [
    include_str!("migrations/0001_calls.sql"),
    include_str!("migrations/0002_texts.sql"),
    include_str!("migrations/0003_consent.sql"),
    include_str!("migrations/0004_accounts.sql"),
    include_str!("migrations/0005_positions.sql"),
    include_str!("migrations/0006_traces.sql"),
    include_str!("migrations/0007_scores.sql"),
    include_str!("migrations/0008_secure_media.sql"),
    include_str!("migrations/0009_devices.sql"),
    include_str!("migrations/0010_voicemail.sql"),
    include_str!("migrations/0011_trunks.sql"),
    include_str!("migrations/0012_recordings.sql"),
    include_str!("migrations/0013_results.sql"),
    include_str!("migrations/0014_fax.sql"),
    include_str!("migrations/0015_queues.sql"),
    include_str!("migrations/0016_letters.sql"),
    include_str!("migrations/0017_call_backs.sql"),
    include_str!("migrations/0018_paths.sql"),
    include_str!("migrations/0019_showings.sql"),
    include_str!("migrations/0020_escalations.sql"),
    include_str!("migrations/0021_calendars.sql"),
    include_str!("migrations/0022_lead_kinds.sql"),
    include_str!("migrations/0023_contact_language.sql"),
    include_str!("migrations/0024_conversations.sql"),
    include_str!("migrations/0025_incidents.sql"),
    include_str!("migrations/0026_equal_treatment.sql"),
    include_str!("migrations/0027_call_types.sql"),
    include_str!("migrations/0028_incidents_by_hand.sql"),
];

/// Statements that stay compiled: more than the end of a call, its texts and its trace need together.
const STATEMENTS: usize = 64;

/// How long a statement waits for another connection's commit.
const BUSY: Duration = Duration::from_secs(5);

impl Location {
    pub(super) fn new_memory() -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        Self::Memory(NEXT.fetch_add(1, Ordering::Relaxed))
    }

    fn connect(&self, access: OpenFlags) -> Result<Connection, StoreError> {
        let access = access | OpenFlags::SQLITE_OPEN_NO_MUTEX | OpenFlags::SQLITE_OPEN_URI;
        let connection = match self {
            Location::File(path) => Connection::open_with_flags(path, access)?,
            Location::Memory(number) => {
                Connection::open_with_flags(format!("file:/portico-{number}?vfs=memdb"), access)?
            }
        };
        connection.busy_timeout(BUSY)?;
        connection.set_prepared_statement_cache_capacity(STATEMENTS);
        Ok(connection)
    }

    /// A connection that acknowledges: what it has committed survives a power cut.
    pub(super) fn write(&self) -> Result<Connection, StoreError> {
        if let Location::File(path) = self {
            create_private(path);
        }
        let mut connection =
            self.connect(OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE)?;
        refuse_newer(&connection)?;
        if matches!(self, Location::File(_)) {
            connection.query_row("PRAGMA journal_mode = WAL", [], |_| Ok(()))?;
        }
        connection.execute_batch(
            "PRAGMA synchronous = FULL;
             PRAGMA foreign_keys = ON;
             PRAGMA temp_store = MEMORY;
             PRAGMA cache_size = -4096;
             PRAGMA journal_size_limit = 4194304;",
        )?;
        migrate(&mut connection)?;
        Ok(connection)
    }

    /// A connection that cannot change anything.
    pub(super) fn read(&self) -> Result<Connection, StoreError> {
        // A reader of a WAL must be able to create its shared-memory file; query_only keeps it from writing rows.
        let connection = self.connect(OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        connection.execute_batch("PRAGMA query_only = ON; PRAGMA cache_size = -2048;")?;
        refuse_newer(&connection)?;
        Ok(connection)
    }
}

/// Makes the file, if there is none, readable by its owner only: it is full of people. SQLite gives its log the same
/// rights. If it cannot be made, opening it says why.
pub(super) fn create_private(path: &Path) {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    drop(options.open(path));
}

/// The newest schema this program knows.
pub(super) const SCHEMA: i64 = MIGRATIONS.len() as i64;

pub(super) fn schema_of(connection: &Connection) -> Result<i64, StoreError> {
    Ok(connection.query_row("PRAGMA user_version", [], |row| row.get(0))?)
}

fn refuse_newer(connection: &Connection) -> Result<(), StoreError> {
    let found = schema_of(connection)?;
    if !(0..=SCHEMA).contains(&found) {
        return Err(StoreError::NewerSchema { found, known: SCHEMA });
    }
    Ok(())
}

/// Brings the schema up to date: every step and its number in one transaction, so that a power cut leaves a whole one.
fn migrate(connection: &mut Connection) -> Result<(), StoreError> {
    if schema_of(connection)? == SCHEMA {
        return Ok(());
    }
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Exclusive)?;
    // Read again under the lock: another connection may have been quicker.
    let from = schema_of(&transaction)?;
    for (number, step) in (1_i64..).zip(MIGRATIONS).filter(|(number, _)| *number > from) {
        transaction.execute_batch(step)?;
        transaction.pragma_update(None, "user_version", number)?;
    }
    transaction.commit()?;
    Ok(())
}
