//! The figures against figures worked out by hand, and the wall between what is learnt and what is judged by.

use super::*;

fn judged(expected: Intent, read: Intent) -> Judged {
    Judged {
        heard: None,
        text: "words",
        expected,
        read,
        confidence: 0.75,
        danger: None,
        alarm: None,
        asked: false,
        urgent: None,
        haste: None,
        hard_negative: false,
    }
}

fn report(judged: Vec<Judged>) -> Report {
    Report { name: "made up", corpus: corpus::learnt_from(), judged }
}

fn near(value: f64, expected: f64) {
    assert!((value - expected).abs() < 5e-4, "{value}, not {expected}");
}

#[test]
fn wilsons_bounds_are_those_of_the_tables() {
    let bounds = |hits, among| Share { hits, among }.interval();
    let (low, high) = bounds(8, 10);
    near(low, 0.4902);
    near(high, 0.9433);
    let (low, high) = bounds(60, 60);
    near(low, 0.9398);
    near(high, 1.0);
    near(bounds(0, 60).1, 0.0602);
    assert_eq!(bounds(0, 0), (0.0, 1.0));
}

#[test]
fn figures_are_counted_from_the_readings() {
    use Intent::{Billing, Human};
    let report = report(vec![
        judged(Billing, Billing),
        judged(Billing, Billing),
        judged(Billing, Human),
        judged(Human, Human),
    ]);
    near(report.tally(Billing).f1(), 0.8);
    near(report.tally(Human).f1(), 2.0 / 3.0);
    near(report.macro_f1(), (0.8 + 2.0 / 3.0) / 2.0);
    assert_eq!(report.confusions(), BTreeMap::from([((Billing, Human), 1)]));
    assert_eq!(report.intents().collect::<Vec<_>>(), [Billing, Human]);
    near(report.calibration_error(), 0.0);
    let (low, high) = report.macro_f1_interval();
    assert!(low < report.macro_f1() && report.macro_f1() <= high, "{low} {high}");
    assert_eq!(report.macro_f1_interval(), (low, high), "the draw is seeded");
}

#[test]
fn each_missed_danger_and_each_false_alarm_is_quoted() {
    let missed = Judged {
        heard: None,
        text: "the hall is filling with something",
        danger: Some(LifeSafety::Gas),
        ..judged(Intent::Emergency, Intent::Other)
    };
    let alarm = Judged {
        heard: None,
        text: "we sell fire doors",
        alarm: Some(LifeSafety::Fire),
        hard_negative: true,
        ..judged(Intent::Sales, Intent::Emergency)
    };
    let report = report(vec![missed.clone(), alarm.clone()]);
    assert_eq!(report.life_safety(), Tally { right: 0, wrongly: 1, missed: 1 });
    assert_eq!(report.hard_false_alarms(), Share { hits: 1, among: 1 });
    let text = report.to_string();
    for quoted in [missed.text, alarm.text] {
        assert!(text.contains(&format!("“{quoted}”")), "{text}");
    }
}

#[test]
fn nothing_judged_by_was_learnt_from() {
    let separation = separation(None);
    assert!(separation.judged_by >= 2_300 && separation.learnt_from >= 7_700, "{separation}");
    assert!(separation.nearest > 0.5 && separation.nearest <= WORDS_BAR, "{separation}");
    assert!(separation.faults.is_empty(), "{separation}");
}
