//! A rehearsal: scores of callers phone the office's own configuration, in virtual time, before the first real one does; and a
//! sheet says in plain sentences what was wrong.
//!
//! Invariants of this room:
//! - The office is the real one: the same directory, desk and understanding that answer real calls. Only its lines are virtual.
//! - Nobody real is rung, nothing is sent and nothing is stored: each scene has a store of its own, in memory.
//! - The same configuration, callers and understanding give the same sheet.
//! - A caller who needs what the office does not have (a listing, an hour at which it is closed) stays away, and the sheet says so.
//! - Whoever speaks a language that the office cannot hear calls all the same: what is said arrives as sound without words.

mod cast;
mod dictation;
mod judging;
mod page;
mod pairs;
mod script;
mod sheet;
mod terminal;

use jiff::{Timestamp, tz::TimeZone};

use cast::Cast;

use crate::{
    desk,
    pbx::Directory,
    sim::{self, Answer, Cue, Hears, Manner, Premises, Scene, Understands, Visitor},
    types::Language,
};

pub use pairs::{Compared, PAIRS, PairReport, Pairs, compare};
pub use script::{Expected, Hour, Part, Phones, Reply, SHIPPED, Script, ScriptError};
pub use sheet::{Fault, Outcome, Scored, Sheet};
pub use terminal::{Wanted, hold, hold_pairs};

/// Why a rehearsal cannot be held.
#[derive(Debug, thiserror::Error)]
pub enum RehearsalError {
    #[error(transparent)]
    Script(#[from] ScriptError),
    #[error("the office has no number to call")]
    NoNumber,
    #[error("\"{title}\" brought the office to a halt: {failure}")]
    Halted { title: String, failure: Box<sim::Failure> },
}

/// The office that is called, as its configuration has it.
#[derive(Debug, Clone)]
pub struct Rehearsed {
    pub directory: Directory,
    pub desk: desk::Settings,
    pub zone: TimeZone,
    pub understands: Understands,
    pub hears: Hears,
    /// The callers call in the week after this.
    pub now: Timestamp,
}

/// Somebody on call who answers does so after so long.
const ON_CALL_ANSWERS: std::time::Duration = std::time::Duration::from_secs(8);

/// Holds a rehearsal: everybody of the script calls, each in an office that nobody has called before. `progress` hears of each.
///
/// # Errors
/// When the office has no number, or the virtual world fails by itself.
pub fn rehearse(
    office: &Rehearsed,
    script: &Script,
    mut progress: impl FnMut(&Scored),
) -> Result<Sheet, RehearsalError> {
    let Rehearsed { directory, desk, zone, understands, hears, now } = office;
    let cast = Cast::of(directory, &desk.staff, zone, *now).ok_or(RehearsalError::NoNumber)?;
    let premises = Premises::of(directory.clone(), desk.clone(), understands.clone());
    let mut scored = Vec::new();
    for (nth, part) in script.caller.iter().enumerate() {
        let outcome = match scene(&cast, directory, hears, script, part, nth) {
            Err(missing) => Outcome::StayedAway { missing },
            Ok(scene) => {
                let failed = |failure| RehearsalError::Halted {
                    title: part.title.clone(),
                    failure: Box::new(failure),
                };
                let enacted = sim::enact(&premises, &scene).map_err(failed)?;
                judging::judge(&cast, directory, desk, part, &scene, &enacted)
            }
        };
        let entry = Scored { title: part.title.clone(), language: part.speaks(), outcome };
        progress(&entry);
        scored.push(entry);
    }
    Ok(Sheet { office: directory.name.clone(), scored })
}

/// The scene of one part; `Err`: what the office does not have.
fn scene(
    cast: &Cast,
    directory: &Directory,
    hears: &Hears,
    script: &Script,
    part: &Part,
    nth: usize,
) -> Result<Scene, String> {
    let missing = |what: &str| format!("the office has no {what}");
    let speaks = part.speaks();
    if speaks != Language::English && !directory.office.also.iter().any(|also| also.language == speaks) {
        return Err(missing(&format!("{speaks} on the telephone")));
    }
    let at = cast.moment(part.when).ok_or_else(|| missing("such hour"))?;
    let fill = |line: &str| cast.fill(line).map_err(&missing);
    let cues = part.says.iter().map(|line| Ok(cue(&fill(line)?))).collect::<Result<Vec<_>, String>>()?;
    let mut answers = Vec::new();
    let everybodys = script.answer.iter().filter(|reply| reply.language == Some(speaks));
    for reply in part.answer.iter().chain(everybodys) {
        // An answer that everybody has may speak of what this office lacks: then it is not given.
        if let Ok(say) = cast.fill(&reply.say) {
            let lower = |phrases: &[String]| phrases.iter().map(|phrase| phrase.to_lowercase()).collect();
            answers.push(Answer { to: lower(&reply.to), with: lower(&reply.with), cue: cue(&say) });
        }
    }
    let mut visitors = Vec::new();
    for more in 0..part.callers.unwrap_or(1) as usize {
        visitors.push(Visitor {
            number: cast.number(nth + more).ok_or_else(|| missing("number left for a caller"))?,
            display: String::new(),
            withholds: part.withheld,
            speaks,
            dials: cast.dials,
            after: std::time::Duration::from_secs(20) * more as u32,
            cues: cues.clone(),
            answers: answers.clone(),
        });
    }
    let (phones, phones_then) = part.phones.manners();
    let on_duty = directory.on_call.on_duty(at);
    let rung = on_duty.iter().enumerate().map(|(turn, person)| {
        let answers = turn >= part.on_call_silent;
        (person.number, if answers { Manner::AnswersAfter(ON_CALL_ANSWERS) } else { Manner::Rings })
    });
    Ok(Scene {
        at,
        phones,
        phones_then,
        outside: rung.collect(),
        visitors,
        hears: (!part.speech_down).then(|| hears.clone()),
        seed: nth as u64 + 1,
    })
}

/// A line of a script as what a person does.
fn cue(line: &str) -> Cue {
    match line.trim() {
        "(mumbles)" => Cue::Mumble,
        "(hangs up)" => Cue::HangUp,
        line => {
            let keys = line.strip_prefix("(keys ").and_then(|rest| rest.strip_suffix(')'));
            let over = line.strip_prefix("(over)").map(str::trim);
            let in_english = line.strip_prefix("(en)").map(str::trim);
            let ends = line.strip_suffix("(hangs up)").map(str::trim);
            match (keys, over, ends, in_english) {
                (Some(keys), ..) => Cue::Keys(keys.to_owned()),
                (_, Some(words), ..) => Cue::Interrupt(words.to_owned()),
                (_, _, Some(words), _) => Cue::SayAndHangUp(words.to_owned()),
                (.., Some(words)) => Cue::SayIn(Language::English, words.to_owned()),
                _ => Cue::Say(line.to_owned()),
            }
        }
    }
}
