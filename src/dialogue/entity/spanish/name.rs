//! Names of people in Spanish: introduced, answered, spelled; with their accents and their `de la`.

use super::is_run_up;
use crate::dialogue::{
    entity::{Entity, PersonName, Scene, Slot, building::is_named_at, name::entity, sound::likeness, titled},
    names::is_name_word,
    token::tokens,
};

/// Words that follow "soy" or answer "su nombre" and are no names.
const NOT_NAMES: &str = " a agua ahi ahora ahorita al algo alguien alla alli alquiler apartamento aqui arriba asi atrasado aun \
ayer bano bien bueno busco calle carro casa casero cliente cocina como compania con contratista cual cuando cuanto cuarto de \
del departamento dia dice digo disculpe donde dos duena dueno ella el electricista ellos emergencia en encargada encargado \
enferma enfermo es esa ese eso esta estoy esto estudiante favor fuga gas gato gracias gusto hablar hablo hay hola hoy hija hijo \
importa inquilina inquilino interesada interesado jardinero la las le les listo llame llamo llave lo los luz madre mal mama \
manana mantenimiento mas me mejor mi mia mio mis momento mucho muy nada nadie necesito ni no nombre nos nueva nuevo numero \
nunca o oficina oiga otra otro papa para pero perro persona pintor plomero por porque prefiero privado propietaria propietario pues que \
quien quiero quisiera recamara renta residente se senor senora senorita ser si sin sobre solo soltera su sus tambien tarde \
tecnico techo telefono tener tengo tiene toda todavia todo trabajo tu un una unidad uno usted vecina vecino vendedor vengo viene \
vivo vivo vive voy y ya yo acuerdo aja andale apellido apellidos asunto bien cierto claro completo correcta correcto dale de deletreo \
deletreado disculpa efectivamente escribe eso espanol exacta exactamente exacto falta faltan falto gente igual ingles letra letras \
mande mensaje mero misma mismito mismo ok okay okey orale perdon perfecta perfecto pregunta primer primero queja recado \
repito seguro simon sip somos sorry soy sure tal tampoco teclado tecla teclas tranquila tranquilo vale verdad yeah yep yes ";

/// Of those the ones that people are called by as well, behind a given name: `Alba Luz`, `Juan Calle`.
const NAMES_AS_WELL: [&str; 5] = ["luz", "bueno", "calle", "casero", "pintor"];

/// How somebody is addressed; no part of the name.
const TITLES: [&str; 20] = [
    "don",
    "dona",
    "senor",
    "senora",
    "senorita",
    "sr",
    "sra",
    "srta",
    "doctor",
    "doctora",
    "dr",
    "dra",
    "licenciado",
    "licenciada",
    "ingeniero",
    "ingeniera",
    "profesor",
    "profesora",
    "maestro",
    "maestra",
];

/// Agreement that stands before a name: "correcto, Rosa Tzoc".
const AGREEING: [&str; 16] = [
    "correcto",
    "exacto",
    "exactamente",
    "perfecto",
    "aja",
    "vale",
    "dale",
    "ok",
    "okay",
    "okey",
    "yes",
    "yeah",
    "efectivamente",
    "andale",
    "orale",
    "sip",
];

/// Behind a "de" these begin the name of a firm, and no family: "Ernesto de Pinturas Alameda".
const FIRMS: &str = " administracion agencia aire aires asociacion autoridad banco bienes bufete centro ciudad clinica colegio \
compania companias condado construccion construcciones constructora control corporacion departamento despacho distribuidora \
electricidad empresa empresas escuela fumigaciones fundacion gas grupo hospital iglesia impermeabilizaciones inmobiliaria \
instalaciones internet jardineria jardines limpieza limpiezas mantenimiento mudanzas muebles oficina oficinas paqueteria \
pinturas plomeria policia propiedades reparaciones seguridad seguros servicio servicios sistemas taller techos telefonia \
transportes universidad ventanas ";

