//! The messages in the mailboxes, newest first, each with its words and its sound; and the greetings.

use jiff::tz::TimeZone;
use maud::{Markup, html};

use super::{
    greetings::greetings,
    layout::{Frame, Section},
    lists::older,
    words,
};
use crate::{
    console::{greetings::Greeting, music::NotTaken},
    outbox::{Failure, State},
    store::{LetterRow, Page, VoicemailRow},
    types::Extension,
};

pub(in crate::console) fn mailboxes(
    frame: &Frame,
    page: &Page<VoicemailRow>,
    (letters, not_mailed): (&[LetterRow], usize),
    (all, refused): (&[Greeting], Option<(&Extension, &NotTaken)>),
    zone: &TimeZone,
) -> Markup {
    let body = html! {
        @if not_mailed > 0 {
            p class="notice bad" {
                (not_mailed) @if not_mailed == 1 { " message" } @else { " messages" }
                " did not reach everybody by e-mail, or may not have. The column E-mail says whom, and mails it again."
            }
        }
        @if page.items.is_empty() { p class="quiet" { "No messages." } } @else {
            table {
                caption { "Messages in the mailboxes, newest first" }
                thead { tr { th { "When" } th { "Mailbox" } th { "From" } th { "Message" } th { "E-mail" } th { "Listen" } th { "" } } }
                tbody { @for row in &page.items { (message(frame, row, letters, zone)) } }
            }
        }
        (older("/mailboxes", page, None))
        (greetings(frame, all, refused))
    };
    frame.page(Section::Mailboxes, "Voicemail", &body)
}

fn message(frame: &Frame, row: &VoicemailRow, letters: &[LetterRow], zone: &TimeZone) -> Markup {
    let letters: Vec<&LetterRow> =
        letters.iter().filter(|letter| letter.voicemail == row.message.id).collect();
    let again = letters.iter().any(|letter| matches!(letter.state, State::Failed(_) | State::Unknown));
    let at = format!("/mailboxes/{}", row.message.id);
    let seconds = row.message.length_ms / 1_000;
    html! {
        tr {
            td data-is="When" {
                a href={ "/calls/" (row.message.call) } { (words::moment(row.message.left, zone)) }
                @if !row.message.heard { " " (words::mark("new", "warn")) }
            }
            td data-is="Mailbox" { (row.mailbox) }
            td data-is="From" { (words::caller(&row.message.caller)) }
            td data-is="Message" {
                @match (&row.words, row.transcribed) {
                    (Some(text), _) if text.is_empty() => span class="quiet" { "No words were recognised." },
                    (Some(text), _) => (text),
                    (None, true) => span class="quiet" { "The words could not be read." },
                    (None, false) => span class="quiet" { "The words are still being read." },
                }
            }
            td data-is="E-mail" {
                @for one in &letters { (letter(one, zone)) }
                @if again { (button(frame, &format!("{at}/mail"), "Mail again")) }
            }
            td data-is="Listen" {
                audio controls preload="none" src={ (at) "/message.wav" } {}
                br; span class="quiet" { (seconds / 60) ":" (format!("{:02}", seconds % 60)) }
            }
            td {
                @if !row.message.heard { (button(frame, &format!("{at}/heard"), "Mark as heard")) }
                (button(frame, &format!("{at}/delete"), "Delete"))
            }
        }
    }
}

/// How the hand-over to one address stands, in words.
fn letter(letter: &LetterRow, zone: &TimeZone) -> Markup {
    html! { div {
        @match letter.state {
            State::Sent => { (words::mark("mailed", "good")) " " (words::moment(letter.updated, zone)) },
            State::Queued | State::Claimed => (words::mark("on its way", "warn")),
            State::Failed(Failure::Refused { status }) => (words::mark(&format!("refused ({status})"), "bad")),
            State::Failed(Failure::Expired { .. }) => (words::mark("given up", "bad")),
            State::Suppressed(_) => (words::mark("withdrawn", "warn")),
            State::Unknown => (words::mark("may have arrived", "warn")),
        }
        " " span class="quiet" { (letter.to) }
    } }
}

fn button(frame: &Frame, action: &str, what: &str) -> Markup {
    html! {
        form method="post" action=(action) {
            input type="hidden" name="csrf" value=(frame.csrf);
            button class="plain" { (what) }
        }
    }
}
