//! Every story of `tests/scenarios`, played and held against the ladder beside it.
//!
//! `PORTICO_BLESS=1` writes the ladders instead; look at their difference before you commit it.
//! `PORTICO_STORY=leak` plays only the stories with that in their name.

#![expect(clippy::unwrap_used, reason = "a test that cannot read its stories has failed")]

use std::{
    env, fs,
    path::{Path, PathBuf},
};

use portico::sim;

fn stories() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/scenarios");
    let wanted = env::var("PORTICO_STORY").unwrap_or_default();
    let mut paths: Vec<PathBuf> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "story"))
        .filter(|path| path.file_stem().unwrap().to_string_lossy().contains(&wanted))
        .collect();
    paths.sort();
    paths
}

#[test]
fn every_story_goes_as_it_says_and_leaves_the_ladder_beside_it() {
    let bless = env::var_os("PORTICO_BLESS").is_some_and(|value| !value.is_empty());
    let stories = stories();
    let failures: Vec<String> = stories
        .iter()
        .filter_map(|path| match sim::play_file(path, !bless) {
            Ok(ladder) if bless => {
                fs::write(path.with_extension("ladder"), ladder).err().map(|e| e.to_string())
            }
            Ok(_) => None,
            Err(error) => Some(error.to_string()),
        })
        .collect();
    assert!(failures.is_empty(), "{} of {} stories:\n{}", failures.len(), stories.len(), failures.join("\n"));
}

fn story(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/scenarios").join(name);
    fs::read_to_string(path.with_extension("story")).unwrap()
}

#[test]
fn the_same_story_told_twice_is_the_same_byte_for_byte() {
    for name in ["leak", "lossy-and-reordered", "lossy-agent", "power-fails-before-send"] {
        let story = story(name);
        assert_eq!(sim::ladder(&story).unwrap(), sim::ladder(&story).unwrap(), "{name}");
    }
}

#[test]
fn another_seed_of_a_lossy_network_is_another_story_with_the_same_end() {
    let story = story("lossy-and-reordered");
    let ladders: Vec<String> = (100..130)
        .map(|seed| {
            sim::ladder_with_seed(&story, seed).unwrap_or_else(|error| panic!("seed {seed}: {error}"))
        })
        .collect();
    for (index, ladder) in ladders.iter().enumerate() {
        assert!(!ladders[..index].contains(ladder), "two seeds, one story");
    }
}

#[test]
fn a_story_that_leaves_something_unsaid_fails_with_its_line() {
    let line = |story: &str| sim::ladder(story).unwrap_err().line;
    // A text that the story does not name.
    assert_eq!(line("dana calls main\nat +5s dana hangs up\nexpect record: abandoned while ringing"), 3);
    // Something that does not happen.
    assert_eq!(line("dana calls main\nexpect within 5s 101 answers"), 2);
    // A call that nobody ends.
    assert_eq!(line("given 101 answers after 1s\ndana calls main\nexpect 101 answers\n\n# and then"), 3);
    // Something that was not to happen.
    assert_eq!(line("dana calls main\nexpect no 101 rings\nat +1s dana hangs up"), 3);
}
