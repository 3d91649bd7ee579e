//! Shipped utterances that speak of what an office's own type is about: "where is the package room" was a question of fact
//! until the office had a type for it, and must not be held against that type now.

use super::layer::Seen;
use crate::dialogue::{classifier::EMBEDDING, features::BUCKETS};

/// At most one shipped utterance in so many is kin: examples that are like everything are like nothing.
const ONE_IN: usize = 60;

/// Which of the `shipped` utterances are as like the type's examples as these are to each other.
pub(super) fn kin(ours: &[Seen<'_>], shipped: &[Seen<'_>]) -> Vec<bool> {
    let rarity = Rarity::of(shipped);
    let middle = Middle::of(ours, &rarity);
    // Each example against the middle of the others; the lower quarter says how loosely they hang together.
    let mut own: Vec<f32> = ours.iter().map(|one| middle.likeness(one, &rarity, true)).collect();
    own.sort_by(f32::total_cmp);
    let Some(bar) = own.get(own.len() / 4).copied() else { return vec![false; shipped.len()] };
    let likeness: Vec<f32> = shipped.iter().map(|one| middle.likeness(one, &rarity, false)).collect();
    let mut sorted = likeness.clone();
    sorted.sort_by(|a, b| b.total_cmp(a));
    let most = sorted.get(shipped.len() / ONE_IN).copied().unwrap_or(f32::MAX);
    likeness.into_iter().map(|likeness| likeness >= bar && likeness > most).collect()
}

/// How much each feature says: much, where few utterances have it.
struct Rarity(Vec<f32>);

impl Rarity {
    fn of(shipped: &[Seen<'_>]) -> Self {
        let mut counts = vec![0.0_f32; BUCKETS];
        for (bucket, _) in shipped.iter().flat_map(|seen| &seen.words.0) {
            counts[*bucket as usize] += 1.0;
        }
        let all = 1.0 + shipped.len() as f32;
        Self(counts.into_iter().map(|count| (all / (1.0 + count)).ln()).collect())
    }

    fn weighed<'a>(&'a self, seen: &'a Seen<'_>) -> impl Iterator<Item = (usize, f32)> + 'a {
        seen.words.0.iter().map(|(at, value)| (*at as usize, value * self.0[*at as usize]))
    }
}

/// The sum of the examples, by words and by meaning.
struct Middle {
    words: Vec<f32>,
    /// Of `words`.
    squares: f32,
    meaning: Vec<f32>,
}

impl Middle {
    fn of(ours: &[Seen<'_>], rarity: &Rarity) -> Self {
        let mut middle = Self { words: vec![0.0; BUCKETS], squares: 0.0, meaning: vec![0.0; EMBEDDING] };
        for seen in ours {
            let length = length(rarity.weighed(seen).map(|(_, value)| value));
            rarity.weighed(seen).for_each(|(at, value)| middle.words[at] += value / length);
            middle.meaning.iter_mut().zip(seen.meaning).for_each(|(sum, value)| *sum += value);
        }
        middle.squares = middle.words.iter().map(|value| value * value).sum();
        middle
    }

    /// The mean of the cosines by words and by meaning, or that by words. `own`: it is one of the examples, and is held
    /// against the others.
    fn likeness(&self, seen: &Seen<'_>, rarity: &Rarity, own: bool) -> f32 {
        let share = if own { 1.0 } else { 0.0 };
        let own_length = length(rarity.weighed(seen).map(|(_, value)| value));
        let mut dot = 0.0;
        let mut squares = self.squares;
        for (at, value) in rarity.weighed(seen) {
            let value = value / own_length;
            let others = self.words[at] - share * value;
            dot += value * others;
            squares += others * others - self.words[at] * self.words[at];
        }
        let by_words = dot / squares.max(f32::MIN_POSITIVE).sqrt();
        if seen.meaning.is_empty() {
            return by_words;
        }
        let others = || self.meaning.iter().zip(seen.meaning).map(|(sum, value)| sum - share * value);
        let dot: f32 = others().zip(seen.meaning).map(|(others, value)| others * value).sum();
        let lengths = length(others()) * length(seen.meaning.iter().copied());
        0.5 * (by_words + dot / lengths)
    }
}

fn length(values: impl Iterator<Item = f32>) -> f32 {
    values.map(|value| value * value).sum::<f32>().max(f32::MIN_POSITIVE).sqrt()
}
