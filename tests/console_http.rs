//! Slow and broken clients at the console's socket: each comes to an end, and nobody else notices.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "the harness of these tests fails as tests do")]

use std::{net::SocketAddr, time::Duration};

use axum::{
    Router,
    body::Body,
    extract::ConnectInfo,
    routing::{get, post},
};
use portico::{
    app::console_server::{Limits, Server, serve},
    net::Identity,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    time::{Instant, timeout},
};

/// Shortened, so that the test ends soon.
const LIMITS: Limits = Limits {
    head: Duration::from_millis(400),
    stalled: Duration::from_millis(400),
    per_address: 8,
    in_all: 12,
};

/// Far more than any deadline above: what takes so long does not happen.
const LONG: Duration = Duration::from_secs(10);

fn router() -> Router {
    Router::new()
        .route("/", get(|ConnectInfo(peer): ConnectInfo<SocketAddr>| async move { peer.ip().to_string() }))
        .route("/large", get(|| async { Body::from(vec![b'x'; 64 << 20]) }))
        .route("/form", post(|body: String| async move { body }))
}

async fn serving() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(serve(listener, router(), LIMITS));
    address
}

/// A connection from this loopback address.
async fn from(source: [u8; 4], to: SocketAddr) -> TcpStream {
    let socket = tokio::net::TcpSocket::new_v4().unwrap();
    socket.bind((source, 0).into()).unwrap();
    socket.connect(to).await.unwrap()
}

async fn read_to_end(stream: &mut TcpStream) -> String {
    let mut text = Vec::new();
    // A reset is an end, too.
    let _ = timeout(LONG, stream.read_to_end(&mut text)).await.expect("the connection is closed");
    String::from_utf8_lossy(&text).into_owned()
}

async fn is_served(source: [u8; 4], to: SocketAddr) -> bool {
    let mut stream = from(source, to).await;
    let request = b"GET / HTTP/1.1\r\nHost: box\r\nConnection: close\r\n\r\n";
    stream.write_all(request).await.is_ok() && read_to_end(&mut stream).await.starts_with("HTTP/1.1 200")
}

#[tokio::test]
async fn the_handler_knows_the_peer() {
    let console = serving().await;
    let mut stream = from([127, 0, 0, 9], console).await;
    stream.write_all(b"GET / HTTP/1.1\r\nHost: box\r\nConnection: close\r\n\r\n").await.unwrap();
    assert!(read_to_end(&mut stream).await.ends_with("127.0.0.9"));
}

#[tokio::test]
async fn a_head_that_drips_in_is_cut_off_and_idle_connections_end() {
    let console = serving().await;
    let mut idle = from([127, 0, 0, 2], console).await;
    let mut half = from([127, 0, 0, 2], console).await;
    half.write_all(b"GET / HTTP/1.1\r\nHost: b").await.unwrap();
    let mut kept = from([127, 0, 0, 2], console).await;
    kept.write_all(b"GET / HTTP/1.1\r\nHost: box\r\n\r\n").await.unwrap();
    let (mut reader, mut writer) = from([127, 0, 0, 2], console).await.into_split();
    let begun = Instant::now();
    let dripping = tokio::spawn(async move {
        writer.write_all(b"GET / HTTP/1.1\r\n").await?;
        let mut tick = tokio::time::interval(Duration::from_millis(50));
        loop {
            tick.tick().await;
            writer.write_all(b"X-A: b\r\n").await?;
        }
        #[expect(unreachable_code, reason = "names the error of the loop")]
        Ok::<(), std::io::Error>(())
    });
    let mut rest = Vec::new();
    let _ = timeout(LONG, reader.read_to_end(&mut rest)).await.expect("dripping does not help");
    assert!(begun.elapsed() >= LIMITS.head);
    assert_eq!(read_to_end(&mut idle).await, "");
    read_to_end(&mut half).await;
    assert!(read_to_end(&mut kept).await.starts_with("HTTP/1.1 200"), "answered first, closed when idle");
    assert!(timeout(LONG, dripping).await.unwrap().unwrap().is_err());
    assert!(is_served([127, 0, 0, 2], console).await, "the address is not barred");
}

#[tokio::test]
async fn an_answer_that_nobody_takes_is_broken_off() {
    let console = serving().await;
    let mut stalled = from([127, 0, 0, 3], console).await;
    stalled.write_all(b"GET /large HTTP/1.1\r\nHost: box\r\n\r\n").await.unwrap();
    let (mut arrived, begun) = (0, Instant::now());
    // Nothing is read until the deadline is well past; what is in the buffers is all that comes after it.
    tokio::time::sleep_until(begun + 4 * LIMITS.stalled).await;
    let mut piece = vec![0; 1 << 20];
    while let Ok(Ok(read @ 1..)) = timeout(LONG, stalled.read(&mut piece)).await {
        arrived += read;
    }
    assert!(arrived < 64 << 20, "{arrived} bytes: the answer was cut short");

    let mut reading = from([127, 0, 0, 3], console).await;
    reading.write_all(b"GET /large HTTP/1.1\r\nHost: box\r\nConnection: close\r\n\r\n").await.unwrap();
    assert!(read_to_end(&mut reading).await.len() > 64 << 20, "who reads gets all of it");
}

