//! What is heard in Spanish, as people say it.

use jiff::civil::{Date, date, time};

use crate::{
    dialogue::entity::{
        Access, Context, DayPart, PersonName, Pets, Roster, Slot, UnitRef, Value, When, extract,
    },
    types::Language,
};

/// A Friday.
const TODAY: Date = date(2026, 11, 20);

fn roster() -> Roster {
    let unit = |unit: &str| UnitRef {
        property: "Maple Court".into(),
        street: "1200 Maple Street".into(),
        unit: unit.into(),
    };
    Roster {
        units: ["4B", "4D", "12", "204", "61", "71"].map(unit).into(),
        names: vec!["Dana Reyes".into()],
        streets: vec!["Alder Avenue".into()],
        vendors: vec!["Summit Plumbing".into()],
        ..Roster::default()
    }
}

fn heard(expecting: Option<Slot>, text: &str) -> Vec<Value> {
    heard_at(&roster(), expecting, text)
}

fn heard_at(roster: &Roster, expecting: Option<Slot>, text: &str) -> Vec<Value> {
    let context = Context {
        expecting,
        roster,
        today: TODAY,
        home_area_code: 303,
        language: Language::Spanish,
        read_back: None,
    };
    extract(text, &context).into_iter().map(|entity| entity.value).collect()
}

fn only(expecting: Option<Slot>, slot: Slot, text: &str) -> Option<Value> {
    heard(expecting, text).into_iter().find(|value| value.slot() == slot)
}

#[test]
fn telephone_numbers_are_dictated_in_many_ways() {
    for text in [
        "tres cero tres cinco cinco cinco cero uno cuatro dos",
        "trescientos tres, cinco cincuenta y cinco, cero uno cuarenta y dos",
        "303 555 0142",
        "mi número es el tres cero tres, cinco, cincuenta y cinco, cero uno, cuarenta y dos",
        "es el 303-555-0142",
        "tres cero tres triple cinco cero uno cuatro dos",
        "área trescientos tres, quinientos cincuenta y cinco, cero uno cuatro dos",
        "tres cero tres cinco cinco cinco cero uno cuatro tres, no, perdón, cuatro dos",
    ] {
        let Some(Value::Phone(number)) = only(Some(Slot::Phone), Slot::Phone, text) else {
            panic!("{text}: {:?}", heard(Some(Slot::Phone), text));
        };
        assert_eq!(number.to_string(), "+13035550142", "{text}");
    }
    let part = only(Some(Slot::Phone), Slot::Phone, "tres cero tres cinco cinco cinco");
    assert_eq!(part, Some(Value::PhoneFragment("303555".into())));
    let local = only(Some(Slot::Phone), Slot::Phone, "cinco cincuenta y cinco, cero uno cuatro dos");
    assert!(matches!(local, Some(Value::Phone(number)) if number.to_string() == "+13035550142"), "{local:?}");
    assert_eq!(only(None, Slot::Phone, "pago mil doscientos de renta"), None);
}

#[test]
fn units_are_known_by_their_letters_and_numbers() {
    for (expecting, text, unit) in [
        (None, "vivo en el departamento cuatro be", "4B"),
        (None, "es la unidad cuatro, be de burro", "4B"),
        (None, "apartamento 4B", "4B"),
        (Some(Slot::Unit), "cuatro be", "4B"),
        (Some(Slot::Unit), "el cuatro de de dedo", "4D"),
        (Some(Slot::Unit), "la cuatro b grande", "4B"),
        (Some(Slot::Unit), "doscientos cuatro", "204"),
        (Some(Slot::Unit), "el dos cero cuatro", "204"),
        (None, "en el apartamento número doce se va la luz", "12"),
        (Some(Slot::Unit), "eh sí es el 204 por favor", "204"),
    ] {
        let Some(Value::Unit(mention)) = only(expecting, Slot::Unit, text) else {
            panic!("{text}: {:?}", heard(expecting, text));
        };
        assert_eq!(mention.unit, unit, "{text}");
        assert!(!mention.candidates.is_empty(), "{text}");
    }
    let Some(Value::Unit(mention)) = only(Some(Slot::Unit), Slot::Unit, "sesenta y uno") else { panic!() };
    assert!(mention.ambiguous && mention.candidates.len() == 2, "sixty and seventy sound alike: {mention:?}");
    for text in ["busco uno de dos recámaras", "a las cuatro de la tarde", "en cuatro días", "en el baño"]
    {
        assert_eq!(only(None, Slot::Unit, text), None, "{text}");
    }
}

