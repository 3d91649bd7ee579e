//! The office that a story happens in: Maple Court, as the story has furnished it.

use std::{
    collections::BTreeMap,
    net::{IpAddr, Ipv4Addr, SocketAddr},
    sync::{Arc, LazyLock},
    time::Duration,
};

use jiff::{civil::Time, tz::TimeZone};

use super::{
    own_type::storage_units,
    premises::{Premises, Understands},
};
use crate::{
    calendar::ShowingPlan,
    desk::{self, FollowUp, Wording, WordingError},
    dialogue::{self, BadCallTypeName, Pack, PackError, Provenance, Roster, UnitRef},
    followup::{Sequence, SequenceError, Touch},
    incident::Properties,
    outbox::AfterCrash,
    pbx::{
        CallBackPlan, Choice, ConferencePlan, Directory, EmergencyPlan, Features, Houses, Leads, Limits,
        MenuHours, MenuPlan, Number, OnCall, Phone, QueuePlan, Reception, RecordingRules, RingPlan, RingStep,
        Rota, Services, Supervise, Supervision, Texts,
    },
    sip::{self, TrunkName},
    types::{Country, Extension, Hours, NumberError, PhoneNumber, QuietHours},
};

/// Where everybody is. Documentation addresses (RFC 5737) for what is outside.
pub(super) const SWITCH: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1)), 5060);
pub(super) const CARRIER: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::new(198, 51, 100, 1)), 5060);

pub(super) const SPARE: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::new(198, 51, 100, 2)), 5060);

/// The telephone numbers that stories know by a name.
pub(super) const MAIN: (&str, &str) = ("main", "+13035550100");
pub(super) const LEASING: (&str, &str) = ("leasing", "+13035550101");
pub(super) const ON_CALL: (&str, &str) = ("on-call", "+13035550199");
pub(super) const ON_CALL_TOO: (&str, &str) = ("on-call-too", "+13035550197");
pub(super) const STAFF: (&str, &str) = ("staff", "+13035550198");

