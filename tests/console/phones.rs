//! Desk phones at the console: seen, taken in with one click, given their settings and nobody else's.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

use axum::http::StatusCode;
use portico::{
    console::{PhoneOffice, Phones},
    pbx::{Control, Fact},
    provisioning::{Makers, Transport},
    sip::{Binding, Flow},
};

use super::office::{Browser, Office, now};

const YEALINK: &str = "805ec01a2b3c.cfg";
pub const PASSWORD_OF_101: &str = "a long password of 101";

/// What the console has asked of the switch.
pub type Asked = Arc<Mutex<Vec<Control>>>;

fn serve(office: &Office) -> (Phones, Asked) {
    serve_with(office, portico::console::Softphones::default())
}

/// The same, with what the office says about browsers.
pub fn serve_with(office: &Office, browsers: portico::console::Softphones) -> (Phones, Asked) {
    let account = |name: &str, password: &str| (name.to_owned(), password.to_owned());
    let about = PhoneOffice {
        makers: Arc::new(Makers::factory().unwrap()),
        url: "http://192.0.2.1:8080".into(),
        server: "192.0.2.1".into(),
        port: 5060,
        transport: Transport::Udp,
        srtp: false,
        codecs: vec!["pcmu".into()],
        zone: "America/Denver".into(),
        ntp: "pool.ntp.org".into(),
        voicemail: "*97".into(),
        pickup: "**".into(),
        groups: Vec::new(),
        park: vec!["701".parse().unwrap()],
        ca: None,
        extensions: BTreeMap::from([
            ("101".parse().unwrap(), account("Front desk", PASSWORD_OF_101)),
            ("102".parse().unwrap(), account("Leasing", "a long password of 102")),
        ]),
        overrides: BTreeMap::new(),
        browsers,
    };
    let asked = Asked::default();
    let heard = Arc::clone(&asked);
    let phones = Phones::new(
        about,
        Box::new(move |control| {
            heard.lock().unwrap().push(control);
            true
        }),
    );
    office.site.serve_phones(phones.clone());
    (phones, asked)
}

/// The secret in a rendered file.
fn secret_in(text: &str) -> String {
    let (_, rest) = text.split_once("http://192.0.2.1:8080/provision/").expect("the phone's own address");
    rest.split('/').next().unwrap().to_owned()
}

async fn take_in(office: &Office) -> String {
    let mut manager = office.signed_in().await;
    let page = manager.get("/phones").await;
    assert!(page.text.contains("805ec01a2b3c"), "{}", page.text);
    let form = [("csrf", page.csrf()), ("extension", "101".to_owned())];
    let form: Vec<(&str, &str)> = form.iter().map(|(name, value)| (*name, value.as_str())).collect();
    assert_eq!(manager.post("/phones/805ec01a2b3c/adopt", &form).await.status, StatusCode::SEE_OTHER);
    page.csrf()
}

#[tokio::test]
async fn a_new_phone_waits_for_one_click_and_then_gets_its_settings() {
    let office = Office::set_up().await;
    serve(&office);
    let phone = Browser::of(&office).at("192.0.2.77");
    assert_eq!(phone.get(&format!("/provision/{YEALINK}")).await.status, StatusCode::NOT_FOUND);
    take_in(&office).await;
    // It knows no secret yet: under its own address, and from where it was seen, it is told.
    let elsewhere = Browser::of(&office).at("192.0.2.78");
    assert_eq!(elsewhere.get(&format!("/provision/{YEALINK}")).await.status, StatusCode::NOT_FOUND);
    let first = phone.get(&format!("/provision/{YEALINK}")).await;
    assert_eq!(first.status, StatusCode::OK);
    assert!(first.text.contains(&format!("account.1.password = {PASSWORD_OF_101}")), "{}", first.text);
    assert!(first.text.contains("linekey.2.value = 701"), "a line that everybody shares");
    assert!(first.text.contains("linekey.3.value = 102"), "a colleague");
    let secret = secret_in(&first.text);
    assert_eq!(secret.len(), 64);
    // From then on from anywhere, with the secret.
    let same = elsewhere.get(&format!("/provision/{secret}/{YEALINK}")).await;
    assert_eq!((same.status, same.text), (StatusCode::OK, first.text));
    let book = elsewhere.get(&format!("/provision/{secret}/phonebook.xml")).await;
    assert!(book.text.contains("<Name>Leasing</Name><Telephone>102</Telephone>"), "{}", book.text);
    let page = office.signed_in().await.get("/phones").await;
    assert!(page.text.contains("phonebook.xml"), "what it has fetched is shown");
}

