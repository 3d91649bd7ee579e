//! Sentences in the office's own voice: what callers are told word for word, and a form to bring a recording for each.

use maud::{Markup, html};

use super::layout::{Frame, Section};
use crate::console::{
    music::NotTaken,
    prompts::{PromptRow, PromptStanding},
};

pub(in crate::console) fn prompts(
    frame: &Frame,
    rows: &[PromptRow],
    refused: Option<(&PromptRow, &NotTaken)>,
) -> Markup {
    let own: Vec<&PromptRow> =
        rows.iter().filter(|row| row.standing != PromptStanding::Synthesised).collect();
    let others: Vec<&PromptRow> =
        rows.iter().filter(|row| row.standing == PromptStanding::Synthesised).collect();
    let body = html! {
        p class="quiet" {
            "Sentences that every caller is told in the same words. A recording of one (WAV or MP3, up to 30 seconds) is played in "
            "its place. When the sentence is written anew, its recording is no longer used. Record in a quiet room, close to the "
            "microphone, and begin and end without a pause."
        }
        @if let Some((row, why)) = refused {
            p class="notice bad" role="alert" { "The file for “" (row.words) "” was not taken: " (why) " What was said before goes on." }
        }
        @if !own.is_empty() { (table(frame, "Recorded", &own)) }
        (table(frame, "Synthesised", &others))
    };
    frame.page(Section::Prompts, "Prompts", &body)
}

fn table(frame: &Frame, caption: &str, rows: &[&PromptRow]) -> Markup {
    html! {
        table {
            caption { (caption) }
            thead { tr { th { "Sentence" } th { "Recording" } th { "Another file" } th { "" } } }
            tbody { @for row in rows { (line(frame, row)) } }
        }
    }
}

fn line(frame: &Frame, row: &PromptRow) -> Markup {
    let at = format!("/prompts/{}", row.name);
    let seconds = |millis: u64| format!("{}.{} s", millis / 1_000, millis / 100 % 10);
    html! {
        tr {
            td data-is="Sentence" lang=(row.language.tag()) {
                @if row.words.is_empty() { em { "no longer in the script" } } @else { (row.words) }
                br; span class="quiet" { (row.place) }
            }
            td data-is="Recording" {
                @match &row.standing {
                    PromptStanding::Synthesised => "none",
                    PromptStanding::Recorded { millis } => {
                        (seconds(*millis)) br; audio controls preload="none" src={ (at) "/prompt.wav" } {}
                    },
                    PromptStanding::Outdated { millis } => {
                        (seconds(*millis)) ", of other words: not played" br;
                        audio controls preload="none" src={ (at) "/prompt.wav" } {}
                    },
                    PromptStanding::Unusable(why) => { "not played: " (why) },
                }
            }
            td data-is="Another file" {
                @if !row.words.is_empty() {
                    form method="post" action=(at) enctype="multipart/form-data" {
                        input type="hidden" name="csrf" value=(frame.csrf);
                        input type="file" name="file" accept=".wav,.mp3,audio/wav,audio/mpeg" required aria-label={ "Recording of " (row.words) };
                        button { "Use it" }
                    }
                }
            }
            td {
                @if row.standing != PromptStanding::Synthesised {
                    form method="post" action={ (at) "/forget" } {
                        input type="hidden" name="csrf" value=(frame.csrf);
                        button class="plain" { "Delete it" }
                    }
                }
            }
        }
    }
}
