//! The two pages for whoever is not signed in: signing in, and the first password of all.

use maud::{Markup, html};

use super::layout::sheet;

/// Rules for a password, said where it is chosen and enforced where it is taken.
const RULE: &str = "At least 12 characters. A few unrelated words are easier to remember than a riddle.";

pub(in crate::console) fn sign_in(office: &str, name: &str, complaint: Option<&str>) -> Markup {
    sheet(
        "Sign in",
        office,
        &html! {
            @if let Some(complaint) = complaint { p class="notice bad" role="alert" { (complaint) } }
            form class="sheet" method="post" action="/sign-in" {
                label { "Name" input name="name" value=(name) autocomplete="username" required autofocus[name.is_empty()] maxlength="64"; }
                label { "Password" input name="password" type="password" autocomplete="current-password" required autofocus[!name.is_empty()] maxlength="256"; }
                button { "Sign in" }
            }
        },
    )
}

pub(in crate::console) fn set_up(office: &str, token: &str, name: &str, complaint: Option<&str>) -> Markup {
    sheet(
        "The first account",
        office,
        &html! {
            p { "This page works once. It makes the account of the person who looks after this box." }
            @if let Some(complaint) = complaint { p class="notice bad" role="alert" { (complaint) } }
            form class="sheet" method="post" action="/set-up" {
                input type="hidden" name="token" value=(token);
                label { "Your name" input name="name" value=(name) autocomplete="username" required autofocus maxlength="64"; }
                label {
                    "Password" input name="password" type="password" autocomplete="new-password" required minlength="12" maxlength="256" aria-describedby="rule";
                }
                label {
                    "The same again" input name="again" type="password" autocomplete="new-password" required minlength="12" maxlength="256";
                }
                p id="rule" class="quiet" { (RULE) }
                button { "Make the account" }
            }
        },
    )
}