#[test]
fn names_keep_their_accents_and_particles() {
    for (expecting, text, name) in [
        (None, "me llamo María Fernández", "María Fernández"),
        (None, "mi nombre es José Luis de la Cruz", "José Luis de la Cruz"),
        (None, "habla Lucía Peña, se me tapó el baño", "Lucía Peña"),
        (None, "soy Carlos Núñez", "Carlos Núñez"),
        (Some(Slot::Name), "sí, Ana Gómez", "Ana Gómez"),
        (Some(Slot::Name), "Rosa del Río por favor", "Rosa del Río"),
        (Some(Slot::Name), "Dana Reyes", "Dana Reyes"),
        (Some(Slot::Name), "Juan Ibarra, i be a erre erre a", "Juan Ibarra"),
        (Some(Slot::Name), "Gallo se deletrea ge a doble ele o", "Gallo"),
        (Some(Slot::Name), "ge de gato, o, eme, e, zeta", "Gomez"),
    ] {
        let Some(Value::Name(found)) = only(expecting, Slot::Name, text) else {
            panic!("{text}: {:?}", heard(expecting, text));
        };
        assert_eq!(found.full(), name, "{text}");
    }
    for text in ["soy el dueño de la casa", "soy inquilina", "me llamo", "se me descompuso la estufa"] {
        assert_eq!(only(None, Slot::Name, text), None, "{text}");
    }
    for text in ["no me acuerdo", "prefiero no decirle", "no sé", "para qué lo quiere"] {
        assert_eq!(only(Some(Slot::Name), Slot::Name, text), None, "{text}");
    }
}

#[test]
fn days_and_times_are_resolved_against_today() {
    let day = |date| When { date: Some(date), ..When::default() };
    for (text, expected) in [
        ("hoy", day(TODAY)),
        ("mañana por la tarde", When { part: Some(DayPart::Afternoon), ..day(date(2026, 11, 21)) }),
        ("mañana en la mañana", When { part: Some(DayPart::Morning), ..day(date(2026, 11, 21)) }),
        ("pasado mañana", day(date(2026, 11, 22))),
        ("el martes que viene", day(date(2026, 11, 24))),
        ("el próximo lunes a las tres", When { time: Some(time(15, 0, 0, 0)), ..day(date(2026, 11, 23)) }),
        ("el martes de la próxima semana", day(date(2026, 11, 24))),
        (
            "el sábado a las diez y media de la mañana",
            When { time: Some(time(10, 30, 0, 0)), ..day(date(2026, 11, 21)) },
        ),
        ("el jueves a la una", When { time: Some(time(13, 0, 0, 0)), ..day(date(2026, 11, 26)) }),
        ("el quince de enero", day(date(2027, 1, 15))),
        ("primero de diciembre", day(date(2026, 12, 1))),
        ("en enero", When { until_date: Some(date(2027, 1, 31)), ..day(date(2027, 1, 1)) }),
        ("el mes que viene", When { until_date: Some(date(2026, 12, 31)), ..day(date(2026, 12, 1)) }),
        ("en dos semanas", day(date(2026, 12, 4))),
        ("este fin de semana", When { until_date: Some(date(2026, 11, 22)), ..day(date(2026, 11, 21)) }),
        ("a fin de mes", day(date(2026, 11, 30))),
        ("lo antes posible", When { soonest: true, ..When::default() }),
        ("a cualquier hora", When { any: true, ..When::default() }),
        ("después de las cinco", When { time: Some(time(17, 0, 0, 0)), after: true, ..When::default() }),
        (
            "el lunes entre las dos y las cuatro",
            When {
                time: Some(time(14, 0, 0, 0)),
                until: Some(time(16, 0, 0, 0)),
                after: true,
                ..day(date(2026, 11, 23))
            },
        ),
        ("cuarto para las cuatro", When { time: Some(time(15, 45, 0, 0)), ..When::default() }),
        ("a las 3:30 pm", When { time: Some(time(15, 30, 0, 0)), ..When::default() }),
    ] {
        let found = only(Some(Slot::When), Slot::When, text);
        assert_eq!(found, Some(Value::When(expected)), "{text}");
    }
    assert_eq!(only(None, Slot::When, "buenas tardes, se tapó el lavabo"), None);
    assert_eq!(only(None, Slot::When, "son tres recámaras y dos baños"), None);
    let moving = only(Some(Slot::MoveIn), Slot::MoveIn, "para el primero de enero");
    assert!(matches!(moving, Some(Value::MoveIn(when)) if when.date == Some(date(2027, 1, 1))), "{moving:?}");
}

