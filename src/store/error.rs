//! What can go wrong with the disk below, named by what somebody can do about it.

use rusqlite::ErrorCode;

/// Why the store could not do what was asked. A full, read-only or broken disk is a state that passes: the same call
/// may succeed later, and the store reopens its file by itself.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    #[error("the disk is full")]
    Full(#[source] rusqlite::Error),
    #[error("the disk or the file is read-only")]
    ReadOnly(#[source] rusqlite::Error),
    #[error("the disk could not be read or written")]
    Io(#[source] rusqlite::Error),
    #[error("the file cannot be opened")]
    Unopened(#[source] rusqlite::Error),
    #[error("another program holds the file")]
    Busy(#[source] rusqlite::Error),
    #[error("the file is not a sound database")]
    Corrupt(#[source] rusqlite::Error),
    /// Nothing is done to such a file.
    #[error("the file was written by a newer Portico (schema {found}; this one knows {known})")]
    NewerSchema { found: i64, known: i64 },
    /// A rule of the schema was broken: a duplicate, a missing row, a flag that may not change.
    #[error("the change contradicts what is stored")]
    Conflict(#[source] rusqlite::Error),
    #[error("a stored value cannot be read (table {table})")]
    Unreadable { table: &'static str },
    #[error("a value cannot be written as JSON")]
    Json(#[from] serde_json::Error),
    /// A statement of ours is wrong.
    #[error("the database refused a statement")]
    Statement(#[source] rusqlite::Error),
    #[error("the copy is not a sound database")]
    UnsoundCopy,
    #[error("the copy could not be brought to the disk")]
    CopyNotSynced(#[source] std::io::Error),
    /// Asked for by a test.
    #[error("a fault was injected into this commit")]
    Injected,
}

impl StoreError {
    /// May the same call succeed later without anybody changing the program or the data?
    pub const fn passes(&self) -> bool {
        matches!(
            self,
            StoreError::Full(_)
                | StoreError::ReadOnly(_)
                | StoreError::Io(_)
                | StoreError::Unopened(_)
                | StoreError::Busy(_)
                | StoreError::Injected
        )
    }

    /// Should the connection be closed and opened anew before the next try? After an error of the disk below, what a
    /// connection has cached (the WAL index above all) is not to be trusted.
    pub(super) const fn spoils_connection(&self) -> bool {
        matches!(
            self,
            StoreError::Full(_)
                | StoreError::ReadOnly(_)
                | StoreError::Io(_)
                | StoreError::Unopened(_)
                | StoreError::Corrupt(_)
        )
    }

    /// Is this one change at fault, and not the store? Another try with the same data fails again.
    pub const fn is_about_the_data(&self) -> bool {
        matches!(
            self,
            StoreError::Conflict(_)
                | StoreError::Unreadable { .. }
                | StoreError::Json(_)
                | StoreError::Statement(_)
        )
    }

    /// A word for the console and for alarms: `full`.
    pub const fn name(&self) -> &'static str {
        match self {
            StoreError::Full(_) => "full",
            StoreError::ReadOnly(_) => "read_only",
            StoreError::Io(_) => "io",
            StoreError::Unopened(_) => "unopened",
            StoreError::Busy(_) => "busy",
            StoreError::Corrupt(_) => "corrupt",
            StoreError::NewerSchema { .. } => "newer_schema",
            StoreError::Conflict(_) => "conflict",
            StoreError::Unreadable { .. } => "unreadable",
            StoreError::Json(_) => "json",
            StoreError::Statement(_) => "statement",
            StoreError::UnsoundCopy => "unsound_copy",
            StoreError::CopyNotSynced(_) => "copy_not_synced",
            StoreError::Injected => "injected",
        }
    }
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(ErrorCode::DiskFull) => StoreError::Full(error),
            Some(ErrorCode::ReadOnly) => StoreError::ReadOnly(error),
            Some(ErrorCode::SystemIoFailure) => StoreError::Io(error),
            Some(ErrorCode::CannotOpen | ErrorCode::PermissionDenied) => StoreError::Unopened(error),
            Some(
                ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked | ErrorCode::FileLockingProtocolFailed,
            ) => StoreError::Busy(error),
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => StoreError::Corrupt(error),
            Some(ErrorCode::ConstraintViolation) => StoreError::Conflict(error),
            _ => StoreError::Statement(error),
        }
    }
}
