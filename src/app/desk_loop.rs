//! The pump of the second heart: facts in, rows on disk, texts out. A thread of its own, because a commit waits for the disk.

use std::{
    io, iter,
    sync::{
        Arc, Mutex, PoisonError,
        mpsc::{Receiver, RecvTimeoutError, SyncSender, TrySendError, sync_channel},
    },
    thread,
    time::{Duration, Instant},
};

use jiff::{SignedDuration, Timestamp};
use tokio::sync::mpsc;

use super::{calendars::Calendars, clock, mailbox_sounds::MailboxSounds, post::Post, switch_loop::ToSwitch};
use crate::{
    console::Vitals,
    desk::{Alarm, Engine, Input, Output},
    pbx::{Control, Fact, Party},
    sip::TrunkHealth,
    store::EmergencyRow,
    trace::Finished,
};

/// Facts that may wait while the disk is slow. Call records among them are what the house lives by, so the bound is
/// far beyond any burst; beyond it a record is lost, counted and said aloud.
const INBOX: usize = 20_000;

/// What arrives within this time of the first is stored with one sync: a burst of calls costs the disk as much as one.
const GATHERING: Duration = Duration::from_millis(20);

/// Inputs taken at once, so that what they bring out is not kept for long.
const GATHERED: usize = 512;

/// How often the two clocks are compared.
const CLOCK_LOOK: Duration = Duration::from_secs(5);

/// How often it is looked whether a letter that is on its way has arrived.
const POST_LOOK: Duration = Duration::from_millis(250);

/// The same for the answer of a calendar, for which somebody waits at the telephone.
const CALENDAR_LOOK: Duration = Duration::from_millis(20);

/// A letter that is on its way when the house stops is waited for so long: one that nobody waits for may have arrived.
const LAST_POST: Duration = Duration::from_secs(5);

/// A difference of the two clocks that is a step and no drift.
const STEP: SignedDuration = SignedDuration::from_secs(2);

/// The handle by which facts reach the desk.
#[derive(Debug, Clone)]
pub struct Desk {
    inbox: SyncSender<Input>,
}

/// What the thread needs of the rest of the house.
#[derive(Debug)]
pub struct DeskSettings {
    pub engine: Engine,
    pub to_switch: mpsc::Sender<ToSwitch>,
    pub vitals: Arc<Mutex<Vitals>>,
    /// The sounds of the mailboxes.
    pub sounds: MailboxSounds,
    /// The way to the mail server.
    pub post: Post,
    /// The way to the calendars that agents keep.
    pub calendars: Calendars,
    /// Practice mode trusts the wall clock as it is.
    pub trust_clock: bool,
    /// Told of every text that is settled and every call that is stored; for the terminal.
    pub notice: Box<dyn Notice>,
}

/// Somebody who likes to hear what the desk does.
pub trait Notice: Send + std::fmt::Debug {
    fn output(&mut self, output: &Output);
}

/// Nobody.
#[derive(Debug)]
pub struct NoNotice;

impl Notice for NoNotice {
    fn output(&mut self, _: &Output) {}
}

