//! The office as the switch knows it: one immutable snapshot of extensions, numbers, trunks, rules and limits.

use std::{
    collections::{BTreeMap, BTreeSet},
    net::{IpAddr, Ipv4Addr, SocketAddr},
    ops::RangeInclusive,
    sync::Arc,
    time::Duration,
};

use jiff::{Timestamp, tz::TimeZone};

use super::{
    Caller, EmergencyPlan, Features, Reception, RecordingRules, RingPlan, Rota, ScreeningRules, Services,
    Srtp, Tolls, TrunkProfile,
};
use crate::{
    dialogue::{Office, Pack, Provenance},
    media::Fingerprint,
    sip::{self, Identity, TrunkName},
    types::{Country, Extension, Hours, PhoneNumber},
};

/// Everything that decides how a call or a text is handled. An edit makes a new snapshot; a call keeps the one that it
/// began with.
#[derive(Debug, Clone)]
pub struct Directory {
    /// The office's name, as phones outside show it: `Maple Court`.
    pub name: String,
    /// How numbers are dialled here, and how carriers write them.
    pub country: Country,
    /// Stands before numbers that are dialled without an area code; `None`: those are refused rather than guessed.
    pub area_code: Option<String>,
    pub extensions: BTreeMap<Extension, Phone>,
    /// The numbers that are ours. A call or a text for any other number is not found.
    pub numbers: BTreeMap<PhoneNumber, Number>,
    /// What else carriers call them: some put the name of the account where others put the number.
    pub names: BTreeMap<String, PhoneNumber>,
    /// Phones that do not register, and are rung where they are: door phones, gateways.
    pub fixed_phones: BTreeMap<Extension, SocketAddr>,
    /// In order of preference: calls to the outside try one after the other, those last that are down.
    pub trunks: Vec<sip::Trunk>,
    /// What is known of each trunk beside its addresses; [`TrunkProfile::default`] for those that are not here.
    pub trunk_profiles: BTreeMap<TrunkName, TrunkProfile>,
    pub emergency: EmergencyPlan,
    /// Who is rung when somebody is in danger.
    pub on_call: Rota,
    /// One of ours; shown to people whom desk phones call.
    pub outbound_caller: PhoneNumber,
    /// Shown to people whom these extensions call, in place of [`outbound_caller`](Self::outbound_caller).
    pub outbound_numbers: BTreeMap<Extension, PhoneNumber>,
    pub screening: ScreeningRules,
    pub limits: Limits,
    /// What the box itself does with callers: mailboxes.
    pub services: Services,
    /// What desk phones can do with calls.
    pub features: Features,
    pub texts: Texts,
    /// Do the lamps of colleagues' phones show with whom somebody talks?
    pub show_callers: bool,
    /// Whose media is encrypted.
    pub srtp: Srtp,
    /// Whose calls are recorded, in two channels.
    pub recording: RecordingRules,
    /// How callers are received who dialled none of the numbers, and how staff are spoken to.
    pub reception: Reception,
    /// What the agent knows how to talk about.
    pub pack: Arc<Pack>,
    /// What the agent knows of the office.
    pub office: Arc<Office>,
    /// The two by their digests, for the journals of conversations.
    pub provenance: Arc<Provenance>,
}

/// An extension and the account that its phones register with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Phone {
    /// Shown to colleagues: `Front desk`.
    pub name: String,
    pub account: sip::Account,
}

/// One of our numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Number {
    /// What desk phones show beside the caller: `Leasing`. May be empty.
    pub label: String,
    pub plan: RingPlan,
    /// How desk phones ring for it: one of their ringers by number; `None`: as for any call from outside.
    pub ringer: Option<u8>,
    /// No phone rings: the agent takes every call.
    pub agent_first: bool,
    /// Outside of these the agent takes the call at once.
    pub hours: Hours,
    /// The trunk that carries it: texts from this number go out through it.
    pub trunk: TrunkName,
    /// How the agent receives its callers.
    pub reception: Reception,
}