/// A whole name in capitals that stands by itself can hardly be anything else.
const WHOLE: f32 = 0.9;
/// The same, where the sentence goes on; or one given name that is common.
const LIKELY: f32 = 0.8;
/// Whatever else answers the question for a name.
const ANSWERED: f32 = 0.75;

/// Particles inside a family name: `de la Cruz`.
const PARTICLES: [&str; 6] = ["de", "del", "la", "las", "los", "y"];

/// Words of one name.
const MOST_PARTS: usize = 5;

pub(super) fn names(scene: &Scene<'_>) -> Vec<Entity> {
    if let Some(rest) = family_that_was_missing(scene).or_else(|| in_parts(scene)) {
        return vec![rest];
    }
    if let Some(other) = of_another(scene) {
        return vec![other];
    }
    for at in 0..scene.tokens.len() {
        let Some((start, confidence)) = introduction(scene, at) else { continue };
        if let Some((name, end)) = name(scene, start) {
            if is_of_kin(scene, end) {
                continue;
            }
            let told =
                sureness(scene, start, &name, end).filter(|sure| *sure > confidence && *sure > ANSWERED);
            return vec![entity(scene, name, start, end, told.unwrap_or(confidence))];
        }
    }
    if scene.context.expecting != Some(Slot::Name) {
        return Vec::new();
    }
    let sentences = (0..scene.tokens.len()).filter(|&at| scene.begins_sentence(at));
    sentences.filter_map(|at| answered(scene, at)).next().into_iter().collect()
}

/// "Castellanos. Y yo soy Rosa, la mamá", of a whole name that was read back: who calls for somebody else.
fn is_of_kin(scene: &Scene<'_>, end: usize) -> bool {
    let whole = scene.context.read_back.is_some_and(|name| name.family.is_some());
    let kin = |at: usize| {
        matches!(
            scene.word(at),
            Some(
                "mama"
                    | "papa"
                    | "madre"
                    | "padre"
                    | "hermana"
                    | "hermano"
                    | "tia"
                    | "tio"
                    | "esposa"
                    | "esposo"
                    | "hija"
                    | "hijo"
                    | "abuela"
                    | "abuelo"
            )
        )
    };
    whole && matches!(scene.word(end), Some("la" | "el" | "su")) && kin(end + 1)
}

/// "Él se llama Brayan Castellanos y yo Rosa": of two names the whole one, where somebody calls for somebody else.
fn of_another(scene: &Scene<'_>) -> Option<Entity> {
    if scene.context.expecting != Some(Slot::Name) {
        return None;
    }
    let word = |at: usize| scene.word(at).unwrap_or_default();
    let other = (0..scene.tokens.len()).find(|&at| {
        word(at) == "se"
            && word(at + 1) == "llama"
            && at > 0
            && (matches!(
                word(at - 1),
                "el" | "ella"
                    | "hijo"
                    | "hija"
                    | "mama"
                    | "papa"
                    | "esposo"
                    | "esposa"
                    | "hermano"
                    | "hermana"
                    | "sobrino"
                    | "sobrina"
                    | "nieto"
                    | "nieta"
                    | "amigo"
                    | "amiga"
                    | "senor"
                    | "senora"
            ))
    })?;
    let (theirs, end) = name(scene, other + 2)?;
    let own = (0..scene.tokens.len())
        .filter(|&at| word(at) == "yo" || (word(at) == "me" && word(at + 1) == "llamo"))
        .find_map(|at| {
            let lead = |at: &usize| matches!(word(*at), "yo" | "soy" | "me" | "llamo");
            name(scene, (at..).find(|at| !lead(at))?)
        });
    let own_is_whole = own.is_some_and(|(own, _)| own.family.is_some());
    (theirs.family.is_some() && !own_is_whole).then(|| entity(scene, theirs, other + 2, end, WHOLE))
}

