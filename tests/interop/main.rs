//! Portico among foreign peers: sipp as carrier and as phones, baresip and linphone as phones, Kamailio in front of it,
//! Radicale as the calendars of its agents.
//!
//! `make interop` runs it. Each story starts a Portico of its own, in a folder and on ports of its own, all of it on
//! loopback. sipp 3.6 and baresip 1.0 know MD5 only, so that their extensions are marked as legacy.

#![expect(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by unwrapping")]

mod baresip;
mod browser;
mod calendar;
mod calendar_served;
mod carrier;
mod desk;
mod ear;
mod kamailio;
mod linphone;
#[path = "../process/mod.rs"]
mod process;
mod softphone;

use std::{
    env,
    fs::{self, File},
    net::{SocketAddr, UdpSocket},
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Stdio},
    thread,
    time::{Duration, Instant},
};

use process::{Portico, free_address, house};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

const NUMBER: &str = "+13035550100";
const CALLER: &str = "+13035550177";
/// baresip reads a password up to the first blank.
const PASSWORD: &str = "correct-horse-battery";
/// The carrier's side: the only address that is trusted without a password.
const CARRIER: &str = "127.0.0.2";
const PHONE: &str = "127.0.0.3";

/// Every story is over by then, or has failed.
const HARD_LIMIT: Duration = Duration::from_secs(60);
/// For a foreign program to end by itself.
const FAREWELL: Duration = Duration::from_secs(3);

#[expect(clippy::disallowed_methods, reason = "foreign programs live in real time")]
fn clock() -> Instant {
    Instant::now()
}

/// Are these programs here? A story without its peers is skipped aloud; in continuous integration it fails.
fn peers_are_here(programs: &[&str]) -> bool {
    for program in programs {
        let found = env::var_os("PATH")
            .is_some_and(|path| env::split_paths(&path).any(|folder| folder.join(program).is_file()));
        if !found {
            assert!(env::var_os("CI").is_none(), "{program} is not installed: `make test-packages`");
            eprintln!("SKIPPED: {program} is not installed (`make test-packages` installs it)");
            return false;
        }
    }
    true
}

/// The office's file: extension 101 of foreign phones, and a carrier.
fn office(media: u16, carrier: SocketAddr) -> String {
    let models =
        env::var("PORTICO_MODELS").unwrap_or_else(|_| concat!(env!("CARGO_MANIFEST_DIR"), "/models").into());
    format!(
        r#"
        {}
        [calls]
        ring_seconds = 6
        [speech]
        models = '{models}'
        [[number]]
        number = "{NUMBER}"
        ring = [["101"]]
        [[extension]]
        extension = "101"
        password = "{PASSWORD}"
        legacy_md5 = true
        [[trunk]]
        name = "carrier"
        from = ["{CARRIER}"]
        send_to = "{carrier}"
        "#,
        house(media..=media + 399),
    )
}

/// A foreign program; only this process is ended, by its id, when the story is over.
struct Peer {
    name: String,
    child: Child,
    folder: PathBuf,
}

impl Peer {
    fn start(name: &str, folder: &Path, command: &mut Command) -> Self {
        Self::reading(name, folder, command, Stdio::null())
    }

    /// One that takes its commands from us.
    fn with_stdin(name: &str, folder: &Path, command: &mut Command) -> Self {
        Self::reading(name, folder, command, Stdio::piped())
    }

    fn reading(name: &str, folder: &Path, command: &mut Command, stdin: Stdio) -> Self {
        let log = File::create(folder.join(format!("{name}.out"))).unwrap();
        let child = command
            .current_dir(folder)
            .stdin(stdin)
            .stderr(log.try_clone().unwrap())
            .stdout(log)
            .spawn()
            .unwrap_or_else(|error| panic!("{name}: {error}"));
        Self { name: name.to_owned(), child, folder: folder.to_owned() }
    }

    /// What it wrote down, its errors first.
    fn said(&self) -> String {
        let read =
            |kind: &str| fs::read(self.folder.join(format!("{}.{kind}", self.name))).unwrap_or_default();
        let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
        let screens = text(read("out"));
        let last = screens.char_indices().rev().nth(6_000).map_or(0, |(at, _)| at);
        format!("{}\n{}", text(read("err")), &screens[last..])
    }

    fn poll(&mut self) -> Option<ExitStatus> {
        self.child.try_wait().unwrap()
    }

    /// Waits until it has ended, well.
    fn succeeds(mut self) {
        let deadline = clock() + HARD_LIMIT;
        let status = wait_until(deadline, || self.poll());
        match status {
            Some(status) if status.success() => {}
            other => panic!("{} failed ({other:?}):\n{}", self.name, self.said()),
        }
    }
}

