//! In which language a text is: its small words first, then the groups of letters that its words are made of.
//!
//! Names, numbers and an "ok" are of no language, and who says them is not taken for a speaker of another: without small
//! words that only one language has, the answer is `None`.

use std::sync::LazyLock;

use super::{
    corpus,
    pattern::Pattern,
    token::{Token, tokens},
};
use crate::types::Language;

/// Small words that English has and Spanish has not, as a recogniser or a thumb writes them.
const ENGLISH: &str = " the a an and is are was were am im its this that these those there theres my your our his her their \
with from for of to in on at by about what whats when where who how why which can could would should will wont dont \
doesnt didnt isnt arent cant ive youre were weve id ill do does did have has had been be being you i we they he she it us \
them not just like need want get got going know would please thanks thank hello hi hey yes yeah any some out up into if \
then than because but or so too very here now still also my mine yours anyone someone something somebody really right ";

/// Small words that Spanish has and English has not. "No", "me", "he", "come", "son", "den", "once" are of both.
const SPANISH: &str = " el la los las un una unos unas y o de del al en con por para que es esta estan estoy estamos esto este \
ese esa eso mi mis su sus tu yo usted ustedes nosotros ella ellos nos le les lo se muy mas pero porque como cuando donde \
cual cuanto cuantos quien ya si sin sobre desde hasta entre tengo tiene tienen tenemos hay soy somos fue ser estaba quiero \
quisiera quiere puedo puede pueden podria necesito necesita busco hola buenas buenos dias tardes noches gracias favor \
senor senora senorita aqui ahi alli ahora ahorita todavia tambien nada algo alguien nadie todo todos toda cada otro otra \
casa departamento apartamento renta agua luz llave bano cocina techo puerta hablo habla espanol vengo voy va van dice \
digale llamo llame hace sale sirve funciona nunca siempre bien mal ayer hoy manana mientras ni pues bueno oiga ";

/// With these alone people agree and thank in whatever language they speak: "yes, that's right", among two languages at home.
const ASSENT: [&str; 16] = [
    "yes", "yeah", "yep", "no", "ok", "okay", "thats", "that", "is", "it", "right", "correct", "sure",
    "please", "thanks", "sorry",
];

/// Each small word weighs as much as this many bits.
const SMALL_WORD: f32 = 3.0;
/// The letters of one word weigh at most so much: one rare name decides nothing.
const WORD_AT_MOST: f32 = 1.5;
/// What the letters of all words may weigh together, beside the small words.
const LETTERS_AT_MOST: f32 = 4.0;
/// Below this the text is of no language.
const SURE: f32 = 3.5;

/// Buckets of hashed letter groups.
const BUCKETS: usize = 1 << 13;

/// The language of the text. `None`: too little was said, or it could be either.
pub fn language_of(text: &str) -> Option<Language> {
    let words = tokens(text);
    if words.iter().all(|token| ASSENT.contains(&token.word.as_str())) {
        return None;
    }
    let (small, score) = weigh(&words);
    let language = if score > 0.0 { Language::Spanish } else { Language::English };
    (small != 0 && score.abs() >= SURE && (small > 0) == (score > 0.0)).then_some(language)
}

/// The language of somebody's very first words, where a greeting says enough: `hola`, `buenas tardes`.
pub fn greeted_in(text: &str) -> Option<Language> {
    const GREETINGS: [&str; 7] = ["hola", "buenas", "buenos", "bueno", "alo", "oiga", "disculpe"];
    let words = tokens(text);
    let spanish = words.first().is_some_and(|word| GREETINGS.contains(&word.word.as_str()));
    language_of(text).or((spanish && weigh(&words).1 > 0.0).then_some(Language::Spanish))
}

