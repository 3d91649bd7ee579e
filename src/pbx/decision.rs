//! Why a call went the way it went: each turn of its course in a sentence, written down as it is taken.

use serde::{Deserialize, Serialize};

use super::{
    AgentReason, CallDirection, Dialled, Disposition, Party, RecordingState,
    ledger::Ledger,
    next::{Announced, Next},
    ring_plan::{After, Stage, Target},
    services::Errand,
};
use crate::{dialogue::Destination, media::FaxSign, types::Extension};

/// One turn in the course of a call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decision {
    /// Since the call began.
    pub at_ms: u64,
    /// For whoever asks why: a sentence without its full stop.
    pub why: String,
}

impl Next {
    /// What is decided when a call goes this way.
    pub(super) fn decision(&self, ledger: &Ledger) -> String {
        match self {
            Next::Ring { hunt, .. } => {
                let stages: Vec<String> = hunt.stages().map(stage).collect();
                format!("{}: its phones ring: {}", called(ledger), stages.join(", then "))
            }
            Next::Queue { why, .. } => {
                format!("{}: no phone rings, because {}; the agent takes it", called(ledger), because(*why))
            }
            Next::Connect { .. } => match ledger.dialled() {
                Dialled::Emergency(emergency) => {
                    format!(
                        "{} is an emergency number: it goes out before any rule is asked",
                        emergency.digits()
                    )
                }
                dialled => format!("{dialled} was dialled, and may be reached from this phone"),
            },
            Next::Talk { callee, .. } => format!("{} is connected", name(callee.party())),
            Next::Fax(_) => "a fax is to pass as T.38: the other side is asked".to_owned(),
            Next::Assist { why, .. } => format!("the agent answers, because {}", because(*why)),
            Next::AssistAgain { why: AgentReason::Chosen, .. } => {
                "the caller has chosen the agent".to_owned()
            }
            Next::AssistAgain { .. } => "nobody else took it: the agent goes on".to_owned(),
            Next::Transfer { to, .. } => match to {
                Destination::Staff => "the agent hands over: the phones of this number ring".to_owned(),
                Destination::OnCall => "the agent hands over: the person on call is rung".to_owned(),
            },
            Next::Resume { .. } => "nobody took the hand-over: the agent goes on".to_owned(),
            Next::Park { .. } => "the call is parked".to_owned(),
            Next::Reach { .. } => "another phone is rung for whoever waits".to_owned(),
            Next::Tell { .. } => "a code was dialled: its answer is played".to_owned(),
            Next::Page { page, .. } => format!("group {page} is paged"),
            Next::Confer { room, .. } => format!("conference {room} begins"),
            Next::Join { room: Some(room), .. } => format!("a phone sends them to conference {room}"),
            Next::Join { room: None, .. } => "a phone has joined its calls to a conference".to_owned(),
            Next::Enqueue { queue, .. } => format!("queue {queue} is asked to take the caller"),
            Next::WaitOn { key: Some(key), .. } => format!("the caller pressed {key}: nobody rings any more"),
            Next::WaitOn { .. } => "nobody answered: the caller keeps the place in the queue".to_owned(),
            Next::Serve { errand, .. } => served(errand),
            Next::Announce { caller: Announced::Waiting(_), .. } => {
                "the agent cannot take the call: the recorded announcement answers".to_owned()
            }
            Next::Announce { caller: Announced::Talking(_), .. } => {
                "the agent's speech has failed: the recorded announcement goes on".to_owned()
            }
            Next::End(disposition) => format!("over: {}", outcome(*disposition)),
        }
    }
}

/// What the box itself does with somebody.
pub(super) fn served(errand: &Errand) -> String {
    match errand {
        Errand::Deposit { mailbox } => format!("mailbox {mailbox} takes a message"),
        Errand::Retrieve { .. } => "a mailbox is listened to".to_owned(),
        Errand::Menu { name, .. } => format!("menu {name} answers"),
        Errand::Challenge(_) => "the office does not know the caller, who is asked to press a key".to_owned(),
    }
}

