//! Keys that somebody presses while they talk, and the service that they are the code of.

use std::time::{Duration, Instant};

use super::{Service, StarCodes};

/// Keys of one code follow each other within so long.
const PAUSE: Duration = Duration::from_secs(3);

/// As many keys as the longest code that the configuration allows.
const LONGEST: usize = 8;

/// The keys that one of the two has pressed last.
///
/// They reach the other one as well, as all keys do: who talks with a machine must be able to press a star.
#[derive(Debug, Default)]
pub(super) struct KeyTrail {
    keys: String,
    last: Option<Instant>,
}

impl KeyTrail {
    /// One more key. `Some`: it is the last of the code of one of these services.
    pub(super) fn press(
        &mut self,
        now: Instant,
        key: char,
        codes: &StarCodes,
        among: &[Service],
    ) -> Option<Service> {
        if self.last.is_some_and(|last| now.saturating_duration_since(last) > PAUSE) {
            self.keys.clear();
        }
        self.last = Some(now);
        if self.keys.len() >= LONGEST {
            self.keys.remove(0);
        }
        self.keys.push(key);
        let is_code =
            |service: &&Service| codes.code(**service).is_some_and(|code| self.keys.ends_with(code.as_str()));
        let service = among.iter().find(is_code).copied()?;
        self.keys.clear();
        Some(service)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pbx::story::origin;

    #[test]
    fn a_code_is_keys_that_follow_each_other() {
        let (codes, start) = (StarCodes::default(), origin());
        let among = [Service::Record, Service::PauseRecording];
        let mut trail = KeyTrail::default();
        let mut press =
            |seconds: u64, key| trail.press(start + Duration::from_secs(seconds), key, &codes, &among);
        assert_eq!((press(0, '*'), press(1, '1')), (None, Some(Service::Record)));
        assert_eq!(
            (press(2, '4'), press(3, '*'), press(4, '2')),
            (None, None, Some(Service::PauseRecording))
        );
        assert_eq!((press(10, '*'), press(14, '1')), (None, None), "too slow");
        assert_eq!((press(15, '1'), press(16, '1')), (None, None));
        assert_eq!((press(20, '*'), press(20, '*'), press(21, '1')), (None, None, Some(Service::Record)));
        let more = "0123456789".repeat(3);
        assert!(more.chars().all(|key| press(30, key).is_none()));
    }
}
