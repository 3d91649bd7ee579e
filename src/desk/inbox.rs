//! A text arrives: STOP first, then what it causes, then the carrier's answer.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use rand_chacha::rand_core::Rng;

use super::{Changed, Engine, Output, Placeholder, Template, Wording, wrap_up};
use crate::{
    dialogue::greeted_in,
    followup::{ConsentKind, Keyword, keyword_language, read_keyword},
    incident::read_order,
    outbox::{Entry, Kind, fit},
    store::{CallerUpdate, ContactStanding, IncomingText, StoreError, Stored},
    types::{Chance, ContactId, MessageKey, PhoneNumber},
};

/// More than ten segments is no text message; the rest is not kept.
const LONGEST: usize = 1_600;
/// The office hears of so many texts of one person in an hour; the rest it finds in the console.
const NOTICES_AN_HOUR: usize = 10;
/// A second HELP within this gets no second answer: two machines might talk to each other for ever.
const HELP_AGAIN: SignedDuration = SignedDuration::from_mins(10);
/// START soon after an inquiry is about that inquiry.
const LEAD_IS_FRESH: SignedDuration = SignedDuration::from_hours(7 * 24);

impl Engine {
    /// Stores a text and what it causes; answers whether it is stored.
    pub(super) fn take_text(
        &mut self,
        now: Timestamp,
        from: PhoneNumber,
        to: PhoneNumber,
        body: String,
        call_id: String,
    ) -> bool {
        match self.store_text(now, from, to, body, call_id) {
            Ok(()) => true,
            Err(error) => {
                self.draw_again(&error);
                if !error.is_about_the_data() {
                    self.store_fails(now, &error);
                }
                false
            }
        }
    }

    fn store_text(
        &mut self,
        now: Timestamp,
        from: PhoneNumber,
        to: PhoneNumber,
        body: String,
        call_id: String,
    ) -> Result<(), StoreError> {
        let standing = self.store.standing(from)?;
        let mut chance = self.chance.clone();
        let known = standing.as_ref().and_then(|standing| standing.language);
        let written = greeted_in(&body).or_else(|| keyword_language(&body));
        let mut text = IncomingText {
            sip_call_id: call_id,
            from: CallerUpdate {
                new_id: ContactId::from_random(chance.next_u64()),
                number: from,
                name: None,
                language: written,
            },
            to,
            keyword: read_keyword(&body),
            body: body.chars().take(LONGEST).collect(),
            consent: None,
            entries: Vec::new(),
            undated: !self.clock.is_right(),
            enrolment: None,
            received: now,
        };
        let language = written.or(known).unwrap_or_default();
        let wording = self.settings.wording.in_language(language).clone();
        match text.keyword {
            Some(Keyword::Stop) => self.stop(&mut text, &wording, standing.as_ref(), &mut chance),
            Some(Keyword::Start) => self.start(&mut text, &wording, standing.as_ref(), &mut chance)?,
            Some(Keyword::Help) => self.help(&mut text, &wording, standing.as_ref(), &mut chance)?,
            None => match read_order(&text.body).filter(|_| self.settings.staff.contains(&from)) {
                Some(order) => {
                    let answer = self.notice_ordered(now, from, &order)?;
                    let key = MessageKey::from_random(chance.next_u64());
                    text.entries.push(Entry::new(key, Kind::StaffNotice, to, from, answer, now));
                }
                None => self.tell_staff(&mut text, standing.as_ref(), &mut chance)?,
            },
        }
        let stored = self.store.receive(&text)?;
        self.chance = chance;
        if let Stored::New(_) = stored {
            self.output(Output::Changed(Changed::Inbox));
            for entry in &text.entries {
                self.output(Output::Changed(Changed::Message { key: entry.key, call: None }));
            }
        }
        Ok(())
    }

