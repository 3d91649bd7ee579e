//! Conversations in Spanish, read as they are in a call: by the words-only understander.

use std::sync::{Arc, LazyLock};

use super::telling::{office, opening, pack};
use crate::{
    dialogue::{
        Act, AlsoSpoken, Channel, Destination, Digit, EndReason, Intent, LifeSafety, Listing, Office,
        OfficeTypes, Opening, Promise, Session, Understander, Urgency, UserTurn,
    },
    types::Language,
};

static UNDERSTANDER: LazyLock<Understander> = LazyLock::new(Understander::words_only);

struct Talk {
    session: Session,
    said: Vec<(Language, String)>,
    transfer: Option<Destination>,
}

impl Talk {
    fn begin(office: Office, opening: Opening) -> Self {
        let (session, acts) = Session::begin(pack(), Arc::new(office), opening);
        let mut talk = Self { session, said: Vec::new(), transfer: None };
        talk.take(acts);
        talk
    }

    fn by_text() -> Self {
        Self::begin(office(), Opening { channel: Channel::Text, ..opening() })
    }

    fn on_the_telephone(heard: bool) -> Self {
        let also = vec![AlsoSpoken { language: Language::Spanish, heard }];
        Self::begin(Office { also, ..office() }, Opening { open_now: true, ..opening() })
    }

    fn take(&mut self, acts: Vec<Act>) {
        self.said.clear();
        for act in acts {
            match act {
                Act::Say(say) => self.said.push((say.language, say.text)),
                Act::Transfer { to, .. } => self.transfer = Some(to),
                Act::Calendar(_) | Act::End(_) => {}
            }
        }
    }

    fn says(&mut self, text: &str) -> String {
        let reading = UNDERSTANDER.read_in(self.session.language(), text, &OfficeTypes::default(), None);
        let acts = self.session.handle_turn(UserTurn::Said { text: text.into(), reading });
        self.take(acts);
        self.heard()
    }

    fn keys(&mut self, key: char) -> String {
        let acts = self.session.handle_turn(UserTurn::Keyed(Digit::new(key).unwrap()));
        self.take(acts);
        self.heard()
    }

    fn heard(&self) -> String {
        self.said.iter().map(|(_, text)| text.as_str()).collect::<Vec<_>>().join(" ")
    }
}

#[test]
fn a_first_text_in_spanish_is_answered_in_spanish_to_the_end() {
    let mut talk = Talk::by_text();
    let reply = talk.says("Hola, hay una fuga debajo del fregadero de la cocina");
    assert!(reply.contains("mantenimiento") && reply.contains("unidad"), "{reply}");
    let reply = talk.says("departamento cuatro be");
    assert!(reply.contains("unidad 4, B de bueno"), "{reply}");
    let reply = talk.says("sí");
    assert!(reply.contains("su nombre"), "{reply}");
    let reply = talk.says("me llamo María Peña");
    assert!(reply.contains("María Peña"), "{reply}");
    let reply = talk.says("así es");
    assert!(reply.contains("entrar"), "{reply}");
    let reply = talk.says("ok");
    assert!(
        talk.said.iter().all(|(language, _)| *language == Language::Spanish),
        "an ok changes nothing: {reply}"
    );
    let reply = talk.says("no, es todo, gracias");
    assert!(reply.contains("Gracias por llamar"), "{reply}");
    let outcome = talk.session.outcome();
    assert_eq!((outcome.language, outcome.promised), (Language::Spanish, Promise::WorkOrder));
    assert_eq!(outcome.place.unwrap().value, "Maple Court 4B");
    assert_eq!(outcome.name.unwrap().value, "María Peña");
    assert!(outcome.notes.contains(&"speaks Spanish".into()));
    assert_eq!(outcome.ended, Some(EndReason::Goodbye));
}

#[test]
fn the_language_can_be_changed_and_what_is_known_stays() {
    let mut talk = Talk::by_text();
    talk.says("My kitchen sink is leaking in unit 4B");
    let reply = talk.says("¿habla español?");
    assert!(reply.contains("en español"), "{reply}");
    assert!(talk.session.outcome().matter.unwrap().contains("sink"));
    talk.says("sí, es correcto");
    let reply = talk.says("english please");
    assert!(reply.contains("in English"), "{reply}");
    assert_eq!(talk.session.language(), Language::English);
}