/// The name that a sentence of the answer is: behind the first only a whole one, "¿Cómo que en el teclado? Es Rosa Elena Tzoc".
fn answered(scene: &Scene<'_>, at: usize) -> Option<Entity> {
    let mut start = at;
    while scene.word(start).is_some_and(|word| {
        is_run_up(word)
            || AGREEING.contains(&word)
            || matches!(word, "no" | "perdon" | "dije" | "con" | "aqui")
            // "Ya se lo dije, Marleny Escobar", "sí, cómo no, …"
            || matches!(word, "ya" | "se" | "lo" | "le" | "como" | "mucho" | "gusto" | "supuesto" | "ay" | "digo" | "repito")
    }) {
        start += 1;
    }
    let (name, end) = name(scene, start)?;
    let sure = sureness(scene, start, &name, end)?;
    (at == 0 || sure >= WHOLE).then(|| entity(scene, name, start, end, sure))
}

/// How surely these words are a name by the way they are written. `None`: they are none, as "Pueden venir" is.
fn sureness(scene: &Scene<'_>, start: usize, name: &PersonName, end: usize) -> Option<f32> {
    let first = after_title(scene, start);
    let capital = scene.is_capital(first);
    let ends = end == scene.tokens.len() || scene.tokens[end - 1].stop;
    // "¿Recado? No, necesito que alguien venga": what is asked back.
    let asked_back = scene.tokens.get(end - 1).is_some_and(|last| scene.text[last.end..].starts_with('?'));
    let one = name.family.is_none() && !name.spelled;
    let known = scene.word(first).is_some_and(is_name_word);
    if one && !known && (asked_back || (capital && !ends)) {
        return None;
    }
    Some(match (&name.family, name.spelled) {
        (_, true) => WHOLE,
        (Some(_), _) if capital && scene.is_capital(end - 1) && ends && !asked_back => WHOLE,
        (Some(_), _) if capital && scene.is_capital(end - 1) => LIKELY,
        (None, _) if capital && known && ends => LIKELY,
        _ => ANSWERED,
    })
}

/// "No, falta el apellido, Tzoc", "Yesenia sí, pero falta Cruz Villalobos": the rest of the name that was read back.
fn family_that_was_missing(scene: &Scene<'_>) -> Option<Entity> {
    let read_back = scene.context.read_back.filter(|name| name.family.is_none())?;
    let missing = scene
        .tokens
        .iter()
        .position(|token| matches!(&*token.word, "falta" | "faltan" | "falto" | "apellido"))?;
    let lead = |at: &usize| {
        matches!(
            scene.word(*at),
            Some(
                "falta"
                    | "faltan"
                    | "falto"
                    | "el"
                    | "los"
                    | "mi"
                    | "mis"
                    | "apellido"
                    | "apellidos"
                    | "es"
                    | "son"
            )
        )
    };
    let start = (missing..).find(|at| !lead(at))?;
    let (said, end) = name(scene, start)?;
    let family = said.full();
    let name = PersonName { family: Some(family), ..read_back.clone() };
    Some(entity(scene, PersonName { known: None, ..name }, start, end, WHOLE))
}

/// "Escobar es el apellido, Marleny es el nombre", "Marleny, y el apellido es Escobar": each part by what it is, in whatever order.
fn in_parts(scene: &Scene<'_>) -> Option<Entity> {
    let is = |at: usize, words: &[&str]| scene.word(at).is_some_and(|word| words.contains(&word));
    let part = |nouns: &[&str]| -> Option<(PersonName, usize, usize)> {
        let noun = (0..scene.tokens.len()).find(|&at| is(at, nouns))?;
        if is(noun + 1, &["es", "son"]) {
            let (name, end) = one_name(scene, noun + 2)?;
            return Some((name, noun + 2, end));
        }
        // "Escobar es el apellido": from the beginning of its clause.
        let verb = noun
            .checked_sub(2)
            .filter(|&at| is(at, &["es", "son"]) && is(at + 1, &["el", "mi", "los", "mis"]))?;
        let start = (0..verb)
            .rev()
            .find(|&at| scene.tokens[at].stop || is(at, &["y", "no", "que"]))
            .map_or(0, |at| at + 1);
        let (name, end) = one_name(scene, start)?;
        (end == verb).then_some((name, start, noun + 1))
    };
    let (family, start, end) = part(&["apellido", "apellidos"])?;
    let (given, first, last) = part(&["nombre"]).or_else(|| {
        let (given, last) = one_name(scene, 0)?;
        (last < start).then_some((given, 0, last))
    })?;
    let name = PersonName {
        given: given.full(),
        family: Some(family.full()),
        spelled: family.spelled || given.spelled,
        known: None,
    };
    (given.given != family.given).then(|| entity(scene, name, start.min(first), end.max(last), WHOLE))
}

