//! Calls to `sips:` addresses (RFC 3261, 26.2.2): by TLS to the end, or not at all.

use crate::{
    pbx::{
        Input, LegResult,
        story::{CARRIER, MAIN, World},
    },
    sip::{self, ConnectionId, Flow, Transport},
};

const SWITCH: &str = "192.0.2.1:5060";

/// The carrier calls the main number at a `sips:` address; what it is answered.
fn call_by_sips(world: &mut World, transport: Transport) -> Vec<String> {
    let connection = transport.is_stream().then_some(ConnectionId(1));
    let (remote, local) = (CARRIER.parse().unwrap(), SWITCH.parse().unwrap());
    let flow = Flow { transport, remote, local, connection };
    let invite = format!(
        "INVITE sips:{MAIN}@office.example SIP/2.0\r\nVia: SIP/2.0/{} {CARRIER};branch=z9hG4bKsips\r\n\
         Max-Forwards: 70\r\nFrom: <sips:+13035550177@carrier.example>;tag=1\r\nTo: <sips:{MAIN}@office.example>\r\n\
         Call-ID: sips\r\nCSeq: 1 INVITE\r\nContact: <sips:a@{CARRIER}>\r\nContent-Length: 0\r\n\r\n",
        transport.via()
    );
    let input = match connection {
        None => sip::Input::Datagram { flow, bytes: invite.as_bytes() },
        Some(_) => {
            world.switch.handle_input(world.now, Input::Sip(sip::Input::Connected { flow }));
            sip::Input::Stream { flow, bytes: invite.as_bytes() }
        }
    };
    world.switch.handle_input(world.now, Input::Sip(input));
    world.sent_to(CARRIER)
}

#[test]
fn a_caller_whose_own_hop_is_open_is_told_so() {
    let mut world = World::at_work();
    let answers = call_by_sips(&mut world, Transport::Udp);
    let refusal = answers.last().unwrap();
    assert!(refusal.starts_with("SIP/2.0 480 SIPS Not Allowed\r\n"), "{answers:?}");
    assert!(
        refusal.contains("\r\nWarning: 380 portico \"SIPS Not Allowed\"\r\n"),
        "RFC 5630, 5.3: {refusal}"
    );
    let acknowledges = refusal.replacen("SIP/2.0 480 SIPS Not Allowed", "ACK sips:a@b SIP/2.0", 1);
    let acknowledges = acknowledges.replace("CSeq: 1 INVITE", "CSeq: 1 ACK");
    let flow = Flow {
        transport: Transport::Udp,
        remote: CARRIER.parse().unwrap(),
        local: SWITCH.parse().unwrap(),
        connection: None,
    };
    let input = sip::Input::Datagram { flow, bytes: acknowledges.as_bytes() };
    world.switch.handle_input(world.now, Input::Sip(input));
    assert_eq!((world.rang("101"), world.rang("102")), (0, 0));
}

#[test]
fn phones_without_tls_do_not_ring_for_it_and_the_box_itself_answers() {
    let mut world = World::at_work();
    let answers = call_by_sips(&mut world, Transport::Tls);
    assert_eq!((world.rang("101"), world.rang("102")), (0, 0));
    assert!(answers.last().unwrap().starts_with("SIP/2.0 200 "), "the agent: {answers:?}");
    let connection = ConnectionId(1);
    let flow = Flow {
        transport: Transport::Tls,
        remote: CARRIER.parse().unwrap(),
        local: SWITCH.parse().unwrap(),
        connection: Some(connection),
    };
    let tag = answers.last().unwrap().lines().find(|line| line.starts_with("To:")).unwrap();
    let tag = tag.split(";tag=").nth(1).unwrap();
    let bye = format!(
        "BYE sips:office@{SWITCH} SIP/2.0\r\nVia: SIP/2.0/TLS {CARRIER};branch=z9hG4bKbye\r\nMax-Forwards: 70\r\n\
         From: <sips:+13035550177@carrier.example>;tag=1\r\nTo: <sips:{MAIN}@office.example>;tag={tag}\r\n\
         Call-ID: sips\r\nCSeq: 2 BYE\r\nContent-Length: 0\r\n\r\n"
    );
    world.switch.handle_input(world.now, Input::Sip(sip::Input::Stream { flow, bytes: bye.as_bytes() }));
    world.wait_s(1);
    let legs = world.record().legs;
    let to_phones: Vec<LegResult> = legs.iter().map(|leg| leg.result).take(2).collect();
    assert_eq!(to_phones, [LegResult::Failed(480), LegResult::Failed(480)]);
}
