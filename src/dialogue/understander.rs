//! The understander: one utterance in, one reading out.

use std::sync::{Arc, OnceLock};

use super::{
    call_type::OfficeTypes,
    classifier::{Classifier, Judgement, Model},
    clause::{behind_answer, clauses},
    entity::is_number,
    features::Featurizer,
    intent::{Intent, Move},
    language::language_of,
    meanings::Meanings,
    moves::Moves,
    reading::{Clause, LifeSafety, Reading, Urgency},
    token::{Token, tokens},
    training::{train_words, train_words_in},
    unasked::{to_be_heard, without_names},
    urgency::{Reflex, RuleTexts, Rules},
};
use crate::types::Language;

/// Probability of an emergency at which the classifier alone raises one, where the rules heard nothing. By
/// cross-validation over what is learnt from: lower, and each further danger that is heard costs three false alarms.
const ALARM: f32 = 0.38;
/// From here on to [`ALARM`], where nothing else is sure either, the caller is asked first whether anybody is in danger: of
/// routine calls one in a hundred.
const SUSPICION: f32 = 0.2;
/// The same where somebody must come now anyway: "no heat, it's eight degrees, and she's starting to shiver".
const SUSPICION_IN_HASTE: f32 = 0.2;
/// In so few words only the rules hear a danger; the classifier suspects one at most.
const FEW_WORDS: usize = 1;
/// In so few, a rule that suspects one is asked about, and the classifier adds nothing: "please hurry".
const FEW_WORDS_SUSPECTED: usize = 3;
/// What raises one where the rules heard words that go with none.
const ALARM_DOUBTED: f32 = 0.6;
/// The same, where they heard haste without danger, for which somebody is rung anyhow.
const ALARM_IN_HASTE: f32 = 0.75;
/// The same, where the rules heard words of danger and dismissed them.
const ALARM_IN_SPITE: f32 = 0.95;
/// What raises one where a part of an utterance names it and the whole does not.
const CRY: f32 = 0.6;
/// Below this the best intent is a guess and the reading says `Other`.
const LEAST: f32 = 0.2;
/// The seed of the words-only model: any would do, this one is everybody's.
pub const SEED: u64 = 0x0050_4f52_5449_434f;

/// Reads utterances. Building one trains the words-only model from the project's utterances, so build it once; what another
/// language needs is learnt when its first words come.
#[derive(Debug)]
pub struct Understander {
    english: Reader,
    spanish: OnceLock<Reader>,
    /// In the order of [`Language::ALL`].
    rules: [Arc<Rules>; Language::ALL.len()],
}

/// The rules and the classifier of one language.
#[derive(Debug)]
struct Reader {
    classifier: Classifier,
    rules: Arc<Rules>,
    moves: &'static Moves,
}

/// What reads embeddings, where something gives them.
#[derive(Debug, Default)]
struct Full {
    model: Option<Model>,
    meanings: Option<Arc<Meanings>>,
}

impl Reader {
    fn of(language: Language, rules: Arc<Rules>, words: Model, full: Full) -> Self {
        let Full { model: full, meanings } = full;
        let classifier = Classifier { featurizer: Featurizer::of(language), words, full, meanings };
        Self { classifier, rules, moves: Moves::of(language) }
    }
}

impl Understander {
    /// With words alone: where there is no encoder, and in every test and story.
    pub fn words_only() -> Self {
        Self::with_words(train_words(SEED), Full::default())
    }

    /// With a model that also reads embeddings and, to be surer, the meanings of the shipped utterances; words alone
    /// still serve an utterance that comes without an embedding.
    pub fn with_model(full: Model, meanings: Option<Arc<Meanings>>) -> Self {
        Self::with_words(train_words(SEED), Full { model: Some(full), meanings })
    }

    fn with_words(words: Model, full: Full) -> Self {
        let rules = Language::ALL.map(|language| Arc::new(Rules::of(language)));
        let [english, _] = &rules;
        let english = Reader::of(Language::English, english.clone(), words, full);
        Self { english, spanish: OnceLock::new(), rules }
    }

