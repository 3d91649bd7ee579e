//! The network itself, by way of the ONNX runtime: sound to features, and one step of writing at a time.

use std::{
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
};

use ort::{
    environment::Environment,
    session::{Session, SessionInputValue, SessionOutputs},
    value::{DynValue, TensorRef},
};

use super::{
    super::SpeechError,
    search::{BEAM, Steps},
};

/// Layers of the writing half, heads in each, and numbers in a head: those of Moonshine tiny.
const LAYERS: usize = 6;
const HEADS: usize = 8;
const HEAD: usize = 36;
/// Samples that become one row of features, and the numbers in it.
const STRIDE: usize = 384;
const WIDTH: usize = 288;

/// One environment serves all sessions of the process.
static ENVIRONMENT: Mutex<Option<Environment>> = Mutex::new(None);

/// The two halves, loaded. One instance serves one thread at a time.
pub(super) struct Network {
    listening: Session,
    writing: Session,
    names: Names,
}

/// The names of what the writing half remembers, made once.
struct Names {
    past: Vec<String>,
    present: Vec<String>,
}

impl Network {
    /// Loads the network from its folder. `runtime`: the file of the ONNX runtime.
    ///
    /// # Errors
    /// When a file is missing, or the runtime cannot read what is there.
    pub fn open(folder: &Path, runtime: &Path) -> Result<Self, SpeechError> {
        let refused = |_| SpeechError::EngineRefused(folder.to_owned());
        let file = |name: &'static str| {
            let path = folder.join(name);
            if path.is_file() {
                Ok(path)
            } else {
                Err(SpeechError::ModelMissing { name: name.into(), path: folder.to_owned() })
            }
        };
        let (listening, writing) = (file("encoder_model.ort")?, file("decoder_model_merged.ort")?);
        let environment = environment(runtime)?;
        let open = |file: PathBuf| -> ort::Result<Session> {
            Session::builder(&environment)?
                .with_intra_threads(1)?
                .with_inter_threads(1)?
                .commit_from_file(file)
        };
        let remembered = |prefix: &str| {
            let parts = ["decoder.key", "decoder.value", "encoder.key", "encoder.value"];
            (0..LAYERS).flat_map(|layer| parts.map(|part| format!("{prefix}.{layer}.{part}"))).collect()
        };
        Ok(Self {
            listening: open(listening).map_err(refused)?,
            writing: open(writing).map_err(refused)?,
            names: Names { past: remembered("past_key_values"), present: remembered("present") },
        })
    }
}

/// One utterance while it is being written.
pub(super) struct Writing<'n> {
    network: &'n mut Network,
    /// What has been heard, once for each beginning that there may be: a few of them are the front of it.
    features: Vec<f32>,
    rows: usize,
    /// The same as the layers of the writing half see it.
    heard: Vec<Vec<f32>>,
    /// What they remember of each beginning, and of how many there are.
    written: Vec<DynValue>,
    beginnings: usize,
    steps: usize,
    /// Nothing of the sound is left out.
    mask: Vec<i64>,
    likely: Vec<f32>,
}

impl Network {
    /// Listens to a clip, whose words can then be written.
    ///
    /// # Errors
    /// When the runtime cannot answer.
    pub fn listen(&mut self, samples: &[f32]) -> Result<Writing<'_>, SpeechError> {
        let features = self.features(samples).map_err(|_| SpeechError::NoAnswer)?;
        let rows = features.len() / WIDTH;
        if rows == 0 {
            return Err(SpeechError::NoAnswer);
        }
        Ok(Writing {
            network: self,
            features: features.repeat(BEAM),
            rows,
            heard: Vec::new(),
            written: Vec::new(),
            beginnings: 1,
            steps: 0,
            mask: vec![1; BEAM * rows * STRIDE],
            likely: Vec::new(),
        })
    }

    fn features(&mut self, samples: &[f32]) -> ort::Result<Vec<f32>> {
        let mask = vec![1i64; samples.len()];
        let shape = [1, samples.len()];
        let outputs = self.listening.run(ort::inputs! {
            "input_values" => TensorRef::from_array_view((shape, samples))?,
            "attention_mask" => TensorRef::from_array_view((shape, mask.as_slice()))?,
        })?;
        let (_, features) = outputs["last_hidden_state"].try_extract_tensor::<f32>()?;
        Ok(features.to_vec())
    }
}

impl Steps for Writing<'_> {
    fn step(&mut self, chosen: &[(usize, u32)]) -> Result<&[f32], SpeechError> {
        self.next(chosen).map_err(|_| SpeechError::NoAnswer)?;
        Ok(&self.likely)
    }
}

