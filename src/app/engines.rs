//! Ears and mouths for the workers of the pool: one recogniser and one voice of each language that is installed.

use std::{collections::BTreeMap, sync::Arc};

use super::speech_pool::Engines;
#[cfg(all(feature = "sherpa", feature = "flite"))]
use super::trade;
use crate::{
    dialogue::{Pack, Roster},
    speech::{Models, Telephone, VoiceDetector},
    types::Language,
};

/// Engines for each worker, and what tells voice from noise.
pub(super) type Loaded = (Vec<Engines>, VoiceDetector);

#[cfg(all(feature = "sherpa", feature = "flite"))]
pub(super) fn load(models: &Models, voice: &str, workers: usize, roster: &Roster) -> anyhow::Result<Loaded> {
    use crate::speech::{
        EspeakSynthesizer, FliteSynthesizer, FliteVoice, MoonshineRecognizer, Recognizer, SherpaRecognizer,
        Synthesizer,
    };
    let voice: FliteVoice = voice.parse()?;
    let first = MoonshineRecognizer::open(models.moonshine(), trade::word_model(roster))?;
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
    let set = |_| -> anyhow::Result<Engines> {
        let mut recognizers: BTreeMap<Language, Box<dyn Recognizer>> = BTreeMap::new();
        recognizers.insert(Language::English, Box::new(first.another()?));
        for (language, recognizer) in &others {
            recognizers.insert(*language, Box::new(recognizer.clone()));
        }
        let mut voices: BTreeMap<Language, Box<dyn Synthesizer>> = BTreeMap::new();
        voices.insert(Language::English, Box::new(FliteSynthesizer::new(voice)));
        for language in Language::ALL {
            if let Some(voice) = EspeakSynthesizer::find(language) {
                voices.insert(language, Box::new(voice));
            }
        }
        Ok(Engines { recognizers, voices })
    };
    Ok((
        (0..workers).map(set).collect::<anyhow::Result<_>>()?,
        VoiceDetector::open(&models.voice_detector())?,
    ))
}

#[cfg(not(all(feature = "sherpa", feature = "flite")))]
pub(super) fn load(_: &Models, _: &str, _: usize, _: &Roster) -> anyhow::Result<Loaded> {
    anyhow::bail!("this program was built without speech")
}

/// A telephone line on which all voices of the house speak English.
#[cfg(all(feature = "sherpa", feature = "flite"))]
pub(super) fn telephone(models: &Models, roster: &Roster) -> anyhow::Result<Telephone> {
    use crate::speech::{FliteSynthesizer, FliteVoice, MoonshineRecognizer, Synthesizer};
    let voices = FliteVoice::ALL.map(|voice| Box::new(FliteSynthesizer::new(voice)) as Box<dyn Synthesizer>);
    let recognizer = Box::new(MoonshineRecognizer::open(models.moonshine(), trade::word_model(roster))?);
    let detector = VoiceDetector::open(&models.voice_detector())?;
    Ok(Telephone::new(recognizer, detector, voices.into())?)
}

#[cfg(not(all(feature = "sherpa", feature = "flite")))]
pub(super) fn telephone(_: &Models, _: &Roster) -> anyhow::Result<Telephone> {
    anyhow::bail!("this program was built without speech")
}

/// What callers are told word for word, in all languages of the script.
pub(super) fn rehearsal(pack: &Arc<Pack>, office: &str) -> Vec<(Language, String)> {
    let spoken = |language| {
        let sentences = pack.in_language(language).fixed_sentences(office);
        sentences.into_iter().map(move |sentence| (language, sentence))
    };
    pack.languages().flat_map(spoken).collect()
}

/// The languages that these workers have a voice for.
pub(super) fn spoken(workers: &[Engines]) -> Vec<Language> {
    let voices = workers.first().map(|engines| &engines.voices);
    voices.into_iter().flat_map(BTreeMap::keys).copied().collect()
}
