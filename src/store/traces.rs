//! What went over the wire for a call: kept for days, not for years, and never so much that it crowds out records.

use jiff::{SignedDuration, Timestamp};
use rusqlite::{Row, params};

use super::{Reader, Store, StoreError, columns::Col};
use crate::{
    trace::{Finished, Message, Way, Wire},
    types::CallId,
};

/// How long a trace is kept.
const KEPT: SignedDuration = SignedDuration::from_hours(14 * 24);
/// So many messages are kept, the latest: some hundred megabytes at the very most.
const MOST: i64 = 200_000;

impl Store {
    /// Keeps traces, and lets go of those whose time is over.
    pub fn keep_traces(&mut self, traces: &[Finished], now: Timestamp) -> Result<(), StoreError> {
        self.commit(|transaction| {
            let mut insert = transaction.prepare_cached(
                "INSERT INTO sip_messages (call, at, sent, stream, local, remote, peer, bytes)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
            )?;
            for Finished { call, messages } in traces {
                for (peer, message) in messages {
                    insert.execute(params![
                        Col(*call),
                        message.at.as_microsecond(),
                        message.way == Way::Out,
                        message.wire == Wire::Stream,
                        message.local.to_string(),
                        message.remote.to_string(),
                        peer,
                        message.bytes
                    ])?;
                }
            }
            let oldest = now.checked_sub(KEPT).unwrap_or(Timestamp::MIN).as_microsecond();
            transaction.prepare_cached("DELETE FROM sip_messages WHERE at < ?1")?.execute([oldest])?;
            transaction
                .prepare_cached(
                    "DELETE FROM sip_messages WHERE id <= (SELECT max(id) FROM sip_messages) - ?1",
                )?
                .execute([MOST])?;
            Ok(())
        })
    }
}

impl Reader {
    /// What went over the wire for this call, in order, each message with who was at the other end. Empty if it was not
    /// traced, or no longer is.
    pub fn trace(&self, call: CallId) -> Result<Vec<(String, Message)>, StoreError> {
        self.read(|connection| {
            let mut statement =
                connection.prepare_cached("SELECT * FROM sip_messages WHERE call = ?1 ORDER BY at, id")?;
            let rows = statement.query_map([Col(call)], |row| Ok(message_of(row)))?;
            rows.map(|row| row?.ok_or(StoreError::Unreadable { table: "sip_messages" })).collect()
        })
    }
}

fn message_of(row: &Row<'_>) -> Option<(String, Message)> {
    let address = |column: &str| row.get::<_, String>(column).ok()?.parse().ok();
    let message = Message {
        at: Timestamp::from_microsecond(row.get("at").ok()?).ok()?,
        way: if row.get("sent").ok()? { Way::Out } else { Way::In },
        wire: if row.get("stream").ok()? { Wire::Stream } else { Wire::Datagram },
        local: address("local")?,
        remote: address("remote")?,
        bytes: row.get("bytes").ok()?,
    };
    Some((row.get("peer").ok()?, message))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trace(call: u64, at: Timestamp) -> Finished {
        let message = Message {
            at,
            way: Way::In,
            wire: Wire::Datagram,
            local: "192.0.2.1:5060".parse().unwrap(),
            remote: "[2001:db8::1]:5060".parse().unwrap(),
            bytes: b"INVITE sip:1@h SIP/2.0\r\n\r\n".to_vec(),
        };
        Finished { call: CallId::from_random(call), messages: vec![("carrier".into(), message)] }
    }

    #[test]
    fn a_trace_is_read_as_it_was_kept_until_its_time_is_over() {
        let mut store = Store::in_memory().unwrap();
        let begin: Timestamp = "2026-03-02T09:00:00.000125Z".parse().unwrap();
        let (one, other) = (trace(1, begin), trace(2, begin + SignedDuration::from_hours(24)));
        store.keep_traces(&[one.clone(), other.clone()], begin).unwrap();
        assert_eq!(store.reader().trace(one.call).unwrap(), one.messages);
        store.keep_traces(&[], begin + KEPT + SignedDuration::from_hours(1)).unwrap();
        assert_eq!(store.reader().trace(one.call).unwrap(), []);
        assert_eq!(store.reader().trace(other.call).unwrap(), other.messages);
    }
}
