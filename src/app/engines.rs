//! Ears and mouths for the workers of the pool: one recogniser and one voice of each language that is installed.

use std::{collections::BTreeSet, sync::Arc};

use super::{prompts, speech_pool::Engines, trade::OfficeTrade};
use crate::{
    pbx::Directory,
    speech::{Manner, Models, Telephone, VoiceDetector, WordModel},
    turns,
    types::Language,
};

/// Engines for each worker, and what tells voice from noise.
pub(super) type Loaded = (Vec<Engines>, VoiceDetector);

#[cfg(all(feature = "sherpa", feature = "flite"))]
pub(super) fn load(
    models: &Models,
    wanted: &BTreeSet<String>,
    workers: usize,
    trade: &OfficeTrade,
) -> anyhow::Result<Loaded> {
    use std::collections::BTreeMap;

    use crate::speech::{
        EspeakSynthesizer, FliteSynthesizer, FliteVoice, MoonshineRecognizer, Recognizer, SherpaRecognizer,
        SherpaSynthesizer, Voices,
    };
    let neural: Vec<(String, SherpaSynthesizer)> = models
        .voices()
        .into_iter()
        .filter(|(name, _)| wanted.contains(name))
        .filter_map(|(name, folder)| match SherpaSynthesizer::open(&folder) {
            Ok(voice) => Some((name, voice)),
            Err(error) => {
                // Its callers hear the usual voice.
                tracing::error!(%error, voice = name, "the voice cannot be loaded");
                None
            }
        })
        .collect();
    let english = MoonshineRecognizer::open(&models.moonshine(), workers, || trade.learn())?;
    let others: Vec<(Language, SherpaRecognizer)> = Language::ALL
        .into_iter()
        .filter(|language| *language != Language::English)
        .filter_map(|language| Some((language, models.recognizer_of(language)?)))
        .filter_map(|(language, folder)| match SherpaRecognizer::open(&folder, language) {
            Ok(recognizer) => Some((language, recognizer)),
            Err(error) => {
                // English goes on; callers of that language are served by keys.
                tracing::error!(%error, %language, "the recogniser cannot be loaded");
                None
            }
        })
        .collect();
    let set = |_| -> Engines {
        let mut recognizers: BTreeMap<Language, Box<dyn Recognizer>> = BTreeMap::new();
        recognizers.insert(Language::English, Box::new(english.clone()));
        for (language, recognizer) in &others {
            recognizers.insert(*language, Box::new(recognizer.clone()));
        }
        let mut voices = Voices::new();
        for voice in FliteVoice::ALL {
            voices = voices.with(voice.name(), Box::new(FliteSynthesizer::new(voice)));
        }
        for (name, voice) in &neural {
            voices = voices.with(name, Box::new(voice.clone()));
        }
        for language in Language::ALL {
            if let Some(voice) = EspeakSynthesizer::find(language) {
                voices = voices.with_language(language, Box::new(voice));
            }
        }
        Engines { recognizers, voices }
    };
    Ok(((0..workers).map(set).collect(), VoiceDetector::open(&models.voice_detector())?))
}

#[cfg(not(all(feature = "sherpa", feature = "flite")))]
pub(super) fn load(_: &Models, _: &BTreeSet<String>, _: usize, _: &OfficeTrade) -> anyhow::Result<Loaded> {
    anyhow::bail!("this program was built without speech")
}

/// A telephone line on which all voices of the house speak English.
#[cfg(all(feature = "sherpa", feature = "flite"))]
pub(super) fn telephone(models: &Models, trade: Arc<WordModel>) -> anyhow::Result<Telephone> {
    use crate::speech::{FliteSynthesizer, FliteVoice, MoonshineRecognizer, Synthesizer};
    let voices = FliteVoice::ALL.map(|voice| Box::new(FliteSynthesizer::new(voice)) as Box<dyn Synthesizer>);
    let recognizer = Box::new(MoonshineRecognizer::open(&models.moonshine(), 1, || trade)?);
    let detector = VoiceDetector::open(&models.voice_detector())?;
    Ok(Telephone::new(recognizer, detector, voices.into())?)
}

/// A telephone line on which another language is spoken, heard by its recogniser, or by that of English where it has none: what that
/// makes of it is what the box would be told. `None`: no voice speaks it.
#[cfg(all(feature = "sherpa", feature = "flite"))]
pub(super) fn telephone_in(
    language: Language,
    models: &Models,
    trade: Arc<WordModel>,
) -> anyhow::Result<Option<Telephone>> {
    use crate::speech::{EspeakSynthesizer, MoonshineRecognizer, Recognizer, SherpaRecognizer};
    let Some(voice) = EspeakSynthesizer::find(language) else { return Ok(None) };
    let recognizer: Box<dyn Recognizer> = match models.recognizer_of(language) {
        Some(folder) => Box::new(SherpaRecognizer::open(&folder, language)?),
        None => Box::new(MoonshineRecognizer::open(&models.moonshine(), 1, || trade)?),
    };
    let detector = VoiceDetector::open(&models.voice_detector())?;
    Ok(Some(Telephone::new(recognizer, detector, vec![Box::new(voice)])?))
}

#[cfg(not(all(feature = "sherpa", feature = "flite")))]
pub(super) fn telephone_in(_: Language, _: &Models, _: Arc<WordModel>) -> anyhow::Result<Option<Telephone>> {
    Ok(None)
}

#[cfg(not(all(feature = "sherpa", feature = "flite")))]
pub(super) fn telephone(_: &Models, _: Arc<WordModel>) -> anyhow::Result<Telephone> {
    anyhow::bail!("this program was built without speech")
}

/// What hears, understands and speaks where turns are taken by ear: all voices of the house are callers, and the usual one is the
/// agent's.
#[cfg(all(feature = "sherpa", feature = "flite"))]
pub(super) fn turn_taking(
    models: &Models,
    trade: Arc<WordModel>,
    read: turns::Read,
) -> anyhow::Result<turns::Engines> {
    use crate::speech::{FliteSynthesizer, FliteVoice, MoonshineRecognizer, Synthesizer};
    let callers = FliteVoice::ALL.map(|voice| Box::new(FliteSynthesizer::new(voice)) as Box<dyn Synthesizer>);
    Ok(turns::Engines {
        recognizer: Box::new(MoonshineRecognizer::open(&models.moonshine(), 1, || trade)?),
        detector: VoiceDetector::open(&models.voice_detector())?,
        callers: callers.into(),
        agent: Box::new(FliteSynthesizer::new(FliteVoice::default())),
        read,
    })
}

#[cfg(not(all(feature = "sherpa", feature = "flite")))]
pub(super) fn turn_taking(_: &Models, _: Arc<WordModel>, _: turns::Read) -> anyhow::Result<turns::Engines> {
    anyhow::bail!("this program was built without speech")
}

/// What callers of this office are told word for word, in each manner in which they are spoken to: the likeliest sentences
/// first, of all numbers.
pub(super) fn rehearsal(directory: &Directory) -> Vec<(Arc<Manner>, Language, String)> {
    let manners = directory.manners();
    let in_each = |sentence: prompts::Sentence| {
        let (language, words) = (sentence.language, sentence.words);
        manners.iter().map(move |manner| (Arc::clone(manner), language, words.clone())).collect::<Vec<_>>()
    };
    prompts::sentences(directory).into_iter().flat_map(in_each).collect()
}

/// The languages that these workers have a voice for.
pub(super) fn spoken(workers: &[Engines]) -> Vec<Language> {
    workers.first().into_iter().flat_map(|engines| engines.voices.languages()).collect()
}
