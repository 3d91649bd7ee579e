//! `portico timeline`: the steps of an escalation, and whether they are as they were written.

use std::{fs, path::Path};

use anyhow::Context;

use super::print;
use crate::{
    app::{backup::RECORDS, timeline_key},
    config::Config,
    store::{Store, TimelineEntry, is_signed},
    types::CallId,
};

/// Prints each step, and checks the whole with the public key: the one that is given, or the one beside the records. No
/// network is needed, and Portico may be running or not.
///
/// # Errors
/// When the configuration or the records cannot be read, there is no escalation of this call, or it was altered.
pub fn timeline(path: &Path, call: &str, key: Option<&str>) -> anyhow::Result<()> {
    let text = fs::read_to_string(path).with_context(|| format!("{} cannot be read", path.display()))?;
    let config = Config::parse(&path.display().to_string(), &text)?;
    let call: CallId = call.parse().with_context(|| format!("`{call}` is not the id of a call"))?;
    let folder = &config.store.folder;
    let store = Store::open(&folder.join(RECORDS))?;
    let entries = store.reader().timeline(call)?;
    anyhow::ensure!(!entries.is_empty(), "no danger was heard in call {call}, or it is not in these records");
    let beside = timeline_key::public_beside(folder);
    let key = match key.or(beside.as_deref()) {
        Some(text) => {
            Some(timeline_key::from_hex(text).with_context(|| format!("`{}` is not a key", text.trim()))?)
        }
        None => None,
    };
    let zone = config.office.hours.zone();
    for entry in &entries {
        let at = entry.step.at.to_zoned(zone.clone());
        print(&format!(
            "{:3}  {}  {}",
            entry.step.number,
            at.strftime("%F %T %Z"),
            entry.step.event.words()
        ))?;
    }
    match verdict(&entries, key.as_deref()) {
        Ok(words) => print(&words),
        Err(words) => anyhow::bail!(words),
    }
}

/// Whether the steps are as they were written; why not, with the first that is not.
fn verdict(entries: &[TimelineEntry], key: Option<&[u8]>) -> Result<String, String> {
    let mut before = None;
    for entry in entries {
        let number = entry.step.number;
        if !entry.follows(before) {
            return Err(format!("step {number} was altered, or one before it is missing"));
        }
        if let (Some(key), Some(signature)) = (key, &entry.signature)
            && !is_signed(key, &entry.digest, signature)
        {
            return Err(format!("step {number} was not signed with this key"));
        }
        before = Some(entry.digest);
    }
    let signed = entries.iter().filter(|entry| entry.signature.is_some()).count();
    Ok(match (key, signed == entries.len()) {
        (Some(_), true) => {
            format!("Whole: {} steps, each sealed to the one before, all signed with this key.", signed)
        }
        (Some(_), false) => {
            format!("Each step is sealed to the one before; {signed} of {} are signed.", entries.len())
        }
        (None, _) => {
            "Each step is sealed to the one before; signatures were not checked: there is no key here.".into()
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        pbx::{EscalationEvent, EscalationStep},
        store::TimelineKey,
    };

    fn kept(key: Option<&TimelineKey>) -> Vec<TimelineEntry> {
        use crate::{dialogue::Urgency, pbx::EscalationReport};
        let mut store = Store::in_memory().unwrap();
        if let Some(key) = key {
            store.sign_timelines(key.clone());
        }
        let urgency = Urgency::LifeSafety(crate::dialogue::LifeSafety::Gas);
        let report = EscalationReport { urgency, place: None, name: None, callback: None, words: None };
        let events = [
            EscalationEvent::Opened { report, dialled: None },
            EscalationEvent::Answered { name: "Kim".into() },
            EscalationEvent::GivenUp,
        ];
        let call = CallId::from_random(1);
        for (number, event) in (1..).zip(events) {
            let at = "2026-11-20T12:00:00Z".parse().unwrap();
            store.keep_escalation_step(&EscalationStep { call, number, at, event }, &[]).unwrap();
        }
        store.reader().timeline(call).unwrap()
    }

    #[test]
    fn a_whole_timeline_is_said_to_be_whole_and_an_altered_one_is_not() {
        let (key, _) = TimelineKey::generate().unwrap();
        let public = key.public();
        let entries = kept(Some(&key));
        assert!(verdict(&entries, Some(&public)).unwrap().starts_with("Whole: 3 steps"));
        let mut missing = entries.clone();
        missing.remove(1);
        assert!(verdict(&missing, Some(&public)).unwrap_err().contains("step 3 was altered"));
        let mut altered = entries.clone();
        altered[1].written = altered[1].written.replace("Kim", "Robin");
        assert!(verdict(&altered, Some(&public)).unwrap_err().contains("step 2"));
        let other = TimelineKey::generate().unwrap().0.public();
        assert!(verdict(&entries, Some(&other)).unwrap_err().contains("not signed with this key"));
        assert!(verdict(&kept(None), Some(&public)).unwrap().contains("0 of 3 are signed"));
        assert!(verdict(&entries, None).unwrap().contains("not checked"));
    }
}
