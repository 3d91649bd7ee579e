//! Where phones can be reached: kept so that they ring after a restart without registering anew.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use rusqlite::params;

use super::{
    Store, StoreError,
    columns::{Col, get},
};
use crate::{
    sip::{Binding, Flow, Transport},
    types::Extension,
};

impl Store {
    /// Stores bindings (their time left counts from `now`) and removes others, all in one transaction.
    pub fn keep_bindings(
        &mut self,
        bound: &[Binding],
        unbound: &[(Extension, String)],
        now: Timestamp,
    ) -> Result<(), StoreError> {
        self.commit(|transaction| {
            for (extension, contact) in unbound {
                transaction
                    .prepare_cached("DELETE FROM bindings WHERE extension = ?1 AND contact = ?2")?
                    .execute(params![Col(extension.clone()), contact])?;
            }
            for binding in bound {
                let left = SignedDuration::try_from(binding.expires_in).unwrap_or(SignedDuration::ZERO);
                transaction
                    .prepare_cached(
                        "INSERT OR REPLACE INTO bindings (extension, contact, transport, remote, local, user_agent, stored, expires, instance, path)
                         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
                    )?
                    .execute(params![
                        Col(binding.extension.clone()),
                        binding.contact,
                        word(binding.flow.transport),
                        binding.flow.remote.to_string(),
                        binding.flow.local.to_string(),
                        binding.user_agent,
                        Col(now),
                        Col(now.checked_add(left).unwrap_or(Timestamp::MAX)),
                        binding.instance,
                        (!binding.path.is_empty()).then(|| binding.path.join("\n")),
                    ])?;
            }
            Ok(())
        })
    }

    /// The bindings that are still good at `now`, with the time left to each.
    ///
    /// Never more time than was granted: with a clock that was put back (or that does not know the year yet) a binding
    /// would otherwise last for ever.
    pub fn bindings(&mut self, now: Timestamp) -> Result<Vec<Binding>, StoreError> {
        self.read(|connection| {
            let mut statement =
                connection.prepare_cached("SELECT * FROM bindings ORDER BY extension, contact")?;
            let mut rows = statement.query([])?;
            let mut bindings = Vec::new();
            while let Some(row) = rows.next()? {
                let (stored, expires): (Timestamp, Timestamp) = (get(row, "stored")?, get(row, "expires")?);
                let granted = expires.duration_since(stored);
                let left = expires.duration_since(now).min(granted);
                let Some(expires_in) = Duration::try_from(left).ok().filter(|left| !left.is_zero()) else {
                    continue;
                };
                let transport = transport(&row.get::<_, String>("transport")?);
                let (remote, local): (String, String) = (row.get("remote")?, row.get("local")?);
                let (Ok(remote), Ok(local)) = (remote.parse(), local.parse()) else {
                    return Err(StoreError::Unreadable { table: "bindings" });
                };
                let path: Option<String> = row.get("path")?;
                bindings.push(Binding {
                    extension: get(row, "extension")?,
                    contact: row.get("contact")?,
                    instance: row.get("instance")?,
                    flow: Flow { transport, remote, local, connection: None },
                    path: path.unwrap_or_default().lines().map(str::to_owned).collect(),
                    expires_in,
                    user_agent: row.get("user_agent")?,
                });
            }
            Ok(bindings)
        })
    }
}

const TRANSPORTS: [(Transport, &str); 5] = [
    (Transport::Udp, "udp"),
    (Transport::Tcp, "tcp"),
    (Transport::Tls, "tls"),
    (Transport::Ws, "ws"),
    (Transport::Wss, "wss"),
];

fn word(transport: Transport) -> &'static str {
    TRANSPORTS.iter().find(|(known, _)| *known == transport).map_or("udp", |(_, word)| word)
}

fn transport(word: &str) -> Transport {
    TRANSPORTS.iter().find(|(_, known)| *known == word).map_or(Transport::Udp, |(transport, _)| *transport)
}
