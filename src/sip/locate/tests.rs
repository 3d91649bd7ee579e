//! Zones, and the targets that RFC 3263 finds in them.

use rand_chacha::rand_core::SeedableRng;

use super::*;

const DAY: Duration = Duration::from_secs(86_400);

/// A zone: what each name has.
#[derive(Default)]
struct Zone(BTreeMap<Question, Answer>);

impl Zone {
    fn with(mut self, name: &str, kind: RecordKind, records: Vec<Record>) -> Self {
        let answer = Answer::Found { records, good_for: Duration::from_secs(300) };
        self.0.insert(Question { name: name.to_owned(), kind }, answer);
        self
    }

    fn srv(self, name: &str, records: &[(u16, u16, u16, &str)]) -> Self {
        let records = records.iter().map(|&(priority, weight, port, host)| Record::Srv {
            priority,
            weight,
            port,
            host: host.to_owned(),
        });
        self.with(name, RecordKind::Srv, records.collect())
    }

    fn at(self, name: &str, addresses: &[&str]) -> Self {
        let address = |text: &&str| Record::Address(text.parse().unwrap());
        let (v4, v6): (Vec<Record>, Vec<Record>) = addresses
            .iter()
            .map(address)
            .partition(|record| matches!(record, Record::Address(address) if address.is_ipv4()));
        let zone = if v4.is_empty() { self } else { self.with(name, RecordKind::A, v4) };
        if v6.is_empty() { zone } else { zone.with(name, RecordKind::Aaaa, v6) }
    }

    /// Asks until there is nothing more to ask; the questions, and what was found.
    fn locate(&self, wish: &Wish, seed: u64) -> (Vec<Question>, Progress) {
        let mut chance = Chance::seed_from_u64(seed);
        let (mut known, mut asked) = (BTreeMap::new(), Vec::new());
        loop {
            match locate(wish, &known, &mut chance) {
                Progress::Needs(questions) => {
                    assert!(!questions.is_empty());
                    for question in questions {
                        let answer = self.0.get(&question).cloned();
                        known.insert(question.clone(), answer.unwrap_or(Answer::Nothing { good_for: DAY }));
                        asked.push(question);
                    }
                }
                done => return (asked, done),
            }
        }
    }

    fn targets(&self, wish: &Wish, seed: u64) -> Vec<String> {
        match self.locate(wish, seed).1 {
            Progress::Found { targets, .. } => {
                targets.iter().map(|(transport, at)| format!("{} {at}", transport.via())).collect()
            }
            other => panic!("{other:?}"),
        }
    }
}

fn wish(host: &str, port: Option<u16>, transports: &[Transport]) -> Wish {
    Wish { host: host.to_owned(), port, transports: transports.to_vec(), ipv4: true, ipv6: true }
}

const ANY: [Transport; 3] = [Transport::Udp, Transport::Tcp, Transport::Tls];

#[test]
fn an_address_is_where_it_is_and_a_named_port_needs_no_services() {
    let zone = Zone::default().at("sip.example", &["192.0.2.1", "2001:db8::1"]);
    let (asked, found) = zone.locate(&wish("192.0.2.7", None, &[Transport::Tls]), 1);
    assert!(asked.is_empty());
    assert!(matches!(found, Progress::Found { .. }));
    assert_eq!(zone.targets(&wish("192.0.2.7", None, &[Transport::Tls]), 1), ["TLS 192.0.2.7:5061"]);
    assert_eq!(zone.targets(&wish("[2001:db8::7]", Some(5070), &ANY), 1), ["UDP [2001:db8::7]:5070"]);
    assert_eq!(
        zone.targets(&wish("sip.example", Some(5080), &ANY), 1),
        ["UDP 192.0.2.1:5080", "UDP [2001:db8::1]:5080"]
    );
}

