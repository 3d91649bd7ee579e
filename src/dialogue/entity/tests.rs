//! What callers say and what is heard in it, as tables.

use jiff::civil::date;

use super::*;

mod beside;
mod names;
mod places;
mod units;

fn roster() -> Roster {
    let unit = |property: &str, street: &str, unit: &str| UnitRef {
        property: property.into(),
        street: street.into(),
        unit: unit.into(),
    };
    Roster {
        units: vec![
            unit("Maple Court", "1200 Maple Street", "4B"),
            unit("Maple Court", "1200 Maple Street", "4D"),
            unit("Maple Court", "1200 Maple Street", "12"),
            unit("Maple Court", "1200 Maple Street", "15"),
            unit("Maple Court", "1200 Maple Street", "50"),
            unit("Maple Court", "1200 Maple Street", "204"),
            unit("Birch House", "410 Alder Avenue", "204"),
            unit("Birch House", "410 Alder Avenue", "16"),
            unit("Birch House", "410 Alder Avenue", "B12"),
        ],
        names: vec!["Dana Reyes".into(), "Catherine Olsen".into(), "Minh Tran".into()],
        streets: vec!["Cedar Lane".into(), "Elm Street".into()],
        vendors: vec!["Front Range Plumbing".into(), "Ace Boiler".into()],
        listings: vec!["Two bedroom on Alder".into(), "Studio on Cedar Lane".into()],
    }
}

fn shown(value: &Value) -> String {
    let when = |when: &When| {
        let mut parts = Vec::new();
        parts.extend(when.date.map(|d| d.to_string()));
        parts.extend(when.until_date.map(|d| format!("to {d}")));
        parts.extend(when.part.map(|p| format!("{p:?}").to_lowercase()));
        parts.extend(when.time.map(|t| format!("{}{t}", if when.after { "from " } else { "" })));
        parts.extend(when.until.map(|t| format!("until {t}")));
        parts.extend(when.any.then(|| "any".to_owned()));
        parts.extend(when.soonest.then(|| "soonest".to_owned()));
        parts
            .join(" ")
            .replace(":00:00", "h")
            .replace(":30:00", "h30")
            .replace(":45:00", "h45")
            .replace(":15:00", "h15")
    };
    match value {
        Value::Phone(number) => format!("phone {number}"),
        Value::PhoneFragment(digits) => format!("digits {digits}"),
        Value::Unit(mention) => {
            let units: Vec<String> = mention
                .candidates
                .iter()
                .map(|u| format!("{}/{}", u.property.split(' ').next().unwrap(), u.unit))
                .collect();
            let doubt = if mention.ambiguous { "?" } else { "" };
            format!("unit {}{doubt} [{}]", mention.unit, units.join(" "))
        }
        Value::Name(name) => {
            let known = name.known.as_ref().map(|k| format!(" = {k}")).unwrap_or_default();
            format!("name {}{known}", name.full())
        }
        Value::Address(a) => {
            format!(
                "address {} {}{}",
                a.number,
                a.street,
                a.unit.as_ref().map(|u| format!(" #{u}")).unwrap_or_default()
            )
        }
        Value::When(w) => format!("when {}", when(w)),
        Value::MoveIn(w) => format!("move-in {}", when(w)),
        Value::Email(email) => format!("email {email}"),
        Value::Budget(dollars) => format!("budget {dollars}"),
        Value::Bedrooms(rooms) => format!("bedrooms {rooms}"),
        Value::Matter(gist) => format!("matter {gist}"),
        Value::Access(access) => format!("access {access:?}"),
        Value::Pets(Pets::None) => "pets none".into(),
        Value::Pets(Pets::Some(animals)) => format!("pets {}", animals.join(" ")),
        Value::Listing(listing) => format!("listing {listing}"),
        Value::Company(company) => format!("company {company}"),
        Value::Area(area) => format!("area {area}"),
        Value::Price(dollars) => format!("price {dollars}"),
        Value::Financing(financing) => format!("financing {financing:?}"),
    }
}

/// What is heard beside the matter, in order, joined by "; ".
fn heard(text: &str, expecting: Option<Slot>) -> String {
    heard_in(text, &context(expecting, &roster()))
}

/// A Friday in Denver.
fn context(expecting: Option<Slot>, roster: &Roster) -> Context<'_> {
    Context {
        expecting,
        roster,
        today: date(2026, 11, 20),
        home_area_code: 303,
        language: Language::English,
        read_back: None,
    }
}

