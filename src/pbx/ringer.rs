//! How a desk phone is told to ring: by Alert-Info, in the form that its maker reads.

use super::{Caller, Dialled, Directory};

/// What a phone rings with. Which sound that is, is in the phone's own settings (`firmware-config/phones`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Ringer {
    /// A colleague calls.
    Internal,
    /// Somebody outside calls.
    External,
    /// The number that was dialled has a ringer of its own, 1 to 8.
    Numbered(u8),
}

impl Ringer {
    /// The ringers that a number may have.
    pub const NUMBERED: std::ops::RangeInclusive<u8> = 1..=8;

    pub(super) fn of_call(directory: &Directory, caller: &Caller, dialled: &Dialled) -> Self {
        let number = dialled.number().and_then(|number| directory.numbers.get(&number));
        match (number.and_then(|number| number.ringer), caller) {
            (Some(ringer), _) => Self::Numbered(ringer),
            (None, Caller::Extension(_)) => Self::Internal,
            (None, _) => Self::External,
        }
    }

    /// The name that phones look for. Snom knows the first two of itself; the others are told in their settings.
    fn name(self) -> String {
        match self {
            Self::Internal => "alert-internal".to_owned(),
            Self::External => "alert-external".to_owned(),
            Self::Numbered(ringer) => format!("ring{ringer}"),
        }
    }

    /// The header's value for the phone that calls itself so (RFC 3261, 20.4). Yealink, Grandstream, Snom and Fanvil read
    /// the parameter `info`; Poly compares the whole value with its `voIpProt.SIP.alertInfo`.
    pub(super) fn alert_info(self, user_agent: &str) -> String {
        let name = self.name();
        if user_agent.to_ascii_lowercase().starts_with("poly") {
            return name;
        }
        format!("<http://127.0.0.1/>;info={name};x-line-id=0")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pbx::story::{LEASING, MAIN, number, office};

    #[test]
    fn a_phone_rings_by_who_calls_and_what_was_dialled() {
        let mut office = office();
        office.numbers.get_mut(&number(LEASING)).unwrap().ringer = Some(3);
        let caller = Caller::Anonymous;
        let of = |caller: &Caller, dialled: &str| {
            Ringer::of_call(&office, caller, &dialled.parse::<Dialled>().unwrap())
        };
        assert_eq!(of(&caller, MAIN), Ringer::External);
        assert_eq!(of(&caller, LEASING), Ringer::Numbered(3));
        assert_eq!(of(&Caller::Extension("101".parse().unwrap()), "102"), Ringer::Internal);
    }

    #[test]
    fn each_maker_gets_the_form_that_it_reads() {
        assert_eq!(
            Ringer::Internal.alert_info("Yealink SIP-T46U 108.86.0.20"),
            "<http://127.0.0.1/>;info=alert-internal;x-line-id=0"
        );
        assert_eq!(Ringer::Numbered(2).alert_info("PolycomVVX-VVX_411-UA/6.4.3"), "ring2");
        assert_eq!(Ringer::External.alert_info("Poly/8.0 Edge E350"), "alert-external");
    }
}