#[test]
fn naptr_chooses_the_transport_and_its_order_is_kept() {
    let naptr = |order, services: &str, replacement: &str| Record::Naptr {
        order,
        preference: 10,
        flags: "s".to_owned(),
        services: services.to_owned(),
        replacement: replacement.to_owned(),
    };
    let records = vec![
        naptr(90, "SIP+D2U", "_sip._udp.c.example"),
        naptr(50, "SIPS+D2T", "_sips._tcp.c.example"),
        naptr(10, "SIP+D2S", "_sip._sctp.c.example"),
    ];
    let zone = Zone::default()
        .with("c.example", RecordKind::Naptr, records)
        .srv("_sips._tcp.c.example", &[(1, 0, 5061, "a.c.example")])
        .srv("_sip._udp.c.example", &[(1, 0, 5060, "b.c.example")])
        .at("a.c.example", &["192.0.2.1"])
        .at("b.c.example", &["192.0.2.2"]);
    assert_eq!(zone.targets(&wish("c.example", None, &ANY), 1), ["TLS 192.0.2.1:5061", "UDP 192.0.2.2:5060"]);
}

#[test]
fn priorities_come_first_and_weights_decide_by_lot() {
    let zone = Zone::default()
        .srv("_sip._udp.c.example", &[(10, 90, 5060, "a"), (10, 10, 5060, "b"), (20, 0, 5062, "last")])
        .at("a", &["192.0.2.1"])
        .at("b", &["192.0.2.2"])
        .at("last", &["192.0.2.3"]);
    let mut first = 0;
    for seed in 0..200 {
        let targets = zone.targets(&wish("c.example", None, &[Transport::Udp]), seed);
        assert_eq!(targets.len(), 3);
        assert_eq!(targets[2], "UDP 192.0.2.3:5062");
        first += usize::from(targets[0] == "UDP 192.0.2.1:5060");
    }
    assert!((150..200).contains(&first), "{first} of 200 for nine tenths of the weight");
}

#[test]
fn a_domain_without_services_is_a_host() {
    let zone = Zone::default().at("c.example", &["192.0.2.9"]);
    let (asked, found) = zone.locate(&wish("c.example", None, &ANY), 1);
    assert_eq!(asked.len(), 6, "NAPTR, three SRV, A and AAAA: {asked:?}");
    let targets = vec![(Transport::Udp, "192.0.2.9:5060".parse().unwrap())];
    assert_eq!(found, Progress::Found { targets, good_for: Duration::from_secs(300) });
    assert_eq!(zone.targets(&wish("c.example", None, &[Transport::Tls]), 1), ["TLS 192.0.2.9:5061"]);
}

#[test]
fn what_does_not_exist_is_said() {
    let nothing = Zone::default().locate(&wish("gone.example", None, &[Transport::Udp]), 1).1;
    assert_eq!(nothing, Progress::Nothing { why: "the name gone.example has no address".to_owned() });
    let refused = Zone::default()
        .srv("_sip._udp.c.example", &[(0, 0, 0, ".")])
        .at("c.example", &["192.0.2.9"])
        .locate(&wish("c.example", None, &[Transport::Udp]), 1)
        .1;
    assert!(matches!(refused, Progress::Nothing { .. }), "the domain says that it offers no SIP over UDP");
    let mut broken = Zone::default();
    for kind in [RecordKind::A, RecordKind::Aaaa] {
        let question = Question { name: "c.example".to_owned(), kind };
        broken.0.insert(question, Answer::Failed { why: "no server answers".to_owned() });
    }
    let why = broken.locate(&wish("c.example", Some(5060), &[Transport::Udp]), 1).1;
    assert_eq!(why, Progress::Nothing { why: "looking up c.example failed: no server answers".to_owned() });
}

#[test]
fn a_family_that_we_do_not_have_is_not_asked_for() {
    let zone = Zone::default().at("c.example", &["192.0.2.9", "2001:db8::9"]);
    let only = Wish { ipv6: false, ..wish("c.example", Some(5060), &[Transport::Udp]) };
    assert_eq!(zone.targets(&only, 1), ["UDP 192.0.2.9:5060"]);
}
