//! The agent on a call: carries what is heard to it, and what it asks for to the media plane and the speech pool.

use std::{collections::VecDeque, sync::Arc, time::Instant};

use jiff::tz::TimeZone;

use super::{
    Attestation, Caller, Conversed, Disposition, EarMarks, EscalationReport, Fact, MediaCommand, Speaker,
    SpeechCommand, ToEar, exchange::Context, on_call::Heard, proofs::Grant,
};
use crate::{
    agent::{self, Voice, VoiceInput, VoiceOutput},
    dialogue::{Channel, Destination, EndReason, NumberRight, Opening, Outcome, Promise, Standing, Urgency},
    incident,
    speech::{Awaits, SpeechEvent},
    types::{Language, LegId, UtteranceId},
};

/// A conversation in progress. It outlives the state that began it: a transfer takes it along, and brings it back.
#[derive(Debug)]
pub(super) struct Conversation {
    voice: Box<Voice>,
    deadline: Option<(Instant, agent::Reason)>,
    /// What is being said, until the media plane has said how much of it was heard.
    saying: Option<Saying>,
    /// When the utterance that was played last became audible.
    said_from: Option<Instant>,
    /// What the caller has said since the agent last took its turn.
    unanswered: Option<String>,
    onset: Onset,
    /// What the leg's media have for the agent's own numbers: others have spoken to this leg as well. The latest last.
    spoken: VecDeque<(UtteranceId, UtteranceId)>,
    /// When its voice began, and what the ear has been told since.
    began: Instant,
    ear: EarMarks,
    /// What the lamp of the agent's line says.
    captioned: Option<String>,
    /// The language that the caller is heard in.
    hears: Language,
    /// What the ear expects.
    awaits: Awaits,
    /// What the caller may get wrong about themselves.
    tries: Grant,
}

/// Utterances whose numbers are remembered: the one being said, those it has cut off, and some more.
const MOST_SPOKEN: usize = 16;

/// When the caller's turn began: with the first voice in which there was more than a click.
#[derive(Debug, Default)]
struct Onset {
    at: Option<Instant>,
    /// A pause came after it, so there are words in it.
    kept: bool,
}

impl Onset {
    fn hear(&mut self, now: Instant, event: &SpeechEvent) {
        match event {
            SpeechEvent::Started { .. } => {
                self.at.get_or_insert(now);
            }
            SpeechEvent::Dismissed { .. } if !self.kept => self.at = None,
            SpeechEvent::Paused { .. } => self.kept = true,
            SpeechEvent::Dismissed { .. } | SpeechEvent::Heard { .. } => {}
        }
    }
}

#[derive(Debug)]
struct Saying {
    utterance: UtteranceId,
    text: String,
    /// When its first voiced packet left.
    audible: Option<Instant>,
}

/// What the agent wants of the call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Wish {
    GoOn,
    /// With what a person who takes over should know at a glance.
    Transfer {
        to: Destination,
        brief: String,
    },
    End(EndReason),
}

impl Conversation {
    /// The greeting begins now.
    pub(super) fn begin(cx: &mut Context<'_>, leg: LegId) -> (Self, Wish) {
        let directory = cx.ledger.directory().clone();
        let provenance = Arc::new(directory.provenance.and(&cx.exchange.heard_with));
        let (pack, office) = (directory.pack.clone(), directory.office.clone());
        let (opening, tries) = opening(cx);
        let voice = Voice::begin(cx.now.at, provenance, pack, office, opening);
        let mut conversation = Self {
            voice: Box::new(voice),
            deadline: None,
            saying: None,
            said_from: None,
            unanswered: None,
            onset: Onset::default(),
            spoken: VecDeque::new(),
            began: cx.now.at,
            ear: EarMarks::default(),
            captioned: None,
            hears: Language::default(),
            awaits: Awaits::default(),
            tries,
        };
        let wish = conversation.drain(cx, leg);
        (conversation, wish)
    }

    /// The language that the caller is spoken with.
    pub(super) fn language(&self) -> Language {
        self.voice.language()
    }

    pub(super) fn deadline(&self) -> Option<(Instant, agent::Reason)> {
        self.deadline
    }

