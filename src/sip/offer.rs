//! The session description in a request's body: bare, or as one part of several (carriers add ISUP and the like).

use super::{
    event::BodyPart,
    reply::Reply,
    uas::SDP,
    wire::{Message, Name, Params},
};

/// The offer that an INVITE or UPDATE carries, empty if it has none; or the refusal of what we cannot read (8.2.3) or of
/// whoever would not read our answer (406).
pub(super) fn offer_of(request: &Message) -> Result<Vec<u8>, Reply> {
    if request.header(Name::Accept).is_some()
        && ![SDP, "application/*", "*/*"].iter().any(|range| accepts(request, range))
    {
        return Err(Reply::new(406));
    }
    if request.body().is_empty() {
        return Ok(vec![]);
    }
    if request.all(Name::ContentEncoding).any(|coding| !coding.eq_ignore_ascii_case(b"identity")) {
        return Err(Reply::new(415).with(Name::AcceptEncoding, "identity"));
    }
    match request.content_type().as_deref() {
        Some(SDP) => Ok(request.body().to_vec()),
        Some(multipart) if multipart.starts_with("multipart/") => {
            part(request.header(Name::ContentType).unwrap_or_default(), request.body(), NESTED)
                .map(<[u8]>::to_vec)
                .ok_or_else(unsupported)
        }
        // What may be ignored is ignored (20.11).
        _ if is_optional(request.header(Name::ContentDisposition).unwrap_or_default()) => Ok(vec![]),
        _ => Err(unsupported()),
    }
}

/// The session description that a response or an ACK carries, bare or among other parts. Empty if it has none: what else may
/// stand there (ISUP, a text for people) is no description, and nobody can be told so.
pub(super) fn description_of(message: &Message) -> Vec<u8> {
    let content_type = message.header(Name::ContentType).unwrap_or_default();
    let found = match message.content_type().as_deref() {
        // What comes without a name is taken for what is due.
        Some(SDP) | None => Some(message.body()),
        Some(multipart) if multipart.starts_with("multipart/") => part(content_type, message.body(), NESTED),
        Some(_) => None,
    };
    found.unwrap_or_default().to_vec()
}

/// Does this UPDATE or PRACK leave the media as they are? What else stands in its body may be ignored, or it would have been
/// refused before.
pub(super) fn has_no_offer(request: &Message) -> bool {
    offer_of(request).is_ok_and(|offer| offer.is_empty())
}

/// RFC 2046, 5.1.1.
const LONGEST_BOUNDARY: usize = 70;
/// How deep bodies of several parts are looked for within each other (RFC 5621, 3.1).
const NESTED: u8 = 3;

fn unsupported() -> Reply {
    Reply::new(415).with(Name::Accept, SDP)
}

fn accepts(request: &Message, range: &str) -> bool {
    request.list(Name::Accept).any(|accepted| {
        let end = accepted.iter().position(|&b| b == b';').unwrap_or(accepted.len());
        accepted[..end].trim_ascii().eq_ignore_ascii_case(range.as_bytes())
    })
}

fn is_optional(disposition: &[u8]) -> bool {
    let text = disposition.to_ascii_lowercase();
    text.split(|&b| b == b';').skip(1).any(|param| param.trim_ascii() == b"handling=optional")
}

/// The part of a multipart body (RFC 2046, 5.1) that is a session description, however deep.
fn part<'a>(content_type: &[u8], body: &'a [u8], depth: u8) -> Option<&'a [u8]> {
    let params = content_type.iter().position(|&b| b == b';').map(|at| &content_type[at..])?;
    let boundary = Params::parse(params)?.text("boundary")?;
    if boundary.is_empty() || boundary.len() > LONGEST_BOUNDARY {
        return None;
    }
    let delimiter = [b"--", boundary.as_bytes()].concat();
    let mut rest = body;
    // Few bodies have more than three parts; one that has hundreds is not read to its end.
    for _ in 0..16 {
        let at = memchr::memmem::find(rest, &delimiter)?;
        rest = &rest[at + delimiter.len()..];
        let end = memchr::memmem::find(rest, &delimiter).unwrap_or(rest.len());
        let headers_end = memchr::memmem::find(&rest[..end], b"\r\n\r\n")?;
        let inner = &rest[headers_end + 4..end];
        let inner = inner.strip_suffix(b"\r\n").unwrap_or(inner);
        let kind = rest[..headers_end].split(|&b| b == b'\n').find_map(|line| {
            let (name, value) = line.split_at_checked(b"content-type:".len())?;
            name.eq_ignore_ascii_case(b"content-type:").then(|| value.trim_ascii())
        });
        let kind = kind.unwrap_or_default();
        let media = kind.split(|&b| b == b';').next().unwrap_or_default().trim_ascii().to_ascii_lowercase();
        if media == SDP.as_bytes() {
            return Some(inner);
        }
        if depth > 0
            && media.starts_with(b"multipart/")
            && let Some(found) = part(kind, inner, depth - 1)
        {
            return Some(found);
        }
    }
    None
}

