//! What somebody sets for an extension or for the office, by a code, in the console or from the store: one place for all.

use std::collections::BTreeSet;

use super::{
    Switch, dialplan,
    services::{Asked, spelled},
};
use crate::{
    pbx::{
        ChangeRefused, DayNight, DeskChange, DeskSettings, Dialled, Fact, ForwardTo, ForwardWhen, Resource,
        ResourceState, Service, lamps, prompting::Prompt,
    },
    types::{Extension, Moment},
};

impl Switch {
    /// From now on this holds for the extension, and lamps, console and store hear of it. One that is not in the directory
    /// is nobody's.
    pub(super) fn set_desk(&mut self, extension: &Extension, settings: DeskSettings) {
        if self.directory.extensions.contains_key(extension)
            && self.exchange.desks.set(extension, settings.clone())
        {
            self.show_desk(extension, &settings);
            self.exchange.fact(Fact::DeskSet { extension: extension.clone(), settings });
        }
    }

    /// What the store had.
    pub(super) fn restore_desks(&mut self, desks: Vec<(Extension, DeskSettings)>, key: DayNight) {
        for (extension, settings) in desks {
            if self.exchange.desks.set(&extension, settings.clone()) {
                self.show_desk(&extension, &settings);
            }
        }
        self.exchange.day_night = key;
        self.show_day_night();
    }

    pub(super) fn set_day_night(&mut self, key: DayNight) {
        if self.exchange.day_night != key {
            self.exchange.day_night = key;
            self.show_day_night();
            self.exchange.fact(Fact::DayNightSet(key));
        }
    }

    fn show_day_night(&mut self) {
        let state = match self.exchange.day_night {
            DayNight::Clock => ResourceState::Off,
            key => ResourceState::On { whom: key.words().to_owned() },
        };
        self.exchange.show(Resource::DayNight, state);
    }

    fn show_desk(&mut self, extension: &Extension, settings: &DeskSettings) {
        let quiet = if settings.do_not_disturb {
            ResourceState::On { whom: String::new() }
        } else {
            ResourceState::Off
        };
        let forward = match &settings.always {
            Some(to) => ResourceState::On { whom: to.to_string() },
            None => ResourceState::Off,
        };
        self.exchange.lamps.desk_changed(extension);
        self.exchange.show(Resource::DoNotDisturb(extension.clone()), quiet);
        self.exchange.show(Resource::Forward(extension.clone()), forward);
    }

    /// Sets one thing for an extension, whoever wishes it and by whatever means; or nothing, and why.
    pub(super) fn change_desk(
        &mut self,
        now: Moment,
        extension: &Extension,
        change: &DeskChange,
    ) -> Result<Option<ForwardTo>, ChangeRefused> {
        if !self.directory.extensions.contains_key(extension) {
            return Err(ChangeRefused::NoExtension);
        }
        let mut desk = self.exchange.desks.of(extension);
        let to = match change {
            DeskChange::DoNotDisturb(on) => {
                desk.do_not_disturb = *on;
                None
            }
            DeskChange::Forward { when, to } => {
                let to = match to {
                    Some(dialled) => Some(self.forward_to(now, extension, dialled)?),
                    None => None,
                };
                desk.set_forward(*when, to.clone());
                to
            }
        };
        self.set_desk(extension, desk);
        Ok(to)
    }

    /// A key of a phone for quiet or a forward. What came of it the phone is told by the notification that it is owed.
    pub(super) fn set_by_key(&mut self, now: Moment, phone: &Extension, body: &[u8]) {
        let Some(change) = lamps::wish_of(body) else {
            tracing::debug!(%phone, "a phone wishes something that cannot be read");
            return;
        };
        if let Err(why) = self.change_desk(now, phone, &change) {
            tracing::info!(%phone, %why, "a key of a phone was not followed");
        }
    }

