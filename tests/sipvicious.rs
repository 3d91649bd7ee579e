//! SIPVicious, as anybody's scanner runs it, finds nothing here: no server, no extension, no password (`pip install
//! sipvicious`). All of it on loopback; `cargo test --test sipvicious -- --ignored` runs it.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by unwrapping")]

mod process;

use std::{
    env,
    net::SocketAddr,
    path::PathBuf,
    process::{Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use process::{Portico, free_address, house};

/// Each tool is given up after so long: silence is what it meets.
const LONGEST: Duration = Duration::from_secs(25);

#[expect(clippy::disallowed_methods, reason = "foreign programs live in real time")]
fn clock() -> Instant {
    Instant::now()
}

#[expect(clippy::disallowed_methods, reason = "foreign programs live in real time")]
fn pause() {
    thread::sleep(Duration::from_millis(100));
}

fn program(name: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    let found = env::split_paths(&path).map(|folder| folder.join(name)).find(|program| program.is_file());
    if found.is_none() {
        assert!(env::var_os("CI").is_none(), "{name} is not installed: pip install sipvicious");
        eprintln!("SKIPPED: {name} is not installed (pip install sipvicious)");
    }
    found
}

fn office(carrier: SocketAddr) -> String {
    let models = concat!(env!("CARGO_MANIFEST_DIR"), "/models");
    format!(
        r#"
        {}
        [speech]
        models = '{models}'
        [[number]]
        number = "+1 303 555 0100"
        ring = [["101", "1000"]]
        [[extension]]
        extension = "101"
        password = "correct-horse-battery"
        legacy_md5 = true
        [[extension]]
        extension = "1000"
        password = "correct-horse-battery"
        [[trunk]]
        name = "carrier"
        from = ["127.0.0.2"]
        send_to = "{carrier}"
        "#,
        house(23_400..=23_799),
    )
}

/// What the tool prints until it ends, or is ended, by its own id.
fn run(portico: &Portico, tool: &str, arguments: &[&str]) -> Option<String> {
    let log = portico.folder.join(format!("{tool}.log"));
    let file = std::fs::File::create(&log).unwrap();
    let mut child = Command::new(program(tool)?)
        .args(arguments)
        .current_dir(&portico.folder)
        .env("HOME", &portico.folder)
        .stdin(Stdio::null())
        .stdout(file.try_clone().unwrap())
        .stderr(file)
        .spawn()
        .unwrap();
    let deadline = clock() + LONGEST;
    while child.try_wait().unwrap().is_none() {
        if clock() >= deadline {
            child.kill().unwrap();
            child.wait().unwrap();
            break;
        }
        pause();
    }
    Some(std::fs::read_to_string(&log).unwrap())
}

#[test]
#[ignore = "needs SIPVicious and takes a minute and a half"]
fn sipvicious_finds_no_extension_and_no_password() {
    let carrier = free_address("127.0.0.2");
    let portico = Portico::start("sipvicious", &office(carrier));
    let (host, port) = (portico.sip.ip().to_string(), portico.sip.port().to_string());
    let url = format!("udp://{host}:{port}");
    let words = portico.folder.join("words.txt");
    std::fs::write(&words, "101\n1000\n1234\npassword\nsecret\nadmin\n").unwrap();
    // Each from an address of its own, so that none meets only the bar that another has earned.
    for (method, from) in [("REGISTER", "127.0.0.11"), ("INVITE", "127.0.0.12"), ("OPTIONS", "127.0.0.13")] {
        let arguments = ["-b", from, "-m", method, "-e", "100-120,1000-1010", &url];
        let Some(found) = run(&portico, "sipvicious_svwar", &arguments) else { return };
        assert!(!found.contains("| 101 ") && !found.contains("| 1000 "), "{method}: {found}");
    }
    let dictionary = words.to_string_lossy().into_owned();
    for (extension, from) in [("101", "127.0.0.14"), ("1000", "127.0.0.15")] {
        let arguments = ["-b", from, "-u", extension, "-d", &dictionary, &url];
        let cracked = run(&portico, "sipvicious_svcrack", &arguments).unwrap();
        assert!(!cracked.contains("password is") && !cracked.contains("| 101 "), "{extension}: {cracked}");
    }
    let calls = portico.list("calls").unwrap();
    assert!(calls.is_empty(), "nothing rang: {calls:?}");
}
