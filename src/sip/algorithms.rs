//! With which algorithm each name is challenged: what its phone can do, and for a name without an account, what is drawn as
//! if it had one.
//!
//! RFC 8760 (2.4) lets a server list several challenges and a client take the first that it supports. Phones from before it
//! do not: sipp 3.6 answers the first challenge or fails, and baresip 1.0 gives up at a list with SHA-256 in it, wherever
//! that stands. So no order serves them, and MD5 first would make every modern phone answer with MD5 as well. Each name is
//! therefore challenged once, with SHA-256, or with MD5 if its extension is marked `legacy_md5`.
//!
//! The challenge must not tell who has an account. A name without one borrows the algorithm of an account, drawn by a keyed
//! hash of the name: as many unknown names get MD5, in proportion, as extensions are marked. The keys are the accounts' own
//! passwords, so that a restart changes nothing (a name that changed with it would be known to be unknown), and the
//! account with the highest hash is drawn (rendezvous hashing), so that a new or changed account moves only the names that
//! it draws itself. What an observer gets of a password is at most a bit for each name, mixed with all other passwords.

use std::{collections::BTreeMap, fmt};

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

use super::{
    digest::Algorithm,
    settings::{Account, Settings},
};

/// Names whose draw is remembered; with one more all are forgotten, and drawn anew as they come. A draw costs a hash for
/// each account, and phones come every few minutes.
const REMEMBERED: usize = 4096;
/// In bytes. A longer name is nobody's extension, and a stranger's to choose: it is drawn each time.
const LONGEST: usize = 32;

/// The choice for every name there can be.
pub(super) struct Algorithms {
    accounts: Vec<Drawn>,
    own: BTreeMap<String, Algorithm>,
    /// What all accounts have, if it is the same.
    alike: Option<Algorithm>,
    remembered: BTreeMap<String, Algorithm>,
}

struct Drawn {
    key: Hmac<Sha256>,
    algorithm: Algorithm,
}

impl fmt::Debug for Algorithms {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Algorithms").field("accounts", &self.accounts.len()).finish_non_exhaustive()
    }
}

impl Algorithms {
    pub(super) fn new(settings: &Settings) -> Self {
        let accounts = settings.accounts.iter().filter_map(|(extension, account)| {
            let mut key = Hmac::<Sha256>::new_from_slice(account.password.as_bytes()).ok()?;
            for part in ["challenge", &settings.realm, extension.as_str()] {
                key.update(part.as_bytes());
                key.update(&[0]);
            }
            Some(Drawn { key, algorithm: algorithm_of(account) })
        });
        let accounts: Vec<Drawn> = accounts.collect();
        let own: BTreeMap<String, Algorithm> = settings
            .accounts
            .iter()
            .map(|(extension, account)| (extension.to_string(), algorithm_of(account)))
            .collect();
        let first = accounts.first().map_or(Algorithm::Sha256, |account| account.algorithm);
        let alike = accounts.iter().all(|account| account.algorithm == first).then_some(first);
        Self { accounts, own, alike, remembered: BTreeMap::new() }
    }

    /// With what this name is challenged. Where the phones differ, every name is hashed with every account's key when it
    /// comes for the first time, whether it has an account or not; where all are alike, no name is.
    pub(super) fn of(&mut self, name: &str) -> Algorithm {
        if let Some(algorithm) = self.alike {
            return algorithm;
        }
        if let Some(algorithm) = self.remembered.get(name) {
            return *algorithm;
        }
        let drawn = self.accounts.iter().max_by_key(|account| {
            let mut mac = account.key.clone();
            mac.update(name.as_bytes());
            mac.finalize().into_bytes()
        });
        let drawn = drawn.map_or(Algorithm::Sha256, |account| account.algorithm);
        let algorithm = self.own.get(name).copied().unwrap_or(drawn);
        if name.len() <= LONGEST {
            if self.remembered.len() >= REMEMBERED {
                self.remembered.clear();
            }
            self.remembered.insert(name.to_owned(), algorithm);
        }
        algorithm
    }
}

fn algorithm_of(account: &Account) -> Algorithm {
    if account.legacy_md5 { Algorithm::Md5 } else { Algorithm::Sha256 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sip::{Account, tests::settings_with};

    fn office(accounts: &[(&str, &str, bool)]) -> Settings {
        settings_with(accounts.iter().map(|(extension, password, legacy_md5)| {
            let account = Account { password: (*password).to_owned(), legacy_md5: *legacy_md5 };
            (extension.parse().unwrap(), account)
        }))
    }

    const MIXED: [(&str, &str, bool); 4] = [
        ("101", "maple syrup and toast", false),
        ("102", "birch bark and bread", true),
        ("103", "alder leaves and ale", false),
        ("104", "willow wands and wine", false),
    ];

    fn names() -> impl Iterator<Item = String> {
        (200..1200).map(|name: u32| name.to_string())
    }

    #[test]
    fn an_extension_is_asked_for_what_it_can_do() {
        let mut asked = Algorithms::new(&office(&MIXED));
        for (extension, _, legacy) in MIXED {
            assert_eq!(asked.of(extension), if legacy { Algorithm::Md5 } else { Algorithm::Sha256 });
        }
    }

    #[test]
    fn unknown_names_are_asked_for_md5_as_often_as_known_ones() {
        let mut asked = Algorithms::new(&office(&MIXED));
        let md5 = names().filter(|name| asked.of(name) == Algorithm::Md5).count();
        assert!((200..300).contains(&md5), "one in four, of a thousand: {md5}");
        for (legacy, algorithm) in [(true, Algorithm::Md5), (false, Algorithm::Sha256)] {
            let alike = MIXED.map(|(extension, password, _)| (extension, password, legacy));
            let mut asked = Algorithms::new(&office(&alike));
            assert!(
                names().all(|name| asked.of(&name) == algorithm),
                "an office of phones that are all alike"
            );
        }
        assert_eq!(Algorithms::new(&office(&[])).of("101"), Algorithm::Sha256);
    }

    #[test]
    fn what_is_remembered_has_a_bound() {
        let mut asked = Algorithms::new(&office(&MIXED));
        for name in 0..3 * REMEMBERED {
            asked.of(&format!("scan{name}"));
        }
        assert!(asked.remembered.len() <= REMEMBERED);
        let before = asked.remembered.len();
        asked.of(&"x".repeat(LONGEST + 1));
        assert_eq!(asked.remembered.len(), before);
    }

    #[test]
    fn a_restart_changes_no_name_and_a_new_account_only_those_it_draws() {
        let mut before = Algorithms::new(&office(&MIXED));
        let mut again = Algorithms::new(&office(&MIXED));
        assert!(names().all(|name| before.of(&name) == again.of(&name)));
        assert!(names().all(|name| before.of(&name) == again.of(&name)), "remembered as drawn");
        let mut more = MIXED.to_vec();
        more.push(("105", "hazel rods and honey", true));
        let mut after = Algorithms::new(&office(&more));
        let moved: Vec<String> = names().filter(|name| before.of(name) != after.of(name)).collect();
        // A fifth of the names is drawn by the new account; three in four of these were asked for SHA-256 before.
        assert!((100..200).contains(&moved.len()), "{}", moved.len());
        assert!(moved.iter().all(|name| after.of(name) == Algorithm::Md5));
    }
}