#[test]
fn homes_budgets_pets_and_access() {
    assert_eq!(only(None, Slot::Bedrooms, "busco uno de dos recámaras"), Some(Value::Bedrooms(2)));
    assert_eq!(only(None, Slot::Bedrooms, "un estudio"), Some(Value::Bedrooms(0)));
    assert_eq!(only(Some(Slot::Bedrooms), Slot::Bedrooms, "tres"), Some(Value::Bedrooms(3)));
    assert_eq!(only(None, Slot::Budget, "hasta mil quinientos al mes"), Some(Value::Budget(1500)));
    assert_eq!(only(Some(Slot::Budget), Slot::Budget, "como 1,200"), Some(Value::Budget(1200)));
    let dog = Value::Pets(Pets::Some(vec!["dog".into()]));
    assert_eq!(only(None, Slot::Pets, "tengo un perrito chico"), Some(dog));
    assert_eq!(only(None, Slot::Pets, "no tenemos mascotas"), Some(Value::Pets(Pets::None)));
    assert_eq!(only(None, Slot::Pets, "aceptan perros"), None);
    for (text, access) in [
        ("sí", Access::Granted),
        ("sí pueden entrar", Access::Granted),
        ("claro, no hay problema", Access::Granted),
        ("no", Access::Denied),
        ("no quiero que entren", Access::Denied),
        ("solo cuando yo esté", Access::OnlyWhenHome),
        ("sí pero llámeme antes", Access::CallFirst),
        ("Claro, ¿por qué no?", Access::Granted),
        ("Si, pueden pasar", Access::Granted),
        ("Sí, pueden pasar, nomás que el perro es bravo.", Access::CallFirst),
        ("Sí, yo estoy toda la tarde, toquen nomás.", Access::CallFirst),
        ("Sí, mi hija tiene llave, pero yo estoy aquí todo el día.", Access::OnlyWhenHome),
    ] {
        assert_eq!(only(Some(Slot::Access), Slot::Access, text), Some(Value::Access(access)), "{text}");
    }
}

#[test]
fn addresses_and_firms() {
    for (text, number, street) in [
        ("vivo en el 812 de Alder", "812", "Alder Avenue"),
        ("ochocientos doce alder", "812", "Alder Avenue"),
        ("calle Alder ochocientos doce", "812", "Alder Avenue"),
        ("calle Juárez número 45", "45", "Calle Juarez"),
        ("mil doscientos Maple Street", "1200", "Maple Street"),
    ] {
        let Some(Value::Address(found)) = only(Some(Slot::Address), Slot::Address, text) else {
            panic!("{text}: {:?}", heard(Some(Slot::Address), text));
        };
        assert_eq!((found.number.as_str(), found.street.as_str()), (number, street), "{text}");
    }
    let firm = |text| only(Some(Slot::Company), Slot::Company, text);
    assert_eq!(firm("de Summit Plumbing"), Some(Value::Company("Summit Plumbing".into())));
    assert_eq!(firm("de la compañía Limpiezas Rivera"), Some(Value::Company("Limpiezas Rivera".into())));
    let mail = only(Some(Slot::Email), Slot::Email, "dana arroba gmail punto com");
    assert_eq!(mail, Some(Value::Email("dana@gmail.com".into())));
}

