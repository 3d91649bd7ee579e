//! The settings of desk phones, file by file, as each maker's phone would fetch them. `PORTICO_BLESS=1` writes them anew:
//! read the difference.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::{collections::BTreeMap, fs, path::Path};

use portico::provisioning::{Brand, Contact, Group, Key, KeyKind, Makers, Settings, Transport};

fn settings(mac: &str) -> Settings {
    let key = |kind, user: &str, label: &str| Key { kind, user: user.into(), label: label.into() };
    Settings {
        mac: mac.parse().unwrap(),
        extension: "101".parse().unwrap(),
        name: "Front desk & \"Leasing\"".into(),
        user: "101".into(),
        password: "a <secret> & more".into(),
        admin_password: "drawn-for-this-phone".into(),
        server: "192.0.2.1".into(),
        port: 5061,
        transport: Transport::Tls,
        srtp: true,
        voicemail: "*97".into(),
        pickup: "**".into(),
        zone: "America/Denver".into(),
        ntp: "pool.ntp.org".into(),
        url: "https://portico.office.example/provision/5ec2e7".into(),
        ca: true,
        codecs: vec!["g722".into(), "pcmu".into(), "pcma".into()],
        keys: vec![
            key(KeyKind::Park, "701", "Line 1"),
            key(KeyKind::Park, "702", "Line 2"),
            key(KeyKind::Colleague, "102", "Leasing"),
            key(KeyKind::Colleague, "103", "O'Neil"),
            key(KeyKind::Colleague, "104", "Maintenance"),
            key(KeyKind::Colleague, "105", "Manager"),
            key(KeyKind::Colleague, "106", "Accounts"),
        ],
        contacts: vec![
            Contact { name: "Leasing".into(), number: "102".into() },
            Contact { name: "Dana Reyes <unit 4>".into(), number: "+13035550177".into() },
        ],
        groups: vec![Group { address: "239.10.0.1:5004".into(), label: "Everybody".into() }],
        overrides: BTreeMap::new(),
    }
}

const PHONES: [(Brand, &str); 5] = [
    (Brand::Yealink, "805ec01a2b3c"),
    (Brand::Poly, "0004f21a2b3c"),
    (Brand::Grandstream, "c074ad1a2b3c"),
    (Brand::Snom, "0004131a2b3c"),
    (Brand::Fanvil, "0c383e1a2b3c"),
];

#[test]
fn every_file_of_every_maker_is_as_it_was_found_right() {
    let makers = Makers::factory().unwrap();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/phones");
    let bless = std::env::var_os("PORTICO_BLESS").is_some();
    for (brand, mac) in PHONES {
        for name in makers.file_names(brand, mac.parse().unwrap()) {
            let file = makers.file(brand, &settings(mac), &name).unwrap().unwrap();
            let golden = folder.join(format!("{}-{name}", brand.name().to_lowercase()));
            if bless {
                fs::create_dir_all(&folder).unwrap();
                fs::write(&golden, &file.text).unwrap();
            }
            let expected = fs::read_to_string(&golden).unwrap_or_default();
            assert_eq!(file.text, expected, "{}", golden.display());
        }
    }
}

#[test]
fn xml_is_whole_whatever_the_names_are() {
    let makers = Makers::factory().unwrap();
    for (brand, mac) in PHONES.into_iter().filter(|(brand, _)| *brand != Brand::Yealink) {
        for name in makers.file_names(brand, mac.parse().unwrap()) {
            let text = makers.file(brand, &settings(mac), &name).unwrap().unwrap().text;
            assert!(text.starts_with("<?xml"), "{name}");
            assert!(!text.contains("<secret>") && !text.contains("<unit"), "{name}: {text}");
            assert!(!text.contains("@overrides@") && !text.contains("{{") && !text.contains("{%"), "{name}");
            let opened = text.matches('<').count();
            assert_eq!(opened, text.matches('>').count(), "{name}");
        }
    }
}

