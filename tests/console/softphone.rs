//! The page "Phone" and its passes: who gets one, for which extension, and when it is over.

use axum::http::{StatusCode, header};
use portico::{console::Softphones, pbx::Control};
use tokio::sync::mpsc;

use super::{
    office::{Browser, Office},
    phones::{PASSWORD_OF_101, serve_with},
};

/// An office in which 101 is Robin's.
fn serve(office: &Office) -> mpsc::Receiver<Control> {
    let people = [("Robin Hale".to_owned(), "101".parse().unwrap())].into();
    serve_with(office, Softphones { ws: Some(8088), wss: Some(8089), people });
    let (switch, asked) = mpsc::channel(8);
    office.site.connect(switch);
    asked
}

#[tokio::test]
async fn a_pass_is_of_the_session_and_never_the_desk_phones_password() {
    let office = Office::set_up().await;
    let mut asked = serve(&office);
    let mut robin = office.signed_in().await;
    let page = robin.get("/phone").await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(
        page.text.contains("data-extension=\"101\"") && page.text.contains("<option value=\"102\">Leasing")
    );
    assert!(!page.text.contains("<script>") && !page.text.contains(PASSWORD_OF_101));
    let csrf = page.csrf();
    let first = robin.post("/phone/pass", &[("csrf", &csrf)]).await.json();
    let second = robin.post("/phone/pass", &[("csrf", &csrf)]).await.json();
    assert_eq!((&first["extension"], &first["seconds"]), (&"101".into(), &600.into()));
    assert_ne!((&first["user"], &first["password"]), (&second["user"], &second["password"]));
    assert_ne!(first["password"], PASSWORD_OF_101);
    let Some(Control::AdmitBrowser(pass)) = asked.recv().await else { panic!("the switch is told") };
    assert_eq!(
        (pass.user.as_str(), pass.password.as_str()),
        (first["user"].as_str().unwrap(), first["password"].as_str().unwrap())
    );
    assert!(!format!("{pass:?}").contains(&pass.password));
    let Some(Control::AdmitBrowser(other)) = asked.recv().await else { panic!("the switch is told") };
    assert_eq!(pass.session, other.session);
    // Signing out ends both.
    robin.post("/sign-out", &[("csrf", &csrf)]).await;
    assert_eq!(asked.recv().await, Some(Control::RevokeBrowser { session: pass.session }));
    assert_eq!(robin.post("/phone/pass", &[("csrf", &csrf)]).await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn nobody_gets_a_pass_without_a_session_the_forms_proof_or_an_extension() {
    let office = Office::set_up().await;
    let mut asked = serve(&office);
    let mut stranger = Browser::of(&office);
    assert_eq!(stranger.get("/phone").await.status, StatusCode::SEE_OTHER);
    assert_eq!(stranger.post("/phone/pass", &[("csrf", "x")]).await.status, StatusCode::SEE_OTHER);
    let mut robin = office.signed_in().await;
    assert_eq!(robin.post("/phone/pass", &[("csrf", "x")]).await.status, StatusCode::FORBIDDEN);
    serve_with(&office, Softphones::default());
    assert!(asked.try_recv().is_err());

    let bare = Office::set_up().await;
    serve_with(&bare, Softphones { ws: Some(8088), ..Softphones::default() });
    let mut robin = bare.signed_in().await;
    let page = robin.get("/phone").await;
    assert!(page.text.contains("No extension is yours yet"), "{}", page.text);
    assert_eq!(robin.post("/phone/pass", &[("csrf", &page.csrf())]).await.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn the_page_alone_may_listen_and_may_reach_this_hosts_switch_alone() {
    let office = Office::set_up().await;
    let _asked = serve(&office);
    let robin = office.signed_in().await;
    let page = robin.get("/phone").await;
    let policy = page.header(header::CONTENT_SECURITY_POLICY);
    assert!(
        policy.contains("connect-src 'self' ws://portico.example:8088 wss://portico.example:8089;"),
        "{policy}"
    );
    assert!(policy.contains("script-src 'self';") && !policy.contains("unsafe"), "{policy}");
    assert!(page.header("permissions-policy").contains("microphone=(self)"));
    assert!(robin.get("/calls").await.header("permissions-policy").contains("microphone=()"));
    for script in ["sip", "call", "softphone"] {
        let asset = robin.get(&format!("/assets/{script}.js")).await;
        assert!(asset.header(header::CONTENT_TYPE).starts_with("text/javascript"));
        assert!(
            !asset.text.contains("http://") && !asset.text.contains("https://"),
            "{script} loads nothing"
        );
    }
}
