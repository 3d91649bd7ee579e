//! Pages of a list, newest first, by the key of the last row: stable while rows are added, and as quick on page 900.

use std::{fmt, str::FromStr};

use jiff::Timestamp;

/// The place after which the next page begins. To others it is a word to hand back as it came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Cursor {
    pub(super) at: i64,
    pub(super) id: i64,
}

/// Text that is not a cursor of ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a place in a list")]
pub struct ParseCursorError;

impl Cursor {
    /// Before everything: the first page begins here.
    pub(super) const START: Cursor = Cursor { at: i64::MAX, id: i64::MAX };

    pub(super) fn after(at: Timestamp, id: i64) -> Self {
        Self { at: at.as_millisecond(), id }
    }
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:x}.{:x}", self.at, self.id)
    }
}

impl FromStr for Cursor {
    type Err = ParseCursorError;
    fn from_str(text: &str) -> Result<Self, ParseCursorError> {
        let (at, id) = text.split_once('.').ok_or(ParseCursorError)?;
        let number = |part: &str| i64::from_str_radix(part, 16).map_err(|_| ParseCursorError);
        Ok(Self { at: number(at)?, id: number(id)? })
    }
}

/// One page.
#[derive(Debug, Clone, PartialEq)]
pub struct Page<T> {
    pub items: Vec<T>,
    /// Where the next page begins; `None`: this was the last.
    pub next: Option<Cursor>,
}

/// The most rows one page may have, whatever is asked for.
pub const MOST_ROWS: usize = 200;

/// Turns one row more than was asked for into a page and the knowledge that there is another.
pub(super) fn page_of<T>(mut items: Vec<T>, limit: usize, cursor: impl Fn(&T) -> Cursor) -> Page<T> {
    let next = (items.len() > limit).then(|| items.truncate(limit)).and_then(|()| items.last().map(cursor));
    Page { items, next }
}

/// A limit that is never nothing and never too much.
pub(super) fn bounded(limit: usize) -> usize {
    limit.clamp(1, MOST_ROWS)
}
