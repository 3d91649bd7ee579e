//! Who listened to whom is written down where nobody changes it.

use super::house::House;
use crate::{
    desk::Input,
    pbx::Supervise,
    store::Fault,
    types::{CallId, Extension},
};

#[test]
fn each_use_of_a_right_is_a_line_of_the_audit_log_and_a_disk_that_fails_only_delays_it() {
    let mut house = House::new();
    let call = CallId::from_random(7);
    let (by, of) = ("103".parse::<Extension>().unwrap(), "101".parse().unwrap());
    house.engine().store_mut().inject(Fault::Commits { first: 1, count: u64::MAX });
    house.feed(Input::Supervised { call, by: by.clone(), of: Some(of), how: Supervise::Listen });
    assert!(house.reader().audit_log(None, 10).unwrap().items.is_empty());
    house.engine().store_mut().inject(Fault::None);
    house.minutes(10);
    house.feed(Input::Supervised { call, by, of: None, how: Supervise::TakeOver });
    let log = house.reader().audit_log(None, 10).unwrap().items;
    let lines: Vec<[&str; 4]> = log
        .iter()
        .map(|row| [row.actor.as_str(), row.action.as_str(), row.subject.as_str(), row.detail.as_str()])
        .collect();
    let call = call.to_string();
    assert_eq!(
        lines,
        [["extension 103", "call.take_over", &call, "agent"], ["extension 103", "call.listen", &call, "101"],]
    );
}