#[test]
fn danger_is_answered_in_the_language_of_the_cry_or_of_the_talk() {
    let mut talk = Talk::by_text();
    let reply = talk.says("huele mucho a gas en mi apartamento y tengo miedo");
    assert!(reply.contains("9 1 1"), "{reply}");
    assert_eq!(talk.session.outcome().urgency, Urgency::LifeSafety(LifeSafety::Gas));
    assert_eq!(talk.transfer, Some(Destination::OnCall));
    let mut talk = Talk::on_the_telephone(true);
    let reply = talk.says("¡Huele muchísimo a gas en mi departamento!");
    assert!(
        reply.contains("Salga ya del edificio") && !reply.contains("español"),
        "nothing goes before it: {reply}"
    );
    assert!(talk.said.iter().all(|(language, _)| *language == Language::Spanish), "{reply}");
    let mut talk = Talk::on_the_telephone(true);
    talk.keys('2');
    let reply = talk.says("se está quemando la cocina");
    assert!(reply.contains("Salga ya del edificio"), "{reply}");
}

#[test]
fn the_greeting_offers_spanish_in_spanish_and_key_two_leads_there() {
    let mut talk = Talk::on_the_telephone(true);
    let offered = talk.said.iter().find(|(language, _)| *language == Language::Spanish).unwrap();
    assert_eq!(offered.1, "Para español, oprima dos.");
    let reply = talk.keys('2');
    assert!(reply.contains("en español") && reply.contains("por usted"), "{reply}");
    let reply = talk.says("busco un apartamento de dos cuartos");
    assert!(reply.contains("nombre"), "{reply}");
    assert_eq!(talk.session.outcome().intent, Some(Intent::Leasing));
}

#[test]
fn key_two_leads_to_spanish_until_keys_are_asked_for() {
    let mut talk = Talk::on_the_telephone(true);
    let reply = talk.says("hello, um, my toilet is running");
    assert!(reply.contains("unit"), "{reply}");
    assert_eq!(talk.keys('2'), "", "it may be the first of 204");
    let acts = talk.session.handle_turn(UserTurn::Silence);
    talk.take(acts);
    assert!(talk.heard().contains("en español") && talk.heard().contains("unidad"), "{}", talk.heard());
    assert_eq!(talk.session.outcome().place, None, "nobody lives in unit 2");
    talk.says("departamento cuatro be");
    talk.says("sí");
    let reply = talk.says("María Peña");
    assert!(reply.contains("María Peña"), "{reply}");

    let mut talk = Talk::on_the_telephone(true);
    talk.says("hello, um, my toilet is running");
    talk.keys('2');
    talk.keys('0');
    talk.keys('4');
    assert_eq!(talk.session.language(), Language::English, "a unit is a unit");
    assert!(talk.session.outcome().place.unwrap().value.contains("204"));

    let mut talk = Talk::on_the_telephone(false);
    talk.says("i want to complain about the noise from upstairs in unit 4B");
    talk.says("yes");
    let reply = talk.keys('2');
    assert!(reply.contains("no entiendo español hablado"), "at the name: {reply}");
}

#[test]
fn whoever_cannot_be_understood_hears_of_the_other_language_once_more() {
    let mut talk = Talk::on_the_telephone(false);
    let mut offers = 0;
    for _ in 0..3 {
        let acts = talk.session.handle_turn(UserTurn::Unclear);
        talk.take(acts);
        offers += talk.said.iter().filter(|(_, text)| text == "Para español, oprima dos.").count();
    }
    assert_eq!(offers, 1);
    let mut talk = Talk::on_the_telephone(true);
    talk.keys('2');
    let acts = talk.session.handle_turn(UserTurn::Unclear);
    talk.take(acts);
    assert!(talk.said.iter().all(|(language, _)| *language == Language::Spanish), "{}", talk.heard());
}

#[test]
fn a_sentence_that_begins_with_no_is_not_the_end() {
    let mut talk = Talk::on_the_telephone(true);
    let reply = talk.says("No sé inglés, es por la renta.");
    assert!(reply.contains("pago") && !talk.session.is_over(), "{reply}");
    let mut talk = Talk::on_the_telephone(true);
    let reply = talk.says("oh, that's it");
    assert!(
        !talk.session.is_over() && reply.contains("Para español"),
        "what it was, nobody has said: {reply}"
    );
    talk.says("no, nothing");
    assert!(talk.session.is_over());
}

