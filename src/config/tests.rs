//! The practice file is whole; what is wrong in a file is found, all of it, with its line.

use super::*;

/// The section that every file has; what a test is about follows it.
pub(super) const OFFICE: &str = r#"
    [office]
    name = "Maple Court"
    zone = "America/Denver"
    on_call = "+1 303 555 0199"
"#;

/// One phone with a mailbox, and one number.
pub(super) const DESK: &str = r#"
    [[extension]]
    extension = "101"
    password = "a long and random one"
    voicemail = true
    [[number]]
    number = "+1 303 555 0100"
"#;

/// A file of these sections; or what is wrong with it.
pub(super) fn office_with(sections: &str) -> Result<Config, String> {
    Config::parse("portico.toml", &format!("{OFFICE}{sections}")).map_err(|problems| problems.to_string())
}

fn practice() -> String {
    practice_file(|| "correct horse battery".into())
}

#[test]
fn the_practice_file_is_the_office_of_maple_court() {
    let config = Config::parse("portico.toml", &practice()).unwrap();
    assert_eq!(config.office.name, "Maple Court");
    assert_eq!(config.on_call[0].number.to_string(), "+13035550199");
    assert_eq!(config.numbers.len(), 3);
    assert_eq!(config.extensions.len(), 2);
    assert_eq!((config.units.len(), config.listings.len()), (12, 3));
    assert_eq!(config.calls.ring, Duration::from_secs(18));
    assert!(config.recording.calls == super::Record::Always, "practice mode records");
    assert!(config.practice.is_some());
}

#[test]
fn every_problem_is_named_with_its_line_and_cure() {
    let text = practice()
        .replace("zone = \"America/Denver\"", "zone = \"America/Dever\"")
        .replace("on_call = \"+1 303 555 0199\"", "on_call = \"0199\"")
        .replace("ring = [[\"101\"]]", "ring = [[\"103\"]]")
        .replace("ring_seconds = 12", "ring_seconds = 600")
        .replace("from = [\"127.0.0.0/8\", \"::1\"]", "from = [\"127.0.0.0/80\"]");
    let problems = Config::parse("portico.toml", &text).unwrap_err();
    let line = |needle: &str| text.lines().position(|l| l.contains(needle)).unwrap() + 1;
    let found: Vec<usize> = problems.0.iter().map(|p| p.line).collect();
    assert_eq!(found, [line("Dever"), line("\"0199\""), line("600"), line("103"), line("/80")]);
    assert!(problems.to_string().contains("cure: write a name of the zone database"), "{problems}");
}

#[test]
fn a_translation_is_of_words_that_are_said() {
    let known =
        "[[translation]]\nof = \"Two bedrooms, one bath, with a balcony.\"\nspanish = \"Dos recámaras.\"\n";
    assert_eq!(with(known).unwrap().translations.len(), 12);
    let changed = known.replace("balcony", "terrace");
    let warnings = with(&changed).unwrap().warnings;
    let line = (practice() + &changed).lines().position(|line| line.contains("terrace")).unwrap() + 1;
    let warning = warnings.iter().find(|warning| warning.line == line).unwrap();
    assert!(warning.what.contains("no [[fact]] and no [[listing]] has"), "{warning}");
}

#[test]
fn a_name_that_means_nothing_is_a_problem_with_a_place() {
    let text = practice().replace("max_calls = 200", "max_cals = 200");
    let problems = Config::parse("portico.toml", &text).unwrap_err();
    let line = text.lines().position(|l| l.contains("max_cals")).unwrap() + 1;
    assert_eq!(problems.0[0].line, line);
    assert!(problems.0[0].what.contains("max_cals"), "{problems}");
}

#[test]
fn more_calls_than_the_media_ports_can_carry_are_a_problem_with_a_place() {
    let text = practice().replace("16384-18383", "16384-16883");
    let problems = Config::parse("portico.toml", &text).unwrap_err();
    let line = text.lines().position(|l| l.contains("max_calls")).unwrap() + 1;
    assert_eq!((problems.0.len(), problems.0[0].line), (1, line));
    assert!(problems.to_string().contains("at most 125"), "{problems}");
    let without = text.replace("max_calls = 200\n", "");
    assert_eq!(Config::parse("portico.toml", &without).unwrap().calls.max_calls, 125);
}

/// The file with these sections behind it.
fn with(sections: &str) -> Result<Config, Problems> {
    Config::parse("portico.toml", &(practice() + sections))
}