    pub(super) fn tell(&mut self, cx: &mut Context<'_>, leg: LegId, input: VoiceInput) -> Wish {
        let Some(input) = self.in_its_own_numbers(input) else { return Wish::GoOn };
        if let VoiceInput::Speech(event) = &input {
            self.onset.hear(cx.now.at, event);
        }
        match &input {
            VoiceInput::Speaking { utterance } => {
                cx.exchange.speech(leg, SpeechCommand::AgentAudible(true));
                self.mark(cx.now.at, ToEar::AgentAudible(true));
                if let Some(saying) = self.saying.as_mut().filter(|saying| saying.utterance == *utterance) {
                    saying.audible = Some(cx.now.at);
                }
            }
            VoiceInput::Played { utterance, .. } => {
                cx.exchange.speech(leg, SpeechCommand::AgentAudible(false));
                self.mark(cx.now.at, ToEar::AgentAudible(false));
                let over = self.saying.take_if(|saying| saying.utterance == *utterance);
                self.said_from = over.and_then(|saying| saying.audible);
            }
            VoiceInput::Speech(SpeechEvent::Heard { text, .. }) => {
                self.unanswered = Some(text.trim().to_owned()).filter(|text| !text.is_empty());
            }
            VoiceInput::Speech(_)
            | VoiceInput::Understood { .. }
            | VoiceInput::Keyed(_)
            | VoiceInput::TransferFailed
            | VoiceInput::OnCallHeard
            | VoiceInput::Calendar { .. }
            | VoiceInput::SpeechFailed
            | VoiceInput::Timeout => {}
        }
        // What is understood is acted upon when the turn is the agent's: by a deadline.
        let may_know_more = match &input {
            VoiceInput::Understood { .. }
            | VoiceInput::Keyed(_)
            | VoiceInput::Calendar { .. }
            | VoiceInput::Timeout => true,
            // The lamp has been lit anew, by the name alone.
            VoiceInput::TransferFailed | VoiceInput::OnCallHeard => {
                self.captioned = None;
                true
            }
            VoiceInput::Speech(_)
            | VoiceInput::Speaking { .. }
            | VoiceInput::Played { .. }
            | VoiceInput::SpeechFailed => false,
        };
        // Danger to life is acted upon before the turn is the agent's: with the first words of it.
        let heard = match &input {
            VoiceInput::Understood { reading, .. } if reading.urgency.is_life_safety() => reading.urgency,
            _ => Urgency::Routine,
        };
        self.voice.handle_input(cx.now.at, input);
        let wish = self.drain(cx, leg);
        self.lead_the_ear(cx, leg);
        if may_know_more {
            self.caption(cx);
            report(cx, &self.voice.outcome(), heard);
        }
        wish
    }

    /// The lamp of the agent's line says what the caller wants, as far as is known.
    fn caption(&mut self, cx: &mut Context<'_>) {
        let directory = cx.ledger.directory().clone();
        let lines = &directory.features.supervision.agent_lines;
        if lines.is_empty() {
            return;
        }
        let caption = self.voice.outcome().caption();
        if let Some(words) = caption.clone().filter(|_| caption != self.captioned) {
            cx.exchange.light_agent_line(cx.ledger.call(), lines, words);
            self.captioned = caption;
        }
    }

    /// The same with the agent's number of what was said; nothing, if it was not the agent who said it.
    fn in_its_own_numbers(&self, input: VoiceInput) -> Option<VoiceInput> {
        let own =
            |number: UtteranceId| self.spoken.iter().find(|(_, said)| *said == number).map(|(own, _)| *own);
        Some(match input {
            VoiceInput::Speaking { utterance } => VoiceInput::Speaking { utterance: own(utterance)? },
            VoiceInput::Played { utterance, heard_ms, complete } => {
                VoiceInput::Played { utterance: own(utterance)?, heard_ms, complete }
            }
            other => other,
        })
    }

