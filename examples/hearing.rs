use portico::speech::*;
fn main() {
    let models = Models::locate();
    let mut r = SherpaRecognizer::open(&models.recognizer()).unwrap();
    for path in std::env::args().skip(1) {
        let segs = hear(path.as_ref(), &mut r, &mut |run| { let t = std::time::Instant::now(); run(); t.elapsed().as_millis() as u32 }).unwrap();
        for s in segs { println!("{:6} {:6} {:4} ms  {}", s.from_ms, s.to_ms, s.decode_ms, s.text); }
    }
}
