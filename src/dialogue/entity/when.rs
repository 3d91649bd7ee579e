//! Days and times, resolved against today: a day named is the next one to come.

use std::ops::Range;

use jiff::{
    ToSpan,
    civil::{Date, Time, Weekday},
};

use super::{
    DayPart, Entity, Scene, Slot, Value, When,
    feast::feast,
    number::{ones, ordinal, teens, tens},
    weekday::{hangs_on_more, is_habit, misheard_weekday, weekday},
};

pub(super) fn whens(scene: &Scene<'_>) -> Vec<Entity> {
    let found = gathered(scene, |at, when, asked| {
        day(scene, at, when, asked).or_else(|| time(scene, at, when, asked))
    });
    let found = found.or_else(|| {
        let weekday = |at| Some((at, misheard_weekday(scene.word(at)?)?));
        let (at, day) = (0..scene.tokens.len()).find_map(weekday).filter(|_| is_asked(scene))?;
        Some((When { date: coming(scene.context.today, day), ..When::default() }, at..at + 1))
    });
    told(scene, found, speaks_of_moving_in)
}

/// Was a day or a time asked for?
fn is_asked(scene: &Scene<'_>) -> bool {
    matches!(scene.context.expecting, Some(Slot::When | Slot::MoveIn))
}

/// What all words together say of a day and a time, and where: `read` takes what stands at a place and says where it ends.
pub(super) fn gathered(
    scene: &Scene<'_>,
    mut read: impl FnMut(usize, &mut When, bool) -> Option<usize>,
) -> Option<(When, Range<usize>)> {
    let asked = is_asked(scene);
    let mut when = When::default();
    let (mut first, mut last) = (usize::MAX, 0);
    let mut at = 0;
    while at < scene.tokens.len() {
        match read(at, &mut when, asked) {
            Some(end) => {
                first = first.min(at);
                last = last.max(end);
                at = end;
            }
            None => at += 1,
        }
    }
    (first != usize::MAX).then_some((when, first..last))
}

/// The same as an entity: the day of moving in, where that was asked for or is spoken of.
pub(super) fn told(
    scene: &Scene<'_>,
    found: Option<(When, Range<usize>)>,
    speaks_of_moving_in: impl FnOnce(&Scene<'_>) -> bool,
) -> Vec<Entity> {
    let Some((mut when, words)) = found else { return Vec::new() };
    settle(&mut when);
    let moving =
        scene.context.expecting == Some(Slot::MoveIn) || (when.date.is_some() && speaks_of_moving_in(scene));
    let read_back = when.date.is_some() || when.time.is_some();
    let confidence = if is_asked(scene) { 0.9 } else { 0.8 };
    let value = if moving { Value::MoveIn(when) } else { Value::When(when) };
    vec![scene.entity(value, words, confidence, read_back)]
}

fn speaks_of_moving_in(scene: &Scene<'_>) -> bool {
    (0..scene.tokens.len())
        .any(|at| matches!(scene.word(at), Some("move" | "moving")) && scene.word(at + 1) == Some("in"))
}

/// An hour without am or pm is the one in which people are about: 8 to 11 in the morning, 12 to 7 after noon.
fn settle(when: &mut When) {
    let evening = matches!(when.part, Some(DayPart::Afternoon | DayPart::Evening | DayPart::Night));
    let morning = when.part == Some(DayPart::Morning);
    let fix = |time: Time| {
        let late = time.hour() > 0 && (time.hour() < 8 || (evening && time.hour() < 12)) && !morning;
        if late { Time::new(time.hour() + 12, time.minute(), 0, 0).unwrap_or(time) } else { time }
    };
    // Times with am or pm carry it in their nanosecond until here: what was said plainly is not guessed at.
    let plain = |time: Time| {
        if time.subsec_nanosecond() == 0 {
            fix(time)
        } else {
            time.with().subsec_nanosecond(0).build().unwrap_or(time)
        }
    };
    when.time = when.time.map(plain);
    when.until = when.until.map(plain);
    // "Around five thirty, we work until five": a day that ends before it begins was told, not wished for.
    if when.until_date.is_none() && when.time.zip(when.until).is_some_and(|(from, until)| until <= from) {
        when.until = None;
    }
}

pub(in crate::dialogue) const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];

