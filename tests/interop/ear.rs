//! A far end's sound: sings a tone in PCMU to whoever sends to it, and keeps what it hears. sipp does its signalling.

use std::{
    collections::VecDeque,
    io::ErrorKind,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    thread::JoinHandle,
};

use super::*;

const SAMPLES: usize = 160;
/// Half a second.
const MEMORY: usize = 4_000;
/// Another tone, or music, has less of one than this; through G.711 and a jitter buffer a tone keeps more.
const CLEAR: f64 = 0.6;

#[derive(Debug, Default)]
struct Heard {
    samples: VecDeque<i16>,
    packets: usize,
    keys: Vec<char>,
    /// Which event was the last, so that its repetitions are one key (RFC 4733, 2.5.1.3).
    event: Option<u32>,
}

/// An RTP port of this test's own.
pub struct Ear {
    pub port: u16,
    heard: Arc<Mutex<Heard>>,
    over: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Ear {
    pub fn singing(ip: &str, hertz: f64) -> Self {
        let socket = UdpSocket::bind((ip, 0)).unwrap();
        socket.set_read_timeout(Some(Duration::from_millis(2))).unwrap();
        let port = socket.local_addr().unwrap().port();
        let (heard, over) = (Arc::new(Mutex::new(Heard::default())), Arc::new(AtomicBool::new(false)));
        let (memory, stop) = (Arc::clone(&heard), Arc::clone(&over));
        let thread = Some(thread::spawn(move || live(&socket, hertz, &memory, &stop)));
        Self { port, heard, over, thread }
    }

    /// Does the last half second consist of this tone?
    pub fn hears(&self, hertz: f64) -> bool {
        self.share(hertz) > CLEAR
    }

    /// How much of the last half second is this tone: 0 to 1.
    pub fn share(&self, hertz: f64) -> f64 {
        let heard = self.heard.lock().unwrap();
        share(heard.samples.iter().copied(), 8_000.0, hertz)
    }

    /// Was there a sound in the last half second?
    pub fn is_loud(&self) -> bool {
        let heard = self.heard.lock().unwrap();
        let power: f64 = heard.samples.iter().map(|sample| f64::from(*sample).powi(2)).sum();
        power > MEMORY as f64 * 10_000.0
    }

    /// The keys that have come as telephone events.
    pub fn keys(&self) -> String {
        self.heard.lock().unwrap().keys.iter().collect()
    }

    pub fn packets(&self) -> usize {
        self.heard.lock().unwrap().packets
    }
}

impl Drop for Ear {
    fn drop(&mut self) {
        self.over.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            drop(thread.join());
        }
    }
}

fn live(socket: &UdpSocket, hertz: f64, heard: &Mutex<Heard>, over: &AtomicBool) {
    let (mut to, mut sung, mut sequence) = (None, 0_u32, 0_u16);
    let mut next = clock();
    let mut packet = [0; 2_048];
    while !over.load(Ordering::Relaxed) {
        match socket.recv_from(&mut packet) {
            Ok((length, from)) if length > 12 => {
                to = Some(from);
                hear(&mut heard.lock().unwrap(), &packet[..length]);
            }
            Ok(_) => {}
            Err(error) => assert!(matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut)),
        }
        if clock() < next {
            continue;
        }
        next += Duration::from_millis(20);
        let Some(to) = to else { continue };
        let mut rtp = vec![0x80, 0];
        rtp.extend(sequence.to_be_bytes());
        rtp.extend(sung.to_be_bytes());
        rtp.extend(0x0045_4152_u32.to_be_bytes());
        rtp.extend((sung..sung + SAMPLES as u32).map(|n| {
            let sine = (f64::from(n) * hertz * std::f64::consts::TAU / 8_000.0).sin();
            audio_codec_algorithms::encode_ulaw((sine * 8_000.0) as i16)
        }));
        (sung, sequence) = (sung + SAMPLES as u32, sequence.wrapping_add(1));
        // A far end that has gone refuses by ICMP.
        drop(socket.send_to(&rtp, to));
    }
}

fn hear(heard: &mut Heard, packet: &[u8]) {
    heard.packets += 1;
    let stamp = u32::from_be_bytes(packet[4..8].try_into().unwrap());
    match packet[1] & 0x7f {
        0 => {
            for byte in &packet[12..] {
                if heard.samples.len() == MEMORY {
                    heard.samples.pop_front();
                }
                heard.samples.push_back(audio_codec_algorithms::decode_ulaw(*byte));
            }
        }
        101 if heard.event != Some(stamp) => {
            heard.event = Some(stamp);
            heard.keys.extend("0123456789*#ABCD".chars().nth(packet[12].into()));
        }
        _ => {}
    }
}

/// How much of these samples is this tone: 0 to 1 (Goertzel's algorithm).
fn share(samples: impl ExactSizeIterator<Item = i16>, rate: f64, hertz: f64) -> f64 {
    let count = samples.len() as f64;
    let step = 2.0 * (hertz * std::f64::consts::TAU / rate).cos();
    let (mut before, mut last, mut power) = (0.0, 0.0, 0.0);
    for sample in samples.map(f64::from) {
        power += sample * sample;
        (before, last) = (last, sample + step * last - before);
    }
    let tone = before * before + last * last - step * before * last;
    // Near silence there is nothing to be heard.
    if power < count * 100.0 { 0.0 } else { 2.0 * tone / (power * count) }
}

/// Does the last half second of this WAV file, which somebody may still be writing, consist of this tone?
pub fn file_hears(path: &Path, hertz: f64) -> bool {
    let bytes = fs::read(path).unwrap_or_default();
    let Some((head, body)) = bytes.split_at_checked(44) else { return false };
    // Some write the header when they close the file.
    let or_usual = |value: u32, usual| if value == 0 { usual } else { value };
    let rate = or_usual(u32::from_le_bytes(head[24..28].try_into().unwrap()), 8_000);
    let channels = or_usual(u16::from_le_bytes(head[22..24].try_into().unwrap()).into(), 1) as usize;
    let samples: Vec<_> =
        body.chunks_exact(2 * channels).map(|frame| i16::from_le_bytes([frame[0], frame[1]])).collect();
    let half = rate as usize / 2;
    samples.len() >= half && {
        let last = &samples[samples.len() - half..];
        share(last.iter().copied(), f64::from(rate), hertz) > CLEAR
    }
}

/// The file of this folder that was written to last.
pub fn newest(folder: &Path, ending: &str) -> Option<PathBuf> {
    let files = fs::read_dir(folder).ok()?.flatten().map(|entry| entry.path());
    files
        .filter(|path| path.to_string_lossy().ends_with(ending))
        .max_by_key(|path| path.metadata().and_then(|about| about.modified()).ok())
}

/// Sixty seconds of 440 Hz.
pub fn tone(folder: &Path) -> PathBuf {
    let path = folder.join("tone.wav");
    let format = hound::WavSpec {
        channels: 1,
        sample_rate: 8_000,
        bits_per_sample: 16,
        sample_format: hound::SampleFormat::Int,
    };
    let mut file = hound::WavWriter::create(&path, format).unwrap();
    for sample in 0..480_000_u32 {
        let phase = f64::from(sample) * 440.0 * std::f64::consts::TAU / 8_000.0;
        file.write_sample((phase.sin() * 8_000.0) as i16).unwrap();
    }
    file.finalize().unwrap();
    path
}
