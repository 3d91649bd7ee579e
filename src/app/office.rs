//! From the configuration to what each room wants to know: the switch's directory, the agent's office, the desk's settings.

mod agent;
mod area_code;
mod call_types;
mod queues;
mod rota;
mod script;
mod showings;

use std::{
    collections::BTreeMap,
    net::{IpAddr, SocketAddr},
    ops::RangeInclusive,
    sync::Arc,
    time::Duration,
};

use jiff::civil::Time;

use super::sockets::Sockets;
use crate::{
    config::{self, Config, Record, SrtpWish, TrunkTransport},
    desk,
    dialogue::Provenance,
    incident::Properties,
    outbox::{AfterCrash, AfterMail},
    pbx::{
        Choice, CivicAddress, CivicElement, Codec, ConferencePlan, Directory, Door, EmergencyNotice,
        EmergencyPlan, Features, Houses, IdentityForm, Leads, Limits, Location, Locations, MailboxPlan,
        MenuHours, MenuOtherwise, MenuPlan, Money, Number, NumberForm, PagePlan, Park, Phone, PriceClass,
        Reception, RecordRule, RecordingRules, Right, RingOrder, RingPlan, RingStep, ScreeningRules, Service,
        Services, Settings, Srtp, SrtpPolicy, StarCodes, Supervise, Supervision, Texts, TimedPlan, Tolls,
        Treatment, TrunkProfile, Unanswered, device_key,
    },
    sip::{
        Account, Credentials, Located, Network, Registration, SendTo, SessionTimers, Transport, Trunk,
        TrunkName,
    },
    speech::{Lexicon, Manner, Pace},
    types::{Extension, PhoneNumber, QuietHours},
};

pub use agent::{missing_voices, office, spanish_line, unsaid};
pub use call_types::{own_type, shipped_examples, shipped_words, unsayable_in, with_saved, written_at};
pub(super) use rota::rota;
pub use script::{call_types, script, script_findings, script_texts};
pub(super) use showings::who_shows;

/// What the switch is told of the machine it runs on.
pub fn machine(config: &Config, sockets: &Sockets) -> Settings {
    let udp = sockets.udp.local;
    let advertised = config.sip.advertised;
    let told = |own: IpAddr| advertised.filter(|told| told.is_ipv4() == own.is_ipv4()).unwrap_or(own);
    Settings {
        realm: config.sip.realm.clone(),
        names: super::certificates::own_names(config),
        sips_to_the_end: config.sip.sips_to_the_end,
        listeners: sockets.listeners(config),
        media_ports: config.sip.rtp_ports.clone(),
        media_address: told(udp.ip()),
        other_media_address: sockets.second.as_ref().map(|second| told(second.local.ip())),
        ..Settings::default()
    }
}

/// The part of the media ports that the system also lends to any program that asks for a port: one of those may sit on
/// a port when a call needs it. `lent`: as Linux writes it in `ip_local_port_range`, first and last.
pub fn lent_ports(media: &RangeInclusive<u16>, lent: &str) -> Option<RangeInclusive<u16>> {
    let mut bounds = lent.split_whitespace().map(str::parse::<u16>);
    let (Some(Ok(first)), Some(Ok(last))) = (bounds.next(), bounds.next()) else { return None };
    let shared = *media.start().max(&first)..=*media.end().min(&last);
    (!shared.is_empty()).then_some(shared)
}

/// The address to tell others: our own, or that of the route to the outside when every address is listened on.
pub(super) fn reachable(listen: SocketAddr) -> std::net::IpAddr {
    if !listen.ip().is_unspecified() {
        return listen.ip();
    }
    // Connecting a UDP socket sends nothing; it asks the kernel which address it would send from.
    let probe = std::net::UdpSocket::bind(SocketAddr::new(listen.ip(), 0))
        .and_then(|socket| socket.connect(outside(listen)).and_then(|()| socket.local_addr()));
    probe.map_or(std::net::Ipv4Addr::LOCALHOST.into(), |address| address.ip())
}

