//! The homes that are to let, as the office has listed them, and what callers ask about them.

use std::sync::LazyLock;

mod street;

use self::street::{number_before, place_of};
use super::{
    pattern::Table,
    token::{Token, tokens},
};

/// A home on the market: nothing else is said of it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Listing {
    /// As callers know it: `210 Maple Court, apartment 3A`.
    pub address: String,
    /// A sentence or two of what it has.
    pub summary: String,
    /// Whole dollars a month.
    pub rent: Option<u32>,
    /// Whole dollars that it is for sale at, by the office's own list: a fact, where an opinion of its value would be a
    /// licensed person's.
    pub price: Option<u32>,
    /// Whole dollars.
    pub deposit: Option<u32>,
    /// 0 is a studio.
    pub bedrooms: Option<u8>,
    /// When somebody can move in, as a sentence; so are those below.
    pub available: Option<String>,
    pub pets: Option<String>,
    pub parking: Option<String>,
}

impl Listing {
    /// What it costs: a month to whoever rents it, or as a whole.
    pub(super) fn costs(&self) -> Option<u32> {
        self.rent.or(self.price)
    }

    pub(super) const fn is_for_sale_alone(&self) -> bool {
        self.price.is_some() && self.rent.is_none()
    }
}

/// What somebody asks about homes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Asked {
    /// Is there one?
    Which,
    Rent,
    Deposit,
    Available,
    Pets,
    Parking,
    /// The one with the lowest rent.
    Cheapest,
    /// The one with the most bedrooms.
    Largest,
    /// What the list says in its own sentences at most: how large it is, a waiting list, a short lease, what is paid besides.
    Size,
    Waitlist,
    Term,
    Utilities,
    Furnished,
    /// What a pet costs.
    PetFee,
    /// A tour by video has its own way; this is where the home is.
    Where,
}

impl Asked {
    /// What nobody has listed, as the team reads it. `None`: the list has a place for it.
    pub(super) const fn unlisted(self) -> Option<&'static str> {
        Some(match self {
            Asked::Size => "its size",
            Asked::Waitlist => "the waiting list",
            Asked::Term => "the length of the lease",
            Asked::Utilities => "what is included in the rent",
            Asked::Furnished => "whether it is furnished",
            Asked::PetFee => "what a pet costs there",
            _ => return None,
        })
    }

    /// Words that a sentence of the list answers it with.
    pub(super) const fn told_by(self) -> &'static [&'static str] {
        match self {
            Asked::Size => &["square", "feet", "sqft"],
            Asked::Waitlist => &["waitlist", "waiting"],
            Asked::Term => &["lease", "month", "months"],
            Asked::Utilities => &["heat", "utilities", "water", "electric", "electricity", "gas", "included"],
            Asked::Furnished => &["furnished", "unfurnished"],
            // A rule for pets names no price.
            Asked::PetFee => &["dollars", "dollar"],
            _ => &[],
        }
    }
}

