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

#[test]
fn a_name_is_heard_with_whatever_is_said_before_and_behind_it() {
    check(
        Some(Slot::Name),
        &[
            ("Priya Varma, and she's Lena Fox", "name Priya Varma"),
            ("Hank DeMarco. And could you do less?", "name Hank Demarco"),
            ("Lena, Lena Fox, and I can't wait for long", "name Lena Fox"),
            ("Lena, uh, Lena Fox", "name Lena Fox"),
            ("Lena, dear. Lena Fox. My mother was a Voss", "name Lena Fox"),
            ("Lena. Lena Fox. And it's not about the garage", "name Lena Fox"),
            ("Well it's Harold. Harold Voss, V O S S", "name Harold Voss"),
            ("Kowalski, Bill Kowalski", "name Bill Kowalski"),
            ("Bill Kowalski. But can't you see that?", "name Bill Kowalski"),
            ("Sergei. Last name Wolkonsky", "name Sergei Wolkonsky"),
            ("Sergei, my last name's a long one", "name Sergei"),
            ("Bill. Kowalski, K O W A L S K I", "name Bill Kowalski"),
            ("Yeah, Luis Vega. It's invoice thirty", "name Luis Vega"),
            ("Mai Pham. M A I, P H A M", "name Mai Pham"),
            ("Mai Pham, M A I P H A M", "name Mai Pham"),
            ("D E capital M A R C O, Frank", "name Frank Demarco"),
            ("just put Frank", "name Frank"),
            ("Oh for... Lena. Lena Fox. And it's not about the garage", "name Lena Fox"),
        ],
    );
}

#[test]
fn a_correction_begins_behind_the_no_and_what_was_told_before() {
    check(
        Some(Slot::Name),
        &[
            ("No! It's Kevin Shaw", "name Kevin Shaw"),
            ("No no, Lena Fox is my name", "name Lena Fox"),
            ("What? No. Luis Vega", "name Luis Vega"),
            ("No, my name is Julia Stone", "name Julia Stone"),
            ("I just told you, Hank DeMarco", "name Hank Demarco"),
            ("no, Bill Kowalski. Bill's the given name", "name Bill Kowalski"),
            ("No dear, Ruth Pruitt", "name Ruth Pruitt"),
            ("Name Mai Pham.", "name Mai Pham"),
        ],
    );
}

#[test]
fn titles_are_no_names() {
    check(
        Some(Slot::Name),
        &[
            ("Mrs. Ruth Ames", "name Ruth Ames"),
            ("It's Mr. Ames", "name Ames"),
            ("Dr. Ruth Ames, please", "name Ruth Ames"),
            ("Ms Ruth Ames", "name Ruth Ames"),
        ],
    );
    check(None, &[("This is Mrs. Ruth Ames calling", "name Ruth Ames")]);
}

#[test]
fn words_of_agreement_are_no_names() {
    let roster = roster();
    let fox = PersonName { given: "Lena".into(), family: Some("Fox".into()), spelled: false, known: None };
    let read_back = Context { read_back: Some(&fox), ..context(Some(Slot::Name), &roster) };
    for yes in
        ["Yep", "Yup.", "yes ma'am", "Yes sir", "Yes. Bring a ladder", "That's right, and be quick", "Mhm"]
    {
        assert_eq!(heard_in(yes, &read_back), "", "{yes}");
    }
    assert_eq!(heard_in("Yes, and it's Lena Foxworth", &read_back), "name Lena Foxworth");
}

#[test]
fn states_and_firms_are_no_names() {
    check(
        None,
        &[
            ("I'm across the street", ""),
            ("I'm pinned under it", ""),
            ("I'm shut in", ""),
            ("I'm in", ""),
            ("I'm at work", ""),
            ("i'm wedged behind the door", ""),
            ("I'm Oksana", "name Oksana"),
            ("This is Aurora Water calling about Birch", "company Aurora Water"),
        ],
    );
    check(Some(Slot::Name), &[("no, somebody's in my place right now", ""), ("It's invoice thirty", "")]);
    check(Some(Slot::Company), &[("Aurora Water, I said", "company Aurora Water")]);
}

