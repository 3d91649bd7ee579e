//! Any challenge and any credentials: nobody comes in without the password.
#![no_main]

use std::time::Instant;

use libfuzzer_sys::fuzz_target;
use portico::{
    sip::{
        digest::{Authenticator, Challenge, ClientSession, Known, Secret, Verdict},
        wire::{Message, Method, Name, RequestBuilder, Uri},
    },
    types::Chance,
};
use rand_chacha::rand_core::SeedableRng as _;

fuzz_target!(|value: &[u8]| {
    let mut chance = Chance::seed_from_u64(1);
    let target = Uri::parse(b"sip:maple.example").expect("a URI");
    let now = Instant::now();
    let mut office = Authenticator::new("maple.example", now, &mut chance);
    let source = [192, 0, 2, 1].into();
    let known = |_: &str| Some(Known { secret: Secret::Password("4UaGJ7sHq0vXn2"), legacy_md5: true });
    let verdict = office.verify(now, source, &Method::Register, &target, [value].into_iter(), known);
    assert!(!matches!(verdict, Verdict::Accepted { .. }));
    if let Ok(challenge) = Challenge::choose([value].into_iter(), None, true) {
        let mut session = ClientSession::new(challenge);
        let answer = session.answer("101", "secret", &Method::Register, target.as_str(), value, &mut chance);
        let builder =
            RequestBuilder::new(&Method::Register, target.as_str()).header(Name::Authorization, &answer);
        assert_eq!(builder.refused(), 0, "an answer can be sent");
        let sent = Message::parse(&builder.build()).expect("a request of ours is a message");
        let judged = office.verify(now, source, &Method::Register, &target, sent.authorizations(), |_| None);
        assert!(matches!(judged, Verdict::Missing | Verdict::Stale | Verdict::Wrong | Verdict::Malformed));
    }
});
