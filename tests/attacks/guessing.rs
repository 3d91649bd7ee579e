//! Passwords: guessed, replayed, transplanted, and used under another's name.

use std::time::Duration;

use super::{
    desk::Desk,
    line::{Account, Line, PATIENCE, SILENCE, pause, status},
    office::{NUMBER, Office, PASSWORD, PHONE},
};

fn registration(line: &mut Line, user: &str) -> super::line::Ask {
    let (local, portico) = (line.local(), line.portico);
    let mut ask = line.ask("REGISTER", &format!("sip:{portico}"));
    ask.from = format!("<sip:{user}@{portico}>;tag=g");
    ask.to = format!("<sip:{user}@{portico}>");
    ask.contact = format!("<sip:{user}@{local}>");
    ask
}

#[test]
#[ignore = "an attack; make interop"]
fn a_guesser_gets_ten_tries_then_silence_and_its_victim_registers_at_once() {
    let office = Office::open("guessing");
    let mut line = Line::at("127.0.0.50", office.sip());
    let mut account = Account::new("101", "wrong");
    let first = registration(&mut line, "101");
    let answer = line.transact(&first, PATIENCE).unwrap();
    account.challenged(&answer);
    for guess in 0..150 {
        account.password = format!("guess{guess}");
        let mut ask = registration(&mut line, "101");
        ask.cseq = 2 + guess;
        let proof = account.proof("REGISTER", &ask.uri, &mut line.chance).unwrap();
        line.send(&ask.with(&proof).bytes());
        pause(Duration::from_millis(2));
    }
    let answers = line.drain(SILENCE);
    assert!(answers.iter().all(|answer| answer.status() == Some(401)));
    let heard = answers.len();
    assert!((5..=10).contains(&heard), "{heard} wrong passwords were judged");
    // The right one, from there, from another port there.
    account.password = PASSWORD.to_owned();
    let ask = registration(&mut line, "101");
    let proof = account.proof("REGISTER", &ask.uri, &mut line.chance).unwrap();
    assert!(line.transact(&ask.with(&proof), SILENCE).is_none(), "barred");
    let mut other = Line::at("127.0.0.50", office.sip());
    let ask = other.ask("OPTIONS", &format!("sip:{}", office.sip()));
    assert!(other.transact(&ask, SILENCE).is_none(), "silence");
    let since = super::line::clock();
    let mut victim = office.phone();
    assert!(since.elapsed().as_millis() < 1000);
    let _ = victim.register();
}

#[test]
#[ignore = "an attack; make interop"]
fn a_proof_is_good_once_for_one_address_one_name_and_one_request() {
    let mut office = Office::open("replay");
    let mut phone = office.phone();
    let sip = office.sip();
    // Of the phone's own registration, again from the same socket: the copy of a transaction gets its answer and no more.
    let mut ask = phone.registration();
    let proof = phone.account.as_mut().unwrap().proof("REGISTER", &ask.uri, &mut phone.line.chance).unwrap();
    ask = ask.with(&proof);
    assert_eq!(status(phone.line.transact(&ask, PATIENCE).as_ref()), 200);
    let says_stale = |answer: &portico::sip::wire::Message| {
        let challenge =
            answer.text(portico::sip::wire::Name::WwwAuthenticate).unwrap_or_default().into_owned();
        (answer.status(), challenge.contains("stale=true"))
    };
    // The same count in a new transaction.
    let mut replay = ask.clone();
    replay.branch = "z9hG4bKreplay".to_owned();
    replay.cseq += 1;
    replay.contact = "<sip:101@127.0.0.90:9999>".to_owned();
    let answer = phone.line.transact(&replay, PATIENCE).unwrap();
    assert_eq!(says_stale(&answer), (Some(401), true));
    // From another port of the same address, from another address.
    for from in [PHONE, "127.0.0.51"] {
        let mut thief = Line::at(from, sip);
        let mut stolen = ask.clone();
        stolen.via = format!("SIP/2.0/UDP {};rport", thief.local());
        stolen.contact = format!("<sip:101@{}>", thief.local());
        stolen.cseq += 2;
        let answer = thief.transact(&stolen, PATIENCE).unwrap();
        assert_eq!(says_stale(&answer), (Some(401), true), "{from}");
    }
    // A nonce nobody gave.
    let forged = proof.replace("nonce=\"0", "nonce=\"f").replace("nc=00000002", "nc=00000009");
    let ask = phone.registration().with(&forged);
    assert_eq!(status(phone.line.transact(&ask, PATIENCE).as_ref()), 401);
    // The proof of a REGISTER on an INVITE; of one number on another.
    let mut invite = phone.invitation("3035550177");
    let account = phone.account.as_mut().unwrap();
    let of_register = account.proof("REGISTER", &invite.uri, &mut phone.line.chance).unwrap();
    invite = invite.with(&of_register);
    assert_eq!(status(phone.line.transact(&invite, PATIENCE).as_ref()), 401);
    let invite = phone.invitation("3035550177");
    let account = phone.account.as_mut().unwrap();
    let of_other = account.proof("INVITE", &format!("sip:3035550188@{sip}"), &mut phone.line.chance).unwrap();
    // Whoever has written it knows the password, and has guessed nothing (RFC 7616, 3.4.6).
    assert_eq!(status(phone.line.transact(&invite.with(&of_other), PATIENCE).as_ref()), 400);
    // A right password for another's name: in REGISTER, in a call, in a text.
    for method in ["REGISTER", "INVITE", "MESSAGE"] {
        let mut ask = if method == "INVITE" { phone.invitation(NUMBER) } else { phone.registration() };
        method.clone_into(&mut ask.method);
        ask.from = format!("<sip:102@{sip}>;tag=x");
        ask.to = format!("<sip:102@{sip}>");
        let answer = phone.line.prove(phone.account.as_mut().unwrap(), ask);
        assert_eq!(status(answer.as_ref()), 403, "{method}");
    }
    let invites = office.carrier.line.drain(SILENCE);
    assert!(invites.iter().all(|m| m.method().is_none_or(|method| method.as_str() != "INVITE")));
    assert_eq!(phone.register(), 200, "its own goes on");
    let mut again = Desk::registered(PHONE, sip, "101", PASSWORD);
    assert_eq!(again.register(), 200);
}
