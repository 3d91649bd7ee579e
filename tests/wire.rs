//! The whole house in this process, on real sockets of the loopback: a carrier, a phone, and peers with bad manners.

#![expect(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by unwrapping")]

mod telephone;

use std::{
    fs,
    net::{IpAddr, SocketAddr},
    path::{Path, PathBuf},
    sync::{Arc, mpsc},
    thread,
    time::Duration,
};

use futures_util::{SinkExt, Stream, StreamExt};
use portico::{
    app::{House, NoNotice},
    config::Config,
    net::Wrapping,
    pbx::{CallRecord, Disposition, Fact},
    sip::{
        Event,
        digest::{Challenge, ClientSession},
        wire::{Frame, Framer, Message, Method, Name},
    },
    store::{Store, TextDirection},
    types::Chance,
};
use rand_chacha::rand_core::SeedableRng;
use rustls::{
    ClientConfig, RootCertStore,
    pki_types::{CertificateDer, ServerName, pem::PemObject},
};
use telephone::{Happening, PATIENCE, Sockets, Telephone, clock};
use tokio::{
    io::{AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::{TcpSocket, TcpStream, UdpSocket},
    runtime::{Builder, Runtime},
    time::{sleep, timeout},
};
use tokio_rustls::TlsConnector;
use tokio_tungstenite::{
    client_async,
    tungstenite::{self, ClientRequestBuilder, Message as WebSocketMessage},
};

const NUMBER: &str = "+13035550100";
const CALLER: &str = "+13035550177";
const PASSWORD: &str = "correct horse battery";

/// The carrier's side: the only address that is trusted without a password.
const CARRIER: &str = "127.0.0.2";
const PHONE: &str = "127.0.0.1";
const STRANGER: &str = "127.0.0.3";

/// A house with one number, one extension and one trunk; it is stopped, and its folder removed, at the end.
struct Office {
    house: Option<House>,
    folder: PathBuf,
    facts: mpsc::Receiver<Fact>,
    carrier: Option<Sockets>,
    runtime: Runtime,
}

impl Office {
    /// `media` is the first of a hundred ports for sound, so that stories which are told at once do not share any.
    fn open(name: &str, media: u16) -> Self {
        Self::listening(name, media, "127.0.0.1:0")
    }

    fn listening(name: &str, media: u16, listen: &str) -> Self {
        let runtime = Builder::new_current_thread().enable_all().build().unwrap();
        let folder = std::env::temp_dir().join(format!("portico-wire-{name}-{}", std::process::id()));
        drop(fs::remove_dir_all(&folder));
        let carrier = runtime.block_on(Sockets::at(CARRIER));
        let text = format!(
            r#"
            [office]
            name = "Maple Court"
            zone = "America/Denver"
            on_call = "+1 303 555 0199"
            [sip]
            listen = [{}]
            tls = "127.0.0.1:0"
            wss = "127.0.0.1:0"
            rtp_ports = "{media}-{}"
            [console]
            listen = "127.0.0.1:0"
            [store]
            folder = '{}'
            [speech]
            models = '{}'
            [[number]]
            number = "{NUMBER}"
            ring = [["101"]]
            [[extension]]
            extension = "101"
            password = "{PASSWORD}"
            [[trunk]]
            name = "carrier"
            from = ["{CARRIER}"]
            send_to = "{}"
            "#,
            listen.split(' ').map(|at| format!("\"{at}\"")).collect::<Vec<_>>().join(", "),
            media + 99,
            folder.display(),
            folder.join("no models").display(),
            carrier.address()
        );
        let config = Config::parse("wire.toml", &text).unwrap();
        let (told, facts) = mpsc::channel();
        let listener = Box::new(move |fact: &Fact| drop(told.send(fact.clone())));
        let house = House::start(Path::new("portico.toml"), &config, listener, Box::new(NoNotice)).unwrap();
        Self { house: Some(house), folder, facts, carrier: Some(carrier), runtime }
    }

    fn sip(&self) -> SocketAddr {
        self.house.as_ref().unwrap().sip
    }

    fn tls(&self) -> SocketAddr {
        self.listens(Wrapping::Tls)
    }

    fn listens(&self, as_what: Wrapping) -> SocketAddr {
        let streams = &self.house.as_ref().unwrap().streams;
        streams.iter().find(|(wrapping, _)| *wrapping == as_what).unwrap().1
    }

    /// A client of TLS that believes the box's own authority, as a provisioned phone does.
    fn believer(&self) -> TlsConnector {
        let authority = fs::read(self.folder.join("tls/ca.pem")).unwrap();
        let mut roots = RootCertStore::empty();
        roots.add_parsable_certificates(CertificateDer::pem_slice_iter(&authority).map(Result::unwrap));
        let config = ClientConfig::builder().with_root_certificates(roots).with_no_client_auth();
        TlsConnector::from(Arc::new(config))
    }

    /// UDP of IPv6: the port is that of TCP.
    fn sip_v6(&self) -> SocketAddr {
        let streams = &self.house.as_ref().unwrap().streams;
        streams.iter().find(|(wrapping, at)| *wrapping == Wrapping::Plain && at.is_ipv6()).unwrap().1
    }

    fn carrier(&mut self) -> Telephone {
        Telephone::new(self.carrier.take().unwrap(), self.sip(), None, 1)
    }

    fn phone(&self) -> Telephone {
        let sip = self.sip();
        self.runtime.block_on(async {
            let mut phone = Telephone::new(Sockets::at(PHONE).await, sip, Some(("101", PASSWORD)), 2);
            phone.registered().await;
            phone
        })
    }

    fn tell(&self, story: impl Future<Output = ()>) {
        self.runtime.block_on(story);
    }

    /// The record of the next call that ends.
    fn record(&self) -> CallRecord {
        loop {
            if let Fact::Ended(record) = self.facts.recv_timeout(PATIENCE).unwrap() {
                return *record;
            }
        }
    }

    fn texts_stored(&self) -> Vec<String> {
        let store = Store::open(&self.folder.join("portico.db")).unwrap();
        let texts = store.reader().messages(None, None, 100).unwrap().items;
        texts.into_iter().filter(|text| text.direction == TextDirection::In).map(|text| text.body).collect()
    }
}

impl Drop for Office {
    fn drop(&mut self) {
        if let Some(house) = self.house.take() {
            house.stop();
        }
        drop(fs::remove_dir_all(&self.folder));
    }
}

async fn answers(phone: &mut Telephone) {
    phone
        .until("an INVITE", |phone, happening| match happening {
            Happening::Sip(Event::Invited { session, invitation }) => {
                phone.ring(*session);
                phone.answer(*session, &invitation.offer, invitation.source);
                Some(())
            }
            _ => None,
        })
        .await;
}

async fn connect(from: &str, to: SocketAddr) -> TcpStream {
    let socket = TcpSocket::new_v4().unwrap();
    // So that who does not read is soon full.
    socket.set_recv_buffer_size(8 * 1024).unwrap();
    let ip: IpAddr = from.parse().unwrap();
    socket.bind((ip, 0).into()).unwrap();
    let stream = socket.connect(to).await.unwrap();
    stream.set_nodelay(true).unwrap();
    stream
}

/// A peer that writes its SIP by hand.
struct Hand {
    stream: TcpStream,
    framer: Framer,
    waiting: Vec<Message>,
}

impl Hand {
    async fn at(from: &str, to: SocketAddr) -> Self {
        Self { stream: connect(from, to).await, framer: Framer::new(), waiting: vec![] }
    }

    fn local(&self) -> SocketAddr {
        self.stream.local_addr().unwrap()
    }

    /// The answer with this status to the request with this method.
    async fn answer(&mut self, status: u16, method: &str) -> Message {
        let told = timeout(PATIENCE, async {
            loop {
                let fits = |message: &Message| {
                    message.status() == Some(status)
                        && message.cseq().is_some_and(|(_, asked)| asked.to_string() == method)
                };
                if let Some(at) = self.waiting.iter().position(fits) {
                    return self.waiting.remove(at);
                }
                let mut bytes = [0; 4096];
                let length = self.stream.read(&mut bytes).await.unwrap();
                assert_ne!(length, 0, "the connection was closed before {status} to {method}");
                for frame in self.framer.push(&bytes[..length]) {
                    match frame {
                        Frame::Message(message) => self.waiting.push(message),
                        other => panic!("{other:?}"),
                    }
                }
            }
        });
        told.await.unwrap_or_else(|_| panic!("no {status} to {method}; there came {:#?}", self.waiting))
    }
}

/// Somebody of good manners, by UDP: how long does an answer take?
struct Bystander {
    socket: UdpSocket,
    asked: u32,
}

impl Bystander {
    async fn at(from: &str, to: SocketAddr) -> Self {
        let ip: IpAddr = from.parse().unwrap();
        let socket = UdpSocket::bind((ip, 0)).await.unwrap();
        socket.connect(to).await.unwrap();
        Self { socket, asked: 0 }
    }

    async fn asks(&mut self) -> Duration {
        self.asked += 1;
        let local = self.socket.local_addr().unwrap();
        let question = request("OPTIONS", "sip:127.0.0.1", local, "", "")
            .replace("SIP/2.0/TCP", "SIP/2.0/UDP")
            .replace("z9hG4bK-OPTIONS", &format!("z9hG4bK-{}", self.asked))
            .replace("CSeq: 1", &format!("CSeq: {}", self.asked));
        let since = clock();
        self.socket.send(question.as_bytes()).await.unwrap();
        let mut bytes = [0; 4096];
        let length = timeout(PATIENCE, self.socket.recv(&mut bytes)).await.expect("an answer").unwrap();
        let answer = Message::parse(&bytes[..length]).unwrap();
        assert_eq!((answer.status(), answer.cseq().unwrap().0), (Some(200), self.asked));
        clock() - since
    }
}

fn request(method: &str, uri: &str, local: SocketAddr, to_tag: &str, body: &str) -> String {
    let (cseq, content) = match method {
        "BYE" => (2, ""),
        "INVITE" => (1, "Content-Type: application/sdp\r\n"),
        "MESSAGE" => (1, "Content-Type: text/plain\r\n"),
        _ => (1, ""),
    };
    format!(
        "{method} {uri} SIP/2.0\r\nVia: SIP/2.0/TCP {local};branch=z9hG4bK-{method}-{}\r\n\
         From: <sip:{CALLER}@{local}>;tag=hand\r\nTo: <sip:{NUMBER}@127.0.0.1>{to_tag}\r\n\
         Call-ID: by-hand-{}\r\nCSeq: {cseq} {method}\r\nContact: <sip:{CALLER}@{local};transport=tcp>\r\n\
         Max-Forwards: 70\r\n{content}Content-Length: {}\r\n\r\n{body}",
        local.port(),
        local.port(),
        body.len()
    )
}

fn session_description(local: SocketAddr) -> String {
    format!(
        "v=0\r\no=- 1 1 IN IP4 {ip}\r\ns=-\r\nc=IN IP4 {ip}\r\nt=0 0\r\nm=audio 40000 RTP/AVP 0\r\n\
         a=rtpmap:0 PCMU/8000\r\n",
        ip = local.ip()
    )
}

#[test]
fn a_call_comes_in_and_both_sides_hear_each_other_and_nobody_hears_himself() {
    let mut office = Office::open("call", 27_000);
    let (mut carrier, mut phone) = (office.carrier(), office.phone());
    office.tell(async { hear_each_other(&mut carrier, CALLER, &mut phone, NUMBER).await });
    both_legs_carried_sound(&office.record());
}

#[test]
fn a_phone_of_ipv6_and_a_carrier_of_ipv4_hear_each_other_whoever_calls() {
    let mut office = Office::listening("families", 27_600, "127.0.0.1:0 [::1]:0");
    let (mut carrier, six) = (office.carrier(), office.sip_v6());
    let mut phone = office.runtime.block_on(async {
        let mut phone = Telephone::new(Sockets::at("::1").await, six, Some(("101", PASSWORD)), 2);
        phone.registered().await;
        phone
    });
    office.tell(async { hear_each_other(&mut carrier, CALLER, &mut phone, NUMBER).await });
    both_legs_carried_sound(&office.record());
    office.tell(async { hear_each_other(&mut phone, "101", &mut carrier, "3035550177").await });
    both_legs_carried_sound(&office.record());
}

/// One calls, the other answers; each hears the other's tone and not its own; after a second the caller hangs up.
async fn hear_each_other(caller: &mut Telephone, from: &str, called: &mut Telephone, number: &str) {
    caller.sing(1_000.0);
    called.sing(700.0);
    let session = caller.call(from, number);
    let heard = |mine: f64, theirs: f64| {
        move |telephone: &mut Telephone, _: &Happening| {
            (telephone.hears(theirs) > 0.9 && telephone.hears(mine) < 0.01).then_some(())
        }
    };
    tokio::join!(
        async {
            caller.until("the other's tone", heard(1_000.0, 700.0)).await;
        },
        async {
            answers(called).await;
            called.until("the caller's tone", heard(700.0, 1_000.0)).await;
        }
    );
    // More than a second of it on both legs, at the same time: a telephone that nobody attends to is silent.
    tokio::join!(sixty_frames(caller), sixty_frames(called));
    caller.hang_up(session);
    let ended = called.until("the end", |_, happening| {
        matches!(happening, Happening::Sip(Event::Ended { .. })).then_some(())
    });
    caller.while_waiting_for(ended).await;
}

async fn sixty_frames(telephone: &mut Telephone) {
    let mut beats = 0;
    telephone
        .until("sixty frames", |_, happening| {
            beats += u32::from(matches!(happening, Happening::Beat));
            (beats == 60).then_some(())
        })
        .await;
}

fn both_legs_carried_sound(record: &CallRecord) {
    assert_eq!(record.disposition, Disposition::Answered);
    assert_eq!(record.legs.len(), 2);
    for leg in &record.legs {
        let quality = leg.quality.unwrap();
        assert!(quality.packets_received >= 50 && quality.packets_sent >= 50, "{leg:?}");
    }
}

#[test]
fn an_invite_in_crumbs_over_tcp_is_one_call() {
    let office = Office::open("crumbs", 27_100);
    let (mut phone, sip) = (office.phone(), office.sip());
    office.tell(async {
        let mut bystander = Bystander::at(CARRIER, sip).await;
        let mut hand = Hand::at(CARRIER, sip).await;
        let local = hand.local();
        let uri = format!("sip:{NUMBER}@{sip};transport=tcp");
        let invite = request("INVITE", &uri, local, "", &session_description(local));
        // Crumbs of every length, the first of them one byte; between them the others' traffic goes on.
        let mut rest = invite.as_bytes();
        for length in (1..).map(|n| n * n % 37 + 1) {
            let (crumb, after) = rest.split_at(length.min(rest.len()));
            hand.stream.write_all(crumb).await.unwrap();
            bystander.asks().await;
            rest = after;
            if rest.is_empty() {
                break;
            }
        }
        let (tag, contact) = {
            answers(&mut phone).await;
            let answer = phone.while_waiting_for(hand.answer(200, "INVITE")).await;
            let tag = format!(";tag={}", answer.to_tag().unwrap());
            (tag, answer.contact().unwrap().uri.as_str().to_owned())
        };
        // ACK and BYE in one piece: two messages.
        let both = request("ACK", &contact, local, &tag, "") + &request("BYE", &contact, local, &tag, "");
        hand.stream.write_all(both.as_bytes()).await.unwrap();
        phone.while_waiting_for(hand.answer(200, "BYE")).await;
        assert_eq!(hand.waiting.iter().filter(|m| m.status() == Some(200)).count(), 0, "one 200 each");
    });
    let record = office.record();
    assert_eq!(record.disposition, Disposition::Answered);
    assert!(office.facts.try_iter().all(|fact| !matches!(fact, Fact::CallStarted { .. })), "one call");
}

#[test]
fn half_a_message_is_no_message_and_nobody_else_is_disturbed() {
    let office = Office::open("torn", 27_200);
    let sip = office.sip();
    office.tell(async {
        let mut bystander = Bystander::at(CARRIER, sip).await;
        let uri = format!("sip:{NUMBER}@{sip};transport=tcp");
        for cut in [1, 20, 200, 400] {
            let mut hand = Hand::at(CARRIER, sip).await;
            let local = hand.local();
            let invite = request("INVITE", &uri, local, "", &session_description(local));
            assert!(cut < invite.len());
            hand.stream.write_all(&invite.as_bytes()[..cut]).await.unwrap();
            drop(hand);
            bystander.asks().await;
        }
        // Two lengths: where the next message would begin is anybody's guess, so the connection ends.
        let mut hand = Hand::at(CARRIER, sip).await;
        let text = request("MESSAGE", &uri, hand.local(), "", "two lengths")
            .replace("Max-Forwards: 70", "Max-Forwards: 70\r\nContent-Length: 3");
        let hidden = request("MESSAGE", &uri, hand.local(), "", "hidden").replace("by-hand", "hidden");
        hand.stream.write_all((text + &hidden).as_bytes()).await.unwrap();
        let mut said = Vec::new();
        timeout(PATIENCE, hand.stream.read_to_end(&mut said))
            .await
            .expect("the connection is closed")
            .unwrap();
        let said = String::from_utf8_lossy(&said);
        assert!(said.starts_with("SIP/2.0 400"), "{said}");
        let answers = said.lines().filter(|line| line.starts_with("SIP/2.0 ")).count();
        assert_eq!(answers, 1, "{said}");
    });
    assert_eq!(office.texts_stored(), Vec::<String>::new());
    assert!(office.facts.try_iter().all(|fact| !matches!(fact, Fact::CallStarted { .. })), "no call");
}

/// The middle, the slowest of a hundred, and the slowest.
fn figures(mut times: Vec<Duration>) -> (Duration, Duration, Duration) {
    times.sort_unstable();
    (times[times.len() / 2], times[times.len() * 99 / 100], times[times.len() - 1])
}

/// How long answers take to somebody of good manners, asked every other millisecond: two hundred times, and as long as
/// `more` says.
fn asks_while(sip: SocketAddr, more: impl Fn() -> bool) -> Vec<Duration> {
    let runtime = Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let mut bystander = Bystander::at(CARRIER, sip).await;
        let mut times = vec![];
        while times.len() < 200 || more() {
            times.push(bystander.asks().await);
            sleep(Duration::from_millis(2)).await;
        }
        times
    })
}

