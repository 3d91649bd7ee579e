//! The office's own call types, from its file to what the dialogue learns and says.

use super::script::plain_script;
use crate::{
    config::{self, CallTypeDraft, CallTypeFault, CallTypePlace, Config, ScriptDraft, TakenBefore, Written},
    dialogue::{CallType, CallTypeName, CallTypeScript, Item, Pack, shipped_type},
    types::Language,
};

/// What the agent learns and says of the office's own call types.
pub(super) fn own_types(config: &Config) -> Vec<CallType> {
    config.call_types.iter().filter_map(own_type).collect()
}

/// `None`: it has no name, of which the check of the configuration has told.
pub fn own_type(own: &config::CallType) -> Option<CallType> {
    let script = |script: &config::CallTypeScript| CallTypeScript {
        about: script.about.clone(),
        opening: script.opening.clone(),
        closing: script.closing.clone(),
        examples: script.examples.iter().map(|example| example.text.clone()).collect(),
    };
    let scripts = [(Language::English, &own.english), (Language::Spanish, &own.spanish)];
    let scripts = scripts.into_iter().filter_map(|(language, of)| Some((language, script(of.as_ref()?))));
    let asked = |name: &String| Item::ALL.into_iter().find(|item| item.name() == name);
    Some(CallType {
        name: own.name.parse().ok()?,
        staff: own.staff.clone(),
        asks: own.asks.iter().filter_map(asked).collect(),
        staff_first: own.staff_first,
        stands_for: None,
        scripts: scripts.collect(),
    })
}

/// What the console has saved, as the configuration's own call types are written.
pub fn draft_of(own: &CallType) -> CallTypeDraft {
    let script = |language: Language| {
        let CallTypeScript { about, opening, closing, examples } = own.scripts.get(&language)?.clone();
        Some(ScriptDraft { about, opening, closing, examples })
    };
    CallTypeDraft {
        name: own.name.to_string(),
        staff: Some(own.staff.clone()),
        asks: own.asks.iter().map(|item| item.name().to_owned()).collect(),
        staff_first: own.staff_first,
        english: script(Language::English),
        spanish: script(Language::Spanish),
    }
}

/// The configuration with the call types that were saved in the console, and those for which there is no place, each with the
/// reason. The file goes before the console, and nothing of the console keeps the box from starting.
pub fn with_saved(config: &Config, saved: &[CallType]) -> (Config, Vec<(CallTypeName, CallTypeFault)>) {
    let mut whole = config.clone();
    whole.call_types.retain(|own| own.written != Written::InConsole);
    // A script that cannot be read is told of where it is wanted.
    let script = plain_script(config).ok();
    let mut left_out = Vec::new();
    for own in saved {
        let mut taken = TakenBefore::by(&whole.call_types);
        let (read, faults) = draft_of(own).read(&mut taken, &|_| Written::InConsole);
        // Words that the file has got meanwhile teach nothing, and hurt nothing.
        let fault = faults.into_iter().find(|fault| fault.place == CallTypePlace::Name);
        let fault = fault.or_else(|| script.as_ref().and_then(|script| unsayable(script, own)));
        match fault {
            Some(fault) => left_out.push((own.name, fault)),
            None => whole.call_types.push(read),
        }
    }
    (whole, left_out)
}

/// Why this script cannot say the words of this call type.
fn unsayable(script: &Pack, own: &CallType) -> Option<CallTypeFault> {
    let error = script.clone().with_call_types(std::slice::from_ref(own)).err()?;
    Some(CallTypeFault {
        place: CallTypePlace::Name,
        what: format!("its words cannot be said: {error}"),
        cure: "write them as they are spoken, with nothing in braces but {office}".into(),
    })
}

/// The same of the script of this office.
pub fn unsayable_in(config: &Config, own: &CallType) -> Option<CallTypeFault> {
    unsayable(&plain_script(config).ok()?, own)
}

/// Of which shipped type's own words this is an example, and that it is, as a sentence.
pub fn shipped_words(text: &str) -> Option<String> {
    let intent = shipped_type(text)?;
    Some(format!("`{text}` is an utterance of the shipped type `{}`", intent.name()))
}

/// Examples that are a shipped type's own words, each with where it is written, and what is wrong with it.
pub fn shipped_examples(config: &Config) -> Vec<(Written, String)> {
    let shipped = |example: &config::CallTypeExample| Some((example.written, shipped_words(&example.text)?));
    examples(config).filter_map(shipped).collect()
}

/// Where this example is written.
pub fn written_at(config: &Config, text: &str) -> Written {
    examples(config)
        .find(|example| example.text == text)
        .map_or(Written::InConsole, |example| example.written)
}

fn examples(config: &Config) -> impl Iterator<Item = &config::CallTypeExample> {
    let scripts = config.call_types.iter().flat_map(|own| [&own.english, &own.spanish]).flatten();
    scripts.flat_map(|script| &script.examples)
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
