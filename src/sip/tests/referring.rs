//! REFER and Replaces: who may ask for a transfer, what is reported of it, and whose place a new call may take.

use std::time::Duration;

use super::{
    races::{header, invite_text, request_text},
    reoffers::call_by_text,
    world::{CARRIER, OFFICE, PHONE, STRANGER, World},
};
use crate::sip::{Event, ReferId, ReferTarget, Replaces, SessionId};

fn millis(n: u64) -> Duration {
    Duration::from_millis(n)
}

fn refer_text(ok: &str, seq: &str, headers: &str) -> String {
    let headers = format!("Contact: <sip:gw@{CARRIER}>\r\n{headers}Content-Length");
    request_text("REFER", ok, &format!("z9hG4bKrefer{seq}"), "text@carrier", seq).replacen(
        "Content-Length",
        &headers,
        1,
    )
}

/// The answer of the text at the far end to a request in a dialog.
fn answer(request: &str, status: u16) -> String {
    format!(
        "SIP/2.0 {status} Whatever\r\nVia: {}\r\nFrom: {}\r\nTo: {}\r\nCall-ID: {}\r\nCSeq: {}\r\nContent-Length: 0\r\n\r\n",
        header(request, "Via"),
        header(request, "From"),
        header(request, "To"),
        header(request, "Call-ID"),
        header(request, "CSeq"),
    )
}

/// What has come, each NOTIFY answered: the first lines, and of NOTIFYs the state and the fragment.
fn take(world: &mut World) -> Vec<String> {
    let mut seen = vec![];
    for text in world.received(CARRIER) {
        if text.starts_with("NOTIFY ") {
            let fragment = text.rsplit_once("\r\n\r\n").map(|(_, body)| body.trim()).unwrap_or_default();
            seen.push(format!(
                "{} | {} | {fragment}",
                header(&text, "Event"),
                header(&text, "Subscription-State")
            ));
            world.send(CARRIER, OFFICE, answer(&text, 200));
        } else {
            seen.push(text.lines().next().unwrap_or_default().to_owned());
        }
    }
    world.run(millis(30));
    seen
}

fn referred(world: &mut World) -> (SessionId, ReferId, ReferTarget) {
    let events = world.events(OFFICE);
    let [Event::Referred { session, refer, to, .. }] = &events[..] else { panic!("{events:?}") };
    (*session, *refer, to.clone())
}

#[test]
fn a_transfer_is_accepted_reported_on_and_outlives_the_call_that_asked_for_it() {
    let mut world = World::of_an_office(300);
    let ok = call_by_text(&mut world);
    world.send(
        CARRIER,
        OFFICE,
        refer_text(
            &ok,
            "6",
            "Refer-To: <sip:102@office.example>\r\nReferred-By: <sip:101@office.example>\r\n",
        ),
    );
    world.run(millis(30));
    let events = world.events(OFFICE);
    let [Event::Referred { session, refer, to, referred_by }] = &events[..] else { panic!("{events:?}") };
    let (session, refer) = (*session, *refer);
    assert_eq!((to.user.as_str(), to.here, &to.replaces), ("102", true, &None));
    assert_eq!(referred_by.as_ref().map(|by| by.user.as_str()), Some("101"));
    world.tell(OFFICE, |e, now| e.accept_refer(now, refer)).unwrap();
    world.run(millis(30));
    assert_eq!(take(&mut world), ["SIP/2.0 202 Accepted", "refer | active;expires=180 | SIP/2.0 100 Trying"]);
    world.tell(OFFICE, |e, now| e.report_refer(now, refer, 180)).unwrap();
    world.run(millis(30));
    assert_eq!(take(&mut world), ["refer | active;expires=179 | SIP/2.0 180 Ringing"]);
    // They leave the call, the subscription stays (RFC 5057, 4.1).
    world.send(CARRIER, OFFICE, request_text("BYE", &ok, "z9hG4bKbye", "text@carrier", "7"));
    world.run(millis(30));
    assert!(matches!(&world.events(OFFICE)[..], [Event::Ended { session: ended, .. }] if *ended == session));
    world.tell(OFFICE, |e, now| e.report_refer(now, refer, 200)).unwrap();
    world.run(millis(30));
    assert_eq!(take(&mut world), ["SIP/2.0 200 OK", "refer | terminated;reason=noresource | SIP/2.0 200 OK"]);
    assert!(
        world.tell(OFFICE, |e, now| e.report_refer(now, refer, 200)).is_err(),
        "that was the last report"
    );
    world.unplug(PHONE);
    world.assert_nothing_left();
}

