//! Calls in their dozens at one phone, each ended by somebody else at another moment.

use crate::{
    CALLER, Call, NUMBER, Office,
    far_end::{PATIENCE, clock, pause},
};

const CALLS: usize = 24;

#[test]
#[ignore = "real sockets: make interop"]
fn of_many_calls_that_end_at_any_moment_nothing_is_left() {
    let mut office = Office::open("many");
    let description = office.carrier.description();
    let mut calls: Vec<Call> = (0..CALLS).map(|_| Call::new(&office.carrier, CALLER, NUMBER)).collect();
    for call in &mut calls {
        call.invite(&office.carrier, "", &description);
    }
    let mut taken = 0;
    // The phone takes every second call, refuses every fifth, and lets the others ring.
    while let Some(invite) = office.phone.next(1000, |heard| heard.method() == "INVITE") {
        let at_phone = Call::of(&office.phone, invite);
        match taken % 10 {
            5 => at_phone.reply(&office.phone, "486 Busy Here", ""),
            n if n % 2 == 0 => at_phone.reply(&office.phone, "200 OK", &description),
            _ => at_phone.reply(&office.phone, "180 Ringing", ""),
        }
        taken += 1;
    }
    assert!(taken > 0);
    for call in &mut calls {
        call.cancel(&office.carrier, &call.branch);
    }
    while !calls.is_empty() {
        let last = office.carrier.next(5000, |h| h.status() >= 200 && h.of() == "INVITE").unwrap();
        // A copy of an answer that has been dealt with is nobody's.
        let Some(at) = calls.iter().position(|call| call.branch == last.branch()) else { continue };
        let mut call = calls.swap_remove(at);
        if last.status() == 200 {
            call.acknowledge(&office.carrier, &last, "");
            assert_eq!(call.ask(&mut office.carrier, "BYE", "", "").status(), 200);
        } else {
            call.acknowledge_failure(&office.carrier, &last);
        }
    }
    // Whatever is still asked of the phone is answered.
    while let Some(request) = office.phone.next(700, |h| ["BYE", "CANCEL"].contains(&h.method())) {
        office.phone.answer(&request, "200 OK", "", "", "");
    }
    office.is_quiet();
    let deadline = clock() + PATIENCE;
    while office.portico.list("calls").unwrap().len() < CALLS {
        let kept = office.portico.list("calls").unwrap().len();
        assert!(clock() < deadline, "each call has its record: {kept}");
        pause(100);
    }
}
