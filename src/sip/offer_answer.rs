//! The offer/answer model as SIP carries it: one machine, to be laid beside table 1 of RFC 6337.
//!
//! | offer in | answer in | defined in |
//! |---|---|---|
//! | INVITE | 2xx of the INVITE | RFC 3261 |
//! | 2xx of the INVITE | ACK | RFC 3261 |
//! | INVITE | reliable 1xx of the INVITE | RFC 3262 |
//! | reliable 1xx of the INVITE | PRACK | RFC 3262 |
//! | PRACK | 200 of the PRACK | RFC 3262 |
//! | UPDATE | 2xx of the UPDATE | RFC 3311 |

/// Who sends a description.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    Us,
    Them,
}

impl Side {
    fn other(self) -> Self {
        match self {
            Side::Us => Side::Them,
            Side::Them => Side::Us,
        }
    }
}

/// The message that a description stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Carrier {
    Invite,
    /// A provisional answer that may be lost: it can only say beforehand what the answer will be (RFC 3261, 13.2.1).
    Unreliable,
    /// A provisional answer that is acknowledged (RFC 3262).
    Reliable,
    /// 2xx of the INVITE.
    Success,
    Ack,
    Prack,
    PrackSuccess,
    Update,
    UpdateSuccess,
}

impl Carrier {
    /// May an offer in `self` be answered in `other`?
    fn is_answered_in(self, other: Carrier) -> bool {
        use Carrier::*;
        matches!(
            (self, other),
            (Invite, Success | Reliable)
                | (Success, Ack)
                | (Reliable, Prack)
                | (Prack, PrackSuccess)
                | (Update, UpdateSuccess)
        )
    }
}

/// Where the negotiation of one dialog stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Standing {
    /// Nothing is open.
    Settled,
    /// An INVITE came without an offer: this side makes it, in its first reliable answer.
    Due(Side),
    /// This side has offered, in this message, and has no answer.
    Open(Side, Carrier),
}

impl Standing {
    /// The request with this side's offer has got its final answer, whichever: nothing of it is open any more.
    pub(super) fn without_offer_of(self, side: Side) -> Self {
        match self {
            Standing::Open(asker, Carrier::Update) if asker == side => {
                describe(self, side.other(), Carrier::UpdateSuccess).0
            }
            Standing::Open(asker, Carrier::Prack) if asker == side => {
                describe(self, side.other(), Carrier::PrackSuccess).0
            }
            unchanged => unchanged,
        }
    }
}

/// What a description means where it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Meaning {
    Offer,
    Answer,
    /// What the answer will be.
    Preview,
    /// Nothing: what follows an answer in the same transaction is ignored (RFC 3261, 13.2.1).
    Nothing,
    /// It may not stand there now.
    Conflict(Conflict),
}

/// Why a request with an offer is refused (RFC 3261, 14.2; RFC 3311, 5.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Conflict {
    /// The receiver's own offer is open: 491.
    Glare,
    /// The sender's earlier one is not answered yet: 500 with Retry-After.
    TooSoon,
}

/// One description, sent by `side` in `carrier`.
pub(super) fn describe(standing: Standing, side: Side, carrier: Carrier) -> (Standing, Meaning) {
    use Carrier::*;
    match (standing, carrier) {
        (Standing::Settled, Invite | Update | Prack) => (Standing::Open(side, carrier), Meaning::Offer),
        (Standing::Due(due), Reliable | Success) if due == side => {
            (Standing::Open(side, carrier), Meaning::Offer)
        }
        (Standing::Open(asker, Invite), Unreliable) if asker != side => (standing, Meaning::Preview),
        (Standing::Open(asker, asked), _) if asker != side && asked.is_answered_in(carrier) => {
            (Standing::Settled, Meaning::Answer)
        }
        (Standing::Open(asker, _), Invite | Update | Prack) => {
            let why = if asker == side { Conflict::TooSoon } else { Conflict::Glare };
            (standing, Meaning::Conflict(why))
        }
        // The one who is to make the first offer is asked for it by the other's request.
        (Standing::Due(due), Invite | Update | Prack) => {
            let why = if due == side { Conflict::Glare } else { Conflict::TooSoon };
            (standing, Meaning::Conflict(why))
        }
        (unchanged, _) => (unchanged, Meaning::Nothing),
    }
}

/// An INVITE by `side` that carries no description.
pub(super) fn invited_without(standing: Standing, side: Side) -> Standing {
    match standing {
        Standing::Settled => Standing::Due(side.other()),
        open => open,
    }
}

#[cfg(test)]
mod tests {
    use super::{
        Carrier::*,
        Side::{Them, Us},
        *,
    };

    const CARRIERS: [Carrier; 9] =
        [Invite, Unreliable, Reliable, Success, Ack, Prack, PrackSuccess, Update, UpdateSuccess];

    /// The standing in which a side may make its offer in this message.
    fn before(side: Side, offer: Carrier) -> Standing {
        match offer {
            Success | Reliable => invited_without(Standing::Settled, side.other()),
            _ => Standing::Settled,
        }
    }

    #[test]
    fn the_six_patterns_of_table_1_of_rfc_6337_and_no_other_settle() {
        let table = [
            (Invite, Success),
            (Success, Ack),
            (Invite, Reliable),
            (Reliable, Prack),
            (Prack, PrackSuccess),
            (Update, UpdateSuccess),
        ];
        for asker in [Us, Them] {
            for offer in CARRIERS {
                for answer in CARRIERS {
                    let (open, meaning) = describe(before(asker, offer), asker, offer);
                    let (after, reply) = describe(open, asker.other(), answer);
                    let settles = meaning == Meaning::Offer && reply == Meaning::Answer;
                    assert_eq!(settles, table.contains(&(offer, answer)), "{offer:?} {answer:?}");
                    assert!(!settles || after == Standing::Settled);
                }
            }
        }
    }

    #[test]
    fn who_offers_too_soon_and_who_meets_anothers_offer_are_told_apart() {
        use Conflict::*;
        let table: &[(Standing, Side, Carrier, Conflict)] = &[
            // RFC 3311, 5.2, and RFC 6337, 3.1 and 5.2, in their order.
            (Standing::Open(Them, Invite), Them, Update, TooSoon),
            (Standing::Open(Us, Invite), Them, Update, Glare),
            (Standing::Open(Us, Invite), Them, Invite, Glare),
            (Standing::Open(Them, Update), Them, Invite, TooSoon),
            (Standing::Open(Us, Update), Them, Invite, Glare),
            (Standing::Open(Us, Success), Them, Update, Glare),
            (Standing::Open(Us, Reliable), Them, Update, Glare),
            (Standing::Due(Us), Them, Update, TooSoon),
            (Standing::Due(Them), Them, Update, Glare),
        ];
        for &(standing, side, carrier, why) in table {
            assert_eq!(
                describe(standing, side, carrier),
                (standing, Meaning::Conflict(why)),
                "{standing:?} {carrier:?}"
            );
        }
    }

    #[test]
    fn what_may_be_lost_only_tells_beforehand_and_what_follows_the_answer_is_nothing() {
        let open = Standing::Open(Them, Invite);
        assert_eq!(describe(open, Us, Unreliable), (open, Meaning::Preview));
        let (settled, _) = describe(open, Us, Reliable);
        for later in [Unreliable, Reliable, Success, Ack] {
            assert_eq!(describe(settled, Us, later), (Standing::Settled, Meaning::Nothing), "{later:?}");
        }
        assert_eq!(describe(Standing::Due(Us), Us, Unreliable).1, Meaning::Nothing);
    }
}
