//! The engine: takes inputs, keeps what cannot be stored yet, and knows when it must wake.

use std::collections::{BTreeMap, VecDeque};

use jiff::{SignedDuration, Timestamp};
use rand_chacha::rand_core::Rng;

use super::{
    Alarm, Input, Output, Reason, Settings,
    calendars::Calendars,
    clock::{Clock, moved},
    dispatch::Dispatch,
    emergencies::{Emergencies, News},
    escalations::Escalations,
    incidents::{Incidents, NoticeOrder},
    letters::Letters,
    mailboxes::Mail,
    phones::Phones,
    promises::Promises,
    showings::Showings,
};
use crate::{
    outbox::Policy,
    pbx::{CallRecord, Caller, DayNight},
    store::{Store, StoreError},
    trace::Finished,
    types::{CallId, Chance, PhoneNumber},
};

/// All durable work of the house.
#[derive(Debug)]
pub struct Engine {
    pub(super) store: Store,
    pub(super) settings: Settings,
    pub(super) chance: Chance,
    pub(super) clock: Clock,
    pub(super) dispatch: Dispatch,
    phones: Phones,
    pub(super) emergencies: Emergencies,
    pub(super) escalations: Escalations,
    pub(super) incidents: Incidents,
    pub(super) mail: Mail,
    pub(super) promises: Promises,
    pub(super) letters: Letters,
    pub(super) showings: Showings,
    pub(super) calendars: Calendars,
    live: LiveCalls,
    /// Records that the store has not taken yet, the oldest first.
    pub(super) waiting: VecDeque<Box<CallRecord>>,
    pub(super) lost: u64,
    /// Traces that the store has not taken yet.
    pub(super) traces: Vec<Finished>,
    pub(super) trouble: Option<Trouble>,
    pub(super) outbox_full: bool,
    started: bool,
    /// Entries queued by an earlier session have been looked at with a clock that is right.
    brought_back: bool,
    outputs: VecDeque<Output>,
}

/// A store that fails, and when it is tried again.
#[derive(Debug)]
pub(super) struct Trouble {
    cause: &'static str,
    tries: u32,
    again: Timestamp,
}

impl Engine {
    /// So many records wait in memory for a store that fails; then the oldest are lost, and counted.
    pub const MOST_WAITING: usize = 1_000;
    /// So many entries may wait in the outbox; then texts to callers are no longer queued.
    pub const MOST_QUEUED: usize = 10_000;

    /// A desk over this store. `chance` must be seeded anew at each start: keys and ids come from it.
    pub fn new(store: Store, settings: Settings, chance: Chance) -> Self {
        let policy = Policy { after_crash: settings.after_crash };
        Self {
            store,
            settings,
            chance,
            clock: Clock::default(),
            dispatch: Dispatch::new(policy),
            phones: Phones::default(),
            emergencies: Emergencies::default(),
            escalations: Escalations::default(),
            incidents: Incidents::default(),
            mail: Mail::default(),
            promises: Promises::default(),
            letters: Letters::default(),
            showings: Showings::default(),
            calendars: Calendars::default(),
            live: LiveCalls::default(),
            waiting: VecDeque::new(),
            lost: 0,
            traces: Vec::new(),
            trouble: None,
            outbox_full: false,
            started: false,
            brought_back: false,
            outputs: VecDeque::new(),
        }
    }

    /// The office has changed; entries that are queued keep their words.
    pub fn set_settings(&mut self, settings: Settings) {
        self.dispatch.set_policy(Policy { after_crash: settings.after_crash });
        self.settings = settings;
    }

    /// The store, for readers and for tests.
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// The store, to inject faults; or for the next desk over the same rows.
    pub fn store_mut(&mut self) -> &mut Store {
        &mut self.store
    }

    /// Ends the desk; what waits in memory is lost.
    pub fn into_store(self) -> Store {
        self.store
    }

    /// Records that wait in memory for the store.
    pub fn records_waiting(&self) -> usize {
        self.waiting.len()
    }

    /// Takes one input, and does everything that is due.
    pub fn handle_input(&mut self, now: Timestamp, input: Input) {
        self.handle_inputs(now, [input]);
    }

    /// Takes several inputs, in order, and then does everything that is due: what they bring to the disk is synced
    /// once instead of once for each.
    pub fn handle_inputs(&mut self, now: Timestamp, inputs: impl IntoIterator<Item = Input>) {
        for input in inputs {
            self.take(now, input);
        }
        self.work(now);
    }

