//! What a conversation remembers between two turns: plain data, so that it can be put away and taken up again.

use jiff::civil::{DateTime, Time};
use serde::{Deserialize, Serialize};

use super::{
    Opening,
    answering::TOPIC_WORDS,
    proving::{Asked, Proving},
    showing::Visit,
    suspicion::Suspicion,
    switching::Before,
};
use crate::dialogue::{
    Access, Captured, DayPart, Destination, EndReason, Expectation, Intent, Item, LifeSafety, NoticeAnswer,
    Outcome, Pets, Promise, ShowingSlot, Sought, Topic, Treated, UnitRef, Urgency, Value, When,
    form::{Form, Standing},
    matter,
    office::words_of,
    outcome::OUTCOME_VERSION,
    reply::{self, Wording},
};
use crate::types::Language;

/// Longest first words that are kept, in characters.
const FIRST_WORDS: usize = 160;

/// Notes beyond this are dropped: whoever reads them has the transcript.
const NOTES: usize = 8;

/// What was asked, and so what the next turn may be the answer to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "on", content = "of")]
pub(super) enum Awaiting {
    /// How can I help?
    Need,
    /// Is anybody in danger?
    Danger(Box<Suspicion>),
    /// What only the resident knows.
    Proof(Box<Asked>),
    /// Is this about …?
    Guess(Intent),
    Item(Item),
    /// Is the number you are calling from the best one?
    OfferCaller,
    /// Am I speaking with …?
    KnownName,
    /// A read-back of these.
    Confirm(Vec<Item>),
    /// "No" to a read-back of several: which?
    WhichWrong(Vec<Item>),
    /// Several units sound like this one.
    Choose(Vec<UnitRef>),
    AnythingElse,
    /// Shall somebody call about what only a person may answer? With the flow that would take it.
    OfferCall(Intent),
    /// A transfer is under way.
    Transfer(Destination),
    /// The office's calendar is to say something.
    Calendar,
    /// Which of the times that the calendar has?
    ChooseSlot,
    /// Shall this time be booked?
    ConfirmSlot(ShowingSlot),
    /// Shall the showing be cancelled?
    CancelShowing,
    /// Is anybody in danger? By a key.
    KeysDanger,
    /// A person, a text or a call? By a key.
    KeysWays,
}

impl Awaiting {
    /// Is an answer about this item awaited?
    pub(super) fn is_for(&self, item: Item) -> bool {
        match self {
            Awaiting::Item(asked) => *asked == item,
            Awaiting::OfferCaller => item == Item::Callback,
            Awaiting::KnownName => item == Item::Name,
            Awaiting::Confirm(items) | Awaiting::WhichWrong(items) => items.contains(&item),
            Awaiting::Choose(_) => item == Item::Place,
            Awaiting::Need
            | Awaiting::Danger(_)
            | Awaiting::Proof(_)
            | Awaiting::Guess(_)
            | Awaiting::AnythingElse
            | Awaiting::OfferCall(_)
            | Awaiting::Transfer(_)
            | Awaiting::Calendar
            | Awaiting::ChooseSlot
            | Awaiting::ConfirmSlot(_)
            | Awaiting::CancelShowing
            | Awaiting::KeysDanger
            | Awaiting::KeysWays => false,
        }
    }

    /// As a word or a few: `item name`.
    pub(super) fn words(&self) -> String {
        let listed = |what: &str, items: &[Item]| {
            let names: Vec<&str> = items.iter().map(|item| item.name()).collect();
            format!("{what} {}", names.join(" "))
        };
        match self {
            Awaiting::Need => "need".to_owned(),
            Awaiting::Danger(_) => "danger".to_owned(),
            Awaiting::Proof(_) => "proof".to_owned(),
            Awaiting::Guess(intent) => format!("guess {}", intent.name()),
            Awaiting::Item(item) => format!("item {}", item.name()),
            Awaiting::OfferCaller => "offer caller".to_owned(),
            Awaiting::KnownName => "known name".to_owned(),
            Awaiting::Confirm(items) => listed("confirm", items),
            Awaiting::WhichWrong(items) => listed("which wrong", items),
            Awaiting::Choose(_) => "choose".to_owned(),
            Awaiting::AnythingElse => "anything else".to_owned(),
            Awaiting::OfferCall(_) => "offer call".to_owned(),
            Awaiting::Transfer(_) => "transfer".to_owned(),
            Awaiting::Calendar => "calendar".to_owned(),
            Awaiting::ChooseSlot => "choose slot".to_owned(),
            Awaiting::ConfirmSlot(_) => "confirm slot".to_owned(),
            Awaiting::CancelShowing => "cancel showing".to_owned(),
            Awaiting::KeysDanger => "keys danger".to_owned(),
            Awaiting::KeysWays => "keys ways".to_owned(),
        }
    }

