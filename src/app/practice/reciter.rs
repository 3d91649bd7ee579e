//! A practice caller who says by heart what another has said before, and listens for silence alone.
//!
//! A caller who recognises every word of the agent costs the machine more than the agent does. Where many call at once, so
//! that the agent's pace under load may be measured, they must weigh next to nothing.

use std::{net::SocketAddr, sync::Arc, time::Instant};

use super::{
    caller::{AGENT_FINISHED, CallReport, LONGEST_CALL},
    scenario::Scenario,
    station::{Happening, Station},
};
use crate::{
    app::clock,
    sip::{Event, SessionId},
    types::Chance,
};

/// What is said, turn by turn, at 16 kHz.
pub(in crate::app) type Lines = Arc<[Vec<i16>]>;

/// Somebody who calls, and knows their lines.
#[derive(Debug)]
pub(in crate::app) struct Reciter {
    station: Station,
    from: String,
    to: String,
    lines: Lines,
    next: usize,
    report: CallReport,
}

#[derive(Debug, Clone, Copy)]
enum Stage {
    Calling { since: Instant },
    Listening { answered: Instant },
    Speaking { answered: Instant },
}

impl Reciter {
    /// A caller who is about to dial.
    ///
    /// # Errors
    /// When the sockets cannot be opened.
    pub(in crate::app) async fn new(
        scenario: &Scenario,
        lines: Lines,
        from: SocketAddr,
        portico: SocketAddr,
        chance: Chance,
    ) -> anyhow::Result<Self> {
        Ok(Self {
            station: Station::open(from, portico, None, chance).await?,
            from: scenario.caller.to_string(),
            to: scenario.dials.to_string(),
            lines,
            next: 0,
            report: CallReport::default(),
        })
    }

    /// Places the call and says the lines, each when the agent has finished.
    ///
    /// # Errors
    /// When the sockets fail.
    pub(in crate::app) async fn run(mut self) -> anyhow::Result<CallReport> {
        let began = clock::instant();
        let session = self.station.call(&self.from, &self.to)?;
        let mut stage = Stage::Calling { since: began };
        loop {
            let happening = self.station.next().await?;
            let now = clock::instant();
            if now.duration_since(began) > LONGEST_CALL {
                self.station.hang_up(session);
                break;
            }
            match happening {
                Happening::Sip(Event::Answered { body, source, .. }) => {
                    if let Stage::Calling { since } = stage {
                        self.report.answered_after = Some(now.duration_since(since));
                        self.station.answered(&body, source)?;
                        self.station.await_reply();
                        stage = Stage::Listening { answered: now };
                    }
                }
                Happening::Sip(Event::Failed { status, .. }) => {
                    self.report.failed = Some(status);
                    break;
                }
                Happening::Sip(Event::Ended { .. }) => break,
                Happening::Sip(Event::Reoffered { session, offer }) => {
                    self.station.accept_reoffer(session, &offer)?;
                }
                Happening::Frame(_) => match self.listen(now, stage, session) {
                    Some(then) => stage = then,
                    None => break,
                },
                Happening::Sip(_) | Happening::Wake => {}
            }
        }
        self.station.take_leave().await?;
        Ok(self.report)
    }

    /// 20 ms later; `None`: all has been said, and the line is hung up.
    fn listen(&mut self, now: Instant, stage: Stage, session: SessionId) -> Option<Stage> {
        match stage {
            Stage::Listening { answered } => {
                self.report.reply(&mut self.station.voiced, answered);
                let voiced = self.station.voiced;
                let theirs =
                    voiced.received.filter(|received| voiced.sent.is_none_or(|sent| *received > sent));
                if theirs.is_none_or(|last| now.duration_since(last) < AGENT_FINISHED) {
                    return Some(stage);
                }
                let Some(line) = self.lines.get(self.next) else {
                    self.station.hang_up(session);
                    return None;
                };
                self.next += 1;
                self.station.say(line);
                Some(Stage::Speaking { answered })
            }
            Stage::Speaking { answered } if !self.station.is_speaking() => {
                self.station.await_reply();
                Some(Stage::Listening { answered })
            }
            Stage::Calling { .. } | Stage::Speaking { .. } => Some(stage),
        }
    }
}
