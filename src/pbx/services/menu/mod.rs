//! A menu answers: keys, dialled extensions, names by letters, and, where the box can hear, words.
//!
//! No menu is endless: the choices are said three times in all, and after so many menus in one call, or nothing chosen, the
//! phones of the number ring or the agent takes the call.

mod naming;
mod plan;
mod words;

use std::time::{Duration, Instant};

pub use plan::{Choice, Leads, MenuHours, MenuPlan, Otherwise};

use super::{Cue, Errand, Hands, Piece, Then};
use crate::{
    dialogue::danger_said,
    pbx::{Directory, SpeechCommand},
    types::{Extension, TurnId},
};

/// The choices are said once more so often.
const MOST_REPEATS: u32 = 2;

/// Menus that one call may come through.
const MOST_MENUS: u32 = 6;

/// So long for the next digit of an extension or the next letter of a name.
const DIGIT_WAIT: Duration = Duration::from_secs(2);

/// With fewer letters than this a name is not looked for before the pound key.
const LEAST_LETTERS: usize = 3;

/// People of the same name who are offered.
const MOST_NAMESAKES: usize = 4;

/// More digits than any extension or name has are swallowed.
const MOST_TYPED: usize = 16;

/// Where somebody goes from a menu.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::pbx) enum Way {
    Extension(Extension),
    RingPlan,
    Agent,
    Queue(String),
}

/// A menu at work.
#[derive(Debug)]
pub(super) struct Menu {
    name: String,
    /// Menus before this one in the same call.
    before: u32,
    stage: Stage,
    typed: String,
    repeats: u32,
    until: Option<Instant>,
    turn: u64,
}

#[derive(Debug, PartialEq, Eq)]
enum Stage {
    Choosing,
    Spelling,
    /// One of these is meant.
    Picking(Vec<Extension>),
    /// This is said, and then it goes there.
    Leaving(Way),
}

impl Menu {
    pub(super) fn new(name: String, before: u32) -> Self {
        let (typed, stage) = (String::new(), Stage::Choosing);
        Self { name, before, stage, typed, repeats: 0, until: None, turn: 0 }
    }

    pub(super) fn deadline(&self) -> Option<Instant> {
        self.until
    }

    pub(super) fn cue(&mut self, hands: &mut Hands<'_, '_>, cue: &Cue<'_>) -> Then {
        let directory = hands.cx.ledger.directory().clone();
        let Some(plan) = directory.services.menus.get(&self.name) else { return Then::Way(Way::RingPlan) };
        let then = match cue {
            Cue::Begin if self.before >= MOST_MENUS => self.otherwise(hands, plan),
            Cue::Begin => {
                hands.say([Piece::words(&plan.greeting), Piece::Words(words::choices(plan))]);
                self.listen(hands);
                Then::Wait
            }
            Cue::Spoken => self.spoken(hands, plan),
            Cue::Key(key) => self.key(hands, plan, &directory, *key),
            Cue::Heard(text) => self.heard(hands, plan, &directory, text),
            Cue::Due => self.due(hands, plan, &directory),
            Cue::Media(_) => Then::Wait,
            Cue::Gone => Then::HangUp,
        };
        if then != Then::Wait {
            hands.cx.exchange.speech(hands.leg.id(), SpeechCommand::Deaf);
        }
        then
    }

    /// Is that the turn that is listened to?
    pub(super) fn hears(&self, turn: TurnId) -> bool {
        turn == TurnId(self.turn)
    }

    fn listen(&mut self, hands: &mut Hands<'_, '_>) {
        self.turn += 1;
        let turn = TurnId(self.turn);
        hands.cx.exchange.speech(hands.leg.id(), SpeechCommand::Listen { turn });
    }

    fn spoken(&mut self, hands: &mut Hands<'_, '_>, plan: &MenuPlan) -> Then {
        if let Stage::Leaving(way) = &self.stage {
            return Then::Way(way.clone());
        }
        if self.typed.is_empty() {
            self.until = Some(hands.cx.now.at + plan.patience);
        }
        Then::Wait
    }

