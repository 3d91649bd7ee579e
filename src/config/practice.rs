//! The file that is written when there is none: an office called Maple Court, with its own carrier and phones.

/// The commented `portico.toml` of practice mode.
///
/// `password` is asked once for each extension: random, at least 12 characters of letters and digits.
pub fn practice_file(mut password: impl FnMut() -> String) -> String {
    include_str!("../../firmware-config/portico.practice.toml")
        .replace("{password-101}", &password())
        .replace("{password-102}", &password())
}
