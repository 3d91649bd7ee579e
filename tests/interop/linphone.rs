//! linphone as extension 101, by the commands of its terminal.

use std::io::Write as _;

use super::{desk::Handset, ear, *};

pub struct Linphone {
    pub peer: Peer,
    heard: PathBuf,
    server: String,
}

impl Linphone {
    /// Registers at this server; `more` goes into the section `[sip]` of its configuration.
    pub fn start(portico: &Portico, server: &str, more: &str) -> Self {
        let folder = portico.folder.join("linphone");
        fs::create_dir_all(folder.join(".local/share/linphone")).unwrap();
        let at = free_address("127.0.0.1").port();
        let rtp = free_address("127.0.0.1").port() & !1;
        let (transport, port) =
            if server.contains("tls") { ("sip_tls_port", -1) } else { ("sip_port", i32::from(at)) };
        let domain = server.split(':').next().unwrap();
        let file = format!(
            "[sip]\nsip_port=0\nsip_tcp_port=0\nsip_tls_port=0\n{transport}={port}\ndefault_proxy=0\n\
             guess_hostname=1\ncontact=\"101\" <sip:101@{domain}>\nuse_ipv6=0\nregister_only_when_network_is_up=0\n{more}\
             [rtp]\naudio_rtp_port={rtp}\n[sound]\nec=0\n[net]\nnat_policy_ref=\n\
             [proxy_0]\nreg_proxy=<sip:{server}>\nreg_identity=\"101\" <sip:101@{domain}>\nreg_expires=120\n\
             reg_sendregister=1\npublish=0\nquality_reporting_enabled=0\n\
             [auth_info_0]\nusername=101\npasswd={PASSWORD}\n\
             [audio_codec_0]\nmime=PCMU\nrate=8000\nchannels=1\nenabled=1\n",
        );
        fs::write(folder.join("linphonerc"), file).unwrap();
        let heard = folder.join("heard.wav");
        let mut command = Command::new("linphonec");
        command.env("HOME", &folder).args(["-a", "-c"]).arg(folder.join("linphonerc"));
        command.args(["-d", "6", "-l"]).arg(folder.join("linphone.log"));
        let peer = Peer::with_stdin("linphone", &portico.folder, &mut command);
        let mut linphone = Self { peer, heard, server: server.to_owned() };
        linphone.say("soundcard use files");
        linphone.say(&format!("play {}", ear::tone(&folder).display()));
        linphone.say(&format!("record {}", linphone.heard.display()));
        linphone
    }

    fn say(&mut self, line: &str) {
        writeln!(self.peer.child.stdin.as_mut().unwrap(), "{line}").unwrap();
    }

    fn uri(&self, number: &str) -> String {
        format!("sip:{number}@{}", self.server)
    }
}

impl Handset for Linphone {
    fn dial(&mut self, number: &str) {
        self.say(&format!("call {}", self.uri(number)));
    }

    fn press(&mut self, key: char) {
        self.say(&key.to_string());
    }

    fn hold(&mut self) {
        self.say("pause");
    }

    fn resume(&mut self) {
        self.say("resume");
    }

    fn transfer(&mut self, number: &str) {
        self.say(&format!("transfer {}", self.uri(number)));
    }

    fn connect(&mut self) -> bool {
        self.say("transfer 1 --to-call 2");
        true
    }

    fn hears(&self, hertz: f64) -> bool {
        ear::file_hears(&self.heard, hertz)
    }

    fn said(&self) -> String {
        self.peer.said()
    }
}
