//! TCP: bytes in any pieces, and connections that end in the middle of a call.

use std::{
    io::{Read, Write},
    net::{IpAddr, SocketAddr, TcpListener, TcpStream},
};

use crate::{
    CALLER, CARRIER, Call, NUMBER, Office,
    far_end::{Heard, PATIENCE, answer, clock, pause, word},
};

/// Reads until something like this has come.
fn read(mut stream: &TcpStream, wanted: &str) -> String {
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    let mut text = String::new();
    let mut buffer = [0; 4096];
    while !text.contains(wanted) {
        let length = stream.read(&mut buffer).unwrap_or_default();
        assert!(length > 0, "{wanted} is missing: {text}");
        text.push_str(&String::from_utf8_lossy(&buffer[..length]));
    }
    text
}

/// A connection from the carrier's address.
fn connect(office: &Office) -> TcpStream {
    let socket = socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::STREAM, None).unwrap();
    let local: SocketAddr = (CARRIER.parse::<IpAddr>().unwrap(), 0).into();
    socket.bind(&local.into()).unwrap();
    socket.connect(&office.portico.sip.into()).unwrap();
    let stream = TcpStream::from(socket);
    stream.set_nodelay(true).unwrap();
    stream
}

#[test]
#[ignore = "real sockets: make interop"]
fn a_stream_may_come_in_any_pieces() {
    let office = Office::open("pieces");
    let mut stream = connect(&office);
    let call = Call::new(&office.carrier, CALLER, NUMBER).by_tcp(stream.local_addr().unwrap());
    let options = |seq| call.request("OPTIONS", seq, &word("z9hG4bK"), "", "");
    for byte in options(1).bytes() {
        stream.write_all(&[byte]).unwrap();
    }
    read(&stream, "CSeq: 1 OPTIONS");
    let together: String = (2..=6).map(options).collect();
    stream.write_all(format!("\r\n\r\n{together}").as_bytes()).unwrap();
    let answers = read(&stream, "CSeq: 6 OPTIONS");
    assert!(answers.starts_with("\r\nSIP/2.0 200 "), "the ping first: {answers}");
    assert_eq!(answers.matches("SIP/2.0 200 ").count(), 5);
}

#[test]
#[ignore = "real sockets: make interop"]
fn a_trunk_whose_connection_ends_while_it_rings_is_answered_over_another_one() {
    let mut office = Office::open("cut");
    let listener = TcpListener::bind((CARRIER, 0)).unwrap();
    let stream = connect(&office);
    let mut call = Call::new(&office.carrier, CALLER, NUMBER).by_tcp(listener.local_addr().unwrap());
    let invite = call.begin("", &office.carrier.description());
    (&stream).write_all(invite.as_bytes()).unwrap();
    let invite = office.phone.asked("INVITE");
    let at_phone = Call::of(&office.phone, invite);
    at_phone.reply(&office.phone, "180 Ringing", "");
    read(&stream, "SIP/2.0 180 ");
    drop(stream);
    office.phone.hears_no(300, "it rings on", |heard| heard.method() == "CANCEL");
    at_phone.reply(&office.phone, "200 OK", &office.phone.description());
    office.phone.asked("ACK");
    let (stream, _) = listener.accept().unwrap();
    let accepted = Heard { at: clock(), text: read(&stream, "m=audio") };
    assert_eq!(accepted.status(), 200, "RFC 3261, 18.2.2");
    call.learn(&accepted);
    let ack = call.request("ACK", call.invited, &word("z9hG4bK"), "", "");
    (&stream).write_all(ack.as_bytes()).unwrap();
    // And when that one ends too, the BYE goes to where the Contact listens.
    pause(100);
    drop(stream);
    pause(100);
    let mut at_phone = at_phone;
    assert_eq!(at_phone.ask(&mut office.phone, "BYE", "", "").status(), 200);
    let (stream, _) = listener.accept().unwrap();
    let bye = Heard { at: clock(), text: read(&stream, "\r\n\r\n") };
    assert_eq!(bye.method(), "BYE", "RFC 3261, 12.2.1.1");
    let taken = answer(&bye, "200 OK", "", "", "");
    (&stream).write_all(taken.as_bytes()).unwrap();
    office.is_quiet();
}
