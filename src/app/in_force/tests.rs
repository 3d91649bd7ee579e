//! From a draft in the console to the next caller: examined, saved, learnt, spoken, and refused where there is no place for it.

use std::{fs, path::PathBuf, time::Duration};

use super::*;
use crate::{
    app::{
        browser_identity, clock, media_plane::MediaPlane, speech_pool::SpeechPool,
        understanding::Understanding,
    },
    config::practice_file,
    console::{CallTypeDraft, CallTypes, DraftChecked},
    dialogue::{Act, CallTypeScript, Channel, Intent, Journalled, Opening, Provenance, Standing, UserTurn},
    pbx::Directory,
    store::Store,
    types::Language,
};

const EXAMPLES: &str = include_str!("../../../tests/data/call_types/storage_units.txt");

fn learn() -> Vec<String> {
    EXAMPLES.lines().filter_map(|line| Some(line.strip_prefix("learn | ")?.to_owned())).collect()
}

fn draft(name: &str, examples: Vec<String>) -> CallTypeDraft {
    let script = CallTypeScript {
        about: "a storage unit".into(),
        opening: "Let me take that down for storage.".into(),
        closing: "The storage desk will call you back.".into(),
        examples,
    };
    CallTypeDraft {
        name: name.into(),
        staff: String::new(),
        asks: ["name", "callback"].map(str::to_owned).into(),
        staff_first: false,
        scripts: vec![(Language::English, script)],
    }
}

/// A box without sockets: what is told to the switch arrives here.
struct Bench {
    in_force: InForce,
    store: Store,
    told: mpsc::Receiver<ToSwitch>,
    wished: mpsc::Receiver<CallTypeWish>,
    folder: PathBuf,
}

