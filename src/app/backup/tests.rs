//! Backups made, damaged, made up and brought back.

use super::*;

fn scratch(name: &str) -> PathBuf {
    let folder = std::env::temp_dir().join(format!("portico-backup-{}-{name}", std::process::id()));
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    folder
}

fn noon() -> Timestamp {
    "2026-11-20T19:00:00Z".parse().unwrap()
}

/// An office with a record, a key, music, a voicemail and a recording; and its backup.
fn office(name: &str, recordings: bool) -> (PathBuf, PathBuf) {
    let home = scratch(name);
    let folder = home.join("data");
    for (file, bytes) in [
        ("tls/ca.key", "a key"),
        ("music/office.wav", "a waltz"),
        ("mailboxes/1.wav", "please call back"),
        ("recordings/7.wav", "hello"),
    ] {
        let path = folder.join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
    fs::write(home.join("portico.toml"), "[office]\nname = \"Maple Court\"\n").unwrap();
    let mut store = Store::open(&folder.join(RECORDS)).unwrap();
    store.audit("Robin", "test", "before the backup", "", noon()).unwrap();
    let file = home.join("office.tar");
    let source = Source {
        configuration: &home.join("portico.toml"),
        folder: &folder,
        reader: &store.reader(),
        recordings,
    };
    source.write(&file, noon()).unwrap();
    (home, file)
}

#[test]
fn what_was_backed_up_is_there_again_on_a_blank_box() {
    let (home, file) = office("whole", true);
    let new = home.join("new");
    let contents = unpack(&file, &new).unwrap();
    assert_eq!(contents.parts.len(), 6);
    let store = store_in(&new);
    let read = |name: &str| fs::read_to_string(store.join(name)).unwrap();
    assert_eq!(read("tls/ca.key"), "a key");
    assert_eq!(read("music/office.wav"), "a waltz");
    assert_eq!(read("mailboxes/1.wav"), "please call back");
    assert_eq!(read("recordings/7.wav"), "hello");
    assert!(fs::read_to_string(configuration_in(&new)).unwrap().contains("Maple Court"));
    let log = Store::open(&store.join(RECORDS)).unwrap().reader().audit_log(None, 10).unwrap();
    assert_eq!(log.items[0].subject, "before the backup");
    for secret in [file.as_path(), &store.join("tls/ca.key")] {
        let mode = std::os::unix::fs::PermissionsExt::mode(&fs::metadata(secret).unwrap().permissions());
        assert_eq!(mode & 0o777, 0o600, "{}", secret.display());
    }
    fs::remove_dir_all(home).unwrap();
}

#[test]
fn recordings_go_along_only_when_asked_for() {
    let (home, file) = office("lean", false);
    let new = home.join("new");
    assert_eq!(unpack(&file, &new).unwrap().parts.len(), 5);
    assert!(!store_in(&new).join("recordings").exists());
    fs::remove_dir_all(home).unwrap();
}

#[test]
fn of_a_file_that_was_cut_short_or_has_rotted_nothing_is_used() {
    let (home, file) = office("rotten", true);
    let whole = fs::read(&file).unwrap();
    let waltz = whole.windows(7).position(|window| window == b"a waltz").unwrap();
    let mut rotten = whole.clone();
    rotten[waltz] ^= 1;
    let new = home.join("new");
    let refused = |bytes: &[u8]| {
        fs::write(&file, bytes).unwrap();
        let error = unpack(&file, &new).unwrap_err().to_string();
        assert!(!new.exists(), "{error}");
        error
    };
    assert!(refused(&rotten).contains("`store/music/office.wav` is not what was backed up"));
    for length in [0, 100, 512, 5_000, whole.len() / 2, waltz, waltz + 512] {
        refused(&whole[..length]);
    }
    refused(b"PK\x03\x04 something else altogether");
    fs::remove_dir_all(home).unwrap();
}

#[test]
fn a_file_that_was_made_up_leads_nowhere_outside() {
    let home = scratch("traversal");
    for name in ["../evil", "/etc/evil", "store/../../evil", "elsewhere/evil"] {
        assert!(matches!(place(&home, name), Err(BackupError::Place(_))), "{name}");
    }
    let file = home.join("made-up.tar");
    let mut tar = tar::Builder::new(File::create(&file).unwrap());
    let mut link = header(0, noon());
    link.set_entry_type(tar::EntryType::Symlink);
    tar.append_link(&mut link, "store/tls", "/etc").unwrap();
    tar.append_data(&mut header(4, noon()), "store/tls/evil", &b"evil"[..]).unwrap();
    tar.into_inner().unwrap();
    unpack(&file, &home.join("new")).unwrap_err();
    assert!(!Path::new("/etc/evil").exists());
    fs::remove_dir_all(home).unwrap();
}

#[test]
fn a_newer_backup_says_so() {
    let (home, file) = office("newer", false);
    let mut tar = tar::Builder::new(File::create(&file).unwrap());
    let newer = Contents { format: FORMAT + 1, version: "9.0.0".into(), made: noon(), parts: Vec::new() };
    let list = serde_json::to_vec(&newer).unwrap();
    tar.append_data(&mut header(list.len() as u64, noon()), CONTENTS, &list[..]).unwrap();
    tar.into_inner().unwrap();
    let error = unpack(&file, &home.join("new")).unwrap_err().to_string();
    assert!(error.contains("9.0.0") && error.contains("bring this box up to date"), "{error}");
    fs::remove_dir_all(home).unwrap();
}
