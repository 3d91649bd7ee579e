//! What the rules alone make of sayings and of the real danger in nearly the same words.

mod softly_told;

use super::*;
use crate::dialogue::token::tokens;

fn english() -> Rules {
    Rules::of(Language::English)
}

fn is_danger(rules: &Rules, text: &str) -> bool {
    matches!(rules.reflex(&rules.words(tokens(text))), Reflex::Danger(_))
}

#[test]
fn every_veto_of_the_tables_can_be_read() {
    for language in Language::ALL {
        for line in lines(Grammar::of(language).veto) {
            let name = line.split_once(" | ").map(|(name, _)| name);
            assert!(name.and_then(Veto::from_name).is_some(), "{line}");
        }
    }
}

#[test]
fn a_saying_takes_the_sense_from_its_own_words_alone() {
    let rules = english();
    for (saying, danger) in [
        ("I love a good fire.", "I love a good fire, but now the couch is on fire."),
        ("The band is called Gas Leak.", "My neighbor called, there's a gas leak."),
        ("When was the gas leak fixed?", "When is somebody coming, there is a gas leak."),
        ("Was the gas leak ever fixed?", "Was the gas leak ever fixed, because I smell gas."),
        ("It's a fake explosion, no fire at all.", "There was an explosion in the basement."),
        ("Do we have to do the bleeding of the radiators?", "What do I do, the bleeding won't stop."),
        ("The radiator needs bleeding.", "The radiator fell on him and he's bleeding."),
        ("How do I start bleeding the radiator?", "My husband is bleeding, the radiator fell on his foot."),
        (
            "I'm gonna kill somebody if it takes a week like last time.",
            "He said he's gonna kill somebody if it takes him all night.",
        ),
        ("Nobody died, but my wife wants to kill me, I hung that thing.", "My wife wants to kill me."),
        ("My boss will kill me if I'm late again.", "My boyfriend will kill me, he's at the door."),
        (
            "They watch horror movies, it's like somebody's being murdered up there.",
            "It's like somebody's being murdered up there.",
        ),
        ("My neighbor's TV is so loud it's like somebody's being murdered.", "Somebody's being murdered."),
        (
            "The lock on my mailbox looks like somebody tried to pry it.",
            "Somebody's trying to pry my door open.",
        ),
        (
            "I can't do four flights any more, my chest gets tight.",
            "My chest gets tight and I can't breathe.",
        ),
        (
            "Was there a fire at Birch Street last night?",
            "There was a fire last night and it's smoking again.",
        ),
        (
            "He had a heart attack, he is going to be okay, he left the hospital.",
            "He isn't breathing, is he going to be okay?",
        ),
        ("He isn't picking up the couch.", "I smell gas and my neighbor isn't picking up about the couch."),
        ("I live alone with my baby and pay a lot.", "A baby is crawling on the ledge over the street."),
        ("My toddler and I live alone on Birch Street.", "There's a toddler by himself near the street."),
    ] {
        assert!(!is_danger(&rules, saying), "{saying}");
        assert!(is_danger(&rules, danger), "{danger}");
    }
}

