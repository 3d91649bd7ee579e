//! The caller of a conversation that is held anew: what they said then, given to the questions of today.

use crate::dialogue::{Act, CalendarAnswer, CalendarRequest, Step, Told, UserTurn};
use crate::types::Language;

/// Answers that are made up in one conversation. Beyond them the caller says what comes next, whatever is asked.
const MOST_MADE_UP: usize = 12;

/// Of one question.
const MADE_UP_OF_ONE: usize = 2;

/// What the conversation is told next.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Cue {
    /// As it was told then.
    Stored(Told),
    /// Words that nobody has said.
    MadeUp(&'static str),
    /// Nothing more: the caller is gone.
    Over,
}

/// See the module's sentence.
#[derive(Debug)]
pub(super) struct Caller<'a> {
    steps: &'a [Step],
    used: Vec<bool>,
    /// What was awaited when an answer was made up, in order.
    made_up: Vec<String>,
    /// What the calendar was asked last.
    request: Option<CalendarRequest>,
}

impl<'a> Caller<'a> {
    pub(super) fn new(steps: &'a [Step]) -> Self {
        Self { steps, used: vec![false; steps.len()], made_up: Vec::new(), request: None }
    }

    /// Looks at what the agent has decided.
    pub(super) fn watch(&mut self, acts: &[Act]) {
        for act in acts {
            if let Act::Calendar(request) = act {
                self.request = Some(request.clone());
            }
        }
    }

    /// What comes next, in a conversation that awaits this.
    pub(super) fn next(&mut self, awaited: &str, over: bool) -> Cue {
        if over {
            return self.after_the_end();
        }
        match awaited {
            "calendar" => return Cue::Stored(Told::Turn(UserTurn::Calendar(self.calendar()))),
            "transfer" => return self.transfer(),
            _ => {}
        }
        loop {
            let Some(at) = self.first_unused() else { return self.at_the_end(awaited) };
            let step = &self.steps[at];
            match &step.told {
                // Nothing of the kind has been asked for today.
                Told::Turn(UserTurn::Calendar(_) | UserTurn::TransferFailed | UserTurn::OnCallHeard)
                | Told::Reopened => self.used[at] = true,
                Told::Turn(UserTurn::Said { .. }) => return self.answer(at, awaited),
                _ => return self.take(at),
            }
        }
    }

