//! The vectors of RFC 3711, 6188 and 7714's construction, and streams that wrap, change, are replayed and forged.

use super::{
    transform::{Label, Place, Transform, derive},
    *,
};

fn bytes(hex: &str) -> Vec<u8> {
    let digits: Vec<u8> = hex.bytes().filter(u8::is_ascii_hexdigit).collect();
    digits.chunks(2).map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap()).collect()
}

fn key(suite: Suite, hex: &str) -> MasterKey {
    MasterKey::new(suite, &bytes(hex)).unwrap()
}

/// The master key of RFC 3711, B.3.
const MASTER_128: &str = "E1F97A0D3E018BE0D64FA32C06DE4139 0EC675AD498AFEEBB6960B3AABE6";
/// The master key of RFC 6188, 7.3.
const MASTER_256: &str =
    "f0f04914b513f2763a1b1fa130f10e29 98f6f6e43e4309d1e622a0e332b9f1b6 3b04803de51ee7c96423ab5b78d2";
const MASTER_GCM: &str = "000102030405060708090a0b0c0d0e0f a0a1a2a3a4a5a6a7a8a9aaab";

fn any_key(suite: Suite, from: u8) -> MasterKey {
    let material: Vec<u8> = (from..).take(suite.material_len()).collect();
    MasterKey::new(suite, &material).unwrap()
}

fn derived(master: &MasterKey, label: Label, length: usize) -> Vec<u8> {
    let mut out = vec![0; length];
    derive(master, label, &mut out);
    out
}

fn packet(ssrc: u32, sequence: u16) -> Vec<u8> {
    let mut packet = vec![0x80, 0];
    packet.extend_from_slice(&sequence.to_be_bytes());
    packet.extend_from_slice(&[0, 0, 0, 9]);
    packet.extend_from_slice(&ssrc.to_be_bytes());
    packet.extend((0..160).map(|n| n as u8 ^ sequence as u8));
    packet
}

fn pair(suite: Suite) -> (Sealer, Opener) {
    let key = any_key(suite, 7);
    (Sealer::new(&key).unwrap(), Opener::new(&key, 0).unwrap())
}

fn sealed(sealer: &mut Sealer, ssrc: u32, sequence: u16) -> Vec<u8> {
    let mut buffer = packet(ssrc, sequence);
    assert!(sealer.seal_rtp(&mut buffer, 0));
    buffer
}

fn opens(opener: &mut Opener, packet: &[u8]) -> Result<Vec<u8>, Refused> {
    let mut packet = packet.to_vec();
    let before = packet.clone();
    match opener.open_rtp(&mut packet) {
        Ok(length) => Ok(packet[..length].to_vec()),
        Err(why) => {
            assert_eq!(packet, before, "what is refused is left as it was");
            Err(why)
        }
    }
}

#[test]
fn session_keys_are_those_of_rfc_3711_b_3() {
    let master = key(Suite::AesCm128Sha1_80, MASTER_128);
    assert_eq!(derived(&master, Label::RtpEncryption, 16), bytes("C61E7A93744F39EE10734AFE3FF7A087"));
    assert_eq!(derived(&master, Label::RtpSalt, 14), bytes("30CBBC08863D8C85D49DB34A9AE1"));
    let authentication = bytes(
        "CEBE321F6FF7716B6FD4AB49AF256A15 6D38BAA48F0A0ACF3C34E2359E6CDBCE E049646C43D9327AD175578EF7227098
         6371C10C9A369AC2F94A8C5FBCDDDC25 6D6E919A48B610EF17C2041E47403576 6B68642C59BBFC2F34DB60DBDFB2",
    );
    assert_eq!(derived(&master, Label::RtpAuthentication, 94), authentication);
}