/// Pours out requests and reads none of the answers, until it is closed.
async fn pours(mut stream: impl AsyncWrite + Unpin, local: SocketAddr, sip: SocketAddr) -> u32 {
    for number in 0_u32.. {
        let request = request("OPTIONS", &format!("sip:{sip};transport=tcp"), local, "", "")
            .replace("z9hG4bK-OPTIONS", &format!("z9hG4bK-{number}"))
            .replace("CSeq: 1", &format!("CSeq: {}", number + 1));
        if stream.write_all(request.as_bytes()).await.is_err() || stream.flush().await.is_err() {
            return number;
        }
    }
    u32::MAX
}

#[test]
fn peers_that_send_and_never_read_make_nobody_else_wait_and_are_closed() {
    let office = Office::open("deaf", 27_300);
    let (sip, tls, believer) = (office.sip(), office.tls(), office.believer());
    office.tell(async {
        let before = thread::spawn(move || asks_while(sip, || false)).join().unwrap();
        // A trusted address and a stranger's, by TCP and by TLS.
        let mut deaf = vec![];
        for from in [CARRIER, STRANGER] {
            let plain = connect(from, sip).await;
            let local = plain.local_addr().unwrap();
            deaf.push(tokio::spawn(pours(plain, local, sip)));
            let secure = connect(from, tls).await;
            let local = secure.local_addr().unwrap();
            let secure = believer.connect(ServerName::from(tls.ip()), secure).await.unwrap();
            deaf.push(tokio::spawn(pours(secure, local, sip)));
        }
        // On a thread of its own: what is measured is the box, not this test's own turns.
        let (stop, stopped) = mpsc::channel::<()>();
        let asking =
            thread::spawn(move || asks_while(sip, || stopped.try_recv() == Err(mpsc::TryRecvError::Empty)));
        let mut poured = vec![];
        for task in deaf {
            poured.push(
                timeout(PATIENCE * 2, task).await.expect("a peer that does not read is closed").unwrap(),
            );
        }
        drop(stop);
        let during = asking.join().unwrap();
        let (before, during) = (figures(before), figures(during));
        eprintln!(
            "an answer took (middle, 99 of 100, slowest) {before:?}; while others did not read {during:?}; \
             they got in {poured:?} requests"
        );
        // A promise to bystanders; on a quiet machine the slowest takes a few milliseconds.
        assert!(during.2 < Duration::from_secs(1), "{during:?}");
        assert!(during.0 < Duration::from_millis(50), "{during:?}");
    });
}

