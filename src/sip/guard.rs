//! Where floods, scanners and password guessing stop: a budget for each source, bans for addresses, and a tally of what was refused.

use std::{
    collections::BTreeMap,
    net::{IpAddr, Ipv6Addr, SocketAddr},
    time::{Duration, Instant},
};

/// Why bytes were dropped or refused. Counted, and told at most once a second for each cause.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Refusal {
    /// From an address that guessed passwords.
    Banned,
    /// Longer than a message may be.
    TooLong,
    /// Not SIP, or SIP so broken that it cannot be answered.
    Unreadable,
    /// SIP that breaks a rule; it was answered (400, 416, 420, 483, …).
    BadRequest,
    /// The source used up what a stranger gets.
    OverBudget,
    /// The answer would have been more than four times as long as the question (reflection).
    WouldAmplify,
    /// Challenged, time and again, and never once answered with a password.
    Unauthenticated,
    /// A wrong password, an unknown extension, somebody else's extension.
    BadCredentials,
    /// A table was full; the request was answered 503.
    TableFull,
    /// A response or an ACK that belongs to nothing.
    Stray,
    /// A request inside a dialog from an address that has no part in it.
    ForeignSource,
    /// A connection too many, broken or idle.
    Connection,
}

/// Wrong passwords that one address may send in [`FAILURE_WINDOW`] before it is barred.
pub(super) const FAILURES_ALLOWED: u32 = 10;
const FAILURE_WINDOW: Duration = Duration::from_secs(60);
const FIRST_BAN: Duration = Duration::from_secs(5 * 60);
const LONGEST_BAN: Duration = Duration::from_secs(24 * 3600);
/// A ban is remembered this long after its end, so that the next one is longer.
const BAN_MEMORY: Duration = LONGEST_BAN;

/// So long after a challenge an address that has not answered it is taken for one that never will (64*T1: by then the
/// request's transaction is over).
const CHALLENGE_OPEN: Duration = Duration::from_secs(32);
/// An office of so many phones behind one address may be asked all at once.
const OPEN_CHALLENGES: u32 = 32;

/// Answers to strangers: from one address and port 20 a second after a burst of 100, so that somebody who asks after our
/// health ten times a second is always answered; from one address 100 after 500 (a whole office behind one address
/// registers anew after a power cut).
const PER_SOURCE: Rate = Rate { every: Duration::from_millis(50), burst: 100 };
const PER_ADDRESS: Rate = Rate { every: Duration::from_millis(10), burst: 500 };
/// Phones that have registered from this very address and port get their own, wider budget.
const PER_PHONE: Rate = Rate { every: Duration::from_millis(20), burst: 100 };

/// Entries of each budget table. When one is full the older half is forgotten, which only refills budgets.
const SOURCES: usize = 8192;
/// Entries of the failure and ban tables. When they are full the older half of the failures is forgotten, and the ban
/// that would end first.
const OFFENDERS: usize = 4096;

/// One report for each cause in this time.
const REPORT_EVERY: Duration = Duration::from_secs(1);

#[derive(Debug, Clone, Copy)]
struct Rate {
    every: Duration,
    burst: u32,
}

/// Token buckets by the generic cell rate algorithm: each is one instant, and forgetting one merely refills it.
#[derive(Debug)]
struct Buckets<K> {
    rate: Rate,
    young: BTreeMap<K, Instant>,
    old: BTreeMap<K, Instant>,
}

impl<K: Ord + Copy> Buckets<K> {
    fn new(rate: Rate) -> Self {
        Self { rate, young: BTreeMap::new(), old: BTreeMap::new() }
    }

    fn take(&mut self, now: Instant, key: K) -> bool {
        let empty_at = self.young.get(&key).or_else(|| self.old.get(&key)).copied().unwrap_or(now).max(now);
        if empty_at.saturating_duration_since(now) > self.rate.every * (self.rate.burst - 1) {
            return false;
        }
        if self.young.len() >= SOURCES / 2 && !self.young.contains_key(&key) {
            self.old = std::mem::take(&mut self.young);
        }
        self.young.insert(key, empty_at + self.rate.every);
        true
    }

    fn len(&self) -> usize {
        self.young.len() + self.old.len()
    }
}

