//! The target set of each trunk: one for REGISTER, OPTIONS and calls alike, looked up by name, with fail-over to the next.
//!
//! A target that has failed rests; what goes to the trunk meanwhile goes to the next. When its rest is over it is asked by
//! OPTIONS before anything else is sent there, if the trunk may be asked at all. A trunk with one target has no choice, and
//! keeps it.

use std::{
    collections::{BTreeMap, BTreeSet},
    net::SocketAddr,
    time::{Duration, Instant},
};

use super::{
    event::{Event, Flow, TargetState, Transport, TrunkName},
    locate::{Answer, Progress, Question, Wish, locate},
    schedule::Wake,
    settings::{Located, SendTo, Settings},
    transaction_layer::TransactionLayer,
};

/// A target that has failed is left alone for so long.
pub(super) const REST: Duration = Duration::from_secs(60);
/// Records are asked anew no sooner, however short they say that they are good.
const SOONEST: Duration = Duration::from_secs(30);
/// And no later, so that a carrier that moves is found within the hour.
const LATEST: Duration = Duration::from_secs(3600);
/// The first pause after a name that led nowhere; it doubles up to the longest.
const FIRST_PAUSE: Duration = Duration::from_secs(5);
const LONGEST_PAUSE: Duration = Duration::from_secs(300);
/// A question that nobody answers within this time has failed.
const PATIENCE: Duration = Duration::from_secs(12);

/// By transport and address.
pub(super) type Way = (Transport, SocketAddr);

#[derive(Debug)]
struct Target {
    way: Way,
    /// Until when it is left alone, and why.
    rest: Option<(Instant, String)>,
}

/// Of one trunk, at the same place as in the settings.
#[derive(Debug)]
struct TargetSet {
    send_to: SendTo,
    wish: Option<Wish>,
    known: BTreeMap<Question, Answer>,
    asked: BTreeSet<Question>,
    /// While questions are open: until when they are waited for. Else when the name is to be looked up again.
    due: Option<Instant>,
    targets: Vec<Target>,
    failures: u32,
    /// Why the name leads nowhere.
    lost: Option<String>,
    told: Vec<TargetState>,
}

/// See the module's sentence.
#[derive(Debug, Default)]
pub(super) struct Targets {
    sets: Vec<TargetSet>,
}

/// What an answer or a rest has brought.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Change {
    Nothing,
    /// Another target is the first now: what hangs on it is done anew.
    Current,
    /// The name leads nowhere.
    Lost,
}

impl TargetSet {
    fn new(send_to: &SendTo, transport: Transport, settings: &Settings) -> Self {
        let (wish, targets) = match send_to {
            SendTo::Address(address) => (None, vec![Target { way: (transport, *address), rest: None }]),
            SendTo::Name { host, port, any_transport } => {
                let mut transports = vec![transport];
                if *any_transport {
                    let others = [Transport::Udp, Transport::Tcp, Transport::Tls];
                    transports.extend(others.into_iter().filter(|other| *other != transport));
                }
                let family = |v4| settings.listeners.iter().any(|listener| listener.local.is_ipv4() == v4);
                let (ipv4, ipv6) = (family(true), family(false));
                (Some(Wish { host: host.clone(), port: *port, transports, ipv4, ipv6 }), vec![])
            }
        };
        let (known, asked) = (BTreeMap::new(), BTreeSet::new());
        let send_to = send_to.clone();
        Self { send_to, wish, known, asked, due: None, targets, failures: 0, lost: None, told: vec![] }
    }

    /// The first that does not rest; if all do, the one that has rested longest.
    fn current(&self) -> Option<Way> {
        let all_rest =
            || self.targets.iter().min_by_key(|target| target.rest.as_ref().map(|(until, _)| *until));
        self.targets.iter().find(|target| target.rest.is_none()).or_else(all_rest).map(|target| target.way)
    }

    fn due(&self) -> Option<Instant> {
        let rests = self.targets.iter().filter_map(|target| target.rest.as_ref().map(|(until, _)| *until));
        rests.chain(self.due).min()
    }

