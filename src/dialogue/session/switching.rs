//! A word taken for another matter: what was talked about before is kept, until the caller has let the new one stand.

use serde::{Deserialize, Serialize};

use super::{Awaiting, Item, Session, asking::pleads};
use crate::dialogue::{
    Intent, Move, Reading, Urgency, matter, office::words_of, pack::Line, pattern::AnyOf, remark::Remark,
    token::tokens,
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
            || !(Remark::NoUsualMatter.is_in(text)
                || Remark::OfPress.is_in(text)
                || Remark::OfJob.is_in(text)
                || Remark::OfBite.is_in(text))
        {
            return false;
        }
        let heard = self.entities(text);
        self.take_beside_the_point(&heard);
        let bitten = Remark::OfBite.is_in(text);
        self.begin_flow(if bitten { Intent::Complaint } else { Intent::Message }, text);
        true
    }

    /// "No, not a home! Just for one day, for a party": the matter was none, and the one before is taken up again. `true`: dealt
    /// with.
    pub(super) fn denies_switch(&mut self, text: &str, reading: &Reading) -> bool {
        let (Some(before), Some(flow)) = (self.state.before.clone(), self.state.flow) else { return false };
        let known = |intent: Intent| intent == before.flow || Some(intent) == before.intent;
        let elsewhere = reading.is_sure() && reading.intent != flow && !known(reading.intent);
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
        let no_complaint = flow == Intent::Complaint && Remark::NoComplaint.fits(&words);
        let denies = AnyOf::parse([named.as_str(), asked_back.as_str()]).fits(&words)
            || Remark::NotThat.fits(&words)
            || no_complaint;
        // "No" alone answers what was asked.
        if !denies || (reading.moves == Some(Move::Deny) && words.len() < 3) {
            return false;
        }
        self.state.before = None;
        self.state.confusions = 0;
        let also = also(flow);
        self.state.notes.retain(|note| *note != also);
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

impl Session {
    /// "I need Kim, please. It's about my husband, I want him off the lease": what was told along with the wish for a person is not
    /// asked for once nobody has picked up.
    pub(super) fn keep_matter_of_plea(&mut self, text: &str, reading: &Reading) {
        /// "It's about the rent", and more than "I'd like to speak with Kim, please".
        const TOLD: usize = 5;
        const SUBSTANCE: usize = 3;
        if self.state.flow.is_some() || self.state.matter.is_some() || self.state.closed {
            return;
        }
        let tells = |said: &&str| {
            !pleads(said) && words_of(said).len() >= TOLD && matter::substance(said) >= SUBSTANCE
        };
        let told: Vec<&str> = text.split_inclusive(['.', '!', '?']).map(str::trim).filter(tells).collect();
        // One sentence alone is mostly the wish itself.
        if told.is_empty() || told.len() == text.split_inclusive(['.', '!', '?']).count() {
            return;
        }
        self.state.add_matter(&told.join(" "));
        let of_its_own = reading.clauses.iter().map(|clause| &clause.reading).find(|clause| {
            clause.is_sure()
                && matches!(
                    clause.intent,
                    Intent::Lease | Intent::Billing | Intent::Complaint | Intent::Maintenance
                )
        });
        if let Some(clause) = of_its_own {
            (self.state.flow, self.state.intent) = (Some(clause.intent), Some(clause.intent));
            self.state.begin_with(text);
        }
    }

    /// "This is relay operator 4471. Have you received a relay call before?": the operator speaks for a deaf caller, wants nobody
    /// else, and the caller has said nothing yet. `true`: dealt with.
    pub(super) fn is_put_through_by_relay(&mut self, text: &str) -> bool {
        if self.state.flow.is_some()
            || self.state.unheard
            || self.state.awaiting != Awaiting::Need
            || !Remark::OfRelay.is_in(text)
        {
            return false;
        }
        self.state.note("calls through a relay operator".to_owned());
        self.ask_need(Line::Need);
        true
    }
}

/// How a matter is noted that came up behind another one.
pub(super) fn also(intent: Intent) -> String {
    format!("also: {}", intent.name().replace('_', " "))
}

/// "Can you just tell her to wait?", "and you'll mail it?": a request, not a question of fact.
pub(super) fn requests(text: &str) -> bool {
    words_of(text).len() <= 16 && Remark::Requests.is_in(text)
}