#[derive(Debug)]
struct Failures {
    since: Instant,
    count: u32,
}

/// Challenges to one address since it last answered one.
#[derive(Debug, Clone, Copy)]
struct Asked {
    since: Instant,
    open: u32,
    /// None of them has been answered in time: each further one is refused.
    in_vain: bool,
}

#[derive(Debug)]
struct Ban {
    until: Instant,
    length: Duration,
}

#[derive(Debug)]
struct Tally {
    count: u64,
    source: SocketAddr,
    report_at: Instant,
}

/// See the module's sentence.
#[derive(Debug)]
pub(super) struct Guard {
    per_source: Buckets<SocketAddr>,
    per_address: Buckets<IpAddr>,
    per_phone: Buckets<SocketAddr>,
    failures: BTreeMap<IpAddr, Failures>,
    old_failures: BTreeMap<IpAddr, Failures>,
    bans: BTreeMap<IpAddr, Ban>,
    asked: BTreeMap<IpAddr, Asked>,
    old_asked: BTreeMap<IpAddr, Asked>,
    tally: BTreeMap<Refusal, Tally>,
}

impl Guard {
    pub(super) fn new() -> Self {
        Self {
            per_source: Buckets::new(PER_SOURCE),
            per_address: Buckets::new(PER_ADDRESS),
            per_phone: Buckets::new(PER_PHONE),
            failures: BTreeMap::new(),
            old_failures: BTreeMap::new(),
            bans: BTreeMap::new(),
            asked: BTreeMap::new(),
            old_asked: BTreeMap::new(),
            tally: BTreeMap::new(),
        }
    }

    pub(super) fn is_banned(&self, now: Instant, source: SocketAddr) -> bool {
        self.bans.get(&household(source.ip())).is_some_and(|ban| ban.until > now)
    }

    /// May a stranger at this source be answered once more?
    pub(super) fn may_answer_stranger(&mut self, now: Instant, source: SocketAddr) -> bool {
        self.per_source.take(now, source) && self.per_address.take(now, household(source.ip()))
    }

    /// May a phone whose binding points at this source be answered (challenged) once more?
    pub(super) fn may_answer_phone(&mut self, now: Instant, source: SocketAddr) -> bool {
        self.per_phone.take(now, source)
    }

    /// A wrong password on a nonce that was really given to this address. True if the address is now barred.
    ///
    /// It costs the address, never the account: the owner goes on registering from elsewhere.
    pub(super) fn password_failed(&mut self, now: Instant, source: SocketAddr) -> bool {
        let address = household(source.ip());
        if self.failures.len() >= OFFENDERS / 2 && !self.failures.contains_key(&address) {
            self.old_failures = std::mem::take(&mut self.failures);
        }
        let known = self.old_failures.remove(&address);
        let failures =
            self.failures.entry(address).or_insert(known.unwrap_or(Failures { since: now, count: 0 }));
        if now.saturating_duration_since(failures.since) > FAILURE_WINDOW {
            *failures = Failures { since: now, count: 0 };
        }
        failures.count += 1;
        if failures.count < FAILURES_ALLOWED {
            return false;
        }
        self.failures.remove(&address);
        self.make_room_for_ban(&address);
        let length = match self.bans.get(&address) {
            Some(last) if now < last.until + BAN_MEMORY => (last.length * 2).min(LONGEST_BAN),
            _ => FIRST_BAN,
        };
        self.bans.insert(address, Ban { until: now + length, length });
        true
    }

    fn make_room_for_ban(&mut self, coming: &IpAddr) {
        if self.bans.len() >= OFFENDERS
            && !self.bans.contains_key(coming)
            && let Some(first) =
                self.bans.iter().min_by_key(|(_, ban)| ban.until).map(|(address, _)| *address)
        {
            self.bans.remove(&first);
        }
    }

