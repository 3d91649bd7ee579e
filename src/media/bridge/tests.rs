//! Two telephones put through to each other.

use std::collections::BTreeSet;

use super::*;
use crate::media::{
    Codec, Decoder,
    sdp::{Agreed, Direction},
    story::{Sent, Talker, address, agreed, events, leg, millis, phone, read, share, start},
};

const CALLER: &str = "192.0.2.5:4000";
const DESK: &str = "192.0.2.6:5000";

fn bridge(now: Instant, caller: Agreed, desk: Agreed, recording: bool) -> Bridge {
    let mut bridge = Bridge::new(leg(now, caller, 0xaaaa), leg(now, desk, 0xbbbb), recording);
    // Both have spoken, so that both may be spoken to.
    for (side, from) in [(Side::Caller, CALLER), (Side::Other, DESK)] {
        bridge.handle_rtp(now, side, address(from), &Talker::new(0x1234, Codec::Pcmu, 1.0).packet());
    }
    bridge
}

fn both(codecs: &[Codec]) -> (Agreed, Agreed) {
    (agreed(CALLER, codecs), agreed(DESK, codecs))
}

fn relayed(bridge: &mut Bridge, now: Instant, side: Side, bytes: &[u8]) -> Option<Sent> {
    let from = if side == Side::Caller { CALLER } else { DESK };
    bridge.handle_rtp(now, side, address(from), bytes).map(|transmit| read(transmit.to, transmit.bytes))
}

fn unbroken(packets: &[Sent]) {
    for pair in packets.windows(2) {
        assert_eq!(pair[1].sequence, pair[0].sequence.wrapping_add(1), "{:?}", pair[1]);
        assert_eq!(pair[1].ssrc, pair[0].ssrc);
        assert!(pair[1].timestamp.wrapping_sub(pair[0].timestamp) < 8_000);
    }
}

#[test]
fn what_one_says_reaches_the_other_byte_for_byte() {
    let now = start();
    let (caller, desk) = both(&[Codec::Pcmu]);
    let mut bridge = bridge(now, caller, desk, false);
    let mut talker =
        Talker { sequence: 65_001, timestamp: 0xffff_00a0, ..Talker::new(0x1234, Codec::Pcmu, 500.0) };
    let mut packets = Vec::new();
    for tick in 1..100 {
        let packet = talker.packet();
        let sent = relayed(&mut bridge, now + millis(tick * 20), Side::Caller, &packet).unwrap();
        assert_eq!((sent.to, sent.ssrc, sent.payload_type), (address(DESK), 0xbbbb, 0));
        assert_eq!(sent.payload, packet[12..]);
        packets.push(sent);
    }
    unbroken(&packets);
    assert!(packets.windows(2).all(|pair| pair[1].timestamp.wrapping_sub(pair[0].timestamp) == 160));
}

#[test]
fn disorder_and_loss_pass_through_as_they_are() {
    let now = start();
    let (caller, desk) = both(&[Codec::Pcmu]);
    let mut bridge = bridge(now, caller, desk, false);
    let mut talker = Talker { sequence: 65_001, ..Talker::new(0x1234, Codec::Pcmu, 500.0) };
    let packets: Vec<Vec<u8>> = (0..6).map(|_| talker.packet()).collect();
    let numbers: Vec<u16> = [0, 1, 3, 2, 2, 5]
        .into_iter()
        .filter_map(|place: usize| relayed(&mut bridge, now, Side::Caller, &packets[place]))
        .map(|sent| sent.sequence)
        .collect();
    let first = numbers[0];
    let ahead: Vec<u16> = numbers.iter().map(|number| number.wrapping_sub(first)).collect();
    assert_eq!(ahead, [0, 1, 3, 2, 5], "late ones in their places, the lost one missed, the double gone");
}