#[test]
fn danger_is_heard_without_its_word_and_everyday_matters_beside_it_are_not() {
    let rules = english();
    for (danger, everyday) in [
        ("It's ninety in here and my grandma's dizzy.", "It's ninety in here."),
        ("The AC is out and my grandma fainted.", "My grandma turned ninety and the AC is loud."),
        (
            "He mixed some stuff in the basement and everybody's eyes are running.",
            "The painters mixed the wrong color.",
        ),
        ("I can't reach my mom since Saturday.", "I can't reach the plumber since Saturday."),
        (
            "My mom lives in 2B and I haven't been able to reach her since Saturday.",
            "My mom can't reach the top shelf.",
        ),
        (
            "I haven't seen Mrs. Pollard across the hall in three days.",
            "I haven't seen the maintenance man in three days.",
        ),
        ("Nobody's seen the old man in 1A for a week.", "I haven't seen my neighbor's dog in days."),
        ("Can somebody check on my dad in 2B?", "Can you check on my dad's application?"),
        (
            "There's gray stuff pouring out of a top floor window.",
            "The gray stuff between the tiles is coming out.",
        ),
        ("The hall lights flicker when it drips.", "The hall lights flicker."),
        ("My lamp in the ceiling is filling up like a fishbowl.", "The lamp in the hall is out."),
        ("There's a lady coming out coughing.", "I have a cough."),
        ("I'm feeling a bit faint, dear.", "There's a faint smell of paint."),
        ("There's a three year old alone by the road.", "My three year old plays the piano."),
        (
            "I put my hand through the window and there's a lot of red.",
            "There is a lot of red paint on the wall.",
        ),
    ] {
        assert!(is_danger(&rules, danger), "{danger}");
        assert!(!is_danger(&rules, everyday), "{everyday}");
    }
}

#[test]
fn who_is_called_to_a_danger_and_cannot_get_in_is_in_haste() {
    use UrgentKind::*;
    let rules = english();
    let urgent = |text: &str| rules.urgent(&rules.words(tokens(text)));
    for (text, kind) in [
        ("I'm with the police, we need the code for the gate at 210 Maple Court.", Some(Lockout)),
        ("This is Denver Health paramedics, we're outside, we need the door code for 3B.", Some(Lockout)),
        ("Fire department, can you buzz us in?", Some(Lockout)),
        ("I have a patient in 3B, what's the door code?", Some(Lockout)),
        ("We have a broken front door and nobody to secure it.", Some(Unsecured)),
        ("There's a water leak at 18 Birch Street. Two hundred gallons an hour.", Some(Flooding)),
        ("I need a copy of the police report.", None),
        ("My front door key works fine.", None),
        ("This is Denver Water. The meter is read on Monday.", None),
        // An upper window and too much heat can wait.
        ("My window won't lock anymore.", None),
        ("My ground floor window won't lock.", Some(Unsecured)),
        ("My front door won't lock.", Some(Unsecured)),
        ("I can't turn the heat off.", None),
        ("The heat won't turn off.", None),
        ("The heat won't turn on.", Some(NoHeat)),
        ("The heat turned off in the night.", Some(NoHeat)),
    ] {
        assert_eq!(urgent(text), kind, "{text}");
    }
    for text in [
        "Paramedics here, we're outside 210 Maple Court, 3B, we need the door code.",
        "The police are here, we need somebody with keys.",
    ] {
        assert!(!is_danger(&rules, text), "{text}");
    }
    for text in [
        "I want the police here, he has a gun and a key.",
        "Paramedics are here but he isn't breathing, they need the code.",
    ] {
        assert!(is_danger(&rules, text), "{text}");
    }
}

#[test]
fn haste_doubt_and_threats_are_no_danger_and_danger_in_their_words_is() {
    let rules = english();
    for (everyday, danger) in [
        ("My closet door is broken. No need to hurry, please.", "Hurry please, she's bleeding."),
        ("Yes. Just hurry up, please.", "Oh god, please hurry!"),
        ("Please hurry, she's got dinner guests.", "Please hurry, he's got her by the throat."),
        (
            "4A Maple Court. I don't think it's an emergency.",
            "I don't think you understand, this is an emergency.",
        ),
        ("I don't think it's a fire, it's just steam.", "I don't think it's gas but something's burning."),
        ("I don't think he's coming today.", "I don't think he's breathing."),
        ("I don't think I can get out of my lease.", "I don't think I can get out."),
        ("The garage door is not moving.", "The guy by the garage door is not moving."),
        ("The tenant in 3A is not moving out.", "The tenant in 3A is on the floor and he's not moving."),
        ("He's not moving in! Oh, for... I'll come by.", "He is not moving in the bathtub."),
        ("We are not moving until next month.", "They are not moving!"),
        ("If you don't send my deposit back I'm calling the police.", "Call the police, he has a knife."),
        ("My car got stolen. I already called the police.", "I called the police but he's still outside."),
        (
            "I don't want to electrocute myself, could you change the bulb?",
            "I electrocuted myself on the bulb.",
        ),
        ("I don't want to break my neck on those stairs.", "I want to kill myself."),
        ("My last place had a gas leak.", "We had a gas leak at my last place and now I smell gas."),
        ("My last place nearly blew up from a leak.", "This place just blew up."),
        (
            "My boy was stuck in the lift yesterday and your man got him out. I want to thank him.",
            "My boy has been stuck in the lift since yesterday and nobody got him out.",
        ),
        (
            "He throws stink bombs on the stairs, it smells like rotten eggs.",
            "He throws stink bombs on the stairs, and I smell gas.",
        ),
        ("It was a false alarm.", "It's not a false alarm, it's an emergency."),
    ] {
        assert!(!is_danger(&rules, everyday), "{everyday}");
        assert!(is_danger(&rules, danger), "{danger}");
    }
}

