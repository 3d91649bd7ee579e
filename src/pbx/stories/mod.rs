//! What happens at Maple Court, call by call. Each story ends with nothing left behind.

mod agent;
mod at_the_desk;
mod callers_shown;
mod chaos;
mod conferences;
mod doors;
mod early_media;
mod emergencies;
mod faxes;
mod fixed_phones;
mod holds;
mod inbound;
mod lamps;
mod menus;
mod outbound;
mod pickup_and_park;
mod recording;
mod redirections;
mod screening;
mod secure_media;
mod supervision;
mod texts;
mod tolls;
mod transfers;
mod trunks;
mod voicemail;
