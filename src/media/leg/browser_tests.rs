//! A browser at the other end: it asks by ICE, shakes hands by DTLS, and talks; and what is not the browser is not heard.

use std::sync::Arc;

use super::{browser::Kind, *};
use crate::media::{
    Direction, SampleRate,
    dtls::{Handshake, Identity, Keys},
    ice,
    sdp::{DtlsTerms, Fingerprint, IceCredentials, Protection},
    story::{Talker, address, agreed, events, millis, phone, share, start},
};

const BROWSER: &str = "192.0.2.5:50000";
const OTHER: &str = "192.0.2.5:50002";
const OURS: IceCredentials = IceCredentials { user: *b"abcdefgh", password: *b"a password of 24 letters" };

fn identity() -> Identity {
    let key = rcgen::KeyPair::generate_for(&rcgen::PKCS_ECDSA_P256_SHA256).unwrap();
    let params = rcgen::CertificateParams::new(Vec::<String>::new()).unwrap();
    let certificate = params.self_signed(&key).unwrap();
    Identity::new(certificate.der().to_vec(), key.serialize_der())
}

fn terms(fingerprint: Fingerprint, direction: Direction) -> Agreed {
    let protection = Protection::Dtls(DtlsTerms { fingerprint, active: false, ice: OURS });
    Agreed { protection, direction, ..agreed("0.0.0.0:9", &[Codec::Pcmu]) }
}

struct Call {
    leg: Leg,
    browser: Handshake,
    keys: Option<Keys>,
    talker: Talker,
    clock: Instant,
    /// Packets of audio that the browser has opened.
    said: usize,
    reports: usize,
}

impl Call {
    /// A leg that expects this fingerprint, and a browser that begins the handshake.
    fn new(named: Option<Fingerprint>) -> Self {
        let (ours, theirs) = (identity(), identity());
        let clock = start();
        let expected = named.unwrap_or(theirs.fingerprint());
        let leg = Leg::new(
            clock,
            LegSettings {
                ssrc: 7,
                first_sequence: 65_530,
                first_timestamp: 1,
                agreed: terms(expected, Direction::SendRecv),
                trust: phone("192.0.2.5"),
                silent_after: Duration::from_secs(30),
                identity: Some(Arc::new(ours.clone())),
            },
        );
        let browser = Handshake::new(clock, &theirs, ours.fingerprint(), true);
        let talker = Talker::new(1, Codec::Pcmu, 500.0);
        Self { leg, browser, keys: None, talker, clock, said: 0, reports: 0 }
    }

    /// What the leg sends reaches the browser; nothing of it may be for anybody else.
    fn deliver(&mut self) {
        let mut packets = Vec::new();
        while let Some(transmit) = self.leg.poll_transmit() {
            assert_eq!((transmit.channel, transmit.to), (Channel::Rtp, address(BROWSER)));
            packets.push(transmit.bytes.to_vec());
        }
        for mut packet in packets {
            match Kind::of(&packet) {
                Kind::Stun => {}
                Kind::Dtls => self.browser.handle(self.clock, &packet),
                Kind::Rtp => {
                    // The leg has its keys first, and may talk before the browser can understand it.
                    let Some(keys) = self.keys.as_mut() else { continue };
                    let length = keys.opener.open_rtp(&mut packet).unwrap();
                    self.said += usize::from(Packet::parse(&packet[..length]).unwrap().payload.len() == 160);
                }
                Kind::Rtcp => {
                    let Some(keys) = self.keys.as_mut() else { continue };
                    self.reports += usize::from(keys.opener.open_rtcp(&mut packet).is_ok());
                }
                Kind::Other => panic!("neither this nor that"),
            }
        }
    }

    /// 20 ms in which the browser shakes hands.
    fn shake(&mut self) {
        self.clock += millis(20);
        let mut packets = Vec::new();
        let keys = self.browser.poll(self.clock, |packet| packets.push(packet.to_vec()));
        self.keys = keys.or_else(|| self.keys.take());
        for packet in packets {
            self.leg.handle_rtp(self.clock, address(BROWSER), &packet);
        }
        self.leg.tick(self.clock);
        self.deliver();
    }

    fn ask(&mut self, from: &str) {
        self.leg.handle_rtp(self.clock, address(from), &ice::question(&OURS, from == BROWSER));
    }

    /// 20 ms of talk; how much of what the leg heard was the browser's tone.
    fn talk(&mut self) -> f32 {
        self.clock += millis(20);
        let mut packet = self.talker.packet();
        assert!(self.keys.as_mut().unwrap().sealer.seal_rtp(&mut packet, 0));
        self.leg.handle_rtp(self.clock, address(BROWSER), &packet);
        let heard = share(&self.leg.tick(self.clock).heard, 500.0);
        self.deliver();
        heard
    }

