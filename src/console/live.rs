//! Calls as they happen: built from the switch's facts, shown to whoever looks.
//!
//! A browser that falls more than [`BEHIND`] events behind skips them, is told so, and loads the page anew. Nobody who
//! looks can hold up a call.

use std::{
    collections::{BTreeMap, VecDeque},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use jiff::Timestamp;
use tokio::sync::broadcast;

use super::{
    call_backs::CallBackBoard, desk_board::DeskBoard, escalations::EscalationBoard, greetings::GreetingBoard,
};
use crate::{
    pbx::{
        AgentReason, CallRecord, Caller, DeskSettings, Dialled, EscalationStep, Fact, LegResult, Party,
        RecordingState, Supervise, TurnRecord,
    },
    store::EmergencyRow,
    types::{CallId, Extension, LegId},
};

/// Events that a browser may be behind.
pub const BEHIND: usize = 512;

/// Ended calls that stay on the page.
const ENDED_KEPT: usize = 8;

/// A call on the live page.
#[derive(Debug, Clone)]
pub struct LiveCall {
    pub call: CallId,
    pub caller: Caller,
    pub dialled: Dialled,
    pub since: Timestamp,
    /// What happens to it, in the trade's words.
    pub stage: Stage,
    /// Legs that ring or were tried, in order.
    pub tried: Vec<(LegId, Party, Option<LegResult>)>,
    pub turns: Vec<TurnRecord>,
    /// Who of the house listens to it, or more.
    pub supervisor: Option<(Extension, Supervise)>,
    /// The extension that dialled an emergency number: whoever is in the house must see it (47 CFR 9.16).
    pub emergency: Option<Extension>,
    pub recording: RecordingState,
}

/// Where a call stands.
#[derive(Debug, Clone)]
pub enum Stage {
    Ringing,
    Agent(AgentReason),
    Talking(Party),
    /// In a conference: these hear each other.
    Conference(Vec<Party>),
    Ended(Box<CallRecord>),
}

/// Sent to browsers: what has changed on the page, or has left it.
#[derive(Debug, Clone)]
pub enum Change {
    Call(Arc<LiveCall>),
    Gone(CallId),
    /// A call-back was promised, or has come further.
    CallBacks,
}

#[derive(Debug, Default)]
struct Board {
    calls: BTreeMap<CallId, Arc<LiveCall>>,
    /// Ended calls of the board, oldest first.
    ended: VecDeque<CallId>,
    /// Calls to an emergency number of which nobody has said that they saw them, whether or not they are on the board; those
    /// of before a restart among them.
    unseen: BTreeMap<CallId, EmergencyCall>,
}

/// Notices that may stand at once; the oldest goes when there are more, and stays in the records.
const UNSEEN_KEPT: usize = 32;

/// A call to an emergency number, for the top of every page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct EmergencyCall {
    pub call: CallId,
    pub from: Extension,
    pub dialled: Dialled,
    /// Where the phone is; empty: nobody has said.
    pub place: String,
    pub since: Timestamp,
    /// There is a record of it.
    pub ended: bool,
}

/// The board of current calls; cheap to clone.
#[derive(Debug, Clone)]
pub struct Live {
    board: Arc<Mutex<Board>>,
    changes: broadcast::Sender<Change>,
    /// The notices of emergencies have changed.
    alarms: broadcast::Sender<()>,
    desks: DeskBoard,
    call_backs: CallBackBoard,
    escalations: EscalationBoard,
    greetings: GreetingBoard,
}

impl Default for Live {
    fn default() -> Self {
        Self {
            board: Arc::default(),
            changes: broadcast::channel(BEHIND).0,
            alarms: broadcast::channel(1).0,
            desks: DeskBoard::default(),
            call_backs: CallBackBoard::default(),
            escalations: EscalationBoard::default(),
            greetings: GreetingBoard::default(),
        }
    }
}