const QUESTIONS: &str = "\
petfee | how much|many .. pet|pets|dog|dogs|cat|cats ?rent|fee|fees|deposit|cost|charge|month|extra|each|is|are|for|$
petfee | what|whats|is|are|any|the|a ?there ?is|are ?the|a|an ?monthly|extra pet|dog|cat ?one ?time|monthly rent|fee|fees|deposit|charge|cost
petfee | charge|pay|cost|costs|extra .. for|with a|my|the|one|two|our ?small|big cat|cats|dog|dogs|pet|pets|puppy
petfee | deposit|fee|rent|charge|extra|cost .. for|with ?a|an|my|the|one|two|our ?small|big|large cat|cats|dog|dogs|pet|pets|puppy
petfee | monthly|pet fee|rent & how much|many
where | what|whats ?is ?its|the ?exact|full|street|house|building address
where | what|which street is
where | the address|street ?number of|for|to|on|again
where | what|whats ?is the street|house number
where | where|wheres ?exactly|is ?is ?exactly the|that|this|your|it ?one|two|three ?bedroom|place|house|apartment|home|located
cheapest | cheapest|cheaper
cheapest | least|less expensive
cheapest | lowest rent|price|priced
cheapest | most affordable
largest | largest|biggest|roomiest ?one|ones|home|homes|apartment|apartments|unit|units|place|places|house|thing you|thats|that|available|is|for|of|on
largest | whats|what|which|how .. largest|biggest|roomiest ?one|home|apartment|unit|place|house $
waitlist | waitlist|waitlists|waitinglist
waitlist | wait|waiting list
size | square feet|foot|footage|meters
size | sqft|footage
size | how big|large|spacious is|are|it|the|that
size | what size is|are
term | short|shorter ?term lease|leases|rental|rentals|stay|stays
term | do|does|can|could|is|are|would|offer|possible ... month to month
term | do|does|can|could|is|are|would|offer|possible ... week|weeks|month|months|year ?long lease|leases
term | do|does|can|could|is|are|would|offer|possible ... lease|rent|stay .. week|weeks|month|months
utilities | include|includes|included|including|with|without ?the heat|heating|water|utilities|electric|electricity|gas
utilities | heat|heating|water|utilities|electric|electricity|gas .. included|extra|separate
utilities | what|whats|which|are|is|how .. utilities
furnished | furnished|unfurnished
deposit | how much .. deposit
deposit | what|whats|is .. deposit
deposit | what|how about the deposit
deposit | the deposit on|for|there
rent | how much .. is|rent|rents|cost|costs|for|would|asking
rent | what|whats .. rent|price|cost|renting going?
rent | the rent on|for|there
rent | what|whats .. listed|priced ?at|for
rent | what .. they|owner|owners|seller|sellers ?are asking
rent | ^ and|so|yes|but? ?just the|its? rent|price please|too|though? $
rent | tell|know|want|asking|asked .. rent|price
rent | how much $
which | was that|those|it all|everything
which | is|are that|those|it|they all|everything you|there|of|the
rent | is|isnt the|that|it|this|rent|house|apartment ... hundred|thousand|dollars
rent | what|whats .. go|goes|rents for
available | when .. available|move|free|ready|vacant
available | how soon .. available|move|free|ready|vacant
available | what date .. available|move
pets | do|does|are|is|can|could|would .. pet|pets|dog|dogs|cat|cats
pets | pet policy|friendly
pets | can|could|may i|we .. dog|dogs|cat|cats|pet|pets|puppy
pets | dog|dogs|cat|cats|pet|pets|puppy .. okay|ok|fine|allowed|problem|welcome
pets | take|allow|accept .. dog|dogs|cat|cats|pet|pets|puppy
parking | is|are|do|does|have|there .. parking|garage|carport
which | do|does|did you|they|we ?still|currently|also have|got
which | got any|one|a
which | is|are there any|one|a|some|something
which | what .. available|openings|vacancies|listings|rentals
which | what do you have|got
which | what else do|have|is
which | is|are ... still? available
which | any .. available|openings|vacancies|vacancy|left
which | have|has anything|something|any
which | is|its ... still|up there|open|free|vacant|for
which | ones|thats|its|is .. available|free then|now|still
which | is|isnt|was|its ... taken|gone|rented ?yet ?or ?not $
which | how many .. free|available|open|vacant|left|have
which | what|which ?apartment|apartments|home|homes|house|houses|place|places|unit|units|kind|else ?do ?of you have|got
which | know|what|whats|tell|about|check .. availability
";

const SPANISH_QUESTIONS: &str = include_str!("../../firmware-config/dialogue/es/listing.txt");

fn asked_from_name(name: &str) -> Option<Asked> {
    Some(match name {
        "which" => Asked::Which,
        "rent" => Asked::Rent,
        "deposit" => Asked::Deposit,
        "available" => Asked::Available,
        "pets" => Asked::Pets,
        "parking" => Asked::Parking,
        "cheapest" => Asked::Cheapest,
        "largest" => Asked::Largest,
        "size" => Asked::Size,
        "waitlist" => Asked::Waitlist,
        "term" => Asked::Term,
        "utilities" => Asked::Utilities,
        "furnished" => Asked::Furnished,
        "petfee" => Asked::PetFee,
        "where" => Asked::Where,
        _ => return None,
    })
}

static RULES: LazyLock<[Table<Asked>; 2]> =
    LazyLock::new(|| [QUESTIONS, SPANISH_QUESTIONS].map(|rules| Table::parse(rules, asked_from_name)));