#[test]
fn what_trades_and_utilities_tell_of_is_danger_and_their_errands_are_none() {
    let rules = english();
    for (danger, errand) in [
        (
            "Xcel Energy, I've got a high gas reading at Maple Court.",
            "Xcel Energy, I'm here to read the meters.",
        ),
        ("This is Xcel with a gas emergency at 210 Maple Court.", "What's your emergency line?"),
        ("I measured gas at the meters.", "I measured the windows for the blinds."),
        ("This is the gas company. There is gas in the air.", "This is the gas company about your bill."),
        (
            "I've got gas at the meters, I might have to clear the building.",
            "We cleared the gutters of the building.",
        ),
        ("I hit a pipe and it's hissing.", "I hit a pipe with the mower, it's bent."),
    ] {
        assert!(is_danger(&rules, danger), "{danger}");
        assert!(!is_danger(&rules, errand), "{errand}");
    }
}

#[test]
fn danger_told_calmly_is_heard() {
    let rules = english();
    for (danger, everyday) in [
        (
            "It's the elevator. It's stopped halfway and I can see people's shoes.",
            "The elevator stopped on three, nobody's in it.",
        ),
        (
            "I'm in the elevator and it just dropped.",
            "I dropped my keys at the elevator, I'm inside the building.",
        ),
        ("Somebody fell down the elevator shaft.", "My keys fell down the elevator shaft."),
        ("Somebody is breaking my door open.", "My door is breaking apart, it's so old."),
        (
            "The power's been off since supper and my grandmother's oxygen machine is on the battery.",
            "The power's been off since supper.",
        ),
        (
            "There's hot water spraying all over, and the little one was standing next to it.",
            "There's no hot water for the little one's bath.",
        ),
        ("I need to sit down, I'm sweating like mad.", "We're sweating in here, can you fix the thermostat?"),
        ("Look, she's getting limp.", "My dog walks with a limp."),
        (
            "The toilet's all over the floor, and my husband's legs don't work so he's sat in it.",
            "The legs of the table don't hold.",
        ),
        (
            "The basement's taken about a foot of water, and old Mr. Pruitt's down there fishing for the plug.",
            "The basement has a foot of water.",
        ),
        ("No heat, twins five weeks old and their hands are cold.", "The twins are five weeks old."),
        (
            "A tree came down across the only door and there's water coming in.",
            "The people up of me water the flowers and all water is coming in my balcony.",
        ),
    ] {
        assert!(is_danger(&rules, danger), "{danger}");
        assert!(!is_danger(&rules, everyday), "{everyday}");
    }
}

