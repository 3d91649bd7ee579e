//! Files of earlier schemas, of newer programs, and files that a power cut has left: each is opened, or refused whole.

#![expect(clippy::unwrap_used, reason = "a test fails by unwrapping")]

use std::{
    fs,
    path::{Path, PathBuf},
    thread,
};

use jiff::{SignedDuration, Timestamp};
use portico::{
    dialogue::{CallType, CallTypeScript, EndReason, Intent, Item, LifeSafety, Told, Trouble, Urgency},
    outbox::{Failure, State},
    pbx::{
        Attestation, CallBackState, CallDirection, CallRecord, CallResult, Caller, Disposition, Encrypted,
        LegRecord, LegResult, Listing, Party, QueueEnd, Unheard,
    },
    store::{
        CallFilter, CallerUpdate, NewIncident, OpenedByHand, Store, StoreError, TextBackNote, TextDirection,
        WrapUp,
    },
    types::{CallId, ContactId, IncidentId, Language},
};
use rusqlite::Connection;

/// A folder that goes with the test.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("portico-file-{name}-{}", std::process::id()));
        drop(fs::remove_dir_all(&path));
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn file(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        drop(fs::remove_dir_all(&self.0));
    }
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// The schema files kept under `tests/data/store`, oldest first: `v1.sql`, `v2.sql`, …
fn kept() -> Vec<(i64, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/store");
    let mut kept: Vec<(i64, String)> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter_map(|path| {
            let version =
                path.file_name()?.to_str()?.strip_prefix('v')?.strip_suffix(".sql")?.parse().ok()?;
            Some((version, fs::read_to_string(path).unwrap()))
        })
        .collect();
    kept.sort();
    kept
}

