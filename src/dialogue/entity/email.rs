//! E-mail addresses, typed or dictated: `dana dot reyes at gmail dot com`.

use super::{Entity, Scene, Slot, Value, number::digits};

pub(super) fn emails(scene: &Scene<'_>) -> Vec<Entity> {
    let at_signs = (0..scene.tokens.len()).filter(|&at| is_at(scene, at));
    let found = at_signs.filter_map(|at| {
        let typed = scene.text[scene.tokens[at].end..].starts_with('@');
        let (local_end, host_start) = if typed { (at + 1, at + 1) } else { (at, at + 1) };
        let (host, end) = host(scene, host_start)?;
        let (local, start) = local(scene, local_end)?;
        Some(scene.entity(
            Value::Email(format!("{local}@{host}")),
            start..end,
            if typed { 0.95 } else { 0.75 },
            true,
        ))
    });
    found.take(1).collect()
}

/// The word "at", or a word with `@` behind it.
fn is_at(scene: &Scene<'_>, at: usize) -> bool {
    matches!(scene.word(at), Some("at" | "arroba")) || scene.text[scene.tokens[at].end..].starts_with('@')
}

fn mark(word: &str) -> Option<char> {
    Some(match word {
        "dot" | "period" | "point" | "punto" => '.',
        "underscore" => '_',
        "dash" | "hyphen" | "guion" => '-',
        "plus" => '+',
        _ => return None,
    })
}

/// What stands between two words as typed, if it is a mark of an address.
fn typed_mark(scene: &Scene<'_>, left: usize) -> Option<char> {
    let (left, right) = (scene.tokens.get(left)?, scene.tokens.get(left + 1)?);
    let mut between = scene.text.get(left.end..right.start)?.chars();
    between.next().filter(|c| matches!(c, '.' | '_' | '-' | '+') && between.next().is_none())
}

/// `gmail dot com`, `g mail dot com`, `gmail.com`; must end in a mark and a top level.
fn host(scene: &Scene<'_>, start: usize) -> Option<(String, usize)> {
    let mut host = String::new();
    let mut at = start;
    while let Some(word) = scene.word(at) {
        if mark(word) == Some('.') && !host.is_empty() {
            let top = scene.word(at + 1).filter(|top| is_top(top))?;
            let host = format!("{host}.{top}");
            return match scene.word(at + 2).zip(scene.word(at + 3)) {
                Some(("dot" | "punto", more)) if is_top(more) => Some((format!("{host}.{more}"), at + 4)),
                _ => Some((host, at + 2)),
            };
        }
        host.push_str(word);
        match typed_mark(scene, at) {
            Some('.') => {
                let top = scene.word(at + 1).filter(|top| is_top(top))?;
                return Some((format!("{host}.{top}"), at + 2));
            }
            Some(c) => host.push(c),
            None => {}
        }
        at += 1;
        if at > start + 4 {
            return None;
        }
    }
    None
}

fn is_top(word: &str) -> bool {
    matches!(
        word,
        "com"
            | "net"
            | "org"
            | "edu"
            | "gov"
            | "io"
            | "co"
            | "us"
            | "uk"
            | "me"
            | "info"
            | "biz"
            | "mx"
            | "ca"
    )
}

/// Backwards from the at sign: one word, and whatever a mark, a digit or a spelled letter joins to it.
fn local(scene: &Scene<'_>, end: usize) -> Option<(String, usize)> {
    let asked = scene.context.expecting == Some(Slot::Email);
    let mut start = end.checked_sub(1)?;
    while start > 0 {
        let (here, before) = (scene.word(start)?, scene.word(start - 1)?);
        let joins = mark(before).is_some()
            || mark(here).is_some()
            || typed_mark(scene, start - 1).is_some()
            || (asked && before.len() == 1)
            || (is_piece(here)
                && !is_lead(before)
                && (asked || is_piece(before) || digits(&scene.tokens, start).is_some()))
            || (is_piece(before) && is_piece(here));
        if !joins || is_lead(before) {
            break;
        }
        start -= 1;
    }
    let mut local = String::new();
    let mut at = start;
    while at < end {
        let word = scene.word(at)?;
        match (mark(word), digits(&scene.tokens, at)) {
            (Some(c), _) => local.push(c),
            (None, Some((said, after))) if after <= end => {
                local.push_str(&said);
                at = after;
                continue;
            }
            _ => local.push_str(word),
        }
        if let Some(c) = typed_mark(scene, at).filter(|_| at + 1 < end) {
            local.push(c);
        }
        at += 1;
    }
    let sound = local.starts_with(|c: char| c.is_ascii_alphanumeric()) && local.is_ascii();
    sound.then_some((local, start))
}

fn is_piece(word: &str) -> bool {
    word.len() == 1
        || super::number::ones(word).is_some()
        || super::number::tens(word).is_some()
        || super::number::teens(word).is_some()
        || word.bytes().all(|b| b.is_ascii_digit())
}

fn is_lead(word: &str) -> bool {
    matches!(
        word,
        "is" | "its"
            | "es"
            | "correo"
            | "email"
            | "to"
            | "address"
            | "me"
            | "my"
            | "yes"
            | "yeah"
            | "sure"
            | "um"
            | "uh"
            | "okay"
    )
}