#[test]
fn an_extension_that_would_shadow_911_is_refused_with_its_line() {
    for digits in ["911", "9911", "1911", "933", "988"] {
        let text = practice().replace("extension = \"102\"", &format!("extension = \"{digits}\""));
        let problems = Config::parse("portico.toml", &text).unwrap_err();
        let line = text.lines().position(|l| l == format!("extension = \"{digits}\"")).unwrap() + 1;
        let shadow = problems.0.iter().find(|p| p.what.contains("is a way of dialling")).unwrap();
        assert_eq!(shadow.line, line, "{digits}");
    }
    let text = practice().replace("extension = \"102\"", "extension = \"112\"")
        + "[emergency]\nnumbers = [\"112\"]\n";
    assert!(Config::parse("portico.toml", &text).unwrap_err().to_string().contains("a way of dialling 112"));
}

#[test]
fn what_calls_may_cost_is_said_in_money() {
    let said = "[tolls]\nday = 50\nday_per_extension = 7.5\nabroad_burst = 2\n[tolls.prices]\nnear = 0.015\n";
    let tolls = with(said).unwrap().tolls;
    assert_eq!((tolls.day, tolls.day_per_extension), (Some(500_000), Some(75_000)));
    assert_eq!(tolls.prices["near"], 150);
    for (from, to, what) in [
        ("near", "nearby", "no price class"),
        ("50", "-1", "not a sum of money"),
        ("= 2", "= 101", "from 0 to 100"),
    ] {
        assert!(with(&said.replace(from, to)).unwrap_err().to_string().contains(what), "{what}");
    }
    let text = practice().replace("extension = \"101\"", "extension = \"101\"\nmay_call = \"everywhere\"");
    assert!(Config::parse("portico.toml", &text).unwrap_err().to_string().contains("inside, domestic"));
    let text = practice().replace("zone =", "country = \"XX\"\narea_code = \"(303)\"\nzone =");
    let problems = Config::parse("portico.toml", &text).unwrap_err();
    assert_eq!(problems.0.len(), 2, "{problems}");
}

#[test]
fn a_preset_fills_in_what_the_office_has_not_said() {
    let preset = |lines: &str| {
        let text = practice()
            .replace("send_to = \"127.0.0.1:5070\"\n", &format!("send_to = \"127.0.0.1:5070\"\n{lines}"));
        Config::parse("portico.toml", &text).map(|config| config.trunks[0].clone())
    };
    let plain = preset("").unwrap().profile;
    assert_eq!((plain.numbers.as_str(), plain.identity.as_str(), plain.channels), ("e164", "from", None));
    let telnyx = preset("preset = \"telnyx\"\nchannels = 10\nnumbers = \"digits\"\n").unwrap();
    assert_eq!(telnyx.domain.as_deref(), Some("sip.telnyx.com"));
    let profile = telnyx.profile;
    assert_eq!(
        (profile.identity.as_str(), profile.numbers.as_str()),
        ("asserted", "digits"),
        "the office is stronger"
    );
    assert_eq!(profile.channels, Some(10));
    for (lines, what) in [
        ("preset = \"telnix\"\n", "write one of bandwidth, flowroute"),
        ("preset = \"sipgate\"\n", "wants its account"),
        ("identity = \"rpid\"\n", "from, asserted, preferred, remote_party"),
        ("channels = 0\n", "from 1 to 10000"),
        ("dial_prefix = \"12a\"\n", "cannot be dialled"),
        ("outbound_number = \"+13035550999\"\n", "is not a number of the office"),
    ] {
        let problems = preset(lines).unwrap_err().to_string();
        assert!(problems.contains(what), "{problems}");
    }
    assert!(preset("outbound_number = \"+13035550101\"\n").is_ok());
}

const SUITE: &str = r#"
[[location]]
name = "Suite 4"
callback = "+1 303 555 0104"
country = "US"
state = "CO"
city = "Denver"
street = "Maple"
street_type = "Court"
number = "210"
unit = "4"
extensions = ["102"]
subnets = ["10.0.4.0/24"]
devices = ["00:15:65:aa:bb:01"]
default = true
"#;

