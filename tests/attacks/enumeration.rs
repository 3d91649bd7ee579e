//! Who is there: what is answered, and how soon, must not tell an extension from a number that is nobody's.

use std::{net::Ipv4Addr, time::Duration};

use portico::sip::wire::Message;

use super::{
    line::{Account, Ask, Line, PATIENCE, clock, pause, status},
    office::{BYSTANDER, Office},
};

const SAMPLES: usize = 30;
/// Promised is 5 ms.
const APART: Duration = Duration::from_millis(5);

/// Everything of an answer that does not change from one question to the next.
fn shape(answer: &Message) -> (Option<u16>, Vec<String>) {
    let masked = String::from_utf8_lossy(answer.as_bytes()).into_owned();
    let lines = masked.lines().map(|line| {
        let name = line.split(':').next().unwrap_or_default();
        match name {
            "Via" | "v" | "From" | "f" | "To" | "t" | "Call-ID" | "i" | "CSeq" => name.to_owned(),
            // Of what it is made, not which; the algorithm is drawn for each name (src/sip/algorithms.rs).
            "WWW-Authenticate" => line
                .split(", ")
                .map(|part| part.split('=').next().unwrap_or_default().to_owned())
                .collect::<Vec<_>>()
                .join(","),
            _ => line.to_owned(),
        }
    });
    (answer.status(), lines.collect())
}

#[derive(Default)]
struct Seen {
    times: Vec<Duration>,
    shapes: Vec<(Option<u16>, Vec<String>)>,
}

impl Seen {
    fn middle(&mut self) -> Duration {
        self.times.sort_unstable();
        self.times[self.times.len() / 2]
    }
}

#[test]
#[ignore = "an attack; make interop"]
fn known_and_unknown_extensions_are_answered_alike_and_equally_soon() {
    let office = Office::open("enumeration");
    let sip = office.sip();
    let mut home = 0_u32;
    // Everybody asks once: a budget must not colour the figures.
    let mut somebody = || {
        home += 1;
        let ip = Ipv4Addr::from_bits(Ipv4Addr::new(127, 0, 1, 1).to_bits() + home / 100);
        Line::at(&ip.to_string(), sip)
    };
    let aimed = |line: &mut Line, method: &str, user: &str| -> Ask {
        let mut ask = line.ask(method, &format!("sip:{user}@{sip}"));
        ask.from = format!("<sip:{user}@{sip}>;tag=e");
        if method == "SUBSCRIBE" {
            ask = ask.with("Event: message-summary");
        }
        if method == "REFER" {
            ask = ask.with("Refer-To: <sip:102@127.0.0.1>");
        }
        ask
    };
    let methods = [
        "REGISTER",
        "INVITE",
        "OPTIONS",
        "SUBSCRIBE",
        "MESSAGE",
        "NOTIFY",
        "PUBLISH",
        "REFER",
        "INFO",
        "BYE",
    ];
    let mut told = vec![];
    for method in methods {
        let mut seen = [Seen::default(), Seen::default()];
        for sample in 0..SAMPLES {
            for (at, user) in ["101", "199"].into_iter().enumerate() {
                let mut line = somebody();
                let ask = aimed(&mut line, method, user);
                let since = clock();
                let answer = line.transact(&ask, PATIENCE).expect(method);
                // The first of each kind warms up.
                if sample > 1 {
                    seen[at].times.push(since.elapsed());
                }
                seen[at].shapes.push(shape(&answer));
                pause(Duration::from_millis(2));
            }
        }
        assert_eq!(seen[0].shapes, seen[1].shapes, "{method}");
        let [known, unknown] = &mut seen;
        let (known, unknown) = (known.middle(), unknown.middle());
        told.push(format!("{method} {known:?} {unknown:?}"));
        assert!(known.abs_diff(unknown) < APART, "{method}: {known:?} and {unknown:?}");
    }
    // A wrong password, for one that is there and one that is not; five an address.
    let mut seen = [Seen::default(), Seen::default()];
    for sample in 0..SAMPLES {
        for (at, user) in ["101", "199"].into_iter().enumerate() {
            let mut line = Line::at(&format!("127.0.2.{}", 1 + sample / 4), sip);
            let mut account = Account::new(user, "wrong");
            let ask = aimed(&mut line, "REGISTER", user);
            account.challenged(&line.transact(&ask, PATIENCE).unwrap());
            let mut ask = aimed(&mut line, "REGISTER", user);
            ask.cseq = 2;
            let proof = account.proof("REGISTER", &ask.uri, &mut line.chance).unwrap();
            let ask = ask.with(&proof);
            let since = clock();
            let answer = line.transact(&ask, PATIENCE);
            seen[at].times.push(since.elapsed());
            assert_eq!(status(answer.as_ref()), 401);
            seen[at].shapes.push(shape(&answer.unwrap()));
        }
    }
    assert_eq!(seen[0].shapes, seen[1].shapes, "a wrong password");
    let [known, unknown] = &mut seen;
    let (known, unknown) = (known.middle(), unknown.middle());
    told.push(format!("wrong password {known:?} {unknown:?}"));
    assert!(known.abs_diff(unknown) < APART, "a wrong password: {known:?} and {unknown:?}");
    eprintln!("answers took (an extension, nobody; medians of {SAMPLES}): {}", told.join(", "));
}

#[test]
#[ignore = "an attack; make interop"]
fn a_stranger_is_told_no_name_and_no_version() {
    let office = Office::open("fingerprint");
    let mut line = Line::at(BYSTANDER, office.sip());
    for method in
        ["OPTIONS", "REGISTER", "INVITE", "SUBSCRIBE", "MESSAGE", "PUBLISH", "REFER", "NOTIFY", "INVENTED"]
    {
        let ask = line.ask(method, &format!("sip:{}", office.sip()));
        let answer = line.transact(&ask, PATIENCE).unwrap();
        let text = String::from_utf8_lossy(answer.as_bytes()).to_lowercase();
        for word in ["server:", "user-agent:", env!("CARGO_PKG_VERSION"), "x-"] {
            assert!(!text.contains(word), "{method}: {text}");
        }
    }
    line.send(b"NOT EVEN SIP\r\n\r\n");
    let broken = line.ask("OPTIONS", "sip:x").bytes();
    line.send(&broken[..broken.len() / 2]);
    for answer in line.drain(super::line::SILENCE) {
        assert!(!String::from_utf8_lossy(answer.as_bytes()).to_lowercase().contains("server:"));
    }
}
