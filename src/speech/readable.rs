//! Text as it is to be read aloud: telephone numbers digit by digit, units and signs by name.

/// A longer word is no word, and would be spelt for minutes: the rest of it is not read.
const LONGEST_WORD: usize = 30;

/// Rewrites what a synthesiser would misread. Words are left alone.
pub(super) fn readable(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    let mut rest = text;
    let mut word = 0;
    while !rest.is_empty() {
        if let Some((digits, length)) = telephone_number(rest, out.chars().next_back()) {
            push_spaced(&mut out, &digits);
            rest = &rest[length..];
            continue;
        }
        let mut chars = rest.chars();
        let Some(c) = chars.next() else { break };
        let next = chars.next();
        let last = out.chars().next_back();
        rest = &rest[c.len_utf8()..];
        word = if c.is_whitespace() { 0 } else { word + 1 };
        if word > LONGEST_WORD {
            continue;
        }
        match c {
            '#' if next.is_some_and(|n| n.is_ascii_digit()) => out.push_str("number "),
            '&' => out.push_str(" and "),
            '@' => out.push_str(" at "),
            '%' => out.push_str(" percent"),
            '’' => out.push('\''),
            '–' | '—' => out.push_str(", "),
            '“' | '”' | '"' | '*' | '_' | '`' => out.push(' '),
            // Unit 4B is "four B", not "forbe"; B12 the same.
            c if c.is_ascii_uppercase() && last.is_some_and(|l| l.is_ascii_digit()) => {
                out.push(' ');
                out.push(c);
            }
            c if c.is_ascii_digit() && last.is_some_and(|l| l.is_ascii_uppercase()) => {
                out.push(' ');
                out.push(c);
            }
            c => out.push(c),
        }
    }
    out
}

/// A North American number at the start of `text` (ten digits, or eleven from 1, with the usual marks between), its
/// digits, and how many bytes it takes.
fn telephone_number(text: &str, before: Option<char>) -> Option<(String, usize)> {
    let starts = text.starts_with(['+', '(']) || text.starts_with(|c: char| c.is_ascii_digit());
    if !starts || before.is_some_and(|b| b.is_alphanumeric() || b == '$' || b == '.') {
        return None;
    }
    let mut digits = String::new();
    let mut end = 0;
    for (at, c) in text.char_indices() {
        match c {
            '0'..='9' => {
                digits.push(c);
                end = at + 1;
            }
            '+' if at == 0 => {}
            ' ' | '-' | '.' | '(' | ')' => {}
            _ => break,
        }
        let whole = if digits.starts_with('1') || text.starts_with('+') { 11 } else { 10 };
        if digits.len() == whole {
            break;
        }
    }
    let followed = text[end..].chars().next().is_some_and(char::is_alphanumeric);
    let national = match digits.len() {
        10 => digits,
        11 if digits.starts_with('1') => digits[1..].to_owned(),
        _ => return None,
    };
    (!followed).then_some((national, end))
}

fn push_spaced(out: &mut String, digits: &str) {
    for (index, digit) in digits.chars().enumerate() {
        match index {
            0 => {}
            3 | 6 => out.push_str(", "),
            _ => out.push(' '),
        }
        out.push(digit);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_telephone_number_is_read_digit_by_digit_in_its_groups() {
        for written in ["+1 303 555 0142", "303-555-0142", "(303) 555-0142", "+13035550142", "303.555.0142"] {
            assert_eq!(
                readable(&format!("Call {written}, please.")),
                "Call 3 0 3, 5 5 5, 0 1 4 2, please.",
                "{written}"
            );
        }
    }

    #[test]
    fn other_figures_are_left_to_the_voice() {
        for text in [
            "It is $1250 a month.",
            "At 9:30 on the 21st.",
            "Building 12, 2400 square feet.",
            "12345678901234",
        ] {
            assert_eq!(readable(text), text);
        }
    }

    #[test]
    fn what_is_too_long_for_a_word_is_not_spelt_to_its_end() {
        assert_eq!(readable(&format!("{} end", "x".repeat(5_000))).len(), LONGEST_WORD + 4);
    }

    #[test]
    fn units_and_signs_are_read_by_name() {
        assert_eq!(readable("Unit 4B, #12 & a 5% fee"), "Unit 4 B, number 12  and  a 5 percent fee");
        assert_eq!(readable("it’s “open”"), "it's  open ");
    }
}
