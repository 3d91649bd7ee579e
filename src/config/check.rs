//! From the file as written to the configuration as used; every problem is found in one go.

use std::{collections::BTreeSet, net::SocketAddr, ops::RangeInclusive, path::PathBuf, time::Duration};

use jiff::tz::TimeZone;
use toml::Spanned;

use super::{
    Calls, Config, Console, ExtensionAccount, Listing, Number, Office, Practice, Problems, Sip, Speech,
    Store, Texts, Transports,
    call_type::call_types,
    checker::Checker,
    conference::conferences,
    door::doors,
    emergency, fax,
    features::{self, RawFeatures},
    incidents, mail,
    mailbox::mailboxes,
    manner::{Manner, RawManner, manner},
    menu, on_call, page,
    property::{fact, translation, units, vendor},
    queue, raw,
    recording::recording,
    screening, showings, srtp, supervision, tenancy, tolls, transports, trunks,
};
use crate::types::{Country, EmergencyNumbers, Extension, Hours, PhoneNumber};

/// A password that telephones know cannot be guessed from so many characters on.
pub(super) const SHORTEST_PASSWORD: usize = 12;

/// Days that recordings are kept if nothing is said.
const RECORD_DAYS: u16 = 90;

/// Scripts that come with the program.
pub(super) const PACKS: [&str; 3] = ["residential", "commercial", "brokerage"];

/// Days of emergencies that an edited file is held against where the file says nothing.
const REPLAY_DAYS: u16 = 30;