/// What these words ask about homes, in either language: each part of them is one question.
pub(super) fn asked(text: &str) -> Vec<Asked> {
    let tokens = tokens(text);
    let first = |words: &[Token]| RULES.iter().find_map(|rules| rules.first(words));
    let mut found: Vec<Asked> = Vec::new();
    for part in tokens.split_inclusive(|token| token.stop || matches!(&*token.word, "and" | "y")) {
        let question = first(part);
        found.extend(question.filter(|question| !found.contains(question)));
    }
    if found.is_empty() { first(&tokens).into_iter().collect() } else { found }
}

/// What was said of a home besides its street: doors, and how many bedrooms.
#[derive(Debug, Clone, Default)]
pub(super) struct Described {
    /// As on the door: `3A`.
    pub doors: Vec<String>,
    pub bedrooms: Option<u8>,
    /// Which home was asked for: "three bedrooms" alone describes one.
    pub asked: bool,
}

/// The homes that these words single out, each once, in the order of the list: by street, by door, or by what only one of
/// them is. `office`: its name may be that of a street, and whoever asks "is this Maple Court" has named no home.
pub(super) fn meant<'l>(
    homes: &'l [Listing],
    office: &str,
    text: &str,
    said: &Described,
) -> Vec<&'l Listing> {
    let tokens = tokens(text);
    let mut streets: Vec<&str> = homes.iter().map(Listing::street).collect();
    streets.sort_unstable();
    streets.dedup();
    streets.retain(|street| is_said(street, office, &tokens, said.asked));
    let of_door = |home: &&Listing| home.door().is_some_and(|door| has_door(&tokens, &said.doors, door));
    let mut meant: Vec<&Listing> = Vec::new();
    for street in &streets {
        let there: Vec<&Listing> = homes.iter().filter(|home| home.street() == *street).collect();
        let by_door: Vec<&Listing> = there.iter().copied().filter(|home| of_door(home)).collect();
        // A door of that street that is not listed is another home; so is another number of bedrooms, or of the house.
        let fits = |home: &&Listing| {
            let rooms = said.bedrooms.filter(|_| streets.len() == 1);
            let door = streets.len() > 1 || said.doors.is_empty() || home.door().is_none();
            door && rooms.is_none_or(|rooms| home.bedrooms.is_none_or(|has| has == rooms))
                && number_before(street, &tokens)
                    .is_none_or(|number| home.address.split(' ').next() == Some(number))
        };
        let by_kind = there.iter().copied().filter(fits).collect();
        let fitting = if by_door.is_empty() { by_kind } else { by_door };
        if let [only] = fitting.as_slice() {
            meant.push(only);
        }
    }
    if streets.is_empty() {
        let by_door: Vec<&Listing> = homes.iter().filter(of_door).collect();
        let by_kind = || homes.iter().filter(|home| home.is_described(&tokens, said)).collect();
        let fitting = if by_door.is_empty() && said.doors.is_empty() { by_kind() } else { by_door };
        if let [only] = fitting.as_slice() {
            meant.push(only);
        }
    }
    homes.iter().filter(|home| meant.iter().any(|meant| meant.address == home.address)).collect()
}

/// Words for kinds of homes that a listing may name as well.
const KINDS: [&str; 8] = ["house", "studio", "townhouse", "condo", "duplex", "loft", "cottage", "basement"];

/// The same kind as a listing has it: `casa` is its house.
fn kind_of(word: &str) -> &str {
    match word {
        "casa" => "house",
        "estudio" => "studio",
        "sotano" => "basement",
        "condominio" | "condominium" => "condo",
        other => other,
    }
}

impl Listing {
    /// `Maple Court` of `210 Maple Court, apartment 3A`.
    fn street(&self) -> &str {
        let street = self.address.split(',').next().unwrap_or_default();
        street.trim_start_matches(|c: char| !c.is_alphabetic()).trim()
    }

    /// `3A` of the same.
    fn door(&self) -> Option<&str> {
        let (_, rest) = self.address.split_once(',')?;
        rest.split_whitespace().find(|word| word.chars().any(|c| c.is_ascii_digit()))
    }