#[test]
fn what_the_english_ear_makes_of_spanish_leads_nobody_back_to_english() {
    // As recognised from "Hay un olor a gas muy fuerte en la cocina".
    let garbled = "I'm not like that guy who's always wet, but I'm not coffee, huh?";
    let mut talk = Talk::on_the_telephone(false);
    talk.keys('2');
    let reply = talk.says(garbled);
    assert!(reply.contains("oprima uno") && !reply.contains("press"), "{reply}");
    let reply = talk.keys('1');
    assert!(reply.contains("9 1 1") && talk.transfer == Some(Destination::OnCall), "{reply}");

    let mut talk = Talk::on_the_telephone(false);
    talk.keys('2');
    let reply = talk.says("sorry, english please");
    assert!(reply.contains("in English") && !reply.contains("press"), "{reply}");
    let reply = talk.says("my toilet is running");
    assert!(reply.contains("unit"), "{reply}");
}

#[test]
fn where_spoken_spanish_is_not_understood_keys_lead_to_people() {
    let mut talk = Talk::on_the_telephone(false);
    let reply = talk.keys('2');
    assert!(reply.contains("no entiendo español hablado") && reply.contains("oprima uno"), "{reply}");
    let reply = talk.keys('2');
    assert!(reply.contains("persona"), "{reply}");
    talk.keys('1');
    assert_eq!(talk.transfer, Some(Destination::Staff));

    let mut talk = Talk::on_the_telephone(false);
    talk.says("oh la no hablo ingles");
    assert_eq!(talk.session.language(), Language::Spanish, "asked for by what the English ear made of it");
    talk.keys('1');
    assert_eq!(talk.transfer, Some(Destination::OnCall), "danger by a key");
    assert!(talk.session.outcome().urgency.is_life_safety());

    let mut talk = Talk::on_the_telephone(false);
    talk.keys('2');
    talk.keys('2');
    let reply = talk.keys('2');
    assert!(reply.contains("mensaje de texto"), "{reply}");
    let outcome = talk.session.outcome();
    assert_eq!((outcome.promised, outcome.language), (Promise::Callback, Language::Spanish));
    assert!(outcome.callback.unwrap().confirmed && outcome.ended == Some(EndReason::Goodbye));
}

#[test]
fn whoever_presses_nothing_is_called_back_and_every_talk_ends() {
    let mut talk = Talk::on_the_telephone(false);
    talk.keys('2');
    for turn in 0..20 {
        if talk.session.is_over() {
            break;
        }
        match turn % 3 {
            0 => {
                talk.says("wall key sprinkler my yo");
            }
            1 => {
                talk.keys('9');
            }
            _ => {
                let acts = talk.session.handle_turn(UserTurn::Silence);
                talk.take(acts);
            }
        }
    }
    assert!(talk.session.is_over());
    assert_eq!(talk.session.outcome().language, Language::Spanish);
}

#[test]
fn a_language_that_is_not_spoken_here_leads_to_a_person() {
    let mut talk = Talk::begin(office(), Opening { open_now: true, ..opening() });
    assert!(talk.said.iter().all(|(language, _)| *language == Language::English));
    talk.says("do you speak spanish");
    assert_eq!(talk.transfer, Some(Destination::Staff));
    assert!(talk.session.outcome().notes.contains(&"speaks Spanish".into()));
}

#[test]
fn homes_to_let_and_what_the_office_wrote_are_told_in_spanish() {
    let home = |address: &str, summary: &str, bedrooms, rent| Listing {
        address: address.into(),
        summary: summary.into(),
        bedrooms: Some(bedrooms),
        rent: Some(rent),
        ..Listing::default()
    };
    let listings = vec![
        home("210 Maple Court, apartment 3A", "Two bedrooms, one bath, with a balcony.", 2, 1850),
        home("77 Alder Lane", "A three bedroom house with a yard.", 3, 2600),
    ];
    let also = vec![AlsoSpoken { language: Language::Spanish, heard: true }];
    let begin = || {
        let office = Office { also: also.clone(), listings: listings.clone(), ..office() };
        let mut talk = Talk::begin(office, Opening { open_now: true, ..opening() });
        talk.keys('2');
        talk
    };
    let mut talk = begin();
    let reply = talk.says(
        "Buenas, hablo por el departamento de dos recámaras que tienen en renta, ¿todavía está disponible?",
    );
    assert!(reply.contains("apartamento 3 A") && reply.contains("1850 dólares"), "{reply}");
    assert!(reply.contains("en inglés: Two bedrooms"), "{reply}");

    let mut talk = begin();
    let reply = talk.says("¿De cuánto es la renta de la casa en Alder Lane?");
    assert!(reply.contains("2600 dólares") && reply.contains("su nombre"), "{reply}");

    let mut talk = begin();
    talk.says("Busco un apartamento de dos recámaras.");
    let reply = talk.says("Ana Ruiz. ¿Cuánto cuesta?");
    assert!(reply.contains("1850 dólares") && reply.contains("Ana Ruiz"), "{reply}");
}

