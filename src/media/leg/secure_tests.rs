//! Encrypted legs: the dialects of telephones through hold, resume and new keys; strangers; and why nothing is heard.

use super::*;
use crate::media::{
    Direction,
    bridge::{Bridge, Side},
    sdp::{Profile, Protection, Sdes},
    srtp::{MasterKey, Opener, Sealer, Suite},
    story::{Talker, address, agreed, events, leg, millis, phone, share, start},
};

const PHONE: &str = "192.0.2.5:4000";
const PHONE_RTCP: &str = "192.0.2.5:4001";

fn key(suite: Suite, from: u8) -> MasterKey {
    let material: Vec<u8> = (from..).take(suite.material_len()).collect();
    MasterKey::new(suite, &material).unwrap()
}

/// An agreement with these keys, as the leg sees it.
fn secured(send: MasterKey, receive: MasterKey, mki_len: u8) -> Agreed {
    let sdes = Sdes { send, receive, receive_mki_len: mki_len, profile: Profile::Savp };
    Agreed { protection: Protection::Sdes(sdes), ..agreed(PHONE, &[Codec::Pcmu]) }
}

/// A telephone with keys of its own, which says what it hears.
struct Handset {
    talker: Talker,
    sealer: Sealer,
    opener: Opener,
    mki: &'static [u8],
}

impl Handset {
    fn new(send: MasterKey, receive: MasterKey, mki: &'static [u8]) -> Self {
        let talker = Talker::new(1, Codec::Pcmu, 500.0);
        Self { talker, sealer: Sealer::new(&send).unwrap(), opener: Opener::new(&receive, 0).unwrap(), mki }
    }

    fn packet(&mut self) -> Vec<u8> {
        let mut packet = self.talker.packet();
        assert!(self.sealer.seal_rtp(&mut packet, 0));
        let tag_at = packet.len() - 10;
        packet.splice(tag_at..tag_at, self.mki.iter().copied());
        packet
    }

    /// Opens what the leg sends; how many packets of audio there were.
    fn hear(&mut self, leg: &mut Leg) -> usize {
        let mut heard = 0;
        while let Some(transmit) = leg.poll_transmit() {
            let mut bytes = transmit.bytes.to_vec();
            match transmit.channel {
                Channel::Rtp => {
                    let length =
                        self.opener.open_rtp(&mut bytes).expect("sealed with the key that was agreed on");
                    assert!(
                        Packet::parse(&bytes[..length]).is_some_and(|packet| packet.payload.len() == 160)
                    );
                    heard += 1;
                }
                Channel::Rtcp => {
                    self.opener.open_rtcp(&mut bytes).expect("a report sealed with the same key");
                }
            }
        }
        heard
    }
}

/// Both talk for a second; frames that the leg heard, and packets that the telephone did.
fn talk(leg: &mut Leg, handset: &mut Handset, clock: &mut Instant) -> (usize, usize) {
    let (mut heard, mut said) = (0, 0);
    for _ in 0..50 {
        *clock += millis(20);
        leg.handle_rtp(*clock, address(PHONE), &handset.packet());
        heard += usize::from(share(&leg.tick(*clock).heard, 500.0) > 0.9);
        said += handset.hear(leg);
    }
    (heard, said)
}

#[test]
fn four_dialects_talk_through_hold_resume_and_new_keys() {
    let (long, short) = (Suite::AesCm128Sha1_80, Suite::AesCm128Sha1_32);
    // What the telephone does at a re-INVITE: keeps its keys, takes new ones, another tag, or marks its packets.
    for (dialect, first, later, mki) in [
        ("keeps its keys", key(long, 1), key(long, 1), &[][..]),
        ("takes new keys", key(long, 1), key(long, 99), &[][..]),
        ("takes another tag", key(long, 1), key(short, 1), &[][..]),
        ("marks its packets", key(long, 1), key(long, 99), &[0, 0, 0, 1][..]),
    ] {
        let mut clock = start();
        let ours = |theirs: MasterKey| key(theirs.suite(), 50);
        let before = secured(ours(first), first, mki.len() as u8);
        let mut leg = leg(clock, before, 7);
        let mut handset = Handset::new(first, ours(first), mki);
        leg.play(UtteranceId(1), SampleRate::Hz8000, &[3_000; 40_000]).unwrap();
        let (heard, said) = talk(&mut leg, &mut handset, &mut clock);
        assert!(heard >= 45 && said == 50, "{dialect} at first: {heard}, {said}");

        let held = Agreed { direction: Direction::Inactive, ..before };
        leg.update(clock, held, phone("192.0.2.5"));
        for _ in 0..100 {
            clock += millis(20);
            leg.tick(clock);
            assert_eq!(handset.hear(&mut leg), 0, "{dialect} on hold");
        }

        let after = secured(ours(later), later, mki.len() as u8);
        leg.update(clock, after, phone("192.0.2.5"));
        if first != later {
            let Talker { sequence, timestamp, .. } = handset.talker;
            handset = Handset::new(later, ours(later), mki);
            (handset.talker.sequence, handset.talker.timestamp) = (sequence, timestamp);
        }
        let (heard, said) = talk(&mut leg, &mut handset, &mut clock);
        assert!(heard >= 40 && said == 50, "{dialect} after the hold: {heard}, {said}");
        assert_eq!(leg.stats().dropped.forged, 0, "{dialect}");
    }
}

