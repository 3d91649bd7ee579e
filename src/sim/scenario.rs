//! Reads a story: a text file that says who calls, what the phones do, what the network loses, and what is expected.

mod console;

use std::time::Duration;

use jiff::civil::{DateTime, Time, Weekday};

pub(super) use console::ConsoleDeed;

use super::{
    caller::{Answer, Cue},
    carrier::{Post, Switching},
    network::{Fate, Way},
    phone::Manner,
};
use crate::{
    followup::{Touch, When},
    types::{Extension, PhoneNumber},
};

/// One line of a story, read.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Step {
    pub(super) line: usize,
    pub(super) act: Act,
}

/// What a line says.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Act {
    Furnish(Furnish),
    At(Moment),
    Phone { extension: Extension, deed: PhoneDeed },
    Person { name: String, deed: PersonDeed },
    Console(ConsoleDeed),
    Post(Post),
    Switching { spare: bool, switching: Switching },
    Path { peer: Option<String>, way: Option<Way>, change: PathChange },
    Order { peer: String, way: Way, label: String, count: u32, fate: Fate },
    TrunkLives { spare: bool, lives: bool },
    SpeechWorks(bool),
    DiskWorks(bool),
    PowerFails { off: Duration, when: PowerCut },
    Week { calls: u32 },
    Expect { within: Duration, words: String },
    ExpectNo { words: String },
    Leaves { texts: usize },
}

/// What the office is like; said before anything happens.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Furnish {
    Seed(u64),
    Now(DateTime),
    Hours(Vec<String>),
    Rings {
        leasing: bool,
        steps: Vec<(Vec<Extension>, Duration)>,
    },
    AgentFirst,
    International,
    TrunkProbed,
    SpareTrunk,
    NobodyOnCall,
    /// Somebody else is rung after the first.
    TwoOnCall,
    Voicemail,
    /// Spanish is spoken on the telephone; `heard`: its words are understood too.
    Spanish {
        heard: bool,
    },
    /// The box answers the main number with a menu first.
    Menu,
    /// A call type of the office's own, learnt from ten examples.
    OwnCallType,
    /// The callers of the main number wait for its phones: so many of them.
    Queue {
        most: usize,
    },
    AgentPlaces(usize),
    OutsideAnHour(usize),
    Touch(Touch),
    TextsAgainAfterCrash,
    TextBackWaitsForMorning,
    /// Somebody who shows homes, and when.
    ShowsHomes {
        agent: String,
        hours: Vec<String>,
    },
}

/// When something happens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Moment {
    SinceBeginning(Duration),
    Later(Duration),
    /// The next time that the office's clock shows this.
    Clock {
        day: Option<Weekday>,
        time: Time,
    },
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum PhoneDeed {
    Manner(Manner),
    Unplugged,
    PluggedIn,
    /// Its packets are lost, both ways.
    Dead(bool),
    PicksUp,
    Declines,
    HangsUp,
    Holds(bool),
    Calls(String),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum PersonDeed {
    Is { number: PhoneNumber, display: String },
    EarlyMedia,
    Withholds,
    Manner(Manner),
    Calls(String),
    PicksUp,
    HangsUp,
    Will(Cue),
    Answers(Answer),
    Texts(String),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PathChange {
    Delay(Duration),
    Jitter(Duration),
    Loss(u32),
    Reorder(u32),
    Copies(u32),
}

/// When the power fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PowerCut {
    Now,
    /// As soon as a call is written down, before any text of it is claimed.
    AfterRecord,
    /// As soon as a text has left for the carrier.
    WhenTextLeaves,
}

/// Why a line is not understood.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    #[error("`{0}` is nothing that a story can say; the language is described in `portico::sim`")]
    NotUnderstood(String),
    #[error("`{0}` is not a span of time; write 250ms, 6s, 1m30s, 2h or 3d")]
    Span(String),
    #[error("`{0}` is not a time; write +6s, 6s, 10:30 or `Mon 10:30`")]
    Time(String),
    #[error("`{0}` is not a share; write 5%")]
    Share(String),
    #[error("`{0}` is not an extension")]
    Extension(String),
    #[error("`{0}` is not a telephone number")]
    Number(String),
    #[error("`{0}` is not a count")]
    Count(String),
    #[error("a quotation is not closed")]
    Quotation,
    #[error("the office is furnished before anything happens")]
    TooLate,
}