    /// Somebody without credentials is being challenged, as every phone is when it begins. It counts as refused only when
    /// this address goes on asking and never answers: a scanner of names does nothing else.
    pub(super) fn challenged(&mut self, now: Instant, source: SocketAddr) {
        let address = household(source.ip());
        if self.asked.len() >= OFFENDERS / 2 && !self.asked.contains_key(&address) {
            self.old_asked = std::mem::take(&mut self.asked);
        }
        let known = self.old_asked.remove(&address);
        let fresh = Asked { since: now, open: 0, in_vain: false };
        let asked = self.asked.entry(address).or_insert(known.unwrap_or(fresh));
        let late = asked.open > 0 && now.saturating_duration_since(asked.since) >= CHALLENGE_OPEN;
        asked.open = asked.open.saturating_add(1);
        if asked.in_vain || late || asked.open > OPEN_CHALLENGES {
            asked.in_vain = true;
            let refused = std::mem::take(&mut asked.open);
            self.count_many(now, Refusal::Unauthenticated, source, refused.into());
        }
    }

    /// This address has answered a challenge with a right password.
    pub(super) fn answered(&mut self, source: SocketAddr) {
        let address = household(source.ip());
        self.asked.remove(&address);
        self.old_asked.remove(&address);
    }

    /// Counts a refusal. [`Guard::report`] tells it.
    pub(super) fn count(&mut self, now: Instant, cause: Refusal, source: SocketAddr) {
        self.count_many(now, cause, source, 1);
    }

    fn count_many(&mut self, now: Instant, cause: Refusal, source: SocketAddr, many: u64) {
        let tally = self.tally.entry(cause).or_insert(Tally { count: 0, source, report_at: now });
        tally.count += many;
        tally.source = source;
    }

    /// The next cause whose count may be told: the cause, the last source, and how many since the last report.
    pub(super) fn report(&mut self, now: Instant) -> Option<(Refusal, SocketAddr, u64)> {
        let (&cause, tally) = self.tally.iter_mut().find(|(_, t)| t.count > 0 && t.report_at <= now)?;
        tally.report_at = now + REPORT_EVERY;
        Some((cause, tally.source, std::mem::take(&mut tally.count)))
    }

    /// When the next report is due, if anything has been counted.
    pub(super) fn report_at(&self) -> Option<Instant> {
        self.tally.values().filter(|tally| tally.count > 0).map(|tally| tally.report_at).min()
    }

    /// Entries in all tables.
    pub(super) fn len(&self) -> usize {
        self.per_source.len()
            + self.per_address.len()
            + self.per_phone.len()
            + self.failures.len()
            + self.old_failures.len()
            + self.bans.len()
            + self.asked.len()
            + self.old_asked.len()
    }
}

