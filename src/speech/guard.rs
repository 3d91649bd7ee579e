//! Guards against what recognisers invent: loops, and set phrases heard in noise.

use super::Transcript;

/// A phrase may come this often in a row before the rest is taken for a loop.
const REPEATS_KEPT: usize = 2;

/// Words a person can say in a second, generously; more than that was not said.
const FASTEST_WORDS_A_SECOND: f32 = 7.0;

/// What small recognisers, taught on film subtitles, answer to noise. Dropped when it is all there is and the clip
/// is too long or too short for somebody to have said just that.
const SUBTITLE_PHRASES: [&str; 8] = [
    "thank you for watching",
    "thanks for watching",
    "please subscribe",
    "subscribe to my channel",
    "you",
    "the",
    "so",
    "bye bye bye",
];

/// Trims, cuts loops, drops inventions. `voiced_secs` is the length of the clip.
pub(super) fn guarded(text: &str, voiced_secs: f32) -> Transcript {
    let words: Vec<&str> = text.split_whitespace().filter(|w| w.chars().any(char::is_alphanumeric)).collect();
    let plain: Vec<String> = words.iter().map(|w| bare(w)).collect();
    let all = plain.join(" ");
    if plain.is_empty() || SUBTITLE_PHRASES.contains(&all.as_str()) {
        return Transcript { text: String::new(), guarded: !plain.is_empty() };
    }
    let (kept, looped) = without_loops(&plain);
    let most = (voiced_secs * FASTEST_WORDS_A_SECOND).ceil().max(2.0) as usize;
    let rushed = kept.len() > most;
    if !looped && !rushed {
        return Transcript { text: words.join(" "), guarded: false };
    }
    let text = kept.iter().take(most).filter_map(|&i| words.get(i)).copied().collect::<Vec<_>>().join(" ");
    Transcript { text, guarded: true }
}

fn bare(word: &str) -> String {
    word.chars().filter(|c| c.is_alphanumeric() || *c == '\'').flat_map(char::to_lowercase).collect()
}

/// The indices of the words that stay when every phrase of up to eight words is kept at most [`REPEATS_KEPT`] times in
/// a row. Single digits and letters may repeat ("five five five five" is a telephone number).
fn without_loops(plain: &[String]) -> (Vec<usize>, bool) {
    let mut kept: Vec<usize> = Vec::with_capacity(plain.len());
    let mut looped = false;
    for index in 0..plain.len() {
        kept.push(index);
        for length in 1..=8usize {
            let span = length * (REPEATS_KEPT + 1);
            if kept.len() < span {
                break;
            }
            let tail = &kept[kept.len() - span..];
            let repeats = (length..span).all(|i| plain[tail[i]] == plain[tail[i - length]]);
            let counts = tail[..length].iter().any(|&i| may_be_counted(&plain[i]));
            if repeats && !counts {
                kept.truncate(kept.len() - length);
                looped = true;
                break;
            }
        }
    }
    (kept, looped)
}

/// Can this word stand in a number or a spelling, where repeats are meant?
fn may_be_counted(word: &str) -> bool {
    const DIGITS: [&str; 11] =
        ["zero", "oh", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"];
    word.chars().count() == 1 || word.chars().all(|c| c.is_ascii_digit()) || DIGITS.contains(&word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_speech_passes_untouched() {
        let said = "My heating is off, and it's freezing in unit 4B.";
        assert_eq!(guarded(said, 3.0), Transcript { text: said.into(), guarded: false });
        assert_eq!(guarded("No, no.", 0.6).text, "No, no.");
    }

    #[test]
    fn a_loop_is_cut_but_a_telephone_number_is_not() {
        let looped = guarded("I'm going to the I'm going to the I'm going to the I'm going to the", 4.0);
        assert_eq!(looped.text, "I'm going to the I'm going to the");
        assert!(looped.guarded);
        let number = "five five five, five five five, five five five five";
        assert_eq!(guarded(number, 4.0), Transcript { text: number.into(), guarded: false });
    }

    #[test]
    fn what_noise_is_heard_as_is_dropped() {
        assert_eq!(
            guarded("Thank you for watching!", 0.4),
            Transcript { text: String::new(), guarded: true }
        );
        assert_eq!(guarded(" . ... ", 2.0), Transcript::default());
        assert_eq!(guarded("Thank you.", 0.6).text, "Thank you.", "callers do say it");
    }

    #[test]
    fn more_words_than_a_person_can_say_are_not_believed() {
        let heard =
            guarded("we went over the river and through the wood to see the old mill by the sea", 0.5);
        assert!(heard.guarded);
        assert_eq!(heard.text.split(' ').count(), 4);
    }
}
