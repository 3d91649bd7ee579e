//! Putting a reply together: sentences into utterances, a question at the end, and what is to be done.

use super::{Awaiting, Session};
use crate::dialogue::{
    Act, Destination, EndReason, Expectation, Item, Promise, Say, Value, may_be_said,
    pack::Line,
    reply::{self, Hole, Template},
};
use crate::types::Language;

/// The reply to one turn, while it is being composed.
#[derive(Debug, Clone, Default)]
pub(super) struct Composer {
    acts: Vec<Act>,
    /// Sentences of the utterance that is being put together.
    text: String,
    /// Where its last sentences begin, if they are nothing but thanks.
    thanks: Option<usize>,
}

impl Composer {
    /// Adds to the utterance. `thanks`: the words at its beginning that only acknowledge.
    fn push(&mut self, sentence: &str, thanks: Option<&str>) {
        let sentence = sentence.trim();
        if sentence.is_empty() {
            return;
        }
        // "Noted. Thank you. We have your report" thanks twice: the later words stay, they say more.
        if let Some(start) = self.thanks.take()
            && thanks.is_some()
        {
            self.text.truncate(start);
        }
        self.thanks = (thanks == Some(sentence)).then_some(self.text.trim_end().len());
        self.text.truncate(self.text.trim_end().len());
        if !self.text.is_empty() {
            self.text.push(' ');
        }
        self.text.push_str(sentence);
    }

    fn flush(&mut self, interruptible: bool, expects: Expectation, language: Language) {
        if !self.text.is_empty() {
            let text = std::mem::take(&mut self.text);
            self.thanks = None;
            self.acts.push(Act::Say(Say { text, interruptible, expects, language }));
        }
    }
}

/// At their ends, as far as a mark tells.
pub(super) fn sentences(text: &str) -> impl Iterator<Item = &str> {
    text.split_inclusive(['.', '!', '?']).map(str::trim).filter(|sentence| !sentence.is_empty())
}

impl Session {
    /// What has been put together so far of the utterance, in bytes: where the next sentence begins.
    pub(super) fn said_so_far(&self) -> usize {
        self.reply.text.len()
    }

    /// What has been put together since then, without the question at its end.
    pub(super) fn said_since(&self, before: usize) -> String {
        let said = self.reply.text.get(before..).unwrap_or(&self.reply.text);
        let question = self.state.question.as_deref().unwrap_or_default();
        said.strip_suffix(question).unwrap_or(said).trim().to_owned()
    }

    pub(super) fn finish(&mut self) -> Vec<Act> {
        let expects = self.state.expects;
        self.reply.flush(true, expects, self.state.language);
        std::mem::take(&mut self.reply.acts)
    }

    /// Says this line; leaves it out when all its variants are worn out.
    pub(super) fn tell(&mut self, line: Line) {
        self.tell_with(line, "");
    }

    pub(super) fn tell_with(&mut self, line: Line, value: &str) {
        let Some(text) = self.words(line, value) else { return };
        if value.is_empty() {
            self.say_as_written(&text);
        } else {
            self.tell_text(&text);
        }
    }

    /// Says this line whether it is worn out or not: what must be said about danger is never left out.
    pub(super) fn insist(&mut self, line: Line) {
        self.insist_with(line, "");
    }

    pub(super) fn insist_with(&mut self, line: Line, value: &str) {
        let first = self.pack.line(self.line_in_writing(line)).first();
        let worn_out = first.map(|t| t.fill(&[(Hole::Office, &self.office.name), (Hole::Value, value)]));
        if let Some(text) = self.words(line, value).or(worn_out) {
            self.say_as_written(&text);
        }
    }

    /// Adds to the reply: the one door for what the office has written and for words of the caller that are said back. A
    /// sentence that speaks of protected classes, or steers, is left out, and the team is told that it was.
    pub(super) fn tell_text(&mut self, text: &str) {
        if may_be_said(text) {
            return self.say_as_written(text);
        }
        let sayable: Vec<&str> = sentences(text).filter(|sentence| may_be_said(sentence)).collect();
        self.state.note("a sentence that nobody may be told was left out".to_owned());
        self.say_as_written(&sayable.join(" "));
    }

    /// Adds sentences of the script, each of which a test has held against the rules: questions, closed answers, danger.
    pub(super) fn say_as_written(&mut self, text: &str) {
        self.reply.push(text, self.pack.acknowledgement(text));
    }

    /// One of the variants under this key, filled.
    pub(super) fn tell_variant(&mut self, key: &str, variants: &[Template]) {
        if let Some(template) = self.state.wording.pick(key, variants) {
            let text = template.fill(&[(Hole::Office, &self.office.name)]);
            self.say_as_written(&text);
        }
    }

    fn words(&mut self, line: Line, value: &str) -> Option<String> {
        let line = self.line_in_writing(line);
        let template = self.state.wording.pick(line.key(), self.pack.line(line))?;
        Some(template.fill(&[(Hole::Office, &self.office.name), (Hole::Value, value), (Hole::Label, value)]))
    }

