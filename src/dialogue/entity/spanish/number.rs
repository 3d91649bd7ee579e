//! Numbers as they are said in Spanish: digit by digit, in pairs (`cincuenta y cinco`), in hundreds.

use crate::dialogue::token::Token;

pub(super) fn ones(word: &str) -> Option<u32> {
    const ONES: [&str; 10] =
        ["cero", "uno", "dos", "tres", "cuatro", "cinco", "seis", "siete", "ocho", "nueve"];
    match word {
        "un" | "una" => Some(1),
        _ => ONES.iter().position(|one| *one == word).map(|value| value as u32),
    }
}

/// From ten to twenty-nine, each one word.
pub(super) fn teens(word: &str) -> Option<u32> {
    const TEENS: [&str; 20] = [
        "diez",
        "once",
        "doce",
        "trece",
        "catorce",
        "quince",
        "dieciseis",
        "diecisiete",
        "dieciocho",
        "diecinueve",
        "veinte",
        "veintiuno",
        "veintidos",
        "veintitres",
        "veinticuatro",
        "veinticinco",
        "veintiseis",
        "veintisiete",
        "veintiocho",
        "veintinueve",
    ];
    match word {
        "veintiun" | "veintiuna" => Some(21),
        _ => TEENS.iter().position(|teen| *teen == word).map(|at| at as u32 + 10),
    }
}

pub(super) fn tens(word: &str) -> Option<u32> {
    const TENS: [&str; 7] = ["treinta", "cuarenta", "cincuenta", "sesenta", "setenta", "ochenta", "noventa"];
    TENS.iter().position(|ten| *ten == word).map(|at| (at as u32 + 3) * 10)
}

fn hundreds(word: &str) -> Option<u32> {
    Some(match word {
        "cien" | "ciento" => 100,
        "doscientos" | "doscientas" => 200,
        "trescientos" | "trescientas" => 300,
        "cuatrocientos" | "cuatrocientas" => 400,
        "quinientos" | "quinientas" => 500,
        "seiscientos" | "seiscientas" => 600,
        "setecientos" | "setecientas" => 700,
        "ochocientos" | "ochocientas" => 800,
        "novecientos" | "novecientas" => 900,
        _ => return None,
    })
}

fn word(tokens: &[Token], at: usize) -> Option<&str> {
    tokens.get(at).map(|token| token.word.as_str())
}

fn is_figure(word: &str) -> bool {
    word.bytes().all(|b| b.is_ascii_digit()) && !word.is_empty()
}

/// Below a hundred, and the place after it: `cincuenta y cinco`, `quince`, `siete`.
fn below_hundred(tokens: &[Token], at: usize) -> Option<(u32, usize)> {
    let first = word(tokens, at)?;
    if let Some(ten) = tens(first) {
        let one = (word(tokens, at + 1) == Some("y")).then(|| word(tokens, at + 2).and_then(ones)).flatten();
        return Some(match one.filter(|one| *one > 0) {
            Some(one) => (ten + one, at + 3),
            None => (ten, at + 1),
        });
    }
    teens(first).or_else(|| ones(first)).map(|value| (value, at + 1))
}

fn below_thousand(tokens: &[Token], at: usize) -> Option<(u32, usize)> {
    let Some(hundred) = hundreds(word(tokens, at)?) else { return below_hundred(tokens, at) };
    Some(match below_hundred(tokens, at + 1).filter(|(rest, _)| *rest > 0) {
        Some((rest, end)) => (hundred + rest, end),
        None => (hundred, at + 1),
    })
}

/// A number as a whole, and the place after it: `mil quinientos`, `dos mil`, `1,500`, `ochocientos doce`.
pub(in crate::dialogue::entity) fn cardinal(text: &str, tokens: &[Token], at: usize) -> Option<(u32, usize)> {
    let first = tokens.get(at)?;
    if is_figure(&first.word) {
        let mut value: u32 = first.word.parse().ok()?;
        let mut end = at + 1;
        while let Some(next) = tokens.get(end)
            && next.word.len() == 3
            && is_figure(&next.word)
            && text.get(tokens[end - 1].end..next.start) == Some(",")
        {
            value = value.checked_mul(1000)?.checked_add(next.word.parse().ok()?)?;
            end += 1;
        }
        if word(tokens, end) == Some("mil") && value < 1000 {
            return Some((value * 1000, end + 1));
        }
        return Some((value, end));
    }
    let (thousands, after) = match first.word.as_str() {
        "mil" => (1, at + 1),
        _ => {
            let (value, end) = below_thousand(tokens, at)?;
            if word(tokens, end) != Some("mil") {
                return Some((value, end));
            }
            (value, end + 1)
        }
    };
    Some(match below_thousand(tokens, after).filter(|(rest, _)| *rest > 0) {
        Some((rest, end)) => (thousands * 1000 + rest, end),
        None => (thousands * 1000, after),
    })
}

/// Digits said at `at`, and the place after them: `doscientos cuatro` 204, `cincuenta y cinco` 55, `doble cinco` 55.
fn group(tokens: &[Token], at: usize) -> Option<(String, usize)> {
    let first = word(tokens, at)?;
    if is_figure(first) {
        return Some((first.to_owned(), at + 1));
    }
    let times = match first {
        "doble" => 2,
        "triple" => 3,
        _ => 1,
    };
    if times > 1 {
        let next = word(tokens, at + 1)?;
        let digit =
            if is_figure(next) && next.len() == 1 { next.to_owned() } else { ones(next)?.to_string() };
        return Some((digit.repeat(times), at + 2));
    }
    // "Un" and "una" are articles; a digit is "uno".
    if matches!(first, "un" | "una") {
        return None;
    }
    if first == "mil" {
        return cardinal("", tokens, at).map(|(value, end)| (value.to_string(), end));
    }
    let (value, end) = below_thousand(tokens, at)?;
    if word(tokens, end) == Some("mil") && value > 0 {
        return cardinal("", tokens, at).map(|(value, end)| (value.to_string(), end));
    }
    Some((value.to_string(), end))
}

/// All digits said in a row from `at` on, and the place after them; hesitations are passed over.
pub(super) fn digits(tokens: &[Token], at: usize) -> Option<(String, usize)> {
    let (mut all, mut after) = group(tokens, at)?;
    loop {
        let mut next = after;
        while word(tokens, next).is_some_and(is_pause) {
            next += 1;
        }
        let Some((more, end)) = group(tokens, next) else { return Some((all, after)) };
        all.push_str(&more);
        after = end;
    }
}

fn is_pause(word: &str) -> bool {
    matches!(word, "eh" | "este" | "guion" | "espacio" | "luego" | "despues" | "y" | "punto" | "coma" | "mmm")
}

/// What a number is easily taken for on a telephone: sixty and seventy, two and twelve.
pub(super) fn sounds_like(value: u32) -> Option<u32> {
    match value {
        60..=69 => Some(value + 10),
        70..=79 => Some(value - 10),
        2 => Some(12),
        12 => Some(2),
        3 => Some(13),
        13 => Some(3),
        _ => None,
    }
}