/// Somewhere outside, of the family that is listened on.
fn outside(listen: SocketAddr) -> &'static str {
    if listen.is_ipv4() { "192.0.2.1:9" } else { "[2001:db8::1]:9" }
}

/// The switch's snapshot of the office.
///
/// # Errors
/// When the office has no number or no trunk: nothing could ever ring.
pub fn directory(config: &Config) -> anyhow::Result<Directory> {
    let pack = Arc::new(script(config)?);
    let first = config.trunks.first();
    let trunk = first.map(|trunk| TrunkName(trunk.name.clone()));
    let Some((main, trunk)) = config.numbers.first().zip(trunk) else {
        anyhow::bail!(
            "the configuration needs at least one [[number]] and one [[trunk]]; see `portico check --example`"
        );
    };
    let extensions = config.extensions.iter().map(|account| {
        let phone = Phone {
            name: account.name.clone(),
            account: Account { password: account.password.clone(), legacy_md5: account.legacy_md5 },
        };
        (account.extension.clone(), phone)
    });
    let numbers: BTreeMap<PhoneNumber, Number> = config
        .numbers
        .iter()
        .map(|number| {
            let entry = Number {
                label: number.label.clone(),
                ringer: number.ringer,
                plan: plan_of(&number.ring, number.order, number.ring_time),
                agent_first: number.agent_first,
                hours: config.office.hours.clone(),
                trunk: number.trunk.clone().map_or_else(|| trunk.clone(), TrunkName),
                reception: reception(&number.manner),
            };
            (number.number, entry)
        })
        .collect();
    let profiles =
        config.trunks.iter().map(|trunk| (TrunkName(trunk.name.clone()), profile_of(config, trunk)));
    let shown = config.extensions.iter().filter_map(|e| Some((e.extension.clone(), e.shows?)));
    let names = config.numbers.iter().flat_map(|n| n.also.iter().map(|name| (name.clone(), n.number)));
    let fixed =
        config.extensions.iter().filter_map(|account| Some((account.extension.clone(), account.address?)));
    let patience = config.trunks.iter().map(|trunk| (TrunkName(trunk.name.clone()), trunk.patience));
    let office = Arc::new(office(config));
    Ok(Directory {
        name: config.office.name.clone(),
        country: config.office.country,
        area_code: config.office.area_code.clone(),
        extensions: extensions.collect(),
        numbers,
        names: names.collect(),
        fixed_phones: fixed.collect(),
        trunks: config.trunks.iter().map(trunk_of).collect(),
        trunk_profiles: profiles.collect(),
        emergency: emergency_plan(config),
        on_call: rota(config),
        screening: screening(config),
        outbound_numbers: shown.collect(),
        outbound_caller: main.number,
        features: features(config),
        limits: Limits {
            calls: config.calls.max_calls,
            agent_calls: config.calls.max_agent_calls,
            calls_outside: config.calls.max_outside,
            calls_outside_per_extension: config.calls.max_outside_per_extension,
            calls_outside_per_hour: config.calls.outside_per_hour,
            calls_outside_per_hour_per_extension: config.calls.outside_per_hour_per_extension,
            international: !config.calls.international.is_empty(),
            countries: config.calls.international.iter().cloned().collect(),
            tolls: tolls(config),
            trunk_patience: patience.collect(),
            ..Limits::default()
        },
        services: services(config),
        texts: Texts { summaries_to: config.texts.summary_to.clone(), text_back: config.texts.text_back },
        show_callers: config.phones.show_callers,
        srtp: srtp(config),
        recording: recording(config),
        reception: reception(&config.speech.manner),
        provenance: Arc::new(Provenance::of(&pack, &office)),
        pack,
        office,
    })
}

/// How the agent receives callers.
fn reception(said: &config::Manner) -> Reception {
    let lexicon = said.pronounce.iter().map(|(words, said)| (words.as_str(), said.as_str()));
    Reception {
        manner: Arc::new(Manner {
            voice: said.voice.clone(),
            pace: Pace::of_percent(said.pace),
            lexicon: Lexicon::new(lexicon),
            recorded: said.recorded,
        }),
        agent: said.name.clone(),
        greeting_open: said.greeting.clone(),
        greeting_closed: said.greeting_closed.clone(),
    }
}