    /// What has been put together so far is one utterance, to be heard to its end.
    pub(super) fn seal(&mut self) {
        self.reply.flush(false, Expectation::Nothing, self.state.language);
    }

    /// What has been put together so far is one utterance in this language.
    pub(super) fn close_utterance(&mut self, language: Language) {
        self.reply.flush(true, Expectation::Nothing, language);
    }

    /// Asks by this line. `false`: it is worn out, and was not asked.
    pub(super) fn ask_line(
        &mut self,
        line: Line,
        value: &str,
        awaiting: Awaiting,
        expects: Expectation,
    ) -> bool {
        match self.words(line, value) {
            Some(text) => {
                self.put_question(text, awaiting, expects);
                true
            }
            None => false,
        }
    }

    pub(super) fn put_question(&mut self, text: String, awaiting: Awaiting, expects: Expectation) {
        self.say_as_written(&text);
        if self.state.question.as_ref() != Some(&text) {
            self.state.repeats = 0;
        }
        self.state.question = Some(text);
        self.state.awaiting = awaiting;
        self.state.expects = expects;
    }

    pub(super) fn ask_need(&mut self, line: Line) {
        if !self.ask_line(line, "", Awaiting::Need, Expectation::Open) {
            self.tell(Line::ConfusedEnd);
            self.end(EndReason::Confusion);
        }
    }

    /// Asks for the item, in the way that suits what has happened so far. `false`: it can be asked no more.
    pub(super) fn ask_item(&mut self, item: Item) -> bool {
        let pack = self.pack.clone();
        let Some(question) = pack.question(self.state.flow, item) else { return false };
        let (failures, keyed) =
            self.state.form.get(item).map_or((0, false), |field| (field.failures, field.keyed));
        // Nobody asks a deaf caller for the best number to call.
        if self.state.texts_only && item == Item::Callback && failures == 0 && !keyed {
            let awaiting = Awaiting::Item(item);
            if self.ask_line(Line::AskNumberText, "", awaiting, item.expectation()) {
                return true;
            }
        }
        let (key, variants) = match failures {
            _ if keyed => (question.key("keyed"), &question.keyed),
            0 => (question.key("ask"), &question.ask),
            _ => (question.key("again"), &question.again),
        };
        let Some(template) = self.state.wording.pick(&key, variants) else { return false };
        let text = template.fill(&[(Hole::Office, &self.office.name)]);
        self.put_question(text, Awaiting::Item(item), item.expectation());
        true
    }

    /// Reads these items back and asks for a yes. `false`: that can be asked no more.
    pub(super) fn ask_read_back(&mut self, items: &[Item]) -> bool {
        let pack = self.pack.clone();
        let awaiting = Awaiting::Confirm(items.to_vec());
        if let [item] = items {
            let Some(question) = pack.question(self.state.flow, *item) else { return false };
            let value = self.aloud(*item);
            let key = question.key("read_back");
            let Some(template) = self.state.wording.pick(&key, &question.read_back) else { return false };
            let text = template.fill(&[(Hole::Value, &value)]);
            self.put_question(text, awaiting, Expectation::YesOrNo);
            return true;
        }
        let values: Vec<String> = items.iter().map(|&item| self.aloud(item)).collect();
        let value = reply::listed(&values, reply::and(self.state.language));
        self.ask_line(Line::ReadBackMany, &value, awaiting, Expectation::YesOrNo)
    }

    /// The value of an item as it is read back: spelled once a first reading has failed.
    pub(super) fn aloud(&self, item: Item) -> String {
        let Some(field) = self.state.form.get(item) else { return String::new() };
        let Some(value) = &field.value else { return String::new() };
        let mut properties = self.office.roster.units.iter().map(|unit| &unit.property);
        let first = properties.next();
        let many = properties.any(|property| Some(property) != first);
        let aloud = reply::aloud(self.state.language, value, field.failures > 0, many);
        match (self.pack.door(), value) {
            (Some(door), Value::Unit(mention)) => {
                let usual = reply::unit_aloud(self.state.language, &mention.unit);
                let number = usual.split_once(' ').map_or(usual.as_str(), |(_, number)| number);
                aloud.replacen(&usual, &format!("{door} {number}"), 1)
            }
            _ => aloud,
        }
    }

    pub(super) fn transfer(&mut self, to: Destination) {
        if to == Destination::OnCall {
            self.state.promised = Promise::OnCallRung;
        }
        // An interruption has no say any more once a hand-over is announced.
        self.seal();
        self.state.awaiting = Awaiting::Transfer(to);
        self.state.expects = Expectation::Nothing;
        self.state.question = None;
        let brief = self.outcome().brief();
        self.reply.acts.push(Act::Transfer { to, brief });
    }

    /// What was put together so far is heard to its end; this happens meanwhile.
    pub(super) fn act(&mut self, act: Act) {
        self.seal();
        self.reply.acts.push(act);
    }

    pub(super) fn end(&mut self, reason: EndReason) {
        self.state.expects = Expectation::Nothing;
        self.reply.flush(true, Expectation::Nothing, self.state.language);
        self.state.ended = Some(reason);
        self.reply.acts.push(Act::End(reason));
    }
}