#[test]
fn what_is_not_said_outright_is_asked_about() {
    use LifeSafety::*;
    let rules = english();
    for (text, suspected) in [
        ("Please hurry.", Some(Unspecified)),
        ("No need to hurry, please.", None),
        ("Can you hurry up, please? I just want to pay my rent.", None),
        ("Jenny is not moving.", Some(Medical)),
        ("The garage door is not moving.", None),
        ("He's under there!", Some(Trapped)),
        ("Enter where? I'm in the lift.", Some(Trapped)),
        ("I'm in the elevator lobby.", None),
        ("I'm calling the police, there's somebody at my door.", Some(Violence)),
        ("I'm calling the police about my bike.", None),
    ] {
        assert_eq!(rules.suspects(&rules.words(tokens(text))), suspected, "{text}");
    }
}

#[test]
fn everyday_words_that_sound_like_danger_hide_none_beside_them() {
    let rules = english();
    for (text, reflex) in [
        ("When people ring downstairs I hear nothing up here.", Reflex::Plain),
        ("My buzzer doesn't work.", Reflex::Plain),
        ("My intercom is broken and my mother isn't breathing.", Reflex::Danger(LifeSafety::Medical)),
        ("The doorbell is broken and there's smoke in the hall.", Reflex::Danger(LifeSafety::Fire)),
    ] {
        assert_eq!(rules.reflex(&rules.words(tokens(text))), reflex, "{text}");
    }
}

#[test]
fn what_is_over_or_another_matter_is_no_haste() {
    use UrgentKind::*;
    let rules = english();
    let urgent = |text: &str| rules.urgent(&rules.words(tokens(text)));
    for (text, kind) in [
        ("My heat was off this morning. It's back on now, so you can cancel that.", None),
        ("My power was out, it's working again, please cancel that.", None),
        ("My heat went out and I have to cancel my tour.", Some(NoHeat)),
        ("The heat was off, they fixed it, and it's out again.", Some(NoHeat)),
        ("The bathroom door locked itself and I can't get in, nobody's inside.", None),
        ("My apartment door is locked and I can't get in.", Some(Lockout)),
        ("The dog in 3A has no water.", None),
        ("It's got no water or anything. Should I call animal control?", None),
        ("The building has no water.", Some(NoWater)),
        ("No, emails, dear. There's no water anywhere.", None),
        ("There's no water anywhere in my unit.", Some(NoWater)),
        ("I'm the electrician. I nicked a water line at 101, it's spraying.", Some(Flooding)),
        ("I hit a pipe and it's spraying water.", Some(Flooding)),
        ("There's a lot of water.", Some(Flooding)),
        ("We work with owners to cut their water bills.", None),
        ("An alarm is ringing, we need a keyholder to come reset the panel.", Some(Lockout)),
    ] {
        assert_eq!(urgent(text), kind, "{text}");
    }
}

#[test]
fn spanish_denies_and_threatens_in_its_own_words() {
    let rules = Rules::of(Language::Spanish);
    for (everyday, danger) in [
        ("La puerta del garaje no se mueve.", "Mi esposo no se mueve."),
        ("Ya llamé a la policía, me robaron el carro.", "Ya llamé a la policía pero sigue afuera."),
        ("Mi edificio anterior tuvo una fuga de gas.", "Hay una fuga de gas en mi edificio."),
        (
            "Mi hijo se quedó atrapado en el elevador anoche y su técnico lo sacó, quiero dar las gracias.",
            "Mi hijo se quedó atrapado en el elevador.",
        ),
        ("Vengo a leer el medidor de gas.", "Tengo una lectura alta de gas en los medidores."),
    ] {
        assert!(!is_danger(&rules, everyday), "{everyday}");
        assert!(is_danger(&rules, danger), "{danger}");
    }
    let urgent = |text: &str| rules.urgent(&rules.words(tokens(text)));
    assert_eq!(urgent("La calefacción no servía pero ya funciona, cancele el reporte."), None);
    assert_eq!(urgent("No funciona la calefacción."), Some(UrgentKind::NoHeat));
    assert_eq!(urgent("Me inundan con correos."), None);
}

