//! The vocabulary of the house. Imports nothing of the house; every other room may import it.

mod calendar;
mod called;
mod country;
mod email_address;
mod emergency;
mod holidays;
mod id;
mod keypad;
mod language;
mod mac;
mod moment;
mod named;
mod number;
mod pii;
mod pin;
mod star_code;

pub use calendar::{DayHours, Hours, HoursError, QuietHours};
pub use called::CalledHours;
pub use country::{Country, UnknownCountry};
pub use email_address::{EmailAddress, NotAnEmailAddress};
pub use emergency::{Emergency, EmergencyNumbers, ServiceNumber};
pub use holidays::{FederalHoliday, Holidays};
pub use id::{
    CallId, ContactId, IncidentId, LeadId, LegId, MessageKey, ParseIdError, ShowingId, TurnId, UtteranceId,
    VoicemailId, WorkOrderId,
};
pub use keypad::key_of;
pub use language::Language;
pub use mac::{Mac, MacError};
pub use moment::Moment;
pub(crate) use named::named;
pub use number::{Extension, NumberError, PhoneNumber};
pub use pii::Pii;
pub use pin::{Pin, WeakPin};
pub use star_code::{StarCode, StarCodeError};

/// The house's one kind of chance: a seeded, cryptographically strong generator owned by each heart.
///
/// `app` seeds it from the operating system, `sim` from the story. Tags, branches, nonces, SSRCs and
/// retry jitter all come from it, so that a story replays bit for bit and a stranger can guess nothing.
pub type Chance = rand_chacha::ChaCha12Rng;
