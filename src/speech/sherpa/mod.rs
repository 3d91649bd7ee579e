//! What the owner has put beside the models, by way of sherpa-onnx: recognisers of other languages, and neural voices.

mod asr;
mod tts;

pub use asr::SherpaRecognizer;
pub use tts::SherpaSynthesizer;
