//! The file as it was written: names and places, nothing checked beyond the grammar.

use std::collections::BTreeMap;

use serde::Deserialize;
use toml::Spanned;

use super::{
    conference::RawConference,
    door::RawDoor,
    features::{RawHold, RawHolidays, RawPark, RawPlan, RawTransfer},
    mailbox::RawMailbox,
    manner::RawManner,
    menu::RawMenu,
    problem::{Problem, Problems, line_of},
    recording::RawRecording,
    srtp::RawSrtp,
    supervision::RawSupervision,
    transports::{OneOrMore, RawTls},
};

/// The whole file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct File {
    pub office: Office,
    #[serde(default)]
    pub sip: Sip,
    #[serde(default)]
    pub tls: RawTls,
    #[serde(default)]
    pub console: Console,
    #[serde(default)]
    pub store: Store,
    #[serde(default)]
    pub calls: Calls,
    #[serde(default)]
    pub texts: Texts,
    #[serde(default)]
    pub speech: Speech,
    #[serde(default)]
    pub agent: RawManner,
    #[serde(default)]
    pub phones: super::phones::Raw,
    #[serde(default)]
    pub phone: Vec<super::phones::RawPhone>,
    #[serde(default)]
    pub srtp: RawSrtp,
    #[serde(default)]
    pub recording: RawRecording,
    #[serde(default)]
    pub door: Vec<RawDoor>,
    #[serde(default)]
    pub fax: super::fax::RawFax,
    #[serde(default)]
    pub incidents: super::incidents::RawIncidents,
    #[serde(default)]
    pub page: Vec<super::page::RawPage>,
    #[serde(default)]
    pub intercom: super::page::RawIntercom,
    #[serde(default)]
    pub number: Vec<Spanned<Number>>,
    #[serde(default)]
    pub extension: Vec<Spanned<Extension>>,
    #[serde(default)]
    pub trunk: Vec<Spanned<Trunk>>,
    #[serde(default)]
    pub screening: super::screening::RawScreening,
    #[serde(default)]
    pub tolls: super::tolls::RawTolls,
    #[serde(default)]
    pub emergency: super::emergency::RawEmergency,
    #[serde(default)]
    pub on_call: Vec<super::on_call::RawOnCall>,
    #[serde(default)]
    pub location: Vec<Spanned<super::emergency::RawLocation>>,
    pub mail: Option<Spanned<super::mail::RawMail>>,
    #[serde(default)]
    pub mailbox: Vec<Spanned<RawMailbox>>,
    #[serde(default)]
    pub conference: Vec<RawConference>,
    #[serde(default)]
    pub supervision: RawSupervision,
    #[serde(default)]
    pub menu: Vec<RawMenu>,
    #[serde(default)]
    pub queue: Vec<super::queue::RawQueue>,
    #[serde(default)]
    pub unit: Vec<Unit>,
    #[serde(default)]
    pub identity: super::tenancy::RawIdentity,
    #[serde(default)]
    pub resident: Vec<super::tenancy::RawResident>,
    #[serde(default)]
    pub private_fact: Vec<super::tenancy::RawPrivateFact>,
    #[serde(default)]
    pub listing: Vec<Listing>,
    #[serde(default)]
    pub showings: super::showings::RawShowings,
    #[serde(default)]
    pub showing_agent: Vec<super::showings::RawShowingAgent>,
    #[serde(default)]
    pub person: Vec<Person>,
    #[serde(default)]
    pub vendor: Vec<Vendor>,
    #[serde(default)]
    pub fact: Vec<Fact>,
    #[serde(default)]
    pub translation: Vec<Translation>,
    #[serde(default)]
    pub call_type: Vec<super::call_type::RawCallType>,
    #[serde(default)]
    pub park: RawPark,
    #[serde(default)]
    pub transfer: RawTransfer,
    #[serde(default)]
    pub hold: RawHold,
    #[serde(default)]
    pub star_codes: BTreeMap<String, Spanned<String>>,
    #[serde(default)]
    pub holidays: RawHolidays,
    pub practice: Option<Practice>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Office {
    pub name: Spanned<String>,
    #[serde(default)]
    pub address: String,
    pub zone: Spanned<String>,
    pub country: Option<Spanned<String>>,
    pub area_code: Option<Spanned<String>>,
    #[serde(default)]
    pub hours: Option<Spanned<Vec<String>>>,
    #[serde(default)]
    pub hours_spoken: String,
    pub pack: Option<Spanned<String>>,
    pub on_call: Option<Spanned<String>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Sip {
    pub listen: Option<Spanned<OneOrMore>>,
    pub tls: Option<Spanned<OneOrMore>>,
    pub ws: Option<Spanned<OneOrMore>>,
    pub wss: Option<Spanned<OneOrMore>>,
    #[serde(default)]
    pub origins: Vec<String>,
    pub advertised: Option<Spanned<String>>,
    pub realm: Option<Spanned<String>>,
    pub sips_to_the_end: Option<bool>,
    pub rtp_ports: Option<Spanned<String>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Console {
    pub listen: Option<Spanned<String>>,
    pub tls: Option<Spanned<String>>,
    #[serde(default)]
    pub behind_tls: bool,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Store {
    pub folder: Option<String>,
    pub record_days: Option<Spanned<u64>>,
    pub replay_days: Option<Spanned<u64>>,
    pub copies_to: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Calls {
    pub ring_seconds: Option<Spanned<u64>>,
    pub record: Option<Spanned<bool>>,
    pub max_calls: Option<Spanned<usize>>,
    pub max_agent_calls: Option<Spanned<usize>>,
    pub max_outside: Option<Spanned<usize>>,
    pub max_outside_per_extension: Option<Spanned<usize>>,
    pub outside_per_hour: Option<Spanned<usize>>,
    pub outside_per_hour_per_extension: Option<Spanned<usize>>,
    pub international: Option<Spanned<Vec<String>>>,
    /// Numbers of others that may be shown to people who are called.
    pub may_show: Option<Vec<Spanned<String>>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Texts {
    pub text_back: Option<bool>,
    pub summary_to: Option<Vec<Spanned<String>>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Speech {
    pub models: Option<String>,
    /// As files had it before `[agent]`; it goes on meaning the same.
    pub voice: Option<Spanned<String>>,
    pub disclose: Option<bool>,
    pub spanish: Option<bool>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Number {
    pub number: Spanned<String>,
    #[serde(default)]
    pub label: String,
    #[serde(default)]
    pub also: Vec<Spanned<String>>,
    #[serde(default)]
    pub ring: Vec<Vec<Spanned<String>>>,
    pub ring_seconds: Option<Spanned<u64>>,
    pub ringer: Option<Spanned<u64>>,
    pub order: Option<Spanned<String>>,
    pub music: Option<Spanned<String>>,
    #[serde(default)]
    pub plan: Vec<RawPlan>,
    #[serde(default)]
    pub agent_first: bool,
    pub trunk: Option<Spanned<String>>,
    pub property: Option<Spanned<String>>,
    #[serde(default)]
    pub agent: RawManner,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Extension {
    pub extension: Spanned<String>,
    #[serde(default)]
    pub name: String,
    pub password: Spanned<String>,
    pub may_call: Option<Spanned<String>>,
    pub shows: Option<Spanned<String>>,
    #[serde(default)]
    pub legacy_md5: bool,
    #[serde(default)]
    pub people: Vec<Spanned<String>>,
    #[serde(default)]
    pub voicemail: bool,
    #[serde(default)]
    pub pickup_groups: Vec<String>,
    pub record: Option<Spanned<String>>,
    #[serde(default)]
    pub supervise: Vec<Spanned<String>>,
    pub address: Option<Spanned<String>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Trunk {
    pub name: Spanned<String>,
    pub from: Vec<Spanned<String>>,
    pub send_to: Option<Spanned<String>>,
    #[serde(default)]
    pub tcp: bool,
    pub transport: Option<Spanned<String>>,
    pub ca: Option<String>,
    pub keep_alive_seconds: Option<Spanned<u64>>,
    pub domain: Option<Spanned<String>>,
    pub answer_seconds: Option<Spanned<u64>>,
    pub probe: Option<bool>,
    pub probe_seconds: Option<Spanned<u64>>,
    pub session_seconds: Option<Spanned<u64>>,
    pub register: Option<Register>,
    pub preset: Option<Spanned<String>>,
    pub channels: Option<Spanned<u64>>,
    pub order: Option<Spanned<u64>>,
    pub weight: Option<Spanned<u64>>,
    #[serde(default)]
    pub emergency: bool,
    pub takes_location: Option<bool>,
    pub numbers: Option<Spanned<String>>,
    pub caller_numbers: Option<Spanned<String>>,
    pub dial_prefix: Option<Spanned<String>>,
    pub identity: Option<Spanned<String>>,
    pub codecs: Option<Spanned<Vec<String>>>,
    pub outbound_number: Option<Spanned<String>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Register {
    pub user: Spanned<String>,
    pub password: Spanned<String>,
    pub realm: Option<String>,
    pub expires_seconds: Option<Spanned<u64>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Unit {
    pub property: String,
    #[serde(default)]
    pub street: String,
    pub unit: Spanned<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Listing {
    pub address: String,
    #[serde(default)]
    pub summary: String,
    pub rent: Option<u32>,
    pub price: Option<u32>,
    pub deposit: Option<u32>,
    pub bedrooms: Option<u8>,
    pub available: Option<String>,
    pub pets: Option<String>,
    pub parking: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Person {
    pub name: Spanned<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Vendor {
    pub name: String,
    #[serde(default)]
    pub trade: String,
    pub number: Option<Spanned<String>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Fact {
    pub ask: Spanned<Vec<String>>,
    pub say: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Translation {
    pub of: Spanned<String>,
    pub spanish: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Practice {
    pub carrier: Spanned<String>,
}

impl File {
    /// A file that is no TOML, or has names that mean nothing here, is one problem with the place of it.
    pub(super) fn read(file: &str, text: &str) -> Result<Self, Problems> {
        toml::from_str(text).map_err(|error| {
            let line = error.span().map_or(1, |span| line_of(text, span.start));
            let what = error.message().to_owned();
            let cure = if what.starts_with("unknown field") {
                "use one of the names in the message, or delete the line"
            } else if what.starts_with("missing field") {
                "add the missing line to this section"
            } else if what.starts_with("invalid type") {
                "write the value in the form that the message names"
            } else {
                "mend the line; `portico check --example` prints a whole file with comments"
            };
            Problems(vec![Problem { file: file.into(), line, what, cure: cure.into() }])
        })
    }
}