#[test]
fn a_location_is_an_address_that_somebody_can_be_sent_to() {
    let config = with(SUITE).unwrap();
    let suite = &config.locations[0];
    let tags: Vec<&str> = suite.address.iter().map(|(tag, _)| *tag).collect();
    assert_eq!(tags, ["country", "A1", "A3", "RD", "STS", "HNO", "UNIT"]);
    assert_eq!((suite.callback.to_string().as_str(), suite.default), ("+13035550104", true));
    for (line, changed, what) in [
        ("city = \"Denver\"\n", "", "has no city"),
        ("number = \"210\"\n", "", "has no street and number"),
        ("country = \"US\"", "country = \"usa\"", "is not a country"),
        ("\"102\"", "\"109\"", "is not one of the extensions"),
        ("00:15:65:aa:bb:01", "00:15", "is not a device"),
        ("10.0.4.0/24", "10.0.4.0/64", "is not an address or a network"),
    ] {
        let problems = with(&SUITE.replace(line, changed)).unwrap_err();
        assert!(problems.to_string().contains(what), "{problems}");
    }
    let twice = with(&format!("{SUITE}{}", SUITE.replace("Suite 4", "Suite 5"))).unwrap_err().to_string();
    for what in ["is in two locations", "this device is in two", "two locations are the default"] {
        assert!(twice.contains(what), "{twice}");
    }
}

#[test]
fn who_is_told_of_an_emergency_is_somebody_who_can_be() {
    let ok = with("[emergency]\nnotify_phones = [\"101\"]\nnotify_calls = [\"+13035550199\"]\n").unwrap();
    assert_eq!((ok.emergency.notify_phones.len(), ok.emergency.notify_calls.len()), (1, 1));
    let problems = with("[emergency]\nnotify_phones = [\"109\"]\nnumbers = [\"1\"]\n").unwrap_err();
    assert_eq!(problems.0.len(), 2, "{problems}");
}

#[test]
fn a_short_password_is_refused() {
    let problems = Config::parse("portico.toml", &practice_file(|| "1234".into())).unwrap_err();
    assert_eq!(problems.0.len(), 2);
    assert!(problems.0[0].what.contains("shorter than 12"));
}

#[test]
fn recording_is_off_unless_the_file_says_so() {
    let text = practice().replace("calls = \"always\"\n", "");
    assert_eq!(Config::parse("portico.toml", &text).unwrap().recording.calls, super::Record::Never);
}

#[test]
fn a_trunk_is_given_up_after_four_seconds_unless_the_file_says_otherwise() {
    let trunk = |line: &str| {
        let text = practice().replace("# answer_seconds = 4\n", line);
        Config::parse("portico.toml", &text).map(|config| config.trunks[0].clone())
    };
    let as_it_is = trunk("").unwrap();
    assert_eq!((as_it_is.patience, as_it_is.probe), (Duration::from_secs(4), Some(Duration::from_secs(30))));
    let changed = trunk("answer_seconds = 7\nprobe = false\n").unwrap();
    assert_eq!((changed.patience, changed.probe), (Duration::from_secs(7), None));
    assert!(trunk("answer_seconds = 31\n").unwrap_err().to_string().contains("from 1 to 30"));
}

#[test]
fn a_country_behind_code_1_is_named_with_its_area_code() {
    let with = |list: &str| {
        let text = practice().replace("international = []", &format!("international = {list}"));
        Config::parse("portico.toml", &text).map(|config| config.calls.international)
    };
    assert_eq!(with("[\"44\", \"1876\"]").unwrap(), ["44", "1876"]);
    for wrong in ["[\"1\"]", "[\"+44\"]", "[\"18\"]", "[\"0044\"]", "[\"\"]"] {
        assert!(with(wrong).unwrap_err().to_string().contains("country code"), "{wrong}");
    }
}

#[test]
fn media_is_encrypted_as_the_office_says() {
    let with = |section: &str| Config::parse("portico.toml", &format!("{}\n[srtp]\n{section}", practice()));
    let plain = Config::parse("portico.toml", &practice()).unwrap().srtp;
    assert_eq!(
        (plain.phones, plain.trunks, plain.without_tls),
        (SrtpWish::Optional, SrtpWish::Optional, false)
    );
    let srtp =
        with("phones = \"required\"\nwithout_tls = true\nextension = { \"102\" = \"off\" }\n").unwrap().srtp;
    assert_eq!((srtp.phones, srtp.without_tls), (SrtpWish::Required, true));
    assert_eq!(srtp.extension.get(&"102".parse().unwrap()), Some(&SrtpWish::Off));
    for (line, complaint) in [
        ("phones = \"always\"", "write \"off\", \"optional\" or \"required\""),
        ("extension = { \"999\" = \"off\" }", "`999` is not one of the extensions"),
        ("trunk = { \"other\" = \"off\" }", "`other` is not one of the trunks"),
    ] {
        let problems = with(line).unwrap_err().to_string();
        assert!(problems.contains(complaint), "{problems}");
    }
}

