//! What callers of each mailbox hear first, and a form to bring another greeting.

use maud::{Markup, html};

use super::layout::Frame;
use crate::{
    console::{greetings::Greeting, music::NotTaken},
    types::Extension,
};

pub(super) fn greetings(
    frame: &Frame,
    greetings: &[Greeting],
    refused: Option<(&Extension, &NotTaken)>,
) -> Markup {
    html! {
        @if let Some((mailbox, why)) = refused {
            p class="notice bad" role="alert" {
                "The greeting for mailbox " (mailbox) " was not taken: " (why) " What callers heard before stays."
            }
        }
        @if !greetings.is_empty() {
            table id="greetings" {
                caption { "Greetings: what a caller hears before the tone" }
                thead { tr { th { "Mailbox" } th { "Greeting" } th { "Another file" } th { "" } } }
                tbody { @for greeting in greetings { (line(frame, greeting)) } }
            }
            p class="quiet" {
                "A greeting is recorded by telephone (the number of voicemail, then key 2), or is a WAV or MP3 file of up to two \
                 minutes and 24 MB. The next caller hears it."
            }
        }
    }
}

fn line(frame: &Frame, greeting: &Greeting) -> Markup {
    let row = &greeting.row;
    let at = format!("/greetings/{}", row.mailbox);
    html! {
        tr {
            td data-is="Mailbox" { (row.mailbox) @if !row.name.is_empty() { " " span class="quiet" { (row.name) } } }
            td data-is="Greeting" {
                @match (&greeting.own, &row.words) {
                    (Some(_), _) => audio controls preload="none" src={ (at) "/greeting.wav" } {},
                    (None, Some(words)) => { "spoken: “" (words) "”" },
                    (None, None) => span class="quiet" { "the usual words" },
                }
            }
            td data-is="Another file" {
                form method="post" action=(at) enctype="multipart/form-data" {
                    input type="hidden" name="csrf" value=(frame.csrf);
                    input type="file" name="file" accept=".wav,.mp3,audio/wav,audio/mpeg" required
                        aria-label={ "Greeting for mailbox " (row.mailbox) };
                    button { "Use it" }
                }
            }
            td {
                @if greeting.own.is_some() {
                    form method="post" action={ (at) "/forget" } {
                        input type="hidden" name="csrf" value=(frame.csrf);
                        button class="plain" { "Back to the words" }
                    }
                }
            }
        }
    }
}
