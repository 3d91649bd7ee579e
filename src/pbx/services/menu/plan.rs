//! What the office has set for its menus. Nothing in here names a telephone outside: a menu leads nowhere but inside.

use std::{collections::BTreeMap, time::Duration};

use crate::types::{Extension, Hours};

/// A menu that answers a number, or that another menu leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MenuPlan {
    /// Said first.
    pub greeting: String,
    /// By key: 0 to 9 and the pound key.
    pub choices: BTreeMap<char, Choice>,
    /// May an extension be dialled right away?
    pub extensions: bool,
    /// For whoever presses nothing that leads anywhere.
    pub otherwise: Otherwise,
    /// So long after the last word the choices are said again.
    pub patience: Duration,
}

impl Default for MenuPlan {
    fn default() -> Self {
        Self {
            greeting: String::new(),
            choices: BTreeMap::new(),
            extensions: false,
            otherwise: Otherwise::RingPlan,
            patience: Duration::from_secs(6),
        }
    }
}

/// One choice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// `leasing`: said as "For leasing, press 1", and understood when a caller says it.
    pub label: String,
    /// Other words by which a caller may ask for it.
    pub also: Vec<String>,
    pub leads: Leads,
}

/// Where a choice leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Leads {
    Extension(Extension),
    /// The phones that ring for the number that was called.
    RingPlan,
    Agent,
    Mailbox(Extension),
    Menu(String),
    /// The queue of this name.
    Queue(String),
    /// To a colleague, by letters on the keys or by name.
    Names,
    /// These words, and back to the choices.
    Words(String),
}

/// What becomes of somebody who has chosen nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Otherwise {
    RingPlan,
    Agent,
}

/// When a menu answers a number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MenuHours {
    pub menu: String,
    /// Only while the office is open, or only while it is shut; `None`: both.
    pub open: Option<bool>,
    /// Only in these hours.
    pub hours: Option<Hours>,
}

impl MenuHours {
    /// Does it answer now?
    pub(in crate::pbx) fn fits(&self, at: jiff::Timestamp, open: bool) -> bool {
        self.open.is_none_or(|wanted| wanted == open)
            && self.hours.as_ref().is_none_or(|hours| hours.is_open(at))
    }
}
