//! The configuration, checked: a `Config` cannot exist with a value that the house could not use.
//!
//! Two stages. `raw` is the file as it was written, with the place of every value; `Config` is what the program
//! uses. Between them stands `check`, which finds every problem in one go and names the file, the line, what is
//! wrong and the cure. This room knows no other: `app` hands each room its own small settings.

mod caldav;
mod call_type;
mod carriers;
mod check;
mod checker;
mod conference;
mod destination;
mod door;
mod emergency;
mod fax;
mod features;
mod import;
mod incidents;
mod mail;
mod mailbox;
mod manner;
mod menu;
mod on_call;
mod page;
mod phones;
mod practice;
mod problem;
mod property;
mod queue;
mod raw;
mod recording;
mod screening;
mod showings;
mod srtp;
mod supervision;
mod tenancy;
#[cfg(test)]
mod tests;
mod tolls;
mod transports;
mod trunk_profile;
mod trunks;

use std::{collections::BTreeSet, net::SocketAddr, ops::RangeInclusive, path::PathBuf, time::Duration};

pub use caldav::AgentCalendar;
pub use call_type::{
    ASKED, CallType, CallTypeDraft, CallTypeExample, CallTypeFault, CallTypePlace, CallTypeScript, SHIPPED,
    ScriptDraft, ScriptPlace, TakenBefore, Written,
};
pub use carriers::Carrier;
pub use conference::Conference;
pub use destination::{SendTo, TrunkTransport};
pub use door::Door;
pub use emergency::{Emergency, Location};
pub use features::{Features, RingOrder, RingStep, STAR_CODES, TimedPlan};
pub use import::{ImportError, Imported};
pub use incidents::Incidents;
pub use mail::{Mail, MailSecurity};
pub use mailbox::Mailbox;
pub use manner::Manner;
pub use menu::{Menu, MenuChoice, MenuLeads};
pub use on_call::OnCall;
pub use page::Page;
pub use phones::{PhoneTransport, Phones};
pub use practice::practice_file;
pub use problem::{Problem, Problems};
pub use queue::{Queue, QueueCallBack};
pub use recording::{Record, Recording};
pub use screening::Screening;
pub use showings::{ShowingAgent, Showings};
pub use srtp::{Srtp, SrtpWish};
pub use supervision::{SUPERVISION, Supervision};
pub use tenancy::{Identity, PrivateFact, Resident};
pub use tolls::Tolls;
pub use transports::{Tls, Transports};
pub use trunk_profile::TrunkProfile;

use crate::types::{Country, Extension, Hours, PhoneNumber};

/// Everything that the office's file says, checked.
#[derive(Debug, Clone, PartialEq)]
pub struct Config {
    pub office: Office,
    pub sip: Sip,
    pub tls: Tls,
    pub console: Console,
    pub store: Store,
    pub calls: Calls,
    pub texts: Texts,
    pub speech: Speech,
    pub phones: Phones,
    pub srtp: Srtp,
    pub features: Features,
    pub recording: Recording,
    pub doors: Vec<Door>,
    /// Whose machine takes faxes that meet the agent.
    pub fax: Option<Extension>,
    pub incidents: Incidents,
    /// Groups that are dialled to be spoken to.
    pub pages: Vec<Page>,
    /// Phones that answer nobody by themselves.
    pub no_intercom: BTreeSet<Extension>,
    pub numbers: Vec<Number>,
    pub extensions: Vec<ExtensionAccount>,
    pub trunks: Vec<Trunk>,
    pub tolls: Tolls,
    pub screening: Screening,
    /// Who is rung when life or a home is in danger, in order. Nobody is left out at an hour that nobody has.
    pub on_call: Vec<OnCall>,
    pub emergency: Emergency,
    pub locations: Vec<Location>,
    pub mailboxes: Vec<Mailbox>,
    pub mail: Option<Mail>,
    pub conferences: Vec<Conference>,
    pub supervision: Supervision,
    pub menus: Vec<Menu>,
    pub queues: Vec<Queue>,
    pub units: Vec<Unit>,
    /// What is told to whom, and how callers are asked who they are.
    pub identity: Identity,
    pub residents: Vec<Resident>,
    pub private_facts: Vec<PrivateFact>,
    pub listings: Vec<Listing>,
    pub showings: Showings,
    /// Residents, owners and staff, by their full names: so that a name is written as the office writes it.
    pub people: Vec<String>,
    pub vendors: Vec<Vendor>,
    pub facts: Vec<OfficeFact>,
    /// What of facts and listings is said to whoever speaks Spanish.
    pub translations: Vec<Translation>,
    /// What callers want besides what every office's callers want.
    pub call_types: Vec<CallType>,
    /// Present in practice mode: Portico brings its own carrier and phones.
    pub practice: Option<Practice>,
    /// What works and had better be otherwise, in the order of its lines.
    pub warnings: Vec<Problem>,
}

