//! The Silero voice detector (version 6, 16 kHz), computed here: a short spectrum, four convolutions and an LSTM.
//!
//! Its weights are shared by all ears and each ear keeps 1.3 kB of state, where a session of the ONNX runtime for each
//! leg would take megabytes. The shapes follow the network as its authors publish it beside the weights.

use std::{fs, io, path::Path, sync::Arc};

use safetensors::{Dtype, SafeTensors};

use super::SpeechError;

/// Samples in one judgement: 32 ms.
pub(super) const CHUNK: usize = 512;

/// Samples of the chunk before that each judgement looks at again.
const CONTEXT: usize = 64;
/// The end is mirrored by this much, so that the last spectrum is whole.
const MIRRORED: usize = 64;
const SPECTRUM: usize = 256;
const STEP: usize = 128;
const BINS: usize = SPECTRUM / 2 + 1;
const FRAMES: usize = (CONTEXT + CHUNK + MIRRORED - SPECTRUM) / STEP + 1;
const STATE: usize = 128;

#[derive(Debug)]
struct Network {
    /// Cosine rows, then sine rows, windowed.
    spectrum: Vec<f32>,
    layers: [Convolution; 4],
    input: Vec<f32>,
    recurrent: Vec<f32>,
    gate_bias: Vec<f32>,
    last: Vec<f32>,
    last_bias: f32,
}

/// Three taps wide, one frame of nothing on both sides.
#[derive(Debug)]
struct Convolution {
    /// For each output: the taps in order of time, each with all inputs.
    weight: Vec<f32>,
    bias: Vec<f32>,
    inputs: usize,
    stride: usize,
}

/// One stream's detector.
#[derive(Debug, Clone)]
pub(super) struct Silero {
    network: Arc<Network>,
    context: [f32; CONTEXT],
    hidden: [f32; STATE],
    cell: [f32; STATE],
}

impl Silero {
    pub(super) fn open(path: &Path) -> Result<Self, SpeechError> {
        let bytes = fs::read(path).map_err(|source| match source.kind() {
            io::ErrorKind::NotFound => {
                SpeechError::ModelMissing { name: "silero-vad".into(), path: path.into() }
            }
            _ => SpeechError::Unreadable { path: path.into(), source },
        })?;
        let network = Network::read(&bytes).ok_or_else(|| SpeechError::EngineRefused(path.into()))?;
        Ok(Self {
            network: Arc::new(network),
            context: [0.0; CONTEXT],
            hidden: [0.0; STATE],
            cell: [0.0; STATE],
        })
    }

    pub(super) fn reset(&mut self) {
        (self.context, self.hidden, self.cell) = ([0.0; CONTEXT], [0.0; STATE], [0.0; STATE]);
    }

    /// How likely the chunk is voice, in the light of those before it.
    pub(super) fn probability(&mut self, chunk: &[f32; CHUNK]) -> f32 {
        let mut sound = [0.0; CONTEXT + CHUNK + MIRRORED];
        sound[..CONTEXT].copy_from_slice(&self.context);
        sound[CONTEXT..CONTEXT + CHUNK].copy_from_slice(chunk);
        let end = CONTEXT + CHUNK;
        for n in 0..MIRRORED {
            sound[end + n] = sound[end - 2 - n];
        }
        self.context.copy_from_slice(&chunk[CHUNK - CONTEXT..]);

        let network = &*self.network;
        let mut rows = Vec::with_capacity(FRAMES * BINS);
        for frame in 0..FRAMES {
            let window = &sound[frame * STEP..frame * STEP + SPECTRUM];
            rows.extend((0..BINS).map(|bin| {
                let part = |row: usize| dot(&network.spectrum[row * SPECTRUM..(row + 1) * SPECTRUM], window);
                part(bin).hypot(part(bin + BINS))
            }));
        }
        for layer in &network.layers {
            rows = layer.apply(&rows);
        }
        self.remember(&rows);
        let sum: f32 = self.hidden.iter().zip(&self.network.last).map(|(h, w)| h.max(0.0) * w).sum();
        sigmoid(sum + self.network.last_bias)
    }

