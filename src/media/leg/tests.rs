//! Legs on good networks and bad, among honest far ends and others.

use super::*;
use crate::media::{
    Direction,
    story::{Dice, Sent, Talker, address, agreed, events, leg, millis, phone, read, share, start},
};

const PHONE: &str = "192.0.2.5:4000";
const PHONE_RTCP: &str = "192.0.2.5:4001";
const STRANGER: &str = "203.0.113.66:4000";

fn sent(leg: &mut Leg) -> Vec<Sent> {
    let mut packets = Vec::new();
    while let Some(transmit) = leg.poll_transmit() {
        if transmit.channel == Channel::Rtp {
            packets.push(read(transmit.to, transmit.bytes));
        }
    }
    packets
}

/// Nobody may send anything to anyone else: what a leg sent during a story, by destination.
fn destinations(leg: &mut Leg) -> Vec<SocketAddr> {
    let mut all = Vec::new();
    while let Some(transmit) = leg.poll_transmit() {
        all.push(transmit.to);
    }
    all
}

#[test]
fn a_phone_is_heard_and_spoken_to() {
    let now = start();
    let mut leg = leg(now, agreed(PHONE, &[Codec::Pcmu]), 7);
    let mut talker = Talker::new(1, Codec::Pcmu, 500.0);
    leg.play(UtteranceId(1), SampleRate::Hz8000, &[3_000; 8_000]).unwrap();
    leg.finish(UtteranceId(1));
    let (mut heard, mut packets) = (0, Vec::new());
    for tick in 0..100 {
        let at = now + millis(tick * 20);
        leg.handle_rtp(at, address(PHONE), &talker.packet());
        heard += usize::from(share(&leg.tick(at).heard, 500.0) > 0.9);
        packets.extend(sent(&mut leg));
    }
    assert!(heard >= 96, "{heard} of 100 frames");
    assert_eq!(packets.len(), 100);
    for pair in packets.windows(2) {
        assert_eq!(pair[1].sequence, pair[0].sequence.wrapping_add(1));
        assert_eq!(pair[1].timestamp, pair[0].timestamp.wrapping_add(160));
        assert_eq!((pair[1].ssrc, pair[1].to, pair[1].marker), (7, address(PHONE), false));
    }
    assert!(packets[0].marker);
    let played = Played { utterance: UtteranceId(1), millis: 1_000, whole: true };
    assert_eq!(events(&mut leg), [LegEvent::FirstPacket, LegEvent::Played(played)]);
}

#[test]
fn loss_and_jitter_leave_speech_whole() {
    let now = start();
    let mut leg = leg(now, agreed(PHONE, &[Codec::Pcma]), 7);
    let mut talker = Talker::new(1, Codec::Pcma, 400.0);
    let mut dice = Dice(5);
    let mut network: Vec<(u64, Vec<u8>)> = Vec::new();
    for number in 0..1_500 {
        let packet = talker.packet();
        if dice.below(100) >= 5 {
            network.push((number * 20 + dice.below(60), packet.clone()));
        }
        if dice.below(100) < 3 {
            network.push((number * 20 + dice.below(60), packet));
        }
    }
    network.sort_by_key(|(arrives, _)| *arrives);
    let mut network = network.into_iter().peekable();
    let mut good = 0;
    for tick in 0..1_500 {
        while let Some((arrives, packet)) = network.next_if(|(arrives, _)| *arrives <= tick * 20) {
            leg.handle_rtp(now + millis(arrives), address(PHONE), &packet);
        }
        good += usize::from(share(&leg.tick(now + millis(tick * 20)).heard, 400.0) > 0.8);
    }
    assert!(good > 1_440, "{good} of 1500 frames are the tone");
    let stats = leg.stats();
    assert!((60..=95).contains(&stats.lost), "{stats:?}");
    assert!(stats.duplicates > 20 && stats.late < 10, "{stats:?}");
    assert!(stats.delay < millis(120), "{stats:?}");
    let score = stats.score_heard().unwrap();
    assert!((350..420).contains(&score.hundredths), "5 % loss, 60 ms jitter: {score:?} of {stats:?}");
}