/// Checks the whole file.
pub(super) fn config(file: &str, text: &str, raw: raw::File) -> Result<Config, Problems> {
    // A country that is none is reported with its line where the office is read.
    let country = raw.office.country.as_ref().and_then(|name| name.get_ref().trim().parse().ok());
    let mut c = Checker {
        file,
        text,
        problems: Vec::new(),
        warnings: Vec::new(),
        country: country.unwrap_or_default(),
        emergency: EmergencyNumbers::default(),
    };
    only_own_numbers(&mut c, &raw);
    let emergency_numbers = emergency::numbers(&mut c, &raw.emergency);
    c.emergency = emergency_numbers.clone();
    let with_voicemail: BTreeSet<Extension> = raw
        .extension
        .iter()
        .filter(|entry| entry.get_ref().voicemail)
        .filter_map(|entry| entry.get_ref().extension.get_ref().parse().ok())
        .collect();
    let groups = features::pickup_groups(&raw.extension);
    let recorded = raw.extension.iter().filter_map(|entry| {
        let entry = entry.get_ref();
        Some((entry.extension.get_ref().trim().parse().ok()?, entry.record.clone()?))
    });
    let recording = recording(&mut c, raw.recording, raw.calls.record.as_ref(), recorded);
    let rights = supervision::rights(&raw.extension);
    let extensions = extensions(&mut c, raw.extension);
    let names = extensions.iter().map(|e| (e.extension.clone(), e.name.clone())).collect();
    let has_mail = raw.mail.is_some();
    let mail = mail::mail(&mut c, raw.mail);
    let mailboxes = mailboxes(&mut c, raw.mailbox, &names, &with_voicemail, has_mail);
    let known: BTreeSet<Extension> = extensions.iter().map(|e| e.extension.clone()).collect();
    let trunk_names: BTreeSet<String> =
        raw.trunk.iter().map(|t| t.get_ref().name.get_ref().clone()).collect();
    for trunk in raw.number.iter().filter_map(|number| number.get_ref().trunk.as_ref()) {
        if !trunk_names.contains(trunk.get_ref()) {
            let what = format_args!("`{}` is not one of the trunks", trunk.get_ref());
            c.problem(trunk, what, "write the name of a [[trunk]], or leave the line out");
        }
    }
    let sip = sip(&mut c, raw.sip);
    let calls = calls(&mut c, raw.calls, sip.rtp_ports.len());
    let trunk_names = raw.trunk.iter().map(|trunk| trunk.get_ref().name.get_ref().clone()).collect();
    let (office_name, short) = (raw.office.name.clone(), raw.office.on_call.clone());
    let office = office(&mut c, raw.office);
    let zone = office.hours.zone().clone();
    let rung = on_call::rung(&raw.on_call, short.as_ref());
    let on_call = on_call::on_call(&mut c, raw.on_call, &office_name, short.as_ref(), &zone);
    let sections = RawFeatures {
        park: raw.park,
        transfer: raw.transfer,
        hold: raw.hold,
        star_codes: raw.star_codes,
        holidays: raw.holidays,
    };
    let features = features::features(&mut c, sections, &known, groups);
    let properties = raw.unit.iter().map(|unit| unit.property.trim().to_owned());
    let properties: BTreeSet<String> = properties.filter(|property| !property.is_empty()).collect();
    let speech = speech(&mut c, raw.speech, raw.agent);
    let house = NumberRules { ring: calls.ring, zone: &zone, manner: &speech.manner };
    let numbers = numbers(&mut c, raw.number, &known, &properties, &house);
    let own_numbers = numbers.iter().map(|number| number.number).collect();
    on_call::not_of_the_office(&mut c, &rung, &own_numbers);
    let mut taken = known.clone();
    taken.extend(features.park_slots.iter().cloned());
    taken.extend(mailboxes.iter().map(|mailbox| mailbox.extension.clone()));
    let conferences = conferences(&mut c, raw.conference, &taken, &own_numbers);
    taken.extend(conferences.iter().map(|conference| conference.room.clone()));
    let pages = page::pages(&mut c, raw.page, &taken, &known);
    taken.extend(pages.iter().map(|page| page.number.clone()));
    let boxes = mailboxes.iter().map(|mailbox| mailbox.extension.clone()).collect();
    let inside = menu::Known {
        extensions: &known,
        dialled: extensions.iter().filter(|e| e.address.is_none()).map(|e| e.extension.as_str()).collect(),
        mailboxes: &boxes,
        numbers: &own_numbers,
        zone: &zone,
    };
    let queue_names = raw.queue.iter().map(|queue| queue.name().to_owned()).collect();
    let menus = menu::menus(&mut c, raw.menu, &inside, &queue_names);
    let agents = numbers.iter().filter(|number| number.agent_first).map(|number| number.number).collect();
    let lines =
        raw.trunk.iter().map(|trunk| usize::try_from(*trunk.get_ref().channels.as_ref()?.get_ref()).ok());
    let lines = lines.sum::<Option<usize>>();
    let known_to_queues = queue::Known {
        extensions: &known,
        mailboxes: &boxes,
        numbers: &own_numbers,
        agent_first: &agents,
        taken: &taken,
        lines,
    };
    let queues = queue::queues(&mut c, raw.queue, &known_to_queues);
    taken.extend(queues.iter().filter_map(|queue| queue.lamp.clone()));
    let showings = showings::showings(&mut c, raw.showings, raw.showing_agent, &office.hours);
    let units = units(&mut c, raw.unit);
    let identity = tenancy::identity(&mut c, raw.identity);
    let residents = tenancy::residents(&mut c, raw.resident, &units, identity.digits);
    let private_facts = tenancy::private_facts(&mut c, raw.private_fact, &units);
    let mut config = Config {
        showings,
        warnings: Vec::new(),
        menus,
        queues,
        conferences,
        supervision: supervision::supervision(&mut c, raw.supervision, rights, &taken),
        srtp: srtp::check(&mut c, raw.srtp, &known, &trunk_names),
        office,
        recording,
        doors: doors(&mut c, raw.door, &known),
        fax: fax::fax(&mut c, raw.fax, &known),
        incidents: incidents::incidents(&raw.incidents),
        pages,
        no_intercom: page::no_intercom(&mut c, raw.intercom, &known),
        features,
        sip,
        tls: transports::tls(&mut c, raw.tls),
        console: Console {
            listen: raw
                .console
                .listen
                .and_then(|v| c.address(&v))
                .unwrap_or_else(|| SocketAddr::from(([127, 0, 0, 1], 8080))),
            tls: raw.console.tls.and_then(|v| c.address(&v)),
            behind_tls: raw.console.behind_tls,
        },
        store: Store {
            folder: PathBuf::from(raw.store.folder.unwrap_or_else(|| "data".into())),
            record_days: raw.store.record_days.map_or(RECORD_DAYS, |days| {
                u16::try_from(c.within(&days, 0..=3650, "days")).unwrap_or(RECORD_DAYS)
            }),
            replay_days: raw.store.replay_days.map_or(REPLAY_DAYS, |days| {
                u16::try_from(c.within(&days, 0..=365, "days")).unwrap_or(REPLAY_DAYS)
            }),
            copies_to: raw.store.copies_to.map(PathBuf::from),
        },
        numbers,
        calls,
        texts: Texts {
            text_back: raw.texts.text_back.unwrap_or(true),
            summary_to: raw.texts.summary_to.unwrap_or_default().iter().filter_map(|n| c.number(n)).collect(),
        },
        speech,
        phones: raw.phones.check(&mut c, raw.phone),
        extensions,
        trunks: trunks::trunks(&mut c, raw.trunk),
        screening: screening::screening(&mut c, raw.screening),
        tolls: tolls::tolls(&mut c, raw.tolls),
        on_call,
        emergency: emergency::emergency(&mut c, raw.emergency, emergency_numbers, &known),
        locations: emergency::locations(&mut c, raw.location, &known),
        mailboxes,
        mail,
        units,
        identity,
        residents,
        private_facts,
        listings: raw
            .listing
            .into_iter()
            .map(|listing| {
                let raw::Listing {
                    address,
                    summary,
                    rent,
                    price,
                    deposit,
                    bedrooms,
                    available,
                    pets,
                    parking,
                } = listing;
                Listing { address, summary, rent, price, deposit, bedrooms, available, pets, parking }
            })
            .collect(),
        people: raw.person.into_iter().filter_map(|p| c.full_name(&p.name)).collect(),
        vendors: raw.vendor.into_iter().map(|v| vendor(&mut c, v)).collect(),
        facts: raw.fact.into_iter().map(|f| fact(&mut c, f)).collect(),
        translations: Vec::new(),
        call_types: call_types(&mut c, raw.call_type),
        practice: raw.practice.and_then(|p| Some(Practice { carrier: c.address(&p.carrier)? })),
    };
    config.translations = raw.translation.into_iter().map(|t| translation(&mut c, &config, t)).collect();
    if c.problems.is_empty() {
        c.warnings.sort_by_key(|warning| warning.line);
        config.warnings = c.warnings;
        return Ok(config);
    }
    c.problems.sort_by_key(|p| p.line);
    Err(Problems(c.problems))
}