#[test]
fn a_name_that_is_agreed_to_is_kept_and_one_that_is_refused_is_not_asked_again() {
    for agreed in ["Correcto.", "Ajá, sí.", "Vale, sí.", "Perfecto.", "Yes.", "Sí, el mismo."] {
        let mut talk = Talk::on_the_telephone(true);
        talk.keys('2');
        talk.says("Quiero preguntar por un cargo en mi cuenta.");
        talk.says("Don Fermín Tzoc, a sus órdenes.");
        talk.says(agreed);
        let name = talk.session.outcome().name.unwrap();
        assert_eq!((name.value.as_str(), name.confirmed), ("Fermín Tzoc", true), "{agreed}");
    }
    let mut talk = Talk::on_the_telephone(true);
    talk.keys('2');
    talk.says("Quiero preguntar por un cargo en mi cuenta.");
    let reply = talk.says("Mire, prefiero no dar mi nombre, no quiero problemas con ellos.");
    assert!(!reply.contains("nombre") && reply.contains("unidad"), "{reply}");
}

#[test]
fn a_repair_that_is_called_off_is_no_new_one() {
    let mut talk = Talk::on_the_telephone(true);
    talk.keys('2');
    talk.says("Hola, hablé ayer por lo de la regadera tapada, ya se destapó sola, ya no manden a nadie.");
    assert_eq!(talk.session.outcome().intent, Some(Intent::Resident));
    let mut talk = Talk::on_the_telephone(true);
    talk.keys('2');
    talk.says("Hola, se tapó la regadera del baño, que manden a alguien.");
    assert_eq!(talk.session.outcome().intent, Some(Intent::Maintenance));
}

#[test]
fn facts_are_told_in_spanish_where_the_office_has_them_so() {
    let begin = |in_spanish: &[(&str, &str)]| {
        let in_spanish = in_spanish.iter().map(|(of, said)| ((*of).to_owned(), (*said).to_owned())).collect();
        let also = vec![AlsoSpoken { language: Language::Spanish, heard: true }];
        let mut talk = Talk::begin(Office { also, in_spanish, ..office() }, opening());
        talk.keys('2');
        talk
    };
    let of = "Trash is picked up on Tuesday mornings.";
    let said = "La basura se recoge los martes por la mañana.";
    let reply = begin(&[(of, said)]).says("¿Qué día pasa la basura?");
    assert!(reply.contains(said) && !reply.contains("inglés"), "{reply}");
    let reply = begin(&[]).says("¿Qué día pasa la basura?");
    assert!(reply.contains("Lo tengo escrito en inglés") && reply.contains(of), "{reply}");
}

/// A call in Spanish that has said all this, one turn after another; answers the last reply.
fn called(talk: &mut Talk, turns: &[&str]) -> String {
    talk.keys('2');
    turns.iter().map(|turn| talk.says(turn)).last().unwrap_or_default()
}

const REPAIR: [&str; 6] =
    ["Se tapó el fregadero de la cocina.", "En el cuatro B.", "Sí.", "Eulalia Rentería.", "Sí.", "Sí."];

#[test]
fn a_question_back_allows_nobody_in_and_a_condition_stands_in_the_record() {
    let mut talk = Talk::on_the_telephone(true);
    let reply = called(&mut talk, &REPAIR);
    assert!(reply.contains("entrar"), "{reply}");
    let reply = talk.says("¿Cómo que si no estoy en casa?");
    assert!(reply.contains("entrar") && !reply.contains("mensaje"), "{reply}");
    assert_eq!(talk.session.outcome().access, None);
    let mut talk = Talk::on_the_telephone(true);
    called(&mut talk, &REPAIR);
    talk.says("Sí, pueden pasar, nomás que el perro es bravo, que me avisen antes.");
    let outcome = talk.session.outcome();
    assert!(outcome.matter.as_deref().is_some_and(|matter| matter.contains("perro")), "{outcome:?}");
}

