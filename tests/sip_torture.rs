//! Hostile and merely unusual messages: what must be understood is, and what must be refused is refused with the status
//! that the RFC names. The messages of RFC 4475 are read from beside the tree where they are present
//! (`PORTICO_TORTURE`, or `../shared/torture`); our own, in `tests/data/sip`, are always read.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test fails by panicking, and says what it could not read"
)]

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    time::Instant,
};

use portico::{
    sip::{
        Account, Endpoint, Flow, Input, Limits, Listener, Output, Settings, Transport,
        wire::{Frame, Framer, Message, Name, ParseError, ResponseBuilder, check},
    },
    types::Chance,
};
use rand_chacha::rand_core::SeedableRng as _;

/// What becomes of the bytes before any transaction sees them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    Served,
    Answered(u16),
    Dropped,
}

fn fate(bytes: &[u8]) -> Fate {
    match Message::parse(bytes) {
        Ok(message) => fate_of(&message),
        Err(error) => fate_of_error(&error),
    }
}

fn fate_of(message: &Message) -> Fate {
    if message.is_request() {
        match check::request(message) {
            Ok(()) => Fate::Served,
            Err(rejection) => {
                assert_answerable(message, rejection.status);
                Fate::Answered(rejection.status)
            }
        }
    } else if check::response(message).is_ok() {
        Fate::Served
    } else {
        Fate::Dropped
    }
}

fn fate_of_error(error: &ParseError) -> Fate {
    match error {
        ParseError::Dropped(_) => Fate::Dropped,
        ParseError::Refused(malformed) => {
            assert_answerable(&malformed.message, malformed.rejection.status);
            Fate::Answered(malformed.rejection.status)
        }
    }
}

/// Whatever is refused can be answered, and the answer is a message that we can read ourselves.
fn assert_answerable(message: &Message, status: u16) {
    let mut message = message.clone();
    message.set_source("198.51.100.7:5061".parse().unwrap());
    let reply = ResponseBuilder::reply_to(&message, status, Some("t")).build();
    let reply = Message::parse(&reply).expect("our own answer");
    assert_eq!(reply.status(), Some(status));
    assert_eq!(reply.text(portico::sip::wire::Name::CallId), message.text(portico::sip::wire::Name::CallId));
}

/// Everything that comes out of the bytes when they arrive over TCP in pieces of this size.
fn stream_fates(bytes: &[u8], piece: usize) -> Vec<Fate> {
    let mut framer = Framer::new();
    let mut fates = Vec::new();
    for chunk in bytes.chunks(piece) {
        for frame in framer.push(chunk) {
            match frame {
                Frame::Message(message) => fates.push(fate_of(&message)),
                Frame::Ping => {}
                Frame::Broken(error) => fates.push(fate_of_error(&error)),
            }
        }
    }
    fates
}

fn folder(path: &Path) -> BTreeMap<String, Vec<u8>> {
    let entries = fs::read_dir(path).unwrap_or_else(|why| panic!("{}: {why}", path.display()));
    entries
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|e| e == "dat"))
        .map(|path| (path.file_stem().unwrap().to_str().unwrap().to_owned(), fs::read(&path).unwrap()))
        .collect()
}

/// RFC 4475's messages, where they are present.
fn rfc_4475(class: &str) -> Option<BTreeMap<String, Vec<u8>>> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/torture");
    let root = std::env::var_os("PORTICO_TORTURE").map_or(beside, PathBuf::from).join(class);
    if !root.is_dir() {
        println!("{} is not here: its messages are not read", root.display());
        return None;
    }
    Some(folder(&root))
}

#[test]
fn rfc_4475_valid_messages_are_served() {
    let Some(messages) = rfc_4475("valid") else { return };
    assert_eq!(messages.len(), 13);
    for (name, bytes) in messages {
        assert_eq!(fate(&bytes), Fate::Served, "{name}");
    }
}