    /// A code that sets something: it is set, and the phone is told.
    pub(super) fn set_by_code(&mut self, now: Moment, asked: Asked, rest: &str) {
        let forward = |when, to: Option<&str>| DeskChange::Forward { when, to: to.map(str::to_owned) };
        let (change, words) = match asked.service {
            Service::DoNotDisturbOn => (DeskChange::DoNotDisturb(true), "Do not disturb is on."),
            Service::DoNotDisturbOff => (DeskChange::DoNotDisturb(false), "Do not disturb is off."),
            Service::ForwardAlways => {
                (forward(ForwardWhen::Always, Some(rest)), "All calls are forwarded to {}.")
            }
            Service::ForwardBusy => {
                (forward(ForwardWhen::Busy, Some(rest)), "When you are busy, calls are forwarded to {}.")
            }
            Service::ForwardNoAnswer => (
                forward(ForwardWhen::NoAnswer, Some(rest)),
                "When you do not answer, calls are forwarded to {}.",
            ),
            Service::ForwardAlwaysOff => {
                (forward(ForwardWhen::Always, None), "Calls are no longer forwarded.")
            }
            Service::ForwardBusyOff => {
                (forward(ForwardWhen::Busy, None), "Calls are no longer forwarded when you are busy.")
            }
            Service::ForwardNoAnswerOff => (
                forward(ForwardWhen::NoAnswer, None),
                "Calls are no longer forwarded when you do not answer.",
            ),
            _ => return self.answer(now, asked, Prompt::refused("This cannot be set.")),
        };
        let prompt = match self.change_desk(now, &asked.by, &change) {
            Ok(to) => Prompt::done(match to {
                Some(to) => words.replace("{}", &spoken(&to)),
                None => words.to_owned(),
            }),
            Err(ChangeRefused::NoNumber | ChangeRefused::NoExtension) => {
                Prompt::refused("Dial the code, and then the number that calls are to go to.")
            }
            Err(ChangeRefused::Forbidden) => Prompt::refused("Calls may not be forwarded there."),
            Err(ChangeRefused::Circle) => Prompt::refused("Calls would come back to you from there."),
        };
        self.answer(now, asked, prompt);
    }

    /// The key of the whole office.
    pub(super) fn turn_day_night(&mut self, now: Moment, asked: Asked) {
        let key = self.exchange.day_night.turned();
        self.set_day_night(key);
        self.answer(now, asked, Prompt::done(format!("The office is set to {}.", key.words())));
    }

    /// Where somebody wants to forward to, if that one may be reached by it.
    fn forward_to(&mut self, now: Moment, by: &Extension, dialled: &str) -> Result<ForwardTo, ChangeRefused> {
        let directory = self.directory.clone();
        let target = match dialplan::parse(dialled, &directory) {
            Ok(target @ Dialled::Number(_)) => target,
            Ok(Dialled::Extension(extension)) if extension == *by => return Err(ChangeRefused::Forbidden),
            Ok(Dialled::Extension(extension)) if self.leads_back(&extension, by) => {
                return Err(ChangeRefused::Circle);
            }
            Ok(target @ Dialled::Extension(_)) => target,
            Ok(Dialled::Emergency(_) | Dialled::Star(_)) => return Err(ChangeRefused::Forbidden),
            Err(_) => return Err(ChangeRefused::NoNumber),
        };
        self.may_send(now, by, &target).map_err(|_| ChangeRefused::Forbidden)?;
        match target {
            Dialled::Extension(extension) => Ok(ForwardTo::Extension(extension)),
            Dialled::Number(number) => Ok(ForwardTo::Number(number)),
            Dialled::Emergency(_) | Dialled::Star(_) => Err(ChangeRefused::Forbidden),
        }
    }

    /// Do all calls to the one come to the other, by however many forwards?
    fn leads_back(&self, from: &Extension, to: &Extension) -> bool {
        let mut passed = BTreeSet::new();
        let mut at = from.clone();
        while passed.insert(at.clone()) {
            match self.exchange.desks.of(&at).always {
                Some(ForwardTo::Extension(next)) if next == *to => return true,
                Some(ForwardTo::Extension(next)) => at = next,
                Some(ForwardTo::Number(_)) | None => return false,
            }
        }
        false
    }
}

fn spoken(to: &ForwardTo) -> String {
    match to {
        ForwardTo::Extension(extension) => spelled(&extension.to_string()),
        ForwardTo::Number(number) => number.spoken(),
    }
}
