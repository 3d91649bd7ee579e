//! Where a new call goes: to the phones, to the agent, to the outside, or nowhere. Pure.

use jiff::Timestamp;

use super::{
    AgentReason, Caller, Dialled, Directory, RingPlan,
    dialplan::{self, Asker, Barred},
};
use crate::{
    sip::{Identity, Invitation, Peer},
    types::{Extension, PhoneNumber},
};

/// Where a call goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Route {
    /// These phones ring; the agent takes the call if nobody does.
    Ring(RingPlan),
    /// Nobody rings.
    Agent(AgentReason),
    /// From a desk phone to somebody who may be reached.
    Connect,
}

/// A call from a trunk: only numbers of ours are connected, so nothing can ever go from one trunk to another.
pub(super) fn inbound(directory: &Directory, dialled: PhoneNumber, wall: Timestamp) -> Result<Route, Barred> {
    let number = directory.numbers.get(&dialled).ok_or(Barred::NotANumber)?;
    Ok(if number.agent_first {
        Route::Agent(AgentReason::AgentFirst)
    } else if !number.hours.is_open(wall) {
        Route::Agent(AgentReason::ClosedHours)
    } else if number.plan.steps().is_empty() {
        // An open number for which nobody is to ring has been set to the agent, in other words.
        Route::Agent(AgentReason::AgentFirst)
    } else {
        Route::Ring(number.plan.clone())
    })
}

/// A call from a desk phone.
pub(super) fn from_phone(
    directory: &Directory,
    extension: &Extension,
    dialled: &Dialled,
    calls_outside: usize,
) -> Result<Route, Barred> {
    dialplan::may_reach(directory, Asker::Phone { extension, calls_outside }, dialled)?;
    Ok(Route::Connect)
}

/// The number of ours that a trunk's call is for: the Request-URI says it, or with carriers that put their account
/// there, the `To`.
pub(super) fn dialled_at_trunk(directory: &Directory, invitation: &Invitation) -> Option<PhoneNumber> {
    [&invitation.dialled, &invitation.to.user]
        .into_iter()
        .filter_map(|text| PhoneNumber::parse_lenient(text.split(';').next().unwrap_or_default()).ok())
        .find(|number| directory.numbers.contains_key(number))
}

/// Who calls. A trunk vouches for the asserted identity (RFC 3325); a phone is who its password says it is.
pub(super) fn caller(invitation: &Invitation) -> Caller {
    match &invitation.peer {
        Peer::Phone(extension) => Caller::Extension(extension.clone()),
        Peer::Trunk(_) if invitation.anonymous => Caller::Anonymous,
        Peer::Trunk(_) => {
            let number_of = |identity: &Identity| PhoneNumber::parse_lenient(&identity.user).ok();
            let asserted = invitation.asserted.as_ref();
            match asserted.and_then(number_of).or_else(|| number_of(&invitation.from)) {
                Some(number) => Caller::Number { number, display: display_name(invitation) },
                None => Caller::Anonymous,
            }
        }
    }
}

/// Longer names are somebody's joke; phones show about thirty characters.
const LONGEST_NAME: usize = 64;

fn display_name(invitation: &Invitation) -> String {
    let asserted = invitation.asserted.as_ref().map(|identity| identity.display.as_str());
    let name = asserted.filter(|name| !name.is_empty()).unwrap_or(&invitation.from.display);
    name.chars().filter(|c| !c.is_control()).take(LONGEST_NAME).collect::<String>().trim().to_owned()
}

/// What a desk phone shows for an inbound call: the caller, behind the label of the number that was dialled.
pub(super) fn shown_to_phones(directory: &Directory, caller: &Caller, dialled: &Dialled) -> Identity {
    let label = dialled.number().and_then(|number| directory.numbers.get(&number)).map(|n| n.label.as_str());
    let (user, name) = match caller {
        Caller::Number { number, display } if display.is_empty() => (number.to_string(), number.national()),
        Caller::Number { number, display } => (number.to_string(), display.clone()),
        Caller::Extension(extension) => {
            let name = directory.extensions.get(extension).map_or("", |phone| phone.name.as_str());
            (extension.to_string(), name.to_owned())
        }
        Caller::Anonymous => ("anonymous".to_owned(), "Anonymous".to_owned()),
    };
    let display = match label {
        Some(label) if !label.is_empty() => format!("{label}: {name}"),
        _ => name,
    };
    Identity { user, display }
}

/// What people outside are shown: a number of ours, never the caller's or an extension.
pub(super) fn shown_outside(directory: &Directory, dialled: &Dialled) -> Identity {
    let ours = dialled.number().filter(|number| directory.numbers.contains_key(number));
    Identity { user: ours.unwrap_or(directory.outbound_caller).to_string(), display: directory.name.clone() }
}
