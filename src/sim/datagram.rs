//! What a forking proxy does to a datagram.

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
    fn a_fork_is_another_dialog_of_the_same_call() {
        let one = "SIP/2.0 200 OK\r\nFrom: <sip:a@h>;tag=1\r\nTo: <sip:b@h>;tag=2\r\n\r\n";
        let other = String::from_utf8(forked(one.as_bytes())).unwrap();
        assert_eq!(other, one.replace("tag=2", "tag=another-2"));
    }
}
