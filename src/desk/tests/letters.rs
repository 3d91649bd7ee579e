//! Messages of mailboxes that go out by e-mail: with their words, once, and what becomes of them then.

use jiff::SignedDuration;

use super::house::{DANA, House, number};
use crate::{
    desk::{Alarm, Input},
    outbox::{Attempted, State},
    pbx::{Caller, MailboxChange, VoiceMessage},
    store::Fault,
    types::{CallId, Extension, VoicemailId},
};

const LATER: Attempted = Attempted::Later { status: 451, retry_after: None };

fn desk() -> Extension {
    "101".parse().unwrap()
}

/// Dana leaves a message for the front desk.
fn left(house: &mut House, id: u64) -> VoicemailId {
    let message = VoiceMessage {
        id: VoicemailId::from_random(id),
        call: CallId::from_random(id),
        caller: Caller::Number { number: number(DANA), display: "Dana Reyes".into() },
        left: house.now,
        length_ms: 64_200,
        file: format!("{id}.wav"),
        heard: false,
    };
    let id = message.id;
    house.feed(Input::MailboxChanged { mailbox: desk(), change: MailboxChange::Left(message) });
    id
}

fn read(house: &mut House, id: VoicemailId, words: Option<&str>) {
    house.feed(Input::Transcribed { id, words: words.map(str::to_owned) });
}

fn states(house: &mut House, id: VoicemailId) -> Vec<&'static str> {
    let letters = house.reader().letters_of(&[id]).unwrap();
    letters.iter().map(|letter| letter.state.name()).collect()
}

#[test]
fn a_message_is_mailed_with_its_words_once_to_each_and_is_then_no_longer_new() {
    let mut house = House::new();
    let id = left(&mut house, 1);
    house.seconds(20);
    assert!(house.letters.is_empty(), "its words are waited for");
    read(&mut house, id, Some("the sink in 4B leaks"));
    assert_eq!(house.letters.len(), 2);
    let letter = &house.letters[0];
    assert_eq!(letter.subject, "Voicemail for Front desk from Dana Reyes (303) 555-0142, 1:05");
    for part in [
        "Dana Reyes (303) 555-0142 left a message for Front desk on Friday, November 20, 2026, 4:58 PM, 1:05 long.",
        "\u{201c}the sink in 4B leaks\u{201d}",
        "The sound is attached.",
        &format!("https://portico.office.example/mailboxes/{id}/message.wav"),
    ] {
        assert!(letter.text.contains(part), "{}", letter.text);
    }
    assert_eq!(letter.sound.as_deref(), Some("1.wav"));
    let mut to: Vec<_> = house.letters.iter().map(|letter| letter.to.as_str().to_owned()).collect();
    to.sort();
    assert_eq!(to, ["kim@office.example", "robin@office.example"]);
    assert_eq!(house.after_mail, [MailboxChange::Heard { id }]);
    assert!(house.reader().voicemail(id).unwrap().unwrap().message.heard);
    house.power_cut(SignedDuration::from_secs(5));
    house.minutes(60);
    assert_eq!((house.letters.len(), house.after_mail.len()), (2, 1), "once, whatever happens");
    let log = house.reader().audit_log(None, 50).unwrap().items;
    assert_eq!(log.iter().filter(|row| row.action == "voicemail.mail").count(), 2);
}

#[test]
fn words_that_never_come_are_not_waited_for_for_ever() {
    let mut house = House::new();
    left(&mut house, 1);
    house.minutes(3);
    assert_eq!(house.letters.len(), 2);
    assert!(house.letters[0].text.contains("have not been read yet"));
    let id = left(&mut house, 2);
    read(&mut house, id, None);
    assert!(house.letters[2].text.contains("could not be read"));
    // Nobody is mailed about a mailbox that does not say so.
    let other = VoiceMessage {
        id: VoicemailId::from_random(3),
        call: CallId::from_random(3),
        caller: Caller::Anonymous,
        left: house.now,
        length_ms: 1_000,
        file: "3.wav".into(),
        heard: false,
    };
    house.feed(Input::MailboxChanged { mailbox: "102".parse().unwrap(), change: MailboxChange::Left(other) });
    house.minutes(10);
    assert_eq!(house.letters.len(), 4);
}

