//! Names of people in Spanish: introduced, answered, spelled; with their accents and their `de la`.

use super::is_run_up;
use crate::dialogue::entity::{Entity, PersonName, Scene, Slot, name::entity, sound::likeness, titled};

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
vivo vivo vive voy y ya yo ";

/// Particles inside a family name: `de la Cruz`.
const PARTICLES: [&str; 6] = ["de", "del", "la", "las", "los", "y"];

/// Words of one name.
const MOST_PARTS: usize = 5;

pub(super) fn names(scene: &Scene<'_>) -> Vec<Entity> {
    for at in 0..scene.tokens.len() {
        let Some((start, confidence)) = introduction(scene, at) else { continue };
        if let Some((name, end)) = name(scene, start) {
            return vec![entity(scene, name, start, end, confidence)];
        }
    }
    if scene.context.expecting != Some(Slot::Name) {
        return Vec::new();
    }
    let mut start = 0;
    while scene.word(start).is_some_and(|word| is_run_up(word) || matches!(word, "no" | "perdon" | "dije")) {
        start += 1;
    }
    name(scene, start).map(|(name, end)| entity(scene, name, start, end, 0.75)).into_iter().collect()
}

fn introduction(scene: &Scene<'_>, at: usize) -> Option<(usize, f32)> {
    let word = |offset: usize| scene.word(at + offset);
    match (word(0)?, word(1), word(2)) {
        ("me", Some("llamo"), _) => Some((at + 2, 0.95)),
        ("mi", Some("nombre"), Some("es")) => Some((at + 3, 0.95)),
        ("nombre", Some("es"), _) => Some((at + 2, 0.9)),
        ("apellido", Some("es"), _) => Some((at + 2, 0.9)),
        ("a", Some("nombre"), Some("de")) => Some((at + 3, 0.85)),
        ("le", Some("habla"), _) => Some((at + 2, 0.85)),
        ("habla", _, _) if at <= 3 => Some((at + 1, 0.8)),
        ("de", Some("parte"), Some("de")) => Some((at + 3, 0.75)),
        ("soy", Some("la" | "el"), Some("senora" | "senor" | "senorita")) => Some((at + 3, 0.8)),
        ("soy", _, _) => Some((at + 1, 0.65)),
        _ => None,
    }
}

fn name(scene: &Scene<'_>, start: usize) -> Option<(PersonName, usize)> {
    if let Some((letters, end)) = spelling(scene, start) {
        return Some((
            PersonName { given: titled(&letters.to_lowercase()), family: None, spelled: true, known: None },
            end,
        ));
    }
    let mut parts: Vec<String> = Vec::new();
    let mut end = start;
    while parts.len() < MOST_PARTS {
        let mut next = end;
        let mut particles = Vec::new();
        while !parts.is_empty() && scene.word(next).is_some_and(|word| PARTICLES.contains(&word)) {
            particles.push(scene.word(next).unwrap_or_default().to_owned());
            next += 1;
        }
        let Some(word) = scene.word(next).filter(|word| can_be_name(word)) else { break };
        if particles.last().is_some_and(|last| last == "y") || spelling(scene, next).is_some() {
            break;
        }
        parts.extend(particles);
        parts.push(titled(&written(scene, next).unwrap_or(word).to_lowercase()));
        end = next + 1;
        if scene.tokens[next].stop {
            break;
        }
    }
    let mut spelled = false;
    let mut next = end;
    while matches!(scene.word(next), Some("se" | "deletrea" | "escribe" | "con" | "es" | "deletreado")) {
        next += 1;
    }
    if let Some((letters, after)) = spelling(scene, next) {
        let word = titled(&letters.to_lowercase());
        match parts.last_mut() {
            Some(last) if likeness(last, &word) > 0.0 || last.chars().next() == word.chars().next() => {
                *last = word
            }
            _ => parts.push(word),
        }
        spelled = true;
        end = after;
    }
    let mut parts = parts.into_iter();
    let given = parts.next()?;
    let family: Vec<String> = parts.collect();
    let family = (!family.is_empty()).then(|| family.join(" "));
    Some((PersonName { given, family, spelled, known: None }, end))
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