/// How much at once, and for how long.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Calls in all. Beyond: 503 with Retry-After, except for emergencies.
    pub calls: usize,
    /// Calls that talk with the agent. Beyond: phones ring on for [`agent_wait`](Self::agent_wait), and then the caller
    /// hears the recorded announcement.
    pub agent_calls: usize,
    pub agent_wait: Duration,
    /// No call between people is longer than this.
    pub call_length: Duration,
    /// No conversation with the agent is longer than this.
    pub agent_call_length: Duration,
    /// Calls to the outside at once, of the office and of one extension. Beyond: 403, and an alarm. The same holds for
    /// those begun within an hour.
    pub calls_outside: usize,
    pub calls_outside_per_extension: usize,
    pub calls_outside_per_hour: usize,
    pub calls_outside_per_hour_per_extension: usize,
    /// May numbers outside the United States and Canada be dialled?
    pub international: bool,
    /// Only those of these countries then, by the digits that their numbers begin with. All, if empty.
    pub countries: BTreeSet<String>,
    /// What calls cost, and who may make them.
    pub tolls: Tolls,
    /// How long these trunks may be silent after an INVITE before the next is tried; others [`TRUNK_PATIENCE`].
    pub trunk_patience: BTreeMap<TrunkName, Duration>,
}

/// How long a trunk may leave an INVITE without any answer. A carrier says 100 within a round trip, and each of our
/// copies (at 0, 0.5, 1.5 and 3.5 s) has had its chance by then; somebody with a receiver at the ear waits no longer.
pub const TRUNK_PATIENCE: Duration = Duration::from_secs(4);

/// How long the next target of a trunk has after a silent one.
const TARGET_PATIENCE: Duration = Duration::from_secs(2);

impl Default for Limits {
    fn default() -> Self {
        Self {
            calls: 120,
            agent_calls: 20,
            agent_wait: Duration::from_secs(20),
            call_length: Duration::from_secs(4 * 3600),
            agent_call_length: Duration::from_secs(15 * 60),
            calls_outside: 30,
            calls_outside_per_extension: 4,
            calls_outside_per_hour: 200,
            calls_outside_per_hour_per_extension: 60,
            international: false,
            countries: BTreeSet::new(),
            tolls: Tolls::default(),
            trunk_patience: BTreeMap::new(),
        }
    }
}

impl Limits {
    pub(super) fn patience_with(&self, trunk: &TrunkName) -> Duration {
        self.trunk_patience.get(trunk).copied().unwrap_or(TRUNK_PATIENCE)
    }

    /// How long the last target of this trunk that was tried may be silent, if the trunk's own time is over.
    pub(super) fn patience_with_target(&self, trunk: &TrunkName) -> Duration {
        self.patience_with(trunk).min(TARGET_PATIENCE)
    }
}

/// What the office does with texts; the desk's business, kept here because it is edited with the rest.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Texts {
    /// Who gets the summary of a call that nobody took. Nobody, if empty.
    pub summaries_to: Vec<PhoneNumber>,
    /// Is a caller whom nobody could talk to sent a text?
    pub text_back: bool,
}

/// What the host says about the machine, for as long as the process lives.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The digest realm of phones, and the host part of their addresses.
    pub realm: String,
    /// Host names of the box beside it.
    pub names: Vec<String>,
    /// See [`sip::Settings::sips_to_the_end`].
    pub sips_to_the_end: bool,
    pub user_agent: String,
    pub listeners: Vec<sip::Listener>,
    pub sip_limits: sip::Limits,
    /// The UDP ports for media, in pairs.
    pub media_ports: RangeInclusive<u16>,
    /// Where phones send media to. A trunk is told the address that it is told to send SIP to, if that differs.
    pub media_address: IpAddr,
    /// The same of the other family, where both are spoken.
    pub other_media_address: Option<IpAddr>,
    /// Of the certificate that browsers are shown; without one no browser is talked to.
    pub media_fingerprint: Option<Fingerprint>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            realm: "portico".to_owned(),
            names: Vec::new(),
            sips_to_the_end: true,
            user_agent: "Portico".to_owned(),
            listeners: Vec::new(),
            sip_limits: sip::Limits::default(),
            media_ports: 20_000..=20_999,
            media_address: IpAddr::V4(Ipv4Addr::LOCALHOST),
            other_media_address: None,
            media_fingerprint: None,
        }
    }
}

impl Settings {
    /// Where this side is told to send its media: an address of the family that it speaks itself, as far as we have one.
    pub(super) fn media_address_for(&self, trunk: Option<&sip::Trunk>, towards: IpAddr) -> IpAddr {
        let advertised = trunk.and_then(|trunk| trunk.advertised).map(|advertised| advertised.ip());
        let ours = [advertised, Some(self.media_address), self.other_media_address];
        let fits = |own: &IpAddr| own.is_ipv4() == towards.to_canonical().is_ipv4();
        ours.into_iter().flatten().find(fits).unwrap_or(self.media_address)
    }

