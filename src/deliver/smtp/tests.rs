//! A mail server of this test's own, on loopback, that says what it is told to say, and what becomes of a mail then.

use std::{
    io::{BufRead, BufReader},
    net::{Ipv4Addr, TcpListener},
    thread::{self, JoinHandle},
};

use jiff::tz::TimeZone;
use rustls::{RootCertStore, ServerConfig, ServerConnection, crypto::aws_lc_rs};

use super::*;

fn mail() -> Mail {
    Mail {
        id: "0123456789abc".into(),
        from: "portico@office.example".parse().unwrap(),
        from_name: "Maple Court".into(),
        to: "kim@office.example".parse().unwrap(),
        subject: "A message".into(),
        date: "2026-11-20T18:00:00Z".parse().unwrap(),
        zone: TimeZone::UTC,
        text: "words".into(),
        attachment: None,
    }
}

fn client(roots: RootCertStore) -> Arc<ClientConfig> {
    let config = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    Arc::new(config)
}

fn server(port: u16, security: Security, tls: Arc<ClientConfig>) -> SmtpServer {
    let login =
        (security != Security::None).then(|| Login { user: "kim".into(), password: "a secret".into() });
    let from = "portico@office.example".parse().unwrap();
    SmtpServer { host: "localhost".into(), port, security, login, name: "portico.example".into(), from, tls }
}

/// What the server answers to a line that begins so; `None` as an answer: it hangs up.
type Script = Vec<(&'static str, Option<&'static str>)>;

fn usual() -> Script {
    vec![
        ("", Some("220 mail.office.example ESMTP")),
        ("EHLO", Some("250-mail.office.example\r\n250-AUTH LOGIN PLAIN\r\n250 8BITMIME")),
        ("AUTH", Some("235 welcome")),
        ("MAIL", Some("250 ok")),
        ("RCPT", Some("250 ok")),
        ("DATA", Some("354 go on")),
        (".", Some("250 queued")),
    ]
}

fn but(command: &'static str, answer: Option<&'static str>) -> Script {
    usual().into_iter().map(|(of, said)| if of == command { (of, answer) } else { (of, said) }).collect()
}

/// Serves one connection; everything that the client said.
fn serve(stream: impl Read + Write, script: &Script) -> String {
    let said = |line: &str| {
        let fits = |begin: &str| {
            if begin == "." { line == ".\r\n" } else { !begin.is_empty() && line.starts_with(begin) }
        };
        script.iter().find(|(begin, _)| fits(begin)).map(|(_, answer)| *answer)
    };
    let mut stream = BufReader::new(stream);
    let mut heard = String::new();
    let answer = |stream: &mut BufReader<_>, text: &str| write_line(stream.get_mut(), text);
    let Some((_, Some(greeting))) = script.first() else { return heard };
    answer(&mut stream, greeting);
    let mut data = false;
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line).unwrap_or(0) == 0 {
            return heard;
        }
        heard.push_str(&line);
        if data && line != ".\r\n" {
            continue;
        }
        match said(&line) {
            Some(Some(text)) => {
                data = text.starts_with("354");
                answer(&mut stream, text);
            }
            Some(None) => return heard,
            None if line.starts_with("QUIT") => return heard,
            None => answer(&mut stream, "502 what?"),
        }
    }
}

fn write_line(stream: &mut impl Write, text: &str) {
    drop(stream.write_all(format!("{text}\r\n").as_bytes()).and_then(|()| stream.flush()));
}

fn listen(script: Script) -> (u16, JoinHandle<String>) {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    (port, thread::spawn(move || serve(listener.accept().unwrap().0, &script)))
}

fn plainly(script: Script) -> (Outcome, String) {
    let (port, served) = listen(script);
    let outcome = hand_over(&server(port, Security::None, client(RootCertStore::empty())), &mail());
    (outcome, served.join().unwrap())
}

#[test]
fn a_mail_is_handed_over_whole() {
    let (outcome, heard) = plainly(usual());
    assert_eq!(outcome, Outcome::Accepted);
    let order = [
        "EHLO portico.example",
        "MAIL FROM:<portico@office.example>",
        "RCPT TO:<kim@office.example>",
        "DATA",
        "Subject: A message",
        "\r\n.\r\n",
        "QUIT",
    ];
    let mut rest = heard.as_str();
    for part in order {
        rest = rest.split_once(part).unwrap_or_else(|| panic!("no {part} in its place: {heard}")).1;
    }
    assert!(!heard.contains("AUTH"), "nobody has a password here");
}

