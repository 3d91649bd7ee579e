//! The forward pass of a six-layer BERT (Devlin et al. 2018), post-norm, with mean pooling: word pieces in, one vector
//! of length 1 out.

use ndarray::{Array2, ArrayView1, ArrayViewMut1, Axis, linalg::general_mat_mul, s};

use super::{
    DIMENSIONS, EncoderError,
    weights::{Matrix, Vector, Weights},
};

const LAYERS: usize = 6;
const HEADS: usize = 12;
const HEAD: usize = DIMENSIONS / HEADS;
const INNER: usize = 4 * DIMENSIONS;
const VOCABULARY: usize = 30_522;
const POSITIONS: usize = 512;
const EPSILON: f32 = 1e-12;

pub(super) struct Bert {
    weights: Weights,
    words: Matrix,
    positions: Matrix,
    kinds: Matrix,
    norm: Norm,
    layers: Vec<Layer>,
}

#[derive(Clone, Copy)]
struct Linear {
    weight: Matrix,
    bias: Vector,
}

#[derive(Clone, Copy)]
struct Norm {
    weight: Vector,
    bias: Vector,
}

struct Layer {
    query: Linear,
    key: Linear,
    value: Linear,
    attended: Linear,
    attended_norm: Norm,
    inner: Linear,
    outer: Linear,
    outer_norm: Norm,
}

impl Bert {
    pub(super) fn new(weights: Weights) -> Result<Self, EncoderError> {
        let norm = |name: String| -> Result<Norm, EncoderError> {
            Ok(Norm {
                weight: weights.vector(&format!("{name}.weight"), DIMENSIONS)?,
                bias: weights.vector(&format!("{name}.bias"), DIMENSIONS)?,
            })
        };
        let linear = |name: String, rows, columns| -> Result<Linear, EncoderError> {
            Ok(Linear {
                weight: weights.matrix(&format!("{name}.weight"), rows, columns)?,
                bias: weights.vector(&format!("{name}.bias"), rows)?,
            })
        };
        let layer = |n: usize| -> Result<Layer, EncoderError> {
            let at = format!("encoder.layer.{n}");
            Ok(Layer {
                query: linear(format!("{at}.attention.self.query"), DIMENSIONS, DIMENSIONS)?,
                key: linear(format!("{at}.attention.self.key"), DIMENSIONS, DIMENSIONS)?,
                value: linear(format!("{at}.attention.self.value"), DIMENSIONS, DIMENSIONS)?,
                attended: linear(format!("{at}.attention.output.dense"), DIMENSIONS, DIMENSIONS)?,
                attended_norm: norm(format!("{at}.attention.output.LayerNorm"))?,
                inner: linear(format!("{at}.intermediate.dense"), INNER, DIMENSIONS)?,
                outer: linear(format!("{at}.output.dense"), DIMENSIONS, INNER)?,
                outer_norm: norm(format!("{at}.output.LayerNorm"))?,
            })
        };
        Ok(Self {
            words: weights.matrix("embeddings.word_embeddings.weight", VOCABULARY, DIMENSIONS)?,
            positions: weights.matrix("embeddings.position_embeddings.weight", POSITIONS, DIMENSIONS)?,
            kinds: weights.matrix("embeddings.token_type_embeddings.weight", 2, DIMENSIONS)?,
            norm: norm("embeddings.LayerNorm".into())?,
            layers: (0..LAYERS).map(layer).collect::<Result<_, _>>()?,
            weights,
        })
    }

    /// At most [`POSITIONS`] pieces are read.
    pub(super) fn embed(&self, pieces: &[u32]) -> Result<[f32; DIMENSIONS], EncoderError> {
        let numbers = self.weights.numbers();
        let count = pieces.len().clamp(1, POSITIONS);
        let mut hidden = Array2::<f32>::zeros((count, DIMENSIONS));
        let kind = self.kinds.row(numbers, 0);
        for (position, (&piece, mut row)) in pieces.iter().zip(hidden.rows_mut()).enumerate() {
            let word = self.words.row(numbers, piece as usize);
            let place = self.positions.row(numbers, position);
            for (n, value) in row.iter_mut().enumerate() {
                *value = word[n] + place[n] + kind[n];
            }
        }
        self.norm.apply(numbers, &mut hidden);
        for layer in &self.layers {
            hidden = layer.apply(numbers, &hidden);
        }
        pooled(&hidden)
    }
}

