//! Where a new call goes: to the phones, to the agent, to the outside, or nowhere. Pure.

use std::collections::BTreeMap;

use super::{
    AgentReason, Caller, Dialled, Directory, Emergency, Party,
    dialplan::{self, Asker, Barred, Usage},
    ring_plan::Hunt,
    services::{self, Errand},
    whereabouts::Whereabouts,
};
use crate::{
    sip::{Identity, Invitation, Peer},
    types::{Country, Extension, PhoneNumber},
};

/// Where a call goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Route {
    /// These ring; the agent takes the call if nobody does.
    Ring(Hunt),
    /// Nobody rings.
    Agent(AgentReason),
    /// From a desk phone to somebody who may be reached; to these, if it is an extension.
    Connect(Option<Hunt>),
    /// The first one into a conference room.
    Confer(Extension),
    /// From a desk phone to a group that hears it.
    Page(Extension),
    /// From a desk phone, at this place, to an emergency number.
    Emergency(Emergency, Whereabouts),
    /// The caller waits in the queue of this name.
    Enqueue(String),
    /// The box itself serves the caller.
    Serve(Errand),
}

/// A call from a desk phone.
pub(super) fn from_phone(
    directory: &Directory,
    extension: &Extension,
    dialled: &Dialled,
    usage: Usage,
) -> Result<Route, Barred> {
    if let Dialled::Extension(room) = dialled
        && directory.services.conferences.contains_key(room)
    {
        return Ok(Route::Confer(room.clone()));
    }
    let errand = match dialled {
        Dialled::Star(code) => Some(services::starred(directory, extension, code).ok_or(Barred::NotANumber)?),
        Dialled::Extension(dialled) => services::dialled(directory, dialled),
        Dialled::Number(_) | Dialled::Emergency(_) => None,
    };
    if let Some(errand) = errand {
        return Ok(Route::Serve(errand));
    }
    dialplan::may_reach(directory, Asker::Phone { extension, usage }, dialled)?;
    Ok(Route::Connect(None))
}

/// The number of ours that a trunk's call is for: the Request-URI says it, or with carriers that put their account
/// there, the `To`.
pub(super) fn dialled_at_trunk(directory: &Directory, invitation: &Invitation) -> Option<PhoneNumber> {
    let called = [&invitation.dialled, &invitation.to.user];
    let called = called.map(|text| text.split(';').next().unwrap_or_default());
    let numbers = called.into_iter().filter_map(|text| directory.country.heard(text).ok());
    let by_number = numbers.into_iter().find(|number| directory.numbers.contains_key(number));
    by_number.or_else(|| called.into_iter().find_map(|text| directory.names.get(text).copied()))
}

/// Who calls. A trunk vouches for the asserted identity (RFC 3325); a phone is who its password says it is.
pub(super) fn caller(country: Country, invitation: &Invitation) -> Caller {
    match &invitation.peer {
        Peer::Phone(extension) => Caller::Extension(extension.clone()),
        Peer::Trunk(_) if invitation.anonymous => Caller::Anonymous,
        Peer::Trunk(_) => {
            // `+13035550177;verstat=…`: what stands behind the number is about it (RFC 3966, 3).
            let digits = |user: &str| user.split(';').next().unwrap_or_default().to_owned();
            let number_of = |identity: &Identity| country.heard(&digits(&identity.user)).ok();
            let asserted = invitation.asserted.as_ref();
            match asserted.and_then(number_of).or_else(|| number_of(&invitation.from)) {
                Some(number) => Caller::Number { number, display: display_name(invitation) },
                None => Caller::Anonymous,
            }
        }
    }
}

/// The same caller by the name in the office's own book, which is worth more than any that came with the call.
pub(super) fn known_by_name(caller: Caller, names: &BTreeMap<PhoneNumber, String>) -> Caller {
    match caller {
        Caller::Number { number, display } => {
            let name = names.get(&number).map(|name| as_name(name)).filter(|name| !name.is_empty());
            Caller::Number { number, display: name.unwrap_or(display) }
        }
        other => other,
    }
}

/// Longer names are somebody's joke; phones show about thirty characters.
const LONGEST_NAME: usize = 64;

fn display_name(invitation: &Invitation) -> String {
    let asserted = invitation.asserted.as_ref().map(|identity| identity.display.as_str());
    let name = asserted.filter(|name| !name.is_empty()).unwrap_or(&invitation.from.display);
    as_name(name)
}

/// Text as a phone can show it: without control characters, and not longer than a name.
pub(super) fn as_name(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(LONGEST_NAME).collect::<String>().trim().to_owned()
}

/// What a phone that rings is to show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shown<'a> {
    /// Who calls.
    Caller,
    /// What the agent has learnt of the caller.
    Brief(&'a str),
    /// Who waits, and what for: `Park recall`.
    Waiting { whom: &'a Party, label: Option<&'a str> },
}

/// What a desk phone shows for a call, behind the label of the number that was dialled or what the call comes back for.
pub(super) fn shown_to_phones(
    directory: &Directory,
    caller: &Caller,
    dialled: &Dialled,
    shown: Shown<'_>,
) -> Identity {
    let dialled =
        dialled.number().and_then(|number| directory.numbers.get(&number)).map(|n| n.label.as_str());
    let (identity, label) = match shown {
        Shown::Caller => (identity_of(directory, &Party::Caller(caller.clone())), dialled),
        Shown::Brief(brief) => {
            let identity = identity_of(directory, &Party::Caller(caller.clone()));
            (Identity { display: as_name(brief), ..identity }, dialled)
        }
        Shown::Waiting { whom, label } => (identity_of(directory, whom), label.or(dialled)),
    };
    let display = match label {
        Some(label) if !label.is_empty() => format!("{label}: {}", identity.display),
        _ => identity.display,
    };
    Identity { display, ..identity }
}