    fn states(&self) -> Vec<TargetState> {
        let current = self.current();
        let state = |target: &Target| TargetState {
            transport: target.way.0,
            address: target.way.1,
            used: Some(target.way) == current,
            rests: target.rest.as_ref().map(|(_, why)| why.clone()),
        };
        self.targets.iter().map(state).collect()
    }
}

impl TransactionLayer {
    /// Takes over the trunks of the settings; those that are reached as before keep their targets.
    pub(super) fn update_targets(&mut self, now: Instant, located: &BTreeMap<TrunkName, Located>) {
        let mut old = std::mem::take(&mut self.targets.sets);
        for at in 0..old.len() {
            self.schedule.clear(&Wake::Targets(at));
        }
        for at in 0..self.settings.trunks.len() {
            let trunk = &self.settings.trunks[at];
            let new = TargetSet::new(&trunk.send_to, trunk.transport, &self.settings);
            let known = old.iter().position(|set| set.send_to == new.send_to && set.wish == new.wish);
            let fresh = known.is_none();
            if let Some(located) = located.get(&self.settings.trunks[at].name) {
                self.settings.trunks[at].located = located.clone();
            }
            let set = known.map_or(new, |at| old.remove(at));
            self.targets.sets.push(set);
            if fresh {
                self.look_up(now, at);
            }
            self.note_targets(at);
        }
    }

    /// Begins to look the trunk's name up, or goes on with it.
    fn look_up(&mut self, now: Instant, at: usize) -> Change {
        let Some(set) = self.targets.sets.get_mut(at) else { return Change::Nothing };
        let Some(wish) = &set.wish else { return Change::Nothing };
        let before = set.current();
        match locate(wish, &set.known, &mut self.chance) {
            Progress::Needs(questions) => {
                set.due = Some(now + PATIENCE);
                let new: Vec<Question> =
                    questions.into_iter().filter(|question| set.asked.insert(question.clone())).collect();
                for question in new {
                    self.resolve(question);
                }
                self.note_targets(at);
                return Change::Nothing;
            }
            Progress::Found { targets, good_for } => {
                let mut old = std::mem::take(&mut set.targets);
                set.targets = targets
                    .into_iter()
                    .map(|way| {
                        let known = old.iter().position(|target| target.way == way);
                        known.map_or(Target { way, rest: None }, |at| old.swap_remove(at))
                    })
                    .collect();
                (set.failures, set.lost) = (0, None);
                set.due = Some(now + good_for.clamp(SOONEST, LATEST));
            }
            // What was known before is better than nothing: targets of an earlier answer stay.
            Progress::Nothing { why } => {
                set.due = Some(now + FIRST_PAUSE.saturating_mul(1 << set.failures.min(6)).min(LONGEST_PAUSE));
                set.failures += 1;
                set.lost = Some(why);
            }
        }
        set.known.clear();
        set.asked.clear();
        let after = set.current();
        self.note_targets(at);
        match (before, after) {
            (_, None) => Change::Lost,
            (before, after) if before != after => Change::Current,
            _ => Change::Nothing,
        }
    }

    /// The resolver has answered: which trunks it has changed.
    pub(super) fn resolved(
        &mut self,
        now: Instant,
        question: &Question,
        answer: &Answer,
    ) -> Vec<(usize, Change)> {
        let mut changes = Vec::new();
        for at in 0..self.targets.sets.len() {
            let set = &mut self.targets.sets[at];
            if set.asked.contains(question) {
                set.known.insert(question.clone(), answer.clone());
                changes.push((at, self.look_up(now, at)));
            }
        }
        changes
    }