/// Only a number that is the office's, or that it may show, is shown to people outside: showing another's is unlawful
/// (47 CFR 64.1604) and carriers refuse it.
fn only_own_numbers(c: &mut Checker<'_>, raw: &raw::File) {
    let own: BTreeSet<PhoneNumber> = raw
        .number
        .iter()
        .map(|number| &number.get_ref().number)
        .chain(raw.calls.may_show.iter().flatten())
        .filter_map(|text| c.country.read(text.get_ref().trim(), None).ok())
        .collect();
    let extensions = raw.extension.iter().filter_map(|entry| entry.get_ref().shows.as_ref());
    let trunks = raw.trunk.iter().filter_map(|entry| entry.get_ref().outbound_number.as_ref());
    for shown in extensions.chain(trunks) {
        if c.country.read(shown.get_ref().trim(), None).is_ok_and(|number| !own.contains(&number)) {
            c.problem(
                shown,
                format_args!("`{}` is not a number of the office", shown.get_ref()),
                "write one of the [[number]]s, or add it to `may_show` in [calls] if the carrier lets you show it",
            );
        }
    }
}

fn office(c: &mut Checker<'_>, raw: raw::Office) -> Office {
    c.not_empty(&raw.name, "the office's name");
    let zone = TimeZone::get(raw.zone.get_ref()).unwrap_or_else(|_| {
        c.problem(
            &raw.zone,
            format_args!("`{}` is not a time zone", raw.zone.get_ref()),
            "write a name of the zone database, such as \"America/Denver\"",
        );
        TimeZone::UTC
    });
    let hours = match raw.hours {
        None => Hours::always(zone),
        Some(lines) => Hours::parse(zone.clone(), lines.get_ref()).unwrap_or_else(|error| {
            c.problem(&lines, error, "write lines such as \"Mon-Fri 09:00-17:00\"");
            Hours::always(zone)
        }),
    };
    let country = raw.country.and_then(|v| {
        let cure = format!("write one of {}", Country::names().collect::<Vec<_>>().join(", "));
        c.parse::<Country>(&v, "a country that Portico knows", &cure)
    });
    if let Some(area) = raw
        .area_code
        .as_ref()
        .filter(|v| !(1..=6).contains(&v.get_ref().len()) || !v.get_ref().bytes().all(|b| b.is_ascii_digit()))
    {
        let what = format_args!("`{}` is not an area code", area.get_ref());
        c.problem(area, what, "write its digits without any prefix, such as \"303\"");
    }
    let pack = raw.pack.map_or_else(
        || PACKS[0].to_owned(),
        |pack| {
            let name = pack.get_ref().trim().to_owned();
            if !PACKS.contains(&name.as_str()) && !name.ends_with(".toml") {
                let cure = format!(
                    "write {}, or the path of a file of your own that ends in .toml",
                    PACKS.join(", ")
                );
                c.problem(&pack, format_args!("there is no pack `{name}`"), &cure);
            }
            name
        },
    );
    Office {
        pack,
        name: raw.name.into_inner(),
        address: raw.address,
        country: country.unwrap_or_default(),
        area_code: raw.area_code.map(Spanned::into_inner),
        hours,
        hours_spoken: raw.hours_spoken,
    }
}