/// Two houses, of which one has doors that may be taken for its street's numbers.
fn heard_at_home(expecting: Option<Slot>, text: &str) -> Vec<Value> {
    let unit = |property: &str, street: &str, unit: &str| UnitRef {
        property: property.into(),
        street: street.into(),
        unit: unit.into(),
    };
    let birch = ["15", "50", "101", "204"].map(|door| unit("Birch House", "18 Birch Street", door));
    let maple = ["1B", "2B", "3B", "4A"].map(|door| unit("Maple Court", "210 Maple Court", door));
    let roster = Roster { units: birch.into_iter().chain(maple).collect(), ..Roster::default() };
    heard_at(&roster, expecting, text)
}

#[test]
fn a_door_is_heard_with_its_building_in_any_order() {
    for (text, door, property) in [
        ("En el 3B de Maple Court.", "3B", "Maple Court"),
        ("El 4A, de Maple Court.", "4A", "Maple Court"),
        ("El apartamento 101 de Birch House.", "101", "Birch House"),
        ("Es el 101, en Birch House.", "101", "Birch House"),
        ("El apartamento cincuenta, en la Birch.", "50", "Birch House"),
        ("El 15 de la Birch.", "15", "Birch House"),
        ("Birch House, apartamento 101.", "101", "Birch House"),
        ("Birch House, número 50.", "50", "Birch House"),
    ] {
        for expecting in [Some(Slot::Unit), Some(Slot::Address)] {
            let heard = heard_at_home(expecting, text);
            let Some(Value::Unit(mention)) = heard.first() else { panic!("{text}: {heard:?}") };
            let [only] = mention.candidates.as_slice() else { panic!("{text}: {mention:?}") };
            assert_eq!((&*only.unit, &*only.property), (door, property), "{text}");
        }
    }
    for (text, number, street, unit) in [
        ("Apartamento 15, en la Birch Street, número 18.", "18", "Birch Street", Some("15")),
        ("Dieciocho Birch Street, apartamento quince.", "18", "Birch Street", Some("15")),
        ("No, la calle es 18 Birch Street y el apartamento es el 101.", "18", "Birch Street", Some("101")),
        ("Es el piso 2B, en Maple Court 210.", "210", "Maple Court", Some("2B")),
        ("Es en Maple Court, en el 210.", "210", "Maple Court", None),
        ("Es en Birch House, en la entrada principal.", "18", "Birch Street", None),
    ] {
        let heard = heard_at_home(Some(Slot::Unit), text);
        let Some(Value::Address(found)) = heard.first() else { panic!("{text}: {heard:?}") };
        assert_eq!((&*found.number, &*found.street, found.unit.as_deref()), (number, street, unit), "{text}");
    }
    // Rooms and days beside a building are no doors of it, and a building that is spoken of is no home.
    for text in ["Pues el de dos recámaras, el de Maple Court.", "Vi un anuncio de Birch House hace 15 días."]
    {
        let heard = heard_at_home(None, text);
        assert!(!heard.iter().any(|v| matches!(v, Value::Unit(_) | Value::Address(_))), "{text}: {heard:?}");
    }
}

