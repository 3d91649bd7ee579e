//! What a carrier does, and phones of sipp that do one thing each.

use std::net::UdpSocket;

use super::*;

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
    let portico = Portico::start("text", &office(24_000, free_address(CARRIER)));
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
    all_answered(&portico, 50, &phone);
    phone.succeeds();
}

#[test]
#[ignore = "needs sipp: make interop"]
fn twenty_calls_survive_that_one_packet_in_ten_is_lost_on_either_side() {
    if !peers_are_here(&["sipp"]) {
        return;
    }
    let portico = Portico::start("lossy", &office(31_600, free_address(CARRIER)));
    // A late ACK or BYE of a call that sipp has forgotten counts as a call of its own there: it has some to spare.
    let phone = phone(&portico, "answers", &["-m", "40", "-lost", "10"]);
    let more = ["-m", "20", "-r", "4", "-d", "1500", "-lost", "10"];
    sipp(&portico, "trunk_calls", free_address(CARRIER), &more).succeeds();
    all_answered(&portico, 20, &phone);
}

#[test]
#[ignore = "needs sipp: make interop"]
fn a_carrier_on_tcp_calls_over_its_own_connection() {
    if !peers_are_here(&["sipp"]) {
        return;
    }
    let portico = Portico::start("tcp-in", &office(25_200, free_address(CARRIER)));
    let phone = phone(&portico, "answers", &["-m", "5"]);
    let more = ["-t", "t1", "-m", "5", "-r", "5"];
    sipp(&portico, "trunk_calls", free_address(CARRIER), &more).succeeds();
    all_answered(&portico, 5, &phone);
    phone.succeeds();
}

/// So many calls come on record, each answered at the phone; of one that went elsewhere the ladder is shown.
fn all_answered(portico: &Portico, count: usize, phone: &Peer) {
    let all = wait_until(clock() + HARD_LIMIT, || {
        let calls = portico.list("calls").unwrap();
        (calls.len() == count).then_some(calls)
    });
    let all = all.unwrap_or_else(|| panic!("not {count} records:\n{}", phone.said()));
    let elsewhere = all.iter().filter(|call| call["disposition"] != "answered");
    let why: Vec<_> =
        elsewhere.map(|call| portico.command(&["explain", call["id"].as_str().unwrap()])).collect();
    assert!(why.is_empty(), "{}\n{}", why.join("\n"), phone.said());
}
