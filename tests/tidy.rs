//! The walls of the house: who may import whom, which outside crate lives where, and how a file begins.
//!
//! The table below is the one of `src/lib.rs` and the README. To change a wall, change all three and say why.

#![expect(clippy::unwrap_used, reason = "a test that cannot read the tree has failed")]

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

/// Room, and the rooms it may import. A room may always import itself.
const ROOMS: &[(&str, &[&str])] = &[
    ("types", &[]),
    ("net", &[]),
    ("config", &["types"]),
    ("sip", &["types"]),
    ("media", &["types"]),
    ("calendar", &["types"]),
    ("dialogue", &["types"]),
    ("incident", &["dialogue", "types"]),
    ("outbox", &["types"]),
    ("followup", &["types"]),
    ("provisioning", &["types"]),
    ("deliver", &["types"]),
    ("encoder", &[]),
    ("charts", &[]),
    ("trace", &["types"]),
    ("speech", &["media", "types"]),
    ("agent", &["speech", "dialogue", "types"]),
    ("pbx", &["agent", "speech", "incident", "dialogue", "media", "sip", "types"]),
    ("store", &["pbx", "sip", "trace", "incident", "dialogue", "followup", "outbox", "types"]),
    (
        "desk",
        &[
            "store", "calendar", "pbx", "agent", "trace", "incident", "dialogue", "followup", "outbox",
            "sip", "types",
        ],
    ),
    (
        "console",
        &[
            "desk",
            "store",
            "calendar",
            "pbx",
            "trace",
            "sip",
            "provisioning",
            "followup",
            "outbox",
            "incident",
            "dialogue",
            "types",
        ],
    ),
    (
        "sim",
        &[
            "desk", "store", "calendar", "pbx", "agent", "speech", "dialogue", "media", "sip", "trace",
            "outbox", "followup", "incident", "types",
        ],
    ),
    ("turns", &["agent", "speech", "dialogue", "media", "types"]),
    ("replay", &["dialogue", "types"]),
    ("rehearsal", &["sim", "desk", "pbx", "dialogue", "outbox", "store", "charts", "types"]),
    (
        "app",
        &[
            "console",
            "desk",
            "store",
            "calendar",
            "pbx",
            "agent",
            "speech",
            "encoder",
            "charts",
            "dialogue",
            "media",
            "sip",
            "trace",
            "outbox",
            "followup",
            "incident",
            "config",
            "deliver",
            "net",
            "provisioning",
            "replay",
            "turns",
            "types",
        ],
    ),
];

/// Outside crates that are walls, and the only rooms that may name them.
const CRATES: &[(&str, &[&str])] = &[
    ("tokio", &["app", "net", "console"]),
    ("mio", &["app", "net"]),
    ("axum", &["console", "app"]),
    ("tower", &["console"]),
    ("argon2", &["console"]),
    ("utoipa", &["console"]),
    ("rusqlite", &["store"]),
    ("calcard", &["calendar"]),
    ("roxmltree", &["calendar"]),
    ("aws_lc_rs", &["store", "net"]),
    ("dimpl", &["media"]),
    ("rtp_rs", &["media"]),
    ("sdp_types", &["media"]),
    ("audio_codec_algorithms", &["media"]),
    ("sherpa_onnx", &["speech"]),
    ("ort", &["speech"]),
    ("earshot", &["speech"]),
    ("ndarray", &["encoder"]),
    ("tokenizers", &["encoder"]),
    ("toml", &["config", "dialogue", "desk", "speech", "provisioning", "rehearsal", "app"]),
    ("clap", &["main.rs", "app"]),
    ("anyhow", &["main.rs", "app", "rehearsal"]),
    ("tracing_subscriber", &["app"]),
];

/// Names that say nothing.
const BANNED_NAMES: &[&str] = &["utils", "util", "helpers", "helper", "common", "manager", "misc", "data"];

/// Words of unfinished work, and of a change instead of a state.
const BANNED_WORDS: &[&str] = &["todo!(", "unimplemented!(", "TODO", "FIXME", "XXX", "for now"];

/// Past this, look for the second thing hiding in the file (tests live in a file of their own by then).
const LONGEST_FILE: usize = 600;

#[derive(Debug)]
struct Source {
    path: PathBuf,
    /// First folder below `src`, or the file's name for those at the top.
    room: String,
    text: String,
}

fn sources() -> Vec<Source> {
    fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
        let mut entries: Vec<_> = fs::read_dir(folder).unwrap().map(|e| e.unwrap().path()).collect();
        entries.sort();
        for path in entries {
            if path.is_dir() {
                walk(&path, found);
            } else if path.extension().is_some_and(|e| e == "rs") {
                found.push(path);
            }
        }
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut paths = Vec::new();
    walk(&root, &mut paths);
    paths
        .into_iter()
        .map(|path| {
            let inside = path.strip_prefix(&root).unwrap().to_owned();
            let room = inside.components().next().unwrap().as_os_str().to_string_lossy().into_owned();
            Source { text: fs::read_to_string(&path).unwrap(), path: inside, room }
        })
        .collect()
}

/// Code without line comments, so that prose may name any room.
fn code_of(text: &str) -> String {
    text.lines().map(|line| line.split("//").next().unwrap_or("")).collect::<Vec<_>>().join("\n")
}

