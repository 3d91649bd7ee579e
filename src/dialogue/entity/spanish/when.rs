//! Days and times in Spanish, resolved against today: a day named is the next one to come.

use std::{ops::Range, sync::LazyLock};

use jiff::{
    ToSpan,
    civil::{Date, Time, Weekday},
};

use super::number::{cardinal, ones, teens};
use crate::dialogue::{
    entity::{
        DayPart, Entity, Scene, Slot, When,
        when::{coming, gathered, marked, next_date, slashed, told},
    },
    pattern::Pattern,
};

/// How a day is said not to be meant; `DAY` is any of them.
const DENIALS: &str = "\
DAY ?y ?pero ?ya no ?me ?nos puedo|podre|podria|podemos|podremos|voy|vamos|queda|estoy|estare|estamos|sirve|conviene|alcanzo
DAY ?yo trabajo|trabajamos
DAY estoy|estare|estamos ocupado|ocupada|ocupados|fuera
no ?me ?nos puedo|podre|podemos|podremos|queda|conviene|sirve ?ir ?estar ?llegar ?venir ?el ?este DAY
no ?para ?el ?este DAY
en vez|lugar de|del ?el DAY
menos|excepto el|los DAY
DAY pasado|pasada
DAY de ?hace ?la ?otra ?dos semana|semanas pasada|pasadas
DAY ?de antepasado|antepasada
renta|rentas|alquiler|cuenta|recibo|recibos|factura|facturas|pago|pagos|mensualidad|cobro|cargo|cargos|saldo|biles|deposito|cheque|reporte de|del ?mes ?de MONTH
deben|debe|llevo|llevamos|espero|esperando|estoy|estamos|esta|estan .. desde MONTH
hasta ?el ?mes ?de MONTH & en|desde|de enero|febrero|marzo|abril|mayo|junio|julio|agosto|septiembre|octubre|noviembre|diciembre
MONTH es|seria cuando|hasta|el|la
cita|visita|recorrido del|de ?este DAY & para|al ?el ?este DAY
tengo|tenia|tenemos ?una ?mi ?la cita|visita|recorrido .. el|este DAY & cambiar|cambiarla|mover|moverla|pasar|pasarla|reprogramar*
";

static NOT_MEANT: LazyLock<Vec<Pattern>> = LazyLock::new(|| {
    let days = "lunes|martes|miercoles|jueves|viernes|sabado|domingo|hoy|manana";
    let months = MONTHS.join("|");
    let read = |line: &str| Pattern::parse(&line.replace("DAY", days).replace("MONTH", &months));
    DENIALS.lines().map(read).collect()
});

/// Where the days stand that are not meant: "tengo cita el miércoles y no puedo ir, quiero cambiarla para el sábado".
fn denied(scene: &Scene<'_>) -> Vec<usize> {
    let tokens = &scene.tokens;
    let word = |at: usize| tokens.get(at).map_or("", |token| token.word.as_str());
    let is_day = |at: &usize| weekday(word(*at)).is_some() || matches!(word(*at), "hoy" | "manana");
    let is_month = |at: &usize| month(word(*at)).is_some();
    let hits = NOT_MEANT.iter().flat_map(|pattern| pattern.hits(tokens)).map(|hit| hit.words);
    // "No, el miércoles": what stands behind a stop is another clause, unless it goes on with "y" or "pero".
    let whole = |words: &Range<usize>| {
        (words.start..words.end - 1).all(|at| !tokens[at].stop || matches!(word(at + 1), "y" | "pero"))
    };
    hits.filter(whole)
        .filter_map(|words| words.clone().find(is_day).or_else(|| words.clone().find(is_month)))
        .collect()
}

