//! A week of an office's calls by seed: who calls when, what they want, and who is at the desk. Then everything that follows.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use rand_chacha::rand_core::{Rng, SeedableRng};

use super::{
    caller::{Answer, Cue, Person},
    phone::Manner,
    play::Failure,
    world::World,
};
use crate::{
    outbox::State,
    pbx::Disposition,
    store::{CallFilter, MOST_ROWS, Reader, TextBackNote},
    types::{Chance, PhoneNumber},
};

/// Calls come from seven in the morning until nine at night.
const FIRST_HOUR: u64 = 7;
const HOURS: u64 = 14;
const DAY: Duration = Duration::from_secs(86_400);
/// After the week, until the last follow-up and the last retry are over.
const AFTERWARDS: Duration = Duration::from_secs(9 * 86_400);

/// Why somebody calls, and how many of a hundred do so for this.
#[derive(Debug, Clone, Copy)]
enum Errand {
    Repair,
    Home,
    Question,
    Message,
    Gas,
    WrongNumber,
    Nothing,
    GivesUp,
    HangsUpOnTheAgent,
}

const ERRANDS: [(u64, Errand); 9] = [
    (24, Errand::Repair),
    (18, Errand::Home),
    (10, Errand::Question),
    (14, Errand::Message),
    (1, Errand::Gas),
    (5, Errand::WrongNumber),
    (3, Errand::Nothing),
    (15, Errand::GivesUp),
    (10, Errand::HangsUpOnTheAgent),
];

/// What callers answer, whatever they called for.
const ANSWERS: [(&[&str], &str); 8] = [
    (&["anything else", "something else"], "No, that is all. Thank you, goodbye."),
    (&["right?", "correct?", "best number", "calling from"], "Yes, that's right."),
    (&["go in", "enter", "nobody is home", "permission"], "Yes, you can go in."),
    (&["your name", "who am i"], "My name is Dana Reyes."),
    (&["unit", "apartment", "address"], "Apartment four B."),
    (&["when", "move"], "Next month."),
    (&["message", "tell me", "what is", "about"], "It is about my lease."),
    (&["911", "nine one one", "on call"], "Okay, I am going outside."),
];

