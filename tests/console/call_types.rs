//! The page "Call types": what is written elsewhere and only read, a draft examined before it is saved, and who may save.

use std::sync::{Arc, Mutex};

use axum::http::StatusCode;
use portico::{
    console::{
        CallTypeDraft, CallTypeWish, CallTypes, DraftChecked, DraftFault, ExampleRead, InUse, ReadAs,
        WrittenElsewhere,
    },
    dialogue::{CallType, CallTypeScript, Intent, Item},
    store::AuditRow,
    types::Language,
};
use tokio::sync::mpsc;

use crate::{
    forwards::kim,
    office::{Browser, Office, SCRIPT},
};

fn own(name: &str, language: Language) -> CallType {
    let script = CallTypeScript {
        about: "a storage unit".into(),
        opening: String::new(),
        closing: "We will call you.".into(),
        examples: vec!["can i rent a locker".into(), SCRIPT.into()],
    };
    CallType {
        name: name.parse().unwrap(),
        staff: "Storage units".into(),
        asks: vec![Item::Matter, Item::Name],
        staff_first: true,
        stands_for: None,
        scripts: [(language, script)].into(),
    }
}

pub fn storage_units() -> CallType {
    own("storage_units", Language::English)
}

/// Takes every draft but that of `billing`, and reads its examples in turn as the draft's own and as leasing; puts in use what is
/// saved. Answers the drafts that it has seen.
fn keeper(office: &Office) -> Arc<Mutex<Vec<CallTypeDraft>>> {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let (wishes, mut wished) = mpsc::channel(2);
    let call_types = CallTypes::new(wishes);
    let elsewhere = [("pet_wash", Some(412)), ("dock_and_freight", None)]
        .map(|(name, line)| WrittenElsewhere { call_type: own(name, Language::Spanish), line });
    call_types.replace(InUse { elsewhere: elsewhere.into(), ..InUse::default() });
    office.site.learn_call_types(call_types.clone());
    let (drafts, reader) = (Arc::clone(&seen), office.store.reader());
    tokio::spawn(async move {
        while let Some(wish) = wished.recv().await {
            if let CallTypeWish::Check { draft, thoroughly, answer, .. } = wish {
                drafts.lock().unwrap().push(draft.clone());
                answer.send(checked(&draft, thoroughly)).unwrap();
            }
            if call_types.take_news() {
                let saved = reader.call_types().unwrap().into_iter().map(|own| own.call_type);
                call_types.replace(InUse { saved: saved.collect(), ..InUse::default() });
            }
        }
    });
    seen
}

fn checked(draft: &CallTypeDraft, thoroughly: bool) -> DraftChecked {
    let fault = DraftFault {
        field: "name",
        example: None,
        what: "`billing` is a call type already".into(),
        cure: "give it another name".into(),
    };
    let call_type = match draft.name.as_str() {
        "billing" => Err(vec![fault]),
        name => Ok(own(name, Language::English)),
    };
    let examples = draft.scripts.iter().flat_map(|(language, script)| {
        script.examples.iter().enumerate().map(|(at, text)| (*language, at, text.clone()))
    });
    let read = examples.map(|(language, at, text)| {
        let leasing = ReadAs { intent: Intent::Leasing, sure: true };
        let learnt = call_type.as_ref().ok().map(|own| match at % 2 {
            0 => ReadAs { intent: own.intent(), sure: true },
            _ => leasing,
        });
        ExampleRead { language, text, today: leasing, learnt }
    });
    let read = if thoroughly { read.collect() } else { Vec::new() };
    DraftChecked { call_type, read, taken: vec![(Language::English, 3, 900)], by_meaning: true }
}

const FORM: [(&str, &str); 6] = [
    ("staff", "Storage units"),
    ("asks", "matter, name"),
    ("staff_first", "on"),
    ("about", "a storage unit"),
    ("closing", "We will call you."),
    ("examples", "can i rent a locker\r\n\r\n  <b>is one free</b>  "),
];

fn form<'a>(csrf: &'a str, name: &'a str, wish: &'a str) -> Vec<(&'a str, &'a str)> {
    [("csrf", csrf), ("name", name), ("wish", wish)].into_iter().chain(FORM).collect()
}