/// Who somebody is, as phones show it.
pub(super) fn identity_of(directory: &Directory, party: &Party) -> Identity {
    let named = |extension: &Extension| {
        let name = directory.extensions.get(extension).map_or("", |phone| phone.name.as_str());
        (extension.to_string(), name.to_owned())
    };
    let (user, display) = match party {
        Party::Caller(Caller::Number { number, display }) if !display.is_empty() => {
            (number.to_string(), display.clone())
        }
        Party::Caller(Caller::Number { number, .. }) | Party::Number(number) => {
            (number.to_string(), number.national())
        }
        Party::Caller(Caller::Extension(extension)) | Party::Phone(extension) => named(extension),
        Party::Caller(Caller::Anonymous) => ("anonymous".to_owned(), "Anonymous".to_owned()),
        Party::Emergency(emergency) => (emergency.digits().to_owned(), emergency.digits().to_owned()),
        Party::Agent => ("agent".to_owned(), "Agent".to_owned()),
    };
    Identity { user, display }
}

/// What people outside are shown: a number of ours, never the caller's or an extension.
pub(super) fn shown_outside(directory: &Directory, dialled: &Dialled) -> Identity {
    let ours = dialled.number().filter(|number| directory.numbers.contains_key(number));
    Identity { user: ours.unwrap_or(directory.outbound_caller).to_string(), display: directory.name.clone() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        pbx::story::{DANA, LEASING, MAIN, number, office},
        sip::TrunkName,
    };

    fn invitation() -> Invitation {
        Invitation {
            replaces: None,
            referred_by: None,
            peer: Peer::Trunk(TrunkName("carrier".into())),
            dialled: MAIN.into(),
            to: Identity::default(),
            from: Identity { user: DANA.into(), display: "WIRELESS CALLER".into() },
            asserted: None,
            verstat: None,
            anonymous: false,
            call_id: "1@carrier".into(),
            offer: Vec::new(),
            source: "198.51.100.1:5060".parse().unwrap(),
            transport: crate::sip::Transport::Udp,
            sips: false,
            hops: crate::sip::MAX_FORWARDS,
        }
    }

    fn shown(invitation: &Invitation) -> Caller {
        caller(Country::NORTH_AMERICA, invitation)
    }

    #[test]
    fn the_dialled_number_stands_in_the_request_or_in_the_to() {
        let office = office();
        let mut invitation = invitation();
        assert_eq!(dialled_at_trunk(&office, &invitation), Some(number(MAIN)));
        invitation.dialled = "303-555-0101;user=phone".into();
        assert_eq!(dialled_at_trunk(&office, &invitation), Some(number(LEASING)));
        invitation.dialled = "account-4711".into();
        invitation.to.user = "13035550101".into();
        assert_eq!(dialled_at_trunk(&office, &invitation), Some(number(LEASING)));
        invitation.to.user = "+13035550999".into();
        assert_eq!(dialled_at_trunk(&office, &invitation), None);
        let names = [("account-4711".to_owned(), number(MAIN))].into();
        let named = Directory { names, ..office };
        assert_eq!(
            dialled_at_trunk(&named, &invitation),
            Some(number(MAIN)),
            "its name in the configuration"
        );
    }

    #[test]
    fn the_asserted_identity_is_believed_before_the_from() {
        let mut invitation = invitation();
        assert_eq!(
            shown(&invitation),
            Caller::Number { number: number(DANA), display: "WIRELESS CALLER".into() }
        );
        invitation.asserted = Some(Identity { user: "+13035550178".into(), display: String::new() });
        let Caller::Number { number: asserted, .. } = shown(&invitation) else { panic!() };
        assert_eq!(asserted, number("+13035550178"));
        invitation.asserted = Some(Identity {
            user: "+13035550178;verstat=TN-Validation-Failed".into(),
            display: String::new(),
        });
        let Caller::Number { number: vouched, .. } = shown(&invitation) else { panic!() };
        assert_eq!(vouched, number("+13035550178"), "a verstat makes nobody anonymous");
        invitation.anonymous = true;
        assert_eq!(shown(&invitation), Caller::Anonymous);
        invitation.anonymous = false;
        invitation.asserted = None;
        invitation.from.user = "unavailable".into();
        assert_eq!(shown(&invitation), Caller::Anonymous);
    }

    #[test]
    fn a_name_is_cut_to_what_a_phone_can_show() {
        let mut invitation = invitation();
        invitation.from.display = format!("\u{7} {}\r\n", "é".repeat(200));
        let Caller::Number { display, .. } = shown(&invitation) else { panic!() };
        assert!(display.chars().count() <= LONGEST_NAME);
        assert!(!display.chars().any(char::is_control));
    }

    #[test]
    fn the_offices_own_book_is_worth_more_than_a_name_that_came_along() {
        let caller = || Caller::Number { number: number(DANA), display: "WIRELESS CALLER".into() };
        let book = BTreeMap::from([(number(DANA), "Dana Reyes".to_owned())]);
        let named = |name: &str| Caller::Number { number: number(DANA), display: name.into() };
        assert_eq!(known_by_name(caller(), &book), named("Dana Reyes"));
        assert_eq!(known_by_name(caller(), &BTreeMap::new()), caller());
        assert_eq!(known_by_name(Caller::Anonymous, &book), Caller::Anonymous);
    }
}
