//! Portico: the front desk that never misses a call.
//!
//! Two deterministic machines decide everything: [`pbx::Switch`] (the live calls) and [`desk::Engine`] (the durable
//! work). Both take `now` and one input, and are asked for outputs until they answer `Timeout`. Two hosts drive them:
//! [`app`] with sockets, threads and the real clock, and [`sim`] with a virtual network and a clock that jumps.
//!
//! # The rooms, from the ground up
//!
//! | room | is | may import |
//! |---|---|---|
//! | [`types`] | the vocabulary: numbers, ids, hours, both clocks' readings | – |
//! | [`net`] | sockets: bytes in, bytes out | – |
//! | [`encoder`] | a sentence as a vector | – |
//! | [`charts`] | pages that carry their pictures in themselves | – |
//! | [`trace`] | what went over the wire for a call: ladder and capture file | types |
//! | [`config`] | the office's file, as written and as checked | types |
//! | [`sip`] | a SIP endpoint without sockets | types |
//! | [`media`] | audio without sockets: SDP, RTP, jitter, codecs, bridges | types |
//! | [`calendar`] | when a home can be shown and by whom, as arithmetic on instants; CalDAV and iCalendar as text | types |
//! | [`dialogue`] | a conversation on any channel, and how words are understood | types |
//! | [`incident`] | which calls are about the same trouble, and what callers hear of it | dialogue, types |
//! | [`outbox`] | one text to send, once; and when to try again | types |
//! | [`followup`] | consent, sequences, what is due | types |
//! | [`provisioning`] | the settings of desk phones, by maker | types |
//! | [`speech`] | ears and mouth | media, types |
//! | [`agent`] | the conversation's voice: turns, pauses, interruptions | speech, dialogue, types |
//! | [`deliver`] | e-mail, handed to the office's mail server | types |
//! | [`pbx`] | the switch: routes, rings, bridges, hands over | agent, speech, incident, dialogue, media, sip, types |
//! | [`store`] | the only room that speaks SQL | pbx, trace, sip, incident, dialogue, followup, outbox, types |
//! | [`desk`] | wrap-up, texts, follow-up, showings | store, calendar, trace, pbx, agent, incident, dialogue, followup, outbox, sip, types |
//! | [`turns`] | how the agent takes turns, measured by ear in virtual time | agent, speech, dialogue, media, types |
//! | [`replay`] | a conversation held once more, from its journal | dialogue, types |
//! | [`console`] | the web console and the JSON interface | desk, store, calendar, trace, pbx, sip, provisioning, followup, outbox, incident, dialogue, types |
//! | [`sim`] | the virtual host | all of the above but net, config, encoder and console |
//! | [`rehearsal`] | callers who try the office before the first real one | sim, desk, pbx, dialogue, outbox, store, charts, types |
//! | [`app`] | the real host | everything but sim and rehearsal |
//!
//! `tests/tidy.rs` holds this table. Three absences matter most: `sip` does not know SDP (bodies are bytes), `media`
//! does not know SIP, and `dialogue` knows neither sound nor telephone.

pub mod agent;
pub mod app;
pub mod calendar;
pub mod charts;
pub mod config;
pub mod console;
pub mod deliver;
pub mod desk;
pub mod dialogue;
pub mod encoder;
pub mod followup;
pub mod incident;
pub mod media;
pub mod net;
pub mod outbox;
pub mod pbx;
pub mod provisioning;
pub mod rehearsal;
pub mod replay;
pub mod sim;
pub mod sip;
pub mod speech;
pub mod store;
pub mod trace;
pub mod turns;
pub mod types;
