//! Digest on both sides: the RFCs' own examples, replays, forgeries, and what an attacker may learn.

use std::{
    net::IpAddr,
    time::{Duration, Instant},
};

use rand_chacha::rand_core::SeedableRng as _;

use super::{hash::Answer, *};
use crate::{
    sip::wire::{Method, Uri},
    types::Chance,
};

const REALM: &str = "maple.example";
const TARGET: &str = "sip:maple.example";

fn phone() -> IpAddr {
    IpAddr::from([192, 0, 2, 10])
}

struct Office {
    asked: Authenticator,
    chance: Chance,
    now: Instant,
}

#[expect(clippy::disallowed_methods, reason = "a test needs some instant to begin with")]
fn office() -> Office {
    let now = Instant::now();
    let mut chance = Chance::seed_from_u64(7);
    Office { asked: Authenticator::new(REALM, now, &mut chance), chance, now }
}

impl Office {
    fn asks(&mut self, algorithm: Algorithm, stale: bool) -> String {
        self.asked.challenge(self.now, phone(), algorithm, stale, &mut self.chance)
    }

    fn challenge(&mut self) -> Challenge {
        Challenge::choose([self.asks(Algorithm::Sha256, false).as_bytes()].into_iter(), None, true).unwrap()
    }

    fn challenge_md5(&mut self) -> Challenge {
        Challenge::choose([self.asks(Algorithm::Md5, false).as_bytes()].into_iter(), None, true).unwrap()
    }

    fn answer(&mut self, session: &mut ClientSession, user: &str, password: &str) -> String {
        session.answer(user, password, &Method::Register, TARGET, b"", &mut self.chance)
    }

    fn judge(&mut self, authorization: &str) -> Verdict {
        self.judge_as(phone(), &Method::Register, TARGET, authorization)
    }

    /// 101 has the password `maple-101`; 102, a legacy phone, `maple-102`.
    fn judge_as(&mut self, source: IpAddr, method: &Method, target: &str, authorization: &str) -> Verdict {
        let target = Uri::parse(target.as_bytes()).unwrap();
        self.asked.verify(self.now, source, method, &target, [authorization.as_bytes()].into_iter(), |user| {
            match user {
                "101" => Some(Known { secret: Secret::Password("maple-101"), legacy_md5: false }),
                "102" => Some(Known { secret: Secret::Password("maple-102"), legacy_md5: true }),
                _ => None,
            }
        })
    }
}

fn accepted(user: &str) -> Verdict {
    Verdict::Accepted { user: user.to_owned() }
}

#[test]
fn the_examples_of_rfc_7616_come_out_as_printed() {
    // RFC 7616, 3.9.1.
    let nonce = "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v";
    let cnonce = "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ";
    for (algorithm, response) in [
        (Algorithm::Md5, "8ca523f5e9506fed4657c9700eebdbec"),
        (Algorithm::Sha256, "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"),
    ] {
        let answer = Answer {
            algorithm,
            ha1: &algorithm.ha1("Mufasa", "http-auth@example.org", "Circle of Life"),
            method: "GET",
            uri: "/dir/index.html",
            nonce,
            counted: Some(("00000001", cnonce)),
            body: None,
        };
        assert_eq!(answer.response(), response);
    }
}

#[test]
fn the_example_of_rfc_2617_without_a_count_is_rfc_2069s() {
    let md5 = Algorithm::Md5;
    let answer = Answer {
        algorithm: md5,
        ha1: &md5.ha1("Mufasa", "testrealm@host.com", "Circle Of Life"),
        method: "GET",
        uri: "/dir/index.html",
        nonce: "dcd98b7102dd2f0e8b11d0f600bfb0c093",
        counted: None,
        body: None,
    };
    assert_eq!(answer.response(), "670fd8c2df070c60b045671b8b24ff02");
}

#[test]
fn a_phone_that_knows_its_password_comes_in() {
    let mut office = office();
    let challenge = office.challenge();
    assert_eq!(challenge.algorithm, Algorithm::Sha256);
    let mut session = ClientSession::new(challenge);
    for _ in 0..3 {
        let answer = office.answer(&mut session, "101", "maple-101");
        assert_eq!(office.judge(&answer), accepted("101"));
    }
}

#[test]
fn a_wrong_password_and_an_unknown_user_look_the_same() {
    let mut office = office();
    for (user, password) in [("101", "maple-102"), ("999", "maple-101"), ("", ""), ("102", "")] {
        let mut session = ClientSession::new(office.challenge());
        let answer = office.answer(&mut session, user, password);
        assert_eq!(office.judge(&answer), Verdict::Wrong, "{user}");
    }
}

