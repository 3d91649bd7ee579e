//! A stage of a hunt begins: its phones and telephones are rung, and who cannot be is written down at once.

use super::{MOST_FORKS, Ringing};
use crate::{
    media::Codec,
    pbx::{
        LegResult, Party,
        exchange::Context,
        fork::{Destination, Fork},
        refusal::FinalAnswer,
        ring_plan::{Outside, Stage, Target},
        routing,
    },
    sip::{Identity, SessionId},
};

impl Ringing {
    /// Everybody of a stage is rung.
    pub(super) fn ring(&mut self, cx: &mut Context<'_>, stage: Stage) {
        let codecs = self.waiter.codecs_to_offer();
        let directory = cx.ledger.directory().clone();
        let (caller, dialled) = (cx.ledger.caller(), cx.ledger.dialled());
        let to_phones = routing::shown_to_phones(&directory, caller, dialled, self.waiter.shown());
        let to_outside = routing::shown_outside(&directory, cx.ledger.dialled());
        for target in stage.targets {
            match target {
                Target::Quiet(extension) => {
                    let leg = cx.exchange.next_leg();
                    let party = Party::Phone(extension);
                    self.last_answer = Some(FinalAnswer::of(486));
                    self.results.push(Fork::impossible(cx, leg, party, LegResult::DoNotDisturb));
                }
                Target::Extension(extension) => {
                    if let Some(caller) = cx.ledger.caller().to_call_back() {
                        cx.exchange.is_called(extension.clone(), caller);
                    }
                    let bindings = cx.phones_of(&extension);
                    let party = Party::Phone(extension);
                    if bindings.is_empty() {
                        let leg = cx.exchange.next_leg();
                        let result = Fork::impossible(cx, leg, party.clone(), LegResult::Unregistered);
                        self.results.push(result);
                    }
                    for binding in bindings {
                        let destination = Destination::Phone(binding);
                        self.fork(cx, destination, party.clone(), to_phones.clone(), &codecs);
                    }
                }
                Target::Outside { trunk, who, ask, charge } => {
                    if let (Some(extension), Outside::Number(number)) = (charge, who) {
                        let call = cx.call();
                        cx.exchange.spending.call_begins(cx.now, &directory, call, extension, &number);
                    }
                    self.silent_until = Some(cx.now.at + directory.limits.patience_with(&trunk));
                    let destination = Destination::Outside { trunk, who };
                    let session = self.fork(cx, destination, who.party(), to_outside.clone(), &codecs);
                    self.to_ask.extend(session.filter(|_| ask));
                }
            }
        }
    }

    fn fork(
        &mut self,
        cx: &mut Context<'_>,
        destination: Destination,
        party: Party,
        from: Identity,
        codecs: &[Codec],
    ) -> Option<SessionId> {
        if self.forks.len() >= MOST_FORKS {
            return None;
        }
        match Fork::ring(cx, destination, party, from, codecs) {
            Ok(fork) => {
                let session = fork.session();
                self.forks.insert(session, fork);
                Some(session)
            }
            Err(result) => {
                let status = if let LegResult::Failed(status) = result { status } else { 503 };
                self.last_answer = Some(FinalAnswer::of(status));
                self.results.push(result);
                None
            }
        }
    }
}
