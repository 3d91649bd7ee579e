//! Races that far ends of every make run with Portico, as bytes on real sockets: copies, losses, crossings, and answers that
//! nobody expects. `make interop` runs them; each starts a Portico of its own on loopback, and all are over in a minute.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by unwrapping")]

#[path = "races/as_client.rs"]
mod as_client;
#[path = "races/as_server.rs"]
mod as_server;
#[path = "races/far_end.rs"]
mod far_end;
#[path = "races/in_a_call.rs"]
mod in_a_call;
#[path = "races/many.rs"]
mod many;
#[path = "races/over_streams.rs"]
mod over_streams;
mod process;

use std::sync::atomic::{AtomicU16, Ordering};

use far_end::{Call, FarEnd};
use process::{Portico, house};

const NUMBER: &str = "+13035550100";
const CALLER: &str = "+13035550177";
const PASSWORD: &str = "correct horse battery";
/// The carrier's side: the only address that is trusted without a password.
const CARRIER: &str = "127.0.0.2";
const PHONE: &str = "127.0.0.3";

/// One number that rings extension 101, and one trunk.
struct Office {
    portico: Portico,
    carrier: FarEnd,
    phone: FarEnd,
}

impl Office {
    /// With its phone registered.
    fn open(name: &str) -> Self {
        static PORTS: AtomicU16 = AtomicU16::new(28_000);
        let media = PORTS.fetch_add(100, Ordering::Relaxed);
        let (mut carrier, mut phone) = (FarEnd::at(CARRIER), FarEnd::at(PHONE));
        let config = format!(
            r#"
            {}
            [calls]
            ring_seconds = 40
            [speech]
            models = "none"
            [[number]]
            number = "{NUMBER}"
            ring = [["101"]]
            [[extension]]
            extension = "101"
            password = "{PASSWORD}"
            [[trunk]]
            name = "carrier"
            from = ["{CARRIER}"]
            send_to = "{}"
            domain = "carrier.example"
            probe = false
            register = {{ user = "office", password = "trunk secret", expires_seconds = 600 }}
            "#,
            house(media..=media + 99),
            carrier.address(),
        );
        let portico = Portico::start(&format!("races-{name}"), &config);
        carrier.knows(portico.sip);
        phone.knows(portico.sip);
        let register = carrier.asked("REGISTER");
        let granted = format!("Contact: {};expires=600\r\n", register.header("Contact"));
        carrier.answer(&register, "200 OK", "", &granted, "");
        phone.registers("101", PASSWORD);
        Self { portico, carrier, phone }
    }

    /// The carrier calls, and the phone rings: the caller's call, and the phone's.
    fn rings(&mut self, headers: &str) -> (Call, Call) {
        let mut call = Call::new(&self.carrier, CALLER, NUMBER);
        call.invite(&self.carrier, headers, &self.carrier.description());
        let invite = self.phone.asked("INVITE");
        let at_phone = Call::of(&self.phone, invite);
        at_phone.reply(&self.phone, "180 Ringing", "");
        (call, at_phone)
    }

    /// The phone answers, and everybody has acknowledged.
    fn talks(&mut self, headers: &str) -> (Call, Call) {
        let (mut call, at_phone) = self.rings(headers);
        at_phone.reply(&self.phone, "200 OK", &self.phone.description());
        self.phone.asked("ACK");
        let answer = self.carrier.told(200, "INVITE");
        call.acknowledge(&self.carrier, &answer, "");
        (call, at_phone)
    }

    /// Somebody at the phone calls out: the phone's call, and the carrier's.
    fn calls_out(&mut self, number: &str) -> (Call, Call) {
        let mut call = Call::new(&self.phone, "101", number);
        call.invite(&self.phone, "", &self.phone.description());
        let asked = self.phone.told(401, "INVITE");
        call.acknowledge_failure(&self.phone, &asked);
        let proof = self.phone.proof(&asked, "101", PASSWORD, "INVITE", &call.uri);
        call.seq += 1;
        call.invite(&self.phone, &proof, &self.phone.description());
        let invite = self.carrier.asked("INVITE");
        (call, Call::of(&self.carrier, invite))
    }

    /// The caller hangs up, and so does the phone's leg.
    fn hangs_up(&mut self, call: &mut Call) {
        assert_eq!(call.ask(&mut self.carrier, "BYE", "", "").status(), 200);
        let bye = self.phone.asked("BYE");
        self.phone.answer(&bye, "200 OK", "", "", "");
    }

    /// Nothing is left of any call.
    fn is_quiet(&self) {
        let deadline = far_end::clock() + far_end::PATIENCE;
        while self.portico.get("health").unwrap()["calls_now"] != 0 {
            assert!(far_end::clock() < deadline, "a call is left");
            far_end::pause(50);
        }
    }
}
