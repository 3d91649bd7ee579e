//! What a ladder shows of a datagram, and what a forking proxy does to one.

/// `INVITE`, `re-INVITE`, `CANCEL (answered elsewhere)`, `200 INVITE`.
pub(super) fn label(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    let first = text.lines().next().unwrap_or_default();
    if let Some(status) = first.strip_prefix("SIP/2.0 ") {
        let code = status.split(' ').next().unwrap_or_default();
        let method = header(&text, "CSeq").and_then(|cseq| cseq.split(' ').nth(1)).unwrap_or_default();
        return format!("{code} {method}");
    }
    let method = first.split(' ').next().unwrap_or_default();
    match method {
        "" => "(empty)".to_owned(),
        "INVITE" if header(&text, "To").is_some_and(|to| to.contains(";tag=")) => "re-INVITE".to_owned(),
        "CANCEL" | "BYE" => match header(&text, "Reason") {
            Some(reason) if reason.contains("elsewhere") => format!("{method} (answered elsewhere)"),
            Some(reason) => {
                format!("{method} ({})", reason.replace(";cause=", " ").split(';').next().unwrap_or_default())
            }
            None => method.to_owned(),
        },
        other => other.to_owned(),
    }
}

fn header<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    text.lines().skip(1).take_while(|line| !line.is_empty()).find_map(|line| {
        let (key, value) = line.split_once(':')?;
        key.eq_ignore_ascii_case(name).then(|| value.trim())
    })
}

/// The same response from another branch of a fork: another dialog, since its To tag is another.
pub(super) fn forked(bytes: &[u8]) -> Vec<u8> {
    let text = String::from_utf8_lossy(bytes);
    let lines: Vec<String> = text
        .split("\r\n")
        .map(|line| {
            let of_to = line.get(..3).is_some_and(|name| name.eq_ignore_ascii_case("to:"));
            if of_to { line.replacen(";tag=", ";tag=another-", 1) } else { line.to_owned() }
        })
        .collect();
    lines.join("\r\n").into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_says_what_a_reader_of_ladders_looks_for() {
        let of = |text: &str| label(text.replace('\n', "\r\n").as_bytes());
        assert_eq!(of("INVITE sip:1@h SIP/2.0\nTo: <sip:1@h>\n\n"), "INVITE");
        assert_eq!(of("INVITE sip:1@h SIP/2.0\nTo: <sip:1@h>;tag=a\n\n"), "re-INVITE");
        assert_eq!(of("SIP/2.0 200 OK\nCSeq: 1 INVITE\n\n"), "200 INVITE");
        assert_eq!(
            of("CANCEL sip:1@h SIP/2.0\nReason: SIP;cause=200;text=\"Call completed elsewhere\"\n\n"),
            "CANCEL (answered elsewhere)"
        );
        assert_eq!(of("BYE sip:1@h SIP/2.0\nReason: Q.850;cause=102\n\n"), "BYE (Q.850 102)");
    }

    #[test]
    fn a_fork_is_another_dialog_of_the_same_call() {
        let one = "SIP/2.0 200 OK\r\nFrom: <sip:a@h>;tag=1\r\nTo: <sip:b@h>;tag=2\r\n\r\n";
        let other = String::from_utf8(forked(one.as_bytes())).unwrap();
        assert_eq!(other, one.replace("tag=2", "tag=another-2"));
    }
}
