//! Descriptions as browsers write them, and what we say to each.

use std::net::{IpAddr, Ipv4Addr};

use super::*;

const OURS: Fingerprint = Fingerprint([0xab; 32]);
const THEIRS: &str =
    "01:02:03:04:05:06:07:08:09:0A:0B:0C:0D:0E:0F:10:11:12:13:14:15:16:17:18:19:1A:1B:1C:1D:1E:1F:20";

const fn us() -> LocalMedia {
    LocalMedia {
        address: IpAddr::V4(Ipv4Addr::new(192, 0, 2, 10)),
        port: 20_000,
        session_id: 7,
        version: 1,
        direction: Direction::SendRecv,
        encryption: Encryption { wish: Wish::Browser(OURS), seed: Seed([7; 32]) },
    }
}

/// What Chromium offers for a microphone, shortened to what matters.
fn chromium(setup: &str) -> String {
    format!(
        "v=0\r\no=- 4611731400430051336 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=group:BUNDLE 0\r\n\
         a=extmap-allow-mixed\r\na=msid-semantic: WMS stream\r\n\
         m=audio 9 UDP/TLS/RTP/SAVPF 111 63 9 0 8 13 110 126\r\nc=IN IP4 0.0.0.0\r\na=rtcp:9 IN IP4 0.0.0.0\r\n\
         a=ice-ufrag:Zk2V\r\na=ice-pwd:p0cTZ3x3ZbKFbfCkUm1h7Y6w\r\na=ice-options:trickle\r\n\
         a=fingerprint:sha-256 {THEIRS}\r\na=setup:{setup}\r\na=mid:0\r\n\
         a=extmap:1 urn:ietf:params:rtp-hdrext:ssrc-audio-level\r\na=sendrecv\r\na=msid:stream track\r\n\
         a=rtcp-mux\r\na=rtcp-rsize\r\na=rtpmap:111 opus/48000/2\r\na=rtcp-fb:111 transport-cc\r\n\
         a=fmtp:111 minptime=10;useinbandfec=1\r\na=rtpmap:9 G722/8000\r\na=rtpmap:0 PCMU/8000\r\n\
         a=rtpmap:8 PCMA/8000\r\na=rtpmap:13 CN/8000\r\na=rtpmap:110 telephone-event/48000\r\n\
         a=rtpmap:126 telephone-event/8000\r\na=ssrc:3735928559 cname:x\r\n"
    )
}

fn dtls(agreed: &Agreed) -> DtlsTerms {
    match agreed.protection {
        Protection::Dtls(terms) => terms,
        Protection::Plain | Protection::Sdes(_) => panic!("no handshake"),
    }
}

#[test]
fn a_browsers_offer_is_answered_so_that_it_can_begin() {
    let (bytes, agreed) = answer(chromium("actpass").as_bytes(), &us(), &Codec::ALL).unwrap();
    let text = String::from_utf8(bytes).unwrap();
    for line in [
        "a=ice-lite",
        "a=group:BUNDLE 0",
        "a=mid:0",
        "a=rtcp-mux",
        "a=setup:passive",
        "a=candidate:1 1 udp 2130706431 192.0.2.10 20000 typ host",
        "a=end-of-candidates",
        "a=sendrecv",
    ] {
        assert!(text.lines().any(|written| written == line), "{line} is missing:\n{text}");
    }
    assert!(text.contains("m=audio 20000 UDP/TLS/RTP/SAVPF "), "{text}");
    assert!(text.contains(&format!("a=fingerprint:sha-256 {OURS}\r\n")), "{text}");
    assert!(!text.contains("crypto"), "no keys in the description");
    let terms = dtls(&agreed);
    assert!(!terms.active && terms.fingerprint.to_string() == THEIRS);
    assert!(agreed.may_send(), "0.0.0.0 is no hold here");
    assert_eq!(agreed.telephone_event_in, Some(110), "the keys of Opus's clock");
    let credentials = String::from_utf8(terms.ice.user.to_vec()).unwrap();
    assert!(text.contains(&format!("a=ice-ufrag:{credentials}\r\n")));
    let again =
        answer(chromium("actpass").as_bytes(), &us().revised(Direction::SendRecv), &Codec::ALL).unwrap();
    assert_eq!(dtls(&again.1), terms, "a re-INVITE that changes nothing changes nothing");
}

#[test]
fn our_offer_to_a_browser_is_one_that_we_would_take() {
    let ours = offer(&us(), &Codec::ALL);
    let agreed = accept(&ours, chromium("active").as_bytes()).unwrap();
    let terms = dtls(&agreed);
    assert!(!terms.active);
    let text = String::from_utf8(ours.clone()).unwrap();
    assert!(text.contains("a=setup:actpass\r\n") && text.contains("a=group:BUNDLE 0\r\n"), "{text}");
    assert!(text.contains(&String::from_utf8(terms.ice.password.to_vec()).unwrap()));
    assert!(dtls(&accept(&ours, chromium("passive").as_bytes()).unwrap()).active);
    assert!(accept(&ours, chromium("actpass").as_bytes()).is_err(), "an answer has to decide");
}

#[test]
fn what_is_no_browsers_description_is_not_taken_for_one() {
    let whole = chromium("actpass");
    for without in ["a=rtcp-mux\r\n", "a=setup:actpass\r\n", "a=ice-ufrag:Zk2V\r\n"] {
        let text = whole.replace(without, "");
        assert!(answer(text.as_bytes(), &us(), &Codec::ALL).is_err(), "{without}");
    }
    let short = whole.replace(":1F:20", ":1F");
    assert!(matches!(answer(short.as_bytes(), &us(), &Codec::ALL), Err(SdpError::NoCommonSuite)));
    let sha1 = whole.replace("sha-256", "sha-1");
    assert!(answer(sha1.as_bytes(), &us(), &Codec::ALL).is_err());
    let plain = "v=0\r\nc=IN IP4 192.0.2.5\r\nm=audio 4000 RTP/AVP 0\r\n";
    assert!(matches!(answer(plain.as_bytes(), &us(), &Codec::ALL), Err(SdpError::MustBeEncrypted)));
    // And a desk phone's leg takes no browser.
    let desk = LocalMedia { encryption: Encryption { wish: Wish::Optional, seed: Seed([1; 32]) }, ..us() };
    assert!(matches!(answer(whole.as_bytes(), &desk, &Codec::ALL), Err(SdpError::UnknownTransport)));
}
