//! A telephone by hand: it registers, calls, answers, and has two sockets for sound, each packet of it written down.

use std::{
    net::{SocketAddr, UdpSocket},
    time::Duration,
};

use portico::sip::wire::{Message, Name};

use super::line::{Account, Ask, Line, PATIENCE, clock};

/// One call, as this end of it has it.
#[derive(Debug)]
pub struct Call {
    /// Its INVITE's URI for requests of ours within the call.
    target: String,
    us: String,
    them: String,
    call_id: String,
    cseq: u32,
    /// Where their sound is wanted.
    pub media: SocketAddr,
}

/// See the module's sentence. Without an account it is a carrier.
#[derive(Debug)]
pub struct Desk {
    pub line: Line,
    pub account: Option<Account>,
    pub sound: Sound,
}

impl Desk {
    pub fn new(line: Line, account: Option<Account>) -> Self {
        let sound = Sound::at(&line.local().ip().to_string());
        Self { line, account, sound }
    }

    /// A phone that has registered.
    pub fn registered(ip: &str, portico: SocketAddr, user: &str, password: &str) -> Self {
        let mut desk = Self::new(Line::at(ip, portico), Some(Account::new(user, password)));
        assert_eq!(desk.register(), 200, "{user} registers");
        desk
    }

    pub fn registration(&mut self) -> Ask {
        let account = self.account.as_ref().unwrap();
        let (user, local, portico) = (account.user.clone(), self.line.local(), self.line.portico);
        let mut ask = self.line.ask("REGISTER", &format!("sip:{portico}"));
        ask.from = format!("<sip:{user}@{portico}>;tag={user}");
        ask.to = format!("<sip:{user}@{portico}>");
        ask.contact = format!("<sip:{user}@{local}>");
        ask
    }

    pub fn register(&mut self) -> u16 {
        let ask = self.registration();
        let answer = self.line.prove(self.account.as_mut().unwrap(), ask);
        answer.and_then(|answer| answer.status()).unwrap_or_default()
    }

    /// An INVITE to this number, without its proof.
    pub fn invitation(&mut self, number: &str) -> Ask {
        let (local, portico) = (self.line.local(), self.line.portico);
        let user = self.account.as_ref().map_or("+13035550177", |account| &account.user).to_owned();
        let mut ask = self.line.ask("INVITE", &format!("sip:{number}@{portico}"));
        let tag = self.line.fresh();
        ask.from = format!("<sip:{user}@{portico}>;tag={tag}");
        ask.contact = format!("<sip:{user}@{local}>");
        ask.text_body("application/sdp", &self.sound.description())
    }

    /// Sends the INVITE; with its proof if it is a phone's. The request as it went out last.
    pub fn dials(&mut self, number: &str) -> Ask {
        let mut ask = self.invitation(number);
        let Some(account) = &mut self.account else {
            self.line.send(&ask.bytes());
            return ask;
        };
        for _ in 0..2 {
            let mut proven = ask.clone();
            if let Some(proof) = account.proof("INVITE", &ask.uri, &mut self.line.chance) {
                proven = proven.with(&proof);
            }
            self.line.send(&proven.bytes());
            let answer = self.line.expect(PATIENCE, |m| m.call_id() == Some(&ask.call_id)).unwrap();
            if answer.status() != Some(401) {
                return proven;
            }
            self.line.send(&super::line::acknowledgement(&ask, &answer));
            account.challenged(&answer);
            ask.cseq += 1;
            ask.branch = format!("z9hG4bK{}", self.line.fresh());
        }
        panic!("{number}: no proof is taken");
    }

    /// The 200 to an INVITE of ours has come, and is acknowledged.
    pub fn connected(&mut self, ask: &Ask) -> Call {
        let answer = self.line.answered(ask, PATIENCE).expect("an answer to the INVITE");
        assert_eq!(answer.status(), Some(200), "{}", answer.reason());
        let call = Call {
            target: answer.contact().unwrap().uri.as_str().to_owned(),
            us: ask.from.clone(),
            them: answer.text(Name::To).unwrap().into_owned(),
            call_id: ask.call_id.clone(),
            cseq: ask.cseq,
            media: media_of(&answer),
        };
        let ack = self.within(&call, "ACK", call.cseq);
        self.line.send(&ack.bytes());
        call
    }

    /// Answers the next INVITE that comes, and waits for its ACK.
    pub fn answers(&mut self) -> Call {
        let description = self.sound.description();
        self.answers_with(&description)
    }

    pub fn answers_with(&mut self, description: &str) -> Call {
        let invite = self.line.requested("INVITE", PATIENCE).expect("an INVITE");
        self.line.reply(&invite, 180, None);
        self.line.reply(&invite, 200, Some(description));
        let call = Call {
            target: invite.contact().unwrap().uri.as_str().to_owned(),
            us: format!("{};tag=t{}", invite.text(Name::To).unwrap(), self.line.local().port()),
            them: invite.text(Name::From).unwrap().into_owned(),
            call_id: invite.call_id().unwrap().to_owned(),
            cseq: 1,
            media: media_of(&invite),
        };
        let id = call.call_id.clone();
        self.line
            .expect(PATIENCE, |m| m.call_id() == Some(&id) && m.method().is_some_and(|m| m.as_str() == "ACK"))
            .expect("an ACK");
        call
    }

