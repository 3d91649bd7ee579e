//! The shipped callers phone the practice office: the rehearsal that an office holds before its first real call.

#![expect(clippy::unwrap_used, reason = "a test that cannot set its office up has failed")]

mod rehearsed;

use portico::{
    dialogue::{AlsoSpoken, Trade},
    rehearsal::{Outcome, PAIRS, Pairs, SHIPPED, Script, Sheet, compare, rehearse},
    sim::{Hears, Understands},
    types::Language,
};
use rehearsed::{office, practice};

/// Titles of those who were not served as they should be, with what was said of it.
fn faults(text: &str, only: &[&str]) -> Vec<String> {
    let mut script = Script::parse(SHIPPED).unwrap();
    script.caller.retain(|part| only.is_empty() || only.contains(&part.title.as_str()));
    assert!(only.is_empty() || script.caller.len() == only.len());
    let sheet = rehearse(&office(text), &script, |_| {}).unwrap();
    let mut found = Vec::new();
    for entry in sheet.scored {
        if let Outcome::Called { faults, .. } = entry.outcome {
            found.extend(faults.iter().map(|fault| format!("{}: {}", entry.title, fault.said)));
        }
    }
    found
}

#[test]
fn callers_of_the_practice_office_are_served() {
    let found = faults(&practice(), &[]);
    assert!(found.is_empty(), "{found:#?}");
}

/// Those who speak Spanish at an office that speaks it, and hears it or not. What stands on this machine does not count.
fn in_spanish(heard: Option<bool>) -> Sheet {
    let mut office = office(&practice());
    let mut served = (*office.directory.office).clone();
    served.also = heard.map(|heard| AlsoSpoken { language: Language::Spanish, heard }).into_iter().collect();
    office.hears = Hears::as_equipped(&served);
    office.directory.office = std::sync::Arc::new(served);
    let mut script = Script::shipped(Trade::Residential).unwrap();
    script.caller.retain(|part| part.speaks() == Language::Spanish);
    assert!(script.caller.len() >= 8);
    rehearse(&office, &script, |_| {}).unwrap()
}

#[test]
fn callers_who_speak_spanish_are_served_in_spanish() {
    let sheet = in_spanish(Some(true));
    assert!(sheet.called() >= 16, "{sheet}");
    assert_eq!(sheet.well(), sheet.called(), "{}", conversations(&sheet));
}

#[test]
fn callers_whose_spanish_cannot_be_heard_are_served_by_keys() {
    let sheet = in_spanish(Some(false));
    assert!(sheet.called() >= 16, "{sheet}");
    assert_eq!(sheet.well(), sheet.called(), "{}", conversations(&sheet));
}

#[test]
fn callers_whose_language_an_office_does_not_speak_stay_away_and_the_sheet_says_why() {
    let sheet = in_spanish(None);
    assert_eq!(sheet.called(), 0, "{sheet}");
    assert!(
        sheet.scored[0].to_string().contains("the office has no Spanish on the telephone"),
        "{}",
        sheet.scored[0]
    );
}

/// Each caller with a fault, and what was said.
fn conversations(sheet: &Sheet) -> String {
    let told = |entry: &portico::rehearsal::Scored| match &entry.outcome {
        Outcome::Called { faults, transcript, .. } if !faults.is_empty() => {
            format!("{entry}\n      {}\n", transcript.join("\n      "))
        }
        Outcome::StayedAway { .. } => format!("{entry}\n"),
        Outcome::Called { .. } => String::new(),
    };
    sheet.scored.iter().map(told).collect()
}

#[test]
fn callers_of_offices_of_other_trades_are_served_by_their_own_scripts() {
    for trade in [Trade::Commercial, Trade::Brokerage] {
        let text = practice().replacen("[office]\n", &format!("[office]\npack = \"{}\"\n", trade.name()), 1);
        let script = Script::shipped(trade).unwrap();
        assert!(script.caller.len() >= 12);
        let mut office = office(&text);
        office.understands = Understands::by_words_and(office.directory.pack.call_types());
        let sheet = rehearse(&office, &script, |_| {}).unwrap();
        assert_eq!((sheet.well(), sheet.called()), (script.caller.len(), script.caller.len()), "{sheet}");
    }
}

#[test]
fn the_same_office_has_the_same_sheet() {
    let some = ["A leak under the kitchen sink", "Gas, at ten in the evening"];
    let mut script = Script::parse(SHIPPED).unwrap();
    script.caller.retain(|part| some.contains(&part.title.as_str()));
    let office = office(&practice());
    assert_eq!(rehearse(&office, &script, |_| {}).unwrap(), rehearse(&office, &script, |_| {}).unwrap());
}

/// What the rehearsal, or the reading of the file before it, says of an office with a fault: every sentence.
fn said_of(text: &str, callers: &[&str]) -> Vec<String> {
    if let Err(problems) = portico::config::Config::parse("portico.toml", text) {
        return problems.0.iter().map(ToString::to_string).collect();
    }
    let mut script = Script::parse(SHIPPED).unwrap();
    script.caller.retain(|part| callers.contains(&part.title.as_str()));
    let sheet = rehearse(&office(text), &script, |_| {}).unwrap();
    let said = |entry: portico::rehearsal::Scored| match entry.outcome {
        Outcome::Called { faults, .. } => faults.into_iter().map(|fault| fault.said).collect(),
        Outcome::StayedAway { missing } => vec![missing],
    };
    sheet.scored.into_iter().flat_map(said).collect()
}

