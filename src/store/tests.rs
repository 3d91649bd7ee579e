//! What the store keeps, exactly, and what it refuses.

use std::path::PathBuf;

use jiff::{SignedDuration, Timestamp};

use super::{
    AccountError, CallFilter, CallerUpdate, Cursor, Fault, NewAccount, Role, Store, StoreError, TextBackNote,
    TicketStatus, TokenHash, WorkOrderRow, WrapUp,
};
use crate::{
    dialogue::{Captured, EndReason, Intent, LifeSafety, Outcome, Promise, Urgency},
    followup::ConsentKind,
    pbx::{
        AgentReason, CallDirection, CallRecord, Caller, Codec, Dialled, Disposition, Encrypted, Gap,
        Impairment, LegRecord, LegResult, Party, Quality, QueueEnd, Queueing, RecordingPart, Score, Speaker,
        TurnRecord, Unheard,
    },
    types::{CallId, ContactId, PhoneNumber, WorkOrderId},
};

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn number(text: &str) -> PhoneNumber {
    text.parse().unwrap()
}

/// A call with everything in it.
fn record(call: u64, started: Timestamp) -> CallRecord {
    let second = |n| started.checked_add(SignedDuration::from_secs(n)).unwrap();
    let caller = Caller::Number { number: number("+13035550142"), display: "DANA'S \"PHONE\" 📞".into() };
    let leg = |party, result| LegRecord {
        party,
        started,
        answered: Some(second(18)),
        ended: second(40),
        result,
        quality: None,
        told: None,
    };
    CallRecord {
        call: CallId::from_random(call),
        direction: CallDirection::Inbound,
        trunk: Some("carrier".into()),
        caller: caller.clone(),
        vouched: Default::default(),
        dialled: Dialled::Number(number("+13035550100")),
        started,
        answered: Some(second(18)),
        ended: second(40),
        disposition: Disposition::AiHandled,
        agent_reason: Some(AgentReason::NoAnswer),
        legs: vec![
            LegRecord {
                quality: Some(Quality {
                    packets_received: 1_100,
                    packets_lost: 2,
                    packets_sent: 1_090,
                    jitter_ms: 3,
                    round_trip_ms: None,
                    codec: Some(Codec::G722),
                    heard: Some(Score { hundredths: 431, why: Impairment::Nothing }),
                    there: None,
                    encryption: Encrypted::Sdes,
                    unheard: Some(Unheard::WentQuiet),
                }),
                ..leg(Party::Caller(caller), LegResult::Completed)
            },
            LegRecord { answered: None, ..leg(Party::Phone("101".parse().unwrap()), LegResult::NoAnswer) },
            leg(Party::Phone("102".parse().unwrap()), LegResult::Failed(503)),
            leg(Party::Phone("103".parse().unwrap()), LegResult::AnsweredElsewhere),
            leg(Party::Number(number("+13035550199")), LegResult::CallerGone),
            leg(Party::Caller(Caller::Anonymous), LegResult::Declined),
            leg(Party::Caller(Caller::Extension("104".parse().unwrap())), LegResult::Unregistered),
            leg(Party::Agent, LegResult::Completed),
        ],
        turns: vec![
            TurnRecord {
                speaker: Speaker::Agent,
                text: "Maple Court, how can I help?".into(),
                at_ms: 18_050,
                latency_ms: Some(210),
                interrupted_after_ms: Some(900),
            },
            TurnRecord {
                speaker: Speaker::Caller,
                text: "'); DROP TABLE calls; -- I smell gas".into(),
                at_ms: 19_500,
                latency_ms: None,
                interrupted_after_ms: None,
            },
        ],
        outcome: Some(Outcome {
            version: 1,
            intent: Some(Intent::Emergency),
            urgency: Urgency::LifeSafety(LifeSafety::Gas),
            name: Some(Captured { value: "Dana Reyes".into(), confirmed: true }),
            callback: Some(Captured { value: number("+13035550177"), confirmed: false }),
            place: None,
            matter: Some("smell of gas".into()),
            wished_for: Some(Captured { value: "2026-11-21T10:30:00".parse().unwrap(), confirmed: true }),
            access: Some(Captured { value: false, confirmed: true }),
            do_not_contact: false,
            promised: Promise::OnCallRung,
            ended: Some(EndReason::Goodbye),
            ..Outcome::blank()
        }),
        recordings: vec![RecordingPart {
            file: "a.wav".into(),
            from_ms: Some(20_000),
            until_ms: Some(38_000),
            by: Some("101".parse().unwrap()),
            gaps: vec![Gap { from_ms: 25_000, until_ms: None, by: None }],
        }],
        fax: None,
        decisions: Vec::new(),
        queued: Some(Queueing {
            queue: "desk".into(),
            at_ms: 1_500,
            waited_ms: 61_000,
            end: QueueEnd::TimedOut,
        }),
        conversations: Vec::new(),
    }
}