fn is_test(source: &Source) -> bool {
    source.path.components().any(|c| {
        let name = c.as_os_str().to_string_lossy();
        name == "tests" || name == "tests.rs" || name.ends_with("_tests.rs")
    })
}

/// The part of a file before its inline tests.
fn without_tests(text: &str) -> &str {
    text.find("#[cfg(test)]\nmod tests {").map_or(text, |at| &text[..at])
}

/// First names after every `crate::`, groups included: `crate::{sip, media::Agreed}` gives `sip` and `media`.
fn imported_rooms(code: &str) -> BTreeSet<String> {
    let mut rooms = BTreeSet::new();
    for (at, _) in code.match_indices("crate::") {
        let before = code[..at].chars().next_back();
        if before.is_some_and(|c| c.is_alphanumeric() || c == '_' || c == '$') {
            continue;
        }
        let rest = &code[at + "crate::".len()..];
        if let Some(group) = rest.strip_prefix('{') {
            let (mut depth, mut name, mut reading) = (1, String::new(), true);
            for c in group.chars() {
                match c {
                    '{' => depth += 1,
                    '}' => depth -= 1,
                    ',' if depth == 1 => {
                        rooms.insert(std::mem::take(&mut name));
                        reading = true;
                    }
                    c if depth == 1 && reading && (c.is_alphanumeric() || c == '_') => name.push(c),
                    c if depth == 1 && !c.is_whitespace() => reading = false,
                    _ => {}
                }
                if depth == 0 {
                    break;
                }
            }
            rooms.insert(name);
        } else {
            rooms.insert(rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect());
        }
    }
    rooms.retain(|name| ROOMS.iter().any(|(room, _)| room == name));
    rooms
}

#[test]
fn imports_point_down() {
    let mut wrong = Vec::new();
    for source in sources() {
        let Some((room, may)) = ROOMS.iter().find(|(room, _)| *room == source.room) else { continue };
        // A room's tests may use the rooms above it as a harness would; its code may not.
        let code = code_of(if is_test(&source) { continue } else { without_tests(&source.text) });
        for import in imported_rooms(&code) {
            if import != *room && !may.contains(&import.as_str()) {
                wrong.push(format!(
                    "{}: `{room}` may not import `{import}`; it may import {may:?}",
                    source.path.display()
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "imports point down (see the table in src/lib.rs):\n{}", wrong.join("\n"));
}

#[test]
fn every_folder_is_a_room_of_the_table() {
    let known: BTreeSet<&str> = ROOMS.iter().map(|(room, _)| *room).collect();
    let homeless: Vec<_> = sources()
        .into_iter()
        .filter(|s| !known.contains(s.room.as_str()) && !["lib.rs", "main.rs"].contains(&s.room.as_str()))
        .map(|s| s.path)
        .collect();
    assert!(homeless.is_empty(), "files without a home: {homeless:?}");
}

#[test]
fn outside_crates_live_behind_their_walls() {
    let mut wrong = Vec::new();
    for source in sources().into_iter().filter(|s| !is_test(s)) {
        let code = code_of(without_tests(&source.text));
        for (name, rooms) in CRATES {
            // `import::` and `Transport::` end like the name of a crate.
            let path = format!("{name}::");
            let whole = |at: usize| !code[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_');
            let named =
                code.match_indices(&path).any(|(at, _)| whole(at)) || code.contains(&format!("use {name}"));
            let own = code.contains(&format!("::{name}::")) && !code.contains(&format!("use {name}"));
            if named && !own && !rooms.contains(&source.room.as_str()) {
                wrong.push(format!("{}: `{name}` belongs to {rooms:?}", source.path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_file_says_what_it_is_for() {
    let silent: Vec<_> =
        sources().into_iter().filter(|s| !s.text.starts_with("//! ")).map(|s| s.path).collect();
    assert!(silent.is_empty(), "a file opens with one sentence (`//! …`): {silent:?}");
}

#[test]
fn names_say_what_they_name() {
    let vague: Vec<_> = sources()
        .into_iter()
        .filter(|s| {
            s.path
                .with_extension("")
                .components()
                .any(|c| BANNED_NAMES.contains(&&*c.as_os_str().to_string_lossy()))
        })
        .map(|s| s.path)
        .collect();
    assert!(vague.is_empty(), "name it for what it holds: {vague:?}");
}

#[test]
fn nothing_is_left_half_done() {
    let mut found = Vec::new();
    for source in sources() {
        for (number, line) in source.text.lines().enumerate() {
            if let Some(word) = BANNED_WORDS.iter().find(|word| line.contains(**word)) {
                found.push(format!("{}:{}: {word}", source.path.display(), number + 1));
            }
        }
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn files_stay_small() {
    let long: Vec<_> = sources()
        .into_iter()
        .filter(|s| !is_test(s))
        .map(|s| (without_tests(&s.text).lines().count(), s.path))
        .filter(|(lines, _)| *lines > LONGEST_FILE)
        .collect();
    assert!(long.is_empty(), "over {LONGEST_FILE} lines; look for the second thing hiding in it: {long:?}");
}

#[test]
fn the_reader_of_imports_sees_groups_and_paths() {
    let code = "use crate::{sip, media::{self, Agreed}, types::CallId}; fn f() { crate::pbx::x() } $crate::desk::y()";
    let rooms: Vec<_> = imported_rooms(code).into_iter().collect();
    assert_eq!(rooms, ["media", "pbx", "sip", "types"]);
}