#[test]
fn a_plumber_at_the_door_is_no_tenant_and_allows_nobody_in() {
    let mut talk = Talk::on_the_telephone(true);
    called(&mut talk, &["Ando aquí afuera de Birch House y nadie me abre, vengo por lo del drenaje."]);
    assert_eq!(talk.transfer, Some(Destination::Staff));
    let mut talk = Talk::on_the_telephone(true);
    called(&mut talk, &REPAIR);
    talk.says("¿Cómo que si no estoy? Yo soy el plomero, compadre.");
    let outcome = talk.session.outcome();
    assert_eq!((outcome.intent, outcome.access), (Some(Intent::Vendor), None));
}

#[test]
fn the_yes_beside_a_plea_for_the_manager_stands_and_this_number_is_this_one() {
    let mut talk = Talk::on_the_telephone(true);
    called(&mut talk, &REPAIR[..5]);
    talk.says("Sí, y quiero hablar con el gerente.");
    assert_eq!(talk.transfer, Some(Destination::Staff));
    let outcome = talk.session.outcome();
    assert!(outcome.callback.is_some(), "{outcome:?}");
    assert!(outcome.notes.iter().any(|note| note.contains("gerente")), "{outcome:?}");
    for words in
        ["A este mismo que estoy llamando.", "¡Que a este! Al que estoy usando.", "Al mismo del que llamo."]
    {
        let mut talk = Talk::on_the_telephone(true);
        called(&mut talk, &REPAIR[..5]);
        talk.says("No.");
        let reply = talk.says(words);
        let outcome = talk.session.outcome();
        assert!(outcome.callback.is_some(), "{words}: {reply}");
        assert_eq!(outcome.intent, Some(Intent::Maintenance), "{words}");
    }
}

#[test]
fn a_home_that_is_agreed_on_stays_and_the_language_with_it() {
    let begin = |turns: &[&str]| {
        let mut talk = Talk::on_the_telephone(true);
        let reply = called(&mut talk, turns);
        (talk, reply)
    };
    let (talk, reply) = begin(&[
        "Quiero poner una queja por el ruido de los de arriba.",
        "Vivo en el cuatro B.",
        "Sí, el cuatro B es donde yo vivo.",
    ]);
    assert!(reply.contains("su nombre"), "{reply}");
    assert_eq!(talk.session.outcome().place.unwrap().value, "Maple Court 4B");
    let (talk, _) = begin(&[
        "Quiero poner una queja por el humo del vecino.",
        "Yo soy del cuatro B.",
        "Ajá, ahí vivo yo. Pero lo del humo fue en el cuatro D, apunte bien, por favor.",
    ]);
    assert_eq!(talk.session.outcome().place.unwrap().value, "Maple Court 4B");
    let (talk, _) =
        begin(&["Se me tapó el lavabo.", "En el tres A.", "No, tres A, de Maple Court. Tres, A."]);
    assert!(talk.said.iter().all(|(language, _)| *language == Language::Spanish), "{:?}", talk.said);
}

#[test]
fn the_hours_of_the_laundry_are_not_those_of_the_office() {
    let mut talk = Talk::on_the_telephone(true);
    for text in [
        "¿Hasta qué hora abre la lavandería?",
        "¿Hasta qué hora puedo usar las lavadoras?",
        "Las lavadoras del sótano, ¿a qué hora cierran?",
        "¿A qué hora cierra la alberca?",
    ] {
        let reply = called(&mut talk, &[text]);
        assert!(!reply.contains("oficina está abierta"), "{text}: {reply}");
    }
    let reply = called(&mut Talk::on_the_telephone(true), &["¿A qué hora cierra la oficina?"]);
    assert!(reply.contains("lunes"), "{reply}");
}

#[test]
fn a_repair_after_nobody_answered_is_one() {
    let mut talk = Talk::on_the_telephone(true);
    called(&mut talk, &["Quiero hablar con una persona."]);
    let acts = talk.session.handle_turn(UserTurn::TransferFailed);
    talk.take(acts);
    let reply = talk.says("Ay, bueno. Mira, es que llevo tres días sin agua caliente y nadie me da la cara.");
    assert!(reply.contains("unidad"), "{reply}");
    assert_eq!(talk.session.outcome().intent, Some(Intent::Maintenance));
}

