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
    /// It does not ring, but answers by itself: a page, or an intercom call.
    Answered,
}

impl Ringer {
    /// The ringers that a number may have.
    pub const NUMBERED: std::ops::RangeInclusive<u8> = 1..=8;

    pub(super) fn of_call(directory: &Directory, caller: &Caller, dialled: &Dialled) -> Self {
        let answered = match dialled {
            // The only code behind which a phone rings.
            Dialled::Star(_) => true,
            Dialled::Extension(page) => directory.features.pages.contains_key(page),
            Dialled::Number(_) | Dialled::Emergency(_) => false,
        };
        if answered {
            return Self::Answered;
        }
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
            Self::Answered => "alert-autoanswer".to_owned(),
        }
    }

    /// The header's value for the phone that calls itself so (RFC 3261, 20.4). Yealink, Grandstream, Snom and Fanvil read
    /// the parameter `info`; Poly compares the whole value with its `voIpProt.SIP.alertInfo`.
    pub(super) fn alert_info(self, user_agent: &str) -> String {
        let name = self.name();
        if user_agent.to_ascii_lowercase().starts_with("poly") {
            return name;
        }
        let more = if self == Self::Answered { "delay=0" } else { "x-line-id=0" };
        format!("<http://127.0.0.1/>;info={name};{more}")
    }

    /// What is said beside it: Yealink, Grandstream, Snom and Fanvil read `answer-after` in Call-Info, and whoever knows
    /// RFC 5373 its own header. Poly goes by Alert-Info alone.
    pub(super) fn other_headers(self, realm: &str) -> Vec<(String, String)> {
        if self != Self::Answered {
            return Vec::new();
        }
        let call_info = format!("<sip:{realm}>;answer-after=0");
        vec![("Call-Info".to_owned(), call_info), ("Answer-Mode".to_owned(), "Auto".to_owned())]
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
        assert_eq!(Ringer::Answered.alert_info("Poly/8.0 Edge E350"), "alert-autoanswer");
        assert_eq!(
            Ringer::Answered.alert_info("snomD785/10.1"),
            "<http://127.0.0.1/>;info=alert-autoanswer;delay=0"
        );
        assert_eq!(Ringer::Internal.other_headers("192.0.2.1"), []);
    }
}