#[test]
fn every_earlier_file_is_brought_up_to_date_with_its_rows() {
    let kept = kept();
    let newest = Store::in_memory().unwrap().reader().health(at("2026-11-21T00:00:00Z")).unwrap().schema;
    let versions: Vec<i64> = kept.iter().map(|(version, _)| *version).collect();
    assert_eq!(
        versions,
        (1..=newest).collect::<Vec<_>>(),
        "a schema without its file; see the head of v1.sql"
    );
    for (version, dump) in kept {
        let folder = Folder::new(&format!("v{version}"));
        let path = folder.file("portico.db");
        let old = Connection::open(&path).unwrap();
        old.execute_batch(&dump).unwrap();
        assert_eq!(old.query_row("PRAGMA user_version", [], |row| row.get::<_, i64>(0)).unwrap(), version);
        drop(old);

        let mut store = Store::open(&path).unwrap();
        assert_eq!(store.integrity_check().unwrap(), Vec::<String>::new());
        let reader = store.reader();
        let health = reader.health(at("2026-11-21T00:00:00Z")).unwrap();
        assert_eq!((health.schema, health.calls, health.contacts), (newest, 2, 1), "v{version}");
        let calls = reader.calls(CallFilter::Missed, None, 10).unwrap().items;
        let call = reader.call(calls[0].id).unwrap().unwrap();
        let outcome = call.record.outcome.unwrap();
        assert_eq!(outcome.intent, Some(Intent::Emergency), "the JSON of last year still reads");
        assert_eq!(outcome.urgency, Urgency::LifeSafety(LifeSafety::Gas));
        assert_eq!(outcome.name.unwrap().value, "Dana Reyes");
        assert!(call.work_orders[0].emergency);
        assert_eq!((call.record.legs.len(), call.record.turns.len()), (3, 2));
        let all = reader.calls(CallFilter::All, None, 10).unwrap().items;
        let results: Vec<_> = all.iter().map(|call| (call.disposition, call.result)).collect();
        let known =
            [(Disposition::Answered, CallResult::Completed), (Disposition::AiHandled, CallResult::Missed)];
        assert_eq!(results, known, "v{version}: older calls as well");
        assert_eq!(store.bindings(at("2026-11-21T00:00:00Z")).unwrap().len(), 1);
        if version >= 24 {
            let since = at("2026-11-01T00:00:00Z");
            let conversed = reader.conversed_since(since).unwrap();
            let kept = reader.conversations(conversed[0]).unwrap().remove(0);
            assert_eq!((kept.began_ms, kept.ear.iter().count()), (18_210, 5));
            let journal = kept.journal;
            assert_eq!((conversed.len(), journal.steps.len()), (1, 5), "the JSON of last year still reads");
            assert!(matches!(journal.steps[4].told, Told::Closed(EndReason::HungUp)));
            assert_eq!(journal.provenance.parts().count(), 2);
        }
        if version >= 28 {
            let by_hand = reader.incidents(true, None, 10).unwrap().items.remove(1);
            assert_eq!((by_hand.callers, by_hand.opened_by.as_deref()), (0, Some("Robin Hale")));
        }
        if version >= 27 {
            let own = reader.call_types().unwrap().remove(0);
            assert_eq!((own.call_type.name.as_str(), own.call_type.asks.len()), ("storage_units", 3));
            let [english, spanish] = &own.call_type.scripts.values().collect::<Vec<_>>()[..] else {
                panic!()
            };
            assert_eq!((english.examples.len(), spanish.about.as_str()), (2, "un trastero"));
        }
        if version >= 26 {
            let told = reader.treatments(None, 10).unwrap().items;
            assert_eq!((told.len(), told[0].subject.as_str()), (1, "closed vouchers"));
            assert_eq!(reader.pair_checks().unwrap()[0].same, 24);
        }
        if version >= 25 {
            let incident = reader.incidents(true, None, 10).unwrap().items.remove(0);
            let (_, reports) = reader.incident(incident.id).unwrap().unwrap();
            assert_eq!((incident.property.as_str(), reports.len(), reports[0].times), ("Maple Court", 1, 2));
        }
        if version >= 21 {
            let claimed = store.showings_to_settle().unwrap();
            assert_eq!(claimed[0].entry.as_ref().unwrap().href, "/kim/showings/showing-82.ics");
            let (requests, tokens) = (reader.showing_requests().unwrap(), reader.calendar_tokens().unwrap());
            assert_eq!((requests.len(), tokens[0].agent.as_str()), (1, "Robin"));
        }
        if version >= 20 {
            let open = reader.open_escalations().unwrap();
            let timeline = reader.timeline(open[0][0].call).unwrap();
            assert!(open.len() == 1 && timeline.len() == 1 && timeline[0].follows(None), "v{version}");
        }
        if version >= 19 {
            let showings = reader.showings(at("2026-11-01T00:00:00Z")).unwrap();
            assert_eq!(
                (showings.len(), showings[0].agent.as_str()),
                (if version >= 21 { 2 } else { 1 }, "Robin")
            );
        }
        if version >= 18 {
            let binding = store.bindings(at("2026-11-21T00:00:00Z")).unwrap().remove(0);
            assert_eq!(binding.path, ["<sip:edge.example;lr;ob>"]);
        }
        if version >= 2 {
            let texts = reader.messages(None, None, 10).unwrap().items;
            let count = |direction| texts.iter().filter(|text| text.direction == direction).count();
            assert_eq!((count(TextDirection::Out), count(TextDirection::In)), (2, 1));
        }
        if version >= 3 {
            let dana = reader.contact(calls[0].contact.unwrap()).unwrap().unwrap();
            assert!(dana.contact.do_not_contact && dana.consents.len() == 1 && dana.enrolments.len() == 1);
        }
        if version >= 5 {
            assert_eq!(call.record.recordings[0].from_ms, Some(1_250));
        }
        if version >= 8 {
            let quality = call.record.legs[0].quality.unwrap();
            assert_eq!((quality.encryption, quality.unheard), (Encrypted::Sdes, Some(Unheard::WentQuiet)));
        }
        if version >= 4 {
            assert_eq!(reader.account("ana").unwrap().unwrap().name, "ana");
        }
        if version >= 17 {
            let promised = reader.call_backs(at("2026-11-01T00:00:00Z")).unwrap();
            assert_eq!((promised.len(), promised[0].state), (1, CallBackState::Missed));
        }
        if version >= 16 {
            let message = reader.voicemails(None, 10).unwrap().items[0].message.id;
            let letters = reader.letters_of(&[message]).unwrap();
            let states: Vec<_> = letters.iter().map(|row| (row.to.as_str(), row.state)).collect();
            let refused = State::Failed(Failure::Refused { status: 550 });
            assert_eq!(states, [("kim@office.example", State::Sent), ("robin@office.example", refused)]);
        }
        if version >= 15 {
            let answered = reader.call(all[0].id).unwrap().unwrap().record.queued.unwrap();
            assert_eq!(
                (answered.queue.as_str(), answered.waited_ms, answered.end),
                ("desk", 61_000, QueueEnd::Answered)
            );
        }
        if version >= 12 {
            assert_eq!(call.record.recordings[0].gaps[0].until_ms, Some(12_000));
        }
        if version >= 11 {
            assert_eq!(call.record.vouched.attestation, Some(Attestation::Failed));
            let unseen = reader.unseen_emergencies().unwrap();
            assert_eq!(
                (unseen.len(), unseen[0].place.as_str()),
                (1, "Suite 4"),
                "acknowledged ones are done with"
            );
            let listed = reader.listed().unwrap();
            assert_eq!((listed.len(), listed[0].listing), (1, Listing::Block));
        }
        // And it is written to.
        write_down(&mut store, &wrap_up(99));
    }
}