/// How long an expectation is waited for, if the story does not say.
const PATIENCE: Duration = Duration::from_secs(180);

/// Reads a whole story; on failure the line's number and what is wrong with it.
pub(super) fn read(text: &str) -> Result<Vec<Step>, (usize, Problem)> {
    let mut steps = Vec::new();
    let mut begun = false;
    for (index, line) in text.lines().enumerate() {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let number = index + 1;
        for act in acts(line).map_err(|problem| (number, problem))? {
            if begun && matches!(act, Act::Furnish(_)) {
                return Err((number, Problem::TooLate));
            }
            steps.push(Step { line: number, act });
        }
        begun |= !line.starts_with("given ");
    }
    Ok(steps)
}

/// Words, and quotations with their first quotation mark left on.
fn words(line: &str) -> Result<Vec<String>, Problem> {
    let mut found = Vec::new();
    let mut rest = line.trim_start();
    while !rest.is_empty() {
        if let Some(quoted) = rest.strip_prefix('"') {
            let (inside, after) = quoted.split_once('"').ok_or(Problem::Quotation)?;
            found.push(format!("\"{inside}"));
            rest = after.trim_start();
        } else {
            let end = rest.find(char::is_whitespace).unwrap_or(rest.len());
            found.push(rest[..end].to_owned());
            rest = rest[end..].trim_start();
        }
    }
    Ok(found)
}

fn acts(line: &str) -> Result<Vec<Act>, Problem> {
    if let Some(rest) = line.strip_prefix("expect ") {
        return Ok(vec![expectation(rest.trim())?]);
    }
    let all = words(line)?;
    let all: Vec<&str> = all.iter().map(String::as_str).collect();
    let unknown = || Problem::NotUnderstood(line.to_owned());
    match all.as_slice() {
        ["given", rest @ ..] => match furnish(rest)? {
            Some(furnish) => Ok(vec![Act::Furnish(furnish)]),
            None => Ok(vec![deed(rest)?.ok_or_else(unknown)?]),
        },
        ["at", rest @ ..] => {
            let (moment, rest) = moment(rest)?;
            let mut acts = vec![Act::At(moment)];
            if !rest.is_empty() {
                acts.push(deed(rest)?.ok_or_else(unknown)?);
            }
            Ok(acts)
        }
        rest => Ok(vec![deed(rest)?.ok_or_else(unknown)?]),
    }
}

fn expectation(rest: &str) -> Result<Act, Problem> {
    if let Some(words) = rest.strip_prefix("no ") {
        return Ok(Act::ExpectNo { words: words.to_owned() });
    }
    let (within, words) = match rest.strip_prefix("within ").and_then(|rest| rest.split_once(' ')) {
        Some((time, words)) => (span(time)?, words),
        None => (PATIENCE, rest),
    };
    Ok(Act::Expect { within, words: words.trim().to_owned() })
}

