//! A cold snap: thirty people call about two houses within minutes, and two of them are in danger.

#![expect(clippy::unwrap_used, reason = "a test that cannot set its office up has failed")]

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
    time::Duration,
};

use portico::{
    app::command,
    dialogue::{LifeSafety, Trouble, Urgency},
    outbox::Kind,
    pbx::EscalationEvent,
    rehearsal::{SHIPPED, Script},
    sim::{Answer, Cue, Enacted, Hears, Manner, Premises, Scene, Understands, Visitor, enact},
    types::{CallId, Language, PhoneNumber},
};

/// What a caller says first, which home they name when they are asked, and what they call about.
type Calling = (&'static str, &'static str, About);

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum About {
    HeatAtMaple,
    WaterAtBirch,
    /// Theirs alone.
    Own,
    Gas,
    Trapped,
}

const CALLERS: [Calling; 30] = [
    ("Hi, we have no heat in our apartment.", "Maple Court, unit 4B", About::HeatAtMaple),
    ("There's no water at all.", "Birch House, unit 15", About::WaterAtBirch),
    ("The heat is out and it's freezing in here.", "Maple Court, unit 1A", About::HeatAtMaple),
    ("My radiators are ice cold.", "Maple Court, unit 1B", About::HeatAtMaple),
    ("Hello, the heat isn't working since last night.", "Maple Court, unit 2A", About::HeatAtMaple),
    ("We have no water, nothing comes out of the tap.", "Birch House, unit 50", About::WaterAtBirch),
    ("The furnace is dead, we can see our breath.", "Maple Court, unit 2B", About::HeatAtMaple),
    ("My kitchen sink is leaking under the cabinet.", "Maple Court, unit 3B", About::Own),
    ("The water is off, I can't even flush.", "Birch House, unit 101", About::WaterAtBirch),
    ("It's fifty degrees in my apartment, the heater stopped.", "Maple Court, unit 3A", About::HeatAtMaple),
    ("I smell gas in the hallway!", "Maple Court, unit 3B", About::Gas),
    ("Good morning, no heat in the building.", "Maple Court, unit 4A", About::HeatAtMaple),
    ("Our heating is broken, the kids are freezing.", "Maple Court, unit 4B", About::HeatAtMaple),
    ("There is no running water in the whole building.", "Birch House, unit 204", About::WaterAtBirch),
    ("The heater won't turn on.", "Maple Court, unit 1A", About::HeatAtMaple),
    ("Someone needs to fix the heat, it's been out for hours.", "Maple Court, unit 1B", About::HeatAtMaple),
    ("We don't have any water this morning.", "Birch House, unit 15", About::WaterAtBirch),
    ("I'm stuck in the elevator at Birch House, please help!", "Birch House", About::Trapped),
    ("We've had no heat since midnight.", "Maple Court, unit 2B", About::HeatAtMaple),
    ("My apartment is freezing, the boiler must be down.", "Maple Court, unit 2A", About::HeatAtMaple),
    ("No water in the kitchen or the bathroom.", "Birch House, unit 50", About::WaterAtBirch),
    ("The heat went out.", "Maple Court, unit 3A", About::HeatAtMaple),
    ("Is the water shut off? I have none.", "Birch House, unit 101", About::WaterAtBirch),
    ("I have no heat and it's ten below outside.", "Maple Court, unit 4A", About::HeatAtMaple),
    ("The taps are dry, there's no water.", "Birch House, unit 204", About::WaterAtBirch),
    ("The heating has died on us.", "Maple Court, unit 4B", About::HeatAtMaple),
    ("There's no heat again!", "Maple Court, unit 1A", About::HeatAtMaple),
    ("No water coming out of the faucet.", "Birch House, unit 15", About::WaterAtBirch),
    ("The radiators are cold and I'm wearing a coat.", "Maple Court, unit 1B", About::HeatAtMaple),
    ("Hi, there's no water in our unit.", "Birch House, unit 50", About::WaterAtBirch),
];

fn office() -> (Premises, PhoneNumber, Vec<PhoneNumber>) {
    let text = portico::config::practice_file(|| "a long random password".into());
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("storm.toml");
    fs::write(&path, text).unwrap();
    let (directory, desk, _, _) = command::rehearsed(&path).unwrap();
    let on_call = directory.on_call.people().iter().map(|person| person.number).collect();
    let dials = *directory.numbers.keys().next().unwrap();
    (Premises::of(directory, desk, Understands::by_words()), dials, on_call)
}

fn cue(say: &str) -> Cue {
    if say == "(hangs up)" { Cue::HangUp } else { Cue::Say(say.to_owned()) }
}

