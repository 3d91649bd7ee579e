//! A far end by hand: a socket, the bytes that came to it and when, and the requests and answers that a test writes.

use std::{
    collections::VecDeque,
    net::{SocketAddr, UdpSocket},
    sync::atomic::{AtomicU64, Ordering},
    thread,
    time::{Duration, Instant},
};

use portico::{
    sip::{
        digest::{Challenge, ClientSession},
        wire::Method,
    },
    types::Chance,
};
use rand_chacha::rand_core::SeedableRng;

/// Nothing that is waited for takes longer, on a busy machine too.
pub const PATIENCE: Duration = Duration::from_secs(10);

#[expect(clippy::disallowed_methods, reason = "a test on real sockets lives in real time")]
pub fn clock() -> Instant {
    Instant::now()
}

#[expect(clippy::disallowed_methods, reason = "a test on real sockets lives in real time")]
pub fn pause(millis: u64) {
    thread::sleep(Duration::from_millis(millis));
}

/// Never the same twice.
pub fn word(what: &str) -> String {
    static COUNT: AtomicU64 = AtomicU64::new(1);
    format!("{what}{}x{}", COUNT.fetch_add(1, Ordering::Relaxed), std::process::id())
}

/// One message, as it came.
#[derive(Debug, Clone)]
pub struct Heard {
    pub at: Instant,
    pub text: String,
}

impl Heard {
    pub fn status(&self) -> u16 {
        self.text.strip_prefix("SIP/2.0 ").and_then(|rest| rest[..3].parse().ok()).unwrap_or_default()
    }

    pub fn header(&self, name: &str) -> &str {
        let named = |line: &&str| line.split(':').next().is_some_and(|n| n.eq_ignore_ascii_case(name));
        let line = self.text.lines().take_while(|line| !line.is_empty()).find(named);
        line.and_then(|line| line.split_once(':')).map_or("", |(_, value)| value.trim())
    }

    pub fn body(&self) -> &str {
        self.text.split_once("\r\n\r\n").map_or("", |(_, body)| body)
    }

    pub fn method(&self) -> &str {
        if self.status() > 0 { "" } else { self.text.split(' ').next().unwrap_or_default() }
    }

    /// The Request-URI.
    pub fn uri(&self) -> &str {
        self.text.split(' ').nth(1).unwrap_or_default()
    }

    pub fn tag(&self, name: &str) -> &str {
        self.header(name).split(";tag=").nth(1).unwrap_or_default()
    }

    pub fn branch(&self) -> &str {
        let after = self.header("Via").split("branch=").nth(1).unwrap_or_default();
        after.split([';', ',']).next().unwrap_or_default()
    }

    pub fn seq(&self) -> u32 {
        self.header("CSeq").split(' ').next().and_then(|seq| seq.parse().ok()).unwrap_or_default()
    }

    /// The method that an answer is for.
    pub fn of(&self) -> &str {
        self.header("CSeq").split(' ').nth(1).unwrap_or_default()
    }

    fn contact(&self) -> String {
        let contact = self.header("Contact");
        contact.split(['<', '>']).nth(1).unwrap_or(contact).to_owned()
    }
}

/// See the module's sentence.
pub struct FarEnd {
    socket: UdpSocket,
    portico: SocketAddr,
    waiting: VecDeque<Heard>,
    /// Everything that ever came.
    pub all: Vec<Heard>,
    chance: Chance,
}

impl FarEnd {
    pub fn at(ip: &str) -> Self {
        let socket = UdpSocket::bind((ip, 0)).unwrap();
        socket.set_read_timeout(Some(Duration::from_millis(20))).unwrap();
        let portico = socket.local_addr().unwrap();
        Self { socket, portico, waiting: VecDeque::new(), all: vec![], chance: Chance::seed_from_u64(7) }
    }

    /// Where Portico is.
    pub fn knows(&mut self, portico: SocketAddr) {
        self.portico = portico;
    }

    pub fn address(&self) -> SocketAddr {
        self.socket.local_addr().unwrap()
    }

    pub fn send(&self, text: &str) {
        self.socket.send_to(text.as_bytes(), self.portico).unwrap();
    }

    fn listen(&mut self) {
        let mut buffer = vec![0; 65_536];
        while let Ok((length, _)) = self.socket.recv_from(&mut buffer) {
            let text = String::from_utf8_lossy(&buffer[..length]).into_owned();
            if text.contains("SIP/2.0") {
                let heard = Heard { at: clock(), text };
                self.all.push(heard.clone());
                self.waiting.push_back(heard);
            }
        }
    }

    /// The first such message that has not been taken yet, if it comes within so many milliseconds.
    pub fn next(&mut self, millis: u64, wanted: impl Fn(&Heard) -> bool) -> Option<Heard> {
        let deadline = clock() + Duration::from_millis(millis);
        loop {
            if let Some(at) = self.waiting.iter().position(&wanted) {
                return self.waiting.remove(at);
            }
            if clock() >= deadline {
                return None;
            }
            self.listen();
        }
    }