    fn take(&mut self, now: Timestamp, input: Input) {
        let step = match input {
            Input::ClockStepped(by) => self.clock.stepped(by, now),
            _ => self.clock.look(now),
        };
        if !step.is_zero() {
            self.move_deadlines(step);
        }
        match input {
            Input::CallStarted { call, caller } => self.live.started(call, &caller),
            Input::PersonAnswered { call } => self.live.reached(call),
            Input::Escalation(step) => self.escalations.take(step),
            Input::NoticeOrdered { incident, on, by } => {
                self.incidents.take(NoticeOrder { incident, on, by });
            }
            Input::EmergencyDialled(row) => self.emergencies.take(News::Dialled(row)),
            Input::NumberListed { number, listing, by } => {
                self.emergencies.take(News::Listed { number, listing, by, at: now });
            }
            Input::Supervised { call, by, of, how } => {
                self.emergencies.take(News::Supervised { call, by, of, how, at: now });
            }
            Input::CallBarred { from, why } => self.emergencies.take(News::Barred { from, why, at: now }),
            Input::EmergencySeen { call, by } => {
                self.emergencies.take(News::Seen { call, by, at: now });
            }
            Input::CalendarAsked { call, ticket, request } => {
                self.calendar_asked(now, call, ticket, request);
            }
            Input::CallEnded(mut record) => {
                self.live.ended(record.call);
                self.nobody_waits(now, record.call);
                self.showings.ended(&mut record);
                self.keep(record);
            }
            Input::CalendarHeard { exchange, reply } => self.calendar_heard(now, exchange, reply),
            Input::CallTraced(trace) => self.keep_trace(trace),
            Input::TextReceived { text, from, to, body, call_id } => {
                let stored = match self.may_try_store(now) {
                    true => self.take_text(now, from, to, body, call_id),
                    false => false,
                };
                self.output(Output::SettleText { text, stored });
            }
            Input::Delivered { key, result } => self.dispatch.answered(key, result),
            Input::Mailed { key, attempted } => self.letters.answered(key, attempted),
            Input::Bound(binding) => self.phones.bound(binding, now),
            Input::DeskSet { extension, settings } => self.phones.desk_set(extension, settings),
            Input::DayNightSet(key) => self.phones.day_night_set(key),
            Input::Unbound { extension, contact } => self.phones.unbound(extension, contact, now),
            Input::ClockSynchronised(right) => {
                if self.clock.synchronise(right) {
                    self.brought_back = false;
                }
            }
            Input::CallBack(promise) => self.promises.take(promise),
            Input::MailboxChanged { mailbox, change } => self.mailbox_changed(mailbox, change),
            Input::Transcribed { id, words } => self.message_transcribed(id, words),
            Input::TrunkUp => self.dispatch.trunk_up(),
            Input::ClockStepped(_) | Input::OutboxChanged | Input::Timeout => {}
        }
    }

    /// The next output. After `Timeout` there is none until the next input.
    pub fn poll_output(&mut self, now: Timestamp) -> Output {
        if !self.started {
            self.work(now);
        }
        self.outputs.pop_front().unwrap_or_else(|| Output::Timeout(self.deadline(now)))
    }

    pub(super) fn output(&mut self, output: Output) {
        self.outputs.push_back(output);
    }

    /// The numbers that a person of the office is talking with now.
    pub(super) fn talking(&self) -> Vec<PhoneNumber> {
        self.live.calls.values().filter(|(_, reached)| *reached).map(|(number, _)| *number).collect()
    }

    /// Everything that is due, in the order in which it must become durable.
    fn work(&mut self, now: Timestamp) {
        self.calendars_overdue(now);
        if !self.may_try_store(now) {
            return;
        }
        match self.work_on_store(now) {
            Ok(()) => self.store_is_well(),
            Err(error) => {
                self.draw_again(&error);
                self.store_fails(now, &error);
            }
        }
    }

    fn work_on_store(&mut self, now: Timestamp) -> Result<(), StoreError> {
        if !self.started {
            let bindings = self.store.bindings(now)?;
            let (desks, key) = self.store.desks()?;
            self.started = true;
            self.phones.restored(&bindings);
            self.output(Output::RestoreBindings(bindings));
            let listed = self.store.listed()?;
            if !listed.is_empty() {
                self.output(Output::RestoreListed(listed));
            }
            let since = now.checked_sub(SignedDuration::from_hours(24)).unwrap_or(Timestamp::MIN);
            let spent = self.store.outside_calls(since)?;
            if !spent.is_empty() {
                self.output(Output::RestoreSpending(spent));
            }
            self.restore_escalations(now)?;
            let promised = self.store.call_backs(since)?;
            if !promised.is_empty() {
                self.output(Output::RestoreCallBacks(promised));
            }
            if !desks.is_empty() || key != DayNight::Clock {
                self.output(Output::RestoreDesks { desks, key });
            }
        }
        if !self.clock.owed.is_zero() {
            self.store.shift_deadlines(self.clock.owed)?;
            self.store.shift_letters(self.clock.owed)?;
            self.clock.owed = SignedDuration::ZERO;
        }
        if self.clock.is_right() && !self.brought_back {
            self.store.bring_back(now)?;
            self.store.date_undated(now)?;
            self.brought_back = true;
        }
        self.store_escalations()?;
        self.store_emergencies()?;
        self.take_back_showings(now)?;
        self.store_promises(now)?;
        self.settle(now)?;
        self.store_records(now)?;
        self.speak_notices(now)?;
        self.store_mail(now)?;
        self.settle_letters(now)?;
        if self.phones.has_settings() {
            let (desks, key) = self.phones.settings();
            self.store.keep_desks(desks, key, now)?;
            self.phones.settings_stored();
        }
        self.store_traces(now)?;
        if self.phones.due().is_some_and(|due| due <= now) {
            let (bound, unbound) = self.phones.pending(now);
            self.store.keep_bindings(&bound, &unbound, now)?;
            self.phones.stored();
        }
        if self.clock.is_right() {
            self.tell_reporters(now)?;
            self.move_followups(now)?;
            self.send_due(now)?;
            self.send_letter(now)?;
            self.calendar_chores(now)?;
        }
        Ok(())
    }

