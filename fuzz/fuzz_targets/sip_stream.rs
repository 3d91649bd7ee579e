//! Any stream, cut anywhere: it comes out the same as uncut, within its bound, and nothing follows a broken frame.
#![no_main]

use libfuzzer_sys::fuzz_target;
use portico::sip::wire::{Frame, Framer, check};

fn shown(frame: Frame) -> Vec<u8> {
    match frame {
        Frame::Message(message) => {
            let _ = check::request(&message);
            message.as_bytes().to_vec()
        }
        Frame::Ping => b"ping".to_vec(),
        Frame::Broken(error) => format!("broken: {error}").into_bytes(),
    }
}

fuzz_target!(|input: (Vec<u8>, Vec<u8>)| {
    let (stream, cuts) = input;
    let mut whole = Framer::new();
    let expected: Vec<Vec<u8>> = whole.push(&stream).map(shown).collect();
    let mut framer = Framer::new();
    let mut frames = Vec::new();
    let mut rest = &stream[..];
    let mut lengths = cuts.iter().cycle();
    while !rest.is_empty() {
        let length = usize::from(*lengths.next().unwrap_or(&255)).clamp(1, rest.len());
        let (piece, after) = rest.split_at(length);
        frames.extend(framer.push(piece).map(shown));
        assert!(framer.pending() < 128 * 1024);
        rest = after;
    }
    assert_eq!(frames, expected);
    if let Some(at) = frames.iter().position(|f| f.starts_with(b"broken: ")) {
        assert_eq!(at + 1, frames.len());
    }
});
