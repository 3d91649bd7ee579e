//! Two legs put through to each other over real sockets of the loopback, at a pace of the test's own.

use std::time::Duration;

use super::*;
use crate::{
    app::{
        chance, clock, media_plane::MediaPlane, media_poll::Readiness, recordings::Recordings,
        sounds::Sounds, speech_pool::SpeechPool,
    },
    media::{Codec, Decoder, Direction, Encoder, Party, Payload, Protection},
    types::CallId,
};

const CALLER: LegId = LegId(1);
const DESK: LegId = LegId(2);

fn agreed(codec: Codec, remote: std::net::SocketAddr) -> Agreed {
    let mut list = [None; Codec::ALL.len()];
    list[0] = Some(Payload { number: codec.payload_type(), codec });
    Agreed {
        codec,
        payload_type: codec.payload_type(),
        send: list,
        receive: list,
        telephone_event: Some(101),
        telephone_event_in: Some(101),
        remote,
        remote_rtcp: remote,
        direction: Direction::SendRecv,
        ptime: 20,
        protection: Protection::Plain,
    }
}

#[test]
fn legs_that_share_no_codec_hear_each_other_and_each_others_keys() {
    let folder = std::env::temp_dir().join(format!("portico-legs-{}", std::process::id()));
    let (to_switch, _told) = tokio::sync::mpsc::channel(1_000);
    let (media, _thread) = MediaPlane::new(None).unwrap();
    let outside = Outside {
        speech: SpeechPool::new(to_switch.clone(), media.clone()).unwrap(),
        recordings: Recordings::start(folder.clone()).unwrap(),
        sounds: Sounds::start(folder, media).unwrap(),
        to_switch,
    };
    let readiness = Readiness::new().unwrap();
    let home = IpAddr::from([127, 0, 0, 1]);
    let mut legs = Legs::new(vec![home], readiness.register().unwrap(), chance().unwrap(), None, outside);
    let start = clock::instant();
    let mut far_ends = Vec::new();
    for (leg, codec) in [(CALLER, Codec::Pcmu), (DESK, Codec::G722)] {
        let far = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
        far.set_nonblocking(true).unwrap();
        // A port and the next one, both free a moment ago.
        let ours = std::net::UdpSocket::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port() & !1;
        legs.command(start, leg, MediaCommand::Open { call: CallId::from_i64(1), port: ours, told: home });
        let trust = SourceTrust { signalling_ip: home, party: Party::Phone };
        legs.command(
            start,
            leg,
            MediaCommand::Connect { agreed: agreed(codec, far.local_addr().unwrap()), trust },
        );
        far_ends.push((far, ours, Decoder::new(codec), Encoder::new(codec)));
    }
    legs.command(start, CALLER, MediaCommand::Bridge { with: DESK });
    let (mut heard, mut keys) = ([0_usize; 2], 0);
    for tick in 0..100_u32 {
        let now = start + Duration::from_millis(u64::from(tick) * 20);
        for (far, port, decoder, encoder) in &mut far_ends {
            let codec = decoder.codec();
            let mut packet = vec![0x80, codec.payload_type(), 0, tick as u8];
            packet.extend_from_slice(&(tick * 160).to_be_bytes());
            packet.extend_from_slice(&9_u32.to_be_bytes());
            if codec == Codec::Pcmu && (50..58).contains(&tick) {
                packet[4..8].copy_from_slice(&8_000_u32.to_be_bytes());
                packet[1] = 101;
                packet.extend_from_slice(&[5, if tick > 54 { 0x8a } else { 10 }, 3, 0x20]);
            } else {
                let wave = |n: usize| if (n / 10).is_multiple_of(2) { 6_000 } else { -6_000 };
                let samples: Vec<i16> = (0..codec.rate().frame_len()).map(wave).collect();
                encoder.encode(&samples, &mut packet);
            }
            far.send_to(&packet, (home, *port)).unwrap();
        }
        legs.receive(now, 0);
        legs.receive(now, 2);
        legs.tick(now);
        let mut buffer = [0; 512];
        for (place, (far, _, decoder, _)) in far_ends.iter_mut().enumerate() {
            while let Ok(length) = far.recv(&mut buffer) {
                if buffer[1] & 0x7f == 101 {
                    keys += usize::from(buffer[12] == 5);
                } else {
                    assert_eq!(buffer[1] & 0x7f, decoder.codec().payload_type());
                    let mut samples = Vec::new();
                    decoder.decode(&buffer[12..length], &mut samples);
                    heard[place] += usize::from(samples.iter().any(|sample| sample.abs() > 2_000));
                }
            }
        }
    }
    assert!(heard.iter().all(|&frames| frames > 60), "{heard:?} of 100 frames");
    assert_eq!(keys, 7, "the desk is sent the key once: five updates and two copies of the end");
}
