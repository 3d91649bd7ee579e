//! The frame around every page: title, places to go, and the way out.

use maud::{DOCTYPE, Markup, html};

use crate::{console::live::EmergencyCall, pbx::Escalation};

/// The places of the console, in the order of the navigation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::console) enum Section {
    Live,
    Phone,
    Calls,
    WorkOrders,
    Incidents,
    Leads,
    Showings,
    Contacts,
    Messages,
    Screening,
    FairHousing,
    Emergency,
    Mailboxes,
    Music,
    Prompts,
    CallTypes,
    Forwards,
    Phones,
    Health,
}

impl Section {
    const ALL: [Self; 19] = [
        Self::Live,
        Self::Phone,
        Self::Calls,
        Self::WorkOrders,
        Self::Incidents,
        Self::Leads,
        Self::Showings,
        Self::Contacts,
        Self::Messages,
        Self::Screening,
        Self::FairHousing,
        Self::Emergency,
        Self::Mailboxes,
        Self::Music,
        Self::Prompts,
        Self::CallTypes,
        Self::Forwards,
        Self::Phones,
        Self::Health,
    ];

    const fn name(self) -> &'static str {
        match self {
            Self::Live => "Live",
            Self::Phone => "Phone",
            Self::Calls => "Calls",
            Self::WorkOrders => "Work orders",
            Self::Incidents => "Incidents",
            Self::Leads => "Leads",
            Self::Showings => "Showings",
            Self::Contacts => "Contacts",
            Self::Messages => "Texts",
            Self::Screening => "Screening",
            Self::FairHousing => "Fair housing",
            Self::Emergency => "911",
            Self::Mailboxes => "Voicemail",
            Self::Music => "Music",
            Self::Prompts => "Prompts",
            Self::CallTypes => "Call types",
            Self::Forwards => "Forwards",
            Self::Phones => "Phones",
            Self::Health => "Health",
        }
    }

    const fn path(self) -> &'static str {
        match self {
            Self::Live => "/",
            Self::Phone => "/phone",
            Self::Calls => "/calls",
            Self::WorkOrders => "/work-orders",
            Self::Incidents => "/incidents",
            Self::Leads => "/leads",
            Self::Showings => "/showings",
            Self::Contacts => "/contacts",
            Self::Messages => "/texts",
            Self::Screening => "/screening",
            Self::FairHousing => "/fair-housing",
            Self::Emergency => "/emergency",
            Self::Mailboxes => "/mailboxes",
            Self::Music => "/music",
            Self::Prompts => "/prompts",
            Self::CallTypes => "/call-types",
            Self::Forwards => "/forwards",
            Self::Phones => "/phones",
            Self::Health => "/health",
        }
    }
}

/// What every page of a signed-in person knows.
#[derive(Debug, Clone)]
pub(in crate::console) struct Frame {
    pub office: String,
    pub user: String,
    /// Proves that a form came from one of our pages.
    pub csrf: String,
    /// Somebody dialled an emergency number; shown on every page, above all else.
    pub emergency: Option<EmergencyCall>,
    /// Dangers that callers have told of and nobody has settled; shown on every page.
    pub escalations: Vec<Escalation>,
    /// Something is wrong with the box; shown on every page, in red.
    pub alarm: Option<String>,
}

impl Frame {
    pub(super) fn page(&self, section: Section, title: &str, body: &Markup) -> Markup {
        html! {
            (DOCTYPE)
            html lang="en" {
                (head(title, &self.office))
                body {
                    a class="skip" href="#main" { "Skip to the page" }
                    header {
                        strong { (self.office) }
                        nav aria-label="Console" {
                            ul {
                                @for place in Section::ALL {
                                    li {
                                        a href=(place.path()) aria-current=[(place == section).then_some("page")] {
                                            (place.name())
                                        }
                                    }
                                }
                            }
                        }
                        form method="post" action="/sign-out" {
                            input type="hidden" name="csrf" value=(self.csrf);
                            span class="quiet" { (self.user) } " "
                            button class="plain" { "Sign out" }
                        }
                    }
                    main id="main" {
                        div id="alarm" { (self.emergency_notice()) }
                        @if let Some(alarm) = &self.alarm {
                            p class="notice bad" role="alert" { (alarm) " " a href="/health" { "See health." } }
                        }
                        h1 { (title) }
                        (body)
                    }
                    script src="/assets/alarm.js" defer {}
                }
            }
        }
    }

    /// Somebody has dialled an emergency number, or has told the agent of a danger, and nobody has said that they know.
    pub(in crate::console) fn emergency_notice(&self) -> Markup {
        html! {
            @for escalation in &self.escalations {
                form class="notice bad" role="alert" method="post"
                    action={ "/escalations/" (escalation.call) "/accepted" } {
                    input type="hidden" name="csrf" value=(self.csrf);
                    strong { (escalation.report.line()) "." }
                    @match &escalation.called {
                        Some(called) if called.under_way => { " " (called.name) " is being called." }
                        _ if escalation.given_up => { " Nobody on call has accepted, and nobody is called any more." }
                        _ => { " Nobody on call has accepted yet." }
                    }
                    " " a href={ "/calls/" (escalation.call) } { "See the call." }
                    " " button { "I see to it" }
                    " " button formaction={ "/escalations/" (escalation.call) "/downgraded" } { "Urgent work for the morning" }
                    " " button formaction={ "/escalations/" (escalation.call) "/known" } { "Known already" }
                }
            }
            @if let Some(call) = &self.emergency {
                form class="notice bad" role="alert" method="post"
                    action={ "/emergencies/" (call.call) "/acknowledge" } {
                    input type="hidden" name="csrf" value=(self.csrf);
                    strong {
                        "Extension " (call.from) " dialled " (call.dialled) "."
                        @if !call.place.is_empty() { " " (call.place) "." }
                    } " "
                    @if call.ended { a href={ "/calls/" (call.call) } { "See the call." } }
                    @else { a href="/" { "See the call." } }
                    " " button { "I have seen this" }
                }
            }
        }
    }
}

fn head(title: &str, office: &str) -> Markup {
    html! {
        head {
            meta charset="utf-8";
            meta name="viewport" content="width=device-width, initial-scale=1";
            title { (title) " · " (office) }
            link rel="icon" href="/assets/icon.svg" type="image/svg+xml";
            link rel="stylesheet" href="/assets/style.css";
        }
    }
}

/// A page without navigation, for whoever is not signed in.
pub(in crate::console) fn sheet(title: &str, office: &str, body: &Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            (head(title, office))
            body {
                header { strong { (office) } }
                main id="main" { h1 { (title) } (body) }
            }
        }
    }
}

/// A page for what went wrong, in plain words.
pub(in crate::console) fn trouble(title: &str, what: &str) -> Markup {
    sheet(title, "Portico", &html! { p { (what) } p { a href="/" { "Back to the start" } } })
}