fn wrap_up(record: CallRecord, new_id: u64) -> WrapUp {
    let order = WorkOrderRow {
        id: WorkOrderId::from_random(new_id),
        call: record.call,
        contact: None,
        opened: record.ended,
        property: "Maple Court".into(),
        caller: Some("Dana Reyes".into()),
        callback: Some(number("+13035550177")),
        place: None,
        issue: "smell of gas".into(),
        urgency: Urgency::LifeSafety(LifeSafety::Gas),
        emergency: true,
        access: Some(false),
        wished_for: None,
        status: TicketStatus::Open,
    };
    WrapUp {
        missed: true,
        summary: "smell of gas".into(),
        contact: Some(CallerUpdate {
            new_id: ContactId::from_random(new_id),
            number: number("+13035550142"),
            name: Some(("Dana Reyes".into(), true)),
            language: None,
        }),
        opt_out: None,
        work_order: Some(order),
        lead: None,
        text_back: TextBackNote::Confirmed,
        entries: Vec::new(),
        undated: false,
        enrolment: None,
        filed: None,
        now: record.ended,
        record,
    }
}

/// As the desk does it.
fn write_down(store: &mut Store, call: &WrapUp) -> Result<(), StoreError> {
    store.wrap_up_each([(&call.record, None, None)], |_, _| call.clone()).map(drop)
}

/// A folder that goes with the test.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("portico-store-{name}-{}", std::process::id()));
        drop(std::fs::remove_dir_all(&path));
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn file(&self) -> PathBuf {
        self.0.join("portico.db")
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        drop(std::fs::remove_dir_all(&self.0));
    }
}

#[test]
fn a_call_is_read_back_exactly_as_it_was_written() {
    let mut store = Store::in_memory().unwrap();
    let record = record(1, at("2026-11-20T23:58:00.123Z"));
    let call = wrap_up(record.clone(), 9);
    write_down(&mut store, &call).unwrap();
    let detail = store.reader().call(record.call).unwrap().unwrap();
    assert_eq!(detail.record, record);
    assert_eq!(detail.contact, Some(ContactId::from_random(9)));
    assert_eq!(detail.work_orders[0].contact, Some(ContactId::from_random(9)));
    assert_eq!(detail.contact_name.as_deref(), Some("Dana Reyes"));
    write_down(&mut store, &WrapUp { summary: "of a commit whose answer was lost".into(), ..call }).unwrap();
    assert_eq!(store.reader().call(record.call).unwrap(), Some(detail), "stored before: nothing was changed");
    assert_eq!(store.reader().call(CallId::from_random(2)).unwrap(), None);
}

#[test]
fn a_person_who_calls_again_is_the_same_contact_and_keeps_a_confirmed_name() {
    let mut store = Store::in_memory().unwrap();
    let started = at("2026-11-20T23:58:00Z");
    write_down(&mut store, &wrap_up(record(1, started), 9)).unwrap();
    let mut again = wrap_up(record(2, started), 10);
    again.contact.as_mut().unwrap().name = Some(("Donna Race".into(), false));
    write_down(&mut store, &again).unwrap();
    let second = store.reader().call(again.record.call).unwrap().unwrap();
    assert_eq!(second.contact, Some(ContactId::from_random(9)));
    let contacts = store.reader().contacts(None, 10).unwrap();
    assert_eq!(contacts.items.len(), 1);
    assert_eq!(contacts.items[0].name.as_deref(), Some("Dana Reyes"));
    let detail = store.reader().contact(ContactId::from_random(9)).unwrap().unwrap();
    assert_eq!(detail.calls.len(), 2);
}

