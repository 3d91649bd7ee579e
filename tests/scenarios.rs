//! Every story of `tests/scenarios`, played and held against the ladder beside it.
//!
//! `PORTICO_BLESS=1` writes the ladders instead; look at their difference before you commit it.
//! `PORTICO_STORY=leak` plays only the stories with that in their name.

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
    let bless = env::var_os("PORTICO_BLESS").is_some();
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