    fn connect(&mut self) {
        self.ask(BROWSER);
        // What the browser has sent too early is sent again after a second.
        for _ in 0..150 {
            self.shake();
            if self.keys.is_some() {
                return;
            }
        }
        panic!("no keys after three seconds");
    }
}

#[test]
fn a_browser_is_found_shakes_hands_and_talks() {
    let mut call = Call::new(None);
    call.leg.play(UtteranceId(1), SampleRate::Hz8000, &[3_000; 80_000]).unwrap();
    for _ in 0..20 {
        call.shake();
    }
    assert!(call.keys.is_none(), "not heard before it has asked with the password");
    call.connect();
    let mut heard = 0;
    for second in 0..8 {
        call.ask(BROWSER);
        for _ in 0..50 {
            heard += usize::from(call.talk() > 0.9);
        }
        assert!(call.said >= 50 * second + 40, "{} packets in second {second}", call.said);
    }
    assert!(heard >= 390, "{heard} of 400 frames");
    assert!(call.reports >= 1);
    let stats = call.leg.stats();
    assert_eq!((stats.dropped.forged, stats.dropped.malformed, stats.silence), (0, 0, None));
    // Keys, both ways, and nothing after the end.
    assert!(call.leg.send_digit('5'));
    call.leg.close();
    call.talk();
    assert_eq!(call.leg.poll_transmit(), None);
}

#[test]
fn a_browser_with_another_certificate_than_its_description_names_gets_nothing() {
    let mut call = Call::new(Some(Fingerprint([9; 32])));
    call.ask(BROWSER);
    call.leg.play(UtteranceId(1), SampleRate::Hz8000, &[3_000; 8_000]).unwrap();
    for _ in 0..100 {
        call.shake();
    }
    assert_eq!(call.said, 0);
    let plain = call.talker.packet();
    call.leg.handle_rtp(call.clock, address(BROWSER), &plain);
    assert!(call.leg.tick(call.clock).heard.power() < 1.0);
    assert_eq!(call.leg.stats().silence, Some(Silence::NotAuthentic));
    assert_eq!(events(&mut call.leg), []);
}

#[test]
fn strangers_are_not_answered_and_plain_packets_are_not_heard() {
    let mut call = Call::new(None);
    call.connect();
    let stranger = "203.0.113.66:4000";
    let wrong = IceCredentials { password: [b'x'; 24], ..OURS };
    let mut heard = 0;
    for _ in 0..100 {
        call.leg.handle_rtp(call.clock, address(stranger), &ice::question(&wrong, true));
        call.leg.handle_rtp(call.clock, address(stranger), &[22, 254, 253, 0, 0]);
        let mut copy = Talker::new(2, Codec::Pcmu, 1_500.0);
        call.leg.handle_rtp(call.clock, address(stranger), &copy.packet());
        call.leg.handle_rtp(call.clock, address(BROWSER), &copy.packet());
        heard += usize::from(call.talk() > 0.9);
    }
    assert!(heard >= 95, "the browser alone is heard: {heard} of 100 frames");
    let stats = call.leg.stats();
    assert!(stats.dropped.foreign >= 300 && stats.dropped.forged >= 100, "{:?}", stats.dropped);
    // Another interface of the same browser, which has asked, is heard.
    call.ask(OTHER);
    assert!(call.leg.poll_transmit().is_some_and(|transmit| transmit.to == address(OTHER)));
}

#[test]
fn on_hold_nothing_is_sent_and_afterwards_the_same_keys_go_on() {
    let mut call = Call::new(None);
    call.connect();
    call.talk();
    let fingerprint = match call.leg.agreed().protection {
        Protection::Dtls(terms) => terms.fingerprint,
        Protection::Plain | Protection::Sdes(_) => panic!("a browser's leg"),
    };
    call.leg.update(call.clock, terms(fingerprint, Direction::Inactive), phone("192.0.2.5"));
    let before = call.said;
    for _ in 0..50 {
        call.talk();
    }
    assert_eq!(call.said, before);
    call.leg.update(call.clock, terms(fingerprint, Direction::SendRecv), phone("192.0.2.5"));
    for _ in 0..50 {
        call.talk();
    }
    assert_eq!(call.said, before + 50);
}

#[test]
fn a_browser_that_asks_no_longer_is_sent_nothing() {
    let mut call = Call::new(None);
    call.connect();
    call.talk();
    let last = call.said;
    call.clock += Duration::from_secs(31);
    call.leg.tick(call.clock);
    call.deliver();
    assert_eq!(call.said, last);
}
