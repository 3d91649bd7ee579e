//! Music for whoever waits: what each number plays, and a form to bring another.

use jiff::tz::TimeZone;
use maud::{Markup, html};

use super::{
    layout::{Frame, Section},
    words,
};
use crate::console::music::{MusicOf, MusicRow, NotTaken, Plays};

pub(in crate::console) fn music(
    frame: &Frame,
    rows: &[MusicRow],
    refused: Option<(MusicOf, &NotTaken)>,
    zone: &TimeZone,
) -> Markup {
    let body = html! {
        p class="quiet" {
            "What callers hear while they are held, parked or in a queue. WAV or MP3, up to ten minutes and 24 MB. It is made mono \
             and a little softer than a voice. Play only what you have the right to play."
        }
        @if let Some((of, why)) = refused {
            @let whose = rows.iter().find(|row| row.of == of).map_or("", |row| row.label.as_str());
            p class="notice bad" role="alert" { "The file for " (whose) " was not taken: " (why) " What was played before goes on." }
        }
        table {
            caption { "Music, by who is called" }
            thead { tr { th { "Called" } th { "Plays" } th { "Another file" } th { "" } } }
            tbody { @for row in rows { (line(frame, row, zone)) } }
        }
    };
    frame.page(Section::Music, "Music", &body)
}

fn line(frame: &Frame, row: &MusicRow, zone: &TimeZone) -> Markup {
    let at = format!("/music/{}", row.of.name());
    html! {
        tr {
            td data-is="Called" { (row.label) }
            td data-is="Plays" {
                @match &row.plays {
                    Plays::Brought { at: when, millis } => {
                        "brought along " (words::moment(*when, zone)) ", "
                        (millis / 60_000) ":" (format!("{:02}", millis / 1_000 % 60))
                        br; audio controls preload="none" src={ (at) "/music.wav" } {}
                    },
                    Plays::Configured(file) => { code { (file) } " (from the configuration)" },
                    Plays::Offices => "what the office plays",
                    Plays::House => "the program's own piece, free of any licence",
                }
            }
            td data-is="Another file" {
                form method="post" action=(at) enctype="multipart/form-data" {
                    input type="hidden" name="csrf" value=(frame.csrf);
                    input type="file" name="file" accept=".wav,.mp3,audio/wav,audio/mpeg" required aria-label={ "Music for " (row.label) };
                    button { "Use it" }
                }
            }
            td {
                @if let Plays::Brought { .. } = row.plays {
                    form method="post" action={ (at) "/forget" } {
                        input type="hidden" name="csrf" value=(frame.csrf);
                        button class="plain" { "Back to the usual" }
                    }
                }
            }
        }
    }
}