#[test]
fn session_keys_are_those_of_rfc_6188_7_3() {
    let master = key(Suite::AesCm256Sha1_80, MASTER_256);
    let expected = bytes("5ba1064e30ec51613cad926c5a28ef73 1ec7fb397f70a960653caf06554cd8c4");
    assert_eq!(derived(&master, Label::RtpEncryption, 32), expected);
    assert_eq!(derived(&master, Label::RtpSalt, 14), bytes("fa31791685ca444a9e07c6c64e93"));
    let expected = bytes("fd9c32d39ed5fbb5a9dc96b30818454d1313dc05");
    assert_eq!(derived(&master, Label::RtpAuthentication, 20), expected);
}

#[test]
fn the_keystream_is_that_of_rfc_3711_b_2() {
    // The session key is the RFC's; deriving it is not asked of this vector, so the counter stands as B.2 writes it.
    let master = key(Suite::AesCm128Sha1_80, "2B7E151628AED2A6ABF7158809CF4F3C F0F1F2F3F4F5F6F7F8F9FAFBFCFD");
    let mut keystream = vec![0; 48];
    // Label 0 leaves the salt as it is, which makes the derivation B.2's own segment.
    derive(&master, Label::RtpEncryption, &mut keystream);
    let expected = bytes(
        "E03EAD0935C95E80E166B16DD92B4EB4 D23513162B02D0F72A43A2FE4A5F97AB 41E95B3BB0A2E8DD477901E4FCA894C0",
    );
    assert_eq!(keystream, expected);
}

#[test]
fn whole_packets_are_as_other_implementations_seal_them() {
    let clear = bytes("800f1234decafbadcafebabe abababababababababababababababab");
    for (suite, master, expected) in [
        (
            Suite::AesCm128Sha1_80,
            MASTER_128,
            "800f1234decafbadcafebabe 4e55dc4ce79978d88ca4d215949d2402 b78d6acc99ea179b8dbb",
        ),
        (
            Suite::AesCm256Sha1_80,
            MASTER_256,
            "800f1234decafbadcafebabe f1d9de17ff251ff1aa007774b0b4b40d a08d9d9a5b3a55d8873b",
        ),
        (
            Suite::AeadAes128Gcm,
            MASTER_GCM,
            "800f1234decafbadcafebabe c5002ede04cfdd2eb91159e0880aa06e d2976826f796b201df3131a127e8a392",
        ),
    ] {
        let master = key(suite, master);
        let mut buffer = clear.clone();
        assert!(Sealer::new(&master).unwrap().seal_rtp(&mut buffer, 0));
        assert_eq!(buffer, bytes(expected), "{}", suite.name());
        assert_eq!(opens(&mut Opener::new(&master, 0).unwrap(), &buffer).unwrap(), clear);
    }
}

#[test]
fn whole_reports_are_as_other_implementations_seal_them() {
    let clear = bytes("81c8000bcafebabe abababababababababababababababab");
    for (suite, master, expected) in [
        (
            Suite::AesCm128Sha1_80,
            MASTER_128,
            "81c8000bcafebabe 7128035be487b9bdbef89041f977a5a8 80000001 993e08cd54d6c1230798",
        ),
        (
            Suite::AeadAes128Gcm,
            MASTER_GCM,
            "81c8000bcafebabe c98b8b5df0392a55852b6c21ac8e7025 c52c6fbea2b3b446ea31123ba88ce61e 80000001",
        ),
    ] {
        let master = key(suite, master);
        let mut sealer = Sealer::new(&master).unwrap();
        let mut buffer = clear.clone();
        assert!(sealer.seal_rtcp(&mut buffer, 0));
        buffer = clear.clone();
        assert!(sealer.seal_rtcp(&mut buffer, 0), "the second has index 1, as these vectors do");
        assert_eq!(buffer, bytes(expected), "{}", suite.name());
        let mut opener = Opener::new(&master, 0).unwrap();
        let length = opener.open_rtcp(&mut buffer).unwrap();
        assert_eq!(buffer[..length], clear);
    }
}

