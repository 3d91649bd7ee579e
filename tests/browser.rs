//! A real browser against the browser's leg: Chromium offers, Portico's media room answers, and sound flows both ways.
//!
//! No signalling is in between: a page of this test's own posts its offer and what it has measured over HTTP on loopback.
//! `make interop` runs it, with Debian's chromium.

#![expect(clippy::unwrap_used, reason = "a test fails by unwrapping")]

use std::{
    env,
    f64::consts::TAU,
    fs,
    io::{self, BufRead, BufReader, Read, Write},
    net::{IpAddr, Ipv4Addr, TcpListener, TcpStream, UdpSocket},
    process::{Child, Command, Stdio},
    sync::Arc,
    time::{Duration, Instant},
};

use portico::{
    media::{
        Agreed, Codec, Direction, Encryption, Identity, Leg, LegEvent, LegSettings, LocalMedia, Party,
        SampleRate, Seed, SourceTrust, Wish, answer,
    },
    types::UtteranceId,
};
use serde_json::Value;

const PAGE: &str = include_str!("interop/browser.html");
const SCRIPT: &str = include_str!("interop/browser.js");
/// The browser has found us, talked and reported by then, or has failed.
const HARD_LIMIT: Duration = Duration::from_secs(60);

#[expect(clippy::disallowed_methods, reason = "a browser lives in real time")]
fn clock() -> Instant {
    Instant::now()
}

/// Only this process is ended, by its id.
struct Chromium(Child, std::path::PathBuf);

impl Drop for Chromium {
    fn drop(&mut self) {
        drop(self.0.kill());
        drop(self.0.wait());
        drop(fs::remove_dir_all(&self.1));
    }
}

fn chromium(url: &str) -> Chromium {
    let profile = env::temp_dir().join(format!("portico-browser-{}", std::process::id()));
    fs::create_dir_all(&profile).unwrap();
    let child = Command::new("chromium")
        .args(["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--mute-audio"])
        .args(["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"])
        // The box of this test is on loopback only, where a browser otherwise looks for nobody.
        .args(["--allow-loopback-in-peer-connection", "--disable-features=WebRtcHideLocalIpsWithMdns"])
        .arg(format!("--user-data-dir={}", profile.display()))
        .arg(url)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    Chromium(child, profile)
}

