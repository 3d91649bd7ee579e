//! Messages as nobody means them: of good ones, changed in one place or in many.

use portico::types::Chance;
use rand_chacha::rand_core::Rng;

const NASTY: [&[u8]; 24] = [
    b"\0",
    b"\r\n",
    b"\r\n ",
    b"\r\n\r\n",
    b"\"",
    b"<",
    b">",
    b";",
    b",",
    b"%",
    b"%00",
    b"%zz",
    b"\xff\xfe",
    b"4294967296",
    b"-1",
    b"99999999999999999999",
    b"0x10",
    b"::",
    b"[",
    b"]",
    b"sip:",
    b"SIP/2.0",
    b";tag=",
    b"z9hG4bK",
];

fn below(chance: &mut Chance, bound: usize) -> usize {
    (chance.next_u64() % bound.max(1) as u64) as usize
}

/// Changes what it is given in one to four places.
pub fn mutate(chance: &mut Chance, bytes: &mut Vec<u8>) {
    for _ in 0..=below(chance, 4) {
        let length = bytes.len();
        if length < 2 {
            return;
        }
        let at = below(chance, length);
        match below(chance, 10) {
            0 => bytes[at] ^= 1 << below(chance, 8),
            1 => bytes[at] = chance.next_u32() as u8,
            2 => bytes.truncate(at.max(1)),
            3 => {
                let end = (at + 1 + below(chance, 40)).min(length);
                bytes.drain(at..end);
            }
            4 => {
                let nasty = NASTY[below(chance, NASTY.len())];
                bytes.splice(at..at, nasty.iter().copied());
            }
            5 => {
                let end = (at + 1 + below(chance, 60)).min(length);
                let piece = bytes[at..end].to_vec();
                let copies = 1 + below(chance, 20);
                let many: Vec<u8> = piece.iter().copied().cycle().take(piece.len() * copies).collect();
                bytes.splice(at..at, many);
            }
            6 => swap_lines(chance, bytes),
            7 => double_line(chance, bytes),
            8 => {
                // A digit for another.
                if let Some(digit) = bytes[at..].iter().position(u8::is_ascii_digit) {
                    bytes[at + digit] = b'0' + below(chance, 10) as u8;
                }
            }
            _ => {
                let other = below(chance, length);
                bytes.swap(at, other);
            }
        }
    }
    // What does not fit into a datagram is no datagram.
    bytes.truncate(60_000);
}

fn lines(bytes: &[u8]) -> Vec<Vec<u8>> {
    bytes.split_inclusive(|&byte| byte == b'\n').map(<[u8]>::to_vec).collect()
}

fn swap_lines(chance: &mut Chance, bytes: &mut Vec<u8>) {
    let mut all = lines(bytes);
    let (one, other) = (below(chance, all.len()), below(chance, all.len()));
    all.swap(one, other);
    *bytes = all.concat();
}

fn double_line(chance: &mut Chance, bytes: &mut Vec<u8>) {
    let mut all = lines(bytes);
    let line = all[below(chance, all.len())].clone();
    let to = below(chance, all.len());
    all.insert(to, line);
    *bytes = all.concat();
}
