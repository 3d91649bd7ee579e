//! A Portico in a process of its own, as an office runs it, and its JSON interface.

use std::{
    fs::{self, File},
    io::{BufRead, BufReader, Read, Write},
    net::{SocketAddr, TcpListener, TcpStream, UdpSocket},
    ops::RangeInclusive,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{
        atomic::{AtomicU16, Ordering},
        mpsc,
    },
    thread,
    time::Duration,
};

use serde_json::Value;

/// It serves within this time, on a busy machine too.
const STARTS_WITHIN: Duration = Duration::from_secs(20);

/// Portico, in a folder of its own; killed, and its folder removed, when it goes out of scope.
#[derive(Debug)]
pub struct Portico {
    child: Option<Child>,
    pub folder: PathBuf,
    pub sip: SocketAddr,
    console: SocketAddr,
    token: String,
}

/// Ports for those who listen: below the ones that Linux gives to outgoing connections (32768 and up), of which one was
/// taken between its choice and its use, and below the tests' media (20000 and up).
const LISTENERS: std::ops::Range<u16> = 10_000..20_000;

/// Each address has the ports up to the next one to itself: a phone's RTP and RTCP lie beside each other.
const APART: u16 = 4;

/// A UDP and TCP port that is free on this address now, given to nobody else in this process.
pub fn free_address(ip: &str) -> SocketAddr {
    static GIVEN: AtomicU16 = AtomicU16::new(0);
    let ip: std::net::IpAddr = ip.parse().unwrap();
    let places = (LISTENERS.end - LISTENERS.start) / APART;
    // Another process of tests beside this one begins elsewhere.
    let first = u16::try_from(std::process::id() % u32::from(places)).unwrap();
    loop {
        let place = (first + GIVEN.fetch_add(1, Ordering::Relaxed) % places) % places;
        let address = SocketAddr::from((ip, LISTENERS.start + APART * place));
        if UdpSocket::bind(address).is_ok() && TcpListener::bind(address).is_ok() {
            return address;
        }
    }
}

/// What every office of these tests begins with: who it is, where it listens (on ports that are free), where its sound goes
/// and its records. Speech, numbers, phones and carriers follow; the tables are all closed.
pub fn house(media: RangeInclusive<u16>) -> String {
    let (sip, console) = (free_address("127.0.0.1"), free_address("127.0.0.1"));
    format!(
        r#"
        [office]
        name = "Maple Court"
        zone = "America/Denver"
        on_call = "+1 303 555 0199"
        [sip]
        listen = "{sip}"
        rtp_ports = "{}-{}"
        [console]
        listen = "{console}"
        [store]
        folder = "data"
        "#,
        media.start(),
        media.end()
    )
}

impl Portico {
    /// Starts the program that cargo has built on this configuration, and waits until it says where it serves.
    ///
    /// The configuration's folder for records is to be `data`: everything stays below the test's own folder.
    pub fn start(name: &str, config: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("portico-{name}-{}", std::process::id()));
        drop(fs::remove_dir_all(&folder));
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("portico.toml"), config).unwrap();
        let unknown = SocketAddr::from(([0, 0, 0, 0], 0));
        let mut portico = Self { child: None, folder, sip: unknown, console: unknown, token: String::new() };
        portico.start_again();
        portico.token = portico.command(&["token", "--name", "test"]).trim().to_owned();
        portico
    }

    /// Starts it on the folder that is there.
    pub fn start_again(&mut self) {
        assert!(self.child.is_none());
        let log = File::options().create(true).append(true).open(self.folder.join("portico.log")).unwrap();
        let mut child = Command::new(env!("CARGO_BIN_EXE_portico"))
            .args(["run", "--quiet"])
            .current_dir(&self.folder)
            // The file decides which models are used, also when make has named some.
            .env_remove("PORTICO_MODELS")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(log.try_clone().unwrap())
            .spawn()
            .unwrap();
        let stdout = child.stdout.take().unwrap();
        self.child = Some(child);
        let (line, lines) = mpsc::channel();
        // What it says afterwards has to be read too, or it would wait for us one day.
        thread::spawn(move || {
            let mut log = log;
            for text in BufReader::new(stdout).lines().map_while(Result::ok) {
                drop(writeln!(log, "{text}"));
                drop(line.send(text));
            }
        });
        let place = |what: &str| loop {
            let Ok(text) = lines.recv_timeout(STARTS_WITHIN) else {
                panic!("Portico did not start: {}", self.log());
            };
            if let Some(place) = text.trim().strip_prefix(what) {
                return place.trim().split(' ').next().unwrap_or_default().to_owned();
            }
        };
        let (sip, console) = (place("SIP"), place("console"));
        self.sip = sip.parse().unwrap();
        self.console = console.trim_start_matches("http://").trim_end_matches('/').parse().unwrap();
    }

    /// The process's own number, while it runs.
    pub fn id(&self) -> u32 {
        self.child.as_ref().map_or(0, Child::id)
    }

    /// What it has written to its terminal so far.
    pub fn log(&self) -> String {
        fs::read_to_string(self.folder.join("portico.log")).unwrap_or_default()
    }

    /// What `portico …` says in the office's folder.
    pub fn command(&self, arguments: &[&str]) -> String {
        let program = Path::new(env!("CARGO_BIN_EXE_portico"));
        let output = Command::new(program).args(arguments).current_dir(&self.folder).output().unwrap();
        assert!(
            output.status.success(),
            "portico {arguments:?}: {}",
            String::from_utf8_lossy(&output.stderr)
        );
        String::from_utf8(output.stdout).unwrap()
    }

    /// `GET /api/v1/…`.
    ///
    /// # Errors
    /// When the process is not there, or ends meanwhile.
    pub fn get(&self, path: &str) -> std::io::Result<Value> {
        let mut stream = TcpStream::connect_timeout(&self.console, Duration::from_secs(5))?;
        stream.set_read_timeout(Some(Duration::from_secs(10)))?;
        write!(
            stream,
            "GET /api/v1/{path} HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {}\r\nConnection: close\r\n\r\n",
            self.console, self.token
        )?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        let (head, body) = answer.split_once("\r\n\r\n").ok_or(std::io::ErrorKind::UnexpectedEof)?;
        assert!(head.starts_with("HTTP/1.1 200 "), "{path}: {head}");
        serde_json::from_str(body).map_err(|_| std::io::ErrorKind::UnexpectedEof.into())
    }

    /// Everything of a list, page by page.
    ///
    /// # Errors
    /// As `get`.
    pub fn list(&self, what: &str) -> std::io::Result<Vec<Value>> {
        let (mut items, mut after) = (vec![], String::new());
        loop {
            let mut page = self.get(&format!("{what}?limit=200{after}"))?;
            items.append(page["items"].as_array_mut().unwrap());
            match page["next"].as_str() {
                Some(next) => after = format!("&after={next}"),
                None => return Ok(items),
            }
        }
    }

    /// SIGKILL, at once.
    pub fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            child.kill().unwrap();
            child.wait().unwrap();
        }
    }
}

impl Drop for Portico {
    fn drop(&mut self) {
        if thread::panicking() {
            eprintln!("What Portico (process {}) said:\n{}", self.id(), self.log());
        }
        self.kill();
        drop(fs::remove_dir_all(&self.folder));
    }
}