#[test]
fn what_agrees_is_no_name_and_what_puts_a_name_right_is_one() {
    for text in [
        "Correcto.",
        "Sí, correcto.",
        "Es correcto.",
        "Exacto.",
        "Perfecto.",
        "Ajá.",
        "Ajá, sí.",
        "Vale, sí.",
        "Yes.",
        "Yeah, claro que sí.",
        "Sí, el mismo.",
        "¿Recado? No, necesito que alguien venga a abrirme ya.",
        "Pueden venir mañana.",
        "Maple Court.",
        "¿Habla español?",
    ] {
        assert_eq!(only(Some(Slot::Name), Slot::Name, text), None, "{text}");
    }
    for (text, name) in [
        ("No, cómo que Correcto, me llamo Rosa, Rosa Elena Tzoc.", "Rosa Elena Tzoc"),
        ("Nelson, Nelson Batista, no Exacto.", "Nelson Batista"),
        ("No, Vale no, Begoña. Begoña Iturralde.", "Begoña Iturralde"),
        ("Begoña, con eñe. Iturralde: I, T, U, R, R, A, L, D, E.", "Begoña Iturralde"),
        ("No. Yesenia, Y-E-S-E-N-I-A, Cruz Villalobos.", "Yesenia Cruz Villalobos"),
        ("Chayo Ponce, bueno, Rosario Ponce.", "Rosario Ponce"),
        ("Anayeli, Anayeli Ramírez.", "Anayeli Ramírez"),
        ("Alba Luz Henríquez, ya se lo dije.", "Alba Luz Henríquez"),
        ("José Luis Barragán. B, A, R, R, A, G, A, N.", "José Luis Barragán"),
        ("Luz María Peña.", "Luz María Peña"),
        ("José Luis Barragán, para servirle.", "José Luis Barragán"),
        ("Soy Juan Pérez, a sus órdenes.", "Juan Pérez"),
        ("Señora Pérez.", "Pérez"),
        ("Cómo no, soy la señora Pérez, Marta Pérez.", "Marta Pérez"),
        ("Don Fermín Aguilar.", "Fermín Aguilar"),
        ("Doña Carmen Lugo.", "Carmen Lugo"),
        ("Patricia Lemus, de Propiedades del Valle.", "Patricia Lemus"),
        ("¿Cómo que en el teclado? Es Rosa Elena Tzoc.", "Rosa Elena Tzoc"),
        ("Rosa del Río por favor", "Rosa del Río"),
        ("Correcto, Rosa Tzoc.", "Rosa Tzoc"),
        ("Perfecto Gómez no, Pedro Gómez.", "Gómez"),
    ] {
        let found = only(Some(Slot::Name), Slot::Name, text);
        let Some(Value::Name(found)) = found else { panic!("{text}: {found:?}") };
        assert_eq!(found.full(), name, "{text}");
    }
    for (text, name) in [
        ("Sí, muy buenas, le habla Ernesto de Pinturas Alameda, es por una factura.", "Ernesto"),
        ("Muy buenos días, le saluda Karla Benítez de Internet Total.", "Karla Benítez"),
        ("Dígale que le hablé yo, Chayo Ponce, que no voy a poder llegar.", "Chayo Ponce"),
    ] {
        let found = only(None, Slot::Name, text);
        let Some(Value::Name(found)) = found else { panic!("{text}: {found:?}") };
        assert_eq!(found.full(), name, "{text}");
    }
}

#[test]
fn a_family_name_that_was_missing_is_put_to_the_given_name() {
    let roster = roster();
    let rosa = PersonName { given: "Rosa".into(), family: None, spelled: false, known: None };
    for (text, name) in [
        ("No, falta el apellido, Tzoc.", "Rosa Tzoc"),
        ("Rosa sí, pero falta Cruz Villalobos.", "Rosa Cruz Villalobos"),
        ("No, me llamo Teresa Tzoc.", "Teresa Tzoc"),
    ] {
        let context = Context {
            expecting: Some(Slot::Name),
            roster: &roster,
            today: TODAY,
            home_area_code: 303,
            language: Language::Spanish,
            read_back: Some(&rosa),
        };
        let heard = extract(text, &context);
        let found = heard.into_iter().find_map(|entity| match entity.value {
            Value::Name(name) => Some(name.full()),
            _ => None,
        });
        assert_eq!(found.as_deref(), Some(name), "{text}");
    }
}

