//! Callers who are asked for a key before anybody rings.

use super::Switch;
use crate::pbx::{
    routing::Route,
    services::{Errand, Onward, Question, Way},
};

impl Switch {
    /// The way of a caller who is to press a key first. Nobody can be asked while the box cannot speak, and where no phone
    /// would ring there is nothing to be spared: these go on as they were.
    pub(super) fn challenged(&mut self, route: Route) -> Route {
        if !self.exchange.speech_ready {
            return route;
        }
        let then = match route {
            Route::Ring(_) => Onward::Way(Way::RingPlan),
            Route::Enqueue(queue) => Onward::Way(Way::Queue(queue)),
            Route::Serve(errand @ Errand::Menu { .. }) => Onward::Serve(Box::new(errand)),
            other => return other,
        };
        // 0 is what people press for a person, and 1 what machines press for everything.
        let key = char::from(b'2' + u8::try_from(self.exchange.random() % 8).unwrap_or(0));
        let otherwise = self.directory.screening.unanswered;
        Route::Serve(Errand::Challenge(Question { key, then, otherwise }))
    }
}
