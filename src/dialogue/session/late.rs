//! Somebody is late for a showing, or stands before the house and nobody comes: no new prospect, and nothing that can wait.

use std::sync::LazyLock;

use super::{Item, Session};
use crate::dialogue::{Entity, Intent, Reading, Value, pack::Line, pattern::AnyOf, token::tokens};

/// "I'm gonna be like twenty minutes late", "stuck in traffic".
static LATE: LazyLock<AnyOf> = LazyLock::new(|| {
    AnyOf::parse([
        "im|ill|were|well|gonna|going|be|running|bit|little|minute|minutes .. late",
        "running|be .. behind",
        "stuck in|on|at",
        "cant make it|there by|until|till",
    ])
});

/// "And nobody's here", "where is the guy".
static NOBODY_CAME: LazyLock<AnyOf> = LazyLock::new(|| {
    AnyOf::parse([
        "nobody|nobodys|noone|no|anyone|anybody ?one ?ones ?has ?is here|come|came|showed|showing|shown|around|there|answering|outside",
        "agent|guy|person|lady|she|he|they|hes|shes|isnt|hasnt|didnt not|never|isnt|hasnt|didnt ?here ?yet ?show|shown|showed|come|here|there",
        "where|wheres .. agent|guy|person|lady|she|he|they|somebody|everybody|everyone",
        "im|were|been|standing|waiting|sitting .. outside|out here|there|front",
        "locked & standing|waiting|outside",
        "code|lockbox|key|box ... doesnt|dont|wont|isnt|not|didnt|cant ?even open|opening|work|working|fit|go",
    ])
});

/// That a time had been settled: no wish for one.
static SETTLED: LazyLock<AnyOf> = LazyLock::new(|| {
    AnyOf::parse([
        "supposed|meant|scheduled|due to meet|see|tour|view|look|be",
        "my|our|the|a ?eleven|ten|nine|twelve|one|two|three|four|five|six|noon ?thirty|oclock showing|tour|viewing|walkthrough",
        "meeting|meet|met .. showing|tour|viewing|agent|at",
        "i|we|ive|weve ?have have|had|got|booked|made|scheduled .. appointment|showing|tour|viewing",
        "ive|weve .. appointment|showing|tour|viewing",
        "for my|our|the|a .. appointment|showing|tour|viewing",
        "self ?guided tour|showing|viewing",
        "im|were the one|two|three|four|five|six|nine|ten|eleven|twelve|noon",
    ])
});

/// Who comes to work is late for no showing: "I'm the plumber, I'm stuck on the highway".
static AT_WORK: LazyLock<AnyOf> = LazyLock::new(|| {
    AnyOf::parse([
        "plumber|plumbers|electrician|electricians|roofer|roofers|roofing|painter|painters|locksmith|exterminator|contractor|technician|tech|inspector|movers|cleaners|driver|courier|crew|hvac|plumbing|heating|delivery",
        "my|our|the job|van|ladder|tools|crew|appointment .. repair|fix|install|inspect",
        "to fix|repair|install|paint|inspect|deliver",
    ])
});

impl Session {
    /// The staff are rung at once where they can be, else an urgent message is taken, without the questions for a prospect.
    /// `true`: dealt with.
    pub(super) fn is_late_for_showing(&mut self, text: &str, reading: &Reading) -> bool {
        let flow = self.state.flow;
        let prospect = flow.map_or(reading.intent.is_prospect() && reading.is_sure(), Intent::is_prospect);
        let words = tokens(&text.replace(',', " "));
        let spoken = words.iter().any(|token| matches!(&*token.word, "showing" | "tour" | "viewing"));
        let known = self.state.showing.is_late();
        let waits = LATE.fits(&words) || NOBODY_CAME.fits(&words);
        let settled = SETTLED.fits(&words);
        let of_another_matter = flow.is_some_and(|flow| !flow.is_prospect()) && !known;
        if AT_WORK.fits(&words) && !spoken && !known {
            return false;
        }
        // What was settled in this call lies ahead.
        if !waits || self.state.showing.standing().is_some() || of_another_matter {
            return false;
        }
        if known {
            self.state.add_matter(text);
            self.tell(Line::AlreadyNoted);
            self.state.confusions = 0;
            let heard = self.heard_of_late(text, reading);
            self.take_beside_the_point(&heard);
            self.go_on();
            return true;
        }
        if !(settled && (prospect || spoken || reading.intent.is_prospect() || flow.is_none())) {
            return false;
        }
        self.state.showing.be_late();
        self.state.visit = false;
        self.state.confusions = 0;
        self.state.note(format!("URGENT, of a showing under way: {}", text.trim()));
        let heard = self.heard_of_late(text, reading);
        self.take_beside_the_point(&heard);
        // Whoever shows the home knows which it is.
        if self.state.form.value(Item::Place).is_some() {
            self.state.form.settle(Item::Place);
        }
        self.state.begin_with(text);
        self.state.add_matter(text);
        self.state.form.settle(Item::Matter);
        self.state.intent = Some(Intent::Showing);
        self.state.flow = Some(Intent::Human);
        self.state.closed = false;
        if self.staff_can_take_it() {
            self.ask_for_staff();
        } else {
            self.tell(Line::ShowingUrgent);
            self.advance();
        }
        true
    }

    /// Who they are and where; an hour that they name is no wish for one.
    fn heard_of_late(&self, text: &str, reading: &Reading) -> Vec<Entity> {
        let mut heard = self.entities(text);
        heard.retain(|entity| {
            !matches!(entity.value, Value::When(_) | Value::MoveIn(_) | Value::Matter(_))
                && Item::of(entity.slot()).is_some_and(|item| self.is_answer(item, entity, reading, text))
        });
        heard
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_is_awaited_is_told_from_who_wishes_to_come() {
        let is_late = |text: &str| {
            let words = tokens(&text.replace(',', " "));
            (LATE.fits(&words) || NOBODY_CAME.fits(&words)) && SETTLED.fits(&words) && !AT_WORK.fits(&words)
        };
        for text in [
            "I'm supposed to meet Kim at the Birch Street place at eleven thirty and I'm stuck on I-25, I'm gonna be like twenty minutes late",
            "I'm at 18 Birch Street for my ten o'clock showing and nobody's here. It's been fifteen minutes.",
            "I've got a self tour at nine thirty and the code you texted me doesn't open the box",
            "I have a tour at noon, I'm running ten minutes late",
        ] {
            assert!(is_late(text), "{text}");
        }
        for text in [
            "I'm standing outside one of your buildings and there's a for rent sign, any chance I can see it today",
            "my rent is going to be late this month",
            "I'd like a showing, is it too late to come today",
            "I was supposed to be at Birch Street at two but I'm stuck in traffic. I'm the plumber.",
            "could I have a tour after five, I can't make it earlier",
        ] {
            assert!(!is_late(text), "{text}");
        }
    }
}