#[test]
fn where_the_laws_differ_each_byte_becomes_its_twin() {
    let now = start();
    let mut bridge = bridge(now, agreed(CALLER, &[Codec::Pcmu]), agreed(DESK, &[Codec::Pcma]), false);
    let mut talker = Talker { sequence: 65_001, ..Talker::new(0x1234, Codec::Pcmu, 500.0) };
    let packet = talker.packet();
    let sent = relayed(&mut bridge, now + millis(20), Side::Caller, &packet).unwrap();
    assert_eq!(sent.payload_type, 8);
    let (mut before, mut after) = (Vec::new(), Vec::new());
    Decoder::new(Codec::Pcmu).decode(&packet[12..], &mut before);
    Decoder::new(Codec::Pcma).decode(&sent.payload, &mut after);
    for (one, other) in before.iter().zip(&after) {
        assert!((i32::from(*one) - i32::from(*other)).abs() <= (i32::from(*one).abs() >> 4).max(24));
    }
}

#[test]
fn keys_pass_under_the_number_that_the_other_side_knows() {
    let now = start();
    let (caller, mut desk) = both(&[Codec::Pcmu]);
    (desk.telephone_event, desk.telephone_event_in) = (Some(96), Some(96));
    let mut bridge = bridge(now, caller, desk, false);
    let mut talker = Talker { sequence: 65_001, ..Talker::new(0x1234, Codec::Pcmu, 500.0) };
    let mut packets = vec![talker.packet()];
    packets.extend(talker.key(5));
    packets.push(talker.packet());
    let sent: Vec<Sent> =
        packets.iter().filter_map(|packet| relayed(&mut bridge, now, Side::Caller, packet)).collect();
    unbroken(&sent);
    let numbers: Vec<u8> = sent.iter().map(|packet| packet.payload_type).collect();
    assert_eq!(numbers, [0, 96, 96, 96, 96, 96, 96, 96, 96, 0]);
    assert!(events(bridge.leg_mut(Side::Caller)).contains(&LegEvent::Digit('5')), "and we have heard it too");
}

#[test]
fn what_was_never_agreed_on_is_not_relayed_and_not_missed() {
    let now = start();
    let (caller, mut desk) = both(&[Codec::Pcmu]);
    (desk.telephone_event, desk.telephone_event_in) = (None, None);
    let mut bridge = bridge(now, caller, desk, false);
    let mut talker = Talker { sequence: 65_001, ..Talker::new(0x1234, Codec::Pcmu, 500.0) };
    let mut sent = Vec::new();
    for round in 0..4 {
        sent.extend(relayed(&mut bridge, now, Side::Caller, &talker.packet()));
        let strange: Vec<Vec<u8>> = match round {
            0 => vec![talker.raw(13, false, &[60])],
            1 => talker.key(5),
            2 => vec![talker.raw(34, false, &[0; 900]), talker.raw(127, true, &[1, 2, 3])],
            _ => vec![talker.raw(8, false, &[0xd5; 160])],
        };
        for packet in strange {
            assert_eq!(relayed(&mut bridge, now, Side::Caller, &packet), None);
        }
    }
    assert_eq!(sent.len(), 4);
    unbroken(&sent);
}

#[test]
fn one_strange_packet_with_a_broken_number_silences_nobody() {
    let now = start();
    let (caller, desk) = both(&[Codec::Pcmu]);
    let mut bridge = bridge(now, caller, desk, false);
    let mut talker = Talker { sequence: 65_001, ..Talker::new(0x1234, Codec::Pcmu, 500.0) };
    let mut sent: Vec<Sent> = relayed(&mut bridge, now, Side::Caller, &talker.packet()).into_iter().collect();
    let mut broken = talker.raw(127, false, &[1, 2, 3]);
    // What disorder could still do: 32 further than it was.
    let further = u16::from_be_bytes([broken[2], broken[3]]).wrapping_add(32);
    broken[2..4].copy_from_slice(&further.to_be_bytes());
    assert_eq!(relayed(&mut bridge, now, Side::Caller, &broken), None);
    sent.extend((0..100).filter_map(|_| relayed(&mut bridge, now, Side::Caller, &talker.packet())));
    assert_eq!(sent.len(), 100, "but for the one whose number it had");
    let numbers: BTreeSet<u16> = sent.iter().map(|packet| packet.sequence).collect();
    assert_eq!(numbers.len(), sent.len());
}

