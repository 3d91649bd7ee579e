//! Portico among foreign peers: sipp as carrier and as phones, baresip as a phone. `make interop` runs it.
//!
//! Each story starts a Portico of its own, in a folder and on ports of its own, all of it on loopback. sipp 3.6 and
//! baresip 1.0 know MD5 only, so that their extensions are marked as legacy.

#![expect(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by unwrapping")]

mod process;

use std::{
    env,
    fs::{self, File},
    net::{SocketAddr, UdpSocket},
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Stdio},
    thread,
    time::{Duration, Instant},
};

use process::{Portico, free_address};
use serde_json::Value;

const NUMBER: &str = "+13035550100";
const CALLER: &str = "+13035550177";
/// baresip reads a password up to the first blank.
const PASSWORD: &str = "correct-horse-battery";
/// The carrier's side: the only address that is trusted without a password.
const CARRIER: &str = "127.0.0.2";
const PHONE: &str = "127.0.0.3";

/// Debian keeps it where only the administrator's path leads.
const KAMAILIO: &str = "/usr/sbin/kamailio";

/// Every story is over by then, or has failed.
const HARD_LIMIT: Duration = Duration::from_secs(60);

#[expect(clippy::disallowed_methods, reason = "foreign programs live in real time")]
fn clock() -> Instant {
    Instant::now()
}

/// Are these programs here? A story without its peers is skipped aloud; in continuous integration it fails.
fn peers_are_here(programs: &[&str]) -> bool {
    for program in programs {
        let found = env::var_os("PATH")
            .is_some_and(|path| env::split_paths(&path).any(|folder| folder.join(program).is_file()));
        if !found {
            assert!(env::var_os("CI").is_none(), "{program} is not installed: `make test-packages`");
            eprintln!("SKIPPED: {program} is not installed (`make test-packages` installs it)");
            return false;
        }
    }
    true
}

/// The office's file: extension 101 of foreign phones, and a carrier.
fn office(media: u16, carrier: SocketAddr) -> String {
    let console = free_address("127.0.0.1");
    let models =
        env::var("PORTICO_MODELS").unwrap_or_else(|_| concat!(env!("CARGO_MANIFEST_DIR"), "/models").into());
    format!(
        r#"
        [office]
        name = "Maple Court"
        zone = "America/Denver"
        on_call = "+1 303 555 0199"
        [sip]
        listen = "{}"
        rtp_ports = "{media}-{}"
        [console]
        listen = "{console}"
        [store]
        folder = "data"
        [calls]
        ring_seconds = 6
        [speech]
        models = '{models}'
        [[number]]
        number = "{NUMBER}"
        ring = [["101"]]
        [[extension]]
        extension = "101"
        password = "{PASSWORD}"
        legacy_md5 = true
        [[trunk]]
        name = "carrier"
        from = ["{CARRIER}"]
        send_to = "{carrier}"
        "#,
        free_address("127.0.0.1"),
        media + 399,
    )
}

/// A foreign program; only this process is ended, by its id, when the story is over.
struct Peer {
    name: String,
    child: Child,
    folder: PathBuf,
}

impl Peer {
    fn start(name: &str, folder: &Path, command: &mut Command) -> Self {
        let log = File::create(folder.join(format!("{name}.out"))).unwrap();
        let child = command
            .current_dir(folder)
            .stdin(Stdio::null())
            .stderr(log.try_clone().unwrap())
            .stdout(log)
            .spawn()
            .unwrap_or_else(|error| panic!("{name}: {error}"));
        Self { name: name.to_owned(), child, folder: folder.to_owned() }
    }

    /// What it wrote down, its errors first.
    fn said(&self) -> String {
        let read =
            |kind: &str| fs::read(self.folder.join(format!("{}.{kind}", self.name))).unwrap_or_default();
        let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
        let screens = text(read("out"));
        let last = screens.char_indices().rev().nth(6_000).map_or(0, |(at, _)| at);
        format!("{}\n{}", text(read("err")), &screens[last..])
    }

    fn poll(&mut self) -> Option<ExitStatus> {
        self.child.try_wait().unwrap()
    }

