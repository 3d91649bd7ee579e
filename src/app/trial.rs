//! A call type that somebody is writing in the console, tried before it is saved: by the checks of the file, by the script that
//! is to speak it, and by how its examples are read.

use super::{office, understanding::Understanding};
use crate::{
    config::{self, CallTypePlace, Config, ScriptPlace, TakenBefore, Written},
    console::{CallTypeDraft, DraftChecked, DraftFault, ExampleRead, ReadAs, WrittenElsewhere},
    dialogue::{CallType, CallTypeName, CallTypeScript, Examination},
    types::Language,
};

/// What a draft is tried beside.
#[derive(Debug)]
pub(super) struct Trial {
    /// Without the call type that the draft is to replace.
    config: Config,
}

impl Trial {
    pub(super) fn new(mut config: Config, replaces: Option<CallTypeName>) -> Self {
        config.call_types.retain(|own| {
            own.written != Written::InConsole || replaces.is_none_or(|name| own.name != name.as_str())
        });
        Self { config }
    }

    /// `understanding`: what reads the examples; `None`: only what keeps it from being saved is asked.
    pub(super) fn of(mut self, draft: CallTypeDraft, understanding: Option<&Understanding>) -> DraftChecked {
        let scripts = draft.scripts.clone();
        let checked = self.saved_as(draft);
        let (mut read, mut taken) = (Vec::new(), Vec::new());
        if let Some(understanding) = understanding {
            let examined = match &checked {
                Ok(own) => {
                    let types = office::call_types(&self.config);
                    understanding.examine_type(own.name, &types)
                }
                Err(_) => Vec::new(),
            };
            taken.extend(examined.iter().map(|of| (of.language, of.taken.0, of.taken.1)));
            for (language, script) in &scripts {
                let examined = examined.iter().find(|of| of.language == *language);
                let reads = |text: &String| ExampleRead {
                    language: *language,
                    text: text.clone(),
                    today: today(understanding, *language, text),
                    learnt: examined.zip(checked.as_ref().ok()).map(|(of, own)| learnt(of, own, text)),
                };
                read.extend(script.examples.iter().map(reads));
            }
        }
        let by_meaning = understanding.is_some_and(Understanding::reads_meaning);
        DraftChecked { call_type: checked, read, taken, by_meaning }
    }

    /// The call type as it would be saved; from then on it is in the trial's configuration.
    fn saved_as(&mut self, draft: CallTypeDraft) -> Result<CallType, Vec<DraftFault>> {
        let mut taken = TakenBefore::by(&self.config.call_types);
        let shipped = shipped(&draft);
        let (own, faults) = written(draft).read(&mut taken, &|_| Written::InConsole);
        let mut faults: Vec<DraftFault> = faults
            .into_iter()
            .map(|fault| {
                let (field, example) = field(fault.place);
                DraftFault { field, example, what: fault.what, cure: fault.cure }
            })
            .collect();
        faults.extend(shipped);
        if own.english.is_none() && own.spanish.is_none() {
            faults.push(DraftFault {
                field: "about",
                example: None,
                what: "it lacks what it is about, the closing and the examples".into(),
                cure: "write them in English, in Spanish, or in both".into(),
            });
        }
        let Some(sound) = office::own_type(&own).filter(|_| faults.is_empty()) else { return Err(faults) };
        // The script is the last to judge: it has to say the words.
        if let Some(fault) = office::unsayable_in(&self.config, &sound) {
            let (what, cure) = (fault.what, fault.cure);
            return Err(vec![DraftFault { field: "about", example: None, what, cure }]);
        }
        self.config.call_types.push(own);
        Ok(sound)
    }
}

/// Examples that are a shipped type's own words.
fn shipped(draft: &CallTypeDraft) -> Vec<DraftFault> {
    let of = |(language, script): &(Language, CallTypeScript)| {
        let field = field_of(*language, ScriptPlace::Examples).0;
        let examples = script.examples.iter().enumerate();
        let told = examples.filter_map(move |(at, text)| {
            Some(DraftFault {
                field,
                example: Some(at + 1),
                what: office::shipped_words(text)?,
                cure: "write it in other words, or delete it".into(),
            })
        });
        told.collect::<Vec<_>>()
    };
    draft.scripts.iter().flat_map(of).collect()
}

/// As the configuration has it.
fn written(draft: CallTypeDraft) -> config::CallTypeDraft {
    let of = |wanted: Language| {
        let script = draft.scripts.iter().find(|(language, _)| *language == wanted)?.1.clone();
        let CallTypeScript { about, opening, closing, examples } = script;
        Some(config::ScriptDraft { about, opening, closing, examples })
    };
    let (english, spanish) = (of(Language::English), of(Language::Spanish));
    config::CallTypeDraft {
        name: draft.name,
        staff: Some(draft.staff).filter(|staff| !staff.is_empty()),
        asks: draft.asks,
        staff_first: draft.staff_first,
        english,
        spanish,
    }
}

/// The form's field, and the example, from 1.
const fn field(place: CallTypePlace) -> (&'static str, Option<usize>) {
    match place {
        CallTypePlace::Name => ("name", None),
        CallTypePlace::Staff => ("staff", None),
        CallTypePlace::Asks(_) => ("asks", None),
        CallTypePlace::English(place) => field_of(Language::English, place),
        CallTypePlace::Spanish(place) => field_of(Language::Spanish, place),
    }
}

const fn field_of(language: Language, place: ScriptPlace) -> (&'static str, Option<usize>) {
    let name = match (language, place) {
        (Language::English, ScriptPlace::About) => "about",
        (Language::English, ScriptPlace::Closing) => "closing",
        (Language::English, ScriptPlace::Examples | ScriptPlace::Example(_)) => "examples",
        (Language::Spanish, ScriptPlace::About) => "es_about",
        (Language::Spanish, ScriptPlace::Closing) => "es_closing",
        (Language::Spanish, ScriptPlace::Examples | ScriptPlace::Example(_)) => "es_examples",
    };
    match place {
        ScriptPlace::Example(at) => (name, Some(at + 1)),
        _ => (name, None),
    }
}

fn today(understanding: &Understanding, language: Language, text: &str) -> ReadAs {
    let reading = understanding.read(language, text);
    ReadAs { intent: reading.intent, sure: reading.is_sure() }
}

fn learnt(examined: &Examination, own: &CallType, text: &str) -> ReadAs {
    match examined.mistaken.iter().find(|mistaken| mistaken.text == text) {
        Some(mistaken) => ReadAs { intent: mistaken.read_as, sure: !mistaken.unsure },
        None => ReadAs { intent: own.intent(), sure: true },
    }
}

/// The call types that are not the console's to change: of the file, and of the script.
pub(super) fn elsewhere(config: &Config, types: &[CallType]) -> Vec<WrittenElsewhere> {
    let place = |own: &&CallType| {
        let known = config.call_types.iter().find(|known| known.name == own.name.as_str());
        match known.map(|known| known.written) {
            Some(Written::InConsole) => None,
            Some(Written::Line(line)) => Some(Some(line)),
            None => Some(None),
        }
    };
    let whole = types.iter().filter(|own| own.stands_for.is_none());
    let told = |own: &CallType| place(&own).map(|line| WrittenElsewhere { call_type: own.clone(), line });
    whole.filter_map(told).collect()
}
