//! Messages of a mailbox handed over to a mail server by a Portico that runs: whole, once, and honestly when it cannot be told.
//!
//! The mail server is this test's own, on loopback.

#![expect(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by unwrapping")]

#[expect(dead_code, reason = "other tests use the rest of it")]
mod process;

use std::{
    fs,
    io::{BufRead, BufReader, Write},
    net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream},
    sync::mpsc::{Receiver, Sender, channel},
    thread,
    time::{Duration, Instant},
};

use jiff::{SignedDuration, Timestamp};
use portico::{
    outbox::{AfterMail, Delivery, Letter, State},
    pbx::{Caller, VoiceMessage},
    store::Store,
    types::{CallId, MessageKey, VoicemailId},
};
use process::{Portico, free_address, house};

const KIM: &str = "kim@office.example";
/// A mail is tried again within six seconds; a machine that is busy takes its time.
const PATIENCE: Duration = Duration::from_secs(30);

#[expect(clippy::disallowed_methods, reason = "a running Portico lives in real time")]
fn now() -> (Instant, Timestamp) {
    (Instant::now(), Timestamp::now())
}

/// What the mail server does with a mail that has come whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Does {
    Takes,
    /// Not now.
    Defers,
    /// It has it, and the connection breaks before it can say so.
    TakesAndIsGone,
    /// It has it, and says nothing for as long as the test lasts.
    TakesAndIsSilent,
}

struct MailServer {
    at: SocketAddr,
    mails: Receiver<String>,
    does: Sender<Does>,
}

impl MailServer {
    /// One that does these in turn, and takes every further mail.
    fn start(does: &[Does]) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let at = listener.local_addr().unwrap();
        let (told, orders) = channel();
        does.iter().for_each(|does| told.send(*does).unwrap());
        let (heard, mails) = channel();
        thread::spawn(move || {
            let mut silent = Vec::new();
            for stream in listener.incoming().map_while(Result::ok) {
                if let Some(stream) = serve(stream, &orders, &heard) {
                    silent.push(stream);
                }
            }
        });
        Self { at, mails, does: told }
    }

    fn next(&self) -> String {
        self.mails.recv_timeout(PATIENCE).expect("a mail")
    }

    fn is_left_alone_for(&self, seconds: u64) -> bool {
        self.mails.recv_timeout(Duration::from_secs(seconds)).is_err()
    }
}

/// One mail; the connection, if it is to be kept.
fn serve(stream: TcpStream, orders: &Receiver<Does>, heard: &Sender<String>) -> Option<TcpStream> {
    let mut writer = stream.try_clone().unwrap();
    let mut say = |text: &str| drop(writer.write_all(format!("{text}\r\n").as_bytes()));
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let (mut data, mut mail) = (false, String::new());
    say("220 mail.office.example ESMTP");
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).unwrap_or(0) == 0 {
            return None;
        }
        match line.trim_end() {
            "." if data => {
                data = false;
                let does = orders.try_recv().unwrap_or(Does::Takes);
                if does != Does::Defers {
                    drop(heard.send(std::mem::take(&mut mail)));
                }
                match does {
                    Does::Takes => say("250 queued"),
                    Does::Defers => say("451 come again"),
                    Does::TakesAndIsGone => return None,
                    Does::TakesAndIsSilent => return Some(stream),
                }
            }
            _ if data => mail.push_str(&line),
            "DATA" => {
                (data, mail) = (true, String::new());
                say("354 go on");
            }
            "QUIT" => say("221 bye"),
            _ => say("250 ok"),
        }
    }
}

fn office(mail: SocketAddr) -> String {
    format!(
        r#"
        {}
        [speech]
        models = "none"
        [mail]
        server = "{mail}"
        security = "none"
        from = "portico@office.example"
        words_within_seconds = 1
        [[number]]
        number = "+13035550100"
        ring = [["101"]]
        [[extension]]
        extension = "101"
        name = "Front desk"
        password = "correct horse battery"
        [[mailbox]]
        extension = "101"
        email = ["{KIM}"]
        after_email = "heard"
        [[trunk]]
        name = "carrier"
        from = ["127.0.0.2"]
        send_to = "{}"
        [practice]
        carrier = "{}"
        "#,
        house(36_200..=36_399),
        free_address("127.0.0.2"),
        free_address("127.0.0.4"),
    )
}

