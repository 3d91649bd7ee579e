//! The client transaction as two tables, INVITE and non-INVITE, to be laid beside RFC 3261 figures 5 and 6 and RFC 6026 figure 5.

use super::timer::Timer;

/// Which of the two tables a transaction follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Invite,
    NonInvite,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    /// INVITE sent, nothing heard.
    Calling,
    /// Another request sent, nothing heard.
    Trying,
    Proceeding,
    Completed,
    /// An INVITE was answered with 2xx; a fork may bring further ones (RFC 6026).
    Accepted,
    Terminated,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Happening {
    Provisional,
    Success,
    Failure,
    Fired(Timer),
    TransportFailed,
}

/// What the transaction wants done, in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Do {
    /// Send the request again.
    Resend,
    /// Give the response to the transaction user.
    PassUp,
    /// Acknowledge the failure (17.1.1.3), also each copy of it.
    Ack,
    /// Tell the user that nobody answered: as good as a 408.
    ReportTimeout,
    /// Tell the user that it could not be sent: as good as a 503.
    ReportUnsent,
    Start(Timer),
    Stop(Timer),
}

type Step = (State, &'static [Do]);

/// What to do when the request goes out for the first time.
pub(super) fn begin(kind: Kind) -> Step {
    match kind {
        Kind::Invite => (State::Calling, &[Do::Start(Timer::A), Do::Start(Timer::B)]),
        Kind::NonInvite => (State::Trying, &[Do::Start(Timer::E), Do::Start(Timer::F)]),
    }
}

/// One step of either machine. What the figure has no arrow for changes nothing.
pub(super) fn step(kind: Kind, state: State, happening: Happening) -> Step {
    match kind {
        Kind::Invite => invite(state, happening),
        Kind::NonInvite => non_invite(state, happening),
    }
}

/// RFC 3261, 17.1.1 (figure 5) with the Accepted state of RFC 6026, 7.2.
fn invite(state: State, happening: Happening) -> Step {
    use Do::*;
    use Happening::*;
    use State::*;
    match (state, happening) {
        (Calling, Fired(Timer::A)) => (Calling, &[Resend, Start(Timer::A)]),
        (Calling, Fired(Timer::B)) => (Terminated, &[Stop(Timer::A), ReportTimeout]),
        (Calling, TransportFailed) => (Terminated, &[Stop(Timer::A), Stop(Timer::B), ReportUnsent]),
        (Calling, Provisional) => (Proceeding, &[Stop(Timer::A), Stop(Timer::B), PassUp]),
        (Calling, Success) => (Accepted, &[Stop(Timer::A), Stop(Timer::B), PassUp, Start(Timer::M)]),
        (Calling, Failure) => (Completed, &[Stop(Timer::A), Stop(Timer::B), Ack, PassUp, Start(Timer::D)]),

        (Proceeding, Provisional) => (Proceeding, &[PassUp]),
        (Proceeding, Success) => (Accepted, &[PassUp, Start(Timer::M)]),
        (Proceeding, Failure) => (Completed, &[Ack, PassUp, Start(Timer::D)]),
        (Proceeding, TransportFailed) => (Terminated, &[ReportUnsent]),

        (Completed, Failure) => (Completed, &[Ack]),
        (Completed, Fired(Timer::D)) => (Terminated, &[]),
        (Completed, TransportFailed) => (Terminated, &[Stop(Timer::D)]),

        (Accepted, Success) => (Accepted, &[PassUp]),
        (Accepted, Fired(Timer::M)) => (Terminated, &[]),

        (unchanged, _) => (unchanged, &[]),
    }
}

/// RFC 3261, 17.1.2 (figure 6).
fn non_invite(state: State, happening: Happening) -> Step {
    use Do::*;
    use Happening::*;
    use State::*;
    match (state, happening) {
        (Trying | Proceeding, Fired(Timer::E)) => (state, &[Resend, Start(Timer::E)]),
        (Trying | Proceeding, Fired(Timer::F)) => (Terminated, &[Stop(Timer::E), ReportTimeout]),
        (Trying | Proceeding, TransportFailed) => {
            (Terminated, &[Stop(Timer::E), Stop(Timer::F), ReportUnsent])
        }
        (Trying | Proceeding, Provisional) => (Proceeding, &[PassUp]),
        (Trying | Proceeding, Success | Failure) => {
            (Completed, &[Stop(Timer::E), Stop(Timer::F), PassUp, Start(Timer::K)])
        }

        (Completed, Fired(Timer::K)) => (Terminated, &[]),

        (unchanged, _) => (unchanged, &[]),
    }
}

#[cfg(test)]
mod tests {
    use super::{Do::*, Happening::*, State::*, *};

    #[test]
    fn an_invite_follows_figure_5_of_rfc_3261_and_rfc_6026() {
        let table: &[(State, Happening, Step)] = &[
            (Calling, Fired(Timer::A), (Calling, &[Resend, Start(Timer::A)])),
            (Calling, Fired(Timer::B), (Terminated, &[Stop(Timer::A), ReportTimeout])),
            (Calling, Provisional, (Proceeding, &[Stop(Timer::A), Stop(Timer::B), PassUp])),
            (Proceeding, Fired(Timer::A), (Proceeding, &[])),
            (Proceeding, Fired(Timer::B), (Proceeding, &[])),
            (Proceeding, Failure, (Completed, &[Ack, PassUp, Start(Timer::D)])),
            (Completed, Failure, (Completed, &[Ack])),
            (Completed, Provisional, (Completed, &[])),
            (Completed, Success, (Completed, &[])),
            (Completed, Fired(Timer::D), (Terminated, &[])),
            (Proceeding, Success, (Accepted, &[PassUp, Start(Timer::M)])),
            (Accepted, Success, (Accepted, &[PassUp])),
            (Accepted, Failure, (Accepted, &[])),
            (Accepted, Fired(Timer::M), (Terminated, &[])),
        ];
        for &(state, happening, expected) in table {
            assert_eq!(step(Kind::Invite, state, happening), expected, "{state:?} {happening:?}");
        }
    }

    #[test]
    fn any_other_request_follows_figure_6_of_rfc_3261() {
        let done: &[Do] = &[Stop(Timer::E), Stop(Timer::F), PassUp, Start(Timer::K)];
        let table: &[(State, Happening, Step)] = &[
            (Trying, Fired(Timer::E), (Trying, &[Resend, Start(Timer::E)])),
            (Trying, Fired(Timer::F), (Terminated, &[Stop(Timer::E), ReportTimeout])),
            (Trying, Provisional, (Proceeding, &[PassUp])),
            (Trying, Success, (Completed, done)),
            (Proceeding, Fired(Timer::E), (Proceeding, &[Resend, Start(Timer::E)])),
            (Proceeding, Failure, (Completed, done)),
            (Completed, Success, (Completed, &[])),
            (Completed, Fired(Timer::K), (Terminated, &[])),
        ];
        for &(state, happening, expected) in table {
            assert_eq!(step(Kind::NonInvite, state, happening), expected, "{state:?} {happening:?}");
        }
    }

    #[test]
    fn a_finished_transaction_does_nothing_more() {
        for kind in [Kind::Invite, Kind::NonInvite] {
            for happening in [Provisional, Success, Failure, Fired(Timer::A), TransportFailed] {
                assert_eq!(step(kind, Terminated, happening), (Terminated, &[] as &[Do]));
            }
        }
    }
}
