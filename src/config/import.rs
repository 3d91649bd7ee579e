//! An office's extensions and numbers out of another telephone system's CSV, as a configuration of ours.
//!
//! Two forms are known by their header lines. FreePBX's bulk export has one file of extensions (`extension`, `name`,
//! `secret`, `voicemail_enable`, …) and one of inbound routes (`extension` is the number, `destination` where it leads).
//! The plain form is what a person writes in a spreadsheet: `extension,name,password,voicemail,numbers`.
//! Whatever cannot be carried over is said, with its line: nothing is guessed and nothing left out in silence.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write,
};

use super::check::SHORTEST_PASSWORD;
use crate::types::{Country, Extension, PhoneNumber};

/// Rows that are read of one file; no office has more.
const MOST_ROWS: usize = 10_000;

/// What was read of all files.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Imported {
    extensions: BTreeMap<Extension, Person>,
    /// Each number, what it is called, and the extensions it rings.
    numbers: BTreeMap<PhoneNumber, (String, Vec<Extension>)>,
    /// What a person has to look at, with file and line.
    pub notes: Vec<String>,
}

/// Somebody with a telephone.
#[derive(Debug, PartialEq, Eq)]
struct Person {
    name: String,
    /// `None`: the other system has none that could be carried over.
    password: Option<String>,
    voicemail: bool,
    /// The number that people who are called see.
    shows: Option<PhoneNumber>,
}

/// Why a file could not be read at all.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    #[error("{file}: {error}")]
    Csv { file: String, error: csv::Error },
    #[error(
        "{file}: no column is called `extension`; the first line must name the columns: \
         `extension,name,password,voicemail,numbers`, or FreePBX's own (Admin, Bulk Handler, Export)"
    )]
    NoColumns { file: String },
    #[error("{file}: more than {MOST_ROWS} lines")]
    TooLong { file: String },
}

/// One line of a file, by column.
struct Row<'r> {
    columns: &'r [String],
    record: &'r csv::StringRecord,
}

impl Row<'_> {
    /// The first of these columns that has something in it.
    fn get(&self, names: &[&str]) -> Option<&str> {
        names.iter().find_map(|name| {
            let at = self.columns.iter().position(|column| column == name)?;
            self.record.get(at).map(str::trim).filter(|text| !text.is_empty())
        })
    }
}

impl Imported {
    /// Reads one more file. `file` is its name, for the notes. Numbers that are not international are read as dialled
    /// in `country`.
    ///
    /// # Errors
    /// When it is no CSV, or has no column of extensions. Rows that cannot be used are notes, not errors.
    pub fn read(&mut self, file: &str, text: &str, country: Country) -> Result<(), ImportError> {
        let named = |error| ImportError::Csv { file: file.to_owned(), error };
        let mut reader = csv::ReaderBuilder::new()
            .flexible(true)
            .delimiter(delimiter(text))
            .from_reader(text.trim_start_matches('\u{feff}').as_bytes());
        let columns: Vec<String> =
            reader.headers().map_err(named)?.iter().map(|name| name.trim().to_lowercase()).collect();
        if !columns.iter().any(|name| name == "extension") {
            return Err(ImportError::NoColumns { file: file.to_owned() });
        }
        let routes = columns.iter().any(|name| name == "destination");
        for (count, record) in reader.records().enumerate() {
            if count >= MOST_ROWS {
                return Err(ImportError::TooLong { file: file.to_owned() });
            }
            let record = record.map_err(named)?;
            let place = format!("{file}:{}", record.position().map_or(0, csv::Position::line));
            let row = Row { columns: &columns, record: &record };
            let read = if routes { self.route(&row, country) } else { self.person(&row, country) };
            self.notes.extend(read.into_iter().map(|note| format!("{place}: {note}")));
        }
        Ok(())
    }