/// Half a minute of a tone through a network that loses so many of a hundred packets and delays each by up to 60 ms: the
/// leg, and how many of the last 1400 frames were the tone.
fn through_a_bad_network(codec: Codec, lost: u64) -> (Leg, usize) {
    let now = start();
    let mut leg = leg(now, agreed(PHONE, &[codec]), 7);
    let mut talker = Talker::new(1, codec, 400.0);
    let mut dice = Dice(11);
    let mut network: Vec<(u64, Vec<u8>)> = (0..1_500)
        .map(|number| (number * 20 + dice.below(60), talker.packet(), dice.below(100)))
        .filter(|(_, _, fate)| *fate >= lost)
        .map(|(arrives, packet, _)| (arrives, packet))
        .collect();
    network.sort_by_key(|(arrives, _)| *arrives);
    let mut network = network.into_iter().peekable();
    let mut good = 0;
    for tick in 0..1_500 {
        while let Some((arrives, packet)) = network.next_if(|(arrives, _)| *arrives <= tick * 20) {
            leg.handle_rtp(now + millis(arrives), address(PHONE), &packet);
        }
        let heard = leg.tick(now + millis(tick * 20)).heard;
        good += usize::from(tick >= 100 && share(&heard, 400.0) > 0.7);
    }
    (leg, good)
}

#[test]
fn three_packets_of_a_hundred_lost_and_sixty_milliseconds_of_jitter_leave_every_codec_a_fair_call() {
    for codec in Codec::ALL {
        let (leg, good) = through_a_bad_network(codec, 3);
        let stats = leg.stats();
        assert!((20..=80).contains(&stats.lost), "{codec:?}: {stats:?}");
        assert!(good > 1_330, "{codec:?}: {good} of 1400 frames are the tone");
        let score = stats.score_heard().unwrap();
        assert!(score.hundredths >= 350, "{codec:?}: {score:?} of {stats:?}");
        assert!(stats.delay < millis(130), "{codec:?}: {stats:?}");
        if codec == Codec::Opus {
            assert!(stats.recovered > 0, "copies are used: {stats:?}");
        }
    }
}

#[test]
fn a_far_end_whose_clock_is_half_a_percent_off_is_heard_whole_in_every_codec() {
    for codec in Codec::ALL {
        for per_frame in [19_900, 20_100] {
            let now = start();
            let mut leg = leg(now, agreed(PHONE, &[codec]), 7);
            let mut talker = Talker::new(1, codec, 400.0);
            let (mut sent, mut good, mut delays) = (0_u64, 0, Vec::new());
            for tick in 0..3_000_u64 {
                while sent * per_frame <= tick * 20_000 {
                    let at = now + Duration::from_micros(sent * per_frame);
                    leg.handle_rtp(at, address(PHONE), &talker.packet());
                    sent += 1;
                }
                good += usize::from(share(&leg.tick(now + millis(tick * 20)).heard, 400.0) > 0.7);
                if tick % 500 == 499 {
                    delays.push(leg.stats().delay);
                }
            }
            assert!(good > 2_850, "{codec:?} at {per_frame}: {good} of 3000 frames are the tone");
            let grown = delays.last().unwrap().saturating_sub(delays[0]);
            assert!(grown < millis(60), "{codec:?} at {per_frame}: {delays:?}");
        }
    }
}

#[test]
fn a_far_end_that_describes_its_silence_is_heard_as_faint_noise_and_then_again_as_itself() {
    let now = start();
    let mut leg = leg(now, agreed(PHONE, &[Codec::Pcmu]), 7);
    let mut talker = Talker::new(1, Codec::Pcmu, 400.0);
    let mut heard = Vec::new();
    for tick in 0..300_u64 {
        let at = now + millis(tick * 20);
        match tick {
            100 => leg.handle_rtp(at, address(PHONE), &talker.raw(13, false, &[50])),
            101..200 => talker.timestamp = talker.timestamp.wrapping_add(160),
            _ => leg.handle_rtp(at, address(PHONE), &talker.packet()),
        }
        heard.push(leg.tick(at).heard);
    }
    // 50 dB below overload is an rms of 104.
    let loudness = heard[150].power().sqrt();
    assert!((80.0..130.0).contains(&loudness), "{loudness}");
    assert!(share(&heard[90], 400.0) > 0.9 && share(&heard[230], 400.0) > 0.9);
    let concealed = leg.stats().concealed;
    assert!(concealed < millis(60), "a described silence is no hole: {concealed:?}");
}