/// A line of the practice file put wrong or taken out, as people do, and a caller who suffers by it.
#[test]
fn twenty_faults_of_a_configuration_are_named_in_a_plain_sentence() {
    const LEAK: &str = "A leak under the kitchen sink";
    const GAS: &str = "Gas, at ten in the evening";
    const SHOWING: &str = "A prospect who wants to see a home, and has it booked";
    const COST: &str = "A prospect who asks what a home costs";
    let cases: [(&str, &str, &str, &str); 20] = [
        ("summary_to = [\"+1 303 555 0198\"]", "summary_to = []", LEAK, "no summary was sent to anybody"),
        (
            "summary_to = [\"+1 303 555 0198\"]",
            "summary_to = [\"+1 303 555 0100\"]",
            LEAK,
            "number of the office itself",
        ),
        (
            "summary_to = [\"+1 303 555 0198\"]",
            "summary_to = [\"303 555 01\"]",
            LEAK,
            "is not a telephone number",
        ),
        ("ring_seconds = 18", "ring_seconds = 60", LEAK, "the caller waited 60 s"),
        ("text_back = true", "text_back = false", LEAK, "the caller was sent no text"),
        ("on_call = \"+1 303 555 0199\"", "", GAS, "nobody is on call"),
        (
            "on_call = \"+1 303 555 0199\"",
            "on_call = \"+1 303 555 0100\"",
            GAS,
            "a number of the office itself",
        ),
        ("zone = \"America/Denver\"", "zone = \"America/Dever\"", LEAK, "is not a time zone"),
        (
            "ring = [[\"101\", \"102\"]]",
            "ring = [[\"101\", \"109\"]]",
            LEAK,
            "`109` is not one of the extensions",
        ),
        ("unit = \"1B\"", "unit = \"1A\"", LEAK, "unit 1A of Maple Court is there twice"),
        ("max_agent_calls = 20", "max_agent_calls = 0", LEAK, "a limit of calls is out of range"),
        (
            "name = \"Robin\"\nhours = [\"Mon-Sat 10:00-17:00\"]",
            "name = \"Robin\"\nhours = [\"Mon-Sat 17:00-10:00\"]",
            SHOWING,
            "the span ends before it begins",
        ),
        (
            "hours = [\"Tue-Sun 11:00-18:00\"]",
            "hours = [\"Tue-Sun 11-18\"]",
            SHOWING,
            "is not a span of time",
        ),
        ("rent = 1850", "", COST, "the agent never said"),
        ("send_to = \"127.0.0.1:5070\"", "", LEAK, "nothing says where its calls go"),
        ("transport = \"udp\"", "transport = \"upd\"", LEAK, "upd"),
        ("extension = \"102\"\nname", "extension = \"101\"\nname", LEAK, "extension 101 is there twice"),
        ("number = \"+1 303 555 0101\"", "number = \"+1 303 555 0100\"", LEAK, "is there twice"),
        ("voice = \"rms\"", "voice = \"bob\"", LEAK, "there is no voice `bob`"),
        ("record_days = 90", "record_days = \"ninety\"", LEAK, "invalid type"),
    ];
    let text = practice();
    let mut missed = Vec::new();
    for (line, instead, caller, said) in cases {
        assert!(text.contains(line), "{line}");
        let found = said_of(&text.replacen(line, instead, 1), &[caller]);
        if !found.iter().any(|sentence| sentence.contains(said)) {
            missed.push((line, instead, found));
        }
    }
    assert!(missed.is_empty(), "{missed:#?}");
}

#[test]
fn callers_who_differ_in_one_thing_alone_are_told_asked_and_offered_the_same() {
    let report = compare(&office(&practice()), &Pairs::parse(PAIRS).unwrap(), |_| {}).unwrap();
    assert!(report.compared.len() >= 100, "{} pairs called", report.compared.len());
    let unlike: Vec<_> = report.compared.iter().filter(|pair| !pair.faults.is_empty()).collect();
    assert_eq!(report.same(), report.compared.len(), "{report}\n{unlike:#?}");
    assert!(report.to_string().contains("pairs were told, asked and offered the same"), "{report}");
}

/// The check does not pass whatever happens.
#[test]
fn a_difference_in_treatment_is_named_in_a_plain_sentence() {
    let mut pairs = Pairs::parse(PAIRS).unwrap();
    pairs.question.retain(|question| question.title == "what the rent is");
    pairs.difference.truncate(1);
    for difference in &mut pairs.difference {
        difference.one.who = "When is trash day?".into();
    }
    let report = compare(&office(&practice()), &pairs, |_| {}).unwrap();
    assert_eq!((report.compared.len(), report.same()), (1, 0), "{report}");
    let told =
        "Only the caller who said \"When is trash day?\" was told: Trash is picked up on Tuesday morning";
    assert!(report.to_string().contains(told), "{report}");
}
