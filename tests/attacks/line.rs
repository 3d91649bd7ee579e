//! A UDP socket of somebody who writes SIP by hand: requests as text, answers as messages, and proof where one is asked for.

use std::{
    collections::VecDeque,
    fmt::Write,
    net::{IpAddr, SocketAddr, UdpSocket},
    time::{Duration, Instant},
};

use portico::{
    sip::{
        digest::{Challenge, ClientSession},
        wire::{Message, Method, Name, ResponseBuilder},
    },
    types::Chance,
};
use rand_chacha::rand_core::{Rng, SeedableRng};

/// Nothing that is bound to come takes longer, on a busy machine too.
pub const PATIENCE: Duration = Duration::from_secs(10);
/// What has not come within this time is not coming.
pub const SILENCE: Duration = Duration::from_millis(600);

pub fn clock() -> Instant {
    Instant::now()
}

pub fn pause(time: Duration) {
    std::thread::sleep(time);
}

/// A request, before it is text.
#[derive(Debug, Clone)]
pub struct Ask {
    pub method: String,
    pub uri: String,
    pub via: String,
    pub branch: String,
    pub from: String,
    pub to: String,
    pub call_id: String,
    pub cseq: u32,
    pub contact: String,
    pub hops: u8,
    /// Further lines, each with its end.
    pub more: String,
    pub body: String,
}

impl Ask {
    pub fn with(mut self, line: &str) -> Self {
        writeln!(self.more, "{line}\r").unwrap();
        self
    }

    pub fn text_body(mut self, content_type: &str, body: &str) -> Self {
        body.clone_into(&mut self.body);
        self.with(&format!("Content-Type: {content_type}"))
    }

    pub fn bytes(&self) -> Vec<u8> {
        let Self { method, uri, via, branch, from, to, call_id, cseq, contact, hops, more, body } = self;
        let length = body.len();
        format!(
            "{method} {uri} SIP/2.0\r\nVia: {via};branch={branch}\r\nMax-Forwards: {hops}\r\nFrom: {from}\r\nTo: {to}\r\n\
             Call-ID: {call_id}\r\nCSeq: {cseq} {method}\r\nContact: {contact}\r\n{more}Content-Length: {length}\r\n\r\n{body}"
        )
        .into_bytes()
    }
}

/// What somebody may be asked to prove.
#[derive(Debug)]
pub struct Account {
    pub user: String,
    pub password: String,
    session: Option<ClientSession>,
}

impl Account {
    pub fn new(user: &str, password: &str) -> Self {
        Self { user: user.to_owned(), password: password.to_owned(), session: None }
    }

    /// The header line that answers the latest challenge.
    pub fn proof(&mut self, method: &str, uri: &str, chance: &mut Chance) -> Option<String> {
        let method = Method::parse(method.as_bytes()).unwrap();
        let session = self.session.as_mut()?;
        Some(format!(
            "Authorization: {}",
            session.answer(&self.user, &self.password, &method, uri, b"", chance)
        ))
    }

    pub fn challenged(&mut self, answer: &Message) {
        let challenge = Challenge::choose(answer.all(Name::WwwAuthenticate), None, true).unwrap();
        self.session = Some(ClientSession::new(challenge));
    }
}

/// See the module's sentence.
#[derive(Debug)]
pub struct Line {
    pub socket: UdpSocket,
    pub portico: SocketAddr,
    pub chance: Chance,
    count: u32,
    waiting: VecDeque<Message>,
}

impl Line {
    pub fn at(ip: &str, portico: SocketAddr) -> Self {
        let ip: IpAddr = ip.parse().unwrap();
        Self::on(UdpSocket::bind((ip, 0)).unwrap(), portico)
    }

    pub fn on(socket: UdpSocket, portico: SocketAddr) -> Self {
        let seed = u64::from(socket.local_addr().unwrap().port());
        Self { socket, portico, chance: Chance::seed_from_u64(seed), count: 0, waiting: VecDeque::new() }
    }

    pub fn local(&self) -> SocketAddr {
        self.socket.local_addr().unwrap()
    }

    pub fn fresh(&mut self) -> String {
        self.count += 1;
        format!("{:016x}{}", self.chance.next_u64(), self.count)
    }

    /// A request outside calls. The From names nobody in particular.
    pub fn ask(&mut self, method: &str, uri: &str) -> Ask {
        let local = self.local();
        let tag = self.fresh();
        Ask {
            method: method.to_owned(),
            uri: uri.to_owned(),
            via: format!("SIP/2.0/UDP {local};rport"),
            branch: format!("z9hG4bK{}", self.fresh()),
            from: format!("<sip:somebody@{local}>;tag={tag}"),
            to: format!("<{uri}>"),
            call_id: self.fresh(),
            cseq: 1,
            contact: format!("<sip:somebody@{local}>"),
            hops: 70,
            more: String::new(),
            body: String::new(),
        }
    }

