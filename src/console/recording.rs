//! The recording of a call, whole or in the parts that a player asks for (RFC 9110, 14).

use std::{io, path::Path};

use axum::{
    body::Body,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use tokio::io::{AsyncReadExt, AsyncSeekExt};

use crate::types::CallId;

/// Read from the disk and handed on at once.
const PIECE: u64 = 64 * 1024;

/// Is it the bare name of a file? The names are ours; a path in one would mean that the row was tampered with.
pub(super) fn is_bare(name: &str) -> bool {
    !name.is_empty() && !name.starts_with('.') && !name.contains(['/', '\\', '\0'])
}

/// Where a part of a call's recording is served, by its number from 1.
pub(super) fn link(call: CallId, part: usize) -> String {
    match part {
        1 => format!("/calls/{call}/recording.wav"),
        _ => format!("/calls/{call}/recording.wav?part={part}"),
    }
}

/// What a request wants of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wanted {
    Whole,
    /// From this byte on, up to but without the other.
    Part(u64, u64),
    /// A part that the file does not have.
    Nothing,
}

impl Wanted {
    /// Without a validator of ours (`ETag`, `Last-Modified`) no `If-Range` can match, and several parts at once are
    /// more than a player needs: both get the whole file, as the RFC allows.
    fn of(headers: &HeaderMap, length: u64) -> Self {
        let range = headers.get(header::RANGE).and_then(|value| value.to_str().ok());
        match range {
            Some(range) if !headers.contains_key(header::IF_RANGE) => Self::read(range, length),
            _ => Self::Whole,
        }
    }

    fn read(range: &str, length: u64) -> Self {
        let number = |text: &str| -> Option<u64> {
            let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
            // More digits than fit: past the end of every file.
            digits.then(|| text.parse().unwrap_or(u64::MAX))
        };
        let Some((from, to)) = range.strip_prefix("bytes=").and_then(|span| span.split_once('-')) else {
            return Self::Whole;
        };
        let (from, until) = match (from, number(from), to, number(to)) {
            ("", _, _, Some(last)) => (length.saturating_sub(last), if last == 0 { 0 } else { length }),
            (_, Some(from), "", _) => (from, length),
            (_, Some(from), _, Some(to)) if from <= to => (from, to.saturating_add(1).min(length)),
            _ => return Self::Whole,
        };
        if from < until { Self::Part(from, until) } else { Self::Nothing }
    }
}

/// The file, or `None` if there is none that can be read.
pub(super) async fn wav(path: &Path, name: &str, headers: &HeaderMap) -> Option<Response> {
    let mut file = tokio::fs::File::open(path).await.ok()?;
    let about = file.metadata().await.ok().filter(std::fs::Metadata::is_file)?;
    let length = about.len();
    let (status, from, until) = match Wanted::of(headers, length) {
        Wanted::Whole => (StatusCode::OK, 0, length),
        Wanted::Part(from, until) => (StatusCode::PARTIAL_CONTENT, from, until),
        Wanted::Nothing => {
            let whole = [(header::CONTENT_RANGE, format!("bytes */{length}"))];
            return Some((StatusCode::RANGE_NOT_SATISFIABLE, whole).into_response());
        }
    };
    file.seek(io::SeekFrom::Start(from)).await.ok()?;
    let mut response = (
        status,
        [
            (header::CONTENT_TYPE, "audio/wav".to_owned()),
            (header::CONTENT_LENGTH, (until - from).to_string()),
            (header::ACCEPT_RANGES, "bytes".to_owned()),
            (header::CONTENT_DISPOSITION, format!("inline; filename=\"{name}\"")),
        ],
        Body::from_stream(pieces(file, until - from)),
    )
        .into_response();
    if status == StatusCode::PARTIAL_CONTENT
        && let Ok(value) = HeaderValue::from_str(&format!("bytes {from}-{}/{length}", until - 1))
    {
        response.headers_mut().insert(header::CONTENT_RANGE, value);
    }
    Some(response)
}

/// The next `left` bytes. A file that turns out shorter breaks the connection off, so that nobody takes it for whole.
fn pieces(file: tokio::fs::File, left: u64) -> impl futures_util::Stream<Item = io::Result<Vec<u8>>> {
    futures_util::stream::unfold((file, left), |(mut file, left)| async move {
        if left == 0 {
            return None;
        }
        let mut piece = vec![0; usize::try_from(left.min(PIECE)).unwrap_or_default()];
        match file.read(&mut piece).await {
            Ok(0) => Some((Err(io::ErrorKind::UnexpectedEof.into()), (file, 0))),
            Ok(read) => {
                piece.truncate(read);
                Some((Ok(piece), (file, left - read as u64)))
            }
            Err(error) => Some((Err(error), (file, 0))),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_is_a_span_inside_the_file() {
        for (range, wanted) in [
            ("bytes=0-", Wanted::Part(0, 100)),
            ("bytes=10-19", Wanted::Part(10, 20)),
            ("bytes=90-500", Wanted::Part(90, 100)),
            ("bytes=-5", Wanted::Part(95, 100)),
            ("bytes=-500", Wanted::Part(0, 100)),
            ("bytes=0-18446744073709551615", Wanted::Part(0, 100)),
            ("bytes=0-99999999999999999999999", Wanted::Part(0, 100)),
            ("bytes=100-", Wanted::Nothing),
            ("bytes=-0", Wanted::Nothing),
            ("bytes=99999999999999999999999-", Wanted::Nothing),
            ("bytes=20-10", Wanted::Whole),
            ("bytes=-", Wanted::Whole),
            ("bytes=1-2,4-5", Wanted::Whole),
            ("bytes=+1-2", Wanted::Whole),
            ("lines=1-2", Wanted::Whole),
        ] {
            assert_eq!(Wanted::read(range, 100), wanted, "{range}");
        }
        assert_eq!(Wanted::read("bytes=0-", 0), Wanted::Nothing);
    }

    #[test]
    fn a_name_with_a_path_in_it_is_not_ours() {
        assert!(is_bare("0000000000001.wav"));
        for name in ["", "..", ".hidden", "../portico.db", "a/b.wav", "/etc/passwd", "a\0.wav", "..\\a.wav"] {
            assert!(!is_bare(name), "{name}");
        }
    }
}