    /// The same with other rules of danger and haste, in the order of [`Language::ALL`]: an edited script that is tried before
    /// it goes live.
    #[must_use]
    pub fn ruled_by(mut self, texts: [&RuleTexts; Language::ALL.len()]) -> Self {
        let mut texts = texts.into_iter();
        let read = |language| texts.next().map_or_else(|| Rules::of(language), |t| Rules::parse(language, t));
        self.rules = Language::ALL.map(read).map(Arc::new);
        let [english, _] = &self.rules;
        self.english.rules = english.clone();
        self.spanish = OnceLock::new();
        self
    }

    /// Learns what this language needs; at once if it is there already.
    pub fn prepare(&self, language: Language) {
        self.reader(language);
    }

    fn reader(&self, language: Language) -> &Reader {
        let learn = || {
            let [_, rules] = &self.rules;
            Reader::of(
                Language::Spanish,
                rules.clone(),
                train_words_in(Language::Spanish, SEED),
                Full::default(),
            )
        };
        match language {
            Language::English => &self.english,
            Language::Spanish => self.spanish.get_or_init(learn),
        }
    }

    /// The encoder whose embeddings [`read`](Self::read) wants, if any.
    pub fn encoder(&self) -> Option<&str> {
        self.english.classifier.full.as_ref().and_then(Model::encoder)
    }

    /// Reads one utterance of a conversation that is held in `current`, in the language that it is in. The encoder is of
    /// English: other languages are read by their words. Words of danger are heard in any language.
    /// The office's `own` types take what is neither danger nor haste.
    pub fn read_in(
        &self,
        current: Language,
        text: &str,
        own: &OfficeTypes,
        embedding: Option<&[f32]>,
    ) -> Reading {
        let found = language_of(text);
        let language = found.unwrap_or(current);
        let reader = self.reader(language);
        let mut reading = reader.read(text, embedding, own.judge(language, text, embedding));
        reading.language = found;
        // A cry of one word is of no language yet; what this one's rules have weighed is not weighed again by another's.
        if !reading.urgency.is_life_safety()
            && found.is_none()
            && reader.rules.reflex(&reader.rules.words(tokens(text))) == Reflex::Quiet
            && let Some(kind) = danger_by(self.rules.iter().map(Arc::as_ref), text)
        {
            reading.intent = Intent::Emergency;
            reading.confidence = reading.confidence.max(0.9);
            reading.urgency = Urgency::LifeSafety(kind);
        }
        reading
    }

    /// Reads an utterance as [`read_in`](Self::read_in) does and, where it says several things, each of them by itself. `embed`
    /// is asked for the embedding of each English text that is read.
    pub fn read_with<E: AsRef<[f32]>>(
        &self,
        current: Language,
        text: &str,
        own: &OfficeTypes,
        embed: impl Fn(&str) -> Option<E>,
    ) -> Reading {
        let read = |text: &str| {
            let text = &*without_names(text);
            let english = language_of(text).unwrap_or(current) == Language::English;
            let embedding = if english { embed(text) } else { None };
            self.read_in(current, text, own, embedding.as_ref().map(AsRef::as_ref))
        };
        let text = to_be_heard(text);
        let mut reading = read(&text);
        let parts = clauses(&text);
        if parts.len() > 1 {
            let part = |text: &str| Clause { text: text.to_owned(), reading: read(text) };
            reading.clauses = parts.into_iter().map(part).collect();
        }
        let answered = behind_answer(&text).filter(|_| !reading.urgency.is_life_safety()).map(read);
        let parts = reading.clauses.iter().map(|clause| &clause.reading).chain(&answered);
        // "Did you hear me? There's a lady here who can hardly breathe": what stands around a cry takes nothing from it.
        if !reading.urgency.is_life_safety()
            && let Some(kind) = parts.filter_map(cry).next()
            && self.is_unspoken_against(current, &text)
        {
            reading.intent = Intent::Emergency;
            reading.confidence = reading.confidence.max(0.9);
            reading.urgency = Urgency::LifeSafety(kind);
            reading.clauses.clear();
        }
        reading
    }

    /// Is there no word in the whole that makes a danger one of the past, of a film, or none?
    fn is_unspoken_against(&self, current: Language, text: &str) -> bool {
        let rules = &self.reader(language_of(text).unwrap_or(current)).rules;
        matches!(rules.reflex(&rules.words(tokens(text))), Reflex::Quiet | Reflex::Plain)
    }

