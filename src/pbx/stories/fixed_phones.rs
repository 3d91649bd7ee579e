//! Phones that do not register.

use std::sync::Arc;

use crate::pbx::{
    Directory, Input, LegResult, Party,
    story::{MAIN, World, extension, office},
};

#[test]
fn a_phone_at_a_fixed_address_rings_without_having_registered() {
    let mut world = World::with(office());
    let address = world.put_up("101");
    let fixed_phones = [(extension("101"), address)].into();
    world.tell(Input::Directory(Arc::new(Directory { fixed_phones, ..office() })));
    let dana = world.call("carrier", MAIN);
    world.rings("101");
    world.picks_up("101");
    assert!(world.bridged().is_some());
    world.hangs_up("carrier", dana);
    let other = Party::Phone(extension("102"));
    let unregistered =
        |leg: &crate::pbx::LegRecord| leg.party == other && leg.result == LegResult::Unregistered;
    assert!(world.record().legs.iter().any(unregistered));
}