#[test]
fn every_suite_carries_a_stream_across_two_wraps_with_loss_and_disorder() {
    for suite in Suite::ALL {
        let (mut sealer, mut opener) = pair(suite);
        let mut heard = 0;
        let mut last = None;
        // Every 97th of 140,000 numbers; each pair of neighbours swapped.
        for step in 0..1_444_u32 {
            let sequence = (65_000 + step * 97) as u16;
            let packet = sealed(&mut sealer, 5, sequence);
            if step % 2 == 0 {
                last = Some(packet);
                continue;
            }
            for packet in [packet, last.take().unwrap()] {
                heard += usize::from(opens(&mut opener, &packet).is_ok());
                assert_eq!(opens(&mut opener, &packet), Err(Refused::Replayed));
            }
        }
        assert_eq!(heard, 1_444, "{}", suite.name());
    }
}

#[test]
fn a_packet_that_was_tampered_with_is_refused_and_changes_nothing() {
    for suite in Suite::ALL {
        let (mut sealer, mut opener) = pair(suite);
        let good = sealed(&mut sealer, 5, 100);
        for at in 0..good.len() {
            let mut bad = good.clone();
            bad[at] ^= 0x40;
            assert!(opens(&mut opener, &bad).is_err(), "{} byte {at}", suite.name());
        }
        // Numbers far ahead, forged, do not move the window.
        let mut far = good.clone();
        far[2] ^= 0x30;
        assert_eq!(opens(&mut opener, &far), Err(Refused::Forged));
        assert_eq!(opens(&mut opener, &good).unwrap(), packet(5, 100));
        for length in 0..good.len() {
            assert!(opens(&mut opener, &good[..length]).is_err());
        }
    }
}

#[test]
fn what_is_older_than_the_window_is_taken_for_a_replay() {
    let (mut sealer, mut opener) = pair(Suite::AesCm128Sha1_80);
    let packets: Vec<Vec<u8>> = (0..200).map(|sequence| sealed(&mut sealer, 5, sequence)).collect();
    opens(&mut opener, &packets[199]).unwrap();
    assert!(opens(&mut opener, &packets[72]).is_ok(), "127 behind");
    assert_eq!(opens(&mut opener, &packets[71]), Err(Refused::Replayed), "128 behind");
}

#[test]
fn a_stream_joined_hours_late_is_understood_within_seconds() {
    let (mut sealer, mut opener) = pair(Suite::AesCm128Sha1_32);
    // Twenty wraps are over seven hours of speech.
    for step in 0..80_u32 {
        sealed(&mut sealer, 5, (step * 16_384) as u16);
    }
    let mut misses = 0;
    let first = (0..200).find(|&sequence| {
        let heard = opens(&mut opener, &sealed(&mut sealer, 5, sequence)).is_ok();
        misses += usize::from(!heard);
        heard
    });
    assert_eq!((first, misses), (Some(20), 20));
}

#[test]
fn new_streams_are_heard_up_to_a_bound_and_old_ones_cannot_be_played_again() {
    let (_, mut opener) = pair(Suite::AesCm128Sha1_80);
    let key = any_key(Suite::AesCm128Sha1_80, 7);
    let first = sealed(&mut Sealer::new(&key).unwrap(), 0, 1);
    for ssrc in 0..MAX_STREAMS as u32 {
        let packet = sealed(&mut Sealer::new(&key).unwrap(), ssrc, 1);
        assert!(opens(&mut opener, &packet).is_ok());
    }
    let mut one_more = sealed(&mut Sealer::new(&key).unwrap(), 999, 1);
    assert_eq!(opener.open_rtp(&mut one_more), Err(Refused::TooManyStreams));
    assert_eq!(opens(&mut opener, &first), Err(Refused::Replayed));
}

