//! Firms: vendors of the roster, those that are called by their trade, and what answers the question for the company.

use super::{
    super::names::is_given_name, Entity, Scene, Slot, Value, building::is_named_at, is_run_up,
    misheard::is_number, place::SUFFIXES, sound::likeness, titled,
};

/// A vendor of the roster.
pub(super) fn vendor(scene: &Scene<'_>) -> Option<Entity> {
    for vendor in &scene.context.roster.vendors {
        let words: Vec<String> = vendor
            .split_whitespace()
            .map(str::to_lowercase)
            .filter(|w| !matches!(w.as_str(), "inc" | "llc" | "co" | "the" | "and" | "&"))
            .collect();
        for at in 0..scene.tokens.len() {
            let fits = |(i, word): (usize, &String)| {
                scene.word(at + i).is_some_and(|said| likeness(said, word) >= 0.7)
            };
            if !words.is_empty() && words.iter().enumerate().all(fits) {
                return Some(scene.entity(Value::Company(vendor.clone()), at..at + words.len(), 0.9, false));
            }
        }
    }
    None
}

/// Firms: vendors of the roster, or "… from / with / of some words plumbing".
pub(super) fn companies(scene: &Scene<'_>) -> Vec<Entity> {
    if let Some(found) = vendor(scene) {
        return vec![found];
    }
    const TRADES: [&str; 26] = [
        "plumbing",
        "electric",
        "electrical",
        "heating",
        "hvac",
        "roofing",
        "painting",
        "landscaping",
        "construction",
        "services",
        "service",
        "company",
        "restoration",
        "flooring",
        "glass",
        "locksmith",
        "appliance",
        "cleaning",
        "pest",
        "drain",
        "mechanical",
        "elevator",
        "supply",
        "realty",
        "insurance",
        "air",
    ];
    let known = courier(scene)
        .or_else(|| utility(scene))
        .or_else(|| answered(scene))
        .or_else(|| written_as_firm(scene));
    if let Some(found) = known.or_else(|| behind_name(scene)) {
        return vec![found];
    }
    for at in 0..scene.tokens.len() {
        if !matches!(scene.word(at), Some("from" | "with" | "at" | "of")) {
            continue;
        }
        let last = (at + 2..at + 5).rev().find(|&i| scene.word(i).is_some_and(|word| TRADES.contains(&word)));
        let Some(last) = last else { continue };
        let words = &scene.tokens[at + 1..=last];
        if words.iter().any(|t| {
            matches!(t.word.as_str(), "the" | "a" | "my" | "your" | "customer" | "is" | "to" | "for")
        }) {
            continue;
        }
        let name: Vec<String> = words.iter().map(|t| titled(&t.word)).collect();
        return vec![scene.entity(Value::Company(name.join(" ")), at + 1..last + 1, 0.7, true)];
    }
    Vec::new()
}

/// "Hi, FedEx. I've got a package for 101": who brings things says so first.
fn courier(scene: &Scene<'_>) -> Option<Entity> {
    const COURIERS: [(&[&str], &str); 12] = [
        (&["fedex"], "FedEx"),
        (&["fed", "ex"], "FedEx"),
        (&["ups"], "UPS"),
        (&["usps"], "USPS"),
        (&["dhl"], "DHL"),
        (&["amazon"], "Amazon"),
        (&["doordash"], "DoorDash"),
        (&["door", "dash"], "DoorDash"),
        (&["uber", "eats"], "Uber Eats"),
        (&["grubhub"], "Grubhub"),
        (&["instacart"], "Instacart"),
        (&["ontrac"], "OnTrac"),
    ];
    let asked = scene.context.expecting == Some(Slot::Company);
    (0..scene.tokens.len()).find_map(|at| {
        let said = |name: &[&str]| name.iter().enumerate().all(|(i, word)| scene.word(at + i) == Some(*word));
        let (words, name) = COURIERS.iter().find(|(words, _)| said(words))?;
        let end = at + words.len();
        // "UPS says they delivered it" is told by whoever waits for it.
        let before = at.checked_sub(1).and_then(|before| scene.word(before));
        let introduced =
            matches!(before, Some("from" | "with" | "is" | "its" | "im" | "hi" | "hello" | "hey"))
                || (at == 0 && scene.tokens[end - 1].stop);
        (asked || introduced).then(|| scene.entity(Value::Company((*name).to_owned()), at..end, 0.85, true))
    })
}