#[derive(Debug)]
enum Event {
    Call { name: String, dialled: &'static str, desk: [Manner; 2] },
    HangUp(String),
    Text { name: String, body: &'static str },
}

/// Lets the week happen, and says in a few lines what came of it.
pub(super) fn play(world: &mut World, calls: u32, seed: u64) -> Result<(), Failure> {
    world.ladder.be_terse();
    let events = plan(world, calls, seed)?;
    let mut placed = 0;
    for ((after, _), event) in events {
        world.run_until(world.clock.instant(after))?;
        match event {
            // Somebody who is still talking does not call again.
            Event::Call { name, .. }
                if world.people.get(&name).is_none_or(|who| who.handset.call().is_some()) => {}
            Event::Call { name, dialled, desk } => {
                for (phone, manner) in world.phones.values_mut().zip(desk) {
                    phone.handset.manner = manner;
                }
                world.person_calls(&name, dialled)?;
                placed += 1;
            }
            Event::HangUp(name) => world.person_hangs_up(&name),
            Event::Text { name, body } => world.person_texts(&name, body)?,
        }
        world.settle()?;
    }
    world.see_to_dangers()?;
    world.run_for(AFTERWARDS)?;
    sum_up(world, placed)
}

/// Everything that people will do, by time.
fn plan(world: &mut World, calls: u32, seed: u64) -> Result<BTreeMap<(Duration, u32), Event>, Failure> {
    let mut chance = Chance::seed_from_u64(seed ^ 0x0077_6565_6b00);
    let mut below = move |end: u64| chance.next_u64() % end.max(1);
    let mut events = BTreeMap::new();
    for call in 0..calls {
        // Every fifth caller has called before.
        let who = if call > 10 && below(5) == 0 { below(u64::from(call)) as u32 } else { call };
        let name = format!("caller-{who}");
        let errand = draw(below(100));
        if !world.people.contains_key(&name) {
            let number: PhoneNumber = format!("+1720556{who:04}").parse()?;
            let mut person = Person::new(number, String::new());
            for (to, words) in ANSWERS {
                let to = to.iter().map(|phrase| (*phrase).to_owned()).collect();
                person.will_answer(Answer { to, with: Vec::new(), cue: Cue::Say(words.to_owned()) });
            }
            let to = ["goodbye", "bye"].map(str::to_owned).to_vec();
            person.will_answer(Answer { to, with: Vec::new(), cue: Cue::HangUp });
            person.always_opens_with(opening(errand));
            world.names.learn(number, &name);
            world.people.insert(name.clone(), person);
        }
        let day = below(7);
        let second = (FIRST_HOUR * 3600 + below(HOURS * 3600)).saturating_sub(MIDNIGHT_BEFORE);
        let at = DAY * u32::try_from(day).unwrap_or(0) + Duration::from_millis(second * 1000 + below(1000));
        let stays = match errand {
            Errand::GivesUp => Duration::from_secs(2 + below(14)),
            Errand::HangsUpOnTheAgent => Duration::from_secs(20 + below(8)),
            _ => Duration::from_secs(150 + below(150)),
        };
        let mut manner = || match below(10) {
            0..4 => Manner::AnswersAfter(Duration::from_secs(3 + below(12))),
            4 => Manner::Refuses(486),
            5 => Manner::Refuses(603),
            _ => Manner::Rings,
        };
        let desk = [manner(), manner()];
        let dialled = match errand {
            Errand::Home => super::office::LEASING.1,
            _ => super::office::MAIN.1,
        };
        if let (Errand::Home, 0) = (errand, below(3)) {
            let before = at.saturating_sub(Duration::from_secs(60));
            events.insert((before, 3 * call), Event::Text { name: name.clone(), body: "START" });
        }
        events.insert((at + stays, 3 * call + 1), Event::HangUp(name.clone()));
        events.insert((at, 3 * call + 2), Event::Call { name, dialled, desk });
    }
    Ok(events)
}

/// A week begins on a Monday at six: what a story's `now` should say.
const MIDNIGHT_BEFORE: u64 = 6 * 3600;

fn draw(of_a_hundred: u64) -> Errand {
    let mut rest = of_a_hundred;
    for (share, errand) in ERRANDS {
        if rest < share {
            return errand;
        }
        rest -= share;
    }
    Errand::Nothing
}

fn opening(errand: Errand) -> Option<&'static str> {
    match errand {
        Errand::Repair => Some("Hi, there is water dripping under my kitchen sink."),
        Errand::Home => Some("Hello, I am calling about the two bedroom apartment you have for rent."),
        Errand::Question => Some("When is trash day?"),
        Errand::Message => Some("Could somebody call me back please?"),
        Errand::Gas => Some("I smell gas in my apartment."),
        Errand::WrongNumber => Some("Oh sorry, wrong number."),
        Errand::Nothing | Errand::GivesUp | Errand::HangsUpOnTheAgent => None,
    }
}

/// Every call has its record, and every text that a record speaks of was sent, withheld or given up for a reason.
fn sum_up(world: &mut World, placed: usize) -> Result<(), Failure> {
    let reader = world.desk().ok_or(Failure::Power)?.store().reader();
    let mut dispositions: BTreeMap<Disposition, usize> = BTreeMap::new();
    let mut promised = BTreeSet::new();
    let mut records = 0;
    let mut cursor = None;
    loop {
        let page = reader.calls(CallFilter::All, cursor, MOST_ROWS)?;
        for row in &page.items {
            records += 1;
            *dispositions.entry(row.disposition).or_default() += 1;
            if matches!(row.text_back, TextBackNote::Queued | TextBackNote::Confirmed) {
                promised.insert(row.id);
            }
        }
        cursor = page.next;
        if cursor.is_none() {
            break;
        }
    }
    let (texts, answered) = texts(&reader)?;
    if records != placed {
        return Err(Failure::RecordsMissing { records, calls: placed });
    }
    if let Some(call) = promised.iter().find(|call| !answered.contains(call)) {
        return Err(Failure::TextMissing(*call));
    }
    let counted =
        |(what, count): (&Disposition, &usize)| format!("{count} {}", super::telling::disposition(*what));
    let calls: Vec<String> = dispositions.iter().map(counted).collect();
    world.ladder.say(world.clock.elapsed(), format!("week: {placed} calls: {}", calls.join(", ")));
    for (what, count) in texts {
        world.ladder.say(world.clock.elapsed(), format!("week: {count} texts {what}"));
    }
    Ok(())
}

type Texts = (BTreeMap<String, usize>, BTreeSet<crate::types::CallId>);

/// Texts by kind and state; and the calls that a text to the caller belongs to.
fn texts(reader: &Reader) -> Result<Texts, Failure> {
    let mut texts: BTreeMap<String, usize> = BTreeMap::new();
    let mut answered = BTreeSet::new();
    let mut cursor = None;
    loop {
        let page = reader.messages(None, cursor, MOST_ROWS)?;
        for row in &page.items {
            let (Some(kind), Some(state)) = (row.kind, row.state) else {
                *texts.entry("received".to_owned()).or_default() += 1;
                continue;
            };
            *texts.entry(format!("{}: {}", kind.name(), state.name())).or_default() += 1;
            if !kind.is_for_staff() && matches!(state, State::Sent | State::Suppressed(_)) {
                answered.extend(row.call);
            }
        }
        cursor = page.next;
        if cursor.is_none() {
            return Ok((texts, answered));
        }
    }
}