#[test]
fn handshakes_that_never_end_are_counted_and_closed_and_a_phone_gets_in_meanwhile() {
    let office = Office::open("slow handshakes", 27_500);
    let (tls, believer) = (office.tls(), office.believer());
    office.tell(async {
        // The first bytes of a handshake record that promises more.
        const BEGUN: [u8; 6] = [22, 3, 1, 2, 0, 1];
        let begun = clock();
        let mut dripping = vec![];
        for _ in 0..40 {
            let mut stream = connect(STRANGER, tls).await;
            dripping.push(tokio::spawn(async move {
                for byte in BEGUN.into_iter().cycle() {
                    let mut said = [0; 16];
                    let dropped = matches!(
                        timeout(Duration::from_millis(300), stream.read(&mut said)).await,
                        Ok(Ok(0) | Err(_))
                    );
                    if dropped || stream.write_all(&[byte]).await.is_err() {
                        break;
                    }
                }
                clock() - begun
            }));
        }
        let since = clock();
        let phone = connect(PHONE, tls).await;
        let mut phone = believer.connect(ServerName::from(tls.ip()), phone).await.unwrap();
        let local = phone.get_ref().0.local_addr().unwrap();
        let register = request("REGISTER", &format!("sip:{tls};transport=tls"), local, "", "");
        phone.write_all(register.replace("SIP/2.0/TCP", "SIP/2.0/TLS").as_bytes()).await.unwrap();
        let mut bytes = [0; 4096];
        let length = timeout(PATIENCE, phone.read(&mut bytes)).await.unwrap().unwrap();
        let took = clock() - since;
        assert_eq!(Message::parse(&bytes[..length]).unwrap().status(), Some(401), "asked for its password");
        let mut lasted = vec![];
        for task in dripping {
            lasted.push(task.await.unwrap());
        }
        let at_once = lasted.iter().filter(|time| **time < Duration::from_secs(3)).count();
        let longest = *lasted.iter().max().unwrap();
        eprintln!(
            "{at_once} of 40 were refused at once, the others closed after {longest:?}; a phone took {took:?}"
        );
        assert_eq!(at_once, 30, "ten of one address that have proved nothing");
        assert!(longest < Duration::from_secs(12), "{longest:?}");
        assert!(took < Duration::from_secs(2), "{took:?}");
    });
}