#[test]
fn pages_hold_every_call_once_while_others_arrive() {
    let mut store = Store::in_memory().unwrap();
    let started = at("2026-11-20T12:00:00Z");
    for n in 0..25 {
        // Several in the same millisecond.
        let moment = started.checked_add(SignedDuration::from_secs(n / 4)).unwrap();
        let mut call = wrap_up(record(100 + n as u64, moment), n as u64);
        call.missed = n % 2 == 0;
        call.record.disposition =
            if n % 2 == 0 { Disposition::CallerAbandoned } else { Disposition::Answered };
        write_down(&mut store, &call).unwrap();
    }
    let reader = store.reader();
    for (filter, count) in [
        (CallFilter::All, 25),
        (CallFilter::Missed, 13),
        (CallFilter::With(Disposition::Answered), 12),
        (CallFilter::With(Disposition::Failed), 0),
    ] {
        let (mut seen, mut after) = (Vec::new(), None);
        loop {
            let page = reader.calls(filter, after, 4).unwrap();
            assert!(page.items.len() <= 4);
            seen.extend(page.items.iter().map(|call| (call.started, call.id)));
            let Some(next) = page.next else { break };
            // The cursor survives the way through a link, and a new call does not move the page.
            after = Some(next.to_string().parse::<Cursor>().unwrap());
        }
        let mut sorted = seen.clone();
        sorted.sort_by(|a, b| b.cmp(a));
        sorted.dedup();
        assert_eq!((seen.len(), &seen), (count, &sorted), "{filter:?}");
    }
    for text in ["", "1", "1.", ".1", "x.y", "1.2.3", "fffffffffffffffff.0"] {
        assert!(text.parse::<Cursor>().is_err(), "{text}");
    }
}

#[test]
fn an_emergency_stays_an_emergency() {
    let mut store = Store::in_memory().unwrap();
    let call = wrap_up(record(1, at("2026-11-20T12:00:00Z")), 9);
    write_down(&mut store, &call).unwrap();
    let id = call.work_order.unwrap().id;
    store.set_work_order_status(id, TicketStatus::Done, at("2026-11-20T13:00:00Z")).unwrap();
    let tidied =
        store.commit(|transaction| Ok(transaction.execute("UPDATE work_orders SET emergency = 0", [])?));
    assert!(matches!(tidied, Err(StoreError::Conflict(_))), "{tidied:?}");
    let orders = store.reader().work_orders(Some(TicketStatus::Done), None, 10).unwrap().items;
    assert!(orders[0].emergency);
}

/// A conversation in which nothing was said.
fn conversed(office: &str) -> crate::pbx::Conversed {
    use crate::dialogue::{Channel, Journalled, Office, Opening, Pack, Provenance, Roster};
    let office = Office {
        name: office.into(),
        address: None,
        hours: None,
        roster: Roster::default(),
        home_area_code: 303,
        listings: Vec::new(),
        facts: Vec::new(),
        on_call: false,
        staff: false,
        showings: false,
        also: Vec::new(),
        in_spanish: std::collections::BTreeMap::new(),
        tenancy: crate::dialogue::Tenancy::default(),
    };
    let opening = Opening {
        caller: None,
        contact: None,
        label: None,
        agent: None,
        greeting: None,
        local: jiff::civil::date(2026, 11, 20).at(23, 0, 0, 0),
        open_now: false,
        channel: Channel::Voice,
        language: crate::types::Language::English,
        known: None,
        standing: crate::dialogue::Standing::default(),
    };
    let pack = std::sync::Arc::new(Pack::property().unwrap());
    let provenance = std::sync::Arc::new(Provenance::of(&pack, &office));
    let journal = Journalled::begin(provenance, pack, std::sync::Arc::new(office), opening).0.journal();
    crate::pbx::Conversed { began_ms: 210, journal, ear: crate::pbx::EarMarks::default() }
}

#[test]
fn a_journal_is_stored_with_its_call_and_goes_with_it() {
    let mut store = Store::in_memory().unwrap();
    let started = at("2026-11-20T12:00:00Z");
    let mut journals = Vec::new();
    for n in 1..=3 {
        let mut call = wrap_up(record(n, started), n);
        // Two of the three were held with the same.
        call.record.conversations = vec![conversed(if n < 3 { "Maple Court" } else { "Elm Court" }); 2];
        journals = call.record.conversations.clone();
        write_down(&mut store, &call).unwrap();
        write_down(&mut store, &call).unwrap();
    }
    let reader = store.reader();
    assert_eq!(reader.conversations(CallId::from_random(3)).unwrap(), journals);
    assert_eq!(reader.conversed_since(started).unwrap().len(), 3);
    assert_eq!(reader.conversed_since(started + SignedDuration::from_secs(1)).unwrap(), []);
    let count =
        |sql| reader.read(|connection| Ok(connection.query_row(sql, [], |row| row.get::<_, u32>(0))?));
    assert_eq!(count("SELECT count(*) FROM provenances").unwrap(), 2);
    store
        .commit(|transaction| {
            transaction.execute_batch(
                "DELETE FROM work_orders WHERE call = (SELECT call FROM conversations LIMIT 1);
                 DELETE FROM calls WHERE id = (SELECT call FROM conversations LIMIT 1)",
            )?;
            Ok(())
        })
        .unwrap();
    assert_eq!(count("SELECT count(*) FROM conversations").unwrap(), 4);
}

