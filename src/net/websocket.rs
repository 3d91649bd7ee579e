//! WebSocket (RFC 6455) for browsers that speak SIP (RFC 7118): the handshake with its rules, and the sizes.

use tokio::io::{AsyncRead, AsyncWrite};
use tokio_tungstenite::{
    WebSocketStream, accept_hdr_async_with_config,
    tungstenite::{
        self,
        handshake::server::{ErrorResponse, Request, Response},
        http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
        protocol::WebSocketConfig,
    },
};

/// The subprotocol that both sides must name (RFC 7118, 4.1).
const SUBPROTOCOL: &str = "sip";
/// The largest message, and the most that waits to be written.
const LARGEST: usize = 64 * 1024;

/// Whose pages may connect: a page of any other origin is refused, so that no web page that somebody at the office opens
/// can use their browser to reach the box.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Origins {
    /// Hosts whose pages may connect, whatever the scheme and port.
    pub hosts: Vec<String>,
    /// Whole origins, such as `https://phones.example`.
    pub exact: Vec<String>,
}

impl Origins {
    /// May a page of this origin connect?
    pub fn allow(&self, origin: &str) -> bool {
        let host = origin.split_once("://").map(|(_, rest)| {
            let end = if rest.starts_with('[') { rest.find(']').map(|at| at + 1) } else { rest.find(':') };
            rest[..end.unwrap_or(rest.len())].trim_matches(['[', ']'])
        });
        self.exact.iter().any(|own| own.eq_ignore_ascii_case(origin))
            || host.is_some_and(|host| self.hosts.iter().any(|own| own.eq_ignore_ascii_case(host)))
    }
}

/// The server's side of the handshake. Programs that are no browser send no Origin and need none.
pub(super) async fn accept<S>(stream: S, origins: &Origins) -> Result<WebSocketStream<S>, tungstenite::Error>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let config = WebSocketConfig::default()
        .read_buffer_size(4 * 1024)
        .write_buffer_size(0)
        .max_write_buffer_size(2 * LARGEST)
        .max_message_size(Some(LARGEST))
        .max_frame_size(Some(LARGEST));
    #[expect(clippy::result_large_err, reason = "the crate's own type of a refusal")]
    let rules = |request: &Request, mut response: Response| -> Result<Response, ErrorResponse> {
        let headers = request.headers();
        if let Some(origin) = headers.get(header::ORIGIN)
            && !origin.to_str().is_ok_and(|origin| origins.allow(origin))
        {
            return Err(refusal(StatusCode::FORBIDDEN));
        }
        if !offers(headers, header::SEC_WEBSOCKET_PROTOCOL) {
            return Err(refusal(StatusCode::BAD_REQUEST));
        }
        response.headers_mut().insert(header::SEC_WEBSOCKET_PROTOCOL, HeaderValue::from_static(SUBPROTOCOL));
        Ok(response)
    };
    accept_hdr_async_with_config(stream, rules, Some(config)).await
}

fn offers(headers: &HeaderMap, name: HeaderName) -> bool {
    headers
        .get_all(name)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .any(|offered| offered.trim().eq_ignore_ascii_case(SUBPROTOCOL))
}

fn refusal(status: StatusCode) -> ErrorResponse {
    let mut response = ErrorResponse::new(None);
    *response.status_mut() = status;
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_of_the_console_may_connect_and_no_other() {
        let origins = Origins {
            hosts: vec!["portico.local".to_owned(), "192.168.1.10".to_owned(), "2001:db8::1".to_owned()],
            exact: vec!["https://phones.example".to_owned()],
        };
        for origin in [
            "https://portico.local",
            "http://Portico.Local:8080",
            "https://192.168.1.10:8443",
            "https://[2001:db8::1]:8443",
            "https://phones.example",
        ] {
            assert!(origins.allow(origin), "{origin}");
        }
        for origin in [
            "https://evil.example",
            "https://portico.local.evil.example",
            "null",
            "",
            "http://phones.example",
            "portico.local",
        ] {
            assert!(!origins.allow(origin), "{origin}");
        }
    }
}
