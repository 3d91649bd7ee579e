//! What callers remark beside what they were asked, and the talk turns by: that they live there already, stand at the door, want no call.
//!
//! The words are data, in `remarks.txt` of each language. Callers change languages in the middle of a sentence, so a remark is heard
//! in any of them.

use std::sync::LazyLock;

use super::{
    pattern::{AnyOf, lines},
    token::{Token, tokens},
};

const WORDS: [&str; 2] = [
    include_str!("../../firmware-config/dialogue/remarks.txt"),
    include_str!("../../firmware-config/dialogue/es/remarks.txt"),
];

macro_rules! remarks {
    ($($(#[$meaning:meta])+ $remark:ident,)+) => {
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(super) enum Remark {
            $($(#[$meaning])+ $remark,)+
        }

        impl Remark {
            const ALL: &[Remark] = &[$(Remark::$remark,)+];
        }
    };
}

remarks! {
    /// "How much is it for one cat?", "what's the zip?": only a figure answers it.
    AsksForFigure,
    /// A thing that rules may be asked about, and that a rule about something else does not answer: permits, fobs, stickers.
    OfSomeThing,
    /// "Do I have to?", "do you need my name?": said beside an answer, and no question for people.
    AsksWhetherNeeded,
    /// One of the words by which somebody asks for a person.
    NamesAPerson,
    /// "It just came back on": it needs no repair any more.
    MendedItself,
    /// "Take me off the waitlist": it refuses neither calls nor texts.
    OfWaitlist,
    /// "Can I speak to a person?", "get me somebody", "put Kim on".
    WantsPerson,
    /// What sounds like that plea and is none: "I spoke to somebody yesterday".
    WantsNoPerson,
    /// What was read back is right: "that's right", "that's me".
    Agrees,
    /// "Press one": a machine reads this out, and asks nothing.
    ReadsOut,
    /// A car that stands where it should not, or waits.
    OfCar,
    /// "Did you get the parking too?"
    AsksIfNoted,
    /// Somebody stands at the door now, and wants to be let in.
    WaitsAtDoor,
    /// "That's it", whatever stands before it.
    IsAll,
    /// "I'm not with a company", "it's just me".
    OfNoCompany,
    /// "Was that all?", "what else".
    AsksForRest,
    /// "I'm gonna be like twenty minutes late", "stuck in traffic".
    Late,
    /// "And nobody's here", "where is the guy".
    NobodyCame,
    /// That a time had been settled: no wish for one.
    TimeSettled,
    /// Who comes to work is late for no showing: "I'm the plumber, I'm stuck on the highway".
    AtWork,
    /// "I'm the plumber": whoever says so is no tenant with a repair.
    ComesToWork,
    /// Another time for a showing, and no household that moves: "move it", "another time".
    MovesShowing,
    /// They would like a showing, or speak of another thing that is called off: a place on a list, an application, a lease.
    NoChange,
    /// Of one that was booked before the one of this conversation: "is my old appointment off now?"
    OfOldShowing,
    /// What is booked is to stay as it is.
    KeepsShowing,
    /// A question of what is booked.
    AsksWhatStands,
    /// What is wished is no question of what is booked: "could it be booked for Friday instead?"
    Wishes,
    /// "Supposed to", a day: a showing stands, whether or not it is named.
    Awaited,
    /// "Goodbye" at the end of a refusal.
    TakesLeave,
    /// Who would rather not say their name, in answer to the question for it.
    RefusesName,
    /// Who says so of the name, whatever was asked.
    Nameless,
    /// "I live here already", "not looking for a place": whoever was taken for a prospect is none.
    RentsAlready,
    /// A wish for a home in the same breath: "not looking for a house, I want an apartment".
    WantsAnother,
    /// A home is seen from afar: no day is to be looked for.
    ByVideo,
    /// Whoever would come as well: "a video tour or Saturday".
    OrComes,
    /// A day or an hour is refused, and not the home: "I can't make it then".
    OfThatTime,
    /// Nobody comes, at any time.
    NotAtAll,
    /// Somebody's home that the caller would rent.
    WouldRentTheirs,
    /// "I don't want to apply yet."
    NotYet,
    /// What is seen already, or need not be.
    HasSeen,
    /// "I live here", "I'm a tenant".
    LivesHere,
    /// Another home is looked for, by whoever lives there already as well.
    SeeksHome,
    /// Of the home that they live in.
    OfOwnHome,
    /// Of a trade that comes to it.
    OfTrade,
    /// "I want to buy it", "do you have anything for sale".
    WantsToBuy,
    /// Who would rent as well is told of what is to let; groceries are no home.
    WantsToRent,
    /// "We don't want to rent any more."
    WantsNotToRent,
    /// "Please don't ring anybody", "no hurry".
    NoHurry,
    /// "I've got a tenant for your listing", "I'm the agent".
    AnAgent,
    /// "No, that's not what I said."
    NotThat,
    /// Who calls for an authority, a court, an insurer or a paper, wants work or a room for a party, warns of a fraud or tells of a death.
    NoUsualMatter,
    /// "Can you just tell her to wait?", "and you'll mail it?"
    Requests,
    /// The number that they call from is the one to ring, in so many words.
    OffersOwnNumber,
    /// Of the number that they call from.
    OfOwnNumber,
    /// "This number", "the one I'm calling from".
    MeansOwnNumber,
    /// "Yes, and it's urgent": behind the yes stands something that is not of the number.
    GoesOnBehind,
    /// "Yes, but don't call me before two."
    AtSomeTimes,
    /// An alarm was raised over a figure of speech, a film or a test.
    NoAlarm,
    /// It begins with a yes, whatever comes behind.
    OpensWithYes,
    /// Of a repair: it is called off, or has become needless.
    CallsOffRepair,
    /// What became of a repair that was reported before?
    AsksAfterRepair,
    /// It has not been mended: a new report, though an old one is named.
    StillBroken,
    /// A repair that was agreed on before is called off; a number is put right.
    CallsOffVisit,
    /// An e-mail address, or a number of another country.
    ReachedElsewhere,
    /// Harm to a home has ended by itself.
    Over,
    /// It is not over yet.
    NotOver,
    /// With one of these no alarm is taken back, whatever else is said.
    GoesOn,
    /// They want no call after all, or nothing at all.
    WantsNoCall,
    /// Only what was asked for is refused, or something else is wanted: "never mind my name, there's a scam ad".
    WantsElse,
    /// They will not say their number.
    RefusesNumber,
    /// Next door, in the street, or nowhere near.
    LivesElsewhere,
    /// Somebody who worked there: no firm, and no invoice.
    OfStaff,
    /// "There's no unit, it's the office's check."
    NoPlace,
    /// Somebody who rents, and speaks of letting somebody else live there or of their own lease.
    OfOwnLease,
    /// How people say that they want to come, besides single words. "Can you see if it's free" is none.
    ComesToSee,
    /// How a time for it is changed, once it is wanted: "make it Sunday instead".
    ChangesTime,
    /// An hour that is asked about without a day: "so is six okay or not".
    AsksHour,
    /// "Nobody's moving in", "not moving in Thursday": of moving in, but not of a day for it.
    NotMovingIn,
    /// What was booked before the one that is being arranged.
    BookedBefore,
    /// "Thank you so much" and the like.
    Thanks,
    /// Behind a feast: a month of days, of which none is meant.
    AfterFeast,
    /// How somebody says that any day of moving in will do.
    AnyDay,
    /// "Yes, book it."
    AgreesToTime,
    /// But another time: "yes, but later".
    AgainstTime,
    /// "None of those", "I can't make any of them".
    RefusesTimes,
    /// What all share in a house: stairs, halls, the laundry room. No door is theirs, and nobody lets anybody in.
    OfCommonPart,
    /// The same in answer to the question for a home, where fewer words are enough: "the stairs", "the basement".
    NamesCommonPart,
    /// A room or a fixture of their own, whatever else is named.
    OfOwnRoom,
    /// "You want me to spell it?": no question that the office could answer.
    OffersSpelling,
    /// "What do you mean, if I'm not home?": taken aback by the question, and asking nothing that the office could answer.
    TakenAback,
    /// "I missed work for it": no work that a firm has done.
    OfOwnWork,
    /// A case, claim or order by its number: whoever calls back needs it.
    GivesReference,
    /// One matter more, beside the one that is talked about.
    AddsMatter,
    /// Taken for a buyer: "I'm not buying".
    RentingNotBuying,
    /// Said without a question: "I need your office hours".
    NeedsToKnow,
    /// An animal hurt somebody: no question of the rules on pets.
    OfBite,
    /// Nobody is in danger, said to the question whether anybody is: "I shouldn't think so", "no, everybody's fine".
    DeniesDanger,
    /// They do not know whether anybody is: "I couldn't say, I'm in Ohio", "maybe".
    CannotTell,
    /// Somebody is not well, whatever they make of it: "only my fingers won't do the buttons".
    FeelsIll,
    /// Nobody is to be rung for it: "no need for anybody on call", "I can sleep here", "it was only the dream".
    WantsNobodyRung,
    /// It is over: "that was last night, they're long gone".
    WasBefore,
    /// Gas, or what smells of it or burns it.
    NamesGas,
    /// Drains and refuse, which smell of themselves.
    OfDrains,
    /// It comes up, or over the edge, and goes on.
    ComesUp,
    /// "Have somebody call me today": the yes to the offer of a call.
    WantsCall,
    /// "So you don't know the number?" is asked of us, and no "I don't know".
    SaysYouDontKnow,
    /// Another landlord asks about them: "they're gonna call you for a reference".
    OfReference,
    /// An animal that somebody has to look after: it is no question of the rules on pets.
    OfAnimal,
    /// Something is to be opened: no question of the hours.
    AsksToOpen,
    /// A day or an hour of their own doings: "I leave at nine", "will I get it back today?"
    WishesNoTime,
    /// Where it is, or what to mind, behind the answer: "behind the bathtub", "just mind the cat".
    GoesAlong,
    /// "My cable guy's coming tomorrow": whoever lives there tells of somebody who comes to work.
    AwaitsWorker,
    /// "I'm with the gas company", "this is Bob from Xcel".
    SpeaksForFirm,
    /// "Do you want my mom's name?"
    OffersName,
    /// Sent before this call: "did you get my email?" asks of no note.
    OfThingSent,
    /// Something was stolen.
    OfTheft,
    /// An operator speaks for a deaf caller.
    OfRelay,
    /// "Text me, don't call", "text is better".
    WantsTexts,
    /// With one of these it is no wish for texts: "don't call or text me", "call me, don't text".
    WantsNoTexts,
    /// "Call my agent, not me": the name and the number beside it are of somebody else.
    CallsForAnother,
    /// Of a home that is named: not that one. "Not Birch", "the house is too big for me".
    DeniesHome,
    /// "The twelve hundred guy's a scam."
    SpeaksOfFraud,
    /// Where whoever visits may park, not whoever lives there.
    VisitorParking,
    /// "Case number" right before what could be a door.
    ReferenceBefore,
    /// Whoever calls is of the police, an ambulance or a public service.
    Official,
    /// They look after somebody: a welfare check, nobody has heard from her.
    LooksAfter,
    /// A key, entry or somebody to call is asked for.
    NeedsEntry,
    /// "I don't want to buy", and what is bought that is no home.
    NotBuying,
    /// "We're under contract", "our offer runs out at five", "I'm with the title company": a sale is under way.
    MidDeal,
    /// The sentence that says until when.
    HasDeadline,
    /// That is today.
    DueToday,
    /// "Sorry, wrong number."
    DialledWrong,
    /// "You're hiring a maintenance tech", "I'm looking for a job".
    OfJob,
    /// Somebody of a newspaper or a station, who wants a comment.
    OfPress,
    /// "Is it still available?", "is it gone?"
    AsksIfAvailable,
    /// "What's the difference between the two bedroom and the one bedroom?"
    AsksDifference,
    /// "When the house sells": said by somebody who seeks a home, it is a time and no wish to sell.
    OnceSold,
    /// "By spring, if that's possible."
    BySeason,
    /// "We need a spot by January": nothing to park on.
    SpotToLive,
    /// "You did not answer me for the deposit."
    NotAnswered,
    /// "Your parcel locker's jammed", by whoever brings parcels.
    BrokenLocker,
    /// "It's a German number", "011", "the country code is 49".
    NumberAbroad,
    /// "Email's better."
    PrefersEmail,
    /// "No, forget it", before it is known what it is about.
    LetsGo,
    /// "No, no complaint."
    NoComplaint,
}

/// What tells each remark, in the order of `Remark::ALL`.
static RULES: LazyLock<Vec<AnyOf>> =
    LazyLock::new(|| Remark::ALL.iter().map(|remark| remark.rules()).collect());

impl Remark {
    /// Is it made with these words?
    pub(super) fn fits(self, tokens: &[Token]) -> bool {
        RULES[self as usize].fits(tokens)
    }

    pub(super) fn is_in(self, text: &str) -> bool {
        self.fits(&tokens(text))
    }

    /// As it stands in the files: `waits_at_door`.
    fn name(self) -> String {
        let mut name = String::new();
        for letter in format!("{self:?}").chars() {
            if letter.is_uppercase() && !name.is_empty() {
                name.push('_');
            }
            name.extend(letter.to_lowercase());
        }
        name
    }

    fn rules(self) -> AnyOf {
        let name = self.name();
        let of_it = |line: &'static str| {
            line.split_once(" | ").filter(|(remark, _)| *remark == name).map(|(_, pattern)| pattern)
        };
        AnyOf::parse(WORDS.into_iter().flat_map(lines).filter_map(of_it))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_is_of_a_remark_and_every_remark_has_a_line() {
        let names: Vec<String> = Remark::ALL.iter().map(|remark| remark.name()).collect();
        for line in WORDS.into_iter().flat_map(lines) {
            let rule = line.split_once(" | ");
            let known =
                |(name, pattern): (&str, &str)| names.iter().any(|n| n == name) && !pattern.is_empty();
            assert!(rule.is_some_and(known), "{line}");
        }
        for (remark, name) in Remark::ALL.iter().zip(&names) {
            let told = |line: &str| line.starts_with(&format!("{name} | "));
            assert!(lines(WORDS[0]).any(told), "{remark:?} is in no line of remarks.txt");
        }
    }

    #[test]
    fn what_is_called_off_or_kept_back_is_told_from_what_is_like_it_in_spanish() {
        for (remark, text) in [
            (Remark::RefusesName, "Mire, prefiero no dar mi nombre, no quiero problemas con ellos."),
            (Remark::Nameless, "No, es que no quiero dar mi nombre. Anónimo, por favor."),
            (Remark::Nameless, "Que no, ya le dije que no doy mi nombre."),
            (Remark::CallsOffRepair, "ya se destapó sola, ya no manden a nadie"),
            (Remark::CallsOffRepair, "Solo cancelen por favor."),
            (Remark::CallsOffVisit, "ya no manden a nadie"),
            (Remark::NoUsualMatter, "es por una factura que nos deben desde septiembre"),
            (Remark::NoUsualMatter, "me dejaron un papel en la puerta que dice que van a entrar el jueves"),
            (Remark::Agrees, "Sí, es correcto"),
            (Remark::Agrees, "ese mero"),
        ] {
            assert!(remark.is_in(text), "{remark:?}: {text}");
        }
        for (remark, text) in [
            (Remark::Nameless, "no le doy la llave a nadie"),
            (Remark::RefusesName, "me llamo Rosa Tzoc"),
            (Remark::CallsOffRepair, "me cancelaron la reparación y sigue goteando"),
            (Remark::CallsOffRepair, "que manden a alguien, por favor"),
            (Remark::CallsOffVisit, "todavía no mandan a nadie"),
            (Remark::NoUsualMatter, "quiero pagar mi renta"),
            (Remark::NoUsualMatter, "el perro del vecino ladra toda la noche"),
            (Remark::Agrees, "no es correcto"),
        ] {
            assert!(!remark.is_in(text), "{remark:?}: {text}");
        }
    }

    #[test]
    fn a_remark_is_heard_in_either_language() {
        assert!(Remark::NoHurry.is_in("there's no hurry"));
        assert!(Remark::NoHurry.is_in("no hay prisa"));
        assert!(!Remark::NoHurry.is_in("hurry up"));
    }
}