    /// Reads one utterance as English. `embedding` is that of the same text by [`encoder`](Self::encoder); without it, or with
    /// one of another length, words alone decide.
    pub fn read(&self, text: &str, embedding: Option<&[f32]>) -> Reading {
        self.english.read(text, embedding, None)
    }
}

impl Reader {
    /// `own`: the office's own type that is likeliest, and how sure it is.
    fn read(&self, text: &str, embedding: Option<&[f32]>, own: Option<(Intent, f32)>) -> Reading {
        let tokens = tokens(text);
        let moves = self.moves.read(&tokens);
        let bare = moves.is_some() && self.moves.is_bare(&tokens);
        let topic = self.moves.topic(&tokens);
        let words = self.rules.words(tokens);
        let (judgement, alarm) = self.classifier.judge(text, embedding);
        let alarm = match words.len() {
            _ if is_bare_number(&words) => 0.0,
            ..=FEW_WORDS_SUSPECTED if self.rules.suspects(&words).is_some() => {
                alarm.min(ALARM - f32::EPSILON)
            }
            // "Electricity" is a unit misheard as likely as a danger: it is asked about.
            ..=FEW_WORDS => alarm.min(ALARM - f32::EPSILON),
            _ => alarm,
        };
        let ranked = judgement.ranked();
        let (intent, confidence, urgency) = match self.danger(&words, (&judgement, alarm), bare, moves) {
            Some(kind) => (
                Intent::Emergency,
                judgement.probability(Intent::Emergency).max(0.9),
                Urgency::LifeSafety(kind),
            ),
            None if bare && !matches!(moves, Some(Move::AskIdentity)) => {
                (Intent::Other, judgement.probability(Intent::Other).max(0.9), Urgency::Routine)
            }
            None => self.calm(&ranked, &words),
        };
        let mut reading = Reading {
            intent,
            confidence,
            ranked,
            urgency,
            suspected: None,
            moves,
            topic,
            language: None,
            clauses: Vec::new(),
        };
        if let Some((claimed, confidence)) = own.filter(|_| !bare) {
            reading.claim(claimed, confidence);
        }
        let silent = || self.rules.reflex(&words) == Reflex::Quiet;
        let named = || self.rules.suspects(&words);
        let suspicious = match urgency {
            Urgency::Routine => alarm >= SUSPICION && !reading.is_sure(),
            Urgency::Urgent(_) => alarm >= SUSPICION_IN_HASTE,
            Urgency::LifeSafety(_) => false,
        };
        if suspicious && !bare && silent() {
            reading.suspected = Some(judgement.likeliest_danger());
        } else if !urgency.is_life_safety() && !bare {
            reading.suspected = named();
        }
        reading.ranked.truncate(3);
        reading
    }

    /// Rules first; where they are silent, the classifier; against words that speak for none only a very sure one.
    fn danger(
        &self,
        words: &[Token],
        (judgement, alarm): (&Judgement, f32),
        bare: bool,
        moves: Option<Move>,
    ) -> Option<LifeSafety> {
        let bar = match self.rules.reflex(words) {
            Reflex::Danger(kind) => return Some(kind),
            // "Nope, can't smell any gas" answers a question about gas; no model overrules the answer.
            Reflex::Dismissed if moves == Some(Move::Deny) => return None,
            Reflex::Dismissed => ALARM_IN_SPITE,
            Reflex::Quiet | Reflex::Doubtful | Reflex::Plain if bare => return None,
            Reflex::Doubtful | Reflex::Plain => ALARM_DOUBTED,
            Reflex::Quiet if self.rules.urgent(words).is_some() => ALARM_IN_HASTE,
            Reflex::Quiet => ALARM,
        };
        (alarm >= bar).then(|| judgement.likeliest_danger())
    }

