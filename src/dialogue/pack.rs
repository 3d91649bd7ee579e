//! The property pack: the whole script of a conversation as data, checked before anybody hears a word of it.

mod call_types;
mod check;
mod layers;
mod lint;
mod prompts;
mod raw;
mod translation;

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use super::{
    CallType, ClosedTopic, Flow, Intent, Item, LifeSafety,
    office::words_of,
    reply::{Hole, Template},
};

use crate::types::Language;

pub use check::PackError;
pub use layers::PackText;
pub use lint::Finding;
pub use prompts::Prompt;

/// A script, whole and speakable: every intent has a flow, every item its questions, every line its words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pack {
    name: String,
    language: Language,
    /// SHA-256 of the text that it was read from.
    digest: String,
    /// The same script in other languages.
    translations: BTreeMap<Language, Arc<Pack>>,
    disclosure: bool,
    limits: Limits,
    flows: BTreeMap<Intent, Flow>,
    questions: BTreeMap<Item, Question>,
    lines: BTreeMap<Line, Vec<Template>>,
    life_safety: BTreeMap<LifeSafety, Template>,
    closed: BTreeMap<ClosedTopic, ClosedAnswer>,
    /// What offices of this trade are called about besides, with the examples that teach it.
    call_types: Vec<CallType>,
    /// What stands before a number when it is read back, in place of `unit`.
    door: Option<String>,
    /// It lies over another script.
    is_layer: bool,
    trade: Trade,
}

/// What kind of office a script is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Trade {
    /// Homes to let.
    #[default]
    Residential,
    /// Suites and buildings.
    Commercial,
    /// Homes for sale.
    Brokerage,
}

impl Trade {
    pub const ALL: [Trade; 3] = [Trade::Residential, Trade::Commercial, Trade::Brokerage];

    /// The name in files: `residential`.
    pub const fn name(self) -> &'static str {
        match self {
            Trade::Residential => "residential",
            Trade::Commercial => "commercial",
            Trade::Brokerage => "brokerage",
        }
    }

    pub fn from_name(name: &str) -> Option<Trade> {
        Trade::ALL.into_iter().find(|trade| trade.name() == name)
    }
}

/// How long and how often, before a conversation is brought to a polite end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Silence after which the agent asks whether somebody is there.
    pub silence: Duration,
    /// Silence that is allowed after "one moment, please".
    pub patience: Duration,
    /// How often it asks before it says goodbye.
    pub silences: u8,
    /// Turns in a row that may be incomprehensible before a person or a message takes over.
    pub confusion: u8,
    /// How often one item is asked for or read back in vain before it is kept unconfirmed.
    pub hearings: u8,
    /// Turns of the caller.
    pub turns: u16,
    /// Length of the whole conversation.
    pub length: Duration,
}

/// The words about one item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Question {
    /// What the wording is counted under: the item's name, behind that of the flow whose own question it is.
    pub(super) name: String,
    /// `the name`.
    pub(super) noun: String,
    pub(super) ask: Vec<Template>,
    /// After a failed hearing.
    pub(super) again: Vec<Template>,
    /// After the last failed hearing, on a telephone: by its keys. Empty: it is not asked for so.
    pub(super) keyed: Vec<Template>,
    /// With a yes to be waited for, or an echo where none is needed.
    pub(super) read_back: Vec<Template>,
}

impl Question {
    /// Of the variants of one of its sentences.
    pub(super) fn key(&self, sentence: &str) -> String {
        format!("{}.{sentence}", self.name)
    }
}

/// The answer to a closed topic, the same for everybody, whatever the office's facts are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ClosedAnswer {
    /// Phrases of this office that ask for it, besides the project's patterns.
    pub(super) cues: Vec<Vec<String>>,
    pub(super) answer: Vec<Template>,
}

