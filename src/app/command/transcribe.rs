//! `portico transcribe`: what the recogniser makes of the utterances that are learnt from, to be learnt from as well.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs::{self, OpenOptions},
    io::Write,
    path::Path,
};

use anyhow::Context as _;

use super::{
    super::{engines, trade},
    print,
};
use crate::{
    dialogue::{Expected, Roster, to_transcribe, transcribed},
    speech::{Awaits, Background, Models},
};

/// Has the utterances that are not in `file` yet, at most `most` of them, said and recognised, and adds the recognised
/// words to it, line by line. Lines about utterances that are gone go too. `again`: as if `file` were empty.
///
/// # Errors
/// When the file cannot be read or written, or the engines of speech fail.
pub fn transcribe(file: &Path, models: &Path, most: usize, again: bool) -> anyhow::Result<()> {
    let before = fs::read_to_string(file).with_context(|| format!("{} cannot be read", file.display()))?;
    // By id is as good as shuffled: a part of the file is an even draw from all utterances.
    let wanted: BTreeMap<u64, &str> = to_transcribe().collect();
    let known: BTreeMap<u64, &str> = before
        .lines()
        .filter_map(|line| Some((transcribed(line)?.0, line)))
        .filter(|(id, _)| !again && wanted.contains_key(id))
        .collect();
    let comment = before.lines().take_while(|line| line.starts_with('#'));
    let mut kept = comment.chain(known.values().copied()).collect::<Vec<_>>().join("\n");
    kept.push('\n');
    fs::write(file, kept).with_context(|| format!("{} cannot be written", file.display()))?;

    // Whoever is told the very words beforehand hears them too well: each half is heard by what the other teaches.
    let models = Models::at(models);
    let telephone_without = |half: u64| {
        let mut expected = Expected::at(&Roster::default());
        let others: BTreeSet<&str> =
            wanted.iter().filter(|(id, _)| *id % 2 != half).map(|(_, text)| *text).collect();
        expected.openings.retain(|text| others.contains(text));
        engines::telephone(&models, trade::learnt(&expected))
    };
    let mut telephones = [telephone_without(0)?, telephone_without(1)?];
    let mut out = OpenOptions::new().append(true).open(file)?;
    let missing: Vec<_> = wanted.iter().filter(|(id, _)| !known.contains_key(id)).take(most).collect();
    for (done, (id, text)) in (1..).zip(&missing) {
        // Of a hash, any bits are as good as others; voices change faster than backgrounds.
        let who = *id >> 8;
        let background = Background::ALL[(who / 16) as usize % Background::ALL.len()];
        let [even, odd] = &mut telephones;
        let telephone = if **id % 2 == 0 { even } else { odd };
        let heard = telephone.hear(who, background, Awaits::Anything, text)?;
        // In one piece: whoever ends the command leaves whole lines.
        out.write_all(
            format!("{id:016x} {} | {}\n", background.name(), heard.replace('\n', " ")).as_bytes(),
        )?;
        if done % 100 == 0 {
            eprintln!("transcribed: {done} of {}", missing.len());
        }
    }
    print(&format!("{}: {} utterances added to {}", file.display(), missing.len(), known.len()))
}
