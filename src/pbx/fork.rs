//! Somebody who is being rung.

use std::net::SocketAddr;

use super::{
    Fact, LegRecord, LegResult, MediaCommand, Party, decision,
    encryption::FarEnd,
    exchange::Context,
    lamps::Stage,
    leg::Leg,
    line::{Line, open, superseded, wish},
    ring_plan::Outside,
    ringer::Ringer,
};
use crate::{
    media::{self, Agreed, Codec, Direction, LocalMedia, Wish},
    sip::{self, Binding, BodyPart, Cause, Identity, Outgoing, SessionId, TrunkName},
    types::LegId,
};

/// Somebody who is being rung.
#[derive(Debug)]
pub(super) struct Fork {
    line: Line,
    local: LocalMedia,
    offer: Vec<u8>,
    rings: bool,
    /// What was agreed on before anybody answered.
    early: Option<Agreed>,
    /// By a later offer of theirs than our first.
    agreed_anew: bool,
    /// At which trunk, and for whom.
    outside: Option<(TrunkName, Outside)>,
}

/// Where a fork goes.
#[derive(Debug, Clone)]
pub(super) enum Destination {
    Phone(Binding),
    Outside { trunk: TrunkName, who: Outside },
}

/// What an INVITE carries beside the description.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Enclosed {
    pub(super) headers: Vec<(String, String)>,
    pub(super) parts: Vec<BodyPart>,
}

impl Fork {
    /// Sends the INVITE. `Err`: it could not be sent; the leg has been written down with this result.
    pub(super) fn ring(
        cx: &mut Context<'_>,
        destination: Destination,
        party: Party,
        from: Identity,
        codecs: &[Codec],
    ) -> Result<Self, LegResult> {
        Self::ring_enclosing(cx, destination, party, from, codecs, Enclosed::default())
    }

    /// The same with something enclosed.
    pub(super) fn ring_enclosing(
        cx: &mut Context<'_>,
        destination: Destination,
        party: Party,
        from: Identity,
        codecs: &[Codec],
        enclosed: Enclosed,
    ) -> Result<Self, LegResult> {
        let mut codecs = codecs.to_vec();
        let id = cx.exchange.next_leg();
        let Enclosed { mut headers, parts } = enclosed;
        let mut from_shown = from.clone();
        let (target, outside, source, wish) = match destination {
            Destination::Phone(Binding { extension, contact, flow, path, user_agent, .. }) => {
                let ringer = Ringer::of_call(cx.ledger.directory(), cx.ledger.caller(), cx.ledger.dialled());
                headers.push(("Alert-Info".to_owned(), ringer.alert_info(&user_agent)));
                headers.extend(ringer.other_headers(&cx.exchange.settings.realm));
                let wish = wish(cx, FarEnd::Phone(&extension), flow.transport);
                (sip::Target::Phone { extension, contact, flow, path }, None, flow.remote.ip(), wish)
            }
            Destination::Outside { trunk, who } => {
                let Some((transport, source)) =
                    cx.exchange.sip.trunk_way(&trunk).map(|(transport, at)| (transport, at.ip()))
                else {
                    return Err(Self::impossible(cx, id, party, LegResult::Failed(503)));
                };
                let directory = cx.ledger.directory().clone();
                let Some(known) = directory.trunk(&trunk) else {
                    return Err(Self::impossible(cx, id, party, LegResult::Failed(503)));
                };
                let profile = directory.profile(&trunk);
                let number = who.dial_string(&profile);
                let (from, withheld) = match who {
                    Outside::Number(_) => {
                        (directory.shown_through(known, cx.ledger.caller(), from), cx.ledger.is_withheld())
                    }
                    // The number of the place, whatever the trunk usually shows and whatever the phone wants hidden.
                    Outside::Emergency(_) => (from, false),
                };
                let shown = profile.show(from, &known.domain, withheld);
                codecs = profile.offered(codecs);
                from_shown = shown.from;
                headers.extend(shown.headers);
                cx.ledger.goes_through(&trunk);
                cx.decide(decision::tried(&trunk.0, &number));
                let wish = wish(cx, FarEnd::Trunk(&trunk), transport);
                (sip::Target::Trunk { trunk: trunk.clone(), number }, Some((trunk, who)), source, wish)
            }
        };
        if wish == Wish::Impossible {
            return Err(Self::impossible(cx, id, party, LegResult::Failed(488)));
        }
        let trunk = outside.as_ref().map(|(trunk, _)| trunk.clone());
        let helps = matches!(outside, Some((_, Outside::Emergency(_))));
        let Some(local) = open(cx, id, trunk.as_ref(), wish, source) else {
            return Err(Self::impossible(cx, id, party, LegResult::Failed(503)));
        };
        let offer = media::offer(&local, &codecs);
        let outgoing = Outgoing {
            target,
            from: from_shown,
            offer: offer.clone(),
            headers,
            parts,
            sips: cx.ledger.wants_sips() && !helps,
            hops: cx.ledger.hops(),
        };
        match cx.exchange.sip.invite(cx.now.at, outgoing) {
            Ok(session) => {
                let call = cx.call();
                cx.exchange.session_begins(session, call, trunk.as_ref());
                let line = Line { id, session, party, started: cx.now.wall, trunk, source };
                line.seat(cx, Stage::Trying);
                Ok(Self { line, local, offer, rings: false, early: None, agreed_anew: false, outside })
            }
            Err(why) => {
                cx.exchange.close_socket(id);
                let status = match why {
                    sip::SendError::Loop => 482,
                    sip::SendError::NotSecure => 480,
                    _ => 503,
                };
                // A trunk without TLS is none the worse for it.
                if let Some((trunk, _)) = outside.as_ref().filter(|_| status != 480) {
                    cx.exchange.sip.trunk_failed(cx.now.at, trunk, 503, None);
                }
                Err(Self::impossible(cx, id, party, LegResult::Failed(status)))
            }
        }
    }

