//! The pages: what a person sees. Every value is escaped by the template; no page carries a script of its own.

mod call;
mod call_backs;
mod contacts;
mod emergency;
mod forwards;
mod greetings;
mod health;
mod layout;
mod lists;
mod live;
mod mailboxes;
mod music;
mod phones;
mod screening;
mod showings;
mod sign_in;
mod softphone;
mod timeline;
mod words;

pub(super) use call::call;
pub(super) use call_backs::call_backs;
pub(super) use contacts::{contact, contacts};
pub(super) use emergency::emergency;
pub(super) use forwards::{DeskRow, desk_row, forwards};
pub(super) use health::health;
pub(super) use layout::{Frame, trouble};
pub(super) use lists::{calls, leads, messages, work_orders};
pub(super) use live::{card, live};
pub(super) use mailboxes::mailboxes;
pub(super) use music::music;
pub(super) use phones::{PhoneList, phone_preview, phones};
pub(super) use screening::screening;
pub(super) use showings::{MadeFeed, ShowingList, showings};
pub(super) use sign_in::{set_up, sign_in};
pub(super) use softphone::softphone;
