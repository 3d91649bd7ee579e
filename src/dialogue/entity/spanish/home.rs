//! What prospects and residents say of a home in Spanish: budget, bedrooms, pets, and whether somebody may come in.

use std::sync::LazyLock;

use super::number::{cardinal, ones};
use crate::dialogue::{
    entity::{
        Access, Entity, Pets, Scene, Slot, Value,
        home::{RENTS, access_from_name, kept_animals},
    },
    pattern::{Pattern, Table},
};

pub(super) fn budgets(scene: &Scene<'_>) -> Vec<Entity> {
    let asked = scene.context.expecting == Some(Slot::Budget);
    for at in 0..scene.tokens.len() {
        let Some((value, end)) = cardinal(scene.text, &scene.tokens, at) else { continue };
        if !RENTS.contains(&value) || scene.follows_unit_word(at) {
            continue;
        }
        let before = |back: usize| at.checked_sub(back).and_then(|i| scene.word(i));
        let led = matches!(before(1), Some("hasta" | "maximo" | "presupuesto" | "pagar" | "gastar"))
            || matches!(
                (before(2), before(1)),
                (Some("menos" | "mas" | "maximo" | "presupuesto" | "arriba" | "debajo"), Some("de"))
                    | (Some("presupuesto"), Some("es"))
                    | (Some("es"), Some("de"))
            );
        if asked || led || scene.is_amount(at, end) {
            return vec![scene.entity(Value::Budget(value), at..end, if asked { 0.9 } else { 0.8 }, false)];
        }
    }
    Vec::new()
}

pub(super) fn bedrooms(scene: &Scene<'_>) -> Vec<Entity> {
    for at in 0..scene.tokens.len() {
        let word = scene.word(at).unwrap_or_default();
        let found = |rooms: u8, end: usize| vec![scene.entity(Value::Bedrooms(rooms), at..end, 0.92, false)];
        if matches!(word, "estudio" | "estudios" | "monoambiente") {
            return found(0, at + 1);
        }
        let number = ones(word).or_else(|| word.parse().ok()).filter(|n| (1..=6).contains(n));
        let Some(rooms) = number.and_then(|n| u8::try_from(n).ok()) else { continue };
        let of_rooms = matches!(
            scene.word(at + 1),
            Some(
                "recamara"
                    | "recamaras"
                    | "cuarto"
                    | "cuartos"
                    | "habitacion"
                    | "habitaciones"
                    | "dormitorio"
                    | "dormitorios"
                    | "alcoba"
                    | "alcobas"
                    | "bedroom"
                    | "bedrooms"
            )
        );
        if of_rooms {
            return found(rooms, at + 2);
        }
        if scene.context.expecting == Some(Slot::Bedrooms) {
            return found(rooms, at + 1);
        }
    }
    Vec::new()
}

const ANIMALS: [(&str, &str); 25] = [
    ("perro", "dog"),
    ("perros", "dog"),
    ("perra", "dog"),
    ("perrito", "dog"),
    ("perritos", "dog"),
    ("perrita", "dog"),
    ("cachorro", "dog"),
    ("gato", "cat"),
    ("gatos", "cat"),
    ("gata", "cat"),
    ("perritas", "dog"),
    ("gatito", "cat"),
    ("gatico", "cat"),
    ("gaticos", "cat"),
    ("gatica", "cat"),
    ("gatitas", "cat"),
    ("gatitos", "cat"),
    ("pajaro", "bird"),
    ("perico", "bird"),
    ("conejo", "rabbit"),
    ("pez", "fish"),
    ("peces", "fish"),
    ("tortuga", "turtle"),
    ("mascota", ""),
    ("mascotas", ""),
];

static PETS: LazyLock<[Pattern; 2]> = LazyLock::new(|| {
    [
        Pattern::parse("no|sin|ni .. mascota|mascotas|perro|perros|gato|gatos|animales|animal"),
        Pattern::parse(
            "tengo|tenemos|con|mi|mis|traigo|llevo|nuestro|nuestra|hay .. perro|perros|perra|perrito|perritos|perrita|\
             cachorro|gato|gatos|gata|gatito|gatitos|gatico|gaticos|gatica|pajaro|perico|conejo|pez|peces|tortuga|mascota|mascotas",
        ),
    ]
});

pub(super) fn pets(scene: &Scene<'_>) -> Vec<Entity> {
    let asked = scene.context.expecting == Some(Slot::Pets);
    let question = matches!(
        scene.word(0),
        Some("aceptan" | "permiten" | "se" | "puedo" | "que" | "cuantas" | "cuantos" | "hay" | "el" | "los")
    );
    let place = |pattern: &Pattern| pattern.hits(&scene.tokens).next().map(|hit| hit.words);
    if let Some(words) = place(&PETS[0]).filter(|_| !question) {
        return vec![scene.entity(Value::Pets(Pets::None), words, 0.85, false)];
    }
    let others = |at: usize| {
        (at.saturating_sub(3)..at)
            .filter_map(|i| scene.word(i))
            .any(|w| matches!(w, "vecino" | "vecina" | "vecinos" | "su" | "sus" | "del"))
    };
    let animal = |word: &str| ANIMALS.iter().find(|(name, _)| *name == word).map(|(_, animal)| *animal);
    let places: Vec<(usize, &str)> = (0..scene.tokens.len())
        .filter_map(|at| Some((at, animal(scene.word(at)?)?)))
        .filter(|(at, _)| !others(*at))
        .collect();
    let owned = asked || (place(&PETS[1]).is_some() && !question);
    if owned { kept_animals(scene, &places) } else { Vec::new() }
}

