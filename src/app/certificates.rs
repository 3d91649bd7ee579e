//! The certificate that phones and browsers are shown: the office's own, or one of the box's own authority; watched and renewed.
//!
//! The files are in `tls` below the store's folder, the keys for nobody but the box. Connections never notice a change.

use std::{
    fs, io,
    net::{IpAddr, SocketAddr},
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError, mpsc},
    thread,
    time::{Duration, SystemTime},
};

use anyhow::Context;

use super::{clock, whole_file};
use crate::{
    config::Config,
    console::{Shown, Vitals},
    net::{Authority, Certificate, Identity, Issued},
};

/// Below the store's folder.
pub(super) const FOLDER: &str = "tls";

/// How often the files are looked at.
const EVERY: Duration = Duration::from_secs(60);
/// A certificate of our own is renewed when it is good for less.
const RENEW: Duration = Duration::from_secs(30 * 86_400);

/// See the module's sentence.
#[derive(Debug)]
pub struct Certificates {
    own: Option<(PathBuf, PathBuf)>,
    folder: PathBuf,
    office: String,
    names: Vec<String>,
    identity: Identity,
    /// What is shown now: chain and key, as PEM.
    current: Issued,
    vitals: Arc<Mutex<Vitals>>,
}

impl Certificates {
    /// Reads the office's certificate, or makes what is missing of the box's own. A certificate of the office that cannot
    /// be used is said on the health page; until it is mended the box shows its own.
    ///
    /// # Errors
    /// When the folder or the keys cannot be made.
    pub fn open(config: &Config, vitals: Arc<Mutex<Vitals>>) -> anyhow::Result<Self> {
        let folder = config.store.folder.join(FOLDER);
        whole_file::private_folder(&folder)
            .with_context(|| format!("the folder {} cannot be made", folder.display()))?;
        let names = names(config);
        let office = config.office.name.clone();
        let own = config.tls.own.clone();
        let made = ours(&folder, &office, &names, now())?;
        let identity = Identity::new(made.certificate.as_bytes(), made.key.as_bytes())?;
        let mut certificates = Self { own, folder, office, names, identity, current: made, vitals };
        certificates.look();
        Ok(certificates)
    }

    /// To accept connections with.
    pub fn identity(&self) -> Identity {
        self.identity.clone()
    }

    /// Watches until told to stop (the sender is dropped).
    ///
    /// # Errors
    /// When the system gives no thread.
    pub fn keep(mut self) -> io::Result<(mpsc::Sender<()>, thread::JoinHandle<()>)> {
        let (stop, stopped) = mpsc::channel();
        let thread = thread::Builder::new().name("certificates".into()).spawn(move || {
            while stopped.recv_timeout(EVERY) == Err(mpsc::RecvTimeoutError::Timeout) {
                self.look();
            }
        })?;
        Ok((stop, thread))
    }

    /// Takes up what has changed on the disk or with time, and reports.
    fn look(&mut self) {
        let outcome = match &self.own {
            Some((chain, key)) => read_own(chain, key),
            None => ours(&self.folder, &self.office, &self.names, now()),
        };
        let problem = outcome.and_then(|issued| {
            if issued.certificate != self.current.certificate || issued.key != self.current.key {
                self.identity.replace(issued.certificate.as_bytes(), issued.key.as_bytes())?;
                tracing::info!("a new certificate is shown from now on");
                self.current = issued;
            }
            Ok(())
        });
        let problem = problem.err().map(|error| format!("{error:#}"));
        if let Some(why) = &problem {
            tracing::error!(%why, "the certificate cannot be taken on; the one before stays");
        }
        let certificate = Certificate::read(self.current.certificate.as_bytes()).ok();
        let mut vitals = self.vitals.lock().unwrap_or_else(PoisonError::into_inner);
        vitals.certificate = certificate.map(|certificate| Shown {
            days: certificate.left(now()).as_secs() / 86_400,
            own: self.own.is_some(),
            names: certificate.names,
            problem,
        });
        vitals.authority = fs::read_to_string(self.folder.join("ca.pem")).ok();
    }
}

fn now() -> SystemTime {
    SystemTime::from(clock::wall())
}

fn read_own(chain: &Path, key: &Path) -> anyhow::Result<Issued> {
    let read =
        |path: &Path| fs::read_to_string(path).with_context(|| format!("{} cannot be read", path.display()));
    let issued = Issued { certificate: read(chain)?, key: read(key)? };
    Identity::new(issued.certificate.as_bytes(), issued.key.as_bytes())
        .with_context(|| format!("{} with {}", chain.display(), key.display()))?;
    Ok(issued)
}

/// The certificate of the box's own authority, made or renewed if need be.
fn ours(folder: &Path, office: &str, names: &[String], now: SystemTime) -> anyhow::Result<Issued> {
    let authority = authority(folder, office, now)?;
    let (chain, key) = (folder.join("server.pem"), folder.join("server.key"));
    if let (Ok(certificate), Ok(key)) = (fs::read_to_string(&chain), fs::read_to_string(&key))
        && let Ok(read) = Certificate::read(certificate.as_bytes())
        && read.left(now) > RENEW
        && names.iter().all(|name| read.names.contains(name))
        && certificate.contains(authority.certificate().trim())
        && Identity::new(certificate.as_bytes(), key.as_bytes()).is_ok()
    {
        return Ok(Issued { certificate, key });
    }
    let issued = authority.issue(names, now).context("a certificate cannot be made")?;
    keep_secret(&key, &issued.key)?;
    keep_secret(&chain, &issued.certificate)?;
    Ok(issued)
}

