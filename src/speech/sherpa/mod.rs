//! What runs on the box by way of sherpa-onnx: the recogniser, and neural voices where the owner has put some.

mod asr;
mod running;
mod tts;

pub use asr::SherpaRecognizer;
pub use running::end_decoding;
pub use tts::SherpaSynthesizer;