/// The session description and what comes with it, as one multipart/mixed body (RFC 5621): its Content-Type, and itself.
/// `None` for a part whose own headers would not be headers.
pub(super) fn multipart(offer: &[u8], parts: &[BodyPart]) -> Option<(String, Vec<u8>)> {
    let sound = |text: &str| !text.is_empty() && !text.chars().any(|c| c.is_control() || "<>\"".contains(c));
    if !parts.iter().all(|part| sound(&part.content_type) && sound(&part.content_id)) {
        return None;
    }
    // Longer until nothing inside can be taken for it.
    let mut boundary = "portico-part".to_owned();
    let bodies = || parts.iter().map(|part| part.body.as_slice()).chain([offer]);
    while bodies().any(|body| body.windows(boundary.len()).any(|window| window == boundary.as_bytes())) {
        boundary.push('x');
        if boundary.len() > LONGEST_BOUNDARY {
            return None;
        }
    }
    let mut body = Vec::new();
    if !offer.is_empty() {
        body.extend_from_slice(format!("--{boundary}\r\nContent-Type: {SDP}\r\n\r\n").as_bytes());
        body.extend_from_slice(offer);
        body.extend_from_slice(b"\r\n");
    }
    for BodyPart { content_type, content_id, body: inner } in parts {
        let head = format!(
            "--{boundary}\r\nContent-Type: {content_type}\r\nContent-ID: <{content_id}>\r\n\
             Content-Disposition: by-reference;handling=optional\r\n\r\n"
        );
        body.extend_from_slice(head.as_bytes());
        body.extend_from_slice(inner);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(format!("--{boundary}--\r\n").as_bytes());
    Some((format!("multipart/mixed;boundary={boundary}"), body))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn invite(headers: &str, body: &str) -> Message {
        let text = format!(
            "INVITE sip:101@office.example SIP/2.0\r\nVia: SIP/2.0/UDP 198.51.100.1;branch=z9hG4bK1\r\n\
             From: <sip:a@b.example>;tag=1\r\nTo: <sip:101@office.example>\r\nCall-ID: 1\r\nCSeq: 1 INVITE\r\n\
             {headers}Content-Length: {}\r\n\r\n{body}",
            body.len()
        );
        Message::parse(text.as_bytes()).unwrap()
    }

    fn status(headers: &str, body: &str) -> u16 {
        offer_of(&invite(headers, body)).map_or_else(|reply| reply.status, |_| 200)
    }

    #[test]
    fn a_description_is_found_among_other_parts() {
        let body = "preamble\r\n--edge\r\nContent-Type: application/isup\r\n\r\n\u{1}\u{2}\r\n\
                    --edge\r\ncontent-type: application/sdp;charset=utf-8\r\n\r\nv=0\r\n\r\n--edge--\r\n";
        let message = invite("Content-Type: multipart/mixed;boundary=\"edge\"\r\n", body);
        assert_eq!(offer_of(&message).unwrap(), b"v=0\r\n");
    }

    #[test]
    fn a_description_is_found_within_parts_of_parts_and_in_answers() {
        let inner = "--in\r\nContent-Type: application/isup\r\n\r\nx\r\n--in\r\nContent-Type: application/sdp\r\n\r\n\
                     v=0\r\n\r\n--in--\r\n";
        let body = format!(
            "--edge\r\nContent-Type: multipart/alternative; Boundary = \"in\"\r\n\r\n{inner}\r\n--edge--\r\n"
        );
        let named = "Content-Type: multipart/mixed ;BOUNDARY=edge\r\n";
        assert_eq!(offer_of(&invite(named, &body)).unwrap(), b"v=0\r\n");
        assert_eq!(description_of(&invite(named, &body)), b"v=0\r\n");
        assert_eq!(description_of(&invite("Content-Type: application/sdp\r\n", "v=0")), b"v=0");
        assert_eq!(description_of(&invite("Content-Type: application/isup\r\n", "x")), b"");
        assert_eq!(description_of(&invite("", "")), b"");
    }

    #[test]
    fn what_cannot_be_read_is_refused_with_what_can() {
        assert_eq!(status("Content-Type: application/sdp\r\n", "v=0\r\n"), 200);
        assert_eq!(status("", ""), 200);
        assert_eq!(status("Content-Type: application/unknown\r\n", "?"), 415);
        assert_eq!(
            status("Content-Type: application/unknown\r\nContent-Disposition: x;handling=optional\r\n", "?"),
            200
        );
        assert_eq!(status("Content-Type: application/sdp\r\nContent-Encoding: gzip\r\n", "?"), 415);
        assert_eq!(status("Content-Type: multipart/mixed;boundary=edge\r\n", "--edge\r\n--edge--"), 415);
        assert_eq!(status("Content-Type: multipart/mixed\r\n", "--edge"), 415);
    }

    #[test]
    fn who_would_not_read_our_answer_gets_none() {
        assert_eq!(status("Accept: text/other\r\nContent-Type: application/sdp\r\n", "v=0\r\n"), 406);
        assert_eq!(status("Accept: text/other, Application/SDP;level=1\r\n", ""), 200);
        assert_eq!(status("Accept: */*\r\n", ""), 200);
    }
}
