//! Names: introduced, answered, spelled.

use super::*;

#[test]
fn names_are_heard_introduced_answered_and_spelled() {
    check(
        None,
        &[
            ("my name is Dana Reyes", "name Dana Reyes = Dana Reyes"),
            ("hi this is dana", "name Dana = Dana Reyes"),
            (
                "hello this is katherine olson calling about my lease",
                "name Katherine Olson = Catherine Olsen",
            ),
            ("hi i'm robert", "name Robert"),
            ("dana reyes speaking", "name Dana Reyes = Dana Reyes"),
            ("this is maria gonzalez from unit twelve", "name Maria Gonzalez; unit 12 [Maple/12]"),
            ("this is an emergency", ""),
            ("this is ridiculous", ""),
            ("this is the third time", ""),
            ("i'm locked out", ""),
            ("i'm calling about my apartment", ""),
            ("i'm freezing in here", ""),
            ("i'm not happy", ""),
            ("it's raining inside", ""),
            ("my name is on the lease", ""),
            ("this is mike from front range plumbing", "name Mike; company Front Range Plumbing"),
            ("this is joe with summit drain", "name Joe; company Summit Drain"),
            ("call me first", ""),
            ("the sink here is flooding", ""),
            ("the neighbors here are loud", ""),
            ("Dana here, my sink is leaking", "name Dana = Dana Reyes"),
        ],
    );
    check(
        Some(Slot::Name),
        &[
            ("the sink here is flooding", ""),
            ("it is complicated", ""),
            ("it's complicated", ""),
            ("that is private", ""),
            ("it's a long story", ""),
            ("it's Ahmed", "name Ahmed"),
            ("Fred Kelly", "name Fred Kelly"),
            ("No, Dana Reyes.", "name Dana Reyes = Dana Reyes"),
            ("no i said dana reyes", "name Dana Reyes = Dana Reyes"),
            ("no way", ""),
            ("no idea", ""),
            ("no thanks", ""),
            ("dana reyes", "name Dana Reyes = Dana Reyes"),
            ("um it's dana", "name Dana = Dana Reyes"),
            ("dana rays", "name Dana Rays = Dana Reyes"),
            ("d a n a", "name Dana = Dana Reyes"),
            ("D A N A, R E Y E S", "name Dana Reyes = Dana Reyes"),
            ("j o h n, s m i t h", "name John Smith"),
            ("m i n h t r a n", "name Minh Tran = Minh Tran"),
            ("j, o, n, e, s", "name Jones"),
            ("reyes r e y e s", "name Reyes"),
            ("dana reyes r e y e s", "name Dana Reyes = Dana Reyes"),
            ("dana rays that's r e y e s", "name Dana Reyes = Dana Reyes"),
            ("minh tran t as in tom r a n", "name Minh Tran = Minh Tran"),
            ("romeo echo yankee echo sierra", "name Reyes"),
            ("lee l double e", "name Lee"),
            ("yes my name is Ann-Marie Smith", "name Ann Marie Smith"),
            ("no", ""),
            ("why do you need that", ""),
            ("i don't want to say", ""),
        ],
    );
}

#[test]
fn a_common_name_stands_against_letters_that_were_lost_unless_it_was_denied() {
    check(
        Some(Slot::Name),
        &[
            ("Denise Walker, W. A. L. K. R.", "name Denise Walker"),
            ("It's William Martinez, M. A. R. T. I. N. D.", "name William Martinez"),
            ("Megan Green, C R E E", "name Megan Green"),
            ("Ann Allen, A L I N", "name Ann Alin"),
            ("Thomas Rays, R E Y E S", "name Thomas Reyes"),
            ("It's February.", ""),
            ("It's April May.", "name April May"),
        ],
    );
    let roster = roster();
    let walker =
        PersonName { given: "Denise".into(), family: Some("Walker".into()), spelled: true, known: None };
    let denied = Context { read_back: Some(&walker), ..context(Some(Slot::Name), &roster) };
    assert_eq!(heard_in("No, Walker, W A L K R", &denied), "name Walkr");
}

#[test]
fn what_answers_another_question_is_no_name() {
    check(Some(Slot::Unit), &[("It's unique.", ""), ("It's Dana.", "")]);
}