    /// "The two bedroom", "the house": not "a house", which is a wish.
    fn is_described(&self, words: &[Token], said: &Described) -> bool {
        let word = |at: usize| words.get(at).map(|token| token.word.as_str());
        let pointed = |at: usize| {
            let before = at.checked_sub(1).and_then(word);
            let led = at.checked_sub(2).and_then(word);
            let spanish = matches!(before, Some("la" | "el" | "esa" | "ese" | "esta" | "este" | "su"))
                && !matches!(led, Some("en" | "de" | "a" | "por" | "toda"));
            let english = matches!(before, Some("the" | "that" | "this" | "your"))
                && !matches!(led, Some("in" | "of" | "around"));
            english || spanish
        };
        let is_room = |at: usize| matches!(word(at), Some("bedroom" | "bed" | "br" | "bdrm"));
        // "El de dos recámaras", "el apartamento de dos recámaras".
        let is_recamara = |at: usize| {
            matches!(
                word(at),
                Some(
                    "recamara"
                        | "recamaras"
                        | "habitacion"
                        | "habitaciones"
                        | "cuarto"
                        | "cuartos"
                        | "dormitorio"
                        | "dormitorios"
                        | "alcoba"
                        | "alcobas"
                )
            ) && word(at - 2) == Some("de")
                && at.checked_sub(4).map_or(at == 3, |before| {
                    (before..at - 2)
                        .any(|led| matches!(word(led), Some("el" | "la" | "ese" | "esa" | "del" | "al")))
                })
        };
        let by_rooms = (2..words.len()).any(|at| (is_room(at) && pointed(at - 1)) || is_recamara(at));
        let by_rooms = (by_rooms || said.asked) && said.bedrooms.is_some();
        let about = tokens(&format!("{} {}", self.summary, self.address));
        let kind = (0..words.len()).find(|&at| {
            let named = KINDS.contains(&kind_of(&words[at].word));
            named && (said.asked || by_rooms || pointed(at))
        });
        let is_kind =
            kind.is_none_or(|at| about.iter().any(|token| kind_of(&token.word) == kind_of(&words[at].word)));
        (by_rooms || kind.is_some()) && is_kind && (!by_rooms || self.bedrooms == said.bedrooms)
    }
}

/// Is this street said, with or without its last word?
fn is_said(street: &str, office: &str, words: &[Token], asked: bool) -> bool {
    /// Words before a street in which a home is pointed at: "the two bedroom on Maple Court".
    const POINTING: usize = 5;
    let Some(at) = place_of(street, words) else { return false };
    if !office.eq_ignore_ascii_case(street) || asked {
        return true;
    }
    let before = &words[at.saturating_sub(POINTING)..at];
    let since = before.iter().rposition(|token| token.stop).map_or(0, |stop| stop + 1);
    let says = |of: &[&str]| before[since..].iter().any(|token| of.contains(&token.word.as_str()));
    let number = before.last().is_some_and(|token| token.word.bytes().all(|b| b.is_ascii_digit()));
    let others = [
        "apartments",
        "homes",
        "units",
        "places",
        "anything",
        "apartamentos",
        "departamentos",
        "casas",
        "viviendas",
        "unidades",
        "algo",
    ];
    (says(&["the", "that", "on", "el", "la", "ese", "esa"]) || number) && !says(&others)
}

