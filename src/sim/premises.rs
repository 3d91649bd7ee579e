//! An office that the virtual host can drive: what the two hearts are told of it, and how its callers are understood.

use std::{
    collections::BTreeSet,
    fmt,
    sync::{Arc, LazyLock},
    time::Duration,
};

use super::office::{CARRIER, SPARE, SWITCH};
use crate::{
    desk,
    dialogue::{CallType, Office, OfficeTypes, Reading, Understander},
    pbx::{Directory, Settings, Srtp},
    sip,
    speech::Awaits,
    types::{Extension, Language},
};

/// How words are read, in a conversation of this language.
#[derive(Clone)]
pub struct Understands(Arc<Read>);

type Read = dyn Fn(Language, &str) -> Reading + Send + Sync;

/// Training the words takes longer than most stories; all of them share one understander, which keeps nothing.
static BY_WORDS: LazyLock<Understander> = LazyLock::new(Understander::words_only);

impl Understands {
    /// With any understander: the trained model with its encoder, as a rule.
    pub fn with(read: impl Fn(Language, &str) -> Reading + Send + Sync + 'static) -> Self {
        Self(Arc::new(read))
    }

    pub fn by_words() -> Self {
        Self::by_words_and(&[])
    }

    /// By words, with these call types of the office's own.
    pub fn by_words_and(types: &[CallType]) -> Self {
        let own = OfficeTypes::learn(types, None);
        Self::with(move |language, text| BY_WORDS.read_with(language, text, &own, |_| None::<[f32; 0]>))
    }

    pub(super) fn read(&self, language: Language, text: &str) -> Reading {
        (self.0)(language, text)
    }
}

impl fmt::Debug for Understands {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Understands")
    }
}

/// What the ear of the office makes of words that somebody says in a language: `who` is the same for all that one caller
/// says, and the ear is told what they have been asked for.
#[derive(Clone)]
pub struct Hears(Arc<Hear>);

type Hear = dyn Fn(u64, Awaits, Language, &str) -> String + Send + Sync;

impl Hears {
    /// By real sound: a voice, a line, a recogniser. An empty answer is sound without words.
    pub fn with(hear: impl Fn(u64, Awaits, Language, &str) -> String + Send + Sync + 'static) -> Self {
        Self(Arc::new(hear))
    }

    /// Every word as it was said.
    pub fn perfectly() -> Self {
        Self::with(|_, _, _, words| words.to_owned())
    }

    /// Every word of the languages that this office hears, as it was said; another language is sound without words.
    pub fn as_equipped(office: &Office) -> Self {
        let heard = office.also.iter().filter(|also| also.heard).map(|also| also.language);
        let heard: BTreeSet<Language> = heard.chain([Language::English]).collect();
        Self::with(move |_, _, language, words| match heard.contains(&language) {
            true => words.to_owned(),
            false => String::new(),
        })
    }

    pub(super) fn hear(&self, who: u64, awaits: Awaits, language: Language, words: &str) -> String {
        (self.0)(who, awaits, language, words)
    }
}

impl fmt::Debug for Hears {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Hears")
    }
}

/// An office in the virtual world.
#[derive(Debug, Clone)]
pub struct Premises {
    pub(super) directory: Arc<Directory>,
    pub(super) desk: desk::Settings,
    pub(super) understands: Understands,
    /// Whoever is called outside has a voicemail that answers.
    pub(super) voicemail: bool,
    pub(super) facts_are_kept: bool,
}

impl Premises {
    pub(super) fn new(directory: Directory, desk: desk::Settings) -> Self {
        Self {
            directory: Arc::new(directory),
            desk,
            understands: Understands::by_words(),
            voicemail: false,
            facts_are_kept: false,
        }
    }

    /// A real office, with its lines moved into the virtual world: its first trunk leads to the carrier there, the others to
    /// the spare one, in the clear and without an account; its doors and lamps with fixed addresses are not there.
    pub fn of(mut directory: Directory, desk: desk::Settings, understands: Understands) -> Self {
        for (at, trunk) in directory.trunks.iter_mut().enumerate() {
            let address = if at == 0 { CARRIER } else { SPARE };
            *trunk = sip::Trunk {
                name: trunk.name.clone(),
                addresses: vec![sip::Network::single(address.ip())],
                send_to: address.into(),
                transport: sip::Transport::Udp,
                long_by_tcp: false,
                keep_alive: Duration::ZERO,
                located: sip::Located::default(),
                domain: address.ip().to_string(),
                advertised: None,
                credentials: None,
                registration: None,
                probe: None,
                session_timers: trunk.session_timers,
            };
        }
        directory.fixed_phones.clear();
        directory.srtp = Srtp::default();
        Self { understands, facts_are_kept: true, ..Self::new(directory, desk) }
    }

    pub(super) fn machine() -> Settings {
        Settings {
            realm: SWITCH.ip().to_string(),
            listeners: vec![sip::Listener {
                transport: sip::Transport::Udp,
                local: SWITCH,
                advertised: None,
            }],
            media_address: SWITCH.ip(),
            ..Settings::default()
        }
    }

    /// Empty for a phone that the office does not have: it will be refused.
    pub(super) fn password(&self, extension: &Extension) -> String {
        let phone = self.directory.extensions.get(extension);
        phone.map(|phone| phone.account.password.clone()).unwrap_or_default()
    }
}
