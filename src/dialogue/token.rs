//! Words with their places: what every reader of an utterance starts from.

/// One word, lower case, without accents and apostrophes (`don't` and `dont` are one word to a recogniser).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Token {
    pub word: String,
    /// Byte range in the text as given.
    pub start: usize,
    pub end: usize,
    /// A comma, full stop or other mark stands between this word and the next.
    pub stop: bool,
}

/// An utterance is at most this many words for its readers; a minute of fast speech has 250. The rest is not read.
pub(super) const MOST_WORDS: usize = 400;

/// Splits at everything that is neither letter nor digit; an apostrophe inside a word belongs to it.
pub(super) fn tokens(text: &str) -> Vec<Token> {
    let mut found: Vec<Token> = Vec::new();
    let mut open: Option<Token> = None;
    for (at, c) in text.char_indices() {
        if c.is_alphanumeric() {
            let token =
                open.get_or_insert_with(|| Token { word: String::new(), start: at, end: at, stop: false });
            for lower in c.to_lowercase() {
                token.word.push_str(&fold(lower));
            }
            token.end = at + c.len_utf8();
            continue;
        }
        if is_apostrophe(c) && open.is_some() {
            continue;
        }
        found.extend(open.take());
        if found.len() >= MOST_WORDS {
            return found;
        }
        if matches!(c, '.' | ',' | ';' | ':' | '!' | '?' | '…' | '(' | ')' | '\n')
            && let Some(last) = found.last_mut()
        {
            last.stop = true;
        }
    }
    found.extend(open);
    found
}

/// The word with its first letter a capital; the rest stays as it is.
pub(super) fn titled(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

fn is_apostrophe(c: char) -> bool {
    matches!(c, '\'' | '\u{2019}' | '\u{2018}' | '`')
}

/// Letters of Western Europe without their marks; all else as it is.
fn fold(c: char) -> String {
    let plain = match c {
        'à'..='å' => "a",
        'æ' => "ae",
        'ç' => "c",
        'è'..='ë' => "e",
        'ì'..='ï' => "i",
        'ñ' => "n",
        'ò'..='ö' | 'ø' => "o",
        'ù'..='ü' => "u",
        'ý' | 'ÿ' => "y",
        'ß' => "ss",
        other => return other.to_string(),
    };
    plain.to_owned()
}

/// A light English stem: plural, `-ing` and `-ed` go; short words stay.
pub(super) fn stem(word: &str) -> String {
    if !word.is_ascii() || word.len() < 4 {
        return word.to_owned();
    }
    let cut = |suffix: &str, least: usize| word.strip_suffix(suffix).filter(|base| base.len() >= least);
    let has_vowel = |base: &str| base.bytes().any(|b| b"aeiouy".contains(&b));
    if let Some(base) = cut("ies", 3) {
        return format!("{base}y");
    }
    if let Some(base) = cut("ing", 3).or_else(|| cut("ed", 3)).filter(|base| has_vowel(base)) {
        return undouble(base);
    }
    if ["ss", "us", "is", "as"].iter().any(|end| word.ends_with(end)) {
        return word.to_owned();
    }
    if let Some(base) = cut("es", 3).filter(|b| b.ends_with(['x', 'h', 's', 'z'])) {
        return base.to_owned();
    }
    cut("s", 3).unwrap_or(word).trim_end_matches('e').to_owned()
}

/// `stopp` is `stop`, `mov` is what `move` stems to as well.
fn undouble(base: &str) -> String {
    let bytes = base.as_bytes();
    match bytes {
        [.., a, b] if a == b && !b"lsz".contains(b) => base[..base.len() - 1].to_owned(),
        _ => base.trim_end_matches('e').to_owned(),
    }
}

/// A light Spanish stem of a word without accents: endings of number, gender and tense go; short words stay.
pub(super) fn spanish_stem(word: &str) -> String {
    const VERBS: [&str; 22] = [
        "andose", "iendose", "aremos", "eremos", "iremos", "ieron", "iendo", "aron", "ando", "amos", "emos",
        "imos", "aban", "ados", "adas", "idos", "idas", "ado", "ada", "ido", "ida", "aba",
    ];
    if !word.is_ascii() || word.len() < 5 {
        return word.to_owned();
    }
    let cut = |suffix: &&str| word.strip_suffix(*suffix).filter(|base| base.len() >= 3);
    let verb = VERBS.iter().find_map(cut);
    let base = verb
        .or_else(|| ["es", "as", "os", "an", "en", "ar", "er", "ir"].iter().find_map(cut))
        .unwrap_or(word);
    base.trim_end_matches(['a', 'e', 'o', 's']).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_keep_their_places_and_lose_their_dress() {
        let text = "No, I don\u{2019}t — José's 4B!";
        let found = tokens(text);
        let words: Vec<&str> = found.iter().map(|t| t.word.as_str()).collect();
        assert_eq!(words, ["no", "i", "dont", "joses", "4b"]);
        assert!(found[0].stop && !found[1].stop && found[4].stop);
        assert_eq!(&text[found[3].start..found[3].end], "José's");
    }

    #[test]
    fn forms_of_one_word_share_a_stem() {
        for forms in [
            &["leak", "leaks", "leaking", "leaked"][..],
            &["stop", "stops", "stopping", "stopped"],
            &["move", "moves", "moving", "moved"],
            &["smoke", "smoking", "smokes"],
            &["key", "keys"],
        ] {
            for form in forms {
                assert_eq!(stem(form), stem(forms[0]), "{form}");
            }
        }
        assert_eq!(
            (stem("gas"), stem("this"), stem("address")),
            ("gas".into(), "this".into(), "address".into())
        );
    }

    #[test]
    fn forms_of_one_spanish_word_share_a_stem() {
        for forms in [
            &["gotea", "goteando", "gotean", "gotear"][..],
            &["apartamento", "apartamentos"],
            &["quemando", "quemado", "quemada", "quema"],
            &["unidad", "unidades"],
            &["rento", "rentan", "rentar", "renta"],
        ] {
            for form in forms {
                assert_eq!(spanish_stem(form), spanish_stem(forms[0]), "{form}");
            }
        }
        assert_eq!((spanish_stem("gas"), spanish_stem("luz")), ("gas".into(), "luz".into()));
    }

    #[test]
    fn an_endless_utterance_is_read_up_to_its_bound() {
        assert_eq!(tokens(&"word ".repeat(10_000)).len(), MOST_WORDS);
        assert!(tokens("").is_empty());
    }
}
