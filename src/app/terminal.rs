//! What the person at the terminal sees: each call as it happens, in the words of the trade, with the time since it began.

use std::{
    collections::BTreeMap,
    io::Write,
    sync::{Arc, Mutex, PoisonError},
    time::Instant,
};

use super::{Notice, clock, practice::Tell};
use crate::{
    desk::Output,
    pbx::{Caller, Disposition, Fact, LegResult, MailboxChange, Party, Speaker, TextResult},
    types::CallId,
};

/// One line of text at a time, from whichever thread.
#[derive(Debug, Clone, Default)]
pub struct Terminal {
    began: Arc<Mutex<BTreeMap<CallId, Instant>>>,
}

impl Terminal {
    /// A line of the practice cast.
    pub fn tell(&self) -> Tell {
        let terminal = self.clone();
        Arc::new(move |line| terminal.line(None, &line))
    }

    fn line(&self, call: Option<CallId>, text: &str) {
        let began = self.began.lock().unwrap_or_else(PoisonError::into_inner);
        // Lines that belong to no call keep the time of the one under way.
        let since = call.and_then(|call| began.get(&call)).or_else(|| began.values().next_back());
        let time = since.map_or_else(
            || "        ".to_owned(),
            |since| format!("{:7.2}s", clock::instant().duration_since(*since).as_secs_f64()),
        );
        let mut out = std::io::stdout().lock();
        // A terminal that is gone takes nothing with it.
        let _ = writeln!(out, "  {time}  {text}");
        let _ = out.flush();
    }

    /// A fact of the switch.
    pub fn fact(&self, fact: &Fact) {
        match fact {
            Fact::CallStarted { call, caller, dialled, .. } => {
                self.began.lock().unwrap_or_else(PoisonError::into_inner).insert(*call, clock::instant());
                self.line(Some(*call), &format!("call     {} calls {dialled}", caller_words(caller)));
            }
            Fact::Ringing { call, party, .. } => {
                self.line(Some(*call), &format!("ring     {}", party_words(party)))
            }
            Fact::NotAnswered { call, party, result, .. } => {
                self.line(
                    Some(*call),
                    &format!("         {}: {}", party_words(party), result_words(*result)),
                );
            }
            Fact::Answered { call, party, .. } => {
                self.line(Some(*call), &format!("answer   {}", party_words(party)));
            }
            Fact::DoorOpened { call, door, by } => {
                self.line(Some(*call), &format!("extension {by} has opened the door at {door}"));
            }
            Fact::Supervised { call, by, how, .. } => {
                self.line(Some(*call), &format!("AUDIT    extension {by}: {}", how.name().replace('_', " ")));
            }
            Fact::Conferring { call, parties, .. } if !parties.is_empty() => {
                let parties: Vec<String> = parties.iter().map(party_words).collect();
                self.line(Some(*call), &format!("conf     {}", parties.join(", ")));
            }
            Fact::AgentTakes { call, why } => {
                self.line(Some(*call), &format!("agent    takes the call ({why:?})"))
            }
            Fact::Turn { call, turn } => {
                let who = if turn.speaker == Speaker::Agent { "agent" } else { "hears" };
                let mut text = format!("{who:8} “{}”", turn.text);
                if let Some(ms) = turn.latency_ms {
                    text.push_str(&format!("  [{ms} ms]"));
                }
                if let Some(ms) = turn.interrupted_after_ms {
                    text.push_str(&format!("  [interrupted after {ms} ms]"));
                }
                self.line(Some(*call), &text);
            }
            Fact::Ended(record) => {
                self.line(
                    Some(record.call),
                    &format!("record   {}: {}", record.call, disposition_words(record.disposition)),
                );
                self.began.lock().unwrap_or_else(PoisonError::into_inner).remove(&record.call);
            }
            Fact::TextSettled { result, .. } => {
                let text = match result {
                    TextResult::Accepted => "text     accepted by the carrier".to_owned(),
                    TextResult::Later { status, .. } => {
                        format!("text     not now ({status}); tried again later")
                    }
                    TextResult::Never { status } => format!("text     refused ({status})"),
                };
                self.line(None, &text);
            }
            Fact::EmergencyDialled { call, from, dialled, place, .. } => {
                self.line(Some(*call), &format!("EMERGENCY extension {from} {place} has dialled {dialled}"));
            }
            Fact::MailboxChanged { mailbox, change: MailboxChange::Left(message) } => {
                let seconds = message.length_ms / 1_000;
                self.line(Some(message.call), &format!("message  {seconds} s for mailbox {mailbox}"));
            }
            Fact::CallBarred { from, dialled, why, .. } => {
                self.line(None, &format!("ALARM     extension {from} may not call {dialled}: {why}"));
            }
            _ => {}
        }
    }
}

impl Notice for Terminal {
    fn output(&mut self, output: &Output) {
        match output {
            Output::Changed(crate::desk::Changed::Call(call)) => {
                self.line(
                    None,
                    &format!("stored   call {call}, with contact, turns, ticket and texts, in one commit"),
                );
            }
            Output::Deliver(entry) => {
                self.line(None, &format!("sending  {} to {}", entry.kind.name().replace('_', " "), entry.to));
            }
            _ => {}
        }
    }
}

fn caller_words(caller: &Caller) -> String {
    match caller {
        Caller::Number { number, .. } => number.to_string(),
        Caller::Extension(extension) => format!("extension {extension}"),
        Caller::Anonymous => "somebody".into(),
    }
}

fn party_words(party: &Party) -> String {
    match party {
        Party::Caller(caller) => caller_words(caller),
        Party::Phone(extension) => format!("extension {extension}"),
        Party::Number(number) => number.to_string(),
        Party::Emergency(emergency) => emergency.digits().into(),
        Party::Agent => "the agent".into(),
    }
}

fn result_words(result: LegResult) -> &'static str {
    match result {
        LegResult::Completed => "talked",
        LegResult::NoAnswer => "no answer",
        LegResult::Busy => "busy",
        LegResult::Declined => "declined",
        LegResult::DoNotDisturb => "do not disturb",
        LegResult::Unregistered => "not registered",
        LegResult::AnsweredElsewhere => "answered elsewhere",
        LegResult::CallerGone => "the caller has gone",
        LegResult::Failed(_) => "failed",
    }
}

fn disposition_words(disposition: Disposition) -> &'static str {
    match disposition {
        Disposition::Answered => "answered by a person",
        Disposition::AiHandled => "handled by the agent",
        Disposition::AiAbandoned => "the caller left the agent",
        Disposition::CallerAbandoned => "the caller gave up",
        Disposition::AnsweredElsewhere => "answered elsewhere",
        Disposition::HandedOver => "handed over to a person",
        Disposition::Announced => "the announcement was played",
        Disposition::Voicemail => "sent to voicemail",
        Disposition::Served => "served by the box",
        Disposition::Failed => "failed",
    }
}
