//! Hands one mail to the office's mail server (RFC 5321), over TLS or after STARTTLS (RFC 3207, 8314), with a password if it
//! wants one (RFC 4954), and says what came of it.
//!
//! The one thing that matters: until the last dot has been written the server must not deliver anything (RFC 5321, 4.1.1.4),
//! so whatever breaks before may be tried again; what breaks between the dot and its answer, nobody can tell. The clients
//! that there are do not say on which side of the dot a connection broke: this is why it is ours.

use std::{
    io::{self, Read, Write},
    net::{TcpStream, ToSocketAddrs},
    sync::Arc,
    time::Duration,
};

use base64::{Engine, prelude::BASE64_STANDARD};
use rustls::{ClientConfig, ClientConnection, StreamOwned, pki_types::ServerName};

use super::Mail;
use crate::types::EmailAddress;

/// A server that does not even take the connection.
const CONNECT: Duration = Duration::from_secs(15);
/// For an answer to a command; RFC 5321, 4.5.3.2 asks for two to five minutes, which no server that works needs.
const ANSWER: Duration = Duration::from_secs(120);
/// For the answer to the last dot (4.5.3.2.6): whoever gives up too soon sends a mail twice or not at all.
const LAST_ANSWER: Duration = Duration::from_secs(600);
/// The longest line of an answer, and the most lines of one, that are read.
const LONGEST_LINE: usize = 2_048;
const MOST_LINES: usize = 100;

/// The office's mail server.
#[derive(Debug, Clone)]
pub struct SmtpServer {
    /// As connected to, and what its certificate must be for.
    pub host: String,
    pub port: u16,
    pub security: Security,
    pub login: Option<Login>,
    /// What we call ourselves in EHLO.
    pub name: String,
    pub from: EmailAddress,
    /// Whom we believe.
    pub tls: Arc<ClientConfig>,
}

/// How the way is secured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Security {
    /// TLS from the first byte (port 465).
    Tls,
    /// TLS after STARTTLS, and never without (port 587).
    StartTls,
    /// In the clear: a server of this very machine or network.
    None,
}

/// Name and password.
#[derive(Clone, PartialEq, Eq)]
pub struct Login {
    pub user: String,
    pub password: String,
}

impl std::fmt::Debug for Login {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Login({}, …)", self.user)
    }
}

/// What came of it; the status is the server's, 0 if it never gave one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    Accepted,
    /// Nothing was delivered, and another try may help.
    Later {
        status: u16,
        why: String,
    },
    /// The server will not have this mail.
    Never {
        status: u16,
        why: String,
    },
    /// Between the last dot and its answer the connection broke.
    Unknown {
        why: String,
    },
}

/// Hands it over. Waits for the server, so it belongs on a thread of its own.
pub fn hand_over(server: &SmtpServer, mail: &Mail) -> Outcome {
    match conversation(server, mail) {
        Ok(()) => Outcome::Accepted,
        Err(Broken::Wire(error)) => Outcome::Later { status: 0, why: error.to_string() },
        Err(Broken::AfterTheDot(error)) => Outcome::Unknown { why: error.to_string() },
        Err(Broken::Refused { reply, about: About::Mail }) if reply.status >= 500 => {
            Outcome::Never { status: reply.status, why: reply.text }
        }
        // A wrong password or a server that is being mended: the mail is not to blame.
        Err(Broken::Refused { reply, .. }) => Outcome::Later { status: reply.status, why: reply.text },
        Err(Broken::NotSecure) => Outcome::Later {
            status: 0,
            why: "the server offers no STARTTLS; nothing is sent in the clear".into(),
        },
    }
}

/// Why a conversation ended before its end.
#[derive(Debug)]
enum Broken {
    Wire(io::Error),
    AfterTheDot(io::Error),
    Refused { reply: Reply, about: About },
    NotSecure,
}