/// Does the word stand in a question, as in "¿cómo que si no estoy en casa?"? A question answers none.
fn is_asked_back(scene: &Scene<'_>, at: usize) -> bool {
    let Some(token) = scene.tokens.get(at) else { return false };
    let before = scene.text[..token.start].rfind(['.', '!', '?', '¿', '¡']);
    if before.is_some_and(|mark| scene.text[mark..].starts_with('¿')) {
        return true;
    }
    let after = scene.text[token.end..].find(['.', '!', '?', '¿', '¡']);
    // "Sí, pueden entrar?" has no mark before it, and begins with its yes.
    at > 0 && after.is_some_and(|mark| scene.text[token.end + mark..].starts_with('?'))
}

/// "Sí" by its accent, or where no condition stands: first, or before a stop.
fn is_yes(scene: &Scene<'_>, at: usize) -> bool {
    let token = &scene.tokens[at];
    let accented = scene.text.get(token.start..token.end).is_some_and(|word| word.to_lowercase() == "sí");
    accented || token.stop || at == 0 || scene.begins_sentence(at) || at + 1 == scene.tokens.len()
}

const ACCESS: &str = "\
call_first | llame*|llamen*|avise*|avisen*|marque*|marquen*|texto*|mande* .. antes|primero|cuando
call_first | llame*|llamen*|avise*|avisen*|marque*|marquen* $
call_first | antes .. llame*|avise*|marque*
call_first | toquen|toque .. antes|primero|puerta
call_first | perro|perra|perros|perrito .. bravo|brava|bravos|muerde|muerden|suelto|suelta
call_first | toquen|toque ?nomas ?nada ?mas ?primero $
when_home | si|yo ?yo ?aqui estoy|estare|estaremos|estamos ?aqui ?en ?la ?casa todo|toda el|la dia|tarde|manana|noche
when_home | siempre estoy|estamos|hay
when_home | solo|nomas|nada|unicamente .. cuando|si .. este|estoy|estemos|alguien
when_home | quiero|prefiero|necesito|tengo .. estar
when_home | cuando yo este
when_home | si estoy yo
when_home | conmigo|presente
denied | no quiero que ?nadie entren|entre
denied | no entren|entre
denied | no pueden|puede|deben entrar|pasar
denied | nadie .. entre|entra
denied | sin mi|permiso no
granted | si? pueden|puede entrar|pasar
granted | entren|entre|pasen|pase
granted | tienen|tiene|doy permiso
granted | usen|use|con .. llave
granted | no hay problema
granted | esta bien
";

static ACCESS_RULES: LazyLock<Table<Access>> = LazyLock::new(|| Table::parse(ACCESS, access_from_name));

pub(in crate::dialogue::entity) fn accesses(scene: &Scene<'_>) -> Vec<Entity> {
    let asked = scene.context.expecting == Some(Slot::Access);
    // Unasked, only words of entering speak of access, and no question does: "¿van a entrar? ¿tengo que estar yo ahí?"
    let put_through = |at: usize| matches!(scene.word(at), Some("con" | "a" | "al" | "la" | "el" | "por"));
    let enters = !scene.text.contains('?')
        && (0..scene.tokens.len()).any(|at| match scene.word(at) {
            Some("entrar" | "entren" | "entre" | "permiso" | "pasen" | "adentro") => true,
            // "Me puede pasar con el encargado"
            Some("pasar") => !put_through(at + 1),
            _ => false,
        });
    if asked || enters {
        for (access, pattern) in &ACCESS_RULES.0 {
            if let Some(hit) = pattern.hits(&scene.tokens).find(|hit| !is_asked_back(scene, hit.words.start))
            {
                let confidence = if asked { 0.9 } else { 0.65 };
                let read_back = *access != Access::Granted || !asked;
                return vec![scene.entity(Value::Access(*access), hit.words, confidence, read_back)];
            }
        }
    }
    if !asked {
        return Vec::new();
    }
    let answers = |at: &usize| !is_asked_back(scene, *at);
    let answer = (0..scene.tokens.len()).filter(answers).find_map(|at| match scene.word(at)? {
        "no" => Some((at, Access::Denied)),
        // "Si no estoy": a condition, unless it stands first or by itself.
        "si" if !is_yes(scene, at) => None,
        "si" | "claro" | "seguro" | "adelante" | "ok" | "okay" | "supuesto" => Some((at, Access::Granted)),
        _ => None,
    });
    answer
        .map(|(at, access)| scene.entity(Value::Access(access), at..at + 1, 0.8, true))
        .into_iter()
        .collect()
}
