//! What callers hear of an incident that is known, what reporters are told when it is over, and how staff say so by text.

use crate::{
    dialogue::Trouble,
    types::{IncidentId, Language},
};

/// A notice is spoken in some twenty seconds at most.
pub const LONGEST_NOTICE: usize = 300;

/// An incident that is open, as the telephones need to know it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SpokenNotice {
    pub incident: IncidentId,
    pub property: String,
    pub trouble: Trouble,
    /// What callers hear, while it is on.
    pub text: Option<String>,
}

/// What is said where nobody has written anything.
pub fn usual_notice(trouble: Trouble, property: &str, language: Language) -> String {
    match language {
        Language::English => {
            let what = match trouble {
                Trouble::Water => "about the water trouble",
                Trouble::HotWater => "that there is trouble with the hot water",
                Trouble::Leak => "about the leak",
                Trouble::Sewage => "about the sewage trouble",
                Trouble::Heat => "about the heating trouble",
                Trouble::Cooling => "that there is trouble with the cooling",
                Trouble::Power => "about the power failure",
                Trouble::Lift => "that there is trouble with the elevator",
                Trouble::Internet => "that there is trouble with the internet",
                Trouble::Alarm => "about the alarm",
                Trouble::Door => "that there is trouble with the gate or the door",
                Trouble::Gas => "about the smell of gas",
                Trouble::Fire => "about the fire",
                Trouble::CarbonMonoxide => "about the carbon monoxide alarm",
                Trouble::Electric => "about the electrical trouble",
                Trouble::Collapse => "about the damage",
                Trouble::Person | Trouble::Other => "about the trouble",
            };
            format!("We know {what} at {property}, and it is being worked on.")
        }
        Language::Spanish => {
            let what = match trouble {
                Trouble::Water => "el problema con el agua",
                Trouble::HotWater => "el problema con el agua caliente",
                Trouble::Leak => "la fuga de agua",
                Trouble::Sewage => "el problema con el drenaje",
                Trouble::Heat => "el problema con la calefacción",
                Trouble::Cooling => "el problema con el aire acondicionado",
                Trouble::Power => "el corte de luz",
                Trouble::Lift => "el problema con el ascensor",
                Trouble::Internet => "el problema con el internet",
                Trouble::Alarm => "la alarma",
                Trouble::Door => "el problema con la puerta",
                Trouble::Gas => "el olor a gas",
                Trouble::Fire => "el incendio",
                Trouble::CarbonMonoxide => "la alarma de monóxido de carbono",
                Trouble::Electric => "el problema eléctrico",
                Trouble::Collapse => "los daños",
                Trouble::Person | Trouble::Other => "el problema",
            };
            format!("Ya sabemos de {what} en {property} y se está trabajando en ello.")
                .replace("de el ", "del ")
        }
    }
}

/// What reporters are texted when it is over.
pub fn usual_closing(trouble: Trouble, property: &str, office: &str, language: Language) -> String {
    match language {
        Language::English => {
            let what = match trouble {
                Trouble::Water => "the water trouble",
                Trouble::HotWater => "the hot water trouble",
                Trouble::Leak => "the leak",
                Trouble::Sewage => "the sewage trouble",
                Trouble::Heat => "the heating trouble",
                Trouble::Cooling => "the cooling trouble",
                Trouble::Power => "the power failure",
                Trouble::Lift => "the elevator trouble",
                Trouble::Internet => "the internet trouble",
                Trouble::Alarm => "the alarm",
                Trouble::Door => "the trouble with the gate or the door",
                Trouble::Gas => "the smell of gas",
                Trouble::CarbonMonoxide => "the carbon monoxide alarm",
                Trouble::Electric => "the electrical trouble",
                Trouble::Fire | Trouble::Collapse | Trouble::Person | Trouble::Other => "the trouble",
            };
            format!(
                "{office}: {what} you called about at {property} has been dealt with. If it is not so at yours, please \
                 call us. Reply STOP to opt out."
            )
        }
        Language::Spanish => format!(
            "{office}: el problema por el que llamó en {property} está resuelto. Si en su casa no es así, llámenos. \
             Responda STOP para no recibir más mensajes."
        ),
    }
}