    /// One confirmation, however often they say it.
    fn stop(
        &self,
        text: &mut IncomingText,
        wording: &Wording,
        standing: Option<&ContactStanding>,
        chance: &mut Chance,
    ) {
        if standing.is_none_or(|standing| !standing.consent.opted_out) {
            text.consent = Some(ConsentKind::OptOut);
            let entry = self.answer(text, Kind::OptOutConfirmation, &wording.opted_out, chance);
            text.entries.push(entry);
        }
    }

    fn start(
        &mut self,
        text: &mut IncomingText,
        wording: &Wording,
        standing: Option<&ContactStanding>,
        chance: &mut Chance,
    ) -> Result<(), StoreError> {
        if standing.is_some_and(|standing| standing.consent.opted_in) {
            return Ok(());
        }
        text.consent = Some(ConsentKind::OptIn);
        let entry = self.answer(text, Kind::OptInConfirmation, &wording.opted_in, chance);
        text.entries.push(entry);
        // They asked about a home, and now say that texts are welcome.
        if let (Some(follow_up), Some(standing)) = (&self.settings.lead_sequence, standing) {
            let since = text.received.checked_sub(LEAD_IS_FRESH).unwrap_or(Timestamp::MIN);
            if let Some((call, dialled)) = self.store.open_lead(standing.contact, since)? {
                text.enrolment = wrap_up::enrolling(
                    follow_up.sequence(),
                    dialled,
                    call,
                    text.received,
                    &self.settings.quiet_hours,
                );
            }
        }
        Ok(())
    }

    fn help(
        &mut self,
        text: &mut IncomingText,
        wording: &Wording,
        standing: Option<&ContactStanding>,
        chance: &mut Chance,
    ) -> Result<(), StoreError> {
        let since = text.received.checked_sub(HELP_AGAIN).unwrap_or(Timestamp::MIN);
        let answered = match standing {
            Some(standing) => self.store.count_since(standing.contact, Kind::Help, since)?,
            None => 0,
        };
        if answered == 0 {
            let entry = self.answer(text, Kind::Help, &wording.help, chance);
            text.entries.push(entry);
        }
        Ok(())
    }

    /// What people write is read by people.
    fn tell_staff(
        &mut self,
        text: &mut IncomingText,
        standing: Option<&ContactStanding>,
        chance: &mut Chance,
    ) -> Result<(), StoreError> {
        if self.settings.is_ours(text.from.number) || text.body.trim().is_empty() {
            return Ok(());
        }
        if let Some(standing) = standing {
            let since = text.received.checked_sub(SignedDuration::from_hours(1)).unwrap_or(Timestamp::MIN);
            let told = self.store.count_since(standing.contact, Kind::StaffNotice, since)?;
            if told >= NOTICES_AN_HOUR * self.settings.staff.len().max(1) {
                return Ok(());
            }
        }
        if self.store.outbox_len()? >= Self::MOST_QUEUED {
            return Ok(());
        }
        let name = standing.and_then(|standing| standing.verified_name.clone());
        let who = name.map_or_else(String::new, |name| format!("{name}, "));
        let body = fit(
            &format!(
                "{}: text from {who}{}: {}",
                self.settings.office,
                text.from.number.national(),
                text.body
            ),
            wrap_up::STAFF_SEPTETS,
        );
        for recipient in self.settings.staff.iter().filter(|recipient| **recipient != text.to) {
            let key = MessageKey::from_random(chance.next_u64());
            text.entries.push(Entry::new(
                key,
                Kind::StaffNotice,
                text.to,
                *recipient,
                body.clone(),
                text.received,
            ));
        }
        Ok(())
    }

    /// An answer to their words, from the number they wrote to.
    fn answer(&self, text: &IncomingText, kind: Kind, words: &Template, chance: &mut Chance) -> Entry {
        let body = words.render(&BTreeMap::from([(Placeholder::Office, self.settings.office.as_str())]));
        let key = MessageKey::from_random(chance.next_u64());
        Entry::new(key, kind, text.to, text.from.number, body, text.received)
    }
}