/// Work that begins or ends at an hour, "mañana entro a las cinco a trabajar", and by when somebody has to leave: nothing of it is a
/// time to come at.
const SHIFTS: &str = "\
?DAY ?yo entro|entramos|entra|salgo|salimos|sale ?DAY a ?la|las TIME ?DAY ?a|al|de|del trabajar|trabajo|turno
?DAY ?yo entro|entramos|salgo|salimos a|al|de|del trabajar|trabajo|turno ?DAY a ?la|las TIME ?DAY
?DAY ?yo trabajo|trabajamos ?DAY de|desde ?la|las TIME a|hasta ?la|las TIME
?DAY ?yo entro|entramos ?DAY a ?la|las TIME ?DAY
me|nos dan|dieron|da|dio ?de ?plazo hasta ?el DAY
que ir|irme|irnos|salir|salirme|salirnos|desocupar|desalojar en|dentro ?de TIME dias|semanas
";

static SHIFT: LazyLock<Vec<Pattern>> = LazyLock::new(|| {
    let days = "lunes|martes|miercoles|jueves|viernes|sabado|domingo|hoy|manana";
    let hours = "una|dos|tres|cuatro|cinco|seis|siete|ocho|nueve|diez|once|doce|1|2|3|4|5|6|7|8|9|10|11|12";
    SHIFTS.lines().map(|line| Pattern::parse(&line.replace("DAY", days).replace("TIME", hours))).collect()
});

/// Words of the same clause before a day, among which what was done on it is looked for.
const TOLD_BEFORE: usize = 7;

/// The days and hours of what is told and not wished for: "entregué el cheque el lunes", "esta mañana", "entro a las cinco a trabajar".
fn untold(scene: &Scene<'_>) -> Vec<usize> {
    let word = |at: usize| scene.word(at).unwrap_or_default();
    let mut left: Vec<usize> =
        SHIFT.iter().flat_map(|p| p.hits(&scene.tokens)).flat_map(|hit| hit.words).collect();
    // "Me salí en septiembre": a month may be told of as well.
    let days = (0..scene.tokens.len())
        .filter(|&at| weekday(word(at)).is_some() || month(word(at)).is_some() || word(at) == "hoy");
    left.extend(days.filter(|&at| is_of_what_was_done(scene, at)));
    left
}

/// The nearest verb before the day decides, where it is one of what was done: "le dejé unos papeles el lunes", but not "me
/// dijeron que el lunes".
fn is_of_what_was_done(scene: &Scene<'_>, day: usize) -> bool {
    for at in (day.saturating_sub(TOLD_BEFORE)..day).rev() {
        let token = &scene.tokens[at];
        if token.stop {
            return false;
        }
        let written = scene.text.get(token.start..token.end).unwrap_or_default().to_lowercase();
        if was_done(&token.word, &written) {
            return true;
        }
        // A wish, or where something is moved to.
        if matches!(
            &*token.word,
            "que" | "para" | "al" | "hasta" | "si" | "puede" | "pueden" | "puedo" | "quiero" | "desde"
        ) {
            return false;
        }
    }
    false
}

/// A verb of the past: by its accent ("dejé", "pagó"), which tells it from a request ("deje"), or as one of the irregular ones.
fn was_done(word: &str, written: &str) -> bool {
    const NO_VERBS: [&str; 12] =
        ["aqui", "ahi", "alli", "asi", "jose", "cafe", "andre", "rene", "noe", "porque", "tambien", "bebe"];
    const IRREGULAR: [&str; 19] = [
        "fue", "fui", "fuimos", "vino", "vine", "hice", "hizo", "hicimos", "hicieron", "puse", "puso",
        "tuve", "tuvo", "estuve", "estuvo", "traje", "trajo", "dijo", "dije",
    ];
    let accented = word.len() >= 4 && ["é", "í", "ó"].iter().any(|end| written.ends_with(end));
    // "Llamaré", "iré", "podré": what will be done.
    let will = ["aré", "eré", "iré", "dré"].iter().any(|end| written.ends_with(end));
    let theirs = word.len() > 5 && ["aron", "ieron", "jeron"].iter().any(|end| word.ends_with(end));
    !NO_VERBS.contains(&word) && ((accented && !will) || theirs || IRREGULAR.contains(&word))
}

