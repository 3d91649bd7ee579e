//! What became of a call for the office, in the three words that people count by: completed, missed, busy.
//!
//! The SIP statuses and the kinds of answer that lead to each stand here and nowhere else. A call that a machine has
//! answered is not completed: nobody of the office has talked with the caller.
//!
//! | final answer | leg | call |
//! |---|---|---|
//! | 200, a person | completed | completed |
//! | 200, the agent, a mailbox or the announcement | completed | missed, or busy if that is why people did not take it |
//! | 486, 600 | busy | busy |
//! | 603, 607, 608 | declined | missed |
//! | 480 | declined | missed |
//! | 408 | failed (408) | missed |
//! | 487 | caller gone, or failed (487) if nobody here gave it up | missed |
//! | 404, 410, 484, 604 and every other status | failed (status) | failed |

use serde::{Deserialize, Serialize};

use super::{AgentReason, CallDirection, CallRecord, Disposition, LegResult, Party};

/// See the module's table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum CallResult {
    /// Two people have talked, here or where else it rang, or the caller has used what the box itself offers.
    Completed,
    /// Nobody took it: to whoever was called it is a missed call, to whoever called it is not answered.
    Missed,
    /// Whoever was called was talking.
    Busy,
    /// The call could not be set up: no such number, or a fault on the way.
    Failed,
}

impl LegResult {
    /// How a leg that rang has ended, from the final status that it ended with.
    pub const fn of_status(status: u16) -> Self {
        match status {
            486 | 600 => Self::Busy,
            // 480 is what many phones send for "do not disturb" (RFC 3261, 21.4.18).
            480 | 603 | 607 | 608 => Self::Declined,
            other => Self::Failed(other),
        }
    }

    /// What a call is whose other legs have done no better; `None` for legs that say nothing of it.
    const fn call_result(self) -> Option<CallResult> {
        match self {
            Self::Busy => Some(CallResult::Busy),
            // 408: they have been looked for in vain (RFC 3261, 21.4.9); 487: it was given up on the way (21.4.25).
            Self::NoAnswer
            | Self::Declined
            | Self::DoNotDisturb
            | Self::Unregistered
            | Self::CallerGone
            | Self::Failed(408 | 487) => Some(CallResult::Missed),
            Self::Failed(_) => Some(CallResult::Failed),
            Self::Completed | Self::AnsweredElsewhere => None,
        }
    }
}

impl CallRecord {
    /// What became of the call.
    pub fn result(&self) -> CallResult {
        match self.disposition {
            Disposition::Answered
            | Disposition::HandedOver
            | Disposition::AnsweredElsewhere
            | Disposition::Served => CallResult::Completed,
            Disposition::CallerAbandoned => CallResult::Missed,
            Disposition::AiHandled
            | Disposition::AiAbandoned
            | Disposition::Announced
            | Disposition::Voicemail => match self.agent_reason {
                Some(AgentReason::Busy) => CallResult::Busy,
                Some(_) => CallResult::Missed,
                // A mailbox that was rung for itself, or behind an extension: its own phones say why.
                None => self
                    .result_of_the_called()
                    .filter(|r| *r == CallResult::Busy)
                    .unwrap_or(CallResult::Missed),
            },
            Disposition::Failed => self.result_of_the_called().unwrap_or(CallResult::Failed),
        }
    }

    /// From outside, and no person of the office has talked with the caller.
    pub fn is_missed(&self) -> bool {
        self.direction == CallDirection::Inbound && self.result() != CallResult::Completed
    }

    /// The strongest sign among those who were called: somebody who did not take it, somebody who talks, a fault.
    fn result_of_the_called(&self) -> Option<CallResult> {
        let called = self.legs.iter().filter(|leg| !matches!(leg.party, Party::Caller(_) | Party::Agent));
        called.filter_map(|leg| leg.result.call_result()).min()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        pbx::{Caller, LegRecord, Vouched},
        types::CallId,
    };

