//! Desk phones as devices: seen asking for settings, taken into the office with one click, and what they fetched.

use jiff::Timestamp;
use rusqlite::{Row, params};

use super::{
    Reader, Store, StoreError, TokenHash,
    columns::{Col, get, get_opt},
    settings::write_audit,
};
use crate::types::{Extension, Mac, PhoneNumber};

/// Phones that wait to be taken in, at most; the one that was seen longest ago makes room for a further one. Anybody in
/// the building can make one appear.
const MOST_WAITING: i64 = 64;

/// A phone that has asked for its settings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeviceSeen {
    pub mac: Mac,
    pub brand: String,
    pub user_agent: String,
    pub address: String,
}

/// What a phone gets when it is taken in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Adoption {
    pub mac: Mac,
    pub extension: Extension,
    /// In the path of its files.
    pub secret: String,
    pub secret_hash: TokenHash,
    /// Of the phone's own pages.
    pub admin_password: String,
}

/// One phone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeviceRow {
    pub mac: Mac,
    pub brand: String,
    pub user_agent: String,
    pub address: String,
    pub first_seen: Timestamp,
    pub last_seen: Timestamp,
    pub adopted: Option<AdoptedRow>,
}

/// What is known of a phone that was taken in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AdoptedRow {
    pub extension: Extension,
    pub secret: String,
    pub admin_password: String,
    pub at: Timestamp,
    /// From where it had asked by then: the place that may fetch its settings before it knows its secret.
    pub address: String,
    pub by: String,
    /// When it last fetched a file, and which.
    pub fetched: Option<(Timestamp, String)>,
    /// What went wrong last, in words.
    pub trouble: Option<String>,
}

/// Where a phone is registered, for the page that lists phones.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegisteredRow {
    pub extension: Extension,
    pub contact: String,
    pub user_agent: String,
    pub remote: String,
    /// When it registered last, and until when that holds.
    pub since: Timestamp,
    pub until: Timestamp,
}

impl Store {
    /// A phone has asked for its settings. True if it has not been seen before.
    pub fn device_seen(&mut self, seen: &DeviceSeen, now: Timestamp) -> Result<bool, StoreError> {
        self.commit(|transaction| {
            let DeviceSeen { mac, brand, user_agent, address } = seen;
            let mac = mac.to_string();
            let known = transaction
                .prepare_cached(
                    "UPDATE devices SET brand = ?2, user_agent = ?3, address = ?4, last_seen = ?5 WHERE mac = ?1",
                )?
                .execute(params![mac, brand, user_agent, address, Col(now)])?;
            if known > 0 {
                return Ok(false);
            }
            transaction.execute(
                "DELETE FROM devices WHERE mac IN (SELECT mac FROM devices WHERE extension IS NULL
                 ORDER BY last_seen DESC LIMIT -1 OFFSET ?1)",
                params![MOST_WAITING - 1],
            )?;
            transaction.execute(
                "INSERT INTO devices (mac, brand, user_agent, address, first_seen, last_seen)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?5)",
                params![mac, brand, user_agent, address, Col(now)],
            )?;
            Ok(true)
        })
    }

    /// Takes a phone in, or gives it to another extension: with a new secret each time. False if nobody has seen it.
    pub fn adopt_device(
        &mut self,
        adoption: &Adoption,
        actor: &str,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        self.commit(|transaction| {
            let Adoption { mac, extension, secret, secret_hash, admin_password } = adoption;
            let changed = transaction.execute(
                "UPDATE devices SET extension = ?2, secret = ?3, secret_hash = ?4, admin_password = ?5, adopted = ?6, adopted_at = address,
                 adopted_by = ?7, fetched = NULL, fetched_file = NULL, trouble = NULL WHERE mac = ?1",
                params![
                    mac.to_string(),
                    extension.as_str(),
                    secret,
                    secret_hash.0.as_slice(),
                    admin_password,
                    Col(now),
                    actor
                ],
            )?;
            if changed > 0 {
                write_audit(transaction, actor, "phone.adopt", &mac.to_string(), extension.as_str(), now)?;
            }
            Ok(changed > 0)
        })
    }

    /// Forgets a phone: its secret opens nothing any more.
    pub fn forget_device(&mut self, mac: Mac, actor: &str, now: Timestamp) -> Result<(), StoreError> {
        self.commit(|transaction| {
            transaction.execute("DELETE FROM devices WHERE mac = ?1", params![mac.to_string()])?;
            write_audit(transaction, actor, "phone.forget", &mac.to_string(), "", now)
        })
    }

    /// A phone has fetched one of its files, or was not given it (`trouble`).
    pub fn device_fetched(
        &mut self,
        mac: Mac,
        file: &str,
        trouble: Option<&str>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        self.commit(|transaction| {
            transaction
                .prepare_cached(
                    "UPDATE devices SET fetched = ?2, fetched_file = ?3, trouble = ?4, last_seen = ?2 WHERE mac = ?1",
                )?
                .execute(params![mac.to_string(), Col(now), file, trouble])?;
            Ok(())
        })
    }

    /// Something was asked of a phone and has failed.
    pub fn device_trouble(&mut self, mac: Mac, trouble: Option<&str>) -> Result<(), StoreError> {
        self.commit(|transaction| {
            transaction.execute(
                "UPDATE devices SET trouble = ?2 WHERE mac = ?1",
                params![mac.to_string(), trouble],
            )?;
            Ok(())
        })
    }
}