#[test]
fn a_file_of_a_newer_program_is_refused_untouched() {
    let folder = Folder::new("newer");
    let path = folder.file("portico.db");
    drop(Store::open(&path).unwrap());
    Connection::open(&path).unwrap().pragma_update(None, "user_version", 4_711).unwrap();
    let before = fs::read(&path).unwrap();
    let refused = Store::open(&path).unwrap_err();
    assert!(matches!(refused, StoreError::NewerSchema { found: 4_711, .. }), "{refused:?}");
    assert!(refused.to_string().contains("newer Portico (schema 4711"), "{refused}");
    assert_eq!(fs::read(&path).unwrap(), before);
}

#[test]
fn what_is_no_database_is_refused_untouched() {
    let folder = Folder::new("other");
    let path = folder.file("portico.db");
    fs::write(&path, "a shopping list\n".repeat(1_000)).unwrap();
    let refused = Store::open(&path).unwrap_err();
    assert!(matches!(refused, StoreError::Corrupt(_)), "{refused:?}");
    assert!(fs::read(&path).unwrap().starts_with(b"a shopping list"));
}

#[test]
fn a_log_torn_anywhere_opens_with_every_call_that_was_acknowledged_before_the_tear() {
    let folder = Folder::new("torn");
    let path = folder.file("portico.db");
    let mut store = Store::open(&path).unwrap();
    let wal = folder.file("portico.db-wal");
    // How long the log was when each call had been acknowledged.
    let acknowledged: Vec<u64> = (0..20)
        .map(|n| {
            write_down(&mut store, &wrap_up(n));
            fs::metadata(&wal).unwrap().len()
        })
        .collect();
    let (whole, log) = (fs::read(&path).unwrap(), fs::read(&wal).unwrap());
    // What a kill leaves is what the files hold now: the store is still open.
    let torn = folder.file("torn.db");
    // Forty places, most of them in the middle of a frame.
    for cut in (0..40).map(|n| log.len() / 40 * n + n).chain([log.len()]) {
        let garbage = cut % 2 == 1;
        fs::write(&torn, &whole).unwrap();
        let mut tail = log[..cut].to_vec();
        if garbage {
            tail.extend(std::iter::repeat_n(0xa5, log.len() - cut));
        }
        fs::write(folder.file("torn.db-wal"), tail).unwrap();
        drop(fs::remove_file(folder.file("torn.db-shm")));
        let mut store = Store::open(&torn).unwrap();
        assert_eq!(store.integrity_check().unwrap(), Vec::<String>::new(), "cut at {cut}");
        let calls = store.reader().health(at("2026-11-21T00:00:00Z")).unwrap().calls;
        let promised = acknowledged.iter().filter(|length| **length <= cut as u64).count() as u64;
        assert!(calls >= promised, "cut at {cut}: {calls} of {promised}");
        write_down(&mut store, &wrap_up(1_000));
        drop(store);
    }
}

#[test]
fn a_lost_index_of_the_log_is_made_anew() {
    let folder = Folder::new("shm");
    let path = folder.file("portico.db");
    let mut store = Store::open(&path).unwrap();
    write_down(&mut store, &wrap_up(1));
    let (whole, log) = (fs::read(&path).unwrap(), fs::read(folder.file("portico.db-wal")).unwrap());
    drop(store);
    fs::write(&path, whole).unwrap();
    fs::write(folder.file("portico.db-wal"), log).unwrap();
    fs::write(folder.file("portico.db-shm"), vec![0xff; 32_768]).unwrap();
    let mut store = Store::open(&path).unwrap();
    assert!(store.reader().call(CallId::from_random(1)).unwrap().is_some());
    assert_eq!(store.integrity_check().unwrap(), Vec::<String>::new());
}

/// As the desk does it.
fn write_down(store: &mut Store, call: &WrapUp) {
    store.wrap_up_each([(&call.record, None, None)], |_, _| call.clone()).unwrap();
}