#[test]
fn a_day_that_is_denied_is_not_the_wished_one() {
    for (text, day) in [
        ("tengo cita para ver una casa el miércoles y no puedo ir, quiero cambiarla para el sábado", 21),
        ("No, el miércoles no puedo, le dije que el sábado.", 21),
        ("quiero cambiar la cita del miércoles al sábado", 21),
        ("no puedo el sábado, mejor el lunes", 23),
        ("No, el miércoles.", 25),
        ("el lunes no trabajo", 23),
        ("quiero una cita para el miércoles", 25),
    ] {
        let found = only(Some(Slot::When), Slot::When, text);
        let Some(Value::When(when)) = found else { panic!("{text}: {found:?}") };
        assert_eq!(when.date, Some(date(2026, 11, day)), "{text}");
    }
    assert_eq!(only(Some(Slot::When), Slot::When, "el miércoles no puedo"), None);
}

#[test]
fn who_wants_the_manager_lets_nobody_in() {
    for text in [
        "quería ver si me puede pasar con el encargado",
        "dice que van a entrar el jueves, ¿tengo que estar yo ahí?",
    ] {
        assert_eq!(only(None, Slot::Access, text), None, "{text}");
    }
    assert_eq!(only(None, Slot::Access, "pueden pasar cuando quieran"), Some(Value::Access(Access::Granted)));
}

#[test]
fn a_condition_that_is_asked_back_allows_nobody_in() {
    for text in ["¿Cómo que si no estoy en casa?", "Cómo que si no estoy?", "Pues si no estoy, quién sabe."]
    {
        let access = only(Some(Slot::Access), Slot::Access, text);
        assert_ne!(access, Some(Value::Access(Access::Granted)), "{text}");
    }
}

#[test]
fn what_is_told_of_a_day_is_no_wish_for_it() {
    for text in [
        "Le dejé unos papeles esta mañana.",
        "El cheque lo entregué en la oficina el lunes.",
        "Me cobraron dos veces el martes.",
        "Los vecinos hacen ruido y mañana entro a las cinco a trabajar.",
        "El técnico vino el jueves y no arregló nada.",
        "Sí, y es urgente, me dan hasta el viernes.",
        "Dice que me tengo que ir en tres días.",
    ] {
        assert_eq!(only(None, Slot::When, text), None, "{text}");
    }
    for text in [
        "Vengan el lunes, por favor.",
        "Me dijeron que el lunes.",
        "Mañana en la mañana puedo.",
        "Llamaré el lunes.",
        "Deje el paquete y pase el martes.",
        "Se rompió, que vengan el jueves.",
        "Puedo ir en tres semanas.",
        "Salgo a comer, mañana a las cinco está bien.",
    ] {
        assert!(only(None, Slot::When, text).is_some(), "{text}");
    }
}

#[test]
fn names_are_heard_behind_courtesies_and_in_parts() {
    for (text, given, family) in [
        ("Ya se lo dije, Marleny Escobar.", "Marleny", Some("Escobar")),
        ("Sí, cómo no, Marleny Escobar, del quince de Birch House.", "Marleny", Some("Escobar")),
        ("Escobar es el apellido, Marleny es el nombre.", "Marleny", Some("Escobar")),
        ("Marleny, y el apellido es Escobar.", "Marleny", Some("Escobar")),
        ("Marleny, y el apellido es Escobar. E, ese, ce, o, be, a, erre.", "Marleny", Some("Escobar")),
        ("Yo quiero saber quién me llamó. Soy Iván Tapia.", "Iván", Some("Tapia")),
        ("Doña Tere, Teresa Luján.", "Teresa", Some("Luján")),
        ("Sí, Chuy, Jesús Arriaga.", "Jesús", Some("Arriaga")),
        ("Ernesto Villalpando.", "Ernesto", Some("Villalpando")),
        ("Yo soy Brayan, de Amazon.", "Brayan", None),
    ] {
        let Some(Value::Name(name)) = only(Some(Slot::Name), Slot::Name, text) else { panic!("{text}") };
        assert_eq!((name.given.as_str(), name.family.as_deref()), (given, family), "{text}");
    }
    for text in ["Ya se lo dije.", "Sí, cómo no.", "Estoy esperando.", "El apellido no lo sé."] {
        assert_eq!(only(Some(Slot::Name), Slot::Name, text), None, "{text}");
    }
}