pub(super) fn whens(scene: &Scene<'_>) -> Vec<Entity> {
    let mut denied = denied(scene);
    if !matches!(scene.context.expecting, Some(Slot::When | Slot::MoveIn)) {
        denied.extend(untold(scene));
    }
    let found = gathered(scene, |at, when, asked| {
        if denied.contains(&at) {
            return None;
        }
        day(scene, at, when, asked).or_else(|| time(scene, at, when, asked))
    });
    told(scene, found, |scene| {
        scene.tokens.iter().any(|t| t.word.starts_with("mud") || t.word == "cambiarme")
    })
}

fn weekday(word: &str) -> Option<Weekday> {
    Some(match word {
        "lunes" => Weekday::Monday,
        "martes" => Weekday::Tuesday,
        "miercoles" => Weekday::Wednesday,
        "jueves" => Weekday::Thursday,
        "viernes" => Weekday::Friday,
        "sabado" | "sabados" => Weekday::Saturday,
        "domingo" | "domingos" => Weekday::Sunday,
        // "¿Puedo ir el Saturday?"
        "monday" => Weekday::Monday,
        "tuesday" => Weekday::Tuesday,
        "wednesday" => Weekday::Wednesday,
        "thursday" => Weekday::Thursday,
        "friday" => Weekday::Friday,
        "saturday" => Weekday::Saturday,
        "sunday" => Weekday::Sunday,
        _ => return None,
    })
}

/// The months, as they are heard and as they are said.
pub(in crate::dialogue) const MONTHS: [&str; 12] = [
    "enero",
    "febrero",
    "marzo",
    "abril",
    "mayo",
    "junio",
    "julio",
    "agosto",
    "septiembre",
    "octubre",
    "noviembre",
    "diciembre",
];

fn month(word: &str) -> Option<i8> {
    if word == "setiembre" {
        return Some(9);
    }
    MONTHS.iter().position(|month| *month == word).map(|at| at as i8 + 1)
}

fn day(scene: &Scene<'_>, at: usize, when: &mut When, asked: bool) -> Option<usize> {
    let today = scene.context.today;
    let ahead = |days: i64| today.checked_add(days.days()).ok();
    let word = |offset: usize| scene.word(at + offset);
    let before = |back: usize| at.checked_sub(back).and_then(|at| scene.word(at));
    let set = |when: &mut When, date: Option<Date>, end: usize| {
        let date = date?;
        match when.date {
            None => when.date = Some(date),
            Some(from)
                if from < date
                    && when.until_date.is_none()
                    && matches!(before(1), Some("al" | "hasta" | "y")) =>
            {
                when.until_date = Some(date);
            }
            Some(_) => {}
        }
        Some(end)
    };
    let coming_week = |offset: usize| match (word(offset), word(offset + 1), word(offset + 2)) {
        (Some("que"), Some("viene" | "entra"), _) => Some(offset + 2),
        (Some("proximo" | "proxima" | "entrante"), ..) => Some(offset + 1),
        _ => None,
    };
    match (word(0)?, word(1)) {
        ("hoy", _) => return set(when, Some(today), at + 1),
        ("pasado", Some("manana")) => return set(when, ahead(2), at + 2),
        // "En la mañana" is a part of the day; "mañana en la mañana" is tomorrow's, and "esta mañana" today's.
        ("manana", _) if !matches!(before(1), Some("la" | "buena" | "esta")) => {
            return set(when, ahead(1), at + 1);
        }
        ("fin", Some("de")) if word(2) == Some("semana") => {
            when.until_date = coming(today, Weekday::Sunday);
            return set(when, coming(today, Weekday::Saturday), at + 3);
        }
        ("fin" | "fines" | "final" | "finales", Some("de" | "del")) if word(2) == Some("mes") => {
            return set(when, Some(today.last_of_month()), at + 3);
        }
        ("semana" | "mes", _) => {
            let end =
                coming_week(1).or_else(|| matches!(before(1), Some("proxima" | "proximo")).then_some(1))?;
            let (from, until) = if word(0) == Some("semana") {
                let monday = coming(today, Weekday::Monday)?;
                (monday, monday.checked_add(6.days()).ok())
            } else {
                let first = today.first_of_month().checked_add(1.month()).ok()?;
                (first, Some(first.last_of_month()))
            };
            // "El martes de la próxima semana" names its day.
            match when.date {
                Some(named)
                    if before(2) == Some("la") || before(1) == Some("la") || before(3) == Some("de") =>
                {
                    if named < from {
                        when.date = named.checked_add(7.days()).ok();
                    }
                }
                _ => {
                    when.until_date = until;
                    when.date = Some(from);
                }
            }
            return Some(at + end);
        }
        ("en" | "dentro", _) => {
            let start = if word(0) == Some("dentro") && word(1) == Some("de") { 2 } else { 1 };
            let (count, end) = cardinal(scene.text, &scene.tokens, at + start)?;
            let count = i64::from(count);
            let date = match scene.word(end)? {
                "dia" | "dias" => ahead(count),
                "semana" | "semanas" => ahead(7 * count),
                "mes" | "meses" => today.checked_add(count.months()).ok(),
                _ => return None,
            };
            return set(when, date, end + 1);
        }
        (name, _) if weekday(name).is_some() => {
            let end = coming_week(1).unwrap_or(1);
            return set(when, coming(today, weekday(name)?), at + end);
        }
        _ => {}
    }
    let (date, end, month_only) = dated(scene, at, asked)?;
    if month_only {
        when.until_date = Some(date.last_of_month());
        when.date = Some(date);
        return Some(end);
    }
    set(when, Some(date), end)
}

