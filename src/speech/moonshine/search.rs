//! The search for what was said: the likeliest words, by the sound and by the trade.
//!
//! The network alone, taken at its first word each time, writes what sounds likeliest piece by piece. Here the few best
//! beginnings are kept side by side (a beam), and each is weighed by the [`WordModel`] as well, so that of two readings of
//! one sound that of the trade is found. The weights were chosen on 160 utterances of eight synthetic voices over 8 kHz:
//! 27 words in a hundred were wrong without the model, 17 with it; a real reader is heard as well as before.

use super::{
    super::{Awaits, SpeechError, WordModel, word_model::History},
    pieces::{Piece, Pieces},
};

/// Beginnings that are kept. Twelve instead of six find one wrong word in a hundred more, for half as much time again.
pub(super) const BEAM: usize = 6;
/// Pieces that each beginning may go on with.
const PIECES: usize = 8;
/// How much the trade counts beside the sound, and what each word earns for being there (or short readings would win).
const TRADE: f32 = 0.25;
const WORD: f32 = 1.0;
/// A piece this much less likely than the best by its sound is not tried, nor kept a beginning so far behind the best.
const PIECE_BEHIND: f32 = 6.0;
const BEHIND: f32 = 4.0;

/// What continues beginnings: the network, or a test's table.
pub(super) trait Steps {
    /// For each of `chosen` (which of the beginnings before, and the piece put after it): how likely each piece is next, as
    /// logarithms up to a constant, one row for each after the other.
    fn step(&mut self, chosen: &[(usize, u32)]) -> Result<&[f32], SpeechError>;
}

/// A beginning of what may have been said.
#[derive(Debug, Clone)]
struct Beginning {
    pieces: Vec<u32>,
    /// By the sound, and by the trade with what words earn; natural logarithms.
    sound: f32,
    trade: f32,
    history: History,
    /// The letters of the word that has begun.
    word: String,
    /// Letters of all words.
    letters: usize,
    /// `sound` and `trade`, and the word that has begun as far as it can be weighed.
    score: f32,
}

/// What a beginning may go on with.
struct Step {
    parent: usize,
    piece: u32,
    beginning: Beginning,
}

/// How long what was said may be.
#[derive(Debug, Clone, Copy)]
pub(super) struct Length {
    /// Letters: of less, too much of the voice would be nothing. The network now and then ends after the first word.
    pub(super) least_letters: usize,
    pub(super) most_pieces: usize,
}

/// The pieces of what was said.
///
/// # Errors
/// What the network fails with.
pub(super) fn search(
    steps: &mut dyn Steps,
    pieces: &Pieces,
    model: &WordModel,
    awaits: Awaits,
    length: Length,
) -> Result<Vec<u32>, SpeechError> {
    let mut kept = vec![Beginning {
        pieces: Vec::new(),
        sound: 0.0,
        trade: 0.0,
        history: History::before(awaits),
        word: String::new(),
        letters: 0,
        score: 0.0,
    }];
    let mut chosen = vec![(0, Pieces::START)];
    let mut best_whole: Option<(f32, Vec<u32>)> = None;
    for _ in 0..length.most_pieces {
        let rows = steps.step(&chosen)?;
        let mut next: Vec<Step> = Vec::new();
        for (parent, (beginning, row)) in kept.iter().zip(rows.chunks_exact(pieces.len().max(1))).enumerate()
        {
            let likeliest = likeliest(row);
            let Some(&(_, best)) = likeliest.first() else { continue };
            let done = beginning.with_word_done(model);
            for &(piece, sound) in likeliest.iter().filter(|(_, sound)| best - sound < PIECE_BEHIND) {
                if piece == Pieces::END && done.letters < length.least_letters {
                    continue;
                }
                if piece == Pieces::END {
                    let whole = done.whole(sound, model);
                    if best_whole.as_ref().is_none_or(|(score, _)| whole > *score) {
                        best_whole = Some((whole, done.pieces.clone()));
                    }
                } else if let Some(own) = pieces.piece(piece) {
                    let before = if own.ends_word { &done } else { beginning };
                    let beginning = before.and(piece, own, sound, model);
                    next.push(Step { parent, piece, beginning });
                }
            }
        }
        next.sort_by(|a, b| b.beginning.score.total_cmp(&a.beginning.score));
        let best = next.first().map_or(0.0, |step| step.beginning.score);
        // A beginning only loses by going on, but for what its further words earn.
        let to_beat = best_whole.as_ref().map_or(f32::MIN, |(score, _)| *score).max(best - BEHIND);
        next.retain(|step| step.beginning.score > to_beat);
        next.truncate(BEAM);
        if next.is_empty() {
            break;
        }
        chosen = next.iter().map(|step| (step.parent, step.piece)).collect();
        kept = next.into_iter().map(|step| step.beginning).collect();
    }
    // Nothing came to an end: what is best so far.
    Ok(best_whole.map_or_else(
        || kept.into_iter().next().map_or_else(Vec::new, |best| best.pieces),
        |(_, whole)| whole,
    ))
}

impl Beginning {
    /// With one more piece, which goes on with the word that has begun.
    fn and(&self, number: u32, piece: &Piece, sound: f32, model: &WordModel) -> Self {
        let mut next = self.clone();
        next.word.push_str(&piece.letters);
        next.letters += piece.letters.chars().count();
        next.pieces.push(number);
        next.sound += sound;
        next.score = next.sound + next.trade;
        if !next.word.is_empty() {
            next.score += TRADE * model.beginning(next.history, &next.word) + WORD;
        }
        next
    }