/// The authority, made once: it is in every phone of the office.
fn authority(folder: &Path, office: &str, now: SystemTime) -> anyhow::Result<Authority> {
    let (certificate, key, name) = (folder.join("ca.pem"), folder.join("ca.key"), folder.join("ca.name"));
    if let (Ok(certificate), Ok(key), Ok(name)) =
        (fs::read_to_string(&certificate), fs::read_to_string(&key), fs::read_to_string(&name))
    {
        return Authority::open(name.trim(), &Issued { certificate, key })
            .context("the box's own authority (tls/ca.key) is damaged: restore it from a copy, or delete the folder `tls` and \
                      give the phones the new one");
    }
    let called = format!("{office} telephones");
    let made = Authority::make(&called, now).context("an authority cannot be made")?;
    keep_secret(&key, &made.key)?;
    keep_secret(&name, &called)?;
    keep_secret(&certificate, &made.certificate)?;
    Ok(Authority::open(&called, &made)?)
}

fn keep_secret(path: &Path, text: &str) -> anyhow::Result<()> {
    whole_file::write(path, text.as_bytes()).with_context(|| format!("{} cannot be written", path.display()))
}

/// Where the certificate of the box's own authority is kept.
pub fn authority_file(config: &Config) -> PathBuf {
    config.store.folder.join(FOLDER).join("ca.pem")
}

/// Every name and address by which somebody may call the box.
pub fn names(config: &Config) -> Vec<String> {
    let mut names = config.tls.names.clone();
    // What phones are told to connect to they check the certificate for.
    names.extend(config.phones.server.clone());
    let host = fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    let host = host.trim();
    if !host.is_empty() && host.bytes().all(|b| b.is_ascii_alphanumeric() || b"-.".contains(&b)) {
        names.push(host.to_ascii_lowercase());
        if !host.contains('.') {
            names.push(format!("{}.local", host.to_ascii_lowercase()));
        }
    }
    names.push("localhost".to_owned());
    let listened = config.sip.transports.plain.iter().chain(&config.sip.transports.tls);
    let addresses = listened.copied().map(super::sockets::told).chain([config.console.listen]);
    let addresses = addresses.map(|address: SocketAddr| address.ip()).chain(config.sip.advertised);
    for address in addresses.chain([IpAddr::from([127, 0, 0, 1])]).filter(|address| !address.is_unspecified())
    {
        names.push(address.to_string());
    }
    let mut seen = std::collections::BTreeSet::new();
    names.retain(|name| seen.insert(name.clone()));
    names
}

/// The same, and what the office's own certificate is for: what phones may call the box. Addresses are known by themselves.
pub fn own_names(config: &Config) -> Vec<String> {
    let mut names = names(config);
    if let Some((chain, _)) = &config.tls.own {
        let shown = fs::read(chain).ok().and_then(|pem| Certificate::read(&pem).ok());
        names.extend(shown.map(|certificate| certificate.names).unwrap_or_default());
    }
    names.retain(|name| name.parse::<IpAddr>().is_err());
    names
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    fn empty(name: &str) -> PathBuf {
        let folder = std::env::temp_dir().join(format!("portico-tls-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).unwrap();
        folder
    }

    #[test]
    fn the_authority_is_made_once_and_the_certificate_renewed_a_month_before_it_ends() {
        let folder = empty("renewal");
        let start = SystemTime::UNIX_EPOCH + Duration::from_secs(1_800_000_000);
        let names = ["portico.local".to_owned(), "192.0.2.1".to_owned()];
        let first = ours(&folder, "Maple Court", &names, start).unwrap();
        let authority = fs::read_to_string(folder.join("ca.pem")).unwrap();
        for key in ["ca.key", "server.key"] {
            assert_eq!(fs::metadata(folder.join(key)).unwrap().permissions().mode() & 0o777, 0o600, "{key}");
        }
        let later = start + Duration::from_secs(300 * 86_400);
        assert_eq!(ours(&folder, "Maple Court", &names, later).unwrap().certificate, first.certificate);
        let nearly = start + Duration::from_secs(380 * 86_400);
        let renewed = ours(&folder, "Birch Hill", &names, nearly).unwrap();
        assert_ne!(renewed.certificate, first.certificate);
        assert!(
            renewed.certificate.contains(authority.trim()),
            "phones believe the same authority as before"
        );
        let moved = ours(&folder, "Birch Hill", &["192.0.2.2".to_owned()], nearly).unwrap();
        assert_ne!(moved.certificate, renewed.certificate, "the box has another address");
        fs::remove_dir_all(&folder).unwrap();
    }

    #[test]
    fn an_own_certificate_without_its_key_is_refused_with_the_files_names() {
        let folder = empty("own");
        let issued = ours(&folder, "Maple Court", &["a.example".to_owned()], SystemTime::UNIX_EPOCH).unwrap();
        assert!(read_own(&folder.join("server.pem"), &folder.join("server.key")).is_ok());
        let error = read_own(&folder.join("server.pem"), &folder.join("ca.key")).unwrap_err();
        assert!(format!("{error:#}").contains("ca.key"), "{error:#}");
        assert!(
            format!("{:#}", read_own(Path::new("/nowhere"), Path::new("/x")).unwrap_err())
                .contains("/nowhere")
        );
        drop(issued);
        fs::remove_dir_all(&folder).unwrap();
    }
}