    pub(super) fn wants_yes_or_no(&self) -> bool {
        match self {
            Awaiting::Guess(_)
            | Awaiting::Danger(_)
            | Awaiting::OfferCall(_)
            | Awaiting::OfferCaller
            | Awaiting::KnownName
            | Awaiting::Confirm(_)
            | Awaiting::ConfirmSlot(_)
            | Awaiting::CancelShowing => true,
            Awaiting::Item(item) => matches!(item, Item::Access | Item::Financing),
            _ => false,
        }
    }

    /// The one item that is awaited, for the extraction to expect.
    pub(super) fn item(&self) -> Option<Item> {
        match self {
            Awaiting::Item(item) => Some(*item),
            Awaiting::OfferCaller => Some(Item::Callback),
            Awaiting::KnownName => Some(Item::Name),
            Awaiting::Choose(_) => Some(Item::Place),
            Awaiting::ChooseSlot | Awaiting::ConfirmSlot(_) => Some(Item::When),
            Awaiting::Confirm(items) | Awaiting::WhichWrong(items) => match items.as_slice() {
                [only] => Some(*only),
                _ => None,
            },
            _ => None,
        }
    }
}

/// How the person on call was sought.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(super) struct Rescue {
    /// Harm is being done: the person on call is to be rung.
    pub(super) wanted: bool,
    /// How often they were rung in vain or not.
    pub(super) rings: u8,
    /// Dangers that have had their sentence.
    pub(super) answered: Vec<LifeSafety>,
    /// A question after such a sentence was once left without an answer, and that was not counted.
    #[serde(default)]
    pub(super) excused: bool,
    /// They have asked that nobody be rung over harm to a home.
    #[serde(default)]
    pub(super) declined: bool,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct State {
    pub(super) opening: Opening,
    pub(super) awaiting: Awaiting,
    pub(super) expects: Expectation,
    /// The flow that is being followed.
    pub(super) flow: Option<Intent>,
    /// What the conversation is about, for the outcome: the flow may since have become a mere message.
    pub(super) intent: Option<Intent>,
    pub(super) urgency: Urgency,
    pub(super) form: Form,
    pub(super) matter: Option<String>,
    /// What they said first about it, and as they said it.
    #[serde(default)]
    pub(super) first_words: Option<String>,
    #[serde(default)]
    pub(super) pets: Option<Pets>,
    /// A prospect wants to come and see a home.
    #[serde(default)]
    pub(super) visit: bool,
    /// What they asked that only a person may answer, while a call about it is offered.
    #[serde(default)]
    pub(super) beyond: Option<String>,
    #[serde(default)]
    pub(super) showing: Visit,
    pub(super) notes: Vec<String>,
    /// What was asked that everybody is told alike, and what was told.
    #[serde(default)]
    pub(super) treated: Vec<Treated>,
    pub(super) wording: Wording,
    pub(super) rescue: Rescue,
    /// Who they have proven to be, and what it took.
    #[serde(default)]
    pub(super) proving: Proving,
    /// They have been asked whether anybody is in danger.
    #[serde(default)]
    pub(super) danger_asked: bool,
    /// Transfers to the staff that came to nothing.
    pub(super) staff_failures: u8,
    pub(super) turns: u16,
    /// Silences in a row.
    pub(super) silences: u8,
    /// Incomprehensible turns in a row.
    pub(super) confusions: u8,
    /// Confusion has already led to "I'll take a message".
    pub(super) reduced: bool,
    /// "Are you still there?" was the last thing said: a yes answers that and nothing else.
    pub(super) presence_asked: bool,
    pub(super) patient: bool,
    pub(super) unheard: bool,
    pub(super) offered_caller: bool,
    pub(super) asked_contact: bool,
    pub(super) closed: bool,
    /// They refused to be texted, called, or both: nothing is sent by itself.
    pub(super) do_not_contact: bool,
    /// Among it calls: nor does a person call.
    #[serde(default)]
    pub(super) refuses_calls: bool,
    /// They want to be texted, and not called.
    #[serde(default)]
    pub(super) texts_only: bool,
    pub(super) promised: Promise,
    pub(super) ended: Option<EndReason>,
    /// A telephone number in the making.
    pub(super) digits: String,
    /// A unit or a name in the making, key by key.
    #[serde(default)]
    pub(super) keys: String,
    /// The last words that were to be a name and are none that is known.
    #[serde(default)]
    pub(super) said_for_name: Option<String>,
    /// The last question, for "what?".
    pub(super) question: Option<String>,
    pub(super) repeats: u8,
    #[serde(default)]
    pub(super) reopened: u8,
    /// What the last fact told was about.
    #[serde(default)]
    pub(super) answered: Option<Topic>,
    /// Facts of the office that were told; as many as it has at most.
    #[serde(default)]
    pub(super) told: Vec<String>,
    /// What else they have said they call about, with their words.
    #[serde(default)]
    pub(super) further: Vec<(Intent, String)>,
    /// What was talked about before the matter changed.
    #[serde(default)]
    pub(super) before: Option<Before>,
    #[serde(default)]
    pub(super) language: Language,
    /// What was said to the notice of a trouble that is known.
    #[serde(default)]
    pub(super) notice: NoticeAnswer,
    /// Spoken words are not understood in this language: keys are.
    #[serde(default)]
    pub(super) by_keys: bool,
    /// The other language has been offered once more to somebody who was not understood.
    #[serde(default)]
    pub(super) offered_again: bool,
    /// A whole sentence has been understood in the language that is spoken now: nobody needs another one.
    #[serde(default)]
    pub(super) at_home: bool,
}