#[test]
fn a_browser_registers_by_websocket_under_tls_and_is_pinged_and_rung_along_it() {
    let mut office = Office::open("websocket", 27_700);
    let (wss, believer) = (office.listens(Wrapping::SecureWebSocket), office.believer());
    let mut carrier = office.carrier();
    office.tell(async {
        let stream = connect(PHONE, wss).await;
        let stream = believer.connect(ServerName::from(wss.ip()), stream).await.unwrap();
        let hello = ClientRequestBuilder::new(format!("wss://{wss}/").parse().unwrap())
            .with_header("Origin", format!("https://{}", wss.ip()))
            .with_sub_protocol("sip");
        let (mut browser, _) = client_async(hello, stream).await.unwrap();
        let register = |seq: u32, more: &str| {
            format!(
                "REGISTER sip:127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/WSS df7jal23ls0d.invalid;branch=z9hG4bKws{seq}\r\n\
                 Max-Forwards: 70\r\nFrom: <sip:101@127.0.0.1>;tag=ws\r\nTo: <sip:101@127.0.0.1>\r\n\
                 Call-ID: websocket\r\nCSeq: {seq} REGISTER\r\nSupported: outbound\r\n\
                 Contact: <sip:101@df7jal23ls0d.invalid;transport=ws>;reg-id=1;\
                 +sip.instance=\"<urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6>\"\r\n{more}Content-Length: 0\r\n\r\n"
            )
        };
        browser.send(WebSocketMessage::text(register(1, ""))).await.unwrap();
        let refusal = whole(&mut browser).await;
        assert_eq!(refusal.status(), Some(401));
        let challenge = Challenge::choose(refusal.all(Name::WwwAuthenticate), None, true).unwrap();
        let mut chance = Chance::seed_from_u64(7);
        let answer = ClientSession::new(challenge).answer(
            "101",
            PASSWORD,
            &Method::Register,
            "sip:127.0.0.1",
            b"",
            &mut chance,
        );
        let proof = format!("Authorization: {answer}\r\n");
        browser.send(WebSocketMessage::text(register(2, &proof))).await.unwrap();
        let welcome = whole(&mut browser).await;
        assert_eq!(welcome.status(), Some(200));
        assert!(welcome.lists(Name::Require, "outbound"));
        // A ping of RFC 7118, 6, is answered by the pong of RFC 5626.
        browser.send(WebSocketMessage::text("\r\n\r\n")).await.unwrap();
        let pong = timeout(PATIENCE, browser.next()).await.unwrap().unwrap().unwrap();
        assert_eq!(pong.into_data().as_ref(), b"\r\n");
        carrier.call(CALLER, NUMBER);
        let invite = carrier.while_waiting_for(whole(&mut browser)).await;
        assert_eq!(invite.method(), Some(&Method::Invite));
        let via = invite.text(Name::Via).unwrap().into_owned();
        assert!(via.starts_with("SIP/2.0/WSS "), "{via}");
        let offer = String::from_utf8_lossy(invite.body()).into_owned();
        assert!(offer.contains("a=fingerprint:sha-256"), "browsers speak DTLS-SRTP: {offer}");
    });
}

