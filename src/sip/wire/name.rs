//! Header names: the ones this house reads or writes, with their compact forms (RFC 3261, 7.3.3).

macro_rules! names {
    ($($variant:ident $text:literal $($compact:literal)?;)*) => {
        /// A header's name. What a peer may invent is `Other`; its spelling stays in the message.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u8)]
        pub enum Name {
            $(#[doc = $text] $variant,)*
            /// Any other; see [`Header::spelling`](super::Header).
            Other,
        }

        const KNOWN: &[(&str, Name)] = &[$(($text, Name::$variant),)*];

        impl Name {
            /// The name as we write it. `Other` has none and is written with its own spelling.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Name::$variant => $text,)*
                    Name::Other => "",
                }
            }

            fn of_compact(letter: u8) -> Name {
                match letter.to_ascii_lowercase() {
                    $($($compact => Name::$variant,)?)*
                    _ => Name::Other,
                }
            }
        }
    };
}

names! {
    Via "Via" b'v';
    From "From" b'f';
    To "To" b't';
    CallId "Call-ID" b'i';
    CSeq "CSeq";
    MaxForwards "Max-Forwards";
    Contact "Contact" b'm';
    ContentLength "Content-Length" b'l';
    ContentType "Content-Type" b'c';
    Route "Route";
    RecordRoute "Record-Route";
    Expires "Expires";
    Allow "Allow";
    Supported "Supported" b'k';
    UserAgent "User-Agent";
    Require "Require";
    Accept "Accept";
    AcceptEncoding "Accept-Encoding";
    AcceptLanguage "Accept-Language";
    AlertInfo "Alert-Info";
    AllowEvents "Allow-Events" b'u';
    AuthenticationInfo "Authentication-Info";
    Authorization "Authorization";
    CallInfo "Call-Info";
    ContentDisposition "Content-Disposition";
    ContentEncoding "Content-Encoding" b'e';
    Date "Date";
    Diversion "Diversion";
    Event "Event" b'o';
    HistoryInfo "History-Info";
    Identity "Identity" b'y';
    InfoPackage "Info-Package";
    MinExpires "Min-Expires";
    FlowTimer "Flow-Timer";
    MinSe "Min-SE";
    Organization "Organization";
    PAssertedIdentity "P-Asserted-Identity";
    PPreferredIdentity "P-Preferred-Identity";
    Path "Path";
    Privacy "Privacy";
    ProxyAuthenticate "Proxy-Authenticate";
    ProxyAuthorization "Proxy-Authorization";
    ProxyRequire "Proxy-Require";
    RAck "RAck";
    Record "Record";
    RSeq "RSeq";
    RecvInfo "Recv-Info";
    Reason "Reason";
    ReferSub "Refer-Sub";
    ReferTo "Refer-To" b'r';
    ReferredBy "Referred-By" b'b';
    RemotePartyId "Remote-Party-ID";
    Replaces "Replaces";
    RetryAfter "Retry-After";
    Server "Server";
    ServiceRoute "Service-Route";
    SessionExpires "Session-Expires" b'x';
    Subject "Subject" b's';
    SubscriptionState "Subscription-State";
    Timestamp "Timestamp";
    Unsupported "Unsupported";
    Warning "Warning";
    WwwAuthenticate "WWW-Authenticate";
}

/// The longest name in the table, and therefore the last length worth looking up.
const LONGEST: usize = 24;

/// `KNOWN`, ordered by length, and for each length where its run begins: one short run is searched for a header.
const BY_LENGTH: ([(&str, Name); KNOWN.len()], [u8; LONGEST + 2]) = {
    let mut sorted = [("", Name::Other); KNOWN.len()];
    let mut starts = [0u8; LONGEST + 2];
    let mut filled = 0;
    let mut length = 0;
    while length <= LONGEST {
        starts[length] = filled as u8;
        let mut i = 0;
        while i < KNOWN.len() {
            if KNOWN[i].0.len() == length {
                sorted[filled] = KNOWN[i];
                filled += 1;
            }
            i += 1;
        }
        length += 1;
    }
    assert!(filled == KNOWN.len(), "a name is longer than LONGEST");
    starts[LONGEST + 1] = filled as u8;
    (sorted, starts)
};

impl Name {
    /// Recognises a name, in any case, long or compact.
    pub fn parse(spelling: &[u8]) -> Name {
        let length = spelling.len();
        if let [letter] = spelling {
            return Name::of_compact(*letter);
        }
        if length == 0 || length > LONGEST {
            return Name::Other;
        }
        let run = usize::from(BY_LENGTH.1[length])..usize::from(BY_LENGTH.1[length + 1]);
        for (text, name) in &BY_LENGTH.0[run] {
            // Most names differ at the first letter already.
            if (spelling[0] ^ text.as_bytes()[0]) & 0xdf == 0
                && spelling.eq_ignore_ascii_case(text.as_bytes())
            {
                return *name;
            }
        }
        Name::Other
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_known_in_any_case() {
        for (text, name) in KNOWN {
            assert_eq!(Name::parse(text.as_bytes()), *name);
            assert_eq!(Name::parse(text.to_ascii_uppercase().as_bytes()), *name);
            assert_eq!(Name::parse(text.to_ascii_lowercase().as_bytes()), *name);
            assert_eq!(name.as_str(), *text);
        }
    }

    #[test]
    fn compact_forms_are_the_same_headers() {
        for (letter, name) in [
            (b'v', Name::Via),
            (b'F', Name::From),
            (b't', Name::To),
            (b'I', Name::CallId),
            (b'm', Name::Contact),
            (b'l', Name::ContentLength),
            (b'c', Name::ContentType),
            (b'k', Name::Supported),
            (b'r', Name::ReferTo),
            (b'x', Name::SessionExpires),
            (b'z', Name::Other),
        ] {
            assert_eq!(Name::parse(&[letter]), name);
        }
    }

    #[test]
    fn inventions_are_other() {
        for text in ["", "Vias", "X-Portico", "Content_Length", "A-Header-Name-Much-Longer-Than-Any-We-Know"]
        {
            assert_eq!(Name::parse(text.as_bytes()), Name::Other, "{text}");
        }
    }
}