fn wrap_up(n: u64) -> WrapUp {
    let started = at("2026-11-20T12:00:00Z").checked_add(SignedDuration::from_secs(n as i64)).unwrap();
    let number = format!("+1303556{n:04}").parse().unwrap();
    let caller = Caller::Number { number, display: String::new() };
    let record = CallRecord {
        call: CallId::from_random(n),
        direction: CallDirection::Inbound,
        trunk: Some("carrier".into()),
        caller: caller.clone(),
        vouched: Default::default(),
        dialled: "+13035550100".parse().unwrap(),
        started,
        answered: None,
        ended: started,
        disposition: Disposition::CallerAbandoned,
        agent_reason: None,
        legs: vec![LegRecord {
            party: Party::Caller(caller),
            started,
            answered: None,
            ended: started,
            result: LegResult::CallerGone,
            quality: None,
            told: None,
        }],
        turns: Vec::new(),
        outcome: None,
        recordings: Vec::new(),
        fax: None,
        decisions: Vec::new(),
        queued: None,
        conversations: Vec::new(),
    };
    WrapUp {
        record,
        missed: true,
        summary: "missed call".into(),
        contact: Some(CallerUpdate {
            new_id: ContactId::from_random(n + 5_000),
            number,
            name: None,
            language: None,
        }),
        opt_out: None,
        work_order: None,
        lead: None,
        text_back: TextBackNote::SwitchedOff,
        entries: Vec::new(),
        undated: false,
        enrolment: None,
        filed: None,
        now: started,
    }
}

#[test]
fn call_types_of_the_console_outlive_a_restart_and_who_changed_them_is_on_record() {
    let folder = Folder::new("call-types");
    let path = folder.file("portico.db");
    let script = |about: &str, said: &[&str]| CallTypeScript {
        about: about.into(),
        opening: String::new(),
        closing: "We will call you.".into(),
        examples: said.iter().map(|said| (*said).to_owned()).collect(),
    };
    let english = script("a storage unit", &["can i rent a storage unit", "is there a locker"]);
    let mut own = CallType {
        name: "storage_units".parse().unwrap(),
        staff: "Storage".into(),
        asks: vec![Item::Callback, Item::Matter],
        staff_first: true,
        stands_for: None,
        scripts: [(Language::English, english)].into(),
    };
    let now = at("2026-11-21T00:00:00Z");
    Store::open(&path).unwrap().save_call_type(&own, "Robin Hale", now).unwrap();

    let mut store = Store::open(&path).unwrap();
    let saved = store.reader().call_types().unwrap();
    assert_eq!((saved.len(), &saved[0].call_type, saved[0].changed_by.as_str()), (1, &own, "Robin Hale"));
    own.scripts = [(Language::Spanish, script("un trastero", &["quiero un trastero"]))].into();
    store.save_call_type(&own, "Kim Ode", now).unwrap();
    assert_eq!(store.reader().call_types().unwrap()[0].call_type, own, "nothing is left of what it was");
    assert!(store.remove_call_type(own.name, "Kim Ode", now).unwrap());
    assert!(!store.remove_call_type(own.name, "Kim Ode", now).unwrap(), "somebody was quicker");
    assert!(store.reader().call_types().unwrap().is_empty());
    let log = store.reader().audit_log(None, 10).unwrap().items;
    let done: Vec<_> = log.iter().map(|row| (row.actor.as_str(), row.action.as_str())).collect();
    let known =
        [("Kim Ode", "call_type.remove"), ("Kim Ode", "call_type.change"), ("Robin Hale", "call_type.add")];
    assert_eq!(done, known);
    let rows = "SELECT count(*) FROM call_type_scripts";
    let left: i64 = Connection::open(&path).unwrap().query_row(rows, [], |row| row.get(0)).unwrap();
    assert_eq!(left, 0, "no words without their type");
}

#[test]
fn of_many_people_who_open_one_incident_at_once_one_does() {
    let folder = Folder::new("opened-at-once");
    let path = folder.file("portico.db");
    let store = Store::open(&path).unwrap();
    let opens = &|nth: u64| {
        let mut store = Store::open(&path).unwrap();
        let new = NewIncident {
            id: IncidentId::from_random(nth),
            property: "Maple Court".into(),
            trouble: Trouble::Heat,
            notice: "We know.".into(),
            until: at("2026-11-21T00:00:00Z"),
        };
        store.open_incident(&new, "ana", at("2026-11-20T18:00:00Z")).unwrap()
    };
    let opened: Vec<OpenedByHand> = thread::scope(|scope| {
        let people: Vec<_> = (1..=8).map(|nth| scope.spawn(move || opens(nth))).collect();
        people.into_iter().map(|person| person.join().unwrap()).collect()
    });
    let rows = store.reader().incidents(false, None, 10).unwrap().items;
    assert_eq!(rows.len(), 1, "{rows:#?}");
    let led = opened.iter().filter(|opened| **opened == OpenedByHand::Already(rows[0].id)).count();
    assert_eq!((opened.iter().filter(|opened| **opened == OpenedByHand::New).count(), led), (1, 7));
}
