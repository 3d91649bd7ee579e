//! What strangers send to an encrypted leg: sealed packets that were altered, reports, and bytes of no kind. Nothing that
//! is not authentic may be opened, and nothing may panic.
#![no_main]

use libfuzzer_sys::fuzz_target;
use portico::media::{MasterKey, Opener, Sealer, Suite};

fuzz_target!(|input: &[u8]| {
    let [choice, mki, flip, rest @ ..] = input else { return };
    let suite = Suite::ALL[usize::from(*choice) % Suite::ALL.len()];
    let material: Vec<u8> = (0..suite.material_len() as u8).collect();
    let Some(key) = MasterKey::new(suite, &material) else { return };
    let (Some(mut opener), Some(mut sealer)) = (Opener::new(&key, mki % 5), Sealer::new(&key)) else { return };
    // As it came: nobody can have sealed it, short of guessing a tag.
    let mut raw = rest.to_vec();
    let _ = opener.open_rtp(&mut raw);
    let mut raw = rest.to_vec();
    let _ = opener.open_rtcp(&mut raw);
    // Sealed by us, it opens to what it was; with a bit turned, it does not.
    let mut sealed = rest.to_vec();
    if sealer.seal_rtp(&mut sealed, 0) {
        let mut opener = Opener::new(&key, 0).expect("the key is good");
        let mut altered = sealed.clone();
        let at = usize::from(*flip) % altered.len();
        altered[at] ^= 1;
        assert!(opener.open_rtp(&mut altered).is_err(), "an altered packet was opened");
        let length = opener.open_rtp(&mut sealed).expect("what we sealed");
        assert_eq!(&sealed[..length], rest);
    }
    let mut sealed = rest.to_vec();
    if rest.len() >= 8 && sealer.seal_rtcp(&mut sealed, 0) {
        let mut opener = Opener::new(&key, 0).expect("the key is good");
        let length = opener.open_rtcp(&mut sealed).expect("what we sealed");
        assert_eq!(&sealed[..length], rest);
    }
});