#[test]
fn a_whole_name_is_heard_wherever_it_stands() {
    for expecting in [None, Some(Slot::Unit), Some(Slot::Phone)] {
        check(
            expecting,
            &[
                ("Yes. Nora Lindqvist.", "name Nora Lindqvist"),
                ("Yes, this. Lin Mei.", "name Lin Mei"),
                ("Yes. Nora Lindqvist? Is she there?", ""),
                ("Is Robin there? Robin Hart, please.", ""),
                ("I'm looking for my friend. Nora Lindqvist.", ""),
                ("Rose Garden. Please hurry.", ""),
                ("Yes, that's it. Mrs. Abernathy, as always.", "name Abernathy"),
                ("Susan and Mike Pryor.", "name Susan and Mike Pryor"),
                ("I haven't seen my neighbor. Mrs. Pollard, across the hall.", ""),
                ("That's Dale, by the way.", "name Dale"),
                ("That's odd, by the way.", ""),
            ],
        );
    }
}

#[test]
fn a_whole_name_after_im_is_surer_than_any_word_there() {
    let sure = |text: &str, expecting| {
        let roster = roster();
        let found = extract(text, &context(expecting, &roster));
        found.iter().find(|entity| entity.slot() == Slot::Name).map(|entity| entity.confidence >= 0.79)
    };
    for text in [
        "I'm Dana Reyes in 4B, cancel my report about the toilet.",
        "it's Dana Reyes in 4B, please",
        "I'm Mrs. Delgado, you know me",
        "Mine or his? I'm Wes Crowley.",
    ] {
        assert_eq!(sure(text, None), Some(true), "{text}");
    }
    assert_eq!(sure("Mrs. Abernathy, two oh four, as always.", Some(Slot::Name)), Some(true));
    assert_ne!(sure("I'm Italian and I want it warm.", None), Some(true));
}

#[test]
fn who_is_sought_or_spoken_of_is_not_who_calls() {
    check(
        None,
        &[
            ("Hi, my name is Ann Lee and I'm looking for my friend Dana Reyes.", "name Ann Lee"),
            ("I'm looking for my friend Dana Reyes.", ""),
            ("His name is Bao Tran. My name is Kevin Tran.", "name Kevin Tran"),
            ("My mother's name is Rose Allen.", ""),
        ],
    );
    check(
        Some(Slot::Name),
        &[
            ("Dana Reyes. I need her new number. I'm her aunt.", ""),
            ("His name is Bao Tran. My name is Kevin Tran.", "name Kevin Tran"),
            ("Dana Reyes. I need the new number of the office.", "name Dana Reyes = Dana Reyes"),
            ("No, I'm Ann.", "name Ann"),
            ("Just the price, man.", ""),
            ("Price. Adam Price.", "name Adam Price"),
        ],
    );
}

#[test]
fn a_name_begun_anew_and_a_couples_name_are_whole() {
    check(
        Some(Slot::Name),
        &[
            ("No, Betty Lou. Betty Lou Hargrove.", "name Betty Lou Hargrove"),
            ("It's Nate. Nathan Sorensen.", "name Nathan Sorensen"),
            ("Kyle and Amber Dunn", "name Kyle and Amber Dunn"),
            ("Susan and Mike Pryor.", "name Susan and Mike Pryor"),
            ("Kyle, and Amber will be there", "name Kyle"),
            ("Betty Lou. Kim Hart told me to call", "name Betty Lou"),
        ],
    );
}

#[test]
fn what_answers_the_question_for_the_company_is_its_name() {
    check(
        Some(Slot::Company),
        &[
            ("Xcel.", "company Xcel"),
            ("It's Xcel, please.", "company Xcel"),
            ("Simplex. Simplex Fire Protection.", "company Simplex Fire Protection"),
            ("SIMPLEX. S-I-M-P-L-E-X.", "company SIMPLEX"),
            ("Rocky Mountain Fire and Safety.", "company Rocky Mountain Fire and Safety"),
            (
                "Rocky Mountain Fire and Safety. My name's Brent Coyle.",
                "company Rocky Mountain Fire and Safety; name Brent Coyle",
            ),
            ("City of Denver. Community Planning and Development.", "company City of Denver"),
            ("It's the city. The city government.", "company City government"),
            ("I'm with We Care Roofing.", "company We Care Roofing"),
            ("Company? I'm the police", "company Police"),
            ("ace boiler", "company Ace Boiler"),
            ("I'm not with a company, I live here.", ""),
            ("Huh? No, I'm not with a company. I'm looking for a job.", ""),
            ("Why do you need that?", ""),
            ("Yes.", ""),
            ("No.", ""),
            ("None.", ""),
            ("No, just me.", ""),
            ("I don't know.", ""),
            ("Hello?", ""),
            ("Can you hear me", ""),
            ("Put me through to a person.", ""),
            ("a new heater", ""),
            ("It's invoice forty four for the boiler.", ""),
            ("The boiler job", ""),
            ("Three Brothers Roofing", "company Three Brothers Roofing"),
        ],
    );
}
