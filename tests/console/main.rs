//! The console without a socket: who gets in, what attackers get, what pages and programs read.

mod access;
mod api;
mod attacks;
mod health;
mod live;
mod office;
mod recordings;