#[test]
fn poison_goodbyes_cold_and_a_child_behind_a_door_are_danger_in_any_words() {
    let rules = english();
    for (danger, everyday) in [
        (
            "My two year old ate one of those green blocks they put down.",
            "The mice ate one of the green blocks.",
        ),
        ("My two year old ate a rat bait block.", "The rats ate the bait, my son says."),
        (
            "The little bait blocks, my daughter had one in her mouth, she's two.",
            "The bait blocks under my sink are empty.",
        ),
        (
            "My sister wrote me a goodbye letter and doesn't pick up the phone.",
            "She sent a goodbye card to the whole house.",
        ),
        ("I think she's done something to herself.", "She's done something to the lock herself."),
        ("It sounded like goodbye.", "It sounded like a goodbye party."),
        (
            "She wrote me she was tired of everything and now she won't pick up.",
            "I'm tired of it all, and nobody picks up at the office.",
        ),
        ("I'm ninety and I can see my breath in here.", "I'm ninety and I like it warm in here."),
        (
            "My mom lives in 4A and she's not picking up her phone since yesterday.",
            "My mom lives in 4A and she's not picking up the couch before Friday.",
        ),
        ("He's diabetic and he's not answering.", "I'm diabetic and your office is not answering."),
        (
            "The door shut and I haven't my keys. The baby's in the high chair.",
            "The door shut and I haven't my keys. The baby's asleep in my arms.",
        ),
        ("The door shut, no keys, and the soup's on.", "The door shut and the light is on."),
        ("I didn't turn off the stove, I'm at work.", "I never turned on the stove since I moved in."),
        (
            "A branch is lying over the cable and it's kind of sparkling.",
            "The string lights over the patio are sparkling.",
        ),
        ("It's rather raining in my kitchen. Through the light.", "It's raining, and the light is out."),
        (
            "I was stung and I need my EpiPen.",
            "There's a wasps' nest, and I'm allergic, like EpiPen allergic.",
        ),
        ("My friend is starting to breathe funny.", "My friend is starting to talk funny."),
    ] {
        assert!(is_danger(&rules, danger), "{danger}");
        assert!(!is_danger(&rules, everyday), "{everyday}");
    }
}

#[test]
fn a_word_of_danger_that_is_asked_about_or_was_mended_or_dreamt_is_none() {
    let rules = english();
    for (saying, danger) in [
        ("Is this an emergency? I don't need anybody right now.", "This is an emergency."),
        ("People are getting robbed of their deposits.", "I'm getting robbed at the gate."),
        ("I had a dream that somebody drowned in the tub.", "I had a dream, but now I smell smoke."),
        (
            "The gas man found the gas leak and fixed it. All good now.",
            "The gas man fixed it, all good, but I smell gas again.",
        ),
        ("In danger? No, nobody.", "I'm in danger."),
    ] {
        assert!(!is_danger(&rules, saying), "{saying}");
        assert!(is_danger(&rules, danger), "{danger}");
    }
}

