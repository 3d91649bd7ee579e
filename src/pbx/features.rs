//! What the office has set for its desk phones' services: codes, park slots, pickup groups and their times.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use super::{Doors, Houses, PagePlan, StarCodes, Supervision, TimedPlan};
use crate::types::{Extension, Holidays, PhoneNumber};

/// The settings of what people at desk phones do with calls. Part of a [`Directory`](super::Directory).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Features {
    pub star_codes: StarCodes,
    pub park: Park,
    pub doors: Doors,
    /// Groups of phones that are paged, by what is dialled for them.
    pub pages: BTreeMap<Extension, PagePlan>,
    /// Phones that answer nobody by themselves.
    pub no_intercom: BTreeSet<Extension>,
    /// Whose machine takes faxes that meet the agent, or another service of the box.
    pub fax: Option<Extension>,
    /// The groups within which an extension may take calls that ring elsewhere. Who is in none may take any that rings at
    /// somebody who is in none.
    pub pickup_groups: BTreeMap<Extension, BTreeSet<String>>,
    /// A WAV file for whoever waits; and those of single numbers.
    pub music: Option<String>,
    pub music_of: BTreeMap<PhoneNumber, String>,
    /// Days on which the office is shut.
    pub holidays: Holidays,
    /// Plans for some hours of the week, by the number that was dialled.
    pub plans: BTreeMap<PhoneNumber, Vec<TimedPlan>>,
    /// Who may listen to calls, and more.
    pub supervision: Supervision,
    /// What the office looks after, and which number is for what.
    pub houses: Houses,
    /// For so long a transferred call rings, before it comes back to who transferred it; and there for as long again.
    pub transfer_ring: Duration,
}

/// Where calls are parked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Park {
    /// What is dialled for each, in the order in which they are filled.
    pub slots: Vec<Extension>,
    /// After so long a parked call rings the phone that has parked it.
    pub recall_after: Duration,
    /// For so long; then it is parked again.
    pub recall_ring: Duration,
}

impl Default for Features {
    fn default() -> Self {
        Self {
            star_codes: StarCodes::default(),
            park: Park::default(),
            doors: Doors::new(),
            pages: BTreeMap::new(),
            no_intercom: BTreeSet::new(),
            fax: None,
            pickup_groups: BTreeMap::new(),
            music: None,
            music_of: BTreeMap::new(),
            holidays: Holidays::default(),
            plans: BTreeMap::new(),
            supervision: Supervision::default(),
            houses: Houses::default(),
            transfer_ring: Duration::from_secs(30),
        }
    }
}

impl Default for Park {
    /// Four slots, 701 to 704, and a recall after 75 seconds.
    fn default() -> Self {
        let slots = ["701", "702", "703", "704"].iter().filter_map(|slot| slot.parse().ok()).collect();
        Self { slots, recall_after: Duration::from_secs(75), recall_ring: Duration::from_secs(30) }
    }
}

impl Features {
    /// May the one take calls that ring at the other?
    pub(super) fn may_pick_up(&self, one: &Extension, other: &Extension) -> bool {
        match (self.pickup_groups.get(one), self.pickup_groups.get(other)) {
            (None, None) => true,
            (Some(mine), Some(theirs)) => !mine.is_disjoint(theirs),
            (None, Some(_)) | (Some(_), None) => false,
        }
    }
}
