//! baresip as extension 101, in every way that it can encrypt.

use std::{io::Write as _, net::TcpStream};

use super::{desk::Handset, ear, *};

/// baresip as extension 101, which answers by itself and sings a tone; it hangs up and ends after so many seconds.
pub fn baresip(portico: &Portico, seconds: &str, more: &[&str]) -> Peer {
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
         module sndfile.so\nsnd_path {}\nausrc_srate 8000\nauplay_srate 8000\nrtp_ports 41000-41100\n\
         call_max_calls 4\naudio_path /usr/share/baresip\n",
        ear::tone(&folder).display(),
        folder.display()
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

/// baresip with commands, over a connection of its own.
pub struct Baresip {
    peer: Peer,
    control: TcpStream,
    folder: PathBuf,
    server: String,
}

impl Baresip {
    pub fn start(portico: &Portico, server: &str, account: &str, config: &str) -> Self {
        let control = free_address("127.0.0.1");
        let config = format!("{config}module_app ctrl_tcp.so\nctrl_tcp_listen {control}\n");
        let peer = baresip_at(portico, "55", server, account, &config, &[]);
        let control = wait_until(clock() + HARD_LIMIT / 2, || TcpStream::connect(control).ok());
        let control = control.unwrap_or_else(|| panic!("baresip takes no commands:\n{}", peer.said()));
        Self { peer, control, folder: portico.folder.join("baresip"), server: server.to_owned() }
    }

    /// A command with its arguments, as JSON in a netstring.
    fn say(&mut self, command: &str, arguments: &str) {
        let line = serde_json::json!({ "command": command, "params": arguments }).to_string();
        write!(self.control, "{}:{line},", line.len()).unwrap();
    }

    fn uri(&self, number: &str) -> String {
        format!("sip:{number}@{}", self.server)
    }
}

impl Handset for Baresip {
    fn dial(&mut self, number: &str) {
        self.say("dial", &self.uri(number));
    }

    fn press(&mut self, key: char) {
        self.say("sndcode", &key.to_string());
    }

    fn hold(&mut self) {
        self.say("hold", "");
    }

    fn resume(&mut self) {
        self.say("resume", "");
    }

    fn transfer(&mut self, number: &str) {
        self.say("transfer", &self.uri(number));
    }

    /// baresip 1.0 does not know Replaces.
    fn connect(&mut self) -> bool {
        false
    }

    fn hears(&self, hertz: f64) -> bool {
        // It writes what it decodes, anew for each stream.
        ear::newest(&self.folder, "-dec.wav").is_some_and(|file| ear::file_hears(&file, hertz))
    }

    fn said(&self) -> String {
        self.peer.said()
    }
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
