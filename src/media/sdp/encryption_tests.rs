//! Keys in offers and answers, as the dialects of telephones have them (RFC 4568), and what is refused.

use std::net::{IpAddr, Ipv4Addr};

use super::*;
use crate::media::srtp::{MasterKey, Suite};

const THEIR_KEY: &str = "inline:d0RmdmcmVCspeEc3QGZiNWpVLFJhQX1cfHAwJSoj";
const OTHER_KEY: &str = "inline:NzB4d1BINUAvLEw6UzF3WSJ+PSdFcGdUJShpX1Zj";

const fn us(wish: Wish) -> LocalMedia {
    LocalMedia {
        address: IpAddr::V4(Ipv4Addr::new(192, 0, 2, 10)),
        port: 20_000,
        session_id: 7,
        version: 1,
        direction: Direction::SendRecv,
        encryption: Encryption { wish, seed: Seed([7; 32]) },
    }
}

fn offered(lines: &[&str]) -> Vec<u8> {
    let mut text = String::from("v=0\r\no=- 1 1 IN IP4 192.0.2.5\r\ns=-\r\nc=IN IP4 192.0.2.5\r\nt=0 0\r\n");
    for line in lines {
        text.push_str(line);
        text.push_str("\r\n");
    }
    text.into_bytes()
}

fn answered(wish: Wish, lines: &[&str]) -> Result<(String, Agreed), SdpError> {
    let (bytes, agreed) = answer(&offered(lines), &us(wish), &Codec::ALL)?;
    Ok((String::from_utf8(bytes).unwrap(), agreed))
}

fn sdes(agreed: &Agreed) -> Sdes {
    match agreed.protection {
        Protection::Sdes(sdes) => sdes,
        Protection::Plain | Protection::Dtls(_) => panic!("not encrypted"),
    }
}

fn crypto_lines(text: &str) -> Vec<&str> {
    text.lines().filter(|line| line.starts_with("a=crypto:")).collect()
}

#[test]
fn four_dialects_are_answered_in_kind_with_one_line_and_its_tag() {
    let savp = format!("a=crypto:1 AES_CM_128_HMAC_SHA1_80 {THEIR_KEY}");
    let avp = format!("a=crypto:2 AES_CM_128_HMAC_SHA1_32 {THEIR_KEY}|2^31");
    let marked = format!("a=crypto:1 AES_CM_128_HMAC_SHA1_80 {THEIR_KEY}|2^31|1:4 WSH=64");
    let unknown = format!("a=crypto:1 F8_128_HMAC_SHA1_80 {THEIR_KEY}");
    let stronger = format!("a=crypto:3 AES_CM_128_HMAC_SHA1_80 {OTHER_KEY}");
    for (dialect, lines, proto, tag, suite, mki) in [
        ("savp only", vec!["m=audio 4000 RTP/SAVP 0", &savp], "RTP/SAVP", 1, Suite::AesCm128Sha1_80, 0),
        ("avp with keys", vec!["m=audio 4000 RTP/AVP 0", &avp], "RTP/AVP", 2, Suite::AesCm128Sha1_32, 0),
        ("identified", vec!["m=audio 4000 RTP/SAVP 0", &marked], "RTP/SAVP", 1, Suite::AesCm128Sha1_80, 4),
        (
            "an unknown suite first",
            vec!["m=audio 4000 RTP/SAVP 0", &unknown, &stronger],
            "RTP/SAVP",
            3,
            Suite::AesCm128Sha1_80,
            0,
        ),
    ] {
        for wish in [Wish::InKind, Wish::Optional, Wish::Required] {
            let (text, agreed) = answered(wish, &lines).unwrap();
            let keys = sdes(&agreed);
            assert!(text.contains(&format!("m=audio 20000 {proto} 0")), "{dialect}: {text}");
            let written = crypto_lines(&text);
            let expected = format!("a=crypto:{tag} {} inline:", suite.name());
            assert!(written.len() == 1 && written[0].starts_with(&expected), "{dialect}: {text}");
            assert_eq!((keys.send.suite(), keys.receive.suite()), (suite, suite), "{dialect}");
            assert_eq!(keys.receive_mki_len, mki, "{dialect}");
            assert_ne!(keys.send.material(), keys.receive.material());
        }
    }
}

