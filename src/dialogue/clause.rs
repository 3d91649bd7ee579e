//! Where one utterance says several things: "my sink is dripping, and also I want to know how I can pay my rent".

/// A clause has at least so many words; shorter ones belong to their neighbor.
const LEAST_WORDS: usize = 3;

/// Whoever says more at once is read as a whole.
const MOST: usize = 4;

/// Words with which people go on to something else. Longer ones first: the first that fits is taken.
const JOINS: [&str; 17] = [
    " and also ",
    " and then also ",
    ", and i ",
    ", and can ",
    ", and could ",
    ", and what ",
    ", and when ",
    ", and my ",
    " by the way ",
    ", also ",
    " oh and ",
    " and i also ",
    " and i want to know ",
    " and i was wondering ",
    " y también ",
    " y además ",
    " por cierto ",
];

/// Words that begin a question.
const ASKS: [&str; 25] = [
    "is", "are", "was", "do", "does", "did", "can", "could", "will", "would", "should", "may", "have", "has",
    "what", "what's", "whats", "how", "how's", "when", "where", "where's", "who", "who's", "which",
];

/// Where one question follows another: "what's the rent, is there a washer and do you take cats?" Only where the sentence is asked,
/// and begins with a question.
fn next_questions(lower: &str, start: usize, end: usize) -> Vec<usize> {
    let sentence = &lower[start..end];
    let asks = |text: &str| text.split_whitespace().next().is_some_and(|word| ASKS.contains(&word));
    let opening =
        sentence.trim_start().trim_start_matches("so ").trim_start_matches("and ").trim_start_matches("hi, ");
    if !sentence.ends_with('?') || !asks(opening) {
        return Vec::new();
    }
    let joins = [", and ", ", ", " and "].into_iter().flat_map(|join| sentence.match_indices(join));
    joins
        .filter(|(at, join)| {
            let next = &sentence[at + join.len()..];
            asks(next) && next.split_whitespace().count() > LEAST_WORDS
        })
        .map(|(at, join)| start + at + usize::from(join.starts_with(',')))
        .collect()
}

/// The clauses of an utterance, in order; one, where it says one thing.
pub(super) fn clauses(text: &str) -> Vec<&str> {
    let mut cuts = Vec::new();
    // ASCII alone changes: byte positions stay what they are.
    let lower = text.to_ascii_lowercase();
    for (at, end) in text.match_indices(['.', '!', '?', ';']) {
        let after = at + end.len();
        // "7.30" and "a.m." are no ends of sentences.
        let title = [" mr", " mrs", " ms", " dr"].iter().any(|title| lower[..at].ends_with(title));
        if text[after..].starts_with(' ') && !lower[..at].ends_with(".m") && !title {
            cuts.push(after);
        }
    }
    let mut start = 0;
    for (end, mark) in lower.match_indices(['.', '!', '?', ';']) {
        cuts.extend(next_questions(&lower, start, end + mark.len()));
        start = end + mark.len();
    }
    for join in JOINS {
        cuts.extend(lower.match_indices(join).map(|(at, _)| at + usize::from(join.starts_with(','))));
    }
    cuts.sort_unstable();
    cuts.dedup();
    let mut found: Vec<&str> = Vec::new();
    let mut start = 0;
    for end in cuts.into_iter().chain([text.len()]) {
        let long = |part: &str| part.split_whitespace().count() >= LEAST_WORDS;
        if long(&text[start..end]) && (end == text.len() || long(&text[end..])) {
            found.push(text[start..end].trim());
            start = end;
        }
    }
    if found.is_empty() || start < text.len() || found.len() > MOST {
        return vec![text.trim()];
    }
    found
}

/// "Yes. There's a lady coming out coughing": what is said after a first word or two that answer something. `None`: nothing to
/// speak of.
pub(super) fn behind_answer(text: &str) -> Option<&str> {
    let (answer, rest) = text.split_once([',', '.', '!'])?;
    let count = |part: &str| part.split_whitespace().count();
    (count(answer) < LEAST_WORDS && count(rest) > LEAST_WORDS).then(|| rest.trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_behind_an_answer_is_what_comes_after_its_first_words() {
        let rest = |text| behind_answer(text);
        assert_eq!(rest("Yes. A lady is coming out coughing."), Some("A lady is coming out coughing."));
        assert_eq!(rest("Yes, that's it."), None);
        assert_eq!(rest("The sink is dripping, and it never stops."), None);
    }

    #[test]
    fn an_utterance_is_taken_apart_where_people_go_on_to_something_else() {
        for (text, parts) in [
            (
                "My sink is dripping and also I want to know how I can pay my rent.",
                &["My sink is dripping", "and also I want to know how I can pay my rent."][..],
            ),
            (
                "It's Dana Reyes. By the way, what are your hours?",
                &["It's Dana Reyes.", "By the way, what are your hours?"],
            ),
            ("Yes. That's right.", &["Yes. That's right."]),
            ("Hi. My sink is leaking.", &["Hi. My sink is leaking."]),
            ("At 7.30 a.m. tomorrow would be good.", &["At 7.30 a.m. tomorrow would be good."]),
            ("The sink and the tub are clogged.", &["The sink and the tub are clogged."]),
            (
                "The heater is out, and my window is broken too.",
                &["The heater is out,", "and my window is broken too."],
            ),
            (
                "What's the rent, is there a washer and do you take cats?",
                &["What's the rent,", "is there a washer", "and do you take cats?"],
            ),
            ("Can you tell me when and where I come?", &["Can you tell me when and where I come?"]),
            ("The heater is out and is it safe?", &["The heater is out and is it safe?"]),
            ("", &[""]),
        ] {
            assert_eq!(clauses(text), parts, "{text}");
        }
    }
}
