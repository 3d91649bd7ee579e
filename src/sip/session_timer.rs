//! Session timers (RFC 4028), both roles and either refresher: a far end that has vanished does not hold a call for ever.
//!
//! The terms are settled anew by each INVITE and UPDATE that succeeds. Whoever is to refresh does so at half the time: we
//! with an UPDATE that carries nothing, or with a re-INVITE that repeats our last description where the far end knows no
//! UPDATE. A call that nobody has refreshed is ended shortly before its time is over (section 10).

use std::time::{Duration, Instant};

use super::{
    draft::Draft,
    event::{Cause, EndedBy, SessionId},
    reply::Reply,
    schedule::Wake,
    settings::SessionTimers,
    talking::Talking,
    transaction_layer::{ClientId, ClientUser, Outcome, TransactionLayer},
    wire::{Message, Method, Name, Refresher},
};

/// What no interval may be shorter than (RFC 4028, 4).
const SHORTEST: Duration = Duration::from_secs(90);
/// A refresh that could not be sent, or met something else, is tried again after so long.
const SOON: Duration = Duration::from_secs(5);
/// And one that was refused after so long, or a tenth of the interval if that is less.
const REFUSED: Duration = Duration::from_secs(30);

/// What a request and its 2xx have settled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Terms {
    pub(super) interval: Duration,
    /// By the roles of the request that settled it.
    pub(super) refresher: Refresher,
}

impl Terms {
    /// What we make of a request (section 9), `None`: no timer. Refused with 422 if its interval is too short for us.
    pub(super) fn of_request(request: &Message, ours: &SessionTimers) -> Result<Option<Self>, Reply> {
        let asked = request.session_expires();
        let supports = request.lists(Name::Supported, "timer") || request.lists(Name::Require, "timer");
        let seconds = |s: u32| Duration::from_secs(s.into());
        let Some(asked) = asked else {
            // They could refresh, and have not asked for anything: then we ask, and do it ourselves.
            return Ok(supports.then_some(Self { interval: ours.expires, refresher: Refresher::Uas }));
        };
        if seconds(asked.seconds) < ours.least {
            // An interval that a proxy has put there is no fault of theirs, and is not obeyed either.
            return if supports {
                Err(Reply::new(422).with(Name::MinSe, ours.least.as_secs().to_string()))
            } else {
                Ok(None)
            };
        }
        let least = ours.least.max(seconds(request.min_se().unwrap_or(0)));
        let interval = ours.expires.max(least).min(seconds(asked.seconds));
        let refresher = match asked.refresher {
            _ if !supports => Refresher::Uas,
            Some(refresher) => refresher,
            None => Refresher::Uac,
        };
        Ok(Some(Self { interval, refresher }))
    }

    /// What the far end has made of our request (section 7.2).
    pub(super) fn of_success(response: &Message) -> Option<Self> {
        let granted = response.session_expires()?;
        let interval = Duration::from_secs(granted.seconds.into()).max(SHORTEST);
        Some(Self { interval, refresher: granted.refresher.unwrap_or(Refresher::Uac) })
    }

    /// Says so in our 2xx. Whoever is to refresh has to know that it must.
    pub(super) fn into_reply(terms: Option<Self>, reply: Reply) -> Reply {
        let Some(terms) = terms else { return reply };
        let reply = reply.with(Name::SessionExpires, value(terms.interval, Some(terms.refresher)));
        if terms.refresher == Refresher::Uac { reply.with(Name::Require, "timer") } else { reply }
    }
}

fn value(interval: Duration, refresher: Option<Refresher>) -> String {
    let seconds = interval.as_secs();
    match refresher {
        None => seconds.to_string(),
        Some(Refresher::Uac) => format!("{seconds};refresher=uac"),
        Some(Refresher::Uas) => format!("{seconds};refresher=uas"),
    }
}

/// Asks for an interval in a request of ours.
pub(super) fn ask(draft: &mut Draft, interval: Duration, least: Duration, refresher: Option<Refresher>) {
    draft.headers.retain(|(name, _)| !matches!(name, Name::SessionExpires | Name::MinSe));
    draft.headers.push((Name::SessionExpires, value(interval.max(least), refresher)));
    if least > SHORTEST {
        draft.headers.push((Name::MinSe, least.as_secs().to_string()));
    }
}