fn heard_in(text: &str, context: &Context<'_>) -> String {
    let found = extract(text, context);
    for entity in &found {
        assert!(
            text.get(entity.start..entity.end).is_some_and(|span| !span.is_empty()),
            "{text}: {entity:?}"
        );
        assert!((0.0..=1.0).contains(&entity.confidence), "{text}: {entity:?}");
    }
    let values = found
        .iter()
        .map(|e| &e.value)
        .filter(|v| !matches!(v, Value::Matter(_)) || context.expecting == Some(Slot::Matter));
    values.map(shown).collect::<Vec<_>>().join("; ")
}

fn check(expecting: Option<Slot>, cases: &[(&str, &str)]) {
    let wrong: Vec<String> = cases
        .iter()
        .filter(|(text, expected)| heard(text, expecting) != *expected)
        .map(|(text, expected)| {
            format!("\n  {text}\n    heard    {}\n    expected {expected}", heard(text, expecting))
        })
        .collect();
    assert!(wrong.is_empty(), "{} of {} misheard:{}", wrong.len(), cases.len(), wrong.concat());
}

#[test]
fn telephone_numbers_are_heard_however_they_are_said() {
    check(
        Some(Slot::Phone),
        &[
            ("three oh three five five five oh one four two", "phone +13035550142"),
            ("three or three five five five or one four two", "phone +13035550142"),
            ("303-555-0142", "phone +13035550142"),
            ("it's (303) 555-0142", "phone +13035550142"),
            ("three zero three triple five zero one forty two", "phone +13035550142"),
            ("three oh three double five five oh one four two", "phone +13035550142"),
            ("area code three oh three um five five five oh one four two", "phone +13035550142"),
            ("yeah it's 3 0 3 5 5 5 0 1 4 2", "phone +13035550142"),
            ("one three oh three five five five oh one four two", "phone +13035550142"),
            ("five five five oh one four two", "phone +13035550142"),
            ("three oh three five five five oh one for two", "phone +13035550142"),
            ("three oh three five five five oh one four two no oh one four three", "phone +13035550143"),
            (
                "three oh three five five five oh one four two i mean seven two oh five five five oh one four two",
                "phone +17205550142",
            ),
            ("seven twenty five five five twelve twelve", "phone +17205551212"),
            ("eight hundred five five five one two one two", "phone +18005551212"),
            ("+44 20 7946 0958", "phone +442079460958"),
            ("three oh three five five five", "digits 303555"),
            ("oh one four two", "digits 0142"),
            ("three oh three five five five oh one four two nine nine nine nine", "digits 30355501429999"),
            ("Call me on to zero six, five, five, five, zero, one, eight, four.", "phone +12065550184"),
            ("Call me Jan6175550166.", "phone +16175550166"),
            ("Call me Yantu's 06-555-0174.", "phone +12065550174"),
            ("it's for zero four five five five zero one nine nine", "phone +14045550199"),
            ("call me on zero six five five five zero one eight four", "digits 065550184"),
            ("i don't have a phone", ""),
            ("the same one i'm calling from", ""),
        ],
    );
    check(
        None,
        &[
            ("you can reach me at 720 555 0119 thanks", "phone +17205550119"),
            ("call me back at seven two oh five five five oh one one nine", "phone +17205550119"),
            ("i called three times", ""),
            ("one two three four", ""),
            ("the rent is 1500 dollars", "budget 1500"),
        ],
    );
}