/// Is this door among those that were heard, or does it stand there as it is written: `3a`, `3 a`?
fn has_door(words: &[Token], heard: &[String], door: &str) -> bool {
    let door = door.to_lowercase();
    let lettered = door.bytes().any(|b| b.is_ascii_alphabetic());
    let written = |at: usize| {
        let next = words.get(at + 1).map_or("", |token| token.word.as_str());
        words[at].word == door || (next.len() == 1 && format!("{}{next}", words[at].word) == door)
    };
    heard.iter().any(|unit| unit.eq_ignore_ascii_case(&door)) || (lettered && (0..words.len()).any(written))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn questions_about_homes_are_told_from_wishes() {
        for (text, question) in [
            ("Hi, do you have any two bedroom apartments available?", Some(Asked::Which)),
            ("What do you have available?", Some(Asked::Which)),
            ("Is the place on Birch Street still available?", Some(Asked::Which)),
            ("Are there any studios?", Some(Asked::Which)),
            ("how much is the rent for that one", Some(Asked::Rent)),
            ("What's the price?", Some(Asked::Rent)),
            ("how much would the deposit be", Some(Asked::Deposit)),
            ("when is it available", Some(Asked::Available)),
            ("how soon could I move in", Some(Asked::Available)),
            ("do they take dogs there", Some(Asked::Pets)),
            ("does it have parking", Some(Asked::Parking)),
            ("What's the cheapest thing you got?", Some(Asked::Cheapest)),
            ("What's the price of the cheapest one?", Some(Asked::Cheapest)),
            ("What's the biggest apartment you have?", Some(Asked::Largest)),
            ("Which one is the largest?", Some(Asked::Largest)),
            ("¿Cuál es el apartamento más grande que tienen?", Some(Asked::Largest)),
            ("¿y cuál es el más grande?", Some(Asked::Largest)),
            ("My biggest worry is the noise.", None),
            ("Quiero algo más grande.", None),
            ("Hello, is that one bedroom at 18 Birch still up for grabs?", Some(Asked::Which)),
            ("Is it taken or not?", Some(Asked::Which)),
            ("is the house really twenty six hundred?", Some(Asked::Rent)),
            ("What you have?", Some(Asked::Which)),
            ("How many you have free?", Some(Asked::Which)),
            ("What apartment you have?", Some(Asked::Which)),
            ("I need to know your availability for a two or three bedroom", Some(Asked::Which)),
            ("What's the square footage on the Birch Street apartment?", Some(Asked::Size)),
            ("Do you have a waitlist for Maple Court", Some(Asked::Waitlist)),
            ("do you do a short lease", Some(Asked::Term)),
            ("I just wanted to know if that's with heat or without", Some(Asked::Utilities)),
            ("How much is the pet rent for one cat?", Some(Asked::PetFee)),
            ("How much is the deposit for a dog?", Some(Asked::PetFee)),
            ("What's the street number of the two bedroom?", Some(Asked::Where)),
            ("What street is it on?", Some(Asked::Where)),
            ("Was that all?", Some(Asked::Which)),
            ("How much is the deposit?", Some(Asked::Deposit)),
            ("what's the number to call", None),
            ("What's your email address?", None),
            // An hour to come at, a size of one's own, and what becomes of a showing are no questions of homes.
            ("Is noon tomorrow free?", None),
            ("The living room is big", None),
            ("I've taken the day off", None),
            ("we are still looking", None),
            ("I would like to come and see it.", None),
            ("I'm looking for a two bedroom apartment.", None),
            ("On Saturday would be good.", None),
        ] {
            assert_eq!(asked(text), Vec::from_iter(question), "{text}");
        }
    }

    #[test]
    fn every_spanish_line_is_of_a_question() {
        for line in crate::dialogue::pattern::lines(SPANISH_QUESTIONS) {
            let name = line.split_once(" | ").map(|(name, _)| name);
            assert!(name.and_then(asked_from_name).is_some(), "{line}");
        }
    }

    #[test]
    fn questions_about_homes_are_asked_in_spanish_too() {
        for (text, question) in [
            ("¿Y cuánto cuesta al mes?", Some(Asked::Rent)),
            ("¿Cuánto cuesta el apartamento 3A?", Some(Asked::Rent)),
            ("¿De cuánto es la renta de la casa en Alder Lane?", Some(Asked::Rent)),
            ("¿Y de cuánto es la renta de ese?", Some(Asked::Rent)),
            ("Pero dígame, ¿en cuánto está la renta?", Some(Asked::Rent)),
            ("¿Cuánto piden por el de dos recámaras?", Some(Asked::Rent)),
            ("¿Cuánto es de depósito?", Some(Asked::Deposit)),
            ("¿La calefacción está incluida en la renta?", Some(Asked::Utilities)),
            ("¿Pero la calefacción va incluida o no?", Some(Asked::Utilities)),
            ("¿Y aceptan perros?", Some(Asked::Pets)),
            ("¿Cuánto cobran por el perro?", Some(Asked::PetFee)),
            ("¿Todavía está disponible?", Some(Asked::Which)),
            ("el de dos recámaras que tienen en renta, ¿todavía está disponible?", Some(Asked::Which)),
            ("¿Tienen apartamentos de dos recámaras?", Some(Asked::Which)),
            ("¿Cuándo me podría mudar?", Some(Asked::Available)),
            ("¿Hay estacionamiento?", Some(Asked::Parking)),
            ("¿Está amueblado?", Some(Asked::Furnished)),
            ("¿En qué calle está?", Some(Asked::Where)),
            // Wishes, answers and what is no question of homes.
            ("Busco un apartamento de dos recámaras.", None),
            ("Pues como para el primero de enero.", None),
            ("Me gustaría mudarme lo más pronto posible.", None),
            ("Tengo un perro.", None),
            ("¿Con quién hablo?", None),
            ("Quiero pagar la renta.", None),
            ("Cuando ustedes puedan.", None),
        ] {
            assert_eq!(asked(text), Vec::from_iter(question), "{text}");
        }
        let both = asked("¿en cuánto está la renta y si aceptan perrito?");
        assert_eq!(both, [Asked::Rent, Asked::Pets]);
    }

    #[test]
    fn a_home_is_singled_out_in_spanish_too() {
        let homes = homes();
        for (text, bedrooms, wanted) in [
            ("¿cuánto cuesta el de dos recámaras?", Some(2), vec![0]),
            ("hablo por el departamento de dos recámaras que tienen en renta", Some(2), vec![0]),
            ("¿De cuánto es la renta de la casa en Alder Lane?", None, vec![2]),
            ("¿todavía está la casa?", None, vec![2]),
            ("busco uno de dos recámaras", Some(2), vec![]),
            ("busco una casa", None, vec![]),
            ("¿hay lavadora en la casa?", None, vec![]),
        ] {
            let said = Described { bedrooms, ..Described::default() };
            let found: Vec<&str> =
                meant(&homes, "Maple Court", text, &said).iter().map(|home| &*home.address).collect();
            let wanted: Vec<&str> = wanted.into_iter().map(|at: usize| &*homes[at].address).collect();
            assert_eq!(found, wanted, "{text}");
        }
    }

    #[test]
    fn each_part_of_a_question_asks_its_own() {
        for (text, questions) in [
            ("is it still available, and what's the deposit", vec![Asked::Available, Asked::Deposit]),
            ("Can I have my dog there and does it come with parking?", vec![Asked::Pets, Asked::Parking]),
            ("So is that all? The rent, please.", vec![Asked::Rent]),
            ("When could I move in and how much is it?", vec![Asked::Available, Asked::Rent]),
        ] {
            let asked = asked(text).into_iter().map(|a| if a == Asked::Which { Asked::Available } else { a });
            assert_eq!(asked.collect::<Vec<_>>(), questions, "{text}");
        }
    }

    fn homes() -> Vec<Listing> {
        let home = |address: &str, summary: &str, bedrooms| Listing {
            address: address.into(),
            summary: summary.into(),
            bedrooms: Some(bedrooms),
            ..Listing::default()
        };
        vec![
            home("210 Maple Court, apartment 3A", "Two bedrooms with a balcony.", 2),
            home("18 Birch Street, apartment 204", "One bedroom, heat included.", 1),
            home("77 Alder Lane", "A three bedroom house with a yard.", 3),
        ]
    }

    #[test]
    fn a_home_is_the_one_that_alone_fits_what_is_said_of_it() {
        let homes = homes();
        for (text, bedrooms, asked, wanted) in [
            ("the one bedroom on Birch Street", Some(1), false, vec![1]),
            ("Alder Lane", None, false, vec![2]),
            ("I told you, the Alder Lane house", None, false, vec![2]),
            ("the three bedroom house", Some(3), false, vec![2]),
            ("is the house still for rent", None, false, vec![2]),
            ("how much is the two bedroom on Maple Court", Some(2), false, vec![0]),
            ("what's the rent on 3A", None, false, vec![0]),
            ("I saw your ad for three, or was it 3 a", None, false, vec![0]),
            ("three bedrooms", Some(3), true, vec![2]),
            ("the one on Maple Court and the Alder Lane house", None, false, vec![0, 2]),
            ("77 Alder", None, false, vec![2]),
            // None of the list, or no home at all.
            ("is this Maple Court? I am looking for a place", None, false, vec![]),
            ("do you have apartments on Maple Court", None, false, vec![]),
            ("I'm looking for a three bedroom house", Some(3), false, vec![]),
            ("the three bedroom on Birch Street", Some(3), false, vec![]),
            ("79 Alder Lane", None, false, vec![]),
            ("is there a washer in the house", None, false, vec![]),
        ] {
            let said = Described { bedrooms, asked, ..Described::default() };
            let found: Vec<&str> =
                meant(&homes, "Maple Court", text, &said).iter().map(|home| &*home.address).collect();
            let wanted: Vec<&str> = wanted.into_iter().map(|at: usize| &*homes[at].address).collect();
            assert_eq!(found, wanted, "{text}");
        }
        let other = Described { doors: vec!["101".into()], ..Described::default() };
        assert!(meant(&homes, "Maple Court", "Birch Street 101", &other).is_empty(), "it is not to let");
    }
}