#[test]
fn nothing_of_a_stranger_is_heard_and_nothing_goes_to_it() {
    for copied in [false, true] {
        let now = start();
        let mut leg = leg(now, agreed(PHONE, &[Codec::Pcmu]), 7);
        let mut talker = Talker::new(1, Codec::Pcmu, 500.0);
        let mut stranger = Talker::new(if copied { 1 } else { 99 }, Codec::Pcmu, 1_500.0);
        let mut good = 0;
        for tick in 0..200 {
            let at = now + millis(tick * 20);
            leg.handle_rtp(at, address(STRANGER), &stranger.packet());
            leg.handle_rtp(at, address("192.0.2.5:4002"), &stranger.packet());
            if tick > 0 {
                leg.handle_rtp(at, address(PHONE), &talker.packet());
            }
            leg.handle_rtcp(at, address(STRANGER), &[0x80, 201, 0, 1, 0, 0, 0, 1]);
            let heard = leg.tick(at).heard;
            good += usize::from(share(&heard, 500.0) > 0.9);
            assert!(share(&heard, 1_500.0) < 0.05, "heard the stranger in frame {tick}");
            let allowed = [address(PHONE), address(PHONE_RTCP)];
            assert!(destinations(&mut leg).iter().all(|to| allowed.contains(to)));
        }
        assert!(good >= 190, "{good} of 200");
        assert!(leg.stats().dropped.foreign >= 600);
    }
}

#[test]
fn a_phone_behind_nat_is_heard_within_a_second_and_spoken_to() {
    let now = start();
    let mut leg = Leg::new(
        now,
        LegSettings {
            ssrc: 7,
            first_sequence: 0,
            first_timestamp: 0,
            agreed: agreed("192.168.1.20:4000", &[Codec::Pcmu]),
            trust: phone("203.0.113.9"),
            silent_after: Duration::from_secs(30),
            identity: None,
        },
    );
    let mut talker = Talker::new(1, Codec::Pcmu, 500.0);
    let outside = address("203.0.113.9:61000");
    leg.play(UtteranceId(1), SampleRate::Hz8000, &[3_000; 8_000]).unwrap();
    leg.tick(now);
    assert_eq!(sent(&mut leg), [], "words wait until somebody is there");
    let (mut heard, mut spoken) = (0, 0);
    for tick in 1..51 {
        let at = now + millis(tick * 20);
        leg.handle_rtp(at, outside, &talker.packet());
        heard += usize::from(share(&leg.tick(at).heard, 500.0) > 0.9);
        let packets = sent(&mut leg);
        assert!(packets.iter().all(|packet| packet.to == outside));
        spoken += packets.len();
    }
    assert!(heard >= 40 && spoken >= 46, "{heard} heard, {spoken} spoken");
    assert!(leg.hush()[0].millis >= 900);
}

#[test]
fn a_party_that_never_speaks_gets_two_seconds_and_no_more() {
    let now = start();
    let mut leg = leg(now, agreed(PHONE, &[Codec::Pcmu]), 7);
    let mut packets = 0;
    for tick in 0..500 {
        leg.tick(now + millis(tick * 20));
        packets += sent(&mut leg).len();
    }
    assert_eq!(packets, 100);
}

#[test]
fn keys_are_heard_once_and_in_order_whatever_the_network_does() {
    let now = start();
    let mut leg = leg(now, agreed(PHONE, &[Codec::Pcmu]), 7);
    let mut talker = Talker::new(1, Codec::Pcmu, 500.0);
    let mut packets = vec![talker.packet()];
    for event in [1, 1, 9, 11] {
        packets.extend(talker.key(event));
        packets.extend((0..3).map(|_| talker.packet()));
    }
    // Duplicates of everything, neighbours swapped.
    let mut doubled: Vec<Vec<u8>> =
        packets.iter().flat_map(|packet| [packet.clone(), packet.clone()]).collect();
    for place in (3..doubled.len() - 1).step_by(5) {
        doubled.swap(place, place + 1);
    }
    for packet in &doubled {
        leg.handle_rtp(now, address(PHONE), packet);
    }
    let digits: String = events(&mut leg)
        .into_iter()
        .filter_map(|event| if let LegEvent::Digit(digit) = event { Some(digit) } else { None })
        .collect();
    assert_eq!(digits, "119#");
}

#[test]
fn keys_that_were_not_agreed_on_are_not_heard() {
    let now = start();
    let mut without = agreed(PHONE, &[Codec::Pcmu]);
    (without.telephone_event, without.telephone_event_in) = (None, None);
    let mut leg = leg(now, without, 7);
    let mut talker = Talker::new(1, Codec::Pcmu, 500.0);
    for packet in talker.key(5) {
        leg.handle_rtp(now, address(PHONE), &packet);
    }
    assert_eq!(events(&mut leg), [LegEvent::FirstPacket]);
    assert_eq!(leg.stats().dropped.not_negotiated, 8);
    assert!(!leg.send_digit('5'));
}

