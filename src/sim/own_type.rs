//! A call type that an office of the stories has added to the shipped ones: storage units.

use std::collections::BTreeMap;

use crate::{
    dialogue::{BadCallTypeName, CallType, CallTypeScript, Item},
    types::Language,
};

const EXAMPLES: [&str; 10] = [
    "do you have any storage units available",
    "i would like to rent a storage locker in the basement",
    "how much is a storage space per month",
    "i can't get into my storage unit, the padlock does not open",
    "can i get a bigger storage cage for my bikes",
    "i want to give up my storage locker at the end of the month",
    "is there a waiting list for storage",
    "we need extra storage for our furniture while we travel",
    "which storage unit belongs to my apartment",
    "hi, i'm calling about the storage lockers downstairs",
];

pub(super) fn storage_units() -> Result<CallType, BadCallTypeName> {
    let script = CallTypeScript {
        about: "a storage unit".to_owned(),
        opening: "I can take that down for whoever looks after the storage units.".to_owned(),
        closing: "Thank you. Somebody will call you about your storage unit.".to_owned(),
        examples: EXAMPLES.map(str::to_owned).into(),
    };
    Ok(CallType {
        name: "storage_units".parse()?,
        staff: "Storage units".to_owned(),
        asks: vec![Item::Matter, Item::Place, Item::Name, Item::Callback],
        staff_first: false,
        stands_for: None,
        scripts: BTreeMap::from([(Language::English, script)]),
    })
}
