//! Phones that transfer their calls. The far ends' endpoint cannot: a re-INVITE of its own lends its dialog and its number.

use super::{SWITCH, World, flow};
use crate::{
    media::Direction,
    pbx::Input,
    sip::{self, SessionId},
};

/// The value of a header, as it stands in a message.
fn header<'a>(message: &'a str, name: &str) -> &'a str {
    let value = message.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
    value.unwrap_or_else(|| panic!("no {name} in {message}"))
}

fn tag(value: &str) -> &str {
    value.split(";tag=").nth(1).unwrap().split(';').next().unwrap()
}

/// A final answer to a request in a dialog, from whoever has got it.
pub(super) fn answer_to(request: &str, status: u16) -> String {
    let copied: String = request
        .lines()
        .filter(|line| ["Via: ", "From: ", "To: ", "Call-ID: ", "CSeq: "].iter().any(|h| line.starts_with(h)))
        .map(|line| format!("{line}\r\n"))
        .collect();
    format!("SIP/2.0 {status} Answered\r\n{copied}Content-Length: 0\r\n\r\n")
}

impl World {
    /// The re-INVITE that this far end would send in its dialog. It believes that it was refused.
    fn lent_by(&mut self, who: &str, session: SessionId) -> String {
        let offer = self.offer_of(who, Direction::SendRecv);
        self.hold_back(who, true);
        let now = self.now.at;
        self.far(who).endpoint.reoffer(now, session, offer).unwrap();
        self.settle();
        let (_, invite) = self.far(who).held.as_mut().unwrap().remove(0);
        let invite = String::from_utf8(invite).unwrap();
        let refused = answer_to(&invite, 488);
        let flow = flow(self.far(who).address, SWITCH.parse().unwrap());
        let input = sip::Input::Datagram { flow, bytes: refused.as_bytes() };
        self.far(who).endpoint.handle_input(now, input);
        self.settle();
        // Its ACK is for nobody.
        self.far(who).held = None;
        invite
    }

    /// REFER in the dialog of this session.
    pub(in crate::pbx) fn refers(&mut self, who: &str, session: SessionId, refer_to: &str) {
        self.requests(who, session, "REFER", &format!("Refer-To: <{refer_to}>"));
    }

    /// The phone's record key; the status that it is answered with.
    pub(in crate::pbx) fn record_key(&mut self, who: &str, session: SessionId, wish: &str) -> String {
        let address = self.far(who).address.to_string();
        self.sent_to(&address);
        self.requests(who, session, "INFO", &format!("Record: {wish}"));
        let sent = self.sent_to(&address);
        let answer = sent.iter().find(|text| text.contains("INFO\r\n") && text.starts_with("SIP/2.0 "));
        answer.unwrap()[8..11].to_owned()
    }

    /// A request without a body in the dialog of this session, with one more header.
    fn requests(&mut self, who: &str, session: SessionId, method: &str, more: &str) {
        let invite = self.lent_by(who, session);
        let (head, _) = invite.split_once("\r\n\r\n").unwrap();
        let mut request = String::new();
        for line in head.lines() {
            if let Some(rest) = line.strip_prefix("INVITE ") {
                request += &format!("{method} {rest}\r\n");
            } else if line.starts_with("CSeq: ") {
                request += &format!("{}\r\n", line.replace("INVITE", method));
            } else if line.starts_with("Via: ") {
                request += &format!("{}\r\n", line.replace(";branch=z9hG4bK", ";branch=z9hG4bKlent"));
            } else if !line.starts_with("Content-") {
                request += &format!("{line}\r\n");
            }
        }
        request += &format!("{more}\r\nContent-Length: 0\r\n\r\n");
        let to = SWITCH.parse().unwrap();
        let from = self.far(who).address;
        let datagram = sip::Input::Datagram { flow: flow(to, from), bytes: request.as_bytes() };
        self.switch.handle_input(self.now, Input::Sip(datagram));
        self.settle();
    }

    /// A blind transfer to what would be dialled.
    pub(in crate::pbx) fn transfers(&mut self, who: &str, session: SessionId, to: &str) {
        self.refers(who, session, &format!("sip:{to}@192.0.2.1"));
    }

    /// An attended one: whoever talks at `session` is to have the call at `other`.
    pub(in crate::pbx) fn transfers_into(
        &mut self,
        who: &str,
        session: SessionId,
        to: &str,
        other: SessionId,
    ) {
        let lent = self.lent_by(who, other);
        let (theirs, ours) = (tag(header(&lent, "To")).to_owned(), tag(header(&lent, "From")).to_owned());
        let call_id = header(&lent, "Call-ID").replace('@', "%40");
        let replaces = format!("{call_id}%3Bto-tag%3D{theirs}%3Bfrom-tag%3D{ours}");
        self.refers(who, session, &format!("sip:{to}@192.0.2.1?Replaces={replaces}"));
    }

    /// What somebody who has asked for a transfer has been told of it, in order.
    pub(in crate::pbx) fn reported(&self) -> Vec<u16> {
        let status = |notify: &String| {
            let fragment = notify.split_once("\r\n\r\n")?.1;
            fragment.strip_prefix("SIP/2.0 ")?.get(..3)?.parse().ok()
        };
        self.notified.iter().filter_map(status).collect()
    }
}