#[test]
fn a_file_tells_by_its_name_whose_it_is() {
    let makers = Makers::factory().unwrap();
    let asked = |file: &str| makers.asked(file).map(|asked| (asked.brand, asked.mac.to_string()));
    let mac = |mac: &str| mac.to_owned();
    assert_eq!(asked("805ec01a2b3c.cfg"), Some((Brand::Yealink, mac("805ec01a2b3c"))));
    assert_eq!(asked("0004F21A2B3C.cfg"), Some((Brand::Poly, mac("0004f21a2b3c"))));
    assert_eq!(asked("0c383e1a2b3c.cfg"), Some((Brand::Fanvil, mac("0c383e1a2b3c"))));
    assert_eq!(asked("cfgc074ad1a2b3c.xml"), Some((Brand::Grandstream, mac("c074ad1a2b3c"))));
    assert_eq!(asked("snomD785-0004131A2B3C.htm"), Some((Brand::Snom, mac("0004131a2b3c"))));
    // An address that no maker is known to have, under a name that only one maker uses.
    assert_eq!(asked("cfgaabbccddeeff.xml"), Some((Brand::Grandstream, mac("aabbccddeeff"))));
    for other in
        ["aabbccddeeff.cfg", "phonebook.xml", "../../etc/passwd", "y000000000028.cfg", "cfg.xml", "é"]
    {
        assert_eq!(asked(other), None, "{other}");
    }
}

#[test]
fn a_phone_gets_no_file_of_another_phone() {
    let makers = Makers::factory().unwrap();
    let own = settings("805ec01a2b3c");
    assert!(makers.file(Brand::Yealink, &own, "805ec0ffffff.cfg").unwrap().is_none());
    assert!(makers.file(Brand::Yealink, &own, "805EC01A2B3C.CFG").unwrap().is_some());
    assert!(makers.file(Brand::Yealink, &own, "phonebook.xml").unwrap().is_some());
    assert!(makers.file(Brand::Yealink, &own, "secrets.txt").unwrap().is_none());
}

#[test]
fn what_is_set_for_one_phone_takes_the_place_of_what_all_are_told() {
    let makers = Makers::factory().unwrap();
    for (brand, mac, known, unknown) in [
        (Brand::Yealink, "805ec01a2b3c", "account.1.sip_server.1.expires", "phone_setting.backlight_time"),
        (Brand::Poly, "0004f21a2b3c", "reg.1.lineKeys", "up.backlight.idleIntensity"),
        (Brand::Grandstream, "c074ad1a2b3c", "P99", "P1362"),
        (Brand::Snom, "0004131a2b3c", "settings_refresh_timer", "language"),
        (Brand::Fanvil, "0c383e1a2b3c", "RegisterTTL", "SomethingNew"),
    ] {
        let mut settings = settings(mac);
        settings.overrides =
            BTreeMap::from([(known.into(), "4711".into()), (unknown.into(), "a&b\nc".into())]);
        let name = makers
            .file_names(brand, settings.mac)
            .into_iter()
            .find(|name| makers.file(brand, &settings, name).unwrap().unwrap().text.contains("4711"));
        let text = makers.file(brand, &settings, &name.unwrap()).unwrap().unwrap().text;
        let lines =
            |what: &str| text.lines().filter(|line| line.contains(what)).map(str::trim).collect::<Vec<_>>();
        assert_eq!(lines(known).len(), 1, "{brand}: {:?}", lines(known));
        assert!(lines(known)[0].contains("4711"), "{brand}: {:?}", lines(known));
        assert_eq!(lines(unknown).len(), 1, "{brand}");
        let value = if brand == Brand::Yealink { "a&bc" } else { "a&amp;bc" };
        assert!(lines(unknown)[0].contains(value), "{brand}: {:?}", lines(unknown));
        settings.overrides = BTreeMap::from([("a = b\naccount".into(), "x".into())]);
        let broken = makers
            .file_names(brand, settings.mac)
            .into_iter()
            .any(|name| makers.file(brand, &settings, &name).is_err());
        assert!(broken, "{brand}: a name of a setting has no blanks");
    }
}

#[test]
fn a_maker_is_known_by_how_its_phones_call_themselves() {
    let of = Brand::of_user_agent;
    assert_eq!(of("Yealink SIP-T46U 108.86.0.20"), Some(Brand::Yealink));
    assert_eq!(of("PolycomVVX-VVX_411-UA/6.4.3.5156"), Some(Brand::Poly));
    assert_eq!(of("Grandstream GRP2614 1.0.9.47"), Some(Brand::Grandstream));
    assert_eq!(of("snomD785/10.1.64.14"), Some(Brand::Snom));
    assert_eq!(of("Fanvil X6U 2.4.6 0c383e000001"), Some(Brand::Fanvil));
    assert_eq!(of("baresip v1.0"), None);
    let makers = Makers::factory().unwrap();
    assert_eq!(makers.check_sync(Brand::Yealink, true), "check-sync;reboot=true");
    assert_eq!(makers.check_sync(Brand::Poly, false), "check-sync");
}
