//! Stories of endpoints that talk to each other over a network that loses, doubles and overtakes as the seed has it.

mod abuse;
mod bodies;
mod calls;
mod edges;
mod fail_over;
mod interleavings;
mod oversize;
mod passes;
mod paths;
mod practice;
mod races;
mod referring;
mod registering;
mod reliable;
mod reoffers;
mod session_timers;
mod streams;
mod subscriptions;
mod texts;
mod throughput;
mod trial;
mod world;

pub(super) use world::settings_with;