/// The shortest interval that a 422 wants, if it names one that can be had (section 7.3).
pub(super) fn wanted_by(response: &Message) -> Option<Duration> {
    // A day: nobody refreshes less often, and nobody shall make a dead call live for longer.
    response
        .min_se()
        .map(|s| Duration::from_secs(s.into()))
        .filter(|least| *least <= Duration::from_secs(86_400))
}

/// The timer of one call.
#[derive(Debug, Default)]
pub(super) struct SessionTimer {
    terms: Option<Running>,
    /// What 422s have taught us.
    least: Duration,
    /// The far end lists UPDATE in Allow.
    pub(super) updates: bool,
    /// Our UPDATE on its way.
    refreshing: Option<ClientId>,
}

#[derive(Debug, Clone, Copy)]
struct Running {
    interval: Duration,
    ours: bool,
}

impl SessionTimer {
    pub(super) fn with(updates: bool, least: Duration) -> Self {
        Self { updates, least, ..Self::default() }
    }

    pub(super) fn raise(&mut self, least: Duration) {
        self.least = self.least.max(least);
    }

    /// A refresh was challenged and has gone out again.
    pub(super) fn retried(&mut self, old: ClientId, new: ClientId) {
        if self.refreshing == Some(old) {
            self.refreshing = Some(new);
        }
    }
}

impl Talking {
    /// New terms, or none, by a request that has succeeded: theirs, or ours.
    pub(super) fn settle_timer(
        &mut self,
        now: Instant,
        layer: &mut TransactionLayer,
        id: SessionId,
        terms: Option<Terms>,
        asked_by_us: bool,
    ) {
        self.timer.terms = terms.map(|terms| Running {
            interval: terms.interval,
            ours: (terms.refresher == Refresher::Uac) == asked_by_us,
        });
        for wake in [Wake::Refresh(id), Wake::Expiry(id)] {
            layer.schedule.clear(&wake);
        }
        let Some(Running { interval, ours }) = self.timer.terms else { return };
        if ours {
            layer.schedule.set(Wake::Refresh(id), now + interval / 2);
        }
        let margin = Duration::from_secs(32).min(interval / 3);
        layer.schedule.set(Wake::Expiry(id), now + interval.saturating_sub(margin));
    }

    /// Asks for a timer in a re-INVITE or UPDATE of ours: the one that runs, with the same refresher (section 7.4).
    pub(super) fn ask_timer(&self, layer: &TransactionLayer, draft: &mut Draft) {
        let ours = layer.settings.session_timers_of(&self.peer);
        let refresher = self.timer.terms.map(|t| if t.ours { Refresher::Uac } else { Refresher::Uas });
        let interval = self.timer.terms.map_or(ours.expires, |t| t.interval);
        ask(draft, interval, self.timer.least.max(ours.least), refresher);
    }

    /// Half the time is over, and the refresh is ours.
    pub(super) fn refresh_due(&mut self, now: Instant, layer: &mut TransactionLayer, id: SessionId) {
        if self.is_leaving() || self.timer.terms.is_none() {
            return;
        }
        // What is on its way refreshes as well, if it succeeds; then this deadline is set anew.
        if !self.is_settled() || self.timer.refreshing.is_some() {
            layer.schedule.set(Wake::Refresh(id), now + SOON);
            return;
        }
        let sent = if self.timer.updates {
            let mut draft = self.draft(Method::Update);
            self.dress(layer, &mut draft);
            let hop = self.hop(layer);
            let client = layer.send(now, draft, hop, ClientUser::Update(id));
            self.timer.refreshing = client.ok();
            client.is_ok()
        } else {
            self.repeat_description(now, layer, id)
        };
        if !sent {
            layer.schedule.set(Wake::Refresh(id), now + SOON);
        }
    }

    /// Our refresh has come to nothing: the far end lives and may take the next one before the session runs out.
    pub(super) fn refresh_again(
        &self,
        now: Instant,
        layer: &mut TransactionLayer,
        id: SessionId,
        response: Option<&Message>,
    ) {
        let Some(Running { interval, ours: true }) = self.timer.terms else { return };
        let asked = response.and_then(Message::retry_after).map(|s| Duration::from_secs(s.into()));
        let wait = asked.unwrap_or(REFUSED.min(interval / 10)).max(SOON);
        layer.schedule.set(Wake::Refresh(id), now + wait);
    }

