//! The office's own call types, from its file to what the dialogue learns and says.

use crate::{
    config::{self, Config},
    dialogue::{CallType, CallTypeScript, Item, shipped_type},
    types::Language,
};

/// What the agent learns and says of the office's own call types.
pub(super) fn own_types(config: &Config) -> Vec<CallType> {
    let script = |script: &config::CallTypeScript| CallTypeScript {
        about: script.about.clone(),
        opening: script.opening.clone(),
        closing: script.closing.clone(),
        examples: script.examples.iter().map(|example| example.text.clone()).collect(),
    };
    let own = |own: &config::CallType| {
        let scripts = [(Language::English, &own.english), (Language::Spanish, &own.spanish)];
        let scripts = scripts.into_iter().filter_map(|(language, of)| Some((language, script(of.as_ref()?))));
        let asked = |name: &String| Item::ALL.into_iter().find(|item| item.name() == name);
        // The configuration has no name that is none.
        Some(CallType {
            name: own.name.parse().ok()?,
            staff: own.staff.clone(),
            asks: own.asks.iter().filter_map(asked).collect(),
            staff_first: own.staff_first,
            stands_for: None,
            scripts: scripts.collect(),
        })
    };
    config.call_types.iter().filter_map(own).collect()
}

/// Examples that are a shipped type's own words, each with its line, and what is wrong with it.
pub fn shipped_examples(config: &Config) -> Vec<(usize, String)> {
    let scripts = config.call_types.iter().flat_map(|own| [&own.english, &own.spanish]).flatten();
    let shipped = |example: &config::CallTypeExample| {
        let intent = shipped_type(&example.text)?;
        let what = format!("`{}` is an utterance of the shipped type `{}`", example.text, intent.name());
        Some((example.line, what))
    };
    scripts.flat_map(|script| &script.examples).filter_map(shipped).collect()
}

/// The line of the file on which this example stands.
pub fn line_of_example(config: &Config, text: &str) -> usize {
    let scripts = config.call_types.iter().flat_map(|own| [&own.english, &own.spanish]).flatten();
    let mut examples = scripts.flat_map(|script| &script.examples);
    examples.find(|example| example.text == text).map_or(0, |example| example.line)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dialogue::Intent;

    #[test]
    fn the_file_knows_the_shipped_types_and_what_is_asked() {
        assert_eq!(config::ASKED, Item::ALL.map(Item::name));
        let shipped = Intent::ALL;
        assert_eq!(config::SHIPPED.as_slice(), shipped.each_ref().map(Intent::name));
    }
}