#[test]
fn rfc_4475_invalid_messages_are_refused_with_the_right_class() {
    let Some(messages) = rfc_4475("invalid") else { return };
    assert_eq!(messages.len(), 19);
    for (name, bytes) in messages {
        let due = match name.as_str() {
            "badvers" => Fate::Answered(505),
            // Responses are never answered.
            "bigcode" | "scalarlg" => Fate::Dropped,
            _ => Fate::Answered(400),
        };
        assert_eq!(fate(&bytes), due, "{name}");
    }
}

#[test]
fn rfc_4475_messages_of_the_other_sections_reach_the_layer_that_decides() {
    let Some(messages) = rfc_4475("other") else { return };
    assert_eq!(messages.len(), 17);
    for (name, bytes) in messages {
        let due = match name.as_str() {
            "insuf" | "mcl01" | "multi01" => Fate::Answered(400),
            "novelsc" | "unkscm" => Fate::Answered(416),
            // Two Vias: the response is not ours (RFC 3261, 8.1.3.3).
            "bcast" => Fate::Dropped,
            _ => Fate::Served,
        };
        assert_eq!(fate(&bytes), due, "{name}");
    }
}

/// An office with one extension, and what it sends back to a stranger's datagram.
fn answers(now: Instant, bytes: &[u8]) -> Vec<Message> {
    let local = "192.0.2.200:5060".parse().unwrap();
    let account = Account { password: "correct horse battery".to_owned(), legacy_md5: false };
    let settings = Settings {
        realm: "office.example".to_owned(),
        names: vec![],
        sips_to_the_end: true,
        user_agent: "Portico".to_owned(),
        listeners: vec![Listener { transport: Transport::Udp, local, advertised: None }],
        trunks: Vec::new(),
        accounts: [("101".parse().unwrap(), account)].into(),
        limits: Limits::default(),
    };
    let mut endpoint = Endpoint::new(now, settings, Chance::seed_from_u64(1));
    let remote = "203.0.113.7:40001".parse().unwrap();
    let flow = Flow { transport: Transport::Udp, remote, local, connection: None };
    endpoint.handle_input(now, Input::Datagram { flow, bytes });
    let mut answers = Vec::new();
    loop {
        match endpoint.poll_output() {
            Output::Transmit { bytes, .. } => answers.push(Message::parse(&bytes).unwrap()),
            Output::Timeout(_) => return answers,
            Output::Event(_) | Output::Close { .. } | Output::Resolve { .. } | Output::Proven { .. } => {}
        }
    }
}

/// What goes back over the wire, for every message of which RFC 4475 says it or the rules of this house do: nobody who has
/// not said who they are gets further than a challenge.
#[test]
fn rfc_4475_gets_the_answer_that_the_rfc_names() {
    #[expect(clippy::disallowed_methods, reason = "any instant will do to count from")]
    let now = Instant::now();
    let mut told = 0;
    for class in ["valid", "invalid", "other"] {
        let Some(messages) = rfc_4475(class) else { return };
        for (name, bytes) in messages {
            let due: &[u16] = match name.as_str() {
                // Responses are nobody's request, and two Vias make one somebody else's.
                "bigcode" | "scalarlg" | "bcast" | "noreason" | "unreason" => &[],
                "badvers" => &[505],
                // 3.1.1.2 and 3.1.1.5: methods that nobody has heard of.
                "intmeth" | "esc02" => &[501],
                // OPTIONS, however it is written.
                "lwsdisp" | "semiuri" | "transports" | "badbranch" => &[200],
                // 3.3.11: whom it has reached takes it as if it had hops left.
                "zeromf" => &[200],
                // A To tag that names no dialog of ours.
                "wsinv" => &[481],
                "bext01" => &[420],
                "invut" => &[415],
                "sdp01" => &[406],
                "unkscm" | "novelsc" => &[416],
                _ if class == "invalid" || matches!(name.as_str(), "insuf" | "mcl01" | "multi01") => &[400],
                _ => &[401],
            };
            let answers = answers(now, &bytes);
            let statuses: Vec<u16> = answers.iter().filter_map(Message::status).collect();
            assert_eq!(statuses, due, "{name}");
            let header = |header| answers[0].text(header).unwrap_or_default().into_owned();
            match name.as_str() {
                "bext01" => {
                    assert_eq!(header(Name::Unsupported), "nothingSupportsThis, nothingSupportsThisEither")
                }
                "invut" => assert!(header(Name::Accept).contains("application/sdp"), "{name}"),
                "intmeth" | "esc02" => assert!(header(Name::Allow).contains("INVITE"), "{name}"),
                _ => {}
            }
            told += 1;
        }
    }
    assert_eq!(told, 49);
}

