//! A form with one file (RFC 7578): where the file is in the body, and the proof that the form is ours.

/// What a form of ours brings along.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Upload {
    pub csrf: String,
    /// Where the file begins in the body, and its length.
    pub file: (usize, usize),
}

/// Our forms have two fields and a browser writes a few lines for each.
const MOST_PARTS: usize = 8;
const LONGEST_HEAD: usize = 2_048;

/// Reads a body of this content type; `None` if it is no such form.
pub(super) fn read(content_type: &str, body: &[u8]) -> Option<Upload> {
    let boundary = boundary(content_type)?;
    let delimiter = format!("\r\n--{boundary}").into_bytes();
    let (mut csrf, mut file) = (None, None);
    // The first boundary may stand at the very beginning, without the line break before it.
    let mut at = if body.starts_with(&delimiter[2..]) {
        delimiter.len() - 2
    } else {
        find(body, &delimiter)? + delimiter.len()
    };
    for _ in 0..MOST_PARTS {
        if body.get(at..)?.starts_with(b"--") {
            break;
        }
        // Spaces may follow a boundary (RFC 2046, 5.1.1).
        at += find(body.get(at..(at + 256).min(body.len()))?, b"\r\n")? + 2;
        let head_end = find(body.get(at..(at + LONGEST_HEAD).min(body.len()))?, b"\r\n\r\n")?;
        let head = std::str::from_utf8(&body[at..at + head_end]).ok()?;
        let begins = at + head_end + 4;
        let length = find(body.get(begins..)?, &delimiter)?;
        match name(head)? {
            "csrf" => csrf = Some(String::from_utf8(body[begins..begins + length].to_vec()).ok()?),
            "file" => file = Some((begins, length)),
            _ => {}
        }
        at = begins + length + delimiter.len();
    }
    Some(Upload { csrf: csrf?, file: file? })
}

fn boundary(content_type: &str) -> Option<&str> {
    let mut parts = content_type.split(';').map(str::trim);
    if !parts.next()?.eq_ignore_ascii_case("multipart/form-data") {
        return None;
    }
    let value = parts.find_map(|part| part.strip_prefix("boundary="))?.trim_matches('"');
    (!value.is_empty() && value.len() <= 70).then_some(value)
}

/// The field's name, from `Content-Disposition: form-data; name="csrf"`.
fn name(head: &str) -> Option<&str> {
    let line = head.split("\r\n").find(|line| {
        line.split_once(':').is_some_and(|(name, _)| name.trim().eq_ignore_ascii_case("content-disposition"))
    })?;
    let value = line.split(';').map(str::trim).find_map(|part| part.strip_prefix("name="))?;
    Some(value.trim_matches('"'))
}

fn find(text: &[u8], what: &[u8]) -> Option<usize> {
    memchr::memmem::find(text, what)
}

#[cfg(test)]
mod tests {
    use super::*;

    const KIND: &str = "multipart/form-data; boundary=----WebKitX";

    fn form() -> Vec<u8> {
        b"------WebKitX\r\nContent-Disposition: form-data; name=\"csrf\"\r\n\r\nproof\r\n------WebKitX\r\n\
          Content-Disposition: form-data; name=\"file\"; filename=\"a \\\"b\\\".wav\"\r\nContent-Type: audio/wav\r\n\r\n\
          RIFF\r\n--\x00\xff\r\n------WebKitX--\r\n"
            .to_vec()
    }

    #[test]
    fn the_file_is_found_as_it_is() {
        let body = form();
        let upload = read(KIND, &body).unwrap();
        assert_eq!(upload.csrf, "proof");
        let (start, length) = upload.file;
        assert_eq!(&body[start..start + length], b"RIFF\r\n--\x00\xff");
        let quoted = KIND.replace("----WebKitX", "\"----WebKitX\"");
        assert_eq!(read(&quoted, &body), Some(upload));
    }

    #[test]
    fn what_is_no_such_form_is_nothing_and_never_a_panic() {
        let body = form();
        assert_eq!(read("application/x-www-form-urlencoded", &body), None);
        assert_eq!(read("multipart/form-data", &body), None);
        assert_eq!(read(KIND, b""), None);
        let whole = read(KIND, &body);
        for cut in 0..body.len() - 6 {
            let read = read(KIND, &body[..cut]);
            assert!(read.is_none() || read == whole, "{cut}");
        }
    }
}
