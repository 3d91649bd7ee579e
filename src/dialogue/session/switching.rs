//! A word taken for another matter: what was talked about before is kept, until the caller has let the new one stand.

use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

use super::{Awaiting, Item, Session};
use crate::dialogue::{
    Intent, Move, Reading, Urgency, office::words_of, pack::Line, pattern::AnyOf, token::tokens,
};

/// What was talked about before the matter changed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Before {
    flow: Intent,
    intent: Option<Intent>,
    first_words: Option<String>,
    closed: bool,
}

/// The new matter by its usual words.
fn words_for(intent: Intent) -> &'static str {
    match intent {
        Intent::Leasing | Intent::Showing | Intent::Application | Intent::Buyer => {
            "home|house|apartment|apartments|renting|rent|place|unit|looking|moving|seeing|tour|bedrooms|applying|buying"
        }
        Intent::Maintenance => "repair|repairs|fix|fixed|broken|maintenance",
        Intent::Billing => "billing|bill|rent|payment|account|money",
        Intent::Lease => "lease|keys|key",
        Intent::Complaint => "complaint|complaining|complain",
        Intent::Vendor | Intent::Sales => "vendor|company|invoice|work|selling",
        Intent::Owner | Intent::Seller => "own|owner|selling|sell|property",
        _ => "that|this",
    }
}

impl Session {
    /// Before another flow begins.
    pub(super) fn keep_what_was(&mut self) {
        if let Some(flow) = self.state.flow {
            self.state.before = Some(Before {
                flow,
                intent: self.state.intent,
                first_words: self.state.first_words.clone(),
                closed: self.state.closed,
            });
        }
    }

    /// What nobody has a form for goes to people at once, instead of round the guesses. `true`: dealt with.
    pub(super) fn is_of_no_usual_matter(&mut self, text: &str, reading: &Reading) -> bool {
        let open = matches!(self.state.awaiting, Awaiting::Need | Awaiting::Guess(_));
        let calm = reading.urgency == Urgency::Routine && reading.suspected.is_none();
        let repair = reading.intent == Intent::Maintenance && reading.is_sure();
        if !open
            || self.state.flow.is_some()
            || !calm
            || repair
            || self.state.unheard
            || !is_no_usual_matter(text)
        {
            return false;
        }
        let heard = self.entities(text);
        self.take_beside_the_point(&heard);
        self.begin_flow(Intent::Message, text);
        true
    }

    /// "No, not a home! Just for one day, for a party": the matter was none, and the one before is taken up again. `true`: dealt
    /// with.
    pub(super) fn denies_switch(&mut self, text: &str, reading: &Reading) -> bool {
        static NOT_THAT: LazyLock<AnyOf> = LazyLock::new(|| {
            AnyOf::parse([
                "this|that|thats|it|its isnt|is|not not|what|why ?right ?i|im ?said|asked|calling|mean|meant",
                "not about that|it",
                "^ no thats not",
            ])
        });
        let (Some(before), Some(flow)) = (self.state.before.clone(), self.state.flow) else { return false };
        let elsewhere = reading.is_sure() && reading.intent != flow && reading.intent != before.flow;
        if flow == before.flow
            || elsewhere
            || self.state.unheard
            || self.state.urgency != Urgency::Routine
            || reading.urgency != Urgency::Routine
        {
            return false;
        }
        let words = tokens(text);
        let named = format!("no|not|isnt|arent|dont|never|nope|without .. {}", words_for(flow));
        let asked_back = format!("^ .. {} .. no", words_for(flow));
        let denies =
            AnyOf::parse([named.as_str(), asked_back.as_str()]).fits(&words) || NOT_THAT.fits(&words);
        // "No" alone answers what was asked.
        if !denies || (reading.moves == Some(Move::Deny) && words.len() < 3) {
            return false;
        }
        self.state.before = None;
        self.state.confusions = 0;
        if !before.flow.is_prospect() {
            for item in [Item::Bedrooms, Item::MoveIn, Item::Budget, Item::Listing] {
                self.state.form.reopen(item);
            }
            self.state.visit = false;
        }
        self.state.flow = Some(before.flow);
        self.state.intent = before.intent;
        self.state.first_words = before.first_words;
        self.state.closed = before.closed;
        self.state.add_matter(text);
        self.tell(Line::Sorry);
        if self.state.closed {
            self.ask_anything_else();
        } else {
            self.advance();
        }
        true
    }
}

/// Who calls for an authority, a court, an insurer or a paper, wants work or a room for a party, warns of a fraud or tells of a
/// death: none of the office's usual matters, and people take it from there.
fn is_no_usual_matter(text: &str) -> bool {
    static ROLE: LazyLock<AnyOf> = LazyLock::new(|| {
        AnyOf::parse([
            "im|am|is|its|were ?calling ?with ?from ?an|a|the|her|his|their ?insurance|police|county|city|state|public|claims ?health adjuster|adjustor|attorney|lawyer|paralegal|officer|detective|deputy|sheriff|reporter|journalist|inspector|investigator|recruiter",
            "this|its|im|were|am|is ?is officer|detective|deputy|sergeant|sheriff|inspector",
            "police|sheriffs department|officer",
            "this is the police",
            "law office|offices|firm",
            "insurance claim|adjuster",
            "adult|child protective services",
            "camera|security footage|video|recordings",
            "apply|applying|application|asking|calling|interested .. job|position|opening",
            "are|you ?guys ?you hiring",
            "passed away",
            "rent|reserve|book|use .. courtyard|clubhouse|rooftop|lounge|community & party|wedding|event|shower|reunion|meeting|birthday|quinceanera|somewhere|day|out",
            "reference|references|verification|verify|verifying ?for ?of ?on ?a ?an ?one ?of ?your ?his ?her ?their ?former tenant|tenants|tenancy|rental",
            "scam|scammer|fraud|fake|phony|crook & ad|ads|listing|craigslist|facebook|zelle|deposit|website",
        ])
    });
    ROLE.fits(&tokens(text))
}

/// "Can you just tell her to wait?", "and you'll mail it?": a request, not a question of fact.
pub(super) fn requests(text: &str) -> bool {
    static REQUEST: LazyLock<AnyOf> = LazyLock::new(|| {
        AnyOf::parse([
            "can|could|would|will you|they|somebody|someone ?guys ?please ?just ?also ?maybe tell|let|mail|send|email|text|call|make|ask|have|write|put|pass|add|give|leave|bring|get|remind|check",
            "youll|you|theyll will|ll ?just tell|let|mail|send|email|text|call|ask|write|pass|leave|bring",
            "youll ?just ?also tell|let|mail|send|email|text|call|ask|write|pass|leave|bring",
        ])
    });
    words_of(text).len() <= 16 && REQUEST.fits(&tokens(text))
}