    /// The next request of this kind.
    pub fn asked(&mut self, method: &str) -> Heard {
        let patience = u64::try_from(PATIENCE.as_millis()).unwrap();
        let heard = self.next(patience, |heard| heard.method() == method);
        heard.unwrap_or_else(|| panic!("no {method}; it heard {:#?}", self.lines()))
    }

    /// The next answer with this status to a request of this kind.
    pub fn told(&mut self, status: u16, method: &str) -> Heard {
        let patience = u64::try_from(PATIENCE.as_millis()).unwrap();
        let heard = self.next(patience, |heard| heard.status() == status && heard.of() == method);
        heard.unwrap_or_else(|| panic!("no {status} to {method}; it heard {:#?}", self.lines()))
    }

    /// Nothing of the kind comes within so many milliseconds.
    pub fn hears_no(&mut self, millis: u64, what: &str, unwanted: impl Fn(&Heard) -> bool) {
        if let Some(heard) = self.next(millis, unwanted) {
            panic!("{what}: {}", heard.text);
        }
    }

    fn lines(&self) -> Vec<String> {
        self.all
            .iter()
            .map(|h| format!("{} | {}", h.text.lines().next().unwrap_or_default(), h.header("CSeq")))
            .collect()
    }

    /// Answers a request, with this tag in To.
    pub fn answer(&self, request: &Heard, status: &str, tag: &str, headers: &str, body: &str) {
        self.send(&answer(request, status, tag, headers, body));
    }

    /// A description of this far end; nobody sends sound there.
    pub fn description(&self) -> String {
        let ip = self.address().ip();
        format!(
            "v=0\r\no=- 1 1 IN IP4 {ip}\r\ns=-\r\nc=IN IP4 {ip}\r\nt=0 0\r\nm=audio 40000 RTP/AVP 0 101\r\n\
             a=rtpmap:0 PCMU/8000\r\na=rtpmap:101 telephone-event/8000\r\n"
        )
    }

    /// The header that answers a challenge.
    pub fn proof(&mut self, asked: &Heard, user: &str, password: &str, method: &str, uri: &str) -> String {
        let challenge = asked.header("WWW-Authenticate").as_bytes();
        let challenge = Challenge::choose([challenge].into_iter(), None, true).unwrap();
        let method = Method::parse(method.as_bytes()).unwrap();
        let value = ClientSession::new(challenge).answer(user, password, &method, uri, b"", &mut self.chance);
        format!("Authorization: {value}\r\n")
    }

    /// A phone registers.
    pub fn registers(&mut self, extension: &str, password: &str) {
        let uri = format!("sip:{}", self.portico);
        let mut call = Call::new(self, extension, extension);
        call.uri = uri.clone();
        call.send(self, "REGISTER", "Expires: 600\r\n", "");
        let asked = self.told(401, "REGISTER");
        let proof = self.proof(&asked, extension, password, "REGISTER", &uri);
        call.seq += 1;
        call.send(self, "REGISTER", &format!("Expires: 600\r\n{proof}"), "");
        self.told(200, "REGISTER");
    }
}

/// The bytes of an answer.
pub fn answer(request: &Heard, status: &str, tag: &str, headers: &str, body: &str) -> String {
    let mut text = format!("SIP/2.0 {status}\r\n");
    for line in request.text.lines().take_while(|line| !line.is_empty()).skip(1) {
        let name = line.split(':').next().unwrap_or_default().to_ascii_lowercase();
        if ["via", "from", "to", "call-id", "cseq", "record-route"].contains(&name.as_str()) {
            let tag = if name == "to" && !line.contains(";tag=") && !tag.is_empty() {
                format!(";tag={tag}")
            } else {
                String::new()
            };
            text.push_str(&format!("{line}{tag}\r\n"));
        }
    }
    let kind = if body.is_empty() { "" } else { "Content-Type: application/sdp\r\n" };
    format!("{text}{headers}{kind}Content-Length: {}\r\n\r\n{body}", body.len())
}

/// One call of a far end, which it makes or takes.
#[derive(Debug, Clone)]
pub struct Call {
    /// What its requests go to: the number, then the Contact.
    pub uri: String,
    local: String,
    remote: String,
    call_id: String,
    pub tag: String,
    contact: String,
    pub seq: u32,
    /// Of the INVITE that it has sent last.
    pub branch: String,
    pub invited: u32,
    /// That INVITE, or the one that it takes.
    pub invite: Option<Heard>,
    transport: &'static str,
    address: SocketAddr,
}

impl Call {
    /// One that is made.
    pub fn new(from: &FarEnd, user: &str, number: &str) -> Self {
        let (portico, address) = (from.portico, from.address());
        let tag = word("tag");
        Self {
            uri: format!("sip:{number}@{portico}"),
            local: format!("<sip:{user}@{portico}>;tag={tag}"),
            remote: format!("<sip:{number}@{portico}>"),
            call_id: word("call"),
            tag,
            contact: format!("sip:{user}@{address}"),
            seq: 1,
            branch: String::new(),
            invited: 0,
            invite: None,
            transport: "UDP",
            address,
        }
    }

