//! One line of text, understood as a whole: the reading and the entities as one JSON object.

use serde::Serialize;

use super::{
    call_type::OfficeTypes,
    entity::{Context, Entity, extract},
    reading::Reading,
    understander::Understander,
};

/// Everything understood of one line.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Understood {
    pub text: String,
    #[serde(flatten)]
    pub reading: Reading,
    pub entities: Vec<Entity>,
}

/// Reads one line; `own` and `embedding` as for [`Understander::read_in`].
pub fn understand(
    understander: &Understander,
    line: &str,
    own: &OfficeTypes,
    embedding: Option<&[f32]>,
    context: &Context<'_>,
) -> Understood {
    let text = line.trim();
    Understood {
        text: text.to_owned(),
        reading: understander.read_in(context.language, text, own, embedding),
        entities: extract(text, context),
    }
}

impl Understood {
    /// One line of JSON: `text`, `intent`, `confidence`, `ranked`, `urgency`, `moves`, `topic`, `entities`.
    pub fn to_json(&self) -> Result<String, serde_json::Error> {
        serde_json::to_string(self)
    }
}