    pub fn send(&self, bytes: &[u8]) {
        // A datagram that the kernel refuses is lost, as on the wire.
        let _ = self.socket.send_to(bytes, self.portico);
    }

    fn read(&self, until: Instant) -> Option<Message> {
        let mut bytes = vec![0; 65_536];
        loop {
            let left = until.checked_duration_since(clock()).filter(|left| !left.is_zero())?;
            self.socket.set_read_timeout(Some(left)).unwrap();
            let Ok((length, from)) = self.socket.recv_from(&mut bytes) else { continue };
            if from == self.portico
                && let Ok(mut message) = Message::parse(&bytes[..length])
            {
                message.set_source(from);
                return Some(message);
            }
        }
    }

    /// The first message that fits; what comes meanwhile waits for others. Pings are answered.
    pub fn expect(&mut self, patience: Duration, fits: impl Fn(&Message) -> bool) -> Option<Message> {
        if let Some(at) = self.waiting.iter().position(&fits) {
            return self.waiting.remove(at);
        }
        let until = clock() + patience;
        loop {
            let message = self.read(until)?;
            if fits(&message) {
                return Some(message);
            }
            if message.method().is_some_and(|method| matches!(method, Method::Options | Method::Notify)) {
                self.reply(&message, 200, None);
                continue;
            }
            self.waiting.push_back(message);
        }
    }

    /// All that has come, and comes until nothing has for a while.
    pub fn drain(&mut self, silence: Duration) -> Vec<Message> {
        let mut all: Vec<Message> = self.waiting.drain(..).collect();
        while let Some(message) = self.read(clock() + silence) {
            all.push(message);
        }
        all
    }

    pub fn requested(&mut self, method: &str, patience: Duration) -> Option<Message> {
        self.expect(patience, |message| message.method().is_some_and(|m| m.as_str() == method))
    }

    pub fn answered(&mut self, ask: &Ask, patience: Duration) -> Option<Message> {
        self.expect(patience, |message| {
            message.status().is_some_and(|status| status >= 200)
                && message.call_id() == Some(&ask.call_id)
                && message
                    .cseq()
                    .is_some_and(|(seq, method)| seq == ask.cseq && method.as_str() == ask.method)
        })
    }

    /// Sends, and gives the final answer; a refused INVITE is acknowledged.
    pub fn transact(&mut self, ask: &Ask, patience: Duration) -> Option<Message> {
        let until = clock() + patience;
        let answer = loop {
            self.send(&ask.bytes());
            let wait = Duration::from_millis(500).min(until.checked_duration_since(clock())?);
            // An INVITE that is being served is not repeated; the box absorbs copies anyway.
            if let Some(answer) = self.answered(ask, wait) {
                break answer;
            }
        };
        if ask.method == "INVITE" && answer.status().is_some_and(|status| status >= 300) {
            self.send(&acknowledgement(ask, &answer));
        }
        Some(answer)
    }

    /// As `transact`, with a proof of this account: the first try uses the nonce that is known, if one is.
    pub fn prove(&mut self, account: &mut Account, mut ask: Ask) -> Option<Message> {
        for _ in 0..3 {
            let mut proven = ask.clone();
            if let Some(line) = account.proof(&ask.method, &ask.uri, &mut self.chance) {
                proven = proven.with(&line);
            }
            let answer = self.transact(&proven, PATIENCE)?;
            if answer.status() != Some(401) {
                return Some(answer);
            }
            account.challenged(&answer);
            ask.cseq += 1;
            ask.branch = format!("z9hG4bK{}", self.fresh());
        }
        None
    }

    pub fn reply(&self, request: &Message, status: u16, sdp: Option<&str>) {
        let local = self.local();
        let tag = format!("t{}", local.port());
        let reply =
            ResponseBuilder::reply_to(request, status, Some(&tag)).contact(&format!("sip:us@{local}"));
        let bytes = match sdp {
            Some(sdp) => reply.build_with_body("application/sdp", sdp.as_bytes()),
            None => reply.build(),
        };
        self.send(&bytes);
    }
}

/// ACK of a refusal: of the INVITE's own transaction.
pub fn acknowledgement(invite: &Ask, answer: &Message) -> Vec<u8> {
    let mut ack = invite.clone();
    "ACK".clone_into(&mut ack.method);
    ack.to = answer.text(Name::To).unwrap().into_owned();
    ack.more.clear();
    ack.body.clear();
    ack.bytes()
}

pub fn status(answer: Option<&Message>) -> u16 {
    answer.and_then(Message::status).unwrap_or_default()
}