#[test]
fn what_the_drains_give_back_is_urgent_and_what_lies_beside_the_bins_is_not() {
    let rules = english();
    let urgent = |text: &str| rules.urgent(&rules.words(tokens(text)));
    for (text, kind) in [
        ("When my neighbour flushes, brown water comes up in my bathtub.", Some(UrgentKind::Sewage)),
        ("Every time the people above me flush, stuff comes up in my bathtub.", Some(UrgentKind::Sewage)),
        ("Water is backing up in my tub.", Some(UrgentKind::Sewage)),
        ("It's still rising.", Some(UrgentKind::Flooding)),
        ("It's up to the rim now.", Some(UrgentKind::Flooding)),
        ("My rent is still rising.", None),
        ("Roaches come up through the drain when I run the water.", None),
        ("Brown water comes out of the tap.", None),
        ("Your dumpster is overflowing.", None),
        ("The toilet is overflowing.", Some(UrgentKind::Flooding)),
        ("My car got broken into in your lot last night.", None),
        ("My apartment got broken into last night.", Some(UrgentKind::Unsecured)),
        (
            "Somebody broke into my apartment while I was at dinner, the door's kicked in. He's not here now.",
            Some(UrgentKind::Unsecured),
        ),
        ("I got home and my door's been pried open and the laptop's gone.", Some(UrgentKind::Unsecured)),
        ("Somebody pried my door open and stole my laptop while I was away.", Some(UrgentKind::Unsecured)),
        ("Somebody stole my keys and knows where I live.", Some(UrgentKind::Unsecured)),
        ("My purse got stolen with my keys and my address in it.", Some(UrgentKind::Unsecured)),
        ("Somebody broke into my apartment last year and I want a camera.", None),
        ("I forgot my keys at the office.", Some(UrgentKind::Lockout)),
        ("Somebody stole my package from the lobby.", None),
        ("The flood we had in the basement last month ruined my boxes.", None),
        ("Yesterday the washing machine upstairs flooded my hallway. Your plumber fixed it already.", None),
        (
            "Yesterday the washing machine flooded my hallway, your plumber fixed it, and now it is flooding again.",
            Some(UrgentKind::Flooding),
        ),
        ("Last night my kitchen flooded and it's still coming in.", Some(UrgentKind::Flooding)),
        ("The door shut and I haven't my keys.", Some(UrgentKind::Lockout)),
        ("The door shuts by itself and the keys are fine.", None),
        (
            "This is Officer Grant, we'd like to do a welfare check on 4A, can someone meet us with a key?",
            Some(UrgentKind::Lockout),
        ),
    ] {
        assert_eq!(urgent(text), kind, "{text}");
    }
}

#[test]
fn a_welfare_check_is_asked_about_and_a_cheque_is_not() {
    let rules = english();
    let suspects = |text: &str| rules.suspects(&rules.words(tokens(text)));
    assert!(suspects("Could I get a welfare check on 15 at Birch House?").is_some());
    assert!(suspects("Can you do a welfare check on a resident?").is_some());
    assert!(suspects("I do get a welfare check every month.").is_none());
}

#[test]
fn in_spanish_a_detector_that_begins_to_sound_and_a_child_alone_are_danger_and_a_car_is_none() {
    let rules = Rules::of(Language::Spanish);
    for danger in [
        "El detector de monóxido empezó a sonar hace diez minutos.",
        "Este aparatito del monóxido empezó a sonar, cuatro pitidos y para.",
        "Se me cerró la puerta y tengo al bebé adentro durmiendo.",
        "Pues el bebé está solito adentro, pero está dormido.",
        "El aparatito ese del pasillo, el del monóxido, está pite y pite y mi esposo tiene dolor de cabeza.",
        "Estamos en peligro.",
    ] {
        assert!(is_danger(&rules, danger), "{danger}");
    }
    for saying in [
        "¿En peligro? No, muchacho, nadie, es un carro nada más.",
        "Ya está todo bien, pero ayer se me quemó una olla y salió mucho humo y ahora el detector de humo no deja de pitar cada minuto.",
        "El detector de monóxido es viejo, ¿cuándo lo cambian?",
        "El bebé está durmiendo, hable más bajo.",
    ] {
        assert!(!is_danger(&rules, saying), "{saying}");
    }
    assert_eq!(rules.urgent(&rules.words(tokens("¿Pero la calefacción va incluida o no?"))), None);
    assert_eq!(rules.urgent(&rules.words(tokens("La calefacción no prende."))), Some(UrgentKind::NoHeat));
}

#[test]
fn a_detector_that_is_asked_about_or_missing_is_no_alarm_and_one_that_sounds_is() {
    let rules = english();
    for text in [
        "Quick question, does my apartment have to have a carbon monoxide detector? I don't see one anywhere.",
        "I don't think my apartment has a carbon monoxide detector. Is it supposed to have one?",
        "Do I need a carbon monoxide alarm?",
        "There isn't a carbon monoxide detector.",
    ] {
        assert!(!is_danger(&rules, text), "{text}");
    }
    for text in [
        "What do I do, I have a carbon monoxide alarm going off.",
        "Do I need a carbon monoxide detector? Mine's been beeping and we all feel dizzy.",
        "My apartment has a carbon monoxide detector and it's going off.",
        "I don't know why but the carbon monoxide detector is screaming.",
        "What do I do I have a carbon monoxide alarm.",
    ] {
        assert!(is_danger(&rules, text), "{text}");
    }
}

