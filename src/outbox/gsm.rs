//! GSM 03.38: which characters a text may have to stay a short one, and how many segments it takes.

/// The default alphabet (3GPP TS 23.038, 6.2.1), escape left out.
const DEFAULT: &str = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?\
                       ¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";

/// The extension table (3GPP TS 23.038, 6.2.1.1): each costs two septets.
const EXTENSION: &str = "\u{c}^{}\\[~]|€";

/// How a text travels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// Seven bits a character: 160 in one segment, 153 in each of several.
    Gsm7,
    /// Sixteen bits: one character outside GSM 03.38 turns the whole text; 70 in one segment, 67 in each of several.
    Ucs2,
}

/// What a text costs, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lint {
    pub encoding: Encoding,
    /// Septets for GSM-7, UTF-16 units for UCS-2.
    pub units: usize,
    pub segments: usize,
    /// The characters that force UCS-2, each once, in order of appearance.
    pub offenders: Vec<char>,
}

/// Septets of one character; `None` if GSM 03.38 has no such character.
fn septets(c: char) -> Option<usize> {
    if DEFAULT.contains(c) {
        Some(1)
    } else if EXTENSION.contains(c) {
        Some(2)
    } else {
        None
    }
}

/// Counts a text as a carrier would.
pub fn lint(text: &str) -> Lint {
    let mut offenders = Vec::new();
    for c in text.chars().filter(|&c| septets(c).is_none()) {
        if !offenders.contains(&c) {
            offenders.push(c);
        }
    }
    let (encoding, sizes, whole, part): (_, Vec<usize>, _, _) = if offenders.is_empty() {
        (Encoding::Gsm7, text.chars().filter_map(septets).collect(), 160, 153)
    } else {
        (Encoding::Ucs2, text.chars().map(char::len_utf16).collect(), 70, 67)
    };
    let units: usize = sizes.iter().sum();
    let segments = if units == 0 {
        0
    } else if units <= whole {
        1
    } else {
        segments_of(&sizes, part)
    };
    Lint { encoding, units, segments, offenders }
}

/// An escaped character or a surrogate pair is never split between two segments.
fn segments_of(sizes: &[usize], part: usize) -> usize {
    let (mut segments, mut filled) = (1, 0);
    for size in sizes {
        if filled + size > part {
            segments += 1;
            filled = 0;
        }
        filled += size;
    }
    segments
}

/// The same words within GSM 03.38: typographic quotes, dashes and accents become plain ones; what has no plain form
/// (an emoji) is left out.
pub fn transliterate(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for c in text.chars() {
        if septets(c).is_some() {
            plain.push(c);
        } else {
            plain.push_str(substitute(c));
        }
    }
    plain
}

fn substitute(c: char) -> &'static str {
    match c {
        '\u{2018}' | '\u{2019}' | '\u{201a}' | '\u{201b}' | '\u{2032}' | '`' | '´' => "'",
        '\u{201c}' | '\u{201d}' | '\u{201e}' | '\u{2033}' | '«' | '»' => "\"",
        '\u{2010}'..='\u{2015}' | '\u{2212}' => "-",
        '…' => "...",
        '•' | '·' => "*",
        '\u{a0}' | '\u{2000}'..='\u{200a}' | '\u{202f}' | '\u{205f}' | '\u{3000}' | '\t' => " ",
        'á' | 'â' | 'ã' | 'ā' | 'ă' | 'ą' | 'ª' => "a",
        'À' | 'Á' | 'Â' | 'Ã' | 'Ā' | 'Ă' | 'Ą' => "A",
        'ç' | 'ć' | 'č' => "c",
        'Ć' | 'Č' => "C",
        'ď' | 'đ' | 'ð' => "d",
        'Ď' | 'Đ' | 'Ð' => "D",
        'ê' | 'ë' | 'ē' | 'ę' | 'ě' => "e",
        'È' | 'Ê' | 'Ë' | 'Ē' | 'Ę' | 'Ě' => "E",
        'ğ' => "g",
        'Ğ' => "G",
        'í' | 'î' | 'ï' | 'ī' | 'ı' => "i",
        'Ì' | 'Í' | 'Î' | 'Ï' | 'Ī' | 'İ' => "I",
        'ł' => "l",
        'Ł' => "L",
        'ń' | 'ň' => "n",
        'Ń' | 'Ň' => "N",
        'ó' | 'ô' | 'õ' | 'ō' | 'ő' | 'º' => "o",
        'Ò' | 'Ó' | 'Ô' | 'Õ' | 'Ō' | 'Ő' => "O",
        'ř' => "r",
        'Ř' => "R",
        'ś' | 'š' | 'ş' => "s",
        'Ś' | 'Š' | 'Ş' => "S",
        'ť' | 'ţ' => "t",
        'Ť' | 'Ţ' => "T",
        'ú' | 'û' | 'ū' | 'ů' | 'ű' => "u",
        'Ù' | 'Ú' | 'Û' | 'Ū' | 'Ů' | 'Ű' => "U",
        'ý' | 'ÿ' => "y",
        'Ý' | 'Ÿ' => "Y",
        'ź' | 'ż' | 'ž' => "z",
        'Ź' | 'Ż' | 'Ž' => "Z",
        'œ' => "oe",
        'Œ' => "OE",
        '™' => "TM",
        '©' => "(c)",
        '®' => "(R)",
        '°' => " deg",
        '½' => "1/2",
        '¼' => "1/4",
        '¾' => "3/4",
        _ => "",
    }
}

