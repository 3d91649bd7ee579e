//! How the stories are told: a caller with a script, and what must hold at every turn.

use std::{collections::BTreeMap, sync::Arc};

use crate::dialogue::{
    Act, CalendarAnswer, CalendarRequest, Channel, Destination, Digit, EndReason, Expectation, Fact, Office,
    Opening, Outcome, Pack, Reading, Roster, Session, Topic, UnitRef, UserTurn,
    session::tests::reading::read,
};

pub(super) fn pack() -> Arc<Pack> {
    Arc::new(Pack::property().unwrap())
}

fn unit(unit: &str) -> UnitRef {
    UnitRef { property: "Maple Court".into(), street: "1200 Maple Street".into(), unit: unit.into() }
}

pub(super) fn office() -> Office {
    Office {
        name: "Maple Court".into(),
        address: Some("1200 Maple Street".into()),
        hours: Some("Monday to Friday, nine to five".into()),
        roster: Roster {
            units: ["4B", "4D", "15", "50", "204"].map(unit).into(),
            names: vec!["Dana Reyes".into()],
            streets: vec!["Alder Avenue".into()],
            ..Roster::default()
        },
        home_area_code: 303,
        listings: Vec::new(),
        facts: vec![
            Fact {
                topic: Some(Topic::Trash),
                asked_by: vec!["trash".into()],
                answer: "Trash is picked up on Tuesday mornings.".into(),
            },
            Fact {
                topic: Some(Topic::RentPayment),
                asked_by: vec!["pay rent".into()],
                answer: "Rent is paid in the resident portal.".into(),
            },
        ],
        on_call: true,
        staff: true,
        showings: false,
        also: Vec::new(),
        in_spanish: std::collections::BTreeMap::new(),
        tenancy: crate::dialogue::Tenancy::default(),
    }
}

pub(super) fn opening() -> Opening {
    Opening {
        caller: Some("+13035550142".parse().unwrap()),
        contact: None,
        label: None,
        agent: None,
        greeting: None,
        local: jiff::civil::date(2026, 11, 20).at(23, 0, 0, 0),
        open_now: false,
        channel: Channel::Voice,
        language: crate::types::Language::English,
        known: None,
        standing: crate::dialogue::Standing::default(),
    }
}

/// A conversation under way, with everything that was said.
#[derive(Debug)]
pub(super) struct Call {
    pub(super) session: Session,
    acts: Vec<Act>,
    transcript: Vec<String>,
    sentences: BTreeMap<String, usize>,
}

impl Call {
    pub(super) fn new() -> Self {
        Self::with(office(), opening())
    }

    /// The office is open, and people sit at its desks.
    pub(super) fn in_office_hours() -> Self {
        Self::with(office(), Opening { open_now: true, ..opening() })
    }

    pub(super) fn with(office: Office, opening: Opening) -> Self {
        let (session, acts) = Session::begin(pack(), Arc::new(office), opening);
        Self::from(session, acts)
    }

    pub(super) fn from(session: Session, acts: Vec<Act>) -> Self {
        let mut call = Self { session, acts: Vec::new(), transcript: Vec::new(), sentences: BTreeMap::new() };
        call.keep(acts);
        call
    }

    fn keep(&mut self, acts: Vec<Act>) {
        for act in &acts {
            match act {
                Act::Say(say) => {
                    self.transcript.push(format!("agent:  {}", say.text));
                    assert!(!say.text.contains(['{', '}', '$', '+']), "unspeakable: {}", say.text);
                    let count = self.sentences.entry(say.text.clone()).or_default();
                    *count += 1;
                    assert!(*count <= 2, "said {count} times: {}\n{}", say.text, self.transcript.join("\n"));
                }
                other => self.transcript.push(format!("        {other:?}")),
            }
        }
        let last_is_final =
            acts.iter().position(|a| !matches!(a, Act::Say(_))).is_none_or(|at| at + 1 == acts.len());
        assert!(last_is_final, "nothing follows a transfer or an end\n{}", self.transcript.join("\n"));
        self.acts = acts;
    }