/// Why an office cannot be furnished.
#[derive(Debug, thiserror::Error)]
pub enum OfficeError {
    #[error("the dialogue's own script cannot be read")]
    Pack(#[from] PackError),
    #[error("the office's own texts cannot be read")]
    Words(#[from] WordingError),
    #[error("the follow-up sequence is refused")]
    Sequence(#[from] SequenceError),
    #[error("a number of the office is none")]
    Number(#[from] NumberError),
    #[error("the office's own call type has no name")]
    CallType(#[from] BadCallTypeName),
}

/// What a story may furnish.
#[derive(Debug, Clone)]
pub(super) struct Office {
    pub(super) zone: TimeZone,
    pub(super) hours: Hours,
    /// Steps of phones that ring together, and for how long.
    pub(super) main_rings: Vec<(Vec<Extension>, Duration)>,
    pub(super) leasing_rings: Vec<(Vec<Extension>, Duration)>,
    pub(super) agent_first: bool,
    pub(super) international: bool,
    pub(super) on_call: bool,
    /// Somebody else is on call as well.
    pub(super) second_on_call: bool,
    /// Whoever is called outside has a voicemail that answers.
    pub(super) voicemail: bool,
    /// Other languages of the telephone.
    pub(super) also: Vec<dialogue::AlsoSpoken>,
    /// The box answers the main number with a menu.
    pub(super) menu: bool,
    /// So many callers of the main number may wait for its phones.
    pub(super) queue: Option<usize>,
    pub(super) probe: bool,
    /// A second trunk.
    pub(super) spare: bool,
    pub(super) agent_calls: usize,
    /// Calls to the outside of one phone in an hour.
    pub(super) outside_per_hour: usize,
    pub(super) touches: Vec<Touch>,
    pub(super) after_crash: AfterCrash,
    pub(super) text_back_waits_for_morning: bool,
    /// Who shows homes.
    pub(super) showings: Option<ShowingPlan>,
    /// It has added a call type of its own.
    pub(super) own_type: bool,
}

/// One for leasing, two for the phones of the number, three for the agent.
fn menu(leasing: Option<&Extension>) -> MenuPlan {
    let choice = |label: &str, leads: Leads| Choice { label: label.to_owned(), also: Vec::new(), leads };
    let leasing = leasing.map_or(Leads::RingPlan, |extension| Leads::Extension(extension.clone()));
    let choices = [
        ('1', choice("leasing", leasing)),
        ('2', choice("the front desk", Leads::RingPlan)),
        ('3', choice("the receptionist", Leads::Agent)),
    ];
    let greeting = "Thank you for calling Maple Court.".to_owned();
    MenuPlan { greeting, choices: choices.into(), ..MenuPlan::default() }
}

fn always(menu: &str) -> MenuHours {
    MenuHours { menu: menu.to_owned(), open: None, hours: None }
}

/// The factory script, read once for all stories.
static PACK: LazyLock<Result<Arc<Pack>, Arc<PackError>>> =
    LazyLock::new(|| Pack::property().map(Arc::new).map_err(Arc::new));

impl Office {
    pub(super) fn new(zone: TimeZone, both: [Extension; 2]) -> Self {
        let ring = vec![(both.to_vec(), Duration::from_secs(18))];
        Self {
            hours: Hours::always(zone.clone()),
            zone,
            main_rings: ring.clone(),
            leasing_rings: ring,
            agent_first: false,
            international: false,
            on_call: true,
            second_on_call: false,
            voicemail: false,
            also: Vec::new(),
            menu: false,
            queue: None,
            probe: false,
            spare: false,
            agent_calls: Limits::default().agent_calls,
            outside_per_hour: Limits::default().calls_outside_per_hour_per_extension,
            touches: Vec::new(),
            after_crash: AfterCrash::NotAgain,
            text_back_waits_for_morning: false,
            showings: None,
            own_type: false,
        }
    }

    /// The phones that ring for somebody, or were named.
    pub(super) fn extensions(&self) -> Vec<Extension> {
        let steps = self.main_rings.iter().chain(&self.leasing_rings);
        let mut all: Vec<Extension> = steps.flat_map(|(extensions, _)| extensions.iter().cloned()).collect();
        all.sort();
        all.dedup();
        all
    }

    pub(super) fn premises(&self, phones: &[Extension]) -> Result<Premises, OfficeError> {
        let mut premises = Premises::new(self.directory(phones)?, self.desk()?);
        premises.voicemail = self.voicemail;
        if self.own_type {
            premises.understands = Understands::by_words_and(&[storage_units()?]);
        }
        Ok(premises)
    }

    fn directory(&self, phones: &[Extension]) -> Result<Directory, OfficeError> {
        let trunk = TrunkName("carrier".to_owned());
        let number = |label: &str, rings: &[(Vec<Extension>, Duration)]| Number {
            label: label.to_owned(),
            plan: RingPlan::new(rings.iter().map(|(extensions, ring_for)| RingStep {
                extensions: extensions.clone(),
                ring_for: *ring_for,
                ..RingStep::default()
            })),
            ringer: None,
            agent_first: self.agent_first,
            hours: self.hours.clone(),
            trunk: trunk.clone(),
            reception: Reception::default(),
        };
        let pack = match &*PACK {
            Ok(pack) => pack.clone(),
            // Read again for an error of one's own.
            Err(_) => Arc::new(Pack::property()?),
        };
        let pack = match self.own_type {
            true => Arc::new(Pack::clone(&pack).with_call_types(&[storage_units()?])?),
            false => pack,
        };
        let phone = |extension: &Extension| Phone {
            name: format!("Desk {extension}"),
            account: sip::Account { password: password(extension), legacy_md5: false },
        };
        let office = Arc::new(self.facts());
        Ok(Directory {
            name: "Maple Court".to_owned(),
            country: Country::NORTH_AMERICA,
            area_code: None,
            extensions: phones.iter().map(|extension| (extension.clone(), phone(extension))).collect(),
            numbers: BTreeMap::from([
                (MAIN.1.parse()?, number("Main", &self.main_rings)),
                (LEASING.1.parse()?, number("Leasing", &self.leasing_rings)),
            ]),
            names: BTreeMap::new(),
            fixed_phones: BTreeMap::new(),
            trunks: self.trunks(trunk),
            trunk_profiles: BTreeMap::new(),
            emergency: EmergencyPlan::default(),
            on_call: self.rota()?,
            screening: crate::pbx::ScreeningRules::default(),
            outbound_numbers: BTreeMap::new(),
            outbound_caller: MAIN.1.parse()?,
            features: Features {
                // 101 may listen to the agent, and has a key for it.
                supervision: Supervision {
                    rights: [("101".parse()?, Supervise::ALL.into())].into(),
                    agent_lines: vec!["771".parse()?],
                    ..Supervision::default()
                },
                houses: self.houses(),
                ..Features::default()
            },
            limits: Limits {
                international: self.international,
                agent_calls: self.agent_calls,
                calls_outside_per_hour_per_extension: self.outside_per_hour,
                ..Limits::default()
            },
            services: Services {
                queues: self.queue.map(|most| ("desk".to_owned(), self.queue(most))).into_iter().collect(),
                queue_of: match self.queue {
                    Some(_) => [(MAIN.1.parse()?, "desk".to_owned())].into(),
                    None => BTreeMap::new(),
                },
                conferences: [("800".parse()?, ConferencePlan::default())].into(),
                menus: [("main".to_owned(), menu(phones.last()))].into(),
                menus_of: if self.menu {
                    [(MAIN.1.parse()?, vec![always("main")])].into()
                } else {
                    BTreeMap::new()
                },
                ..Services::default()
            },
            texts: Texts { summaries_to: vec![STAFF.1.parse()?], text_back: true },
            show_callers: true,
            srtp: crate::pbx::Srtp::default(),
            recording: RecordingRules::default(),
            reception: Reception::default(),
            provenance: Arc::new(Provenance::of(&pack, &office)),
            pack,
            office,
        })
    }

    /// The phones of the main number serve those who wait for it.
    fn queue(&self, most: usize) -> QueuePlan {
        let phones = self.main_rings.iter().flat_map(|(phones, _)| phones.iter().cloned()).collect();
        QueuePlan {
            phones,
            most,
            call_back: Some(CallBackPlan { after: Duration::ZERO, ..CallBackPlan::default() }),
            ..QueuePlan::default()
        }
    }

    fn rota(&self) -> Result<Rota, NumberError> {
        let people = [(self.on_call, ON_CALL), (self.second_on_call, ON_CALL_TOO)];
        let rung = people.into_iter().filter(|(is_there, _)| *is_there);
        let people: Result<Vec<OnCall>, NumberError> = rung
            .map(|(_, (name, number))| {
                Ok(OnCall { name: name.into(), ..OnCall::at_all_hours(number.parse()?) })
            })
            .collect();
        Ok(Rota::new(people?))
    }

    fn trunks(&self, first: TrunkName) -> Vec<sip::Trunk> {
        let trunk = |name, address: SocketAddr| sip::Trunk {
            name,
            addresses: vec![sip::Network::single(address.ip())],
            send_to: address.into(),
            transport: sip::Transport::Udp,
            long_by_tcp: false,
            keep_alive: Duration::ZERO,
            located: sip::Located::default(),
            domain: address.ip().to_string(),
            advertised: None,
            credentials: None,
            registration: None,
            probe: self.probe.then_some(sip::PROBE_EVERY),
            session_timers: sip::SessionTimers::default(),
        };
        let spare = self.spare.then(|| trunk(TrunkName("spare".to_owned()), SPARE));
        [trunk(first, CARRIER)].into_iter().chain(spare).collect()
    }

    /// What the agent may say about the office.
    fn facts(&self) -> dialogue::Office {
        let unit = |street: &str, unit: &str| UnitRef {
            property: "Maple Court".to_owned(),
            street: street.to_owned(),
            unit: unit.to_owned(),
        };
        let units = ["1A", "1B", "2A", "2B", "3A", "3B", "4A", "4B"];
        dialogue::Office {
            name: "Maple Court".to_owned(),
            address: Some("210 Maple Court, Denver".to_owned()),
            hours: Some("Monday to Friday from nine to five".to_owned()),
            roster: Roster {
                units: units.iter().map(|name| unit("210 Maple Court", name)).collect(),
                listings: vec!["210 Maple Court, apartment 3A".to_owned()],
                vendors: vec!["Summit Plumbing".to_owned()],
                ..Roster::default()
            },
            home_area_code: 303,
            listings: vec![dialogue::Listing {
                address: "210 Maple Court, apartment 3A".to_owned(),
                summary: "Two bedrooms, with a balcony.".to_owned(),
                bedrooms: Some(2),
                rent: Some(1850),
                ..dialogue::Listing::default()
            }],
            facts: vec![dialogue::Fact {
                topic: None,
                asked_by: vec!["trash".to_owned(), "garbage".to_owned()],
                answer: "Trash is picked up on Tuesday morning.".to_owned(),
            }],
            on_call: self.on_call,
            staff: !self.extensions().is_empty(),
            showings: self.showings.is_some(),
            also: self.also.clone(),
            in_spanish: std::collections::BTreeMap::new(),
            tenancy: dialogue::Tenancy::default(),
        }
    }

    fn houses(&self) -> Houses {
        let properties = Properties::of(&self.facts().roster, "Maple Court");
        Houses { properties, ..Houses::default() }
    }

    fn desk(&self) -> Result<desk::Settings, OfficeError> {
        let sequence = match self.touches.is_empty() {
            true => None,
            false => Some(FollowUp::new(Sequence::new("leads".to_owned(), self.touches.clone())?)?),
        };
        Ok(desk::Settings {
            office: "Maple Court".to_owned(),
            staff: vec![STAFF.1.parse()?],
            alarm_texts: Vec::new(),
            emergency_texts: Vec::new(),
            own_numbers: vec![MAIN.1.parse()?, LEASING.1.parse()?],
            wording: Wording::read(Wording::FACTORY, "Maple Court")?,
            quiet_hours: QuietHours {
                zone: self.zone.clone(),
                from: Time::constant(8, 0, 0, 0),
                until: Time::constant(20, 0, 0, 0),
            },
            text_back: true,
            text_back_waits_for_morning: self.text_back_waits_for_morning,
            leasing_numbers: vec![LEASING.1.parse()?],
            lead_sequence: sequence,
            letters: crate::desk::LetterRules::default(),
            showings: self.showings.clone(),
            houses: self.houses(),
            after_crash: self.after_crash,
        })
    }
}

fn password(extension: &Extension) -> String {
    format!("secret-of-{extension}")
}

/// Where a desk phone is.
pub(super) fn address_of(extension: &Extension) -> SocketAddr {
    let number: u32 = extension.as_str().parse().unwrap_or_default();
    let [_, high, middle, low] = number.to_be_bytes();
    SocketAddr::new(IpAddr::V4(Ipv4Addr::new(10, high, middle, low)), 5060)
}

/// The name by which stories know a number, if they do.
pub(super) fn name_of(number: PhoneNumber) -> Option<&'static str> {
    let written = number.to_string();
    [MAIN, LEASING, ON_CALL, ON_CALL_TOO, STAFF]
        .iter()
        .find(|(_, known)| *known == written)
        .map(|(name, _)| *name)
}