/// `el quince`, `quince de marzo`, `primero de enero`, `en enero`, `3/15`.
fn dated(scene: &Scene<'_>, at: usize, asked: bool) -> Option<(Date, usize, bool)> {
    let today = scene.context.today;
    let word = scene.word(at)?;
    let led = at.checked_sub(1).and_then(|at| scene.word(at));
    if let Some(month) = month(word) {
        let named = asked || matches!(led, Some("en" | "de" | "para" | "hasta" | "desde" | "por"));
        return named.then(|| Some((next_date(today, Some(month), 1)?, at + 1, true))).flatten();
    }
    if let Some((date, end)) = slashed(scene, at) {
        return Some((date, end, false));
    }
    let (day, end) = match word {
        "primero" | "1ro" | "1o" => (1, at + 1),
        _ => cardinal(scene.text, &scene.tokens, at).filter(|(day, _)| (1..=31).contains(day))?,
    };
    if scene.word(end) == Some("de")
        && let Some(month) = scene.word(end + 1).and_then(month)
    {
        return Some((next_date(today, Some(month), day)?, end + 2, false));
    }
    let day_of_month = matches!(led, Some("el" | "dia" | "al" | "del"))
        && !matches!(
            scene.word(end),
            Some("por" | "de" | "recamaras" | "b" | "be" | "a" | "c" | "d" | "mil")
        )
        && (asked || led == Some("dia") || word == "primero");
    day_of_month.then(|| Some((next_date(today, None, day)?, end, false))).flatten()
}

