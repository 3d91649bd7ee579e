//! What is to be done with an enrolment now: send, wait, or stop.

use jiff::{SignedDuration, Timestamp};

use super::{Enrolment, Sequence, Stop};
use crate::types::{PhoneNumber, QuietHours};

/// What the house knows of the contact at this moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Standing {
    /// There is an opt-in that no opt-out has followed.
    pub opted_in: bool,
    pub opted_out: bool,
    /// Their last text to us.
    pub last_reply: Option<Timestamp>,
    /// The start of their last call to us.
    pub last_call: Option<Timestamp>,
}

/// The answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Advance {
    /// Send touch `touch` now. `next` is the due time of the one after it; `None`: that was the last.
    Send {
        touch: usize,
        next: Option<Timestamp>,
    },
    /// Look again then.
    Defer(Timestamp),
    Stop(Stop),
}

/// Two touches are never closer than this, even if the house was off and several fell due meanwhile.
const BETWEEN_TOUCHES: SignedDuration = SignedDuration::from_hours(4);

/// Decides about one enrolment, whose touches go to `number`. They fall due by the office's calendar, and leave only
/// in the hours of the number.
///
/// Every reason to stop is looked at before the time is, so that a STOP ends an enrolment also at night. A touch that
/// fell due while the house was off is sent once, within the permitted hours, and the next keeps its distance.
pub fn advance(
    enrolment: &Enrolment,
    sequence: Option<&Sequence>,
    standing: &Standing,
    number: PhoneNumber,
    quiet: &QuietHours,
    now: Timestamp,
) -> Advance {
    if standing.opted_out {
        return Advance::Stop(Stop::OptedOut);
    }
    if !standing.opted_in {
        return Advance::Stop(Stop::NoConsent);
    }
    if standing.last_reply.is_some_and(|reply| reply > enrolment.enrolled) {
        return Advance::Stop(Stop::Replied);
    }
    if standing.last_call.is_some_and(|call| call > enrolment.enrolled) {
        return Advance::Stop(Stop::CalledAgain);
    }
    let Some(sequence) = sequence.filter(|s| enrolment.step < s.touches().len()) else {
        return Advance::Stop(Stop::SequenceGone);
    };
    if now < enrolment.due {
        return Advance::Defer(enrolment.due);
    }
    let called = quiet.of(number);
    if !called.allows(now) {
        return Advance::Defer(called.next_allowed(now));
    }
    let next = sequence.due(enrolment.step + 1, enrolment.enrolled, &quiet.zone).map(|due| {
        let apart = now.checked_add(BETWEEN_TOUCHES).unwrap_or(Timestamp::MAX);
        due.max(apart)
    });
    Advance::Send { touch: enrolment.step, next }
}

#[cfg(test)]
mod tests {
    use jiff::{civil::Time, tz::TimeZone};

    use super::*;
    use crate::{
        followup::{EnrolmentState, Touch, When},
        types::ContactId,
    };

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn quiet() -> QuietHours {
        QuietHours {
            zone: TimeZone::get("America/Denver").unwrap(),
            from: Time::constant(8, 0, 0, 0),
            until: Time::constant(20, 0, 0, 0),
        }
    }

    fn denver() -> PhoneNumber {
        "+13035550142".parse().unwrap()
    }

    fn sequence() -> Sequence {
        let touch = |when| Touch { when, text: "Still looking?".into() };
        let ten = Time::constant(10, 0, 0, 0);
        let touches = vec![touch(When::AfterMinutes(120)), touch(When::OnDay { day: 3, at: ten })];
        Sequence::new("leads".into(), touches).unwrap()
    }

    fn enrolled(at_: &str) -> Enrolment {
        let enrolled = at(at_);
        Enrolment {
            contact: ContactId::from_random(1),
            sequence: "leads".into(),
            step: 0,
            enrolled,
            due: sequence().due(0, enrolled, &quiet().zone).unwrap(),
            from: "+13035550101".parse().unwrap(),
            call: None,
            state: EnrolmentState::Active,
        }
    }

    const WELCOME: Standing =
        Standing { opted_in: true, opted_out: false, last_reply: None, last_call: None };

