//! How well an office's own types are told from the shipped ones and from each other, before a caller finds out.

use super::{
    CallType, CallTypeName,
    learning::{Ground, OfficeTypes},
};
use crate::{
    dialogue::{Intent, meanings::Meanings, training::Embedder, understander::Understander},
    types::Language,
};

/// Times that a type is learnt anew without some of its examples.
const FOLDS: usize = 10;

/// What came of one type in one language.
#[derive(Debug, Clone, PartialEq)]
pub struct Examination {
    pub name: CallTypeName,
    pub language: Language,
    pub examples: usize,
    /// Examples that are read as something else when they are left out of what is learnt.
    pub mistaken: Vec<Mistaken>,
    /// Of shipped utterances that were not learnt from, how many it takes, and among how many.
    pub taken: (usize, usize),
}

/// An example, and what it is taken for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mistaken {
    pub text: String,
    pub read_as: Intent,
    /// It is not read as anything surely: the caller is asked what it is about.
    pub unsure: bool,
}

impl Examination {
    /// Examines all types: every example is read by layers that were learnt without it.
    pub fn of(
        types: &[CallType],
        understander: &Understander,
        encoder: Option<(&Meanings, Embedder<'_>)>,
    ) -> Vec<Self> {
        Self::of_some(types, |_| true, understander, encoder)
    }

    /// Examines one of these types beside the others, in each language of its examples.
    pub fn of_one(
        name: CallTypeName,
        types: &[CallType],
        understander: &Understander,
        encoder: Option<(&Meanings, Embedder<'_>)>,
    ) -> Vec<Self> {
        Self::of_some(types, |own| own.name == name, understander, encoder)
    }

    fn of_some(
        types: &[CallType],
        wanted: impl Fn(&CallType) -> bool,
        understander: &Understander,
        encoder: Option<(&Meanings, Embedder<'_>)>,
    ) -> Vec<Self> {
        let mut found = Vec::new();
        for language in Language::ALL {
            let mut examined =
                types.iter().filter(|own| wanted(own) && own.scripts.contains_key(&language)).peekable();
            if examined.peek().is_none() {
                continue;
            }
            let Some(ground) = Ground::of(language, types, encoder) else { continue };
            let mut whole = OfficeTypes::of(&ground);
            for own in examined {
                let Some(script) = own.scripts.get(&language) else { continue };
                let mut mistaken = Vec::new();
                let taken = whole.taken(language, own.name);
                for fold in 0..FOLDS.min(script.examples.len()) {
                    let left_out = |at: usize| at % FOLDS == fold;
                    let before = whole.replace(language, ground.detector(own.name, Some(&left_out)));
                    for text in
                        script.examples.iter().enumerate().filter(|(at, _)| left_out(*at)).map(|e| e.1)
                    {
                        let embedding =
                            encoder.filter(|_| language == Language::English).map(|(_, embed)| embed(text));
                        let reading = understander.read_in(language, text, &whole, embedding.as_deref());
                        if reading.intent != own.intent() || !reading.is_sure() {
                            mistaken.push(Mistaken {
                                text: text.clone(),
                                read_as: reading.intent,
                                unsure: !reading.is_sure(),
                            });
                        }
                    }
                    before.into_iter().for_each(|detector| drop(whole.replace(language, detector)));
                }
                let examples = script.examples.len();
                found.push(Self { name: own.name, language, examples, mistaken, taken });
            }
        }
        found
    }
}