/// Whose calls are recorded.
fn recording(config: &Config) -> RecordingRules {
    let rule = |record: &Record| match record {
        Record::Never => RecordRule::Never,
        Record::OnDemand => RecordRule::OnDemand,
        Record::Always => RecordRule::Always,
    };
    let config::Recording { calls, of, pause } = &config.recording;
    let of = of.iter().map(|(extension, record)| (extension.clone(), rule(record)));
    RecordingRules { calls: rule(calls), of: of.collect(), pause: *pause }
}

/// What calls cost, and who may make them.
fn tolls(config: &Config) -> Tolls {
    let own = Tolls::default();
    let said = &config.tolls;
    let rights = config.extensions.iter().filter_map(|account| {
        Some((account.extension.clone(), Right::from_name(account.may_call.as_deref()?)?))
    });
    let prices = said.prices.iter();
    Tolls {
        premium: said.premium,
        prices: prices.filter_map(|(name, sum)| Some((PriceClass::from_name(name)?, Money(*sum)))).collect(),
        day_per_extension: said.day_per_extension.map_or(own.day_per_extension, Money),
        day: said.day.map_or(own.day, Money),
        abroad_burst: said.abroad_burst.unwrap_or(own.abroad_burst),
        after_hours: said.after_hours_per_hour.unwrap_or(own.after_hours),
        rights: rights.collect(),
    }
}

/// What was said of emergencies, with each place and what is there.
fn emergency_plan(config: &Config) -> EmergencyPlan {
    let mut locations = Locations::default();
    for (at, place) in config.locations.iter().enumerate() {
        let element = |tag: &str| CivicElement::ALL.into_iter().find(|element| element.tag() == tag);
        let address =
            place.address.iter().filter_map(|(tag, text)| Some((element(tag)?, text.clone()))).collect();
        locations.places.push(Location {
            name: place.name.clone(),
            address: CivicAddress(address),
            callback: place.callback,
        });
        locations.devices.extend(place.devices.iter().map(|device| (device_key(device), at)));
        let networks = place.subnets.iter().filter_map(|(address, prefix)| Network::new(*address, *prefix));
        locations.subnets.extend(networks.map(|network| (network, at)));
        locations.extensions.extend(place.extensions.iter().cloned().map(|extension| (extension, at)));
        if place.default {
            locations.default = Some(at);
        }
    }
    EmergencyPlan {
        numbers: config.emergency.numbers.clone(),
        locations,
        notice: EmergencyNotice {
            phones: config.emergency.notify_phones.clone(),
            calls: config.emergency.notify_calls.clone(),
            texts: config.emergency.notify_texts.clone(),
        },
    }
}

/// What happens to callers whom the office does not know.
fn screening(config: &Config) -> ScreeningRules {
    let treatment =
        |name: &Option<String>| name.as_deref().and_then(Treatment::from_name).unwrap_or_default();
    ScreeningRules {
        anonymous: treatment(&config.screening.anonymous),
        failed: treatment(&config.screening.failed),
        unknown: treatment(&config.screening.unknown),
        unanswered: config
            .screening
            .unanswered
            .as_deref()
            .and_then(Unanswered::from_name)
            .unwrap_or_default(),
        remember: Duration::from_secs(config.screening.remember_days * 24 * 3600),
    }
}

fn codec_named(name: &str) -> Option<Codec> {
    Codec::ALL.into_iter().find(|codec| codec.encoding_name().eq_ignore_ascii_case(name))
}

