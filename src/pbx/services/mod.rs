//! What the box itself does with a caller, besides the receptionist: mailboxes today, each service one task.
//!
//! - A caller who is served has been answered: one leg, a mouth that speaks to it, and a task that decides.
//! - A task sees [`Cue`]s and says what is to happen [`Then`]; it knows neither sessions nor sockets.
//! - Nothing here dials out for anybody: whoever is served from outside stays inside.
//! - Without speech the sounds and the tone are played and the words are left out.

mod challenge;
mod deposit;
mod mailbox;
mod menu;
mod mouth;
mod pin_entry;
mod retrieve;
mod serving;
mod words;

use std::collections::BTreeMap;

pub use challenge::Unanswered;
pub(super) use challenge::{Onward, Question};
pub(super) use mailbox::Mailboxes;
pub use mailbox::{Mailbox, MailboxChange, MailboxPlan, PinHash, PinHashError, VoiceMessage};
pub(super) use menu::Way;
pub use menu::{Choice, Leads, MenuHours, MenuPlan, Otherwise as MenuOtherwise};
pub(super) use serving::Serving;

use super::{
    Caller, ConferencePlan, Dialled, Directory, Disposition, MediaEvent, QueuePlan, Service,
    exchange::Context, ledger::Ledger, leg::Leg,
};
use crate::types::{Extension, PhoneNumber, StarCode, TurnId};
use challenge::Challenge;
use deposit::Deposit;
use menu::Menu;
pub(super) use mouth::{Mouth, Piece};
pub(super) use pin_entry::Typed;
use retrieve::Retrieve;

/// What the office's file says of the box's own services.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Services {
    /// By the extension whose they are; those without a phone are general mailboxes, which can be dialled.
    pub mailboxes: BTreeMap<Extension, MailboxPlan>,
    /// By what is dialled for each.
    pub conferences: BTreeMap<Extension, ConferencePlan>,
    /// By their names.
    pub queues: BTreeMap<String, QueuePlan>,
    /// What takes the callers of a number of ours while the office is open, in place of its ring plan.
    pub queue_of: BTreeMap<PhoneNumber, String>,
    /// By their names.
    pub menus: BTreeMap<String, MenuPlan>,
    /// What answers a number of ours: the first that fits.
    pub menus_of: BTreeMap<PhoneNumber, Vec<MenuHours>>,
}

impl Services {
    /// The room into which a number of ours leads.
    pub fn room_of_number(&self, number: &PhoneNumber) -> Option<&Extension> {
        self.conferences.iter().find(|(_, plan)| plan.dial_in == Some(*number)).map(|(room, _)| room)
    }

    /// Is there something that answers when these digits are dialled inside, though no phone has them?
    pub fn answers_at(&self, extension: &Extension) -> bool {
        self.mailboxes.contains_key(extension) || self.conferences.contains_key(extension)
    }
}

/// What a caller is to be served with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Errand {
    /// Leave a message.
    Deposit { mailbox: Extension },
    /// Listen to messages. `None`: the caller says which mailbox. `at_own_phone`: the call comes from it.
    Retrieve { mailbox: Option<Extension>, at_own_phone: bool },
    /// Press a key first.
    Challenge(Question),
    /// Choose. `before`: so many menus have been come through in this call.
    Menu { name: String, before: u32 },
}

/// What a star code means that belongs to the box's services; `None`: it is not one of them, or nothing of this office's.
pub(super) fn starred(directory: &Directory, from: &Extension, code: &StarCode) -> Option<Errand> {
    let (mailboxes, codes) = (&directory.services.mailboxes, &directory.features.star_codes);
    if codes.code(Service::OwnVoicemail) == Some(code) {
        let own = mailboxes.contains_key(from);
        return own.then(|| Errand::Retrieve { mailbox: Some(from.clone()), at_own_phone: true });
    }
    let digits = code.after(codes.code(Service::AnyVoicemail)?.as_str())?;
    if digits.is_empty() {
        return (!mailboxes.is_empty()).then_some(Errand::Retrieve { mailbox: None, at_own_phone: false });
    }
    let mailbox: Extension = digits.parse().ok().filter(|id| mailboxes.contains_key(id))?;
    let at_own_phone = mailbox == *from;
    Some(Errand::Retrieve { mailbox: Some(mailbox), at_own_phone })
}