#[tokio::test]
async fn an_address_has_its_share_and_no_more_and_others_have_theirs() {
    let console = serving().await;
    let mut held = Vec::new();
    for _ in 0..LIMITS.per_address {
        held.push(from([127, 0, 0, 4], console).await);
    }
    let begun = Instant::now();
    let mut ninth = from([127, 0, 0, 4], console).await;
    let _ = ninth.write_all(b"GET / HTTP/1.1\r\nHost: box\r\n\r\n").await;
    assert_eq!(read_to_end(&mut ninth).await, "", "closed unheard");
    assert!(begun.elapsed() < LIMITS.head, "at once");
    assert!(is_served([127, 0, 0, 5], console).await, "a bystander is served");
    for mut stream in held {
        assert_eq!(read_to_end(&mut stream).await, "");
    }
    assert!(is_served([127, 0, 0, 4], console).await, "the share is given back");
}

#[tokio::test]
async fn the_whole_has_an_end_too_and_comes_back() {
    let console = serving().await;
    let mut held = Vec::new();
    for n in 0..LIMITS.in_all {
        held.push(from([127, 0, 1, n as u8 + 1], console).await);
    }
    assert!(!is_served([127, 0, 0, 6], console).await);
    for mut stream in held {
        read_to_end(&mut stream).await;
    }
    assert!(is_served([127, 0, 0, 6], console).await);
}

#[tokio::test]
async fn requests_that_two_programs_could_read_differently_are_refused() {
    let console = serving().await;
    for broken in [
        "POST /form HTTP/1.1\r\nHost: box\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
        "POST /form HTTP/1.1\r\nHost: box\r\nContent-Length: -1\r\n\r\n",
        "POST /form HTTP/1.1\r\nHost: box\r\nContent-Length: 0x2\r\n\r\nab",
        "POST /form HTTP/1.1\r\nHost: box\r\nContent-Length: 99999999999999999999999\r\n\r\n",
        "POST /form HTTP/1.1\r\nHost: box\r\nTransfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: box\r\nX : y\r\n\r\n",
        "GET /\0 HTTP/1.1\r\nHost: box\r\n\r\n",
        "nonsense\r\n\r\n",
        "\x16\x03\x01\x02\x00\x01",
    ] {
        let mut stream = from([127, 0, 0, 7], console).await;
        let smuggled = format!("{broken}GET / HTTP/1.1\r\nHost: box\r\n\r\n");
        stream.write_all(smuggled.as_bytes()).await.unwrap();
        let answer = read_to_end(&mut stream).await;
        assert!(!answer.contains(" 200 "), "{broken:?}: {answer}");
    }
    let mut long = from([127, 0, 0, 7], console).await;
    let head = format!("GET / HTTP/1.1\r\nHost: box\r\nX: {}\r\n\r\n", "a".repeat(100_000));
    let _ = long.write_all(head.as_bytes()).await;
    assert!(!read_to_end(&mut long).await.contains(" 200 "));
    assert!(is_served([127, 0, 0, 7], console).await);
}

#[tokio::test]
async fn under_tls_it_is_the_same_console_and_whoever_shakes_no_hands_is_cut_off() {
    let key = rcgen::KeyPair::generate_for(&rcgen::PKCS_ECDSA_P256_SHA256).unwrap();
    let certificate =
        rcgen::CertificateParams::new(vec!["box.example".to_owned()]).unwrap().self_signed(&key).unwrap();
    let identity = Identity::new(certificate.pem().as_bytes(), key.serialize_pem().as_bytes()).unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let console = listener.local_addr().unwrap();
    let server = Server::new(router(), LIMITS);
    let tls = tokio_rustls::TlsAcceptor::from(identity.server());
    tokio::spawn(async move { server.listen(listener, Some(tls)).await });

    let mut silent = from([127, 0, 0, 2], console).await;
    assert_eq!(read_to_end(&mut silent).await, "");

    let mut believed = rustls::RootCertStore::empty();
    believed.add(certificate.der().clone()).unwrap();
    let provider = std::sync::Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let client = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(believed)
        .with_no_client_auth();
    let connector = tokio_rustls::TlsConnector::from(std::sync::Arc::new(client));
    let name = rustls::pki_types::ServerName::try_from("box.example").unwrap();
    let stream = from([127, 0, 0, 9], console).await;
    let mut stream = connector.connect(name, stream).await.unwrap();
    stream.write_all(b"GET / HTTP/1.1\r\nHost: box\r\nConnection: close\r\n\r\n").await.unwrap();
    let mut text = Vec::new();
    let _ = timeout(LONG, stream.read_to_end(&mut text)).await.expect("an end");
    assert!(String::from_utf8_lossy(&text).ends_with("127.0.0.9"));
}
