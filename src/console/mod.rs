//! The web console and the JSON interface: what the office sees of its box.
//!
//! Invariants:
//! - Without a session or a token every page and every path under `/api` is shut, but for signing in and setting up.
//! - What changes something takes a `proved` form: without the proof that the console made it for this very session it
//!   changes nothing. Signing in and setting up, which are before any session, have a password or a one-time token.
//! - No default password exists. The first account is made through a link with a one-time token.
//! - Text from callers is escaped by the template or is JSON; no page carries a script of its own, and the policy that
//!   is sent with each forbids it.
//! - Under `/calendar` and `/dav` an agent's showings are read by whoever has their secret, in the address or as a password
//!   over TLS, and nothing else is.
//! - A file with a phone's password goes to whoever has that phone's secret, and for ten minutes after it was taken in to
//!   the address that it asked from.
//! - A throttle goes by the peer's address; no header decides who the peer is.
//! - Reading the store happens on threads that may block, never on those that serve.

mod access;
mod alarm;
mod api;
mod call_backs;
mod call_types;
mod dav;
mod desk_board;
mod escalations;
mod fair_housing;
mod feed;
mod forwards;
mod greetings;
mod incidents;
mod known;
mod live;
mod mailboxes;
mod music;
mod page;
mod pages;
mod phones;
mod prompts;
mod proved;
mod recording;
mod secret;
mod shield;
mod showings;
mod site;
mod softphone;
mod throttle;
mod upload;
mod vitals;

pub use api::openapi;
pub use call_types::{
    CallTypeDraft, CallTypeWish, CallTypes, DraftChecked, DraftFault, ExampleRead, InUse, ReadAs,
    WrittenElsewhere,
};
pub use dav::UnderTls;
pub use greetings::{GreetingRow, GreetingWish, Greetings};
pub use live::{BEHIND, Live};
pub use music::{LARGEST_MUSIC, MusicOf, MusicRow, MusicWish, MusicWishes, NotTaken, Plays};
pub use phones::{Ask, PhoneOffice, Phones};
pub use prompts::{PromptRow, PromptStanding, PromptWish, PromptWishes};
pub use secret::Secret;
pub use showings::{ShowingOffice, ShowingPerson};
pub use site::{Settings, Site};
pub use softphone::Softphones;
pub use vitals::{Condition, Part, Shown, Vitals};

use axum::{Router, extract::DefaultBodyLimit, middleware};

/// Everything that is served.
pub fn router(site: Site) -> Router {
    Router::new()
        .merge(pages::routes())
        .merge(access::routes())
        .merge(phones::routes())
        .merge(softphone::routes())
        .merge(forwards::routes())
        .merge(call_backs::routes())
        .merge(call_types::routes())
        .merge(escalations::routes())
        .merge(incidents::routes())
        .merge(fair_housing::routes())
        .merge(greetings::routes())
        .merge(prompts::routes())
        .merge(showings::routes())
        .merge(dav::routes())
        .nest("/api/v1", api::routes())
        .fallback(pages::not_found)
        .layer(DefaultBodyLimit::max(shield::LARGEST_BODY))
        .layer(middleware::from_fn(shield::guard))
        .with_state(site)
}
