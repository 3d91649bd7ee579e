//! Descriptions as phones and carriers write them.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::*;
use crate::media::story::Dice;

const US: LocalMedia = LocalMedia {
    address: IpAddr::V4(Ipv4Addr::new(192, 0, 2, 10)),
    port: 20_000,
    session_id: 7,
    version: 1,
    direction: Direction::SendRecv,
    encryption: Encryption::OFF,
};

fn answered(body: &str) -> (String, Agreed) {
    let (bytes, agreed) = answer(body.as_bytes(), &US, &Codec::ALL).unwrap();
    (String::from_utf8(bytes).unwrap(), agreed)
}

const DESK_PHONE: &str = "v=0\r\no=- 20017 20017 IN IP4 192.0.2.55\r\ns=SIP Call\r\nc=IN IP4 192.0.2.55\r\nt=0 0\r\n\
    m=audio 11780 RTP/AVP 9 0 8 18 101\r\na=rtpmap:9 G722/8000\r\na=rtpmap:0 PCMU/8000\r\na=rtpmap:8 PCMA/8000\r\n\
    a=rtpmap:18 G729/8000\r\na=fmtp:18 annexb=no\r\na=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-15\r\n\
    a=ptime:20\r\na=sendrecv\r\n";

/// Static numbers without rtpmap, LF only, RTCP elsewhere, events under 96.
const CARRIER: &str = "v=0\no=Sonus_UAC 14542 23231 IN IP4 198.51.100.4\ns=SIP Media Capabilities\n\
    c=IN IP4 198.51.100.77\nt=0 0\nm=audio 33456 RTP/AVP 0 8 96\na=rtpmap:96 telephone-event/8000\na=fmtp:96 0-15\n\
    a=sendrecv\na=maxptime:20\na=rtcp:40001\n";

#[test]
fn a_desk_phones_offer_is_answered_in_its_own_order() {
    let (text, agreed) = answered(DESK_PHONE);
    assert_eq!(
        text,
        "v=0\r\no=- 7 1 IN IP4 192.0.2.10\r\ns=-\r\nc=IN IP4 192.0.2.10\r\nt=0 0\r\nm=audio 20000 RTP/AVP 9 0 8 101\r\n\
         a=rtpmap:9 G722/8000\r\na=rtpmap:0 PCMU/8000\r\na=rtpmap:8 PCMA/8000\r\na=rtpmap:101 telephone-event/8000\r\n\
         a=fmtp:101 0-15\r\na=ptime:20\r\na=sendrecv\r\n"
    );
    assert_eq!((agreed.codec, agreed.payload_type, agreed.telephone_event), (Codec::G722, 9, Some(101)));
    assert_eq!(agreed.remote, "192.0.2.55:11780".parse().unwrap());
    assert_eq!(agreed.remote_rtcp, "192.0.2.55:11781".parse().unwrap());
    assert_eq!(
        (agreed.codec_of(0), agreed.codec_of(8), agreed.codec_of(9)),
        (Some(Codec::Pcmu), Some(Codec::Pcma), Some(Codec::G722))
    );
}

/// What a browser says of its audio, without the transport.
const BROWSER: &str = "v=0\r\no=- 1 2 IN IP4 192.0.2.55\r\ns=-\r\nc=IN IP4 192.0.2.55\r\nt=0 0\r\n\
    m=audio 5000 RTP/AVP 111 63 9 0 8 13 110 126\r\na=rtpmap:111 opus/48000/2\r\na=fmtp:111 minptime=10;useinbandfec=1\r\n\
    a=rtpmap:63 red/48000/2\r\na=rtpmap:9 G722/8000\r\na=rtpmap:0 PCMU/8000\r\na=rtpmap:8 PCMA/8000\r\n\
    a=rtpmap:13 CN/8000\r\na=rtpmap:110 telephone-event/48000\r\na=rtpmap:126 telephone-event/8000\r\n";

#[test]
fn a_browser_is_answered_with_opus_and_the_keys_of_its_clock() {
    let (text, agreed) = answered(BROWSER);
    assert_eq!((agreed.codec, agreed.payload_type), (Codec::Opus, 111));
    assert_eq!((agreed.telephone_event, agreed.telephone_event_in), (Some(110), Some(110)));
    for line in ["m=audio 20000 RTP/AVP 111 9 0 8 110\r\n", "a=rtpmap:111 opus/48000/2\r\n", "useinbandfec=1"]
    {
        assert!(text.contains(line), "{text}");
    }
}