#[test]
fn the_timeline_of_an_escalation_is_only_ever_added_to() {
    use crate::{
        dialogue::Urgency,
        pbx::{EscalationEvent, EscalationReport, EscalationStep},
    };
    let mut store = Store::in_memory().unwrap();
    let at = at("2026-11-20T12:00:00Z");
    let urgency = Urgency::Urgent(crate::dialogue::UrgentKind::Flooding);
    let report = EscalationReport { urgency, place: None, name: None, callback: None, words: None };
    let event = EscalationEvent::Opened { report, dialled: None };
    let step = EscalationStep { call: CallId::from_random(1), number: 1, at, event };
    store.keep_escalation_step(&step, &[]).unwrap();
    for sql in ["UPDATE escalation_steps SET at = 0", "DELETE FROM escalation_steps"] {
        let changed = store.commit(|transaction| Ok(transaction.execute(sql, [])?));
        assert!(matches!(changed, Err(StoreError::Conflict(_))), "{sql}: {changed:?}");
    }
    assert_eq!(store.open_escalations(Timestamp::MAX).unwrap(), [vec![step]]);
}

#[test]
fn the_ledger_of_consent_is_only_ever_added_to() {
    let mut store = Store::in_memory().unwrap();
    let now = at("2026-11-20T12:00:00Z");
    write_down(&mut store, &wrap_up(record(1, now), 9)).unwrap();
    let dana = ContactId::from_random(9);
    for kind in [ConsentKind::OptIn, ConsentKind::OptOut, ConsentKind::OptIn] {
        store.record_consent(dana, kind, "signed form of 20 November", now).unwrap();
        let standing = store.standing(number("+13035550142")).unwrap().unwrap();
        assert_eq!(standing.consent.opted_in, kind == ConsentKind::OptIn);
        assert_eq!(standing.do_not_contact, kind == ConsentKind::OptOut);
    }
    for sql in ["UPDATE consents SET kind = 'opt_in'", "DELETE FROM consents", "UPDATE audit SET actor = 'x'"]
    {
        let changed = store.commit(|transaction| {
            super::settings::write_audit(transaction, "portico", "test", "", "", now)?;
            Ok(transaction.execute(sql, [])?)
        });
        assert!(matches!(changed, Err(StoreError::Conflict(_))), "{sql}: {changed:?}");
    }
    assert_eq!(store.reader().contact(dana).unwrap().unwrap().consents.len(), 3);
}

#[test]
fn the_set_up_link_works_once_and_sessions_end() {
    let mut store = Store::in_memory().unwrap();
    let reader = store.reader();
    let now = at("2026-11-20T12:00:00Z");
    let (link, other, cookie) = (TokenHash([1; 32]), TokenHash([2; 32]), TokenHash([3; 32]));
    let admin =
        |name: &str| NewAccount {
            name: name.into(), password_hash: "$argon2id$…".into(), role: Role::Admin
        };
    assert!(reader.needs_setup().unwrap());
    assert!(
        matches!(store.use_setup(link, &admin("ana"), now), Err(AccountError::NoSetup)),
        "none was offered"
    );
    store.offer_setup(link, now).unwrap();
    assert!(matches!(store.use_setup(other, &admin("ana"), now), Err(AccountError::NoSetup)));
    let ana = store.use_setup(link, &admin("ana"), now).unwrap();
    assert!(matches!(store.use_setup(link, &admin("eve"), now), Err(AccountError::NoSetup)), "it is used up");
    assert!(!reader.needs_setup().unwrap());
    assert!(matches!(store.add_account(&admin("ANA"), "ana", now), Err(AccountError::NameTaken)));

    let tomorrow = at("2026-11-21T12:00:00Z");
    store.open_session(cookie, ana, tomorrow, now).unwrap();
    assert_eq!(reader.session(cookie, now).unwrap().unwrap().name, "ana");
    assert_eq!(reader.session(cookie, tomorrow).unwrap(), None, "run out");
    assert_eq!(reader.session(other, now).unwrap(), None);
    store.set_password(ana, "$argon2id$other", "ana", now).unwrap();
    assert_eq!(reader.session(cookie, now).unwrap(), None, "another password ends every session");
    assert!(matches!(store.set_account_disabled(ana, true, "ana", now), Err(AccountError::LastAdmin)));

    let token = store.add_api_token(other, "reporting", "ana", now).unwrap();
    assert_eq!(reader.api_token(other).unwrap().unwrap().name, "reporting");
    store.revoke_api_token(token, "ana", now).unwrap();
    assert_eq!(reader.api_token(other).unwrap(), None);
    assert!(reader.api_tokens().unwrap()[0].revoked);
    let actions: Vec<_> =
        reader.audit_log(None, 10).unwrap().items.into_iter().map(|row| row.action).collect();
    assert_eq!(actions, ["token.revoke", "token.create", "account.password", "account.create"]);
}

