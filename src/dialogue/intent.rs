//! What a caller wants, and what a caller does in a turn: two closed enums, kept apart.
//!
//! An [`Intent`] decides who should get the call and holds for many turns; a [`Move`] is a step of the talk itself
//! (yes, no, say that again) and means nothing without the question before it. "No, I don't smell gas" is the move
//! [`Move::Deny`] and no emergency.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::call_type::CallTypeName;

/// Why somebody rings a property office.
///
/// The order is the order of the classifier's rows: appending is safe, reordering needs new training (and a model
/// trained with another list is refused, see [`Model::from_bytes`](super::Model::from_bytes)).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Intent {
    /// Something in a home or building is broken; also flooding, no heat and lockouts, whose haste is in the
    /// [`Urgency`](super::Urgency).
    Maintenance,
    /// Life or limb is in danger now: gas, fire, carbon monoxide, a medical case, violence, electricity.
    Emergency,
    /// Somebody looks for a home to rent: availability, price, terms.
    Leasing,
    /// The owner of a managed property, or somebody who wants a property managed.
    Owner,
    /// Rent and money of an account: balance, payment, late fee, deposit, charge.
    Billing,
    /// A person is asked for, by name or not, and nothing else is said.
    Human,
    /// The caller meant another number, or a person and firm that are not here.
    WrongNumber,
    /// A contractor or supplier about work, an invoice, a delivery or access.
    Vendor,
    /// A cold call, a robocall or a survey.
    Sales,
    /// A fact of the office or the property: hours, address, trash, parking, pets, packages.
    Question,
    /// A resident's other matter, as it was called before [`Intent::Lease`] and [`Intent::Complaint`] were told apart:
    /// kept for what is stored under it, and read from no words any more.
    Resident,
    /// None of these, or not understood.
    Other,
    /// Somebody wants to see a home, or is on the way to one: booking, moving, cancelling, finding a showing.
    Showing,
    /// Somebody has applied, and asks where it stands or what is missing.
    Application,
    /// Somebody wants to buy a home, or acts for one who does.
    Buyer,
    /// Somebody wants to sell a home, or has it for sale here.
    Seller,
    /// A tenancy's paper and people: notice, renewal, roommates, keys, letters, permits, moving in and out.
    Lease,
    /// A complaint (or praise): neighbours, noise, smells, theft, parking, the grounds, the office itself.
    Complaint,
    /// Something is to be passed on to a person: a message, or the wish to be called back.
    Message,
    /// A call type of the office's own. It may be gone from the office's file by the time a record is read.
    Office(CallTypeName),
}

impl Intent {
    /// All shipped intents, in the order of the classifier's rows.
    pub const ALL: [Intent; 19] = [
        Intent::Maintenance,
        Intent::Emergency,
        Intent::Leasing,
        Intent::Owner,
        Intent::Billing,
        Intent::Human,
        Intent::WrongNumber,
        Intent::Vendor,
        Intent::Sales,
        Intent::Question,
        Intent::Resident,
        Intent::Other,
        Intent::Showing,
        Intent::Application,
        Intent::Buyer,
        Intent::Seller,
        Intent::Lease,
        Intent::Complaint,
        Intent::Message,
    ];

    /// The name in files and JSON: `wrong_number`.
    pub fn name(&self) -> &str {
        match self {
            Intent::Maintenance => "maintenance",
            Intent::Emergency => "emergency",
            Intent::Leasing => "leasing",
            Intent::Owner => "owner",
            Intent::Billing => "billing",
            Intent::Human => "human",
            Intent::WrongNumber => "wrong_number",
            Intent::Vendor => "vendor",
            Intent::Sales => "sales",
            Intent::Question => "question",
            Intent::Resident => "resident",
            Intent::Other => "other",
            Intent::Showing => "showing",
            Intent::Application => "application",
            Intent::Buyer => "buyer",
            Intent::Seller => "seller",
            Intent::Lease => "lease",
            Intent::Complaint => "complaint",
            Intent::Message => "message",
            Intent::Office(own) => own.as_str(),
        }
    }

    /// The shipped intent of that [`name`](Self::name).
    pub fn from_name(name: &str) -> Option<Intent> {
        Intent::ALL.into_iter().find(|intent| intent.name() == name)
    }

    /// The intent that was written down under that name: a shipped one, or one of the office's own.
    pub fn from_record(name: &str) -> Option<Intent> {
        Intent::from_name(name).or_else(|| Some(Intent::Office(name.parse().ok()?)))
    }

    /// Somebody who may rent, or buy: what they look for is written down as a search for a home.
    pub const fn is_prospect(self) -> bool {
        matches!(self, Intent::Leasing | Intent::Showing | Intent::Buyer)
    }

    /// Two names of one wish: who looks for a home to rent, and wants to come and see one, says both in a breath.
    pub const fn is_kin(self, other: Intent) -> bool {
        matches!((self, other), (Intent::Leasing, Intent::Showing) | (Intent::Showing, Intent::Leasing))
    }