    fn key(&mut self, hands: &mut Hands<'_, '_>, plan: &MenuPlan, directory: &Directory, key: char) -> Then {
        match &self.stage {
            Stage::Leaving(_) => Then::Wait,
            Stage::Choosing => self.key_at_choices(hands, plan, directory, key),
            Stage::Spelling => {
                hands.hush();
                self.until = Some(hands.cx.now.at + DIGIT_WAIT);
                match key {
                    '#' => self.look_up(hands, plan, directory),
                    '*' => self.again(hands, plan, None),
                    '2'..='9' if self.typed.len() < MOST_TYPED => {
                        self.typed.push(key);
                        Then::Wait
                    }
                    _ => Then::Wait,
                }
            }
            Stage::Picking(people) => {
                let place = key.to_digit(10).and_then(|place| (place as usize).checked_sub(1));
                match place.and_then(|place| people.get(place)).cloned() {
                    Some(extension) => self.put_through(hands, extension),
                    None => self.again(hands, plan, Some(words::NOT_A_CHOICE)),
                }
            }
        }
    }

    fn key_at_choices(
        &mut self,
        hands: &mut Hands<'_, '_>,
        plan: &MenuPlan,
        directory: &Directory,
        key: char,
    ) -> Then {
        hands.hush();
        if key == '*' {
            return self.again(hands, plan, None);
        }
        if self.typed.len() < MOST_TYPED {
            self.typed.push(key);
        }
        // An extension that goes on after this is waited for, also behind a key that is a choice of its own.
        let goes_on = plan.extensions
            && reachable(directory).any(|id| id.len() > self.typed.len() && id.starts_with(&self.typed));
        if goes_on {
            self.until = Some(hands.cx.now.at + DIGIT_WAIT);
            return Then::Wait;
        }
        self.typed_out(hands, plan, directory)
    }

    /// Nothing more comes: what was typed is an extension, a choice, or nothing.
    fn typed_out(&mut self, hands: &mut Hands<'_, '_>, plan: &MenuPlan, directory: &Directory) -> Then {
        let typed = std::mem::take(&mut self.typed);
        self.until = None;
        if plan.extensions
            && reachable(directory).any(|id| id == typed)
            && let Ok(extension) = typed.parse()
        {
            return self.put_through(hands, extension);
        }
        let mut keys = typed.chars();
        match (keys.next(), keys.next()) {
            (Some(key), None) if plan.choices.contains_key(&key) => self.choose(hands, plan, key),
            // Whoever wants a person presses 0, on every telephone.
            (Some('0'), None) => self.otherwise(hands, plan),
            _ => self.again(hands, plan, Some(words::NOT_A_CHOICE)),
        }
    }

    fn choose(&mut self, hands: &mut Hands<'_, '_>, plan: &MenuPlan, key: char) -> Then {
        let Some(choice) = plan.choices.get(&key) else { return Then::Wait };
        hands.cx.decide(format!("{key} was chosen in menu {}: {}", self.name, choice.label));
        hands.hush();
        self.typed.clear();
        match &choice.leads {
            Leads::Extension(extension) => self.put_through(hands, extension.clone()),
            Leads::RingPlan => self.leave(hands, Way::RingPlan),
            Leads::Agent => Then::Way(Way::Agent),
            Leads::Queue(name) => Then::Way(Way::Queue(name.clone())),
            Leads::Mailbox(mailbox) => Then::Serve(Errand::Deposit { mailbox: mailbox.clone() }),
            Leads::Menu(name) => Then::Serve(Errand::Menu { name: name.clone(), before: self.before + 1 }),
            Leads::Names => {
                self.stage = Stage::Spelling;
                self.until = None;
                hands.say([Piece::words(words::SPELL)]);
                Then::Wait
            }
            Leads::Words(text) => {
                self.repeats += 1;
                if self.repeats > MOST_REPEATS {
                    self.stage = Stage::Leaving(way_of(plan));
                    hands.say([Piece::words(text), Piece::words(words::ONE_MOMENT)]);
                } else {
                    hands.say([Piece::words(text), Piece::Words(words::choices(plan))]);
                }
                Then::Wait
            }
        }
    }