/// Everything that is said besides questions, openings and closings: one key of `[lines]` each.
macro_rules! lines {
    ($($(#[$meta:meta])* $name:ident = $key:literal [$($hole:ident),*]),* $(,)?) => {
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub(super) enum Line { $($(#[$meta])* $name),* }

        impl Line {
            pub(super) const ALL: &[Line] = &[$(Line::$name),*];

            pub(super) const fn key(self) -> &'static str {
                match self { $(Line::$name => $key),* }
            }

            pub(super) const fn holes(self) -> &'static [Hole] {
                match self { $(Line::$name => &[$(Hole::$hole),*]),* }
            }
        }
    };
}

lines! {
    GreetingOpen = "greeting_open" [Office],
    GreetingClosed = "greeting_closed" [Office],
    /// That a program is speaking.
    Disclosure = "disclosure" [],
    /// The same, with the name that the office has given it.
    DisclosureNamed = "disclosure_named" [Value],
    Need = "need" [],
    NeedAgain = "need_again" [],
    /// They have told a story that may be about anything.
    NeedOfStory = "need_of_story" [],
    Guess = "guess" [Label],
    /// The caller turns to another matter.
    Switch = "switch" [Label],
    Thanks = "thanks" [],
    /// They say again what is written down.
    AlreadyNoted = "already_noted" [],
    Sorry = "sorry" [],
    Unclear = "unclear" [],
    ReadBackMany = "read_back_many" [Value],
    WhichWrong = "which_wrong" [Value],
    Choose = "choose" [Value],
    MoreDigits = "more_digits" [Value],
    OfferCaller = "offer_caller" [Value],
    KnownName = "known_name" [Value],
    KeptUnconfirmed = "kept_unconfirmed" [Value],
    Skipped = "skipped" [],
    AnythingElse = "anything_else" [],
    StillThere = "still_there" [],
    CannotHear = "cannot_hear" [],
    SilenceEnd = "silence_end" [],
    Confused = "confused" [],
    ConfusedEnd = "confused_end" [],
    TakeYourTime = "take_your_time" [],
    Identity = "identity" [Office],
    /// Asked whether the call is recorded.
    Recording = "recording" [],
    /// Asked whether this is the office.
    RightPlace = "right_place" [Office],
    IdentityNamed = "identity_named" [Office, Value],
    StopContact = "stop_contact" [],
    /// They want no texts, and said nothing against calls.
    NoTexts = "no_texts" [],
    /// They offer to tell more.
    YesPlease = "yes_please" [],
    /// They want texts, and no calls; and what is asked and said after that.
    TextsOnly = "texts_only" [],
    OfferCallerText = "offer_caller_text" [Value],
    AskNumberText = "ask_number_text" [],
    OfferText = "offer_text" [],
    ClosingTexts = "closing_texts" [],
    /// They have begun to say the number of a card, or of social security.
    NoSecrets = "no_secrets" [],
    StartOver = "start_over" [],
    /// After a closed answer: a person of the office could say more.
    OfferCall = "offer_call" [],
    /// Asked whether anybody is there, before the hours are told.
    OpenNow = "open_now" [],
    ClosedNow = "closed_now" [],
    /// A question that no fact answers, and a call back is promised.
    UnknownAnswer = "unknown_answer" [],
    /// The same, in the middle of a form that already leads to a message.
    UnknownNoted = "unknown_noted" [],
    /// The same while there is danger to life.
    UnknownInDanger = "unknown_in_danger" [],
    /// News of a danger that is known.
    NotedInDanger = "noted_in_danger" [],
    /// There was none.
    AlarmTakenBack = "alarm_taken_back" [],
    /// They want nothing after all.
    CalledOff = "called_off" [],
    /// What they have said after all was noted goes along.
    Added = "added" [],
    StaffTransfer = "staff_transfer" [],
    StaffUnavailable = "staff_unavailable" [],
    StaffFailed = "staff_failed" [],
    StaffFailedAgain = "staff_failed_again" [],
    /// Something private was asked for: what only the resident knows is asked first.
    ProofAsk = "proof_ask" [Value],
    ProofAgain = "proof_again" [Value],
    /// The same to everybody who is not sure enough, whether they live here or not.
    PrivateClosed = "private_closed" [],
    /// Who lives here is told to nobody.
    ResidenceClosed = "residence_closed" [],
    /// They are sure enough, and a person does the rest.
    PrivateNoted = "private_noted" [],
    /// Who has allowed the team to go in is asked again, at the number on file.
    EntryChecked = "entry_checked" [],
    /// Words that sound like danger and name none.
    DangerAsk = "danger_ask" [],
    InEnglish = "in_english" [],
    OnlyInEnglish = "only_in_english" [],
    UrgentFirst = "urgent_first" [],
    UrgentRing = "urgent_ring" [],
    UrgentFailed = "urgent_failed" [],
    /// They have said that there is no hurry.
    NobodyRung = "nobody_rung" [],
    NobodyOnCall = "nobody_on_call" [],
    KnownElse = "known_else" [],
    LifeRing = "life_ring" [],
    /// Said instead of ringing when nobody is on call.
    LifeNobody = "life_nobody" [],
    LifeFailed = "life_failed" [],
    LifeRingAgain = "life_ring_again" [],
    LifeFailedAgain = "life_failed_again" [],
    /// Somebody on call has heard of it, and has not taken the caller.
    OnCallHeard = "on_call_heard" [],
    /// Said between two people who are rung.
    OnCallNext = "on_call_next" [],
    /// Closings that promise no call: they asked for none, or left no number.
    ClosingNoContact = "closing_no_contact" [],
    ClosingNoNumber = "closing_no_number" [],
    /// While the calendar is asked for times, or is being written to.
    CalendarLook = "calendar_look" [],
    CalendarBook = "calendar_book" [],
    ShowingDay = "showing_day" [],
    ShowingOffer = "showing_offer" [Value],
    ShowingConfirm = "showing_confirm" [Value],
    ShowingNoTime = "showing_no_time" [],
    /// Somebody else was quicker.
    ShowingTaken = "showing_taken" [],
    ShowingBooked = "showing_booked" [Value],
    /// The calendar could not be asked: the wish is left to people, and no time is promised.
    ShowingRequested = "showing_requested" [],
    /// No time was found that suits: it is left to people.
    ShowingLeft = "showing_left" [],
    /// One more home that they want to see; the team settles the time.
    ShowingSecond = "showing_second" [Value],
    /// A time that is wished for early is looked for in its turn; the same where none was named.
    ShowingWish = "showing_wish" [Value],
    ShowingSoon = "showing_soon" [],
    /// Somebody is late for a showing or waits for one, and nobody of the office can be rung.
    ShowingUrgent = "showing_urgent" [],
    /// A showing of another conversation is to be cancelled, or moved.
    ShowingCancelNoted = "showing_cancel_noted" [],
    ShowingMoveNoted = "showing_move_noted" [],
    ShowingCancelAsk = "showing_cancel_ask" [Value],
    ShowingCancelled = "showing_cancelled" [],
    /// What was booked before still holds.
    ShowingStands = "showing_stands" [Value],
    /// Said in this language to whoever is greeted in another: which key leads to it.
    OfferLanguage = "offer_language" [],
    LanguageSwitched = "language_switched" [],
    /// Spoken words of this language are not understood: is anybody in danger? Answered by a key.
    KeysDanger = "keys_danger" [],
    /// A person, a text message or a call, by a key.
    KeysWays = "keys_ways" [],
    KeysText = "keys_text" [],
    KeysCall = "keys_call" [],
    LimitEnd = "limit_end" [],
    /// A home of the office's list.
    Home = "home" [Value],
    HomesNone = "homes_none" [],
    HomeRent = "home_rent" [Value],
    /// What a home for sale is listed at.
    HomePrice = "home_price" [Value],
    HomeDeposit = "home_deposit" [Value],
    /// The office's list does not say it.
    HomeRentUnknown = "home_rent_unknown" [],
    HomeDepositUnknown = "home_deposit_unknown" [],
    HomeUnknown = "home_unknown" [],
    Goodbye = "goodbye" [],
    GoodbyePartial = "goodbye_partial" [],
    SpeechTrouble = "speech_trouble" [],
}

impl Pack {
    /// Reads and checks a pack.
    ///
    /// # Errors
    /// The first thing that is wrong, with its key and the cure.
    pub fn parse(text: &str) -> Result<Self, PackError> {
        let layers::Layered { raw, digest, trade } = layers::layered(text)?;
        Ok(Self { digest, trade, ..check::checked(raw)? })
    }

    /// The pack that comes with the program, with its translations.
    ///
    /// # Errors
    /// Never in a build whose tests have passed: a test parses these files.
    pub fn property() -> Result<Self, PackError> {
        Self::shipped(Trade::Residential)
    }

    /// Adds the same script in another language.
    ///
    /// # Errors
    /// When it asks, promises or leaves open something else than this one.
    pub fn with_translation(mut self, translation: Pack) -> Result<Self, PackError> {
        translation::matches(&self, &translation)?;
        for own in &mut self.call_types {
            let said = translation.call_types.iter().find(|said| said.name == own.name);
            own.scripts.extend(said.into_iter().flat_map(|said| said.scripts.clone()));
        }
        self.translations.insert(translation.language, Arc::new(translation));
        Ok(self)
    }

    /// The script in this language; itself, where it is not translated.
    pub fn in_language(self: &Arc<Self>, language: Language) -> Arc<Pack> {
        self.translations.get(&language).unwrap_or(self).clone()
    }

    /// The languages that it is written in, its own first.
    pub fn languages(&self) -> impl Iterator<Item = Language> {
        std::iter::once(self.language).chain(self.translations.keys().copied())
    }

    /// The SHA-256 of the text of each language, in hexadecimal digits.
    pub(super) fn digests(&self) -> impl Iterator<Item = (Language, &str)> {
        let translations = self.translations.values().map(|pack| (pack.language, pack.digest.as_str()));
        std::iter::once((self.language, self.digest.as_str())).chain(translations)
    }

    pub fn name(&self) -> &str {
        &self.name
    }

    /// What kind of office it is for.
    pub fn trade(&self) -> Trade {
        self.trade
    }

    /// The call types that offices of this trade have besides the shipped ones.
    pub fn call_types(&self) -> &[CallType] {
        &self.call_types
    }

    /// The same without a word of its own that a program speaks; asked, it says so all the same.
    #[must_use]
    pub fn without_disclosure(mut self) -> Self {
        self.disclosure = false;
        for translation in self.translations.values_mut() {
            Arc::make_mut(translation).disclosure = false;
        }
        self
    }

    pub(super) fn door(&self) -> Option<&str> {
        self.door.as_deref()
    }

    /// The language of its words.
    pub fn language(&self) -> Language {
        self.language
    }

    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    pub fn flow(&self, intent: Intent) -> Option<&Flow> {
        self.flows.get(&intent)
    }

    /// What a caller who waits hears between two people on call: `I'm ringing the next person.`
    pub fn on_call_next(&self) -> Option<String> {
        self.line(Line::OnCallNext).first().map(|template| template.fill(&[]))
    }

    pub(super) fn discloses(&self) -> bool {
        self.disclosure
    }

    /// The words about an item: those of the flow, where it has its own.
    pub(super) fn question(&self, flow: Option<Intent>, item: Item) -> Option<&Question> {
        let own = flow.and_then(|intent| self.flow(intent)?.questions.get(&item));
        own.or_else(|| self.questions.get(&item))
    }

    pub(super) fn line(&self, line: Line) -> &[Template] {
        self.lines.get(&line).map_or(&[], Vec::as_slice)
    }

    pub(super) fn life_safety(&self, kind: LifeSafety) -> Option<&Template> {
        self.life_safety.get(&kind)
    }

    /// The words at the beginning of this sentence that only acknowledge: `Thank you.`, `Noted.`
    pub(super) fn acknowledgement(&self, sentence: &str) -> Option<&str> {
        let own = self.flows.values().flat_map(|flow| flow.questions.values());
        let echoes = self.questions.values().chain(own).flat_map(|question| &question.read_back);
        let thanks = self.line(Line::Thanks).iter().chain(echoes).filter_map(Template::plain);
        thanks.filter(|words| sentence.starts_with(words)).max_by_key(|words| words.len())
    }

    /// The closed topic that this office knows by these words.
    pub(super) fn closed_by_cue(&self, text: &str) -> Option<ClosedTopic> {
        let words = words_of(text);
        let asked = |cue: &Vec<String>| words.windows(cue.len()).any(|window| window == cue.as_slice());
        self.closed.iter().find(|(_, closed)| closed.cues.iter().any(asked)).map(|(topic, _)| *topic)
    }

    pub(super) fn closed_answer(&self, topic: ClosedTopic) -> &[Template] {
        self.closed.get(&topic).map_or(&[], |closed| closed.answer.as_slice())
    }
}

#[cfg(test)]
mod tests;