impl Desk {
    /// Starts the thread.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub fn start(settings: DeskSettings) -> io::Result<(Self, thread::JoinHandle<()>)> {
        let (inbox, receiver) = sync_channel(INBOX);
        let handle = thread::Builder::new().name("desk".into()).spawn(move || run(settings, &receiver))?;
        Ok((Self { inbox }, handle))
    }

    /// Hands over what went over the wire for a call. It only explains: a desk that is busy does without.
    pub fn keep_trace(&self, trace: Finished) {
        let _ = self.inbox.try_send(Input::CallTraced(trace));
    }

    /// Carries a fact of the switch over; never waits.
    pub fn observe(&self, fact: &Fact) {
        let input = match fact {
            Fact::CallStarted { call, caller, .. } => {
                Input::CallStarted { call: *call, caller: caller.clone() }
            }
            Fact::Answered { call, .. } => Input::PersonAnswered { call: *call },
            Fact::Ended(record) => Input::CallEnded(record.clone()),
            Fact::Escalation(step) => Input::Escalation(step.clone()),
            Fact::NoticeOrdered { incident, on, by } => {
                Input::NoticeOrdered { incident: *incident, on: *on, by: by.clone() }
            }
            Fact::EmergencyDialled { call, from, dialled, place, callback } => {
                Input::EmergencyDialled(EmergencyRow {
                    call: *call,
                    at: clock::wall(),
                    extension: from.clone(),
                    dialled: dialled.clone(),
                    place: place.clone(),
                    callback: *callback,
                })
            }
            Fact::NumberListed { number, listing, by } => {
                Input::NumberListed { number: *number, listing: *listing, by: by.clone() }
            }
            Fact::CallBarred { from, why, grave: true, .. } => {
                Input::CallBarred { from: from.clone(), why: why.to_string() }
            }
            Fact::EmergencySeen { call, by } => {
                let by = match by {
                    Party::Phone(extension) => format!("extension {extension}"),
                    Party::Number(number) => number.to_string(),
                    _ => "a telephone".to_owned(),
                };
                Input::EmergencySeen { call: *call, by }
            }
            Fact::TextReceived { text, from, to, body, call_id } => Input::TextReceived {
                text: *text,
                from: *from,
                to: *to,
                body: body.clone(),
                call_id: call_id.clone(),
            },
            Fact::CallBack(promise) => Input::CallBack(promise.clone()),
            Fact::CalendarAsked { call, ticket, request } => {
                Input::CalendarAsked { call: *call, ticket: *ticket, request: request.clone() }
            }
            Fact::MailboxChanged { mailbox, change } => {
                Input::MailboxChanged { mailbox: mailbox.clone(), change: change.clone() }
            }
            Fact::TextSettled { key, result } => Input::Delivered { key: *key, result: *result },
            Fact::Supervised { call, by, of, how } => {
                Input::Supervised { call: *call, by: by.clone(), of: of.clone(), how: *how }
            }
            Fact::Bound { binding } => Input::Bound(binding.clone()),
            Fact::DeskSet { extension, settings } => {
                Input::DeskSet { extension: extension.clone(), settings: settings.clone() }
            }
            Fact::DayNightSet(key) => Input::DayNightSet(*key),
            Fact::Unbound { extension, contact } => {
                Input::Unbound { extension: extension.clone(), contact: contact.clone() }
            }
            Fact::TrunkHealth { health: TrunkHealth::Up, .. } => Input::TrunkUp,
            _ => return,
        };
        match self.inbox.try_send(input) {
            Ok(()) => {}
            Err(TrySendError::Full(Input::CallEnded(record))) => {
                tracing::error!(call = %record.call, "the desk does not keep up; a call record was lost");
            }
            Err(_) => tracing::warn!("the desk does not keep up; a fact was dropped"),
        }
    }
}

fn run(mut settings: DeskSettings, inbox: &Receiver<Input>) {
    let started = clock::now();
    let mut clocks = Clocks { at: started.at, wall: started.wall };
    let mut trusted = settings.trust_clock;
    settings.engine.handle_input(started.wall, Input::ClockSynchronised(trusted));
    let mut deadline = drain(&mut settings);
    loop {
        let now = clock::now();
        let until_due = deadline.map_or(CLOCK_LOOK, |at| {
            Duration::try_from(at.duration_since(now.wall)).unwrap_or(Duration::ZERO)
        });
        let look = match (settings.calendars.is_busy(), settings.post.is_busy()) {
            (true, _) => CALENDAR_LOOK,
            (false, true) => POST_LOOK,
            (false, false) => CLOCK_LOOK,
        };
        let received = inbox.recv_timeout(until_due.min(look));
        let now = clock::now();
        if let Some(step) = clocks.step(now.at, now.wall) {
            settings.engine.handle_input(now.wall, Input::ClockStepped(step));
        }
        if !trusted && clock::is_trustworthy(now.at.duration_since(started.at)) {
            trusted = true;
            settings.engine.handle_input(now.wall, Input::ClockSynchronised(true));
        }
        match received {
            Ok(input) => {
                thread::park_timeout(GATHERING);
                let gathered = inbox.try_iter().take(GATHERED);
                settings.engine.handle_inputs(now.wall, iter::once(input).chain(gathered));
            }
            Err(RecvTimeoutError::Timeout) => settings.engine.handle_input(now.wall, Input::Timeout),
            // The switch has ended; everything it said has been stored.
            Err(RecvTimeoutError::Disconnected) => {
                if let Some((key, attempted)) = settings.post.last(LAST_POST) {
                    settings.engine.handle_input(clock::wall(), Input::Mailed { key, attempted });
                }
                return;
            }
        }
        while let Some((id, words)) = settings.sounds.transcribed() {
            settings.engine.handle_input(now.wall, Input::Transcribed { id, words });
        }
        while let Some((key, attempted)) = settings.post.answered() {
            settings.engine.handle_input(now.wall, Input::Mailed { key, attempted });
        }
        while let Some((exchange, reply)) = settings.calendars.answered() {
            settings.engine.handle_input(now.wall, Input::CalendarHeard { exchange, reply });
        }
        deadline = drain(&mut settings);
    }
}

