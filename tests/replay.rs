//! Calls held once more: a hundred are identical each time, and an edit that loses an emergency or a fact is blocked.

#![expect(clippy::unwrap_used, reason = "a test that cannot set its office up has failed")]

mod rehearsed;

use std::{
    fs,
    path::Path,
    sync::{Arc, LazyLock},
};

use portico::{
    dialogue::{Journal, Pack, RuleTexts, Understander},
    pbx::Directory,
    rehearsal::{Outcome, Rehearsed, SHIPPED, Script, rehearse},
    replay::{Difference, Entry, Gravity, Present, Sheet, again, anew, differences},
    types::CallId,
};
use rehearsed::{office, office_in_the_week_after, practice};

static BY_WORDS: LazyLock<Understander> = LazyLock::new(Understander::words_only);

/// What the agent was told by the callers of a rehearsal, in a store and out of it.
fn journals(office: &Rehearsed, callers: &str) -> Vec<Journal> {
    let script = Script::parse(callers).unwrap();
    let sheet = rehearse(office, &script, |_| {}).unwrap();
    let of = |outcome| match outcome {
        Outcome::Called { journals, .. } => journals,
        Outcome::StayedAway { .. } => Vec::new(),
    };
    sheet.scored.into_iter().flat_map(|scored| of(scored.outcome)).collect()
}