#[test]
fn what_desk_phones_can_do_is_what_is_usual_until_the_file_says_otherwise() {
    let config = Config::parse("portico.toml", &practice()).unwrap();
    let features = &config.features;
    assert_eq!(features.park_slots.len(), 4);
    assert_eq!(features.park_recall, Duration::from_secs(75));
    assert_eq!(features.star_codes["do_not_disturb_on"].as_ref().unwrap().to_string(), "*78");
    let text = practice().replacen(
        "ring = [[\"101\", \"102\"]]",
        "ring = [[\"101\", \"102\"], [\"+1 303 555 0150\"]]\norder = \"longest_idle\"\n\
         plan = [{ hours = [\"Mon-Fri 12:00-13:00\"], ring = [[\"102\"]] }]",
        1,
    ) + "\n[park]\nslots = [\"750\", \"751\"]\nrecall_seconds = 60\n[transfer]\nrecall_seconds = 20\n[hold]\nmusic = \"/srv/music.wav\"\n\
         [star_codes]\ngroup_pickup = \"*88\"\nrecord = \"\"\n\
         [holidays]\nfederal = true\nclosed = [\"2026-12-24 Christmas Eve\"]\nopen = [\"2026-10-12\"]\n";
    let config = Config::parse("portico.toml", &text).unwrap();
    let (features, main) = (&config.features, &config.numbers[0]);
    assert_eq!(features.park_slots, ["750".parse().unwrap(), "751".parse().unwrap()]);
    assert_eq!(features.transfer_recall, Duration::from_secs(20));
    assert_eq!(features.star_codes["group_pickup"].as_ref().unwrap().to_string(), "*88");
    assert_eq!(features.star_codes["record"], None);
    assert_eq!(features.music.as_deref(), Some("/srv/music.wav"));
    assert_eq!(features.holidays.on("2026-12-24".parse().unwrap()), Some("Christmas Eve"));
    assert_eq!(features.holidays.on("2026-10-12".parse().unwrap()), None);
    assert_eq!(main.ring[1].numbers.len(), 1);
    assert_eq!((main.order, main.plans.len()), (RingOrder::LongestIdle, 1));
}

#[test]
fn what_desk_phones_cannot_do_is_named_with_its_line() {
    let text = practice()
        + "\n[park]\nslots = [\"101\", \"911\", \"750\", \"750\"]\nrecall_seconds = 5\n\
           [star_codes]\nparc = \"*70\"\npark = \"70\"\nrecord = \"*78\"\n\
           [holidays]\nclosed = [\"Christmas\"]\n";
    let problems = Config::parse("portico.toml", &text).unwrap_err();
    for what in [
        "101 is an extension and a park slot",
        "911 is an emergency number",
        "park slot 750 is there twice",
        "5 seconds until a recall is out of range",
        "there is no service `parc`",
        "`70` is not a code",
        "`*78` would mean both record and do_not_disturb_on",
        "`Christmas` is not a day",
    ] {
        let found = problems.0.iter().find(|problem| problem.what == what);
        let line = found.unwrap_or_else(|| panic!("{what}: {problems}")).line;
        assert!(line > practice().lines().count(), "{what}");
    }
    assert_eq!(problems.0.len(), 8, "{problems}");
}

#[test]
fn the_ports_of_sound_leave_out_the_port_of_sip() {
    let text = practice().replace("rtp_ports = \"16384-18383\"", "rtp_ports = \"4000-6000\"");
    let problems = Config::parse("portico.toml", &text).unwrap_err().to_string();
    assert!(problems.contains("port 5060 is that of `listen`"), "{problems}");
}

#[test]
fn a_browser_is_one_extensions_and_the_console_may_listen_under_tls() {
    let with = |people: &str| {
        let place = "extension = \"101\"\n";
        let text = practice()
            .replacen(place, &format!("{place}people = [\"Robin\"]\n"), 1)
            .replacen("extension = \"102\"\n", &format!("extension = \"102\"\npeople = [{people}]\n"), 1)
            .replacen("[console]\n", "[console]\ntls = \"127.0.0.1:8443\"\n", 1);
        Config::parse("portico.toml", &text)
    };
    let config = with("\"Kim\"").unwrap();
    assert_eq!(config.extensions[0].people, ["Robin"]);
    assert_eq!(config.extensions[1].people, ["Kim"]);
    assert_eq!(config.console.tls, Some("127.0.0.1:8443".parse().unwrap()));
    let said = with("\"Kim\", \"Robin\"").unwrap_err().to_string();
    assert!(said.contains("`Robin` is at two extensions") && said.contains("take the name out"), "{said}");
}
