//! Phones behind a proxy that has added itself to their registration (RFC 3327), and their own flows through it (RFC 5626).

use std::time::Duration;

use super::{
    races::header,
    registering::{authorised, register, register_by_hand, status},
    world::{OFFICE, PHONE, World, addr, office},
};

/// Where requests of the proxy come from, and all requests for phones behind it go to.
const PROXY: &str = PHONE;
const CONTACT: &str = "<sip:101@10.0.0.7:5062>";

fn millis(n: u64) -> Duration {
    Duration::from_millis(n)
}

fn alone(seed: u64) -> World {
    let mut world = World::new(seed);
    world.settle(OFFICE, office());
    world
}

fn rung(world: &mut World) -> String {
    world.office_rings("101");
    world.run(millis(50));
    world.received(PROXY).into_iter().rfind(|text| text.starts_with("INVITE ")).expect("the proxy is asked")
}

#[test]
fn a_phone_is_called_along_the_path_of_its_registration_also_after_a_restart() {
    let mut world = alone(700);
    let path = "Path: <sip:edge.example:5070;lr;ob>\r\nPath: <sip:10.0.0.1;lr>, <sip:below@10.0.0.2;lr>\r\n";
    let ok = register_by_hand(&mut world, PROXY, 1, CONTACT, &format!("Supported: path\r\n{path}"));
    assert_eq!(status(&ok), 200);
    let told: Vec<&str> = ok.lines().filter_map(|line| line.strip_prefix("Path: ")).collect();
    let hops = ["<sip:edge.example:5070;lr;ob>", "<sip:10.0.0.1;lr>", "<sip:below@10.0.0.2;lr>"];
    assert_eq!(told, hops);
    let routes = |invite: &str| {
        invite.lines().filter_map(|line| line.strip_prefix("Route: ").map(str::to_owned)).collect::<Vec<_>>()
    };
    let invite = rung(&mut world);
    assert!(invite.starts_with("INVITE sip:101@10.0.0.7:5062 SIP/2.0"), "{invite}");
    assert_eq!(routes(&invite), hops);

    let now = world.now;
    let bindings = world.host(OFFICE).endpoint.bindings(now, &"101".parse().unwrap());
    world.settle(OFFICE, office());
    world.tell(OFFICE, |e, now| e.restore(now, bindings));
    world.received(PROXY);
    assert_eq!(routes(&rung(&mut world)), hops);
}

#[test]
fn a_phone_that_knows_nothing_of_paths_is_reached_all_the_same_and_told_nothing() {
    let mut world = alone(701);
    let ok = register_by_hand(&mut world, PROXY, 1, CONTACT, "Path: <sip:10.0.0.1;lr>\r\n");
    assert_eq!((status(&ok), header(&ok, "Path")), (200, ""));
    assert_eq!(header(&rung(&mut world), "Route"), "<sip:10.0.0.1;lr>");
    // Its next registration comes directly: there is no path any more.
    world.received(PROXY);
    assert_eq!(status(&register_by_hand(&mut world, PROXY, 9, CONTACT, "Require: path\r\n")), 200);
    world.received(PROXY);
    assert_eq!(header(&rung(&mut world), "Route"), "");
}

#[test]
fn what_is_no_path_is_refused_and_nothing_is_bound() {
    let long = format!("<sip:{}.example;lr>", "a".repeat(600));
    let many = ["<sip:10.0.0.1;lr>"; 9].join(", ");
    for (seq, path) in
        [(1, "<sip:10.0.0.1>"), (3, "<tel:+1303;lr>"), (5, "nothing"), (7, &*long), (9, &*many)]
    {
        let mut world = alone(702);
        let extra = format!("Supported: path\r\nPath: {path}\r\n");
        assert_eq!(status(&register_by_hand(&mut world, PROXY, seq, CONTACT, &extra)), 400, "{path}");
        assert_eq!(world.counts(OFFICE).bindings, 0);
    }
}

#[test]
fn a_phone_keeps_its_own_flows_only_through_a_proxy_that_keeps_them_too() {
    let below = "Via: SIP/2.0/UDP 10.0.0.7:5062;branch=z9hG4bKbelow\r\n";
    let contact =
        format!("{CONTACT};+sip.instance=\"<urn:uuid:00000000-0000-1000-8000-000a95a0e128>\";reg-id=1");
    for (path, supported, expected, required) in [
        ("", "path, outbound", 439, ""),
        ("Path: <sip:10.0.0.1;lr>\r\n", "path, outbound", 439, ""),
        ("Path: <sip:10.0.0.1;lr;ob>\r\n", "path, outbound", 200, "outbound"),
        ("Path: <sip:10.0.0.1;lr>\r\n", "path", 200, ""),
    ] {
        let mut world = alone(703);
        let extra = format!("{below}Supported: {supported}\r\n{path}");
        let answer = register_by_hand(&mut world, PROXY, 1, &contact, &extra);
        assert_eq!(status(&answer), expected, "{path} {supported}");
        assert_eq!((header(&answer, "Require"), header(&answer, "Flow-Timer")), (required, ""));
        assert_eq!(answer.contains("reg-id=1"), required == "outbound", "{answer}");
    }
}

#[test]
fn a_proxy_that_closes_its_connection_is_reached_where_it_listens() {
    for (hop, is_kept) in
        [("<sip:192.0.2.110:5066;transport=tcp;lr>", true), ("<sip:203.0.113.9;transport=tcp;lr>", false)]
    {
        let mut world = alone(704);
        let at = "192.0.2.110:41000";
        let connection = world.connect(addr(at), addr(OFFICE));
        let extra = format!("Supported: path\r\nPath: {hop}\r\n");
        let request = |seq| register(at, seq, CONTACT, &extra).replace("/UDP", "/TCP");
        world.stream_bytes(connection, at, OFFICE, request(1).as_bytes());
        world.run(millis(50));
        let refusal = world.received(at).pop().unwrap();
        let good = authorised(&request(2), &refusal, "101", "secret of 101", None, "z9hG4bKgood");
        world.stream_bytes(connection, at, OFFICE, good.as_bytes());
        world.run(millis(50));
        assert_eq!(status(&world.received(at).pop().unwrap()), 200);
        world.cut(connection);
        world.run(millis(50));
        assert_eq!(world.counts(OFFICE).bindings, usize::from(is_kept), "{hop}");
        if is_kept {
            let now = world.now;
            let bindings = world.host(OFFICE).endpoint.bindings(now, &"101".parse().unwrap());
            world.settle(OFFICE, office());
            world.tell(OFFICE, |e, now| e.restore(now, bindings));
            world.office_rings("101");
            world.run(millis(50));
            let invite = world.received("192.0.2.110:5066").pop().expect("a connection of ours");
            assert_eq!(header(&invite, "Route"), hop);
        }
    }
}
