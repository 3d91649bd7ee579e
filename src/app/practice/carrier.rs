//! The practice carrier: takes the texts, and plays the on-call person's mobile.

use std::{
    net::SocketAddr,
    time::{Duration, Instant},
};

use super::{
    Tell, Voice,
    station::{Happening, Station},
};
use crate::{
    app::clock,
    sip::{Event, SessionId},
    speech::spoken,
    types::Chance,
};

/// The on-call person needs so long to find the phone.
const FINDS_PHONE: Duration = Duration::from_secs(3);

/// And presses the key when the voice that says what has happened has been silent for so long.
const LISTENS: Duration = Duration::from_millis(1500);

/// How often they notice whether it still speaks.
const NOTICES: Duration = Duration::from_millis(250);

/// Then talks with the caller, and hangs up after so long.
const TALKS: Duration = Duration::from_secs(25);

/// Where the carrier is, and whom it serves.
#[derive(Debug)]
pub(in crate::app) struct CarrierSettings {
    pub listen: SocketAddr,
    pub portico: SocketAddr,
}

pub(super) async fn open(settings: &CarrierSettings, chance: Chance) -> anyhow::Result<Station> {
    Station::open(settings.listen, settings.portico, None, chance).await
}

/// What the on-call person is doing.
enum OnCall {
    Idle,
    Ringing {
        session: SessionId,
        offer: Vec<u8>,
        source: SocketAddr,
    },
    /// Hears what has happened, since then.
    Listening {
        session: SessionId,
        since: Instant,
    },
    Talking {
        session: SessionId,
    },
}

pub(super) async fn run(mut carrier: Station, voice: Voice, tell: Tell) {
    let mut on_call = OnCall::Idle;
    loop {
        match carrier.next().await {
            Ok(happening) => match step(&mut carrier, &mut on_call, happening, &voice, &tell) {
                Ok(()) => {}
                Err(error) => tracing::warn!(%error, "the practice carrier has a fault"),
            },
            Err(error) => {
                tracing::error!(%error, "the practice carrier has ended");
                return;
            }
        }
    }
}

fn step(
    carrier: &mut Station,
    on_call: &mut OnCall,
    happening: Happening,
    voice: &Voice,
    tell: &Tell,
) -> anyhow::Result<()> {
    match happening {
        Happening::Sip(Event::TextReceived { text, from, to, body, .. }) => {
            tell(format!("text     {from} → {to}: {}", String::from_utf8_lossy(&body)));
            carrier.settle_text(text, 202)?;
        }
        Happening::Sip(Event::Invited { session, invitation }) => {
            tell(format!("mobile   {} rings", invitation.dialled));
            carrier.ring(session)?;
            *on_call = OnCall::Ringing { session, offer: invitation.offer, source: invitation.source };
            carrier.wake_at(clock::instant() + FINDS_PHONE);
        }
        Happening::Sip(Event::Cancelled { .. } | Event::Ended { .. }) => {
            carrier.forget_media();
            carrier.stop_waking();
            *on_call = OnCall::Idle;
        }
        Happening::Sip(Event::Reoffered { session, offer }) => carrier.accept_reoffer(session, &offer)?,
        Happening::Wake => match std::mem::replace(on_call, OnCall::Idle) {
            OnCall::Ringing { session, offer, source } => {
                carrier.answer(session, &offer, source)?;
                tell("mobile   answered: the on-call person hears what has happened".into());
                let now = clock::instant();
                carrier.wake_at(now + NOTICES);
                *on_call = OnCall::Listening { session, since: now };
            }
            OnCall::Listening { session, since } => {
                let now = clock::instant();
                let heard = carrier.voiced.received.filter(|at| *at > since);
                if heard.is_none_or(|at| now.duration_since(at) < LISTENS) {
                    carrier.wake_at(now + NOTICES);
                    *on_call = OnCall::Listening { session, since };
                    return Ok(());
                }
                carrier.press('1');
                tell("mobile   key 1: the on-call person accepts, and speaks with the caller".into());
                let speech = spoken(voice().as_mut(), "Hello, this is the person on call. I am on my way.")?;
                carrier.say(&speech);
                carrier.wake_at(clock::instant() + TALKS);
                *on_call = OnCall::Talking { session };
            }
            OnCall::Talking { session } => carrier.hang_up(session),
            OnCall::Idle => {}
        },
        Happening::Sip(_) | Happening::Frame(_) => {}
    }
    Ok(())
}