/// The next message of a WebSocket, which is a whole one of SIP (RFC 7118, 5.2).
async fn whole(
    browser: &mut (impl Stream<Item = Result<WebSocketMessage, tungstenite::Error>> + Unpin),
) -> Message {
    let message = timeout(PATIENCE, browser.next()).await.expect("a message").unwrap().unwrap();
    Message::parse(&message.into_data()).unwrap()
}

#[test]
fn a_text_is_accepted_when_it_is_in_the_database_and_not_before() {
    let mut office = Office::open("text", 27_400);
    let mut carrier = office.carrier();
    let answered = |text| {
        move |_: &mut Telephone, happening: &Happening| match happening {
            Happening::Sip(Event::TextAnswered { text: of, status, .. }) if *of == text => Some(*status),
            _ => None,
        }
    };
    office.tell(async {
        let text = carrier.text(CALLER, NUMBER, "the sink leaks");
        assert_eq!(carrier.until("the answer", answered(text)).await, 202);
        assert_eq!(office.texts_stored(), ["the sink leaks"], "at the very moment of the 202");
    });
    // Somebody holds the database: what cannot be stored is not accepted.
    let other = rusqlite::Connection::open(office.folder.join("portico.db")).unwrap();
    other.execute_batch("BEGIN EXCLUSIVE").unwrap();
    office.tell(async {
        let text = carrier.text(CALLER, NUMBER, "still leaking");
        let status = carrier.until("the refusal", answered(text)).await;
        assert!(status >= 500, "{status}");
        other.execute_batch("ROLLBACK").unwrap();
        // And a text that comes afterwards is stored again, without a restart.
        let deadline = clock() + PATIENCE;
        let mut tries = 0;
        let stored = loop {
            tries += 1;
            let body = format!("and again {tries}");
            let text = carrier.text(CALLER, NUMBER, &body);
            if carrier.until("the answer", answered(text)).await == 202 {
                break body;
            }
            assert!(clock() < deadline, "the store does not recover");
        };
        assert!(office.texts_stored().contains(&stored));
        assert!(!office.texts_stored().contains(&"still leaking".to_owned()), "refused, and not kept");
    });
}
