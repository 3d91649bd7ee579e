//! The language of a text, by utterances that nothing was learnt from.

use super::*;
use crate::dialogue::evaluation::HeldOut;

/// Right, wrong and unsure among lines of at least four words.
fn judged(language: Language, texts: impl Iterator<Item = &'static str>) -> (usize, usize, usize) {
    let (mut right, mut wrong, mut unsure) = (0, Vec::new(), Vec::new());
    for text in texts.filter(|text| tokens(text).len() >= 4) {
        match language_of(text) {
            Some(found) if found == language => right += 1,
            Some(_) => wrong.push(text),
            None => unsure.push(text),
        }
    }
    println!("{language}: {right} right\nwrong: {wrong:#?}\nunsure: {unsure:#?}");
    (right, wrong.len(), unsure.len())
}

#[test]
fn lines_of_four_words_are_of_their_language_and_hardly_ever_of_another() {
    let english = HeldOut::ALL.into_iter().flat_map(corpus::held_out).filter_map(Result::ok).map(|e| e.text);
    let spanish = corpus::held_out_in_spanish().filter_map(Result::ok).map(|e| e.text);
    for (right, wrong, unsure) in [judged(Language::English, english), judged(Language::Spanish, spanish)] {
        let all = right + wrong + unsure;
        assert!(right * 100 >= all * 97, "{right} of {all}, {wrong} wrong");
        assert!(wrong * 1000 <= all * 3, "{wrong} of {all} taken for the other language");
    }
}

#[test]
fn what_is_of_no_language_changes_none() {
    for text in [
        "",
        "ok",
        "no",
        "4B",
        "303 555 0142",
        "Maria Hernandez",
        "Jose Luis Rodriguez Garcia",
        "Ana",
        "mm hm",
        "STOP",
        "Dana Reyes",
        "Diana Reyes, R. E. Y. S.",
        "R O Y O",
        "Alamo",
        "taco",
        "okay bye",
        "amigo",
        "unit 4",
    ] {
        assert_ne!(language_of(text), Some(Language::Spanish), "{text}");
    }
    for text in [
        "",
        "ok",
        "no",
        "4B",
        "sí",
        "Juan",
        "cuatro be",
        "Maple Court",
        "John Smith",
        "Park Avenue 12",
        "Yes, that's right.",
    ] {
        assert_ne!(language_of(text), Some(Language::English), "{text}");
    }
    assert_eq!(language_of("my name is Jose Hernandez Rodriguez"), Some(Language::English));
    assert_eq!(language_of("me llamo John Smith y vivo en Maple Court"), Some(Language::Spanish));
}

#[test]
fn a_greeting_says_enough_at_the_beginning() {
    assert_eq!(greeted_in("Hola"), Some(Language::Spanish));
    assert_eq!(greeted_in("Buenas tardes"), Some(Language::Spanish));
    assert_eq!(greeted_in("Hola, this is Dana, my sink is leaking"), Some(Language::English));
    assert_eq!(greeted_in("ok"), None);
}

#[test]
fn a_language_is_asked_for_in_either() {
    for text in [
        "do you speak spanish",
        "spanish please",
        "no hablo inglés",
        "no english",
        "¿Habla español?",
        "hay alguien que hable español",
        "en español por favor",
        "i dont speak english",
        "no hablo mucho inglés",
        "Español",
        "Spanish, please. Español.",
        "Hi, um, sorry, my mom doesn't speak English, can we do this in Spanish?",
    ] {
        assert_eq!(language_wished(text), Some(Language::Spanish), "{text}");
    }
    for text in [
        "english please",
        "in english please",
        "do you speak english",
        "en inglés por favor",
        "no hablo español",
    ] {
        assert_eq!(language_wished(text), Some(Language::English), "{text}");
    }
    for text in ["the spanish moss in the yard", "my sink leaks", "no", "se me tapó el baño"] {
        assert_eq!(language_wished(text), None, "{text}");
    }
}