    fn drain(&mut self, cx: &mut Context<'_>, leg: LegId) -> Wish {
        let mut wish = Wish::GoOn;
        loop {
            match self.voice.poll_output(cx.now.at) {
                VoiceOutput::Listen { turn } => {
                    self.unanswered = None;
                    self.onset = Onset::default();
                    cx.exchange.speech(leg, SpeechCommand::Listen { turn });
                    self.mark(cx.now.at, ToEar::Listen);
                }
                VoiceOutput::Understand { turn, text, language } => {
                    cx.exchange.speech(leg, SpeechCommand::Understand { turn, text, language });
                }
                VoiceOutput::Speak { utterance, text, language } => {
                    self.said_from = None;
                    self.saying = Some(Saying { utterance, text: text.clone(), audible: None });
                    let number = cx.exchange.next_utterance(leg);
                    if self.spoken.len() >= MOST_SPOKEN {
                        self.spoken.pop_front();
                    }
                    self.spoken.push_back((utterance, number));
                    let manner = cx.manner();
                    let said = SpeechCommand::Speak { utterance: number, text, language, manner };
                    cx.exchange.speech(leg, said);
                }
                VoiceOutput::Hush { utterance } => {
                    let number =
                        self.spoken.iter().find(|(own, _)| *own == utterance).map(|(_, number)| *number);
                    if let Some(number) = number {
                        hush(cx, leg, number);
                    }
                }
                VoiceOutput::Heard { text } => {
                    self.unanswered = None;
                    said(cx, self.onset.at, Speaker::Caller, text, None, None);
                }
                VoiceOutput::Said { text, latency_ms, interrupted_after_ms } => {
                    // Where the media has not told the end of it, the agent has given it up.
                    let given_up = || self.saying.as_ref().and_then(|saying| saying.audible);
                    let from = self.said_from.take().or_else(given_up);
                    said(cx, from, Speaker::Agent, text, latency_ms, interrupted_after_ms);
                }
                VoiceOutput::Calendar { ticket, request } => {
                    let call = cx.call();
                    cx.exchange.fact(Fact::CalendarAsked { call, ticket, request });
                }
                VoiceOutput::Transfer { to, brief } => {
                    self.mark(cx.now.at, ToEar::Deaf);
                    wish = Wish::Transfer { to, brief };
                }
                VoiceOutput::End(reason) => wish = Wish::End(reason),
                VoiceOutput::Timeout(deadline) => {
                    self.deadline = deadline;
                    return wish;
                }
            }
        }
    }

    fn mark(&mut self, now: Instant, told: ToEar) {
        let at = now.saturating_duration_since(self.began).as_millis();
        self.ear.add(u64::try_from(at).unwrap_or(u64::MAX), told);
    }

    /// The ear follows the conversation: its language, and what was asked.
    fn lead_the_ear(&mut self, cx: &mut Context<'_>, leg: LegId) {
        let language = self.voice.language();
        if language != self.hears {
            self.hears = language;
            cx.exchange.speech(leg, SpeechCommand::Hear(language));
            self.mark(cx.now.at, ToEar::Language(language));
        }
        let awaits = self.voice.awaits();
        if awaits != self.awaits {
            self.awaits = awaits;
            cx.exchange.speech(leg, SpeechCommand::Expect(awaits));
            self.mark(cx.now.at, ToEar::Expect(awaits));
        }
    }

    /// Somebody else speaks from now on: what is being said ends within a frame.
    pub(super) fn falls_silent(&self, cx: &mut Context<'_>, leg: LegId) {
        let number = self.saying.as_ref().and_then(|saying| {
            self.spoken.iter().find(|(own, _)| *own == saying.utterance).map(|(_, number)| *number)
        });
        if let Some(number) = number {
            hush(cx, leg, number);
        }
    }

    /// A sentence that the call's end has cut off, the agent's or the caller's, was said all the same.
    fn write_down_the_rest(&mut self, cx: &mut Context<'_>) {
        if let Some(Saying { text, audible: Some(since), .. }) = self.saying.take() {
            let heard = cx.now.at.saturating_duration_since(since);
            let heard_ms = u32::try_from(heard.as_millis()).unwrap_or(u32::MAX);
            said(cx, Some(since), Speaker::Agent, text, None, Some(heard_ms));
        }
        if let Some(text) = self.unanswered.take() {
            said(cx, self.onset.at, Speaker::Caller, text, None, None);
        }
    }

    /// The conversation is over: its outcome goes into the record. What became of the call, if no person took it.
    pub(super) fn end(mut self, cx: &mut Context<'_>, reason: EndReason) -> Disposition {
        self.write_down_the_rest(cx);
        self.voice.close(cx.now.at, reason);
        cx.exchange.proofs.settle(cx.now.at, self.tries.clone(), self.voice.wrong_proofs());
        let outcome = self.voice.outcome();
        report(cx, &outcome, Urgency::Routine);
        let disposition = match reason {
            EndReason::HungUp | EndReason::Silence if is_empty(&outcome) => Disposition::AiAbandoned,
            EndReason::SpeechFailed => Disposition::Announced,
            EndReason::HandedOver => Disposition::HandedOver,
            _ => Disposition::AiHandled,
        };
        let began_ms = cx.ledger.millis(self.began);
        let journal = self.voice.journal();
        cx.ledger.conversed(outcome, Conversed { began_ms, journal, ear: self.ear });
        disposition
    }
}