fn month(word: &str) -> Option<i8> {
    MONTHS.iter().position(|month| *month == word).map(|at| at as i8 + 1)
}

/// The next such weekday after `today`; never today itself.
pub(super) fn coming(today: Date, day: Weekday) -> Option<Date> {
    let ahead =
        (i64::from(day.to_monday_zero_offset()) - i64::from(today.weekday().to_monday_zero_offset()) + 6) % 7
            + 1;
    today.checked_add(ahead.days()).ok()
}

fn day(scene: &Scene<'_>, at: usize, when: &mut When, asked: bool) -> Option<usize> {
    if is_ruled_out(scene, at) {
        return None;
    }
    let today = scene.context.today;
    let ahead = |days: i64| today.checked_add(days.days()).ok();
    let word = scene.word(at)?;
    let next = scene.word(at + 1);
    let set = |when: &mut When, date: Option<Date>, end: usize| {
        let date = date?;
        // The second day said is the end of a span only if one was announced; else the first one holds.
        if when.date.is_none() {
            when.date = Some(date);
        }
        Some(end)
    };
    match (word, next) {
        ("today", _) => return set(when, Some(today), at + 1),
        ("tonight", _) => {
            when.part = Some(DayPart::Evening);
            return set(when, Some(today), at + 1);
        }
        ("tomorrow" | "tomorrows", _) => return set(when, ahead(1), at + 1),
        ("day", Some("after")) if scene.word(at + 2) == Some("tomorrow") => {
            return set(when, ahead(2), at + 3);
        }
        ("day", Some("after" | "before")) => {
            let (date, words) = feast(today, |further| scene.word(at + 2 + further))?;
            let step = if next == Some("after") { 1 } else { -1 };
            return set(when, date.checked_add(step.days()).ok(), at + 2 + words);
        }
        (name, Some("after")) if weekday(name).is_some() && scene.word(at + 2) != Some("next") => {
            let Some((date, words)) = feast(today, |further| scene.word(at + 2 + further)) else {
                return set(when, coming(today, weekday(name)?), at + 1);
            };
            return set(when, coming(date, weekday(name)?), at + 2 + words);
        }
        ("this" | "the", Some("weekend")) | ("weekend", _) => {
            let end = if word == "weekend" { at + 1 } else { at + 2 };
            when.until_date = coming(today, Weekday::Sunday);
            return set(when, coming(today, Weekday::Saturday), end);
        }
        ("next", Some("week")) => {
            let monday = coming(today, Weekday::Monday)?;
            // "Tuesday or Wednesday next week" names days of it.
            if let Some((first, named)) =
                when.date.zip(at.checked_sub(1).and_then(|at| weekday(scene.word(at)?)))
            {
                let of_it =
                    |day: Weekday| monday.checked_add(i64::from(day.to_monday_zero_offset()).days()).ok();
                when.date = of_it(first.weekday());
                when.until_date = of_it(named).filter(|last| when.date.is_some_and(|from| from < *last));
                return Some(at + 2);
            }
            when.until_date = monday.checked_add(6.days()).ok();
            return set(when, Some(monday), at + 2);
        }
        ("next", Some("month")) => {
            let first = today.first_of_month().checked_add(1.month()).ok()?;
            when.until_date = Some(first.last_of_month());
            return set(when, Some(first), at + 2);
        }
        ("next", Some(name)) if weekday(name).is_some() => {
            // "Next Friday" is of the week to come, even when this week's Friday is still ahead.
            let monday = coming(today, Weekday::Monday)?;
            let offset = i64::from(weekday(name)?.to_monday_zero_offset());
            return set(when, monday.checked_add(offset.days()).ok(), at + 2);
        }
        ("end", Some("of"))
            if matches!(scene.word(at + 2), Some("the" | "this")) && scene.word(at + 3) == Some("month") =>
        {
            return set(when, Some(today.last_of_month()), at + 4);
        }
        (count, Some("week" | "weeks")) if scene.word(at + 2) == Some("from") => {
            let days = 7 * amount(count)?;
            let date = match scene.word(at + 3)? {
                "today" | "now" => ahead(days),
                "tomorrow" => ahead(days + 1),
                name => coming(today, weekday(name)?)?.checked_add(days.days()).ok(),
            };
            return set(when, date, at + 4);
        }
        ("in", Some(_)) if scene.word(at + 3) == Some("ago") => return None,
        ("in", Some(count)) => {
            let count = amount(count)?;
            let date = match scene.word(at + 2)? {
                "day" | "days" => ahead(count),
                "week" | "weeks" => ahead(7 * count),
                "month" | "months" => today.checked_add(count.months()).ok(),
                _ => None,
            };
            return set(when, date, at + 3);
        }
        _ => {}
    }
    if let Some((date, words)) = feast(today, |ahead| scene.word(at + ahead)) {
        return set(when, Some(date), at + words);
    }
    if let Some(day) = weekday(word) {
        let (weeks, words) = later_weeks(scene, at);
        let date = coming(today, day).and_then(|date| date.checked_add((7 * weeks).days()).ok());
        // "Tuesday's better. The Tuesday after next" is one day, and the fuller word holds.
        if weeks > 0 && when.date == coming(today, day) {
            when.date = None;
        }
        return set(when, date, at + words);
    }
    dated(scene, at, when, asked)
}

