//! A phone asks for its call to be recorded, by its record key or by a code on another line.

use super::{CallEvent, Switch, services::Asked};
use crate::{
    pbx::{
        desk_event::DeskEvent,
        line::superseded,
        prompting::Prompt,
        tape::{NotRecorded, RecordKey, RecordOrder},
    },
    sip::SessionId,
    types::{CallId, Extension, Moment},
};

impl Switch {
    /// The record key of a phone that talks by this session. What it is answered, it shows.
    pub(super) fn record_key(&mut self, now: Moment, session: SessionId, on: bool) {
        let key = if on { RecordKey::On } else { RecordKey::Off };
        let call = self.exchange.call_of_session(session);
        let by = call.and_then(|call| self.calls.get(call)?.transferor(session).cloned());
        let granted = call.zip(by).is_some_and(|(call, by)| self.record(now, call, &by, key).is_ok());
        superseded(self.exchange.sip.answer_record_key(now.at, session, granted));
    }

    /// The call that this phone talks by, or holds while it dials.
    pub(super) fn record_own(&mut self, now: Moment, asked: Asked, key: RecordKey) {
        let own = self.own_call(&asked.by).ok_or("You have no call to record.");
        let done = own.and_then(|call| self.record(now, call, &asked.by, key).map_err(NotRecorded::words));
        let prompt = match done {
            Ok(order) => Prompt::done(order.words()),
            Err(why) => Prompt::refused(why),
        };
        self.answer(now, asked, prompt);
    }

    fn record(
        &mut self,
        now: Moment,
        call: CallId,
        by: &Extension,
        key: RecordKey,
    ) -> Result<RecordOrder, NotRecorded> {
        let order = self.calls.get(call).ok_or(NotRecorded::Nothing)?.record_order(by, key)?;
        self.tell(now, call, CallEvent::Desk(DeskEvent::Record { by: by.clone(), order }));
        Ok(order)
    }
}