fn drain(settings: &mut DeskSettings) -> Option<Timestamp> {
    loop {
        let output = settings.engine.poll_output(clock::wall());
        settings.notice.output(&output);
        let control = match output {
            Output::Deliver(entry) => {
                Control::SendText { key: entry.key, from: entry.from, to: entry.to, body: entry.body }
            }
            Output::SettleText { text, stored } => Control::SettleText { text, stored },
            Output::CalendarAnswered { call, ticket, answer } => {
                Control::CalendarAnswered { call, ticket, answer }
            }
            Output::RestoreListed(listed) => Control::RestoreListed(listed),
            Output::RestoreCallBacks(promises) => Control::RestoreCallBacks(promises),
            Output::Incidents(open) => Control::Incidents(open),
            Output::RestoreEscalations(all) => Control::RestoreEscalations(all),
            Output::EscalationStored { call, number } => Control::EscalationStored { call, number },
            Output::CallBackStored { call, tries } => Control::CallBackStored { call, tries },
            Output::RestoreSpending(calls) => Control::RestoreSpending(calls),
            Output::RestoreBindings(bindings) => Control::RestoreBindings(bindings),
            Output::RestoreMailbox(mailbox) => Control::Mailbox(mailbox),
            Output::Transcribe { id, file } => {
                settings.sounds.transcribe(id, &file);
                continue;
            }
            Output::Mail(letter) => {
                settings.post.send(letter);
                continue;
            }
            Output::AskCalendar { exchange, agent, question } => {
                settings.calendars.ask(exchange, agent, question);
                continue;
            }
            Output::ChangeMailbox { mailbox, change } => Control::ChangeMailbox { mailbox, change },
            Output::DiscardSound { file } => {
                settings.sounds.discard(&file);
                continue;
            }
            Output::RestoreDesks { desks, key } => Control::RestoreDesks { desks, key },
            Output::Changed(_) => continue,
            Output::Alarm(alarm) => {
                say(&alarm);
                settings.vitals.lock().unwrap_or_else(PoisonError::into_inner).alarm(&alarm);
                continue;
            }
            Output::Timeout(deadline) => return deadline.map(|(at, _)| at),
        };
        // The switch empties its inbox within milliseconds; the desk may wait for it, calls never wait for the desk.
        if settings.to_switch.blocking_send(ToSwitch::Control(control)).is_err() {
            return None;
        }
    }
}

fn say(alarm: &Alarm) {
    match alarm {
        Alarm::StoreWell | Alarm::TextsFlowing | Alarm::MailFlowing | Alarm::CalendarsWell => {
            tracing::info!(?alarm, "well again")
        }
        other => tracing::error!(alarm = ?other, "somebody should look"),
    }
}

/// The two clocks at the last look.
#[derive(Debug)]
struct Clocks {
    at: Instant,
    wall: Timestamp,
}

impl Clocks {
    /// By how much the wall clock was put, if it was.
    fn step(&mut self, at: Instant, wall: Timestamp) -> Option<SignedDuration> {
        let passed = SignedDuration::try_from(at.duration_since(self.at)).unwrap_or_default();
        let shown = wall.duration_since(self.wall);
        (self.at, self.wall) = (at, wall);
        let step = shown - passed;
        (step.abs() >= STEP).then_some(step)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_that_was_put_is_told_from_one_that_drifts() {
        let now = clock::now();
        let mut clocks = Clocks { at: now.at, wall: now.wall };
        let second = Duration::from_secs(1);
        assert_eq!(clocks.step(now.at + second, now.wall + SignedDuration::from_millis(1_400)), None);
        let day = SignedDuration::from_hours(24);
        assert_eq!(
            clocks.step(now.at + 2 * second, now.wall + SignedDuration::from_millis(2_400) + day),
            Some(day)
        );
        assert_eq!(
            clocks.step(now.at + 3 * second, now.wall + SignedDuration::from_millis(3_400)),
            Some(-day)
        );
    }
}