    fn turn(mut self, heading: String, turn: UserTurn) -> Self {
        self.transcript.push(heading);
        assert!(!self.session.is_over(), "the conversation is over\n{}", self.transcript.join("\n"));
        let acts = self.session.handle_turn(turn);
        self.keep(acts);
        self
    }

    pub(super) fn says(self, text: &str) -> Self {
        self.reads(text, read(text))
    }

    pub(super) fn reads(self, text: &str, reading: Reading) -> Self {
        self.turn(format!("caller: {text}"), UserTurn::Said { text: text.into(), reading })
    }

    pub(super) fn keys(self, keys: &str) -> Self {
        keys.chars().fold(self, |call, key| {
            call.turn(format!("caller: [{key}]"), UserTurn::Keyed(Digit::new(key).unwrap()))
        })
    }

    pub(super) fn falls_silent(self) -> Self {
        self.turn("caller: …".into(), UserTurn::Silence)
    }

    pub(super) fn mumbles(self) -> Self {
        self.turn("caller: (unclear)".into(), UserTurn::Unclear)
    }

    /// The office's calendar says this.
    pub(super) fn calendar(self, answer: CalendarAnswer) -> Self {
        self.turn(format!("        (calendar: {answer:?})"), UserTurn::Calendar(answer))
    }

    #[track_caller]
    pub(super) fn asks_calendar(self, wanted: impl Fn(&CalendarRequest) -> bool) -> Self {
        match self.acts.last() {
            Some(Act::Calendar(request)) if wanted(request) => {}
            other => panic!("the calendar was asked nothing of the kind: {other:?}\n{}", self.told()),
        }
        self
    }

    pub(super) fn nobody_answers(self) -> Self {
        self.turn("        (nobody answers)".into(), UserTurn::TransferFailed)
    }

    pub(super) fn spoken(&self) -> String {
        let texts: Vec<&str> = self
            .acts
            .iter()
            .filter_map(|act| match act {
                Act::Say(say) => Some(say.text.as_str()),
                _ => None,
            })
            .collect();
        texts.join(" ")
    }

    #[track_caller]
    pub(super) fn hears(self, words: &str) -> Self {
        assert!(self.spoken().contains(words), "`{words}` was not said:\n{}", self.told());
        self
    }

    #[track_caller]
    pub(super) fn hears_not(self, words: &str) -> Self {
        assert!(!self.spoken().contains(words), "`{words}` was said:\n{}", self.told());
        self
    }

    #[track_caller]
    pub(super) fn hopes_for(self, expects: Expectation) -> Self {
        assert_eq!(self.session.expects(), expects, "\n{}", self.told());
        self
    }

    #[track_caller]
    pub(super) fn rings(self, wanted: Destination) -> Self {
        let told = self.told();
        match self.acts.last() {
            Some(Act::Transfer { to, .. }) => assert_eq!(*to, wanted, "\n{told}"),
            other => panic!("no transfer but {other:?}\n{told}"),
        }
        self
    }

    pub(super) fn brief(&self) -> String {
        match self.acts.last() {
            Some(Act::Transfer { brief, .. }) => brief.clone(),
            _ => String::new(),
        }
    }

    /// The first sentence could not be interrupted.
    #[track_caller]
    pub(super) fn first_of_all_hears(self, words: &str) -> Self {
        let told = self.told();
        match self.acts.first() {
            Some(Act::Say(say)) => {
                assert!(say.text.contains(words), "{told}");
                assert!(!say.interruptible, "{told}");
            }
            other => panic!("nothing said first but {other:?}\n{told}"),
        }
        self
    }

    #[track_caller]
    pub(super) fn ends(self, reason: EndReason) -> Outcome {
        assert_eq!(self.acts.last(), Some(&Act::End(reason)), "\n{}", self.told());
        self.session.outcome()
    }

    #[track_caller]
    pub(super) fn goes_on(self) -> Self {
        assert!(!self.session.is_over(), "\n{}", self.told());
        self
    }

    pub(super) fn hangs_up(mut self) -> Outcome {
        self.session.close(EndReason::HungUp);
        self.session.outcome()
    }

    pub(super) fn told(&self) -> String {
        self.transcript.join("\n")
    }
}