    /// A leg that never was: nobody is registered, or nothing could be sent.
    pub(super) fn impossible(cx: &mut Context<'_>, leg: LegId, party: Party, result: LegResult) -> LegResult {
        let (call, at) = (cx.call(), cx.now.wall);
        let record =
            LegRecord { party, started: at, answered: None, ended: at, result, quality: None, told: None };
        let why = match result {
            LegResult::Unregistered => "no phone is registered",
            LegResult::DoNotDisturb => "it does not want to be disturbed",
            _ => "nothing could be sent",
        };
        cx.decide(format!("{} is left out: {why}", decision::name(&record.party)));
        cx.exchange.fact(Fact::NotAnswered { call, leg, party: record.party.clone(), result });
        cx.ledger.leg_ended(cx.now.at, leg, record);
        result
    }

    pub(super) fn session(&self) -> SessionId {
        self.line.session
    }

    pub(super) fn id(&self) -> LegId {
        self.line.id
    }

    pub(super) fn party(&self) -> &Party {
        &self.line.party
    }

    /// The trunk that it goes through, and to whom, if it leaves the house.
    pub(super) fn outside(&self) -> Option<(&TrunkName, Outside)> {
        self.outside.as_ref().map(|(trunk, who)| (trunk, *who))
    }

    /// A provisional answer: it rings, or is about to.
    pub(super) fn progressed(&mut self, cx: &mut Context<'_>) {
        if !self.rings {
            self.rings = true;
            cx.exchange.lamps.rings(self.line.id);
            let (call, leg, party) = (cx.call(), self.line.id, self.line.party.clone());
            cx.exchange.fact(Fact::Ringing { call, leg, party });
        }
    }

    /// The description in a provisional answer of somebody outside: what their network plays is heard before they answer
    /// (RFC 3960). The leg and its codec; `None` if it is no answer to our offer, and then it counts for nothing.
    pub(super) fn heard_early(
        &mut self,
        cx: &mut Context<'_>,
        body: &[u8],
        source: SocketAddr,
    ) -> Option<(LegId, Codec)> {
        self.outside.as_ref()?;
        let agreed = media::accept(&self.offer, body).ok()?;
        self.line.source = source.ip();
        let trust = self.line.trust();
        cx.exchange.media(self.line.id, MediaCommand::Connect { agreed, trust });
        self.early = Some(agreed);
        Some((self.line.id, agreed.codec))
    }

    /// They offer other media before they answer (UPDATE, RFC 3311): what their 200 may repeat of the first answer counts
    /// no more.
    pub(super) fn reoffered(&mut self, cx: &mut Context<'_>, offer: &[u8]) {
        let local = self.local.revised(Direction::SendRecv);
        let (now, session) = (cx.now.at, self.line.session);
        let answered = media::answer(offer, &local, &Codec::ALL).ok().filter(|(_, agreed)| {
            // What was encrypted does not go on in the clear.
            !self.early.is_some_and(|early| early.protection.is_encrypted())
                || agreed.protection.is_encrypted()
        });
        let Some((body, agreed)) = answered else {
            return superseded(cx.exchange.sip.refuse_reoffer(now, session, 488));
        };
        superseded(cx.exchange.sip.accept_reoffer(now, session, body));
        let trust = self.line.trust();
        cx.exchange.media(self.line.id, MediaCommand::Connect { agreed, trust });
        self.local = local;
        self.early = Some(agreed);
        self.agreed_anew = true;
    }

    /// 200. `Err`: its description is no answer to our offer; the call to it has been ended.
    pub(super) fn answered(
        mut self,
        cx: &mut Context<'_>,
        body: &[u8],
        source: SocketAddr,
    ) -> Result<Leg, LegResult> {
        self.line.source = source.ip();
        // Some carriers leave the description out of the 200 when a 183 had it (RFC 3261, 13.2.1 wants it in both).
        let agreed = match self.early.filter(|_| body.is_empty() || self.agreed_anew) {
            Some(early) => Ok(early),
            None => media::accept(&self.offer, body),
        };
        match agreed {
            Ok(agreed) => Ok(Leg::begin(cx, self.line, self.local, Some(agreed), None)),
            Err(_) => {
                superseded(cx.exchange.sip.bye(cx.now.at, self.line.session, Some(Cause::Sip(488))));
                self.not_answered(cx, LegResult::Failed(488));
                Err(LegResult::Failed(488))
            }
        }
    }

    pub(super) fn cancel(self, cx: &mut Context<'_>, cause: Option<Cause>, result: LegResult) {
        superseded(cx.exchange.sip.cancel(cx.now.at, self.line.session, cause));
        self.not_answered(cx, result);
    }

    /// It ended by itself.
    pub(super) fn not_answered(self, cx: &mut Context<'_>, result: LegResult) {
        let (call, leg, party) = (cx.call(), self.line.id, self.line.party.clone());
        cx.exchange.fact(Fact::NotAnswered { call, leg, party, result });
        self.line.end(cx, None, result);
    }
}
