//! What an edited configuration is held against before it is taken on: the emergencies of the last weeks.

use std::sync::{Arc, OnceLock};

use jiff::SignedDuration;

use super::{clock, understanding::Understanding};
use crate::{
    dialogue::Journal,
    pbx::Directory,
    replay::{Entry, Gravity, Present},
    store::Reader,
    types::CallId,
};

/// Emergencies that are held anew, the latest. Each takes some tens of milliseconds, and an office has a few in a month.
const MOST: usize = 100;

/// Holds the emergencies of a running box against an edit.
#[derive(Debug)]
pub(super) struct HeldAgainst {
    reader: Reader,
    /// Set when the models are loaded.
    understanding: Arc<OnceLock<Arc<Understanding>>>,
}

impl HeldAgainst {
    pub(super) const fn new(reader: Reader, understanding: Arc<OnceLock<Arc<Understanding>>>) -> Self {
        Self { reader, understanding }
    }

    /// Holds the emergencies of so many days anew; 0: none. Says how many there were. A store that is away, and models that are
    /// not loaded, speak against nothing.
    ///
    /// # Errors
    /// When a call that was an emergency would no longer be one.
    pub(super) fn check(&self, directory: &Directory, days: u16) -> anyhow::Result<usize> {
        let (true, Some(understanding)) = (days > 0, self.understanding.get()) else { return Ok(0) };
        let back = SignedDuration::from_hours(24 * i64::from(days));
        let since = clock::wall().checked_sub(back)?;
        let calls = self.reader.conversed_since(since).unwrap_or_default();
        let journals = calls.into_iter().rev().flat_map(|call| {
            let conversations = self.reader.conversations(call).unwrap_or_default();
            conversations.into_iter().map(move |conversed| (call, conversed.journal))
        });
        let emergencies = journals.filter(|(_, journal)| journal.outcome.urgency.is_life_safety());
        let reads = |language, text: &str| understanding.read(language, text);
        let Directory { pack, office, provenance, .. } = directory;
        stand(emergencies.take(MOST), &Present { pack, office, provenance, reads: &reads })
    }
}

/// Says how many there were, if all of them would still be emergencies.
fn stand(
    emergencies: impl Iterator<Item = (CallId, Journal)>,
    present: &Present<'_>,
) -> anyhow::Result<usize> {
    let mut held = 0;
    let mut lost: Vec<String> = Vec::new();
    for (call, journal) in emergencies {
        held += 1;
        if Entry::of(call, String::new(), &journal, present).gravity() == Some(Gravity::LosesEmergency) {
            lost.push(call.to_string());
        }
    }
    anyhow::ensure!(
        lost.is_empty(),
        "with it, {} of the last {held} emergencies would no longer be one: {}; `portico replay --since 30d` says why; \
         `replay_days = 0` under [store] takes it on all the same",
        lost.len(),
        lost.join(", ")
    );
    Ok(held)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::{
        app::office,
        config::{Config, practice_file},
        dialogue::{Channel, Journalled, Opening, Pack, Provenance, RuleTexts, UserTurn},
        types::Language,
    };

    #[test]
    fn an_edit_that_no_longer_hears_an_emergency_is_refused_with_the_call_named() {
        let config = Config::parse("practice", &practice_file(|| "a long random password".into())).unwrap();
        let (pack, office) = (Arc::new(Pack::property().unwrap()), Arc::new(office::office(&config)));
        let provenance = Arc::new(Provenance::of(&pack, &office));
        let opening = Opening {
            caller: None,
            contact: None,
            label: None,
            agent: None,
            greeting: None,
            local: jiff::civil::date(2026, 11, 20).at(23, 0, 0, 0),
            open_now: false,
            channel: Channel::Voice,
            language: Language::English,
            known: None,
            standing: crate::dialogue::Standing::default(),
        };
        let understanding = Understanding::words_only();
        let (mut talk, _) = Journalled::begin(provenance.clone(), pack.clone(), office.clone(), opening);
        let text = "The sniffer is ticking.".to_owned();
        let reading = understanding.read(Language::English, &text);
        talk.handle_turn(Duration::from_secs(4), UserTurn::Said { text, reading });
        let call = CallId::from_random(4_711);
        let held = |understanding: &Understanding| {
            let reads = |language, text: &str| understanding.read(language, text);
            let present = Present { pack: &pack, office: &office, provenance: &provenance, reads: &reads };
            stand([(call, talk.journal())].into_iter(), &present)
        };
        assert_eq!(held(&understanding).unwrap(), 1);
        let deaf = RuleTexts {
            danger: String::new(),
            urgent: include_str!("../../firmware-config/dialogue/urgent.txt").into(),
            veto: include_str!("../../firmware-config/dialogue/veto.txt").into(),
            compounds: include_str!("../../firmware-config/dialogue/compounds.txt").into(),
        };
        let refused = held(&understanding.ruled_by([&deaf, &deaf])).unwrap_err().to_string();
        assert!(refused.contains(&call.to_string()) && refused.contains("replay_days = 0"), "{refused}");
    }
}