/// "Not Thanksgiving", "not this Tuesday"; "why not Tuesday?" asks for it.
fn is_ruled_out(scene: &Scene<'_>, at: usize) -> bool {
    let before = |back: usize| at.checked_sub(back).and_then(|at| scene.word(at));
    let back = if matches!(before(1), Some("on" | "this" | "the" | "that" | "next")) { 2 } else { 1 };
    before(back) == Some("not") && !matches!(before(back + 1), Some("why" | "if"))
}

/// How many weeks after the coming one a weekday is meant, and how many words say so: "Tuesday after next", "Friday week".
fn later_weeks(scene: &Scene<'_>, at: usize) -> (i64, usize) {
    match (scene.word(at + 1), scene.word(at + 2)) {
        (Some("after"), Some("next")) => (1, 3),
        (Some("week"), _) => (1, 2),
        _ => (0, 1),
    }
}

fn amount(word: &str) -> Option<i64> {
    match word {
        "a" | "an" => Some(1),
        _ => ones(word).or_else(|| teens(word)).or_else(|| word.parse().ok()).map(i64::from),
    }
}

/// Behind an ordinal: "the second floor" is no day.
const NO_DAYS: [&str; 27] = [
    "floor", "floors", "time", "one", "thing", "street", "avenue", "unit", "bedroom", "month", "building",
    "damn", "damned", "goddamn", "freaking", "whole", "straight", "call", "caller", "try", "visit", "week",
    "person", "notice", "door", "payment", "attempt",
];

/// Is what is counted behind the ordinal no day: "the second floor", "the second and third floor"?
fn is_counted_off(scene: &Scene<'_>, end: usize) -> bool {
    let counted = |at: usize| scene.word(at).is_some_and(|word| NO_DAYS.contains(&word));
    let further = matches!(scene.word(end), Some("and" | "or" | "to"))
        .then(|| ordinal(&scene.tokens, end + 1 + usize::from(scene.word(end + 1) == Some("the"))))
        .flatten();
    counted(end) || further.is_some_and(|(_, end)| counted(end))
}