impl State {
    pub(super) fn new(opening: Opening) -> Self {
        Self {
            language: opening.language,
            by_keys: false,
            offered_again: false,
            at_home: false,
            notice: NoticeAnswer::None,
            opening,
            awaiting: Awaiting::Need,
            expects: Expectation::Open,
            flow: None,
            intent: None,
            urgency: Urgency::Routine,
            form: Form::default(),
            matter: None,
            first_words: None,
            pets: None,
            visit: false,
            beyond: None,
            showing: Visit::default(),
            notes: Vec::new(),
            treated: Vec::new(),
            wording: Wording::default(),
            rescue: Rescue::default(),
            proving: Proving::default(),
            danger_asked: false,
            staff_failures: 0,
            further: Vec::new(),
            turns: 0,
            silences: 0,
            confusions: 0,
            reduced: false,
            presence_asked: false,
            patient: false,
            unheard: false,
            offered_caller: false,
            asked_contact: false,
            closed: false,
            do_not_contact: false,
            refuses_calls: false,
            texts_only: false,
            promised: Promise::Nothing,
            ended: None,
            digits: String::new(),
            keys: String::new(),
            said_for_name: None,
            question: None,
            repeats: 0,
            reopened: 0,
            answered: None,
            told: Vec::new(),
            before: None,
        }
    }

    /// Adds to what it is about, in the person's own words.
    pub(super) fn add_matter(&mut self, words: &str) {
        if !words.trim().is_empty() {
            self.matter = Some(matter::with(self.matter.as_deref(), words));
        }
    }

    /// Keeps the words that began this flow, for whoever reads what came of it.
    pub(super) fn begin_with(&mut self, words: &str) {
        // What another matter began with stays beside it: "Is the house for sale too?" before "I'd be a buyer".
        if let Some(before) = self.first_words.take().filter(|before| words_of(before).len() >= TOPIC_WORDS) {
            self.add_matter(&before);
        }
        self.first_words = Some(words.trim().chars().take(FIRST_WORDS).collect());
    }

    pub(super) fn note(&mut self, words: String) {
        if self.notes.len() < NOTES && !self.notes.contains(&words) {
            self.notes.push(words);
        }
    }

