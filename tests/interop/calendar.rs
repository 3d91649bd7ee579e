//! Radicale keeps an agent's calendar: what is in it is respected, what is booked stands in it before it is said, and when it is
//! gone nothing is booked.

use std::{
    collections::VecDeque,
    io::{Read, Write},
    net::TcpStream,
};

use jiff::{SignedDuration, Timestamp, ToSpan, civil::Date, tz::TimeZone};
use portico::{
    app::{Calendars, chance, desk_settings},
    config::Config,
    desk::{Engine, Input, Output},
    dialogue::{CalendarAnswer, CalendarRequest, ShowingSlot, When},
    store::{ShowingRow, ShowingStatus, Store},
    types::{CallId, ShowingId},
};

use super::*;

const HOME: &str = "210 Maple Court, apartment 3A";
const COLLECTION: &str = "/robin/showings/";
/// What the agent's voice allows a calendar.
const AT_THE_TELEPHONE: Duration = Duration::from_secs(4);

#[expect(clippy::disallowed_methods, reason = "a foreign calendar lives in real time")]
fn wall() -> Timestamp {
    Timestamp::now()
}

/// Radicale on this address, over a folder that outlives it.
fn radicale(at: SocketAddr, folder: &Path) -> Peer {
    fs::write(folder.join("users"), "robin:right battery\n").unwrap();
    let config = format!(
        "[server]\nhosts = {at}\n[auth]\ntype = htpasswd\nhtpasswd_filename = {0}/users\nhtpasswd_encryption = plain\n\
         delay = 0\n[storage]\nfilesystem_folder = {0}/collections\n",
        folder.display()
    );
    fs::write(folder.join("radicale.conf"), config).unwrap();
    let mut command = Command::new("radicale");
    command.arg("--config").arg(folder.join("radicale.conf"));
    let peer = Peer::start("radicale", folder, &mut command);
    let listens = || TcpStream::connect(at).ok();
    assert!(wait_until(clock() + HARD_LIMIT / 2, listens).is_some(), "{}", peer.said());
    peer
}

