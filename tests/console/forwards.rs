//! The page "Forwards": who may set what for whom, what the switch says to it, and what is on record.

use axum::http::StatusCode;
use portico::{
    console::Softphones,
    pbx::{ChangeRefused, Control, DeskChange, DeskSettings, Fact, ForwardWhen},
    store::{NewAccount, Role},
};
use tokio::sync::mpsc;

use crate::{
    office::{Browser, Office, PASSWORD, now},
    phones::serve_with,
};

/// An office whose switch says this to every wish, and has done it if it says nothing against it.
fn serve(office: &Office, refused: Option<ChangeRefused>) -> mpsc::UnboundedReceiver<(String, DeskChange)> {
    let people = [("Kim Ode".to_owned(), "102".parse().unwrap())].into();
    serve_with(office, Softphones { ws: None, wss: None, people });
    let (switch, mut asked) = mpsc::channel(8);
    office.site.connect(switch);
    let (told, heard) = mpsc::unbounded_channel();
    let live = office.live.clone();
    tokio::spawn(async move {
        while let Some(control) = asked.recv().await {
            let Control::ChangeDesk { ticket, extension, change } = control else { continue };
            if refused.is_none() {
                let quiet = change == DeskChange::DoNotDisturb(true);
                let settings = DeskSettings { do_not_disturb: quiet, ..DeskSettings::default() };
                live.observe(&Fact::DeskSet { extension: extension.clone(), settings }, now().wall);
            }
            live.observe(&Fact::DeskAnswered { ticket, refused }, now().wall);
            drop(told.send((extension.to_string(), change)));
        }
    });
    heard
}

/// Somebody who is no administrator.
pub async fn kim(office: &mut Office) -> Browser<'_> {
    let password_hash = office.store.reader().account("Robin Hale").unwrap().unwrap().password_hash;
    let account = NewAccount { name: "Kim Ode".into(), password_hash, role: Role::Operator };
    office.store.add_account(&account, "Robin Hale", now().wall).unwrap();
    let mut browser = Browser::of(office);
    let answer = browser.post("/sign-in", &[("name", "Kim Ode"), ("password", PASSWORD)]).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
    browser
}

#[tokio::test]
async fn an_administrator_sets_it_for_everybody_and_it_is_on_record() {
    let office = Office::set_up().await;
    let mut switch = serve(&office, None);
    let mut robin = office.signed_in().await;
    let page = robin.get("/forwards").await;
    assert!(page.text.contains("id=\"desk-101\"") && page.text.contains("Turn on"), "{}", page.text);
    let csrf = page.csrf();
    let form = [("csrf", csrf.as_str()), ("what", "do_not_disturb"), ("to", "on")];
    assert_eq!(robin.post("/forwards/101", &form).await.status, StatusCode::SEE_OTHER);
    assert_eq!(switch.recv().await, Some(("101".into(), DeskChange::DoNotDisturb(true))));
    assert!(robin.get("/forwards").await.text.contains("Turn off"));
    let form = [("csrf", csrf.as_str()), ("what", "busy"), ("to", " +1 303 555 0188 ")];
    assert_eq!(robin.post("/forwards/102", &form).await.status, StatusCode::SEE_OTHER);
    let change = DeskChange::Forward { when: ForwardWhen::Busy, to: Some("+1 303 555 0188".into()) };
    assert_eq!(switch.recv().await, Some(("102".into(), change)));
    let log = office.store.reader().audit_log(None, 50).unwrap().items;
    let done: Vec<_> = log
        .iter()
        .rev()
        .filter(|row| row.action == "desk.set")
        .map(|row| format!("{} {} {}", row.actor, row.subject, row.detail))
        .collect();
    assert_eq!(done, ["Robin Hale 101 do_not_disturb on", "Robin Hale 102 busy +1 303 555 0188"]);
}

#[tokio::test]
async fn somebody_else_sets_it_for_the_own_extension_alone() {
    let mut office = Office::set_up().await;
    let mut switch = serve(&office, None);
    let mut kim = kim(&mut office).await;
    let page = kim.get("/forwards").await;
    assert!(
        page.text.contains("action=\"/forwards/102\"") && !page.text.contains("action=\"/forwards/101\"")
    );
    let csrf = page.csrf();
    let form = [("csrf", csrf.as_str()), ("what", "do_not_disturb"), ("to", "on")];
    assert_eq!(kim.post("/forwards/101", &form).await.status, StatusCode::FORBIDDEN);
    assert_eq!(kim.post("/forwards/102", &form).await.status, StatusCode::SEE_OTHER);
    assert_eq!(switch.recv().await.map(|(extension, _)| extension), Some("102".into()));
    assert!(switch.try_recv().is_err());
}

#[tokio::test]
async fn a_refusal_is_said_in_words_and_forged_or_senseless_forms_reach_nobody() {
    let office = Office::set_up().await;
    let mut switch = serve(&office, Some(ChangeRefused::Circle));
    let mut robin = office.signed_in().await;
    let csrf = robin.get("/forwards").await.csrf();
    let form = [("csrf", csrf.as_str()), ("what", "always"), ("to", "102")];
    let page = robin.post("/forwards/101", &form).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        page.text.contains("Nothing was changed: calls would come back here from there."),
        "{}",
        page.text
    );
    assert!(switch.recv().await.is_some());
    let forged = [("csrf", "made up"), ("what", "always"), ("to", "102")];
    assert_eq!(robin.post("/forwards/101", &forged).await.status, StatusCode::FORBIDDEN);
    for (what, to) in [("everything", "102"), ("always", "1".repeat(41).as_str())] {
        let form = [("csrf", csrf.as_str()), ("what", what), ("to", to)];
        assert_eq!(robin.post("/forwards/101", &form).await.status, StatusCode::NOT_FOUND, "{what}");
    }
    assert_eq!(Browser::of(&office).get("/forwards").await.header("location"), "/sign-in");
    assert_eq!(Browser::of(&office).get("/forwards/events").await.header("location"), "/sign-in");
    assert!(switch.try_recv().is_err());
}
