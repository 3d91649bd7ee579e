//! Who was taken for a prospect and is none: they live there already, have applied, do not want the home any more, or do not come.

use std::sync::LazyLock;

use super::{Awaiting, Item, Session, understanding::asks_to_see};
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
    /// They want to know how to apply, and to see nothing.
    Applies,
    /// They speak of somebody who lives there.
    OfResident,
    /// They come to work there.
    Trade,
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
applies | how|where|can|could|do ?can|do|could|would|should i|we ?go ?actually apply
applies | what|whats ?do|does ?i|we ?need|is ?the to apply
applies | is|are there ?a|an ?online link
applies | just|only ?the ?an application
applies | no|not|dont|already|seen & want|wants|like|need|ready|going|wanna ?to apply|fill
applies | tell|say .. wants|want to apply
withdraws | backing|backed|back|pulling out of|on
withdraws | take|remove|took me|us|my|our ?name off|from
withdraws | off|from the|your|that ?waiting waitlist|list
withdraws | cancel|cancelling|canceling ?my|our|the ?place|spot|position .. waitlist|waiting|list|application|reservation
withdraws | cant|cannot|couldnt|not|dont|wont ?want|going|gonna|able ?to take|taking it|the|that|this ?apartment|home|house|place|unit
withdraws | dont|do|didnt ?not want|need .. anymore|longer
withdraws | dont|didnt want|need a|an|any ?other home|apartment|place ?anymore
withdraws | found|got|have|signed something|somewhere|someplace|another|a ?different|other ?new place|else|one|lease & off|list|cancel|already|else
withdraws | not|im|were moving in ?anymore|anywhere|here & not
trade | im|its|this|thats|were ?is ?just ?only ?from the|your ?new plumber|electrician|roofer|painter|locksmith|exterminator|landscaper|gardener|contractor|handyman|technician|inspector|mover|movers|cleaner|cleaners|driver|courier
trade | im|were ?just ?only ?supposed here|there|coming ?to ?over to fix|repair|paint|install|inspect|deliver|spray|mow ?a|an|the|your
of_resident | your ?current|own tenant|resident in|at|of|from|there|is|has|who
of_resident | he|she|they|hes|shes|theyre|mom|mother|dad|father|son|daughter|patient|client already lives|live|living there|here
of_resident | ^ ?no ?but he|she|they lives|live|living there|here
elsewhere | ^ ?no ?oh ?wait ?sorry ?but ?i ?im ?am not looking for|to
elsewhere | not looking for|to ?rent ?move ?a|an|any ?place|home|apartment|anything|bedrooms|in|into & about|from|its|im|just|already|called|missed|told
elsewhere | dont|do|cant|cannot|wont|wouldnt|not|never ?not ?be ?be ?able ?to come|coming ?to|in|over|there|today|then|before|at|by
elsewhere | dont|do|not ?not want|wanna|need|going|looking ?to see it|that|one|any|them
elsewhere | cant|cannot|wont|not|couldnt ?gonna|going|be ?able ?to make it
elsewhere | hes|shes|theyre|he|she|they ?is|are not|isnt|arent moving
elsewhere | not|never a ?new ?potential prospect|renter|applicant|customer
";