#[test]
fn an_attended_transfer_names_the_other_call_of_the_one_who_asks() {
    let mut world = World::of_an_office(301);
    let ok = call_by_text(&mut world);
    let ours = header(&ok, "To").rsplit_once("tag=").unwrap().1.to_owned();
    let named = format!(
        "Refer-To: <sip:+13035550100@office.example?Replaces=text%40carrier%3Bto-tag%3D{ours}%3Bfrom-tag%3Dtheirs>\r\n"
    );
    world.send(CARRIER, OFFICE, refer_text(&ok, "6", &named));
    world.run(millis(30));
    let (session, refer, to) = referred(&mut world);
    let replaces = Replaces {
        call_id: "text@carrier".to_owned(),
        to_tag: ours,
        from_tag: "theirs".to_owned(),
        early_only: false,
    };
    assert_eq!(to.replaces, Some(replaces.clone()));
    assert_eq!(to.uri, "sip:+13035550100@office.example");
    assert_eq!(world.host(OFFICE).endpoint.session_of(&replaces), Some(session));
    let elsewhere = Replaces { call_id: "other@carrier".to_owned(), ..replaces };
    assert_eq!(world.host(OFFICE).endpoint.session_of(&elsewhere), None);
    world.tell(OFFICE, |e, now| e.refuse_refer(now, refer, 603)).unwrap();
    world.run(millis(30));
    assert_eq!(take(&mut world), ["SIP/2.0 603 Decline"]);
    assert_eq!(world.counts(OFFICE).sessions, 1, "the call goes on");
}

#[test]
fn who_wants_no_reports_gets_none_and_a_second_transfer_has_its_number() {
    let mut world = World::of_an_office(302);
    let ok = call_by_text(&mut world);
    world.send(CARRIER, OFFICE, refer_text(&ok, "6", "Refer-To: tel:+13035550188\r\nRefer-Sub: false\r\n"));
    world.run(millis(30));
    let (_, refer, to) = referred(&mut world);
    assert_eq!((to.user.as_str(), to.here), ("+13035550188", true));
    world.tell(OFFICE, |e, now| e.accept_refer(now, refer)).unwrap();
    world.tell(OFFICE, |e, now| e.report_refer(now, refer, 200)).unwrap();
    world.run(millis(30));
    let accepted = world.received(CARRIER);
    assert_eq!(accepted.len(), 1);
    assert_eq!(header(&accepted[0], "Refer-Sub"), "false");

    world.send(CARRIER, OFFICE, refer_text(&ok, "7", "r: <sip:102@office.example>\r\n"));
    world.run(millis(30));
    let (_, refer, _) = referred(&mut world);
    world.tell(OFFICE, |e, now| e.accept_refer(now, refer)).unwrap();
    world.run(millis(30));
    assert_eq!(take(&mut world)[1], "refer;id=7 | active;expires=180 | SIP/2.0 100 Trying");
    let unsubscribe = request_text("SUBSCRIBE", &ok, "z9hG4bKs", "text@carrier", "8")
        .replace("Content-Length", "Event: refer;id=7\r\nExpires: 0\r\nContent-Length");
    world.send(CARRIER, OFFICE, unsubscribe);
    world.run(millis(30));
    assert_eq!(
        take(&mut world),
        ["SIP/2.0 200 OK", "refer;id=7 | terminated;reason=timeout | SIP/2.0 100 Trying"]
    );
    world.tell(OFFICE, |e, now| e.report_refer(now, refer, 200)).unwrap();
    world.run(millis(30));
    assert!(take(&mut world).is_empty(), "nobody listens any more");
}