impl Layer {
    fn apply(&self, numbers: &[f32], hidden: &Array2<f32>) -> Array2<f32> {
        let query = self.query.apply(numbers, hidden);
        let key = self.key.apply(numbers, hidden);
        let value = self.value.apply(numbers, hidden);
        let count = hidden.nrows();
        let mut context = Array2::<f32>::zeros((count, DIMENSIONS));
        let mut scores = Array2::<f32>::zeros((count, count));
        for head in 0..HEADS {
            let part = s![.., head * HEAD..(head + 1) * HEAD];
            let scale = 1.0 / (HEAD as f32).sqrt();
            general_mat_mul(scale, &query.slice(part), &key.slice(part).t(), 0.0, &mut scores);
            scores.rows_mut().into_iter().for_each(softmax);
            general_mat_mul(1.0, &scores, &value.slice(part), 0.0, &mut context.slice_mut(part));
        }
        let mut attended = self.attended.apply(numbers, &context);
        attended += hidden;
        self.attended_norm.apply(numbers, &mut attended);

        let mut inner = self.inner.apply(numbers, &attended);
        inner.mapv_inplace(gelu);
        let mut outer = self.outer.apply(numbers, &inner);
        outer += &attended;
        self.outer_norm.apply(numbers, &mut outer);
        outer
    }
}

impl Linear {
    fn apply(self, numbers: &[f32], input: &Array2<f32>) -> Array2<f32> {
        let weight = self.weight.of(numbers);
        let bias = self.bias.of(numbers);
        let mut output = Array2::<f32>::zeros((input.nrows(), bias.len()));
        output.rows_mut().into_iter().for_each(|mut row| row.assign(&bias));
        general_mat_mul(1.0, input, &weight.t(), 1.0, &mut output);
        output
    }
}

impl Norm {
    fn apply(self, numbers: &[f32], rows: &mut Array2<f32>) {
        let (weight, bias) = (self.weight.of(numbers), self.bias.of(numbers));
        for mut row in rows.rows_mut() {
            normalize(&mut row, weight, bias);
        }
    }
}

fn normalize(row: &mut ArrayViewMut1<'_, f32>, weight: ArrayView1<'_, f32>, bias: ArrayView1<'_, f32>) {
    let count = row.len() as f32;
    let mean = row.sum() / count;
    let variance = row.iter().map(|v| (v - mean).powi(2)).sum::<f32>() / count;
    let scale = 1.0 / (variance + EPSILON).sqrt();
    for ((value, weight), bias) in row.iter_mut().zip(weight).zip(bias) {
        *value = (*value - mean) * scale * weight + bias;
    }
}

fn softmax(mut row: ArrayViewMut1<'_, f32>) {
    let most = row.fold(f32::NEG_INFINITY, |a, &b| a.max(b));
    row.mapv_inplace(|v| (v - most).exp());
    let sum = row.sum();
    row.mapv_inplace(|v| v / sum);
}

/// x times the share of the normal distribution below x; the error function by Abramowitz and Stegun 7.1.26, which is
/// right to 1.5e-7, as far as 32 bits go.
fn gelu(x: f32) -> f32 {
    let z = x.abs() * std::f32::consts::FRAC_1_SQRT_2;
    let t = 1.0 / (1.0 + 0.327_591_1 * z);
    let series =
        t * (0.254_829_6 + t * (-0.284_496_74 + t * (1.421_413_7 + t * (-1.453_152 + t * 1.061_405_4))));
    let erf = 1.0 - series * (-z * z).exp();
    0.5 * x * (1.0 + erf.copysign(x))
}

fn pooled(hidden: &Array2<f32>) -> Result<[f32; DIMENSIONS], EncoderError> {
    let sum = hidden.sum_axis(Axis(0));
    let length = sum.iter().map(|v| v * v).sum::<f32>().sqrt();
    if !length.is_finite() || length == 0.0 {
        return Err(EncoderError::NotFinite);
    }
    let mut vector = [0.0; DIMENSIONS];
    vector.iter_mut().zip(&sum).for_each(|(out, v)| *out = v / length);
    Ok(vector)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_activation_is_right_to_six_digits() {
        for (x, expected) in
            [(0.0, 0.0), (1.0, 0.841_344_7), (-1.0, -0.158_655_3), (3.0, 2.995_950_2), (-4.0, -0.000_126_7)]
        {
            assert!((gelu(x) - expected).abs() < 1e-6, "{x}: {}", gelu(x));
        }
    }
}