fn with<T>(directory: &Directory, understander: &Understander, held: impl FnOnce(&Present<'_>) -> T) -> T {
    let Directory { pack, office, provenance, .. } = directory;
    let reads =
        |language, text: &str| {
            understander
                .read_with(language, text, &portico::dialogue::OfficeTypes::default(), |_| None::<[f32; 0]>)
        };
    held(&Present { pack, office, provenance, reads: &reads })
}

fn sheet(journals: &[Journal], directory: &Directory, understander: &Understander) -> Sheet {
    let entry = |(at, journal): (usize, &Journal)| {
        let call = CallId::from_random(at as u64 + 1);
        with(directory, understander, |present| Entry::of(call, "a call".into(), journal, present))
    };
    Sheet { entries: journals.iter().enumerate().map(entry).collect(), unreadable: 0 }
}

#[test]
fn a_hundred_calls_are_identical_each_time_they_are_held_again() {
    let first = office(&practice());
    let mut all = journals(&first, SHIPPED);
    all.extend(journals(&office_in_the_week_after(&practice(), "2026-12-04T18:00:00Z"), SHIPPED));
    let mut decisions = 0;
    for (at, journal) in all.iter().enumerate() {
        with(&first.directory, &BY_WORDS, |present| {
            let once = again(journal, present);
            assert!(once.is_identical(), "call {at}:\n{once}");
            assert!(once.changed.is_empty(), "{:?}", once.changed);
            assert_eq!(once, again(journal, present), "call {at}");
            decisions += once.turns.len();
            let anew = anew(journal, present);
            assert_eq!(differences(journal, &anew), [], "call {at}:\n{once}");
            assert_eq!(anew.journal.steps.len(), journal.steps.len(), "call {at}:\n{once}");
        });
    }
    let mut sizes: Vec<usize> =
        all.iter().map(|journal| serde_json::to_string(journal).unwrap().len()).collect();
    sizes.sort_unstable();
    let (median, largest) = (sizes[sizes.len() / 2], sizes[sizes.len() - 1]);
    println!("{} calls held twice: {decisions} decisions, all of them identical", all.len());
    println!("a journal has {median} bytes, the largest {largest}");
    assert!(all.len() >= 100, "{}", all.len());
}

/// Somebody whose words only a rule knows for danger, and somebody whose sink leaks.
const CALLERS: &str = r#"
[[answer]]
to = ["your name"]
say = "Dana Reyes."
[[answer]]
to = ["unit", "address", "where"]
say = "4B."
[[answer]]
to = ["anything else"]
say = "No, that's all."
[[answer]]
to = [""]
say = "Yes."

[[caller]]
title = "The main"
when = "night"
says = ["The sniffer is ticking."]

[[caller]]
title = "A leak"
when = "night"
says = ["My kitchen sink is leaking under the cabinet."]
"#;

/// The rules of a language as they come along, with something taken out of those of danger.
fn rules(folder: &str, keep: impl Fn(&str) -> bool) -> RuleTexts {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("firmware-config/dialogue").join(folder);
    let read = |name: &str| fs::read_to_string(folder.join(name)).unwrap();
    let danger: Vec<String> =
        read("danger.txt").lines().filter(|line| keep(line)).map(str::to_owned).collect();
    RuleTexts {
        danger: danger.join("\n"),
        urgent: read("urgent.txt"),
        veto: read("veto.txt"),
        compounds: read("compounds.txt"),
    }
}

#[test]
fn a_script_that_no_longer_hears_gas_is_blocked_with_the_call_shown() {
    let office = office(&practice());
    let journals = journals(&office, CALLERS);
    let gasless = |line: &str| !line.starts_with("gas | ");
    let edited = Understander::words_only().ruled_by([&rules("", gasless), &rules("es", gasless)]);
    let sheet = sheet(&journals, &office.directory, &edited);
    let blocked: Vec<&Entry> = sheet.lost_emergencies().collect();
    assert_eq!(blocked.len(), 1, "{sheet}");
    let shown = sheet.to_string();
    for words in [
        "EMERGENCY LOST: 0000000000001",
        "The sniffer is ticking.",
        "it was an emergency (gas) and would be routine",
        "it would no longer ring the person on call",
    ] {
        assert!(shown.contains(words), "{words}:\n{shown}");
    }
    assert_eq!(sheet.entries[1].differences, [], "{shown}");
}

#[test]
fn a_fact_that_is_taken_out_is_blocked_and_one_that_is_put_otherwise_is_listed() {
    const TRASH: &str = "say = \"Trash is picked up on Tuesday morning, and recycling every other Tuesday.\"";
    let text = practice();
    let journals = journals(&office(&text), SHIPPED);
    assert!(text.contains(TRASH));
    let asked =
        |differences: &[Difference]| differences.iter().any(|d| d.said.contains("was answered \"Trash is"));

    let otherwise = text.replace(TRASH, "say = \"Trash is picked up on Thursday.\"");
    let listed = sheet(&journals, &office(&otherwise).directory, &BY_WORDS);
    assert_eq!(listed.against().count(), 0, "{listed}");
    assert!(
        listed.different().all(|entry| asked(&entry.differences)) && listed.different().count() > 0,
        "{listed}"
    );
    assert!(listed.to_string().contains("Not what they were held with: the facts ("), "{listed}");

    let gone =
        text.replace("ask = [\"trash\", \"garbage\", \"recycling\", \"pickup\"]", "ask = [\"bicycles\"]");
    let blocked = sheet(&journals, &office(&gone).directory, &BY_WORDS);
    assert_eq!(blocked.against().count(), listed.different().count(), "{blocked}");
    assert!(blocked.against().all(|entry| asked(&entry.differences)), "{blocked}");
    assert_eq!(blocked.lost_emergencies().count(), 0);
}

/// Somebody who is asked today what nobody asked then, and not asked any more what was.
#[test]
fn answers_find_their_questions_where_today_asks_otherwise() {
    let office = office(&practice());
    let journals = journals(&office, CALLERS);
    let leak = &journals[1];
    let text = include_str!("../firmware-config/dialogue/property.toml");
    let line = text.lines().find(|line| line.starts_with("items") && line.contains("\"access\"")).unwrap();
    let without = text.replacen(line, &line.replace("\"access\"", "").replace(", ,", ","), 1);
    let edited = Arc::new(Pack::parse(&without).unwrap());
    let directory = Directory { pack: edited.clone(), ..office.directory.clone() };
    let fewer = with(&directory, &BY_WORDS, |present| differences(leak, &anew(leak, present)));
    assert!(fewer.iter().any(|d| d.said == "it would no longer ask for the access"), "{fewer:?}");
    assert!(fewer.iter().any(|d| d.said.starts_with("the permission to enter")), "{fewer:?}");
    // The other way round: what was never asked is answered with made-up words, and the rest is what it was.
    let shorter = with(&directory, &BY_WORDS, |present| anew(leak, present).journal);
    let more = with(&office.directory, &BY_WORDS, |present| differences(&shorter, &anew(&shorter, present)));
    assert!(more.iter().all(|d| d.gravity == Gravity::Differs), "{more:?}");
    assert!(
        more.iter().any(|d| d.said.contains("it would ask 1 question that nobody was asked")),
        "{more:?}"
    );
}

/// A repair, a unit put right, a fact asked in between, and then gas.
const ALL_IN_ONE: &str = r#"
[[answer]]
to = ["your name"]
say = "Dana Reyes."
[[answer]]
to = ["C as in cat"]
say = "No, 4B, not 4C."
[[answer]]
to = ["if you are not home"]
say = "Oh God, now I smell gas in here!"
[[answer]]
to = ["anything else"]
say = "No, that's all."
[[answer]]
to = [""]
say = "Yes."

[[caller]]
title = "A repair that becomes an emergency"
when = "night"
says = ["My kitchen sink is leaking under the cabinet.", "When is trash day?", "4C."]
"#;

#[test]
fn a_repair_with_a_correction_that_becomes_an_emergency_is_held_again_twice() {
    let office = office(&practice());
    let journals = journals(&office, ALL_IN_ONE);
    let [journal] = journals.as_slice() else { panic!("{}", journals.len()) };
    let held =
        with(&office.directory, &BY_WORDS, |present| [again(journal, present), again(journal, present)]);
    assert!(held[0].is_identical() && held[0] == held[1], "{}", held[0]);
    let told = held[0].to_string();
    for words in [
        "same    the caller: \"No, 4B, not 4C.\"",
        "says \"Trash is picked up on Tuesday morning",
        "same    the caller: \"Oh God, now I smell gas in here!\"",
        "rings the person on call",
        "decisions and every reading are what they were.",
        "The call was held with what there is today, digest for digest.",
    ] {
        assert!(told.contains(words), "{words}:\n{told}");
    }
    assert!(journal.outcome.urgency.is_life_safety());
    assert_eq!(journal.outcome.place.as_ref().unwrap().value, "Maple Court 4B", "{told}");
    // Another office's facts: the conversation is told what it was told, and says otherwise.
    let text = practice().replace("Trash is picked up on Tuesday morning", "Trash is picked up on Monday");
    let other = rehearsed::office(&text);
    let differs = with(&other.directory, &BY_WORDS, |present| again(journal, present));
    assert!(!differs.is_identical());
    assert_eq!(differs.changed, ["the facts"]);
    let told = differs.to_string();
    assert!(
        told.contains("then  says \"Trash is picked up on Tuesday") && told.contains("DIFFERS"),
        "{told}"
    );
}