#[test]
fn what_nobody_decides_is_refused_and_what_nobody_reports_runs_out() {
    let mut world = World::of_an_office(303);
    let ok = call_by_text(&mut world);
    world.send(CARRIER, OFFICE, refer_text(&ok, "6", "Refer-To: <sip:102@office.example>\r\n"));
    world.run(Duration::from_secs(21));
    assert_eq!(take(&mut world), ["SIP/2.0 503 Service Unavailable"]);
    world.forget_past();
    world.send(CARRIER, OFFICE, refer_text(&ok, "7", "Refer-To: <sip:102@office.example>\r\n"));
    world.run(millis(30));
    let (_, refer, _) = referred(&mut world);
    world.tell(OFFICE, |e, now| e.accept_refer(now, refer)).unwrap();
    world.run(millis(30));
    take(&mut world);
    world.run(Duration::from_secs(180));
    assert_eq!(take(&mut world), ["refer;id=7 | terminated;reason=timeout | SIP/2.0 100 Trying"]);
}

#[test]
fn a_transfer_that_cannot_be_meant_or_comes_from_elsewhere_has_no_effect() {
    let mut world = World::of_an_office(304);
    let ok = call_by_text(&mut world);
    let refer = refer_text(&ok, "6", "Refer-To: <sip:102@office.example>\r\n");
    world.send(STRANGER, OFFICE, refer.replace(CARRIER, STRANGER));
    world.send(CARRIER, OFFICE, refer.replace(";tag=theirs", ";tag=guess").replace("refer6", "guess"));
    let outside =
        refer.replace(header(&ok, "To"), "<sip:+13035550100@office.example>").replace("refer6", "out");
    world.send(STRANGER, OFFICE, outside.replace(CARRIER, STRANGER));
    world.send(CARRIER, OFFICE, outside);
    world.run(millis(30));
    assert_eq!(
        take(&mut world),
        ["SIP/2.0 481 Call/Transaction Does Not Exist", "SIP/2.0 403 Only Within A Call"]
    );
    let refused: Vec<String> = world.received(STRANGER).iter().map(|text| text[8..11].to_owned()).collect();
    assert_eq!(refused, ["481", "403"]);
    for (seq, headers, status) in [
        ("10", "", "400"),
        ("11", "Refer-To: <sip:102@office.example>, <sip:103@office.example>\r\n", "400"),
        ("12", "Refer-To: <sip:102@office.example>\r\nRefer-To: <sip:103@office.example>\r\n", "400"),
        ("13", "Refer-To: <sip:102@office.example;method=BYE>\r\n", "403"),
        ("14", "Refer-To: <http://office.example/>\r\n", "416"),
        ("15", "Refer-To: <sip:102@office.example?Replaces=nonsense>\r\n", "400"),
    ] {
        world.send(CARRIER, OFFICE, refer_text(&ok, seq, headers));
        world.run(millis(30));
        let answers = take(&mut world);
        assert!(answers.len() == 1 && answers[0].contains(status), "{headers}: {answers:?}");
    }
    assert!(world.events(OFFICE).iter().all(|event| matches!(event, Event::Refused { .. })));
    world.send(CARRIER, OFFICE, refer_text(&ok, "20", "Refer-To: <sip:102@elsewhere.example>\r\n"));
    world.send(
        CARRIER,
        OFFICE,
        refer_text(&ok, "21", "Refer-To: <sip:102@office.example;maddr=192.0.2.9>\r\n"),
    );
    world.send(CARRIER, OFFICE, refer_text(&ok, "22", "Refer-To: <sip:102@office.example>\r\n"));
    world.run(millis(30));
    let out: Vec<bool> = world
        .events(OFFICE)
        .into_iter()
        .filter_map(|event| match event {
            Event::Referred { to, .. } => Some(to.here),
            _ => None,
        })
        .collect();
    assert_eq!(out, [false, false], "both lead out of the house, and a third at once is too many");
    assert_eq!(take(&mut world), ["SIP/2.0 491 Request Pending"]);
}