#[test]
fn a_law_that_changes_in_the_middle_is_followed_where_both_agreed_to_it() {
    let now = start();
    let mut bridge =
        bridge(now, agreed(CALLER, &[Codec::Pcmu, Codec::Pcma]), agreed(DESK, &[Codec::Pcmu]), false);
    let mut talker = Talker { sequence: 65_001, ..Talker::new(0x1234, Codec::Pcma, 500.0) };
    let sent = relayed(&mut bridge, now, Side::Caller, &talker.packet()).unwrap();
    assert_eq!(sent.payload_type, 0, "the desk phone takes only one of them");
}

#[test]
fn another_ssrc_upstream_is_the_same_stream_downstream() {
    let now = start();
    let (caller, desk) = both(&[Codec::Pcmu]);
    let mut bridge = bridge(now, caller, desk, false);
    let mut sent = Vec::new();
    let mut talker = Talker { sequence: 65_001, ..Talker::new(0x1234, Codec::Pcmu, 500.0) };
    for tick in 0..100 {
        if tick == 50 {
            talker = Talker { sequence: 3, timestamp: 777, ..Talker::new(0x9999, Codec::Pcmu, 500.0) };
        }
        sent.extend(relayed(&mut bridge, now + millis(tick * 20), Side::Caller, &talker.packet()));
    }
    assert!(sent.len() >= 98, "{}", sent.len());
    unbroken(&sent);
}

#[test]
fn a_stranger_reaches_neither_side() {
    let now = start();
    let (caller, desk) = both(&[Codec::Pcmu]);
    let mut bridge = bridge(now, caller, desk, false);
    let mut stranger = Talker { sequence: 65_001, ..Talker::new(0x1234, Codec::Pcmu, 1_500.0) };
    for _ in 0..100 {
        let packet = stranger.packet();
        for side in [Side::Caller, Side::Other] {
            assert_eq!(bridge.handle_rtp(now, side, address("203.0.113.66:4000"), &packet), None);
        }
        // Not even one party in the other's place.
        assert_eq!(bridge.handle_rtp(now, Side::Caller, address(DESK), &packet), None);
    }
}

#[test]
fn a_held_side_gets_nothing_and_later_continues_unbroken() {
    let now = start();
    let (caller, desk) = both(&[Codec::Pcmu]);
    let mut bridge = bridge(now, caller, desk, false);
    let mut talker = Talker { sequence: 65_001, ..Talker::new(0x1234, Codec::Pcmu, 500.0) };
    let mut sent: Vec<Sent> = Vec::new();
    for tick in 0..90 {
        let at = now + millis(tick * 20);
        let direction = if (30..60).contains(&tick) { Direction::RecvOnly } else { Direction::SendRecv };
        bridge.leg_mut(Side::Other).update(at, Agreed { direction, ..desk }, phone("192.0.2.6"));
        let packet = relayed(&mut bridge, at, Side::Caller, &talker.packet());
        assert_eq!(packet.is_none(), (30..60).contains(&tick));
        sent.extend(packet);
    }
    unbroken(&sent);
    assert!(sent[30].marker);
    let lapse = sent[30].timestamp.wrapping_sub(sent[29].timestamp);
    assert_eq!(lapse, 31 * 160, "the time on hold has passed");
}

#[test]
fn both_sides_are_recorded_on_their_own_channels_with_and_without_transcoding() {
    for law in [Codec::Pcmu, Codec::Pcma] {
        let now = start();
        let mut bridge = bridge(now, agreed(CALLER, &[Codec::Pcmu]), agreed(DESK, &[law]), true);
        let mut left = Talker { sequence: 65_001, ..Talker::new(0x1234, Codec::Pcmu, 500.0) };
        let mut right = Talker { sequence: 65_001, ..Talker::new(0x1234, law, 1_000.0) };
        let mut good = 0;
        for tick in 1..100 {
            let at = now + millis(tick * 20);
            assert!(relayed(&mut bridge, at, Side::Caller, &left.packet()).is_some());
            assert!(relayed(&mut bridge, at, Side::Other, &right.packet()).is_some());
            let overheard = bridge.tick(at).unwrap();
            good +=
                usize::from(share(&overheard.caller, 500.0) > 0.9 && share(&overheard.other, 1_000.0) > 0.9);
        }
        assert!(good >= 90, "{law:?}: {good}");
        bridge.record(false);
        assert!(bridge.tick(now).is_none());
    }
}

