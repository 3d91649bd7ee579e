//! Kamailio as the edge of a carrier, in the way of whole dialogs.

use super::*;

/// Debian keeps it where only the administrator's path leads.
const KAMAILIO: &str = "/usr/sbin/kamailio";

/// The edge, and where both its sides are.
struct Edge {
    portico: Portico,
    proxy: SocketAddr,
    carrier: SocketAddr,
    kamailio: Peer,
}

fn edge(name: &str, media: u16) -> Option<Edge> {
    if !peers_are_here(&["sipp", "baresip"]) {
        return None;
    }
    if !Path::new(KAMAILIO).is_file() {
        assert!(env::var_os("CI").is_none(), "kamailio is not installed: `make test-packages`");
        eprintln!("SKIPPED: kamailio is not installed (`make test-packages` installs it)");
        return None;
    }
    let (proxy, carrier) = (free_address(CARRIER), free_address(CARRIER));
    let file = office(media, proxy).replace("send_to =", "transport = \"tcp\"\n        send_to =");
    let portico = Portico::start(name, &file);
    let text = include_str!("kamailio.cfg")
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
    Some(Edge { portico, proxy, carrier, kamailio })
}

#[test]
#[ignore = "needs sipp, baresip and kamailio: make interop"]
fn a_proxy_that_stays_in_the_way_and_changes_from_udp_to_tcp_carries_a_whole_call() {
    let Some(Edge { portico, proxy, carrier, kamailio }) = edge("kamailio-in", 31_200) else { return };
    let phone = baresip::baresip(&portico, "60", &[]);
    assert!(is_well(&portico, "Extension 101"), "baresip has not registered:\n{}", phone.said());
    let echo = echo_port(CARRIER);
    let more = ["-key", "rtp", &echo, "-mp", &echo, "-rtp_echo", "-d", "3000"];
    sipp_towards(&portico, proxy, "trunk_calls", carrier, &more).succeeds();
    let record = record(&portico);
    let said = || format!("{record:#}\n{}\n{}", phone.said(), kamailio.said());
    assert_eq!(record["disposition"], "answered", "{}", said());
    assert!(packets(&record).iter().all(|count| *count > 100), "{}", said());
}

#[test]
#[ignore = "needs sipp, baresip and kamailio: make interop"]
fn a_call_out_through_the_proxy_keeps_its_route_to_the_last_bye() {
    let Some(Edge { portico, proxy, carrier, kamailio }) = edge("kamailio-out", 25_600) else { return };
    let echo = echo_port(CARRIER);
    let more = ["-key", "rtp", &echo, "-mp", &echo, "-rtp_echo"];
    let far = sipp_towards(&portico, proxy, "answers", carrier, &more);
    let dial = format!("/dial sip:3035550142@{}", portico.sip);
    let mut phone = baresip::baresip(&portico, "8", &["-e", &dial]);
    assert!(wait_until(clock() + HARD_LIMIT, || phone.poll()).is_some(), "{}", phone.said());
    // The far end has had its BYE, which came by way of the proxy: it has no other.
    far.succeeds();
    let record = record(&portico);
    let said = || format!("{record:#}\n{}\n{}", phone.said(), kamailio.said());
    assert_eq!(record["disposition"], "answered", "{}", said());
    assert!(packets(&record).iter().all(|count| *count > 100), "{}", said());
}
