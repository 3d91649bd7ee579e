//! Faxes in calls: what the record says of one, and where a machine goes that meets somebody who cannot take it.

use serde::{Deserialize, Serialize};

use super::{
    Disposition,
    exchange::Context,
    leg::Leg,
    next::Next,
    waiting::{Otherwise, Reach},
};
use crate::media::FaxSign;

/// A machine that has called listens for an answer for 35 s (T.30, timer T1).
const RING: std::time::Duration = std::time::Duration::from_secs(30);

/// That a call was a fax, and what is known of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fax {
    pub by: FaxPath,
    /// Pages that the receiver has confirmed, of both directions together. `None`: not a word of the two machines could be
    /// read, so nobody knows.
    pub pages: Option<u32>,
}

/// How a fax passed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FaxPath {
    /// As sound, in G.711.
    Voice,
    T38,
}

impl Fax {
    /// What is known of a fax after this as well. An answering tone alone may be a modem's.
    pub(super) fn heard(known: Option<Self>, sign: FaxSign) -> Option<Self> {
        let fax = known.unwrap_or(Self { by: FaxPath::Voice, pages: None });
        match sign {
            FaxSign::Answering => known,
            FaxSign::Calling => Some(fax),
            FaxSign::Control => Some(Self { pages: fax.pages.or(Some(0)), ..fax }),
            FaxSign::Pages(pages) => Some(Self { pages: Some(pages), ..fax }),
        }
    }

    /// It passes as T.38 from now on, whose pages are counted anew by whoever relays it.
    pub(super) fn as_t38(known: Option<Self>) -> Self {
        Self { by: FaxPath::T38, pages: known.and_then(|fax| fax.pages) }
    }
}

/// Is this a machine, that wants a machine at the other end?
pub(super) const fn is_machine(sign: FaxSign) -> bool {
    matches!(sign, FaxSign::Calling | FaxSign::Control)
}

/// A machine has met the box itself: it is not talked to. It goes to the office's fax machine, or is hung up on.
pub(super) fn goes_on(cx: &mut Context<'_>, leg: Leg) -> Next {
    let disposition = Disposition::CallerAbandoned;
    match cx.ledger.directory().features.fax.clone() {
        Some(extension) => {
            cx.decide(format!("a fax machine calls: {extension} takes faxes"));
            let reach = Reach { label: Some("Fax".to_owned()), ..Reach::extension(&extension, RING) };
            Next::Reach { leg, reach, transferor: None, otherwise: Otherwise::HangUp, disposition }
        }
        None => {
            cx.decide("a fax machine calls, and nobody here takes faxes: it is not talked to".to_owned());
            leg.hang_up(cx, None);
            Next::End(disposition)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_modem_is_no_fax_and_pages_are_known_only_when_the_machines_were_understood() {
        let heard = |signs: &[FaxSign]| signs.iter().fold(None, |known, sign| Fax::heard(known, *sign));
        assert_eq!(heard(&[FaxSign::Answering]), None);
        let unread = Fax { by: FaxPath::Voice, pages: None };
        assert_eq!(heard(&[FaxSign::Calling, FaxSign::Answering]), Some(unread));
        assert_eq!(heard(&[FaxSign::Calling, FaxSign::Control]), Some(Fax { pages: Some(0), ..unread }));
        let two = [FaxSign::Control, FaxSign::Pages(1), FaxSign::Pages(2)];
        assert_eq!(heard(&two), Some(Fax { pages: Some(2), ..unread }));
        assert_eq!(Fax::as_t38(heard(&two)), Fax { by: FaxPath::T38, pages: Some(2) });
    }
}
