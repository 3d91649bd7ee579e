//! Questions to the Domain Name System: asked one at a time, answered later, never waited for.

use std::{net::IpAddr, time::Duration};

use hickory_resolver::{
    TokioResolver,
    net::{DnsError, NetError},
    proto::rr::{RData, Record as Found, RecordType},
};

/// An answer is believed for at most a day, whatever it says.
const LONGEST: Duration = Duration::from_secs(86_400);
/// A negative answer that names no time is believed for this long (RFC 2308, 5).
const NEGATIVE: Duration = Duration::from_secs(60);
/// Patience with one question to one server.
const PATIENCE: Duration = Duration::from_secs(3);

/// What is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum RecordKind {
    Naptr,
    Srv,
    A,
    Aaaa,
}

/// One question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    pub name: String,
    pub kind: RecordKind,
}

/// One record of an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Record {
    Naptr { order: u16, preference: u16, flags: String, services: String, replacement: String },
    Srv(Service),
    Address(IpAddr),
}

/// Where a service is offered (RFC 2782).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Service {
    pub priority: u16,
    pub weight: u16,
    pub port: u16,
    pub host: String,
}

/// What came of a question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// At least one record; how long they may be believed.
    Found { records: Vec<Record>, good_for: Duration },
    /// There is no such record, and that may be believed for so long.
    Nothing { good_for: Duration },
    /// Nobody could say.
    Failed { why: String },
}

/// The system's own resolvers (`/etc/resolv.conf`, `/etc/hosts`).
#[derive(Debug, Clone)]
pub struct Resolver(Option<TokioResolver>);

impl Resolver {
    /// Reads the system's settings. Where they cannot be read, every question fails with that reason.
    pub fn of_system() -> Self {
        let built = TokioResolver::builder_tokio().and_then(|mut builder| {
            let options = builder.options_mut();
            options.timeout = PATIENCE;
            options.attempts = 2;
            builder.build()
        });
        if let Err(error) = &built {
            tracing::warn!(%error, "names cannot be looked up: the system names no resolver");
        }
        Self(built.ok())
    }

    /// Asks; the future may be run anywhere and dropped at any time.
    pub async fn ask(&self, question: &Question) -> Answer {
        let Some(resolver) = &self.0 else {
            return Answer::Failed { why: "this system names no resolver (/etc/resolv.conf)".to_owned() };
        };
        // With its dot, so that no search domain of the box is tried behind it.
        let name = format!("{}.", question.name.trim_end_matches('.'));
        let kind = match question.kind {
            RecordKind::Naptr => RecordType::NAPTR,
            RecordKind::Srv => RecordType::SRV,
            RecordKind::A => RecordType::A,
            RecordKind::Aaaa => RecordType::AAAA,
        };
        match resolver.lookup(name, kind).await {
            Ok(lookup) => {
                let found = lookup.answers();
                let least = found.iter().map(|record| record.ttl).min().unwrap_or_default();
                let records: Vec<Record> = found.iter().filter_map(record).collect();
                let good_for = Duration::from_secs(u64::from(least)).min(LONGEST);
                if records.is_empty() {
                    Answer::Nothing { good_for }
                } else {
                    Answer::Found { records, good_for }
                }
            }
            Err(NetError::Dns(DnsError::NoRecordsFound(none))) => {
                let seconds = none.negative_ttl.map(|seconds| Duration::from_secs(u64::from(seconds)));
                Answer::Nothing { good_for: seconds.unwrap_or(NEGATIVE).min(LONGEST) }
            }
            Err(error) => Answer::Failed { why: error.to_string() },
        }
    }
}

fn record(found: &Found) -> Option<Record> {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let host = |name: String| name.trim_end_matches('.').to_owned();
    match &found.data {
        RData::A(a) => Some(Record::Address(IpAddr::V4(a.0))),
        RData::AAAA(aaaa) => Some(Record::Address(IpAddr::V6(aaaa.0))),
        RData::SRV(srv) => Some(Record::Srv(Service {
            priority: srv.priority,
            weight: srv.weight,
            port: srv.port,
            host: host(srv.target.to_ascii()),
        })),
        RData::NAPTR(naptr) => Some(Record::Naptr {
            order: naptr.order,
            preference: naptr.preference,
            flags: text(&naptr.flags),
            services: text(&naptr.services),
            replacement: host(naptr.replacement.to_ascii()),
        }),
        _ => None,
    }
}
