//! Random commands at both ends of random calls over a bad network, held against a model of what a session may tell.

use std::{collections::BTreeMap, time::Duration};

use rand_chacha::rand_core::{Rng, SeedableRng};

use super::world::{CARRIER, Fate, OFFICE, World};
use crate::{
    sip::{Event, SendError, SessionId},
    types::Chance,
};

/// What a session has told so far. Nothing follows an end, and nothing but an end undoes an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Told {
    Invited,
    Calling,
    Talking,
    Over,
}

/// One end of the calls, as its PBX sees it.
#[derive(Default)]
struct Ledger(BTreeMap<SessionId, Told>);

impl Ledger {
    fn hear(&mut self, event: &Event, seed: u64) {
        use Told::*;
        let (session, from, to): (&SessionId, &[Told], Told) = match event {
            Event::Invited { session, .. } => {
                assert!(
                    self.0.insert(*session, Invited).is_none(),
                    "seed {seed}: {session:?} is invited twice"
                );
                return;
            }
            Event::Cancelled { session, .. } => (session, &[Invited], Over),
            Event::Confirmed { session, .. }
            | Event::Reoffered { session, .. }
            | Event::ReofferAnswered { session, .. } => (session, &[Talking], Talking),
            Event::Progress { session, .. } => (session, &[Calling], Calling),
            Event::Answered { session, .. } => (session, &[Calling], Talking),
            Event::Failed { session, .. } => (session, &[Calling], Over),
            Event::Ended { session, .. } => (session, &[Talking], Over),
            _ => return,
        };
        let told = self.0.get_mut(session).unwrap_or_else(|| panic!("seed {seed}: {event:?} of a stranger"));
        assert!(from.contains(told), "seed {seed}: {event:?} while {told:?}");
        *told = to;
    }

    fn pick(&self, chance: &mut Chance) -> Option<(SessionId, Told)> {
        let open: Vec<_> = self.0.iter().filter(|(_, told)| **told != Told::Over).collect();
        let at = chance.next_u32() as usize % open.len().max(1);
        open.get(at).map(|(session, told)| (**session, **told))
    }
}

#[test]
fn whatever_both_ends_do_in_whatever_order_each_call_has_one_course_and_one_end() {
    for seed in 0..120u64 {
        let mut chance = Chance::seed_from_u64(seed);
        let mut world = World::of_an_office(seed + 5000);
        let mut ledgers = [(OFFICE, Ledger::default()), (CARRIER, Ledger::default())];
        bad_network(&mut world, seed);
        for _ in 0..60 {
            let which = chance.next_u32() as usize % 2;
            let (at, ledger) = &mut ledgers[which];
            act(&mut world, at, ledger, &mut chance);
            world.run(Duration::from_millis(u64::from(chance.next_u32() % 400)));
            for (at, ledger) in &mut ledgers {
                world.events(at).iter().for_each(|event| ledger.hear(event, seed));
            }
        }
        // The network heals, both ends hang up, and everything has to come to its end.
        world.judge = Box::new(|_, _, _| Fate::Deliver);
        for _ in 0..4 {
            for (at, ledger) in &mut ledgers {
                for (session, told) in ledger.0.clone() {
                    hang_up(&mut world, at, ledger, session, told);
                }
            }
            world.run(Duration::from_secs(40));
            for (at, ledger) in &mut ledgers {
                world.events(at).iter().for_each(|event| ledger.hear(event, seed));
            }
        }
        for (at, ledger) in &ledgers {
            let open: Vec<_> = ledger.0.iter().filter(|(_, told)| **told != Told::Over).collect();
            assert!(open.is_empty(), "seed {seed}: {open:?} at {at}");
            let counts = world.counts(at);
            assert_eq!((counts.sessions, counts.session_side_entries), (0, 0), "seed {seed} at {at}");
        }
    }
}

fn bad_network(world: &mut World, seed: u64) {
    let mut chance = Chance::seed_from_u64(seed ^ 0xbad);
    world.judge = Box::new(move |_, _, _| match chance.next_u32() % 10 {
        0..=1 => Fate::Lose,
        2 => Fate::Double,
        3..=4 => Fate::Delay(Duration::from_millis(u64::from(chance.next_u32() % 900))),
        _ => Fate::Deliver,
    });
}

fn act(world: &mut World, at: &str, ledger: &mut Ledger, chance: &mut Chance) {
    let trunk = if at == OFFICE { "carrier" } else { "office" };
    let Some((session, told)) = ledger.pick(chance) else {
        let outgoing = super::world::to_trunk(trunk, "+13035550100", b"offer");
        let session = world.tell(at, |e, now| e.invite(now, outgoing)).unwrap();
        ledger.0.insert(session, Told::Calling);
        return;
    };
    let dice = chance.next_u32() % 6;
    // A command may come too late for what is already on its way; it then says so and changes nothing.
    let result = world.tell(at, |e, now| match (told, dice) {
        (Told::Invited, 0..=2) => e.answer(now, session, b"answer".to_vec()),
        (Told::Invited, 3) => e.reject(now, session, 486, "", None, None),
        (Told::Invited, _) => e.ring(now, session, 183, Some(b"early".to_vec())),
        (Told::Calling, 0) => e.cancel(now, session, None),
        (Told::Talking, 0) => e.bye(now, session, None),
        (Told::Talking, 1) => e.reoffer(now, session, b"new".to_vec()),
        (Told::Talking, 2..=3) => e.accept_reoffer(now, session, b"yes".to_vec()),
        (Told::Talking, 4) => e.refuse_reoffer(now, session, 488),
        _ => Ok(()),
    });
    match (result, told, dice) {
        (Ok(()), Told::Invited, 0..=2) => *ledger.0.get_mut(&session).unwrap() = Told::Talking,
        (Ok(()), Told::Invited, 3) => *ledger.0.get_mut(&session).unwrap() = Told::Over,
        (Err(SendError::OfferPending | SendError::NoSession), ..) | (Ok(()), ..) => {}
        (Err(other), ..) => panic!("{other}"),
    }
}

fn hang_up(world: &mut World, at: &str, ledger: &mut Ledger, session: SessionId, told: Told) {
    let _ = world.tell(at, |e, now| match told {
        Told::Invited => e.reject(now, session, 480, "", None, None),
        Told::Calling => e.cancel(now, session, None),
        Told::Talking => e.bye(now, session, None),
        Told::Over => Ok(()),
    });
    if told == Told::Invited {
        ledger.0.insert(session, Told::Over);
    }
}