/// A request of the agent's own program; status and body.
fn agent_asks(at: SocketAddr, method: &str, path: &str, body: &str) -> (u16, String) {
    let mut stream = TcpStream::connect(at).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    let kind = if method == "PUT" { "text/calendar" } else { "application/xml" };
    // robin:right battery
    write!(
        stream,
        "{method} {path} HTTP/1.1\r\nHost: {at}\r\nAuthorization: Basic cm9iaW46cmlnaHQgYmF0dGVyeQ==\r\n\
         Content-Type: {kind}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    )
    .unwrap();
    let mut text = String::new();
    stream.read_to_string(&mut text).unwrap();
    let status = text.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or_default();
    (status, text)
}

fn denver() -> TimeZone {
    TimeZone::get("America/Denver").unwrap()
}

/// The agent puts an event of their own into it, in the office's zone.
fn agent_has_on(at: SocketAddr, name: &str, begins: &str, ends: &str, more: &str) {
    let event = format!(
        "BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//x//EN\nBEGIN:VEVENT\nUID:{name}\nDTSTAMP:20260101T000000Z\n\
         SUMMARY:{name}\nDTSTART;TZID=America/Denver:{begins}\nDTEND;TZID=America/Denver:{ends}\n{more}END:VEVENT\n\
         END:VCALENDAR\n"
    );
    let (status, text) =
        agent_asks(at, "PUT", &format!("{COLLECTION}{name}.ics"), &event.replace('\n', "\r\n"));
    assert_eq!(status, 201, "{text}");
}

/// A desk over real calendars, without telephones.
struct Desk {
    engine: Engine,
    calendars: Calendars,
    file: PathBuf,
    answers: VecDeque<(CallId, CalendarAnswer)>,
    wake: Option<Timestamp>,
}

impl Desk {
    fn start(folder: &Path, config: &Config) -> Self {
        let file = folder.join("portico.db");
        let engine =
            Engine::new(Store::open(&file).unwrap(), desk_settings(config).unwrap(), chance().unwrap());
        let calendars = Calendars::start(config).unwrap();
        let mut desk = Self { engine, calendars, file, answers: VecDeque::new(), wake: None };
        desk.feed(Input::ClockSynchronised(true));
        desk
    }

    fn feed(&mut self, input: Input) {
        self.engine.handle_input(wall(), input);
        loop {
            match self.engine.poll_output(wall()) {
                Output::AskCalendar { exchange, agent, question } => {
                    self.calendars.ask(exchange, agent, question);
                }
                Output::CalendarAnswered { call, answer, .. } => self.answers.push_back((call, answer)),
                Output::Timeout(wake) => {
                    self.wake = wake.map(|(at, _)| at);
                    return;
                }
                _ => {}
            }
        }
    }

    fn turn(&mut self) {
        while let Some((exchange, reply)) = self.calendars.answered() {
            self.feed(Input::CalendarHeard { exchange, reply });
        }
        if self.wake.is_some_and(|wake| wake <= wall()) {
            self.feed(Input::Timeout);
        }
    }

    /// What the calendar says to a caller, and how long that took.
    fn ask(&mut self, call: u64, request: CalendarRequest) -> CalendarAnswer {
        let (call, began) = (CallId::from_random(call), clock());
        self.feed(Input::CalendarAsked { call, ticket: 1, request });
        let answer = wait_until(clock() + HARD_LIMIT, || {
            self.turn();
            self.answers.pop_front()
        });
        let (whose, answer) = answer.expect("an answer");
        assert!(whose == call && clock().duration_since(began) < AT_THE_TELEPHONE, "{answer:?}");
        answer
    }

    fn slots(&mut self, call: u64, day: Date) -> Vec<ShowingSlot> {
        let wish = When { date: Some(day), ..When::default() };
        match self.ask(call, CalendarRequest::FindSlots { place: HOME.into(), wish }) {
            CalendarAnswer::Slots(slots) => slots,
            other => panic!("{other:?}"),
        }
    }

    fn book(&mut self, call: u64, slot: &ShowingSlot) -> CalendarAnswer {
        let (name, callback) = (Some("Dana Reyes".into()), CALLER.parse().unwrap());
        let slot = slot.clone();
        self.ask(call, CalendarRequest::Book { slot, place: HOME.into(), name, callback, replaces: None })
    }

    fn waits_until(&mut self, mut is_so: impl FnMut(&mut Self) -> bool) -> bool {
        let done = wait_until(clock() + HARD_LIMIT, || {
            self.turn();
            is_so(self).then_some(())
        });
        done.is_some()
    }
}

fn hours(slots: &[ShowingSlot]) -> Vec<String> {
    slots.iter().map(|slot| slot.local.strftime("%H:%M").to_string()).collect()
}

fn entry(id: ShowingId) -> String {
    format!("{COLLECTION}showing-{id}.ics")
}

#[test]
#[ignore = "needs radicale: make interop"]
fn an_agents_calendar_is_respected_written_before_it_is_said_and_missed_when_it_is_gone() {
    if !peers_are_here(&["radicale"]) {
        return;
    }
    let folder = std::env::temp_dir().join(format!("portico-calendar-{}", std::process::id()));
    drop(fs::remove_dir_all(&folder));
    fs::create_dir_all(&folder).unwrap();
    let at = free_address("127.0.0.1");
    let server = radicale(at, &folder);
    let (status, text) = agent_asks(
        at,
        "MKCALENDAR",
        COLLECTION,
        "<?xml version=\"1.0\"?><C:mkcalendar xmlns:D=\"DAV:\" xmlns:C=\"urn:ietf:params:xml:ns:caldav\"/>",
    );
    assert_eq!(status, 201, "{text}");

    let day = wall().to_zoned(denver()).date().checked_add(3.days()).unwrap();
    let month_ago = day.checked_sub(28.days()).unwrap().strftime("%Y%m%d").to_string();
    let on_the_day = day.strftime("%Y%m%d").to_string();
    let each_day = "RRULE:FREQ=DAILY\n";
    agent_has_on(at, "stand-up", &format!("{month_ago}T100000"), &format!("{month_ago}T110000"), each_day);

    let text = format!(
        "{}\n[[number]]\nnumber = \"{NUMBER}\"\n[[trunk]]\nname = \"carrier\"\nfrom = [\"{CARRIER}\"]\n\
         send_to = \"{CARRIER}:5060\"\n[[showing_agent]]\nname = \"Robin\"\nhours = [\"Mon-Sun 09:00-15:00\"]\n\
         [showing_agent.caldav]\nurl = \"http://{at}{COLLECTION}\"\nuser = \"robin\"\npassword = \"right battery\"\n",
        house(23_000..=23_099)
    );
    let config = Config::parse("portico.toml", &text).unwrap_or_else(|problems| panic!("{problems}"));
    let mut desk = Desk::start(&folder, &config);

    // The recurring event and the way to and from it.
    let slots = desk.slots(1, day);
    assert_eq!(hours(&slots), ["09:00", "11:30", "12:30"], "{}", server.said());
    let CalendarAnswer::Booked(first) = desk.book(1, &slots[0]) else { panic!("{}", server.said()) };
    let (status, text) = agent_asks(at, "GET", &entry(first), "");
    assert!(
        status == 200 && text.contains("Dana Reyes") && text.contains(&format!("showing-{first}@portico")),
        "{text}"
    );

    // The agent is quicker than the second caller.
    agent_has_on(at, "dentist", &format!("{on_the_day}T113000"), &format!("{on_the_day}T120000"), "");
    match desk.book(2, &slots[1]) {
        CalendarAnswer::Taken { instead } => assert_eq!(hours(&instead)[0], "12:30"),
        other => panic!("{other:?}"),
    }

    // Nothing is booked while it is gone, and nobody waits for long.
    drop(server);
    assert_eq!(desk.book(3, &slots[2]), CalendarAnswer::Away);
    let wish = When { date: Some(day), ..When::default() };
    let look = CalendarRequest::FindSlots { place: HOME.into(), wish };
    assert_eq!(desk.ask(3, look), CalendarAnswer::Away);
    let mut console = Store::open(&desk.file).unwrap();
    let since = wall() - SignedDuration::from_hours(1);
    let booked = |rows: &[ShowingRow]| rows.iter().filter(|row| row.status == ShowingStatus::Booked).count();
    assert_eq!(booked(&console.showings_since(since).unwrap()), 1, "the first alone");

    // It is back: a person puts the third there, and it is.
    let server = radicale(at, &folder);
    let row =
        console.showings_since(since).unwrap().into_iter().find(|row| row.begins == slots[2].begins).unwrap();
    let wanted =
        ShowingRow { id: ShowingId::from_random(4_711), status: ShowingStatus::Claimed, entry: None, ..row };
    console.book_showing_by(&wanted, "Ana", wall()).unwrap();
    let stands = |desk: &mut Desk| booked(&desk.engine.store_mut().showings_since(since).unwrap()) == 2;
    assert!(desk.waits_until(stands), "{}", server.said());
    assert_eq!(agent_asks(at, "GET", &entry(wanted.id), "").0, 200);

    // And one that is called off is gone from it.
    console.cancel_showing_by(first, "Ana", wall()).unwrap();
    let gone = |_: &mut Desk| agent_asks(at, "GET", &entry(first), "").0 == 404;
    assert!(desk.waits_until(gone), "{}", server.said());
    drop(server);
    drop(fs::remove_dir_all(&folder));
}
