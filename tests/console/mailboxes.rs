//! Messages of mailboxes on their page: what became of each by e-mail is said plainly, and what did not arrive is mailed again.

use axum::http::{StatusCode, header};
use jiff::SignedDuration;
use portico::{
    outbox::{AfterMail, Attempted, Delivery, Letter, Policy, State},
    pbx::{Caller, VoiceMessage},
    types::{CallId, Chance, MessageKey, VoicemailId},
};
use rand_chacha::rand_core::SeedableRng;

use crate::office::{Office, now, number};

/// A message for 101, and letters about it to these that came to this.
fn message(office: &mut Office, n: u64, letters: &[(&str, Option<Attempted>)]) -> VoicemailId {
    let (id, at) = (VoicemailId::from_random(n), now().wall);
    let message = VoiceMessage {
        id,
        call: CallId::from_random(n),
        caller: Caller::Number { number: number("+13035550177"), display: String::new() },
        left: at,
        length_ms: 61_000,
        file: format!("{id}.wav"),
        heard: false,
    };
    let mailbox: portico::types::Extension = "101".parse().unwrap();
    let mut chance = Chance::seed_from_u64(n);
    let letter = |to: &str, key: u64| Letter {
        key: MessageKey::from_random(key),
        voicemail: id,
        mailbox: mailbox.clone(),
        to: to.parse().unwrap(),
        after: AfterMail::Keep,
        created: at,
        delivery: Delivery {
            due: at,
            expires: at + SignedDuration::from_hours(24),
            attempts: 0,
            state: State::Queued,
        },
    };
    let written: Vec<Letter> = letters.iter().zip(n * 100..).map(|((to, _), key)| letter(to, key)).collect();
    office.store.keep_message(&mailbox, &message, &written).unwrap();
    while let Some(claimed) = office.store.claim_letter(at).unwrap() {
        let to = claimed.letter.to.to_string();
        let came_to = letters.iter().find(|(address, _)| *address == to).and_then(|(_, came_to)| *came_to);
        if let Some(attempted) = came_to {
            let key = claimed.letter.key;
            office.store.settle_letter(key, attempted, at, &Policy::SIP_MESSAGE, &mut chance).unwrap();
        }
    }
    id
}

#[tokio::test]
async fn a_message_that_did_not_reach_somebody_by_mail_says_so_and_is_mailed_again_on_record() {
    let mut office = Office::set_up().await;
    let fine = [("kim@office.example", Some(Attempted::Accepted))];
    message(&mut office, 1, &fine);
    let page = office.signed_in().await.get("/mailboxes").await;
    assert!(page.text.contains("kim@office.example") && page.text.contains("mailed"), "{}", page.text);
    assert!(!page.text.contains("Mail again") && !page.text.contains("by e-mail"), "{}", page.text);

    let refused = Some(Attempted::Never { status: 550 });
    let id = message(&mut office, 2, &[("kim@office.example", None), ("robin@office.example", refused)]);
    let mut browser = office.signed_in().await;
    let page = browser.get("/mailboxes").await;
    for said in
        ["refused (550)", "robin@office.example", "on its way", "1 message did not reach everybody by e-mail"]
    {
        assert!(page.text.contains(said), "{said}: {}", page.text);
    }
    let path = format!("/mailboxes/{id}/mail");
    assert!(page.text.contains(&format!("action=\"{path}\"")), "{}", page.text);
    let again = browser.post(&path, &[("csrf", &page.csrf())]).await;
    assert_eq!((again.status, again.header(header::LOCATION)), (StatusCode::SEE_OTHER, "/mailboxes"));
    let page = browser.get("/mailboxes").await;
    assert!(!page.text.contains("refused (550)") && !page.text.contains("did not reach"), "{}", page.text);
    let audit = office.store.reader().audit_log(None, 10).unwrap().items;
    let again = audit.iter().find(|row| row.action == "voicemail.mail_again").unwrap();
    assert_eq!((again.actor.as_str(), again.subject.as_str()), ("Robin Hale", id.to_string().as_str()));
}