#[test]
fn a_letter_with_a_capital_behind_a_number_is_a_door() {
    for (text, door) in [
        ("Sí, el cuatro B es donde yo vivo.", "4B"),
        ("El cuatro A es donde vivo.", "4A"),
        ("Para el cuatro A de Maple Court, el del balcón.", "4A"),
    ] {
        let heard = heard_at_home(Some(Slot::Unit), text);
        assert!(
            heard.iter().any(|value| matches!(value, Value::Unit(mention) if mention.unit == door)),
            "{text}: {heard:?}"
        );
    }
    let heard = heard_at_home(Some(Slot::Unit), "de tres a cinco");
    assert!(
        !heard.iter().any(|value| matches!(value, Value::Unit(mention) if mention.unit == "3A")),
        "{heard:?}"
    );
}

#[test]
fn a_home_is_heard_where_a_number_was_asked_for_and_digits_are_none() {
    let heard = heard_at_home(Some(Slot::Phone), "El quince de Birch House.");
    assert!(
        heard.iter().any(|value| matches!(value, Value::Unit(mention) if mention.unit == "15")),
        "{heard:?}"
    );
    let heard = heard_at_home(Some(Slot::Phone), "303 555 0150, de Birch House");
    assert!(!heard.iter().any(|value| matches!(value, Value::Unit(_))), "{heard:?}");
}

#[test]
fn what_is_past_or_of_something_else_is_no_wish() {
    for text in [
        "El lunes de la semana pasada reporté el fregadero",
        "vinieron el martes pasado",
        "me salí en septiembre y no me devuelven el depósito",
        "no me llegó el estado de cuenta de octubre",
        "¿la renta de diciembre se tiene que pagar?",
    ] {
        assert_eq!(only(None, Slot::When, text), None, "{text}");
    }
    let day = |expecting, text: &str| match heard(expecting, text).first() {
        Some(Value::When(when) | Value::MoveIn(when)) => when.date,
        _ => None,
    };
    assert_eq!(day(None, "¿pueden venir el lunes?"), Some(date(2026, 11, 23)));
    assert_eq!(day(Some(Slot::When), "¿Puedo ir el Saturday?"), Some(date(2026, 11, 21)));
    assert_eq!(day(Some(Slot::MoveIn), "En febrero, hasta abril."), Some(date(2027, 2, 1)));
    assert_eq!(day(Some(Slot::MoveIn), "En diciembre."), Some(date(2026, 12, 1)));
}

#[test]
fn the_name_of_whom_somebody_calls_for_is_told_from_their_own() {
    let name = |text: &str| match only(Some(Slot::Name), Slot::Name, text) {
        Some(Value::Name(name)) => name.full(),
        _ => String::new(),
    };
    assert_eq!(
        name("¿Mi nombre o el de él? Él se llama Brayan Castellanos y yo Rosa."),
        "Brayan Castellanos"
    );
    assert_eq!(name("Yo soy Yesenia Tovar, y él se llama Edwin."), "Yesenia Tovar");
    assert_eq!(name("Yo soy Rosa, la mamá."), "Rosa", "nobody else was named");
}

#[test]
fn a_house_is_known_with_its_number_behind_the_street() {
    let roster = Roster { listings: vec!["77 Alder Lane".into()], streets: Vec::new(), ..roster() };
    let house = |text: &str| {
        heard_at(&roster, Some(Slot::Address), text).into_iter().find_map(|value| match value {
            Value::Address(address) => Some(format!("{} {}", address.number, address.street)),
            _ => None,
        })
    };
    assert_eq!(house("La de Alder Lane, setenta y siete.").as_deref(), Some("77 Alder Lane"));
}
