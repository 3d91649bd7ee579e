//! Whose media is encrypted, and how insistently: the office's rule for each extension and each trunk.

use std::collections::BTreeMap;

use crate::{
    media::Wish,
    sip::{Transport, TrunkName},
    types::Extension,
};

/// What the office wants of one far end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum SrtpPolicy {
    Off,
    /// If the far end can.
    #[default]
    Optional,
    /// Or there is no call.
    Required,
}

/// The rules of the whole office.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Srtp {
    /// Those that are not [`SrtpPolicy::Optional`].
    pub extensions: BTreeMap<Extension, SrtpPolicy>,
    pub trunks: BTreeMap<TrunkName, SrtpPolicy>,
    /// May our keys also be offered where the signalling that carries them can be read? Where a VPN or a network of its
    /// own protects it, they may.
    pub without_tls: bool,
}

/// Whose rule is asked.
#[derive(Debug, Clone, Copy)]
pub(super) enum FarEnd<'a> {
    Phone(&'a Extension),
    Trunk(&'a TrunkName),
}

impl Srtp {
    /// What our descriptions say to this far end over this transport.
    ///
    /// An emergency call is never refused for want of a key: what is required is then tried and plain RTP is
    /// taken if there is nothing else.
    pub(super) fn wish(&self, far_end: FarEnd<'_>, transport: Transport, emergency: bool) -> Wish {
        let policy = match far_end {
            FarEnd::Phone(extension) => self.extensions.get(extension),
            FarEnd::Trunk(name) => self.trunks.get(name),
        };
        let private = self.without_tls || matches!(transport, Transport::Tls | Transport::Wss);
        match policy.copied().unwrap_or_default() {
            SrtpPolicy::Off => Wish::Off,
            SrtpPolicy::Required if private && !emergency => Wish::Required,
            // Keys would lie open: without them there is no call that was allowed to be one.
            SrtpPolicy::Required if !emergency => Wish::Impossible,
            SrtpPolicy::Optional | SrtpPolicy::Required if private => Wish::Optional,
            SrtpPolicy::Optional | SrtpPolicy::Required => Wish::InKind,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_offered_over_tls_only_unless_the_office_says_otherwise() {
        let desk: Extension = "101".parse().unwrap();
        let trunk = TrunkName("carrier".into());
        let mut srtp = Srtp::default();
        let wish = |srtp: &Srtp, transport, emergency| srtp.wish(FarEnd::Phone(&desk), transport, emergency);
        assert_eq!(wish(&srtp, Transport::Udp, false), Wish::InKind);
        assert_eq!(wish(&srtp, Transport::Tls, false), Wish::Optional);
        srtp.extensions.insert(desk.clone(), SrtpPolicy::Required);
        assert_eq!(wish(&srtp, Transport::Tls, false), Wish::Required);
        assert_eq!(wish(&srtp, Transport::Udp, false), Wish::Impossible);
        assert_eq!(wish(&srtp, Transport::Udp, true), Wish::InKind, "911 goes out as it can");
        assert_eq!(wish(&srtp, Transport::Tls, true), Wish::Optional);
        srtp.without_tls = true;
        assert_eq!(wish(&srtp, Transport::Udp, false), Wish::Required);
        assert_eq!(srtp.wish(FarEnd::Trunk(&trunk), Transport::Tcp, false), Wish::Optional);
        srtp.trunks.insert(trunk.clone(), SrtpPolicy::Off);
        assert_eq!(srtp.wish(FarEnd::Trunk(&trunk), Transport::Tls, false), Wish::Off);
    }
}
