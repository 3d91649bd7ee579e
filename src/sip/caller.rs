//! Who a trunk says is calling, beyond `From`: the asserted identity in each of its headers, and how sure the carrier is.

use super::{
    event::Identity,
    wire::{Address, Message},
};

/// Somebody, as an address names them.
pub(super) fn identity(address: &Address<'_>) -> Identity {
    Identity {
        user: address.uri.user().unwrap_or_default().into_owned(),
        display: address.display().into_owned(),
    }
}

/// What a trunk asserts: P-Asserted-Identity (RFC 3325), or Remote-Party-ID (draft-ietf-sip-privacy-04) of carriers that
/// stayed with it. Of several identities the first telephone number counts, as a SIP or a TEL address.
pub(super) fn asserted(request: &Message) -> Option<Identity> {
    let asserted: Vec<Identity> = request.asserted_identities().map(|address| identity(&address)).collect();
    let is_number =
        |identity: &&Identity| identity.user.starts_with(|c: char| c == '+' || c.is_ascii_digit());
    let first = asserted.iter().find(is_number).or(asserted.first()).cloned();
    first.or_else(|| {
        let remote = request.all_spelt("remote-party-id").find_map(Address::parse)?;
        let calling = remote.params.get("party").is_none_or(|party| party.eq_ignore_ascii_case(b"calling"));
        calling.then(|| identity(&remote))
    })
}

/// Does a Remote-Party-ID ask that the number is withheld?
pub(super) fn remote_party_withholds(request: &Message) -> bool {
    let remote = request.all_spelt("remote-party-id").find_map(Address::parse);
    let privacy = remote.as_ref().and_then(|remote| remote.params.get("privacy"));
    privacy.is_some_and(|how| how.eq_ignore_ascii_case(b"full") || how.eq_ignore_ascii_case(b"uri"))
}

/// The `verstat` of the caller's number (3GPP TS 24.229, 7.2A.20), wherever the carrier has put it: a parameter of the
/// P-Asserted-Identity's or From's address, of its user part, or behind it; else a header of its own. With the letter of
/// P-Attestation-Indicator (3GPP TS 24.229, 7.2.18) behind it, if it has none.
pub(super) fn verstat(request: &Message) -> Option<String> {
    let asserted = request.asserted_identities().find_map(|address| in_address(&address));
    let verstat = asserted.or_else(|| request.from().and_then(|address| in_address(&address)));
    let own_header = || {
        let named = ["x-twilio-verstat", "x-verstat", "verstat"].into_iter();
        let value = named.flat_map(|name| request.all_spelt(name)).next()?;
        std::str::from_utf8(value).ok().map(|text| text.trim().to_owned())
    };
    let verstat = verstat.or_else(own_header)?;
    let letter = request.all_spelt("p-attestation-indicator").next();
    let letter = letter.and_then(|value| std::str::from_utf8(value).ok()).map(str::trim).unwrap_or_default();
    let has_none = verstat.eq_ignore_ascii_case("tn-validation-passed");
    if has_none && matches!(letter, "A" | "B" | "C") {
        return Some(format!("{verstat}-{letter}"));
    }
    Some(verstat)
}

fn in_address(address: &Address<'_>) -> Option<String> {
    let in_uri = address.uri.param("verstat").map(str::to_owned);
    let in_user = || {
        let user = address.uri.user()?;
        let param = user.split(';').skip(1).find_map(|param| param.strip_prefix("verstat="))?;
        Some(param.to_owned())
    };
    let behind = || Some(std::str::from_utf8(address.params.get("verstat")?).ok()?.to_owned());
    in_uri.or_else(in_user).or_else(behind)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn invite(headers: &str) -> Message {
        let from =
            if headers.contains("From:") { "" } else { "From: <sip:+13035550177@c.example>;tag=1\r\n" };
        let text = format!(
            "INVITE sip:+13035550100@192.0.2.1 SIP/2.0\r\nVia: SIP/2.0/UDP c.example;branch=z9hG4bKa\r\n{from}{headers}\
             To: <sip:+13035550100@192.0.2.1>\r\nCall-ID: a\r\nCSeq: 1 INVITE\r\nMax-Forwards: 70\r\n\
             Contact: <sip:c.example>\r\nContent-Length: 0\r\n\r\n"
        );
        Message::parse(text.as_bytes()).unwrap_or_else(|error| panic!("{error:?}: {text}"))
    }

    #[test]
    fn the_right_to_a_number_is_found_wherever_the_carrier_has_put_it() {
        for (headers, expected) in [
            (
                "P-Asserted-Identity: <sip:+1303@c.example;verstat=TN-Validation-Passed>\r\n",
                "TN-Validation-Passed",
            ),
            (
                "P-Asserted-Identity: <sip:+1303;verstat=TN-Validation-Passed-B@c.example;user=phone>\r\n",
                "TN-Validation-Passed-B",
            ),
            ("P-Asserted-Identity: <tel:+1303;verstat=TN-Validation-Failed>\r\n", "TN-Validation-Failed"),
            ("From: <sip:+1303;verstat=No-TN-Validation@c.example>;tag=1\r\n", "No-TN-Validation"),
            ("X-Twilio-VerStat: TN-Validation-Passed-C\r\n", "TN-Validation-Passed-C"),
            (
                "P-Asserted-Identity: <sip:+1303@c.example;verstat=TN-Validation-Passed>\r\nP-Attestation-Indicator: B\r\n",
                "TN-Validation-Passed-B",
            ),
        ] {
            assert_eq!(verstat(&invite(headers)).as_deref(), Some(expected), "{headers}");
        }
        assert_eq!(verstat(&invite("")), None);
    }

    #[test]
    fn the_asserted_number_is_found_among_other_identities() {
        let user = |headers: &str| asserted(&invite(headers)).map(|identity| identity.user);
        let both = "P-Asserted-Identity: \"Desk\" <sip:desk@c.example>, <tel:+13035550178>\r\n";
        assert_eq!(user(both).as_deref(), Some("+13035550178"));
        let remote = "Remote-Party-ID: \"Dana\" <sip:3035550178@c.example>;party=calling;privacy=off\r\n";
        assert_eq!(user(remote).as_deref(), Some("3035550178"));
        assert!(!remote_party_withholds(&invite(remote)));
        assert!(remote_party_withholds(&invite(&remote.replace("=off", "=full"))));
        assert_eq!(user("Remote-Party-ID: <sip:3035550178@c.example>;party=called\r\n"), None);
    }
}
