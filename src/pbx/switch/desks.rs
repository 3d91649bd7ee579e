//! What somebody sets for an extension or for the office, by a code, in the console or from the store: one place for all.

use super::{
    Switch, dialplan,
    services::{Asked, spelled},
};
use crate::{
    pbx::{
        DayNight, DeskSettings, Dialled, Fact, ForwardTo, Resource, ResourceState, Service, prompting::Prompt,
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
        self.exchange.show(Resource::DoNotDisturb(extension.clone()), quiet);
        self.exchange.show(Resource::Forward(extension.clone()), forward);
    }

    /// A code that sets something: it is set, and the phone is told.
    pub(super) fn set_by_code(&mut self, now: Moment, asked: Asked, rest: &str) {
        let by = asked.by.clone();
        let mut desk = self.exchange.desks.of(&by);
        let words = match asked.service {
            Service::DoNotDisturbOn => {
                desk.do_not_disturb = true;
                Ok("Do not disturb is on.".to_owned())
            }
            Service::DoNotDisturbOff => {
                desk.do_not_disturb = false;
                Ok("Do not disturb is off.".to_owned())
            }
            Service::ForwardAlways => self.forward_to(now, &by, rest).map(|to| {
                let words = format!("All calls are forwarded to {}.", spoken(&to));
                desk.always = Some(to);
                words
            }),
            Service::ForwardBusy => self.forward_to(now, &by, rest).map(|to| {
                let words = format!("When you are busy, calls are forwarded to {}.", spoken(&to));
                desk.busy = Some(to);
                words
            }),
            Service::ForwardNoAnswer => self.forward_to(now, &by, rest).map(|to| {
                let words = format!("When you do not answer, calls are forwarded to {}.", spoken(&to));
                desk.no_answer = Some(to);
                words
            }),
            Service::ForwardAlwaysOff => {
                desk.always = None;
                Ok("Calls are no longer forwarded.".to_owned())
            }
            Service::ForwardBusyOff => {
                desk.busy = None;
                Ok("Calls are no longer forwarded when you are busy.".to_owned())
            }
            Service::ForwardNoAnswerOff => {
                desk.no_answer = None;
                Ok("Calls are no longer forwarded when you do not answer.".to_owned())
            }
            _ => Err("This cannot be set."),
        };
        let prompt = match words {
            Ok(words) => {
                self.set_desk(&by, desk);
                Prompt::done(words)
            }
            Err(why) => Prompt::refused(why),
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
    fn forward_to(&mut self, now: Moment, by: &Extension, dialled: &str) -> Result<ForwardTo, &'static str> {
        const NO_NUMBER: &str = "Dial the code, and then the number that calls are to go to.";
        const FORBIDDEN: &str = "Calls may not be forwarded there.";
        let directory = self.directory.clone();
        let target = match dialplan::parse(dialled, &directory) {
            Ok(target @ Dialled::Number(_)) => target,
            Ok(Dialled::Extension(extension)) if extension == *by => return Err(FORBIDDEN),
            Ok(target @ Dialled::Extension(_)) => target,
            Ok(Dialled::Emergency(_) | Dialled::Star(_)) => return Err(FORBIDDEN),
            Err(_) => return Err(NO_NUMBER),
        };
        self.may_send(now, by, &target).map_err(|_| FORBIDDEN)?;
        match target {
            Dialled::Extension(extension) => Ok(ForwardTo::Extension(extension)),
            Dialled::Number(number) => Ok(ForwardTo::Number(number)),
            Dialled::Emergency(_) | Dialled::Star(_) => Err(FORBIDDEN),
        }
    }
}

fn spoken(to: &ForwardTo) -> String {
    match to {
        ForwardTo::Extension(extension) => spelled(&extension.to_string()),
        ForwardTo::Number(number) => number.spoken(),
    }
}