#[test]
fn a_server_that_is_away_is_tried_again_and_said_to_be_away() {
    let mut house = House::new();
    house.mail_server = Some(LATER);
    let id = left(&mut house, 1);
    read(&mut house, id, Some("words"));
    assert_eq!(house.alarms, [Alarm::MailFailing { status: 451 }]);
    house.minutes(10);
    assert!(house.letters.len() > 6, "{}", house.letters.len());
    assert!(
        house
            .letters
            .iter()
            .all(|letter| letter.key == house.letters[0].key || letter.key == house.letters[1].key)
    );
    house.mail_server = Some(Attempted::Accepted);
    house.minutes(30);
    assert_eq!(states(&mut house, id), ["sent", "sent"]);
    assert_eq!(house.alarms.last(), Some(&Alarm::MailFlowing));
    assert_eq!(house.after_mail, [MailboxChange::Heard { id }]);
}

#[test]
fn one_that_was_under_way_when_the_power_went_is_not_sent_again_but_shown() {
    let mut house = House::new();
    house.mail_server = None;
    let id = left(&mut house, 1);
    read(&mut house, id, Some("words"));
    assert_eq!(house.letters.len(), 1, "one at a time");
    let key = house.letters[0].key;
    house.mail_server = Some(Attempted::Accepted);
    house.power_cut(SignedDuration::from_secs(5));
    house.minutes(60);
    assert_eq!(house.letters.len(), 2, "the other address alone");
    assert!(house.alarms.contains(&Alarm::FateUnknown { key }));
    let mut found = states(&mut house, id);
    found.sort_unstable();
    assert_eq!(found, ["sent", "unknown"]);
    assert!(house.after_mail.is_empty(), "not everybody has it for certain");
    // Somebody of the office decides to send it again.
    let now = house.now;
    assert_eq!(house.engine().store_mut().mail_again(id, now).unwrap(), 1);
    house.feed(Input::OutboxChanged);
    assert_eq!(house.letters.last().unwrap().key, key);
    assert_eq!(house.after_mail, [MailboxChange::Heard { id }]);
}

#[test]
fn an_answer_that_never_comes_is_said_to_be_unknown() {
    let mut house = House::new();
    house.mail_server = None;
    let id = left(&mut house, 1);
    read(&mut house, id, Some("words"));
    house.minutes(21);
    let first = house.letters[0].key;
    assert!(house.alarms.contains(&Alarm::FateUnknown { key: first }));
    house.feed(Input::Mailed { key: first, attempted: Attempted::Accepted });
    let letters = house.reader().letters_of(&[id]).unwrap();
    let state = letters.iter().find(|letter| letter.key == first).map(|letter| letter.state);
    assert_eq!(state, Some(State::Sent), "a late and certain answer is believed");
}

#[test]
fn a_message_that_is_deleted_before_its_mail_is_mailed_to_nobody() {
    let mut house = House::new();
    let id = left(&mut house, 1);
    house.feed(Input::MailboxChanged { mailbox: desk(), change: MailboxChange::Deleted { id } });
    house.minutes(10);
    assert!(house.letters.is_empty() && states(&mut house, id).is_empty());
}

#[test]
fn a_claim_whose_answer_the_disk_has_lost_goes_out_all_the_same() {
    let mut house = House::new();
    let id = left(&mut house, 1);
    house.engine().store_mut().inject(Fault::Answers { first: 1, count: 3 });
    read(&mut house, id, Some("words"));
    house.minutes(20);
    assert_eq!(states(&mut house, id), ["sent", "sent"]);
    assert_eq!(house.letters.len(), 2, "and once to each");
}