    /// Waits until it has ended, well.
    fn succeeds(mut self) {
        let deadline = clock() + HARD_LIMIT;
        let status = wait_until(deadline, || self.poll());
        match status {
            Some(status) if status.success() => {}
            other => panic!("{} failed ({other:?}):\n{}", self.name, self.said()),
        }
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// Looks again and again, ten times a second: the only way to wait for a foreign program.
fn wait_until<T>(deadline: Instant, mut look: impl FnMut() -> Option<T>) -> Option<T> {
    loop {
        if let Some(found) = look() {
            return Some(found);
        }
        if clock() >= deadline {
            return None;
        }
        thread::park_timeout(Duration::from_millis(100));
    }
}

/// sipp with one of the scenarios in tests/interop, at this address.
fn sipp(portico: &Portico, scenario: &str, at: SocketAddr, more: &[&str]) -> Peer {
    sipp_towards(portico, portico.sip, scenario, at, more)
}

/// The same with somebody else as its peer.
fn sipp_towards(
    portico: &Portico,
    towards: SocketAddr,
    scenario: &str,
    at: SocketAddr,
    more: &[&str],
) -> Peer {
    static NUMBER_OF: std::sync::atomic::AtomicU32 = std::sync::atomic::AtomicU32::new(0);
    let number = NUMBER_OF.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
    let name = format!("{scenario}-{number}");
    let mut command = Command::new("sipp");
    command
        .arg(towards.to_string())
        .arg("-sf")
        .arg(format!("{}/tests/interop/{scenario}.xml", env!("CARGO_MANIFEST_DIR")))
        .args(["-i", &at.ip().to_string(), "-p", &at.port().to_string(), "-s", NUMBER, "-nostdin"])
        .args(["-timeout", "45s", "-timeout_error", "-trace_err", "-error_file", &format!("{name}.err")])
        .args(["-key", "caller", CALLER, "-key", "extension", "101", "-au", "101", "-ap", PASSWORD]);
    // A value that is given twice would be an error: these are what most stories want.
    for (key, usual) in [("-m", "1"), ("-d", "1000")] {
        if !more.contains(&key) {
            command.args([key, usual]);
        }
    }
    if !more.contains(&"rtp") {
        command.args(["-key", "rtp", "40000"]);
    }
    Peer::start(&name, &portico.folder, command.args(more))
}

/// Extension 101 registers from this address, and is then whatever the scenario says.
fn phone(portico: &Portico, scenario: &str, more: &[&str]) -> Peer {
    let at = free_address(PHONE);
    sipp(portico, "phone_registers", at, &[]).succeeds();
    sipp(portico, scenario, at, more)
}

/// The whole record of the newest call, as soon as there is one.
fn record(portico: &Portico) -> Value {
    let call = wait_until(clock() + HARD_LIMIT, || portico.list("calls").unwrap().into_iter().next());
    let call = call.expect("a record of the call");
    portico.get(&format!("calls/{}", call["id"].as_str().unwrap())).unwrap()
}

fn packets(record: &Value) -> Vec<u64> {
    record["legs"]
        .as_array()
        .unwrap()
        .iter()
        .map(|leg| leg["packets_received"].as_u64().unwrap_or(0))
        .collect()
}

/// The port as text, for two neighbouring UDP ports that are free: sipp echoes what comes to the first.
fn echo_port(ip: &str) -> String {
    let first = free_address(ip).port() & !1;
    first.to_string()
}

#[test]
#[ignore = "needs sipp: make interop"]
fn a_carriers_call_is_answered_at_a_phone_that_has_proved_its_password() {
    if !peers_are_here(&["sipp"]) {
        return;
    }
    let portico = Portico::start("answered", &office(26_000, free_address(CARRIER)));
    let phone = phone(&portico, "answers", &[]);
    sipp(&portico, "trunk_calls", free_address(CARRIER), &[]).succeeds();
    phone.succeeds();
    let record = record(&portico);
    assert_eq!(record["disposition"], "answered", "{record:#}");
    assert_eq!(record["caller"], CALLER);
}

#[test]
#[ignore = "needs sipp: make interop"]
fn a_lamp_shows_who_talks_and_goes_dark_afterwards() {
    if !peers_are_here(&["sipp"]) {
        return;
    }
    let portico = Portico::start("lamp", &office(27_600, free_address(CARRIER)));
    // sipp would put the number that it calls into the digest, and not the Request-URI (RFC 7616, 3.4.6).
    let watched = format!("101@{}", portico.sip);
    let watcher = sipp(&portico, "phone_watches", free_address(PHONE), &["-auth_uri", &watched]);
    let phone = phone(&portico, "answers", &[]);
    sipp(&portico, "trunk_calls", free_address(CARRIER), &[]).succeeds();
    phone.succeeds();
    watcher.succeeds();
}

#[test]
#[ignore = "needs sipp: make interop"]
fn a_phone_that_is_busy_or_declines_leaves_the_call_to_the_agent() {
    if !peers_are_here(&["sipp"]) {
        return;
    }
    for (scenario, result) in [("phone_busy", "busy"), ("phone_declines", "declined")] {
        let portico = Portico::start(result, &office(26_400, free_address(CARRIER)));
        assert!(is_well(&portico, "Speech"), "the agent is not ready: {}", portico.log());
        let phone = phone(&portico, scenario, &[]);
        sipp(&portico, "trunk_calls", free_address(CARRIER), &[]).succeeds();
        phone.succeeds();
        let record = record(&portico);
        assert_eq!(record["agent_reason"], result, "{record:#}");
        assert_eq!(record["missed"], true, "{record:#}");
    }
}

#[test]
#[ignore = "needs sipp: make interop"]
fn when_nobody_answers_the_agent_does_and_the_caller_hears_it() {
    if !peers_are_here(&["sipp"]) {
        return;
    }
    let portico = Portico::start("unanswered", &office(26_800, free_address(CARRIER)));
    assert!(is_well(&portico, "Speech"), "the agent is not ready: {}", portico.log());
    let phone = phone(&portico, "phone_rings", &[]);
    let ear = UdpSocket::bind((CARRIER, 0)).unwrap();
    ear.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    let port = ear.local_addr().unwrap().port().to_string();
    let caller = sipp(&portico, "trunk_calls", free_address(CARRIER), &["-key", "rtp", &port, "-d", "8000"]);
    let (mut packet, mut loud, mut all) = ([0; 2048], 0, 0);
    while loud < 25 {
        let Ok((length, from)) = ear.recv_from(&mut packet) else {
            panic!("of the greeting came {all} packets, {loud} of them loud:\n{}", caller.said());
        };
        all += 1;
        assert_eq!(from.ip(), portico.sip.ip());
        assert_eq!((packet[0] >> 6, packet[1] & 0x7f, length), (2, 0, 172), "20 ms of PCMU in RTP");
        // In PCMU a loud sample has its exponent's bits (inverted) low.
        let voiced = packet[12..length].iter().filter(|sample| **sample & 0x70 <= 0x40).count();
        loud += u32::from(voiced > 40);
    }
    caller.succeeds();
    phone.succeeds();
    let record = record(&portico);
    assert_eq!(record["agent_reason"], "no_answer", "{record:#}");
}

#[test]
#[ignore = "needs sipp: make interop"]
fn a_caller_who_gives_up_while_it_rings_gets_a_487_and_the_phone_stops() {
    if !peers_are_here(&["sipp"]) {
        return;
    }
    let portico = Portico::start("gives-up", &office(27_200, free_address(CARRIER)));
    let phone = phone(&portico, "phone_rings", &[]);
    sipp(&portico, "trunk_gives_up", free_address(CARRIER), &["-d", "500"]).succeeds();
    phone.succeeds();
    let record = record(&portico);
    assert_eq!((&record["disposition"], &record["missed"]), (&"caller_abandoned".into(), &true.into()));
}

#[test]
#[ignore = "needs sipp: make interop"]
fn a_text_is_accepted_and_kept_and_a_question_is_answered() {
    if !peers_are_here(&["sipp"]) {
        return;
    }
    let portico = Portico::start("text", &office(27_600, free_address(CARRIER)));
    sipp(&portico, "trunk_texts", free_address(CARRIER), &[]).succeeds();
    sipp(&portico, "trunk_asks", free_address(CARRIER), &[]).succeeds();
    let messages = portico.list("messages").unwrap();
    let kept = messages.iter().find(|message| message["direction"] == "in").expect("the text is kept");
    assert_eq!(kept["body"].as_str().unwrap().trim(), "The sink in 2B leaks.");
    assert_eq!((&kept["from"], &kept["to"]), (&CALLER.into(), &NUMBER.into()));
}

#[test]
#[ignore = "needs sipp: make interop"]
fn fifty_calls_at_ten_a_second_all_go_through() {
    if !peers_are_here(&["sipp"]) {
        return;
    }
    let portico = Portico::start("fifty", &office(28_000, free_address(CARRIER)));
    let phone = phone(&portico, "answers", &["-m", "50"]);
    let carrier = free_address(CARRIER);
    sipp(&portico, "trunk_calls", carrier, &["-m", "50", "-r", "10", "-d", "2000"]).succeeds();
    phone.succeeds();
    let all = wait_until(clock() + HARD_LIMIT, || {
        let calls = portico.list("calls").unwrap();
        (calls.len() == 50).then_some(calls)
    });
    let all = all.expect("fifty records");
    assert!(all.iter().all(|call| call["disposition"] == "answered"), "{all:#?}");
}

/// Twenty seconds of 440 Hz.
fn tone(folder: &Path) -> PathBuf {
    let path = folder.join("tone.wav");
    let format = hound::WavSpec {
        channels: 1,
        sample_rate: 8_000,
        bits_per_sample: 16,
        sample_format: hound::SampleFormat::Int,
    };
    let mut file = hound::WavWriter::create(&path, format).unwrap();
    for sample in 0..160_000_u32 {
        let phase = f64::from(sample) * 440.0 * std::f64::consts::TAU / 8_000.0;
        file.write_sample((phase.sin() * 8_000.0) as i16).unwrap();
    }
    file.finalize().unwrap();
    path
}

/// baresip as extension 101, which answers by itself and sings a tone; it hangs up and ends after so many seconds.
fn baresip(portico: &Portico, seconds: &str, more: &[&str]) -> Peer {
    baresip_as(portico, seconds, "", more)
}

/// The same with something more in its account, such as how it encrypts its media.
fn baresip_as(portico: &Portico, seconds: &str, account: &str, more: &[&str]) -> Peer {
    baresip_at(portico, seconds, &format!("{};transport=udp", portico.sip), account, "", more)
}

/// The same with a server of its own, and something more in its configuration.
fn baresip_at(
    portico: &Portico,
    seconds: &str,
    server: &str,
    account: &str,
    config: &str,
    more: &[&str],
) -> Peer {
    let folder = portico.folder.join("baresip");
    fs::create_dir_all(&folder).unwrap();
    let modules = ["/usr/lib/baresip/modules", "/usr/local/lib/baresip/modules"]
        .into_iter()
        .find(|path| Path::new(path).is_dir())
        .expect("baresip's modules");
    // It takes no loopback interface for its media: to us it is a phone behind a router, signalling from here.
    let at = free_address("127.0.0.1");
    let config = format!(
        "{config}sip_listen {at}\nmodule_path {modules}\nmodule g711.so\nmodule srtp.so\nmodule aufile.so\n\
         module_tmp uuid.so\nmodule_tmp account.so\nmodule_app menu.so\naudio_source aufile,{}\n\
         audio_player aufile,{}\nausrc_srate 8000\nauplay_srate 8000\nrtp_ports 41000-41100\n\
         call_max_calls 4\naudio_path /usr/share/baresip\n",
        tone(&folder).display(),
        folder.join("heard.wav").display()
    );
    fs::write(folder.join("config"), config).unwrap();
    let account = format!(
        "<sip:101@{server}>;auth_user=101;auth_pass={PASSWORD};answermode=auto;regint=120;\
         audio_codecs=PCMU/8000/1{account}\n",
    );
    fs::write(folder.join("accounts"), account).unwrap();
    fs::write(folder.join("contacts"), "").unwrap();
    let mut command = Command::new("baresip");
    command.arg("-f").arg(&folder).args(["-4", "-v", "-t", seconds]).args(more);
    Peer::start("baresip", &portico.folder, &mut command)
}

/// Waits until the console would show this part of the box as well.
fn is_well(portico: &Portico, part: &str) -> bool {
    let well = wait_until(clock() + HARD_LIMIT / 2, || {
        let health = portico.get("health").unwrap();
        let parts = health["parts"].as_array().unwrap();
        parts.iter().any(|found| found["name"] == part && found["condition"] == "well").then_some(())
    });
    well.is_some()
}

#[test]
#[ignore = "needs sipp and baresip: make interop"]
fn baresip_answers_a_carriers_call_and_sound_flows_both_ways() {
    if !peers_are_here(&["sipp", "baresip"]) {
        return;
    }
    let portico = Portico::start("baresip-in", &office(28_400, free_address(CARRIER)));
    let phone = baresip(&portico, "45", &[]);
    assert!(is_well(&portico, "Extension 101"), "baresip has not registered:\n{}", phone.said());
    // sipp sends back what it hears: baresip's own tone returns to it.
    let echo = echo_port(CARRIER);
    let more = ["-key", "rtp", &echo, "-mp", &echo, "-rtp_echo", "-d", "3000"];
    sipp(&portico, "trunk_calls", free_address(CARRIER), &more).succeeds();
    let record = record(&portico);
    assert_eq!(record["disposition"], "answered", "{record:#}\n{}", phone.said());
    let packets = packets(&record);
    assert!(packets.len() == 2 && packets.iter().all(|count| *count > 100), "{packets:?}\n{}", phone.said());
}

#[test]
#[ignore = "needs sipp and baresip: make interop"]
fn baresip_calls_out_through_the_carrier_and_sound_flows_both_ways() {
    if !peers_are_here(&["sipp", "baresip"]) {
        return;
    }
    let at_carrier = free_address(CARRIER);
    let portico = Portico::start("baresip-out", &office(28_800, at_carrier));
    let echo = echo_port(CARRIER);
    let more = ["-key", "rtp", &echo, "-mp", &echo, "-rtp_echo", "-m", "100"];
    let carrier = sipp(&portico, "answers", at_carrier, &more);
    let dial = format!("/dial sip:3035550142@{}", portico.sip);
    // It calls as soon as it runs, and hangs up when its time is over.
    let mut phone = baresip(&portico, "10", &["-e", &dial]);
    let ended = wait_until(clock() + HARD_LIMIT, || phone.poll());
    assert!(ended.is_some(), "{}", phone.said());
    let record = record(&portico);
    let said = || format!("{record:#}\n{}\n{}", phone.said(), carrier.said());
    assert_eq!(
        (&record["direction"], &record["disposition"]),
        (&"outbound".into(), &"answered".into()),
        "{}",
        said()
    );
    assert_eq!(record["dialled"], "+13035550142");
    let packets = packets(&record);
    assert!(packets.len() == 2 && packets.iter().all(|count| *count > 100), "{packets:?}\n{}", said());
}

/// How each leg's media was protected, the caller's first.
fn encryption(record: &Value) -> Vec<&str> {
    record["legs"].as_array().unwrap().iter().filter_map(|leg| leg["encryption"].as_str()).collect()
}

#[test]
#[ignore = "needs sipp and baresip: make interop"]
fn baresip_talks_in_srtp_with_a_carrier_that_does_not_in_both_dialects() {
    if !peers_are_here(&["sipp", "baresip"]) {
        return;
    }
    // RTP/AVP with keys beside it, and RTP/SAVP; the keys over UDP, as on a network of its own.
    for (dialect, policy, media) in [("srtp", "optional", 29_200), ("srtp-mand", "required", 29_600)] {
        let srtp = format!("[srtp]\nphones = \"{policy}\"\ntrunks = \"off\"\nwithout_tls = true\n");
        let file = office(media, free_address(CARRIER)) + &srtp;
        let portico = Portico::start(&format!("baresip-{dialect}"), &file);
        let phone = baresip_as(&portico, "45", &format!(";mediaenc={dialect}"), &[]);
        assert!(is_well(&portico, "Extension 101"), "baresip has not registered:\n{}", phone.said());
        let echo = echo_port(CARRIER);
        let more = ["-key", "rtp", &echo, "-mp", &echo, "-rtp_echo", "-d", "3000"];
        sipp(&portico, "trunk_calls", free_address(CARRIER), &more).succeeds();
        let record = record(&portico);
        let said = || format!("{record:#}\n{}", phone.said());
        assert_eq!(record["disposition"], "answered", "{}", said());
        assert_eq!(encryption(&record), ["none", "sdes"], "{}", said());
        let packets = packets(&record);
        assert!(packets.len() == 2 && packets.iter().all(|count| *count > 100), "{packets:?}\n{}", said());
    }
}

#[test]
#[ignore = "needs sipp and baresip: make interop"]
fn baresip_calls_out_in_srtp_and_a_phone_without_keys_is_refused_where_they_are_required() {
    if !peers_are_here(&["sipp", "baresip"]) {
        return;
    }
    let srtp = "[srtp]\nphones = \"required\"\ntrunks = \"off\"\nwithout_tls = true\n";
    for (dialect, account, answered) in [("mand", ";mediaenc=srtp-mand", true), ("plain", "", false)] {
        let at_carrier = free_address(CARRIER);
        let media = if answered { 30_000 } else { 30_400 };
        let portico = Portico::start(&format!("baresip-out-{dialect}"), &(office(media, at_carrier) + srtp));
        let echo = echo_port(CARRIER);
        let more = ["-key", "rtp", &echo, "-mp", &echo, "-rtp_echo", "-m", "100"];
        let carrier = sipp(&portico, "answers", at_carrier, &more);
        let dial = format!("/dial sip:3035550142@{}", portico.sip);
        let mut phone = baresip_as(&portico, "10", account, &["-e", &dial]);
        let ended = wait_until(clock() + HARD_LIMIT, || phone.poll());
        assert!(ended.is_some(), "{}", phone.said());
        if answered {
            let record = record(&portico);
            let said = || format!("{record:#}\n{}\n{}", phone.said(), carrier.said());
            assert_eq!(encryption(&record), ["sdes", "none"], "{}", said());
            assert!(packets(&record).iter().all(|count| *count > 100), "{}", said());
        } else {
            assert!(phone.said().contains("488"), "{}", phone.said());
        }
    }
}

#[test]
#[ignore = "needs sipp and baresip: make interop"]
fn baresip_believes_the_boxs_own_authority_and_talks_in_srtp_under_tls() {
    if !peers_are_here(&["sipp", "baresip"]) {
        return;
    }
    let secure = free_address("127.0.0.1");
    let file = office(30_800, free_address(CARRIER)).replace("[sip]", &format!("[sip]\ntls = \"{secure}\""))
        + "[srtp]\nphones = \"required\"\ntrunks = \"off\"\n";
    let portico = Portico::start("baresip-tls", &file);
    let authority = portico.folder.join("data/tls/ca.pem");
    let trust = format!("sip_cafile {}\nsip_verify_server yes\n", authority.display());
    let server = format!("{secure};transport=tls");
    let phone = baresip_at(&portico, "45", &server, ";mediaenc=srtp-mand", &trust, &[]);
    assert!(is_well(&portico, "Extension 101"), "baresip has not registered:\n{}", phone.said());
    let echo = echo_port(CARRIER);
    let more = ["-key", "rtp", &echo, "-mp", &echo, "-rtp_echo", "-d", "3000"];
    sipp(&portico, "trunk_calls", free_address(CARRIER), &more).succeeds();
    let record = record(&portico);
    let said = || format!("{record:#}\n{}", phone.said());
    assert_eq!(record["disposition"], "answered", "{}", said());
    assert_eq!(encryption(&record), ["none", "sdes"], "{}", said());
    assert!(packets(&record).iter().all(|count| *count > 100), "{}", said());
}

#[test]
#[ignore = "needs sipp, baresip and kamailio: make interop"]
fn a_proxy_that_stays_in_the_way_and_changes_from_udp_to_tcp_carries_a_whole_call() {
    if !peers_are_here(&["sipp", "baresip"]) || !Path::new(KAMAILIO).is_file() {
        assert!(env::var_os("CI").is_none(), "kamailio is not installed");
        return;
    }
    let (proxy, carrier) = (free_address(CARRIER), free_address(CARRIER));
    let file = office(31_200, proxy).replace("send_to =", "transport = \"tcp\"\n        send_to =");
    let portico = Portico::start("kamailio", &file);
    let text = include_str!("interop/kamailio.cfg")
        .replace("OWN_AT", &proxy.to_string())
        .replace("OWN_IP", CARRIER)
        .replace("CARRIER_AT", &carrier.to_string())
        .replace("PORTICO_AT", &portico.sip.to_string());
    let folder = portico.folder.join("kamailio");
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("kamailio.cfg"), text).unwrap();
    let mut command = Command::new(KAMAILIO);
    command.args(["-DD", "-E", "-m", "32", "-M", "8", "-f"]).arg(folder.join("kamailio.cfg"));
    command.arg("-Y").arg(&folder).arg("-P").arg(folder.join("pid"));
    let kamailio = Peer::start("kamailio", &portico.folder, &mut command);
    let listens = || std::net::TcpStream::connect(proxy).ok();
    assert!(wait_until(clock() + HARD_LIMIT / 2, listens).is_some(), "{}", kamailio.said());

    let phone = baresip(&portico, "60", &[]);
    assert!(is_well(&portico, "Extension 101"), "baresip has not registered:\n{}", phone.said());
    let echo = echo_port(CARRIER);
    let more = ["-key", "rtp", &echo, "-mp", &echo, "-rtp_echo", "-d", "3000"];
    sipp_towards(&portico, proxy, "trunk_calls", carrier, &more).succeeds();
    let record = record(&portico);
    let said = || format!("{record:#}\n{}\n{}", phone.said(), kamailio.said());
    assert_eq!(record["disposition"], "answered", "{}", said());
    assert!(packets(&record).iter().all(|count| *count > 100), "{}", said());
}
