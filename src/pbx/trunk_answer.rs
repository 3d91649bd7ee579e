//! What a trunk's answer to a call says: that this trunk cannot carry it, or how the person called has decided.

/// Is it the trunk that cannot, so that another may be tried?
///
/// Everything that a server says of itself (RFC 3261, 21.5), and a challenge that our credentials do not satisfy. All
/// other answers are about the number or the person: another trunk would only ring them a second time, or be told the
/// same. A 408 is the carrier's word that it has looked for them in vain; our own patience with a silent trunk ends long
/// before Timer B does.
pub(super) const fn is_the_trunks(status: u16) -> bool {
    matches!(status, 401 | 407 | 500..=505 | 513)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_person_who_declines_is_not_asked_again_through_another_trunk() {
        for status in [401, 407, 500, 502, 503, 504] {
            assert!(is_the_trunks(status), "{status}");
        }
        for status in [302, 403, 404, 408, 480, 484, 486, 487, 488, 600, 603, 604, 608] {
            assert!(!is_the_trunks(status), "{status}");
        }
    }
}