/// Who rings in a stage, and on what condition.
fn stage(stage: &Stage) -> String {
    let who = stage.targets.iter().map(|target| match target {
        Target::Extension(extension) => extension.to_string(),
        Target::Quiet(extension) => format!("{extension} (which does not want to be disturbed)"),
        Target::Outside { who, charge: Some(by), .. } => {
            format!("{}, to which {by} forwards", who.name())
        }
        Target::Outside { who, .. } => who.name(),
    });
    let condition = match stage.after {
        None => "",
        Some(After::Busy) => "if that is busy ",
        Some(After::NoAnswer) => "if nobody answers ",
    };
    format!("{condition}{} for {} s", who.collect::<Vec<_>>().join(" and "), stage.ring_for.as_secs())
}

/// A trunk is passed over, with what it said (0: nothing at all).
pub(super) fn passed_over(trunk: &str, status: u16) -> String {
    match status {
        0 => format!("trunk {trunk} has not answered at all: the next is tried"),
        status => format!(
            "trunk {trunk} answered {status}, which says that it cannot carry the call: the next is tried"
        ),
    }
}

/// The recording has begun, ended, or keeps silence.
pub(super) fn recording(state: RecordingState, asked: Option<&Extension>) -> String {
    match (state, asked) {
        (RecordingState::On, Some(by)) => {
            format!("recorded from here: {by} asked for it, and everybody has been told")
        }
        (RecordingState::On, None) => "recorded from here: everybody has been told".to_owned(),
        (RecordingState::Paused, _) => "the recording is paused: silence is kept".to_owned(),
        (RecordingState::Off, _) => "no longer recorded".to_owned(),
    }
}

/// A machine is heard.
pub(super) const fn fax_heard(sign: FaxSign) -> &'static str {
    match sign {
        FaxSign::Calling => "a fax machine calls: nothing of the sound is touched",
        FaxSign::Answering => "a fax machine or a modem answers: nothing of the sound is touched",
        FaxSign::Control | FaxSign::Pages(_) => "two fax machines talk: nothing of the sound is touched",
    }
}

/// Somebody outside is tried.
pub(super) fn tried(trunk: &str, dialled: &str) -> String {
    format!("trunk {trunk} is tried for {dialled}")
}

fn called(ledger: &Ledger) -> String {
    let number = ledger.dialled().number();
    let label = number.and_then(|number| ledger.directory().numbers.get(&number)).map(|number| &number.label);
    match (ledger.direction(), label) {
        (CallDirection::Inbound, Some(label)) if !label.is_empty() => {
            format!("{} ({label}) was called", ledger.dialled())
        }
        _ => format!("{} was called", ledger.dialled()),
    }
}

/// Who that is.
pub(super) fn name(party: &Party) -> String {
    match party {
        Party::Caller(_) => "the caller".to_owned(),
        Party::Phone(extension) => extension.to_string(),
        Party::Number(number) => number.to_string(),
        Party::Emergency(emergency) => emergency.digits().to_owned(),
        Party::Agent => "the agent".to_owned(),
    }
}

fn because(why: AgentReason) -> &'static str {
    match why {
        AgentReason::NoAnswer => "nobody answered",
        AgentReason::Busy => "everybody was busy",
        AgentReason::Declined => "everybody declined",
        AgentReason::DoNotDisturb => "nobody wanted to be disturbed",
        AgentReason::Unregistered => "no phone was registered",
        AgentReason::ClosedHours => "the office is closed at this hour",
        AgentReason::Unreachable => "no phone could be reached",
        AgentReason::Chosen => "the caller has chosen it",
        AgentReason::KnownTrouble => "callers hear of a trouble that is known before phones ring",
        AgentReason::AgentFirst => "this number is set to the agent first",
    }
}

fn outcome(disposition: Disposition) -> &'static str {
    match disposition {
        Disposition::Answered => "people talked",
        Disposition::AiHandled => "the agent dealt with it",
        Disposition::AiAbandoned => "the caller left the agent before anything came of it",
        Disposition::CallerAbandoned => "the caller gave up while it rang",
        Disposition::AnsweredElsewhere => "it was answered elsewhere",
        Disposition::HandedOver => "the agent handed it over to a person",
        Disposition::Announced => "the announcement was played",
        Disposition::Voicemail => "it went to a mailbox",
        Disposition::Served => "the box itself was what was called",
        Disposition::Failed => "it could not be set up",
    }
}
