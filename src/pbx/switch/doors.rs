//! A phone opens the door that it talks with, by a code on another line.

use super::{CallEvent, Switch, services::Asked};
use crate::{
    pbx::{desk_event::DeskEvent, door::StaysShut, prompting::Prompt},
    types::Moment,
};

impl Switch {
    /// The door phone that this phone talks with, or holds while it dials.
    pub(super) fn open_own(&mut self, now: Moment, asked: Asked) {
        let own = self.own_call(&asked.by).ok_or(StaysShut::NoDoor);
        let opened = own.and_then(|call| {
            self.calls.get(call).ok_or(StaysShut::NoDoor)?.door(&asked.by)?;
            self.tell(now, call, CallEvent::Desk(DeskEvent::OpenDoor { by: asked.by.clone() }));
            Ok(())
        });
        let prompt = match opened {
            Ok(()) => Prompt::done("The door is open."),
            Err(why) => Prompt::refused(why.words()),
        };
        self.answer(now, asked, prompt);
    }
}