#[test]
fn md5_is_for_phones_marked_as_legacy_alone() {
    let mut office = office();
    let challenge = office.challenge_md5();
    assert_eq!(challenge.algorithm, Algorithm::Md5);
    let mut session = ClientSession::new(challenge.clone());
    let answer = office.answer(&mut session, "102", "maple-102");
    assert_eq!(office.judge(&answer), accepted("102"));
    let mut session = ClientSession::new(challenge);
    let answer = office.answer(&mut session, "101", "maple-101");
    assert_eq!(office.judge(&answer), Verdict::Wrong);
}

#[test]
fn an_exact_replay_is_stale_and_so_is_a_lower_count() {
    let mut office = office();
    let mut session = ClientSession::new(office.challenge());
    let first = office.answer(&mut session, "101", "maple-101");
    let second = office.answer(&mut session, "101", "maple-101");
    assert_eq!(office.judge(&second), accepted("101"));
    assert_eq!(office.judge(&second), Verdict::Stale);
    assert_eq!(office.judge(&first), Verdict::Stale);
    let third = office.answer(&mut session, "101", "maple-101");
    assert_eq!(office.judge(&third), accepted("101"));
}

#[test]
fn a_nonce_lasts_sixty_seconds_and_is_then_stale_whatever_the_password() {
    let mut office = office();
    let mut session = ClientSession::new(office.challenge());
    office.now += Duration::from_millis(59_999);
    let answer = office.answer(&mut session, "101", "maple-101");
    assert_eq!(office.judge(&answer), accepted("101"));
    office.now += Duration::from_millis(1);
    let answer = office.answer(&mut session, "101", "maple-101");
    assert_eq!(office.judge(&answer), Verdict::Stale);
    let wrong = office.answer(&mut session, "101", "maple-100");
    assert_eq!(office.judge(&wrong), Verdict::Stale, "nobody learns from it whether the password is right");
    let asks = office.asks(Algorithm::Sha256, true);
    assert!(Challenge::choose([asks.as_bytes()].into_iter(), None, true).unwrap().stale);
}

#[test]
fn an_answer_carried_to_another_address_method_or_target_is_refused() {
    let mut office = office();
    let mut session = ClientSession::new(office.challenge());
    let answer = office.answer(&mut session, "101", "maple-101");
    let elsewhere = IpAddr::from([203, 0, 113, 9]);
    assert_eq!(office.judge_as(elsewhere, &Method::Register, TARGET, &answer), Verdict::Stale);
    assert_eq!(office.judge_as(phone(), &Method::Invite, TARGET, &answer), Verdict::Wrong);
    let premium = "sip:+19005550100@maple.example";
    assert_eq!(office.judge_as(phone(), &Method::Register, premium, &answer), Verdict::Malformed);
    let with_transport = "sip:maple.example;transport=udp";
    assert_eq!(office.judge_as(phone(), &Method::Register, with_transport, &answer), accepted("101"));
}