impl Reader {
    /// All phones that were seen: those that wait first, then by extension.
    pub fn devices(&self) -> Result<Vec<DeviceRow>, StoreError> {
        self.read(|connection| {
            let mut statement = connection.prepare_cached(
                "SELECT * FROM devices ORDER BY extension IS NOT NULL, extension, mac LIMIT 1000",
            )?;
            let mut rows = statement.query([])?;
            let mut devices = Vec::new();
            while let Some(row) = rows.next()? {
                devices.push(device(row)?);
            }
            Ok(devices)
        })
    }

    pub fn device(&self, mac: Mac) -> Result<Option<DeviceRow>, StoreError> {
        self.read(|connection| {
            let mut statement = connection.prepare_cached("SELECT * FROM devices WHERE mac = ?1")?;
            let mut rows = statement.query(params![mac.to_string()])?;
            rows.next()?.map(device).transpose()
        })
    }

    /// The phone with this secret. It is looked up by its hash: how long that takes says nothing about the secret.
    pub fn device_of(&self, secret: TokenHash) -> Result<Option<DeviceRow>, StoreError> {
        self.read(|connection| {
            let mut statement = connection.prepare_cached("SELECT * FROM devices WHERE secret_hash = ?1")?;
            let mut rows = statement.query(params![secret.0.as_slice()])?;
            rows.next()?.map(device).transpose()
        })
    }

    /// Where phones are registered, whether or not they have been taken in.
    pub fn registered(&self, now: Timestamp) -> Result<Vec<RegisteredRow>, StoreError> {
        self.read(|connection| {
            let mut statement = connection.prepare_cached(
                "SELECT * FROM bindings WHERE expires > ?1 ORDER BY extension, contact LIMIT 1000",
            )?;
            let mut rows = statement.query(params![Col(now)])?;
            let mut registered = Vec::new();
            while let Some(row) = rows.next()? {
                registered.push(RegisteredRow {
                    extension: get(row, "extension")?,
                    contact: row.get("contact")?,
                    user_agent: row.get("user_agent")?,
                    remote: row.get("remote")?,
                    since: get(row, "stored")?,
                    until: get(row, "expires")?,
                });
            }
            Ok(registered)
        })
    }

    /// Names of people by their numbers, for phone books: at most so many.
    pub fn phone_book(&self, most: usize) -> Result<Vec<(String, PhoneNumber)>, StoreError> {
        self.names("SELECT name, number FROM contacts WHERE name <> '' ORDER BY name, number LIMIT ?1", most)
    }

    /// The same without names that were only heard and never confirmed.
    pub fn confirmed_names(&self, most: usize) -> Result<Vec<(String, PhoneNumber)>, StoreError> {
        self.names(
            "SELECT name, number FROM contacts WHERE name <> '' AND name_verified ORDER BY name, number LIMIT ?1",
            most,
        )
    }

    fn names(&self, query: &str, most: usize) -> Result<Vec<(String, PhoneNumber)>, StoreError> {
        self.read(|connection| {
            let mut statement = connection.prepare_cached(query)?;
            let mut rows = statement.query(params![i64::try_from(most).unwrap_or(i64::MAX)])?;
            let mut names = Vec::new();
            while let Some(row) = rows.next()? {
                names.push((row.get("name")?, get(row, "number")?));
            }
            Ok(names)
        })
    }
}

fn device(row: &Row<'_>) -> Result<DeviceRow, StoreError> {
    let mac =
        row.get::<_, String>("mac")?.parse().map_err(|_| StoreError::Unreadable { table: "devices" })?;
    let adopted = match get_opt::<Extension>(row, "extension")? {
        None => None,
        Some(extension) => Some(AdoptedRow {
            extension,
            secret: row.get::<_, Option<String>>("secret")?.unwrap_or_default(),
            admin_password: row.get::<_, Option<String>>("admin_password")?.unwrap_or_default(),
            at: get(row, "adopted")?,
            address: row.get::<_, Option<String>>("adopted_at")?.unwrap_or_default(),
            by: row.get::<_, Option<String>>("adopted_by")?.unwrap_or_default(),
            fetched: get_opt::<Timestamp>(row, "fetched")?.zip(row.get::<_, Option<String>>("fetched_file")?),
            trouble: row.get("trouble")?,
        }),
    };
    Ok(DeviceRow {
        mac,
        brand: row.get("brand")?,
        user_agent: row.get("user_agent")?,
        address: row.get("address")?,
        first_seen: get(row, "first_seen")?,
        last_seen: get(row, "last_seen")?,
        adopted,
    })
}
