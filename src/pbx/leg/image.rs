//! A leg that a fax passes over, and how it comes to that: T.38 offered and answered, or its voice pinned to G.711.

use super::{Leg, Offered};
use crate::{
    media::{self, Codec, Direction, FaxEnd, ImageTerms},
    pbx::{exchange::Context, line::superseded},
    sip::SendError,
};

/// The codecs that a fax can be heard through (T.30 knows nothing of others).
const FOR_FAX: [Codec; 2] = [Codec::Pcmu, Codec::Pcma];

impl Leg {
    /// What a description of the far end's has of a fax.
    pub(in crate::pbx) fn image_in(&self, description: &[u8]) -> Option<ImageTerms> {
        media::image_in(description, &self.local)
    }

    /// May a fax pass as T.38? UDPTL is not encrypted, and what was encrypted does not go on in the clear.
    pub(in crate::pbx) fn may_fax(&self) -> bool {
        self.agreed.is_some_and(|agreed| !agreed.protection.is_encrypted())
    }

    /// Asks the far end for the fax that the one across has offered. `ReofferAnswered` follows.
    pub(in crate::pbx) fn offers_image(
        &mut self,
        cx: &mut Context<'_>,
        terms: &ImageTerms,
    ) -> Result<(), SendError> {
        let local = self.local.revised(Direction::SendRecv);
        let offer = media::offer_image(&local, terms);
        cx.exchange.sip.reoffer(cx.now.at, self.line.session, offer)?;
        self.local = local;
        Ok(())
    }

    /// Takes the far end's offer of a fax, with what the one across has said about it. One without a description asks us
    /// for ours.
    pub(in crate::pbx) fn accepts_image(&mut self, cx: &mut Context<'_>, offer: &[u8], across: &ImageTerms) {
        let local = self.local.revised(Direction::SendRecv);
        let body = match offer {
            [] => Ok(media::offer_image(&local, across)),
            offer => media::answer_image(offer, &local, across),
        };
        match body {
            Ok(body) => {
                superseded(cx.exchange.sip.accept_reoffer(cx.now.at, self.line.session, body));
                self.local = local;
            }
            Err(_) => self.refuse_reoffer(cx),
        }
    }

    /// The same, but not now (RFC 3261, 14.2): the side across is busy with an offer of its own.
    pub(in crate::pbx) fn puts_off_reoffer(&self, cx: &mut Context<'_>) {
        superseded(cx.exchange.sip.refuse_reoffer(cx.now.at, self.line.session, 491));
    }

    /// This side of a fax, for the media plane.
    pub(in crate::pbx) fn fax_end(&self, terms: &ImageTerms) -> FaxEnd {
        FaxEnd { remote: terms.remote, trust: self.line.trust(), version: terms.version }
    }

    /// Is the voice in a codec that a fax does not survive?
    pub(in crate::pbx) fn spoils_faxes(&self) -> bool {
        self.codec().is_some_and(|codec| !FOR_FAX.contains(&codec))
    }

    /// Asks for the voice (again), in G.711 and nothing else, as the side across has it if that is G.711.
    pub(in crate::pbx) fn offers_plain_voice(
        &mut self,
        cx: &mut Context<'_>,
        across: Option<Codec>,
    ) -> Result<(), SendError> {
        let mut codecs = FOR_FAX;
        if across == Some(Codec::Pcma) {
            codecs.reverse();
        }
        let local = self.local.revised(Direction::SendRecv);
        let body = media::offer(&local, &codecs);
        cx.exchange.sip.reoffer(cx.now.at, self.line.session, body.clone())?;
        self.asked = Some(Box::new(Offered { local, body }));
        Ok(())
    }

    /// The far end's answer to that; one that refuses leaves all as it was. False: there is nothing to be talked on.
    pub(in crate::pbx) fn reoffer_answered(
        &mut self,
        cx: &mut Context<'_>,
        answer: &Result<Vec<u8>, u16>,
    ) -> bool {
        match (self.asked.take(), answer) {
            (Some(offered), Ok(answer)) => self.take_answer(cx, *offered, answer).is_ok(),
            (Some(_), Err(_)) | (None, _) => true,
        }
    }
}
