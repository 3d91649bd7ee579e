//! The documents by which a phone's keys for quiet and forwards keep in step with the box: `as-feature-event`.
//!
//! The package is BroadSoft's ("Device Feature Key Synchronization", 11-BD5196); desk phones of most makers speak it. A phone
//! that wants a change says so in the body of a SUBSCRIBE; what holds then it is told by NOTIFY, granted or not, so that its key
//! never shows what is not so.

use std::fmt::Write;

use crate::{
    pbx::{DeskChange, DeskSettings, ForwardWhen, xml::escaped},
    types::Extension,
};

const NAMESPACE: &str = "http://www.ecma-international.org/standards/ecma-323/csta/ed3";
const PART: &str = "application/x-as-feature-event+xml";
/// Of a document with several parts; no part has such a line, since all of them are ours.
const BOUNDARY: &str = "portico-feature-keys";
/// What the whole state goes out as.
pub(super) const MEDIA_TYPE: &str = "multipart/mixed;boundary=portico-feature-keys";

/// Everything that is set, one part for each feature: a lost notification does no harm.
pub(super) fn document(extension: &Extension, settings: &DeskSettings) -> String {
    let device = escaped(extension.as_str());
    let mut parts = vec![format!(
        "<DoNotDisturbEvent xmlns=\"{NAMESPACE}\"><device>{device}</device>\
         <doNotDisturbOn>{}</doNotDisturbOn></DoNotDisturbEvent>",
        settings.do_not_disturb
    )];
    parts.extend(ForwardWhen::ALL.map(|when| {
        let to = settings.forward(when).map(ToString::to_string);
        let status = to.is_some();
        let to = escaped(&to.unwrap_or_default());
        format!(
            "<ForwardingEvent xmlns=\"{NAMESPACE}\"><device>{device}</device><forwardingType>{}</forwardingType>\
             <forwardStatus>{status}</forwardStatus><forwardTo>{to}</forwardTo></ForwardingEvent>",
            word(when)
        )
    }));
    let mut body = String::new();
    for part in parts {
        let part = format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\r\n{part}\r\n");
        // Writing to a string cannot fail.
        let _ = write!(
            body,
            "--{BOUNDARY}\r\nContent-Type: {PART}\r\nContent-Length: {}\r\n\r\n{part}\r\n",
            part.len()
        );
    }
    let _ = write!(body, "--{BOUNDARY}--\r\n");
    body
}

const fn word(when: ForwardWhen) -> &'static str {
    match when {
        ForwardWhen::Always => "forwardImmediate",
        ForwardWhen::Busy => "forwardBusy",
        ForwardWhen::NoAnswer => "forwardNoAns",
    }
}

/// What a phone wishes by this body; `None` if it cannot be told. How often the phone would ring before a call is forwarded
/// (`ringCount`) is the ring plan's, and is passed over.
pub(super) fn wish(body: &[u8]) -> Option<DeskChange> {
    let text = std::str::from_utf8(body).ok()?;
    if let Some(inner) = element(text, "SetDoNotDisturb") {
        return Some(DeskChange::DoNotDisturb(truth(element(inner, "doNotDisturbOn")?)?));
    }
    let inner = element(text, "SetForwarding")?;
    let kind = element(inner, "forwardingType")?.trim();
    let when = ForwardWhen::ALL.into_iter().find(|when| word(*when) == kind)?;
    let to = truth(element(inner, "activateForward")?)?.then(|| dialled(element(inner, "forwardDN")));
    Some(DeskChange::Forward { when, to })
}

fn truth(text: &str) -> Option<bool> {
    match text.trim() {
        "true" | "1" => Some(true),
        "false" | "0" => Some(false),
        _ => None,
    }
}

/// The user of an address, or the number as it was typed. Nothing at all is no number, and is refused as such.
fn dialled(to: Option<&str>) -> String {
    let to = to.unwrap_or_default().trim();
    let to = ["sip:", "sips:", "tel:"].into_iter().find_map(|scheme| to.strip_prefix(scheme)).unwrap_or(to);
    to.split(['@', ';']).next().unwrap_or_default().to_owned()
}