    /// A question has waited long enough, a name is to be looked up again, or a rest is over. With the targets that are to
    /// be asked whether they live.
    pub(super) fn targets_due(&mut self, now: Instant, at: usize) -> (Change, Vec<Way>) {
        let may_ask = self.settings.trunks.get(at).is_some_and(|trunk| trunk.probe.is_some());
        let Some(set) = self.targets.sets.get_mut(at) else { return (Change::Nothing, vec![]) };
        let before = set.current();
        let mut to_ask = Vec::new();
        for target in &mut set.targets {
            match &mut target.rest {
                Some((until, _)) if *until <= now && may_ask => {
                    *until = now + REST;
                    to_ask.push(target.way);
                }
                Some((until, _)) if *until <= now => target.rest = None,
                _ => {}
            }
        }
        let mut change = if set.current() == before { Change::Nothing } else { Change::Current };
        if set.due.is_some_and(|due| due <= now) {
            let failed = Answer::Failed { why: "nobody answers".to_owned() };
            for question in set.asked.clone() {
                set.known.entry(question).or_insert_with(|| failed.clone());
            }
            match self.look_up(now, at) {
                Change::Nothing => {}
                other => change = other,
            }
        }
        self.note_targets(at);
        (change, to_ask)
    }

    /// This target of the trunk has failed. True if there is another one to go on with.
    pub(super) fn target_failed(
        &mut self,
        now: Instant,
        at: usize,
        way: Way,
        rest: Duration,
        why: &str,
    ) -> bool {
        let Some(set) = self.targets.sets.get_mut(at).filter(|set| set.targets.len() > 1) else {
            return false;
        };
        if let Some(target) = set.targets.iter_mut().find(|target| target.way == way) {
            target.rest = Some((now + rest, why.to_owned()));
        }
        let another = set.targets.iter().any(|target| target.rest.is_none());
        self.note_targets(at);
        another
    }

    /// This target of the trunk has answered. True if it is the one to use from now on, and was not before.
    pub(super) fn target_lives(&mut self, at: usize, way: Way) -> bool {
        let Some(set) = self.targets.sets.get_mut(at) else { return false };
        let before = set.current();
        if let Some(target) = set.targets.iter_mut().find(|target| target.way == way) {
            target.rest = None;
        }
        let changed = set.current() != before;
        self.note_targets(at);
        changed
    }

    /// The way to the trunk at this place: the first of its targets that does not rest.
    pub(super) fn trunk_flow(&self, at: usize) -> Option<Flow> {
        let (transport, address) = self.targets.sets.get(at)?.current()?;
        self.settings.flow_to(transport, address)
    }

    /// Targets of the trunk at this place that nothing goes to now.
    pub(super) fn standing_by(&self, at: usize) -> Vec<Way> {
        let Some(set) = self.targets.sets.get(at) else { return vec![] };
        let current = set.current();
        set.targets.iter().map(|target| target.way).filter(|way| Some(*way) != current).collect()
    }

    /// Has the trunk another target than this one that has not failed?
    pub(super) fn has_another(&self, at: usize, way: Way) -> bool {
        let set = self.targets.sets.get(at);
        set.is_some_and(|set| set.targets.iter().any(|target| target.rest.is_none() && target.way != way))
    }

    /// Why the trunk's name leads nowhere.
    pub(super) fn lost(&self, at: usize) -> Option<String> {
        let set = self.targets.sets.get(at)?;
        set.lost
            .clone()
            .or_else(|| set.targets.is_empty().then(|| format!("{} is being looked up", set.send_to)))
    }

    /// The deadline, whom the trunk's name vouches for, and what the console shows.
    fn note_targets(&mut self, at: usize) {
        let (Some(set), Some(trunk)) = (self.targets.sets.get_mut(at), self.settings.trunks.get_mut(at))
        else {
            return;
        };
        trunk.located.addresses = set.targets.iter().map(|target| target.way.1).collect();
        match set.due() {
            Some(due) => self.schedule.set(Wake::Targets(at), due),
            None => self.schedule.clear(&Wake::Targets(at)),
        }
        let states = set.states();
        if states != set.told && set.wish.is_some() {
            set.told.clone_from(&states);
            let trunk = trunk.name.clone();
            self.tell(Event::TrunkTargets { trunk, targets: states });
        }
    }
}
