//! Callers with a script, in an office of their own: what they did, what the office did, and what it wrote down.

use std::time::Duration;

use jiff::Timestamp;

use super::{
    caller::{Answer, Cue, Person},
    phone::Manner,
    play::Failure,
    premises::{Hears, Premises},
    world::World,
};
use crate::{
    pbx::{Caller, Conversed, Counts, EscalationStep, Fact, Party},
    store::{CallDetail, IncidentRow, MessageRow, ReportRow, ShowingRow},
    types::{CallId, Extension, Language, PhoneNumber},
};

/// A conversation that has not ended so long after the call began does not end by itself.
const LONGEST: Duration = Duration::from_secs(900);

/// Two people who talk have said what there is to say after so long.
const TALK: Duration = Duration::from_secs(20);

/// How often somebody looks whether all is said.
const A_WHILE: Duration = Duration::from_secs(1);

/// After the last call: texts go out, people on call are rung and answer, transactions die away.
const AFTERWARDS: Duration = Duration::from_secs(180);

/// Somebody who calls.
#[derive(Debug, Clone)]
pub struct Visitor {
    pub number: PhoneNumber,
    /// The name that the carrier sends along.
    pub display: String,
    pub withholds: bool,
    pub speaks: Language,
    pub dials: PhoneNumber,
    /// After the scene begins.
    pub after: Duration,
    /// Said in order, each when the agent has spoken and listens.
    pub cues: Vec<Cue>,
    /// What is answered when no line is left, by the words of the agent: the first that fits.
    pub answers: Vec<Answer>,
}

/// One or more callers at an office that nobody has called before.
#[derive(Debug, Clone)]
pub struct Scene {
    pub at: Timestamp,
    /// What happens at every desk phone, until the agent has answered somebody …
    pub phones: Manner,
    /// … and from then on.
    pub phones_then: Manner,
    /// The people outside whom the office may call, and what they do.
    pub outside: Vec<(PhoneNumber, Manner)>,
    pub visitors: Vec<Visitor>,
    /// What speech recognition makes of what is said. `None`: it does not work.
    pub hears: Option<Hears>,
    pub seed: u64,
}

/// What came of one caller.
#[derive(Debug, Clone)]
pub struct Visit {
    /// What the switch told of this call, with the time since the scene began.
    pub facts: Vec<(Duration, Fact)>,
    /// `None`: there is no record of it.
    pub call: Option<CallDetail>,
    /// What the agent was told of it and decided, as the store has it.
    pub conversations: Vec<Conversed>,
    /// The caller was still on the line when the patience of the scene was over.
    pub endless: bool,
}

/// What came of a scene.
#[derive(Debug, Clone)]
pub struct Enacted {
    /// In the order of the visitors.
    pub visits: Vec<Visit>,
    /// Texts in and out, newest first.
    pub texts: Vec<MessageRow>,
    pub showings: Vec<ShowingRow>,
    /// With what their callers have told, newest first.
    pub incidents: Vec<(IncidentRow, Vec<ReportRow>)>,
    /// Every step of every escalation, in the order in which they were taken.
    pub escalations: Vec<EscalationStep>,
    /// The whole scene as a ladder.
    pub ladder: String,
    /// Calls or sessions that nobody has ended.
    pub left: bool,
}

/// Lets a scene happen.
///
/// # Errors
/// When the virtual world fails by itself: its store, or a switch that does not come to rest.
pub fn enact(premises: &Premises, scene: &Scene) -> Result<Enacted, Failure> {
    let extensions: Vec<Extension> = premises.directory.extensions.keys().cloned().collect();
    let mut columns = ["carrier", "portico"].map(str::to_owned).to_vec();
    columns.extend(extensions.iter().map(Extension::to_string));
    columns.extend(["agent", "desk"].map(str::to_owned));
    let mut world = World::new(premises.clone(), scene.at, scene.seed, columns)?;
    for (at, (number, manner)) in scene.outside.iter().enumerate() {
        let mut person = Person::new(*number, String::new());
        person.handset.manner = *manner;
        world.people.insert(format!("outside {at}"), person);
    }
    for (at, visitor) in scene.visitors.iter().enumerate() {
        let mut person = Person::new(visitor.number, visitor.display.clone());
        person.withheld = visitor.withholds;
        person.will_speak(visitor.speaks);
        if let Some(hears) = &scene.hears {
            person.is_heard(scene.seed + at as u64, hears.clone());
        }
        visitor.cues.iter().cloned().for_each(|cue| person.will(cue));
        visitor.answers.iter().cloned().for_each(|answer| person.will_answer(answer));
        world.people.insert(name(at), person);
    }
    for extension in &extensions {
        world.plug_in(extension, scene.phones);
    }
    world.run_for(Duration::from_secs(1))?;
    world.begin();
    world.facts.clear();
    if scene.hears.is_none() {
        world.speech_works(false)?;
    }
    let mut order: Vec<usize> = (0..scene.visitors.len()).collect();
    order.sort_by_key(|at| scene.visitors[*at].after);
    for at in order {
        let visitor = &scene.visitors[at];
        world.run_until(world.clock.instant(visitor.after))?;
        world.person_calls(&name(at), &visitor.dials.to_string())?;
        world.settle()?;
    }
    let limit = world.clock.now().at + LONGEST;
    let talks = |world: &World, at: usize| world.people[&name(at)].is_on_the_telephone();
    let mut at_first = scene.phones != scene.phones_then;
    while (0..scene.visitors.len()).any(|at| talks(&world, at)) && world.clock.now().at < limit {
        world.run_for(A_WHILE)?;
        for at in talked_enough(&world, scene) {
            world.person_hangs_up(&name(at));
        }
        if at_first && world.facts.iter().any(|(_, fact)| matches!(fact, Fact::AgentAnswered { .. })) {
            at_first = false;
            world.phones.values_mut().for_each(|phone| phone.handset.manner = scene.phones_then);
        }
    }
    let endless: Vec<bool> = (0..scene.visitors.len()).map(|at| talks(&world, at)).collect();
    for at in (0..endless.len()).filter(|at| endless[*at]) {
        world.person_hangs_up(&name(at));
    }
    world.run_for(AFTERWARDS)?;
    world.see_to_dangers()?;
    world.run_for(AFTERWARDS)?;
    gather(&mut world, scene, &endless)
}

