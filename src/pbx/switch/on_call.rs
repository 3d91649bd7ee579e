//! People on call are rung: what each escalation wants done is done here, and what comes of it goes back.

use super::Switch;
use crate::{
    pbx::{
        CallDirection, Caller, Dialled, EscalationReport, EscalationStep, Fact, OnCall, Verdict, Vouched,
        call::{Call, CallEvent},
        desk_event::DeskEvent,
        dialplan::{Asker, may_reach},
        ledger::Beginning,
        on_call::{Alert, Do, News, Order},
    },
    sip::MAX_FORWARDS,
    types::{CallId, Moment},
};

impl Switch {
    /// Carries out what escalations want, until they want nothing more at this moment. Each want leads to at most one call,
    /// and a round has an end.
    pub(super) fn serve_escalations(&mut self, now: Moment) {
        loop {
            for (escalation, news) in std::mem::take(&mut self.exchange.alert_news) {
                self.exchange.escalations.news(now, &self.directory.on_call, escalation, &news);
                if let News::Takes(leg) = news {
                    self.take_caller(now, escalation, leg);
                }
            }
            let todo = self.exchange.escalations.take_todo();
            if todo.is_empty() {
                break;
            }
            for wanted in todo {
                self.carry_out(now, wanted);
            }
        }
        let calls = &self.calls;
        self.exchange.escalations.forget(now.wall, |call| calls.get(call).is_some());
    }

    fn carry_out(&mut self, now: Moment, wanted: Do) {
        match wanted {
            Do::Keep(step) => self.exchange.fact(Fact::Escalation(step)),
            Do::Call { escalation, person, report } => self.alert(now, escalation, &person, report),
            Do::End { attempt } => self.tell(now, attempt, CallEvent::HangUp),
            Do::Confirm { escalation, attempt, verdict } => {
                let is_there = self.calls.get(escalation).is_some_and(Call::waits_for_somebody);
                let order = match verdict {
                    Verdict::Accepted if is_there => Order::Offer,
                    verdict => Order::Confirm(verdict),
                };
                self.tell(now, attempt, CallEvent::Desk(DeskEvent::OnCall(order)));
            }
            Do::TellCaller { escalation, news } => {
                self.tell(now, escalation, CallEvent::Desk(DeskEvent::OnCallNews(news)));
            }
        }
    }

    fn alert(&mut self, now: Moment, escalation: CallId, person: &OnCall, report: EscalationReport) {
        let directory = self.directory.clone();
        let dialled = Dialled::Number(person.number);
        if may_reach(&directory, Asker::Agent, &dialled).is_err() {
            return self.exchange.escalations.begun(now, &directory.on_call, escalation, None);
        }
        let call = CallId::from_random(self.exchange.random());
        self.exchange.escalations.begun(now, &directory.on_call, escalation, Some(call));
        let trunks = self.exchange.open_trunks(now, &directory);
        let alert = Alert { escalation, number: person.number, report, trunks };
        let beginning = Beginning {
            call,
            direction: CallDirection::Outbound,
            trunk: None,
            caller: Caller::Anonymous,
            vouched: Vouched::default(),
            dialled,
            withheld: false,
            sips: false,
            hops: MAX_FORWARDS,
            at: now,
            directory,
        };
        if let Some(in_progress) = Call::alert(&mut self.exchange, beginning, alert) {
            self.calls.put(call, in_progress);
        }
    }

    /// Whoever accepted takes the caller. Who has gone meanwhile cannot be taken: the leg ends, and the number was told.
    fn take_caller(&mut self, now: Moment, escalation: CallId, leg: Box<crate::pbx::leg::Leg>) {
        if self.calls.get(escalation).is_some() {
            self.tell(now, escalation, CallEvent::Desk(DeskEvent::OnCallTakes(leg)));
            return;
        }
        let _ = self.exchange.sip.bye(now.at, leg.session(), None);
        self.exchange.session_ends(leg.session());
        self.exchange.close_socket(leg.id());
    }

    /// Escalations of before a restart go on where they were.
    pub(super) fn restore_escalations(&mut self, now: Moment, all: Vec<Vec<EscalationStep>>) {
        self.exchange.escalations.restore(now, &self.directory.on_call, all);
        self.serve_escalations(now);
    }
}
