//! Sentences to readings: the sentence encoder, where its model is there, and the classifier trained upon it.

use std::{fs, path::Path};

use super::whole_file;
use crate::{
    dialogue::{
        Context, HeldOut, Model, Reading, Report, Understander, Understood, evaluate_on, train_with,
        understand,
    },
    encoder::{DIMENSIONS, Encoder},
    speech::Models,
};

/// The name by which a trained model knows its encoder.
const ENCODER: &str = "all-minilm-l6-v2";

/// The file that `portico train` writes beside the models.
const TRAINED: &str = "intents.model";

/// Reads what callers say. Shared by the workers.
#[derive(Debug)]
pub struct Understanding {
    understander: Understander,
    encoder: Option<Encoder>,
}

impl Understanding {
    /// With words alone: needs no model.
    pub fn words_only() -> Self {
        Self { understander: Understander::words_only(), encoder: None }
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
        Ok(Self { understander: Understander::with_model(model), encoder: Some(encoder) })
    }

    /// Reads one utterance; about ten milliseconds with the encoder.
    pub fn read(&self, text: &str) -> Reading {
        self.understander.read(text, self.embedding(text).as_ref().map(<[f32; DIMENSIONS]>::as_slice))
    }

    /// Reads one line with its entities.
    pub fn understand(&self, line: &str, context: &Context<'_>) -> Understood {
        let embedding = self.embedding(line);
        understand(&self.understander, line, embedding.as_ref().map(<[f32; DIMENSIONS]>::as_slice), context)
    }

    /// A sentence that cannot be encoded is read by its words.
    fn embedding(&self, text: &str) -> Option<[f32; DIMENSIONS]> {
        self.encoder.as_ref().and_then(|encoder| encoder.embed(text).ok())
    }
}

/// Is the trained model there, and of this program's utterances?
pub fn is_trained(folder: &Path) -> bool {
    fs::read(folder.join(TRAINED)).is_ok_and(|bytes| Model::from_bytes(&bytes, Some(ENCODER)).is_ok())
}

/// What training came to.
#[derive(Debug)]
pub struct Trained {
    /// Size of the file.
    pub bytes: usize,
    /// How the model reads the utterances that it has not seen: in the order of [`HeldOut::ALL`].
    pub reports: [Report; HeldOut::ALL.len()],
}

/// Trains the model, puts it beside the encoder, written whole or not at all, and judges it.
///
/// # Errors
/// When the encoder is not there, or the file cannot be written.
pub fn train(models: &Models, mut progress: impl FnMut(usize)) -> anyhow::Result<Trained> {
    let encoder = Encoder::open(&models.encoder())?;
    let done = std::cell::Cell::new(0_usize);
    let failed = std::cell::RefCell::new(None);
    let progress = std::cell::RefCell::new(&mut progress);
    let model = train_with(
        ENCODER,
        &|text| {
            done.set(done.get() + 1);
            (progress.borrow_mut())(done.get());
            match encoder.embed(text) {
                Ok(embedding) => embedding.to_vec(),
                Err(error) => {
                    failed.borrow_mut().get_or_insert(error);
                    Vec::new()
                }
            }
        },
        crate::dialogue::SEED,
    );
    if let Some(error) = failed.into_inner() {
        return Err(error.into());
    }
    let model = model?;
    let bytes = model.to_bytes();
    let path = models.folder().join(TRAINED);
    whole_file::write_for_all(&path, &bytes)?;
    let trained = Understander::with_model(model);
    // A sentence that cannot be encoded is read by its words, as in a call.
    let embed = |text: &str| encoder.embed(text).map(|embedding| embedding.to_vec()).unwrap_or_default();
    let report = |set| evaluate_on(set, &trained, Some(&embed));
    Ok(Trained { bytes: bytes.len(), reports: HeldOut::ALL.map(report) })
}