#[test]
fn opus_that_we_offer_and_they_take_is_sent_under_their_number_and_heard_under_ours() {
    let ours = offer(&US, &[Codec::Pcmu, Codec::Opus]);
    let text = String::from_utf8(ours.clone()).unwrap();
    assert!(text.contains("m=audio 20000 RTP/AVP 0 96 101 102\r\n"), "{text}");
    let theirs = "v=0\r\nc=IN IP4 192.0.2.55\r\nm=audio 5000 RTP/AVP 120 121\r\n\
        a=rtpmap:120 opus/48000/2\r\na=rtpmap:121 telephone-event/48000\r\n";
    let agreed = accept(&ours, theirs.as_bytes()).unwrap();
    assert_eq!(
        (agreed.codec, agreed.payload_type, agreed.codec_of(96)),
        (Codec::Opus, 120, Some(Codec::Opus))
    );
    assert_eq!((agreed.telephone_event, agreed.telephone_event_in), (Some(121), Some(102)));
}

#[test]
fn a_carriers_offer_keeps_its_own_event_number_and_rtcp_port() {
    let (text, agreed) = answered(CARRIER);
    assert!(text.contains("a=rtpmap:96 telephone-event/8000\r\n"), "{text}");
    assert_eq!((agreed.telephone_event, agreed.telephone_event_in), (Some(96), Some(96)));
    assert_eq!(agreed.remote_rtcp, "198.51.100.77:40001".parse().unwrap());
}

#[test]
fn our_offer_and_a_plain_answer_agree() {
    let ours = offer(&US, &Codec::ALL);
    let agreed = accept(&ours, CARRIER.as_bytes()).unwrap();
    assert_eq!((agreed.codec, agreed.payload_type), (Codec::Pcmu, 0));
    // Numbers may differ in each direction (RFC 3264, 5.1): we send theirs, they send ours.
    assert_eq!((agreed.telephone_event, agreed.telephone_event_in), (Some(96), Some(101)));
    assert_eq!(agreed.direction, Direction::SendRecv);
}

#[test]
fn the_answerer_picks_a_law() {
    let ours = offer(&US, &Codec::ALL);
    let body = "v=0\r\nc=IN IP4 192.0.2.60\r\nm=audio 4000 RTP/AVP 8\r\n";
    let agreed = accept(&ours, body.as_bytes()).unwrap();
    assert_eq!((agreed.codec, agreed.payload_type), (Codec::Pcma, 8));
    assert_eq!((agreed.telephone_event, agreed.telephone_event_in), (None, None));
}

#[test]
fn video_and_fax_are_refused_in_their_places() {
    let body = "v=0\r\nc=IN IP4 192.0.2.55\r\nm=video 6000 RTP/AVP 99 97\r\na=rtpmap:99 H264/90000\r\n\
        m=audio 5000 RTP/AVP 8 0\r\nm=image 5004 udptl t38\r\nm=audio 5006 RTP/AVP 0\r\n";
    let (text, agreed) = answered(body);
    let media: Vec<&str> = text.lines().filter(|line| line.starts_with("m=")).collect();
    assert_eq!(
        media,
        [
            "m=video 0 RTP/AVP 99 97",
            "m=audio 20000 RTP/AVP 8 0",
            "m=image 0 udptl t38",
            "m=audio 0 RTP/AVP 0"
        ]
    );
    assert_eq!((agreed.codec, agreed.remote.port()), (Codec::Pcma, 5000));
}

#[test]
fn hold_is_understood_in_all_its_dialects() {
    for (line, address, ours, attribute) in [
        ("a=sendonly\r\n", "192.0.2.55", Direction::RecvOnly, "a=recvonly"),
        ("a=inactive\r\n", "192.0.2.55", Direction::Inactive, "a=inactive"),
        ("a=recvonly\r\n", "192.0.2.55", Direction::SendOnly, "a=sendonly"),
        ("", "0.0.0.0", Direction::RecvOnly, "a=recvonly"),
        ("a=inactive\r\n", "0.0.0.0", Direction::Inactive, "a=inactive"),
        ("", "192.0.2.55", Direction::SendRecv, "a=sendrecv"),
    ] {
        let at_media = format!("v=0\r\nc=IN IP4 {address}\r\nm=audio 5000 RTP/AVP 0\r\n{line}");
        let at_session = format!("v=0\r\nc=IN IP4 {address}\r\n{line}m=audio 5000 RTP/AVP 0\r\n");
        for body in [at_media, at_session] {
            let (text, agreed) = answered(&body);
            assert_eq!(agreed.direction, ours, "{body}");
            assert_eq!(agreed.may_send(), ours.sends());
            assert!(text.contains(attribute), "{text}");
        }
    }
}