/// What is known of a trunk's carrier.
fn profile_of(config: &Config, trunk: &crate::config::Trunk) -> TrunkProfile {
    let said = &trunk.profile;
    let form = |name: &str| match name {
        "digits" => NumberForm::Digits,
        "national" => NumberForm::National(config.office.country),
        _ => NumberForm::E164,
    };
    let account = trunk.register.as_ref().map(|account| account.user.clone());
    TrunkProfile {
        channels: said.channels,
        order: said.order,
        weight: said.weight,
        emergency: said.emergency,
        takes_location: said.takes_location,
        numbers: form(&said.numbers),
        dial_prefix: said.dial_prefix.clone(),
        caller_numbers: form(&said.caller_numbers),
        identity: match said.identity.as_str() {
            "asserted" => IdentityForm::Asserted,
            "preferred" => IdentityForm::Preferred,
            "remote_party" => IdentityForm::RemoteParty,
            _ => IdentityForm::From,
        },
        from_account: account.filter(|_| said.from_account),
        codecs: said.codecs.iter().filter_map(|name| codec_named(name)).collect(),
        outbound_number: said.outbound_number,
    }
}

/// What the box itself does with callers.
fn services(config: &Config) -> Services {
    let mailboxes = config.mailboxes.iter().map(|mailbox| {
        let plan = MailboxPlan {
            name: mailbox.name.clone(),
            greeting: mailbox.greeting.clone(),
            pin: mailbox.pin.clone(),
            ask_at_own_phone: mailbox.ask_pin,
            ring: mailbox.ring,
            longest: mailbox.longest,
        };
        (mailbox.extension.clone(), plan)
    });
    let conferences = config.conferences.iter().map(|conference| {
        let plan = ConferencePlan {
            name: conference.name.clone(),
            pin: conference.pin.clone(),
            dial_in: conference.dial_in,
        };
        (conference.room.clone(), plan)
    });
    let (menus, menus_of) = menus(config);
    let (queues, queue_of) = queues::queues(config);
    Services {
        mailboxes: mailboxes.collect(),
        conferences: conferences.collect(),
        queues,
        queue_of,
        menus,
        menus_of,
    }
}

fn srtp(config: &Config) -> Srtp {
    let policy = |wish: &SrtpWish| match wish {
        SrtpWish::Off => SrtpPolicy::Off,
        SrtpWish::Optional => SrtpPolicy::Optional,
        SrtpWish::Required => SrtpPolicy::Required,
    };
    let Config { srtp, extensions, trunks, .. } = config;
    let phones = extensions.iter().map(|account| {
        let wish = srtp.extension.get(&account.extension).unwrap_or(&srtp.phones);
        (account.extension.clone(), policy(wish))
    });
    let carriers = trunks.iter().map(|trunk| {
        let wish = srtp.trunk.get(&trunk.name).unwrap_or(&srtp.trunks);
        (TrunkName(trunk.name.clone()), policy(wish))
    });
    Srtp { extensions: phones.collect(), trunks: carriers.collect(), without_tls: srtp.without_tls }
}

/// A group that is paged, by its number.
fn page(page: &config::Page) -> (Extension, PagePlan) {
    let config::Page { number, name, phones, multicast, may_page, longest } = page.clone();
    (number, PagePlan { name, phones, multicast, may_page, longest })
}

/// What desk phones can do with calls.
fn features(config: &Config) -> Features {
    let written = &config.features;
    let codes = Service::ALL
        .iter()
        .map(|service| (*service, written.star_codes.get(service.name()).cloned().flatten()));
    let plans = config.numbers.iter().filter(|number| !number.plans.is_empty()).map(|number| {
        let timed = number.plans.iter().map(|timed| TimedPlan {
            when: timed.hours.clone(),
            plan: plan_of(&timed.ring, timed.order, number.ring_time),
        });
        (number.number, timed.collect())
    });
    Features {
        // The configuration has no code twice.
        star_codes: StarCodes::with(codes).unwrap_or_default(),
        doors: config
            .doors
            .iter()
            .map(|door| {
                let config::Door { extension, open, may_open } = door.clone();
                (extension, Door { open, may_open })
            })
            .collect(),
        fax: config.fax.clone(),
        pages: config.pages.iter().map(page).collect(),
        no_intercom: config.no_intercom.clone(),
        park: Park {
            slots: written.park_slots.clone(),
            recall_after: written.park_recall,
            ..Park::default()
        },
        pickup_groups: written.pickup_groups.clone(),
        music: written.music.clone(),
        music_of: config
            .numbers
            .iter()
            .filter_map(|number| Some((number.number, number.music.clone()?)))
            .collect(),
        holidays: written.holidays.clone(),
        plans: plans.collect(),
        supervision: supervision(config),
        houses: houses(config),
        transfer_ring: written.transfer_recall,
    }
}