    /// A line of extensions; gives back what a person has to look at.
    fn person(&mut self, row: &Row<'_>, country: Country) -> Vec<String> {
        let mut notes = Vec::new();
        let Some(text) = row.get(&["extension"]) else { return vec!["no extension; left out".into()] };
        let Ok(extension) = text.parse::<Extension>() else {
            return vec![format!("`{text}` is no extension; left out")];
        };
        if let Some(technology) = row.get(&["tech", "devicetype"])
            && !matches!(technology.to_lowercase().as_str(), "sip" | "pjsip" | "fixed")
        {
            notes.push(format!(
                "{extension} is a {technology} device, not SIP: check that its telephone can register"
            ));
        }
        // In FreePBX `password` is the user's page; `secret` is what the telephone knows.
        let secrets: &[&str] =
            if row.columns.iter().any(|name| name == "secret") { &["secret"] } else { &["password"] };
        let mut password = row.get(secrets).map(str::to_owned);
        if password.as_ref().is_some_and(|password| password.len() < SHORTEST_PASSWORD) {
            notes.push(format!("{extension}'s password is shorter than {SHORTEST_PASSWORD} characters"));
            password = None;
        }
        let yes =
            |text: &str| matches!(text.to_lowercase().as_str(), "yes" | "true" | "1" | "default" | "enabled");
        let shows = row.get(&["outboundcid", "shows"]).and_then(|text| {
            // `"Leasing" <3035550101>`
            let digits = text.rsplit_once('<').map_or(text, |(_, number)| number.trim_end_matches('>'));
            let number = country.heard(digits.trim()).ok();
            if number.is_none() {
                notes.push(format!("`{text}`, shown by {extension}, is no number; left out"));
            }
            number
        });
        for text in row
            .get(&["numbers", "number", "did"])
            .into_iter()
            .flat_map(|text| text.split([';', '/', '|']).map(str::trim))
        {
            match country.heard(text) {
                Ok(number) => self.leads_to(number, String::new(), &extension),
                Err(_) if text.is_empty() => {}
                Err(why) => notes.push(format!("`{text}` is no number ({why}); left out")),
            }
        }
        let person = Person {
            name: row.get(&["name", "description"]).unwrap_or_default().to_owned(),
            password,
            voicemail: row.get(&["voicemail_enable", "voicemail"]).is_some_and(yes),
            shows,
        };
        if self.extensions.insert(extension.clone(), person).is_some() {
            notes.push(format!("{extension} was there before; this line counts"));
        }
        notes
    }

    /// A line of FreePBX's inbound routes.
    fn route(&mut self, row: &Row<'_>, country: Country) -> Vec<String> {
        let (number, destination) = (row.get(&["extension"]), row.get(&["destination"]).unwrap_or_default());
        let Some(text) = number else {
            return vec!["a route for any number: Portico asks for each number by name; left out".into()];
        };
        let number = match country.heard(text) {
            Ok(number) => number,
            Err(why) => return vec![format!("`{text}` is no number ({why}); left out")],
        };
        if let Some(caller) = row.get(&["cidnum"]) {
            return vec![format!(
                "{number} from `{caller}` only: screening may do what this route did; left out"
            )];
        }
        let label = row.get(&["description"]).unwrap_or_default().to_owned();
        let target = destination.strip_prefix("from-did-direct,").and_then(|rest| rest.split(',').next());
        match target.map(str::parse::<Extension>) {
            Some(Ok(extension)) => {
                self.leads_to(number, label, &extension);
                Vec::new()
            }
            _ => {
                self.numbers.entry(number).or_insert((label, Vec::new()));
                vec![format!("{number} led to `{destination}`: say under `ring` who it rings")]
            }
        }
    }

    fn leads_to(&mut self, number: PhoneNumber, label: String, extension: &Extension) {
        let (named, rings) = self.numbers.entry(number).or_default();
        if named.is_empty() {
            *named = label;
        }
        if !rings.contains(extension) {
            rings.push(extension.clone());
        }
    }

    /// How many extensions and numbers there are.
    pub fn counts(&self) -> (usize, usize) {
        (self.extensions.len(), self.numbers.len())
    }

    /// The configuration's lines. `new_password` makes one for who has none; those are notes.
    pub fn written(&mut self, mut new_password: impl FnMut() -> String) -> String {
        let mut out = String::new();
        let known: BTreeSet<&Extension> = self.extensions.keys().collect();
        for (number, (label, rings)) in &self.numbers {
            let _ = writeln!(out, "[[number]]\nnumber = {}", quoted(&number.to_string()));
            if !label.is_empty() {
                let _ = writeln!(out, "label = {}", quoted(label));
            }
            let (there, missing): (Vec<_>, Vec<_>) =
                rings.iter().partition(|extension| known.contains(extension));
            for extension in missing {
                self.notes.push(format!("{number} rings {extension}, which is in no file; left out"));
            }
            if there.is_empty() {
                out.push_str("# ring = [[\"…\"]]\n");
            } else {
                let list: Vec<String> = there.iter().map(|extension| quoted(extension.as_str())).collect();
                let _ = writeln!(out, "ring = [[{}]]", list.join(", "));
            }
            out.push('\n');
        }
        for (extension, person) in &self.extensions {
            let _ = writeln!(out, "[[extension]]\nextension = {}", quoted(extension.as_str()));
            if !person.name.is_empty() {
                let _ = writeln!(out, "name = {}", quoted(&person.name));
            }
            let password = person.password.clone().unwrap_or_else(|| {
                self.notes.push(format!("{extension} has a new password: its telephone must be told"));
                new_password()
            });
            let _ = writeln!(out, "password = {}", quoted(&password));
            if person.voicemail {
                out.push_str("voicemail = true\n");
            }
            if let Some(number) = person.shows {
                let _ = writeln!(out, "shows = {}", quoted(&number.to_string()));
            }
            out.push('\n');
        }
        out
    }
}