#[test]
fn of_two_lines_for_one_stream_the_encrypted_one_is_taken() {
    let key = format!("a=crypto:1 AES_CM_128_HMAC_SHA1_80 {THEIR_KEY}");
    let lines = ["m=audio 4000 RTP/AVP 0", "m=audio 4002 RTP/SAVP 0", &key];
    let (text, agreed) = answered(Wish::Optional, &lines).unwrap();
    assert!(text.contains("m=audio 0 RTP/AVP 0") && text.contains("m=audio 20000 RTP/SAVP 0"), "{text}");
    assert_eq!(agreed.remote.port(), 4002);
    let (text, agreed) = answered(Wish::Off, &lines).unwrap();
    assert!(text.contains("m=audio 20000 RTP/AVP 0") && text.contains("m=audio 0 RTP/SAVP 0"), "{text}");
    assert_eq!(agreed.protection, Protection::Plain);
    assert!(crypto_lines(&text).is_empty());
}

#[test]
fn what_cannot_be_encrypted_as_one_side_insists_is_refused() {
    let key = format!("a=crypto:1 AES_CM_128_HMAC_SHA1_80 {THEIR_KEY}");
    let unusable = format!("a=crypto:1 AES_CM_128_HMAC_SHA1_80 {THEIR_KEY} UNENCRYPTED_SRTP");
    let plain = ["m=audio 4000 RTP/AVP 0"];
    let secure = ["m=audio 4000 RTP/SAVP 0", &key];
    assert!(matches!(answered(Wish::Off, &secure), Err(SdpError::EncryptionOff)));
    assert!(matches!(answered(Wish::Required, &plain), Err(SdpError::MustBeEncrypted)));
    assert!(matches!(answered(Wish::Kept(Profile::Avp), &plain), Err(SdpError::MustBeEncrypted)));
    assert!(matches!(answered(Wish::Impossible, &secure), Err(SdpError::MustBeEncrypted)));
    assert!(matches!(answered(Wish::Impossible, &plain), Err(SdpError::MustBeEncrypted)));
    let lines = ["m=audio 4000 RTP/SAVP 0", &unusable];
    assert!(matches!(answered(Wish::Optional, &lines), Err(SdpError::NoCommonSuite)));
    let (_, agreed) = answered(Wish::Optional, &plain).unwrap();
    assert_eq!(agreed.protection, Protection::Plain, "whoever has no keys is talked to without");
}

#[test]
fn our_offers_say_what_we_wish() {
    for (wish, proto, keys) in [
        (Wish::Off, "RTP/AVP", 0),
        (Wish::InKind, "RTP/AVP", 0),
        (Wish::Optional, "RTP/AVP", 3),
        (Wish::Required, "RTP/SAVP", 3),
        (Wish::Kept(Profile::Avp), "RTP/AVP", 3),
        (Wish::Kept(Profile::Savp), "RTP/SAVP", 3),
    ] {
        let text = String::from_utf8(offer(&us(wish), &Codec::ALL)).unwrap();
        assert!(text.contains(&format!("m=audio 20000 {proto} ")), "{wish:?}: {text}");
        assert_eq!(crypto_lines(&text).len(), keys, "{wish:?}: {text}");
    }
}

