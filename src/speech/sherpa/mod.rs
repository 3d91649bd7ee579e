//! The recogniser that runs on the box: Moonshine, by way of sherpa-onnx.

mod asr;

pub use asr::SherpaRecognizer;