fn sip(c: &mut Checker<'_>, raw: raw::Sip) -> Sip {
    let mut plain = transports::addresses(c, raw.listen, "listen");
    if plain.is_empty() {
        plain.push(transports::everywhere(5060));
    }
    let own_port = |span: &RangeInclusive<u16>| {
        plain.iter().map(SocketAddr::port).find(|port| span.contains(port) && *port != 0)
    };
    let rtp_ports = raw.rtp_ports.map_or(16384..=18383, |value| {
        let bounds = value.get_ref().split_once('-').and_then(|(first, last)| {
            Some((first.trim().parse::<u16>().ok()?, last.trim().parse::<u16>().ok()?))
        });
        match bounds {
            Some((first, last)) if first >= 1024 && last > first && last - first >= 19 => {
                let span = first..=last;
                if let Some(port) = own_port(&span) {
                    c.problem(
                        &value,
                        format_args!("port {port} is that of `listen`, and would be lent to a call's sound"),
                        "write a span without it, such as \"16384-18383\"",
                    );
                }
                span
            }
            _ => {
                c.problem(
                    &value,
                    format_args!("`{}` is not a span of ports", value.get_ref()),
                    "write the first and the last port, at least 20 of them, such as \"16384-18383\"",
                );
                16384..=18383
            }
        }
    });
    if let Some(realm) = &raw.realm {
        c.not_empty(realm, "the realm");
    }
    Sip {
        listen: plain[0],
        transports: Transports {
            plain,
            tls: transports::addresses(c, raw.tls, "tls"),
            ws: transports::addresses(c, raw.ws, "ws"),
            wss: transports::addresses(c, raw.wss, "wss"),
            origins: raw.origins,
        },
        advertised: raw
            .advertised
            .and_then(|v| c.parse(&v, "an IP address", "write the public address of the box")),
        realm: raw.realm.map_or_else(|| "portico".into(), Spanned::into_inner),
        sips_to_the_end: raw.sips_to_the_end.unwrap_or(true),
        rtp_ports,
    }
}

/// A call holds a pair of ports for the caller and one for whoever answers.
const PORTS_PER_CALL: usize = 4;

fn calls(c: &mut Checker<'_>, raw: raw::Calls, ports: usize) -> Calls {
    let ring = raw.ring_seconds.map_or(18, |v| c.within(&v, 6..=60, "seconds of ringing"));
    let limit = |c: &mut Checker<'_>, value: Option<Spanned<usize>>, default: usize| match value {
        Some(v) if !(1..=2000).contains(v.get_ref()) => {
            c.problem(&v, "a limit of calls is out of range", "write a number from 1 to 2000");
            default
        }
        Some(v) => v.into_inner(),
        None => default,
    };
    let international = raw.international.map(|list| {
        for code in list.get_ref() {
            let length = if code.starts_with('1') { 4..=4 } else { 1..=3 };
            if !length.contains(&code.len()) || !code.bytes().all(|b| b.is_ascii_digit()) {
                let cure = "write country codes without +, such as [\"44\", \"49\"]; a country behind code 1 with its area \
                            code, such as \"1876\"";
                c.problem(&list, format_args!("`{code}` is not a country code"), cure);
            }
        }
        list.into_inner()
    });
    let room = ports / PORTS_PER_CALL;
    if let Some(value) = raw.max_calls.as_ref().filter(|value| *value.get_ref() > room) {
        c.problem(
            value,
            format_args!("{} calls need {} media ports", value.get_ref(), value.get_ref() * PORTS_PER_CALL),
            &format!("widen `rtp_ports` in [sip], or write at most {room}"),
        );
    }
    Calls {
        ring: Duration::from_secs(ring),
        max_calls: limit(c, raw.max_calls, room.min(200)),
        max_agent_calls: limit(c, raw.max_agent_calls, 20),
        max_outside: limit(c, raw.max_outside, 30),
        max_outside_per_extension: limit(c, raw.max_outside_per_extension, 4),
        outside_per_hour: limit(c, raw.outside_per_hour, 200),
        outside_per_hour_per_extension: limit(c, raw.outside_per_hour_per_extension, 60),
        international: international.unwrap_or_default(),
    }
}

fn speech(c: &mut Checker<'_>, raw: raw::Speech, agent: RawManner) -> Speech {
    let spoken = manner(c, RawManner::of_voice(raw.voice), &Manner::default());
    Speech {
        models: PathBuf::from(raw.models.unwrap_or_else(|| "models".into())),
        manner: manner(c, agent, &spoken),
        disclose: raw.disclose.unwrap_or(true),
        spanish: raw.spanish.unwrap_or(true),
    }
}