fn visitors(dials: PhoneNumber) -> Vec<Visitor> {
    let script = Script::parse(SHIPPED).unwrap();
    let visitor = |(nth, (first, home, _)): (usize, &Calling)| Visitor {
        number: format!("+1303555{:04}", 2_000 + nth).parse().unwrap(),
        display: String::new(),
        withholds: false,
        speaks: Language::English,
        dials,
        after: Duration::from_secs(20) * u32::try_from(nth).unwrap(),
        cues: vec![cue(first)],
        answers: std::iter::once(Answer {
            to: vec!["is this about".into()],
            with: Vec::new(),
            cue: cue("Yes."),
        })
        .chain(script.answer.iter().map(|answer| Answer {
            to: answer.to.clone(),
            with: answer.with.clone(),
            cue: cue(&answer.say.replace("{home}", home)),
        }))
        .collect(),
    };
    CALLERS.iter().enumerate().map(visitor).collect()
}

fn storm() -> Enacted {
    let (premises, dials, on_call) = office();
    let answers = Manner::AnswersAfter(Duration::from_secs(8));
    let scene = Scene {
        // A Friday at six in the morning: nobody is at the desk phones.
        at: "2026-11-20T13:00:00Z".parse().unwrap(),
        phones: Manner::Rings,
        phones_then: Manner::Rings,
        outside: on_call.into_iter().map(|number| (number, answers)).collect(),
        visitors: visitors(dials),
        hears: Some(Hears::perfectly()),
        seed: 12,
    };
    enact(&premises, &scene).unwrap()
}

#[test]
fn thirty_calls_are_two_incidents_and_no_danger_is_swallowed() {
    let storm = storm();
    let calls: Vec<CallId> =
        storm.visits.iter().map(|visit| visit.call.as_ref().unwrap().record.call).collect();
    assert!(storm.visits.iter().all(|visit| !visit.endless), "every call ends");

    // One incident for each house and trouble.
    let found: Vec<(&str, Trouble)> =
        storm.incidents.iter().map(|(row, _)| (row.property.as_str(), row.trouble)).collect();
    let mut wanted = found.clone();
    wanted.sort_unstable();
    assert_eq!(wanted, [("Birch House", Trouble::Water), ("Maple Court", Trouble::Heat)], "{found:?}");

    // Each call where it belongs.
    let of: BTreeMap<CallId, About> = storm
        .incidents
        .iter()
        .flat_map(|(row, reports)| {
            let about = if row.trouble == Trouble::Heat { About::HeatAtMaple } else { About::WaterAtBirch };
            reports.iter().map(move |report| (report.call, about))
        })
        .collect();
    let mut right = 0;
    for (call, (words, _, about)) in calls.iter().zip(CALLERS) {
        let merged = of.get(call).copied();
        let wanted = Some(about).filter(|about| matches!(about, About::HeatAtMaple | About::WaterAtBirch));
        if merged == wanted {
            right += 1;
        } else {
            let told = &storm.visits[calls.iter().position(|of| of == call).unwrap()].call;
            println!(
                "wrong: \"{words}\" {about:?}, merged into {merged:?}: {}",
                told.as_ref().unwrap().summary
            );
            for turn in &told.as_ref().unwrap().record.turns {
                println!("    {:?}: {}", turn.speaker, turn.text);
            }
        }
    }
    println!("storm: {right} of {} calls are where they belong, in {} incidents", CALLERS.len(), found.len());
    assert!(right * 100 >= CALLERS.len() * 95, "{right} of {}", CALLERS.len());

    // Each true danger is an escalation of its own, for which somebody was called.
    for (about, kind) in [(About::Gas, LifeSafety::Gas), (About::Trapped, LifeSafety::Trapped)] {
        let at = CALLERS.iter().position(|(_, _, of)| *of == about).unwrap();
        let steps: Vec<&EscalationEvent> =
            storm.escalations.iter().filter(|step| step.call == calls[at]).map(|step| &step.event).collect();
        let opened = steps.iter().any(|event| {
            matches!(event, EscalationEvent::Opened { report, .. } if report.urgency == Urgency::LifeSafety(kind))
        });
        let rung = steps.iter().any(|event| matches!(event, EscalationEvent::Rung { .. }));
        assert!(opened && rung, "{kind:?}: {steps:#?}");
        assert!(!of.contains_key(&calls[at]), "{kind:?} is nobody's incident but its own");
    }

    // Telephones and texts are quiet about what is known.
    // Whoever is rung answers and presses no key here, so that each escalation is told again and again, as a voicemail's is.
    let rung: BTreeSet<CallId> = storm
        .escalations
        .iter()
        .filter(|step| matches!(step.event, EscalationEvent::Rung { .. }))
        .map(|step| step.call)
        .collect();
    let joined =
        storm.escalations.iter().filter(|step| matches!(step.event, EscalationEvent::Joined { .. })).count();
    let texts = storm
        .texts
        .iter()
        .filter(|text| matches!(text.kind, Some(Kind::StaffSummary | Kind::StaffNotice)))
        .count();
    println!(
        "storm: people on call were rung about {} calls, {joined} callers joined, staff got {texts} texts",
        rung.len()
    );
    assert!(rung.len() <= 6, "rung about {} calls:\n{}", rung.len(), storm.ladder);
    assert!(texts <= 16, "{texts} texts");
    assert!(!storm.left, "nothing is left behind");
}
