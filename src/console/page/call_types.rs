//! The office's own call types: which there are and where each is written, and the form in which one is written and examined.

use jiff::tz::TimeZone;
use maud::{Markup, html};

use super::{
    layout::{Frame, Section},
    words,
};
use crate::{
    console::call_types::{
        AllCallTypes, CallTypeDraft, DraftChecked, DraftFault, ExampleRead, ReadAs, Standing,
        WrittenElsewhere,
    },
    dialogue::{CallType, CallTypeName, CallTypeScript, Item},
    store::SavedCallType,
    types::Language,
};

pub(in crate::console) fn call_types(
    frame: &Frame,
    all: &AllCallTypes,
    may_change: bool,
    zone: &TimeZone,
) -> Markup {
    let body = html! {
        p class="quiet" {
            "What callers of this office want besides what every office’s callers want, such as a storage unit. The agent learns "
            "each from ten sentences that callers say."
        }
        @if may_change { p { a href="/call-types/new" { "Add a call type" } } }
        h2 { "Written here" }
        @if all.saved.is_empty() { p class="quiet" { "None yet." } } @else {
            table {
                caption { "Call types that were added in the console" }
                thead { tr { th { "Call type" } th { "What becomes of it" } th { "Examples" } th { "State" } th { "" } } }
                tbody { @for (own, standing) in &all.saved { (saved(frame, own, standing, may_change, zone)) } }
            }
        }
        @if !all.elsewhere.is_empty() {
            h2 { "Written elsewhere" }
            p class="quiet" { "These are changed where they are written, and only read here." }
            table {
                caption { "Call types of the office’s file and of its script" }
                thead { tr { th { "Call type" } th { "What becomes of it" } th { "Examples" } th { "Where" } } }
                tbody { @for one in &all.elsewhere { (elsewhere(one)) } }
            }
        }
    };
    frame.page(Section::CallTypes, "Call types", &body)
}

fn saved(
    frame: &Frame,
    own: &SavedCallType,
    standing: &Standing,
    may_change: bool,
    zone: &TimeZone,
) -> Markup {
    let SavedCallType { call_type, changed, changed_by } = own;
    let at = format!("/call-types/{}", call_type.name);
    html! {
        tr {
            (columns(call_type))
            td data-is="State" {
                @match standing {
                    Standing::InUse => (words::mark("in use", "good")),
                    Standing::BeingLearnt => { (words::mark("being learnt", "warn")) " A few seconds; " a href="/call-types" { "look again" } "." },
                    Standing::NotInUse { why, cure } => { (words::mark("not in use", "bad")) " " (why) ". Cure: " (cure) "." },
                }
                br; span class="quiet" { (words::moment(*changed, zone)) " by " (changed_by) }
            }
            td { @if may_change {
                a href=(at) { "Change" }
                form method="post" action={ (at) "/remove" } {
                    input type="hidden" name="csrf" value=(frame.csrf);
                    button class="plain" aria-label={ "Remove " (call_type.staff) } { "Remove" }
                }
            } }
        }
    }
}

fn elsewhere(one: &WrittenElsewhere) -> Markup {
    html! {
        tr {
            (columns(&one.call_type))
            td data-is="Where" {
                @match one.line {
                    Some(line) => { "the office’s file (" code { "portico.toml" } "), line " (line) },
                    None => "the office’s script",
                }
            }
        }
    }
}

fn columns(own: &CallType) -> Markup {
    let asked: Vec<&str> = own.asks.iter().map(|item| asked(*item)).collect();
    html! {
        td data-is="Call type" { (own.staff) br; span class="quiet" { (own.name) } }
        td data-is="What becomes of it" {
            @if own.staff_first { "A person is rung while the office is open; else a message." } @else { "A message." }
            @if !asked.is_empty() { br; span class="quiet" { "Asked: " (asked.join("; ")) } }
        }
        td data-is="Examples" {
            @for (language, script) in &own.scripts {
                details {
                    summary { (script.examples.len()) " in " (language) }
                    ul lang=(language.tag()) { @for example in &script.examples { li { (example) } } }
                }
            }
        }
    }
}

