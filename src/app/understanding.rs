//! Sentences to readings: the sentence encoder, where its model is there, and the classifier trained upon it.

use std::{
    cell::RefCell,
    collections::BTreeMap,
    fs,
    path::Path,
    sync::{Arc, PoisonError, RwLock},
};

use sha2::{Digest, Sha256};

use super::whole_file;
use crate::{
    config::Config,
    dialogue::{
        CallType, CallTypeName, Context, Embedder, Evaluation, Examination, Meanings, Model, OfficeTypes,
        Reading, RuleTexts, SEED, Understander, Understood, evaluate_heard, train_with, train_words,
        understand,
    },
    encoder::{DIMENSIONS, Encoder, EncoderError},
    speech::{Background, Models},
    types::Language,
};

/// The name by which a trained model knows its encoder.
const ENCODER: &str = "all-minilm-l6-v2";

/// The file that `portico train` writes beside the models.
pub(super) const TRAINED: &str = "intents.model";

/// What it writes beside that: the embeddings of the shipped utterances, the nearest of which are asked as well, and from
/// which an office's own types are told.
const MEANINGS: &str = "utterances.meanings";

/// Where the models are: `PORTICO_MODELS` is stronger than the file, so that one file serves several installations.
pub(crate) fn models(config: &Config) -> Models {
    match std::env::var_os("PORTICO_MODELS") {
        Some(folder) => Models::at(folder),
        None => Models::at(&config.speech.models),
    }
}

/// Reads what callers say. Shared by the workers.
#[derive(Debug)]
pub struct Understanding {
    understander: Understander,
    encoder: Option<Encoder>,
    meanings: Option<Arc<Meanings>>,
    /// Replaced whole when the office's file has changed.
    own: RwLock<Arc<OfficeTypes>>,
}

impl Understanding {
    /// With words alone: needs no model.
    pub fn words_only() -> Self {
        Self::with(Understander::words_only(), None, None)
    }

    /// With the encoder and the trained model, if both are there; what is missing is logged, and words alone do.
    pub fn open(models: &Models) -> Self {
        match Self::open_whole(models) {
            Ok(whole) => whole,
            Err(error) => {
                tracing::warn!(%error, "callers are understood by words alone; `portico train` cures it");
                Self::words_only()
            }
        }
    }

    fn open_whole(models: &Models) -> anyhow::Result<Self> {
        let encoder = Encoder::open(&models.encoder())?;
        let path = models.folder().join(TRAINED);
        let bytes = fs::read(&path).map_err(|e| anyhow::anyhow!("{}: {e}", path.display()))?;
        let model = Model::from_bytes(&bytes, Some(ENCODER))?;
        let meanings = put_away(models).map(Arc::new).inspect_err(|error| {
            tracing::warn!(%error, "callers are understood less surely, an office's own call types by words alone");
        });
        let meanings = meanings.ok();
        Ok(Self::with(Understander::with_model(model, meanings.clone()), Some(encoder), meanings))
    }

    fn with(understander: Understander, encoder: Option<Encoder>, meanings: Option<Arc<Meanings>>) -> Self {
        Self { understander, encoder, meanings, own: RwLock::default() }
    }

    /// Learns the office's own call types, in place of those that were learnt before. Readings go on meanwhile.
    pub fn learn(&self, types: &[CallType]) {
        let embed = |text: &str| self.embed(text);
        let learnt = Arc::new(OfficeTypes::learn(types, self.sense(&embed)));
        *self.own.write().unwrap_or_else(PoisonError::into_inner) = learnt;
    }

    /// How well these types are told from the shipped ones, and from each other.
    pub fn examine_types(&self, types: &[CallType]) -> Vec<Examination> {
        let embed = |text: &str| self.embed(text);
        Examination::of(types, &self.understander, self.sense(&embed))
    }

    /// How well one of these types is told from the shipped ones and the others, in each language of its examples.
    pub fn examine_type(&self, name: CallTypeName, types: &[CallType]) -> Vec<Examination> {
        let embed = |text: &str| self.embed(text);
        Examination::of_one(name, types, &self.understander, self.sense(&embed))
    }