#[test]
fn a_key_of_ours_sounds_instead_of_the_other_side() {
    let now = start();
    let (caller, desk) = both(&[Codec::Pcmu]);
    let mut bridge = bridge(now, caller, desk, false);
    let mut talker = Talker { sequence: 65_001, ..Talker::new(0x1234, Codec::Pcmu, 500.0) };
    assert!(bridge.leg_mut(Side::Other).send_digit('7'));
    let mut sent: Vec<Sent> = Vec::new();
    for tick in 1..30 {
        let at = now + millis(tick * 20);
        sent.extend(relayed(&mut bridge, at, Side::Caller, &talker.packet()));
        bridge.tick(at);
        while let Some(transmit) = bridge.poll_transmit(Side::Other) {
            if transmit.channel == Channel::Rtp {
                sent.push(read(transmit.to, transmit.bytes));
            }
        }
    }
    unbroken(&sent);
    assert_eq!(sent.iter().filter(|packet| packet.payload_type == 101).count(), 7);
    assert!(sent.len() >= 28, "{}", sent.len());
}

#[test]
fn the_stream_is_unbroken_from_our_words_to_theirs_and_back() {
    let now = start();
    let (caller, desk) = both(&[Codec::Pcmu]);
    let mut callers_leg = leg(now, caller, 0xaaaa);
    let desk_leg = leg(now, desk, 0xbbbb);
    let mut sent: Vec<Sent> = Vec::new();
    let drain = |leg: &mut Leg, sent: &mut Vec<Sent>| {
        while let Some(transmit) = leg.poll_transmit() {
            if transmit.channel == Channel::Rtp {
                sent.push(read(transmit.to, transmit.bytes));
            }
        }
    };
    callers_leg.handle_rtp(now, address(CALLER), &Talker::new(5, Codec::Pcmu, 1.0).packet());
    for tick in 0..20 {
        callers_leg.tick(now + millis(tick * 20));
        drain(&mut callers_leg, &mut sent);
    }
    let mut bridge = Bridge::new(callers_leg, desk_leg, false);
    let mut talker = Talker::new(6, Codec::Pcmu, 500.0);
    for tick in 20..40 {
        sent.extend(relayed(&mut bridge, now + millis(tick * 20), Side::Other, &talker.packet()));
    }
    let (mut callers_leg, _) = bridge.into_legs();
    for tick in 40..60 {
        callers_leg.tick(now + millis(tick * 20));
        drain(&mut callers_leg, &mut sent);
    }
    assert_eq!(sent.len(), 60);
    unbroken(&sent);
    assert!(sent.windows(2).all(|pair| pair[1].timestamp.wrapping_sub(pair[0].timestamp) == 160));
}

#[test]
fn a_side_that_has_never_spoken_is_relayed_to_for_two_seconds_at_most() {
    let now = start();
    let (caller, desk) = both(&[Codec::Pcmu]);
    let mut bridge = Bridge::new(leg(now, caller, 0xaaaa), leg(now, desk, 0xbbbb), false);
    let mut talker = Talker::new(0x1234, Codec::Pcmu, 500.0);
    let relayed = (0..500)
        .filter(|tick| {
            relayed(&mut bridge, now + millis(tick * 20), Side::Caller, &talker.packet()).is_some()
        })
        .count();
    assert_eq!(relayed, 100);
}

#[test]
fn a_bridged_call_without_recording_is_small() {
    let now = start();
    let (caller, desk) = both(&[Codec::Pcmu]);
    let bridge = bridge(now, caller, desk, false);
    assert!(std::mem::size_of_val(&bridge) < 4_096, "{}", std::mem::size_of_val(&bridge));
}
