//! What lamps and the console show besides phones: park slots and keys that are on or off, each with its state.

use std::collections::BTreeMap;

use crate::types::Extension;

/// Something with a state that a key of a phone can show.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Resource {
    /// A place where a call can be parked, by the number that is dialled for it.
    ParkSlot(Extension),
    /// One of the agent's calls, by what is dialled for it: lit while the agent talks there, with whom.
    AgentLine(Extension),
    /// A conference room, by the number that is dialled for it: lit while somebody is in it, with how many.
    Conference(Extension),
    /// A queue by its name: lit while somebody waits in it, with how many.
    Queue(String),
    /// Is the office set to day or night by its key?
    DayNight,
    /// "Do not disturb" of an extension.
    DoNotDisturb(Extension),
    /// A forward of all calls of an extension.
    Forward(Extension),
}

/// What a lamp shows of it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum ResourceState {
    /// Dark: a slot that is free, a key that is off.
    #[default]
    Off,
    /// Blinks: a parked call rings its parker again. With who waits, as phones show it.
    Recalling { whom: String },
    /// Lit. With who waits in a slot, or what a key is set to; may be empty.
    On { whom: String },
}

/// The states of all resources.
///
/// Bounded: park slots and extensions are those of the directory.
#[derive(Debug, Default)]
pub(super) struct Resources {
    states: BTreeMap<Resource, ResourceState>,
}

impl Resources {
    pub(super) fn state(&self, resource: &Resource) -> ResourceState {
        self.states.get(resource).cloned().unwrap_or_default()
    }

    /// True if that is news.
    pub(super) fn set(&mut self, resource: Resource, state: ResourceState) -> bool {
        if self.state(&resource) == state {
            return false;
        }
        match state {
            ResourceState::Off => self.states.remove(&resource),
            on => self.states.insert(resource, on),
        };
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_change_is_news() {
        let slot = Resource::ParkSlot("701".parse().unwrap());
        let on = ResourceState::On { whom: "Dana Reyes".into() };
        let mut resources = Resources::default();
        assert_eq!(resources.state(&slot), ResourceState::Off);
        assert!(!resources.set(slot.clone(), ResourceState::Off));
        assert!(resources.set(slot.clone(), on.clone()));
        assert!(!resources.set(slot.clone(), on.clone()));
        assert_eq!(resources.state(&slot), on);
        assert!(resources.set(slot, ResourceState::Off));
    }
}
