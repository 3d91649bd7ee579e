//! Who is shown to whom: numbers that are withheld, outward and inward, and what each carrier is offered.

use crate::{
    media::Codec,
    pbx::{
        Caller, IdentityForm, TrunkProfile,
        story::{DANA, MAIN, World, office},
    },
    sip::{Event, Identity, TrunkName},
};

fn with_profile(profile: TrunkProfile) -> World {
    let mut office = office();
    office.trunk_profiles.insert(TrunkName("carrier".into()), profile);
    let mut world = World::with(office);
    world.plug_in("101");
    world.plug_in("102");
    world
}

fn asserted() -> TrunkProfile {
    TrunkProfile { identity: IdentityForm::Asserted, ..TrunkProfile::default() }
}

fn sent_invites(world: &World) -> impl DoubleEndedIterator<Item = &String> {
    world.to_carrier.iter().filter(|sent| sent.starts_with("INVITE "))
}

fn invites(world: &World) -> usize {
    sent_invites(world).count()
}

fn last_invite(world: &World) -> String {
    sent_invites(world).next_back().unwrap().clone()
}

#[test]
fn a_number_is_withheld_by_a_code_or_by_the_phones_own_key_for_that_one_call() {
    let mut world = with_profile(asserted());
    let hidden = |sent: &str| {
        assert!(sent.contains("\r\nFrom: \"Anonymous\" <sip:anonymous@anonymous.invalid>;tag="), "{sent}");
        assert!(sent.contains("\r\nPrivacy: id\r\n"), "{sent}");
        // The carrier is told, and keeps it to itself.
        assert!(sent.contains(&format!("\r\nP-Asserted-Identity: <sip:{MAIN}@")), "{sent}");
        let rest = sent.replace("P-Asserted-Identity: <sip:+13035550100@", "");
        assert!(!rest.contains("3035550100") && !rest.contains("Maple Court"), "{sent}");
    };
    let call = world.call("101", &format!("*67{}", DANA.trim_start_matches("+1")));
    assert_eq!(world.invited("carrier").1.dialled, DANA);
    hidden(&last_invite(&world));
    world.gives_up("101", call);
    let call = world.call_as("101", "anonymous", "Anonymous", DANA);
    assert_eq!(invites(&world), 2);
    hidden(&last_invite(&world));
    world.gives_up("101", call);
    let call = world.call("101", DANA);
    let sent = last_invite(&world);
    assert!(sent.contains(MAIN) && !sent.contains("Privacy:"), "the next call is as ever: {sent}");
    world.gives_up("101", call);
    let own: Vec<_> = world.records().iter().map(|record| record.caller.clone()).collect();
    let desk = Caller::Extension("101".parse().unwrap());
    assert_eq!(own, vec![desk; 3], "the office knows its own");
}

#[test]
fn a_carrier_that_looks_at_from_alone_is_not_told_a_withheld_number() {
    let mut world = with_profile(TrunkProfile::default());
    let call = world.call("101", "*673035550142");
    let sent = last_invite(&world);
    assert!(sent.contains("anonymous.invalid") && !sent.contains("P-Asserted-Identity"), "{sent}");
    world.gives_up("101", call);
}

#[test]
fn the_code_alone_calls_nobody_and_what_is_barred_stays_barred_behind_it() {
    let mut world = with_profile(asserted());
    for (dialled, status) in [("*6719005550177", 403), ("*67011442079460958", 403), ("*675550177", 404)] {
        world.call("101", dialled);
        assert_eq!(world.failed_with("101"), Some(status), "{dialled}");
    }
    world.call("101", "*67");
    world.wait_s(15);
    assert_eq!(invites(&world), 0);
}

#[test]
fn a_callers_withheld_number_is_shown_to_no_phone_whatever_the_carrier_has_said_of_it() {
    let mut world = with_profile(asserted());
    world.sent.clear();
    let from = Identity { user: "+13035550142".into(), display: "Dana Reyes".into() };
    let named = vec![
        ("P-Asserted-Identity".to_owned(), "\"Dana Reyes\" <sip:+13035550142@carrier.example>".to_owned()),
        ("Privacy".to_owned(), "id".to_owned()),
    ];
    let call = world.call_saying("carrier", from, MAIN, named);
    world.rings("102");
    let (_, shown) = world.invited("102");
    assert_eq!(shown.asserted, None);
    let to_phones = world.events("102").iter().filter(|event| matches!(event, Event::Invited { .. })).count();
    assert_eq!(to_phones, 1);
    let carrier = world.far("carrier").at();
    for (_, sent) in world.sent.iter().filter(|(to, _)| *to != carrier) {
        assert!(!sent.contains("3035550142") && !sent.contains("Dana"), "{sent}");
    }
    world.gives_up("carrier", call);
    assert_eq!(world.record().caller, Caller::Anonymous, "nor to anybody who reads the record");
}

#[test]
fn each_trunk_is_offered_codecs_in_its_own_order() {
    for (codecs, offered) in
        [(vec![], "0 8 "), (vec![Codec::Pcma, Codec::Pcmu], "8 0 "), (vec![Codec::G722, Codec::Pcma], "8 ")]
    {
        let mut world = with_profile(TrunkProfile { codecs: codecs.clone(), ..TrunkProfile::default() });
        let call = world.call_with("101", DANA, &[Codec::Pcmu, Codec::Pcma]);
        let (_, invitation) = world.invited("carrier");
        let offer = String::from_utf8(invitation.offer).unwrap();
        let media = offer.lines().find(|line| line.starts_with("m=audio ")).unwrap();
        let payloads = media.split("AVP ").nth(1).unwrap();
        assert!(payloads.starts_with(offered), "{codecs:?}: {media}");
        world.gives_up("101", call);
    }
}