    /// Have we a media address of the other family?
    pub(super) fn has_other_family(&self, than: IpAddr) -> bool {
        let ours = [Some(self.media_address), self.other_media_address];
        ours.into_iter().flatten().any(|own| own.is_ipv4() != than.is_ipv4())
    }
}

/// Two sides talk, and before that a few phones ring: an office that allows more calls than usual gets room for them.
const SESSIONS_PER_CALL: usize = 4;

impl Directory {
    /// What the SIP room is told of this office on this machine.
    pub fn sip_settings(&self, machine: &Settings) -> sip::Settings {
        sip::Settings {
            realm: machine.realm.clone(),
            names: machine.names.clone(),
            sips_to_the_end: machine.sips_to_the_end,
            user_agent: machine.user_agent.clone(),
            listeners: machine.listeners.clone(),
            trunks: self.trunks.clone(),
            accounts: self
                .extensions
                .iter()
                .map(|(extension, phone)| (extension.clone(), phone.account.clone()))
                .collect(),
            limits: sip::Limits {
                sessions: machine.sip_limits.sessions.max(SESSIONS_PER_CALL * self.limits.calls),
                ..machine.sip_limits
            },
        }
    }

    /// The hours of the number that the office shows: when somebody is there.
    fn hours(&self) -> Option<&Hours> {
        self.numbers.get(&self.outbound_caller).or_else(|| self.numbers.values().next()).map(|n| &n.hours)
    }

    /// Is anybody there to notice what happens?
    pub(super) fn is_staffed(&self, wall: Timestamp) -> bool {
        self.hours().is_none_or(|hours| hours.is_open(wall))
    }

    /// The office's time zone.
    pub(super) fn zone(&self) -> TimeZone {
        self.hours().map_or(TimeZone::UTC, |hours| hours.zone().clone())
    }

    /// What is known of a trunk beside its addresses.
    pub fn profile(&self, name: &TrunkName) -> TrunkProfile {
        self.trunk_profiles.get(name).cloned().unwrap_or_default()
    }

    /// Whom somebody outside is shown who is called through this trunk: the extension's own number, if this trunk carries
    /// it; else the trunk's; else what the call would show anywhere.
    pub fn shown_through(&self, trunk: &sip::Trunk, caller: &Caller, usual: Identity) -> Identity {
        let profile = self.profile(&trunk.name);
        let own = match caller {
            Caller::Extension(extension) => self.outbound_numbers.get(extension),
            Caller::Number { .. } | Caller::Anonymous => None,
        };
        let carried = |number: &&PhoneNumber| {
            self.numbers.get(*number).is_none_or(|ours| ours.trunk == trunk.name)
                || profile.outbound_number.is_none()
        };
        match own.filter(carried).or(profile.outbound_number.as_ref()) {
            Some(number) => Identity { user: number.to_string(), ..usual },
            None => usual,
        }
    }

    pub(super) fn trunk(&self, name: &TrunkName) -> Option<&sip::Trunk> {
        self.trunks.iter().find(|trunk| trunk.name == *name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pbx::story::office;

    #[test]
    fn the_sip_room_is_told_of_every_phone_and_trunk() {
        let machine = Settings { realm: "office.example".into(), ..Settings::default() };
        let sip = office().sip_settings(&machine);
        assert_eq!(sip.realm, "office.example");
        assert_eq!(sip.accounts.len(), 2);
        assert_eq!(sip.trunks, office().trunks);
    }

    #[test]
    fn a_trunk_outside_is_told_the_address_that_it_can_reach() {
        let (v4, v6): (IpAddr, IpAddr) = ("198.51.100.1".parse().unwrap(), "2001:db8::9".parse().unwrap());
        let mut machine = Settings { media_address: "10.0.0.1".parse().unwrap(), ..Settings::default() };
        let mut trunk = office().trunks[0].clone();
        assert_eq!(machine.media_address_for(None, v4).to_string(), "10.0.0.1");
        assert_eq!(machine.media_address_for(Some(&trunk), v4).to_string(), "10.0.0.1");
        trunk.advertised = Some("203.0.113.7:5060".parse().unwrap());
        assert_eq!(machine.media_address_for(Some(&trunk), v4).to_string(), "203.0.113.7");
        assert_eq!(machine.media_address_for(None, v6).to_string(), "10.0.0.1", "there is no other");
        machine.other_media_address = "2001:db8::1".parse().ok();
        assert_eq!(machine.media_address_for(Some(&trunk), v6).to_string(), "2001:db8::1");
        let mapped = "::ffff:198.51.100.1".parse().unwrap();
        assert_eq!(machine.media_address_for(None, mapped).to_string(), "10.0.0.1");
    }
}
