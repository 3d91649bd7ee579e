//! `portico backup` and `portico restore`: the office in one file, and the way back from it.

use std::{
    fs,
    net::UdpSocket,
    path::{Path, PathBuf},
};

use anyhow::Context;
use jiff::tz::TimeZone;

use super::print;
use crate::{
    app::{
        backup::{self, RECORDS, Source},
        clock, whole_file,
    },
    config::Config,
    store::Store,
};

/// Writes the office to one file; Portico may be running. Without a name the file is `portico-DATE.tar`, here.
///
/// # Errors
/// When the configuration cannot be read, there are no records yet, the file is there already, or the disk is full.
pub fn backup(path: &Path, to: Option<&Path>, recordings: bool) -> anyhow::Result<()> {
    let config = read(path)?;
    let folder = &config.store.folder;
    let records = folder.join(RECORDS);
    anyhow::ensure!(records.is_file(), "there is no {}: Portico has not run here yet", records.display());
    let now = clock::wall();
    let name = PathBuf::from(format!("portico-{}.tar", now.to_zoned(TimeZone::system()).date()));
    let to = to.unwrap_or(&name);
    anyhow::ensure!(!to.exists(), "{} is there already; name another file", to.display());
    print(&format!("Copying {} …", folder.display()))?;
    let reader = Store::open(&records)?.reader();
    let source = Source { configuration: path, folder, reader: &reader, recordings };
    let contents = source.write(to, now)?;
    print(&format!(
        "{}: {} files, {}. It holds passwords and keys: keep it where only you can read it.",
        to.display(),
        contents.parts.len(),
        megabytes(contents.size())
    ))?;
    if !recordings {
        print("Call recordings are not in it; --recordings takes them along.")?;
    }
    for outside in outside(&config) {
        print(&format!("Not in it, as it lies outside {}: {}", folder.display(), outside.display()))?;
    }
    Ok(())
}

/// Brings a backup back: the configuration to `path`, the store to where that configuration has it. What is there is
/// only replaced with `force`, and then kept beside it.
///
/// # Errors
/// When the file is damaged or newer than this program, something is in the way, Portico is running, or the disk is full.
pub fn restore(from: &Path, path: &Path, force: bool) -> anyhow::Result<()> {
    let stamp = clock::wall().to_zoned(TimeZone::system()).strftime("%Y-%m-%dT%H%M%S").to_string();
    let unpacked = aside(path, "restoring", &stamp);
    print(&format!("Reading and checking {} …", from.display()))?;
    let contents = backup::unpack(from, &unpacked).with_context(|| format!("{}", from.display()))?;
    let placed = place(&unpacked, path, force, &stamp);
    let _ = fs::remove_dir_all(&unpacked);
    let config = placed?;
    print(&format!(
        "{} as it was on {} is back: {} files, {}.",
        config.office.name,
        contents.made.to_zoned(TimeZone::system()).strftime("%Y-%m-%d %H:%M"),
        contents.parts.len(),
        megabytes(contents.size())
    ))?;
    for outside in outside(&config).filter(|file| !file.exists()) {
        print(&format!("It needs a file that is not here: {}", outside.display()))?;
    }
    print(&format!("Start it: portico run --config {}", path.display()))
}

fn place(unpacked: &Path, path: &Path, force: bool, stamp: &str) -> anyhow::Result<Config> {
    let configuration = backup::configuration_in(unpacked);
    let text = fs::read_to_string(&configuration)?;
    let config = Config::parse(&path.display().to_string(), &text)?;
    let folder = &config.store.folder;
    for address in &config.sip.transports.plain {
        let taken = UdpSocket::bind(address).err();
        let taken = taken.filter(|error| error.kind() == std::io::ErrorKind::AddrInUse);
        anyhow::ensure!(taken.is_none(), "something answers on {address}: stop Portico first");
    }
    let in_the_way: Vec<&Path> =
        [path, folder.as_path()].into_iter().filter(|place| place.exists()).collect();
    if let (Some(place), false) = (in_the_way.first(), force) {
        anyhow::bail!("{} is there already; --force puts it aside and goes on", place.display());
    }
    for place in in_the_way {
        let kept = aside(place, "before-restore", stamp);
        fs::rename(place, &kept).with_context(|| format!("{} cannot be put aside", place.display()))?;
        print(&format!("{} is now {}", place.display(), kept.display()))?;
    }
    if let Some(parent) = folder.parent().filter(|parent| !parent.as_os_str().is_empty()) {
        fs::create_dir_all(parent)?;
    }
    // The store first: a configuration without records would start an empty office.
    let store = backup::store_in(unpacked);
    moved(&store, folder).with_context(|| format!("{} cannot be written", folder.display()))?;
    moved(&configuration, path).with_context(|| format!("{} cannot be written", path.display()))?;
    for place in [folder.as_path(), path] {
        whole_file::sync_folder(place)?;
    }
    Ok(config)
}

/// Moves a file or folder, by copying it where it goes to another disk.
fn moved(from: &Path, to: &Path) -> std::io::Result<()> {
    match fs::rename(from, to) {
        Err(error) if error.kind() == std::io::ErrorKind::CrossesDevices => copied(from, to),
        moved => moved,
    }
}

fn copied(from: &Path, to: &Path) -> std::io::Result<()> {
    if !from.is_dir() {
        fs::copy(from, to)?;
        return fs::File::open(to)?.sync_all();
    }
    fs::create_dir(to)?;
    whole_file::private_folder(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        copied(&entry.path(), &to.join(entry.file_name()))?;
    }
    fs::File::open(to)?.sync_all()
}

fn aside(place: &Path, why: &str, stamp: &str) -> PathBuf {
    let mut name = place.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{why}-{stamp}"));
    place.with_file_name(name)
}

/// Files that the configuration names and that are not in a backup: they are the administrator's.
fn outside(config: &Config) -> impl Iterator<Item = PathBuf> {
    let own = config.tls.own.iter().flat_map(|(certificate, key)| [certificate, key]);
    let authorities = config.trunks.iter().filter_map(|trunk| trunk.ca.as_ref());
    let music =
        config.features.music.iter().chain(config.numbers.iter().filter_map(|number| number.music.as_ref()));
    let mut files: Vec<PathBuf> = own.chain(authorities).cloned().chain(music.map(PathBuf::from)).collect();
    files.sort_unstable();
    files.dedup();
    files.into_iter()
}

fn read(path: &Path) -> anyhow::Result<Config> {
    let text = fs::read_to_string(path).with_context(|| format!("{} cannot be read", path.display()))?;
    Ok(Config::parse(&path.display().to_string(), &text)?)
}

fn megabytes(bytes: u64) -> String {
    format!("{}.{} MB", bytes / 1_000_000, bytes % 1_000_000 / 100_000)
}
