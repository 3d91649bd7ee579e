//! Maple Court: the office that the stories happen in.

use std::{collections::BTreeMap, net::SocketAddr, sync::Arc, time::Duration};

use jiff::tz::TimeZone;

use crate::{
    dialogue::{Office, Pack, Roster},
    pbx::{
        Directory, EmergencyPlan, Limits, Number, OnCall, Phone, Reception, RingPlan, Rota, Services, Texts,
    },
    sip::{self, TrunkName},
    types::{Country, Extension, Hours, PhoneNumber},
};

pub(in crate::pbx) const MAIN: &str = "+13035550100";
pub(in crate::pbx) const LEASING: &str = "+13035550101";
pub(in crate::pbx) const ON_CALL: &str = "+13035550199";
/// The tenant who calls in these stories.
pub(in crate::pbx) const DANA: &str = "+13035550177";

pub(super) const SWITCH: &str = "192.0.2.1:5060";
pub(in crate::pbx) const CARRIER: &str = "198.51.100.1:5060";
pub(super) const SPARE: &str = "198.51.100.2:5060";
pub(super) const DESK: [(&str, &str); 10] = [
    ("101", "10.0.0.101:5060"),
    ("102", "10.0.0.102:5060"),
    ("103", "10.0.0.103:5060"),
    ("104", "10.0.0.104:5060"),
    ("105", "10.0.0.105:5060"),
    ("106", "10.0.0.106:5060"),
    ("107", "10.0.0.107:5060"),
    ("108", "10.0.0.108:5060"),
    ("109", "10.0.0.109:5060"),
    ("110", "10.0.0.110:5060"),
];

pub(in crate::pbx) fn extension(text: &str) -> Extension {
    text.parse().unwrap()
}

pub(in crate::pbx) fn number(text: &str) -> PhoneNumber {
    text.parse().unwrap()
}

/// Maple Court: two phones, two numbers, one trunk, open from nine to five.
pub(in crate::pbx) fn office() -> Directory {
    let hours = Hours::parse(TimeZone::get("America/Denver").unwrap(), &["Mon-Fri 09:00-17:00"]).unwrap();
    let trunk = TrunkName("carrier".into());
    let plan = RingPlan::all([extension("101"), extension("102")]);
    let number_of = |label: &str, agent_first| Number {
        label: label.into(),
        plan: plan.clone(),
        ringer: None,
        agent_first,
        hours: hours.clone(),
        trunk: trunk.clone(),
        reception: Reception::default(),
    };
    let phone = |extension: &str, name: &str| Phone {
        name: name.into(),
        account: sip::Account { password: format!("secret-{extension}"), legacy_md5: false },
    };
    Directory {
        name: "Maple Court".into(),
        country: Country::NORTH_AMERICA,
        area_code: None,
        extensions: BTreeMap::from([
            (extension("101"), phone("101", "Front desk")),
            (extension("102"), phone("102", "Back office")),
        ]),
        numbers: BTreeMap::from([
            (number(MAIN), number_of("Main", false)),
            (number(LEASING), number_of("Leasing", true)),
        ]),
        names: BTreeMap::new(),
        fixed_phones: BTreeMap::new(),
        trunks: vec![trunk_at("carrier", CARRIER, None)],
        trunk_profiles: BTreeMap::new(),
        emergency: EmergencyPlan::default(),
        on_call: Rota::new([OnCall::at_all_hours(number(ON_CALL))]),
        screening: crate::pbx::ScreeningRules::default(),
        outbound_numbers: BTreeMap::new(),
        outbound_caller: number(MAIN),
        features: crate::pbx::Features::default(),
        limits: Limits::default(),
        services: Services::default(),
        texts: Texts::default(),
        show_callers: true,
        srtp: crate::pbx::Srtp::default(),
        recording: crate::pbx::RecordingRules::default(),
        reception: Reception::default(),
        provenance: Arc::default(),
        pack: Arc::new(Pack::property().unwrap()),
        office: Arc::new(Office {
            name: "Maple Court".into(),
            address: None,
            hours: None,
            roster: Roster::default(),
            home_area_code: 303,
            listings: Vec::new(),
            facts: Vec::new(),
            on_call: true,
            staff: true,
            showings: false,
            also: Vec::new(),
            in_spanish: std::collections::BTreeMap::new(),
            tenancy: crate::dialogue::Tenancy::default(),
        }),
    }
}

/// The same with these phones as well.
pub(in crate::pbx) fn office_with_phones(more: &[&str]) -> Directory {
    let mut office = office();
    for name in more {
        let account = sip::Account { password: format!("secret-{name}"), legacy_md5: false };
        office.extensions.insert(extension(name), Phone { name: format!("Desk {name}"), account });
    }
    office
}

/// The same with a second trunk, `spare`, behind the first.
pub(in crate::pbx) fn office_with_spare() -> Directory {
    let mut office = office();
    office.trunks.push(trunk_at("spare", SPARE, None));
    office
}

pub(super) fn trunk_at(name: &str, at: &str, account: Option<&str>) -> sip::Trunk {
    let send_to: SocketAddr = at.parse().unwrap();
    sip::Trunk {
        name: TrunkName(name.into()),
        addresses: vec![sip::Network::single(send_to.ip())],
        send_to: send_to.into(),
        transport: sip::Transport::Udp,
        long_by_tcp: false,
        keep_alive: Duration::ZERO,
        located: sip::Located::default(),
        domain: send_to.ip().to_string(),
        advertised: None,
        credentials: account.map(|user| sip::Credentials {
            user: user.into(),
            password: format!("secret-{user}"),
            realm: None,
        }),
        registration: account.map(|user| sip::Registration {
            user: user.into(),
            registrar: format!("sip:{}", send_to.ip()),
            expires: Duration::from_secs(600),
        }),
        probe: None,
        session_timers: sip::SessionTimers::default(),
    }
}
