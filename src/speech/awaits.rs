//! What a caller has been asked for, as far as it helps to hear the answer.

use serde::{Deserialize, Serialize};

/// What a recogniser expects first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Awaits {
    #[default]
    Anything,
    YesOrNo,
    Name,
    /// A telephone number, or digits in another order.
    Number,
    /// A home: its unit or its address.
    Home,
}

impl Awaits {
    pub const ALL: [Self; 5] = [Self::Anything, Self::YesOrNo, Self::Name, Self::Number, Self::Home];
}