/// What answers at these digits, if no phone does.
pub(super) fn dialled(directory: &Directory, extension: &Extension) -> Option<Errand> {
    let is_phone = directory.extensions.contains_key(extension);
    let is_mailbox = directory.services.mailboxes.contains_key(extension);
    (!is_phone && is_mailbox).then(|| Errand::Deposit { mailbox: extension.clone() })
}

/// What the caller of a desk phone gets that nobody has answered: its mailbox, if it has one.
pub(super) fn instead_of_phone(ledger: &Ledger) -> Option<Errand> {
    let Dialled::Extension(extension) = ledger.dialled() else { return None };
    let has_one = ledger.directory().services.mailboxes.contains_key(extension);
    has_one.then(|| Errand::Deposit { mailbox: extension.clone() })
}

/// What happens to a task.
#[derive(Debug)]
enum Cue<'a> {
    /// The caller can be heard and spoken to.
    Begin,
    /// Everything that was to be said has been.
    Spoken,
    Key(char),
    /// The caller has said this.
    Heard(&'a str),
    /// The task's own deadline.
    Due,
    /// From the media plane, about what is being recorded.
    Media(&'a MediaEvent),
    /// The caller has hung up, or is to be hung up. What is said now, nobody hears.
    Gone,
}

/// What a task wants next.
#[derive(Debug, PartialEq, Eq)]
enum Then {
    Wait,
    HangUp,
    /// The caller goes on to a person, or to the agent.
    Way(Way),
    /// Another service goes on with the caller.
    Serve(Errand),
}

/// What a task works with.
struct Hands<'h, 'c> {
    cx: &'h mut Context<'c>,
    leg: &'h mut Leg,
    mouth: &'h mut Mouth,
}

impl Hands<'_, '_> {
    fn say(&mut self, pieces: impl IntoIterator<Item = Piece>) {
        self.mouth.say(self.cx, self.leg, pieces);
    }

    /// The same, in place of what is being said.
    fn say_instead(&mut self, pieces: impl IntoIterator<Item = Piece>) {
        self.hush();
        self.say(pieces);
    }

    fn hush(&mut self) {
        self.mouth.hush(self.cx, self.leg);
    }

    fn caller(&self) -> Caller {
        self.cx.ledger.caller().clone()
    }
}

/// One service at work.
#[derive(Debug)]
enum Task {
    Deposit(Deposit),
    Retrieve(Retrieve),
    Menu(Menu),
    Challenge(Challenge),
}

impl Task {
    fn new(errand: Errand) -> Self {
        match errand {
            Errand::Deposit { mailbox } => Self::Deposit(Deposit::new(mailbox)),
            Errand::Retrieve { mailbox, at_own_phone } => {
                Self::Retrieve(Retrieve::new(mailbox, at_own_phone))
            }
            Errand::Challenge(question) => Self::Challenge(Challenge::new(question)),
            Errand::Menu { name, before } => Self::Menu(Menu::new(name, before)),
        }
    }

    fn cue(&mut self, hands: &mut Hands<'_, '_>, cue: &Cue<'_>) -> Then {
        match self {
            Self::Deposit(task) => task.cue(hands, cue),
            Self::Retrieve(task) => task.cue(hands, cue),
            Self::Menu(task) => task.cue(hands, cue),
            Self::Challenge(task) => task.cue(hands, cue),
        }
    }

    fn deadline(&self) -> Option<std::time::Instant> {
        match self {
            Self::Deposit(task) => task.deadline(),
            Self::Retrieve(task) => task.deadline(),
            Self::Menu(task) => task.deadline(),
            Self::Challenge(task) => task.deadline(),
        }
    }

    /// Is that the turn that is listened to?
    fn hears(&self, turn: TurnId) -> bool {
        match self {
            Self::Menu(task) => task.hears(turn),
            Self::Challenge(task) => task.hears(turn),
            Self::Deposit(_) | Self::Retrieve(_) => false,
        }
    }

    /// What became of the call, if it ends here.
    fn disposition(&self) -> Disposition {
        match self {
            Self::Deposit(_) => Disposition::Voicemail,
            Self::Retrieve(_) => Disposition::Served,
            // Whoever hangs up in a menu has reached nobody.
            Self::Menu(_) | Self::Challenge(_) => Disposition::CallerAbandoned,
        }
    }
}
