//! Where a SIP domain is served (RFC 3263, 4): NAPTR, SRV and address records in, an ordered list of targets out.
//!
//! A pure function of what is known: it answers with the questions that are still open, or with the targets. Chance only
//! orders SRV records of one priority by their weights (RFC 2782).

use std::{
    collections::BTreeMap,
    net::{IpAddr, SocketAddr},
    time::Duration,
};

use rand_chacha::rand_core::Rng;

use super::event::Transport;
use crate::types::Chance;

/// The most targets that one domain is taken to have.
const MOST: usize = 16;

/// What is asked of the Domain Name System.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum RecordKind {
    Naptr,
    Srv,
    A,
    Aaaa,
}

/// One question. Names are absolute, without the dot at their end.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Question {
    pub name: String,
    pub kind: RecordKind,
}

/// One record of an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Record {
    Naptr { order: u16, preference: u16, flags: String, services: String, replacement: String },
    Srv { priority: u16, weight: u16, port: u16, host: String },
    Address(IpAddr),
}

/// What came of a question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// Records, and for how long they may be believed.
    Found { records: Vec<Record>, good_for: Duration },
    /// There is none, and for how long that may be believed.
    Nothing { good_for: Duration },
    /// Nobody could say.
    Failed { why: String },
}

impl Answer {
    fn records(&self) -> &[Record] {
        match self {
            Answer::Found { records, .. } => records,
            Answer::Nothing { .. } | Answer::Failed { .. } => &[],
        }
    }
}

/// What is looked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Wish {
    pub(super) host: String,
    pub(super) port: Option<u16>,
    /// Those that may be used, the preferred one first. Several: NAPTR and SRV choose.
    pub(super) transports: Vec<Transport>,
    pub(super) ipv4: bool,
    pub(super) ipv6: bool,
}

/// How far the search has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Progress {
    /// These have to be asked first.
    Needs(Vec<Question>),
    /// In the order in which they are to be tried, and for how long they may be believed.
    Found { targets: Vec<(Transport, SocketAddr)>, good_for: Duration },
    /// There is no way there; the sentence says what was missing.
    Nothing { why: String },
}

/// A host that offers the service, before its addresses are known.
struct Offer {
    transport: Transport,
    priority: u16,
    weight: u16,
    port: u16,
    host: String,
}

/// With its addresses.
type Reachable = (Offer, Vec<IpAddr>);

/// What is known now, taken as far as it leads.
pub(super) fn locate(wish: &Wish, known: &BTreeMap<Question, Answer>, chance: &mut Chance) -> Progress {
    let mut search = Search { wish, known, missing: Vec::new() };
    let offers = search.offers();
    if !search.missing.is_empty() {
        return Progress::Needs(search.missing);
    }
    let groups: Vec<Reachable> =
        offers.into_iter().map(|offer| (search.addresses(&offer.host), offer)).map(|(a, o)| (o, a)).collect();
    if !search.missing.is_empty() {
        return Progress::Needs(search.missing);
    }
    let mut targets = Vec::new();
    for (offer, addresses) in in_order(groups, chance) {
        for address in addresses {
            let target = (offer.transport, SocketAddr::new(address, offer.port));
            if targets.len() < MOST && !targets.contains(&target) {
                targets.push(target);
            }
        }
    }
    if targets.is_empty() {
        return Progress::Nothing { why: search.what_was_missing() };
    }
    let good_for = known.values().filter_map(|answer| match answer {
        Answer::Found { good_for, .. } | Answer::Nothing { good_for } => Some(*good_for),
        Answer::Failed { .. } => None,
    });
    Progress::Found { targets, good_for: good_for.min().unwrap_or_default() }
}

struct Search<'a> {
    wish: &'a Wish,
    known: &'a BTreeMap<Question, Answer>,
    missing: Vec<Question>,
}

