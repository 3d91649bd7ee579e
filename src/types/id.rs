//! Identifiers: newtypes, so that a leg can never be mistaken for a call.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// Crockford's base 32: no I, L, O or U, so that an id can be read out over the phone.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// Text that is not an id of ours.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not an id: expected 13 characters of Crockford base 32")]
pub struct ParseIdError;

fn write_base32(value: u64, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    for shift in (0..13).rev() {
        let digit = (value >> (shift * 5)) & 31;
        write!(f, "{}", char::from(ALPHABET[digit as usize]))?;
    }
    Ok(())
}

fn read_base32(text: &str) -> Result<u64, ParseIdError> {
    if text.len() != 13 {
        return Err(ParseIdError);
    }
    let mut value: u64 = 0;
    for byte in text.bytes() {
        let upper = byte.to_ascii_uppercase();
        let digit = ALPHABET.iter().position(|&a| a == upper).ok_or(ParseIdError)? as u64;
        value = value.checked_mul(32).and_then(|v| v.checked_add(digit)).ok_or(ParseIdError)?;
    }
    Ok(value)
}

/// A random 63-bit id that outlives the process; written as 13 characters of Crockford base 32.
macro_rules! durable_id {
    ($(#[$meta:meta])* $name:ident) => {
        $(#[$meta])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(into = "String", try_from = "String")]
        pub struct $name(u64);

        impl $name {
            /// From a random number; the top bit is dropped so that the id fits SQLite's signed integer.
            pub const fn from_random(random: u64) -> Self {
                Self(random & (u64::MAX >> 1))
            }
            /// As kept in the store.
            pub const fn to_i64(self) -> i64 {
                self.0 as i64
            }
            /// From the store; the sign bit, which no id has, is dropped.
            pub const fn from_i64(value: i64) -> Self {
                Self::from_random(value as u64)
            }
        }
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write_base32(self.0, f)
            }
        }
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({self})", stringify!($name))
            }
        }
        impl FromStr for $name {
            type Err = ParseIdError;
            fn from_str(text: &str) -> Result<Self, ParseIdError> {
                let value = read_base32(text)?;
                if value > u64::MAX >> 1 { Err(ParseIdError) } else { Ok(Self(value)) }
            }
        }
        impl From<$name> for String {
            fn from(id: $name) -> String {
                id.to_string()
            }
        }
        impl TryFrom<String> for $name {
            type Error = ParseIdError;
            fn try_from(text: String) -> Result<Self, ParseIdError> {
                text.parse()
            }
        }
    };
}

durable_id! {
    /// One call, from the carrier's INVITE to the record in the store: all legs share it.
    CallId
}
durable_id! {
    /// One message to send, once: the idempotency key that every attempt of it carries.
    MessageKey
}
durable_id! {
    /// One message that a caller left in a mailbox.
    VoicemailId
}
durable_id! {
    /// A repair that somebody asked for.
    WorkOrderId
}
durable_id! {
    /// A prospect who asked about a home.
    LeadId
}
durable_id! {
    /// One showing of a home that was booked.
    ShowingId
}
durable_id! {
    /// One trouble of a house that several callers tell of.
    IncidentId
}
durable_id! {
    /// One person, as the office knows them.
    ContactId
}

/// A counter that lives as long as the process.
macro_rules! live_id {
    ($(#[$meta:meta])* $name:ident, $prefix:literal) => {
        $(#[$meta])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub u64);
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!($prefix, "{}"), self.0)
            }
        }
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!($prefix, "{}"), self.0)
            }
        }
    };
}

live_id! {
    /// One leg of a call: the caller's, a phone's, the on-call person's.
    LegId, "leg-"
}
live_id! {
    /// One thing said by the agent, from the first word to the last.
    UtteranceId, "utt-"
}
live_id! {
    /// One turn of the caller, within one leg: what the recogniser hears until the agent takes the turn.
    TurnId, "turn-"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_reads_back_as_written() {
        for random in [0, 1, 31, 32, u64::MAX, 0x0123_4567_89ab_cdef] {
            let id = CallId::from_random(random);
            assert_eq!(id.to_string().len(), 13);
            assert_eq!(id.to_string().parse(), Ok(id));
            assert_eq!(id.to_string().to_lowercase().parse(), Ok(id));
            assert_eq!(CallId::from_i64(id.to_i64()), id);
        }
    }

    #[test]
    fn what_is_not_an_id_is_refused() {
        for text in ["", "0", "ZZZZZZZZZZZZZ", "00000000000U0", "é00000000000", "00000000000000"] {
            assert_eq!(text.parse::<CallId>(), Err(ParseIdError), "{text}");
        }
    }
}
