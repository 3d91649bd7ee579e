//! A stolen password at two in the morning: what it can cost, and who hears of it.

use crate::pbx::{
    Barred, Fact, Money, PriceClass, Right,
    story::{DANA, World, extension, office},
};

/// Numbers that pay whoever has them called, as an attack dials them one after the other.
const PREY: [&str; 6] =
    ["+18765550177", "+37129555017", "+881612345678", "+442079460958", "+18095550177", "+9605550177"];

fn asked(world: &World) -> usize {
    world.events("carrier").iter().filter(|event| matches!(event, crate::sip::Event::Invited { .. })).count()
}

fn alarms(world: &World) -> Vec<(Barred, bool)> {
    let alarms = world.facts.iter().filter_map(|fact| match fact {
        Fact::CallBarred { why, grave, .. } => Some((*why, *grave)),
        _ => None,
    });
    alarms.collect()
}

#[test]
fn out_of_the_box_nothing_of_it_leaves_the_house_and_the_third_try_is_told() {
    let mut world = World::at_work();
    world.wait_s(15 * 3600);
    for number in PREY.into_iter().chain(["+19005550177", "9005550177"]) {
        world.call("101", number);
        assert_eq!(world.failed_with("101"), Some(403), "{number}");
    }
    assert_eq!(asked(&world), 0);
    assert!(alarms(&world).iter().any(|(_, grave)| *grave), "{:?}", alarms(&world));
}

#[test]
fn with_the_whole_world_open_an_attack_at_two_in_the_morning_has_three_calls() {
    let mut office = office();
    office.limits.international = true;
    office.limits.tolls.premium = true;
    office.limits.tolls.rights.insert(extension("101"), Right::Premium);
    let mut world = World::with(office);
    world.plug_in("101");
    world.plug_in("102");
    world.wait_s(15 * 3600);
    let mut tries = 0;
    for number in PREY.into_iter().chain(["+19005550177", "+19005550178", "+19005550179"]) {
        // From one telephone, and from another whose password is stolen as well.
        for thief in ["101", "102"] {
            let call = world.call(thief, number);
            tries += 1;
            if asked(&world) == tries {
                world.picks_up("carrier");
                world.hangs_up(thief, call);
            }
            world.wait_s(20);
        }
    }
    assert_eq!(asked(&world), 3);
    assert!(alarms(&world).contains(&(Barred::TooManyAbroad, true)));
    let ordinary = world.call("102", DANA);
    assert_eq!(asked(&world), 4, "and the house can still telephone");
    world.gives_up("102", ordinary);
}

#[test]
fn the_fourth_call_at_once_and_the_money_of_the_day_are_the_end_of_it() {
    let mut office = office();
    office.limits.tolls.prices.insert(PriceClass::Domestic, Money::cents(500));
    let mut world = World::with(office);
    world.plug_in("101");
    let calls: Vec<_> = (0..4)
        .map(|_| {
            let call = world.call("101", DANA);
            world.picks_up("carrier");
            call
        })
        .collect();
    world.call("101", DANA);
    assert_eq!(world.failed_with("101"), Some(403));
    world.wait_s(100);
    assert_eq!(world.switch.counts().calls, 0, "twenty are spent: four calls of one begun minute each");
    assert!(world.has_ended("101"));
    assert!(alarms(&world).contains(&(Barred::Spent, true)));
    world.call("101", DANA);
    assert_eq!(world.failed_with("101"), Some(403));
    world.wait_s(14 * 3600);
    let tomorrow = world.call("101", DANA);
    world.gives_up("101", tomorrow);
    drop(calls);
}

#[test]
fn what_was_called_before_a_restart_counts_after_it() {
    use crate::pbx::{Control, Spent};
    let mut office = office();
    office.limits.international = true;
    let mut world = World::with(office);
    world.plug_in("101");
    let at = |minutes: i64| world.now.wall - jiff::SignedDuration::from_mins(minutes);
    let spent: Vec<Spent> = (1..4)
        .map(|n| Spent {
            extension: extension("101"),
            number: "+442079460958".parse().unwrap(),
            started: at(n * 2),
            answered: None,
            ended: at(n),
        })
        .collect();
    world.control(Control::RestoreSpending(spent));
    world.call("101", "+442079460958");
    assert_eq!(world.failed_with("101"), Some(403));
    assert_eq!(alarms(&world), [(Barred::TooManyAbroad, true)]);
}