fn extensions(c: &mut Checker<'_>, raw: Vec<Spanned<raw::Extension>>) -> Vec<ExtensionAccount> {
    let (mut seen, mut persons) = (BTreeSet::new(), BTreeSet::new());
    let mut accounts = Vec::new();
    for entry in raw {
        let entry = entry.into_inner();
        let Some(extension) = c.parse::<Extension>(
            &entry.extension,
            "an extension",
            "write two to six digits, such as \"101\"",
        ) else {
            continue;
        };
        emergency::no_shadow(c, &entry.extension);
        if !seen.insert(extension.clone()) {
            c.problem(
                &entry.extension,
                format_args!("extension {extension} is there twice"),
                "give it another number",
            );
        }
        if entry.password.get_ref().len() < SHORTEST_PASSWORD {
            c.problem(
                &entry.password,
                format_args!(
                    "the password of extension {extension} is shorter than {SHORTEST_PASSWORD} characters"
                ),
                "write a long random one; scanners try short ones all day",
            );
        }
        if let Some(right) = &entry.may_call
            && !tolls::RIGHTS.contains(&right.get_ref().as_str())
        {
            let what = format_args!("`{}` is nothing that a phone may call", right.get_ref());
            c.problem(right, what, "write one of inside, domestic, abroad, premium");
        }
        let address = entry.address.as_ref().and_then(|address| {
            let cure = "write its address and port, such as \"192.168.1.50:5060\"";
            c.parse::<SocketAddr>(address, "the address of a phone", cure)
        });
        for person in &entry.people {
            if !persons.insert(person.get_ref().clone()) {
                let what = format_args!("`{}` is at two extensions", person.get_ref());
                c.problem(
                    person,
                    what,
                    "a browser is one extension's: take the name out of the other `people`",
                );
            }
        }
        let people = entry.people.into_iter().map(Spanned::into_inner).collect();
        accounts.push(ExtensionAccount {
            shows: entry.shows.as_ref().and_then(|number| c.number(number)),
            may_call: entry.may_call.map(Spanned::into_inner),
            address,
            extension,
            name: entry.name,
            password: entry.password.into_inner(),
            legacy_md5: entry.legacy_md5,
            people,
        });
    }
    accounts
}

/// What holds for each number that says nothing else.
struct NumberRules<'h> {
    ring: Duration,
    zone: &'h TimeZone,
    manner: &'h Manner,
}

fn numbers(
    c: &mut Checker<'_>,
    raw: Vec<Spanned<raw::Number>>,
    known: &BTreeSet<Extension>,
    properties: &BTreeSet<String>,
    house: &NumberRules<'_>,
) -> Vec<Number> {
    let mut seen = BTreeSet::new();
    let mut numbers = Vec::new();
    for entry in raw {
        let entry = entry.into_inner();
        let Some(number) = c.number(&entry.number) else { continue };
        if !seen.insert(number) {
            c.problem(
                &entry.number,
                format_args!("{number} is there twice"),
                "delete one of the two sections",
            );
        }
        let mut also = BTreeSet::new();
        for name in &entry.also {
            let plain = |c: char| c.is_ascii_alphanumeric() || "-_.+".contains(c);
            if name.get_ref().is_empty() || !name.get_ref().chars().all(plain) {
                let cure = "write it as the carrier sends it before the @: letters, digits, - _ . +";
                c.problem(name, format_args!("`{}` is no name of a number", name.get_ref()), cure);
            }
            also.insert(name.get_ref().clone());
        }
        let steps = features::ring(c, &entry.ring, known);
        let music = entry.music.as_ref().and_then(|file| features::music(c, file));
        let order = features::order(c, entry.order.as_ref());
        let plans = features::plans(c, &entry.plan, known, house.zone);
        let ring_time = entry
            .ring_seconds
            .map_or(house.ring, |v| Duration::from_secs(c.within(&v, 6..=60, "seconds of ringing")));
        numbers.push(Number {
            number,
            also,
            label: entry.label,
            ring: steps,
            order,
            music,
            plans,
            ring_time,
            ringer: entry.ringer.map(|v| u8::try_from(c.within(&v, 1..=8, "as a ringer")).unwrap_or(1)),
            agent_first: entry.agent_first,
            trunk: entry.trunk.map(Spanned::into_inner),
            property: incidents::property(c, entry.property.as_ref(), properties),
            manner: manner(c, entry.agent, house.manner),
        });
    }
    numbers
}
