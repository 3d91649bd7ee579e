//! The office's own types, learnt in a few seconds: the shipped model stays as it is, and each type is told from it.

use std::collections::BTreeMap;

use super::{
    CallType, CallTypeName,
    kinship::kin,
    layer::{Layer, Seen},
};
use crate::{
    dialogue::{
        Intent,
        classifier::EMBEDDING,
        corpus,
        features::{Featurizer, Sparse},
        meanings::Meanings,
        training::Embedder,
        understander::SEED,
    },
    types::Language,
};

/// What a reading by a type's own layer is worth as a confidence when it has just passed the bar: as much as makes a
/// reading sure.
const JUST_SURE: f32 = super::super::reading::SURE;

/// The layers of the office's own types, by language. Empty: the office has none.
#[derive(Debug, Default)]
pub struct OfficeTypes(BTreeMap<Language, Learnt>);

#[derive(Debug)]
struct Learnt {
    featurizer: Featurizer,
    types: Vec<Detector>,
    stand_for: BTreeMap<CallTypeName, Intent>,
}

impl Learnt {
    fn of(ground: &Ground) -> Self {
        let names = ground.own.iter().map(|(name, _)| *name);
        let types = names.map(|name| ground.detector(name, None)).collect();
        let stand_for = ground.stand_for.clone();
        Self { featurizer: Featurizer::of(ground.language), types, stand_for }
    }
}

/// One type: by words alone, and with embeddings where there are any.
#[derive(Debug)]
pub(super) struct Detector {
    name: CallTypeName,
    words: Layer,
    full: Option<Layer>,
}