/// A message as a caller has left it: its row, its letter and its sound, of which this is the text.
fn leave(portico: &Portico, id: u64, sound: &[u8]) -> VoicemailId {
    let records = portico.folder.join("data").join("portico.db");
    let mut store = Store::open(&records).unwrap();
    let (_, wall) = now();
    let voicemail = VoicemailId::from_random(id);
    let message = VoiceMessage {
        id: voicemail,
        call: CallId::from_random(id),
        caller: Caller::Number { number: "+13035550177".parse().unwrap(), display: "Dana".into() },
        left: wall,
        length_ms: 12_000,
        file: format!("{voicemail}.wav"),
        heard: false,
    };
    let letter = Letter {
        key: MessageKey::from_random(id),
        voicemail,
        mailbox: "101".parse().unwrap(),
        to: KIM.parse().unwrap(),
        after: AfterMail::Heard,
        created: wall,
        delivery: Delivery::new(wall, wall.checked_add(SignedDuration::from_hours(4)).unwrap()),
    };
    let folder = portico.folder.join("data").join("mailboxes");
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join(&message.file), sound).unwrap();
    store.keep_message(&"101".parse().unwrap(), &message, &[letter]).unwrap();
    voicemail
}

fn reader(portico: &Portico) -> portico::store::Reader {
    Store::open(&portico.folder.join("data").join("portico.db")).unwrap().reader()
}

fn state(portico: &Portico, id: VoicemailId) -> State {
    reader(portico).letters_of(&[id]).unwrap()[0].state
}

fn comes_true(what: &str, so: impl Fn() -> bool) {
    let began = now().0;
    while !so() {
        assert!(now().0 - began < PATIENCE, "waited in vain until {what}");
        thread::park_timeout(Duration::from_millis(100));
    }
}

#[test]
fn a_message_is_handed_over_whole_and_once_and_is_then_no_longer_new() {
    let server = MailServer::start(&[Does::Defers]);
    let mut portico = Portico::start("mail-whole", &office(server.at));
    portico.kill();
    let id = leave(&portico, 1, &[0x5a; 1_000]);
    portico.start_again();
    let mail = server.next();
    assert!(
        mail.contains("To: <kim@office.example>\r\n") && mail.contains("Auto-Submitted: auto-generated"),
        "{mail}"
    );
    assert!(mail.contains("filename=\"message.wav\"") && mail.contains(&"Wlpa".repeat(19)), "{mail}");
    comes_true("the message is no longer new", || {
        reader(&portico).voicemail(id).unwrap().unwrap().message.heard
    });
    assert_eq!(state(&portico, id), State::Sent);
    portico.kill();
    portico.start_again();
    assert!(server.is_left_alone_for(4), "a mail that has arrived is not sent again");
}

#[test]
fn a_mail_whose_fate_nobody_knows_is_shown_and_comes_again_when_somebody_says_so() {
    let server = MailServer::start(&[Does::TakesAndIsGone]);
    let mut portico = Portico::start("mail-gone", &office(server.at));
    portico.kill();
    let id = leave(&portico, 1, b"RIFF");
    portico.start_again();
    let first = server.next();
    comes_true("it is said", || state(&portico, id) == State::Unknown);

    // The same when the power goes while the mail server has not answered yet.
    server.does.send(Does::TakesAndIsSilent).unwrap();
    portico.kill();
    let other = leave(&portico, 2, b"RIFF");
    portico.start_again();
    server.next();
    portico.kill();
    assert_eq!(state(&portico, other), State::Claimed);
    portico.start_again();
    comes_true("it is said of the other", || state(&portico, other) == State::Unknown);
    assert!(server.is_left_alone_for(4), "neither is sent again by itself");
    assert!(!reader(&portico).voicemail(id).unwrap().unwrap().message.heard);

    portico.kill();
    let (_, wall) = now();
    let mut store = Store::open(&portico.folder.join("data").join("portico.db")).unwrap();
    assert_eq!(store.mail_again(id, wall).unwrap(), 1);
    drop(store);
    portico.start_again();
    let again = server.next();
    let message_id =
        |mail: &str| mail.lines().find(|line| line.starts_with("Message-ID:")).unwrap().to_owned();
    assert_eq!(message_id(&first), message_id(&again), "a reader's program can tell that it is the same");
    comes_true("it has arrived", || state(&portico, id) == State::Sent);
}