#[test]
fn what_breaks_before_the_dot_comes_again_and_what_breaks_after_it_nobody_can_tell() {
    for (command, answer, status) in [
        ("", Some("421 busy"), 421),
        ("", Some("554 no"), 554),
        ("EHLO", Some("550 you are blocked"), 550),
        ("MAIL", Some("451 later"), 451),
        ("RCPT", Some("450 greylisted"), 450),
        ("DATA", None, 0),
        ("RCPT", None, 0),
        (".", Some("452 disk full"), 452),
    ] {
        let (outcome, _) = plainly(but(command, answer));
        assert!(
            matches!(&outcome, Outcome::Later { status: s, .. } if *s == status),
            "{command}: {outcome:?}"
        );
    }
    for (command, answer, status) in [
        ("MAIL", "553 not from you", 553),
        ("RCPT", "550-no such\r\n550 person", 550),
        (".", "554 spam", 554),
    ] {
        let (outcome, _) = plainly(but(command, Some(answer)));
        assert!(
            matches!(&outcome, Outcome::Never { status: s, .. } if *s == status),
            "{command}: {outcome:?}"
        );
    }
    let (outcome, heard) = plainly(but(".", None));
    assert!(matches!(outcome, Outcome::Unknown { .. }), "{outcome:?}");
    assert!(heard.ends_with("\r\n.\r\n"));
}

#[test]
fn nobody_there_and_babble_are_reasons_to_try_again() {
    let closed = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap().port();
    let nobody = hand_over(&server(closed, Security::None, client(RootCertStore::empty())), &mail());
    assert!(matches!(nobody, Outcome::Later { status: 0, .. }), "{nobody:?}");
    for babble in ["HTTP/1.1 400 Bad Request", "22", "", "é: hello"] {
        let (outcome, _) = plainly(but("", Some(babble)));
        assert!(matches!(outcome, Outcome::Later { status: 0, .. }), "{babble:?}: {outcome:?}");
    }
}

#[test]
fn a_server_without_starttls_gets_neither_mail_nor_password() {
    let (port, served) = listen(usual());
    let outcome = hand_over(&server(port, Security::StartTls, client(RootCertStore::empty())), &mail());
    assert!(matches!(&outcome, Outcome::Later { why, .. } if why.contains("STARTTLS")), "{outcome:?}");
    let heard = served.join().unwrap();
    assert!(!heard.contains("AUTH") && !heard.contains("MAIL"), "{heard}");
}

#[test]
fn behind_starttls_the_password_is_told_to_the_right_server_alone() {
    let key = rcgen::KeyPair::generate_for(&rcgen::PKCS_ECDSA_P256_SHA256).unwrap();
    let certificate =
        rcgen::CertificateParams::new(vec!["localhost".into()]).unwrap().self_signed(&key).unwrap();
    let mut roots = RootCertStore::empty();
    roots.add(certificate.der().clone()).unwrap();
    let identity = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(
            vec![certificate.der().clone()],
            rustls::pki_types::PrivateKeyDer::try_from(key.serialize_der()).unwrap(),
        )
        .unwrap();
    let identity = Arc::new(identity);
    for (trusted, believed) in [(client(roots), true), (client(RootCertStore::empty()), false)] {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        let identity = Arc::clone(&identity);
        let served = thread::spawn(move || {
            let mut stream = listener.accept().unwrap().0;
            write_line(&mut stream, "220 mail.office.example");
            let mut reader = BufReader::new(stream.try_clone().unwrap());
            for answer in ["250-mail.office.example\r\n250 STARTTLS", "220 go on"] {
                reader.read_line(&mut String::new()).unwrap();
                write_line(&mut stream, answer);
            }
            let tls = ServerConnection::new(identity).unwrap();
            let mut script = usual();
            script[0] = ("", Some("250-mail.office.example\r\n250 AUTH PLAIN"));
            let mut secured = StreamOwned::new(tls, stream);
            // After the handshake the client greets first; the script's greeting answers it.
            let mut hello = [0; 64];
            match secured.read(&mut hello) {
                Ok(read) if read > 0 => serve(secured, &script),
                _ => String::new(),
            }
        });
        let outcome = hand_over(&server(port, Security::StartTls, trusted), &mail());
        let heard = served.join().unwrap();
        assert_eq!(outcome == Outcome::Accepted, believed, "{outcome:?} {heard}");
        assert_eq!(
            heard.contains(&format!("AUTH PLAIN {}", BASE64_STANDARD.encode("\0kim\0a secret"))),
            believed,
            "{heard}"
        );
    }
}

#[test]
fn a_line_that_begins_with_a_dot_does_not_end_the_mail() {
    assert_eq!(stuffed(b"a\r\n.\r\n..b\r\n"), b"a\r\n..\r\n...b\r\n");
    assert_eq!(stuffed(b"a"), b"a\r\n");
}