    /// The reading of what is no danger: the likeliest intent but emergency, sure enough or `Other`.
    fn calm(&self, ranked: &[(Intent, f32)], words: &[Token]) -> (Intent, f32, Urgency) {
        let best = ranked.iter().copied().find(|(intent, _)| *intent != Intent::Emergency);
        let (mut intent, mut confidence) = best.unwrap_or((Intent::Other, 0.0));
        // What is one or the other of two kin is surely one of them.
        let kin = ranked.iter().find(|(other, _)| intent.is_kin(*other));
        confidence = (confidence + kin.map_or(0.0, |(_, likelihood)| *likelihood)).min(1.0);
        let says = |these: &[&str]| words.iter().any(|word| these.contains(&word.word.as_str()));
        let urgent = match intent {
            Intent::Maintenance
            | Intent::Other
            | Intent::Resident
            | Intent::Lease
            | Intent::Complaint
            // "Get me someone! The whole hallway's flooding!"
            | Intent::Human => self.rules.urgent(words),
            // A plumber who stands in the water is a firm, and not there for the invoice.
            Intent::Vendor if says(HAPPENING) && !says(PAPERS) => self.rules.urgent(words),
            // Police at the gate are taken for a firm or a wrong number, and are to be let in all the same.
            _ if says(AUTHORITIES) => self.rules.urgent(words),
            _ => None,
        };
        let urgency = urgent.map_or(Urgency::Routine, Urgency::Urgent);
        let residents = matches!(intent, Intent::Resident | Intent::Lease | Intent::Complaint);
        if urgent.is_some() && intent != Intent::Maintenance && !residents {
            intent = Intent::Maintenance;
            confidence = confidence.max(0.6);
        } else if confidence < LEAST {
            intent = Intent::Other;
        }
        (intent, confidence, urgency)
    }
}

/// Who comes when others have called for help.
const AUTHORITIES: &[&str] = &[
    "police",
    "officer",
    "sheriff",
    "sheriffs",
    "deputy",
    "detective",
    "firefighter",
    "firefighters",
    "firemen",
    "fireman",
    "fire_department",
    "paramedic",
    "paramedics",
    "ambulance",
    "ems",
    "keyholder",
    "keyholders",
];

/// What happens while it is told.
const HAPPENING: &[&str] = &[
    "burst",
    "everywhere",
    "flooding",
    "gushing",
    "nicked",
    "pouring",
    "rising",
    "shutoff",
    "spewing",
    "spraying",
    "spurting",
    "valve",
];

/// What a firm rings about when it is over, or not yet begun.
const PAPERS: &[&str] = &[
    "appointment",
    "bid",
    "bill",
    "certificate",
    "check",
    "estimate",
    "insurance",
    "invoice",
    "invoices",
    "job",
    "last",
    "paid",
    "pay",
    "payment",
    "quote",
    "scheduled",
    "tomorrow",
    "week",
    "yesterday",
];

/// The danger that a part of an utterance speaks of, for all that the classifier can tell of it.
fn cry(part: &Reading) -> Option<LifeSafety> {
    let likely = |(intent, likelihood): &(Intent, f32)| *intent == Intent::Emergency && *likelihood >= CRY;
    match part.urgency {
        Urgency::LifeSafety(kind) if part.ranked.iter().any(likely) => Some(kind),
        _ => None,
    }
}

/// "It's 312." is a unit, an hour or a part of a telephone number, whatever else it was learnt beside; 911 is a rule's.
fn is_bare_number(words: &[Token]) -> bool {
    const BESIDE: &[&str] = &[
        "its",
        "my",
        "number",
        "is",
        "the",
        "area",
        "code",
        "unit",
        "apartment",
        "suite",
        "um",
        "uh",
        "yes",
    ];
    let number = |word: &Token| is_number(&word.word);
    words.iter().any(number) && words.iter().all(|word| number(word) || BESIDE.contains(&word.word.as_str()))
}

/// The danger to life that these words speak of by the rules alone, in any language: for services of the box that understand
/// nothing else.
pub fn danger_said(text: &str) -> Option<LifeSafety> {
    static RULES: OnceLock<[Rules; Language::ALL.len()]> = OnceLock::new();
    let rules = RULES.get_or_init(|| Language::ALL.map(Rules::of));
    danger_by(rules, text)
}

fn danger_by<'r>(rules: impl IntoIterator<Item = &'r Rules>, text: &str) -> Option<LifeSafety> {
    rules.into_iter().find_map(|rules| match rules.reflex(&rules.words(tokens(text))) {
        Reflex::Danger(kind) => Some(kind),
        Reflex::Dismissed | Reflex::Doubtful | Reflex::Plain | Reflex::Quiet => None,
    })
}