impl Drop for Peer {
    /// Asked first: Kamailio takes its own children along, which outlive a parent that is killed.
    fn drop(&mut self) {
        // Of one that has ended the id may be somebody else's by now.
        if let Ok(None) = self.child.try_wait() {
            let _ = kill_process(Pid::from_child(&self.child), Signal::TERM);
            if wait_until(clock() + FAREWELL, || self.child.try_wait().ok().flatten()).is_none() {
                drop(self.child.kill());
            }
        }
        drop(self.child.wait());
    }
}

/// Looks again and again, ten times a second: the only way to wait for a foreign program.
fn wait_until<T>(deadline: Instant, mut look: impl FnMut() -> Option<T>) -> Option<T> {
    loop {
        if let Some(found) = look() {
            return Some(found);
        }
        if clock() >= deadline {
            return None;
        }
        thread::park_timeout(Duration::from_millis(100));
    }
}

/// sipp with one of the scenarios in tests/interop, at this address.
fn sipp(portico: &Portico, scenario: &str, at: SocketAddr, more: &[&str]) -> Peer {
    sipp_towards(portico, portico.sip, scenario, at, more)
}

/// The same with somebody else as its peer.
fn sipp_towards(
    portico: &Portico,
    towards: SocketAddr,
    scenario: &str,
    at: SocketAddr,
    more: &[&str],
) -> Peer {
    static NUMBER_OF: std::sync::atomic::AtomicU32 = std::sync::atomic::AtomicU32::new(0);
    let number = NUMBER_OF.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
    let name = format!("{scenario}-{number}");
    let mut command = Command::new("sipp");
    command
        .arg(towards.to_string())
        .arg("-sf")
        .arg(format!("{}/tests/interop/{scenario}.xml", env!("CARGO_MANIFEST_DIR")))
        .args(["-i", &at.ip().to_string(), "-p", &at.port().to_string(), "-s", NUMBER, "-nostdin"])
        .args(["-timeout", "45s", "-timeout_error", "-trace_err", "-error_file", &format!("{name}.err")])
        .args(["-key", "caller", CALLER, "-ap", PASSWORD]);
    // A value that is given twice would be an error: these are what most stories want.
    for (key, usual) in [("-m", "1"), ("-d", "1000")] {
        if !more.contains(&key) {
            command.args([key, usual]);
        }
    }
    if !more.contains(&"extension") {
        command.args(["-key", "extension", "101", "-au", "101"]);
    }
    if !more.contains(&"rtp") {
        command.args(["-key", "rtp", "40000"]);
    }
    Peer::start(&name, &portico.folder, command.args(more))
}

/// Extension 101 registers from this address, and is then whatever the scenario says.
fn phone(portico: &Portico, scenario: &str, more: &[&str]) -> Peer {
    let at = free_address(PHONE);
    sipp(portico, "phone_registers", at, &[]).succeeds();
    sipp(portico, scenario, at, more)
}

/// The whole record of the newest call, as soon as there is one.
fn record(portico: &Portico) -> Value {
    let call = wait_until(clock() + HARD_LIMIT, || portico.list("calls").unwrap().into_iter().next());
    let call = call.expect("a record of the call");
    portico.get(&format!("calls/{}", call["id"].as_str().unwrap())).unwrap()
}

fn packets(record: &Value) -> Vec<u64> {
    record["legs"]
        .as_array()
        .unwrap()
        .iter()
        .map(|leg| leg["packets_received"].as_u64().unwrap_or(0))
        .collect()
}

/// The port as text, for two neighbouring UDP ports that are free: sipp echoes what comes to the first.
fn echo_port(ip: &str) -> String {
    let first = free_address(ip).port() & !1;
    first.to_string()
}

/// Waits until the console would show this part of the box as well. Longer than for anything else: an unoptimised box takes half
/// a minute to learn its words from twenty thousand utterances, and several start at once.
fn is_well(portico: &Portico, part: &str) -> bool {
    let well = wait_until(clock() + HARD_LIMIT * 2, || {
        let health = portico.get("health").unwrap();
        let parts = health["parts"].as_array().unwrap();
        parts.iter().any(|found| found["name"] == part && found["condition"] == "well").then_some(())
    });
    well.is_some()
}

/// How each leg's media was protected, the caller's first.
fn encryption(record: &Value) -> Vec<&str> {
    record["legs"].as_array().unwrap().iter().filter_map(|leg| leg["encryption"].as_str()).collect()
}
