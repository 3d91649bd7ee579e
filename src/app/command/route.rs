//! `portico route`: what would become of a number that a phone dials, without calling anybody.

use std::{fs, path::Path};

use anyhow::Context;

use super::print;
use crate::{
    app::office,
    config::{Config, Trunk},
    pbx::{Asker, Dialled, Directory, Usage, may_reach, parse_dialled},
    sip::Identity,
    types::Extension,
};

/// Says how the number is read, whether it may be called and what it costs, and what each trunk would be asked, in order.
///
/// # Errors
/// When the configuration cannot be read or has problems, or the extension is none of it.
pub fn route(path: &Path, number: &str, from: &str) -> anyhow::Result<()> {
    let text = fs::read_to_string(path).with_context(|| format!("{} cannot be read", path.display()))?;
    let config = Config::parse(&path.display().to_string(), &text)?;
    let directory = office::directory(&config)?;
    let extension: Extension = from.parse().with_context(|| format!("`{from}` is not an extension"))?;
    anyhow::ensure!(directory.extensions.contains_key(&extension), "there is no extension {extension}");
    for line in said(&directory, &extension, number) {
        print(&line)?;
    }
    Ok(())
}

fn said(directory: &Directory, extension: &Extension, number: &str) -> Vec<String> {
    let dialled = match parse_dialled(number, directory) {
        Ok(dialled) => dialled,
        Err(why) => return vec![format!("{number}: {why} ({})", why.status())],
    };
    let mut lines = vec![format!("{number} is {dialled}")];
    let asker = Asker::Phone { extension, usage: Usage::default() };
    if let Err(why) = may_reach(directory, asker, &dialled) {
        lines.push(format!("refused: {why} ({})", why.status()));
        return lines;
    }
    let number = match &dialled {
        Dialled::Number(number) => *number,
        Dialled::Emergency(_) => {
            lines.push(
                "connected before every rule, through every trunk in turn, though all lines be busy".into(),
            );
            lines.extend(directory.trunks.iter().map(|trunk| {
                let first = if directory.profile(&trunk.name).emergency { ", first" } else { "" };
                format!("  {}: {}{first}", trunk.name.0, dialled_as(&dialled))
            }));
            return lines;
        }
        Dialled::Extension(_) | Dialled::Star(_) => {
            lines.push("within the house".into());
            return lines;
        }
    };
    let tolls = &directory.limits.tolls;
    let class = tolls.class_of(directory.country, &number);
    lines.push(format!("{}, {} a minute", class.name().replace('_', " "), tolls.price(class)));
    let mut trunks: Vec<_> = directory.trunks.iter().collect();
    trunks.sort_by_key(|trunk| directory.profile(&trunk.name).order);
    let caller = crate::pbx::Caller::Extension(extension.clone());
    for trunk in trunks {
        let profile = directory.profile(&trunk.name);
        let usual = Identity { user: directory.outbound_caller.to_string(), display: directory.name.clone() };
        let shown = profile.show(directory.shown_through(trunk, &caller, usual), &trunk.domain, false);
        let headers = shown.headers.iter().map(|(name, value)| format!(", {name}: {value}"));
        lines.push(format!(
            "  {}: sip:{}@{} from {}{}",
            trunk.name.0,
            profile.dial_string(&number),
            trunk.domain,
            shown.from.user,
            headers.collect::<String>(),
        ));
    }
    lines.push(
        "  the next trunk follows when one is down, full, refuses, or says nothing for its patience".into(),
    );
    lines
}

fn dialled_as(dialled: &Dialled) -> String {
    match dialled {
        Dialled::Emergency(emergency) => emergency.digits().to_owned(),
        other => other.to_string(),
    }
}

/// One line of `portico check` about a trunk: what the office has said and its carrier's preset together.
pub(super) fn trunk_line(trunk: &Trunk) -> String {
    let profile = &trunk.profile;
    let mut words = vec![
        format!("numbers {}", profile.numbers),
        format!("caller {} in {}", profile.caller_numbers, profile.identity),
        profile
            .channels
            .map_or("any number of calls".to_owned(), |channels| format!("{channels} calls at once")),
    ];
    words.extend(profile.preset.as_ref().map(|preset| format!("preset {preset}")));
    words.extend(profile.emergency.then(|| "emergencies first".to_owned()));
    words.extend(profile.takes_location.then(|| "takes the place of an emergency".to_owned()));
    let domain = trunk.domain.clone().unwrap_or_else(|| trunk.send_to.host());
    format!("  trunk {} ({domain}): {}", trunk.name, words.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::practice_file;

    fn lines(edit: impl Fn(String) -> String, number: &str) -> String {
        let text = edit(practice_file(|| "correct horse battery".into()));
        let config = Config::parse("portico.toml", &text).unwrap();
        let directory = office::directory(&config).unwrap();
        said(&directory, &"101".parse().unwrap(), number).join("\n")
    }

    #[test]
    fn what_would_become_of_a_number_is_said_in_full() {
        let telnyx =
            |text: String| text.replace("name = \"practice\"\n", "name = \"main\"\npreset = \"telnyx\"\n");
        let home = lines(telnyx, "(303) 555-0177");
        assert!(home.contains("is +13035550177") && home.contains("domestic, 0.03 a minute"), "{home}");
        let asked = "main: sip:+13035550177@sip.telnyx.com from +13035550100, P-Asserted-Identity: \
                     <sip:+13035550100@sip.telnyx.com>";
        assert!(home.contains(asked), "{home}");
        assert!(lines(telnyx, "+442079460958").contains("refused: calls abroad"));
        assert!(lines(telnyx, "9911").contains("before every rule"));
        assert!(lines(telnyx, "102").contains("within the house"));
        assert!(lines(telnyx, "abc").contains("(404)"));
    }
}