impl Live {
    fn board(&self) -> MutexGuard<'_, Board> {
        self.board.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes note of a fact.
    pub fn observe(&self, fact: &Fact, wall: Timestamp) {
        self.desks.observe(fact);
        self.greetings.observe(fact);
        if let Fact::Escalation(step) = fact {
            if self.escalations.hear(step) {
                let _ = self.alarms.send(());
            }
            return;
        }
        let mut board = self.board();
        let (call, gone) = match fact {
            Fact::CallStarted { call, caller, dialled, .. } => {
                let live = LiveCall {
                    call: *call,
                    caller: caller.clone(),
                    dialled: dialled.clone(),
                    since: wall,
                    stage: Stage::Ringing,
                    tried: Vec::new(),
                    turns: Vec::new(),
                    supervisor: None,
                    emergency: None,
                    recording: RecordingState::Off,
                };
                let known =
                    board.calls.insert(*call, Arc::new(live)).and_then(|before| before.emergency.clone());
                board.change(*call, |c| c.emergency = known);
                (*call, None)
            }
            Fact::EmergencyDialled { call, from, dialled, place, .. } => {
                // The one fact that may come for a call which is not on the board: it could not even be begun.
                let live = board.calls.entry(*call).or_insert_with(|| {
                    Arc::new(LiveCall {
                        call: *call,
                        caller: Caller::Extension(from.clone()),
                        dialled: dialled.clone(),
                        since: wall,
                        stage: Stage::Ringing,
                        tried: Vec::new(),
                        turns: Vec::new(),
                        supervisor: None,
                        emergency: None,
                        recording: RecordingState::Off,
                    })
                });
                Arc::make_mut(live).emergency = Some(from.clone());
                board.raise(EmergencyCall {
                    call: *call,
                    from: from.clone(),
                    dialled: dialled.clone(),
                    place: place.clone(),
                    since: wall,
                    ended: false,
                });
                let _ = self.alarms.send(());
                (*call, None)
            }
            Fact::EmergencySeen { call, .. } => {
                board.unseen.remove(call);
                let _ = self.alarms.send(());
                return;
            }
            Fact::Ringing { call, leg, party } => {
                board.change(*call, |c| c.tried.push((*leg, party.clone(), None)));
                (*call, None)
            }
            Fact::NotAnswered { call, leg, party, result } => {
                board.change(*call, |c| match c.tried.iter_mut().find(|(l, ..)| l == leg) {
                    Some(tried) => tried.2 = Some(*result),
                    None => c.tried.push((*leg, party.clone(), Some(*result))),
                });
                (*call, None)
            }
            Fact::Answered { call, party, .. } => {
                board.change(*call, |c| c.stage = Stage::Talking(party.clone()));
                (*call, None)
            }
            Fact::Supervised { call, by, how, .. } => {
                board.change(*call, |c| c.supervisor = Some((by.clone(), *how)));
                (*call, None)
            }
            Fact::SupervisionEnded { call, .. } => {
                board.change(*call, |c| c.supervisor = None);
                (*call, None)
            }
            Fact::Conferring { call, parties, .. } => {
                board.change(*call, |c| c.stage = Stage::Conference(parties.clone()));
                (*call, None)
            }
            Fact::AgentTakes { call, why } => {
                board.change(*call, |c| c.stage = Stage::Agent(*why));
                (*call, None)
            }
            Fact::RecordingChanged { call, state } => {
                board.change(*call, |c| c.recording = *state);
                (*call, None)
            }
            Fact::Turn { call, turn } => {
                board.change(*call, |c| c.turns.push(turn.clone()));
                (*call, None)
            }
            Fact::Ended(record) => (record.call, board.end(record)),
            Fact::CallBack(promise) => {
                self.call_backs.hear(promise);
                let _ = self.changes.send(Change::CallBacks);
                return;
            }
            _ => return,
        };
        // Nobody looks: nobody is told.
        if let Some(live) = board.calls.get(&call) {
            let _ = self.changes.send(Change::Call(Arc::clone(live)));
        }
        if let Some(gone) = gone {
            let _ = self.changes.send(Change::Gone(gone));
        }
    }