/// `march third`, `the third of march`, `the fifteenth`, `march 3`, `3/15`.
fn dated(scene: &Scene<'_>, at: usize, when: &mut When, asked: bool) -> Option<usize> {
    let word = scene.word(at)?;
    let (date, end) = if let Some(month) = month(word) {
        let day_at = if scene.word(at + 1) == Some("the") { at + 2 } else { at + 1 };
        let (day, end) =
            ordinal(&scene.tokens, day_at).or_else(|| plain_day(scene, day_at)).unwrap_or((0, at + 1));
        // "May" and "march" are words of their own; alone they are months only after "in" or "by", or when asked.
        let led = at > 0
            && matches!(
                scene.word(at - 1),
                Some("in" | "by" | "until" | "for" | "of" | "around" | "early" | "late")
            );
        if day == 0 && !(led || asked) {
            return None;
        }
        if day == 0 {
            let first = next_date(scene.context.today, Some(month), 1)?;
            when.until_date = Some(first.last_of_month());
            (first, end)
        } else {
            (next_date(scene.context.today, Some(month), day)?, end)
        }
    } else if let Some((day, end)) = ordinal(&scene.tokens, at) {
        let led = at > 0 && matches!(scene.word(at - 1), Some("the" | "on"));
        if scene.word(end) == Some("of")
            && let Some(month) = scene.word(end + 1).and_then(month)
        {
            (next_date(scene.context.today, Some(month), day)?, end + 2)
        } else if scene.word(end) == Some("of") && scene.word(end + 2) == Some("month") {
            (next_date(scene.context.today, None, day)?, end + 3)
        } else if scene.word(end) == Some("of") && scene.word(end + 2) == Some("year") {
            // "The first of the year" is the first of January.
            (next_date(scene.context.today, Some(1), day)?, end + 3)
        } else if led && !is_counted_off(scene, end) {
            (next_date(scene.context.today, None, day)?, end)
        } else {
            return None;
        }
    } else {
        slashed(scene, at)?
    };
    match when.date {
        Some(from) if from < date && when.until_date.is_none() && between(scene, at) => {
            when.until_date = Some(date)
        }
        None => when.date = Some(date),
        Some(_) => {}
    }
    Some(end)
}

fn between(scene: &Scene<'_>, at: usize) -> bool {
    (at.saturating_sub(3)..at)
        .any(|before| matches!(scene.word(before), Some("and" | "to" | "through" | "until")))
}

fn plain_day(scene: &Scene<'_>, at: usize) -> Option<(u32, usize)> {
    let word = scene.word(at)?;
    let (value, end) = match tens(word) {
        Some(ten) => match scene.word(at + 1).and_then(ones) {
            Some(one) => (ten + one, at + 2),
            None => (ten, at + 1),
        },
        None => (ones(word).or_else(|| teens(word)).or_else(|| word.parse().ok())?, at + 1),
    };
    (1..=31).contains(&value).then_some((value, end))
}

pub(super) fn slashed(scene: &Scene<'_>, at: usize) -> Option<(Date, usize)> {
    let (month, day) = (scene.tokens.get(at)?, scene.tokens.get(at + 1)?);
    if scene.text.get(month.end..day.start) != Some("/") {
        return None;
    }
    let date = next_date(scene.context.today, Some(month.word.parse().ok()?), day.word.parse().ok()?)?;
    Some((date, at + 2))
}

/// The next date from today on with that day, and that month if one is given.
pub(super) fn next_date(today: Date, month: Option<i8>, day: u32) -> Option<Date> {
    let day = i8::try_from(day).ok()?;
    let mut first = today.first_of_month();
    for _ in 0..=48 {
        let fits = month.is_none_or(|month| month == first.month());
        if fits
            && let Ok(date) = Date::new(first.year(), first.month(), day)
            && date >= today
        {
            return Some(date);
        }
        first = first.checked_add(1.month()).ok()?;
    }
    None
}

