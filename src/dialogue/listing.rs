//! The homes that are to let, as the office has listed them, and what callers ask about them.

use std::sync::LazyLock;

use super::{pattern::Table, token::tokens};

/// A home on the market: nothing else is said of it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Listing {
    /// As callers know it: `210 Maple Court, apartment 3A`.
    pub address: String,
    /// A sentence or two of what it has.
    pub summary: String,
    /// Whole dollars a month.
    pub rent: Option<u32>,
    /// Whole dollars.
    pub deposit: Option<u32>,
    /// 0 is a studio.
    pub bedrooms: Option<u8>,
    /// When somebody can move in, as a sentence; so are those below.
    pub available: Option<String>,
    pub pets: Option<String>,
    pub parking: Option<String>,
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
}

const QUESTIONS: &str = "\
deposit | how much|what|whats|is .. deposit
rent | how much .. is|rent|rents|cost|costs|for|would
rent | what|whats .. rent|price|cost|renting going?
rent | the rent on|for|there
available | when .. available|move|free|ready|vacant
available | how soon .. available|move|free|ready|vacant
available | what date .. available|move
pets | do|does|are|is|can|could|would .. pet|pets|dog|dogs|cat|cats
pets | pet policy|friendly
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
";

fn asked_from_name(name: &str) -> Option<Asked> {
    Some(match name {
        "which" => Asked::Which,
        "rent" => Asked::Rent,
        "deposit" => Asked::Deposit,
        "available" => Asked::Available,
        "pets" => Asked::Pets,
        "parking" => Asked::Parking,
        _ => return None,
    })
}

static RULES: LazyLock<Table<Asked>> = LazyLock::new(|| Table::parse(QUESTIONS, asked_from_name));

/// What these words ask about homes, if they ask.
pub(super) fn asked(text: &str) -> Option<Asked> {
    let tokens = tokens(text);
    RULES.0.iter().find(|(_, pattern)| pattern.fits(&tokens)).map(|(asked, _)| *asked)
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
            ("I would like to come and see it.", None),
            ("I'm looking for a two bedroom apartment.", None),
            ("On Saturday would be good.", None),
        ] {
            assert_eq!(asked(text), question, "{text}");
        }
    }
}