/// "This is Denver Water": those that bring water and power, by their names, and in answer to the question for the company.
fn utility(scene: &Scene<'_>) -> Option<Entity> {
    const UTILITIES: [&str; 9] =
        ["water", "energy", "power", "gas", "electric", "utilities", "cable", "fiber", "internet"];
    let asked = scene.context.expecting == Some(Slot::Company);
    let capital = |at: usize| {
        let written = scene.tokens.get(at).and_then(|token| scene.text.get(token.start..));
        written.is_some_and(|written| written.starts_with(char::is_uppercase))
    };
    (1..scene.tokens.len()).find_map(|last| {
        let first = last - 1;
        let introduced = asked
            || first
                .checked_sub(1)
                .and_then(|before| scene.word(before))
                .is_some_and(|before| matches!(before, "is" | "from" | "with" | "at" | "its"));
        let fits = scene.word(last).is_some_and(|word| UTILITIES.contains(&word))
            && introduced
            && !scene.tokens[first].stop
            && capital(first)
            && capital(last);
        fits.then(|| {
            let name = [first, last].map(|at| titled(&scene.tokens[at].word)).join(" ");
            scene.entity(Value::Company(name), first..last + 1, 0.8, true)
        })
    })
}

/// "Dispatch at Wyatt's Towing", "I call from Two Brothers Moving": capitals up to a word of a trade. In small letters these words
/// are anything: "from our moving".
fn written_as_firm(scene: &Scene<'_>) -> Option<Entity> {
    const TRADES: &str = " towing moving movers daycare hospital clinic university authority department agency bank pharmacy \
        delivery roofing plumbing electric heating painting landscaping construction services restoration flooring glass \
        locksmith appliance cleaning mechanical elevator supply realty insurance buyers properties management systems \
        security storage solar mortgage ";
    /// "Rocky Mountain Fire Security".
    const MOST_WORDS: usize = 4;
    // "I work at Denver University" is not whom they call for.
    let leads = |at: usize| match scene.word(at) {
        Some("from" | "with" | "is" | "its") => true,
        Some("at") => !at.checked_sub(1).and_then(|before| scene.word(before)).is_some_and(|before| {
            matches!(
                before,
                "work" | "works" | "working" | "job" | "im" | "am" | "is" | "are" | "were" | "was"
            )
        }),
        _ => false,
    };
    (1..scene.tokens.len()).filter(|&first| leads(first - 1) && scene.is_capital(first)).find_map(|first| {
        let last = (first + 1..first + MOST_WORDS)
            .take_while(|&at| scene.is_capital(at) && !scene.tokens[at - 1].stop)
            .filter(|&at| scene.word(at).is_some_and(|word| TRADES.contains(&format!(" {word} "))))
            .last()?;
        let goes_on = !scene.tokens[last].stop && scene.is_capital(last + 1);
        (!goes_on).then(|| {
            let name = written(scene, first, last + 1);
            scene.entity(Value::Company(name), first..last + 1, 0.7, true)
        })
    })
}

/// "Dave Prescott, State Farm.": behind a whole name, in its sentence, words with capitals that are no place and nobody else.
fn behind_name(scene: &Scene<'_>) -> Option<Entity> {
    /// "Rocky Mountain Fire Security".
    const MOST_WORDS: usize = 4;
    let named = |at: usize| {
        scene.word(at).is_some_and(is_given_name) && scene.is_capital(at) && scene.is_capital(at + 1)
    };
    let stops = |at: usize| scene.tokens.get(at).is_some_and(|token| token.stop);
    let no_firm = |at: usize| {
        scene.word(at).is_some_and(|word| {
            is_no_firm(word) || is_number(word) || is_given_name(word) || SUFFIXES.contains(&word)
        }) || scene.is_unit_word(at)
            || is_named_at(scene, at)
    };
    (0..scene.tokens.len()).find_map(|at| {
        let first = at + 2;
        let opens = at <= 3 || scene.begins_sentence(at);
        if !opens || !named(at) || stops(at) || !stops(at + 1) || scene.begins_sentence(first) {
            return None;
        }
        let end = (first..first + MOST_WORDS).find(|&at| stops(at) || at + 1 == scene.tokens.len())? + 1;
        let fits = end - first >= 2
            && !scene.asks(end - 1)
            && (first..end).all(|at| scene.is_capital(at) && !no_firm(at));
        fits.then(|| scene.entity(Value::Company(written(scene, first, end)), first..end, 0.65, true))
    })
}