/// What the agent asks, as people read it.
const fn asked(item: Item) -> &'static str {
    match item {
        Item::Matter => "what it is about",
        Item::Place => "which unit or address",
        Item::Name => "the name",
        Item::Callback => "the number to call back",
        Item::Access => "whether somebody may enter",
        Item::When => "when",
        Item::Bedrooms => "how many bedrooms",
        Item::MoveIn => "when to move in",
        Item::Budget => "the rent at most",
        Item::Listing => "which home",
        Item::Company => "the company",
        Item::Area => "where a buyer looks",
        Item::Price => "what a buyer would pay",
        Item::Financing => "how a buyer would pay",
    }
}

/// The form. `changed`: the saved one that it changes; `checked`: what is said of it.
pub(in crate::console) fn call_type(
    frame: &Frame,
    draft: &CallTypeDraft,
    changed: Option<CallTypeName>,
    checked: Option<&DraftChecked>,
    may_change: bool,
) -> Markup {
    let action = changed.map_or_else(|| "/call-types".to_owned(), |name| format!("/call-types/{name}"));
    let faults: &[DraftFault] =
        checked.and_then(|checked| checked.call_type.as_ref().err()).map_or(&[], |f| f);
    let form = Form { draft, faults };
    let sound = checked.is_some_and(|checked| checked.call_type.is_ok());
    let body = html! {
        p { a href="/call-types" { "All call types" } }
        @if let Some(checked) = checked { (told(checked)) }
        @if checked.is_some() { h2 { "As it is written" } }
        form id=(FORM) class="sheet wide" method="post" action=(action) {
            input type="hidden" name="csrf" value=(frame.csrf);
            @if changed.is_none() {
                (form.line("name", "Name", &draft.name, "Such as storage units. It is kept in records, and stays as it is"))
            }
            (form.line("staff", "As people of the office read it", &draft.staff, "Empty: made of the name"))
            (form.line("asks", "What the agent asks, in this order", &draft.asks.join(", "), "What was said already is not asked"))
            details { summary { "What can be asked" }
                dl { @for item in Item::ALL { dt { code { (item.name()) } } dd { (asked(item)) } } }
            }
            label class="tick" {
                input type="checkbox" name="staff_first" value="on" checked[draft.staff_first];
                span { "While the office is open, ring a person before a message is taken" }
            }
            @for language in Language::ALL { (form.script(language)) }
            @if may_change {
                p { button name="wish" value="check" { @if checked.is_some() { "Examine again" } @else { "Examine" } } }
                @if !sound { p class="quiet" { "It can be saved once it has been examined and nothing keeps it back." } }
            } @else {
                p class="quiet" { "Only an administrator changes what the agent understands." }
            }
        }
    };
    let title = changed.map_or_else(|| "A new call type".to_owned(), |_| draft.staff.clone());
    frame.page(Section::CallTypes, &title, &body)
}

/// The form's id: the button that saves stands by the findings, above it.
const FORM: &str = "call-type";

struct Form<'a> {
    draft: &'a CallTypeDraft,
    faults: &'a [DraftFault],
}