#[test]
fn our_own_messages_meet_the_fate_that_their_folder_names() {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/sip");
    let mut read = 0;
    let mut surprises = Vec::new();
    for (class, due) in [
        ("served", Fate::Served),
        ("dropped", Fate::Dropped),
        ("400", Fate::Answered(400)),
        ("413", Fate::Answered(413)),
        ("414", Fate::Answered(414)),
        ("416", Fate::Answered(416)),
        ("505", Fate::Answered(505)),
        ("513", Fate::Answered(513)),
    ] {
        for (name, bytes) in folder(&data.join(class)) {
            let met = fate(&bytes);
            if met != due {
                surprises.push(format!("{class}/{name}: {met:?}"));
            }
            read += 1;
        }
    }
    assert_eq!(surprises, Vec::<String>::new());
    assert!(read >= 100, "only {read} messages were found");
}

#[test]
fn over_tcp_a_message_meets_one_fate_however_it_is_cut() {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/sip");
    for class in ["served", "400", "413", "416", "505", "513"] {
        for (name, bytes) in folder(&data.join(class)) {
            let whole = stream_fates(&bytes, bytes.len());
            for piece in [1, 2, 3, 7, 100] {
                assert_eq!(stream_fates(&bytes, piece), whole, "{class}/{name} in pieces of {piece}");
            }
        }
    }
}

#[test]
fn over_tcp_an_unclear_length_is_answered_once_and_nothing_behind_it_is_read() {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/sip");
    let smuggled = fs::read(data.join("served/unknown-method-with-own-cseq.dat")).unwrap();
    let mut forms = 0;
    for (name, mut bytes) in folder(&data.join("400")) {
        if !name.starts_with("content-length") {
            continue;
        }
        forms += 1;
        bytes.extend_from_slice(&smuggled);
        assert_eq!(stream_fates(&bytes, 50), [Fate::Answered(400)], "{name}");
    }
    assert_eq!(forms, 10);
    let mut too_large = fs::read(data.join("413/body-too-large-announced.dat")).unwrap();
    too_large.extend_from_slice(&smuggled);
    assert_eq!(stream_fates(&too_large, 50), [Fate::Answered(413)]);
    let mut without = fs::read(data.join("served/no-max-forwards-no-from-tag-no-length.dat")).unwrap();
    without.extend_from_slice(&smuggled);
    assert_eq!(stream_fates(&without, 50), [Fate::Answered(400)]);
}

#[test]
fn every_prefix_and_many_a_changed_byte_is_read_without_harm() {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/sip");
    for (_, bytes) in folder(&data.join("served")) {
        if bytes.len() > 1500 {
            continue;
        }
        for end in 0..bytes.len() {
            let _ = fate(&bytes[..end]);
        }
        for at in (0..bytes.len()).step_by(3) {
            for with in [0, b'\n', b'\r', b' ', b'"', b'<', b',', b';', b':', b'%', 0xff] {
                let mut changed = bytes.clone();
                changed[at] = with;
                let _ = fate(&changed);
            }
        }
    }
}