#[test]
fn keys_that_we_send_take_the_place_of_sound() {
    let now = start();
    let mut leg = leg(now, agreed(PHONE, &[Codec::Pcmu]), 7);
    leg.handle_rtp(now, address(PHONE), &Talker::new(1, Codec::Pcmu, 500.0).packet());
    assert!(leg.send_digit('4') && leg.send_digit('2'));
    let mut packets = Vec::new();
    for tick in 0..30 {
        leg.tick(now + millis(tick * 20));
        packets.extend(sent(&mut leg));
    }
    assert_eq!(packets.len(), 30);
    assert!(packets.windows(2).all(|pair| pair[1].sequence == pair[0].sequence.wrapping_add(1)));
    let keys: Vec<&Sent> = packets.iter().filter(|packet| packet.payload_type == 101).collect();
    assert_eq!(keys.len(), 14);
    assert!(keys[0].marker && keys[..7].iter().all(|packet| packet.timestamp == keys[0].timestamp));
    assert_eq!(keys[6].payload, [4, 0x8a, 3, 0x20]);
    assert!(keys[7].marker && keys[7].payload[0] == 2);
    let clock = |packet: &Sent| packet.timestamp.wrapping_sub(packets[0].timestamp);
    assert_eq!(clock(&packets[29]), 29 * 160, "the clock ran on beneath the keys");
}

#[test]
fn another_ssrc_is_heard_within_half_a_second() {
    let now = start();
    let mut leg = leg(now, agreed(PHONE, &[Codec::Pcmu, Codec::Pcma]), 7);
    let mut talker = Talker::new(1, Codec::Pcmu, 500.0);
    let mut frames = Vec::new();
    for tick in 0..150 {
        if tick == 50 {
            talker = Talker { sequence: 12, timestamp: 99, ..Talker::new(2, Codec::Pcmu, 500.0) };
        }
        if tick == 100 {
            // The law changes, as was agreed that it may.
            talker.codec = Codec::Pcma;
        }
        let at = now + millis(tick * 20);
        leg.handle_rtp(at, address(PHONE), &talker.packet());
        frames.push(share(&leg.tick(at).heard, 500.0) > 0.9);
    }
    let after = |from: usize| frames[from..from + 25].iter().filter(|good| **good).count();
    assert!(after(50) >= 20, "{} of 25 after the SSRC changed", after(50));
    assert!(after(100) >= 24, "{} of 25 after the law changed", after(100));
}

#[test]
fn on_hold_no_rtp_leaves_and_words_wait() {
    let now = start();
    let plain = agreed(PHONE, &[Codec::Pcmu]);
    let mut leg = leg(now, plain, 7);
    leg.handle_rtp(now, address(PHONE), &Talker::new(1, Codec::Pcmu, 500.0).packet());
    leg.play(UtteranceId(1), SampleRate::Hz8000, &[3_000; 8_000]).unwrap();
    leg.tick(now);
    let before = sent(&mut leg);
    let mut tick = 0;
    let null = Agreed { remote: address("0.0.0.0:4000"), ..plain };
    for held in [
        Agreed { direction: Direction::RecvOnly, ..plain },
        Agreed { direction: Direction::Inactive, ..plain },
        null,
    ] {
        for _ in 0..50 {
            tick += 1;
            leg.update(now + millis(tick * 20), held, phone("192.0.2.5"));
            leg.tick(now + millis(tick * 20));
            assert_eq!(sent(&mut leg), []);
        }
    }
    leg.update(now + millis(3_020), plain, phone("192.0.2.5"));
    leg.tick(now + millis(3_020));
    let after = sent(&mut leg);
    assert!(after[0].marker);
    assert_eq!(after[0].sequence, before[0].sequence.wrapping_add(1));
    let passed = after[0].timestamp.wrapping_sub(before[0].timestamp);
    assert_eq!(passed, 3_020 * 8, "the time on hold has passed on its clock too");
    assert_eq!(leg.hush()[0].millis, 40);
}

#[test]
fn after_its_end_a_leg_neither_hears_nor_sends() {
    let now = start();
    let mut leg = leg(now, agreed(PHONE, &[Codec::Pcmu]), 7);
    let mut talker = Talker::new(1, Codec::Pcmu, 500.0);
    leg.handle_rtp(now, address(PHONE), &talker.packet());
    leg.tick(now);
    leg.close();
    for tick in 1..500 {
        let at = now + millis(tick * 20);
        leg.handle_rtp(at, address(PHONE), &talker.packet());
        assert_eq!(leg.tick(at).heard.power(), 0.0);
        assert_eq!(leg.poll_transmit(), None);
    }
}