#[test]
fn our_own_hold_is_answered_and_taken_back() {
    let held = US.revised(Direction::SendOnly);
    let ours = offer(&held, &[Codec::Pcmu]);
    assert!(String::from_utf8_lossy(&ours).contains("o=- 7 2 IN IP4"));
    let body = "v=0\r\nc=IN IP4 192.0.2.55\r\nm=audio 5000 RTP/AVP 0\r\na=recvonly\r\n";
    assert_eq!(accept(&ours, body.as_bytes()).unwrap().direction, Direction::SendOnly);
    let ours = offer(&held.revised(Direction::SendRecv), &[Codec::Pcmu]);
    assert!(String::from_utf8_lossy(&ours).contains("o=- 7 3 IN IP4"));
    let body = body.replace("recvonly", "sendrecv");
    assert_eq!(accept(&ours, body.as_bytes()).unwrap().direction, Direction::SendRecv);
}

#[test]
fn ipv6_is_spoken_and_not_mixed() {
    let us = LocalMedia { address: IpAddr::V6(Ipv6Addr::LOCALHOST), ..US };
    let body = b"v=0\r\nc=IN IP6 2001:db8::5\r\nm=audio 5000 RTP/AVP 0\r\n";
    let (bytes, agreed) = answer(body, &us, &Codec::ALL).unwrap();
    assert!(String::from_utf8(bytes).unwrap().contains("c=IN IP6 ::1\r\n"));
    assert_eq!(agreed.remote, "[2001:db8::5]:5000".parse().unwrap());
    assert!(matches!(answer(body, &US, &Codec::ALL), Err(SdpError::OtherIpVersion)));
}

#[test]
fn what_cannot_be_done_is_refused_for_its_reason() {
    let refused = |body: &str| answer(body.as_bytes(), &US, &Codec::ALL).map(|_| ()).unwrap_err();
    let head = "v=0\r\nc=IN IP4 192.0.2.55\r\n";
    assert!(matches!(refused(head), SdpError::NoAudio));
    assert!(matches!(refused(&format!("{head}m=audio 0 RTP/AVP 0\r\n")), SdpError::NoAudio));
    assert!(matches!(refused(&format!("{head}m=audio 5000 RTP/SAVP 0\r\n")), SdpError::EncryptionOff));
    assert!(matches!(
        refused(&format!("{head}m=audio 5000 UDP/TLS/RTP/SAVPF 0\r\n")),
        SdpError::UnknownTransport
    ));
    assert!(matches!(refused(&format!("{head}m=audio 5000 RTP/AVP 18 3\r\n")), SdpError::NoCommonCodec));
    assert!(matches!(refused("v=0\r\nm=audio 5000 RTP/AVP 0\r\n"), SdpError::BadAddress));
    assert!(matches!(
        refused("v=0\r\nc=IN IP4 pbx.example\r\nm=audio 5000 RTP/AVP 0\r\n"),
        SdpError::BadAddress
    ));
    assert!(matches!(
        refused("v=0\r\nc=IN IP4 224.0.0.9/127\r\nm=audio 5000 RTP/AVP 0\r\n"),
        SdpError::BadAddress
    ));
    assert!(matches!(refused(&format!("{head}m=audio 65535 RTP/AVP 0\r\n")), SdpError::BadAddress));
    assert!(matches!(refused(&format!("{head}m=audio lots RTP/AVP 0\r\n")), SdpError::Malformed(_)));
    assert!(matches!(refused(&"a=x\r\n".repeat(600)), SdpError::TooLarge));
    assert!(matches!(refused(&"x".repeat(20_000)), SdpError::TooLarge));
    assert!(matches!(refused(&"m=audio 5000 RTP/AVP 0\r\n".repeat(17)), SdpError::TooLarge));
    let ours = offer(&US, &Codec::ALL);
    let closed = format!("{head}m=audio 0 RTP/AVP 0\r\n");
    assert!(matches!(accept(&ours, closed.as_bytes()), Err(SdpError::Refused)));
}

