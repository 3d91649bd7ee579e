//! Names that are begun anew, and the name of a couple.

use super::{
    super::{super::names::is_given_name, Scene},
    parts,
};

/// "Betty Lou. Betty Lou Hargrove."
pub(super) fn begun_anew(scene: &Scene<'_>, said: &[String], end: usize) -> Option<(Vec<String>, usize)> {
    if !scene.tokens.get(end - 1)?.stop {
        return None;
    }
    let (more, after) = parts(scene, end)?;
    (more.len() > said.len() && more.starts_with(said)).then_some((more, after))
}

/// "Kyle and Amber Dunn": one family name for both; which of them speaks is not said.
pub(super) fn of_a_couple(scene: &Scene<'_>, said: &str, end: usize) -> Option<(Vec<String>, usize)> {
    if scene.word(end) != Some("and") || scene.tokens[end - 1].stop || !is_given_name(said) {
        return None;
    }
    let (both, after) = parts(scene, end + 1)?;
    let [other, family] = both.as_slice() else { return None };
    let whole = is_given_name(other) && (scene.tokens[after - 1].stop || after == scene.tokens.len());
    whole.then(|| (vec![format!("{said} and {other}"), family.clone()], after))
}

/// `Nate` for `Nathan`: the same beginning, and a common name.
pub(super) fn is_short_for(said: &str, whole: &str) -> bool {
    const ALIKE: usize = 3;
    let beginning = |name: &str| name.get(..ALIKE).map(str::to_lowercase);
    is_given_name(whole) && beginning(said).is_some() && beginning(said) == beginning(whole)
}