impl Config {
    /// Reads and checks a file's text. `file` is only used to name the place of a problem.
    pub fn parse(file: &str, text: &str) -> Result<Self, Problems> {
        let raw = raw::File::read(file, text)?;
        check::config(file, text, raw)
    }
}

/// Who the office is and when it is open.
#[derive(Debug, Clone, PartialEq)]
pub struct Office {
    pub name: String,
    pub address: String,
    /// How numbers are dialled here.
    pub country: Country,
    /// The area code of numbers that are dialled without one: `303`.
    pub area_code: Option<String>,
    /// In the office's own zone.
    pub hours: Hours,
    /// Hours as they are said to a caller.
    pub hours_spoken: String,
    /// What the agent says and asks: the name of a script that comes along, or the path of a file that ends in `.toml`.
    pub pack: String,
}

/// Where SIP and RTP are spoken.
#[derive(Debug, Clone, PartialEq)]
pub struct Sip {
    /// UDP and TCP: the first of `transports.plain`.
    pub listen: SocketAddr,
    pub transports: Transports,
    /// The address that peers are told, when the box stands behind a NAT with a fixed address.
    pub advertised: Option<std::net::IpAddr>,
    pub realm: String,
    /// A call to a `sips:` address goes on by TLS or not at all.
    pub sips_to_the_end: bool,
    /// Even ports carry RTP, the odd one above each carries RTCP.
    pub rtp_ports: RangeInclusive<u16>,
}

/// Where the web console listens.
#[derive(Debug, Clone, PartialEq)]
pub struct Console {
    pub listen: SocketAddr,
    /// And under TLS, with the box's certificate.
    pub tls: Option<SocketAddr>,
    /// A proxy that speaks TLS stands before it: browsers are told to send the session over TLS only.
    pub behind_tls: bool,
}

/// Where records live.
#[derive(Debug, Clone, PartialEq)]
pub struct Store {
    pub folder: PathBuf,
    /// Days that recordings are kept; 0: for ever.
    pub record_days: u16,
    /// An edited configuration is held against the emergencies of so many days before it is taken on; 0: not at all.
    pub replay_days: u16,
    /// A folder on another disk, for a copy of each backup.
    pub copies_to: Option<PathBuf>,
}

/// How calls are treated.
#[derive(Debug, Clone, PartialEq)]
pub struct Calls {
    /// How long a ring plan's step rings unless the number says otherwise.
    pub ring: Duration,
    /// Calls at once, of every kind; emergency calls are never counted out.
    pub max_calls: usize,
    /// Calls that the agent holds at once.
    pub max_agent_calls: usize,
    /// Calls to the outside at once, and begun within an hour: of the office, and of one extension.
    pub max_outside: usize,
    pub max_outside_per_extension: usize,
    pub outside_per_hour: usize,
    pub outside_per_hour_per_extension: usize,
    /// Countries that phones may call beyond the United States and Canada, by country code; those behind country code 1
    /// with their area code (`1876`).
    pub international: Vec<String>,
}

/// What is texted to whom.
#[derive(Debug, Clone, PartialEq)]
pub struct Texts {
    pub text_back: bool,
    /// Mobile numbers of staff that get the summary of each call that no person took.
    pub summary_to: Vec<PhoneNumber>,
}

/// The voice and the ears.
#[derive(Debug, Clone, PartialEq)]
pub struct Speech {
    pub models: PathBuf,
    /// How the agent speaks to whoever dialled no number that says otherwise.
    pub manner: Manner,
    /// Does the greeting say that a virtual assistant speaks?
    pub disclose: bool,
    /// Is Spanish offered on the telephone, where its voice is installed?
    pub spanish: bool,
}

/// A number of the office, as the carrier delivers it.
#[derive(Debug, Clone, PartialEq)]
pub struct Number {
    pub number: PhoneNumber,
    /// What else the carrier calls it: some put the name of the account where others put the number.
    pub also: BTreeSet<String>,
    pub label: String,
    /// Who rings, step by step.
    pub ring: Vec<RingStep>,
    /// How those of one step ring.
    pub order: RingOrder,
    /// What whoever waits hears who has called this number, instead of the office's music.
    pub music: Option<String>,
    /// Plans for some hours of the week, which go before `ring`.
    pub plans: Vec<TimedPlan>,
    /// Of each step, or of each phone if they ring in turn.
    pub ring_time: Duration,
    /// How desk phones ring for it: one of their ringers, 1 to 8.
    pub ringer: Option<u8>,
    pub agent_first: bool,
    /// The trunk that carries it, by its name; the first if not said.
    pub trunk: Option<String>,
    /// The property that it is called about alone.
    pub property: Option<String>,
    /// How the agent speaks to its callers.
    pub manner: Manner,
}