#[test]
fn a_far_end_that_falls_silent_is_told_once_and_not_while_it_may_be_silent() {
    let now = start();
    let plain = agreed(PHONE, &[Codec::Pcmu]);
    let mut leg = leg(now, plain, 7);
    let mut talker = Talker::new(1, Codec::Pcmu, 500.0);
    leg.handle_rtp(now, address(PHONE), &talker.packet());
    for second in 0..90 {
        leg.tick(now + Duration::from_secs(second));
    }
    assert_eq!(events(&mut leg), [LegEvent::FirstPacket, LegEvent::Silent(Silence::WentQuiet)]);
    let later = now + Duration::from_secs(90);
    leg.handle_rtp(later, address(PHONE), &talker.packet());
    leg.update(later, Agreed { direction: Direction::SendOnly, ..plain }, phone("192.0.2.5"));
    leg.tick(later + Duration::from_secs(300));
    assert_eq!(events(&mut leg), [], "they were asked to be silent");
}

#[test]
fn reports_go_out_every_five_seconds_and_tell_the_round_trip() {
    let now = start();
    let mut ours = leg(now, agreed(PHONE, &[Codec::Pcmu]), 7);
    let mut theirs = leg(now, agreed("192.0.2.10:20000", &[Codec::Pcmu]), 8);
    let us = (address("192.0.2.10:20000"), address("192.0.2.10:20001"));
    let mut in_flight: VecDeque<(Instant, bool, Channel, Vec<u8>)> = VecDeque::new();
    let mut reports = 0;
    for tick in 0..1_000 {
        let at = now + millis(tick * 20);
        while let Some((_, to_us, channel, bytes)) = in_flight.pop_front_if(|packet| packet.0 <= at) {
            let from = if to_us { (address(PHONE), address(PHONE_RTCP)) } else { us };
            let receiver = if to_us { &mut ours } else { &mut theirs };
            match channel {
                Channel::Rtp => receiver.handle_rtp(at, from.0, &bytes),
                Channel::Rtcp => receiver.handle_rtcp(at, from.1, &bytes),
            }
        }
        for to_us in [false, true] {
            let sender = if to_us { &mut theirs } else { &mut ours };
            sender.tick(at);
            while let Some(transmit) = sender.poll_transmit() {
                reports += usize::from(transmit.channel == Channel::Rtcp);
                in_flight.push_back((at + millis(40), to_us, transmit.channel, transmit.bytes.to_vec()));
            }
        }
    }
    assert_eq!(reports, 8, "two sides, at 2.5, 7.5, 12.5 and 17.5 s");
    let stats = ours.stats();
    let round_trip = stats.round_trip.unwrap();
    assert!((millis(75)..=millis(85)).contains(&round_trip), "{round_trip:?}");
    assert_eq!((stats.lost_there, stats.lost), (Some(0.0), 0));
    let (heard, there) = (stats.score_heard().unwrap(), stats.score_there().unwrap());
    assert!(heard.hundredths > 420 && there.hundredths > 420, "{heard:?}, {there:?} of {stats:?}");
}

#[test]
fn an_rtcp_bye_ends_nothing() {
    let now = start();
    let mut leg = leg(now, agreed(PHONE, &[Codec::Pcmu]), 7);
    let mut talker = Talker::new(1, Codec::Pcmu, 500.0);
    leg.handle_rtp(now, address(PHONE), &talker.packet());
    leg.handle_rtcp(now, address(PHONE_RTCP), &[0x80, 201, 0, 1, 0, 0, 0, 1, 0x81, 203, 0, 1, 0, 0, 0, 1]);
    leg.handle_rtcp(now, address(PHONE_RTCP), &[0x81, 203, 0, 0]);
    let mut heard = 0;
    for tick in 1..20 {
        leg.handle_rtp(now + millis(tick * 20), address(PHONE), &talker.packet());
        heard += usize::from(leg.tick(now + millis(tick * 20)).heard.power() > 100.0);
    }
    assert!(heard > 15);
}