    /// A request within a call.
    pub fn within(&mut self, call: &Call, method: &str, cseq: u32) -> Ask {
        let mut ask = self.line.ask(method, &call.target);
        ask.from.clone_from(&call.us);
        ask.to.clone_from(&call.them);
        ask.call_id.clone_from(&call.call_id);
        ask.cseq = cseq;
        ask.contact = format!("<sip:us@{}>", self.line.local());
        ask
    }

    pub fn next_within(&mut self, call: &mut Call, method: &str) -> Ask {
        call.cseq += 1;
        self.within(call, method, call.cseq)
    }

    pub fn hangs_up(&mut self, call: &mut Call) {
        let bye = self.next_within(call, "BYE");
        let answer = self.line.transact(&bye, PATIENCE);
        assert_eq!(super::line::status(answer.as_ref()), 200, "BYE");
    }

    /// Takes the other side's BYE.
    pub fn is_hung_up_on(&mut self) {
        let bye = self.line.requested("BYE", PATIENCE).expect("a BYE");
        self.line.reply(&bye, 200, None);
    }
}

fn media_of(message: &Message) -> SocketAddr {
    let text = String::from_utf8_lossy(message.body()).into_owned();
    let ip = text.lines().find_map(|line| line.strip_prefix("c=IN IP4 ")).expect("an address").trim();
    let port = text.lines().find_map(|line| line.strip_prefix("m=audio ")).expect("a port");
    let port = port.split(' ').next().unwrap();
    SocketAddr::new(ip.parse().unwrap(), port.parse().unwrap())
}

/// Sound as packets: twenty milliseconds of one value each.
#[derive(Debug)]
pub struct Sound {
    pub rtp: UdpSocket,
    pub rtcp: UdpSocket,
    pub sequence: u16,
    pub timestamp: u32,
    pub ssrc: u32,
}

impl Sound {
    pub fn at(ip: &str) -> Self {
        let ip: std::net::IpAddr = ip.parse().unwrap();
        loop {
            let rtp = UdpSocket::bind((ip, 0)).unwrap();
            let port = rtp.local_addr().unwrap().port();
            if port.is_multiple_of(2)
                && let Ok(rtcp) = UdpSocket::bind((ip, port + 1))
            {
                return Self {
                    rtp,
                    rtcp,
                    sequence: 1000,
                    timestamp: 16_000,
                    ssrc: 0x5105_1000 + u32::from(port),
                };
            }
        }
    }

    pub fn address(&self) -> SocketAddr {
        self.rtp.local_addr().unwrap()
    }

    pub fn description(&self) -> String {
        described(self.address())
    }

    /// One packet with this payload type, marker as its top bit, and payload.
    pub fn packet(&self, kind: u8, payload: &[u8]) -> Vec<u8> {
        let mut packet = vec![0x80, kind];
        packet.extend(self.sequence.to_be_bytes());
        packet.extend(self.timestamp.to_be_bytes());
        packet.extend(self.ssrc.to_be_bytes());
        packet.extend(payload);
        packet
    }

    /// Says twenty milliseconds of this value to there.
    pub fn says(&mut self, to: SocketAddr, value: u8) {
        let packet = self.packet(0, &[value; 160]);
        let _ = self.rtp.send_to(&packet, to);
        self.sequence = self.sequence.wrapping_add(1);
        self.timestamp = self.timestamp.wrapping_add(160);
    }

    /// All packets that have come to the socket for sound.
    pub fn heard(&self) -> Vec<Vec<u8>> {
        taken(&self.rtp)
    }
}

/// All datagrams that are there.
pub fn taken(socket: &UdpSocket) -> Vec<Vec<u8>> {
    socket.set_nonblocking(true).unwrap();
    let mut bytes = [0; 65_536];
    let mut all = vec![];
    while let Ok((length, _)) = socket.recv_from(&mut bytes) {
        all.push(bytes[..length].to_vec());
    }
    socket.set_nonblocking(false).unwrap();
    all
}

/// Packets whose whole payload is this value.
pub fn of(packets: &[Vec<u8>], value: u8) -> usize {
    packets
        .iter()
        .filter(|packet| packet.len() == 172 && packet[12..].iter().all(|&byte| byte == value))
        .count()
}

pub fn described(at: SocketAddr) -> String {
    format!(
        "v=0\r\no=- 1 1 IN IP4 {ip}\r\ns=-\r\nc=IN IP4 {ip}\r\nt=0 0\r\nm=audio {port} RTP/AVP 0 101\r\n\
         a=rtpmap:0 PCMU/8000\r\na=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-15\r\na=ptime:20\r\n",
        ip = at.ip(),
        port = at.port()
    )
}

/// Every twenty milliseconds, as long as this lasts.
pub fn each_frame(frames: u32, mut frame: impl FnMut(u32)) {
    let begun = clock();
    for number in 0..frames {
        frame(number);
        let due = begun + Duration::from_millis(20) * (number + 1);
        if let Some(rest) = due.checked_duration_since(clock()) {
            super::line::pause(rest);
        }
    }
}