    /// Every call on the board, newest first, and the changes from now on.
    pub fn watch(&self) -> (Vec<Arc<LiveCall>>, broadcast::Receiver<Change>) {
        let board = self.board();
        let mut calls: Vec<_> = board.calls.values().cloned().collect();
        calls.sort_by_key(|c| std::cmp::Reverse((c.since, c.call)));
        (calls, self.changes.subscribe())
    }

    /// Calls that have not ended.
    pub fn current(&self) -> usize {
        self.board().calls.values().filter(|call| !matches!(call.stage, Stage::Ended(_))).count()
    }

    /// Somebody at a console has seen that an emergency number was dialled: the notice of this call goes. `false`: there is
    /// no such call.
    pub(super) fn acknowledge(&self, call: CallId) -> bool {
        let mut board = self.board();
        let known = board.is_emergency(call);
        if board.unseen.remove(&call).is_some() {
            let _ = self.alarms.send(());
        }
        known
    }

    /// Is there such a call?
    pub(super) fn is_emergency(&self, call: CallId) -> bool {
        self.board().is_emergency(call)
    }

    /// The latest call to an emergency number that nobody has acknowledged.
    pub(super) fn emergency(&self) -> Option<EmergencyCall> {
        let board = self.board();
        let latest = board.unseen.values().max_by_key(|call| call.since)?;
        let live = board.calls.get(&latest.call).is_some_and(|call| !matches!(call.stage, Stage::Ended(_)));
        Some(EmergencyCall { ended: !live, ..latest.clone() })
    }

    /// The notices that stood before a restart stand again.
    pub fn restore(&self, unseen: Vec<EmergencyRow>) {
        let mut board = self.board();
        for EmergencyRow { call, at, extension, dialled, place, callback: _ } in unseen {
            board.raise(EmergencyCall { call, from: extension, dialled, place, since: at, ended: true });
        }
    }

    /// Dangers that nobody had settled before a restart.
    pub fn restore_escalations(&self, all: &[Vec<EscalationStep>]) {
        self.escalations.restore(all);
    }

    pub(super) fn escalations(&self) -> &EscalationBoard {
        &self.escalations
    }

    /// What was set for extensions before a restart.
    pub fn restore_desks(&self, desks: Vec<(Extension, DeskSettings)>) {
        self.desks.restore(desks);
    }

    pub(super) fn desks(&self) -> &DeskBoard {
        &self.desks
    }

    pub(super) fn call_backs(&self) -> &CallBackBoard {
        &self.call_backs
    }

    pub(super) fn greetings(&self) -> &GreetingBoard {
        &self.greetings
    }

    /// Each time that the notices change.
    pub(super) fn alarms(&self) -> broadcast::Receiver<()> {
        self.alarms.subscribe()
    }
}

impl Board {
    fn is_emergency(&self, call: CallId) -> bool {
        self.unseen.contains_key(&call) || self.calls.get(&call).is_some_and(|call| call.emergency.is_some())
    }

    fn raise(&mut self, emergency: EmergencyCall) {
        if self.unseen.len() >= UNSEEN_KEPT
            && let Some(oldest) = self.unseen.values().min_by_key(|call| call.since).map(|call| call.call)
        {
            self.unseen.remove(&oldest);
        }
        self.unseen.insert(emergency.call, emergency);
    }

    fn change(&mut self, call: CallId, change: impl FnOnce(&mut LiveCall)) {
        if let Some(live) = self.calls.get_mut(&call) {
            change(Arc::make_mut(live));
        }
    }

    /// A call is over: it stays for a while, and the one that has stayed longest goes.
    fn end(&mut self, record: &CallRecord) -> Option<CallId> {
        let live = self.calls.get_mut(&record.call)?;
        if matches!(live.stage, Stage::Ended(_)) {
            return None;
        }
        Arc::make_mut(live).stage = Stage::Ended(Box::new(record.clone()));
        self.ended.push_back(record.call);
        let gone = (self.ended.len() > ENDED_KEPT).then(|| self.ended.pop_front()).flatten()?;
        self.calls.remove(&gone);
        Some(gone)
    }
}
