//! Conversations that are put away and taken up again.

use std::sync::Arc;

use super::telling::{Call, office, pack};
use crate::dialogue::{EndReason, Intent, ResumeError, SavedSession, Session};

#[test]
fn a_conversation_goes_on_where_it_was_put_away() {
    let call = Call::new().says("My sink is leaking in the kitchen.").says("204");
    let json = serde_json::to_string(&call.session.save()).unwrap();
    let saved: SavedSession = serde_json::from_str(&json).unwrap();
    let session = Session::resume(pack(), Arc::new(office()), saved).unwrap();
    let outcome = Call::from(session, Vec::new()).says("Yes.").hears("your name").hangs_up();
    assert!(outcome.place.unwrap().confirmed);
}

/// A row of version 1 as it stands in stores. This file is never rewritten; a new form gets a new file.
#[test]
fn version_one_is_read() {
    let saved: SavedSession = serde_json::from_str(include_str!("session_v1.json")).unwrap();
    let session = Session::resume(pack(), Arc::new(office()), saved).unwrap();
    let outcome = Call::from(session, Vec::new())
        .says("Yes.")
        .hears("calling from")
        .says("Yes.")
        .says("Yes.")
        .says("That's all.")
        .ends(EndReason::Goodbye);
    assert_eq!(outcome.intent, Some(Intent::Maintenance));
    assert_eq!(outcome.place.unwrap().value, "Maple Court 204");
    assert!(outcome.name.unwrap().confirmed);
}

#[test]
fn a_later_version_is_refused() {
    let json = include_str!("session_v1.json").replacen("\"version\":1", "\"version\":2", 1);
    let saved: SavedSession = serde_json::from_str(&json).unwrap();
    let refused = Session::resume(pack(), Arc::new(office()), saved).map(|_| ());
    assert_eq!(refused, Err(ResumeError::Later(2)));
}