#[test]
fn days_and_times_are_resolved_against_today() {
    check(
        Some(Slot::When),
        &[
            ("tomorrow morning", "when 2026-11-21 morning"),
            ("today", "when 2026-11-20"),
            ("tonight", "when 2026-11-20 evening"),
            ("the day after tomorrow", "when 2026-11-22"),
            ("thursday at three", "when 2026-11-26 15h"),
            ("friday", "when 2026-11-27"),
            ("monday", "when 2026-11-23"),
            ("next friday", "when 2026-11-27"),
            ("next week", "when 2026-11-23 to 2026-11-29"),
            ("tuesday or wednesday next week", "when 2026-11-24 to 2026-11-25"),
            ("the light between the second and third floor", ""),
            ("this is the third damn time", ""),
            ("this weekend", "when 2026-11-21 to 2026-11-22"),
            ("after five", "when from 17h"),
            ("friday after four. i work nights so mornings are hard", "when 2026-11-27 from 16h"),
            ("friday mornings", "when 2026-11-27 morning"),
            ("before noon", "when until 12h"),
            ("between two and four", "when from 14h until 16h"),
            ("tuesday between nine and eleven", "when 2026-11-24 from 09h until 11h"),
            ("three thirty", "when 15h30"),
            ("3:30 pm", "when 15h30"),
            ("at 10am", "when 10h"),
            ("half past nine", "when 09h30"),
            ("quarter to four", "when 15h45"),
            ("nine o'clock", "when 09h"),
            ("seven in the morning", "when morning 07h"),
            ("eight in the evening", "when evening 20h"),
            ("noon on saturday", "when 2026-11-21 noon"),
            ("any time is fine", "when any"),
            ("as soon as possible", "when soonest"),
            ("december third", "when 2026-12-03"),
            ("the third of december", "when 2026-12-03"),
            ("the fifteenth", "when 2026-12-15"),
            ("january 5", "when 2027-01-05"),
            ("12/3", "when 2026-12-03"),
            ("in two weeks", "when 2026-12-04"),
            ("the tuesday after next", "when 2026-12-01"),
            ("a week from monday", "when 2026-11-30"),
            ("two weeks from today", "when 2026-12-04"),
            ("thanksgiving", "when 2026-11-26"),
            ("the day after thanksgiving", "when 2026-11-27"),
            ("the monday after christmas", "when 2026-12-28"),
            ("the day before new year's eve at noon", "when 2026-12-30 12h"),
            ("unsaturity would be good", "when 2026-11-21"),
            ("maybe wendsday", "when 2026-11-25"),
            ("two bedrooms", "bedrooms 2"),
            ("i'm not sure", ""),
        ],
    );
    check(
        None,
        &[
            ("good morning i have a question", ""),
            ("can somebody come tomorrow after three", "when 2026-11-21 from 15h"),
            ("i have two cats and three kids", "pets cat"),
            ("it may take a while", ""),
            ("i moved in two weeks ago and the drain is slow", ""),
            ("on the second floor", ""),
            ("it's about twelve hundred dollars", "budget 1200"),
        ],
    );
    check(
        Some(Slot::MoveIn),
        &[
            ("january first", "move-in 2027-01-01"),
            ("the end of the month", "move-in 2026-11-30"),
            ("the first of the year", "move-in 2027-01-01"),
            ("in march", "move-in 2027-03-01 to 2027-03-31"),
            ("next month", "move-in 2026-12-01 to 2026-12-31"),
            ("right away", "move-in soonest"),
        ],
    );
}

#[test]
fn addresses_listings_and_firms_are_found() {
    check(
        Some(Slot::Address),
        &[
            ("four ten alder avenue", "address 410 Alder Avenue"),
            ("410 alder", "address 410 Alder Avenue"),
            ("twelve hundred maple street unit four b", "address 1200 Maple Street #4B"),
            ("six forty two elm", "address 642 Elm Street"),
            ("unit 4B at 1200 Maple Street", "address 1200 Maple Street #4B"),
            ("apartment twelve on 410 Alder Avenue", "address 410 Alder Avenue #12"),
            ("it's unit 4 B, 1200 Maple Street", "address 1200 Maple Street #4B"),
            ("77 cider lane", "address 77 Cedar Lane"),
            ("99 north willow drive", "address 99 North Willow Drive"),
        ],
    );
    check(
        None,
        &[
            ("i'm calling about the two bedroom on alder", "bedrooms 2; listing Two bedroom on Alder"),
            ("is the studio on cedar still available", "bedrooms 0; listing Studio on Cedar Lane"),
            ("ace boiler is here", "company Ace Boiler"),
            ("i'm from the gas company", ""),
            ("i drive on the street", ""),
        ],
    );
}

#[test]
fn mail_addresses_are_heard_and_read() {
    check(
        Some(Slot::Email),
        &[
            ("dana at gmail dot com", "email dana@gmail.com"),
            ("dana dot reyes at gmail dot com", "email dana.reyes@gmail.com"),
            ("it's dana underscore reyes nine nine at yahoo dot com", "email dana_reyes99@yahoo.com"),
            ("dana.reyes@example.com", "email dana.reyes@example.com"),
            ("d reyes at g mail dot com", "email dreyes@gmail.com"),
            ("dana at example dot co dot uk", "email dana@example.co.uk"),
            ("i don't have email", ""),
            ("i'm at work", ""),
        ],
    );
    check(None, &[("my email is dana at example dot com", "email dana@example.com"), ("i'm at home", "")]);
}

