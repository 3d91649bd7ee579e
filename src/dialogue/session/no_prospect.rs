//! Who was taken for a prospect and is none: they live there already, have applied, do not want the home any more, or do not come.

use std::sync::LazyLock;

use super::{Awaiting, Item, Session};
use crate::dialogue::{
    Entity, Intent, Reading, Value, office::words_of, pack::Line, pattern::AnyOf, pattern::Table,
    token::tokens,
};

/// "I live here already": whoever was taken for a prospect is none.
const LIVES_HERE: &str = "\
already live|living|rent|renting|reside here|there
live|living here|there already
live|living in your|this|the building|complex
im|am ?already ?a|your ?current|existing resident|tenant
were|are ?already ?your ?current residents|tenants
i|we ?already live in unit|apartment|apt
not|isnt looking|searching|shopping for|to ?rent a|an|another|any ?new home|homes|place|apartment
dont|didnt want|need|ask ?for a|an|another|any home|place|apartment & my|mine|moms|mothers|lease|her|heat|leak|repair|forget|already|told|said
sublet|sublease|subletting|subleasing my|mine|our
rent|rents|renting ?out my|our own? place|apartment|unit|condo
ya vivo|vivimos|rento|rentamos aquí|aqui|ahí|ahi
";

static LIVES_HERE_RULES: LazyLock<AnyOf> = LazyLock::new(|| AnyOf::parse(LIVES_HERE.lines()));

/// Somebody who lives there already and wants another home as well.
const SEEKS: &str = "\
look|looking|search|searching|apply for|at
available|availability|vacancies|vacancy|vacant|openings|listing|listings|waitlist
have|got any|a|an|another|other|bigger|smaller|larger .. bedroom|bedrooms|studio|unit|units|apartment|apartments|home|homes|place|places
move|moving|upgrade|transfer to|into a|an|another|bigger|smaller|larger
to ?come ?and see|tour|view|visit|rent a|an|the|your|one|two|three|it
showing|tour|viewing
";

/// What somebody wants who is asked for the day of moving in, or of a visit, and has none in mind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum NoProspect {
    /// They have applied already.
    Applied,
    /// Nobody came to show them the home.
    StoodUp,
    /// They want off the list, or out of what they agreed to.
    Withdraws,
    /// They call for another reason, or cannot come.
    Elsewhere,
}

/// `what | pattern`, the first that fits.
const NO_PROSPECT: &str = "\
stood_up | nobody|noone|no|anyone ?one was|were|is|came|come|showed|called|ever ?there ?up ?here & yesterday|last|ago|saturday|sunday|monday|tuesday|wednesday|thursday|friday|morning|earlier|off
stood_up | stood me|us up
applied | i|we|weve|ive ?have ?already applied
applied | already|have applied ?for|to
applied | sent|submitted|filled|turned|put ?out|in|it ?my|our|an|the application|app
applied | about|on|with|for my|our application
withdraws | backing|backed|back|pulling out of|on
withdraws | take|remove|took me|us|my|our ?name off|from
withdraws | off|from the|your|that ?waiting waitlist|list
withdraws | cancel|cancelling|canceling ?my|our|the ?place|spot|position .. waitlist|waiting|list|application|reservation
withdraws | cant|cannot|couldnt|not|dont|wont ?want|going|gonna|able ?to take|taking it|the|that|this ?apartment|home|house|place|unit
withdraws | dont|do|didnt ?not want|need .. anymore|longer
withdraws | dont|didnt want|need a|an|any ?other home|apartment|place ?anymore
withdraws | found|got|have|signed something|somewhere|someplace|another|a ?different|other ?new place|else|one|lease & off|list|cancel|already|else
withdraws | not|im|were moving in ?anymore|anywhere|here & not
elsewhere | ^ ?no ?oh ?wait ?sorry ?but ?i ?im ?am not looking for|to
elsewhere | not looking for|to ?rent ?move ?a|an|any ?place|home|apartment|anything|bedrooms|in|into & about|from|its|im|just|already|called|missed|told
elsewhere | dont|do|cant|cannot|wont|wouldnt|not|never ?not ?be ?be ?able ?to come|coming ?to|in|over|there|today|then|before|at|by
elsewhere | dont|do|not ?not want|wanna|need|going|looking ?to see it|that|one|any|them
elsewhere | cant|cannot|wont|not|couldnt ?gonna|going|be ?able ?to make it
elsewhere | asked|ask|want|wants|wanted|need .. video|virtual|facetime ?tour|call|walkthrough
";

fn no_prospect_from_name(name: &str) -> Option<NoProspect> {
    Some(match name {
        "stood_up" => NoProspect::StoodUp,
        "applied" => NoProspect::Applied,
        "withdraws" => NoProspect::Withdraws,
        "elsewhere" => NoProspect::Elsewhere,
        _ => return None,
    })
}

static NO_PROSPECT_RULES: LazyLock<Table<NoProspect>> =
    LazyLock::new(|| Table::parse(NO_PROSPECT, no_prospect_from_name));

/// A wish for a home in the same breath: "not looking for a house, I want an apartment".
static WANTS_ANOTHER: LazyLock<AnyOf> = LazyLock::new(|| {
    AnyOf::parse([
        "want|need|like|prefer|rather|looking|about|is|are ?for ?have ?something|anything a|an|the|any|one|two|three|studio ?one|two|three ?bigger|smaller|cheaper bedroom|bedrooms|studio|apartment|house|condo|townhouse|yard|garage",
        "instead|other|another|different day|time|one|week",
        "what|how about|else",
        "until|till|before|yet",
        "can|could i|we",
    ])
});

