//! Plays a story: does what its lines say, waits for what they expect, and looks at its end whether anything is left behind.

use std::{collections::BTreeMap, time::Duration};

use jiff::{
    Timestamp, Zoned,
    civil::{DateTime, Weekday},
    tz::TimeZone,
};

use super::{
    caller::Person,
    ladder::Words,
    network::{Ordered, Path},
    office::{self, CARRIER, Office, OfficeError, SPARE},
    phone::Manner,
    scenario::{Act, Furnish, Moment, PathChange, PersonDeed, PhoneDeed, Problem, Step, read},
    week,
    world::{World, WorldError},
};
use crate::{
    calendar::{Rules, ShowingAgent, ShowingPlan},
    dialogue::AlsoSpoken,
    outbox::AfterCrash,
    pbx::Counts,
    sip::{Identity, SendError},
    store::StoreError,
    types::{CallId, Extension, Hours, HoursError, Language, NumberError},
};

/// A story that cannot be read, or does not go as it says; with the line where.
#[derive(Debug, thiserror::Error)]
#[error("line {line}: {failure}")]
pub struct StoryError {
    pub line: usize,
    #[source]
    pub failure: Failure,
}

/// What is wrong with a story, or with the house.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    #[error(transparent)]
    Problem(#[from] Problem),
    #[error(transparent)]
    Hours(#[from] HoursError),
    #[error(transparent)]
    World(#[from] WorldError),
    #[error(transparent)]
    Number(#[from] NumberError),
    #[error("the time zone or the date is not known")]
    Calendar(#[from] jiff::Error),
    #[error("that time has passed")]
    Passed,
    #[error("nobody here is called `{0}`; `{0} is +1303… \"Their Name\"` introduces somebody")]
    Stranger(String),
    #[error("there is no phone {0}")]
    NoPhone(Extension),
    #[error("that cannot be done now")]
    NotNow(#[from] SendError),
    #[error("expected `{words}`, which did not happen within {within:?}; instead:\n{lately}")]
    Missing { words: String, within: Duration, lately: String },
    #[error("`{words}` was not to happen, but `{sentence}` did, at {at:?}")]
    Happened { words: String, sentence: String, at: Duration },
    #[error("the story does not expect `{sentence}`, which happened at {at:?}")]
    Unexpected { sentence: String, at: Duration },
    #[error("left behind: {0:?}")]
    CallsLeft(Box<Counts>),
    #[error("left behind in the SIP room: {0:?}")]
    SipLeft(Box<crate::sip::Counts>),
    #[error("left behind: media of a leg that has ended")]
    MediaLeft,
    #[error("left behind: {left} texts that are not settled; the story says {said}")]
    TextsLeft { left: usize, said: usize },
    #[error("left behind: {0} call records that are not stored")]
    RecordsLeft(usize),
    #[error("{calls} calls have left {records} records")]
    RecordsMissing { records: usize, calls: usize },
    #[error("the record of {0} speaks of a text, and there is none")]
    TextMissing(CallId),
    #[error("`{0}` was not said")]
    Unsaid(String),
    #[error("the network never met `{0}`")]
    Unmet(String),
    #[error("the power is off, or was to fail and has not")]
    Power,
}

impl From<OfficeError> for Failure {
    fn from(error: OfficeError) -> Self {
        Self::World(error.into())
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self::World(error.into())
    }
}

/// Where the office is.
const ZONE: &str = "America/Denver";
/// Friday, eleven in the morning.
const NOW: DateTime = DateTime::constant(2026, 11, 20, 11, 0, 0, 0);

/// The people of whom stories may speak without introducing them.
const PEOPLE: [(&str, &str, &str); 7] = [
    ("dana", "+13035550142", "Dana Reyes"),
    ("marco", "+13035550143", "Marco Silva"),
    ("priya", "+13035550144", "Priya Nair"),
    ("sam", "+13035550145", "Sam Ito"),
    ("on-call", office::ON_CALL.1, "On call"),
    ("on-call-too", office::ON_CALL_TOO.1, "On call too"),
    ("staff", office::STAFF.1, "Staff"),
];

/// After all calls are over, this long until the last transaction has died away (64*T1 and a margin).
const DYING_AWAY: Duration = Duration::from_secs(70);

/// Plays the whole story; the ladder is what happened.
///
/// # Errors
/// The line that cannot be read, or at which the house did something else.
pub(super) fn play(text: &str) -> Result<String, StoryError> {
    play_with_seed(text, None)
}

/// The same with another seed than the story's own.
pub(super) fn play_with_seed(text: &str, seed: Option<u64>) -> Result<String, StoryError> {
    let steps = read(text).map_err(|(line, problem)| StoryError { line, failure: problem.into() })?;
    let last = steps.last().map_or(1, |step| step.line);
    let failed = |line: usize| move |failure: Failure| StoryError { line, failure };
    let mut play = Play::new(&steps, seed).map_err(failed(1))?;
    for step in &steps {
        play.act(&step.act).map_err(failed(step.line))?;
    }
    play.begin().and_then(|()| play.end()).map_err(failed(last))?;
    Ok(play.world.ladder.draw())
}

struct Play {
    world: World,
    begun: bool,
    zone: TimeZone,
    seed: u64,
    /// How phones are to behave, and whether they are plugged in at the beginning.
    at_first: BTreeMap<Extension, (Manner, bool)>,
    /// Words that must not happen until the end.
    never: Vec<String>,
    texts_left: usize,
    probed: bool,
}

impl Play {
    /// The office as the story furnishes it. The phones are not plugged in yet.
    fn new(steps: &[Step], seed: Option<u64>) -> Result<Self, Failure> {
        let zone = TimeZone::get(ZONE)?;
        let both: [Extension; 2] = ["101".parse()?, "102".parse()?];
        let mut office = Office::new(zone.clone(), both.clone());
        let (mut story_seed, mut now) = (1, NOW);
        for step in steps {
            if let Act::Furnish(furnish) = &step.act {
                match furnish {
                    Furnish::Seed(seed) => story_seed = *seed,
                    Furnish::Now(at) => now = *at,
                    other => furnish_with(&mut office, other)?,
                }
            }
        }
        let seed = seed.unwrap_or(story_seed);
        let mut extensions = office.extensions();
        extensions.extend(both);
        extensions.extend(steps.iter().filter_map(|step| match &step.act {
            Act::Phone { extension, .. } => Some(extension.clone()),
            _ => None,
        }));
        extensions.sort();
        extensions.dedup();
        let mut columns = vec!["carrier".to_owned()];
        columns.extend(office.spare.then(|| "spare".to_owned()));
        columns.push("portico".to_owned());
        columns.extend(extensions.iter().map(Extension::to_string));
        columns.extend(["agent".to_owned(), "desk".to_owned()]);
        let wall = now.to_zoned(zone.clone())?.timestamp();
        let probed = office.probe;
        let mut world = World::new(office.premises(&extensions)?, wall, seed, columns)?;
        for (name, number, display) in PEOPLE {
            let number = number.parse()?;
            world.names.learn(number, name);
            world.people.insert(name.to_owned(), Person::new(number, display.to_owned()));
        }
        let at_first = extensions.into_iter().map(|extension| (extension, (Manner::Rings, true))).collect();
        Ok(Self { world, begun: false, zone, seed, at_first, never: Vec::new(), texts_left: 0, probed })
    }

    /// Everybody is plugged in and has registered; the first second of a story lies before its beginning.
    fn begin(&mut self) -> Result<(), Failure> {
        if self.begun {
            return Ok(());
        }
        self.begun = true;
        for (extension, (manner, plugged)) in std::mem::take(&mut self.at_first) {
            if plugged {
                self.world.plug_in(&extension, manner);
            }
        }
        self.world.run_for(Duration::from_secs(1))?;
        self.world.begin();
        Ok(())
    }

    fn act(&mut self, act: &Act) -> Result<(), Failure> {
        match act {
            Act::Furnish(_) => return Ok(()),
            // What a phone is like before the story begins.
            Act::Phone { extension, deed: PhoneDeed::Manner(manner) } if !self.begun => {
                self.at_first.entry(extension.clone()).or_default().0 = *manner;
                return Ok(());
            }
            Act::Phone { extension, deed: PhoneDeed::Unplugged } if !self.begun => {
                self.at_first.entry(extension.clone()).or_default().1 = false;
                return Ok(());
            }
            Act::Person { name, deed: PersonDeed::Is { number, display } } => {
                self.world.names.learn(*number, name);
                self.world.people.insert(name.clone(), Person::new(*number, display.clone()));
                return Ok(());
            }
            Act::Person { name, deed: PersonDeed::Manner(manner) } => {
                self.person(name)?.handset.manner = *manner;
                return Ok(());
            }
            _ => self.begin()?,
        }
        self.do_now(act)?;
        Ok(self.world.settle()?)
    }

    fn do_now(&mut self, act: &Act) -> Result<(), Failure> {
        let now = self.world.clock.now().at;
        match act {
            Act::Furnish(_) => {}
            Act::At(moment) => self.wait_until(*moment)?,
            Act::Phone { extension, deed } => self.phone_does(extension, deed)?,
            Act::Person { name, deed } => self.person_does(name, deed)?,
            Act::Console(deed) => self.world.console_does(deed)?,
            Act::Post(post) => self.world.carriers.first.post = *post,
            Act::Switching { spare, switching } => {
                self.world.carriers.at(carrier(*spare)).switching = *switching;
            }
            Act::Path { peer, way, change } => {
                let peer = peer.as_deref().map(|peer| self.address(peer)).transpose()?;
                let change = *change;
                self.world.network.change(peer, *way, |path| change_path(path, change));
            }
            Act::Order { peer, way, label, count, fate } => {
                let peer = self.address(peer)?;
                let ordered = Ordered { peer, way: *way, label: label.clone(), count: *count, fate: *fate };
                self.world.network.order(ordered);
            }
            Act::TrunkLives { spare, lives } => {
                let said = if *lives { "the trunk comes back" } else { "the trunk dies" };
                let column = if *spare { "spare" } else { "carrier" };
                self.world.note(column, said.to_owned(), false);
                self.world.line_lives(carrier(*spare), *lives);
            }
            Act::SpeechWorks(works) => {
                let said = if *works { "speech works again" } else { "speech does not work" };
                self.world.note("agent", said.to_owned(), false);
                self.world.speech_works(*works)?;
            }
            Act::DiskWorks(works) => {
                let said = if *works { "the disk has room" } else { "the disk is full" };
                self.world.note("desk", said.to_owned(), false);
                self.world.disk_works(*works);
            }
            Act::PowerFails { off, when } => self.world.power_will_fail(*when, *off)?,
            Act::Week { calls } => week::play(&mut self.world, *calls, self.seed)?,
            Act::Expect { within, words } => self.expect(*within, words)?,
            Act::ExpectNo { words } => {
                self.check_never(words)?;
                self.never.push(words.clone());
            }
            Act::Leaves { texts } => self.texts_left = *texts,
        }
        debug_assert!(now <= self.world.clock.now().at);
        Ok(())
    }

    // ---- time

    fn wait_until(&mut self, moment: Moment) -> Result<(), Failure> {
        let clock = &self.world.clock;
        let until = match moment {
            Moment::Later(by) => clock.now().at + by,
            Moment::SinceBeginning(since) => clock.instant(since),
            Moment::Clock { day, time } => {
                let wall = self.next(clock.now().wall, day, time)?;
                clock.instant_of(wall)
            }
        };
        if until < clock.now().at {
            return Err(Failure::Passed);
        }
        Ok(self.world.run_until(until)?)
    }

    /// The next time after `wall` at which the office's clock shows this.
    fn next(
        &self,
        wall: Timestamp,
        day: Option<Weekday>,
        time: jiff::civil::Time,
    ) -> Result<Timestamp, Failure> {
        let local: Zoned = wall.to_zoned(self.zone.clone());
        let mut date = local.date();
        for _ in 0..8 {
            let then = date.to_datetime(time).to_zoned(self.zone.clone())?;
            if then > local && day.is_none_or(|day| day == then.weekday()) {
                return Ok(then.timestamp());
            }
            date = date.tomorrow()?;
        }
        Err(Failure::Passed)
    }

    fn expect(&mut self, within: Duration, words: &str) -> Result<(), Failure> {
        let wanted = Words::new(words);
        let limit = self.world.clock.now().at + within;
        self.world.settle()?;
        while !self.world.ladder.take(&wanted) {
            if !self.world.step(limit)? {
                let lately = self.world.ladder.lately();
                return Err(Failure::Missing { words: words.to_owned(), within, lately });
            }
        }
        Ok(())
    }

    fn check_never(&self, words: &str) -> Result<(), Failure> {
        match self.world.ladder.has(&Words::new(words)) {
            None => Ok(()),
            Some(happening) => Err(Failure::Happened {
                words: words.to_owned(),
                sentence: happening.sentence.clone(),
                at: happening.at,
            }),
        }
    }

    // ---- people and phones

    fn address(&self, peer: &str) -> Result<std::net::SocketAddr, Failure> {
        if peer == "carrier" {
            return Ok(CARRIER);
        }
        if peer == "spare" {
            return Ok(SPARE);
        }
        let extension: Extension = peer.parse()?;
        Ok(office::address_of(&extension))
    }

    fn person(&mut self, name: &str) -> Result<&mut Person, Failure> {
        self.world.people.get_mut(name).ok_or_else(|| Failure::Stranger(name.to_owned()))
    }

    /// What is dialled to reach somebody: a name's number, or just what the story says.
    fn dialled(&self, whom: &str) -> String {
        let known = [office::MAIN, office::LEASING].into_iter().find(|(name, _)| *name == whom);
        let person = self.world.people.get(whom).map(|person| person.number.to_string());
        person.or_else(|| known.map(|(_, number)| number.to_owned())).unwrap_or_else(|| whom.to_owned())
    }

    fn phone_does(&mut self, extension: &Extension, deed: &PhoneDeed) -> Result<(), Failure> {
        let now = self.world.clock.now().at;
        let address = office::address_of(extension);
        match deed {
            PhoneDeed::PluggedIn => {
                let manner =
                    self.world.phones.get(extension).map_or(Manner::Rings, |phone| phone.handset.manner);
                self.world.plug_in(extension, manner);
                return Ok(());
            }
            PhoneDeed::Dead(dead) => {
                self.world.line_lives(address, !dead);
                return Ok(());
            }
            _ => {}
        }
        let dialled = match deed {
            PhoneDeed::Calls(whom) => self.dialled(whom),
            _ => String::new(),
        };
        let phone =
            self.world.phones.get_mut(extension).ok_or_else(|| Failure::NoPhone(extension.clone()))?;
        let (handset, station) = (&mut phone.handset, &mut phone.station);
        match deed {
            PhoneDeed::Manner(manner) => handset.manner = *manner,
            PhoneDeed::PicksUp => handset.pick_up(now, station)?,
            PhoneDeed::Declines => handset.decline(now, station)?,
            PhoneDeed::HangsUp => handset.hang_up(now, station)?,
            PhoneDeed::Holds(hold) => {
                station.hold(now, handset.call().ok_or(SendError::NoSession)?, *hold)?;
            }
            PhoneDeed::Unplugged => station.shut_down(now),
            PhoneDeed::Calls(_) => {
                let from = Identity { user: extension.to_string(), display: String::new() };
                let session = station.call(now, from, &dialled)?;
                handset.made(session);
            }
            PhoneDeed::PluggedIn | PhoneDeed::Dead(_) => {}
        }
        self.world.drain_station(address);
        Ok(())
    }

    fn person_does(&mut self, name: &str, deed: &PersonDeed) -> Result<(), Failure> {
        if let PersonDeed::Calls(whom) = deed {
            let dialled = self.dialled(whom);
            self.person(name)?;
            return Ok(self.world.person_calls(name, &dialled)?);
        }
        let now = self.world.clock.now().at;
        let Some(person) = self.world.people.get_mut(name) else {
            return Err(Failure::Stranger(name.to_owned()));
        };
        let carrier = person.carrier;
        let station = &mut self.world.carriers.at(carrier).station;
        match deed {
            PersonDeed::EarlyMedia => person.handset.early_media = true,
            PersonDeed::Withholds => person.withheld = true,
            PersonDeed::PicksUp => person.handset.pick_up(now, station)?,
            PersonDeed::HangsUp => person.handset.hang_up(now, station)?,
            PersonDeed::Will(cue) => person.will(cue.clone()),
            PersonDeed::Answers(answer) => person.will_answer(answer.clone()),
            PersonDeed::Texts(body) => self.world.person_texts(name, body)?,
            PersonDeed::Is { .. } | PersonDeed::Manner(_) | PersonDeed::Calls(_) => {}
        }
        self.world.drain_station(carrier);
        Ok(())
    }

    // ---- the end

    /// Everybody has gone; transactions die away; nothing is left behind that the story does not name.
    fn end(&mut self) -> Result<(), Failure> {
        self.world.see_to_dangers()?;
        self.world.run_for(DYING_AWAY)?;
        if self.probed {
            // A probe that is under way just now is answered, or given up.
            while self.world.is_probing() && self.world.step(self.world.clock.now().at + DYING_AWAY)? {}
        }
        for words in &self.never {
            self.check_never(words)?;
        }
        if self.world.power_waits() {
            return Err(Failure::Power);
        }
        if let Some(ordered) = self.world.network.unmet() {
            return Err(Failure::Unmet(ordered.label.clone()));
        }
        for person in self.world.people.values() {
            if let Some(cue) = person.unsaid().filter(|_| !self.world.ladder.is_terse()) {
                return Err(Failure::Unsaid(format!("{cue:?}")));
            }
        }
        if let Some(happening) = self.world.ladder.unexpected() {
            let sentence = happening.sentence.clone();
            return Err(Failure::Unexpected { sentence, at: happening.at });
        }
        self.nothing_left()
    }

    fn nothing_left(&mut self) -> Result<(), Failure> {
        let switch = self.world.switch().ok_or(Failure::Power)?;
        let counts = switch.counts();
        if counts != Counts::default() {
            return Err(Failure::CallsLeft(Box::new(counts)));
        }
        let stations = self.world.phones.values().map(|phone| &phone.station);
        let far = stations
            .chain([&self.world.carriers.first.station, &self.world.carriers.spare.station])
            .map(|station| station.counts());
        for counts in far.chain([switch.sip_counts()]) {
            let transactions = counts.client_transactions + counts.server_transactions;
            let sessions = counts.sessions + counts.session_side_entries;
            if sessions + transactions + counts.unsettled_texts > 0 {
                return Err(Failure::SipLeft(Box::new(counts)));
            }
        }
        if !self.world.media_is_closed() {
            return Err(Failure::MediaLeft);
        }
        let desk = self.world.desk().ok_or(Failure::Power)?;
        if desk.records_waiting() > 0 {
            return Err(Failure::RecordsLeft(desk.records_waiting()));
        }
        let health = desk.store().reader().health(self.world.clock.now().wall)?;
        let left = usize::try_from(health.queued + health.claimed).unwrap_or(usize::MAX);
        if left != self.texts_left {
            return Err(Failure::TextsLeft { left, said: self.texts_left });
        }
        Ok(())
    }
}

fn carrier(spare: bool) -> std::net::SocketAddr {
    if spare { SPARE } else { CARRIER }
}

fn furnish_with(office: &mut Office, furnish: &Furnish) -> Result<(), Failure> {
    match furnish {
        Furnish::Hours(lines) => office.hours = Hours::parse(office.zone.clone(), lines)?,
        Furnish::Rings { leasing: false, steps } => office.main_rings.clone_from(steps),
        Furnish::Rings { leasing: true, steps } => office.leasing_rings.clone_from(steps),
        Furnish::AgentFirst => office.agent_first = true,
        Furnish::International => office.international = true,
        Furnish::TrunkProbed => office.probe = true,
        Furnish::SpareTrunk => office.spare = true,
        Furnish::NobodyOnCall => office.on_call = false,
        Furnish::TwoOnCall => office.second_on_call = true,
        Furnish::Voicemail => office.voicemail = true,
        Furnish::Spanish { heard } => {
            office.also = vec![AlsoSpoken { language: Language::Spanish, heard: *heard }];
        }
        Furnish::Menu => office.menu = true,
        Furnish::OwnCallType => office.own_type = true,
        Furnish::Queue { most } => office.queue = Some(*most),
        Furnish::OutsideAnHour(most) => office.outside_per_hour = *most,
        Furnish::AgentPlaces(most) => office.agent_calls = *most,
        Furnish::Touch(touch) => office.touches.push(touch.clone()),
        Furnish::TextsAgainAfterCrash => office.after_crash = AfterCrash::SameKeyAgain,
        Furnish::TextBackWaitsForMorning => office.text_back_waits_for_morning = true,
        Furnish::ShowsHomes { agent, hours } => {
            let zone = office.zone.clone();
            let hours = Hours::parse(zone.clone(), hours)?;
            let plan = office.showings.get_or_insert_with(|| ShowingPlan {
                zone,
                agents: Vec::new(),
                rules: Rules::default(),
            });
            plan.agents.push(ShowingAgent { name: agent.clone(), hours, calendar: None });
        }
        Furnish::Seed(_) | Furnish::Now(_) => {}
    }
    Ok(())
}

fn change_path(path: &mut Path, change: PathChange) {
    match change {
        PathChange::Delay(delay) => path.delay = delay,
        PathChange::Jitter(jitter) => path.jitter = jitter,
        PathChange::Loss(loss) => path.loss = loss,
        PathChange::Reorder(reorder) => path.reorder = reorder,
        PathChange::Copies(copies) => path.copies = copies,
    }
}