fn no_prospect_from_name(name: &str) -> Option<NoProspect> {
    Some(match name {
        "stood_up" => NoProspect::StoodUp,
        "applies" => NoProspect::Applies,
        "of_resident" => NoProspect::OfResident,
        "trade" => NoProspect::Trade,
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

/// A home is seen from afar: no day is to be looked for.
static BY_VIDEO: LazyLock<AnyOf> = LazyLock::new(|| {
    AnyOf::parse([
        "video|virtual|facetime|zoom|online|remote|3d tour|tours|walkthrough|walkthroughs|viewing|viewings|showing|visit",
        "tour|walkthrough|viewing|showing|visit|see|view|show .. by|over|via|through|on video|facetime|zoom|skype",
        "send|get|have|make|want|need ?me ?us ?a|any|some video|videos",
        "is|so ?so ?the|a video possible|okay|ok|fine",
    ])
});

/// Whoever would come as well: "a video tour or Saturday".
static OR_COMES: LazyLock<AnyOf> = LazyLock::new(|| {
    AnyOf::parse([
        "in person|or",
        "no|not|instead|than|dont .. video|virtual",
        "after the|your video|virtual",
    ])
});

/// A day or an hour is refused, and not the home: "I can't make it then".
static OF_THAT_TIME: LazyLock<AnyOf> = LazyLock::new(|| {
    AnyOf::parse([
        "then|before|after|until|till|at|those|any|either|in|that|monday|tuesday|wednesday|thursday|friday|saturday|sunday|earlier|later|morning|afternoon|evening",
        "make it $",
    ])
});

/// Nobody comes, at any time.
static NOT_AT_ALL: LazyLock<AnyOf> = LazyLock::new(|| {
    AnyOf::parse([
        "not|dont|wont|never coming|come",
        "sick|ill|fever|flu|covid|hospital|anymore|already|told|video|tell|germany|abroad",
        "not|dont want|going|looking ?to see",
    ])
});

/// Somebody's home that the caller would rent.
static RENTS: LazyLock<AnyOf> = LazyLock::new(|| {
    AnyOf::parse(["rent|lease|have|see|get it|that|his|her|their|one|the", "moving|moves|moved out"])
});

/// "I don't want to apply yet."
static NOT_YET: LazyLock<AnyOf> =
    LazyLock::new(|| AnyOf::parse(["dont|not|wont|before ?i ?want|wanna|ready|going ?to apply|applying"]));

/// What is seen already, or need not be.
static SEEN: LazyLock<AnyOf> = LazyLock::new(|| {
    AnyOf::parse([
        "dont|not|no|didnt ?need|want|have|another ?to|a see|showing|tour|visit|viewing|look",
        "seen|saw|already|toured|visited",
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
        if self.wants_video(text, reading) {
            return true;
        }
        let Some(what) = NO_PROSPECT_RULES.first(&words) else { return false };
        let weak = matches!(what, NoProspect::Elsewhere | NoProspect::Withdraws | NoProspect::StoodUp);
        if weak && WANTS_ANOTHER.fits(&words) {
            return false;
        }
        // "I'm the electrician at the school, and I look for a two bedroom"; "your tenant in 3A moves out, can I rent it".
        let of_others = matches!(what, NoProspect::OfResident | NoProspect::Trade);
        if of_others && (seeks_a_home(text) || (what == NoProspect::OfResident && RENTS.fits(&words))) {
            return false;
        }
        // "How do I apply, and can I see it Saturday" is a prospect's; what they do not know of is added to the message.
        let sees = (asks_to_see(text) && !SEEN.fits(&words)) || NOT_YET.fits(&words);
        if what == NoProspect::Applies && (sees || self.office.answer(reading.topic, text).is_some()) {
            return false;
        }
        // A time that is refused is answered with another one.
        let timing = matches!(self.state.awaiting, Awaiting::ChooseSlot | Awaiting::ConfirmSlot(_))
            || self.state.awaiting == Awaiting::Item(Item::When);
        if what == NoProspect::Elsewhere && timing && OF_THAT_TIME.fits(&words) && !NOT_AT_ALL.fits(&words) {
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
        self.hear_home(text, reading, &mut heard);
        self.take_beside_the_point(&heard);
        let named = self.state.form.value(Item::Listing).is_some();
        // Whoever showed it, or did not, knows which home it was.
        if what == NoProspect::StoodUp || (what == NoProspect::Applied && named) {
            self.state.form.give_up(Item::Place);
        }
        self.state.visit = false;
        self.state.begin_with(text);
        self.state.add_matter(text);
        self.state.form.settle(Item::Matter);
        let (intent, line) = match what {
            NoProspect::Applied => return self.goes_over_to(Intent::Application, text),
            NoProspect::StoodUp => return self.goes_over_to(Intent::Complaint, text),
            NoProspect::OfResident => return self.goes_over_to(Intent::Resident, text),
            NoProspect::Trade => return self.goes_over_to(Intent::Vendor, text),
            NoProspect::Applies => (Intent::Application, Line::UnknownAnswer),
            NoProspect::Withdraws => (Intent::Application, Line::Added),
            NoProspect::Elsewhere => (Intent::Message, Line::Added),
        };
        self.state.intent = Some(intent);
        self.state.flow = Some(Intent::Message);
        self.state.closed = false;
        self.tell(line);
        self.advance();
        true
    }

    fn goes_over_to(&mut self, intent: Intent, text: &str) -> bool {
        self.begin_flow(intent, text);
        true
    }

    /// "Is a video tour possible?": nobody knows here, no day is looked for, and they stay somebody who may rent. `true`: dealt
    /// with.
    fn wants_video(&mut self, text: &str, reading: &Reading) -> bool {
        let words = tokens(text);
        let own_fact = self.office.answer(reading.topic, text).is_some();
        if !BY_VIDEO.fits(&words) || OR_COMES.fits(&words) || own_fact {
            return false;
        }
        let note = "asks for a video tour: tell them whether there is one";
        self.tell_noting(self.unknown_noted(), note.to_owned());
        self.state.confusions = 0;
        self.leave_showing_open();
        let mut heard = self.entities(text);
        heard.retain(|entity| {
            !matches!(entity.value, Value::When(_))
                && Item::of(entity.slot()).is_some_and(|item| self.is_answer(item, entity, reading, text))
        });
        self.state.add_matter(text);
        self.resume_beside(text, reading, heard, &[]);
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

/// "I want to buy it", "do you have anything for sale"; who would rent as well is told of what is to let.
pub(super) fn wants_to_buy(text: &str) -> bool {
    static BUYS: LazyLock<AnyOf> = LazyLock::new(|| {
        AnyOf::parse([
            "want|wanna|wants|like|love|looking|interested|hoping|trying|asking|rather|wanting|about|anything|something|it|one|here|and|just ?in ?about ?to buy|buying|purchase|purchasing",
            "to buy|purchase ?a|an|the ?one|two|three|four|five ?bedroom house|home|condo|townhouse|place|apartment",
            "for sale",
        ])
    });
    static RENTS: LazyLock<AnyOf> = LazyLock::new(|| {
        AnyOf::parse([
            "rent|renting|rental|rentals|lease|leasing",
            "not|dont|never|cant .. buy|buying|purchase|purchasing",
            "buy|buying furniture|groceries|out|insurance|you|time",
        ])
    });
    static NOT_RENTS: LazyLock<AnyOf> = LazyLock::new(|| {
        AnyOf::parse(["not|dont|never|no .. rent|renting|lease|leasing", "instead of renting"])
    });
    let words = tokens(text);
    BUYS.fits(&words) && (!RENTS.fits(&words) || NOT_RENTS.fits(&words))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_would_buy_is_told_from_who_would_rent() {
        for text in [
            "I want to buy it",
            "Do you have anything to buy though?",
            "Yeah, but I'm asking about buying.",
            "do you have any houses for sale?",
            "To sell and to buy. We don't want to rent anymore.",
            "Three. To buy, a three bedroom house.",
        ] {
            assert!(wants_to_buy(text), "{text}");
        }
        for text in [
            "do you guys have anything for sale? Actually, renting might be fine too.",
            "I don't want to buy, what's the rent?",
            "where can I buy groceries around there",
        ] {
            assert!(!wants_to_buy(text), "{text}");
        }
    }

    #[test]
    fn who_is_no_prospect_is_told_from_who_says_nearly_the_same() {
        let what = |text: &str| NO_PROSPECT_RULES.first(&tokens(&text.replace(',', " ")));
        for (text, kind) in [
            ("I'm not looking, I already applied.", NoProspect::Applied),
            ("I sent in an application on Thursday and forgot my roommate", NoProspect::Applied),
            ("How do I apply?", NoProspect::Applies),
            ("is there a link, or do I come by?", NoProspect::Applies),
            ("I've seen it. I want to fill in an application.", NoProspect::Applies),
            ("no showing, please, just the application", NoProspect::Applies),
            ("we're backing out of one", NoProspect::Withdraws),
            ("I found something else, so you can take me off the list", NoProspect::Withdraws),
            ("your tenant in 3A is coming home in a wheelchair", NoProspect::OfResident),
            ("He lives there!", NoProspect::OfResident),
            ("I'm the plumber.", NoProspect::Trade),
            ("I'm here to fix the sink", NoProspect::Trade),
            ("I came yesterday and no one was there", NoProspect::StoodUp),
            ("I don't come, I am in Germany", NoProspect::Elsewhere),
            ("I'm not looking for a home, I want to sublet mine.", NoProspect::Elsewhere),
        ] {
            assert_eq!(what(text), Some(kind), "{text}");
        }
        for text in [
            "I'm an electrician looking for a two bedroom",
            "I'm a plumber, I make sixty thousand a year",
            "I'd like to apply for the two bedroom and see it first",
            "could my mother live there with me",
            "how many people can live there",
            "my sister lives in Denver, she told me of the house",
            "I haven't found anything yet",
            "I don't need parking",
            "please put me on the waitlist",
            "does a tenant in 3A have parking",
        ] {
            assert_eq!(what(text), None, "{text}");
        }
    }

    #[test]
    fn a_video_tour_is_told_from_what_is_like_it() {
        let video = |text: &str| BY_VIDEO.fits(&tokens(text)) && !OR_COMES.fits(&tokens(text));
        assert!(video("It is possible to make a video tour?") && video("So, is the video possible?"));
        assert!(
            !video("I saw the video tour and I'd like to see it in person")
                && !video("I saw your video online")
        );
    }
}