#[test]
fn after_a_change_of_keys_the_wraps_may_go_on_or_begin_anew() {
    let (old, new) = (any_key(Suite::AesCm128Sha1_80, 1), any_key(Suite::AesCm128Sha1_80, 99));
    let (mut before, mut opener) = (Sealer::new(&old).unwrap(), Opener::new(&old, 0).unwrap());
    let mut going_on = Sealer::new(&new).unwrap();
    for step in 0..20_u32 {
        let sequence = (step * 16_384) as u16;
        opens(&mut opener, &sealed(&mut before, 5, sequence)).unwrap();
        sealed(&mut going_on, 5, sequence);
    }
    let anew = || Opener::new(&new, 0).unwrap().succeeding(&opener);
    assert!(opens(&mut anew(), &sealed(&mut going_on, 5, 49_153)).is_ok());
    assert!(opens(&mut anew(), &sealed(&mut Sealer::new(&new).unwrap(), 5, 49_153)).is_ok());
    assert_eq!(
        opens(&mut anew(), &sealed(&mut before, 5, 49_153)),
        Err(Refused::Forged),
        "the old key is over"
    );
}

#[test]
fn a_key_identifier_under_each_packet_is_stepped_over() {
    let key = any_key(Suite::AesCm128Sha1_80, 7);
    let mut opener = Opener::new(&key, 4).unwrap();
    let mut sealer = Sealer::new(&key).unwrap();
    let mut marked = sealed(&mut sealer, 5, 1);
    let tag_at = marked.len() - 10;
    marked.splice(tag_at..tag_at, [0, 0, 0, 1]);
    assert_eq!(opens(&mut opener, &marked).unwrap(), packet(5, 1));
    let mut report = bytes("81c8000bcafebabe abababababababababababababababab");
    let clear = report.clone();
    assert!(sealer.seal_rtcp(&mut report, 0));
    let tag_at = report.len() - 10;
    report.splice(tag_at..tag_at, [0, 0, 0, 1]);
    let length = opener.open_rtcp(&mut report).unwrap();
    assert_eq!(report[..length], clear);
    let key = any_key(Suite::AeadAes128Gcm, 7);
    let mut marked = sealed(&mut Sealer::new(&key).unwrap(), 5, 1);
    marked.extend_from_slice(&[0, 0, 0, 1]);
    assert_eq!(opens(&mut Opener::new(&key, 4).unwrap(), &marked).unwrap(), packet(5, 1));
}

#[test]
fn reports_in_the_clear_are_believed_if_they_are_authentic() {
    let clear = bytes("81c8000bcafebabe abababababababababababababababab");
    for suite in Suite::ALL {
        let key = any_key(suite, 7);
        let transform = Transform::rtcp(&key).unwrap();
        let index = 3_u32.to_be_bytes();
        let mut report = clear.clone();
        match transform.mac(&clear, &index) {
            Some((tag, length)) => {
                report.extend_from_slice(&index);
                report.extend_from_slice(&tag[..length]);
            }
            None => {
                let associated = [&clear[..], &index].concat();
                let nonced = super::transform::Nonced(Place { ssrc: 0xcafe_babe, index: 3 });
                report.extend_from_slice(&transform.seal(nonced, &associated, &mut []).unwrap());
                report.extend_from_slice(&index);
            }
        }
        let mut opener = Opener::new(&key, 0).unwrap();
        let mut bad = report.clone();
        bad[9] ^= 1;
        assert_eq!(opener.open_rtcp(&mut bad), Err(Refused::Forged));
        let again = report.clone();
        let length = opener.open_rtcp(&mut report).unwrap();
        assert_eq!(report[..length], clear, "{}", suite.name());
        assert_eq!(opener.open_rtcp(&mut again.clone()), Err(Refused::Replayed));
    }
}

#[test]
fn no_number_is_sealed_twice() {
    let (mut sealer, _) = pair(Suite::AesCm128Sha1_80);
    sealed(&mut sealer, 5, 7);
    let mut buffer = vec![1, 2, 3];
    buffer.extend(packet(5, 7));
    assert!(!sealer.seal_rtp(&mut buffer, 3));
    assert_eq!(buffer, [1, 2, 3], "it is taken off again");
}

#[test]
fn keys_do_not_show_themselves() {
    let key = any_key(Suite::AesCm256Sha1_80, 0x41);
    assert_eq!(format!("{key:?}"), "MasterKey(AES_256_CM_HMAC_SHA1_80, …)");
    assert_eq!(format!("{:?}", Transform::rtp(&key).unwrap()), "Transform");
}
