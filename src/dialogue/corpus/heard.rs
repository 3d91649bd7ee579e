//! The utterances that are learnt from once more, as they are recognised from speech.

use std::collections::{BTreeMap, BTreeSet};

use super::{Example, HEARD, training};
use crate::dialogue::{features::Fnv, token::tokens};

/// What was recognised holds at least this share of the words that were said: less is noise, and teaches noise.
const LEAST_KEPT: f32 = 0.25;

/// By what an utterance is known in `heard.txt`: a hash of its words as written, so that what was heard of a line that
/// has been changed since is of no line.
pub(super) fn id_of(text: &str) -> u64 {
    let mut hash = Fnv::new();
    hash.write(text.as_bytes());
    hash.finish()
}

/// The utterances that are learnt from, each by its id: what `portico transcribe` has said.
pub fn to_transcribe() -> impl Iterator<Item = (u64, &'static str)> {
    training().filter_map(Result::ok).map(|example| (id_of(example.text), example.text))
}

/// A line of `heard.txt`: the id of what was said, and what was recognised. `None`: a comment, or no such line.
pub fn transcribed(line: &str) -> Option<(u64, &str)> {
    let (head, words) = line.split_once(" | ")?;
    let id = head.split_whitespace().next()?;
    Some((u64::from_str_radix(id, 16).ok()?, words.trim()))
}

/// What was recognised of the utterances that are learnt from, each being what its utterance is. What was heard of
/// other utterances is left out, and what has little to do with what was said.
pub(in crate::dialogue) fn heard() -> impl Iterator<Item = Example> {
    heard_in(HEARD.iter().map(|(_, text)| *text))
}

fn heard_in(texts: impl Iterator<Item = &'static str>) -> impl Iterator<Item = Example> {
    let by_id: BTreeMap<u64, Example> =
        training().filter_map(Result::ok).map(|example| (id_of(example.text), example)).collect();
    texts.flat_map(str::lines).filter_map(transcribed).filter_map(move |(id, words)| {
        let example = by_id.get(&id).filter(|example| kept(example.text, words) >= LEAST_KEPT)?;
        Some(Example { text: words, ..*example })
    })
}

/// The share of the words that were said that was recognised.
fn kept(said: &str, recognised: &str) -> f32 {
    let words = |text: &str| tokens(text).into_iter().map(|token| token.word).collect::<BTreeSet<_>>();
    let (said, recognised) = (words(said), words(recognised));
    said.intersection(&recognised).count() as f32 / said.len().max(1) as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_heard_is_what_was_said_and_noise_is_nothing() {
        let said = training().next().unwrap().unwrap();
        let id = id_of(said.text);
        let lines = format!(
            "# a comment | of two parts\n{id:016x} street | {} and the weather\n{id:016x} loud | qwertz\n\
             {id:016x} loud |\n{:016x} quiet | {}\n",
            said.text,
            id ^ 1,
            said.text
        );
        let heard: Vec<Example> = heard_in([&*lines.leak()].into_iter()).collect();
        let [one] = &heard[..] else { panic!("{heard:?}") };
        assert_eq!(one.text, format!("{} and the weather", said.text));
        assert_eq!((one.intent, one.danger), (said.intent, said.danger));
    }

    #[test]
    fn utterances_have_ids_of_their_own() {
        let ids: BTreeSet<u64> = to_transcribe().map(|(id, _)| id).collect();
        assert_eq!(ids.len(), to_transcribe().count());
    }
}