/// Spreadsheets of half the world write semicolons.
fn delimiter(text: &str) -> u8 {
    let header = text.lines().next().unwrap_or_default();
    if header.contains(',') || !header.contains(';') { b',' } else { b';' }
}

/// A string as TOML has it.
fn quoted(text: &str) -> String {
    // A JSON string is one of TOML's basic strings, but for DEL, which TOML wants escaped.
    serde_json::Value::from(text).to_string().replace('\u{7f}', "\\u007f")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Config, tests::OFFICE};

    const EXTENSIONS: &str = "extension,password,name,tech,secret,voicemail,voicemail_enable,outboundcid\n\
        201,,\"Ruiz, Dana\",pjsip,9f8e7d6c5b4a39281706,default,yes,\"\"\"Leasing\"\" <3035550121>\"\n\
        202,,Workshop,pjsip,short,novm,,\n\
        203,,Lobby,dahdi,0a1b2c3d4e5f60718293,novm,,front desk\n\
        ,,Nobody,pjsip,,,,\n";
    const ROUTES: &str = "cidnum,extension,destination,description\n\
        ,3035550120,\"from-did-direct,201,1\",Main line\n\
        ,13035550121,\"ext-group,600,1\",Leasing\n\
        ,,\"app-blackhole,hangup,1\",any\n\
        3035550177,3035550120,\"from-did-direct,202,1\",a friend\n\
        ,+13035550122,\"from-did-direct,299,1\",\n";

    fn imported(files: &[(&str, &str)]) -> (String, Vec<String>) {
        let mut imported = Imported::default();
        for (file, text) in files {
            imported.read(file, text, Country::NORTH_AMERICA).unwrap();
        }
        let written = imported.written(|| "made-up-password".into());
        (written, imported.notes)
    }

    #[test]
    fn what_freepbx_exports_becomes_numbers_and_extensions_that_are_accepted() {
        let (written, notes) = imported(&[("extensions.csv", EXTENSIONS), ("dids.csv", ROUTES)]);
        assert_eq!(
            written,
            r#"[[number]]
number = "+13035550120"
label = "Main line"
ring = [["201"]]

[[number]]
number = "+13035550121"
label = "Leasing"
# ring = [["…"]]

[[number]]
number = "+13035550122"
# ring = [["…"]]

[[extension]]
extension = "201"
name = "Ruiz, Dana"
password = "9f8e7d6c5b4a39281706"
voicemail = true
shows = "+13035550121"

[[extension]]
extension = "202"
name = "Workshop"
password = "made-up-password"

[[extension]]
extension = "203"
name = "Lobby"
password = "0a1b2c3d4e5f60718293"

"#
        );
        assert_eq!(
            notes,
            [
                "extensions.csv:3: 202's password is shorter than 12 characters",
                "extensions.csv:4: 203 is a dahdi device, not SIP: check that its telephone can register",
                "extensions.csv:4: `front desk`, shown by 203, is no number; left out",
                "extensions.csv:5: no extension; left out",
                "dids.csv:3: +13035550121 led to `ext-group,600,1`: say under `ring` who it rings",
                "dids.csv:4: a route for any number: Portico asks for each number by name; left out",
                "dids.csv:5: +13035550120 from `3035550177` only: screening may do what this route did; left out",
                "+13035550122 rings 299, which is in no file; left out",
                "202 has a new password: its telephone must be told",
            ]
        );
        Config::parse("portico.toml", &format!("{OFFICE}\n{written}")).unwrap();
    }

    #[test]
    fn a_spreadsheet_with_semicolons_and_a_mark_of_its_bytes_is_read_too() {
        let (written, notes) = imported(&[(
            "phones.csv",
            "\u{feff}Extension;Name;Password;Numbers\r\n301;Zoë \"Z\";a-long-password;(303) 555-0130|3035550131\r\n",
        )]);
        assert!(notes.is_empty(), "{notes:?}");
        assert!(written.contains("number = \"+13035550130\"\nring = [[\"301\"]]"), "{written}");
        assert!(written.contains("number = \"+13035550131\""), "{written}");
        Config::parse("portico.toml", &format!("{OFFICE}\n{written}")).unwrap();
    }

    #[test]
    fn a_file_without_columns_says_what_they_are_called() {
        let error = Imported::default().read("a.csv", "201,Dana\n", Country::NORTH_AMERICA).unwrap_err();
        assert!(error.to_string().contains("extension,name,password"), "{error}");
    }
}