fn time(scene: &Scene<'_>, at: usize, when: &mut When, asked: bool) -> Option<usize> {
    let word = |offset: usize| scene.word(at + offset);
    match (word(0)?, word(1), word(2)) {
        ("cualquier", Some("hora" | "dia" | "momento"), _) => {
            when.any = true;
            return Some(at + 2);
        }
        ("cuando", Some("sea" | "quiera" | "quieran" | "guste" | "gusten" | "pueda" | "puedan"), _) => {
            when.any = true;
            return Some(at + 2);
        }
        ("lo", Some("antes" | "mas"), _) if matches!(word(2), Some("posible" | "pronto" | "rapido")) => {
            when.soonest = true;
            return Some(if word(3) == Some("posible") { at + 4 } else { at + 3 });
        }
        ("cuanto", Some("antes"), _) => {
            when.soonest = true;
            return Some(at + 2);
        }
        ("ya" | "ahorita" | "inmediatamente" | "urgente", ..) if asked => {
            when.soonest = true;
            return Some(at + 1);
        }
        ("buenas" | "buenos", Some("tardes" | "noches" | "dias"), _) => return None,
        ("por" | "en" | "de", Some("la"), Some(part)) if part_of(part).is_some() => {
            when.part = part_of(part);
            return Some(at + 3);
        }
        ("a" | "al", Some("mediodia"), _) => {
            when.part = Some(DayPart::Noon);
            return Some(at + 2);
        }
        ("mediodia", ..) => {
            when.part = Some(DayPart::Noon);
            return Some(at + 1);
        }
        ("temprano", ..) => {
            when.part = Some(DayPart::Morning);
            return Some(at + 1);
        }
        // "Voy tarde" is no afternoon.
        (part @ ("tarde" | "noche"), ..) if asked && when.part.is_none() && !is_late(scene, at) => {
            when.part = part_of(part);
            return Some(at + 1);
        }
        _ => {}
    }
    if matches!(word(0), Some("entre" | "de")) && matches!(word(1), Some("las" | "la") | Some(_)) {
        let from = clock(scene, at + 1, true);
        if let Some(from) = from
            && matches!(scene.word(from.1), Some("y" | "a"))
            && let Some(until) = clock(scene, from.1 + 1, true)
        {
            when.time = Some(from.0);
            when.after = true;
            when.until = Some(until.0);
            return Some(until.1);
        }
    }
    if matches!((word(0), word(1)), (Some("despues" | "antes"), Some("de" | "del"))) {
        let after = word(0) == Some("despues");
        let (time, end) = match (word(1), word(2)) {
            (Some("del"), Some("mediodia")) => (marked(12, 0)?, at + 3),
            _ => clock(scene, at + 2, true)?,
        };
        if after {
            when.time = Some(time);
            when.after = true;
        } else {
            when.until = Some(time);
        }
        return Some(end);
    }
    let led = matches!(word(0), Some("a" | "como" | "tipo" | "sobre" | "hasta" | "desde"));
    let start = match (word(0), word(1)) {
        (Some("como"), Some("a")) => at + 2,
        _ if led => at + 1,
        _ => at,
    };
    let article = matches!(scene.word(start), Some("las" | "la"));
    if !(article || asked) {
        return None;
    }
    let (time, end) = clock(scene, start, asked)?;
    match word(0) {
        Some("hasta") => when.until = Some(time),
        _ if when.time.is_none() => {
            when.time = Some(time);
            when.after = word(0) == Some("desde");
        }
        _ => return None,
    }
    Some(end)
}

/// "Voy tarde", "llego muy tarde".
fn is_late(scene: &Scene<'_>, at: usize) -> bool {
    let before = at.checked_sub(1).and_then(|at| scene.word(at));
    matches!(
        before,
        Some(
            "voy"
                | "vamos"
                | "llego"
                | "llegamos"
                | "llegar"
                | "ando"
                | "muy"
                | "demasiado"
                | "hizo"
                | "haciendo"
        )
    )
}

fn part_of(word: &str) -> Option<DayPart> {
    Some(match word {
        "manana" | "madrugada" => DayPart::Morning,
        "tarde" => DayPart::Afternoon,
        "noche" => DayPart::Evening,
        _ => return None,
    })
}