#[test]
fn mutated_packets_from_the_rightful_address_cannot_end_the_conversation() {
    let now = start();
    let mut leg = leg(now, agreed(PHONE, &[Codec::Pcmu]), 7);
    let mut talker = Talker::new(1, Codec::Pcmu, 500.0);
    let mut dice = Dice(99);
    let mut good = 0;
    for tick in 0..2_000 {
        let at = now + millis(tick * 20);
        let packet = talker.packet();
        if tick < 1_800 {
            for _ in 0..20 {
                let mut bytes = packet.clone();
                for _ in 0..=dice.below(4) {
                    let place = dice.below(bytes.len() as u64) as usize;
                    bytes[place] = dice.roll() as u8;
                }
                bytes.truncate(1 + dice.below(200) as usize);
                leg.handle_rtp(at, address(PHONE), &bytes);
                leg.handle_rtcp(at, address(PHONE_RTCP), &bytes);
            }
        }
        leg.handle_rtp(at, address(PHONE), &packet);
        let heard = leg.tick(at).heard;
        good += usize::from(tick >= 1_900 && share(&heard, 500.0) > 0.9);
        sent(&mut leg);
        events(&mut leg);
    }
    assert!(good >= 95, "{good} of the last 100 frames");
}

#[test]
fn a_trunk_whose_gateway_waits_for_us_is_spoken_to_first() {
    let now = start();
    let settings = LegSettings {
        ssrc: 7,
        first_sequence: 0,
        first_timestamp: 0,
        agreed: agreed("198.51.100.77:33456", &[Codec::Pcmu]),
        trust: SourceTrust {
            signalling_ip: "198.51.100.4".parse().unwrap(),
            party: crate::media::Party::Trunk,
        },
        silent_after: Duration::from_secs(30),
        identity: None,
    };
    let mut leg = Leg::new(now, settings);
    let mut talker = Talker::new(1, Codec::Pcmu, 500.0);
    let mut spoken = 0;
    for tick in 0..150 {
        let at = now + millis(tick * 20);
        if tick > 50 {
            leg.handle_rtp(at, address("198.51.100.77:33456"), &talker.packet());
        }
        leg.tick(at);
        let packets = sent(&mut leg);
        assert!(packets.iter().all(|packet| packet.to == address("198.51.100.77:33456")));
        spoken += packets.len();
    }
    assert_eq!(spoken, 150);
}

#[test]
fn comfort_noise_that_nobody_agreed_on_is_a_silence_and_no_stranger() {
    let now = start();
    let mut leg = leg(now, agreed(PHONE, &[Codec::Pcmu]), 7);
    let mut talker = Talker::new(1, Codec::Pcmu, 500.0);
    let mut frames = Vec::new();
    for tick in 0..150 {
        let at = now + millis(tick * 20);
        if (50..100).contains(&tick) {
            if tick % 10 == 0 {
                leg.handle_rtp(at, address(PHONE), &talker.raw(13, false, &[70]));
            }
            talker.timestamp = talker.timestamp.wrapping_add(160);
        } else {
            leg.handle_rtp(at, address(PHONE), &talker.packet());
        }
        frames.push(share(&leg.tick(at).heard, 500.0) > 0.9);
    }
    assert_eq!(leg.stats().dropped, Dropped::default());
    assert_eq!(leg.stats().lost, 0);
    let after = frames[100..125].iter().filter(|good| **good).count();
    assert!(after >= 22, "{after} of 25 after the silence");
}

#[test]
fn a_host_that_takes_nothing_costs_no_memory() {
    let now = start();
    let mut leg = leg(now, agreed(PHONE, &[Codec::Pcmu]), 7);
    let mut talker = Talker::new(1, Codec::Pcmu, 500.0);
    for tick in 0..1_000 {
        let at = now + millis(tick * 20);
        leg.handle_rtp(at, address(PHONE), &talker.packet());
        talker.key(3).iter().for_each(|packet| leg.handle_rtp(at, address(PHONE), packet));
        leg.tick(at);
    }
    assert!(std::iter::from_fn(|| leg.poll_transmit().map(|_| ())).count() <= 16);
    assert!(events(&mut leg).len() <= MAX_EVENTS);
}

#[test]
fn a_host_that_always_leaves_something_behind_does_not_grow_the_buffer() {
    let now = start();
    let mut leg = leg(now, agreed(PHONE, &[Codec::Pcmu]), 7);
    leg.handle_rtp(now, address(PHONE), &Talker::new(1, Codec::Pcmu, 500.0).packet());
    leg.tick(now);
    let mut taken = 0;
    for tick in 1..2_000 {
        leg.tick(now + millis(tick * 20));
        taken += usize::from(leg.poll_transmit().is_some());
        assert!(leg.waiting.len() <= 17 * 1_024);
    }
    assert!(taken > 1_900);
}