#[tokio::test]
async fn a_call_type_is_examined_saved_changed_and_removed_and_all_of_it_is_on_record() {
    let office = Office::set_up().await;
    let seen = keeper(&office);
    let mut browser = office.signed_in().await;
    let list = browser.get("/call-types").await;
    assert!(
        list.text.contains("</code>), line 412") && list.text.contains("the office’s script"),
        "{}",
        list.text
    );
    assert!(!list.text.contains(SCRIPT) && !list.text.contains("/call-types/pet_wash"), "{}", list.text);
    let page = browser.get("/call-types/new").await;
    assert!(page.text.contains("value=\"matter, name, callback\"") && !page.text.contains("value=\"save\""));
    let csrf = page.csrf();

    let examined = browser.post("/call-types", &form(&csrf, "Storage units", "check")).await;
    assert_eq!(examined.status, StatusCode::OK);
    for said in [
        "1 of 2 examples are recognised",
        "Of 900 English sentences of the shipped call types it takes 3.",
        "Cure: write more examples like them",
        "would be taken for leasing",
        "&lt;b&gt;is one free&lt;/b&gt;",
        "value=\"save\"",
    ] {
        assert!(examined.text.contains(said), "{said}: {}", examined.text);
    }
    assert!(office.store.reader().call_types().unwrap().is_empty(), "an examination saves nothing");
    let drafted = seen.lock().unwrap().remove(0);
    assert_eq!(drafted.name, "storage_units", "written as people write it");
    assert_eq!((drafted.asks, drafted.staff_first), (vec!["matter".into(), "name".into()], true));
    let [(Language::English, script)] = &drafted.scripts[..] else { panic!("{:?}", drafted.scripts) };
    assert_eq!(script.examples, ["can i rent a locker", "<b>is one free</b>"]);

    let saved = browser.post("/call-types", &form(&csrf, "storage_units", "save")).await;
    assert_eq!((saved.status, saved.header("location")), (StatusCode::SEE_OTHER, "/call-types"));
    let api =
        async |browser: &Browser<'_>| browser.get("/api/v1/call-types").await.json()["items"][0].clone();
    // The keeper has it as soon as it comes to run.
    while api(&browser).await["state"] != "in_use" {
        tokio::task::yield_now().await;
    }
    let list = browser.get("/call-types").await;
    assert!(list.text.contains("in use</span>") && list.text.contains("by Robin Hale"), "{}", list.text);
    let answer = api(&browser).await;
    assert_eq!((&answer["name"], &answer["written"]), (&"storage_units".into(), &"console".into()));
    assert_eq!((&answer["asks"][1], &answer["changed_by"]), (&"name".into(), &"Robin Hale".into()));

    let mut again = form(&csrf, "another_name", "save");
    again.push(("es_about", "un trastero"));
    let changed = browser.post("/call-types/storage_units", &again).await;
    assert_eq!(changed.status, StatusCode::SEE_OTHER);
    let drafted = seen.lock().unwrap().pop().unwrap();
    assert_eq!(
        (drafted.name.as_str(), drafted.scripts.len()),
        ("storage_units", 2),
        "a name is kept in records"
    );
    let gone = browser.post("/call-types/storage_units/remove", &[("csrf", csrf.as_str())]).await;
    assert_eq!(gone.status, StatusCode::SEE_OTHER);
    assert_eq!(browser.get("/call-types/storage_units").await.status, StatusCode::NOT_FOUND);
    let log = office.store.reader().audit_log(None, 10).unwrap().items;
    let of_types = |row: &AuditRow| row.action.starts_with("call_type.").then(|| row.action.clone());
    let done: Vec<String> = log.iter().filter_map(of_types).collect();
    assert_eq!(done, ["call_type.remove", "call_type.change", "call_type.add"]);
}

#[tokio::test]
async fn what_has_a_fault_and_whoever_is_no_administrator_saves_nothing() {
    let mut office = Office::set_up().await;
    keeper(&office);
    {
        let mut browser = office.signed_in().await;
        let csrf = browser.get("/call-types/new").await.csrf();
        for wish in ["check", "save"] {
            let refused = browser.post("/call-types", &form(&csrf, "billing", wish)).await;
            assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
            let told = "`billing` is a call type already. Cure: give it another name.";
            assert!(
                refused.text.contains(told) && !refused.text.contains("value=\"save\""),
                "{}",
                refused.text
            );
        }
        let forged = browser.post("/call-types", &form("forged", "storage_units", "save")).await;
        assert_eq!(forged.status, StatusCode::FORBIDDEN);
    }
    let reader = office.store.reader();
    let mut kim = kim(&mut office).await;
    let page = kim.get("/call-types/new").await;
    assert!(page.text.contains("Only an administrator") && !page.text.contains("value=\"check\""));
    for path in ["/call-types", "/call-types/storage_units/remove"] {
        let refused = kim.post(path, &form(&page.csrf(), "storage_units", "save")).await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN, "{path}");
    }
    assert_eq!(Browser::of(&office).get("/call-types").await.status, StatusCode::SEE_OTHER);
    assert!(reader.call_types().unwrap().is_empty());
}
