//! Numbers that the office blocks, and those that it always lets in.

use jiff::Timestamp;
use rusqlite::params;

use super::{
    Reader, Store, StoreError,
    columns::{Col, get},
    settings::write_audit,
};
use crate::{pbx::Listing, types::PhoneNumber};

/// One number on a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedNumber {
    pub number: PhoneNumber,
    pub listing: Listing,
    pub since: Timestamp,
    /// Who has listed it.
    pub by: String,
}

/// As many as the switch takes.
const MOST: usize = 20_000;

impl Store {
    /// Puts a number on a list, or (`None`) takes it off.
    pub fn list_number(
        &mut self,
        number: PhoneNumber,
        listing: Option<Listing>,
        by: &str,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        self.commit(|transaction| {
            match listing {
                Some(listing) => transaction.execute(
                    "INSERT OR REPLACE INTO screening (number, verdict, since, by) VALUES (?1, ?2, ?3, ?4)",
                    params![Col(number), listing.name(), Col(now), by],
                )?,
                None => transaction.execute("DELETE FROM screening WHERE number = ?1", [Col(number)])?,
            };
            let verb = listing.map_or("screening.remove", |listing| match listing {
                Listing::Block => "screening.block",
                Listing::Allow => "screening.allow",
            });
            write_audit(transaction, by, verb, &number.to_string(), "", now)
        })
    }

    /// Every listed number, for the switch.
    pub fn listed(&mut self) -> Result<Vec<(PhoneNumber, Listing)>, StoreError> {
        self.read(|connection| {
            Ok(rows(connection)?.into_iter().map(|row| (row.number, row.listing)).collect())
        })
    }
}

impl Reader {
    /// Every listed number, the latest first.
    pub fn listed(&self) -> Result<Vec<ListedNumber>, StoreError> {
        self.read(rows)
    }
}

fn rows(connection: &rusqlite::Connection) -> Result<Vec<ListedNumber>, StoreError> {
    let mut statement =
        connection.prepare_cached("SELECT * FROM screening ORDER BY since DESC, number LIMIT ?1")?;
    let mut rows = statement.query([MOST])?;
    let mut listed = Vec::new();
    while let Some(row) = rows.next()? {
        let verdict: String = row.get("verdict")?;
        let listing = Listing::from_name(&verdict).ok_or(StoreError::Unreadable { table: "screening" })?;
        listed.push(ListedNumber {
            number: get(row, "number")?,
            listing,
            since: get(row, "since")?,
            by: row.get("by")?,
        });
    }
    Ok(listed)
}
