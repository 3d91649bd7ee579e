//! The reading side: a handle that any thread may hold, with a few connections of its own that cannot write.

use std::{
    path::Path,
    sync::{Arc, Mutex, PoisonError},
};

use rusqlite::Connection;

use super::{StoreError, connection::Location};

/// Reads the store. Cheap to clone; a read blocks its thread for the time of a query.
#[derive(Debug, Clone)]
pub struct Reader {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    location: Location,
    /// Connections at rest, at most [`IDLE`]; one more than that is closed after use.
    idle: Mutex<Vec<Connection>>,
}

/// Four people look at the console at once in a large office.
const IDLE: usize = 4;

impl Reader {
    pub(super) fn new(location: Location) -> Self {
        Self { shared: Arc::new(Shared { location, idle: Mutex::new(Vec::new()) }) }
    }

    /// Reads a file that may be another program's at the moment. It is neither made nor brought up to date.
    pub fn of_file(path: &Path) -> Self {
        Self::new(Location::File(path.to_owned()))
    }

    /// A connection outside the few that are kept, for work that takes long.
    pub(super) fn fresh(&self) -> Result<Connection, StoreError> {
        self.shared.location.read()
    }

    /// Runs `work` in one read transaction, so that a page and its parts are of one moment. The connection goes back
    /// to rest only if nothing went wrong: after a failure of the disk the next read opens a fresh one.
    pub(super) fn read<T>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let rested = self.shared.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let mut connection = match rested {
            Some(connection) => connection,
            None => self.shared.location.read()?,
        };
        let result = {
            let transaction = connection.transaction()?;
            work(&transaction)
        };
        let sound = !result.as_ref().is_err_and(StoreError::spoils_connection);
        let mut idle = self.shared.idle.lock().unwrap_or_else(PoisonError::into_inner);
        if sound && idle.len() < IDLE {
            idle.push(connection);
        }
        drop(idle);
        result
    }
}
