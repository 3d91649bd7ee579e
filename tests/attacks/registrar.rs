//! Abuse of the registrar by somebody who has a password, and calls that lead in a circle.

use std::time::Duration;

use portico::sip::wire::Name;

use super::{
    desk::Desk,
    line::{PATIENCE, clock, status},
    office::{COLLEAGUE, Office, PASSWORD},
};

#[test]
#[ignore = "an attack; make interop"]
fn the_registrar_keeps_its_bounds() {
    let office = Office::open("registrar");
    let mut phone = office.phone();
    let asks = |phone: &mut Desk, contact: &str, more: &str| {
        let mut ask = phone.registration();
        contact.clone_into(&mut ask.contact);
        if !more.is_empty() {
            ask = ask.with(more);
        }
        phone.line.prove(phone.account.as_mut().unwrap(), ask).expect("an answer")
    };
    for n in 0..30 {
        let answer = asks(&mut phone, &format!("<sip:101@127.0.0.3:{}>", 6000 + n), "Expires: 4000000000");
        assert_eq!(answer.status(), Some(200));
        assert!(answer.contacts().count() <= 10);
        let text = String::from_utf8_lossy(answer.as_bytes()).into_owned();
        let longest = text
            .split("expires=")
            .skip(1)
            .map(|rest| rest.split(['\r', ',', ';']).next().unwrap().parse::<u32>().unwrap())
            .max();
        assert!(longest.unwrap() <= 3600, "{text}");
    }
    let eleven = (0..11).map(|n| format!("<sip:101@127.0.0.3:{}>", 7000 + n)).collect::<Vec<_>>().join(", ");
    assert_eq!(asks(&mut phone, &eleven, "").status(), Some(403));
    for (contact, more) in [
        ("*", ""),
        ("*", "Expires: 60"),
        ("*, <sip:101@127.0.0.3>", "Expires: 0"),
        ("<sip:101@127.0.0.3>, *", "Expires: 0"),
    ] {
        assert_eq!(asks(&mut phone, contact, more).status(), Some(400), "{contact} {more}");
    }
    let brief = asks(&mut phone, "<sip:101@127.0.0.3:6000>", "Expires: 5");
    assert_eq!(brief.status(), Some(423));
    assert_eq!(brief.text(Name::MinExpires).unwrap(), "60");
    let none = asks(&mut phone, "*", "Expires: 0");
    assert_eq!((none.status(), none.contacts().count()), (Some(200), 0));
}

#[test]
#[ignore = "an attack; make interop"]
fn a_contact_that_is_the_box_itself_makes_no_circle() {
    let office = Office::open("circle");
    let sip = office.sip();
    let mut phone = office.phone();
    let mut mirror =
        Desk::new(super::line::Line::at(COLLEAGUE, sip), Some(super::line::Account::new("103", PASSWORD)));
    for contact in [format!("<sip:103@{sip}>"), format!("<sip:101@{sip}>"), format!("<sip:103@{sip};lr>")] {
        let mut ask = mirror.registration();
        ask.contact.clone_from(&contact);
        let answer = mirror.line.prove(mirror.account.as_mut().unwrap(), ask);
        assert_eq!(status(answer.as_ref()), 200);
    }
    let before = office.memory();
    let since = clock();
    let ask = phone.dials("103");
    let answer = phone.line.answered(&ask, Duration::from_secs(36)).expect("the call ends");
    phone.line.send(&super::line::acknowledgement(&ask, &answer));
    eprintln!("a contact that is the box: {:?} after {:?}", answer.status(), since.elapsed());
    assert_eq!(answer.status(), Some(482));
    assert!(since.elapsed() < Duration::from_secs(1));
    assert!(mirror.line.drain(Duration::from_millis(200)).is_empty(), "nothing is sent in a circle");
    assert!(office.memory() < before + 4096);
    // And one without hops left goes nowhere.
    let mut ask = phone.invitation("102");
    ask.hops = 0;
    let answer = phone.line.transact(&ask, PATIENCE);
    assert_eq!(status(answer.as_ref()), 483);
    office.has_not_panicked();
}