impl Form<'_> {
    fn script(&self, language: Language) -> Markup {
        let written = self.draft.scripts.iter().find(|(of, _)| *of == language).map(|(_, script)| script);
        let none = CallTypeScript::default();
        let CallTypeScript { about, opening, closing, examples } = written.unwrap_or(&none);
        let [of_about, of_opening, of_closing, of_examples] = fields(language);
        let such = match language {
            Language::English => ["a storage unit", "Let me take that down.", "We will call you about it."],
            Language::Spanish => ["un trastero", "Tomo nota.", "Le llamaremos."],
        };
        html! {
            fieldset {
                legend { (language) @if language != Language::English { span class="quiet" { " – empty: its callers leave a message" } } }
                (self.line(of_about, "What it is about, as in “Is this about …?”", about, such[0]))
                (self.line(of_opening, "What the agent says first", opening, &format!("May be empty. {}", such[1])))
                (self.line(of_closing, "What the agent says when all is settled", closing, such[2]))
                label {
                    "What callers say: ten sentences or more, one a line"
                    textarea name=(of_examples) rows="12" lang=(language.tag()) aria-invalid=[self.is_wrong(of_examples)] {
                        (examples.join("\n"))
                    }
                }
            }
        }
    }

    fn line(&self, field: &str, what: &str, text: &str, hint: &str) -> Markup {
        html! {
            label {
                (what)
                input name=(field) value=(text) maxlength="400" aria-invalid=[self.is_wrong(field)];
                span class="quiet" { (hint) }
            }
        }
    }

    fn is_wrong(&self, field: &str) -> Option<&'static str> {
        self.faults.iter().any(|fault| fault.field == field).then_some("true")
    }
}

/// Names of the form's fields: about, opening, closing, examples.
const fn fields(language: Language) -> [&'static str; 4] {
    match language {
        Language::English => ["about", "opening", "closing", "examples"],
        Language::Spanish => ["es_about", "es_opening", "es_closing", "es_examples"],
    }
}

/// What came of the examination.
fn told(checked: &DraftChecked) -> Markup {
    let DraftChecked { call_type, read, taken, by_meaning } = checked;
    let known = |of: &&ExampleRead| call_type.as_ref().is_ok_and(|own| is_good(of, own));
    let good = read.iter().filter(known).count();
    html! {
        @match call_type {
            Err(faults) => div class="notice bad" role="alert" {
                p { "It cannot be saved like this:" }
                ul { @for fault in faults { li {
                    @if let Some(example) = fault.example { "Example " (example) ": " }
                    (fault.what) ". Cure: " (fault.cure) "."
                } } }
            },
            Ok(_) if read.is_empty() => {},
            Ok(_) => div class={ "notice " (if good == read.len() { "good" } else { "warn" }) } role="status" {
                p {
                    "Nothing keeps it from being saved. " (good) " of " (read.len()) " examples are recognised by what the others "
                    "teach."
                    @if good < read.len() {
                        " The rest are marked below. Cure: write more examples like them, or leave them to the type that they are taken for."
                    }
                }
                @for (language, took, among) in taken {
                    p { "Of " (among) " " (language) " sentences of the shipped call types it takes " (took) "." }
                }
                @if !by_meaning {
                    p { "They were read by their words alone, for the models of meaning are not there: with them more are recognised." }
                }
                button form=(FORM) name="wish" value="save" { "Save" }
            },
        }
        @if !read.is_empty() {
            h2 { "How its examples are read" }
            table {
                caption { "Each example, as it is read today, and as it would be once this call type is learnt" }
                thead { tr { th { "Example" } th { "Today" } th { "With this call type" } } }
                tbody { @for one in read { (example(one, call_type.as_ref().ok())) } }
            }
        }
    }
}

fn is_good(read: &ExampleRead, own: &CallType) -> bool {
    read.learnt.is_some_and(|learnt| learnt.sure && learnt.intent == own.intent())
}

fn example(read: &ExampleRead, own: Option<&CallType>) -> Markup {
    let named = |read: ReadAs| match read.sure {
        true => format!("taken for {}", read.intent.name()),
        false => "not sure: the caller is asked what it is about".to_owned(),
    };
    html! {
        tr {
            td data-is="Example" lang=(read.language.tag()) { (read.text) }
            td data-is="Today" { (named(read.today)) }
            td data-is="With this call type" {
                @match (own, read.learnt) {
                    (Some(own), Some(_)) if is_good(read, own) => (words::mark("good", "good")),
                    (Some(_), Some(learnt)) => {
                        (words::mark("weak", "warn")) " "
                        @if learnt.sure { "would be " (named(learnt)) } @else { (named(learnt)) }
                    },
                    _ => span class="quiet" { "not examined" },
                }
            }
        }
    }
}
