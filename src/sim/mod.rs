//! The virtual host: drives the two hearts through stories, in time that jumps, on a network that misbehaves as told.
//!
//! Invariants, above all what is absent: no socket, thread, sleep, model or system clock; nothing is decided here that
//! the house decides; the same story with the same seed gives the same ladder, byte for byte; a story in which anything is
//! left behind at the end (a call, a session, a port, a transaction, a text that is not settled) has failed.
//!
//! The phones, the carrier and the people's telephones are the house's own SIP endpoint. It agrees with its own mistakes,
//! so these stories are about interleavings and consequences; the wire itself is held against captures and other stacks.
//!
//! # The language of stories
//!
//! A story is a text file, one sentence a line; `#` begins a comment. Words of people stand in `"…"`. Spans are written
//! `250ms`, `6s`, `1m30s`, `2h`, `3d`. It is a Friday, eleven in the morning; 101 and 102 ring for 18 s at both numbers,
//! `main` and `leasing`; the office is always open. Dana, Marco, Priya and Sam are people outside; `on-call` is whom the
//! agent rings, and `staff` gets the summaries.
//!
//! Furnishing, before anything else:
//! ```text
//! given seed 7                                given now 2026-11-20 16:58
//! given hours Mon-Fri 09:00-17:00, Sat 10:00-14:00
//! given main rings 101+102 18s, 103 12s       given leasing rings 102 12s
//! given agent first                           given agent talks with 1 at once
//! given calls abroad are allowed              given nobody on call
//! given trunk is probed                       given text-back waits for the morning
//! given Robin shows homes Sat 10:00-14:00
//! given texts go again after a crash          given a spare trunk
//! given people outside have voicemail         given a call type of storage units
//! given a phone calls outside 20 times an hour
//! given Spanish is spoken                     given Spanish is spoken and not heard
//! given lead touch after 2h "…"               given lead touch on day 3 10:00 "…"
//! ```
//! Anything below may also follow `given`. Time:
//! ```text
//! at +20s …        that much later        at 20s …       since the beginning
//! at 17:30 …       when the office's clock shows it      at Mon 09:00 …
//! ```
//! Phones, by extension; the first five also hold for people who are called:
//! ```text
//! 101 answers after 6s      101 never answers       101 is busy       101 refuses calls    101 fails with 500
//! 101 picks up              101 declines            101 hangs up      101 calls dana       101 holds / resumes
//! 101 is unplugged          101 is plugged in       101 is dead       101 is alive
//! ```
//! People outside. Lines are said in order, each when the agent has said something and listens; when no line is left,
//! the first answer is given of which a phrase was heard:
//! ```text
//! lee is +13035550150 "Lee Park"              dana withholds the number
//! dana calls main           dana hangs up     dana picks up           dana texts "STOP"
//! dana says "…"             dana says "…" and hangs up                dana interrupts with "…"
//! dana mumbles              dana keys 1       dana then hangs up      dana has early media
//! dana answers "your name|who is this" with "Dana Reyes."
//! dana answers "goodbye" by hanging up        dana answers "…" with key 1
//! ```
//! The world around:
//! ```text
//! network delays 80ms       network jitters 30ms       network loses 5% from carrier
//! network reorders 10% to 101                          network doubles 2% of carrier
//! network loses next ACK from carrier                  network loses next 2 200 INVITE to carrier
//! network delays next CANCEL to 101 by 300ms           network doubles next INVITE from carrier after 400ms
//! network forks next 200 INVITE from carrier
//! trunk dies / comes back   speech goes down / comes back             disk is full / has room
//! carrier takes texts       carrier ignores texts      carrier refuses texts with 403
//! carrier refuses 2 texts with 503
//! carrier refuses calls with 503              carrier refuses calls with 503 for 30s            carrier takes calls
//! spare trunk dies          spare refuses calls with 503 (whatever the carrier can, `spare` can, once it is furnished)
//! console opens an incident of hot water for 24h "…"   console closes the incident
//! power fails for 30s       power fails for 30s after the next record
//! power fails for 30s when the next text leaves
//! week of 500 calls
//! ```
//! Expectations are held against the sentences that a ladder shows, and against `101 gets CANCEL`, said of every
//! datagram that arrives. `…` stands for anything; what comes after the last word may be anything too. The story goes on
//! to the moment at which it happens, up to three minutes:
//! ```text
//! expect 101 rings                            expect within 10s text-back to dana sent
//! expect record: answered … dana to main      expect work order … 4B … Dana Reyes
//! expect no text-back                         leaves 1 text waiting
//! ```
//! Each sentence is taken by one expectation. Records, tickets, incidents, texts and alarms must all be expected: at its end
//! a story fails over the first that is not.