#[test]
fn a_reader_reads_and_cannot_write() {
    let folder = Folder::new("reader");
    let mut store = Store::open(&folder.file()).unwrap();
    let reader = store.reader();
    write_down(&mut store, &wrap_up(record(1, at("2026-11-20T12:00:00Z")), 9)).unwrap();
    let there = std::thread::spawn({
        let reader = reader.clone();
        move || reader.calls(CallFilter::All, None, 10).unwrap().items.len()
    });
    assert_eq!(there.join().unwrap(), 1);
    let written = reader.read(|connection| Ok(connection.execute("DELETE FROM turns", [])?));
    assert!(matches!(written, Err(StoreError::ReadOnly(_))), "{written:?}");
    assert_eq!(reader.call(CallId::from_random(1)).unwrap().unwrap().record.turns.len(), 2);
}

#[cfg(unix)]
#[test]
fn the_file_is_for_its_owner_only() {
    use std::os::unix::fs::PermissionsExt;
    let folder = Folder::new("private");
    let mut store = Store::open(&folder.file()).unwrap();
    write_down(&mut store, &wrap_up(record(1, at("2026-11-20T12:00:00Z")), 9)).unwrap();
    for name in ["portico.db", "portico.db-wal"] {
        let mode = std::fs::metadata(folder.0.join(name)).unwrap().permissions().mode();
        assert_eq!(mode & 0o077, 0, "{name}: {mode:o}");
    }
}

#[test]
fn a_folder_that_comes_back_is_written_to_again_without_a_restart() {
    let folder = Folder::new("away");
    let away = folder.0.join("disk");
    let (mut store, problem) = Store::attach(&away.join("portico.db"));
    assert!(matches!(problem, Some(StoreError::Unopened(_))), "{problem:?}");
    let call = wrap_up(record(1, at("2026-11-20T12:00:00Z")), 9);
    let refused = write_down(&mut store, &call).unwrap_err();
    assert!(refused.passes() && !refused.is_about_the_data(), "{refused:?}");
    std::fs::create_dir(&away).unwrap();
    write_down(&mut store, &call).unwrap();
    assert!(store.reader().call(call.record.call).unwrap().is_some());
}

#[test]
fn a_fault_rolls_back_or_hides_the_answer_as_told() {
    let mut store = Store::in_memory_with(Fault::Commits { first: 1, count: 1 }).unwrap();
    let call = wrap_up(record(1, at("2026-11-20T12:00:00Z")), 9);
    assert!(matches!(write_down(&mut store, &call), Err(StoreError::Injected)));
    assert_eq!(store.reader().call(call.record.call).unwrap(), None);
    write_down(&mut store, &call).unwrap();
    assert!(store.reader().call(call.record.call).unwrap().is_some());
    let call = wrap_up(record(2, at("2026-11-20T12:00:00Z")), 10);
    store.inject(Fault::Answers { first: 1, count: 1 });
    assert!(matches!(write_down(&mut store, &call), Err(StoreError::Injected)));
    let stored = store.reader().call(call.record.call).unwrap();
    assert!(stored.is_some(), "only the answer was lost");
    write_down(&mut store, &call).unwrap();
    assert_eq!(store.reader().call(call.record.call).unwrap(), stored);
}

#[test]
fn a_backup_is_a_whole_database_of_its_own() {
    let folder = Folder::new("backup");
    let mut store = Store::open(&folder.file()).unwrap();
    write_down(&mut store, &wrap_up(record(1, at("2026-11-20T12:00:00Z")), 9)).unwrap();
    let copy = folder.0.join("copy.db");
    store.back_up(&copy).unwrap();
    let mut restored = Store::open(&copy).unwrap();
    assert_eq!(restored.integrity_check().unwrap(), Vec::<String>::new());
    assert!(restored.reader().call(CallId::from_random(1)).unwrap().is_some());
}
