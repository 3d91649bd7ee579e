//! The pieces of words that the network writes in, and text from them.

use std::{borrow::Cow, fs, path::Path};

use base64::{Engine, prelude::BASE64_STANDARD};

use super::super::SpeechError;

/// How the file marks that a piece begins a word.
const WORD_MARK: char = '\u{2581}';
/// The first pieces have no text: "unknown", start and end.
const WITHOUT_TEXT: usize = 3;
/// They are followed by one piece for each byte, for what there is no other piece for.
const BYTES: usize = 256;

/// All pieces, by number.
#[derive(Debug)]
pub(super) struct Pieces {
    pieces: Vec<Piece>,
}

#[derive(Debug)]
pub(super) struct Piece {
    /// With a space before it if it begins a word.
    bytes: Vec<u8>,
    /// The letters and digits in it.
    pub letters: String,
    /// The word before it is over when this comes.
    pub ends_word: bool,
}

impl Pieces {
    pub const START: u32 = 1;
    pub const END: u32 = 2;

    /// Reads `tokens.txt`: a piece in base64 and its number on each line, in order.
    ///
    /// # Errors
    /// When the file is missing or is no such list.
    pub fn read(file: &Path) -> Result<Self, SpeechError> {
        let text = fs::read_to_string(file)
            .map_err(|source| SpeechError::Unreadable { path: file.to_owned(), source })?;
        let bytes = |line: &str| BASE64_STANDARD.decode(line.split(' ').next()?).ok();
        let pieces: Option<Vec<Vec<u8>>> = text.lines().map(bytes).collect();
        let pieces = pieces
            .filter(|pieces| pieces.len() > WITHOUT_TEXT + BYTES)
            .ok_or_else(|| SpeechError::ModelAltered { path: file.to_owned(), what: "content" })?;
        Ok(Self::new(pieces))
    }

    fn new(pieces: Vec<Vec<u8>>) -> Self {
        let pieces = pieces.into_iter().enumerate().map(|(number, bytes)| {
            if number < WITHOUT_TEXT {
                Piece { bytes: Vec::new(), letters: String::new(), ends_word: true }
            } else if number < WITHOUT_TEXT + BYTES {
                Piece { bytes, letters: String::new(), ends_word: false }
            } else {
                Piece::new(&String::from_utf8_lossy(&bytes))
            }
        });
        Self { pieces: pieces.collect() }
    }

    pub fn len(&self) -> usize {
        self.pieces.len()
    }

    pub fn piece(&self, number: u32) -> Option<&Piece> {
        self.pieces.get(number as usize)
    }

    /// What is written with these pieces.
    pub fn text(&self, numbers: &[u32]) -> String {
        let bytes: Vec<u8> = numbers
            .iter()
            .filter_map(|&number| self.piece(number))
            .flat_map(|piece| piece.bytes.clone())
            .collect();
        let text: Cow<'_, str> = String::from_utf8_lossy(&bytes);
        text.trim().to_owned()
    }
}

impl Piece {
    fn new(text: &str) -> Self {
        let spaced = text.replace(WORD_MARK, " ");
        let letters: String = spaced.chars().filter(|c| c.is_alphanumeric()).collect();
        // An apostrophe is in a word; any other mark ends it.
        let ends_word =
            spaced.starts_with(' ') || (letters.is_empty() && !spaced.contains(['\'', '\u{2019}']));
        Self { bytes: spaced.into_bytes(), letters, ends_word }
    }
}

#[cfg(test)]
impl Pieces {
    /// A list of these, the first of them with the number that is answered.
    pub fn of(texts: &[&str]) -> (Self, u32) {
        let first = WITHOUT_TEXT + BYTES;
        let none = (0..first).map(|_| Vec::new());
        (Self::new(none.chain(texts.iter().map(|text| text.as_bytes().to_vec())).collect()), first as u32)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_become_text_again() {
        let (pieces, first) = Pieces::of(&["\u{2581}Car", "bon", "\u{2581}it", "'", "s", ","]);
        let numbers: Vec<u32> = (first..first + 6).collect();
        assert_eq!(pieces.text(&numbers), "Carbon it's,");
        let ends: Vec<bool> = numbers.iter().map(|&n| pieces.piece(n).unwrap().ends_word).collect();
        assert_eq!(ends, [true, false, true, false, false, true]);
        assert_eq!(pieces.text(&[Pieces::START, 9_999]), "");
    }

    #[test]
    fn a_list_that_is_none_is_said_to_be() {
        let file = std::env::temp_dir().join(format!("portico-pieces-{}.txt", std::process::id()));
        for content in ["", "PHVuaz4= 0\n", "***\n"] {
            fs::write(&file, content).unwrap();
            assert!(matches!(Pieces::read(&file), Err(SpeechError::ModelAltered { .. })), "{content:?}");
        }
        fs::remove_file(&file).unwrap();
    }
}