impl Writing<'_> {
    fn next(&mut self, chosen: &[(usize, u32)]) -> ort::Result<()> {
        let count = chosen.len().min(BEAM);
        let pieces: Vec<i64> = chosen.iter().take(count).map(|(_, piece)| i64::from(*piece)).collect();
        let parents: Vec<usize> = chosen.iter().take(count).map(|(parent, _)| *parent).collect();
        let first = self.steps == 0;
        let moved = self.remembered_by(&parents)?;
        let one = HEADS * HEAD * self.steps;

        let mut inputs: Vec<(&str, SessionInputValue<'_>)> = Vec::with_capacity(4 + 4 * LAYERS);
        let rows = self.rows;
        inputs.push(("input_ids", TensorRef::from_array_view(([count, 1], pieces.as_slice()))?.into()));
        let features = front(&self.features, count * rows * WIDTH);
        inputs.push((
            "encoder_hidden_states",
            TensorRef::from_array_view(([count, rows, WIDTH], features))?.into(),
        ));
        let mask = front(&self.mask, count * rows * STRIDE);
        inputs.push((
            "encoder_attention_mask",
            TensorRef::from_array_view(([count, rows * STRIDE], mask))?.into(),
        ));
        let cached = [!first];
        inputs.push(("use_cache_branch", TensorRef::from_array_view(([1], cached.as_slice()))?.into()));
        for (index, name) in self.network.names.past.iter().enumerate() {
            let value: SessionInputValue<'_> = match Remembered::at(index) {
                Remembered::Written(at) => match (moved.get(at), self.written.get(at)) {
                    (Some(moved), _) => TensorRef::from_array_view((
                        [count, HEADS, self.steps, HEAD],
                        front(moved, count * one),
                    ))?
                    .into(),
                    (None, Some(kept)) => kept.into(),
                    (None, None) => TensorRef::from_array_view(([count, HEADS, 0, HEAD], NOTHING))?.into(),
                },
                Remembered::Heard(at) => match self.heard.get(at) {
                    Some(heard) => {
                        let all = front(heard, count * HEADS * rows * HEAD);
                        TensorRef::from_array_view(([count, HEADS, rows, HEAD], all))?.into()
                    }
                    None => TensorRef::from_array_view(([count, HEADS, 0, HEAD], NOTHING))?.into(),
                },
            };
            inputs.push((name, value));
        }
        let mut outputs = self.network.writing.run(inputs)?;
        let (_, likely) = outputs["logits"].try_extract_tensor::<f32>()?;
        self.likely.clear();
        self.likely.extend_from_slice(likely);
        let names = &self.network.names.present;
        if first {
            self.heard = each(names, &mut outputs, false)
                .map(|value| Ok(value.try_extract_tensor::<f32>()?.1.repeat(BEAM)))
                .collect::<ort::Result<_>>()?;
        }
        self.written = each(names, &mut outputs, true).collect();
        self.beginnings = count;
        self.steps += 1;
        Ok(())
    }

    /// What the layers remember, in the order of the beginnings that go on; nothing, if that is the order it is in.
    fn remembered_by(&self, parents: &[usize]) -> ort::Result<Vec<Vec<f32>>> {
        if self.steps == 0
            || (parents.len() == self.beginnings && parents.iter().copied().eq(0..self.beginnings))
        {
            return Ok(Vec::new());
        }
        let one = HEADS * HEAD * self.steps;
        self.written
            .iter()
            .map(|value| {
                let (_, all) = value.try_extract_tensor::<f32>()?;
                let of = |parent: &usize| all.get(parent * one..(parent + 1) * one).unwrap_or_default();
                Ok(parents.iter().flat_map(of).copied().collect())
            })
            .collect()
    }
}

const NOTHING: &[f32] = &[];

/// Where a remembered input lies: the layers' own two of what was written, then the two of what was heard.
enum Remembered {
    Written(usize),
    Heard(usize),
}

impl Remembered {
    const fn at(index: usize) -> Self {
        let (layer, part) = (index / 4, index % 4);
        if part < 2 { Self::Written(layer * 2 + part) } else { Self::Heard(layer * 2 + part - 2) }
    }
}

/// The outputs that are remembered of what was written, or of what was heard.
fn each<'o>(
    names: &'o [String],
    outputs: &'o mut SessionOutputs<'_>,
    written: bool,
) -> impl Iterator<Item = DynValue> + 'o {
    let wanted = move |index: &usize| matches!(Remembered::at(*index), Remembered::Written(_)) == written;
    names
        .iter()
        .enumerate()
        .filter(move |(index, _)| wanted(index))
        .filter_map(|(_, name)| outputs.remove(name))
}

/// The first so many; all, if there are fewer.
fn front<T>(all: &[T], count: usize) -> &[T] {
    all.get(..count).unwrap_or(all)
}

fn environment(runtime: &Path) -> Result<Environment, SpeechError> {
    let mut made = ENVIRONMENT.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(environment) = made.as_ref() {
        return Ok(environment.clone());
    }
    let refused = || SpeechError::EngineRefused(runtime.to_owned());
    let environment = ort::init_from(runtime)
        .map_err(|_| refused())?
        .with_telemetry(false)
        .build()
        .map_err(|_| refused())?;
    *made = Some(environment.clone());
    Ok(environment)
}
