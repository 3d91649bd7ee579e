//! The one table of codes that phones dial for a service of the house, and how what was dialled is read by it.

use std::collections::BTreeMap;

use crate::types::StarCode;

/// A service of the house that a phone asks for by a code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Service {
    DoNotDisturbOn,
    DoNotDisturbOff,
    ForwardAlways,
    ForwardAlwaysOff,
    ForwardBusy,
    ForwardBusyOff,
    ForwardNoAnswer,
    ForwardNoAnswerOff,
    /// Takes a call that rings in the group.
    GroupPickup,
    /// Takes a call that rings at the extension that follows.
    DirectedPickup,
    /// Parks the call of the phone that dials it in the first free slot.
    Park,
    /// Rings the last number that called.
    CallBack,
    /// One call without the caller's name and number.
    WithholdNumber,
    OwnVoicemail,
    AnyVoicemail,
    Intercom,
    /// Records the call of the phone that dials it, or ends that.
    Record,
    /// Pauses the recording, for a card number, or goes on with it.
    PauseRecording,
    /// Opens the door whose phone the phone that dials it talks with.
    OpenDoor,
    BlockLastCaller,
    /// By the clock, day, night, and by the clock again.
    DayNight,
    /// Callers hear that an incident is known, or hear it no more: the latest, or the one of the number behind it.
    IncidentNotice,
    /// Joins the calls of the phone that dials it to a conference; alone, with a room's number behind it, the room.
    Conference,
    /// Listens to the call of the extension that follows, or to the agent's if nothing follows.
    Listen,
    Whisper,
    Barge,
    TakeOver,
}

impl Service {
    pub const ALL: [Self; 27] = [
        Self::DoNotDisturbOn,
        Self::DoNotDisturbOff,
        Self::ForwardAlways,
        Self::ForwardAlwaysOff,
        Self::ForwardBusy,
        Self::ForwardBusyOff,
        Self::ForwardNoAnswer,
        Self::ForwardNoAnswerOff,
        Self::GroupPickup,
        Self::DirectedPickup,
        Self::Park,
        Self::CallBack,
        Self::WithholdNumber,
        Self::OwnVoicemail,
        Self::AnyVoicemail,
        Self::Intercom,
        Self::Record,
        Self::PauseRecording,
        Self::OpenDoor,
        Self::BlockLastCaller,
        Self::DayNight,
        Self::IncidentNotice,
        Self::Conference,
        Self::Listen,
        Self::Whisper,
        Self::Barge,
        Self::TakeOver,
    ];

    /// Its name in the configuration.
    pub const fn name(self) -> &'static str {
        match self {
            Self::DoNotDisturbOn => "do_not_disturb_on",
            Self::DoNotDisturbOff => "do_not_disturb_off",
            Self::ForwardAlways => "forward_always",
            Self::ForwardAlwaysOff => "forward_always_off",
            Self::ForwardBusy => "forward_busy",
            Self::ForwardBusyOff => "forward_busy_off",
            Self::ForwardNoAnswer => "forward_no_answer",
            Self::ForwardNoAnswerOff => "forward_no_answer_off",
            Self::GroupPickup => "group_pickup",
            Self::DirectedPickup => "directed_pickup",
            Self::Park => "park",
            Self::CallBack => "call_back",
            Self::WithholdNumber => "withhold_number",
            Self::OwnVoicemail => "own_voicemail",
            Self::AnyVoicemail => "any_voicemail",
            Self::Intercom => "intercom",
            Self::Record => "record",
            Self::PauseRecording => "pause_recording",
            Self::OpenDoor => "open_door",
            Self::BlockLastCaller => "block_last_caller",
            Self::DayNight => "day_night",
            Self::IncidentNotice => "incident_notice",
            Self::Conference => "conference",
            Self::Listen => "listen",
            Self::Whisper => "whisper",
            Self::Barge => "barge",
            Self::TakeOver => "take_over",
        }
    }

    /// The code that American offices know it by.
    const fn usual(self) -> &'static str {
        match self {
            Self::DoNotDisturbOn => "*78",
            Self::DoNotDisturbOff => "*79",
            Self::ForwardAlways => "*72",
            Self::ForwardAlwaysOff => "*73",
            Self::ForwardBusy => "*90",
            Self::ForwardBusyOff => "*91",
            Self::ForwardNoAnswer => "*92",
            Self::ForwardNoAnswerOff => "*93",
            Self::GroupPickup => "*8",
            Self::DirectedPickup => "**",
            Self::Park => "*70",
            Self::CallBack => "*69",
            Self::WithholdNumber => "*67",
            Self::OwnVoicemail => "*97",
            Self::AnyVoicemail => "*98",
            Self::Intercom => "*80",
            Self::Record => "*1",
            Self::PauseRecording => "*2",
            Self::OpenDoor => "*5",
            Self::BlockLastCaller => "*60",
            Self::DayNight => "*28",
            Self::IncidentNotice => "*12",
            Self::Conference => "*3",
            Self::Listen => "*55",
            Self::Whisper => "*56",
            Self::Barge => "*57",
            Self::TakeOver => "*58",
        }
    }

    /// Is it followed by a number?
    pub const fn takes_a_number(self) -> bool {
        matches!(
            self,
            Self::ForwardAlways
                | Self::ForwardBusy
                | Self::ForwardNoAnswer
                | Self::DirectedPickup
                | Self::WithholdNumber
                | Self::Intercom
                | Self::IncidentNotice
                | Self::Conference
                | Self::Listen
                | Self::Whisper
                | Self::Barge
                | Self::TakeOver
        )
    }
}