/// What the office looks after, and which number is for what.
fn houses(config: &Config) -> Houses {
    let of = |number: &config::Number| Some((number.number, number.property.clone()?));
    Houses {
        properties: properties(config),
        of_numbers: config.numbers.iter().filter_map(of).collect(),
        before_ringing: config.incidents.before_ringing,
    }
}

/// For the desk and the telephones, and for the console, where people say which of them has a trouble.
pub(super) fn properties(config: &Config) -> Properties {
    Properties::of(&office(config).roster, &config.office.name)
}

/// What answers before anybody rings.
fn menus(config: &Config) -> (BTreeMap<String, MenuPlan>, BTreeMap<PhoneNumber, Vec<MenuHours>>) {
    let mut of: BTreeMap<PhoneNumber, Vec<MenuHours>> = BTreeMap::new();
    for menu in &config.menus {
        for number in &menu.numbers {
            let (name, hours) = (menu.name.clone(), menu.hours.clone());
            of.entry(*number).or_default().push(MenuHours { menu: name, open: menu.open, hours });
        }
    }
    let leads = |leads: &config::MenuLeads| match leads.clone() {
        config::MenuLeads::Extension(extension) => Leads::Extension(extension),
        config::MenuLeads::Ring => Leads::RingPlan,
        config::MenuLeads::Agent => Leads::Agent,
        config::MenuLeads::Mailbox(mailbox) => Leads::Mailbox(mailbox),
        config::MenuLeads::Menu(name) => Leads::Menu(name),
        config::MenuLeads::Queue(name) => Leads::Queue(name),
        config::MenuLeads::Names => Leads::Names,
        config::MenuLeads::Words(words) => Leads::Words(words),
    };
    let plans = config.menus.iter().map(|menu| {
        let choices = menu.choices.iter().map(|(key, choice)| {
            let (label, also) = (choice.label.clone(), choice.also.clone());
            (*key, Choice { label, also, leads: leads(&choice.leads) })
        });
        let plan = MenuPlan {
            greeting: menu.greeting.clone(),
            choices: choices.collect(),
            extensions: menu.extensions,
            otherwise: if menu.otherwise_agent { MenuOtherwise::Agent } else { MenuOtherwise::RingPlan },
            patience: menu.patience,
        };
        (menu.name.clone(), plan)
    });
    (plans.collect(), of)
}

/// Who may listen to calls, and more.
fn supervision(config: &Config) -> Supervision {
    let written = &config.supervision;
    let right = |name: &String| Supervise::ALL.into_iter().find(|right| right.name() == name);
    let rights = written
        .rights
        .iter()
        .map(|(extension, names)| (extension.clone(), names.iter().filter_map(right).collect()));
    Supervision { rights: rights.collect(), tone: written.tone, agent_lines: written.agent_lines.clone() }
}

fn plan_of(ring: &[config::RingStep], order: config::RingOrder, ring_for: Duration) -> RingPlan {
    let order = match order {
        config::RingOrder::All => RingOrder::All,
        config::RingOrder::OneAfterAnother => RingOrder::OneAfterAnother,
        config::RingOrder::LongestIdle => RingOrder::LongestIdle,
    };
    RingPlan::new(ring.iter().map(|step| RingStep {
        extensions: step.extensions.clone(),
        numbers: step.numbers.clone(),
        order,
        ring_for,
    }))
}