impl<'a> Search<'a> {
    fn ask(&mut self, name: &str, kind: RecordKind) -> Option<&'a Answer> {
        let question = Question { name: name.to_ascii_lowercase(), kind };
        let answer = self.known.get(&question);
        if answer.is_none() && !self.missing.contains(&question) {
            self.missing.push(question);
        }
        answer
    }

    /// Who offers the service, by way of the transports in their order.
    fn offers(&mut self) -> Vec<Offer> {
        let wish = self.wish;
        let first = wish.transports.first().copied().unwrap_or(Transport::Udp);
        let direct = |port| Offer { transport: first, priority: 0, weight: 0, port, host: wish.host.clone() };
        // A port that is named, or an address, leaves nothing to ask (4.2).
        if let Some(port) = wish.port {
            return vec![direct(port)];
        }
        if literal(&wish.host).is_some() {
            return vec![direct(first.default_port())];
        }
        let Some(services) = self.services() else { return vec![] };
        let answers: Vec<_> =
            services.iter().map(|(transport, name)| (*transport, self.ask(name, RecordKind::Srv))).collect();
        if !self.missing.is_empty() {
            return vec![];
        }
        let mut offers = Vec::new();
        let mut refused = false;
        for (transport, answer) in answers {
            for record in answer.into_iter().flat_map(Answer::records) {
                let Record::Srv { priority, weight, port, host } = record else { continue };
                // A service whose target is the root is decidedly not offered (RFC 2782).
                if host.is_empty() || host == "." {
                    refused = true;
                    continue;
                }
                let (priority, weight, port, host) = (*priority, *weight, *port, host.clone());
                offers.push(Offer { transport, priority, weight, port, host });
            }
        }
        if offers.is_empty() && !refused {
            offers.push(direct(first.default_port()));
        }
        offers
    }

    /// The names of SRV records to ask for, in the order of the domain's wish (4.1). `None`: NAPTR has to be asked first.
    fn services(&mut self) -> Option<Vec<(Transport, String)>> {
        let wish = self.wish;
        if wish.transports.len() > 1 {
            let answer = self.ask(&wish.host, RecordKind::Naptr)?;
            let mut offered: Vec<(u16, u16, Transport, String)> = answer
                .records()
                .iter()
                .filter_map(|record| match record {
                    Record::Naptr { order, preference, flags, services, replacement }
                        if flags.eq_ignore_ascii_case("s") =>
                    {
                        let transport = match services.to_ascii_uppercase().as_str() {
                            "SIP+D2U" => Transport::Udp,
                            "SIP+D2T" => Transport::Tcp,
                            "SIPS+D2T" => Transport::Tls,
                            _ => return None,
                        };
                        wish.transports
                            .contains(&transport)
                            .then(|| (*order, *preference, transport, replacement.clone()))
                    }
                    _ => None,
                })
                .collect();
            offered.sort_by_key(|(order, preference, ..)| (*order, *preference));
            if !offered.is_empty() {
                return Some(offered.into_iter().map(|(_, _, transport, name)| (transport, name)).collect());
            }
        }
        let service = |transport| match transport {
            Transport::Udp => "_sip._udp",
            Transport::Tls => "_sips._tcp",
            _ => "_sip._tcp",
        };
        Some(wish.transports.iter().map(|t| (*t, format!("{}.{}", service(*t), wish.host))).collect())
    }

    /// Addresses of the families that we have: IPv4 first, for a broken IPv6 is the commoner trouble of an office.
    fn addresses(&mut self, host: &str) -> Vec<IpAddr> {
        if let Some(address) = literal(host) {
            return vec![address];
        }
        let mut addresses = Vec::new();
        for (wanted, kind) in [(self.wish.ipv4, RecordKind::A), (self.wish.ipv6, RecordKind::Aaaa)] {
            if !wanted {
                continue;
            }
            for record in self.ask(host, kind).into_iter().flat_map(Answer::records) {
                if let Record::Address(address) = record {
                    addresses.push(*address);
                }
            }
        }
        addresses
    }

    fn what_was_missing(&self) -> String {
        let failed = self.known.iter().find_map(|(question, answer)| match answer {
            Answer::Failed { why } => Some(format!("looking up {} failed: {why}", question.name)),
            _ => None,
        });
        failed.unwrap_or_else(|| format!("the name {} has no address", self.wish.host))
    }
}

fn literal(host: &str) -> Option<IpAddr> {
    host.trim_start_matches('[').trim_end_matches(']').parse().ok()
}

/// By transport as offered, by priority, and within one priority by lot, heavier ones likelier (RFC 2782).
fn in_order(groups: Vec<Reachable>, chance: &mut Chance) -> Vec<Reachable> {
    let mut order: Vec<Transport> = Vec::new();
    for (offer, _) in &groups {
        if !order.contains(&offer.transport) {
            order.push(offer.transport);
        }
    }
    let mut sorted: BTreeMap<(usize, u16), Vec<Reachable>> = BTreeMap::new();
    for group in groups {
        let place = order.iter().position(|transport| *transport == group.0.transport).unwrap_or_default();
        sorted.entry((place, group.0.priority)).or_default().push(group);
    }
    let mut out = Vec::new();
    for (_, mut equals) in sorted {
        // Those without weight stand first, so that the lot can fall on them at all.
        equals.sort_by(|(a, _), (b, _)| (a.weight, &a.host, a.port).cmp(&(b.weight, &b.host, b.port)));
        while !equals.is_empty() {
            let sum: u32 = equals.iter().map(|(offer, _)| u32::from(offer.weight)).sum();
            let lot = chance.next_u32() % (sum + 1);
            let mut running = 0;
            let drawn = equals.iter().position(|(offer, _)| {
                running += u32::from(offer.weight);
                running >= lot
            });
            out.push(equals.remove(drawn.unwrap_or_default()));
        }
    }
    out
}

#[cfg(test)]
mod tests;