impl OfficeTypes {
    /// Learns the types from their examples, against the shipped utterances and each other. `embed` gives the embedding of
    /// an English sentence; it is of use only with the `meanings` of the shipped ones.
    pub fn learn(types: &[CallType], encoder: Option<(&Meanings, Embedder<'_>)>) -> Self {
        let grounds = Language::ALL.into_iter().filter_map(|language| Ground::of(language, types, encoder));
        Self(grounds.map(|ground| (ground.language, Learnt::of(&ground))).collect())
    }

    pub(super) fn of(ground: &Ground) -> Self {
        Self([(ground.language, Learnt::of(ground))].into())
    }

    /// Puts this layer in the place of the one that the type had; answers that one.
    pub(super) fn replace(&mut self, language: Language, detector: Detector) -> Option<Detector> {
        let types = &mut self.0.get_mut(&language)?.types;
        let place = types.iter_mut().find(|known| known.name == detector.name)?;
        Some(std::mem::replace(place, detector))
    }

    /// Of the shipped utterances that the type was not shown, how many it takes, and among how many.
    pub(super) fn taken(&self, language: Language, name: CallTypeName) -> (usize, usize) {
        let learnt = self.0.get(&language);
        let detector = learnt.and_then(|learnt| learnt.types.iter().find(|known| known.name == name));
        detector.map_or((0, 0), |detector| detector.full.as_ref().unwrap_or(&detector.words).taken)
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The type that these words are likeliest of, and how sure that is: 0.6 and more, it is; less, it may be.
    pub(in crate::dialogue) fn judge(
        &self,
        language: Language,
        text: &str,
        embedding: Option<&[f32]>,
    ) -> Option<(Intent, f32)> {
        let learnt = self.0.get(&language)?;
        let words = learnt.featurizer.features(text);
        let of = |detector: &Detector| (detector.name, detector.confidence(&words, embedding));
        let (name, sure) = learnt.types.iter().map(of).max_by(|a, b| a.1.total_cmp(&b.1))?;
        Some((learnt.stand_for.get(&name).copied().unwrap_or(Intent::Office(name)), sure))
    }
}

impl Detector {
    /// Stretched so that the bar is where a reading becomes sure.
    fn confidence(&self, words: &Sparse, embedding: Option<&[f32]>) -> f32 {
        let embedding = embedding.filter(|embedding| embedding.len() == EMBEDDING);
        let (layer, meaning) = match (&self.full, embedding) {
            (Some(full), Some(embedding)) => (full, embedding),
            _ => (&self.words, &[][..]),
        };
        let (probability, bar) = (layer.probability(&Seen { words, meaning }), layer.bar);
        if probability < bar {
            JUST_SURE * probability / bar
        } else {
            JUST_SURE + (1.0 - JUST_SURE) * (probability - bar) / (1.0 - bar).max(f32::EPSILON)
        }
    }
}

/// An utterance to learn from.
#[derive(Debug)]
struct Utterance {
    words: Sparse,
    /// Empty where nothing gives embeddings.
    meaning: Vec<f32>,
}

impl Utterance {
    fn seen(&self, with_meaning: bool) -> Seen<'_> {
        Seen { words: &self.words, meaning: if with_meaning { &self.meaning } else { &[] } }
    }
}

/// All that the types of one language are learnt from.
#[derive(Debug)]
pub(super) struct Ground {
    language: Language,
    shipped: Vec<Utterance>,
    own: Vec<(CallTypeName, Vec<Utterance>)>,
    stand_for: BTreeMap<CallTypeName, Intent>,
}

impl Ground {
    /// `None`: no type has examples in this language.
    pub(super) fn of(
        language: Language,
        types: &[CallType],
        encoder: Option<(&Meanings, Embedder<'_>)>,
    ) -> Option<Self> {
        // The encoder is of English.
        let encoder = encoder.filter(|_| language == Language::English);
        let featurizer = Featurizer::of(language);
        let own = types.iter().filter_map(|own| {
            let utterance = |text: &String| Utterance {
                words: featurizer.features(text),
                meaning: encoder.map(|(_, embed)| embed(text)).unwrap_or_default(),
            };
            let script = own.scripts.get(&language)?;
            Some((own.name, script.examples.iter().map(utterance).collect()))
        });
        let own: Vec<(CallTypeName, Vec<Utterance>)> = own.collect();
        if own.is_empty() {
            return None;
        }
        let texts: Vec<&str> = match language {
            Language::English => corpus::training().filter_map(Result::ok).map(|one| one.text).collect(),
            Language::Spanish => {
                corpus::training_in_spanish().filter_map(Result::ok).map(|one| one.text).collect()
            }
        };
        let mut meanings = encoder.map(|(meanings, _)| meanings.embeddings());
        let shipped = texts.into_iter().map(|text| Utterance {
            words: featurizer.features(text),
            meaning: meanings.as_mut().and_then(Iterator::next).unwrap_or_default(),
        });
        let shipped = shipped.collect();
        let stand_for = types.iter().filter_map(|own| Some((own.name, own.stands_for?))).collect();
        Some(Self { language, shipped, own, stand_for })
    }

    /// The layers of one type; `without`: those of its examples that are kept from it.
    pub(super) fn detector(&self, name: CallTypeName, without: Option<&dyn Fn(usize) -> bool>) -> Detector {
        let layer = |meaning: bool| {
            let kept = |at: usize| without.is_some_and(|without| without(at));
            let (mut ours, mut rivals) = (Vec::new(), Vec::new());
            for (of, utterances) in &self.own {
                let seen = utterances.iter().enumerate().map(|(at, one)| (at, one.seen(meaning)));
                if *of == name {
                    ours.extend(seen.filter(|(at, _)| !kept(*at)).map(|(_, seen)| seen));
                } else {
                    rivals.extend(seen.map(|(_, seen)| seen));
                }
            }
            let shipped: Vec<Seen<'_>> =
                self.shipped.iter().map(|utterance| utterance.seen(meaning)).collect();
            let kin = kin(&ours, &shipped);
            let strangers = shipped.iter().zip(kin).filter(|(_, kin)| !kin).map(|(seen, _)| *seen);
            let others: Vec<Seen<'_>> = strangers.chain(rivals).collect();
            Layer::learn(&ours, &others, SEED)
        };
        let utterances = self.own.iter().flat_map(|(_, utterances)| utterances).chain(&self.shipped);
        let whole = utterances.map(|one| one.meaning.len()).all(|length| length == EMBEDDING);
        Detector { name, words: layer(false), full: whole.then(|| layer(true)) }
    }
}
