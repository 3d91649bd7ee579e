//! Every sentence of a menu that is not the office's own.

use super::plan::{Leads, MenuPlan};

pub(super) const NOT_A_CHOICE: &str = "That is not one of the choices.";
pub(super) const NOT_UNDERSTOOD: &str = "I did not understand that.";
pub(super) const ONE_MOMENT: &str = "One moment, please.";
pub(super) const SPELL: &str =
    "Please spell the first or the last name on the keys of your telephone, and then press the pound key.";
pub(super) const NOBODY: &str = "There is nobody of that name.";
pub(super) const TOO_MANY: &str = "More than four people have such a name.";

/// What can be chosen.
pub(super) fn choices(plan: &MenuPlan) -> String {
    let mut said: Vec<String> = plan
        .choices
        .iter()
        .map(|(key, choice)| {
            let key = if *key == '#' { "the pound key".to_owned() } else { key.to_string() };
            match choice.leads {
                Leads::Names if choice.label.is_empty() => format!("To reach somebody by name, press {key}."),
                _ => format!("For {}, press {key}.", choice.label),
            }
        })
        .collect();
    if plan.extensions {
        said.push("If you know the extension, you can dial it now.".to_owned());
    }
    said.join(" ")
}

/// Who is meant?
pub(super) fn which(names: &[String]) -> String {
    let said: Vec<String> =
        names.iter().zip(1..).map(|(name, key): (_, u8)| format!("For {name}, press {key}.")).collect();
    said.join(" ")
}
