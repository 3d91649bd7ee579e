//! Streams over loopback: TLS believed and not believed, WebSocket let in and not, peers that do not read.

use std::time::SystemTime;

use tokio_tungstenite::{
    client_async,
    tungstenite::{ClientRequestBuilder, Message},
};

use super::*;
use crate::net::Authority;

const LOOPBACK: &str = "127.0.0.1:0";

fn made() -> (Identity, String) {
    let issued =
        Authority::make("Maple Court", SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000)).unwrap();
    let authority = Authority::open("Maple Court", &issued).unwrap();
    let names = ["sip.carrier.example".to_owned()];
    let today = std::fs::metadata("Cargo.toml").unwrap().modified().unwrap();
    let server = authority.issue(&names, today).unwrap();
    (Identity::new(server.certificate.as_bytes(), server.key.as_bytes()).unwrap(), issued.certificate)
}

fn run<T>(story: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async { timeout(Duration::from_secs(20), story).await.unwrap() })
}

fn origins() -> Arc<Origins> {
    Arc::new(Origins { hosts: vec!["portico.local".to_owned()], exact: vec![] })
}

#[test]
fn tls_goes_both_ways_and_what_is_sent_before_it_is_there_is_not_lost() {
    let (identity, authority) = made();
    let (mut ours, mut theirs) =
        (Streams::new(StreamLimits::default()).unwrap(), Streams::new(StreamLimits::default()).unwrap());
    let at = theirs.listen(Wrapping::Tls, LOOPBACK.parse().unwrap(), Some(&identity), &origins()).unwrap();
    let trust = Trust::of(&[authority.as_bytes()]).unwrap();
    run(async {
        let tls = Some((&trust, "sip.carrier.example"));
        ours.connect(Wrapping::Tls, at, at, tls, b"one".to_vec());
        ours.connect(Wrapping::Tls, at, at, tls, b"two".to_vec());
        let StreamEvent::Connected { connection, wrapping: Wrapping::Tls, .. } = theirs.next().await else {
            panic!()
        };
        let StreamEvent::Connected { .. } = ours.next().await else { panic!() };
        let mut heard = Vec::new();
        while heard.len() < 6 {
            let StreamEvent::Bytes { bytes, .. } = theirs.next().await else { panic!() };
            heard.extend(bytes);
        }
        assert_eq!(heard, b"onetwo");
        assert!(theirs.send(connection, b"answer".to_vec()));
        let StreamEvent::Bytes { bytes, .. } = ours.next().await else { panic!() };
        assert_eq!(bytes, b"answer");
        theirs.close(connection);
        assert!(matches!(ours.next().await, StreamEvent::Closed { .. }));
    });
}

#[test]
fn a_certificate_for_another_name_or_of_an_unknown_authority_is_refused_with_a_sentence() {
    let (identity, authority) = made();
    let (mut ours, theirs) =
        (Streams::new(StreamLimits::default()).unwrap(), Streams::new(StreamLimits::default()).unwrap());
    let at = theirs.listen(Wrapping::Tls, LOOPBACK.parse().unwrap(), Some(&identity), &origins()).unwrap();
    let (right, wrong) =
        (Trust::of(&[authority.as_bytes()]).unwrap(), Trust::of(&[made().1.as_bytes()]).unwrap());
    run(async {
        for (trust, name, expected) in [
            (&right, "other.example", "its certificate is not for other.example"),
            (&wrong, "sip.carrier.example", "its certificate is signed by nobody we believe"),
        ] {
            ours.connect(Wrapping::Tls, at, at, Some((trust, name)), b"secret".to_vec());
            let StreamEvent::NotOpened { why, .. } = ours.next().await else { panic!() };
            assert!(why.starts_with(expected), "{why}");
        }
    });
}

#[test]
fn a_browser_of_the_house_is_let_in_and_no_page_of_another_origin() {
    let mut streams = Streams::new(StreamLimits::default()).unwrap();
    let at = streams.listen(Wrapping::WebSocket, LOOPBACK.parse().unwrap(), None, &origins()).unwrap();
    run(async {
        let ask = |origin: &str, protocol: &str| {
            ClientRequestBuilder::new(format!("ws://{at}/").parse().unwrap())
                .with_header("Origin", origin)
                .with_sub_protocol(protocol)
        };
        for (origin, protocol) in [("https://evil.example", "sip"), ("https://portico.local", "chat")] {
            let stream = TcpStream::connect(at).await.unwrap();
            assert!(client_async(ask(origin, protocol), stream).await.is_err(), "{origin} {protocol}");
            assert!(matches!(streams.next().await, StreamEvent::Refused { .. }));
        }
        let stream = TcpStream::connect(at).await.unwrap();
        let (mut browser, response) =
            client_async(ask("https://portico.local:8443", "sip"), stream).await.unwrap();
        assert_eq!(response.headers()["sec-websocket-protocol"], "sip");
        let StreamEvent::Connected { connection, .. } = streams.next().await else { panic!() };
        browser.send(Message::text("REGISTER")).await.unwrap();
        let StreamEvent::Bytes { bytes, .. } = streams.next().await else { panic!() };
        assert_eq!(bytes, b"REGISTER");
        assert!(streams.send(connection, b"SIP/2.0 200 OK".to_vec()));
        assert_eq!(browser.next().await.unwrap().unwrap(), Message::text("SIP/2.0 200 OK"));
    });
}

#[test]
fn a_peer_that_does_not_read_is_closed_and_an_address_has_its_share() {
    let limits = StreamLimits { from_one_address: 3, ..StreamLimits::default() };
    let mut streams = Streams::new(limits).unwrap();
    let at = streams.listen(Wrapping::Plain, LOOPBACK.parse().unwrap(), None, &origins()).unwrap();
    run(async {
        let deaf = TcpStream::connect(at).await.unwrap();
        let StreamEvent::Connected { connection, .. } = streams.next().await else { panic!() };
        let mut taken = 0;
        while streams.send(connection, vec![b'x'; 8 * 1024]) {
            taken += 1;
            assert!(taken < 10_000, "what waits is bounded");
            tokio::task::yield_now().await;
        }
        assert!(streams.is_empty());
        drop(deaf);
        let mut held = Vec::new();
        loop {
            held.push(TcpStream::connect(at).await.unwrap());
            match streams.next().await {
                StreamEvent::Connected { connection, .. } if held.len() == 1 => streams.prove(connection),
                StreamEvent::Refused { .. } => break,
                _ => {}
            }
        }
        assert!((4..=5).contains(&held.len()), "one that is known and three that are not: {}", held.len());
    });
}