    /// One step of the LSTM; its gates are input, forget, cell and output, in this order.
    fn remember(&mut self, input: &[f32]) {
        let network = &*self.network;
        let gate = |row: usize| {
            network.gate_bias[row]
                + dot(&network.input[row * STATE..(row + 1) * STATE], input)
                + dot(&network.recurrent[row * STATE..(row + 1) * STATE], &self.hidden)
        };
        let (mut hidden, mut cell) = (self.hidden, self.cell);
        for n in 0..STATE {
            let kept = sigmoid(gate(STATE + n)) * self.cell[n];
            cell[n] = kept + sigmoid(gate(n)) * gate(2 * STATE + n).tanh();
            hidden[n] = sigmoid(gate(3 * STATE + n)) * cell[n].tanh();
        }
        (self.hidden, self.cell) = (hidden, cell);
    }
}

impl Network {
    fn read(bytes: &[u8]) -> Option<Self> {
        let tensors = SafeTensors::deserialize(bytes).ok()?;
        let numbers = |name: &str, count: usize| -> Option<Vec<f32>> {
            let view = tensors.tensor(name).ok()?;
            let (numbers, rest) = view.data().as_chunks::<4>();
            let right = view.dtype() == Dtype::F32 && numbers.len() == count && rest.is_empty();
            right.then(|| numbers.iter().map(|b| f32::from_le_bytes(*b)).collect())
        };
        let layer = |n: usize, inputs: usize, outputs: usize, stride: usize| -> Option<Convolution> {
            let published = numbers(&format!("conv{n}.weight"), outputs * inputs * 3)?;
            let mut weight = Vec::with_capacity(published.len());
            for output in 0..outputs {
                for tap in 0..3 {
                    weight.extend((0..inputs).map(|input| published[(output * inputs + input) * 3 + tap]));
                }
            }
            Some(Convolution { weight, bias: numbers(&format!("conv{n}.bias"), outputs)?, inputs, stride })
        };
        let mut gate_bias = numbers("lstm_cell.bias_ih", 4 * STATE)?;
        gate_bias.iter_mut().zip(numbers("lstm_cell.bias_hh", 4 * STATE)?).for_each(|(a, b)| *a += b);
        Some(Self {
            spectrum: numbers("stft_conv.weight", 2 * BINS * SPECTRUM)?,
            layers: [
                layer(1, BINS, 128, 1)?,
                layer(2, 128, 64, 2)?,
                layer(3, 64, 64, 2)?,
                layer(4, 64, STATE, 1)?,
            ],
            input: numbers("lstm_cell.weight_ih", 4 * STATE * STATE)?,
            recurrent: numbers("lstm_cell.weight_hh", 4 * STATE * STATE)?,
            gate_bias,
            last: numbers("final_conv.weight", STATE)?,
            last_bias: *numbers("final_conv.bias", 1)?.first()?,
        })
    }
}

impl Convolution {
    /// Frames of inputs to frames of outputs, what is below nought cut off.
    fn apply(&self, rows: &[f32]) -> Vec<f32> {
        let frames = rows.len() / self.inputs;
        let mut made = Vec::with_capacity(frames.div_ceil(self.stride) * self.bias.len());
        for centre in (0..frames).step_by(self.stride) {
            // The frames before the first and after the last are nothing; their taps are passed over.
            let (first, last) = (centre.saturating_sub(1), (centre + 1).min(frames - 1));
            let tap = first + 1 - centre;
            let seen = &rows[first * self.inputs..(last + 1) * self.inputs];
            made.extend(self.bias.iter().enumerate().map(|(output, bias)| {
                let start = (output * 3 + tap) * self.inputs;
                (bias + dot(&self.weight[start..start + seen.len()], seen)).max(0.0)
            }));
        }
        made
    }
}

/// Sixteen sums side by side, which the compiler turns into vector instructions.
fn dot(a: &[f32], b: &[f32]) -> f32 {
    let (a, a_rest) = a.as_chunks::<16>();
    let (b, b_rest) = b.as_chunks::<16>();
    let mut sums = [0.0f32; 16];
    for (a, b) in a.iter().zip(b) {
        for n in 0..16 {
            sums[n] += a[n] * b[n];
        }
    }
    sums.iter().sum::<f32>() + a_rest.iter().zip(b_rest).map(|(a, b)| a * b).sum::<f32>()
}

fn sigmoid(x: f32) -> f32 {
    1.0 / (1.0 + (-x).exp())
}