#[test]
fn an_encrypted_leg_neither_hears_nor_says_anything_in_the_clear() {
    let mut clock = start();
    let suite = Suite::AesCm128Sha1_80;
    let mut leg = leg(clock, secured(key(suite, 50), key(suite, 1), 0), 7);
    let mut handset = Handset::new(key(suite, 1), key(suite, 50), &[]);
    leg.handle_rtp(clock, address(PHONE), &handset.packet());
    let mut plain = Talker::new(1, Codec::Pcmu, 1_500.0);
    let mut wrong = Handset::new(key(suite, 2), key(suite, 50), &[]);
    wrong.talker.frequency = 1_500.0;
    assert!(leg.send_digit('5'));
    for _ in 0..400 {
        clock += millis(20);
        leg.handle_rtp(clock, address(PHONE), &plain.packet());
        leg.handle_rtp(clock, address(PHONE), &wrong.packet());
        leg.handle_rtcp(clock, address(PHONE_RTCP), &[0x80, 201, 0, 1, 0, 0, 0, 1]);
        assert!(share(&leg.tick(clock).heard, 1_500.0) < 0.05);
        while let Some(transmit) = leg.poll_transmit() {
            let mut bytes = transmit.bytes.to_vec();
            assert_ne!(transmit.bytes.len(), 172, "as long as a plain packet");
            match transmit.channel {
                Channel::Rtp => assert!(handset.opener.open_rtp(&mut bytes).is_ok()),
                Channel::Rtcp => assert!(handset.opener.open_rtcp(&mut bytes).is_ok()),
            }
        }
    }
    assert_eq!(events(&mut leg), [LegEvent::FirstPacket]);
    let dropped = leg.stats().dropped;
    // The first number of both strangers has been heard already; the report is too short to be sealed.
    assert_eq!((dropped.forged, dropped.stale, dropped.malformed), (798, 2, 400));
    leg.close();
    leg.handle_rtp(clock, address(PHONE), &handset.packet());
    leg.tick(clock + millis(20));
    assert_eq!(leg.poll_transmit(), None, "nothing after the end");
}

#[test]
fn a_copy_of_an_authentic_packet_is_heard_once_and_from_nobody_else() {
    let mut clock = start();
    let suite = Suite::AesCm128Sha1_32;
    let mut leg = leg(clock, secured(key(suite, 50), key(suite, 1), 0), 7);
    let mut handset = Handset::new(key(suite, 1), key(suite, 50), &[]);
    let mut copies = Vec::new();
    for _ in 0..100 {
        clock += millis(20);
        let packet = handset.packet();
        leg.handle_rtp(clock, address("203.0.113.66:4000"), &packet);
        leg.handle_rtp(clock, address(PHONE), &packet);
        copies.push(packet);
        leg.tick(clock);
        handset.hear(&mut leg);
    }
    for packet in &copies {
        leg.handle_rtp(clock, address(PHONE), packet);
    }
    let stats = leg.stats();
    assert_eq!((stats.received, stats.dropped.foreign, stats.dropped.stale), (100, 100, 100));
}

#[test]
fn encrypted_and_plain_legs_are_bridged_and_keys_pass_between_them() {
    let mut clock = start();
    let suite = Suite::AesCm256Sha1_80;
    let caller = leg(clock, secured(key(suite, 50), key(suite, 1), 0), 7);
    let desk = leg(clock, agreed("192.0.2.6:5000", &[Codec::Pcma]), 8);
    let mut handset = Handset::new(key(suite, 1), key(suite, 50), &[]);
    let mut plain = Talker::new(2, Codec::Pcma, 700.0);
    let mut bridge = Bridge::new(caller, desk, false);
    let (mut to_desk, mut to_handset) = (0, 0);
    for _ in 0..100 {
        clock += millis(20);
        let packet = handset.packet();
        if let Some(transmit) = bridge.handle_rtp(clock, Side::Caller, address(PHONE), &packet) {
            let packet = Packet::parse(transmit.bytes).unwrap();
            assert_eq!(
                (packet.payload_type, packet.payload.len()),
                (8, 160),
                "in the clear, in the other law"
            );
            to_desk += 1;
        }
        let packet = plain.packet();
        if let Some(transmit) = bridge.handle_rtp(clock, Side::Other, address("192.0.2.6:5000"), &packet) {
            let mut bytes = transmit.bytes.to_vec();
            assert!(handset.opener.open_rtp(&mut bytes).is_ok());
            to_handset += 1;
        }
        bridge.tick(clock);
        while let Some(transmit) = bridge.poll_transmit(Side::Caller) {
            let mut bytes = transmit.bytes.to_vec();
            assert!(handset.opener.open_rtcp(&mut bytes).is_ok());
        }
        while bridge.poll_transmit(Side::Other).is_some() {}
    }
    assert_eq!((to_desk, to_handset), (100, 100));
    assert!(bridge.leg_mut(Side::Caller).send_digit('7'));
    let mut keys = 0;
    for _ in 0..20 {
        clock += millis(20);
        bridge.tick(clock);
        while let Some(transmit) = bridge.poll_transmit(Side::Caller) {
            let mut bytes = transmit.bytes.to_vec();
            let length = handset.opener.open_rtp(&mut bytes).unwrap();
            keys += usize::from(Packet::parse(&bytes[..length]).unwrap().payload_type == 101);
        }
    }
    assert!(keys >= 5, "{keys} packets of the key");
}