/// Danger or harm that has been heard is an escalation's, and so is whatever more is known of it.
fn report(cx: &mut Context<'_>, outcome: &Outcome, heard: Urgency) {
    let urgency =
        if heard.is_life_safety() && !outcome.urgency.is_life_safety() { heard } else { outcome.urgency };
    let caller = match cx.ledger.caller() {
        Caller::Number { number, .. } => Some(*number),
        Caller::Extension(_) | Caller::Anonymous => None,
    };
    if let Some(report) = EscalationReport::of(outcome, urgency, caller) {
        let (directory, call) = (cx.ledger.directory().clone(), cx.call());
        let (houses, dialled) = (&directory.features.houses, cx.ledger.dialled().number());
        let line = houses.of_line(dialled);
        let told = incident::Report::of(outcome, urgency, cx.now.wall, &houses.properties, line);
        let danger = match heard {
            Urgency::LifeSafety(kind) => Some(kind),
            Urgency::Urgent(_) | Urgency::Routine => None,
        };
        let heard = Heard { call, report, dialled, told, danger };
        cx.exchange.escalations.heard(cx.now, &directory.on_call, houses, heard);
    } else {
        // What was urgent is not any more: they have taken it back.
        let call = cx.call();
        cx.exchange.escalations.withdrawn(cx.now, call);
    }
}

fn hush(cx: &mut Context<'_>, leg: LegId, utterance: UtteranceId) {
    cx.exchange.media(leg, MediaCommand::Hush { utterance });
    cx.exchange.speech(leg, SpeechCommand::Cease { utterance });
}

fn said(
    cx: &mut Context<'_>,
    from: Option<Instant>,
    speaker: Speaker,
    text: String,
    latency_ms: Option<u32>,
    interrupted_after_ms: Option<u32>,
) {
    let call = cx.call();
    let turn = cx.ledger.turn(from.unwrap_or(cx.now.at), speaker, text, latency_ms, interrupted_after_ms);
    cx.exchange.fact(Fact::Turn { call, turn });
}

/// What the agent is told before its first word.
fn opening(cx: &mut Context<'_>) -> (Opening, Grant) {
    let directory = cx.ledger.directory().clone();
    let number = cx.ledger.dialled().number().and_then(|number| directory.numbers.get(&number));
    let zone = number.map_or(TimeZone::UTC, |number| number.hours.zone().clone());
    let open_now = number.is_some_and(|number| number.hours.is_open(cx.now.wall));
    let reception = directory.reception(cx.ledger.dialled().number());
    let caller = match cx.ledger.caller() {
        Caller::Number { number, .. } => Some(*number),
        Caller::Extension(_) | Caller::Anonymous => None,
    };
    let tries = cx.exchange.proofs.grant(cx.now.at, caller, &directory.office.tenancy);
    let right = match cx.ledger.vouched().attestation {
        Some(Attestation::Full) => NumberRight::Attested,
        Some(Attestation::Failed) => NumberRight::Doubted,
        Some(Attestation::Partial | Attestation::Gateway | Attestation::Unverified) | None => {
            NumberRight::Unsaid
        }
    };
    let opening = Opening {
        caller,
        // The display name of a call is whatever the far end's telephone company has in its list.
        contact: None,
        label: number.map(|number| number.label.clone()).filter(|label| !label.is_empty()),
        agent: reception.agent.clone(),
        greeting: if open_now { &reception.greeting_open } else { &reception.greeting_closed }.clone(),
        local: cx.now.wall.to_zoned(zone).datetime(),
        open_now,
        channel: Channel::Voice,
        language: Language::default(),
        known: cx.exchange.known_troubles.for_line(&directory.features.houses, cx.ledger.dialled().number()),
        standing: Standing { right, tries: tries.tries() },
    };
    (opening, tries)
}

/// Nobody learnt anything from this conversation.
fn is_empty(outcome: &Outcome) -> bool {
    outcome.intent.is_none()
        && outcome.name.is_none()
        && outcome.callback.is_none()
        && outcome.place.is_none()
        && outcome.matter.is_none()
        && !outcome.do_not_contact
        && outcome.promised == Promise::Nothing
}
