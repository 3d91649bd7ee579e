//! The server transaction as two tables, INVITE and non-INVITE, to be laid beside RFC 3261 figures 7 and 8 and RFC 6026 figure 7.

use super::timer::Timer;

/// Which of the two tables a transaction follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Invite,
    NonInvite,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    /// A request other than INVITE, not yet answered.
    Trying,
    Proceeding,
    Completed,
    /// A failed INVITE was acknowledged.
    Confirmed,
    /// An INVITE was answered with 2xx; the 2xx itself belongs to the session (RFC 6026).
    Accepted,
    Terminated,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Happening {
    /// A copy of the request arrived.
    Copy,
    Ack,
    /// The transaction user answers.
    SendProvisional,
    SendSuccess,
    SendFailure,
    Fired(Timer),
    TransportFailed,
}

/// What the transaction wants done, in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Do {
    /// Send the response that is being given.
    Send,
    /// Send the last response again.
    Resend,
    /// A copy of an INVITE that has been accepted: the session may repeat its 2xx.
    ReportCopy,
    /// The ACK of a 2xx goes to the session.
    PassAck,
    Start(Timer),
    Stop(Timer),
}

type Step = (State, &'static [Do]);

/// The state in which a new request begins.
pub(super) fn begin(kind: Kind) -> State {
    match kind {
        Kind::Invite => State::Proceeding,
        Kind::NonInvite => State::Trying,
    }
}

/// One step of either machine. What the figure has no arrow for changes nothing.
pub(super) fn step(kind: Kind, state: State, happening: Happening) -> Step {
    match kind {
        Kind::Invite => invite(state, happening),
        Kind::NonInvite => non_invite(state, happening),
    }
}

/// RFC 3261, 17.2.1 (figure 7) with the Accepted state of RFC 6026, 7.1.
fn invite(state: State, happening: Happening) -> Step {
    use Do::*;
    use Happening::*;
    use State::*;
    match (state, happening) {
        (Proceeding, Copy) => (Proceeding, &[Resend]),
        (Proceeding, SendProvisional) => (Proceeding, &[Send]),
        (Proceeding, SendSuccess) => (Accepted, &[Send, Start(Timer::L)]),
        (Proceeding, SendFailure) => (Completed, &[Send, Start(Timer::G), Start(Timer::H)]),
        (Proceeding, TransportFailed) => (Terminated, &[]),

        (Completed, Copy) => (Completed, &[Resend]),
        (Completed, Fired(Timer::G)) => (Completed, &[Resend, Start(Timer::G)]),
        (Completed, Ack) => (Confirmed, &[Stop(Timer::G), Stop(Timer::H), Start(Timer::I)]),
        (Completed, Fired(Timer::H)) => (Terminated, &[Stop(Timer::G)]),
        (Completed, TransportFailed) => (Terminated, &[Stop(Timer::G), Stop(Timer::H)]),

        (Confirmed, Fired(Timer::I)) => (Terminated, &[]),

        (Accepted, Copy) => (Accepted, &[ReportCopy]),
        (Accepted, Ack) => (Accepted, &[PassAck]),
        (Accepted, SendSuccess) => (Accepted, &[Send]),
        (Accepted, Fired(Timer::L)) => (Terminated, &[]),

        (unchanged, _) => (unchanged, &[]),
    }
}

/// RFC 3261, 17.2.2 (figure 8).
fn non_invite(state: State, happening: Happening) -> Step {
    use Do::*;
    use Happening::*;
    use State::*;
    match (state, happening) {
        (Trying, SendProvisional) => (Proceeding, &[Send]),
        (Trying | Proceeding, SendSuccess | SendFailure) => (Completed, &[Send, Start(Timer::J)]),

        (Proceeding, Copy) => (Proceeding, &[Resend]),
        (Proceeding, SendProvisional) => (Proceeding, &[Send]),
        (Trying | Proceeding, TransportFailed) => (Terminated, &[]),

        (Completed, Copy) => (Completed, &[Resend]),
        (Completed, TransportFailed) => (Terminated, &[Stop(Timer::J)]),
        (Completed, Fired(Timer::J)) => (Terminated, &[]),

        (unchanged, _) => (unchanged, &[]),
    }
}

#[cfg(test)]
mod tests {
    use super::{Do::*, Happening::*, State::*, *};

    #[test]
    fn an_invite_follows_figure_7_of_rfc_3261_and_rfc_6026() {
        let table: &[(State, Happening, Step)] = &[
            (Proceeding, Happening::Copy, (Proceeding, &[Resend])),
            (Proceeding, SendProvisional, (Proceeding, &[Send])),
            (Proceeding, SendFailure, (Completed, &[Send, Start(Timer::G), Start(Timer::H)])),
            (Proceeding, SendSuccess, (Accepted, &[Send, Start(Timer::L)])),
            (Completed, Happening::Copy, (Completed, &[Resend])),
            (Completed, Fired(Timer::G), (Completed, &[Resend, Start(Timer::G)])),
            (Completed, Ack, (Confirmed, &[Stop(Timer::G), Stop(Timer::H), Start(Timer::I)])),
            (Completed, Fired(Timer::H), (Terminated, &[Stop(Timer::G)])),
            (Completed, SendSuccess, (Completed, &[])),
            (Confirmed, Ack, (Confirmed, &[])),
            (Confirmed, Happening::Copy, (Confirmed, &[])),
            (Confirmed, Fired(Timer::I), (Terminated, &[])),
            (Accepted, Happening::Copy, (Accepted, &[ReportCopy])),
            (Accepted, Ack, (Accepted, &[PassAck])),
            (Accepted, SendFailure, (Accepted, &[])),
            (Accepted, Fired(Timer::L), (Terminated, &[])),
        ];
        for &(state, happening, expected) in table {
            assert_eq!(step(Kind::Invite, state, happening), expected, "{state:?} {happening:?}");
        }
    }

    #[test]
    fn any_other_request_follows_figure_8_of_rfc_3261() {
        let table: &[(State, Happening, Step)] = &[
            (Trying, Happening::Copy, (Trying, &[])),
            (Trying, SendProvisional, (Proceeding, &[Send])),
            (Trying, SendSuccess, (Completed, &[Send, Start(Timer::J)])),
            (Proceeding, Happening::Copy, (Proceeding, &[Resend])),
            (Proceeding, SendFailure, (Completed, &[Send, Start(Timer::J)])),
            (Completed, Happening::Copy, (Completed, &[Resend])),
            (Completed, SendSuccess, (Completed, &[])),
            (Completed, Fired(Timer::J), (Terminated, &[])),
        ];
        for &(state, happening, expected) in table {
            assert_eq!(step(Kind::NonInvite, state, happening), expected, "{state:?} {happening:?}");
        }
    }
}