    /// By words and meaning, or by words alone?
    pub fn reads_meaning(&self) -> bool {
        self.encoder.is_some() && self.meanings.is_some()
    }

    fn sense<'a>(&'a self, embed: Embedder<'a>) -> Option<(&'a Meanings, Embedder<'a>)> {
        self.meanings.as_deref().filter(|_| self.encoder.is_some()).map(|meanings| (meanings, embed))
    }

    /// Empty for a sentence that cannot be encoded.
    fn embed(&self, text: &str) -> Vec<f32> {
        self.embedding(text).map(|embedding| embedding.to_vec()).unwrap_or_default()
    }

    fn own(&self) -> Arc<OfficeTypes> {
        self.own.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Reads one utterance of a conversation in this language; about ten milliseconds with the encoder, which is of English
    /// alone, for each thing that it says.
    pub fn read(&self, language: Language, text: &str) -> Reading {
        self.understander.read_with(language, text, &self.own(), |text| self.embedding(text))
    }

    /// The same with other rules of danger and haste, in the order of [`Language::ALL`].
    #[must_use]
    pub fn ruled_by(self, texts: [&RuleTexts; Language::ALL.len()]) -> Self {
        Self { understander: self.understander.ruled_by(texts), ..self }
    }

    /// Are sentences encoded, or are they read by their words alone?
    pub fn encodes(&self) -> bool {
        self.encoder.is_some()
    }

    /// Learns what this language needs before anybody speaks it.
    pub fn prepare(&self, language: Language) {
        self.understander.prepare(language);
    }

    /// Reads one line with its entities.
    pub fn understand(&self, line: &str, context: &Context<'_>) -> Understood {
        let embedding = self.embedding(line);
        let embedding = embedding.as_ref().map(<[f32; DIMENSIONS]>::as_slice);
        understand(&self.understander, line, &self.own(), embedding, context)
    }

    /// A sentence that cannot be encoded is read by its words.
    fn embedding(&self, text: &str) -> Option<[f32; DIMENSIONS]> {
        self.encoder.as_ref().and_then(|encoder| encoder.embed(text).ok())
    }
}

/// The embeddings of the shipped utterances, as the training put them away.
fn put_away(models: &Models) -> anyhow::Result<Meanings> {
    let path = models.folder().join(MEANINGS);
    let read = || anyhow::Ok(Meanings::from_bytes(&fs::read(&path)?, ENCODER)?);
    read().map_err(|error| anyhow::anyhow!("{}: {error}; run `portico train`", path.display()))
}

/// Is the trained model there, and of this program's utterances?
pub fn is_trained(folder: &Path) -> bool {
    let read = |name: &str| fs::read(folder.join(name));
    read(TRAINED).is_ok_and(|bytes| Model::from_bytes(&bytes, Some(ENCODER)).is_ok())
        && read(MEANINGS).is_ok_and(|bytes| Meanings::from_bytes(&bytes, ENCODER).is_ok())
}

/// A model examined.
#[derive(Debug)]
pub struct Examined {
    /// What it reads: the encoder's name and words, or words alone.
    pub reads: String,
    /// SHA-256 of the model as a file, in hexadecimal digits.
    pub sha256: String,
    /// Size of that file.
    pub bytes: usize,
    pub evaluation: Evaluation,
}

/// An examination by ear: so many utterances at each background, and what is recognised when a speaker says them.
pub struct ByEar<'a> {
    pub most: usize,
    pub hear: &'a mut dyn FnMut(Background, u64, &str) -> String,
}