#[test]
fn an_answer_is_taken_by_its_tag_and_both_sides_have_the_same_keys() {
    let offer = offer(&us(Wish::Required), &Codec::ALL);
    let them =
        LocalMedia { encryption: Encryption { wish: Wish::InKind, seed: Seed([9; 32]) }, ..us(Wish::Off) };
    let (text, theirs) = answer(&offer, &them, &Codec::ALL).unwrap();
    let ours = accept(&offer, &text).unwrap();
    let (theirs, ours) = (sdes(&theirs), sdes(&ours));
    assert_eq!((ours.send, ours.receive), (theirs.receive, theirs.send));
    let second = format!("a=crypto:2 AES_CM_128_HMAC_SHA1_32 {THEIR_KEY}");
    let agreed = accept(&offer, &offered(&["m=audio 4000 RTP/SAVP 0", &second])).unwrap();
    assert_eq!(sdes(&agreed).send.suite(), Suite::AesCm128Sha1_32);
}

#[test]
fn an_answer_that_takes_nothing_of_our_keys_is_as_good_as_we_insist() {
    let wrong_tag = format!("a=crypto:9 AES_CM_128_HMAC_SHA1_80 {THEIR_KEY}");
    let wrong_suite = format!("a=crypto:1 AES_CM_128_HMAC_SHA1_32 {THEIR_KEY}");
    let (required, optional) =
        (offer(&us(Wish::Required), &Codec::ALL), offer(&us(Wish::Optional), &Codec::ALL));
    let plain = offered(&["m=audio 4000 RTP/AVP 0"]);
    assert!(matches!(accept(&required, &plain), Err(SdpError::MustBeEncrypted)));
    assert_eq!(accept(&optional, &plain).unwrap().protection, Protection::Plain);
    for line in [&wrong_tag, &wrong_suite] {
        let answer = offered(&["m=audio 4000 RTP/SAVP 0", line]);
        assert!(matches!(accept(&required, &answer), Err(SdpError::NoCommonSuite)));
    }
    let unasked = offered(&["m=audio 4000 RTP/SAVP 0", &wrong_tag]);
    assert!(matches!(accept(&offer(&us(Wish::Off), &Codec::ALL), &unasked), Err(SdpError::EncryptionOff)));
}

#[test]
fn what_was_agreed_on_is_kept_in_the_dialect_it_was_agreed_in() {
    let key = format!("a=crypto:1 AES_CM_128_HMAC_SHA1_80 {THEIR_KEY}");
    let (first, agreed) = answered(Wish::Optional, &["m=audio 4000 RTP/AVP 0", &key]).unwrap();
    let kept = Encryption { wish: Wish::Optional, seed: Seed([7; 32]) }.after(agreed.protection);
    assert_eq!(kept.wish, Wish::Kept(Profile::Avp));
    let local = LocalMedia { encryption: kept, ..us(Wish::Off) };
    let (second, again) = answer(&offered(&["m=audio 4000 RTP/AVP 0", &key]), &local, &Codec::ALL).unwrap();
    assert_eq!(again.protection, agreed.protection, "nothing has changed, no key either");
    assert_eq!(crypto_lines(&first), crypto_lines(std::str::from_utf8(&second).unwrap()));
    let renewed = format!("a=crypto:1 AES_CM_128_HMAC_SHA1_80 {OTHER_KEY}");
    let (_, again) = answer(&offered(&["m=audio 4000 RTP/AVP 0", &renewed]), &local, &Codec::ALL).unwrap();
    assert_eq!(sdes(&again).send, sdes(&agreed).send);
    assert_ne!(sdes(&again).receive, sdes(&agreed).receive);
}

#[test]
fn the_key_of_a_line_is_read_whole() {
    let key = format!("a=crypto:1 AES_CM_128_HMAC_SHA1_80 {THEIR_KEY}");
    let (_, agreed) = answered(Wish::InKind, &["m=audio 4000 RTP/SAVP 0", &key]).unwrap();
    let expected = MasterKey::new(Suite::AesCm128Sha1_80, b"wDfvg&T+)xG7@fb5jU,RaA}\\|p0%*#").unwrap();
    assert_eq!(sdes(&agreed).receive, expected);
}