    pub(super) fn outcome(&self) -> Outcome {
        let captured = |item: Item| {
            let field = self.form.get(item)?;
            let value = field.value.clone()?;
            Some((value, field.standing == Standing::Settled))
        };
        let mut notes = self.notes.clone();
        if self.language != Language::English {
            notes.insert(0, format!("speaks {}", self.language));
        }
        // "Stuck between two and three" wishes for nothing.
        let when = captured(Item::When).filter(|_| !self.urgency.is_life_safety());
        let access = captured(Item::Access);
        if let Some((Value::Access(Access::CallFirst), _)) = &access {
            notes.push("call before entering".into());
        }
        Outcome {
            version: OUTCOME_VERSION,
            intent: self.intent,
            urgency: self.urgency,
            name: captured(Item::Name).and_then(|(value, confirmed)| match value {
                Value::Name(name) => Some(Captured { value: name.full(), confirmed }),
                _ => None,
            }),
            callback: captured(Item::Callback).and_then(|(value, confirmed)| match value {
                Value::Phone(number) => Some(Captured { value: number, confirmed }),
                _ => None,
            }),
            place: captured(Item::Place).and_then(|(value, confirmed)| {
                Some(Captured { value: reply::place_written(&value)?, confirmed })
            }),
            matter: self.matter.clone(),
            first_words: self.first_words.clone(),
            wished_words: when.as_ref().and_then(|(value, _)| match value {
                Value::When(when) => Some(reply::when_written(when)),
                _ => None,
            }),
            wished_for: when.and_then(|(value, confirmed)| match value {
                Value::When(when) => Some(Captured { value: moment(&when)?, confirmed }),
                _ => None,
            }),
            access: access.and_then(|(value, confirmed)| match value {
                Value::Access(access) => {
                    Some(Captured { value: matches!(access, Access::Granted | Access::CallFirst), confirmed })
                }
                _ => None,
            }),
            do_not_contact: self.do_not_contact,
            calls_welcome: self.do_not_contact && !self.refuses_calls,
            texts_only: self.texts_only && !self.do_not_contact,
            promised: self.promised,
            ended: self.ended,
            sought: self.sought(),
            showing: self.showing.outcome(self.home_to_see()),
            language: self.language,
            notice: None,
            company: captured(Item::Company).and_then(|(value, _)| match value {
                Value::Company(company) => Some(company),
                _ => None,
            }),
            notes,
            treated: self.treated.clone(),
            call_type: None,
        }
    }

    /// The home that a prospect wants to see, as the office writes it.
    pub(super) fn home_to_see(&self) -> Option<String> {
        match self.form.value(Item::Listing) {
            Some(Value::Listing(listing)) => Some(listing.clone()),
            _ => self.form.value(Item::Place).and_then(reply::place_written),
        }
    }

    fn sought(&self) -> Option<Sought> {
        let mut sought = Sought::default();
        if let Some(Value::Bedrooms(n)) = self.form.value(Item::Bedrooms) {
            sought.bedrooms = Some(*n);
        }
        if let Some(Value::Budget(dollars)) = self.form.value(Item::Budget) {
            sought.budget = Some(*dollars);
        }
        if let Some(Value::Price(dollars)) = self.form.value(Item::Price) {
            sought.budget = Some(*dollars);
        }
        if let Some(Value::Area(area)) = self.form.value(Item::Area) {
            sought.area = Some(area.clone());
        }
        if let Some(Value::Financing(financing)) = self.form.value(Item::Financing) {
            sought.financing = Some(*financing);
        }
        if let Some(Value::MoveIn(when)) = self.form.value(Item::MoveIn) {
            sought.move_in = when.date;
            sought.move_in_until = when.until_date;
            sought.soonest = when.soonest;
        }
        if let Some(Value::Listing(listing)) = self.form.value(Item::Listing) {
            sought.listing = Some(listing.clone());
        }
        if self.intent.is_some_and(Intent::is_prospect) {
            sought.pets.clone_from(&self.pets);
            sought.visit = self.visit;
        }
        (sought != Sought::default()).then_some(sought)
    }
}

/// The beginning of a wish, where a day was named. The words themselves are in the notes.
fn moment(when: &When) -> Option<DateTime> {
    let time = when.time.unwrap_or(match when.part {
        Some(DayPart::Noon) => Time::constant(12, 0, 0, 0),
        Some(DayPart::Afternoon) => Time::constant(13, 0, 0, 0),
        Some(DayPart::Evening) => Time::constant(17, 0, 0, 0),
        Some(DayPart::Night) => Time::constant(20, 0, 0, 0),
        Some(DayPart::Morning) | None => Time::constant(9, 0, 0, 0),
    });
    Some(when.date?.to_datetime(time))
}