/// The language that these words ask for: `do you speak Spanish?`, `no hablo inglés`, `English, please`.
pub fn language_wished(text: &str) -> Option<Language> {
    static WISHES: LazyLock<Vec<(Language, Pattern)>> = LazyLock::new(|| {
        let spanish = [
            "no|dont|cant|not speak|hablo|habla|understand|entiendo|comprendo ?mucho ?much ?el ?any ingles|english",
            "no ingles|english $",
            "speak|speaks|have|anyone|someone|somebody|talk|in .. spanish|espanol",
            "habla|hablan|hablas|hable|hablar|atienden|atender|alguien .. espanol",
            "en espanol",
            "^ ?in spanish|espanol ?please ?por ?favor $",
            "para espanol",
            "prefiero|quiero .. espanol",
            "^ ?in spanish|espanol ?please ?por ?favor ?in spanish|espanol ?please ?por ?favor $",
        ];
        let english = [
            "speak|talk|have|continue|switch .. english",
            "in english",
            "^ ?oh ?sorry english ?please $",
            "no|dont|not speak|understand|hablo|habla ?any ?much spanish|espanol",
            "no spanish|espanol $",
            "en ingles",
            "^ ingles ?por ?favor $",
            "prefiero|quiero .. ingles",
        ];
        let of = |language: Language, patterns: &[&str]| -> Vec<(Language, Pattern)> {
            patterns.iter().map(|pattern| (language, Pattern::parse(pattern))).collect()
        };
        [of(Language::Spanish, &spanish), of(Language::English, &english)].concat()
    });
    let words = tokens(text);
    if words.len() > 12 {
        // "My mom doesn't speak English, can we do this in Spanish?": so many words speak of a language but for a plain request.
        static REQUESTS: LazyLock<[(Language, Pattern); 2]> = LazyLock::new(|| {
            [
                (
                    Language::Spanish,
                    "can|could|may|podemos|podria|podriamos|puede|pueden .. in|en spanish|espanol",
                ),
                (
                    Language::English,
                    "can|could|may|podemos|podria|podriamos|puede|pueden .. in|en english|ingles",
                ),
            ]
            .map(|(language, request)| (language, Pattern::parse(request)))
        });
        let asked = |(_, request): &&(Language, Pattern)| words.len() <= 20 && request.fits(&words);
        return REQUESTS.iter().find(asked).map(|(language, _)| *language);
    }
    // "No hablo español": what is denied is not wished for, and the denials stand first in their own list.
    let denied = |language: Language| {
        let at = WISHES.iter().filter(|(of, _)| *of == language);
        at.take(if language == Language::Spanish { 2 } else { 8 }).any(|(_, wish)| wish.fits(&words))
    };
    let first = |language: Language| WISHES.iter().any(|(of, wish)| *of == language && wish.fits(&words));
    match (first(Language::Spanish), first(Language::English)) {
        (true, false) => Some(Language::Spanish),
        (false, true) => Some(Language::English),
        (true, true) if denied(Language::Spanish) => Some(Language::Spanish),
        (true, true) => Some(Language::English),
        (false, false) => None,
    }
}

/// A number of the doors of a house, in figures or in the words of either language.
fn is_count(word: &str) -> bool {
    const COUNTS: &str = " uno dos tres cuatro cinco seis siete ocho nueve diez once doce one two three four five six seven eight \
nine ten eleven twelve ";
    word.bytes().all(|b| b.is_ascii_digit()) || COUNTS.contains(&format!(" {word} "))
}

/// The balance of small words, and of everything; above zero it is Spanish.
fn weigh(words: &[Token]) -> (i32, f32) {
    let mut small = 0;
    let mut letters = 0.0;
    let is_letter = |at: usize| words.get(at).is_some_and(|token| token.word.chars().count() == 1);
    for (at, token) in words.iter().enumerate() {
        // "R, E, Y, E, S" is spelled, and neither of its letters is an "and".
        if is_letter(at) && (is_letter(at + 1) || at.checked_sub(1).is_some_and(is_letter)) {
            continue;
        }
        // "Tres A" is a door, and no "a" of either language.
        if is_letter(at) && at.checked_sub(1).is_some_and(|before| is_count(&words[before].word)) {
            continue;
        }
        let framed = format!(" {} ", token.word);
        match (ENGLISH.contains(&framed), SPANISH.contains(&framed)) {
            (true, false) => small -= 1,
            (false, true) => small += 1,
            _ => letters += LETTERS.weigh(&token.word).clamp(-WORD_AT_MOST, WORD_AT_MOST),
        }
    }
    (small, small as f32 * SMALL_WORD + letters.clamp(-LETTERS_AT_MOST, LETTERS_AT_MOST))
}

/// How much likelier each group of letters is in a Spanish word than in an English one, learnt from the utterances of
/// both (naive Bayes with one added to each count).
struct Letters(Vec<f32>);

static LETTERS: LazyLock<Letters> = LazyLock::new(|| {
    let mut counts = [vec![1.0_f32; BUCKETS], vec![1.0_f32; BUCKETS]];
    let english = corpus::training().filter_map(Result::ok).map(|example| (0, example.text));
    let spanish = corpus::training_in_spanish().filter_map(Result::ok).map(|example| (1, example.text));
    for (language, text) in english.chain(spanish) {
        for token in tokens(text) {
            groups(&token.word, |bucket| counts[language][bucket] += 1.0);
        }
    }
    let total = counts.each_ref().map(|counts| counts.iter().sum::<f32>());
    let odds = |bucket: usize| ((counts[1][bucket] / total[1]) / (counts[0][bucket] / total[0])).ln();
    Letters((0..BUCKETS).map(odds).collect())
});

impl Letters {
    fn weigh(&self, word: &str) -> f32 {
        if word.len() < 3 || word.bytes().any(|b| b.is_ascii_digit()) {
            return 0.0;
        }
        let (mut sum, mut count) = (0.0, 0.0_f32);
        groups(word, |bucket| {
            sum += self.0[bucket];
            count += 1.0;
        });
        sum / count.max(1.0)
    }
}

/// The buckets of the groups of three letters, with the word's edges.
fn groups(word: &str, mut each: impl FnMut(usize)) {
    let framed: Vec<u8> = format!("<{word}>").into_bytes();
    for group in framed.windows(3) {
        let hash = group
            .iter()
            .fold(0x811c_9dc5_u32, |hash, byte| (hash ^ u32::from(*byte)).wrapping_mul(0x0100_0193));
        each((hash ^ (hash >> 16)) as usize & (BUCKETS - 1));
    }
}

#[cfg(test)]
mod tests;