/// What one attacker has for nothing: an IPv4 address, or an IPv6 /64.
fn household(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(v6) => {
            let [a, b, c, d, ..] = v6.segments();
            IpAddr::V6(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
        }
        v4 => v4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[expect(clippy::disallowed_methods, reason = "a story has to begin at some instant")]
    fn start() -> Instant {
        Instant::now()
    }

    fn source(text: &str) -> SocketAddr {
        text.parse().unwrap()
    }

    #[test]
    fn a_stranger_is_answered_a_hundred_times_and_then_twenty_times_a_second() {
        let (mut guard, t) = (Guard::new(), start());
        let stranger = source("198.51.100.7:5060");
        assert_eq!((0..1000).filter(|_| guard.may_answer_stranger(t, stranger)).count(), 100);
        let later = t + Duration::from_secs(1);
        assert_eq!((0..1000).filter(|_| guard.may_answer_stranger(later, stranger)).count(), 20);
        assert!(
            guard.may_answer_stranger(later, source("198.51.100.7:5061")),
            "a bystander there is answered"
        );
    }

    #[test]
    fn changing_the_port_does_not_help_beyond_the_budget_of_the_address() {
        let (mut guard, t) = (Guard::new(), start());
        let answered = (1..=5000u16)
            .filter(|port| {
                guard.may_answer_stranger(t, SocketAddr::new("198.51.100.7".parse().unwrap(), *port))
            })
            .count();
        assert_eq!(answered, 500);
        assert!(guard.may_answer_stranger(t, source("198.51.100.8:5060")));
    }

    #[test]
    fn ten_wrong_passwords_bar_the_address_for_five_minutes_then_ten_up_to_a_day() {
        let (mut guard, mut t) = (Guard::new(), start());
        let guesser = source("203.0.113.5:40000");
        let mut lengths = vec![];
        for _ in 0..11 {
            for n in 1..=FAILURES_ALLOWED {
                assert_eq!(guard.password_failed(t, guesser), n == FAILURES_ALLOWED);
            }
            assert!(guard.is_banned(t, source("203.0.113.5:1")), "whatever port it uses");
            assert!(!guard.is_banned(t, source("203.0.113.6:40000")), "its neighbour is not barred");
            let begun = t;
            while guard.is_banned(t, guesser) {
                t += Duration::from_secs(60);
            }
            lengths.push((t - begun).as_secs() / 60);
        }
        assert_eq!(lengths, [5, 10, 20, 40, 80, 160, 320, 640, 1280, 1440, 1440]);
    }

    #[test]
    fn failures_spread_over_hours_bar_nobody() {
        let (mut guard, mut t) = (Guard::new(), start());
        for _ in 0..100 {
            assert!(!guard.password_failed(t, source("203.0.113.5:40000")));
            t += Duration::from_secs(10);
        }
    }

    #[test]
    fn a_flood_from_a_hundred_thousand_addresses_fills_no_memory() {
        let (mut guard, t) = (Guard::new(), start());
        for n in 0..100_000u32 {
            let address = SocketAddr::new(IpAddr::V4((0x0a00_0000 + n).into()), 5060);
            guard.may_answer_stranger(t, address);
            guard.password_failed(t, address);
            guard.challenged(t, address);
        }
        assert!(guard.len() <= 2 * SOURCES + 3 * OFFENDERS, "{}", guard.len());
    }

    /// How many were counted as never having answered.
    fn in_vain(guard: &mut Guard, now: Instant) -> u64 {
        guard.report(now).map_or(0, |(cause, _, count)| {
            assert_eq!(cause, Refusal::Unauthenticated);
            count
        })
    }

    #[test]
    fn a_phone_that_is_asked_and_answers_is_never_refused() {
        let (mut guard, mut t) = (Guard::new(), start());
        let phone = source("192.0.2.7:5060");
        for _ in 0..100 {
            // Two answers of ours are lost, the third one arrives.
            for _ in 0..3 {
                guard.challenged(t, phone);
            }
            guard.answered(phone);
            t += Duration::from_secs(3600);
        }
        assert_eq!(guard.report(t), None);
        assert_eq!(guard.len(), 0);
    }

    #[test]
    fn an_office_that_wakes_up_behind_one_address_is_not_refused() {
        let (mut guard, t) = (Guard::new(), start());
        for port in 0..32 {
            guard.challenged(t, SocketAddr::new("198.51.100.7".parse().unwrap(), 20_000 + port));
        }
        guard.answered(source("198.51.100.7:20000"));
        assert_eq!(guard.report(t), None);
    }

    #[test]
    fn a_scanner_that_only_ever_asks_is_seen_however_slowly_it_does() {
        let (mut guard, mut t) = (Guard::new(), start());
        let scanner = source("203.0.113.5:5060");
        for _ in 0..1000 {
            guard.challenged(t, scanner);
        }
        assert_eq!(in_vain(&mut guard, t), 1000, "a fast one, all of its questions");
        let (mut guard, slow) = (Guard::new(), source("203.0.113.6:5060"));
        guard.challenged(t, slow);
        assert_eq!(in_vain(&mut guard, t), 0, "everybody's first question");
        let mut seen = 0;
        for _ in 0..10 {
            t += Duration::from_secs(600);
            guard.challenged(t, slow);
            seen += in_vain(&mut guard, t);
        }
        assert_eq!(seen, 11, "once it has left one unanswered, the first as well");
    }

    #[test]
    fn refusals_are_told_once_a_second_with_their_number() {
        let (mut guard, t) = (Guard::new(), start());
        let stranger = source("198.51.100.7:5060");
        guard.count(t, Refusal::Stray, stranger);
        assert_eq!(guard.report(t), Some((Refusal::Stray, stranger, 1)));
        for _ in 0..500 {
            guard.count(t, Refusal::Stray, stranger);
        }
        assert_eq!(guard.report(t), None);
        assert_eq!(guard.report_at(), Some(t + REPORT_EVERY));
        assert_eq!(guard.report(t + REPORT_EVERY), Some((Refusal::Stray, stranger, 500)));
        assert_eq!(guard.report_at(), None);
    }
}