    /// One that is taken. Each has a tag of its own: several of one INVITE are its forks.
    pub fn of(at: &FarEnd, invite: Heard) -> Self {
        let tag = word("tag");
        Self {
            uri: invite.contact(),
            local: format!("{};tag={tag}", invite.header("To")),
            remote: invite.header("From").to_owned(),
            call_id: invite.header("Call-ID").to_owned(),
            seq: 100,
            invited: invite.seq(),
            contact: format!("sip:far@{}", at.address()),
            branch: String::new(),
            tag,
            invite: Some(invite),
            transport: "UDP",
            address: at.address(),
        }
    }

    /// As over a connection; `listens` is what its Via and Contact say.
    pub fn by_tcp(mut self, listens: SocketAddr) -> Self {
        self.transport = "TCP";
        self.address = listens;
        self.contact = format!("sip:far@{listens};transport=tcp");
        self
    }

    /// The bytes of a request in this branch.
    pub fn request(&self, method: &str, seq: u32, branch: &str, headers: &str, body: &str) -> String {
        let Self { uri, local, remote, call_id, contact, transport, address, .. } = self;
        let hops = if headers.contains("Max-Forwards:") { "" } else { "Max-Forwards: 70\r\n" };
        let kind = if body.is_empty() || headers.contains("Content-Type:") {
            ""
        } else {
            "Content-Type: application/sdp\r\n"
        };
        format!(
            "{method} {uri} SIP/2.0\r\nVia: SIP/2.0/{transport} {address};rport;branch={branch}\r\n{hops}\
             From: {local}\r\nTo: {remote}\r\nCall-ID: {call_id}\r\nCSeq: {seq} {method}\r\n\
             Contact: <{contact}>\r\n{headers}{kind}Content-Length: {}\r\n\r\n{body}",
            body.len()
        )
    }

    fn send(&self, from: &FarEnd, method: &str, headers: &str, body: &str) {
        from.send(&self.request(method, self.seq, &word("z9hG4bK"), headers, body));
    }

    /// Sends its INVITE, under the number that is its turn.
    pub fn invite(&mut self, from: &FarEnd, headers: &str, body: &str) {
        let text = self.begin(headers, body);
        from.send(&text);
    }

    /// The same, to be sent otherwise.
    pub fn begin(&mut self, headers: &str, body: &str) -> String {
        self.branch = word("z9hG4bK");
        self.invited = self.seq;
        let text = self.request("INVITE", self.seq, &self.branch, headers, body);
        self.invite = Some(Heard { at: clock(), text: text.clone() });
        text
    }

    /// The INVITE once more, byte by byte.
    pub fn invite_again(&self, from: &FarEnd) {
        from.send(&self.invite.as_ref().unwrap().text);
    }

    /// Asks something in the dialog; the final answer.
    pub fn ask(&mut self, from: &mut FarEnd, method: &str, headers: &str, body: &str) -> Heard {
        self.seq = self.seq.max(self.invited) + 1;
        self.ask_as(from, method, self.seq, headers, body)
    }

    /// The same, under another number.
    pub fn ask_as(&mut self, from: &mut FarEnd, method: &str, seq: u32, headers: &str, body: &str) -> Heard {
        let branch = word("z9hG4bK");
        if method == "INVITE" {
            (self.branch, self.invited) = (branch.clone(), seq);
        }
        from.send(&self.request(method, seq, &branch, headers, body));
        let patience = u64::try_from(PATIENCE.as_millis()).unwrap();
        let answered = from.next(patience, |heard| heard.status() >= 200 && heard.branch() == branch);
        answered.unwrap_or_else(|| panic!("{method} {seq} is not answered"))
    }

    /// The dialog is this answer's, from now on.
    pub fn learn(&mut self, answer: &Heard) {
        self.remote = answer.header("To").to_owned();
        self.uri = answer.contact();
    }

    /// ACK of a 200, which has a branch of its own.
    pub fn acknowledge(&mut self, from: &FarEnd, answer: &Heard, body: &str) {
        self.learn(answer);
        from.send(&self.request("ACK", answer.seq(), &word("z9hG4bK"), "", body));
    }

    /// ACK of a failure, which belongs to the INVITE.
    pub fn acknowledge_failure(&self, from: &FarEnd, failure: &Heard) {
        self.acknowledge_in(from, failure, &self.branch);
    }

    pub fn acknowledge_in(&self, from: &FarEnd, failure: &Heard, branch: &str) {
        let call = Self { remote: failure.header("To").to_owned(), ..self.clone() };
        from.send(&call.request("ACK", failure.seq(), branch, "", ""));
    }

    pub fn cancel(&self, from: &FarEnd, branch: &str) {
        from.send(&self.request("CANCEL", self.invited, branch, "", ""));
    }

    /// Answers the INVITE that it takes.
    pub fn reply(&self, at: &FarEnd, status: &str, body: &str) {
        self.reply_with(at, status, "", body);
    }

    pub fn reply_with(&self, at: &FarEnd, status: &str, headers: &str, body: &str) {
        let headers = format!("Contact: <{}>\r\n{headers}", self.contact);
        at.answer(self.invite.as_ref().unwrap(), status, &self.tag, &headers, body);
    }
}