/// The words as they may be spoken and written: one line, nothing that steers a terminal, not longer than
/// [`LONGEST_NOTICE`]. `None`: there are none.
pub fn clean_notice(words: &str) -> Option<String> {
    let line: String = words.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let line = line.split_whitespace().collect::<Vec<_>>().join(" ");
    let kept: String = line.chars().take(LONGEST_NOTICE).collect();
    (!kept.trim().is_empty()).then(|| kept.trim().to_owned())
}

/// What somebody of the staff orders by a text: `NOTICE`, `NOTICE ON`, `NOTICE 2 ON crew on site until six`, `NOTICE OFF`,
/// `NOTICE CLOSE`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Order {
    /// Which incidents are open?
    List,
    /// The notice of the so-manieth, from 1, is on from now on; with these words if there are any.
    On {
        nth: usize,
        words: Option<String>,
    },
    Off {
        nth: usize,
    },
    /// It is over, and its reporters are told.
    Close {
        nth: usize,
    },
    /// It begins like an order, and is none.
    Unclear,
}

/// Reads an order. `None`: the text is about something else.
pub fn read_order(text: &str) -> Option<Order> {
    let mut words = text.split_whitespace();
    if !words.next()?.eq_ignore_ascii_case("notice") {
        return None;
    }
    let mut word = words.next();
    let nth = match word.and_then(|word| word.parse::<usize>().ok()) {
        Some(nth) => {
            word = words.next();
            nth
        }
        None => 1,
    };
    Some(match word.map(str::to_lowercase).as_deref() {
        None => Order::List,
        Some("on") => Order::On { nth, words: clean_notice(&words.collect::<Vec<_>>().join(" ")) },
        Some("off") => Order::Off { nth },
        Some("close" | "closed") => Order::Close { nth },
        // "Notice that the office is closed on Friday" is a sentence.
        Some(_) => Order::Unclear,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_order_is_read_and_a_sentence_is_none() {
        let on = |nth, words: Option<&str>| Order::On { nth, words: words.map(str::to_owned) };
        for (text, order) in [
            ("NOTICE", Some(Order::List)),
            ("notice on", Some(on(1, None))),
            ("Notice 2 ON crew is on site\nuntil six", Some(on(2, Some("crew is on site until six")))),
            ("NOTICE OFF", Some(Order::Off { nth: 1 })),
            ("notice 3 closed", Some(Order::Close { nth: 3 })),
            ("Notice that we close on Friday", Some(Order::Unclear)),
            ("please notice on", None),
            ("", None),
        ] {
            assert_eq!(read_order(text), order, "{text}");
        }
    }

    #[test]
    fn a_notice_is_one_line_of_bounded_length() {
        assert_eq!(clean_notice(" crew\u{7} on\r\nsite "), Some("crew on site".into()));
        assert_eq!(clean_notice(" \n\u{0} "), None);
        assert_eq!(clean_notice(&"a".repeat(10_000)).map(|text| text.len()), Some(LONGEST_NOTICE));
    }

    #[test]
    fn every_trouble_has_its_words_in_both_languages() {
        for trouble in Trouble::ALL {
            for language in Language::ALL {
                let notice = usual_notice(trouble, "Maple Court", language);
                assert!(
                    notice.contains("Maple Court") && notice.chars().count() <= LONGEST_NOTICE,
                    "{notice}"
                );
                assert!(usual_closing(trouble, "Maple Court", "Maple Court", language).contains("STOP"));
            }
        }
        let water = usual_notice(Trouble::Water, "Maple Court", Language::Spanish);
        assert!(water.starts_with("Ya sabemos del problema"), "{water}");
    }
}