#[tokio::test]
async fn nobody_gets_a_file_without_the_secret_of_that_phone() {
    let office = Office::set_up().await;
    serve(&office);
    let phone = Browser::of(&office).at("192.0.2.77");
    phone.get(&format!("/provision/{YEALINK}")).await;
    take_in(&office).await;
    let file = phone.get(&format!("/provision/{YEALINK}")).await.text;
    let secret = secret_in(&file);
    let other = format!("/provision/{secret}/805ec0ffffff.cfg");
    assert_eq!(phone.get(&other).await.status, StatusCode::NOT_FOUND, "another phone's file");
    for path in ["/provision", "/provision/", "/provision/x/", "/provision/../portico.toml"] {
        let answer = phone.get(path).await;
        assert!(answer.status.is_client_error(), "{path}: {}", answer.status);
        assert!(!answer.text.contains(PASSWORD_OF_101));
    }
    let guesser = Browser::of(&office).at("203.0.113.66");
    let mut statuses = Vec::new();
    for n in 0..12 {
        let guess = format!("/provision/{}{n:02}/{YEALINK}", &secret[..62]);
        statuses.push(guesser.get(&guess).await.status);
    }
    assert_eq!(statuses[..10], [StatusCode::NOT_FOUND; 10]);
    assert_eq!(statuses[10..], [StatusCode::TOO_MANY_REQUESTS; 2]);
    assert_eq!(
        phone.get(&format!("/provision/{secret}/{YEALINK}")).await.status,
        StatusCode::OK,
        "others go on"
    );
    // Taken in anew: the old secret opens nothing.
    take_in(&office).await;
    assert_eq!(phone.get(&format!("/provision/{secret}/{YEALINK}")).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn the_preview_shows_what_a_phone_is_told_but_no_password() {
    let office = Office::set_up().await;
    serve(&office);
    Browser::of(&office).at("192.0.2.77").get(&format!("/provision/{YEALINK}")).await;
    take_in(&office).await;
    let preview = office.signed_in().await.get("/phones/805ec01a2b3c").await;
    assert_eq!(preview.status, StatusCode::OK);
    assert!(preview.text.contains("account.1.sip_server.1.address = 192.0.2.1"), "{}", preview.text);
    assert!(!preview.text.contains(PASSWORD_OF_101));
    let stranger = Browser::of(&office);
    assert_eq!(stranger.get("/phones").await.status, StatusCode::SEE_OTHER, "to the door");
    assert_eq!(stranger.get("/phones/805ec01a2b3c").await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn a_phone_is_told_to_start_anew_and_a_failure_is_shown() {
    let mut office = Office::set_up().await;
    let (phones, asked) = serve(&office);
    Browser::of(&office).at("192.0.2.77").get(&format!("/provision/{YEALINK}")).await;
    let csrf = take_in(&office).await;
    let mut manager = office.signed_in().await;
    let csrf_now = manager.get("/phones").await.csrf();
    let form = [("csrf", csrf_now.as_str()), ("reboot", "true")];
    manager.post("/phones/805ec01a2b3c/check-sync", &form).await;
    assert!(manager.get("/phones").await.text.contains("It is not registered"), "{csrf}");
    let cookie = manager.cookie.clone();
    let binding = Binding {
        extension: "101".parse().unwrap(),
        contact: "sip:101@192.0.2.77:5060".into(),
        instance: None,
        flow: Flow {
            transport: portico::sip::Transport::Udp,
            remote: "192.0.2.77:5060".parse().unwrap(),
            local: "192.0.2.1:5060".parse().unwrap(),
            connection: None,
        },
        path: vec![],
        expires_in: std::time::Duration::from_secs(600),
        user_agent: "Yealink SIP-T46U 108.86.0.20".into(),
    };
    office.store.keep_bindings(&[binding], &[], now().wall).unwrap();
    let mut manager = Browser { cookie, ..Browser::of(&office) };
    manager.post("/phones/805ec01a2b3c/check-sync", &form).await;
    let asked: Vec<Control> = asked.lock().unwrap().drain(..).collect();
    let [Control::TellPhone { extension, contact, event }] = &asked[..] else { panic!("{asked:?}") };
    assert_eq!((extension.as_str(), event.as_str()), ("101", "check-sync;reboot=true"));
    let page = manager.get("/phones").await.text;
    assert!(page.contains("restart: no answer yet") && !page.contains("It is not registered"), "{page}");
    let told = |status| Fact::PhoneTold {
        extension: extension.clone(),
        contact: contact.clone(),
        event: event.clone(),
        status,
    };
    phones.observe(&told(408));
    assert!(manager.get("/phones").await.text.contains("restart: the phone does not answer"));
    phones.observe(&told(200));
    assert!(manager.get("/phones").await.text.contains("restart: the phone agrees"));
    let forged = [("csrf", "guessed"), ("reboot", "true")];
    assert_eq!(manager.post("/phones/805ec01a2b3c/check-sync", &forged).await.status, StatusCode::FORBIDDEN);
}
