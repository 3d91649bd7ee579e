//! `portico replay`: calls with the agent held once more, from their journals.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use anyhow::Context;
use jiff::{Span, Timestamp, tz::TimeZone};

use super::{
    configured, print,
    replay_sound::{Sound, TurnHeard, hear_again, in_the_words_of_today},
    understanding_of,
};
use crate::{
    app::{backup::RECORDS, clock, heard_with::heard_with, office, recordings, understanding::Understanding},
    config::Config,
    dialogue::{Journal, Office, Pack, Provenance, RuleTexts},
    pbx::{CallRecord, Caller, Conversed},
    replay::{self, Entry, Present, Sheet},
    speech::Models,
    store::{Reader, Store},
    types::{CallId, Language},
};

/// The files of rules in a folder of a language, as their digest takes them.
const RULES: [&str; 8] = [
    "danger.txt",
    "urgent.txt",
    "veto.txt",
    "compounds.txt",
    "moves.txt",
    "topics.txt",
    "closed.txt",
    "lexicon.txt",
];

/// What is wanted of a replay.
#[derive(Debug, Clone)]
pub struct Wanted {
    /// This call alone, told the same things.
    pub call: Option<String>,
    /// All calls since then, understood anew: `30d`.
    pub since: Option<String>,
    /// The configuration to hold them against.
    pub config: PathBuf,
    /// Where the records are, if not where the configuration says.
    pub records: Option<PathBuf>,
    pub models: PathBuf,
    pub words_only: bool,
    /// Hear the recording again as well.
    pub audio: bool,
    /// A folder with an edited script and edited rules, in place of those of the program.
    pub script: Option<PathBuf>,
    /// Calls that may go otherwise: somebody has looked at them.
    pub accept: Vec<String>,
    /// No call may go otherwise.
    pub strict: bool,
}

/// The office of a configuration with its understanding, as calls are held with it.
struct Today {
    pack: Arc<Pack>,
    office: Arc<Office>,
    provenance: Arc<Provenance>,
    understanding: Understanding,
}

impl Today {
    fn of(config: &Config, models: &Path, words_only: bool) -> anyhow::Result<Self> {
        let pack = Arc::new(office::script(config)?);
        let office = Arc::new(office::office(config));
        let understanding = understanding_of(config, models, words_only);
        let heard = heard_with(&Models::at(models), understanding.encodes());
        let provenance = Arc::new(Provenance::of(&pack, &office).and(&heard));
        Ok(Self { pack, office, provenance, understanding })
    }

    /// The same with the script and the rules of this folder, laid out as `firmware-config/dialogue` is.
    fn scripted(self, folder: &Path) -> anyhow::Result<Self> {
        let read = |name: &str| {
            let path = folder.join(name);
            fs::read_to_string(&path).with_context(|| format!("{} cannot be read", path.display()))
        };
        let texts = |language: &str| -> anyhow::Result<RuleTexts> {
            Ok(RuleTexts {
                danger: read(&format!("{language}danger.txt"))?,
                urgent: read(&format!("{language}urgent.txt"))?,
                veto: read(&format!("{language}veto.txt"))?,
                compounds: read(&format!("{language}compounds.txt"))?,
            })
        };
        let pack = Pack::parse(&read("property.toml")?)?
            .with_translation(Pack::parse(&read("es/property.toml")?)?)?;
        let (english, spanish) = (texts("")?, texts("es/")?);
        let mut provenance = (*self.provenance).and(&Provenance::of(&pack, &self.office));
        for (language, folder) in [(Language::English, ""), (Language::Spanish, "es/")] {
            let files = RULES.map(|name| read(&format!("{folder}{name}")));
            let whole = files.into_iter().collect::<anyhow::Result<Vec<_>>>()?.concat();
            provenance.rules(language, &whole);
        }
        let understanding = self.understanding.ruled_by([&english, &spanish]);
        Ok(Self { pack: Arc::new(pack), provenance: Arc::new(provenance), understanding, ..self })
    }