    #[test]
    fn a_lead_of_the_afternoon_is_written_to_two_hours_later() {
        let enrolment = enrolled("2026-11-20T14:00:00-07:00");
        let (sequence, quiet) = (sequence(), quiet());
        let go = |now: &str| advance(&enrolment, Some(&sequence), &WELCOME, denver(), &quiet, at(now));
        assert_eq!(go("2026-11-20T15:59:59-07:00"), Advance::Defer(at("2026-11-20T16:00:00-07:00")));
        let next = Some(at("2026-11-23T10:00:00-07:00"));
        assert_eq!(go("2026-11-20T16:00:00-07:00"), Advance::Send { touch: 0, next });
    }

    #[test]
    fn a_lead_of_the_late_evening_waits_for_the_morning_also_when_the_clock_is_put_forward() {
        let enrolment = enrolled("2026-03-07T21:00:00-07:00");
        let answer = advance(
            &enrolment,
            Some(&sequence()),
            &WELCOME,
            denver(),
            &quiet(),
            at("2026-03-07T23:00:00-07:00"),
        );
        assert_eq!(answer, Advance::Defer(at("2026-03-08T08:00:00-06:00")));
    }

    #[test]
    fn a_quiet_hour_that_ends_within_the_hour_that_comes_twice_is_waited_for_and_never_looked_at_in_a_circle()
    {
        let quiet = QuietHours { from: Time::constant(1, 30, 0, 0), ..quiet() };
        let enrolment = enrolled("2026-10-31T20:00:00-06:00");
        // 01:15 for the second time: "today at 01:30" has been, an hour ago.
        let now = at("2026-11-01T01:15:00-07:00");
        let Advance::Defer(until) = advance(&enrolment, Some(&sequence()), &WELCOME, denver(), &quiet, now)
        else {
            panic!("it is quiet")
        };
        assert!(until > now);
    }

    #[test]
    fn a_lead_from_another_coast_is_written_to_by_their_own_clock() {
        let enrolment = enrolled("2026-11-20T16:45:00-07:00");
        let boston: PhoneNumber = "+16175550142".parse().unwrap();
        let now = at("2026-11-20T18:45:00-07:00");
        let answer = advance(&enrolment, Some(&sequence()), &WELCOME, boston, &quiet(), now);
        assert_eq!(answer, Advance::Defer(at("2026-11-21T08:00:00-05:00")));
        let here = advance(&enrolment, Some(&sequence()), &WELCOME, denver(), &quiet(), now);
        assert!(matches!(here, Advance::Send { .. }));
    }

    #[test]
    fn touches_that_fell_due_while_the_house_was_off_do_not_come_all_at_once() {
        let enrolment = enrolled("2026-11-20T14:00:00-07:00");
        let now = at("2026-11-27T09:00:00-07:00");
        let Advance::Send { touch: 0, next: Some(next) } =
            advance(&enrolment, Some(&sequence()), &WELCOME, denver(), &quiet(), now)
        else {
            panic!("the first touch is due")
        };
        assert_eq!(next, at("2026-11-27T13:00:00-07:00"));
    }

    #[test]
    fn every_reason_to_stop_is_stronger_than_the_time() {
        let enrolment = enrolled("2026-11-20T14:00:00-07:00");
        let (sequence, quiet, night) = (sequence(), quiet(), at("2026-11-20T23:00:00-07:00"));
        let go =
            |standing: Standing| advance(&enrolment, Some(&sequence), &standing, denver(), &quiet, night);
        assert_eq!(go(Standing::default()), Advance::Stop(Stop::NoConsent), "no opt-in, no touch");
        assert_eq!(go(Standing { opted_out: true, ..WELCOME }), Advance::Stop(Stop::OptedOut));
        assert_eq!(go(Standing { last_reply: Some(night), ..WELCOME }), Advance::Stop(Stop::Replied));
        assert_eq!(go(Standing { last_call: Some(night), ..WELCOME }), Advance::Stop(Stop::CalledAgain));
        let before = enrolment.enrolled;
        let known = Standing { last_reply: Some(before), last_call: Some(before), ..WELCOME };
        assert!(matches!(go(known), Advance::Defer(_)), "what led to the enrolment does not end it");
        assert_eq!(
            advance(&enrolment, None, &WELCOME, denver(), &quiet, night),
            Advance::Stop(Stop::SequenceGone)
        );
    }
}
