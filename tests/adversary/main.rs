//! Lying servers, each caught by the real client code: a proxy in front of an honest
//! server tells the lie. What every case asserts besides its own finding stands in
//! `world`: nothing unauthenticated is released, pins stay, no request is sent that an
//! honest run would not send, and the next honest answer is believed again.
#![expect(clippy::unwrap_used, reason = "a panic is how a test fails")]

mod account;
mod bombs;
mod claims;
mod content;
mod feed;
mod history;
mod listing;
mod names;
mod nested;
mod nonces;
mod recovery;
mod restored;
mod ways;
mod world;