#[test]
fn secure_audio_beside_plain_audio_leaves_the_plain() {
    let body = "v=0\r\nc=IN IP4 192.0.2.55\r\nm=audio 5000 RTP/SAVP 0\r\nm=audio 5002 RTP/AVP 0\r\n";
    let (text, agreed) = answered(body);
    assert!(text.contains("m=audio 0 RTP/SAVP 0\r\nm=audio 20000 RTP/AVP 0\r\n"), "{text}");
    assert_eq!(agreed.remote.port(), 5002);
}

#[test]
fn sloppy_bodies_of_real_devices_are_read() {
    for body in [
        // Latin-1 in the session name, and a broken origin.
        &b"v=0\r\no=M\xfcller Haus 1 1 IN IP4 10.0.0.1\r\ns=Wohnung \xe4\r\nc=IN IP4 192.0.2.55\r\nt=0 0\r\nm=audio 5000 RTP/AVP 0\r\n"[..],
        // Bandwidth without a number, no time line, aligned columns, trailing blanks.
        b"v=0\r\nb=AS\r\nc=IN IP4 192.0.2.55 \r\nm=audio   5000  RTP/AVP  0  \r\n",
        // Two ports in one, lower-case encoding, channel count, attribute of a later time.
        b"v=0\r\nc=IN IP4 192.0.2.55\r\nm=audio 5000/2 RTP/AVP 0\r\na=rtpmap:0 pcmu/8000/1\r\na=rtcp-mux\r\na=ssrc:1 cname:x\r\n",
        // The address at the media line wins over the session's.
        b"v=0\r\nc=IN IP4 10.9.9.9\r\nm=audio 5000 RTP/AVP 0\r\nc=IN IP4 192.0.2.55\r\n",
        // No last line end.
        b"v=0\r\nc=IN IP4 192.0.2.55\r\nm=audio 5000 RTP/AVP 0",
    ] {
        let (bytes, agreed) = answer(body, &US, &Codec::ALL).unwrap();
        assert_eq!(agreed.remote, "192.0.2.55:5000".parse().unwrap());
        assert!(!String::from_utf8(bytes).unwrap().contains("rtcp-mux"));
    }
}

#[test]
fn events_at_another_clock_are_not_mistaken_for_ours() {
    let body = "v=0\r\nc=IN IP4 192.0.2.55\r\nm=audio 5000 RTP/AVP 0 100 101\r\n\
        a=rtpmap:100 telephone-event/48000\r\na=rtpmap:101 telephone-event/8000\r\n";
    assert_eq!(answered(body).1.telephone_event, Some(101));
    let none = body.replace("101 telephone-event/8000", "101 CN/8000");
    assert_eq!(answered(&none).1.telephone_event, None);
}

#[test]
fn rtcp_is_never_sent_to_a_third_party() {
    let body = "v=0\r\nc=IN IP4 192.0.2.55\r\nm=audio 5000 RTP/AVP 0\r\na=rtcp:9 IN IP4 203.0.113.66\r\n";
    assert_eq!(answered(body).1.remote_rtcp, "192.0.2.55:5001".parse().unwrap());
}

#[test]
fn no_body_makes_it_panic() {
    let mut dice = Dice(0x2545_f491_4f6c_dd1d);
    let mut chance = || dice.roll();
    let ours = offer(&US, &Codec::ALL);
    for _ in 0..20_000 {
        let mut body = if chance() % 2 == 0 { DESK_PHONE } else { CARRIER }.as_bytes().to_vec();
        for _ in 0..=chance() % 8 {
            let at = chance() as usize % body.len().max(1);
            body.resize(body.len().max(1), b'v');
            match chance() % 4 {
                0 => body[at] = chance() as u8,
                1 => drop(body.remove(at)),
                2 => body.insert(at, chance() as u8),
                _ => body.truncate(at.max(1)),
            }
        }
        let _ = answer(&body, &US, &Codec::ALL);
        let _ = accept(&ours, &body);
    }
}