/// The text in GSM 03.38 and in at most `septets_allowed` septets: cut after a whole word, with `...` where it was cut.
pub fn fit(text: &str, septets_allowed: usize) -> String {
    let plain = transliterate(text);
    let cost = |c: char| septets(c).unwrap_or(0);
    if plain.chars().map(cost).sum::<usize>() <= septets_allowed {
        return plain;
    }
    let room = septets_allowed.saturating_sub(3);
    let (mut used, mut end, mut last_space) = (0, 0, None);
    for (at, c) in plain.char_indices() {
        if c == ' ' {
            last_space = Some(at);
        }
        if used + cost(c) > room {
            break;
        }
        used += cost(c);
        end = at + c.len_utf8();
    }
    // A single word longer than half the text is cut where it stands.
    let cut = last_space.filter(|&space| space <= end && space * 2 > end).unwrap_or(end);
    let mut short = plain[..cut].trim_end_matches([' ', ',', ';', ':', '-']).to_owned();
    short.push_str(&"..."[..septets_allowed.min(3)]);
    short
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_the_whole_of_gsm_03_38() {
        assert_eq!(DEFAULT.chars().count(), 127, "128 positions, one of them the escape");
        assert_eq!(EXTENSION.chars().count(), 10);
        let mut all: Vec<char> = DEFAULT.chars().chain(EXTENSION.chars()).collect();
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), 137, "no character twice");
    }

    #[test]
    fn segments_are_counted_as_carriers_count_them() {
        for (text, encoding, units, segments) in [
            (String::new(), Encoding::Gsm7, 0, 0),
            ("a".repeat(160), Encoding::Gsm7, 160, 1),
            ("a".repeat(161), Encoding::Gsm7, 161, 2),
            ("a".repeat(306), Encoding::Gsm7, 306, 2),
            ("a".repeat(307), Encoding::Gsm7, 307, 3),
            ("€".repeat(80), Encoding::Gsm7, 160, 1),
            // 152 septets and an escaped character: it is not split, so the first segment stays one short.
            ("a".repeat(152) + "€" + &"a".repeat(152), Encoding::Gsm7, 306, 3),
            ("é".repeat(160), Encoding::Gsm7, 160, 1),
            ("—".to_owned() + &"a".repeat(69), Encoding::Ucs2, 70, 1),
            ("—".to_owned() + &"a".repeat(70), Encoding::Ucs2, 71, 2),
            ("😀".repeat(35), Encoding::Ucs2, 70, 1),
            // 67 units hold 33 surrogate pairs.
            ("😀".repeat(67), Encoding::Ucs2, 134, 3),
        ] {
            let lint = lint(&text);
            assert_eq!((lint.encoding, lint.units, lint.segments), (encoding, units, segments), "{text}");
        }
        assert_eq!(lint("a—b—c😀").offenders, ['—', '😀']);
    }

    #[test]
    fn an_em_dash_no_longer_costs_three_segments() {
        let text = "Sorry we missed you — “call” us: it’s Núñez… 😀";
        assert_eq!(transliterate(text), "Sorry we missed you - \"call\" us: it's Nuñez... ");
        assert_eq!(lint(&transliterate(text)).encoding, Encoding::Gsm7);
    }

    #[test]
    fn a_long_text_is_cut_after_a_word() {
        assert_eq!(fit("one two three", 13), "one two three");
        assert_eq!(fit("one two three", 12), "one two...");
        assert_eq!(fit("incomprehensibility", 10), "incompr...");
        assert_eq!(fit("one, two", 7), "one...");
        assert_eq!(fit("€€€€€", 9), "€€€...");
        assert_eq!(fit("", 0), "");
        assert_eq!(fit("abc", 2), "..");
        for allowed in 0..40 {
            let short = fit("Ünïcode — wörds “with” [brackets] and 😀 faces", allowed);
            assert!(lint(&short).units <= allowed && lint(&short).offenders.is_empty(), "{short}");
        }
    }
}
