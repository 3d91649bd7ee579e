//! The contract from a script: for stories and tests, where neither engine nor model exists.

use std::{collections::VecDeque, ops::ControlFlow};

use super::{
    Awaits, Pace, Recognizer, SAMPLE_RATE, SpeechError, Spoken, Synthesizer, Transcript, clause_by_clause,
};

/// Answers each clip with the next line of its script.
#[derive(Debug, Clone, Default)]
pub struct ScriptedRecognizer {
    lines: VecDeque<String>,
}

impl ScriptedRecognizer {
    pub fn new<S: Into<String>>(lines: impl IntoIterator<Item = S>) -> Self {
        Self { lines: lines.into_iter().map(Into::into).collect() }
    }

    /// Lines not yet heard.
    pub fn remaining(&self) -> usize {
        self.lines.len()
    }
}

impl Recognizer for ScriptedRecognizer {
    fn recognize(&mut self, _samples: &[f32], _: Awaits) -> Result<Transcript, SpeechError> {
        let text = self.lines.pop_front().ok_or(SpeechError::ScriptEnded)?;
        Ok(Transcript { text, guarded: false })
    }
}

/// Speaks every text as a soft tone as long as a person would take for it, clause by clause, and remembers the texts.
#[derive(Debug, Clone, Default)]
pub struct ScriptedSynthesizer {
    said: Vec<String>,
    pace: Pace,
}

/// How long a person takes for one written character: 15 a second.
const SAMPLES_A_CHARACTER: usize = SAMPLE_RATE as usize / 15;

impl ScriptedSynthesizer {
    pub fn new() -> Self {
        Self::default()
    }

    /// Everything it was asked to say.
    pub fn said(&self) -> &[String] {
        &self.said
    }
}

impl Synthesizer for ScriptedSynthesizer {
    fn set_pace(&mut self, pace: Pace) {
        self.pace = pace;
    }

    fn speak(
        &mut self,
        text: &str,
        sink: &mut dyn FnMut(&[i16]) -> ControlFlow<()>,
    ) -> Result<Spoken, SpeechError> {
        self.said.push(text.to_owned());
        clause_by_clause(text, sink, |clause| {
            let usual = clause.chars().count() * SAMPLES_A_CHARACTER;
            let samples = 0..(usual as f32 / self.pace.speed()).round() as usize;
            Ok(samples.map(|n| if n / 20 % 2 == 0 { 900 } else { -900 }).collect())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_script_is_heard_line_by_line_and_then_ends() {
        let mut recognizer = ScriptedRecognizer::new(["hello", "my sink leaks"]);
        assert_eq!(recognizer.recognize(&[], Awaits::Anything).unwrap().text, "hello");
        assert_eq!(recognizer.recognize(&[], Awaits::Anything).unwrap().text, "my sink leaks");
        assert!(matches!(recognizer.recognize(&[], Awaits::Anything), Err(SpeechError::ScriptEnded)));
    }

    #[test]
    fn speaking_comes_clause_by_clause_and_can_be_broken_off() {
        let mut mouth = ScriptedSynthesizer::new();
        let mut pieces = 0;
        let spoken = mouth
            .speak("Thank you for calling Maple Court. How can I help you today?", &mut |_| {
                pieces += 1;
                ControlFlow::Break(())
            })
            .unwrap();
        assert_eq!((pieces, spoken.finished), (1, false));
        assert_eq!(spoken.samples as usize, "Thank you for calling Maple Court.".len() * SAMPLES_A_CHARACTER);
    }
}