/// "I'm no company, I live here."
pub(super) fn lives_here(text: &str) -> bool {
    static HERE: LazyLock<AnyOf> = LazyLock::new(|| {
        AnyOf::parse([
            "i|we live|rent here|there|in|at",
            "im|am|were ?just ?a|the|your tenant|resident|renter|tenants|residents",
        ])
    });
    HERE.fits(&tokens(text))
}

/// Do they look for a home? "I'd like to rent my place to a friend" does not.
pub(super) fn seeks_a_home(text: &str) -> bool {
    static SEEKS_RULES: LazyLock<AnyOf> = LazyLock::new(|| AnyOf::parse(SEEKS.lines()));
    SEEKS_RULES.fits(&tokens(text))
}

impl Session {
    /// "I'm not moving in, take me off the list": the questions for a prospect stop, and what they want goes to people. `true`:
    /// dealt with.
    pub(super) fn turns_out_no_prospect(&mut self, text: &str, reading: &Reading) -> bool {
        let asked = self.state.flow.is_some_and(|flow| matches!(flow, Intent::Leasing | Intent::Showing));
        let opens = self.state.flow.is_none() && reading.is_sure() && reading.intent.is_prospect();
        if !(asked || opens)
            || (asked && self.state.closed)
            || self.state.unheard
            || self.state.showing.standing().is_some()
            || self.state.showing.is_of_another()
        {
            return false;
        }
        let words = tokens(&text.replace(',', " "));
        let Some(what) = NO_PROSPECT_RULES.first(&words) else { return false };
        let weak = matches!(what, NoProspect::Elsewhere | NoProspect::Withdraws);
        if weak && WANTS_ANOTHER.fits(&words) {
            return false;
        }
        // Before a home was spoken of, what somebody does not do is no reason to ask nothing.
        if opens && what == NoProspect::Elsewhere {
            return false;
        }
        self.state.confusions = 0;
        let mut heard = self.entities(text);
        heard.retain(|entity| {
            !matches!(entity.value, Value::When(_) | Value::MoveIn(_) | Value::Bedrooms(_))
                && Item::of(entity.slot()).is_some_and(|item| self.is_answer(item, entity, reading, text))
        });
        if let Awaiting::Confirm(items) = self.state.awaiting.clone()
            && reading.moves == Some(crate::dialogue::Move::Affirm)
        {
            self.settle_all(&items);
        }
        self.take_beside_the_point(&heard);
        self.state.visit = false;
        self.state.begin_with(text);
        self.state.add_matter(text);
        self.state.form.settle(Item::Matter);
        match what {
            NoProspect::Applied => self.begin_flow(Intent::Application, text),
            NoProspect::StoodUp => self.begin_flow(Intent::Complaint, text),
            NoProspect::Withdraws | NoProspect::Elsewhere => {
                self.state.intent =
                    Some(if what == NoProspect::Withdraws { Intent::Application } else { Intent::Message });
                self.state.flow = Some(Intent::Message);
                self.state.closed = false;
                self.tell(Line::Added);
                self.advance();
            }
        }
        true
    }

    /// A resident who was taken for a prospect says so, and is one again. `true`: dealt with.
    pub(super) fn turns_out_resident(&mut self, text: &str) -> bool {
        let prospect = matches!(self.state.flow, Some(Intent::Leasing | Intent::Showing));
        let words = tokens(text);
        let heard = self.entities(text);
        let lives_in =
            words.windows(2).any(|two| two[0].word == "live" && matches!(&*two[1].word, "in" | "at"));
        let at_a_door = lives_in && heard.iter().any(|entity| matches!(entity.value, Value::Unit(_)));
        // Whoever has named a home of the list wants that one, wherever they live now.
        if !prospect
            || self.state.closed
            || self.state.form.value(Item::Listing).is_some()
            || !(at_a_door || LIVES_HERE_RULES.fits(&words))
        {
            return false;
        }
        self.take_beside_the_point(&heard);
        self.state.visit = false;
        self.state.add_matter(text);
        self.begin_flow(Intent::Lease, text);
        true
    }

    /// Do they speak of the home that they live in, and of no trade that comes to it?
    pub(super) fn is_of_a_resident(&self, text: &str) -> bool {
        static LIVES: LazyLock<AnyOf> = LazyLock::new(|| {
            AnyOf::parse([
                "i|we live in|here|at|there|on",
                "im|its|is|we|were ... in unit|apartment|apt|number",
                "my apartment|unit|bathroom|kitchen|bedroom|lease|sink|toilet|place|roommate|rent",
            ])
        });
        static TRADES: LazyLock<AnyOf> = LazyLock::new(|| {
            AnyOf::parse([
                "plumber|electrician|contractor|technician|tech|driver|installer|inspector|crew|dispatch|invoice|invoices|estimate|quote|bid|customer|company|delivery|locksmith|vendor|billing|job|jobs|adjuster|officer",
            ])
        });
        let words = tokens(text);
        let at_a_door = |entity: &Entity| {
            let before = text.get(..entity.start).map(words_of).unwrap_or_default();
            matches!(&entity.value, Value::Unit(mention) if !mention.candidates.is_empty())
                && before.last().is_some_and(|word| matches!(word.as_str(), "in" | "from"))
        };
        let heard = self.entities(text);
        let of_a_firm = heard.iter().any(|entity| matches!(entity.value, Value::Company(_)));
        !of_a_firm && !TRADES.fits(&words) && (LIVES.fits(&words) || heard.iter().any(at_a_door))
    }
}