#[test]
fn in_spanish_the_police_over_a_loud_neighbour_are_no_danger_and_kicks_at_a_door_are() {
    let rules = Rules::of(Language::Spanish);
    let reflex = |text: &str| rules.reflex(&rules.words(tokens(text)));
    for text in [
        "Mi vecino tiene la música muy alta. ¿Van a venir a callarlos o llamo a la policía?",
        "¿Vienen a callar ese ruido o llamo a la policía?",
        "¿Van a callarlos o mejor llamo a la policía?",
    ] {
        assert_eq!(reflex(text), Reflex::Dismissed, "{text}");
    }
    let reported = "El vecino rompió la ventana, voy a llamar a la policía para que haga el reporte.";
    assert_eq!(reflex(reported), Reflex::Plain);
    for text in [
        "¿Vienen ustedes o llamo a la policía?",
        "Mi vecino tiene una pistola. ¿Vienen o llamo a la policía?",
        "Con la música tan alta oigo que le está pegando a su mujer, ¿vienen o llamo a la policía?",
        "Hay fuego en la fiesta del vecino, ¿llamo a los bomberos o llamo a la policía?",
        "Llamen a la policía, hay mucho ruido y alguien se metió a mi casa.",
    ] {
        assert!(matches!(reflex(text), Reflex::Danger(_)), "{text}");
    }
    for text in [
        "Hay un señor afuera queriendo abrir mi puerta a la fuerza.",
        "Le está dando patadas a la puerta, se quiere meter.",
        "Un hombre quiere entrar a la fuerza.",
    ] {
        assert_eq!(reflex(text), Reflex::Danger(LifeSafety::Violence), "{text}");
    }
    for text in [
        "La ventana está atorada y no abre ni a la fuerza.",
        "Se atoró la puerta y hay que abrirla a la fuerza.",
    ] {
        assert!(!is_danger(&rules, text), "{text}");
    }
}

#[test]
fn in_spanish_a_name_cries_for_nothing_and_a_window_that_sticks_is_a_repair() {
    let rules = Rules::of(Language::Spanish);
    for (everyday, danger) in [
        ("Soy María del Socorro Ruiz.", "¡Socorro, María, ayúdenme!"),
        ("La señora María del Socorro.", "La vecina grita socorro."),
    ] {
        assert!(!is_danger(&rules, everyday), "{everyday}");
        assert!(is_danger(&rules, danger), "{danger}");
    }
    let urgent = |text: &str| rules.urgent(&rules.words(tokens(text)));
    for text in [
        "La ventana del cuarto no cierra y entra frío.",
        "La puerta del patio no cierra bien.",
        "Perdí el control del portón y no puedo entrar al estacionamiento.",
    ] {
        assert_eq!(urgent(text), None, "{text}");
    }
    for (text, kind) in [
        ("La ventana no cierra y da a la calle.", UrgentKind::Unsecured),
        ("La ventana no se puede asegurar.", UrgentKind::Unsecured),
        ("La puerta del patio no cierra con llave.", UrgentKind::Unsecured),
        ("La puerta del patio no cierra y vivo en el primer piso.", UrgentKind::Unsecured),
        ("La puerta principal no cierra.", UrgentKind::Unsecured),
        ("No puedo entrar al estacionamiento ni a mi casa.", UrgentKind::Lockout),
        ("No puedo entrar a mi departamento.", UrgentKind::Lockout),
    ] {
        assert_eq!(urgent(text), Some(kind), "{text}");
    }
}