fn trunk_of(trunk: &crate::config::Trunk) -> Trunk {
    let domain = trunk.domain.clone().unwrap_or_else(|| trunk.send_to.host());
    let credentials = trunk.register.as_ref().map(|account| Credentials {
        user: account.user.clone(),
        password: account.password.clone(),
        realm: account.realm.clone(),
    });
    let registration = trunk.register.as_ref().map(|account| Registration {
        user: account.user.clone(),
        registrar: format!("sip:{domain}"),
        expires: account.expires,
    });
    Trunk {
        name: TrunkName(trunk.name.clone()),
        addresses: trunk
            .from
            .iter()
            .filter_map(|(address, prefix)| Network::new(*address, *prefix))
            .collect(),
        send_to: match &trunk.send_to {
            config::SendTo::Address(address) => SendTo::Address(*address),
            config::SendTo::Name { host, port } => SendTo::Name {
                host: host.clone(),
                port: *port,
                any_transport: trunk.transport == TrunkTransport::Any,
            },
        },
        transport: match trunk.transport {
            TrunkTransport::Any | TrunkTransport::Udp => Transport::Udp,
            TrunkTransport::Tcp => Transport::Tcp,
            TrunkTransport::Tls => Transport::Tls,
        },
        long_by_tcp: trunk.transport == TrunkTransport::Any,
        keep_alive: trunk.keep_alive,
        located: Located::default(),
        domain,
        advertised: None,
        credentials,
        registration,
        probe: trunk.probe,
        session_timers: SessionTimers { expires: trunk.session, ..SessionTimers::default() },
    }
}

/// What the desk is told.
///
/// # Errors
/// When the office's name makes a text too long.
pub fn desk(config: &Config) -> anyhow::Result<desk::Settings> {
    let words = desk::Wording::read(desk::Wording::FACTORY, &config.office.name)?;
    let leasing = config.numbers.iter().filter(|number| {
        let label = number.label.to_lowercase();
        ["leasing", "sales", "rental"].iter().any(|word| label.contains(word))
    });
    Ok(desk::Settings {
        office: config.office.name.clone(),
        staff: config.texts.summary_to.clone(),
        alarm_texts: config.tolls.alarm_to.clone(),
        emergency_texts: config.emergency.notify_texts.clone(),
        own_numbers: config.numbers.iter().map(|number| number.number).collect(),
        wording: words,
        quiet_hours: QuietHours {
            zone: config.office.hours.zone().clone(),
            from: Time::constant(8, 0, 0, 0),
            until: Time::constant(20, 0, 0, 0),
        },
        text_back: config.texts.text_back,
        text_back_waits_for_morning: false,
        leasing_numbers: leasing.map(|number| number.number).collect(),
        lead_sequence: None,
        letters: letters(config),
        showings: showings::plan(config),
        houses: houses(config),
        after_crash: AfterCrash::default(),
    })
}

/// Which messages of mailboxes are mailed, and to whom. Without a mail server: none.
fn letters(config: &Config) -> desk::LetterRules {
    let Some(mail) = &config.mail else { return desk::LetterRules::default() };
    let mailed = config.mailboxes.iter().filter(|mailbox| !mailbox.email.is_empty());
    let to = |mailbox: &config::Mailbox| desk::MailedTo {
        name: mailbox.name.clone(),
        addresses: mailbox.email.clone(),
        sound: mailbox.email_sound,
        after: AfterMail::from_name(&mailbox.after_email).unwrap_or_default(),
    };
    desk::LetterRules {
        mailboxes: mailed.map(|mailbox| (mailbox.extension.clone(), to(mailbox))).collect(),
        words_within: jiff::SignedDuration::try_from(mail.words_within).unwrap_or_default(),
        console: mail.console.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn media_ports_that_any_program_may_be_lent_are_named() {
        let media = 30_000..=33_999;
        assert_eq!(lent_ports(&media, "32768\t60999\n"), Some(32_768..=33_999));
        assert_eq!(lent_ports(&(16_384..=18_383), "32768\t60999\n"), None);
        assert_eq!(lent_ports(&media, "unreadable"), None);
    }
}