#[test]
fn prospects_name_budgets_rooms_and_pets() {
    check(
        None,
        &[
            ("looking for a two bedroom under fifteen hundred", "bedrooms 2; budget 1500"),
            ("a 2br for $1,800 a month", "bedrooms 2; budget 1800"),
            ("studio under two thousand dollars", "bedrooms 0; budget 2000"),
            ("my budget is twenty five hundred", "budget 2500"),
            ("i have a dog and two cats", "pets dog cat"),
            ("no pets", "pets none"),
            ("we don't have any pets", "pets none"),
            ("my neighbor's dog barks", ""),
            ("do you allow dogs", ""),
            ("are cats okay there", ""),
        ],
    );
    check(
        Some(Slot::Budget),
        &[
            ("eighteen fifty", "budget 1850"),
            ("about two grand", "budget 2000"),
            ("1,650", "budget 1650"),
            ("not sure yet", ""),
        ],
    );
    check(
        Some(Slot::Bedrooms),
        &[
            ("one's plenty", "bedrooms 1"),
            ("just those two questions", ""),
            ("two", "bedrooms 2"),
            ("a studio", "bedrooms 0"),
            ("three bedrooms", "bedrooms 3"),
        ],
    );
    check(
        Some(Slot::Pets),
        &[
            ("no", "pets none"),
            ("a small dog", "pets dog"),
            ("just one cat", "pets cat"),
            ("nope none", "pets none"),
        ],
    );
}

#[test]
fn access_is_granted_only_in_so_many_words() {
    check(
        Some(Slot::Access),
        &[
            ("you can go in", "access Granted"),
            ("yeah just come on in", "access Granted"),
            ("you can go to him", "access Granted"),
            ("you can go when i'm home", "access OnlyWhenHome"),
            ("permission to enter is fine", "access Granted"),
            ("yes", "access Granted"),
            ("call before entering", "access CallFirst"),
            ("call me first", "access CallFirst"),
            ("please knock first", "access CallFirst"),
            ("only when i'm home", "access OnlyWhenHome"),
            ("i need to be there", "access OnlyWhenHome"),
            ("no", "access Denied"),
            ("don't go in without me", "access OnlyWhenHome"),
            ("i don't want anybody in there", "access Denied"),
            ("no never when she's alone i'll come over and let them in", "access OnlyWhenHome"),
            ("nobody needs to come into my apartment", "access Denied"),
            ("they don't need to come in it's the stairs", "access Denied"),
            ("not when i'm out", "access OnlyWhenHome"),
            ("i'm always home", "access OnlyWhenHome"),
            ("no problem they can come in", "access Granted"),
            ("hmm", ""),
        ],
    );
    check(
        None,
        &[
            ("you can use your key to go in", "access Granted"),
            ("i can't get in", ""),
            ("my radiator bangs in the night nobody can sleep", ""),
            ("he needs somebody to let him in at four", "when 16h"),
            ("who gives permission to go in?", ""),
            ("you can go to him", ""),
            ("my sink is leaking", ""),
        ],
    );
}

#[test]
fn the_matter_is_kept_in_the_callers_words() {
    check(
        Some(Slot::Matter),
        &[("um yeah so my kitchen sink is leaking", "matter my kitchen sink is leaking"), ("", "")],
    );
    let long = "leak ".repeat(100);
    let heard = heard(&long, Some(Slot::Matter));
    assert!(heard.len() <= LONGEST_MATTER + 10, "{}", heard.len());
}

#[test]
fn whatever_can_be_misheard_is_read_back() {
    let roster = roster();
    let said = "this is dana reyes in four b my number is 303 555 0142 come tomorrow at three";
    for entity in extract(said, &context(None, &roster)) {
        match entity.slot() {
            Slot::Name | Slot::Unit | Slot::Phone | Slot::When => assert!(entity.read_back, "{entity:?}"),
            Slot::Matter => {}
            other => panic!("unexpected {other:?}"),
        }
    }
}

#[test]
fn no_text_upsets_the_readers() {
    let roster = roster();
    let words = [
        "at",
        "dot",
        "unit",
        "double",
        "five",
        "oh",
        "é",
        "—",
        "@",
        "$",
        "b",
        "as",
        "in",
        "next",
        "the",
        "first",
        "of",
        "to",
        "hundred",
        "thousand",
        "and",
        "between",
        "99999999999",
        "4b",
        "no",
        "my",
        "name",
        "is",
        "half",
        "past",
        "/",
        "31st",
    ];
    let mut seed: u64 = 7;
    for _ in 0..2_000 {
        let mut text = String::new();
        for _ in 0..12 {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            text.push_str(words[(seed >> 33) as usize % words.len()]);
            text.push(' ');
        }
        let slots = [
            None,
            Some(Slot::Phone),
            Some(Slot::Unit),
            Some(Slot::When),
            Some(Slot::Email),
            Some(Slot::Name),
        ];
        for expecting in slots {
            let context = Context { today: date(2026, 2, 28), ..context(expecting, &roster) };
            for entity in extract(&text, &context) {
                assert!(text.get(entity.start..entity.end).is_some(), "{text}: {entity:?}");
            }
        }
    }
}