/// "Xcel", "City of Denver": where the company was asked for, a short answer that is no yes, no or question is its name.
fn answered(scene: &Scene<'_>) -> Option<Entity> {
    if scene.context.expecting != Some(Slot::Company) {
        return None;
    }
    let mut start = 0;
    while start < scene.tokens.len() {
        let end = sentence_end(scene, start);
        if let Some((first, last)) = firm(scene, start, end) {
            // "Simplex. Simplex Fire Protection."
            let next = firm(scene, end, sentence_end(scene, end));
            let again = |(from, to): &(usize, usize)| {
                to - from > last - first
                    && (0..last - first).all(|i| scene.word(from + i) == scene.word(first + i))
            };
            let (first, last) = next.filter(again).unwrap_or((first, last));
            return Some(scene.entity(Value::Company(written(scene, first, last)), first..last, 0.7, true));
        }
        // Behind "Company?" or "No." something may come; behind "I don't know." nothing does.
        if !is_mere_step(scene, start, end) {
            return None;
        }
        start = end;
    }
    None
}

/// The words of a firm in this sentence, without what leads to them.
fn firm(scene: &Scene<'_>, start: usize, end: usize) -> Option<(usize, usize)> {
    /// "Rocky Mountain Fire and Safety Systems of Denver".
    const MOST_WORDS: usize = 8;
    /// Words before "from" or "with": "Joe Baker from".
    const BEFORE_FROM: usize = 3;
    if start >= end || scene.asks(end - 1) {
        return None;
    }
    let word = |at: usize| scene.word(at).unwrap_or_default();
    let mut first = start;
    if let Some(from) = (start..end).take(BEFORE_FROM + 1).find(|&at| matches!(word(at), "from" | "with"))
        && !(start..from).any(|at| is_no_firm(word(at)))
    {
        first = from + 1;
    }
    while first < end
        && (is_run_up(word(first)) || matches!(word(first), "im" | "were" | "called" | "name" | "this"))
    {
        first += 1;
    }
    let mut last = end;
    // "Wyatt's Towing, I said that."
    if let Some(comma) = (first..end - 1).find(|&at| scene.tokens[at].stop)
        && is_said_again(scene, comma + 1, end)
    {
        last = comma + 1;
    }
    while last > first && matches!(word(last - 1), "please" | "thanks" | "sir" | "maam" | "dear") {
        last -= 1;
    }
    let words = first..last;
    if words.is_empty() || words.len() > MOST_WORDS {
        return None;
    }
    let telling = |at: usize| scene.is_capital(at) || matches!(word(at), "and" | "of" | "the" | "for");
    let titled = words.len() > 1 && scene.is_capital(first + 1) && words.clone().all(telling);
    // "Tommy." is who speaks.
    if words.len() == 1 && is_given_name(word(first)) {
        return None;
    }
    let fits = if titled {
        !is_no_firm(word(first)) || !matches!(word(first), "no" | "not" | "i" | "why" | "what")
    } else {
        !words.clone().any(|at| is_no_firm(word(at)) || is_number(word(at)))
    };
    fits.then_some((first, last))
}

/// Words of sentences that name no firm.
fn is_no_firm(word: &str) -> bool {
    const WORDS: &str = " no nope nah not none nothing nobody never dont doesnt didnt cant wont isnt aint i im id ive ill me \
        my myself mine we were you your youre he she they them her his it its a an is are was do does did have has had need \
        want wanted looking call calling called about because can could would should will what why who where when how which \
        there here hear put person people somebody someone speak talk wait hold sorry hello hi thanks thank live repair \
        already said told just only company business maybe idea know understand huh invoice \
        order job bill check payment paid question number ";
    WORDS.contains(&format!(" {word} "))
}

/// "I said that", "like I told you": behind the name of a firm nothing more.
fn is_said_again(scene: &Scene<'_>, start: usize, end: usize) -> bool {
    (start..end)
        .any(|at| matches!(scene.word(at), Some("said" | "told" | "already" | "mentioned" | "remember")))
}

/// "Company?", "No.", "Yes.", "Huh?"
fn is_mere_step(scene: &Scene<'_>, start: usize, end: usize) -> bool {
    end - start <= 1 || (end - start == 2 && scene.asks(end - 1))
}

/// The place after the sentence that begins here.
fn sentence_end(scene: &Scene<'_>, start: usize) -> usize {
    (start + 1..scene.tokens.len()).find(|&at| scene.begins_sentence(at)).unwrap_or(scene.tokens.len())
}

/// As it was written, with a capital before it.
fn written(scene: &Scene<'_>, first: usize, last: usize) -> String {
    let text = match (scene.tokens.get(first), last.checked_sub(1).and_then(|last| scene.tokens.get(last))) {
        (Some(first), Some(last)) => scene.text.get(first.start..last.end).unwrap_or_default(),
        _ => "",
    };
    titled(&text.replace(',', ""))
}

impl Scene<'_> {
    /// Does a question mark follow the word?
    pub(super) fn asks(&self, at: usize) -> bool {
        let rest = self.tokens.get(at).and_then(|token| self.text.get(token.end..));
        rest.is_some_and(|rest| rest.starts_with('?'))
    }
}
