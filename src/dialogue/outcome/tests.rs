//! Captions and briefs.

use super::*;

fn full() -> Outcome {
    Outcome {
        intent: Some(Intent::Maintenance),
        urgency: Urgency::Urgent(UrgentKind::Flooding),
        name: Some(Captured { value: "Dana Reyes".into(), confirmed: true }),
        callback: Some(Captured { value: "+13035550142".parse().unwrap(), confirmed: true }),
        place: Some(Captured { value: "Maple Court 4B".into(), confirmed: false }),
        matter: Some("The pipe under the sink has burst and the water is everywhere by now.".into()),
        access: Some(Captured { value: true, confirmed: true }),
        promised: Promise::OnCallRung,
        ended: Some(EndReason::HandedOver),
        ..Outcome::blank()
    }
}

#[test]
fn a_caption_is_one_line_and_says_nothing_before_there_is_something() {
    assert_eq!(full().caption().as_deref(), Some("URGENT, water: Maple Court 4B"));
    assert_eq!(Outcome::blank().caption(), None);
    let intent = Some(Intent::Maintenance);
    let sink = Outcome { intent, matter: Some("the sink\ndrips ".repeat(9)), ..Outcome::blank() };
    assert_eq!(sink.caption().as_deref(), Some("maintenance: the sinkdrips the sinkdrips"));
}

#[test]
fn a_brief_leaves_out_what_does_not_fit_and_never_what_and_where() {
    assert_eq!(full().brief(), "Urgent, water running. Maple Court 4 B. Dana Reyes. 3 0 3, 5 5 5, 0 1 4 2.");
    let short = Outcome { callback: None, ..full() };
    assert_eq!(
        short.brief(),
        "Urgent, water running. Maple Court 4 B. Dana Reyes. The pipe under the sink has burst and the water is."
    );
}

#[test]
fn a_row_of_last_year_is_read() {
    let row = r#"{"version":1,"intent":"maintenance","urgency":{"level":"Routine"},"name":null,"callback":null,
        "place":{"value":"Maple Court 204","confirmed":true},"matter":null,"wished_for":null,"access":null,
        "do_not_contact":false,"promised":"WorkOrder","ended":"Goodbye"}"#;
    let row = row.replace("\"Routine\"", "\"routine\"");
    let outcome: Outcome = serde_json::from_str(&row).unwrap();
    assert_eq!(outcome.place.unwrap().value, "Maple Court 204");
    assert_eq!(outcome.sought, None);
}

#[test]
fn an_office_s_own_type_is_read_by_its_people_s_words_and_by_its_name_once_it_is_gone() {
    let intent = Intent::from_record("storage_units");
    let outcome = Outcome { intent, call_type: Some("Storage cages".into()), ..Outcome::blank() };
    assert_eq!(outcome.about().as_deref(), Some("Storage cages"));
    assert_eq!(outcome.caption().as_deref(), Some("Storage cages"));
    assert_eq!(outcome.brief(), "Storage cages.");
    let row = serde_json::to_string(&outcome).unwrap();
    assert_eq!(serde_json::from_str::<Outcome>(&row).unwrap(), outcome);
    let bare = Outcome { call_type: None, ..outcome };
    assert_eq!(bare.about().as_deref(), Some("Storage units"));
    assert_eq!(
        Outcome { intent: Some(Intent::WrongNumber), ..Outcome::blank() }.about().unwrap(),
        "Wrong number"
    );
}
