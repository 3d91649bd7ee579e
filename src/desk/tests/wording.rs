//! Words that fit, and words that are refused.

use std::collections::BTreeMap;

use crate::{
    desk::{ONE_SEGMENT, Placeholder, Template, Wording, WordingError},
    outbox::{Encoding, lint},
};

fn template(text: &str) -> Result<Template, WordingError> {
    Template::try_from(text.to_owned())
}

#[test]
fn the_factory_words_fit_one_segment_with_long_names_too() {
    for office in ["Maple Court", "Rocky Mountain Property Partners"] {
        let wording = Wording::read(Wording::FACTORY, office).unwrap();
        for template in [
            &wording.text_back,
            &wording.work_order,
            &wording.lead,
            &wording.callback,
            &wording.on_call,
            &wording.opted_out,
            &wording.opted_in,
            &wording.help,
        ] {
            let values = BTreeMap::from([
                (Placeholder::Office, office),
                (Placeholder::Name, "Wilhelmina-Josephine"),
                (Placeholder::Place, "4711 North Washington Boulevard, Unit 2204"),
            ]);
            let text = template.render(&values);
            let lint = lint(&text);
            assert_eq!((lint.encoding, lint.segments), (Encoding::Gsm7, 1), "{text}");
            assert!(text.contains(office) && !text.contains("..."), "{text}");
        }
    }
}

#[test]
fn an_unknown_value_takes_its_brackets_with_it() {
    let template = template("Hi[ {name}], {office} here[ about {place}].").unwrap();
    let mut values = BTreeMap::from([(Placeholder::Office, "Maple Court")]);
    assert_eq!(template.render(&values), "Hi, Maple Court here.");
    values.insert(Placeholder::Name, "Núria");
    assert_eq!(template.render(&values), "Hi Nuria, Maple Court here.");
}

#[test]
fn words_that_cannot_be_used_are_refused_with_their_reason() {
    assert!(matches!(template("Hi {nmae}"), Err(WordingError::UnknownPlaceholder(name)) if name == "nmae"));
    for text in ["Hi {name", "Hi [ {name}", "Hi ]", "Hi }", "[a [b]]"] {
        assert!(matches!(template(text), Err(WordingError::Unclosed)), "{text}");
    }
    assert!(matches!(template(" "), Err(WordingError::Empty)));
    let office = "The Extraordinarily Long-Named Property Management Partnership of Greater Denver";
    assert!(matches!(
        Wording::read(Wording::FACTORY, office),
        Err(WordingError::TooLong { text: "text_back", septets }) if septets > ONE_SEGMENT
    ));
    assert!(matches!(Wording::read("text_back = 3", "Maple Court"), Err(WordingError::Toml(_))));
}