/// A desk phone's account.
#[derive(Debug, Clone, PartialEq)]
pub struct ExtensionAccount {
    pub extension: Extension,
    pub name: String,
    pub password: String,
    /// Shown to people whom it calls, in place of the office's own.
    pub shows: Option<PhoneNumber>,
    /// What it may call outside: inside, domestic, abroad, premium. The switch's own default if not said.
    pub may_call: Option<String>,
    /// This phone cannot do SHA-256 (RFC 8760) and may use MD5.
    pub legacy_md5: bool,
    /// Accounts of the console whose bearers may telephone as this extension, with their browsers.
    pub people: Vec<String>,
    /// Where it is always rung, registered or not: a door phone, a gateway.
    pub address: Option<SocketAddr>,
}

/// A carrier's trunk.
#[derive(Debug, Clone, PartialEq)]
pub struct Trunk {
    pub name: String,
    /// Networks that the carrier sends from, as address and prefix length.
    pub from: Vec<(std::net::IpAddr, u8)>,
    pub send_to: SendTo,
    pub transport: TrunkTransport,
    /// A PEM file of authorities that may sign the carrier's certificate, beside the system's.
    pub ca: Option<PathBuf>,
    /// How often a hole in the way is kept open (CRLF): 0 for never.
    pub keep_alive: Duration,
    /// The host part of the addresses we send to; the address itself if the carrier names none.
    pub domain: Option<String>,
    /// How long the trunk may leave a call without any answer before the next one is tried.
    pub patience: Duration,
    /// How often it is asked whether it lives (OPTIONS); `None`: never.
    pub probe: Option<Duration>,
    /// How long a call may go without a sign of life from the carrier (RFC 4028).
    pub session: Duration,
    pub register: Option<TrunkAccount>,
    pub profile: TrunkProfile,
}

impl Trunk {
    /// May a connection to it be under TLS?
    pub fn may_use_tls(&self) -> bool {
        match self.transport {
            TrunkTransport::Tls => true,
            TrunkTransport::Any => matches!(self.send_to, SendTo::Name { port: None, .. }),
            TrunkTransport::Udp | TrunkTransport::Tcp => false,
        }
    }
}

/// Our account at a carrier.
#[derive(Debug, Clone, PartialEq)]
pub struct TrunkAccount {
    pub user: String,
    pub password: String,
    /// The realm that may ask for the password; the domain if not said.
    pub realm: Option<String>,
    pub expires: Duration,
}

/// A home that the office looks after.
#[derive(Debug, Clone, PartialEq)]
pub struct Unit {
    pub property: String,
    pub street: String,
    pub unit: String,
}

/// A home that is to let or for sale.
#[derive(Debug, Clone, PartialEq)]
pub struct Listing {
    pub address: String,
    pub summary: String,
    /// Whole dollars a month.
    pub rent: Option<u32>,
    /// Whole dollars that a home for sale is listed at.
    pub price: Option<u32>,
    /// Whole dollars.
    pub deposit: Option<u32>,
    /// 0 is a studio.
    pub bedrooms: Option<u8>,
    /// Sentences, as they are told: when somebody can move in, whether pets may, where a car stands.
    pub available: Option<String>,
    pub pets: Option<String>,
    pub parking: Option<String>,
}

/// A firm that works for the office.
#[derive(Debug, Clone, PartialEq)]
pub struct Vendor {
    pub name: String,
    pub trade: String,
    pub number: Option<PhoneNumber>,
}

/// Something callers ask, and the office's own answer.
#[derive(Debug, Clone, PartialEq)]
pub struct OfficeFact {
    /// Words by which the question is known.
    pub ask: Vec<String>,
    pub say: String,
}

/// Words of a fact or a listing, in another language.
#[derive(Debug, Clone, PartialEq)]
pub struct Translation {
    /// As they stand in the fact or the listing.
    pub of: String,
    pub spanish: String,
}

/// The carrier and the phones that Portico plays itself.
#[derive(Debug, Clone, PartialEq)]
pub struct Practice {
    /// Where the practice carrier listens.
    pub carrier: SocketAddr,
}