#[test]
fn what_stands_beside_this_number_is_kept_and_another_number_is_another() {
    for (words, kept) in [
        ("Sí, a este. Y que le digan algo al muchacho de arriba, que ya es la segunda vez.", "segunda"),
        ("Sí, y es urgente, me dan hasta el viernes.", "urgente"),
    ] {
        let mut talk = Talk::on_the_telephone(true);
        called(&mut talk, &REPAIR[..5]);
        talk.says(words);
        let outcome = talk.session.outcome();
        assert!(outcome.callback.is_some(), "{outcome:?}");
        assert!(outcome.matter.as_deref().is_some_and(|matter| matter.contains(kept)), "{outcome:?}");
    }
    let mut talk = Talk::on_the_telephone(true);
    called(&mut talk, &REPAIR[..5]);
    talk.says("No me llame a este número, es del trabajo.");
    assert!(talk.session.outcome().callback.is_none());
}

#[test]
fn this_number_to_the_question_of_entering_allows_nobody_in() {
    let mut talk = Talk::on_the_telephone(true);
    let reply = called(&mut talk, &REPAIR);
    assert!(reply.contains("entrar"), "{reply}");
    let reply = talk.says("A este mismo que estoy llamando.");
    assert!(reply.contains("entrar"), "{reply}");
    assert_eq!(talk.session.outcome().access, None);
}

#[test]
fn a_courier_who_only_wants_the_door_opened_keeps_the_place() {
    let mut talk = Talk::on_the_telephone(true);
    called(
        &mut talk,
        &[
            "Soy de Amazon, estoy en el 1200 de Maple Street y no me sirve el código del portón, ¿me lo puede dar?",
        ],
    );
    assert_eq!(talk.transfer, Some(Destination::Staff));
    let acts = talk.session.handle_turn(UserTurn::TransferFailed);
    talk.take(acts);
    let reply = talk.says("No, mire, yo solo necesito que me abran, traigo paquetes.");
    assert!(!reply.contains("unidad"), "{reply}");
    let outcome = talk.session.outcome();
    assert!(outcome.place.is_some(), "{outcome:?}");
    assert_ne!(outcome.intent, Some(Intent::Maintenance));
}

#[test]
fn a_plumber_at_the_door_of_a_closed_office_leaves_an_urgent_message() {
    let also = vec![AlsoSpoken { language: Language::Spanish, heard: true }];
    let mut talk = Talk::begin(Office { also, ..office() }, opening());
    called(&mut talk, &["Soy el plomero, ando aquí afuera y nadie me abre el portón."]);
    let outcome = talk.session.outcome();
    assert_eq!(outcome.intent, Some(Intent::Vendor));
    assert!(outcome.notes.iter().any(|note| note.contains("waits at the door")), "{outcome:?}");
}

#[test]
fn no_emergency_rings_nobody_and_late_for_a_showing_books_no_other() {
    let mut talk = Talk::on_the_telephone(true);
    let reply = called(&mut talk, &["El inodoro no baja y es el único baño."]);
    assert!(reply.contains("guardia"), "{reply}");
    let reply = talk.says("Es el cuatro B. Pero no es emergencia.");
    assert!(reply.contains("no llamo a nadie"), "{reply}");
    assert_eq!(talk.session.outcome().urgency, Urgency::Routine);
    let mut talk = Talk::on_the_telephone(true);
    called(&mut talk, &["Se está inundando la cocina y me dicen que no es emergencia."]);
    assert_ne!(talk.session.outcome().urgency, Urgency::Routine, "what others make of it");

    let mut talk = Talk::on_the_telephone(true);
    let late = "Tengo una cita hoy a las diez y media para ver el apartamento de Birch y voy a llegar tarde.";
    called(&mut talk, &[late]);
    assert_eq!(talk.transfer, Some(Destination::Staff));
    let outcome = talk.session.outcome();
    assert!(outcome.notes.iter().any(|note| note.starts_with("URGENT")), "{outcome:?}");
}

#[test]
fn leave_is_taken_and_one_of_the_office_is_asked_for_by_name() {
    let mut talk = Talk::on_the_telephone(true);
    let reply = called(&mut talk, &["Busco un apartamento de dos cuartos.", "No, gracias, luego llamo."]);
    assert!(reply.contains("Hasta luego"), "{reply}");
    let mut talk = Talk::on_the_telephone(true);
    called(&mut talk, &["Con Kim, por favor."]);
    assert_eq!(talk.transfer, Some(Destination::Staff));
    assert!(talk.session.outcome().notes.iter().any(|note| note.contains("Kim")));
}
