//! The recogniser that runs on the box: Moonshine, by way of sherpa-onnx.

mod asr;
mod running;

pub use asr::SherpaRecognizer;
pub use running::end_decoding;
