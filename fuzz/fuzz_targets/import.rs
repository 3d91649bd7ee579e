//! Lists of extensions out of other telephone systems: whatever they hold, what is written of them is a configuration's lines
//! that can be read again.
#![no_main]

use libfuzzer_sys::fuzz_target;
use portico::{
    config::{Config, Imported},
    types::Country,
};

const OFFICE: &str = r#"
[office]
name = "Maple Court"
zone = "America/Denver"
on_call = "+1 303 555 0199"
"#;
/// The cure of a file that is no TOML.
const SYNTAX: &str = "mend the line; `portico check --example`";

/// Lines end up in a file that people read: no control character of a list may stand in it.
fn is_clean(text: &str) -> bool {
    text.chars().all(|c| c == '\n' || !c.is_control())
}

/// What the two known forms begin with, so that not every input has to find it.
const HEADS: [&str; 4] = [
    "",
    "extension,name,password,voicemail,numbers\n",
    "extension;name;secret;voicemail_enable;outboundcid;tech\n",
    "cidnum,extension,destination,description\n",
];

fuzz_target!(|input: &[u8]| {
    let Some((&kind, list)) = input.split_first() else { return };
    let Ok(text) = std::str::from_utf8(list) else { return };
    // Two files are read one after the other, as on the command line.
    let (first, second) = text.split_once('\u{1e}').unwrap_or((text, ""));
    let file = |which: u8, rows: &str| format!("{}{rows}", HEADS[usize::from(which & 3)]);
    let mut imported = Imported::default();
    let _ = imported.read("first.csv", &file(kind, first), Country::NORTH_AMERICA);
    let _ = imported.read("second.csv", &file(kind >> 2, second), Country::NORTH_AMERICA);
    let lines = imported.written(|| "4UaGJ7sHq0vXn2".to_owned());
    assert!(is_clean(&lines), "{lines:?}");
    // What is wrong with an office of these lines is about what they say, never about how they are written.
    if let Err(problems) = Config::parse("portico.toml", &format!("{OFFICE}{lines}")) {
        let told = problems.to_string();
        assert!(!told.contains(SYNTAX), "{told}\n{lines}");
    }
});