/// The codes of an office.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StarCodes(BTreeMap<StarCode, Service>);

/// Why two codes cannot stand beside each other.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{code} would mean both {} and {}", one.name(), other.name())]
pub struct SameCode {
    pub code: StarCode,
    pub one: Service,
    pub other: Service,
}

impl Default for StarCodes {
    fn default() -> Self {
        let usual = Service::ALL.iter().filter_map(|service| Some((service.usual().parse().ok()?, *service)));
        Self(usual.collect())
    }
}

/// What was dialled, read by the table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Dialling<'a> {
    pub(super) service: Service,
    /// What followed the code; empty if nothing did.
    pub(super) rest: &'a str,
}

impl StarCodes {
    /// The usual codes, with these instead of some of them. `None` as a code takes the service away.
    pub fn with(changes: impl IntoIterator<Item = (Service, Option<StarCode>)>) -> Result<Self, SameCode> {
        let mut codes: BTreeMap<Service, StarCode> =
            Self::default().0.into_iter().map(|(code, service)| (service, code)).collect();
        for (service, code) in changes {
            match code {
                Some(code) => codes.insert(service, code),
                None => codes.remove(&service),
            };
        }
        let mut table = BTreeMap::new();
        for (other, code) in codes {
            if let Some(one) = table.insert(code.clone(), other) {
                return Err(SameCode { code, one, other });
            }
        }
        Ok(Self(table))
    }

    /// The code of a service, if it has one.
    pub fn code(&self, service: Service) -> Option<&StarCode> {
        self.0.iter().find(|(_, of)| **of == service).map(|(code, _)| code)
    }

    /// Reads what a phone has dialled. The longest code wins; one that takes no number must be all that was dialled.
    /// `None`: it is no code, and the dial plan decides.
    pub(super) fn read<'a>(&self, dialled: &'a StarCode) -> Option<Dialling<'a>> {
        let read = |(code, service): (&StarCode, &Service)| {
            // A hash at the end says that the number is complete, as on any telephone.
            let rest = dialled.after(code.as_str())?;
            let rest = rest.strip_suffix('#').unwrap_or(rest);
            let fits = if service.takes_a_number() {
                rest.bytes().all(|key| key.is_ascii_digit())
            } else {
                rest.is_empty()
            };
            fits.then_some((code.as_str().len(), Dialling { service: *service, rest }))
        };
        self.0.iter().filter_map(read).max_by_key(|(length, _)| *length).map(|(_, dialling)| dialling)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(text: &str) -> StarCode {
        text.parse().unwrap()
    }

    fn read(text: &str) -> Option<(Service, String)> {
        StarCodes::default().read(&code(text)).map(|dialling| (dialling.service, dialling.rest.to_owned()))
    }

    #[test]
    fn every_service_has_its_usual_code() {
        assert_eq!(StarCodes::default().0.len(), Service::ALL.len());
        for service in Service::ALL {
            assert!(StarCodes::default().code(service).is_some(), "{service:?}");
        }
    }

    #[test]
    fn the_longest_code_wins_and_what_follows_is_its_number() {
        for (text, service, rest) in [
            ("*8", Service::GroupPickup, ""),
            ("*80101", Service::Intercom, "101"),
            ("**101", Service::DirectedPickup, "101"),
            ("*723035550177", Service::ForwardAlways, "3035550177"),
            ("*72101#", Service::ForwardAlways, "101"),
            ("*72", Service::ForwardAlways, ""),
        ] {
            assert_eq!(read(text), Some((service, rest.to_owned())), "{text}");
        }
        for none in ["*731", "*44", "***", "*67*911"] {
            assert_eq!(read(none), None, "{none}");
        }
    }

    #[test]
    fn an_office_has_its_own_codes_but_none_twice() {
        let own =
            StarCodes::with([(Service::DoNotDisturbOn, Some(code("*60"))), (Service::BlockLastCaller, None)])
                .unwrap();
        assert_eq!(own.read(&code("*60")).unwrap().service, Service::DoNotDisturbOn);
        assert_eq!(own.read(&code("*78")), None);
        let twice = StarCodes::with([(Service::DoNotDisturbOn, Some(code("*79")))]).unwrap_err();
        assert_eq!(twice.to_string(), "*79 would mean both do_not_disturb_on and do_not_disturb_off");
    }
}
