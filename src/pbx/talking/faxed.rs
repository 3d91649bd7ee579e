//! A call between two that turns out to be between machines.

use super::{Side, Talking};
use crate::{
    media::FaxSign,
    pbx::{
        decision,
        exchange::Context,
        faxing::Faxing,
        hold,
        next::{Next, Step},
    },
};

impl Talking {
    /// A fax is heard: nobody comes between the two any more, and whoever speaks another codec is asked for G.711.
    pub(super) fn fax_heard(&mut self, cx: &mut Context<'_>, sign: FaxSign) {
        if std::mem::replace(&mut self.fax, true) {
            return;
        }
        cx.decide(decision::fax_heard(sign).to_owned());
        self.without_overseer(cx);
        for side in [Side::Caller, Side::Callee] {
            let (leg, across) = self.sides(side);
            let codec = across.codec();
            // Who has an offer open is left alone: the fax fails, or the next sign finds it closed.
            if leg.spoils_faxes() && leg.offers_plain_voice(cx, codec).is_err() {
                self.fax = false;
            }
        }
    }

    /// One side wants a fax as T.38: the other is asked for it. What cannot be had leaves the call as it is.
    pub(super) fn fax_wanted(mut self, cx: &mut Context<'_>, side: Side, offer: Vec<u8>) -> Step<Self> {
        self.without_overseer(cx);
        let both = [&self.caller, &self.callee];
        let possible = both.iter().all(|leg| leg.may_fax() && !leg.holds()) && self.notice.is_none();
        let (own, other) = self.sides(side);
        let terms = own.image_in(&offer).filter(|_| possible);
        let Some(terms) = terms else {
            let codec = other.codec();
            hold::reoffered(cx, own, codec, &offer);
            return Step::Stay(self);
        };
        let Self { caller, callee, disposition, .. } = self;
        match Faxing::begin(cx, caller, callee, disposition, (side, offer, terms)) {
            Ok(faxing) => Step::Go(Next::Fax(Box::new(faxing))),
            Err(legs) => Step::Go(Next::Talk { caller: legs.caller, callee: legs.callee, disposition }),
        }
    }
}