/// `las tres`, `la una y media`, `3:30`, `las cuatro menos cuarto`, `cuarto para las cuatro`, `3 pm`.
fn clock(scene: &Scene<'_>, at: usize, bare: bool) -> Option<(Time, usize)> {
    let article = matches!(scene.word(at), Some("las" | "la"));
    let start = if article { at + 1 } else { at };
    if !(article || bare) {
        return None;
    }
    if scene.word(start + 1) == Some("para") && matches!(scene.word(start + 2), Some("las" | "la")) {
        let minutes = match scene.word(start)? {
            "cuarto" => 15,
            other => i8::try_from(ones(other).or_else(|| teens(other))?).ok()?,
        };
        let hour = hour(scene.word(start + 3)?)?;
        let earlier = if hour == 1 { 12 } else { hour - 1 };
        return Some((Time::new(earlier, 60 - minutes, 0, 0).ok()?, start + 4));
    }
    let word = scene.word(start)?;
    let (figure, joined) = match ["am", "pm"].iter().find_map(|half| Some((word.strip_suffix(half)?, *half)))
    {
        Some((figure, half)) if !figure.is_empty() => (figure, Some(half)),
        _ => (word, None),
    };
    let mut hour = hour(figure)?;
    let mut end = start + 1;
    let mut minute = 0;
    match (scene.word(end), scene.word(end + 1)) {
        (Some("y"), Some("media")) => (minute, end) = (30, end + 2),
        (Some("y"), Some("cuarto")) => (minute, end) = (15, end + 2),
        (Some("y"), Some(_)) => {
            if let Some((value, after)) =
                cardinal(scene.text, &scene.tokens, end + 1).filter(|(value, _)| (5..60).contains(value))
                && scene
                    .word(end + 1)
                    .is_some_and(|word| teens(word).is_some() || !word.is_empty() && value >= 10)
            {
                (minute, end) = (value as i8, after);
            }
        }
        (Some("menos"), Some("cuarto")) => {
            hour = if hour == 1 { 12 } else { hour - 1 };
            (minute, end) = (45, end + 2);
        }
        (Some(figure), _) if figure.len() == 2 && figure.bytes().all(|b| b.is_ascii_digit()) => {
            (minute, end) = (figure.parse().ok().filter(|m| *m < 60)?, end + 1);
        }
        (Some("treinta" | "quince" | "cuarenta"), _) => {
            if let Some((value, after)) = cardinal(scene.text, &scene.tokens, end) {
                (minute, end) = (value as i8, after);
            }
        }
        _ => {}
    }
    let half = joined.or(match (scene.word(end), scene.word(end + 1)) {
        (Some("am"), _) => Some("am"),
        (Some("pm"), _) => Some("pm"),
        (Some("a"), Some("m")) => Some("am"),
        (Some("p"), Some("m")) => Some("pm"),
        _ => None,
    });
    if let Some(half) = half {
        if joined.is_none() {
            end += if matches!(scene.word(end), Some("am" | "pm")) { 1 } else { 2 };
        }
        let hour = match (half, hour) {
            ("am", 12) => 0,
            ("pm", hour) if hour < 12 => hour + 12,
            (_, hour) => hour,
        };
        return Some((marked(hour, minute)?, end));
    }
    if !article && scene.word(end).is_some_and(is_counted) {
        return None;
    }
    // "De la mañana" after the hour decides at once.
    if scene.word(end) == Some("de") && scene.word(end + 1) == Some("la") {
        let late = match scene.word(end + 2) {
            Some("tarde" | "noche") => hour < 12,
            Some("manana" | "madrugada") => false,
            _ => return Some((Time::new(hour, minute, 0, 0).ok()?, end)),
        };
        return Some((marked(if late { hour + 12 } else { hour }, minute)?, end + 3));
    }
    Some((Time::new(hour, minute, 0, 0).ok()?, end))
}

fn hour(word: &str) -> Option<i8> {
    let value = ones(word).or_else(|| teens(word)).or_else(|| word.parse().ok())?;
    i8::try_from(value).ok().filter(|hour| (1..=12).contains(hour))
}

/// Words that a number before them counts: it is no hour.
fn is_counted(word: &str) -> bool {
    matches!(
        word,
        "mil"
            | "cientos"
            | "dolares"
            | "recamaras"
            | "cuartos"
            | "dias"
            | "semanas"
            | "meses"
            | "minutos"
            | "horas"
            | "anos"
            | "personas"
            | "veces"
            | "de"
    )
}