/// An INVITE with this Replaces; its answers.
fn replacing(world: &mut World, named: &str) -> String {
    let which = (world.now - world.begun).as_millis();
    let invite = invite_text(&format!("z9hG4bK{which}"), &format!("second{which}@carrier"), "1")
        .replace("Contact:", &format!("Replaces: {named}\r\nRequire: replaces\r\nContact:"));
    world.send(CARRIER, OFFICE, invite);
    world.run(millis(30));
    world.received(CARRIER).last().map(|text| text[8..11].to_owned()).unwrap_or_default()
}

#[test]
fn a_call_that_takes_anothers_place_names_it_or_is_refused() {
    let mut world = World::of_an_office(305);
    let ok = call_by_text(&mut world);
    let first = world.host(OFFICE).endpoint.counts().sessions;
    assert_eq!(first, 1);
    let ours = header(&ok, "To").rsplit_once("tag=").unwrap().1.to_owned();
    let named = format!("text@carrier;to-tag={ours};from-tag=theirs");
    assert_eq!(replacing(&mut world, &format!("{named};early-only")), "486", "somebody has answered it");
    assert_eq!(replacing(&mut world, &named.replace("theirs", "others")), "481");
    assert_eq!(replacing(&mut world, &named.replace("text@", "test@")), "481");
    assert_eq!(replacing(&mut world, "text@carrier"), "400");
    assert!(world.events(OFFICE).is_empty());
    assert_eq!(replacing(&mut world, &named), "100");
    let events = world.events(OFFICE);
    let [Event::Invited { invitation, session }] = &events[..] else { panic!("{events:?}") };
    let (replaced, session) = (invitation.replaces.unwrap(), *session);
    world.tell(OFFICE, |e, now| e.answer(now, session, b"answer".to_vec())).unwrap();
    world.tell(OFFICE, |e, now| e.bye(now, replaced, None)).unwrap();
    world.run(millis(30));
    assert!(
        world.received(CARRIER).iter().any(|text| text.starts_with("BYE ") && text.contains("text@carrier"))
    );
}

#[test]
fn a_ringing_phone_can_be_picked_up_and_a_caller_who_waits_cannot() {
    let mut world = World::of_an_office(306);
    let at_office = world.office_rings("101");
    world.run(millis(50));
    let at_phone = world.invited(PHONE);
    world.tell(PHONE, |e, now| e.ring(now, at_phone, 180, None)).unwrap();
    world.run(millis(50));
    let ringing = world.sent_to(OFFICE).into_iter().find(|text| text.starts_with("SIP/2.0 180")).unwrap();
    world.unplug(CARRIER);
    let tag = |name: &str| header(&ringing, name).rsplit_once("tag=").unwrap().1.to_owned();
    let (ours, theirs, call_id) = (tag("From"), tag("To"), header(&ringing, "Call-ID").to_owned());
    for (to_tag, from_tag) in [(&ours, &theirs), (&theirs, &ours)] {
        world.forget_past();
        let named = format!("{call_id};to-tag={to_tag};from-tag={from_tag};early-only");
        assert_eq!(replacing(&mut world, &named), "100");
        let events = world.events(OFFICE);
        let [Event::Invited { invitation, .. }] = &events[..] else { panic!("{events:?}") };
        assert_eq!(invitation.replaces, Some(at_office));
    }
    // The other way round: a caller whom we have not answered.
    world.send(CARRIER, OFFICE, invite_text("z9hG4bKwaits", "waits@carrier", "1"));
    world.run(millis(30));
    let waiting = world.invited(OFFICE);
    world.tell(OFFICE, |e, now| e.ring(now, waiting, 180, None)).unwrap();
    world.run(millis(30));
    let ringing = world.received(CARRIER).pop().unwrap();
    let ours = header(&ringing, "To").rsplit_once("tag=").unwrap().1.to_owned();
    assert_eq!(replacing(&mut world, &format!("waits@carrier;to-tag={ours};from-tag=theirs")), "481");
}
