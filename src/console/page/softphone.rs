//! The telephone in the browser: what it looks like. `softphone.js` fills it with life.

use maud::{Markup, html};

use super::layout::{Frame, Section};
use crate::types::Extension;

/// The keys of a telephone, and the letters that help to spell names on them.
const KEYS: [(&str, &str); 12] = [
    ("1", ""),
    ("2", "abc"),
    ("3", "def"),
    ("4", "ghi"),
    ("5", "jkl"),
    ("6", "mno"),
    ("7", "pqrs"),
    ("8", "tuv"),
    ("9", "wxyz"),
    ("*", ""),
    ("0", ""),
    ("#", ""),
];

pub(in crate::console) fn softphone(
    frame: &Frame,
    extension: Option<&Extension>,
    colleagues: &[(&Extension, &str)],
    ports: (Option<u16>, Option<u16>),
) -> Markup {
    let body = match (extension, ports) {
        (None, _) => no_extension(&frame.user),
        (Some(_), (None, None)) => html! {
            p class="notice" {
                "Browsers cannot reach the switch yet. Whoever looks after this box adds to " code { "[sip]" } " in "
                code { "portico.toml" } ": " code { "wss = \"0.0.0.0:8089\"" } ", and starts it again."
            }
        },
        (Some(extension), ports) => telephone(frame, extension, colleagues, ports),
    };
    frame.page(Section::Phone, "Phone", &body)
}

fn no_extension(user: &str) -> Markup {
    html! {
        p class="notice" {
            "No extension is yours yet. Whoever looks after this box adds to an " code { "[[extension]]" } " in "
            code { "portico.toml" } ": " code { "people = [\"" (user) "\"]" } ", and sends SIGHUP."
        }
    }
}

fn telephone(
    frame: &Frame,
    extension: &Extension,
    colleagues: &[(&Extension, &str)],
    (ws, wss): (Option<u16>, Option<u16>),
) -> Markup {
    html! {
        div id="phone" class="phone" data-extension=(extension) data-ws=[ws] data-wss=[wss] data-csrf=(frame.csrf) {
            p {
                "Extension " strong { (extension) } " "
                span id="phone-state" class="mark warn" role="status" { "Connecting…" }
            }
            noscript { p class="notice bad" { "This page needs JavaScript." } }
            p id="phone-trouble" class="notice bad" role="alert" hidden {}

            section id="phone-call" class="card" aria-labelledby="phone-with" hidden {
                h2 id="phone-with" {}
                p id="phone-number" class="tel quiet" {}
                p { span id="phone-stage" aria-live="assertive" {} " " span id="phone-time" class="tel" role="timer" {} }
                div class="phone-acts" {
                    button type="button" id="phone-answer" class="answer" hidden { "Answer" }
                    button type="button" id="phone-decline" class="end" hidden { "Decline" }
                    button type="button" id="phone-hold" class="plain" aria-pressed="false" hidden { "Hold" }
                    button type="button" id="phone-mute" class="plain" aria-pressed="false" hidden { "Mute" }
                    button type="button" id="phone-end" class="end" hidden { "Hang up" }
                }
                form id="phone-transfer" hidden {
                    label {
                        "Send this call to"
                        input id="phone-transfer-to" inputmode="tel" autocomplete="off" maxlength="40" list="phone-colleagues";
                    }
                    button class="plain" { "Transfer" }
                }
            }

            form id="phone-dial" {
                label {
                    "Number or extension"
                    input id="phone-to" inputmode="tel" autocomplete="off" maxlength="40" list="phone-colleagues";
                }
                button id="phone-dial-go" disabled { "Call" }
            }
            datalist id="phone-colleagues" {
                @for (extension, name) in colleagues { option value=(extension) { (name) } }
            }
            div class="phone-pad" role="group" aria-label="Keys" {
                @for (key, letters) in KEYS {
                    button type="button" class="plain" data-key=(key) aria-label=(spoken(key)) {
                        (key) @if !letters.is_empty() { small aria-hidden="true" { (letters) } }
                    }
                }
            }
            label class="phone-microphone" {
                "Microphone"
                select id="phone-microphone" { option value="" { "The computer's own choice" } }
            }
            p class="quiet" {
                "Calls last as long as this page is open. "
                a href="/phone" target="_blank" { "Open it in a window of its own" } "."
            }
            audio id="phone-ear" autoplay hidden {}
        }
        script type="module" src="/assets/softphone.js" {}
    }
}

fn spoken(key: &str) -> &str {
    match key {
        "*" => "Star",
        "#" => "Pound",
        digit => digit,
    }
}