    /// The word that has begun is a word, if there is one.
    fn with_word_done(&self, model: &WordModel) -> Self {
        let mut done = self.clone();
        if !done.word.is_empty() {
            let (likely, history) = model.word(done.history, &done.word);
            done.trade += TRADE * likely + WORD;
            done.history = history;
            done.word.clear();
        }
        done
    }

    /// The score of it as all that was said; its last word is done.
    fn whole(&self, sound: f32, model: &WordModel) -> f32 {
        self.sound + sound + self.trade + TRADE * model.end(self.history) + WORD
    }
}

/// The likeliest pieces of a row, the first first, as logarithms of shares of one.
fn likeliest(row: &[f32]) -> Vec<(u32, f32)> {
    let mut top: Vec<(u32, f32)> = Vec::with_capacity(PIECES + 1);
    for (piece, &likely) in row.iter().enumerate() {
        if top.len() < PIECES || top.last().is_some_and(|(_, least)| likely > *least) {
            let at = top.partition_point(|(_, other)| *other >= likely);
            top.insert(at, (piece as u32, likely));
            top.truncate(PIECES);
        }
    }
    let most = top.first().map_or(0.0, |(_, likely)| *likely);
    // What is far below the best adds nothing that counts to the sum.
    let sum: f32 =
        row.iter().filter(|&&likely| likely > most - 16.0).map(|likely| (likely - most).exp()).sum();
    let whole = most + sum.ln();
    top.iter().map(|&(piece, likely)| (piece, likely - whole)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::speech::Sentence;

    const AT_MOST: Length = Length { least_letters: 0, most_pieces: 20 };

    /// A network of its own opinions: what may come after each piece, and how likely.
    struct Table {
        pieces: usize,
        after: Vec<(u32, Vec<(u32, f32)>)>,
        rows: Vec<f32>,
    }

    impl Steps for Table {
        fn step(&mut self, chosen: &[(usize, u32)]) -> Result<&[f32], SpeechError> {
            self.rows.clear();
            for &(_, piece) in chosen {
                let mut row = vec![-30.0; self.pieces];
                let after = self.after.iter().find(|(before, _)| *before == piece);
                for &(piece, likely) in after.map(|(_, after)| after.as_slice()).unwrap_or_default() {
                    row[piece as usize] = likely.ln();
                }
                self.rows.extend(row);
            }
            Ok(&self.rows)
        }
    }

    /// "carbon" is followed by "knockside" or "monoxide", and by its sound the first is likelier.
    fn written(model: &WordModel, knockside: f32) -> String {
        let (pieces, first) =
            Pieces::of(&["\u{2581}carbon", "\u{2581}knock", "side", "\u{2581}mon", "oxide"]);
        let [carbon, knock, side, mon, oxide] = [0, 1, 2, 3, 4].map(|n| first + n);
        let end = Pieces::END;
        let after = vec![
            (Pieces::START, vec![(carbon, 1.0)]),
            (carbon, vec![(knock, knockside), (mon, 1.0 - knockside)]),
            (knock, vec![(side, 1.0)]),
            (mon, vec![(oxide, 1.0)]),
            (side, vec![(end, 1.0)]),
            (oxide, vec![(end, 1.0)]),
        ];
        let mut table = Table { pieces: pieces.len(), after, rows: Vec::new() };
        let found = search(&mut table, &pieces, model, Awaits::Anything, AT_MOST).unwrap();
        pieces.text(&found)
    }

    #[test]
    fn of_two_readings_of_a_sound_that_of_the_trade_is_found() {
        let nothing = WordModel::learn([], Vec::new());
        let trade =
            WordModel::learn(["the carbon monoxide alarm", "carbon monoxide"].map(Sentence::of), Vec::new());
        assert_eq!(written(&nothing, 0.7), "carbon knockside");
        assert_eq!(written(&trade, 0.7), "carbon monoxide");
        assert_eq!(written(&trade, 0.99), "carbon knockside", "what was clearly said is what was said");
    }

    #[test]
    fn a_network_that_never_ends_is_cut_off() {
        let (pieces, first) = Pieces::of(&["\u{2581}no"]);
        let after = vec![(Pieces::START, vec![(first, 1.0)]), (first, vec![(first, 1.0)])];
        let mut table = Table { pieces: pieces.len(), after, rows: Vec::new() };
        let model = WordModel::learn([Sentence::of("no no no")], Vec::new());
        let length = Length { most_pieces: 5, ..AT_MOST };
        let found = search(&mut table, &pieces, &model, Awaits::Anything, length).unwrap();
        assert_eq!(pieces.text(&found), "no no no no no");
    }

    #[test]
    fn a_network_that_ends_after_the_first_word_of_much_voice_is_made_to_go_on() {
        let (pieces, first) = Pieces::of(&["\u{2581}bye", "\u{2581}hi", "\u{2581}sink"]);
        let [bye, hi, sink] = [0, 1, 2].map(|n| first + n);
        let after = vec![
            (Pieces::START, vec![(bye, 0.7), (hi, 0.3)]),
            (bye, vec![(Pieces::END, 0.9), (sink, 0.1)]),
            (hi, vec![(sink, 1.0)]),
            (sink, vec![(Pieces::END, 1.0)]),
        ];
        let model = WordModel::learn([Sentence::of("bye"), Sentence::of("hi sink")], Vec::new());
        let found = |least_letters| {
            let mut table = Table { pieces: pieces.len(), after: after.clone(), rows: Vec::new() };
            let length = Length { least_letters, ..AT_MOST };
            pieces.text(&search(&mut table, &pieces, &model, Awaits::Anything, length).unwrap())
        };
        assert_eq!((found(0).as_str(), found(6).as_str()), ("bye", "hi sink"));
    }
}
