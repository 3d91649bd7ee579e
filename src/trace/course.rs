//! A call's ladder: what went over the wire for it, with the reasons of the switch between.

use std::time::Duration;

use jiff::Timestamp;

use super::{Ladder, Message, Way, label};

/// What the box is called in a ladder.
const US: &str = "portico";

/// The ladder of one call. `messages` with who was at the other end of each, in order; `reasons` with their milliseconds
/// since `began`, in order.
pub fn course(began: Timestamp, messages: &[(String, Message)], reasons: &[(u64, String)]) -> String {
    let names = names(messages);
    let mut columns: Vec<String> = Vec::new();
    for name in &names {
        if !columns.contains(name) {
            columns.push(name.clone());
        }
    }
    // Whoever called stands at the left, and everybody else beyond the box.
    columns.insert(columns.len().min(1), US.to_owned());
    let mut ladder = Ladder::new(columns);
    let mut reasons = reasons.iter().peekable();
    for ((_, message), name) in messages.iter().zip(&names) {
        let at = Duration::try_from(message.at.duration_since(began)).unwrap_or_default();
        while let Some((ms, why)) = reasons.next_if(|(ms, _)| Duration::from_millis(*ms) < at) {
            ladder.note(Duration::from_millis(*ms), US, why.clone());
        }
        let label = label(&message.bytes);
        match message.way {
            Way::In => ladder.arrow(at, name, US, &label, false, String::new()),
            Way::Out => ladder.arrow(at, US, name, &label, false, String::new()),
        }
    }
    for (ms, why) in reasons {
        ladder.note(Duration::from_millis(*ms), US, why.clone());
    }
    ladder.draw()
}

/// The column of each message: its peer; a second phone of the same extension is told apart by a number.
fn names(messages: &[(String, Message)]) -> Vec<String> {
    let mut known: Vec<(&str, std::net::SocketAddr)> = Vec::new();
    let mut names = Vec::with_capacity(messages.len());
    for (peer, message) in messages {
        let end = (peer.as_str(), message.remote);
        let mut same = known.iter().filter(|(name, _)| *name == peer);
        let place = match same.position(|known| *known == end) {
            Some(place) => place,
            None => {
                known.push(end);
                known.iter().filter(|(name, _)| *name == peer).count() - 1
            }
        };
        names.push(if place == 0 { peer.clone() } else { format!("{peer} ({})", place + 1) });
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trace::Wire;

    fn message(at_ms: i64, way: Way, peer: &str, port: u16, first: &str) -> (String, Message) {
        let at = Timestamp::from_millisecond(1_000_000 + at_ms).unwrap();
        let bytes = format!("{first}\r\nCSeq: 1 INVITE\r\n\r\n").into_bytes();
        let (local, remote) = ("192.0.2.1:5060".parse().unwrap(), ([192, 0, 2, 9], port).into());
        (peer.to_owned(), Message { at, way, wire: Wire::Datagram, local, remote, bytes })
    }

    #[test]
    fn a_call_is_drawn_with_its_reasons_and_two_phones_of_an_extension_apart() {
        let messages = [
            message(0, Way::In, "carrier", 1, "INVITE sip:1@h SIP/2.0"),
            message(2, Way::Out, "101", 2, "INVITE sip:101@h SIP/2.0"),
            message(2, Way::Out, "101", 3, "INVITE sip:101@h SIP/2.0"),
            message(9, Way::In, "101", 3, "SIP/2.0 486 Busy"),
        ];
        let reasons = [(1, "its phones ring".to_owned()), (900, "over".to_owned())];
        assert_eq!(
            course(Timestamp::from_millisecond(1_000_000).unwrap(), &messages, &reasons),
            "                  carrier        portico          101          101 (2)\n\
             00:00:00.000         |----INVITE--->|              |              |\n\
             00:00:00.001         |              o its phones ring\n\
             00:00:00.002         |              |----INVITE--->|              |\n\
             00:00:00.002         |              |-----------INVITE----------->|\n\
             00:00:00.009         |              |<--------486 INVITE----------|\n\
             00:00:00.900         |              o over\n"
        );
    }

    #[test]
    fn without_a_trace_the_reasons_are_told_all_the_same() {
        let drawn = course(Timestamp::UNIX_EPOCH, &[], &[(5, "over".to_owned())]);
        assert!(drawn.contains("00:00:00.005") && drawn.contains("over"), "{drawn}");
    }
}