/// Examines the trained model on every utterance that it has not learnt from; without the encoder, words alone.
///
/// # Errors
/// When the encoder or the trained model is not there, or of other utterances.
pub fn examine(models: &Models, words_only: bool, by_ear: Option<ByEar<'_>>) -> anyhow::Result<Examined> {
    if words_only {
        return Ok(Examined::new(train_words(SEED), None, None, by_ear));
    }
    let encoder = Encoder::open(&models.encoder())?;
    let path = models.folder().join(TRAINED);
    let bytes =
        fs::read(&path).map_err(|e| anyhow::anyhow!("{}: {e}; run `portico train`", path.display()))?;
    let model = Model::from_bytes(&bytes, Some(ENCODER))
        .map_err(|e| anyhow::anyhow!("{}: {e}; run `portico train`", path.display()))?;
    Ok(Examined::new(model, Some(put_away(models)?), Some(&Embeddings::of(&encoder)), by_ear))
}

/// Trains the model, puts it beside the encoder, written whole or not at all, and examines it.
///
/// # Errors
/// When the encoder is not there, or the file cannot be written.
pub fn train(models: &Models, mut progress: impl FnMut(usize)) -> anyhow::Result<Examined> {
    let encoder = Encoder::open(&models.encoder())?;
    let embeddings = Embeddings::of(&encoder);
    let done = std::cell::Cell::new(0_usize);
    let progress = std::cell::RefCell::new(&mut progress);
    let model = train_with(
        ENCODER,
        &|text| {
            done.set(done.get() + 1);
            (progress.borrow_mut())(done.get());
            embeddings.embed(text)
        },
        SEED,
    );
    if let Some(error) = embeddings.failed.borrow_mut().take() {
        return Err(error.into());
    }
    let model = model?;
    let meanings = Meanings::of(ENCODER, &|text| embeddings.embed(text))?;
    whole_file::write_for_all(&models.folder().join(MEANINGS), &meanings.to_bytes())?;
    whole_file::write_for_all(&models.folder().join(TRAINED), &model.to_bytes())?;
    Ok(Examined::new(model, Some(meanings), Some(&embeddings), None))
}

impl Examined {
    fn new(
        model: Model,
        meanings: Option<Meanings>,
        embeddings: Option<&Embeddings<'_>>,
        by_ear: Option<ByEar<'_>>,
    ) -> Self {
        let bytes = model.to_bytes();
        let sha256 = Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect();
        let reads =
            model.encoder().map_or_else(|| "words alone".into(), |encoder| format!("words and {encoder}"));
        let understander = match embeddings {
            Some(_) => Understander::with_model(model, meanings.map(Arc::new)),
            None => Understander::words_only(),
        };
        // A sentence that cannot be encoded is read by its words, as in a call.
        let embed = embeddings.map(|embeddings| |text: &str| embeddings.embed(text));
        let embed: Option<Embedder<'_>> = embed.as_ref().map(|embed| embed as Embedder<'_>);
        let mut evaluation = Evaluation::of(&understander, embed);
        if let Some(ByEar { most, hear }) = by_ear {
            let at = |background: Background| {
                let mut hear = |who, words: &str| hear(background, who, words);
                evaluate_heard(background.name(), &understander, embed, most, &mut hear)
            };
            evaluation.heard = Background::ALL.map(at).into();
        }
        Self { reads, sha256, bytes: bytes.len(), evaluation }
    }
}

/// The encoder, asked about each sentence once: a line that is learnt from and compared is encoded for both.
struct Embeddings<'a> {
    encoder: &'a Encoder,
    known: RefCell<BTreeMap<String, Vec<f32>>>,
    /// The first failure.
    failed: RefCell<Option<EncoderError>>,
}

impl<'a> Embeddings<'a> {
    const fn of(encoder: &'a Encoder) -> Self {
        Self { encoder, known: RefCell::new(BTreeMap::new()), failed: RefCell::new(None) }
    }

    /// Empty where the encoder fails.
    fn embed(&self, text: &str) -> Vec<f32> {
        if let Some(known) = self.known.borrow().get(text) {
            return known.clone();
        }
        let embedding =
            self.encoder.embed(text).map(|embedding| embedding.to_vec()).unwrap_or_else(|error| {
                self.failed.borrow_mut().get_or_insert(error);
                Vec::new()
            });
        self.known.borrow_mut().insert(text.to_owned(), embedding.clone());
        embedding
    }
}
