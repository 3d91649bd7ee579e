//! Lines of stories, read and misread.

use super::*;

fn only(line: &str) -> Act {
    let mut steps = read(line).unwrap();
    assert_eq!(steps.len(), 1, "{steps:?}");
    steps.remove(0).act
}

#[test]
fn spans_and_times_are_written_as_people_write_them() {
    assert_eq!(span("1m30s"), Ok(Duration::from_secs(90)));
    assert_eq!(span("250ms"), Ok(Duration::from_millis(250)));
    assert_eq!(span("2d"), Ok(Duration::from_secs(172_800)));
    assert!(span("").is_err() && span("5").is_err() && span("5 s").is_err() && span("s").is_err());
    assert_eq!(only("at +6s"), Act::At(Moment::Later(Duration::from_secs(6))));
    let clock = Moment::Clock { day: Some(Weekday::Monday), time: Time::constant(9, 30, 0, 0) };
    assert_eq!(only("at Mon 09:30"), Act::At(clock));
}

#[test]
fn a_line_with_a_time_and_a_deed_is_both() {
    let steps = read("at +6s dana hangs up").unwrap();
    assert_eq!(steps.len(), 2);
    assert_eq!(steps[1].act, Act::Person { name: "dana".into(), deed: PersonDeed::HangsUp });
}

#[test]
fn the_network_is_told_what_to_do_with_one_kind_of_datagram() {
    assert_eq!(
        only("network loses next 2 200 INVITE to carrier"),
        Act::Order {
            peer: "carrier".into(),
            way: Way::To,
            label: "200 INVITE".into(),
            count: 2,
            fate: Fate::Lose
        }
    );
    assert_eq!(
        only("network delays next CANCEL to 101 by 300ms"),
        Act::Order {
            peer: "101".into(),
            way: Way::To,
            label: "CANCEL".into(),
            count: 1,
            fate: Fate::Delay(Duration::from_millis(300))
        }
    );
    assert_eq!(
        only("network loses 5% from carrier"),
        Act::Path { peer: Some("carrier".into()), way: Some(Way::From), change: PathChange::Loss(50) }
    );
}

#[test]
fn what_is_wrong_is_said_with_its_line() {
    let wrong = |text: &str| read(text).unwrap_err();
    assert_eq!(wrong("# a story\n\ndana sings"), (3, Problem::NotUnderstood("dana sings".into())));
    assert_eq!(wrong("dana says \"hello"), (1, Problem::Quotation));
    assert_eq!(wrong("dana says hello"), (1, Problem::Quotation));
    assert_eq!(wrong("101 answers after soon"), (1, Problem::Span("soon".into())));
    assert_eq!(wrong("1 is busy"), (1, Problem::Extension("1".into())));
    assert_eq!(wrong("network loses many"), (1, Problem::Share("many".into())));
    assert_eq!(wrong("dana calls main\ngiven agent first"), (2, Problem::TooLate));
}

#[test]
fn an_expectation_has_its_patience() {
    let ten = Duration::from_secs(10);
    assert_eq!(only("expect within 10s 101 rings"), Act::Expect { within: ten, words: "101 rings".into() });
    assert_eq!(only("expect no text-back"), Act::ExpectNo { words: "text-back".into() });
}