    /// Nobody has refreshed the call in time (section 10).
    pub(super) fn expired(&mut self, now: Instant, layer: &mut TransactionLayer) -> EndedBy {
        self.send_bye(now, layer, Some(Cause::Sip(408)));
        EndedBy::Expired
    }

    /// What became of our UPDATE. `Some`: the call is over.
    pub(super) fn update_answered(
        &mut self,
        now: Instant,
        layer: &mut TransactionLayer,
        id: SessionId,
        client: ClientId,
        outcome: Outcome,
        response: Option<&Message>,
    ) -> Option<EndedBy> {
        if self.timer.refreshing != Some(client) {
            return None;
        }
        let status = outcome.final_status(response)?;
        self.timer.refreshing = None;
        match (status, response) {
            (200..=299, Some(response)) => {
                self.dialog.refresh_target(response);
                self.settle_timer(now, layer, id, Terms::of_success(response), true);
            }
            (422, Some(response)) => {
                if let Some(least) = wanted_by(response) {
                    self.timer.raise(least);
                }
                layer.schedule.set(Wake::Refresh(id), now + SOON);
            }
            (408 | 481, _) => {
                self.send_bye(now, layer, None);
                return Some(EndedBy::DialogGone);
            }
            // They said that they knew UPDATE, and do not.
            (405 | 420 | 501, _) => {
                self.timer.updates = false;
                layer.schedule.set(Wake::Refresh(id), now);
            }
            _ => self.refresh_again(now, layer, id, response),
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn invite(headers: &str) -> Message {
        let text = format!(
            "INVITE sip:101@office.example SIP/2.0\r\nVia: SIP/2.0/UDP 198.51.100.1;branch=z9hG4bK1\r\n\
             From: <sip:a@b.example>;tag=1\r\nTo: <sip:101@office.example>\r\nCall-ID: 1\r\nCSeq: 1 INVITE\r\n\
             {headers}Content-Length: 0\r\n\r\n"
        );
        Message::parse(text.as_bytes()).unwrap()
    }

    fn terms(headers: &str) -> Result<Option<(u64, Refresher)>, u16> {
        let terms = Terms::of_request(&invite(headers), &SessionTimers::default());
        terms.map(|t| t.map(|t| (t.interval.as_secs(), t.refresher))).map_err(|reply| reply.status)
    }

    #[test]
    fn who_refreshes_is_as_table_2_of_rfc_4028_has_it() {
        use Refresher::{Uac, Uas};
        // The UAC supports it or not; it names a refresher or not.
        assert_eq!(terms("Session-Expires: 600\r\n"), Ok(Some((600, Uas))));
        assert_eq!(terms("Session-Expires: 600;refresher=uac\r\n"), Ok(Some((600, Uas))));
        assert_eq!(terms("Supported: timer\r\nSession-Expires: 600\r\n"), Ok(Some((600, Uac))));
        assert_eq!(terms("k: timer\r\nx: 600;refresher=uac\r\n"), Ok(Some((600, Uac))));
        assert_eq!(terms("Supported: timer\r\nSession-Expires: 600;refresher=uas\r\n"), Ok(Some((600, Uas))));
        assert_eq!(terms("Supported: timer\r\n"), Ok(Some((1800, Uas))));
        assert_eq!(terms(""), Ok(None));
    }

    #[test]
    fn the_interval_is_never_lengthened_and_never_below_the_least() {
        let interval = |headers: &str| terms(headers).map(|t| t.map(|(seconds, _)| seconds));
        assert_eq!(interval("Supported: timer\r\nSession-Expires: 7200\r\n"), Ok(Some(1800)));
        assert_eq!(interval("Supported: timer\r\nSession-Expires: 7200\r\nMin-SE: 3600\r\n"), Ok(Some(3600)));
        assert_eq!(interval("Supported: timer\r\nSession-Expires: 90\r\n"), Ok(Some(90)));
        assert_eq!(interval("Supported: timer\r\nSession-Expires: 89\r\n"), Err(422));
        assert_eq!(interval("Session-Expires: 1\r\n"), Ok(None), "a proxy's, which nobody could raise");
    }
}