impl From<io::Error> for Broken {
    fn from(error: io::Error) -> Self {
        Self::Wire(error)
    }
}

/// What a refusal is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum About {
    Server,
    Mail,
}

#[derive(Debug)]
struct Reply {
    status: u16,
    /// All its lines, with a blank between them.
    text: String,
    lines: Vec<String>,
}

fn conversation(server: &SmtpServer, mail: &Mail) -> Result<(), Broken> {
    let stream = connect(server)?;
    let mut wire = match server.security {
        Security::Tls => Wire::secured(stream, server)?,
        Security::StartTls | Security::None => Wire::Plain(stream),
    };
    wire.expect(220, About::Server)?;
    let mut offers = wire.greet(&server.name)?;
    if server.security == Security::StartTls {
        if !offers.iter().any(|offer| offer.eq_ignore_ascii_case("STARTTLS")) {
            return Err(Broken::NotSecure);
        }
        wire.command("STARTTLS", 220, About::Server)?;
        let Wire::Plain(stream) = wire else { return Err(Broken::NotSecure) };
        wire = Wire::secured(stream, server)?;
        // What was said in the clear is forgotten (RFC 3207, 4.2).
        offers = wire.greet(&server.name)?;
    }
    if let Some(login) = &server.login {
        wire.log_in(login, &offers)?;
    }
    wire.command(&format!("MAIL FROM:<{}>", mail.from), 250, About::Mail)?;
    // 251: it will forward (RFC 5321, 4.2.3).
    let to = format!("RCPT TO:<{}>", mail.to);
    wire.command_with(&to, &[250, 251], About::Mail)?;
    wire.command("DATA", 354, About::Mail)?;
    wire.write_all(&stuffed(&mail.write()))?;
    wire.flush()?;
    wire.stream().set_read_timeout(Some(LAST_ANSWER))?;
    let dot = wire.write_all(b".\r\n").and_then(|()| wire.flush());
    dot.map_err(Broken::AfterTheDot)?;
    let reply = wire.reply().map_err(Broken::AfterTheDot)?;
    if reply.status / 100 != 2 {
        return Err(Broken::Refused { reply, about: About::Mail });
    }
    // It has it. Whether the farewell arrives matters to nobody.
    drop(wire.write_all(b"QUIT\r\n").and_then(|()| wire.flush()));
    Ok(())
}

fn connect(server: &SmtpServer) -> io::Result<TcpStream> {
    let mut last = io::Error::new(io::ErrorKind::NotFound, "the name of the mail server has no address");
    for address in (server.host.as_str(), server.port).to_socket_addrs()? {
        match TcpStream::connect_timeout(&address, CONNECT) {
            Ok(stream) => {
                stream.set_read_timeout(Some(ANSWER))?;
                stream.set_write_timeout(Some(ANSWER))?;
                return Ok(stream);
            }
            Err(error) => last = error,
        }
    }
    Err(last)
}

/// A line that begins with a dot gets another one (RFC 5321, 4.5.2), and the last line is ended.
fn stuffed(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len() + 2);
    for line in text.split_inclusive(|byte| *byte == b'\n') {
        if line.starts_with(b".") {
            out.push(b'.');
        }
        out.extend_from_slice(line);
    }
    if !out.ends_with(b"\r\n") {
        out.extend_from_slice(b"\r\n");
    }
    out
}

/// The connection, before and after it is secured.
enum Wire {
    Plain(TcpStream),
    Secured(Box<StreamOwned<ClientConnection, TcpStream>>),
}

impl Wire {
    fn secured(stream: TcpStream, server: &SmtpServer) -> Result<Self, Broken> {
        let name = ServerName::try_from(server.host.clone()).map_err(io::Error::other)?;
        let tls = ClientConnection::new(Arc::clone(&server.tls), name).map_err(io::Error::other)?;
        Ok(Self::Secured(Box::new(StreamOwned::new(tls, stream))))
    }