    /// If a key or an id was taken (a chance that was seeded as before), the next try draws others.
    pub(super) fn draw_again(&mut self, error: &StoreError) -> bool {
        let taken = matches!(error, StoreError::Conflict(_));
        if taken {
            self.chance.next_u64();
        }
        taken
    }

    pub(super) fn may_try_store(&self, now: Timestamp) -> bool {
        self.trouble.as_ref().is_none_or(|trouble| trouble.again <= now)
    }

    fn store_is_well(&mut self) {
        if self.trouble.is_some() && self.waiting.is_empty() && !self.mail_waits() {
            self.trouble = None;
            self.output(Output::Alarm(Alarm::StoreWell));
        } else if let Some(trouble) = &mut self.trouble {
            trouble.tries = 0;
        }
    }

    pub(super) fn store_fails(&mut self, now: Timestamp, error: &StoreError) {
        let tries = self.trouble.as_ref().map_or(0, |trouble| trouble.tries) + 1;
        let wait = SignedDuration::from_secs(i64::from(tries.min(5)));
        let again = now.checked_add(wait).unwrap_or(Timestamp::MAX);
        let cause = error.name();
        if self.trouble.as_ref().is_none_or(|trouble| trouble.cause != cause) {
            self.output(Output::Alarm(Alarm::StoreFailing { cause }));
        }
        self.dispatch.store_failed();
        self.letters.store_failed();
        self.trouble = Some(Trouble { cause, tries, again });
    }

    /// The clock was put forward or back: what waits in memory keeps its distance from now.
    fn move_deadlines(&mut self, by: SignedDuration) {
        if let Some(trouble) = &mut self.trouble {
            trouble.again = moved(trouble.again, by);
        }
        self.dispatch.move_deadlines(by);
        self.letters.move_deadlines(by);
        self.phones.move_deadlines(by);
        self.calendars.move_deadlines(by);
    }

    fn deadline(&mut self, now: Timestamp) -> Option<(Timestamp, Reason)> {
        let overdue = self.calendars.overdue().map(|at| (at.max(now), Reason::CalendarOverdue));
        if let Some(trouble) = &self.trouble {
            return overdue.into_iter().chain([(trouble.again.max(now), Reason::StoreRetry)]).min();
        }
        if !self.waiting.is_empty() {
            return Some((now, Reason::StoreRetry));
        }
        let mut deadlines = vec![
            self.dispatch.overdue().map(|at| (at, Reason::AnswerOverdue)),
            self.letters.overdue().map(|at| (at, Reason::AnswerOverdue)),
            self.phones.due().map(|at| (at, Reason::BindingsDue)),
            self.incidents.due().map(|at| (at, Reason::NoticeEnds)),
            overdue,
        ];
        if self.clock.is_right() {
            deadlines.push(self.calendars.chores_due().map(|at| (at, Reason::CalendarChores)));
            let letter = self.letter_due();
            let read =
                self.store.next_due().and_then(|due| Ok((due, self.store.next_enrolment_due()?, letter?)));
            match read {
                Ok((due, followup, letter)) => {
                    deadlines.push(letter.map(|at| (at, Reason::LetterDue)));
                    if self.dispatch.has_room() {
                        deadlines.push(due.map(|at| (at, Reason::OutboxDue)));
                    }
                    deadlines.push(self.dispatch.probe().map(|at| (at, Reason::TrunkProbe)));
                    deadlines.push(followup.map(|at| (at, Reason::FollowUpDue)));
                }
                Err(error) => {
                    self.store_fails(now, &error);
                    return self.trouble.as_ref().map(|trouble| (trouble.again, Reason::StoreRetry));
                }
            }
        }
        deadlines.into_iter().flatten().min().map(|(at, reason)| (at.max(now), reason))
    }
}

/// Calls that go on now, as far as texts must know of them.
#[derive(Debug, Default)]
struct LiveCalls {
    calls: BTreeMap<CallId, (PhoneNumber, bool)>,
}

impl LiveCalls {
    /// When there are more, the one with the lowest id is forgotten: at worst a text goes to somebody who is talking.
    const MOST: usize = 2_000;

    fn started(&mut self, call: CallId, caller: &Caller) {
        if let Caller::Number { number, .. } = caller {
            if self.calls.len() >= Self::MOST {
                self.calls.pop_first();
            }
            self.calls.insert(call, (*number, false));
        }
    }

    fn reached(&mut self, call: CallId) {
        if let Some((_, reached)) = self.calls.get_mut(&call) {
            *reached = true;
        }
    }

    fn ended(&mut self, call: CallId) {
        self.calls.remove(&call);
    }
}
