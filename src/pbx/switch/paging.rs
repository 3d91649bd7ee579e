//! Pages and intercom calls: phones that answer by themselves, for phones of the house and nobody else.

use super::{Switch, services::Asked};
use crate::{
    pbx::{
        Dialled, Fact, LegResult, PagePlan, call::Call, prompting::Prompt, ring_plan::Hunt, routing::Route,
    },
    sip::{Invitation, SessionId},
    types::{Extension, Moment},
};

/// A phone answers by itself at once. One that has not been told to rings, and is answered by hand.
const INTERCOM_RING: std::time::Duration = std::time::Duration::from_secs(15);

impl Switch {
    /// A phone has dialled a group.
    pub(super) fn page(
        &mut self,
        now: Moment,
        session: SessionId,
        invitation: Invitation,
        by: &Extension,
        page: Extension,
        plan: &PagePlan,
    ) {
        let refused = if !plan.may(by) {
            Some("This phone may not page here.")
        } else if self.calls.iter().any(Call::is_emergency) {
            Some("An emergency call is going on.")
        } else if plan.multicast.is_none() && !self.has_hearers(now, by, plan) {
            Some("Nobody can be paged now.")
        } else {
            None
        };
        let dialled = Dialled::Extension(page.clone());
        match refused {
            Some(why) => self.prompt(now, session, invitation, dialled, Prompt::refused(why)),
            None => self.begin(now, session, invitation, dialled, Route::Page(page)),
        }
    }

    fn has_hearers(&self, now: Moment, by: &Extension, plan: &PagePlan) -> bool {
        let registered = |extension: &Extension| {
            self.directory.fixed_phones.contains_key(extension)
                || !self.exchange.sip.bindings(now.at, extension).is_empty()
        };
        let hears = |extension: &&Extension| {
            *extension != by && self.exchange.is_free(extension).is_ok() && registered(extension)
        };
        plan.phones.iter().find(hears).is_some()
    }

    /// A phone wants another to answer by itself, and talk with it.
    pub(super) fn intercom(&mut self, now: Moment, asked: Asked, to: &str) {
        let known = to.parse().ok().filter(|to| self.directory.extensions.contains_key(to));
        let refused = match &known {
            None => Some("There is no such extension."),
            Some(to) if *to == asked.by => Some("That is this phone."),
            Some(to) if self.directory.features.no_intercom.contains(to) => {
                Some("That phone does not answer by itself.")
            }
            Some(to) => match self.exchange.is_free(to) {
                Ok(()) => None,
                Err(LegResult::DoNotDisturb) => Some("They do not want to be disturbed."),
                Err(_) => Some("That phone is in use."),
            },
        };
        match (known, refused) {
            (Some(to), None) => {
                let Asked { session, invitation, by, service, dialled } = asked;
                self.exchange.fact(Fact::ServiceAsked { by, service, done: true });
                let hunt = Hunt::of_extension(to, INTERCOM_RING);
                let route = Route::Connect(Some(hunt));
                self.begin(now, session, invitation, Dialled::Star(dialled), route);
            }
            (_, why) => self.answer(now, asked, Prompt::refused(why.unwrap_or_default())),
        }
    }

    /// An emergency number has been dialled: phones that are being paged are to be free for it.
    pub(super) fn end_pages(&mut self, now: Moment) {
        let pages = self.calls.iter().filter(|call| call.is_page());
        let pages: Vec<_> = pages.map(|call| call.ledger().call()).collect();
        for call in pages {
            self.tell(now, call, super::CallEvent::HangUp);
        }
    }
}
