//! How sure the carrier is that a caller has the right to the number that it shows (STIR/SHAKEN: RFC 8224, ATIS-1000074).
//!
//! It is one sign among others: a caller whose number nobody vouches for may be an old exchange, and a caller with full
//! attestation may sell something. No call is refused for it unless a rule of the office says so.

use serde::{Deserialize, Serialize};

/// What the carrier has found out about the number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Attestation {
    /// A: the caller's carrier knows the caller, and that the number is theirs.
    Full,
    /// B: it knows the caller.
    Partial,
    /// C: it knows where the call came into its network, and nothing else.
    Gateway,
    /// The signature is not right: somebody may have changed the number.
    Failed,
    /// There was no signature, or it was not looked at.
    Unverified,
}

impl Attestation {
    pub const ALL: [Self; 5] = [Self::Full, Self::Partial, Self::Gateway, Self::Failed, Self::Unverified];

    /// The name in the store and in JSON.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Full => "full",
            Self::Partial => "partial",
            Self::Gateway => "gateway",
            Self::Failed => "failed",
            Self::Unverified => "none",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|attestation| attestation.name() == name)
    }

    /// Reads a `verstat` (3GPP TS 24.229, 7.2A.20; ATIS-1000082), with the letter that carriers put behind it:
    /// `TN-Validation-Passed`, `TN-Validation-Passed-B`, `TN-Validation-Failed-C`, `No-TN-Validation`.
    ///
    /// Without a letter it passed with A: carriers that leave the letter out do so for A alone.
    pub fn of_verstat(verstat: &str) -> Option<Self> {
        let text = verstat.trim().trim_matches('"').to_ascii_lowercase();
        if text == "no-tn-validation" {
            return Some(Self::Unverified);
        }
        if text
            .strip_prefix("tn-validation-failed")
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
        {
            return Some(Self::Failed);
        }
        match text.strip_prefix("tn-validation-passed")? {
            "" | "-a" => Some(Self::Full),
            "-b" => Some(Self::Partial),
            "-c" => Some(Self::Gateway),
            _ => None,
        }
    }
}

/// What is known of the right to a caller's number, kept with the call.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Vouched {
    /// `None`: the carrier has said nothing, or nothing that is understood.
    pub attestation: Option<Attestation>,
    /// As the carrier wrote it; at most 64 characters.
    pub verstat: Option<String>,
}

impl Vouched {
    const LONGEST: usize = 64;

    pub(super) fn of(verstat: Option<&str>) -> Self {
        Self {
            attestation: verstat.and_then(Attestation::of_verstat),
            verstat: verstat
                .map(|text| text.chars().filter(|c| !c.is_control()).take(Self::LONGEST).collect()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_carriers_way_of_saying_it_is_read() {
        for (verstat, attestation) in [
            ("TN-Validation-Passed", Some(Attestation::Full)),
            ("TN-Validation-Passed-A", Some(Attestation::Full)),
            ("tn-validation-passed-b", Some(Attestation::Partial)),
            ("TN-Validation-Passed-C", Some(Attestation::Gateway)),
            ("TN-Validation-Failed", Some(Attestation::Failed)),
            ("TN-Validation-Failed-A", Some(Attestation::Failed)),
            ("No-TN-Validation", Some(Attestation::Unverified)),
            ("\"TN-Validation-Passed\"", Some(Attestation::Full)),
            ("TN-Validation-Passed-D", None),
            ("yes", None),
            ("", None),
        ] {
            assert_eq!(Attestation::of_verstat(verstat), attestation, "{verstat}");
        }
        for attestation in Attestation::ALL {
            assert_eq!(Attestation::from_name(attestation.name()), Some(attestation));
        }
    }

    #[test]
    fn what_the_carrier_wrote_is_kept_but_not_without_end() {
        let kept = Vouched::of(Some(&format!("x\r\n{}", "y".repeat(500))));
        assert_eq!(kept.verstat.unwrap().len(), Vouched::LONGEST);
        assert_eq!(kept.attestation, None);
        assert_eq!(Vouched::of(None), Vouched::default());
    }
}