    fn with<T>(&self, held: impl FnOnce(&Present<'_>) -> T) -> T {
        let reads = |language, text: &str| self.understanding.read(language, text);
        let Self { pack, office, provenance, .. } = self;
        held(&Present { pack, office, provenance, reads: &reads })
    }
}

/// Holds one call again and says, turn by turn, whether its decisions are the same; or all calls of a span anew, and says which
/// would go otherwise.
///
/// # Errors
/// When the configuration or the records cannot be read, there is no such call, its decisions are others, or calls speak against
/// what is there now.
pub fn replay(wanted: &Wanted) -> anyhow::Result<()> {
    let config = configured(&wanted.config)?;
    let file = wanted.records.as_ref().unwrap_or(&config.store.folder).join(RECORDS);
    anyhow::ensure!(file.is_file(), "there are no records yet: {} is not there", file.display());
    let reader = Store::open(&file)?.reader();
    let mut today = Today::of(&config, &wanted.models, wanted.words_only)?;
    if let Some(folder) = &wanted.script {
        today = today.scripted(folder)?;
    }
    let zone = config.office.hours.zone();
    match (&wanted.call, &wanted.since) {
        (Some(call), _) => {
            let recordings = file.with_file_name(recordings::FOLDER);
            let sound = wanted.audio.then_some((recordings.as_path(), wanted.models.as_path()));
            again(&reader, &today, zone, call, sound)
        }
        (None, Some(since)) => {
            let since = since_when(since, zone)?;
            let sheet = today.with(|present| sheet(&reader, present, since, zone))?;
            judged(&sheet, wanted)
        }
        (None, None) => anyhow::bail!(
            "which call? `portico explain` lists them; or all of the last month: `portico replay --since 30d`"
        ),
    }
}

/// `sound`: the folder of the recordings and the models, if the recording is to be heard as well.
fn again(
    reader: &Reader,
    today: &Today,
    zone: &TimeZone,
    call: &str,
    sound: Option<(&Path, &Path)>,
) -> anyhow::Result<()> {
    let call: CallId =
        call.parse().with_context(|| format!("{call} is no call's id; `portico explain` lists them"))?;
    let detail = reader.call(call)?.with_context(|| format!("there is no record of the call {call}"))?;
    let conversations = reader.conversations(call)?;
    anyhow::ensure!(
        !conversations.is_empty(),
        "the agent had no part in the call {call}, or it is older than journals are"
    );
    print(&format!("{}\n", about(&detail.record, zone)))?;
    let mut same = true;
    for conversed in &conversations {
        let again = today.with(|present| replay::again(&conversed.journal, present));
        print(again.to_string().trim_end())?;
        same &= again.is_identical();
        if let Some((recordings, models)) = sound {
            match hear_again(&detail.record, conversed, recordings, models, &today.office.roster)? {
                Sound::Missing(why) => print(&format!("\nThe sound: {why}."))?,
                Sound::Heard(turns) => same &= told_by_sound(&conversed.journal, &turns, today)?,
            }
        }
    }
    anyhow::ensure!(same, "the call would not be held today as it was; the lines above say where");
    Ok(())
}

/// Says what is heard today and what would be decided upon it. Answers whether both are what they were.
fn told_by_sound(journal: &Journal, turns: &[TurnHeard], today: &Today) -> anyhow::Result<bool> {
    let others: Vec<&TurnHeard> = turns.iter().filter(|turn| turn.then != turn.today).collect();
    print(&format!(
        "\nThe sound: {} turns heard again, {} in the same words.",
        turns.len(),
        turns.len() - others.len()
    ))?;
    for TurnHeard { at_ms, then, today } in &others {
        print(&format!("{:>8.1} s  then  \"{then}\"\n{:12}today \"{today}\"", *at_ms as f64 / 1000.0, ""))?;
    }
    let spoken = in_the_words_of_today(journal, turns);
    let differences = today.with(|present| replay::differences(journal, &replay::anew(&spoken, present)));
    match differences.as_slice() {
        [] => print("With the words that are heard today every decision is what it was.")?,
        differences => {
            print("With the words that are heard today:")?;
            differences.iter().try_for_each(|difference| print(&format!("    {difference}.")))?;
        }
    }
    Ok(others.is_empty() && differences.is_empty())
}

/// All calls since then, each held anew.
///
/// # Errors
/// When the records cannot be read.
pub(in crate::app) fn sheet(
    reader: &Reader,
    present: &Present<'_>,
    since: Timestamp,
    zone: &TimeZone,
) -> anyhow::Result<Sheet> {
    let mut sheet = Sheet::default();
    for call in reader.conversed_since(since)? {
        let (Ok(Some(detail)), Ok(conversations)) = (reader.call(call), reader.conversations(call)) else {
            sheet.unreadable += 1;
            continue;
        };
        for Conversed { journal, .. } in &conversations {
            let about = about(&detail.record, zone);
            sheet.entries.push(Entry::of(call, about, journal, present));
        }
    }
    Ok(sheet)
}

/// Prints the sheet, and fails if it speaks against what is there now.
fn judged(sheet: &Sheet, wanted: &Wanted) -> anyhow::Result<()> {
    print(sheet.to_string().trim_end())?;
    let accepted = |entry: &&Entry| wanted.accept.iter().any(|call| *call == entry.call.to_string());
    let against: Vec<&Entry> = match wanted.strict {
        true => sheet.different().filter(|entry| !accepted(entry)).collect(),
        false => sheet.against().filter(|entry| !accepted(entry)).collect(),
    };
    if against.is_empty() {
        return Ok(());
    }
    let named: Vec<String> = against.iter().map(|entry| entry.call.to_string()).collect();
    anyhow::bail!(
        "it must not go live like this: {} {} it; mend it, or say that you have looked at a call with `--accept`: {}",
        named.len(),
        if named.len() == 1 { "call speaks against" } else { "calls speak against" },
        named.join(", ")
    )
}

/// `30d`, `12h`: so long ago.
fn since_when(span: &str, zone: &TimeZone) -> anyhow::Result<Timestamp> {
    let back: Span =
        span.parse().with_context(|| format!("`{span}` is no span of time; write `30d`, `2w` or `12h`"))?;
    let now = clock::wall().to_zoned(zone.clone());
    Ok(now.checked_sub(back.abs()).with_context(|| format!("{span} is too long ago"))?.timestamp())
}

/// `Fri 20 Nov 2026, 22:01, from +13035550142 to +13035550100`.
fn about(record: &CallRecord, zone: &TimeZone) -> String {
    let from = match &record.caller {
        Caller::Number { number, .. } => number.to_string(),
        Caller::Extension(extension) => extension.to_string(),
        Caller::Anonymous => "a withheld number".to_owned(),
    };
    let at = record.started.to_zoned(zone.clone());
    format!("{}, from {from} to {}", at.strftime("%a %d %b %Y, %H:%M"), record.dialled)
}