fn name(at: usize) -> String {
    format!("caller {at}")
}

/// Those who have talked to a person for a while, and have no more to say.
fn talked_enough(world: &World, scene: &Scene) -> Vec<usize> {
    let answered = world.facts.iter().filter_map(|(at, fact)| match fact {
        Fact::Answered { call, party: Party::Phone(_) | Party::Number(_), .. } => Some((*at, *call)),
        _ => None,
    });
    let over = answered.filter(|(at, _)| world.clock.elapsed() > *at + TALK);
    let calls: Vec<CallId> = over.map(|(_, call)| call).collect();
    let whose = |(at, visitor): (usize, &Visitor)| {
        let call = call_by(&world.facts, visitor)?;
        (calls.contains(&call) && world.people[&name(at)].is_on_the_telephone()).then_some(at)
    };
    scene.visitors.iter().enumerate().filter_map(whose).collect()
}

/// The call of a visitor, once it has begun.
fn call_by(facts: &[(Duration, Fact)], visitor: &Visitor) -> Option<CallId> {
    facts.iter().find_map(|(_, fact)| match fact {
        Fact::CallStarted { call, caller, .. } => {
            let theirs = match caller {
                Caller::Number { number, .. } => *number == visitor.number,
                Caller::Anonymous => visitor.withholds,
                Caller::Extension(_) => false,
            };
            theirs.then_some(*call)
        }
        _ => None,
    })
}

fn gather(world: &mut World, scene: &Scene, endless: &[bool]) -> Result<Enacted, Failure> {
    let reader = world.store().ok_or(Failure::Power)?.reader();
    let facts = std::mem::take(&mut world.facts);
    let escalations = facts.iter().filter_map(|(_, fact)| match fact {
        Fact::Escalation(step) => Some(step.clone()),
        _ => None,
    });
    let escalations = escalations.collect();
    let mut incidents = Vec::new();
    for row in reader.incidents(false, None, 200)?.items {
        incidents.extend(reader.incident(row.id)?);
    }
    let mut visits = Vec::new();
    for (visitor, endless) in scene.visitors.iter().zip(endless) {
        let call = call_by(&facts, visitor);
        let of_it = facts.iter().filter(|(_, fact)| call.is_some() && call_of(fact) == call).cloned();
        let detail = match call {
            Some(call) => reader.call(call)?,
            None => None,
        };
        let conversations = match call {
            Some(call) => reader.conversations(call)?,
            None => Vec::new(),
        };
        visits.push(Visit { facts: of_it.collect(), call: detail, conversations, endless: *endless });
    }
    let switch = world.switch().ok_or(Failure::Power)?;
    Ok(Enacted {
        visits,
        texts: reader.messages(None, None, 200)?.items,
        showings: reader.showings(scene.at)?,
        incidents,
        escalations,
        ladder: world.ladder.draw(),
        left: switch.counts() != Counts::default()
            || switch.sip_counts().sessions > 0
            || !world.media_is_closed(),
    })
}

/// The call that a fact is about, of those that tell how a call went.
fn call_of(fact: &Fact) -> Option<CallId> {
    match fact {
        Fact::CallStarted { call, .. }
        | Fact::Ringing { call, .. }
        | Fact::NotAnswered { call, .. }
        | Fact::Answered { call, .. }
        | Fact::AgentTakes { call, .. }
        | Fact::AgentAnswered { call }
        | Fact::Turn { call, .. }
        | Fact::CalendarAsked { call, .. } => Some(*call),
        Fact::Escalation(step) => Some(step.call),
        _ => None,
    }
}