mod caller;
mod carrier;
mod clock;
mod datagram;
mod ladder;
mod legs;
mod network;
mod office;
mod own_type;
mod phone;
mod play;
mod premises;
mod scenario;
mod stage;
mod station;
mod telling;
mod week;
mod world;

use std::{
    fs,
    io::{self, Write},
    path::{Path, PathBuf},
};

pub use caller::{Answer, Cue};
pub use office::OfficeError;
pub use phone::Manner;
pub use play::{Failure, StoryError};
pub use premises::{Hears, Premises, Understands};
pub use scenario::Problem;
pub use stage::{Enacted, Scene, Visit, Visitor, enact};
pub use world::WorldError;

/// Why stories could not be played, or did not go as they say.
#[derive(Debug, thiserror::Error)]
pub enum SimulationError {
    #[error("{} cannot be read", path.display())]
    Unreadable { path: PathBuf, source: io::Error },
    #[error("{} cannot be written", path.display())]
    Unwritable { path: PathBuf, source: io::Error },
    #[error("the ladder cannot be printed")]
    Output(#[from] io::Error),
    #[error("{}, {error}", path.display())]
    Story { path: PathBuf, error: Box<StoryError> },
    #[error("{}: another ladder than the one beside the story:\n{difference}", path.display())]
    Differs { path: PathBuf, difference: String },
    #[error("{failed} of {played} stories failed")]
    Failed { failed: usize, played: usize },
}

/// Plays a story, and gives its ladder.
///
/// # Errors
/// With the line that cannot be read, or at which the house did something else.
pub fn ladder(story: &str) -> Result<String, StoryError> {
    play::play(story)
}

/// The same with another seed than the story's own: other chances, the same expectations.
///
/// # Errors
/// As for [`ladder()`].
pub fn ladder_with_seed(story: &str, seed: u64) -> Result<String, StoryError> {
    play::play_with_seed(story, Some(seed))
}

/// Plays one story file; with `compare`, its ladder must be the one in the `.ladder` file beside it.
///
/// # Errors
/// When the file cannot be read, the story fails, or the ladder is another.
pub fn play_file(path: &Path, compare: bool) -> Result<String, SimulationError> {
    let unreadable = |path: &Path| {
        let path = path.to_owned();
        move |source| SimulationError::Unreadable { path, source }
    };
    let story = fs::read_to_string(path).map_err(unreadable(path))?;
    let ladder = play::play(&story)
        .map_err(|error| SimulationError::Story { path: path.to_owned(), error: Box::new(error) })?;
    if compare {
        let beside = path.with_extension("ladder");
        let expected = fs::read_to_string(&beside).map_err(unreadable(&beside))?;
        if let Some(difference) = ladder::difference(&expected, &ladder) {
            return Err(SimulationError::Differs { path: path.to_owned(), difference });
        }
    }
    Ok(ladder)
}

/// Plays story files and prints their ladders. With `compare` nothing is printed but what differs from the `.ladder` file
/// beside each story; with `bless` that file is written instead. All stories are played before the first failure ends it.
///
/// # Errors
/// When a file cannot be read or written, or any story has failed.
pub fn simulate(stories: &[PathBuf], compare: bool, bless: bool) -> Result<(), SimulationError> {
    let mut out = io::stdout().lock();
    let mut failed = 0;
    for path in stories {
        match play_file(path, compare && !bless) {
            Ok(ladder) if bless => {
                let beside = path.with_extension("ladder");
                fs::write(&beside, ladder)
                    .map_err(|source| SimulationError::Unwritable { path: beside, source })?;
            }
            Ok(_) if compare => {}
            Ok(ladder) => write!(out, "{}\n\n{ladder}\n", path.display())?,
            Err(error) => {
                failed += 1;
                writeln!(out, "{error}")?;
            }
        }
    }
    if failed == 0 { Ok(()) } else { Err(SimulationError::Failed { failed, played: stories.len() }) }
}