#[test]
fn a_nonce_that_we_did_not_make_is_stale_at_best() {
    let mut office = office();
    let mut made = office.challenge();
    let forge = |office: &mut Office, nonce: &str| {
        let value = format!(r#"Digest realm="{REALM}", nonce="{nonce}", algorithm=SHA-256, qop="auth""#);
        let challenge = Challenge::choose([value.as_bytes()].into_iter(), None, false).unwrap();
        let mut session = ClientSession::new(challenge);
        let answer = office.answer(&mut session, "101", "maple-101");
        office.judge(&answer)
    };
    assert_eq!(forge(&mut office, ""), Verdict::Stale);
    assert_eq!(forge(&mut office, &"0".repeat(64)), Verdict::Stale);
    assert_eq!(forge(&mut office, &"f".repeat(64)), Verdict::Stale);
    assert_eq!(forge(&mut office, &"é".repeat(32)), Verdict::Stale);
    made.stale = false;
    let genuine = office.asks(Algorithm::Sha256, false);
    let nonce = genuine.split('"').nth(3).unwrap().to_owned();
    assert_eq!(nonce.len(), 64);
    let last = if nonce.ends_with('0') { "1" } else { "0" };
    assert_eq!(forge(&mut office, &format!("{}{last}", &nonce[..63])), Verdict::Stale);
    assert_eq!(forge(&mut office, &nonce), accepted("101"));
}

#[test]
fn without_a_count_a_nonce_is_good_for_one_request() {
    let mut office = office();
    let genuine = office.asks(Algorithm::Md5, false);
    let without_qop = genuine.replace(r#", qop="auth""#, "");
    let challenge = Challenge::choose([without_qop.as_bytes()].into_iter(), None, true).unwrap();
    let mut session = ClientSession::new(challenge);
    let answer = office.answer(&mut session, "102", "maple-102");
    assert!(!answer.contains("nc="));
    assert_eq!(office.judge(&answer), accepted("102"));
    assert_eq!(office.judge(&answer), Verdict::Stale);
}

#[test]
fn credentials_of_others_are_not_ours_to_judge_and_broken_ones_are_malformed() {
    let mut office = office();
    let whole = {
        let mut session = ClientSession::new(office.challenge());
        office.answer(&mut session, "101", "maple-101")
    };
    assert_eq!(office.judge("Bearer abc"), Verdict::Missing);
    assert_eq!(office.judge(""), Verdict::Missing);
    assert_eq!(office.judge(&whole.replace(REALM, "elsewhere.example")), Verdict::Missing);
    for broken in [
        whole.replace("qop=auth", "qop=auth-int"),
        whole.replace("nc=00000001", "nc=00000000"),
        whole.replace("nc=00000001", "nc=1"),
        whole.replace("nc=00000001, ", ""),
        whole.replace("username=\"101\"", "user=\"101\""),
        whole.replace("algorithm=SHA-256", "algorithm=SHA-1024"),
        format!("{whole}, username=\"102\""),
        format!("{whole}, userhash=true"),
        format!("{whole}, opaque=\"unclosed"),
        format!("{whole},"),
        "Digest".to_owned() + " realm",
    ] {
        assert_eq!(office.judge(&broken), Verdict::Malformed, "{broken}");
    }
}

#[test]
fn a_stored_hash_serves_in_place_of_a_password_for_its_own_algorithm() {
    let mut office = office();
    let ha1 = Algorithm::Sha256.ha1("101", REALM, "maple-101");
    for (challenge, verdict) in
        [(office.challenge(), accepted("101")), (office.challenge_md5(), Verdict::Wrong)]
    {
        let mut session = ClientSession::new(challenge);
        let answer = office.answer(&mut session, "101", "maple-101");
        let target = Uri::parse(TARGET.as_bytes()).unwrap();
        let known = Known { secret: Secret::Ha1(Algorithm::Sha256, &ha1), legacy_md5: true };
        let judged = office.asked.verify(
            office.now,
            phone(),
            &Method::Register,
            &target,
            [answer.as_bytes()].into_iter(),
            |_| Some(known),
        );
        assert_eq!(judged, verdict);
    }
}

#[test]
fn a_full_table_forgets_the_oldest_nonce_and_never_accepts_it_again() {
    let mut office = office();
    let mut first = ClientSession::new(office.challenge());
    let opening = office.answer(&mut first, "101", "maple-101");
    assert_eq!(office.judge(&opening), accepted("101"));
    for _ in 0..MAX_NONCES {
        office.now += Duration::from_millis(1);
        let mut session = ClientSession::new(office.challenge());
        let answer = office.answer(&mut session, "101", "maple-101");
        assert_eq!(office.judge(&answer), accepted("101"));
    }
    assert_eq!(office.judge(&opening), Verdict::Stale);
    let next = office.answer(&mut first, "101", "maple-101");
    assert_eq!(office.judge(&next), Verdict::Stale);
}

#[test]
fn of_several_challenges_the_strongest_is_answered() {
    let md5 = br#"Digest realm="carrier.example", nonce="a", qop="auth,auth-int""#;
    let sha = br#"Digest realm="carrier.example", nonce="b", algorithm=SHA-256, qop="auth""#;
    let unknown = br#"Digest realm="carrier.example", nonce="c", algorithm=SHA-1024, qop="auth""#;
    let integrity = br#"Digest realm="carrier.example", nonce="d", qop="auth-int""#;
    let confidential = br#"Digest realm="carrier.example", nonce="d", qop="auth-conf""#;
    let basic = br#"Basic realm="carrier.example""#;
    let choose = |values: &[&[u8]], realm: Option<&str>, md5: bool| {
        Challenge::choose(values.iter().copied(), realm, md5).map(|c| c.algorithm)
    };
    let ours = Some("carrier.example");
    assert_eq!(choose(&[md5, sha], ours, true), Ok(Algorithm::Sha256));
    assert_eq!(choose(&[unknown, basic, md5], None, true), Ok(Algorithm::Md5));
    assert_eq!(choose(&[md5], ours, false), Err(Unanswerable::OnlyMd5));
    assert_eq!(choose(&[md5, sha], Some("other.example"), true), Err(Unanswerable::ForeignRealm));
    assert_eq!(choose(&[integrity, basic], ours, true), Ok(Algorithm::Md5));
    assert_eq!(choose(&[confidential, basic], ours, true), Err(Unanswerable::Unsupported));
    assert_eq!(choose(&[basic], ours, true), Err(Unanswerable::NoDigest));
    assert_eq!(choose(&[], ours, true), Err(Unanswerable::NoDigest));
    assert_eq!(choose(&[br#"Digest nonce="a""#], None, true), Err(Unanswerable::Malformed));
}

#[test]
fn an_opaque_value_goes_back_as_it_came() {
    let mut chance = Chance::seed_from_u64(1);
    let value = br#"Digest realm="c", nonce="n", opaque="a\"b", stale=TRUE, algorithm="SHA-256""#;
    let challenge = Challenge::choose([&value[..]].into_iter(), None, false).unwrap();
    assert!(challenge.stale);
    let answer = ClientSession::new(challenge).answer("u", "p", &Method::Invite, "sip:a", b"", &mut chance);
    assert!(answer.ends_with(r#", opaque="a\"b""#), "{answer}");
}

#[test]
fn a_hash_for_one_nonce_alone_is_made_of_both_nonces() {
    let mut chance = Chance::seed_from_u64(1);
    let value = br#"Digest realm="c", nonce="n", algorithm=MD5-sess, qop="auth""#;
    let challenge = Challenge::choose([&value[..]].into_iter(), None, true).unwrap();
    let answer = ClientSession::new(challenge).answer("u", "p", &Method::Invite, "sip:a", b"", &mut chance);
    assert!(answer.contains("algorithm=MD5-sess, "), "{answer}");
    let of = |name: &str| answer.split(&format!("{name}=\"")).nth(1).unwrap().split('"').next().unwrap();
    let md5 = |parts: &[&str]| Algorithm::Md5.hash(parts);
    let ha1 = md5(&[&md5(&["u", "c", "p"]), "n", of("cnonce")]);
    let ha2 = md5(&["INVITE", "sip:a"]);
    assert_eq!(of("response"), md5(&[&ha1, "n", "00000001", of("cnonce"), "auth", &ha2]), "RFC 7616, 3.4.2");
}

#[test]
fn where_nothing_less_is_taken_the_answer_covers_the_body() {
    let mut chance = Chance::seed_from_u64(1);
    let mut answer = |qop: &str, body: &[u8]| {
        let value = format!(r#"Digest realm="c", nonce="n", algorithm=SHA-256, qop="{qop}""#);
        let challenge = Challenge::choose([value.as_bytes()].into_iter(), None, true).unwrap();
        ClientSession::new(challenge).answer("u", "p", &Method::Invite, "sip:a", body, &mut chance)
    };
    assert!(answer("auth-int, AUTH", b"v=0").contains("qop=auth, "));
    for body in [&b"v=0"[..], b"", b"\xff"] {
        let answer = answer("auth-int", body);
        assert!(answer.contains(", qop=auth-int, nc=00000001, "), "{answer}");
        let of = |name: &str| answer.split(&format!("{name}=\"")).nth(1).unwrap().split('"').next().unwrap();
        let sha = |parts: &[&str]| Algorithm::Sha256.hash(parts);
        let hash_of_body = super::hash::hex(&<sha2::Sha256 as sha2::Digest>::digest(body));
        let ha2 = sha(&["INVITE", "sip:a", &hash_of_body]);
        let ha1 = sha(&["u", "c", "p"]);
        let due = sha(&[&ha1, "n", "00000001", of("cnonce"), "auth-int", &ha2]);
        assert_eq!(of("response"), due, "RFC 7616, 3.4.3");
    }
}

#[test]
fn nothing_secret_is_shown_in_debug() {
    let shown = format!("{:?}", Known { secret: Secret::Password("maple-101"), legacy_md5: true });
    assert!(!shown.contains("maple"), "{shown}");
    let office = office();
    assert!(!format!("{:?}", office.asked).contains("key"));
}

#[test]
fn the_strongest_hash_that_is_offered_is_answered_and_taken() {
    let abc = "53048e2681941ef99b2e29b76b4c7dabe4c2d0c634fc6d46e0e2f13107e7af23";
    assert_eq!(Algorithm::Sha512_256.hash(&["abc"]), abc, "FIPS 180-4: SHA-512/256");
    let mut office = office();
    let offered = [Algorithm::Md5, Algorithm::Sha512_256, Algorithm::Sha256];
    let offered = offered.map(|algorithm| office.asks(algorithm, false));
    let chosen = Challenge::choose(offered.iter().map(String::as_bytes), None, true).unwrap();
    assert_eq!(chosen.algorithm, Algorithm::Sha512_256);
    let mut session = ClientSession::new(chosen);
    let value = office.answer(&mut session, "101", "maple-101");
    assert!(value.contains("algorithm=SHA-512-256"), "{value}");
    assert_eq!(office.judge(&value), Verdict::Accepted { user: "101".to_owned() });
    let wrong = office.answer(&mut session, "101", "maple-102");
    assert_eq!(office.judge(&wrong), Verdict::Wrong);
}