fn time(scene: &Scene<'_>, at: usize, when: &mut When, asked: bool) -> Option<usize> {
    let word = scene.word(at)?;
    let next = scene.word(at + 1);
    match (word, next) {
        ("any", Some("time" | "day")) => {
            when.any = true;
            return Some(at + 2);
        }
        ("anytime" | "whenever", _) => {
            when.any = true;
            return Some(at + 1);
        }
        ("as", Some("soon")) if hangs_on_more(scene, at) => return None,
        ("as", Some("soon")) => {
            when.soonest = true;
            let whole =
                scene.word(at + 2) == Some("as") && matches!(scene.word(at + 3), Some("possible" | "you"));
            return Some(if whole { at + 4 } else { at + 2 });
        }
        ("asap" | "immediately", _) => {
            when.soonest = true;
            return Some(at + 1);
        }
        ("right", Some("away" | "now")) if asked => {
            when.soonest = true;
            return Some(at + 2);
        }
        ("good", Some("morning" | "afternoon" | "evening" | "night")) => return None,
        // Whoever works is free when offices close.
        ("after", Some("work")) if when.time.is_none() => {
            (when.time, when.after) = (Some(Time::constant(17, 0, 0, 0)), true);
            return Some(at + 2);
        }
        _ => {}
    }
    let greeting = at > 0 && scene.word(at - 1) == Some("good");
    let part = match word {
        _ if greeting || is_habit(scene, at, when) => None,
        "morning" | "mornings" => Some(DayPart::Morning),
        "noon" | "noontime" | "lunchtime" | "midday" => Some(DayPart::Noon),
        "afternoon" | "afternoons" => Some(DayPart::Afternoon),
        "evening" | "evenings" => Some(DayPart::Evening),
        "night" | "nights" if asked || when.date.is_some() => Some(DayPart::Night),
        _ => None,
    };
    if let Some(part) = part {
        when.part = Some(part);
        return Some(at + 1);
    }
    let lead = match word {
        "at" | "around" | "about" | "by" | "after" | "before" | "between" | "until" | "till" | "from"
        | "past" | "say" | "like" => Some(word),
        _ => None,
    };
    let start = if lead.is_some() { at + 1 } else { at };
    let clock = clock(scene, start, lead.is_some() || asked)?;
    let goes_on = |word| is_counted(word) || (lead.is_some() && is_more_of_a_number(word));
    if !clock.sure && scene.word(clock.end).is_some_and(goes_on) {
        return None;
    }
    match lead {
        Some("after" | "past") => {
            when.time = Some(clock.time);
            when.after = true;
        }
        Some("before" | "by" | "until" | "till") => when.until = Some(clock.time),
        _ if when.time.is_some() && when.until.is_none() && between(scene, start) => {
            when.until = Some(clock.time)
        }
        _ if when.time.is_none() => when.time = Some(clock.time),
        _ => return None,
    }
    if matches!(lead, Some("between" | "from")) {
        when.after = true;
        let link = scene.word(clock.end).filter(|w| matches!(*w, "and" | "to" | "till" | "until"));
        if link.is_some()
            && let Some(end) = clock_end(scene, clock.end + 1)
        {
            when.until = Some(end.time);
            return Some(end.end);
        }
    }
    Some(clock.end)
}

fn clock_end(scene: &Scene<'_>, at: usize) -> Option<Clock> {
    clock(scene, at, true)
}

/// Words that a number before them counts or names: it is no hour.
fn is_counted(word: &str) -> bool {
    matches!(
        word,
        "hundred"
            | "thousand"
            | "dollars"
            | "bucks"
            | "bedroom"
            | "bedrooms"
            | "bed"
            | "days"
            | "weeks"
            | "months"
            | "minutes"
            | "hours"
            | "years"
            | "people"
            | "percent"
            | "times"
            | "baths"
            | "kids"
            | "maple"
            | "street"
            | "grand"
            | "avenue"
            | "rings"
            | "calls"
            | "degrees"
            | "inches"
            | "units"
            | "tries"
            | "of"
    )
}

/// "At three oh five Maple Street".
fn is_more_of_a_number(word: &str) -> bool {
    matches!(word, "b" | "oh" | "o" | "or") || ones(word).is_some_and(|one| one > 0)
}

struct Clock {
    time: Time,
    end: usize,
    /// Said with am, pm, o'clock or minutes: certainly a time.
    sure: bool,
}