    /// The classifier's row; the shipped model knows an office's own type as `Other`.
    pub fn row(self) -> usize {
        let place = |wanted: Intent| Intent::ALL.into_iter().position(|known| known == wanted);
        place(self).or_else(|| place(Intent::Other)).unwrap_or_default()
    }
}

impl Serialize for Intent {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

impl<'de> Deserialize<'de> for Intent {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = String::deserialize(deserializer)?;
        let unknown = || serde::de::Error::custom(format_args!("`{name}` is no call type"));
        Intent::from_record(&name).ok_or_else(unknown)
    }
}

/// A step of the talk. Read by rules, never learnt: a yes must not depend on training.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Move {
    /// Yes, that's right, go ahead.
    Affirm,
    /// No, that's wrong.
    Deny,
    /// Say that again.
    Repeat,
    /// One moment.
    Wait,
    /// Hello, and nothing else.
    Greet,
    /// Thank you, and nothing else.
    Thank,
    /// No, that's all: nothing else is wanted, the talk may end.
    Done,
    /// Bye.
    Goodbye,
    /// I don't know; I don't have it.
    Unknown,
    /// I would rather not say.
    Refuse,
    /// Let's start again; forget that.
    StartOver,
    /// Are you a robot? Who is this?
    AskIdentity,
    /// Don't call or text me again.
    StopContact,
    /// Nothing was said: no words at all, or only "um".
    Silence,
}

impl Move {
    pub const ALL: [Move; 14] = [
        Move::Affirm,
        Move::Deny,
        Move::Repeat,
        Move::Wait,
        Move::Greet,
        Move::Thank,
        Move::Done,
        Move::Goodbye,
        Move::Unknown,
        Move::Refuse,
        Move::StartOver,
        Move::AskIdentity,
        Move::StopContact,
        Move::Silence,
    ];

    /// The name in files and JSON: `start_over`.
    pub const fn name(self) -> &'static str {
        match self {
            Move::Affirm => "affirm",
            Move::Deny => "deny",
            Move::Repeat => "repeat",
            Move::Wait => "wait",
            Move::Greet => "greet",
            Move::Thank => "thank",
            Move::Done => "done",
            Move::Goodbye => "goodbye",
            Move::Unknown => "unknown",
            Move::Refuse => "refuse",
            Move::StartOver => "start_over",
            Move::AskIdentity => "ask_identity",
            Move::StopContact => "stop_contact",
            Move::Silence => "silence",
        }
    }

    pub fn from_name(name: &str) -> Option<Move> {
        Move::ALL.into_iter().find(|step| step.name() == name)
    }
}

/// What a question of fact is about; also set for other intents when the fact would help ("where do I pay my rent").
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Topic {
    Hours,
    OfficeAddress,
    RentPayment,
    Trash,
    Parking,
    Pets,
    Packages,
    Laundry,
    Amenities,
    Utilities,
    Internet,
    Contact,
    Application,
}

impl Topic {
    pub const ALL: [Topic; 13] = [
        Topic::Hours,
        Topic::OfficeAddress,
        Topic::RentPayment,
        Topic::Trash,
        Topic::Parking,
        Topic::Pets,
        Topic::Packages,
        Topic::Laundry,
        Topic::Amenities,
        Topic::Utilities,
        Topic::Internet,
        Topic::Contact,
        Topic::Application,
    ];

    /// The name in files and JSON: `office_address`.
    pub const fn name(self) -> &'static str {
        match self {
            Topic::Hours => "hours",
            Topic::OfficeAddress => "office_address",
            Topic::RentPayment => "rent_payment",
            Topic::Trash => "trash",
            Topic::Parking => "parking",
            Topic::Pets => "pets",
            Topic::Packages => "packages",
            Topic::Laundry => "laundry",
            Topic::Amenities => "amenities",
            Topic::Utilities => "utilities",
            Topic::Internet => "internet",
            Topic::Contact => "contact",
            Topic::Application => "application",
        }
    }

    pub fn from_name(name: &str) -> Option<Topic> {
        Topic::ALL.into_iter().find(|topic| topic.name() == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_intent_is_found_by_its_name_and_its_row() {
        for (row, intent) in Intent::ALL.into_iter().enumerate() {
            assert_eq!(intent.row(), row);
            assert_eq!(Intent::from_name(intent.name()), Some(intent));
            assert_eq!(serde_json::to_string(&intent).unwrap(), format!("\"{}\"", intent.name()));
        }
        assert_eq!(Intent::from_name("chitchat"), None);
    }

    #[test]
    fn an_office_s_own_type_is_read_back_by_its_name_alone() {
        let own = Intent::from_record("storage_units").unwrap();
        assert_eq!((own.name(), own.row()), ("storage_units", Intent::Other.row()));
        let written = serde_json::to_string(&own).unwrap();
        assert_eq!(serde_json::from_str::<Intent>(&written).unwrap(), own);
        assert_eq!(Intent::from_record("billing"), Some(Intent::Billing));
        assert_eq!(Intent::from_record("no name at all"), None);
    }
}