    /// A call whose phones ended like this.
    fn call(direction: CallDirection, disposition: Disposition, legs: &[LegResult]) -> CallRecord {
        let at = "2026-11-21T17:00:00Z".parse().unwrap();
        let leg = |party: Party, result: LegResult| LegRecord {
            party,
            started: at,
            answered: None,
            ended: at,
            result,
            quality: None,
            told: None,
        };
        let caller = leg(Party::Caller(Caller::Anonymous), LegResult::Completed);
        let called = legs.iter().map(|result| leg(Party::Phone("101".parse().unwrap()), *result));
        CallRecord {
            call: CallId::from_random(1),
            direction,
            trunk: None,
            caller: Caller::Anonymous,
            vouched: Vouched::default(),
            dialled: "+13035550100".parse().unwrap(),
            started: at,
            answered: None,
            ended: at,
            disposition,
            agent_reason: None,
            legs: std::iter::once(caller).chain(called).collect(),
            turns: Vec::new(),
            outcome: None,
            recordings: Vec::new(),
            fax: None,
            decisions: Vec::new(),
            queued: None,
            conversations: Vec::new(),
        }
    }

    #[test]
    fn each_final_status_is_one_of_missed_busy_and_failed() {
        use CallResult::*;
        for (status, leg, result) in [
            (486, LegResult::Busy, Busy),
            (600, LegResult::Busy, Busy),
            (480, LegResult::Declined, Missed),
            (603, LegResult::Declined, Missed),
            (607, LegResult::Declined, Missed),
            (608, LegResult::Declined, Missed),
            (408, LegResult::Failed(408), Missed),
            (487, LegResult::Failed(487), Missed),
            (404, LegResult::Failed(404), Failed),
            (410, LegResult::Failed(410), Failed),
            (484, LegResult::Failed(484), Failed),
            (488, LegResult::Failed(488), Failed),
            (500, LegResult::Failed(500), Failed),
            (503, LegResult::Failed(503), Failed),
            (604, LegResult::Failed(604), Failed),
        ] {
            assert_eq!(LegResult::of_status(status), leg, "{status}");
            for direction in [CallDirection::Outbound, CallDirection::Internal, CallDirection::Inbound] {
                let record = call(direction, Disposition::Failed, &[leg]);
                assert_eq!(record.result(), result, "{status} {direction:?}");
                assert_eq!(record.is_missed(), direction == CallDirection::Inbound, "{status}");
            }
        }
    }

    #[test]
    fn a_200_is_completed_by_a_person_and_by_nothing_else() {
        use CallResult::*;
        for (disposition, reason, result) in [
            (Disposition::Answered, None, Completed),
            (Disposition::HandedOver, Some(AgentReason::NoAnswer), Completed),
            (Disposition::HandedOver, Some(AgentReason::Busy), Completed),
            (Disposition::Served, None, Completed),
            (Disposition::AnsweredElsewhere, None, Completed),
            (Disposition::AiHandled, Some(AgentReason::NoAnswer), Missed),
            (Disposition::AiHandled, Some(AgentReason::Busy), Busy),
            (Disposition::AiHandled, Some(AgentReason::ClosedHours), Missed),
            (Disposition::AiAbandoned, Some(AgentReason::Declined), Missed),
            (Disposition::Announced, Some(AgentReason::Busy), Busy),
            (Disposition::Announced, Some(AgentReason::Unregistered), Missed),
            (Disposition::Voicemail, None, Missed),
            (Disposition::CallerAbandoned, None, Missed),
        ] {
            let mut record = call(CallDirection::Inbound, disposition, &[]);
            record.agent_reason = reason;
            assert_eq!(record.result(), result, "{disposition:?} {reason:?}");
            assert_eq!(record.is_missed(), result != Completed, "{disposition:?} {reason:?}");
        }
        let voicemail = call(CallDirection::Inbound, Disposition::Voicemail, &[LegResult::Busy]);
        assert_eq!(voicemail.result(), Busy, "the mailbox of somebody who talks");
    }

    #[test]
    fn of_several_who_were_called_the_strongest_sign_of_a_person_counts() {
        use CallResult::*;
        for (legs, result) in [
            (vec![LegResult::Failed(503), LegResult::Busy], Busy),
            (vec![LegResult::Busy, LegResult::NoAnswer], Missed),
            (vec![LegResult::Failed(503), LegResult::Failed(404)], Failed),
            (vec![LegResult::Unregistered], Missed),
            (vec![], Failed),
        ] {
            let record = call(CallDirection::Outbound, Disposition::Failed, &legs);
            assert_eq!(record.result(), result, "{legs:?}");
            assert!(!record.is_missed(), "nobody here was called");
        }
    }
}
