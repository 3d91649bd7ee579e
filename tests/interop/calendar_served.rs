//! An agent's calendar program (python3-caldav) reads the office's own calendar, over TLS and with its own password.

use jiff::{SignedDuration, Timestamp};
use portico::{
    app::chance,
    console::Secret,
    store::{ShowingRow, ShowingStatus, Store},
    types::{CallId, ShowingId},
};

use super::*;

/// Debian's own: its packages are not seen by another that may come first on the path.
const PYTHON: &str = "/usr/bin/python3";

#[expect(clippy::disallowed_methods, reason = "a foreign program lives in real time")]
fn wall() -> Timestamp {
    Timestamp::now()
}

fn showing(id: u64, agent: &str, hours: i64) -> ShowingRow {
    let begins = wall() + SignedDuration::from_hours(hours);
    ShowingRow {
        id: ShowingId::from_random(id),
        call: CallId::from_random(id),
        agent: agent.into(),
        place: format!("210 Maple Court, apartment {id}A; <rear>"),
        begins,
        ends: begins + SignedDuration::from_mins(30),
        name: Some(format!("Dana {id}")),
        callback: CALLER.parse().unwrap(),
        status: ShowingStatus::Booked,
        changed: wall(),
        replaces: None,
        entry: None,
        remark: None,
    }
}

/// What the program prints.
fn program(portico: &Portico, console: SocketAddr, user: &str, password: &str) -> Value {
    let output = Command::new(PYTHON)
        .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/interop/caldav_client.py"))
        .args([&format!("https://{console}/dav/"), user, password])
        .arg(portico.folder.join("data/tls/ca.pem"))
        .output()
        .unwrap();
    let (said, complained) =
        (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    serde_json::from_str(&said)
        .unwrap_or_else(|error| panic!("{error}: {said}\n{complained}\n{}", portico.log()))
}

#[test]
#[ignore = "needs python3-caldav: make interop"]
fn an_agents_program_finds_reads_and_does_not_write_their_showings() {
    let has_client = Command::new(PYTHON).args(["-c", "import caldav"]).stderr(Stdio::null()).status();
    if !has_client.is_ok_and(|status| status.success()) {
        assert!(env::var_os("CI").is_none(), "python3-caldav is not installed: `make test-packages`");
        eprintln!("SKIPPED: python3-caldav is not installed (`make test-packages` installs it)");
        return;
    }
    let secure = free_address("127.0.0.1");
    let file = office(23_500, "127.0.0.2:5060".parse().unwrap()).replacen(
        "[console]",
        &format!("[console]\n        tls = \"{secure}\""),
        1,
    );
    let portico = Portico::start("calendar-served", &file);
    let mut store = Store::open(&portico.folder.join("data/portico.db")).unwrap();
    for row in [showing(1, "Robin", 24), showing(2, "Robin", 96), showing(3, "Kim", 24)] {
        store.book_showing(&row, wall()).unwrap();
    }
    let secret = Secret::draw(&mut chance().unwrap());
    store.make_calendar_token("Robin", secret.hash(), "Ana", wall()).unwrap();

    let read = program(&portico, secure, "robin", secret.reveal());
    assert_eq!(read["name"], "Showings: Robin", "{read}");
    assert_eq!(read["summaries"], serde_json::json!(["Showing: Dana 1", "Showing: Dana 2"]));
    assert_eq!(read["places"][0], "210 Maple Court, apartment 1A; <rear>");
    assert_eq!((&read["near"], &read["synced"], &read["again"]), (&1.into(), &2.into(), &0.into()), "{read}");
    assert_eq!(read["written"], false);

    store.cancel_showing(ShowingId::from_random(1), wall()).unwrap();
    assert_eq!(program(&portico, secure, "robin", secret.reveal())["synced"], 1);
    assert_eq!(program(&portico, secure, "kim", secret.reveal())["refused"], true, "Robin's password");
    store.revoke_calendar_token("Robin", "Ana", wall()).unwrap();
    assert_eq!(program(&portico, secure, "robin", secret.reveal())["refused"], true);
}