/// `three`, `three thirty`, `3:30`, `3 pm`, `half past three`, `quarter to four`, `noon`.
fn clock(scene: &Scene<'_>, at: usize, led: bool) -> Option<Clock> {
    let word = scene.word(at).filter(|_| !scene.is_pronoun(at))?;
    let exact = |hour, minute, end| Some(Clock { time: marked(hour, minute)?, end, sure: true });
    match (word, scene.word(at + 1)) {
        ("noon", _) if led => return exact(12, 0, at + 1),
        ("midnight", _) => return exact(0, 0, at + 1),
        ("half", Some("past")) => {
            let hour = hour(scene.word(at + 2)?)?;
            return Some(Clock { time: Time::new(hour, 30, 0, 0).ok()?, end: at + 3, sure: true });
        }
        ("quarter", Some(side @ ("past" | "after" | "to" | "till" | "of"))) => {
            let hour = hour(scene.word(at + 2)?)?;
            let late = matches!(side, "past" | "after");
            let (hour, minute) = if late { (hour, 15) } else { (if hour == 1 { 12 } else { hour - 1 }, 45) };
            return Some(Clock { time: Time::new(hour, minute, 0, 0).ok()?, end: at + 3, sure: true });
        }
        _ => {}
    }
    let (figure, joined) = match ["am", "pm"].iter().find_map(|half| Some((word.strip_suffix(half)?, *half)))
    {
        Some((figure, half)) if !figure.is_empty() => (figure, Some(half)),
        _ => (word, None),
    };
    let hour = hour(figure)?;
    let mut end = at + 1;
    let mut minute = 0;
    if joined.is_none()
        && let Some((value, after)) = minutes(scene, at + 1)
    {
        minute = value;
        end = after;
    }
    let half = joined.or_else(|| match (scene.word(end), scene.word(end + 1)) {
        (Some("am"), _) => Some("am"),
        (Some("pm"), _) => Some("pm"),
        (Some("a"), Some("m")) => Some("am"),
        (Some("p"), Some("m")) => Some("pm"),
        _ => None,
    });
    if let Some(half) = half {
        if joined.is_none() {
            end += if matches!(scene.word(end), Some("am" | "pm")) { 1 } else { 2 };
        }
        let hour = match (half, hour) {
            ("am", 12) => 0,
            ("pm", hour) if hour < 12 => hour + 12,
            (_, hour) => hour,
        };
        return exact(hour, minute, end);
    }
    let oclock = match (scene.word(end), scene.word(end + 1)) {
        (Some("oclock"), _) => 1,
        (Some("o"), Some("clock")) => 2,
        _ => 0,
    };
    let sure = oclock > 0 || (minute > 0 && led);
    (led || oclock > 0).then_some(Clock {
        time: Time::new(hour, minute, 0, 0).ok()?,
        end: end + oclock,
        sure,
    })
}

/// One nanosecond marks a time that needs no guess whether it is morning; see [`settle`].
pub(super) fn marked(hour: i8, minute: i8) -> Option<Time> {
    Time::new(hour, minute, 0, 1).ok()
}

fn hour(word: &str) -> Option<i8> {
    let value = ones(word).or_else(|| teens(word)).or_else(|| word.parse().ok())?;
    i8::try_from(value).ok().filter(|hour| (1..=12).contains(hour))
}

fn minutes(scene: &Scene<'_>, at: usize) -> Option<(i8, usize)> {
    let word = scene.word(at)?;
    if word.len() == 2 && word.bytes().all(|b| b.is_ascii_digit()) {
        return word.parse().ok().filter(|m| *m < 60).map(|m| (m, at + 1));
    }
    let (value, end) = match tens(word).filter(|ten| *ten < 60) {
        Some(ten) => match scene.word(at + 1).and_then(ones).filter(|one| *one > 0) {
            Some(one) => (ten + one, at + 2),
            None => (ten, at + 1),
        },
        None => (teens(word)?, at + 1),
    };
    Some((value as i8, end))
}