    /// What the caller said then and would not be heard saying today.
    pub(super) fn unheard(&self) -> Vec<&'a str> {
        let left = self.steps.iter().zip(&self.used).filter(|(_, used)| !**used);
        left.filter_map(|(step, _)| match &step.told {
            Told::Turn(UserTurn::Said { text, .. }) | Told::LastWords { text, .. } => Some(text.as_str()),
            _ => None,
        })
        .collect()
    }

    pub(super) fn into_made_up(self) -> Vec<String> {
        self.made_up
    }

    fn first_unused(&self) -> Option<usize> {
        self.used.iter().position(|used| !used)
    }

    fn take(&mut self, at: usize) -> Cue {
        self.used[at] = true;
        Cue::Stored(self.steps[at].told.clone())
    }

    /// Words for what is awaited: those that answered it then, the next ones where it is an open question, or made-up ones.
    fn answer(&mut self, at: usize, awaited: &str) -> Cue {
        let then = &self.steps[at].awaited;
        // What answered a question of its own is not said unasked at the end.
        let unasked = awaited == "anything else" && !is_open(then);
        if alike(then, awaited) || (is_open(awaited) && !unasked) {
            return self.take(at);
        }
        let later = self.steps.iter().enumerate().skip(at + 1).find(|(later, step)| {
            !self.used[*later]
                && matches!(step.told, Told::Turn(UserTurn::Said { .. }))
                && alike(&step.awaited, awaited)
        });
        if let Some((later, _)) = later {
            return self.take(later);
        }
        self.make_up(awaited).unwrap_or_else(|| self.take(at))
    }

    fn make_up(&mut self, awaited: &str) -> Option<Cue> {
        let before = self.made_up.iter().filter(|made| *made == awaited).count();
        if self.made_up.len() >= MOST_MADE_UP || before >= MADE_UP_OF_ONE {
            return None;
        }
        self.made_up.push(awaited.to_owned());
        Some(Cue::MadeUp(awaited_in_general(awaited)))
    }

    /// Everything has been said that was said then.
    fn at_the_end(&mut self, awaited: &str) -> Cue {
        self.make_up(awaited).unwrap_or(Cue::Over)
    }

    /// Only a word into the goodbye brings a conversation back.
    fn after_the_end(&mut self) -> Cue {
        match self.first_unused() {
            Some(at) if self.steps[at].told == Told::Reopened => self.take(at),
            _ => Cue::Over,
        }
    }

    /// What the calendar said to a request of this kind, or that it is away: it cannot be asked about the past.
    fn calendar(&mut self) -> CalendarAnswer {
        use CalendarAnswer::{Away, Booked, Cancelled, Slots, Taken};
        use CalendarRequest::{Book, Cancel, FindSlots};
        let fits = |answer: &CalendarAnswer| {
            matches!(
                (&self.request, answer),
                (Some(FindSlots { .. }), Slots(_))
                    | (Some(Book { .. }), Booked(_) | Taken { .. })
                    | (Some(Cancel { .. }), Cancelled)
                    | (Some(_), Away)
            )
        };
        let found = self.steps.iter().enumerate().find_map(|(at, step)| match &step.told {
            Told::Turn(UserTurn::Calendar(answer)) if !self.used[at] && fits(answer) => {
                Some((at, answer.clone()))
            }
            _ => None,
        });
        match found {
            Some((at, answer)) => {
                self.used[at] = true;
                answer
            }
            None => Away,
        }
    }

    /// What came of ringing somebody then. Where nobody was rung: nobody takes it, and the conversation shows what follows.
    fn transfer(&mut self) -> Cue {
        let came = self.steps.iter().enumerate().find(|(at, step)| {
            let came = matches!(
                step.told,
                Told::Turn(UserTurn::TransferFailed | UserTurn::OnCallHeard) | Told::Closed(_)
            );
            came && !self.used[*at]
        });
        match came {
            Some((at, step)) if matches!(step.told, Told::Turn(_)) || self.is_next(at) => self.take(at),
            _ => Cue::Stored(Told::Turn(UserTurn::TransferFailed)),
        }
    }

    /// Has everything before this step been told?
    fn is_next(&self, at: usize) -> bool {
        self.first_unused() == Some(at)
    }
}

/// Questions that any words may answer.
fn is_open(awaited: &str) -> bool {
    matches!(awaited.split(' ').next(), Some("need" | "guess" | "anything" | "keys"))
        || matches!(awaited, "offer call")
}

/// Do the two want the same answer?
fn alike(then: &str, now: &str) -> bool {
    let kind = |awaited: &str| matches!(awaited.split(' ').next(), Some("confirm" | "which"));
    then == now || (kind(then) && kind(now) && then.split(' ').next() == now.split(' ').next())
}

/// What somebody answers who was never asked.
fn awaited_in_general(awaited: &str) -> &'static str {
    match awaited {
        "choose" | "choose slot" => "The first one.",
        "need" | "anything else" => "That's all, thank you. Goodbye.",
        "offer caller" | "known name" | "confirm slot" | "cancel showing" | "offer call" => "Yes.",
        awaited if awaited.starts_with("confirm") => "Yes.",
        _ => "I don't know.",
    }
}

/// The same in the language of the conversation.
pub(super) fn in_language(words: &'static str, language: Language) -> &'static str {
    match (language, words) {
        (Language::English, words) => words,
        (Language::Spanish, "The first one.") => "La primera.",
        (Language::Spanish, "That's all, thank you. Goodbye.") => "Es todo, gracias. Adiós.",
        (Language::Spanish, "Yes.") => "Sí.",
        (Language::Spanish, _) => "No sé.",
    }
}
