//! The box that is attacked, what it costs meanwhile, and somebody of good manners who goes on asking.

use std::{
    fs,
    net::{SocketAddr, UdpSocket},
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use super::{
    desk::{Desk, each_frame, of},
    line::{Line, clock},
    process::{Portico, free_address, house},
};

pub const NUMBER: &str = "+13035550100";
pub const PASSWORD: &str = "correct-horse-battery";
/// The carrier's side: the only address that is trusted without a password.
pub const CARRIER: &str = "127.0.0.2";
pub const PHONE: &str = "127.0.0.3";
pub const COLLEAGUE: &str = "127.0.0.4";
pub const BYSTANDER: &str = "127.0.0.5";

static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

/// An office with three extensions, one number and one carrier.
#[derive(Debug)]
pub struct Office {
    pub portico: Portico,
    pub carrier: Desk,
    _alone: MutexGuard<'static, ()>,
}

impl Office {
    pub fn open(name: &str) -> Self {
        Self::with(name, "")
    }

    /// With more sections.
    pub fn with(name: &str, more: &str) -> Self {
        let alone = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
        let carrier = UdpSocket::bind(free_address(CARRIER)).unwrap();
        let at = carrier.local_addr().unwrap();
        let config = format!(
            r#"
            {}
            [speech]
            models = "none"
            [[number]]
            number = "{NUMBER}"
            ring = [["101"]]
            [[extension]]
            extension = "101"
            password = "{PASSWORD}"
            [[extension]]
            extension = "102"
            password = "{PASSWORD}"
            legacy_md5 = true
            [[extension]]
            extension = "103"
            password = "{PASSWORD}"
            [[trunk]]
            name = "carrier"
            from = ["{CARRIER}"]
            send_to = "{at}"
            {more}
            "#,
            house(20_000..=20_799),
        );
        let portico = Portico::start(&format!("attacks-{name}"), &config);
        let carrier = Desk::new(Line::on(carrier, portico.sip), None);
        Self { portico, carrier, _alone: alone }
    }

    pub fn sip(&self) -> SocketAddr {
        self.portico.sip
    }

    /// What the process holds of the machine's memory, in KiB.
    pub fn memory(&self) -> u64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.portico.id())).expect("it runs");
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
        line.trim().trim_end_matches(" kB").parse().unwrap()
    }

    /// How many descriptors it has open.
    pub fn descriptors(&self) -> usize {
        fs::read_dir(format!("/proc/{}/fd", self.portico.id())).expect("it runs").count()
    }

    pub fn phone(&self) -> Desk {
        Desk::registered(PHONE, self.sip(), "101", PASSWORD)
    }

    pub fn bystander(&self) -> Bystander {
        Bystander::at(BYSTANDER, self.sip())
    }

    /// No call, no text, nothing that rang; no panic was told.
    pub fn is_untouched(&self) {
        assert_eq!(self.portico.list("calls").unwrap().len(), 0, "no call");
        assert_eq!(self.portico.list("messages").unwrap().len(), 0, "no text");
        self.has_not_panicked();
    }

    pub fn has_not_panicked(&self) {
        let log = self.portico.log();
        assert!(!log.contains("panicked"), "{log}");
    }

    /// A caller from outside and 101, who answers; both are heard. The phone has registered before.
    pub fn a_call_works(&mut self, phone: &mut Desk) {
        let ask = self.carrier.dials(NUMBER);
        let mut there = phone.answers();
        let mut here = self.carrier.connected(&ask);
        heard_both_ways(&mut self.carrier, here.media, phone, there.media, 40);
        self.carrier.hangs_up(&mut here);
        phone.is_hung_up_on();
        there.media.set_port(0);
    }
}

/// Both say something for so many frames, and hear nearly all of the other's.
pub fn heard_both_ways(one: &mut Desk, ones: SocketAddr, other: &mut Desk, others: SocketAddr, frames: u32) {
    one.sound.heard();
    other.sound.heard();
    each_frame(frames, |_| {
        one.sound.says(ones, 0x31);
        other.sound.says(others, 0x32);
    });
    super::line::pause(Duration::from_millis(100));
    let (at_one, at_other) = (of(&one.sound.heard(), 0x32), of(&other.sound.heard(), 0x31));
    let least = frames as usize * 3 / 4;
    assert!(at_one >= least && at_other >= least, "of {frames} frames {at_one} and {at_other} were heard");
}

/// Asks OPTIONS, one question at a time.
#[derive(Debug)]
pub struct Bystander {
    line: Line,
    pub asked: u32,
    pub unanswered: u32,
    pub slowest: Duration,
}

impl Bystander {
    pub fn at(ip: &str, portico: SocketAddr) -> Self {
        Self { line: Line::at(ip, portico), asked: 0, unanswered: 0, slowest: Duration::ZERO }
    }

    /// One question, sent once. How long its answer takes; no longer than a second is waited for it.
    pub fn asks(&mut self) -> Option<Duration> {
        let uri = format!("sip:{}", self.line.portico);
        let ask = self.line.ask("OPTIONS", &uri);
        let since = clock();
        self.line.send(&ask.bytes());
        self.asked += 1;
        let answer = self.line.answered(&ask, Duration::from_secs(1));
        let took = clock() - since;
        self.slowest = self.slowest.max(took);
        match answer.and_then(|answer| answer.status()) {
            Some(200) => Some(took),
            _ => {
                self.unanswered += 1;
                None
            }
        }
    }

    /// Asks again, not as fast as it can: a stranger is answered twenty times a second.
    pub fn is_answered(&mut self) {
        super::line::pause(Duration::from_millis(60));
        assert!(self.asks().is_some(), "the bystander is answered within a second");
    }
}