    fn stream(&self) -> &TcpStream {
        match self {
            Self::Plain(stream) => stream,
            Self::Secured(secured) => &secured.sock,
        }
    }

    fn command(&mut self, command: &str, wanted: u16, about: About) -> Result<Reply, Broken> {
        self.command_with(command, &[wanted], about)
    }

    fn command_with(&mut self, command: &str, wanted: &[u16], about: About) -> Result<Reply, Broken> {
        self.write_all(format!("{command}\r\n").as_bytes())?;
        self.flush()?;
        let reply = self.reply()?;
        if wanted.contains(&reply.status) { Ok(reply) } else { Err(Broken::Refused { reply, about }) }
    }

    fn expect(&mut self, wanted: u16, about: About) -> Result<Reply, Broken> {
        let reply = self.reply()?;
        if reply.status == wanted { Ok(reply) } else { Err(Broken::Refused { reply, about }) }
    }

    /// What the server can do.
    fn greet(&mut self, name: &str) -> Result<Vec<String>, Broken> {
        let reply = self.command(&format!("EHLO {name}"), 250, About::Server)?;
        Ok(reply.lines.into_iter().skip(1).collect())
    }

    fn log_in(&mut self, login: &Login, offers: &[String]) -> Result<(), Broken> {
        let offered = |method: &str| {
            offers.iter().any(|offer| {
                let mut words = offer.split([' ', '=']);
                words.next().is_some_and(|word| word.eq_ignore_ascii_case("AUTH"))
                    && words.any(|word| word.eq_ignore_ascii_case(method))
            })
        };
        // RFC 4616; LOGIN where a server knows nothing else.
        if offered("PLAIN") || !offered("LOGIN") {
            let proof = BASE64_STANDARD.encode(format!("\0{}\0{}", login.user, login.password));
            self.command(&format!("AUTH PLAIN {proof}"), 235, About::Server)?;
        } else {
            self.command("AUTH LOGIN", 334, About::Server)?;
            self.command(&BASE64_STANDARD.encode(&login.user), 334, About::Server)?;
            self.command(&BASE64_STANDARD.encode(&login.password), 235, About::Server)?;
        }
        Ok(())
    }

    /// One answer, of as many lines as it has (RFC 5321, 4.2.1).
    fn reply(&mut self) -> io::Result<Reply> {
        let odd = || io::Error::new(io::ErrorKind::InvalidData, "the mail server does not speak SMTP");
        let mut lines = Vec::new();
        loop {
            let line = self.line()?;
            let status: u16 = line.get(..3).and_then(|digits| digits.parse().ok()).ok_or_else(odd)?;
            lines.push(line.get(4..).unwrap_or_default().trim_end().to_owned());
            if line.as_bytes().get(3) != Some(&b'-') {
                return Ok(Reply { status, text: lines.join(" "), lines });
            }
            if lines.len() >= MOST_LINES {
                return Err(odd());
            }
        }
    }

    /// Byte by byte: nothing of what follows a STARTTLS may be read before the handshake.
    fn line(&mut self) -> io::Result<String> {
        let mut line = Vec::new();
        let mut byte = [0];
        while line.len() < LONGEST_LINE && self.read(&mut byte)? == 1 {
            match byte {
                [b'\n'] => return Ok(String::from_utf8_lossy(&line).into_owned()),
                [byte] => line.push(byte),
            }
        }
        Err(io::Error::new(io::ErrorKind::UnexpectedEof, "the mail server has hung up, or babbles"))
    }
}

impl Read for Wire {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Plain(stream) => stream.read(into),
            Self::Secured(secured) => secured.read(into),
        }
    }
}

impl Write for Wire {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Plain(stream) => stream.write(bytes),
            Self::Secured(secured) => secured.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Plain(stream) => stream.flush(),
            Self::Secured(secured) => secured.flush(),
        }
    }
}

#[cfg(test)]
mod tests;