/// One request: its path and its body.
fn request(stream: &TcpStream) -> io::Result<(String, Vec<u8>)> {
    stream.set_read_timeout(Some(Duration::from_secs(2)))?;
    let mut reader = BufReader::new(stream);
    let (mut line, mut length) = (String::new(), 0);
    reader.read_line(&mut line)?;
    let path = line.split(' ').nth(1).unwrap_or_default().to_owned();
    loop {
        line.clear();
        reader.read_line(&mut line)?;
        if line.trim().is_empty() {
            break;
        }
        if let Some((name, value)) = line.split_once(':')
            && name.eq_ignore_ascii_case("content-length")
        {
            length = value.trim().parse().unwrap_or(0);
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    Ok((path, body))
}

fn respond(mut stream: &TcpStream, kind: &str, body: &[u8]) {
    let head = format!(
        "HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
        body.len()
    );
    drop(stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(body)));
}

fn identity() -> Identity {
    let key = rcgen::KeyPair::generate_for(&rcgen::PKCS_ECDSA_P256_SHA256).unwrap();
    let certificate = rcgen::CertificateParams::new(Vec::<String>::new()).unwrap().self_signed(&key).unwrap();
    Identity::new(certificate.der().to_vec(), key.serialize_der())
}

/// The box's end: a leg on a socket of its own, beaten every 20 ms.
struct Box {
    socket: UdpSocket,
    identity: Arc<Identity>,
    leg: Option<Leg>,
    heard: Vec<LegEvent>,
    /// Frames in which the browser's voice was to be heard.
    voiced: usize,
}

impl Box {
    fn new() -> Self {
        let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        socket.set_nonblocking(true).unwrap();
        Self { socket, identity: Arc::new(identity()), leg: None, heard: Vec::new(), voiced: 0 }
    }

    fn answer(&mut self, offer: &[u8]) -> Vec<u8> {
        let local = LocalMedia {
            address: IpAddr::V4(Ipv4Addr::LOCALHOST),
            port: self.socket.local_addr().unwrap().port(),
            session_id: 1,
            version: 1,
            direction: Direction::SendRecv,
            encryption: Encryption {
                wish: Wish::Browser(self.identity.fingerprint()),
                seed: Seed(std::array::from_fn(|n| n as u8 ^ 0x5a)),
            },
        };
        let (body, agreed): (Vec<u8>, Agreed) = answer(offer, &local, &[Codec::Pcmu]).unwrap();
        let mut leg = Leg::new(
            clock(),
            LegSettings {
                ssrc: 0x1234_5678,
                first_sequence: 65_500,
                first_timestamp: 7,
                agreed,
                trust: SourceTrust { signalling_ip: Ipv4Addr::LOCALHOST.into(), party: Party::Phone },
                silent_after: Duration::from_secs(30),
                identity: Some(self.identity.clone()),
            },
        );
        let tone: Vec<i16> = (0..8_000 * 30)
            .map(|n| (8_000.0 * (TAU * 440.0 * f64::from(n) / 8_000.0).sin()) as i16)
            .collect();
        leg.play(UtteranceId(1), SampleRate::Hz8000, &tone).unwrap();
        self.leg = Some(leg);
        body
    }

    fn beat(&mut self) {
        let Some(leg) = &mut self.leg else { return };
        let mut packet = [0; 2_048];
        while let Ok((length, from)) = self.socket.recv_from(&mut packet) {
            leg.handle_rtp(clock(), from, &packet[..length]);
        }
        let tick = leg.tick(clock());
        self.voiced += usize::from(tick.heard.power() > 3_400.0);
        while let Some(transmit) = leg.poll_transmit() {
            drop(self.socket.send_to(transmit.bytes, transmit.to));
        }
        while let Some(event) = leg.poll_event() {
            self.heard.push(event);
        }
    }
}

#[test]
#[ignore = "needs chromium: make interop"]
fn chromium_finds_the_box_shakes_hands_and_talks_both_ways() {
    let here = env::var_os("PATH")
        .is_some_and(|path| env::split_paths(&path).any(|folder| folder.join("chromium").is_file()));
    if !here {
        assert!(env::var_os("CI").is_none(), "chromium is not installed: `make test-packages`");
        eprintln!("SKIPPED: chromium is not installed (`make test-packages` installs it)");
        return;
    }
    let http = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    http.set_nonblocking(true).unwrap();
    let mut office = Box::new();
    let _browser = chromium(&format!("http://{}/", http.local_addr().unwrap()));
    let deadline = clock() + HARD_LIMIT;
    let mut next = clock();
    let report = loop {
        assert!(clock() < deadline, "the browser has not reported; heard: {:?}", office.heard);
        next += Duration::from_millis(20);
        if let Ok((stream, _)) = http.accept() {
            stream.set_nonblocking(false).unwrap();
            let Ok((path, body)) = request(&stream) else { continue };
            match path.as_str() {
                "/" => respond(&stream, "text/html; charset=utf-8", PAGE.as_bytes()),
                "/browser.js" => respond(&stream, "text/javascript; charset=utf-8", SCRIPT.as_bytes()),
                "/offer" => respond(&stream, "application/sdp", &office.answer(&body)),
                "/report" => {
                    respond(&stream, "text/plain", b"");
                    break serde_json::from_slice::<Value>(&body).unwrap();
                }
                _ => respond(&stream, "text/plain", b""),
            }
        }
        office.beat();
        std::thread::park_timeout(next.saturating_duration_since(clock()));
    };
    let leg = office.leg.as_ref().unwrap();
    let said = || format!("{report:#}\n{:#?}\n{:?}", leg.stats(), office.heard);
    assert!(report["error"].is_null(), "{}", said());
    assert_eq!(report["state"], "connected", "{}", said());
    assert!(report["packetsReceived"].as_u64().unwrap() >= 200, "{}", said());
    assert!(report["energy"].as_f64().unwrap() > 0.01, "the browser heard the tone: {}", said());
    let stats = leg.stats();
    assert!(stats.received >= 200 && stats.dropped.forged == 0, "{}", said());
    assert!(office.voiced >= 20, "the box heard the browser beep in {} frames: {}", office.voiced, said());
    assert!(office.heard.contains(&LegEvent::Digit('7')), "{}", said());
}