fn introduction(scene: &Scene<'_>, at: usize) -> Option<(usize, f32)> {
    let word = |offset: usize| scene.word(at + offset);
    match (word(0)?, word(1), word(2)) {
        // "Quién me llamó" asks for somebody else's.
        ("me", Some("llamo"), _) if !written(scene, at + 1).is_some_and(|verb| verb.ends_with('ó')) => {
            Some((at + 2, 0.95))
        }
        ("mi", Some("nombre"), Some("es")) => Some((at + 3, 0.95)),
        ("nombre", Some("es"), _) => Some((at + 2, 0.9)),
        ("apellido", Some("es"), _) => Some((at + 2, 0.9)),
        ("a", Some("nombre"), Some("de")) => Some((at + 3, 0.85)),
        ("le" | "les", Some("habla" | "saluda" | "llama"), _) => Some((at + 2, 0.85)),
        // "Dígale que le hablé yo, Chayo Ponce"
        ("hablo" | "hable" | "llamo" | "llame", Some("yo"), _) if scene.is_capital(at + 2) => {
            Some((at + 2, 0.8))
        }
        ("habla", _, _) if at <= 3 => Some((at + 1, 0.8)),
        ("de", Some("parte"), Some("de")) => Some((at + 3, 0.75)),
        ("soy", Some("la" | "el"), Some("senora" | "senor" | "senorita")) => Some((at + 3, 0.8)),
        // "Yo soy Brayan, de Amazon", to the question for a name.
        ("soy", _, _) if scene.context.expecting == Some(Slot::Name) && scene.is_capital(at + 1) => {
            Some((at + 1, 0.85))
        }
        ("soy", _, _) => Some((at + 1, 0.65)),
        _ => None,
    }
}

fn after_title(scene: &Scene<'_>, start: usize) -> usize {
    let title = |at: &usize| scene.word(*at).is_some_and(|word| TITLES.contains(&word));
    let end = (start..).find(|at| !title(at)).unwrap_or(start);
    // "El señor", and no name behind it.
    if end < scene.tokens.len() { end } else { start }
}

fn name(scene: &Scene<'_>, start: usize) -> Option<(PersonName, usize)> {
    let start = after_title(scene, start);
    if is_named_at(scene, start)
        && scene.word(start + 1).is_some_and(|word| matches!(word, "court" | "house"))
    {
        return None;
    }
    let (first, end) = one_name(scene, start)?;
    Some(begun_anew(scene, &first, end).unwrap_or((first, end)))
}

/// "Rosa, Rosa Elena Tzoc", "la señora Pérez, Marta Pérez", "Chayo Ponce, bueno, Rosario Ponce": the name that is said in the place
/// of the one before.
fn begun_anew(scene: &Scene<'_>, first: &PersonName, end: usize) -> Option<(PersonName, usize)> {
    if first.spelled || !scene.tokens.get(end.checked_sub(1)?)?.stop {
        return None;
    }
    let corrects = |at: &usize| match scene.word(*at) {
        Some("bueno" | "digo" | "perdon" | "mejor" | "dicho" | "quiero" | "decir" | "sea") => true,
        Some("o") => scene.word(at + 1) == Some("sea"),
        // "Nelson Batista, no Exacto" says whose name it is not.
        Some("no") => scene.tokens[*at].stop,
        _ => false,
    };
    let from = (end..).find(|at| !corrects(at))?;
    let (other, after) = one_name(scene, after_title(scene, from))?;
    let family = other.family.as_deref().unwrap_or_default();
    let same = other.given.eq_ignore_ascii_case(&first.given) || family.eq_ignore_ascii_case(&first.given);
    // "Doña Tere, Teresa Luján", "Chuy, Jesús Arriaga": how they are called, and then the whole name.
    let called = first.family.is_none()
        && scene.context.expecting == Some(Slot::Name)
        && tokens(&other.given).first().is_some_and(|given| is_name_word(&given.word));
    let again = from == end && (same || called);
    let whole = other.family.is_some() && scene.is_capital(from);
    (whole && (again || from > end)).then_some((other, after))
}