fn moment<'a>(rest: &'a [&'a str]) -> Result<(Moment, &'a [&'a str]), Problem> {
    let Some((first, after)) = rest.split_first() else { return Err(Problem::Time(String::new())) };
    if let Some(later) = first.strip_prefix('+') {
        return Ok((Moment::Later(span(later)?), after));
    }
    if let (Some(day), Some((second, after))) = (weekday(first), after.split_first()) {
        return Ok((Moment::Clock { day: Some(day), time: time(second)? }, after));
    }
    if first.contains(':') {
        return Ok((Moment::Clock { day: None, time: time(first)? }, after));
    }
    Ok((Moment::SinceBeginning(span(first)?), after))
}

fn furnish(rest: &[&str]) -> Result<Option<Furnish>, Problem> {
    Ok(Some(match rest {
        ["seed", seed] => Furnish::Seed(seed.parse().map_err(|_| Problem::Count((*seed).to_owned()))?),
        ["now", date, time] => {
            let written = format!("{date}T{time}");
            Furnish::Now(written.parse().map_err(|_| Problem::Time(written))?)
        }
        ["hours", hours @ ..] => {
            Furnish::Hours(hours.join(" ").split(',').map(|line| line.trim().to_owned()).collect())
        }
        ["main", "rings", steps @ ..] => {
            Furnish::Rings { leasing: false, steps: ring_steps(&steps.join(" "))? }
        }
        ["leasing", "rings", steps @ ..] => {
            Furnish::Rings { leasing: true, steps: ring_steps(&steps.join(" "))? }
        }
        ["agent", "first"] => Furnish::AgentFirst,
        ["calls", "abroad", "are", "allowed"] => Furnish::International,
        ["trunk", "is", "probed"] => Furnish::TrunkProbed,
        ["a", "spare", "trunk"] => Furnish::SpareTrunk,
        ["nobody", "on", "call"] => Furnish::NobodyOnCall,
        ["two", "people", "on", "call"] => Furnish::TwoOnCall,
        ["people", "outside", "have", "voicemail"] => Furnish::Voicemail,
        ["Spanish", "is", "spoken"] => Furnish::Spanish { heard: true },
        ["Spanish", "is", "spoken", "and", "not", "heard"] => Furnish::Spanish { heard: false },
        ["a", "menu", "answers", "main"] => Furnish::Menu,
        ["a", "call", "type", "of", "storage", "units"] => Furnish::OwnCallType,
        ["a", "queue", "of", most, "answers", "main"] => Furnish::Queue { most: count(most)? },
        ["agent", "talks", "with", most, "at", "once"] => Furnish::AgentPlaces(count(most)?),
        ["a", "phone", "calls", "outside", most, "times", "an", "hour"] => {
            Furnish::OutsideAnHour(count(most)?)
        }
        ["lead", "touch", "after", time, words] => {
            let minutes = u32::try_from(span(time)?.as_secs() / 60).unwrap_or(u32::MAX);
            Furnish::Touch(Touch { when: When::AfterMinutes(minutes), text: quoted(words)? })
        }
        ["lead", "touch", "on", "day", day, at, words] => {
            let day = u16::try_from(count(day)?).unwrap_or(u16::MAX);
            Furnish::Touch(Touch { when: When::OnDay { day, at: time(at)? }, text: quoted(words)? })
        }
        ["texts", "go", "again", "after", "a", "crash"] => Furnish::TextsAgainAfterCrash,
        [agent, "shows", "homes", hours @ ..] => Furnish::ShowsHomes {
            agent: (*agent).to_owned(),
            hours: hours.join(" ").split(',').map(|line| line.trim().to_owned()).collect(),
        },
        ["text-back", "waits", "for", "the", "morning"] => Furnish::TextBackWaitsForMorning,
        _ => return Ok(None),
    }))
}

fn deed(rest: &[&str]) -> Result<Option<Act>, Problem> {
    Ok(Some(match rest {
        ["week", "of", calls, "calls"] => {
            Act::Week { calls: u32::try_from(count(calls)?).unwrap_or(u32::MAX) }
        }
        ["carrier", "takes", "texts"] => Act::Post(Post::Takes),
        ["carrier", "ignores", "texts"] => Act::Post(Post::Silent),
        ["carrier", "refuses", "texts", "with", status] => {
            Act::Post(Post::Refuses { status: status_of(status)?, left: None })
        }
        ["carrier", "refuses", many, "texts", "with", status] => {
            let left = u32::try_from(count(many)?).unwrap_or(u32::MAX);
            Act::Post(Post::Refuses { status: status_of(status)?, left: Some(left) })
        }
        [which @ ("carrier" | "spare"), "refuses", "calls", "with", status, tail @ ..] => {
            let retry_after = match tail {
                [] => None,
                ["for", time] => Some(u32::try_from(span(time)?.as_secs()).unwrap_or(u32::MAX)),
                _ => return Ok(None),
            };
            let switching = Switching::Refuses { status: status_of(status)?, retry_after };
            Act::Switching { spare: *which == "spare", switching }
        }
        [which @ ("carrier" | "spare"), "takes", "calls"] => {
            Act::Switching { spare: *which == "spare", switching: Switching::Takes }
        }
        ["trunk", "dies"] => Act::TrunkLives { spare: false, lives: false },
        ["trunk", "comes", "back"] => Act::TrunkLives { spare: false, lives: true },
        ["spare", "trunk", "dies"] => Act::TrunkLives { spare: true, lives: false },
        ["spare", "trunk", "comes", "back"] => Act::TrunkLives { spare: true, lives: true },
        ["speech", "goes", "down"] | ["speech", "is", "down"] => Act::SpeechWorks(false),
        ["speech", "comes", "back"] => Act::SpeechWorks(true),
        ["disk", "is", "full"] => Act::DiskWorks(false),
        ["disk", "has", "room"] => Act::DiskWorks(true),
        ["power", "fails", "for", off, when @ ..] => {
            let when = match when {
                [] => PowerCut::Now,
                ["after", "the", "next", "record"] => PowerCut::AfterRecord,
                ["when", "the", "next", "text", "leaves"] => PowerCut::WhenTextLeaves,
                _ => return Ok(None),
            };
            Act::PowerFails { off: span(off)?, when }
        }
        ["leaves", texts, "texts", "waiting"] | ["leaves", texts, "text", "waiting"] => {
            Act::Leaves { texts: count(texts)? }
        }
        ["network", rest @ ..] => return network(rest),
        ["console", rest @ ..] => return Ok(console::console_deed(rest)?.map(Act::Console)),
        [extension, rest @ ..] if extension.chars().all(|c| c.is_ascii_digit()) => {
            let extension = extension.parse().map_err(|_| Problem::Extension((*extension).to_owned()))?;
            return Ok(phone_deed(rest)?.map(|deed| Act::Phone { extension, deed }));
        }
        [name, rest @ ..] => {
            let name = (*name).to_owned();
            return Ok(person_deed(rest)?.map(|deed| Act::Person { name, deed }));
        }
        [] => return Ok(None),
    }))
}

fn network(rest: &[&str]) -> Result<Option<Act>, Problem> {
    // `network loses next 2 200 to carrier`, `network delays next CANCEL to 101 by 300ms`
    if let [verb, "next", rest @ ..] = rest {
        let (count, rest) = match rest {
            [many, label, ..]
                if many.parse::<u32>().is_ok_and(|many| many < 100) && !matches!(*label, "to" | "from") =>
            {
                (many.parse().unwrap_or(1), &rest[1..])
            }
            _ => (1, rest),
        };
        let Some(at) = rest.iter().position(|word| matches!(*word, "to" | "from")) else { return Ok(None) };
        let label = rest[..at].join(" ");
        let way = if rest[at] == "to" { Way::To } else { Way::From };
        let Some((peer, tail)) = rest[at + 1..].split_first() else { return Ok(None) };
        let fate = match (*verb, tail) {
            ("loses", []) => Fate::Lose,
            ("forks", []) => Fate::Fork,
            ("doubles", []) => Fate::Double(Duration::from_millis(5)),
            ("doubles", ["after", time]) => Fate::Double(span(time)?),
            ("delays", ["by", time]) => Fate::Delay(span(time)?),
            _ => return Ok(None),
        };
        return Ok(Some(Act::Order { peer: (*peer).to_owned(), way, label, count, fate }));
    }
    let [verb, amount, tail @ ..] = rest else { return Ok(None) };
    let change = match *verb {
        "delays" => PathChange::Delay(span(amount)?),
        "jitters" => PathChange::Jitter(span(amount)?),
        "loses" => PathChange::Loss(share(amount)?),
        "reorders" => PathChange::Reorder(share(amount)?),
        "doubles" => PathChange::Copies(share(amount)?),
        _ => return Ok(None),
    };
    let (peer, way) = match tail {
        [] => (None, None),
        ["to", peer] => (Some((*peer).to_owned()), Some(Way::To)),
        ["from", peer] => (Some((*peer).to_owned()), Some(Way::From)),
        ["of", peer] => (Some((*peer).to_owned()), None),
        _ => return Ok(None),
    };
    Ok(Some(Act::Path { peer, way, change }))
}

/// What a phone and a person have in common.
fn manner(rest: &[&str]) -> Result<Option<Manner>, Problem> {
    Ok(Some(match rest {
        ["answers", "after", time] => Manner::AnswersAfter(span(time)?),
        ["never", "answers"] => Manner::Rings,
        ["is", "busy"] => Manner::Refuses(486),
        ["refuses", "calls"] => Manner::Refuses(603),
        ["fails", "with", status] => Manner::Refuses(status_of(status)?),
        _ => return Ok(None),
    }))
}

fn phone_deed(rest: &[&str]) -> Result<Option<PhoneDeed>, Problem> {
    if let Some(manner) = manner(rest)? {
        return Ok(Some(PhoneDeed::Manner(manner)));
    }
    Ok(Some(match rest {
        ["is", "unregistered"] | ["is", "unplugged"] => PhoneDeed::Unplugged,
        ["is", "plugged", "in"] => PhoneDeed::PluggedIn,
        ["is", "dead"] => PhoneDeed::Dead(true),
        ["is", "alive"] => PhoneDeed::Dead(false),
        ["picks", "up"] => PhoneDeed::PicksUp,
        ["declines"] => PhoneDeed::Declines,
        ["hangs", "up"] => PhoneDeed::HangsUp,
        ["holds"] => PhoneDeed::Holds(true),
        ["resumes"] => PhoneDeed::Holds(false),
        ["calls", whom] => PhoneDeed::Calls((*whom).to_owned()),
        _ => return Ok(None),
    }))
}

fn person_deed(rest: &[&str]) -> Result<Option<PersonDeed>, Problem> {
    if let Some(manner) = manner(rest)? {
        return Ok(Some(PersonDeed::Manner(manner)));
    }
    Ok(Some(match rest {
        ["is", number, display] => PersonDeed::Is {
            number: number.parse().map_err(|_| Problem::Number((*number).to_owned()))?,
            display: quoted(display)?,
        },
        ["has", "early", "media"] => PersonDeed::EarlyMedia,
        ["withholds", "the", "number"] => PersonDeed::Withholds,
        ["calls", whom] => PersonDeed::Calls((*whom).to_owned()),
        ["picks", "up"] => PersonDeed::PicksUp,
        ["hangs", "up"] => PersonDeed::HangsUp,
        ["texts", words] => PersonDeed::Texts(quoted(words)?),
        ["says", words] => PersonDeed::Will(Cue::Say(quoted(words)?)),
        ["says", words, "and", "hangs", "up"] => PersonDeed::Will(Cue::SayAndHangUp(quoted(words)?)),
        ["interrupts", "with", words] => PersonDeed::Will(Cue::Interrupt(quoted(words)?)),
        ["mumbles"] => PersonDeed::Will(Cue::Mumble),
        ["keys", keys] => PersonDeed::Will(Cue::Keys((*keys).to_owned())),
        ["then", "hangs", "up"] => PersonDeed::Will(Cue::HangUp),
        ["answers", to, "with", words] => {
            PersonDeed::Answers(Answer { to: phrases(to)?, with: Vec::new(), cue: Cue::Say(quoted(words)?) })
        }
        ["answers", to, "with", "key", key] => PersonDeed::Answers(Answer {
            to: phrases(to)?,
            with: Vec::new(),
            cue: Cue::Keys((*key).to_owned()),
        }),
        ["answers", to, "by", "hanging", "up"] => {
            PersonDeed::Answers(Answer { to: phrases(to)?, with: Vec::new(), cue: Cue::HangUp })
        }
        _ => return Ok(None),
    }))
}

fn phrases(word: &str) -> Result<Vec<String>, Problem> {
    Ok(quoted(word)?.split('|').map(|phrase| phrase.trim().to_lowercase()).collect())
}

fn quoted(word: &str) -> Result<String, Problem> {
    word.strip_prefix('"').map(str::to_owned).ok_or(Problem::Quotation)
}

/// `101+102 18s, 103 12s`
fn ring_steps(text: &str) -> Result<Vec<(Vec<Extension>, Duration)>, Problem> {
    let step = |step: &str| {
        let (who, time) = step.trim().split_once(' ').ok_or_else(|| Problem::Span(step.to_owned()))?;
        let extensions = who
            .split('+')
            .map(|extension| extension.parse().map_err(|_| Problem::Extension(extension.to_owned())))
            .collect::<Result<_, _>>()?;
        Ok((extensions, span(time.trim())?))
    };
    text.split(',').map(step).collect()
}

fn count(word: &str) -> Result<usize, Problem> {
    word.parse().map_err(|_| Problem::Count(word.to_owned()))
}

fn status_of(word: &str) -> Result<u16, Problem> {
    word.parse().map_err(|_| Problem::Count(word.to_owned()))
}

/// Thousandths.
fn share(word: &str) -> Result<u32, Problem> {
    let percent: Option<f64> = word.strip_suffix('%').and_then(|percent| percent.parse().ok());
    match percent {
        Some(percent) if (0.0..=100.0).contains(&percent) => Ok((percent * 10.0).round() as u32),
        _ => Err(Problem::Share(word.to_owned())),
    }
}

fn weekday(word: &str) -> Option<Weekday> {
    Some(match word {
        "Mon" => Weekday::Monday,
        "Tue" => Weekday::Tuesday,
        "Wed" => Weekday::Wednesday,
        "Thu" => Weekday::Thursday,
        "Fri" => Weekday::Friday,
        "Sat" => Weekday::Saturday,
        "Sun" => Weekday::Sunday,
        _ => return None,
    })
}

fn time(word: &str) -> Result<Time, Problem> {
    let parts: Vec<Option<i8>> = word.split(':').map(|part| part.parse().ok()).collect();
    let read = match parts.as_slice() {
        [Some(hour), Some(minute)] => Time::new(*hour, *minute, 0, 0).ok(),
        [Some(hour), Some(minute), Some(second)] => Time::new(*hour, *minute, *second, 0).ok(),
        _ => None,
    };
    read.ok_or_else(|| Problem::Time(word.to_owned()))
}

fn span(word: &str) -> Result<Duration, Problem> {
    let problem = || Problem::Span(word.to_owned());
    let mut total = Duration::ZERO;
    let mut rest = word;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit()).ok_or_else(problem)?;
        let amount: u32 = rest[..digits].parse().map_err(|_| problem())?;
        let after = &rest[digits..];
        let end = after.find(|c: char| c.is_ascii_digit()).unwrap_or(after.len());
        let unit = match &after[..end] {
            "ms" => Duration::from_millis(1),
            "s" => Duration::from_secs(1),
            "m" => Duration::from_secs(60),
            "h" => Duration::from_secs(3600),
            "d" => Duration::from_secs(86_400),
            _ => return Err(problem()),
        };
        total += unit * amount;
        rest = &after[end..];
    }
    if word.is_empty() { Err(problem()) } else { Ok(total) }
}

#[cfg(test)]
mod tests;