impl Bench {
    fn new(name: &str, own: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("portico-in-force-{name}-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let file = Self::file(own);
        let store = Store::in_memory().unwrap();
        let directory = office::directory(&file).unwrap();
        let (to_switch, told) = mpsc::channel(16);
        let (wishes, wished) = mpsc::channel(WAITING);
        let (media, _) = MediaPlane::new(browser_identity::generate()).unwrap();
        let pool = SpeechPool::new(to_switch.clone(), media).unwrap();
        let learnt = Arc::new(OwnCallTypes::wanting(office::call_types(&file)));
        learnt.learnt_by(&Arc::new(Understanding::words_only()));
        let in_force = InForce {
            reader: store.reader(),
            held_against: HeldAgainst::new(store.reader(), Arc::default()),
            vitals: Arc::new(Mutex::new(Vitals::new(Vec::new()))),
            phones: phones::phones(&file, &directory, to_switch.clone()).unwrap(),
            to_switch,
            music: Arc::new(Mutex::new(music::Configured::of(&file))),
            greetings: console::Greetings::new(Vec::new(), mpsc::channel(1).0),
            prompts: Prompts::keep(&folder, &directory, pool).unwrap(),
            learnt,
            trade: OfficeTrade::of(directory.office.roster.clone()),
            shown: CallTypes::new(wishes),
            file: Mutex::new(file),
        };
        Self { in_force, store, told, wished, folder }
    }

    fn file(own: &str) -> Config {
        let text = practice_file(|| "a long random password".into());
        Config::parse("practice", &format!("{text}\n{own}")).unwrap()
    }

    fn check(&self, draft: CallTypeDraft, thoroughly: bool) -> DraftChecked {
        let (answer, answered) = tokio::sync::oneshot::channel();
        self.in_force.see_to(CallTypeWish::Check { draft, replaces: None, thoroughly, answer });
        answered.blocking_recv().unwrap()
    }

    /// What the next call goes by, if anything was told.
    fn directory(&mut self) -> Option<Arc<Directory>> {
        let told = std::iter::from_fn(|| self.told.try_recv().ok());
        told.filter_map(|told| match told {
            ToSwitch::Directory(directory) => Some(directory),
            _ => None,
        })
        .last()
    }

    /// A caller says this and hangs up: what it was taken for, and all that the agent said.
    fn call(&self, directory: &Directory, said: &str) -> (Option<Intent>, String) {
        let opening = Opening {
            caller: Some("+13035550142".parse().unwrap()),
            contact: None,
            label: None,
            agent: None,
            greeting: None,
            local: jiff::civil::date(2026, 11, 20).at(10, 0, 0, 0),
            open_now: true,
            channel: Channel::Voice,
            language: Language::English,
            known: None,
            standing: Standing::default(),
        };
        let Directory { pack, office, .. } = directory;
        let provenance = Arc::new(Provenance::of(pack, office));
        let (mut talk, mut acts) = Journalled::begin(provenance, pack.clone(), office.clone(), opening);
        let understanding = self.in_force.learnt.understanding();
        for (at, text) in [(4, said), (12, "Dana Reyes"), (20, "yes"), (26, "yes"), (34, "no, that's all")] {
            let reading = understanding.read(Language::English, text);
            let turn = UserTurn::Said { text: text.to_owned(), reading };
            acts.extend(talk.handle_turn(Duration::from_secs(at), turn));
        }
        let words = acts.iter().filter_map(|act| match act {
            Act::Say(say) => Some(say.text.as_str()),
            _ => None,
        });
        let words = words.collect::<Vec<_>>().join(" ");
        (talk.journal().outcome.intent, words)
    }
}

impl Drop for Bench {
    fn drop(&mut self) {
        drop(fs::remove_dir_all(&self.folder));
    }
}

#[test]
fn a_call_type_that_the_console_saves_is_understood_on_the_next_call() {
    let mut bench = Bench::new("next-call", "");
    let own = Intent::Office("storage_units".parse().unwrap());
    let said = "do you have any storage units available for my bikes";
    let before = Arc::new(office::directory(&Bench::file("")).unwrap());
    let (taken_for, words) = bench.call(&before, said);
    assert!(taken_for != Some(own) && !words.contains("storage desk"), "{taken_for:?}: {words}");

    let checked = bench.check(draft("storage_units", learn()), true);
    let call_type = checked.call_type.unwrap();
    assert_eq!((checked.read.len(), call_type.staff.as_str()), (10, "Storage units"));
    assert!(checked.read.iter().all(|read| read.today.intent != own && read.learnt.is_some()));
    assert!(checked.taken[0].2 > 300 && checked.taken[0].1 < checked.taken[0].2 / 50, "{:?}", checked.taken);
    assert!(bench.directory().is_none(), "an examination changes nothing");

    bench.store.save_call_type(&call_type, "Robin Hale", clock::wall()).unwrap();
    bench.in_force.saved();
    let directory = bench.directory().unwrap();
    let (taken_for, words) = bench.call(&directory, said);
    assert_eq!(taken_for, Some(own), "{words}");
    assert!(words.contains("Let me take that down for storage."), "{words}");
    assert!(words.contains("The storage desk will call you back."), "{words}");

    assert!(bench.store.remove_call_type(call_type.name, "Robin Hale", clock::wall()).unwrap());
    bench.in_force.read_again(&Bench::file("")).unwrap();
    let directory = bench.directory().unwrap();
    assert_ne!(bench.call(&directory, said).0, Some(own), "what is removed is forgotten");
}

/// The same type as a section of the file.
fn section() -> String {
    let examples: String = learn().iter().map(|said| format!("  \"{said}\",\n")).collect();
    format!(
        "[[call_type]]\nname = \"storage_units\"\nabout = \"a storage unit\"\nclosing = \"We will call you.\"\nexamples = [\n{examples}]\n"
    )
}

#[test]
fn a_draft_is_checked_as_the_file_is() {
    let bench = Bench::new("faults", &section());
    let mut examples = learn();
    examples[1] = "my kitchen sink is leaking".into();
    examples[2] = "storage".into();
    let told = |draft: CallTypeDraft| {
        let faults = bench.check(draft, false).call_type.unwrap_err();
        faults.into_iter().map(|fault| (fault.field, fault.example, fault.what)).collect::<Vec<_>>()
    };
    let of_file = told(draft("storage_units", examples.clone()));
    assert_eq!(of_file[0].0, "name");
    assert!(of_file[0].2.contains("is there twice, first on line"), "{of_file:?}");
    assert!(
        of_file.iter().any(|(field, at, what)| {
            (*field, *at) == ("examples", Some(1))
                && what.ends_with("has the words of the example of `storage_units`")
        }),
        "{of_file:?}"
    );
    assert!(of_file.contains(&("examples", Some(3), "`storage` is no sentence".into())), "{of_file:?}");

    let mut nothing = draft("lockers", Vec::new());
    nothing.scripts.clear();
    assert!(told(nothing)[0].2.starts_with("it lacks what it is about"));
    let fresh = (0..10).map(|n| format!("may my goat number {n} graze on the roof")).collect();
    let mut braces = draft("goats", fresh);
    braces.scripts[0].1.closing = "We will call you at {moon}.".into();
    assert!(
        told(braces)[0].2.contains("its words cannot be said"),
        "what the script cannot say is not saved"
    );
}

#[test]
fn the_file_goes_before_the_console_and_the_wish_that_found_no_room_is_not_lost() {
    let mut bench = Bench::new("file-first", "");
    let own = bench.check(draft("storage_units", learn()), false).call_type.unwrap();
    bench.store.save_call_type(&own, "Robin Hale", clock::wall()).unwrap();
    bench.in_force.read_again(&Bench::file(&section())).unwrap();
    let shown = bench.in_force.shown.in_use();
    assert!(shown.saved.is_empty() && shown.elsewhere[0].line.is_some(), "{shown:?}");
    let (name, why, _) = &shown.left_out[0];
    assert!(*name == own.name && why.contains("is there twice, first on line"), "{why}");
    let directory = bench.directory().unwrap();
    let words = bench.call(&directory, "do you have any storage units available").1;
    assert!(words.contains("We will call you.") && !words.contains("storage desk"), "{words}");

    // The file no longer has it: the console's is in use from then on, told by a draft that somebody else examines.
    *bench.in_force.file.lock().unwrap() = Bench::file("");
    (0..WAITING + 1).for_each(|_| bench.in_force.shown.tell_saved());
    assert!(bench.directory().is_none());
    bench.check(draft("goats", Vec::new()), false);
    assert_eq!(bench.in_force.shown.in_use().saved, [own]);
    let waiting = std::iter::from_fn(|| bench.wished.try_recv().ok()).count();
    assert_eq!(waiting, WAITING);
}