/// One name: words that can be one, with letters spelled after them or instead of them.
fn one_name(scene: &Scene<'_>, start: usize) -> Option<(PersonName, usize)> {
    if let Some((letters, end)) = spelling(scene, start) {
        let spelled =
            PersonName { given: titled(&letters.to_lowercase()), family: None, spelled: true, known: None };
        return Some((spelled, end));
    }
    let mut parts: Vec<String> = Vec::new();
    let mut end = say_parts(scene, start, &mut parts);
    let mut spelled = false;
    // The given name may be spelled as well as the family name: "Yesenia, Y E S E N I A, Cruz Villalobos".
    for _ in 0..2 {
        let next = after_spelling_word(scene, end);
        if let Some((letters, after)) = spelling(scene, next) {
            let word = titled(&letters.to_lowercase());
            match parts.last_mut() {
                // Letters are said without their accents: "Barragán, B A R R A G A N" is written with it.
                Some(last) if tokens(last).iter().map(|token| &*token.word).eq([letters.as_str()]) => {}
                Some(last) if likeness(last, &word) > 0.0 || last.chars().next() == word.chars().next() => {
                    *last = word
                }
                _ => parts.push(word),
            }
            spelled = true;
            end = after;
        } else if let Some(after) = after_letter_told(scene, end) {
            end = after;
        } else {
            break;
        }
        let known = scene.word(end).is_some_and(is_name_word);
        let goes_on = known || spelling(scene, after_spelling_word(scene, end + 1)).is_some();
        if parts.len() == 1 && goes_on && scene.is_capital(end) {
            end = say_parts(scene, end, &mut parts);
        }
    }
    let mut parts = parts.into_iter();
    let given = parts.next()?;
    let family: Vec<String> = parts.collect();
    let family = (!family.is_empty()).then(|| family.join(" "));
    Some((PersonName { given, family, spelled, known: None }, end))
}

/// Adds the words of a name that are said one after another, and answers where they end.
fn say_parts(scene: &Scene<'_>, start: usize, parts: &mut Vec<String>) -> usize {
    let begun = parts.len();
    let mut end = start;
    while parts.len() < MOST_PARTS {
        let mut next = end;
        let mut particles = Vec::new();
        while parts.len() > begun && scene.word(next).is_some_and(|word| PARTICLES.contains(&word)) {
            particles.push(scene.word(next).unwrap_or_default().to_owned());
            next += 1;
        }
        let Some(word) = scene.word(next).filter(|word| is_part(scene, next, word, parts.len() > begun))
        else {
            break;
        };
        // "Patricia de Propiedades del Valle", "Yesenia, de la Birch"
        let elsewhere =
            !particles.is_empty() && (FIRMS.contains(&format!(" {word} ")) || is_named_at(scene, next));
        if elsewhere || particles.last().is_some_and(|last| last == "y") || spelling(scene, next).is_some() {
            break;
        }
        // In a sentence with capitals a small word is no family: "Rosa pregunta por el depósito".
        let small = parts.len() > begun && scene.is_capital(start) && !scene.is_capital(next);
        if small && particles.is_empty() && !is_name_word(word) {
            break;
        }
        parts.extend(particles);
        parts.push(titled(&written(scene, next).unwrap_or(word).to_lowercase()));
        end = next + 1;
        if scene.tokens[next].stop {
            break;
        }
    }
    end
}