    /// What somebody has said.
    fn heard(
        &mut self,
        hands: &mut Hands<'_, '_>,
        plan: &MenuPlan,
        directory: &Directory,
        text: &str,
    ) -> Then {
        self.listen(hands);
        if matches!(self.stage, Stage::Leaving(_)) || text.trim().is_empty() {
            return Then::Wait;
        }
        if danger_said(text).is_some() {
            hands.cx.decide(format!("the caller spoke of danger in menu {}", self.name));
            return Then::Way(Way::Agent);
        }
        if self.stage == Stage::Choosing
            && let Some(key) = naming::chosen(text, &plan.choices)
        {
            return self.choose(hands, plan, key);
        }
        let by_name =
            self.stage != Stage::Choosing || plan.choices.values().any(|choice| choice.leads == Leads::Names);
        if by_name && let Some(extension) = naming::named(text, &directory.extensions) {
            hands.hush();
            return self.put_through(hands, extension);
        }
        // A voice over the box's own words is not an answer to them.
        if self.until.is_none() { Then::Wait } else { self.again(hands, plan, Some(words::NOT_UNDERSTOOD)) }
    }

    fn due(&mut self, hands: &mut Hands<'_, '_>, plan: &MenuPlan, directory: &Directory) -> Then {
        self.until = None;
        match self.stage {
            Stage::Spelling if self.typed.len() >= LEAST_LETTERS => self.look_up(hands, plan, directory),
            Stage::Choosing if !self.typed.is_empty() => self.typed_out(hands, plan, directory),
            _ => self.again(hands, plan, None),
        }
    }

    /// Who is spelled like that?
    fn look_up(&mut self, hands: &mut Hands<'_, '_>, plan: &MenuPlan, directory: &Directory) -> Then {
        let typed = std::mem::take(&mut self.typed);
        let mut people = naming::spelled(&typed, &directory.extensions);
        self.until = None;
        match people.len() {
            0 => self.again(hands, plan, Some(words::NOBODY)),
            1 => self.put_through(hands, people.remove(0)),
            many if many > MOST_NAMESAKES => self.again(hands, plan, Some(words::TOO_MANY)),
            _ => {
                let name = |extension: &Extension| {
                    directory.extensions.get(extension).map(|phone| phone.name.clone())
                };
                let names: Vec<String> = people.iter().filter_map(name).collect();
                self.stage = Stage::Picking(people);
                hands.say_instead([Piece::Words(words::which(&names))]);
                Then::Wait
            }
        }
    }

    /// The choices once more; whoever has heard them often enough is put through.
    fn again(&mut self, hands: &mut Hands<'_, '_>, plan: &MenuPlan, why: Option<&str>) -> Then {
        self.stage = Stage::Choosing;
        self.typed.clear();
        self.until = None;
        self.repeats += 1;
        if self.repeats > MOST_REPEATS {
            return self.otherwise(hands, plan);
        }
        let why = why.map(Piece::words);
        hands.say_instead(why.into_iter().chain([Piece::Words(words::choices(plan))]));
        Then::Wait
    }

    fn otherwise(&mut self, hands: &mut Hands<'_, '_>, plan: &MenuPlan) -> Then {
        hands.cx.decide(format!("nothing was chosen in menu {}", self.name));
        match way_of(plan) {
            Way::Agent => Then::Way(Way::Agent),
            way => self.leave(hands, way),
        }
    }

    fn put_through(&mut self, hands: &mut Hands<'_, '_>, extension: Extension) -> Then {
        hands.cx.decide(format!("menu {} leads to {extension}", self.name));
        self.leave(hands, Way::Extension(extension))
    }

    /// Goes there as soon as that has been said.
    fn leave(&mut self, hands: &mut Hands<'_, '_>, way: Way) -> Then {
        self.until = None;
        self.stage = Stage::Leaving(way);
        hands.say_instead([Piece::words(words::ONE_MOMENT)]);
        Then::Wait
    }
}

fn way_of(plan: &MenuPlan) -> Way {
    match plan.otherwise {
        Otherwise::RingPlan => Way::RingPlan,
        Otherwise::Agent => Way::Agent,
    }
}

/// The extensions that may be dialled: people's phones, and not what stands at a door.
fn reachable(directory: &Directory) -> impl Iterator<Item = &str> {
    let phones = directory.extensions.keys().filter(|id| !directory.fixed_phones.contains_key(*id));
    phones.map(Extension::as_str)
}
