//! Session descriptions from strangers: as an offer, as an answer, and what we answer must be readable to ourselves.
#![no_main]

use std::net::{IpAddr, Ipv4Addr};

use libfuzzer_sys::fuzz_target;
use portico::media::{Codec, Direction, Encryption, LocalMedia, Seed, Wish, accept, answer, offer};

const US: LocalMedia = LocalMedia {
    address: IpAddr::V4(Ipv4Addr::LOCALHOST),
    port: 20_000,
    session_id: 1,
    version: 1,
    direction: Direction::SendRecv,
    encryption: Encryption { wish: Wish::Optional, seed: Seed([7; 32]) },
};

fuzz_target!(|body: &[u8]| {
    let ours = offer(&US, &Codec::ALL);
    let _ = accept(&ours, body);
    if let Ok((text, agreed)) = answer(body, &US, &Codec::ALL) {
        assert!(agreed.codec_of(agreed.payload_type).is_some());
        assert!(!agreed.remote.ip().is_multicast() && agreed.remote.port() != 0);
        // Only the first line of an answer answers our one line; otherwise it is read as the offer that it mirrors.
        let _ = accept(&ours, &text);
        assert!(answer(&text, &US, &Codec::ALL).is_ok(), "our own answer is not readable to us");
    }
});