/// Can this word be part of a name where it stands?
fn is_part(scene: &Scene<'_>, at: usize, word: &str, begun: bool) -> bool {
    let as_well = NAMES_AS_WELL.contains(&word)
        && scene.is_capital(at)
        && (begun || (word == "luz" && !scene.tokens[at].stop && scene.is_capital(at + 1)));
    // "Ernesto Villalpando" is no gerund.
    let family = begun && scene.is_capital(at) && word.ends_with("ando") && word.len() > 6;
    as_well || family || can_be_name(word)
}

fn after_spelling_word(scene: &Scene<'_>, end: usize) -> usize {
    let between = |at: &usize| {
        matches!(scene.word(*at), Some("se" | "deletrea" | "escribe" | "con" | "es" | "deletreado"))
    };
    (end..).find(|at| !between(at)).unwrap_or(end)
}

/// "Begoña, con eñe", "Meza con zeta": by which letter it is written.
fn after_letter_told(scene: &Scene<'_>, end: usize) -> Option<usize> {
    let told = scene.word(end) == Some("con")
        && scene.word(end + 1).is_some_and(|word| {
            letter(word).is_some() || matches!(word, "acento" | "tilde" | "hache") || word == "dos"
        });
    told.then_some(end + 2)
}

/// The word with its accents, as it stands in the text.
fn written<'s>(scene: &Scene<'s>, at: usize) -> Option<&'s str> {
    let token = scene.tokens.get(at)?;
    scene.text.get(token.start..token.end)
}

fn can_be_name(word: &str) -> bool {
    word.len() >= 2
        && word.chars().all(char::is_alphabetic)
        && !NOT_NAMES.contains(&format!(" {word} "))
        && !["ando", "iendo", "mente", "cion"]
            .iter()
            .any(|end| word.ends_with(end) && word.len() > end.len() + 2)
        && (!word.ends_with("ando") || matches!(word, "fernando" | "armando" | "orlando" | "rolando"))
}

/// Three or more letters in a row: `erre e ye e ese`, `ge de gato, o, doble ele`.
fn spelling(scene: &Scene<'_>, start: usize) -> Option<(String, usize)> {
    let mut letters = String::new();
    let mut at = start;
    let mut count = 0;
    while let Some(word) = scene.word(at) {
        let twice = word == "doble" && !matches!(scene.word(at + 1), Some("u" | "ve" | "uve"));
        let wide = word == "doble" && !twice;
        let griega = word == "i" && scene.word(at + 1) == Some("griega");
        let (found, width) = match (twice, wide, griega) {
            (true, ..) => (scene.word(at + 1).and_then(letter), 2),
            (_, true, _) => (Some('w'), 2),
            (.., true) => (Some('y'), 2),
            _ => (self::letter(word), 1),
        };
        let Some(mut found) = found else { break };
        if written(scene, at).is_some_and(|text| text.to_lowercase().contains('ñ')) && found == 'n' {
            found = 'ñ';
        }
        at += width;
        if scene.word(at) == Some("de")
            && let Some(example) = scene.word(at + 1).filter(|example| example.chars().count() > 2)
            && let Some(first) = example.chars().next()
        {
            found = if found == 'ñ' { 'ñ' } else { first };
            at += 2;
        }
        letters.push(found);
        if twice {
            letters.push(found);
        }
        count += 1;
    }
    (count >= 3).then_some((letters, at))
}

/// A letter by itself or by its name.
pub(super) fn letter(word: &str) -> Option<char> {
    if word.len() == 1 {
        return word.chars().next().filter(char::is_ascii_alphabetic);
    }
    Some(match word {
        "be" => 'b',
        "ce" | "se" => 'c',
        "de" => 'd',
        "efe" => 'f',
        "ge" | "je" => 'g',
        "hache" => 'h',
        "jota" => 'j',
        "ka" | "ca" => 'k',
        "ele" => 'l',
        "eme" => 'm',
        "ene" => 'n',
        "pe" => 'p',
        "cu" => 'q',
        "ere" | "erre" => 'r',
        "ese" => 's',
        "te" => 't',
        "uve" | "ve" => 'v',
        "equis" => 'x',
        "ye" => 'y',
        "zeta" | "ceta" => 'z',
        _ => return None,
    })
}