#[test]
fn a_leg_that_hears_nothing_says_why() {
    let suite = Suite::AesCm128Sha1_80;
    let encrypted = secured(key(suite, 50), key(suite, 1), 0);
    let plain = agreed(PHONE, &[Codec::Pcmu]);
    let unknown = |talker: &mut Talker| talker.raw(9, false, &[0; 160]);
    type Sends = fn(&mut Leg, Instant, &[u8]);
    let media: Sends = |leg, at, packet| leg.handle_rtp(at, address(PHONE), packet);
    let elsewhere: Sends = |leg, at, packet| leg.handle_rtp(at, address("203.0.113.66:4000"), packet);
    let reports: Sends =
        |leg, at, _| leg.handle_rtcp(at, address(PHONE_RTCP), &[0x80, 201, 0, 1, 0, 0, 0, 1]);
    let noise: Sends = |leg, at, _| leg.handle_rtp(at, address(PHONE), b"nothing of the kind");
    let nothing: Sends = |_, _, _| {};
    for (terms, sends, strange, why) in [
        (plain, nothing, false, Silence::NothingCame),
        (plain, elsewhere, false, Silence::CameFromElsewhere),
        (plain, reports, false, Silence::ReportsOnly),
        (plain, noise, false, Silence::NotRtp),
        (plain, media, true, Silence::NotNegotiated),
        (encrypted, media, false, Silence::NotAuthentic),
    ] {
        let now = start();
        let mut leg = leg(now, terms, 7);
        let mut talker = Talker::new(1, Codec::Pcmu, 500.0);
        for tick in 0..10 {
            let at = now + millis(tick * 20);
            let packet = if strange { unknown(&mut talker) } else { talker.packet() };
            sends(&mut leg, at, &packet);
            leg.tick(at);
        }
        assert_eq!(leg.stats().silence, Some(why));
    }
    let now = start();
    let mut leg = leg(now, plain, 7);
    leg.handle_rtp(now, address(PHONE), &Talker::new(1, Codec::Pcmu, 500.0).packet());
    assert_eq!(leg.stats().silence, None);
    leg.tick(now + Duration::from_secs(31));
    assert_eq!(events(&mut leg), [LegEvent::FirstPacket, LegEvent::Silent(Silence::WentQuiet)]);
}

#[test]
fn three_seconds_without_a_packet_are_told_once_with_the_reason() {
    let now = start();
    let plain = agreed(PHONE, &[Codec::Pcmu]);
    let mut leg = leg(now, plain, 7);
    let mut stranger = Talker::new(1, Codec::Pcmu, 500.0);
    for tick in 0..500 {
        let at = now + millis(tick * 20);
        leg.handle_rtp(at, address("203.0.113.66:4000"), &stranger.packet());
        leg.tick(at);
        let expected: &[LegEvent] =
            if tick == 150 { &[LegEvent::Unheard(Silence::CameFromElsewhere)] } else { &[] };
        assert_eq!(events(&mut leg), expected, "tick {tick}");
    }
    // On hold nobody need be heard; resumed, they have three seconds again.
    let held = Agreed { direction: Direction::SendOnly, ..plain };
    leg.update(now + millis(10_000), held, phone("192.0.2.5"));
    leg.tick(now + millis(14_000));
    assert_eq!(events(&mut leg), []);
    leg.update(now + millis(14_000), plain, phone("192.0.2.5"));
    leg.handle_rtp(now + millis(15_000), address(PHONE), &Talker::new(1, Codec::Pcmu, 500.0).packet());
    leg.tick(now + millis(18_000));
    assert_eq!(events(&mut leg), [LegEvent::FirstPacket]);
}