/// What stands in the first element of this name, whatever its prefix and its attributes. Phones nest nothing of one name.
fn element<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    let mut rest = text;
    while let Some((_, after)) = rest.split_once('<') {
        let (tag, inner) = after.split_once('>')?;
        if is_tag(tag.trim_end_matches('/'), name) {
            if tag.ends_with('/') {
                return Some("");
            }
            let mut at = 0;
            while let Some(end) = inner.get(at..)?.find("</") {
                let closing = inner.get(at + end + 2..)?.split('>').next()?;
                if is_tag(closing, name) {
                    return inner.get(..at + end);
                }
                at += end + 2;
            }
            return None;
        }
        rest = inner;
    }
    None
}

fn is_tag(tag: &str, name: &str) -> bool {
    let own = tag.split_ascii_whitespace().next().unwrap_or_default();
    own.rsplit(':').next() == Some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_phones_wish_is_read_with_prefixes_attributes_and_empty_elements() {
        let quiet = br#"<?xml version="1.0" encoding="ISO-8859-1"?>
            <SetDoNotDisturb xmlns="http://www.ecma-international.org/standards/ecma-323/csta/ed3">
              <device>0004f2</device><doNotDisturbOn>true</doNotDisturbOn></SetDoNotDisturb>"#;
        assert_eq!(wish(quiet), Some(DeskChange::DoNotDisturb(true)));
        let forward = |kind: &str, on: &str, to: &str| {
            format!(
                "<csta:SetForwarding xmlns:csta=\"x\"><csta:device/><csta:forwardingType>{kind}</csta:forwardingType>\
                 <csta:activateForward>{on}</csta:activateForward>{to}<csta:ringCount>3</csta:ringCount></csta:SetForwarding>"
            )
        };
        let dn = |text: &str| format!("<csta:forwardDN>{text}</csta:forwardDN>");
        for (kind, on, to, when, expected) in [
            ("forwardImmediate", "true", dn("102"), ForwardWhen::Always, Some("102")),
            ("forwardBusy", "1", dn(" sip:102@office.example;user=phone "), ForwardWhen::Busy, Some("102")),
            ("forwardNoAns", "true", dn("tel:+13035550177"), ForwardWhen::NoAnswer, Some("+13035550177")),
            ("forwardImmediate", "false", dn("102"), ForwardWhen::Always, None),
            ("forwardImmediate", "true", "<csta:forwardDN/>".into(), ForwardWhen::Always, Some("")),
        ] {
            let read = wish(forward(kind, on, &to).as_bytes());
            assert_eq!(
                read,
                Some(DeskChange::Forward { when, to: expected.map(str::to_owned) }),
                "{kind} {to}"
            );
        }
        for odd in [
            "",
            "<",
            "<SetForwarding>",
            "<SetDoNotDisturb><doNotDisturbOn>maybe</doNotDisturbOn></SetDoNotDisturb>",
        ] {
            assert_eq!(wish(odd.as_bytes()), None, "{odd}");
        }
        assert_eq!(wish(forward("forwardAtNight", "true", &dn("102")).as_bytes()), None);
    }

    #[test]
    fn the_state_has_a_part_for_each_feature_and_says_its_own_lengths() {
        let settings = DeskSettings {
            do_not_disturb: true,
            busy: Some("+13035550177".parse().unwrap()),
            ..DeskSettings::default()
        };
        let body = document(&"101".parse().unwrap(), &settings);
        let parts: Vec<&str> = body.split("--portico-feature-keys\r\n").skip(1).collect();
        assert_eq!(parts.len(), 4);
        for part in &parts {
            let (head, text) = part.split_once("\r\n\r\n").unwrap();
            let length: usize = head.rsplit(' ').next().unwrap().parse().unwrap();
            let end = text.strip_suffix("--portico-feature-keys--\r\n").unwrap_or(text);
            assert_eq!(length + 2, end.len(), "{part}");
        }
        assert!(parts[0].contains("<doNotDisturbOn>true</doNotDisturbOn>"));
        assert!(parts[1].contains("<forwardStatus>false</forwardStatus><forwardTo></forwardTo>"));
        let busy = "<forwardingType>forwardBusy</forwardingType><forwardStatus>true</forwardStatus>\
                    <forwardTo>+13035550177</forwardTo>";
        assert!(parts[2].contains(busy));
        assert!(body.ends_with("--portico-feature-keys--\r\n"));
    }
}
