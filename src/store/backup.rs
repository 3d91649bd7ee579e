//! A copy of the whole store at one moment, while it goes on being written.

use std::{fs::File, path::Path};

use super::{Reader, StoreError, connection};

impl Reader {
    /// Writes a sound copy to this file, which must not be there yet. Calls go on being stored meanwhile: the copy is
    /// made by one reading transaction (`VACUUM INTO`), checked, and on disk when this returns. It takes its thread
    /// for seconds per hundred megabytes.
    ///
    /// # Errors
    /// When the disk is full or broken, or the copy is not sound; an incomplete file may be left behind.
    pub fn copy_into(&self, to: &Path) -> Result<(), StoreError> {
        connection::create_private(to);
        let connection = self.fresh()?;
        // The copy is a file of its own; `query_only` would refuse it.
        connection.execute_batch("PRAGMA query_only = OFF;")?;
        connection.execute("VACUUM INTO ?1", [to.to_string_lossy()])?;
        let copy = connection::Location::File(to.to_owned()).read()?;
        let verdict: String = copy.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
        if verdict != "ok" {
            return Err(StoreError::UnsoundCopy);
        }
        drop(copy);
        File::open(to).and_then(|file| file.sync_all()).map_err(StoreError::CopyNotSynced)
    }
}
